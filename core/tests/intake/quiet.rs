//! Being embedded is quiet: no threads, no sockets, nothing private in what is printed.

use std::sync::Arc;

use careline::care::{Engine, TenantSetup};
use careline::store::MemoryStore;
use careline_testkit::fake::{FakeNetwork, FakeWebhook};
use careline_testkit::network::SECRET;

use crate::support::*;

const TOKEN: &str = "planted-access-token";

fn build() -> Engine {
    let setup =
        TenantSetup::new(policy_on("fake", &[("acme", "acme-1")])).network("acme", Arc::new(FakeNetwork::new(TOKEN)));
    let builder = Engine::builder(Arc::new(MemoryStore::new())).endpoint("post", Arc::new(Postbox));
    let builder = builder.endpoint("fake", Arc::new(FakeWebhook::new(&[SECRET]).unwrap()));
    builder.tenant("default", setup).build().unwrap()
}

/// The threads and open files of this process. Run in a process of its own, because other tests open some, too.
#[cfg(target_os = "linux")]
fn threads_and_files() -> (usize, usize) {
    let count = |place: &str| std::fs::read_dir(place).unwrap().count();
    (count("/proc/self/task"), count("/proc/self/fd"))
}

#[cfg(target_os = "linux")]
#[test]
fn building_an_engine_starts_no_thread_and_opens_nothing() {
    const ALONE: &str = "CARELINE_TEST_ALONE";
    if std::env::var_os(ALONE).is_none() {
        let name = "quiet::building_an_engine_starts_no_thread_and_opens_nothing";
        let mut alone = std::process::Command::new(std::env::current_exe().unwrap());
        let alone = alone.args([name, "--exact", "--test-threads=1"]).env(ALONE, "1").output().unwrap();
        assert!(alone.status.success(), "{}", String::from_utf8_lossy(&alone.stdout));
        return;
    }
    let before = threads_and_files();
    let engine = build();
    let tenant = tenant(&engine);
    assert_eq!(threads_and_files(), before);
    // Using it needs no runtime of any kind either.
    let told = futures_util::FutureExt::now_or_never(engine.receive("post", &body(&[item("acme-1", "1", "jo")])));
    assert_eq!(told.unwrap().unwrap().ingested.quarantined, 1);
    assert!(futures_util::FutureExt::now_or_never(tenant.quarantine(9)).is_some());
    assert_eq!(threads_and_files(), before);
}

#[tokio::test]
async fn what_is_printed_holds_no_secret_and_no_text() {
    let store = Watched::new();
    let engine = single(store.clone());
    store.close_gate();
    let waiting: Vec<_> = (0..3)
        .map(|id| {
            let engine = engine.clone();
            tokio::spawn(async move { engine.receive("post", &body(&[item("a1", &format!("{id}"), "jo")])).await })
        })
        .collect();
    for _ in 0..20 {
        tokio::task::yield_now().await;
    }
    let printed = format!("{engine:?} {:?} {:?}", tenant(&engine), build());
    assert!(printed.contains("waiting: 2"), "{printed}");
    for private in ["order", "jo", SECRET, TOKEN] {
        assert!(!printed.contains(private), "{private} in {printed}");
    }
    store.open_gate();
    for caller in waiting {
        caller.await.unwrap().unwrap();
    }
    // What is set aside says why, not what.
    let mut odd = item("a1", "9", "jo");
    odd.as_object_mut().unwrap().remove("id");
    engine.receive("post", &body(&[odd])).await.unwrap();
    let aside = format!("{:?}", tenant(&engine).quarantine(9).await.unwrap().items);
    assert!(!aside.contains("broken") && !aside.contains("jo"), "{aside}");
}
