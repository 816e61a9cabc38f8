//! A direct message of ours, written in the network's own app, answers the case of the person it is to.
#![allow(clippy::unwrap_used)]

use std::sync::Arc;

use careline::care::{Engine, TenantSetup};
use careline::model::{Channel, Origin, TenantId, Timestamp};
use careline::network::BodyKind;
use careline::store::MemoryStore;
use careline_testkit::acme;
use careline_x::{Account, AccountConfig, normalise};
use serde_json::json;

#[tokio::test]
async fn a_direct_message_of_ours_answers_the_case() {
    let account = Account::new(AccountConfig::new("111", "acme")).unwrap();
    let native = account.native();
    let policy = acme("accounts = [{ id = 'acme', network = 'x', native_id = '111' }]");
    let setup = TenantSetup::new(policy).network("acme", Arc::new(account));
    let engine = Engine::builder(Arc::new(MemoryStore::new())).tenant(TenantId::single(), setup).build().unwrap();
    let tenant = engine.tenant(TenantId::single()).unwrap();
    let received_at = Timestamp::parse("2026-11-20T12:00:00Z").unwrap();
    let take = async |id: u64, sender: &str, text: &str| {
        let body = json!({ "data": [{ "id": id.to_string(), "event_type": "MessageCreate", "text": text,
            "sender_id": sender, "dm_conversation_id": "111-222" }], "meta": {} })
        .to_string();
        let parsed = normalise(BodyKind::Rest, body.as_bytes(), &native, received_at).unwrap();
        tenant.ingest("dm_events", Channel::Poll, body, parsed).await.unwrap();
    };
    take(2_090_000_000_000_000_001, "222", "My order 77 is broken, please help").await;
    let [case] = &tenant.all_cases(9).await.unwrap().items[..] else { panic!("one case") };
    assert!(case.awaiting_since.is_some());
    take(2_090_000_100_000_000_001, "111", "A new one is on its way").await;
    let [case] = &tenant.all_cases(9).await.unwrap().items[..] else { panic!("still one case") };
    assert!(case.awaiting_since.is_none() && case.first_response_at.is_some(), "{case:?}");
    let origins: Vec<_> = tenant.thread(case.conversations.first().unwrap()).await.unwrap().unwrap().messages;
    let origins: Vec<_> = origins.into_iter().map(|message| (message.origin, message.case)).collect();
    assert_eq!(origins, [(Origin::Customer, Some(case.id.clone())), (Origin::Brand, Some(case.id.clone()))]);
}
