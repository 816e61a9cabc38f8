//! What happens to open cases as the hours of their agents end.

use careline::model::*;

use crate::world::*;

/// One team around the world: Ada in Berlin until 16:00 UTC, Taro in Tokyo from 00:00 UTC.
const SUN: &str = "
    [[calendars]]
    id = 'berlin'
    zone = 'Europe/Berlin'
    hours = { mon-fri = ['09:00-17:00'] }
    [[calendars]]
    id = 'tokyo'
    zone = 'Asia/Tokyo'
    hours = { mon-fri = ['09:00-12:00', '13:00-17:00'] }
    holidays = ['2026-11-23']
    [[teams]]
    id = 'care'
    [[agents]]
    id = 'ada'
    calendar = 'berlin'
    [[agents]]
    id = 'taro'
    calendar = 'tokyo'
";

/// A day of Ada's and Taro's, both online all the time, at 16:50 in Berlin: Ada has a case.
async fn ten_to_five(policy: &str) -> (World, CaseId) {
    let world = World::new(policy);
    world.online("ada").await;
    world.online("taro").await;
    until(&world, "2026-11-18T15:50:00Z").await;
    let case = world.case_of(post("n1", "ann", "where is it")).await;
    world.tick().await;
    assert_eq!(world.holder(&case).await.as_deref(), Some("ada"));
    (world, case)
}

/// Lets the engine do what is due until then.
async fn until(world: &World, time: &str) {
    let millis = at(time).millis_since(world.now());
    world.pass(std::time::Duration::from_millis(millis.try_into().unwrap())).await;
}

/// The rules of the last two lines of a timeline.
async fn last_rules(world: &World, case: &CaseId) -> Vec<(StepKind, String)> {
    let timeline = world.view(case).await.timeline;
    let last = timeline.into_iter().rev().take(2).collect::<Vec<_>>();
    last.into_iter().rev().map(|step| (step.kind, step.reasons[0].rule.clone())).collect()
}

async fn loads(world: &World) -> Vec<usize> {
    world.tenant.roster().await.unwrap().iter().map(|presence| presence.cases.len()).collect()
}

#[tokio::test]
async fn what_is_not_answered_as_hours_end_goes_to_who_comes_on_duty() {
    let (world, case) = ten_to_five(SUN).await;
    until(&world, "2026-11-18T23:59:00Z").await;
    assert_eq!(world.holder(&case).await.as_deref(), Some("ada"), "nobody else is on duty yet");
    assert!(!world.steps(&case).await.contains(&"released".to_owned()));
    until(&world, "2026-11-19T00:00:00Z").await;
    assert_eq!(world.holder(&case).await.as_deref(), Some("taro"));
    let told = [(StepKind::Released, "routing.handed_over".into()), (StepKind::Offered, "routing.least_loaded".into())];
    assert_eq!(last_rules(&world, &case).await, told);
    assert_eq!(world.case(&case).await.last_agent.unwrap().as_str(), "ada");
    assert_eq!(loads(&world).await, [0, 1]);
}

#[tokio::test]
async fn hours_that_overlap_hand_over_at_once_and_holidays_count() {
    let late =
        SUN.replace("holidays = ['2026-11-23']", "holidays = ['2026-11-19']").replace("'13:00-17:00'", "'13:00-24:00'");
    // In Tokyo 16:00 UTC is one in the morning: nobody is there, and the day that begins is a holiday.
    let (world, case) = ten_to_five(&late).await;
    until(&world, "2026-11-19T07:59:00Z").await;
    assert_eq!(world.holder(&case).await.as_deref(), Some("ada"));
    // She is back, answers nothing all day, and now somebody takes over.
    until(&world, "2026-11-19T16:00:00Z").await;
    assert_eq!(world.holder(&case).await.as_deref(), Some("ada"));
    until(&world, "2026-11-20T00:00:00Z").await;
    assert_eq!(world.holder(&case).await.as_deref(), Some("taro"));
    // It stays with him over his lunch, when nobody else is there; at midnight in Tokyo Ada is.
    until(&world, "2026-11-20T14:59:00Z").await;
    assert_eq!(world.holder(&case).await.as_deref(), Some("taro"));
    until(&world, "2026-11-20T15:00:00Z").await;
    assert_eq!(world.holder(&case).await.as_deref(), Some("ada"));
}

#[tokio::test]
async fn what_is_answered_stays_until_the_customer_writes_again() {
    let (world, case) = ten_to_five(SUN).await;
    world.take(answer("n2", "b1", "n1", "soon")).await;
    until(&world, "2026-11-19T00:30:00Z").await;
    assert_eq!(world.holder(&case).await.as_deref(), Some("ada"));
    world.take(answer("n3", "ann", "n2", "where is it")).await;
    world.tick().await;
    assert_eq!(world.holder(&case).await.as_deref(), Some("taro"));
}

#[tokio::test]
async fn what_was_given_or_taken_by_hand_stays() {
    let (world, case) = ten_to_five(SUN).await;
    world.tenant.assign(&case, &"ada".into(), "ada").await.unwrap();
    let given = world.case_of(post("n2", "bob", "where is it")).await;
    world.tenant.assign(&given, &"ada".into(), "boss").await.unwrap();
    until(&world, "2026-11-19T00:30:00Z").await;
    for case in [&case, &given] {
        assert_eq!(world.holder(case).await.as_deref(), Some("ada"));
    }
    // Until she goes.
    world.offline("ada").await;
    assert_eq!(loads(&world).await, [0, 2]);
}

#[tokio::test]
async fn a_hand_over_that_comes_too_late_does_nothing() {
    let (world, case) = ten_to_five(SUN).await;
    let held = world.case(&case).await.assignment.unwrap();
    let late = async |since: Timestamp| {
        let reasons = vec![Reason::new("routing.handed_over", "")];
        let action = CaseAction::HandOver { from: held.agent.clone(), since, team: None, reasons };
        let event = CaseEvent { case: case.clone(), actor: "router".to_owned(), action };
        world.event("b1", EventBody::Case(event)).await
    };
    // Somebody else had it in between, or it was taken over by hand.
    late(held.at.plus_millis(-1)).await;
    assert_eq!(world.holder(&case).await.as_deref(), Some("ada"));
    // The customer was answered.
    world.take(answer("n2", "b1", "n1", "soon")).await;
    late(held.at).await;
    assert_eq!(world.holder(&case).await.as_deref(), Some("ada"));
    world.take(answer("n3", "ann", "n2", "where is it")).await;
    late(held.at).await;
    assert_eq!(world.holder(&case).await, None, "now it is in time");
}

#[tokio::test]
async fn nobody_gets_more_than_they_have_room_for_and_the_most_pressing_comes_first() {
    let (world, case) = ten_to_five(&SUN.replace("id = 'taro'", "id = 'taro'\ncapacity = 2")).await;
    let queued = {
        until(&world, "2026-11-18T16:10:00Z").await;
        world.case_of(post("n2", "bob", "where is it")).await
    };
    let pressing = world.case_of(post("n3", "cyn", "broken")).await;
    until(&world, "2026-11-19T00:00:00Z").await;
    assert_eq!(world.holder(&pressing).await.as_deref(), Some("taro"));
    assert_eq!(world.holder(&case).await.as_deref(), Some("taro"), "it is due before the other one");
    assert_eq!(world.holder(&queued).await, None);
    world.tenant.close(&pressing, "taro", "resolved").await.unwrap();
    world.tick().await;
    assert_eq!(world.holder(&queued).await.as_deref(), Some("taro"));
}

#[tokio::test]
async fn a_team_that_closes_hands_over_to_the_one_that_opens_earlier() {
    let policy = SUN
        .replace("id = 'care'", "id = 'care'\ncalendar = 'berlin'\noverflow_to = 'east'\n[[teams]]\nid = 'east'\ntakes = { tier = [4] }\ncalendar = 'tokyo'")
        .replace("id = 'ada'", "id = 'ada'\nteams = ['care']")
        .replace("id = 'taro'", "id = 'taro'\nteams = ['east']");
    let (world, case) = ten_to_five(&policy).await;
    until(&world, "2026-11-18T16:00:00Z").await;
    let waits = world.case(&case).await;
    assert_eq!((waits.team.as_str(), waits.status), ("east", CaseStatus::Queued));
    let rules: Vec<_> = world.view(&case).await.timeline.pop().unwrap().reasons.into_iter().map(|it| it.rule).collect();
    assert_eq!(rules, ["routing.handed_over", "routing.closed", "routing.overflow"]);
    until(&world, "2026-11-19T00:00:00Z").await;
    assert_eq!(world.holder(&case).await.as_deref(), Some("taro"));
}

#[tokio::test]
async fn an_offer_of_the_last_minutes_is_handed_over_too() {
    let policy = SUN.replace("id = 'care'", "id = 'care'\naccept_within = '30m'").replace("09:00-12:00", "00:00-12:00");
    let (world, case) = ten_to_five(&policy).await;
    until(&world, "2026-11-18T16:00:00Z").await;
    assert_eq!(world.holder(&case).await.as_deref(), Some("taro"));
    assert_eq!(world.case(&case).await.status, CaseStatus::Offered);
    until(&world, "2026-11-18T16:29:00Z").await;
    assert_eq!(world.holder(&case).await.as_deref(), Some("taro"), "his half hour began when he was asked");
}

#[tokio::test]
async fn agents_without_hours_keep_their_cases_and_need_no_timers() {
    let world = World::new("[[agents]]\nid = 'ada'\n[[agents]]\nid = 'bo'");
    world.online("ada").await;
    let case = world.case_of(post("n1", "ann", "where is it")).await;
    world.tick().await;
    world.online("bo").await;
    assert!(!world.timers().await.iter().any(|timer| matches!(timer.purpose, TimerPurpose::Route { .. })));
    world.pass(hours(72)).await;
    assert_eq!(world.holder(&case).await.as_deref(), Some("ada"));
}
