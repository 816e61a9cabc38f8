//! The engine's way in: groups, deliveries, tenants, quarantine, polling, streaming, growth.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, unreachable_pub)]

mod clocks;
mod deliveries;
mod groups;
mod growth;
mod polling;
mod quiet;
mod several_tenants;
mod strangers;
mod streaming;
mod support;
mod upkeep;
