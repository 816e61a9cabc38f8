//! Clocks far off: what a network says about time must not bend order or promises.

use careline::model::*;

use crate::support::*;

fn dated(id: &str, at: &str) -> serde_json::Value {
    let mut item = item("a1", id, "jo");
    item["thread"] = "root".into();
    item["at"] = at.into();
    item
}

#[tokio::test]
async fn a_time_that_cannot_be_is_kept_and_not_believed() {
    for impossible in
        ["2100-01-01T00:00:00.000Z", "1970-01-01T00:00:00.000Z", "0000-01-01T00:00:00.000Z", "9999-12-31T23:59:59.999Z"]
    {
        let engine = single(Watched::new());
        let tenant = tenant(&engine);
        engine.receive("post", &body(&[dated("1", impossible)])).await.unwrap();
        let message = messages(&tenant).await.remove("1").unwrap().remove(0);
        assert_eq!(message.sent_at.map(|at| at.to_string()).as_deref(), Some(impossible), "what was told is kept");
        assert_eq!(message.at(), NOW, "{impossible}");
        let case = tenant.all_cases(9).await.unwrap().items.remove(0);
        assert_eq!((case.opened_at, case.awaiting_since), (NOW, Some(NOW)), "{impossible}");
        assert!(!case.clocks.is_empty());
        assert!(case.clocks.iter().all(|clock| clock.started_at == NOW), "{impossible}");
        let due = case.due_at.unwrap();
        assert!((1..30 * 86_400_000).contains(&due.millis_since(NOW)), "{impossible}: due {due}");
        let volume = tenant.volume("tier.", None, None).await.unwrap();
        assert!(volume.iter().all(|counter| NOW.millis_since(counter.bucket) < 300_000), "{volume:?}");
    }
}

#[tokio::test]
async fn a_turn_from_the_future_hides_no_answer_and_no_later_turn() {
    let engine = single(Watched::new());
    let tenant = tenant(&engine);
    engine.receive("post", &body(&[dated("1", "2100-01-01T00:00:00.000Z")])).await.unwrap();
    let mut answer = item("a1", "2", "a1");
    answer["to"] = "1".into();
    answer["thread"] = "root".into();
    answer["at"] = serde_json::to_value(NOW.plus_millis(60_000)).unwrap();
    engine.receive("post", &body(&[answer])).await.unwrap();
    let case = tenant.all_cases(9).await.unwrap().items.remove(0);
    assert_eq!((case.awaiting_since, case.first_response_at), (None, Some(NOW.plus_millis(60_000))));
    let later = NOW.plus_millis(120_000);
    engine.receive("post", &body(&[dated("3", &later.to_string())])).await.unwrap();
    let case = tenant.all_cases(9).await.unwrap().items.remove(0);
    assert_eq!((case.awaiting_since, case.messages), (Some(later), 3));
}

#[tokio::test]
async fn a_clock_a_little_fast_is_believed_and_an_old_message_keeps_its_time() {
    let engine = single(Watched::new());
    for (id, at) in [("1", NOW.plus_millis(299_000)), ("2", NOW.plus_millis(-90 * 86_400_000))] {
        engine.receive("post", &body(&[dated(id, &at.to_string())])).await.unwrap();
        assert_eq!(messages(&tenant(&engine)).await[id][0].at(), at);
    }
}

#[test]
fn the_bounds_of_belief() {
    let told = |text: &str| Timestamp::parse(text);
    let heard = told("2026-09-21T12:00:00Z").unwrap();
    assert_eq!(Timestamp::believed(None, heard), heard);
    assert_eq!(Timestamp::believed(told("2026-09-21T12:05:00Z"), heard), told("2026-09-21T12:05:00Z").unwrap());
    assert_eq!(Timestamp::believed(told("2026-09-21T12:05:00.001Z"), heard), heard);
    assert_eq!(Timestamp::believed(told("2004-01-01T00:00:00Z"), heard), told("2004-01-01T00:00:00Z").unwrap());
    assert_eq!(Timestamp::believed(told("2003-12-31T23:59:59Z"), heard), heard);
}
