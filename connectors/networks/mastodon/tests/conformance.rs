//! The rules for every network connector, over WebSocket and over server-sent events.

#![allow(clippy::unwrap_used, clippy::expect_used)]

mod fixtures;

use std::sync::Arc;

use careline::Result;
use careline::intake::{Intake, Parsed, WebhookReply, WebhookRequest};
use careline::model::Timestamp;
use careline::network::{BodyKind, Network};
use careline::wire::{Encoding, sign};
use careline_mastodon::{Account, AccountConfig, Webhook, WebhookConfig, normalise};
use careline_testkit::network::{Item, NOW, NetworkFixture, Refusal, message, sent_at};
use careline_testkit::{Answer, Exchange, Fault};
use http::{HeaderMap, HeaderValue};
use serde_json::{Value, json};

use fixtures::{acme, brand, conversation, escape, frame, mention_of_acme, notification, status, with};

const TOKEN: &str = "planted-access-token-0123456789";

/// Mastodon as tests see it; streams over server-sent events where a proxy lets no WebSocket through.
struct Mastodon {
    websocket: bool,
}

impl Mastodon {
    fn written(&self, item: &Item) -> Option<Value> {
        let numbered =
            |n: u32, content: &str| with(status(&self.id(n), content), json!({"created_at": sent_at(n).to_string()}));
        Some(match item {
            Item::Message { n, text } => numbered(*n, &format!("<p>{}</p>", escape(text))),
            Item::Reply { n, to } => with(
                numbered(*n, "<p>me too</p>"),
                json!({"in_reply_to_id": self.id(*to), "in_reply_to_account_id": "7001"}),
            ),
            Item::Direct { n, text } => with(
                numbered(*n, &format!("<p>{}</p>", escape(text))),
                json!({"visibility": "direct", "mentions": [mention_of_acme()]}),
            ),
            Item::Own { n } => with(numbered(*n, "<p>We are on it</p>"), json!({"account": acme()})),
            Item::Rich { n } => with(
                numbered(
                    *n,
                    &format!(
                        "<p>👍 cafe\u{301} {} <a class=\"mention hashtag\" rel=\"tag\" href=\"https://inst.example/tags/help\">\
                         #<span>help</span></a> <a href=\"https://acme.example/a/b\" rel=\"nofollow noopener\">\
                         <span class=\"invisible\">https://</span><span class=\"ellipsis\">acme.example/a</span>\
                         <span class=\"invisible\">/b</span></a> :cat:</p>",
                        fixtures::NAMED
                    ),
                ),
                json!({"mentions": [mention_of_acme()], "emojis": [{"shortcode": "cat", "url": "https://x.example/c.png"}]}),
            ),
            Item::Picture { n } => with(
                numbered(*n, "<p>broken</p>"),
                json!({"media_attachments": [{"id": "99", "type": "image", "url": "https://inst.example/99.png",
                    "preview_url": null, "remote_url": null, "description": "a broken cup", "meta": {}}]}),
            ),
            Item::Edit { of, text } => with(
                numbered(*of, &format!("<p>{}</p>", escape(text))),
                json!({"edited_at": sent_at(of + 60).to_string()}),
            ),
            Item::Unreadable => {
                let mut lacking = numbered(1, "<p>no id</p>");
                lacking.as_object_mut()?.remove("id");
                lacking
            }
            _ => return None,
        })
    }

    fn pushed(&self, item: &Item) -> Option<Value> {
        Some(match item {
            Item::Unknown => frame("hologram_projected", &json!({"a": 1})),
            Item::Deletion { of } => frame("delete", &self.id(*of).into()),
            Item::Edit { .. } => frame("status.update", &self.written(item)?),
            Item::Direct { .. } => frame("conversation", &conversation("42", &self.written(item)?)),
            _ => frame("notification", &notification("881", "mention", &self.written(item)?)),
        })
    }

    fn hook(&self, item: &Item) -> Option<Value> {
        let event = match item {
            Item::Deletion { .. } => return None,
            Item::Unknown => "hologram.projected",
            Item::Edit { .. } => "status.updated",
            _ => "status.created",
        };
        let object = self.written(item).unwrap_or_default();
        Some(json!({"event": event, "created_at": "2026-05-01T09:00:00.064Z", "object": object}))
    }

    /// One item of a list as a source gives it.
    fn listed(&self, source: &str, n: u32) -> Value {
        let status = self.written(&message(n)).unwrap();
        match source {
            "notifications" => notification(&self.listed_id(source, n), "mention", &status),
            "conversations" => conversation(&n.to_string(), &status),
            _ => status,
        }
    }

    /// The id a source orders by.
    fn listed_id(&self, source: &str, n: u32) -> String {
        if source == "notifications" { format!("{}", 880 + n) } else { self.id(n) }
    }
}

fn path(source: &str) -> &'static str {
    match source {
        "notifications" => "/api/v1/notifications",
        "conversations" => "/api/v1/conversations",
        _ => "/api/v1/timelines/home",
    }
}

impl NetworkFixture for Mastodon {
    fn account(&self) -> Arc<dyn Network> {
        let config = AccountConfig::new("https://inst.example", TOKEN).account_id("55").handle("acme");
        Arc::new(Account::new(config).unwrap())
    }

    fn secrets(&self) -> Vec<&'static str> {
        vec![TOKEN]
    }

    fn webhook(&self, secrets: &[&str]) -> Option<Box<dyn Intake>> {
        let mut config = WebhookConfig::new("", vec![brand()]);
        config.secrets = secrets.iter().map(|secret| (*secret).into()).collect();
        Some(Box::new(Webhook::new(&config).unwrap()))
    }

    fn signed(&self, secret: &str, body: &[u8]) -> HeaderMap {
        let mut headers = HeaderMap::new();
        headers.insert("content-type", HeaderValue::from_static("application/json"));
        let signature = sign(secret.as_bytes(), body, Encoding::Hex);
        headers.insert(self.signature_header(), HeaderValue::try_from(signature).unwrap());
        headers
    }

    fn signature_header(&self) -> &'static str {
        "x-hub-signature"
    }

    fn challenge(&self) -> Option<(WebhookRequest, WebhookReply)> {
        None
    }

    fn normalise(&self, kind: BodyKind, raw: &[u8], now: Timestamp) -> Result<Parsed> {
        normalise(kind, raw, &brand(), now)
    }

    fn id(&self, n: u32) -> String {
        format!("1139000000000{n:05}")
    }

    fn body(&self, kind: BodyKind, items: &[Item]) -> Option<Vec<u8>> {
        let value = match (kind, items) {
            (BodyKind::Rest, items) => {
                let listed = |item: &Item| match item {
                    Item::Unknown => Some(with(
                        notification("882", "hologram", &json!({"account": fixtures::jo()})),
                        json!({"status": null}),
                    )),
                    item => self.written(item),
                };
                Value::Array(items.iter().map(listed).collect::<Option<_>>()?)
            }
            (BodyKind::Webhook, [item]) => self.hook(item)?,
            (BodyKind::Stream, [item]) => self.pushed(item)?,
            _ => return None,
        };
        Some(value.to_string().into_bytes())
    }

    fn further_bodies(&self) -> Vec<(BodyKind, Vec<u8>)> {
        let rich = with(
            self.written(&Item::Rich { n: 9 }).unwrap(),
            json!({"reblog": status("8", "<p>y</p>"), "spoiler_text": "cw 👍", "pleroma": {"conversation_id": 4711},
                "card": {"url": "https://acme.example/", "title": "t"}, "poll": {"id": "1", "options": [{"title": "t"}]},
                "quote": {"state": "accepted", "quoted_status": status("7", "<p>z</p>")}}),
        );
        let list = json!([rich, notification("1", "favourite", &rich), conversation("2", &rich),
            {"id": "3", "type": "moderation_warning", "moderation_warning": {"action": "silence", "text": "x"}},
            {"id": "4", "text": "gone", "account": acme()}]);
        let groups = json!({"accounts": [fixtures::jo()], "statuses": [rich], "notification_groups": [
            {"type": "reblog", "status_id": "9", "sample_account_ids": ["7001"]}]});
        let pushed = frame("notification", &notification("1", "mention", &rich)).to_string();
        let events = format!(":thump\nevent: update\ndata: {rich}\n\nevent: delete\ndata: 1\n\n");
        vec![
            (BodyKind::Rest, list.to_string().into_bytes()),
            (BodyKind::Rest, groups.to_string().into_bytes()),
            (BodyKind::Rest, json!({"ancestors": [rich], "descendants": [rich]}).to_string().into_bytes()),
            (BodyKind::Stream, pushed.into_bytes()),
            (BodyKind::Stream, events.into_bytes()),
        ]
    }

    fn pages(&self, source: &str, messages: &[u32], per_page: usize) -> Vec<Exchange> {
        let mut pages = Vec::new();
        let mut below: Option<String> = None;
        let newest_first: Vec<u32> = messages.iter().rev().copied().collect();
        let mut chunks = newest_first.chunks(per_page).peekable();
        loop {
            let chunk = chunks.next().unwrap_or_default();
            let asked = Exchange::get(path(source)).without_query("min_id");
            let asked = match &below {
                None => asked.without_query("max_id"),
                Some(id) => asked.query("max_id", id),
            };
            let items: Vec<_> = chunk.iter().map(|n| self.listed(source, *n)).collect();
            let mut answer = asked.json(Value::Array(items).to_string());
            let (Some(newest), Some(oldest)) = (chunk.first(), chunk.last()) else {
                pages.push(answer);
                return pages;
            };
            let address = |name: &str, n: u32| {
                format!("<https://inst.example{}?{name}={}>", path(source), self.listed_id(source, n))
            };
            let mut link = format!("{}; rel=\"prev\"", address("min_id", *newest));
            let full = chunk.len() == per_page;
            if full {
                link = format!("{}; rel=\"next\", {link}", address("max_id", *oldest));
            }
            answer = answer.header("link", &link);
            pages.push(answer);
            if !full {
                return pages;
            }
            below = Some(self.listed_id(source, *oldest));
        }
    }

    fn quiet(&self, source: &str) -> Exchange {
        Exchange::get(path(source)).without_query("max_id").json("[]")
    }

    fn stream(&self, source: &str, messages: &[u32]) -> Vec<Exchange> {
        let frames: Vec<Value> = messages.iter().map(|n| self.pushed(&message(*n)).unwrap()).collect();
        let token = format!("Bearer {TOKEN}");
        let websocket = Exchange::websocket("wss://inst.example/api/v1/streaming")
            .query("stream", source)
            .without_query("access_token")
            .requires_header("authorization", &token);
        if self.websocket {
            return vec![websocket.chunks(frames.iter().map(Value::to_string))];
        }
        let text: String = frames
            .iter()
            .map(|frame| {
                let field = |name: &str| frame[name].as_str().unwrap().to_owned();
                format!(":thump\nevent: {}\ndata: {}\n\n", field("event"), field("payload"))
            })
            .collect();
        let events = Exchange::get(&format!("https://inst.example/api/v1/streaming/{source}"))
            .requires_header("authorization", &token)
            .header("content-type", "text/event-stream")
            .chunks([format!(":)\n{text}")]);
        vec![websocket.fault(Fault::Reset), events]
    }

    fn recheck(&self, stand: &[u32], gone: &[u32]) -> Vec<Exchange> {
        let mut numbers: Vec<u32> = [stand, gone].concat();
        numbers.sort_unstable();
        numbers
            .into_iter()
            .map(|n| {
                let asked = Exchange::get(&format!("/api/v1/statuses/{}", self.id(n)));
                match gone.contains(&n) {
                    true => asked.json(r#"{"error":"Record not found"}"#).status(404),
                    false => asked.json(self.written(&message(n)).unwrap().to_string()),
                }
            })
            .collect()
    }

    fn refusal(&self, refusal: Refusal) -> Option<Answer> {
        let answer = |status: u16, error: &str| Answer::json(json!({ "error": error }).to_string()).status(status);
        Some(match refusal {
            Refusal::RateLimited(pause) => answer(429, "Too many requests")
                .header("x-ratelimit-limit", "300")
                .header("x-ratelimit-remaining", "0")
                .header("x-ratelimit-reset", &NOW.plus(pause).to_string()),
            Refusal::TokenInvalid => answer(401, "The access token is invalid"),
            Refusal::PermissionMissing => answer(403, "This action is outside the authorized scopes"),
            Refusal::Absent => answer(404, "Record not found"),
            Refusal::InsideSuccess => answer(200, "Something went wrong"),
            _ => return None,
        })
    }
}

mod over_websocket {
    use super::*;
    careline_testkit::network_conformance!(Mastodon { websocket: true });
}

mod over_events {
    use super::*;
    careline_testkit::network_conformance!(Mastodon { websocket: false });
}
