//! Recorded answers of the v2 and v1.1 API: every message comes out once, equal to an independent extraction.

#![allow(clippy::unwrap_used)]

use std::collections::BTreeMap;
use std::path::PathBuf;

use careline::model::{EventBody, Timestamp};
use careline::network::BodyKind;
use careline_x::{AccountConfig, normalise};
use serde_json::Value;

/// What stands in a body, taken out without the connector's own types.
#[derive(Debug, PartialEq)]
struct Expected {
    id: String,
    author: Option<String>,
    /// Absent for ids from before they carried their time, 29,700,859,247 (fact sheet §7).
    millis: Option<i64>,
    text: String,
    parent: Option<String>,
    repost_of: Option<String>,
}

#[test]
fn recorded_bodies_yield_each_message_once() {
    let Some(folder) = responses() else {
        println!("skipped: the recorded bodies are not here (CARELINE_CORPUS)");
        return;
    };
    let mut paths: Vec<_> = std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    paths.retain(|path| path.to_string_lossy().ends_with(".json") && !path.to_string_lossy().ends_with(".meta.json"));
    paths.sort();
    let mut counts = BTreeMap::new();
    for path in paths {
        let raw = std::fs::read(&path).unwrap();
        if raw.trim_ascii().is_empty() {
            continue;
        }
        *counts.entry("bodies").or_default() += 1;
        compare(&raw, &path.display().to_string(), &mut counts);
    }
    println!("compared: {counts:?}");
    for field in
        ["v1.1 messages", "v1.1 reposts", "v2 messages", "direct messages", "id", "author", "time", "text", "parent"]
    {
        assert!(counts.get(field).copied().unwrap_or(0) > 0, "no `{field}` was compared");
    }
}

fn compare(raw: &[u8], name: &str, counts: &mut BTreeMap<&'static str, usize>) {
    let value: Value = serde_json::from_slice(raw).unwrap();
    let account = AccountConfig::new("1072250532645998596", "acme").account();
    let parsed = normalise(BodyKind::Rest, raw, &account, Timestamp::default()).unwrap();
    let messages: Vec<_> = parsed.events.iter().filter_map(|event| read(&event.body)).collect();
    let mut expected = Vec::new();
    for status in statuses(&value) {
        *counts.entry("v1.1 messages").or_default() += 1;
        *counts.entry("v1.1 reposts").or_default() += usize::from(status.get("retweeted_status").is_some());
        expected.push(v1(status));
    }
    for item in v2(&value) {
        let direct = item.get("event_type").is_some();
        *counts.entry(if direct { "direct messages" } else { "v2 messages" }).or_default() += 1;
        let id = string(&item["id"]);
        let number = id.parse::<i64>().unwrap();
        let millis = (number >= 29_700_859_247).then_some(number / 4_194_304 + 1_288_834_974_657);
        let text = plain(&string(&item["text"]));
        expected.push(Expected { millis, text, id, author: None, parent: None, repost_of: None });
    }
    if let Some(event) = value.get("event") {
        *counts.entry("direct messages").or_default() += 1;
        let create = &event["message_create"];
        expected.push(Expected {
            id: string(&event["id"]),
            author: Some(string(&create["sender_id"])),
            millis: string(&event["created_timestamp"]).parse().ok(),
            text: plain(&string(&create["message_data"]["text"])),
            parent: None,
            repost_of: None,
        });
    }
    assert_eq!(messages, expected, "{name}");
    // Lists of languages and the like are no posts that could be read.
    assert!(parsed.rejects.is_empty() || expected.is_empty(), "{name}: {:?}", parsed.rejects);
    for message in expected {
        for field in ["id", "text"] {
            *counts.entry(field).or_default() += 1;
        }
        *counts.entry("time").or_default() += usize::from(message.millis.is_some());
        *counts.entry("author").or_default() += usize::from(message.author.is_some());
        *counts.entry("parent").or_default() += usize::from(message.parent.is_some());
    }
}

fn read(body: &EventBody) -> Option<Expected> {
    let EventBody::Message(message) = body else { return None };
    Some(Expected {
        id: message.native_id.to_string(),
        author: message.author.as_ref().map(|author| author.native_id.to_string()),
        millis: message.sent_at.map(Timestamp::as_millis),
        text: message.content.text.clone(),
        parent: message.reply_to.as_ref().map(|parent| parent.native_id.to_string()),
        repost_of: message.content.extensions.get("retweet_of").map(string),
    })
}

/// v1.1 posts: a list, a search, or the body itself. A post shown inside another one was not delivered.
fn statuses(value: &Value) -> Vec<&Value> {
    let list = value.as_array().or_else(|| value.get("statuses")?.as_array());
    let all = list.map_or_else(|| vec![value], |list| list.iter().collect());
    all.into_iter().filter(|item| item.get("user").is_some() && item.get("text").is_some()).collect()
}

fn v1(status: &Value) -> Expected {
    Expected {
        id: string(&status["id_str"]),
        author: Some(string(&status["user"]["id_str"])),
        millis: v1_time(&status["created_at"]),
        text: plain(&string(&status["text"])),
        parent: status["in_reply_to_status_id_str"].as_str().map(str::to_owned),
        repost_of: status["retweeted_status"]["id_str"].as_str().map(str::to_owned),
    }
}

fn v1_time(value: &Value) -> Option<i64> {
    Some(chrono::DateTime::parse_from_str(&string(value), "%a %b %d %H:%M:%S %z %Y").ok()?.timestamp_millis())
}

/// v2 posts and direct messages, of which the recordings hold id and text only.
fn v2(value: &Value) -> Vec<&Value> {
    let data = &value["data"];
    let all = data.as_array().map_or_else(|| vec![data], |list| list.iter().collect());
    all.into_iter().filter(|item| item.get("text").is_some()).collect()
}

fn plain(text: &str) -> String {
    use unicode_normalization::UnicodeNormalization;
    text.replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&").nfc().collect()
}

fn string(value: &Value) -> String {
    value.as_str().unwrap_or_default().to_owned()
}

fn responses() -> Option<PathBuf> {
    let corpus = std::env::var_os("CARELINE_CORPUS").map(PathBuf::from);
    let corpus = corpus.unwrap_or_else(|| concat!(env!("CARGO_MANIFEST_DIR"), "/../../../../shared/corpus").into());
    Some(corpus.join("payloads/x/tweepy/responses")).filter(|folder| folder.is_dir())
}
