//! Signed bodies through the endpoint for a Mastodon server.
#![no_main]

use std::sync::LazyLock;

use careline::intake::{Intake, WebhookRequest};
use careline::model::NativeAccount;
use careline::model::Timestamp;
use careline::wire::{Encoding, sign};
use careline_mastodon::{NETWORK, Webhook, WebhookConfig};
use http::{HeaderMap, HeaderValue};
use libfuzzer_sys::fuzz_target;

static WEBHOOK: LazyLock<Webhook> = LazyLock::new(|| {
    let accounts = vec![NativeAccount::new(NETWORK, "inst.example/55")];
    Webhook::new(&WebhookConfig::new("secret", accounts)).expect("the settings are good")
});

fuzz_target!(|body: &[u8]| {
    let mut headers = HeaderMap::new();
    headers.insert("content-type", HeaderValue::from_static("application/json"));
    let signature = sign(b"secret", body, Encoding::Hex);
    headers.insert("x-hub-signature", HeaderValue::try_from(signature).expect("a signature is plain text"));
    let request = WebhookRequest::post(headers, body.to_vec());
    WEBHOOK.receive(&request, Timestamp::default()).expect("what is signed is received");
});
