//! Signed bodies through the endpoint of X.
#![no_main]

use std::sync::LazyLock;

use careline::wire::Encoding;
use careline_fuzz::SECRET;
use careline_x::{Webhook, WebhookConfig};
use libfuzzer_sys::fuzz_target;

static WEBHOOK: LazyLock<Webhook> =
    LazyLock::new(|| Webhook::new(WebhookConfig::new([SECRET])).expect("the settings are good"));

fuzz_target!(|body: &[u8]| {
    careline_fuzz::receives(&*WEBHOOK, "x-twitter-webhooks-signature", Encoding::Base64, body);
});
