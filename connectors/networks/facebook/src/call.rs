//! Calls of the Graph API: addresses, credentials, and answers that are errors (fact sheet facebook §1, §10).

use bytes::Bytes;
use careline::context::Context;
use careline::transport::Deadline;
use careline::{Error, ErrorKind, Result};
use http::header::{ACCEPT, AUTHORIZATION, CONTENT_TYPE, HeaderValue};
use http::{Method, Request, StatusCode};
use secrecy::ExposeSecret;
use url::Url;

use crate::account::Account;
use crate::error::read_error;

/// What a call carries.
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
    if let Some(proof) = &account.proof {
        url.query_pairs_mut().append_pair("appsecret_proof", proof.expose_secret());
    }
    Ok(url)
}

/// Reads something.
pub(crate) async fn get(account: &Account, cx: &Context, url: Url) -> Result<Bytes> {
    call(cx, request(account, Method::GET, &url, Payload::Nothing)?).await
}

/// A call with our credentials.
pub(crate) fn request(account: &Account, method: Method, url: &Url, payload: Payload) -> Result<Request<Bytes>> {
    let mut bearer = HeaderValue::try_from(format!("Bearer {}", account.token.expose_secret()))
        .map_err(|_| Error::new(ErrorKind::ConfigInvalid, "the page token holds characters that no token has"))?;
    bearer.set_sensitive(true);
    let request = Request::builder()
        .method(method)
        .uri(url.as_str())
        .header(AUTHORIZATION, bearer)
        .header(ACCEPT, "application/json");
    let built = match payload {
        Payload::Nothing => request.body(Bytes::new()),
        Payload::Form(pairs) => request.header(CONTENT_TYPE, "application/x-www-form-urlencoded").body(pairs.into()),
        Payload::Json(body) => request.header(CONTENT_TYPE, "application/json").body(body.into()),
    };
    built.map_err(|error| Error::new(ErrorKind::Unexpected, "a request cannot be built").caused_by(error))
}

/// Asks, and reads an answer that is an error as one.
pub(crate) async fn call(cx: &Context, mut request: Request<Bytes>) -> Result<Bytes> {
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
