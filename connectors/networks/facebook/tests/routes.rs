//! Where an answer may go, by surface and time.
#![allow(clippy::unwrap_used, reason = "a fixture that is wrong is to fail")]

use careline::model::{Inbound, Surface, Timestamp, Visibility};
use careline::routing::{ReplyRoute, RouteAsk, Routing};
use careline_facebook::{Account, AccountConfig};
use careline_testkit::network::kept;
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
}

#[test]
fn what_another_app_handles_is_closed() {
    let route = routes("direct_message", 1, |_| {}, json!({"standby": true})).remove(0);
    assert!(!route.open);
    assert_eq!(route.reasons[0].rule, "facebook.standby");
}
