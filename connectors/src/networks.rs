//! Networks, opened from a URI or from settings, and their raw bodies read without either.

use std::sync::Arc;

use careline::intake::{Intake, Parsed};
use careline::model::{NativeAccount, NetworkName, Timestamp};
use careline::network::{BodyKind, Network};
use careline::triage::Triage;
use careline::{Error, ErrorKind, Result};
use serde_json::Value;

use crate::given::Given;

/// A network this build has a connector for.
struct Known {
    name: &'static str,
    /// The account that events name where neither the body nor the caller does.
    nobody: &'static str,
    endpoint: fn(&mut Given) -> Result<Arc<dyn Intake>>,
    account: fn(&mut Given) -> Result<Arc<dyn Network>>,
    signals: fn() -> Arc<dyn Triage>,
    normalise: fn(BodyKind, &[u8], &NativeAccount, Timestamp) -> Result<Parsed>,
}

const KNOWN: &[Known] = &[
    #[cfg(feature = "bluesky")]
    Known {
        name: "bluesky",
        nobody: "did:plc:0",
        endpoint: bluesky::endpoint,
        account: bluesky::account,
        signals: || Arc::new(careline_bluesky::Signals),
        normalise: careline_bluesky::normalise,
    },
    #[cfg(feature = "facebook")]
    Known {
        name: "facebook",
        nobody: "0",
        endpoint: facebook::endpoint,
        account: facebook::account,
        signals: || Arc::new(careline_facebook::Signals),
        normalise: careline_facebook::normalise,
    },
    #[cfg(feature = "mastodon")]
    Known {
        name: "mastodon",
        nobody: "localhost/0",
        endpoint: mastodon::endpoint,
        account: mastodon::account,
        signals: || Arc::new(careline_mastodon::Signals),
        normalise: careline_mastodon::normalise,
    },
    #[cfg(feature = "x")]
    Known {
        name: "x",
        nobody: "0",
        endpoint: x::endpoint,
        account: x::account,
        signals: || Arc::new(careline_x::Signals),
        normalise: careline_x::normalise,
    },
];

/// The names of the networks this build has connectors for.
pub fn networks() -> impl Iterator<Item = &'static str> {
    KNOWN.iter().map(|known| known.name)
}

/// Opens what a network posts its webhooks to, from a URI or an object with the same keys:
///
/// | network | keys |
/// |---|---|
/// | `x` | `consumer_secrets`: the app's, two while one is rotated; `keyword_account`: the native id of the account that gets what names none |
/// | `facebook` | `app_secrets`: the app's, two while one is rotated; `verify_token`; `app_id` |
/// | `mastodon` | `secrets`: the endpoint's, two while one is rotated; `accounts`: ours on that server, each `host/id` |
///
/// Bluesky posts no webhooks. A value `env:NAME` stands for an environment variable. Secrets stand in an object or in the environment, never in a URI.
///
/// ```
/// use serde_json::json;
/// let settings = json!({"network": "x", "consumer_secrets": ["the API key secret"]});
/// let endpoint = careline_connectors::open_endpoint(&settings)?;
/// assert_eq!(endpoint.network().as_str(), "x");
/// # Ok::<(), careline::Error>(())
/// ```
///
/// # Errors
/// `config_invalid`, with the setting that is wrong; `unsupported` for a network that posts no webhooks.
pub fn open_endpoint(settings: &Value) -> Result<Arc<dyn Intake>> {
    open(settings, |known| known.endpoint).map_err(|error| error.during("open_endpoint"))
}

/// Opens an account on a network, from a URI or an object with the same keys:
///
/// | network | keys |
/// |---|---|
/// | `x` | `native_id`, `handle`, `user_token`, `app_token`, `client_id`, `client_secret`, `search_query`, `unsummoned_replies`, `base_url` |
/// | `facebook` | `page_id`, `page_token`, `app_secret`, `app_id`, `api_version`, `base_url` |
/// | `mastodon` | `host` or `base_url`, `token`, `account_id`, `handle`, `client_id`, `client_secret`, `app_name`; as a URI `mastodon://social.example?token=env:TOKEN` |
/// | `bluesky` | `identifier`: DID or handle; `password`: an app password; `service`, `pds`, `no_direct_messages`, `chat_proxy`, `jetstream`, `keywords` |
///
/// A token may be left out where people connect the account through an app, see
/// [`Tenant::begin_authorisation`](careline::care::Tenant::begin_authorisation): on X one whose `client_id` stands here
/// (`client_secret` too, if it is a confidential client), on Facebook one whose `app_id` and `app_secret` do. On Mastodon an
/// app is registered with the server each time, unless one whose `client_id` and `client_secret` stand here was before.
///
/// # Errors
/// `config_invalid`, with the setting that is wrong.
pub fn open_network(settings: &Value) -> Result<Arc<dyn Network>> {
    open(settings, |known| known.account).map_err(|error| error.during("open_network"))
}

/// What a network knows about its messages beyond their words, for hosts that only receive its webhooks.
pub fn signals(network: &str) -> Option<Arc<dyn Triage>> {
    known(network).ok().map(|known| (known.signals)())
}

/// Reads one raw body of a network. `account` is the native id of the brand account it came through, where the body does
/// not name it; absent, it is `0`, `did:plc:0`, or `localhost/0` where ids mean something on one server only.
///
/// # Errors
/// `unsupported` for a network this build has no connector for; what the connector says about the body as a whole.
pub fn normalise(network: &str, kind: BodyKind, body: &[u8], account: Option<&str>, now: Timestamp) -> Result<Parsed> {
    let known = reads(network)?;
    let account = NativeAccount::new(NetworkName::new(known.name), account.unwrap_or(known.nobody));
    (known.normalise)(kind, body, &account, now)
}

/// Whether raw bodies of a network can be read, before there is one.
///
/// # Errors
/// `unsupported` for a network this build has no connector for.
pub fn check_network(network: &str) -> Result<()> {
    reads(network).map(drop)
}

fn reads(network: &str) -> Result<&'static Known> {
    known(network).map_err(|error| error.during("normalise"))
}

fn open<T>(settings: &Value, part: impl Fn(&Known) -> fn(&mut Given) -> Result<T>) -> Result<T> {
    let mut given = Given::from_value(settings)?;
    let opened = part(known(given.network())?)(&mut given)?;
    given.finish()?;
    Ok(opened)
}

fn known(network: &str) -> Result<&'static Known> {
    KNOWN.iter().find(|known| known.name == network).ok_or_else(|| {
        let there_is = networks().collect::<Vec<_>>().join(", ");
        Error::new(ErrorKind::Unsupported, format!("this build has no connector for the network; it has {there_is}"))
            .with("network", network)
    })
}

#[cfg(feature = "bluesky")]
mod bluesky {
    use super::*;

    pub(super) fn endpoint(_: &mut Given) -> Result<Arc<dyn Intake>> {
        Err(Error::new(ErrorKind::Unsupported, "Bluesky posts no webhooks; open the account, and poll or follow it"))
    }

    pub(super) fn account(given: &mut Given) -> Result<Arc<dyn Network>> {
        let mut config = careline_bluesky::AccountConfig::new(given.text("identifier")?, given.secret("password")?);
        config.pds = given.maybe_text("pds")?;
        config.direct_messages = !given.flag("no_direct_messages")?;
        config.keywords = given.texts("keywords")?;
        for (key, value) in [
            ("service", &mut config.service),
            ("chat_proxy", &mut config.chat_proxy),
            ("jetstream", &mut config.jetstream),
        ] {
            if let Some(given) = given.maybe_text(key)? {
                *value = given;
            }
        }
        Ok(Arc::new(careline_bluesky::Account::new(config)?))
    }
}

#[cfg(feature = "x")]
mod x {
    use super::*;

    pub(super) fn endpoint(given: &mut Given) -> Result<Arc<dyn Intake>> {
        let mut config = careline_x::WebhookConfig::new(given.secrets("consumer_secrets")?);
        config.keyword_account = given.maybe_text("keyword_account")?.map(|id| NativeAccount::new("x".into(), id));
        Ok(Arc::new(careline_x::Webhook::new(config)?))
    }

    pub(super) fn account(given: &mut Given) -> Result<Arc<dyn Network>> {
        let handle = given.maybe_text("handle")?.unwrap_or_default();
        let mut config = careline_x::AccountConfig::new(given.text("native_id")?, handle.trim_start_matches('@'));
        config.user_token = given.maybe_secret("user_token")?;
        config.app_token = given.maybe_secret("app_token")?;
        let (client_id, client_secret) = (given.maybe_text("client_id")?, given.maybe_secret("client_secret")?);
        config.search_query = given.maybe_text("search_query")?;
        config.unsummoned_replies = given.flag("unsummoned_replies")?;
        if let Some(base_url) = given.maybe_text("base_url")? {
            config.base_url = base_url;
        }
        if client_secret.is_some() && client_id.is_none() {
            return Err(given.wrong("client_id", "it is missing beside `client_secret`"));
        }
        config.oauth = client_id.map(|client_id| {
            // Whoever sends people to X says where they come back to.
            let mut app = careline_x::OAuthConfig::new(client_id, "");
            app.client_secret = client_secret;
            app.base_url.clone_from(&config.base_url);
            app
        });
        Ok(Arc::new(careline_x::Account::new(config)?))
    }
}

#[cfg(feature = "facebook")]
mod facebook {
    use super::*;

    pub(super) fn endpoint(given: &mut Given) -> Result<Arc<dyn Intake>> {
        let mut config = careline_facebook::WebhookConfig::default();
        config.app_secrets = given.secrets("app_secrets")?;
        config.verify_token = given.secret("verify_token")?;
        config.app_id = given.maybe_text("app_id")?;
        Ok(Arc::new(careline_facebook::Webhook::new(config)?))
    }

    pub(super) fn account(given: &mut Given) -> Result<Arc<dyn Network>> {
        let (app_id, app_secret) = (given.maybe_text("app_id")?, given.maybe_secret("app_secret")?);
        let page_token = match app_id.is_some() && app_secret.is_some() {
            true => given.maybe_secret("page_token")?.unwrap_or_default(),
            false => given.secret("page_token")?,
        };
        let mut config = careline_facebook::AccountConfig::new(given.text("page_id")?, page_token);
        (config.app_id, config.app_secret) = (app_id, app_secret);
        if let Some(version) = given.maybe_text("api_version")? {
            config.api_version = version;
        }
        if let Some(base_url) = given.maybe_text("base_url")? {
            config.base_url = base_url;
        }
        Ok(Arc::new(careline_facebook::Account::new(config)?))
    }
}

#[cfg(feature = "mastodon")]
mod mastodon {
    use super::*;

    pub(super) fn endpoint(given: &mut Given) -> Result<Arc<dyn Intake>> {
        let secrets = given.secrets("secrets")?;
        let accounts = given.texts("accounts")?;
        let accounts = accounts.into_iter().map(|id| NativeAccount::new(careline_mastodon::NETWORK, id)).collect();
        let config = careline_mastodon::WebhookConfig { secrets, accounts };
        Ok(Arc::new(careline_mastodon::Webhook::new(&config)?))
    }

    pub(super) fn account(given: &mut Given) -> Result<Arc<dyn Network>> {
        let base_url = match (given.maybe_text("base_url")?, given.maybe_text("host")?) {
            (Some(base_url), _) => base_url,
            (None, Some(host)) => format!("https://{host}"),
            (None, None) => return Err(given.wrong("host", "it is missing")),
        };
        let mut config =
            careline_mastodon::AccountConfig::new(base_url, given.maybe_secret("token")?.unwrap_or_default());
        config.account_id = given.maybe_text("account_id")?;
        config.handle = given.maybe_text("handle")?.map(|handle| handle.trim_start_matches('@').to_owned());
        if let Some(name) = given.maybe_text("app_name")? {
            config.app.name = name;
        }
        config.app.keys = match (given.maybe_text("client_id")?, given.maybe_secret("client_secret")?) {
            (Some(id), Some(secret)) => Some((id, secret)),
            (None, None) => None,
            (None, _) => return Err(given.wrong("client_id", "it is missing beside `client_secret`")),
            (_, None) => return Err(given.wrong("client_secret", "it is missing beside `client_id`")),
        };
        Ok(Arc::new(careline_mastodon::Account::new(config)?))
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn every_network_opens_and_reads() {
        let endpoints = [
            json!({"network": "x", "consumer_secrets": ["a", "b"], "keyword_account": "1"}),
            json!({"network": "facebook", "app_secrets": "a", "verify_token": "b"}),
            json!({"network": "mastodon", "secrets": ["a"], "accounts": ["social.example/1"]}),
        ];
        let accounts = [
            json!({"network": "bluesky", "identifier": "acme.example", "password": "p", "pds": "https://pds.example"}),
            json!({"network": "x", "native_id": "1", "handle": "@acme", "user_token": "t", "unsummoned_replies": true}),
            json!({"network": "facebook", "page_id": "55", "page_token": "t", "app_secret": "a"}),
            json!({"network": "mastodon", "host": "social.example", "token": "t", "account_id": "1"}),
        ];
        let connected = [
            json!({"network": "x", "native_id": "1", "client_id": "c", "client_secret": "s"}),
            json!({"network": "facebook", "page_id": "55", "app_id": "7", "app_secret": "a"}),
            json!({"network": "mastodon", "host": "social.example"}),
        ];
        for settings in &connected {
            assert!(
                open_network(settings).unwrap().capability().send_verbs.contains(&"reply".to_owned()),
                "{settings}"
            );
        }
        for settings in &endpoints {
            assert_eq!(open_endpoint(settings).unwrap().network().as_str(), settings["network"]);
        }
        for settings in &accounts {
            assert_eq!(open_network(settings).unwrap().info().account.network.as_str(), settings["network"]);
        }
        let pulled = open_endpoint(&json!({"network": "bluesky"})).unwrap_err();
        assert_eq!(pulled.kind(), ErrorKind::Unsupported);
        for name in networks() {
            assert!(accounts.iter().any(|settings| settings["network"] == name), "{name}");
            assert!(signals(name).is_some());
            normalise(name, BodyKind::Webhook, b"{}", None, Timestamp::default()).unwrap();
        }
    }

    #[test]
    fn what_is_wrong_is_told_with_its_place() {
        let wrong = [
            (json!({"network": "x"}), "setting=consumer_secrets"),
            (json!({"network": "y"}), "it has bluesky, facebook, mastodon, x"),
            (json!({"network": "x", "consumer_secrets": ["hush"], "acount": "1"}), "setting=acount"),
            (json!("facebook:?app_secrets=hush&verify_token=hush"), "setting=app_secrets"),
            (json!({"network": "mastodon", "secrets": [5]}), "setting=secrets"),
        ];
        for (settings, expected) in wrong {
            let error = open_endpoint(&settings).unwrap_err().to_string();
            assert!(error.contains(expected) && !error.contains("hush"), "{error}");
        }
        for (settings, expected) in [
            (json!({"network": "x", "native_id": "1", "client_secret": "hush"}), "setting=client_id"),
            (json!("x:?native_id=1&client_id=c&client_secret=hush"), "setting=client_secret"),
            (json!({"network": "facebook", "page_id": "55", "app_secret": "hush"}), "setting=page_token"),
        ] {
            let error = open_network(&settings).unwrap_err().to_string();
            assert!(error.contains(expected) && !error.contains("hush"), "{error}");
        }
        let error = open_network(&json!({"network": "mastodon", "token": "hush"})).unwrap_err().to_string();
        assert!(error.contains("setting=host"), "{error}");
    }
}
