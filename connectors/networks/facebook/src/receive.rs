//! Webhooks: verify, walk the envelope, read each item for itself (fact sheets facebook §2, §3 and messenger §2).

use careline::intake::{Intake, MAX_BODY, Parsed, Received, Reject, WebhookReply, WebhookRequest};
use careline::model::{Channel, Event, EventBody, NativeAccount, NetworkName, RawRange, Timestamp, Unknown};
use careline::wire::{Body, Encoding, Hmac256, Walk, alone};
use careline::{Error, ErrorKind, Result};
use compact_str::CompactString;
use http::Method;
use secrecy::{ExposeSecret, SecretString};
use subtle::ConstantTimeEq;

use crate::config::WebhookConfig;
use crate::place::{NETWORK, Page};
use crate::wire::{Change, Messaging, Moment, Scalar};
use crate::{feed, messaging};

/// The webhook endpoint of one Meta app, for all the pages that installed it.
#[derive(Debug)]
pub struct Webhook {
    signatures: Hmac256,
    verify_token: SecretString,
    app_id: Option<String>,
}

impl Webhook {
    /// An endpoint with these settings.
    ///
    /// # Errors
    /// `config_invalid` without an app secret or a verify token: anybody could sign or subscribe with an empty one.
    pub fn new(config: WebhookConfig) -> Result<Self> {
        if config.verify_token.expose_secret().is_empty() {
            return Err(Error::new(ErrorKind::ConfigInvalid, "the verify token is missing or empty"));
        }
        Ok(Self {
            signatures: Hmac256::new(&config.app_secrets)?,
            verify_token: config.verify_token,
            app_id: config.app_id,
        })
    }

    pub(crate) fn signatures(&self) -> &Hmac256 {
        &self.signatures
    }

    pub(crate) fn app_id(&self) -> Option<&str> {
        self.app_id.as_deref()
    }

    /// Answers `hub.challenge` verbatim to whoever knows the verify token.
    fn challenge(&self, query: &str) -> Result<Received> {
        let field = |name: &str| {
            url::form_urlencoded::parse(query.as_bytes()).find(|(key, _)| key == name).map(|(_, value)| value)
        };
        if field("hub.mode").as_deref() != Some("subscribe") {
            return Err(Error::new(ErrorKind::InputInvalid, "`hub.mode` is not `subscribe`"));
        }
        let token = field("hub.verify_token").unwrap_or_default();
        let fits = token.as_bytes().ct_eq(self.verify_token.expose_secret().as_bytes());
        if !bool::from(fits) {
            let message = "the verify token is not ours; is it the one in the app's dashboard?";
            return Err(Error::new(ErrorKind::SignatureInvalid, message));
        }
        let challenge =
            field("hub.challenge").ok_or_else(|| Error::new(ErrorKind::InputInvalid, "`hub.challenge` is missing"))?;
        Ok(Received::Challenge(WebhookReply::text(challenge)))
    }

    fn delivery(&self, request: &WebhookRequest, now: Timestamp) -> Result<Received> {
        if request.body.len() > MAX_BODY {
            return Err(Error::new(ErrorKind::TooLarge, "the body is larger than a delivery may be")
                .with("bytes", request.body.len()));
        }
        self.signatures.verify(request.header("x-hub-signature-256"), &request.body, Encoding::Hex)?;
        check_content_type(request)?;
        let parsed = read(&request.body, None, self.app_id.as_deref(), now);
        if parsed.events.is_empty() && parsed.rejects.is_empty() {
            return Ok(Received::Ignored);
        }
        Ok(Received::Events(parsed))
    }
}

impl Intake for Webhook {
    fn network(&self) -> NetworkName {
        NetworkName::new(NETWORK)
    }

    fn receive(&self, request: &WebhookRequest, now: Timestamp) -> Result<Received> {
        match request.method {
            Method::GET => self.challenge(&request.query),
            Method::POST => self.delivery(request, now),
            _ => Err(Error::new(ErrorKind::InputInvalid, "Facebook sends GET and POST only")),
        }
        .map_err(|error| error.during("receive").with("network", NETWORK))
    }

    fn alone(&self, body: &[u8], range: RawRange) -> Vec<u8> {
        // The page and the time of the entry belong to each of its items.
        alone(body, range, &["object", "id", "time"]).unwrap_or_else(|| range.slice(body).to_vec())
    }
}

fn check_content_type(request: &WebhookRequest) -> Result<()> {
    let Some(given) = request.header("content-type") else { return Ok(()) };
    let kind = given.split(';').next().unwrap_or_default().trim();
    if kind.eq_ignore_ascii_case("application/json") {
        return Ok(());
    }
    Err(Error::new(ErrorKind::InputInvalid, "the content type is not `application/json`"))
}

/// Reads a webhook body. `account` is for entries that do not name their page.
pub(crate) fn read(raw: &[u8], account: Option<&NativeAccount>, app_id: Option<&str>, now: Timestamp) -> Parsed {
    read_repaired(raw, account, |body| {
        // An item takes about a kilobyte.
        let events = Vec::with_capacity(1 + body.as_str().len() / 1024);
        let mut reader = Reader { body, account, app_id, now, parsed: Parsed { events, ..Parsed::default() } };
        reader.body()?;
        Ok(reader.parsed)
    })
}

/// Reads a body, and once more after repair if it is broken; what stays broken is one reject.
pub(crate) fn read_repaired(
    raw: &[u8],
    account: Option<&NativeAccount>,
    read: impl Fn(&Body<'_>) -> Result<Parsed>,
) -> Parsed {
    let body = Body::read(raw);
    let (result, repaired) = match read(&body) {
        Ok(parsed) => (Ok(parsed), body.repaired()),
        Err(error) => match body.repair() {
            Some(body) => (read(&body), true),
            None => (Err(error), body.repaired()),
        },
    };
    match result {
        Ok(mut parsed) => {
            parsed.repaired |= repaired;
            parsed
        }
        Err(error) => Parsed {
            events: Vec::new(),
            rejects: vec![Reject { account: account.cloned(), raw: None, error }],
            repaired,
        },
    }
}

/// A list of items in an entry.
#[derive(Clone, Copy)]
enum List {
    Changes,
    Messaging,
    Standby,
}

impl List {
    fn named(key: &str) -> Option<Self> {
        match key {
            "changes" => Some(Self::Changes),
            "messaging" => Some(Self::Messaging),
            "standby" => Some(Self::Standby),
            _ => None,
        }
    }
}

/// What an entry tells about all its items.
#[derive(Default)]
struct Entry {
    page: Option<Page>,
    time: Option<Timestamp>,
}

struct Reader<'a> {
    body: &'a Body<'a>,
    account: Option<&'a NativeAccount>,
    app_id: Option<&'a str>,
    now: Timestamp,
    parsed: Parsed,
}

impl<'a> Reader<'a> {
    /// # Errors
    /// Only for JSON that is broken or no object: everything else becomes an event or a reject.
    fn body(&mut self) -> Result<()> {
        let mut walk = Walk::new(self.body.as_str());
        let (mut object, mut known) = (Scalar::default(), false);
        walk.members(|key, walk| match key {
            "object" => {
                object = walk.value::<Scalar<'_>>()?.value.unwrap_or_default();
                Ok(())
            }
            "entry" => {
                known = true;
                one_or_many(walk, |walk| self.entry(walk))
            }
            key => match List::named(key) {
                // Some libraries hand on a single entry or item without its envelope.
                Some(list) => {
                    known = true;
                    self.list(&self.entry_of_account(), list, walk)
                }
                None => walk.skip().map(drop),
            },
        })?;
        walk.end()?;
        if !known {
            return Err(Error::new(ErrorKind::InputInvalid, "the body has no `entry`"));
        }
        if let Some(object) = object.get().filter(|object| *object != "page") {
            self.of_another_product(object);
        }
        Ok(())
    }

    /// The app may be subscribed to Instagram or WhatsApp at the same address: that is not ours to read, but not to drop.
    fn of_another_product(&mut self, object: &str) {
        for event in &mut self.parsed.events {
            event.body = EventBody::Unknown(Unknown { name: CompactString::new(object) });
        }
    }

    fn entry_of_account(&self) -> Entry {
        Entry { page: self.account.map(|account| Page::new(&account.native_id)), time: None }
    }

    fn entry(&mut self, walk: &mut Walk<'a>) -> Result<()> {
        if walk.peek() != Some(b'{') {
            let part = walk.skip()?;
            let error = Error::new(ErrorKind::InputInvalid, "an entry that is no object");
            self.reject(&Entry::default(), self.body.range_of(part), error);
            return Ok(());
        }
        let mut entry = Entry::default();
        let (mut named, mut timed) = (false, false);
        // Meta writes `id` and `time` first. Where they come later, the lists wait for them.
        let mut waiting = Vec::new();
        let mut strange = Vec::new();
        let before = self.found();
        walk.members(|key, walk| match key {
            "id" => {
                let id = walk.value::<Scalar<'_>>()?.value.unwrap_or_default();
                entry.page = id.get().map(Page::new).or_else(|| self.entry_of_account().page);
                named = true;
                Ok(())
            }
            "time" => {
                entry.time = walk.value::<Moment>()?.value.unwrap_or_default().0;
                timed = true;
                Ok(())
            }
            key => match List::named(key) {
                Some(list) => {
                    if named && timed {
                        return self.list(&entry, list, walk);
                    }
                    waiting.push((list, *walk));
                    walk.skip().map(drop)
                }
                None => {
                    if walk.skip()?.starts_with(['[', '{']) {
                        strange.push(CompactString::new(key));
                    }
                    Ok(())
                }
            },
        })?;
        if entry.page.is_none() {
            entry.page = self.entry_of_account().page;
        }
        waiting.into_iter().try_for_each(|(list, mut walk)| self.list(&entry, list, &mut walk))?;
        if self.found() == before {
            self.strange(&entry, strange);
        }
        Ok(())
    }

    /// How much was found so far.
    fn found(&self) -> usize {
        self.parsed.events.len() + self.parsed.rejects.len()
    }

    /// An entry that holds nothing but lists nobody knows, such as `changed_fields`, is kept under their names.
    fn strange(&mut self, entry: &Entry, names: Vec<CompactString>) {
        for name in names {
            match &entry.page {
                Some(page) => self.add(entry, page, None, Ok(EventBody::Unknown(Unknown { name }))),
                None => self.reject(entry, None, Error::new(ErrorKind::InputInvalid, "an entry without `id`")),
            }
        }
    }

    fn list(&mut self, entry: &Entry, list: List, walk: &mut Walk<'a>) -> Result<()> {
        one_or_many(walk, |walk| match list {
            List::Changes => self.change(entry, walk),
            List::Messaging => self.messaging(entry, false, walk),
            List::Standby => self.messaging(entry, true, walk),
        })
    }

    fn change(&mut self, entry: &Entry, walk: &mut Walk<'a>) -> Result<()> {
        let found = walk.value::<Change<'_>>()?;
        let raw = self.body.range_of(found.part);
        let Some(page) = &entry.page else {
            self.reject(entry, raw, Error::new(ErrorKind::InputInvalid, "an entry without `id`"));
            return Ok(());
        };
        let event = match found.value {
            Ok(change) => feed::event(page, change, entry.time),
            Err(error) => match Body::read(found.part.as_bytes()).repair() {
                Some(fixed) => {
                    self.parsed.repaired = true;
                    fixed.parse().and_then(|change| feed::event(page, change, entry.time))
                }
                None => feed::of_unknown_kind(found.part).ok_or(error),
            },
        };
        self.add(entry, page, raw, event);
        Ok(())
    }

    fn messaging(&mut self, entry: &Entry, standby: bool, walk: &mut Walk<'a>) -> Result<()> {
        let found = walk.value::<Messaging<'_>>()?;
        let raw = self.body.range_of(found.part);
        let fixed;
        let (item, text) = match found.value {
            Ok(item) => (Ok(item), found.part),
            Err(error) => match Body::read(found.part.as_bytes()).repair() {
                Some(body) => {
                    self.parsed.repaired = true;
                    fixed = body;
                    (fixed.parse(), fixed.as_str())
                }
                None => (Err(error), found.part),
            },
        };
        let item = match item {
            Ok(item) => item,
            Err(error) => {
                self.reject(entry, raw, error);
                return Ok(());
            }
        };
        let Some(page) = entry.page.clone().or_else(|| messaging::page_of(&item)) else {
            self.reject(entry, raw, Error::new(ErrorKind::InputInvalid, "an item that names no page"));
            return Ok(());
        };
        let event = messaging::event(&page, item, standby, self.app_id, text);
        self.add(entry, &page, raw, event);
        Ok(())
    }

    fn add(&mut self, entry: &Entry, page: &Page, raw: Option<RawRange>, event: Result<EventBody>) {
        match event.and_then(named) {
            Ok(body) => {
                let event = Event::new(page.account.clone(), Channel::Webhook, self.now, body).at(raw);
                self.parsed.events.push(event);
            }
            Err(error) => self.reject(entry, raw, error),
        }
    }

    fn reject(&mut self, entry: &Entry, raw: Option<RawRange>, error: Error) {
        let account = entry.page.as_ref().map(|page| page.account.clone()).or_else(|| self.account.cloned());
        self.parsed.rejects.push(Reject { account, raw, error });
    }
}

/// The body of an event, unless what it is about has an empty id.
pub(crate) fn named(mut body: EventBody) -> Result<EventBody> {
    if body.keep_named_parts() { Ok(body) } else { Err(Error::new(ErrorKind::InputInvalid, "an id is empty")) }
}

/// Every item of a list, or the one thing that stands in its place.
fn one_or_many<'a>(walk: &mut Walk<'a>, mut each: impl FnMut(&mut Walk<'a>) -> Result<()>) -> Result<()> {
    if walk.peek() == Some(b'[') { walk.items(each) } else { each(walk) }
}
