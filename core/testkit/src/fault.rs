//! A transport that makes another one unreliable, the same way for the same seed.

use std::fmt;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use async_trait::async_trait;
use bytes::Bytes;
use careline::Result;
use careline::clock::Clock;
use careline::transport::{ByteStream, Transport, WebSocket};
use futures_util::StreamExt;
use http::{Request, Response, StatusCode, header};

use crate::random::Random;
use crate::transport::Fault;

/// How often each fault strikes, in calls of a thousand, and how hard.
#[derive(Clone, Copy, Debug, Default)]
pub struct FaultPlan {
    /// The request never arrives: `unavailable`.
    pub dropped: u32,
    /// The request arrives and its answer is lost: `timeout`, outcome unknown.
    pub answer_lost: u32,
    /// The request arrives twice.
    pub duplicated: u32,
    /// The answer is cut short without an error: half of its bytes with the status it had.
    pub truncated: u32,
    /// A storm of 429 begins.
    pub storms: u32,
    /// How many calls a storm lasts.
    pub storm_length: u32,
    /// The call waits for `delay` on the clock first.
    pub delayed: u32,
    /// How long a delayed call waits.
    pub delay: Duration,
}

/// Passes calls on to another transport and lets faults strike by a [`FaultPlan`] and a seed.
pub struct FaultTransport {
    inner: Arc<dyn Transport>,
    clock: Arc<dyn Clock>,
    plan: FaultPlan,
    state: Mutex<State>,
}

struct State {
    random: Random,
    storm_left: u32,
    struck: usize,
}

impl FaultTransport {
    /// Makes `inner` unreliable.
    pub fn new(inner: Arc<dyn Transport>, clock: Arc<dyn Clock>, plan: FaultPlan, seed: u64) -> Self {
        let state = State { random: Random::new(seed), storm_left: 0, struck: 0 };
        Self { inner, clock, plan, state: Mutex::new(state) }
    }

    /// How many calls were struck so far: a test that expects trouble checks that there was some.
    pub fn struck(&self) -> usize {
        self.state.lock().unwrap_or_else(PoisonError::into_inner).struck
    }

    /// Draws what happens to one call; always the same number of draws, so one fault does not move the others.
    fn draw(&self) -> Strike {
        let mut state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
        let plan = &self.plan;
        let [storm, dropped, answer_lost, duplicated, truncated, delayed] =
            [plan.storms, plan.dropped, plan.answer_lost, plan.duplicated, plan.truncated, plan.delayed]
                .map(|per_mille| state.random.below(1000) < u64::from(per_mille));
        if storm && state.storm_left == 0 {
            state.storm_left = plan.storm_length;
        }
        let storm = state.storm_left > 0;
        state.storm_left = state.storm_left.saturating_sub(1);
        let strike = Strike { storm, dropped, answer_lost, duplicated, truncated, delayed };
        state.struck += usize::from(storm || dropped || answer_lost || duplicated || truncated || delayed);
        strike
    }

    async fn before(&self, strike: Strike) -> Result<()> {
        if strike.delayed {
            self.clock.sleep(self.plan.delay).await;
        }
        if strike.dropped { Err(Fault::Reset.error()) } else { Ok(()) }
    }
}

impl fmt::Debug for FaultTransport {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("FaultTransport").field("inner", &self.inner).field("plan", &self.plan).finish_non_exhaustive()
    }
}

#[derive(Clone, Copy)]
struct Strike {
    storm: bool,
    dropped: bool,
    answer_lost: bool,
    duplicated: bool,
    truncated: bool,
    delayed: bool,
}

#[async_trait]
impl Transport for FaultTransport {
    async fn send(&self, request: Request<Bytes>) -> Result<Response<Bytes>> {
        let strike = self.draw();
        self.before(strike).await?;
        if strike.storm {
            return Ok(too_many().map(|()| Bytes::new()));
        }
        if strike.duplicated {
            let _ = self.inner.send(request.clone()).await;
        }
        let answer = self.inner.send(request).await?;
        if strike.answer_lost {
            return Err(Fault::Timeout.error());
        }
        Ok(if strike.truncated { answer.map(|body| body.slice(..body.len() / 2)) } else { answer })
    }

    async fn open(&self, request: Request<Bytes>) -> Result<Response<ByteStream>> {
        let strike = self.draw();
        self.before(strike).await?;
        if strike.storm {
            return Ok(too_many().map(|()| futures_util::stream::empty().boxed()));
        }
        let answer = self.inner.open(request).await?;
        if !strike.truncated && !strike.answer_lost {
            return Ok(answer);
        }
        // A held connection breaks after its first chunk.
        let broken = futures_util::stream::once(async { Err(Fault::Truncated.error()) });
        Ok(answer.map(|body| body.take(1).chain(broken).boxed()))
    }

    async fn websocket(&self, request: Request<()>) -> Result<Box<dyn WebSocket>> {
        let strike = self.draw();
        self.before(strike).await?;
        let inner = self.inner.websocket(request).await?;
        let frames_left = (strike.truncated || strike.answer_lost).then_some(1);
        Ok(Box::new(FaultSocket { inner, frames_left }))
    }
}

#[derive(Debug)]
struct FaultSocket {
    inner: Box<dyn WebSocket>,
    frames_left: Option<u32>,
}

#[async_trait]
impl WebSocket for FaultSocket {
    async fn send_text(&mut self, text: String) -> Result<()> {
        self.inner.send_text(text).await
    }

    async fn next(&mut self) -> Option<Result<Bytes>> {
        match &mut self.frames_left {
            Some(0) => return Some(Err(Fault::Reset.error())),
            Some(left) => *left -= 1,
            None => {}
        }
        self.inner.next().await
    }
}

fn too_many() -> Response<()> {
    let mut response = Response::new(());
    *response.status_mut() = StatusCode::TOO_MANY_REQUESTS;
    response.headers_mut().insert(header::RETRY_AFTER, header::HeaderValue::from_static("1"));
    response
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Exchange, ManualClock, ScriptedTransport};
    use careline::model::Timestamp;

    async fn outcomes(plan: FaultPlan, seed: u64) -> (Vec<String>, usize, usize) {
        let inner = ScriptedTransport::new(vec![Exchange::any().json("0123456789"); 400]);
        let clock = Arc::new(ManualClock::jumping(Timestamp::default()));
        let faulty = FaultTransport::new(Arc::new(inner.clone()), clock.clone(), plan, seed);
        let mut seen = Vec::new();
        for _ in 0..200 {
            let request = Request::get("https://h.example/").body(Bytes::new()).unwrap();
            seen.push(match faulty.send(request).await {
                Ok(answer) => format!("{} {}", answer.status(), answer.body().len()),
                Err(error) => error.kind().to_string(),
            });
        }
        let _ = inner.verify();
        (seen, inner.requests().len(), clock.slept().len())
    }

    #[tokio::test]
    async fn each_fault_strikes_and_the_seed_decides_where() {
        let plan = FaultPlan {
            dropped: 50,
            answer_lost: 50,
            duplicated: 100,
            truncated: 50,
            storms: 20,
            storm_length: 3,
            delayed: 50,
            delay: Duration::from_secs(9),
        };
        let (seen, requests, sleeps) = outcomes(plan, 7).await;
        for kind in ["unavailable", "timeout", "429 Too Many Requests 0", "200 OK 5", "200 OK 10"] {
            assert!(seen.iter().any(|outcome| outcome == kind), "{kind} never happened");
        }
        assert!(sleeps > 0);
        let arrived = seen.iter().filter(|outcome| !outcome.starts_with("429") && *outcome != "unavailable").count();
        assert!(requests > arrived, "no request arrived twice");
        assert_eq!(outcomes(plan, 7).await.0, seen);
        assert_ne!(outcomes(plan, 8).await.0, seen);
    }

    #[tokio::test]
    async fn without_faults_everything_passes() {
        let (seen, requests, _) = outcomes(FaultPlan::default(), 1).await;
        assert!(seen.iter().all(|outcome| outcome == "200 OK 10"));
        assert_eq!(requests, 200);
    }
}
