//! Mastodon's signals for triage, and where an answer may go.

#![allow(clippy::unwrap_used)]

mod fixtures;

use careline::model::{EventBody, Inbound, Surface, Timestamp, Visibility};
use careline::network::BodyKind;
use careline::routing::{ReplyRoute, RouteAsk, Routing};
use careline::triage::{Evidence, Triage, TriageInput};
use careline_mastodon::{Account, AccountConfig, Signals, normalise};
use careline_testkit::acme;
use careline_testkit::network::kept;
use serde_json::{Value, json};

use fixtures::{NAMED, account as person, brand, direct, mention_of_acme, status, with};

fn account() -> Account {
    Account::new(AccountConfig::new("https://inst.example", "token").account_id("55").handle("acme")).unwrap()
}

fn inbound(status: &Value) -> Inbound {
    let parsed = normalise(BodyKind::Rest, status.to_string().as_bytes(), &brand(), Timestamp::default()).unwrap();
    match parsed.events.into_iter().next().unwrap().body {
        EventBody::Message(message) => *message,
        other => panic!("{other:?}"),
    }
}

/// The rules that speak, each with what it says about what and the words it points at.
fn rules(status: &Value) -> Vec<String> {
    rules_for(status, "host = 'inst.example'\nhandle = 'acme'\nnative_id = 'inst.example/55'")
}

fn rules_for(status: &Value, account_rule: &str) -> Vec<String> {
    let policy = acme(&format!("[[accounts]]\nid = 'acme'\nnetwork = 'mastodon'\n{account_rule}\n"));
    let (message, mut evidence) = (inbound(status), Evidence::default());
    account().assess(&TriageInput::new(&message, &policy), &mut evidence).unwrap();
    let mut without_token = Evidence::default();
    Signals.assess(&TriageInput::new(&message, &policy), &mut without_token).unwrap();
    assert_eq!(without_token.findings(), evidence.findings(), "a host that only receives hears the same");
    let shown = |finding: &careline::model::Finding| {
        let words = finding.span.map_or("", |span| span.of(&message.content.text));
        format!("{} {} {} {words}", finding.about, finding.value, finding.rule).trim_end().to_owned()
    };
    evidence.findings().iter().map(shown).collect()
}

fn naming_us() -> Value {
    with(status("1", &format!("<p>hi {NAMED}</p>")), json!({"mentions": [mention_of_acme()]}))
}

#[test]
fn whoever_names_or_answers_or_writes_to_us_addresses_us() {
    assert_eq!(rules(&naming_us()), ["relevance addressed mastodon.mention_of_us @acme"]);
    assert_eq!(rules(&status("1", "<p>hm</p>")), [""; 0]);
    let answer =
        |to: &str| rules(&with(status("1", "<p>hm</p>"), json!({"in_reply_to_id": "9", "in_reply_to_account_id": to})));
    assert_eq!(answer("55"), ["relevance addressed mastodon.reply_to_us"]);
    assert_eq!(answer("56"), [""; 0]);
    let private = rules(&direct("1", "hm"));
    let expected = ["relevance addressed mastodon.direct_message", "needs_response yes mastodon.direct_message"];
    assert_eq!(private[..2], expected);
}

#[test]
fn an_account_of_the_same_id_or_name_elsewhere_is_not_ours() {
    let elsewhere = "host = 'other.example'\nhandle = 'acme'\nnative_id = 'other.example/55'";
    assert_eq!(rules_for(&naming_us(), elsewhere), [""; 0]);
    let namesake =
        json!({"id": "56", "username": "acme", "url": "https://other.example/@acme", "acct": "acme@other.example"});
    let named = NAMED.replace("inst.example", "other.example");
    assert_eq!(rules(&with(status("1", &format!("<p>hi {named}</p>")), json!({"mentions": [namesake]}))), [""; 0]);
}

#[test]
fn where_the_server_tells_no_id_the_handle_decides() {
    let unnumbered = json!({"username": "acme", "url": "https://inst.example/@acme", "acct": "acme"});
    let named = with(naming_us(), json!({"mentions": [unnumbered]}));
    assert_eq!(rules(&named), ["relevance addressed mastodon.mention_of_us @acme"]);
    let by_handle = |handle: &str| {
        rules_for(&named, &format!("host = 'inst.example'\nhandle = '{handle}'\nnative_id = 'inst.example/55'"))
    };
    assert_eq!(by_handle("Acme@inst.example").len(), 1);
    assert_eq!(by_handle("acme_shop"), [""; 0]);
}

#[test]
fn a_crowd_of_names_is_no_address_and_a_machine_wants_no_answer() {
    let (mut content, mut mentions) = (format!("<p>hi {NAMED}"), vec![mention_of_acme()]);
    for n in 0..9 {
        let url = format!("https://inst.example/@p{n}");
        content += &format!(" <a href=\"{url}\" class=\"u-url mention\">@<span>p{n}</span></a>");
        mentions.push(json!({"id": format!("9{n}"), "username": format!("p{n}"), "url": url, "acct": format!("p{n}")}));
    }
    let crowd = with(status("1", &format!("{content}</p>")), json!({"mentions": mentions}));
    assert_eq!(
        rules(&crowd),
        ["relevance about mastodon.mention_of_us @acme", "spam yes mastodon.crowd_of_mentions @acme"]
    );
    let fewer = with(crowd, json!({"content": content.rsplit_once(" <a").unwrap().0, "mentions": mentions[..9]}));
    assert_eq!(rules(&fewer), ["relevance addressed mastodon.mention_of_us @acme"]);
    let machine = with(status("1", "<p>hm</p>"), json!({"account": with(person("7", "robot"), json!({"bot": true}))}));
    assert_eq!(rules(&machine), ["needs_response yes mastodon.automated_author"], "it counts against an answer");
}

/// The routes for a status, and whether it was deleted since.
fn routes(status: &Value, deleted: bool) -> Vec<ReplyRoute> {
    let (conversation, mut target) = kept(&inbound(status), &account());
    target.deleted_at = deleted.then(Timestamp::default);
    account().reply_routes(&RouteAsk::new(&conversation, &target, Timestamp::default()))
}

fn open(routes: &[ReplyRoute]) -> Vec<(&str, &str, bool)> {
    routes.iter().map(|route| (route.surface.as_str(), route.visibility.as_str(), route.open)).collect()
}

fn seen_by(visibility: &str) -> Value {
    with(status("1", "<p>hm</p>"), json!({"visibility": visibility}))
}

#[test]
fn an_answer_has_no_wider_audience_than_what_it_answers() {
    let private = (Surface::DirectMessage.as_str().to_owned(), Visibility::Private.as_str().to_owned());
    let private = (&*private.0, &*private.1, true);
    for visibility in ["public", "unlisted"] {
        assert_eq!(open(&routes(&seen_by(visibility), false)), [("comment", "public", true), private], "{visibility}");
    }
    let followers = routes(&seen_by("private"), false);
    assert_eq!(open(&followers), [("comment", "restricted", true), private]);
    assert_eq!(followers[0].reasons[0].rule, "mastodon.followers_only");
    assert_eq!(open(&routes(&direct("1", "hm"), false)), [private]);
    assert!(
        routes(&seen_by("public"), false).iter().all(|route| route.closes_at.is_none() && route.cost_usd.is_none())
    );
}

#[test]
fn what_is_deleted_can_be_answered_in_private_only() {
    let routes = routes(&seen_by("public"), true);
    assert_eq!(open(&routes), [("comment", "public", false), ("direct_message", "private", true)]);
    assert!(routes.iter().all(|route| route.reasons[0].rule == "mastodon.deleted"));
}
