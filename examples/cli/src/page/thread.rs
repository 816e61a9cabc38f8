//! A thread of messages: the customer's, ours and other people's, as they stand now.

use std::collections::BTreeMap;

use careline::care::ThreadView;
use careline::model::{Assessment, Attachment, Entity, EntityKind, Message, MessageId, Origin, Pii, Span, Visibility};
use maud::{Markup, html};

use super::desk::Desk;
use super::pieces::pieces;
use super::words::{self, count, label, lang, moment, network};

/// So many messages of other people in a row are shown; more are folded away.
const OTHERS: usize = 2;
/// A text longer than this, in bytes, gets a frame of its own to scroll in.
const LONG: usize = 2400;

/// Whose a message is, seen from one case.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Side {
    /// The case's customer.
    Theirs,
    /// One of our accounts.
    Ours,
    /// Somebody else under the same post, or the customer outside this case.
    Others,
}

/// What a thread needs to know of the page it stands on.
pub(super) struct Around<'a> {
    pub(super) desk: &'a Desk,
    /// The path of the case, for links to why a message is what it is.
    pub(super) path: &'a str,
    pub(super) case: &'a careline::model::Case,
    pub(super) assessments: &'a BTreeMap<MessageId, Assessment>,
}

/// A thread.
pub(super) fn thread(around: &Around<'_>, view: &ThreadView) -> Markup {
    let thread = &view.conversation;
    let private = thread.visibility == Visibility::Private;
    html! {
        section.card.thread aria-label={ (label(thread.network.as_str())) " thread" } {
            header.card-head {
                h2 { @if private { "Private thread" } @else { "Public thread" } }
                (network(&thread.network))
                span.muted { (count(i64::try_from(thread.messages).unwrap_or(i64::MAX), "message")) ", since " (moment(thread.started_at, around.desk.now)) }
                @if !thread.rooted { span.chip { "Older messages are not known" } }
            }
            ol.messages {
                @for run in runs(around, &view.messages) {
                    @if run.side == Side::Others && run.messages.len() > OTHERS {
                        li.folded {
                            details {
                                summary { (count(run.messages.len() as i64, "message")) " by others" }
                                ol.messages { @for one in run.messages { li { (message(around, view, one, run.side)) } } }
                            }
                        }
                    } @else {
                        @for one in run.messages { li { (message(around, view, one, run.side)) } }
                    }
                }
            }
            @if view.messages_after.is_some() {
                p.muted { "The thread goes on: its first messages and all of this case are shown." }
            }
        }
    }
}

/// Messages of one side in a row.
struct Run<'a> {
    side: Side,
    messages: &'a [Message],
}

fn runs<'a>(around: &Around<'_>, messages: &'a [Message]) -> Vec<Run<'a>> {
    let chunks = messages.chunk_by(|one, next| side(around, one) == side(around, next));
    chunks.filter_map(|messages| Some(Run { side: side(around, messages.first()?), messages })).collect()
}

fn side(around: &Around<'_>, message: &Message) -> Side {
    match message.origin {
        Origin::Brand | Origin::Careline => Side::Ours,
        _ if message.case.as_ref() == Some(&around.case.id) => Side::Theirs,
        _ => Side::Others,
    }
}

fn message(around: &Around<'_>, view: &ThreadView, message: &Message, side: Side) -> Markup {
    let name = author(around.desk, view, message);
    let class = match side {
        Side::Theirs => "message theirs",
        Side::Ours => "message ours",
        Side::Others => "message others",
    };
    html! {
        article class=(class) id=(message.id) {
            (words::avatar(&name))
            div.bubble {
                p.message-head {
                    strong dir="auto" { (name) }
                    @if side == Side::Ours { span.chip.own { "Ours" } }
                    @if side == Side::Others { span.muted { "not part of this case" } }
                    span.muted { (label(message.surface.as_str())) " · " (moment(message.at(), around.desk.now)) }
                    (states(message))
                }
                (reply_to(around.desk, view, message))
                (content(around, message))
                (foot(around, message))
            }
        }
    }
}

fn author(desk: &Desk, view: &ThreadView, message: &Message) -> String {
    let known = message.author.as_ref().and_then(|id| view.authors.get(id)).map(words::name);
    known.unwrap_or_else(|| match message.origin {
        Origin::Brand | Origin::Careline => desk.brand().to_owned(),
        _ => "Unknown author".to_owned(),
    })
}

fn states(message: &Message) -> Markup {
    html! {
        @if message.visibility != Visibility::Public { span.chip.private { (label(message.visibility.as_str())) } }
        @if message.revisions.len() > 1 || message.revision > 0 { span.chip { "Edited" } }
        @if message.hidden { span.chip.warn { "Hidden" } }
        @if let Some(rating) = message.rating { span.chip { "★ " (rating.value) " of " (rating.best) } }
    }
}

fn reply_to(desk: &Desk, view: &ThreadView, message: &Message) -> Markup {
    let target = message.reply_to.as_ref();
    let parent = target.and_then(|target| view.messages.iter().find(|other| other.native_id == target.native_id));
    html! {
        @if let Some(parent) = parent {
            p.reply-to.muted { "answers " a href={ "#" (parent.id) } dir="auto" { (author(desk, view, parent)) } }
        }
    }
}

fn content(around: &Around<'_>, message: &Message) -> Markup {
    let Some(content) = &message.content else {
        return html! {
            p.gone {
                @match message.deleted_at {
                    Some(at) => { "This message was taken back, " (moment(at, around.desk.now)) "." },
                    None => "The text was erased.",
                }
            }
        };
    };
    let pii = around.assessments.get(&message.id).map_or(&[][..], |assessment| &assessment.pii);
    let language = message.gist.as_ref().map(|gist| gist.language.as_str()).or(message.language.as_deref());
    let long = content.text.len() > LONG;
    html! {
        @if !content.text.is_empty() {
            div.text.long[long] dir="auto" lang=[language.and_then(lang)] tabindex=[long.then_some("0")]
                role=[long.then_some("region")] aria-label=[long.then_some("Long text")] {
                (text(&content.text, &content.entities, pii))
            }
        }
        @if !content.attachments.is_empty() {
            ul.attachments { @for one in &content.attachments { li { (attachment(around.desk, one)) } } }
        }
    }
}

/// The words with links to follow and personal data marked.
fn text(text: &str, entities: &[Entity], pii: &[Pii]) -> Markup {
    let spans: Vec<Span> = pii.iter().map(|one| one.span).chain(entities.iter().map(|one| one.span)).collect();
    let kind = |mark: usize| entities.get(mark.checked_sub(pii.len())?);
    html! {
        @for piece in pieces(text, &spans) {
            @let private = piece.marks.iter().find_map(|mark| pii.get(*mark));
            @let entity = piece.marks.iter().find_map(|mark| kind(*mark));
            @match (private, entity) {
                (Some(private), _) => mark.ev.ev-pii title={ "Personal data: " (label(private.kind.as_str())) } { (piece.text) },
                (None, Some(entity)) => (marked_entity(entity, piece.text)),
                (None, None) => (piece.text),
            }
        }
    }
}

fn marked_entity(entity: &Entity, text: &str) -> Markup {
    html! {
        @match (&entity.kind, web_address(&entity.value)) {
            (EntityKind::Link, Some(href)) => a href=(href) rel="noopener noreferrer nofollow ugc" title=(href) { (text) },
            (EntityKind::Mention | EntityKind::Hashtag, _) => span.entity { (text) },
            _ => (text),
        }
    }
}

/// An address that a browser may open: nothing but the web.
pub(super) fn web_address(text: &str) -> Option<&str> {
    let known = url::Url::parse(text).is_ok_and(|url| matches!(url.scheme(), "http" | "https"));
    known.then_some(text)
}

fn attachment(desk: &Desk, one: &Attachment) -> Markup {
    let expired = one.url_expires_at.is_some_and(|at| at <= desk.now);
    let words = one.description.clone().unwrap_or_else(|| label(one.kind.as_str()));
    html! {
        span.chip { (label(one.kind.as_str())) } " "
        @match one.url.as_deref().and_then(web_address).filter(|_| !expired) {
            Some(href) => a href=(href) rel="noopener noreferrer nofollow ugc" dir="auto" { (words) },
            None => span dir="auto" { (words) @if expired { " (its address has run out)" } },
        }
    }
}

fn foot(around: &Around<'_>, message: &Message) -> Markup {
    let assessed = around.assessments.get(&message.id);
    let link = message.permalink.as_deref().and_then(web_address);
    html! {
        @if assessed.is_some() || link.is_some() {
            p.message-foot {
                @if let Some(assessment) = assessed {
                    (words::tier(assessment.tier))
                    span.muted { (label(assessment.intent.as_str())) ", " (label(assessment.sentiment.as_str()).to_lowercase()) }
                    a href={ (around.desk.href(around.path, &[("message", message.id.as_str())])) "#why" } { "Why?" }
                }
                @if let Some(href) = link {
                    a href=(href) rel="noopener noreferrer nofollow" { "See it on " (label(message.network.as_str())) }
                }
            }
        }
    }
}
