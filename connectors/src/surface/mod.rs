//! What a binding offers: every verb with its arguments and its answer, as data and as one call. With the feature `reflect`.
//!
//! A binding hands a verb's name and its arguments as JSON to [`of_tenant`] or [`of_engine`] and turns the [`Viewed`] answer
//! into its own language's values. Its typed methods are written from [`TENANT`] and [`ENGINE`]: a verb added here is there
//! in every language.

mod calls;
mod engine;
mod tenant;
mod types;
mod wording;

use std::fmt;
use std::sync::Arc;

use careline::care::Ingested;
use careline::network::token::grant;
use careline::reflect::{Kind, Reflect, Reflected, Viewed};
use careline::{Error, ErrorKind, Result};
use secrecy::ExposeSecret;
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};

pub use calls::{Judge, host_config, ingest, perform, read, request, verify, written};
pub use engine::{ENGINE, of_engine};
pub use tenant::{TENANT, of_tenant};
pub use types::{Types, shape, shapes, types};
pub use wording::{Measured, compose, measure};

/// A verb: what it is called, does, takes and answers.
#[derive(Debug)]
pub struct Verb {
    /// Its name in Rust and Python.
    pub name: &'static str,
    /// What it does and when it fails.
    pub doc: &'static str,
    /// What it takes, the required ones first.
    pub arguments: &'static [Argument],
    /// What it answers.
    pub answer: fn() -> Kind,
}

/// What a verb takes.
#[derive(Debug)]
pub struct Argument {
    /// Its name in Rust, Python and JSON.
    pub name: &'static str,
    /// What it stands for.
    pub doc: &'static str,
    /// What it is; an [`Kind::Option`] may be left out.
    pub kind: fn() -> Kind,
    /// For a record that is given field by field: the fields that must be given. Empty for what is given as a whole.
    pub required: &'static [&'static str],
}

/// An answer of any type.
#[derive(Clone, Debug)]
pub struct Answer {
    /// It.
    pub value: Arc<dyn Viewed + Send + Sync>,
    /// What those spans mark that stand in nothing with a text of its own.
    pub text: Option<Arc<str>>,
}

/// What to answer to a webhook, and what became of what it brought.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, Reflect)]
pub struct WebhookAnswer {
    /// The HTTP status.
    pub status: u16,
    /// The content type of `body`.
    pub content_type: String,
    /// The body.
    pub body: String,
    /// What became of the events.
    pub ingested: Ingested,
}

impl From<careline::care::Answer> for WebhookAnswer {
    fn from(answer: careline::care::Answer) -> Self {
        let careline::care::Answer { reply, ingested } = answer;
        Self { status: reply.status.as_u16(), content_type: reply.content_type.to_owned(), body: reply.body, ingested }
    }
}

/// Where a person is sent to let an app act for an account, and what the host keeps until they come back.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize, Reflect)]
pub struct Authorisation {
    /// The address the person's browser is sent to.
    pub url: String,
    /// For `finish_authorisation`: a secret, kept where the browser cannot read it and bound to it, used once.
    pub pending: String,
}

impl fmt::Debug for Authorisation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Authorisation").field("url", &self.url).finish_non_exhaustive()
    }
}

impl From<grant::Authorisation> for Authorisation {
    fn from(begun: grant::Authorisation) -> Self {
        Self { url: begun.url, pending: begun.pending.expose_secret().to_owned() }
    }
}

fn answer<T: Reflected + std::fmt::Debug + Send + Sync + 'static>(value: T, text: Option<Arc<str>>) -> Answer {
    Answer { value: Arc::new(value), text }
}

fn arguments<T: DeserializeOwned>(verb: &'static str, json: &str) -> Result<T> {
    read(json, ErrorKind::InputInvalid, "wrong arguments").map_err(|error| error.during(verb))
}

fn no_such_verb(name: &str) -> Error {
    Error::new(ErrorKind::Unsupported, "there is no such verb").with("verb", name)
}

/// Declares verbs: the list of them, and the call that does one. `argument: Record { fields }` is given field by field,
/// those named at least; `marking text` says what spans in the answer mark.
macro_rules! verbs {
    (
        $(#[$list_doc:meta])* $list:ident,
        $(#[$call_doc:meta])* $call:ident($target:ident: &$on:ty);
        $(
            $(#[doc = $doc:literal])+
            $name:ident(
                $($(#[doc = $arg_doc:literal])+ $arg:ident: $arg_ty:ty $({ $($field:ident),+ })?),* $(,)?
            ) -> $answer:ty
            => $body:expr $(, marking $text:expr)?;
        )+
    ) => {
        $(#[$list_doc])*
        pub const $list: &[$crate::surface::Verb] = &[$(
            $crate::surface::Verb {
                name: stringify!($name),
                doc: concat!($($doc, "\n"),+),
                arguments: &[$($crate::surface::Argument {
                    name: stringify!($arg),
                    doc: concat!($($arg_doc, "\n"),+),
                    kind: <$arg_ty as ::careline::reflect::Reflected>::kind,
                    required: &[$($(stringify!($field)),+)?],
                }),*],
                answer: <$answer as ::careline::reflect::Reflected>::kind,
            }
        ),+];

        $(#[$call_doc])*
        pub async fn $call($target: &$on, name: &str, json: &str) -> ::careline::Result<$crate::surface::Answer> {
            match name {
                $(stringify!($name) => {
                    #[derive(serde::Deserialize)]
                    #[serde(deny_unknown_fields)]
                    struct Arguments { $($arg: $arg_ty),* }
                    let Arguments { $($arg),* } = $crate::surface::arguments(stringify!($name), json)?;
                    let text = [$(::std::sync::Arc::<str>::from($text.as_str()))?];
                    let result: ::careline::Result<$answer> = async { $body }.await;
                    let value = result.map_err(|error| match error.operation() {
                        "" => error.during(stringify!($name)),
                        _ => error,
                    })?;
                    Ok($crate::surface::answer(value, text.into_iter().next()))
                })+
                _ => Err($crate::surface::no_such_verb(name)),
            }
        }
    };
}

use verbs;
