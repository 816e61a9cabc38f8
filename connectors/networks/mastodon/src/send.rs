//! Saying something: statuses that answer, are published or are for one reader; favourites, edits, deletions (fact sheet §5).
//!
//! A private message is a status of visibility `direct`; whoever is named in it reads it. Nobody hears of a reply that does
//! not name them, so what is not addressed is refused before it is sent.

use bytes::Bytes;
use careline::context::Context;
use careline::model::{Timestamp, Visibility};
use careline::network::token::grant;
use careline::network::{Act, BodyKind, FindSent, Outbound, Person, Receipt, Say, Target};
use careline::transport::{Deadline, Endpoint};
use careline::wire::{Id, Text};
use careline::{Error, ErrorKind, Result, Retry};
use compact_str::CompactString;
use http::{Method, Request, Response, header};
use secrecy::ExposeSecret;
use serde::{Deserialize, Serialize};
use url::Url;

use crate::Account;
use crate::error::accept;
use crate::html;
use crate::poll::{SMALLEST_CAP, unfit};
use crate::receive::normalise;

/// What [`Account::act`] knows.
pub(crate) const VERBS: [&str; 6] = ["reply", "direct_message", "publish", "like", "edit", "delete"];

/// How many pages of our own statuses are looked through for a lost one.
const PAGES: usize = 5;

/// The longest page of an account's statuses.
const PAGE: usize = 40;

/// A status as it is posted.
#[derive(Serialize)]
struct Post<'a> {
    status: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    in_reply_to_id: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    visibility: Option<&'static str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    language: Option<&'a str>,
}

/// What is read of a status.
#[derive(Deserialize)]
struct Status<'a> {
    #[serde(borrow)]
    id: Id<'a>,
    #[serde(borrow, default)]
    url: Option<Text<'a>>,
    #[serde(borrow, default)]
    created_at: Option<Text<'a>>,
    #[serde(default)]
    favourited: Option<bool>,
}

/// The words of a status as they were written.
#[derive(Deserialize)]
struct Source<'a> {
    #[serde(borrow)]
    text: Text<'a>,
}

impl Account {
    /// Does an act.
    pub(crate) async fn act(&self, cx: &Context, out: &Outbound) -> Result<Receipt> {
        match &out.act {
            Act::Reply { to, say, visibility } => {
                let author = to.author.as_ref().filter(|author| Some(&author.native_id) != self.own_id().as_ref());
                author.map_or(Ok(()), |author| self.addressed(say, author))?;
                let post = Post { in_reply_to_id: Some(&to.native_id), ..post(say, visibility_of(visibility)?) };
                self.post(cx, out, &post).await
            }
            Act::DirectMessage { to, say, about, .. } => {
                self.addressed(say, to)?;
                let about = about.as_ref().map(|about| about.native_id.as_str());
                self.post(cx, out, &Post { in_reply_to_id: about, ..post(say, "direct") }).await
            }
            Act::Publish { say, visibility } => self.post(cx, out, &post(say, visibility_of(visibility)?)).await,
            Act::Like { on, liked } => {
                let verb = if *liked { "favourite" } else { "unfavourite" };
                let url = self.url(&["api", "v1", "statuses", &on.native_id, verb])?;
                self.ask(cx, out, Method::POST, &url, "/api/v1/statuses/:id/favourite", Bytes::new()).await?;
                Ok(Receipt::new(on.native_id.clone()))
            }
            Act::Edit { on, say } => {
                let url = self.url(&["api", "v1", "statuses", &on.native_id])?;
                let post = Post { visibility: None, ..post(say, "") };
                let answer = self.ask(cx, out, Method::PUT, &url, "/api/v1/statuses/:id", json(&post)?).await?;
                receipt(answer.body()).map_err(|error| out.in_doubt(error))
            }
            Act::Delete { on } => {
                let url = self.url(&["api", "v1", "statuses", &on.native_id])?;
                let deleted = self.ask(cx, out, Method::DELETE, &url, "/api/v1/statuses/:id", Bytes::new()).await;
                match deleted {
                    // It is gone, whoever did it; what is not ours answers the same and is as little there to us.
                    Err(error) if error.kind() != ErrorKind::NotFound => Err(error),
                    _ => Ok(Receipt::new(on.native_id.clone())),
                }
            }
            other => {
                let error = Error::new(ErrorKind::Unsupported, "Mastodon has no such act; see the capability");
                Err(error.with("verb", other.verb()))
            }
        }
    }

    /// Looks for what may have been done.
    pub(crate) async fn find(&self, cx: &Context, ask: FindSent) -> Result<Option<Receipt>> {
        match &ask.out.act {
            Act::Reply { to, .. } => self.find_status(cx, Some(to), &ask, true).await,
            Act::DirectMessage { about, .. } => self.find_status(cx, about.as_ref(), &ask, false).await,
            Act::Publish { .. } => self.find_status(cx, None, &ask, true).await,
            Act::Like { on, liked } => {
                let answer = self.look_at(cx, on).await?;
                let found = answer.as_ref().map(|answer| read::<Status<'_>>(answer.body()));
                let is_liked = found.transpose()?.and_then(|status| status.favourited).unwrap_or_default();
                Ok((is_liked == *liked).then(|| Receipt::new(on.native_id.clone())))
            }
            Act::Edit { on, say } => {
                let url = self.url(&["api", "v1", "statuses", &on.native_id, "source"])?;
                let answer = self.get(cx, &url, "/api/v1/statuses/:id/source").await?;
                let source: Source<'_> = read(answer.body())?;
                Ok((*source.text == *say.text).then(|| Receipt::new(on.native_id.clone())))
            }
            Act::Delete { on } => {
                let gone = self.look_at(cx, on).await?.is_none();
                Ok(gone.then(|| Receipt::new(on.native_id.clone())))
            }
            other => {
                let error = Error::new(ErrorKind::Unsupported, "Mastodon has no such act; see the capability");
                Err(error.with("verb", other.verb()))
            }
        }
    }

    /// Refuses words that do not name whom they are for: nobody would be told of them.
    fn addressed(&self, say: &Say, person: &Person) -> Result<()> {
        let unknown = || Error::new(ErrorKind::InputInvalid, "the handle of whom this is for is not known");
        let handle = person.handle.as_ref().ok_or_else(unknown)?;
        let full = html::full_handle(handle, self.host());
        let local = full.strip_suffix(self.host()).and_then(|name| name.strip_suffix('@'));
        if is_named(&say.text, &full) || local.is_some_and(|name| is_named(&say.text, name)) {
            return Ok(());
        }
        let error = Error::new(ErrorKind::InputInvalid, "nobody is told of a status that does not name them");
        Err(error.with("missing", format!("@{full}")))
    }

    fn own_id(&self) -> Option<CompactString> {
        self.facts().account_id
    }

    async fn post(&self, cx: &Context, out: &Outbound, post: &Post<'_>) -> Result<Receipt> {
        let url = self.url(&["api", "v1", "statuses"])?;
        let answer = self.ask(cx, out, Method::POST, &url, "/api/v1/statuses", json(post)?).await?;
        // It was taken, only its answer cannot be read.
        receipt(answer.body()).map_err(|error| out.in_doubt(error))
    }

    /// One authorised request that changes something.
    async fn ask(
        &self,
        cx: &Context,
        out: &Outbound,
        method: Method,
        url: &Url,
        endpoint: &'static str,
        body: Bytes,
    ) -> Result<Response<Bytes>> {
        let bearer = self.bearer(cx).await?;
        let mut request = Request::builder()
            .method(method)
            .uri(url.as_str())
            .header(header::AUTHORIZATION, grant::bearer(&bearer.access)?)
            .header(header::ACCEPT, "application/json")
            .header("idempotency-key", &out.key);
        if !body.is_empty() {
            request = request.header(header::CONTENT_TYPE, "application/json");
        }
        let mut request = request.body(body).map_err(unfit)?;
        request.extensions_mut().insert(Endpoint(endpoint));
        if let Some(deadline) = cx.deadline {
            request.extensions_mut().insert(Deadline(deadline));
        }
        let answer = cx.transport.send(request).await.map_err(|error| out.in_doubt(error))?;
        let status = answer.status().as_u16();
        let error = match accept(answer, bearer.access.expose_secret(), cx.clock.now()) {
            Ok(answer) => return Ok(answer),
            Err(error) => error,
        };
        Err(match status {
            // GoToSocial throttles with 503 and a pause, before it does anything (fact sheet §7).
            503 if matches!(error.retry_advice(), Retry::After(_)) => error,
            500.. => out.in_doubt(error),
            _ => self.judged(cx, &bearer, error).await,
        })
    }

    /// A status, or nothing where it is gone.
    async fn look_at(&self, cx: &Context, on: &Target) -> Result<Option<Response<Bytes>>> {
        let url = self.url(&["api", "v1", "statuses", &on.native_id])?;
        match self.get(cx, &url, "/api/v1/statuses/:id").await {
            Ok(answer) => Ok(Some(answer)),
            Err(error) if error.kind() == ErrorKind::NotFound => Ok(None),
            Err(error) => Err(error),
        }
    }

    /// A status of ours, first looked for where it would stand, then in the lists that hold it. Servers list private ones in
    /// places of their own: snac2 in the home timeline, the original in the conversations.
    async fn find_status(
        &self,
        cx: &Context,
        parent: Option<&Target>,
        ask: &FindSent,
        is_public: bool,
    ) -> Result<Option<Receipt>> {
        let unknown = || Error::new(ErrorKind::ConfigInvalid, "the account's id is not known: call check first");
        let us = self.own_id().ok_or_else(unknown)?;
        if let Some(parent) = parent {
            let url = self.url(&["api", "v1", "statuses", &parent.native_id, "context"])?;
            match self.get(cx, &url, "/api/v1/statuses/:id/context").await {
                Ok(answer) => {
                    if let Some(found) = self.pick(cx, &us, ask, &answer)? {
                        return Ok(Some(found));
                    }
                }
                // The message was deleted meanwhile; what answered it may stand all the same.
                Err(error) if error.kind() == ErrorKind::NotFound => {}
                Err(error) => return Err(error),
            }
        }
        let lists: [(&[&str], _); 3] = [
            (&["api", "v1", "accounts", &us, "statuses"], "/api/v1/accounts/:id/statuses"),
            (&["api", "v1", "timelines", "home"], "/api/v1/timelines/home"),
            (&["api", "v1", "conversations"], "/api/v1/conversations"),
        ];
        for (path, endpoint) in lists.into_iter().take(if is_public { 1 } else { 3 }) {
            if let Some(found) = self.find_among(cx, &us, ask, path, endpoint).await? {
                return Ok(Some(found));
            }
        }
        Ok(None)
    }

    /// Looks through a list, newest first, until what is older than what is looked for.
    async fn find_among(
        &self,
        cx: &Context,
        us: &str,
        ask: &FindSent,
        path: &[&str],
        endpoint: &'static str,
    ) -> Result<Option<Receipt>> {
        let mut before: Option<String> = None;
        for _ in 0..PAGES {
            let mut url = self.url(path)?;
            url.query_pairs_mut().append_pair("limit", &PAGE.to_string());
            if let Some(before) = &before {
                url.query_pairs_mut().append_pair("max_id", before);
            }
            let answer = self.get(cx, &url, endpoint).await?;
            if let Some(found) = self.pick(cx, us, ask, &answer)? {
                return Ok(Some(found));
            }
            let page: Vec<Status<'_>> = read(answer.body())?;
            match page.last() {
                Some(oldest) if page.len() >= SMALLEST_CAP && oldest.at().is_none_or(|at| ask.reaches(at)) => {
                    before = Some(oldest.id.to_string());
                }
                _ => return Ok(None),
            }
        }
        // What was not seen may stand behind all that was.
        Err(Error::new(ErrorKind::Unavailable, "too much was written since then to look through all of it"))
    }

    fn pick(&self, cx: &Context, us: &str, ask: &FindSent, answer: &Response<Bytes>) -> Result<Option<Receipt>> {
        let parsed = normalise(BodyKind::Rest, answer.body(), &self.native()?, cx.clock.now())?;
        if !parsed.rejects.is_empty() {
            return Err(Error::new(ErrorKind::Unavailable, "the server's answer cannot be read whole"));
        }
        Ok(ask.among(us, &parsed.events))
    }
}

impl Status<'_> {
    fn at(&self) -> Option<Timestamp> {
        Timestamp::parse(self.created_at.as_deref()?)
    }
}

fn post<'a>(say: &'a Say, visibility: &'static str) -> Post<'a> {
    Post { status: &say.text, in_reply_to_id: None, visibility: Some(visibility), language: say.language.as_deref() }
}

/// What the network calls an audience.
fn visibility_of(visibility: &Visibility) -> Result<&'static str> {
    match visibility {
        Visibility::Public => Ok("public"),
        Visibility::Restricted => Ok("private"),
        Visibility::Private => Ok("direct"),
        other => {
            let error = Error::new(ErrorKind::InputInvalid, "Mastodon has no such audience");
            Err(error.with("visibility", other))
        }
    }
}

/// Whether a text names this handle, and no longer one.
fn is_named(text: &str, handle: &str) -> bool {
    let (text, name) = (text.to_lowercase(), format!("@{}", handle.to_lowercase()));
    let is_part = |c: char| c.is_alphanumeric() || matches!(c, '_' | '@');
    text.match_indices(&name).any(|(at, _)| {
        let mut after = text[at + name.len()..].chars();
        let ends = match (after.next(), after.next()) {
            (Some('.' | '-' | ':'), next) => !next.is_some_and(char::is_alphanumeric),
            (next, _) => !next.is_some_and(is_part),
        };
        ends && !text[..at].chars().next_back().is_some_and(|before| is_part(before) || before == '/')
    })
}

fn json(value: &impl Serialize) -> Result<Bytes> {
    let wrong = |error| Error::new(ErrorKind::Unexpected, "the status cannot be written as JSON").caused_by(error);
    serde_json::to_vec(value).map(Into::into).map_err(wrong)
}

fn read<'a, T: Deserialize<'a>>(body: &'a [u8]) -> Result<T> {
    let wrong = |error| Error::new(ErrorKind::Unavailable, "the server's answer is none of the API's").caused_by(error);
    serde_json::from_slice(body).map_err(wrong)
}

fn receipt(body: &[u8]) -> Result<Receipt> {
    let status: Status<'_> = read(body)?;
    let mut receipt = Receipt::new(status.id.compact());
    receipt.permalink = status.url.as_deref().map(str::to_owned);
    receipt.at = status.at();
    Ok(receipt)
}
