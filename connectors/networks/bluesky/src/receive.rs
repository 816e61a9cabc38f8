//! Bodies in, events out. Pure: the same body gives the same events, whatever way it came.
//!
//! What becomes what (fact sheet §2, §3):
//! - a notification of a mention, an answer or a quote is the post itself; of a like or repost a reaction to our post;
//! - a post that the service does not find is deleted, one that a block hides from us is hidden;
//! - a thread gives what stands before a post, the post, and what stands after it, in this order;
//! - the log of direct messages gives messages, deletions and reactions; people who come and go are signals, and what
//!   we ourselves read or mute is nothing;
//! - a line of the stream is one post written or taken back; another handle is a profile, the end of our own account a
//!   change of it. Bluesky shows a post as it was first written, so a record written over is `unknown`;
//! - what else carries no message is `unknown`, by the network's own word.

use careline::intake::{Parsed, Reject};
use careline::model::{AccountChange, Channel, Event, EventBody, NativeAccount, RawRange, Timestamp};
use careline::network::BodyKind;
use careline::wire::{Body, Id, Text, Walk};
use careline::{Error, Result};
use compact_str::CompactString;
use serde::Deserialize;
use serde_json::value::RawValue;

use crate::error::named_by;
use crate::message::{self, POSTS, Post, invalid, unknown};
use crate::uri::is_did;
use crate::wire::{Author, ChatMessage, Commit, Convo, Frame, Item, LenientList, Log, Standing};

/// How deep a thread is read: the API itself gives 80 posts before the one asked for, and 1000 after (fact sheet §2).
const DEEPEST_THREAD: usize = 100;

/// Reads one raw body of `account`, whose native id is its DID.
///
/// [`BodyKind::Rest`] takes answers with notifications, posts, a thread, or direct messages, and one item of these
/// alone; [`BodyKind::Stream`] takes one line of Jetstream, in its older or newer form. There are no webhooks; such a
/// body is read as an answer. An item that cannot be read is a reject and the others go on; an object of no interest is
/// `unknown`.
///
/// # Errors
/// None at present: what cannot be read is a reject.
pub fn normalise(kind: BodyKind, body: &[u8], account: &NativeAccount, now: Timestamp) -> Result<Parsed> {
    let body = Body::read(body);
    let mut reader = Reader::new(&body, kind, account, now);
    let read = match kind {
        BodyKind::Rest | BodyKind::Webhook => reader.answer(),
        BodyKind::Stream => reader.line(body.as_str()),
    };
    if let Err(error) = read {
        // Who sends half a body sends it again: nothing of it counts.
        let repaired = reader.parsed.repaired;
        reader.parsed = Parsed { repaired, ..Parsed::default() };
        reader.reject(None, error);
    }
    Ok(reader.parsed)
}

/// Reads these items of a page in the order given, which is not the order of the body.
pub(crate) fn read_items<'b>(
    body: &'b Body<'b>,
    list: List,
    items: impl Iterator<Item = &'b RawValue>,
    account: &NativeAccount,
    now: Timestamp,
) -> Parsed {
    let mut reader = Reader::new(body, BodyKind::Rest, account, now);
    for item in items {
        reader.told(item.get(), list, body.range_of(item.get()));
    }
    reader.parsed
}

/// The lists that answers hold.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum List {
    /// `listNotifications`, `getPosts`, `listRecords`.
    Posts,
    /// `chat.bsky.convo.getLog`.
    Logs,
    /// `chat.bsky.convo.getMessages`, which does not say in which thread they stand.
    Messages,
    /// `chat.bsky.convo.listConvos`, each with its latest message.
    Convos,
}

impl List {
    fn called(key: &str) -> Option<Self> {
        Some(match key {
            "notifications" | "posts" | "records" => Self::Posts,
            "logs" => Self::Logs,
            "messages" => Self::Messages,
            "convos" => Self::Convos,
            _ => return None,
        })
    }
}

struct Reader<'b> {
    body: &'b Body<'b>,
    account: &'b NativeAccount,
    channel: Channel,
    now: Timestamp,
    parsed: Parsed,
}

impl<'b> Reader<'b> {
    fn new(body: &'b Body<'b>, kind: BodyKind, account: &'b NativeAccount, now: Timestamp) -> Self {
        let channel = match kind {
            BodyKind::Webhook => Channel::Webhook,
            BodyKind::Rest => Channel::Poll,
            BodyKind::Stream => Channel::Stream,
        };
        let parsed = Parsed { repaired: body.repaired(), ..Parsed::default() };
        Self { body, account, channel, now, parsed }
    }

    fn answer(&mut self) -> Result<()> {
        let mut walk = Walk::new(self.body.as_str());
        match walk.peek() {
            Some(b'{') => self.envelope(&mut walk)?,
            Some(b'[') => self.list(&mut walk, List::Posts)?,
            _ => {
                walk.skip()?;
                self.reject(None, invalid("the answer is no object"));
            }
        }
        walk.end()
    }

    /// An answer with its lists or its thread; else one item, or an error.
    fn envelope(&mut self, walk: &mut Walk<'b>) -> Result<()> {
        let start = *walk;
        let (mut held, mut error, mut chat) = (false, None, false);
        walk.members(|key, walk| {
            match (key, List::called(key), walk.peek()) {
                (_, Some(list), Some(b'[')) => {
                    held = true;
                    return self.list(walk, list);
                }
                ("thread", _, Some(b'{')) => {
                    held = true;
                    let thread = walk.skip()?;
                    return self.thread(thread, 0);
                }
                ("error", _, Some(b'"')) => error = walk.value::<Text<'b>>()?.value.ok(),
                _ => drop(walk.skip()?),
            }
            chat |= key == "convoId";
            Ok(())
        })?;
        match error {
            _ if held => {}
            Some(name) => self.reject(None, named_by(&name)),
            None => {
                let item = walk.since(start).trim();
                self.told(item, if chat { List::Logs } else { List::Posts }, self.body.range_of(item));
            }
        }
        Ok(())
    }

    fn list(&mut self, walk: &mut Walk<'b>, list: List) -> Result<()> {
        walk.items(|walk| {
            let part = walk.skip()?;
            self.told(part, list, self.body.range_of(part));
            Ok(())
        })
    }

    /// A post with those before and after it. What stands in the place of one that is gone has no posts around it.
    fn thread(&mut self, part: &'b str, depth: usize) -> Result<()> {
        let raw = self.body.range_of(part);
        if depth > DEEPEST_THREAD {
            self.reject(raw, invalid("the thread is too deep"));
            return Ok(());
        }
        let (mut post, mut parent, mut replies) = (None, None, None);
        Walk::new(part).members(|key, walk| {
            let first = walk.peek();
            let place = *walk;
            let value = walk.skip()?;
            match (key, first) {
                ("post", _) => post = Some(value),
                ("parent", Some(b'{')) => parent = Some(value),
                ("replies", Some(b'[')) => replies = Some(place),
                _ => {}
            }
            Ok(())
        })?;
        let Some(post) = post else {
            self.told(part, List::Posts, raw);
            return Ok(());
        };
        if let Some(parent) = parent {
            self.thread(parent, depth + 1)?;
        }
        self.told(post, List::Posts, self.body.range_of(post));
        let Some(mut replies) = replies else { return Ok(()) };
        replies.items(|walk| {
            let reply = walk.skip()?;
            if reply.starts_with('{') {
                return self.thread(reply, depth + 1);
            }
            self.told(reply, List::Posts, self.body.range_of(reply));
            Ok(())
        })
    }

    /// One item, read again after one repair if need be.
    fn told(&mut self, part: &str, list: List, raw: Option<RawRange>) {
        if !part.starts_with('{') {
            return self.reject(raw, invalid("an item is no object"));
        }
        let tell = match list {
            List::Posts => Self::item,
            List::Logs => Self::log,
            List::Messages => Self::message,
            List::Convos => Self::convo,
        };
        let body = Body::read(part.as_bytes());
        let Err(error) = tell(self, &body, raw) else { return };
        let Some(repaired) = body.repair() else { return self.reject(raw, error) };
        match tell(self, &repaired, raw) {
            Ok(()) => self.parsed.repaired = true,
            Err(error) => self.reject(raw, error),
        }
    }

    /// A notification, a post, or what stands in the place of one.
    fn item(&mut self, body: &Body<'_>, raw: Option<RawRange>) -> Result<()> {
        let item: Item<'_> = body.parse()?;
        let uri = item.uri.as_deref();
        let told = match item.reason.as_deref() {
            Some("mention" | "reply" | "quote" | "subscribed-post") | None if item.record.is_some() => post(&item)?,
            Some("mention" | "reply" | "quote" | "subscribed-post") => return Err(invalid("`record` is missing")),
            Some(reason @ ("like" | "repost")) => {
                let subject = item.reason_subject.as_deref();
                let subject = subject.ok_or_else(|| invalid("`reasonSubject` is missing"))?;
                let by = item.author.as_ref().and_then(message::profile);
                message::reaction(reason, subject, by, item.indexed_at.as_ref().and_then(message::time))
            }
            Some(reason) => unknown(reason),
            None if item.not_found.0 == Some(true) => message::deleted(uri.ok_or_else(nameless)?, None),
            None if item.blocked.0 == Some(true) => message::blocked(uri.ok_or_else(nameless)?),
            None if uri.is_some() => return Err(invalid("`record` is missing")),
            None => unknown("object"),
        };
        self.push(told, raw)
    }

    /// Something in the log of direct messages.
    fn log(&mut self, body: &Body<'_>, raw: Option<RawRange>) -> Result<()> {
        let log: Log<'_> = body.parse()?;
        let kind = log.kind.as_deref().unwrap_or_default();
        let name = kind.rsplit(['#', '.']).next().unwrap_or_default();
        let convo = || log.convo.as_ref().ok_or_else(|| invalid("`convoId` is missing"));
        let told = match name {
            "logCreateMessage" => self.direct(log.message, Some(convo()?), &log.related)?,
            "logDeleteMessage" => message::deleted(id_of(&part(log.message)?)?, None),
            "logAddReaction" | "logRemoveReaction" => {
                let reaction = log.reaction.0.as_ref().ok_or_else(|| invalid("`reaction` is missing"))?;
                let id = id_of(&part(log.message)?)?;
                let told = message::direct_reaction(id, reaction, name == "logRemoveReaction");
                told.ok_or_else(|| invalid("`value` is missing"))?
            }
            "logBeginConvo" | "logAcceptConvo" | "logLeaveConvo" => message::signal(name, convo()?),
            "logReadMessage" | "logReadConvo" | "logMuteConvo" | "logUnmuteConvo" => return Ok(()),
            other => unknown(other),
        };
        self.push(told, raw)
    }

    /// A direct message by itself.
    fn message(&mut self, body: &Body<'_>, raw: Option<RawRange>) -> Result<()> {
        let told = self.said(&body.parse()?, None, &LenientList::default())?;
        self.push(told, raw)
    }

    /// A private thread, for its latest message.
    fn convo(&mut self, body: &Body<'_>, raw: Option<RawRange>) -> Result<()> {
        let convo: Convo<'_> = body.parse()?;
        if convo.last_message.is_none() {
            return Ok(());
        }
        let id = convo.id.as_ref().ok_or_else(|| invalid("`id` is missing"))?;
        let told = self.direct(convo.last_message, Some(id), &convo.members)?;
        self.push(told, raw)
    }

    fn direct(
        &self,
        message: Option<&RawValue>,
        convo: Option<&Id<'_>>,
        people: &LenientList<Author<'_>>,
    ) -> Result<EventBody> {
        let body = part(message)?;
        self.said(&body.parse()?, convo, people)
    }

    /// A direct message, a deleted one, or what the service itself says in a thread.
    fn said(
        &self,
        said: &ChatMessage<'_>,
        convo: Option<&Id<'_>>,
        people: &LenientList<Author<'_>>,
    ) -> Result<EventBody> {
        let kind = said.kind.as_deref().and_then(|kind| kind.rsplit('#').next()).unwrap_or("messageView");
        match kind {
            "messageView" => message::direct(said, convo, people, &self.account.native_id),
            "deletedMessageView" => {
                let id = said.id.as_ref().ok_or_else(|| invalid("`id` is missing"))?;
                Ok(message::deleted(id.compact(), None))
            }
            other => Ok(unknown(other)),
        }
    }

    /// One line of the stream; the newer form has its event inside.
    fn line(&mut self, text: &'b str) -> Result<()> {
        let body = Body::read(text.as_bytes());
        let Err(error) = self.frame(&body, 0) else { return Ok(()) };
        let repaired = body.repair().ok_or(error)?;
        self.frame(&repaired, 0)?;
        self.parsed.repaired = true;
        Ok(())
    }

    fn frame(&mut self, body: &Body<'_>, depth: usize) -> Result<()> {
        if !body.as_str().trim_start().starts_with('{') {
            return Err(invalid("a line of the stream is no object"));
        }
        let frame: Frame<'_> = body.parse()?;
        let form = frame.form.as_deref().unwrap_or_default();
        match (form, frame.payload) {
            ("error", _) => {
                self.reject(None, named_by(frame.error.as_deref().unwrap_or_default()));
                return Ok(());
            }
            ("message", Some(payload)) if depth == 0 => return self.frame(&Body::read(payload.get().as_bytes()), 1),
            _ => {}
        }
        let kind = frame.kind.as_deref().or_else(|| form.rsplit_once('#').map(|(_, kind)| kind));
        let did = frame.did.as_deref().filter(|did| is_did(did));
        let told = match (kind.unwrap_or_default(), did) {
            ("commit", Some(did)) => match &frame.commit {
                Some(commit) => committed(did, commit, told_at(&frame))?,
                None => committed(did, &body.parse()?, told_at(&frame))?,
            },
            ("identity", Some(did)) => renamed(did, frame.identity.as_ref()),
            ("account", Some(did)) if did == self.account.native_id => {
                stands(frame.account.as_ref(), told_at(&frame)).unwrap_or_else(|| unknown("account"))
            }
            ("commit" | "identity" | "account", None) => return Err(invalid("`did` is missing")),
            ("", _) => return Err(invalid("`kind` is missing")),
            (other, _) => unknown(other),
        };
        self.push(told, None)
    }

    fn push(&mut self, mut body: EventBody, raw: Option<RawRange>) -> Result<()> {
        if !body.keep_named_parts() {
            return Err(invalid("`id` is empty"));
        }
        let event = Event::new(self.account.clone(), self.channel.clone(), self.now, body);
        self.parsed.events.push(event.at(raw));
        Ok(())
    }

    fn reject(&mut self, raw: Option<RawRange>, error: Error) {
        self.parsed.rejects.push(Reject { account: Some(self.account.clone()), raw, error });
    }
}

/// A post in an item that shows it.
fn post(item: &Item<'_>) -> Result<EventBody> {
    let record = item.record.as_ref().ok_or_else(|| invalid("`record` is missing"))?;
    let seen_at = item.indexed_at.as_ref().and_then(message::time);
    let uri = item.uri.as_deref().ok_or_else(nameless)?;
    Post { uri, author: item.author.as_ref(), record, view: Some(item), seen_at }.message()
}

/// One change of one record of the repository `did`.
fn committed(did: &str, commit: &Commit<'_>, at: Option<Timestamp>) -> Result<EventBody> {
    let collection = commit.collection.as_deref().ok_or_else(|| invalid("`collection` is missing"))?;
    let rkey = commit.rkey.as_deref().ok_or_else(|| invalid("`rkey` is missing"))?;
    let operation = commit.operation.as_deref().ok_or_else(|| invalid("`operation` is missing"))?;
    let uri = ["at://", did, "/", collection, "/", rkey].concat();
    let record = || commit.record.as_ref().ok_or_else(|| invalid("`record` is missing"));
    let reaction = match collection {
        "app.bsky.feed.like" => "like",
        "app.bsky.feed.repost" => "repost",
        _ => "",
    };
    match (operation, collection) {
        ("delete", POSTS) => Ok(message::deleted(uri, at)),
        ("create", POSTS) => Post { uri: &uri, author: None, record: record()?, view: None, seen_at: at }.message(),
        ("create", _) if !reaction.is_empty() => {
            let subject = record()?.subject.0.as_ref().and_then(|subject| subject.uri.0.as_deref());
            let subject = subject.ok_or_else(|| invalid("`subject` is missing"))?;
            Ok(message::reaction(reaction, subject, Some(message::named(did)), at))
        }
        ("update", POSTS) => Ok(unknown("update")),
        _ => Ok(unknown(collection)),
    }
}

fn renamed(did: &str, identity: Option<&Author<'_>>) -> EventBody {
    let shown = identity.and_then(message::profile).filter(|profile| profile.native_id == did);
    EventBody::Profile(shown.unwrap_or_else(|| message::named(did)))
}

/// Whether our own account is to be seen, and why not.
fn stands(standing: Option<&Standing<'_>>, at: Option<Timestamp>) -> Option<EventBody> {
    let standing = standing?;
    let change = match standing.active? {
        true => "unblocked",
        false => "blocked",
    };
    let reason = standing.status.as_ref().map(|status| status.as_str().to_owned());
    Some(EventBody::Account(AccountChange { change: change.into(), reason, at, ..AccountChange::default() }))
}

/// When the stream told it, by its own clock.
fn told_at(frame: &Frame<'_>) -> Option<Timestamp> {
    let micros = frame.time_us.and_then(|micros| Timestamp::from_millis(micros.div_euclid(1000)));
    micros.or_else(|| frame.time.as_ref().and_then(message::time))
}

fn nameless() -> Error {
    invalid("`uri` is missing")
}

/// A value inside an item.
fn part(value: Option<&RawValue>) -> Result<Body<'_>> {
    let value = value.filter(|value| value.get().starts_with('{'));
    value.map(|value| Body::read(value.get().as_bytes())).ok_or_else(|| invalid("`message` is missing"))
}

/// The id of the direct message `body`, whatever else it says.
fn id_of(body: &Body<'_>) -> Result<CompactString> {
    #[derive(Deserialize)]
    struct Named<'a> {
        #[serde(borrow)]
        id: Id<'a>,
    }
    Ok(body.parse::<Named<'_>>()?.id.compact())
}
