//! What the lexicons say stands on the wire (fact sheet §2, §3). Records are written by anybody's program and are read
//! leniently; views are the service's own.

use careline::wire::{Id, Text};
use serde::{Deserialize, Deserializer};
use serde_json::value::RawValue;

/// A value that a stranger may have written in another form than the lexicon asks for: then it counts as absent.
///
/// Never around a type that holds itself: each begins a reading of its own, whose depth nobody bounds.
#[derive(Debug)]
pub(crate) struct Lenient<T>(pub(crate) Option<T>);

impl<T> Default for Lenient<T> {
    fn default() -> Self {
        Self(None)
    }
}

impl<'de: 'a, 'a, T: Deserialize<'a>> Deserialize<'de> for Lenient<T>
where
    T: 'a,
{
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let raw = <&'de RawValue>::deserialize(deserializer)?;
        Ok(Self(serde_json::from_str(raw.get()).ok()))
    }
}

/// A list of which each item may have another form.
pub(crate) type LenientList<T> = Lenient<Vec<Lenient<T>>>;

impl<T> LenientList<T> {
    /// The items, as far as they could be read.
    pub(crate) fn items(&self) -> impl Iterator<Item = &T> {
        self.0.iter().flatten().filter_map(|item| item.0.as_ref())
    }
}

/// A notification, a post as the service shows it, or what it shows in its place.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(crate) struct Item<'a> {
    #[serde(borrow)]
    pub(crate) uri: Option<Text<'a>>,
    #[serde(borrow)]
    pub(crate) cid: Lenient<Text<'a>>,
    #[serde(borrow)]
    pub(crate) author: Option<Author<'a>>,
    /// `value` where repositories are read instead of views.
    #[serde(borrow, alias = "value")]
    pub(crate) record: Option<Record<'a>>,
    /// As the service shows it, with addresses; the record has its own.
    #[serde(borrow)]
    pub(crate) embed: Lenient<Embed<'a>>,
    /// When the service saw it, by its own clock.
    #[serde(borrow, rename = "indexedAt")]
    pub(crate) indexed_at: Option<Text<'a>>,
    #[serde(borrow)]
    pub(crate) labels: LenientList<Label<'a>>,
    #[serde(borrow)]
    pub(crate) viewer: Lenient<Viewer<'a>>,

    // A notification.
    #[serde(borrow)]
    pub(crate) reason: Option<Text<'a>>,
    #[serde(borrow, rename = "reasonSubject")]
    pub(crate) reason_subject: Option<Text<'a>>,

    // What stands in the place of a post.
    #[serde(rename = "notFound")]
    pub(crate) not_found: Lenient<bool>,
    pub(crate) blocked: Lenient<bool>,
}

/// Somebody, as the service shows them.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(crate) struct Author<'a> {
    #[serde(borrow)]
    pub(crate) did: Option<Text<'a>>,
    #[serde(borrow)]
    pub(crate) handle: Option<Text<'a>>,
    #[serde(borrow, rename = "displayName")]
    pub(crate) display_name: Option<Text<'a>>,
    #[serde(borrow)]
    pub(crate) avatar: Option<Text<'a>>,
    #[serde(borrow)]
    pub(crate) labels: LenientList<Label<'a>>,
    #[serde(borrow)]
    pub(crate) viewer: Lenient<Viewer<'a>>,
}

/// What the service says about us and a post or a person.
#[derive(Debug, Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
pub(crate) struct Viewer<'a> {
    /// A threadgate forbids our answer (fact sheet §4).
    pub(crate) reply_disabled: Lenient<bool>,
    /// They block us.
    pub(crate) blocked_by: Lenient<bool>,
    /// Our own like, by its address.
    #[serde(borrow)]
    pub(crate) like: Lenient<Text<'a>>,
}

/// What a moderation service says about a post or a person.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(crate) struct Label<'a> {
    #[serde(borrow)]
    pub(crate) val: Option<Text<'a>>,
    /// Whether it takes an earlier one back.
    pub(crate) neg: Lenient<bool>,
}

/// A record of a repository: a post, a like, a repost.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(crate) struct Record<'a> {
    #[serde(borrow, rename = "$type")]
    pub(crate) kind: Option<Text<'a>>,
    #[serde(borrow)]
    pub(crate) text: Option<Text<'a>>,
    /// By the author's own clock.
    #[serde(borrow, rename = "createdAt")]
    pub(crate) created_at: Lenient<Text<'a>>,
    #[serde(borrow)]
    pub(crate) langs: LenientList<Text<'a>>,
    #[serde(borrow)]
    pub(crate) facets: LenientList<Facet<'a>>,
    #[serde(borrow)]
    pub(crate) reply: Lenient<Reply<'a>>,
    #[serde(borrow)]
    pub(crate) embed: Lenient<Embed<'a>>,
    /// What the author warns of.
    #[serde(borrow)]
    pub(crate) labels: Lenient<SelfLabels<'a>>,
    /// Of a like or a repost.
    #[serde(borrow)]
    pub(crate) subject: Lenient<Reference<'a>>,
}

/// What a post answers.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(crate) struct Reply<'a> {
    #[serde(borrow)]
    pub(crate) root: Lenient<Reference<'a>>,
    #[serde(borrow)]
    pub(crate) parent: Lenient<Reference<'a>>,
}

/// A record, by its address and the hash of its version.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(crate) struct Reference<'a> {
    #[serde(borrow)]
    pub(crate) uri: Lenient<Text<'a>>,
    #[serde(borrow)]
    pub(crate) cid: Lenient<Text<'a>>,
}

/// The author's own labels.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(crate) struct SelfLabels<'a> {
    #[serde(borrow)]
    pub(crate) values: LenientList<Label<'a>>,
}

/// A marked stretch of a text.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(crate) struct Facet<'a> {
    pub(crate) index: Lenient<Index>,
    #[serde(borrow)]
    pub(crate) features: LenientList<Feature<'a>>,
}

/// Where it stands, in UTF-8 bytes.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Index {
    pub(crate) byte_start: u64,
    pub(crate) byte_end: u64,
}

/// What it is.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(crate) struct Feature<'a> {
    #[serde(borrow, rename = "$type")]
    pub(crate) kind: Lenient<Text<'a>>,
    #[serde(borrow)]
    pub(crate) did: Lenient<Text<'a>>,
    #[serde(borrow)]
    pub(crate) uri: Lenient<Text<'a>>,
    #[serde(borrow)]
    pub(crate) tag: Lenient<Text<'a>>,
}

/// What hangs on a post, in its record or as the service shows it: media, a link, another record, or both.
#[derive(Debug)]
pub(crate) struct Embed<'a> {
    pub(crate) own: Media<'a>,
    pub(crate) around: Around<'a>,
}

impl<'de: 'a, 'a> Deserialize<'de> for Embed<'a> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let raw = <&'de RawValue>::deserialize(deserializer)?;
        let read = || Ok(Self { own: serde_json::from_str(raw.get())?, around: serde_json::from_str(raw.get())? });
        read().map_err(|_: serde_json::Error| serde::de::Error::custom("no embed"))
    }
}

impl<'a> Embed<'a> {
    /// The media, wherever they stand.
    pub(crate) fn media(&self) -> &Media<'a> {
        self.around.media.0.as_ref().unwrap_or(&self.own)
    }

    /// The address of the record it shows.
    pub(crate) fn record(&self) -> Option<&str> {
        let shown = self.around.record.0.as_ref()?;
        shown.uri.0.as_deref().or_else(|| shown.record.0.as_ref()?.uri.0.as_deref())
    }
}

/// The parts of an embed that hold another one.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(crate) struct Around<'a> {
    #[serde(borrow)]
    pub(crate) record: Lenient<Shown<'a>>,
    /// Beside a record.
    #[serde(borrow)]
    pub(crate) media: Lenient<Media<'a>>,
}

/// A record that a post shows; beside media it stands one level deeper.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(crate) struct Shown<'a> {
    #[serde(borrow)]
    pub(crate) uri: Lenient<Text<'a>>,
    #[serde(borrow)]
    pub(crate) record: Lenient<Reference<'a>>,
}

/// Pictures, a video or the preview of a link.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(crate) struct Media<'a> {
    #[serde(borrow)]
    pub(crate) images: LenientList<Picture<'a>>,
    #[serde(borrow)]
    pub(crate) video: Lenient<Blob<'a>>,
    /// Where a video plays, as the service shows it.
    #[serde(borrow)]
    pub(crate) playlist: Lenient<Text<'a>>,
    /// Of a video, as the service shows it.
    #[serde(borrow)]
    pub(crate) cid: Lenient<Text<'a>>,
    #[serde(borrow)]
    pub(crate) alt: Lenient<Text<'a>>,
    #[serde(borrow)]
    pub(crate) external: Lenient<External<'a>>,
}

/// A picture: in a record with its bytes' hash, in a view with its addresses.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(crate) struct Picture<'a> {
    #[serde(borrow)]
    pub(crate) alt: Lenient<Text<'a>>,
    #[serde(borrow)]
    pub(crate) image: Lenient<Blob<'a>>,
    #[serde(borrow)]
    pub(crate) fullsize: Lenient<Text<'a>>,
}

/// Bytes that a repository holds.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(crate) struct Blob<'a> {
    #[serde(borrow, rename = "ref")]
    pub(crate) link: Lenient<Link<'a>>,
    #[serde(borrow, rename = "mimeType")]
    pub(crate) mime: Lenient<Text<'a>>,
    pub(crate) size: Lenient<u64>,
}

impl Blob<'_> {
    /// Their hash.
    pub(crate) fn cid(&self) -> Option<&str> {
        self.link.0.as_ref()?.cid.as_deref()
    }
}

/// A hash.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(crate) struct Link<'a> {
    #[serde(borrow, rename = "$link")]
    pub(crate) cid: Option<Text<'a>>,
}

/// The preview of a link.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(crate) struct External<'a> {
    #[serde(borrow)]
    pub(crate) uri: Lenient<Text<'a>>,
    #[serde(borrow)]
    pub(crate) title: Lenient<Text<'a>>,
    #[serde(borrow)]
    pub(crate) description: Lenient<Text<'a>>,
}

/// Something that happened in a private thread (`chat.bsky.convo.getLog`).
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(crate) struct Log<'a> {
    #[serde(borrow, rename = "$type")]
    pub(crate) kind: Option<Text<'a>>,
    #[serde(borrow, rename = "convoId")]
    pub(crate) convo: Option<Id<'a>>,
    /// Read apart: what is new to us may have another form.
    #[serde(borrow)]
    pub(crate) message: Option<&'a RawValue>,
    #[serde(borrow)]
    pub(crate) reaction: Lenient<ChatReaction<'a>>,
    #[serde(borrow, rename = "relatedProfiles")]
    pub(crate) related: LenientList<Author<'a>>,
}

/// A direct message as the service shows it; a deleted one lacks its text.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(crate) struct ChatMessage<'a> {
    #[serde(borrow, rename = "$type")]
    pub(crate) kind: Option<Text<'a>>,
    #[serde(borrow)]
    pub(crate) id: Option<Id<'a>>,
    #[serde(borrow)]
    pub(crate) text: Option<Text<'a>>,
    #[serde(borrow)]
    pub(crate) facets: LenientList<Facet<'a>>,
    #[serde(borrow)]
    pub(crate) embed: Lenient<Embed<'a>>,
    #[serde(borrow)]
    pub(crate) sender: Option<Author<'a>>,
    #[serde(borrow, rename = "sentAt")]
    pub(crate) sent_at: Option<Text<'a>>,
    #[serde(borrow, rename = "replyTo")]
    pub(crate) reply_to: Lenient<ChatParent<'a>>,
}

/// The direct message that one answers.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(crate) struct ChatParent<'a> {
    #[serde(borrow)]
    pub(crate) id: Option<Id<'a>>,
    #[serde(borrow, rename = "messageId")]
    pub(crate) message_id: Option<Id<'a>>,
    #[serde(borrow)]
    pub(crate) sender: Lenient<Author<'a>>,
}

/// An emoji on a direct message.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(crate) struct ChatReaction<'a> {
    #[serde(borrow)]
    pub(crate) value: Option<Text<'a>>,
    #[serde(borrow)]
    pub(crate) sender: Option<Author<'a>>,
    #[serde(borrow, rename = "createdAt")]
    pub(crate) created_at: Option<Text<'a>>,
}

/// A private thread in a list of them.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(crate) struct Convo<'a> {
    #[serde(borrow)]
    pub(crate) id: Option<Id<'a>>,
    #[serde(borrow)]
    pub(crate) members: LenientList<Author<'a>>,
    #[serde(borrow, rename = "lastMessage")]
    pub(crate) last_message: Option<&'a RawValue>,
}

/// A line of Jetstream. The newer form has the parts of a commit beside `did`, and the whole inside `payload`.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(crate) struct Frame<'a> {
    #[serde(borrow)]
    pub(crate) did: Option<Text<'a>>,
    /// Microseconds since 1970.
    pub(crate) time_us: Option<i64>,
    #[serde(borrow)]
    pub(crate) time: Option<Text<'a>>,
    #[serde(borrow)]
    pub(crate) kind: Option<Text<'a>>,
    #[serde(borrow)]
    pub(crate) commit: Option<Commit<'a>>,
    #[serde(borrow)]
    pub(crate) identity: Option<Author<'a>>,
    #[serde(borrow)]
    pub(crate) account: Option<Standing<'a>>,

    #[serde(borrow, rename = "$type")]
    pub(crate) form: Option<Text<'a>>,
    #[serde(borrow)]
    pub(crate) payload: Option<&'a RawValue>,
    #[serde(borrow)]
    pub(crate) error: Option<Text<'a>>,
}

/// One change of one record.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(crate) struct Commit<'a> {
    #[serde(borrow)]
    pub(crate) operation: Option<Text<'a>>,
    #[serde(borrow)]
    pub(crate) collection: Option<Text<'a>>,
    #[serde(borrow)]
    pub(crate) rkey: Option<Id<'a>>,
    #[serde(borrow)]
    pub(crate) record: Option<Record<'a>>,
}

/// Whether an account is to be seen.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(crate) struct Standing<'a> {
    pub(crate) active: Option<bool>,
    /// Why not: `deleted`, `takendown`, `suspended`, `deactivated`.
    #[serde(borrow)]
    pub(crate) status: Option<Text<'a>>,
}

/// What a login answers, and its renewal (`com.atproto.server.createSession`, `refreshSession`).
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct LoggedIn {
    pub(crate) access_jwt: String,
    pub(crate) refresh_jwt: String,
    #[serde(flatten)]
    pub(crate) whose: Whose,
}

/// Whose a session is.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Whose {
    pub(crate) did: String,
    pub(crate) handle: Option<String>,
    #[serde(default)]
    pub(crate) did_doc: Option<DidDocument>,
    pub(crate) active: Option<bool>,
    pub(crate) status: Option<String>,
}

/// Where an account is at home.
#[derive(Default, Deserialize)]
#[serde(default)]
pub(crate) struct DidDocument {
    pub(crate) service: Vec<Service>,
}

/// A service that a DID document names.
#[derive(Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
pub(crate) struct Service {
    pub(crate) id: String,
    pub(crate) service_endpoint: Option<String>,
}
