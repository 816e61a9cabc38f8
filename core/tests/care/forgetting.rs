//! The right to be forgotten, to a copy, and to be forgotten in time, as a tenant does it.

use careline::ErrorKind;
use careline::model::*;
use careline::store::{EraseAsk, ExportAsk, Exported, Record};

use crate::world::*;

#[tokio::test]
async fn nothing_of_an_erased_person_is_shown() {
    let world = World::new("[[agents]]\nid = 'ada'");
    world.online("ada").await;
    world.take(post("root", "b1", "news")).await;
    let ann = world.case_of(answer("n1", "ann", "root", "my zebra is broken")).await;
    let bob = world.case_of(answer("n2", "bob", "root", "broken")).await;
    world.tick().await;
    world.tenant.note(&ann, "ada", "zebra again").await.unwrap();
    let customer = world.message(&world.id_of("n1")).await.customer.unwrap();
    let held = |export: Vec<Exported>| export.iter().any(|item| serde_json::to_string(item).unwrap().contains("zebra"));
    let copy = world.tenant.export(&ExportAsk { customer: Some(customer.clone()), raw: true }).await.unwrap();
    assert!(held(copy));

    let receipt = world.tenant.erase(&EraseAsk::Customer(customer.clone())).await.unwrap();
    assert_eq!(receipt.customers, std::slice::from_ref(&customer));
    for kind in [
        "messages",
        "payloads",
        "search_entries",
        "raw_deliveries",
        "identities",
        "customers",
        "cases",
        "assessments",
        "slots",
        "steps",
        "notes",
        "timers",
        "log_entries",
    ] {
        assert!(receipt.removed.get(kind).is_some_and(|number| *number > 0), "{kind} is not in {receipt:?}");
    }
    assert!(!held(world.tenant.export(&ExportAsk { customer: None, raw: true }).await.unwrap()));
    assert!(world.tenant.search("zebra", 5).await.unwrap().items.is_empty());
    assert_eq!(world.tenant.case(&ann).await.unwrap_err().kind(), ErrorKind::NotFound);
    assert_eq!(world.tenant.explain(&ann).await.unwrap_err().kind(), ErrorKind::NotFound);
    assert_eq!(world.tenant.customer(&customer).await.unwrap_err().kind(), ErrorKind::NotFound);
    let thread = &world.view(&bob).await.threads[0];
    assert_eq!(thread.messages.len(), 2, "what others wrote stays");
    assert_eq!(world.tenant.roster().await.unwrap()[0].cases, [bob.clone()].into());
    assert_eq!(world.open().await, [bob]);
    world.tenant.verify_log().await.unwrap();
    let everything = world.tenant.export(&ExportAsk { customer: None, raw: true }).await.unwrap();
    let everything = serde_json::to_string(&everything).unwrap();
    assert!(!everything.contains(customer.as_str()), "a trace of the person is left");
    // They may come back as somebody new.
    world.pass(hours(1)).await;
    assert_ne!(world.case_of(answer("n9", "ann", "root", "broken")).await, CaseId::default());
}

#[tokio::test]
async fn an_erased_message_is_owed_no_answer() {
    let world = World::new("");
    let case = world.case_of(post("n1", "ann", "zebra broken")).await;
    let receipt = world.tenant.erase(&EraseAsk::Message(world.id_of("n1"))).await.unwrap();
    assert_eq!(receipt.removed["messages"], 1);
    let view = world.view(&case).await;
    assert_eq!((view.case.status, view.case.due_at), (CaseStatus::Closed, None));
    assert!(view.threads.iter().all(|thread| thread.messages.is_empty()));
    let explained = world.tenant.explain(&case).await.unwrap();
    assert_eq!((explained.text.as_str(), explained.assessment), ("", None));
    assert!(world.timers().await.is_empty());
}

#[tokio::test]
async fn what_is_older_than_the_policy_allows_goes() {
    let world = World::new("[retention]\nraw = '1d'\nmessages = '30d'\ncustomers = '90d'");
    let closed = world.case_of(post("n1", "ann", "zebra broken")).await;
    let open = world.case_of(post("n2", "bob", "lion broken")).await;
    world.tenant.close(&closed, "jo", "resolved").await.unwrap();
    let ann = world.message(&world.id_of("n1")).await.customer.unwrap();
    world.clock.advance(hours(25));
    let receipt = world.tenant.retain().await.unwrap();
    assert_eq!(receipt.removed.into_iter().collect::<Vec<_>>(), [("raw_deliveries".to_owned(), 2)]);
    world.clock.advance(hours(24 * 30));
    let receipt = world.tenant.retain().await.unwrap();
    assert_eq!(receipt.removed["payloads"], 1);
    assert!(world.tenant.search("zebra", 5).await.unwrap().items.is_empty());
    assert_eq!(world.tenant.search("lion", 5).await.unwrap().items.len(), 1, "an open case keeps its texts");
    world.clock.advance(hours(24 * 61));
    let receipt = world.tenant.retain().await.unwrap();
    assert_eq!(receipt.customers, [ann]);
    assert!(world.tenant.case(&open).await.is_ok());
}

#[tokio::test]
async fn somebody_who_wrote_lately_under_another_name_is_kept() {
    let world = World::new("[retention]\ncustomers = '90d'");
    world.take(post("n1", "ann", "thanks")).await;
    world.take(post("n2", "annie", "thanks")).await;
    let [ann, annie] = [
        world.message(&world.id_of("n1")).await.customer.unwrap(),
        world.message(&world.id_of("n2")).await.customer.unwrap(),
    ];
    world.tenant.merge_customers(&ann, &annie, "jo", vec!["the same order".into()]).await.unwrap();
    world.clock.advance(hours(24 * 80));
    world.take(post("n3", "annie", "thanks again")).await;
    world.clock.advance(hours(24 * 20));
    assert!(world.tenant.retain().await.unwrap().customers.is_empty());
    let all = world.tenant.export(&ExportAsk { customer: Some(ann), raw: false }).await.unwrap();
    let messages =
        all.iter().filter(|item| matches!(item, Exported::Record { record: Record::Message(_), .. })).count();
    assert_eq!(messages, 3);
}

#[tokio::test]
async fn a_message_taken_back_leaves_no_raw_form_however_often_and_late_it_is_told() {
    let world = World::new("");
    let told = async |words: &[&str]| {
        let all = world.tenant.export(&ExportAsk { customer: None, raw: true }).await.unwrap();
        let raws = all.into_iter().filter_map(|item| match item {
            Exported::Raw { body, .. } => Some(body),
            _ => None,
        });
        raws.filter(|body| words.iter().any(|word| body.contains(word))).count()
    };
    let (first, second) = (post("n1", "ann", "broken zebra"), edited(post("n1", "ann", "broken giraffe"), 1));
    world.take(first.clone()).await;
    world.take(first.clone()).await;
    world.through("b2", first.clone()).await;
    world.take(second.clone()).await;
    world.take(second.clone()).await;
    world.take(first.clone()).await;
    assert_eq!(told(&["zebra", "giraffe"]).await, 6);
    world.delete("n1").await;
    assert_eq!(told(&["zebra", "giraffe"]).await, 0);
    for late in [first, second] {
        world.take(late).await;
        assert_eq!(told(&["zebra", "giraffe"]).await, 0, "told again after it was taken back");
    }
    // One that is taken back before we heard of it.
    world.delete("n2").await;
    world.take(post("n2", "ann", "broken heron")).await;
    assert_eq!(told(&["heron"]).await, 0);
    assert_eq!(world.message(&world.id_of("n2")).await.content, None);
}
