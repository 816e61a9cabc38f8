//! Posts a day's bodies to an intake over HTTP.

use std::collections::BTreeMap;
use std::sync::Arc;

use bytes::Bytes;
use careline::transport::Transport;
use careline::{Error, ErrorKind, Result};
use futures_util::stream::{self, StreamExt as _};
use http::Request;

use super::{Delivery, Outcome};

/// What became of the bodies.
#[derive(Debug, Default)]
pub(crate) struct Driven {
    /// How many answers had which status.
    pub(crate) statuses: BTreeMap<u16, usize>,
    /// Bodies that were answered otherwise than they must be: place in the list, status.
    pub(crate) surprises: Vec<(usize, u16)>,
}

impl Driven {
    /// Adds what became of a later part of the list, which begins at `place`.
    pub(crate) fn add(&mut self, part: Self, place: usize) {
        for (status, count) in part.statuses {
            *self.statuses.entry(status).or_default() += count;
        }
        self.surprises.extend(part.surprises.into_iter().map(|(at, status)| (at + place, status)));
    }
}

/// Posts `deliveries` to `base` over `connections` connections; `posted` is told how many are done.
///
/// Deliveries of one lane go over one connection and keep their order; with one connection all do.
///
/// # Errors
/// Where a body could not be posted at all.
pub(crate) async fn drive(
    transport: &Arc<dyn Transport>,
    base: &str,
    deliveries: &[Delivery],
    connections: usize,
    posted: &(dyn Fn(usize) + Sync),
) -> Result<Driven> {
    let connections = connections.max(1);
    let mut lanes: Vec<Vec<usize>> = vec![Vec::new(); connections];
    for (place, delivery) in deliveries.iter().enumerate() {
        lanes[delivery.lane as usize % connections].push(place);
    }
    let done = std::sync::atomic::AtomicUsize::new(0);
    let runs = lanes.into_iter().map(async |lane| {
        let mut answers = Vec::with_capacity(lane.len());
        for place in lane {
            answers.push((place, post(transport, base, &deliveries[place]).await?));
            posted(done.fetch_add(1, std::sync::atomic::Ordering::Relaxed) + 1);
        }
        Ok::<_, Error>(answers)
    });
    let mut driven = Driven::default();
    let mut runs = stream::iter(runs).buffer_unordered(connections);
    while let Some(answers) = runs.next().await {
        for (place, status) in answers? {
            *driven.statuses.entry(status).or_default() += 1;
            if !fits(deliveries[place].outcome, status) {
                driven.surprises.push((place, status));
            }
        }
    }
    driven.surprises.sort_unstable();
    Ok(driven)
}

fn fits(outcome: Outcome, status: u16) -> bool {
    match outcome {
        Outcome::Accepted | Outcome::Quarantined(_) => status == 200,
        Outcome::Refused(statuses) => statuses.contains(&status),
    }
}

async fn post(transport: &Arc<dyn Transport>, base: &str, delivery: &Delivery) -> Result<u16> {
    let mut request = Request::post(format!("{base}{}", delivery.endpoint));
    for (name, value) in &delivery.headers {
        request = request.header(*name, value);
    }
    let request = request
        .body(Bytes::clone(&delivery.body))
        .map_err(|error| Error::new(ErrorKind::InputInvalid, "the delivery is no request").caused_by(error))?;
    Ok(transport.send(request).await?.status().as_u16())
}
