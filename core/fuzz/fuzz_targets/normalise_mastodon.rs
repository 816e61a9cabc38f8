//! Bodies of Mastodon of every kind.
#![no_main]

use careline::model::NativeAccount;
use careline_mastodon::{NETWORK, normalise};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|body: &[u8]| {
    careline_fuzz::normalises(normalise, &NativeAccount::new(NETWORK, "inst.example/55"), body);
});
