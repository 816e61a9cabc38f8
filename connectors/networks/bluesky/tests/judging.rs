//! Bluesky's signals for triage, and where an answer may go.

#![allow(clippy::unwrap_used)]

mod fixtures;

use careline::model::{EventBody, Inbound, Timestamp};
use careline::network::BodyKind;
use careline::routing::{InvitationWay, ReplyRoute, RouteAsk, Routing};
use careline::triage::{Evidence, Triage, TriageInput};
use careline_bluesky::{Account, AccountConfig, Signals, normalise};
use careline_testkit::acme as policy;
use careline_testkit::network::kept;
use serde_json::{Value, json};

use fixtures::*;

fn account(direct_messages: bool) -> Account {
    let mut config = AccountConfig::new(ACME, "password");
    config.direct_messages = direct_messages;
    Account::new(config).unwrap()
}

fn inbound(body: Value) -> Inbound {
    let parsed = normalise(BodyKind::Rest, body.to_string().as_bytes(), &brand(), Timestamp::default()).unwrap();
    match parsed.events.into_iter().next().unwrap().body {
        EventBody::Message(message) => *message,
        other => panic!("{other:?}"),
    }
}

fn private() -> Inbound {
    inbound(json!({"logs": [log("logCreateMessage", "3k2", direct("3km", "hi"))]}))
}

/// The rules that speak, each with what it says about what and the words it points at.
fn rules(message: &Inbound) -> Vec<String> {
    let policy = policy(&format!("[[accounts]]\nid = 'acme'\nnetwork = 'bluesky'\nnative_id = '{ACME}'\n"));
    let mut evidence = Evidence::default();
    Signals.assess(&TriageInput::new(message, &policy), &mut evidence).unwrap();
    let mut connected = Evidence::default();
    account(true).assess(&TriageInput::new(message, &policy), &mut connected).unwrap();
    assert_eq!(connected.findings(), evidence.findings());
    let shown = |finding: &careline::model::Finding| {
        let words = finding.span.map_or("", |span| span.of(&message.content.text));
        format!("{} {} {} {words}", finding.about, finding.value, finding.rule).trim_end().to_owned()
    };
    evidence.findings().iter().map(shown).collect()
}

fn naming(text: &str, did: &str) -> Value {
    with(record(text), json!({"facets": [facet(text, "@acme.example", mention(did))]}))
}

#[test]
fn whoever_names_or_answers_or_quotes_or_writes_to_us_addresses_us() {
    let of = |record: Value| rules(&inbound(post("3k1", record)));
    assert_eq!(of(naming("hi @acme.example", ACME)), ["relevance addressed bluesky.mention_of_us @acme.example"]);
    assert_eq!(of(naming("hi @acme.example", "did:plc:madeupother")), [""; 0], "a name alone is nobody");
    assert_eq!(of(record("hi @acme.example")), [""; 0]);
    let answering = |did: &str| of(answer("hm", &uri(JO, "3kr"), &uri(did, "3kp")));
    assert_eq!(answering(ACME), ["relevance addressed bluesky.reply_to_us"]);
    assert_eq!(answering(JO), [""; 0]);
    let quoting = json!({"embed": {"$type": "app.bsky.embed.record", "record": {"uri": uri(ACME, "3kours")}}});
    assert_eq!(of(with(record("hm"), quoting)), ["relevance addressed bluesky.quote_of_us"]);
    assert_eq!(
        rules(&private()),
        ["relevance addressed bluesky.direct_message", "needs_response yes bluesky.direct_message"]
    );
}

#[test]
fn a_crowd_of_names_is_no_address_and_labels_are_heard() {
    let mut text = "@acme.example".to_owned();
    let mut facets = vec![facet(&text, "@acme.example", mention(ACME))];
    for n in 0..9 {
        let name = format!("@p{n}.example");
        text = format!("{text} {name}");
        facets.push(facet(&text, &name, mention(&format!("did:plc:madeup{n}"))));
    }
    let crowd = inbound(post("3k1", with(record(&text), json!({ "facets": facets }))));
    assert_eq!(
        rules(&crowd),
        ["relevance about bluesky.mention_of_us @acme.example", "spam yes bluesky.crowd_of_mentions @acme.example"]
    );
    let labelled = with(
        post("3k1", record("hm")),
        json!({"labels": [{"val": "spam"}, {"val": "cats"}, {"val": "scam", "neg": true}]}),
    );
    assert_eq!(rules(&inbound(labelled)), ["spam yes bluesky.label"]);
}

fn routes(message: &Inbound, change: impl FnOnce(&mut careline::model::Message)) -> Vec<ReplyRoute> {
    let (conversation, mut target) = kept(message, &account(true));
    change(&mut target);
    account(true).reply_routes(&RouteAsk::new(&conversation, &target, Timestamp::default()))
}

/// Surface, openness and the rules behind it.
fn shown(routes: &[ReplyRoute]) -> Vec<String> {
    let short = |route: &ReplyRoute| {
        let rules: Vec<_> = route.reasons.iter().map(|reason| reason.rule.as_str()).collect();
        format!("{} {} {}", route.surface, if route.open { "open" } else { "closed" }, rules.join(" "))
            .trim_end()
            .to_owned()
    };
    routes.iter().map(short).collect()
}

#[test]
fn a_public_answer_is_open_unless_somebody_forbids_it() {
    let message = |change: Value| inbound(with(post("3k1", record("hm")), change));
    let first = |message: &Inbound| shown(&routes(message, |_| ()))[0].clone();
    assert_eq!(first(&message(json!({}))), "comment open");
    assert_eq!(first(&message(json!({"viewer": {"replyDisabled": true}}))), "comment closed bluesky.reply_disabled");
    let blocking = with(jo(), json!({"viewer": {"blockedBy": true}}));
    assert_eq!(first(&message(json!({ "author": blocking }))), "comment closed bluesky.blocked");
    let plain = message(json!({}));
    assert_eq!(shown(&routes(&plain, |target| target.hidden = true))[0], "comment closed bluesky.blocked");
    assert_eq!(
        shown(&routes(&plain, |target| target.deleted_at = Some(Timestamp::default())))[0],
        "comment closed bluesky.deleted"
    );
    assert_eq!(shown(&routes(&plain, |_| ()))[1], "direct_message closed bluesky.no_open_thread");
}

#[test]
fn a_private_thread_stays_open_while_direct_messages_are_on() {
    assert_eq!(shown(&routes(&private(), |_| ())), ["direct_message open"]);
    let (conversation, target) = kept(&private(), &account(true));
    let off = account(false).reply_routes(&RouteAsk::new(&conversation, &target, Timestamp::default()));
    assert_eq!(shown(&off), ["direct_message closed bluesky.direct_messages_off"]);
}

#[test]
fn people_are_invited_to_write_to_us_where_they_can_be_asked_and_heard() {
    let invited = |message: &Inbound, direct_messages: bool, change: fn(&mut careline::model::Message)| {
        let (conversation, mut target) = kept(message, &account(true));
        change(&mut target);
        let ask = RouteAsk::new(&conversation, &target, Timestamp::default());
        account(direct_messages).invitation(&ask).map(|invitation| (invitation.way, invitation.link))
    };
    let asked = inbound(post("3k1", record("hm")));
    assert_eq!(invited(&asked, true, |_| ()), Some((InvitationWay::WriteToUs, None)));
    assert_eq!(invited(&asked, false, |_| ()), None, "nobody would read it");
    assert_eq!(invited(&asked, true, |target| target.hidden = true), None, "nobody would read the invitation");
    assert_eq!(invited(&private(), true, |_| ()), None, "it is private already");
}
