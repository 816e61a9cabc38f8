//! Webhook bodies, good and bad, in the wire format of the fact sheets.
#![allow(clippy::unwrap_used, reason = "a body that is not read as told is to fail")]

use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use careline::ErrorKind;
use careline::intake::{Intake, MAX_BODY, Parsed, Received, WebhookRequest};
use careline::model::{
    AccountChange, AttachmentKind, EventBody, Inbound, NativeAccount, NetworkName, Rating, Surface, ThreadOwner,
    Timestamp, Visibility,
};
use careline::network::BodyKind;
use careline::wire::{Encoding, sign};
use careline_facebook::{Webhook, WebhookConfig, Withdrawal, normalise};
use http::{HeaderMap, Method};
use serde_json::{Value, json};

const PAGE: &str = "104000000000001";
const OTHER_PAGE: &str = "104000000000002";
const PSID: &str = "7000000000000001";
const SECRET: &str = "app-secret";

fn now() -> Timestamp {
    Timestamp::from_secs(1_768_000_100).unwrap()
}

fn account() -> NativeAccount {
    NativeAccount::new(NetworkName::new("facebook"), PAGE)
}

fn read(body: &Value) -> Parsed {
    normalise(BodyKind::Webhook, body.to_string().as_bytes(), &account(), now()).unwrap()
}

/// The one event of a body with this change.
fn change(field: &str, value: Value) -> EventBody {
    one(json!({"object": "page", "entry": [{"id": PAGE, "time": 1_768_000_050,
        "changes": [{"field": field, "value": value}]}]}))
}

/// The one event of a body with this item.
fn messaging(list: &str, item: Value) -> EventBody {
    let mut whole = json!({"sender": {"id": PSID}, "recipient": {"id": PAGE}, "timestamp": 1_768_000_000_246_i64});
    whole.as_object_mut().unwrap().extend(item.as_object().unwrap().clone());
    one(json!({"object": "page", "entry": [{"id": PAGE, "time": 1_768_000_000_300_i64, list: [whole]}]}))
}

fn one(body: Value) -> EventBody {
    let mut parsed = read(&body);
    assert!(parsed.rejects.is_empty(), "{:?}", parsed.rejects);
    assert_eq!(parsed.events.len(), 1);
    let event = parsed.events.remove(0);
    assert!(event.raw.is_some());
    assert_eq!(event.account, Some(account()));
    event.body
}

fn message(body: EventBody) -> Inbound {
    let EventBody::Message(message) = body else { panic!("no message: {body:?}") };
    *message
}

fn post_id() -> String {
    format!("{PAGE}_901")
}

fn comment(more: Value) -> Value {
    let mut value = json!({"item": "comment", "verb": "add", "comment_id": "901_77", "post_id": post_id(),
        "parent_id": post_id(), "from": {"id": "7059558", "name": "Jo Doe"}, "message": "Where is my parcel?",
        "created_time": 1_768_000_000});
    value.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
    value
}

#[test]
fn a_comment_says_who_when_where_and_what() {
    let read = message(change("feed", comment(json!({"photo": "https://cdn.example/p.jpg"}))));
    assert_eq!((read.scope.as_str(), read.native_id.as_str()), ("facebook", "901_77"));
    assert_eq!((read.surface, read.visibility), (Surface::Comment, Visibility::Public));
    let author = read.author.unwrap();
    assert_eq!(author.scope, format!("facebook:{PAGE}"));
    assert_eq!((author.native_id.as_str(), author.name.as_deref()), ("7059558", Some("Jo Doe")));
    assert_eq!(read.sent_at.unwrap().to_string(), "2026-01-09T23:06:40.000Z");
    assert_eq!(read.thread.as_deref(), Some(&*post_id()));
    assert_eq!(read.reply_to.unwrap().native_id, post_id());
    assert_eq!(read.permalink.unwrap(), format!("https://www.facebook.com/{PAGE}/posts/901/?comment_id=77"));
    assert_eq!(read.content.text, "Where is my parcel?");
    assert_eq!(read.content.attachments[0].kind, AttachmentKind::Image);
    assert!(read.content.extensions.is_empty());
}

#[test]
fn a_reply_names_the_comment_it_answers_under_one_id() {
    for (comment_id, parent) in [("901_78", "901_77"), (&*format!("{PAGE}_78"), &*format!("{PAGE}_77"))] {
        let value = comment(json!({"comment_id": comment_id, "parent_id": parent}));
        let read = message(change("feed", value));
        assert_eq!((read.native_id.as_str(), read.root_id()), (comment_id, "901_78"));
        assert_eq!(read.reply_to.unwrap().native_id, "901_77");
        assert_eq!(read.thread.unwrap(), post_id());
    }
}

#[test]
fn edits_are_later_revisions_that_do_not_say_when_the_text_was_sent() {
    let edit = |time: i64| message(change("feed", comment(json!({"verb": "edited", "created_time": time}))));
    let (first, second) = (edit(1_768_000_060), edit(1_768_000_070));
    assert!(0 < first.revision && first.revision < second.revision);
    assert_eq!(first.sent_at, None);
    let post = json!({"item": "status", "verb": "edited", "post_id": post_id(), "message": "New text"});
    let post = message(change("feed", post));
    assert_eq!((post.surface, post.revision), (Surface::Post, 1_768_000_050_000));
}

#[test]
fn removals_and_hides_name_what_they_are_about() {
    let EventBody::Deleted(gone) = change(
        "feed",
        json!({"item": "comment", "verb": "remove",
        "comment_id": format!("{PAGE}_77"), "post_id": post_id()}),
    ) else {
        panic!()
    };
    assert_eq!((gone.scope.as_str(), gone.native_id.as_str()), ("facebook", "901_77"));
    assert_eq!(gone.at.unwrap().as_secs(), 1_768_000_050);
    for (verb, hidden) in [("hide", true), ("unhide", false)] {
        let EventBody::Hidden(read) = change("feed", comment(json!({"verb": verb}))) else { panic!() };
        assert_eq!((read.native_id.as_str(), read.hidden), ("901_77", hidden));
    }
    let removed = change("feed", json!({"item": "photo", "verb": "remove", "post_id": post_id()}));
    assert!(matches!(removed, EventBody::Deleted(gone) if gone.native_id == post_id()));
}

#[test]
fn reactions_and_likes_say_what_who_and_on_what() {
    for (value, target, word, removed) in [
        (json!({"item": "reaction", "verb": "add", "reaction_type": "angry"}), post_id(), "angry", false),
        (
            json!({"item": "reaction", "verb": "remove", "reaction_type": "love", "comment_id": "901_77"}),
            "901_77".into(),
            "love",
            true,
        ),
        (json!({"item": "like", "verb": "add", "comment_id": format!("{PAGE}_77")}), "901_77".into(), "like", false),
    ] {
        let mut value = value;
        value["post_id"] = post_id().into();
        value["from"] = json!({"id": 7_059_558, "name": "Jo Doe"});
        let EventBody::Reaction(read) = change("feed", value) else { panic!() };
        assert_eq!((read.native_id.to_string(), read.reaction.as_str(), read.removed), (target, word, removed));
        assert_eq!(read.by.unwrap().native_id, "7059558");
    }
}

#[test]
fn posts_of_every_item_are_posts() {
    for item in ["post", "status", "photo", "video", "share"] {
        let value = json!({"item": item, "verb": "add", "post_id": post_id(), "message": "Look", "published": 1,
            "link": "https://cdn.example/1", "photos": ["https://cdn.example/2"], "created_time": 1_768_000_000,
            "sender_id": 10_201_978_818_232_600_i64, "sender_name": "Jo Doe"});
        let read = message(change("feed", value));
        assert_eq!((read.surface, read.thread.unwrap()), (Surface::Post, post_id().into()));
        assert_eq!(read.author.unwrap().native_id, "10201978818232600");
        assert_eq!(read.content.attachments.len(), 2);
        assert_eq!(read.content.extensions["item"], item);
    }
    let draft = json!({"item": "status", "verb": "add", "post_id": post_id(), "published": 0, "message": "Soon"});
    assert_eq!(message(change("feed", draft)).visibility, Visibility::Restricted);
}

#[test]
fn the_author_is_absent_where_facebook_does_not_tell() {
    let mut value = comment(json!({}));
    value.as_object_mut().unwrap().remove("from");
    assert_eq!(message(change("feed", value)).author, None);
}

#[test]
fn mentions_and_recommendations_have_their_surface() {
    let post = json!({"item": "post", "verb": "add", "post_id": "555_666", "message": "Thanks Acme", "created_time": 1_768_000_000});
    let read = message(change("mention", post));
    assert_eq!((read.surface, read.native_id.as_str(), read.author), (Surface::Mention, "555_666", None));
    let under =
        json!({"item": "comment", "verb": "add", "post_id": "555_666", "comment_id": "666_7", "message": "Ask Acme"});
    let read = message(change("mention", under));
    assert_eq!((read.surface, read.reply_to.unwrap().native_id.as_str()), (Surface::Mention, "555_666"));
    let review = json!({"item": "rating", "verb": "add", "open_graph_story_id": 904_801_129_604_590_i64,
        "reviewer_id": 705_955_836_155_788_i64, "reviewer_name": "Jo", "recommendation_type": "NEGATIVE",
        "review_text": "Waited 2 h", "rating": null, "comment_id": null, "created_time": 1_768_000_000});
    let read = message(change("ratings", review));
    assert_eq!((read.surface, read.native_id.as_str()), (Surface::Review, "904801129604590"));
    assert_eq!(read.rating, Some(Rating { value: 0.0, best: 1.0, worst: 0.0 }));
    assert_eq!(read.author.unwrap().native_id, "705955836155788");
    let under = json!({"item": "comment", "verb": "add", "open_graph_story_id": "904801129604590",
        "post_id": "705_904801129604590", "comment_id": "904801129604590_8", "sender_id": 9, "message": "Sorry"});
    let read = message(change("ratings", under));
    assert_eq!((read.surface, read.thread.as_deref()), (Surface::Comment, Some("904801129604590")));
}

#[test]
fn unknown_pairs_and_fields_are_kept_by_name() {
    for (field, value, name) in [
        ("feed", json!({"item": "video", "verb": "mute", "post_id": post_id()}), "feed/video/mute"),
        ("feed", json!({"item": "like", "verb": "add", "user_id": 10_201_978_818_232_600_i64}), "feed/like/add"),
        ("leadgen", json!({"leadgen_id": 1}), "leadgen"),
        ("live_videos", json!("text"), "live_videos"),
        ("invented", json!([1, 2]), "invented"),
    ] {
        let EventBody::Unknown(read) = change(field, value) else { panic!("{field}") };
        assert_eq!(read.name, name);
    }
}

#[test]
fn private_messages_stand_in_the_thread_of_the_person() {
    let read = message(messaging(
        "messaging",
        json!({"message": {"mid": "m_1", "text": "Hello",
        "quick_reply": {"payload": "BLUE"}, "reply_to": {"mid": "m_0"},
        "attachments": [{"type": "image", "payload": {"url": "https://cdn.example/i.jpg"}}]}}),
    ));
    let scope = format!("messenger:{PAGE}");
    assert_eq!((read.scope.as_str(), read.native_id.as_str()), (scope.as_str(), "m_1"));
    assert_eq!((read.surface, read.visibility), (Surface::DirectMessage, Visibility::Private));
    let author = read.author.unwrap();
    assert_eq!((author.scope.as_str(), author.native_id.as_str()), (scope.as_str(), PSID));
    assert_eq!(read.thread.as_deref(), Some(PSID));
    assert_eq!(read.sent_at.unwrap().as_millis(), 1_768_000_000_246);
    assert_eq!(read.reply_to.unwrap().native_id, "m_0");
    assert_eq!(read.content.extensions["quick_reply"]["payload"], "BLUE");
    assert!(!read.content.extensions.contains_key("standby"));
}

#[test]
fn echoes_are_ours_and_give_the_key_back() {
    let read = message(messaging(
        "messaging",
        json!({"sender": {"id": PAGE}, "recipient": {"id": PSID},
        "message": {"mid": "m_2", "text": "We look into it", "is_echo": true, "app_id": 263_902_037_430_900_i64,
            "metadata": "outbox-42"}}),
    ));
    let author = read.author.unwrap();
    assert_eq!((author.scope.as_str(), author.native_id.as_str()), (&*format!("facebook:{PAGE}"), PAGE));
    assert_eq!((read.thread.as_deref(), read.echo_of.as_deref()), (Some(PSID), Some("outbox-42")));
    assert_eq!(read.content.extensions["app_id"], "263902037430900");
    let to = read.recipient.unwrap();
    assert_eq!((to.scope.as_str(), to.native_id.as_str()), (&*format!("messenger:{PAGE}"), PSID));
    let listed = json!({"data": [{"id": "m_2", "message": "We look into it", "from": {"id": PAGE, "name": "Acme"},
        "to": {"data": [{"id": PSID, "name": "Jo Doe"}]}}]});
    let parsed = normalise(BodyKind::Rest, listed.to_string().as_bytes(), &account(), now()).unwrap();
    let EventBody::Message(listed) = &parsed.events[0].body else { panic!("{parsed:?}") };
    let to = listed.recipient.as_ref().unwrap();
    assert_eq!((to.scope.as_str(), to.native_id.as_str()), (&*format!("messenger:{PAGE}"), PSID));
}

#[test]
fn the_key_in_another_apps_echo_is_none_of_ours() {
    let mut config = WebhookConfig::new(SECRET, "token");
    config.app_id = Some("42".into());
    let webhook = Webhook::new(config).unwrap();
    for (app_id, expected) in [(json!(42), Some("note")), (json!("43"), None), (json!(null), Some("note"))] {
        let item = json!({"sender": {"id": PAGE}, "recipient": {"id": PSID}, "timestamp": 1_768_000_000_246_i64,
            "message": {"mid": "m_2", "text": "Hi", "is_echo": true, "app_id": app_id, "metadata": "note"}});
        let body = json!({"object": "page", "entry": [{"id": PAGE, "time": 1, "messaging": [item]}]}).to_string();
        let Received::Events(parsed) = webhook.receive(&signed(&body), now()).unwrap() else { panic!() };
        let EventBody::Message(read) = &parsed.events[0].body else { panic!("{parsed:?}") };
        assert_eq!(read.echo_of.as_deref(), expected, "{app_id}");
    }
}

#[test]
fn what_another_app_handles_is_marked() {
    let read = message(messaging("standby", json!({"message": {"mid": "m_3", "text": "Hello"}})));
    assert_eq!(read.content.extensions["standby"], true);
}

#[test]
fn edits_and_deletions_of_messages_name_the_message() {
    for number in [json!(2), json!("2")] {
        let edit = messaging("messaging", json!({"message_edit": {"mid": "m_1", "text": "Hallo", "num_edit": number}}));
        let read = message(edit);
        assert_eq!((read.native_id.as_str(), read.revision, read.sent_at), ("m_1", 2, None));
    }
    let gone = messaging("messaging", json!({"message": {"mid": "m_1", "is_deleted": true}}));
    assert!(matches!(gone, EventBody::Deleted(gone) if gone.native_id == "m_1" && gone.at.is_some()));
}

#[test]
fn postbacks_speak_by_their_title_and_repeat_their_id() {
    let postback = |payload: &str| {
        message(messaging("messaging", json!({"postback": {"title": "Track my parcel", "payload": payload}})))
    };
    let read = postback("TRACK");
    assert_eq!(read.content.text, "Track my parcel");
    assert_eq!(read.content.extensions["postback"]["payload"], "TRACK");
    assert!(read.native_id.starts_with("postback:"));
    assert_eq!(read.native_id, postback("TRACK").native_id);
    assert_ne!(read.native_id, postback("RETURN").native_id);
    let named = messaging("messaging", json!({"postback": {"mid": "m_9", "title": "Start", "payload": "S"}}));
    assert_eq!(message(named).native_id, "m_9");
}

#[test]
fn signals_seen_and_reactions_stand_in_the_thread() {
    let EventBody::Signal(read) = messaging("messaging", json!({"referral": {"ref": "promo", "source": "ADS"}})) else {
        panic!()
    };
    assert_eq!((read.name.as_str(), read.thread.as_str()), ("referral", PSID));
    assert_eq!(read.extensions["source"], "ADS");
    let optin = json!({"optin": {"type": "notification_messages", "notification_messages_token": "planted"}});
    let EventBody::Signal(read) = messaging("messaging", optin) else { panic!() };
    assert!(!format!("{read:?}").contains("planted"));
    let EventBody::Seen(read) = messaging("messaging", json!({"read": {"watermark": 1_768_000_000_000_i64}})) else {
        panic!()
    };
    assert!(read.read && read.native_ids.is_empty() && read.up_to.is_some());
    let delivery = json!({"delivery": {"mids": ["m_1", "m_2"], "watermark": "1768000000000"}});
    let EventBody::Seen(read) = messaging("messaging", delivery) else { panic!() };
    assert!(!read.read && read.native_ids.len() == 2 && read.thread == PSID);
    let reaction = json!({"reaction": {"mid": "m_1", "action": "unreact", "reaction": "angry", "emoji": "😠"}});
    let EventBody::Reaction(read) = messaging("messaging", reaction) else { panic!() };
    assert!(read.removed && read.reaction == "angry" && read.native_id == "m_1");
}

#[test]
fn control_moves_as_the_app_ids_say() {
    let body = |key: &str, ids: Value| {
        json!({"object": "page", "entry": [{"id": PAGE, "time": 1, "messaging": [{"sender": {"id": PSID},
            "recipient": {"id": PAGE}, "timestamp": 1_768_000_000_246_i64, key: ids}]}]})
    };
    let mut config = WebhookConfig::new(SECRET, "verify");
    config.app_id = Some("42".into());
    let webhook = Webhook::new(config).unwrap();
    for (key, ids, owner) in [
        ("pass_thread_control", json!({"new_owner_app_id": 42}), Some(ThreadOwner::Us)),
        ("pass_thread_control", json!({"new_owner_app_id": "43"}), Some(ThreadOwner::Another)),
        ("pass_thread_control", json!({"new_owner_app_id": null}), Some(ThreadOwner::Idle)),
        (
            "take_thread_control",
            json!({"new_owner_app_id": "43", "previous_owner_app_id": "42"}),
            Some(ThreadOwner::Another),
        ),
        ("request_thread_control", json!({"requested_owner_app_id": "43"}), None),
    ] {
        let Received::Events(parsed) = webhook.receive(&signed(&body(key, ids).to_string()), now()).unwrap() else {
            panic!()
        };
        let EventBody::Control(read) = &parsed.events[0].body else { panic!() };
        assert_eq!((&read.owner, read.thread.as_str()), (&owner, PSID), "{key}");
    }
}

#[test]
fn policy_and_unknown_items_are_events() {
    for (key, action, change) in
        [("policy_enforcement", "block", "blocked"), ("policy-enforcement", "unblock", "unblocked")]
    {
        let body = json!({"object": "page", "entry": [{"id": 104_000_000_000_001_i64, "time": 12_341, "messaging": [
            {"recipient": {"id": PAGE}, "timestamp": 1_768_000_000_246_i64, key: {"action": action, "reason": "Spam"}}]}]});
        let EventBody::Account(read) = one(body) else { panic!() };
        assert_eq!((read.change.as_str(), read.reason.as_deref()), (change, Some("Spam")));
    }
    let EventBody::Unknown(read) = messaging("messaging", json!({"game_play": {"game_id": "1"}})) else { panic!() };
    assert_eq!(read.name, "game_play");
}

/// A form as Meta posts it to a callback.
fn withdrawal(signed: &str) -> careline::Result<AccountChange> {
    let mut config = WebhookConfig::new(SECRET, "token");
    config.app_id = Some("55".to_owned());
    let request = WebhookRequest::post(HeaderMap::new(), format!("signed_request={signed}"));
    let event = Webhook::new(config)?.withdrawal(Withdrawal::ErasureAsked, &request, &account(), now())?;
    let EventBody::Account(change) = event.body else { panic!() };
    Ok(change)
}

fn signed_request(payload: &str) -> String {
    let for_addresses = |text: &str| text.trim_end_matches('=').replace('+', "-").replace('/', "_");
    let payload = for_addresses(&BASE64_STANDARD.encode(payload));
    let signature = sign(SECRET.as_bytes(), payload.as_bytes(), Encoding::Base64);
    format!("{}.{payload}", for_addresses(signature.trim_start_matches("sha256=")))
}

#[test]
fn a_signed_request_to_be_forgotten_names_the_person() {
    for payload in [
        r#"{"algorithm":"HMAC-SHA256","issued_at":1768000000,"user_id":"7100000000000001","expires":1768003600}"#,
        r#"{"user_id":7100000000000001,"issued_at":1768000000,"algorithm":"hmac-sha256"}"#,
    ] {
        let change = withdrawal(&signed_request(payload)).unwrap();
        assert_eq!((&*change.change, change.at), ("erasure_asked", Timestamp::from_secs(1_768_000_000)));
        let person = change.person.unwrap();
        assert_eq!((&*person.scope, &*person.native_id), ("facebook-app:55", "7100000000000001"));
    }
}

#[test]
fn a_request_to_be_forgotten_that_is_not_metas_is_refused() {
    let good = signed_request(r#"{"algorithm":"HMAC-SHA256","user_id":"7"}"#);
    let (signature, payload) = good.split_once('.').unwrap();
    let other = signed_request(r#"{"algorithm":"HMAC-SHA256","user_id":"8"}"#);
    let stolen = format!("{signature}.{}", other.split_once('.').unwrap().1);
    for signed in ["", payload, &format!(".{payload}"), &stolen, "=.", "%00.%ff"] {
        assert_eq!(withdrawal(signed).unwrap_err().kind(), ErrorKind::SignatureInvalid, "{signed}");
    }
    for payload in ["", "[]", "{}", r#"{"algorithm":"none","user_id":"7"}"#, r#"{"algorithm":"HMAC-SHA256"}"#] {
        assert_eq!(withdrawal(&signed_request(payload)).unwrap_err().kind(), ErrorKind::InputInvalid, "{payload}");
    }
}

#[test]
fn mixed_entries_of_several_pages_keep_their_pages() {
    let item = json!({"sender": {"id": PSID}, "recipient": {"id": OTHER_PAGE}, "timestamp": 1_768_000_000_246_i64,
        "message": {"mid": "m_1", "text": "Hello"}});
    let body = json!({"object": "page", "entry": [
        {"changes": [{"field": "feed", "value": comment(json!({}))}], "id": PAGE, "time": 1_768_000_050},
        {"id": OTHER_PAGE, "time": 1_768_000_000_300_i64, "messaging": [item], "standby": [item]}]});
    let parsed = read(&body);
    let pages: Vec<_> = parsed.events.iter().map(|event| event.account.as_ref().unwrap().native_id.as_str()).collect();
    assert_eq!(pages, [PAGE, OTHER_PAGE, OTHER_PAGE]);
    assert!(parsed.rejects.is_empty());
}

#[test]
fn the_bodies_of_another_product_are_kept_and_not_read() {
    let body = json!({"entry": [{"id": "17", "time": 1, "messaging": [{"sender": {"id": "1"}, "recipient": {"id": "17"},
        "timestamp": 1, "message": {"mid": "m", "text": "hi"}}]}], "object": "instagram"});
    let parsed = read(&body);
    assert!(matches!(&parsed.events[0].body, EventBody::Unknown(unknown) if unknown.name == "instagram"));
}

#[test]
fn an_entry_of_nothing_but_unknown_lists_is_kept_under_their_names() {
    let parsed = read(&json!({"object": "page", "entry": [
        {"id": "17", "time": 1, "uid": "17", "changed_fields": ["picture"]},
        {"id": "18", "time": 1, "changes": [], "changed_fields": ["picture"]}]}));
    let [uid, empty] = &parsed.events[..] else { panic!("{parsed:?}") };
    for (event, page) in [(uid, "17"), (empty, "18")] {
        assert!(matches!(&event.body, EventBody::Unknown(unknown) if unknown.name == "changed_fields"));
        assert_eq!(event.account.as_ref().unwrap().native_id, page);
    }
}

#[test]
fn one_bad_item_leaves_the_others() {
    let mut changes: Vec<Value> = (0..100)
        .map(|n| json!({"field": "feed", "value": comment(json!({"comment_id": format!("901_{n}")}))}))
        .collect();
    changes[50]["value"] = json!({"item": "comment", "verb": "add", "post_id": post_id()});
    changes[51]["value"] = json!("no object");
    let body =
        json!({"object": "page", "entry": [7, {"id": PAGE, "time": 1_768_000_050, "changes": changes}]}).to_string();
    let parsed = normalise(BodyKind::Webhook, body.as_bytes(), &account(), now()).unwrap();
    assert_eq!((parsed.events.len(), parsed.rejects.len()), (98, 3));
    for reject in &parsed.rejects {
        let raw = reject.raw.unwrap();
        assert!(serde_json::from_str::<Value>(&body[raw.start as usize..raw.end as usize]).is_ok());
    }
}

#[test]
fn half_a_character_in_one_item_is_repaired_there() {
    let body = json!({"object": "page", "entry": [{"id": PAGE, "time": 1, "changes": [
        {"field": "feed", "value": comment(json!({"message": "BROKEN!"}))},
        {"field": "feed", "value": comment(json!({"comment_id": "901_78"}))}]}]});
    let body = body.to_string().replace("BROKEN", "\\ud83d");
    let parsed = normalise(BodyKind::Webhook, body.as_bytes(), &account(), now()).unwrap();
    assert!(parsed.repaired && parsed.rejects.is_empty());
    let EventBody::Message(first) = &parsed.events[0].body else { panic!() };
    assert_eq!(first.content.text, "\u{fffd}!");
    assert!(
        parsed.events.iter().all(|event| event.raw.is_some()),
        "the raw body is untouched, so every place is known"
    );
}

fn signed(body: &str) -> WebhookRequest {
    let mut headers = HeaderMap::new();
    headers.insert("x-hub-signature-256", sign(SECRET.as_bytes(), body.as_bytes(), Encoding::Hex).parse().unwrap());
    headers.insert("content-type", "application/json".parse().unwrap());
    WebhookRequest::post(headers, body.to_owned())
}

fn refused(request: &WebhookRequest) -> ErrorKind {
    let webhook = Webhook::new(WebhookConfig::new(SECRET, "right token")).unwrap();
    webhook.receive(request, now()).unwrap_err().kind()
}

#[test]
fn only_whoever_knows_the_verify_token_is_answered() {
    let webhook = Webhook::new(WebhookConfig::new(SECRET, "right token")).unwrap();
    let ask = WebhookRequest::get("hub.mode=subscribe&hub.challenge=11%2B58&hub.verify_token=right+token");
    let Received::Challenge(reply) = webhook.receive(&ask, now()).unwrap() else { panic!() };
    assert_eq!(reply.body, "11+58");
    let get = |query: &str| refused(&WebhookRequest::get(query));
    assert_eq!(get("hub.mode=subscribe&hub.challenge=1&hub.verify_token=wrong"), ErrorKind::SignatureInvalid);
    assert_eq!(get("hub.mode=subscribe&hub.challenge=1"), ErrorKind::SignatureInvalid);
    assert_eq!(get("hub.mode=subscribe&hub.verify_token=right+token"), ErrorKind::InputInvalid);
    assert_eq!(get("hub.mode=unsubscribe&hub.challenge=1&hub.verify_token=right+token"), ErrorKind::InputInvalid);
    assert_eq!(get(""), ErrorKind::InputInvalid);
    assert_eq!(Webhook::new(WebhookConfig::new(SECRET, "")).unwrap_err().kind(), ErrorKind::ConfigInvalid);
}

#[test]
fn requests_that_facebook_does_not_send_are_refused() {
    let good = signed(r#"{"object":"page","entry":[]}"#);
    let webhook = Webhook::new(WebhookConfig::new(SECRET, "token")).unwrap();
    assert!(matches!(webhook.receive(&good, now()).unwrap(), Received::Ignored));
    let mut other = good.clone();
    other.method = Method::DELETE;
    assert_eq!(refused(&other), ErrorKind::InputInvalid);
    let mut other = good.clone();
    other.headers.insert("content-type", "text/plain".parse().unwrap());
    assert_eq!(refused(&other), ErrorKind::InputInvalid);
    let mut other = good.clone();
    other.body = vec![b' '; MAX_BODY + 1].into();
    assert_eq!(refused(&other), ErrorKind::TooLarge);
    let mut other = good.clone();
    other.headers.remove("x-hub-signature-256");
    assert_eq!(refused(&other), ErrorKind::SignatureInvalid);
}

#[test]
fn broken_bodies_are_one_reject() {
    for body in ["", "{", "[]", "7", r#"{"object":"page"}"#, r#"{"object":"page","entry":[{"id":1}"#, "\u{1}"] {
        let parsed = normalise(BodyKind::Webhook, body.as_bytes(), &account(), now()).unwrap();
        assert!(parsed.events.is_empty() && parsed.rejects.len() == 1, "{body}");
        assert_eq!(parsed.rejects[0].error.kind(), ErrorKind::InputInvalid);
    }
    let deep = format!(r#"{{"object":"page","entry":{}{}}}"#, "[".repeat(9999), "]".repeat(9999));
    assert_eq!(normalise(BodyKind::Webhook, deep.as_bytes(), &account(), now()).unwrap().rejects.len(), 1);
    let stream = normalise(BodyKind::Stream, b"{}", &account(), now()).unwrap_err();
    assert_eq!(stream.kind(), ErrorKind::Unsupported);
}
