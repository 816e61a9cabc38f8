//! Bodies of Bluesky of every kind.
#![no_main]

use careline::model::NativeAccount;
use careline_bluesky::{NETWORK, normalise};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|body: &[u8]| {
    careline_fuzz::normalises(normalise, &NativeAccount::new(NETWORK, "did:plc:madeupacme"), body);
});
