//! What bodies become.

#![allow(clippy::unwrap_used, clippy::expect_used)]

mod fixtures;

use careline::ErrorKind;
use careline::intake::Parsed;
use careline::model::{AttachmentKind, EntityKind, Event, EventBody, Inbound, Span, Surface, Timestamp, Visibility};
use careline::network::BodyKind;
use careline_bluesky::normalise;
use proptest::prelude::*;
use serde_json::{Value, json};

use fixtures::*;

fn parse(kind: BodyKind, body: &Value) -> Parsed {
    normalise(kind, body.to_string().as_bytes(), &brand(), Timestamp::default()).unwrap()
}

fn read(kind: BodyKind, body: &Value) -> Vec<Event> {
    let parsed = parse(kind, body);
    assert!(parsed.rejects.is_empty(), "{:?}", parsed.rejects);
    parsed.events
}

fn message(event: &Event) -> &Inbound {
    match &event.body {
        EventBody::Message(message) => message,
        other => panic!("{other:?}"),
    }
}

/// The message that a post becomes.
fn said(post: Value) -> Inbound {
    message(&read(BodyKind::Rest, &json!({ "posts": [post] }))[0]).clone()
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
        EventBody::Hidden(hidden) => format!("hidden {}", hidden.native_id),
        EventBody::Signal(signal) => format!("{} in {}", signal.name, signal.thread),
        EventBody::Unknown(unknown) => format!("unknown {}", unknown.name),
        EventBody::Account(change) => format!("{}: {}", change.change, change.reason.as_deref().unwrap_or_default()),
        EventBody::Profile(profile) => format!("{} is {}", profile.native_id, profile.handle.as_deref().unwrap_or("?")),
        other => format!("{other:?}"),
    };
    events.iter().map(short).collect()
}

#[test]
fn a_post_becomes_a_message_with_all_it_says() {
    let (root, parent) = (uri(ACME, "3kroot"), uri(ACME, "3kparent"));
    let text = "👍 @acme.example where is it?";
    let embed = json!({"$type": "app.bsky.embed.images", "images": [picture()]});
    let shown = json!({"$type": "app.bsky.embed.images#view",
        "images": [{"thumb": "https://cdn.example/t", "fullsize": "https://cdn.example/f", "alt": "a broken cup"}]});
    let record = with(
        answer(text, &root, &parent),
        json!({"facets": [facet(text, "@acme.example", mention(ACME))], "embed": embed}),
    );
    let found = said(with(
        post("3k1", record),
        json!({"embed": shown, "labels": [{"val": "spam"}, {"val": "old", "neg": true}]}),
    ));
    assert_eq!((found.scope.as_str(), found.native_id.as_str()), ("bluesky", &*uri(JO, "3k1")));
    assert_eq!((&found.surface, &found.visibility), (&Surface::Comment, &Visibility::Public));
    assert_eq!((found.content.text.as_str(), found.language.as_deref()), (text, Some("en")));
    assert_eq!(found.sent_at, Some(at("2026-05-01T08:59:58.000Z")));
    let author = found.author.as_ref().unwrap();
    assert_eq!(
        (author.native_id.as_str(), author.handle.as_deref(), author.name.as_deref()),
        (JO, Some("jo.example"), Some("Jo Doe"))
    );
    assert_eq!(author.url.as_deref(), Some("https://bsky.app/profile/did:plc:madeupjo"));
    assert_eq!(found.thread.as_deref(), Some(&*root));
    let answered = found.reply_to.as_ref().unwrap();
    assert_eq!((answered.native_id.as_str(), answered.author.as_deref()), (&*parent, Some(ACME)));
    assert_eq!(found.permalink.as_deref(), Some("https://bsky.app/profile/did:plc:madeupjo/post/3k1"));
    let [entity] = &found.content.entities[..] else { panic!("{:?}", found.content.entities) };
    assert_eq!(
        (entity.span.of(text), &entity.kind, entity.native_id.as_deref()),
        ("@acme.example", &EntityKind::Mention, Some(ACME))
    );
    let [picture] = &found.content.attachments[..] else { panic!("one picture") };
    assert_eq!((&picture.kind, picture.url.as_deref()), (&AttachmentKind::Image, Some("https://cdn.example/f")));
    assert_eq!(
        (picture.native_id.as_deref(), picture.mime.as_deref(), picture.size),
        (Some("bafkreimadeup"), Some("image/png"), Some(12345))
    );
    assert_eq!(picture.description.as_deref(), Some("a broken cup"));
    assert_eq!(Value::Object(found.content.extensions), json!({"labels": ["spam"]}));
}

#[test]
fn a_notification_and_a_line_of_the_stream_are_the_same_post() {
    let embed = json!({"embed": {"$type": "app.bsky.embed.images", "images": [picture()]}});
    let record = with(record("where is it?"), embed);
    let listed = read(BodyKind::Rest, &json!({"notifications": [notification("mention", "3k1", record.clone())]}));
    let streamed = read(BodyKind::Stream, &commit("create", "3k1", record));
    let (listed, streamed) = (message(&listed[0]), message(&streamed[0]));
    assert_eq!(
        (&listed.native_id, &listed.content, listed.sent_at),
        (&streamed.native_id, &streamed.content, streamed.sent_at)
    );
    // Where nobody shows an address, the one Bluesky's own views have.
    assert_eq!(
        listed.content.attachments[0].url.as_deref(),
        Some("https://cdn.bsky.app/img/feed_fullsize/plain/did:plc:madeupjo/bafkreimadeup@jpeg")
    );
}

#[test]
fn the_place_follows_from_what_a_post_does() {
    let quote = |uri: String| {
        json!({"embed": {"$type": "app.bsky.embed.record", "record": {"uri": uri,
        "cid": "bafyreimadeup"}}})
    };
    let ours = uri(ACME, "3kours");
    let named = with(
        record("hi @acme.example"),
        json!({"facets": [facet("hi @acme.example", "@acme.example", mention(ACME))]}),
    );
    assert_eq!(said(post("3k1", record("hm"))).surface, Surface::Post);
    assert_eq!(said(post("3k1", named.clone())).surface, Surface::Mention);
    let quoting = said(post("3k1", with(named, quote(ours.clone()))));
    assert_eq!(quoting.surface, Surface::Quote);
    assert_eq!(quoting.content.extensions["quote"], json!({"uri": ours, "did": ACME}));
    let beside = json!({"embed": {"$type": "app.bsky.embed.recordWithMedia", "record": {"record": {"uri": ours}},
        "media": {"$type": "app.bsky.embed.images", "images": [picture(), 7]}}});
    let beside = said(post("3k1", with(record("hm"), beside)));
    assert_eq!((beside.surface, beside.content.attachments.len()), (Surface::Quote, 1));
    let list = said(post("3k1", with(record("hm"), quote(format!("at://{ACME}/app.bsky.graph.list/3klist")))));
    assert_eq!((list.surface, list.content.extensions.contains_key("record")), (Surface::Post, true));
}

#[test]
fn what_a_strangers_program_writes_wrong_costs_only_itself() {
    let odd = json!({"langs": ["not a language", 7, "de"], "facets": [{"index": {"byteStart": 1, "byteEnd": 2}}, null,
        7],
        "reply": {"root": "nowhere", "parent": {"uri": 7}}, "embed": {"$type": "app.bsky.embed.hologram", "images": {}},
        "createdAt": "yesterday", "labels": "none", "tags": 7, "entities": [{"index": {}}], "via": {"app": "made up"}});
    let found = said(post("3k1", with(record("ümläut"), odd)));
    assert_eq!((found.content.text.as_str(), found.language.as_deref(), found.sent_at), ("ümläut", Some("de"), None));
    assert_eq!((found.reply_to, found.thread, found.content.entities.len()), (None, None, 0));
    let forged = with(
        post("3k1", with(record("hm"), json!({"createdAt": "2031-01-01T00:00:00.000Z"}))),
        json!({"indexedAt": "2026-05-01T09:00:00.000Z"}),
    );
    assert_eq!(said(forged).sent_at, None, "an author's clock is no reason to wait five years");
    let without_handle =
        with(post("3k1", record("hm")), json!({"author": {"did": JO, "handle": "handle.invalid", "displayName": ""}}));
    let author = said(without_handle).author.unwrap();
    assert_eq!((author.native_id.as_str(), author.handle, author.name), (JO, None, None));
    let borrowed = with(post("3k1", record("hm")), json!({"author": acme()}));
    assert_eq!(said(borrowed).author.unwrap().native_id, JO, "who wrote a post is whose repository it stands in");
}

#[test]
fn notifications_of_other_kinds_are_told_by_their_word() {
    let about_ours = |reason: &str| {
        let body = json!({"$type": "app.bsky.feed.like", "subject": {"uri": uri(ACME, "3kours")},
            "createdAt": "2026-05-01T09:00:00Z"});
        with(notification(reason, "3k1", body), json!({"reasonSubject": uri(ACME, "3kours")}))
    };
    let follow = notification("follow", "3k2", json!({"$type": "app.bsky.graph.follow"}));
    let body = json!({"notifications": [about_ours("like"), about_ours("repost"), follow]});
    let ours = uri(ACME, "3kours");
    assert_eq!(
        summary(&read(BodyKind::Rest, &body)),
        [format!("like {ours} by {JO}"), format!("repost {ours} by {JO}"), "unknown follow".to_owned()]
    );
    let other = with(
        post("3k1", json!({"$type": "app.example.recipe"})),
        json!({"uri": format!("at://{JO}/app.example.recipe/3k1")}),
    );
    assert_eq!(summary(&read(BodyKind::Rest, &json!({"posts": [other]}))), ["unknown app.example.recipe"]);
}

#[test]
fn a_thread_is_read_from_its_root_down() {
    let node = |rkey: &str, around: Value| {
        with(json!({"$type": "app.bsky.feed.defs#threadViewPost", "post": post(rkey, record("hm"))}), around)
    };
    let gone = json!({"$type": "app.bsky.feed.defs#notFoundPost", "uri": uri(JO, "3kgone"), "notFound": true});
    let blocked = json!({"$type": "app.bsky.feed.defs#blockedPost", "uri": uri(JO, "3kblocked"), "blocked": true,
        "author": {"did": JO}});
    let root = node("3k1", json!({"parent": gone}));
    let leaf = node("3k4", json!({"replies": []}));
    let bad = json!({"$type": "app.bsky.feed.defs#threadViewPost", "post": {"uri": 7}});
    let body = json!({"thread": node("3k2", json!({"parent": root, "replies": [node("3k3",
        json!({"replies": [leaf]})), bad, blocked]}))});
    let parsed = parse(BodyKind::Rest, &body);
    let message = |rkey: &str| format!("message {}", uri(JO, rkey));
    let expected = [
        format!("deleted {}", uri(JO, "3kgone")),
        message("3k1"),
        message("3k2"),
        message("3k3"),
        message("3k4"),
        format!("hidden {}", uri(JO, "3kblocked")),
    ];
    assert_eq!(summary(&parsed.events), expected);
    assert_eq!(parsed.rejects.len(), 1);
    let mut deep = node("3k1", json!({}));
    for _ in 0..40 {
        deep = node("3k1", json!({ "parent": deep }));
    }
    assert_eq!(read(BodyKind::Rest, &json!({ "thread": deep })).len(), 41);
    let endless = format!(r#"{{"thread":{}{{}}{}}}"#, r#"{"post":{},"parent":"#.repeat(5000), "}".repeat(5000));
    let parsed = normalise(BodyKind::Rest, endless.as_bytes(), &brand(), Timestamp::default()).unwrap();
    assert!(parsed.rejects.iter().any(|reject| reject.error.to_string().contains("too deep")));
}

#[test]
fn the_log_tells_what_happens_in_private_threads() {
    let reaction = json!({"value": "👍", "sender": {"did": JO}, "createdAt": "2026-05-01T09:00:00.000Z"});
    let reacted = |kind: &str| with(log(kind, "3k4", direct("3km", "hi")), json!({"reaction": reaction}));
    let system = json!({"$type": "chat.bsky.convo.defs#systemMessageView", "id": "3ks",
        "sentAt": "2026-05-01T09:00:00Z", "data": {}});
    let body = json!({"cursor": "3k9", "logs": [
        log("logBeginConvo", "3k1", Value::Null), log("logCreateMessage", "3k2", direct("3km", "hi")),
        log("logDeleteMessage", "3k3", json!({"id": "3km", "rev": "3k3", "sender": {"did": JO}})),
            reacted("logAddReaction"),
        reacted("logRemoveReaction"), log("logReadConvo", "3k5", direct("3km", "hi")), log("logHologram", "3k6",
            json!("new")),
        log("logCreateMessage", "3k7", system)]});
    assert_eq!(
        summary(&read(BodyKind::Rest, &body)),
        [
            "logBeginConvo in 3kconvo",
            "message 3km",
            "deleted 3km",
            "👍 3km by did:plc:madeupjo",
            "-👍 3km by did:plc:madeupjo",
            "unknown logHologram",
            "unknown systemMessageView"
        ]
    );
    let logged = |message: Value| {
        let events = read(BodyKind::Rest, &json!({"logs": [log("logCreateMessage", "3k2", message)]}));
        self::message(&events[0]).clone()
    };
    let found = logged(with(direct("3km", "hi"), json!({"replyTo": {"id": "3kbefore", "sender": {"did": ACME}}})));
    assert_eq!(
        (found.surface, found.visibility, found.thread.as_deref()),
        (Surface::DirectMessage, Visibility::Private, Some("3kconvo"))
    );
    assert_eq!(found.author.unwrap().handle.as_deref(), Some("jo.example"));
    assert_eq!(found.recipient.unwrap().native_id, ACME);
    let answered = found.reply_to.unwrap();
    assert_eq!((answered.native_id.as_str(), answered.author.as_deref()), ("3kbefore", Some(ACME)));
    let ours = logged(with(direct("3kn", "on its way"), json!({"sender": {"did": ACME}})));
    assert_eq!((ours.author.unwrap().native_id.as_str(), ours.recipient.unwrap().native_id.as_str()), (ACME, JO));
}

#[test]
fn the_stream_tells_posts_and_accounts() {
    let like = json!({"$type": "app.bsky.feed.like", "subject": {"uri": uri(ACME, "3kours")},
        "createdAt": "2026-05-01T09:00:00Z"});
    let mut liked = commit("create", "3kl", like);
    liked["commit"]["collection"] = "app.bsky.feed.like".into();
    let account = |did: &str, active: bool| {
        json!({"did": did, "time_us": 1, "kind": "account",
        "account": {"did": did, "active": active, "status": "takendown"}})
    };
    let newer = |payload: Value| {
        json!({"$type": "message", "payload": with(payload, json!({"seq": 1, "did": JO,
        "time": "2026-05-01T09:00:00Z"}))})
    };
    let newer_commit = newer(json!({"$type": "network.bsky.jetstream.subscribeEvents#commit", "operation": "create",
        "collection": "app.bsky.feed.post", "rkey": "3kn", "cid": "bafyreimadeup", "record": record("hm")}));
    for (line, expected) in [
        (commit("create", "3k1", record("hm")), format!("message {}", uri(JO, "3k1"))),
        (commit("delete", "3k1", Value::Null), format!("deleted {}", uri(JO, "3k1"))),
        (commit("update", "3k1", record("hm")), "unknown update".to_owned()),
        (liked, format!("like {} by {JO}", uri(ACME, "3kours"))),
        (newer_commit, format!("message {}", uri(JO, "3kn"))),
        (
            json!({"did": JO, "kind": "identity", "identity": {"did": JO, "handle": "jo2.example", "seq": 1}}),
            format!("{JO} is jo2.example"),
        ),
        (account(ACME, false), "blocked: takendown".to_owned()),
        (account(ACME, true), "unblocked: takendown".to_owned()),
        (account(JO, false), "unknown account".to_owned()),
        (json!({"did": JO, "kind": "sync"}), "unknown sync".to_owned()),
    ] {
        assert_eq!(summary(&read(BodyKind::Stream, &line)), [expected], "{line}");
    }
    let goodbye = parse(BodyKind::Stream, &json!({"$type": "error", "error": "ConsumerTooSlow"}));
    assert_eq!((goodbye.events.len(), goodbye.rejects[0].error.kind()), (0, ErrorKind::Unavailable));
}

#[test]
fn one_item_alone_reads_as_it_did_in_its_list() {
    for (list, item) in [
        ("posts", post("3k1", record("hm"))),
        ("notifications", notification("reply", "3k1", record("hm"))),
        ("logs", log("logCreateMessage", "3k2", direct("3km", "hi"))),
    ] {
        let (listed, alone) = (read(BodyKind::Rest, &json!({ list: [item.clone()] })), read(BodyKind::Rest, &item));
        assert_eq!(listed[0].body, alone[0].body, "{list}");
    }
    let parsed = parse(BodyKind::Rest, &json!({"error": "ExpiredToken", "message": "Token has expired"}));
    assert_eq!(parsed.rejects[0].error.kind(), ErrorKind::Unauthenticated);
}

#[test]
fn half_a_character_costs_nothing_wherever_it_stands() {
    let body = json!({"logs": [log("logCreateMessage", "3k2", direct("3km", "BROKEN"))], "x": 1}).to_string();
    let body = body.replace("BROKEN", r"\ud83d");
    let parsed = normalise(BodyKind::Rest, body.as_bytes(), &brand(), Timestamp::default()).unwrap();
    assert!(parsed.repaired && parsed.rejects.is_empty(), "{:?}", parsed.rejects);
    assert_eq!(message(&parsed.events[0]).content.text, "\u{fffd}");
}

/// A body as rich as any.
fn rich() -> String {
    let text = "👍 cafe\u{301} @acme.example";
    let record = with(
        answer(text, &uri(ACME, "3kr"), &uri(ACME, "3kp")),
        json!({"facets": [facet(text, "@acme.example", mention(ACME))],
        "embed": {"$type": "app.bsky.embed.images", "images": [picture()]}}),
    );
    json!({"notifications": [notification("mention", "3k1", record.clone())], "posts": [post("3k2", record)],
        "logs": [log("logCreateMessage", "3k2", direct("3km", text))]})
    .to_string()
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 512, ..ProptestConfig::default() })]

    #[test]
    fn changed_bodies_never_panic(
        at in any::<prop::sample::Index>(),
        cut in 0usize..60,
        put in r#"[\[\]{}":,0-9a-z\\👍]{0,12}"#,
    ) {
        let body = rich();
        let start = (0..=at.index(body.len())).rev().find(|start| body.is_char_boundary(*start)).unwrap();
        let end = (start + cut..=body.len()).find(|end| body.is_char_boundary(*end)).unwrap_or(body.len());
        let changed = [&body[..start], &put, &body[end..]].concat();
        for kind in [BodyKind::Rest, BodyKind::Stream, BodyKind::Webhook] {
            let parsed = normalise(kind, changed.as_bytes(), &brand(), Timestamp::default()).unwrap();
            for event in &parsed.events {
                if let EventBody::Message(message) = &event.body {
                    let text = &message.content.text;
                    let within = |span: Span| text.get(span.start as usize..span.end as usize).is_some();
                    prop_assert!(message.content.entities.iter().all(|entity| within(entity.span)));
                }
            }
        }
    }
}
