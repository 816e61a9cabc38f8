//! Answers of the Graph API: lists, single objects, objects keyed by id (fact sheets facebook §6 to §8, messenger §8).

use std::cell::RefCell;

use careline::intake::{Parsed, Reject};
use careline::model::{
    Attachment, AttachmentKind, Channel, Event, EventBody, Inbound, NativeAccount, ReplyTarget, Surface, Timestamp,
    Unknown, Visibility,
};
use careline::wire::{Body, Walk};
use careline::{Error, ErrorKind, Result};
use compact_str::CompactString;
use serde_json::value::RawValue;

use crate::content::{content, keep_text, of_graph, rating};
use crate::error::of_item;
use crate::messaging::reply_target;
use crate::place::{self, NETWORK, Page};
use crate::receive::{named, read_repaired};
use crate::wire::{Edge, GraphObject, Paging};

/// What was asked for, where the objects themselves do not tell.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Asked<'a> {
    /// Anything: the form of each object decides.
    Anything,
    /// Posts that name the page.
    Tagged,
    /// Comments under this post.
    CommentsOf(&'a str),
    /// Messages of a conversation.
    Messages,
}

/// One answer: its messages, and where it goes on.
#[derive(Debug, Default)]
pub(crate) struct Answer {
    pub(crate) parsed: Parsed,
    /// Whether nothing of it could be read: cut short, or no answer of the Graph API.
    pub(crate) broken: bool,
    /// Where in `parsed.events` those of the last item of the list begin.
    pub(crate) last_item: usize,
    /// The address of the next page, token and all.
    pub(crate) next: Option<String>,
    /// Posts whose comments go on elsewhere: id and address of the next page.
    pub(crate) more_comments: Vec<(CompactString, String)>,
}

/// Reads an answer of any form.
pub(crate) fn read(raw: &[u8], account: &NativeAccount, asked: Asked<'_>, now: Timestamp) -> Answer {
    let page = Page::new(&account.native_id);
    let rest = RefCell::new(Answer { broken: true, ..Answer::default() });
    let parsed = read_repaired(raw, Some(account), |body| {
        let mut reader = Reader { body, page: &page, now, answer: Answer::default() };
        let mut walk = Walk::new(body.as_str());
        reader.answer(&mut walk, asked, true)?;
        walk.end()?;
        let parsed = std::mem::take(&mut reader.answer.parsed);
        rest.replace(reader.answer);
        Ok(parsed)
    });
    Answer { parsed, ..rest.into_inner() }
}

struct Reader<'a> {
    body: &'a Body<'a>,
    page: &'a Page,
    now: Timestamp,
    answer: Answer,
}

impl<'a> Reader<'a> {
    /// A list, `{"data": […], "paging": …}`, one object, or `{"<id>": object, …}`; keyed answers may hold lists.
    fn answer(&mut self, walk: &mut Walk<'a>, asked: Asked<'_>, keyed: bool) -> Result<()> {
        if walk.peek() == Some(b'[') {
            return walk.items(|walk| self.item(walk, asked));
        }
        let start = *walk;
        let (mut listed, mut failed, mut is_object) = (false, None, false);
        let mut members = Vec::new();
        walk.members(|key, walk| match (key, walk.peek()) {
            ("data", Some(b'[')) => {
                listed = true;
                walk.items(|walk| self.item(walk, asked))
            }
            ("paging", _) => {
                self.answer.next = walk.value::<Paging<'_>>()?.value.unwrap_or_default().next.owned();
                Ok(())
            }
            ("error", Some(b'{')) => {
                failed = Some(walk.skip()?);
                Ok(())
            }
            (_, byte) => {
                // Objects have texts and numbers; an answer by ids has nothing but objects.
                is_object |= !matches!(byte, Some(b'{')) || matches!(key, "data" | "from");
                members.push(*walk);
                walk.skip().map(drop)
            }
        })?;
        if listed {
            return Ok(());
        }
        if let Some(error) = failed {
            self.reject(error, of_item(error));
            return Ok(());
        }
        if is_object {
            return self.item(&mut { start }, asked);
        }
        if members.is_empty() && self.answer.next.is_none() {
            return Ok(());
        }
        if !keyed || members.is_empty() {
            return Err(Error::new(ErrorKind::InputInvalid, "an answer without `data`"));
        }
        members.into_iter().try_for_each(|mut walk| self.answer(&mut walk, asked, false))
    }

    fn item(&mut self, walk: &mut Walk<'a>, asked: Asked<'_>) -> Result<()> {
        self.answer.last_item = self.answer.parsed.events.len();
        self.object(walk, asked)
    }

    fn object(&mut self, walk: &mut Walk<'a>, asked: Asked<'_>) -> Result<()> {
        let found = walk.value::<GraphObject<'_>>()?;
        match found.value {
            Ok(object) => self.add(object, found.part, asked),
            Err(error) => match Body::read(found.part.as_bytes()).repair() {
                Some(fixed) => {
                    self.answer.parsed.repaired = true;
                    match fixed.parse::<GraphObject<'_>>() {
                        Ok(mut object) => {
                            // The lists inside are read from the untouched text, so that their places are known.
                            let (comments, messages) = lists_of(found.part);
                            (object.comments, object.messages) = (None, None);
                            self.with_lists(object, found.part, asked, comments, messages)
                        }
                        Err(error) => self.reject(found.part, error),
                    }
                }
                None => self.reject(found.part, error),
            },
        }
        Ok(())
    }

    fn add(&mut self, mut object: GraphObject<'a>, part: &'a str, asked: Asked<'_>) {
        let (comments, messages) = (object.comments.take(), object.messages.take());
        self.with_lists(object, part, asked, comments.map(RawValue::get), messages.map(RawValue::get));
    }

    fn with_lists(
        &mut self,
        object: GraphObject<'_>,
        part: &'a str,
        asked: Asked<'_>,
        comments: Option<&'a str>,
        messages: Option<&'a str>,
    ) {
        if is_conversation(&object) || messages.is_some() {
            match messages {
                Some(list) => drop(self.nested(list, Asked::Messages)),
                // Its messages were not asked for: it says that there is a thread, and nothing in it.
                None => self.event(part, EventBody::Unknown(Unknown { name: "conversation".into() })),
            }
            return;
        }
        let post = object.id.compact();
        match self.message(object, asked) {
            Ok(message) => self.event(part, EventBody::Message(Box::new(message))),
            Err(error) => self.reject(part, error),
        }
        if let (Some(list), Some(post)) = (comments, post)
            && let Some(next) = self.nested(list, Asked::CommentsOf(&post))
        {
            self.answer.more_comments.push((post, next));
        }
    }

    /// Reads a list inside an object and returns the address of its next page.
    fn nested(&mut self, list: &'a str, asked: Asked<'_>) -> Option<String> {
        let mut next = None;
        let walked = Walk::new(list).members(|key, walk| match (key, walk.peek()) {
            ("data", Some(b'[')) => walk.items(|walk| self.object(walk, asked)),
            ("paging", _) => {
                next = walk.value::<Paging<'_>>()?.value.unwrap_or_default().next.owned();
                Ok(())
            }
            _ => walk.skip().map(drop),
        });
        if let Err(error) = walked {
            self.reject(list, error);
        }
        next
    }

    fn message(&self, object: GraphObject<'_>, asked: Asked<'_>) -> Result<Inbound> {
        match asked {
            Asked::Messages => direct_message(self.page, object),
            Asked::CommentsOf(post) => comment(self.page, object, Some(post)),
            Asked::Tagged => post(self.page, object, Surface::Mention),
            Asked::Anything if is_direct_message(&object) => direct_message(self.page, object),
            Asked::Anything if is_review(&object) => review(self.page, object),
            Asked::Anything if is_comment(&object) => comment(self.page, object, None),
            Asked::Anything => post(self.page, object, Surface::Post),
        }
    }

    fn event(&mut self, part: &str, body: EventBody) {
        let body = match named(body) {
            Ok(body) => body,
            Err(error) => return self.reject(part, error),
        };
        let event = Event::new(self.page.account.clone(), Channel::Poll, self.now, body).at(self.body.range_of(part));
        self.answer.parsed.events.push(event);
    }

    fn reject(&mut self, part: &str, error: Error) {
        let account = Some(self.page.account.clone());
        self.answer.parsed.rejects.push(Reject { account, raw: self.body.range_of(part), error });
    }
}

/// The lists inside an object, as text.
fn lists_of(part: &str) -> (Option<&str>, Option<&str>) {
    let (mut comments, mut messages) = (None, None);
    let walked = Walk::new(part).members(|key, walk| {
        let value = walk.skip()?;
        match key {
            "comments" => comments = Some(value),
            "messages" => messages = Some(value),
            _ => {}
        }
        Ok(())
    });
    if walked.is_ok() { (comments, messages) } else { (None, None) }
}

fn is_conversation(object: &GraphObject<'_>) -> bool {
    object.participants.is_some()
        || object.message_count.is_some()
        || object.id.get().is_some_and(|id| id.starts_with("t_"))
}

fn is_direct_message(object: &GraphObject<'_>) -> bool {
    object.to.is_some() || object.id.get().is_some_and(|id| id.starts_with("m_") || id.starts_with("mid."))
}

fn is_review(object: &GraphObject<'_>) -> bool {
    object.recommendation_type.get().is_some()
        || object.reviewer.is_some()
        || object.has_review.is_some()
        || object.has_rating.is_some()
        || object.open_graph_story.is_some()
}

fn is_comment(object: &GraphObject<'_>) -> bool {
    object.parent.is_some()
        || object.attachment.is_some()
        || object.comment_count.is_some()
        || object.can_comment.is_some()
        || object.can_hide.is_some()
        || object.can_reply_privately.is_some()
        || object.is_private.0.is_some()
        || object.permalink_url.get().is_some_and(|link| link.contains("comment_id="))
}

fn post(page: &Page, object: GraphObject<'_>, surface: Surface) -> Result<Inbound> {
    let id = object.id.compact().ok_or_else(|| missing("an object without `id`"))?;
    let mut message = Inbound::new(NETWORK, id.clone(), surface, Visibility::Public);
    message.author = person(page, &object);
    message.sent_at = object.created_time.0;
    message.thread = Some(id);
    message.permalink = object.permalink_url.owned();
    message.hidden = object.is_hidden.0;
    message.content = content(object.message, object.message_tags);
    message.content.attachments = of_graph(object.attachments.map(|list| list.data).unwrap_or_default());
    Ok(message)
}

/// A comment. Its post is the one it was asked under, or the one in its address, or the one in its id, on this page.
fn comment(page: &Page, object: GraphObject<'_>, post: Option<&str>) -> Result<Inbound> {
    let linked = object.permalink_url.get().and_then(place::read_comment_link);
    let own = object.id.compact().or_else(|| linked.as_ref().map(|linked| linked.comment.clone()));
    let own = own.ok_or_else(|| missing("a comment without `id`, and with no address that tells it"))?;
    let post = post
        .map(CompactString::new)
        .or_else(|| linked.as_ref().map(|linked| linked.post.clone()))
        .or_else(|| place::owner(&own).map(|post| page.post(post)));
    let parent = match (object.parent.as_ref().and_then(|parent| parent.id.get()), &post) {
        (Some(parent), Some(post)) => place::parent_comment(post, parent, &own),
        (Some(parent), None) => Some(parent.into()),
        (None, _) => linked.and_then(|linked| linked.parent),
    };
    let visibility = if object.is_private.is_set() { Visibility::Restricted } else { Visibility::Public };
    let root = place::renamed(post.as_deref(), &own);
    let mut message = Inbound::new(NETWORK, own, Surface::Comment, visibility);
    message.root_id = root;
    message.author = person(page, &object);
    message.sent_at = object.created_time.0;
    message.hidden = object.is_hidden.0;
    let answered = object.parent.and_then(|parent| parent.from).and_then(|from| from.id.compact());
    message.reply_to = match parent {
        Some(parent) => Some(ReplyTarget { native_id: parent, author: answered }),
        None => post.clone().map(reply_target),
    };
    message.permalink = object.permalink_url.owned();
    message.thread = post;
    message.content = content(object.message, object.message_tags);
    message.content.attachments = of_graph(object.attachment.into_iter().collect());
    Ok(message)
}

fn review(page: &Page, object: GraphObject<'_>) -> Result<Inbound> {
    let story = object.open_graph_story.and_then(|story| story.id.compact());
    let id = story.or(object.id.compact()).ok_or_else(|| missing("a recommendation without `open_graph_story`"))?;
    let mut message = Inbound::new(NETWORK, id.clone(), Surface::Review, Visibility::Public);
    message.author = object.reviewer.and_then(|reviewer| Some(page.person(reviewer.id.get()?, reviewer.name.get())));
    message.sent_at = object.created_time.0;
    message.rating = rating(&object.rating, &object.recommendation_type);
    message.thread = Some(id);
    message.content = content(object.review_text, None);
    keep_text(&mut message.content.extensions, "recommendation_type", object.recommendation_type);
    Ok(message)
}

fn direct_message(page: &Page, object: GraphObject<'_>) -> Result<Inbound> {
    let id = object.id.compact().ok_or_else(|| missing("a message without `id`"))?;
    let to = object.to.unwrap_or(Edge { data: Vec::new() }).data;
    let mut message = Inbound::new(page.messenger(), id, Surface::DirectMessage, Visibility::Private);
    message.author = object.from.as_ref().and_then(|from| page.correspondent(from));
    if object.from.as_ref().is_some_and(|from| from.id.is(page.id())) {
        message.recipient = to.iter().find(|to| !to.id.is(page.id())).and_then(|to| page.correspondent(to));
    }
    message.sent_at = object.created_time.0;
    message.thread =
        object.from.iter().chain(&to).filter_map(place::contact).find(|id| *id != page.id()).map(CompactString::new);
    message.reply_to = object.reply_to.and_then(|reply| reply.mid.compact()).map(reply_target);
    message.content = content(object.message, None);
    message.content.attachments = of_graph(object.attachments.map(|list| list.data).unwrap_or_default());
    if message.content.attachments.is_empty() {
        let sticker = |url| Attachment { url: Some(url), ..Attachment::new(AttachmentKind::Sticker) };
        message.content.attachments.extend(object.sticker.owned().map(sticker));
    }
    Ok(message)
}

fn person(page: &Page, object: &GraphObject<'_>) -> Option<careline::model::Profile> {
    let from = object.from.as_ref()?;
    Some(page.person(from.id.get()?, from.name.get()))
}

fn missing(what: &str) -> Error {
    Error::new(ErrorKind::InputInvalid, what)
}
