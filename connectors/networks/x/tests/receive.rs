//! Bodies as X writes them, through the front door.

#![allow(clippy::unwrap_used)]

use careline::ErrorKind;
use careline::intake::{Intake, Parsed, Received, WebhookRequest};
use careline::model::*;
use careline::network::BodyKind;
use careline::wire::{Encoding, sign};
use careline_x::{Webhook, WebhookConfig, normalise};
use http::HeaderMap;

const SECRET: &str = "consumer-secret";

fn webhook() -> Webhook {
    Webhook::new(WebhookConfig::new([SECRET])).unwrap()
}

fn now() -> Timestamp {
    Timestamp::parse("2026-09-01T00:00:00.000Z").unwrap()
}

fn account() -> NativeAccount {
    NativeAccount::new(NetworkName::new("x"), "111")
}

fn signed(body: &[u8], secret: &str) -> WebhookRequest {
    let mut headers = HeaderMap::new();
    headers.insert("content-type", "application/json; charset=utf-8".parse().unwrap());
    let signature = sign(secret.as_bytes(), body, Encoding::Base64);
    headers.insert("x-twitter-webhooks-signature", signature.parse().unwrap());
    WebhookRequest::post(headers, body.to_vec())
}

fn received(body: &[u8]) -> Parsed {
    match webhook().receive(&signed(body, SECRET), now()).unwrap() {
        Received::Events(parsed) => parsed,
        other => panic!("{other:?}"),
    }
}

fn rest(body: &str) -> Parsed {
    normalise(BodyKind::Rest, body.as_bytes(), &account(), now()).unwrap()
}

fn message(event: &Event) -> &Inbound {
    match &event.body {
        EventBody::Message(message) => message,
        other => panic!("{other:?}"),
    }
}

fn marked(message: &Inbound) -> Vec<(&str, &str, &str)> {
    let text = &message.content.text;
    message
        .content
        .entities
        .iter()
        .map(|entity| (entity.kind.as_str(), entity.span.of(text), entity.value.as_str()))
        .collect()
}

#[test]
fn a_challenge_is_answered_with_the_vector_of_the_fact_sheet() {
    let Received::Challenge(reply) = webhook().receive(&WebhookRequest::get("crc_token=challenge-123"), now()).unwrap()
    else {
        panic!("a challenge is a challenge")
    };
    assert_eq!(reply.body, r#"{"response_token":"sha256=+JKD3xCx1so7H9dYGqEd8qLRIIR3uCpi/4gsvLxmFd4="}"#);
    assert_eq!(reply.status, 200);
    let error = webhook().receive(&WebhookRequest::get("other=1"), now()).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::InputInvalid);
}

#[test]
fn a_reply_becomes_a_message_with_everything_the_network_tells() {
    let parsed = received(include_bytes!("fixtures/activity_reply.json"));
    assert!(parsed.rejects.is_empty() && !parsed.repaired);
    let event = &parsed.events[0];
    assert_eq!((event.account.as_ref(), &event.channel, event.raw), (Some(&account()), &Channel::Webhook, None));
    assert_eq!(event.received_at, now());
    let message = message(event);
    assert_eq!((message.scope.as_str(), message.native_id.as_str()), ("x", "2090000000000000001"));
    assert_eq!((&message.surface, &message.visibility), (&Surface::Comment, &Visibility::Public));
    assert_eq!(message.content.text, "@acme my order & refund are late, see https://t.co/abcdefghij #acmefail");
    assert_eq!(
        marked(message),
        [
            ("mention", "@acme", "acme"),
            ("link", "https://t.co/abcdefghij", "https://acme.example/orders/7"),
            ("hashtag", "#acmefail", "acmefail"),
        ]
    );
    assert_eq!(message.content.entities[0].native_id.as_deref(), Some("111"));
    assert_eq!(message.sent_at, Timestamp::parse("2026-08-12T18:00:00Z"));
    assert_eq!(message.thread.as_deref(), Some("2080761390344937796"));
    let target = message.reply_to.as_ref().unwrap();
    assert_eq!((target.native_id.as_str(), target.author.as_deref()), ("2080761390344937796", Some("111")));
    assert_eq!((message.root_id.as_deref(), message.revision), (None, 0));
    assert_eq!(message.language.as_deref(), Some("en"));
    let author = message.author.as_ref().unwrap();
    assert_eq!(
        (author.native_id.as_str(), author.handle.as_deref(), author.name.as_deref()),
        ("222", Some("jo_doe"), Some("Jo Doe"))
    );
    assert_eq!(
        (author.followers, author.verified, author.url.as_deref()),
        (Some(1200), Some(true), Some("https://x.com/jo_doe"))
    );
    let [photo, film] = &message.content.attachments[..] else { panic!("two attachments") };
    assert_eq!(
        (&photo.kind, photo.url.as_deref(), photo.description.as_deref()),
        (&AttachmentKind::Image, Some("https://img.example/1.jpg"), Some("A broken box"))
    );
    assert_eq!(
        (&film.kind, film.native_id.as_deref(), film.url.as_deref()),
        (&AttachmentKind::Video, Some("7_99"), None)
    );
}

#[test]
fn a_direct_message_is_private_and_in_the_thread_of_the_two() {
    let parsed = received(include_bytes!("fixtures/activity_dm.json"));
    let message = message(&parsed.events[0]);
    assert_eq!((&message.surface, &message.visibility), (&Surface::DirectMessage, &Visibility::Private));
    assert_eq!(message.thread.as_deref(), Some("dm:111-222"));
    assert_eq!(message.content.text, "my number is 5 < 6");
    assert_eq!(message.sent_at, Timestamp::from_millis(1_784_928_224_372));
    assert_eq!(message.author.as_ref().unwrap().handle.as_deref(), Some("jo_doe"));
    let recipient = message.recipient.as_ref().unwrap();
    assert_eq!((recipient.native_id.as_str(), recipient.handle.as_deref()), ("111", Some("acme")));
    assert_eq!(message.content.attachments[0].url.as_deref(), Some("https://img.example/dm.jpg"));
    assert_eq!(message.content.extensions["quick_reply_response"]["metadata"], "refund");
    assert_eq!(message.content.extensions["initiated_via"]["tweet_id"], "2080761390344937796");
}

#[test]
fn a_direct_message_names_to_whom_it_is_where_the_network_tells() {
    let to = |sender: &str, pair: &str| {
        let body = format!(
            r#"{{"data":{{"id":"9","event_type":"MessageCreate","text":"t","sender_id":"{sender}","dm_conversation_id":"{pair}"}}}}"#
        );
        let parsed = normalise(BodyKind::Rest, body.as_bytes(), &account(), now()).unwrap();
        message(&parsed.events[0]).recipient.as_ref().map(|recipient| recipient.native_id.to_string())
    };
    assert_eq!(to("111", "111-222").as_deref(), Some("222"));
    assert_eq!(to("222", "111-222").as_deref(), Some("111"));
    assert_eq!(to("333", "111-222"), None);
    assert_eq!(to("111", "1585094756761149440"), None, "a group");
}

#[test]
fn the_legacy_shape_gives_the_long_text_and_a_repost_is_a_message() {
    let body = include_bytes!("fixtures/legacy_tweets.json");
    let parsed = received(body);
    assert!(parsed.rejects.is_empty(), "{:?}", parsed.rejects);
    let first = message(&parsed.events[0]);
    assert_eq!(first.native_id, "1924468000000000001");
    assert_eq!(first.content.text, "@acme the whole long text with $ACME");
    assert_eq!(marked(first), [("mention", "@acme", "acme"), ("cashtag", "$ACME", "ACME")]);
    assert_eq!(first.sent_at, Timestamp::parse("2025-05-19T14:01:46Z"));
    assert_eq!(first.reply_to.as_ref().unwrap().native_id, "1924467000000000002");
    assert_eq!(first.language.as_deref(), Some("id"));
    assert_eq!(first.author.as_ref().unwrap().followers, Some(12));
    let repost = message(&parsed.events[1]);
    assert_eq!(
        (repost.native_id.as_str(), repost.content.text.as_str()),
        ("1924468000000000003", "RT @acme: we are back")
    );
    assert_eq!(repost.content.extensions["retweet_of"], "1924460000000000000");
    assert_eq!(repost.author.as_ref().unwrap().native_id, "333");
    assert_eq!((repost.sent_at, &repost.reply_to), (Timestamp::parse("2025-05-19T14:02:00Z"), &None));
    for event in &parsed.events {
        let range = event.raw.unwrap();
        let item: serde_json::Value = serde_json::from_slice(&body[range.start as usize..range.end as usize]).unwrap();
        assert!(item["id_str"].is_string());
    }
}

#[test]
fn the_spelling_of_2026_is_read_like_the_old_one() {
    let old = r#"{"data":{"id":"2090000000000000002","text":"cut…","author_id":"222","referenced_tweets":[{"type":"replied_to","id":"2090000000000000000"},{"type":"quoted","id":"2080000000000000000"}],"edit_history_tweet_ids":["2090000000000000001","2090000000000000002"],"note_tweet":{"text":"the whole text @acme","entities":{"mentions":[{"start":15,"end":20,"username":"acme"}]}}},"includes":{"tweets":[{"id":"2080000000000000000","author_id":"111"},{"id":"2090000000000000000","author_id":"333"}]}}"#;
    let new = old.replace("_tweet", "_post").replace("\"tweets\"", "\"posts\"");
    let parsed = rest(old);
    assert_eq!(parsed.events, rest(&new).events);
    let message = message(&parsed.events[0]);
    assert_eq!((message.root_id(), message.revision), ("2090000000000000001", 1));
    assert_eq!(message.content.text, "the whole text @acme");
    assert_eq!(marked(message), [("mention", "@acme", "acme")]);
    assert_eq!(message.surface, Surface::Comment);
    assert_eq!(message.reply_to.as_ref().unwrap().author.as_deref(), Some("333"));
    assert_eq!(message.content.extensions["referenced_tweets"][0]["author_id"], "111");
}

#[test]
fn spans_survive_escapes_emoji_and_composition() {
    let text = "👍 cafe\u{301} &lt;3 &amp; @acme: see https://t.co/x #cafe\u{301}";
    let at = |part: &str| {
        let start = text[..text.find(part).unwrap()].chars().count();
        (start, start + part.chars().count())
    };
    let (mention, url, tag) = (at("@acme"), at("https://t.co/x"), at("#cafe\u{301}"));
    let body = serde_json::json!({ "data": [{ "id": "2090000000000000001", "text": text, "entities": {
        "hashtags": [{ "start": tag.0, "end": tag.1.to_string(), "tag": "cafe\u{301}" }],
        "mentions": [{ "start": mention.0, "end": mention.1, "username": "acme" }],
        "urls": [{ "start": url.0, "end": url.1, "url": "https://t.co/x", "expanded_url": "https://acme.example" }],
    } }] });
    let parsed = rest(&body.to_string());
    let message = message(&parsed.events[0]);
    assert_eq!(message.content.text, "👍 café <3 & @acme: see https://t.co/x #café");
    assert_eq!(
        marked(message),
        [
            ("mention", "@acme", "acme"),
            ("link", "https://t.co/x", "https://acme.example"),
            ("hashtag", "#café", "cafe\u{301}"),
        ]
    );
    assert_eq!(message.surface, Surface::Mention);
}

#[test]
fn offsets_that_do_not_fit_are_mended_and_marks_that_are_not_there_are_dropped() {
    let body = r#"{"data":{"id":"2090000000000000001","text":"well @acme","entities":{"mentions":[{"start":0,"end":5,"username":"acme"},{"start":900,"end":905,"username":"nobody"}]}}}"#;
    assert_eq!(marked(message(&rest(body).events[0])), [("mention", "@acme", "acme")]);
}

#[test]
fn ids_without_a_time_in_them_give_none() {
    let parsed = rest(r#"{"data":[{"id":"20","text":"old"},{"id":"2080765813578191303","text":"new"}]}"#);
    assert_eq!(message(&parsed.events[0]).sent_at, None);
    assert_eq!(message(&parsed.events[1]).sent_at, Timestamp::parse("2026-07-24T21:23:23.373Z"));
    assert_eq!(message(&parsed.events[0]).author, None);
}

#[test]
fn every_legacy_kind_is_read() {
    let kinds = |body: &str| -> Vec<String> {
        let parsed = received(format!(r#"{{"for_user_id":"111",{body}}}"#).as_bytes());
        assert!(parsed.rejects.is_empty(), "{:?}", parsed.rejects);
        parsed
            .events
            .iter()
            .map(|event| {
                assert_eq!(event.account, Some(account()));
                match &event.body {
                    EventBody::Deleted(deleted) => format!("deleted {} {}", deleted.native_id, deleted.at.unwrap()),
                    EventBody::Reaction(reaction) => {
                        format!(
                            "{} {} by {}",
                            reaction.reaction,
                            reaction.native_id,
                            reaction.by.as_ref().unwrap().native_id
                        )
                    }
                    EventBody::Signal(signal) => {
                        format!("{} {} by {}", signal.name, signal.thread, signal.by.as_ref().unwrap().native_id)
                    }
                    EventBody::Seen(seen) => format!("read {} {}", seen.thread, seen.native_ids[0]),
                    EventBody::Unknown(unknown) => format!("unknown {}", unknown.name),
                    other => panic!("{other:?}"),
                }
            })
            .collect()
    };
    let pair =
        r#""source":{"id":"222","screen_name":"jo_doe"},"target":{"id":"111"},"created_timestamp":"1784928224372""#;
    let direct = r#""created_timestamp":"1784928224372","sender_id":"222","target":{"recipient_id":"111"}"#;
    assert_eq!(
        kinds(r#""tweet_delete_events":[{"status":{"id":"7","user_id":"111"},"timestamp_ms":"1784928224372"}]"#),
        ["deleted 7 2026-07-24T21:23:44.372Z"]
    );
    assert_eq!(
        kinds(
            r#""favorite_events":[{"id":"a1","timestamp_ms":1784928224372,"favorited_status":{"id_str":"8"},"user":{"id":222}}]"#
        ),
        ["like 8 by 222"]
    );
    assert_eq!(kinds(&format!(r#""follow_events":[{{"type":"unfollow",{pair}}}]"#)), ["unfollow dm:111-222 by 222"]);
    assert_eq!(kinds(&format!(r#""block_events":[{{"type":"block",{pair}}}]"#)), ["block dm:111-222 by 222"]);
    assert_eq!(kinds(&format!(r#""mute_events":[{{{pair}}}]"#)), ["mute dm:111-222 by 222"]);
    assert_eq!(
        kinds(&format!(r#""direct_message_mark_read_events":[{{{direct},"last_read_event_id":"9"}}],"users":{{}}"#)),
        ["read dm:111-222 9"]
    );
    assert_eq!(
        kinds(&format!(r#""direct_message_indicate_typing_events":[{{{direct}}}]"#)),
        ["typing dm:111-222 by 222"]
    );
    assert_eq!(kinds(r#""tweet_hologram_events":[{"id":"1"}]"#), ["unknown tweet_hologram_events"]);
}

#[test]
fn every_activity_is_read_or_named() {
    let one = |kind: &str, payload: &str| {
        let body = format!(
            r#"{{"data":{{"event_uuid":"-1","payload":{payload},"event_type":"{kind}","filter":{{"user_id":"111"}}}}}}"#
        );
        let mut parsed = received(body.as_bytes());
        assert_eq!((parsed.events.len(), parsed.rejects.len()), (1, 0), "{kind}");
        assert_eq!(parsed.events[0].account, Some(account()));
        parsed.events.remove(0).body
    };
    assert!(
        matches!(one("post.delete", r#"{"id":"7","author_id":"111"}"#), EventBody::Deleted(gone) if gone.native_id == "7")
    );
    let like = one("like.create", r#"{"liked_tweet_id":"8","user_id":"222","created_at":"2026-08-12T18:00:00Z"}"#);
    assert!(
        matches!(like, EventBody::Reaction(like) if like.native_id == "8" && like.by.as_ref().unwrap().native_id == "222")
    );
    let repost =
        r#"{"id":"9","text":"RT @acme: hi","author_id":"222","referenced_posts":[{"type":"retweeted","id":"8"}]}"#;
    assert!(matches!(one("post.repost.create", repost), EventBody::Message(repost) if repost.native_id == "9"
        && repost.content.text == "RT @acme: hi" && repost.content.extensions["retweet_of"] == "8"));
    let event = r#"{"author_id":"222","referenced_tweets":[{"type":"retweeted","id":"8"}]}"#;
    assert!(matches!(one("post.repost.create", event), EventBody::Reaction(repost) if repost.reaction == "repost"
        && repost.native_id == "8" && repost.by.as_ref().unwrap().native_id == "222"));
    let block = one("block.block", r#"{"source":{"data":{"id":"222"}},"target":{"id":"111"}}"#);
    assert!(matches!(block, EventBody::Signal(block) if block.name == "block" && block.thread == "dm:111-222"));
    let revoke = one("oauth.revoke", r#"{"user_id":"111","app_id":"5","date_time":"2026-08-12T18:00:00+00:00"}"#);
    assert!(matches!(revoke, EventBody::Account(change) if change.change == "revoked" && change.at.is_some()));
    // A kind of tomorrow may reuse our names for something else.
    for payload in [r#"{"entities":"none","before":"a","after":"b"}"#, "{}", r#"{"id":"1","text":"words"}"#] {
        assert!(
            matches!(one("profile.update.bio", payload), EventBody::Unknown(unknown) if unknown.name == "profile.update.bio")
        );
    }
}

#[test]
fn an_activity_is_told_by_its_payload_wherever_that_stands() {
    let body = br#"{"data":{"created_at":"2026-08-12T18:00:00Z","payload":{"id":"2090000000000000001","text":"acme!"},"filter":{"user_id":"111"},"event_type":"post.create"}}"#;
    assert_eq!(message(&received(body).events[0]).content.text, "acme!");
    let body = br#"{"data":[{"event_type":"MessageCreate","id":"9","text":"hi","sender_id":"222"}]}"#;
    let parsed = normalise(BodyKind::Rest, body, &account(), now()).unwrap();
    assert_eq!(message(&parsed.events[0]).surface, Surface::DirectMessage);
}

#[test]
fn one_bad_direct_message_or_person_leaves_the_others() {
    let body = br#"{"data":{"event_type":"dm.received","filter":{"user_id":"111"},"payload":{"direct_message_events":[{"type":"message_create","id":"1","message_create":7},{"type":"message_create","id":"2","message_create":{"sender_id":"222","target":{"recipient_id":"111"},"message_data":{"text":"hi"}}}],"users":{"222":{"name":["no"]}}}}}"#;
    let parsed = received(body);
    assert_eq!((parsed.events.len(), parsed.rejects.len()), (1, 1));
    assert_eq!(message(&parsed.events[0]).content.text, "hi");
    assert!(parsed.rejects[0].raw.is_some());
}

#[test]
fn a_withdrawn_permission_names_the_account_that_withdrew() {
    let body = br#"{"user_event":{"revoke":{"date_time":"2026-08-12T18:00:00+00:00","target":{"app_id":"5"},"source":{"user_id":"111"}}}}"#;
    let parsed = received(body);
    assert_eq!(parsed.events[0].account, Some(account()));
    assert!(matches!(&parsed.events[0].body, EventBody::Account(change) if change.change == "revoked"));
}

#[test]
fn what_names_no_account_is_set_aside_or_goes_to_the_keyword_account() {
    let body = br#"{"data":{"event_type":"post.create","filter":{"keyword":"acme"},"payload":{"id":"2090000000000000001","text":"acme!"}}}"#;
    let parsed = received(body);
    assert_eq!(parsed.rejects[0].error.kind(), ErrorKind::AccountUnknown);
    let mut config = WebhookConfig::new([SECRET]);
    config.keyword_account = Some(account());
    let Received::Events(parsed) = Webhook::new(config).unwrap().receive(&signed(body, SECRET), now()).unwrap() else {
        panic!("a post is an event")
    };
    assert_eq!(parsed.events[0].account, Some(account()));
}

#[test]
fn an_event_for_another_account_names_that_one() {
    let body = br#"{"for_user_id":"999","tweet_delete_events":[{"status":{"id":"7"}}]}"#;
    assert_eq!(received(body).events[0].account.as_ref().unwrap().native_id, "999");
}

#[test]
fn one_bad_item_among_a_hundred_leaves_the_others_and_says_where_it_stands() {
    let item = |n: u32| match n {
        50 => r#"{"id":"50","text":{"not":"a text"}}"#.to_owned(),
        n => format!(r#"{{"id":{n},"text":"post {n}"}}"#),
    };
    let body = format!(r#"{{"data":[{}]}}"#, (1..=100).map(item).collect::<Vec<_>>().join(","));
    let parsed = rest(&body);
    assert_eq!((parsed.events.len(), parsed.rejects.len()), (99, 1));
    let range = parsed.rejects[0].raw.unwrap();
    assert_eq!(&body[range.start as usize..range.end as usize], item(50));
    assert_eq!(parsed.rejects[0].account, Some(account()));
    let range = parsed.events[49].raw.unwrap();
    assert_eq!(&body[range.start as usize..range.end as usize], item(51));
}

#[test]
fn a_bad_author_costs_no_message() {
    let body = r#"{"data":[{"id":"1","text":"hi","author_id":222}],"includes":{"users":[{"id":"222","name":["no"]}]}}"#;
    let parsed = rest(body);
    assert_eq!(message(&parsed.events[0]).author.as_ref().unwrap().native_id, "222");
    let parsed = rest(r#"{"data":[{"id":"1","text":"hi"}],"includes":[]}"#);
    assert_eq!(parsed.events.len(), 1);
}

#[test]
fn a_lone_surrogate_is_repaired_and_noted() {
    let parsed = rest(r#"{"data":[{"id":"1","text":"oh \ud83d no"},{"id":"2","text":"fine"}]}"#);
    assert!(parsed.repaired);
    assert_eq!(message(&parsed.events[0]).content.text, "oh \u{fffd} no");
    assert!(
        parsed.events.iter().all(|event| event.raw.is_none()),
        "places in a repaired body are not those in the raw one"
    );
}

#[test]
fn pages_without_items_are_empty_and_failures_are_errors() {
    for body in [
        r#"{"meta":{"result_count":0}}"#,
        r#"{"statuses":[],"search_metadata":{}}"#,
        r#"{"events":[]}"#,
        r#"{"errors":[{"resource_type":"tweet","resource_id":"1","type":"https://api.x.com/2/problems/resource-not-found"}]}"#,
        "[]",
    ] {
        let parsed = rest(body);
        assert!(parsed.events.is_empty() && parsed.rejects.is_empty(), "{body}");
    }
    for (body, kind) in [
        (r#"{"errors":[{"code":88,"message":"Rate limit exceeded"}]}"#, ErrorKind::RateLimited),
        (
            r#"{"title":"Unauthorized","detail":"no","type":"https://api.x.com/2/problems/client-forbidden"}"#,
            ErrorKind::PermissionDenied,
        ),
        (
            r#"{"errors":[{"title":"operational-disconnect","disconnect_type":"UpstreamOperationalDisconnect"}]}"#,
            ErrorKind::Unavailable,
        ),
    ] {
        assert_eq!(normalise(BodyKind::Stream, body.as_bytes(), &account(), now()).unwrap_err().kind(), kind);
    }
    assert!(normalise(BodyKind::Stream, b"\r\n", &account(), now()).unwrap().events.is_empty());
}

#[test]
fn an_empty_delivery_is_ignored_and_a_broken_one_is_one_reject() {
    assert!(matches!(webhook().receive(&signed(b"{}", SECRET), now()).unwrap(), Received::Ignored));
    for body in [&b""[..], b"{", b"null", b"7", b"\xff\xfe", &b"[".repeat(100_000)] {
        let parsed = received(body);
        assert_eq!((parsed.events.len(), parsed.rejects.len()), (0, 1));
        assert_eq!(parsed.rejects[0].error.kind(), ErrorKind::InputInvalid);
    }
}

#[test]
fn users_and_other_objects_are_named_not_taken_for_messages() {
    let unknown = |body: &str| match &rest(body).events[..] {
        [Event { body: EventBody::Unknown(unknown), .. }] => unknown.name.to_string(),
        other => panic!("{other:?}"),
    };
    assert_eq!(unknown(r#"{"data":{"id":"222","name":"Jo Doe","username":"jo_doe"}}"#), "user");
    assert_eq!(unknown(r#"{"id_str":"222","screen_name":"jo_doe","status":{"id_str":"1","text":"hi"}}"#), "user");
    assert_eq!(unknown(r#"{"data":{"hidden":true}}"#), "data");
    assert_eq!(unknown(r#"{"ids":[1,2],"next_cursor":0}"#), "ids");
    assert_eq!(unknown(r#"{"users":[{"id_str":"222"}],"next_cursor":0}"#), "next_cursor");
}
