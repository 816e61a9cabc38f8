//! What has to be told about an app and an account on X.

use careline::model::NativeAccount;
use compact_str::CompactString;
use secrecy::SecretString;

use crate::message::NETWORK;
use crate::oauth::OAuthConfig;

/// The app that X posts to.
///
/// ```
/// let config = careline_x::WebhookConfig::new(["the API key secret"]);
/// let webhook = careline_x::Webhook::new(config)?;
/// # Ok::<(), careline::Error>(())
/// ```
#[derive(Clone, Debug, Default)]
#[non_exhaustive]
pub struct WebhookConfig {
    /// The app's consumer secrets (API key secrets): one, or the new and the old one during a rotation. The first one answers
    /// challenges.
    pub consumer_secrets: Vec<SecretString>,
    /// The account that gets what X sends without naming one: activities subscribed to by keyword.
    pub keyword_account: Option<NativeAccount>,
}

impl WebhookConfig {
    /// An app with these consumer secrets, the one in use first.
    pub fn new(consumer_secrets: impl IntoIterator<Item = impl Into<SecretString>>) -> Self {
        Self { consumer_secrets: consumer_secrets.into_iter().map(Into::into).collect(), keyword_account: None }
    }
}

/// One brand account on X.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct AccountConfig {
    /// The account's numeric id.
    pub native_id: CompactString,
    /// Its handle without `@`.
    pub handle: CompactString,
    /// The app-only bearer token: for streams, and for public reads without a user token.
    pub app_token: Option<SecretString>,
    /// The account's own OAuth 2.0 access token: for everything it says, for direct messages, and for public reads. It
    /// lives two hours (fact sheet §2); where an account is connected through [`AccountConfig::oauth`], its token there
    /// goes before this one.
    pub user_token: Option<SecretString>,
    /// The app that people authorise: with it the account uses the token it was connected with, and renews it.
    pub oauth: Option<OAuthConfig>,
    /// Where the API is; [`AccountConfig::BASE_URL`] unless in tests.
    pub base_url: String,
    /// How requests name fields while X renames them.
    pub fields: FieldNames,
    /// What poll source `search` asks for; absent for mentions of the handle by others.
    pub search_query: Option<String>,
    /// Whether the app may answer posts that did not summon the account, and like: Enterprise access (fact sheet §6).
    pub unsummoned_replies: bool,
}

impl AccountConfig {
    /// X's own API.
    pub const BASE_URL: &'static str = "https://api.x.com";

    /// The account `native_id` with `handle`, as yet without tokens.
    pub fn new(native_id: impl Into<CompactString>, handle: impl Into<CompactString>) -> Self {
        Self {
            native_id: native_id.into(),
            handle: handle.into(),
            app_token: None,
            user_token: None,
            oauth: None,
            base_url: Self::BASE_URL.to_owned(),
            fields: FieldNames::default(),
            search_query: None,
            unsummoned_replies: false,
        }
    }

    /// The account as its events name it.
    pub fn account(&self) -> NativeAccount {
        NativeAccount::new(NETWORK, self.native_id.clone())
    }
}

/// The two spellings of field parameters during X's renaming (fact sheet §6). Answers are read in both.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum FieldNames {
    /// `tweet.fields`, `referenced_tweets` …: what guides, the stream endpoint and live samples say.
    #[default]
    Tweet,
    /// `post.fields`, `referenced_posts` …: what the OpenAPI description of August 2026 says.
    Post,
}
