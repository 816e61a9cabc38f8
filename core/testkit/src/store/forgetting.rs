//! Erasure: nothing of a person is left anywhere, and nobody else loses anything.

use careline::ErrorKind;
use careline::model::{
    Content, Merge, Origin, RawRange, RawRef, Reply, ReplyState, ReplyTarget, Timer, TimerPurpose, Visibility,
};
use careline::store::{
    Commit, Effect, EffectAction, EraseAsk, ExportAsk, Key, LeaseAsk, Receipt, Record, ReplyFilter, ScanOf, Store,
    TenantCommit,
};

use super::StoreFixture;
use super::sample::*;

/// What must not be found anywhere once Jo is erased: words, names, handles, native ids, an e-mail address.
const PLANTED: &[&str] = &[
    "zanzibarquux",
    "jodoe_handle",
    "Jo Doe-Planted",
    "jo.doe@acme.example",
    "profile-i-jo",
    "profile-i-jo2",
    "9000000000001",
    "9000000000002",
    "9000000000003",
    "noteaboutjo",
    "answertojo",
    "earlierwording",
    "saidtojo",
];

/// Jo with two profiles, cases, notes, raw bodies and answers; Sam next to them in the same thread and the same body.
pub(super) async fn put_two_people(store: &dyn Store) {
    let shared = concat!(
        r#"{"items":[{"id":"9000000000001","text":"zanzibarquux jo.doe@acme.example","name":"Jo Doe-Planted"},"#,
        r#"{"id":"9000000000009","text":"samswords"}]}"#
    );
    let bodies = vec![
        delivery("d1", 0, shared),
        delivery("d2", 1, r#"{"id":"9000000000002","text":"earlierwording","screen_name":"jodoe_handle"}"#),
        delivery("d3", 2, r#"{"id":"9000000000002","edited":"9000000000003","text":"zanzibarquux"}"#),
        delivery("d4", 3, r#"{"broken":true,"by":{"id":"profile-i-jo"},"text":"zanzibarquux"}"#),
        delivery("d5", 4, r#"{"id":"9000000000010","text":"elsewords"}"#),
    ];
    deliver(store, bodies).await;
    put(store, vec![msg(jos("m-jo2", "t-dm", "9000000000002", "earlierwording", "d2", None))]).await;
    let mut records: Vec<_> =
        jos_records().into_iter().chain(sams_records()).map(|record| (key(&record), record)).collect();
    records.push((Key::Slot("t-public".into(), "p-jo".into()), Record::Slot("c-jo".into())));
    records.push((Key::Slot("t-public".into(), "p-sam".into()), Record::Slot("c-sam".into())));
    records.push((Key::Alias("x".into(), "9000000000003".into()), Record::Alias("m-jo1".into())));
    for (thread, replies) in in_lines() {
        records.push((Key::Line(thread.into()), line(&replies)));
        records.extend(replies.into_iter().map(said).map(|record| (key(&record), record)));
    }
    let mut about_message = step("c-sam", 1, "engine");
    about_message.message = Some("m-sam".into());
    let timer = |id: &str, purpose| Timer { id: id.into(), due_at: at(9), purpose }.into();
    let sla = |case: &str| TimerPurpose::Sla { case: case.into() };
    let approve = |reply: &str| TimerPurpose::Approve { reply: reply.into() };
    let advise = |id: &str, message: &str| Effect {
        id: id.into(),
        due_at: at(9),
        action: EffectAction::Advise { message: message.into(), revision: 0 },
    };
    let send = |id: &str, line: &str| Effect {
        id: id.into(),
        due_at: at(9),
        action: EffectAction::Send { line: line.into() },
    };
    let part = TenantCommit {
        steps: vec![step("c-jo", 0, "customer").into(), about_message.into()],
        notes: vec![note("c-jo", 1, "noteaboutjo"), note("c-sam", 1, "noteaboutsam")],
        timers: vec![
            timer("z-jo", sla("c-jo")),
            timer("z-sam", sla("c-sam")),
            timer("z-to-jo", approve("s-jo1")),
            timer("z-to-sam", approve("s-sam")),
        ],
        effects: vec![
            advise("e-jo", "m-jo1"),
            advise("e-sam", "m-sam"),
            send("e-to-jo", "t-dm"),
            send("e-to-both", "t-public"),
        ],
        hints: vec![("handle:jodoe_handle".into(), "p-jo".into()), ("handle:sam".into(), "p-sam".into())],
        log: vec![
            entry("p-jo", r#"{"planted":"zanzibarquux"}"#),
            entry("p-sam", r#"{"planted":"samslog"}"#),
            entry("p-sam", r#"{"message":"m-jo1","planted":"zanzibarquux"}"#),
            entry("p-sam", r#"{"reply":"s-jo1","planted":"zanzibarquux"}"#),
            entry("p-sam", r#"{"reply":"s-sam"}"#),
        ],
        ..TenantCommit::default()
    };
    put_with(store, records, part).await;
}

fn jos(
    id: &str,
    thread: &str,
    native_id: &str,
    text: &str,
    raw: &str,
    range: Option<RawRange>,
) -> careline::model::Message {
    let mut message = message(id, thread, 1, text);
    message.native_id = native_id.into();
    message.author = Some("i-jo".into());
    message.customer = Some("p-jo".into());
    message.case = Some("c-jo".into());
    message.permalink = Some(format!("https://x.example/jodoe_handle/{native_id}"));
    message.raw = Some(RawRef { delivery: raw.into(), range });
    message
}

fn jos_records() -> Vec<Record> {
    let mut profile = identity("i-jo", "p-jo");
    profile.profile.handle = Some("jodoe_handle".into());
    profile.profile.name = Some("Jo Doe-Planted".into());
    let mut person = customer("p-jo", &["i-jo", "i-jo2"]);
    person.facts.insert("email".into(), "jo.doe@acme.example".into());
    let merge = Merge {
        from: "p-jo-once".into(),
        identities: ["i-jo2".into()].into(),
        at: at(1),
        by: "ann".into(),
        evidence: vec!["both write jo.doe@acme.example".into()],
    };
    person.merges.push(merge);
    let mut once = customer("p-jo-once", &[]);
    once.merged_into = Some("p-jo".into());
    let mut second = jos("m-jo3", "t-second", "9000000000001", "zanzibarquux again", "d1", None);
    (second.author, second.case) = (Some("i-jo2".into()), None);
    let mut answer = message("m-answer", "t-public", 5, "Hello @jodoe_handle, answertojo");
    (answer.origin, answer.case) = (Origin::Brand, Some("c-jo".into()));
    let mut loose = message("m-loose", "t-public", 6, "@jodoe_handle answertojo once more");
    loose.origin = Origin::Brand;
    loose.reply_to = Some(ReplyTarget { native_id: "9000000000001".into(), author: Some("profile-i-jo".into()) });
    let mut private = message("m-private", "t-dm", 7, "answertojo in private");
    private.origin = Origin::Brand;
    let mut dm = conversation("t-dm");
    (dm.visibility, dm.root) = (Visibility::Private, "profile-i-jo".into());
    let mut ann = presence("ann");
    ann.cases = ["c-jo".into(), "c-sam".into()].into();
    let range = Some(RawRange { start: 10, end: 95 });
    vec![
        msg(jos("m-jo1", "t-public", "9000000000001", "zanzibarquux jo.doe@acme.example", "d1", range)),
        msg(jos("m-jo2", "t-dm", "9000000000002", "zanzibarquux", "d3", None)),
        msg(second),
        msg(answer),
        msg(loose),
        msg(private),
        Record::Assessment(Box::new(assessment("m-jo1"))),
        Record::Conversation(conversation("t-public")),
        Record::Conversation(dm),
        Record::Conversation(conversation("t-second")),
        Record::Identity(Box::new(profile)),
        Record::Identity(Box::new(identity("i-jo2", "p-jo"))),
        Record::Customer(person),
        Record::Customer(once),
        in_case(held_by(case("c-jo", "p-jo", "t-public"), "ann")),
        Record::Presence(ann),
        Record::Quarantined(quarantined("q-jo", "d4", 0)),
    ]
}

/// What we want to say to Jo and Sam, by thread: for a person, in a case, under an earlier name, and without any of it.
fn in_lines() -> [(&'static str, Vec<Reply>); 3] {
    let to = |id: &str, thread: &str, customer: Option<&str>, case: Option<&str>| {
        let mut reply = reply(id, thread, 3, if id == "s-sam" { "saidtosam" } else { "saidtojo" });
        (reply.customer, reply.case) = (customer.map(Into::into), case.map(Into::into));
        reply
    };
    let mut waits = to("s-jo1", "t-public", Some("p-jo"), Some("c-jo"));
    waits.state = ReplyState::AwaitingApproval;
    let mut sent = to("s-jo3", "t-public", Some("p-jo-once"), None);
    sent.state = ReplyState::Delivered;
    let mut like = to("s-like", "t-dm", None, None);
    (like.verb, like.wording) = ("like".into(), None);
    let in_case = to("s-jo4", "t-public", None, Some("c-jo"));
    [
        ("t-public", vec![waits, to("s-sam", "t-public", Some("p-sam"), Some("c-sam")), sent, in_case]),
        ("t-dm", vec![to("s-jo2", "t-dm", Some("p-jo"), None), like]),
        ("t-second", vec![to("s-jo5", "t-second", Some("p-jo"), None)]),
    ]
}

fn sams_records() -> Vec<Record> {
    let mut text = message("m-sam", "t-public", 2, "samswords");
    text.native_id = "9000000000009".into();
    text.author = Some("i-sam".into());
    text.customer = Some("p-sam".into());
    text.case = Some("c-sam".into());
    text.raw = Some(RawRef { delivery: "d1".into(), range: Some(RawRange { start: 96, end: 139 }) });
    vec![
        msg(text),
        Record::Assessment(Box::new(assessment("m-sam"))),
        Record::Identity(Box::new(identity("i-sam", "p-sam"))),
        Record::Customer(customer("p-sam", &["i-sam"])),
        in_case(case("c-sam", "p-sam", "t-public")),
        Record::Quarantined(quarantined("q-sam", "d5", 0)),
    ]
}

async fn everything(store: &dyn Store) -> String {
    let all = store.export(&acme(), &ExportAsk { customer: None, raw: true }).await.unwrap();
    serde_json::to_string(&all).unwrap()
}

async fn erase(store: &dyn Store, ask: EraseAsk) -> Receipt {
    store.erase(&acme(), &ask).await.unwrap()
}

pub(super) async fn an_erased_person_leaves_no_trace(fixture: &StoreFixture) {
    let store = &*fixture.store;
    put_two_people(store).await;
    let before = everything(store).await;
    for planted in PLANTED {
        assert!(before.contains(planted), "{planted} was there before");
    }
    // By the name under which the person was known before a merge.
    let receipt = erase(store, EraseAsk::Customer("p-jo-once".into())).await;
    assert_eq!(receipt.customers, ["p-jo".into(), "p-jo-once".into()]);
    let removed = [
        ("messages", 6),
        ("payloads", 6),
        ("search_entries", 6),
        ("raw_deliveries", 4),
        ("identities", 2),
        ("customers", 2),
        ("cases", 1),
        ("assessments", 1),
        ("conversations", 2),
        ("aliases", 1),
        ("slots", 1),
        ("steps", 1),
        ("notes", 1),
        ("timers", 2),
        ("effects", 2),
        ("quarantined", 1),
        ("log_entries", 3),
        ("hints", 1),
        ("replies", 6),
        ("lines", 2),
    ];
    let removed = removed.into_iter().map(|(kind, number)| (kind.to_owned(), number)).collect();
    assert_eq!(receipt.removed, removed, "the receipt tells what was removed");
    let after = everything(store).await;
    for planted in PLANTED {
        assert!(!after.contains(planted), "{planted} is still exported");
        let of = ScanOf::Search { query: (*planted).into() };
        assert!(listed(store, of).await.is_empty(), "{planted} is still found");
    }
    for (path, bytes) in fixture.files() {
        let text = String::from_utf8_lossy(&bytes).to_lowercase();
        for planted in PLANTED {
            assert!(!text.contains(&planted.to_lowercase()), "{planted} is still in {}", path.display());
        }
    }
    assert_eq!(store.verify_log(&acme()).await.unwrap(), 5, "the log still verifies");
    assert_eq!(erase(store, EraseAsk::Customer("p-jo".into())).await, Receipt::default(), "twice removes nothing");
}

pub(super) async fn an_erased_person_takes_nobody_along(fixture: &StoreFixture) {
    let store = &*fixture.store;
    put_two_people(store).await;
    erase(store, EraseAsk::Customer("p-jo".into())).await;
    for record in sams_records() {
        let stored = load(store, key(&record)).await;
        assert_eq!(stored.record, Some(record), "what others wrote stays, also where the raw body went as a whole");
    }
    assert!(everything(store).await.contains("noteaboutsam"));
    assert_eq!(store.due(at(99), 9).await.unwrap().len(), 2);
    assert!(store.delivery(&acme(), &"d5".into()).await.unwrap().is_some());
    assert_eq!(load(store, Key::Conversation("t-public".into())).await.version, 2);
    let Some(Record::Presence(ann)) = load(store, Key::Presence("ann".into())).await.record else {
        panic!("ann is gone")
    };
    assert_eq!(ann.cases, ["c-sam".into()].into(), "an erased case uses up nobody's capacity");
    assert_eq!(listed(store, ScanOf::Customers).await, ["p-sam"]);
    // A redelivery of an erased body is known and brings nothing back.
    deliver(store, vec![delivery("d2", 50, "zanzibarquux")]).await;
    assert_eq!(store.delivery(&acme(), &"d2".into()).await.unwrap(), None);
}

/// Jo's reaction, private thread and withdrawal, and what Jo and Sam signalled in one thread.
async fn put_told(store: &dyn Store) {
    let mut both = thread("t-public", "i-jo", "jodoe_handle");
    let sams = thread("t-public", "i-sam", "samsad").signals.remove("referral").unwrap();
    both.signals.insert("optin".to_owned(), sams);
    let mut told: Vec<_> = [
        Record::Thread(thread("t-dm", "i-jo", "zanzibarquux")),
        Record::Thread(thread("t-unwritten", "i-jo", "zanzibarquux")),
        Record::Thread(both),
        Record::Account(account_state("acme-x", "i-jo")),
    ]
    .map(|record| (key(&record), record))
    .into();
    for (id, by) in [("r-jo", "i-jo"), ("r-sam", "i-sam"), ("r-stranger", "i-stranger")] {
        told.push((Key::Reaction(id.into()), Record::Reaction(reaction(by, 1))));
    }
    let notify = |id: &str, person: &str| Effect {
        id: id.into(),
        due_at: at(9),
        action: EffectAction::NotifyAccount {
            account: "acme-x".into(),
            who: vec!["care".into()],
            about: format!("deauthorised by profile-{person}"),
            person: Some(person.into()),
        },
    };
    let effects = vec![notify("e-jo-left", "i-jo"), notify("e-sam-left", "i-sam")];
    let log = vec![entry("p-sam", r#"{"by":"i-stranger"}"#)];
    put_with(store, told, TenantCommit { effects, log, ..TenantCommit::default() }).await;
}

pub(super) async fn what_is_told_beside_messages_goes_with_the_person(fixture: &StoreFixture) {
    let store = &*fixture.store;
    put_two_people(store).await;
    put_told(store).await;
    let ask = ExportAsk { customer: Some("p-jo".into()), raw: false };
    let json = serde_json::to_string(&store.export(&acme(), &ask).await.unwrap()).unwrap();
    for (held, number) in [("\"reaction\":\"like\"", 1), ("\"referral\"", 3), ("deauthorised", 1), ("samsad", 0)] {
        assert_eq!(json.matches(held).count(), number, "{held} in {json}");
    }
    let receipt = erase(store, EraseAsk::Customer("p-jo".into())).await;
    let removed = ["reactions", "threads", "effects"].map(|kind| receipt.removed[kind]);
    assert_eq!(removed, [1, 2, 3], "{:?}", receipt.removed);
    for key in [Key::Reaction("r-jo".into()), Key::Thread("t-dm".into()), Key::Thread("t-unwritten".into())] {
        assert_eq!(load(store, key).await.record, None);
    }
    assert!(load(store, Key::Reaction("r-sam".into())).await.record.is_some());
    let Some(Record::Thread(both)) = load(store, Key::Thread("t-public".into())).await.record else {
        panic!("the thread of both is gone")
    };
    assert_eq!(both.signals.keys().collect::<Vec<_>>(), ["optin"], "what the other one signalled stays");
    let Some(Record::Account(state)) = load(store, Key::Account("acme-x".into())).await.record else {
        panic!("the account's state is gone")
    };
    assert_eq!((&*state.said[0].change, &state.said[0].person, &state.said[0].profile), ("deauthorised", &None, &None));
    let after = everything(store).await;
    for planted in PLANTED {
        assert!(!after.contains(planted), "{planted} is still there");
    }
    let receipt = erase(store, EraseAsk::Identity("i-stranger".into())).await;
    assert_eq!(receipt.removed, [("log_entries".to_owned(), 1), ("reactions".to_owned(), 1)].into());
    assert_eq!(erase(store, EraseAsk::Identity("i-stranger".into())).await, Receipt::default());
}

pub(super) async fn what_we_wanted_to_say_goes_with_the_person(fixture: &StoreFixture) {
    let store = &*fixture.store;
    put_two_people(store).await;
    let [(_, in_public), ..] = in_lines();
    erase(store, EraseAsk::Customer("p-jo".into())).await;
    let mut to_sam = in_public[1].clone();
    assert_eq!(list(store, ScanOf::Replies(ReplyFilter::default())).await, [said(to_sam.clone())]);
    for thread in ["t-dm", "t-second"] {
        assert_eq!(load(store, Key::Line(thread.into())).await.record, None, "{thread}");
    }
    let entry = load(store, Key::Line("t-public".into())).await;
    let Some(Record::Line(left)) = entry.record else { panic!("the line of both is gone") };
    assert_eq!((entry.version, left.submitted), (2, 4), "who read it before conflicts");
    assert_eq!(left.replies.iter().map(|lined| lined.reply.as_str()).collect::<Vec<_>>(), ["s-sam"]);
    let due: Vec<_> = store.due(at(99), 9).await.unwrap().into_iter().map(|(_, timer)| timer.id.to_string()).collect();
    assert_eq!(due, ["z-sam", "z-to-sam"]);
    let ask = LeaseAsk { tenant: None, kinds: vec!["send"], now: at(99), until: at(100), limit: 9 };
    let leased = store.lease(&ask).await.unwrap();
    assert_eq!(leased.iter().map(|leased| leased.effect.id.as_str()).collect::<Vec<_>>(), ["e-to-both"]);
    // The same key submitted again is a new reply, without the old words.
    (to_sam.id, to_sam.wording) = ("s-jo1".into(), None);
    put(store, vec![said(to_sam.clone())]).await;
    let stored = load(store, Key::Reply("s-jo1".into())).await;
    assert_eq!((stored.version, stored.record), (1, Some(said(to_sam))));
}

pub(super) async fn an_erased_thread_takes_its_line_along(fixture: &StoreFixture) {
    let store = &*fixture.store;
    put_two_people(store).await;
    // The only message of its thread, and one beside which our answer stays.
    let receipt = erase(store, EraseAsk::Message("m-jo3".into())).await;
    let removed = ["conversations", "lines", "replies"].map(|kind| receipt.removed.get(kind).copied());
    assert_eq!(removed, [Some(1); 3], "{:?}", receipt.removed);
    for key in [Key::Line("t-second".into()), Key::Reply("s-jo5".into())] {
        assert_eq!(load(store, key.clone()).await.record, None, "{key:?}");
    }
    let receipt = erase(store, EraseAsk::Message("m-jo2".into())).await;
    assert_eq!((receipt.removed.get("lines"), receipt.removed.get("replies")), (None, None));
    for key in [Key::Line("t-dm".into()), Key::Reply("s-like".into()), Key::Reply("s-jo2".into())] {
        assert!(load(store, key.clone()).await.record.is_some(), "{key:?}");
    }
}

pub(super) async fn an_erased_profile_leaves_the_person(fixture: &StoreFixture) {
    let store = &*fixture.store;
    put_two_people(store).await;
    let receipt = erase(store, EraseAsk::Identity("i-jo2".into())).await;
    assert_eq!(receipt.customers, []);
    assert_eq!((receipt.removed["messages"], receipt.removed["identities"]), (1, 1));
    let Some(Record::Customer(jo)) = load(store, Key::Customer("p-jo".into())).await.record else {
        panic!("Jo is gone")
    };
    assert_eq!(jo.identities, ["i-jo".into()].into());
    assert!(jo.merges[0].identities.is_empty() && jo.merges[0].evidence.is_empty());
    let after = everything(store).await;
    assert!(!after.contains("profile-i-jo2") && !after.contains("zanzibarquux again"));
    assert!(after.contains("9000000000002") && after.contains("noteaboutjo"), "what the other profile wrote stays");
    assert_eq!(store.verify_log(&acme()).await.unwrap(), 5);
    let receipt = erase(store, EraseAsk::Identity("i-sam".into())).await;
    assert_eq!(receipt.customers, ["p-sam".into()], "a person without a profile left goes, too");
    assert!(!everything(store).await.contains("samswords"));
}

pub(super) async fn an_erased_message_leaves_the_case(fixture: &StoreFixture) {
    let store = &*fixture.store;
    put_two_people(store).await;
    let receipt = erase(store, EraseAsk::Message("m-jo2".into())).await;
    assert_eq!(
        (receipt.removed["messages"], receipt.removed["payloads"], receipt.removed["raw_deliveries"]),
        (1, 1, 2)
    );
    let after = everything(store).await;
    assert!(!after.contains("9000000000002") && !after.contains("earlierwording"));
    assert!(after.contains("9000000000001") && after.contains("answertojo in private"));
    let case = load(store, Key::Case("c-jo".into())).await;
    assert_eq!(case.version, 2, "the case stays; what was decided on its messages is stale");
    assert_eq!(store.verify_log(&acme()).await.unwrap(), 5);
}

pub(super) async fn what_is_named_by_the_same_hash_stays(fixture: &StoreFixture) {
    const HASH: &str = "0123456789abcdefghijklm";
    let store = &*fixture.store;
    let (root, id, thread) = (format!("m{HASH}"), format!("s{HASH}"), format!("t{HASH}"));
    let waits = reply(&id, &thread, 0, "hello");
    let in_line = (Key::Line(thread.as_str().into()), line(std::slice::from_ref(&waits)));
    for stays in [in_line, (Key::Reply(id.as_str().into()), said(waits))] {
        put(store, vec![msg(message(&root, "t1", 0, "hello"))]).await;
        put_at(store, vec![stays.clone()]).await;
        let receipt = erase(store, EraseAsk::Message(root.as_str().into())).await;
        assert_eq!(receipt.removed["messages"], 1);
        let (key, record) = stays;
        assert_eq!(load(store, key.clone()).await.record, Some(record));
        commit(store, TenantCommit { puts: vec![(key, 2, None)], ..TenantCommit::default() }).await;
    }
}

pub(super) async fn an_erasure_conflicts_with_what_was_read_before(fixture: &StoreFixture) {
    let store = &*fixture.store;
    put_two_people(store).await;
    let keys = [Key::Message("m-jo1".into()), Key::CaseMessages("c-sam".into())];
    let loaded = store.load(&acme(), &keys).await.unwrap();
    erase(store, EraseAsk::Customer("p-jo".into())).await;
    let mut back = jos("m-jo1", "t-public", "9000000000001", "", "d1", None);
    back.content = Some(Content { text: "zanzibarquux".into(), ..Content::default() });
    let key = keys[0].clone();
    let part = TenantCommit {
        tenant: acme(),
        as_of: loaded.as_of,
        reads: vec![(key.clone(), loaded.entries[0].version)],
        puts: vec![(key, 2, Some(msg(back).into()))],
        ..TenantCommit::default()
    };
    let error = store.commit(Commit { deliveries: Vec::new(), tenants: vec![part] }).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Conflict, "a decision made before brings nothing back");
    assert!(!everything(store).await.contains("zanzibarquux"));
}

pub(super) async fn erasing_nobody_removes_nothing(fixture: &StoreFixture) {
    let store = &*fixture.store;
    put_two_people(store).await;
    let before = everything(store).await;
    for ask in [EraseAsk::Customer("p9".into()), EraseAsk::Identity("i9".into()), EraseAsk::Message("m9".into())] {
        assert_eq!(erase(store, ask.clone()).await, Receipt::default(), "{ask:?}");
    }
    assert_eq!(everything(store).await, before);
}
