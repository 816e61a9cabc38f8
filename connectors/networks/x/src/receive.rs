//! What X sends, verified and parsed. Pure: no I/O, no clock.

use careline::intake::{Intake, MAX_BODY, Parsed, Received, Reject, WebhookReply, WebhookRequest};
use careline::model::{
    AccountChange, Channel, Event, EventBody, NativeAccount, NetworkName, RawRange, Seen, Timestamp, Unknown,
};
use careline::network::BodyKind;
use careline::wire::{Body, Encoding, Found, Hmac256, Id, Walk, alone};
use careline::{Error, ErrorKind, Result};
use compact_str::CompactString;
use http::Method;

use crate::config::WebhookConfig;
use crate::error;
use crate::message::{self, NETWORK, SCOPE, Shelf, missing};
use crate::wire::{
    Activity, Data, Datum, Direct, Envelope, Favorite, Item, Relation, Status, StatusDeleted, StatusRef, User,
    UserEvent, list,
};

/// The endpoint X posts to: Activity API webhooks and the deprecated Account Activity ones.
#[derive(Debug)]
pub struct Webhook {
    keys: Hmac256,
    keyword_account: Option<NativeAccount>,
}

impl Webhook {
    /// An endpoint for the app of `config`.
    ///
    /// # Errors
    /// `config_invalid` if there is no secret or an empty one.
    pub fn new(config: WebhookConfig) -> Result<Self> {
        Ok(Self { keys: Hmac256::new(&config.consumer_secrets)?, keyword_account: config.keyword_account })
    }

    /// The answer that proves that we know the secret (fact sheet §3).
    fn challenge(&self, request: &WebhookRequest) -> Result<Received> {
        let token = url::form_urlencoded::parse(request.query.as_bytes())
            .find_map(|(key, value)| (key == "crc_token").then_some(value))
            .ok_or_else(|| refused("a GET without `crc_token` is none of X's"))?;
        let response = self.keys.sign(token.as_bytes(), Encoding::Base64);
        Ok(Received::Challenge(WebhookReply::json(format!(r#"{{"response_token":"{response}"}}"#))))
    }
}

impl Intake for Webhook {
    fn network(&self) -> NetworkName {
        NETWORK
    }

    fn receive(&self, request: &WebhookRequest, now: Timestamp) -> Result<Received> {
        if request.method == Method::GET {
            return self.challenge(request).map_err(|error| error.during("receive"));
        }
        check(request, &self.keys).map_err(|error| error.during("receive"))?;
        let account = self.keyword_account.as_ref();
        // X posts no failures; what looks like one is set aside like anything else that cannot be read.
        let parsed = parse(Channel::Webhook, &request.body, account, now).unwrap_or_else(|error| whole(account, error));
        if parsed.events.is_empty() && parsed.rejects.is_empty() {
            return Ok(Received::Ignored);
        }
        Ok(Received::Events(parsed))
    }

    fn alone(&self, body: &[u8], range: RawRange) -> Vec<u8> {
        // Whom it is for and who the people are stands beside the items.
        alone(body, range, &["for_user_id", "users", "includes"]).unwrap_or_else(|| range.slice(body).to_vec())
    }
}

fn check(request: &WebhookRequest, keys: &Hmac256) -> Result<()> {
    if request.method != Method::POST {
        return Err(refused("X posts its webhooks").with("method", &request.method));
    }
    if request.body.len() > MAX_BODY {
        return Err(Error::new(ErrorKind::TooLarge, "the body is larger than any that X sends").with("limit", MAX_BODY));
    }
    keys.verify(request.header("x-twitter-webhooks-signature"), &request.body, Encoding::Base64)?;
    let json =
        |kind: &str| kind.trim_start().get(..16).is_some_and(|kind| kind.eq_ignore_ascii_case("application/json"));
    if request.headers.contains_key("content-type") && !request.header("content-type").is_some_and(json) {
        return Err(refused("the content type is not JSON"));
    }
    Ok(())
}

fn refused(message: &str) -> Error {
    Error::new(ErrorKind::InputInvalid, message)
}

/// Reads one raw body without a request around it: a webhook body, an answer of the v2 or v1.1 API, a line of a stream.
///
/// The shape is told from the body itself. `account` is the one that asked; a body that names its account overrules it. A
/// heartbeat of a stream is an empty [`Parsed`].
///
/// # Errors
/// The failure that X reports where the body is nothing but that; [`ErrorKind::TooLarge`] above [`MAX_BODY`].
pub fn normalise(kind: BodyKind, body: &[u8], account: &NativeAccount, now: Timestamp) -> Result<Parsed> {
    let channel = match kind {
        BodyKind::Webhook => Channel::Webhook,
        BodyKind::Rest => Channel::Poll,
        BodyKind::Stream => Channel::Stream,
    };
    if body.len() > MAX_BODY {
        return Err(Error::new(ErrorKind::TooLarge, "the body is larger than any that X sends").with("limit", MAX_BODY));
    }
    if kind == BodyKind::Stream && body.trim_ascii().is_empty() {
        return Ok(Parsed::default());
    }
    parse(channel, body, Some(account), now)
}

/// Reads the body, and once more with what can be repaired repaired; what stays broken is set aside as a whole.
fn parse(channel: Channel, raw: &[u8], account: Option<&NativeAccount>, now: Timestamp) -> Result<Parsed> {
    let body = Body::read(raw);
    let first = Reading::new(&body, &channel, account, now).read();
    let repaired = if first.spoiled { body.repair() } else { None };
    let (body, reading) = match &repaired {
        Some(fixed) => (fixed, Reading::new(fixed, &channel, account, now).read()),
        None => (&body, first),
    };
    match reading.failure {
        None => Ok(reading.parsed),
        Some(Failure::Told(error)) => Err(error),
        Some(Failure::Unreadable) => {
            // Only to say where it breaks off.
            let error = body.parse::<serde::de::IgnoredAny>().err();
            let error = error.unwrap_or_else(|| refused("this is none of the bodies that X sends")).during("receive");
            Ok(Parsed { repaired: body.repaired(), ..whole(account, error) })
        }
    }
}

/// A body that is set aside as a whole.
fn whole(account: Option<&NativeAccount>, error: Error) -> Parsed {
    let reject = Reject { account: account.cloned(), raw: None, error };
    Parsed { rejects: vec![reject], ..Parsed::default() }
}

/// A body on its way to events.
struct Reading<'b> {
    body: &'b Body<'b>,
    account: Option<NativeAccount>,
    channel: &'b Channel,
    now: Timestamp,
    parsed: Parsed,
    /// Something did not have the expected form.
    spoiled: bool,
    failure: Option<Failure>,
}

/// Why a body as a whole brings nothing.
enum Failure {
    Unreadable,
    /// It is a failure that X reports.
    Told(Error),
}

impl<'b> Reading<'b> {
    fn new(body: &'b Body<'b>, channel: &'b Channel, account: Option<&NativeAccount>, now: Timestamp) -> Self {
        let parsed = Parsed { repaired: body.repaired(), ..Parsed::default() };
        Self { body, account: account.cloned(), channel, now, parsed, spoiled: false, failure: None }
    }

    fn read(mut self) -> Self {
        let mut walk = Walk::new(self.body.as_str());
        if self.walk(&mut walk).is_err() {
            self.failure = Some(Failure::Unreadable);
            self.spoiled = true;
        }
        self.spoiled |= walk.has_failed();
        self
    }

    fn walk(&mut self, walk: &mut Walk<'b>) -> Result<()> {
        let start = *walk;
        if walk.peek() == Some(b'[') {
            let mut statuses = Vec::new();
            list(walk, &mut statuses)?;
            walk.end()?;
            self.each(&statuses, status);
            return Ok(());
        }
        let mut envelope = Envelope::default();
        envelope.read(walk)?;
        walk.end()?;
        if envelope.is_status {
            *walk = start;
            let found = walk.value()?;
            self.one(&found, status);
            return Ok(());
        }
        self.envelope(&envelope);
        Ok(())
    }

    fn envelope(&mut self, envelope: &Envelope<'b>) {
        match &envelope.data {
            None => {}
            Some(Data::One(datum)) => {
                self.parsed.events.reserve_exact(1);
                return self.datum(datum, false, &Shelf::new(&envelope.includes));
            }
            Some(Data::Many(data)) => {
                let shelf = Shelf::new(&envelope.includes);
                self.parsed.events.reserve(data.len());
                return data.iter().for_each(|datum| self.datum(datum, true, &shelf));
            }
        }
        if let Some(id) = &envelope.for_user_id {
            self.account = Some(NativeAccount::new(NETWORK, id.compact()));
        }
        let shelf = Shelf::of_people(&envelope.people);
        self.each(&envelope.statuses, status);
        self.each(&envelope.deleted, status_deleted);
        self.each(&envelope.favorites, favorite);
        self.each(&envelope.follows, |relation| self::relation(relation, "follow"));
        self.each(&envelope.blocks, |relation| self::relation(relation, "block"));
        self.each(&envelope.mutes, |relation| self::relation(relation, "mute"));
        self.directs(envelope, &shelf);
        if let Some(event) = &envelope.event {
            self.one(event, |direct| self::direct(direct, &shelf));
        }
        if let Some(event) = &envelope.user_event {
            self.revoked(event);
        }
        if self.parsed.events.is_empty() && self.parsed.rejects.is_empty() {
            self.silent(envelope);
        }
    }

    /// Direct messages and their signs, which have their v1.1 shape wherever they come.
    fn directs(&mut self, envelope: &Envelope<'_>, shelf: &Shelf<'_, '_>) {
        self.each(&envelope.directs, |direct| self::direct(direct, shelf));
        self.each(&envelope.marks_read, mark_read);
        self.each(&envelope.typings, |direct| typing(direct, shelf));
    }

    /// A body without a single item: an empty page, a failure, or something new.
    fn silent(&mut self, envelope: &Envelope<'_>) {
        if let Some(errors) = envelope.errors {
            let problems: Vec<error::Problem> = serde_json::from_str(errors).unwrap_or_default();
            if envelope.meta || !problems.is_empty() && problems.iter().all(error::Problem::is_partial) {
                return;
            }
        }
        if envelope.errors.is_some() || envelope.problem {
            self.failure = Some(Failure::Told(error::from_body(self.body.as_str())));
        } else if let (Some(subject), false) = (&envelope.subject, envelope.meta || envelope.page) {
            self.push(None, Ok(unknown(subject)));
        }
    }

    /// An object under `data`; its range is that of the whole body unless it is `listed`.
    fn datum(&mut self, datum: &Datum<'b>, listed: bool, shelf: &Shelf<'_, '_>) {
        let range = |part| if listed { self.body.range_of(part) } else { None };
        match datum {
            Datum::Item(found) => self.push(range(found.part), item(found, shelf)),
            Datum::Activity(activity) => self.activity(activity, range(activity.part), shelf),
        }
    }

    fn activity(&mut self, activity: &Activity<'b>, range: Option<RawRange>, shelf: &Shelf<'_, '_>) {
        let (kind, filter, outer) = (activity.kind.as_str(), &activity.filter, self.account.clone());
        if let Some(id) = &filter.user_id {
            self.account = Some(NativeAccount::new(NETWORK, id.compact()));
        }
        let inner = activity.includes.as_ref().map(Shelf::new);
        let shelf = inner.as_ref().unwrap_or(shelf);
        match (&activity.payload.value, kind) {
            (Ok(_), "dm.received" | "dm.sent" | "dm.read" | "dm.indicate_typing") => {
                self.direct_activity(kind, activity.payload.part, range);
            }
            (Ok(payload), "oauth.revoke") => {
                if let Some(id) = &payload.user_id {
                    self.account = Some(NativeAccount::new(NETWORK, id.compact()));
                }
                let at = payload.date_time.as_deref().and_then(message::time);
                self.push(range, Ok(revoked(at)));
            }
            (Ok(payload), _) => {
                let outbound = filter.direction.as_deref() == Some("outbound");
                let actor = filter.user_id.as_ref().filter(|_| outbound);
                self.push(range, activity_body(kind, payload, actor, shelf));
            }
            (Err(error), kind) if KNOWN_ACTIVITIES.contains(&kind) => self.reject(range, error.clone()),
            (Err(_), kind) => self.push(range, Ok(unknown(kind))),
        }
        self.account = outer;
    }

    fn direct_activity(&mut self, kind: &str, payload: &'b str, range: Option<RawRange>) {
        let mut walk = Walk::new(payload);
        let before = self.parsed.events.len() + self.parsed.rejects.len();
        let mut envelope = Envelope::default();
        match envelope.read(&mut walk) {
            Ok(()) => self.directs(&envelope, &Shelf::of_people(&envelope.people)),
            Err(error) => self.reject(range, error),
        }
        self.spoiled |= walk.has_failed();
        if before == self.parsed.events.len() + self.parsed.rejects.len() {
            self.push(None, Ok(unknown(kind)));
        }
    }

    fn revoked(&mut self, event: &Found<'_, Box<UserEvent<'_>>>) {
        let revoke = match &event.value {
            Ok(event) => event.revoke.as_ref(),
            Err(error) => return self.reject(None, error.clone()),
        };
        let Some(revoke) = revoke else { return self.push(None, Ok(unknown("user_event"))) };
        if let Some(id) = revoke.source.as_ref().and_then(|source| source.user_id.as_ref()) {
            self.account = Some(NativeAccount::new(NETWORK, id.compact()));
        }
        self.push(None, Ok(revoked(revoke.date_time.as_deref().and_then(message::time))));
    }

    fn each<T>(&mut self, found: &[Found<'_, T>], body: impl Fn(&T) -> Result<EventBody>) {
        self.parsed.events.reserve(found.len());
        for found in found {
            let range = self.body.range_of(found.part);
            self.push(range, found.value.as_ref().map_err(Error::clone).and_then(&body));
        }
    }

    /// An item that is the whole body.
    fn one<T>(&mut self, found: &Found<'_, T>, body: impl Fn(&T) -> Result<EventBody>) {
        self.push(None, found.value.as_ref().map_err(Error::clone).and_then(body));
    }

    fn push(&mut self, range: Option<RawRange>, body: Result<EventBody>) {
        match (body.and_then(named), &self.account) {
            (Ok(body), Some(account)) => {
                let event = Event::new(account.clone(), self.channel.clone(), self.now, body);
                self.parsed.events.push(event.at(range));
            }
            (Ok(_), None) => {
                let error = Error::new(ErrorKind::AccountUnknown, "X does not say which account this is for");
                self.reject(range, error);
            }
            (Err(error), _) => self.reject(range, error),
        }
    }

    fn reject(&mut self, raw: Option<RawRange>, error: Error) {
        let reject = Reject { account: self.account.clone(), raw, error: error.during("receive") };
        self.parsed.rejects.push(reject);
    }
}

fn named(mut body: EventBody) -> Result<EventBody> {
    if body.keep_named_parts() { Ok(body) } else { Err(missing("id")) }
}

const KNOWN_ACTIVITIES: [&str; 19] = [
    "post.create",
    "post.mention.create",
    "post.reply.create",
    "post.quote.create",
    "post.repost.create",
    "post.delete",
    "like.create",
    "dm.received",
    "dm.sent",
    "dm.read",
    "dm.indicate_typing",
    "follow.follow",
    "follow.unfollow",
    "mute.mute",
    "mute.unmute",
    "block.block",
    "block.unblock",
    "oauth.revoke",
    "post.update",
];

/// What an object under `data` that is no activity says happened.
fn item(found: &Found<'_, Box<Item<'_>>>, shelf: &Shelf<'_, '_>) -> Result<EventBody> {
    let item = found.value.as_ref().map_err(Error::clone)?;
    match item.event_type.as_deref() {
        Some(kind) if item.filter.is_none() => message::direct_event(item, kind, shelf),
        Some(kind) => Ok(unknown(kind)),
        None if item.username.is_some() => Ok(unknown("user")),
        None if item.text.is_some() => message::post(item, shelf),
        None => Ok(unknown("data")),
    }
}

/// What an activity with one subject says happened.
fn activity_body(kind: &str, payload: &Item<'_>, actor: Option<&Id<'_>>, shelf: &Shelf<'_, '_>) -> Result<EventBody> {
    let between = |name| related(name, payload.source.as_deref(), payload.target.as_deref(), None);
    match kind {
        "post.create" | "post.update" | "post.mention.create" | "post.reply.create" | "post.quote.create" => {
            message::post(payload, shelf)
        }
        "post.repost.create" if payload.referenced_tweets.is_some() || payload.text.is_some() => {
            message::post(payload, shelf)
        }
        "post.delete" => Ok(message::deleted(payload.id.as_ref().ok_or_else(|| missing("id"))?, None)),
        "like.create" => {
            let liked = payload.liked_tweet_id.as_ref().ok_or_else(|| missing("liked_tweet_id"))?;
            let by = payload.user_id.as_ref().or(actor).map(|id| shelf.profile(id));
            let by = payload.source.as_deref().and_then(message::profile).or(by);
            Ok(message::reaction("like", liked, by, payload.created_at.as_deref().and_then(message::time)))
        }
        "follow.follow" => between("follow"),
        "follow.unfollow" => between("unfollow"),
        "mute.mute" => between("mute"),
        "mute.unmute" => between("unmute"),
        "block.block" => between("block"),
        "block.unblock" => between("unblock"),
        other => Ok(unknown(other)),
    }
}

fn status(status: &Status<'_>) -> Result<EventBody> {
    if status.screen_name.is_some() { Ok(unknown("user")) } else { message::status(status) }
}

fn status_deleted(deleted: &StatusDeleted<'_>) -> Result<EventBody> {
    let id = deleted.status.as_ref().and_then(StatusRef::native_id).ok_or_else(|| missing("status.id"))?;
    Ok(message::deleted(id, deleted.timestamp_ms.as_ref().and_then(message::millis)))
}

fn favorite(favorite: &Favorite<'_>) -> Result<EventBody> {
    let liked = favorite.favorited_status.as_ref().and_then(StatusRef::native_id);
    let liked = liked.ok_or_else(|| missing("favorited_status.id_str"))?;
    let at = favorite.timestamp_ms.as_ref().and_then(message::millis);
    let at = at.or_else(|| favorite.created_at.as_deref().and_then(message::time));
    Ok(message::reaction("like", liked, favorite.user.as_ref().and_then(message::profile), at))
}

/// `default` is for deliveries that do not tell the kind themselves.
fn relation(relation: &Relation<'_>, default: &str) -> Result<EventBody> {
    let at = relation.created_timestamp.as_ref().and_then(message::millis);
    let name = relation.kind.as_deref().unwrap_or(default);
    related(name, relation.source.as_ref(), relation.target.as_ref(), at)
}

/// Somebody follows, blocks or mutes somebody: told in the private thread of the two, which it opens or closes.
fn related(
    name: &str,
    source: Option<&User<'_>>,
    target: Option<&User<'_>>,
    at: Option<Timestamp>,
) -> Result<EventBody> {
    let source = source.and_then(message::profile).ok_or_else(|| missing("source.id"))?;
    let target = target.and_then(message::profile).ok_or_else(|| missing("target.id"))?;
    let thread = message::direct_pair(&source.native_id, &target.native_id);
    Ok(message::signal(name, thread, Some(source), at))
}

fn direct(direct: &Direct<'_>, shelf: &Shelf<'_, '_>) -> Result<EventBody> {
    match direct.kind.as_deref() {
        None | Some("message_create") => message::direct(direct, shelf),
        Some(other) => Ok(unknown(other)),
    }
}

fn mark_read(direct: &Direct<'_>) -> Result<EventBody> {
    let last = direct.last_read_event_id.as_ref();
    Ok(EventBody::Seen(Seen {
        scope: SCOPE,
        thread: thread_of(direct)?,
        read: true,
        native_ids: last.map(Id::compact).into_iter().collect(),
        up_to: last.and_then(|id| message::snowflake_time(id)).or_else(|| message::direct_time(direct)),
    }))
}

fn typing(direct: &Direct<'_>, shelf: &Shelf<'_, '_>) -> Result<EventBody> {
    let by = direct.sender_id.as_ref().map(|id| shelf.profile(id));
    Ok(message::signal("typing", thread_of(direct)?, by, message::direct_time(direct)))
}

fn thread_of(direct: &Direct<'_>) -> Result<CompactString> {
    let sender = direct.sender_id.as_ref().ok_or_else(|| missing("sender_id"))?;
    let recipient = direct.target.as_ref().and_then(|target| target.recipient_id.as_ref());
    Ok(message::direct_pair(sender, recipient.ok_or_else(|| missing("target.recipient_id"))?))
}

fn revoked(at: Option<Timestamp>) -> EventBody {
    let reason = Some("the account withdrew what it had allowed the app".to_owned());
    EventBody::Account(AccountChange { change: "revoked".into(), reason, at, ..AccountChange::default() })
}

fn unknown(name: &str) -> EventBody {
    EventBody::Unknown(Unknown { name: name.into() })
}
