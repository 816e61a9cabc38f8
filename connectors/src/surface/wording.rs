//! Texts counted and rendered as a network does, without an engine: what a host shows while somebody types.

use careline::engage::compose::{self, Composed, Composing};
use careline::engage::text::{self, TextPolicy};
use careline::model::{Span, Surface};
use careline::reflect::Reflect;
use careline::{Error, ErrorKind, Result};
use serde::{Deserialize, Serialize};

use super::read;
use crate::check_network;

/// How long a text is where it is to stand.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, Reflect)]
pub struct Measured {
    /// Its length in `unit`.
    pub length: u32,
    /// The most that it may hold, in `unit`.
    pub max: u32,
    /// What is counted: `weighted`, `grapheme`, `code_point`, `utf16`, `byte`.
    pub unit: String,
    /// Its length in UTF-8 bytes.
    pub bytes: u32,
    /// Whether the network takes it: neither empty nor too long, and without characters it refuses.
    pub fits: bool,
    /// How much of it is within the bounds; what comes after is too much.
    pub within: Span,
    /// How many links stand in it.
    pub links: u32,
    /// How many mentions stand in it.
    pub mentions: u32,
}

/// Where a text is to stand.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Place {
    network: String,
    surface: Option<Surface>,
    max: Option<u32>,
}

/// A text to render, and where it is to stand.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Rendering {
    text: String,
    network: String,
    surface: Option<Surface>,
    max: Option<u32>,
    signature: Option<String>,
    mentions: Option<Vec<String>>,
    thread: Option<bool>,
    markdown: Option<bool>,
}

/// Measures `text`; `place` is JSON: `network` and, where known, `surface` (`comment` unless said) and `max`, the most
/// that this server or account takes.
///
/// # Errors
/// `unsupported` for a network there is no connector for; `input_invalid` if `place` is none.
pub fn measure(text: &str, place: &str) -> Result<Measured> {
    let place: Place =
        read(place, ErrorKind::InputInvalid, "this is no place").map_err(|error| error.during("measure"))?;
    let policy = policy(&place.network, place.surface.as_ref(), place.max).map_err(|error| error.during("measure"))?;
    let found = text::measure(text, &policy);
    let text::Measured { length, bytes, fits, within, links, mentions, .. } = found;
    let (max, unit, within) = (policy.max, policy.unit.as_str().to_owned(), Span { start: 0, end: within });
    Ok(Measured { length, max, unit, bytes, fits, within, links, mentions })
}

/// Renders a text into the parts in which a network takes it; `json` holds what [`Composing`] does, with a place as
/// [`measure`] takes it.
///
/// # Errors
/// `input_invalid` if `json` is no such thing; `unsupported` as [`measure`]; what [`compose::compose`] says.
pub fn compose(json: &str) -> Result<Composed> {
    let asked: Rendering =
        read(json, ErrorKind::InputInvalid, "wrong arguments").map_err(|error| error.during("compose"))?;
    let policy = policy(&asked.network, asked.surface.as_ref(), asked.max).map_err(|error| error.during("compose"))?;
    let mut composing = Composing::new(asked.text, policy);
    composing.signature = asked.signature;
    composing.mentions = asked.mentions.unwrap_or_default();
    composing.thread = asked.thread.unwrap_or_default();
    composing.markdown = asked.markdown.unwrap_or_default();
    compose::compose(&composing)
}

/// How a network counts there, as far as that is known without an account.
fn policy(network: &str, surface: Option<&Surface>, max: Option<u32>) -> Result<TextPolicy> {
    check_network(network)?;
    let is_private = matches!(surface, Some(Surface::DirectMessage | Surface::StoryReply | Surface::StoryMention));
    let is_post = matches!(surface, Some(Surface::Post | Surface::Mention | Surface::Quote));
    let mut policy = match network {
        "bluesky" if is_private => TextPolicy::bluesky_direct(),
        "bluesky" => TextPolicy::bluesky_post(),
        "facebook" if is_private => TextPolicy::messenger(),
        "facebook" if is_post => TextPolicy::facebook_post(),
        "facebook" => TextPolicy::facebook_comment(),
        // What a server that says nothing else takes (fact sheet §6).
        "mastodon" => TextPolicy::mastodon(500, 23),
        "x" if is_private => TextPolicy::x_direct(),
        "x" => TextPolicy::x_post(),
        other => {
            let error = Error::new(ErrorKind::Unsupported, "how this network counts is not known without an account");
            return Err(error.with("network", other));
        }
    };
    policy.max = max.unwrap_or(policy.max);
    Ok(policy)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_network_counts_somehow_and_says_where_it_is_too_much() {
        for network in crate::networks() {
            let measured = measure("hé", &format!(r#"{{"network":"{network}","max":1}}"#)).unwrap();
            assert_eq!((measured.length, measured.bytes, measured.fits), (2, 3, false), "{network}");
            assert_eq!((measured.max, measured.within), (1, Span { start: 0, end: 1 }), "{network}");
        }
    }

    #[test]
    fn a_private_message_is_counted_as_one() {
        let max = |place: &str| measure("a", place).unwrap().max;
        assert_eq!(max(r#"{"network":"x"}"#), 280);
        assert_eq!(max(r#"{"network":"x","surface":"direct_message"}"#), 10_000);
        assert_eq!(max(r#"{"network":"facebook","surface":"story_reply"}"#), 2_000);
        assert_eq!(max(r#"{"network":"facebook","surface":"post"}"#), 63_206);
    }

    #[test]
    fn what_is_wrong_is_told_without_the_text() {
        let error = compose(r#"{"text":"hush","network":"x","thread":"hush"}"#).unwrap_err();
        assert_eq!((error.kind(), error.operation()), (ErrorKind::InputInvalid, "compose"));
        assert!(!error.to_string().contains("hush"), "{error}");
        let error = measure("hush", r#"{"network":"acme-shop"}"#).unwrap_err();
        assert_eq!((error.kind(), error.operation()), (ErrorKind::Unsupported, "measure"));
    }
}
