//! The fake as the suite sees it.

use std::sync::Arc;

use careline::Result;
use careline::intake::{Intake, Parsed, WebhookReply, WebhookRequest};
use careline::model::Timestamp;
use careline::network::{BodyKind, Network};
use careline::wire::{Encoding, sign};
use http::{HeaderMap, HeaderValue};
use serde_json::{Value, json};

use super::account::{LINE, RESET, SOURCE};
use super::receive::normalise;
use super::webhook::SIGNATURE;
use super::{ACCOUNT, Defect, FakeNetwork, FakeWebhook};
use crate::network::{Item, NOW, NetworkFixture, Refusal, SECRET, message, sent_at};
use crate::{Answer, Exchange};

/// Describes the fake to the suite; with a defect, one thing about it is wrong.
#[derive(Clone, Copy, Debug, Default)]
pub struct FakeFixture {
    /// What is wrong.
    pub defect: Option<Defect>,
}

const TOKEN: &str = "planted-access-token-of-the-fake";

impl NetworkFixture for FakeFixture {
    fn account(&self) -> Arc<dyn Network> {
        Arc::new(FakeNetwork::with_defect(TOKEN, self.defect))
    }

    fn secrets(&self) -> Vec<&'static str> {
        vec![TOKEN]
    }

    fn webhook(&self, secrets: &[&str]) -> Option<Box<dyn Intake>> {
        Some(Box::new(FakeWebhook::with_defect(secrets, self.defect).ok()?))
    }

    fn signed(&self, secret: &str, body: &[u8]) -> HeaderMap {
        let mut headers = HeaderMap::new();
        headers.insert("content-type", HeaderValue::from_static("application/json; charset=utf-8"));
        if let Ok(signature) = sign(secret.as_bytes(), body, Encoding::Hex).parse() {
            headers.insert(SIGNATURE, signature);
        }
        headers
    }

    fn signature_header(&self) -> &'static str {
        SIGNATURE
    }

    fn challenge(&self) -> Option<(WebhookRequest, WebhookReply)> {
        let answer = sign(SECRET.as_bytes(), b"who-are-you", Encoding::Hex);
        Some((WebhookRequest::get("challenge=who-are-you"), WebhookReply::text(answer)))
    }

    fn normalise(&self, kind: BodyKind, raw: &[u8], now: Timestamp) -> Result<Parsed> {
        Ok(normalise(kind, raw, now, self.defect))
    }

    fn id(&self, n: u32) -> String {
        (9_100_000_000_000_000_000 + u64::from(n)).to_string()
    }

    fn body(&self, kind: BodyKind, items: &[Item]) -> Option<Vec<u8>> {
        let items: Vec<_> = items.iter().map(|item| self.item(item)).collect();
        match (kind, &items[..]) {
            (BodyKind::Stream, [item]) => Some(format!("{item}\n").into_bytes()),
            (BodyKind::Stream, _) => None,
            _ => Some(json!({ "account": ACCOUNT, "items": items }).to_string().into_bytes()),
        }
    }

    fn pages(&self, source: &str, messages: &[u32], per_page: usize) -> Vec<Exchange> {
        assert_eq!(source, SOURCE);
        let chunks: Vec<_> = messages.chunks(per_page).collect();
        let mut exchanges = Vec::new();
        let mut after = None;
        for (nth, chunk) in chunks.iter().enumerate() {
            let exchange = match after {
                Some(n) => Exchange::get("/messages").query("after", &self.id(n)),
                None => Exchange::get("/messages").without_query("after"),
            };
            let items: Vec<_> = chunk.iter().map(|n| self.item(&message(*n))).collect();
            let body = json!({ "items": items, "more": nth + 1 < chunks.len() }).to_string();
            exchanges.push(exchange.requires_header("authorization", &format!("Bearer {TOKEN}")).json(body));
            after = chunk.last().copied();
        }
        exchanges
    }

    fn quiet(&self, _source: &str) -> Exchange {
        Exchange::get("/messages").json(r#"{"items":[],"more":false}"#)
    }

    fn stream(&self, source: &str, messages: &[u32]) -> Vec<Exchange> {
        assert_eq!(source, LINE);
        let lines: String = messages.iter().map(|n| format!("\n{}\n", self.item(&message(*n)))).collect();
        vec![Exchange::get("/line").chunks([lines])]
    }

    fn recheck(&self, stand: &[u32], gone: &[u32]) -> Vec<Exchange> {
        let mut ids: Vec<_> = stand.iter().chain(gone).copied().collect();
        ids.sort_unstable();
        let ids: Vec<_> = ids.into_iter().map(|n| self.id(n)).collect();
        let items: Vec<_> = stand.iter().map(|n| self.item(&message(*n))).collect();
        vec![Exchange::get("/messages").query("ids", &ids.join(",")).json(json!({ "items": items }).to_string())]
    }

    fn refusal(&self, refusal: Refusal) -> Option<Answer> {
        Some(match refusal {
            Refusal::RateLimited(wait) => {
                Answer::default().status(429).header(RESET, &NOW.plus(wait).as_secs().to_string())
            }
            Refusal::TokenInvalid => Answer::default().status(401),
            Refusal::PermissionMissing => Answer::default().status(403),
            Refusal::Absent => Answer::default().status(404),
            Refusal::InsideSuccess => Answer::json(r#"{"error":"no such field"}"#),
            Refusal::Partial => {
                Answer::json(json!({ "items": [self.item(&message(1))], "error": "one user is gone" }).to_string())
            }
        })
    }
}

impl FakeFixture {
    fn item(&self, item: &Item) -> Value {
        let mut value = match item {
            Item::Message { n, text } => self.written(*n, text),
            Item::Reply { n, to } => {
                let mut value = self.written(*n, "Same here");
                value["to"] = self.id(*to).into();
                value
            }
            Item::Direct { n, text } => {
                let mut value = self.written(*n, text);
                value["private"] = true.into();
                value
            }
            Item::Own { n } => {
                let mut value = self.written(*n, "We look into it");
                value["user"] = json!({ "id": ACCOUNT, "name": "Acme" });
                value
            }
            Item::Rich { n } => {
                let mut value = self.written(*n, "👍 Cafe\u{301} by @acme rocks");
                value["marks"] = json!([{ "from": 11, "to": 16, "handle": "acme" }]);
                value
            }
            Item::Picture { n } => {
                let mut value = self.written(*n, "Look");
                value["pictures"] = json!(["https://media.fake.example/1.png"]);
                value
            }
            Item::Edit { of, text } => {
                let mut value = self.written(*of, text);
                value["revision"] = 1.into();
                value
            }
            Item::Deletion { of } => json!({ "type": "delete", "id": self.id(*of), "at": NOW.to_string() }),
            Item::Unknown => json!({ "type": "hologram", "id": "1" }),
            Item::Unreadable => self.written(0, "Where is my id?"),
        };
        if *item == Item::Unreadable
            && let Some(map) = value.as_object_mut()
        {
            map.remove("id");
        }
        value
    }

    fn written(&self, n: u32, text: &str) -> Value {
        json!({
            "type": "message",
            "id": self.id(n),
            "user": { "id": "70", "name": "Jo Doe" },
            "text": text,
            "at": sent_at(n).to_string(),
        })
    }
}
