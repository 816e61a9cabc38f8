//! `changes` of a page: posts, comments, mentions, recommendations and what happens to them (fact sheet facebook §4, §5).

use std::mem::take;

use careline::model::{
    AttachmentKind, Deleted, EventBody, Hidden, Inbound, Reaction, ReplyTarget, Surface, Timestamp, Unknown, Visibility,
};
use careline::{Error, ErrorKind, Result};
use compact_str::{CompactString, format_compact};
use serde_json::Value;
use serde_json::value::RawValue;

use crate::content::{attachment, content, keep_text, rating};
use crate::place::{self, NETWORK, Page};
use crate::wire::{Change, ChangeName, ChangeValue, Scalar};

/// What a change says. `at` is the time of the entry it stands in.
pub(crate) fn event(page: &Page, change: Change<'_>, at: Option<Timestamp>) -> Result<EventBody> {
    let field = change.field;
    let Some(mut value) = change.value else { return Ok(unknown(&field, None)) };
    let at = at.or(value.created_time.0);
    match field.get() {
        Some("feed") => feed(page, &field, &mut value, at),
        Some("mention") => mention(page, &field, &mut value, at),
        Some("ratings") => ratings(page, &field, &mut value, at),
        _ => Ok(unknown(&field, None)),
    }
}

/// A change that cannot be read because it is of a kind with values of another form.
pub(crate) fn of_unknown_kind(text: &str) -> Option<EventBody> {
    let name: ChangeName<'_> = serde_json::from_str(text).ok()?;
    let field = name.field.get()?;
    (!matches!(field, "feed" | "mention" | "ratings")).then(|| unknown(&name.field, None))
}

fn feed(page: &Page, field: &Scalar<'_>, value: &mut ChangeValue<'_>, at: Option<Timestamp>) -> Result<EventBody> {
    let Some(target) = Target::of(page, value) else { return nothing_named(field, value) };
    match (value.item.get().unwrap_or_default(), value.verb.get().unwrap_or_default()) {
        ("comment", "add") => Ok(comment(page, value, target)),
        ("comment", "edited" | "edit") => Ok(edited(comment(page, value, target), at)),
        ("reaction" | "like", verb @ ("add" | "edit" | "edited" | "remove")) => {
            let removed = verb == "remove";
            Ok(reaction(page, value, target, removed, at))
        }
        ("post" | "status" | "photo" | "video" | "share" | "album" | "event" | "link", "add") => {
            Ok(post(page, value, target, Surface::Post))
        }
        ("post" | "status" | "photo" | "video" | "share" | "album" | "event" | "link", "edited" | "edit") => {
            Ok(edited(post(page, value, target, Surface::Post), at))
        }
        ("comment" | "post" | "status" | "photo" | "video" | "share" | "album" | "event" | "link", verb) => {
            Ok(moderated(target.into_root(), verb, at).unwrap_or_else(|| unknown(field, Some(value))))
        }
        _ => Ok(unknown(field, Some(value))),
    }
}

fn mention(page: &Page, field: &Scalar<'_>, value: &mut ChangeValue<'_>, at: Option<Timestamp>) -> Result<EventBody> {
    let Some(target) = Target::of(page, value) else { return nothing_named(field, value) };
    let is_comment = target.is_comment;
    let naming = |body: EventBody| match body {
        EventBody::Message(mut message) => {
            message.surface = Surface::Mention;
            EventBody::Message(message)
        }
        other => other,
    };
    match value.verb.get().unwrap_or_default() {
        "add" if is_comment => Ok(naming(comment(page, value, target))),
        "add" => Ok(post(page, value, target, Surface::Mention)),
        "edited" | "edit" if is_comment => Ok(edited(naming(comment(page, value, target)), at)),
        "edited" | "edit" => Ok(edited(post(page, value, target, Surface::Mention), at)),
        verb => Ok(moderated(target.into_root(), verb, at).unwrap_or_else(|| unknown(field, Some(value)))),
    }
}

fn ratings(page: &Page, field: &Scalar<'_>, value: &mut ChangeValue<'_>, at: Option<Timestamp>) -> Result<EventBody> {
    let story = value.rare.as_ref().and_then(|rare| rare.open_graph_story_id.get());
    let story = story.or(value.post_id.get().map(place::last)).map(CompactString::new);
    let Some(story) = story else { return nothing_named(field, value) };
    let target = match value.comment_id.get() {
        Some(id) => Target {
            id: id.into(),
            root: place::renamed(value.post_id.get(), id),
            post: Some(story.clone()),
            parent: None,
            is_comment: true,
        },
        None => Target { id: story.clone(), root: None, post: Some(story), parent: None, is_comment: false },
    };
    match (value.item.get().unwrap_or_default(), value.verb.get().unwrap_or_default()) {
        ("rating", "add") => Ok(review(page, value, target)),
        ("rating", "edit" | "edited") => Ok(edited(review(page, value, target), at)),
        ("comment", "add") if target.is_comment => Ok(comment(page, value, target)),
        ("comment", "edit" | "edited") if target.is_comment => Ok(edited(comment(page, value, target), at)),
        ("reaction" | "like", verb @ ("add" | "edit" | "edited" | "remove")) => {
            let removed = verb == "remove";
            Ok(reaction(page, value, target, removed, at))
        }
        ("rating" | "comment", verb) => {
            Ok(moderated(target.into_root(), verb, at).unwrap_or_else(|| unknown(field, Some(value))))
        }
        _ => Ok(unknown(field, Some(value))),
    }
}

/// What a change is about.
struct Target {
    /// Its id as Facebook writes it here.
    id: CompactString,
    /// Its one id, where that is another: under it all deliveries are one message.
    root: Option<CompactString>,
    post: Option<CompactString>,
    /// The comment that a comment answers.
    parent: Option<CompactString>,
    is_comment: bool,
}

impl Target {
    fn of(page: &Page, value: &ChangeValue<'_>) -> Option<Self> {
        let post = value.post_id.get().map(|id| page.post(id));
        let Some(id) = value.comment_id.get() else {
            // A comment without its own id is none, whatever post it stands under.
            let id = post.clone().filter(|_| !value.item.is("comment"))?;
            return Some(Self { id, root: None, post, parent: None, is_comment: false });
        };
        let parent = match (&post, value.parent_id.get()) {
            (Some(post), Some(parent)) => place::parent_comment(post, parent, id),
            _ => None,
        };
        Some(Self { id: id.into(), root: place::renamed(post.as_deref(), id), post, parent, is_comment: true })
    }

    fn into_root(self) -> CompactString {
        self.root.unwrap_or(self.id)
    }
}

fn comment(page: &Page, value: &mut ChangeValue<'_>, target: Target) -> EventBody {
    let Target { id, root, post, parent, .. } = target;
    let link = post.as_deref().and_then(|post| place::comment_link(post, parent.as_deref(), &id));
    let mut message = Inbound::new(CompactString::const_new(NETWORK), id, Surface::Comment, Visibility::Public);
    message.root_id = root;
    message.author = author(page, value);
    message.sent_at = value.created_time.0;
    let rare = value.rare.take();
    message.hidden = rare.as_ref().and_then(|rare| rare.is_hidden.0);
    message.reply_to = parent.or_else(|| post.clone()).map(|native_id| ReplyTarget { native_id, author: None });
    message.permalink = link;
    message.thread = post;
    message.content = content(take(&mut value.message), rare.as_ref().and_then(|rare| rare.message_tags));
    if let Some(rare) = rare {
        message.content.attachments.extend(attachment(AttachmentKind::Image, rare.photo));
        message.content.attachments.extend(attachment(AttachmentKind::Video, rare.video));
    }
    if let Some(post) = value.post.take() {
        if !post.promotion_status.is("inactive") {
            keep_text(&mut message.content.extensions, "promotion_status", post.promotion_status);
        }
        if post.is_published.0 == Some(false) {
            message.content.extensions.insert("is_published".into(), Value::Bool(false));
        }
    }
    EventBody::Message(Box::new(message))
}

fn post(page: &Page, value: &mut ChangeValue<'_>, target: Target, surface: Surface) -> EventBody {
    let mut message = Inbound::new(NETWORK, target.id.clone(), surface, Visibility::Public);
    message.author = author(page, value);
    message.sent_at = value.created_time.0;
    let rare = value.rare.take().map(|rare| *rare).unwrap_or_default();
    message.hidden = rare.is_hidden.0;
    message.thread = Some(target.id);
    message.permalink = value.post.take().and_then(|post| post.permalink_url).and_then(written);
    message.content = content(take(&mut value.message), rare.message_tags);
    let attachments = &mut message.content.attachments;
    let link = match value.item.get() {
        Some("photo") => AttachmentKind::Image,
        Some("video") => AttachmentKind::Video,
        _ => AttachmentKind::Share,
    };
    let native_id = if link == AttachmentKind::Video { &rare.video_id } else { &rare.photo_id }.compact();
    attachments.extend(attachment(link, rare.link).map(|mut linked| {
        linked.native_id = native_id;
        linked
    }));
    attachments.extend(attachment(AttachmentKind::Image, rare.photo));
    attachments
        .extend(rare.photos.unwrap_or_default().into_iter().filter_map(|url| attachment(AttachmentKind::Image, url)));
    attachments.extend(attachment(AttachmentKind::Video, rare.video));
    keep_text(&mut message.content.extensions, "item", take(&mut value.item));
    if rare.published.0 == Some(false) {
        message.visibility = Visibility::Restricted;
        message.content.extensions.insert("published".into(), Value::Bool(false));
    }
    EventBody::Message(Box::new(message))
}

fn review(page: &Page, value: &mut ChangeValue<'_>, target: Target) -> EventBody {
    let mut message = Inbound::new(NETWORK, target.id.clone(), Surface::Review, Visibility::Public);
    message.author = author(page, value);
    message.sent_at = value.created_time.0;
    let rare = value.rare.take().map(|rare| *rare).unwrap_or_default();
    message.rating = rating(&rare.rating, &rare.recommendation_type);
    message.thread = Some(target.id);
    message.content = content(rare.review_text, None);
    keep_text(&mut message.content.extensions, "recommendation_type", rare.recommendation_type);
    EventBody::Message(Box::new(message))
}

/// An edit is a revision numbered by the time of its entry. When the text was first written it does not tell:
/// `created_time` is that of the edit.
fn edited(body: EventBody, at: Option<Timestamp>) -> EventBody {
    let EventBody::Message(mut message) = body else { return body };
    let time = message.sent_at.take().max(at);
    message.revision = time.and_then(|time| u64::try_from(time.as_millis()).ok()).unwrap_or(1).max(1);
    EventBody::Message(message)
}

/// `remove`, `hide` and `unhide`; `None` for any other verb.
fn moderated(native_id: CompactString, verb: &str, at: Option<Timestamp>) -> Option<EventBody> {
    let scope = CompactString::const_new(NETWORK);
    Some(match verb {
        "remove" => EventBody::Deleted(Deleted { scope, native_id, at }),
        "hide" | "unhide" => EventBody::Hidden(Hidden { scope, native_id, hidden: verb == "hide", at }),
        _ => return None,
    })
}

fn reaction(page: &Page, value: &ChangeValue<'_>, target: Target, removed: bool, at: Option<Timestamp>) -> EventBody {
    EventBody::Reaction(Reaction {
        scope: CompactString::const_new(NETWORK),
        native_id: target.into_root(),
        by: author(page, value),
        reaction: value
            .rare
            .as_ref()
            .and_then(|rare| rare.reaction_type.compact())
            .unwrap_or(CompactString::const_new("like")),
        sole: true,
        removed,
        at: value.created_time.0.or(at),
    })
}

/// A string as it stands in the body, read.
fn written(raw: &RawValue) -> Option<String> {
    serde_json::from_str::<Scalar<'_>>(raw.get()).ok()?.owned()
}

/// Who did it: `from`, or the flat fields of older versions; absent where the app may not know.
fn author(page: &Page, value: &ChangeValue<'_>) -> Option<careline::model::Profile> {
    if let Some(from) = &value.from
        && let Some(id) = from.id.get()
    {
        return Some(page.person(id, from.name.get()));
    }
    let rare = value.rare.as_ref()?;
    let id = rare.sender_id.get().or(rare.reviewer_id.get()).or(rare.user_id.get())?;
    Some(page.person(id, rare.sender_name.get().or(rare.reviewer_name.get())))
}

/// A comment must name itself; anything else without an id is of a kind that has none, such as a like of the page.
fn nothing_named(field: &Scalar<'_>, value: &ChangeValue<'_>) -> Result<EventBody> {
    if value.item.is("comment") {
        return Err(Error::new(ErrorKind::InputInvalid, "a comment without `comment_id`"));
    }
    if value.item.get().is_none() && value.verb.get().is_none() {
        return Err(Error::new(ErrorKind::InputInvalid, "a change without `item`, `verb` and `post_id`"));
    }
    Ok(unknown(field, Some(value)))
}

fn unknown(field: &Scalar<'_>, value: Option<&ChangeValue<'_>>) -> EventBody {
    let field = field.get().unwrap_or("change");
    let name = match value.and_then(|value| Some((value.item.get()?, value.verb.get().unwrap_or_default()))) {
        Some((item, verb)) => format_compact!("{field}/{item}/{verb}"),
        None => field.into(),
    };
    EventBody::Unknown(Unknown { name })
}
