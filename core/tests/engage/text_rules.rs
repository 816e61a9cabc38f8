//! The lists by which X and Bluesky let implementations be checked, read beside the project if they are there.

use std::path::PathBuf;

use careline::engage::text::{
    Marking, Measured, TextPolicy, TextUnit, is_did, is_handle, is_link, marks, measure, replied_to,
};
use careline::model::EntityKind;
use yaml_rust2::{Yaml, YamlLoader};

fn folder(name: &str) -> Option<PathBuf> {
    let beside = || PathBuf::from(concat!(env!("CARGO_MANIFEST_DIR"), "/../../shared/corpus"));
    let root = std::env::var_os("CARELINE_CORPUS").map_or_else(beside, PathBuf::from);
    let folder = root.join("payloads").join(name);
    if !folder.is_dir() {
        println!("skipped: no lists at {}", folder.display());
    }
    folder.is_dir().then_some(folder)
}

/// One case of a list of X.
struct Case {
    list: String,
    description: String,
    text: String,
    expected: Yaml,
}

/// The cases of a file, from all its lists.
fn cases(file: &str) -> Option<Vec<Case>> {
    let body = std::fs::read_to_string(folder("text_rules/twitter_text")?.join(file)).unwrap();
    let documents = YamlLoader::load_from_str(&body).unwrap();
    let lists = documents[0]["tests"].as_hash().unwrap().iter();
    let cases = lists.flat_map(|(list, cases)| cases.as_vec().unwrap().iter().map(|case| (list.clone(), case.clone())));
    let text = |yaml: &Yaml| yaml.as_str().unwrap().to_owned();
    Some(
        cases
            .map(|(list, case)| Case {
                list: text(&list),
                description: text(&case["description"]),
                text: text(&case["text"]),
                expected: case["expected"].clone(),
            })
            .collect(),
    )
}

/// Runs `check` on all cases; it says what was found instead, if anything.
fn all_pass(file: &str, at_least: usize, check: impl Fn(&Case) -> Option<String>) {
    let Some(cases) = cases(file) else { return };
    let wrong: Vec<String> = cases
        .iter()
        .filter_map(|case| {
            let found = check(case)?;
            Some(format!(
                "{}: {}\n  {:?}\n  expected {:?}\n  found {found}",
                case.list, case.description, case.text, case.expected
            ))
        })
        .collect();
    println!("{file}: checked {} cases", cases.len());
    assert!(wrong.is_empty(), "{} cases fail\n{}", wrong.len(), wrong.join("\n"));
    assert!(cases.len() >= at_least, "{file} has only {} cases", cases.len());
}

/// Kind, value as X gives it, start and end in code points.
type Found = (EntityKind, String, i64, i64);

fn found(text: &str) -> Vec<Found> {
    let index = |byte: u32| i64::try_from(text[..byte as usize].chars().count()).unwrap();
    let marks = marks(text, Marking::X).into_iter();
    marks
        .map(|mark| {
            let written = mark.span.of(text).to_owned();
            let value = if mark.kind == EntityKind::Link { written } else { mark.value };
            (mark.kind, value, index(mark.span.start), index(mark.span.end))
        })
        .collect()
}

fn strings(yaml: &Yaml) -> Vec<String> {
    yaml.as_vec().unwrap().iter().map(|item| item.as_str().unwrap().to_owned()).collect()
}

fn differs<T: PartialEq + std::fmt::Debug>(found: T, expected: T) -> Option<String> {
    (found != expected).then(|| format!("{found:?}"))
}

fn check_values(case: &Case, kind: &EntityKind) -> Option<String> {
    let values = found(&case.text).into_iter().filter(|mark| mark.0 == *kind).map(|mark| mark.1).collect();
    differs(values, strings(&case.expected))
}

fn check_indices(case: &Case, kinds: &[EntityKind], key: &str) -> Option<String> {
    let found = found(&case.text).into_iter().filter(|mark| kinds.contains(&mark.0));
    let found = found.map(|(_, value, start, end)| (value, start, end)).collect::<Vec<_>>();
    let expected = case.expected.as_vec().unwrap().iter().map(|mark| {
        let value = format!("{}{}", mark[key].as_str().unwrap(), mark["list_slug"].as_str().unwrap_or(""));
        (value, mark["indices"][0].as_i64().unwrap(), mark["indices"][1].as_i64().unwrap())
    });
    differs(found, expected.collect())
}

#[test]
fn x_finds_what_it_says_it_finds() {
    let list = EntityKind::from("list");
    all_pass("extract.yml", 238, |case| match case.list.as_str() {
        "mentions" => check_values(case, &EntityKind::Mention),
        "mentions_with_indices" => check_indices(case, &[EntityKind::Mention], "screen_name"),
        "mentions_or_lists_with_indices" => check_indices(case, &[EntityKind::Mention, list.clone()], "screen_name"),
        "replies" => differs(replied_to(&case.text), case.expected.as_str()),
        "urls" | "tco_urls_with_params" => check_values(case, &EntityKind::Link),
        "urls_with_indices" | "urls_with_directional_markers" => check_indices(case, &[EntityKind::Link], "url"),
        "hashtags" | "hashtags_from_astral" => check_values(case, &EntityKind::Hashtag),
        "hashtags_with_indices" => check_indices(case, &[EntityKind::Hashtag], "hashtag"),
        "cashtags" => check_values(case, &EntityKind::Cashtag),
        "cashtags_with_indices" => check_indices(case, &[EntityKind::Cashtag], "cashtag"),
        other => panic!("nobody checks the list `{other}`"),
    });
}

#[test]
fn x_knows_its_top_level_domains() {
    all_pass("tlds.yml", 1574, |case| check_values(case, &EntityKind::Link));
}

/// Whether the whole text is one mark of this kind.
fn is_whole(text: &str, kind: &EntityKind) -> bool {
    matches!(marks(text, Marking::X).as_slice(), [mark] if mark.kind == *kind && mark.span.of(text) == text)
}

#[test]
fn x_measures_and_validates_as_it_says() {
    // The configurations v1, v2 and v3 of twitter-text.
    let mut v1 = TextPolicy::new(TextUnit::CodePoint, 140, Marking::X);
    v1.link_length = Some(23);
    let mut v2 = TextPolicy::x_post();
    v2.emoji_whole = false;
    let v3 = TextPolicy::x_post();
    let list = EntityKind::from("list");
    all_pass("validate.yml", 97, |case| {
        let text = case.text.as_str();
        let valid = match case.list.as_str() {
            "WeightedTweetsCounterTest" => return check_length(case, &v2),
            "WeightedTweetsWithDiscountedEmojiCounterTest" | "UnicodeDirectionalMarkerCounterTest" => {
                return check_length(case, &v3);
            }
            "tweets" => measure(text, &v1).fits,
            "usernames" => is_whole(text, &EntityKind::Mention),
            "lists" => is_whole(text, &list),
            "hashtags" => is_whole(text, &EntityKind::Hashtag),
            "urls" => is_link(text, true),
            "urls_without_protocol" => is_link(text, false),
            other => panic!("nobody checks the list `{other}`"),
        };
        differs(Some(valid), case.expected.as_bool())
    });
}

fn check_length(case: &Case, policy: &TextPolicy) -> Option<String> {
    let Measured { length, fits, within, .. } = measure(&case.text, policy);
    let utf16 = |text: &str| i64::try_from(text.encode_utf16().count()).unwrap();
    let last_within = utf16(&case.text[..within as usize]) - 1;
    let number = |key: &str| case.expected[key].as_i64().unwrap();
    let found = (i64::from(length), fits, i64::from(length) * 1000 / 280, last_within, utf16(&case.text) - 1);
    let expected = (
        number("weightedLength"),
        case.expected["valid"].as_bool().unwrap(),
        number("permillage"),
        number("validRangeEnd"),
        number("displayRangeEnd"),
    );
    assert_eq!((number("validRangeStart"), number("displayRangeStart")), (0, 0));
    differs(found, expected)
}

/// At the edges of each range of the configuration a code point weighs what it says.
#[test]
fn x_weighs_as_it_says() {
    let Some(folder) = folder("text_rules/twitter_text") else { return };
    let body = std::fs::read_to_string(folder.join("config_v3.json")).unwrap();
    let config: serde_json::Value = serde_json::from_str(&body).unwrap();
    let number = |value: &serde_json::Value| u32::try_from(value.as_u64().unwrap()).unwrap();
    let ranges: Vec<_> = config["ranges"].as_array().unwrap().iter().collect();
    let within =
        |code: u32, range: &&&serde_json::Value| (number(&range["start"])..=number(&range["end"])).contains(&code);
    let edges = ranges.iter().flat_map(|range| [number(&range["start"]), number(&range["end"])]);
    let around = edges.flat_map(|edge| [edge.saturating_sub(1), edge, edge + 1]);
    let mut checked = 0;
    for character in around.filter_map(char::from_u32) {
        let range = ranges.iter().find(|range| within(u32::from(character), range));
        let weight = number(range.map_or(&config["defaultWeight"], |range| &range["weight"]));
        let text = character.to_string();
        // What is written in another way in NFC weighs as that.
        if unicode_normalization::is_nfc(&text) {
            assert_eq!(measure(&text, &TextPolicy::x_post()).length, weight / 100, "U+{:04X}", u32::from(character));
            checked += 1;
        }
    }
    println!("config_v3.json: checked {checked} code points");
    assert!(checked >= 12);
    let policy = TextPolicy::x_post();
    assert_eq!(policy.max, number(&config["maxWeightedTweetLength"]));
    assert_eq!(policy.link_length, Some(number(&config["transformedURLLength"])));
    assert_eq!(policy.emoji_whole, config["emojiParsingEnabled"].as_bool().unwrap());
}

/// The lists of Bluesky for the syntax of names.
struct Lists(PathBuf);

impl Lists {
    fn open() -> Option<Self> {
        folder("bluesky/interop/syntax").map(Self)
    }

    /// The lines of a list without its comments.
    fn lines(&self, file: &str) -> Vec<String> {
        let body = std::fs::read_to_string(self.0.join(file)).unwrap();
        let lines = body.lines().filter(|line| !line.is_empty() && !line.starts_with('#'));
        let lines: Vec<String> = lines.map(str::to_owned).collect();
        println!("{file}: checked {} lines", lines.len());
        assert!(lines.len() >= 10);
        lines
    }

    fn all_are(&self, file: &str, expected: bool, check: impl Fn(&str) -> bool) {
        let wrong: Vec<String> = self.lines(file).into_iter().filter(|line| check(line) != expected).collect();
        assert!(wrong.is_empty(), "{file}: {wrong:#?}");
    }
}

#[test]
fn bluesky_tells_handles_and_dids() {
    let Some(lists) = Lists::open() else { return };
    lists.all_are("handle_syntax_valid.txt", true, is_handle);
    lists.all_are("handle_syntax_invalid.txt", false, is_handle);
    lists.all_are("did_syntax_valid.txt", true, is_did);
    lists.all_are("did_syntax_invalid.txt", false, is_did);
    lists.all_are("atidentifier_syntax_valid.txt", true, |text| is_handle(text) || is_did(text));
    lists.all_are("atidentifier_syntax_invalid.txt", false, |text| is_handle(text) || is_did(text));
}

/// A handle Bluesky allows is marked where it is mentioned, if its top-level domain is one.
#[test]
fn bluesky_handles_are_marked_in_texts() {
    let Some(lists) = Lists::open() else { return };
    let mentions = |text: &str| {
        let marks = marks(text, Marking::Bluesky).into_iter();
        marks.filter(|mark| mark.kind == EntityKind::Mention).map(|mark| mark.value).collect::<Vec<_>>()
    };
    let known = |handle: &&String| handle.ends_with(".com") || handle.ends_with(".test");
    for handle in lists.lines("handle_syntax_valid.txt").iter().filter(known) {
        assert_eq!(mentions(&format!("Hi @{handle}, hello")), [handle.as_str()]);
    }
    for handle in lists.lines("handle_syntax_invalid.txt") {
        assert!(!mentions(&format!("Hi @{handle}, hello")).contains(&handle), "{handle}");
    }
}
