//! Saying something: posts that answer or are published, likes, deletions, direct messages (fact sheet §3, §4). Hidden
//! answers are in [`gate`].
//!
//! What is public is a record in our own repository, under a key made from the act's own and written only where none
//! stands: a second attempt meets the record of the first. Direct messages take no key; a lost one is looked for in its
//! thread.

mod gate;

use bytes::Bytes;
use careline::context::Context;
use careline::model::{Entity, EntityKind, EventBody, Visibility};
use careline::network::{Act, FindSent, Outbound, Receipt, Say, Target};
use careline::wire::{Body, Encoding, Id, Text, sign};
use careline::{Error, ErrorKind, Result, Retry};
use http::Response;
use serde::Deserialize;
use serde_json::value::RawValue;
use serde_json::{Value, json};

use crate::account::Account;
use crate::error::{nonsense, undone};
use crate::message::{POSTS, permalink, time};
use crate::receive::{List, read_items};
use crate::session::Call;
use crate::uri::{AtUri, is_did, is_handle};
use crate::wire::{ChatMessage, Convo, Item, Lenient, Record, Reference};
use gate::Answer;

/// What [`Account::act`] knows. A record may be written over, but Bluesky goes on showing the first one: no edits.
pub(crate) const VERBS: [&str; 6] = ["reply", DIRECT_MESSAGE, "publish", "like", "hide", "delete"];
/// The verb that only an account with direct messages has.
pub(crate) const DIRECT_MESSAGE: &str = "direct_message";

/// The collection of likes.
const LIKES: &str = "app.bsky.feed.like";

/// How many pages of a private thread are looked through for a lost message.
const PAGES: usize = 5;

impl Account {
    /// Does an act.
    pub(crate) async fn act(&self, cx: &Context, out: &Outbound) -> Result<Receipt> {
        let deed = Deed::of(&out.act, self.config.direct_messages)?;
        let session = self.logged_in(cx).await.map_err(undone)?;
        let us = session.did.as_str();
        match deed {
            Deed::Post { say, parent: None } => self.publish(cx, us, out, say, None).await,
            Deed::Post { say, parent: Some(parent) } => self.answer(cx, us, out, say, parent).await,
            Deed::Message { say, thread, parent } => self.write(cx, out, say, thread, parent).await,
            Deed::Like { on, liked: true } => self.like(cx, us, out, on).await,
            Deed::Like { on, liked: false } => self.unlike(cx, us, out, on).await,
            Deed::Hide { answer, hidden } => self.hide(cx, us, out, answer, hidden).await,
            Deed::Delete { on } => {
                on.is_ours(us)?;
                self.erase(cx, us, out, POSTS, on.rkey).await?;
                Ok(Receipt::new(on.uri))
            }
        }
    }

    /// Looks for what may have been done.
    pub(crate) async fn find(&self, cx: &Context, ask: &FindSent) -> Result<Option<Receipt>> {
        let deed = Deed::of(&ask.out.act, self.config.direct_messages)?;
        let session = self.logged_in(cx).await?;
        let us = session.did.as_str();
        match deed {
            Deed::Post { say, parent } => self.standing(cx, us, &ask.out.key, say, parent).await,
            Deed::Message { thread, .. } => {
                let convo = match thread {
                    Thread::Named(id) => Some(id.to_owned()),
                    Thread::With(did) => self.convo(cx, "chat.bsky.convo.getConvoAvailability", did).await?,
                };
                match convo {
                    Some(convo) => self.find_message(cx, us, &convo, ask).await,
                    None => Ok(None),
                }
            }
            Deed::Like { on, liked } => {
                let mut is_liked = false;
                for rkey in like_keys(on, self.look_at(cx, us, on).await?.as_ref()) {
                    is_liked |= self.record(cx, us, LIKES, &rkey).await?.is_some();
                }
                Ok((is_liked == liked).then(|| Receipt::new(on.uri)))
            }
            Deed::Hide { answer, hidden } => {
                let is_hidden = self.is_hidden(cx, us, answer).await?;
                Ok((is_hidden == hidden).then(|| Receipt::new(answer.on.uri)))
            }
            Deed::Delete { on } => {
                on.is_ours(us)?;
                let gone = self.record(cx, us, POSTS, on.rkey).await?.is_none();
                Ok(gone.then(|| Receipt::new(on.uri)))
            }
        }
    }

    async fn answer(&self, cx: &Context, us: &str, out: &Outbound, say: &Say, parent: Post<'_>) -> Result<Receipt> {
        let refused = match self.look_at(cx, us, parent).await? {
            Some(post) if !post.closed => {
                let answered = json!({"uri": parent.uri, "cid": post.cid});
                let root = post.root.unwrap_or_else(|| answered.clone());
                return self.publish(cx, us, out, say, Some((parent, json!({"root": root, "parent": answered})))).await;
            }
            Some(_) => Error::new(ErrorKind::Blocked, "its author lets only others answer, so Bluesky would hide ours"),
            None => gone(),
        };
        // That may have come after an earlier attempt, which then stands.
        self.standing(cx, us, &out.key, say, Some(parent)).await?.ok_or(refused)
    }

    async fn publish(
        &self,
        cx: &Context,
        us: &str,
        out: &Outbound,
        say: &Say,
        reply: Option<(Post<'_>, Value)>,
    ) -> Result<Receipt> {
        let mut record = json!({"$type": POSTS, "text": say.text, "createdAt": cx.clock.now().to_string()});
        if let Some(language) = &say.language {
            record["langs"] = json!([language]);
        }
        let facets = self.facets(cx, say).await?;
        if !facets.is_empty() {
            record["facets"] = facets.into();
        }
        let parent = reply.as_ref().map(|(parent, _)| *parent);
        if let Some((_, reply)) = reply {
            record["reply"] = reply;
        }
        let rkey = record_key(POSTS, &out.key);
        match self.put(cx, us, out, Writing { collection: POSTS, rkey: &rkey, record, over: None }).await {
            Ok(()) => Ok(receipt(us, &rkey)),
            Err(error) if error.kind() == ErrorKind::Conflict => {
                self.standing(cx, us, &out.key, say, parent).await?.ok_or(error)
            }
            Err(error) => Err(error),
        }
    }

    /// The post that an earlier attempt wrote.
    async fn standing(
        &self,
        cx: &Context,
        us: &str,
        key: &str,
        say: &Say,
        parent: Option<Post<'_>>,
    ) -> Result<Option<Receipt>> {
        let rkey = record_key(POSTS, key);
        let Some(answer) = self.record(cx, us, POSTS, &rkey).await? else { return Ok(None) };
        let body = Body::read(answer.body());
        let found: Item<'_> = body.parse().map_err(nonsense)?;
        let record = found.record.as_ref();
        let answered = record.and_then(|record| record.reply.0.as_ref()?.parent.0.as_ref()?.uri.0.as_deref());
        let text = record.and_then(|record| record.text.as_deref());
        if text == Some(&say.text) && answered == parent.map(|parent| parent.uri) {
            return Ok(Some(receipt(us, &rkey)));
        }
        let error = Error::new(ErrorKind::Conflict, "another post of ours stands under the key of this act");
        Err(error.with("rkey", rkey).retry(Retry::Never))
    }

    async fn like(&self, cx: &Context, us: &str, out: &Outbound, on: Post<'_>) -> Result<Receipt> {
        let post = self.look_at(cx, us, on).await?.ok_or_else(gone)?;
        for rkey in like_keys(on, Some(&post)).skip(1) {
            if self.record(cx, us, LIKES, &rkey).await?.is_some() {
                return Ok(Receipt::new(on.uri));
            }
        }
        let subject = json!({"uri": on.uri, "cid": post.cid});
        let record = json!({"$type": LIKES, "subject": subject, "createdAt": cx.clock.now().to_string()});
        match self.put(cx, us, out, Writing { collection: LIKES, rkey: &like_key(on), record, over: None }).await {
            Err(error) if error.kind() != ErrorKind::Conflict => Err(error),
            // It is liked already.
            _ => Ok(Receipt::new(on.uri)),
        }
    }

    async fn unlike(&self, cx: &Context, us: &str, out: &Outbound, on: Post<'_>) -> Result<Receipt> {
        for rkey in like_keys(on, self.look_at(cx, us, on).await?.as_ref()) {
            self.erase(cx, us, out, LIKES, &rkey).await?;
        }
        Ok(Receipt::new(on.uri))
    }

    /// Writes a direct message.
    async fn write(
        &self,
        cx: &Context,
        out: &Outbound,
        say: &Say,
        thread: Thread<'_>,
        parent: Option<&str>,
    ) -> Result<Receipt> {
        let convo = match thread {
            Thread::Named(id) => id.to_owned(),
            Thread::With(did) => {
                let convo = self.convo(cx, "chat.bsky.convo.getConvoForMembers", did).await?;
                convo.ok_or_else(|| nonsense(Error::new(ErrorKind::InputInvalid, "`convo` is missing")))?
            }
        };
        let mut message = json!({"text": say.text});
        let facets = self.facets(cx, say).await?;
        if !facets.is_empty() {
            message["facets"] = facets.into();
        }
        if let Some(parent) = parent {
            message["replyTo"] = json!({"messageId": parent});
        }
        let call = Call { nsid: "chat.bsky.convo.sendMessage", query: Vec::new(), chat: true };
        let answer = self.tell(cx, &call, out, &json!({"convoId": convo, "message": message})).await?;
        // It was taken, even if its answer cannot be read.
        message_receipt(answer.body()).map_err(|error| out.in_doubt(nonsense(error)))
    }

    /// The private thread with somebody, by a call that begins one or by a call that does not.
    async fn convo(&self, cx: &Context, nsid: &'static str, did: &str) -> Result<Option<String>> {
        let call = Call { nsid, query: vec![("members", did)], chat: true };
        let answer = self.look(cx, &call).await?;
        let body = Body::read(answer.body());
        let found: Offered<'_> = body.parse().map_err(nonsense)?;
        Ok(found.convo.and_then(|convo| convo.id).map(|id| id.to_string()))
    }

    /// Looks through a private thread, newest first, until what is older than what is looked for.
    async fn find_message(&self, cx: &Context, us: &str, convo: &str, ask: &FindSent) -> Result<Option<Receipt>> {
        let mut before: Option<String> = None;
        for _ in 0..PAGES {
            let mut query = vec![("convoId", convo), ("limit", "100")];
            query.extend(before.as_deref().map(|before| ("cursor", before)));
            let answer = self.look(cx, &Call { nsid: "chat.bsky.convo.getMessages", query, chat: true }).await?;
            let body = Body::read(answer.body());
            let page: Messages<'_> = body.parse().map_err(nonsense)?;
            let items = page.messages.iter().copied();
            let parsed = read_items(&body, List::Messages, items, &self.native()?, cx.clock.now());
            if let Some(found) = ask.among(us, &parsed.events) {
                return Ok(Some(found));
            }
            if !parsed.rejects.is_empty() {
                return Err(Error::new(ErrorKind::Unavailable, "the service's answer cannot be read whole"));
            }
            let is_old = |body: &EventBody| match body {
                EventBody::Message(message) => message.sent_at.is_some_and(|at| !ask.reaches(at)),
                _ => false,
            };
            let is_last = page.messages.is_empty() || parsed.events.iter().any(|event| is_old(&event.body));
            match page.cursor.filter(|_| !is_last) {
                Some(cursor) => before = Some(cursor.0.into_owned()),
                None => return Ok(None),
            }
        }
        Err(Error::new(ErrorKind::Unavailable, "too much was written since then to look through all of it"))
    }

    /// What an answer to a post or a like has to name. Ours is read from our own repository, which has it at once;
    /// others' from the service that shows them, which also leaves out those whose author blocks us.
    async fn look_at(&self, cx: &Context, us: &str, post: Post<'_>) -> Result<Option<Seen>> {
        if post.did == us {
            let Some(answer) = self.record(cx, us, POSTS, post.rkey).await? else { return Ok(None) };
            let body = Body::read(answer.body());
            return Seen::of(&body.parse().map_err(nonsense)?).map(Some);
        }
        let call = Call { nsid: "app.bsky.feed.getPosts", query: vec![("uris", post.uri)], chat: false };
        let answer = self.look(cx, &call).await?;
        let body = Body::read(answer.body());
        let found: Shown<'_> = body.parse().map_err(nonsense)?;
        found.posts.first().map(Seen::of).transpose()
    }

    /// A record of our repository, as it stands now.
    async fn record(&self, cx: &Context, us: &str, collection: &str, rkey: &str) -> Result<Option<Response<Bytes>>> {
        let query = vec![("repo", us), ("collection", collection), ("rkey", rkey)];
        match self.look(cx, &Call { nsid: "com.atproto.repo.getRecord", query, chat: false }).await {
            Ok(answer) => Ok(Some(answer)),
            Err(error) if error.kind() == ErrorKind::NotFound => Ok(None),
            Err(error) => Err(error),
        }
    }

    /// Writes a record where none stands, or over the one it was made from; `conflict` where another does.
    /// `createRecord` says that with a 500 like any other (fact sheet §4).
    async fn put(&self, cx: &Context, us: &str, out: &Outbound, writing: Writing<'_>) -> Result<()> {
        let call = Call { nsid: "com.atproto.repo.putRecord", query: Vec::new(), chat: false };
        let Writing { collection, rkey, record, over } = writing;
        let body = json!({"repo": us, "collection": collection, "rkey": rkey, "record": record, "swapRecord": over});
        let answer = self.tell(cx, &call, out, &body).await?;
        let written = Body::read(answer.body()).parse::<Written<'_>>().map(drop);
        written.map_err(|error| out.in_doubt(nonsense(error)))
    }

    /// Deletes a record; nothing happens where none stands (fact sheet §4).
    async fn erase(&self, cx: &Context, us: &str, out: &Outbound, collection: &str, rkey: &str) -> Result<()> {
        let call = Call { nsid: "com.atproto.repo.deleteRecord", query: Vec::new(), chat: false };
        self.tell(cx, &call, out, &json!({"repo": us, "collection": collection, "rkey": rkey})).await.map(drop)
    }

    /// The entities of a text as Bluesky marks them: in UTF-8 bytes, in order, none over another.
    async fn facets(&self, cx: &Context, say: &Say) -> Result<Vec<Value>> {
        let mut entities: Vec<_> = say.entities.iter().filter(|entity| !entity.span.of(&say.text).is_empty()).collect();
        entities.sort_by_key(|entity| entity.span);
        let (mut facets, mut end) = (Vec::new(), 0);
        for entity in entities {
            if entity.span.start < end {
                continue;
            }
            let Some(feature) = self.feature(cx, entity).await? else { continue };
            end = entity.span.end;
            facets.push(json!({"index": {"byteStart": entity.span.start, "byteEnd": end}, "features": [feature]}));
        }
        Ok(facets)
    }

    async fn feature(&self, cx: &Context, entity: &Entity) -> Result<Option<Value>> {
        Ok(match entity.kind {
            EntityKind::Mention => {
                let did = match entity.native_id.as_deref().filter(|id| is_did(id)) {
                    Some(did) => Some(did.to_owned()),
                    None => self.resolve(cx, &entity.value).await?,
                };
                did.map(|did| json!({"$type": "app.bsky.richtext.facet#mention", "did": did}))
            }
            EntityKind::Link => Some(json!({"$type": "app.bsky.richtext.facet#link", "uri": entity.value})),
            EntityKind::Hashtag => Some(json!({"$type": "app.bsky.richtext.facet#tag", "tag": entity.value})),
            _ => None,
        })
    }

    /// Whom a handle names; nobody where it does not resolve, so that it stays plain text.
    async fn resolve(&self, cx: &Context, handle: &str) -> Result<Option<String>> {
        if !is_handle(handle) {
            return Ok(None);
        }
        let call = Call { nsid: "com.atproto.identity.resolveHandle", query: vec![("handle", handle)], chat: false };
        match self.look(cx, &call).await {
            Ok(answer) => {
                let body = Body::read(answer.body());
                let found: Resolved<'_> = body.parse().map_err(nonsense)?;
                Ok(Some(found.did.to_string()).filter(|did| is_did(did)))
            }
            Err(error) if matches!(error.kind(), ErrorKind::NotFound | ErrorKind::InputInvalid) => Ok(None),
            Err(error) => Err(error),
        }
    }

    /// A read before or after an act, which does nothing itself.
    async fn look(&self, cx: &Context, call: &Call<'_>) -> Result<Response<Bytes>> {
        self.ask(cx, call).await.map_err(undone)
    }
}

/// What an act comes to on Bluesky.
enum Deed<'o> {
    Post { say: &'o Say, parent: Option<Post<'o>> },
    Message { say: &'o Say, thread: Thread<'o>, parent: Option<&'o str> },
    Like { on: Post<'o>, liked: bool },
    Hide { answer: Answer<'o>, hidden: bool },
    Delete { on: Post<'o> },
}

impl<'o> Deed<'o> {
    fn of(act: &'o Act, direct_messages: bool) -> Result<Self> {
        let deed = match act {
            Act::Reply { to, say, visibility } if to.native_id.starts_with("at://") => {
                is_public(visibility)?;
                Self::Post { say, parent: Some(Post::of(to)?) }
            }
            Act::Reply { to, say, visibility } => {
                if *visibility != Visibility::Private {
                    return Err(invalid("a direct message is answered in private").with("visibility", visibility));
                }
                Self::Message { say, thread: Thread::of(to)?, parent: Some(&to.native_id) }
            }
            Act::DirectMessage { to, say, .. } => {
                Self::Message { say, thread: Thread::with(&to.native_id)?, parent: None }
            }
            Act::Publish { say, visibility } => {
                is_public(visibility)?;
                Self::Post { say, parent: None }
            }
            Act::Like { on, liked } => Self::Like { on: Post::of(on)?, liked: *liked },
            Act::Hide { on, hidden } => {
                let root = on.thread.as_deref().map(Post::at).transpose()?;
                Self::Hide { answer: Answer { on: Post::of(on)?, root }, hidden: *hidden }
            }
            Act::Delete { on } => Self::Delete { on: Post::of(on)? },
            other => {
                let error = Error::new(ErrorKind::Unsupported, "Bluesky has no such act; see the capability");
                return Err(error.with("verb", other.verb()));
            }
        };
        match deed {
            Self::Message { .. } if !direct_messages => {
                Err(Error::new(ErrorKind::Unsupported, "direct messages are turned off for this account"))
            }
            deed => Ok(deed),
        }
    }
}

/// A post, by the parts of its address.
#[derive(Clone, Copy)]
struct Post<'o> {
    uri: &'o str,
    did: &'o str,
    rkey: &'o str,
}

impl<'o> Post<'o> {
    fn of(target: &'o Target) -> Result<Self> {
        Self::at(&target.native_id)
    }

    fn at(uri: &'o str) -> Result<Self> {
        let address = AtUri::parse(uri).filter(|address| address.collection == Some(POSTS));
        let parts = address.and_then(|address| Some((address.did()?, address.rkey?)));
        let (did, rkey) = parts.ok_or_else(|| invalid("only a post, by its address, can be meant"))?;
        Ok(Self { uri, did, rkey })
    }

    fn is_ours(self, us: &str) -> Result<()> {
        if self.did == us {
            return Ok(());
        }
        Err(invalid("only a post of our own can be deleted"))
    }
}

/// A private thread.
enum Thread<'o> {
    /// By its id.
    Named(&'o str),
    /// The one with this person, by their DID.
    With(&'o str),
}

impl<'o> Thread<'o> {
    fn of(target: &'o Target) -> Result<Self> {
        match (&target.thread, &target.author) {
            (Some(id), _) => Ok(Self::Named(id)),
            (None, Some(author)) => Self::with(&author.native_id),
            (None, None) => Err(invalid("neither the thread of the direct message nor its author is known")),
        }
    }

    fn with(did: &'o str) -> Result<Self> {
        Some(did).filter(|did| is_did(did)).map(Self::With).ok_or_else(|| invalid("a person is named by a DID"))
    }
}

/// A record to be written.
struct Writing<'w> {
    collection: &'static str,
    rkey: &'w str,
    record: Value,
    /// The hash of the one it takes the place of; absent where none may stand.
    over: Option<String>,
}

/// What is known of a post that stands.
struct Seen {
    cid: String,
    /// What its own thread begins with, as an answer names it; absent if with itself.
    root: Option<Value>,
    /// The key of our like.
    like: Option<String>,
    /// Whether its author lets others answer but not us.
    closed: bool,
}

impl Seen {
    fn of(item: &Item<'_>) -> Result<Self> {
        let missing = || nonsense(Error::new(ErrorKind::InputInvalid, "`cid` is missing"));
        let viewer = item.viewer.0.as_ref();
        let like = viewer.and_then(|viewer| viewer.like.0.as_deref());
        Ok(Self {
            cid: item.cid.0.as_ref().ok_or_else(missing)?.to_string(),
            root: item.record.as_ref().and_then(root),
            like: like.and_then(|uri| AtUri::parse(uri)?.rkey).map(str::to_owned),
            closed: viewer.is_some_and(|viewer| viewer.reply_disabled.0 == Some(true)),
        })
    }

    /// The address of what its thread begins with; absent if with itself.
    fn root_uri(&self) -> Option<&str> {
        self.root.as_ref()?["uri"].as_str()
    }
}

/// The first post of a thread, as another post in it names it.
fn root(record: &Record<'_>) -> Option<Value> {
    let Lenient(Some(Reference { uri: Lenient(Some(uri)), cid: Lenient(Some(cid)) })) = &record.reply.0.as_ref()?.root
    else {
        return None;
    };
    AtUri::parse(uri).map(|_| json!({"uri": uri.as_str(), "cid": cid.as_str()}))
}

/// What `getPosts` shows.
#[derive(Deserialize)]
struct Shown<'a> {
    #[serde(borrow)]
    posts: Vec<Item<'a>>,
}

/// What a written record is answered with.
#[derive(Deserialize)]
struct Written<'a> {
    #[serde(borrow, rename = "uri")]
    _uri: Text<'a>,
}

#[derive(Deserialize)]
struct Resolved<'a> {
    #[serde(borrow)]
    did: Text<'a>,
}

#[derive(Deserialize)]
struct Offered<'a> {
    #[serde(borrow, default)]
    convo: Option<Convo<'a>>,
}

#[derive(Deserialize)]
struct Messages<'a> {
    #[serde(borrow)]
    messages: Vec<&'a RawValue>,
    #[serde(borrow, default)]
    cursor: Option<Text<'a>>,
}

/// The key of our like of a post.
fn like_key(on: Post<'_>) -> String {
    record_key(LIKES, on.uri)
}

/// The same, and that of a like that somebody gave in Bluesky's app.
fn like_keys(on: Post<'_>, seen: Option<&Seen>) -> impl Iterator<Item = String> {
    let key = like_key(on);
    let other = seen.and_then(|post| post.like.clone()).filter(|like| *like != key);
    [Some(key), other].into_iter().flatten()
}

/// The key of the record in `collection` that stands for `what`: always the same one.
///
/// It has the form that the lexicons ask for, a TID: 53 bits of time in microseconds and 10 bits more, as 13 letters
/// that sort. Bluesky's service may take its time for that of the writing, so it is never one to come: 46 bits of a
/// hash count from July 2023 on, for 814 days.
fn record_key(collection: &str, what: &str) -> String {
    const LETTERS: &[u8; 32] = b"234567abcdefghijklmnopqrstuvwxyz";
    const FROM: u64 = 3 << 49;
    let hash = sign(collection.as_bytes(), what.as_bytes(), Encoding::Hex);
    let digits = hash.trim_start_matches("sha256=").bytes().take(16);
    let hash =
        digits.fold(0_u64, |hash, digit| hash << 4 | u64::from((digit as char).to_digit(16).unwrap_or_default()));
    let tid = (FROM + (hash >> 18)) << 10 | hash & 0x3ff;
    (0..13).rev().map(|at| LETTERS[(tid >> (5 * at) & 31) as usize] as char).collect()
}

fn receipt(us: &str, rkey: &str) -> Receipt {
    let mut receipt = Receipt::new(["at://", us, "/", POSTS, "/", rkey].concat());
    receipt.permalink = Some(permalink(us, rkey));
    receipt
}

fn message_receipt(body: &[u8]) -> Result<Receipt> {
    let body = Body::read(body);
    let message: ChatMessage<'_> = body.parse()?;
    let mut receipt = Receipt::new(message.id.as_ref().map(Id::compact).ok_or_else(|| invalid("`id` is missing"))?);
    receipt.at = message.sent_at.as_ref().and_then(time);
    Ok(receipt)
}

fn is_public(visibility: &Visibility) -> Result<()> {
    if *visibility == Visibility::Public {
        return Ok(());
    }
    Err(invalid("posts on Bluesky are public").with("visibility", visibility))
}

fn gone() -> Error {
    Error::new(ErrorKind::NotFound, "the post is gone, or a block stands between its author and us")
}

fn invalid(what: &'static str) -> Error {
    Error::new(ErrorKind::InputInvalid, what)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_is_always_the_same_and_a_tid_of_the_past() {
        let key = record_key(POSTS, "act-1");
        assert_eq!(key, record_key(POSTS, "act-1"));
        assert_ne!(key, record_key(LIKES, "act-1"));
        let mut keys = std::collections::BTreeSet::new();
        for n in 0..10_000 {
            let key = record_key(POSTS, &format!("act-{n}"));
            assert!(key.len() == 13 && key.bytes().all(|letter| matches!(letter, b'2'..=b'7' | b'a'..=b'z')), "{key}");
            // The TIDs of 8 July 2023 and 30 September 2025.
            assert!(("3k22222222222"..="3lzzzzzzzzzzz").contains(&key.as_str()), "{key}");
            keys.insert(key);
        }
        assert_eq!(keys.len(), 10_000);
    }
}
