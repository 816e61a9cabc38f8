//! What networks tell beside messages: counted once, kept, shown, and told to people where they must act.

use careline::model::*;
use careline::store::{EffectAction, EraseAsk};

use crate::world::*;

fn like(removed: bool, minute: i64) -> EventBody {
    EventBody::Reaction(Reaction {
        scope: "fake".into(),
        native_id: "n1".into(),
        by: Some(Profile::new("fake", "ann")),
        reaction: "like".into(),
        sole: false,
        removed,
        at: Some(at(NOON).plus_millis(minute * 60_000)),
    })
}

#[tokio::test]
async fn a_reaction_counts_once_however_often_it_is_told_and_not_once_it_is_taken_back() {
    let world = World::new("");
    world.pass(hours(1)).await;
    for _ in 0..3 {
        world.event("b1", like(false, 0)).await;
    }
    assert_eq!(world.total("event.reaction").await, 1);
    world.event("b1", like(true, 10)).await;
    world.event("b1", like(false, 0)).await;
    assert_eq!(world.total("event.reaction").await, 0, "the older telling does not bring it back");
    world.event("b1", like(false, 20)).await;
    world.event("b1", like(true, 10)).await;
    assert_eq!(world.total("event.reaction").await, 1, "given again");
}

#[tokio::test]
async fn a_sole_reaction_takes_the_place_of_the_one_before() {
    let world = World::new("");
    world.pass(hours(1)).await;
    let with = |word: &str, sole: bool, minute: i64| {
        let EventBody::Reaction(reaction) = like(false, minute) else { unreachable!() };
        EventBody::Reaction(Reaction { reaction: word.into(), sole, ..reaction })
    };
    world.event("b1", with("like", true, 0)).await;
    world.event("b1", with("love", true, 1)).await;
    assert_eq!(world.total("event.reaction").await, 1);
    for word in ["like", "boost"] {
        world.event("b2", with(word, false, 2)).await;
    }
    assert_eq!(world.total("event.reaction").await, 3, "a like and a boost beside it");
}

#[tokio::test]
async fn reactions_without_a_time_are_no_news_when_they_are_told_again() {
    let world = World::new("");
    let timeless = |removed: bool| {
        let EventBody::Reaction(reaction) = like(removed, 0) else { unreachable!() };
        EventBody::Reaction(Reaction { at: None, ..reaction })
    };
    for (removed, changed, total) in [(false, 1, 1), (false, 0, 1), (true, 1, 0), (true, 0, 0), (false, 1, 1)] {
        assert_eq!(world.event("b1", timeless(removed)).await.changed, changed);
        assert_eq!(world.total("event.reaction").await, total);
        world.pass(minutes(7)).await;
    }
}

#[tokio::test]
async fn what_is_told_of_a_private_thread_is_shown_with_it() {
    let world = World::new("");
    let mut question = Inbound::new("fake", "d1", Surface::DirectMessage, Visibility::Private);
    question.author = Some(Profile::new("fake", "ann"));
    question.thread = Some("dm:ann".into());
    question.content.text = "where".to_owned();
    let case = world.case_of(question).await;
    world.pass(hours(1)).await;
    let minute = |minute: i64| Some(at(NOON).plus_millis(minute * 60_000));
    let (scope, thread) = ("fake", "dm:ann");
    let control = |owner, at| {
        let (scope, thread) = (scope.into(), thread.into());
        EventBody::Control(Control { scope, thread, owner: Some(owner), app: Some("7".into()), at })
    };
    let seen = |read, native_ids: &[&str], up_to| {
        let native_ids = native_ids.iter().map(|id| (*id).into()).collect();
        EventBody::Seen(Seen { scope: scope.into(), thread: thread.into(), read, native_ids, up_to })
    };
    let signal = EventBody::Signal(Signal {
        name: "referral".into(),
        scope: scope.into(),
        thread: thread.into(),
        by: Some(Profile::new("fake", "ann")),
        at: minute(1),
        extensions: serde_json::Map::from_iter([("ref".to_owned(), "promo".into())]),
    });
    let all = [
        control(ThreadOwner::Another, minute(5)),
        control(ThreadOwner::Us, minute(3)),
        seen(true, &[], minute(4)),
        seen(true, &[], minute(2)),
        seen(false, &["d1"], None),
        signal,
    ];
    for _ in 0..2 {
        for body in &all {
            world.event("b1", body.clone()).await;
        }
    }
    for (name, told) in [("event.control", 1), ("event.seen", 2), ("event.signal", 1)] {
        assert_eq!(world.total(name).await, told, "{name}");
    }
    let beside = world.tenant.case(&case).await.unwrap().threads.remove(0).beside.expect("nothing is shown");
    let held = Held { since: minute(5).unwrap(), owner: ThreadOwner::Another, app: Some("7".into()) };
    assert_eq!((beside.held, beside.read_up_to, beside.delivered_up_to), (Some(held), minute(4), minute(0)));
    assert_eq!(beside.signals["referral"].extensions["ref"], "promo");
}

fn change(word: &str, minute: i64) -> AccountChange {
    let at = Some(at(NOON).plus_millis(minute * 60_000));
    AccountChange { change: word.into(), reason: Some("spam".to_owned()), at, ..AccountChange::default() }
}

/// The notices about accounts since the last look: account, who, about what, whose data must go.
async fn told(world: &World) -> Vec<(String, Vec<String>, String, Option<IdentityId>)> {
    let mut told = Vec::new();
    for notice in world.engine.notices().await.unwrap() {
        if let EffectAction::NotifyAccount { account, who, about, person } = &notice.effect.action {
            told.push((account.to_string(), who.clone(), about.clone(), person.clone()));
        }
        world.engine.told(&notice).await.unwrap();
    }
    told
}

#[tokio::test]
async fn what_becomes_of_an_account_is_kept_and_said_once() {
    let world = World::new("[[teams]]\nid = 'front'\n[[teams]]\nid = 'web'");
    world.pass(hours(1)).await;
    for body in [change("blocked", 5), change("warned", 1), change("blocked", 5), change("warned", 1)] {
        world.event("b1", EventBody::Account(body)).await;
    }
    let notices = told(&world).await;
    assert_eq!(notices.len(), 2, "{notices:?}");
    assert!(notices.iter().all(|(account, who, _, person)| account == "acme" && who == &["front"] && person.is_none()));
    assert!(notices.iter().any(|(_, _, about, _)| about.starts_with("blocked (spam): ")), "{notices:?}");
    assert_eq!(world.total("event.account").await, 2);

    let states = world.tenant.account_states().await.unwrap();
    assert_eq!(states.len(), 1, "nothing was said about the other account");
    let state = &states[0];
    assert_eq!((state.account.as_str(), &*state.change, state.since), ("acme", "blocked", at("2026-11-18T12:05:00Z")));
    assert!(state.to_do.contains("until the network lifts it"), "{}", state.to_do);
    assert_eq!(state.earlier.iter().map(|said| &*said.change).collect::<Vec<_>>(), ["warned"]);

    world.event("b1", EventBody::Account(change("blocked", 9))).await;
    let states = world.tenant.account_states().await.unwrap();
    assert_eq!(states[0].since, at("2026-11-18T12:05:00Z"), "it stands so since it was said first");
    assert_eq!(told(&world).await.len(), 1);
    assert_eq!(world.tenant.verify_log().await.unwrap(), 4, "each is in the log, beside the policy");
}

#[tokio::test]
async fn an_account_keeps_the_latest_changes_only() {
    let world = World::new("");
    world.pass(hours(2)).await;
    for minute in 0..25 {
        world.event("b1", EventBody::Account(change("warned", minute))).await;
    }
    let state = world.tenant.account_states().await.unwrap().remove(0);
    assert_eq!(state.earlier.len() + 1, AccountState::KEPT);
    assert_eq!(told(&world).await.len(), 25);
    assert_eq!(world.event("b1", EventBody::Account(change("warned", 1))).await.changed, 0, "too old to be news");
}

#[tokio::test]
async fn a_withdrawal_by_a_person_says_whose_data_must_go() {
    let world = World::new("");
    world.take(post("n1", "ann", "broken")).await;
    let withdrawn = AccountChange { person: Some(Profile::new("fake", "ann")), ..change("deauthorised", 0) };
    world.event("b1", EventBody::Account(withdrawn.clone())).await;
    let notices = told(&world).await;
    let (_, _, about, person) = &notices[0];
    assert!(about.contains("ann") && about.contains("erase what is kept about the person"), "{about}");
    let person = person.clone().expect("the person is named");
    let receipt = world.tenant.erase(&EraseAsk::Identity(person)).await.unwrap();
    assert_eq!(receipt.removed["messages"], 1);
    let state = world.tenant.account_states().await.unwrap().remove(0);
    assert_eq!((&*state.change, state.person, state.profile), ("deauthorised", None, None));

    let ours = AccountChange { person: Some(Profile::new("fake", "b1")), ..withdrawn };
    world.event("b2", EventBody::Account(AccountChange { change: "revoked".into(), ..ours })).await;
    let notices = told(&world).await;
    assert_eq!((notices.len(), &notices[0].3), (1, &None), "our own account is no person");
    assert!(notices[0].2.contains("due for erasure"), "{}", notices[0].2);
}
