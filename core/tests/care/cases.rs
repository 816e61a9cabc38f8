//! Which messages share a case, and how a case follows its messages.

use careline::model::*;

use crate::world::*;

#[tokio::test]
async fn a_thread_by_native_ids_is_one_case() {
    let world = World::new("");
    let case = world.case_of(post("n1", "ann", "my parcel is broken")).await;
    assert_eq!(world.case_of(answer("n2", "ann", "n1", "where is the new one")).await, case);
    assert_eq!(world.case_of(answer("n3", "ann", "n2", "lol")).await, case);
    let view = world.view(&case).await;
    assert_eq!((view.case.messages, view.threads.len(), view.threads[0].messages.len()), (3, 1, 3));
    assert_eq!(world.steps(&case).await, ["opened", "customer_turn", "customer_turn"]);
    assert_eq!(world.open().await, [case]);
}

#[tokio::test]
async fn a_closed_case_reopens_within_the_window_and_later_a_linked_one_begins() {
    let world = World::new("[cases]\nreopen_within = '2d'");
    let first = world.case_of(post("n1", "ann", "broken")).await;
    world.pass(hours(1)).await;
    world.tenant.close(&first, "jo", "resolved").await.unwrap();
    world.pass(hours(24)).await;
    assert_eq!(world.case_of(answer("n2", "ann", "n1", "broken again")).await, first);
    let case = world.case(&first).await;
    assert_eq!((case.status, case.reopened, case.outcome), (CaseStatus::Queued, 1, None));
    // What was asked before the end is not owed any more: the promise is for the new turn.
    assert_eq!((case.awaiting_since, case.clocks[0].started_at), (Some(world.now()), world.now()));
    assert_eq!(case.due_at, Some(world.now().plus(hours(1))));
    world.tenant.close(&first, "jo", "resolved").await.unwrap();
    world.pass(hours(49)).await;
    let second = world.case_of(answer("n3", "ann", "n1", "broken for good")).await;
    let case = world.case(&second).await;
    assert_eq!((case.previous, case.number, case.reopened), (Some(first.clone()), 2, 0));
    assert_eq!(world.case(&first).await.status, CaseStatus::Closed);
    assert_eq!((world.total("case.opened").await, world.total("case.reopened").await), (2, 1));
}

#[tokio::test]
async fn thanks_after_the_end_reopen_nothing() {
    let world = World::new("[cases]\nreopen_within = '2d'");
    let case = world.case_of(post("n1", "ann", "broken")).await;
    world.tenant.close(&case, "jo", "resolved").await.unwrap();
    assert_eq!(world.case_of(answer("n2", "ann", "n1", "thanks")).await, case);
    assert_eq!(world.case(&case).await.status, CaseStatus::Closed);
    world.pass(hours(72)).await;
    world.take(answer("n3", "ann", "n1", "thanks again")).await;
    assert_eq!(world.message(&world.id_of("n3")).await.case, None);
}

#[tokio::test]
async fn brand_posts_are_context() {
    let world = World::new("");
    world.take(post("n1", "b1", "our new thing is broken, lol")).await;
    assert!(world.tenant.all_cases(10).await.unwrap().items.is_empty());
    let case = world.case_of(answer("n2", "ann", "n1", "where can i buy it")).await;
    let view = world.view(&case).await;
    assert_eq!(view.threads[0].messages.len(), 2);
    assert_eq!(view.case.messages, 1);
    assert_eq!(view.threads[0].messages[0].origin, Origin::Brand);
}

#[tokio::test]
async fn one_post_to_two_accounts_is_one_case_and_the_policy_picks_who_answers() {
    for order in [["b1", "b2"], ["b2", "b1"]] {
        let world = World::new("");
        for account in order {
            world.through(account, post("n1", "ann", "broken")).await;
        }
        let cases = world.tenant.all_cases(10).await.unwrap().items;
        assert_eq!(cases.len(), 1);
        assert_eq!(cases[0].account.as_str(), "acme");
        let message = world.message(&world.id_of("n1")).await;
        assert_eq!(message.accounts, ["acme", "acmehelp"].map(AccountId::from).into());
        assert_eq!(world.steps(&cases[0].id).await, ["opened"], "seen twice is not edited");
        assert_eq!((world.total("network.fake").await, world.total("tier.1").await), (1, 1));
    }
}

#[tokio::test]
async fn the_account_that_answers_brings_its_team() {
    let policy = "
        [[teams]]
        id = 'care'
        takes = { account = ['acme'] }
        [[teams]]
        id = 'help'
        takes = { account = ['acmehelp'] }";
    let world = World::new(policy);
    world.through("b2", post("n1", "ann", "broken")).await;
    let case = world.tenant.all_cases(1).await.unwrap().items.remove(0);
    assert_eq!(case.team.as_str(), "help");
    world.through("b1", post("n1", "ann", "broken")).await;
    assert_eq!(world.case(&case.id).await.team.as_str(), "care");
}

#[tokio::test]
async fn praise_and_chatter_are_kept_and_counted_without_a_case() {
    let world = World::new("");
    world.take(post("n1", "ann", "thanks a lot")).await;
    world.take(post("n2", "bob", "lol")).await;
    assert!(world.tenant.all_cases(10).await.unwrap().items.is_empty());
    assert_eq!((world.total("intent.praise").await, world.total("intent.chatter").await), (1, 1));
    assert_eq!(world.tenant.search("thanks", 5).await.unwrap().items.len(), 1);
}

#[tokio::test]
async fn several_customers_under_one_post_are_several_cases() {
    let world = World::new("");
    world.take(post("n0", "b1", "news")).await;
    let ann = world.case_of(answer("n1", "ann", "n0", "broken")).await;
    let bob = world.case_of(answer("n2", "bob", "n0", "broken here, too")).await;
    assert_ne!(ann, bob);
    let ours = answer("n3", "b1", "n1", "sorry!");
    assert_eq!(world.case_of(ours).await, ann);
    assert_eq!(world.case(&ann).await.status, CaseStatus::Waiting);
    assert_eq!(world.case(&bob).await.status, CaseStatus::Queued);
}

#[tokio::test]
async fn an_edit_raises_and_lowers_a_case() {
    let world = World::new("");
    let case = world.case_of(post("n1", "ann", "where is it")).await;
    assert_eq!((world.case(&case).await.tier, world.case(&case).await.clocks[0].target_secs), (2, 4 * 3600));
    // X gives an edit a new id and names the first one.
    let mut edit = edited(post("n1b", "ann", "it is broken"), 1);
    edit.root_id = Some("n1".into());
    edit.sent_at = Some(world.now());
    world.pass(minutes(5)).await;
    world.take(edit).await;
    let raised = world.case(&case).await;
    assert_eq!((raised.tier, raised.messages, raised.clocks[0].target_secs), (1, 1, 3600));
    assert_eq!(world.steps(&case).await, ["opened", "edited", "reassessed"]);
    assert_eq!((world.total("tier.1").await, world.total("tier.2").await), (1, 0));
    let mut edit = edited(post("n1c", "ann", "where is it, thanks"), 2);
    edit.content.text = "where is it".to_owned();
    edit.root_id = Some("n1".into());
    world.take(edit).await;
    assert_eq!(world.case(&case).await.tier, 2);
    world.delete("n1c").await;
    assert!(world.message(&world.id_of("n1")).await.deleted_at.is_some(), "any revision's id names the message");
}

#[tokio::test]
async fn an_edit_into_thanks_ends_a_case_and_an_edit_into_trouble_opens_it_again() {
    let world = World::new("");
    let case = world.case_of(post("n1", "ann", "broken")).await;
    world.take(edited(post("n1", "ann", "thanks, found it"), 1)).await;
    let ended = world.case(&case).await;
    assert_eq!((ended.status, ended.outcome.as_deref()), (CaseStatus::Closed, Some("withdrawn")));
    assert!(world.timers().await.is_empty());
    world.take(edited(post("n1", "ann", "broken after all"), 2)).await;
    let again = world.case(&case).await;
    assert_eq!((again.status, again.reopened), (CaseStatus::Queued, 1));
    assert_eq!(again.clocks[0].started_at, at(NOON));
}

#[tokio::test]
async fn an_edit_gives_a_waiting_case_to_the_team_it_needs() {
    let policy = "
        [[teams]]
        id = 'care'
        [[teams]]
        id = 'money'
        takes = { category = ['billing'] }";
    let world = World::new(policy);
    let case = world.case_of(post("n1", "ann", "broken")).await;
    world.take(edited(post("n1", "ann", "my invoice is broken"), 1)).await;
    assert_eq!(world.case(&case).await.team.as_str(), "money");
    // Once a person has put it elsewhere, it stays there.
    world.tenant.release(&case, Some("care".into()), "jo", "ours").await.unwrap();
    world.take(edited(post("n1", "ann", "my invoice is broken and where is it"), 2)).await;
    assert_eq!(world.case(&case).await.team.as_str(), "care");
}

#[tokio::test]
async fn a_deleted_turn_leaves_a_tombstone_and_owes_no_answer() {
    let world = World::new("");
    let case = world.case_of(post("n1", "ann", "broken zebra")).await;
    world.delete("n1").await;
    let view = world.view(&case).await;
    assert_eq!((view.case.status, view.case.outcome.as_deref()), (CaseStatus::Closed, Some("withdrawn")));
    assert_eq!(view.threads[0].messages[0].content, None);
    assert!(view.assessments.is_empty());
    assert_eq!(world.steps(&case).await, ["opened", "deleted", "closed"]);
    assert!(world.tenant.search("zebra", 5).await.unwrap().items.is_empty());
    assert!(world.timers().await.is_empty(), "nothing is owed any more");
    assert_eq!(world.tenant.explain(&case).await.unwrap().text, "");
    assert_eq!((world.total("tier.1").await, world.total("event.deleted").await), (0, 1));
    // Another message of the same person takes it up again.
    assert_eq!(world.case_of(answer("n2", "ann", "n1", "broken still")).await, case);
    assert_eq!(world.case(&case).await.awaiting_since, Some(world.now()));
}

#[tokio::test]
async fn of_two_open_turns_the_one_that_is_left_is_still_owed() {
    let world = World::new("");
    let case = world.case_of(post("n1", "ann", "broken")).await;
    world.pass(minutes(10)).await;
    world.take(answer("n2", "ann", "n1", "where are you")).await;
    world.delete("n1").await;
    let left = world.case(&case).await;
    assert_eq!((left.status, left.tier, left.lead), (CaseStatus::Queued, 2, world.id_of("n2")));
    assert_eq!(left.awaiting_since, Some(world.now()));
}

#[tokio::test]
async fn answers_in_public_and_in_private_stop_the_clocks() {
    let world = World::new("");
    let case = world.case_of(post("n1", "ann", "broken")).await;
    world.pass(minutes(10)).await;
    world.take(answer("n2", "b1", "n1", "please write us")).await;
    let answered = world.case(&case).await;
    assert_eq!((answered.status, answered.awaiting_since), (CaseStatus::Waiting, None));
    assert_eq!(answered.first_response_at, Some(world.now()));
    assert!(answered.clocks.iter().all(|clock| !clock.is_running()));
    assert!(world.timers().await.is_empty());

    let public = world.case_of(post("n3", "bob", "broken")).await;
    let direct = private("n4", "b1", "bob", "let us talk here");
    assert_eq!(world.case_of(direct).await, public, "the case moves into private");
    assert_eq!(world.case_of(private("n5", "bob", "bob", "it is broken like so")).await, public);
    let moved = world.case(&public).await;
    assert_eq!((moved.status, moved.conversations.len()), (CaseStatus::Queued, 2));
    assert_eq!(world.view(&public).await.threads.len(), 2);
    assert_eq!(world.case_of(private("n6", "b1", "bob", "done")).await, public);
    assert_eq!(world.case(&public).await.status, CaseStatus::Waiting);
}

#[tokio::test]
async fn a_private_thread_of_its_own_is_a_case_of_its_own() {
    let world = World::new("");
    let public = world.case_of(post("n1", "ann", "broken")).await;
    let direct = world.case_of(private("n2", "ann", "ann", "my invoice is broken")).await;
    assert_ne!(public, direct);
    assert_eq!(world.case_of(private("n3", "b1", "ann", "hello")).await, direct);
    assert_eq!(world.case(&public).await.status, CaseStatus::Queued);
}

#[tokio::test]
async fn late_messages_take_their_place_in_time() {
    let world = World::new("");
    world.clock.advance(hours(3));
    let case = world.case_of(sent(answer("n2", "ann", "n1", "where is it"), "2026-11-18T14:00:00Z")).await;
    world.take(sent(answer("n3", "b1", "n2", "coming"), "2026-11-18T14:30:00Z")).await;
    assert_eq!(world.case_of(sent(answer("n4", "ann", "n1", "broken"), "2026-11-18T13:00:00Z")).await, case);
    let late = world.case(&case).await;
    assert_eq!((late.opened_at, late.lead, late.tier), (at("2026-11-18T13:00:00Z"), world.id_of("n4"), 1));
    assert_eq!((late.status, late.first_response_at), (CaseStatus::Waiting, Some(at("2026-11-18T14:30:00Z"))));
    // The first answer came after the hour that was promised.
    assert_eq!(late.clocks[0].breached_at, Some(at("2026-11-18T14:00:00Z")));
    assert_eq!(world.total("sla.breached.first_response").await, 1);
}

#[tokio::test]
async fn a_late_turn_that_was_answered_since_does_not_reopen() {
    let world = World::new("");
    world.clock.advance(hours(3));
    let case = world.case_of(sent(post("n1", "ann", "broken"), "2026-11-18T13:00:00Z")).await;
    world.take(sent(answer("n3", "b1", "n1", "solved"), "2026-11-18T14:30:00Z")).await;
    world.tenant.close(&case, "jo", "resolved").await.unwrap();
    world.take(sent(answer("n2", "ann", "n1", "where are you"), "2026-11-18T14:00:00Z")).await;
    assert_eq!(world.case(&case).await.status, CaseStatus::Closed);
    // One that we said nothing about since does.
    world.take(sent(answer("n4", "ann", "n1", "where are you"), "2026-11-18T14:45:00Z")).await;
    let open = world.case(&case).await;
    assert_eq!((open.status, open.awaiting_since), (CaseStatus::Queued, Some(at("2026-11-18T14:45:00Z"))));
}

#[tokio::test]
async fn an_answer_that_came_before_its_question_counts() {
    let world = World::new("");
    world.clock.advance(hours(1));
    world.take(sent(answer("n2", "b1", "n1", "sorry"), "2026-11-18T12:30:00Z")).await;
    let case = world.case_of(sent(post("n1", "ann", "broken"), "2026-11-18T12:00:00Z")).await;
    let case = world.case(&case).await;
    assert_eq!((case.status, case.first_response_at), (CaseStatus::Waiting, Some(at("2026-11-18T12:30:00Z"))));
}

#[tokio::test]
async fn answers_that_came_before_their_question_join_the_case_that_is_open_already() {
    let question = || sent(answer("n3", "ann", "n1", "where are you"), "2026-11-18T12:10:00Z");
    let ours = || sent(answer("n4", "b1", "n3", "sorry"), "2026-11-18T12:20:00Z");
    let more = || sent(answer("n5", "b1", "n4", "we are on our way"), "2026-11-18T12:21:00Z");
    let orders = [
        [question(), ours(), more()],
        [ours(), more(), question()],
        [more(), ours(), question()],
        [ours(), question(), more()],
        [more(), question(), ours()],
    ];
    let mut cases = Vec::new();
    for order in orders {
        let world = World::new("");
        world.clock.advance(hours(1));
        let case = world.case_of(sent(post("n1", "ann", "broken"), NOON)).await;
        world.take(sent(answer("n2", "b1", "n1", "which one?"), "2026-11-18T12:05:00Z")).await;
        for message in order {
            world.take(message).await;
        }
        for id in ["n3", "n4", "n5"] {
            assert_eq!(world.message(&world.id_of(id)).await.case, Some(case.clone()), "{id}");
        }
        let mut turns = world.steps(&case).await;
        turns.sort();
        assert_eq!(turns, ["brand_turn", "brand_turn", "brand_turn", "customer_turn", "opened"]);
        cases.push(Case { queued_at: None, ..world.case(&case).await });
    }
    let next = cases[0].clocks.iter().find(|clock| clock.kind == ClockKind::NextResponse).unwrap();
    assert_eq!((cases[0].status.clone(), cases[0].messages), (CaseStatus::Waiting, 5));
    assert_eq!((next.used_secs, next.stopped_at), (600, Some(at("2026-11-18T12:20:00Z"))));
    for case in &cases {
        assert_eq!(case, &cases[0]);
    }
}

#[tokio::test]
async fn an_answer_that_came_before_the_question_it_answers_reopens_a_case_and_ends_the_wait() {
    let world = World::new("");
    let case = world.case_of(post("n1", "ann", "broken")).await;
    world.tenant.close(&case, "jo", "resolved").await.unwrap();
    world.pass(hours(1)).await;
    world.take(sent(answer("n3", "b1", "n2", "sorry"), "2026-11-18T12:50:00Z")).await;
    assert_eq!(world.case_of(sent(answer("n2", "ann", "n1", "still broken"), "2026-11-18T12:40:00Z")).await, case);
    let again = world.case(&case).await;
    assert_eq!((again.status, again.reopened, again.messages), (CaseStatus::Waiting, 1, 3));
    assert_eq!(again.first_response_at, Some(at("2026-11-18T12:50:00Z")));
}

#[tokio::test]
async fn a_private_message_of_ours_that_came_before_the_complaint_is_part_of_its_case() {
    // Sent after the complaint and heard of before it: an answer.
    let world = World::new("");
    world.clock.advance(hours(1));
    world.take(sent(private("n2", "b1", "ann", "let us talk here"), "2026-11-18T12:30:00Z")).await;
    let case = world.case_of(sent(post("n1", "ann", "broken"), NOON)).await;
    assert_eq!(world.message(&world.id_of("n2")).await.case, Some(case.clone()));
    let moved = world.case(&case).await;
    assert_eq!((moved.status, moved.conversations.len(), moved.messages), (CaseStatus::Waiting, 2, 2));
    assert_eq!(moved.first_response_at, Some(at("2026-11-18T12:30:00Z")));
    // What they say there belongs to it.
    assert_eq!(world.case_of(private("n3", "ann", "ann", "it is broken like so")).await, case);

    // Sent before it: what the case is about, and no answer.
    let world = World::new("[cases]\nreopen_within = '1d'");
    world.take(private("n-1", "b1", "ann", "one of last year")).await;
    world.pass(hours(30)).await;
    world.take(private("n0", "b1", "ann", "an older one")).await;
    world.pass(minutes(1)).await;
    world.take(private("n1", "b1", "ann", "your parcel is late")).await;
    world.take(private("n5", "b1", "bob", "hello")).await;
    world.pass(hours(2)).await;
    let case = world.case_of(post("n2", "ann", "broken")).await;
    let open = world.case(&case).await;
    assert_eq!((open.status, open.messages, open.first_response_at), (CaseStatus::Queued, 3, None));
    assert_eq!((open.opened_at, open.clocks[0].started_at), (world.now(), world.now()));
    for (id, joins) in [("n1", true), ("n0", true), ("n-1", false)] {
        assert_eq!(world.message(&world.id_of(id)).await.case, joins.then(|| case.clone()), "{id}");
    }
    assert_eq!(world.case_of(private("n3", "ann", "ann", "where is it")).await, case);
    world.delete("n2").await;
    world.delete("n3").await;
    assert_eq!(world.case(&case).await.outcome.as_deref(), Some("withdrawn"), "nothing is asked any more");

    // Too old, or taken back: a case of its own without it.
    world.pass(hours(26)).await;
    let bob = world.case_of(post("n6", "bob", "broken")).await;
    assert_eq!((world.case(&bob).await.messages, world.message(&world.id_of("n5")).await.case), (1, None));
    world.take(private("n7", "b1", "cem", "hello")).await;
    world.delete("n7").await;
    let cem = world.case_of(post("n8", "cem", "broken")).await;
    assert_eq!(world.case(&cem).await.messages, 1);
}

#[tokio::test]
async fn private_messages_of_ours_belong_to_the_case_that_opens_in_their_own_thread() {
    let world = World::new("[cases]\nreopen_within = '1d'");
    world.take(private("n1", "b1", "ann", "too long ago")).await;
    world.pass(hours(25)).await;
    world.take(private("n2", "b1", "ann", "your parcel is late")).await;
    world.take(private("n3", "b1", "ann", "we are sorry")).await;
    world.pass(minutes(5)).await;
    let case = world.case_of(private("n4", "ann", "ann", "where is it")).await;
    let open = world.case(&case).await;
    assert_eq!((open.status, open.messages, open.clocks[0].started_at), (CaseStatus::Queued, 3, world.now()));
    assert_eq!(world.message(&world.id_of("n1")).await.case, None);
    // The question that they answer comes last: it was answered by the first of them.
    world.take(sent(private("n5", "ann", "ann", "broken"), "2026-11-19T12:59:00Z")).await;
    let open = world.case(&case).await;
    assert_eq!((open.messages, open.first_response_at), (4, Some(at("2026-11-19T13:00:00Z"))));
    assert_eq!(open.clocks[0].kind, ClockKind::FirstResponse);
    assert_eq!((open.clocks[0].used_secs, open.clocks[0].stopped_at), (60, open.first_response_at));
}

#[tokio::test]
async fn threads_share_an_open_case_where_the_policy_says_so() {
    let world = World::new("");
    let one = world.case_of(post("n1", "ann", "broken")).await;
    assert_ne!(world.case_of(post("n2", "ann", "where is it")).await, one);

    let world = World::new("[cases]\njoin_threads = true\nreopen_within = '1d'");
    let one = world.case_of(post("n1", "ann", "broken")).await;
    assert_eq!(world.case_of(post("n2", "ann", "where is it")).await, one);
    assert_ne!(world.case_of(post("n3", "bob", "where is it")).await, one);
    world.tenant.close(&one, "jo", "resolved").await.unwrap();
    // It is no open case any more: another thread begins another one, and its own threads open it again.
    let two = world.case_of(post("n4", "ann", "broken")).await;
    assert_ne!(two, one);
    world.tenant.close(&two, "jo", "resolved").await.unwrap();
    assert_eq!(world.case_of(answer("n5", "ann", "n1", "broken")).await, one);
}

#[tokio::test]
async fn reopening_by_hand_undoes_the_end() {
    let world = World::new("");
    let case = world.case_of(post("n1", "ann", "broken")).await;
    world.tenant.close(&case, "jo", "spam").await.unwrap();
    assert!(world.timers().await.is_empty());
    world.pass(minutes(30)).await;
    let open = world.tenant.reopen(&case, "jo").await.unwrap();
    assert_eq!(
        (open.status, open.awaiting_since, open.due_at),
        (CaseStatus::Queued, Some(at(NOON)), Some(at(NOON).plus(hours(1))))
    );
    assert_eq!(world.timers().await.len(), 1);
    assert_eq!(world.steps(&case).await, ["opened", "closed", "reopened"]);
}

#[tokio::test]
async fn a_person_corrects_what_triage_concluded() {
    let world = World::new("");
    let case = world.case_of(post("n1", "ann", "where is it")).await;
    let mut assessment = world.view(&case).await.assessments.remove(&world.id_of("n1")).unwrap();
    (assessment.tier, assessment.category) = (1, "billing".into());
    let corrected = world.tenant.correct(&case, "jo", assessment.clone()).await.unwrap();
    assert_eq!((corrected.tier, corrected.category.as_str(), corrected.clocks[0].target_secs), (1, "billing", 3600));
    let step = world.view(&case).await.timeline.into_iter().find(|step| step.actor == "jo").unwrap();
    assert_eq!((step.kind, step.reasons[0].rule.as_str()), (StepKind::Reassessed, "host.correct"));
    assert_eq!((world.total("tier.1").await, world.total("tier.2").await), (1, 0));
    assert_eq!((world.total("category.billing").await, world.total("category.other").await), (1, 0));
    let before = world.steps(&case).await;
    world.tenant.correct(&case, "jo", assessment).await.unwrap();
    assert_eq!(world.steps(&case).await, before, "the same correction again is none");
}

#[tokio::test]
async fn a_late_answer_to_an_edited_post_needs_no_more_rounds_than_others() {
    let world = World::new("");
    world.clock.advance(hours(1));
    let case = world.case_of(sent(post("n1", "ann", "broken"), NOON)).await;
    let mut edit = sent(edited(post("n1b", "ann", "it is broken"), 1), NOON);
    edit.root_id = Some("n1".into());
    world.take(edit).await;
    world.take(sent(answer("n2", "ann", "n1", "where are you"), "2026-11-18T12:30:00Z")).await;
    world.take(sent(answer("n4", "b1", "n3", "as I said"), "2026-11-18T12:21:00Z")).await;
    assert_eq!(world.case_of(sent(answer("n3", "b1", "n1b", "sorry"), "2026-11-18T12:20:00Z")).await, case);
    assert_eq!(world.case(&case).await.messages, 4);
}

#[tokio::test]
async fn a_turn_that_comes_late_leaves_a_closed_case_what_it_was() {
    let world = World::new("");
    let case = world.case_of(post("1", "jo", "my parcel is broken")).await;
    world.pass(minutes(5)).await;
    world.take(answer("b-1", "b1", "1", "we are on it")).await;
    world.pass(minutes(5)).await;
    world.tenant.close(&case, "ann", "resolved").await.unwrap();
    let before = world.case(&case).await;
    assert!(before.first_response_at.is_some() && !before.clocks.is_empty());
    // The network's clock is behind ours, so our note seems to be from before the end.
    world.take(sent(answer("b-2", "b1", "1", "solved in private"), "2026-11-18T12:09:59Z")).await;
    let after = world.case(&case).await;
    assert_eq!((&after.clocks, after.first_response_at), (&before.clocks, before.first_response_at));
    assert_eq!((after.status, after.awaiting_since, after.messages), (CaseStatus::Closed, None, 3));
}
