//! What an engine must hold to over every store: no verb and no view of one tenant reaches another, and no page of a list
//! lacks or repeats anything.

#![expect(clippy::unwrap_used, reason = "this is test code: a panic is how a case fails")]

use std::collections::BTreeSet;
use std::sync::Arc;
use std::time::Duration;

use careline::ErrorKind;
use careline::care::{Engine, Listed, PageAsk, QueueAsk, ShadowAsk, Tenant, TenantSetup};
use careline::intake::{Intake, Parsed, Received, Reject, WebhookRequest};
use careline::model::*;
use careline::network::token::{Token, TokenKind};
use careline::policy::CompiledPolicy;
use careline::store::{CaseField, EraseAsk, ExportAsk, Exported, Leased, OpenFilter, Receipt, Store};
use careline::{Error, Result};

use crate::ManualClock;
use crate::network::NOW;

/// Every asynchronous verb and view of [`Tenant`] that [`no_verb_reaches_another_tenant`] tries. A test compares it with
/// the source, so that none is added without a case.
pub const TRIED: &[&str] = &[
    "accept",
    "account_states",
    "all_cases",
    "approve",
    "assign",
    "audit",
    "audit_chain",
    "authors",
    "begin_authorisation",
    "can_send",
    "case",
    "cases_of",
    "check",
    "close",
    "connect",
    "correct",
    "count_open",
    "count_open_by",
    "coverage",
    "customer",
    "customers",
    "erase",
    "explain",
    "export",
    "finish_authorisation",
    "follow",
    "hand_off",
    "history",
    "incident",
    "incident_cases",
    "incidents",
    "ingest",
    "keep_following",
    "merge_customers",
    "messages_by",
    "messages_in",
    "note",
    "open_incident",
    "owed_in",
    "poll",
    "poll_source",
    "quarantine",
    "queue",
    "reading",
    "recheck",
    "redrive",
    "reject",
    "release",
    "release_incident",
    "reopen",
    "replies",
    "reply",
    "reply_record",
    "retain",
    "roster",
    "search",
    "send_after_all",
    "set_facts",
    "set_presence",
    "shadow",
    "suggestions",
    "thread",
    "token_standing",
    "totals",
    "unanswered",
    "unmerge_customers",
    "verify_log",
    "volume",
    "was_sent",
    "withdraw",
];

/// Two tenants over one store: whatever one asks for by the other's ids is not there, and nothing it does changes the other.
///
/// # Panics
/// If something is visible or changed.
pub async fn no_verb_reaches_another_tenant(store: Arc<dyn Store>) {
    let engine = Engine::builder(store)
        .clock(Arc::new(ManualClock::new(NOW)))
        .tenant("acme", TenantSetup::new(policy("a1")))
        .tenant("globex", TenantSetup::new(policy("g1")))
        .build()
        .unwrap();
    let (acme, globex) = (engine.tenant("acme").unwrap(), engine.tenant("globex").unwrap());
    let theirs = fill(&acme, "a1").await;
    let before = everything(&acme).await;
    for round in 0..2 {
        look(&globex, &theirs, round).await;
        meddle(&globex, &theirs).await;
        assert_eq!(everything(&acme).await, before, "what another tenant does changes nothing, round {round}");
        // Once with nothing of its own, once with the very same things of its own.
        if round == 0 {
            fill(&globex, "g1").await;
        }
    }
    look(&engine.operator(), &theirs, 0).await;
    absent(engine.tenant("initech"));
}

/// The engine's own verbs, which serve all tenants at once, tried by [`no_engine_verb_mixes_tenants`].
pub const TRIED_OF_ENGINE: &[&str] = &["notices", "receive", "tick", "told", "upkeep"];

/// Two tenants over one store: what the engine does for one is done to that one alone.
///
/// # Panics
/// If the other one changes, or anything of one is handed out as the other's.
pub async fn no_engine_verb_mixes_tenants(store: Arc<dyn Store>) {
    let clock = Arc::new(ManualClock::new(NOW));
    let engine = Engine::builder(store)
        .clock(clock.clone())
        .endpoint("hook", Arc::new(Hook))
        .tenant("acme", TenantSetup::new(with_retention("a1", "1h")))
        .tenant("globex", TenantSetup::new(policy("g1")))
        .build()
        .unwrap();
    let (acme, globex) = (engine.tenant("acme").unwrap(), engine.tenant("globex").unwrap());
    let names: Vec<_> = engine.tenants().map(|tenant| tenant.id().to_string()).collect();
    assert_eq!(names, ["acme", "globex"]);

    // A body for one is that one's; of a body for both, each gets its own.
    let receive = async |events: &[Event]| {
        let request = WebhookRequest::post(Default::default(), serde_json::to_vec(events).unwrap());
        engine.receive("hook", &request).await.unwrap().ingested.added
    };
    // Each tenant's log knows its policy from the first tick on.
    assert!(engine.tick().await.unwrap().failed.is_empty());
    let (nothing, nobodys) = (everything(&globex).await, everything(&engine.operator()).await);
    assert_eq!(receive(&[told("a1", "1", "jo")]).await, 1);
    assert_eq!(everything(&globex).await, nothing);
    clock.advance(Duration::from_secs(10 * 3600));
    assert_eq!(receive(&[told("a1", "2", "jo"), told("g1", "3", "jo")]).await, 2);
    for (tenant, own, others) in [(&acme, &["1", "2"][..], "\"g1\""), (&globex, &["3"], "\"a1\"")] {
        let mut found: Vec<_> = tenant.search("parcel", 9).await.unwrap().items;
        found.sort_by(|a, b| a.native_id.cmp(&b.native_id));
        assert!(found.iter().map(|message| &*message.native_id).eq(own.iter().copied()), "{found:?}");
        let kept = tenant.export(&ExportAsk { customer: None, raw: true }).await.unwrap();
        let raws = kept.iter().filter_map(|item| if let Exported::Raw { body, .. } = item { Some(body) } else { None });
        assert!(raws.clone().count() == own.len() && raws.clone().all(|raw| !raw.contains(others)), "{kept:?}");
    }

    // Only one of them has something due, once what the network said about accounts is told.
    for notice in &engine.notices().await.unwrap() {
        engine.told(notice).await.unwrap();
    }
    let before = everything(&globex).await;
    let ticked = engine.tick().await.unwrap();
    assert!(ticked.timers > 0 && ticked.failed.is_empty(), "{ticked:?}");
    assert_eq!(everything(&globex).await, before);
    let notices = engine.notices().await.unwrap();
    assert!(!notices.is_empty() && notices.iter().all(|notice| notice.tenant == *acme.id()), "{notices:?}");

    // Nobody can settle another's notice: it comes again.
    for notice in &notices {
        engine.told(&Leased { tenant: globex.id().clone(), ..notice.clone() }).await.unwrap();
    }
    clock.advance(Duration::from_secs(300));
    let again = engine.notices().await.unwrap();
    assert_eq!(again.len(), notices.len());
    for notice in &again {
        engine.told(notice).await.unwrap();
    }
    clock.advance(Duration::from_secs(300));
    assert_eq!(engine.notices().await.unwrap(), []);

    // One forgets after an hour, the other never.
    clock.advance(Duration::from_secs(3600));
    let upkept = engine.upkeep().await;
    assert!(upkept.failed.is_empty(), "{upkept:?}");
    assert_eq!(upkept.removed[acme.id()].removed["raw_deliveries"], 2);
    assert_eq!(upkept.removed[globex.id()], Receipt::default());
    assert_eq!(everything(&globex).await, before);
    assert_eq!(everything(&engine.operator()).await, nobodys);
}

/// An endpoint whose bodies are lists of events.
#[derive(Debug)]
struct Hook;

impl Intake for Hook {
    fn network(&self) -> NetworkName {
        "fake".into()
    }

    fn receive(&self, request: &WebhookRequest, now: Timestamp) -> Result<Received> {
        let mut events: Vec<Event> = serde_json::from_slice(&request.body)
            .map_err(|error| Error::new(ErrorKind::InputInvalid, "this is no list of events").caused_by(error))?;
        events.iter_mut().for_each(|event| event.received_at = now);
        Ok(Received::Events(Parsed { events, ..Parsed::default() }))
    }
}

/// A customer's complaint, told through an account.
fn told(account: &str, id: &str, user: &str) -> Event {
    let mut message = Inbound::new("fake", id, Surface::Mention, Visibility::Public);
    message.author = Some(Profile::new("fake", user));
    message.content.text = "Acme, my parcel is broken, please help me!".to_owned();
    let account = NativeAccount::new("fake".into(), account);
    Event::new(account, Channel::Webhook, NOW, EventBody::Message(Box::new(message)))
}

fn with_retention(native_id: &str, raw: &str) -> CompiledPolicy {
    crate::acme(&format!("{}[retention]\nraw = \"{raw}\"\n", rules(native_id)))
}

fn policy(native_id: &str) -> CompiledPolicy {
    crate::acme(&rules(native_id))
}

fn rules(native_id: &str) -> String {
    format!(
        "[[accounts]]\nid = \"shop\"\nnetwork = \"fake\"\nnative_id = \"{native_id}\"\n\
         [[teams]]\nid = \"front\"\n[[agents]]\nid = \"ann\"\nteams = [\"front\"]\n"
    )
}

/// Every list of a tenant, page by page: no gaps, no repeats, and as many as are counted.
///
/// # Panics
/// If a page lacks something or repeats it.
pub async fn lists_page_without_gaps(store: Arc<dyn Store>) {
    let setup = TenantSetup::new(policy("a1"));
    let engine = Engine::builder(store).clock(Arc::new(ManualClock::new(NOW))).tenant("acme", setup).build().unwrap();
    let tenant = engine.tenant("acme").unwrap();
    fill_lists(&tenant).await;
    let people = tenant.customers(9).await.unwrap().items;
    let (jo, jay) = (people[0].id.clone(), people[1].id.clone());
    let told = vec!["the same number".into(), "said so".into()];
    tenant.merge_customers(&jo, &jay, "ann", told).await.unwrap();
    let case = &tenant.cases_of(&jo, 9).await.unwrap().items[0];
    for text in ["first", "second", "third"] {
        tenant.note(&case.id, "ann", text).await.unwrap();
    }
    let (case, thread) = (case.id.clone(), case.conversations.first().unwrap().clone());

    let all = QueueAsk::all();
    let queue = async |page: PageAsk| tenant.queue(&all.clone().limit(page.limit).after(page.after)).await;
    let waiting = async |page: PageAsk| tenant.unanswered(&all.clone().limit(page.limit).after(page.after)).await;
    let open = tenant.count_open(&all.filter).await.unwrap();
    assert_eq!(turned("queue", queue).await as u64, open);
    assert_eq!(turned("unanswered", waiting).await as u64, open);
    assert_eq!(turned("all_cases", async |page| tenant.all_cases(page).await).await as u64, open);
    assert!(turned("cases_of", async |page| tenant.cases_of(&jo, page).await).await >= 2);
    assert!(turned("messages_by", async |page| tenant.messages_by(&jo, page).await).await >= 4);
    assert!(turned("messages_in", async |page| tenant.messages_in(&thread, page).await).await >= 2);
    assert!(turned("history", async |page| tenant.history(&case, page).await).await >= 4);
    assert_eq!(turned("customers", async |page| tenant.customers(page).await).await, 2);
    assert_eq!(turned("search", async |page| tenant.search("parcel", page).await).await, 6);
    assert_eq!(turned("quarantine", async |page| tenant.quarantine(page).await).await, 3);

    for wrong in [PageAsk::first(0), PageAsk::first(9).after("page 2".to_owned())] {
        assert_eq!(tenant.all_cases(wrong.clone()).await.unwrap_err().kind(), ErrorKind::InputInvalid, "{wrong:?}");
        assert_eq!(
            tenant.messages_by(&jo, wrong.clone()).await.unwrap_err().kind(),
            ErrorKind::InputInvalid,
            "{wrong:?}"
        );
    }
}

/// Three people with two messages each, the second in the thread of the first, and three things set aside.
async fn fill_lists(tenant: &Tenant) {
    for (place, user) in (0..).zip(["jo", "jay", "kim"]) {
        let event = |round: i64| {
            let id = format!("{user}{round}");
            let mut message = Inbound::new("fake", &id, Surface::Mention, Visibility::Public);
            message.author = Some(Profile::new("fake", user));
            message.content.text = format!("Acme, my parcel {id} is broken, please help me!");
            // Two people write at the same instant, so that only ids tell their messages apart.
            message.sent_at = Some(NOW.plus_millis((place / 2 + round) * 1000 - 60_000));
            if round > 0 {
                message.surface = Surface::Comment;
                message.reply_to = Some(ReplyTarget { native_id: format!("{user}0").into(), author: None });
            }
            let account = NativeAccount::new("fake".into(), "a1");
            Event::new(account, Channel::Webhook, NOW, EventBody::Message(Box::new(message)))
        };
        let reject = Reject { account: None, raw: None, error: Error::new(ErrorKind::InputInvalid, "`id` is missing") };
        let parsed = Parsed { events: vec![event(0), event(1)], rejects: vec![reject], repaired: false };
        tenant.ingest("hook", Channel::Webhook, format!("body of {user}"), parsed).await.unwrap();
    }
}

/// How long a list is, after reading it by pages of every length.
async fn turned<T: PartialEq + std::fmt::Debug + Clone>(
    name: &str,
    read: impl AsyncFn(PageAsk) -> Result<Listed<T>>,
) -> usize {
    let whole = read(PageAsk::first(99)).await.unwrap();
    assert_eq!(whole.after, None, "{name} fits one page");
    for limit in 1..=whole.items.len() {
        let (mut found, mut page) = (Vec::new(), PageAsk::first(limit));
        loop {
            let listed = read(page.clone()).await.unwrap();
            assert!(!listed.items.is_empty() && listed.items.len() <= limit, "{name} by {limit}");
            found.extend(listed.items);
            page.after = listed.after;
            if page.after.is_none() {
                break;
            }
        }
        assert_eq!(found, whole.items, "{name} by {limit}");
    }
    whole.items.len()
}

/// What a tenant has, by its ids.
struct Theirs {
    case: CaseId,
    thread: ConversationId,
    people: [CustomerId; 2],
    message: Message,
    assessment: Assessment,
    aside: QuarantineId,
}

async fn fill(tenant: &Tenant, account: &str) -> Theirs {
    let event = |id: &str, user: &str| {
        let mut message = Inbound::new("fake", id, Surface::Mention, Visibility::Public);
        let mut author = Profile::new("fake", user);
        author.handle = Some(format!("{user}_doe").into());
        message.author = Some(author);
        message.content.text = format!("Acme, my parcel {id} is broken, please help me!");
        message.sent_at = Some(NOW.plus_millis(-60_000));
        let account = NativeAccount::new("fake".into(), account);
        Event::new(account, Channel::Webhook, NOW, EventBody::Message(Box::new(message)))
    };
    let reject = Reject { account: None, raw: None, error: Error::new(ErrorKind::InputInvalid, "`id` is missing") };
    let change = AccountChange { change: "warned".into(), ..AccountChange::default() };
    let native = NativeAccount::new("fake".into(), account);
    let warned = Event::new(native, Channel::Webhook, NOW, EventBody::Account(change));
    let parsed =
        Parsed { events: vec![event("1", "jo"), event("2", "li"), warned], rejects: vec![reject], repaired: false };
    assert_eq!(tenant.ingest("hook", Channel::Webhook, "a raw body", parsed).await.unwrap().added, 2);
    tenant.set_presence(&"ann".into(), true, None).await.unwrap();
    tenant.connect(&"shop".into(), token(if account == "a1" { 10 } else { 5 })).await.unwrap();
    let case = tenant.all_cases(9).await.unwrap().items.remove(0);
    tenant.assign(&case.id, &"ann".into(), "ann").await.unwrap();
    tenant.note(&case.id, "ann", "call back").await.unwrap();
    let message =
        tenant.search("broken", 9).await.unwrap().into_iter().find(|message| message.id == case.lead).unwrap();
    let people: Vec<_> = tenant.customers(9).await.unwrap().into_iter().map(|person| person.id).collect();
    let aside = tenant.quarantine(9).await.unwrap().items.remove(0).id;
    let assessment = tenant.explain(&case.id).await.unwrap().assessment.unwrap();
    Theirs {
        case: case.id,
        thread: message.conversation.clone(),
        people: people.try_into().unwrap(),
        message,
        assessment,
        aside,
    }
}

fn token(days: i64) -> Token {
    Token::new("a token", TokenKind::User, NOW).expiring(NOW.plus_millis(days * 86_400_000))
}

/// All that is kept, and every view, as text.
async fn everything(tenant: &Tenant) -> Vec<String> {
    let exported = tenant.export(&ExportAsk { customer: None, raw: true }).await.unwrap();
    let mut all: Vec<_> = exported.iter().map(|item: &Exported| format!("{item:?}")).collect();
    all.push(format!("{:?}", tenant.volume("", None, None).await.unwrap()));
    all.push(format!("{:?}", tenant.queue(&QueueAsk::all()).await.unwrap().items));
    all.push(format!("{:?}", tenant.roster().await.unwrap()));
    all.push(format!("{:?}", tenant.quarantine(99).await.unwrap().items));
    all.push(format!("{:?}", tenant.account_states().await.unwrap()));
    all.push(format!("{:?}", tenant.token_standing(&"shop".into()).await));
    all.push(format!("{:?}", tenant.verify_log().await.unwrap()));
    all
}

/// Every view, with the other's ids and words; `own` is how often the tenant itself was filled.
async fn look(tenant: &Tenant, theirs: &Theirs, own: usize) {
    absent(tenant.case(&theirs.case).await);
    absent(tenant.explain(&theirs.case).await);
    absent(tenant.history(&theirs.case, 99).await);
    assert_eq!(tenant.messages_in(&theirs.thread, 99).await.unwrap().items, []);
    assert_eq!(tenant.thread(&theirs.thread).await.unwrap(), None);
    for person in &theirs.people {
        absent(tenant.customer(person).await);
        absent(tenant.cases_of(person, 99).await);
        absent(tenant.messages_by(person, 99).await);
        let ask = ExportAsk { customer: Some(person.clone()), raw: true };
        assert_eq!(tenant.export(&ask).await.unwrap(), []);
    }
    let theirs_all: BTreeSet<_> = theirs.people.iter().collect();
    assert!(tenant.customers(99).await.unwrap().items.iter().all(|person| !theirs_all.contains(&person.id)));
    let found = tenant.search("broken", 99).await.unwrap().items;
    assert!(found.len() == 2 * own && found.iter().all(|message| message.id != theirs.message.id));
    assert!(tenant.all_cases(99).await.unwrap().items.iter().all(|case| case.id != theirs.case));
    let queue = tenant.queue(&QueueAsk::of_agent("ann")).await.unwrap().items;
    assert!(queue.len() == own && queue.iter().all(|item| item.case.id != theirs.case));
    assert_eq!(tenant.unanswered(&QueueAsk::all().limit(99)).await.unwrap().items.len(), 2 * own);
    assert_eq!(tenant.count_open(&OpenFilter::default()).await.unwrap(), 2 * own as u64);
    let held = tenant.count_open_by(&OpenFilter::of_agent("ann"), CaseField::Team).await.unwrap();
    assert_eq!(held.values().sum::<u64>(), own as u64);
    assert_eq!(tenant.roster().await.unwrap().len(), own);
    assert!(tenant.quarantine(99).await.unwrap().items.iter().all(|item| item.id != theirs.aside));
    assert_eq!(tenant.account_states().await.unwrap().len(), own);
    assert_eq!(tenant.coverage().await.unwrap().len(), own);
    assert_eq!(tenant.totals("network.").await.unwrap().values().sum::<i64>(), 2 * own as i64);
    assert_eq!(tenant.volume("network.", None, None).await.unwrap().len(), own);
    let shadow = tenant.shadow(None, &ShadowAsk::default()).await;
    assert_eq!(shadow.map_or(0, |report| report.messages), 2 * own as u64);
    assert!(own == 1 || tenant.verify_log().await.unwrap() == 0);
    let standing = tenant.token_standing(&"shop".into()).await;
    assert_eq!(standing.is_ok(), own == 1, "{standing:?}");
    absent(tenant.reading(&theirs.message.id).await);
    absent(tenant.reply_record(&"s1".into()).await);
    absent(tenant.suggestions(&theirs.case).await);
    absent(tenant.incident(&"n1".into()).await);
    absent(tenant.incident_cases(&"n1".into()).await);
    absent(tenant.owed_in(&"n1".into()).await);
    assert_eq!(tenant.incidents(9).await.unwrap().items, []);
    let audited = tenant.audit(99).await.unwrap().items;
    assert!(audited.iter().all(|entry| entry.about.as_deref() != Some(theirs.case.as_str())));
    assert!(own == 1 || tenant.audit_chain(99).await.unwrap().items.is_empty());
    assert_eq!(tenant.replies(Default::default(), 9).await.unwrap().items, []);
    assert!(tenant.authors([&theirs.message]).await.unwrap().is_empty());
}

/// Every verb, with the other's ids.
async fn meddle(tenant: &Tenant, theirs: &Theirs) {
    let (case, ann) = (&theirs.case, AgentId::from("ann"));
    absent(tenant.assign(case, &ann, "ann").await);
    absent(tenant.accept(case, &ann).await);
    absent(tenant.release(case, None, "ann", "why not").await);
    absent(tenant.note(case, "ann", "a note").await);
    absent(tenant.close(case, "ann", "resolved").await);
    absent(tenant.reopen(case, "ann").await);
    absent(tenant.correct(case, "ann", theirs.assessment.clone()).await);
    let [one, other] = &theirs.people;
    absent(tenant.merge_customers(one, other, "ann", vec!["the same number".into(), "the same name".into()]).await);
    absent(tenant.unmerge_customers(one, other, "ann").await);
    absent(tenant.set_facts(one, serde_json::Map::new()).await);
    absent(tenant.redrive(&theirs.aside, |_, _| Ok(Parsed::default())).await);
    absent(tenant.recheck(&"nobody".into()).await);
    absent(tenant.check(&"shop".into()).await);
    absent(tenant.connect(&"nobody".into(), token(3)).await);
    absent(tenant.begin_authorisation(&"nobody".into(), "https://desk.example/").await);
    absent(tenant.finish_authorisation(&"nobody".into(), &"{}".into(), "https://desk.example/").await);
    absent(tenant.poll(&"nobody".into()).await);
    absent(tenant.poll_source(&"nobody".into(), "messages").await);
    absent(tenant.follow(&"nobody".into(), "line").await);
    absent(tenant.keep_following(&"nobody".into(), "line", std::future::pending()).await);
    absent(tenant.set_presence(&"bob".into(), true, None).await);
    let asks = [
        EraseAsk::Customer(one.clone()),
        EraseAsk::Identity(theirs.message.author.clone().unwrap()),
        EraseAsk::Message(theirs.message.id.clone()),
    ];
    for ask in asks {
        assert_eq!(tenant.erase(&ask).await.unwrap(), Receipt::default(), "{ask:?}");
    }
    tenant.retain().await.unwrap();
    let draft = ReplyDraft::answer("key", "ann", theirs.message.id.clone(), "We are on it.");
    let verdict = tenant.can_send(&draft).await.unwrap();
    assert!(!verdict.allowed && verdict.reasons[0].rule == "draft.not_found", "{verdict:?}");
    assert_eq!(tenant.reply(draft).await.unwrap().reply, None);
    let reply = ReplyId::from("s1");
    absent(tenant.approve(&reply, "ann", None).await);
    absent(tenant.reject(&reply, "ann", "no").await);
    absent(tenant.withdraw(&reply, "ann").await);
    absent(tenant.send_after_all(&reply, "ann").await);
    absent(tenant.was_sent(&reply, "ann", "7").await);
    absent(tenant.hand_off(case, HandoffTo::Phone, None, "ann").await);
    absent(tenant.release_incident(&"n1".into(), "ann").await);
    let wrong = tenant.open_incident(IncidentDraft::default(), "ann").await.unwrap_err();
    assert_eq!(wrong.kind(), ErrorKind::InputInvalid);
    // An event that names the other's account, and an internal one cannot be said at all.
    let message = Inbound::new("fake", "1", Surface::Mention, Visibility::Public);
    let account = NativeAccount::new("fake".into(), "a1");
    let event = Event::new(account, Channel::Webhook, NOW, EventBody::Message(Box::new(message)));
    let parsed = Parsed { events: vec![event], ..Parsed::default() };
    assert_eq!(tenant.ingest("hook", Channel::Webhook, "another body", parsed).await.unwrap().added, 0);
}

/// There is no such thing: not a word more.
fn absent<T: std::fmt::Debug>(answer: Result<T>) {
    assert_eq!(answer.unwrap_err().kind(), ErrorKind::NotFound);
}
