//! What several cases need.

use careline::intake::{Intake, Parsed, Received, WebhookRequest};
use careline::model::{Event, EventBody, Inbound, Profile, Timestamp};
use careline::network::{AccountInfo, BodyKind};
use careline::{Error, ErrorKind};

use super::{Item, NOW, NetworkFixture, Outcome, SECRET, Verdict, message};

/// Fails the case with a sentence unless something holds.
macro_rules! ensure {
    ($holds:expr, $($what:tt)+) => {
        if !$holds {
            return Err(format!($($what)+));
        }
    };
}
pub(super) use ensure;

pub(super) const HELD: Outcome = Ok(Verdict::Held);

pub(super) fn skipped(why: &'static str) -> Outcome {
    Ok(Verdict::Skipped(why))
}

/// Held if at least one thing was looked at.
pub(super) fn looked_at(count: usize, otherwise: &'static str) -> Outcome {
    if count > 0 { HELD } else { skipped(otherwise) }
}

const KINDS: [BodyKind; 3] = [BodyKind::Webhook, BodyKind::Rest, BodyKind::Stream];

/// The kinds of bodies in which the network brings these items, with the bodies.
pub(super) fn bodies(fixture: &dyn NetworkFixture, items: &[Item]) -> Vec<(BodyKind, Vec<u8>)> {
    KINDS.into_iter().filter_map(|kind| Some((kind, fixture.body(kind, items)?))).collect()
}

/// As [`bodies`], of the largest batch among these that a kind takes.
pub(super) fn batches(fixture: &dyn NetworkFixture, sizes: &[u32]) -> Vec<(BodyKind, u32, Vec<u8>)> {
    let largest = |kind: BodyKind| {
        sizes.iter().find_map(|&size| {
            let items: Vec<_> = (1..=size).map(message).collect();
            Some((kind, size, fixture.body(kind, &items)?))
        })
    };
    KINDS.into_iter().filter_map(largest).collect()
}

pub(super) fn request(fixture: &dyn NetworkFixture, secret: &str, body: &[u8]) -> WebhookRequest {
    WebhookRequest::post(fixture.signed(secret, body), body.to_vec())
}

pub(super) fn webhook(fixture: &dyn NetworkFixture) -> Option<Box<dyn Intake>> {
    fixture.webhook(&[SECRET])
}

/// Reads a body the way it comes: a webhook's through its endpoint, signed.
pub(super) fn receive(fixture: &dyn NetworkFixture, kind: BodyKind, raw: &[u8]) -> Result<Parsed, Error> {
    receive_at(fixture, kind, raw, NOW)
}

pub(super) fn receive_at(
    fixture: &dyn NetworkFixture,
    kind: BodyKind,
    raw: &[u8],
    now: Timestamp,
) -> Result<Parsed, Error> {
    let webhook = (kind == BodyKind::Webhook).then(|| webhook(fixture)).flatten();
    let Some(webhook) = webhook else { return fixture.normalise(kind, raw, now) };
    match webhook.receive(&request(fixture, SECRET, raw), now)? {
        Received::Events(parsed) => Ok(parsed),
        Received::Ignored => Ok(Parsed::default()),
        other => Err(Error::new(ErrorKind::Unexpected, format!("a body was taken for {other:?}"))),
    }
}

/// As [`receive`], for bodies that are to be read.
pub(super) fn read(fixture: &dyn NetworkFixture, kind: BodyKind, raw: &[u8]) -> Result<Parsed, String> {
    let parsed = receive(fixture, kind, raw).map_err(|error| format!("a {kind:?} body was refused: {error}"))?;
    match parsed.rejects.first() {
        Some(reject) => Err(format!("an item of a {kind:?} body was rejected: {}", reject.error)),
        None => Ok(parsed),
    }
}

pub(super) fn messages(events: &[Event]) -> Vec<&Inbound> {
    events
        .iter()
        .filter_map(|event| match &event.body {
            EventBody::Message(message) => Some(&**message),
            _ => None,
        })
        .collect()
}

/// The one message of a body.
pub(super) fn only(kind: BodyKind, parsed: &Parsed) -> Result<&Inbound, String> {
    match messages(&parsed.events)[..] {
        [message] => Ok(message),
        ref messages => Err(format!("a {kind:?} body with one message gave {}", messages.len())),
    }
}

/// The root ids of the messages, in order.
pub(super) fn ids(events: &[Event]) -> Vec<String> {
    messages(events).iter().map(|message| message.root_id().to_owned()).collect()
}

pub(super) fn native_ids(fixture: &dyn NetworkFixture, numbers: impl IntoIterator<Item = u32>) -> Vec<String> {
    numbers.into_iter().map(|n| fixture.id(n)).collect()
}

/// The events without their places in the raw body.
pub(super) fn placeless(events: &[Event]) -> Vec<Event> {
    events.iter().cloned().map(|event| event.at(None)).collect()
}

/// Whether a profile is the one that speaks for the account.
pub(super) fn speaks_for(profile: &Profile, info: &AccountInfo) -> bool {
    let account = info.account.native_id.as_str();
    let local = account.strip_prefix(info.scope.as_str()).and_then(|rest| rest.strip_prefix('/'));
    profile.scope == info.scope && (profile.native_id == account || Some(profile.native_id.as_str()) == local)
}

pub(super) fn replaced(body: &[u8], from: &str, to: &[u8]) -> Option<Vec<u8>> {
    let at = body.windows(from.len()).position(|window| window == from.as_bytes())?;
    Some([&body[..at], to, &body[at + from.len()..]].concat())
}

/// What a case may look at to find something that must not be there.
pub(super) fn shown(error: &Error) -> String {
    format!("{error} {error:?} {}", serde_json::to_string(error).unwrap_or_default())
}
