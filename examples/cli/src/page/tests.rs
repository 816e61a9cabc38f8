//! Every page over a seeded engine, asked for over HTTP as a browser does.

use std::collections::{BTreeSet, VecDeque};
use std::io::Read as _;
use std::sync::Arc;

use bytes::Bytes;
use careline::care::{Engine, TenantSetup};
use careline::model::ReplyState;
use careline::policy::{CompiledPolicy, Policy};
use careline::store::{CaseField, MemoryStore, OpenFilter};
use careline::transport::Transport;
use careline_http::HttpTransport;
use http::{HeaderMap, Request};
use tokio::net::TcpListener;

use super::router;
use super::seed::{HOSTILE, Seeded};
use crate::demo::network::Fate;
use crate::demo::story::{ACCOUNT, scene};

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

    /// Posts a form as a page of this origin does.
    async fn post_from(&self, origin: Option<&str>, path: &str, fields: &[(&str, &str)]) -> (u16, HeaderMap, String) {
        let body = url::form_urlencoded::Serializer::new(String::new()).extend_pairs(fields).finish();
        let mut request = Request::post(format!("{}{path}", self.base));
        if let Some(origin) = origin {
            request = request.header("origin", origin);
        }
        let answer = self.transport.send(request.body(Bytes::from(body)).unwrap()).await.unwrap();
        let (status, headers) = (answer.status().as_u16(), answer.headers().clone());
        (status, headers, String::from_utf8(answer.into_body().to_vec()).unwrap())
    }

    async fn post(&self, path: &str, fields: &[(&str, &str)]) -> (u16, HeaderMap, String) {
        self.post_from(Some(&self.base), path, fields).await
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
        assert_eq!(headers["referrer-policy"], "same-origin");
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
    let kinds =
        ["/cases/", "/customers/", "/search", "/quarantine", "/replies", "/style.css", "/inbox.js", "/icon.svg"];
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
        for bad in ["<script>", "<img src=x", "href=\"javascript:", " style=\"", " onerror=\""] {
            assert!(!html.contains(bad), "{path} holds {bad}");
        }
        assert_eq!(html.matches("</textarea>").count(), html.matches("<textarea").count(), "{path}");
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
        ("/replies", "Nothing waits"),
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

/// What a form holds: hidden fields and what is chosen.
fn fields(html: &str, form: &str) -> Vec<(String, String)> {
    let form = html.split(form).nth(1).and_then(|rest| rest.split("</form>").next()).expect("the form is there");
    let hidden = form.split("<input type=\"hidden\"").skip(1);
    let mut found: Vec<_> = hidden
        .filter_map(|input| {
            let input = input.split('>').next()?;
            Some((attributes(input, "name").next()?, attributes(input, "value").next()?))
        })
        .collect();
    for select in form.split("<select").skip(1) {
        let select = select.split("</select>").next().unwrap_or_default();
        let chosen = select.split("<option").skip(1).find(|option| option.contains(" selected"));
        let chosen = chosen.or(select.split("<option").nth(1)).unwrap_or_default();
        found.extend(attributes(select, "name").next().zip(attributes(chosen, "value").next()));
    }
    found
}

const COMPOSE: &str = "data-verdict=";

#[tokio::test]
async fn an_answer_is_judged_changed_and_sent_from_the_page() {
    let scene = scene().await;
    let site = Site::of(scene.engine.clone()).await;
    let path = format!("/cases/{}", scene.case);
    let form = fields(&site.page(&format!("{path}?as=mia")).await, COMPOSE);
    let with = |form: &[(String, String)], more: &[(&str, &str)]| -> Vec<(String, String)> {
        let own = form.iter().filter(|(name, _)| !more.iter().any(|(other, _)| other == name)).cloned();
        own.chain(more.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned()))).collect()
    };
    let post = async |to: &str, fields: &[(String, String)]| {
        let fields: Vec<_> = fields.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
        site.post(&format!("{path}/{to}"), &fields).await
    };

    let asks = with(&form, &[("text", "Sorry! What is your <b>e-mail address</b>?")]);
    let (status, _, verdict) = post("verdict", &asks).await;
    assert_eq!(status, 200);
    for told in ["of 280", "weighted characters", "may not be sent", "Go on in private", "<mark", "&lt;b&gt;"] {
        assert!(verdict.contains(told), "{told}: {verdict}");
    }
    let (_, _, denied) = post("reply", &with(&asks, &[("do", "send")])).await;
    assert!(denied.contains("may not be sent") && scene.x.said().is_empty());

    // What can be done instead: the words become an invitation with the link.
    let (_, _, html) = post("reply", &with(&asks, &[("do", "private")])).await;
    assert!(html.contains("messages/compose") && html.contains("value=\"invitation\" selected"), "it invites");
    let invites = with(
        &fields(&html, COMPOSE),
        &[("text", "Please write to us in private: https://x.com/messages/compose?recipient_id=1001"), ("do", "send")],
    );
    let (status, headers, _) = post("reply", &invites).await;
    assert_eq!(status, 303);
    let (again, same, _) = post("reply", &invites).await;
    assert_eq!((again, &same["location"]), (303, &headers["location"]), "pressed twice it is one reply");
    let waiting = site.page(&path).await;
    assert!(waiting.contains("Queued") && waiting.contains("data-again") && waiting.contains("Take it back"));
    scene.engine.tick().await.unwrap();
    assert_eq!(scene.x.said().len(), 1);
    let arrived = site.page(&path).await;
    assert!(arrived.contains("Delivered") && arrived.contains("https://x.com/acme/status/"));
    assert!(arrived.contains("Invited into private") && arrived.contains("expected"));

    // The customer comes, and is answered in private; who read nothing of it is told to read again.
    scene.tenant.poll(&ACCOUNT.into()).await.unwrap();
    let stale = with(&form, &[("key", "another"), ("text", "We are on it."), ("do", "send")]);
    let (_, _, moved) = post("reply", &stale).await;
    assert!(moved.contains("Read what came since"), "{moved}");
    let (status, _, _) = site.post(&format!("{path}/close"), &[("as", "mia")]).await;
    assert_eq!(status, 303);
    let closed = site.page(&path).await;
    assert!(closed.contains("Goes on in private") && closed.contains("suggest=return_in_public"));
    let note = site.page(&format!("{path}?suggest=return_in_public&as=mia")).await;
    assert!(note.contains("solved this in private.") && note.contains("value=\"return_note\" selected"));
}

#[tokio::test]
async fn a_warning_is_set_aside_and_a_colleague_approves_with_other_words() {
    let scene = scene().await;
    let site = Site::of(scene.engine.clone()).await;
    let path = format!("/cases/{}", scene.case);
    let form = fields(&site.page(&format!("{path}?as=mia")).await, COMPOSE);
    let mut loud: Vec<_> = form.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
    loud.extend([("text", "PLEASE READ OUR TERMS AGAIN NOW!!!!"), ("do", "aside")]);
    let (_, _, html) = site.post(&format!("{path}/reply"), &loud).await;
    assert!(html.contains("name=\"despite\" value=\"tone\"") && html.contains("It may be sent."), "{html}");

    let lawyer = scene.submit("Our lawyer will call you.").await;
    let html = site.page("/replies").await;
    assert!(html.contains("Wait for approval") && html.contains("Our lawyer will call you."));
    let decide = async |fields: &[(&str, &str)]| site.post(&format!("/replies/{}", lawyer.id), fields).await;
    let (own, _, html) = decide(&[("as", "mia"), ("do", "approve")]).await;
    assert!(own >= 400 && html.contains("nobody approves their own"), "{own}");
    let yes = [("as", "sam"), ("do", "approve"), ("text", "Our team will call you."), ("from", "case")];
    let (status, headers, _) = decide(&yes).await;
    assert_eq!(status, 303);
    assert!(headers["location"].to_str().unwrap().starts_with(&path), "{headers:?}");
    scene.engine.tick().await.unwrap();
    assert_eq!(scene.x.said(), ["Our team will call you. ^MB"]);

    let other = scene.submit("A lawyer is not needed here, we think.").await;
    let no = [("as", "sam"), ("do", "reject"), ("reason", "too early")];
    assert_eq!(site.post(&format!("/replies/{}", other.id), &no).await.0, 303);
    assert!(site.page(&path).await.contains("Rejected"));
}

#[tokio::test]
async fn what_nobody_can_tell_waits_on_the_page_with_two_decisions() {
    let scene = scene().await;
    let site = Site::of(scene.engine.clone()).await;
    scene.x.next(Fate::Lost);
    let lost = scene.submit("We are sorry, and look into it now.").await;
    scene.until(&lost.id, &ReplyState::Unknown).await;
    let html = site.page("/replies").await;
    assert!(html.contains("Nobody can tell") && html.contains("It is there") && html.contains("It is not: send it"));
    let nowhere = [("as", "sam"), ("do", "sent"), ("native_id", " ")];
    assert_eq!(site.post(&format!("/replies/{}", lost.id), &nowhere).await.0, 400);
    let there = [("as", "sam"), ("do", "sent"), ("native_id", "77")];
    assert_eq!(site.post(&format!("/replies/{}", lost.id), &there).await.0, 303);
    assert_eq!(scene.tenant.reply_record(&lost.id).await.unwrap().state, ReplyState::Delivered);
    scene.x.next(Fate::Refused);
    let refused = scene.submit("One more thing: it takes until Friday.").await;
    scene.engine.tick().await.unwrap();
    let html = site.page(&format!("/cases/{}", scene.case)).await;
    assert!(html.contains("the author blocked us") && html.contains("Send it after all"));
    assert_eq!(site.post(&format!("/replies/{}", refused.id), &[("as", "sam"), ("do", "retry")]).await.0, 303);
    let (status, ..) = site.post(&format!("/replies/{}", refused.id), &[("as", "sam"), ("do", "dance")]).await;
    assert_eq!(status, 404);
}

#[tokio::test]
async fn a_page_elsewhere_changes_nothing() {
    let scene = scene().await;
    let site = Site::of(scene.engine.clone()).await;
    let path = format!("/cases/{}/close", scene.case);
    let other_port = format!("{}1", site.base);
    for origin in [None, Some("null"), Some("http://evil.example"), Some("http://localhost:1"), Some(&*other_port)] {
        let (status, _, html) = site.post_from(origin, &path, &[("as", "mia")]).await;
        assert_eq!(status, 403, "{origin:?}");
        assert!(html.contains("Nothing was changed"), "{origin:?}");
    }
    assert!(scene.tenant.case(&scene.case).await.unwrap().case.is_open());
    assert_eq!(site.post(&path, &[("as", "mia")]).await.0, 303);
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
