//! Posts and direct messages as the model has them.
//!
//! A message depends on the post alone, never on the account that saw it or the way it came.

use std::collections::BTreeSet;

use careline::model::{
    Attachment, AttachmentKind, Content, Deleted, EntityKind, EventBody, Hidden, Inbound, NetworkName, Profile,
    Reaction, ReplyTarget, Signal, Surface, Timestamp, Visibility,
};
use careline::wire::{Id, Text};
use careline::{Error, ErrorKind, Result};
use compact_str::CompactString;
use serde_json::{Map, Value, json};

use crate::text::marked;
use crate::uri::{AtUri, did_in, is_did};
use crate::wire::{Author, Blob, ChatMessage, ChatReaction, Embed, Item, Label, LenientList, Media, Record};

/// The name of this network.
pub const NETWORK: NetworkName = NetworkName::new("bluesky");

/// DIDs, AT-URIs and the ids of direct messages mean the same everywhere.
pub(crate) const SCOPE: CompactString = CompactString::const_new("bluesky");

/// The collection of posts.
pub(crate) const POSTS: &str = "app.bsky.feed.post";

/// What [`Content::extensions`] says of a post that shows another one: `{"uri", "did"}`.
pub(crate) const QUOTE: &str = "quote";
/// What [`Content::extensions`] says of a post that may not be answered by us, and why.
pub(crate) const CLOSED: &str = "closed";
/// What moderation services say about a post and its author, in [`Content::extensions`].
pub(crate) const LABELS: &str = "labels";

/// How much earlier than the service saw it a post may have been written: what was imported claims years.
const LONGEST_WAY_MS: i64 = 24 * 3_600_000;
/// How much later, by a clock that is fast.
const FAST_CLOCK_MS: i64 = 5 * 60_000;

/// A post with what the service says about it.
pub(crate) struct Post<'p, 'a> {
    pub(crate) uri: &'p str,
    pub(crate) author: Option<&'p Author<'a>>,
    pub(crate) record: &'p Record<'a>,
    /// The item it stands in, where the service shows one.
    pub(crate) view: Option<&'p Item<'a>>,
    /// When the service saw it, by its own clock.
    pub(crate) seen_at: Option<Timestamp>,
}

impl Post<'_, '_> {
    /// The message; a record of another kind is `unknown`.
    pub(crate) fn message(&self) -> Result<EventBody> {
        let address = AtUri::parse(self.uri).ok_or_else(|| invalid("`uri` is no address of a record"))?;
        let collection = self.record.kind.as_deref().or(address.collection).unwrap_or_default();
        if collection != POSTS {
            return Ok(unknown(collection));
        }
        let (Some(did), Some(rkey)) = (address.did(), address.rkey) else {
            return Err(invalid("`uri` does not name a record of an account"));
        };
        let text = self.record.text.as_deref().ok_or_else(|| invalid("`text` is missing"))?;
        let (text, entities) = marked(text, self.record.facets.0.as_deref().unwrap_or_default());
        let mut message = Inbound::new(SCOPE, self.uri, Surface::Post, Visibility::Public);
        message.author = Some(self.author(did));
        message.sent_at = plausible(self.record.created_at.0.as_ref().and_then(time), self.seen_at);
        message.reply_to = self.answered();
        message.thread = message.reply_to.as_ref().and_then(|_| self.root());
        message.permalink = Some(permalink(did, rkey));
        message.language = self.record.langs.items().find_map(language);
        message.content = Content { text, entities, attachments: self.attachments(did), extensions: self.extensions() };
        message.surface = surface(&message);
        Ok(EventBody::Message(Box::new(message)))
    }

    /// Whose repository it stands in, and how they look where the service shows that.
    fn author(&self, did: &str) -> Profile {
        let shown = self.author.and_then(profile).filter(|profile| profile.native_id == did);
        shown.unwrap_or_else(|| named(did))
    }

    fn answered(&self) -> Option<ReplyTarget> {
        let parent = self.record.reply.0.as_ref()?.parent.0.as_ref()?.uri.0.as_deref()?;
        AtUri::parse(parent)?;
        Some(ReplyTarget { native_id: parent.into(), author: did_in(parent).map(Into::into) })
    }

    fn root(&self) -> Option<CompactString> {
        let root = self.record.reply.0.as_ref()?.root.0.as_ref()?.uri.0.as_deref()?;
        AtUri::parse(root).map(|_| root.into())
    }

    /// What hangs on it. The service's view has the addresses, the record the rest.
    fn attachments(&self, did: &str) -> Vec<Attachment> {
        let Some(embed) = self.record.embed.0.as_ref() else { return Vec::new() };
        let (media, view) = (embed.media(), self.view.and_then(|view| view.embed.0.as_ref()).map(Embed::media));
        let shown: Vec<_> = view.map(|view| view.images.items().collect()).unwrap_or_default();
        let pictures = media.images.items().enumerate().map(|(nth, picture)| {
            let blob = picture.image.0.as_ref();
            let mut attachment = attachment(AttachmentKind::Image, blob, picture.alt.0.as_ref());
            let address = shown.get(nth).and_then(|shown| shown.fullsize.0.as_deref()).map(str::to_owned);
            attachment.url = address.or_else(|| Some(picture_address(did, blob?.cid()?)));
            attachment
        });
        let video = media.video.0.as_ref().map(|video| {
            let mut attachment = attachment(AttachmentKind::Video, Some(video), media.alt.0.as_ref());
            attachment.url = view.and_then(|view| view.playlist.0.as_deref()).map(str::to_owned);
            attachment
        });
        pictures.chain(video).collect()
    }

    /// What only this network has.
    fn extensions(&self) -> Map<String, Value> {
        let mut extensions = Map::new();
        if let Some(embed) = self.record.embed.0.as_ref() {
            show(embed, &mut extensions);
        }
        let warned = self.record.labels.0.as_ref().map(|labels| values(&labels.values)).unwrap_or_default();
        if !warned.is_empty() {
            extensions.insert("self_labels".to_owned(), json!(warned));
        }
        let mut labels = self.view.map(|view| values(&view.labels)).unwrap_or_default();
        labels.extend(self.author.map(|author| values(&author.labels)).unwrap_or_default());
        if !labels.is_empty() {
            extensions.insert(LABELS.to_owned(), json!(labels));
        }
        if let Some(why) = self.closed() {
            extensions.insert(CLOSED.to_owned(), why.into());
        }
        extensions
    }

    /// Why we may not answer it, where the service says so.
    fn closed(&self) -> Option<&'static str> {
        let here = self.view.and_then(|view| view.viewer.0.as_ref());
        let author = self.author.and_then(|author| author.viewer.0.as_ref());
        if author.is_some_and(|viewer| viewer.blocked_by.0 == Some(true)) {
            return Some("blocked");
        }
        here.filter(|viewer| viewer.reply_disabled.0 == Some(true)).map(|_| "reply_disabled")
    }
}

/// A direct message in the thread `convo`, among these people.
pub(crate) fn direct(
    message: &ChatMessage<'_>,
    convo: Option<&Id<'_>>,
    people: &LenientList<Author<'_>>,
    us: &str,
) -> Result<EventBody> {
    let id = message.id.as_ref().ok_or_else(|| invalid("`id` is missing"))?;
    let text = message.text.as_deref().ok_or_else(|| invalid("`text` is missing"))?;
    let sender = message.sender.as_ref().and_then(|sender| sender.did.as_deref());
    let sender = sender.ok_or_else(|| invalid("`sender` is missing"))?;
    let (text, entities) = marked(text, message.facets.0.as_deref().unwrap_or_default());
    let mut direct = Inbound::new(SCOPE, id.compact(), Surface::DirectMessage, Visibility::Private);
    direct.author = Some(person(people, sender));
    direct.recipient = recipient(people, sender, us);
    direct.sent_at = message.sent_at.as_ref().and_then(time);
    direct.thread = convo.map(Id::compact);
    direct.reply_to = message.reply_to.0.as_ref().and_then(|parent| {
        let id = parent.id.as_ref().or(parent.message_id.as_ref())?;
        let author = parent.sender.0.as_ref().and_then(|sender| sender.did.as_deref()).map(Into::into);
        Some(ReplyTarget { native_id: id.compact(), author })
    });
    direct.content = Content { text, entities, ..Content::default() };
    if let Some(embed) = message.embed.0.as_ref() {
        show(embed, &mut direct.content.extensions);
    }
    Ok(EventBody::Message(Box::new(direct)))
}

/// Whom a direct message is to: us, or the only other one where we wrote it.
fn recipient(people: &LenientList<Author<'_>>, sender: &str, us: &str) -> Option<Profile> {
    if sender != us {
        return Some(named(us));
    }
    let mut others = people.items().filter_map(profile).filter(|person| person.native_id != us);
    others.next().filter(|_| others.next().is_none())
}

fn person(people: &LenientList<Author<'_>>, did: &str) -> Profile {
    people.items().filter_map(profile).find(|person| person.native_id == did).unwrap_or_else(|| named(did))
}

/// Where a browser finds a post (fact sheet §5).
pub(crate) fn permalink(did: &str, rkey: &str) -> String {
    ["https://bsky.app/profile/", did, "/post/", rkey].concat()
}

/// A person of whom only the DID is known.
pub(crate) fn named(did: &str) -> Profile {
    let mut profile = Profile::new(SCOPE, did);
    profile.url = Some(["https://bsky.app/profile/", did].concat());
    profile
}

/// Somebody as the service shows them; `None` without a DID.
pub(crate) fn profile(author: &Author<'_>) -> Option<Profile> {
    let mut profile = named(author.did.as_deref().filter(|did| is_did(did))?);
    let text = |part: &Option<Text<'_>>| part.as_deref().filter(|text| !text.is_empty()).map(str::to_owned);
    // The service's word for a handle that does not lead back to the account.
    profile.handle = text(&author.handle).filter(|handle| handle != "handle.invalid").map(Into::into);
    profile.name = text(&author.display_name).map(Into::into);
    profile.avatar_url = text(&author.avatar);
    Some(profile)
}

/// Somebody liked or reposted a post.
pub(crate) fn reaction(word: &str, to: &str, by: Option<Profile>, at: Option<Timestamp>) -> EventBody {
    let reaction = word.into();
    EventBody::Reaction(Reaction { scope: SCOPE, native_id: to.into(), by, reaction, sole: false, removed: false, at })
}

/// Somebody put an emoji on a direct message, or took it back.
pub(crate) fn direct_reaction(on: CompactString, reaction: &ChatReaction<'_>, removed: bool) -> Option<EventBody> {
    Some(EventBody::Reaction(Reaction {
        scope: SCOPE,
        native_id: on,
        by: reaction.sender.as_ref().and_then(profile),
        reaction: reaction.value.as_deref().filter(|value| !value.is_empty())?.into(),
        sole: false,
        removed,
        at: reaction.created_at.as_ref().and_then(time),
    }))
}

/// Something in a private thread that is no message.
pub(crate) fn signal(name: &str, convo: &Id<'_>) -> EventBody {
    let (thread, extensions) = (convo.compact(), Map::new());
    EventBody::Signal(Signal { name: name.into(), scope: SCOPE, thread, by: None, at: None, extensions })
}

/// A message was taken back.
pub(crate) fn deleted(native_id: impl Into<CompactString>, at: Option<Timestamp>) -> EventBody {
    EventBody::Deleted(Deleted { scope: SCOPE, native_id: native_id.into(), at })
}

/// A block stands between its author and us, so that it is not shown to us.
pub(crate) fn blocked(uri: &str) -> EventBody {
    EventBody::Hidden(Hidden { scope: SCOPE, native_id: uri.into(), hidden: true, at: None })
}

/// A kind that says nothing to care, by the network's word.
pub(crate) fn unknown(name: &str) -> EventBody {
    let name = if name.is_empty() { "object" } else { name };
    EventBody::Unknown(careline::model::Unknown { name: name.into() })
}

pub(crate) fn invalid(what: &'static str) -> Error {
    Error::new(ErrorKind::InputInvalid, what)
}

/// A time of the wire.
pub(crate) fn time(text: &Text<'_>) -> Option<Timestamp> {
    Timestamp::parse(text)
}

/// What the author's own clock says, unless the service's contradicts it (fact sheet §5).
fn plausible(created_at: Option<Timestamp>, seen_at: Option<Timestamp>) -> Option<Timestamp> {
    let possible = |created: &Timestamp| {
        seen_at.is_none_or(|seen| (-FAST_CLOCK_MS..=LONGEST_WAY_MS).contains(&seen.millis_since(*created)))
    };
    created_at.filter(possible)
}

fn surface(message: &Inbound) -> Surface {
    let content = &message.content;
    if message.reply_to.is_some() {
        Surface::Comment
    } else if content.extensions.contains_key(QUOTE) {
        Surface::Quote
    } else if content.entities.iter().any(|entity| entity.kind == EntityKind::Mention) {
        Surface::Mention
    } else {
        Surface::Post
    }
}

/// A hint of the author: the first language that looks like a tag.
fn language(tag: &Text<'_>) -> Option<CompactString> {
    let subtags = |tag: &str| tag.split('-').all(|part| (1..=8).contains(&part.len()) && part.is_ascii());
    let looks_right =
        tag.len() <= 35 && subtags(tag) && tag.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-');
    looks_right.then(|| tag.as_str().into())
}

fn attachment(kind: AttachmentKind, blob: Option<&Blob<'_>>, alt: Option<&Text<'_>>) -> Attachment {
    let mut attachment = Attachment::new(kind);
    attachment.native_id = blob.and_then(Blob::cid).map(Into::into);
    attachment.mime = blob.and_then(|blob| blob.mime.0.as_deref()).map(str::to_owned);
    attachment.size = blob.and_then(|blob| blob.size.0);
    attachment.description = alt.map(|alt| alt.as_str().to_owned()).filter(|alt| !alt.is_empty());
    attachment
}

/// Where Bluesky shows a picture, by the form of the addresses in its views.
fn picture_address(did: &str, cid: &str) -> String {
    ["https://cdn.bsky.app/img/feed_fullsize/plain/", did, "/", cid, "@jpeg"].concat()
}

/// The record and the link that an embed shows.
fn show(embed: &Embed<'_>, extensions: &mut Map<String, Value>) {
    if let Some(uri) = embed.record() {
        let address = AtUri::parse(uri);
        let is_post = address.is_some_and(|address| address.collection == Some(POSTS));
        let did = address.and_then(AtUri::did);
        extensions.insert(if is_post { QUOTE } else { "record" }.to_owned(), json!({ "uri": uri, "did": did }));
    }
    if let Media { external, .. } = embed.media()
        && let Some(link) = external.0.as_ref()
    {
        let [uri, title, description] = [&link.uri, &link.title, &link.description].map(|part| part.0.as_deref());
        extensions.insert("external".to_owned(), json!({ "uri": uri, "title": title, "description": description }));
    }
}

/// The labels that stand, each once.
fn values(labels: &LenientList<Label<'_>>) -> BTreeSet<String> {
    let stands = |label: &&Label<'_>| label.neg.0 != Some(true);
    labels.items().filter(stands).filter_map(|label| label.val.as_deref().map(str::to_owned)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_clock_is_believed_as_far_as_the_service_agrees() {
        let at = |text: &str| Timestamp::parse(text);
        let seen = at("2026-05-01T09:00:00.512Z");
        for (created, believed) in [
            ("2026-05-01T09:00:00.000Z", true),
            ("2026-05-01T09:04:00.000Z", true),
            ("2026-04-30T10:00:00.000Z", true),
            ("2026-05-01T09:06:00.000Z", false),
            ("2031-01-01T00:00:00.000Z", false),
            ("2019-01-01T00:00:00.000Z", false),
        ] {
            assert_eq!(plausible(at(created), seen).is_some(), believed, "{created}");
            assert_eq!(plausible(at(created), None), at(created));
        }
        assert_eq!(plausible(None, seen), None);
    }

    #[test]
    fn only_what_looks_like_a_language_is_one() {
        let read = |tag: &str| language(&Text(tag.into()));
        assert_eq!(read("pt-BR").as_deref(), Some("pt-BR"));
        for odd in ["", "-", "english language", "überall", "en--us", &"a-".repeat(40)] {
            assert_eq!(read(odd), None, "{odd}");
        }
    }
}
