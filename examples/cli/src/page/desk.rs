//! What every page starts from: whose it is, what was asked, what time it is; and what is said when that fails.

use axum::body::Bytes;
use axum::extract::{FromRequest, FromRequestParts, Request};
use axum::http::StatusCode;
use axum::http::request::Parts;
use axum::response::{Html, IntoResponse, Response};
use careline::care::{Engine, PageAsk, Tenant, status_of};
use careline::model::{AgentId, Timestamp};
use careline::{Error, ErrorKind};
use maud::html;
use url::form_urlencoded;

use super::frame;

/// The page of one tenant.
pub(super) struct Desk {
    pub(super) tenant: Tenant,
    pub(super) now: Timestamp,
    pub(super) path: String,
    /// The names of all tenants, if there are several to choose from.
    pub(super) tenants: Vec<String>,
    asked: Vec<(String, String)>,
}

impl Desk {
    /// What was asked for under `name`; nothing if it is blank.
    pub(super) fn asked(&self, name: &str) -> Option<&str> {
        let value = self.asked.iter().find(|(key, _)| key == name).map(|(_, value)| value.trim());
        value.filter(|value| !value.is_empty())
    }

    /// The page of a list that was asked for.
    pub(super) fn page(&self, limit: usize) -> PageAsk {
        PageAsk::first(limit).after(self.asked("after").map(str::to_owned))
    }

    /// A link to `path` that keeps the tenant.
    pub(super) fn href(&self, path: &str, query: &[(&str, &str)]) -> String {
        let mut text = form_urlencoded::Serializer::new(String::new());
        if let Some(tenant) = self.kept_tenant() {
            text.append_pair("tenant", tenant);
        }
        for (name, value) in query.iter().filter(|(_, value)| !value.is_empty()) {
            text.append_pair(name, value);
        }
        let (query, path) = (text.finish(), escaped_path(path));
        if query.is_empty() { path } else { format!("{path}?{query}") }
    }

    /// The tenant's name, where links and forms must carry it.
    pub(super) fn kept_tenant(&self) -> Option<&str> {
        (!self.tenants.is_empty()).then(|| self.tenant.id().as_str())
    }

    /// The brand's name.
    pub(super) fn brand(&self) -> &str {
        self.tenant.policy().map_or("", |policy| &policy.policy().brand.name)
    }

    /// An agent's name for people.
    pub(super) fn agent<'a>(&'a self, id: &'a AgentId) -> &'a str {
        let name = self.tenant.policy().and_then(|policy| policy.agent(id)).map_or("", |agent| &agent.rule.name);
        if name.is_empty() { id.as_str() } else { name }
    }
}

/// Ids are letters and digits; whatever else stands in one must not lead out of its place in the path.
fn escaped_path(path: &str) -> String {
    let segment = |part| form_urlencoded::byte_serialize(str::as_bytes(part)).collect::<String>().replace('+', "%20");
    path.split('/').map(segment).collect::<Vec<_>>().join("/")
}

impl FromRequestParts<Engine> for Desk {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, engine: &Engine) -> Result<Self, Problem> {
        let query = parts.uri.query().unwrap_or_default();
        let asked: Vec<(String, String)> = form_urlencoded::parse(query.as_bytes()).into_owned().collect();
        let named = asked.iter().find(|(key, value)| key == "tenant" && !value.is_empty());
        let tenant = match named {
            Some((_, name)) => engine.tenant(name.as_str())?,
            None => engine.tenants().next().ok_or_else(Problem::nothing_here)?,
        };
        let tenants: Vec<_> = engine.tenants().map(|tenant| tenant.id().to_string()).collect();
        let tenants = if tenants.len() > 1 { tenants } else { Vec::new() };
        Ok(Self { tenant, now: engine.now(), path: parts.uri.path().to_owned(), tenants, asked })
    }
}

/// The fields of a form that was posted.
pub(super) struct Form(Vec<(String, String)>);

impl Form {
    /// The first field of this name; empty if there is none.
    pub(super) fn get(&self, name: &str) -> &str {
        self.0.iter().find(|(key, _)| key == name).map_or("", |(_, value)| value)
    }

    /// Every field of this name.
    pub(super) fn all<'a>(&'a self, name: &'a str) -> impl Iterator<Item = &'a str> {
        self.0.iter().filter(move |(key, _)| key == name).map(|(_, value)| value.as_str())
    }
}

impl FromRequest<Engine> for Form {
    type Rejection = Problem;

    async fn from_request(request: Request, engine: &Engine) -> Result<Self, Problem> {
        // axum bounds the body.
        let body = Bytes::from_request(request, engine).await.map_err(|_| Problem::unreadable())?;
        Ok(Self(form_urlencoded::parse(&body).into_owned().collect()))
    }
}

/// Why a page cannot be shown, in words for people.
#[derive(Debug)]
pub(super) struct Problem {
    status: StatusCode,
    title: &'static str,
    text: &'static str,
    detail: String,
}

impl Problem {
    /// There is no such page, case or person.
    pub(super) fn nothing_here() -> Self {
        Self {
            status: StatusCode::NOT_FOUND,
            title: "There is nothing here",
            text: "The address may be mistyped, or what it led to was removed.",
            detail: String::new(),
        }
    }

    /// What was posted is too long, or broke off.
    fn unreadable() -> Self {
        Self {
            status: StatusCode::PAYLOAD_TOO_LARGE,
            title: "That cannot be read",
            text: "What was sent is too long, or broke off. Nothing was changed.",
            detail: String::new(),
        }
    }

    /// Another page sent its visitor's browser here to change something.
    pub(super) fn other_origin() -> Self {
        Self {
            status: StatusCode::FORBIDDEN,
            title: "That did not come from this page",
            text: "Nothing was changed. Behind a proxy, give the name people ask for: `careline serve --host NAME`.",
            detail: String::new(),
        }
    }

    /// The request was meant for another name than ours.
    pub(super) fn other_host() -> Self {
        Self {
            status: StatusCode::MISDIRECTED_REQUEST,
            title: "This is not the address of this page",
            text: "It answers to 127.0.0.1, to localhost and to names given with `careline serve --host NAME`.",
            detail: String::new(),
        }
    }
}

impl From<Error> for Problem {
    fn from(error: Error) -> Self {
        let detail = format!("{} ({})", error.message(), error.kind());
        if error.kind() == ErrorKind::NotFound {
            return Self { detail, ..Self::nothing_here() };
        }
        let refused = [ErrorKind::Conflict, ErrorKind::PermissionDenied, ErrorKind::InputInvalid];
        if refused.contains(&error.kind()) {
            let (title, text) = ("That cannot be done", "Nothing was changed. Somebody may have been quicker.");
            return Self { status: status_of(&error), title, text, detail };
        }
        Self {
            status: status_of(&error),
            title: "This page cannot be shown now",
            text: "Nothing is lost: what came in is stored. Try again in a moment; if it stays, tell whoever runs careline.",
            detail,
        }
    }
}

impl IntoResponse for Problem {
    fn into_response(self) -> Response {
        let page = frame::bare(
            self.title,
            html! {
                section.card.problem {
                    p.problem-code { (self.status.as_u16()) }
                    h1 { (self.title) }
                    p { (self.text) }
                    @if !self.detail.is_empty() { p.muted { (self.detail) } }
                    p { a.button href="/" { "Back to the queue" } }
                }
            },
        );
        (self.status, Html(page.into_string())).into_response()
    }
}

/// What a page's handler gives.
pub(super) type Page = Result<Html<String>, Problem>;
