//! The HTTP side of intake: `/webhooks/{endpoint}` and `/healthz`. Loopback only; a reverse proxy brings TLS.

use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use axum::Router;
use axum::body::{Body, to_bytes};
use axum::extract::{Path, Request, State};
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse as _, Response};
use axum::routing::{any, get};
use careline::care::{Engine, Ingested, status_of};
use careline::intake::{MAX_BODY, WebhookRequest};
use tokio::time::timeout;

/// So long a body may take to come; nobody holds a connection open for longer with one that never ends.
const BODY_WITHIN: Duration = Duration::from_secs(30);

/// What has come in since the start.
#[derive(Clone, Debug, Default)]
pub(crate) struct Tally(Arc<Mutex<Counts>>);

/// Numbers of a [`Tally`].
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Counts {
    /// Bodies that were accepted.
    pub(crate) accepted: usize,
    /// Bodies that were refused.
    pub(crate) refused: usize,
    /// What became of their events.
    pub(crate) events: Ingested,
}

impl Tally {
    /// The numbers so far.
    pub(crate) fn counts(&self) -> Counts {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn add(&self, change: impl FnOnce(&mut Counts)) {
        change(&mut self.0.lock().unwrap_or_else(PoisonError::into_inner));
    }
}

/// The routes of the intake.
pub(crate) fn router(engine: Engine, tally: Tally) -> Router {
    Router::new().route("/webhooks/{endpoint}", any(receive)).route("/healthz", get(health)).with_state((engine, tally))
}

async fn receive(
    State((engine, tally)): State<(Engine, Tally)>,
    Path(endpoint): Path<String>,
    request: Request,
) -> Response {
    let (parts, body) = request.into_parts();
    // One byte more than is accepted tells a body that is too large from one that just fits.
    let body = match timeout(BODY_WITHIN, to_bytes(body, MAX_BODY + 1)).await {
        Ok(Ok(body)) => body,
        Ok(Err(_)) => {
            tally.add(|counts| counts.refused += 1);
            return (StatusCode::PAYLOAD_TOO_LARGE, "the body is too large\n").into_response();
        }
        Err(_) => {
            tally.add(|counts| counts.refused += 1);
            return (StatusCode::REQUEST_TIMEOUT, "the body came too slowly\n").into_response();
        }
    };
    let query = parts.uri.query().unwrap_or_default();
    let request = WebhookRequest::new(parts.method, query, parts.headers, body);
    match engine.receive(&endpoint, &request).await {
        Ok(answer) => {
            tally.add(|counts| {
                counts.accepted += 1;
                counts.events += answer.ingested;
            });
            let content_type = [(header::CONTENT_TYPE, answer.reply.content_type)];
            (answer.reply.status, content_type, Body::from(answer.reply.body)).into_response()
        }
        Err(error) => {
            tally.add(|counts| counts.refused += 1);
            (status_of(&error), format!("{}\n", error.kind())).into_response()
        }
    }
}

async fn health(State((engine, _)): State<(Engine, Tally)>) -> Response {
    match engine.store().next_due().await {
        Ok(next_due) => axum::Json(serde_json::json!({ "status": "ok", "next_due": next_due })).into_response(),
        Err(error) => (StatusCode::SERVICE_UNAVAILABLE, format!("{}\n", error.kind())).into_response(),
    }
}

#[cfg(test)]
mod tests {
    use careline::care::TenantSetup;
    use careline::policy::{CompiledPolicy, Policy};
    use careline::store::MemoryStore;
    use futures_util::stream;

    use super::*;

    #[tokio::test(start_paused = true)]
    async fn a_body_that_never_ends_is_given_up() {
        let policy = CompiledPolicy::new(Policy::from_brand("Acme")).unwrap();
        let engine = Engine::builder(Arc::new(MemoryStore::new())).tenant("default", TenantSetup::new(policy));
        let engine = engine.build().unwrap();
        let tally = Tally::default();
        let never = Body::from_stream(stream::pending::<Result<Vec<u8>, std::io::Error>>());
        let state = State((engine, tally.clone()));
        let answer = receive(state, Path("x".to_owned()), Request::new(never)).await;
        assert_eq!((answer.status(), tally.counts().refused), (StatusCode::REQUEST_TIMEOUT, 1));
    }
}
