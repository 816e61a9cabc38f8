//! What bodies become.

#![allow(clippy::unwrap_used, clippy::expect_used)]

mod fixtures;

use careline::ErrorKind;
use careline::intake::{Intake, Parsed, Received, WebhookRequest};
use careline::model::{Channel, Event, EventBody, Inbound, NativeAccount, Surface, Timestamp, Visibility};
use careline::network::BodyKind;
use careline::wire::{Encoding, sign};
use careline_mastodon::{NETWORK, Webhook, WebhookConfig, normalise};
use http::{HeaderMap, HeaderValue};
use serde_json::{Value, json};

use fixtures::*;

fn read(kind: BodyKind, body: &Value) -> Parsed {
    let parsed = normalise(kind, body.to_string().as_bytes(), &brand(), Timestamp::default()).unwrap();
    assert!(parsed.rejects.is_empty(), "{:?}", parsed.rejects);
    parsed
}

fn rest(body: &Value) -> Vec<Event> {
    read(BodyKind::Rest, body).events
}

fn message(event: &Event) -> &Inbound {
    match &event.body {
        EventBody::Message(message) => message,
        other => panic!("{other:?}"),
    }
}

/// The kinds of events in short, messages by id.
fn summary(events: &[Event]) -> Vec<String> {
    let short = |event: &Event| match &event.body {
        EventBody::Message(message) => format!("message {}", message.native_id),
        EventBody::Reaction(reaction) => {
            let by = reaction.by.as_ref().map_or("?", |by| &by.native_id);
            let sign = if reaction.removed { "-" } else { "" };
            format!("{sign}{} {} by {by}", reaction.reaction, reaction.native_id)
        }
        EventBody::Deleted(gone) => format!("deleted {}", gone.native_id),
        EventBody::Unknown(unknown) => format!("unknown {}", unknown.name),
        EventBody::Account(change) => format!("{}: {}", change.change, change.reason.as_deref().unwrap_or_default()),
        other => format!("{other:?}"),
    };
    events.iter().map(short).collect()
}

#[test]
fn a_status_becomes_a_message_with_all_it_says() {
    let parent = json!({"in_reply_to_id": "1138", "in_reply_to_account_id": "55", "mentions": [mention_of_acme()]});
    let media = json!({"media_attachments": [
        {"id": "99", "type": "gifv", "url": null, "remote_url": "https://o.example/99.mp4", "description": "a cup"},
        {"id": "98", "type": "unknown", "url": null}]});
    let rest_of = json!({"spoiler_text": "Order 12", "sensitive": true, "visibility": "unlisted",
        "edited_at": "2026-05-01T09:10:00+02:00", "pleroma": {"conversation_id": 4711},
        "poll": {"id": "3", "votes_count": 9, "options": [{"title": "yes", "votes_count": 9}, {"title": "no"}]},
        "card": {"url": "https://acme.example/", "title": "Acme", "description": "", "type": "link"}});
    let body = with(with(with(status("1139", &format!("<p>{NAMED} where is it?</p>")), parent), media), rest_of);
    let events = rest(&body);
    let found = message(&events[0]);
    assert_eq!((found.scope.as_str(), found.native_id.as_str()), (HOST, "1139"));
    assert_eq!(found.content.text, "@acme where is it?");
    assert_eq!((&found.surface, &found.visibility), (&Surface::Comment, &Visibility::Public));
    assert_eq!(found.sent_at, Some(at("2026-05-01T08:59:58.000Z")));
    assert_eq!(found.revision, u64::try_from(at("2026-05-01T07:10:00Z").as_millis()).unwrap());
    let author = found.author.as_ref().unwrap();
    assert_eq!((author.native_id.as_str(), author.handle.as_deref()), ("7001", Some("jo@other.example")));
    assert_eq!((author.name.as_deref(), author.followers, author.bot), (Some("Jo Doe"), Some(12), Some(false)));
    let parent = found.reply_to.as_ref().unwrap();
    assert_eq!((parent.native_id.as_str(), parent.author.as_deref()), ("1138", Some("55")));
    assert_eq!(found.thread, None);
    assert_eq!(found.permalink.as_deref(), Some("https://other.example/@jo/1139"));
    assert_eq!(found.language.as_deref(), Some("en"));
    assert_eq!(found.content.attachments[0].url.as_deref(), Some("https://o.example/99.mp4"));
    assert_eq!(found.content.attachments[1].url, None);
    let kept = Value::Object(found.content.extensions.clone());
    assert_eq!(
        kept,
        json!({"visibility": "unlisted", "spoiler_text": "Order 12", "sensitive": true,
            "uri": "https://other.example/users/jo/statuses/1139", "pleroma.conversation_id": "4711",
            "poll": {"id": "3", "options": ["yes", "no"]},
            "card": {"url": "https://acme.example/", "title": "Acme", "description": ""}})
    );
}

#[test]
fn place_and_audience_come_from_the_status_alone() {
    let places = [
        (json!({}), Surface::Post, Visibility::Public),
        (json!({"visibility": "private", "mentions": [mention_of_acme()]}), Surface::Mention, Visibility::Restricted),
        (json!({"visibility": "mutuals_only"}), Surface::Post, Visibility::Restricted),
        (json!({"visibility": "local", "in_reply_to_id": "1"}), Surface::Comment, Visibility::Restricted),
        (json!({"visibility": "direct", "in_reply_to_id": "1"}), Surface::DirectMessage, Visibility::Private),
        (json!({"quote": {"state": "pending", "quoted_status": null}}), Surface::Quote, Visibility::Public),
    ];
    for (change, surface, visibility) in places {
        let events = rest(&with(status("1", "<p>x</p>"), change.clone()));
        assert_eq!(
            (&message(&events[0]).surface, &message(&events[0]).visibility),
            (&surface, &visibility),
            "{change}"
        );
        let word = change["visibility"].as_str().unwrap_or("public");
        assert_eq!(message(&events[0]).content.extensions["visibility"], word);
    }
}

#[test]
fn a_direct_status_names_to_whom_it_is() {
    let jo = json!({"id": "7001", "username": "jo", "acct": "jo@other.example", "url": "https://other.example/@jo"});
    let ours = with(direct("1140", "on its way"), json!({"account": acme(), "mentions": [mention_of_acme(), jo]}));
    let recipient = |status| message(&rest(&status)[0]).recipient.clone();
    let to = recipient(ours.clone()).unwrap();
    assert_eq!((to.native_id.as_str(), to.handle.as_deref()), ("7001", Some("jo@other.example")));
    assert_eq!(recipient(direct("1139", "where is it?")).unwrap().native_id, "55");
    assert_eq!(recipient(with(ours, json!({"visibility": "public"}))), None);
}

#[test]
fn one_status_is_the_same_message_whatever_way_it_comes() {
    let said = direct("1139", "where is it?");
    let bodies = [
        (BodyKind::Rest, said.clone()),
        (BodyKind::Rest, json!([notification("881", "mention", &said)])),
        (BodyKind::Rest, json!([conversation("42", &said)])),
        (BodyKind::Rest, json!({"ancestors": [], "descendants": [said]})),
        (BodyKind::Rest, json!({"accounts": [], "statuses": [said], "hashtags": []})),
        (BodyKind::Stream, frame("update", &with(said.clone(), json!({"favourites_count": 3, "muted": true})))),
        (BodyKind::Stream, frame("notification", &notification("881", "mention", &said))),
        (BodyKind::Stream, frame("conversation", &conversation("42", &said))),
        (BodyKind::Webhook, json!({"event": "status.created", "created_at": "x", "object": said})),
    ];
    let first = rest(&said);
    for (kind, body) in bodies {
        let parsed = read(kind, &body);
        assert_eq!(parsed.events.len(), 1, "{body}");
        assert_eq!(message(&parsed.events[0]), message(&first[0]), "{body}");
    }
}

#[test]
fn reactions_boosts_and_what_surrounds_them() {
    let ours = with(status("100", "<p>We ship today</p>"), json!({"account": acme()}));
    let boost = with(status("200", "<p>We ship today</p>"), json!({"reblog": ours}));
    assert_eq!(summary(&rest(&boost)), ["message 100", "boost 100 by 7001"]);
    let favourite = with(notification("9", "favourite", &ours), json!({"account": jo()}));
    assert_eq!(summary(&rest(&json!([favourite]))), ["message 100", "favourite 100 by 7001"]);
    let reblog = with(notification("9", "reblog", &boost), json!({"account": jo()}));
    assert_eq!(summary(&rest(&reblog)), ["message 100", "boost 100 by 7001", "boost 100 by 7001"]);
    let emoji = with(notification("9", "pleroma:emoji_reaction", &ours), json!({"account": jo(), "emoji": "🔥"}));
    assert_eq!(summary(&rest(&emoji)), ["message 100", "🔥 100 by 7001"]);
    let quote = with(status("300", "<p>look</p>"), json!({"quote": {"state": "accepted", "quoted_status": ours}}));
    assert_eq!(summary(&rest(&json!([quote, ours]))), ["message 100", "message 300"]);
    assert_eq!(rest(&quote).iter().map(message).next_back().unwrap().content.extensions["quote"]["id"], "100");
}

#[test]
fn grouped_notifications_tell_each_status_once_and_who_reacted() {
    let ours = with(status("100", "<p>We ship today</p>"), json!({"account": acme()}));
    let groups = json!({"accounts": [jo()], "statuses": [ours], "notification_groups": [
        {"group_key": "favourite-100-1", "type": "favourite", "status_id": "100", "sample_account_ids": ["7001", "7002"]},
        {"group_key": "ungrouped-1", "type": "mention", "status_id": "100", "sample_account_ids": ["7001"]},
        {"group_key": "ungrouped-2", "type": "admin.sign_up", "sample_account_ids": ["7001"]}]});
    assert_eq!(
        summary(&rest(&groups)),
        ["message 100", "favourite 100 by 7001", "favourite 100 by 7002", "unknown admin.sign_up"]
    );
}

#[test]
fn what_carries_no_message_is_kept_by_name() {
    let bare = |kind: &str| json!({"id": "9", "type": kind, "created_at": "2026-05-01T09:00:00.064Z", "account": jo()});
    assert_eq!(summary(&rest(&bare("follow"))), ["unknown follow"]);
    assert_eq!(summary(&rest(&bare("mention"))), ["unknown mention"]);
    let news = notification("9", "hologram", &status("1", "<p>x</p>"));
    assert_eq!(summary(&rest(&news)), ["message 1", "unknown hologram"]);
    let warning =
        with(bare("moderation_warning"), json!({"moderation_warning": {"action": "silence", "text": "spam"}}));
    assert_eq!(summary(&rest(&warning)), ["warned: silence: spam"]);
    let cut = json!({"id": "5", "type": "domain_block", "target_name": "far.example", "followers_count": 3});
    let severed = with(bare("severed_relationships"), json!({"event": cut}));
    assert_eq!(summary(&rest(&severed)), ["severed: domain_block: far.example: 3 followers lost"]);
    assert_eq!(summary(&rest(&bare("severed_relationships"))), ["severed: "]);
    assert_eq!(summary(&rest(&jo())), ["unknown object"]);
    assert_eq!(summary(&rest(&json!([{}]))), ["unknown object"]);
    assert!(rest(&conversation("42", &Value::Null)).is_empty());
    let hook = json!({"event": "report.created", "object": {"id": "1"}});
    assert_eq!(summary(&read(BodyKind::Webhook, &hook).events), ["unknown report.created"]);
}

#[test]
fn streams_tell_edits_and_deletions() {
    assert_eq!(summary(&read(BodyKind::Stream, &frame("delete", &"1139".into())).events), ["deleted 1139"]);
    let edit = with(status("1139", "<p>now this</p>"), json!({"edited_at": "2026-05-01T09:10:00.000Z"}));
    let parsed = read(BodyKind::Stream, &frame("status.update", &edit));
    assert_eq!(message(&parsed.events[0]).revision, 1_777_626_600_000);
    assert_eq!(parsed.events[0].channel, Channel::Stream);
    let odd = json!({"event": "filters_changed"});
    assert_eq!(summary(&read(BodyKind::Stream, &odd).events), ["unknown filters_changed"]);
    let bare = json!({"event": "update", "payload": status("5", "<p>x</p>")});
    assert_eq!(summary(&read(BodyKind::Stream, &bare).events), ["message 5"]);
}

#[test]
fn server_sent_events_are_read_with_their_places() {
    let body = format!(
        ":)\n\nevent: update\ndata: {}\n\n:thump\nevent: delete\ndata: 7\n\nevent: filters_changed\n\n",
        status("5", "<p>x</p>")
    );
    let parsed = normalise(BodyKind::Stream, body.as_bytes(), &brand(), Timestamp::default()).unwrap();
    assert_eq!(summary(&parsed.events), ["message 5", "deleted 7", "unknown filters_changed"]);
    let raw = parsed.events[1].raw.unwrap();
    assert_eq!(&body[raw.start as usize..raw.end as usize], ":thump\nevent: delete\ndata: 7");
}

#[test]
fn answers_to_deletions_are_deletions() {
    let mut gone = with(status("1139", ""), json!({"text": "where is it?"}));
    gone.as_object_mut().unwrap().remove("content");
    assert_eq!(summary(&rest(&gone)), ["deleted 1139"]);
    let mut boosted = status("100", "");
    boosted.as_object_mut().unwrap().remove("content");
    assert_eq!(summary(&rest(&with(gone, json!({"reblog": boosted})))), ["-boost 100 by 7001"]);
    let silent = with(status("1140", ""), json!({"content": null}));
    assert_eq!(summary(&rest(&silent)), ["message 1140"], "a picture without words still stands");
}

#[test]
fn one_bad_item_is_one_reject_with_its_place() {
    let body =
        format!("[{}, {{\"type\":\"mention\",\"status\":7}}, {}, 5]", status("1", "<p>a</p>"), status("2", "<p>b</p>"));
    let parsed = normalise(BodyKind::Rest, body.as_bytes(), &brand(), Timestamp::default()).unwrap();
    assert_eq!(summary(&parsed.events), ["message 1", "message 2"]);
    let places: Vec<_> = parsed.rejects.iter().map(|reject| reject.raw.unwrap()).collect();
    let bad: Vec<_> = places.iter().map(|raw| &body[raw.start as usize..raw.end as usize]).collect();
    assert_eq!(bad, [r#"{"type":"mention","status":7}"#, "5"]);
    assert_eq!(parsed.rejects[0].error.kind(), ErrorKind::InputInvalid);
    assert_eq!(parsed.rejects[0].account, Some(brand()));
}

#[test]
fn numbers_and_strings_change_places() {
    let body = with(status("1", "<p>x</p>"), json!({"id": 113_900_000_000_000_002_u64, "in_reply_to_id": 7}));
    let events = rest(&body);
    assert_eq!(message(&events[0]).native_id, "113900000000000002");
    assert_eq!(message(&events[0]).reply_to.as_ref().unwrap().native_id, "7");
    let odd = with(status("1", "<p>x</p>"), json!({"created_at": "yesterday", "account": null, "followers_count": -1}));
    let events = rest(&odd);
    assert_eq!((message(&events[0]).sent_at, &message(&events[0]).author), (None, &None));
}

#[test]
fn errors_in_place_of_items_are_rejects() {
    for (kind, body) in [
        (BodyKind::Rest, json!({"error": "Record not found"})),
        (BodyKind::Stream, json!({"error": "Unknown stream type", "status": 400})),
    ] {
        let parsed = normalise(kind, body.to_string().as_bytes(), &brand(), Timestamp::default()).unwrap();
        assert_eq!((parsed.events.len(), parsed.rejects.len()), (0, 1), "{body}");
    }
}

#[test]
fn an_account_without_a_host_is_refused() {
    let account = NativeAccount::new(NETWORK, "55");
    let error = normalise(BodyKind::Rest, b"[]", &account, Timestamp::default()).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::ConfigInvalid);
}

fn posted(body: &Value, secret: &str) -> WebhookRequest {
    let body = body.to_string();
    let mut headers = HeaderMap::new();
    headers.insert("content-type", HeaderValue::from_static("application/json"));
    let signature = sign(secret.as_bytes(), body.as_bytes(), Encoding::Hex);
    headers.insert("x-hub-signature", HeaderValue::try_from(signature).unwrap());
    WebhookRequest::post(headers, body)
}

#[test]
fn a_webhook_serves_every_account_of_its_server() {
    let help = NativeAccount::new(NETWORK, "inst.example/56");
    let endpoint = Webhook::new(&WebhookConfig::new("secret", vec![brand(), help.clone()])).unwrap();
    let accounts = |status: Value| {
        let request = posted(&json!({"event": "status.created", "object": status}), "secret");
        let Received::Events(parsed) = endpoint.receive(&request, Timestamp::default()).unwrap() else { panic!() };
        parsed.events.into_iter().map(|event| event.account.unwrap()).collect::<Vec<_>>()
    };
    let to_help = json!({"in_reply_to_id": "1", "in_reply_to_account_id": "56"});
    assert_eq!(accounts(with(status("1", "<p>x</p>"), to_help.clone())), std::slice::from_ref(&help));
    assert_eq!(accounts(with(direct("1", "x"), to_help)), [brand(), help]);
    assert_eq!(accounts(status("1", "<p>x</p>")), [brand()]);
    let error = endpoint.receive(&posted(&json!({}), "other"), Timestamp::default()).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::SignatureInvalid);
}

#[test]
fn a_webhook_wants_a_secret_and_accounts_of_one_server() {
    let elsewhere = NativeAccount::new(NETWORK, "else.example/1");
    for config in [
        WebhookConfig::new("", vec![brand()]),
        WebhookConfig::new("secret", vec![]),
        WebhookConfig::new("secret", vec![brand(), elsewhere]),
    ] {
        assert_eq!(Webhook::new(&config).unwrap_err().kind(), ErrorKind::ConfigInvalid);
    }
}
