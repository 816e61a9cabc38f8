//! What the fake network sends.

use careline::wire::{Id, Text};
use serde::Deserialize;
use serde_json::value::RawValue;

#[derive(Deserialize)]
pub(super) struct Envelope<'a> {
    #[serde(borrow, default)]
    pub(super) items: Option<Vec<&'a RawValue>>,
    #[serde(default)]
    pub(super) more: bool,
    #[serde(borrow, default)]
    pub(super) error: Option<Text<'a>>,
}

#[derive(Deserialize)]
pub(super) struct Item<'a> {
    #[serde(borrow, rename = "type")]
    pub(super) kind: Text<'a>,
    #[serde(borrow)]
    pub(super) id: Option<Id<'a>>,
    #[serde(borrow)]
    pub(super) user: Option<User<'a>>,
    #[serde(borrow)]
    pub(super) text: Option<Text<'a>>,
    #[serde(borrow)]
    pub(super) at: Option<Text<'a>>,
    #[serde(borrow)]
    pub(super) to: Option<Id<'a>>,
    #[serde(default)]
    pub(super) private: bool,
    #[serde(default)]
    pub(super) revision: u64,
    #[serde(borrow, default)]
    pub(super) marks: Vec<Mark<'a>>,
    #[serde(borrow, default)]
    pub(super) pictures: Vec<Text<'a>>,
}

#[derive(Deserialize)]
pub(super) struct User<'a> {
    #[serde(borrow)]
    pub(super) id: Id<'a>,
    #[serde(borrow)]
    pub(super) name: Option<Text<'a>>,
}

/// A mention; offsets in code points.
#[derive(Deserialize)]
pub(super) struct Mark<'a> {
    pub(super) from: usize,
    pub(super) to: usize,
    #[serde(borrow)]
    pub(super) handle: Text<'a>,
}
