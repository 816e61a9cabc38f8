//! Where an answer may go, by surface and time.
#![allow(clippy::unwrap_used, reason = "a fixture that is wrong is to fail")]

use std::sync::Arc;

use careline::context::Context;
use careline::model::{EventBody, Inbound, NativeAccount, Surface, Timestamp, Visibility};
use careline::network::{BodyKind, Network};
use careline::routing::{Invitation, InvitationWay, ReplyRoute, RouteAsk, Routing};
use careline_facebook::{Account, AccountConfig, normalise};
use careline_testkit::network::kept;
use careline_testkit::{Exchange, ManualClock, ScriptedTransport};
use serde_json::{Value, json};

const HOUR: i64 = 3_600_000;

/// The routes for a message of this surface that was sent `hours` ago.
fn routes(surface: &str, hours: i64, change: impl Fn(&mut RouteAsk<'_>), extensions: Value) -> Vec<ReplyRoute> {
    let now = Timestamp::from_secs(1_768_000_000).unwrap();
    let sent = now.plus_millis(-hours * HOUR);
    let visibility = if surface == "direct_message" { Visibility::Private } else { Visibility::Public };
    let mut inbound = Inbound::new("facebook", "901_77", surface.into(), visibility);
    inbound.sent_at = Some(sent);
    inbound.content.extensions = serde_json::from_value(extensions).unwrap();
    let account = Account::new(AccountConfig::new("1", "token")).unwrap();
    let (conversation, message) = kept(&inbound, &account);
    let mut ask = RouteAsk::new(&conversation, &message, now);
    change(&mut ask);
    account.reply_routes(&ask)
}

#[test]
fn a_comment_is_answered_in_public_and_once_in_private_within_a_week() {
    let open = routes("comment", 1, |_| {}, json!({}));
    assert_eq!((&open[0].surface, &open[0].visibility, open[0].open), (&Surface::Comment, &Visibility::Public, true));
    assert_eq!((&open[1].visibility, open[1].open), (&Visibility::Private, true));
    assert!(open[1].closes_at.is_some());
    assert!(!routes("comment", 24 * 7, |_| {}, json!({}))[1].open);
    let sent = routes("post", 1, |ask| ask.private_reply_sent = true, json!({}));
    assert!(sent[0].open && !sent[1].open && !sent[1].reasons.is_empty());
    assert_eq!(routes("review", 1, |_| {}, json!({})).len(), 1);
}

#[test]
fn messenger_is_open_a_day_for_all_and_a_week_for_people() {
    let open =
        |hours, by_human| routes("direct_message", hours, |ask| ask.by_human = by_human, json!({})).remove(0).open;
    assert!(open(23, false));
    assert!(!open(24, false));
    assert!(open(24, true));
    assert!(!open(24 * 7, true));
    let tag = |hours| routes("direct_message", hours, |_| {}, json!({})).remove(0).tag;
    assert_eq!((tag(23), tag(24).as_deref()), (None, Some("human_agent")));
}

/// What the item of a webhook says, if it is a message.
fn written(item: &Value) -> Option<Inbound> {
    let mut whole = json!({"sender": {"id": "7"}, "recipient": {"id": "1"}, "timestamp": 1_768_000_000_000_i64});
    whole.as_object_mut().unwrap().extend(item.as_object().unwrap().clone());
    let body = json!({"object": "page", "entry": [{"id": "1", "time": 1_768_000_000_000_i64, "messaging": [whole]}]});
    let account = NativeAccount::new("facebook".into(), "1");
    let parsed = normalise(BodyKind::Webhook, body.to_string().as_bytes(), &account, Timestamp::default()).unwrap();
    let body = parsed.events.into_iter().next().unwrap().body;
    if let EventBody::Message(message) = body { Some(*message) } else { None }
}

#[test]
fn every_turn_of_the_customer_opens_the_window_and_nothing_else_does() {
    let story = |message: Value| json!({"message": message});
    let attached = |kind: &str| json!([{"type": kind, "payload": {"url": "https://cdn.example/s"}}]);
    let account = Account::new(AccountConfig::new("1", "token")).unwrap();
    for item in [
        json!({"message": {"mid": "m_1", "text": "Hi"}}),
        json!({"message": {"mid": "m_1", "text": "Blue", "quick_reply": {"payload": "BLUE"}}}),
        json!({"message": {"mid": "m_1", "text": "Hi", "referral": {"source": "ADS", "type": "OPEN_THREAD"}}}),
        json!({"postback": {"title": "Get started", "payload": "START"}}),
        story(json!({"mid": "m_1", "attachments": attached("story_mention")})),
        story(
            json!({"mid": "m_1", "text": "Nice", "reply_to": {"story": {"id": "5", "url": "https://cdn.example/s"}}}),
        ),
        story(json!({"mid": "m_1", "attachments": attached("reel")})),
    ] {
        let message = written(&item).unwrap();
        let (conversation, message) = kept(&message, &account);
        let ask = RouteAsk::new(&conversation, &message, Timestamp::from_secs(1_768_000_060).unwrap());
        let routes = account.reply_routes(&ask);
        assert_eq!((routes.len(), routes[0].open, &routes[0].visibility), (1, true, &Visibility::Private), "{item}");
    }
    for item in [
        json!({"reaction": {"mid": "m_1", "action": "react", "reaction": "love"}}),
        json!({"read": {"watermark": 1_768_000_000_000_i64}}),
        json!({"delivery": {"watermark": 1_768_000_000_000_i64}}),
    ] {
        assert!(written(&item).is_none(), "{item}");
    }
}

/// How Jo is asked to go on in private, by a page with this username.
async fn invited(username: &str, surface: &str, hours: i64, sent: bool) -> Option<Invitation> {
    let me =
        Exchange::get("https://graph.facebook.com/v25.0/me").json(json!({"id": "1", "username": username}).to_string());
    let now = Timestamp::from_secs(1_768_000_000).unwrap();
    let cx = Context::new(Arc::new(ScriptedTransport::new([me])), Arc::new(ManualClock::new(now)));
    let account = Account::new(AccountConfig::new("1", "token")).unwrap();
    account.check(&cx).await.unwrap();
    let mut inbound = Inbound::new("facebook", "901_77", surface.into(), Visibility::Public);
    inbound.sent_at = Some(now.plus_millis(-hours * HOUR));
    let (conversation, message) = kept(&inbound, &account);
    let mut ask = RouteAsk::new(&conversation, &message, now);
    ask.private_reply_sent = sent;
    account.invitation(&ask)
}

#[tokio::test]
async fn the_way_into_private_is_the_private_answer_while_it_is_open_and_then_a_link() {
    let link = || Some(Invitation::new(InvitationWay::Link).link("https://m.me/acme.help"));
    let private = Some(Invitation::new(InvitationWay::PrivateReply));
    for surface in ["comment", "post"] {
        assert_eq!(invited("acme.help", surface, 1, false).await, private);
        assert_eq!(invited("acme.help", surface, 24 * 7, false).await, link());
        assert_eq!(invited("acme.help", surface, 1, true).await, link());
    }
    for surface in ["mention", "review"] {
        assert_eq!(invited("acme.help", surface, 1, false).await, link());
    }
    assert_eq!(invited("acme.help", "direct_message", 1, false).await, None);
    for unusable in ["", "acme/../help"] {
        let invitation = invited(unusable, "review", 1, false).await;
        assert_eq!(invitation, Some(Invitation::new(InvitationWay::WriteToUs)), "{unusable}");
    }
}

#[test]
fn what_another_app_handles_is_closed() {
    let route = routes("direct_message", 1, |_| {}, json!({"standby": true})).remove(0);
    assert!(!route.open);
    assert_eq!(route.reasons[0].rule, "facebook.standby");
}
