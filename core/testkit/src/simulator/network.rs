//! A network that lives in memory: what stands on it is the truth, and the way there is bad.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use async_trait::async_trait;
use careline::clock::Clock;
use careline::context::Context;
use careline::engage::text::{Marking, TextPolicy, TextUnit};
use careline::model::{
    Channel, Event, EventBody, Inbound, NativeAccount, Profile, Question, Reason, ReplyTarget, Surface, Timestamp,
    Visibility,
};
use careline::network::{AccountInfo, Act, Capability, FindSent, Network, Outbound, Receipt};
use careline::routing::{ReplyRoute, RouteAsk, Routing};
use careline::triage::{Evidence, Triage, TriageInput};
use careline::{Error, ErrorKind, Result, Retry};
use compact_str::CompactString;
use tokio::sync::{Notify, oneshot};

use super::plan::{Echoes, Faults, Finds, Habits};
use super::schedule::{OUTSIDE, Schedule};
use crate::random::Random;

/// The network, the scope of all its ids, and our profile on it.
pub(super) const SIM: &str = "sim";
pub(super) const US: &str = "us";
/// How long a text may be here, in code points: short, so that many replies have several parts.
const TEXT_MAX: u32 = 80;
/// How long after a customer's private message it may be answered.
const WINDOW: Duration = Duration::from_secs(24 * 3600);

/// A message as it stands on the network.
#[derive(Clone, Debug)]
pub(super) struct Post {
    pub(super) native_id: CompactString,
    /// The key it was sent under; `None` for a customer's.
    pub(super) key: Option<String>,
    pub(super) thread: CompactString,
    pub(super) parent: Option<CompactString>,
    pub(super) author: CompactString,
    pub(super) recipient: Option<CompactString>,
    pub(super) text: String,
    pub(super) revision: u64,
    /// When it came to stand there, by the true time.
    pub(super) at: Timestamp,
    /// From when on whoever looks is shown it.
    shown_at: Timestamp,
    pub(super) liked: bool,
    pub(super) hidden: bool,
}

impl Post {
    fn is_private(&self) -> bool {
        self.thread.starts_with("dm-")
    }
}

/// Something that was done on the network.
#[derive(Clone, Debug)]
pub(super) struct Done {
    pub(super) key: String,
    /// The message it added; `None` for what adds none.
    pub(super) added: Option<CompactString>,
    at: Timestamp,
    shown_at: Timestamp,
}

/// Everything that is true.
#[derive(Debug)]
pub(super) struct Remote {
    pub(super) posts: Vec<Post>,
    /// Every act that took effect, in the order of that.
    pub(super) done: Vec<Done>,
    /// Keys whose search ended without an answer, once at least.
    pub(super) inconclusive: BTreeSet<String>,
    pub(super) struck: BTreeMap<&'static str, u64>,
    /// Acts on their way that take effect later, with the instant from which on they are shown.
    late: Vec<(Timestamp, Timestamp, Outbound)>,
    mail: Vec<(Timestamp, Event)>,
    storm_until: Timestamp,
    token_dead_until: Timestamp,
    random: Random,
    is_calm: bool,
}

impl Remote {
    pub(super) fn post(&self, native_id: &str) -> Option<&Post> {
        self.posts.iter().find(|post| post.native_id == native_id)
    }

    fn strike(&mut self, name: &'static str, per_mille: u32) -> bool {
        let strikes = !self.is_calm && self.random.strikes(per_mille);
        if strikes {
            self.note(name);
        }
        strikes
    }

    fn note(&mut self, name: &'static str) {
        *self.struck.entry(name).or_default() += 1;
    }
}

/// Our account on the simulated network.
pub(super) struct SimNetwork {
    schedule: Arc<Schedule>,
    habits: Habits,
    faults: Faults,
    remote: Mutex<Remote>,
    pub(super) new_mail: Notify,
}

/// What becomes of a request that arrived: an answer, or silence.
type Answer = Option<Result<Receipt>>;

impl SimNetwork {
    pub(super) fn new(schedule: Arc<Schedule>, habits: Habits, faults: Faults, seed: u64) -> Arc<Self> {
        let remote = Remote {
            posts: Vec::new(),
            done: Vec::new(),
            inconclusive: BTreeSet::new(),
            struck: BTreeMap::new(),
            late: Vec::new(),
            mail: Vec::new(),
            storm_until: Timestamp::default(),
            token_dead_until: Timestamp::default(),
            random: Random::new(seed),
            is_calm: false,
        };
        Arc::new(Self { schedule, habits, faults, remote: Mutex::new(remote), new_mail: Notify::new() })
    }

    /// The truth at present.
    pub(super) fn truth(&self) -> MutexGuard<'_, Remote> {
        let mut remote = self.remote.lock().unwrap_or_else(PoisonError::into_inner);
        let now = self.schedule.now();
        let arrived: Vec<_> = remote.late.extract_if(.., |(at, ..)| *at <= now).collect();
        for (at, shown_at, out) in arrived {
            self.apply(&mut remote, &out, at, shown_at);
        }
        remote
    }

    /// No more faults from now on.
    pub(super) fn calm_down(&self) {
        let mut remote = self.truth();
        remote.is_calm = true;
        (remote.storm_until, remote.token_dead_until) = Default::default();
    }

    /// What is to be told to the engines, and when.
    pub(super) fn take_mail(&self) -> Vec<(Timestamp, Event)> {
        std::mem::take(&mut self.truth().mail)
    }

    /// A customer writes: under our post or another message, or to us in private.
    pub(super) fn customer_writes(&self, who: &str, parent: Option<&str>, private: bool, text: &str) -> CompactString {
        let now = self.schedule.now();
        let mut remote = self.truth();
        let native_id = CompactString::from(format!("p{}", remote.posts.len()));
        let thread = match parent.and_then(|parent| remote.post(parent)) {
            Some(parent) => parent.thread.clone(),
            None if private => format!("dm-{who}").into(),
            None => native_id.clone(),
        };
        let post = Post {
            native_id: native_id.clone(),
            key: None,
            thread,
            parent: parent.filter(|_| !private).map(CompactString::from),
            author: who.into(),
            recipient: private.then(|| US.into()),
            text: text.to_owned(),
            revision: 0,
            at: now,
            shown_at: now,
            liked: false,
            hidden: false,
        };
        let event = self.event(&post);
        remote.posts.push(post);
        self.mail(&mut remote, event);
        native_id
    }

    /// A request reaches the network.
    fn arrive(&self, out: &Outbound) -> Answer {
        let now = self.schedule.now();
        let mut guard = self.truth();
        let remote = &mut *guard;
        if let Err(error) = self.admitted(remote, now) {
            return Some(Err(error));
        }
        let in_doubt = |kind| Some(Err(out.in_doubt(Error::new(kind, "no answer came"))));
        let faults = &self.faults;
        if remote.strike("dropped", faults.dropped) {
            let refused = Error::new(ErrorKind::Unavailable, "the connection was refused");
            return Some(Err(refused.retry(Retry::Transient)));
        }
        if remote.strike("trouble", faults.trouble) {
            return in_doubt(ErrorKind::Unavailable);
        }
        if remote.strike("request_lost", faults.request_lost) {
            return in_doubt(ErrorKind::Timeout);
        }
        if remote.strike("hung", faults.hung) {
            return None;
        }
        if self.refuses(out) {
            remote.note("refused");
            return Some(Err(Error::new(ErrorKind::InputInvalid, "the network does not want this said")));
        }
        let lag = u64::from(self.habits.lag_secs) * 1000;
        if lag > 0 && remote.strike("late", faults.late) {
            let at = now.plus(remote.random.millis(0, lag / 2));
            let shown_at = at.plus(remote.random.millis(0, lag / 2));
            remote.late.push((at, shown_at, out.clone()));
            return in_doubt(ErrorKind::Timeout);
        }
        let shown_at = now.plus(remote.random.millis(0, lag));
        let receipt = self.apply(remote, out, now, shown_at);
        if remote.strike("answer_lost", faults.answer_lost) {
            return in_doubt(ErrorKind::Timeout);
        }
        if remote.strike("hung_after", faults.hung_after) {
            return None;
        }
        Some(Ok(receipt))
    }

    /// Whether the network listens at all: no storm, and our token is alive.
    fn admitted(&self, remote: &mut Remote, now: Timestamp) -> Result<()> {
        if remote.strike("storm", self.faults.storm) {
            remote.storm_until = now.plus(remote.random.millis(5_000, 120_000));
        }
        if remote.strike("token_death", self.faults.token_death) {
            remote.token_dead_until = now.plus(remote.random.millis(60_000, 40 * 60_000));
        }
        if now < remote.storm_until {
            remote.note("told_to_wait");
            let pause = u64::try_from(remote.storm_until.millis_since(now)).unwrap_or_default();
            let error = Error::new(ErrorKind::RateLimited, "too many requests");
            return Err(error.retry(Retry::After(Duration::from_millis(pause))));
        }
        if now < remote.token_dead_until {
            remote.note("token_dead");
            return Err(Error::new(ErrorKind::Unauthenticated, "the token is not good any more"));
        }
        Ok(())
    }

    /// Some words the network never takes, however often they are sent.
    fn refuses(&self, out: &Outbound) -> bool {
        let hash = out.key.bytes().fold(7_u64, |hash, byte| hash.wrapping_mul(131).wrapping_add(byte.into()));
        Random::new(hash).strikes(self.faults.refused)
    }

    /// It takes effect.
    fn apply(&self, remote: &mut Remote, out: &Outbound, at: Timestamp, shown_at: Timestamp) -> Receipt {
        let knows_key_since = at.plus_millis(-1000 * i64::from(self.habits.sends_once_for));
        let before = remote.done.iter().find(|done| done.key == out.key && done.at > knows_key_since);
        if let Some(native_id) = before.and_then(|done| done.added.clone()) {
            return self.receipt(&native_id, at);
        }
        let added = match &out.act {
            Act::Like { on, liked } => {
                with_post(remote, &on.native_id, |post| post.liked = *liked);
                Err(on.native_id.clone())
            }
            Act::Hide { on, hidden } => {
                with_post(remote, &on.native_id, |post| post.hidden = *hidden);
                Err(on.native_id.clone())
            }
            Act::Edit { on, say } => {
                self.edit(remote, &on.native_id, &say.text);
                Err(on.native_id.clone())
            }
            act => Ok(self.add(remote, out, act, at, shown_at)),
        };
        let native_id = added.clone().unwrap_or_else(|about| about);
        remote.done.push(Done { key: out.key.clone(), added: added.ok(), at, shown_at });
        self.receipt(&native_id, at)
    }

    fn edit(&self, remote: &mut Remote, native_id: &str, text: &str) {
        with_post(remote, native_id, |post| {
            post.text = text.to_owned();
            post.revision += 1;
        });
        if let Some(event) = remote.post(native_id).map(|post| self.event(post)) {
            self.echo(remote, event);
        }
    }

    /// A message of ours comes to stand there.
    fn add(&self, remote: &mut Remote, out: &Outbound, act: &Act, at: Timestamp, shown_at: Timestamp) -> CompactString {
        let native_id = CompactString::from(format!("p{}", remote.posts.len()));
        let (parent, recipient) = match act {
            Act::Reply { to, .. } => (Some(to.native_id.clone()), None),
            Act::DirectMessage { to, .. } => (None, Some(to.native_id.clone())),
            _ => (None, None),
        };
        let thread = match (&parent, &recipient) {
            (Some(parent), _) => remote.post(parent).map_or(parent.clone(), |parent| parent.thread.clone()),
            (None, Some(person)) => format!("dm-{person}").into(),
            (None, None) => native_id.clone(),
        };
        let post = Post {
            native_id: native_id.clone(),
            key: Some(out.key.clone()),
            thread,
            parent,
            author: US.into(),
            recipient,
            text: act.say().map(|say| say.text.clone()).unwrap_or_default(),
            revision: 0,
            at,
            shown_at,
            liked: false,
            hidden: false,
        };
        let event = self.event(&post);
        remote.posts.push(post);
        self.echo(remote, event);
        native_id
    }

    fn receipt(&self, native_id: &str, at: Timestamp) -> Receipt {
        let mut receipt = Receipt::new(native_id);
        receipt.at = self.habits.tells_time.then(|| self.their_time(at));
        receipt
    }

    fn their_time(&self, at: Timestamp) -> Timestamp {
        at.plus_millis(self.habits.skew_millis)
    }

    /// A message as the network tells of it.
    fn event(&self, post: &Post) -> Event {
        let (surface, visibility) = match (post.is_private(), &post.parent) {
            (true, _) => (Surface::DirectMessage, Visibility::Private),
            (false, Some(_)) => (Surface::Comment, Visibility::Public),
            (false, None) if post.author == US => (Surface::Post, Visibility::Public),
            (false, None) => (Surface::Mention, Visibility::Public),
        };
        let mut inbound = Inbound::new(SIM, post.native_id.clone(), surface, visibility);
        inbound.author = Some(Profile::new(SIM, post.author.clone()));
        inbound.recipient = post.recipient.as_ref().map(|person| Profile::new(SIM, person.clone()));
        inbound.sent_at = Some(self.their_time(post.at));
        inbound.thread = Some(post.thread.clone());
        inbound.reply_to = post.parent.clone().map(|native_id| ReplyTarget { native_id, author: None });
        inbound.revision = post.revision;
        inbound.content.text = post.text.clone();
        inbound.echo_of = post.key.as_ref().filter(|_| self.habits.echoes == Echoes::Keyed).map(CompactString::from);
        let account = NativeAccount::new(SIM.into(), US);
        Event::new(account, Channel::Webhook, Timestamp::default(), EventBody::Message(Box::new(inbound)))
    }

    fn echo(&self, remote: &mut Remote, event: Event) {
        if self.habits.echoes == Echoes::None || remote.strike("echo_missing", self.faults.echo_missing) {
            return;
        }
        self.mail(remote, event);
    }

    /// Tells the engines: soon, or late so that later ones overtake it, once or twice.
    fn mail(&self, remote: &mut Remote, event: Event) {
        let now = self.schedule.now();
        let mut latest = 2_000;
        if remote.strike("told_late", self.faults.told_late) {
            latest = 10 * 60_000;
        }
        let times = 1 + usize::from(remote.strike("told_twice", self.faults.told_twice));
        for _ in 0..times {
            let at = now.plus(remote.random.millis(10, latest));
            remote.mail.push((at, event.clone()));
        }
        self.new_mail.notify_one();
    }

    fn look(&self, ask: &FindSent) -> Option<Result<Option<Receipt>>> {
        let now = self.schedule.now();
        let mut guard = self.truth();
        let remote = &mut *guard;
        let found = self.admitted(remote, now).and_then(|()| match self.habits.finds {
            Finds::Never => Err(Error::new(ErrorKind::Unsupported, "this network cannot be searched")),
            _ if remote.strike("look_failed", self.faults.look_failed) => {
                Err(Error::new(ErrorKind::Unavailable, "the network cannot tell"))
            }
            Finds::ByKey => Ok(self.with_key(remote, &ask.out.key, now)),
            Finds::ByWords => {
                let shown = remote.posts.iter().filter(|post| post.shown_at <= now);
                let events: Vec<_> = shown.map(|post| self.event(post)).collect();
                Ok(ask.among(US, &events))
            }
        });
        let silent = remote.strike("look_hung", self.faults.hung);
        let is_anothers = |receipt: &Receipt| {
            let post = remote.post(&receipt.native_id);
            post.is_some_and(|post| post.key.as_ref() != Some(&ask.out.key))
        };
        let mistaken = found.as_ref().is_ok_and(|found| found.as_ref().is_some_and(is_anothers));
        if found.is_err() || silent || mistaken {
            remote.inconclusive.insert(ask.out.key.clone());
        }
        (!silent).then_some(found)
    }

    fn with_key(&self, remote: &Remote, key: &str, now: Timestamp) -> Option<Receipt> {
        let done = remote.done.iter().find(|done| done.key == key && done.shown_at <= now)?;
        let post = remote.post(done.added.as_ref()?)?;
        Some(self.receipt(&post.native_id, post.at))
    }

    fn latency(&self) -> Duration {
        self.truth().random.millis(20, 1_500)
    }
}

fn with_post(remote: &mut Remote, native_id: &str, change: impl FnOnce(&mut Post)) {
    if let Some(post) = remote.posts.iter_mut().find(|post| post.native_id == native_id) {
        change(post);
    }
}

impl fmt::Debug for SimNetwork {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SimNetwork").field("habits", &self.habits).finish_non_exhaustive()
    }
}

/// The same account as one process sees it.
#[derive(Debug)]
pub(super) struct Connection(pub(super) Arc<SimNetwork>);

#[async_trait]
impl Network for Connection {
    fn info(&self) -> AccountInfo {
        AccountInfo::new(NativeAccount::new(SIM.into(), US), SIM, "acme")
    }

    fn capability(&self) -> Capability {
        let text = TextPolicy::new(TextUnit::CodePoint, TEXT_MAX, Marking::Plain);
        let mut capability = Capability::default();
        capability.webhook = true;
        capability.edits = true;
        capability.send_verbs = Act::VERBS.map(str::to_owned).into();
        capability.sends_once_for = self.0.habits.sends_once_for;
        capability.sent_lag = if self.0.habits.declares_lag { self.0.habits.lag_secs } else { 0 };
        capability.reply_text = Some(text.clone());
        capability.private_text = Some(text.clone());
        capability.post_text = Some(text);
        capability
    }

    async fn send(&self, _: &Context, out: &Outbound) -> Result<Receipt> {
        let (there, back) = (self.0.latency(), self.0.latency());
        let (answer, answered) = oneshot::channel();
        let (network, out) = (self.0.clone(), out.clone());
        // What was sent arrives, whether or not whoever sent it lives on.
        self.0.schedule.begin(OUTSIDE, async move {
            network.schedule.sleep(there).await;
            let Some(result) = network.arrive(&out) else { return };
            network.schedule.sleep(back).await;
            let _ = answer.send(result);
        });
        match answered.await {
            Ok(result) => result,
            Err(_) => std::future::pending().await,
        }
    }

    async fn find_sent(&self, _: &Context, ask: FindSent) -> Result<Option<Receipt>> {
        self.0.schedule.sleep(self.0.latency()).await;
        match self.0.look(&ask) {
            Some(found) => {
                self.0.schedule.sleep(self.0.latency()).await;
                found
            }
            None => std::future::pending().await,
        }
    }
}

impl Triage for Connection {
    fn id(&self) -> &'static str {
        "sim/1"
    }

    fn assess(&self, _: &TriageInput<'_>, evidence: &mut Evidence) -> Result<()> {
        evidence.add(Question::Relevance, "addressed", 9.0, "sim.addressed", None);
        evidence.add(Question::Intent, "question", 9.0, "sim.question", None);
        Ok(())
    }
}

impl Routing for Connection {
    fn reply_routes(&self, ask: &RouteAsk<'_>) -> Vec<ReplyRoute> {
        if ask.target.visibility == Visibility::Private {
            let closes_at = ask.latest_customer_at.unwrap_or(ask.target.received_at).plus(WINDOW);
            let mut private = ReplyRoute::open(Surface::DirectMessage, Visibility::Private);
            if ask.now >= closes_at {
                let reason = Reason::new("sim.window", "private answers are possible for a day");
                private = ReplyRoute::closed(Surface::DirectMessage, Visibility::Private, reason);
            }
            private.closes_at = Some(closes_at);
            return vec![private];
        }
        let mut private = ReplyRoute::open(Surface::DirectMessage, Visibility::Private);
        if ask.private_reply_sent || ask.author.is_none() {
            let reason = Reason::new("sim.once", "a comment is answered in private once");
            private = ReplyRoute::closed(Surface::DirectMessage, Visibility::Private, reason);
        }
        private.single = true;
        vec![ReplyRoute::open(Surface::Comment, Visibility::Public), private]
    }
}
