//! Promises about time: when they start, pause, are broken, and who is told.

use careline::model::*;
use careline::store::EffectAction;

use crate::world::*;

const OFFICE: &str = "
    [[calendars]]
    id = 'office'
    zone = 'Europe/Berlin'
    hours = { mon-fri = ['09:00-17:00'] }
    [[calendars]]
    id = 'night'
    zone = 'Europe/Berlin'
    hours = { sun = ['00:00-06:00'] }
";

fn clock(case: &Case, kind: ClockKind) -> SlaClock {
    case.clocks.iter().find(|clock| clock.kind == kind).cloned().unwrap_or_else(|| panic!("no {kind} in {case:?}"))
}

/// Who was told what since the last look.
async fn told(world: &World) -> Vec<(Vec<String>, String)> {
    let mut told = Vec::new();
    for notice in world.engine.notices().await.unwrap() {
        if let EffectAction::Notify { who, about, .. } = &notice.effect.action {
            told.push((who.clone(), about.clone()));
        }
        world.engine.told(&notice).await.unwrap();
    }
    told
}

#[tokio::test]
async fn first_next_and_resolution_run_from_the_customers_turns() {
    let world = World::new("");
    let id = world.case_of(post("n1", "ann", "broken")).await;
    let case = world.case(&id).await;
    assert_eq!(clock(&case, ClockKind::FirstResponse).due_at, Some(at("2026-11-18T13:00:00Z")));
    assert_eq!(clock(&case, ClockKind::Resolution).due_at, Some(at("2026-11-19T12:00:00Z")));
    world.pass(minutes(30)).await;
    world.take(answer("n2", "b1", "n1", "which one?")).await;
    world.pass(hours(10)).await;
    world.take(answer("n3", "ann", "n2", "the red one is broken")).await;
    let case = world.case(&id).await;
    let first = clock(&case, ClockKind::FirstResponse);
    assert_eq!((first.used_secs, first.breached_at), (1800, None));
    assert_eq!(clock(&case, ClockKind::NextResponse).due_at, Some(world.now().plus(hours(2))));
    // It stood still while the customer had the word.
    assert_eq!(clock(&case, ClockKind::Resolution).due_at, Some(at("2026-11-19T22:00:00Z")));
    world.tenant.close(&id, "jo", "resolved").await.unwrap();
    assert!(world.case(&id).await.clocks.iter().all(|clock| clock.stopped_at.is_some() && clock.breached_at.is_none()));
    assert!(world.timers().await.is_empty());
}

#[tokio::test]
async fn the_resolution_goes_on_while_waiting_where_the_policy_says_so() {
    let world = World::new("[[sla]]\nresolution = '8h'\npause_in = []");
    let id = world.case_of(post("n1", "ann", "broken")).await;
    world.pass(hours(1)).await;
    world.take(answer("n2", "b1", "n1", "which one?")).await;
    assert_eq!(world.case(&id).await.due_at, Some(at("2026-11-18T20:00:00Z")));
    world.pass(hours(8)).await;
    assert_eq!(clock(&world.case(&id).await, ClockKind::Resolution).breached_at, Some(at("2026-11-18T20:00:00Z")));
}

#[tokio::test]
async fn business_time_and_the_network_s_own_time_count() {
    let world = World::new(&format!("{OFFICE}[[sla]]\ncalendar = 'office'\nfirst_response = '2h'"));
    // Friday at 16:30 in Berlin, reported on Monday morning.
    world.clock.set(at("2026-11-23T07:00:00Z"));
    let id = world.case_of(sent(post("n1", "ann", "broken"), "2026-11-20T15:30:00Z")).await;
    let case = world.case(&id).await;
    assert_eq!((case.opened_at, case.due_at), (at("2026-11-20T15:30:00Z"), Some(at("2026-11-23T09:30:00Z"))));
    // One that is reported after its deadline is broken at once, by the clock on the wall.
    let late = world.case_of(sent(post("n2", "bob", "broken"), "2026-11-19T08:00:00Z")).await;
    world.tick().await;
    assert_eq!(clock(&world.case(&late).await, ClockKind::FirstResponse).breached_at, Some(at("2026-11-19T10:00:00Z")));
}

#[tokio::test]
async fn the_hour_that_a_clock_change_skips_is_not_worked() {
    let world = World::new(&format!("{OFFICE}[[sla]]\ncalendar = 'night'\nfirst_response = '4h'"));
    world.clock.set(at("2026-03-28T20:00:00Z"));
    let id = world.case_of(post("n1", "ann", "broken")).await;
    // From 00:00 in Berlin on; 02:00 to 03:00 does not exist, so it is 05:00 there.
    assert_eq!(world.case(&id).await.due_at, Some(at("2026-03-29T03:00:00Z")));
    world.pass(hours(7)).await;
    assert!(clock(&world.case(&id).await, ClockKind::FirstResponse).breached_at.is_some());
}

#[tokio::test]
async fn a_breach_is_told_once_up_the_ladder() {
    let policy = "
        [[teams]]
        id = 'care'
        [[teams]]
        id = 'chiefs'
        takes = { tier = [4] }
        [[agents]]
        id = 'ada'
        capacity = 1
        [[escalation]]
        at = 0.5
        notify = ['assignee']
        [[escalation]]
        at = 1.0
        notify = ['assignee', 'team', 'host:duty-officer']
        [[escalation]]
        at = 2.0
        notify = ['chiefs']
        move_to = 'chiefs'
        [[sla]]
        first_response = '1h'
        next_response = '1h'";
    let world = World::new(policy);
    world.online("ada").await;
    let held = world.case_of(post("n1", "ann", "broken")).await;
    world.tick().await;
    let waits = world.case_of(post("n2", "bob", "broken")).await;
    world.pass(minutes(31)).await;
    assert_eq!(
        told(&world).await,
        [(vec!["ada".to_owned()], "50 % of the time promised for first_response".to_owned())]
    );
    world.pass(minutes(30)).await;
    let mut who: Vec<_> = told(&world).await.into_iter().map(|(who, _)| who.join(" ")).collect();
    who.sort();
    assert_eq!(who, ["ada care host:duty-officer", "care host:duty-officer"]);
    world.pass(hours(1)).await;
    assert_eq!(told(&world).await.len(), 2);
    assert_eq!(world.case(&held).await.team.as_str(), "care", "what somebody holds is not taken away");
    let moved = world.case(&waits).await;
    assert_eq!((moved.team.as_str(), moved.escalation), ("chiefs", 3));
    assert!(moved.clocks[0].breached_at.is_some());
    world.pass(hours(24)).await;
    assert!(told(&world).await.is_empty());
    assert_eq!(world.total("sla.breached.first_response").await, 2);
    let steps = world.view(&waits).await.timeline;
    assert_eq!(steps.iter().filter(|step| step.kind == StepKind::Breached).count(), 1);
    let ladder: Vec<_> = steps
        .iter()
        .filter(|step| step.kind == StepKind::Escalated)
        .map(|step| step.reasons[0].note.as_str())
        .collect();
    assert_eq!(ladder, ["nobody", "care, host:duty-officer", "chiefs"]);
    assert!(world.timers().await.is_empty());
    // The next turn is a new promise with a ladder of its own.
    world.take(answer("n3", "b1", "n2", "sorry")).await;
    world.take(answer("n4", "bob", "n3", "still broken")).await;
    world.pass(minutes(61)).await;
    assert_eq!(
        told(&world).await,
        [(
            vec!["chiefs".to_owned(), "host:duty-officer".to_owned()],
            "100 % of the time promised for next_response".to_owned()
        )]
    );
}

#[tokio::test]
async fn a_late_report_of_an_early_answer_keeps_the_promise() {
    let world = World::new("");
    let id = world.case_of(post("n1", "ann", "broken")).await;
    world.pass(hours(2)).await;
    assert_eq!(world.total("sla.breached.first_response").await, 1);
    world.take(sent(answer("n2", "b1", "n1", "sorry"), "2026-11-18T12:40:00Z")).await;
    let first = clock(&world.case(&id).await, ClockKind::FirstResponse);
    assert_eq!((first.breached_at, first.stopped_at), (None, Some(at("2026-11-18T12:40:00Z"))));
    assert_eq!(world.total("sla.breached.first_response").await, 0);
}

#[tokio::test]
async fn an_answer_that_comes_late_while_nobody_looked_is_a_breach_all_the_same() {
    let world = World::new("");
    let id = world.case_of(post("n1", "ann", "broken")).await;
    world.clock.advance(hours(2));
    world.take(answer("n2", "b1", "n1", "sorry")).await;
    world.tick().await;
    assert_eq!(world.total("sla.breached.first_response").await, 1);
    assert!(world.steps(&id).await.contains(&"breached".to_owned()));
}

#[tokio::test]
async fn a_more_pressing_turn_and_another_team_bring_their_own_promises() {
    let policy = "
        [[teams]]
        id = 'care'
        [[teams]]
        id = 'slow'
        takes = { tier = [4] }
        [[teams]]
        id = 'never'
        takes = { tier = [4] }
        [[sla]]
        when = { team = ['slow'] }
        first_response = '10h'
        [[sla]]
        when = { team = ['never'] }
        [[sla]]
        when = { tier = [1] }
        first_response = '1h'
        [[sla]]
        first_response = '4h'";
    let world = World::new(policy);
    let id = world.case_of(post("n1", "ann", "where is it")).await;
    assert_eq!(world.case(&id).await.due_at, Some(at("2026-11-18T16:00:00Z")));
    world.pass(minutes(10)).await;
    world.take(answer("n2", "ann", "n1", "it is broken")).await;
    assert_eq!(world.case(&id).await.due_at, Some(at("2026-11-18T13:00:00Z")), "the time used so far counts");
    world.tenant.release(&id, Some("slow".into()), "jo", "theirs").await.unwrap();
    assert_eq!(world.case(&id).await.due_at, Some(at("2026-11-18T22:00:00Z")));
    world.tenant.release(&id, Some("never".into()), "jo", "theirs").await.unwrap();
    assert_eq!(world.case(&id).await.due_at, None);
    assert!(!world.timers().await.iter().any(|timer| matches!(timer.purpose, TimerPurpose::Sla { .. })));
    world.tenant.release(&id, Some("care".into()), "jo", "ours").await.unwrap();
    assert_eq!(world.case(&id).await.due_at, Some(at("2026-11-18T13:00:00Z")));
}

#[tokio::test]
async fn what_was_promised_before_an_end_is_not_broken_after_it() {
    let world = World::new("");
    let id = world.case_of(post("n1", "ann", "broken")).await;
    world.tenant.close(&id, "jo", "no_answer_needed").await.unwrap();
    world.pass(hours(30)).await;
    assert_eq!(world.total("sla.breached.").await, 0);
    assert!(!world.steps(&id).await.contains(&"breached".to_owned()));
}

#[tokio::test]
async fn a_timer_about_nothing_goes_away() {
    let world = World::new("");
    let nowhere = |purpose, id: &str| Timer { id: TimerId::derive(&[id]), due_at: at(NOON), purpose };
    let case = CaseId::from("gone");
    let part = careline::store::TenantCommit {
        tenant: TenantId::single(),
        timers: vec![
            nowhere(TimerPurpose::Sla { case: case.clone() }, "one").into(),
            nowhere(TimerPurpose::Accept { case, agent: "ada".into() }, "two").into(),
        ],
        ..Default::default()
    };
    let commit = careline::store::Commit { deliveries: Vec::new(), tenants: vec![part] };
    careline::store::Store::commit(&*world.store, commit).await.unwrap();
    assert_eq!(world.tick().await.timers, 2);
    assert!(world.timers().await.is_empty());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn several_workers_break_a_promise_once() {
    let world = World::new("");
    for number in 0..20 {
        world.case_of(post(&format!("n{number}"), &format!("p{number}"), "broken")).await;
    }
    world.clock.advance(hours(2));
    world.tick_at_once(4).await;
    assert_eq!(world.total("sla.breached.first_response").await, 20);
    for case in world.tenant.all_cases(50).await.unwrap().items {
        let steps = world.steps(&case.id).await;
        assert_eq!(steps.iter().filter(|step| *step == "breached").count(), 1, "{steps:?}");
    }
}
