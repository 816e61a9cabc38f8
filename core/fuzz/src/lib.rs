//! What must hold whatever bytes a network sends; each target names the network.

use careline::Result;
use careline::intake::{Intake, Parsed, WebhookRequest};
use careline::model::{EventBody, NativeAccount, Timestamp};
use careline::network::BodyKind;
use careline::wire::{Encoding, sign};
use http::{HeaderMap, HeaderValue};

/// How a network's bodies are read.
pub type Normalise = fn(BodyKind, &[u8], &NativeAccount, Timestamp) -> Result<Parsed>;

/// Reads `body` as one of every kind: each place named lies in the body, each span in its text.
pub fn normalises(normalise: Normalise, account: &NativeAccount, body: &[u8]) {
    for kind in [BodyKind::Webhook, BodyKind::Rest, BodyKind::Stream] {
        let Ok(parsed) = normalise(kind, body, account, Timestamp::default()) else { continue };
        for event in &parsed.events {
            if let Some(raw) = event.raw {
                assert!(body.get(raw.start as usize..raw.end as usize).is_some());
            }
            if let EventBody::Message(message) = &event.body {
                let text = &message.content.text;
                let mut spans = message.content.entities.iter().map(|entity| entity.span);
                assert!(spans.all(|span| text.get(span.start as usize..span.end as usize).is_some()));
            }
        }
    }
}

/// The secret that targets sign with.
pub const SECRET: &str = "secret";

/// Posts `body`, signed in the header of this name, to `endpoint`: what is signed is received.
pub fn receives(endpoint: &dyn Intake, signature: &'static str, encoding: Encoding, body: &[u8]) {
    let signed = sign(SECRET.as_bytes(), body, encoding);
    let mut headers = HeaderMap::new();
    headers.insert("content-type", HeaderValue::from_static("application/json"));
    headers.insert(signature, HeaderValue::try_from(signed).expect("a signature is plain text"));
    let request = WebhookRequest::post(headers, body.to_vec());
    endpoint.receive(&request, Timestamp::default()).expect("what is signed is received");
}
