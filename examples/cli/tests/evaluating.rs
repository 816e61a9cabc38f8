//! `careline evaluate` as a user runs it: made-up texts, and labelled ones kept beside the project, if they are there.

#![allow(clippy::unwrap_used, clippy::expect_used)]

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use serde_json::Value;

/// A set nobody knows: two complaints, a question, praise, and a line that is none.
const SHOP: &str = r#"
{"text":"@acme my parcel is late and broken, this is terrible!","brand":"Acme","gold":{"sentiment":"negative","needs_response":true,"category":["delivery"],"mood":"angry"}}
{"text":"@acme I am very angry, your service is the worst","brand":"Acme","gold":{"sentiment":"negative","needs_response":true,"category":["service"]}}
{"text":"@acme thank you so much, I love it, great work!","brand":"Acme","gold":{"sentiment":"positive"}}
{"text":"@acme this line ends too early
{"text":"The train to the lake leaves at nine","gold":{"sentiment":"neutral"}}
{"text":"write to mia@example.com","gold":{"pii":[{"type":"EMAIL_ADDRESS","start":9,"end":24}]}}
"#;

#[test]
fn a_folder_of_anybodys_sets_is_measured() {
    let folder =
        folder(&[("shop", SHOP), ("banking77", r#"{"text":"where is my card?","gold":{"needs_response":true}}"#)]);
    let plot = folder.path().join("plot.svg");
    let output = run(&[path(folder.path()), "--json", "--plot", path(&plot)]);
    let told = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{told}");
    assert!(told.contains("shop, line 5: "), "a broken line is named: {told}");

    let report: Value = serde_json::from_slice(&output.stdout).unwrap();
    let shop = &report["sets"][1];
    assert_eq!((&shop["set"], &shop["rows"]), (&"shop".into(), &5.into()));
    assert_eq!((&shop["broken"]["lines"], &shop["unknown_labels"]["mood"]), (&1.into(), &1.into()));
    assert_eq!((&shop["learnt_from"], &report["sets"][0]["learnt_from"]), (&false.into(), &true.into()));

    let sentiment = &report["sentiment"][0];
    assert_eq!((&sentiment["set"], &sentiment["rows"]), (&"shop".into(), &4.into()));
    assert_eq!(sentiment["careline"]["accuracy"], 1.0, "{sentiment}");
    // Always "negative" is right twice in four, and has an F1 of 2/3, 0 and 0.
    assert_eq!(sentiment["majority"]["accuracy"], 0.5);
    assert!((sentiment["majority"]["macro_f1"].as_f64().unwrap() - 2.0 / 9.0).abs() < 1e-9);

    let needs = report["needs_response"].as_array().unwrap();
    let of = |set: &str, what: &str| needs.iter().find(|share| share["set"] == set && share["what"] == what).unwrap();
    assert_eq!(of("shop", "that need a response")["careline"], 1.0);
    assert_eq!(of("shop", "that praise the brand")["careline"], 0.0);
    assert_eq!(of("shop", "said to nobody")["careline"], 0.0);
    assert_eq!(of("banking77", "that need a response")["learnt_from"], true);

    assert_eq!(report["personal_data"][0]["total"]["exact"], 1);
    let picture = fs::read_to_string(&plot).unwrap();
    assert!(picture.starts_with("<svg") && picture.contains(">shop<") && picture.ends_with("</svg>\n"));
}

#[test]
fn the_page_has_lines_that_fit_and_marks_what_was_learnt_from() {
    let rows = r#"{"text":"where is my card?","gold":{"needs_response":true,"category":["billing"]}}"#;
    let folder = folder(&[("banking77", rows)]);
    let output = run(&[path(folder.path()), "--markdown"]);
    let page = String::from_utf8(output.stdout).unwrap();
    assert!(output.status.success() && page.starts_with("# "), "{page}");
    assert!(page.contains("| banking77 (learnt from) | that need a response | 1 | 1.000 |"), "{page}");
    let long: Vec<&str> = page.lines().filter(|line| line.chars().count() > 120).collect();
    assert!(long.is_empty(), "{long:?}");
}

#[test]
fn a_folder_without_sets_is_told() {
    let empty = folder(&[]);
    let broken = folder(&[("shop", "no row\n")]);
    let nowhere = empty.path().join("nowhere");
    for (folder, why) in [
        (empty.path(), "has no sets: files named <set>.jsonl"),
        (broken.path(), "no line of the folder is a labelled text"),
        (nowhere.as_path(), "nowhere: "),
    ] {
        let output = run(&[path(folder)]);
        let told = String::from_utf8_lossy(&output.stderr);
        assert!(!output.status.success() && output.stdout.is_empty() && told.contains(why), "{told}");
    }
}

/// Floors far below what is printed: they catch a broken rule, they are no target to fit. What must be said to hold is
/// in `docs/quality.md`.
#[test]
fn labelled_texts_beside_the_project_are_judged_as_they_were() {
    let beside = PathBuf::from(concat!(env!("CARGO_MANIFEST_DIR"), "/../../../shared/corpus"));
    let folder = std::env::var_os("CARELINE_CORPUS").map_or(beside, PathBuf::from).join("labelled");
    if !folder.is_dir() {
        println!("skipped: no labelled texts beside the project");
        return;
    }
    let output = run(&[path(&folder), "--json"]);
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let report: Value = serde_json::from_slice(&output.stdout).unwrap();
    for set in report["sets"].as_array().unwrap() {
        println!("{}: {} rows", set["set"], set["rows"]);
        assert!(set["rows"].as_u64() > Some(0) && set["broken"]["lines"] == 0, "{set}");
    }
    let at_least = |figure: &str, set: &str, pointer: &str, floor: f64| {
        let all = report[figure].as_array().unwrap();
        let found = all.iter().find(|one| one["set"] == set).unwrap_or_else(|| panic!("no {figure} of {set}"));
        let found = found.pointer(pointer).and_then(Value::as_f64).unwrap();
        println!("{figure} {set} {pointer}: {found:.3}");
        assert!(found > floor, "{figure} of {set}: {found} is not above {floor}");
    };
    let macro_f1 = "/careline/macro_f1";
    for (set, floor) in
        [("airline", 0.5), ("tweeteval_sentiment", 0.5), ("sentiment140_test", 0.5), ("germeval2017", 0.33)]
    {
        at_least("sentiment", set, macro_f1, floor);
    }
    for of_language in report["sentiment"].as_array().unwrap().iter().filter(|labels| labels["set"] == "xlm_t") {
        let floor = if of_language["part"] == "hi" { 0.2 } else { 0.35 };
        println!("sentiment xlm_t {}: {}", of_language["part"], of_language["careline"]["macro_f1"]);
        assert!(of_language.pointer(macro_f1).and_then(Value::as_f64) > Some(floor), "{of_language}");
    }
    for (set, floor) in [("ibm_customer_care", 0.5), ("twcs_sample", 0.5), ("airline", 0.75), ("banking77", 0.85)] {
        at_least("needs_response", set, "/careline", floor);
    }
    for set in ["airline", "banking77"] {
        at_least("category", set, macro_f1, 0.4);
    }
    for set in ["sms_spam", "telegram_spam"] {
        at_least("spam", set, "/careline/classes/yes/f1", 0.5);
    }
    for set in ["twitter_lid", "xlm_t"] {
        at_least("language", set, macro_f1, 0.75);
    }
    at_least("personal_data", "presidio_pii", "/total/recall", 0.97);
    at_least("personal_data", "presidio_pii", "/total/precision", 0.97);
    for share in report["customers"].as_array().unwrap() {
        assert!(share["careline"].as_f64() < Some(0.05), "{share}");
    }
    for masks in report["false_masks"].as_array().unwrap().iter().filter(|masks| masks["set"] == "airline") {
        assert!(masks["wrong_per_1000"].as_f64() <= Some(2.0), "{masks}");
    }
}

fn folder(sets: &[(&str, &str)]) -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    for (set, rows) in sets {
        fs::write(folder.path().join(format!("{set}.jsonl")), rows).unwrap();
    }
    folder
}

fn path(path: &Path) -> &str {
    path.to_str().unwrap()
}

fn run(words: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_careline")).arg("evaluate").args(words).output().unwrap()
}
