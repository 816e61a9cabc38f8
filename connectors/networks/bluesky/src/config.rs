//! What a connector is told at its construction.

use secrecy::SecretString;

use crate::session::Session;

/// One brand account.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct AccountConfig {
    /// Who logs in: the account's DID or its handle without `@`. With the DID the account is known before it logs in.
    pub identifier: String,
    /// An app password. Direct messages need one that was made with access to them (fact sheet §3).
    pub password: SecretString,
    /// Where the account logs in; [`AccountConfig::SERVICE`] unless its server takes the password itself.
    pub service: String,
    /// The account's own server (PDS), where everything but the login is asked; absent for the one that its DID
    /// document names at the login (fact sheet §1).
    pub pds: Option<String>,
    /// Whether direct messages are read and written.
    pub direct_messages: bool,
    /// The service of direct messages, as the server is told in the header `atproto-proxy`.
    pub chat_proxy: String,
    /// Where the stream `posts` is held; empty for no stream.
    pub jetstream: String,
    /// Words of which one makes a post of interest to the stream `posts`, besides those that name, answer or quote the
    /// account. Case makes no difference.
    pub keywords: Vec<String>,
    /// The session kept from an earlier start, so that the account need not log in again: servers take 30 logins in
    /// five minutes and 300 a day (fact sheet §1). [`Account::session`](crate::Account::session) tells the present one.
    pub session: Option<Session>,
}

impl AccountConfig {
    /// Where accounts of Bluesky log in.
    pub const SERVICE: &'static str = "https://bsky.social";
    /// The direct messages of Bluesky.
    pub const CHAT_PROXY: &'static str = "did:web:api.bsky.chat#bsky_chat";
    /// A public Jetstream, which tells all public posts as they are written (fact sheet §2).
    pub const JETSTREAM: &'static str = "wss://jetstream2.us-east.bsky.network/subscribe";

    /// An account on Bluesky, with direct messages.
    pub fn new(identifier: impl Into<String>, password: impl Into<SecretString>) -> Self {
        Self {
            identifier: identifier.into(),
            password: password.into(),
            service: Self::SERVICE.to_owned(),
            pds: None,
            direct_messages: true,
            chat_proxy: Self::CHAT_PROXY.to_owned(),
            jetstream: Self::JETSTREAM.to_owned(),
            keywords: Vec::new(),
            session: None,
        }
    }
}
