//! Kills the real program with SIGKILL while it takes in bodies over HTTP: what it acknowledged is there exactly once
//! after every restart, and sending everything again adds nothing.

#![allow(clippy::unwrap_used, clippy::expect_used)]

mod server;

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use careline::model::TenantId;
use careline::store::{ExportAsk, Exported, Record, Store as _};
use careline::transport::Transport;
use careline_sqlite::SqliteStore;
use futures_util::StreamExt as _;

use server::{Server, client, post_x};

const SECRET: &str = "crash-test-secret";
const ROUNDS: u64 = 20;
const PER_ROUND: u64 = 200;
const POLICY: &str = r#"
[brand]
name = "Acme"

[[accounts]]
id = "acme-x"
network = "x"
native_id = "1001"
handle = "acme"
"#;

/// An X body that mentions us.
fn body(number: u64) -> Bytes {
    let (id, author) = (native_id(number), 500 + number % 40);
    format!(
        r#"{{"data":{{"event_uuid":"{number}","event_type":"post.mention.create","filter":{{"user_id":"1001"}},
        "payload":{{"id":"{id}","text":"@acme order AC-{number} is late, where is it?","author_id":"{author}",
        "conversation_id":"{id}","created_at":"2026-08-12T18:00:00.000Z","edit_history_tweet_ids":["{id}"],
        "entities":{{"mentions":[{{"start":0,"end":5,"username":"acme","id":"1001"}}]}}}},
        "includes":{{"users":[{{"id":"{author}","username":"jo{author}","name":"Jo Doe {author}"}}]}}}}}}"#
    )
    .into()
}

fn native_id(number: u64) -> String {
    (2_000_000_000_000_000_000 + number * 4_194_304).to_string()
}

fn start(dir: &Path) -> Server {
    Server::start(dir, &[("CARELINE_X_CONSUMER_SECRET", SECRET)])
}

async fn post_all(
    transport: &Arc<dyn Transport>,
    base: &str,
    numbers: std::ops::Range<u64>,
) -> Vec<(u64, Option<u16>)> {
    let posts = numbers.map(|number| async move { (number, post_x(&**transport, base, SECRET, body(number)).await) });
    futures_util::stream::iter(posts).buffer_unordered(8).collect().await
}

/// Everything there is, as text, after the log's chain was verified.
async fn everything(dir: &Path) -> Vec<String> {
    let store = SqliteStore::open(dir.join("care.db")).unwrap();
    store.verify_log(&TenantId::single()).await.unwrap();
    let all = store.export(&TenantId::single(), &ExportAsk { customer: None, raw: true }).await.unwrap();
    all.iter().map(|item| serde_json::to_string(item).unwrap()).collect()
}

/// Everything there is once no deadline changes it any more: those of old messages have passed, so the server is busy.
async fn at_rest(dir: &Path) -> Vec<String> {
    let mut before = everything(dir).await;
    for _ in 0..100 {
        tokio::time::sleep(Duration::from_secs(1)).await;
        let now = everything(dir).await;
        if now == before {
            return now;
        }
        before = now;
    }
    panic!("the server never came to rest");
}

/// How often each native id is stored.
async fn stored(dir: &Path) -> BTreeMap<String, usize> {
    let store = SqliteStore::open(dir.join("care.db")).unwrap();
    let mut counts = BTreeMap::new();
    for item in store.export(&TenantId::single(), &ExportAsk::default()).await.unwrap() {
        if let Exported::Record { record: Record::Message(message), .. } = item {
            *counts.entry(message.native_id.to_string()).or_default() += 1;
        }
    }
    counts
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_is_acknowledged_survives_being_killed() {
    let dir = tempfile::tempdir().unwrap();
    std::fs::write(dir.path().join("policy.toml"), POLICY).unwrap();
    let transport = client();
    let mut acknowledged = Vec::new();
    let mut chance = u64::from(std::process::id());
    for round in 0..ROUNDS {
        let server = start(dir.path());
        chance = chance.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        let lives = Duration::from_millis(40 + (chance >> 33) % 600);
        let (base, through) = (server.base.clone(), transport.clone());
        let numbers = round * PER_ROUND..(round + 1) * PER_ROUND;
        let posting = tokio::spawn(async move { post_all(&through, &base, numbers).await });
        tokio::time::sleep(lives).await;
        drop(server);
        let answers = posting.await.unwrap();
        acknowledged.extend(answers.iter().filter(|(_, status)| *status == Some(200)).map(|(number, _)| *number));
        let counts = stored(dir.path()).await;
        for number in &acknowledged {
            assert_eq!(counts.get(&native_id(*number)), Some(&1), "round {round}: acknowledged body {number}");
        }
        assert!(counts.values().all(|count| *count == 1), "round {round}: nothing is there twice");
    }
    let total = ROUNDS * PER_ROUND;
    println!("{} of {total} bodies were acknowledged before a kill, in {ROUNDS} rounds", acknowledged.len());
    assert!(!acknowledged.is_empty(), "some bodies must get through");
    assert!((acknowledged.len() as u64) < total, "the kills must hit the middle of the traffic");

    let server = start(dir.path());
    let statuses = |answers: Vec<(u64, Option<u16>)>| answers.into_iter().all(|(_, status)| status == Some(200));
    assert!(statuses(post_all(&transport, &server.base, 0..total).await), "redelivery is acknowledged");
    let complete = at_rest(dir.path()).await;
    assert!(statuses(post_all(&transport, &server.base, 0..total).await));
    drop(server);
    assert_eq!(stored(dir.path()).await.len() as u64, total, "every body is there once all were sent");
    let after = everything(dir.path()).await;
    let changed = complete.iter().zip(&after).find(|(before, after)| before != after);
    assert_eq!(changed, None, "redelivery of everything changes no byte");
    assert_eq!(after.len(), complete.len(), "redelivery of everything adds nothing");
}
