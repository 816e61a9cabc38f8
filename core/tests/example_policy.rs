//! The example policy in `docs/` is what the demo uses: it must hold what it says.

use careline::model::{AgentId, TeamId, Timestamp};
use careline::policy::{CompiledPolicy, Facts, Policy};

const FILE: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../docs/example-policy.toml");

fn policy() -> CompiledPolicy {
    Policy::load(FILE).and_then(CompiledPolicy::new).unwrap_or_else(|mistakes| panic!("{mistakes}"))
}

#[test]
fn it_shows_every_part_of_a_policy() {
    let policy = policy();
    let networks: std::collections::BTreeSet<_> =
        policy.accounts().iter().map(|account| account.native.network.as_str()).collect();
    assert_eq!(networks.len(), 3);
    assert_eq!((policy.teams().len(), policy.agents().len(), policy.ladder().len()), (4, 6, 4));
    let written = serde_json::to_value(policy.policy()).unwrap();
    for key in Policy::schema()["properties"].as_object().unwrap().keys() {
        assert_ne!(written[key], serde_json::json!([]), "{key}");
        assert_ne!(written[key], serde_json::json!({}), "{key}");
    }
}

#[test]
fn cases_go_to_the_team_that_takes_them() {
    let policy = policy();
    for (facts, team, rule) in [
        (Facts { category: "returns", language: "es", ..Facts::default() }, "billing", "policy.team_takes"),
        (Facts { category: "delivery", language: "pt-BR", ..Facts::default() }, "americas", "policy.team_takes"),
        (Facts { account: "acme-mastodon", ..Facts::default() }, "technical", "policy.team_of_account"),
        (Facts { category: "delivery", language: "en", ..Facts::default() }, "care", "policy.team_for_the_rest"),
    ] {
        let (chosen, reasons) = policy.team_for(&facts);
        assert_eq!((chosen.as_str(), reasons[0].rule.as_str()), (team, rule), "{facts:?}");
    }
}

#[test]
fn promises_run_in_the_hours_of_the_team() {
    let policy = policy();
    let sla = policy.sla_for(&Facts { tier: 2, team: "billing", ..Facts::default() }).unwrap();
    assert_eq!((sla.rule.first_response.unwrap().as_secs(), sla.calendar.id()), (7200, "europe"));
    assert_eq!(sla.reason().note, "tier 2; team billing; hours europe");
    let urgent = policy.sla_for(&Facts { tier: 1, team: "billing", ..Facts::default() }).unwrap();
    assert_eq!(urgent.calendar.id(), "always");
    assert!(policy.sla_for(&Facts { tier: 3, ..Facts::default() }).is_none());
}

#[test]
fn danger_is_most_pressing_and_somebody_is_there_at_any_hour_of_a_working_day() {
    let policy = policy();
    let facts = Facts { tier: 2, text: "Mein Wasserkocher brennt!", ..Facts::default() };
    assert_eq!(policy.tier_for(&facts), Some(1));
    let midnight = Timestamp::parse("2026-11-18T00:00:00Z").unwrap();
    let sun = policy.calendar("around-the-clock").unwrap();
    assert_eq!(sun.business_between(midnight, midnight.plus_millis(86_400_000)), 24 * 3600);
}

#[test]
fn texts_are_there_in_the_readers_language() {
    let policy = policy();
    assert!(policy.text("out_of_hours", "de-AT").unwrap().starts_with("Danke"));
    assert!(policy.text("out_of_hours", "pt").unwrap().starts_with("Obrigado"));
    assert!(policy.text("out_of_hours", "fi").unwrap().starts_with("Thanks"));
    assert_eq!(policy.text("nothing", "en"), None);
    let sam = policy.agent(&AgentId::from("sam")).unwrap();
    assert!(sam.rule.is_in(&TeamId::from("billing")) && sam.rule.writes("de-CH") && !sam.rule.writes("fr"));
}
