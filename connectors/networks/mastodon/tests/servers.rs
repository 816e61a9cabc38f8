//! Real servers, started here on free ports of the loopback and stopped again. `.ci/servers.sh` installs them.

#![allow(clippy::unwrap_used, clippy::expect_used)]

use std::net::TcpListener;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::Arc;
use std::time::{Duration, Instant};

use bytes::Bytes;
use careline::care::{Engine, QueueAsk, Tenant, TenantSetup};
use careline::clock::SystemClock;
use careline::context::Context;
use careline::engage::guard::Instead;
use careline::model::{
    AccountId, ClockKind, Deleted, EntityKind, Event, EventBody, HandoffState, Inbound, Origin, Reaction, Reply,
    ReplyDraft, ReplyPurpose, ReplyState, SuggestionKind, Surface, TenantId, Visibility,
};
use careline::network::{
    Act, FindSent, Network, Outbound, Page, Person, PollAsk, Receipt, Recheck, Say, StreamAsk, Target,
};
use careline::{ErrorKind, Retry};
use careline_http::HttpTransport;
use careline_mastodon::{Account, AccountConfig};
use careline_sqlite::SqliteStore;
use careline_testkit::acme;
use futures_util::StreamExt;
use http::{Method, Request};
use serde_json::{Value, json};

/// How long a real server may take to tell what happened on it.
const PATIENCE: Duration = Duration::from_secs(60);

fn workspace() -> PathBuf {
    PathBuf::from(concat!(env!("CARGO_MANIFEST_DIR"), "/../../.."))
}

/// The program, or a line that says why its test does not run.
fn installed(name: &str, path: &str) -> Option<PathBuf> {
    let program = workspace().join(path);
    if !program.exists() {
        println!("skipped: {name} is not installed; `.ci/servers.sh {name}` does it");
        return None;
    }
    Some(program)
}

fn free_port() -> u16 {
    TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port()
}

/// A server that stops when the test ends, however it ends.
struct Server {
    process: Child,
    base: String,
    cx: Context,
}

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

impl Server {
    async fn start(mut command: Command, port: u16, probe: &str) -> Self {
        let process = command.stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap();
        let transport = HttpTransport::builder().build();
        let cx = Context::new(Arc::new(transport), Arc::new(SystemClock));
        let server = Self { process, base: format!("http://localhost:{port}"), cx };
        let begun = Instant::now();
        while server.try_call(Method::GET, probe, "", &[]).await.is_err() {
            assert!(begun.elapsed() < PATIENCE, "the server does not start");
            tokio::time::sleep(Duration::from_millis(100)).await;
        }
        server
    }

    /// What another program would ask; the error is whatever came in place of a good answer.
    async fn try_call(&self, method: Method, path: &str, token: &str, form: &[(&str, &str)]) -> Result<String, String> {
        let body: String = url::form_urlencoded::Serializer::new(String::new()).extend_pairs(form).finish();
        let request = Request::builder()
            .method(method)
            .uri(format!("{}{path}", self.base))
            .header("authorization", format!("Bearer {token}"))
            .header("content-type", "application/x-www-form-urlencoded")
            // snac2 drops idle connections, and not every call here may be repeated.
            .header("connection", "close")
            .body(Bytes::from(body))
            .unwrap();
        let answer = self.cx.transport.send(request).await.map_err(|error| format!("{error:?}"))?;
        let said = String::from_utf8_lossy(answer.body()).into_owned();
        if answer.status().is_success() { Ok(said) } else { Err(format!("{} {said}", answer.status())) }
    }

    async fn call(&self, method: Method, path: &str, token: &str, form: &[(&str, &str)]) -> Value {
        let answer = self.try_call(method.clone(), path, token, form).await;
        serde_json::from_str(&answer.unwrap_or_else(|error| panic!("{method} {path}: {error}"))).unwrap()
    }

    /// Writes a status; its id. snac2 sometimes drops the connection without an answer, so it is asked again.
    async fn post(&self, token: &str, form: &[(&str, &str)]) -> String {
        let begun = Instant::now();
        loop {
            match self.try_call(Method::POST, "/api/v1/statuses", token, form).await {
                Ok(answer) => {
                    let status: Value = serde_json::from_str(&answer).unwrap();
                    return status["id"].as_str().unwrap().to_owned();
                }
                Err(error) => assert!(begun.elapsed() < PATIENCE, "{error}"),
            }
            tokio::time::sleep(Duration::from_millis(500)).await;
        }
    }

    async fn account(&self, token: &str) -> Account {
        let account = Account::new(AccountConfig::new(&self.base, token)).unwrap();
        account.check(&self.cx).await.unwrap();
        account
    }
}

/// What a poll of one source found so far, and where it goes on.
struct Reader<'a> {
    account: &'a Account,
    cx: &'a Context,
    source: String,
    cursor: Option<String>,
    found: Vec<Event>,
}

impl<'a> Reader<'a> {
    fn new(server: &'a Server, account: &'a Account, source: &str) -> Self {
        Self { account, cx: &server.cx, source: source.to_owned(), cursor: None, found: Vec::new() }
    }

    async fn page(&mut self) -> Page {
        let page = self.account.poll(self.cx, PollAsk::new(&self.source, self.cursor.take())).await.unwrap();
        self.cursor.clone_from(&page.cursor);
        page
    }

    /// Reads all there is now.
    async fn catch_up(&mut self) {
        loop {
            let page = self.page().await;
            assert!(page.parsed.rejects.is_empty(), "{:?}", page.parsed.rejects);
            self.found.extend(page.parsed.events);
            if !page.more {
                return;
            }
        }
    }

    /// Reads until something is there.
    async fn until<T>(&mut self, what: &str, find: impl Fn(&Event) -> Option<T>) -> T {
        let begun = Instant::now();
        loop {
            self.catch_up().await;
            if let Some(found) = self.found.iter().rev().find_map(&find) {
                return found;
            }
            assert!(begun.elapsed() < PATIENCE, "{what} did not come; found {:#?}", self.found);
            tokio::time::sleep(Duration::from_millis(200)).await;
        }
    }

    /// One more poll, which finds nothing, costs one page and moves nothing.
    async fn is_quiet(&mut self) {
        let before = self.cursor.clone();
        let page = self.page().await;
        assert!(page.parsed.events.is_empty() && page.raw.is_empty() && !page.more, "{page:?}");
        assert_eq!(page.cursor, before);
    }
}

fn message(event: &Event, id: &str) -> Option<Inbound> {
    match &event.body {
        EventBody::Message(message) if message.native_id == id => Some((**message).clone()),
        _ => None,
    }
}

fn reaction(event: &Event, id: &str, word: &str) -> Option<Reaction> {
    match &event.body {
        EventBody::Reaction(reaction) if reaction.native_id == id && reaction.reaction == word => {
            Some(reaction.clone())
        }
        _ => None,
    }
}

fn deleted(page: &Page) -> Vec<&Deleted> {
    page.parsed
        .events
        .iter()
        .filter_map(|event| match &event.body {
            EventBody::Deleted(deleted) => Some(deleted),
            _ => None,
        })
        .collect()
}

#[tokio::test]
async fn snac2_tells_mentions_threads_reactions_and_absence() {
    let Some(snac) = Snac::start().await else { return };
    let Snac { server, brand, customer, .. } = &snac;
    let account = server.account(brand).await;
    let host = server.base.trim_start_matches("http://");
    assert_eq!(account.info().handle, format!("brand@{host}"));
    assert_eq!(account.info().scope, host);

    let mut notifications = Reader::new(server, &account, "notifications");
    notifications.catch_up().await;
    let asked = server.post(customer, &[("status", "@brand where is my parcel? 5 < 6 https://acme.example/a")]).await;
    let found = notifications.until("the mention", |event| message(event, &asked)).await;
    assert!(found.content.text.contains("where is my parcel? 5 < 6 https://acme.example/a"), "{}", found.content.text);
    assert_eq!(found.author.as_ref().unwrap().handle.as_deref(), Some(&*format!("cust@{host}")));
    assert_eq!((&found.surface, &found.visibility), (&Surface::Mention, &Visibility::Public));
    assert!(found.sent_at.is_some());
    let kinds: Vec<_> = found.content.entities.iter().map(|entity| (&entity.kind, entity.value.as_str())).collect();
    assert!(kinds.contains(&(&EntityKind::Mention, &*format!("brand@{host}"))), "{kinds:?}");
    assert!(kinds.contains(&(&EntityKind::Link, "https://acme.example/a")), "{kinds:?}");
    notifications.is_quiet().await;

    let answer = server.post(brand, &[("status", "@cust on its way"), ("in_reply_to_id", &asked)]).await;
    let context = format!("context:{asked}");
    let found = Reader::new(server, &account, &context).until("our answer", |event| message(event, &answer)).await;
    assert_eq!(found.reply_to.unwrap().native_id, asked);
    assert_eq!(found.author.unwrap().native_id, account.info().account.native_id.rsplit_once('/').unwrap().1);

    // The answer must have reached the customer first.
    let favourite = format!("/api/v1/statuses/{answer}/favourite");
    let begun = Instant::now();
    while let Err(error) = server.try_call(Method::POST, &favourite, customer, &[("id", &answer)]).await {
        assert!(begun.elapsed() < PATIENCE, "{error}");
        tokio::time::sleep(Duration::from_millis(500)).await;
    }
    notifications.until("the favourite", |event| reaction(event, &answer, "favourite")).await;

    // The server deletes nothing over this API, so one that never was stands for one that is gone.
    let ask = Recheck::new(vec![asked.as_str().into(), "0123456789".into(), answer.as_str().into()]);
    let page = account.recheck(&server.cx, ask).await.unwrap();
    assert_eq!(deleted(&page).iter().map(|gone| gone.native_id.as_str()).collect::<Vec<_>>(), ["0123456789"]);
    let wrong = Account::new(AccountConfig::new(&server.base, "wrong")).unwrap();
    assert!(wrong.check(&server.cx).await.is_err(), "snac2 answers a wrong token in its own way");
    assert!(account.stream(&server.cx, StreamAsk::new("user")).await.is_err(), "snac2 knows no streams");
}

/// The tenant of an engine over a database in `folder` that reads `account` as `acme`.
async fn tenant(server: &Server, account: Account, folder: &Path) -> Tenant {
    engine(server, account, folder).tenant(TenantId::single()).unwrap()
}

fn engine(server: &Server, account: Account, folder: &Path) -> Engine {
    let (host, native_id) = (account.info().scope, account.info().account.native_id);
    let policy = acme(&format!(
        "[[accounts]]\nid = 'acme'\nnetwork = 'mastodon'\nhost = '{host}'\nhandle = 'brand'\nnative_id = '{native_id}'\n\
         [[agents]]\nid = 'ann'\ninitials = 'AN'\n[replies]\nsignature = '^{{initials}}'\n\
         [texts.return_note]\nen = 'Solved in private. Thanks for your patience!'"
    ));
    let setup = TenantSetup::new(policy).network("acme", Arc::new(account));
    let store = Arc::new(SqliteStore::open(folder.join("care.db")).unwrap());
    let builder = Engine::builder(store).transport(server.cx.transport.clone()).tenant(TenantId::single(), setup);
    builder.build().unwrap()
}

/// Everything an agent does here is done by an engine of its own over the same database, as if the process had died in
/// between.
struct Office<'a> {
    server: &'a Server,
    token: &'a str,
    folder: &'a Path,
}

impl Office<'_> {
    async fn open(&self) -> (Engine, Tenant) {
        let engine = engine(self.server, self.server.account(self.token).await, self.folder);
        let tenant = engine.tenant(TenantId::single()).unwrap();
        (engine, tenant)
    }

    /// Submits an answer and lets fresh engines send it until it is there.
    async fn say(&self, draft: ReplyDraft) -> Reply {
        let (_, tenant) = self.open().await;
        let submitted = tenant.reply(draft).await.unwrap();
        let reply = submitted.reply.unwrap_or_else(|| panic!("{:?}", submitted.verdict));
        let begun = Instant::now();
        loop {
            let (engine, tenant) = self.open().await;
            let ticked = engine.tick().await.unwrap();
            assert_eq!(ticked.failed, []);
            let reply = tenant.reply_record(&reply.id).await.unwrap();
            if reply.state == ReplyState::Delivered {
                return reply;
            }
            assert!(begun.elapsed() < PATIENCE * 3 && reply.state.is_open(), "{reply:?}");
            tokio::time::sleep(Duration::from_millis(500)).await;
        }
    }

    async fn read_until(&self, what: &str, there: impl AsyncFn(&Tenant) -> bool) {
        let begun = Instant::now();
        loop {
            let (_, tenant) = self.open().await;
            tenant.poll(&AccountId::from("acme")).await.unwrap();
            if there(&tenant).await {
                return;
            }
            assert!(begun.elapsed() < PATIENCE, "{what} did not come");
            tokio::time::sleep(Duration::from_millis(500)).await;
        }
    }
}

#[tokio::test]
async fn a_matter_on_snac2_goes_into_private_and_back_once_and_in_one_case() {
    let Some(snac) = Snac::start().await else { return };
    let Snac { server, brand, customer, folder } = &snac;
    let office = Office { server, token: brand, folder: folder.path() };
    let asked = server.post(customer, &[("status", "@brand my parcel arrived broken, please help!")]).await;
    let first_case = async |tenant: &Tenant| tenant.all_cases(9).await.unwrap().items.into_iter().next();
    office.read_until("the complaint", async |tenant| first_case(tenant).await.is_some()).await;
    let (_, tenant) = office.open().await;
    let case = first_case(&tenant).await.unwrap();
    let to = case.lead.clone();

    // Stopped in public, with a way out.
    let asks = ReplyDraft::answer("k1", "ann", to.clone(), "So sorry! What is your e-mail address?");
    let verdict = tenant.can_send(&ReplyDraft { verb: Some("reply".into()), ..asks.clone() }).await.unwrap();
    assert!(!verdict.allowed && verdict.instead.contains(&Instead::MoveToPrivate), "{verdict:?}");
    assert!(verdict.open_routes.iter().any(|route| route.verb == "direct_message"), "{verdict:?}");

    // Asked into private, and asked again under the same key: once on the network.
    let invitation = ReplyDraft {
        verb: Some("direct_message".into()),
        purpose: Some(ReplyPurpose::Invitation),
        ..ReplyDraft::answer("k2", "ann", to.clone(), "So sorry! Shall we go on here, between us?")
    };
    let invited = office.say(invitation.clone()).await;
    office.say(invitation).await;
    let ours = invited.parts[0].native_id.clone().unwrap();

    // The customer comes, and it is the same case.
    let theirs = server.account(customer).await;
    let mut inbox = Reader::new(server, &theirs, "notifications");
    inbox.until("the invitation", |event| message(event, &ours)).await;
    let form = [("status", "@brand yes, gladly"), ("visibility", "direct"), ("in_reply_to_id", &*ours)];
    let came = server.post(customer, &form).await;
    let arrived = async |tenant: &Tenant| {
        let case = tenant.case(&case.id).await.unwrap().case;
        case.handoffs.last().is_some_and(|handoff| handoff.state == HandoffState::Arrived)
    };
    office.read_until("the customer", arrived).await;
    let (_, tenant) = office.open().await;
    let view = tenant.case(&case.id).await.unwrap();
    let theirs = view.threads.iter().flat_map(|thread| &thread.messages).find(|known| known.native_id == came);
    let direct = theirs.unwrap_or_else(|| panic!("{view:?}"));
    // snac2 calls what is for one reader `private`, which elsewhere is for followers.
    assert!(direct.case.as_ref() == Some(&case.id) && direct.visibility != Visibility::Public, "{direct:?}");

    // What was forbidden in public is fine here.
    let in_private = Some("direct_message".into());
    let asks = ReplyDraft { key: "k3".into(), to: Some(direct.id.clone()), verb: in_private, ..asks };
    assert_eq!(office.say(asks).await.verb, "direct_message");
    let (_, tenant) = office.open().await;
    tenant.close(&case.id, "ann", "resolved").await.unwrap();
    let suggested = tenant.suggestions(&case.id).await.unwrap().remove(0);
    assert_eq!(suggested.kind, SuggestionKind::ReturnInPublic);
    let note = ReplyDraft {
        purpose: Some(suggested.purpose),
        verb: Some("reply".into()),
        ..ReplyDraft::answer("k4", "ann", suggested.to, suggested.text.unwrap())
    };
    office.say(note).await;

    // All of it once, in one case under one promise of a first answer; nobody changed the trail.
    office.read_until("our own words", async |_| true).await;
    let (_, tenant) = office.open().await;
    assert_eq!(tenant.all_cases(9).await.unwrap().items.len(), 1);
    let view = tenant.case(&case.id).await.unwrap();
    let own = view.threads.iter().flat_map(|thread| &thread.messages).filter(|known| known.origin == Origin::Careline);
    assert_eq!(own.count(), 3);
    let first = view.case.clocks.iter().filter(|clock| clock.kind == ClockKind::FirstResponse);
    assert!(first.count() == 1 && view.case.first_response_at.is_some(), "{:?}\n{:?}", view.case, view.timeline);
    let context = format!("/api/v1/statuses/{asked}/context");
    let context = server.call(Method::GET, &context, brand, &[]).await;
    let said: Vec<_> =
        context["descendants"].as_array().unwrap().iter().map(|status| status["text"].to_string()).collect();
    for words in ["go on here", "Solved in private"] {
        assert_eq!(said.iter().filter(|text| text.contains(words)).count(), 1, "{words}: {said:?}");
    }
    assert!(tenant.verify_log().await.unwrap() > 10);
    let trail = tenant.audit(999).await.unwrap().items;
    let acts: Vec<_> = trail.iter().filter_map(|entry| entry.act.as_deref()).collect();
    assert_eq!(acts.iter().filter(|act| **act == "reply.sent").count(), 3, "{acts:?}");
}

#[tokio::test]
async fn a_mention_on_snac2_waits_as_a_case_until_it_is_answered_there() {
    let Some(snac) = Snac::start().await else { return };
    let Snac { server, brand, customer, folder } = &snac;
    let account = AccountId::from("acme");
    let queue = async |tenant: &Tenant| tenant.queue(&QueueAsk::default()).await.unwrap().items;
    let engine = tenant(server, server.account(brand).await, folder.path()).await;
    engine.poll(&account).await.unwrap();
    assert_eq!(queue(&engine).await.len(), 0);

    let asked = server.post(customer, &[("status", "@brand my parcel is lost, where is it?")]).await;
    let polled = async |tenant: &Tenant, what: &str| {
        let begun = Instant::now();
        loop {
            let ingested = tenant.poll(&account).await.unwrap();
            if ingested.added > 0 {
                return;
            }
            assert!(begun.elapsed() < PATIENCE, "{what} did not come");
            tokio::time::sleep(Duration::from_millis(500)).await;
        }
    };
    polled(&engine, "the mention").await;
    drop(engine);

    // Whoever opens the database later finds it there, once.
    let engine = tenant(server, server.account(brand).await, folder.path()).await;
    let [item] = &queue(&engine).await[..] else { panic!("one case") };
    assert!(item.case.awaiting_since.is_some() && item.case.is_open(), "{item:?}");
    let view = engine.thread(item.case.conversations.first().unwrap()).await.unwrap().unwrap();
    let [message] = &view.messages[..] else { panic!("one message: {view:?}") };
    assert!(message.native_id == asked && message.text().ends_with("my parcel is lost, where is it?"), "{message:?}");
    assert_eq!(engine.poll(&account).await.unwrap().added, 0, "what was read is not read again");
    assert_eq!(engine.quarantine(9).await.unwrap().items, []);

    let answer = server.post(brand, &[("status", "@cust it is on its way"), ("in_reply_to_id", &asked)]).await;
    polled(&engine, "our answer").await;
    let case = engine.all_cases(9).await.unwrap().items.remove(0);
    assert!(case.awaiting_since.is_none() && case.first_response_at.is_some(), "{case:?}");
    let view = engine.thread(case.conversations.first().unwrap()).await.unwrap().unwrap();
    assert_eq!(
        view.messages.last().map(|message| (message.native_id.as_str(), &message.origin)),
        Some((&*answer, &Origin::Brand))
    );
}

/// Does an act as the engine is to: what is in doubt is looked for before it is done again.
async fn said(server: &Server, account: &Account, out: &Outbound) -> Receipt {
    let since = server.cx.clock.now();
    let begun = Instant::now();
    loop {
        let error = match account.send(&server.cx, out).await {
            Ok(receipt) => return receipt,
            Err(error) => error,
        };
        assert!(begun.elapsed() < PATIENCE && error.retry_advice() != Retry::Never, "{out:?}: {error:?}");
        tokio::time::sleep(Duration::from_millis(500)).await;
        if error.retry_advice() == Retry::Unknown
            && let Ok(Some(receipt)) = account.find_sent(&server.cx, FindSent::new(out.clone(), since)).await
        {
            return receipt;
        }
    }
}

#[tokio::test]
async fn snac2_takes_what_we_say_once_and_shows_it_to_whoever_looks() {
    let Some(snac) = Snac::start().await else { return };
    let Snac { server, brand, customer, .. } = &snac;
    let (ours, theirs) = (server.account(brand).await, server.account(customer).await);
    let since = server.cx.clock.now();
    let asked = server.post(customer, &[("status", "@brand my parcel is lost 😡 where is it?")]).await;
    let question =
        Reader::new(server, &ours, "notifications").until("the question", |event| message(event, &asked)).await;
    let author = question.author.unwrap();
    let cust = Person::new(author.native_id.clone()).handle(author.handle.clone().unwrap());
    let target = || Target::new(asked.as_str()).by(cust.clone());
    let handle = author.handle.unwrap();

    let reply = format!("@{handle} Sorry 🙁! We will look, 5 < 6 minutes: https://acme.example/a?b=c&d=e");
    let private = format!("@{handle} What is the number of your order?");
    let acts = [
        Act::Reply { to: target(), say: Say::new(&*reply), visibility: Visibility::Public },
        Act::DirectMessage { to: cust.clone(), say: Say::new(&*private), about: Some(target()), tag: None },
        Act::DirectMessage {
            to: cust.clone(),
            say: Say::new(format!("{private} (once more)")),
            about: None,
            tag: None,
        },
        Act::Publish { say: Say::new("Parcels are late today. We are on it."), visibility: Visibility::Public },
    ];
    for (number, act) in acts.into_iter().enumerate() {
        let out = Outbound::new(format!("act-{number}"), act);
        let find = || FindSent::new(out.clone(), since);
        assert_eq!(ours.find_sent(&server.cx, find()).await.unwrap(), None, "nothing is found before it is sent");
        let receipt = said(server, &ours, &out).await;
        let found = ours.find_sent(&server.cx, find()).await.unwrap();
        assert_eq!(found.map(|found| found.native_id), Some(receipt.native_id.clone()), "{out:?}");
        if number < 2 {
            let mut inbox = Reader::new(server, &theirs, "notifications");
            let came = inbox.until("our words", |event| message(event, &receipt.native_id)).await;
            // snac2 calls what is for one reader `private`.
            assert_eq!(came.visibility == Visibility::Public, out.act.verb() == "reply", "{came:?}");
            assert_eq!(came.reply_to.unwrap().native_id, asked);
        }
    }
    for liked in [true, false] {
        let out = Outbound::new(format!("like-{liked}"), Act::Like { on: target(), liked });
        assert_eq!(said(server, &ours, &out).await.native_id, asked);
    }
}

/// snac2 with a brand and a customer who have logged in.
struct Snac {
    server: Server,
    brand: String,
    customer: String,
    folder: tempfile::TempDir,
}

impl Snac {
    /// `None` if it is not installed.
    async fn start() -> Option<Self> {
        let program = installed("snac2", ".cache/servers/snac2/snac")?;
        let folder = tempfile::tempdir().unwrap();
        let port = free_port();
        let passwords = snac_setup(&program, folder.path(), port);
        let mut command = Command::new(&program);
        command.arg("httpd").arg(folder.path().join("data"));
        let server = Server::start(command, port, "/api/v1/instance").await;
        let brand = snac_token(&server, "brand", &passwords[0]).await;
        let customer = snac_token(&server, "cust", &passwords[1]).await;
        Some(Self { server, brand, customer, folder })
    }
}

/// A data folder with two people; their passwords.
fn snac_setup(program: &Path, folder: &Path, port: u16) -> [String; 2] {
    let data = folder.join("data");
    let mut init =
        Command::new(program).arg("init").arg(&data).stdin(Stdio::piped()).stdout(Stdio::null()).spawn().unwrap();
    let answers = format!("127.0.0.1\n{port}\nlocalhost:{port}\n\n\nadmin@acme.example\n");
    std::io::Write::write_all(&mut init.stdin.take().unwrap(), answers.as_bytes()).unwrap();
    assert!(init.wait().unwrap().success());
    let config = data.join("server.json");
    let text = std::fs::read_to_string(&config).unwrap().replace(r#""protocol": "https""#, r#""protocol": "http""#);
    std::fs::write(&config, text).unwrap();
    ["brand", "cust"].map(|name| {
        let made = Command::new(program).arg("adduser").arg(&data).arg(name).stdin(Stdio::null()).output().unwrap();
        let said = String::from_utf8_lossy(&made.stdout).into_owned() + &String::from_utf8_lossy(&made.stderr);
        said.lines().find_map(|line| line.strip_prefix("User password is ")).unwrap().to_owned()
    })
}

async fn snac_token(server: &Server, name: &str, password: &str) -> String {
    let here = "urn:ietf:wg:oauth:2.0:oob";
    let app = [("client_name", "test"), ("redirect_uris", here), ("scopes", "read write")];
    let app = server.call(Method::POST, "/api/v1/apps", "", &app).await;
    let (id, secret) = (app["client_id"].as_str().unwrap(), app["client_secret"].as_str().unwrap());
    let login = [("login", name), ("passwd", password), ("redir", here), ("cid", id)];
    let code = server.try_call(Method::POST, "/oauth/x-snac-login", "", &login).await.unwrap();
    let token = [
        ("grant_type", "authorization_code"),
        ("code", code.trim()),
        ("client_id", id),
        ("client_secret", secret),
        ("redirect_uri", here),
    ];
    server.call(Method::POST, "/oauth/token", "", &token).await["access_token"].as_str().unwrap().to_owned()
}

/// The imitation with its demo's people, and the folder it runs in; `None` if it is not installed.
async fn mastodon_mock() -> Option<(Server, tempfile::TempDir)> {
    let program = installed("mastodon_mock", ".cache/venv/bin/mastodon_mock")?;
    let port = free_port();
    let mut command = Command::new(program);
    let folder = tempfile::tempdir().unwrap();
    command.current_dir(folder.path());
    command.args(["serve", "--in-memory", "--demo", "--host", "127.0.0.1", "--port", &port.to_string()]);
    Some((Server::start(command, port, "/api/v2/instance").await, folder))
}

#[tokio::test]
async fn mastodon_mock_tells_everything_and_streams_it() {
    let Some((server, _folder)) = mastodon_mock().await else { return };
    let (brand, customer) = ("ada_token", "grace_token");
    let account = server.account(brand).await;
    assert!(account.capability().reply_text.unwrap().max >= 500);
    let name = account.info().handle.split('@').next().unwrap().to_owned();

    let mut notifications = Reader::new(&server, &account, "notifications");
    notifications.catch_up().await;
    let mut home = Reader::new(&server, &account, "home");
    home.catch_up().await;
    assert!(!home.found.is_empty(), "the demo has a history");
    notifications.is_quiet().await;
    home.is_quiet().await;

    let mut stream = account.stream(&server.cx, StreamAsk::new("user")).await.unwrap();
    let text = format!("@{name} where is my <b>parcel</b>? https://acme.example/a?b=1&c=2 #help");
    let asked = server.post(customer, &[("status", &text), ("visibility", "public")]).await;
    let pushed = streamed("the mention", &mut stream, |event| message(event, &asked)).await;
    let polled = notifications.until("the mention", |event| message(event, &asked)).await;
    assert_eq!(pushed, polled, "pushed and polled it is the same message");
    assert_eq!(polled.content.text, text);
    assert_eq!((&polled.surface, &polled.visibility), (&Surface::Mention, &Visibility::Public));
    let mention = polled.content.entities.iter().find(|entity| entity.kind == EntityKind::Mention);
    let mention = mention.unwrap_or_else(|| panic!("{:?}", polled.content));
    assert_eq!(mention.native_id.as_deref(), account.info().account.native_id.rsplit_once('/').map(|(_, id)| id));
    notifications.is_quiet().await;

    let reply = format!(
        "@{} on its way",
        polled.author.as_ref().unwrap().handle.as_deref().unwrap().split('@').next().unwrap()
    );
    let answer = server.post(brand, &[("status", &reply), ("in_reply_to_id", &asked)]).await;
    let found = Reader::new(&server, &account, &format!("context:{asked}"))
        .until("our answer", |event| message(event, &answer))
        .await;
    assert_eq!(found.reply_to.unwrap().native_id, asked);
    server.call(Method::POST, &format!("/api/v1/statuses/{answer}/favourite"), customer, &[]).await;
    notifications.until("the favourite", |event| reaction(event, &answer, "favourite")).await;
    server.call(Method::POST, &format!("/api/v1/statuses/{answer}/reblog"), customer, &[]).await;
    notifications.until("the boost", |event| reaction(event, &answer, "boost")).await;

    server.call(Method::PUT, &format!("/api/v1/statuses/{answer}"), brand, &[("status", "@grace it is there")]).await;
    // The imitation names this stream event otherwise than Mastodon, so the edit is read.
    let edited = |event: &Event| message(event, &answer).filter(|message| message.revision > 0);
    let context = format!("context:{asked}");
    let edited = Reader::new(&server, &account, &context).until("the edit", edited).await;
    assert!(edited.content.text.contains("it is there"), "{}", edited.content.text);

    let private = format!("@{name} my number is 12");
    let direct = server.post(customer, &[("status", &private), ("visibility", "direct")]).await;
    let mut conversations = Reader::new(&server, &account, "conversations");
    let found = conversations.until("the private message", |event| message(event, &direct)).await;
    assert_eq!((found.surface, found.visibility), (Surface::DirectMessage, Visibility::Private));

    server.call(Method::DELETE, &format!("/api/v1/statuses/{answer}"), brand, &[]).await;
    let gone =
        |event: &Event| matches!(&event.body, EventBody::Deleted(gone) if gone.native_id == answer).then_some(());
    streamed("the deletion", &mut stream, gone).await;
    let ask = Recheck::new(vec![answer.as_str().into(), asked.as_str().into()]);
    let page = account.recheck(&server.cx, ask).await.unwrap();
    assert_eq!(deleted(&page).iter().map(|gone| gone.native_id.as_str()).collect::<Vec<_>>(), [answer.as_str()]);
}

/// What comes down a stream until something is there.
async fn streamed<T>(what: &str, stream: &mut careline::network::EventStream, find: impl Fn(&Event) -> Option<T>) -> T {
    let wait = async {
        loop {
            let page = stream.next().await.unwrap().unwrap();
            if let Some(found) = page.parsed.events.iter().find_map(&find) {
                return found;
            }
        }
    };
    tokio::time::timeout(PATIENCE, wait).await.unwrap_or_else(|_| panic!("{what} did not come down the stream"))
}

/// Has the next call of this path fail.
async fn fault(server: &Server, path: &str, effect: &Value) {
    let rule = json!({"match": {"path": path}, "effect": effect, "count": 1});
    let request = Request::post(format!("{}/api/v1/_mock/faults", server.base))
        .header("content-type", "application/json")
        .body(Bytes::from(rule.to_string()))
        .unwrap();
    assert!(server.cx.transport.send(request).await.unwrap().status().is_success());
}

/// Asks once, and knows of no limit yet.
fn once() -> Context {
    let transport = HttpTransport::builder().attempts(1).longest_wait(Duration::ZERO).build();
    Context::new(Arc::new(transport), Arc::new(SystemClock))
}

/// Whether it is this advice; of a pause until an instant, some may have passed.
fn is_advice(told: Retry, expected: Retry) -> bool {
    match (told, expected) {
        (Retry::After(told), Retry::After(expected)) => told <= expected && told * 2 >= expected,
        (told, expected) => told == expected,
    }
}

/// A server in trouble, as one that answers itself: each fault has its kind and its advice, what is in doubt is looked
/// for, and both the next poll and the next attempt go on.
#[tokio::test]
async fn mastodon_mock_in_trouble_is_told_for_what_it_is() {
    let Some((server, _folder)) = mastodon_mock().await else { return };
    let account = server.account("ada_token").await;
    let since = server.cx.clock.now();
    let reset = since.plus(Duration::from_secs(900)).to_string();
    let after = |seconds| Retry::After(Duration::from_secs(seconds));
    let troubles = [
        (json!({"type": "ratelimit"}), ErrorKind::RateLimited, after(300), after(300)),
        (
            json!({"type": "status", "status": 429, "headers": {"X-RateLimit-Reset": reset}}),
            ErrorKind::RateLimited,
            after(900),
            after(900),
        ),
        (json!({"type": "status", "status": 500}), ErrorKind::Unavailable, Retry::Transient, Retry::Unknown),
        (json!({"type": "status", "status": 503}), ErrorKind::Unavailable, Retry::Transient, Retry::Unknown),
        // As GoToSocial throttles.
        (
            json!({"type": "status", "status": 503, "headers": {"Retry-After": "30"}}),
            ErrorKind::Unavailable,
            after(30),
            after(30),
        ),
        (json!({"type": "status", "status": 401}), ErrorKind::Unauthenticated, Retry::Never, Retry::Never),
        (json!({"type": "malformed"}), ErrorKind::Unavailable, Retry::Transient, Retry::Unknown),
    ];
    let count = troubles.len();
    for (nth, (effect, kind, polled, sent)) in troubles.into_iter().enumerate() {
        fault(&server, "/api/v1/notifications", &effect).await;
        let error = account.poll(&once(), PollAsk::new("notifications", None)).await.unwrap_err();
        assert_eq!(error.kind(), kind, "{effect} gave {error}");
        assert!(is_advice(error.retry_advice(), polled), "{effect} gave {:?}", error.retry_advice());
        assert!(account.poll(&once(), PollAsk::new("notifications", None)).await.is_ok());

        let act = Act::Publish { say: Say::new(format!("trouble {nth}")), visibility: Visibility::Public };
        let out = Outbound::new(format!("act-{nth}"), act);
        let find = || FindSent::new(out.clone(), since);
        fault(&server, "/api/v1/statuses", &effect).await;
        let error = account.send(&once(), &out).await.unwrap_err();
        assert_eq!(error.kind(), kind, "{effect} gave {error}");
        assert!(is_advice(error.retry_advice(), sent), "{effect} gave {:?}", error.retry_advice());
        assert_eq!(account.find_sent(&once(), find()).await.unwrap(), None);
        let receipt = account.send(&once(), &out).await.unwrap();
        assert_eq!(
            account.find_sent(&once(), find()).await.unwrap().map(|found| found.native_id),
            Some(receipt.native_id)
        );
    }
    let native_id = account.info().account.native_id;
    let path = format!("/api/v1/accounts/{}/statuses?limit=40", native_id.rsplit('/').next().unwrap());
    let listed = server.call(Method::GET, &path, "ada_token", &[]).await;
    let said = listed.as_array().unwrap().iter().filter(|status| status["content"].to_string().contains("trouble"));
    assert_eq!(said.count(), count, "each once");
}
