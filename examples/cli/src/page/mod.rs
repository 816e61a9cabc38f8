//! The inbox page: an agent's desktop, rendered on the server. Everything can be read without JavaScript.
//!
//! Texts of customers are escaped by maud, and a strict Content-Security-Policy stands behind that: no inline style, no
//! inline script, nothing from elsewhere. Pictures are never fetched; initials stand in for them.

mod case;
mod compose;
mod customer;
mod desk;
mod evidence;
mod frame;
mod handoff;
mod hosts;
mod pieces;
mod quarantine;
mod queue;
mod replies;
mod search;
#[cfg(test)]
mod seed;
#[cfg(test)]
mod tests;
mod thread;
mod volume;
mod words;

use axum::Router;
use axum::http::header::{
    CACHE_CONTROL, CONTENT_SECURITY_POLICY, CONTENT_TYPE, REFERRER_POLICY, X_CONTENT_TYPE_OPTIONS,
};
use axum::http::{HeaderMap, HeaderValue};
use axum::middleware::{from_fn_with_state, map_response};
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use careline::care::Engine;

use desk::Problem;
use hosts::Hosts;

const POLICY: &str = "default-src 'none'; style-src 'self'; script-src 'self'; img-src 'self'; connect-src 'self'; \
     form-action 'self'; base-uri 'none'; frame-ancestors 'none'";

/// The pages over what `engine` knows, for who asks for one of `hosts` or for this machine. What changes something
/// is taken from these pages alone.
pub(crate) fn router(engine: Engine, hosts: &[String]) -> Router {
    Router::new()
        .route("/", get(queue::show))
        .route("/cases/{id}", get(case::show))
        .route("/cases/{id}/reply", post(compose::submit))
        .route("/cases/{id}/verdict", post(compose::judge))
        .route("/cases/{id}/replies", get(replies::follow))
        .route("/cases/{id}/close", post(handoff::close))
        .route("/replies", get(replies::show))
        .route("/replies/{id}", post(replies::decide))
        .route("/customers/{id}", get(customer::show))
        .route("/search", get(search::show))
        .route("/quarantine", get(quarantine::show))
        .route("/style.css", get(|| file("text/css; charset=utf-8", include_str!("style.css"))))
        .route("/inbox.js", get(|| file("text/javascript; charset=utf-8", include_str!("inbox.js"))))
        .route("/icon.svg", get(|| file("image/svg+xml", include_str!("icon.svg"))))
        .fallback(async || Problem::nothing_here())
        .layer(from_fn_with_state(Hosts::new(hosts), hosts::guard))
        .layer(map_response(guarded))
        .with_state(engine)
}

async fn file(content_type: &'static str, text: &'static str) -> impl IntoResponse {
    ([(CONTENT_TYPE, content_type)], text)
}

/// What the browser may do with any of our answers; people's words stay in no cache.
async fn guarded(mut response: Response) -> Response {
    let headers: &mut HeaderMap = response.headers_mut();
    headers.insert(CONTENT_SECURITY_POLICY, HeaderValue::from_static(POLICY));
    headers.insert(X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
    headers.insert(REFERRER_POLICY, HeaderValue::from_static("same-origin"));
    headers.insert(CACHE_CONTROL, HeaderValue::from_static("no-store"));
    response
}
