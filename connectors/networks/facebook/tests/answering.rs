//! A direct message of ours, written in the network's own app, answers the case of the person it is to.
#![allow(clippy::unwrap_used)]

use std::sync::Arc;

use careline::care::{Engine, TenantSetup};
use careline::model::{Channel, Origin, TenantId, Timestamp};
use careline::model::{NativeAccount, NetworkName};
use careline::network::BodyKind;
use careline::store::MemoryStore;
use careline_facebook::{Account, AccountConfig, normalise};
use careline_testkit::acme;
use serde_json::{Value, json};

const PAGE: &str = "104000000000001";
const PSID: &str = "7000000000000001";

#[tokio::test]
async fn an_echo_answers_the_case() {
    let account = Account::new(AccountConfig::new(PAGE, "page-token")).unwrap();
    let policy = acme(&format!("accounts = [{{ id = 'acme', network = 'facebook', native_id = '{PAGE}' }}]"));
    let setup = TenantSetup::new(policy).network("acme", Arc::new(account));
    let engine = Engine::builder(Arc::new(MemoryStore::new())).tenant(TenantId::single(), setup).build().unwrap();
    let tenant = engine.tenant(TenantId::single()).unwrap();
    let take = async |from: &str, to: &str, millis: u64, message: Value| {
        let item = json!({"sender": {"id": from}, "recipient": {"id": to}, "timestamp": millis, "message": message});
        let body = json!({"object": "page", "entry": [{"id": PAGE, "time": millis, "messaging": [item]}]}).to_string();
        let native = NativeAccount::new(NetworkName::new("facebook"), PAGE);
        let parsed = normalise(BodyKind::Webhook, body.as_bytes(), &native, Timestamp::default()).unwrap();
        tenant.ingest("meta", Channel::Webhook, body, parsed).await.unwrap();
    };
    let complaint = json!({"mid": "m_1", "text": "My order 77 is broken, please help"});
    take(PSID, PAGE, 1_768_000_000_246, complaint).await;
    let [case] = &tenant.all_cases(9).await.unwrap().items[..] else { panic!("one case") };
    assert!(case.awaiting_since.is_some());
    take(PAGE, PSID, 1_768_000_060_000, json!({"mid": "m_2", "text": "A new one is on its way", "is_echo": true}))
        .await;
    let [case] = &tenant.all_cases(9).await.unwrap().items[..] else { panic!("still one case") };
    assert!(case.awaiting_since.is_none() && case.first_response_at.is_some(), "{case:?}");
    let thread = tenant.thread(case.conversations.first().unwrap()).await.unwrap().unwrap();
    let origins: Vec<_> = thread.messages.into_iter().map(|message| (message.origin, message.case)).collect();
    assert_eq!(origins, [(Origin::Customer, Some(case.id.clone())), (Origin::Brand, Some(case.id.clone()))]);
}
