//! Replies from the draft to the receipt: judged, approved, sent once, found again.

use std::sync::Arc;
use std::time::Duration;

use careline::ErrorKind;
use careline::engage::guard::{Guard, Instead};
use careline::model::*;
use careline::store::{ReplyFilter, Store};

use super::sink::{Fate, Sink};
use super::world::{World, answer, post, private};

const AGENTS: &str = "
    [[teams]]
    id = 'care'
    [[teams]]
    id = 'leads'
    [[agents]]
    id = 'ann'
    initials = 'AN'
    teams = ['care']
    [[agents]]
    id = 'bob'
    teams = ['care', 'leads']
    [replies]
    signature = '^{initials}'
";

pub(crate) struct Desk {
    pub(crate) world: World,
    pub(crate) sink: Arc<Sink>,
}

impl Desk {
    pub(crate) fn new(policy: &str) -> Self {
        let sink = Arc::new(Sink::default());
        let network = sink.clone();
        let world = World::with(&format!("{AGENTS}{policy}"), move |setup| setup.network("acme", network));
        Self { world, sink }
    }

    /// A complaint, and our draft of an answer to it.
    pub(crate) async fn complaint(&self, native_id: &str) -> MessageId {
        let id = self.world.id_of(native_id);
        self.world.take(post(native_id, "jo", "my parcel is broken")).await;
        id
    }

    pub(crate) fn answer(&self, key: &str, to: &MessageId, text: &str) -> ReplyDraft {
        ReplyDraft::answer(key, "ann", to.clone(), text)
    }

    pub(crate) async fn submit(&self, draft: ReplyDraft) -> Reply {
        let submitted = self.world.tenant.reply(draft).await.unwrap();
        submitted.reply.unwrap_or_else(|| panic!("{:?}", submitted.verdict))
    }

    async fn state(&self, reply: &Reply) -> ReplyState {
        self.world.tenant.reply_record(&reply.id).await.unwrap().state
    }

    /// Lets time pass, and what is due on the way be done.
    pub(crate) async fn run(&self, seconds: u64) {
        self.world.pass(Duration::from_secs(seconds)).await;
    }
}

#[tokio::test]
async fn an_answer_is_sent_once_and_stands_in_its_thread() {
    let desk = Desk::new("");
    let to = desk.complaint("1").await;
    let reply = desk.submit(desk.answer("k1", &to, "We are on it.")).await;
    assert_eq!((reply.state.clone(), reply.verb.as_str()), (ReplyState::Queued, "reply"));
    desk.run(0).await;
    desk.run(0).await;
    assert_eq!(desk.sink.texts(), ["We are on it. ^AN"]);
    assert_eq!(desk.state(&reply).await, ReplyState::Delivered);
    let ours = desk.world.message(&desk.world.id_of("own1")).await;
    assert_eq!((ours.origin.clone(), ours.text()), (Origin::Careline, "We are on it. ^AN"));
    let view = desk.world.view(&desk.world.message(&to).await.case.unwrap()).await;
    assert_eq!((view.case.status, view.case.awaiting_since), (CaseStatus::Waiting, None));
    assert!(view.case.first_response_at.is_some());
    let kinds: Vec<_> = view.timeline.iter().map(|step| step.kind.as_str()).collect();
    assert_eq!(kinds, ["opened", "reply_submitted", "reply_delivered", "brand_turn"]);

    // The network tells of it, too: nothing new.
    let echo = answer("own1", "b1", "1", "We are on it. ^AN");
    desk.world.take(echo).await;
    let view = desk.world.view(&view.case.id).await;
    assert_eq!((view.case.messages, view.threads[0].messages.len()), (2, 2));
}

#[tokio::test]
async fn the_same_key_again_is_the_same_reply() {
    let desk = Desk::new("");
    let to = desk.complaint("1").await;
    let first = desk.submit(desk.answer("k1", &to, "We are on it.")).await;
    let again = desk.world.tenant.reply(desk.answer("k1", &to, "We are on it.")).await.unwrap();
    assert_eq!(again.reply.unwrap().id, first.id);
    assert_eq!(again.verdict.reasons[0].rule, "guard.duplicate_submit");
    let other = desk.world.tenant.reply(desk.answer("k1", &to, "Something else.")).await.unwrap_err();
    assert_eq!(other.kind(), ErrorKind::Conflict);
    desk.run(1).await;
    assert_eq!(desk.sink.texts().len(), 1);
}

#[tokio::test]
async fn what_may_have_been_sent_is_looked_for_and_not_sent_again() {
    for (fates, expected) in [
        (vec![Fate::TakenUnheard], 1),
        (vec![Fate::LostUnheard], 2),
        (vec![Fate::LostUnheard, Fate::TakenUnheard], 2),
        (vec![Fate::Down, Fate::Throttled, Fate::TokenDead], 4),
    ] {
        let desk = Desk::new("");
        let to = desk.complaint("1").await;
        desk.sink.next(fates.clone());
        let reply = desk.submit(desk.answer("k1", &to, "We are on it.")).await;
        desk.run(900).await;
        assert_eq!(desk.sink.texts().len(), 1, "{fates:?}");
        assert_eq!(desk.sink.attempts.lock().unwrap().len(), expected, "{fates:?}");
        assert_eq!(desk.state(&reply).await, ReplyState::Delivered, "{fates:?}");
        let keys: std::collections::BTreeSet<_> = desk.sink.attempts.lock().unwrap().iter().cloned().collect();
        assert_eq!(keys.len(), 1, "every attempt has the same key");
    }
}

#[tokio::test]
async fn what_nobody_can_tell_waits_for_a_person() {
    let desk = Desk::new("");
    let to = desk.complaint("1").await;
    *desk.sink.blind.lock().unwrap() = true;
    desk.sink.next([Fate::TakenUnheard]);
    let reply = desk.submit(desk.answer("k1", &to, "We are on it.")).await;
    let next = desk.submit(desk.answer("k2", &to, "And here is more of it.")).await;
    desk.run(3600).await;
    assert_eq!(desk.state(&reply).await, ReplyState::Unknown);
    assert_eq!(desk.state(&next).await, ReplyState::Delivered, "others do not wait for a person");
    assert_eq!(desk.sink.attempts.lock().unwrap().len(), 2);
    let waiting = desk.world.tenant.replies(ReplyFilter::in_states([ReplyState::Unknown]), 9).await.unwrap();
    assert_eq!(waiting.items.len(), 1);
    let settled = desk.world.tenant.was_sent(&reply.id, "bob", "own1").await.unwrap();
    assert_eq!(settled.state, ReplyState::Delivered);
    let not_lost = desk.world.tenant.was_sent(&reply.id, "bob", "own1").await.unwrap_err();
    assert_eq!(not_lost.kind(), ErrorKind::Conflict);
}

#[tokio::test]
async fn the_same_words_of_another_reply_are_not_taken_for_ours() {
    let desk = Desk::new("[guards]\nrepeated = 'off'");
    let to = desk.complaint("1").await;
    *desk.sink.by_words.lock().unwrap() = true;
    let same_words = |key| desk.submit(desk.answer(key, &to, "We are on it."));
    same_words("k1").await;
    desk.run(60).await;
    desk.sink.next([Fate::TakenUnheard]);
    let second = same_words("k2").await;
    desk.run(60).await;
    let native_id = |reply: &Reply| reply.parts[0].native_id.clone().unwrap_or_default();
    let second = desk.world.tenant.reply_record(&second.id).await.unwrap();
    assert_eq!((native_id(&second).as_str(), desk.sink.texts().len()), ("own2", 2));
    desk.sink.next([Fate::LostUnheard]);
    let third = same_words("k3").await;
    desk.run(60).await;
    let third = desk.world.tenant.reply_record(&third.id).await.unwrap();
    assert_eq!((native_id(&third).as_str(), third.parts[0].attempts), ("own3", 2), "it was not there");

    // Of two replies nobody could tell: what is found may be either's.
    *desk.sink.blind.lock().unwrap() = true;
    desk.sink.next([Fate::TakenUnheard]);
    let unknown = same_words("k4").await;
    desk.run(3600).await;
    *desk.sink.blind.lock().unwrap() = false;
    desk.sink.next([Fate::LostUnheard]);
    let doubtful = same_words("k5").await;
    desk.run(60).await;
    let doubtful = desk.world.tenant.reply_record(&doubtful.id).await.unwrap();
    assert_eq!((desk.state(&unknown).await, &doubtful.state), (ReplyState::Unknown, &ReplyState::Unknown));
    let why = &doubtful.parts[0].failure;
    assert!(why.as_ref().is_some_and(|why| why.contains(unknown.id.as_str())), "{why:?}");
    desk.world.tenant.was_sent(&unknown.id, "bob", "own4").await.unwrap();
    desk.world.tenant.send_after_all(&doubtful.id, "bob").await.unwrap();
    desk.run(60).await;
    assert_eq!((desk.state(&doubtful).await, desk.sink.texts().len()), (ReplyState::Delivered, 5));
}

#[tokio::test]
async fn a_private_answer_stays_with_the_case_it_is_about() {
    let desk = Desk::new("");
    let (older, newer) = (desk.complaint("1").await, desk.world.id_of("2"));
    desk.world.take(post("2", "jo", "and where is my invoice?")).await;
    let (older_case, newer_case) = (desk.world.message(&older).await.case, desk.world.message(&newer).await.case);
    assert_ne!(older_case, newer_case);
    let private = ReplyDraft { verb: Some("direct_message".into()), ..desk.answer("k1", &older, "We are on it.") };
    desk.submit(private).await;
    desk.run(60).await;
    assert_eq!(desk.world.message(&desk.world.id_of("own1")).await.case, older_case);
    let (older, newer) = (older_case.unwrap(), newer_case.unwrap());
    assert_eq!(desk.world.view(&older).await.case.awaiting_since, None);
    assert!(desk.world.view(&newer).await.case.awaiting_since.is_some());
}

#[tokio::test]
async fn what_is_to_be_sent_later_holds_up_nobody() {
    let desk = Desk::new("");
    let to = desk.complaint("1").await;
    let tomorrow = desk.world.now().plus(Duration::from_secs(86_400));
    let follow_up = ReplyDraft { not_before: Some(tomorrow), ..desk.answer("k1", &to, "Has it arrived?") };
    let later = desk.submit(follow_up).await;
    desk.submit(desk.answer("k2", &to, "It is on its way.")).await;
    desk.run(3600).await;
    assert_eq!(
        (desk.sink.texts(), desk.state(&later).await),
        (vec!["It is on its way. ^AN".into()], ReplyState::Queued)
    );
    desk.run(86_400).await;
    assert_eq!(desk.sink.texts()[1], "Has it arrived? ^AN");
    let sent_at = desk.world.tenant.reply_record(&later.id).await.unwrap().parts[0].sent_at;
    assert!(sent_at >= Some(tomorrow), "{sent_at:?}");
}

#[tokio::test]
async fn what_the_network_refuses_is_told_and_can_be_sent_after_all() {
    let desk = Desk::new("");
    let to = desk.complaint("1").await;
    desk.sink.next([Fate::Refused]);
    let reply = desk.submit(desk.answer("k1", &to, "We are on it.")).await;
    desk.run(60).await;
    let refused = desk.world.tenant.reply_record(&reply.id).await.unwrap();
    assert_eq!(refused.state, ReplyState::Refused);
    assert_eq!(refused.reasons.last().unwrap().rule, "send.permission_denied");
    desk.world.tenant.send_after_all(&reply.id, "bob").await.unwrap();
    desk.run(1).await;
    assert_eq!(desk.state(&reply).await, ReplyState::Delivered);
    assert_eq!(desk.sink.texts().len(), 1);
}

#[tokio::test]
async fn the_wrong_reply_is_stopped_with_a_way_out() {
    let desk = Desk::new("");
    let to = desk.complaint("1").await;
    let tenant = &desk.world.tenant;
    let asks = desk.answer("k1", &to, "Sorry! What is your e-mail address?");
    let verdict = tenant.can_send(&asks).await.unwrap();
    assert!(!verdict.allowed);
    assert_eq!(verdict.objections[0].guard, Guard::AsksForPiiInPublic);
    assert!(verdict.instead.contains(&Instead::MoveToPrivate));
    assert!(verdict.open_routes.iter().any(|route| route.verb == "direct_message"));
    assert_eq!(verdict.invitation.as_ref().unwrap().link.as_deref(), Some("https://fake.example/dm/b1"));
    assert_eq!(tenant.reply(asks.clone()).await.unwrap().reply, None);
    let in_private = ReplyDraft { verb: Some("direct_message".into()), ..asks };
    assert!(tenant.can_send(&in_private).await.unwrap().allowed);

    let refused = async |draft: ReplyDraft, rule: &str| {
        let verdict = tenant.can_send(&draft).await.unwrap();
        assert!(!verdict.allowed, "{draft:?}");
        assert!(verdict.reasons.iter().any(|reason| reason.rule == rule), "{rule}: {:?}", verdict.reasons);
    };
    let draft = || desk.answer("k2", &to, "We are on it.");
    refused(ReplyDraft { text: " \u{200b} ".into(), ..draft() }, "draft.input_invalid").await;
    refused(ReplyDraft { text: String::new(), ..draft() }, "draft.input_invalid").await;
    refused(ReplyDraft { text: "a".repeat(100_001), ..draft() }, "draft.input_invalid").await;
    refused(ReplyDraft { text: "word ".repeat(70), ..draft() }, "draft.too_large").await;
    for trick in ["pay \u{202e}niam\u{202c}", "zero\u{200b}width", "bell\u{7}", "soft\u{ad}hyphen", "a \u{301}\u{301}"]
    {
        refused(ReplyDraft { text: trick.into(), ..draft() }, "text.deceives").await;
    }
    let family = ReplyDraft { text: "Thanks! 👨‍👩‍👧 می‌خواهم\r\nBye".into(), ..draft() };
    assert!(tenant.can_send(&family).await.unwrap().allowed, "what scripts and emoji need stays");
    refused(ReplyDraft { author: "zoe".into(), ..draft() }, "draft.permission_denied").await;
    refused(ReplyDraft { key: String::new(), ..draft() }, "draft.input_invalid").await;
    refused(ReplyDraft { to: Some("m0".into()), ..draft() }, "draft.not_found").await;
    refused(ReplyDraft { to: None, ..draft() }, "draft.input_invalid").await;
    refused(ReplyDraft { verb: Some("shout".into()), ..draft() }, "draft.input_invalid").await;
    refused(ReplyDraft { account: Some("acmehelp".into()), ..draft() }, "draft.unsupported").await;
    refused(ReplyDraft { account: Some("nobody".into()), ..draft() }, "draft.not_found").await;
    let act = |verb: &str| ReplyDraft { verb: Some(verb.into()), text: String::new(), ..draft() };
    refused(act("delete"), "act.not_ours").await;
    refused(act("hide"), "hide.ground").await;
    refused(ReplyDraft { ground: Some("dislike".into()), ..act("hide") }, "hide.ground").await;
    assert!(tenant.can_send(&ReplyDraft { ground: Some("spam".into()), ..act("hide") }).await.unwrap().allowed);
    assert!(tenant.can_send(&act("like")).await.unwrap().allowed);
    tenant
        .set_facts(
            desk.world.message(&to).await.customer.as_ref().unwrap(),
            serde_json::json!({"do_not_contact": true}).as_object().unwrap().clone(),
        )
        .await
        .unwrap();
    refused(draft(), "customer.do_not_contact").await;
}

#[tokio::test]
async fn a_warning_is_told_and_can_be_set_aside() {
    let desk = Desk::new("");
    let to = desk.complaint("1").await;
    let loud = ReplyDraft { despite: Vec::new(), ..desk.answer("k1", &to, "PLEASE READ OUR TERMS AGAIN NOW!!!!") };
    let verdict = desk.world.tenant.can_send(&loud).await.unwrap();
    assert!(!verdict.allowed && verdict.instead.contains(&Instead::SetAside), "{verdict:?}");
    let told = ReplyDraft { despite: vec!["tone".into()], ..loud };
    assert!(desk.world.tenant.can_send(&told).await.unwrap().allowed);
}

#[tokio::test]
async fn who_has_not_read_what_came_since_is_told_to_read_again() {
    let desk = Desk::new("");
    let to = desk.complaint("1").await;
    let read = desk.world.tenant.reading(&to).await.unwrap();
    let draft = ReplyDraft { read: Some(read), ..desk.answer("k1", &to, "We are on it.") };
    assert!(desk.world.tenant.can_send(&draft).await.unwrap().allowed);
    desk.world.take(answer("2", "jo", "1", "and where is the invoice?")).await;
    let verdict = desk.world.tenant.can_send(&draft).await.unwrap();
    assert!(!verdict.allowed && verdict.instead.contains(&Instead::ReadAgain), "{verdict:?}");
    // A colleague's answer moves it, too, before it is sent.
    let read = desk.world.tenant.reading(&to).await.unwrap();
    desk.submit(ReplyDraft { author: "bob".into(), ..desk.answer("k2", &to, "Please try it once more.") }).await;
    assert_ne!(desk.world.tenant.reading(&to).await.unwrap(), read);
}

#[tokio::test]
async fn the_same_words_are_not_pasted_under_every_post() {
    let desk = Desk::new("");
    let first = desk.complaint("1").await;
    let second = desk.complaint("2").await;
    let text = "Thanks for telling us, we will have a look at it and come back to you soon.";
    desk.submit(desk.answer("k1", &first, text)).await;
    desk.run(1).await;
    let verdict = desk.world.tenant.can_send(&desk.answer("k2", &second, text)).await.unwrap();
    assert_eq!(verdict.objections.iter().map(|found| found.guard).collect::<Vec<_>>(), [Guard::Repeated]);
}

#[tokio::test]
async fn a_long_answer_goes_out_in_parts_and_goes_on_where_it_stopped() {
    let desk = Desk::new("");
    let to = desk.complaint("1").await;
    let text = "This is one sentence of a long answer that says quite a lot. ".repeat(9);
    desk.sink.next([Fate::Taken, Fate::TakenUnheard, Fate::Down, Fate::Taken]);
    let reply = desk.submit(ReplyDraft { thread: true, ..desk.answer("k1", &to, &text) }).await;
    assert_eq!(reply.parts.len(), 3);
    desk.run(120).await;
    assert_eq!(desk.state(&reply).await, ReplyState::Delivered);
    let texts = desk.sink.texts();
    assert_eq!(texts.len(), 3);
    assert!(texts[0].ends_with("(1/3)") && texts[1].ends_with("(2/3)") && texts[2].ends_with("(3/3) ^AN"), "{texts:?}");
    let has = desk.sink.has.lock().unwrap();
    let targets: Vec<_> = has
        .iter()
        .map(|out| match &out.act {
            careline::network::Act::Reply { to, .. } => to.native_id.to_string(),
            act => panic!("{act:?}"),
        })
        .collect();
    assert_eq!(targets, ["1", "own1", "own2"]);
}

#[tokio::test]
async fn replies_in_a_thread_keep_their_order() {
    let desk = Desk::new("");
    let to = desk.complaint("1").await;
    desk.sink.next([Fate::Down]);
    for (key, text) in [("k1", "First of all: we are sorry."), ("k2", "Second: a new one is on its way.")] {
        desk.submit(desk.answer(key, &to, text)).await;
    }
    desk.run(30).await;
    assert_eq!(desk.sink.texts(), ["First of all: we are sorry. ^AN", "Second: a new one is on its way. ^AN"]);
}

#[tokio::test]
async fn a_window_that_closes_while_it_waits_stops_the_reply() {
    let desk = Desk::new("");
    desk.world.take(private("1", "jo", "jo", "my parcel is broken")).await;
    let to = desk.world.id_of("1");
    desk.sink.next(std::iter::repeat_n(Fate::TokenDead, 500));
    let reply = desk.submit(desk.answer("k1", &to, "Could you send us your e-mail address?")).await;
    assert!(reply.closes_at.is_some());
    desk.run(90_000).await;
    let stopped = desk.world.tenant.reply_record(&reply.id).await.unwrap();
    assert_eq!(stopped.state, ReplyState::Refused);
    assert_eq!(stopped.reasons.last().unwrap().rule, "sink.window");
    assert_eq!(desk.sink.texts(), [""; 0]);
}

#[tokio::test]
async fn some_answers_need_somebody_else_to_say_yes() {
    let rule = "
        [[approvals]]
        when = { terms = ['lawyer'] }
        by = ['leads']
        within = '1h'
    ";
    let desk = Desk::new(rule);
    let to = desk.complaint("1").await;
    let tenant = &desk.world.tenant;
    let draft = |key: &str| desk.answer(key, &to, "Our lawyer will call you.");
    assert_eq!(tenant.can_send(&draft("k1")).await.unwrap().approval.unwrap().rule, "approvals_1");
    let reply = desk.submit(draft("k1")).await;
    assert_eq!(reply.state, ReplyState::AwaitingApproval);
    desk.run(5).await;
    assert_eq!(desk.sink.texts(), [""; 0]);
    for nobody in ["ann", "zoe", ""] {
        let error = tenant.approve(&reply.id, nobody, None).await.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::PermissionDenied, "{nobody}");
    }
    let approved = tenant.approve(&reply.id, "bob", Some("Our team will call you.".into())).await.unwrap();
    assert!(approved.approval.as_ref().unwrap().edited);
    desk.run(5).await;
    assert_eq!(desk.sink.texts(), ["Our team will call you. ^AN"]);
    assert_eq!(tenant.approve(&reply.id, "bob", None).await.unwrap_err().kind(), ErrorKind::Conflict);

    let rejected = desk.submit(draft("k2")).await;
    assert_eq!(tenant.reject(&rejected.id, "bob", "too early").await.unwrap().state, ReplyState::Rejected);
    let expired = desk.submit(draft("k3")).await;
    desk.world.clock.advance(Duration::from_secs(3600));
    assert_eq!(tenant.approve(&expired.id, "bob", None).await.unwrap_err().kind(), ErrorKind::Conflict);
    desk.run(1).await;
    assert_eq!(desk.state(&expired).await, ReplyState::Expired);

    // The author's next draft takes the place of one that waits; of several, the approved one goes out.
    let (old, new) = (desk.submit(draft("k4")).await, desk.submit(draft("k5")).await);
    assert_eq!(desk.state(&old).await, ReplyState::Superseded);
    assert_eq!(tenant.withdraw(&new.id, "ann").await.unwrap().state, ReplyState::Withdrawn);
    desk.run(5).await;
    assert_eq!(desk.sink.texts().len(), 1);
    assert!(desk.world.store.verify_log(tenant.id()).await.is_ok());
}

#[tokio::test]
async fn a_private_answer_to_a_public_message_is_given_once() {
    let desk = Desk::new("");
    let to = desk.complaint("1").await;
    let direct = |key: &str| ReplyDraft {
        verb: Some("direct_message".into()),
        ..desk.answer(key, &to, "Hello, please tell us your order number.")
    };
    let reply = desk.submit(direct("k1")).await;
    desk.run(1).await;
    assert_eq!((desk.sink.verbs(), reply.visibility), (vec!["direct_message"], Visibility::Private));
    let verdict =
        desk.world.tenant.can_send(&ReplyDraft { text: "One more thing.".into(), ..direct("k2") }).await.unwrap();
    assert!(
        !verdict.allowed && verdict.reasons.iter().any(|reason| reason.rule == "sink.private_reply"),
        "{verdict:?}"
    );
}

#[tokio::test]
async fn acts_change_what_we_know() {
    let desk = Desk::new("");
    let to = desk.complaint("1").await;
    let act = |key: &str, verb: &str| ReplyDraft {
        verb: Some(verb.into()),
        ground: Some("spam".into()),
        ..desk.answer(key, &to, "")
    };
    desk.submit(act("k1", "hide")).await;
    desk.submit(act("k2", "like")).await;
    desk.submit(desk.answer("k3", &to, "We are on it.")).await;
    desk.run(1).await;
    assert!(desk.world.message(&to).await.hidden);
    let own = desk.world.id_of("own3");
    let delete = ReplyDraft { to: Some(own.clone()), verb: Some("delete".into()), ..desk.answer("k4", &to, "") };
    desk.submit(delete).await;
    desk.run(1).await;
    assert!(desk.world.message(&own).await.deleted_at.is_some());
    assert_eq!(desk.sink.verbs(), ["hide", "like", "reply", "delete"]);
    let post = ReplyDraft {
        key: "k5".into(),
        author: "ann".into(),
        verb: Some("publish".into()),
        account: Some("acme".into()),
        text: "The shop is open again.".into(),
        ..ReplyDraft::default()
    };
    desk.submit(post).await;
    desk.run(1).await;
    assert_eq!(desk.sink.verbs().last(), Some(&"publish"));
}

#[tokio::test]
async fn a_matter_goes_into_private_and_back_in_one_case_under_one_clock() {
    let desk = Desk::new("[texts.return_note]\nen = 'Solved in private. Thanks for your patience!'");
    let to = desk.complaint("1").await;
    let case = desk.world.message(&to).await.case.unwrap();
    let tenant = &desk.world.tenant;
    let note = || ReplyDraft {
        purpose: Some(ReplyPurpose::ReturnNote),
        ..desk.answer("k9", &to, "Solved in private. Thanks for your patience!")
    };
    let early = tenant.can_send(&note()).await.unwrap();
    assert!(early.reasons.iter().any(|reason| reason.rule == "handoff.not_begun"), "{early:?}");

    let invitation = ReplyDraft {
        purpose: Some(ReplyPurpose::Invitation),
        ..desk.answer("k1", &to, "Please write to us in private: https://fake.example/dm/b1")
    };
    desk.submit(invitation).await;
    desk.run(60).await;
    assert_eq!(desk.world.case(&case).await.handoffs[0].state, HandoffState::Invited);

    // Meanwhile the same person opens another case in public; what they write in private belongs to the first.
    desk.world.take(post("2", "jo", "and where is my invoice")).await;
    desk.world.take(private("3", "jo", "jo", "here I am, my order is broken")).await;
    let direct = desk.world.message(&desk.world.id_of("3")).await;
    assert_eq!(direct.case.as_ref(), Some(&case));
    let arrived = desk.world.case(&case).await;
    assert_eq!((&arrived.handoffs[0].state, arrived.conversations.len()), (&HandoffState::Arrived, 2));
    assert_eq!(arrived.handoffs[0].arrived_in.as_ref(), Some(&direct.conversation));
    let first_response: Vec<_> = arrived.clocks.iter().filter(|clock| clock.kind == ClockKind::FirstResponse).collect();
    assert_eq!(first_response.len(), 1, "one promise of a first answer for the whole matter");

    desk.submit(desk.answer("k2", &direct.id, "Thanks! What is your e-mail address?")).await;
    desk.run(1).await;
    assert_eq!(tenant.suggestions(&case).await.unwrap(), []);
    tenant.close(&case, "ann", "resolved").await.unwrap();
    let suggested = tenant.suggestions(&case).await.unwrap();
    assert_eq!(suggested[0].kind, SuggestionKind::ReturnInPublic);
    assert_eq!(suggested[0].text.as_deref(), Some("Solved in private. Thanks for your patience!"));
    desk.submit(note()).await;
    desk.run(1).await;
    assert_eq!(desk.world.case(&case).await.handoffs[0].state, HandoffState::Returned);
    let again = ReplyDraft { key: "k10".into(), ..note() };
    let verdict = tenant.can_send(&again).await.unwrap();
    assert!(verdict.reasons.iter().any(|reason| reason.rule == "handoff.returned"), "{verdict:?}");
    assert_eq!(tenant.suggestions(&case).await.unwrap(), []);
    assert_eq!(desk.sink.verbs(), ["reply", "direct_message", "reply"]);
    assert!(desk.world.store.verify_log(tenant.id()).await.is_ok());
}

#[tokio::test]
async fn who_does_not_come_in_time_begins_a_new_case() {
    let desk = Desk::new("[handoff]\nexpires_after = '1h'");
    let to = desk.complaint("1").await;
    let case = desk.world.message(&to).await.case.unwrap();
    let invitation = ReplyDraft {
        purpose: Some(ReplyPurpose::Invitation),
        ..desk.answer("k1", &to, "Please write to us in private.")
    };
    desk.submit(invitation).await;
    desk.run(3601).await;
    assert_eq!(desk.world.case(&case).await.handoffs[0].state, HandoffState::Expired);
    desk.world.take(private("3", "jo", "jo", "it is still broken")).await;
    assert_ne!(desk.world.message(&desk.world.id_of("3")).await.case.as_ref(), Some(&case));
    let tenant = &desk.world.tenant;
    let elsewhere = tenant.hand_off(&case, HandoffTo::Phone, Some("call at nine".into()), "ann").await.unwrap();
    assert_eq!(elsewhere.handoffs[1].state, HandoffState::Elsewhere);
    assert_eq!(
        tenant.hand_off(&case, HandoffTo::Private, None, "ann").await.unwrap_err().kind(),
        ErrorKind::InputInvalid
    );
}

#[tokio::test]
async fn an_invitation_that_is_refused_invites_nobody() {
    let desk = Desk::new("");
    let to = desk.complaint("1").await;
    let case = desk.world.message(&to).await.case.unwrap();
    desk.sink.next([Fate::Refused]);
    let direct = ReplyDraft { verb: Some("direct_message".into()), ..desk.answer("k1", &to, "Hello, may we help?") };
    desk.submit(direct).await;
    desk.run(1).await;
    assert_eq!(desk.world.case(&case).await.handoffs[0].state, HandoffState::Expired);
}

#[tokio::test]
async fn the_first_answer_in_an_incident_needs_approval_and_the_next_does_not() {
    let desk = Desk::new("[[approvals]]\nfirst_in_incident = true\nby = ['leads']");
    let (broken, other) = (desk.complaint("1").await, desk.world.id_of("2"));
    desk.world.take(post("2", "li", "where is my invoice")).await;
    let when = serde_json::from_value(serde_json::json!({"terms": ["broken"]})).unwrap();
    let draft =
        IncidentDraft { key: "k".into(), name: "Parcels".into(), when, without_hold: true, ..Default::default() };
    let before = desk.submit(desk.answer("k0", &broken, "We look into it.")).await;
    assert_eq!(before.state, ReplyState::Queued, "nothing is open yet");
    desk.run(60).await;
    let incident = desk.world.tenant.open_incident(draft, "bob").await.unwrap();

    let first = desk.submit(desk.answer("k1", &broken, "A new parcel is on its way.")).await;
    let approval = first.approval.clone().unwrap();
    assert_eq!((first.state, approval.rule.as_str()), (ReplyState::AwaitingApproval, "approvals_1"));
    let elsewhere = desk.submit(desk.answer("k2", &other, "The invoice is in your mail box.")).await;
    assert_eq!(elsewhere.state, ReplyState::Queued, "it is not about the incident");
    desk.world.tenant.approve(&first.id, "bob", None).await.unwrap();
    desk.run(60).await;
    let next = desk.submit(desk.answer("k3", &broken, "It comes by courier, before noon.")).await;
    assert_eq!(next.state, ReplyState::Queued, "the customer was answered since");
    desk.world.tenant.release_incident(&incident.id, "bob").await.unwrap();
    let after = desk.submit(desk.answer("k4", &broken, "And thanks for your patience with us.")).await;
    assert_eq!(after.state, ReplyState::Queued);
}

#[tokio::test]
async fn an_incident_holds_answers_and_tells_who_is_owed_one() {
    let desk = Desk::new("[[approvals]]\nfirst_in_incident = true\nby = ['leads']");
    let (broken, other) = (desk.complaint("1").await, desk.world.id_of("2"));
    desk.world.take(post("2", "li", "where is my invoice")).await;
    let tenant = &desk.world.tenant;
    let draft = IncidentDraft {
        key: "outage".into(),
        name: "Parcels".into(),
        when: careline::policy::Condition {
            terms: serde_json::from_value(serde_json::json!(["broken"])).unwrap(),
            ..Default::default()
        },
        ..IncidentDraft::default()
    };
    let nothing = IncidentDraft { when: Default::default(), ..draft.clone() };
    assert_eq!(tenant.open_incident(nothing, "bob").await.unwrap_err().kind(), ErrorKind::InputInvalid);
    let incident = tenant.open_incident(draft.clone(), "bob").await.unwrap();
    assert_eq!(tenant.open_incident(draft, "ann").await.unwrap(), incident, "the same key is the same incident");

    let held = desk.submit(desk.answer("k1", &broken, "We are sending a new one.")).await;
    assert_eq!((held.state.clone(), held.incident.as_ref()), (ReplyState::Held, Some(&incident.id)));
    let others = desk.submit(desk.answer("k2", &other, "The invoice is in your mail box.")).await;
    desk.run(5).await;
    assert_eq!((desk.state(&held).await, desk.state(&others).await), (ReplyState::Held, ReplyState::Delivered));
    assert_eq!(tenant.incident_cases(&incident.id).await.unwrap().len(), 1);

    let statement = |key: &str| ReplyDraft {
        key: key.into(),
        author: "bob".into(),
        verb: Some("publish".into()),
        purpose: Some(ReplyPurpose::Statement),
        account: Some("acme".into()),
        incident: Some(incident.id.clone()),
        text: "Some parcels arrive broken. We are looking into it.".into(),
        ..ReplyDraft::default()
    };
    desk.submit(statement("k3")).await;
    let twice = tenant.can_send(&statement("k4")).await.unwrap();
    assert!(twice.reasons.iter().any(|reason| reason.rule == "incident.stated"), "{twice:?}");
    desk.run(1).await;
    assert_eq!(desk.sink.verbs(), ["reply", "publish"]);
    assert_eq!(tenant.incident(&incident.id).await.unwrap().statements.len(), 1);

    let owed = tenant.release_incident(&incident.id, "bob").await.unwrap();
    assert_eq!(owed.len(), 1);
    assert_eq!(owed[0].held.as_ref(), Some(&held.id));
    assert_eq!(tenant.release_incident(&incident.id, "bob").await.unwrap_err().kind(), ErrorKind::Conflict);
    tenant.send_after_all(&held.id, "ann").await.unwrap();
    desk.run(1).await;
    assert_eq!(desk.state(&held).await, ReplyState::Delivered);
    assert_eq!(tenant.incidents(9).await.unwrap().items.len(), 1);
}

#[tokio::test]
async fn the_audit_trail_tells_who_did_what_and_outlives_an_erasure() {
    use sha2::{Digest, Sha256};
    let desk = Desk::new("[[approvals]]\nwhen = { terms = ['lawyer'] }\nby = ['leads']");
    let to = desk.complaint("1").await;
    let tenant = &desk.world.tenant;
    let reply = desk.submit(desk.answer("k1", &to, "Our lawyer will call you.")).await;
    tenant.approve(&reply.id, "bob", None).await.unwrap();
    desk.run(1).await;
    let hide = ReplyDraft { verb: Some("hide".into()), ground: Some("spam".into()), ..desk.answer("k2", &to, "") };
    desk.submit(hide).await;
    desk.run(1).await;
    let trail = async || {
        let entries = tenant.audit(99).await.unwrap().items;
        let line = |entry: &careline::care::AuditEntry| {
            format!("{} {}", entry.by.clone().unwrap_or_default(), entry.act.clone().unwrap_or_default())
        };
        entries.iter().map(line).collect::<Vec<_>>()
    };
    let told = [
        "host policy.change",
        "ann reply.submit",
        "bob reply.approve",
        "outbox reply.sent",
        "ann reply.submit_hide",
        "outbox reply.sent",
    ];
    let mut found = trail().await;
    found.sort_by_key(|line| told.iter().position(|told| told == line));
    let mut expected = told.to_vec();
    expected.sort_by_key(|line| told.iter().position(|told| told == line));
    assert_eq!(found, expected);

    let customer = desk.world.message(&to).await.customer.unwrap();
    tenant.erase(&careline::store::EraseAsk::Customer(customer)).await.unwrap();
    assert_eq!(trail().await, ["host policy.change", "host erase.customer"], "what was about the person is gone");
    let number = tenant.verify_log().await.unwrap();
    let mut page = careline::care::PageAsk::first(3);
    let mut chain = [0_u8; 32].to_vec();
    let mut seen = 0;
    loop {
        let listed = tenant.audit_chain(page.clone()).await.unwrap();
        for entry in &listed.items {
            let bytes = |hex: &str| -> Vec<u8> {
                (0..hex.len()).step_by(2).map(|at| u8::from_str_radix(&hex[at..at + 2], 16).unwrap()).collect()
            };
            chain = Sha256::new().chain_update(&chain).chain_update(bytes(&entry.digest)).finalize().to_vec();
            assert_eq!(chain, bytes(&entry.chain), "entry {}", entry.number);
            seen += 1;
        }
        match listed.after {
            Some(after) => page = page.after(after),
            None => break,
        }
    }
    assert_eq!(seen, number);
}
