//! `careline connect`, and accounts whose token is in the store.

#![allow(clippy::unwrap_used)]

use std::fs;
use std::io::Write;
use std::path::Path;
use std::process::{Command, Output, Stdio};
use std::sync::Arc;

use careline::care::{Engine, TenantSetup};
use careline::model::{TenantId, Timestamp};
use careline::network::token::{SealKeys, Token, TokenKind};
use careline::policy::{CompiledPolicy, Policy};
use careline_sqlite::SqliteStore;

/// Nobody listens on port 1.
const POLICY: &str = "
brand.name = 'Acme'
agents = [{ id = 'mia' }]
accounts = [
  { id = 'x', network = 'x', native_id = '1' },
  { id = 'm', network = 'mastodon', host = '127.0.0.1:1', native_id = '55' },
]
";
const KEY: &str = "AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=";

fn run(dir: &Path, words: &[&str], environment: &[(&str, &str)], typed: &str) -> Output {
    let mut program = Command::new(env!("CARGO_BIN_EXE_careline"))
        .args(words)
        .args(["--policy", "policy.toml", "--data", "."])
        .envs(environment.iter().copied())
        .current_dir(dir)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    // Some have ended before they read anything.
    let _ = program.stdin.take().unwrap().write_all(typed.as_bytes());
    program.wait_with_output().unwrap()
}

fn directory() -> tempfile::TempDir {
    let dir = tempfile::tempdir().unwrap();
    fs::write(dir.path().join("policy.toml"), POLICY).unwrap();
    dir
}

#[test]
fn a_person_is_sent_to_the_network_and_what_is_forged_connects_nothing() {
    let dir = directory();
    let app = [("CARELINE_X_CLIENT_ID", "made-up")];
    let forged = run(dir.path(), &["connect", "x"], &app, "http://localhost/?code=abc&state=forged\n");
    let (said, wrong) = (String::from_utf8(forged.stdout).unwrap(), String::from_utf8(forged.stderr).unwrap());
    assert!(said.contains("https://x.com/i/oauth2/authorize?response_type=code&client_id=made-up"), "{said}");
    assert!(!forged.status.success() && wrong.contains("another flow, or was forged"), "{wrong}");
    for (words, environment, expected) in [
        (["connect", "x"], &[][..], "`client_id`"),
        (["connect", "y"], &app[..], "the policy has no such account"),
        (["connect", "x"], &app[..], "the address did not come"),
    ] {
        let ended = run(dir.path(), &words, environment, "");
        let wrong = String::from_utf8(ended.stderr).unwrap();
        assert!(!ended.status.success() && wrong.contains(expected), "{wrong}");
    }
}

#[tokio::test]
async fn a_connected_account_answers_without_a_token_in_the_environment() {
    let dir = directory();
    let check = |environment: &[(&str, &str)]| {
        let words = ["incident", "open", "Outage", "--term", "outage", "--as", "mia", "--json"];
        let ended = run(dir.path(), &words, environment, "");
        (ended.status.success(), String::from_utf8(ended.stderr).unwrap())
    };
    let policy = CompiledPolicy::new(Policy::parse(POLICY, "policy.toml").unwrap()).unwrap();
    let engine = Engine::builder(Arc::new(SqliteStore::open(dir.path().join("care.db")).unwrap()))
        .token_keys(SealKeys::new(&[KEY.into()]).unwrap())
        .tenant(TenantId::single(), TenantSetup::new(policy))
        .build()
        .unwrap();
    assert_eq!(check(&[]), (true, String::new()), "nobody has connected anything");
    let token = Token::new("planted", TokenKind::User, Timestamp::default());
    engine.tenant(TenantId::single()).unwrap().connect(&"m".into(), token).await.unwrap();
    let (done, told) = check(&[("CARELINE_SEAL_KEYS", KEY)]);
    assert!(done && told.contains("account m:") && told.contains("unavailable"), "its server is asked: {told}");
    let (done, told) = check(&[]);
    assert!(done && told.contains("not among the host's keys") && !told.contains("planted"), "{told}");
    let (done, told) = check(&[("CARELINE_SEAL_KEYS", "planted")]);
    assert!(!done && told.contains("CARELINE_SEAL_KEYS") && !told.contains("planted"), "{told}");
}
