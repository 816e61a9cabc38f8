//! Every network connector has the same rooms and exports the same names.

#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::fs;
use std::path::{Path, PathBuf};

const ROOMS: &[&str] = &["lib.rs", "config.rs", "wire.rs", "receive.rs", "signals.rs", "routes.rs", "error.rs"];
const EXPORTS: &[&str] = &["Account", "AccountConfig", "Signals", "normalise"];
/// Where the network posts webhooks, which the capability says.
const OF_WEBHOOKS: &[&str] = &["Webhook", "WebhookConfig"];

fn connectors() -> Vec<PathBuf> {
    let networks = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../connectors/networks");
    let mut found: Vec<_> = fs::read_dir(networks).unwrap().map(|entry| entry.unwrap().path()).collect();
    found.retain(|path| path.join("Cargo.toml").exists());
    found.sort();
    found
}

/// The names that `lib.rs` makes public: of its own or from one of its rooms.
fn exports(lib: &str) -> Vec<&str> {
    let word =
        |text| -> &str { str::split(text, |c: char| !c.is_alphanumeric() && c != '_').next().unwrap_or_default() };
    let own = ["pub fn ", "pub struct ", "pub enum "]
        .into_iter()
        .flat_map(|kind| lib.split(&format!("\n{kind}")).skip(1).map(word).collect::<Vec<_>>());
    let from_rooms = lib.split("\npub use ").skip(1).flat_map(|item| {
        let names = item.split(';').next().unwrap_or_default();
        names.split(|c: char| !c.is_alphanumeric() && c != '_')
    });
    own.chain(from_rooms).filter(|name| !name.is_empty()).collect()
}

/// Whether the connector's capability lists webhooks; that it is honest is a case of the suite.
fn has_webhooks(connector: &Path) -> bool {
    let rooms = fs::read_dir(connector.join("src")).unwrap().map(|entry| entry.unwrap().path());
    // A room may have a folder of its own beside it.
    let mut files = rooms.filter(|path| path.is_file()).map(|path| fs::read_to_string(path).unwrap());
    files.any(|room| room.contains("capability.webhook = true"))
}

#[test]
fn every_connector_has_the_same_rooms() {
    let connectors = connectors();
    assert!(!connectors.is_empty());
    for connector in connectors {
        for room in ROOMS {
            assert!(connector.join("src").join(room).is_file(), "{} has no src/{room}", connector.display());
        }
        let tests = fs::read_dir(connector.join("tests")).map(Iterator::count).unwrap_or_default();
        assert!(tests > 0, "{} has no tests/", connector.display());
    }
}

#[test]
fn every_connector_exports_the_same_names() {
    for connector in connectors() {
        let lib = fs::read_to_string(connector.join("src/lib.rs")).unwrap();
        let exports = exports(&lib);
        let posts_webhooks = has_webhooks(&connector);
        let of_webhooks = OF_WEBHOOKS.iter().filter(|_| posts_webhooks);
        for name in EXPORTS.iter().chain(of_webhooks) {
            assert!(exports.contains(name), "{} does not export {name}, but {exports:?}", connector.display());
        }
    }
}

#[test]
fn every_connector_runs_the_suite() {
    for connector in connectors() {
        let tests = fs::read_dir(connector.join("tests")).unwrap().map(|entry| entry.unwrap().path());
        let runs =
            tests.filter_map(|path| fs::read_to_string(path).ok()).any(|text| text.contains("network_conformance!("));
        assert!(runs, "{} does not run the conformance suite", connector.display());
    }
}

#[test]
fn no_connector_brings_its_own_http_client() {
    for connector in connectors() {
        let manifest = fs::read_to_string(connector.join("Cargo.toml")).unwrap();
        let dependencies = manifest.split("[dependencies]").nth(1).unwrap_or_default();
        let dependencies = dependencies.split("\n[").next().unwrap_or_default();
        for client in ["reqwest", "hyper", "rustls", "tungstenite", "careline-http"] {
            assert!(!dependencies.contains(client), "{} depends on {client}", connector.display());
        }
    }
}
