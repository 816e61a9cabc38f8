//! Assessments of made-up messages, language by language and conclusion by conclusion.

#![allow(clippy::unwrap_used, reason = "a test may stop where it stands")]

use std::sync::Arc;

use careline::model::{Inbound, Question, Rating, Surface, Visibility};
use careline::policy::{CategoryRule, CompiledPolicy, Policy, PriorityRule};
use careline::triage::{Evidence, Subject, TextTriage, Triage, TriageInput, Triages, conclude};
use careline::{Error, ErrorKind, Result};
use proptest::prelude::*;
use serde::Deserialize;
use serde_json::Value;

/// One vector: a message, what the policy adds, and the part of the assessment that is expected.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Vector {
    name: String,
    text: String,
    surface: Option<Surface>,
    visibility: Option<Visibility>,
    language: Option<String>,
    rating: Option<Rating>,
    #[serde(default)]
    noise: Vec<String>,
    #[serde(default)]
    categories: Vec<CategoryRule>,
    #[serde(default)]
    priorities: Vec<PriorityRule>,
    expect: Value,
}

fn acme() -> Policy {
    toml::from_str("brand = { name = 'Acme' }\naccounts = [{ id = 'acme-x', network = 'x', handle = '@acme' }]")
        .unwrap()
}

fn message(text: &str) -> Inbound {
    let mut message = Inbound::new("x", "1", Surface::Mention, Visibility::Public);
    message.content.text = text.to_owned();
    message
}

fn assess(message: &Inbound, policy: &CompiledPolicy) -> careline::model::Assessment {
    Triages::default().assess(&TriageInput::new(message, policy), &Subject::of_inbound(message))
}

#[test]
fn who_addresses_us_and_says_our_name_is_still_heard() {
    let policy = CompiledPolicy::new(acme()).unwrap();
    for text in
        ["When will the Acme kettle be back in stock, @acme?", "hey @acmehelp can I return my Acme kettle? @acme"]
    {
        let found = assess(&message(text), &policy);
        assert_eq!((found.relevance.as_str(), found.needs_response), ("addressed", true), "{text}: {found:?}");
    }
    let found = assess(&message("@somebody is the Acme kettle any good?"), &policy);
    assert_eq!(found.relevance.as_str(), "about", "{found:?}");
}

#[test]
fn vectors() {
    let vectors: Vec<Vector> = serde_json::from_str(include_str!("../testkit/vectors/assessments.json")).unwrap();
    let mut wrong = Vec::new();
    for vector in &vectors {
        let mut policy = acme();
        policy.listening.noise.clone_from(&vector.noise);
        policy.categories.clone_from(&vector.categories);
        policy.priorities.clone_from(&vector.priorities);
        let mut message = message(&vector.text);
        message.surface = vector.surface.clone().unwrap_or(Surface::Mention);
        message.visibility = vector.visibility.clone().unwrap_or(Visibility::Public);
        message.language = vector.language.as_deref().map(Into::into);
        message.rating = vector.rating;
        let assessment = assess(&message, &CompiledPolicy::new(policy).unwrap());
        let json = serde_json::to_value(&assessment).unwrap();
        for (key, expected) in vector.expect.as_object().unwrap() {
            if json[key] != *expected {
                wrong.push(format!("{}: {key} is {}, expected {expected}", vector.name, json[key]));
            }
        }
        every_conclusion_has_a_finding(&assessment);
        let asks = assessment.needs_response && assessment.intent.as_str() == "chatter";
        assert!(!asks, "{}: chatter needs no response", vector.name);
    }
    assert!(wrong.is_empty(), "{} of {} vectors:\n{}", wrong.len(), vectors.len(), wrong.join("\n"));
}

fn every_conclusion_has_a_finding(assessment: &careline::model::Assessment) {
    for question in Question::KNOWN {
        let question = Question::from(*question);
        let reasons = assessment.evidence.iter().filter(|finding| finding.about == question).count();
        assert!(reasons > 0, "nothing says why about {question}");
    }
}

/// Fails after it has found something.
#[derive(Debug)]
struct Broken;

impl Triage for Broken {
    fn id(&self) -> &str {
        "broken/2"
    }

    fn assess(&self, _: &TriageInput<'_>, evidence: &mut Evidence) -> Result<()> {
        evidence.add(Question::Category, "gadgets", 9.0, "broken.gadget", None);
        Err(Error::new(ErrorKind::Unexpected, "it broke"))
    }
}

#[test]
fn a_host_adds_a_triage_and_its_failure_stops_nothing() {
    let policy = CompiledPolicy::new(acme()).unwrap();
    let message = message("@acme my parcel is late");
    let triages = Triages::default().with(Arc::new(Broken));
    let assessment = triages.assess(&TriageInput::new(&message, &policy), &Subject::of_inbound(&message));
    assert_eq!(assessment.category, "gadgets");
    assert_eq!(assessment.models["broken"], "2");
    assert_eq!(assessment.models["careline-text"], "2");
    assert!(assessment.evidence.iter().any(|finding| finding.rule == "failed.broken" && finding.value == "unexpected"));
}

#[test]
fn followers_raise_a_risk_and_lower_nobody() {
    let policy = CompiledPolicy::new(acme()).unwrap();
    let of = |text: &str, followers: u64| {
        let message = message(text);
        let mut subject = Subject::of_inbound(&message);
        subject.followers = Some(followers);
        Triages::default().assess(&TriageInput::new(&message, &policy), &subject).tier
    };
    let talk = "So many people say Acme is a danger";
    assert!(of(talk, 2_000_000) <= of(talk, 3));
    assert_eq!(of("Is Acme breaking up? Police at the office", 50_000), 1);
    assert_eq!(of("Is Acme breaking up? Police at the office", 5), 2);
    for text in ["@acme where is my parcel?", "@acme thanks!", "@acme my invoice is wrong"] {
        assert_eq!(of(text, 0), of(text, 9_000_000), "{text}");
    }
}

#[test]
fn concluding_again_from_what_was_concluded_changes_nothing() {
    let policy = CompiledPolicy::new(acme()).unwrap();
    let message = message("@acme thanks, but my parcel is late again!! 😡 jo@acme.example");
    let first = assess(&message, &policy);
    let mut evidence = Evidence::default();
    evidence.extend(first.evidence.iter().rev().cloned());
    let second = conclude(evidence, &Subject::of_inbound(&message), &policy, first.models.clone());
    let mut expected = first.clone();
    expected.evidence.clone_from(&second.evidence);
    assert_eq!(second, expected);
    assert_eq!(second.evidence.len(), first.evidence.len());
}

#[test]
fn the_lists_alone_are_the_same_triage_without_the_learnt_weights() {
    let policy = CompiledPolicy::new(acme()).unwrap();
    let message = message("@acme my refund is late and nobody of your people calls me back");
    let findings = |triage: TextTriage| {
        let mut evidence = Evidence::default();
        triage.assess(&TriageInput::new(&message, &policy), &mut evidence).unwrap();
        evidence.into_findings()
    };
    let (whole, lists) = (findings(TextTriage::new()), findings(TextTriage::lists_only()));
    let (learnt, others): (Vec<_>, Vec<_>) = whole.into_iter().partition(|f| f.rule.starts_with("model."));
    assert!(!learnt.is_empty());
    assert_eq!(lists, others);
}

#[test]
fn work_grows_with_the_text_and_no_faster() {
    let policy = CompiledPolicy::new(acme()).unwrap();
    let sentence = "@acme my refund of 12 34 56 78 is late, a@b c 4111 1111 http://x.example ";
    let found = |times: usize| {
        let mut evidence = Evidence::default();
        let message = message(&sentence.repeat(times));
        TextTriage::new().assess(&TriageInput::new(&message, &policy), &mut evidence).unwrap();
        evidence.findings().len()
    };
    // Findings are bounded however long the text is; personal data is listed in full.
    assert!(found(14) < 150, "{}", found(14));
    assert!(found(900) < 200, "{}", found(900));
    // Each of these would take minutes if any step looked at the rest of the text again and again.
    for hostile in ["@.", "a@", "1 ", "+1(", "not ", "é.", "late "] {
        let assessment = assess(&message(&hostile.repeat(65_536)), &policy);
        assert!(assessment.evidence.len() < 200, "{hostile}: {}", assessment.evidence.len());
    }
}

proptest! {
    #[test]
    fn any_text_gives_a_sound_assessment(text in r"(\PC|[@#?!.,0-9a-zA-Z äßéñ👍👩‍🚀漢字かなعربيةעברית]){0,300}") {
        let policy = CompiledPolicy::new(acme()).unwrap();
        let message = message(&text);
        let assessment = assess(&message, &policy);
        prop_assert_eq!(&assessment, &assess(&message, &policy));
        prop_assert!((1..=4).contains(&assessment.tier));
        prop_assert!((0.0..=1.0).contains(&assessment.confidence));
        prop_assert!((-1.0..=1.0).contains(&assessment.sentiment_score));
        for finding in &assessment.evidence {
            prop_assert!(finding.weight.is_finite());
            if let Some(span) = finding.span {
                prop_assert!(text.get(span.start as usize..span.end as usize).is_some());
            }
        }
        for pii in &assessment.pii {
            prop_assert!(!pii.span.of(&text).is_empty());
        }
    }

    #[test]
    fn any_findings_of_a_host_give_finite_scores(weights in prop::collection::vec(any::<f32>(), 0..20), at in any::<u32>()) {
        let policy = CompiledPolicy::new(acme()).unwrap();
        let message = message("@acme größe?");
        let mut evidence = Evidence::default();
        for (place, weight) in weights.iter().enumerate() {
            let about = Question::from(Question::KNOWN[place % Question::KNOWN.len()]);
            let span = careline::model::Span { start: at, end: at.saturating_add(3) };
            evidence.add(about, "yes", *weight, "host.rule", Some(span));
        }
        let assessment = conclude(evidence, &Subject::of_inbound(&message), &policy, Default::default());
        prop_assert!(assessment.confidence.is_finite() && assessment.sentiment_score.is_finite());
        prop_assert!((1..=4).contains(&assessment.tier));
    }
}
