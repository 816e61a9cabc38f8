//! The generator against itself, and the connectors against the generator.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Arc, Mutex};

use axum::extract::{DefaultBodyLimit, State};
use bytes::Bytes;
use careline::ErrorKind;
use careline::clock::SystemClock;
use careline::context::Context;
use careline::intake::{Intake, Parsed, Received, WebhookRequest};
use careline::model::{Event, EventBody, Inbound, NativeAccount, NetworkName, Timestamp};
use careline::network::{BodyKind, Network as _, Page, PollAsk, StreamAsk};
use careline::transport::Transport;
use careline::wire::{Encoding, Hmac256};

use careline_http::HttpTransport;
use futures_util::StreamExt as _;
use http::{HeaderMap, StatusCode};

use super::double::Double;
use super::drive::drive;
use super::{Ask, Day, Expect, FACEBOOK_SECRET, MASTODON_ACCOUNT, MASTODON_TOKEN, Outcome, X_SECRET, generate};

fn ask(seed: u64) -> Ask {
    let starts_at = Timestamp::parse("2026-11-20T00:00:00Z").unwrap();
    Ask { seed, starts_at, mastodon_host: "127.0.0.1:4567".to_owned() }
}

#[test]
fn the_same_seed_gives_the_same_day_and_another_seed_another() {
    let bodies = |day: &Day| day.deliveries.iter().map(|one| (one.at, one.body.clone())).collect::<Vec<_>>();
    let (one, same, other) = (generate(&ask(7)), generate(&ask(7)), generate(&ask(8)));
    assert!(bodies(&one) == bodies(&same));
    assert_eq!(one.truth.messages, same.truth.messages);
    assert_eq!(format!("{:?}", one.schedule), format!("{:?}", same.schedule));
    assert!(bodies(&one) != bodies(&other));
}

#[test]
fn a_day_is_as_large_and_as_mixed_as_promised() {
    for seed in 0..4 {
        let Day { deliveries, schedule, truth } = generate(&ask(seed));
        let counts = |network: &str| deliveries.iter().filter(|one| one.network == network).count();
        assert!(deliveries.len() >= 1500, "{} deliveries", deliveries.len());
        assert!(counts("x") >= 700 && counts("facebook") >= 500 && schedule.steps.len() >= 200);
        assert!(truth.customers() >= 600, "{} customers", truth.customers());
        assert!(truth.redeliveries >= 50 && truth.repeats >= 30 && truth.pairs.len() >= 10);
        assert!(truth.refused >= 20 && truth.quarantined >= 6);
        let mut languages = BTreeMap::<&str, usize>::new();
        let mut kinds = BTreeMap::<Expect, usize>::new();
        for message in &truth.messages {
            *languages.entry(message.language).or_default() += 1;
            *kinds.entry(message.expect).or_default() += 1;
        }
        assert!(languages.values().filter(|count| **count >= 50).count() >= 4, "{languages:?}");
        assert!(kinds.len() == 6 && kinds.values().all(|count| *count >= 50), "{kinds:?}");
        let lost = truth.messages.iter().filter(|message| message.text.is_none()).count();
        let edited =
            truth.messages.iter().filter(|message| message.text.as_deref().is_some_and(|t| t.contains("(edit: ")));
        let facts: BTreeSet<_> = truth.messages.iter().filter_map(|message| message.facts).collect();
        assert!(lost >= 5 && edited.count() >= 10 && facts.len() == 4);
        if seed == 0 {
            println!(
                "{} deliveries ({} x, {} facebook), {} steps on mastodon, {} messages, {} customers, {languages:?}, {kinds:?}",
                deliveries.len(),
                counts("x"),
                counts("facebook"),
                schedule.steps.len(),
                truth.messages.len(),
                truth.customers(),
            );
        }
    }
}

#[test]
fn every_message_has_a_key_of_its_own() {
    let truth = generate(&ask(1)).truth;
    let keys: BTreeSet<_> = truth.messages.iter().map(|message| (message.network, &message.root_id)).collect();
    assert_eq!(keys.len(), truth.messages.len());
    for message in &truth.messages {
        let Some(parent) = &message.parent else { continue };
        // The hostile bodies hang under a post of ours that was never told.
        let untold = parent.ends_with("_904800");
        assert!(untold || keys.contains(&(message.network, parent)), "{message:?}");
    }
}

#[test]
fn signatures_are_right_wherever_they_are_not_meant_to_be_wrong() {
    let day = generate(&ask(2));
    let verifier = |secret: &str| Hmac256::new(&[secret.into()]).unwrap();
    let (x, facebook) = (verifier(X_SECRET), verifier(FACEBOOK_SECRET));
    let mut checked = 0;
    for delivery in &day.deliveries {
        let (hmac, name, encoding) = match delivery.network {
            "x" => (&x, "x-twitter-webhooks-signature", Encoding::Base64),
            _ => (&facebook, "x-hub-signature-256", Encoding::Hex),
        };
        let header = delivery.headers.iter().find(|(header, _)| *header == name).map(|(_, value)| value.as_str());
        let right = hmac.verify(header, &delivery.body, encoding).is_ok();
        assert_eq!(right, delivery.outcome != Outcome::Refused(&[401]), "{delivery:?}");
        checked += 1;
    }
    println!("checked {checked} signatures");
}

#[test]
fn facebook_bodies_are_ascii_with_escaped_slashes_as_php_writes_them() {
    let day = generate(&ask(3));
    let bodies = day.deliveries.iter().filter(|one| one.network == "facebook" && one.outcome == Outcome::Accepted);
    for delivery in bodies {
        let text = std::str::from_utf8(&delivery.body).unwrap();
        assert!(text.is_ascii() && !text.replace("\\/", "").contains('/'));
    }
}

#[test]
fn the_outage_is_a_burst() {
    let truth = generate(&ask(4)).truth;
    let mut hours = BTreeMap::<i64, usize>::new();
    for message in truth.messages.iter().filter(|message| message.expect == Expect::OpensCase) {
        if let Some(at) = message.sent_at {
            *hours.entry(at.as_secs() / 1800).or_default() += 1;
        }
    }
    let most = hours.values().max().unwrap();
    let usual = hours.values().sum::<usize>() / hours.len();
    assert!(most > &(usual * 4), "{hours:?}");
}

type Normalise = fn(BodyKind, &[u8], &NativeAccount, Timestamp) -> careline::Result<Parsed>;

/// What a network's bodies say in the end, each message under the id of its first revision.
#[derive(Default)]
struct Seen {
    messages: BTreeMap<String, Inbound>,
    deleted: BTreeSet<String>,
    hidden: BTreeMap<String, bool>,
    unknown: usize,
    rejects: usize,
}

impl Seen {
    fn take(&mut self, event: Event) {
        match event.body {
            EventBody::Message(message) => {
                let newest = self.messages.get(message.root_id()).map(|known| known.revision);
                if newest.is_none_or(|newest| newest <= message.revision) {
                    self.messages.insert(message.root_id().to_owned(), *message);
                }
            }
            EventBody::Deleted(deleted) => {
                self.deleted.insert(deleted.native_id.to_string());
            }
            EventBody::Hidden(hidden) => {
                self.hidden.insert(hidden.native_id.to_string(), hidden.hidden);
            }
            EventBody::Unknown(_) => self.unknown += 1,
            _ => {}
        }
    }

    /// Every message of the truth is there, with the same author, time, text and parent, and no other is.
    fn must_agree(&self, day: &Day, network: &str) {
        let truth: BTreeMap<_, _> = day
            .truth
            .messages
            .iter()
            .filter(|message| message.network == network)
            .map(|message| (message.root_id.as_str(), message))
            .collect();
        let invented: Vec<_> = self.messages.keys().filter(|id| !truth.contains_key(id.as_str())).collect();
        assert!(invented.is_empty(), "not in the truth: {invented:?}");
        let mut compared = BTreeMap::<&str, usize>::new();
        for (id, expected) in truth {
            let Some(found) = self.messages.get(id) else { panic!("missing: {expected:?}") };
            assert_eq!(self.deleted.contains(id), expected.text.is_none(), "deleted? {expected:?}");
            let hidden = self.hidden.get(id).copied().unwrap_or_default();
            assert_eq!(hidden, expected.hidden, "hidden? {expected:?}");
            if let Some(text) = &expected.text {
                assert_eq!(
                    (&found.content.text, found.native_id.as_str()),
                    (text, &*expected.native_id),
                    "{expected:?}"
                );
                *compared.entry("text").or_default() += 1;
            }
            let author = found.author.as_ref().map(|author| author.native_id.as_str());
            assert_eq!(author, expected.author.as_deref(), "{expected:?}");
            if let (Some(sent_at), 0) = (expected.sent_at, found.revision) {
                assert_eq!(found.sent_at, Some(sent_at), "{expected:?}");
                *compared.entry("sent_at").or_default() += 1;
            }
            if let (Some(parent), Some(target)) = (&expected.parent, &found.reply_to) {
                assert_eq!(target.native_id, *parent, "{expected:?}");
                *compared.entry("parent").or_default() += 1;
            }
            *compared.entry("message").or_default() += 1;
        }
        assert!(compared.len() == 4 && compared.values().all(|count| *count > 50), "{compared:?}");
        println!("{network}: compared {compared:?}, {} deleted, {} unknown", self.deleted.len(), self.unknown);
    }
}

fn read(day: &Day, network: &'static str, normalise: Normalise) -> Seen {
    let account = NativeAccount::new(NetworkName::new(network), "0");
    let mut seen = Seen::default();
    for delivery in day.deliveries.iter().filter(|one| one.network == network) {
        if matches!(delivery.outcome, Outcome::Refused(_)) {
            continue;
        }
        let parsed = normalise(BodyKind::Webhook, &delivery.body, &account, delivery.at).unwrap();
        let strange = |event: &Event| event.account.as_ref().is_some_and(|account| account.native_id == "999");
        let aside = parsed.rejects.len() + parsed.events.iter().filter(|event| strange(event)).count();
        let expected = if let Outcome::Quarantined(items) = delivery.outcome { items as usize } else { 0 };
        assert_eq!(aside, expected, "{:?} {:?}", parsed.rejects, delivery.body);
        seen.rejects += parsed.rejects.len();
        parsed.events.into_iter().filter(|event| !strange(event)).for_each(|event| seen.take(event));
    }
    seen
}

#[test]
fn x_bodies_say_exactly_what_was_meant() {
    for seed in 0..3 {
        let day = generate(&ask(seed));
        let seen = read(&day, "x", careline_x::normalise);
        assert!(seen.unknown > 0 && seen.rejects >= 2);
        let texts = || seen.messages.values().map(|message| &message.content);
        let quoting = texts().filter(|content| content.extensions.contains_key("referenced_tweets")).count();
        let long = texts().filter(|content| content.text.chars().count() > 280).count();
        assert!(quoting == 12 && long >= 10, "{quoting} quotes, {long} long posts");
        seen.must_agree(&day, "x");
    }
}

#[test]
fn facebook_bodies_say_exactly_what_was_meant() {
    for seed in 0..3 {
        let day = generate(&ask(seed));
        let seen = read(&day, "facebook", careline_facebook::normalise);
        assert!(seen.unknown > 0 && seen.rejects >= 2, "{} unknown, {} rejects", seen.unknown, seen.rejects);
        let hidden = seen.hidden.values().filter(|hidden| **hidden).count();
        let edited = |message: &&Inbound| message.revision > 0 && message.scope.starts_with("messenger:");
        assert_eq!((seen.hidden.len(), hidden, seen.messages.values().filter(edited).count()), (18, 12, 12));
        seen.must_agree(&day, "facebook");
    }
}

/// One GET on the double, by hand: the body and what the `Link` header says.
async fn get(base: &str, target: &str, token: &str) -> (u16, serde_json::Value, BTreeMap<String, String>) {
    use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
    let host = base.trim_start_matches("http://");
    let mut socket = tokio::net::TcpStream::connect(host).await.unwrap();
    let path = target.strip_prefix(base).unwrap_or(target);
    let ask =
        format!("GET {path} HTTP/1.1\r\nhost: {host}\r\nauthorization: Bearer {token}\r\nconnection: close\r\n\r\n");
    socket.write_all(ask.as_bytes()).await.unwrap();
    let mut answer = String::new();
    socket.read_to_string(&mut answer).await.unwrap();
    let (head, body) = answer.split_once("\r\n\r\n").unwrap();
    let links = head.lines().filter_map(|line| line.strip_prefix("link: ")).flat_map(|links| links.split(", "));
    let links = links
        .map(|link| link.trim_start_matches('<').split_once(">; rel=").unwrap())
        .map(|(url, relation)| (relation.trim_matches('"').to_owned(), url.to_owned()))
        .collect();
    let status = head.split(' ').nth(1).unwrap().parse().unwrap();
    (status, serde_json::from_str(body).unwrap(), links)
}

async fn double(seed: u64) -> (Double, Day) {
    let listener = tokio::net::TcpListener::bind(("127.0.0.1", 0)).await.unwrap();
    let day = generate(&Ask { mastodon_host: listener.local_addr().unwrap().to_string(), ..ask(seed) });
    (Double::start(listener, day.schedule.clone()), day)
}

/// Ids of a list, from its beginning on or from its end back, page by page.
async fn walk(base: &str, first: &str, relation: &str) -> Vec<u64> {
    let mut ids = Vec::new();
    let mut next = Some(first.to_owned());
    while let Some(target) = next {
        let (status, page, mut links) = get(base, &target, MASTODON_TOKEN).await;
        assert_eq!(status, 200, "{page}");
        ids.extend(page.as_array().unwrap().iter().map(|item| item["id"].as_str().unwrap().parse::<u64>().unwrap()));
        next = links.remove(relation);
    }
    ids
}

#[tokio::test]
async fn the_pages_of_the_double_have_no_gaps_either_way() {
    let (double, day) = double(5).await;
    let end = ask(5).starts_at.plus_millis(86_400_000);
    // Nobody streams, so all of it must be had by asking.
    double.do_not_wait();
    let done = double.advance(end).await;
    assert_eq!(done, day.schedule.steps.len());
    let base = double.base();
    let back = walk(&base, "/api/v1/notifications?limit=7&types[]=mention", "next").await;
    let forth = walk(&base, "/api/v1/notifications?limit=7&types[]=mention&min_id=1", "prev").await;
    let (back_set, forth_set): (BTreeSet<_>, BTreeSet<_>) = (back.iter().collect(), forth.iter().collect());
    assert_eq!((back.len(), forth.len()), (back_set.len(), forth_set.len()));
    assert_eq!(back_set, forth_set);
    let standing = |expect: fn(Expect) -> bool| {
        let theirs = day.truth.messages.iter().filter(move |one| one.network == "mastodon" && expect(one.expect));
        theirs.filter(|one| one.text.is_some()).map(|one| one.root_id.parse::<u64>().unwrap()).collect::<BTreeSet<_>>()
    };
    assert_eq!(back.len(), standing(|expect| expect != Expect::Ours).len());
    let home = walk(&base, "/api/v1/timelines/home?limit=5", "next").await;
    assert_eq!(home.into_iter().collect::<BTreeSet<_>>(), standing(|expect| expect == Expect::Ours));
    let conversations = walk(&base, "/api/v1/conversations?limit=4", "next").await;
    assert!(conversations.len() >= 20 && conversations.iter().collect::<BTreeSet<_>>().len() == conversations.len());
    println!("{} mentions, {} conversations", back.len(), conversations.len());
}

#[tokio::test]
async fn the_double_knows_threads_and_strangers() {
    let (double, day) = double(6).await;
    double.do_not_wait();
    double.advance(ask(6).starts_at.plus_millis(86_400_000)).await;
    let answers = day.truth.messages.iter().filter(|one| one.network == "mastodon" && one.text.is_some());
    let mut checked = 0;
    for answer in answers.filter(|one| one.parent.is_some()).take(20) {
        let parent = answer.parent.as_deref().unwrap();
        let (status, context, _) =
            get(&double.base(), &format!("/api/v1/statuses/{}/context", answer.root_id), MASTODON_TOKEN).await;
        let above = context["ancestors"].as_array().unwrap().last().map(|status| status["id"].clone());
        let gone = day.truth.messages.iter().any(|one| one.root_id == parent && one.text.is_none());
        assert!(status == 200 && (gone || above == Some(parent.into())), "{context}");
        checked += 1;
    }
    assert!(checked > 10);
    let (status, error, _) = get(&double.base(), "/api/v1/notifications", "wrong").await;
    assert_eq!((status, error["error"].as_str()), (401, Some("The access token is invalid")));
    assert_eq!(get(&double.base(), "/api/v1/statuses/1", MASTODON_TOKEN).await.0, 404);
}

#[derive(Clone)]
struct Doors {
    x: Arc<dyn Intake>,
    facebook: Arc<dyn Intake>,
    order: Arc<Mutex<Vec<Bytes>>>,
}

async fn receive(doors: Doors, intake: Arc<dyn Intake>, headers: HeaderMap, body: Bytes) -> StatusCode {
    match intake.receive(&WebhookRequest::post(headers, body.clone()), Timestamp::default()) {
        Ok(Received::Events(_) | Received::Ignored) => {
            doors.order.lock().unwrap().push(body);
            StatusCode::OK
        }
        Ok(_) => StatusCode::INTERNAL_SERVER_ERROR,
        Err(error) => match error.kind() {
            ErrorKind::SignatureInvalid => StatusCode::UNAUTHORIZED,
            ErrorKind::TooLarge => StatusCode::PAYLOAD_TOO_LARGE,
            _ => StatusCode::BAD_REQUEST,
        },
    }
}

/// The intakes of both connectors behind a real server on loopback.
async fn intake() -> (String, Doors) {
    let x = careline_x::Webhook::new(careline_x::WebhookConfig::new([X_SECRET])).unwrap();
    let facebook = careline_facebook::WebhookConfig::new(FACEBOOK_SECRET, "verify");
    let facebook = careline_facebook::Webhook::new(facebook).unwrap();
    let doors = Doors { x: Arc::new(x), facebook: Arc::new(facebook), order: Arc::default() };
    let router = axum::Router::new()
        .route(
            "/webhooks/x",
            axum::routing::post(async |State(doors): State<Doors>, headers: HeaderMap, body: Bytes| {
                receive(doors.clone(), doors.x.clone(), headers, body).await
            }),
        )
        .route(
            "/webhooks/facebook",
            axum::routing::post(async |State(doors): State<Doors>, headers: HeaderMap, body: Bytes| {
                receive(doors.clone(), doors.facebook.clone(), headers, body).await
            }),
        )
        .layer(DefaultBodyLimit::max(8 << 20))
        .with_state(doors.clone());
    let listener = tokio::net::TcpListener::bind(("127.0.0.1", 0)).await.unwrap();
    let base = format!("http://{}", listener.local_addr().unwrap());
    tokio::spawn(async move { axum::serve(listener, router).await });
    (base, doors)
}

#[tokio::test]
async fn every_body_is_answered_as_it_must_be() {
    let day = generate(&ask(9));
    let (base, doors) = intake().await;
    let transport: Arc<dyn Transport> = Arc::new(HttpTransport::builder().build());
    let seen = Mutex::new(0);
    let driven = drive(&transport, &base, &day.deliveries, 1, &|done| *seen.lock().unwrap() = done).await.unwrap();
    assert_eq!(driven.surprises, []);
    assert_eq!(*seen.lock().unwrap(), day.deliveries.len());
    assert_eq!(driven.statuses.values().sum::<usize>(), day.deliveries.len());
    assert_eq!(
        driven.statuses.iter().filter(|(status, _)| **status != 200).map(|(_, n)| n).sum::<usize>(),
        day.truth.refused
    );
    // One connection keeps the order of the day.
    let kept = day.deliveries.iter().filter(|one| !matches!(one.outcome, Outcome::Refused(_))).map(|one| &one.body);
    assert!(kept.eq(doors.order.lock().unwrap().iter()));
    println!("posted {}: {:?}", day.deliveries.len(), driven.statuses);
}

/// Follows one stream, again and again, and asks for what was missed after each break.
async fn follow(
    account: Arc<careline_mastodon::Account>,
    cx: Context,
    source: &'static str,
    pages: Arc<Mutex<Vec<Page>>>,
) {
    loop {
        if let Ok(mut stream) = account.stream(&cx, StreamAsk::new(source)).await {
            while let Some(Ok(page)) = stream.next().await {
                pages.lock().unwrap().push(page);
            }
        }
        tokio::time::sleep(std::time::Duration::from_millis(5)).await;
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_mastodon_connector_polls_and_streams_exactly_what_was_meant() {
    let (double, day) = double(11).await;
    let transport: Arc<dyn Transport> = Arc::new(HttpTransport::builder().build());
    let cx = Context::new(transport, Arc::new(SystemClock));
    let config = careline_mastodon::AccountConfig::new(double.base(), MASTODON_TOKEN).account_id(MASTODON_ACCOUNT.0);
    let account = Arc::new(careline_mastodon::Account::new(config).unwrap());
    account.check(&cx).await.unwrap();
    let pages = Arc::new(Mutex::new(Vec::new()));
    let streams =
        ["user", "direct"].map(|source| tokio::spawn(follow(account.clone(), cx.clone(), source, pages.clone())));
    let mut cursors = BTreeMap::<&str, String>::new();
    for hour in 1..=24 {
        double.advance(ask(11).starts_at.plus_millis(hour * 3_600_000)).await;
        for source in ["notifications", "conversations", "home"] {
            loop {
                let page = account.poll(&cx, PollAsk::new(source, cursors.get(source).cloned())).await.unwrap();
                let more = page.more;
                cursors.extend(page.cursor.clone().map(|cursor| (source, cursor)));
                pages.lock().unwrap().push(page);
                if !more {
                    break;
                }
            }
        }
    }
    tokio::time::sleep(std::time::Duration::from_millis(300)).await;
    streams.iter().for_each(tokio::task::JoinHandle::abort);
    let asked = double.requests();
    for (source, cursor) in &cursors {
        let page = account.poll(&cx, PollAsk::new(*source, Some(cursor.clone()))).await.unwrap();
        assert!(page.parsed.events.is_empty() && page.cursor.as_ref() == Some(cursor), "{source}");
    }
    assert_eq!(double.requests() - asked, cursors.len(), "nothing new costs one call");
    let mut seen = Seen::default();
    for page in std::mem::take(&mut *pages.lock().unwrap()) {
        assert_eq!(page.parsed.rejects.len(), 0, "{:?}", page.parsed.rejects);
        page.parsed.events.into_iter().for_each(|event| seen.take(event));
    }
    seen.must_agree(&day, "mastodon");
}
