//! Recorded answers of a real server, read here and by a second, independent reader; both must find the same.

#![allow(clippy::unwrap_used, clippy::expect_used)]

use std::collections::BTreeMap;
use std::path::PathBuf;

use careline::model::{EntityKind, EventBody, Inbound, NativeAccount, Timestamp};
use careline::network::BodyKind;
use careline_mastodon::{NETWORK, normalise};
use regex::Regex;
use serde_json::Value;
use unicode_normalization::UnicodeNormalization;

const HOST: &str = "inst.example";

fn corpus() -> PathBuf {
    let beside = || PathBuf::from(concat!(env!("CARGO_MANIFEST_DIR"), "/../../../../shared/corpus"));
    std::env::var_os("CARELINE_CORPUS").map_or_else(beside, PathBuf::from)
}

#[test]
fn recorded_bodies_give_each_message_once_with_the_values_of_an_independent_reader() {
    let folder = corpus().join("payloads/mastodon/mastodon_py/responses");
    let Ok(files) = std::fs::read_dir(&folder) else {
        println!("skipped: no recorded bodies at {}", folder.display());
        return;
    };
    let mut files: Vec<_> = files.map(|file| file.unwrap().path()).collect();
    files.retain(|file| !file.to_string_lossy().ends_with(".meta.json"));
    files.sort();
    let mut compared = BTreeMap::new();
    for file in &files {
        compare(&std::fs::read(file).unwrap(), &file.to_string_lossy(), &mut compared);
    }
    println!("checked {} bodies: {compared:?}", files.len());
    assert!(files.len() >= 600);
    for field in [
        "id",
        "author",
        "handle",
        "time",
        "text",
        "parent",
        "parent author",
        "visibility",
        "revision",
        "mention",
        "link",
        "hashtag",
        "deleted",
        "boost",
        "permalink",
        "attachments",
    ] {
        assert!(compared.get(field).is_some_and(|count| *count > 0), "no {field} was compared");
    }
}

fn compare(body: &[u8], file: &str, compared: &mut BTreeMap<&'static str, usize>) {
    let account = NativeAccount::new(NETWORK, format!("{HOST}/1"));
    let parsed = normalise(BodyKind::Rest, body, &account, Timestamp::default()).unwrap();
    let mut messages: BTreeMap<String, Inbound> = BTreeMap::new();
    let (mut deleted, mut boosts) = (Vec::new(), 0);
    for event in parsed.events {
        match event.body {
            EventBody::Message(message) => {
                let before = messages.insert(message.native_id.to_string(), *message);
                assert!(before.is_none(), "{file}: told twice");
            }
            EventBody::Deleted(gone) => deleted.push(gone.native_id.to_string()),
            EventBody::Reaction(reaction) if reaction.reaction == "boost" => boosts += 1,
            _ => {}
        }
    }
    let mut expected = Expected::default();
    let body: Value = serde_json::from_slice(body).unwrap();
    expected.walk(&body);
    // A list of words is none of ours, and none of them can be read.
    let words = body.as_array().map_or(0, |items| items.iter().filter(|item| !item.is_object()).count());
    assert_eq!(parsed.rejects.len(), expected.errors + words, "{file}: {:?}", parsed.rejects);
    assert_eq!(messages.keys().collect::<Vec<_>>(), expected.statuses.keys().collect::<Vec<_>>(), "{file}");
    assert_eq!(deleted, expected.deleted, "{file}");
    assert_eq!(boosts, expected.boosts, "{file}");
    *compared.entry("deleted").or_default() += deleted.len();
    *compared.entry("boost").or_default() += boosts;
    for (id, status) in &expected.statuses {
        compare_status(&messages[id], status, file, compared);
    }
}

fn compare_status(message: &Inbound, status: &Value, file: &str, compared: &mut BTreeMap<&'static str, usize>) {
    let text = |value: &Value| value.as_str().map(str::to_owned);
    let mut same = |field: &'static str, ours: Option<String>, theirs: Option<String>| {
        assert_eq!(ours, theirs, "{field} in {file}");
        *compared.entry(field).or_default() += usize::from(theirs.is_some());
    };
    let author = message.author.as_ref();
    same("id", Some(message.native_id.to_string()), text(&status["id"]));
    same("author", author.map(|author| author.native_id.to_string()), text(&status["account"]["id"]));
    let acct = text(&status["account"]["acct"]);
    let handle = acct.map(|acct| if acct.contains('@') { acct } else { format!("{acct}@{HOST}") });
    same("handle", author.and_then(|author| author.handle.as_ref().map(ToString::to_string)), handle);
    same("time", message.sent_at.map(|at| at.to_string()), text(&status["created_at"]));
    same("text", Some(message.content.text.clone()), Some(plain(status)));
    let parent = message.reply_to.as_ref();
    same("parent", parent.map(|parent| parent.native_id.to_string()), text(&status["in_reply_to_id"]));
    let parent_author = parent.and_then(|parent| parent.author.as_ref().map(ToString::to_string));
    same("parent author", parent_author, text(&status["in_reply_to_account_id"]));
    same("permalink", message.permalink.clone(), text(&status["url"]));
    same("visibility", text(&message.content.extensions["visibility"]), text(&status["visibility"]));
    let edited = text(&status["edited_at"]);
    let revision = (message.revision > 0)
        .then(|| Timestamp::from_millis(i64::try_from(message.revision).unwrap()).unwrap().to_string());
    same("revision", revision, edited);
    let count = |kind: EntityKind| message.content.entities.iter().filter(|entity| entity.kind == kind).count();
    let content = status["content"].as_str().unwrap();
    for (field, kind, mark) in [
        ("mention", EntityKind::Mention, "class=\"u-url mention\""),
        ("hashtag", EntityKind::Hashtag, "class=\"mention hashtag\""),
        ("link", EntityKind::Link, "rel=\"nofollow noopener\""),
    ] {
        assert_eq!(count(kind), content.matches(mark).count(), "{field} in {file}");
        *compared.entry(field).or_default() += content.matches(mark).count();
    }
    for mention in message.content.entities.iter().filter(|entity| entity.kind == EntityKind::Mention) {
        assert!(mention.native_id.is_some(), "{file}");
    }
    let media = status["media_attachments"].as_array().unwrap().len();
    assert_eq!(message.content.attachments.len(), media, "{file}");
    *compared.entry("attachments").or_default() += media;
}

/// What a body holds, found without knowing the API: any object that looks like a status, wherever it stands.
#[derive(Default)]
struct Expected {
    statuses: BTreeMap<String, Value>,
    deleted: Vec<String>,
    boosts: usize,
    errors: usize,
}

impl Expected {
    fn walk(&mut self, value: &Value) {
        match value {
            Value::Array(items) => items.iter().for_each(|item| self.walk(item)),
            Value::Object(fields) => {
                if fields.contains_key("visibility") && fields.contains_key("account") {
                    let id = fields["id"].as_str().unwrap().to_owned();
                    if fields["reblog"].is_object() {
                        self.boosts += 1;
                        if !fields.contains_key("content") {
                            return;
                        }
                    } else if fields.contains_key("content") {
                        self.statuses.insert(id, value.clone());
                    } else {
                        // Its quoted status has no content either, and is not deleted.
                        return self.deleted.push(id);
                    }
                }
                let reblogs = fields.get("type").is_some_and(|kind| kind == "reblog");
                self.boosts += usize::from(reblogs && fields.contains_key("status"));
                if reblogs && let Some(people) = fields.get("sample_account_ids").and_then(Value::as_array) {
                    self.boosts += people.len();
                }
                self.errors += usize::from(fields.contains_key("error"));
                fields.values().for_each(|field| self.walk(field));
            }
            _ => {}
        }
    }
}

/// The plain text by another way: patterns in place of a tokenizer.
fn plain(status: &Value) -> String {
    let mut text = status["content"].as_str().unwrap().to_owned();
    for (pattern, replacement) in [(r"</p>\s*<p[^>]*>", "\n\n"), (r"<br ?/?>", "\n"), (r"<[^>]*>", "")] {
        text = Regex::new(pattern).unwrap().replace_all(&text, replacement).into_owned();
    }
    for (entity, character) in [
        ("&lt;", "<"),
        ("&gt;", ">"),
        ("&quot;", "\""),
        ("&#39;", "'"),
        ("&apos;", "'"),
        ("&nbsp;", "\u{a0}"),
        ("&amp;", "&"),
    ] {
        text = text.replace(entity, character);
    }
    text.trim().nfc().collect()
}
