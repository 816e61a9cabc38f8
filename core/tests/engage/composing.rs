//! What is sent says what was written, in parts that fit.

use careline::ErrorKind;
use careline::engage::compose::{ComposeNote, Composed, Composing, compose};
use careline::engage::text::{Marking, TextPolicy, TextUnit, marks, measure};
use careline::model::EntityKind;
use proptest::prelude::*;

fn thread(text: &str, policy: TextPolicy) -> Composing {
    let mut ask = Composing::new(text, policy);
    ask.thread = true;
    ask
}

fn texts(composed: &Composed) -> Vec<&str> {
    composed.parts.iter().map(|part| part.text.as_str()).collect()
}

fn short(max: u32) -> TextPolicy {
    TextPolicy::new(TextUnit::Grapheme, max, Marking::X)
}

#[test]
fn what_fits_stays_whole_with_everything_counted_in() {
    let mut ask = Composing::new("Hello", TextPolicy::x_post());
    ask.mentions = vec!["@jo".to_owned(), "al".to_owned()];
    ask.signature = Some("^MK".to_owned());
    let composed = compose(&ask).unwrap();
    assert_eq!(texts(&composed), ["@jo @al Hello ^MK"]);
    assert_eq!((composed.parts[0].length, composed.notes.len()), (17, 0));
    let marked: Vec<_> =
        composed.parts[0].entities.iter().map(|mark| (mark.kind.as_str(), mark.value.as_str())).collect();
    assert_eq!(marked, [("mention", "jo"), ("mention", "al")]);
}

#[test]
fn a_mention_that_stands_at_the_beginning_is_not_repeated() {
    let mut ask = Composing::new("@Jo hello", TextPolicy::x_post());
    ask.mentions = vec!["jo".to_owned(), "al".to_owned()];
    assert_eq!(texts(&compose(&ask).unwrap()), ["@al @Jo hello"]);
}

#[test]
fn what_does_not_fit_is_refused_with_the_numbers() {
    for (policy, length, max, unit) in [
        (TextPolicy::x_post(), "600", "280", "weighted"),
        (TextPolicy::bluesky_post(), "300", "300", "grapheme"),
        (TextPolicy::mastodon(100, 23), "300", "100", "grapheme"),
    ] {
        let text = if policy.marking == Marking::Bluesky { "漢".repeat(301) } else { "漢".repeat(300) };
        let length = if policy.marking == Marking::Bluesky { "301" } else { length };
        let error = compose(&Composing::new(text, policy)).unwrap_err();
        let facts: Vec<_> = error.context().collect();
        assert_eq!(error.kind(), ErrorKind::TooLarge);
        assert_eq!(facts, [("length", length), ("max", max), ("unit", unit)]);
    }
    let error = compose(&Composing::new("👨‍👩‍👧‍👦".repeat(121), TextPolicy::bluesky_post())).unwrap_err();
    let facts: Vec<_> = error.context().collect();
    assert_eq!(facts, [("length", "3025"), ("max", "3000"), ("unit", "byte")]);
}

#[test]
fn a_thread_is_split_at_paragraphs_then_sentences_then_words() {
    let by_paragraph = compose(&thread("We are sorry to hear.\n\nOk. Please write to us.", short(38))).unwrap();
    assert_eq!(texts(&by_paragraph), ["We are sorry to hear. (1/2)", "Ok. Please write to us. (2/2)"]);
    assert_eq!(by_paragraph.notes, [ComposeNote::Split]);
    let by_sentence = compose(&thread("Sorry. We looked at it. Please write to us now.", short(38))).unwrap();
    assert_eq!(texts(&by_sentence), ["Sorry. We looked at it. (1/2)", "Please write to us now. (2/2)"]);
    let by_word = compose(&thread("one two three four five six seven", short(20))).unwrap();
    assert_eq!(texts(&by_word), ["one two three (1/3)", "four five six (2/3)", "seven (3/3)"]);
    assert_eq!(by_word.notes, [ComposeNote::Split]);
}

#[test]
fn texts_without_spaces_are_split_between_words_or_sentences() {
    let chinese = compose(&thread("我们非常抱歉。请给我们发私信，谢谢您的耐心。", short(21))).unwrap();
    assert_eq!(texts(&chinese), ["我们非常抱歉。 (1/2)", "请给我们发私信，谢谢您的耐心。 (2/2)"]);
    let thai = compose(&thread(&"ที่นี่ก็ได้".repeat(5), short(15))).unwrap();
    let joined: String = texts(&thai).into_iter().map(|text| text.split(" (").next().unwrap()).collect();
    assert_eq!(joined, "ที่นี่ก็ได้".repeat(5));
}

#[test]
fn a_word_longer_than_a_part_is_split_between_graphemes_with_a_note() {
    let composed = compose(&thread(&"👨‍👩‍👧‍👦".repeat(20), short(14))).unwrap();
    assert_eq!(texts(&composed)[0], format!("{} (1/3)", "👨‍👩‍👧‍👦".repeat(8)));
    let composed = compose(&thread(&"a".repeat(30), short(20))).unwrap();
    assert_eq!(composed.notes, [ComposeNote::Split, ComposeNote::WordSplit]);
}

#[test]
fn the_signature_stands_at_the_end_of_the_last_part_only() {
    let mut ask = thread("one two three four five six seven", short(20));
    ask.signature = Some("^MK".to_owned());
    ask.mentions = vec!["jo".to_owned()];
    let composed = compose(&ask).unwrap();
    let last = composed.parts.len() - 1;
    for (index, part) in composed.parts.iter().enumerate() {
        assert_eq!((part.text.starts_with("@jo "), part.text.ends_with(" ^MK")), (index == 0, index == last));
    }
}

#[test]
fn every_part_names_its_readers_where_that_is_how_they_get_it() {
    let mut ask = thread("one two three four five six seven", TextPolicy::mastodon(24, 23));
    ask.mentions = vec!["jo@far.example".to_owned()];
    let composed = compose(&ask).unwrap();
    assert!(composed.parts.len() > 1);
    for part in &composed.parts {
        assert!(part.text.starts_with("@jo@far.example "));
        assert_eq!(part.entities[0].value, "jo@far.example");
    }
}

#[test]
fn links_and_mentions_are_never_split() {
    let link = "https://example.com/page";
    let text = format!("短い文です。{link} と @acme_help を見てください。もう一度{link}");
    let composed = compose(&thread(&text, TextPolicy::new(TextUnit::CodePoint, 36, Marking::X))).unwrap();
    let values = composed.parts.iter().flat_map(|part| &part.entities).map(|mark| mark.value.as_str());
    assert_eq!(values.collect::<Vec<_>>(), [link, "acme_help", link]);
    let text = "word ".repeat(50) + "https://example.com/a/long/path/to/the/page " + &"word ".repeat(50);
    let composed = compose(&thread(&text, TextPolicy::bluesky_post())).unwrap();
    let links = composed.parts.iter().flat_map(|part| &part.entities).filter(|mark| mark.kind == EntityKind::Link);
    assert_eq!(
        links.map(|link| link.value.as_str()).collect::<Vec<_>>(),
        ["https://example.com/a/long/path/to/the/page"]
    );
}

#[test]
fn a_link_longer_than_a_part_is_refused() {
    let text = format!("see https://example.com/{} please", "a".repeat(400));
    let error = compose(&thread(&text, TextPolicy::bluesky_post())).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::TooLarge);
    assert!(compose(&thread(&text, TextPolicy::x_post())).is_ok());
}

#[test]
fn splitting_an_address_does_not_call_a_stranger() {
    let text = "请联系客户服务电子邮件地址helpdesk@example请联系客户服务电子邮件地址helpdesk@example";
    for max in 12..40 {
        let Ok(composed) = compose(&thread(text, short(max))) else { continue };
        let mentions = composed.parts.iter().flat_map(|part| &part.entities).count();
        assert_eq!(mentions, 0, "{:?}", texts(&composed));
    }
}

#[test]
fn a_thread_has_a_bound() {
    let error = compose(&thread(&"word ".repeat(19_000), TextPolicy::x_post())).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::TooLarge);
    assert!(error.context().any(|fact| fact == ("parts_max", "99")));
    let composed = compose(&thread(&"word ".repeat(700), TextPolicy::x_post())).unwrap();
    assert!(composed.parts.len() >= 10);
    assert!(composed.parts[0].text.ends_with(&format!("(1/{})", composed.parts.len())));
}

#[test]
fn markdown_is_degraded_unless_the_network_shows_it() {
    let mut ask = Composing::new("**Done**: see [our page](https://a.com).", TextPolicy::bluesky_post());
    assert_eq!(texts(&compose(&ask).unwrap()), [ask.text.as_str()]);
    ask.markdown = true;
    let composed = compose(&ask).unwrap();
    assert_eq!(texts(&composed), ["Done: see our page (https://a.com)."]);
    assert_eq!(composed.notes, [ComposeNote::Emphasis, ComposeNote::Link]);
    assert_eq!(composed.parts[0].entities[0].value, "https://a.com");
    ask.policy.markdown = true;
    assert_eq!(texts(&compose(&ask).unwrap()), [ask.text.as_str()]);
}

#[test]
fn what_cannot_be_sent_is_refused_with_the_reason() {
    let refused = |ask: &Composing| {
        let error = compose(ask).unwrap_err();
        assert_eq!((error.kind(), error.operation()), (ErrorKind::InputInvalid, "compose"));
        error.message().to_owned()
    };
    for text in ["", " \n\t", "\u{200b}\u{feff}", "\u{202e}", "\u{301}\u{301}"] {
        assert!(refused(&Composing::new(text, TextPolicy::x_post())).contains("empty"), "{text:?}");
    }
    let enormous = Composing::new("a".repeat(100_001), TextPolicy::x_premium_post());
    assert!(refused(&enormous).contains("100,000"));
    let mut ask = Composing::new("Hello", TextPolicy::x_post());
    for handle in ["", "a-b", "jo smith", "https://a.com", "al@host"] {
        ask.mentions = vec![handle.to_owned()];
        assert!(refused(&ask).contains("handle"), "{handle:?}");
    }
    ask.mentions.clear();
    for signature in ["", "^M\nK", "^M\u{202e}K", &"x".repeat(41)] {
        ask.signature = Some(signature.to_owned());
        assert!(refused(&ask).contains("signature"), "{signature:?}");
    }
}

#[test]
fn what_deceives_is_taken_out_and_said() {
    let composed = compose(&Composing::new("pay\u{202e}lap\u{200b} n\0ow", TextPolicy::x_post())).unwrap();
    assert_eq!(texts(&composed), ["paylap now"]);
    assert_eq!(composed.notes, [ComposeNote::Bidi, ComposeNote::Hidden, ComposeNote::Controls]);
    let zalgo = format!("h{}i", "\u{336}\u{489}\u{31b}".repeat(300));
    let composed = compose(&Composing::new(zalgo, TextPolicy::x_post())).unwrap();
    assert_eq!(composed.notes, [ComposeNote::Marks]);
}

#[test]
fn arabic_hebrew_and_persian_stay_as_they_were() {
    for text in ["می‌خواهم سفارشم را لغو کنم!", "שלום\u{200f}! 50%", "نعتذر عن التأخير، سنعود إليكم قريبًا."]
    {
        let composed = compose(&Composing::new(text, TextPolicy::x_post())).unwrap();
        assert_eq!((texts(&composed), composed.notes.len()), (vec![text], 0));
    }
}

/// Pieces of which answers are made, and of which trouble is.
fn answers() -> impl Strategy<Value = String> {
    let one_of = |pieces: &[&'static str]| prop::sample::select(pieces.to_vec()).prop_map(str::to_owned);
    let piece = prop_oneof![
        4 => "[a-zA-Z]{1,12}",
        1 => "[一-龥]{1,20}",
        1 => "[\u{e01}-\u{e2e}\u{e34}\u{e48}]{1,12}",
        1 => "[\u{621}-\u{64a}]{1,10}",
        1 => one_of(&["👨‍👩‍👧‍👦", "👍🏽", "🇩🇪", "1️⃣", "é", "e\u{301}", "क्‍ष", "می‌خواهم"]),
        1 => "@[a-z]{2,8}|@[a-z]{2,5}\\.bsky\\.social|@[a-z]{2,5}@far\\.example|#[a-z]{2,8}|\\$[A-Z]{2,4}",
        1 => "https?://[a-z]{2,8}\\.com/[a-z0-9/]{0,12}|[a-z]{2,8}\\.org",
        1 => one_of(&[".", "!", "?", "。", ",", " ", "\n", "\n\n", "^", "@", "#", "(", ")", "/", "_", "-"]),
        1 => "\\PC{1,6}",
    ];
    let joint = prop::sample::select(vec![" ", " ", " ", "", ". ", "\n", "\n\n"]);
    prop::collection::vec((piece, joint), 1..60)
        .prop_map(|pieces| pieces.into_iter().flat_map(|(piece, joint)| [piece, joint.to_owned()]).collect())
}

fn policies() -> impl Strategy<Value = TextPolicy> {
    (
        prop::sample::select(vec![
            TextPolicy::x_post(),
            TextPolicy::mastodon(500, 23),
            TextPolicy::gotosocial(500),
            TextPolicy::bluesky_post(),
            TextPolicy::messenger(),
            TextPolicy::new(TextUnit::Byte, 500, Marking::Plain),
        ]),
        60_u32..140,
    )
        .prop_map(|(mut policy, max)| {
            policy.max = if policy.unit == TextUnit::Byte { max * 3 } else { max };
            policy.bytes_max = policy.bytes_max.map(|_| max * 4);
            policy
        })
}

/// The text between what was put around it.
fn inner<'a>(part: &'a str, index: usize, total: usize, opening: &str, closing: &str) -> &'a str {
    let part = part.strip_prefix(opening).unwrap_or(part);
    let part = if index + 1 == total { part.strip_suffix(closing).unwrap() } else { part };
    if total == 1 { part } else { part.strip_suffix(&format!(" ({}/{total})", index + 1)).unwrap() }
}

fn without_spaces(text: &str) -> String {
    text.split_whitespace().collect()
}

proptest! {
    #[test]
    fn parts_say_what_was_written_and_fit(text in answers(), policy in policies(), signed: bool) {
        let mut ask = thread(&text, policy.clone());
        ask.signature = signed.then(|| "^MK".to_owned());
        let closing = if signed { " ^MK" } else { "" };
        let composed = match compose(&ask) {
            Ok(composed) => composed,
            Err(error) => {
                prop_assert!(matches!(error.kind(), ErrorKind::TooLarge | ErrorKind::InputInvalid), "{error}");
                return Ok(());
            }
        };
        // What a policy without bounds makes of it is what was written, but clean.
        let boundless = TextPolicy::new(TextUnit::Byte, u32::MAX, policy.marking);
        let clean = compose(&Composing::new(text, boundless)).unwrap().parts.remove(0).text;
        let total = composed.parts.len();
        let mut said = String::new();
        for (index, part) in composed.parts.iter().enumerate() {
            said.push_str(inner(&part.text, index, total, "", closing));
            let measured = measure(&part.text, &policy);
            prop_assert!(measured.fits && measured.length == part.length && measured.length <= policy.max);
            prop_assert!(policy.bytes_max.is_none_or(|max| part.text.len() <= max as usize));
            let mut end = 0;
            for mark in &part.entities {
                let (start, stop) = (mark.span.start as usize, mark.span.end as usize);
                prop_assert!(part.text.is_char_boundary(start) && part.text.is_char_boundary(stop) && start >= end);
                prop_assert!(mark.span.of(&part.text).ends_with(mark.value.trim_start_matches("https://")), "{mark:?}");
                end = stop;
            }
        }
        prop_assert_eq!(without_spaces(&said), without_spaces(&clean));
        let values = |text: &str| marks(text, policy.marking).into_iter().map(|mark| mark.value).collect::<Vec<_>>();
        let in_parts: Vec<String> =
            composed.parts.iter().flat_map(|part| part.entities.iter().map(|mark| mark.value.clone())).collect();
        prop_assert_eq!(in_parts, values(&clean));
    }

    #[test]
    fn measuring_and_composing_take_anything(text in "\\PC{0,80}|[\u{0}-\u{ffff}]{0,40}", policy in policies()) {
        let measured = measure(&text, &policy);
        prop_assert!(text.is_char_boundary(measured.within as usize));
        prop_assert!(!measured.fits || measured.within as usize == text.len());
        for marking in [Marking::X, Marking::Mastodon, Marking::Bluesky, Marking::Plain] {
            let mut end = 0;
            for mark in marks(&text, marking) {
                prop_assert!(mark.span.start >= end && !mark.span.of(&text).is_empty());
                end = mark.span.end;
            }
        }
        let mut ask = thread(&text, policy);
        ask.markdown = true;
        let _ = compose(&ask);
    }

    #[test]
    fn what_is_within_fits_and_the_next_character_does_not(text in "[a-z漢🐱 ]{1,300}", policy in policies()) {
        let measured = measure(&text, &policy);
        let (within, beyond) = text.split_at(measured.within as usize);
        prop_assert!(measure(within, &policy).fits);
        prop_assert_eq!(measured.fits, beyond.is_empty());
        if let Some(next) = beyond.chars().next() {
            let longer = format!("{within}{next}");
            prop_assert!(!measure(&longer, &policy).fits);
        }
    }
}
