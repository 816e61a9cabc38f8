//! What is said in private: messages in Messenger, and the one private answer that a comment or post may get (fact
//! sheets messenger §5, §6, §8 and facebook §6).
//!
//! A message carries the act's key as `metadata`, which its echo gives back.

use bytes::Bytes;
use careline::context::Context;
use careline::model::EventBody;
use careline::network::{FindSent, Outbound, Person, Receipt, Say, Target};
use careline::{Error, ErrorKind, Result};
use http::Method;
use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;

use super::{Kind, is_recent, kind, look_at, read_list, too_much, unreadable, untold, whole, write};
use crate::account::Account;
use crate::call::{Payload, address};
use crate::graph::{self, Answer, Asked};
use crate::poll;
use crate::wire::{Flag, Scalar};

/// The act.
pub(super) struct Said<'a> {
    pub(super) to: &'a Person,
    pub(super) say: &'a Say,
    pub(super) about: Option<&'a Target>,
    pub(super) tag: Option<&'a str>,
}

/// Writes to somebody: about a comment or post as the private answer to it, else in the thread with that person.
pub(super) async fn send(account: &Account, cx: &Context, out: &Outbound, said: Said<'_>) -> Result<Receipt> {
    let sending = sending(account, out, &said)?;
    let wrong = |error| Error::new(ErrorKind::Unexpected, "the message cannot be written as JSON").caused_by(error);
    let body = serde_json::to_vec(&sending).map_err(wrong)?;
    let url = address(account, &[account.page.id(), "messages"], &[])?;
    let raw = write(account, cx, out, (Method::POST, &url, Payload::Json(body))).await?;
    // It was taken, only its answer cannot be read.
    receipt(&raw).map_err(|error| out.in_doubt(error))
}

/// Looks for a message that may have been sent.
pub(super) async fn find(
    account: &Account,
    cx: &Context,
    ask: &FindSent,
    to: &Person,
    about: Option<&Target>,
) -> Result<Option<Receipt>> {
    match about.map(|about| (kind(&account.page, about), about)) {
        Some((kind @ (Kind::Comment | Kind::Post), about)) => find_private_answer(account, cx, ask, kind, about).await,
        _ => {
            let query = [("platform", "messenger"), ("user_id", to.native_id.as_str()), ("fields", poll::CONVERSATION)];
            let url = address(account, &[account.page.id(), "conversations"], &query)?;
            let listed = read_list(account, cx, url, Asked::Anything).await?;
            pick(account, ask, &listed)
        }
    }
}

/// A message as it is posted.
#[derive(Serialize)]
struct Sending<'a> {
    recipient: Recipient<'a>,
    /// Absent in a private answer (fact sheet facebook §6).
    #[serde(skip_serializing_if = "Option::is_none")]
    messaging_type: Option<&'static str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    tag: Option<&'static str>,
    message: Words<'a>,
    #[serde(skip_serializing_if = "Option::is_none")]
    reply_to: Option<Quoted<'a>>,
}

#[derive(Serialize)]
#[serde(rename_all = "snake_case")]
enum Recipient<'a> {
    Id(&'a str),
    CommentId(&'a str),
    PostId(&'a str),
}

#[derive(Serialize)]
struct Words<'a> {
    text: &'a str,
    metadata: &'a str,
}

#[derive(Serialize)]
struct Quoted<'a> {
    mid: &'a str,
}

fn sending<'a>(account: &Account, out: &'a Outbound, said: &Said<'a>) -> Result<Sending<'a>> {
    let message = Words { text: &said.say.text, metadata: &out.key };
    if let Some(recipient) = commenter(account, said)? {
        return Ok(Sending { recipient, messaging_type: None, tag: None, message, reply_to: None });
    }
    if said.to.native_id == account.page.id() {
        return Err(refused("the page cannot write to itself"));
    }
    let (messaging_type, tag) = permission(said.tag)?;
    // A postback without an id of its own has one that Facebook does not know.
    let quoted = said.about.map(|about| about.native_id.as_str()).filter(|mid| !mid.starts_with("postback:"));
    let (recipient, reply_to) = (Recipient::Id(&said.to.native_id), quoted.map(|mid| Quoted { mid }));
    Ok(Sending { recipient, messaging_type: Some(messaging_type), tag, message, reply_to })
}

/// Whom a private answer is for: whoever wrote the comment or post.
fn commenter<'a>(account: &Account, said: &Said<'a>) -> Result<Option<Recipient<'a>>> {
    let Some(about) = said.about else { return Ok(None) };
    let recipient = match kind(&account.page, about) {
        Kind::Message => return Ok(None),
        Kind::Comment => Recipient::CommentId(&about.native_id),
        Kind::Post => Recipient::PostId(&about.native_id),
    };
    if about.author.as_ref().is_some_and(|author| author.native_id == account.page.id()) {
        return Err(refused("the page wrote this itself, so a private answer would reach nobody"));
    }
    if said.tag.is_some() {
        let what = "a private answer takes no tag; in an open thread, leave out the comment or post it is about";
        return Err(refused(what));
    }
    Ok(Some(recipient))
}

/// No tag within a day of the customer's last turn, the one for people within a week (fact sheet messenger §6).
fn permission(tag: Option<&str>) -> Result<(&'static str, Option<&'static str>)> {
    match tag {
        None => Ok(("RESPONSE", None)),
        Some("human_agent") => Ok(("MESSAGE_TAG", Some("HUMAN_AGENT"))),
        Some(other) => Err(refused("Messenger has no such tag; `human_agent` is the one there is").with("tag", other)),
    }
}

fn refused(what: &str) -> Error {
    Error::new(ErrorKind::InputInvalid, what)
}

/// The `recipient_id` beside it has no place in a receipt; the echo of the message names it.
fn receipt(raw: &Bytes) -> Result<Receipt> {
    #[derive(Default, Deserialize)]
    #[serde(default)]
    struct Sent<'a> {
        #[serde(borrow)]
        message_id: Scalar<'a>,
    }
    let sent: Sent<'_> = serde_json::from_slice(raw).map_err(|error| unreadable().caused_by(error))?;
    sent.message_id.compact().map(Receipt::new).ok_or_else(unreadable)
}

/// The private answer to a comment, in the conversation that began with it; of a post Facebook tells only whether it
/// may still be given. The fields are those of Meta's SDK; that the conversation gives its messages is unconfirmed.
async fn find_private_answer(
    account: &Account,
    cx: &Context,
    ask: &FindSent,
    kind: Kind,
    about: &Target,
) -> Result<Option<Receipt>> {
    #[derive(Default, Deserialize)]
    #[serde(default)]
    struct Answered<'a> {
        can_reply_privately: Flag,
        #[serde(borrow)]
        private_reply_conversation: Option<&'a RawValue>,
    }
    let mut fields = "can_reply_privately".to_owned();
    if kind == Kind::Comment {
        fields += &format!(",private_reply_conversation{{{}}}", poll::CONVERSATION);
    }
    let raw = look_at(account, cx, about, &fields).await?;
    let answered: Answered<'_> = serde_json::from_slice(&raw).map_err(|error| unreadable().caused_by(error))?;
    match (answered.private_reply_conversation, answered.can_reply_privately.0) {
        (Some(thread), _) => {
            let now = cx.clock.now();
            let mut read = whole(graph::read(thread.get().as_bytes(), &account.page.account, Asked::Anything, now))?;
            read.parsed.events.iter_mut().for_each(|event| forget_recipient(&mut event.body));
            pick(account, ask, &read)
        }
        (None, Some(true)) => Ok(None),
        (None, _) => Err(untold()),
    }
}

/// In private the author of a comment has another id than in public, where the act names them by it.
fn forget_recipient(body: &mut EventBody) {
    if let EventBody::Message(message) = body {
        message.recipient = None;
    }
}

/// The message, among those that Facebook gives of a conversation: the newest 20, no more.
fn pick(account: &Account, ask: &FindSent, listed: &Answer) -> Result<Option<Receipt>> {
    let events = &listed.parsed.events;
    if let Some(found) = ask.among(account.page.id(), events) {
        return Ok(Some(found));
    }
    let is_message = |body: &EventBody| matches!(body, EventBody::Message(_));
    if !events.iter().all(|event| is_message(&event.body)) {
        return Err(untold());
    }
    if events.len() >= poll::DETAILED && events.iter().all(|event| is_recent(ask, &event.body)) {
        return Err(too_much());
    }
    Ok(None)
}
