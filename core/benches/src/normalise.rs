//! Normalise ÷ bare parse of the same bytes.

use careline::model::{NativeAccount, NetworkName, Timestamp};
use careline::network::BodyKind;

use crate::bare;
use crate::clock::{Compared, compare, micros_each};
use crate::traffic::{HANDLES, Kind, PAGE, Traffic};

const MESSAGES: usize = 10_000;

/// Bodies of one kind, and the account they are for.
#[derive(Debug)]
pub struct Case {
    kind: Kind,
    bodies: Vec<Vec<u8>>,
    account: NativeAccount,
    now: Timestamp,
}

impl Case {
    /// Bodies that together hold `messages` messages.
    pub fn new(kind: Kind, messages: usize) -> Self {
        let account = match kind {
            Kind::X | Kind::XBatch => NativeAccount::new(NetworkName::from("x"), HANDLES[0].0),
            Kind::Meta | Kind::MetaBatch => NativeAccount::new(NetworkName::from("facebook"), PAGE),
        };
        Self { kind, bodies: Traffic::new(7).bodies(kind, messages), account, now: Timestamp::default() }
    }

    /// Normalises every body; how many messages came out.
    pub fn normalise(&self) -> usize {
        let read = |body: &Vec<u8>| match self.kind {
            Kind::X => careline_x::normalise(BodyKind::Webhook, body, &self.account, self.now),
            Kind::XBatch => careline_x::normalise(BodyKind::Rest, body, &self.account, self.now),
            Kind::Meta | Kind::MetaBatch => {
                careline_facebook::normalise(BodyKind::Webhook, body, &self.account, self.now)
            }
        };
        self.bodies.iter().filter_map(|body| std::hint::black_box(read(body)).ok()).map(|read| read.events.len()).sum()
    }

    /// Parses every body and makes nothing of it; how many messages were in it.
    pub fn parse(&self) -> usize {
        let read = |body: &Vec<u8>| match self.kind {
            Kind::X => parsed::<bare::X<'_, bare::Tweet<'_>>>(body, |_| 1),
            Kind::XBatch => parsed::<bare::X<'_, Vec<bare::Tweet<'_>>>>(body, |page| page.data.len()),
            Kind::Meta | Kind::MetaBatch => parsed::<bare::Meta<'_>>(body, |meta| meta.entry[0].changes.len()),
        };
        self.bodies.iter().map(read).sum()
    }
}

fn parsed<'a, T: serde::Deserialize<'a>>(body: &'a [u8], count: impl FnOnce(&T) -> usize) -> usize {
    serde_json::from_slice::<T>(body).map_or(0, |value| count(std::hint::black_box(&value)))
}

/// Measures all kinds.
///
/// # Panics
/// If one side reads another number of messages than the other: there is nothing to compare then.
pub fn measure(rounds: usize) -> Vec<(Kind, Compared)> {
    let measured = |kind| {
        let case = Case::new(kind, MESSAGES);
        assert_eq!((case.normalise(), case.parse()), (MESSAGES, MESSAGES), "both sides read every message");
        let compared =
            compare(rounds, || micros_each(MESSAGES, || case.normalise()), || micros_each(MESSAGES, || case.parse()));
        (kind, compared)
    };
    Kind::ALL.map(measured).into()
}
