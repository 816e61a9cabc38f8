//! Measures the text triage on labelled messages kept beside the project, if they are there.
//!
//! The floors are far below the figures printed: they catch a broken rule, they are no target to fit.

#![allow(clippy::unwrap_used, reason = "a test may stop where it stands")]

use std::collections::BTreeMap;
use std::path::PathBuf;

use careline::model::{Assessment, Inbound, ReplyTarget, Surface, Visibility};
use careline::policy::{CompiledPolicy, Policy};
use careline::triage::{Subject, TriageInput, Triages};
use serde_json::Value;

struct Row {
    gold: Value,
    text: String,
    assessment: Assessment,
}

fn folder() -> Option<PathBuf> {
    let beside = PathBuf::from(concat!(env!("CARGO_MANIFEST_DIR"), "/../../shared/corpus"));
    let folder = std::env::var_os("CARELINE_CORPUS").map_or(beside, PathBuf::from).join("labelled");
    folder.is_dir().then_some(folder)
}

fn rows(set: &str) -> Option<Vec<Row>> {
    let Some(folder) = folder() else {
        println!("skipped: no corpus for {set}");
        return None;
    };
    let triages = Triages::default();
    let mut policies = BTreeMap::new();
    let body = std::fs::read_to_string(folder.join(format!("{set}.jsonl"))).unwrap();
    let rows: Vec<Row> = body.lines().map(|line| assessed(line, &triages, &mut policies)).collect();
    println!("{set}: {} rows", rows.len());
    assert!(!rows.is_empty());
    Some(rows)
}

fn assessed(line: &str, triages: &Triages, policies: &mut BTreeMap<String, CompiledPolicy>) -> Row {
    let row: Value = serde_json::from_str(line).unwrap();
    let brand = row["brand"].as_str().unwrap_or("").to_owned();
    let policy =
        policies.entry(brand.clone()).or_insert_with(|| named(if brand.is_empty() { "Example Brand" } else { &brand }));
    let surface = if brand.is_empty() { Surface::DirectMessage } else { Surface::Mention };
    let visibility = if brand.is_empty() { Visibility::Private } else { Visibility::Public };
    let mut message = Inbound::new("x", "1", surface, visibility);
    message.content.text = row["text"].as_str().unwrap().to_owned();
    // The sets do not keep whom a reply answers; those collected from a brand's threads answer the brand.
    if row["gold"]["direction"] == "in" {
        message.reply_to = Some(ReplyTarget { native_id: "0".into(), author: Some("7".into()) });
    }
    let input = TriageInput::new(&message, policy);
    let assessment = triages.assess(&input, &Subject::of_inbound(&message));
    Row { gold: row["gold"].clone(), text: message.content.text, assessment }
}

fn named(brand: &str) -> CompiledPolicy {
    let mut policy = Policy::default();
    policy.brand.name = brand.to_owned();
    policy.brand.language = "en".to_owned();
    policy.accounts =
        toml::from_str::<Policy>("brand = { name = 'A' }\naccounts = [{ id = 'x', network = 'x', native_id = '7' }]")
            .unwrap()
            .accounts;
    CompiledPolicy::new(policy).unwrap()
}

/// Macro F1 over the labels that occur in gold.
fn macro_f1(pairs: &[(String, String)]) -> f64 {
    let mut labels: Vec<&str> = pairs.iter().map(|(gold, _)| gold.as_str()).collect();
    labels.sort_unstable();
    labels.dedup();
    let mut total = 0.0;
    for label in &labels {
        let hit = pairs.iter().filter(|(gold, found)| gold == label && found == label).count() as f64;
        let gold = pairs.iter().filter(|(gold, _)| gold == label).count() as f64;
        let found = pairs.iter().filter(|(_, found)| found == label).count() as f64;
        let f1 = if gold + found > 0.0 { 2.0 * hit / (gold + found) } else { 0.0 };
        println!("    {label:10} f1 {f1:.3} recall {:.3} precision {:.3}", hit / gold, hit / found.max(1.0));
        total += f1;
    }
    total / labels.len() as f64
}

#[test]
fn sentiment() {
    for (set, language, floor) in [
        ("airline", None, 0.5),
        ("tweeteval_sentiment", None, 0.5),
        ("sentiment140_test", None, 0.5),
        ("germeval2017", None, 0.4),
        ("xlm_t", Some("en"), 0.4),
        ("xlm_t", Some("de"), 0.38),
        ("xlm_t", Some("fr"), 0.38),
        ("xlm_t", Some("es"), 0.38),
        ("xlm_t", Some("it"), 0.38),
        ("xlm_t", Some("pt"), 0.38),
        ("xlm_t", Some("ar"), 0.35),
        ("xlm_t", Some("hi"), 0.2),
    ] {
        let Some(rows) = rows(set) else { return };
        let pairs: Vec<_> = rows
            .iter()
            .filter(|row| language.is_none_or(|language| row.gold["lang"] == language))
            .filter_map(|row| Some((row.gold["sentiment"].as_str()?.to_owned(), row.assessment.sentiment.to_string())))
            .collect();
        let f1 = macro_f1(&pairs);
        println!("  sentiment {set} {}: macro F1 {f1:.3} of {}", language.unwrap_or(""), pairs.len());
        assert!(f1 > floor, "{set} {language:?}: {f1}");
    }
}

#[test]
fn needs_response() {
    for (set, floor) in [("ibm_customer_care", 0.5), ("twcs_sample", 0.5), ("airline", 0.75), ("banking77", 0.85)] {
        let Some(rows) = rows(set) else { return };
        let wanted: Vec<_> = rows.iter().filter(|row| row.gold["needs_response"] == true).collect();
        let found = wanted.iter().filter(|row| row.assessment.needs_response).count();
        let recall = found as f64 / wanted.len() as f64;
        let mut missed: BTreeMap<String, usize> = BTreeMap::new();
        for row in wanted.iter().filter(|row| !row.assessment.needs_response) {
            let a = &row.assessment;
            let spam = if a.spam { " spam" } else { "" };
            *missed.entry(format!("{} {}{spam}", a.relevance, a.intent)).or_default() += 1;
        }
        println!("    missed: {missed:?}");
        println!("  needs_response {set}: recall {recall:.3} of {}", wanted.len());
        let praise: Vec<_> = rows.iter().filter(|row| row.gold["sentiment"] == "positive").collect();
        if !praise.is_empty() {
            let wrong = praise.iter().filter(|row| row.assessment.needs_response).count();
            println!("  needs_response {set}: {wrong} of {} positive ones flagged", praise.len());
        }
        assert!(recall > floor, "{set}: {recall}");
    }
}

#[test]
fn category() {
    for (set, floor) in [("airline", 0.4), ("banking77", 0.4)] {
        let Some(rows) = rows(set) else { return };
        let pairs: Vec<_> = rows
            .iter()
            .filter_map(|row| Some((row.gold["category"][0].as_str()?.to_owned(), row.assessment.category.to_string())))
            .collect();
        let f1 = macro_f1(&pairs);
        println!("  category {set}: macro F1 {f1:.3} of {}", pairs.len());
        assert!(f1 > floor, "{set}: {f1}");
    }
}

#[test]
fn spam() {
    for (set, floor) in [("sms_spam", 0.5), ("telegram_spam", 0.5)] {
        let Some(rows) = rows(set) else { return };
        let spam = |row: &&Row| row.gold["spam"] == true;
        let hit = rows.iter().filter(|row| spam(row) && row.assessment.spam).count() as f64;
        let gold = rows.iter().filter(spam).count() as f64;
        let found = rows.iter().filter(|row| row.assessment.spam).count() as f64;
        let f1 = 2.0 * hit / (gold + found);
        println!("  spam {set}: F1 {f1:.3} recall {:.3} precision {:.3}", hit / gold, hit / found.max(1.0));
        assert!(f1 > floor, "{set}: {f1}");
    }
    for set in ["airline", "ibm_customer_care"] {
        let Some(rows) = rows(set) else { return };
        let wrong = rows.iter().filter(|row| row.assessment.spam).count();
        let silenced = rows.iter().filter(|row| row.assessment.do_not_engage).count();
        println!("  spam {set}: {wrong} customers taken for spam, {silenced} not engaged, of {}", rows.len());
        assert!(wrong * 20 < rows.len(), "{set}: {wrong}");
    }
}

#[test]
fn language() {
    for (set, floor) in [("twitter_lid", 0.85), ("xlm_t", 0.85)] {
        let Some(rows) = rows(set) else { return };
        let pairs: Vec<_> = rows
            .iter()
            .filter(|row| row.gold["lang"] != "hi")
            .filter_map(|row| Some((row.gold["lang"].as_str()?.to_owned(), row.assessment.language.to_string())))
            .collect();
        let f1 = macro_f1(&pairs);
        let unknown = pairs.iter().filter(|(_, found)| found == "und").count();
        println!("  language {set}: macro F1 {f1:.3}, {unknown} undetermined of {}", pairs.len());
        assert!(f1 > floor, "{set}: {f1}");
    }
}

#[test]
fn personal_data() {
    let Some(rows) = rows("presidio_pii") else { return };
    let kinds = [
        ("CREDIT_CARD", "card"),
        ("IBAN_CODE", "iban"),
        ("PHONE_NUMBER", "phone"),
        ("EMAIL_ADDRESS", "email"),
        ("US_SSN", "national_id"),
        ("IP_ADDRESS", "ip_address"),
    ];
    let (mut all_gold, mut all_found, mut all_exact) = (0, 0, 0);
    for (theirs, ours) in kinds {
        let (mut gold, mut exact, mut found) = (0, 0, 0);
        for row in &rows {
            let bytes = |at: u64| row.text.char_indices().nth(at as usize).map_or(row.text.len(), |(byte, _)| byte);
            let spans: Vec<(usize, usize)> = row.gold["pii"]
                .as_array()
                .unwrap()
                .iter()
                .filter(|pii| pii["type"] == theirs)
                .map(|pii| (bytes(pii["start"].as_u64().unwrap()), bytes(pii["end"].as_u64().unwrap())))
                .collect();
            let mine: Vec<(usize, usize)> = (row.assessment.pii.iter())
                .filter(|pii| pii.kind.as_str() == ours)
                .map(|pii| (pii.span.start as usize, pii.span.end as usize))
                .collect();
            gold += spans.len();
            found += mine.len();
            exact += spans.iter().filter(|span| mine.contains(span)).count();
            if std::env::var_os("CARELINE_SHOW").is_some() {
                let words = |span: &(usize, usize)| row.text[span.0..span.1].to_owned();
                let missed = spans.iter().filter(|span| !mine.contains(span)).map(words).collect::<Vec<_>>();
                let wrong = mine.iter().filter(|span| !spans.contains(span)).map(words).collect::<Vec<_>>();
                if missed.len() + wrong.len() > 0 {
                    println!("    {theirs}: missed {missed:?}, wrongly found {wrong:?}");
                }
            }
        }
        println!("  personal data {ours}: {exact} exact of {gold}, {found} found");
        assert!(exact * 2 >= gold, "{theirs}: {exact} of {gold}");
        (all_gold, all_found, all_exact) = (all_gold + gold, all_found + found, all_exact + exact);
    }
    let (recall, precision) = (all_exact as f64 / all_gold as f64, all_exact as f64 / all_found as f64);
    println!("  personal data: recall {recall:.4}, precision {precision:.4}");
    assert!(recall >= 0.97 && precision >= 0.97, "recall {recall:.4}, precision {precision:.4}");
}

#[test]
fn personal_data_is_rarely_seen_where_there_is_none() {
    let Some(rows) = rows("airline") else { return };
    let masked = rows
        .iter()
        .flat_map(|row| row.assessment.pii.iter().map(move |pii| (pii.kind.as_str(), pii.span.of(&row.text))));
    // Somebody's address or a number of ten digits as North America writes them is what it seems to be.
    let digits = |words: &str| words.bytes().filter(u8::is_ascii_digit).count();
    let (real, wrong): (Vec<_>, Vec<_>) =
        masked.partition(|(kind, words)| *kind == "email" || *kind == "phone" && matches!(digits(words), 10 | 11));
    let rate = wrong.len() as f64 * 1000.0 / rows.len() as f64;
    println!("  {} masked as they should, {} not: {rate:.2} per 1,000: {wrong:?}", real.len(), wrong.len());
    assert!(rate <= 2.0, "{rate:.2} per 1,000");
}

#[test]
fn cost() {
    let Some(rows) = rows("airline") else { return };
    let triages = Triages::default();
    let policy = named("Example Brand");
    let messages: Vec<Inbound> = rows
        .iter()
        .map(|row| {
            let mut message = Inbound::new("x", "1", Surface::Mention, Visibility::Public);
            message.content.text = row.text.clone();
            message
        })
        .collect();
    let start = std::time::Instant::now();
    for message in &messages {
        std::hint::black_box(triages.assess(&TriageInput::new(message, &policy), &Subject::of_inbound(message)));
    }
    let micros = start.elapsed().as_micros() as f64 / messages.len() as f64;
    println!("  cost: {micros:.1} µs per message of {} characters", {
        rows.iter().map(|row| row.text.len()).sum::<usize>() / rows.len()
    });
}
