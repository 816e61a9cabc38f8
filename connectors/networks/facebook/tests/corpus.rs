//! Recorded Graph answers, read here a second time in the plainest way and compared value by value.
#![allow(clippy::unwrap_used, reason = "a value that is missing is to fail")]

use std::collections::BTreeMap;
use std::path::PathBuf;

use careline::model::{EventBody, Inbound, NativeAccount, NetworkName, Timestamp};
use careline::network::BodyKind;
use careline_facebook::normalise;
use serde_json::Value;

fn corpus() -> Option<PathBuf> {
    let default = || PathBuf::from(concat!(env!("CARGO_MANIFEST_DIR"), "/../../../../shared/corpus"));
    let root = std::env::var_os("CARELINE_CORPUS").map_or_else(default, PathBuf::from);
    if root.is_dir() {
        return Some(root);
    }
    println!("skipped: no corpus at {}", root.display());
    None
}

fn page() -> NativeAccount {
    NativeAccount::new(NetworkName::new("facebook"), "2121008874780932")
}

fn messages(kind: BodyKind, body: &[u8]) -> Vec<(Inbound, Value)> {
    let parsed = normalise(kind, body, &page(), Timestamp::default()).unwrap();
    assert!(parsed.rejects.is_empty(), "{:?}", parsed.rejects);
    let mut found = Vec::new();
    for event in parsed.events {
        let EventBody::Message(message) = event.body else { continue };
        let raw = event.raw.unwrap();
        found.push((*message, serde_json::from_slice(&body[raw.start as usize..raw.end as usize]).unwrap()));
    }
    found
}

/// The objects of an answer, wherever they stand, each with the post it stands in.
fn objects(answer: &Value) -> Vec<(&Value, Option<&str>)> {
    let tops: Vec<_> = match (&answer["data"], &answer["id"]) {
        (Value::Array(list), _) => list.iter().collect(),
        (_, Value::String(_)) => vec![answer],
        _ => answer.as_object().unwrap().values().collect(),
    };
    fn with_comments(top: &Value) -> Vec<(&Value, Option<&str>)> {
        let comments = top["comments"]["data"].as_array().into_iter().flatten();
        std::iter::once((top, None)).chain(comments.map(|comment| (comment, top["id"].as_str()))).collect()
    }
    tops.into_iter().flat_map(with_comments).collect()
}

/// What the address of a comment says about it: its post, itself, and the comment it answers.
fn from_link(link: &str) -> (String, String, Option<String>) {
    let parts: Vec<&str> = link.split(['/', '?', '&', '=']).filter(|part| !part.is_empty()).collect();
    let after = |name: &str| parts.iter().position(|part| *part == name).map(|at| parts[at + 1]);
    let (owner, post) = (parts[2], after("posts").unwrap());
    let first = format!("{post}_{}", after("comment_id").unwrap());
    let post_id = format!("{owner}_{post}");
    match after("reply_comment_id") {
        Some(reply) => (post_id, format!("{post}_{reply}"), Some(first)),
        None => (post_id, first, None),
    }
}

#[derive(Default)]
struct Compared(BTreeMap<&'static str, usize>);

impl Compared {
    fn same(&mut self, field: &'static str, ours: Option<&str>, theirs: Option<&str>) {
        assert_eq!(ours, theirs, "{field}");
        *self.0.entry(field).or_default() += usize::from(theirs.is_some());
    }
}

#[test]
fn recorded_answers_give_every_message_once_with_all_it_says() {
    let Some(root) = corpus() else { return };
    let root = root.join("payloads/meta/python_facebook/facebook/apidata");
    let mut totals = BTreeMap::new();
    for folder in ["comments", "posts", "messages", "conversations"] {
        let mut compared = Compared::default();
        let (mut bodies, mut count) = (0, 0);
        for entry in std::fs::read_dir(root.join(folder)).unwrap() {
            let body = std::fs::read(entry.unwrap().path()).unwrap();
            let answer: Value = serde_json::from_slice(&body).unwrap();
            let found = messages(BodyKind::Rest, &body);
            bodies += 1;
            if folder == "conversations" {
                // Recorded without their messages.
                assert!(found.is_empty());
                let parsed = normalise(BodyKind::Rest, &body, &page(), Timestamp::default()).unwrap();
                assert_eq!(parsed.events.len(), objects(&answer).len(), "each is visible");
                count += parsed.events.len();
                continue;
            }
            let mut expected = objects(&answer);
            assert_eq!(found.len(), expected.len());
            for (message, raw) in &found {
                // Objects by id come in no order here: the raw range tells which one it is.
                let at = expected.iter().position(|(object, _)| *object == raw).unwrap();
                let (object, post) = expected.swap_remove(at);
                let text = |key: &str| object[key].as_str();
                let link = text("permalink_url").filter(|link| link.contains("comment_id=")).map(from_link);
                let id = text("id").or(link.as_ref().map(|(_, id, _)| id.as_str()));
                compared.same("id", Some(&message.native_id), id);
                // Comments inside posts come as `<page>_<post>_<comment>`: everywhere else they are `<post>_<comment>`.
                let nested = id.filter(|id| id.matches('_').count() == 2).and_then(|id| id.split_once('_'));
                compared.same("root id", message.root_id.as_deref(), nested.map(|(_, root)| root));
                compared.same(
                    "text",
                    Some(&message.content.text).filter(|text| !text.is_empty()).map(|text| &**text),
                    text("message").filter(|text| !text.is_empty()),
                );
                let sent = message.sent_at.map(|at| at.to_string().replace(".000Z", "+0000"));
                compared.same("time", sent.as_deref(), text("created_time"));
                let author = message.author.as_ref();
                compared.same("author", author.map(|by| &*by.native_id), object["from"]["id"].as_str());
                compared.same("name", author.and_then(|by| by.name.as_deref()), object["from"]["name"].as_str());
                let linked = link.as_ref().map(|(post, _, parent)| parent.as_ref().unwrap_or(post).as_str());
                let parent = object["parent"]["id"].as_str().or(linked).or(post);
                compared.same("parent", message.reply_to.as_ref().map(|to| &*to.native_id), parent);
                compared.same("permalink", message.permalink.as_deref(), text("permalink_url"));
                for tag in object["message_tags"].as_array().into_iter().flatten() {
                    let entity = message
                        .content
                        .entities
                        .iter()
                        .find(|entity| entity.native_id.as_deref() == tag["id"].as_str());
                    let marked = entity.map(|entity| entity.span.of(&message.content.text));
                    compared.same("mention", marked, tag["name"].as_str());
                }
                let attached = object["attachments"]["data"].as_array().map_or(0, Vec::len);
                assert_eq!(message.content.attachments.len(), attached);
                *compared.0.entry("attachment").or_default() += attached;
            }
            count += found.len();
        }
        println!("{folder}: {bodies} bodies, {count} objects, compared {:?}", compared.0);
        assert!(count > 0, "{folder}");
        totals.insert(folder, compared.0);
    }
    let total = |field| (field, totals.values().filter_map(|compared| compared.get(field)).sum::<usize>());
    let totals_of_all = ["id", "author", "time", "text", "parent"].map(total);
    println!("in all: {totals_of_all:?}");
    assert!(totals_of_all.iter().all(|(_, count)| *count > 0));
    for (folder, field) in [
        ("comments", "id"),
        ("comments", "text"),
        ("comments", "time"),
        ("comments", "parent"),
        ("comments", "permalink"),
        ("posts", "id"),
        ("posts", "root id"),
        ("posts", "text"),
        ("posts", "time"),
        ("posts", "parent"),
        ("posts", "mention"),
        ("posts", "attachment"),
        ("messages", "id"),
        ("messages", "time"),
        ("messages", "author"),
        ("messages", "name"),
        ("messages", "attachment"),
    ] {
        assert!(totals[folder][field] > 0, "no {field} of {folder} was compared");
    }
}

#[test]
fn webhook_bodies_as_a_helpdesk_hands_them_on_are_read() {
    let Some(root) = corpus() else { return };
    let mut bodies = 0;
    for entry in std::fs::read_dir(root.join("payloads/chatwoot/json")).unwrap() {
        let path = entry.unwrap().path();
        if !path.file_name().unwrap().to_string_lossy().starts_with("facebook_") {
            continue;
        }
        let body = std::fs::read(&path).unwrap();
        let item = &serde_json::from_slice::<Value>(&body).unwrap()["messaging"];
        let parsed = normalise(BodyKind::Webhook, &body, &page(), Timestamp::default()).unwrap();
        assert!(parsed.rejects.is_empty() && parsed.events.len() == 1, "{}: {parsed:?}", path.display());
        let customer = item["sender"]["id"].as_str();
        match &parsed.events[0].body {
            EventBody::Message(message) => {
                assert_eq!(Some(&*message.native_id), item["message"]["mid"].as_str());
                assert_eq!(Some(&*message.content.text), item["message"]["text"].as_str());
                assert_eq!(message.author.as_ref().map(|by| &*by.native_id), customer);
                assert_eq!(message.thread.as_deref(), customer);
            }
            EventBody::Seen(seen) => {
                let key = if seen.read { "read" } else { "delivery" };
                let watermark = item[key]["watermark"].as_str().map(str::to_owned);
                assert_eq!(seen.up_to.map(|at| at.as_millis().to_string()), watermark);
                assert_eq!(Some(&*seen.thread), customer);
            }
            other => panic!("{}: {other:?}", path.display()),
        }
        bodies += 1;
    }
    println!("{bodies} webhook bodies");
    assert!(bodies > 0);
}
