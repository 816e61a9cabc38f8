//! What was set aside for an account nobody owned is taken in once the policy names it, as the guide on operations says:
//! exactly what the body would have given at once.
#![expect(clippy::unwrap_used, reason = "a panic is how a test fails")]

use std::sync::Arc;

use careline::Result;
use careline::care::{Engine, Tenant, TenantSetup};
use careline::intake::{Intake, Parsed, WebhookRequest};
use careline::model::{Message, NativeAccount, Timestamp};
use careline::network::BodyKind;
use careline::store::{ExportAsk, Exported, MemoryStore, Record, Store};
use careline::wire::{Encoding, sign};
use careline_testkit::{ManualClock, acme};

const SECRET: &str = "app-secret";

/// A network's endpoint, with what a host reads its bodies with.
struct Way {
    network: &'static str,
    webhook: Arc<dyn Intake>,
    header: (&'static str, Encoding),
    normalise: fn(BodyKind, &[u8], &NativeAccount, Timestamp) -> Result<Parsed>,
}

fn x() -> Way {
    let webhook = careline_x::Webhook::new(careline_x::WebhookConfig::new([SECRET])).unwrap();
    let header = ("x-twitter-webhooks-signature", Encoding::Base64);
    Way { network: "x", webhook: Arc::new(webhook), header, normalise: careline_x::normalise }
}

fn facebook() -> Way {
    let webhook = careline_facebook::Webhook::new(careline_facebook::WebhookConfig::new(SECRET, "verify")).unwrap();
    let header = ("x-hub-signature-256", Encoding::Hex);
    Way { network: "facebook", webhook: Arc::new(webhook), header, normalise: careline_facebook::normalise }
}

fn mastodon() -> Way {
    let config =
        careline_mastodon::WebhookConfig::new(SECRET, vec![NativeAccount::new("mastodon".into(), "h.example/111")]);
    let webhook = Arc::new(careline_mastodon::Webhook::new(&config).unwrap());
    Way {
        network: "mastodon",
        webhook,
        header: ("x-hub-signature", Encoding::Hex),
        normalise: careline_mastodon::normalise,
    }
}

impl Way {
    /// An engine with these tenants, each with the accounts it names.
    fn engine(&self, store: &Arc<dyn Store>, tenants: &[(&'static str, &[&str])]) -> Engine {
        let clock = Arc::new(ManualClock::new(Timestamp::parse("2026-10-01T00:00:00Z").unwrap()));
        let builder = Engine::builder(store.clone()).clock(clock).endpoint("hook", self.webhook.clone());
        let with_tenants = tenants.iter().fold(builder, |builder, (tenant, accounts)| {
            let mut policy = String::new();
            for id in *accounts {
                let server = if self.network == "mastodon" { "host = 'h.example'\n" } else { "" };
                policy +=
                    &format!("[[accounts]]\nid = 'a{}'\nnetwork = '{}'\n", id.replace(['/', '.'], "-"), self.network);
                policy += &format!("{server}native_id = '{id}'\n");
            }
            builder.tenant(*tenant, TenantSetup::new(acme(&policy)))
        });
        with_tenants.build().unwrap()
    }

    async fn post(&self, engine: &Engine, body: &str) -> (usize, usize) {
        let mut request = WebhookRequest::post(Default::default(), body.to_owned());
        request.headers.insert("content-type", "application/json".parse().unwrap());
        let signature = sign(SECRET.as_bytes(), body.as_bytes(), self.header.1);
        request.headers.insert(self.header.0, signature.parse().unwrap());
        let ingested = engine.receive("hook", &request).await.unwrap().ingested;
        (ingested.added, ingested.quarantined)
    }

    /// Redrives everything that is set aside here, with the connector's own reading of a body; how much there was.
    async fn redrive(&self, tenant: &Tenant) -> usize {
        let items = tenant.quarantine(10).await.unwrap().items;
        for item in &items {
            let account = NativeAccount::new(self.network.into(), item.endpoint.as_str());
            let read = |raw: &[u8], at| (self.normalise)(BodyKind::Webhook, raw, &account, at);
            tenant.redrive(&item.id, |delivery, raw| read(raw, delivery.received_at)).await.unwrap();
        }
        assert_eq!(tenant.quarantine(10).await.unwrap().items, []);
        items.len()
    }

    /// Set aside and redriven, `body` gives the messages that it gives an engine whose policy names `account`.
    async fn gives_the_same_later(&self, account: &str, body: &str, items: usize, added: usize) {
        let at_once = store();
        let engine = self.engine(&at_once, &[("acme", &[account])]);
        assert_eq!(self.post(&engine, body).await, (added, 0), "{}", self.network);
        let expected = known(&engine.tenant("acme").unwrap()).await;

        let later = store();
        assert_eq!(self.post(&self.engine(&later, &[("acme", &[])]), body).await, (0, items));
        let tenant = self.engine(&later, &[("acme", &[account])]).tenant("acme").unwrap();
        assert_eq!(self.redrive(&tenant).await, items);
        assert_eq!(known(&tenant).await, expected, "{}", self.network);
        assert_eq!(messages(&expected).len(), added);
        assert!(messages(&expected).iter().all(|message| message.author.is_some() && message.raw.is_some()));
    }
}

fn store() -> Arc<dyn Store> {
    Arc::new(MemoryStore::new())
}

/// Everything that is the same however it came: messages, people, threads, assessments.
async fn known(tenant: &Tenant) -> Vec<Record> {
    let all = tenant.export(&ExportAsk::default()).await.unwrap().into_iter();
    all.filter_map(|item| match item {
        Exported::Record { record, .. } => Some(record),
        _ => None,
    })
    .filter(|record| {
        matches!(
            record,
            Record::Message(_)
                | Record::Conversation(_)
                | Record::Identity(_)
                | Record::Customer(_)
                | Record::Assessment(_)
        )
    })
    .collect()
}

fn messages(records: &[Record]) -> Vec<&Message> {
    let mut messages = Vec::new();
    for record in records {
        if let Record::Message(message) = record {
            messages.push(&**message);
        }
    }
    messages
}

const TWEETS: &str = r#"{"for_user_id":"111","tweet_create_events":[
    {"id_str":"2090000000000000002","text":"my parcel is late","user":{"id_str":"222","screen_name":"jo"}},
    {"id_str":"2090000000000000003","text":"parcel still late","user":{"id_str":"222","screen_name":"jo"}}]}"#;

/// What the names stand for stands beside the items.
const DIRECTS: &str = r#"{"for_user_id":"111","direct_message_events":[
    {"type":"message_create","id":"2090000000000000004","created_timestamp":"1786557600000","message_create":
        {"sender_id":"222","target":{"recipient_id":"111"},"message_data":{"text":"where is it?"}}},
    {"type":"message_create","id":"2090000000000000005","created_timestamp":"1786557601000","message_create":
        {"sender_id":"222","target":{"recipient_id":"111"},"message_data":{"text":"hello?"}}}],
    "users":{"222":{"id":"222","name":"Jo Doe","screen_name":"jo"}}}"#;

const PAGE: &str = r#"{"object":"page","entry":[
    {"id":"111","time":1768000050,"changes":[{"field":"feed","value":{"item":"comment","verb":"add",
        "comment_id":"90_91","post_id":"111_90","parent_id":"111_90","from":{"id":"7","name":"Jo"},
        "message":"Where is my parcel?","created_time":1768000000}},
        {"field":"feed","value":{"item":"status","verb":"edited","post_id":"111_95","from":{"id":"7","name":"Jo"},
        "message":"My parcel is here"}}]},
    {"id":"111","time":1768000000246,"messaging":[{"sender":{"id":"5"},"recipient":{"id":"111"},
        "timestamp":1768000000246,"message":{"mid":"m_1","text":"no parcel, hello?"}}],
     "standby":[{"sender":{"id":"6"},"recipient":{"id":"111"},
        "timestamp":1768000000247,"message":{"mid":"m_2","text":"and mine?"}}]}]}"#;

const STATUS: &str = r#"{"event":"status.created","object":{"id":"5","content":"<p>my parcel is late</p>",
    "visibility":"public","created_at":"2026-05-01T09:00:00.064Z","account":{"id":"7001","acct":"jo@o.example"}}}"#;

#[tokio::test]
async fn items_of_every_network_are_read_as_they_would_have_been_at_once() {
    x().gives_the_same_later("111", TWEETS, 2, 2).await;
    x().gives_the_same_later("111", DIRECTS, 2, 2).await;
    facebook().gives_the_same_later("111", PAGE, 4, 4).await;
    mastodon().gives_the_same_later("h.example/111", STATUS, 1, 1).await;
}

#[tokio::test]
async fn a_page_of_a_body_for_several_tenants_is_read_in_its_own_envelope() {
    // Ids of objects are of their page, too.
    let of =
        |page: &str| PAGE.replace("90", "11190").replace("_95", "_11195").replace("m_", "m_111_").replace("111", page);
    let pages = [of("111"), of("222"), of("333")];
    let entries = pages.each_ref().map(|page| {
        let (_, entries) = page.split_once("\"entry\":[").unwrap();
        entries.strip_suffix("]}").unwrap()
    });
    let body = format!("{{\"entry\":[17,{}],\"object\":\"page\"}}", entries.join(","));
    let (way, kept) = (facebook(), store());
    let engine = way.engine(&kept, &[("acme", &["111"]), ("globex", &["222"])]);
    assert_eq!(way.post(&engine, &body).await, (8, 5), "the entry that is no object, and four of a page nobody owns");
    let mended = way.engine(&kept, &[("acme", &["111"]), ("globex", &["222", "333"])]);
    let operator = mended.operator();
    let stranger = operator.quarantine(10).await.unwrap().into_iter().find(|item| item.endpoint == "hook").unwrap();
    let account = NativeAccount::new("facebook".into(), "333");
    let read = |raw: &[u8], at| careline_facebook::normalise(BodyKind::Webhook, raw, &account, at);
    let refused = operator.redrive(&stranger.id, |delivery, raw| read(raw, delivery.received_at)).await.unwrap_err();
    assert_eq!(refused.kind(), careline::ErrorKind::InputInvalid);
    for item in operator.quarantine(10).await.unwrap().into_iter().filter(|item| item.id != stranger.id) {
        operator.redrive(&item.id, |delivery, raw| read(raw, delivery.received_at)).await.unwrap();
    }

    let alone = store();
    let expected = way.engine(&alone, &[("globex", &["333"])]);
    way.post(&expected, &pages[2]).await;
    // Only the raw forms differ: each stands alone in a delivery of its own.
    let of_the_page = |records: &[Record]| -> Vec<Message> {
        let theirs = messages(records).into_iter().filter(|message| message.accounts.contains(&"a333".into()));
        theirs.map(|message| Message { raw: None, ..message.clone() }).collect()
    };
    let redriven = of_the_page(&known(&mended.tenant("globex").unwrap()).await);
    assert_eq!(redriven, of_the_page(&known(&expected.tenant("globex").unwrap()).await));
    assert_eq!(redriven.len(), 4);
}
