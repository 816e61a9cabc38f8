//! Bodies that nobody should send, and what must become of them.

use careline::model::Timestamp;
use careline::wire::{Encoding, sign};
use serde_json::json;

use super::scenes::Line;
use super::truth::{Expect, Expected};
use super::words::Words;
use super::{Ask, Delivery, FACEBOOK_PAGE, Outcome, X_ACCOUNTS, facebook, whole_second, x};

const UNSIGNED: Outcome = Outcome::Refused(&[401]);
/// What no network sends is refused as such.
const NOT_THEIRS: Outcome = Outcome::Refused(&[400, 415]);
const TOO_LARGE: Outcome = Outcome::Refused(&[413]);

/// Wrongly signed, oversized and malformed bodies, spread over the day.
pub(crate) fn deliveries(ask: &Ask) -> Vec<Delivery> {
    let mut all = Vec::new();
    for round in 0..4 {
        all.extend(refused(ask.starts_at.plus_millis((5 + round) * 9_300_000)));
    }
    all.extend(oversized(ask.starts_at.plus_millis(40_000_000)));
    all.extend(damaged(damaged_at(ask)));
    all.extend(repairable(repairable_at(ask)));
    all
}

fn damaged_at(ask: &Ask) -> Timestamp {
    ask.starts_at.plus_millis(50_000_000)
}

fn repairable_at(ask: &Ask) -> Timestamp {
    ask.starts_at.plus_millis(55_000_000)
}

fn refused(at: Timestamp) -> Vec<Delivery> {
    let (on_x, on_facebook) = (x_body(at, "9001", "not for you"), comment_body(at, "1_9001", "not for you"));
    let mut wrong = x::delivery(on_x.clone(), at);
    wrong.headers[1].1 = sign(b"somebody-else", &on_x, Encoding::Base64);
    let mut missing = x::delivery(on_x.clone(), at);
    missing.headers.truncate(1);
    let mut tampered = facebook::delivery(on_facebook.clone(), at);
    tampered.body = comment_body(at, "1_9001", "not for me").into();
    let mut older = facebook::delivery(on_facebook.clone(), at);
    older.headers[1] = ("x-hub-signature", format!("sha1={}", "0".repeat(40)));
    let mut form = facebook::delivery(on_facebook, at);
    form.headers[0].1 = "application/x-www-form-urlencoded".to_owned();
    let mut swapped = x::delivery(on_x.clone(), at);
    swapped.headers[1].1 = sign(super::X_SECRET.as_bytes(), &on_x, Encoding::Hex);
    [
        (wrong, UNSIGNED),
        (missing, UNSIGNED),
        (tampered, UNSIGNED),
        (older, UNSIGNED),
        (swapped, UNSIGNED),
        (form, NOT_THEIRS),
    ]
    .into_iter()
    .map(|(delivery, outcome)| Delivery { outcome, ..delivery })
    .collect()
}

/// Well signed, and larger than any network posts.
fn oversized(at: Timestamp) -> Vec<Delivery> {
    let text = "a".repeat(careline::intake::MAX_BODY);
    [x::delivery(x_body(at, "9002", &text), at), facebook::delivery(comment_body(at, "1_9002", &text), at)]
        .into_iter()
        .map(|delivery| Delivery { outcome: TOO_LARGE, ..delivery })
        .collect()
}

/// Well signed, and in part or as a whole not to be read: stored, set aside, the rest of the body goes on.
fn damaged(at: Timestamp) -> Vec<Delivery> {
    let mut truncated = x_body(at, "9003", "cut off");
    truncated.truncate(truncated.len() - 40);
    let deep = format!("{{\"object\":\"page\",\"entry\":{}1{}}}", "[".repeat(4_000), "]".repeat(4_000));
    let unknown_page = json!({"object": "page", "entry": [{"id": "999", "time": 1, "changes": [{"field": "feed", "value":
        {"item": "comment", "verb": "add", "comment_id": "1_9004", "post_id": "999_1", "parent_id": "999_1",
         "from": {"id": "7", "name": "Jo Doe"}, "message": "wrong door", "created_time": at.as_secs()}}]}]});
    let stranger = json!({"data": {"event_uuid": "4", "event_type": "post.mention.create", "filter": {"user_id": "999"},
        "payload": {"id": "9005", "text": "@nobody hi", "author_id": "7", "created_at": "2026-01-09T23:06:40.000Z"}}});
    let mut bad_among_good = serde_json::Map::new();
    let good = |id: serde_json::Value, number| {
        json!({"field": "feed", "value": {"item": "comment", "verb": "add", "comment_id": id,
            "post_id": format!("{FACEBOOK_PAGE}_904800"), "parent_id": format!("{FACEBOOK_PAGE}_904800"),
            "from": {"id": "240001", "name": "Jo Doe"}, "message": neighbour(number), "created_time": at.as_secs()}})
    };
    let id = |number| if number == BAD { json!({"no": "id"}) } else { json!(format!("904800_{number}")) };
    let changes: Vec<_> = (0..20).map(|number| good(id(number), number)).collect();
    bad_among_good.insert("object".to_owned(), json!("page"));
    bad_among_good.insert("entry".to_owned(), json!([{"id": FACEBOOK_PAGE, "time": at.as_secs(), "changes": changes}]));
    [
        x::delivery(truncated, at),
        x::delivery(b"this is no JSON".to_vec(), at),
        facebook::delivery(deep.into_bytes(), at),
        facebook::delivery(facebook::as_php_writes(&unknown_page).into_bytes(), at),
        x::delivery(stranger.to_string().into_bytes(), at),
        facebook::delivery(facebook::as_php_writes(&bad_among_good.into()).into_bytes(), at),
    ]
    .into_iter()
    .map(|delivery| Delivery { outcome: Outcome::Quarantined(1), ..delivery })
    .collect()
}

/// Well signed, with text that no JSON parser takes until it is repaired.
fn repairable(at: Timestamp) -> Vec<Delivery> {
    let lone = String::from_utf8_lossy(&comment_body(at, "904800_31", "half a face: HERE, order late"))
        .replace("HERE", "\\ud83d");
    let mut raw = x_body(at, REPAIRED_ON_X, "my parcel from Caf# is lost");
    for byte in &mut raw {
        if *byte == b'#' {
            *byte = 0xe9;
        }
    }
    vec![facebook::delivery(lone.into_bytes(), at), x::delivery(raw, at)]
}

/// The messages that are in those bodies all the same.
pub(crate) fn messages(ask: &Ask) -> Vec<Expected> {
    let comment = |id: String, at: Timestamp, text: String| Expected {
        parent: Some(format!("{FACEBOOK_PAGE}_904800")),
        ..expected("facebook", id, "240001", text, whole_second(at))
    };
    let mut all: Vec<Expected> = (0..20)
        .filter(|number| *number != BAD)
        .map(|number| comment(format!("904800_{number}"), damaged_at(ask), neighbour(number)))
        .collect();
    let half = "half a face: \u{fffd}, order late".to_owned();
    all.push(comment("904800_31".to_owned(), repairable_at(ask), half));
    let text = "@acme my parcel from Caf\u{fffd} is lost".to_owned();
    all.push(expected("x", REPAIRED_ON_X.to_owned(), "7", text, repairable_at(ask)));
    all
}

/// Which one of the good is bad.
const BAD: u32 = 7;
const REPAIRED_ON_X: &str = "1480000000000009007";

fn neighbour(number: u32) -> String {
    format!("my order AC-{number:06} is late, where is it?")
}

fn expected(network: &'static str, id: String, author: &str, text: String, at: Timestamp) -> Expected {
    let words = Words { text, category: "delivery", language: "en" };
    let line = Line { words, expect: Expect::OpensCase, facts: None };
    Expected::new(network, &id, Some(author.to_owned()), line, at)
}

fn x_body(at: Timestamp, id: &str, text: &str) -> Vec<u8> {
    json!({"data": {"event_uuid": "9", "event_type": "post.mention.create", "filter": {"user_id": X_ACCOUNTS[0].0},
        "payload": {"id": id, "text": format!("@acme {text}"), "author_id": "7", "conversation_id": id,
            "created_at": at.to_string(), "edit_history_tweet_ids": [id], "lang": "en"}}})
    .to_string()
    .into_bytes()
}

fn comment_body(at: Timestamp, id: &str, text: &str) -> Vec<u8> {
    let wall = format!("{FACEBOOK_PAGE}_904800");
    facebook::as_php_writes(&json!({"object": "page", "entry": [{"id": FACEBOOK_PAGE, "time": at.as_secs(), "changes": [
        {"field": "feed", "value": {"item": "comment", "verb": "add", "comment_id": id, "post_id": wall, "parent_id": wall,
         "from": {"id": "240001", "name": "Jo Doe"}, "message": text, "created_time": at.as_secs()}}]}]}))
    .into_bytes()
}
