//! `careline demo`: a made-up day of traffic goes through the real intake, and is checked against its own truth.

mod check;
pub(crate) mod network;
mod shift;
pub(crate) mod story;
mod summary;

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use careline::care::{Engine, Tenant};
use careline::clock::{Clock, SystemClock};
use careline::model::{AccountId, TenantId, Timestamp};
use careline::policy::Policy;
use careline::transport::Transport;
use careline_http::HttpTransport;
use careline_sqlite::SqliteStore;
use clap::Args as ClapArgs;
use indicatif::{ProgressBar, ProgressStyle};
use tokio::task::JoinHandle;

use self::network::Taking;
use crate::host::{self, Connections};
use crate::intake::{self, Tally};
use crate::traffic::double::Double;
use crate::traffic::drive::{Driven, drive};
use crate::traffic::{self, Day};
use crate::{Failure, Result, page, serve, server};

/// The policy of the demo's brand.
const POLICY: &str = include_str!("../../../docs/example-policy.toml");
/// Our account on the Mastodon double, by the policy's name.
const MASTODON: &str = "acme-mastodon";
/// Our other account on X, by the policy's name.
const OTHER_X: &str = "acmehelp-x";
/// How long people on X take to answer what is said on the inbox page.
const ANSWER: Duration = Duration::from_secs(3);
/// The day is played in slices of this length.
const SLICE: Duration = Duration::from_secs(600);
const DAY: Duration = Duration::from_secs(86_400);
/// How many bodies are posted at once.
const LINES: usize = 8;

/// How to run the demo.
#[derive(ClapArgs)]
pub(crate) struct Args {
    /// Where the database goes; a new temporary directory by default.
    #[arg(long, value_name = "DIR")]
    data: Option<PathBuf>,
    /// The same seed makes up the same day.
    #[arg(long, default_value_t = 1)]
    seed: u64,
    /// The port of the inbox page on 127.0.0.1; 0 takes a free one.
    #[arg(long, default_value_t = 0)]
    port: u16,
    /// End after the summary instead of serving the inbox page.
    #[arg(long)]
    once: bool,
    /// Print the summary as JSON.
    #[arg(long)]
    json: bool,
}

/// Plays the day; fails if the self-check does.
pub(crate) async fn run(args: &Args) -> Result<()> {
    let dir = data_directory(args)?;
    // Dropped at the end, whatever it is: with `--once`, with Ctrl-C, and after a mistake.
    let _passing = args.data.is_none().then(|| Passing(dir.clone()));
    tokio::select! {
        biased;
        done = show(args, &dir) => done,
        () = serve::interrupted() => Err(Failure::Told("interrupted before the day was over")),
    }
}

async fn show(args: &Args, dir: &Path) -> Result<()> {
    let intake = host::listen(args.port).await?;
    let mastodon = host::listen(0).await?;
    let address = intake.local_addr()?;
    let host = mastodon.local_addr()?.to_string();

    // The day ends now, so that what is open at its end is due from now on.
    let clock = Arc::new(DayClock::default());
    let starts_at = SystemClock.now().plus_millis(-i64::try_from(DAY.as_millis()).unwrap_or_default());
    clock.set(starts_at);
    let Day { deliveries, schedule, truth } =
        traffic::generate(&traffic::Ask { seed: args.seed, starts_at, mastodon_host: host.clone() });

    let store = Arc::new(SqliteStore::open(host::database(dir))?);
    let transport: Arc<dyn Transport> = Arc::new(HttpTransport::builder().build());
    let double = Double::start(mastodon, schedule);
    let (engine, x) = engine(store, &double, &transport, clock.clone(), &host).await?;
    let tenant = engine.tenant(TenantId::single())?;
    let tally = Tally::default();
    let app = intake::router(engine.clone(), tally.clone()).merge(page::router(engine.clone(), &[]));
    let server = tokio::spawn(server::serve(intake, app, std::future::pending()));

    let reading = tokio::spawn(keep_reading(tenant.clone()));
    let play = Play { engine: &engine, tenant: &tenant, clock: &clock, double: &double, transport: &transport };
    let driven = play.day(&format!("http://{address}"), starts_at, &deliveries, args.json).await?;
    stop(reading).await;
    double.do_not_wait();
    tenant.poll(&AccountId::from(MASTODON)).await?;
    clock.follow_the_machine();
    engine.tick().await?;
    let merged = shift::recognise(&tenant, &truth.pairs).await?;

    let mut checked = check::check(&tenant, &truth, &driven).await?;
    // The story is over now, too.
    clock.set(SystemClock.now().plus_millis(-i64::try_from(story::AT_MOST.as_millis()).unwrap_or_default()));
    checked.story = story::tell(&engine, &tenant, &x, &|time| clock.set(clock.now().plus(time))).await?;
    clock.follow_the_machine();
    let summary = summary::Summary::gather(&tenant, &truth, &driven, &tally.counts(), &double, checked).await?;
    let summary = summary.of(args.seed, dir, merged);
    if args.json {
        println!("{}", serde_json::to_string_pretty(&summary).map_err(std::io::Error::from)?);
    } else {
        println!("{summary}");
    }
    if !summary.self_check.passed() {
        return Err(Failure::Told("the self-check failed"));
    }
    if !args.once {
        println!("inbox page: http://{address}   (Ctrl-C ends it)");
        tokio::select! {
            () = serve::interrupted() => {}
            () = serve::keep_ticking(engine) => {}
            () = keep_asking(tenant) => {}
        }
    }
    server.abort();
    Ok(())
}

/// A data directory that nobody asked for: it goes with the demo.
struct Passing(PathBuf);

impl Drop for Passing {
    fn drop(&mut self) {
        // It lies among temporary files; what cannot be removed now goes with those.
        let _ = std::fs::remove_dir_all(&self.0);
    }
}

fn data_directory(args: &Args) -> Result<PathBuf> {
    let dir = match &args.data {
        Some(dir) => dir.clone(),
        None => std::env::temp_dir().join(format!("careline-demo-{}", std::process::id())),
    };
    if host::database(&dir).exists() {
        return Err(Failure::Told("there is a database already; a demo needs an empty directory"));
    }
    host::make_directory(&dir)?;
    Ok(dir)
}

/// The example policy with our server's name.
fn policy(mastodon_host: &str) -> String {
    match mastodon_host {
        "" => POLICY.to_owned(),
        host => POLICY.replace("social.example", host),
    }
}

/// The engine under the example policy, with the double as its Mastodon server and networks that take what is said; and
/// the account of which the story tells.
async fn engine(
    store: Arc<SqliteStore>,
    double: &Double,
    transport: &Arc<dyn Transport>,
    clock: Arc<DayClock>,
    host: &str,
) -> Result<(Engine, Arc<Taking>)> {
    let policy = Policy::parse(&policy(host), "example-policy.toml").map_err(careline::Error::from)?;
    let x = careline_x::Webhook::new(careline_x::WebhookConfig::new([traffic::X_SECRET.to_owned()]))?;
    let facebook =
        careline_facebook::WebhookConfig::new(traffic::FACEBOOK_SECRET.to_owned(), "demo-verify-token".to_owned());
    let config = careline_mastodon::AccountConfig::new(double.base(), traffic::MASTODON_TOKEN.to_owned())
        .account_id(traffic::MASTODON_ACCOUNT.0)
        .handle(traffic::MASTODON_ACCOUNT.1);
    let mastodon = Taking::new(Arc::new(careline_mastodon::Account::new(config)?), clock.clone());
    let page = careline_facebook::AccountConfig::new(traffic::FACEBOOK_PAGE, "demo-facebook-page-token");
    let page = Taking::new(Arc::new(careline_facebook::Account::new(page)?), clock.clone());
    let [(id, handle), (other_id, other_handle)] = traffic::X_ACCOUNTS;
    let story = Arc::new(network::on_x(id, handle, clock.clone())?);
    let other = network::on_x(other_id, other_handle, clock.clone())?;
    let connections = Connections {
        endpoints: [
            ("x".to_owned(), Arc::new(x) as _),
            ("facebook".to_owned(), Arc::new(careline_facebook::Webhook::new(facebook)?) as _),
        ]
        .into(),
        networks: vec![
            (AccountId::from(MASTODON), Arc::new(mastodon) as _),
            (AccountId::from("acme-page"), Arc::new(page) as _),
            (AccountId::from(OTHER_X), Arc::new(other) as _),
            (AccountId::from(story::ACCOUNT), story.clone() as _),
        ],
        connected: Vec::new(),
    };
    Ok((host::engine(store, policy, connections, transport.clone(), clock)?, story))
}

/// Holds the stream of the Mastodon account; after each break it asks for what was missed.
async fn keep_reading(tenant: Tenant) {
    let account = AccountId::from(MASTODON);
    loop {
        // The double breaks the stream on purpose: errors here are part of the day, and polling makes up for them.
        let _ = tenant.poll(&account).await;
        let _ = tenant.follow(&account, "user").await;
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
}

/// Reads what people on X answer.
async fn keep_asking(tenant: Tenant) {
    loop {
        for account in [story::ACCOUNT, OTHER_X] {
            if let Err(error) = tenant.poll(&AccountId::from(account)).await {
                eprintln!("careline: {account}: {error}");
            }
        }
        tokio::time::sleep(ANSWER).await;
    }
}

async fn stop(task: JoinHandle<()>) {
    task.abort();
    // It was told to end; that it was cancelled is no news.
    let _ = task.await;
}

/// What a day is played with.
struct Play<'a> {
    engine: &'a Engine,
    tenant: &'a Tenant,
    clock: &'a DayClock,
    double: &'a Double,
    transport: &'a Arc<dyn Transport>,
}

impl Play<'_> {
    /// Plays all slices in order: people come and go, bodies are posted, the double moves on, deadlines pass.
    async fn day(
        &self,
        base: &str,
        starts_at: Timestamp,
        deliveries: &[traffic::Delivery],
        quiet: bool,
    ) -> Result<Driven> {
        let bar = bar(deliveries.len(), quiet);
        let mut driven = Driven::default();
        let mut posted = 0;
        let ends_at = starts_at.plus(DAY);
        let mut until = starts_at;
        let mut shift = shift::Shift::default();
        while until < ends_at || posted < deliveries.len() {
            until = until.plus(SLICE);
            self.clock.set(until);
            shift.change(self.tenant, until).await?;
            let end = posted + deliveries[posted..].partition_point(|delivery| delivery.at < until);
            let told = |done: usize| bar.set_position((posted + done) as u64);
            let part = drive(self.transport, base, &deliveries[posted..end], LINES, &told).await?;
            driven.add(part, posted);
            posted = end;
            self.double.advance(until).await;
            self.engine.tick().await?;
            shift.work(self.tenant, until).await?;
        }
        bar.finish_and_clear();
        Ok(driven)
    }
}

fn bar(deliveries: usize, quiet: bool) -> ProgressBar {
    if quiet {
        return ProgressBar::hidden();
    }
    let bar = ProgressBar::new(deliveries as u64);
    if let Ok(style) = ProgressStyle::with_template("a day of traffic {bar:40} {pos}/{len} deliveries, {elapsed}") {
        bar.set_style(style);
    }
    bar
}

/// Tells the day's time while it is played, and the machine's afterwards.
#[derive(Debug, Default)]
struct DayClock(std::sync::Mutex<Option<Timestamp>>);

impl DayClock {
    fn set(&self, now: Timestamp) {
        *self.0.lock().unwrap_or_else(std::sync::PoisonError::into_inner) = Some(now);
    }

    fn follow_the_machine(&self) {
        *self.0.lock().unwrap_or_else(std::sync::PoisonError::into_inner) = None;
    }
}

#[async_trait::async_trait]
impl Clock for DayClock {
    fn now(&self) -> Timestamp {
        let played = *self.0.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
        played.unwrap_or_else(|| SystemClock.now())
    }

    async fn sleep(&self, duration: Duration) {
        SystemClock.sleep(duration).await;
    }
}
