//! Queries and texts made of few known pieces, and the plainest way to tell whether the one holds for the other: try
//! every place for every term.

use careline::listen::QueryInput;
use careline::model::Profile;
use proptest::prelude::*;

/// A piece of a text: how it is written, the words it counts as, and what it counts as in one.
#[derive(Clone, Copy, Debug)]
pub struct Piece(&'static str, &'static [&'static str], &'static [&'static str]);

const PIECES: &[Piece] = &[
    Piece("acme ", &["acme"], &[]),
    Piece("ACME's ", &["acme", "s"], &[]),
    Piece("fail ", &["fail"], &[]),
    Piece("Failing! ", &["failing"], &[]),
    Piece("late, ", &["late"], &[]),
    Piece("lately ", &["lately"], &[]),
    Piece("größe ", &["grosse"], &[]),
    Piece("#AcmeFail ", &["acme", "fail"], &["#acmefail", "acmefail"]),
    Piece("#acme_late ", &["acme", "late"], &["#acme_late"]),
    Piece("#acmefail ", &["acmefail"], &["#acmefail"]),
    Piece("@acme ", &["@acme"], &[]),
    Piece("@acme@fail.example ", &["@acme"], &["@acme@fail.example"]),
    Piece("壊れた", &["壊", "れ", "た"], &[]),
    Piece("た", &["た"], &[]),
    Piece("ｶﾞ", &["カ\u{3099}"], &[]),
    Piece("ช้า", &["ช\u{e49}", "า"], &[]),
    Piece("👍🏽", &["👍"], &[]),
    Piece("👩‍🚀 ", &["👩\u{200d}🚀"], &[]),
    Piece("why? ", &["why"], &[]),
    Piece("https://acme.example/late ", &[], &[]),
    Piece(" ", &[], &[]),
];

impl Piece {
    pub fn text(pieces: &[Self]) -> String {
        pieces.iter().map(|piece| piece.0).collect()
    }
}

/// How a term is written, and the words it asks for.
#[derive(Clone, Copy, Debug)]
struct Wanted(&'static str, &'static [&'static str]);

const WANTED: &[Wanted] = &[
    Wanted("acme", &["acme"]),
    Wanted("Fail", &["fail"]),
    Wanted("acmefail", &["acmefail"]),
    Wanted("late", &["late"]),
    Wanted("fail*", &["fail*"]),
    Wanted("la*", &["la*"]),
    Wanted("\"acme fail\"", &["acme", "fail"]),
    Wanted("\"acme late\"", &["acme", "late"]),
    Wanted("acme's", &["acme", "s"]),
    Wanted("\"acme fail*\"", &["acme", "fail*"]),
    Wanted("\"fail* ac*\"", &["fail*", "ac*"]),
    Wanted("\"late #acmefail\"", &["late", "#acmefail"]),
    Wanted("\"#acmefail acme\"", &["#acmefail", "acme"]),
    Wanted("\"acme late acme\"", &["acme", "late", "acme"]),
    Wanted("GROSSE", &["grosse"]),
    Wanted("#acmefail", &["#acmefail"]),
    Wanted("#acme*", &["#acme*"]),
    Wanted("@acme", &["@acme"]),
    Wanted("@acme@fail.example", &["@acme@fail.example"]),
    Wanted("壊れ", &["壊", "れ"]),
    Wanted("れた", &["れ", "た"]),
    Wanted("ガ", &["カ\u{3099}"]),
    Wanted("カ", &["カ"]),
    Wanted("ช้า", &["ช\u{e49}", "า"]),
    Wanted("👍", &["👍"]),
    Wanted("🚀", &["🚀"]),
    Wanted("👩🏽‍🚀", &["👩\u{200d}🚀"]),
    Wanted("nowhere", &["nowhere"]),
];

/// What is known of a message besides its text.
#[derive(Clone, Debug)]
pub struct Facts {
    author: Option<Profile>,
    language: Option<&'static str>,
    media: bool,
    rating: Option<f64>,
}

impl Facts {
    pub fn input<'a>(&'a self, text: &'a str) -> QueryInput<'a> {
        let mut input = QueryInput::new(text);
        input.author = self.author.as_ref();
        input.language = self.language;
        input.has_media = self.media;
        input.rating = self.rating;
        input
    }
}

/// A fact that is asked for, as it is written.
const FACTS: &[&str] = &[
    "author:jo",
    "author:mi*",
    "lang:pt",
    "lang:de|fr",
    "has:media",
    "has:link",
    "has:question",
    "rating:<3",
    "rating:5|<=2",
];

fn fact_holds(fact: &str, pieces: &[Piece], facts: &Facts) -> bool {
    let handle = facts.author.as_ref().and_then(|author| author.handle.as_deref());
    let writes = |piece: &str| pieces.iter().any(|known| known.0.starts_with(piece));
    match fact {
        "author:jo" => handle == Some("Jo"),
        "author:mi*" => handle == Some("mira"),
        "lang:pt" => matches!(facts.language, Some("pt" | "pt-BR")),
        "lang:de|fr" => facts.language == Some("fr"),
        "has:media" => facts.media,
        "has:link" => writes("https://"),
        "has:question" => writes("why?"),
        "rating:<3" => facts.rating.is_some_and(|rating| rating < 3.0),
        _ => facts.rating.is_some_and(|rating| rating == 5.0 || rating <= 2.0),
    }
}

/// A query.
#[derive(Clone, Debug)]
pub enum Asked {
    Term(usize),
    Near(Vec<usize>, Vec<(bool, u32, Vec<usize>)>),
    Fact(usize),
    And(Vec<Asked>),
    Or(Vec<Asked>),
    Not(Box<Asked>),
}

/// A place: the first and the last word.
type Place = (usize, usize);

impl Asked {
    /// In the query language, with more parentheses than needed.
    pub fn written(&self) -> String {
        let join = |asked: &[Self], between: &str| {
            let parts: Vec<String> = asked.iter().map(|part| format!("({})", part.written())).collect();
            parts.join(between)
        };
        let any = |terms: &[usize]| {
            let terms: Vec<&str> = terms.iter().map(|term| WANTED[*term].0).collect();
            format!("({})", terms.join(" OR "))
        };
        match self {
            Self::Term(term) => WANTED[*term].0.to_owned(),
            Self::Near(first, steps) => steps.iter().fold(any(first), |written, (ordered, words, terms)| {
                format!("{written} {}/{words} {}", if *ordered { "BEFORE" } else { "NEAR" }, any(terms))
            }),
            Self::Fact(fact) => FACTS[*fact].to_owned(),
            Self::And(all) => join(all, " "),
            Self::Or(any) => join(any, " OR "),
            Self::Not(inner) => format!("NOT ({})", inner.written()),
        }
    }

    pub fn holds(&self, pieces: &[Piece], facts: &Facts) -> bool {
        match self {
            Self::Term(term) => !places(*term, pieces).is_empty(),
            Self::Near(first, steps) => {
                let all = |terms: &[usize]| terms.iter().flat_map(|term| places(*term, pieces)).collect::<Vec<_>>();
                chain(
                    &all(first),
                    &steps.iter().map(|(ordered, words, terms)| (*ordered, *words, all(terms))).collect::<Vec<_>>(),
                )
            }
            Self::Fact(fact) => fact_holds(FACTS[*fact], pieces, facts),
            Self::And(all) => all.iter().all(|part| part.holds(pieces, facts)),
            Self::Or(any) => any.iter().any(|part| part.holds(pieces, facts)),
            Self::Not(inner) => !inner.holds(pieces, facts),
        }
    }
}

fn chain(from: &[Place], steps: &[(bool, u32, Vec<Place>)]) -> bool {
    let Some(((ordered, words, next), rest)) = steps.split_first() else { return !from.is_empty() };
    let near = |a: &Place, b: &Place| {
        let after = b.0 > a.1 && b.0 - a.1 <= *words as usize;
        let before = a.0 > b.1 && a.0 - b.1 <= *words as usize;
        after || before && !ordered
    };
    let reached: Vec<Place> = next.iter().filter(|b| from.iter().any(|a| near(a, b))).copied().collect();
    chain(&reached, rest)
}

/// Every place where a term stands.
fn places(term: usize, pieces: &[Piece]) -> Vec<Place> {
    let mut words = Vec::new();
    let mut wholes = Vec::new();
    for Piece(_, parts, whole) in pieces {
        let first = words.len();
        words.extend_from_slice(parts);
        wholes.extend(whole.iter().map(|whole| (*whole, (first, first + parts.len() - 1))));
    }
    let wanted = WANTED[term].1;
    let fits = |wanted: &str, word: &str| match wanted.strip_suffix('*') {
        Some(beginning) => word.starts_with(beginning),
        None => word == wanted,
    };
    // Each word of the term with every place it has, then those that follow each other.
    let single = |wanted: &str, alone: bool| -> Vec<Place> {
        let plain = words.iter().enumerate().filter(|(_, word)| fits(wanted, word)).map(|(at, _)| (at, at));
        let whole = wholes.iter().filter(|(whole, _)| fits(wanted, whole) && (alone || wanted.starts_with(['#', '@'])));
        plain.chain(whole.map(|(_, place)| *place)).collect()
    };
    let mut found = single(wanted[0], wanted.len() == 1);
    for wanted in &wanted[1..] {
        let next = single(wanted, false);
        found = found.iter().flat_map(|a| next.iter().filter(|b| b.0 == a.1 + 1).map(|b| (a.0, b.1))).collect();
    }
    found
}

/// Texts.
pub fn asked_about() -> impl Strategy<Value = Vec<Piece>> {
    proptest::collection::vec(proptest::sample::select(PIECES), 0..9)
}

/// Facts.
pub fn facts() -> impl Strategy<Value = Facts> {
    let author = proptest::option::of(proptest::sample::select(&["Jo", "mira"][..]));
    let language = proptest::option::of(proptest::sample::select(&["pt-BR", "pt", "fr", "en"][..]));
    let rating = proptest::option::of(proptest::sample::select(&[1.0, 2.5, 5.0][..]));
    (author, language, any::<bool>(), rating).prop_map(|(author, language, media, rating)| Facts {
        author: author.map(|handle| Profile { handle: Some(handle.into()), ..Profile::default() }),
        language,
        media,
        rating,
    })
}

/// Queries that ask for something.
pub fn asked() -> impl Strategy<Value = Asked> {
    let terms = || proptest::collection::vec(0..WANTED.len(), 1..3);
    let step = (any::<bool>(), 1u32..5, terms());
    let leaf = prop_oneof![
        6 => (0..WANTED.len()).prop_map(Asked::Term),
        3 => (terms(), proptest::collection::vec(step, 1..3)).prop_map(|(first, steps)| Asked::Near(first, steps)),
        1 => (0..FACTS.len()).prop_map(Asked::Fact),
    ];
    leaf.prop_recursive(3, 12, 3, |inner| {
        let beside = proptest::collection::vec(
            prop_oneof![
                3 => inner.clone(),
                1 => inner.clone().prop_map(|inner| Asked::Not(Box::new(inner))),
            ],
            0..3,
        );
        prop_oneof![
            (inner.clone(), beside)
                .prop_map(|(first, beside)| { Asked::And(std::iter::once(first).chain(beside).collect()) }),
            proptest::collection::vec(inner, 1..4).prop_map(Asked::Or),
        ]
    })
}
