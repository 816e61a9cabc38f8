//! The world around the engines: processes that begin and are killed, mail, customers, agents, and people who look after
//! what nobody could tell.

use std::collections::{BTreeMap, BTreeSet};
use std::future::Future;
use std::pin::pin;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use careline::care::{Engine, PageAsk, Submitted, Tenant, TenantSetup};
use careline::clock::Clock;
use careline::intake::Parsed;
use careline::model::{
    Channel, Event, EventBody, MessageId, Reply, ReplyDraft, ReplyId, ReplyState, TenantId, Timestamp,
};
use careline::store::{MemoryStore, ReplyFilter, Store};
use careline::transport::NoTransport;
use careline::triage::Triages;
use careline::{ErrorKind, Result};
use futures_util::future::{join, join_all, select};
use tokio::sync::{Notify, oneshot};

use super::network::{Connection, SIM, SimNetwork};
use super::plan::{Plan, SPAN};
use super::schedule::{OUTSIDE, Process, Schedule};
use super::store::{Shakes, ShakyStore};
use crate::random::Random;

/// The one tenant, and the account it speaks with.
pub(super) const TENANT: &str = "acme";
const SHOP: &str = "shop";

/// Who may answer, and that kind words must be approved.
const RULES: &str = "
    [[accounts]]
    id = 'shop'
    network = 'sim'
    native_id = 'us'
    [[teams]]
    id = 'front'
    [[agents]]
    id = 'ann'
    teams = ['front']
    [[agents]]
    id = 'bob'
    teams = ['front']
    [guards]
    repeated = 'off'
    [[approvals]]
    when = { terms = ['goodwill'] }
    within = '30m'
";

/// How long a worker rests at most, as hosts are told to.
const LONGEST_REST: Duration = Duration::from_secs(20);

pub(super) struct World {
    pub(super) plan: Plan,
    pub(super) schedule: Arc<Schedule>,
    pub(super) network: Arc<SimNetwork>,
    pub(super) store: Arc<MemoryStore>,
    inner: Mutex<Inner>,
}

struct Inner {
    random: Random,
    processes: Process,
    living: BTreeMap<Process, (Engine, Arc<Notify>)>,
    told: BTreeSet<String>,
    submissions: BTreeMap<String, Submission>,
    unknown: BTreeSet<ReplyId>,
    bystander: Option<Tenant>,
    kills: u64,
}

/// What a host was told of a draft.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Submission {
    /// It became this reply.
    Taken(ReplyId),
    /// It may not be sent.
    Denied,
}

impl World {
    pub(super) fn new(plan: Plan, schedule: Arc<Schedule>) -> Arc<Self> {
        let network = SimNetwork::new(schedule.clone(), plan.habits, plan.faults, plan.seed ^ 0x6e_65_74);
        let inner = Inner {
            random: Random::new(plan.seed ^ 0x77_6f_72),
            processes: OUTSIDE,
            living: BTreeMap::new(),
            told: BTreeSet::new(),
            submissions: BTreeMap::new(),
            unknown: BTreeSet::new(),
            bystander: None,
            kills: 0,
        };
        Arc::new(Self { plan, schedule, network, store: Arc::default(), inner: Mutex::new(inner) })
    }

    /// Lets everything happen, until nothing is left to do; what still waits then, if anything.
    pub(super) async fn play(self: &Arc<Self>) -> Option<String> {
        for _ in 0..self.plan.engines {
            self.clone().start_process();
        }
        self.schedule.kill_at_random(self.plan.kills_per_million);
        self.schedule.begin(OUTSIDE, self.clone().replace_the_dead());
        self.schedule.begin(OUTSIDE, self.clone().carry_mail());
        join_all((0..self.plan.conversations).map(|number| self.clone().converse(number))).await;
        if self.rests(Duration::from_secs(2 * 3600)).await.is_some() {
            self.calm_down();
            if let Some(busy) = self.rests(Duration::from_secs(6 * 3600)).await {
                return Some(busy);
            }
        }
        self.look_after_the_unknown().await;
        self.calm_down();
        let busy = self.rests(Duration::from_secs(6 * 3600)).await;
        // What is shown late is told late, and leases run out.
        self.schedule.sleep(Duration::from_secs(20 * 60)).await;
        busy
    }

    /// No more faults and deaths from now on.
    fn calm_down(&self) {
        self.schedule.kill_at_random(0);
        self.network.calm_down();
    }

    /// A tenant on an engine outside all trouble, to look at what there is.
    pub(super) fn bystander(&self) -> Result<Tenant> {
        if let Some(tenant) = &self.lock().bystander {
            return Ok(tenant.clone());
        }
        let tenant = self.engine(self.store.clone())?.tenant(TENANT)?;
        Ok(self.lock().bystander.insert(tenant).clone())
    }

    pub(super) fn submissions(&self) -> BTreeMap<String, Submission> {
        self.lock().submissions.clone()
    }

    /// Replies of which nobody could tell, at one time or another.
    pub(super) fn unknown(&self) -> BTreeSet<ReplyId> {
        self.lock().unknown.clone()
    }

    pub(super) fn kills(&self) -> u64 {
        self.lock().kills
    }

    fn lock(&self) -> MutexGuard<'_, Inner> {
        self.inner.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn draw<T>(&self, draw: impl FnOnce(&mut Random) -> T) -> T {
        draw(&mut self.lock().random)
    }

    fn strikes(&self, per_mille: u32) -> bool {
        self.draw(|random| random.strikes(per_mille))
    }

    async fn wait(&self, from: u64, to: u64) {
        let pause = self.draw(|random| random.millis(from, to));
        self.schedule.sleep(pause).await;
    }

    fn engine(&self, store: Arc<dyn Store>) -> Result<Engine> {
        let setup = TenantSetup::new(crate::acme(RULES))
            .triages(Triages::only(Vec::new()))
            .network(SHOP, Arc::new(Connection(self.network.clone())));
        Engine::builder(store)
            .clock(self.schedule.clone())
            .transport(Arc::new(NoTransport))
            .tenant(TENANT, setup)
            .build()
    }
}

// Processes.
impl World {
    fn start_process(self: Arc<Self>) {
        let shakes = Shakes { stalls: self.plan.store_stalls, failures: self.plan.store_failures };
        let seed = self.draw(|random| random.below(u64::MAX));
        let store = ShakyStore::new(self.store.clone(), self.schedule.clone(), shakes, seed);
        let Ok(engine) = self.engine(Arc::new(store)) else { return };
        let awake = Arc::new(Notify::new());
        let process = {
            let mut inner = self.lock();
            inner.processes += 1;
            let process = inner.processes;
            inner.living.insert(process, (engine.clone(), awake.clone()));
            process
        };
        self.schedule.clone().begin(process, work(engine, self.schedule.clone(), awake));
    }

    async fn replace_the_dead(self: Arc<Self>) {
        loop {
            let dead = self.schedule.died().await;
            {
                let mut inner = self.lock();
                inner.kills += 1;
                inner.living.remove(&dead);
            }
            let world = self.clone();
            self.schedule.begin(OUTSIDE, async move {
                world.wait(100, 90_000).await;
                world.start_process();
            });
        }
    }

    /// Has some process do something; `None` if it died meanwhile, or none lives.
    async fn ask<T, F>(&self, what: impl FnOnce(Tenant) -> F) -> Option<T>
    where
        T: Send + 'static,
        F: Future<Output = T> + Send + 'static,
    {
        let chosen = {
            let mut inner = self.lock();
            let place = inner.living.len() as u64;
            let place = inner.random.below(place) as usize;
            inner.living.iter().nth(place).map(|(process, (engine, awake))| (*process, engine.clone(), awake.clone()))
        };
        let Some((process, engine, awake)) = chosen else {
            self.schedule.sleep(Duration::from_secs(1)).await;
            return None;
        };
        let doing = what(engine.tenant(TENANT).ok()?);
        let (tell, told) = oneshot::channel();
        self.schedule.begin(process, async move {
            let _ = tell.send(doing.await);
            awake.notify_one();
        });
        told.await.ok()
    }

    /// The same, until one lives long enough and does it.
    async fn have_done<T, F>(&self, what: impl Fn(Tenant) -> F) -> T
    where
        T: Send + 'static,
        F: Future<Output = Result<T>> + Send + 'static,
    {
        loop {
            if let Some(Ok(done)) = self.ask(&what).await {
                return done;
            }
            self.wait(500, 3_000).await;
        }
    }
}

/// What a worker does: what is due, and rest until something is.
async fn work(engine: Engine, schedule: Arc<Schedule>, awake: Arc<Notify>) {
    loop {
        let due = engine.tick().await.ok().and_then(|ticked| ticked.next_due);
        let rest = due.map_or(LONGEST_REST, |due| {
            Duration::from_millis(due.millis_since(schedule.now()).max(50).unsigned_abs()).min(LONGEST_REST)
        });
        select(schedule.sleep(rest), pin!(awake.notified())).await;
    }
}

// The network's mail.
impl World {
    async fn carry_mail(self: Arc<Self>) {
        loop {
            for (at, event) in self.network.take_mail() {
                self.schedule.begin(OUTSIDE, self.clone().tell(at, event));
            }
            self.network.new_mail.notified().await;
        }
    }

    async fn tell(self: Arc<Self>, at: Timestamp, event: Event) {
        let now = self.schedule.now();
        self.schedule.sleep(Duration::from_millis(at.millis_since(now).max(0).unsigned_abs())).await;
        let body = serde_json::to_vec(&event).unwrap_or_default();
        self.have_done(|tenant| {
            let (body, mut event) = (body.clone(), event.clone());
            async move {
                event.received_at = at;
                let parsed = Parsed { events: vec![event], ..Parsed::default() };
                tenant.ingest("hook", Channel::Webhook, body, parsed).await
            }
        })
        .await;
        if let EventBody::Message(message) = &event.body {
            self.lock().told.insert(message.native_id.to_string());
        }
    }

    async fn is_told(&self, native_id: &str) {
        while !self.lock().told.contains(native_id) {
            self.wait(500, 2_000).await;
        }
    }
}

// Customers and agents.
impl World {
    async fn converse(self: Arc<Self>, number: u32) {
        self.wait(0, SPAN.as_millis() as u64).await;
        let (who, private) = (format!("c{number}"), self.strikes(350));
        let root = self.network.customer_writes(&who, None, private, "Where is my parcel?");
        self.is_told(&root).await;
        let mut to = root.clone();
        for round in 0..self.plan.rounds {
            let name = format!("{number}-{round}");
            let first = self.clone().act(name.clone() + "-a", to.to_string(), private);
            if self.strikes(300) {
                join(first, self.clone().act(name + "-b", to.to_string(), private)).await;
            } else {
                first.await;
            }
            self.wait(0, 5 * 60_000).await;
            if self.strikes(400) {
                to = self.network.customer_writes(&who, Some(&root), private, "And when does it come?");
                self.is_told(&to).await;
            }
        }
    }

    /// An agent does something about a message.
    async fn act(self: Arc<Self>, key: String, to: String, private: bool) {
        let about = MessageId::of(&TenantId::from(TENANT), SIM, &to);
        let author = if self.strikes(600) { "ann" } else { "bob" };
        let mut draft = ReplyDraft::answer(&key, author, about, self.words(&key));
        draft.thread = true;
        match self.draw(|random| random.below(100)) {
            0..10 => (draft.verb, draft.text) = (Some("like".into()), String::new()),
            10..14 if !private => {
                (draft.verb, draft.text) = (Some("hide".into()), String::new());
                draft.ground = Some("spam".into());
            }
            14..20 => {
                (draft.verb, draft.to, draft.account) = (Some("publish".into()), None, Some(SHOP.into()));
            }
            20..32 if !private => draft.verb = Some("direct_message".into()),
            _ => {}
        }
        if self.strikes(50) {
            draft.not_before = Some(self.schedule.now().plus(self.draw(|random| random.millis(0, 20 * 60_000))));
        }
        let Some(reply) = self.submit(&draft).await else { return };
        if reply.state == ReplyState::AwaitingApproval {
            self.clone().decide(&reply, author).await;
        }
        if self.strikes(150) {
            self.take_back(&reply).await;
        } else if reply.verb != "like" && self.strikes(100) {
            self.edit(&key, author, reply.id).await;
        }
    }

    fn words(&self, key: &str) -> String {
        match self.draw(|random| random.below(100)) {
            0..12 => "Thank you, we look into it.".to_owned(),
            12..22 => format!("As goodwill we send you another one, case {key}."),
            22..45 => {
                format!("We found it in {key}. {} It will be with you soon.", "It had been left behind. ".repeat(5))
            }
            _ => format!("It is on its way, see {key}."),
        }
    }

    /// Submits until it is known what became of it, now and then by two processes at once. What was denied once may be
    /// taken when it is submitted again.
    async fn submit(&self, draft: &ReplyDraft) -> Option<Reply> {
        let twice = self.strikes(150);
        let again = async {
            match twice {
                true => self.submit_once(draft).await.reply,
                false => None,
            }
        };
        let (submitted, again) = join(self.submit_once(draft), again).await;
        let late = match self.strikes(100) {
            true => self.submit_once(draft).await.reply,
            false => None,
        };
        let reply = submitted.reply.or(again).or(late);
        let submission = reply.as_ref().map_or(Submission::Denied, |reply| Submission::Taken(reply.id.clone()));
        self.lock().submissions.insert(draft.key.clone(), submission);
        reply
    }

    async fn submit_once(&self, draft: &ReplyDraft) -> Submitted {
        self.have_done(|tenant| {
            let draft = draft.clone();
            async move { tenant.reply(draft).await }
        })
        .await
    }

    /// Its author would rather not have said it, and tries for a while to take it back.
    async fn take_back(&self, reply: &Reply) {
        for _ in 0..6 {
            self.wait(0, 8_000).await;
            let id = reply.id.clone();
            if let Some(Ok(_)) = self.ask(|tenant| async move { tenant.withdraw(&id, "ann").await }).await {
                return;
            }
        }
    }

    /// A colleague approves, perhaps with other words, or says no, or forgets it.
    async fn decide(self: Arc<Self>, reply: &Reply, author: &str) {
        self.wait(0, 20 * 60_000).await;
        let by = if author == "ann" { "bob" } else { "ann" };
        let choice = self.draw(|random| random.below(10));
        let text = (choice < 2).then(|| format!("As goodwill we send you two, {}.", reply.key));
        loop {
            let (id, text) = (reply.id.clone(), text.clone());
            let answer = match choice {
                0..7 => self.ask(|tenant| async move { tenant.approve(&id, by, text).await }).await,
                7..9 => self.ask(|tenant| async move { tenant.reject(&id, by, "no").await }).await,
                _ => return,
            };
            match answer {
                Some(Ok(_)) => return,
                // Approved by the call whose process died, or given way to another draft.
                Some(Err(error)) if error.kind() == ErrorKind::Conflict => return,
                _ => self.wait(500, 3_000).await,
            }
        }
    }

    /// Once a reply is delivered, its author puts other words in its place.
    async fn edit(&self, key: &str, author: &str, reply: ReplyId) {
        self.wait(0, 10 * 60_000).await;
        let known = self.have_done(|tenant| {
            let reply = reply.clone();
            async move { tenant.reply_record(&reply).await }
        });
        let known = known.await;
        let part = known.parts.first().filter(|_| known.parts.len() == 1 && known.state == ReplyState::Delivered);
        let Some(native_id) = part.and_then(|part| part.native_id.clone()) else { return };
        let about = MessageId::of(&TenantId::from(TENANT), SIM, &native_id);
        let mut draft = ReplyDraft::answer(format!("{key}-edit"), author, about, format!("Corrected: see {key}."));
        draft.verb = Some("edit".into());
        draft.account = Some(SHOP.into());
        self.submit(&draft).await;
    }
}

// The end.
impl World {
    /// Waits until no reply waits for anything; what still does, if that takes too long.
    async fn rests(&self, within: Duration) -> Option<String> {
        let until = self.schedule.now().plus(within);
        loop {
            let waiting = self.in_states([ReplyState::Queued, ReplyState::Sending, ReplyState::AwaitingApproval]).await;
            let first = waiting.first()?;
            if self.schedule.now() >= until {
                return Some(format!("{} replies wait for ever, {} among them", waiting.len(), first.key));
            }
            self.schedule.sleep(Duration::from_secs(60)).await;
        }
    }

    async fn in_states<const N: usize>(&self, states: [ReplyState; N]) -> Vec<Reply> {
        let Ok(tenant) = self.bystander() else { return Vec::new() };
        let found = tenant.replies(ReplyFilter::in_states(states), PageAsk::first(10_000)).await;
        found.map(|listed| listed.items).unwrap_or_default()
    }

    /// A person looks at every other reply of which nobody could tell, and says what they saw.
    async fn look_after_the_unknown(&self) {
        let unknown = self.in_states([ReplyState::Unknown]).await;
        self.lock().unknown.extend(unknown.iter().map(|reply| reply.id.clone()));
        for reply in unknown {
            if self.strikes(500) {
                self.look_after(&reply).await;
            }
        }
    }

    async fn look_after(&self, reply: &Reply) {
        let Some(place) = reply.next_part() else { return };
        let key = reply.part_key(place);
        let done = self.network.truth().done.iter().find(|done| done.key == key).cloned();
        let native_id = done.as_ref().map(|done| done.added.clone().unwrap_or_default());
        let answer = self.ask(|tenant| {
            let id = reply.id.clone();
            async move {
                match native_id {
                    Some(native_id) => tenant.was_sent(&id, "bob", &native_id).await,
                    None => tenant.send_after_all(&id, "bob").await,
                }
            }
        });
        answer.await;
    }
}
