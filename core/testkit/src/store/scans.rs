//! Lists: what is in them, in which order, one page at a time.

use careline::ErrorKind;
use careline::model::{CaseStatus, Reply, ReplyState};
use careline::store::{CaseField, EraseAsk, OpenFilter, Place, Record, ReplyFilter, Scan, ScanOf, Store, TenantCommit};

use super::StoreFixture;
use super::sample::*;

/// Cases that differ in what lists sort and filter by.
async fn put_cases(store: &dyn Store) {
    let with = |id: &str, tier, due: Option<i64>, opened, awaiting: Option<i64>| {
        let mut case = case(id, "p1", "t1");
        (case.tier, case.due_at, case.opened_at) = (tier, due.map(at), at(opened));
        case.awaiting_since = awaiting.map(at);
        case
    };
    let mut closed = with("c7", 1, Some(1), 7, Some(1));
    closed.status = CaseStatus::Closed;
    let mut elsewhere = with("c6", 2, Some(50), 6, Some(3));
    (elsewhere.team, elsewhere.customer) = ("press".into(), "p2".into());
    let cases = [
        with("c1", 2, Some(100), 1, Some(5)),
        with("c2", 1, None, 2, None),
        with("c3", 1, Some(100), 3, Some(4)),
        with("c4", 1, Some(100), 3, Some(4)),
        held_by(with("c5", 3, Some(90), 5, None), "ann"),
        elsewhere,
        closed,
    ];
    put(store, cases.into_iter().map(in_case).collect()).await;
}

pub(super) async fn cases_come_in_the_order_of_each_list(fixture: &StoreFixture) {
    let store = &*fixture.store;
    put_cases(store).await;
    let none: &[&str] = &[];
    let lists: Vec<(ScanOf, &[&str])> = vec![
        (open(None, None), &["c6", "c5", "c3", "c4", "c1", "c2"]),
        (open(Some("care"), None), &["c5", "c3", "c4", "c1", "c2"]),
        (open(None, Some("ann")), &["c5"]),
        (open(Some("care"), Some("ann")), &["c5"]),
        (open(Some("press"), Some("ann")), none),
        (open(Some("nobody"), None), none),
        (ScanOf::QueuedCases { team: "care".into() }, &["c3", "c4", "c2", "c1"]),
        (ScanOf::Unanswered(OpenFilter::default()), &["c6", "c3", "c4", "c1"]),
        (ScanOf::CasesOf { customer: "p1".into() }, &["c7", "c5", "c3", "c4", "c2", "c1"]),
        (ScanOf::CasesOf { customer: "p9".into() }, none),
        (ScanOf::Cases, &["c7", "c6", "c5", "c3", "c4", "c2", "c1"]),
    ];
    for (of, expected) in lists {
        assert_eq!(listed(store, of.clone()).await, expected, "{of:?}");
    }
    // A case that changes moves in its lists.
    let mut answered = case("c3", "p1", "t1");
    (answered.tier, answered.status, answered.opened_at) = (4, CaseStatus::Waiting, at(3));
    put(store, vec![in_case(answered)]).await;
    assert_eq!(listed(store, open(None, None)).await, ["c6", "c5", "c4", "c1", "c2", "c3"]);
    assert_eq!(listed(store, ScanOf::Unanswered(OpenFilter::default())).await, ["c6", "c4", "c1"]);
    assert_eq!(listed(store, ScanOf::QueuedCases { team: "care".into() }).await, ["c4", "c2", "c1"]);
}

pub(super) async fn open_cases_are_narrowed_and_counted_alike(fixture: &StoreFixture) {
    let store = &*fixture.store;
    put_cases(store).await;
    let mut tooted = case("c8", "p1", "t1");
    (tooted.network, tooted.category, tooted.due_at) = ("mastodon".into(), "delivery".into(), Some(at(90)));
    let mut waits = held_by(case("c9", "p1", "t1"), "ann");
    (waits.team, waits.tier, waits.awaiting_since) = ("press".into(), 4, Some(at(2)));
    put(store, vec![in_case(tooted), in_case(waits)]).await;
    let all = OpenFilter::default;
    let filters: Vec<(OpenFilter, &[&str])> = vec![
        (OpenFilter { network: Some("mastodon".into()), ..all() }, &["c8"]),
        (OpenFilter { team: Some("care".into()), network: Some("nowhere".into()), ..all() }, &[]),
        (OpenFilter { awaiting: true, ..OpenFilter::of_team("press") }, &["c6", "c9"]),
        (OpenFilter { awaiting: true, ..OpenFilter::of_agent("ann") }, &["c9"]),
        (OpenFilter { due_before: Some(at(90)), ..all() }, &["c6"]),
        (OpenFilter { due_from: Some(at(90)), due_before: Some(at(100)), ..all() }, &["c5", "c8"]),
        (OpenFilter { due_from: Some(at(91)), ..all() }, &["c3", "c4", "c1"]),
        (OpenFilter { queued: true, due_before: Some(at(100)), ..OpenFilter::of_team("care") }, &["c8"]),
        (OpenFilter { agent: Some("ann".into()), ..OpenFilter::of_team("press") }, &["c9"]),
    ];
    for (filter, expected) in filters {
        assert_eq!(sorted(listed(store, ScanOf::OpenCases(filter.clone())).await), sorted(expected), "{filter:?}");
        let counted = store.count_open(&acme(), &filter, CaseField::Team).await.unwrap();
        assert_eq!(counted.values().sum::<u64>(), expected.len() as u64, "{filter:?}");
        let awaiting = OpenFilter { awaiting: true, ..filter.clone() };
        let expected = sorted(listed(store, ScanOf::OpenCases(awaiting)).await);
        assert_eq!(sorted(listed(store, ScanOf::Unanswered(filter.clone())).await), expected, "{filter:?}");
    }
    for (field, expected) in [
        (CaseField::Team, &[("care", 6), ("press", 2)][..]),
        (CaseField::Agent, &[("", 6), ("ann", 2)]),
        (CaseField::Network, &[("mastodon", 1), ("x", 7)]),
        (CaseField::Tier, &[("1", 4), ("2", 2), ("3", 1), ("4", 1)]),
        (CaseField::Category, &[("billing", 7), ("delivery", 1)]),
    ] {
        let expected = expected.iter().map(|(name, number)| ((*name).to_owned(), *number)).collect();
        assert_eq!(store.count_open(&acme(), &all(), field).await.unwrap(), expected, "{field:?}");
    }
}

fn sorted(ids: impl IntoIterator<Item = impl ToString>) -> Vec<String> {
    let mut ids: Vec<_> = ids.into_iter().map(|id| id.to_string()).collect();
    ids.sort_unstable();
    ids
}

async fn put_messages(store: &dyn Store) {
    let by = |id: &str, thread: &str, secs, customer: Option<&str>| {
        let mut message = message(id, thread, secs, &format!("broken text of {id}"));
        message.customer = customer.map(Into::into);
        message
    };
    let mut undated = by("m6", "t1", 0, Some("p1"));
    (undated.sent_at, undated.received_at) = (None, at(4));
    let messages = [
        by("m1", "t1", 5, Some("p1")),
        by("m3", "t1", 3, Some("p1")),
        by("m2", "t1", 3, Some("p1")),
        by("m4", "t2", 6, Some("p1")),
        by("m5", "t1", 1, None),
        undated,
        by("m7", "t2", 9, Some("p2")),
    ];
    put(store, messages.into_iter().map(msg).collect()).await;
}

pub(super) async fn messages_come_in_order_of_time(fixture: &StoreFixture) {
    let store = &*fixture.store;
    put_messages(store).await;
    let thread = ScanOf::MessagesOf { conversation: "t1".into() };
    assert_eq!(listed(store, thread.clone()).await, ["m5", "m2", "m3", "m6", "m1"]);
    assert_eq!(listed(store, ScanOf::MessagesBy { customer: "p1".into() }).await, ["m4", "m1", "m6", "m2", "m3"]);
    // Also the undated one, by when it was received.
    let since = |since: Option<i64>| ScanOf::CustomerMessages { since: since.map(at) };
    assert_eq!(listed(store, since(None)).await, ["m1", "m2", "m3", "m4", "m6", "m7"]);
    assert_eq!(listed(store, since(Some(4))).await, ["m1", "m4", "m6", "m7"]);
    let Some(Record::Message(first)) = list(store, thread).await.into_iter().next() else { panic!("no message") };
    assert_eq!(first.text(), "broken text of m5", "lists of messages come with content");
}

pub(super) async fn timelines_come_in_order_of_time_then_of_writing(fixture: &StoreFixture) {
    let store = &*fixture.store;
    let steps = [step("c1", 5, "late"), step("c1", 1, "first"), step("c2", 0, "elsewhere"), step("c1", 3, "second")];
    let steps = steps.map(Into::into).into();
    let notes = vec![note("c1", 3, "third")];
    commit(store, TenantCommit { steps, notes, ..TenantCommit::default() }).await;
    commit(store, TenantCommit { steps: vec![step("c1", 3, "fourth").into()], ..TenantCommit::default() }).await;
    let timeline = listed(store, ScanOf::Timeline { cases: vec!["c1".into()] }).await;
    assert_eq!(timeline, ["first", "second", "third", "fourth", "late"]);
    let expected = Record::Step(step("c1", 1, "first"));
    assert_eq!(list(store, ScanOf::Timeline { cases: vec!["c1".into()] }).await[0], expected);
}

pub(super) async fn customers_come_by_their_latest_message(fixture: &StoreFixture) {
    let store = &*fixture.store;
    put_messages(store).await;
    let mut merged = customer("p4", &[]);
    merged.merged_into = Some("p1".into());
    let people = [customer("p1", &["i1"]), customer("p2", &[]), customer("p3", &[]), merged, customer("p0", &[])];
    put(store, people.into_iter().map(Record::Customer).collect()).await;
    assert_eq!(listed(store, ScanOf::Customers).await, ["p2", "p1", "p0", "p3"], "merged customers are not people");
}

pub(super) async fn shared_hints_name_the_others(fixture: &StoreFixture) {
    let store = &*fixture.store;
    let people = ["p1", "p2", "p3", "p4"].map(|id| Record::Customer(customer(id, &[])));
    let hint = |fact: &str, id: &str| (fact.into(), id.into());
    let hints = vec![
        hint("email:jo@acme.example", "p1"),
        hint("email:jo@acme.example", "p3"),
        hint("handle:jo", "p1"),
        hint("handle:jo", "p2"),
        hint("handle:jo", "p3"),
        hint("handle:sam", "p4"),
    ];
    let part = TenantCommit { hints, ..TenantCommit::default() };
    put_with(store, people.into_iter().map(|record| (key(&record), record)).collect(), part).await;
    assert_eq!(listed(store, ScanOf::SharedHints { customer: "p1".into() }).await, ["p2", "p3"]);
    assert_eq!(listed(store, ScanOf::SharedHints { customer: "p4".into() }).await, Vec::<String>::new());

    // What becomes known later counts as well, and what is said again counts once.
    let hints = vec![hint("handle:sam", "p4"), hint("name:samdoe", "p4"), hint("name:samdoe", "p2")];
    put_with(store, Vec::new(), TenantCommit { hints, ..TenantCommit::default() }).await;
    assert_eq!(listed(store, ScanOf::SharedHints { customer: "p4".into() }).await, ["p2"]);
    let receipt = store.erase(&acme(), &EraseAsk::Customer("p2".into())).await.unwrap();
    assert_eq!(receipt.removed.get("hints"), Some(&2), "each fact is counted");
    assert_eq!(listed(store, ScanOf::SharedHints { customer: "p4".into() }).await, Vec::<String>::new());
    assert_eq!(listed(store, ScanOf::SharedHints { customer: "p1".into() }).await, ["p3"]);
}

pub(super) async fn quarantine_roster_and_accounts_are_listed(fixture: &StoreFixture) {
    let store = &*fixture.store;
    let mut redriven = quarantined("q3", "d1", 9);
    redriven.redriven_at = Some(at(10));
    let items = [quarantined("q1", "d1", 1), redriven, quarantined("q4", "d1", 5), quarantined("q2", "d1", 5)];
    put(store, items.into_iter().map(Record::Quarantined).collect()).await;
    put(store, ["sam", "ann"].map(|agent| Record::Presence(presence(agent))).into()).await;
    assert_eq!(listed(store, ScanOf::Quarantine).await, ["q2", "q4", "q1"]);
    assert_eq!(listed(store, ScanOf::Roster).await, ["ann", "sam"]);
    put(store, ["acme-x", "acme"].map(|account| Record::Account(account_state(account, "i1"))).into()).await;
    assert_eq!(listed(store, ScanOf::Accounts).await, ["acme", "acme-x"]);
}

/// Replies that differ in what lists sort and filter by.
fn replies() -> [Reply; 7] {
    let with = |id: &str, secs, state, case: Option<&str>, account: &str| {
        let mut reply = reply(id, "t1", secs, &format!("wording of {id}"));
        (reply.state, reply.case, reply.account) = (state, case.map(Into::into), account.into());
        reply
    };
    let frozen = ReplyState::Other("frozen".into());
    [
        with("s1", 1, ReplyState::Queued, Some("c1"), "acme-x"),
        with("s3", 3, ReplyState::Queued, Some("c1"), "acme"),
        with("s2", 3, ReplyState::Delivered, Some("c1"), "acme-x"),
        with("s4", 5, ReplyState::AwaitingApproval, Some("c2"), "acme-x"),
        with("s5", 7, frozen, None, "acme"),
        with("s6", 0, ReplyState::Delivered, None, "acme-x"),
        with("s7", -1, ReplyState::Queued, None, "acme-x"),
    ]
}

pub(super) async fn replies_come_newest_first_and_narrowed(fixture: &StoreFixture) {
    use ReplyState::{AwaitingApproval, Delivered, Held, Other, Queued, Withdrawn};
    let store = &*fixture.store;
    put(store, replies().map(said).into()).await;
    let filter = |states: &[ReplyState], case: Option<&str>, account: Option<&str>| {
        let mut filter = ReplyFilter::in_states(states.iter().cloned());
        (filter.case, filter.account) = (case.map(Into::into), account.map(Into::into));
        filter
    };
    let lists: Vec<(ReplyFilter, &[&str])> = vec![
        (filter(&[], None, None), &["s5", "s4", "s2", "s3", "s1", "s6", "s7"]),
        (filter(&[Queued], None, None), &["s3", "s1", "s7"]),
        (filter(&[Queued, AwaitingApproval, Queued], None, None), &["s4", "s3", "s1", "s7"]),
        (filter(&[Queued, Delivered], None, None), &["s2", "s3", "s1", "s6", "s7"]),
        (filter(&[Other("frozen".into())], None, None), &["s5"]),
        (filter(&[Held], None, None), &[]),
        (filter(&[], Some("c1"), None), &["s2", "s3", "s1"]),
        (filter(&[], Some("c9"), None), &[]),
        (filter(&[], None, Some("acme")), &["s5", "s3"]),
        (filter(&[], None, Some("nobody")), &[]),
        (filter(&[Queued], Some("c1"), None), &["s3", "s1"]),
        (filter(&[Queued, Delivered], None, Some("acme-x")), &["s2", "s1", "s6", "s7"]),
        (filter(&[], Some("c1"), Some("acme-x")), &["s2", "s1"]),
        (filter(&[Queued, Held], Some("c1"), Some("acme-x")), &["s1"]),
    ];
    for (filter, expected) in lists {
        assert_eq!(listed(store, ScanOf::Replies(filter.clone())).await, expected, "{filter:?}");
        if !expected.is_empty() {
            pages_make_up_the_whole(store, ScanOf::Replies(filter)).await;
        }
    }
    let [first, ..] = replies();
    let of_case = ScanOf::Replies(ReplyFilter::of_case("c1"));
    assert_eq!(list(store, of_case.clone()).await[2], said(first), "lists of replies come with wording");
    // A reply that changes moves in its lists.
    let [.., mut taken_back, _, _, _] = replies();
    (taken_back.state, taken_back.case, taken_back.wording) = (Withdrawn, Some("c1".into()), None);
    put(store, vec![said(taken_back)]).await;
    assert_eq!(listed(store, of_case).await, ["s4", "s2", "s3", "s1"]);
    assert_eq!(listed(store, ScanOf::Replies(ReplyFilter::in_states([AwaitingApproval]))).await, Vec::<String>::new());
    assert_eq!(listed(store, ScanOf::Replies(ReplyFilter::in_states([Withdrawn]))).await, ["s4"]);
}

pub(super) async fn pages_have_no_gaps_and_no_repeats(fixture: &StoreFixture) {
    let store = &*fixture.store;
    put_cases(store).await;
    put_messages(store).await;
    let hints = ["p1", "p2", "p3"].map(|id| ("handle:jo".into(), id.into())).into();
    let steps = (0..4).map(|number| step("c1", number / 2, &format!("actor {number}")).into()).collect();
    let people = ["p1", "p2", "p3"].map(|id| Record::Customer(customer(id, &[])));
    let part = TenantCommit { hints, steps, ..TenantCommit::default() };
    put_with(store, people.into_iter().map(|record| (key(&record), record)).collect(), part).await;
    put(store, ["ann", "sam"].map(|agent| Record::Presence(presence(agent))).into()).await;
    put(store, ["q1", "q2"].map(|id| Record::Quarantined(quarantined(id, "d1", 0))).into()).await;
    put(store, ["acme", "acme-x"].map(|id| Record::Account(account_state(id, "i1"))).into()).await;
    put(store, replies().map(said).into()).await;
    for of in one_list_of_each() {
        pages_make_up_the_whole(store, of).await;
    }
}

async fn pages_make_up_the_whole(store: &dyn Store, of: ScanOf) {
    let whole = store.scan(&acme(), &Scan::first(of.clone(), 100)).await.unwrap();
    assert!(!whole.records.is_empty() && whole.after.is_none(), "{of:?} fits one page");
    for limit in 1..=whole.records.len() {
        let mut scan = Scan::first(of.clone(), limit);
        let mut found = Vec::new();
        loop {
            let page = store.scan(&acme(), &scan).await.unwrap();
            assert!(page.records.len() <= limit && !page.records.is_empty(), "{of:?} by {limit}");
            let place = page.records.last().and_then(|last| Place::of(&of, last));
            if let (Some(place), Some(after)) = (place, &page.after) {
                assert_eq!(place.to_cursor(), *after, "{of:?}: where a page ends is told alike by all stores");
            }
            found.extend(page.records);
            assert!(found.len() <= whole.records.len(), "{of:?} by {limit} repeats itself");
            match page.after {
                Some(after) => scan.after = Some(after),
                None => break,
            }
        }
        assert_eq!(found, whole.records, "{of:?} by {limit}");
    }
}

pub(super) async fn a_foreign_cursor_is_refused(fixture: &StoreFixture) {
    for after in ["", "page 2", "1.2", "'; DROP TABLE cases; --"] {
        let scan = Scan { of: ScanOf::Cases, after: Some(after.into()), limit: 10 };
        assert_eq!(fixture.store.scan(&acme(), &scan).await.unwrap_err().kind(), ErrorKind::InputInvalid, "{after:?}");
    }
}
