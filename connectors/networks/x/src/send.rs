//! Saying something: answers, posts, direct messages; likes, hidden replies, edits, deletions (fact sheet §6 and §8).
//!
//! X takes no key that would name an act. What is in doubt is looked for where it would stand: among our own posts, in
//! the thread with the person, in the state of the post. Words that X refuses as a duplicate may be lost ones that came
//! through, so that they are in doubt, too.

use std::ops::ControlFlow;

use bytes::Bytes;
use careline::context::Context;
use careline::engage::text::{Marking, marks};
use careline::model::{EntityKind, Event, EventBody, Inbound, Visibility};
use careline::network::{Act, FindSent, Outbound, Receipt, Recheck, Say, Target};
use careline::wire::{Id, Plain};
use careline::{Error, ErrorKind, Result, Retry};
use http::header::{CONTENT_TYPE, HeaderValue};
use http::{Method, Response};
use serde::{Deserialize, Serialize};

use crate::account::{Account, Caller};
use crate::message::{self, DIRECT_THREAD, direct_pair};
use crate::poll::{Ids, Meta};

/// How many seconds X may take to show what we said to whoever looks for it. X names no time: a guess on the safe side
/// (unconfirmed).
pub(crate) const LAG: u32 = 60;

/// How far clocks may be apart: as far back as [`FindSent::reaches`] looks.
const SKEW_MILLIS: i64 = 5 * 60_000;

/// How many pages of a list are looked through.
const PAGES: usize = 5;

/// The longest page of posts.
const PAGE: &str = "100";

/// A page of direct messages. Each one read costs ten times an own post (fact sheet §1), and few came since.
const DIRECT_PAGE: &str = "20";

/// A post as it is made.
#[derive(Serialize)]
struct Post<'a> {
    text: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    reply: Option<Reply<'a>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    edit_options: Option<EditOptions<'a>>,
}

#[derive(Serialize)]
struct Reply<'a> {
    in_reply_to_tweet_id: &'a str,
}

#[derive(Serialize)]
struct EditOptions<'a> {
    previous_post_id: &'a str,
}

#[derive(Serialize)]
struct DirectMessage<'a> {
    text: &'a str,
}

#[derive(Serialize)]
struct Like<'a> {
    tweet_id: &'a str,
}

#[derive(Serialize)]
struct Hide {
    hidden: bool,
}

/// What X says it did.
#[derive(Deserialize)]
struct Done<T> {
    data: T,
}

#[derive(Deserialize)]
struct Posted<'a> {
    #[serde(borrow)]
    id: Id<'a>,
}

#[derive(Deserialize)]
struct Written<'a> {
    #[serde(borrow)]
    dm_event_id: Id<'a>,
}

/// The state after an act; each has its own name for it.
#[derive(Deserialize)]
struct State {
    #[serde(rename = "hidden", alias = "liked", alias = "deleted")]
    is: bool,
}

impl Account {
    /// The verbs this account may use: none without a user token or an app to get one from (fact sheet §2), likes with Enterprise access only,
    /// edits for subscribers only (fact sheet §6).
    pub(crate) fn verbs(&self) -> Vec<&'static str> {
        if !self.speaks() {
            return Vec::new();
        }
        let mut verbs = vec!["reply", "direct_message", "publish", "hide", "delete"];
        verbs.extend(self.config.unsummoned_replies.then_some("like"));
        verbs.extend(self.may_edit().then_some("edit"));
        verbs
    }

    /// Does an act.
    pub(crate) async fn act(&self, cx: &Context, out: &Outbound) -> Result<Receipt> {
        if !self.verbs().contains(&out.act.verb()) {
            return Err(no_such_act(&out.act));
        }
        match &out.act {
            Act::Reply { to, say, visibility } => {
                let reply = Some(Reply { in_reply_to_tweet_id: post_id(to)? });
                self.post(cx, out, &Post { reply, ..post(say, visibility)? }).await
            }
            Act::Publish { say, visibility } => self.post(cx, out, &post(say, visibility)?).await,
            Act::Edit { on, say } => {
                let edit_options = Some(EditOptions { previous_post_id: post_id(on)? });
                self.post(cx, out, &Post { edit_options, ..post(say, &Visibility::Public)? }).await
            }
            Act::DirectMessage { to, say, .. } => self.write(cx, out, number(&to.native_id)?, say).await,
            Act::Like { on, liked } => {
                let (us, id) = (&self.config.native_id, post_id(on)?);
                let (method, path, body) = match liked {
                    true => (Method::POST, format!("/2/users/{us}/likes"), json(&Like { tweet_id: id })?),
                    false => (Method::DELETE, format!("/2/users/{us}/likes/{id}"), Bytes::new()),
                };
                self.set(cx, out, method, &path, body, *liked).await?;
                Ok(Receipt::new(id))
            }
            Act::Hide { on, hidden } => {
                let (id, body) = (post_id(on)?, json(&Hide { hidden: *hidden })?);
                self.set(cx, out, Method::PUT, &format!("/2/tweets/{id}/hidden"), body, *hidden).await?;
                Ok(Receipt::new(id))
            }
            Act::Delete { on } => {
                let id = post_id(on)?;
                let deleted = self.set(cx, out, Method::DELETE, &format!("/2/tweets/{id}"), Bytes::new(), true).await;
                match deleted {
                    // It is gone, whoever did it.
                    Err(error) if error.kind() != ErrorKind::NotFound => Err(error),
                    _ => Ok(Receipt::new(id)),
                }
            }
            other => Err(no_such_act(other)),
        }
    }

    /// Looks for what may have been done.
    pub(crate) async fn find(&self, cx: &Context, ask: &FindSent) -> Result<Option<Receipt>> {
        if !self.speaks() {
            return Err(no_such_act(&ask.out.act));
        }
        match &ask.out.act {
            Act::Reply { .. } | Act::Publish { .. } => self.find_post(cx, ask).await,
            Act::DirectMessage { to, .. } => self.find_direct(cx, ask, number(&to.native_id)?).await,
            Act::Edit { on, say } => self.find_edit(cx, ask, post_id(on)?, say).await,
            Act::Like { on, liked } => {
                let id = post_id(on)?;
                Ok((self.is_liked(cx, id).await? == *liked).then(|| Receipt::new(id)))
            }
            Act::Delete { on } => {
                let id = post_id(on)?;
                Ok(self.is_gone(cx, id).await?.then(|| Receipt::new(id)))
            }
            Act::Hide { .. } => {
                let message = "X does not tell whether a reply is hidden; to hide it again does no harm";
                Err(Error::new(ErrorKind::Unsupported, message))
            }
            other => Err(no_such_act(other)),
        }
    }

    async fn post(&self, cx: &Context, out: &Outbound, post: &Post<'_>) -> Result<Receipt> {
        let answer = self.change(cx, out, Method::POST, "/2/tweets", json(post)?).await?;
        let posted: Posted<'_> = done(out, &answer)?;
        Ok(receipt(&posted.id, ["https://x.com/i/status/", &posted.id].concat()))
    }

    async fn write(&self, cx: &Context, out: &Outbound, to: &str, say: &Say) -> Result<Receipt> {
        let path = format!("/2/dm_conversations/with/{to}/messages");
        let answer = self.change(cx, out, Method::POST, &path, json(&DirectMessage { text: &say.text })?).await?;
        let written: Written<'_> = done(out, &answer)?;
        let pair = direct_pair(&self.config.native_id, to);
        Ok(receipt(&written.dm_event_id, ["https://x.com/messages/", &pair[DIRECT_THREAD.len()..]].concat()))
    }

    /// Brings about a state.
    async fn set(
        &self,
        cx: &Context,
        out: &Outbound,
        method: Method,
        path: &str,
        body: Bytes,
        state: bool,
    ) -> Result<()> {
        let answer = self.change(cx, out, method, path, body).await?;
        let told: State = done(out, &answer)?;
        if told.is == state {
            return Ok(());
        }
        Err(Error::new(ErrorKind::Unavailable, "X says that nothing has changed").with("verb", out.act.verb()))
    }

    /// One request that changes something.
    async fn change(
        &self,
        cx: &Context,
        out: &Outbound,
        method: Method,
        path: &str,
        body: Bytes,
    ) -> Result<Response<Bytes>> {
        let mut request = self.request(path, &[])?;
        *request.method_mut() = method;
        if !body.is_empty() {
            request.headers_mut().insert(CONTENT_TYPE, HeaderValue::from_static("application/json"));
        }
        *request.body_mut() = body;
        self.answer_or(cx, Caller::User, request, |error| in_doubt(out, error)).await
    }

    /// A post of ours that was made since then. What was answered stands in our own timeline as well.
    async fn find_post(&self, cx: &Context, ask: &FindSent) -> Result<Option<Receipt>> {
        let wanted = alike(ask);
        self.look_through_own(cx, ask, |_, events| Ok(wanted.among(&self.config.native_id, &events))).await
    }

    /// A revision of the post `id` with the new words. It is a post of its own, whose history names those before it.
    async fn find_edit(&self, cx: &Context, ask: &FindSent, id: &str, say: &Say) -> Result<Option<Receipt>> {
        // An edit stays where it is; what is left to compare are the words.
        let publish = Act::Publish { say: say.clone(), visibility: Visibility::Public };
        let wanted = alike(&FindSent::new(Outbound::new(ask.out.key.clone(), publish), ask.since));
        let pick = |raw: &[u8], mut events: Vec<Event>| {
            let revisions = revisions(raw, id)?;
            events.retain_mut(|event| match &mut event.body {
                EventBody::Message(message) => {
                    message.reply_to = None;
                    revisions.iter().any(|revision| **revision == *message.native_id)
                }
                _ => false,
            });
            Ok(wanted.among(&self.config.native_id, &events))
        };
        self.look_through_own(cx, ask, pick).await
    }

    async fn look_through_own(
        &self,
        cx: &Context,
        ask: &FindSent,
        pick: impl Fn(&[u8], Vec<Event>) -> Result<Option<Receipt>> + Sync,
    ) -> Result<Option<Receipt>> {
        let path = format!("/2/users/{}/tweets", self.config.native_id);
        // X's times are whole seconds (fact sheet §7).
        let since = ask.since.plus_millis(-SKEW_MILLIS - ask.since.as_millis().rem_euclid(1_000));
        let mut query = vec![("max_results", PAGE.to_owned()), ("start_time", since.to_string())];
        query.extend(self.post_fields());
        let each = |raw: &[u8]| {
            let found = pick(raw, self.read_back(cx, raw)?)?;
            Ok(found.map_or(ControlFlow::Continue(()), |found| ControlFlow::Break(Some(found))))
        };
        self.look_through(cx, &path, query, each).await
    }

    /// A direct message of ours in the thread with `other`, which X lists newest first.
    async fn find_direct(&self, cx: &Context, ask: &FindSent, other: &str) -> Result<Option<Receipt>> {
        let wanted = alike(ask);
        let mut query = vec![("max_results", DIRECT_PAGE.to_owned())];
        query.extend(self.direct_fields());
        let each = |raw: &[u8]| {
            let events = self.read_back(cx, raw)?;
            let found = wanted.among(&self.config.native_id, &events);
            let is_older = |message: &Inbound| message.sent_at.is_some_and(|at| !ask.reaches(at));
            Ok(match found {
                None if !messages(&events).any(is_older) => ControlFlow::Continue(()),
                found => ControlFlow::Break(found),
            })
        };
        self.look_through(cx, &format!("/2/dm_conversations/with/{other}/dm_events"), query, each).await
    }

    async fn is_liked(&self, cx: &Context, id: &str) -> Result<bool> {
        let path = format!("/2/users/{}/liked_tweets", self.config.native_id);
        let each = |raw: &[u8]| {
            let is_there = Ids::read(raw).iter().any(|liked| liked == id);
            Ok(if is_there { ControlFlow::Break(Some(())) } else { ControlFlow::Continue(()) })
        };
        Ok(self.look_through(cx, &path, vec![("max_results", PAGE.to_owned())], each).await?.is_some())
    }

    async fn is_gone(&self, cx: &Context, id: &str) -> Result<bool> {
        let events = self.look_again(cx, &Recheck::new(vec![id.into()])).await?.parsed.events;
        let told = events.iter().find_map(|event| match &event.body {
            EventBody::Deleted(gone) if gone.native_id == id => Some(true),
            EventBody::Message(message) if message.native_id == id => Some(false),
            _ => None,
        });
        told.ok_or_else(|| Error::new(ErrorKind::Unavailable, "X does not tell whether the post still stands"))
    }

    /// Looks through a list page by page, until `each` breaks off or the list ends.
    async fn look_through<T>(
        &self,
        cx: &Context,
        path: &str,
        query: Vec<(&str, String)>,
        each: impl Fn(&[u8]) -> Result<ControlFlow<Option<T>>> + Send,
    ) -> Result<Option<T>> {
        let mut page: Option<String> = None;
        for _ in 0..PAGES {
            let mut pairs: Vec<_> = query.iter().map(|(name, value)| (*name, value.as_str())).collect();
            pairs.extend(page.as_deref().map(|page| ("pagination_token", page)));
            let raw = self.answer(cx, Caller::User, self.request(path, &pairs)?).await?.into_body();
            let meta = Meta::read(&raw);
            if meta.result_count.is_none() {
                return Err(Error::new(ErrorKind::Unavailable, "X answers with something else than a list"));
            }
            if let ControlFlow::Break(found) = each(&raw)? {
                return Ok(found);
            }
            page = meta.next_token;
            if page.is_none() {
                return Ok(None);
            }
        }
        Err(Error::new(ErrorKind::Unavailable, "there is too much in this list on X to look through all of it"))
    }

    /// What stands on a page, with every link alike.
    ///
    /// # Errors
    /// Something on it cannot be read, or does not say whose it is: it may be the one that is looked for.
    fn read_back(&self, cx: &Context, raw: &[u8]) -> Result<Vec<Event>> {
        let mut parsed = self.read(raw, cx.clock.now())?;
        if !parsed.rejects.is_empty() || messages(&parsed.events).any(|message| message.author.is_none()) {
            return Err(Error::new(ErrorKind::Unavailable, "X's answer cannot be read whole"));
        }
        for event in &mut parsed.events {
            if let EventBody::Message(message) = &mut event.body {
                message.content.text = with_links_alike(&message.content.text);
            }
        }
        Ok(parsed.events)
    }
}

/// An error after which X may have acted. An edit makes a post with an id of its own, which has to be found: it is not
/// simply made again like other acts that may be repeated.
fn in_doubt(out: &Outbound, error: Error) -> Error {
    let error = out.in_doubt(error);
    let is_edit = matches!(out.act, Act::Edit { .. });
    if is_edit && error.retry_advice() == Retry::Transient { error.retry(Retry::Unknown) } else { error }
}

fn no_such_act(act: &Act) -> Error {
    let error = Error::new(ErrorKind::Unsupported, "this X account has no such act; see its capability");
    error.with("verb", act.verb())
}

fn post<'a>(say: &'a Say, visibility: &Visibility) -> Result<Post<'a>> {
    if *visibility != Visibility::Public {
        let error = Error::new(ErrorKind::InputInvalid, "a post on X is public");
        return Err(error.with("visibility", visibility));
    }
    Ok(Post { text: &say.text, reply: None, edit_options: None })
}

/// The id of a post. Direct messages share its space of ids and are none.
fn post_id(on: &Target) -> Result<&str> {
    if on.thread.as_ref().is_some_and(|thread| thread.starts_with(DIRECT_THREAD)) {
        return Err(Error::new(ErrorKind::InputInvalid, "X can only do that with a post, not with a direct message"));
    }
    number(&on.native_id)
}

/// An id that may stand in a path.
fn number(id: &str) -> Result<&str> {
    if (1..=19).contains(&id.len()) && id.bytes().all(|byte| byte.is_ascii_digit()) {
        return Ok(id);
    }
    Err(Error::new(ErrorKind::InputInvalid, "the id of a post or a person on X is a number").with("id", id))
}

fn json(value: &impl Serialize) -> Result<Bytes> {
    let wrong = |error| Error::new(ErrorKind::Unexpected, "this cannot be written as JSON").caused_by(error);
    serde_json::to_vec(value).map(Into::into).map_err(wrong)
}

/// What X says it did. It was taken, even if that cannot be read.
fn done<'a, T: Deserialize<'a>>(out: &Outbound, answer: &'a Response<Bytes>) -> Result<T> {
    let done: Result<Done<T>, _> = serde_json::from_slice(answer.body());
    done.map(|done| done.data).map_err(|error| {
        let message = "X does not say what it did";
        in_doubt(out, Error::new(ErrorKind::Unavailable, message).caused_by(error))
    })
}

fn receipt(id: &Id<'_>, permalink: String) -> Receipt {
    let mut receipt = Receipt::new(id.compact());
    receipt.permalink = Some(permalink);
    receipt.at = message::snowflake_time(id);
    receipt
}

fn messages(events: &[Event]) -> impl Iterator<Item = &Inbound> {
    events.iter().filter_map(|event| match &event.body {
        EventBody::Message(message) => Some(&**message),
        _ => None,
    })
}

/// The ids on a page of posts that are later revisions of the post `id`.
fn revisions<'a>(raw: &'a [u8], id: &str) -> Result<Vec<Id<'a>>> {
    #[derive(Deserialize)]
    struct Page<'a> {
        #[serde(borrow, default)]
        data: Vec<Revision<'a>>,
    }
    #[derive(Deserialize)]
    struct Revision<'a> {
        #[serde(borrow)]
        id: Id<'a>,
        #[serde(borrow, default, alias = "edit_history_post_ids")]
        edit_history_tweet_ids: Vec<Id<'a>>,
    }
    let wrong = |error| Error::new(ErrorKind::Unavailable, "X's answer cannot be read whole").caused_by(error);
    let page: Page<'_> = serde_json::from_slice(raw).map_err(wrong)?;
    let follows = |post: &Revision<'_>| *post.id != *id && post.edit_history_tweet_ids.iter().any(|old| **old == *id);
    Ok(page.data.into_iter().filter(follows).map(|post| post.id).collect())
}

/// The same search, for words with every link alike.
fn alike(ask: &FindSent) -> FindSent {
    let mut ask = ask.clone();
    if let Act::Reply { say, .. } | Act::Publish { say, .. } | Act::DirectMessage { say, .. } = &mut ask.out.act {
        say.text = with_links_alike(&say.text);
    }
    ask
}

/// A text in the form it is read back in, with the same address in place of every link: X makes short ones of its own,
/// even of those without a scheme (fact sheet, trap 7).
fn with_links_alike(text: &str) -> String {
    let text = Plain::new(text.into()).into_text();
    let mut plain = String::with_capacity(text.len());
    let mut at = 0;
    for link in marks(&text, Marking::X).into_iter().filter(|mark| mark.kind == EntityKind::Link) {
        plain.push_str(&text[at..link.span.start as usize]);
        plain.push_str("https://t.co/");
        at = link.span.end as usize;
    }
    plain.push_str(&text[at..]);
    plain
}
