//! Measures the guards on what real brands answered in public, kept beside the project, if it is there.
//!
//! The ceilings are above the figures printed: they catch a broken rule, they are no target to fit.
#![allow(clippy::unwrap_used, reason = "a test may stop where it stands")]

use std::collections::BTreeMap;
use std::path::PathBuf;

use careline::engage::guard::{Guard, Guarded};
use careline::model::Timestamp;
use careline::policy::{CompiledPolicy, Policy};
use serde_json::Value;

/// The texts of a set that `wanted` takes; none if it is not there.
fn texts(set: &str, wanted: impl Fn(&Value) -> bool) -> Vec<String> {
    let beside = PathBuf::from(concat!(env!("CARGO_MANIFEST_DIR"), "/../../shared/corpus"));
    let folder = std::env::var_os("CARELINE_CORPUS").map_or(beside, PathBuf::from).join("labelled");
    let Ok(body) = std::fs::read_to_string(folder.join(format!("{set}.jsonl"))) else {
        println!("skipped: no corpus for {set}");
        return Vec::new();
    };
    let rows = body.lines().map(|line| serde_json::from_str::<Value>(line).unwrap());
    rows.filter(wanted).map(|row| row["text"].as_str().unwrap().to_owned()).collect()
}

/// How many of `texts` each guard objects to.
fn objected(texts: &[String]) -> BTreeMap<Guard, usize> {
    let policy = CompiledPolicy::new(Policy::from_brand("Example Brand")).unwrap();
    let mut objected = BTreeMap::new();
    for text in texts {
        for objection in policy.guards().objections(&Guarded::new(text, Timestamp::default()).in_public()) {
            *objected.entry(objection.guard).or_insert(0) += 1;
        }
    }
    println!("{} texts: {objected:?}", texts.len());
    objected
}

#[test]
fn few_real_answers_are_objected_to() {
    let answers = |set| texts(set, |row| row["gold"]["direction"] == "out");
    let texts = [answers("twcs_sample"), answers("ibm_customer_care")].concat();
    let objected = objected(&texts);
    for guard in [Guard::AsksForPiiInPublic, Guard::Tone, Guard::PiiInPublic] {
        assert!(objected.get(&guard).is_none_or(|count| *count * 50 <= texts.len()), "{guard}: {objected:?}");
    }
}

#[test]
fn talk_in_eight_languages_is_hardly_taken_for_a_request() {
    let texts = texts("xlm_t", |_| true);
    let objected = objected(&texts);
    assert!(objected.get(&Guard::AsksForPiiInPublic).is_none_or(|count| *count * 500 <= texts.len()), "{objected:?}");
}
