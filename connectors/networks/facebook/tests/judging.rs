//! Facebook's signals for triage.
#![allow(clippy::unwrap_used, reason = "a fixture that is wrong is to fail")]

use careline::model::{EventBody, Inbound, NativeAccount, NetworkName, Question, Sentiment, Timestamp};
use careline::network::BodyKind;
use careline::policy::CompiledPolicy;
use careline::triage::{Evidence, Subject, Triage, TriageInput, Triages};
use careline_facebook::{Account, AccountConfig, Signals, normalise};
use careline_testkit::acme;
use serde_json::{Value, json};

const PAGE: &str = "104000000000001";

fn account() -> Account {
    Account::new(AccountConfig::new(PAGE, "page-token")).unwrap()
}

fn policy() -> CompiledPolicy {
    acme(&format!("accounts = [{{ id = 'acme', network = 'facebook', native_id = '{PAGE}' }}]"))
}

fn read(list: &str, item: Value) -> Inbound {
    let body = json!({"object": "page", "entry": [{"id": PAGE, "time": 1_768_000_050, list: [item]}]}).to_string();
    let native = NativeAccount::new(NetworkName::new("facebook"), PAGE);
    let parsed = normalise(BodyKind::Webhook, body.as_bytes(), &native, Timestamp::default()).unwrap();
    match parsed.events.into_iter().next().unwrap().body {
        EventBody::Message(message) => *message,
        other => panic!("no message: {other:?}"),
    }
}

fn change(field: &str, value: Value) -> Inbound {
    read("changes", json!({"field": field, "value": value}))
}

fn private(list: &str, message: Value) -> Inbound {
    let item = json!({"sender": {"id": "7"}, "recipient": {"id": PAGE}, "timestamp": 1_768_000_000_246_i64, "message": message});
    read(list, item)
}

/// The rules that speak, each with what it says about what.
fn rules(message: &Inbound) -> Vec<String> {
    let mut evidence = Evidence::default();
    let policy = policy();
    account().assess(&TriageInput::new(message, &policy), &mut evidence).unwrap();
    let mut without_token = Evidence::default();
    Signals.assess(&TriageInput::new(message, &policy), &mut without_token).unwrap();
    assert_eq!(without_token.findings(), evidence.findings(), "a host that only receives hears the same");
    evidence.findings().iter().map(|found| format!("{} {} {}", found.about, found.value, found.rule)).collect()
}

fn comment(post: &str, more: Value) -> Inbound {
    let mut value = json!({"item": "comment", "verb": "add", "comment_id": "901_77", "post_id": post, "parent_id": post,
        "from": {"id": "7059558", "name": "Jo Doe"}, "message": "hm", "created_time": 1_768_000_000});
    value.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
    change("feed", value)
}

#[test]
fn the_place_tells_whether_we_are_spoken_to() {
    assert_eq!(rules(&comment(&format!("{PAGE}_901"), json!({}))), ["relevance addressed facebook.on_our_page"]);
    assert!(rules(&comment("999_901", json!({}))).is_empty(), "somebody else's page");
    let mention =
        json!({"item": "post", "verb": "add", "post_id": "999_1", "message": "hm", "created_time": 1_768_000_000});
    assert_eq!(rules(&change("mention", mention)), ["relevance addressed facebook.mention"]);
    let direct = private("messaging", json!({"mid": "m_1", "text": "hm"}));
    assert_eq!(rules(&direct), ["relevance addressed facebook.direct_message", "surface stay facebook.direct_message"]);
}

#[test]
fn a_page_that_is_named_is_addressed_where_it_is_ours() {
    let naming = |id: &str| {
        let tags = json!([{"id": id, "name": "Acme", "type": "page", "offset": 3, "length": 4}]);
        rules(&comment("999_901", json!({"message": "hi Acme", "message_tags": tags})))
    };
    assert_eq!(naming(PAGE), ["relevance addressed facebook.named"]);
    assert!(naming("999").is_empty());
}

#[test]
fn another_apps_thread_and_a_lone_sticker_need_no_answer() {
    let watched = private("standby", json!({"mid": "m_1", "text": "hm"}));
    assert!(rules(&watched).contains(&"needs_response no facebook.standby".to_owned()));
    let image =
        json!([{"type": "image", "payload": {"url": "https://cdn.example/s", "sticker_id": 369_239_263_222_822_i64}}]);
    let sticker = rules(&private("messaging", json!({"mid": "m_1", "attachments": image})));
    assert!(sticker.contains(&"needs_response no facebook.sticker".to_owned()), "{sticker:?}");
    let photo = json!([{"type": "image", "payload": {"url": "https://cdn.example/p"}}]);
    let photo = rules(&private("messaging", json!({"mid": "m_1", "attachments": photo})));
    assert!(!photo.iter().any(|rule| rule.contains("sticker")), "{photo:?}");
}

#[test]
fn a_bad_rating_is_answered_and_counts_once() {
    let review = |word: &str| {
        change(
            "ratings",
            json!({"item": "rating", "verb": "add", "open_graph_story_id": 1, "reviewer_id": 7,
            "reviewer_name": "Jo Doe", "recommendation_type": word, "review_text": "hm", "created_time": 1_768_000_000}),
        )
    };
    let bad = review("NEGATIVE");
    assert!(rules(&bad).contains(&"needs_response yes facebook.stars".to_owned()));
    assert!(!rules(&review("POSITIVE")).iter().any(|rule| rule.contains("stars")));
    let policy = policy();
    let triages = Triages::default().with(std::sync::Arc::new(account()));
    let assessment = triages.assess(&TriageInput::new(&bad, &policy), &Subject::of_inbound(&bad));
    assert_eq!((assessment.sentiment, assessment.needs_response), (Sentiment::Negative, true));
    for about in [Question::Sentiment, Question::Intent] {
        let of_rating = |found: &&careline::model::Finding| {
            found.about == about && (found.rule.contains("rating") || found.rule.starts_with("facebook."))
        };
        assert_eq!(assessment.evidence.iter().filter(of_rating).count(), 1, "{about}");
    }
}
