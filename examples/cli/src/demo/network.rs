//! Networks that take what is said, inside the program: the rules are the real connectors', no socket is opened.
//!
//! On X the people answer: who is invited writes in private, who is answered says one thing more, and that is all.

use std::collections::{BTreeMap, VecDeque};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use async_trait::async_trait;
use bytes::Bytes;
use careline::clock::Clock;
use careline::context::Context;
use careline::network::{
    AccountInfo, Act, BodyKind, Capability, EventStream, FindSent, Network, Outbound, Page, Person, PollAsk, Receipt,
    Recheck, StreamAsk,
};
use careline::routing::{Invitation, ReplyRoute, RouteAsk, Routing};
use careline::triage::{Evidence, Triage, TriageInput};
use careline::{Error, ErrorKind, Result};
use serde_json::{Value, json};

use crate::traffic::{entities, escape};

/// What people on X write is read here.
const ANSWERS: &str = "answers";
/// How often each of them answers.
const TURNS: usize = 2;
/// The milliseconds at which X's ids begin to count.
const EPOCH: i64 = 1_288_834_974_657;

/// What becomes of one attempt to say something.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Fate {
    /// The network takes it, and its answer is lost on the way.
    Unheard,
    /// The same, and nothing can be looked up there either.
    #[cfg(test)]
    Lost,
    /// The network is down.
    #[cfg(test)]
    Down,
    /// The network says no.
    #[cfg(test)]
    Refused,
}

/// An account that says things to nobody but this program.
#[derive(Debug)]
pub(crate) struct Taking {
    rules: Arc<dyn Network>,
    clock: Arc<dyn Clock>,
    held: Mutex<Held>,
}

/// What the network holds.
#[derive(Debug, Default)]
struct Held {
    /// What was said, with the key it came under.
    taken: Vec<(Outbound, Receipt)>,
    /// What people wrote, in X's format, in the order in which it is read.
    written: Vec<Value>,
    /// How often who has answered, by native id.
    turns: BTreeMap<String, usize>,
    fates: VecDeque<Fate>,
    /// Keys of what cannot be looked up.
    #[cfg(test)]
    lost: Vec<String>,
    sequence: u64,
}

impl Taking {
    /// An account under the rules of `rules`, a connector that is never asked to send.
    pub(crate) fn new(rules: Arc<dyn Network>, clock: Arc<dyn Clock>) -> Self {
        Self { rules, clock, held: Mutex::default() }
    }

    /// What was said, in order.
    #[cfg(test)]
    pub(crate) fn said(&self) -> Vec<String> {
        self.held().taken.iter().filter_map(|(out, _)| out.act.say().map(|say| say.text.clone())).collect()
    }

    /// The keys of what was said, in order.
    pub(crate) fn keys(&self) -> Vec<String> {
        self.held().taken.iter().map(|(out, _)| out.key.clone()).collect()
    }

    /// What becomes of the next attempt.
    pub(crate) fn next(&self, fate: Fate) {
        self.held().fates.push_back(fate);
    }

    /// Somebody turns to the account in public; the id of what they wrote.
    pub(crate) fn address(&self, by: &Person, text: &str) -> String {
        let mut held = self.held();
        self.mention(&mut held, by, text, None)
    }

    fn held(&self) -> MutexGuard<'_, Held> {
        self.held.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn is_x(&self) -> bool {
        self.rules.info().account.network.as_str() == "x"
    }

    /// An id that tells its time, as X makes them.
    fn id(&self, held: &mut Held) -> String {
        held.sequence += 1;
        // The accounts count apart, and apart from the day's traffic.
        let own = self.rules.info().account.native_id.bytes().last().unwrap_or_default();
        let place = (1 << 21) | (u64::from(own & 0xf) << 16) | (held.sequence & 0xffff);
        (((self.clock.now().as_millis() - EPOCH).cast_unsigned() << 22) | place).to_string()
    }

    /// A post that names us, as X tells of it; its id.
    fn mention(&self, held: &mut Held, by: &Person, text: &str, under: Option<(&str, &str)>) -> String {
        let (id, info) = (self.id(held), self.rules.info());
        let text = escape(&format!("@{} {text}", info.handle));
        let handle = by.handle.as_deref().unwrap_or(&by.native_id);
        let mut payload = json!({
            "id": id, "text": text, "author_id": by.native_id, "created_at": self.clock.now().to_string(),
            "conversation_id": under.map_or(id.as_str(), |(_, thread)| thread), "edit_history_tweet_ids": [id],
            "lang": "en", "entities": entities(&text),
        });
        if let Some((parent, _)) = under {
            payload["in_reply_to_tweet_id"] = json!(parent);
            payload["in_reply_to_user_id"] = json!(info.account.native_id);
            payload["referenced_tweets"] = json!([{"type": "replied_to", "id": parent}]);
        }
        held.written.push(json!({
            "data": {"event_uuid": id, "event_type": "post.mention.create",
                "filter": {"user_id": info.account.native_id}, "tag": "care", "payload": payload},
            "includes": {"users": [{"id": by.native_id, "username": handle, "name": name(handle)}], "tweets": []},
        }));
        id
    }

    /// A message in private, as X tells of it.
    fn whisper(&self, held: &mut Held, by: &Person, text: &str) {
        let (id, info) = (self.id(held), self.rules.info());
        let handle = by.handle.as_deref().unwrap_or(&by.native_id);
        let own = &info.account.native_id;
        let payload = json!({
            "direct_message_events": [{"type": "message_create", "id": id,
                "created_timestamp": self.clock.now().as_millis().to_string(),
                "message_create": {"sender_id": by.native_id, "target": {"recipient_id": own},
                    "message_data": {"text": escape(text),
                        "entities": {"urls": [], "hashtags": [], "user_mentions": []}}}}],
            "users": {
                (by.native_id.as_str()): {"data": {"id": by.native_id, "username": handle, "name": name(handle)}},
                (own.as_str()): {"data": {"id": own, "username": info.handle, "name": "Acme"}},
            },
        });
        held.written.push(json!({
            "data": {"event_uuid": id, "event_type": "dm.received", "filter": {"user_id": own}, "tag": "care",
                "payload": payload},
        }));
    }

    fn take(&self, held: &mut Held, out: &Outbound) -> Receipt {
        let about = match &out.act {
            Act::Like { on, .. } | Act::Hide { on, .. } | Act::Edit { on, .. } | Act::Delete { on } => Some(on),
            _ => None,
        };
        let id = about.map_or_else(|| self.id(held), |on| on.native_id.to_string());
        let mut receipt = Receipt::new(id.as_str());
        receipt.at = Some(self.clock.now());
        let in_public = matches!(out.act, Act::Reply { .. } | Act::Publish { .. });
        if self.is_x() && in_public {
            receipt.permalink = Some(format!("https://x.com/{}/status/{id}", self.rules.info().handle));
        }
        held.taken.push((out.clone(), receipt.clone()));
        if self.is_x() {
            self.answer(held, out, &id);
        }
        receipt
    }

    /// What whom it was said to says to it.
    fn answer(&self, held: &mut Held, out: &Outbound, id: &str) {
        let (person, say) = match &out.act {
            Act::Reply { to, say, .. } => (to.author.as_ref(), say),
            Act::DirectMessage { to, say, .. } => (Some(to), say),
            _ => return,
        };
        let Some(person) = person else { return };
        let turns = held.turns.entry(person.native_id.to_string()).or_default();
        if *turns >= TURNS {
            return;
        }
        *turns += 1;
        match &out.act {
            Act::Reply { .. } if say.text.contains("/messages/compose") => {
                let mail = person.handle.as_deref().unwrap_or("jo");
                let text = format!("Here I am. It is order AC-204417, my address is {mail}@mail.example.");
                self.whisper(held, person, &text);
            }
            Act::Reply { to, .. } => {
                let thread = to.thread.clone().unwrap_or_else(|| to.native_id.clone());
                self.mention(held, person, "And when will it be here?", Some((id, &thread)));
            }
            _ => self.whisper(held, person, "Thank you, that helps!"),
        }
    }
}

/// A name for people from a handle: `robin_sample` is Robin Sample.
fn name(handle: &str) -> String {
    let capital = |word: &str| {
        let mut letters = word.chars();
        letters.next().map_or_else(String::new, |first| first.to_uppercase().chain(letters).collect())
    };
    handle.split('_').map(capital).collect::<Vec<_>>().join(" ")
}

impl Triage for Taking {
    fn id(&self) -> &str {
        self.rules.id()
    }

    fn assess(&self, input: &TriageInput<'_>, evidence: &mut Evidence) -> Result<()> {
        self.rules.assess(input, evidence)
    }
}

impl Routing for Taking {
    fn reply_routes(&self, ask: &RouteAsk<'_>) -> Vec<ReplyRoute> {
        self.rules.reply_routes(ask)
    }

    fn invitation(&self, ask: &RouteAsk<'_>) -> Option<Invitation> {
        self.rules.invitation(ask)
    }
}

#[async_trait]
impl Network for Taking {
    fn info(&self) -> AccountInfo {
        self.rules.info()
    }

    /// As the connector's, except for how it is read: Mastodon by the connector, X here, Facebook by webhook alone.
    fn capability(&self) -> Capability {
        let mut capability = self.rules.capability();
        if self.rules.info().account.network.as_str() != "mastodon" {
            capability.poll_sources = if self.is_x() { vec![ANSWERS.to_owned()] } else { Vec::new() };
            capability.stream_sources = Vec::new();
            capability.recheck_max = None;
        }
        capability
    }

    async fn poll(&self, cx: &Context, ask: PollAsk) -> Result<Page> {
        if !self.is_x() {
            return self.rules.poll(cx, ask).await;
        }
        let from: usize = ask.cursor.as_deref().and_then(|cursor| cursor.parse().ok()).unwrap_or_default();
        let (body, more) = {
            let held = self.held();
            (held.written.get(from).map(Value::to_string), held.written.len() > from + 1)
        };
        let Some(body) = body else { return Ok(Page::new(Default::default(), Bytes::new(), ask.cursor, false)) };
        let account = self.rules.info().account;
        let parsed = careline_x::normalise(BodyKind::Webhook, body.as_bytes(), &account, self.clock.now())?;
        Ok(Page::new(parsed, Bytes::from(body), Some((from + 1).to_string()), more))
    }

    async fn stream(&self, cx: &Context, ask: StreamAsk) -> Result<EventStream> {
        self.rules.stream(cx, ask).await
    }

    async fn send(&self, _: &Context, out: &Outbound) -> Result<Receipt> {
        let mut held = self.held();
        let unheard = || Err(out.in_doubt(Error::new(ErrorKind::Timeout, "the network did not answer in time")));
        match held.fates.pop_front() {
            None => Ok(self.take(&mut held, out)),
            Some(Fate::Unheard) => {
                self.take(&mut held, out);
                unheard()
            }
            #[cfg(test)]
            Some(Fate::Lost) => {
                held.lost.push(out.key.clone());
                unheard()
            }
            #[cfg(test)]
            Some(Fate::Down) => Err(Error::new(ErrorKind::RateLimited, "the network is down")),
            #[cfg(test)]
            Some(Fate::Refused) => Err(Error::new(ErrorKind::PermissionDenied, "the author blocked us")),
        }
    }

    async fn find_sent(&self, _: &Context, ask: FindSent) -> Result<Option<Receipt>> {
        let held = self.held();
        #[cfg(test)]
        if held.lost.contains(&ask.out.key) {
            return Err(Error::new(ErrorKind::Unavailable, "the list cannot be read"));
        }
        Ok(held.taken.iter().find(|(out, _)| out.key == ask.out.key).map(|(_, receipt)| receipt.clone()))
    }

    async fn recheck(&self, cx: &Context, ask: Recheck) -> Result<Page> {
        self.rules.recheck(cx, ask).await
    }
}

/// The X account with this native id and handle.
///
/// # Errors
/// `config_invalid` if the id is no number.
pub(crate) fn on_x(native_id: &str, handle: &str, clock: Arc<dyn Clock>) -> Result<Taking> {
    let mut config = careline_x::AccountConfig::new(native_id, handle);
    // Never sent anywhere; without one the connector knows that it may say nothing.
    config.user_token = Some("demo-x-user-token".to_owned().into());
    Ok(Taking::new(Arc::new(careline_x::Account::new(config)?), clock))
}
