//! What a decision promises: batches, repetition and order do not matter beyond what is said in its docs.

#![allow(clippy::unwrap_used)]

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use careline::care::{Arrival, Decision, Engine, Outcome, Rules, Snapshot, TenantSetup, decide};
use careline::model::*;
use careline::policy::{CompiledPolicy, Policy};
use careline::store::{Commit, CounterAsk, ExportAsk, Exported, Key, MemoryStore, Record, Store};
use careline::triage::Triages;
use careline_testkit::ManualClock;
use proptest::prelude::*;

const PEOPLE: u8 = 3;
/// So many different messages there are.
const MESSAGES: u8 = 32;
/// The one of them that we write in private.
const OUR_DIRECT: u8 = 24;
/// When everything is decided about.
const NOW: i64 = 1_790_300_000;

fn policy() -> CompiledPolicy {
    let text = "[brand]\nname = \"Acme\"\n[[accounts]]\nid = \"acme\"\nnetwork = \"fake\"\nnative_id = \"brand\"\n";
    CompiledPolicy::new(Policy::parse(text, "policy.toml").unwrap()).unwrap()
}

/// One thing that happens, in few numbers, so that a failing case reads well.
#[derive(Clone, Debug)]
struct Act {
    /// Which message it is about.
    message: u8,
    kind: Kind,
}

#[derive(Clone, Copy, Debug, PartialEq)]
enum Kind {
    Write,
    Edit(u8),
    Delete,
    /// Hidden or shown at this minute.
    Hide(bool, u8),
    /// This person, or nobody known, gives or takes back this reaction at this minute.
    React(Option<u8>, u8, bool, u8),
    /// Read, or only delivered, up to this minute.
    See(bool, u8),
    /// The thread's right to be written in is had by this owner, or only asked for, at this minute.
    Control(Option<u8>, u8),
    /// This signal is given at this minute.
    Signal(u8, u8),
    /// The network says this about the account, at this minute.
    Account(u8, u8),
}

/// A minute of the time after all was written.
fn minute(minute: u8) -> Option<Timestamp> {
    Timestamp::from_secs(1_790_100_000 + i64::from(minute) * 60)
}

/// What message `number` is, whatever happens to it: its author, its place, its parent.
fn inbound(number: u8, revision: u64) -> Inbound {
    let private = number % 7 == 3;
    let (surface, visibility) =
        if private { (Surface::DirectMessage, Visibility::Private) } else { (Surface::Comment, Visibility::Public) };
    let mut inbound = Inbound::new("fake", format!("n{number}"), surface, visibility);
    let brand = number % 5 == 4;
    let person = format!("u{}", number % PEOPLE);
    let mut author = Profile::new("fake", if brand { "brand".to_owned() } else { person.clone() });
    author.name = Some(format!("Person {} as of {number}", number % PEOPLE).into());
    inbound.author = Some(author);
    inbound.sent_at = Timestamp::from_secs(1_790_000_000 + i64::from(number) * 60);
    inbound.revision = revision;
    if private {
        inbound.thread = Some(format!("dm:{person}").into());
        inbound.recipient = brand.then(|| Profile::new("fake", person));
    } else if number > 0 && !number.is_multiple_of(4) {
        inbound.reply_to = Some(ReplyTarget { native_id: format!("n{}", number / 2).into(), author: None });
    }
    let words = ["my order is broken", "thanks a lot", "where is my parcel?", "when?"];
    inbound.content.text = format!("{} r{revision}", words[(usize::from(number) + revision as usize) % words.len()]);
    inbound
}

fn arrival(act: &Act, place: usize) -> Arrival {
    let body = match act.kind {
        Kind::Write => EventBody::Message(Box::new(inbound(act.message, 0))),
        Kind::Edit(revision) => EventBody::Message(Box::new(inbound(act.message, u64::from(revision)))),
        Kind::Delete => EventBody::Deleted(Deleted {
            scope: "fake".into(),
            native_id: format!("n{}", act.message).into(),
            at: Timestamp::from_secs(1_790_100_000 + i64::from(act.message)),
        }),
        Kind::Hide(hidden, minute) => EventBody::Hidden(Hidden {
            scope: "fake".into(),
            native_id: format!("n{}", act.message).into(),
            hidden,
            at: self::minute(minute),
        }),
        Kind::React(person, word, removed, minute) => EventBody::Reaction(Reaction {
            scope: "fake".into(),
            native_id: format!("n{}", act.message).into(),
            by: person.map(|person| Profile::new("fake", format!("u{person}"))),
            reaction: ["like", "boost", "love"][usize::from(word)].into(),
            sole: act.message.is_multiple_of(2),
            removed,
            at: self::minute(minute),
        }),
        Kind::See(read, minute) => EventBody::Seen(Seen {
            scope: "fake".into(),
            thread: format!("dm:u{}", act.message % PEOPLE).into(),
            read,
            native_ids: Vec::new(),
            up_to: self::minute(minute),
        }),
        Kind::Control(owner, minute) => EventBody::Control(Control {
            scope: "fake".into(),
            thread: format!("dm:u{}", act.message % PEOPLE).into(),
            owner: owner.map(|owner| if owner == 0 { ThreadOwner::Us } else { ThreadOwner::Another }),
            app: None,
            at: self::minute(minute),
        }),
        Kind::Signal(name, minute) => EventBody::Signal(Signal {
            name: ["referral", "optin", "typing"][usize::from(name)].into(),
            scope: "fake".into(),
            thread: format!("dm:u{}", act.message % PEOPLE).into(),
            by: Some(Profile::new("fake", format!("u{}", act.message % PEOPLE))),
            at: self::minute(minute),
            extensions: serde_json::Map::from_iter([("ref".to_owned(), format!("ad {name} {minute}").into())]),
        }),
        Kind::Account(change, minute) => EventBody::Account(AccountChange {
            change: ["revoked", "blocked", "warned"][usize::from(change)].into(),
            person: (change == 0).then(|| Profile::new("fake", format!("u{}", act.message % PEOPLE))),
            at: self::minute(minute),
            ..AccountChange::default()
        }),
    };
    arrived(body, place)
}

fn arrived(body: EventBody, place: usize) -> Arrival {
    let received_at = Timestamp::from_secs(1_790_200_000 + place as i64).unwrap();
    let event = Event::new(NativeAccount::new("fake".into(), "brand"), Channel::Webhook, received_at, body);
    Arrival::new(event, Some("acme".into()), None)
}

fn acts() -> impl Strategy<Value = Vec<Act>> {
    let kind = prop_oneof![6 => Just(Kind::Write), 2 => (1u8..4).prop_map(Kind::Edit), 1 => Just(Kind::Delete),
        1 => (any::<bool>(), 0u8..4).prop_map(|(hidden, minute)| Kind::Hide(hidden, minute)), 2 => told()];
    proptest::collection::vec((0u8..MESSAGES, kind).prop_map(|(message, kind)| Act { message, kind }), 1..40)
}

/// What is told beside messages.
fn told() -> impl Strategy<Value = Kind> {
    prop_oneof![
        (proptest::option::of(0u8..PEOPLE), 0u8..3, any::<bool>(), 0u8..4)
            .prop_map(|(person, word, removed, minute)| Kind::React(person, word, removed, minute)),
        (any::<bool>(), 0u8..4).prop_map(|(read, minute)| Kind::See(read, minute)),
        (proptest::option::of(0u8..2), 0u8..4).prop_map(|(owner, minute)| Kind::Control(owner, minute)),
        (0u8..3, 0u8..4).prop_map(|(name, minute)| Kind::Signal(name, minute)),
        (0u8..3, 0u8..9).prop_map(|(change, minute)| Kind::Account(change, minute)),
    ]
}

struct World {
    tenant: TenantId,
    policy: CompiledPolicy,
    triages: Triages,
    store: Arc<MemoryStore>,
}

impl World {
    fn new() -> Self {
        Self {
            tenant: TenantId::single(),
            policy: policy(),
            triages: Triages::default(),
            store: Arc::new(MemoryStore::new()),
        }
    }

    /// Lets the engine do what decisions leave to it.
    async fn tick(&self) {
        let clock = ManualClock::new(Timestamp::from_secs(NOW).unwrap());
        let setup = TenantSetup::new(policy());
        let engine = Engine::builder(self.store.clone()).clock(Arc::new(clock)).tenant(self.tenant.clone(), setup);
        engine.build().unwrap().tick().await.unwrap();
    }

    /// Decides and commits one batch; counts the rounds of loading.
    async fn take(&self, batch: &[&Arrival]) -> Vec<Outcome> {
        let rules = Rules::new(&self.tenant, &self.policy, &self.triages);
        let now = Timestamp::from_secs(NOW).unwrap();
        let mut snapshot = Snapshot::default();
        let mut asked = Vec::new();
        for round in 0.. {
            assert!(round <= 4, "a decision loads in at most four rounds, asked for {asked:#?}");
            match decide(&rules, &snapshot, batch, now) {
                Decision::Need(keys) => {
                    let loaded = self.store.load(&self.tenant, &keys).await.unwrap();
                    asked.push(keys.clone());
                    snapshot.absorb(keys, loaded);
                }
                Decision::Decided(part, outcomes) => {
                    self.store.commit(Commit { deliveries: Vec::new(), tenants: vec![part] }).await.unwrap();
                    return outcomes;
                }
            }
        }
        unreachable!()
    }

    /// Everything there is, as text.
    async fn all(&self) -> Vec<String> {
        let exported = self.store.export(&self.tenant, &ExportAsk { customer: None, raw: true }).await.unwrap();
        let counters = self.store.counters(&self.tenant, &Default::default()).await.unwrap();
        let mut lines: Vec<_> = exported.iter().map(|item| serde_json::to_string(item).unwrap()).collect();
        lines.extend(
            counters.iter().filter(|counter| counter.value != 0).map(|counter| serde_json::to_string(counter).unwrap()),
        );
        lines
    }

    /// What must be the same whatever the order: messages, revisions, threads, people, assessments, SLA starts.
    async fn converged(&self) -> BTreeMap<String, String> {
        let mut facts = BTreeMap::new();
        for item in self.store.export(&self.tenant, &ExportAsk::default()).await.unwrap() {
            let Exported::Record { record, .. } = item else { continue };
            let (key, fact) = match record {
                Record::Message(mut message) => {
                    message.case = None;
                    message.processed_at = Timestamp::default();
                    (message.id.to_string(), serde_json::to_string(&message).unwrap())
                }
                Record::Conversation(thread) if thread.merged_into.is_none() => {
                    (thread.id.to_string(), serde_json::to_string(&thread).unwrap())
                }
                Record::Identity(identity) => (identity.id.to_string(), serde_json::to_string(&identity).unwrap()),
                Record::Customer(customer) => (customer.id.to_string(), serde_json::to_string(&customer).unwrap()),
                Record::Assessment(assessment) => {
                    let id = assessment.message.clone().unwrap();
                    (format!("assessment of {id}"), serde_json::to_string(&assessment).unwrap())
                }
                Record::Case(case) => {
                    for clock in &case.clocks {
                        let place = format!("{} of {} in {:?}", clock.kind, case.customer, case.conversations);
                        // A thread may hold an open case and closed ones: the earliest promise is the one that counts.
                        let start = clock.started_at.to_string();
                        let earliest: &mut String = facts.entry(place).or_insert_with(|| start.clone());
                        *earliest = start.min(earliest.clone());
                    }
                    for thread in case.conversations.iter().filter(|_| case.is_open()) {
                        let place = format!("open case of {} in {thread}", case.customer);
                        let twice = facts.insert(place.clone(), case.opened_at.to_string());
                        assert_eq!(twice, None, "{place}");
                    }
                    continue;
                }
                Record::Thread(thread) => {
                    (format!("beside {}", thread.conversation), serde_json::to_string(&thread).unwrap())
                }
                Record::Account(state) => (state.account.to_string(), serde_json::to_string(&state).unwrap()),
                _ => continue,
            };
            facts.insert(key, fact);
        }
        // Reactions do not tell their names: the counters do, which have each at its own time.
        let reactions = CounterAsk { prefix: "event.reaction".into(), ..CounterAsk::default() };
        for counter in self.store.counters(&self.tenant, &reactions).await.unwrap() {
            if counter.value != 0 {
                facts.insert(format!("reactions at {}", counter.bucket), counter.value.to_string());
            }
        }
        facts
    }

    /// Of each open case: whose it is and where, how many turns it has, since when they wait, and what was promised.
    async fn waits(&self) -> BTreeSet<String> {
        let all = self.store.export(&self.tenant, &ExportAsk::default()).await.unwrap();
        let open = all.into_iter().filter_map(|item| match item {
            Exported::Record { record: Record::Case(case), .. } if case.is_open() => Some(case),
            _ => None,
        });
        let told = |case: Box<Case>| {
            let turns = (case.messages, case.awaiting_since, case.first_response_at, case.latest_brand_at);
            format!("{} in {:?}: {turns:?} {:?}", case.customer, case.conversations, case.clocks)
        };
        open.map(told).collect()
    }
}

/// The same arrivals in another order.
fn shuffled(arrivals: &[Arrival], seed: u64) -> Vec<Arrival> {
    let mut order: Vec<_> = (0..arrivals.len()).collect();
    let mut state = seed | 1;
    for place in (1..order.len()).rev() {
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
        order.swap(place, (state >> 33) as usize % (place + 1));
    }
    order.iter().map(|place| Arrival::new(arrivals[*place].event.clone(), Some("acme".into()), None)).collect()
}

/// Takes in one after the other, and lets the engine finish.
async fn in_turn(arrivals: &[Arrival]) -> World {
    let world = World::new();
    for arrival in arrivals {
        world.take(&[arrival]).await;
    }
    world.tick().await;
    world
}

async fn run(acts: &[Act], sizes: &[usize]) -> World {
    let world = World::new();
    let arrivals: Vec<_> = acts.iter().enumerate().map(|(place, act)| arrival(act, place)).collect();
    let mut rest: Vec<&Arrival> = arrivals.iter().collect();
    for size in sizes.iter().cycle() {
        if rest.is_empty() {
            break;
        }
        let batch: Vec<_> = rest.drain(..(*size).min(rest.len())).collect();
        world.take(&batch).await;
    }
    world
}

fn block_on<T>(future: impl Future<Output = T>) -> T {
    tokio::runtime::Builder::new_current_thread().build().unwrap().block_on(future)
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(150))]

    #[test]
    fn any_split_into_batches_gives_the_same_bytes(acts in acts(), sizes in proptest::collection::vec(1usize..9, 1..6)) {
        let (one_by_one, split, whole) = block_on(async {
            (run(&acts, &[1]).await.all().await, run(&acts, &sizes).await.all().await, run(&acts, &[usize::MAX]).await.all().await)
        });
        prop_assert_eq!(&one_by_one, &split);
        prop_assert_eq!(&one_by_one, &whole);
    }

    #[test]
    fn any_redelivery_changes_no_byte(acts in acts(), again in proptest::collection::vec(any::<prop::sample::Index>(), 1..20)) {
        let (before, outcomes, after) = block_on(async {
            let world = run(&acts, &[5]).await;
            let before = world.all().await;
            // What has a time of the network's own is known again whenever another body tells it.
            let later = |place: usize| if matches!(acts[place].kind, Kind::Write | Kind::Edit(_)) { place } else { 100 };
            let repeats: Vec<_> =
                again.iter().map(|index| index.index(acts.len())).map(|place| arrival(&acts[place], later(place))).collect();
            let outcomes = world.take(&repeats.iter().collect::<Vec<_>>()).await;
            (before, outcomes, world.all().await)
        });
        prop_assert!(outcomes.iter().all(|outcome| *outcome == Outcome::Known), "{:?}", outcomes);
        prop_assert_eq!(before, after);
    }

    #[test]
    fn any_order_converges(acts in acts(), seed in any::<u64>()) {
        // Each act keeps its own received_at; only the order in which we see them changes. A question that was answered in
        // private stays a case whatever it is edited to; seen only after the edit, it never was one.
        let numbered = acts.iter().enumerate().filter(|(_, act)| act.message != OUR_DIRECT);
        let straight: Vec<_> = numbered.map(|(place, act)| arrival(act, place)).collect();
        let (straight, mixed) = block_on(async {
            (in_turn(&straight).await.converged().await, in_turn(&shuffled(&straight, seed)).await.converged().await)
        });
        for (key, fact) in &straight {
            prop_assert_eq!(Some(fact), mixed.get(key), "{}", key);
        }
        prop_assert_eq!(straight.len(), mixed.len());
    }

    #[test]
    fn any_order_of_questions_and_answers_ends_the_same_waits(written in proptest::collection::btree_set(0u8..MESSAGES, 1..20), seed in any::<u64>()) {
        // Which of a person's cases a private message of ours is about, one thread or another, does depend on the order.
        let asked: Vec<_> = written.iter().filter(|number| **number != OUR_DIRECT).map(|number| {
            let mut inbound = inbound(*number, 0);
            inbound.content.text = "@acme my order is broken, please help".to_owned();
            arrived(EventBody::Message(Box::new(inbound)), usize::from(*number))
        }).collect();
        let (straight, mixed) = block_on(async {
            (in_turn(&asked).await.waits().await, in_turn(&shuffled(&asked, seed)).await.waits().await)
        });
        prop_assert_eq!(straight, mixed);
    }
}

#[test]
fn an_unknown_event_is_set_aside_once() {
    block_on(async {
        let world = World::new();
        let event = Event::new(
            NativeAccount::new("fake".into(), "brand"),
            Channel::Webhook,
            Timestamp::default(),
            EventBody::Unknown(Unknown { name: "hologram".into() }),
        );
        let arrival =
            Arrival::new(event, Some("acme".into()), Some(DeliveryId::of(&world.tenant, "fake", b"{}", None)));
        assert_eq!(world.take(&[&arrival]).await, [Outcome::Added]);
        assert_eq!(world.take(&[&arrival]).await, [Outcome::Known]);
        let id = careline::store::Quarantined::new(
            DeliveryId::of(&world.tenant, "fake", b"{}", None),
            None,
            "acme",
            Timestamp::default(),
            &careline::Error::new(careline::ErrorKind::Unsupported, ""),
        )
        .id;
        let loaded = world.store.load(&world.tenant, &[Key::Quarantine(id)]).await.unwrap();
        assert!(matches!(loaded.entries[0].record, Some(Record::Quarantined(_))));
    });
}
