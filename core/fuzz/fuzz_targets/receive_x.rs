//! Signed bodies through the endpoint of X.
#![no_main]

use std::sync::LazyLock;

use careline::intake::{Intake, WebhookRequest};
use careline::model::Timestamp;
use careline::wire::{Encoding, sign};
use careline_x::{Webhook, WebhookConfig};
use http::{HeaderMap, HeaderValue};
use libfuzzer_sys::fuzz_target;

static WEBHOOK: LazyLock<Webhook> =
    LazyLock::new(|| Webhook::new(WebhookConfig::new(["secret"])).expect("the settings are good"));

fuzz_target!(|body: &[u8]| {
    let mut headers = HeaderMap::new();
    headers.insert("content-type", HeaderValue::from_static("application/json"));
    let signature = sign(b"secret", body, Encoding::Base64);
    headers
        .insert("x-twitter-webhooks-signature", HeaderValue::try_from(signature).expect("a signature is plain text"));
    let request = WebhookRequest::post(headers, body.to_vec());
    WEBHOOK.receive(&request, Timestamp::default()).expect("what is signed is received");
});
