//! A day to look at: the demo's own traffic up to the afternoon, and people who mean harm.

use std::sync::Arc;

use careline::care::{Engine, Tenant, TenantSetup};
use careline::intake::{Parsed, WebhookRequest};
use careline::model::{
    AgentId, Attachment, AttachmentKind, Channel, Entity, EntityKind, Event, EventBody, Inbound, NativeAccount,
    Profile, ReplyTarget, Span, Surface, Timestamp, Visibility,
};
use careline::policy::{CompiledPolicy, Policy};
use careline::store::{MemoryStore, Store};
use careline_testkit::ManualClock;
use http::{HeaderMap, HeaderValue};

use crate::traffic::{Ask, FACEBOOK_SECRET, X_SECRET, generate};

/// What stands where somebody tries to break out of the page.
pub(super) const HOSTILE: &str = "<script>alert(1)</script> \"><img src=x onerror=alert(2)> &amp; </title></textarea>";
/// When it is in the seeded engine: Friday afternoon, an hour after things broke.
pub(super) const NOW: &str = "2026-11-20T15:06:30Z";

/// An engine whose clock stands still, and its clock.
pub(super) struct Seeded {
    pub(super) engine: Engine,
    clock: Arc<ManualClock>,
    tenant: Tenant,
}

impl Seeded {
    /// An engine that has seen nothing.
    pub(super) fn empty() -> Self {
        let clock = Arc::new(ManualClock::new(Timestamp::parse("2026-11-20T00:00:00Z").unwrap()));
        let store: Arc<dyn Store> = Arc::new(MemoryStore::new());
        let x = careline_x::Webhook::new(careline_x::WebhookConfig::new([X_SECRET])).unwrap();
        let facebook = careline_facebook::WebhookConfig::new(FACEBOOK_SECRET, "verify");
        let facebook = careline_facebook::Webhook::new(facebook).unwrap();
        let engine = Engine::builder(store)
            .clock(clock.clone())
            .endpoint("x", Arc::new(x))
            .endpoint("facebook", Arc::new(facebook))
            .tenant("default", TenantSetup::new(policy()))
            .build()
            .unwrap();
        let tenant = engine.tenant("default").unwrap();
        Self { engine, clock, tenant }
    }

    /// The demo's day up to [`NOW`], agents at work, and [`Self::hostile`].
    pub(super) async fn day() -> Self {
        let seeded = Self::empty();
        for agent in ["mia", "luc", "noah", "yuki", "ines", "sam"] {
            seeded.tenant.set_presence(&agent.into(), true, None).await.unwrap();
        }
        let now = Timestamp::parse(NOW).unwrap();
        let starts_at = Timestamp::parse("2026-11-20T00:00:00Z").unwrap();
        let day = generate(&Ask { seed: 0, starts_at, mastodon_host: "social.example".to_owned() });
        for (place, delivery) in day.deliveries.iter().filter(|delivery| delivery.at <= now).enumerate() {
            seeded.clock.set(delivery.at);
            let mut headers = HeaderMap::new();
            for (name, value) in &delivery.headers {
                headers.insert(*name, HeaderValue::from_str(value).unwrap());
            }
            let request = WebhookRequest::post(headers, delivery.body.clone());
            let _ = seeded.engine.receive(delivery.network, &request).await;
            if place % 8 == 0 {
                seeded.engine.tick().await.unwrap();
                seeded.accept_some().await;
            }
        }
        seeded.clock.set(now);
        seeded.hostile().await;
        seeded.engine.tick().await.unwrap();
        seeded
    }

    /// Agents accept what they are offered, and finish what was answered.
    async fn accept_some(&self) {
        for item in self.tenant.queue(&careline::care::QueueAsk::all()).await.unwrap() {
            let Some(held) = &item.case.assignment else { continue };
            if held.accepted_at.is_none() {
                self.tenant.accept(&item.case.id, &held.agent).await.unwrap();
            } else if self.engine.now().millis_since(held.at) > 3 * 3_600_000 && item.case.tier > 1 {
                self.tenant.close(&item.case.id, held.agent.as_str(), "resolved").await.unwrap();
            }
        }
    }

    /// One case of everything that pages break on, on Mastodon.
    pub(super) async fn hostile(&self) {
        let now = Timestamp::parse(NOW).unwrap();
        self.clock.set(now);
        let person = |id: &str, name: &str| Profile {
            handle: Some(format!("{id}_handle").into()),
            name: Some(name.into()),
            url: Some(format!("https://social.example/@{id}")),
            avatar_url: Some("https://social.example/a.png".to_owned()),
            followers: Some(1234),
            verified: Some(true),
            ..Profile::new("social.example", id)
        };
        let say = |id: &str, by: Profile, text: &str, minutes: i64| {
            let mut one = Inbound::new("social.example", id, Surface::Mention, Visibility::Public);
            (one.author, one.sent_at) = (Some(by), Some(now.plus_millis(-minutes * 60_000)));
            one.permalink = Some("https://social.example/@jo/1".to_owned());
            one.content.text = text.to_owned();
            one
        };
        let mut first = say(
            "900",
            person("jo", HOSTILE),
            "@brand my kettle is broken 👩‍🚀💥 and smoke comes out! Refund it: card 4111 1111 1111 1111, mail jo.doe@acme.example. See https://acme.example/help",
            44,
        );
        let link = first.content.text.find("https://").unwrap();
        first.content.entities = vec![
            entity(EntityKind::Mention, (0, 6), "brand"),
            entity(EntityKind::Link, (link, first.content.text.len()), "javascript:alert(3)"),
        ];
        let mut picture = Attachment::new(AttachmentKind::Image);
        (picture.url, picture.description) =
            (Some("https://social.example/p.png".to_owned()), Some(HOSTILE.to_owned()));
        first.content.attachments = vec![picture];
        let answer = |mut one: Inbound, to: &str| {
            one.surface = Surface::Comment;
            one.reply_to = Some(ReplyTarget { native_id: to.into(), author: None });
            one
        };
        let mut rtl = answer(
            say("901", person("jo", HOSTILE), "\u{202e}مرحبا الغلاية لا تعمل، أريد استرداد أموالي \u{202e} evil", 41),
            "900",
        );
        rtl.language = Some("ar".into());
        let script = answer(say("902", person("jo", HOSTILE), HOSTILE, 37), "901");
        let huge = answer(
            say("903", person("jo", HOSTILE), &format!("@brand {}", "why is it broken? ".repeat(1500)), 30),
            "902",
        );
        let other = |id: &str, name: &str, minutes| {
            answer(say(id, person(name, name), "same here, the kettle smokes", minutes), "900")
        };
        let ours =
            answer(say("907", person("110000000000000055", "Acme"), "Please unplug it, Jo. We are on it.", 20), "903");
        let unknown = person("eve", "");
        let odd =
            say("908", Profile { name: None, handle: None, ..unknown }, "@brand how do I get my money back???", 12);
        let all = [
            first,
            rtl,
            script,
            huge,
            other("904", "ann", 29),
            other("905", "bob", 28),
            other("906", "cem", 27),
            ours,
            odd,
        ];
        for one in all {
            self.take(EventBody::Message(Box::new(one))).await;
        }
        let case = self.case_of("900").await;
        self.tenant.note(&case, "sam", HOSTILE).await.unwrap();
        let agent = AgentId::from("sam");
        self.tenant.assign(&case, &agent, "sam").await.unwrap();
    }

    /// The case of a message of ours by its native id.
    pub(super) async fn case_of(&self, native_id: &str) -> careline::model::CaseId {
        let all = self.tenant.all_cases(10_000).await.unwrap();
        for case in all {
            let view = self.tenant.case(&case.id).await.unwrap();
            let mut messages = view.threads.iter().flat_map(|thread| &thread.messages);
            if messages.any(|message| message.native_id == native_id && message.case.as_ref() == Some(&case.id)) {
                return case.id;
            }
        }
        panic!("no case holds {native_id}");
    }

    async fn take(&self, body: EventBody) {
        let account = NativeAccount::new("mastodon".into(), "social.example/110000000000000055");
        let raw = serde_json::to_vec(&body).unwrap();
        let event = Event::new(account, Channel::Stream, self.engine.now(), body);
        let parsed = Parsed { events: vec![event], ..Parsed::default() };
        self.tenant.ingest("mastodon", Channel::Stream, raw, parsed).await.unwrap();
    }
}

/// The policy of the guide.
pub(super) fn policy() -> CompiledPolicy {
    let text = include_str!("../../../../docs/example-policy.toml");
    CompiledPolicy::new(Policy::parse(text, "example-policy.toml").unwrap()).unwrap()
}

fn entity(kind: EntityKind, at: (usize, usize), value: &str) -> Entity {
    Entity { span: Span::new(at.0, at.1).unwrap(), kind, value: value.to_owned(), native_id: None }
}
