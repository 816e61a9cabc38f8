//! Calls of the Graph API: addresses, credentials, and answers that are errors (fact sheet facebook §1, §10).

use bytes::Bytes;
use careline::context::Context;
use careline::network::token::grant;
use careline::transport::Deadline;
use careline::wire::{Encoding, sign};
use careline::{Error, ErrorKind, Result, Retry};
use http::header::{ACCEPT, AUTHORIZATION, CONTENT_TYPE};
use http::{Method, Request, StatusCode};
use secrecy::{ExposeSecret, SecretString};
use url::Url;

use crate::account::Account;
use crate::bearer::Bearer;
use crate::error::read_error;

/// What a call carries.
#[derive(Clone)]
pub(crate) enum Payload {
    Nothing,
    Form(String),
    Json(Vec<u8>),
}

/// The address of an object, or of a list of it, in the pinned version.
pub(crate) fn address(account: &Account, path: &[&str], query: &[(&str, &str)]) -> Result<Url> {
    let mut url = account.base.clone();
    url.path_segments_mut()
        .map_err(|()| Error::new(ErrorKind::ConfigInvalid, "`base_url` is no address of a server"))?
        .extend(path);
    url.query_pairs_mut().extend_pairs(query);
    Ok(url)
}

/// Reads something.
pub(crate) async fn get(account: &Account, cx: &Context, url: Url) -> Result<Bytes> {
    call(account, cx, (Method::GET, &url, Payload::Nothing), |error| error).await
}

/// Asks with our credentials, and reads an answer that is an error as one; `meant` says what such an error means. One
/// about our token comes before anything was asked.
pub(crate) async fn call(
    account: &Account,
    cx: &Context,
    (method, url, payload): (Method, &Url, Payload),
    meant: impl Fn(Error) -> Error + Send + Sync,
) -> Result<Bytes> {
    let bearer = account.bearer(cx).await.map_err(undone)?;
    let request = |bearer: &Bearer| request(account, bearer.access(), method.clone(), url, payload.clone());
    let error = match ask(cx, request(&bearer)?).await {
        Ok(answer) => return Ok(answer),
        Err(error) => error,
    };
    match account.instead(cx, &bearer, &error).await.map_err(undone)? {
        Some(other) => ask(cx, request(&other)?).await.map_err(meant),
        None => Err(meant(error)),
    }
}

fn request(
    account: &Account,
    token: &SecretString,
    method: Method,
    url: &Url,
    payload: Payload,
) -> Result<Request<Bytes>> {
    let mut url = url.clone();
    if let Some(secret) = &account.app_secret {
        let proof = sign(secret.expose_secret().as_bytes(), token.expose_secret().as_bytes(), Encoding::Hex);
        url.query_pairs_mut().append_pair("appsecret_proof", proof.trim_start_matches("sha256="));
    }
    let request = Request::builder()
        .method(method)
        .uri(url.as_str())
        .header(AUTHORIZATION, grant::bearer(token)?)
        .header(ACCEPT, "application/json");
    let built = match payload {
        Payload::Nothing => request.body(Bytes::new()),
        Payload::Form(pairs) => request.header(CONTENT_TYPE, "application/x-www-form-urlencoded").body(pairs.into()),
        Payload::Json(body) => request.header(CONTENT_TYPE, "application/json").body(body.into()),
    };
    built.map_err(|error| Error::new(ErrorKind::Unexpected, "a request cannot be built").caused_by(error))
}

async fn ask(cx: &Context, mut request: Request<Bytes>) -> Result<Bytes> {
    if let Some(deadline) = cx.deadline {
        request.extensions_mut().insert(Deadline(deadline));
    }
    let response = cx.transport.send(request).await?;
    if response.status() != StatusCode::OK || is_error(response.body()) {
        return Err(read_error(response.status(), response.headers(), response.body()));
    }
    Ok(response.into_body())
}

/// An error with status 200 is one all the same.
fn is_error(body: &[u8]) -> bool {
    body.trim_ascii_start().starts_with(b"{\"error\"")
}

/// An error of what comes before an act: nothing was done yet, so the whole may be tried again.
fn undone(error: Error) -> Error {
    match error.retry_advice() {
        Retry::Unknown => error.retry(Retry::Transient),
        _ => error,
    }
}
