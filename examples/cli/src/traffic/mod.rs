//! A seeded day of social customer care in wire format, and its own list of what must come out of it.
//!
//! X and Facebook bodies are signed as the networks sign them and are posted to the intake ([`drive`]); Mastodon has no
//! webhooks, so a loopback double ([`double`]) serves and streams its part. The truth is written down while the day is
//! made up, from what people meant and never from the bodies, so careline can be checked against it.

mod chance;
pub(crate) mod double;
pub(crate) mod drive;
mod facebook;
mod hostile;
mod mastodon;
mod people;
mod scenes;
#[cfg(test)]
mod tests;
mod truth;
mod words;
mod x;

use bytes::Bytes;
use careline::model::Timestamp;

pub(crate) use mastodon::Schedule;
pub(crate) use people::Pair;
pub(crate) use truth::{Expect, Truth};
pub(crate) use x::{entities, escape};

/// The consumer secret that X signs with on this day.
pub(crate) const X_SECRET: &str = "demo-x-consumer-secret";
/// The app secret that Meta signs with on this day.
pub(crate) const FACEBOOK_SECRET: &str = "demo-facebook-app-secret";
/// The native ids of @acme and @acmehelp on X.
pub(crate) const X_ACCOUNTS: [(&str, &str); 2] = [("1001", "acme"), ("1002", "acmehelp")];
/// The native id of the page Acme on Facebook.
pub(crate) const FACEBOOK_PAGE: &str = "104567890123456";
/// The id and handle of our account on the Mastodon double.
pub(crate) const MASTODON_ACCOUNT: (&str, &str) = ("110000000000000055", "brand");
/// The token that the double accepts.
pub(crate) const MASTODON_TOKEN: &str = "demo-mastodon-token";

/// Which day to make up.
#[derive(Clone, Debug)]
pub(crate) struct Ask {
    /// The same seed gives the same day.
    pub(crate) seed: u64,
    /// When the day begins; it lasts 24 hours.
    pub(crate) starts_at: Timestamp,
    /// `host:port` of the Mastodon double.
    pub(crate) mastodon_host: String,
}

/// A day of traffic.
#[derive(Debug)]
pub(crate) struct Day {
    /// What is posted to the intake, in the order of arrival.
    pub(crate) deliveries: Vec<Delivery>,
    /// What happens on the Mastodon server, in the order of the day.
    pub(crate) schedule: Schedule,
    /// What must be there in the end.
    pub(crate) truth: Truth,
}

/// One body that a network, or somebody who pretends to be one, posts to the intake.
#[derive(Clone, Debug)]
pub(crate) struct Delivery {
    /// `x` or `facebook`.
    #[cfg_attr(not(test), expect(dead_code, reason = "the endpoint says it, too; tests sort by it"))]
    pub(crate) network: &'static str,
    /// The path it is posted to.
    pub(crate) endpoint: &'static str,
    /// Its headers: the content type and the signature.
    pub(crate) headers: Vec<(&'static str, String)>,
    /// Its bytes.
    pub(crate) body: Bytes,
    /// When it arrives.
    pub(crate) at: Timestamp,
    /// Deliveries of one lane are posted in their order.
    pub(crate) lane: u32,
    /// Whether the same bytes were posted before.
    pub(crate) redelivery: bool,
    /// What the intake must make of it.
    pub(crate) outcome: Outcome,
}

/// What the intake must make of a body.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Outcome {
    /// Stored and answered with 200.
    Accepted,
    /// Answered with one of these statuses, and nothing of it kept.
    Refused(&'static [u16]),
    /// Stored and answered with 200, with so many of its items set aside.
    Quarantined(u32),
}

/// Makes up a day. The same question gets the same answer, byte by byte.
pub(crate) fn generate(ask: &Ask) -> Day {
    let mut cast = people::Cast::default();
    let (mut x, mut facebook, mut mastodon) =
        (x::Stage::new(ask), facebook::Stage::new(ask), mastodon::Stage::new(ask));
    scenes::play(ask, &mut cast, &mut x, &mut facebook, &mut mastodon);
    let mut deliveries = x.deliveries(ask);
    deliveries.extend(facebook.deliveries(ask));
    let redelivered = redeliver(ask, &deliveries);
    deliveries.extend(redelivered);
    deliveries.extend(hostile::deliveries(ask));
    deliveries.sort_by_key(|delivery| delivery.at);
    let mut messages = x.messages;
    messages.extend(facebook.messages);
    let (schedule, statuses) = mastodon.finish();
    messages.extend(statuses);
    messages.extend(hostile::messages(ask));
    let truth = Truth::new(messages, &deliveries, x.repeats, cast.pairs);
    Day { deliveries, schedule, truth }
}

/// Some bodies come again: at once, because our answer was lost, or much later, because a queue was drained.
fn redeliver(ask: &Ask, deliveries: &[Delivery]) -> Vec<Delivery> {
    let mut chance = chance::Chance::new(ask.seed, "redelivery");
    let mut again = Vec::new();
    for delivery in deliveries {
        while chance.percent(9) {
            let pause = if chance.percent(70) { chance.number(1, 90) } else { chance.number(600, 7200) };
            let at = delivery.at.plus_millis(i64::from(pause) * 1000);
            again.push(Delivery { at, redelivery: true, ..delivery.clone() });
        }
    }
    again
}

/// When something that happened at `at` arrives: soon, and sometimes late enough to be overtaken.
fn arrival(chance: &mut chance::Chance, at: Timestamp) -> Timestamp {
    let millis = if chance.percent(6) { chance.number(20_000, 1_200_000) } else { chance.number(200, 3_000) };
    at.plus_millis(i64::from(millis))
}

/// As networks tell times that have no milliseconds.
fn whole_second(at: Timestamp) -> Timestamp {
    at.plus_millis(-at.as_millis().rem_euclid(1000))
}
