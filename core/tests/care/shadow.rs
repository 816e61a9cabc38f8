//! What another policy or model would make of what is stored.

use std::sync::Arc;

use async_trait::async_trait;
use careline::advisor::{AdviceAsk, Advisor};
use careline::care::{Engine, ShadowAsk, ShadowChange, ShadowReport, Tenant, TenantSetup};
use careline::context::Context;
use careline::model::*;
use careline::store::{EraseAsk, ExportAsk, Store};
use careline::triage::{Evidence, Triage, TriageInput, Triages};

use crate::world::*;

const TEAMS: &str = "
    [[teams]]
    id = 'billing'
    takes = { category = ['billing'] }
    [[teams]]
    id = 'care'
";
const NEW: &str = "
    [[teams]]
    id = 'billing'
    takes = { category = ['website'] }
    [[teams]]
    id = 'care'
    [[priorities]]
    tier = 3
    when = { terms = ['invoice'] }
";

fn all() -> ShadowAsk {
    ShadowAsk::default()
}

fn changes<'a>(report: &'a ShadowReport, field: &str) -> &'a [ShadowChange] {
    &report.fields.iter().find(|known| known.field == field).unwrap().changes
}

/// From what to what, and how often.
fn counts<'a>(report: &'a ShadowReport, field: &str) -> Vec<(&'a str, &'a str, u64)> {
    changes(report, field).iter().map(|change| (change.from.as_str(), change.to.as_str(), change.count)).collect()
}

/// The answers that change.
fn changed(report: &ShadowReport) -> Vec<&str> {
    report.fields.iter().filter(|field| field.changed > 0).map(|field| field.field.as_str()).collect()
}

async fn shadow(world: &World, policy: &str) -> ShadowReport {
    world.tenant.shadow(Some(&rules(policy)), &all()).await.unwrap()
}

/// Everything that a store tells about the tenant.
async fn everything(world: &World) -> String {
    let id = TenantId::single();
    let exported = world.store.export(&id, &ExportAsk { customer: None, raw: true }).await.unwrap();
    let log = world.store.log(&id, 0, 10_000).await.unwrap();
    let counters = world.store.counters(&id, &Default::default()).await.unwrap();
    format!("{exported:?}{log:?}{counters:?}{:?}", world.store.next_due().await.unwrap())
}

#[tokio::test]
async fn what_differs_is_counted_with_examples_and_nothing_is_changed() {
    let world = World::new(TEAMS);
    let invoice = world.case_of(post("n1", "ann", "where is my invoice")).await;
    world.case_of(post("n2", "bob", "the invoice is broken")).await;
    world.case_of(post("n3", "cy", "all broken")).await;
    world.take(post("n4", "dee", "lol")).await;
    world.tick().await;
    let before = everything(&world).await;

    let new = rules(NEW);
    let report = world.tenant.shadow(Some(&new), &all()).await.unwrap();
    assert_eq!(everything(&world).await, before);
    assert_eq!((report.messages, report.compared, report.differing, report.more), (4, 4, 2, false));
    assert_eq!(changed(&report), ["tier", "team"]);
    assert_eq!(counts(&report, "tier"), [("1", "3", 2)]);
    assert_eq!(counts(&report, "team"), [("billing", "care", 2)]);
    let example = changes(&report, "tier")[0].examples.iter().find(|it| it.message == world.id_of("n1")).unwrap();
    assert_eq!(example.case, Some(invoice));
    let reasons: Vec<_> =
        example.reasons.iter().map(|finding| (finding.rule.as_str(), finding.value.as_str())).collect();
    assert_eq!(reasons, [("policy.priority", "3")]);
    assert_eq!(changes(&report, "team")[0].examples[0].reasons[0].rule, "policy.team_for_the_rest");

    let present = world.tenant.policy().unwrap().version().to_owned();
    assert_eq!((report.before.policy, report.after.policy.as_deref()), (Some(present), Some(new.version())));
    let words = [("words".into(), ["1".into()].into())];
    assert_eq!((&report.before.models, &report.after.models), (&words.clone().into(), &words.into()));
}

#[tokio::test]
async fn the_present_policy_and_model_differ_in_nothing() {
    let world = World::new(TEAMS);
    for (number, text) in ["where is my invoice", "broken", "lol", "bonjour, thanks"].into_iter().enumerate() {
        let mut message = post(&format!("n{number}"), &format!("p{number}"), text);
        message.author.as_mut().unwrap().followers = Some(20_000);
        message.rating = Some(Rating { value: 1.0, best: 5.0, worst: 1.0 });
        world.take(message).await;
    }
    world.take(private("d1", "eve", "eve", "broken")).await;
    world.through("b2", answer("n9", "fay", "n1", "where")).await;
    let report = world.tenant.shadow(None, &all()).await.unwrap();
    assert_eq!((report.compared, report.differing), (6, 0), "{report:?}");
    assert_eq!(report.before.policy, None, "no log has told of one yet");
}

/// Takes what is broken for a report of a problem.
#[derive(Debug)]
struct Calm;

impl Triage for Calm {
    fn id(&self) -> &str {
        "calm/2"
    }

    fn assess(&self, input: &TriageInput<'_>, evidence: &mut Evidence) -> careline::Result<()> {
        Words.assess(input, evidence)?;
        if let Some(at) = input.text().find("broken") {
            let span = Span { start: at as u32, end: (at + "broken".len()) as u32 };
            evidence.add(Question::Intent, "problem_report", 12.0, "calm.broken", Some(span));
        }
        Ok(())
    }
}

/// The world's tenant in a process with another model.
fn under(world: &World, triage: impl Triage, policy: &str) -> Tenant {
    let setup = TenantSetup::new(rules(policy)).triages(Triages::only(vec![Arc::new(triage)]));
    let engine = Engine::builder(world.store.clone()).clock(world.clock.clone()).tenant(TenantId::single(), setup);
    engine.build().unwrap().tenant(TenantId::single()).unwrap()
}

#[tokio::test]
async fn another_model_shows_what_it_hears_by_rule_and_place_alone() {
    let world = World::new("");
    world.case_of(post("n1", "ann", "my kettle is broken")).await;
    let report = under(&world, Calm, "").shadow(None, &all()).await.unwrap();
    assert_eq!(counts(&report, "intent"), [("complaint", "problem_report", 1)]);
    assert_eq!(report.before.models.keys().map(|name| name.as_str()).collect::<Vec<_>>(), ["words"]);
    assert_eq!(report.after.models["calm"].iter().map(|version| version.as_str()).collect::<Vec<_>>(), ["2"]);
    let example = &changes(&report, "intent")[0].examples[0];
    let new = &example.reasons[0];
    assert_eq!((new.rule.as_str(), new.span), ("calm.broken", Some(Span { start: 13, end: 19 })));
    assert!(example.gone.is_empty(), "{example:?}");
    assert_eq!(report.text_of(&example.message), Some("my kettle is broken"));
    let (json, debug) = (serde_json::to_string(&report).unwrap(), format!("{report:?}"));
    assert!(!json.contains("kettle") && !debug.contains("kettle"), "{debug}");
    assert_eq!(serde_json::from_str::<ShadowReport>(&json).unwrap(), report);
    // The other way round, that reason is gone.
    let world = World::with("", |setup| setup.triages(Triages::only(vec![Arc::new(Calm)])));
    world.case_of(post("n1", "ann", "broken")).await;
    let report = under(&world, Words, "").shadow(None, &all()).await.unwrap();
    assert_eq!(changes(&report, "intent")[0].examples[0].gone[0].rule, "calm.broken");
}

#[tokio::test]
async fn what_is_erased_corrected_or_moved_by_hand_is_counted_apart() {
    let world = World::new(TEAMS);
    world.take(post("n1", "ann", "the invoice is broken")).await;
    world.delete("n1").await;
    world.case_of(post("n2", "bob", "my invoice is broken")).await;
    world.tenant.erase(&EraseAsk::Customer(world.message(&world.id_of("n2")).await.customer.unwrap())).await.unwrap();
    let corrected = world.case_of(post("n3", "cy", "where is my invoice")).await;
    let mut right = world.view(&corrected).await.assessments.remove(&world.id_of("n3")).unwrap();
    right.tier = 2;
    world.tenant.correct(&corrected, "jo", right).await.unwrap();
    let moved = world.case_of(post("n4", "dee", "the invoice is broken, too")).await;
    world.tenant.release(&moved, Some("care".into()), "jo", "knows her").await.unwrap();

    let report = shadow(&world, NEW).await;
    assert_eq!((report.messages, report.without_text, report.corrected, report.compared), (3, 1, 1, 1));
    assert_eq!((report.moved, changed(&report)), (1, vec!["tier"]));
    // Where a message that leads now brought it, the policy has put it.
    let led = world.case_of(post("n5", "eve", "where is it")).await;
    world.take(edited(post("n5", "eve", "where is my invoice"), 1)).await;
    assert_eq!(world.case(&led).await.team, "billing".into());
    assert_eq!(counts(&shadow(&world, NEW).await, "team"), [("billing", "care", 1)]);
}

#[tokio::test]
async fn only_some_may_be_looked_at() {
    let world = World::new("");
    for number in 0..250 {
        world.take(sent(post(&format!("n{number}"), "ann", "invoice broken"), "2026-11-18T11:00:00Z")).await;
    }
    world.take(post("late", "bob", "invoice broken")).await;
    let ask = |change: fn(&mut ShadowAsk)| {
        let mut ask = all();
        change(&mut ask);
        ask
    };
    let shadow = async |ask: ShadowAsk| world.tenant.shadow(Some(&rules(NEW)), &ask).await.unwrap();
    let whole = shadow(all()).await;
    assert_eq!((whole.compared, whole.more, changes(&whole, "tier")[0].count), (251, false, 251));
    assert_eq!(changes(&whole, "tier")[0].examples.len(), 3);
    let some = shadow(ask(|ask| (ask.limit, ask.examples) = (Some(150), 0))).await;
    assert_eq!((some.compared, some.more, changes(&some, "tier")[0].count), (150, true, 150));
    assert!(changes(&some, "tier")[0].examples.is_empty());
    let late = shadow(ask(|ask| ask.since = Some(at(NOON)))).await;
    assert_eq!((late.messages, late.more), (1, false));
    assert_eq!(shadow(ask(|ask| ask.limit = Some(0))).await.messages, 0);
}

/// Is pleased with everything.
#[derive(Debug)]
struct Pleased;

#[async_trait]
impl Advisor for Pleased {
    fn id(&self) -> &str {
        "pleased/1"
    }

    async fn advise(&self, _: &Context, _: &AdviceAsk) -> careline::Result<Vec<Finding>> {
        let about = Question::Intent;
        Ok(vec![Finding { about, value: "praise".into(), weight: 18.0, rule: "pleased.with".into(), span: None }])
    }
}

#[tokio::test]
async fn what_an_advisor_said_stays_said_where_the_policy_has_it_asked() {
    let world = World::with("", |setup| setup.advisor(Arc::new(Pleased)));
    world.case_of(post("n1", "ann", "broken")).await;
    world.case_of(post("n2", "bob", "broken, where is it")).await;
    world.tick().await;
    let same = shadow(&world, "").await;
    assert_eq!((same.asked, same.differing), (2, 0), "{same:?}");
    let unsure = shadow(&world, "[advice]\nbelow = 0.7").await;
    assert_eq!((unsure.asked, counts(&unsure, "intent")), (1, vec![("praise", "complaint", 1)]));
    assert_eq!(changes(&unsure, "intent")[0].examples[0].message, world.id_of("n1"));
    let never = shadow(&world, "[advice]\nbelow = 0.0").await;
    assert_eq!((never.asked, counts(&never, "intent")), (0, vec![("praise", "complaint", 2)]));
}

#[tokio::test]
async fn what_belongs_to_nobody_has_no_shadow() {
    let world = World::new("");
    let error = world.engine.operator().shadow(None, &all()).await.unwrap_err();
    assert_eq!(error.kind(), careline::ErrorKind::Unsupported);
}
