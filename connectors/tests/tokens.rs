//! Tokens of two engines on one SQLite file: renewed once, and nothing of them to be read on the disk.
#![expect(clippy::unwrap_used, reason = "a panic is how a test fails")]

use std::path::Path;
use std::sync::Arc;

use careline::ErrorKind;
use careline::care::{Engine, Tenant, TenantSetup};
use careline::clock::{Clock, SystemClock};
use careline::network::token::{SealKeys, Token, TokenKind};
use careline_connectors::{open_network, open_store};
use careline_testkit::{Exchange, ScriptedTransport, acme};
use serde_json::json;

const KEY: &str = "AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=";
const OTHER_KEY: &str = "//79/Pv6+fj39vX08/Lx8O/u7ezr6uno5+bl5OPi4eA=";
const GRANTED: &str = r#"{"access_token":"planted-access-1","refresh_token":"planted-refresh-1","expires_in":7200}"#;

/// One process's tenant over the file.
fn tenant(path: &Path, key: &str, x: &ScriptedTransport) -> Tenant {
    let settings = json!({"network": "x", "native_id": "111", "handle": "acme", "client_id": "client"});
    let rules = "accounts = [{id = 'main', network = 'x', native_id = '111'}]";
    let setup = TenantSetup::new(acme(rules)).network("main", open_network(&settings).unwrap());
    let engine = Engine::builder(open_store(&format!("sqlite://{}", path.display())).unwrap())
        .token_keys(SealKeys::new(&[key.into()]).unwrap())
        .transport(Arc::new(x.clone()))
        .tenant("default", setup)
        .build()
        .unwrap();
    engine.tenant("default").unwrap()
}

fn token() -> Token {
    let now = SystemClock.now();
    Token::new("planted-access-0", TokenKind::User, now).with_refresh("planted-refresh-0").expiring(now)
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn many_calls_of_two_engines_renew_once_and_leave_nothing_to_read() {
    const CALLS: usize = 12;
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("care.db");
    let read = || {
        Exchange::get("/2/users/111/mentions")
            .requires_header("authorization", "Bearer planted-access-1")
            .json(r#"{"meta":{"result_count":0}}"#)
    };
    let x = ScriptedTransport::new([Exchange::post("/2/oauth2/token").json(GRANTED)]);
    (0..CALLS).for_each(|_| x.push(read()));
    let tenants = [tenant(&path, KEY, &x), tenant(&path, KEY, &x)];
    let main = "main".into();
    tenants[0].connect(&main, token()).await.unwrap();
    let calls: Vec<_> = (0..CALLS)
        .map(|nth| {
            let (tenant, main) = (tenants[nth % 2].clone(), "main".into());
            tokio::spawn(async move { tenant.poll_source(&main, "mentions").await })
        })
        .collect();
    for call in calls {
        call.await.unwrap().unwrap();
    }
    x.verify().unwrap();

    let files: Vec<_> = std::fs::read_dir(folder.path()).unwrap().map(|file| file.unwrap().path()).collect();
    assert!(files.contains(&path));
    for file in files {
        let bytes = std::fs::read(&file).unwrap();
        assert!(!bytes.windows(7).any(|part| part == b"planted"), "{}", file.display());
    }

    // Another key opens nothing, says so without a word of the token, and what is connected under it works.
    let stranger = tenant(&path, OTHER_KEY, &x);
    for error in
        [stranger.token_standing(&main).await.unwrap_err(), stranger.poll_source(&main, "mentions").await.unwrap_err()]
    {
        assert_eq!(error.kind(), ErrorKind::ConfigInvalid);
        assert!(error.to_string().contains("not among the host's keys") && !format!("{error:?}").contains("planted"));
    }
    stranger.connect(&main, token()).await.unwrap();
    assert!(stranger.token_standing(&main).await.is_ok());
}
