//! What X sends, verified and parsed. Pure: no I/O, no clock.

use careline::intake::{Intake, MAX_BODY, Parsed, Received, Reject, WebhookReply, WebhookRequest};
use careline::model::{
    AccountChange, Channel, Event, EventBody, NativeAccount, NetworkName, RawRange, Seen, Timestamp, Unknown,
};
use careline::network::BodyKind;
use careline::wire::{Body, Encoding, Hmac256, Id, Slot, Slots, slot_range};
use careline::{Error, ErrorKind, Result};
use compact_str::CompactString;
use http::Method;

use crate::config::WebhookConfig;
use crate::error;
use crate::message::{self, NETWORK, SCOPE, Shelf, missing};
use crate::wire::{
    Direct, Envelope, Favorite, Item, Relation, Status, StatusDeleted, StatusRef, Subject, User, UserEvent,
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

/// The fast way first; then with what can be repaired repaired; then item by item; else the whole body is set aside.
fn parse(channel: Channel, raw: &[u8], account: Option<&NativeAccount>, now: Timestamp) -> Result<Parsed> {
    let mut body = Body::read(raw);
    if let Some(parsed) = read::<false>(&body, &channel, account, now) {
        return parsed;
    }
    let repaired = body.repair();
    if let Some(fixed) = &repaired
        && let Some(parsed) = read::<false>(fixed, &channel, account, now)
    {
        return parsed;
    }
    if let Some(parsed) = read::<true>(repaired.as_ref().unwrap_or(&body), &channel, account, now) {
        return parsed;
    }
    // Only to say where it breaks off.
    let error = body.parse::<serde::de::IgnoredAny>().err();
    body = repaired.unwrap_or(body);
    let error = error.unwrap_or_else(|| refused("this is none of the bodies that X sends")).during("receive");
    Ok(Parsed { repaired: body.repaired(), ..whole(account, error) })
}

/// A body that is set aside as a whole.
fn whole(account: Option<&NativeAccount>, error: Error) -> Parsed {
    let reject = Reject { account: account.cloned(), raw: None, error };
    Parsed { rejects: vec![reject], ..Parsed::default() }
}

/// `None` if the body cannot be read this way.
fn read<const TOLERANT: bool>(
    body: &Body<'_>,
    channel: &Channel,
    account: Option<&NativeAccount>,
    now: Timestamp,
) -> Option<Result<Parsed>> {
    let mut reading = Reading {
        body,
        account: account.cloned(),
        channel: channel.clone(),
        now,
        parsed: Parsed { repaired: body.repaired(), ..Parsed::default() },
    };
    if body.as_str().trim_start().starts_with('[') {
        reading.each(&body.parse::<Vec<Slot<'_, Status<'_>, TOLERANT>>>().ok()?, status);
        return Some(Ok(reading.parsed));
    }
    let envelope: Envelope<'_, TOLERANT> = body.parse().ok()?;
    if envelope.id_str.is_some() {
        reading.one(&body.parse::<Slot<'_, Status<'_>, TOLERANT>>().ok()?, status);
        return Some(Ok(reading.parsed));
    }
    Some(reading.envelope(&envelope).map(|()| reading.parsed))
}

/// A body on its way to events.
struct Reading<'b> {
    body: &'b Body<'b>,
    account: Option<NativeAccount>,
    channel: Channel,
    now: Timestamp,
    parsed: Parsed,
}

impl Reading<'_> {
    fn envelope<const TOLERANT: bool>(&mut self, envelope: &Envelope<'_, TOLERANT>) -> Result<()> {
        if let Some(data) = &envelope.data {
            let shelf = Shelf::new(envelope.includes.as_ref(), None);
            match data {
                Slots::One(slot) => self.data(slot, None, &shelf),
                Slots::Many(slots) => {
                    self.parsed.events.reserve(slots.len());
                    for (index, slot) in slots.iter().enumerate() {
                        self.data(slot, slot_range(self.body, slots, index), &shelf);
                    }
                }
            }
            return Ok(());
        }
        if let Some(id) = &envelope.for_user_id {
            self.account = Some(NativeAccount::new(NETWORK, id.compact()));
        }
        let shelf = Shelf::new::<TOLERANT>(None, envelope.users.as_ref());
        self.each_of(&envelope.tweet_create_events, status);
        self.each_of(&envelope.statuses, status);
        self.each_of(&envelope.tweet_delete_events, status_deleted);
        self.each_of(&envelope.favorite_events, favorite);
        self.each_of(&envelope.follow_events, |relation| self::relation(relation, "follow"));
        self.each_of(&envelope.block_events, |relation| self::relation(relation, "block"));
        self.each_of(&envelope.mute_events, |relation| self::relation(relation, "mute"));
        self.each_of(&envelope.direct_message_events, |direct| self::direct(direct, &shelf));
        self.each_of(&envelope.events, |direct| self::direct(direct, &shelf));
        self.each_of(&envelope.direct_message_mark_read_events, mark_read);
        self.each_of(&envelope.direct_message_indicate_typing_events, |direct| typing(direct, &shelf));
        if let Some(event) = &envelope.event {
            self.one(event, |direct| self::direct(direct, &shelf));
        }
        if let Some(event) = &envelope.user_event {
            self.revoked(event);
        }
        if self.parsed.events.is_empty() && self.parsed.rejects.is_empty() {
            return self.silent(envelope);
        }
        Ok(())
    }

    /// A body without a single item: an empty page, a failure, or something new.
    fn silent<const TOLERANT: bool>(&mut self, envelope: &Envelope<'_, TOLERANT>) -> Result<()> {
        if let Some(errors) = envelope.errors {
            let problems: Vec<error::Problem> = serde_json::from_str(errors.get()).unwrap_or_default();
            if envelope.meta.is_some() || !problems.is_empty() && problems.iter().all(error::Problem::is_partial) {
                return Ok(());
            }
        }
        if envelope.errors.is_some() || envelope.title.is_some() || envelope.error.is_some() {
            return Err(error::from_body(self.body.as_str()));
        }
        let empty_page = envelope.meta.is_some() || envelope.statuses.is_some() || envelope.events.is_some();
        if !empty_page && let Some(subject) = self.body.parse::<Subject>()?.0 {
            self.push(None, Ok(unknown(&subject)));
        }
        Ok(())
    }

    /// An object under `data`.
    fn data<const TOLERANT: bool>(
        &mut self,
        slot: &Slot<'_, Item<'_, TOLERANT>, TOLERANT>,
        range: Option<RawRange>,
        shelf: &Shelf<'_, '_>,
    ) {
        let item = match &slot.value {
            Ok(item) => item,
            Err(error) => return self.reject(range, copy(error)),
        };
        match (item.event_type.as_deref(), &item.payload) {
            (Some(kind), Some(payload)) => self.activity(kind, item, payload, range, shelf),
            (Some(kind), None) if item.filter.is_none() => self.push(range, message::direct_event(item, kind, shelf)),
            (Some(kind), None) => self.push(range, Ok(unknown(kind))),
            (None, _) if item.username.is_some() => self.push(range, Ok(unknown("user"))),
            (None, _) if item.text.is_some() => self.push(range, message::post(item, shelf)),
            (None, _) => self.push(range, Ok(unknown("data"))),
        }
    }

    /// One activity of the Activity API (fact sheet §4).
    fn activity<const TOLERANT: bool>(
        &mut self,
        kind: &str,
        item: &Item<'_, TOLERANT>,
        payload: &Slot<'_, Item<'_, TOLERANT>, TOLERANT>,
        range: Option<RawRange>,
        shelf: &Shelf<'_, '_>,
    ) {
        let (filter, outer) = (item.filter.as_deref(), self.account.clone());
        if let Some(id) = filter.and_then(|filter| filter.user_id.as_ref()) {
            self.account = Some(NativeAccount::new(NETWORK, id.compact()));
        }
        let inner;
        let shelf = match &item.includes {
            Some(includes) => {
                inner = Shelf::new(Some(includes), None);
                &inner
            }
            None => shelf,
        };
        match (&payload.value, kind) {
            (Ok(payload), "dm.received" | "dm.sent" | "dm.read" | "dm.indicate_typing") => self.directs(kind, payload),
            (Ok(payload), "oauth.revoke") => {
                if let Some(id) = &payload.user_id {
                    self.account = Some(NativeAccount::new(NETWORK, id.compact()));
                }
                let at = payload.date_time.as_deref().and_then(message::time);
                self.push(range, Ok(revoked(at)));
            }
            (Ok(payload), _) => {
                let outbound = filter.and_then(|filter| filter.direction.as_deref()) == Some("outbound");
                let actor = filter.and_then(|filter| filter.user_id.as_ref()).filter(|_| outbound);
                self.push(range, activity_body(kind, payload, actor, shelf));
            }
            (Err(error), kind) if KNOWN_ACTIVITIES.contains(&kind) => self.reject(range, copy(error)),
            (Err(_), kind) => self.push(range, Ok(unknown(kind))),
        }
        self.account = outer;
    }

    /// Direct messages of an activity, which keep their v1.1 shape.
    fn directs<const TOLERANT: bool>(&mut self, kind: &str, payload: &Item<'_, TOLERANT>) {
        let shelf = Shelf::new::<TOLERANT>(None, payload.users.as_ref());
        let before = self.parsed.events.len() + self.parsed.rejects.len();
        self.each_of(&payload.direct_message_events, |direct| self::direct(direct, &shelf));
        self.each_of(&payload.direct_message_mark_read_events, mark_read);
        self.each_of(&payload.direct_message_indicate_typing_events, |direct| typing(direct, &shelf));
        if before == self.parsed.events.len() + self.parsed.rejects.len() {
            self.push(None, Ok(unknown(kind)));
        }
    }

    fn revoked<const TOLERANT: bool>(&mut self, event: &Slot<'_, UserEvent<'_>, TOLERANT>) {
        let revoke = match &event.value {
            Ok(event) => event.revoke.as_ref(),
            Err(error) => return self.reject(None, copy(error)),
        };
        let Some(revoke) = revoke else { return self.push(None, Ok(unknown("user_event"))) };
        if let Some(id) = revoke.source.as_ref().and_then(|source| source.user_id.as_ref()) {
            self.account = Some(NativeAccount::new(NETWORK, id.compact()));
        }
        self.push(None, Ok(revoked(revoke.date_time.as_deref().and_then(message::time))));
    }

    fn each_of<T, const TOLERANT: bool>(
        &mut self,
        slots: &Option<Vec<Slot<'_, T, TOLERANT>>>,
        body: impl Fn(&T) -> Result<EventBody>,
    ) {
        if let Some(slots) = slots {
            self.each(slots, body);
        }
    }

    fn each<T, const TOLERANT: bool>(
        &mut self,
        slots: &[Slot<'_, T, TOLERANT>],
        body: impl Fn(&T) -> Result<EventBody>,
    ) {
        self.parsed.events.reserve(slots.len());
        for (index, slot) in slots.iter().enumerate() {
            let range = slot_range(self.body, slots, index);
            self.push(range, slot.value.as_ref().map_err(copy).and_then(&body));
        }
    }

    /// An item that is the whole body.
    fn one<T, const TOLERANT: bool>(&mut self, slot: &Slot<'_, T, TOLERANT>, body: impl Fn(&T) -> Result<EventBody>) {
        self.push(None, slot.value.as_ref().map_err(copy).and_then(body));
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

fn named(body: EventBody) -> Result<EventBody> {
    body.with_named_parts().ok_or_else(|| missing("id"))
}

/// The error again: a slot lends its own only.
fn copy(error: &Error) -> Error {
    let mut copy = Error::new(error.kind(), error.message());
    for (key, value) in error.context() {
        copy = copy.with(key, value);
    }
    copy
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

/// What an activity with one subject says happened.
fn activity_body<const TOLERANT: bool>(
    kind: &str,
    payload: &Item<'_, TOLERANT>,
    actor: Option<&Id<'_>>,
    shelf: &Shelf<'_, '_>,
) -> Result<EventBody> {
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
    EventBody::Account(AccountChange { change: "revoked".into(), reason, at })
}

fn unknown(name: &str) -> EventBody {
    EventBody::Unknown(Unknown { name: name.into() })
}
