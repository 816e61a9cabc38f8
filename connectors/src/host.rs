//! A whole host from its settings: a store, tenants with their policies, endpoints and accounts.

use std::collections::BTreeMap;
use std::fmt;
use std::path::PathBuf;

use careline::care::{Engine, EngineBuilder, TenantSetup};
use careline::model::{AccountId, TenantId};
use careline::network::token::SealKeys;
use careline::policy::{CompiledPolicy, Policy};
use careline::{Error, ErrorKind, Result};
use secrecy::SecretString;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::given::{NOT_SET, looked_up};
use crate::stores::whole;
use crate::{networks, open_endpoint, open_network, open_store, signals};

/// The settings of a host. Bindings hand them over as JSON.
///
/// ```
/// use careline_connectors::HostConfig;
/// let config: HostConfig = serde_json::from_str(r#"{
///     "store": "memory:",
///     "tenants": {"default": {"text": "brand.name = 'Acme'\naccounts = [{id = 'acme-x', network = 'x', native_id = '1'}]"}},
///     "endpoints": {"x": {"network": "x", "consumer_secrets": ["the API key secret"]}}
/// }"#)?;
/// let engine = config.engine(|builder| builder, |_, setup| setup)?;
/// assert_eq!(engine.tenants().count(), 1);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
#[non_exhaustive]
pub struct HostConfig {
    /// The store's URI; see [`open_store`].
    pub store: String,
    /// Each tenant's policy.
    pub tenants: BTreeMap<TenantId, PolicySource>,
    /// What networks post to, by a name of the host's; see [`open_endpoint`].
    #[serde(default)]
    pub endpoints: BTreeMap<String, Value>,
    /// Accounts to read and answer through, by the ids their policies give them; see [`open_network`].
    #[serde(default)]
    pub accounts: BTreeMap<AccountId, Value>,
    /// What the tokens of connected accounts are sealed under in the store: keys of 32 random bytes in base64, the one in use
    /// first, or `env:NAME` for one in the environment; empty: tokens are kept plain. See
    /// [`SealKeys`].
    #[serde(default)]
    pub token_keys: Vec<String>,
}

/// Shows no settings of endpoints and accounts, and no key: they hold secrets.
impl fmt::Debug for HostConfig {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (endpoints, accounts): (Vec<_>, Vec<_>) = (self.endpoints.keys().collect(), self.accounts.keys().collect());
        f.debug_struct("HostConfig")
            .field("store", &self.store)
            .field("tenants", &self.tenants)
            .field("endpoints", &endpoints)
            .field("accounts", &accounts)
            .finish_non_exhaustive()
    }
}

/// Where a policy is.
#[derive(Clone, Debug, Deserialize, Serialize)]
#[serde(untagged)]
#[non_exhaustive]
pub enum PolicySource {
    /// In a TOML file.
    File(PathBuf),
    /// Here.
    Text {
        /// The TOML.
        text: String,
        /// What mistakes call it.
        #[serde(default)]
        file: Option<String>,
    },
}

impl From<&str> for PolicySource {
    fn from(toml: &str) -> Self {
        Self::Text { text: toml.to_owned(), file: None }
    }
}

impl PolicySource {
    /// Reads it and gets it ready.
    ///
    /// # Errors
    /// `config_invalid`, with every mistake and its place.
    pub fn compile(&self) -> Result<CompiledPolicy> {
        let policy = match self {
            Self::File(path) => Policy::load(path),
            Self::Text { text, file } => Policy::parse(text, file.as_deref().unwrap_or("policy")),
        }?;
        Ok(CompiledPolicy::new(policy)?)
    }

    /// Itself with its text, if it is in a file that can be read.
    fn settled(&self) -> Self {
        let Self::File(path) = self else { return self.clone() };
        let text = std::fs::read_to_string(path).ok();
        text.map_or_else(|| self.clone(), |text| Self::Text { text, file: Some(path.display().to_string()) })
    }
}

impl HostConfig {
    /// Opens everything. `add` puts into the engine, `add_to` into each tenant, what settings cannot name: a transport, a
    /// clock, advisors.
    ///
    /// Starts no thread and opens no socket: nothing is asked of a network.
    ///
    /// # Errors
    /// `config_invalid` or `unsupported`, with what is wrong and where; what the store says.
    pub fn engine(
        &self,
        add: impl FnOnce(EngineBuilder) -> EngineBuilder,
        add_to: impl Fn(&TenantId, TenantSetup) -> TenantSetup,
    ) -> Result<Engine> {
        let mut setups = BTreeMap::new();
        for (tenant, source) in &self.tenants {
            let policy = source.compile().map_err(|error| error.with("tenant", tenant))?;
            setups.insert(tenant, TenantSetup::new(policy));
        }
        self.connect(&mut setups)?;
        let mut builder = add(Engine::builder(open_store(&self.store)?).token_keys(self.seal_keys()?));
        for (name, settings) in &self.endpoints {
            let endpoint = open_endpoint(settings).map_err(|error| error.with("endpoint", name))?;
            builder = builder.endpoint(name, endpoint);
        }
        for (tenant, setup) in setups {
            builder = builder.tenant(tenant.clone(), add_to(tenant, with_signals(setup)));
        }
        builder.build()
    }

    /// The same with the policies' texts and the store's whole path: what is opened from it later is the same, whatever became
    /// of the policies' files and of the present folder.
    #[must_use]
    pub fn settled(&self) -> Self {
        let tenants = self.tenants.iter().map(|(tenant, source)| (tenant.clone(), source.settled())).collect();
        Self { store: whole(&self.store), tenants, ..self.clone() }
    }

    fn seal_keys(&self) -> Result<SealKeys> {
        if self.token_keys.is_empty() {
            return Ok(SealKeys::none());
        }
        let wrong = |variable| Error::new(ErrorKind::ConfigInvalid, NOT_SET).during("open").with("variable", variable);
        let keys = self.token_keys.iter().map(|key| looked_up(key.clone()).map(SecretString::from).map_err(wrong));
        let keys = keys.collect::<Result<Vec<_>>>().and_then(|keys| SealKeys::new(&keys));
        keys.map_err(|error| error.with("setting", "token_keys"))
    }

    /// Gives each account to the tenant whose policy names it.
    fn connect(&self, setups: &mut BTreeMap<&TenantId, TenantSetup>) -> Result<()> {
        for (account, settings) in &self.accounts {
            let network = open_network(settings).map_err(|error| error.with("account", account))?;
            let mut owners = setups.iter().filter(|(_, setup)| setup.policy().account(account.as_str()).is_some());
            let owner = match (owners.next(), owners.next()) {
                (Some((owner, _)), None) => *owner,
                (None, _) => return Err(wrong_account("no policy names this account", account)),
                (Some(_), Some(_)) => {
                    return Err(wrong_account("two policies name an account by this id; rename one", account));
                }
            };
            if let Some(setup) = setups.remove(owner) {
                setups.insert(owner, setup.network(account.clone(), network));
            }
        }
        Ok(())
    }
}

fn wrong_account(reason: &str, account: &AccountId) -> Error {
    Error::new(ErrorKind::ConfigInvalid, reason).during("open").with("account", account)
}

/// Accounts that are only received are judged like those that are read too: what a network says needs no token.
pub fn with_signals(setup: TenantSetup) -> TenantSetup {
    networks()
        .filter_map(|name| Some((name, signals(name)?)))
        .fold(setup, |setup, (name, signals)| setup.signals(name.into(), signals))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn policy(account: &str) -> Value {
        json!({"text": format!("brand.name = 'Acme'\naccounts = [{{id = '{account}', network = 'x', native_id = '{account}'}}]")})
    }

    fn open(config: Value) -> Result<Engine> {
        let config: HostConfig = serde_json::from_value(config).unwrap();
        config.engine(|builder| builder, |_, setup| setup)
    }

    #[test]
    fn each_account_goes_to_the_tenant_whose_policy_names_it() {
        let x = |id: &str| json!({"network": "x", "native_id": id});
        let engine = open(json!({
            "store": "memory:",
            "tenants": {"one": policy("1"), "two": policy("2")},
            "accounts": {"1": x("1"), "2": x("2")},
        }))
        .unwrap();
        assert!(engine.tenant("one").unwrap().capability(&"1".into()).is_ok());
        assert!(engine.tenant("two").unwrap().capability(&"1".into()).is_err());
        let error = open(json!({"store": "memory:", "tenants": {"one": policy("1")}, "accounts": {"3": x("3")}}));
        assert!(error.unwrap_err().to_string().contains("account=3"));
    }

    #[test]
    fn settled_settings_rest_on_no_file_but_the_store() {
        let folder = tempfile::tempdir().unwrap();
        let policy = folder.path().join("policy.toml");
        std::fs::write(&policy, "brand.name = 'Acme'").unwrap();
        let config =
            json!({"store": "sqlite://care.db", "tenants": {"one": policy, "two": {"text": ""}, "no": "none"}});
        let settled = serde_json::from_value::<HostConfig>(config).unwrap().settled();
        let settled = serde_json::to_value(settled).unwrap();
        let store = std::path::absolute("care.db").unwrap();
        assert_eq!(settled["store"], format!("sqlite://{}", store.display()));
        assert_eq!(settled["tenants"]["one"], json!({"text": "brand.name = 'Acme'", "file": policy}));
        assert_eq!(settled["tenants"]["two"], json!({"text": "", "file": null}));
        assert_eq!(settled["tenants"]["no"], "none", "the mistake is told when it is opened");
        for uri in ["memory:", "sqlite::memory:", "sqlite://", "made:up", "sqlite:///tmp/care.db"] {
            assert_eq!(whole(uri), uri);
        }
    }

    #[test]
    fn keys_for_tokens_are_read_and_nothing_secret_is_shown() {
        let config = json!({"store": "memory:", "tenants": {"one": policy("1")},
            "accounts": {"1": {"network": "x", "native_id": "1", "user_token": "planted-token"}},
            "endpoints": {"x": {"network": "x", "consumer_secrets": ["planted-secret"]}}});
        let with = |keys: Value| {
            let mut config = config.clone();
            config["token_keys"] = keys;
            serde_json::from_value::<HostConfig>(config).unwrap()
        };
        let open = |keys: Value| with(keys).engine(|builder| builder, |_, setup| setup);
        let key = "AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=";
        assert!(open(json!([key])).is_ok() && open(json!([])).is_ok());
        for (keys, expected) in
            [(json!(["planted"]), "32 bytes"), (json!(["env:CARELINE_NOT_SET"]), "CARELINE_NOT_SET")]
        {
            let error = open(keys).unwrap_err().to_string();
            assert!(error.contains(expected) && error.contains("token_keys") && !error.contains("planted"), "{error}");
        }
        let shown = format!("{:?}", with(json!([key])));
        assert!(
            shown.contains("accounts: [AccountId(\"1\")]") && !shown.contains("planted") && !shown.contains(key),
            "{shown}"
        );
    }

    #[test]
    fn mistakes_are_told_with_their_tenant_and_place() {
        let error =
            open(json!({"store": "memory:", "tenants": {"one": {"text": "brand.nam = 'Acme'", "file": "a.toml"}}}));
        let error = error.unwrap_err().to_string();
        assert!(error.contains("a.toml:1") && error.contains("tenant=one"), "{error}");
        let error = open(json!({"store": "memory:", "tenants": {}})).unwrap_err();
        assert_eq!(error.kind(), ErrorKind::ConfigInvalid);
    }
}
