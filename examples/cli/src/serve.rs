//! `careline serve`: the intake for real accounts. Notices to people come out as JSON lines on standard output.

use std::io::{self, Write as _};
use std::net::SocketAddr;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use careline::care::{Engine, Failed};
use careline::clock::{Clock, SystemClock};
use careline::model::{AccountId, CaseId, EffectId, IdentityId, TenantId, Timestamp};
use careline::store::EffectAction;
use careline::transport::Transport;
use careline_http::HttpTransport;
use careline_sqlite::SqliteStore;
use clap::Args as ClapArgs;
use serde::Serialize;

use crate::intake::{self, Tally};
use crate::{Failure, Result, host, page, server};

/// Longest pause between two looks at what is due.
const LOOK: Duration = Duration::from_secs(1);
/// Pause before the next look where there is more to be done at once.
const BREATH: Duration = Duration::from_millis(20);
/// Pause between two polls of an account, and after a lost stream.
const POLL: Duration = Duration::from_secs(60);
/// Pause between two looks at what is to be forgotten and what no longer stands.
const UPKEEP: Duration = Duration::from_secs(3600);

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
    /// A name under which the inbox page answers besides 127.0.0.1 and localhost; may be given several times.
    #[arg(long, value_name = "NAME")]
    host: Vec<String>,
}

/// Serves until Ctrl-C.
pub(crate) async fn run(args: &Args) -> Result<()> {
    let policy = host::load_policy(&args.policy)?;
    host::make_directory(&args.data)?;
    let store = Arc::new(SqliteStore::open(host::database(&args.data))?);
    let transport: Arc<dyn Transport> = Arc::new(HttpTransport::builder().build());
    let clock: Arc<dyn Clock> = Arc::new(SystemClock);
    let connections = host::connections(&policy, &*store, &transport, &clock).await?;
    let connected = connections.connected.clone();
    let endpoints = connections.endpoints.keys().cloned().collect::<Vec<_>>();
    let accounts: Vec<_> = connections.networks.iter().map(|(id, _)| id.clone()).collect();
    let engine = host::engine(store, policy, connections, transport, clock)?;
    host::check_connected(&engine, &connected).await?;

    let listener = host::listen(args.port).await?;
    let address = listener.local_addr()?;
    announce(address, &endpoints);
    if endpoints.is_empty() && accounts.is_empty() {
        eprintln!("careline: nothing is received or read: the environment has no secret and no token; see the guide");
    }
    let mut work = tokio::task::JoinSet::new();
    work.spawn(keep_ticking(engine.clone()));
    work.spawn(keep_telling(engine.clone()));
    work.spawn(keep_house(engine.clone()));
    for account in accounts {
        work.spawn(keep_reading(engine.clone(), account));
    }
    let app = intake::router(engine.clone(), Tally::default()).merge(page::router(engine.clone(), &args.host));
    server::serve(listener, app, interrupted()).await;
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
    let mut told: Vec<String> = Vec::new();
    loop {
        let (now, pause) = match engine.tick().await {
            Ok(ticked) => {
                let more = ticked.next_due.is_some_and(|due| due <= engine.now());
                (ticked.failed.iter().map(trouble).collect::<Vec<_>>(), if more { BREATH } else { LOOK })
            }
            Err(error) => (vec![error.to_string()], LOOK),
        };
        // What goes on failing is told once, not every second.
        for line in now.iter().filter(|line| !told.contains(line)) {
            eprintln!("careline: {line}");
        }
        told = now;
        tokio::time::sleep(pause).await;
    }
}

/// Passes on whom the policy's ladder says to tell and what networks said about accounts, again and again, as long as somebody reads it.
async fn keep_telling(engine: Engine) {
    loop {
        match pass_on_notices(&engine, &mut io::stdout()).await {
            Ok(()) => {}
            Err(Failure::Io(error)) if error.kind() == io::ErrorKind::BrokenPipe => {
                eprintln!("careline: notices: nobody reads standard output any more; they wait for the next start");
                return;
            }
            Err(error) => eprintln!("careline: notices: {error}"),
        }
        tokio::time::sleep(LOOK).await;
    }
}

/// Who is to be told about which case or account, as one line of JSON.
#[derive(Serialize)]
struct Notice<'a> {
    notice: &'a EffectId,
    tenant: &'a TenantId,
    due_at: Timestamp,
    #[serde(flatten)]
    subject: Subject<'a>,
    who: &'a [String],
    about: &'a str,
}

#[derive(Serialize)]
#[serde(untagged)]
enum Subject<'a> {
    Case {
        case: &'a CaseId,
    },
    Account {
        account: &'a AccountId,
        /// The profile that is to be erased.
        #[serde(skip_serializing_if = "Option::is_none")]
        person: Option<&'a IdentityId>,
    },
}

/// Writes every notice that is due as a line. Each is settled once it is written; if writing fails it comes again.
async fn pass_on_notices(engine: &Engine, out: &mut (impl io::Write + Send)) -> Result<()> {
    for leased in engine.notices().await? {
        let effect = &leased.effect;
        let told = match &effect.action {
            EffectAction::Notify { case, who, about } => Some((Subject::Case { case }, who, about)),
            EffectAction::NotifyAccount { account, who, about, person } => {
                Some((Subject::Account { account, person: person.as_ref() }, who, about))
            }
            _ => None,
        };
        if let Some((subject, who, about)) = told {
            let (notice, tenant, due_at) = (&effect.id, &leased.tenant, effect.due_at);
            let notice = Notice { notice, tenant, due_at, subject, who, about };
            let mut line = serde_json::to_string(&notice).map_err(io::Error::from)?;
            line.push('\n');
            out.write_all(line.as_bytes()).and_then(|()| out.flush())?;
        }
        engine.told(&leased).await?;
    }
    Ok(())
}

/// Forgets what the policy no longer allows to keep, and looks for deletions nobody told us about; again and again.
async fn keep_house(engine: Engine) {
    loop {
        for failed in &engine.upkeep().await.failed {
            eprintln!("careline: upkeep: {}", trouble(failed));
        }
        tokio::time::sleep(UPKEEP).await;
    }
}

fn trouble(failed: &Failed) -> String {
    format!("tenant {}: {}", failed.tenant, failed.error)
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

#[cfg(test)]
mod tests {
    use careline::care::TenantSetup;
    use careline::intake::Parsed;
    use careline::model::{
        AccountChange, Channel, Event, EventBody, Inbound, NativeAccount, Profile, Surface, Visibility,
    };
    use careline::policy::{CompiledPolicy, Policy};
    use careline::store::MemoryStore;
    use careline_testkit::ManualClock;

    use super::*;

    struct Full;

    impl io::Write for Full {
        fn write(&mut self, _: &[u8]) -> io::Result<usize> {
            Err(io::ErrorKind::StorageFull.into())
        }

        fn flush(&mut self) -> io::Result<()> {
            Ok(())
        }
    }

    #[tokio::test]
    async fn a_notice_is_one_line_and_comes_again_until_it_is_written() {
        let text = "[brand]\nname = 'Acme'\n[[accounts]]\nid = 'acme'\nnetwork = 'x'\nnative_id = '7'\n\
                    [[escalation]]\nat = 0.5\nnotify = ['team', 'host:duty']";
        let policy = CompiledPolicy::new(Policy::parse(text, "").unwrap()).unwrap();
        let clock = Arc::new(ManualClock::new(Timestamp::from_secs(1_790_000_000).unwrap()));
        let builder = Engine::builder(Arc::new(MemoryStore::new())).clock(clock.clone());
        let engine = builder.tenant(TenantId::single(), TenantSetup::new(policy)).build().unwrap();
        let mut complaint = Inbound::new("x", "1", Surface::Mention, Visibility::Public);
        complaint.author = Some(Profile::new("x", "ann"));
        complaint.content.text = "@acme my order is broken, please help me!".to_owned();
        let account = NativeAccount::new("x".into(), "7");
        let event = Event::new(account, Channel::Webhook, engine.now(), EventBody::Message(Box::new(complaint)));
        let parsed = Parsed { events: vec![event], ..Parsed::default() };
        let tenant = engine.tenant(TenantId::single()).unwrap();
        tenant.ingest("x", Channel::Webhook, "{}", parsed).await.unwrap();
        let case = tenant.all_cases(1).await.unwrap().items.remove(0).id;

        clock.advance(Duration::from_secs(3 * 3600));
        engine.tick().await.unwrap();
        assert!(pass_on_notices(&engine, &mut Full).await.is_err());
        clock.advance(Duration::from_secs(120));
        let mut out = Vec::new();
        pass_on_notices(&engine, &mut out).await.unwrap();
        pass_on_notices(&engine, &mut out).await.unwrap();
        let lines: Vec<serde_json::Value> =
            String::from_utf8(out).unwrap().lines().map(|line| serde_json::from_str(line).unwrap()).collect();
        assert_eq!(lines.len(), 1, "{lines:?}");
        assert_eq!(lines[0]["case"], case.as_str());
        assert_eq!(lines[0]["who"], serde_json::json!(["care", "host:duty"]));
        assert!(lines[0]["about"].as_str().unwrap().contains("first_response"), "{}", lines[0]);

        let change = AccountChange { change: "blocked".into(), ..AccountChange::default() };
        let account = NativeAccount::new("x".into(), "7");
        let event = Event::new(account, Channel::Webhook, engine.now(), EventBody::Account(change));
        let parsed = Parsed { events: vec![event], ..Parsed::default() };
        tenant.ingest("x", Channel::Webhook, "[]", parsed).await.unwrap();
        let mut out = Vec::new();
        pass_on_notices(&engine, &mut out).await.unwrap();
        let line: serde_json::Value = serde_json::from_slice(&out).unwrap();
        assert_eq!((&line["account"], &line["who"]), (&"acme".into(), &serde_json::json!(["care"])));
        assert!(line["about"].as_str().unwrap().starts_with("blocked: "), "{line}");
    }
}
