//! The conformance suite over bodies in Facebook's wire format.
#![allow(clippy::unwrap_used, reason = "a fixture that is wrong is to fail")]

use std::sync::Arc;

use careline::Result;
use careline::intake::{Intake, Parsed, WebhookReply, WebhookRequest};
use careline::model::{NativeAccount, NetworkName, Timestamp};
use careline::network::{BodyKind, Network};
use careline::wire::{Encoding, sign};
use careline_facebook::{Account, AccountConfig, Webhook, WebhookConfig, normalise};
use careline_testkit::network::{Item, NetworkFixture, Refusal, sent_at};
use careline_testkit::{Answer, Exchange};
use http::HeaderMap;
use serde_json::{Value, json};

const PAGE: &str = "104000000000001";
const PSID: &str = "7000000000000001";
const VERIFY_TOKEN: &str = "planted-verify-token";
const TOKEN: &str = "planted-page-token";
const APP_SECRET: &str = "planted-app-secret";

struct Facebook;

fn post_id() -> String {
    format!("{PAGE}_901000")
}

fn id(n: u32) -> String {
    format!("901000_{}", 7000 + n)
}

fn secs(n: u32) -> i64 {
    sent_at(n).as_secs()
}

fn iso(n: u32) -> String {
    sent_at(n).to_string().replace(".000Z", "+0000")
}

const RICH: &str = "👍 cafe\u{301} Acme Air is late";

fn tags() -> Value {
    json!([{"id": PAGE, "name": "Acme Air", "type": "page", "offset": 8, "length": 8}])
}

fn change(value: Value) -> Value {
    let mut whole = json!({"item": "comment", "verb": "add", "post_id": post_id(), "parent_id": post_id(),
        "from": {"id": "7059558", "name": "Jo Doe"}});
    whole.as_object_mut().unwrap().extend(value.as_object().unwrap().clone());
    whole.as_object_mut().unwrap().retain(|_, value| !value.is_null());
    json!({"field": "feed", "value": whole})
}

fn webhook_item(item: &Item) -> Option<Value> {
    Some(match item {
        Item::Message { n, text } => change(json!({"comment_id": id(*n), "message": text, "created_time": secs(*n)})),
        Item::Reply { n, to } => {
            change(json!({"comment_id": id(*n), "parent_id": id(*to), "message": "Mine too", "created_time": secs(*n)}))
        }
        Item::Own { n } => change(json!({"comment_id": id(*n), "message": "We look into it", "created_time": secs(*n),
            "from": {"id": PAGE, "name": "Acme"}})),
        Item::Rich { n } => {
            change(json!({"comment_id": id(*n), "message": RICH, "message_tags": tags(), "created_time": secs(*n)}))
        }
        Item::Picture { n } => change(json!({"comment_id": id(*n), "message": "Look", "created_time": secs(*n),
            "photo": "https://cdn.example/photo.jpg"})),
        Item::Edit { of, text } => change(json!({"verb": "edited", "comment_id": id(*of), "message": text,
            "created_time": secs(*of) + 60})),
        Item::Deletion { of } => change(json!({"verb": "remove", "comment_id": id(*of)})),
        Item::Unknown => change(json!({"item": "hologram", "verb": "beam"})),
        Item::Unreadable => change(json!({"message": "No id", "created_time": secs(1)})),
        _ => return None,
    })
}

fn webhook_body(items: &[Item]) -> Option<Value> {
    if let [Item::Direct { n, text }] = items {
        let millis = sent_at(*n).as_millis();
        let item = json!({"sender": {"id": PSID}, "recipient": {"id": PAGE}, "timestamp": millis,
            "message": {"mid": id(*n), "text": text}});
        return Some(json!({"object": "page", "entry": [{"id": PAGE, "time": millis, "messaging": [item]}]}));
    }
    let changes = items.iter().map(webhook_item).collect::<Option<Vec<_>>>()?;
    Some(json!({"object": "page", "entry": [{"id": PAGE, "time": secs(100), "changes": changes}]}))
}

fn comment(n: u32, message: &str) -> Value {
    let link = format!("https://www.facebook.com/{PAGE}/posts/901000/?comment_id={}", 7000 + n);
    json!({"id": id(n), "message": message, "created_time": iso(n), "comment_count": 0, "permalink_url": link,
        "from": {"id": "7059558", "name": "Jo Doe"}})
}

fn with(mut object: Value, more: Value) -> Value {
    object.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
    object
}

fn direct_message(n: u32, text: &str) -> Value {
    json!({"id": id(n), "message": text, "created_time": iso(n), "from": {"id": PSID, "name": "Jo Doe"},
        "to": {"data": [{"id": PAGE, "name": "Acme"}]}})
}

fn rest_item(item: &Item) -> Option<Value> {
    Some(match item {
        Item::Message { n, text } => comment(*n, text),
        Item::Reply { n, to } => with(
            comment(*n, "Mine too"),
            json!({"parent": {"id": id(*to)}, "permalink_url": format!(
                "https://www.facebook.com/{PAGE}/posts/901000/?comment_id={}&reply_comment_id={}", 7000 + to, 7000 + n)}),
        ),
        Item::Direct { n, text } => direct_message(*n, text),
        Item::Own { n } => with(comment(*n, "We look into it"), json!({"from": {"id": PAGE, "name": "Acme"}})),
        Item::Rich { n } => with(comment(*n, RICH), json!({"message_tags": tags()})),
        Item::Picture { n } => with(
            comment(*n, "Look"),
            json!({"attachment": {"type": "photo", "media": {"image": {"src": "https://cdn.example/photo.jpg"}},
                "target": {"id": "55"}, "url": "https://www.facebook.com/photo.php?fbid=55"}}),
        ),
        Item::Unreadable => json!({"message": "No id", "created_time": iso(1), "comment_count": 0}),
        _ => return None,
    })
}

/// A list of a source, newest first.
fn listed(source: &str, n: u32) -> Value {
    let text = format!("Message {n}: my parcel is late");
    match source {
        "conversations" => json!({"id": format!("t_{n}"), "updated_time": iso(n),
            "messages": {"data": [direct_message(n, &text)]}}),
        "ratings" => json!({"created_time": iso(n), "has_rating": false, "has_review": true,
            "recommendation_type": "NEGATIVE", "review_text": text, "open_graph_story": {"id": id(n)},
            "reviewer": {"id": "7059558", "name": "Jo Doe"}}),
        _ => json!({"id": id(n), "message": text, "created_time": iso(n), "from": {"id": "7059558", "name": "Jo Doe"}}),
    }
}

fn get(source: &str) -> Exchange {
    Exchange::get(&format!("https://graph.facebook.com/v25.0/{PAGE}/{source}"))
        .requires_header("authorization", &format!("Bearer {TOKEN}"))
        .without_query("access_token")
}

impl NetworkFixture for Facebook {
    fn account(&self) -> Arc<dyn Network> {
        let mut config = AccountConfig::new(PAGE, TOKEN);
        config.app_secret = Some(APP_SECRET.into());
        Arc::new(Account::new(config).unwrap())
    }

    fn secrets(&self) -> Vec<&'static str> {
        vec![TOKEN, APP_SECRET]
    }

    fn webhook(&self, secrets: &[&str]) -> Option<Box<dyn Intake>> {
        let mut config = WebhookConfig::new(secrets[0], VERIFY_TOKEN);
        config.app_secrets = secrets.iter().map(|secret| (*secret).into()).collect();
        Some(Box::new(Webhook::new(config).unwrap()))
    }

    fn signed(&self, secret: &str, body: &[u8]) -> HeaderMap {
        let mut headers = HeaderMap::new();
        headers.insert("x-hub-signature-256", sign(secret.as_bytes(), body, Encoding::Hex).parse().unwrap());
        headers.insert("content-type", "application/json".parse().unwrap());
        headers
    }

    fn signature_header(&self) -> &'static str {
        "x-hub-signature-256"
    }

    fn challenge(&self) -> Option<(WebhookRequest, WebhookReply)> {
        let query = format!("hub.mode=subscribe&hub.verify_token={VERIFY_TOKEN}&hub.challenge=1158201444");
        Some((WebhookRequest::get(query), WebhookReply::text("1158201444")))
    }

    fn normalise(&self, kind: BodyKind, raw: &[u8], now: Timestamp) -> Result<Parsed> {
        normalise(kind, raw, &NativeAccount::new(NetworkName::new("facebook"), PAGE), now)
    }

    fn id(&self, n: u32) -> String {
        id(n)
    }

    fn body(&self, kind: BodyKind, items: &[Item]) -> Option<Vec<u8>> {
        let body = match kind {
            BodyKind::Webhook => webhook_body(items)?,
            BodyKind::Rest => json!({"data": items.iter().map(rest_item).collect::<Option<Vec<_>>>()?}),
            BodyKind::Stream => return None,
        };
        // As PHP writes it, but for the texts that a case looks for.
        Some(body.to_string().replace('/', "\\/").into_bytes())
    }

    fn further_bodies(&self) -> Vec<(BodyKind, Vec<u8>)> {
        let item = |more| {
            with(json!({"sender": {"id": PSID}, "recipient": {"id": PAGE}, "timestamp": 1_768_000_000_246_i64}), more)
        };
        let items = json!([
            item(
                json!({"message": {"mid": "m", "text": "é👍", "reply_to": {"mid": "m_0"}, "quick_reply": {"payload": "P"},
                "attachments": [{"type": "location", "payload": {"coordinates": {"lat": 1.5, "long": 2.5}}}]}})
            ),
            item(json!({"message": {"mid": "m_e", "is_echo": true, "app_id": 5, "metadata": "key"}})),
            item(json!({"message_edit": {"mid": "m", "text": "é", "num_edit": 1}})),
            item(json!({"postback": {"mid": "m_p", "title": "T", "payload": "P", "referral": {"ref": "r"}}})),
            item(json!({"reaction": {"mid": "m", "action": "react", "reaction": "love", "emoji": "❤"}})),
            item(json!({"read": {"watermark": 1_768_000_000_246_i64}})),
            item(json!({"delivery": {"mids": ["m"], "watermark": 1_768_000_000_246_i64}})),
            item(json!({"pass_thread_control": {"new_owner_app_id": "5", "metadata": "x"}})),
        ]);
        let tagged = json!({"comment_id": id(1), "message": "👍 Acme", "created_time": secs(1),
            "message_tags": [{"id": 1, "name": "Acme", "offset": 2, "length": 4}]});
        let shared = json!({"item": "share", "post_id": post_id(), "link": "https://acme.example", "share_id": 5});
        let review =
            json!({"item": "rating", "verb": "add", "open_graph_story_id": 1, "review_text": "Late", "rating": 5});
        let changes = json!([change(tagged), change(shared), change(json!({"verb": "hide", "comment_id": id(1)})),
            change(json!({"item": "reaction", "reaction_type": "love"})), {"field": "mention", "value": comment(2, "x")},
            {"field": "ratings", "value": review}]);
        let body = json!({"object": "page", "entry": [{"id": PAGE, "time": secs(100), "changes": changes},
            {"id": PAGE, "time": 1_768_000_000_300_i64, "messaging": items, "standby": items}]});
        let thread = json!({"id": "t_1", "updated_time": iso(1), "messages": {"data": [direct_message(1, "hi")],
            "paging": {"cursors": {"after": "x"}}}, "participants": {"data": [{"id": PSID, "name": "Jo Doe"}]}});
        let read = json!({"data": [thread, listed("ratings", 2), rest_item(&Item::Picture { n: 3 }), {"id": post_id(),
            "message": "x", "created_time": iso(4), "comments": {"data": [comment(5, "y")]}}]});
        [(BodyKind::Webhook, body), (BodyKind::Rest, read)]
            .map(|(kind, body)| (kind, body.to_string().into_bytes()))
            .into()
    }

    fn pages(&self, source: &str, messages: &[u32], per_page: usize) -> Vec<Exchange> {
        let newest_first: Vec<u32> = messages.iter().rev().copied().collect();
        let pages: Vec<_> = newest_first.chunks(per_page).collect();
        let exchange = |(nth, page): (usize, &&[u32])| {
            let mut answer = json!({"data": page.iter().map(|n| listed(source, *n)).collect::<Vec<_>>()});
            if nth + 1 < pages.len() {
                let next =
                    format!("https://graph.facebook.com/v25.0/{PAGE}/{source}?access_token={TOKEN}&after=QVFI{nth}");
                answer["paging"] = json!({"cursors": {"after": format!("QVFI{nth}")}, "next": next});
            }
            let ask = if nth == 0 {
                get(source).without_query("after")
            } else {
                get(source).query("after", &format!("QVFI{}", nth - 1))
            };
            ask.json(answer.to_string())
        };
        pages.iter().enumerate().map(exchange).collect()
    }

    fn quiet(&self, source: &str) -> Exchange {
        self.pages(source, &[1, 2], 10).remove(0)
    }

    fn stream(&self, _: &str, _: &[u32]) -> Vec<Exchange> {
        Vec::new()
    }

    fn recheck(&self, stand: &[u32], gone: &[u32]) -> Vec<Exchange> {
        let ask = || Exchange::get("https://graph.facebook.com/v25.0");
        let absent = || self.refusal(Refusal::Absent).unwrap();
        let mut all: Vec<u32> = [stand, gone].concat();
        all.sort_unstable();
        let each = all.iter().map(|n| {
            let ask = ask().query("ids", &id(*n));
            if gone.contains(n) { ask.answer(absent()) } else { ask.json(json!({id(*n): {"id": id(*n)}}).to_string()) }
        });
        let together = all.iter().map(|n| id(*n)).collect::<Vec<_>>().join(",");
        std::iter::once(ask().query("ids", &together).answer(absent())).chain(each).collect()
    }

    fn refusal(&self, refusal: Refusal) -> Option<Answer> {
        let error = |status: u16, code: u32, subcode: u32| {
            let error = json!({"message": "(#1) Something", "type": "OAuthException", "code": code,
                "error_subcode": subcode, "fbtrace_id": "AbCdEf"});
            Answer::json(json!({"error": error}).to_string()).status(status)
        };
        Some(match refusal {
            Refusal::RateLimited(wait) => {
                let minutes = wait.as_secs().div_ceil(60);
                let usage = json!({PAGE: [{"type": "pages", "call_count": 100, "total_cputime": 20, "total_time": 20,
                    "estimated_time_to_regain_access": minutes}]});
                error(400, 80_001, 0).header("x-business-use-case-usage", &usage.to_string())
            }
            Refusal::TokenInvalid => error(401, 190, 463),
            Refusal::PermissionMissing => error(403, 200, 0),
            Refusal::Absent => error(400, 100, 33),
            Refusal::InsideSuccess => error(200, 2, 0),
            _ => return None,
        })
    }
}

careline_testkit::network_conformance!(Facebook);
