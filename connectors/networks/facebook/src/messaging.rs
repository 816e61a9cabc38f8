//! `messaging` and `standby`: what happens in private threads (fact sheet messenger §2 to §4).

use careline::model::{
    AccountChange, Control, Deleted, EventBody, Inbound, MessageId, Profile, Reaction, ReplyTarget, Seen, Signal,
    Surface, ThreadOwner, Timestamp, Unknown, Visibility, nfc,
};
use careline::wire::Walk;
use careline::{Error, ErrorKind, Result};
use compact_str::{CompactString, format_compact};
use serde_json::value::RawValue;
use serde_json::{Map, Value};

use crate::content::{content, keep, keep_text, of_message};
use crate::place::{self, Page};
use crate::wire::{
    Actor, DirectMessage, MessageEdit, MessageReaction, Messaging, Postback, Scalar, ThreadControl, Watermark,
};

/// The page an item is for, where its entry does not tell: the side that is no customer.
pub(crate) fn page_of(item: &Messaging<'_>) -> Option<Page> {
    let echo = item.message.as_ref().is_some_and(|message| message.is_echo.is_set());
    let side = if echo { &item.sender } else { &item.recipient };
    side.as_ref()?.id.get().map(Page::new)
}

/// An item as it lies between page and customer.
pub(crate) struct Thread<'a> {
    page: &'a Page,
    /// The id of the customer, which is that of the thread; empty where the item names none.
    customer: CompactString,
    sender: Option<Profile>,
    /// The customer, where the page writes.
    recipient: Option<Profile>,
    at: Option<Timestamp>,
    /// Another app has the thread: we only watch.
    standby: bool,
    /// Our app's id, where known.
    app_id: Option<&'a str>,
}

/// What an item says. `text` is its JSON, for the name of an unknown kind.
pub(crate) fn event(
    page: &Page,
    item: Messaging<'_>,
    standby: bool,
    app_id: Option<&str>,
    text: &str,
) -> Result<EventBody> {
    let is_page = |actor: &Actor<'_>| actor.id.is(page.id());
    let echo = item.message.as_ref().is_some_and(|message| message.is_echo.is_set());
    let from_page = echo || item.sender.as_ref().is_some_and(is_page);
    let customer = if from_page { &item.recipient } else { &item.sender };
    let thread = Thread {
        page,
        customer: customer.as_ref().and_then(place::contact).map(CompactString::new).unwrap_or_default(),
        sender: if from_page {
            Some(page.own())
        } else {
            item.sender.as_ref().and_then(|actor| page.correspondent(actor))
        },
        recipient: customer.as_ref().filter(|_| from_page).and_then(|actor| page.correspondent(actor)),
        at: item.timestamp.0,
        standby,
        app_id,
    };
    if let Some(message) = item.message {
        thread.message(message, item.prior_message)
    } else if let Some(edit) = item.message_edit {
        thread.edit(edit)
    } else if let Some(reaction) = item.reaction {
        thread.reaction(&reaction)
    } else if let Some(read) = item.read {
        Ok(thread.seen(read, true))
    } else if let Some(delivery) = item.delivery {
        Ok(thread.seen(delivery, false))
    } else if let Some(postback) = item.postback {
        thread.postback(postback)
    } else if let Some(referral) = item.referral {
        Ok(thread.signal("referral", referral))
    } else if let Some(optin) = item.optin {
        Ok(thread.signal("optin", optin))
    } else if let Some(pass) = item.pass_thread_control {
        let owner = if standby { ThreadOwner::Another } else { ThreadOwner::Us };
        Ok(thread.moved(&pass, owner))
    } else if let Some(take) = item.take_thread_control {
        Ok(thread.moved(&take, ThreadOwner::Another))
    } else if let Some(request) = item.request_thread_control {
        Ok(thread.control(None, request.requested_owner_app_id.compact()))
    } else if let Some(policy) = item.policy_enforcement {
        Ok(EventBody::Account(AccountChange {
            change: match policy.action.get().unwrap_or_default() {
                "block" => CompactString::const_new("blocked"),
                "unblock" => CompactString::const_new("unblocked"),
                "warning" => CompactString::const_new("warned"),
                other => other.into(),
            },
            reason: policy.reason.owned(),
            at: thread.at,
            ..AccountChange::default()
        }))
    } else {
        Ok(EventBody::Unknown(Unknown { name: name_of(text) }))
    }
}

impl Thread<'_> {
    fn message(self, message: DirectMessage<'_>, prior: Option<&RawValue>) -> Result<EventBody> {
        let native_id = message.mid.compact().ok_or_else(|| missing("a message without `mid`"))?;
        if message.is_deleted.is_set() {
            return Ok(EventBody::Deleted(Deleted { scope: self.page.messenger(), native_id, at: self.at }));
        }
        let mut inbound = self.inbound(native_id);
        inbound.reply_to = message.reply_to.and_then(|reply| reply.mid.compact()).map(reply_target);
        inbound.content = content(message.text, None);
        inbound.content.attachments = of_message(message.attachments.unwrap_or_default());
        // Another app's echo carries that app's own note.
        let is_ours = self.app_id.is_none_or(|ours| message.app_id.get().is_none_or(|app| app == ours));
        if message.is_echo.is_set() && is_ours {
            inbound.echo_of = message.metadata.compact();
        }
        let extensions = &mut inbound.content.extensions;
        keep_text(extensions, "app_id", message.app_id);
        keep(extensions, "quick_reply", message.quick_reply);
        keep(extensions, "referral", message.referral);
        keep(extensions, "commands", message.commands);
        keep(extensions, "prior_message", prior);
        if message.is_unsupported.is_set() {
            extensions.insert("is_unsupported".into(), Value::Bool(true));
        }
        self.note_standby(extensions);
        Ok(EventBody::Message(Box::new(inbound)))
    }

    /// The `timestamp` of an edit is the edit's: when the message was sent it does not tell.
    fn edit(self, edit: MessageEdit<'_>) -> Result<EventBody> {
        let native_id = edit.mid.compact().ok_or_else(|| missing("an edit without `mid`"))?;
        let mut inbound = self.inbound(native_id);
        inbound.sent_at = None;
        inbound.revision = edit.num_edit.get().and_then(|number| number.parse().ok()).unwrap_or(1).max(1);
        inbound.content = content(edit.text, None);
        self.note_standby(&mut inbound.content.extensions);
        Ok(EventBody::Message(Box::new(inbound)))
    }

    fn postback(self, postback: Postback<'_>) -> Result<EventBody> {
        let native_id = match postback.mid.compact() {
            Some(mid) => mid,
            None => self.name_postback(&postback)?,
        };
        let mut inbound = self.inbound(native_id);
        inbound.content.text = postback.title.text().map(nfc).unwrap_or_default();
        let mut kept = Map::new();
        keep_text(&mut kept, "payload", postback.payload);
        keep(&mut kept, "referral", postback.referral);
        inbound.content.extensions.insert("postback".into(), Value::Object(kept));
        self.note_standby(&mut inbound.content.extensions);
        Ok(EventBody::Message(Box::new(inbound)))
    }

    /// Older versions send no `mid` (fact sheet messenger, trap 10): who, when and what make an id that a redelivery repeats.
    fn name_postback(&self, postback: &Postback<'_>) -> Result<CompactString> {
        let at = self.at.filter(|_| !self.customer.is_empty());
        let at = at.ok_or_else(|| missing("a postback without `mid`, `sender` or `timestamp`"))?;
        let what = postback.payload.get().or(postback.title.get()).unwrap_or_default();
        let parts = ["postback", &self.customer, &at.as_millis().to_string(), what];
        Ok(format_compact!("postback:{}", MessageId::derive(&parts)))
    }

    fn reaction(self, reaction: &MessageReaction<'_>) -> Result<EventBody> {
        let native_id = reaction.mid.compact().ok_or_else(|| missing("a reaction without `mid`"))?;
        let word = reaction.reaction.compact().filter(|word| word != "other").or(reaction.emoji.compact());
        Ok(EventBody::Reaction(Reaction {
            scope: self.page.messenger(),
            native_id,
            by: self.sender,
            reaction: word.unwrap_or(CompactString::const_new("other")),
            sole: true,
            removed: reaction.action.is("unreact"),
            at: self.at,
        }))
    }

    fn seen(self, seen: Watermark<'_>, read: bool) -> EventBody {
        let ids = seen.mids.unwrap_or_default();
        EventBody::Seen(Seen {
            scope: self.page.messenger(),
            thread: self.customer,
            read,
            native_ids: ids.iter().chain([&seen.mid]).filter_map(Scalar::compact).collect(),
            up_to: seen.watermark.0,
        })
    }

    fn signal(self, name: &str, raw: &RawValue) -> EventBody {
        let mut extensions: Map<String, Value> = serde_json::from_str(raw.get()).unwrap_or_default();
        // A token allows to write to the person: it stays in the raw delivery.
        extensions.retain(|key, _| !key.contains("token"));
        if self.standby {
            extensions.insert("standby".into(), Value::Bool(true));
        }
        EventBody::Signal(Signal {
            name: name.into(),
            scope: self.page.messenger(),
            thread: self.customer,
            by: self.sender,
            at: self.at,
            extensions,
        })
    }

    /// Control moved: to nobody, to the app we know to be ours, or, where we know none, to whom this event is sent.
    fn moved(self, control: &ThreadControl<'_>, otherwise: ThreadOwner) -> EventBody {
        let new = control.new_owner_app_id.compact();
        let owner = match (&new, self.app_id) {
            (None, _) => ThreadOwner::Idle,
            (Some(new), Some(ours)) if new == ours => ThreadOwner::Us,
            (Some(_), Some(_)) => ThreadOwner::Another,
            (Some(_), None) => otherwise,
        };
        self.control(Some(owner), new)
    }

    fn control(self, owner: Option<ThreadOwner>, app: Option<CompactString>) -> EventBody {
        EventBody::Control(Control { scope: self.page.messenger(), thread: self.customer, owner, app, at: self.at })
    }

    fn inbound(&self, native_id: CompactString) -> Inbound {
        let mut inbound = Inbound::new(self.page.messenger(), native_id, Surface::DirectMessage, Visibility::Private);
        inbound.author = self.sender.clone();
        inbound.recipient = self.recipient.clone();
        inbound.sent_at = self.at;
        inbound.thread = Some(self.customer.clone()).filter(|thread| !thread.is_empty());
        inbound
    }

    fn note_standby(&self, extensions: &mut Map<String, Value>) {
        if self.standby {
            extensions.insert("standby".into(), Value::Bool(true));
        }
    }
}

/// The message with this id, whoever wrote it.
pub(crate) fn reply_target(native_id: CompactString) -> ReplyTarget {
    ReplyTarget { native_id, author: None }
}

/// The first key that tells what an item is.
fn name_of(text: &str) -> CompactString {
    let mut name = None;
    let walked = Walk::new(text).members(|key, walk| {
        if name.is_none() && !matches!(key, "sender" | "recipient" | "timestamp") {
            name = Some(CompactString::new(key));
        }
        walk.skip().map(drop)
    });
    walked.ok().and(name).unwrap_or(CompactString::const_new("messaging"))
}

fn missing(what: &str) -> Error {
    Error::new(ErrorKind::InputInvalid, what)
}
