//! What every network connector must hold to, over bodies as X writes them.

#![allow(clippy::unwrap_used)]

use std::sync::Arc;

use careline::Result;
use careline::intake::{Intake, Parsed, WebhookReply, WebhookRequest};
use careline::model::Timestamp;
use careline::network::{BodyKind, Network};
use careline::wire::{Encoding, sign};
use careline_testkit::network::{Item, NOW, NetworkFixture, Refusal, SECRET, message, sent_at};
use careline_testkit::{Answer, Exchange};
use careline_x::{Account, AccountConfig, Webhook, WebhookConfig, normalise};
use http::{HeaderMap, HeaderValue};
use serde_json::{Value, json};

const ID: &str = "111";
const USER_TOKEN: &str = "planted-user-token-of-acme";
const APP_TOKEN: &str = "planted-app-token-of-acme";

struct X;

careline_testkit::network_conformance!(X);

impl NetworkFixture for X {
    fn account(&self) -> Arc<dyn Network> {
        let mut config = AccountConfig::new(ID, "acme");
        config.user_token = Some(USER_TOKEN.into());
        config.app_token = Some(APP_TOKEN.into());
        Arc::new(Account::new(config).unwrap())
    }

    fn secrets(&self) -> Vec<&'static str> {
        vec![USER_TOKEN, APP_TOKEN]
    }

    fn webhook(&self, secrets: &[&str]) -> Option<Box<dyn Intake>> {
        Some(Box::new(Webhook::new(WebhookConfig::new(secrets.iter().copied())).ok()?))
    }

    fn signed(&self, secret: &str, body: &[u8]) -> HeaderMap {
        let mut headers = HeaderMap::new();
        headers.insert("content-type", HeaderValue::from_static("application/json; charset=utf-8"));
        headers.insert(self.signature_header(), sign(secret.as_bytes(), body, Encoding::Base64).parse().unwrap());
        headers
    }

    fn signature_header(&self) -> &'static str {
        "x-twitter-webhooks-signature"
    }

    fn challenge(&self) -> Option<(WebhookRequest, WebhookReply)> {
        let token = sign(SECRET.as_bytes(), b"who are you", Encoding::Base64);
        let answer = WebhookReply::json(json!({ "response_token": token }).to_string());
        Some((WebhookRequest::get("nonce=1&crc_token=who+are+you"), answer))
    }

    fn normalise(&self, kind: BodyKind, raw: &[u8], now: Timestamp) -> Result<Parsed> {
        normalise(kind, raw, &AccountConfig::new(ID, "acme").account(), now)
    }

    /// A snowflake of [`sent_at`].
    fn id(&self, n: u32) -> String {
        let millis = sent_at(n).as_millis() - 1_288_834_974_657;
        ((millis << 22) + i64::from(n)).to_string()
    }

    fn body(&self, kind: BodyKind, items: &[Item]) -> Option<Vec<u8>> {
        // X tells deletions of our own posts only, and by webhook only.
        if items.iter().any(|item| matches!(item, Item::Deletion { .. })) {
            return None;
        }
        let body = match (kind, items) {
            (BodyKind::Rest, [item]) => json!({ "data": self.item(item), "includes": includes() }),
            (BodyKind::Rest, _) => json!({ "data": self.items(items), "includes": includes(), "meta": {} }),
            (BodyKind::Stream, [item @ Item::Direct { .. }]) => self.activity(item)?,
            (BodyKind::Stream, [item]) => json!({
                "data": self.item(item), "includes": includes(), "matching_rules": [{ "id": "5", "tag": "acme" }],
            }),
            (BodyKind::Webhook, [item]) => self.activity(item)?,
            (BodyKind::Webhook, _) => {
                let posts: Option<Vec<_>> = items.iter().map(|item| self.legacy(item)).collect();
                json!({ "for_user_id": ID, "user_has_blocked": "false", "tweet_create_events": posts? })
            }
            _ => return None,
        };
        let end = if kind == BodyKind::Stream { "\r\n" } else { "" };
        Some(format!("{body}{end}").into_bytes())
    }

    fn further_bodies(&self) -> Vec<(BodyKind, Vec<u8>)> {
        let text = |body: &str| body.as_bytes().to_vec();
        let related = r#"{"data":{"event_uuid":"5","event_type":"like.create","filter":{"user_id":"111"},
            "payload":{"id":"7","liked_tweet_id":"8","user_id":"222","created_at":"2026-08-12T18:00:00.000Z"}}}"#;
        let signals = r#"{"for_user_id":"111",
            "tweet_delete_events":[{"status":{"id":"8","user_id":"111"},"timestamp_ms":"1786557600000"}],
            "favorite_events":[{"id":"f","timestamp_ms":1786557600000,"favorited_status":{"id_str":"8"},"user":{"id":222}}],
            "follow_events":[{"type":"follow","created_timestamp":"1786557600000","source":{"id":"222"},"target":{"id":"111"}}],
            "direct_message_mark_read_events":[{"created_timestamp":"1786557600000","sender_id":"222",
                "target":{"recipient_id":"111"},"last_read_event_id":"1924468000000000000"}],
            "direct_message_indicate_typing_events":[{"created_timestamp":"1","sender_id":"222","target":{"recipient_id":"111"}}]}"#;
        let revoked = r#"{"user_event":{"revoke":{"date_time":"2026-08-12T18:00:00+00:00","target":{"app_id":"1"},
            "source":{"user_id":"111"}}}}"#;
        let page = r#"{"data":[{"id":"2090000000000000002","text":"cut\u2026","author_id":"222","edit_history_tweet_ids":
            ["2090000000000000001","2090000000000000002"],"note_tweet":{"text":"the whole @acme","entities":{"mentions":
            [{"start":10,"end":15,"username":"acme"}]}},"attachments":{"media_keys":["3_9"],"poll_ids":["4"]},
            "referenced_tweets":[{"type":"quoted","id":"2080000000000000000"}],"geo":{"place_id":"p"}},
            {"id":"20","event_type":"MessageCreate","text":"hi","sender_id":"222","dm_conversation_id":"111-222"}],
            "includes":{"tweets":[{"id":"2080000000000000000","author_id":"111","text":"x"}],"users":[{"id":"222",
            "public_metrics":{"followers_count":5}}],"media":[{"media_key":"3_9","type":"video","variants":[{"bit_rate":1,
            "content_type":"video/mp4","url":"https://v.example/1.mp4"}]}]},"errors":[{"title":"Not Found Error",
            "resource_id":"9"}],"meta":{"next_token":"n","result_count":2}}"#;
        vec![
            (BodyKind::Webhook, include_bytes!("fixtures/activity_reply.json").to_vec()),
            (BodyKind::Webhook, include_bytes!("fixtures/activity_dm.json").to_vec()),
            (BodyKind::Webhook, include_bytes!("fixtures/legacy_tweets.json").to_vec()),
            (BodyKind::Webhook, text(related)),
            (BodyKind::Webhook, text(signals)),
            (BodyKind::Webhook, text(revoked)),
            (BodyKind::Rest, text(page)),
        ]
    }

    fn pages(&self, source: &str, messages: &[u32], per_page: usize) -> Vec<Exchange> {
        let newest_first: Vec<_> = messages.iter().rev().copied().collect();
        let chunks: Vec<_> = newest_first.chunks(per_page).collect();
        let page = |(nth, chunk): (usize, &&[u32])| {
            let next = (nth + 1 < chunks.len()).then(|| format!("page-{}", nth + 1));
            let mut exchange =
                Exchange::get(path(source)).requires_header("authorization", &format!("Bearer {USER_TOKEN}"));
            exchange = match nth {
                0 => exchange.without_query("pagination_token"),
                _ => exchange.query("pagination_token", &format!("page-{nth}")),
            };
            exchange.without_query("since_id").json(self.page(source, chunk, next).to_string())
        };
        chunks.iter().enumerate().map(page).collect()
    }

    fn quiet(&self, source: &str) -> Exchange {
        let exchange = Exchange::get(path(source)).without_query("pagination_token");
        match source {
            // X does not take a `since_id` here and gives what is known again.
            "dm_events" => exchange.json(self.page(source, &[2, 1], None).to_string()),
            _ => exchange.query("since_id", &self.id(2)).json(r#"{"meta":{"result_count":0}}"#),
        }
    }

    fn stream(&self, source: &str, messages: &[u32]) -> Vec<Exchange> {
        let (path, kind) = match source {
            "search" => ("/2/tweets/search/stream", BodyKind::Stream),
            _ => ("/2/activity/stream", BodyKind::Webhook),
        };
        let mut lines = Vec::new();
        for n in messages {
            lines.extend_from_slice(b"\r\n");
            lines.extend(self.body(kind, &[message(*n)]).unwrap());
            lines.extend_from_slice(b"\r\n");
        }
        vec![Exchange::get(path).requires_header("authorization", &format!("Bearer {APP_TOKEN}")).chunks([lines])]
    }

    fn recheck(&self, stand: &[u32], gone: &[u32]) -> Vec<Exchange> {
        let mut numbers = [stand, gone].concat();
        numbers.sort_unstable();
        let ids: Vec<_> = numbers.iter().map(|n| self.id(*n)).collect();
        let gone: Vec<_> = gone.iter().map(|n| self.not_found(&self.id(*n))).collect();
        let stand: Vec<_> = stand.iter().map(|n| self.item(&message(*n))).collect();
        let body = json!({ "data": stand, "includes": includes(), "errors": gone });
        vec![Exchange::get("/2/tweets").query("ids", &ids.join(",")).json(body.to_string())]
    }

    fn refusal(&self, refusal: Refusal) -> Option<Answer> {
        let problem = |status: u16, title: &str| {
            Answer::json(
                json!({ "title": title, "detail": title, "type": "about:blank", "status": status }).to_string(),
            )
            .status(status)
        };
        Some(match refusal {
            Refusal::RateLimited(wait) => problem(429, "Too Many Requests")
                .header("x-rate-limit-remaining", "0")
                .header("x-rate-limit-reset", &NOW.plus(wait).as_secs().to_string()),
            Refusal::TokenInvalid => problem(401, "Unauthorized"),
            Refusal::PermissionMissing => problem(403, "Forbidden"),
            Refusal::Absent => problem(404, "Not Found"),
            Refusal::InsideSuccess => {
                let error = json!({ "title": "Forbidden", "detail": "No", "type": "https://api.x.com/2/problems/client-forbidden" });
                Answer::json(json!({ "errors": [error] }).to_string())
            }
            Refusal::Partial => Answer::json(
                json!({ "data": [self.item(&message(1))], "includes": includes(), "errors": [self.not_found("77")] })
                    .to_string(),
            ),
            _ => return None,
        })
    }
}

fn path(source: &str) -> &'static str {
    match source {
        "mentions" => "/2/users/111/mentions",
        "search" => "/2/tweets/search/recent",
        "dm_events" => "/2/dm_events",
        other => panic!("no source {other}"),
    }
}

fn includes() -> Value {
    json!({
        "users": [{ "id": "70", "name": "Jo Doe", "username": "jo_doe" }, { "id": ID, "name": "Acme", "username": "acme" }],
        "media": [{ "media_key": "3_9", "type": "photo", "url": "https://img.acme.example/1.png" }],
    })
}

impl X {
    fn page(&self, source: &str, newest_first: &[u32], next: Option<String>) -> Value {
        let data: Vec<_> = newest_first
            .iter()
            .map(|n| match source {
                "dm_events" => self.item(&Item::Direct { n: *n, text: "private".to_owned() }),
                _ => self.item(&message(*n)),
            })
            .collect();
        let mut meta = json!({ "result_count": data.len(), "newest_id": self.id(newest_first[0]) });
        if let Some(next) = next {
            meta["next_token"] = next.into();
        }
        json!({ "data": data, "includes": includes(), "meta": meta })
    }

    fn not_found(&self, id: &str) -> Value {
        json!({
            "resource_id": id, "resource_type": "tweet", "parameter": "ids", "value": id, "title": "Not Found Error",
            "detail": "no", "type": "https://api.x.com/2/problems/resource-not-found",
        })
    }

    fn items(&self, items: &[Item]) -> Vec<Value> {
        items.iter().map(|item| self.item(item)).collect()
    }

    /// As v2 writes it.
    fn item(&self, item: &Item) -> Value {
        match item {
            Item::Message { n, text } => self.post(*n, text),
            Item::Reply { n, to } => {
                let mut post = self.post(*n, "Same here");
                post["referenced_tweets"] = json!([{ "type": "replied_to", "id": self.id(*to) }]);
                post["in_reply_to_user_id"] = "70".into();
                post["conversation_id"] = self.id(*to).into();
                post
            }
            Item::Direct { n, text } => json!({
                "id": self.id(*n), "event_type": "MessageCreate", "text": escaped(text), "sender_id": "70",
                "dm_conversation_id": "70-111", "created_at": sent_at(*n).to_string(),
            }),
            Item::Own { n } => {
                let mut post = self.post(*n, "We look into it");
                post["author_id"] = ID.into();
                post
            }
            Item::Rich { n } => {
                let mut post = self.post(*n, "👍 Cafe\u{301} & co by @acme: https://t.co/abc #late");
                post["entities"] = json!({
                    "mentions": [{ "start": 20, "end": 25, "username": "acme", "id": ID }],
                    "urls": [{ "start": 27, "end": 43, "url": "https://t.co/abc", "expanded_url": "https://acme.example/7" }],
                    "hashtags": [{ "start": 44, "end": 49, "tag": "late" }],
                });
                post
            }
            Item::Picture { n } => {
                let mut post = self.post(*n, "Look https://t.co/pic");
                post["attachments"] = json!({ "media_keys": ["3_9"] });
                post
            }
            Item::Edit { of, text } => {
                let mut post = self.post(*of, text);
                let edited = (self.id(*of).parse::<u64>().unwrap() + 4_194_304).to_string();
                post["edit_history_tweet_ids"] = json!([self.id(*of), edited]);
                post["id"] = edited.into();
                post
            }
            Item::Unreadable => {
                let mut post = self.post(0, "Where is my id?");
                post.as_object_mut().unwrap().remove("id");
                post
            }
            _ => json!({ "id": "1", "hologram": true }),
        }
    }

    fn post(&self, n: u32, text: &str) -> Value {
        json!({
            "id": self.id(n), "text": escaped(text), "author_id": "70", "created_at": sent_at(n).to_string(),
            "conversation_id": self.id(n), "edit_history_tweet_ids": [self.id(n)], "lang": "en",
        })
    }

    /// As the Activity API pushes it.
    fn activity(&self, item: &Item) -> Option<Value> {
        let (kind, payload) = match item {
            Item::Unknown => ("hologram.appear", json!({ "hologram": true })),
            Item::Direct { n, text } => (
                "dm.received",
                json!({
                    "direct_message_events": [{
                        "type": "message_create", "id": self.id(*n), "created_timestamp": sent_at(*n).as_millis().to_string(),
                        "message_create": {
                            "sender_id": "70", "target": { "recipient_id": ID },
                            "message_data": { "text": escaped(text), "entities": { "urls": [] } },
                        },
                    }],
                    "users": { "70": { "data": { "id": "70", "name": "Jo Doe", "username": "jo_doe" } } },
                }),
            ),
            Item::Reply { .. } => ("post.reply.create", self.item(item)),
            Item::Own { .. } => ("post.create", self.item(item)),
            _ => ("post.mention.create", self.item(item)),
        };
        let users: Vec<_> = includes()["users"].as_array()?.iter().map(|user| json!({ "data": user })).collect();
        Some(json!({
            "data": { "event_uuid": "-278", "event_type": kind, "filter": { "user_id": ID }, "payload": payload },
            "includes": { "users": users, "media": includes()["media"] },
        }))
    }

    /// As Account Activity pushes it.
    fn legacy(&self, item: &Item) -> Option<Value> {
        let (n, text) = match item {
            Item::Message { n, text } => (*n, text.as_str()),
            Item::Unreadable => (0, "Where is my id?"),
            _ => return None,
        };
        let mut post = json!({
            "id": 1, "id_str": self.id(n), "text": escaped(text), "user": { "id_str": "70", "name": "Jo Doe", "screen_name": "jo_doe" },
            "created_at": chrono::DateTime::from(sent_at(n)).format("%a %b %d %H:%M:%S %z %Y").to_string(),
        });
        if *item == Item::Unreadable {
            post.as_object_mut()?.retain(|key, _| !key.starts_with("id"));
        }
        Some(post)
    }
}

/// X escapes these three.
fn escaped(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;")
}
