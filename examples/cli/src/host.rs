//! The engine of this program: a policy, a database, and connections whose secrets come from the environment.

use std::collections::BTreeMap;
use std::env;
use std::net::{Ipv4Addr, SocketAddr};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use careline::care::{Engine, EngineBuilder, TenantSetup};
use careline::clock::{Clock, SystemClock};
use careline::context::Context;
use careline::intake::Intake;
use careline::model::{AccountId, TenantId};
use careline::network::Network;
use careline::network::token::SealKeys;
use careline::policy::{AccountRule, CompiledPolicy, Policy};
use careline::store::{Key, Store};
use careline::transport::Transport;
use careline::{Error, ErrorKind, Result, Retry};
use careline_connectors::{open_endpoint, open_network, with_signals};
use careline_http::HttpTransport;
use careline_sqlite::SqliteStore;
use secrecy::SecretString;
use serde_json::{Value, json};
use tokio::net::TcpListener;

/// How the names of environment variables with accounts' tokens begin.
const TOKEN: &str = "CARELINE_TOKEN_";

/// The database in a data directory.
pub(crate) fn database(dir: &Path) -> PathBuf {
    dir.join("care.db")
}

/// Opens the database of a data directory that was used before.
pub(crate) fn open_existing(dir: &Path) -> Result<Arc<dyn Store>> {
    let file = database(dir);
    if !file.exists() {
        return Err(Error::new(
            ErrorKind::NotFound,
            "there is no database; `careline serve` or `careline demo` makes one",
        )
        .with("file", file.display()));
    }
    Ok(Arc::new(SqliteStore::open(file)?))
}

/// An engine that only shows what a data directory holds: it needs no policy for that.
pub(crate) fn reader(dir: &Path) -> Result<Engine> {
    let policy = CompiledPolicy::new(Policy::from_brand("careline"))?;
    Engine::builder(open_existing(dir)?).tenant(TenantId::single(), TenantSetup::new(policy)).build()
}

/// What a command needs that changes something.
#[derive(clap::Args)]
pub(crate) struct Place {
    /// The policy.
    #[arg(long, value_name = "FILE")]
    policy: PathBuf,
    /// The data directory.
    #[arg(long, value_name = "DIR")]
    data: PathBuf,
}

/// An engine that may change what a data directory holds, with the connections of [`connections`]. It receives nothing.
pub(crate) async fn worker(place: &Place) -> crate::Result<Engine> {
    let policy = load_policy(&place.policy)?;
    let store = open_existing(&place.data)?;
    let transport: Arc<dyn Transport> = Arc::new(HttpTransport::builder().build());
    let clock: Arc<dyn Clock> = Arc::new(SystemClock);
    let Connections { networks, connected, .. } = connections(&policy, &*store, &transport, &clock).await?;
    let engine = engine(store, policy, Connections::of(networks), transport, clock)?;
    check_connected(&engine, &connected).await?;
    Ok(engine)
}

/// An engine for connecting one account.
pub(crate) fn connecting(place: &Place, account: &AccountId) -> crate::Result<Engine> {
    let policy = load_policy(&place.policy)?;
    let rule =
        policy.accounts.iter().find(|rule| rule.id == *account).ok_or_else(|| {
            Error::new(ErrorKind::NotFound, "the policy has no such account").with("account", account)
        })?;
    let networks = vec![(rule.id.clone(), open_network(&settings(rule, None)?)?)];
    let transport: Arc<dyn Transport> = Arc::new(HttpTransport::builder().build());
    make_directory(&place.data)?;
    let store = Arc::new(SqliteStore::open(database(&place.data))?);
    Ok(engine(store, policy, Connections::of(networks), transport, Arc::new(SystemClock))?)
}

/// Asks the networks of accounts that people connected who those are. A network that cannot be reached now is told.
pub(crate) async fn check_connected(engine: &Engine, connected: &[AccountId]) -> Result<()> {
    let tenant = engine.tenant(TenantId::single())?;
    for account in connected {
        if let Err(error) = tenant.check(account).await {
            eprintln!("careline: account {account}: {error}");
        }
    }
    Ok(())
}

/// Reads a policy; its mistakes go to standard error, a line each.
pub(crate) fn load_policy(file: &Path) -> crate::Result<Policy> {
    Policy::load(file).map_err(|mistakes| {
        eprintln!("{mistakes}");
        crate::Failure::Told("the policy has mistakes")
    })
}

/// Makes the data directory where there is none.
pub(crate) fn make_directory(dir: &Path) -> Result<()> {
    std::fs::create_dir_all(dir).map_err(|error| {
        Error::new(ErrorKind::StorageFailed, format!("the data directory cannot be made: {error}"))
            .with("directory", dir.display())
    })
}

/// Takes a port on loopback.
pub(crate) async fn listen(port: u16) -> Result<TcpListener> {
    TcpListener::bind(SocketAddr::from((Ipv4Addr::LOCALHOST, port))).await.map_err(|error| {
        Error::new(ErrorKind::ConfigInvalid, format!("cannot listen there: {error}; choose another port with --port"))
            .with("port", port)
    })
}

/// What a host needs to reach its networks.
pub(crate) struct Connections {
    pub(crate) endpoints: BTreeMap<String, Arc<dyn Intake>>,
    pub(crate) networks: Vec<(AccountId, Arc<dyn Network>)>,
    /// Those of them whose token is in the store.
    pub(crate) connected: Vec<AccountId>,
}

impl Connections {
    fn of(networks: Vec<(AccountId, Arc<dyn Network>)>) -> Self {
        Self { endpoints: BTreeMap::new(), networks, connected: Vec::new() }
    }
}

/// An engine for one brand, with every connection.
pub(crate) fn engine(
    store: Arc<dyn Store>,
    policy: Policy,
    connections: Connections,
    transport: Arc<dyn Transport>,
    clock: Arc<dyn Clock>,
) -> Result<Engine> {
    let policy = CompiledPolicy::new(policy)?;
    let mut setup = with_signals(TenantSetup::new(policy));
    for (id, network) in connections.networks {
        setup = setup.network(id, network);
    }
    let builder: EngineBuilder = Engine::builder(store).transport(transport).clock(clock).token_keys(seal_keys()?);
    let with_endpoints =
        connections.endpoints.into_iter().fold(builder, |builder, (name, intake)| builder.endpoint(name, intake));
    with_endpoints.tenant(TenantId::single(), setup).build()
}

/// The connections that the environment has secrets for:
///
/// - `CARELINE_X_CONSUMER_SECRET`: receive X webhooks; two secrets with a comma between during a rotation;
/// - `CARELINE_FACEBOOK_APP_SECRET` and `CARELINE_FACEBOOK_VERIFY_TOKEN`: receive Facebook and Messenger webhooks;
/// - `CARELINE_MASTODON_WEBHOOK_SECRET`: receive Mastodon's administrator webhooks;
/// - `CARELINE_TOKEN_<ACCOUNT>`: read an account of the policy and answer with it; the account's id in capitals, every other sign as `_`;
/// - `CARELINE_X_APP_TOKEN`: hold X's streams;
/// - `CARELINE_X_CLIENT_ID`, `CARELINE_X_CLIENT_SECRET`, `CARELINE_FACEBOOK_APP_ID`: the apps that accounts are connected
///   through, see `careline connect`. An account that was connected needs no token here.
///
/// A network that cannot be reached now is told and keeps nobody else's messages out: reading goes on trying.
pub(crate) async fn connections(
    policy: &Policy,
    store: &dyn Store,
    transport: &Arc<dyn Transport>,
    clock: &Arc<dyn Clock>,
) -> Result<Connections> {
    let mut endpoints: BTreeMap<String, Arc<dyn Intake>> = BTreeMap::new();
    if let Some(secrets) = secret("CARELINE_X_CONSUMER_SECRET") {
        endpoints.insert("x".to_owned(), open_endpoint(&json!({"network": "x", "consumer_secrets": secrets}))?);
    }
    if let Some(app_secret) = secret("CARELINE_FACEBOOK_APP_SECRET") {
        let verify_token =
            secret("CARELINE_FACEBOOK_VERIFY_TOKEN").ok_or_else(|| missing("CARELINE_FACEBOOK_VERIFY_TOKEN"))?;
        let settings = json!({"network": "facebook", "app_secrets": app_secret, "verify_token": verify_token});
        endpoints.insert("facebook".to_owned(), open_endpoint(&settings)?);
    }
    for name in strays(policy, env::vars_os().filter_map(|(name, _)| name.into_string().ok())) {
        eprintln!("careline: {name} is set, but the policy has no such account");
    }
    let (mut networks, mut connected) = (Vec::new(), Vec::new());
    let cx = Context::new(transport.clone(), clock.clone());
    for rule in &policy.accounts {
        let token = secret(&token_name(rule));
        if token.is_none() && !is_connected(store, &rule.id).await? {
            continue;
        }
        let network = open_network(&settings(rule, token.as_deref())?)?;
        match token {
            Some(_) => check(&*network, &cx, rule).await?,
            // What is in the store can be asked through the engine only.
            None => connected.push(rule.id.clone()),
        }
        networks.push((rule.id.clone(), network));
    }
    if let Some(webhook_secret) = secret("CARELINE_MASTODON_WEBHOOK_SECRET") {
        let accounts = mastodon_accounts(&networks);
        let settings = json!({"network": "mastodon", "secrets": webhook_secret, "accounts": accounts});
        endpoints.insert("mastodon".to_owned(), open_endpoint(&settings)?);
    }
    Ok(Connections { endpoints, networks, connected })
}

/// Asks a network who an account is. One that cannot be reached now is told, if the policy knows the account well enough.
async fn check(network: &dyn Network, cx: &Context, rule: &AccountRule) -> Result<()> {
    match network.check(cx).await {
        Err(error) if error.retry_advice() != Retry::Never && rule.native_id.is_some() => {
            eprintln!("careline: account {}: {error}", rule.id);
            Ok(())
        }
        checked => checked.map(drop).map_err(|error| error.with("account", &rule.id)),
    }
}

/// The accounts of Mastodon whose id is known: for what the administration of a server posts.
fn mastodon_accounts(networks: &[(AccountId, Arc<dyn Network>)]) -> Vec<String> {
    let native = networks.iter().map(|(_, network)| network.info().account);
    let ours = native.filter(|account| account.network.as_str() == "mastodon" && !account.native_id.ends_with('/'));
    ours.map(|account| account.native_id.into()).collect()
}

/// Whether somebody has connected an account: its token is in the store then.
async fn is_connected(store: &dyn Store, account: &AccountId) -> Result<bool> {
    let loaded = store.load(&TenantId::single(), &[Key::Token(account.clone())]).await?;
    Ok(loaded.entries.iter().any(|entry| entry.record.is_some()))
}

/// Keys for tokens in the store: `CARELINE_SEAL_KEYS`, 32 bytes in base64, the new and the old one with a comma between.
fn seal_keys() -> Result<SealKeys> {
    let Some(keys) = secret("CARELINE_SEAL_KEYS") else { return Ok(SealKeys::none()) };
    let keys: Vec<_> = keys.split(',').map(|key| SecretString::from(key.trim())).collect();
    SealKeys::new(&keys).map_err(|error| error.with("variable", "CARELINE_SEAL_KEYS"))
}

/// What connects an account of the policy.
fn settings(rule: &AccountRule, token: Option<&str>) -> Result<Value> {
    let native_id = || {
        rule.native_id.clone().ok_or_else(|| {
            Error::new(ErrorKind::ConfigInvalid, "to read this account the policy must give its `native_id`")
                .with("account", &rule.id)
        })
    };
    Ok(match rule.network.as_str() {
        "x" => json!({
            "network": "x", "native_id": native_id()?, "handle": rule.handle, "user_token": token,
            "app_token": secret("CARELINE_X_APP_TOKEN"), "client_id": secret("CARELINE_X_CLIENT_ID"),
            "client_secret": secret("CARELINE_X_CLIENT_SECRET"),
        }),
        "facebook" => json!({
            "network": "facebook", "page_id": native_id()?, "page_token": token,
            "app_secret": secret("CARELINE_FACEBOOK_APP_SECRET"), "app_id": secret("CARELINE_FACEBOOK_APP_ID"),
        }),
        "bluesky" => json!({
            "network": "bluesky", "identifier": rule.native_id.as_ref().or(rule.handle.as_ref()), "password": token,
        }),
        "mastodon" => json!({
            "network": "mastodon", "host": rule.host, "token": token, "handle": rule.handle,
            "account_id": rule.native_id,
        }),
        other => json!({"network": other}),
    })
}

/// Which of these environment variables are tokens of accounts that the policy does not have.
fn strays(policy: &Policy, names: impl Iterator<Item = String>) -> Vec<String> {
    let known: Vec<_> = policy.accounts.iter().map(token_name).collect();
    names.filter(|name| name.starts_with(TOKEN) && !known.contains(name)).collect()
}

/// The environment variable that holds an account's token.
fn token_name(rule: &AccountRule) -> String {
    format!("{TOKEN}{}", rule.id.as_str().to_uppercase().replace(|c: char| !c.is_ascii_alphanumeric(), "_"))
}

fn secret(name: &str) -> Option<String> {
    env::var(name).ok().filter(|value| !value.is_empty())
}

fn missing(name: &str) -> Error {
    Error::new(ErrorKind::ConfigInvalid, "an environment variable is missing").with("variable", name)
}

#[cfg(test)]
mod tests {
    use careline::model::{Channel, NativeAccount};
    use careline::network::BodyKind;
    use careline::store::MemoryStore;

    use super::*;

    #[test]
    fn a_token_of_no_account_is_noticed() {
        let rules = "brand.name = 'Acme'\naccounts = [{ id = 'acme-x', network = 'x', native_id = '55' }]";
        let policy = Policy::parse(rules, "acme.toml").unwrap();
        let names = ["CARELINE_TOKEN_ACME_X", "CARELINE_TOKEN_ACMEX", "HOME"].map(str::to_owned);
        assert_eq!(strays(&policy, names.into_iter()), ["CARELINE_TOKEN_ACMEX"]);
    }

    #[test]
    fn every_account_opens_with_its_token() {
        let rules = "brand.name = 'Acme'\naccounts = [
            { id = 'x', network = 'x', native_id = '55' },
            { id = 'page', network = 'facebook', native_id = '55' },
            { id = 'm', network = 'mastodon', host = 'social.example' },
            { id = 'sky', network = 'bluesky', native_id = 'did:plc:acme55555555555555555555' }]";
        let policy = Policy::parse(rules, "acme.toml").unwrap();
        for rule in &policy.accounts {
            let network = open_network(&settings(rule, Some("made-up")).unwrap()).unwrap();
            assert_eq!(network.info().account.network.as_str(), rule.network);
            assert!(network.capability().send_verbs.iter().any(|verb| verb == "reply"), "{}", rule.id);
        }
        let networks: Vec<_> = ["{}", r#"{"account_id": "55"}"#]
            .map(|known| {
                let mut settings: Value = serde_json::from_str(known).unwrap();
                settings["network"] = "mastodon".into();
                settings["host"] = "social.example".into();
                (AccountId::from("m"), open_network(&settings).unwrap())
            })
            .into();
        assert_eq!(mastodon_accounts(&networks), ["social.example/55"], "with a token of theirs or connected");
        let without: Vec<_> =
            policy.accounts.iter().map(|rule| open_network(&settings(rule, None).unwrap()).is_ok()).collect();
        assert_eq!(without, [true, false, true, false], "Facebook needs an app, Bluesky a password");
    }

    #[tokio::test]
    async fn a_network_that_is_only_received_has_its_say() {
        let rules = "brand.name = 'Acme'\naccounts = [{ id = 'page', network = 'facebook', native_id = '55' }]";
        let connections = Connections::of(Vec::new());
        let policy = Policy::parse(rules, "acme.toml").unwrap();
        let clock = Arc::new(SystemClock);
        let engine =
            engine(Arc::new(MemoryStore::new()), policy, connections, Arc::new(HttpTransport::default()), clock)
                .unwrap();
        let body = br#"{"object":"page","entry":[{"id":"55","time":1768000000,"changes":[{"field":"feed","value":
            {"item":"status","verb":"add","from":{"id":"9","name":"Jo Doe"},"post_id":"55_77","created_time":1768000000,
             "message":"When will the Acme kettle be back in stock?"}}]}]}"#;
        let account = NativeAccount::new("facebook".into(), "55");
        let parsed = careline_facebook::normalise(BodyKind::Webhook, body, &account, engine.now()).unwrap();
        let tenant = engine.tenant(TenantId::single()).unwrap();
        tenant.ingest("test", Channel::Webhook, &body[..], parsed).await.unwrap();
        let queue = tenant.queue(&careline::care::QueueAsk::all()).await.unwrap().items;
        assert_eq!(queue.len(), 1, "a question on our page is one to us");
        let found = tenant.explain(&queue[0].case.id).await.unwrap().assessment.unwrap();
        assert!(found.evidence.iter().any(|finding| finding.rule == "facebook.on_our_page"), "{found:?}");
    }
}
