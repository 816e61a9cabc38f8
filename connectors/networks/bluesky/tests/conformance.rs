//! The rules for every network connector.

#![allow(clippy::unwrap_used, clippy::expect_used)]

mod fixtures;

use std::sync::Arc;

use careline::Result;
use careline::intake::{Intake, Parsed, WebhookReply, WebhookRequest};
use careline::model::Timestamp;
use careline::network::{BodyKind, Network};
use careline_bluesky::{Account, AccountConfig, Session, normalise};
use careline_testkit::network::{Item, NOW, NetworkFixture, Refusal, message, sent_at};
use careline_testkit::{Answer, Exchange};
use http::HeaderMap;
use serde_json::{Value, json};

use fixtures::*;

const PASSWORD: &str = "planted-app-password-0123456789";
const ACCESS: &str = "planted-access-token-0123456789";
const REFRESH: &str = "planted-refresh-token-0123456789";

const NOTIFICATIONS: &str = "https://pds.example/xrpc/app.bsky.notification.listNotifications";
const LOG: &str = "https://pds.example/xrpc/chat.bsky.convo.getLog";
const CONVOS: &str = "https://pds.example/xrpc/chat.bsky.convo.listConvos";

struct Bluesky;

fn rkey(n: u32) -> String {
    format!("3kmadeup{n:05}")
}

/// A post's record, written when message `n` was.
fn written(item: &Item) -> Option<(u32, Value)> {
    let timed = |n: u32, record: Value| (n, with(record, json!({"createdAt": sent_at(n).to_string()})));
    Some(match item {
        Item::Message { n, text } => timed(*n, record(text)),
        Item::Reply { n, to } => timed(*n, answer("me too", &uri(JO, &rkey(*to)), &uri(JO, &rkey(*to)))),
        Item::Own { n } => timed(*n, record("We are on it")),
        Item::Rich { n } => {
            let text = "👍 cafe\u{301} @acme.example #help acme.example/a…";
            let facets = [
                facet(text, "@acme.example", mention(ACME)),
                facet(text, "#help", json!({"$type": "app.bsky.richtext.facet#tag", "tag": "help"})),
                facet(
                    text,
                    "acme.example/a…",
                    json!({"$type": "app.bsky.richtext.facet#link", "uri": "https://acme.example/a/b"}),
                ),
            ];
            timed(*n, with(record(text), json!({"facets": facets})))
        }
        Item::Picture { n } => timed(
            *n,
            with(record("broken"), json!({"embed": {"$type": "app.bsky.embed.images", "images": [picture()]}})),
        ),
        _ => return None,
    })
}

fn listed(item: &Item) -> Option<Value> {
    Some(match item {
        Item::Unknown => with(notification("hologram", &rkey(90), record("x")), json!({"record": {"a": 1}})),
        Item::Unreadable => {
            let mut lacking = notification("mention", &rkey(91), record("no address"));
            lacking.as_object_mut()?.remove("uri");
            lacking
        }
        Item::Own { .. } => {
            let (n, record) = written(item)?;
            with(post(&rkey(n), record), json!({"uri": uri(ACME, &rkey(n)), "author": acme()}))
        }
        item => {
            let (n, record) = written(item)?;
            notification("mention", &rkey(n), record)
        }
    })
}

/// A private message; ids of both kinds of messages are texts that mean nothing here, so they are alike.
fn logged(n: u32, text: &str) -> Value {
    let message = with(direct(&uri(JO, &rkey(n)), text), json!({"sentAt": sent_at(n).to_string()}));
    log("logCreateMessage", &rev(n), message)
}

fn rev(n: u32) -> String {
    format!("3krev{n:08}")
}

fn rest(items: &[Item]) -> Option<Value> {
    match items {
        [Item::Direct { n, text }] => Some(json!({"logs": [logged(*n, text)], "cursor": rev(*n)})),
        [Item::Deletion { of }] => Some(json!({"thread": {
            "$type": "app.bsky.feed.defs#notFoundPost", "uri": uri(JO, &rkey(*of)), "notFound": true}})),
        items => {
            let notifications: Vec<Value> = items.iter().map(listed).collect::<Option<_>>()?;
            Some(json!({"notifications": notifications, "seenAt": "2026-05-01T09:00:00.000Z", "priority": false}))
        }
    }
}

fn streamed(item: &Item) -> Option<Value> {
    Some(match item {
        Item::Unknown => json!({"did": JO, "time_us": 1, "kind": "hologram", "hologram": {}}),
        Item::Own { .. } => {
            let (n, record) = written(item)?;
            with(commit("create", &rkey(n), record), json!({"did": ACME}))
        }
        item => {
            let (n, record) = written(item)?;
            commit("create", &rkey(n), record)
        }
    })
}

impl NetworkFixture for Bluesky {
    fn account(&self) -> Arc<dyn Network> {
        let mut session = Session::new(ACME, ACCESS, REFRESH);
        session.pds = Some(PDS.to_owned());
        let mut config = AccountConfig::new(ACME, PASSWORD);
        config.session = Some(session);
        config.keywords = vec!["Parcel".to_owned()];
        Arc::new(Account::new(config).unwrap())
    }

    fn secrets(&self) -> Vec<&'static str> {
        vec![PASSWORD, ACCESS, REFRESH]
    }

    fn webhook(&self, _: &[&str]) -> Option<Box<dyn Intake>> {
        None
    }

    fn signed(&self, _: &str, _: &[u8]) -> HeaderMap {
        HeaderMap::new()
    }

    fn signature_header(&self) -> &'static str {
        "x-none"
    }

    fn challenge(&self) -> Option<(WebhookRequest, WebhookReply)> {
        None
    }

    fn normalise(&self, kind: BodyKind, raw: &[u8], now: Timestamp) -> Result<Parsed> {
        normalise(kind, raw, &brand(), now)
    }

    fn id(&self, n: u32) -> String {
        uri(JO, &rkey(n))
    }

    fn body(&self, kind: BodyKind, items: &[Item]) -> Option<Vec<u8>> {
        let value = match (kind, items) {
            (BodyKind::Rest, items) => rest(items)?,
            // Deletions by others are not streamed: nobody can tell whose posts we know.
            (BodyKind::Stream, [item]) => streamed(item)?,
            _ => return None,
        };
        Some(value.to_string().into_bytes())
    }

    fn further_bodies(&self) -> Vec<(BodyKind, Vec<u8>)> {
        let (_, rich) = written(&Item::Rich { n: 9 }).unwrap();
        let quote = json!({"embed": {"$type": "app.bsky.embed.recordWithMedia",
            "record": {"$type": "app.bsky.embed.record", "record": {"uri": uri(ACME, "3kours"), "cid": "bafyreimadeup"}},
            "media": {"$type": "app.bsky.embed.images", "images": [picture()]}},
            "labels": {"$type": "com.atproto.label.defs#selfLabels", "values": [{"val": "graphic-media"}]}});
        let view = json!({"labels": [{"src": "did:plc:madeuplabels", "val": "spam"}], "viewer": {"replyDisabled": true},
            "embed": {"$type": "app.bsky.embed.recordWithMedia#view", "media": {"$type": "app.bsky.embed.images#view",
                "images": [{"thumb": "https://cdn.example/t", "fullsize": "https://cdn.example/f", "alt": ""}]}}});
        let shown = with(post("3kmadeup9", with(rich, quote)), view);
        let blocked = json!({"$type": "app.bsky.feed.defs#blockedPost", "uri": uri(JO, "3kblocked"), "blocked": true});
        let node = |around: Value| with(json!({"$type": "app.bsky.feed.defs#threadViewPost", "post": shown}), around);
        let (parent, reply) = (node(json!({})), node(json!({})));
        let thread = json!({"thread": node(json!({"parent": parent, "replies": [blocked, reply]}))});
        let reaction = json!({"value": "👍", "sender": {"did": JO}, "createdAt": "2026-05-01T09:00:00.000Z"});
        let reacted = with(log("logAddReaction", &rev(3), direct("3km", "x")), json!({"reaction": reaction}));
        let gone = log("logDeleteMessage", &rev(2), direct("3kgone", "x"));
        let logs = json!({"logs": [logged(1, "hi"), gone, reacted, log("logBeginConvo", &rev(4), Value::Null)]});
        let convos = json!({"convos": [
            {"id": "3kconvo", "rev": rev(1), "members": [jo(), acme()], "lastMessage": direct("3km", "x")}]});
        let newer = json!({"$type": "message", "payload": {
            "$type": "network.bsky.jetstream.subscribeEvents#commit", "seq": 1, "did": JO, "rkey": "3k",
            "time": "2026-05-01T09:00:00.000Z", "operation": "create", "collection": "app.bsky.feed.post",
            "record": record("x")}});
        let rest = [json!({"posts": [shown]}), thread, logs, convos, json!({"messages": [direct("3km", "x")]})];
        let bodies = rest.into_iter().map(|body| (BodyKind::Rest, body)).chain([(BodyKind::Stream, newer)]);
        bodies.map(|(kind, body)| (kind, body.to_string().into_bytes())).collect()
    }

    fn pages(&self, source: &str, messages: &[u32], per_page: usize) -> Vec<Exchange> {
        if source == "messages" { pages_of_log(messages, per_page) } else { pages_of_notifications(messages, per_page) }
    }

    fn quiet(&self, source: &str) -> Exchange {
        match source {
            "messages" => {
                asked_for_log().query("cursor", &rev(2)).json(json!({"logs": [], "cursor": rev(2)}).to_string())
            }
            _ => {
                let same = [2, 1].map(|n| listed(&message(n)));
                asked_for_notifications().without_query("cursor").json(json!({ "notifications": same }).to_string())
            }
        }
    }

    fn stream(&self, _: &str, messages: &[u32]) -> Vec<Exchange> {
        let of_nobody = commit("create", "3kother", record("something else"));
        let frames = messages.iter().map(|n| streamed(&message(*n)).unwrap().to_string());
        vec![
            Exchange::websocket("wss://jetstream2.us-east.bsky.network/subscribe")
                .query("wantedCollections", "app.bsky.feed.post")
                .chunks([of_nobody.to_string()].into_iter().chain(frames)),
        ]
    }

    fn recheck(&self, stand: &[u32], gone: &[u32]) -> Vec<Exchange> {
        let posts: Vec<Value> = stand.iter().map(|n| post(&rkey(*n), written(&message(*n)).unwrap().1)).collect();
        let asked = Exchange::get("https://pds.example/xrpc/app.bsky.feed.getPosts")
            .requires_header("authorization", &bearer());
        let asked = [stand, gone].concat().iter().fold(asked, |asked, n| asked.query("uris", &self.id(*n)));
        vec![asked.json(json!({"posts": posts}).to_string())]
    }

    fn refusal(&self, refusal: Refusal) -> Option<Answer> {
        let answer = |status: u16, error: &str| {
            Answer::json(json!({"error": error, "message": "made up"}).to_string()).status(status)
        };
        Some(match refusal {
            Refusal::RateLimited(pause) => answer(429, "RateLimitExceeded")
                .header("ratelimit-limit", "3000")
                .header("ratelimit-remaining", "0")
                .header("ratelimit-policy", "3000;w=300")
                .header("ratelimit-reset", &NOW.plus(pause).as_secs().to_string()),
            Refusal::TokenInvalid => answer(400, "InvalidToken"),
            Refusal::PermissionMissing => answer(403, "Forbidden"),
            Refusal::Absent => answer(400, "NotFound"),
            _ => return None,
        })
    }
}

fn bearer() -> String {
    format!("Bearer {ACCESS}")
}

fn asked_for_notifications() -> Exchange {
    ["mention", "reply", "quote"]
        .iter()
        .fold(Exchange::get(NOTIFICATIONS).requires_header("authorization", &bearer()), |asked, reason| {
            asked.query("reasons", reason)
        })
}

fn asked_for_log() -> Exchange {
    Exchange::get(LOG)
        .requires_header("authorization", &bearer())
        .requires_header("atproto-proxy", "did:web:api.bsky.chat#bsky_chat")
}

fn pages_of_notifications(messages: &[u32], per_page: usize) -> Vec<Exchange> {
    let newest_first: Vec<u32> = messages.iter().rev().copied().collect();
    let chunks: Vec<&[u32]> = newest_first.chunks(per_page).collect();
    let page = |(at, chunk): (usize, &&[u32])| {
        let asked = match at {
            0 => asked_for_notifications().without_query("cursor"),
            at => asked_for_notifications().query("cursor", &format!("page {at}")),
        };
        let mut body = json!({"notifications": chunk.iter().map(|n| listed(&message(*n))).collect::<Vec<_>>()});
        if at + 1 < chunks.len() {
            body["cursor"] = format!("page {}", at + 1).into();
        }
        asked.json(body.to_string())
    };
    chunks.iter().enumerate().map(page).collect()
}

/// The first page, the latest messages of the threads, then pages until one is empty.
fn pages_of_log(messages: &[u32], per_page: usize) -> Vec<Exchange> {
    let mut pages = Vec::new();
    let mut read_to: Option<u32> = None;
    for chunk in messages.chunks(per_page).chain([&[][..]]) {
        let asked = match read_to {
            None => asked_for_log().without_query("cursor"),
            Some(n) => asked_for_log().query("cursor", &rev(n)),
        };
        let first = read_to.is_none();
        read_to = chunk.last().copied().or(read_to);
        let logs: Vec<Value> = chunk.iter().map(|n| logged(*n, "hi")).collect();
        pages.push(asked.json(json!({"logs": logs, "cursor": read_to.map(rev)}).to_string()));
        if first {
            pages.push(Exchange::get(CONVOS).requires_header("authorization", &bearer()).json(r#"{"convos":[]}"#));
        }
    }
    pages
}

careline_testkit::network_conformance!(Bluesky);
