//! Settings of a webhook endpoint and of a page.

use std::fmt;
use std::time::Duration;

use secrecy::SecretString;

/// One registered Meta app: what its webhook endpoint needs to know.
#[derive(Clone, Default)]
#[non_exhaustive]
pub struct WebhookConfig {
    /// The app's secrets; while one is rotated, the old and the new one.
    pub app_secrets: Vec<SecretString>,
    /// The verify token that was typed into the app's dashboard.
    pub verify_token: SecretString,
    /// The app's id: tells whether control over a thread went to us.
    pub app_id: Option<String>,
}

impl WebhookConfig {
    /// An endpoint under one secret.
    pub fn new(app_secret: impl Into<SecretString>, verify_token: impl Into<SecretString>) -> Self {
        Self { app_secrets: vec![app_secret.into()], verify_token: verify_token.into(), app_id: None }
    }
}

impl fmt::Debug for WebhookConfig {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("WebhookConfig").field("app_id", &self.app_id).finish_non_exhaustive()
    }
}

/// One page: what reading it and speaking for it need.
#[derive(Clone)]
#[non_exhaustive]
pub struct AccountConfig {
    /// The page's id, digits.
    pub page_id: String,
    /// The Page access token (fact sheet facebook §1). Empty for a page that people connect: its token there goes before
    /// this one.
    pub page_token: SecretString,
    /// The app's secret: with it every call carries `appsecret_proof`, which some apps demand.
    pub app_secret: Option<SecretString>,
    /// The app's id: with it and the secret, the token of a person who connected the page gives the page's own.
    pub app_id: Option<String>,
    /// The Graph API version. A version lives about two years.
    pub api_version: String,
    /// Where the Graph API is; another address than Meta's is for tests.
    pub base_url: String,
    /// How far back the very first poll reads; later ones read what is new.
    pub first_read: Duration,
}

impl AccountConfig {
    /// A page at Meta's own address.
    pub fn new(page_id: impl Into<String>, page_token: impl Into<SecretString>) -> Self {
        Self {
            page_id: page_id.into(),
            page_token: page_token.into(),
            app_secret: None,
            app_id: None,
            api_version: "v25.0".to_owned(),
            base_url: "https://graph.facebook.com".to_owned(),
            first_read: Duration::from_secs(30 * 24 * 60 * 60),
        }
    }
}

impl AccountConfig {
    /// A page with no token but the one that people connect it with, through this app.
    pub fn connected(
        page_id: impl Into<String>,
        app_id: impl Into<String>,
        app_secret: impl Into<SecretString>,
    ) -> Self {
        let (app_id, app_secret) = (Some(app_id.into()), Some(app_secret.into()));
        Self { app_id, app_secret, ..Self::new(page_id, String::new()) }
    }
}

impl fmt::Debug for AccountConfig {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("AccountConfig")
            .field("page_id", &self.page_id)
            .field("app_id", &self.app_id)
            .field("api_version", &self.api_version)
            .field("base_url", &self.base_url)
            .field("first_read", &self.first_read)
            .finish_non_exhaustive()
    }
}
