//! The port for networks: one brand account on one network.

mod outbound;
pub mod token;

use std::fmt::Debug;
use std::pin::Pin;
use std::time::Duration;

use async_trait::async_trait;
use bytes::Bytes;
use compact_str::CompactString;
use futures_core::Stream;
use schemars::JsonSchema;
use secrecy::SecretString;
use serde::{Deserialize, Serialize};

use crate::context::Context;
use crate::engage::text::TextPolicy;
use crate::error::{Error, ErrorKind, Result};
use crate::intake::Parsed;
use crate::model::{NativeAccount, Surface};
use crate::routing::Routing;
use crate::triage::Triage;

use token::Token;
use token::grant::Authorisation;

pub(crate) use outbound::same_words;
pub use outbound::{Act, FindSent, Outbound, Person, Receipt, Say, Target};

/// One brand account on one network: reads what webhooks miss, and says what we have to say.
///
/// Verbs default to `unsupported`; what an account can do is data, see [`Capability`], never found out by trying.
#[async_trait]
pub trait Network: Triage + Routing + Debug + Send + Sync + 'static {
    /// Which account this is.
    fn info(&self) -> AccountInfo;

    /// What it can do.
    fn capability(&self) -> Capability;

    /// Asks the network who we are and what its limits are, and keeps the answer for [`Network::info`] and
    /// [`Network::capability`]. Does not write.
    async fn check(&self, _cx: &Context) -> Result<AccountInfo> {
        Ok(self.info())
    }

    /// Begins to let the app of this account's settings act for it: where a person is sent to, and what is kept until the
    /// network sends them back to `redirect_uri`, which must be registered with the app.
    ///
    /// # Errors
    /// `config_invalid` if the settings name no app; `unsupported` on networks without OAuth.
    async fn begin_authorisation(&self, _cx: &Context, _redirect_uri: &str) -> Result<Authorisation> {
        Err(unsupported("begin_authorisation"))
    }

    /// The token for the address they came back to, `pending` being what began it. Whose it is shows [`Network::check`].
    ///
    /// # Errors
    /// As [`Pending::code`](token::grant::Pending::code) and [`granted`](token::grant::granted).
    async fn finish_authorisation(&self, _cx: &Context, _pending: &SecretString, _callback_url: &str) -> Result<Token> {
        Err(unsupported("finish_authorisation"))
    }

    /// Reads one page of what happened after the cursor, oldest first where the network allows it.
    ///
    /// The cursor in the answer is to be stored only with the commit of the page. A page with nothing new costs one call
    /// and carries the cursor it was asked with.
    async fn poll(&self, _cx: &Context, _ask: PollAsk) -> Result<Page> {
        Err(unsupported("poll"))
    }

    /// Holds a connection and yields what comes down it; ends with an error when the connection is lost.
    async fn stream(&self, _cx: &Context, _ask: StreamAsk) -> Result<EventStream> {
        Err(unsupported("stream"))
    }

    /// Says or does something, once. Whoever calls checks before that it may be done, and measures the text.
    ///
    /// # Errors
    /// `retry_advice` is the whole of what may follow: `Never` the network refused it, `After` and `Transient` it was
    /// certainly not done and may be tried again, `Unknown` it may have been done: [`Network::find_sent`] looks first.
    async fn send(&self, _cx: &Context, _out: &Outbound) -> Result<Receipt> {
        Err(unsupported("send"))
    }

    /// Looks for something that may have been sent. `None`: the network answered everything that was asked, and it is not
    /// there; whether that is the last word depends on how long the network takes to show what it has, see
    /// [`Capability::sent_lag`].
    ///
    /// # Errors
    /// Nobody can tell: the network did not answer, or does not say what would decide it.
    async fn find_sent(&self, _cx: &Context, _ask: FindSent) -> Result<Option<Receipt>> {
        Err(unsupported("find_sent"))
    }

    /// Asks whether messages still stand, for deletions that nobody pushes.
    async fn recheck(&self, _cx: &Context, _ask: Recheck) -> Result<Page> {
        Err(unsupported("recheck"))
    }
}

fn unsupported(verb: &'static str) -> Error {
    Error::new(ErrorKind::Unsupported, "this account cannot do that; see its capability").during(verb)
}

/// Which account a [`Network`] speaks for.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
#[cfg_attr(feature = "reflect", derive(crate::reflect::Reflect))]
pub struct AccountInfo {
    /// The account, as its events name it.
    pub account: NativeAccount,
    /// The id scope of its messages and of the profile that speaks for it.
    pub scope: CompactString,
    /// Its handle without `@`; empty while unknown.
    pub handle: CompactString,
}

impl AccountInfo {
    /// An account with its scope and handle.
    pub fn new(account: NativeAccount, scope: impl Into<CompactString>, handle: impl Into<CompactString>) -> Self {
        Self { account, scope: scope.into(), handle: handle.into() }
    }
}

/// What an account can do and within which limits. Tests, docs and fallbacks read it.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(default)]
#[non_exhaustive]
pub struct Capability {
    /// What can be polled, by name; empty if nothing.
    pub poll_sources: Vec<String>,
    /// What can be streamed, by name; empty if nothing.
    pub stream_sources: Vec<String>,
    /// Whether webhooks exist.
    pub webhook: bool,
    /// Whether [`Network::recheck`] works, and how many messages one call takes.
    pub recheck_max: Option<u32>,
    /// Whether it may be asked about private messages, too. Where the network does not find those by the same ids, they would
    /// all seem to be gone.
    pub recheck_private: bool,
    /// Whether edits are reported.
    pub edits: bool,
    /// Whether deletions by customers are reported without asking.
    pub deletions: bool,
    /// The places its messages stand in.
    pub surfaces: Vec<Surface>,
    /// The verbs [`Network::send`] knows, see [`Act::verb`]; empty if nothing can be sent.
    pub send_verbs: Vec<String>,
    /// For how many seconds after an attempt the network itself takes an act with the same key but once, so that a
    /// repetition needs no looking first: 0 not at all, [`u32::MAX`] for ever.
    pub sends_once_for: u32,
    /// How many seconds the network may take to show what was sent to whoever looks for it; 0 if it shows it at once.
    pub sent_lag: u32,
    /// How an answer others can read is counted, and how long it may be.
    pub reply_text: Option<TextPolicy>,
    /// The same for a private message.
    pub private_text: Option<TextPolicy>,
    /// The same for a post of our own.
    pub post_text: Option<TextPolicy>,
}

/// The kinds of raw bodies a network sends, for callers that hold one without its request.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum BodyKind {
    /// What it posts to a webhook.
    Webhook,
    /// What it answers to a read.
    Rest,
    /// One line or frame of a stream.
    Stream,
}

impl std::str::FromStr for BodyKind {
    type Err = Error;

    /// Reads `webhook`, `rest` or `stream`.
    fn from_str(text: &str) -> Result<Self> {
        match text {
            "webhook" => Ok(Self::Webhook),
            "rest" => Ok(Self::Rest),
            "stream" => Ok(Self::Stream),
            other => {
                let message = "a body is of kind `webhook`, `rest` or `stream`";
                Err(Error::new(ErrorKind::InputInvalid, message).during("normalise").with("kind", other))
            }
        }
    }
}

/// What to poll.
#[derive(Clone, Debug, Default)]
#[non_exhaustive]
pub struct PollAsk {
    /// One of [`Capability::poll_sources`].
    pub source: String,
    /// Where the last committed page ended; absent at the very first time.
    pub cursor: Option<String>,
    /// How many items at most; the network's own bound holds as well.
    pub limit: Option<u32>,
}

impl PollAsk {
    /// Polls `source` from where `cursor` ended.
    pub fn new(source: impl Into<String>, cursor: Option<String>) -> Self {
        Self { source: source.into(), cursor, limit: None }
    }
}

/// One page of what was read.
#[derive(Debug)]
#[non_exhaustive]
pub struct Page {
    /// What was found.
    pub parsed: Parsed,
    /// The raw answer, to be stored with the page; empty if nothing is new.
    pub raw: Bytes,
    /// Where the next page begins.
    pub cursor: Option<String>,
    /// Whether there is more to read now.
    pub more: bool,
}

impl Page {
    /// A page of `parsed` items from `raw`.
    pub fn new(parsed: Parsed, raw: Bytes, cursor: Option<String>, more: bool) -> Self {
        Self { parsed, raw, cursor, more }
    }
}

/// What to stream.
#[derive(Clone, Debug, Default)]
#[non_exhaustive]
pub struct StreamAsk {
    /// One of [`Capability::stream_sources`].
    pub source: String,
    /// The longest silence before the connection counts as lost.
    pub silence: Option<Duration>,
}

impl StreamAsk {
    /// Streams `source`.
    pub fn new(source: impl Into<String>) -> Self {
        Self { source: source.into(), silence: None }
    }
}

/// What comes down a held connection: each item is one frame or line with its raw form and what was found in it.
pub type EventStream = Pin<Box<dyn Stream<Item = Result<Page>> + Send>>;

/// A held connection, read page by page.
#[async_trait]
pub trait Watch: Send + 'static {
    /// The next page that holds something of ours.
    ///
    /// # Errors
    /// What ended the connection.
    async fn next(&mut self) -> Result<Page>;
}

/// The pages of a held connection until it is lost: the error that ended it is the last item.
pub fn watched(watch: impl Watch) -> EventStream {
    Box::pin(futures_util::stream::unfold(Some(watch), |watch| async {
        let mut watch = watch?;
        match watch.next().await {
            Ok(page) => Some((Ok(page), Some(watch))),
            Err(error) => Some((Err(error.during("stream")), None)),
        }
    }))
}

/// Which messages to look at again.
#[derive(Clone, Debug, Default)]
#[non_exhaustive]
pub struct Recheck {
    /// Their native ids.
    pub native_ids: Vec<CompactString>,
}

impl Recheck {
    /// Looks at these messages again.
    pub fn new(native_ids: Vec<CompactString>) -> Self {
        Self { native_ids }
    }
}
