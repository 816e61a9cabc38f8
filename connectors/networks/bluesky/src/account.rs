//! One brand account on Bluesky.

use async_trait::async_trait;
use careline::context::Context;
use careline::engage::text::TextPolicy;
use careline::model::{NativeAccount, Surface};
use careline::network::{
    AccountInfo, Capability, EventStream, FindSent, Network, Outbound, Page, PollAsk, Receipt, Recheck, StreamAsk,
};
use careline::{Error, ErrorKind, Result};
use url::Url;

use crate::config::AccountConfig;
use crate::message::{NETWORK, SCOPE};
use crate::session::{Call, Sessions};
use crate::uri::is_did;
use crate::{poll, send, stream};

/// One brand account: it logs in when it is first asked, polls, streams, judges, routes and speaks.
#[derive(Debug)]
pub struct Account {
    pub(crate) config: AccountConfig,
    pub(crate) service: Url,
    pub(crate) pds: Option<Url>,
    pub(crate) jetstream: Option<Url>,
    pub(crate) sessions: Sessions,
}

impl Account {
    /// An account; opens no connection.
    ///
    /// # Errors
    /// `config_invalid` if it is named by neither a DID nor a handle, an address is none, or the session kept is
    /// another account's.
    pub fn new(mut config: AccountConfig) -> Result<Self> {
        config.identifier = config.identifier.trim().trim_start_matches('@').to_owned();
        let identifier = &config.identifier;
        if !is_did(identifier) && !crate::uri::is_handle(identifier) {
            return Err(wrong("`identifier` is a DID or a handle, such as acme.example"));
        }
        let kept = config.session.take();
        if kept
            .as_ref()
            .is_some_and(|session| !is_did(&session.did) || (is_did(identifier) && session.did != *identifier))
        {
            return Err(wrong("`session` is another account's"));
        }
        let service = server(&config.service, "`service` begins with https:// and names a server")?;
        let pds = config.pds.as_deref().map(|pds| server(pds, "`pds` begins with https:// and names a server"));
        let jetstream = match config.jetstream.as_str() {
            "" => None,
            text => {
                let url = Url::parse(text).ok().filter(|url| matches!(url.scheme(), "ws" | "wss") && url.has_host());
                Some(url.ok_or_else(|| wrong("`jetstream` begins with wss:// and names a server"))?)
            }
        };
        Ok(Self { service, pds: pds.transpose()?, jetstream, sessions: Sessions::new(kept), config })
    }

    /// The account as its events name it, once it is known.
    pub(crate) fn native(&self) -> Result<NativeAccount> {
        let did = self.did().ok_or_else(|| {
            Error::new(ErrorKind::ConfigInvalid, "the account's DID is not known: configure it, or call check first")
        })?;
        Ok(NativeAccount::new(NETWORK, did))
    }

    fn handle(&self) -> String {
        let told = self.sessions.current().and_then(|session| session.handle.clone());
        let configured = Some(self.config.identifier.clone()).filter(|identifier| !is_did(identifier));
        told.or(configured).unwrap_or_default()
    }
}

fn server(address: &str, otherwise: &'static str) -> Result<Url> {
    let url = Url::parse(address).ok().filter(|url| matches!(url.scheme(), "http" | "https") && url.has_host());
    url.ok_or_else(|| wrong(otherwise))
}

fn wrong(what: &'static str) -> Error {
    Error::new(ErrorKind::ConfigInvalid, what)
}

#[async_trait]
impl Network for Account {
    fn info(&self) -> AccountInfo {
        AccountInfo::new(NativeAccount::new(NETWORK, self.did().unwrap_or_default()), SCOPE, self.handle())
    }

    fn capability(&self) -> Capability {
        let mut capability = Capability::default();
        capability.surfaces = vec![Surface::Post, Surface::Comment, Surface::Mention, Surface::Quote];
        capability.poll_sources = vec![poll::NOTIFICATIONS.to_owned()];
        if self.config.direct_messages {
            capability.poll_sources.push(poll::MESSAGES.to_owned());
            capability.surfaces.push(Surface::DirectMessage);
            capability.private_text = Some(TextPolicy::bluesky_direct());
        }
        let verbs = send::VERBS.iter().filter(|verb| self.config.direct_messages || **verb != send::DIRECT_MESSAGE);
        capability.send_verbs = verbs.map(|verb| (*verb).to_owned()).collect();
        // A record stands under a key made from the act's; a direct message has no such key (fact sheet §3, §4).
        capability.sends_once_for = if self.config.direct_messages { 0 } else { u32::MAX };
        if self.jetstream.is_some() {
            capability.stream_sources = vec![stream::SOURCE.to_owned()];
        }
        // Posts only: nobody else finds a direct message by its id.
        capability.recheck_max = Some(poll::RECHECK_MAX);
        // A record may be written over, but Bluesky goes on showing the first one; nobody reports a customer's
        // deletion.
        (capability.edits, capability.deletions) = (false, false);
        capability.reply_text = Some(TextPolicy::bluesky_post());
        capability.post_text = Some(TextPolicy::bluesky_post());
        capability
    }

    async fn check(&self, cx: &Context) -> Result<AccountInfo> {
        // Whether the session is still good; logs in where there is none.
        let call = Call { nsid: "com.atproto.server.getSession", query: Vec::new(), chat: false };
        self.ask(cx, &call).await.map_err(|error| error.during("check"))?;
        Ok(self.info())
    }

    async fn poll(&self, cx: &Context, ask: PollAsk) -> Result<Page> {
        self.read(cx, ask).await.map_err(|error| error.during("poll"))
    }

    async fn stream(&self, cx: &Context, ask: StreamAsk) -> Result<EventStream> {
        self.hold(cx, ask).await.map_err(|error| error.during("stream"))
    }

    async fn send(&self, cx: &Context, out: &Outbound) -> Result<Receipt> {
        self.act(cx, out).await.map_err(|error| error.during("send"))
    }

    async fn find_sent(&self, cx: &Context, ask: FindSent) -> Result<Option<Receipt>> {
        self.find(cx, &ask).await.map_err(|error| error.during("find_sent"))
    }

    async fn recheck(&self, cx: &Context, ask: Recheck) -> Result<Page> {
        self.look_again(cx, ask).await.map_err(|error| error.during("recheck"))
    }
}
