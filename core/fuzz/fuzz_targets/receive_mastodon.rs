//! Signed bodies through the endpoint for a Mastodon server.
#![no_main]

use std::sync::LazyLock;

use careline::model::NativeAccount;
use careline::wire::Encoding;
use careline_fuzz::SECRET;
use careline_mastodon::{NETWORK, Webhook, WebhookConfig};
use libfuzzer_sys::fuzz_target;

static WEBHOOK: LazyLock<Webhook> = LazyLock::new(|| {
    let accounts = vec![NativeAccount::new(NETWORK, "inst.example/55")];
    Webhook::new(&WebhookConfig::new(SECRET, accounts)).expect("the settings are good")
});

fuzz_target!(|body: &[u8]| {
    careline_fuzz::receives(&*WEBHOOK, "x-hub-signature", Encoding::Hex, body);
});
