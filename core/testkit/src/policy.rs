//! The policy of a made-up brand.

use careline::policy::{CompiledPolicy, Policy};

/// The policy of the brand Acme with these further rules, in TOML.
///
/// # Panics
/// If they are no policy; the mistakes are told.
pub fn acme(rules: &str) -> CompiledPolicy {
    let policy = Policy::parse(&format!("brand.name = 'Acme'\n{rules}"), "acme.toml");
    policy.and_then(CompiledPolicy::new).unwrap_or_else(|mistakes| panic!("{mistakes}"))
}
