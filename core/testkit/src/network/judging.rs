//! Cases about what a connector adds to triage, and where it says an answer may go.

use careline::model::{Conversation, Inbound, Message, Origin, Timestamp, Visibility};
use careline::network::Network;
use careline::routing::{ReplyRoute, RouteAsk};
use careline::triage::{Evidence, TriageInput};
use serde_json::json;

use super::support::{HELD, bodies, ensure, looked_at, messages, read};
use super::{Item, NOW, NetworkFixture, Outcome, message};

/// One message of every sort the network has.
fn samples(fixture: &dyn NetworkFixture) -> Result<Vec<Inbound>, String> {
    let direct = Item::Direct { n: 3, text: "My number is in here".to_owned() };
    let items = [
        message(1),
        Item::Reply { n: 2, to: 1 },
        direct,
        Item::Own { n: 4 },
        Item::Rich { n: 5 },
        Item::Picture { n: 6 },
    ];
    let mut samples = Vec::new();
    for (kind, body) in items.iter().flat_map(|item| bodies(fixture, std::slice::from_ref(item))) {
        samples.extend(messages(&read(fixture, kind, &body)?.events).into_iter().cloned());
    }
    Ok(samples)
}

/// The same message gives the same findings: each names its rule, weighs a number and marks a part of the text.
pub fn signals_repeat_and_fit(fixture: &dyn NetworkFixture) -> Outcome {
    let account = fixture.account();
    ensure!(!account.id().is_empty(), "the triage has no name");
    let policy = crate::acme("");
    for sample in samples(fixture)? {
        let assess = |account: &dyn Network| -> Result<Evidence, String> {
            let mut evidence = Evidence::default();
            let assessed = account.assess(&TriageInput::new(&sample, &policy), &mut evidence);
            assessed.map(|()| evidence).map_err(|error| error.to_string())
        };
        let evidence = assess(&*account)?;
        for again in [assess(&*account)?, assess(&*fixture.account())?] {
            ensure!(again.findings() == evidence.findings(), "the same message gave other findings");
        }
        for finding in evidence.findings() {
            let text = &sample.content.text;
            let fits = finding.span.is_none_or(|span| text.get(span.start as usize..span.end as usize).is_some());
            ensure!(fits, "`{}` marks what is no part of the text", finding.rule);
            ensure!(
                !finding.rule.is_empty() && finding.weight.is_finite(),
                "a finding has no rule or weight: {finding:?}"
            );
        }
    }
    HELD
}

/// What is open for an answer to a private message is private.
pub fn private_messages_are_answered_in_private(fixture: &dyn NetworkFixture) -> Outcome {
    let mut count = 0;
    for sample in samples(fixture)?.iter().filter(|sample| sample.visibility == Visibility::Private) {
        for route in routes(fixture, sample, NOW)?.iter().filter(|route| route.open) {
            ensure!(route.visibility == Visibility::Private, "a private message may be answered {}", route.visibility);
        }
        count += 1;
    }
    looked_at(count, "the network has no private messages")
}

/// A closed place says why; an open one does not close in the past; the same question has the same answer.
pub fn routes_say_why_and_until_when(fixture: &dyn NetworkFixture) -> Outcome {
    const DAY: i64 = 86_400_000;
    for sample in samples(fixture)? {
        for days in [0, 2, 8, 400] {
            let now = NOW.plus_millis(days * DAY);
            let routes_now = routes(fixture, &sample, now)?;
            ensure!(routes_now == routes(fixture, &sample, now)?, "the same question had two answers");
            for route in routes_now {
                let place = &route.surface;
                ensure!(
                    route.open || !route.reasons.is_empty(),
                    "{place} is closed after {days} days without a reason"
                );
                let closed = route.open && route.closes_at.is_some_and(|closes_at| closes_at <= now);
                ensure!(!closed, "{place} is open after {days} days and closed before");
            }
        }
    }
    HELD
}

fn routes(fixture: &dyn NetworkFixture, sample: &Inbound, now: Timestamp) -> Result<Vec<ReplyRoute>, String> {
    let account = fixture.account();
    let (conversation, message) = kept(sample, &*account);
    Ok(account.reply_routes(&RouteAsk::new(&conversation, &message, now)))
}

/// A customer's message and its thread as the engine would keep them, as far as a route depends on it: for tests of
/// [`Routing`](careline::routing::Routing).
///
/// # Panics
/// If the kit itself is wrong.
pub fn kept(sample: &Inbound, account: &dyn Network) -> (Conversation, Message) {
    let mut message = json!({
        "id": "m1",
        "network": account.info().account.network,
        "conversation": "t1",
        "accounts": ["acme"],
        "channels": {},
        "origin": Origin::Customer,
        "received_at": NOW,
        "processed_at": NOW,
    });
    let read = json!(sample);
    for key in ["scope", "native_id", "surface", "visibility", "sent_at", "reply_to", "permalink", "rating", "content"]
    {
        if let Some(value) = read.get(key) {
            message[key] = value.clone();
        }
    }
    let message: Message = serde_json::from_value(message).unwrap_or_else(|error| panic!("the kit's own: {error}"));
    let conversation = Conversation {
        id: message.conversation.clone(),
        network: message.network.clone(),
        scope: message.scope.clone(),
        root: sample.thread.clone().unwrap_or_else(|| sample.root_id().into()),
        rooted: true,
        visibility: message.visibility.clone(),
        started_at: message.at(),
        latest_at: message.at(),
        messages: 1,
        merged_into: None,
    };
    (conversation, message)
}
