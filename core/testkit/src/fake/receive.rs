//! Pure reading of the fake's bodies.

use std::sync::atomic::{AtomicU64, Ordering};

use careline::intake::{Parsed, Reject};
use careline::model::{
    Attachment, AttachmentKind, Channel, Deleted, Entity, EntityKind, Event, EventBody, Inbound, NativeAccount,
    Profile, ReplyTarget, Surface, Timestamp, Unknown, Visibility, nfc,
};
use careline::network::BodyKind;
use careline::wire::{Body, Plain, decode_entities};
use careline::{Error, ErrorKind, Result};
use compact_str::CompactString;

use super::wire::{Envelope, Item};
use super::{ACCOUNT, Defect, FAKE};

/// Reads one body; whatever cannot be read is a reject.
pub(super) fn normalise(kind: BodyKind, raw: &[u8], now: Timestamp, defect: Option<Defect>) -> Parsed {
    Reader { kind, now, defect }.read(raw)
}

/// Whether a whole body could not be read.
pub(super) fn unreadable(parsed: &Parsed) -> bool {
    parsed.events.is_empty() && parsed.rejects.iter().any(|reject| reject.raw.is_none())
}

struct Reader {
    kind: BodyKind,
    now: Timestamp,
    defect: Option<Defect>,
}

impl Reader {
    fn is(&self, defect: Defect) -> bool {
        self.defect == Some(defect)
    }

    fn read(&self, raw: &[u8]) -> Parsed {
        assert!(!(self.is(Defect::NoisePanics) && raw.contains(&0)), "a zero byte");
        let huge = raw.windows(30).any(|window| window.iter().all(u8::is_ascii_digit));
        assert!(!(self.is(Defect::HugeNumberPanics) && huge), "a huge number");
        if self.is(Defect::DeepBodyDropped) && raw.windows(200).any(|window| window.iter().all(|byte| *byte == b'[')) {
            return Parsed::default();
        }
        let body = Body::read(raw);
        let parsed = self.items(&body);
        // Half a character shows in the item that holds it, or in the whole body.
        let broken = parsed.as_ref().map_or(true, |parsed| !parsed.rejects.is_empty());
        let mut repair = if broken && !self.is(Defect::SurrogateRefused) { body.repair() } else { None };
        if self.is(Defect::SurrogateDropsItem)
            && let Ok(parsed) = &parsed
            && !parsed.events.is_empty()
            && repair.take().is_some()
        {
            return Parsed { events: parsed.events.clone(), rejects: Vec::new(), repaired: true };
        }
        let parsed = repair.map_or(parsed, |repaired| self.items(&repaired));
        let refused = body.repaired() && self.is(Defect::Utf8Refused);
        let mut parsed = match parsed {
            Ok(parsed) if !refused => parsed,
            _ if self.is(Defect::BrokenBodyDropped) => Parsed::default(),
            Ok(_) => whole(Error::new(ErrorKind::InputInvalid, "the body is no UTF-8")),
            Err(error) => whole(error),
        };
        if self.is(Defect::OrderReversed) {
            parsed.events.reverse();
        }
        parsed
    }

    fn items(&self, body: &Body<'_>) -> Result<Parsed> {
        let mut parsed = Parsed { repaired: body.repaired(), ..Parsed::default() };
        if self.kind == BodyKind::Stream {
            self.item(body.as_str().trim(), body, &mut parsed)?;
            return Ok(parsed);
        }
        let envelope: Envelope<'_> = body.parse()?;
        if envelope.items.is_none() && self.is(Defect::MessageInvented) {
            let message = Inbound::new("fake", "none", Surface::Post, Visibility::Public);
            parsed.events.push(self.event(EventBody::Message(Box::new(message))));
        }
        for item in envelope.items.unwrap_or_default() {
            let read = self.item(item.get(), body, &mut parsed);
            if let Err(error) = read {
                parsed.rejects.push(Reject { account: Some(account()), raw: body.range_of(item.get()), error });
            }
            if item.get().matches("\"id\":").count() > 1 && self.is(Defect::DoubledKeyEatsNeighbour) {
                parsed.events.pop();
            }
            if !parsed.rejects.is_empty() && self.is(Defect::StopsAtBadItem) {
                break;
            }
            if !parsed.rejects.is_empty() && self.is(Defect::TypesAllOrNothing) {
                return Err(Error::new(ErrorKind::InputInvalid, "the body does not have the expected form"));
            }
        }
        Ok(parsed)
    }

    fn item(&self, json: &str, body: &Body<'_>, parsed: &mut Parsed) -> Result<()> {
        let item: Item<'_> = serde_json::from_str(json).map_err(|_| self.unlike(json))?;
        if self.is(Defect::FieldsFixed) && json.contains("invented_tomorrow") {
            return Err(self.unlike(json));
        }
        let as_text = |id: &careline::wire::Id<'_>| json.contains(&format!("\"{}\"", id.as_str()));
        if self.is(Defect::NumericIdsRefused) && !item.id.as_ref().is_none_or(as_text) {
            return Err(self.unlike(json));
        }
        let mut event = match item.kind.as_str() {
            "message" => EventBody::Message(Box::new(self.message(item)?)),
            "delete" => EventBody::Deleted(self.deleted(&item)?),
            _ if self.is(Defect::UnknownDropped) => return Ok(()),
            other => EventBody::Unknown(Unknown { name: if other.is_empty() { "unnamed" } else { other }.into() }),
        };
        let whole_body = self.kind == BodyKind::Stream || self.is(Defect::PlacesForgotten);
        let raw = if whole_body { None } else { body.range_of(json) };
        if !event.keep_named_parts() {
            return Err(self.unlike(json));
        }
        parsed.events.push(self.event(event).at(raw));
        Ok(())
    }

    fn unlike(&self, json: &str) -> Error {
        let error = Error::new(ErrorKind::InputInvalid, "the item does not have the expected form");
        if self.is(Defect::ErrorsQuote) { error.with("item", json) } else { error }
    }

    fn event(&self, body: EventBody) -> Event {
        let channel = match self.kind {
            BodyKind::Webhook => Channel::Webhook,
            BodyKind::Rest => Channel::Poll,
            BodyKind::Stream => Channel::Stream,
        };
        Event::new(account(), channel, self.now, body)
    }

    fn scope(&self) -> CompactString {
        let listed = self.kind == BodyKind::Rest && self.is(Defect::ScopeByWay);
        if listed { "fake-rest".into() } else { "fake".into() }
    }

    fn deleted(&self, item: &Item<'_>) -> Result<Deleted> {
        let mut native_id = id(item)?;
        if self.is(Defect::DeletionsMisnamed) {
            native_id = format!("deletion-of-{native_id}").into();
        }
        let at = item.at.as_ref().and_then(|at| Timestamp::parse(at));
        Ok(Deleted { scope: self.scope(), native_id, at })
    }

    fn message(&self, item: Item<'_>) -> Result<Inbound> {
        let mut native_id = id(&item)?;
        if self.is(Defect::KeysCut) {
            native_id.truncate(native_id.len().saturating_sub(1));
        }
        let (surface, visibility) = match (item.private, &item.to) {
            (true, _) if !self.is(Defect::DirectPublic) => (Surface::DirectMessage, Visibility::Private),
            (_, Some(_)) => (Surface::Comment, Visibility::Public),
            _ => (Surface::Post, Visibility::Public),
        };
        let mut message = Inbound::new(self.scope(), native_id, surface, visibility);
        message.author = item.user.map(|user| {
            let own = user.id.as_str() == ACCOUNT && self.is(Defect::OwnUnrecognised);
            let mut profile = Profile::new(self.scope(), if own { "somebody".into() } else { user.id.compact() });
            profile.name = user.name.map(|name| name.as_str().into());
            profile
        });
        message.sent_at = item.at.as_ref().and_then(|at| Timestamp::parse(at));
        if self.is(Defect::TimeForgotten) {
            message.sent_at = None;
        }
        if self.is(Defect::TimeClamped) {
            message.sent_at = message.sent_at.map(|at| at.min(self.now));
        }
        if !self.is(Defect::EditsUnnumbered) {
            message.revision = item.revision;
        }
        if self.is(Defect::Unstable) {
            static READINGS: AtomicU64 = AtomicU64::new(0);
            message.permalink = Some(format!("https://fake.example/{}", READINGS.fetch_add(1, Ordering::Relaxed)));
        }
        if let Some(to) = item.to.filter(|_| !self.is(Defect::ParentForgotten)) {
            message.reply_to = Some(ReplyTarget { native_id: to.compact(), author: None });
        }
        let raw_text = item.text.unwrap_or_default();
        let plain = Plain::new(raw_text.0.clone());
        let mut points = careline::wire::CodePoints::new(&raw_text);
        for mark in item.marks {
            let span = if self.is(Defect::SpansInCodePoints) {
                careline::model::Span::new(mark.from, mark.to)
            } else {
                points.span(mark.from, mark.to).map(|span| plain.span(span))
            };
            let value = mark.handle.as_str().to_owned();
            message.content.entities.extend(span.map(|span| Entity {
                span,
                kind: EntityKind::Mention,
                value,
                native_id: None,
            }));
        }
        message.content.entities.sort();
        for url in item.pictures {
            let mut picture = Attachment::new(AttachmentKind::Image);
            picture.url = Some(url.as_str().to_owned()).filter(|_| !self.is(Defect::AttachmentsNowhere));
            message.content.attachments.push(picture);
        }
        message.content.text = match self.defect {
            Some(Defect::TextUnnormalised) => raw_text.0.into_owned(),
            Some(Defect::NulEndsText) => raw_text.split('\0').next().unwrap_or_default().to_owned(),
            Some(Defect::TextDecodedTwice) => nfc(decode_entities(raw_text.0)),
            _ => plain.into_text(),
        };
        Ok(message)
    }
}

fn id(item: &Item<'_>) -> Result<CompactString> {
    let id = item.id.as_ref().filter(|id| !id.is_empty());
    id.map(careline::wire::Id::compact).ok_or_else(|| Error::new(ErrorKind::InputInvalid, "`id` is missing"))
}

fn whole(error: Error) -> Parsed {
    let reject = Reject { account: None, raw: None, error };
    Parsed { events: Vec::new(), rejects: vec![reject], repaired: false }
}

fn account() -> NativeAccount {
    NativeAccount::new(FAKE, ACCOUNT)
}
