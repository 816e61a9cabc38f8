//! What was set aside for an account nobody owned is taken in once the policy names it, as the guide on operations says.
#![expect(clippy::unwrap_used, reason = "a panic is how a test fails")]

use std::sync::Arc;

use careline::care::{Engine, Tenant, TenantSetup};
use careline::intake::{Intake, Parsed, WebhookRequest};
use careline::model::{NativeAccount, Timestamp};
use careline::network::BodyKind;
use careline::policy::{CompiledPolicy, Policy};
use careline::store::{MemoryStore, Store};
use careline::wire::{Encoding, sign};

const SECRET: &str = "app-secret";

fn engine(store: &Arc<dyn Store>, webhook: Arc<dyn Intake>, accounts: &str) -> Engine {
    let policy = Policy::parse(&format!("brand.name = 'Acme'\n{accounts}"), "acme.toml").unwrap();
    let setup = TenantSetup::new(CompiledPolicy::new(policy).unwrap());
    Engine::builder(store.clone()).endpoint("hook", webhook).tenant("default", setup).build().unwrap()
}

/// Posts `body` to an engine whose policy names no account, and hands out the tenant of one that names it.
async fn set_aside(network: &str, webhook: Arc<dyn Intake>, header: (&'static str, Encoding), body: &str) -> Tenant {
    let store: Arc<dyn Store> = Arc::new(MemoryStore::new());
    let mut request = WebhookRequest::post(Default::default(), body.to_owned());
    request.headers.insert("content-type", "application/json".parse().unwrap());
    let signature = sign(SECRET.as_bytes(), body.as_bytes(), header.1);
    request.headers.insert(header.0, signature.parse().unwrap());
    let answer = engine(&store, webhook.clone(), "").receive("hook", &request).await.unwrap();
    assert_eq!((answer.ingested.added, answer.ingested.quarantined), (0, 2));
    let account = format!("accounts = [{{ id = 'acme', network = '{network}', native_id = '111' }}]");
    engine(&store, webhook, &account).tenant("default").unwrap()
}

/// Redrives everything, and asks for both messages.
async fn redriven(tenant: &Tenant, read: impl Fn(&[u8], Timestamp) -> careline::Result<Parsed> + Sync) {
    let items = tenant.quarantine(10).await.unwrap();
    assert_eq!(items.len(), 2);
    for item in items {
        assert!(item.endpoint == "111" && item.range.is_some(), "{item:?}");
        assert_eq!(tenant.redrive(&item.id, |delivery, raw| read(raw, delivery.received_at)).await.unwrap().added, 1);
    }
    assert!(tenant.quarantine(10).await.unwrap().is_empty());
    assert_eq!(tenant.search("parcel", 10).await.unwrap().len(), 2);
}

#[tokio::test]
async fn items_of_x_are_read_as_they_are() {
    let webhook = careline_x::Webhook::new(careline_x::WebhookConfig::new([SECRET])).unwrap();
    let body = r#"{"for_user_id":"111","tweet_create_events":[
        {"id_str":"2090000000000000002","text":"my parcel is late","user":{"id_str":"222","screen_name":"jo"}},
        {"id_str":"2090000000000000003","text":"parcel still late","user":{"id_str":"222","screen_name":"jo"}}]}"#;
    let header = ("x-twitter-webhooks-signature", Encoding::Base64);
    let tenant = set_aside("x", Arc::new(webhook), header, body).await;
    let account = NativeAccount::new("x".into(), "111");
    redriven(&tenant, |raw, now| careline_x::normalise(BodyKind::Webhook, raw, &account, now)).await;
}

#[tokio::test]
async fn items_of_facebook_need_their_list() {
    let webhook = careline_facebook::Webhook::new(careline_facebook::WebhookConfig::new(SECRET, "verify")).unwrap();
    let body = r#"{"object":"page","entry":[
        {"id":"111","time":1768000000,"changes":[{"field":"feed","value":{"item":"comment","verb":"add",
            "comment_id":"90_91","post_id":"111_90","parent_id":"111_90","from":{"id":"7","name":"Jo"},
            "message":"Where is my parcel?","created_time":1768000000}}]},
        {"id":"111","time":1768000000246,"messaging":[{"sender":{"id":"5"},"recipient":{"id":"111"},
            "timestamp":1768000000246,"message":{"mid":"m_1","text":"no parcel, hello?"}}]}]}"#;
    let header = ("x-hub-signature-256", Encoding::Hex);
    let tenant = set_aside("facebook", Arc::new(webhook), header, body).await;
    let account = NativeAccount::new("facebook".into(), "111");
    redriven(&tenant, |raw, now| {
        let list = if raw.starts_with(b"{\"field\"") { "changes" } else { "messaging" };
        let body = [format!("{{\"{list}\":[").as_bytes(), raw, b"]}"].concat();
        careline_facebook::normalise(BodyKind::Webhook, &body, &account, now)
    })
    .await;
}
