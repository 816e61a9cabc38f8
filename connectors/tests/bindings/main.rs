//! What the bindings to other languages say of the model is written from its declarations.
//!
//! `CARELINE_BLESS=1` writes the files; otherwise a difference fails.

#![allow(clippy::unwrap_used, reason = "a test may stop where it stands")]

mod node;
mod python;
mod surface;
mod words;

use std::fs;
use std::path::Path;

/// Compares a file with what it should be, or writes it.
fn is(path: &str, expected: &str) {
    let file = Path::new(env!("CARGO_MANIFEST_DIR")).join("..").join(path);
    let mut found = fs::read_to_string(&file).unwrap_or_default();
    // Only what differs is written: other tests read these files at the same time.
    if found != expected && std::env::var_os("CARELINE_BLESS").is_some() {
        fs::write(&file, expected).unwrap();
        found = expected.to_owned();
    }
    let line = found.lines().zip(expected.lines()).position(|(found, expected)| found != expected);
    assert!(
        found == expected,
        "{path} differs, first in line {}; write it again: CARELINE_BLESS=1 cargo test -p careline-connectors --features \
         reflect --test bindings",
        line.map_or(found.lines().count().min(expected.lines().count()) + 1, |line| line + 1)
    );
}

#[test]
fn python_records() {
    is("bindings-python/python/careline/_model.py", &python::model());
}

#[test]
fn python_verbs() {
    is("bindings-python/python/careline/_verbs.py", &python::verbs());
}

#[test]
fn node_records() {
    is("bindings-node/lib/model.js", &node::model());
    is("bindings-node/lib/model.d.ts", &node::model_types());
}

#[test]
fn node_verbs() {
    is("bindings-node/lib/verbs.js", &node::verbs());
    is("bindings-node/lib/verbs.d.ts", &node::verbs_types());
}
