//! Bodies in, events out. Pure: the same body gives the same events, whatever way it came.
//!
//! What becomes what (fact sheet §3):
//! - a status is a message; a boost is a `boost` reaction to the status inside it, a favourite a `favourite` reaction;
//! - a status shown inside another one, as quoted or boosted, is a message as well; one body tells each status once;
//! - the answer to a deletion is a status with `text` in place of `content`, and a deletion here;
//! - `edited_at` in milliseconds is the revision; the same status arriving as notification, conversation, answer or stream
//!   frame gives the same message, so counts and whatever else depends on who looks are left out;
//! - what carries no message and has no meaning to care is `unknown`, by the network's own word.

use std::collections::{HashMap, HashSet};

use careline::intake::{Intake, MAX_BODY, Parsed, Received, Reject, WebhookRequest};
use careline::model::{
    AccountChange, Attachment, AttachmentKind, Channel, Content, Deleted, Entity, EntityKind, Event, EventBody,
    Inbound, NativeAccount, NetworkName, Profile, RawRange, Reaction, ReplyTarget, Surface, Timestamp, Unknown,
    Visibility,
};
use careline::network::BodyKind;
use careline::wire::{Body, Encoding, Found, Hmac256, Id, Text, Walk};
use careline::{Error, ErrorKind, Result};
use compact_str::CompactString;
use serde_json::value::RawValue;
use serde_json::{Map, Value};

use crate::config::WebhookConfig;
use crate::html::{Markup, full_handle, plain};
use crate::wire::{Account, Frame, Group, Hook, Object, Pleroma, Quote, Severance, Shape};
use crate::{NETWORK, host_of};

/// Reads one raw body of `account`, whose native id is `host/id`.
///
/// [`BodyKind::Rest`] takes any answer of the API, [`BodyKind::Stream`] one WebSocket frame or any number of server-sent
/// events, [`BodyKind::Webhook`] what the server's administration posts. An item that cannot be read is a reject and the
/// others go on; an object of no interest is `unknown`.
///
/// # Errors
/// `config_invalid` if the native id of `account` names no host.
pub fn normalise(kind: BodyKind, body: &[u8], account: &NativeAccount, now: Timestamp) -> Result<Parsed> {
    let body = Body::read(body);
    let mut reader = Reader::new(&body, kind, account, now)?;
    let read = match kind {
        BodyKind::Rest => reader.rest(),
        BodyKind::Stream => reader.stream(),
        BodyKind::Webhook => reader.hook(),
    };
    if let Err(error) = read {
        // Who sends half a body sends it again: nothing of it counts.
        let repaired = reader.parsed.repaired;
        reader.parsed = Parsed { repaired, ..Parsed::default() };
        reader.reject(None, error);
    }
    Ok(reader.parsed)
}

/// Receives the webhooks of a server's administration: every status that is written or edited on it.
#[derive(Debug)]
pub struct Webhook {
    signatures: Hmac256,
    accounts: Vec<NativeAccount>,
}

impl Webhook {
    /// An endpoint with its secrets.
    ///
    /// # Errors
    /// `config_invalid` without a secret, without an account, or if the accounts are on different hosts.
    pub fn new(config: &WebhookConfig) -> Result<Self> {
        let signatures = Hmac256::new(&config.secrets)?;
        let mut hosts = config.accounts.iter().map(host_of).collect::<Result<HashSet<_>>>()?.into_iter();
        if hosts.next().is_none() || hosts.next().is_some() {
            return Err(Error::new(ErrorKind::ConfigInvalid, "a webhook serves the accounts of exactly one server"));
        }
        Ok(Self { signatures, accounts: config.accounts.clone() })
    }

    /// The accounts an event is for: those that wrote it, are named or answered in it; else the first.
    fn addressed<'a>(&'a self, event: &Event) -> Vec<&'a NativeAccount> {
        let EventBody::Message(message) = &event.body else { return self.accounts.iter().take(1).collect() };
        let concerned = |account: &&NativeAccount| {
            let id = account.native_id.rsplit_once('/').map_or("", |(_, id)| id);
            message.author.as_ref().is_some_and(|author| author.native_id == id)
                || message.reply_to.as_ref().is_some_and(|parent| parent.author.as_deref() == Some(id))
                || message.content.entities.iter().any(|entity| entity.native_id.as_deref() == Some(id))
        };
        let addressed: Vec<_> = self.accounts.iter().filter(concerned).collect();
        if addressed.is_empty() { self.accounts.iter().take(1).collect() } else { addressed }
    }
}

impl Intake for Webhook {
    fn network(&self) -> NetworkName {
        NETWORK
    }

    fn receive(&self, request: &WebhookRequest, now: Timestamp) -> Result<Received> {
        check_request(request)?;
        self.signatures.verify(request.header("x-hub-signature"), &request.body, Encoding::Hex)?;
        let mut parsed = normalise(BodyKind::Webhook, &request.body, &self.accounts[0], now)?;
        for event in std::mem::take(&mut parsed.events) {
            let copies = self.addressed(&event).into_iter();
            parsed.events.extend(copies.map(|account| Event { account: Some(account.clone()), ..event.clone() }));
        }
        Ok(Received::Events(parsed))
    }
}

fn check_request(request: &WebhookRequest) -> Result<()> {
    if request.body.len() > MAX_BODY {
        return Err(Error::new(ErrorKind::TooLarge, "the webhook body is too large").with("bytes", request.body.len()));
    }
    if request.method != http::Method::POST {
        return Err(Error::new(ErrorKind::InputInvalid, "a webhook is posted").with("method", &request.method));
    }
    let kind = request.header("content-type").unwrap_or_default();
    if !kind.split(';').next().unwrap_or_default().trim().eq_ignore_ascii_case("application/json") {
        return Err(Error::new(ErrorKind::InputInvalid, "a webhook has the content type application/json"));
    }
    Ok(())
}

/// Reads the items of a page in the order given, which is not the order of the body.
pub(crate) fn read_items<'b>(
    body: &'b Body<'b>,
    items: impl Iterator<Item = &'b RawValue>,
    account: &NativeAccount,
    now: Timestamp,
) -> Result<Parsed> {
    let mut reader = Reader::new(body, BodyKind::Rest, account, now)?;
    for item in items {
        reader.item(&Walk::new(item.get()).value()?);
    }
    Ok(reader.parsed)
}

struct Reader<'b> {
    body: &'b Body<'b>,
    account: &'b NativeAccount,
    host: &'b str,
    channel: Channel,
    now: Timestamp,
    /// The statuses told so far, by id and revision.
    told: HashSet<(CompactString, u64)>,
    parsed: Parsed,
}

impl<'b> Reader<'b> {
    fn new(body: &'b Body<'b>, kind: BodyKind, account: &'b NativeAccount, now: Timestamp) -> Result<Self> {
        let channel = match kind {
            BodyKind::Webhook => Channel::Webhook,
            BodyKind::Rest => Channel::Poll,
            BodyKind::Stream => Channel::Stream,
        };
        let parsed = Parsed { repaired: body.repaired(), ..Parsed::default() };
        Ok(Self { body, account, host: host_of(account)?, channel, now, told: HashSet::new(), parsed })
    }

    fn rest(&mut self) -> Result<()> {
        let mut walk = Walk::new(self.body.as_str());
        if walk.peek() == Some(b'[') {
            walk.items(|walk| self.next_item(walk))?;
        } else {
            self.next_item(&mut walk)?;
        }
        walk.end()
    }

    /// One frame, or server-sent events: fields in lines, events parted by empty lines (fact sheet §2).
    fn stream(&mut self) -> Result<()> {
        let text = self.body.as_str();
        if text.trim_start().starts_with('{') {
            return self.frame(text);
        }
        let blocks: Vec<_> = crate::stream::blocks(text).collect();
        for block in &blocks {
            let raw = self.body.range_of(block).filter(|_| blocks.len() > 1);
            match crate::stream::fields(block) {
                Some((event, data)) => self.pushed(event, &data, raw),
                None if crate::stream::is_idle(block) => {}
                None => self.reject(raw, Error::new(ErrorKind::InputInvalid, "neither a frame nor an event")),
            }
        }
        Ok(())
    }

    fn frame(&mut self, text: &'b str) -> Result<()> {
        let mut walk = Walk::new(text);
        let frame: Frame<'b> = walk.value()?.value?;
        walk.end()?;
        if let Some(error) = &frame.error {
            self.reject(None, refused(error).with("status", frame.status.unwrap_or_default()));
            return Ok(());
        }
        let payload = frame.payload.map_or(Ok(Text::default()), |payload| self.payload(payload))?;
        self.pushed(frame.event.as_deref().unwrap_or_default(), &payload, None);
        Ok(())
    }

    /// The payload of a frame: JSON inside a string, or, from some servers, as it is.
    fn payload<'p>(&mut self, payload: &'p RawValue) -> Result<Text<'p>> {
        if !payload.get().starts_with('"') {
            return Ok(Text(payload.get().into()));
        }
        Walk::new(payload.get()).value()?.value.or_else(|error| {
            let repaired = Body::read(payload.get().as_bytes()).repair().ok_or(error)?;
            self.parsed.repaired = true;
            Ok(Text(repaired.parse::<String>()?.into()))
        })
    }

    /// What came down a stream: `payload` is an object or, of a deletion, a bare id.
    fn pushed(&mut self, event: &str, payload: &str, raw: Option<RawRange>) {
        match event {
            "update" | "status.update" | "notification" | "conversation" => {
                let mut walk = Walk::new(payload);
                match walk.value().and_then(|found| walk.end().map(|()| found)) {
                    Ok(found) => self.item_at(&found, raw),
                    Err(error) => self.reject(raw, error),
                }
            }
            "delete" if !payload.trim().is_empty() => self.deleted(payload.trim().trim_matches('"'), raw),
            "" => self.reject(raw, Error::new(ErrorKind::InputInvalid, "the frame names no event")),
            other => self.unknown(other, raw),
        }
    }

    fn hook(&mut self) -> Result<()> {
        let mut walk = Walk::new(self.body.as_str());
        let hook: Hook<'b> = walk.value()?.value?;
        walk.end()?;
        match (hook.event.as_deref(), hook.object) {
            (Some("status.created" | "status.updated"), Some(object)) => {
                self.item_at(&Walk::new(object.get()).value()?, None);
            }
            (Some(event), _) => self.unknown(event, None),
            (None, _) => return Err(Error::new(ErrorKind::InputInvalid, "`event` is missing")),
        }
        Ok(())
    }

    fn next_item(&mut self, walk: &mut Walk<'b>) -> Result<()> {
        self.item(&walk.value()?);
        Ok(())
    }

    fn item(&mut self, found: &Found<'_, Object<'_>>) {
        self.item_at(found, self.body.range_of(found.part));
    }

    fn item_at(&mut self, found: &Found<'_, Object<'_>>, raw: Option<RawRange>) {
        match &found.value {
            Ok(object) if found.part.starts_with('{') => self.object(object, raw),
            Ok(_) => self.reject(raw, Error::new(ErrorKind::InputInvalid, "an item is no object")),
            Err(error) => self.unreadable(found.part, raw, error),
        }
    }

    fn unreadable(&mut self, part: &str, raw: Option<RawRange>, error: &Error) {
        if let Some(repaired) = Body::read(part.as_bytes()).repair()
            && let Ok(object) = repaired.parse::<Object<'_>>()
        {
            self.parsed.repaired = true;
            return self.object(&object, raw);
        }
        if serde_json::from_str::<Shape>(part).is_ok_and(|shape| !shape.is_ours()) {
            return self.unknown("object", raw);
        }
        self.reject(raw, error.clone());
    }

    fn object(&mut self, object: &Object<'_>, raw: Option<RawRange>) {
        if object.ancestors.is_some() || object.descendants.is_some() {
            for list in [object.ancestors, object.descendants].into_iter().flatten() {
                self.list(list);
            }
        } else if let Some(groups) = object.notification_groups {
            self.groups(object, groups, raw);
        } else if let Some(status) = &object.last_status {
            self.status(status, raw);
        } else if object.is_notification() {
            self.notification(object, raw);
        } else if object.is_deletion() {
            self.taken_back(object, raw);
        } else if object.visibility.is_some() || (object.content.is_some() && object.id.is_some()) {
            self.status(object, raw);
        } else if let Some(statuses) = object.statuses.filter(|list| list.get().starts_with('[')) {
            self.list(statuses);
        } else if let Some(error) = &object.error {
            self.reject(raw, refused(error));
        } else if object.unread.is_none() {
            self.unknown("object", raw);
        }
    }

    /// A list inside an object.
    fn list(&mut self, list: &RawValue) {
        let walked = Walk::new(list.get()).items(|walk| {
            self.item(&walk.value()?);
            Ok(())
        });
        if let Err(error) = walked {
            self.reject(self.body.range_of(list.get()), error);
        }
    }

    fn notification(&mut self, object: &Object<'_>, raw: Option<RawRange>) {
        let kind = object.kind.as_deref().unwrap_or_default();
        if kind == "moderation_warning" {
            return self.warned(object, raw);
        }
        if kind == "severed_relationships" {
            return self.severed(object, raw);
        }
        let Some(status) = &object.status else { return self.unknown(kind, raw) };
        self.status(status, raw);
        let reaction = match kind {
            "favourite" => "favourite",
            "reblog" => "boost",
            "pleroma:emoji_reaction" => object.emoji.as_deref().unwrap_or("emoji"),
            "mention" | "status" | "update" | "poll" | "quote" | "quoted_update" => return,
            other => return self.unknown(other, raw),
        };
        let target = status.reblog.as_ref().unwrap_or(status);
        if let Some(id) = &target.id {
            let by = object.account.as_ref().and_then(|account| self.profile(account));
            let reaction = self.reaction(id, by, reaction, time(object.created_at.as_ref()));
            self.push(EventBody::Reaction(reaction), raw);
        }
    }

    fn warned(&mut self, object: &Object<'_>, raw: Option<RawRange>) {
        let reason = object.moderation_warning.as_ref().map(|warning| {
            let parts = [&warning.action, &warning.text].map(|part| part.as_deref().unwrap_or_default());
            parts.join(": ").trim_matches([':', ' ']).to_owned()
        });
        let at = time(object.created_at.as_ref());
        self.push(
            EventBody::Account(AccountChange { change: "warned".into(), reason, at, ..AccountChange::default() }),
            raw,
        );
    }

    fn severed(&mut self, object: &Object<'_>, raw: Option<RawRange>) {
        let told = object.event.and_then(|event| serde_json::from_str::<Severance<'_>>(event.get()).ok());
        let reason = told.map(|told| {
            let [kind, target] = [&told.kind, &told.target_name].map(|part| part.as_deref().unwrap_or_default());
            let lost = told.followers_count.map(|lost| format!("{lost} followers lost")).unwrap_or_default();
            [kind, target, &lost].into_iter().filter(|part| !part.is_empty()).collect::<Vec<_>>().join(": ")
        });
        let at = time(object.created_at.as_ref());
        let change = AccountChange { change: "severed".into(), reason, at, ..AccountChange::default() };
        self.push(EventBody::Account(change), raw);
    }

    /// Grouped notifications: the statuses once, then who reacted to them, as far as the groups name people.
    fn groups(&mut self, object: &Object<'_>, groups: &RawValue, raw: Option<RawRange>) {
        if let Some(statuses) = object.statuses {
            self.list(statuses);
        }
        let accounts: Vec<Account<'_>> =
            object.accounts.and_then(|accounts| serde_json::from_str(accounts.get()).ok()).unwrap_or_default();
        let people: HashMap<&str, &Account<'_>> =
            accounts.iter().filter_map(|account| Some((account.id.as_ref()?.as_str(), account))).collect();
        let walked = Walk::new(groups.get()).items(|walk| {
            let found = walk.value::<Group<'_>>()?;
            match &found.value {
                Ok(group) => self.group(group, &people, self.body.range_of(found.part)),
                Err(error) => self.reject(self.body.range_of(found.part), error.clone()),
            }
            Ok(())
        });
        if let Err(error) = walked {
            self.reject(raw, error);
        }
    }

    fn group(&mut self, group: &Group<'_>, people: &HashMap<&str, &Account<'_>>, raw: Option<RawRange>) {
        let kind = group.kind.as_deref().unwrap_or_default();
        let reaction = match kind {
            "favourite" => "favourite",
            "reblog" => "boost",
            _ if group.status_id.is_some() => return,
            _ => return self.unknown(kind, raw),
        };
        let Some(status) = &group.status_id else { return self.unknown(kind, raw) };
        for id in &group.sample_account_ids {
            let by = match people.get(id.as_str()) {
                Some(account) => self.profile(account),
                None => Some(Profile::new(self.host, id.compact())),
            };
            let reaction = self.reaction(status, by, reaction, None);
            self.push(EventBody::Reaction(reaction), raw);
        }
    }

    fn status(&mut self, status: &Object<'_>, raw: Option<RawRange>) {
        let Some(id) = &status.id else {
            return self.reject(raw, Error::new(ErrorKind::InputInvalid, "a status has no `id`"));
        };
        if let Some(boosted) = &status.reblog {
            self.status(boosted, raw);
            if let Some(target) = &boosted.id {
                let by = status.account.as_ref().and_then(|account| self.profile(account));
                let reaction = self.reaction(target, by, "boost", time(status.created_at.as_ref()));
                self.push(EventBody::Reaction(reaction), raw);
            }
            return;
        }
        if let Some(quoted) = status.quote.as_ref().and_then(|quote| quote.quoted_status.as_ref()) {
            self.status(quoted, raw);
        }
        if status.is_deletion() {
            // Inside the answer to a deletion the quoted status lacks its content too, and still stands.
            return;
        }
        let message = self.message(status, id);
        if self.told.insert((message.native_id.clone(), message.revision)) {
            self.push(EventBody::Message(Box::new(message)), raw);
        }
    }

    /// The answer to the deletion of a status, or of a boost.
    fn taken_back(&mut self, status: &Object<'_>, raw: Option<RawRange>) {
        let boosted = status.reblog.as_ref().and_then(|boosted| boosted.id.as_ref());
        match (boosted, &status.id) {
            (Some(target), _) => {
                let by = status.account.as_ref().and_then(|account| self.profile(account));
                let reaction = Reaction { removed: true, ..self.reaction(target, by, "boost", None) };
                self.push(EventBody::Reaction(reaction), raw);
            }
            (None, Some(id)) => self.deleted(id, raw),
            (None, None) => self.reject(raw, Error::new(ErrorKind::InputInvalid, "a status has no `id`")),
        }
    }

    fn message(&self, status: &Object<'_>, id: &Id<'_>) -> Inbound {
        let word = status.visibility.as_deref().unwrap_or("public");
        let mut message = Inbound::new(self.host, id.compact(), Surface::Post, visibility(word));
        message.author = status.account.as_ref().and_then(|account| self.profile(account));
        message.sent_at = time(status.created_at.as_ref());
        message.revision =
            time(status.edited_at.as_ref()).and_then(|at| u64::try_from(at.as_millis()).ok()).unwrap_or_default();
        message.reply_to = status.in_reply_to_id.as_ref().map(|parent| ReplyTarget {
            native_id: parent.compact(),
            author: status.in_reply_to_account_id.as_ref().map(Id::compact),
        });
        message.permalink = [&status.url, &status.uri].into_iter().flatten().next().map(|url| url.to_string());
        message.language = status.language.as_deref().filter(|language| !language.is_empty()).map(CompactString::new);
        let (text, entities) = plain(&Markup {
            content: status.content.as_deref().unwrap_or_default(),
            mentions: &status.mentions,
            emojis: &status.emojis,
            host: self.host,
        });
        message.surface = surface(status, &entities);
        if message.surface == Surface::DirectMessage {
            message.recipient = self.recipient(status);
        }
        message.content =
            Content { text, entities, attachments: attachments(status), extensions: extensions(status, word) };
        message
    }

    /// The first person named in a direct status who is not its author.
    fn recipient(&self, status: &Object<'_>) -> Option<Profile> {
        let author = status.account.as_ref().and_then(|author| author.id.as_ref());
        let named = status.mentions.iter().find(|named| named.id.is_some() && named.id.as_ref() != author)?;
        let mut profile = Profile::new(self.host, named.id.as_ref()?.compact());
        profile.handle = named.acct.as_deref().map(|acct| full_handle(acct, self.host));
        Some(profile)
    }

    fn profile(&self, account: &Account<'_>) -> Option<Profile> {
        let mut profile = Profile::new(self.host, account.id.as_ref()?.compact());
        profile.handle = account.acct.as_deref().map(|acct| full_handle(acct, self.host));
        profile.name = account.display_name.as_deref().filter(|name| !name.is_empty()).map(CompactString::new);
        profile.url = account.url.as_deref().map(str::to_owned);
        profile.avatar_url = account.avatar.as_deref().filter(|url| !url.is_empty()).map(str::to_owned);
        // Servers that hide the count send -1.
        profile.followers = account.followers_count.and_then(|count| u64::try_from(count).ok());
        profile.bot = account.bot;
        Some(profile)
    }

    fn reaction(&self, status: &Id<'_>, by: Option<Profile>, word: &str, at: Option<Timestamp>) -> Reaction {
        let (scope, native_id) = (self.host.into(), status.compact());
        Reaction { scope, native_id, by, reaction: word.into(), sole: false, removed: false, at }
    }

    fn deleted(&mut self, id: &str, raw: Option<RawRange>) {
        self.push(EventBody::Deleted(Deleted { scope: self.host.into(), native_id: id.into(), at: None }), raw);
    }

    fn unknown(&mut self, name: &str, raw: Option<RawRange>) {
        self.push(EventBody::Unknown(Unknown { name: name.into() }), raw);
    }

    fn push(&mut self, mut body: EventBody, raw: Option<RawRange>) {
        if !body.keep_named_parts() {
            return self.reject(raw, Error::new(ErrorKind::InputInvalid, "`id` is empty"));
        }
        let event = Event::new(self.account.clone(), self.channel.clone(), self.now, body);
        self.parsed.events.push(event.at(raw));
    }

    fn reject(&mut self, raw: Option<RawRange>, error: Error) {
        self.parsed.rejects.push(Reject { account: Some(self.account.clone()), raw, error });
    }
}

impl Object<'_> {
    fn is_notification(&self) -> bool {
        self.content.is_none() && self.kind.is_some() && (self.status.is_some() || self.created_at.is_some())
    }

    /// Whether this is a status as the server answers to its deletion: with its source in place of its content.
    fn is_deletion(&self) -> bool {
        self.content.is_none() && self.text.is_some() && self.visibility.is_some()
    }
}

impl Shape {
    /// Whether it looks like something that carries a message.
    fn is_ours(&self) -> bool {
        (self.account.is_some() && (self.content.is_some() || self.status.is_some()))
            || self.status.is_some()
            || self.last_status.is_some()
            || self.ancestors.is_some()
            || self.notification_groups.is_some()
    }
}

fn surface(status: &Object<'_>, entities: &[Entity]) -> Surface {
    if status.visibility.as_deref() == Some("direct") {
        Surface::DirectMessage
    } else if status.in_reply_to_id.is_some() {
        Surface::Comment
    } else if status.quote.is_some() {
        Surface::Quote
    } else if !status.mentions.is_empty() || entities.iter().any(|entity| entity.kind == EntityKind::Mention) {
        // Some servers mark who is named in the text only.
        Surface::Mention
    } else {
        Surface::Post
    }
}

/// Anything but the two words for everybody and the one for the people named is a limited audience: never too wide.
fn visibility(word: &str) -> Visibility {
    match word {
        "public" | "unlisted" => Visibility::Public,
        "direct" => Visibility::Private,
        _ => Visibility::Restricted,
    }
}

fn attachments(status: &Object<'_>) -> Vec<Attachment> {
    let attachment = |media: &crate::wire::Media<'_>| {
        let mut attachment = Attachment::new(match media.kind.as_deref() {
            Some("image") => AttachmentKind::Image,
            Some("gifv" | "video") => AttachmentKind::Video,
            Some("audio") => AttachmentKind::Audio,
            _ => AttachmentKind::File,
        });
        attachment.native_id = media.id.as_ref().map(Id::compact);
        attachment.url = [&media.url, &media.remote_url].into_iter().flatten().next().map(|url| url.to_string());
        attachment.description = media.description.as_deref().map(str::to_owned);
        attachment
    };
    status.media_attachments.iter().map(attachment).collect()
}

/// What only this network has. Nothing that changes without an edit or depends on who looks.
fn extensions(status: &Object<'_>, visibility: &str) -> Map<String, Value> {
    let mut extensions = Map::new();
    let mut add = |key: &str, value: Value| drop(extensions.insert(key.to_owned(), value));
    add("visibility", visibility.into());
    if let Some(uri) = &status.uri {
        add("uri", uri.as_str().into());
    }
    if let Some(warning) = status.spoiler_text.as_deref().filter(|warning| !warning.is_empty()) {
        add("spoiler_text", warning.into());
    }
    if status.sensitive == Some(true) {
        add("sensitive", true.into());
    }
    if let Some(id) = status.quote.as_deref().and_then(Quote::id) {
        add("quote", serde_json::json!({ "id": id.as_str() }));
    }
    if let Some(poll) = &status.poll {
        let titles: Vec<_> = poll.options.iter().map(|option| option.title.as_deref().unwrap_or_default()).collect();
        add("poll", serde_json::json!({ "id": poll.id.as_deref(), "options": titles }));
    }
    if let Some(card) = &status.card {
        let [url, title, description] = [&card.url, &card.title, &card.description].map(|part| part.as_deref());
        add("card", serde_json::json!({ "url": url, "title": title, "description": description }));
    }
    if let Some(pleroma) = status.pleroma
        && let Ok(Pleroma { conversation_id: Some(id) }) = serde_json::from_str(pleroma.get())
    {
        add("pleroma.conversation_id", id.as_str().into());
    }
    extensions
}

impl Quote<'_> {
    fn id(&self) -> Option<&Id<'_>> {
        self.quoted_status.as_ref().and_then(|status| status.id.as_ref()).or(self.quoted_status_id.as_ref())
    }
}

fn time(text: Option<&Text<'_>>) -> Option<Timestamp> {
    text.and_then(|text| Timestamp::parse(text))
}

/// The network's own error inside an answer or frame that seemed good.
fn refused(error: &str) -> Error {
    Error::new(ErrorKind::Unavailable, "the server sent an error in place of an item").with("error", clip(error))
}

/// At most 200 characters of a server's own words.
pub(crate) fn clip(words: &str) -> String {
    words.chars().filter(|character| !character.is_control()).take(200).collect()
}
