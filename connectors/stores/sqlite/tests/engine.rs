//! The engine over SQLite: tenants apart, and two engines on one file that end with everything once.

#![allow(clippy::unwrap_used)]

use std::collections::BTreeSet;
use std::sync::Arc;

use careline::care::{Engine, TenantSetup};
use careline::intake::Parsed;
use careline::model::*;
use careline::policy::{CompiledPolicy, Policy};
use careline::store::{ExportAsk, Exported, Record};
use careline_sqlite::SqliteStore;

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn no_verb_and_no_view_reaches_another_tenant() {
    let folder = tempfile::tempdir().unwrap();
    let store = SqliteStore::open(folder.path().join("care.db")).unwrap();
    careline_testkit::engine::no_verb_reaches_another_tenant(Arc::new(store)).await;
}

#[tokio::test]
async fn no_verb_of_the_engine_mixes_tenants() {
    let folder = tempfile::tempdir().unwrap();
    let store = SqliteStore::open(folder.path().join("care.db")).unwrap();
    careline_testkit::engine::no_engine_verb_mixes_tenants(Arc::new(store)).await;
}

#[tokio::test]
async fn lists_page_without_gaps() {
    let folder = tempfile::tempdir().unwrap();
    let store = SqliteStore::open(folder.path().join("care.db")).unwrap();
    careline_testkit::engine::lists_page_without_gaps(Arc::new(store)).await;
}

fn engine(store: SqliteStore) -> Engine {
    let text = "[brand]\nname = \"Acme\"\n[[accounts]]\nid = \"acme\"\nnetwork = \"fake\"\nnative_id = \"a1\"\n";
    let policy = CompiledPolicy::new(Policy::parse(text, "policy.toml").unwrap()).unwrap();
    Engine::builder(Arc::new(store)).tenant("default", TenantSetup::new(policy)).build().unwrap()
}

/// Message `n` and the answer to the one before it, in a body of their own.
fn delivery(n: usize) -> (String, Parsed) {
    let now = Timestamp::from_secs(1_790_000_000).unwrap();
    let mut message = Inbound::new("fake", format!("n{n}"), Surface::Mention, Visibility::Public);
    message.author = Some(Profile::new("fake", format!("u{}", n % 5)));
    message.content.text = format!("Acme, my parcel {n} is broken, please help me!");
    message.thread = Some(format!("t{}", n % 3).into());
    message.sent_at = Some(now.plus_millis(n as i64));
    let account = NativeAccount::new("fake".into(), "a1");
    let event = Event::new(account, Channel::Webhook, now, EventBody::Message(Box::new(message)));
    (format!("body {n}"), Parsed { events: vec![event], ..Parsed::default() })
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn two_engines_on_one_file_end_with_everything_once() {
    const MESSAGES: usize = 120;
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("care.db");
    let engines = [engine(SqliteStore::open(path.clone()).unwrap()), engine(SqliteStore::open(path).unwrap())];
    let mut callers = Vec::new();
    for n in 0..MESSAGES {
        for (nth, engine) in engines.iter().enumerate() {
            let (body, parsed) = delivery(if nth == 0 { n } else { MESSAGES - 1 - n });
            let tenant = engine.tenant("default").unwrap();
            callers.push(tokio::spawn(async move { tenant.ingest("hook", Channel::Webhook, body, parsed).await }));
        }
    }
    let mut added = 0;
    for caller in callers {
        added += caller.await.unwrap().unwrap().added;
    }
    assert_eq!(added, MESSAGES);
    let tenant = engines[1].tenant("default").unwrap();
    let (mut messages, mut raws) = (Vec::new(), 0);
    for item in tenant.export(&ExportAsk { customer: None, raw: true }).await.unwrap() {
        match item {
            Exported::Record { record: Record::Message(message), .. } => messages.push(message.native_id),
            Exported::Raw { .. } => raws += 1,
            _ => {}
        }
    }
    assert_eq!((messages.len(), raws), (MESSAGES, MESSAGES));
    assert_eq!(messages.into_iter().collect::<BTreeSet<_>>().len(), MESSAGES);
    let cases = tenant.all_cases(99).await.unwrap().items;
    assert_eq!(cases.iter().map(|case| case.messages as usize).sum::<usize>(), MESSAGES);
    assert_eq!(tenant.totals("network.").await.unwrap()["network.fake"], MESSAGES as i64);
}
