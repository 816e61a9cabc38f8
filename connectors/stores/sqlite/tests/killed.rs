//! Whatever moment a process is killed at, what it had to say is said once. A child sends, over a database in a file, to a
//! network whose memory is another file; the parent kills it again and again.

#![allow(clippy::unwrap_used, clippy::expect_used)]

use std::collections::BTreeMap;
use std::fs::OpenOptions;
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::Arc;
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

use async_trait::async_trait;
use careline::care::{Engine, TenantSetup};
use careline::clock::Clock;
use careline::context::Context;
use careline::engage::text::TextPolicy;
use careline::intake::Parsed;
use careline::model::*;
use careline::network::{AccountInfo, Act, Capability, FindSent, Network, Outbound, Receipt};
use careline::routing::{ReplyRoute, RouteAsk, Routing};
use careline::transport::NoTransport;
use careline::triage::{Evidence, Triage, TriageInput};
use careline::{Error, ErrorKind, Result};
use careline_sqlite::SqliteStore;
use careline_testkit::acme;

/// Names the folder that parent and child share.
const FOLDER: &str = "CARELINE_TEST_KILLED_IN";
/// Since when the clock of all of them runs, in milliseconds since 1970.
const SINCE: &str = "CARELINE_TEST_KILLED_SINCE";
/// How much faster the child's clock runs, so that nobody waits for leases and time-outs.
const SPEED: u32 = 400;
const THREADS: usize = 8;
const ANSWERS: usize = 24;
const KILLS: u64 = 25;
/// On a slow machine more is said between two kills; so many there are at least before nearly all is said.
const KILLS_AT_LEAST: u64 = 10;

#[test]
fn what_a_killed_process_had_to_say_is_said_once_and_in_order() {
    if let Some(folder) = std::env::var_os(FOLDER) {
        return child(Path::new(&folder));
    }
    let folder = tempfile::tempdir().unwrap();
    let (begun, since) = (Instant::now(), millis());
    let mut kills = 0;
    for round in 0..KILLS {
        if said(folder.path()).len() > (ANSWERS - 2) * THREADS {
            break;
        }
        kills += 1;
        let mut child = start(folder.path(), since);
        if round % 5 == 0 {
            // In the middle of the submissions.
            std::thread::sleep(Duration::from_millis(20 + round * 11));
        } else {
            // Soon after an effect, before and after its receipt.
            let before = said(folder.path()).len();
            let started = Instant::now();
            while said(folder.path()).len() <= before && started.elapsed() < Duration::from_secs(5) {
                std::thread::sleep(Duration::from_millis(1));
            }
            std::thread::sleep(Duration::from_millis(round * 7 % 40));
        }
        child.kill().unwrap();
        child.wait().unwrap();
    }
    let number = said(folder.path()).len();
    let in_time = kills >= KILLS_AT_LEAST && (1..THREADS * ANSWERS).contains(&number);
    assert!(in_time, "{kills} kills came too early or too late: {number} are said");
    let mut last = start(folder.path(), since);
    loop {
        if let Some(status) = last.try_wait().unwrap() {
            assert!(status.success(), "{status}");
            break;
        }
        assert!(begun.elapsed() < Duration::from_secs(120), "it does not come to an end");
        std::thread::sleep(Duration::from_millis(50));
    }
    let looked = std::fs::read(folder.path().join("looked")).unwrap_or_default().len();
    assert!(looked > 0, "no kill came between an effect and its receipt");
    let said = self::said(folder.path());
    let mut threads: BTreeMap<String, Vec<usize>> = BTreeMap::new();
    for (key, text) in &said {
        let (thread, number) = text.split_once(' ').unwrap();
        assert!(!key.is_empty());
        threads.entry(thread.to_owned()).or_default().push(number.parse().unwrap());
    }
    assert_eq!(threads.len(), THREADS);
    for (thread, numbers) in threads {
        assert!(numbers.iter().copied().eq(0..ANSWERS), "{thread}: {numbers:?}");
    }
}

fn start(folder: &Path, since: i64) -> std::process::Child {
    Command::new(std::env::current_exe().unwrap())
        .args(["--exact", "what_a_killed_process_had_to_say_is_said_once_and_in_order", "--nocapture"])
        .env(FOLDER, folder)
        .env(SINCE, since.to_string())
        .stdout(Stdio::null())
        .spawn()
        .unwrap()
}

/// Submits everything under the same keys each time, and sends until nothing is left.
fn child(folder: &Path) {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    runtime.block_on(async {
        let policy = acme("[[accounts]]\nid = 'shop'\nnetwork = 'file'\nnative_id = 'b1'\n[[agents]]\nid = 'ann'");
        let store = Arc::new(SqliteStore::open(folder.join("care.db")).unwrap());
        let network = Arc::new(FileNetwork { said: folder.join("said"), clock: Arc::new(FastClock) });
        let engine = Engine::builder(store)
            .clock(Arc::new(FastClock))
            .transport(Arc::new(NoTransport))
            .tenant(TenantId::single(), TenantSetup::new(policy).network("shop", network))
            .build()
            .unwrap();
        let tenant = engine.tenant(TenantId::single()).unwrap();
        for thread in 0..THREADS {
            tenant.ingest("hook", Channel::Webhook, format!("body {thread}"), complaint(thread)).await.unwrap();
        }
        let mut replies = Vec::new();
        for (number, thread) in (0..ANSWERS).flat_map(|number| (0..THREADS).map(move |thread| (number, thread))) {
            let to = MessageId::of(&TenantId::single(), "file", &format!("q{thread}"));
            let text = format!("thread{thread} {number}");
            let draft = ReplyDraft::answer(format!("{thread}-{number}"), "ann", to, text);
            let submitted = tenant.reply(draft).await.unwrap();
            replies.push(submitted.reply.unwrap_or_else(|| panic!("{:?}", submitted.verdict)).id);
        }
        loop {
            assert_eq!(engine.tick().await.unwrap().failed, []);
            let mut open = 0;
            for reply in &replies {
                let reply = tenant.reply_record(reply).await.unwrap();
                assert!(reply.state.is_open() || reply.state == ReplyState::Delivered, "{reply:?}");
                assert_ne!(reply.state, ReplyState::Unknown, "{reply:?}");
                open += usize::from(reply.state != ReplyState::Delivered);
            }
            if open == 0 {
                tenant.verify_log().await.unwrap();
                return;
            }
            FastClock.sleep(Duration::from_secs(2)).await;
        }
    });
}

fn complaint(thread: usize) -> Parsed {
    let mut message = Inbound::new("file", format!("q{thread}"), Surface::Mention, Visibility::Public);
    message.author = Some(Profile::new("file", format!("jo{thread}")));
    message.content.text = "Acme, my parcel is broken, please help me!".to_owned();
    let account = NativeAccount::new("file".into(), "b1");
    let event = Event::new(account, Channel::Webhook, FastClock.now(), EventBody::Message(Box::new(message)));
    Parsed { events: vec![event], ..Parsed::default() }
}

/// The keys and texts that the network has, in order.
fn said(folder: &Path) -> Vec<(String, String)> {
    let text = std::fs::read_to_string(folder.join("said")).unwrap_or_default();
    let lines = text.lines().filter_map(|line| line.split_once('\t'));
    lines.map(|(key, text)| (key.to_owned(), text.to_owned())).collect()
}

fn millis() -> i64 {
    SystemTime::now().duration_since(UNIX_EPOCH).unwrap().as_millis() as i64
}

fn append(path: &Path, text: &str) {
    let mut file = OpenOptions::new().create(true).append(true).open(path).unwrap();
    file.write_all(text.as_bytes()).unwrap();
}

/// Tells the same time in every process, and runs fast.
#[derive(Debug)]
struct FastClock;

#[async_trait]
impl Clock for FastClock {
    fn now(&self) -> Timestamp {
        let since: i64 = std::env::var(SINCE).unwrap().parse().unwrap();
        Timestamp::from_millis(since + (millis() - since) * i64::from(SPEED)).unwrap()
    }

    async fn sleep(&self, duration: Duration) {
        tokio::time::sleep(duration / SPEED).await;
    }
}

/// A network that writes down what it takes before it answers, and takes its time for both.
#[derive(Debug)]
struct FileNetwork {
    said: PathBuf,
    clock: Arc<FastClock>,
}

impl Triage for FileNetwork {
    fn id(&self) -> &str {
        "file/1"
    }

    fn assess(&self, _: &TriageInput<'_>, _: &mut Evidence) -> Result<()> {
        Ok(())
    }
}

impl Routing for FileNetwork {
    fn reply_routes(&self, _: &RouteAsk<'_>) -> Vec<ReplyRoute> {
        vec![ReplyRoute::open(Surface::Comment, Visibility::Public)]
    }
}

#[async_trait]
impl Network for FileNetwork {
    fn info(&self) -> AccountInfo {
        AccountInfo::new(NativeAccount::new("file".into(), "b1"), "file", "acme")
    }

    fn capability(&self) -> Capability {
        let mut capability = Capability::default();
        capability.send_verbs = Act::VERBS.map(str::to_owned).into();
        capability.reply_text = Some(TextPolicy::x_post());
        capability
    }

    async fn send(&self, _: &Context, out: &Outbound) -> Result<Receipt> {
        self.clock.sleep(Duration::from_secs(4)).await;
        let text = out.act.say().map(|say| say.text.clone()).unwrap_or_default();
        append(&self.said, &format!("{}\t{text}\n", out.key));
        self.clock.sleep(Duration::from_secs(8)).await;
        Ok(Receipt::new(out.key.clone()))
    }

    async fn find_sent(&self, _: &Context, ask: FindSent) -> Result<Option<Receipt>> {
        let folder = self.said.parent().ok_or_else(|| Error::new(ErrorKind::Unexpected, "no folder"))?;
        append(&folder.join("looked"), ".");
        let known = said(folder).into_iter().any(|(key, _)| key == ask.out.key);
        Ok(known.then(|| Receipt::new(ask.out.key.clone())))
    }
}
