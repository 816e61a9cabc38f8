//! One tenant, one engine, and short words for what happens to it.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use careline::care::{CaseView, Engine, Ingested, QueueAsk, Tenant, TenantSetup, Ticked};
use careline::intake::Parsed;
use careline::model::*;
use careline::policy::{CompiledPolicy, Policy};
use careline::store::{MemoryStore, Store};
use careline::transport::NoTransport;
use careline::triage::{Evidence, Triage, TriageInput, Triages};
use careline_testkit::ManualClock;

/// Noon on a Wednesday, UTC.
pub(crate) const NOON: &str = "2026-11-18T12:00:00Z";

const BRAND: &str = "
    [brand]
    name = 'Acme'
    [[accounts]]
    id = 'acme'
    network = 'fake'
    native_id = 'b1'
    [[accounts]]
    id = 'acmehelp'
    network = 'fake'
    native_id = 'b2'
";

/// Judges by single words, so that a scenario says what it means: `broken` complains, `where` asks, `thanks` praises,
/// `lol` chats; `invoice` is billing; `bonjour` is French.
#[derive(Debug)]
pub(crate) struct Words;

impl Triage for Words {
    fn id(&self) -> &str {
        "words/1"
    }

    fn assess(&self, input: &TriageInput<'_>, evidence: &mut Evidence) -> careline::Result<()> {
        let mut has = |word: &str, about: Question, value: &str| {
            if input.text().contains(word) {
                evidence.add(about, value, 9.0, format!("words.{word}"), None);
            }
        };
        has("broken", Question::Intent, "complaint");
        has("where", Question::Intent, "question");
        has("thanks", Question::Intent, "praise");
        has("lol", Question::Intent, "chatter");
        has("invoice", Question::Category, "billing");
        has("bonjour", Question::Language, "fr");
        has("", Question::Relevance, "addressed");
        Ok(())
    }
}

pub(crate) struct World {
    pub(crate) engine: Engine,
    pub(crate) tenant: Tenant,
    pub(crate) clock: Arc<ManualClock>,
    pub(crate) store: Arc<MemoryStore>,
    deliveries: AtomicU64,
}

impl World {
    /// A tenant of the brand with two accounts on one network, and whatever else `policy` says.
    pub(crate) fn new(policy: &str) -> Self {
        Self::with(policy, |setup| setup)
    }

    pub(crate) fn with(policy: &str, change: impl FnOnce(TenantSetup) -> TenantSetup) -> Self {
        let setup = TenantSetup::new(rules(policy));
        let setup = change(setup.triages(Triages::only(vec![Arc::new(Words)])));
        let clock = Arc::new(ManualClock::new(at(NOON)));
        let store = Arc::new(MemoryStore::new());
        let engine = Engine::builder(store.clone())
            .clock(clock.clone())
            .transport(Arc::new(NoTransport))
            .tenant(TenantId::single(), setup)
            .build()
            .unwrap();
        let tenant = engine.tenant(TenantId::single()).unwrap();
        Self { engine, tenant, clock, store, deliveries: AtomicU64::new(0) }
    }

    /// Takes in one message through an account; sent now unless it says otherwise.
    pub(crate) async fn through(&self, account: &str, mut message: Inbound) -> Ingested {
        message.sent_at = message.sent_at.or(Some(self.now()));
        self.event(account, EventBody::Message(Box::new(message))).await
    }

    pub(crate) async fn take(&self, message: Inbound) -> Ingested {
        self.through("b1", message).await
    }

    /// Takes in a message and gives back the case it is in.
    pub(crate) async fn case_of(&self, message: Inbound) -> CaseId {
        let id = self.id_of(message.root_id());
        self.take(message).await;
        self.message(&id).await.case.expect("the message is in no case")
    }

    pub(crate) async fn event(&self, account: &str, body: EventBody) -> Ingested {
        let number = self.deliveries.fetch_add(1, Ordering::Relaxed);
        let native = NativeAccount::new("fake".into(), account);
        let raw = format!("{number} {}", serde_json::to_string(&body).unwrap());
        let event = Event::new(native, Channel::Webhook, self.now(), body);
        let parsed = Parsed { events: vec![event], ..Parsed::default() };
        self.tenant.ingest("fake", Channel::Webhook, raw, parsed).await.unwrap()
    }

    pub(crate) async fn delete(&self, native_id: &str) -> Ingested {
        let deleted = Deleted { scope: "fake".into(), native_id: native_id.into(), at: Some(self.now()) };
        self.event("b1", EventBody::Deleted(deleted)).await
    }

    pub(crate) fn now(&self) -> Timestamp {
        use careline::clock::Clock;
        self.clock.now()
    }

    /// Lets time pass and the engine do what is due on the way.
    pub(crate) async fn pass(&self, time: Duration) {
        let end = self.now().plus(time);
        while let Some(due) = self.tick().await.next_due.filter(|due| *due <= end) {
            self.clock.set(due.max(self.now()));
        }
        self.clock.set(end);
        self.tick().await;
    }

    /// Lets the engine do what is due, all of it.
    pub(crate) async fn tick(&self) -> Ticked {
        let ticked = self.engine.tick().await.unwrap();
        assert!(ticked.failed.is_empty(), "{:?}", ticked.failed);
        ticked
    }

    /// Lets so many workers do what is due at the same time.
    pub(crate) async fn tick_at_once(&self, workers: usize) {
        let begin = |_| {
            let engine = self.engine.clone();
            tokio::spawn(async move { engine.tick().await.unwrap() })
        };
        for worker in (0..workers).map(begin).collect::<Vec<_>>() {
            worker.await.unwrap();
        }
    }

    pub(crate) fn id_of(&self, native_id: &str) -> MessageId {
        MessageId::derive(&["default", "fake", native_id])
    }

    pub(crate) async fn message(&self, id: &MessageId) -> Message {
        let key = careline::store::Key::Message(id.clone());
        let loaded = self.store.load(&TenantId::single(), &[key]).await.unwrap();
        match loaded.entries.into_iter().next().unwrap().record {
            Some(careline::store::Record::Message(message)) => *message,
            other => panic!("no message {id}: {other:?}"),
        }
    }

    pub(crate) async fn view(&self, case: &CaseId) -> CaseView {
        self.tenant.case(case).await.unwrap()
    }

    pub(crate) async fn case(&self, case: &CaseId) -> Case {
        self.view(case).await.case
    }

    /// The kinds of steps in a case's timeline.
    pub(crate) async fn steps(&self, case: &CaseId) -> Vec<String> {
        self.view(case).await.timeline.iter().map(|step| step.kind.to_string()).collect()
    }

    pub(crate) async fn open(&self) -> Vec<CaseId> {
        self.tenant.queue(&QueueAsk::all()).await.unwrap().into_iter().map(|item| item.case.id).collect()
    }

    pub(crate) async fn total(&self, name: &str) -> i64 {
        self.tenant.totals(name).await.unwrap().get(name).copied().unwrap_or_default()
    }

    pub(crate) async fn online(&self, agent: &str) {
        self.tenant.set_presence(&agent.into(), true, None).await.unwrap();
        self.tick().await;
    }

    pub(crate) async fn offline(&self, agent: &str) {
        self.tenant.set_presence(&agent.into(), false, None).await.unwrap();
        self.tick().await;
    }

    /// Who holds a case.
    pub(crate) async fn holder(&self, case: &CaseId) -> Option<String> {
        self.case(case).await.assignment.map(|held| held.agent.to_string())
    }

    pub(crate) async fn timers(&self) -> Vec<Timer> {
        let far = at("2100-01-01T00:00:00Z");
        self.store.due(far, 1000).await.unwrap().into_iter().map(|(_, timer)| timer).collect()
    }
}

/// A policy of the brand.
pub(crate) fn rules(policy: &str) -> CompiledPolicy {
    let policy = Policy::parse(&format!("{BRAND}{policy}"), "policy.toml").unwrap_or_else(|error| panic!("{error}"));
    CompiledPolicy::new(policy).unwrap()
}

pub(crate) fn at(text: &str) -> Timestamp {
    Timestamp::parse(text).unwrap()
}

pub(crate) fn minutes(number: u64) -> Duration {
    Duration::from_secs(number * 60)
}

pub(crate) fn hours(number: u64) -> Duration {
    minutes(number * 60)
}

/// A public post of a person.
pub(crate) fn post(native_id: &str, author: &str, text: &str) -> Inbound {
    let mut message = Inbound::new("fake", native_id, Surface::Mention, Visibility::Public);
    let mut profile = Profile::new("fake", author);
    profile.handle = Some(author.into());
    message.author = Some(profile);
    message.content.text = text.to_owned();
    message
}

/// A public answer to a message.
pub(crate) fn answer(native_id: &str, author: &str, parent: &str, text: &str) -> Inbound {
    let mut message = post(native_id, author, text);
    message.surface = Surface::Comment;
    message.reply_to = Some(ReplyTarget { native_id: parent.into(), author: None });
    message
}

/// A private message of a person, or of the brand to that person.
pub(crate) fn private(native_id: &str, author: &str, person: &str, text: &str) -> Inbound {
    let mut message = post(native_id, author, text);
    message.surface = Surface::DirectMessage;
    message.visibility = Visibility::Private;
    message.thread = Some(format!("dm:{person}").into());
    message.recipient = (author != person).then(|| Profile::new("fake", person));
    message
}

pub(crate) fn sent(mut message: Inbound, time: &str) -> Inbound {
    message.sent_at = Some(at(time));
    message
}

pub(crate) fn edited(mut message: Inbound, revision: u64) -> Inbound {
    message.revision = revision;
    message
}
