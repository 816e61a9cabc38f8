//! X's signals for triage, and its rules about where an answer may go.

#![allow(clippy::unwrap_used)]

use careline::model::*;
use careline::network::BodyKind;
use careline::routing::{InvitationWay, ReplyRoute, RouteAsk, Routing};
use careline::triage::{Evidence, Triage, TriageInput};
use careline_testkit::acme;
use careline_testkit::network::kept;
use careline_x::{Account, AccountConfig, Signals, normalise};
use serde_json::{Value, json};

fn account() -> Account {
    Account::new(AccountConfig::new("111", "acme")).unwrap()
}

fn inbound(mut post: Value) -> Inbound {
    post["id"] = "2090000000000000001".into();
    let users = json!({ "users": [{ "id": "222", "username": "jo_doe", "verified": true, "public_metrics": { "followers_count": 250_000 } }],
        "tweets": [{ "id": "7", "author_id": "111" }] });
    let body = json!({ "data": post, "includes": users }).to_string();
    let parsed = normalise(BodyKind::Rest, body.as_bytes(), &account().native(), Timestamp::default()).unwrap();
    match parsed.events.into_iter().next().unwrap().body {
        EventBody::Message(message) => *message,
        other => panic!("{other:?}"),
    }
}

/// The rules that speak, with the words they speak about.
fn rules(post: Value) -> Vec<String> {
    let message = inbound(post);
    let policy = acme("");
    let mut evidence = Evidence::default();
    account().assess(&TriageInput::new(&message, &policy), &mut evidence).unwrap();
    evidence
        .findings()
        .iter()
        .map(|finding| match finding.span {
            Some(span) => format!("{} {} {}", finding.about, finding.rule, span.of(&message.content.text)),
            None => format!("{} {}", finding.about, finding.rule),
        })
        .collect()
}

fn mention(start: u64, id: &str, name: &str) -> Value {
    json!({ "start": start, "end": start + name.len() as u64 + 1, "username": name, "id": id })
}

#[test]
fn who_is_spoken_to_and_how_is_told() {
    let called = json!({ "text": "help @acme", "entities": { "mentions": [mention(5, "111", "acme")] } });
    assert_eq!(rules(called), ["relevance x.mention_of_us @acme"]);
    let renamed = json!({ "text": "help @acme", "entities": { "mentions": [mention(5, "999", "acme")] } });
    assert!(rules(renamed).is_empty(), "the handle belongs to somebody else now");
    let carried = json!({
        "text": "@max @acme yes @acme", "in_reply_to_user_id": "333", "referenced_tweets": [{ "type": "replied_to", "id": "8" }],
        "entities": { "mentions": [mention(0, "333", "max"), mention(5, "111", "acme"), mention(15, "111", "acme")] },
    });
    assert_eq!(rules(carried), ["relevance x.mention_added_by_x @acme", "relevance x.mention_of_us @acme"]);
    let answer = json!({ "text": "late", "in_reply_to_user_id": "111", "referenced_tweets": [{ "type": "replied_to", "id": "8" }] });
    assert_eq!(rules(answer), ["relevance x.reply_to_us"]);
    let quote = json!({ "text": "look", "referenced_tweets": [{ "type": "quoted", "id": "7" }] });
    assert_eq!(rules(quote), ["relevance x.quote_of_us"]);
    let linked = json!({ "text": "look https://t.co/x", "referenced_tweets": [{ "type": "quoted", "id": "9" }],
        "entities": { "urls": [{ "start": 5, "end": 19, "url": "https://t.co/x", "expanded_url": "https://twitter.com/Acme/status/9" }] } });
    assert_eq!(rules(linked), ["relevance x.quote_of_us"]);
    let direct =
        json!({ "text": "hi", "event_type": "MessageCreate", "sender_id": "222", "dm_conversation_id": "111-222" });
    assert_eq!(
        rules(direct)[..3],
        ["relevance x.direct_message", "needs_response x.direct_message", "surface x.direct_message"]
    );
    assert!(
        rules(
            json!({ "text": "@acme us", "author_id": "111", "entities": { "mentions": [mention(0, "111", "acme")] } })
        )
        .is_empty()
    );
}

#[test]
fn a_host_that_only_receives_hears_the_same() {
    let policy = acme("accounts = [{ id = 'acme', network = 'x', native_id = '111', handle = '@acme' }]");
    let called = json!({ "text": "hi @acme", "entities": { "mentions": [mention(3, "111", "acme")] } });
    let answer = json!({ "text": "late", "in_reply_to_user_id": "111", "referenced_tweets": [{ "type": "replied_to", "id": "8" }] });
    let quote = json!({ "text": "look", "referenced_tweets": [{ "type": "quoted", "id": "7" }] });
    for (post, rule) in [(called, "x.mention_of_us"), (answer, "x.reply_to_us"), (quote, "x.quote_of_us")] {
        let message = inbound(post);
        let [mut connected, mut received] = [Evidence::default(), Evidence::default()];
        account().assess(&TriageInput::new(&message, &policy), &mut connected).unwrap();
        Signals.assess(&TriageInput::new(&message, &policy), &mut received).unwrap();
        assert_eq!(connected.findings(), received.findings());
        assert_eq!(received.findings()[0].rule, rule);
    }
}

#[test]
fn a_repost_needs_no_answer_whatever_its_words() {
    let text = "RT @max: @acme my parcel is late and broken, this is a disgrace! When do you answer?";
    let called = json!({ "mentions": [mention(4, "333", "max"), mention(9, "111", "acme")] });
    let assessed = |references: Value| {
        let message =
            inbound(json!({ "text": text, "author_id": "444", "entities": called, "referenced_tweets": references }));
        let policy = acme("");
        let triages = careline::triage::Triages::default().with(std::sync::Arc::new(account()));
        triages.assess(&TriageInput::new(&message, &policy), &careline::triage::Subject::of_inbound(&message))
    };
    assert!(assessed(json!([])).needs_response, "the same words are somebody's own");
    let repost = assessed(json!([{ "type": "retweeted", "id": "8" }]));
    assert_eq!((repost.intent, repost.needs_response), (Intent::Chatter, false));
    assert!(repost.evidence.iter().any(|finding| finding.rule == "x.repost"));
}

#[test]
fn reach_and_warnings_are_signals() {
    let loud = json!({ "text": "hm", "author_id": "222", "possibly_sensitive": true });
    assert_eq!(rules(loud), ["risk x.verified", "risk x.wide_reach", "spam x.possibly_sensitive"]);
}

fn routes(account: &Account, post: Value, origin: Origin) -> Vec<ReplyRoute> {
    let (conversation, mut target) = kept(&inbound(post), account);
    target.origin = origin;
    account.reply_routes(&RouteAsk::new(&conversation, &target, Timestamp::default()))
}

#[test]
fn only_who_summons_the_account_can_be_answered_in_public() {
    let called = || json!({ "text": "help @acme", "entities": { "mentions": [mention(5, "111", "acme")] } });
    let talk = || json!({ "text": "acme is slow" });
    let open =
        |routes: &[ReplyRoute]| routes.iter().map(|route| (route.surface.to_string(), route.open)).collect::<Vec<_>>();
    let summoned = routes(&account(), called(), Origin::Customer);
    assert_eq!(open(&summoned), [("comment".to_owned(), true), ("direct_message".to_owned(), false)]);
    assert_eq!(summoned[0].cost_usd, Some(0.010));
    let unsummoned = routes(&account(), talk(), Origin::Customer);
    assert!(!unsummoned[0].open && unsummoned[0].reasons[0].rule == "x.not_summoned");
    assert!(routes(&account(), talk(), Origin::Brand)[0].open, "our own thread can be continued");
    let mut config = AccountConfig::new("111", "acme");
    config.unsummoned_replies = true;
    assert!(routes(&Account::new(config).unwrap(), talk(), Origin::Customer)[0].open);
}

#[test]
fn customers_are_invited_to_go_on_in_private_by_a_link() {
    let invitation = |post: Value, origin: Origin| {
        let account = account();
        let (conversation, mut target) = kept(&inbound(post), &account);
        target.origin = origin;
        account.invitation(&RouteAsk::new(&conversation, &target, Timestamp::default()))
    };
    let called = json!({ "text": "help @acme", "author_id": "222" });
    let found = invitation(called.clone(), Origin::Customer).unwrap();
    assert_eq!(found.way, InvitationWay::Link);
    assert_eq!(found.link.as_deref(), Some("https://x.com/messages/compose?recipient_id=111"));
    assert_eq!(invitation(called, Origin::Brand), None, "nobody invites themselves");
    let direct =
        json!({ "text": "hi", "event_type": "MessageCreate", "sender_id": "222", "dm_conversation_id": "111-222" });
    assert_eq!(invitation(direct, Origin::Customer), None, "they are there already");
}

#[test]
fn a_direct_message_is_answered_where_it_was_written() {
    let direct =
        json!({ "text": "hi", "event_type": "MessageCreate", "sender_id": "222", "dm_conversation_id": "111-222" });
    let routes = routes(&account(), direct, Origin::Customer);
    assert_eq!(
        (routes.len(), &routes[0].surface, routes[0].open, routes[0].closes_at),
        (1, &Surface::DirectMessage, true, None)
    );
}
