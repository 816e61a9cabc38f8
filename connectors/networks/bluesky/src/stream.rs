//! Holding a connection to Jetstream, which tells every public post of the network as it is written (fact sheet §2).
//!
//! Of these, a line is of interest if it names, answers or quotes the account, if the account itself wrote or deleted
//! it, or if its text holds one of the configured words. The rest is not even read. A stream has no memory here: after
//! every reconnection a poll of `notifications` catches up.

use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use bytes::Bytes;
use careline::clock::Clock;
use careline::context::Context;
use careline::model::NativeAccount;
use careline::network::{self, BodyKind, EventStream, Page, StreamAsk, watched};
use careline::transport::WebSocket;
use careline::{Error, ErrorKind, Result};
use futures_util::future::{Either, select};
use http::Request;
use serde::Deserialize;

use crate::account::Account;
use crate::message::POSTS;
use crate::receive::normalise;
use crate::wire::Record;

/// What can be streamed: public posts.
pub(crate) const SOURCE: &str = "posts";

/// The whole network writes many posts a second.
const SILENCE: Duration = Duration::from_secs(60);

impl Account {
    pub(crate) async fn hold(&self, cx: &Context, ask: StreamAsk) -> Result<EventStream> {
        let address = self.jetstream.as_ref().filter(|_| ask.source == SOURCE);
        let Some(mut address) = address.cloned() else {
            let error = Error::new(ErrorKind::Unsupported, "no such stream; see the capability");
            return Err(error.with("source", ask.source));
        };
        if self.did().is_none() {
            self.logged_in(cx).await?;
        }
        address.query_pairs_mut().append_pair("wantedCollections", POSTS);
        let request = Request::get(address.as_str()).body(()).map_err(|error| {
            Error::new(ErrorKind::ConfigInvalid, "`jetstream` cannot stand in a request").caused_by(error)
        })?;
        let watch = Watch {
            socket: cx.transport.websocket(request).await?,
            account: self.native()?,
            words: self.config.keywords.iter().map(|word| word.to_lowercase()).collect(),
            clock: cx.clock.clone(),
            silence: ask.silence.unwrap_or(SILENCE),
        };
        Ok(watched(watch))
    }
}

/// A held connection that counts as lost after `silence`.
struct Watch {
    socket: Box<dyn WebSocket>,
    account: NativeAccount,
    /// In small letters.
    words: Vec<String>,
    clock: Arc<dyn Clock>,
    silence: Duration,
}

#[async_trait]
impl network::Watch for Watch {
    async fn next(&mut self) -> Result<Page> {
        loop {
            let line = self.heard().await?;
            if let Some(error) = ending(&line) {
                return Err(error);
            }
            if self.concerns_us(&line) {
                let parsed = normalise(BodyKind::Stream, &line, &self.account, self.clock.now())?;
                return Ok(Page::new(parsed, line, None, false));
            }
        }
    }
}

impl Watch {
    /// What comes next, if it comes in time.
    async fn heard(&mut self) -> Result<Bytes> {
        match select(self.socket.next(), self.clock.sleep(self.silence)).await {
            Either::Left((Some(line), _)) => line,
            Either::Left((None, _)) => Err(Error::new(ErrorKind::Unavailable, "the server closed the stream")),
            Either::Right(_) => Err(Error::new(ErrorKind::Unavailable, "the stream fell silent; connect again")
                .with("seconds", self.silence.as_secs())),
        }
    }

    /// Our DID stands in every post that names, answers or quotes us, and in every line about ourselves.
    fn concerns_us(&self, line: &[u8]) -> bool {
        let did = self.account.native_id.as_bytes();
        line.windows(did.len()).any(|part| part == did) || (!self.words.is_empty() && self.speaks_of_us(line))
    }

    fn speaks_of_us(&self, line: &[u8]) -> bool {
        #[derive(Deserialize)]
        struct Line<'a> {
            #[serde(borrow)]
            commit: Commit<'a>,
        }
        #[derive(Deserialize)]
        struct Commit<'a> {
            #[serde(borrow)]
            record: Record<'a>,
        }
        let Ok(Line { commit: Commit { record } }) = serde_json::from_slice(line) else { return false };
        let text = record.text.map(|text| text.to_lowercase()).unwrap_or_default();
        self.words.iter().any(|word| text.contains(word))
    }
}

/// The error that a newer server says goodbye with.
fn ending(line: &[u8]) -> Option<Error> {
    #[derive(Deserialize)]
    struct Goodbye {
        #[serde(rename = "$type")]
        form: String,
        error: String,
    }
    let goodbye: Goodbye = serde_json::from_slice(line).ok().filter(|goodbye: &Goodbye| goodbye.form == "error")?;
    Some(crate::error::named_by(&goodbye.error))
}
