//! A network that takes what is said, as a scenario has it: at once, not at all, or so that nobody can tell.

use std::collections::VecDeque;
use std::sync::Mutex;

use async_trait::async_trait;
use careline::context::Context;
use careline::engage::text::TextPolicy;
use careline::model::*;
use careline::network::{AccountInfo, Act, Capability, FindSent, Network, Outbound, Receipt};
use careline::routing::{Invitation, InvitationWay, ReplyRoute, RouteAsk, Routing};
use careline::triage::{Evidence, Triage, TriageInput};
use careline::{Error, ErrorKind, Result, Retry};

/// What becomes of one attempt.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum Fate {
    /// The network takes it and says so.
    Taken,
    /// The network takes it, and its answer is lost.
    TakenUnheard,
    /// Nothing comes of it, and nobody hears why.
    LostUnheard,
    /// The network is down.
    Down,
    /// The network asks to wait a minute.
    Throttled,
    /// The network refuses it.
    Refused,
    /// The token is not good any more.
    TokenDead,
}

#[derive(Debug, Default)]
pub(crate) struct Sink {
    fates: Mutex<VecDeque<Fate>>,
    /// What the network has, in order.
    pub(crate) has: Mutex<Vec<Outbound>>,
    pub(crate) attempts: Mutex<Vec<String>>,
    pub(crate) looks: Mutex<usize>,
    /// Whether looking for what was sent fails.
    pub(crate) blind: Mutex<bool>,
    /// Whether what was sent is found by its words alone.
    pub(crate) by_words: Mutex<bool>,
}

impl Sink {
    /// What becomes of the next attempts; afterwards all are taken.
    pub(crate) fn next(&self, fates: impl IntoIterator<Item = Fate>) {
        self.fates.lock().unwrap().extend(fates);
    }

    pub(crate) fn texts(&self) -> Vec<String> {
        let has = self.has.lock().unwrap();
        has.iter().filter_map(|out| out.act.say().map(|say| say.text.clone())).collect()
    }

    pub(crate) fn verbs(&self) -> Vec<&'static str> {
        self.has.lock().unwrap().iter().map(|out| out.act.verb()).collect()
    }

    fn take(&self, out: &Outbound) -> Receipt {
        let mut has = self.has.lock().unwrap();
        has.push(out.clone());
        Receipt::new(format!("own{}", has.len()))
    }
}

impl Triage for Sink {
    fn id(&self) -> &str {
        "sink/1"
    }

    fn assess(&self, _: &TriageInput<'_>, _: &mut Evidence) -> Result<()> {
        Ok(())
    }
}

impl Routing for Sink {
    fn reply_routes(&self, ask: &RouteAsk<'_>) -> Vec<ReplyRoute> {
        let private = || ReplyRoute::open(Surface::DirectMessage, Visibility::Private);
        if ask.target.visibility == Visibility::Private {
            let latest = ask.latest_customer_at.unwrap_or_default();
            let closes_at = latest.plus(std::time::Duration::from_secs(86_400));
            let reason = Reason::new("sink.window", "a day after the customer's last message");
            if ask.now >= closes_at {
                return vec![ReplyRoute::closed(Surface::DirectMessage, Visibility::Private, reason)];
            }
            let mut route = private();
            route.closes_at = Some(closes_at);
            return vec![route];
        }
        let mut private = private();
        private.single = true;
        let private = match ask.private_reply_sent {
            true => {
                let reason = Reason::new("sink.private_reply", "one private answer was given");
                ReplyRoute::closed(Surface::DirectMessage, Visibility::Private, reason)
            }
            false => private,
        };
        vec![ReplyRoute::open(Surface::Comment, Visibility::Public), private]
    }

    fn invitation(&self, _: &RouteAsk<'_>) -> Option<Invitation> {
        Some(Invitation::new(InvitationWay::Link).link("https://fake.example/dm/b1"))
    }
}

#[async_trait]
impl Network for Sink {
    fn info(&self) -> AccountInfo {
        AccountInfo::new(NativeAccount::new("fake".into(), "b1"), "fake", "acme")
    }

    fn capability(&self) -> Capability {
        let mut capability = Capability::default();
        capability.send_verbs = Act::VERBS.map(str::to_owned).into();
        capability.sent_lag = 5;
        capability.reply_text = Some(TextPolicy::x_post());
        capability.private_text = Some(TextPolicy::x_direct());
        capability.post_text = Some(TextPolicy::x_post());
        capability
    }

    async fn send(&self, _: &Context, out: &Outbound) -> Result<Receipt> {
        self.attempts.lock().unwrap().push(out.key.clone());
        let fate = self.fates.lock().unwrap().pop_front().unwrap_or(Fate::Taken);
        let unheard = || out.in_doubt(Error::new(ErrorKind::Timeout, "no answer"));
        match fate {
            Fate::Taken => Ok(self.take(out)),
            Fate::TakenUnheard => {
                self.take(out);
                Err(unheard())
            }
            Fate::LostUnheard => Err(unheard()),
            Fate::Down => Err(Error::new(ErrorKind::Unavailable, "the network is down")),
            Fate::Throttled => {
                let minute = std::time::Duration::from_secs(60);
                Err(Error::new(ErrorKind::RateLimited, "too much").retry(Retry::After(minute)))
            }
            Fate::Refused => Err(Error::new(ErrorKind::PermissionDenied, "the author blocked us")),
            Fate::TokenDead => Err(Error::new(ErrorKind::Unauthenticated, "the token has expired")),
        }
    }

    async fn find_sent(&self, _: &Context, ask: FindSent) -> Result<Option<Receipt>> {
        *self.looks.lock().unwrap() += 1;
        if *self.blind.lock().unwrap() {
            return Err(Error::new(ErrorKind::Unavailable, "the list cannot be read"));
        }
        let has = self.has.lock().unwrap();
        let by_words = *self.by_words.lock().unwrap();
        let is_it = |known: &Outbound| if by_words { known.act == ask.out.act } else { known.key == ask.out.key };
        let mut found = has.iter().zip(1..).filter(|(known, _)| is_it(known)).map(|(_, number)| format!("own{number}"));
        let found = found.find(|native_id| !ask.except.iter().any(|other| other == native_id));
        Ok(found.map(Receipt::new))
    }
}
