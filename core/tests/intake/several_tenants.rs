//! Several tenants: a body for two is cut, what is nobody's waits with the operator, and no handle reaches over.

use std::sync::Arc;

use careline::ErrorKind;
use careline::intake::{Intake, Received, WebhookRequest};
use careline::model::*;
use careline::store::Delivery;

use crate::support::*;

fn two() -> careline::care::Engine {
    engine(Watched::new(), &[("acme", &[("shop", "a1")]), ("globex", &[("shop", "g1")])])
}

#[tokio::test]
async fn each_tenant_keeps_only_its_own_items_of_a_body() {
    let engine = two();
    let mut odd = item("g1", "5", "kim");
    odd.as_object_mut().unwrap().remove("id");
    let request =
        body(&[item("a1", "1", "jo"), item("g1", "2", "kim"), item("x9", "3", "li"), item("a1", "4", "jo"), odd]);
    let told = engine.receive("post", &request).await.unwrap().ingested;
    assert_eq!((told.added, told.quarantined), (3, 2));
    let (acme, globex, operator) =
        (engine.tenant("acme").unwrap(), engine.tenant("globex").unwrap(), engine.operator());
    assert_eq!(messages(&acme).await.keys().collect::<Vec<_>>(), ["1", "4"]);
    assert_eq!(messages(&globex).await.keys().collect::<Vec<_>>(), ["2"]);
    for (tenant, own, others) in
        [(&acme, "\"a1\"", ["g1", "x9"]), (&globex, "\"g1\"", ["a1", "x9"]), (&operator, "\"x9\"", ["a1", "g1"])]
    {
        let raws = raws(tenant).await;
        assert_eq!(raws.len(), 1, "{raws:?}");
        assert!(raws[0].contains(own) && others.iter().all(|other| !raws[0].contains(other)), "{raws:?}");
    }
    // The places of items are those in the tenant's own piece.
    for (tenant, id) in [(&acme, "4"), (&globex, "2")] {
        let raw = messages(tenant).await[id][0].raw.clone().unwrap();
        let delivery = engine.store().delivery(tenant.id(), &raw.delivery).await.unwrap().unwrap();
        let range = raw.range.unwrap();
        let piece: serde_json::Value =
            serde_json::from_slice(&delivery.body[range.start as usize..range.end as usize]).unwrap();
        assert_eq!(piece["id"], id);
    }
    let before = [all(&acme).await, all(&globex).await, all(&operator).await];
    let again = engine.receive("post", &request).await.unwrap().ingested;
    assert_eq!((again.added, again.known, again.quarantined), (0, 3, 0));
    assert_eq!([all(&acme).await, all(&globex).await, all(&operator).await], before);
}

#[tokio::test]
async fn what_was_nobodys_goes_to_the_tenant_that_names_it_later() {
    let store = Watched::new();
    let tenants: [(&str, &[(&str, &str)]); 2] = [("acme", &[("shop", "a1")]), ("globex", &[("shop", "g1")])];
    let engine = engine(store.clone(), &tenants);
    engine.receive("post", &body(&[item("a1", "1", "jo"), item("x9", "2", "li")])).await.unwrap();
    let aside = engine.operator().quarantine(9).await.unwrap().items.remove(0);
    assert_eq!(engine.tenant("acme").unwrap().quarantine(9).await.unwrap().items, []);
    let whole =
        |delivery: &Delivery, raw: &[u8]| Ok(read(&[&b"{\"items\":["[..], raw, b"]}"].concat(), delivery.received_at));
    // A tenant cannot take what is the operator's.
    let denied = engine.tenant("acme").unwrap().redrive(&aside.id, whole).await.unwrap_err();
    assert_eq!(denied.kind(), ErrorKind::NotFound);
    assert_eq!(engine.operator().redrive(&aside.id, whole).await.unwrap_err().kind(), ErrorKind::AccountUnknown);

    let mended =
        crate::support::engine(store, &[("acme", &[("shop", "a1")]), ("globex", &[("shop", "g1"), ("kiosk", "x9")])]);
    let globex = mended.tenant("globex").unwrap();
    for added in [1, 0] {
        assert_eq!(mended.operator().redrive(&aside.id, whole).await.unwrap().added, added);
        let found = messages(&globex).await;
        assert_eq!((found.len(), &found["2"][0].accounts), (1, &["kiosk".into()].into()));
        assert_eq!(raws(&globex).await.len(), 1, "its raw form came along");
    }
    assert_eq!(mended.operator().quarantine(9).await.unwrap().items, []);
}

#[tokio::test]
async fn an_event_for_another_tenant_is_set_aside_and_the_rest_goes_on() {
    let engine = two();
    let (acme, globex) = (engine.tenant("acme").unwrap(), engine.tenant("globex").unwrap());
    let raw = body(&[item("a1", "1", "jo"), item("g1", "2", "kim"), item("x9", "3", "li")]).body;
    let told = acme.ingest("import", Channel::Host, raw.clone(), read(&raw, NOW)).await.unwrap();
    assert_eq!((told.added, told.quarantined), (1, 2));
    let mut codes: Vec<_> = acme
        .quarantine(9)
        .await
        .unwrap()
        .items
        .iter()
        .map(|item| item.error["code"].as_str().unwrap().to_owned())
        .collect();
    codes.sort();
    assert_eq!(codes, ["account_unknown", "permission_denied"]);
    assert_eq!(all(&globex).await, Vec::<String>::new());
    assert_eq!(all(&engine.operator()).await, Vec::<String>::new());
}

#[tokio::test]
async fn a_body_nobody_can_read_waits_with_the_operator() {
    let engine = two();
    let request = careline::intake::WebhookRequest::post(Default::default(), "{\"items\":[");
    assert_eq!(engine.receive("post", &request).await.unwrap().ingested.quarantined, 1);
    assert_eq!(engine.operator().quarantine(9).await.unwrap().items.len(), 1);
    assert_eq!(engine.tenant("acme").unwrap().quarantine(9).await.unwrap().items, []);
}

#[tokio::test]
async fn no_verb_and_no_view_reaches_another_tenant() {
    careline_testkit::engine::no_verb_reaches_another_tenant(std::sync::Arc::new(careline::store::MemoryStore::new()))
        .await;
}

#[tokio::test]
async fn no_verb_of_the_engine_mixes_tenants() {
    careline_testkit::engine::no_engine_verb_mixes_tenants(Arc::new(careline::store::MemoryStore::new())).await;
}

#[tokio::test]
async fn lists_page_without_gaps() {
    careline_testkit::engine::lists_page_without_gaps(Arc::new(careline::store::MemoryStore::new())).await;
}

/// A verb or view that is added must be tried above, too.
#[test]
fn every_verb_and_view_is_tried() {
    assert_eq!(verbs_of("Tenant"), careline_testkit::engine::TRIED);
    assert_eq!(verbs_of("Engine"), careline_testkit::engine::TRIED_OF_ENGINE);
}

fn verbs_of(handle: &str) -> Vec<String> {
    let mut verbs = Vec::new();
    for file in std::fs::read_dir(concat!(env!("CARGO_MANIFEST_DIR"), "/src/care")).unwrap() {
        let text = std::fs::read_to_string(file.unwrap().path()).unwrap();
        for part in text.split(&format!("\nimpl {handle} {{")).skip(1) {
            let part = part.split("\n}\n").next().unwrap();
            let names =
                part.split("    pub async fn ").skip(1).map(|rest| rest.split(['(', '<']).next().unwrap().to_owned());
            verbs.extend(names);
        }
    }
    verbs.sort();
    verbs
}

/// A [`Postbox`] that cannot tell where stands what it cannot read, nor, if `blind`, where anything stands.
#[derive(Debug)]
struct Placeless {
    blind: bool,
}

impl Intake for Placeless {
    fn network(&self) -> NetworkName {
        POST
    }

    fn receive(&self, request: &WebhookRequest, now: Timestamp) -> careline::Result<Received> {
        let mut parsed = read(&request.body, now);
        parsed.rejects.iter_mut().for_each(|reject| (reject.raw, reject.account) = (None, None));
        if self.blind {
            parsed.events.iter_mut().for_each(|event| event.raw = None);
        }
        Ok(Received::Events(parsed))
    }
}

#[tokio::test]
async fn what_stands_nowhere_leaves_the_operator_nothing_of_the_others() {
    for blind in [false, true] {
        let tenants = [("acme", "a1"), ("globex", "g1")];
        let mut builder =
            careline::care::Engine::builder(Watched::new()).endpoint("post", Arc::new(Placeless { blind }));
        for (tenant, native) in tenants {
            builder = builder.tenant(tenant, careline::care::TenantSetup::new(policy(&[("shop", native)])));
        }
        let engine = builder.build().unwrap();
        let items = [
            item("a1", "zebra", "jo"),
            serde_json::json!({ "account": "g1", "note": "heron" }),
            item("g1", "ibis", "kim"),
        ];
        // A stranger's item has a place of its own with the operator.
        let items: Vec<_> = items.into_iter().chain([item("x9", "newt", "li")]).collect();
        let told = engine.receive("post", &body(&items)).await.unwrap().ingested;
        // What has no place of its own shares one.
        assert_eq!((told.added, told.quarantined), (2, if blind { 1 } else { 2 }));
        let (acme, operator) = (engine.tenant("acme").unwrap(), engine.operator());
        let kept = raws(&operator).await.join("");
        let holds = |word: &str| kept.matches(&format!("order {word} ")).count();
        assert_eq!((holds("zebra"), holds("ibis"), holds("newt")), (0, 0, usize::from(!blind)), "{kept}");
        assert_eq!(kept.contains("heron"), !blind, "{kept}");
        let deleted = Deleted { scope: "post".into(), native_id: "zebra".into(), at: None };
        let event = Event::new(NativeAccount::new(POST, "a1"), Channel::Webhook, NOW, EventBody::Deleted(deleted));
        let parsed = careline::intake::Parsed { events: vec![event], ..Default::default() };
        acme.ingest("post", Channel::Webhook, "{}", parsed).await.unwrap();
        for tenant in [acme, engine.tenant("globex").unwrap(), operator.clone()] {
            assert!(raws(&tenant).await.iter().all(|raw| !raw.contains("order zebra ")));
        }
        // Once the connector can read it, it finds its tenant.
        let aside = operator.quarantine(9).await.unwrap().items;
        let lost = aside.iter().find(|item| blind || item.error["code"] == "input_invalid").unwrap();
        let mended = |delivery: &Delivery, raw: &[u8]| {
            let named = std::str::from_utf8(raw).unwrap().replace("\"note\":\"heron\"", "\"id\"  :\"heron\"");
            let mut parsed = read(named.as_bytes(), delivery.received_at);
            parsed.rejects.retain(|reject| reject.raw.is_some());
            Ok(parsed)
        };
        let redriven = operator.redrive(&lost.id, mended).await;
        if blind {
            assert_eq!(redriven.unwrap_err().kind(), ErrorKind::NotFound);
        } else {
            assert_eq!(redriven.unwrap().added, 1);
            assert!(messages(&engine.tenant("globex").unwrap()).await.contains_key("heron"));
        }
    }
}
