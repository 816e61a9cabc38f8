//! Saying something as the page: comments and posts, likes, hidden comments, edits, deletions (fact sheet facebook §6).
//! What is said in private is in [`messenger`].
//!
//! Facebook takes no key with a comment or post (§10), so a lost one is looked for where it would stand.

mod messenger;

use bytes::Bytes;
use careline::context::Context;
use careline::model::{EventBody, Visibility};
use careline::network::{Act, FindSent, Outbound, Receipt, Target};
use careline::{Error, ErrorKind, Result};
use compact_str::CompactString;
use http::Method;
use serde::Deserialize;
use url::{Url, form_urlencoded};

use crate::account::Account;
use crate::call::{self, Payload, address};
use crate::graph::{self, Asked};
use crate::place::{self, Page};
use crate::poll;
use crate::wire::{Actor, Flag, Parent, Scalar};

/// What [`act`] knows.
pub(crate) const VERBS: [&str; 7] = ["reply", "direct_message", "publish", "like", "hide", "edit", "delete"];

/// Seconds until what was sent is surely listed. Meta names no time, so this is unconfirmed.
pub(crate) const LAG: u32 = 60;

/// How many pages of a list are looked through for something lost.
const PAGES: usize = 5;

/// Does an act.
pub(crate) async fn act(account: &Account, cx: &Context, out: &Outbound) -> Result<Receipt> {
    let page = &account.page;
    match &out.act {
        Act::Reply { to, say, visibility } => {
            open_to_all(visibility)?;
            in_public(page, out, to)?;
            let url = address(account, &[&to.native_id, "comments"], &[])?;
            Ok(Receipt::new(add(account, cx, out, &url, &say.text).await?))
        }
        Act::DirectMessage { to, say, about, tag } => {
            messenger::send(account, cx, out, messenger::Said { to, say, about: about.as_ref(), tag: tag.as_deref() })
                .await
        }
        Act::Publish { say, visibility } => {
            open_to_all(visibility)?;
            let url = address(account, &[page.id(), "feed"], &[])?;
            Ok(Receipt::new(page.post(&add(account, cx, out, &url, &say.text).await?)))
        }
        Act::Like { on, liked } => {
            in_public(page, out, on)?;
            let url = address(account, &[&on.native_id, "likes"], &[])?;
            let method = if *liked { Method::POST } else { Method::DELETE };
            change(account, cx, out, on, (method, &url, Payload::Nothing)).await
        }
        Act::Hide { on, hidden } => {
            a_comment(page, out, on)?;
            let url = address(account, &[&on.native_id], &[])?;
            let payload = form("is_hidden", if *hidden { "true" } else { "false" });
            change(account, cx, out, on, (Method::POST, &url, payload)).await
        }
        Act::Edit { on, say } => {
            in_public(page, out, on)?;
            not_others(page, on)?;
            let url = address(account, &[&on.native_id], &[])?;
            change(account, cx, out, on, (Method::POST, &url, form("message", &say.text))).await
        }
        Act::Delete { on } => {
            in_public(page, out, on)?;
            not_others(page, on)?;
            match delete(account, cx, out, on).await {
                // It is gone, whoever did it; what this app may not see answers the same.
                Err(error) if error.kind() == ErrorKind::NotFound => Ok(Receipt::new(on.native_id.clone())),
                done => done,
            }
        }
        other => Err(unsupported(other, "Facebook has no such act; see the capability")),
    }
}

/// Looks for what may have been done.
pub(crate) async fn find(account: &Account, cx: &Context, ask: &FindSent) -> Result<Option<Receipt>> {
    let is = |on: &Target, done: bool| Ok(done.then(|| Receipt::new(on.native_id.clone())));
    match &ask.out.act {
        Act::Reply { to, .. } => find_reply(account, cx, ask, to).await,
        Act::DirectMessage { to, about, .. } => messenger::find(account, cx, ask, to, about.as_ref()).await,
        Act::Publish { .. } => {
            let limit = poll::LIMIT_MAX.to_string();
            let query = [("fields", poll::POST), ("limit", &limit)];
            let url = address(account, &[account.page.id(), "feed"], &query)?;
            search(account, cx, ask, &url, Asked::Anything, None).await
        }
        // Of a post Facebook tells only how many like it (Meta's page on the `likes` edge).
        Act::Like { on, .. } if kind(&account.page, on) != Kind::Comment => Err(untold()),
        Act::Like { on, liked } => {
            let raw = look_at(account, cx, on, "user_likes").await?;
            is(on, told(state(&raw)?.user_likes)? == *liked)
        }
        Act::Hide { on, hidden } => {
            let raw = look_at(account, cx, on, "is_hidden").await?;
            is(on, told(state(&raw)?.is_hidden)? == *hidden)
        }
        Act::Edit { on, say } => {
            let raw = look_at(account, cx, on, "message").await?;
            is(on, state(&raw)?.message.get().unwrap_or_default().trim() == say.text.trim())
        }
        Act::Delete { on } => match look_at(account, cx, on, "id").await {
            Err(error) if error.kind() == ErrorKind::NotFound => is(on, true),
            looked => looked.and_then(|_| is(on, false)),
        },
        other => Err(unsupported(other, "Facebook has no such act; see the capability")),
    }
}

/// What is read of an object.
#[derive(Default, Deserialize)]
#[serde(default)]
struct State<'a> {
    #[serde(borrow)]
    id: Scalar<'a>,
    #[serde(borrow)]
    from: Option<Actor<'a>>,
    #[serde(borrow)]
    parent: Option<Parent<'a>>,
    #[serde(borrow)]
    message: Scalar<'a>,
    is_hidden: Flag,
    user_likes: Flag,
    success: Flag,
}

/// What an act is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Kind {
    /// A message in Messenger.
    Message,
    Comment,
    /// A post, or the story of a recommendation.
    Post,
}

/// Public ids are numbers, alone or joined (fact sheet facebook §7). A post is the root of its thread; where no thread
/// is named, one of this page bears its id in front.
fn kind(page: &Page, on: &Target) -> Kind {
    let id = on.native_id.as_str();
    if !id.bytes().all(|byte| byte.is_ascii_digit() || byte == b'_') {
        return Kind::Message;
    }
    let is_post = match &on.thread {
        Some(thread) => place::last(thread) == place::last(id),
        None => place::owner(id).is_none_or(|owner| owner == page.id()),
    };
    if is_post { Kind::Post } else { Kind::Comment }
}

/// Facebook lets nobody choose who may read a comment, and a page's post is for all.
fn open_to_all(visibility: &Visibility) -> Result<()> {
    if *visibility == Visibility::Public {
        return Ok(());
    }
    let error = Error::new(ErrorKind::InputInvalid, "anybody can read what a page posts; write a direct message");
    Err(error.with("visibility", visibility))
}

/// That a message in Messenger cannot be edited or deleted is unconfirmed (fact sheet messenger §5).
fn in_public(page: &Page, out: &Outbound, on: &Target) -> Result<()> {
    let what = "a message in Messenger can only be answered, with a direct message";
    if kind(page, on) == Kind::Message { Err(unsupported(&out.act, what)) } else { Ok(()) }
}

fn a_comment(page: &Page, out: &Outbound, on: &Target) -> Result<()> {
    let what = "only a comment can be hidden";
    if kind(page, on) == Kind::Comment { Ok(()) } else { Err(unsupported(&out.act, what)) }
}

/// Refuses what somebody else wrote: a page may delete it, careline does not.
fn not_others(page: &Page, on: &Target) -> Result<()> {
    match &on.author {
        Some(author) if author.native_id != page.id() => Err(others()),
        _ => Ok(()),
    }
}

fn others() -> Error {
    Error::new(ErrorKind::InputInvalid, "the page did not write this, so it is neither edited nor deleted; hide it")
}

fn unsupported(act: &Act, what: &str) -> Error {
    Error::new(ErrorKind::Unsupported, what).with("verb", act.verb())
}

async fn delete(account: &Account, cx: &Context, out: &Outbound, on: &Target) -> Result<Receipt> {
    if on.author.is_none() {
        // The network would let us: whose it is must be known first.
        let raw = look_at(account, cx, on, "from").await.map_err(|error| out.in_doubt(error))?;
        if !state(&raw)?.from.is_some_and(|from| from.id.is(account.page.id())) {
            return Err(others());
        }
    }
    let url = address(account, &[&on.native_id], &[])?;
    change(account, cx, out, on, (Method::DELETE, &url, Payload::Nothing)).await
}

/// Adds a comment or post and returns its id.
async fn add(account: &Account, cx: &Context, out: &Outbound, url: &Url, text: &str) -> Result<CompactString> {
    let raw = write(account, cx, out, (Method::POST, url, form("message", text))).await?;
    // It was taken, only its answer cannot be read.
    let taken = state(&raw).and_then(|state| state.id.compact().ok_or_else(unreadable));
    taken.map_err(|error| out.in_doubt(error))
}

/// Changes something that is there.
async fn change(
    account: &Account,
    cx: &Context,
    out: &Outbound,
    on: &Target,
    call: (Method, &Url, Payload),
) -> Result<Receipt> {
    let raw = write(account, cx, out, call).await?;
    let refused = state(&raw).map(|state| state.success.0 == Some(false));
    if refused.map_err(|error| out.in_doubt(error))? {
        let error = Error::new(ErrorKind::Unavailable, "Facebook did not do it and does not say why");
        return Err(out.in_doubt(error));
    }
    Ok(Receipt::new(on.native_id.clone()))
}

/// One call that changes something.
async fn write(account: &Account, cx: &Context, out: &Outbound, call: (Method, &Url, Payload)) -> Result<Bytes> {
    call::call(account, cx, call, |error| out.in_doubt(error)).await
}

fn form(name: &str, value: &str) -> Payload {
    Payload::Form(form_urlencoded::Serializer::new(String::new()).append_pair(name, value).finish())
}

async fn look_at(account: &Account, cx: &Context, on: &Target, fields: &str) -> Result<Bytes> {
    call::get(account, cx, address(account, &[&on.native_id], &[("fields", fields)])?).await
}

fn state(raw: &[u8]) -> Result<State<'_>> {
    serde_json::from_slice(raw).map_err(|error| unreadable().caused_by(error))
}

fn unreadable() -> Error {
    Error::new(ErrorKind::Unavailable, "the answer is cut short or no answer of the Graph API")
}

fn told(flag: Flag) -> Result<bool> {
    flag.0.ok_or_else(untold)
}

fn untold() -> Error {
    Error::new(ErrorKind::Unavailable, "Facebook does not tell whether this was done")
}

/// A comment of ours. Facebook hangs an answer to a reply on the comment above both (fact sheet facebook §4).
async fn find_reply(account: &Account, cx: &Context, ask: &FindSent, to: &Target) -> Result<Option<Receipt>> {
    let page = &account.page;
    let owner = || place::owner(&to.native_id).map(|post| page.post(post));
    let (under, post) = match kind(page, to) {
        Kind::Comment => {
            let raw = look_at(account, cx, to, "parent{id}").await?;
            let parent = state(&raw)?.parent.and_then(|parent| parent.id.compact());
            (parent.unwrap_or_else(|| to.native_id.clone()), to.thread.clone().or_else(owner))
        }
        _ => (to.native_id.clone(), None),
    };
    let limit = poll::LIMIT_MAX.to_string();
    // The default filter hides what Facebook ranks low.
    let query =
        [("fields", poll::COMMENT), ("filter", "stream"), ("order", "reverse_chronological"), ("limit", &limit)];
    let url = address(account, &[&under, "comments"], &query)?;
    let asked = Asked::CommentsOf(post.as_deref().unwrap_or(&under));
    search(account, cx, ask, &url, asked, Some((&under, to))).await
}

/// Looks through a list, newest first, until what is older than what is looked for. `answered`: the thing the comments
/// stand under, and what stands for it in the act.
async fn search(
    account: &Account,
    cx: &Context,
    ask: &FindSent,
    url: &Url,
    asked: Asked<'_>,
    answered: Option<(&str, &Target)>,
) -> Result<Option<Receipt>> {
    let mut url = url.clone();
    let first = url.query().map(str::to_owned);
    for _ in 0..PAGES {
        let mut listed = read_list(account, cx, url.clone(), asked).await?;
        if let Some((under, to)) = answered {
            listed.parsed.events.iter_mut().for_each(|event| put_under(&mut event.body, under, to));
        }
        if let Some(found) = ask.among(account.page.id(), &listed.parsed.events) {
            return Ok(Some(found));
        }
        let reaches = listed.parsed.events.last().is_none_or(|event| is_recent(ask, &event.body));
        let Some(next) = listed.next.filter(|_| reaches) else { return absent(ask) };
        let next = poll::safe_part(&next).ok_or_else(unreadable)?;
        url.set_query(first.as_deref());
        url.query_pairs_mut().extend_pairs(form_urlencoded::parse(next.as_bytes()));
    }
    Err(too_much())
}

/// What was looked for is not there, unless it names a profile, `@[<id>]` (fact sheet facebook §6): shown is the name.
fn absent(ask: &FindSent) -> Result<Option<Receipt>> {
    let names_a_profile = ask.out.act.say().is_some_and(|say| say.text.contains("@["));
    if names_a_profile { Err(untold()) } else { Ok(None) }
}

/// A list of which everything could be read: what could not may be what is looked for.
async fn read_list(account: &Account, cx: &Context, url: Url, asked: Asked<'_>) -> Result<graph::Answer> {
    let raw = call::get(account, cx, url).await?;
    whole(graph::read(&raw, &account.page.account, asked, cx.clock.now()))
}

fn whole(listed: graph::Answer) -> Result<graph::Answer> {
    if listed.broken || !listed.parsed.rejects.is_empty() { Err(unreadable()) } else { Ok(listed) }
}

/// Names what a comment answers as the act does: Facebook calls one thing by several ids.
fn put_under(body: &mut EventBody, under: &str, to: &Target) {
    let EventBody::Message(message) = body else { return };
    if let Some(parent) =
        message.reply_to.as_mut().filter(|parent| place::last(&parent.native_id) == place::last(under))
    {
        parent.native_id = to.native_id.clone();
    }
}

/// Whether it may be from after the first attempt; what names no time may be.
fn is_recent(ask: &FindSent, body: &EventBody) -> bool {
    let EventBody::Message(message) = body else { return true };
    message.sent_at.is_none_or(|at| ask.reaches(at))
}

fn too_much() -> Error {
    Error::new(ErrorKind::Unavailable, "too much was written since then to look through all of it")
}
