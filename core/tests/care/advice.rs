//! What a host's own model says about a message, when, and whether it counts.

use std::sync::{Arc, Mutex};
use std::time::Duration;

use async_trait::async_trait;
use careline::advisor::{AdviceAsk, Advisor};
use careline::clock::Clock;
use careline::context::Context;
use careline::model::*;
use careline::{Error, ErrorKind};

use crate::world::*;

/// Says what a test tells it to, after a time.
#[derive(Debug)]
struct Model {
    answer: Mutex<Result<Vec<Finding>, ErrorKind>>,
    takes: Duration,
    asked: Mutex<Vec<u64>>,
}

impl Model {
    fn new(answer: Result<Vec<Finding>, ErrorKind>, takes: Duration) -> Arc<Self> {
        Arc::new(Self { answer: Mutex::new(answer), takes, asked: Mutex::default() })
    }

    fn asked(&self) -> usize {
        self.asked.lock().unwrap().len()
    }
}

#[async_trait]
impl Advisor for Model {
    fn id(&self) -> &str {
        "model/7"
    }

    async fn advise(&self, cx: &Context, ask: &AdviceAsk) -> careline::Result<Vec<Finding>> {
        self.asked.lock().unwrap().push(ask.message.revision);
        if self.takes > Duration::ZERO {
            cx.clock.sleep(self.takes).await;
        }
        self.answer.lock().unwrap().clone().map_err(|kind| Error::new(kind, "no idea"))
    }
}

fn finding(about: Question, value: &str) -> Finding {
    Finding { about, value: value.into(), weight: 18.0, rule: "model.says".into(), span: None }
}

fn world_with(model: &Arc<Model>) -> World {
    world_under("", model)
}

fn world_under(policy: &str, model: &Arc<Model>) -> World {
    let model = model.clone();
    World::with(policy, |setup| setup.advisor(model))
}

/// Why advice was asked for, and what came of it, as the timeline of a case tells.
async fn told(world: &World, case: &CaseId) -> Vec<(String, String)> {
    let steps = world.view(case).await.timeline.into_iter().filter(|step| step.kind == StepKind::Advised);
    steps.flat_map(|step| step.reasons).map(|reason| (reason.rule, reason.note)).collect()
}

fn notes(told: &[(String, String)]) -> Vec<(&str, &str)> {
    told.iter().map(|(rule, note)| (rule.as_str(), note.as_str())).collect()
}

async fn about_advice(world: &World, native_id: &str) -> Vec<(String, String)> {
    let key = careline::store::Key::Assessment(world.id_of(native_id));
    let loaded = careline::store::Store::load(&*world.store, &TenantId::single(), &[key]).await.unwrap();
    let Some(careline::store::Record::Assessment(assessment)) = loaded.entries[0].record.clone() else {
        panic!("{native_id} is not assessed")
    };
    let about = assessment.evidence.into_iter().filter(|finding| finding.about.as_str() == "advice");
    about.map(|finding| (finding.rule.to_string(), finding.value.to_string())).collect()
}

#[tokio::test]
async fn advice_raises_a_case_and_opens_one() {
    let model = Model::new(Ok(vec![finding(Question::Intent, "complaint")]), Duration::ZERO);
    let world = world_with(&model);
    let asks = world.case_of(post("n1", "ann", "where is it")).await;
    world.take(post("n2", "bob", "lol")).await;
    assert_eq!((model.asked(), world.open().await.len()), (0, 1), "nobody is asked before it is stored");
    assert_eq!(world.tick().await.advised, 2);
    let case = world.case(&asks).await;
    assert_eq!((case.tier, case.intent, case.clocks[0].target_secs), (1, Intent::Complaint, 3600));
    assert_eq!(world.open().await.len(), 2);
    assert!(world.message(&world.id_of("n2")).await.case.is_some());
    assert_eq!((world.total("intent.complaint").await, world.total("intent.chatter").await), (2, 0));
    let explained = world.tenant.explain(&asks).await.unwrap();
    assert!(explained.assessment.as_ref().unwrap().evidence.iter().any(|finding| finding.rule == "model.says"));
    assert_eq!(explained.assessment.unwrap().models["model"], "7");
    let advised = explained.reasons.iter().find(|why| why.kind == StepKind::Advised).unwrap();
    assert_eq!(advised.reasons[0].rule, "model/7");
    assert_eq!(world.tick().await.advised, 0);
    assert!(!world.steps(&asks).await.iter().any(|step| step == "noted"));
}

#[tokio::test]
async fn findings_are_made_safe() {
    let mut wild = finding(Question::Pii, "card");
    wild.span = Some(Span { start: 5, end: 5000 });
    let mut loud = finding(Question::Category, "billing");
    loud.weight = f32::INFINITY;
    let mut forged = finding(Question::Tier, "4");
    forged.rule = "conclude.spam".into();
    let model = Model::new(Ok(vec![wild, loud, forged]), Duration::ZERO);
    let world = world_with(&model);
    let case = world.case_of(post("n1", "ann", "broken")).await;
    world.tick().await;
    let assessment = world.view(&case).await.assessments.remove(&world.id_of("n1")).unwrap();
    assert!(assessment.pii.is_empty());
    assert_eq!((assessment.tier, assessment.category.as_str()), (1, "other"));
    assert!(assessment.evidence.iter().all(|finding| finding.weight.is_finite()));
    let text = "broken".len() as u32;
    assert!(assessment.evidence.iter().filter_map(|finding| finding.span).all(|span| span.end <= text));
}

#[tokio::test]
async fn failure_and_silence_are_noted_and_change_nothing() {
    for (model, why) in [
        (Model::new(Err(ErrorKind::Unavailable), Duration::ZERO), "no idea"),
        (Model::new(Ok(vec![finding(Question::Intent, "praise")]), Duration::from_secs(60)), "no answer in time"),
    ] {
        let world = world_with(&model);
        let case = world.case_of(post("n1", "ann", "broken")).await;
        let ticking = tokio::spawn({
            let engine = world.engine.clone();
            async move { engine.tick().await.map(|ticked| ticked.advised) }
        });
        if model.takes > Duration::ZERO {
            while world.clock.asleep() < 2 {
                tokio::task::yield_now().await;
            }
            // Meanwhile others are served.
            assert!(world.case_of(post("n2", "bob", "broken")).await != case);
            world.clock.advance(Duration::from_secs(10));
        }
        assert_eq!(ticking.await.unwrap().unwrap(), 1);
        let view = world.view(&case).await;
        assert_eq!(view.case.tier, 1);
        let step = view.timeline.iter().find(|step| step.kind == StepKind::Advised).unwrap();
        assert!(step.reasons[0].note.contains(why), "{step:?}");
        let assessment = &view.assessments[&world.id_of("n1")];
        assert!(assessment.evidence.iter().any(|finding| finding.rule == "failed.model"));
    }
}

#[tokio::test]
async fn advice_on_an_older_revision_is_not_used() {
    let model = Model::new(Ok(vec![finding(Question::Tier, "3")]), Duration::from_secs(5));
    let world = world_with(&model);
    let case = world.case_of(post("n1", "ann", "broken")).await;
    let ticking = tokio::spawn({
        let engine = world.engine.clone();
        async move { engine.tick().await.map(|ticked| ticked.advised) }
    });
    while world.clock.asleep() < 2 {
        tokio::task::yield_now().await;
    }
    world.take(edited(post("n1", "ann", "the invoice is broken"), 1)).await;
    *model.answer.lock().unwrap() = Ok(vec![finding(Question::Tier, "2")]);
    world.clock.advance(Duration::from_secs(5));
    ticking.await.unwrap().unwrap();
    let view = world.view(&case).await;
    assert_eq!(view.case.tier, 1);
    assert!(
        view.timeline.iter().any(|step| step.kind == StepKind::Advised && step.reasons[0].note.contains("not used"))
    );
    // The new revision is asked about on its own.
    let ticking = tokio::spawn({
        let engine = world.engine.clone();
        async move { engine.tick().await.map(|ticked| ticked.advised) }
    });
    while world.clock.asleep() < 2 {
        tokio::task::yield_now().await;
    }
    world.clock.advance(Duration::from_secs(5));
    assert_eq!(ticking.await.unwrap().unwrap(), 1);
    assert_eq!(world.case(&case).await.tier, 2);
    assert_eq!(*model.asked.lock().unwrap(), [0, 1]);
}

#[tokio::test]
async fn a_person_s_correction_stands_against_advice() {
    let model = Model::new(Ok(vec![finding(Question::Tier, "1")]), Duration::ZERO);
    let world = world_with(&model);
    let case = world.case_of(post("n1", "ann", "where is it")).await;
    let mut assessment = world.view(&case).await.assessments.remove(&world.id_of("n1")).unwrap();
    assessment.tier = 3;
    world.tenant.correct(&case, "jo", assessment).await.unwrap();
    world.tick().await;
    assert_eq!(world.case(&case).await.tier, 3);
}

#[tokio::test]
async fn a_slow_advisor_holds_up_a_round_once() {
    let model = Model::new(Ok(Vec::new()), Duration::from_secs(60));
    let world = world_with(&model);
    for number in 0..30 {
        world.take(post(&format!("n{number}"), &format!("p{number}"), "broken")).await;
    }
    let ticking = tokio::spawn({
        let engine = world.engine.clone();
        async move { engine.tick().await.map(|ticked| ticked.advised) }
    });
    while model.asked() < 30 {
        tokio::task::yield_now().await;
    }
    world.clock.advance(Duration::from_secs(10));
    assert_eq!(ticking.await.unwrap().unwrap(), 30);
    assert_eq!(world.clock.now(), at(NOON).plus(Duration::from_secs(10)));
}

#[tokio::test]
async fn only_what_we_are_unsure_of_is_asked_about_and_told_why() {
    let model = Model::new(Ok(vec![finding(Question::Intent, "question")]), Duration::ZERO);
    let world = world_under("[advice]\nbelow = 0.7", &model);
    let sure = world.case_of(post("n1", "ann", "broken")).await;
    let torn = world.case_of(post("n2", "bob", "broken, where is it")).await;
    world.take(post("n3", "cy", "hm")).await;
    assert_eq!((world.tick().await.advised, model.asked()), (2, 2));

    assert_eq!((told(&world, &sure).await, about_advice(&world, "n1").await), (vec![], vec![]));
    let why = told(&world, &torn).await;
    assert_eq!(notes(&why), [("advice.unsure", "asked: intent 0.50 < 0.7"), ("model/7", "1 findings")]);
    let evidence = about_advice(&world, "n2").await;
    assert_eq!(notes(&evidence), [("advice.below_0.7", "intent"), ("advice.answered_model", "answered")]);
    let opened = world.message(&world.id_of("n3")).await.case.unwrap();
    assert!(told(&world, &opened).await[0].1.starts_with("asked: needs_response 0.5"), "by advice alone");
}

#[tokio::test]
async fn a_figure_may_be_given_for_a_single_question() {
    for (rules, asked) in [
        ("below_for = { intent = 0.7 }", 1),
        ("below_for = { needs_response = 0.99, category = 1.0 }", 3),
        ("below = 0.7\nbelow_for = { intent = 0 }", 1),
        ("below = 0.0", 0),
    ] {
        let model = Model::new(Ok(Vec::new()), Duration::ZERO);
        let world = world_under(&format!("[advice]\n{rules}"), &model);
        for (id, text) in [("n1", "broken"), ("n2", "broken, where is it"), ("n3", "hm")] {
            world.take(post(id, id, text)).await;
        }
        assert_eq!((world.tick().await.advised, model.asked()), (asked, asked), "{rules}");
    }
}

#[tokio::test]
async fn whoever_is_asked_in_doubt_and_fails_or_is_late_leaves_ours_standing() {
    let stands = ("advice.ours_stands", "our own assessment stands: tier 1, complaint, other");
    for (model, why) in [
        (Model::new(Err(ErrorKind::Unavailable), Duration::ZERO), "no idea (unavailable)"),
        (
            Model::new(Ok(vec![finding(Question::Intent, "praise")]), Duration::from_secs(60)),
            "no answer in time (timeout)",
        ),
    ] {
        let world = world_under("[advice]\nbelow = 0.7\nwithin = '3s'", &model);
        let case = world.case_of(post("n1", "ann", "broken, where is it")).await;
        let ticking = tokio::spawn({
            let engine = world.engine.clone();
            async move { engine.tick().await.map(|ticked| ticked.advised) }
        });
        if model.takes > Duration::ZERO {
            while world.clock.asleep() < 2 {
                tokio::task::yield_now().await;
            }
            world.clock.advance(Duration::from_secs(3));
        }
        assert_eq!(ticking.await.unwrap().unwrap(), 1);
        let told = told(&world, &case).await;
        assert_eq!(notes(&told), [("advice.unsure", "asked: intent 0.50 < 0.7"), ("model/7", why), stands]);
        assert_eq!(world.case(&case).await.intent, Intent::Complaint);
        // What it says after its time is not used.
        let late = vec![finding(Question::Intent, "praise")];
        let advice = Advice {
            message: world.id_of("n1"),
            revision: 0,
            advisor: "model/7".into(),
            findings: Some(late),
            failure: None,
        };
        world.event("b1", EventBody::Advice(advice)).await;
        assert_eq!(world.case(&case).await.intent, Intent::Complaint);
    }
}
