//! Answering on the command line: the real program over a database with one question in it. The network is down.

#![allow(clippy::unwrap_used, clippy::expect_used)]

use std::fs;
use std::path::Path;
use std::process::{Command, Output};
use std::sync::Arc;

use careline::care::{Engine, TenantSetup};
use careline::intake::Parsed;
use careline::model::{Channel, Event, EventBody, Inbound, NativeAccount, Profile, Surface, TenantId, Visibility};
use careline::policy::{CompiledPolicy, Policy};
use careline_sqlite::SqliteStore;
use serde_json::Value;

/// Nobody listens on port 1.
const POLICY: &str = r#"
[brand]
name = "Acme"

[[accounts]]
id = "acme-mastodon"
network = "mastodon"
host = "127.0.0.1:1"
native_id = "55"

[[agents]]
id = "mia"

[[agents]]
id = "sam"

[[approvals]]
when = { terms = ["lawyer"] }
by = ["sam"]
"#;

#[tokio::test]
async fn an_answer_goes_its_way_on_the_command_line() {
    let desk = Desk::with_a_question().await;
    let case = desk.lines(&["queue", "--data", "."])[0]["case"]["id"].as_str().unwrap().to_owned();

    let asks = desk.run(&["reply", &case, "What is your e-mail address?", "--as", "mia", "--policy", "policy.toml"]);
    assert!(!asks.status.success(), "what may not be sent fails");
    assert_eq!(parsed(&asks)[0]["verdict"]["objections"][0]["guard"], "asks_for_pii_in_public");

    let words = ["reply", case.as_str(), "Our lawyer will call you.", "--as", "mia", "--policy", "policy.toml"];
    let checked = desk.lines(&[&words[..], &["--check"]].concat());
    assert_eq!((&checked[0]["verdict"]["allowed"], checked[0].get("reply")), (&true.into(), None));
    let submitted = desk.lines(&words);
    let id = submitted[0]["reply"]["id"].as_str().unwrap().to_owned();
    let again = desk.lines(&words);
    assert_eq!(again[0]["reply"]["id"], id.as_str());
    assert_eq!(again[0]["verdict"]["reasons"][0]["rule"], "guard.duplicate_submit");

    let own = desk.run(&["approve", &id, "--as", "mia", "--policy", "policy.toml"]);
    assert!(!own.status.success() && String::from_utf8_lossy(&own.stderr).contains("nobody approves their own"));
    let other = "We will call you.";
    let approved = desk.lines(&["approve", &id, "--as", "sam", "--text", other, "--policy", "policy.toml"]);
    assert_eq!((&approved[0]["state"], &approved[0]["wording"]["text"]), (&"queued".into(), &other.into()));
    let listed = desk.lines(&["outbox", "--state", "queued"]);
    assert_eq!((listed.len(), &listed[0]["id"]), (1, &id.as_str().into()));
    assert_eq!(desk.lines(&["replies", "--case", &case]), listed);
    let withdrawn = desk.lines(&["outbox", "withdraw", &id, "--as", "mia", "--policy", "policy.toml"]);
    assert_eq!(withdrawn[0]["state"], "withdrawn");
    let late = desk.run(&["outbox", "sent", &id, "77", "--as", "mia", "--policy", "policy.toml"]);
    assert!(!late.status.success() && String::from_utf8_lossy(&late.stderr).contains("withdrawn"));

    let open = ["incident", "open", "Kettles", "--term", "kettle", "--as", "sam", "--policy", "policy.toml"];
    let incident = desk.lines(&open)[0]["id"].as_str().unwrap().to_owned();
    assert_eq!(desk.lines(&["incident", "show", &incident])[0]["owed"][0]["case"]["id"], case.as_str());
    let released = desk.lines(&["incident", "release", &incident, "--as", "sam", "--policy", "policy.toml"]);
    assert_eq!(released[0]["owed"].as_array().unwrap().len(), 1);
    assert_eq!(desk.lines(&["incident", "list"])[0]["released_by"], "sam");

    let acts: Vec<_> = desk.lines(&["audit", "list"]).iter().map(|entry| entry["act"].clone()).collect();
    for act in ["reply.submit", "reply.approve_edited", "reply.withdraw", "incident.open", "incident.release"] {
        assert!(acts.iter().any(|known| known == act), "{act}: {acts:?}");
    }
    let exported = String::from_utf8(desk.run(&["audit", "export"]).stdout).unwrap();
    let file = desk.dir.path().join("trail.jsonl");
    fs::write(&file, &exported).unwrap();
    let trail = file.to_str().unwrap();
    let told = String::from_utf8(desk.run(&["audit", "verify", trail]).stdout).unwrap();
    assert!(told.contains("the file is how the store's log begins"), "{told}");
    let without_first: String = exported.lines().skip(1).map(|line| format!("{line}\n")).collect();
    fs::write(&file, without_first).unwrap();
    let cut = desk.run(&["audit", "verify", trail]);
    assert!(!cut.status.success() && String::from_utf8_lossy(&cut.stderr).contains("entry"), "{cut:?}");
}

#[tokio::test]
async fn another_policy_shows_what_would_differ_and_changes_nothing() {
    let desk = Desk::with_a_question().await;
    let database = desk.dir.path().join("care.db");
    let before = fs::read(&database).unwrap();
    let new = format!("{POLICY}\n[[priorities]]\ntier = 4\nwhen = {{ terms = [\"kettle\"] }}\n");
    fs::write(desk.dir.path().join("new.toml"), new).unwrap();
    let report = &desk.lines(&["shadow", "--policy", "new.toml", "--limit", "5"])[0];
    let tier = report["fields"].as_array().unwrap().iter().find(|field| field["field"] == "tier").unwrap();
    let change = &tier["changes"][0];
    assert_eq!((&report["compared"], &change["from"], &change["to"]), (&1.into(), &"1".into(), &"4".into()));
    assert_eq!(change["examples"][0]["reasons"][0]["rule"], "policy.priority");
    assert!(!report.to_string().contains("kettle"), "{report}");
    assert_eq!(desk.lines(&["shadow", "--policy", "policy.toml", "--json"])[0]["differing"], 0);
    assert_eq!(fs::read(&database).unwrap(), before);

    fs::write(desk.dir.path().join("broken.toml"), "[brand]\nname = 'Acme'\nlangauge = 'de'").unwrap();
    let told = |words: &[&str]| {
        let output = desk.run(words);
        assert!(!output.status.success(), "{words:?}");
        String::from_utf8(output.stderr).unwrap()
    };
    let broken = told(&["shadow", "--policy", "broken.toml"]);
    assert!(broken.contains("broken.toml:3:1: brand.langauge") && broken.contains("language"), "{broken}");
    assert!(told(&["shadow", "--policy", "new.toml", "--since", "noon"]).contains("2026-11-20T15:00:00Z"));
    assert!(told(&["shadow", "--policy", "new.toml", "--data", "nowhere"]).contains("there is no database"));
}

/// A directory with a policy and a database.
struct Desk {
    dir: tempfile::TempDir,
}

impl Desk {
    async fn with_a_question() -> Self {
        let dir = tempfile::tempdir().unwrap();
        fs::write(dir.path().join("policy.toml"), POLICY).unwrap();
        ask(dir.path()).await;
        Self { dir }
    }

    fn run(&self, words: &[&str]) -> Output {
        let data: &[&str] = if words.contains(&"--data") { &[] } else { &["--data", "."] };
        Command::new(env!("CARGO_BIN_EXE_careline"))
            .args(words)
            .args(data)
            .env("CARELINE_TOKEN_ACME_MASTODON", "made-up")
            .current_dir(self.dir.path())
            .output()
            .unwrap()
    }

    fn lines(&self, words: &[&str]) -> Vec<Value> {
        let output = self.run(words);
        assert!(output.status.success(), "{words:?}: {}", String::from_utf8_lossy(&output.stderr));
        parsed(&output)
    }
}

fn parsed(output: &Output) -> Vec<Value> {
    let text = std::str::from_utf8(&output.stdout).unwrap();
    text.lines().map(|line| serde_json::from_str(line).unwrap()).collect()
}

/// Somebody asks in public.
async fn ask(dir: &Path) {
    let policy = CompiledPolicy::new(Policy::parse(POLICY, "policy.toml").unwrap()).unwrap();
    let store = Arc::new(SqliteStore::open(dir.join("care.db")).unwrap());
    let engine = Engine::builder(store).tenant(TenantId::single(), TenantSetup::new(policy)).build().unwrap();
    let mut question = Inbound::new("127.0.0.1:1", "901", Surface::Mention, Visibility::Public);
    let mut author = Profile::new("127.0.0.1:1", "7");
    author.handle = Some("jo@rivers.example".into());
    question.author = Some(author);
    question.content.text = "@acme my kettle is broken, please help me!".to_owned();
    question.sent_at = Some(engine.now());
    let account = NativeAccount::new("mastodon".into(), "127.0.0.1:1/55");
    let event = Event::new(account, Channel::Stream, engine.now(), EventBody::Message(Box::new(question)));
    let parsed = Parsed { events: vec![event], ..Parsed::default() };
    let tenant = engine.tenant(TenantId::single()).unwrap();
    tenant.ingest("mastodon", Channel::Stream, "{}", parsed).await.unwrap();
}
