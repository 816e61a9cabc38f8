//! Graph reads for what webhooks miss (fact sheets facebook §6, §8 and messenger §8).
//!
//! Facebook lists newest first. A sweep reads from the top down to the mark, the time of the newest thing known; only when
//! it is done does the mark move, to what was newest at its start. Between two sweeps one call tells that nothing is new.
//! The very first sweep reads back as far as `first_read` says.
//!
//! `feed` brings the newest posts with their newest comments; a comment under a post older than those on the pages swept
//! comes by webhook only.

use std::time::Duration;

use bytes::Bytes;
use careline::context::Context;
use careline::intake::{Parsed, Reject};
use careline::model::{Channel, Deleted, Event, EventBody, MessageId, Timestamp};
use careline::network::{Page, PollAsk, Recheck};
use careline::{Error, ErrorKind, Result};
use compact_str::{CompactString, format_compact};
use serde::{Deserialize, Serialize};
use url::Url;

use crate::account::Account;
use crate::call::{address, get};
use crate::graph::{self, Answer, Asked};
use crate::place::NETWORK;

/// What can be polled.
pub(crate) const SOURCES: [&str; 4] = ["feed", "conversations", "ratings", "tagged"];

/// How many ids one call may name.
pub(crate) const RECHECK_MAX: u32 = 50;

/// The most items Facebook lists on a page.
pub(crate) const LIMIT_MAX: u32 = 100;
const LIMIT: u32 = 25;

pub(crate) const POST: &str = "id,message,message_tags,from,created_time,permalink_url,is_hidden,\
    attachments{type,url,unshimmed_url,title,media,target,subattachments}";
pub(crate) const COMMENT: &str = "id,message,message_tags,from,created_time,parent{id,from},permalink_url,\
    is_hidden,is_private,comment_count,attachment{type,url,title,media,target}";
/// How many messages of a conversation are given with details: the newest (fact sheet messenger §8).
pub(crate) const DETAILED: usize = 20;
/// As many as `DETAILED` says.
pub(crate) const CONVERSATION: &str =
    "id,updated_time,messages.limit(20){id,created_time,from,to,message,attachments,sticker,reply_to}";
const RATING: &str =
    "created_time,has_rating,has_review,rating,recommendation_type,review_text,reviewer,open_graph_story{id}";

/// Reads one page of a source.
pub(crate) async fn poll(account: &Account, cx: &Context, ask: PollAsk) -> Result<Page> {
    if !SOURCES.contains(&ask.source.as_str()) {
        return Err(Error::new(ErrorKind::Unsupported, "there is no such source").with("source", &ask.source));
    }
    let mut cursor = match &ask.cursor {
        Some(text) => Cursor::read(text)?,
        None => Cursor::first(cx.clock.now(), account.first_read),
    };
    let step = cursor.step();
    let url = step_url(account, &ask, &step)?;
    let raw = get(account, cx, url).await?;
    let mut answer = graph::read(&raw, &account.page.account, step.asked(&ask.source), cx.clock.now());
    if answer.broken {
        let error = Error::new(ErrorKind::Unavailable, "the answer is cut short or no answer of the Graph API");
        return Err(error);
    }
    let next_posts = cursor.posts_that_go_on(&answer);
    let last_item = answer.parsed.events.get(answer.last_item..).unwrap_or_default();
    let goes_on = last_item.iter().any(|event| cursor.is_new(event));
    let top = Mark::of(&answer.parsed, &raw);
    answer.parsed.events.retain(|event| cursor.is_new(event));
    answer.parsed.rejects.retain(|reject| !cursor.knows(&reject_key(reject, &raw)));
    answer.parsed.events.sort_by_key(sent_at);
    let next = answer.next.as_deref().filter(|_| goes_on).and_then(safe_part);
    let nothing = answer.parsed.events.is_empty() && answer.parsed.rejects.is_empty();
    if nothing && step == Step::Top {
        return Ok(Page::new(Parsed::default(), Bytes::new(), ask.cursor, false));
    }
    cursor.advance(step, top, next, next_posts);
    let more = cursor.sweep.is_some();
    Ok(Page::new(answer.parsed, if nothing { Bytes::new() } else { raw }, Some(cursor.write()?), more))
}

/// The page's username, after making sure that the token is for this page.
pub(crate) async fn handle(account: &Account, cx: &Context) -> Result<CompactString> {
    #[derive(Default, Deserialize)]
    #[serde(default)]
    struct Answer<'a> {
        #[serde(borrow)]
        id: crate::wire::Scalar<'a>,
        #[serde(borrow)]
        username: crate::wire::Scalar<'a>,
    }
    let url = address(account, &["me"], &[("fields", "id,username")])?;
    let raw = get(account, cx, url).await?;
    let body = careline::wire::Body::read(&raw);
    let answer: Answer<'_> = body.parse()?;
    if !answer.id.is(account.page.id()) {
        let error = Error::new(ErrorKind::ConfigInvalid, "the token is for another page");
        return Err(error.with("token_page", answer.id.get().unwrap_or("unknown")));
    }
    Ok(answer.username.compact().unwrap_or_default())
}

/// Asks which of these still stand; what is gone comes back as deleted.
///
/// One id that is gone fails the whole call, so then each is asked for by itself.
pub(crate) async fn recheck(account: &Account, cx: &Context, ask: Recheck) -> Result<Page> {
    if ask.native_ids.len() > RECHECK_MAX as usize {
        let error = Error::new(ErrorKind::InputInvalid, "too many messages for one call");
        return Err(error.with("max", RECHECK_MAX));
    }
    let mut parsed = Parsed::default();
    if ask.native_ids.is_empty() || stands(account, cx, &ask.native_ids.join(",")).await? {
        return Ok(Page::new(parsed, Bytes::new(), None, false));
    }
    for id in ask.native_ids {
        if stands(account, cx, &id).await? {
            continue;
        }
        let private = id.starts_with("m_") || id.starts_with("mid.");
        let scope = if private { account.page.messenger() } else { NETWORK.into() };
        let body = EventBody::Deleted(Deleted { scope, native_id: id, at: None });
        let now = cx.clock.now();
        parsed.events.push(Event::new(account.page.account.clone(), Channel::Poll, now, body));
    }
    Ok(Page::new(parsed, Bytes::new(), None, false))
}

async fn stands(account: &Account, cx: &Context, ids: &str) -> Result<bool> {
    let url = address(account, &[], &[("ids", ids), ("fields", "id")])?;
    match get(account, cx, url).await {
        Ok(_) => Ok(true),
        Err(error) if error.kind() == ErrorKind::NotFound => Ok(false),
        Err(error) => Err(error),
    }
}

/// What is known, and how far a sweep has come.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
struct Cursor {
    mark: Mark,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    sweep: Option<Sweep>,
}

/// The newest known.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
struct Mark {
    /// Its time, in milliseconds since 1970.
    at: i64,
    /// What stands at that very time, and what could not be read.
    ids: Vec<CompactString>,
}

#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
struct Sweep {
    /// The newest when it began.
    top: Mark,
    /// Where the list goes on.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    next: Option<String>,
    /// Posts with more new comments, and where those go on.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    posts: Vec<(CompactString, String)>,
}

/// The next call of a sweep.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Step {
    Top,
    Next(String),
    Comments(CompactString, String),
}

impl Step {
    fn asked(&self, source: &str) -> Asked<'_> {
        match self {
            Self::Comments(post, _) => Asked::CommentsOf(post),
            _ if source == "tagged" => Asked::Tagged,
            _ => Asked::Anything,
        }
    }
}

impl Cursor {
    fn first(now: Timestamp, first_read: Duration) -> Self {
        let back = i64::try_from(first_read.as_millis()).unwrap_or(i64::MAX);
        let at = now.as_millis().saturating_sub(back);
        Self { mark: Mark { at, ids: Vec::new() }, sweep: None }
    }

    fn read(text: &str) -> Result<Self> {
        serde_json::from_str(text)
            .map_err(|_| Error::new(ErrorKind::InputInvalid, "the cursor is none that this account gave"))
    }

    fn write(&self) -> Result<String> {
        serde_json::to_string(self)
            .map_err(|error| Error::new(ErrorKind::Unexpected, "a cursor cannot be written").caused_by(error))
    }

    fn step(&self) -> Step {
        match &self.sweep {
            Some(Sweep { next: Some(next), .. }) => Step::Next(next.clone()),
            Some(Sweep { posts, .. }) => match posts.last() {
                Some((post, next)) => Step::Comments(post.clone(), next.clone()),
                None => Step::Top,
            },
            None => Step::Top,
        }
    }

    fn knows(&self, id: &str) -> bool {
        self.mark.ids.iter().any(|known| known == id)
    }

    /// Newer than the mark, or of its very time and not seen. What has no time is not listed by Facebook.
    fn is_new(&self, event: &Event) -> bool {
        let EventBody::Message(message) = &event.body else { return false };
        let mark = &self.mark;
        message
            .sent_at
            .is_some_and(|at| at.as_millis() > mark.at || at.as_millis() == mark.at && !self.knows(&message.native_id))
    }

    /// Posts of which every listed comment is new, so that more may follow.
    fn posts_that_go_on(&self, answer: &Answer) -> Vec<(CompactString, String)> {
        let goes_on = |post: &str| {
            let mut comments = answer.parsed.events.iter().filter(|event| is_comment_of(event, post));
            comments.all(|event| self.is_new(event))
        };
        let next = |(post, next): &(CompactString, String)| Some((post.clone(), safe_part(next)?));
        answer.more_comments.iter().filter(|(post, _)| goes_on(post)).filter_map(next).collect()
    }

    fn advance(&mut self, step: Step, top: Option<Mark>, next: Option<String>, posts: Vec<(CompactString, String)>) {
        let mut sweep = match step {
            Step::Top => Sweep { top: top.unwrap_or_default(), next: None, posts: Vec::new() },
            _ => self.sweep.take().unwrap_or_default(),
        };
        if let Step::Comments(post, _) = step {
            sweep.posts.pop();
            sweep.posts.extend(next.map(|next| (post, next)));
        } else {
            sweep.next = next;
        }
        sweep.posts.extend(posts);
        if sweep.next.is_some() || !sweep.posts.is_empty() {
            self.sweep = Some(sweep);
            return;
        }
        self.sweep = None;
        if sweep.top != Mark::default() && self.mark.at <= sweep.top.at {
            self.mark = sweep.top;
        }
    }
}

impl Mark {
    /// The newest of a page, and what of it could not be read.
    fn of(parsed: &Parsed, raw: &[u8]) -> Option<Self> {
        let at = parsed.events.iter().filter_map(sent_at).max();
        let newest = parsed.events.iter().filter(|event| at.is_some() && sent_at(event) == at).filter_map(native_id);
        let rejected = parsed.rejects.iter().map(|reject| reject_key(reject, raw));
        let ids: Vec<_> = newest.cloned().chain(rejected).collect();
        (!ids.is_empty()).then(|| Self { at: at.unwrap_or_default(), ids })
    }
}

fn sent_at(event: &Event) -> Option<i64> {
    let EventBody::Message(message) = &event.body else { return None };
    message.sent_at.map(|at| at.as_millis())
}

fn native_id(event: &Event) -> Option<&CompactString> {
    let EventBody::Message(message) = &event.body else { return None };
    Some(&message.native_id)
}

fn is_comment_of(event: &Event, post: &str) -> bool {
    let EventBody::Message(message) = &event.body else { return false };
    message.native_id != post && message.thread.as_deref() == Some(post)
}

/// The name under which an unreadable item is remembered.
fn reject_key(reject: &Reject, raw: &[u8]) -> CompactString {
    let part = reject.raw.and_then(|range| raw.get(range.start as usize..range.end as usize)).unwrap_or(raw);
    format_compact!("!{}", MessageId::derive(&[&String::from_utf8_lossy(part)]))
}

/// What of the address of the next page may be kept: where it is, without the token.
pub(crate) fn safe_part(next: &str) -> Option<String> {
    let url = Url::parse(next).ok()?;
    let kept = url.query_pairs().filter(|(key, _)| matches!(&**key, "after" | "until" | "__paging_token"));
    let query = url::form_urlencoded::Serializer::new(String::new()).extend_pairs(kept).finish();
    (!query.is_empty()).then_some(query)
}

fn step_url(account: &Account, ask: &PollAsk, step: &Step) -> Result<Url> {
    let limit = ask.limit.unwrap_or(LIMIT).clamp(1, LIMIT_MAX);
    let limit = limit.to_string();
    let mut url = if let Step::Comments(post, _) = step {
        let query = [("fields", COMMENT), ("filter", "stream"), ("order", "reverse_chronological"), ("limit", &limit)];
        address(account, &[post, "comments"], &query)?
    } else {
        let fields = match ask.source.as_str() {
            // The default order and filter hide what Facebook ranks low.
            "feed" => {
                format!("{POST},comments.filter(stream).order(reverse_chronological).limit({LIMIT}){{{COMMENT}}}")
            }
            "conversations" => CONVERSATION.to_owned(),
            "ratings" => RATING.to_owned(),
            _ => POST.to_owned(),
        };
        let mut query = vec![("fields", fields.as_str()), ("limit", &limit)];
        if ask.source == "conversations" {
            query.push(("platform", "messenger"));
        }
        address(account, &[account.page.id(), &ask.source], &query)?
    };
    if let Step::Next(next) | Step::Comments(_, next) = step {
        url.query_pairs_mut().extend_pairs(url::form_urlencoded::parse(next.as_bytes()));
    }
    Ok(url)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_secret_of_an_address_is_kept() {
        let next = "https://graph.facebook.com/v25.0/1/feed?access_token=planted&appsecret_proof=planted&limit=5\
                    &until=1768000000&__paging_token=enc_1&after=QVFI%3D";
        let kept = safe_part(next).unwrap();
        assert!(!kept.contains("planted"));
        assert_eq!(kept, "until=1768000000&__paging_token=enc_1&after=QVFI%3D");
        assert_eq!(safe_part("https://graph.facebook.com/v25.0/1/feed?access_token=planted"), None);
        assert_eq!(safe_part("nonsense"), None);
    }
}
