//! Bodies of Facebook of every kind.
#![no_main]

use careline::model::{NativeAccount, NetworkName};
use careline_facebook::normalise;
use libfuzzer_sys::fuzz_target;

fuzz_target!(|body: &[u8]| {
    careline_fuzz::normalises(normalise, &NativeAccount::new(NetworkName::new("facebook"), "104000000000001"), body);
});
