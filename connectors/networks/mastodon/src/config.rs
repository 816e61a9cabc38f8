//! What a connector is told at its construction.

use careline::model::NativeAccount;
use secrecy::SecretString;

/// One brand account on one server.
#[derive(Clone, Debug)]
pub struct AccountConfig {
    /// The address of the server's API, such as `https://inst.example`.
    pub base_url: String,
    /// Empty for an account that people connect. Else a user token with `read:accounts read:notifications read:statuses` (fact sheet §1), to send also with
    /// `write:statuses write:favourites`. Tokens do not expire.
    pub token: SecretString,
    /// The account's id on its server, where known; else [`check`](careline::network::Network::check) asks for it.
    pub account_id: Option<String>,
    /// Its handle without `@`, where known; else [`check`](careline::network::Network::check) asks for it.
    pub handle: Option<String>,
    /// The app that people authorise to connect the account.
    pub app: OwnApp,
}

/// The host's app, as people on the server see it.
#[derive(Clone, Debug)]
pub struct OwnApp {
    /// The name people see when they authorise it, and at each post; `careline` unless said otherwise.
    pub name: String,
    /// The id and secret the server knows it by. Without them the app is registered anew whenever somebody connects the
    /// account.
    pub keys: Option<(String, SecretString)>,
}

impl Default for OwnApp {
    fn default() -> Self {
        Self { name: "careline".to_owned(), keys: None }
    }
}

impl AccountConfig {
    /// An account of which only the server and the token are known.
    pub fn new(base_url: impl Into<String>, token: impl Into<SecretString>) -> Self {
        Self { base_url: base_url.into(), token: token.into(), account_id: None, handle: None, app: OwnApp::default() }
    }

    /// An account with no token but the one that people connect it with.
    pub fn connected(base_url: impl Into<String>) -> Self {
        Self::new(base_url, String::new())
    }

    /// Sets the account's id on its server.
    #[must_use]
    pub fn account_id(mut self, id: impl Into<String>) -> Self {
        self.account_id = Some(id.into());
        self
    }

    /// Sets the account's handle without `@`.
    #[must_use]
    pub fn handle(mut self, handle: impl Into<String>) -> Self {
        self.handle = Some(handle.into());
        self
    }
}

/// One webhook endpoint of a server's administration.
#[derive(Clone, Debug)]
pub struct WebhookConfig {
    /// The endpoint's secret; two while it is rotated.
    pub secrets: Vec<SecretString>,
    /// Our accounts on that server, by `host/id`.
    pub accounts: Vec<NativeAccount>,
}

impl WebhookConfig {
    /// An endpoint with one secret.
    pub fn new(secret: impl Into<SecretString>, accounts: Vec<NativeAccount>) -> Self {
        Self { secrets: vec![secret.into()], accounts }
    }
}
