//! What a host shows.

use careline::ErrorKind;
use careline::care::QueueAsk;
use careline::model::*;

use crate::world::*;

fn named(mut message: Inbound, name: &str) -> Inbound {
    message.author.as_mut().unwrap().name = Some(name.into());
    message
}

async fn customer_of(world: &World, native_id: &str) -> CustomerId {
    world.message(&world.id_of(native_id)).await.customer.unwrap()
}

#[tokio::test]
async fn queues_are_in_order_of_what_is_due() {
    let world = World::new("");
    let asks = world.case_of(post("n1", "ann", "where is it")).await;
    world.pass(minutes(30)).await;
    let broken = world.case_of(named(post("n2", "bob", "it  is\nbroken"), "Bob B.")).await;
    world.pass(minutes(1)).await;
    let later = world.case_of(post("n3", "cy", "broken")).await;
    let answered = world.case_of(post("n4", "dee", "broken")).await;
    world.take(answer("n5", "b1", "n4", "done")).await;
    assert_eq!(world.open().await, [broken.clone(), later.clone(), asks.clone(), answered]);
    let first = world.tenant.queue(&QueueAsk::of_team("care").limit(1)).await.unwrap().items.remove(0);
    assert_eq!(
        (first.case.id, first.customer_name.as_deref(), first.excerpt.as_str()),
        (broken.clone(), Some("Bob B."), "it is broken")
    );
    let unanswered: Vec<_> = world
        .tenant
        .unanswered(&QueueAsk::all().limit(10))
        .await
        .unwrap()
        .into_iter()
        .map(|item| item.case.id)
        .collect();
    assert_eq!(unanswered, [asks, broken, later]);
    assert!(world.tenant.queue(&QueueAsk::of_team("nobody")).await.unwrap().items.is_empty());
}

#[tokio::test]
async fn a_timeline_tells_who_answered_when_and_how_it_ended() {
    let world = World::new("[[agents]]\nid = 'ada'");
    world.online("ada").await;
    let case = world.case_of(post("n1", "ann", "broken")).await;
    world.tick().await;
    world.pass(minutes(5)).await;
    world.take(answer("n2", "b1", "n1", "sorry")).await;
    world.tenant.note(&case, "ada", "called them").await.unwrap();
    world.pass(minutes(5)).await;
    world.tenant.close(&case, "ada", "resolved").await.unwrap();
    let view = world.view(&case).await;
    let told: Vec<_> = view.timeline.iter().map(|step| (step.kind.as_str(), step.actor.as_str(), step.at)).collect();
    let (begin, middle, end) = (at(NOON), at(NOON).plus(minutes(5)), at(NOON).plus(minutes(10)));
    let expected = [
        ("opened", "customer", begin),
        ("offered", "router", begin),
        ("brand_turn", "brand", middle),
        ("noted", "ada", middle),
        ("closed", "ada", end),
    ];
    assert_eq!(told, expected);
    assert_eq!((view.notes[0].text.as_str(), view.case.outcome.as_deref()), ("called them", Some("resolved")));
    assert_eq!(view.case.last_agent.as_ref().map(AgentId::as_str), Some("ada"));
    assert!(world.tenant.search("called", 5).await.unwrap().items.is_empty(), "notes are no messages");
}

#[tokio::test]
async fn every_rule_that_had_a_say_is_named() {
    let world = World::new("[[agents]]\nid = 'ada'");
    world.online("ada").await;
    let case = world.case_of(post("n1", "ann", "broken")).await;
    world.pass(hours(2)).await;
    let explained = world.tenant.explain(&case).await.unwrap();
    assert_eq!(explained.text, "broken");
    let assessment = explained.assessment.unwrap();
    assert!(assessment.evidence.iter().any(|finding| finding.rule == "words.broken"));
    let rules: Vec<_> =
        explained.reasons.iter().flat_map(|why| &why.reasons).map(|reason| reason.rule.as_str()).collect();
    for rule in ["policy.first_team", "policy.team_for_the_rest"] {
        if rules.contains(&rule) {
            assert_eq!(rules[1], "sla.usual_1");
        }
    }
    for rule in ["sla.usual_1", "routing.least_loaded", "sla.first_response", "escalation.told"] {
        assert!(rules.contains(&rule), "{rule} is not in {rules:?}");
    }
}

#[tokio::test]
async fn a_case_in_a_crowded_thread_shows_its_own_messages() {
    let world = World::new("");
    world.take(post("root", "b1", "news")).await;
    for number in 0..520 {
        world.take(answer(&format!("c{number}"), &format!("p{number}"), "root", "lol")).await;
        world.clock.advance(std::time::Duration::from_secs(1));
    }
    let case = world.case_of(answer("n1", "ann", "root", "broken")).await;
    let view = world.view(&case).await;
    assert!(view.threads[0].messages.iter().any(|message| message.id == world.id_of("n1")));
    assert_eq!(view.assessments.len(), 1);
}

#[tokio::test]
async fn customers_are_merged_with_evidence_and_taken_apart_again() {
    let world = World::new("");
    let one = world.case_of(named(post("n1", "jo.doe", "broken"), "Jo Doe")).await;
    let two = world.case_of(named(private("n2", "jodoe", "jodoe", "my invoice is broken"), "J. Doe")).await;
    let three = world.case_of(named(post("n3", "jd33", "where is it"), "Jo  Doe")).await;
    let [jo, dm, third] =
        [customer_of(&world, "n1").await, customer_of(&world, "n2").await, customer_of(&world, "n3").await];
    let before = world.tenant.customer(&jo).await.unwrap();
    assert_eq!((before.identities.len(), before.cases.len()), (1, 1));
    let mut maybe: Vec<_> =
        before.maybe_same.iter().map(|other| (other.customer.clone(), other.evidence.clone())).collect();
    maybe.sort();
    let mut expected = vec![
        (dm.clone(), vec!["the same handle on fake and fake".to_owned()]),
        (third.clone(), vec!["the same name on fake and fake".to_owned()]),
    ];
    expected.sort();
    assert_eq!(maybe, expected);

    for evidence in [vec![], vec!["the same handle on fake and fake".to_owned()]] {
        let refused = world.tenant.merge_customers(&jo, &dm, "ada", evidence).await.unwrap_err();
        assert_eq!(refused.kind(), ErrorKind::InputInvalid);
    }
    let proof = vec!["the same order number in both".to_owned()];
    let dm_before = world.tenant.customer(&dm).await.unwrap();
    world.tenant.merge_customers(&jo, &dm, "ada", proof.clone()).await.unwrap();
    let again = world.tenant.merge_customers(&third, &dm, "ada", proof.clone()).await.unwrap_err();
    assert_eq!(again.kind(), ErrorKind::Conflict);
    world.tenant.merge_customers(&third, &jo, "ada", proof.clone()).await.unwrap();

    // Everything of all three, by whichever name one asks.
    for id in [&jo, &dm, &third] {
        let merged = world.tenant.customer(id).await.unwrap();
        assert_eq!((merged.customer.id, merged.identities.len(), merged.messages.len()), (third.clone(), 3, 3));
        let cases: std::collections::BTreeSet<_> = merged.cases.into_iter().map(|case| case.id).collect();
        assert_eq!(cases, [one.clone(), two.clone(), three.clone()].into());
        assert!(merged.maybe_same.is_empty());
    }
    assert_eq!(world.view(&one).await.customer.customer.id, third);
    // Meanwhile they go on writing, in the same case as before.
    assert_eq!(world.case_of(private("n4", "jodoe", "jodoe", "where are you")).await, two);

    let early = world.tenant.unmerge_customers(&jo, &dm, "ada").await.unwrap_err();
    assert_eq!(early.kind(), ErrorKind::Conflict, "the later merge is undone first");
    world.tenant.unmerge_customers(&third, &jo, "ada").await.unwrap();
    world.tenant.unmerge_customers(&jo, &dm, "ada").await.unwrap();
    let after = world.tenant.customer(&jo).await.unwrap();
    assert_eq!((&after.customer, &after.cases, &after.messages), (&before.customer, &before.cases, &before.messages));
    let dm_after = world.tenant.customer(&dm).await.unwrap();
    assert_eq!(dm_after.customer, dm_before.customer);
    assert_eq!((dm_after.messages.len(), dm_after.cases.len()), (2, 1), "what was written meanwhile is theirs, too");
    // Two merges and two splits are told in the timelines of all open cases they are about.
    for (case, expected) in [
        (&one, ["host.merge", "host.merge", "host.unmerge", "host.unmerge"].as_slice()),
        (&two, &["host.merge", "host.merge", "host.unmerge", "host.unmerge"]),
        (&three, &["host.merge", "host.unmerge"]),
    ] {
        let steps = world.view(case).await.timeline;
        let told = steps.iter().filter(|step| step.kind == StepKind::CustomerChanged && step.actor == "ada");
        assert_eq!(told.map(|step| step.reasons[0].rule.as_str()).collect::<Vec<_>>(), expected);
    }
}

#[tokio::test]
async fn search_finds_what_is_there_and_counters_follow_edits() {
    let world = World::new("");
    world.take(post("n1", "ann", "the zebra is broken")).await;
    world.take(edited(post("n1", "ann", "the giraffe is broken, where is the invoice"), 1)).await;
    assert!(world.tenant.search("zebra", 5).await.unwrap().items.is_empty());
    assert_eq!(world.tenant.search("giraf", 5).await.unwrap().items.len(), 1);
    let totals = world.tenant.totals("").await.unwrap();
    for (name, total) in
        [("network.fake", 1), ("category.billing", 1), ("category.other", 0), ("origin.customer", 1), ("tier.1", 1)]
    {
        assert_eq!(totals.get(name).copied().unwrap_or_default(), total, "{name}");
    }
    world.delete("n1").await;
    assert!(world.tenant.search("giraffe", 5).await.unwrap().items.is_empty());
    assert_eq!(world.total("category.billing").await, 0);
}
