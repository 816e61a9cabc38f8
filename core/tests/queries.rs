//! The query language as `docs/queries.md` describes it, and the set of queries against a plain evaluation of each.
#![allow(clippy::unwrap_used, reason = "a test may stop where it stands")]

#[expect(unreachable_pub, reason = "a test is one crate")]
mod query;

use std::fs;
use std::path::PathBuf;

use careline::listen::{LONGEST_QUERY, MOST_TERMS, Query, QueryInput, QueryMatch, QuerySet};
use careline::model::{Content, Entity, EntityKind, Inbound, Span, Surface, Visibility};
use careline::{Error, ErrorKind};
use proptest::prelude::*;
use serde_json::{Value, json};

use query::naive::{Asked, Piece, asked, asked_about, facts};
use query::told::Told;

/// One case of the page.
struct Example<'a> {
    query: &'a str,
    line: &'a str,
}

fn page() -> String {
    fs::read_to_string(concat!(env!("CARGO_MANIFEST_DIR"), "/../docs/queries.md")).unwrap()
}

fn examples(page: &str) -> Vec<Example<'_>> {
    let blocks = page.split("```").skip(1).step_by(2).filter_map(|block| block.strip_prefix("query\n"));
    let examples = blocks.flat_map(|block| {
        let (query, lines) = block.split_once('\n').unwrap();
        lines.lines().map(move |line| Example { query, line })
    });
    examples.collect()
}

fn found(query: &Query, input: &QueryInput<'_>) -> Option<Vec<Span>> {
    let mut set = QuerySet::new();
    set.insert("q", query);
    set.find(input).pop().map(|found| found.spans)
}

fn spans(query: &str, text: &str) -> Option<Vec<String>> {
    let spans = found(&Query::parse(query).unwrap(), &QueryInput::new(text))?;
    Some(spans.into_iter().map(|span| span.of(text).to_owned()).collect())
}

/// What `example` comes to, as the page writes it.
fn outcome(example: &Example<'_>) -> String {
    match Query::parse(example.query) {
        Err(mistake) => format!("! {mistake}"),
        Ok(query) => {
            let told = Told::read(&example.line[2..]);
            let sign = if told.ask(|input| found(&query, input)).is_some() { '+' } else { '-' };
            format!("{sign} {}", &example.line[2..])
        }
    }
}

#[test]
fn every_example_of_the_page_holds() {
    let page = page();
    let examples = examples(&page);
    assert!(examples.len() > 120, "{} examples", examples.len());
    let wrong: Vec<String> = examples
        .iter()
        .filter(|example| outcome(example) != example.line)
        .map(|example| format!("{}\n  said  {}\n  found {}", example.query, example.line, outcome(example)))
        .collect();
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn the_vectors_are_those_of_the_page() {
    let page = page();
    let vector = |(number, example): (usize, &Example<'_>)| {
        let (input, expect) = match Query::parse(example.query) {
            Err(mistake) => (json!({"query": example.query}), serde_json::to_value(mistake).unwrap()),
            Ok(query) => {
                let told = Told::read(&example.line[2..]);
                let spans = told.ask(|input| found(&query, input));
                let marked =
                    spans.map(|spans| spans.into_iter().map(|span| span.of(&told.text).to_owned()).collect::<Vec<_>>());
                let expect = json!({"normal": query.to_string(), "matches": marked.is_some(), "marked": marked.unwrap_or_default()});
                (json!({"query": example.query, "text": told.json()}), expect)
            }
        };
        json!({"name": format!("{} {}", number + 1, example.query), "op": "query", "input": input, "expect": expect})
    };
    let vectors: Vec<Value> = examples(&page).iter().enumerate().map(vector).collect();
    let text = serde_json::to_string_pretty(&vectors).unwrap() + "\n";
    let path = PathBuf::from(concat!(env!("CARGO_MANIFEST_DIR"), "/testkit/vectors/queries.json"));
    if std::env::var_os("CARELINE_BLESS").is_some() {
        fs::write(&path, &text).unwrap();
    }
    let kept = fs::read_to_string(&path).unwrap_or_default();
    assert!(kept == text, "queries.json is out of date; run `CARELINE_BLESS=1 cargo test -p careline --test queries`");
}

#[test]
fn matches_mark_the_words_that_made_them() {
    assert_eq!(spans("acme deliver*", "Ácme: the DELIVERY, acme!").unwrap(), ["Ácme", "DELIVERY", "acme"]);
    assert_eq!(spans("\"acme fail\"", "😡 #AcmeFail").unwrap(), ["AcmeFail"]);
    assert_eq!(spans("fail", "😡 #AcmeFail").unwrap(), ["Fail"]);
    assert_eq!(spans("#acmefail", "ＯＨ #AcmeFail").unwrap(), ["#AcmeFail"]);
    assert_eq!(spans("壊れ", "昨日壊れました").unwrap(), ["壊れ"]);
    assert_eq!(spans("ガ", "ｶﾞス").unwrap(), ["ｶﾞ"]);
    assert_eq!(spans("🤷", "🤷🏾‍♀️!").unwrap(), ["🤷🏾‍♀️"]);
    assert_eq!(spans("🇩🇪", "🇫🇷🇩🇪").unwrap(), ["🇩🇪"]);
    assert_eq!(spans("🇷🇩", "🇫🇷🇩🇪"), None);
    assert_eq!(
        spans("late NEAR/2 parcel", "late, so late; where is it? my parcel is late").unwrap(),
        ["parcel", "late"]
    );
    assert_eq!(spans("a OR (b c)", "c a").unwrap(), ["a"], "what did not help is not marked");
    assert_eq!(spans("acme NOT spam", "acme").unwrap(), ["acme"]);
    assert_eq!(spans("has:question", "why?").unwrap(), [""; 0]);
    assert_eq!(spans("a", &"a ".repeat(100)).unwrap().len(), 32);
}

#[test]
fn what_a_network_marked_is_read_as_it_says() {
    let text = "Hi Acme Corp see acme.example/late now";
    let entity = |kind, marked: &str, value: &str| {
        let start = text.find(marked).unwrap();
        Entity { kind, span: Span::new(start, start + marked.len()).unwrap(), value: value.into(), native_id: None }
    };
    let mut message = Inbound::new("facebook:1", "1", Surface::Comment, Visibility::Public);
    message.content = Content {
        text: text.into(),
        entities: vec![
            entity(EntityKind::Mention, "Acme Corp", "acmecorp"),
            entity(EntityKind::Link, "acme.example/late", "https://acme.example/late"),
        ],
        ..Content::default()
    };
    let holds = |query: &str| found(&Query::parse(query).unwrap(), &QueryInput::of(&message)).is_some();
    assert!(holds("@acmecorp \"hi acme corp\" has:link surface:comment"));
    assert!(!holds("late") && !holds("example") && !holds("has:media"));
}

#[test]
fn bad_queries_are_refused_with_a_column() {
    let column = |query: &str| Query::parse(query).unwrap_err().column;
    assert_eq!(column(""), 1);
    assert_eq!(column("  "), 3);
    assert_eq!(column(&"a ".repeat(LONGEST_QUERY)), 1);
    assert_eq!(column(&format!("{}a{}", "(".repeat(40), ")".repeat(40))), 33);
    assert_eq!(column(&format!("a {}b", "NOT ".repeat(40))), 2 + 4 * 32 + 1);
    assert_eq!(column(&"x".repeat(201)), 1);
    assert_eq!(column(&("x ".repeat(MOST_TERMS) + "y")), 2 * MOST_TERMS as u32 + 1);
    let long = (0..MOST_TERMS).map(|number| format!("word{number}")).collect::<Vec<_>>().join(" OR ");
    assert!(spans(&long, "and word9999 too").is_some());
    let error = Error::from(Query::parse("acme autor:jo").unwrap_err());
    assert_eq!(error.kind(), ErrorKind::InputInvalid);
    assert!(error.context().any(|fact| fact == ("column", "6")), "{error}");
}

#[test]
fn bad_texts_are_read_to_their_end() {
    let texts = [
        "late acme ".repeat(100_000),
        "a".repeat(1 << 17),
        "#aA".repeat(30_000),
        "@".repeat(1 << 17),
        "@a@".repeat(30_000),
        "👩‍🚀👍🏽🇩🇪".repeat(3_000),
        format!("{}acme", "z\u{335}\u{321}\u{340}\u{489}".repeat(10_000)),
        "аcmе аcmе Ꭺcme".repeat(1_000),
        "\u{202e}emca\u{202c} \u{2066}acme\u{2069}\u{feff}".repeat(1_000),
        "\0acme\0\u{1}lang:de\u{1f}rating".repeat(1_000),
        "\u{200d}\u{fe0f}\u{301}\u{3099}\u{e0067}♀".repeat(1_000),
        "http://".repeat(10_000),
        "壊れた".repeat(10_000),
    ];
    let mut set = QuerySet::new();
    for (number, query) in [
        "acme",
        "ac* NEAR/9 acme",
        "\"aa* ac*\"",
        "#aa*",
        "@a",
        "壊れた NEAR/3 壊",
        "🚀 OR 🇩🇪",
        "lang:de",
        "rating:>0",
        "\"acme acme acme\"",
    ]
    .iter()
    .enumerate()
    {
        set.insert(number.to_string(), &Query::parse(query).unwrap());
    }
    for text in texts {
        for found in set.find(&QueryInput::new(&text)) {
            assert!(!["7", "8"].contains(&found.query.as_str()), "facts are no text");
            assert!(found.spans.iter().all(|span| !span.of(&text).is_empty()), "{found:?}");
        }
    }
    assert!(set.find(&QueryInput::new("\u{202e}acme\u{202c}")).iter().any(|found| found.query == "0"));
}

#[test]
fn sets_forget_what_is_removed() {
    let mut set = QuerySet::new();
    assert!(set.insert("a", &Query::parse("acme \"so late\" rating:>1").unwrap()));
    assert!(!set.insert("a", &Query::parse("other").unwrap()));
    assert_eq!(set.len(), 1);
    assert!(set.find(&QueryInput::new("acme so late")).is_empty());
    assert!(set.remove("a") && !set.remove("a") && set.is_empty());
    assert!(set.find(&QueryInput::new("other")).is_empty());
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(512))]

    #[test]
    fn a_set_finds_what_plain_evaluation_finds(
        queries in proptest::collection::vec(asked(), 1..8),
        later in proptest::collection::vec((0usize..8, proptest::option::of(asked())), 0..6),
        texts in proptest::collection::vec((asked_about(), facts()), 1..5),
    ) {
        let mut kept: Vec<Option<Asked>> = queries.into_iter().map(Some).collect();
        let mut set = QuerySet::new();
        for (number, query) in kept.iter().enumerate() {
            set.insert(number.to_string(), &Query::parse(&query.as_ref().unwrap().written()).unwrap());
        }
        let check = |set: &QuerySet, kept: &[Option<Asked>]| {
            for (pieces, facts) in &texts {
                let text = Piece::text(pieces);
                let found = set.find(&facts.input(&text));
                let mut ids: Vec<usize> = found.iter().map(|found| found.query.parse().unwrap()).collect();
                ids.sort_unstable();
                let plain: Vec<usize> = (0..kept.len())
                    .filter(|number| kept[*number].as_ref().is_some_and(|query| query.holds(pieces, facts)))
                    .collect();
                prop_assert_eq!(ids, plain, "{:?} in {:?}", text, kept.iter().flatten().map(Asked::written).collect::<Vec<_>>());
                for QueryMatch { spans, .. } in found {
                    prop_assert!(spans.is_sorted() && spans.iter().all(|span| !span.of(&text).is_empty()), "{:?} in {:?}", spans, text);
                }
            }
            Ok(())
        };
        check(&set, &kept)?;
        for (number, query) in later {
            let known = kept.get(number).is_some_and(Option::is_some);
            match &query {
                Some(query) => prop_assert_eq!(set.insert(number.to_string(), &Query::parse(&query.written()).unwrap()), !known),
                None => prop_assert_eq!(set.remove(&number.to_string()), known),
            }
            kept.resize(kept.len().max(number + 1), None);
            kept[number] = query;
            check(&set, &kept)?;
        }
    }

    #[test]
    fn the_normal_form_is_read_as_the_same_query(query in asked()) {
        let query = Query::parse(&query.written()).unwrap();
        prop_assert_eq!(Query::parse(&query.to_string()).unwrap(), query);
    }

    #[test]
    fn no_query_and_no_text_make_it_panic(query in "[a-zA-Z*/0-9:|\"() #@壊ก😡\u{301}-]{0,40}|.*", text in ".*") {
        if let Ok(query) = Query::parse(&query) {
            prop_assert_eq!(&Query::parse(&query.to_string()).unwrap(), &query);
            for span in found(&query, &QueryInput::new(&text)).unwrap_or_default() {
                prop_assert!(!span.of(&text).is_empty());
            }
        }
    }

    #[test]
    fn what_is_in_a_text_is_found_in_it(text in "\\PC{1,12}") {
        if let Ok(query) = Query::parse(&format!("\"{}\"", text.replace(['"', '“', '”', '„', '‟', '＂', '*'], " "))) {
            let text = text.replace(['"', '“', '”', '„', '‟', '＂', '*'], " ");
            prop_assert!(found(&query, &QueryInput::new(&text)).is_some(), "{:?}", query.to_string());
        }
    }
}
