//! Recorded answers and lines of the real network, read here and by a second, plainer reader; both must find the same.

#![allow(clippy::unwrap_used, clippy::expect_used)]

use std::collections::BTreeMap;
use std::path::PathBuf;

use careline::model::{EventBody, Inbound, NativeAccount, Timestamp};
use careline::network::BodyKind;
use careline_bluesky::{NETWORK, normalise};
use serde_json::Value;
use unicode_normalization::UnicodeNormalization;

/// The folder of recorded bodies, or a line that says why a test does not run.
fn corpus() -> Option<PathBuf> {
    let beside = || PathBuf::from(concat!(env!("CARGO_MANIFEST_DIR"), "/../../../../shared/corpus"));
    let folder = std::env::var_os("CARELINE_CORPUS").map_or_else(beside, PathBuf::from).join("payloads/bluesky");
    if folder.is_dir() {
        return Some(folder);
    }
    println!("skipped: no recorded bodies at {}", folder.display());
    None
}

fn read(kind: BodyKind, body: &str) -> Vec<EventBody> {
    let account = NativeAccount::new(NETWORK, "did:plc:madeupacme");
    let parsed = normalise(kind, body.as_bytes(), &account, Timestamp::default()).unwrap();
    assert!(parsed.rejects.is_empty(), "{:?} in {body}", parsed.rejects);
    parsed.events.into_iter().map(|event| event.body).collect()
}

#[test]
fn recorded_lines_give_what_a_plainer_reader_finds() {
    let Some(folder) = corpus() else { return };
    let lines = std::fs::read_to_string(folder.join("jetstream/golden_v1.jsonl")).unwrap();
    let mut counted: BTreeMap<&str, usize> = BTreeMap::new();
    for line in lines.lines() {
        let value: Value = serde_json::from_str(line).unwrap();
        let [body] = &read(BodyKind::Stream, line)[..] else { panic!("one event: {line}") };
        let commit = &value["commit"];
        let what = match (value["kind"].as_str().unwrap(), commit["collection"].as_str().unwrap_or_default(), body) {
            ("commit", "app.bsky.feed.post", EventBody::Message(message)) => {
                let seen_at = value["time_us"].as_i64().unwrap() / 1000;
                let uri = format!(
                    "at://{}/app.bsky.feed.post/{}",
                    value["did"].as_str().unwrap(),
                    commit["rkey"].as_str().unwrap()
                );
                compare(message, &uri, value["did"].as_str(), &commit["record"], seen_at);
                "post"
            }
            ("commit", "app.bsky.feed.like", EventBody::Reaction(like)) => {
                assert_eq!(Some(like.native_id.as_str()), commit["record"]["subject"]["uri"].as_str());
                assert_eq!(like.by.as_ref().map(|by| by.native_id.as_str()), value["did"].as_str());
                "like"
            }
            ("commit", "app.bsky.feed.repost", EventBody::Reaction(repost)) if repost.reaction == "repost" => "repost",
            ("commit", collection, EventBody::Unknown(unknown)) if unknown.name == collection => "other record",
            ("identity", _, EventBody::Profile(profile)) => {
                assert_eq!(Some(profile.native_id.as_str()), value["did"].as_str());
                "identity"
            }
            ("account", _, EventBody::Unknown(_)) => "account",
            other => panic!("{other:?} in {line}"),
        };
        *counted.entry(what).or_default() += 1;
    }
    println!("checked {} lines: {counted:?}", lines.lines().count());
    for what in ["post", "like", "repost", "other record", "identity", "account"] {
        assert!(counted.contains_key(what), "no {what} was compared");
    }
}

#[test]
fn recorded_answers_give_what_a_plainer_reader_finds() {
    let Some(folder) = corpus() else { return };
    let mut counted: BTreeMap<&str, usize> = BTreeMap::new();
    let mut files: Vec<_> =
        std::fs::read_dir(folder.join("marshalx")).unwrap().map(|file| file.unwrap().path()).collect();
    files.retain(|file| file.extension().is_some_and(|extension| extension == "json"));
    files.sort();
    for file in &files {
        let body = std::fs::read_to_string(file).unwrap();
        let value: Value = serde_json::from_str(&body).unwrap();
        let events = read(BodyKind::Rest, &body);
        let post = &value["thread"]["post"];
        if value["value"]["$type"] == "app.bsky.feed.post" {
            let [EventBody::Message(message)] = &events[..] else { panic!("one message in {}", file.display()) };
            assert_eq!(message.native_id, value["uri"].as_str().unwrap());
            assert_eq!(message.content.text, value["value"]["text"].as_str().unwrap());
            *counted.entry("record of a post").or_default() += 1;
            continue;
        }
        if !post.is_object() {
            assert!(
                events.iter().all(|event| matches!(event, EventBody::Unknown(_))),
                "{}: {events:?}",
                file.display()
            );
            *counted.entry("no message").or_default() += 1;
            continue;
        }
        let [EventBody::Message(message)] = &events[..] else { panic!("one message in {}", file.display()) };
        let seen_at = Timestamp::parse(post["indexedAt"].as_str().unwrap()).unwrap().as_millis();
        compare(message, post["uri"].as_str().unwrap(), post["author"]["did"].as_str(), &post["record"], seen_at);
        let shown: Vec<_> = post
            .pointer("/embed/media/images")
            .unwrap()
            .as_array()
            .unwrap()
            .iter()
            .map(|image| image["fullsize"].as_str())
            .collect();
        let found: Vec<_> = message.content.attachments.iter().map(|picture| picture.url.as_deref()).collect();
        assert_eq!(found, shown);
        let quoted = post.pointer("/embed/record/record/uri").unwrap();
        assert_eq!(&message.content.extensions["quote"]["uri"], quoted);
        *counted.entry("post with picture and quote").or_default() += 1;
        // The address we make where nobody shows one is the one that the service shows.
        let mut plain: Value = value.clone();
        plain["thread"]["post"].as_object_mut().unwrap().remove("embed");
        let EventBody::Message(message) = &read(BodyKind::Rest, &plain.to_string())[0] else { panic!("a message") };
        assert_eq!(message.content.attachments[0].url.as_deref(), shown[0]);
    }
    println!("checked {} answers: {counted:?}", files.len());
    assert_eq!(counted.len(), 3);
}

fn compare(message: &Inbound, uri: &str, did: Option<&str>, record: &Value, seen_at_ms: i64) {
    assert_eq!(message.native_id, uri);
    assert_eq!(message.author.as_ref().map(|author| author.native_id.as_str()), did);
    assert_eq!(message.content.text, record["text"].as_str().unwrap().nfc().collect::<String>());
    let created = Timestamp::parse(record["createdAt"].as_str().unwrap()).unwrap();
    assert!((seen_at_ms - created.as_millis()).abs() < 60_000, "the sample is as it was");
    assert_eq!(message.sent_at, Some(created));
    assert_eq!(message.language.as_deref(), record["langs"][0].as_str());
    assert_eq!(
        message.reply_to.as_ref().map(|parent| parent.native_id.as_str()),
        record["reply"]["parent"]["uri"].as_str()
    );
    assert_eq!(message.thread.as_deref(), record["reply"]["root"]["uri"].as_str());
}
