//! Signed bodies through the endpoint of a Meta app.
#![no_main]

use std::sync::LazyLock;

use careline::wire::Encoding;
use careline_facebook::{Webhook, WebhookConfig};
use careline_fuzz::SECRET;
use libfuzzer_sys::fuzz_target;

static WEBHOOK: LazyLock<Webhook> =
    LazyLock::new(|| Webhook::new(WebhookConfig::new(SECRET, "token")).expect("the settings are good"));

fuzz_target!(|body: &[u8]| {
    careline_fuzz::receives(&*WEBHOOK, "x-hub-signature-256", Encoding::Hex, body);
});
