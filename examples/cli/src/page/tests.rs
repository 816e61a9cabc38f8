//! Every page over a seeded engine, asked for over HTTP as a browser does.

use std::collections::{BTreeSet, VecDeque};
use std::io::Read as _;
use std::sync::Arc;

use bytes::Bytes;
use careline::care::{Engine, TenantSetup};
use careline::policy::{CompiledPolicy, Policy};
use careline::store::{CaseField, MemoryStore, OpenFilter};
use careline::transport::Transport;
use careline_http::HttpTransport;
use http::{HeaderMap, Request};
use tokio::net::TcpListener;

use super::router;
use super::seed::{HOSTILE, Seeded};

/// The pages of an engine on a port of their own.
struct Site {
    base: String,
    transport: Arc<dyn Transport>,
}

impl Site {
    async fn of(engine: Engine) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let base = format!("http://{}", listener.local_addr().unwrap());
        tokio::spawn(async move { axum::serve(listener, router(engine, &[])).await });
        Self { base, transport: Arc::new(HttpTransport::builder().build()) }
    }

    async fn get(&self, path: &str) -> (u16, HeaderMap, String) {
        let request = Request::get(format!("{}{path}", self.base)).body(Bytes::new()).unwrap();
        let answer = self.transport.send(request).await.unwrap();
        let (status, headers) = (answer.status().as_u16(), answer.headers().clone());
        (status, headers, String::from_utf8(answer.into_body().to_vec()).unwrap())
    }

    async fn page(&self, path: &str) -> String {
        let (status, _, html) = self.get(path).await;
        assert_eq!(status, 200, "{path}");
        html
    }
}

/// The values of an attribute, unescaped.
fn attributes<'a>(html: &'a str, name: &str) -> impl Iterator<Item = String> + 'a {
    let opening = format!(" {name}=\"");
    let length = opening.len();
    let places: Vec<_> = html.match_indices(&opening).map(|(at, _)| at + length).collect();
    places.into_iter().filter_map(|at| html[at..].split('"').next()).map(|value| value.replace("&amp;", "&"))
}

#[tokio::test]
async fn who_asks_for_another_name_sees_nothing() {
    let site = Site::of(Seeded::day().await.engine).await;
    for path in ["/", "/search?q=kettle", "/quarantine", "/nowhere"] {
        let request = Request::get(format!("{}{path}", site.base)).header("host", "evil.example");
        let answer = site.transport.send(request.body(Bytes::new()).unwrap()).await;
        let (status, body) = match answer {
            Ok(answer) => (answer.status().as_u16(), String::from_utf8(answer.into_body().to_vec()).unwrap()),
            Err(error) => panic!("{path}: {error}"),
        };
        assert_eq!(status, 421, "{path}");
        assert!(!body.contains("/cases/") && body.contains("--host"), "{path}: {body}");
    }
}

#[tokio::test]
async fn every_page_and_every_link_in_it_leads_somewhere() {
    let site = Site::of(Seeded::day().await.engine).await;
    let mut seen = BTreeSet::new();
    let mut open = VecDeque::from(["/".to_owned(), "/search?q=kettle".to_owned()]);
    while let Some(path) = open.pop_front().filter(|_| seen.len() < 600) {
        if !seen.insert(path.clone()) {
            continue;
        }
        let (status, headers, html) = site.get(&path).await;
        assert_eq!(status, 200, "{path}");
        assert!(headers["content-security-policy"].to_str().unwrap().starts_with("default-src 'none'"), "{path}");
        assert_eq!(headers["x-content-type-options"], "nosniff");
        assert_eq!(headers["referrer-policy"], "no-referrer");
        if !headers["content-type"].to_str().unwrap().starts_with("text/html") {
            continue;
        }
        for link in attributes(&html, "href").chain(attributes(&html, "src")) {
            let (target, place) = link.split_once('#').unwrap_or((&link, ""));
            if target.is_empty() {
                assert!(html.contains(&format!(" id=\"{place}\"")), "{path}: #{place} leads nowhere");
            } else if target.starts_with('/') {
                open.push_back(target.to_owned());
            }
        }
    }
    let kinds = ["/cases/", "/customers/", "/search", "/quarantine", "/style.css", "/inbox.js", "/icon.svg"];
    for kind in kinds {
        assert!(seen.iter().any(|path| path.starts_with(kind)), "no link leads to {kind}");
    }
    println!("{} pages and files", seen.len());
}

#[tokio::test]
async fn pages_of_every_queue_hold_each_case_once() {
    let seeded = Seeded::day().await;
    let tenant = seeded.engine.tenant("default").unwrap();
    let teams = tenant.count_open_by(&OpenFilter::default(), CaseField::Team).await.unwrap();
    let all = teams.values().sum::<u64>();
    let mut queues: Vec<_> = teams.iter().map(|(team, number)| (format!("/?team={team}"), *number)).collect();
    queues.push(("/".to_owned(), all));
    let awaiting = OpenFilter { awaiting: true, ..OpenFilter::default() };
    queues.push(("/?view=unanswered".to_owned(), tenant.count_open(&awaiting).await.unwrap()));
    assert!(all > 100, "{all} open cases fill several pages");
    let site = Site::of(seeded.engine).await;
    for (first, number) in queues {
        let (mut found, mut path) = (Vec::new(), Some(first.clone()));
        while let Some(page) = path {
            let html = site.page(&page).await;
            let rows = html.split("class=\"row-link\"").skip(1);
            found.extend(rows.filter_map(|row| attributes(row, "href").next()));
            path = html.split("rel=\"next\"").nth(1).and_then(|link| attributes(link, "href").next());
            assert!(path.is_none() || html.contains(&format!(" of {number} cases")), "{page} tells how many there are");
        }
        assert_eq!(found.len() as u64, number, "{first}");
        assert_eq!(found.iter().collect::<BTreeSet<_>>().len(), found.len(), "{first} repeats nothing");
    }
}

#[tokio::test]
async fn hostile_words_stay_words() {
    let seeded = Seeded::empty();
    seeded.hostile().await;
    let case = seeded.case_of("900").await;
    let customer = seeded.engine.tenant("default").unwrap().case(&case).await.unwrap().case.customer;
    let site = Site::of(seeded.engine).await;
    let query = "%3Cscript%3Ealert(1)%3C%2Fscript%3E%22%3E";
    for path in [
        "/".to_owned(),
        format!("/cases/{case}"),
        format!("/customers/{customer}"),
        "/search?q=alert".to_owned(),
        format!("/search?q={query}"),
        format!("/?team={query}&view={query}&page={query}&network=mastodon"),
    ] {
        let html = site.page(&path).await;
        for bad in ["<script>", "<img src=x", "href=\"javascript:", "</textarea>", " style=\"", " onerror=\""] {
            assert!(!html.contains(bad), "{path} holds {bad}");
        }
        assert!(!attributes(&html, "src").any(|src| !src.starts_with('/')), "{path} fetches from elsewhere");
    }
    let html = site.page(&format!("/cases/{case}")).await;
    let escaped = HOSTILE.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('"', "&quot;");
    assert!(html.matches(&escaped).count() >= 3, "name, text, note and picture say it");
}

#[tokio::test]
async fn a_case_shows_who_said_what_why_and_what_became_of_it() {
    let seeded = Seeded::empty();
    seeded.hostile().await;
    let case = seeded.case_of("900").await;
    let site = Site::of(seeded.engine).await;
    let html = site.page(&format!("/cases/{case}")).await;
    let marks: Vec<_> =
        html.match_indices("<mark class=\"ev ").map(|(at, _)| &html[at..html.len().min(at + 160)]).collect();
    assert!(marks.iter().any(|mark| mark.contains("4111 1111 1111 1111")), "the card is marked: {marks:?}");
    for told in [
        "Tier 1",
        "👩‍🚀",
        "lang=\"ar\"",
        "dir=\"auto\"",
        "3 messages by others",
        "Ours",
        "Sam Okafor",
        "host.take_over",
        "Why this agent",
        "First response",
        "text.personal_data",
        "Not part of this case",
        "by others",
        "@jo_handle",
        "1234 followers",
    ] {
        assert!(html.to_lowercase().contains(&told.to_lowercase()), "{told} is missing");
    }
    assert!(html.contains("tabindex=\"0\""), "a huge text can be scrolled by keyboard");
}

#[tokio::test]
async fn an_engine_that_saw_nothing_says_so() {
    let site = Site::of(Seeded::empty().engine).await;
    for (path, said) in [
        ("/", "Nothing is open"),
        ("/?team=billing", "No case fits"),
        ("/quarantine", "Nothing is set aside"),
        ("/search", "Type words"),
        ("/search?q=kettle", "Nothing found"),
    ] {
        assert!(site.page(path).await.contains(said), "{path}");
    }
}

#[tokio::test]
async fn what_is_not_there_is_said_in_words_and_as_404() {
    let site = Site::of(Seeded::empty().engine).await;
    for path in ["/nothing", "/cases/c0", "/customers/p0", "/cases/%2e%2e%2f", "/?tenant=nobody"] {
        let (status, headers, html) = site.get(path).await;
        assert_eq!(status, 404, "{path}");
        assert!(html.contains("There is nothing here") && html.contains("href=\"/\""), "{path}");
        assert!(headers.contains_key("content-security-policy"));
    }
}

#[tokio::test]
async fn tenants_have_pages_of_their_own_and_links_stay_inside() {
    let policy = |name: &str| CompiledPolicy::new(Policy::from_brand(name)).unwrap();
    let engine = Engine::builder(Arc::new(MemoryStore::new()))
        .tenant("acme", TenantSetup::new(policy("Acme")))
        .tenant("bolt & co", TenantSetup::new(policy("Bolt")))
        .build()
        .unwrap();
    let site = Site::of(engine).await;
    assert!(site.page("/").await.contains(">Acme</span>"));
    let html = site.page("/?tenant=bolt+%26+co").await;
    assert!(html.contains(">Bolt</span>") && html.contains("name=\"tenant\" value=\"bolt &amp; co\""));
    let quarantine = attributes(&html, "href").find(|href| href.starts_with("/quarantine")).unwrap();
    assert!(site.page(&quarantine).await.contains(">Bolt</span>"), "{quarantine}");
    for link in attributes(&html, "href").filter(|href| href.contains("tenant=")) {
        site.page(&link).await;
    }
}

/// The seeded day for a browser, until standard input ends: see `tests/page.cjs`.
#[tokio::test(flavor = "multi_thread")]
#[ignore = "serves until standard input ends"]
async fn serves_a_browser() {
    let seeded = Seeded::day().await;
    let case = seeded.case_of("900").await;
    let site = Site::of(seeded.engine).await;
    println!("\nlistening on {} case {case}", site.base);
    tokio::task::spawn_blocking(|| std::io::stdin().read_to_end(&mut Vec::new())).await.unwrap().unwrap();
}
