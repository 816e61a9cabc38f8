//! Bodies as X writes them, through the front door.

#![allow(clippy::unwrap_used)]

use careline::ErrorKind;
use careline::intake::{Intake, Parsed, Received, WebhookRequest};
use careline::model::*;
use careline::network::BodyKind;
use careline::wire::{Encoding, sign};
use careline_x::{Webhook, WebhookConfig, normalise};
use http::HeaderMap;

const SECRET: &str = "consumer-secret";

fn webhook() -> Webhook {
    Webhook::new(WebhookConfig::new([SECRET])).unwrap()
}

fn now() -> Timestamp {
    Timestamp::parse("2026-09-01T00:00:00.000Z").unwrap()
}

fn account() -> NativeAccount {
    NativeAccount::new(NetworkName::new("x"), "111")
}

fn signed(body: &[u8], secret: &str) -> WebhookRequest {
    let mut headers = HeaderMap::new();
    headers.insert("content-type", "application/json; charset=utf-8".parse().unwrap());
    let signature = sign(secret.as_bytes(), body, Encoding::Base64);
    headers.insert("x-twitter-webhooks-signature", signature.parse().unwrap());
    WebhookRequest::post(headers, body.to_vec())
}

fn received(body: &[u8]) -> Parsed {
    match webhook().receive(&signed(body, SECRET), now()).unwrap() {
        Received::Events(parsed) => parsed,
        other => panic!("{other:?}"),
    }
}

fn rest(body: &str) -> Parsed {
    normalise(BodyKind::Rest, body.as_bytes(), &account(), now()).unwrap()
}

fn message(event: &Event) -> &Inbound {
    match &event.body {
        EventBody::Message(message) => message,
        other => panic!("{other:?}"),
    }
}

fn marked(message: &Inbound) -> Vec<(&str, &str, &str)> {
    let text = &message.content.text;
    message
        .content
        .entities
        .iter()
        .map(|entity| (entity.kind.as_str(), entity.span.of(text), entity.value.as_str()))
        .collect()
}

#[test]
fn a_challenge_is_answered_with_the_vector_of_the_fact_sheet() {
    let Received::Challenge(reply) = webhook().receive(&WebhookRequest::get("crc_token=challenge-123"), now()).unwrap()
    else {
        panic!("a challenge is a challenge")
    };
    assert_eq!(reply.body, r#"{"response_token":"sha256=+JKD3xCx1so7H9dYGqEd8qLRIIR3uCpi/4gsvLxmFd4="}"#);
    assert_eq!(reply.status, 200);
    let error = webhook().receive(&WebhookRequest::get("other=1"), now()).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::InputInvalid);
}

#[test]
fn a_reply_becomes_a_message_with_everything_the_network_tells() {
    let parsed = received(include_bytes!("fixtures/activity_reply.json"));
    assert!(parsed.rejects.is_empty() && !parsed.repaired);
    let event = &parsed.events[0];
    assert_eq!((event.account.as_ref(), &event.channel, event.raw), (Some(&account()), &Channel::Webhook, None));
    assert_eq!(event.received_at, now());
    let message = message(event);
    assert_eq!((message.scope.as_str(), message.native_id.as_str()), ("x", "2090000000000000001"));
    assert_eq!((&message.surface, &message.visibility), (&Surface::Comment, &Visibility::Public));
    assert_eq!(message.content.text, "@acme my order & refund are late, see https://t.co/abcdefghij #acmefail");
    assert_eq!(
        marked(message),
        [
            ("mention", "@acme", "acme"),
            ("link", "https://t.co/abcdefghij", "https://acme.example/orders/7"),
            ("hashtag", "#acmefail", "acmefail"),
        ]
    );
    assert_eq!(message.content.entities[0].native_id.as_deref(), Some("111"));
    assert_eq!(message.sent_at, Timestamp::parse("2026-08-12T18:00:00Z"));
    assert_eq!(message.thread.as_deref(), Some("2080761390344937796"));
    let target = message.reply_to.as_ref().unwrap();
    assert_eq!((target.native_id.as_str(), target.author.as_deref()), ("2080761390344937796", Some("111")));
    assert_eq!((message.root_id.as_deref(), message.revision), (None, 0));
    assert_eq!(message.language.as_deref(), Some("en"));
    let author = message.author.as_ref().unwrap();
    assert_eq!(
        (author.native_id.as_str(), author.handle.as_deref(), author.name.as_deref()),
        ("222", Some("jo_doe"), Some("Jo Doe"))
    );
    assert_eq!(
        (author.followers, author.verified, author.url.as_deref()),
        (Some(1200), Some(true), Some("https://x.com/jo_doe"))
    );
    let [photo, film] = &message.content.attachments[..] else { panic!("two attachments") };
    assert_eq!(
        (&photo.kind, photo.url.as_deref(), photo.description.as_deref()),
        (&AttachmentKind::Image, Some("https://img.example/1.jpg"), Some("A broken box"))
    );
    assert_eq!(
        (&film.kind, film.native_id.as_deref(), film.url.as_deref()),
        (&AttachmentKind::Video, Some("7_99"), None)
    );
}

#[test]
fn a_direct_message_is_private_and_in_the_thread_of_the_two() {
    let parsed = received(include_bytes!("fixtures/activity_dm.json"));
    let message = message(&parsed.events[0]);
    assert_eq!((&message.surface, &message.visibility), (&Surface::DirectMessage, &Visibility::Private));
    assert_eq!(message.thread.as_deref(), Some("dm:111-222"));
    assert_eq!(message.content.text, "my number is 5 < 6");
    assert_eq!(message.sent_at, Timestamp::from_millis(1_784_928_224_372));
    assert_eq!(message.author.as_ref().unwrap().handle.as_deref(), Some("jo_doe"));
    assert_eq!(message.content.attachments[0].url.as_deref(), Some("https://img.example/dm.jpg"));
    assert_eq!(message.content.extensions["quick_reply_response"]["metadata"], "refund");
    assert_eq!(message.content.extensions["initiated_via"]["tweet_id"], "2080761390344937796");
}

#[test]
fn the_legacy_shape_gives_the_long_text_and_a_repost_is_a_reaction() {
    let body = include_bytes!("fixtures/legacy_tweets.json");
    let parsed = received(body);
    assert!(parsed.rejects.is_empty(), "{:?}", parsed.rejects);
    let first = message(&parsed.events[0]);
    assert_eq!(first.native_id, "1924468000000000001");
    assert_eq!(first.content.text, "@acme the whole long text with $ACME");
    assert_eq!(marked(first), [("mention", "@acme", "acme"), ("cashtag", "$ACME", "ACME")]);
    assert_eq!(first.sent_at, Timestamp::parse("2025-05-19T14:01:46Z"));
    assert_eq!(first.reply_to.as_ref().unwrap().native_id, "1924467000000000002");
    assert_eq!(first.language.as_deref(), Some("id"));
    assert_eq!(first.author.as_ref().unwrap().followers, Some(12));
    let EventBody::Reaction(repost) = &parsed.events[1].body else { panic!("{:?}", parsed.events[1]) };
    assert_eq!((repost.reaction.as_str(), repost.native_id.as_str()), ("repost", "1924460000000000000"));
    assert_eq!(repost.by.as_ref().unwrap().native_id, "333");
    for event in &parsed.events {
        let range = event.raw.unwrap();
        let item: serde_json::Value = serde_json::from_slice(&body[range.start as usize..range.end as usize]).unwrap();
        assert!(item["id_str"].is_string());
    }
}
