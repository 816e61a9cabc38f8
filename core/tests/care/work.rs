//! Who gets which case, when, and what happens as agents come and go.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use careline::care::QueueAsk;
use careline::model::*;
use careline::routing::{AssignAsk, Routed, Router, SkillRouter};

use crate::world::*;

const CREW: &str = "
    [[teams]]
    id = 'care'
    accept_within = '2m'
    [[teams]]
    id = 'money'
    takes = { category = ['billing'] }
    [[agents]]
    id = 'ada'
    teams = ['care', 'money']
    [[agents]]
    id = 'bo'
    teams = ['care']
    [[agents]]
    id = 'cy'
    teams = ['care']
    languages = ['fr']
";

/// What waits ten minutes with Ada goes to Bo.
const OVERFLOW: &str = "
    [[teams]]
    id = 'care'
    overflow_to = 'night'
    overflow_after = '10m'
    [[teams]]
    id = 'night'
    takes = { tier = [4] }
    [[agents]]
    id = 'ada'
    teams = ['care']
    [[agents]]
    id = 'bo'
    teams = ['night']
";

async fn accepted(world: &World, case: &CaseId) -> String {
    let agent = world.holder(case).await.expect("nobody holds it");
    world.tenant.accept(case, &agent.as_str().into()).await.unwrap();
    agent
}

#[tokio::test]
async fn what_waits_goes_to_whoever_comes_online_most_pressing_first() {
    let world = World::new("[[agents]]\nid = 'ada'\ncapacity = 1");
    let asks = world.case_of(post("n1", "ann", "where is it")).await;
    let broken = world.case_of(post("n2", "bob", "broken")).await;
    world.tick().await;
    assert_eq!((world.holder(&asks).await, world.holder(&broken).await), (None, None));
    world.online("ada").await;
    assert_eq!((world.holder(&asks).await, world.holder(&broken).await.as_deref()), (None, Some("ada")));
    let step = world.view(&broken).await.timeline.pop().unwrap();
    assert_eq!((step.kind, step.actor.as_str()), (StepKind::Offered, "router"));
    assert_eq!(step.reasons[0].rule, "routing.least_loaded");
    // Capacity that comes free routes the next.
    world.tenant.close(&broken, "ada", "resolved").await.unwrap();
    world.tick().await;
    assert_eq!(world.holder(&asks).await.as_deref(), Some("ada"));
    assert_eq!(world.tenant.roster().await.unwrap()[0].cases, [asks].into());
}

#[tokio::test]
async fn teams_by_category_and_agents_by_language() {
    let world = World::new(CREW);
    for agent in ["ada", "bo", "cy"] {
        world.online(agent).await;
    }
    let billing = world.case_of(post("n1", "ann", "my invoice is broken")).await;
    let french = world.case_of(post("n2", "bob", "bonjour, broken")).await;
    world.tick().await;
    assert_eq!(world.case(&billing).await.team.as_str(), "money");
    assert_eq!(world.holder(&billing).await.as_deref(), Some("ada"));
    assert_eq!(world.case(&french).await.status, CaseStatus::Offered);
}

#[tokio::test]
async fn an_edit_moves_a_case_that_nobody_took_to_the_team_whose_words_are_in_it_now() {
    let policy = "
        [[teams]]
        id = 'care'
        accept_within = '2m'
        [[teams]]
        id = 'returns'
        takes = { terms = ['refund'] }
        [[agents]]
        id = 'ada'
        teams = ['care']
        [[agents]]
        id = 'bo'
        teams = ['returns']";
    let edit = |text: &str, revision| edited(post("n1", "ann", text), revision);
    let why = async |world: &World, case: &CaseId| {
        let timeline = world.view(case).await.timeline;
        let step = timeline.into_iter().rfind(|step| step.kind == StepKind::Reassessed).unwrap();
        step.reasons.into_iter().map(|reason| reason.rule).collect::<Vec<_>>()
    };
    // While it is queued.
    let world = World::new(policy);
    let case = world.case_of(post("n1", "ann", "broken")).await;
    world.take(edit("broken, i want a refund", 1)).await;
    assert_eq!(
        (world.case(&case).await.team.as_str(), world.case(&case).await.status),
        ("returns", CaseStatus::Queued)
    );
    assert_eq!(why(&world, &case).await, ["policy.team_takes"]);
    world.take(edit("broken, i want a refund now", 2)).await;
    assert_eq!(world.steps(&case).await, ["opened", "edited", "reassessed", "edited"], "the same team is no news");
    world.take(edit("broken, i want a new one", 3)).await;
    assert_eq!(world.case(&case).await.team.as_str(), "care");

    // While it is offered: the offer is taken back.
    world.online("ada").await;
    assert_eq!(world.case(&case).await.status, CaseStatus::Offered);
    world.online("bo").await;
    world.take(edit("broken, i want a refund", 4)).await;
    world.tick().await;
    assert_eq!(world.holder(&case).await.as_deref(), Some("bo"));
    assert!(!world.timers().await.iter().any(|timer| matches!(timer.purpose, TimerPurpose::Accept { .. })));
    let roster = world.tenant.roster().await.unwrap();
    assert_eq!(roster.iter().map(|presence| presence.cases.len()).collect::<Vec<_>>(), [0, 1]);

    // Once somebody works on it, it stays.
    world.take(edit("broken, i want a new one", 5)).await;
    let held = world.case(&case).await;
    assert_eq!((held.team.as_str(), held.status), ("returns", CaseStatus::Open));
    assert_eq!(why(&world, &case).await, ["routing.kept"]);
    // What leads the case decides, not what else is said.
    let other = world.case_of(post("n2", "bob", "broken")).await;
    world.take(answer("n3", "bob", "n2", "where is it")).await;
    world.take(edited(answer("n3", "bob", "n2", "where is my refund"), 1)).await;
    assert_eq!(world.case(&other).await.team.as_str(), "care");
}

#[tokio::test]
async fn an_offer_nobody_accepts_goes_round() {
    let world = World::new(CREW);
    for agent in ["ada", "bo", "cy"] {
        world.online(agent).await;
    }
    let case = world.case_of(post("n1", "ann", "broken")).await;
    world.tick().await;
    let mut asked = Vec::new();
    for _ in 0..3 {
        asked.push(world.holder(&case).await.unwrap());
        world.pass(minutes(2)).await;
    }
    let mut different = asked.clone();
    different.sort();
    assert_eq!(different, ["ada", "bo", "cy"], "each is asked before anybody is asked twice: {asked:?}");
    assert_eq!(world.case(&case).await.passed_by.len(), 3);
    let last = accepted(&world, &case).await;
    let held = world.case(&case).await;
    assert_eq!((held.status, held.passed_by.len()), (CaseStatus::Open, 0));
    world.pass(minutes(10)).await;
    assert_eq!(world.holder(&case).await, Some(last), "an accepted offer does not lapse");
    let lapsed = world.view(&case).await.timeline.into_iter().filter(|step| step.kind == StepKind::Released);
    assert!(lapsed.into_iter().all(|step| step.reasons[0].rule == "routing.accept_within"));
    assert!(!world.timers().await.iter().any(|timer| matches!(timer.purpose, TimerPurpose::Accept { .. })));
}

#[tokio::test]
async fn an_answer_during_an_offer_leaves_no_timer_behind() {
    let world = World::new(CREW);
    world.online("ada").await;
    let case = world.case_of(post("n1", "ann", "broken")).await;
    world.tick().await;
    world.pass(minutes(1)).await;
    world.take(answer("n2", "b1", "n1", "done")).await;
    assert_eq!(world.case(&case).await.status, CaseStatus::Waiting);
    world.take(answer("n3", "ann", "n2", "still broken")).await;
    assert_eq!(world.case(&case).await.status, CaseStatus::Offered, "it is still only offered");
    world.take(answer("n4", "b1", "n3", "now")).await;
    world.pass(minutes(5)).await;
    assert_eq!((world.holder(&case).await, world.case(&case).await.status), (None, CaseStatus::Waiting));
    assert!(world.timers().await.is_empty());
}

#[tokio::test]
async fn sticky_to_the_last_agent_only_while_they_are_there() {
    let world = World::new("[[agents]]\nid = 'ada'\n[[agents]]\nid = 'bo'");
    world.online("bo").await;
    let case = world.case_of(post("n1", "ann", "broken")).await;
    world.tick().await;
    world.online("ada").await;
    world.tenant.close(&case, "bo", "resolved").await.unwrap();
    world.case_of(answer("n2", "ann", "n1", "broken")).await;
    world.tick().await;
    assert_eq!(world.holder(&case).await.as_deref(), Some("bo"));
    let why = world.case(&case).await.assignment.unwrap().reasons;
    assert_eq!(why[0].rule, "routing.sticky");
    world.tenant.close(&case, "bo", "resolved").await.unwrap();
    world.offline("bo").await;
    world.case_of(answer("n3", "ann", "n1", "broken")).await;
    world.tick().await;
    assert_eq!(world.holder(&case).await.as_deref(), Some("ada"));
}

#[tokio::test]
async fn an_agent_who_leaves_while_a_customer_waits_loses_the_case() {
    let world = World::new("[[agents]]\nid = 'ada'\n[[agents]]\nid = 'bo'");
    world.online("ada").await;
    let waits = world.case_of(post("n1", "ann", "broken")).await;
    let answered = world.case_of(post("n2", "bob", "broken")).await;
    world.tick().await;
    world.take(answer("n3", "b1", "n2", "sorry")).await;
    world.online("bo").await;
    world.offline("ada").await;
    assert_eq!(world.holder(&waits).await.as_deref(), Some("bo"));
    assert_eq!(world.holder(&answered).await.as_deref(), Some("ada"), "nobody waits for her there");
    world.take(answer("n4", "bob", "n3", "still broken")).await;
    world.tick().await;
    assert_eq!(world.holder(&answered).await.as_deref(), Some("bo"));
    let roster = world.tenant.roster().await.unwrap();
    assert_eq!(roster.iter().map(|presence| presence.cases.len()).collect::<Vec<_>>(), [0, 2]);
}

#[tokio::test]
async fn a_presence_that_runs_out_gives_its_work_back_by_itself() {
    let world = World::new("[[agents]]\nid = 'ada'\n[[agents]]\nid = 'bo'\ncapacity = 1");
    let until = world.now().plus(minutes(5));
    world.tenant.set_presence(&"ada".into(), true, Some(until)).await.unwrap();
    let case = world.case_of(post("n1", "ann", "where is it")).await;
    world.tick().await;
    assert_eq!(world.holder(&case).await.as_deref(), Some("ada"));
    world.online("bo").await;
    // Repeated in time, it goes on.
    world.pass(minutes(4)).await;
    let until = world.now().plus(minutes(5));
    world.tenant.set_presence(&"ada".into(), true, Some(until)).await.unwrap();
    world.pass(minutes(4)).await;
    assert_eq!(world.holder(&case).await.as_deref(), Some("ada"));
    world.pass(minutes(2)).await;
    assert_eq!(world.holder(&case).await.as_deref(), Some("bo"));
}

#[tokio::test]
async fn who_gives_a_case_by_hand_means_it() {
    let world = World::new("[[agents]]\nid = 'ada'\n[[agents]]\nid = 'bo'");
    let case = world.case_of(post("n1", "ann", "broken")).await;
    world.tenant.assign(&case, &"ada".into(), "boss").await.unwrap();
    world.online("bo").await;
    world.pass(minutes(10)).await;
    assert_eq!(world.holder(&case).await.as_deref(), Some("ada"), "she never came, but she was named");
    let taken = world.tenant.assign(&case, &"bo".into(), "bo").await.unwrap();
    assert_eq!(taken.status, CaseStatus::Open);
    let reasons: Vec<_> = world
        .view(&case)
        .await
        .timeline
        .into_iter()
        .filter(|step| step.kind == StepKind::Assigned)
        .map(|step| step.reasons[0].rule.clone())
        .collect();
    assert_eq!(reasons, ["host.assign", "host.take_over"]);
    let of_bo = world.tenant.queue(&QueueAsk::of_agent("bo")).await.unwrap().items;
    assert_eq!(of_bo.len(), 1);
    assert!(world.tenant.queue(&QueueAsk::of_agent("ada")).await.unwrap().items.is_empty());
    world.tenant.release(&case, None, "bo", "not mine").await.unwrap();
    assert_eq!(world.case(&case).await.status, CaseStatus::Queued);
    assert!(world.tenant.assign(&case, &"who".into(), "boss").await.is_err());
}

#[tokio::test]
async fn a_case_that_waits_too_long_overflows() {
    let world = World::new(OVERFLOW);
    world.online("bo").await;
    let case = world.case_of(post("n1", "ann", "broken")).await;
    world.pass(minutes(9)).await;
    assert_eq!((world.case(&case).await.team.as_str(), world.holder(&case).await), ("care", None));
    world.pass(minutes(1)).await;
    assert_eq!(world.holder(&case).await.as_deref(), Some("bo"));
    let why: Vec<_> = world
        .tenant
        .explain(&case)
        .await
        .unwrap()
        .reasons
        .into_iter()
        .flat_map(|why| why.reasons)
        .map(|reason| reason.rule)
        .collect();
    assert!(why.contains(&"routing.release".to_owned()), "{why:?}");
}

#[tokio::test]
async fn cases_wait_for_the_hours_of_those_who_can_take_them() {
    let policy = "
        [[calendars]]
        id = 'late'
        zone = 'UTC'
        hours = { mon-sun = ['20:00-22:00'] }
        [[agents]]
        id = 'ada'
        calendar = 'late'";
    let world = World::new(policy);
    world.online("ada").await;
    let case = world.case_of(post("n1", "ann", "where is it")).await;
    world.pass(hours(7)).await;
    assert_eq!(world.holder(&case).await, None);
    world.pass(hours(1)).await;
    assert_eq!(world.holder(&case).await.as_deref(), Some("ada"));
}

#[tokio::test]
async fn a_case_that_comes_back_waits_anew() {
    let world = World::new(OVERFLOW);
    let case = world.case_of(post("n1", "ann", "broken")).await;
    world.take(answer("n2", "b1", "n1", "done")).await;
    world.pass(hours(5)).await;
    world.online("bo").await;
    world.take(answer("n3", "ann", "n2", "still broken")).await;
    world.tick().await;
    assert_eq!(world.case(&case).await.team.as_str(), "care", "its ten minutes begin now");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn several_workers_give_each_case_once() {
    let world = World::new("[[agents]]\nid = 'ada'\ncapacity = 7\n[[agents]]\nid = 'bo'\ncapacity = 7");
    for number in 0..20 {
        world.case_of(post(&format!("n{number}"), &format!("person{number}"), "broken")).await;
    }
    for agent in ["ada", "bo"] {
        world.tenant.set_presence(&agent.into(), true, None).await.unwrap();
    }
    world.tick_at_once(4).await;
    world.tick().await;
    let roster = world.tenant.roster().await.unwrap();
    assert_eq!(roster.iter().map(|presence| presence.cases.len()).collect::<Vec<_>>(), [7, 7]);
    for case in world.tenant.all_cases(50).await.unwrap().items {
        let steps = world.steps(&case.id).await;
        let offers = steps.iter().filter(|step| *step == "offered").count();
        assert_eq!(offers, usize::from(case.assignment.is_some()), "{steps:?}");
    }
}

/// Counts what the usual router is asked.
#[derive(Debug, Default)]
struct Counting(Arc<AtomicUsize>);

impl Router for Counting {
    fn id(&self) -> &str {
        SkillRouter.id()
    }

    fn route(&self, ask: &AssignAsk<'_>) -> careline::Result<Routed> {
        self.0.fetch_add(1, Ordering::Relaxed);
        SkillRouter.route(ask)
    }
}

#[tokio::test]
async fn however_many_wait_whom_nobody_can_take_the_next_gets_their_turn() {
    const STUCK: usize = 1100;
    let asked = Arc::new(AtomicUsize::new(0));
    let policy = "
        [[teams]]
        id = 'care'
        [[teams]]
        id = 'money'
        takes = { category = ['billing'] }
        [[agents]]
        id = 'ada'
        teams = ['care']
        languages = ['en']
        capacity = 1
        [[agents]]
        id = 'bo'
        teams = ['money']
        [[agents]]
        id = 'cy'
        teams = ['care']
        languages = ['fr']";
    let counting = Counting(asked.clone());
    let world = World::with(policy, |setup| setup.router(Arc::new(counting)));
    for number in 0..STUCK {
        world.take(post(&format!("n{number}"), &format!("p{number}"), "bonjour, broken")).await;
    }
    // Less pressing, so it is the last.
    let last = world.case_of(post("last", "ann", "where is it")).await;
    world.tick().await;
    assert_eq!(asked.swap(0, Ordering::Relaxed), 100, "nobody is there: nobody needs to be asked about the rest");

    world.tenant.set_presence(&"ada".into(), true, None).await.unwrap();
    world.tenant.set_presence(&"bo".into(), true, None).await.unwrap();
    let other = world.case_of(post("other", "bob", "where is my invoice")).await;
    let ticked = world.tick().await;
    assert_eq!(world.holder(&last).await, None, "one call does so much and no more");
    assert_eq!(world.holder(&other).await.as_deref(), Some("bo"), "another team has its turn meanwhile");
    assert_eq!((ticked.next_due, asked.load(Ordering::Relaxed)), (Some(world.now()), 801));
    // What comes in between, more pressing than all, begins no new walk before this one is at its end.
    world.take(sent(post("more", "dan", "bonjour, broken"), "2026-11-18T11:00:00Z")).await;
    let ticked = world.tick().await;
    assert_eq!(world.holder(&last).await.as_deref(), Some("ada"));
    assert!(ticked.next_due > Some(world.now()));
    // To the end, and then once more for what came, as long as anybody has room.
    assert_eq!(asked.swap(0, Ordering::Relaxed), 1 + STUCK + 1 + 100);

    // Who has no room is asked about nothing further down.
    world.take(post("again", "eve", "bonjour, broken")).await;
    world.tick().await;
    assert_eq!(asked.load(Ordering::Relaxed), 100);

    // Who goes gives back what they hold, however much of the team's is due before it.
    world.offline("ada").await;
    assert_eq!(world.holder(&last).await, None);
}

#[tokio::test]
async fn the_same_day_gives_the_same_assignments() {
    let mut days = Vec::new();
    for _ in 0..2 {
        let world = World::new(CREW);
        for agent in ["cy", "ada", "bo"] {
            world.online(agent).await;
        }
        let mut day = Vec::new();
        for number in 0..8 {
            let case = world.case_of(post(&format!("n{number}"), &format!("p{number}"), "broken")).await;
            world.tick().await;
            day.push(world.case(&case).await.assignment);
        }
        days.push(day);
    }
    assert_eq!(days[0], days[1]);
}
