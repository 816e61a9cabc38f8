//! What nobody should post, posted to the real program: each body gets its status, keeps what was good in it, and what
//! could not be read is set aside.

#![allow(clippy::unwrap_used, clippy::expect_used)]

mod server;

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use careline::intake::MAX_BODY;
use careline::model::TenantId;
use careline::store::{ExportAsk, Exported, Record, Store as _};
use careline::wire::{Encoding, sign};
use careline_sqlite::SqliteStore;
use http::{HeaderMap, Method};
use serde_json::{Value, json};

use server::{Server, ask, client};

const SECRET: &str = "bad-input-secret";
const POLICY: &str = r#"
[brand]
name = "Acme"

[[accounts]]
id = "acme-x"
network = "x"
native_id = "111"

[[accounts]]
id = "acme-page"
network = "facebook"
native_id = "500"
"#;

/// How one network posts.
struct Network {
    name: &'static str,
    signature: &'static str,
    encoding: Encoding,
    /// A customer's message with this id, for this account.
    item: fn(&str, Value) -> Value,
    /// A body with these items for this account.
    body: fn(&str, Vec<Value>) -> Value,
}

const X: Network = Network {
    name: "x",
    signature: "x-twitter-webhooks-signature",
    encoding: Encoding::Base64,
    item: |id, text| {
        json!({"id_str": id, "text": text, "created_at": "Wed Aug 12 18:00:00 +0000 2026",
            "user": {"id_str": "7", "screen_name": "jo"}})
    },
    body: |account, items| json!({"for_user_id": account, "tweet_create_events": items}),
};

const FACEBOOK: Network = Network {
    name: "facebook",
    signature: "x-hub-signature-256",
    encoding: Encoding::Hex,
    item: |id, text| {
        json!({"field": "feed", "value": {"item": "comment", "verb": "add", "comment_id": id, "post_id": "500_1",
            "parent_id": "500_1", "from": {"id": "7", "name": "Jo"}, "message": text, "created_time": 1_786_557_600}})
    },
    body: |account, items| json!({"object": "page", "entry": [{"id": account, "time": 1_786_557_600, "changes": items}]}),
};

/// One request and what must become of it.
struct Case {
    what: &'static str,
    method: Method,
    path: String,
    headers: HeaderMap,
    body: Vec<u8>,
    status: u16,
    /// The ids of the messages in it that must be there.
    kept: Vec<String>,
    /// Why parts of it must be set aside.
    aside: Vec<&'static str>,
}

impl Network {
    fn account(&self) -> &'static str {
        if self.name == "x" { "111" } else { "500" }
    }

    fn headers(&self, secret: &str, body: &[u8]) -> HeaderMap {
        let mut headers = HeaderMap::new();
        headers.insert("content-type", "application/json".parse().unwrap());
        headers.insert(self.signature, sign(secret.as_bytes(), body, self.encoding).parse().unwrap());
        headers
    }

    /// A well signed body.
    fn case(
        &self,
        what: &'static str,
        status: u16,
        body: impl Into<Vec<u8>>,
        kept: &[&str],
        aside: &[&'static str],
    ) -> Case {
        let body = body.into();
        Case {
            what,
            method: Method::POST,
            path: format!("/webhooks/{}", self.name),
            headers: self.headers(SECRET, &body),
            body,
            status,
            kept: kept.iter().map(|id| (*id).to_owned()).collect(),
            aside: aside.to_vec(),
        }
    }

    /// A body with one message that says `text`.
    fn one(&self, id: &str, text: &str) -> String {
        (self.body)(self.account(), vec![(self.item)(id, text.into())]).to_string()
    }

    fn unsigned(&self) -> Vec<Case> {
        let body = self.one("1_10", "not for you");
        let case = |what, headers| Case { headers, ..self.case(what, 401, body.clone(), &[], &[]) };
        let mut missing = self.headers(SECRET, body.as_bytes());
        missing.remove(self.signature);
        let mut twice = self.headers(SECRET, body.as_bytes());
        twice.append(self.signature, twice[self.signature].clone());
        let wrong = self.headers("another secret", body.as_bytes());
        let of_another_body = self.headers(SECRET, b"{}");
        vec![
            case("no signature", missing),
            case("two signatures", twice),
            case("another secret", wrong),
            case("another body", of_another_body),
        ]
    }

    fn not_theirs(&self) -> Vec<Case> {
        let body = self.one("1_20", "not for you");
        let mut form = self.case("another content type", 400, body.clone(), &[], &[]);
        form.headers.insert("content-type", "application/x-www-form-urlencoded".parse().unwrap());
        let mut put = self.case("another method", 400, body.clone(), &[], &[]);
        put.method = Method::PUT;
        let mut nowhere = self.case("another address", 404, body, &[], &[]);
        nowhere.path += "-elsewhere";
        let large = self.one("1_21", &"a".repeat(MAX_BODY));
        vec![form, put, nowhere, self.case("too large", 413, large, &[], &[])]
    }

    fn unreadable(&self) -> Vec<Case> {
        let body = self.one("1_30", "cut off");
        let deep =
            format!("{{\"entry\":{0}1{1},\"tweet_create_events\":{0}1{1}}}", "[".repeat(50_000), "]".repeat(50_000));
        let aside = &["input_invalid"];
        vec![
            self.case("truncated", 200, &body.as_bytes()[..body.len() - 20], &[], aside),
            self.case("deeply nested", 200, deep, &[], aside),
            self.case("no JSON", 200, *b"\x00\xff", &[], aside),
        ]
    }

    fn strange(&self) -> Vec<Case> {
        let latin1 = |byte| if byte == b'#' { 0xe9 } else { byte };
        let no_utf8: Vec<u8> = self.one("1_40", "caf# late").into_bytes().into_iter().map(latin1).collect();
        let surrogate = self.one("1_41", "HERE late").replace("HERE", "\\ud83d");
        let numbers = (self.body)(self.account(), vec![(self.item)("1_42", json!("late"))]).to_string();
        let numbers = numbers.replace("\"7\"", "7").replace(&format!("\"{}\"", self.account()), self.account());
        let strings = self.one("1_43", "late").replace("1786557600", "\"1786557600\"");
        let nobody = (self.body)("999", vec![(self.item)("1_44", json!("wrong door"))]).to_string();
        let mut batch: Vec<Value> = (100..200).map(|n| (self.item)(&format!("1_{n}"), json!("late"))).collect();
        batch[50] = (self.item)("", json!("I have no id"));
        let ids: Vec<String> = (100..200).filter(|n| *n != 150).map(|n| format!("1_{n}")).collect();
        let ids: Vec<&str> = ids.iter().map(String::as_str).collect();
        let far = self.one("1_45", "late").replace("2026", "9999").replace("1786557600", "253402300799");
        vec![
            self.case("no UTF-8", 200, no_utf8, &["1_40"], &[]),
            self.case("half a character", 200, surrogate, &["1_41"], &[]),
            self.case("numbers for strings", 200, numbers, &["1_42"], &[]),
            self.case("strings for numbers", 200, strings, &["1_43"], &[]),
            self.case("a clock far off", 200, far, &["1_45"], &[]),
            self.case("an unknown account", 200, nobody, &[], &["account_unknown"]),
            self.case(
                "one bad among 100",
                200,
                (self.body)(self.account(), batch).to_string(),
                &ids,
                &["input_invalid"],
            ),
        ]
    }
}

/// What is each network's own.
fn peculiar() -> Vec<Case> {
    let unknown = r#"{"data":{"event_type":"post.hologram","filter":{"user_id":"111"},"payload":{"id":"9"}}}"#;
    let beside = r#"{"data":{"event_type":"post.mention.create","filter":{"user_id":"111"},"payload":
        {"id":"1_60","text":"late","author_id":"7"}},"errors":[{"title":"Not Found Error","resource_id":"7"}]}"#;
    let kind = json!({"item": "hologram", "verb": "add", "post_id": "500_1"});
    let mixed = vec![json!({"field": "feed", "value": kind}), (FACEBOOK.item)("1_61", json!("late"))];
    let mixed = (FACEBOOK.body)("500", mixed).to_string();
    vec![
        X.case("a kind nobody knows", 200, unknown, &[], &["unsupported"]),
        X.case("an error beside a message", 200, beside, &["1_60"], &[]),
        X.case("no data", 200, "{}", &[], &[]),
        X.case("data that is null", 200, r#"{"data":null}"#, &[], &["account_unknown"]),
        FACEBOOK.case("a kind nobody knows beside a message", 200, mixed, &["1_61"], &["unsupported"]),
        FACEBOOK.case("no data", 200, "{}", &[], &["input_invalid"]),
        FACEBOOK.case("an entry that is null", 200, r#"{"object":"page","entry":null}"#, &[], &["input_invalid"]),
    ]
}

/// The messages there are by network, how often each, and how often things were set aside for which reason.
async fn stored(dir: &Path) -> (BTreeMap<(String, String), usize>, BTreeMap<String, usize>) {
    let store = SqliteStore::open(dir.join("care.db")).unwrap();
    let (mut messages, mut aside) = (BTreeMap::new(), BTreeMap::new());
    for item in store.export(&TenantId::single(), &ExportAsk::default()).await.unwrap() {
        match item {
            Exported::Record { record: Record::Message(message), .. } => {
                *messages.entry((message.network.to_string(), message.native_id.to_string())).or_default() += 1;
            }
            Exported::Record { record: Record::Quarantined(item), .. } => {
                *aside.entry(item.error["code"].as_str().unwrap().to_owned()).or_default() += 1;
            }
            _ => {}
        }
    }
    (messages, aside)
}

#[tokio::test]
async fn each_bad_body_gets_its_status_and_costs_nothing_else() {
    let dir = tempfile::tempdir().unwrap();
    std::fs::write(dir.path().join("policy.toml"), POLICY).unwrap();
    let secrets = [
        ("CARELINE_X_CONSUMER_SECRET", SECRET),
        ("CARELINE_FACEBOOK_APP_SECRET", SECRET),
        ("CARELINE_FACEBOOK_VERIFY_TOKEN", "verify"),
    ];
    let (server, client) = (Server::start(dir.path(), &secrets), client());
    let (mut kept, mut aside) = (BTreeSet::new(), BTreeMap::<String, usize>::new());
    let mut cases = peculiar();
    for network in [&X, &FACEBOOK] {
        cases.extend(network.unsigned());
        cases.extend(network.not_theirs());
        cases.extend(network.unreadable());
        cases.extend(network.strange());
    }
    for Case { what, method, path, headers, body, status, kept: messages, aside: reasons } in &cases {
        let url = format!("{}{path}", server.base);
        for time in ["once", "again"] {
            let answer = ask(&*client, method.clone(), &url, headers, body.clone().into()).await;
            assert_eq!(answer, Some(*status), "{path}: {what}, {time}");
        }
        let network = path.rsplit('/').next().unwrap();
        kept.extend(messages.iter().map(|id| (network.to_owned(), id.clone())));
        for reason in reasons {
            *aside.entry((*reason).to_owned()).or_default() += 1;
        }
    }
    let url = format!("{}/healthz", server.base);
    assert_eq!(ask(&*client, Method::GET, &url, &HeaderMap::new(), Vec::new().into()).await, Some(200));
    drop(server);
    let (messages, set_aside) = stored(dir.path()).await;
    let there: BTreeSet<_> = messages.keys().cloned().collect();
    assert!(there == kept, "lost or invented: {:?}", there.symmetric_difference(&kept));
    assert!(messages.values().all(|count| *count == 1));
    assert_eq!(set_aside, aside);
    println!("{} bad bodies posted, {} messages kept, set aside: {set_aside:?}", cases.len(), messages.len());
}
