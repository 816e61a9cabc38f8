//! The real program goes on when nobody reads its notices any more, and says so once.

#![allow(clippy::unwrap_used, clippy::expect_used)]

mod server;

use std::fs::{self, File};
use std::time::Duration;

use bytes::Bytes;

use server::{Server, client, post_x};

const SECRET: &str = "notices-test-secret";
/// Every answer is overdue as soon as it is asked for: the posts are old.
const POLICY: &str = r#"
[brand]
name = "Acme"

[[accounts]]
id = "acme-x"
network = "x"
native_id = "1001"
handle = "acme"

[[sla]]
first_response = "1m"

[[escalation]]
at = 1.0
notify = ["team"]
"#;

/// Posts a complaint that mentions us; the status of the answer.
async fn complain(base: &str, number: u64) -> Option<u16> {
    let body = Bytes::from(format!(
        r#"{{"for_user_id":"1001","tweet_create_events":[{{"id_str":"{number}","text":"@acme my order is broken, help!",
        "created_at":"Wed Aug 12 18:00:00 +0000 2026","user":{{"id_str":"{number}","screen_name":"jo{number}"}}}}]}}"#
    ));
    post_x(&*client(), base, SECRET, body).await
}

#[tokio::test]
async fn a_closed_output_is_told_once_and_the_intake_goes_on() {
    let dir = tempfile::tempdir().unwrap();
    fs::write(dir.path().join("policy.toml"), POLICY).unwrap();
    let file = dir.path().join("stderr");
    let stderr = File::create(&file).unwrap().into();
    let server = Server::start_complaining(dir.path(), &[("CARELINE_X_CONSUMER_SECRET", SECRET)], stderr);
    let said = || fs::read_to_string(&file).unwrap().lines().filter(|line| line.contains("notices")).count();
    assert_eq!(complain(&server.base, 1).await, Some(200));
    for _ in 0..200 {
        if said() == 1 {
            break;
        }
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
    assert_eq!(complain(&server.base, 2).await, Some(200));
    // It would have looked twice by then.
    tokio::time::sleep(Duration::from_millis(2500)).await;
    assert_eq!(said(), 1, "{}", fs::read_to_string(&file).unwrap());
    assert_eq!(complain(&server.base, 3).await, Some(200));
}
