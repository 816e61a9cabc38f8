//! What is said without anybody writing it: once, in the right place, past every gate; and what customers answer.

use careline::model::*;

use super::replies::Desk;
use super::world::{answer, post, private};

const TEXTS: &str = "
    [texts.seen]
    en = 'We have seen your message and will answer soon.'
    [texts.seen_too]
    en = 'Thanks, somebody is looking into this right now.'
    [texts.closed]
    en = 'We are back tomorrow at nine.'
    [texts.well]
    en = 'Is everything all right now?'
    [texts.csat]
    en = 'How satisfied are you, from 1 to 5?'
    [[calendars]]
    id = 'day'
    zone = 'UTC'
    hours = { wed = ['09:00-17:00'] }
";

fn desk(rules: &str) -> Desk {
    Desk::new(&format!("{TEXTS}{rules}"))
}

const ACKNOWLEDGED: &str = "
    [[automatic.acknowledgements]]
    open = ['seen', 'seen_too']
    closed = ['closed']
    calendar = 'day'
";

#[tokio::test]
async fn a_message_is_acknowledged_once_and_the_customer_still_waits_for_an_answer() {
    let desk = desk(ACKNOWLEDGED);
    let to = desk.complaint("1").await;
    desk.run(5).await;
    assert_eq!(desk.sink.texts(), ["We have seen your message and will answer soon."]);
    let case = desk.world.message(&to).await.case.unwrap();
    let case = desk.world.case(&case).await;
    assert_eq!((case.status.as_str(), case.first_response_at), ("queued", None), "nobody has answered");
    assert!(case.awaiting_since.is_some() && case.due_at.is_some());
    let own = desk.world.message(&desk.world.id_of("own1")).await;
    assert!(own.automatic && own.origin == Origin::Careline);

    // The same customer again: not twice within a day. Another one: not the same public words in a row.
    desk.world.take(post("2", "jo", "and where is my invoice")).await;
    desk.run(5).await;
    assert_eq!(desk.sink.texts().len(), 1);
    desk.world.take(post("3", "li", "mine is broken, too")).await;
    desk.run(5).await;
    assert_eq!(desk.sink.texts()[1..], ["Thanks, somebody is looking into this right now."]);
}

#[tokio::test]
async fn out_of_hours_another_text_is_said() {
    let desk = desk(ACKNOWLEDGED);
    desk.run(6 * 3600).await;
    desk.complaint("1").await;
    desk.run(5).await;
    assert_eq!(desk.sink.texts(), ["We are back tomorrow at nine."]);
}

#[tokio::test]
async fn one_public_text_is_not_said_twice_in_a_row() {
    let desk = desk("[[automatic.acknowledgements]]\nopen = ['seen']");
    desk.complaint("1").await;
    desk.run(5).await;
    desk.world.take(post("2", "li", "mine is broken, too")).await;
    desk.run(5).await;
    assert_eq!(desk.sink.texts().len(), 1);
    let case = desk.world.message(&desk.world.id_of("2")).await.case.unwrap();
    let view = desk.world.view(&case).await;
    let told = view.timeline.iter().flat_map(|step| &step.reasons).any(|reason| reason.rule == "automatic.same_text");
    assert!(told, "{:?}", view.timeline);
}

#[tokio::test]
async fn who_was_answered_in_time_is_not_acknowledged() {
    let desk = desk(ACKNOWLEDGED);
    desk.world.take(post("1", "jo", "my parcel is broken")).await;
    desk.world.take(answer("b-1", "b1", "1", "We are on it.")).await;
    desk.run(5).await;
    assert_eq!(desk.sink.texts(), [""; 0]);
}

const SURVEY: &str = "
    [automatic.follow_up]
    text = 'well'
    after = '2h'
    [automatic.csat]
    text = 'csat'
    after = '1h'
    shortest_answer = 10
    languages = ['fr']
";

/// A private matter, answered and ended.
async fn ended(desk: &Desk, native_id: &str, user: &str, said: &str) -> CaseId {
    let case = desk.world.case_of(private(native_id, user, user, "bonjour, my parcel is broken")).await;
    desk.submit(desk.answer(native_id, &desk.world.id_of(native_id), said)).await;
    desk.run(1).await;
    desk.world.tenant.close(&case, "ann", "resolved").await.unwrap();
    case
}

#[tokio::test]
async fn satisfaction_is_asked_in_private_and_the_answer_is_read() {
    let desk = desk(SURVEY);
    let case = ended(&desk, "1", "jo", "A new one is on its way.").await;
    desk.run(3601).await;
    assert_eq!(desk.sink.texts()[1..], ["How satisfied are you, from 1 to 5?"]);
    assert_eq!(desk.sink.verbs()[1..], ["direct_message"]);
    assert_eq!(desk.world.case(&case).await.surveys[0].score, None);
    desk.world.take(private("9", "jo", "jo", "4 of 5")).await;
    let rated = desk.world.case(&case).await;
    assert_eq!(rated.surveys[0].score, Some(4));
    assert_eq!((rated.status, rated.reopened), (CaseStatus::Closed, 0), "a score asks nothing of us");
    assert_eq!(desk.world.total("csat.4").await, 1);
    desk.run(3601).await;
    assert_eq!(desk.sink.texts()[2..], ["Is everything all right now?"]);

    // The same customer is not asked again so soon.
    ended(&desk, "11", "jo", "And another one is on its way.").await;
    desk.run(3601).await;
    assert_eq!(desk.sink.texts().iter().filter(|text| text.contains("satisfied")).count(), 1);
}

#[tokio::test]
async fn each_gate_of_a_survey_stops_it() {
    let asked = async |rules: &str, said: &str, outcome: &str, in_public: bool| {
        let desk = desk(rules);
        let case = match in_public {
            true => desk.world.case_of(post("1", "jo", "bonjour, my parcel is broken")).await,
            false => desk.world.case_of(private("1", "jo", "jo", "bonjour, my parcel is broken")).await,
        };
        desk.submit(desk.answer("k", &desk.world.id_of("1"), said)).await;
        desk.run(1).await;
        desk.world.tenant.close(&case, "ann", outcome).await.unwrap();
        desk.run(3601).await;
        desk.sink.texts().iter().any(|text| text.contains("satisfied"))
    };
    let long = "A new one is on its way.";
    assert!(asked(SURVEY, long, "resolved", false).await);
    assert!(!asked(SURVEY, long, "resolved", true).await, "private only");
    assert!(!asked(SURVEY, "Yes.", "resolved", false).await, "no answer worth a question");
    assert!(!asked(SURVEY, long, "duplicate", false).await, "another outcome");
    assert!(!asked(&SURVEY.replace("['fr']", "['de']"), long, "resolved", false).await, "language");
    assert!(!asked(&SURVEY.replace("after = '1h'", "after = '30h'"), long, "resolved", false).await, "later");
    let sampled = SURVEY.replace("shortest", "sample = 0.00001\nshortest");
    assert!(!asked(&sampled, long, "resolved", false).await, "not in the sample");
}

#[tokio::test]
async fn a_survey_after_the_window_is_stopped_by_the_verdict() {
    let desk = desk(&SURVEY.replace("after = '1h'", "after = '30h'"));
    let case = ended(&desk, "1", "jo", "A new one is on its way.").await;
    desk.run(31 * 3600).await;
    assert_eq!(desk.sink.texts().iter().filter(|text| text.contains("satisfied")).count(), 0);
    let view = desk.world.view(&case).await;
    let told = view.timeline.iter().flat_map(|step| &step.reasons).any(|reason| reason.rule == "sink.window");
    assert!(told, "{:?}", view.timeline);
}
