//! Direct messages, against a double of their service: what is written, once, and found again when in doubt.

#![allow(clippy::unwrap_used, clippy::expect_used)]

mod convo_double;
mod fixtures;

use std::sync::Arc;

use careline::context::Context;
use careline::model::{Entity, EntityKind, EventBody, Inbound, Span, Visibility};
use careline::network::{Act, FindSent, Network, Outbound, Person, PollAsk, Say, Target};
use careline::{ErrorKind, Retry};
use careline_bluesky::{Account, AccountConfig, Session};
use careline_testkit::ManualClock;
use serde_json::json;

use convo_double::ConvoDouble;
use fixtures::*;

const NOW: &str = "2026-05-01T09:00:00.000Z";
const WORDS: &str = "Sorry! What is the number of your order?";

fn config() -> AccountConfig {
    let mut config = AccountConfig::new(ACME, "planted-password");
    let mut session = Session::new(ACME, "access-1", "refresh-1");
    session.pds = Some(PDS.to_owned());
    config.session = Some(session);
    config
}

fn account() -> Account {
    Account::new(config()).unwrap()
}

fn begun() -> (Arc<ConvoDouble>, Context) {
    let double = Arc::new(ConvoDouble::new(ACME, "access-1", at(NOW)));
    (double.clone(), Context::new(double, Arc::new(ManualClock::new(at(NOW)))))
}

fn to_jo(say: Say) -> Outbound {
    Outbound::new("act-1", Act::DirectMessage { to: Person::new(JO), say, about: None, tag: None })
}

/// An answer to a direct message in its thread.
fn answering(convo: &str, id: &str) -> Outbound {
    let to = Target::new(id).within(convo).by(Person::new(JO));
    Outbound::new("act-2", Act::Reply { to, say: Say::new(WORDS), visibility: Visibility::Private })
}

async fn find(cx: &Context, out: &Outbound) -> Result<Option<String>, careline::Error> {
    let ask = FindSent::new(out.clone(), at(NOW));
    Ok(account().find_sent(cx, ask).await?.map(|receipt| receipt.native_id.into()))
}

/// What the log tells from its beginning.
async fn polled(cx: &Context) -> Vec<Inbound> {
    let page = account().poll(cx, PollAsk::new("messages", None)).await.unwrap();
    assert!(page.parsed.rejects.is_empty(), "{:?}", page.parsed.rejects);
    let messages = page.parsed.events.into_iter().filter_map(|event| match event.body {
        EventBody::Message(message) => Some(*message),
        _ => None,
    });
    messages.collect()
}

#[tokio::test]
async fn somebody_is_written_to_in_the_one_thread_with_them() {
    let (double, cx) = begun();
    let text = "👍 see acme.example/a";
    let start = text.find("acme").unwrap();
    let mut say = Say::new(text);
    let span = Span::new(start, text.len()).unwrap();
    say.entities =
        vec![Entity { span, kind: EntityKind::Link, value: "https://acme.example/a".into(), native_id: None }];
    // Where it was asked in public makes no difference.
    let about = Some(Target::new(uri(JO, "3kasked")));
    let out = Outbound::new("act-1", Act::DirectMessage { to: Person::new(JO), say, about, tag: None });
    let receipt = account().send(&cx, &out).await.unwrap();
    assert_eq!(double.calls(), ["getConvoForMembers", "sendMessage"]);
    let [message] = &double.messages_with(JO)[..] else { panic!("one message") };
    let feature = json!({"$type": "app.bsky.richtext.facet#link", "uri": "https://acme.example/a"});
    assert_eq!(
        (&message["text"], &message["facets"]),
        (&json!(text), &json!([facet(text, "acme.example/a", feature)]))
    );
    assert_eq!(
        (Some(receipt.native_id.as_str()), receipt.at),
        (message["id"].as_str(), Some(at("2026-05-01T09:00:01Z")))
    );
    assert_eq!(find(&cx, &out).await.unwrap(), Some(receipt.native_id.to_string()));

    // It comes back as what we said ourselves.
    let [echo] = &polled(&cx).await[..] else { panic!("one message") };
    assert_eq!((&echo.native_id, echo.author.as_ref().unwrap().native_id.as_str()), (&receipt.native_id, ACME));
    account().send(&cx, &to_jo(Say::new("Another."))).await.unwrap();
    assert_eq!(double.messages_with(JO).len(), 2);
}

#[tokio::test]
async fn a_direct_message_is_answered_where_it_stands() {
    let (double, cx) = begun();
    let (convo, id) = double.receives(JO, "where is my parcel?");
    let [asked] = &polled(&cx).await[..] else { panic!("one message") };
    assert_eq!((asked.native_id.as_str(), asked.thread.as_deref()), (&*id, Some(&*convo)));
    double.calls();
    let out = answering(&convo, &id);
    let receipt = account().send(&cx, &out).await.unwrap();
    assert_eq!(double.calls(), ["sendMessage"]);
    let messages = double.messages_with(JO);
    assert_eq!((&messages[1]["text"], &messages[1]["replyTo"]["id"]), (&json!(WORDS), &json!(id)));
    assert_eq!(find(&cx, &out).await.unwrap(), Some(receipt.native_id.to_string()));
    // Without the thread it is the one with the author.
    let to = Target::new(&*id).by(Person::new(JO));
    let act = Act::Reply { to, say: Say::new("And your name?"), visibility: Visibility::Private };
    account().send(&cx, &Outbound::new("act-3", act)).await.unwrap();
    assert_eq!(double.messages_with(JO).len(), 3);
}

#[tokio::test]
async fn a_message_whose_answer_was_lost_is_found_and_not_written_twice() {
    let (double, cx) = begun();
    let out = to_jo(Say::new(WORDS));
    assert_eq!(find(&cx, &out).await.unwrap(), None, "there is no thread");
    assert_eq!(double.calls(), ["getConvoAvailability"], "looking begins no thread");
    double.lose_the_next_answer();
    let error = account().send(&cx, &out).await.unwrap_err();
    assert_eq!((error.kind(), error.retry_advice()), (ErrorKind::Timeout, Retry::Unknown));
    let id = double.messages_with(JO)[0]["id"].as_str().unwrap().to_owned();
    assert_eq!(find(&cx, &out).await.unwrap(), Some(id.clone()));
    // Others wrote since, so that it stands on another page.
    for n in 0..150 {
        double.receives(JO, &format!("hello {n}?"));
    }
    assert_eq!(find(&cx, &out).await.unwrap(), Some(id));
    assert_eq!(find(&cx, &to_jo(Say::new("Other words."))).await.unwrap(), None);
    for n in 0..600 {
        double.receives(JO, &format!("hello {n}?"));
    }
    assert_eq!(find(&cx, &to_jo(Say::new("Other words."))).await.unwrap_err().kind(), ErrorKind::Unavailable);
    // What is older than the first attempt need not be seen.
    double.calls();
    let late = FindSent::new(to_jo(Say::new("Other words.")), at("2026-05-01T09:16:00Z"));
    assert!(account().find_sent(&cx, late).await.unwrap().is_none());
    assert_eq!(double.calls(), ["getConvoAvailability", "getMessages"]);
}

#[tokio::test]
async fn the_words_of_others_or_of_long_ago_are_not_ours() {
    let (double, cx) = begun();
    let (convo, id) = double.receives(JO, WORDS);
    assert_eq!(find(&cx, &to_jo(Say::new(WORDS))).await.unwrap(), None, "Jo said it");
    account().send(&cx, &to_jo(Say::new(WORDS))).await.unwrap();
    assert_eq!(find(&cx, &answering(&convo, &id)).await.unwrap(), None, "it answers nothing");
    let later = FindSent::new(to_jo(Say::new(WORDS)), at("2026-05-01T09:10:00Z"));
    assert!(account().find_sent(&cx, later).await.unwrap().is_none(), "it is another act's");
}

#[tokio::test]
async fn who_takes_nothing_from_us_is_told() {
    let (double, cx) = begun();
    for error in ["MessagesDisabled", "NotFollowedBySender", "BlockedActor", "BlockedSubject"] {
        double.close(JO, error);
        let error = account().send(&cx, &to_jo(Say::new(WORDS))).await.unwrap_err();
        assert_eq!((error.kind(), error.retry_advice()), (ErrorKind::Blocked, Retry::Never), "{error}");
    }
    double.close(JO, "RecipientNotFound");
    assert_eq!(account().send(&cx, &to_jo(Say::new(WORDS))).await.unwrap_err().kind(), ErrorKind::NotFound);
    double.calls();
    let (convo, id) = double.receives("did:plc:madeupann", "hi");
    for (convo, id) in [("3kno", id.as_str()), (convo.as_str(), "3kno")] {
        let error = account().send(&cx, &answering(convo, id)).await.unwrap_err();
        assert_eq!((error.kind(), error.retry_advice()), (ErrorKind::NotFound, Retry::Never), "{error}");
    }
    double.lock(&convo);
    assert_eq!(account().send(&cx, &answering(&convo, &id)).await.unwrap_err().kind(), ErrorKind::Blocked);
    assert_eq!(double.messages_with("did:plc:madeupann").len(), 1);
}

#[tokio::test]
async fn what_cannot_be_written_is_refused_before_it_is_asked() {
    let (double, cx) = begun();
    let nobody = Act::DirectMessage { to: Person::new("jo.example"), say: Say::new(WORDS), about: None, tag: None };
    let nowhere = Act::Reply { to: Target::new("3km"), say: Say::new(WORDS), visibility: Visibility::Private };
    for act in [nobody, nowhere] {
        assert_eq!(
            account().send(&cx, &Outbound::new("act-1", act)).await.unwrap_err().kind(),
            ErrorKind::InputInvalid
        );
    }
    let mut without = config();
    without.direct_messages = false;
    let without = Account::new(without).unwrap();
    for out in [to_jo(Say::new(WORDS)), answering("3kconvo0", "3km")] {
        assert_eq!(without.send(&cx, &out).await.unwrap_err().kind(), ErrorKind::Unsupported);
    }
    assert!(double.calls().is_empty());
}
