//! Bodies of X of every kind.
#![no_main]

use careline::model::{NativeAccount, NetworkName};
use careline_x::normalise;
use libfuzzer_sys::fuzz_target;

fuzz_target!(|body: &[u8]| {
    careline_fuzz::normalises(normalise, &NativeAccount::new(NetworkName::new("x"), "111"), body);
});
