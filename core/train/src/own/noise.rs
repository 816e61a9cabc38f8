//! How messages look on social networks: handles, emoji, slips, shouting. It changes the text, never what it is about.

use rand::seq::IndexedRandom as _;
use rand::{Rng, RngExt as _};
use unicode_normalization::UnicodeNormalization as _;

use super::brand::person;
use super::message::Message;

/// The text of a message as it might have been sent.
pub(super) fn disturb(message: &Message, lang: &str, chance: &mut impl Rng) -> String {
    let has_feeling = message.labels.sentiment != "neutral";
    let mut text = words(&message.text, lang, has_feeling, chance);
    text = endings(&text, message, lang, chance);
    text = letters(text, lang, has_feeling, chance);
    text = additions(text, message, chance);
    addressed(text, message, chance)
}

/// Short forms, slips, stretched words, missing apostrophes and accents.
fn words(text: &str, lang: &str, has_feeling: bool, chance: &mut impl Rng) -> String {
    let is_short = chance.random_bool(0.12);
    let without_accents = chance.random_bool(0.2);
    let without_apostrophes = chance.random_bool(0.2);
    let mut words: Vec<String> = text.split(' ').map(str::to_owned).collect();
    if is_short {
        words.iter_mut().for_each(|word| *word = short(word, lang).to_owned());
    }
    if without_accents {
        words.iter_mut().filter(|word| is_plain(word)).for_each(|word| *word = unaccented(word));
    }
    if without_apostrophes {
        words.iter_mut().for_each(|word| word.retain(|letter| letter != '\'' && letter != '’'));
    }
    let slips = if chance.random_bool(0.18) { chance.random_range(1..3) } else { 0 };
    (0..slips).for_each(|_| on_one(&mut words, chance, slipped));
    if has_feeling && chance.random_bool(0.06) {
        on_one(&mut words, chance, stretched);
    }
    words.join(" ")
}

/// What stands at the end, and between sentences.
fn endings(text: &str, message: &Message, lang: &str, chance: &mut impl Rng) -> String {
    let has_feeling = message.labels.sentiment != "neutral";
    let mut text = text.to_owned();
    match text.chars().last() {
        Some(last @ ('!' | '?' | '？' | '！' | '؟')) if chance.random_bool(0.15) => {
            text.extend(std::iter::repeat_n(last, chance.random_range(1..5)));
            if last == '?' && chance.random_bool(0.3) {
                text.push('!');
            }
        }
        Some('.' | '?' | '。' | '؟') if !text.ends_with("..") && chance.random_bool(0.25) => drop(text.pop()),
        Some(last) if last.is_alphanumeric() => match chance.random_range(0..100) {
            0..20 => text.push(if matches!(lang, "ja" | "zh") { '。' } else { '.' }),
            20..26 => text.push_str("..."),
            26..36 if has_feeling => text.extend(std::iter::repeat_n('!', chance.random_range(1..5))),
            _ => {}
        },
        _ => {}
    }
    if chance.random_bool(0.08) {
        text = text.replace(", ", " ").replace(". ", " ");
    }
    text
}

/// Upper and lower case.
fn letters(text: String, lang: &str, has_feeling: bool, chance: &mut impl Rng) -> String {
    match chance.random_range(0..100) {
        0..42 => capitalised(&text, lang),
        42..62 => lower(&text, lang),
        62..65 => upper(&text, lang),
        65..69 if has_feeling => upper(&text, lang),
        69..75 if has_feeling => {
            let mut words: Vec<String> = text.split(' ').map(str::to_owned).collect();
            on_one(&mut words, chance, |word, _| upper(word, lang));
            words.join(" ")
        }
        _ => text,
    }
}

/// Emoji, hashtags, references, links, signatures behind the text.
fn additions(mut text: String, message: &Message, chance: &mut impl Rng) -> String {
    let labels = &message.labels;
    if labels.risk == "self_harm" {
        return text + ["", "", "", " 💔", " 😞", " 😭"].choose(chance).copied().unwrap_or_default();
    }
    let is_order = labels.respond && !matches!(labels.intent, "suggestion" | "praise");
    if is_order && chance.random_bool(0.04) {
        text.push_str(&reference(chance));
    }
    if chance.random_bool(if labels.sentiment == "neutral" { 0.08 } else { 0.22 }) {
        text.push_str(&emoji(message, chance));
    }
    if chance.random_bool(0.07) {
        text.push_str(&format!(" {}", message.brand.hashtag()));
    }
    if chance.random_bool(0.05) {
        text.push_str(&format!(" {}", hashtag(message, chance)));
    }
    // Ordinary messages carry links too, so that a link alone says little.
    if chance.random_bool(if labels.spam { 0.35 } else { 0.08 }) {
        text.push_str(&format!(" {}", link(chance)));
    }
    if chance.random_bool(0.015) {
        let initials = [(); 2].map(|()| char::from(chance.random_range(b'A'..=b'Z')));
        text.push_str(&format!(" {}{}", ["- ", "/", "~"].choose(chance).unwrap_or(&""), String::from_iter(initials)));
    }
    text
}

/// Whom it speaks to, or whom it repeats.
fn addressed(text: String, message: &Message, chance: &mut impl Rng) -> String {
    let brand = message.brand.handle();
    if message.labels.intent == "chatter" && !message.labels.respond && chance.random_bool(0.12) {
        return format!("RT {}: {text}", person(chance));
    }
    // Chatter and spam seldom speak to a brand.
    let is_aside = message.labels.intent == "chatter" && chance.random_bool(0.6);
    match chance.random_range(0..100) {
        0..40 if is_aside && chance.random_bool(0.4) => format!("{} {text}", person(chance)),
        _ if is_aside => text,
        0..40 => format!("{brand} {text}"),
        40..44 => format!("{} {brand} {text}", person(chance)),
        44..47 => format!("{brand} {} {text}", person(chance)),
        47..55 => format!("{text} {brand}"),
        55..57 => format!(".{brand} {text}"),
        57..60 => format!("{} {text}", person(chance)),
        _ => text,
    }
}

/// A short form of a word, where its language has one.
fn short<'a>(word: &'a str, lang: &str) -> &'a str {
    const SHORT: [(&str, &str, &str); 34] = [
        ("en", "you", "u"),
        ("en", "your", "ur"),
        ("en", "are", "r"),
        ("en", "please", "pls"),
        ("en", "thanks", "thx"),
        ("en", "because", "cuz"),
        ("en", "and", "&"),
        ("en", "for", "4"),
        ("en", "to", "2"),
        ("en", "with", "w/"),
        ("en", "without", "w/o"),
        ("en", "people", "ppl"),
        ("en", "minutes", "mins"),
        ("en", "hours", "hrs"),
        ("en", "tomorrow", "tmrw"),
        ("en", "going", "goin"),
        ("en", "what", "wat"),
        ("en", "though", "tho"),
        ("en", "message", "msg"),
        ("es", "que", "q"),
        ("es", "por", "x"),
        ("es", "porque", "xq"),
        ("es", "también", "tb"),
        ("pt", "você", "vc"),
        ("pt", "vocês", "vcs"),
        ("pt", "que", "q"),
        ("pt", "porque", "pq"),
        ("pt", "não", "n"),
        ("fr", "vous", "vs"),
        ("fr", "pour", "pr"),
        ("fr", "que", "q"),
        ("it", "che", "ke"),
        ("it", "non", "nn"),
        ("it", "perché", "xké"),
    ];
    let found = SHORT.iter().find(|(of, long, _)| *of == lang && word.eq_ignore_ascii_case(long));
    found.map_or(word, |(.., short)| short)
}

/// Does something to one word that is only letters, of a script where single letters can move.
fn on_one<R: Rng>(words: &mut [String], chance: &mut R, change: impl Fn(&str, &mut R) -> String) {
    let fit: Vec<&mut String> = words.iter_mut().filter(|word| is_plain(word) && word.chars().count() > 3).collect();
    let at = chance.random_range(0..fit.len().max(1));
    if let Some(word) = fit.into_iter().nth(at) {
        *word = change(word, chance);
    }
}

/// Latin, Greek, Cyrillic, Hebrew and Arabic letters, an apostrophe, punctuation at the end.
fn is_plain(word: &str) -> bool {
    let letters = word.trim_end_matches(['.', ',', '!', '?', ':', ';', '؟', '،']);
    letters.chars().all(|letter| (letter.is_alphabetic() && letter < '\u{700}') || letter == '\'')
}

/// A slip of the fingers: a letter lost, doubled, or changed with its neighbour; never the first.
fn slipped(word: &str, chance: &mut impl Rng) -> String {
    let mut letters: Vec<char> = word.chars().collect();
    let at = chance.random_range(1..letters.len() - 1);
    match chance.random_range(0..3) {
        0 => drop(letters.remove(at)),
        1 => letters.insert(at, letters[at]),
        _ if letters[at + 1].is_alphabetic() => letters.swap(at, at + 1),
        _ => letters.swap(at, at - 1),
    }
    letters.into_iter().collect()
}

/// The last vowel drawn out: `sooo`.
fn stretched(word: &str, chance: &mut impl Rng) -> String {
    let letters: Vec<char> = word.chars().collect();
    let Some(at) = letters.iter().rposition(|letter| "aeiouAEIOUаеиоуαεηιοω".contains(*letter)) else {
        return word.to_owned();
    };
    let more = std::iter::repeat_n(letters[at], chance.random_range(2..5));
    letters[..=at].iter().copied().chain(more).chain(letters[at + 1..].iter().copied()).collect()
}

fn unaccented(word: &str) -> String {
    let stripped = word.nfd().filter(|letter| !('\u{300}'..='\u{36f}').contains(letter)).map(|letter| match letter {
        'ł' => 'l',
        'ı' => 'i',
        'đ' => 'd',
        'ø' => 'o',
        other => other,
    });
    // What was no accent but part of another script's letter is put together again.
    if word.chars().any(|letter| ('\u{400}'..'\u{530}').contains(&letter)) {
        word.to_owned()
    } else {
        stripped.nfc().collect()
    }
}

fn capitalised(text: &str, lang: &str) -> String {
    let mut letters = text.chars();
    letters.next().map_or_else(String::new, |first| upper(&first.to_string(), lang) + letters.as_str())
}

fn lower(text: &str, lang: &str) -> String {
    if lang == "tr" { text.replace('I', "ı").replace('İ', "i").to_lowercase() } else { text.to_lowercase() }
}

/// Upper case, but for handles and links.
fn upper(text: &str, lang: &str) -> String {
    let word = |word: &str| match word {
        word if word.starts_with('@') || word.contains("://") => word.to_owned(),
        word if lang == "tr" => word.replace('i', "İ").to_uppercase(),
        word => word.to_uppercase(),
    };
    text.split(' ').map(word).collect::<Vec<_>>().join(" ")
}

fn reference(chance: &mut impl Rng) -> String {
    let number = chance.random_range(10_000..100_000_000);
    match chance.random_range(0..4) {
        0 => format!(" #{number}"),
        1 => format!(" ({number})"),
        2 => format!(" ref {number}"),
        _ => format!(" {}{}-{number}", random_letter(chance), random_letter(chance)),
    }
}

fn random_letter(chance: &mut impl Rng) -> char {
    char::from(chance.random_range(b'A'..=b'Z'))
}

fn link(chance: &mut impl Rng) -> String {
    const SIGNS: &[u8] = b"abcdefghijkmnpqrstuvwxyzABCDEFGHJKLMNPQRSTUVWXYZ23456789";
    let path = (0..10).map(|_| char::from(SIGNS[chance.random_range(0..SIGNS.len())]));
    format!("https://t.co/{}", String::from_iter(path))
}

/// Emoji or emoticons that fit the feeling; angry people smile now and then, and few of the content frown.
fn emoji(message: &Message, chance: &mut impl Rng) -> String {
    const NEGATIVE: &[&str] =
        &["😡", "🤬", "😤", "😠", "🙄", "😒", "😩", "😭", "💔", "👎", "🤦", "🤦‍♀️", "😞", "🤡", ":(", ":/", "-_-", "😑"];
    const POSITIVE: &[&str] =
        &["😊", "😍", "❤️", "🙏", "👍", "👏", "🎉", "🥰", "😀", "💯", "⭐⭐⭐⭐⭐", "🙌", ":)", ":D", "<3", "🤩", "💪"];
    const NEUTRAL: &[&str] = &["🤔", "🙂", "👀", "🙏", "😅", "📦", "🤷", ":)", "👋", "⏰", "😬"];
    const SPAM: &[&str] = &["🔥", "💰", "🚀", "💸", "👉", "✅", "🎁", "📈", "💎", "⬇️", "😍", "🤑"];
    const MOCKING: &[&str] = &["👏", "👍", "😂", "🙃", "😊", "🎉", "🤣"];
    let set = match (message.labels.spam, message.labels.sentiment) {
        (true, _) if chance.random_bool(0.8) => SPAM,
        (_, "negative") if chance.random_bool(0.12) => MOCKING,
        (_, "negative") => NEGATIVE,
        (_, "positive") if chance.random_bool(0.03) => &["😭", "😅", "🥺"],
        (_, "positive") => POSITIVE,
        _ => NEUTRAL,
    };
    let one = set.choose(chance).copied().unwrap_or_default();
    let is_picture = !one.is_ascii();
    let times = if is_picture { [1, 1, 1, 2, 3].choose(chance).copied().unwrap_or(1) } else { 1 };
    let more = if is_picture && chance.random_bool(0.2) { set[0] } else { "" };
    format!(" {}{more}", one.repeat(times))
}

fn hashtag(message: &Message, chance: &mut impl Rng) -> &'static str {
    const NEGATIVE: &[&str] =
        &["#fail", "#customerservice", "#badservice", "#epicfail", "#notok", "#help", "#disappointed"];
    const POSITIVE: &[&str] = &["#love", "#happy", "#customerservice", "#top", "#thanks", "#win"];
    const NEUTRAL: &[&str] = &["#help", "#support", "#question", "#monday", "#customerservice", "#info"];
    const SPAM: &[&str] = &["#crypto", "#giveaway", "#promo", "#viral", "#trending", "#followback", "#money", "#win"];
    let set = match (message.labels.spam, message.labels.sentiment) {
        (true, _) => SPAM,
        (_, "negative") => NEGATIVE,
        (_, "positive") => POSITIVE,
        _ => NEUTRAL,
    };
    set.choose(chance).copied().unwrap_or_default()
}
