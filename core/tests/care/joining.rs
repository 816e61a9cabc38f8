//! Two threads that turn out to be one, and one person with an open case in each.

use careline::ErrorKind;
use careline::model::*;

use crate::world::*;

const TEAMS: &str = "
    [[teams]]
    id = 'care'
    accept_within = '2m'
    [[agents]]
    id = 'jo'
    teams = ['care']
    [[agents]]
    id = 'kim'
    teams = ['care']
";

/// Ann asks under `n1` and complains under `n2`; that `n2` stands under `n1` nobody knows yet.
async fn two_cases(world: &World) -> (CaseId, CaseId) {
    let early = world.case_of(answer("n3", "ann", "n1", "where is it")).await;
    world.pass(minutes(10)).await;
    let late = world.case_of(answer("n4", "ann", "n2", "my parcel is broken")).await;
    assert_ne!(early, late);
    (early, late)
}

/// What stands between the threads arrives.
async fn link(world: &World) {
    world.take(sent(answer("n2", "bob", "n1", "lol"), "2026-11-18T11:00:00Z")).await;
}

#[tokio::test]
async fn two_open_cases_of_one_person_become_the_earlier_one() {
    let world = World::new("");
    let (early, late) = two_cases(&world).await;
    world.tenant.note(&late, "jo", "a regular").await.unwrap();
    link(&world).await;
    assert_eq!(world.tick().await.joined, 1);

    let view = world.view(&early).await;
    assert_eq!((view.case.status.clone(), view.case.messages, view.threads.len()), (CaseStatus::Queued, 2, 1));
    assert_eq!((view.case.tier, view.case.lead.clone()), (1, world.id_of("n4")));
    // The earlier turn's promise, in the tier of the more pressing one.
    let first = &view.case.clocks[0];
    assert_eq!(
        (first.started_at, first.target_secs, view.case.due_at),
        (at(NOON), 3600, Some(at(NOON).plus(hours(1))))
    );
    assert_eq!(world.message(&world.id_of("n4")).await.case, Some(early.clone()));
    assert_eq!(world.steps(&early).await.iter().filter(|step| *step == "joined").count(), 2, "{:?}", view.timeline);
    assert_eq!((view.notes.len(), view.case.joined.clone()), (1, [late.clone()].into()));

    let ended = world.view(&late).await;
    assert_eq!((ended.case.status, ended.case.outcome.as_deref()), (CaseStatus::Closed, Some("joined")));
    assert_eq!((ended.case.joined_into, ended.case.messages, ended.case.clocks.len()), (Some(early.clone()), 0, 0));
    let step = ended.timeline.iter().find(|step| step.kind == StepKind::Joined).unwrap();
    assert_eq!((step.reasons[0].rule.as_str(), step.reasons[0].note.as_str()), ("cases.joined_into", early.as_str()));
    assert_eq!(world.open().await, std::slice::from_ref(&early));
    assert_eq!(world.timers().await.len(), 1, "only one case owes an answer");
    assert_eq!((world.total("case.joined").await, world.total("case.closed").await), (1, 0));

    // Whatever follows, in either thread or about either turn, is about the case that went on.
    assert_eq!(world.case_of(answer("n5", "ann", "n4", "where are you")).await, early);
    world.take(edited(answer("n4", "ann", "n2", "my invoice is broken"), 1)).await;
    assert_eq!(world.case(&early).await.category, "billing");
    world.take(answer("n6", "b1", "n4", "sorry")).await;
    assert_eq!(world.case(&early).await.status, CaseStatus::Waiting);
    let error = world.tenant.reopen(&late, "jo").await.unwrap_err();
    assert_eq!((error.kind(), error.context().any(|(_, value)| value == early.as_str())), (ErrorKind::Conflict, true));
    assert_eq!(world.tick().await.joined, 0);
}

#[tokio::test]
async fn a_new_case_after_joined_ones_has_an_id_of_its_own() {
    let world = World::new("[cases]\nreopen_within = '1h'");
    let (early, late) = two_cases(&world).await;
    link(&world).await;
    world.tick().await;
    world.tenant.close(&early, "jo", "resolved").await.unwrap();
    world.pass(hours(2)).await;
    let next = world.case_of(answer("n7", "ann", "n3", "broken again")).await;
    assert!(next != early && next != late);
    assert_eq!(world.case(&next).await.previous, Some(early));
}

#[tokio::test]
async fn whoever_works_on_one_of_them_goes_on() {
    for (first, second, goes_on) in
        [(None, Some("jo"), "jo"), (Some("kim"), None, "kim"), (Some("kim"), Some("jo"), "kim")]
    {
        let world = World::new(TEAMS);
        let (early, late) = two_cases(&world).await;
        for (case, agent) in [(&early, first), (&late, second)] {
            if let Some(agent) = agent {
                world.tenant.assign(case, &agent.into(), agent).await.unwrap();
            }
        }
        link(&world).await;
        world.tick().await;
        assert_eq!(world.holder(&early).await.as_deref(), Some(goes_on));
        assert_eq!(world.holder(&late).await, None);
        let roster = world.tenant.roster().await.unwrap();
        let held =
            roster.iter().map(|presence| (presence.agent.as_str(), presence.cases.len())).filter(|(_, n)| *n > 0);
        assert_eq!(held.collect::<Vec<_>>(), [(goes_on, 1)]);
    }
}

#[tokio::test]
async fn an_offer_of_a_case_that_ends_lapses_at_once() {
    let world = World::new(TEAMS);
    let (early, late) = two_cases(&world).await;
    world.tenant.assign(&early, &"kim".into(), "kim").await.unwrap();
    world.online("jo").await;
    let offer = world.case(&late).await.assignment.unwrap();
    assert!(offer.agent.as_str() == "jo" && offer.accept_by.is_some());
    link(&world).await;
    world.tick().await;
    assert_eq!((world.holder(&late).await, world.holder(&early).await.as_deref()), (None, Some("kim")));
    assert!(world.timers().await.iter().all(|timer| !matches!(timer.purpose, TimerPurpose::Accept { .. })));
}

#[tokio::test]
async fn a_promise_broken_in_both_is_one_broken_promise() {
    let world = World::new("");
    let (early, late) = two_cases(&world).await;
    world.pass(hours(5)).await;
    assert_eq!(world.total("sla.breached.first_response").await, 2);
    link(&world).await;
    world.tick().await;
    assert_eq!(world.total("sla.breached.first_response").await, 1);
    assert_eq!(world.case(&early).await.clocks[0].breached_at, Some(at(NOON).plus(hours(1))));
    assert!(world.case(&late).await.clocks.is_empty());
}

#[tokio::test]
async fn the_message_between_finds_the_case_of_its_author_in_the_thread_that_follows_it() {
    let world = World::new("");
    let case = world.case_of(answer("n3", "ann", "n2", "where is it")).await;
    // Ann's own earlier post, which answers something we have not seen.
    assert_eq!(world.case_of(sent(answer("n2", "ann", "n1", "broken"), "2026-11-18T11:30:00Z")).await, case);
    assert_eq!(world.case(&case).await.opened_at, at("2026-11-18T11:30:00Z"));
    assert_eq!(world.tick().await.joined, 0, "there was nothing to join");
}

#[tokio::test]
async fn cases_of_different_people_and_closed_cases_stay_apart() {
    let world = World::new("");
    let ann = world.case_of(answer("n3", "ann", "n1", "broken")).await;
    let bob = world.case_of(answer("n4", "bob", "n2", "broken")).await;
    let closed = world.case_of(answer("n5", "ann", "n2", "where is it")).await;
    world.tenant.close(&closed, "jo", "resolved").await.unwrap();
    link(&world).await;
    world.tick().await;
    let mut open = world.open().await;
    open.sort();
    let mut expected = [ann, bob];
    expected.sort();
    assert_eq!(open, expected);
    assert_eq!(world.case(&closed).await.outcome.as_deref(), Some("resolved"));
}
