//! `careline serve`: the intake for real accounts.

use std::io::{self, Write as _};
use std::net::{Ipv4Addr, SocketAddr};
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use careline::care::Engine;
use careline::clock::{Clock, SystemClock};
use careline::model::AccountId;
use careline::policy::Policy;
use careline::transport::Transport;
use careline_http::HttpTransport;
use careline_sqlite::SqliteStore;
use clap::Args as ClapArgs;
use tokio::net::TcpListener;

use crate::intake::{self, Tally};
use crate::{Failure, Result, host, page};

/// Longest pause between two looks at what is due.
const LOOK: Duration = Duration::from_secs(1);
/// Pause between two polls of an account, and after a lost stream.
const POLL: Duration = Duration::from_secs(60);

/// What to serve.
#[derive(ClapArgs)]
pub(crate) struct Args {
    /// The policy.
    #[arg(long, value_name = "FILE")]
    policy: PathBuf,
    /// The data directory; it is made if it does not exist.
    #[arg(long, value_name = "DIR")]
    data: PathBuf,
    /// The port on 127.0.0.1.
    #[arg(long, default_value_t = 8080)]
    port: u16,
}

/// Serves until Ctrl-C.
pub(crate) async fn run(args: &Args) -> Result<()> {
    let policy = Policy::load(&args.policy).map_err(|mistakes| {
        eprintln!("{mistakes}");
        Failure::Told("the policy has mistakes")
    })?;
    std::fs::create_dir_all(&args.data)?;
    let store = Arc::new(SqliteStore::open(host::database(&args.data))?);
    let transport: Arc<dyn Transport> = Arc::new(HttpTransport::builder().build());
    let clock: Arc<dyn Clock> = Arc::new(SystemClock);
    let connections = host::connections(&policy, &transport, &clock).await?;
    let endpoints = connections.endpoints.keys().cloned().collect::<Vec<_>>();
    let accounts: Vec<_> = connections.networks.iter().map(|(id, _)| id.clone()).collect();
    let engine = host::engine(store, policy, connections, transport, clock)?;

    let listener = TcpListener::bind(SocketAddr::from((Ipv4Addr::LOCALHOST, args.port))).await?;
    let address = listener.local_addr()?;
    announce(address, &endpoints);
    let mut work = tokio::task::JoinSet::new();
    work.spawn(keep_ticking(engine.clone()));
    for account in accounts {
        work.spawn(keep_reading(engine.clone(), account));
    }
    let app = intake::router(engine.clone(), Tally::default()).merge(page::router(engine.clone()));
    axum::serve(listener, app).with_graceful_shutdown(interrupted()).await?;
    work.shutdown().await;
    Ok(())
}

/// Says where everything is. Nobody listening is no reason to stop.
fn announce(address: SocketAddr, endpoints: &[String]) {
    let mut lines = format!("listening on http://{address}\n");
    for endpoint in endpoints {
        lines.push_str(&format!("  webhooks of {endpoint}: http://{address}/webhooks/{endpoint}\n"));
    }
    let mut out = io::stdout().lock();
    let _ = out.write_all(lines.as_bytes()).and_then(|()| out.flush());
}

/// Ends with Ctrl-C.
pub(crate) async fn interrupted() {
    // Without a signal handler there is no way to be interrupted but to be killed, so waiting for ever is right.
    if tokio::signal::ctrl_c().await.is_err() {
        std::future::pending::<()>().await;
    }
}

/// Does what is due as it becomes due.
pub(crate) async fn keep_ticking(engine: Engine) {
    loop {
        if let Err(error) = engine.tick().await {
            eprintln!("careline: {error}");
        }
        tokio::time::sleep(LOOK).await;
    }
}

/// Polls an account, then holds its first stream until that is lost or it is time to poll again; both again and again.
async fn keep_reading(engine: Engine, account: AccountId) {
    let Some(tenant) = engine.tenants().next() else { return };
    loop {
        if let Err(error) = tenant.poll(&account).await {
            eprintln!("careline: {account}: {error}");
        }
        let source = tenant.capability(&account).ok().and_then(|can| can.stream_sources.into_iter().next());
        if let Some(source) = source
            && let Ok(Err(error)) = tokio::time::timeout(POLL * 10, tenant.follow(&account, &source)).await
        {
            eprintln!("careline: {account}: {error}");
        }
        tokio::time::sleep(POLL).await;
    }
}
