//! Posts and direct messages as the model has them.
//!
//! A message depends on the post alone, never on the account that saw it or the way it came.

use careline::model::{
    Attachment, AttachmentKind, Content, Deleted, Entity, EntityKind, EventBody, Inbound, NetworkName, Profile,
    Reaction, ReplyTarget, Signal, Span, Surface, Timestamp, Visibility,
};
use careline::wire::{CodePoints, Id, Plain, Text};
use careline::{Error, ErrorKind, Result};
use chrono::DateTime;
use compact_str::CompactString;
use rustc_hash::FxHashMap;
use serde_json::value::RawValue;
use serde_json::{Value, json};

use crate::wire::{
    Direct, Entities, Includes, Item, Media, Number, People, Reference, Referenced, Status, StatusRef, User, Variant,
};

/// What the thread of direct messages begins with, apart from every post's id.
pub(crate) const DIRECT_THREAD: &str = "dm:";

/// The name of this network.
pub(crate) const NETWORK: NetworkName = NetworkName::new("x");

/// Posts, direct messages and profiles share one space of ids.
pub(crate) const SCOPE: CompactString = CompactString::const_new("x");

/// Ids below came before ids carried their time.
const FIRST_SNOWFLAKE: u64 = 29_700_859_247;
/// The millisecond snowflakes count from.
const SNOWFLAKE_EPOCH: i64 = 1_288_834_974_657;

/// The time in an id, if it is one that carries its time (fact sheet §7).
pub(crate) fn snowflake_time(id: &str) -> Option<Timestamp> {
    let id = id.parse::<u64>().ok().filter(|id| *id >= FIRST_SNOWFLAKE)?;
    Timestamp::from_millis((id >> 22).cast_signed() + SNOWFLAKE_EPOCH)
}

/// What items refer to: authors, referenced posts, media.
pub(crate) struct Shelf<'s, 'a> {
    users: Users<'s, 'a>,
    posts: &'s [Referenced<'a>],
    media: &'s [Media<'a>],
}

/// A walk over a few users is faster than hashing them.
enum Users<'s, 'a> {
    Few(&'s [User<'a>]),
    Many(FxHashMap<&'s str, &'s User<'a>>),
}

impl<'s, 'a> Users<'s, 'a> {
    fn new(users: &'s [User<'a>]) -> Self {
        if users.len() <= 8 {
            return Self::Few(users);
        }
        Self::Many(users.iter().map(User::inner).filter_map(|user| Some((user.id.as_ref()?.as_str(), user))).collect())
    }

    fn get(&self, id: &str) -> Option<&'s User<'a>> {
        match self {
            Self::Few(users) => users.iter().map(User::inner).find(|user| user.id.as_deref() == Some(id)),
            Self::Many(users) => users.get(id).copied(),
        }
    }
}

impl<'s, 'a> Shelf<'s, 'a> {
    /// Of what came along.
    pub(crate) fn new(includes: &'s Includes<'a>) -> Self {
        Self { users: Users::new(&includes.users), posts: &includes.posts, media: &includes.media }
    }

    /// Of the people of a v1.1 delivery.
    pub(crate) fn of_people(people: &'s People<'a>) -> Self {
        Self { users: Users::new(&people.0), posts: &[], media: &[] }
    }

    fn author_of(&self, post: &str) -> Option<&'s Id<'a>> {
        self.posts.iter().find(|other| other.id.as_deref() == Some(post))?.author_id.as_ref()
    }

    fn media(&self, key: &str) -> Option<&'s Media<'a>> {
        self.media.iter().find(|media| media.media_key.as_deref() == Some(key))
    }

    /// The profile `id`, with what is known of it.
    pub(crate) fn profile(&self, id: &str) -> Profile {
        self.users.get(id).and_then(profile).unwrap_or_else(|| Profile::new(SCOPE, id))
    }
}

/// A user as a profile; `None` without an id.
pub(crate) fn profile(user: &User<'_>) -> Option<Profile> {
    let user = user.inner();
    let mut profile = Profile::new(SCOPE, user.id.as_ref()?.compact());
    profile.handle = user.username.as_deref().map(Into::into);
    profile.name = user.name.as_deref().map(Into::into);
    profile.url = user.username.as_deref().map(|handle| ["https://x.com/", handle].concat());
    profile.avatar_url = user.avatar.as_ref().map(|url| url.as_str().to_owned());
    profile.followers = user.followers.map(|count| count.0);
    profile.verified = user.verified.map(|flag| flag.0);
    Some(profile)
}

/// A v2 post. A repost is one as well: asked for with default fields it cannot be told from any other.
pub(crate) fn post(item: &Item<'_>, shelf: &Shelf<'_, '_>) -> Result<EventBody> {
    let author = item.author_id.as_ref().map(|author| shelf.profile(author));
    let references = item.referenced_tweets.as_deref().unwrap_or_default();
    let reference = |kind: &str| references.iter().find(|reference| &*reference.kind == kind).map(|found| &found.id);
    let reposted = reference("retweeted");
    let id = match (&item.id, reposted) {
        (Some(id), _) => id,
        // An event about a post of ours, not a post.
        (None, Some(shown)) => {
            return Ok(reaction("repost", shown, author, item.created_at.as_deref().and_then(time)));
        }
        (None, None) => return Err(missing("id")),
    };
    let sent_at = sent_at(item.created_at.as_ref(), id);
    let answered = reference("replied_to").or(item.in_reply_to_tweet_id.as_ref());
    let quoted = reference("quoted");
    let note = item.note_tweet.as_deref();
    let text = note.and_then(|note| note.text.as_ref()).or(item.text.as_ref()).ok_or_else(|| missing("text"))?;
    let entities = note.and_then(|note| note.entities.as_ref()).or(item.entities.as_ref());
    let content = content(text, entities);

    let mut message = Box::new(Inbound::new(SCOPE, id.compact(), Surface::Post, Visibility::Public));
    message.surface = surface(answered.is_some(), quoted.is_some(), &content);
    message.author = author;
    message.sent_at = sent_at;
    (message.root_id, message.revision) = revision(id, item.edit_history_tweet_ids.as_deref().unwrap_or_default());
    message.thread = item.conversation_id.as_ref().map(Id::compact);
    message.reply_to = answered.map(|answered| ReplyTarget {
        native_id: answered.compact(),
        author: item.in_reply_to_user_id.as_ref().or_else(|| shelf.author_of(answered)).map(Id::compact),
    });
    message.permalink = Some(["https://x.com/i/status/", id].concat());
    message.language = item.lang.as_deref().and_then(language);
    message.content = content;
    if let Some(shown) = reposted {
        note_repost(&mut message.content, shown);
    }
    if let Some(quoted) = quoted {
        note_quoted(&mut message.content, quoted, shelf.author_of(quoted));
    }
    if item.possibly_sensitive.is_some_and(|flag| flag.0) {
        message.content.extensions.insert("possibly_sensitive".to_owned(), Value::Bool(true));
    }
    if let Some(keys) = item.attachments.as_ref().and_then(|attachments| attachments.media_keys.as_deref()) {
        message.content.attachments = keys.iter().map(|key| attachment_of_key(key, shelf)).collect();
    }
    Ok(EventBody::Message(message))
}

/// A v2 direct message event: a message, or a signal if people came or went.
pub(crate) fn direct_event(item: &Item<'_>, kind: &str, shelf: &Shelf<'_, '_>) -> Result<EventBody> {
    let id = item.id.as_ref().ok_or_else(|| missing("id"))?;
    let sender = item.sender_id.as_ref().map(|sender| shelf.profile(sender));
    let sent_at = sent_at(item.created_at.as_ref(), id);
    let thread = item.dm_conversation_id.as_ref().map(|id| direct_thread(id));
    if kind != "MessageCreate" {
        return Ok(signal(kind, thread.unwrap_or_default(), sender, sent_at));
    }
    let mut message = direct_message(id, sender, sent_at, thread);
    let sender = item.sender_id.as_ref();
    let other = sender.zip(item.dm_conversation_id.as_ref()).and_then(|(sender, pair)| other_of_pair(pair, sender));
    message.recipient = other.map(|other| shelf.profile(other));
    if let Some(text) = &item.text {
        message.content = content(text, item.entities.as_ref());
    }
    if let Some(keys) = item.attachments.as_ref().and_then(|attachments| attachments.media_keys.as_deref()) {
        message.content.attachments = keys.iter().map(|key| attachment_of_key(key, shelf)).collect();
    }
    for shared in item.referenced_tweets.as_deref().unwrap_or_default() {
        message.content.attachments.push(shared_post(shared));
    }
    Ok(EventBody::Message(Box::new(message)))
}

/// A v1.1 post. Posts shown inside it are its context: they were not delivered, so they are no messages here.
pub(crate) fn status(status: &Status<'_>) -> Result<EventBody> {
    let id = status.id_str.as_ref().or(status.id.as_ref()).ok_or_else(|| missing("id_str"))?;
    let sent_at = sent_at(status.created_at.as_ref(), id);
    let author = status.user.as_deref().and_then(profile);
    let long = status.extended_tweet.as_deref();
    let text = long
        .and_then(|long| long.full_text.as_ref())
        .or(status.full_text.as_ref())
        .or(status.text.as_ref())
        .ok_or_else(|| missing("text"))?;
    let entities = long.and_then(|long| long.entities.as_ref()).or(status.entities.as_ref());
    let content = content(text, entities);
    let quoted =
        status.quoted_status_id_str.as_ref().or_else(|| status.quoted_status.as_deref().and_then(StatusRef::native_id));

    let mut message = Inbound::new(SCOPE, id.compact(), Surface::Post, Visibility::Public);
    message.surface = surface(status.in_reply_to_status_id_str.is_some(), quoted.is_some(), &content);
    message.author = author;
    message.sent_at = sent_at;
    message.reply_to = status.in_reply_to_status_id_str.as_ref().map(|answered| ReplyTarget {
        native_id: answered.compact(),
        author: status.in_reply_to_user_id_str.as_ref().map(Id::compact),
    });
    message.permalink = Some(["https://x.com/i/status/", id].concat());
    message.language = status.lang.as_deref().and_then(language);
    message.content = content;
    if let Some(shown) = status.retweeted_status.as_deref().and_then(StatusRef::native_id) {
        note_repost(&mut message.content, shown);
    }
    if let Some(quoted) = quoted {
        let author = status.quoted_status.as_deref().and_then(|status| status.user.as_deref()?.id.as_ref());
        note_quoted(&mut message.content, quoted, author);
    }
    if status.possibly_sensitive.is_some_and(|flag| flag.0) {
        message.content.extensions.insert("possibly_sensitive".to_owned(), Value::Bool(true));
    }
    // The extended list is the whole one; the plain list stops after the first picture.
    let media = [long.and_then(|long| long.extended_entities.as_ref()), status.extended_entities.as_ref(), entities]
        .into_iter()
        .find_map(|entities| entities?.media.as_deref());
    message.content.attachments = media.unwrap_or_default().iter().map(attachment).collect();
    Ok(EventBody::Message(Box::new(message)))
}

/// A v1.1 direct message.
pub(crate) fn direct(direct: &Direct<'_>, shelf: &Shelf<'_, '_>) -> Result<EventBody> {
    let id = direct.id.as_ref().ok_or_else(|| missing("id"))?;
    let create = direct.message_create.as_ref().ok_or_else(|| missing("message_create"))?;
    let recipient = create.target.as_ref().and_then(|target| target.recipient_id.as_ref());
    let thread = create.sender_id.as_ref().zip(recipient).map(|(sender, recipient)| direct_pair(sender, recipient));
    let sender = create.sender_id.as_ref().map(|sender| shelf.profile(sender));
    let mut message = direct_message(id, sender, direct_time(direct).or_else(|| snowflake_time(id)), thread);
    message.recipient = recipient.map(|recipient| shelf.profile(recipient));
    let Some(data) = &create.message_data else { return Err(missing("message_data")) };
    if let Some(text) = &data.text {
        message.content = content(text, data.entities.as_ref());
    }
    if let Some(media) = data.attachment.as_ref().and_then(|attachment| attachment.media.as_ref()) {
        message.content.attachments = vec![attachment(media)];
    }
    keep(&mut message.content, "initiated_via", direct.initiated_via);
    keep(&mut message.content, "quick_reply_response", data.quick_reply_response);
    Ok(EventBody::Message(Box::new(message)))
}

/// The time a v1.1 direct message event carries.
pub(crate) fn direct_time(direct: &Direct<'_>) -> Option<Timestamp> {
    direct.created_timestamp.as_ref().and_then(millis)
}

/// Milliseconds since 1970 in digits.
pub(crate) fn millis(digits: &Id<'_>) -> Option<Timestamp> {
    Timestamp::from_millis(digits.parse().ok()?)
}

fn direct_message(
    id: &Id<'_>,
    sender: Option<Profile>,
    sent_at: Option<Timestamp>,
    thread: Option<CompactString>,
) -> Inbound {
    let mut message = Inbound::new(SCOPE, id.compact(), Surface::DirectMessage, Visibility::Private);
    message.author = sender;
    message.sent_at = sent_at;
    message.permalink =
        thread.as_deref().map(|thread| ["https://x.com/messages/", &thread[DIRECT_THREAD.len()..]].concat());
    message.thread = thread;
    message
}

/// The thread of direct messages `id`.
fn direct_thread(id: &str) -> CompactString {
    let mut thread = CompactString::const_new(DIRECT_THREAD);
    thread.push_str(id);
    thread
}

/// The thread between two people: `small-large`, as X names it.
pub(crate) fn direct_pair(one: &str, other: &str) -> CompactString {
    let by_number = |id: &str| (id.len(), CompactString::from(id));
    let (small, large) = if by_number(one) <= by_number(other) { (one, other) } else { (other, one) };
    let mut thread = direct_thread(small);
    thread.push('-');
    thread.push_str(large);
    thread
}

/// The one to whom `sender` writes in the thread `pair`; `None` in a group, whose id names nobody.
fn other_of_pair<'p>(pair: &'p str, sender: &str) -> Option<&'p str> {
    let (one, other) = pair.split_once('-')?;
    if one == sender { Some(other) } else { (other == sender).then_some(one) }
}

/// A signal in a private thread.
pub(crate) fn signal(name: &str, thread: CompactString, by: Option<Profile>, at: Option<Timestamp>) -> EventBody {
    EventBody::Signal(Signal { name: name.into(), scope: SCOPE, thread, by, at, extensions: serde_json::Map::new() })
}

/// The message `id` was taken back.
pub(crate) fn deleted(id: &Id<'_>, at: Option<Timestamp>) -> EventBody {
    EventBody::Deleted(Deleted { scope: SCOPE, native_id: id.compact(), at })
}

/// Somebody reacted to the post `to`.
pub(crate) fn reaction(what: &str, to: &Id<'_>, by: Option<Profile>, at: Option<Timestamp>) -> EventBody {
    let (scope, native_id) = (SCOPE, to.compact());
    EventBody::Reaction(Reaction { scope, native_id, by, reaction: what.into(), sole: false, removed: false, at })
}

/// What a required field's absence is called.
pub(crate) fn missing(field: &'static str) -> Error {
    Error::new(ErrorKind::InputInvalid, format!("`{field}` is missing"))
}

/// The network's own time, else the one in the id.
fn sent_at(created_at: Option<&Text<'_>>, id: &Id<'_>) -> Option<Timestamp> {
    created_at.and_then(|text| time(text)).or_else(|| snowflake_time(id))
}

/// A time as v2 or as v1.1 writes it: `Mon May 19 14:01:46 +0000 2025`.
pub(crate) fn time(text: &str) -> Option<Timestamp> {
    Timestamp::parse(text).or_else(|| {
        let time = DateTime::parse_from_str(text, "%a %b %d %H:%M:%S %z %Y").ok()?;
        Timestamp::from_millis(time.timestamp_millis())
    })
}

/// An edit comes under a new id; the history begins with the first one.
fn revision(id: &Id<'_>, history: &[Id<'_>]) -> (Option<CompactString>, u64) {
    match history.first() {
        Some(first) if first != id => {
            let place = history.iter().position(|other| other == id).unwrap_or(history.len());
            (Some(first.compact()), place as u64)
        }
        _ => (None, 0),
    }
}

fn surface(answers: bool, quotes: bool, content: &Content) -> Surface {
    if answers {
        Surface::Comment
    } else if quotes {
        Surface::Quote
    } else if content.entities.iter().any(|entity| entity.kind == EntityKind::Mention) {
        Surface::Mention
    } else {
        Surface::Post
    }
}

/// X's language as a BCP 47 tag; `None` where it names no language: `und`, `zxx` and its own `qam`, `qht`, `qme` …
fn language(tag: &str) -> Option<CompactString> {
    match tag {
        "" | "und" | "zxx" => None,
        "in" => Some("id".into()),
        "iw" => Some("he".into()),
        own if own.len() == 3 && own.starts_with('q') => None,
        tag => Some(tag.into()),
    }
}

/// The extension that names the post a repost shows.
pub(crate) const REPOST_OF: &str = "retweet_of";

/// Which post is passed on without words of its author's own.
fn note_repost(content: &mut Content, shown: &Id<'_>) {
    content.extensions.insert(REPOST_OF.to_owned(), shown.as_str().into());
}

/// Which post is quoted; both API versions leave the same note.
fn note_quoted(content: &mut Content, quoted: &Id<'_>, author: Option<&Id<'_>>) {
    let mut reference = json!({ "type": "quoted", "id": quoted.as_str() });
    if let Some(author) = author {
        reference["author_id"] = author.as_str().into();
    }
    content.extensions.insert("referenced_tweets".to_owned(), Value::Array(vec![reference]));
}

fn keep(content: &mut Content, name: &str, raw: Option<&RawValue>) {
    if let Some(value) =
        raw.and_then(|raw| serde_json::from_str::<Value>(raw.get()).ok()).filter(|value| !value.is_null())
    {
        content.extensions.insert(name.to_owned(), value);
    }
}

/// The text without HTML entities in NFC, and its marks moved along.
fn content(text: &Text<'_>, entities: Option<&Entities<'_>>) -> Content {
    let raw = text.as_str();
    let plain = Plain::decoded(text.0.clone());
    let mut marks = entities.map(|entities| marks(raw, entities)).unwrap_or_default();
    for entity in &mut marks {
        entity.span = plain.span(entity.span);
    }
    marks.sort_by_key(|entity| entity.span);
    Content { text: plain.into_text(), entities: marks, ..Content::default() }
}

/// The marks of a text, as spans of the text as it came.
fn marks(raw: &str, entities: &Entities<'_>) -> Vec<Entity> {
    let mut found = Vec::new();
    let mut points = CodePoints::new(raw);
    let mut add = |kind, sigil: Sigil<'_>, (start, end): (u64, u64), value: &str, native_id| {
        let span = usize::try_from(start).ok().zip(usize::try_from(end).ok());
        let span = span.and_then(|(start, end)| points.span(start, end)).filter(|span| sigil.begins(span.of(raw)));
        if let Some(span) = span.or_else(|| sigil.find(raw, value)) {
            found.push(Entity { span, kind, value: value.to_owned(), native_id });
        }
    };
    for mark in entities.mentions.iter().flatten() {
        if let Some(name) = mark.username.as_deref() {
            let id = mark.id_str.as_ref().or(mark.id.as_ref()).map(Id::compact);
            let at = ends(mark.start, mark.end, mark.indices.as_deref());
            add(EntityKind::Mention, Sigil::OneOf(['@', '＠']), at, name, id);
        }
    }
    for mark in entities.hashtags.iter().flatten() {
        if let Some(tag) = mark.tag.as_deref() {
            let at = ends(mark.start, mark.end, mark.indices.as_deref());
            add(EntityKind::Hashtag, Sigil::OneOf(['#', '＃']), at, tag, None);
        }
    }
    for mark in entities.cashtags.iter().flatten() {
        if let Some(tag) = mark.tag.as_deref() {
            let at = ends(mark.start, mark.end, mark.indices.as_deref());
            add(EntityKind::Cashtag, Sigil::OneOf(['$', '＄']), at, tag, None);
        }
    }
    for mark in entities.urls.iter().flatten() {
        if let Some(url) = mark.url.as_deref() {
            let at = ends(mark.start, mark.end, mark.indices.as_deref());
            add(EntityKind::Link, Sigil::Url(url), at, mark.expanded_url.as_deref().unwrap_or(url), None);
        }
    }
    // v1.1 lists the link to the pictures apart from the other links; v2 does not.
    if let Some(media) = entities.media.iter().flatten().next()
        && let Some(url) = media.url.as_deref()
    {
        let ends = ends(None, None, media.indices.as_deref());
        add(EntityKind::Link, Sigil::Url(url), ends, media.expanded_url.as_deref().unwrap_or(url), None);
    }
    found
}

/// What a marked stretch begins with. X's offsets are checked against it, for they were wrong before.
enum Sigil<'a> {
    OneOf([char; 2]),
    Url(&'a str),
}

impl Sigil<'_> {
    fn begins(&self, stretch: &str) -> bool {
        match self {
            Self::OneOf(sigils) => stretch.starts_with(sigils),
            Self::Url(url) => stretch == *url,
        }
    }

    /// Where the mark stands, if its offsets do not fit.
    fn find(&self, raw: &str, value: &str) -> Option<Span> {
        let (at, length) = match self {
            Self::Url(url) => (raw.find(url)?, url.len()),
            Self::OneOf(sigils) => sigils.iter().find_map(|sigil| {
                let literal = format!("{sigil}{value}");
                raw.find(&literal).map(|at| (at, literal.len()))
            })?,
        };
        Span::new(at, at + length)
    }
}

/// Offsets as v2 writes them, or else v1.1's pair; ones that do not fit any text if there are neither.
fn ends(start: Option<Number>, end: Option<Number>, indices: Option<&[Number]>) -> (u64, u64) {
    match (start, end, indices) {
        (Some(start), Some(end), _) | (_, _, Some(&[start, end])) => (start.0, end.0),
        _ => (u64::MAX, u64::MAX),
    }
}

fn attachment_of_key(key: &Text<'_>, shelf: &Shelf<'_, '_>) -> Attachment {
    shelf.media(key).map_or_else(
        || {
            let mut unknown = Attachment::new(kind_of_key(key));
            unknown.native_id = Some(key.as_str().into());
            unknown
        },
        attachment,
    )
}

/// The number before `_` tells what it is.
fn kind_of_key(key: &str) -> AttachmentKind {
    match key.split('_').next() {
        Some("3") => AttachmentKind::Image,
        Some("7" | "13" | "16") => AttachmentKind::Video,
        _ => AttachmentKind::File,
    }
}

fn attachment(media: &Media<'_>) -> Attachment {
    let key = media.media_key.as_deref().or(media.id_str.as_deref());
    let kind = match media.kind.as_deref() {
        Some("photo") => AttachmentKind::Image,
        Some("video" | "animated_gif") => AttachmentKind::Video,
        Some(other) => other.into(),
        None => kind_of_key(key.unwrap_or_default()),
    };
    let variants = media.variants.as_deref();
    let variants = variants.or_else(|| media.video_info.as_ref()?.variants.as_deref()).unwrap_or_default();
    let film = variants.iter().filter(|variant| variant.url.is_some()).max_by_key(|variant| variant.rank());
    let mut attachment = Attachment::new(kind);
    attachment.native_id = key.map(Into::into);
    attachment.url = film
        .and_then(|film| film.url.as_ref())
        .or(media.media_url_https.as_ref())
        .or(media.url.as_ref())
        .or(media.preview_image_url.as_ref())
        .map(|url| url.as_str().to_owned());
    attachment.mime = film.and_then(|film| film.content_type.as_deref()).map(str::to_owned);
    attachment.description = media.alt_text.as_deref().map(str::to_owned);
    attachment
}

impl Variant<'_> {
    /// Plain files before playlists, then the better quality.
    fn rank(&self) -> u64 {
        self.bit_rate.map_or(0, |rate| rate.0 + 1)
    }
}

fn shared_post(shared: &Reference<'_>) -> Attachment {
    let mut attachment = Attachment::new(AttachmentKind::Share);
    attachment.native_id = Some(shared.id.compact());
    attachment.url = Some(["https://x.com/i/status/", &*shared.id].concat());
    attachment
}

impl<'a> StatusRef<'a> {
    /// Its id, from the string form if it is there.
    pub(crate) fn native_id(&self) -> Option<&Id<'a>> {
        self.id_str.as_ref().or(self.id.as_ref())
    }
}
