//! No body makes the connector panic, and none brings more than it holds.

#![allow(clippy::unwrap_used)]

use careline::intake::{Intake, WebhookRequest};
use careline::model::Timestamp;
use careline::network::BodyKind;
use careline::wire::{Encoding, sign};
use careline_x::{AccountConfig, Webhook, WebhookConfig, normalise};
use http::HeaderMap;
use proptest::prelude::*;

const FIXTURES: [&[u8]; 3] = [
    include_bytes!("fixtures/activity_reply.json"),
    include_bytes!("fixtures/activity_dm.json"),
    include_bytes!("fixtures/legacy_tweets.json"),
];

/// Cuts, swaps, doubles and breaks.
#[derive(Clone, Debug)]
enum Change {
    Cut(prop::sample::Index, prop::sample::Index),
    Double(prop::sample::Index, prop::sample::Index),
    Put(prop::sample::Index, Vec<u8>),
    Byte(prop::sample::Index, u8),
}

fn change() -> impl Strategy<Value = Change> {
    let at = any::<prop::sample::Index>;
    let token = prop::sample::select(vec![
        "null",
        "[]",
        "{}",
        "-1",
        "1e999",
        "\"",
        "\\ud800",
        "\\u0000",
        "&amp;",
        "99999999999999999999",
        "true",
        "👍",
        ",",
        "}",
    ]);
    prop_oneof![
        (at(), at()).prop_map(|(from, to)| Change::Cut(from, to)),
        (at(), at()).prop_map(|(from, to)| Change::Double(from, to)),
        (at(), token).prop_map(|(at, token)| Change::Put(at, token.as_bytes().to_vec())),
        (at(), any::<u8>()).prop_map(|(at, byte)| Change::Byte(at, byte)),
    ]
}

fn changed(body: &[u8], changes: &[Change]) -> Vec<u8> {
    let mut body = body.to_vec();
    for change in changes {
        let length = body.len().max(1);
        let pair = |one: &prop::sample::Index, other: &prop::sample::Index| {
            let (one, other) = (one.index(length), other.index(length));
            // Near each other, so that something of the shape remains.
            (one, one.max(other).min(one + 40).min(length))
        };
        match change {
            Change::Cut(from, to) => {
                let (from, to) = pair(from, to);
                body.drain(from.min(body.len())..to.min(body.len()));
            }
            Change::Double(from, to) => {
                let (from, to) = pair(from, to);
                let part = body.get(from..to).unwrap_or_default().to_vec();
                body.splice(from.min(body.len())..from.min(body.len()), part);
            }
            Change::Put(at, token) => {
                let at = at.index(length).min(body.len());
                body.splice(at..at, token.iter().copied());
            }
            Change::Byte(at, byte) => {
                if let Some(place) = body.get_mut(at.index(length)) {
                    *place = *byte;
                }
            }
        }
    }
    body
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(2000))]

    #[test]
    fn mutated_bodies_never_panic(which in 0..FIXTURES.len(), changes in prop::collection::vec(change(), 1..6)) {
        let body = changed(FIXTURES[which], &changes);
        let account = AccountConfig::new("111", "acme").account();
        for kind in [BodyKind::Webhook, BodyKind::Rest, BodyKind::Stream] {
            let Ok(parsed) = normalise(kind, &body, &account, Timestamp::default()) else { continue };
            for range in parsed.events.iter().filter_map(|event| event.raw).chain(parsed.rejects.iter().filter_map(|reject| reject.raw)) {
                prop_assert!(range.start < range.end && range.end as usize <= body.len());
            }
            for event in &parsed.events {
                let careline::model::EventBody::Message(message) = &event.body else { continue };
                for entity in &message.content.entities {
                    prop_assert!(message.content.text.get(entity.span.start as usize..entity.span.end as usize).is_some());
                }
            }
        }
        let webhook = Webhook::new(WebhookConfig::new(["secret"])).unwrap();
        let mut headers = HeaderMap::new();
        headers.insert("x-twitter-webhooks-signature", sign(b"secret", &body, Encoding::Base64).parse().unwrap());
        prop_assert!(webhook.receive(&WebhookRequest::post(headers, body), Timestamp::default()).is_ok());
    }

    #[test]
    fn any_bytes_are_survived(body in prop::collection::vec(any::<u8>(), 0..200)) {
        let account = AccountConfig::new("111", "acme").account();
        let _ = normalise(BodyKind::Rest, &body, &account, Timestamp::default());
    }
}
