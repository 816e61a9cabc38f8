//! Cases about what an account asks its network, and what it makes of the answers.

use std::sync::Arc;
use std::time::Duration;

use careline::context::Context;
use careline::model::{EventBody, Timestamp};
use careline::network::{Act, BodyKind, FindSent, Network, Outbound, Page, PollAsk, Recheck, StreamAsk, Target};
use careline::{Error, ErrorKind, Retry};
use futures_util::StreamExt;
use futures_util::future::{Either, select};

use super::support::{HELD, ensure, ids, looked_at, native_ids, receive, request, shown, skipped, webhook};
use super::{NOW, NetworkFixture, Outcome, Refusal, SECRET};
use crate::{Answer, Exchange, Fault, ManualClock, ScriptedTransport};

const NOTHING_POLLED: &str = "nothing is polled";

/// A context over a script, on a clock that waits for nobody.
fn scripted(exchanges: impl IntoIterator<Item = Exchange>) -> (ScriptedTransport, Context) {
    let transport = ScriptedTransport::new(exchanges);
    let clock = Arc::new(ManualClock::jumping(NOW));
    (transport.clone(), Context::new(Arc::new(transport), clock))
}

fn followed(transport: &ScriptedTransport) -> Result<(), String> {
    transport.verify().map_err(|problem| format!("the calls were not those of the fixture\n{problem}"))
}

async fn poll(account: &dyn Network, cx: &Context, source: &str, cursor: Option<String>) -> Result<Page, Error> {
    account.poll(cx, PollAsk::new(source, cursor)).await
}

/// Polls to the end: the ids in order and the last cursor.
async fn poll_all(account: &dyn Network, cx: &Context, source: &str) -> Result<(Vec<String>, Option<String>), String> {
    let (mut found, mut cursor) = (Vec::new(), None);
    for _ in 0..100 {
        let page = poll(account, cx, source, cursor).await.map_err(|error| format!("polling `{source}`: {error}"))?;
        if let Some(reject) = page.parsed.rejects.first() {
            return Err(format!("polling `{source}` rejected an item: {}", reject.error));
        }
        found.extend(ids(&page.parsed.events));
        cursor = page.cursor;
        if !page.more {
            return Ok((found, cursor));
        }
    }
    Err(format!("polling `{source}` did not end after a hundred pages"))
}

/// The error of a poll whose every call is answered so.
async fn poll_answered(fixture: &dyn NetworkFixture, source: &str, exchange: Exchange) -> Result<Page, Error> {
    let (transport, cx) = scripted(vec![exchange; 8]);
    let page = poll(&*fixture.account(), &cx, source, None).await;
    let _ = transport.verify();
    page
}

fn first_source(fixture: &dyn NetworkFixture) -> Option<String> {
    fixture.account().capability().poll_sources.into_iter().next()
}

/// Nothing secret stands in the `Debug` of an endpoint or account, nor in any error they give.
pub async fn secrets_are_never_shown(fixture: &dyn NetworkFixture) -> Outcome {
    let mut seen = vec![format!("{:?} {:#?}", fixture.account(), fixture.account())];
    if let Some(webhook) = webhook(fixture) {
        seen.push(format!("{webhook:?} {webhook:#?}"));
        let body = fixture.body(BodyKind::Webhook, &[super::message(1)]).unwrap_or_default();
        let request = request(fixture, "another-secret", &body);
        let header = fixture.signature_header();
        let right = fixture.signed(SECRET, &body).get(header).cloned();
        let error = webhook.receive(&request, NOW).err().map(|error| shown(&error)).unwrap_or_default();
        let right = right.as_ref().and_then(|value| value.to_str().ok()).unwrap_or_default();
        ensure!(!error.contains(right) || right.is_empty(), "an error tells the right signature");
        seen.push(error);
    }
    let mut answers: Vec<Exchange> = [500, 400, 302].map(|status| Exchange::any().status(status)).into();
    answers.extend([Fault::Timeout, Fault::Reset].map(|fault| Exchange::any().fault(fault)));
    answers.extend(
        refusals().into_iter().filter_map(|(refusal, _)| Some(Exchange::any().answer(fixture.refusal(refusal)?))),
    );
    // A server that repeats in its answer what it was asked.
    answers.push(Exchange::any().status(400).answer(Answer::json(fixture.secrets().join(" ")).status(400)));
    for source in fixture.account().capability().poll_sources {
        for answer in &answers {
            if let Err(error) = poll_answered(fixture, &source, answer.clone()).await {
                seen.push(shown(&error));
            }
        }
    }
    for secret in fixture.secrets().into_iter().chain([SECRET]) {
        let leak = seen.iter().find(|text| text.contains(secret));
        ensure!(leak.is_none(), "a secret is shown in {:?}", leak.map(|text| text.replace(secret, "<secret>")));
    }
    HELD
}

/// What the capability does not list is `unsupported`, without a call.
pub async fn unlisted_verbs_are_unsupported(fixture: &dyn NetworkFixture) -> Outcome {
    let account = fixture.account();
    let capability = account.capability();
    let (_transport, cx) = scripted([]);
    let mut verbs = vec![
        ("poll", poll(&*account, &cx, "no-such-source", None).await.err()),
        ("stream", account.stream(&cx, StreamAsk::new("no-such-source")).await.err()),
    ];
    if capability.send_verbs.is_empty() {
        let out = Outbound::new("key", Act::Delete { on: Target::new(fixture.id(1)) });
        verbs.push(("send", account.send(&cx, &out).await.err()));
        verbs.push(("find_sent", account.find_sent(&cx, FindSent::new(out, Timestamp::default())).await.err()));
    }
    if capability.recheck_max.is_none() {
        let ask = Recheck::new(vec![fixture.id(1).into()]);
        verbs.push(("recheck", account.recheck(&cx, ask).await.err()));
    }
    for (verb, error) in verbs {
        let kind = error.as_ref().map(Error::kind);
        ensure!(kind == Some(ErrorKind::Unsupported), "an unlisted `{verb}` gave {error:?}");
    }
    HELD
}

/// Every listed source is read to its end, each message once.
pub async fn paging_ends_without_gaps_or_repeats(fixture: &dyn NetworkFixture) -> Outcome {
    let account = fixture.account();
    let sources = account.capability().poll_sources;
    for source in &sources {
        for (count, per_page) in [(1, 10), (5, 2), (4, 2)] {
            let numbers: Vec<_> = (1..=count).collect();
            let (transport, cx) = scripted(fixture.pages(source, &numbers, per_page));
            let (mut found, _) = poll_all(&*account, &cx, source).await?;
            followed(&transport)?;
            found.sort();
            let mut expected = native_ids(fixture, numbers);
            expected.sort();
            ensure!(found == expected, "`{source}` in pages of {per_page} gave {found:?}, not {expected:?}");
        }
    }
    looked_at(sources.len(), NOTHING_POLLED)
}

/// A page that was read and not committed is read again from the same cursor, by this process or another one.
pub async fn a_page_can_be_read_again(fixture: &dyn NetworkFixture) -> Outcome {
    let account = fixture.account();
    let sources = account.capability().poll_sources;
    for source in &sources {
        let mut pages = Vec::new();
        for account in [&account, &account, &fixture.account()] {
            let (transport, cx) = scripted(fixture.pages(source, &[1, 2], 10));
            let page = poll(&**account, &cx, source, None).await.map_err(|error| error.to_string())?;
            let _ = transport.verify();
            ensure!(!page.raw.is_empty(), "a page of `{source}` comes without its raw form");
            pages.push((page.parsed.events, page.cursor));
        }
        ensure!(pages[0] == pages[1] && pages[0] == pages[2], "`{source}` read again from the same cursor differs");
    }
    looked_at(sources.len(), NOTHING_POLLED)
}

/// A poll that finds nothing new costs one call and carries the cursor it was asked with, and no raw form.
pub async fn quiet_poll_costs_one_call(fixture: &dyn NetworkFixture) -> Outcome {
    let account = fixture.account();
    let sources = account.capability().poll_sources;
    for source in &sources {
        let (transport, cx) = scripted(fixture.pages(source, &[1, 2], 10));
        let (_, cursor) = poll_all(&*account, &cx, source).await?;
        followed(&transport)?;
        ensure!(cursor.is_some(), "`{source}` gave no cursor after its messages");
        for account in [&account, &fixture.account()] {
            let (transport, cx) = scripted([fixture.quiet(source)]);
            let page = poll(&**account, &cx, source, cursor.clone()).await.map_err(|error| error.to_string())?;
            followed(&transport)?;
            ensure!(page.parsed.events.is_empty(), "a quiet `{source}` gave events");
            ensure!(page.raw.is_empty(), "a quiet `{source}` gave a raw form");
            ensure!(!page.more, "a quiet `{source}` says that there is more");
            ensure!(page.cursor == cursor, "a quiet `{source}` moved the cursor {cursor:?} to {:?}", page.cursor);
        }
    }
    looked_at(sources.len(), NOTHING_POLLED)
}

/// Too many calls are `rate_limited`, with the time the network names in its own headers.
pub async fn rate_limit_says_when(fixture: &dyn NetworkFixture) -> Outcome {
    let (Some(source), Some(_)) = (first_source(fixture), fixture.refusal(Refusal::RateLimited(Duration::ZERO))) else {
        return skipped("the network does not limit reads");
    };
    for secs in [60, 900] {
        let wait = Duration::from_secs(secs);
        let Some(answer) = fixture.refusal(Refusal::RateLimited(wait)) else { continue };
        let error =
            poll_answered(fixture, &source, Exchange::any().answer(answer)).await.err().ok_or("429 was no error")?;
        ensure!(error.kind() == ErrorKind::RateLimited, "too many calls gave {error}");
        let Retry::After(after) = error.retry_advice() else {
            return Err(format!("too many calls say {:?}, not when", error.retry_advice()));
        };
        // A second or a started minute more does no harm; less brings the next refusal.
        ensure!(after >= wait && after <= wait + Duration::from_secs(60), "wait {wait:?} became {after:?}");
    }
    HELD
}

/// A server in trouble is `unavailable` and worth another try, whatever page it shows.
pub async fn server_errors_are_transient(fixture: &dyn NetworkFixture) -> Outcome {
    let Some(source) = first_source(fixture) else { return skipped(NOTHING_POLLED) };
    for status in [500, 502, 503, 504] {
        for body in ["", "<html><body>Bad gateway</body></html>", "{}"] {
            let answer = Answer::default().status(status).body(body);
            let error = poll_answered(fixture, &source, Exchange::any().answer(answer)).await.err();
            let error = error.ok_or(format!("{status} was no error"))?;
            ensure!(error.kind() == ErrorKind::Unavailable, "{status} gave {error}");
            let again = matches!(error.retry_advice(), Retry::Transient | Retry::After(_));
            ensure!(again, "{status} says {:?}", error.retry_advice());
        }
    }
    HELD
}

fn refusals() -> [(Refusal, Option<ErrorKind>); 5] {
    [
        (Refusal::RateLimited(Duration::from_secs(60)), Some(ErrorKind::RateLimited)),
        (Refusal::TokenInvalid, Some(ErrorKind::Unauthenticated)),
        (Refusal::PermissionMissing, Some(ErrorKind::PermissionDenied)),
        (Refusal::Absent, Some(ErrorKind::NotFound)),
        (Refusal::InsideSuccess, None),
    ]
}

/// A bad token, a missing permission and a missing object have kinds of their own, and repeating helps none of them.
pub async fn refusals_have_their_kind(fixture: &dyn NetworkFixture) -> Outcome {
    let Some(source) = first_source(fixture) else { return skipped(NOTHING_POLLED) };
    let mut count = 0;
    for (refusal, kind) in refusals() {
        let (Some(kind), Some(answer)) = (kind, fixture.refusal(refusal)) else { continue };
        let error = poll_answered(fixture, &source, Exchange::any().answer(answer)).await.err();
        let error = error.ok_or(format!("{refusal:?} was no error"))?;
        ensure!(error.kind() == kind, "{refusal:?} gave {error}");
        let for_good = kind != ErrorKind::RateLimited;
        ensure!(!for_good || error.retry_advice() == Retry::Never, "{refusal:?} says {:?}", error.retry_advice());
        count += 1;
    }
    looked_at(count, "the network refuses nothing")
}

/// An error with status 200 is an error.
pub async fn errors_inside_success_are_errors(fixture: &dyn NetworkFixture) -> Outcome {
    let (Some(source), Some(answer)) = (first_source(fixture), fixture.refusal(Refusal::InsideSuccess)) else {
        return skipped("the network tells errors by status");
    };
    match poll_answered(fixture, &source, Exchange::any().answer(answer)).await {
        Err(error) if error.kind() != ErrorKind::Unexpected => HELD,
        other => Err(format!("an error with status 200 gave {other:?}")),
    }
}

/// An error beside a message with status 200 does not cost the message.
pub async fn partial_errors_lose_nothing(fixture: &dyn NetworkFixture) -> Outcome {
    let (Some(source), Some(answer)) = (first_source(fixture), fixture.refusal(Refusal::Partial)) else {
        return skipped("the network answers in full or not at all");
    };
    let page = poll_answered(fixture, &source, Exchange::any().answer(answer)).await;
    let page = page.map_err(|error| format!("an error beside a message gave {error}"))?;
    let found = ids(&page.parsed.events);
    ensure!(found == [fixture.id(1)], "beside an error, message 1 became {found:?}");
    HELD
}

/// A read that got no answer may be repeated: its error never says otherwise.
pub async fn lost_answers_are_not_final(fixture: &dyn NetworkFixture) -> Outcome {
    let Some(source) = first_source(fixture) else { return skipped(NOTHING_POLLED) };
    for fault in [Fault::Timeout, Fault::Reset, Fault::Truncated] {
        let error = poll_answered(fixture, &source, Exchange::any().fault(fault)).await.err();
        let error = error.ok_or(format!("{fault:?} was no error"))?;
        ensure!(
            matches!(error.kind(), ErrorKind::Timeout | ErrorKind::Unavailable) && error.retry_advice() != Retry::Never,
            "{fault:?} gave {error}, retry {:?}",
            error.retry_advice()
        );
    }
    HELD
}

/// An answer that is cut short is an error, or at least no reason to move on.
pub async fn truncated_answers_move_no_cursor(fixture: &dyn NetworkFixture) -> Outcome {
    let Some(source) = first_source(fixture) else { return skipped(NOTHING_POLLED) };
    let (transport, cx) = scripted(fixture.pages(&source, &[1], 10));
    let account = fixture.account();
    let (_, cursor) = poll_all(&*account, &cx, &source).await?;
    let _ = transport.verify();
    let exchanges = fixture.pages(&source, &[1, 2], 10);
    let whole = exchanges.first().map(Exchange::body).ok_or("`pages` has no exchange")?;
    for cut in [1, whole.len() / 2, whole.len().saturating_sub(1)] {
        let answer = Answer::json(whole.slice(..cut));
        let (transport, cx) = scripted(vec![Exchange::any().answer(answer); 8]);
        let page = poll(&*account, &cx, &source, cursor.clone()).await;
        let _ = transport.verify();
        match page {
            Ok(page) => ensure!(page.cursor == cursor, "an answer cut to {cut} bytes moved the cursor"),
            Err(error) => ensure!(
                error.retry_advice() != Retry::Never,
                "an answer cut to {cut} bytes is not to be asked for again: {error}"
            ),
        }
    }
    HELD
}

async fn streamed(fixture: &dyn NetworkFixture, source: &str, exchanges: Vec<Exchange>) -> Result<Streamed, String> {
    let (transport, cx) = scripted(exchanges);
    // A jumping clock would end every silence at once.
    let cx = Context::new(cx.transport, Arc::new(ManualClock::new(NOW)));
    let opened = fixture.account().stream(&cx, StreamAsk::new(source)).await;
    let mut stream = opened.map_err(|error| format!("streaming `{source}`: {error}"))?;
    let mut streamed = Streamed { pages: Vec::new(), end: None };
    while let Some(item) = stream.next().await {
        match item {
            Ok(page) => streamed.pages.push(page),
            Err(error) => {
                streamed.end = Some(error);
                break;
            }
        }
    }
    followed(&transport)?;
    Ok(streamed)
}

struct Streamed {
    pages: Vec<Page>,
    end: Option<Error>,
}

/// What comes down a stream becomes events with their raw form, however the bytes are cut.
pub async fn streams_yield_events(fixture: &dyn NetworkFixture) -> Outcome {
    let sources = fixture.account().capability().stream_sources;
    for source in &sources {
        for size in [usize::MAX, 7, 1] {
            let mut exchanges = fixture.stream(source, &[1, 2, 3]);
            let last = exchanges.pop().ok_or("`stream` has no exchange")?;
            exchanges.push(last.rechunked(size).fault(Fault::Reset));
            let streamed = streamed(fixture, source, exchanges).await?;
            let found: Vec<_> = streamed.pages.iter().flat_map(|page| ids(&page.parsed.events)).collect();
            ensure!(found == native_ids(fixture, [1, 2, 3]), "`{source}` in chunks of {size} gave {found:?}");
            for page in streamed.pages.iter().filter(|page| !page.parsed.events.is_empty()) {
                let again = receive(fixture, BodyKind::Stream, &page.raw).map_err(|error| error.to_string())?;
                ensure!(ids(&again.events) == ids(&page.parsed.events), "the raw form of a frame does not read as it");
            }
        }
    }
    looked_at(sources.len(), "nothing is streamed")
}

/// A stream that is closed or cut ends with an error that says: connect again.
pub async fn lost_streams_end_with_an_error(fixture: &dyn NetworkFixture) -> Outcome {
    let sources = fixture.account().capability().stream_sources;
    for source in &sources {
        for fault in [None, Some(Fault::Reset), Some(Fault::Truncated)] {
            let mut exchanges = fixture.stream(source, &[1]);
            let last = exchanges.pop().ok_or("`stream` has no exchange")?;
            exchanges.push(fault.map_or(last.clone(), |fault| last.fault(fault)));
            let end = streamed(fixture, source, exchanges).await?.end;
            let end = end.ok_or(format!("`{source}` ended without an error after {fault:?}"))?;
            ensure!(end.retry_advice() != Retry::Never, "a lost `{source}` says not to connect again: {end}");
        }
    }
    looked_at(sources.len(), "nothing is streamed")
}

/// A stream that is silent for longer than asked ends with an error, by the clock of the context.
pub async fn silent_streams_are_given_up(fixture: &dyn NetworkFixture) -> Outcome {
    let sources = fixture.account().capability().stream_sources;
    for source in &sources {
        let mut exchanges = fixture.stream(source, &[1]);
        let last = exchanges.pop().ok_or("`stream` has no exchange")?;
        exchanges.push(last.then_silence());
        let transport = ScriptedTransport::new(exchanges);
        let clock = Arc::new(ManualClock::new(NOW));
        let cx = Context::new(Arc::new(transport.clone()), clock.clone());
        let mut ask = StreamAsk::new(source);
        ask.silence = Some(Duration::from_secs(30));
        let mut stream = fixture.account().stream(&cx, ask).await.map_err(|error| error.to_string())?;
        let end = async {
            loop {
                match stream.next().await {
                    Some(Ok(_)) => {}
                    Some(Err(error)) => return Some(error),
                    None => return None,
                }
            }
        };
        let time = async {
            for _ in 0..200 {
                tokio::task::yield_now().await;
                clock.advance(Duration::from_secs(1));
            }
        };
        let end = match select(Box::pin(end), Box::pin(time)).await {
            Either::Left((end, _)) => end,
            Either::Right(_) => return Err(format!("`{source}` was silent for 200 s and is still waited for")),
        };
        let _ = transport.verify();
        let waited = Timestamp::millis_since(careline::clock::Clock::now(&*clock), NOW);
        ensure!(waited >= 30_000, "`{source}` was given up after {waited} ms of silence");
        ensure!(
            end.is_some_and(|end| end.retry_advice() != Retry::Never),
            "a silent `{source}` ended without an error"
        );
    }
    looked_at(sources.len(), "nothing is streamed")
}

/// A recheck finds the messages that are gone, and says nothing about the others.
pub async fn rechecks_find_deletions(fixture: &dyn NetworkFixture) -> Outcome {
    let account = fixture.account();
    if account.capability().recheck_max.is_none() {
        return skipped("nothing is rechecked");
    }
    let (transport, cx) = scripted(fixture.recheck(&[1, 3], &[2]));
    let ask = Recheck::new([1, 2, 3].map(|n| fixture.id(n).into()).into());
    let page = account.recheck(&cx, ask).await.map_err(|error| error.to_string())?;
    followed(&transport)?;
    let gone: Vec<_> = page
        .parsed
        .events
        .iter()
        .filter_map(|event| match &event.body {
            EventBody::Deleted(deleted) => Some(deleted.native_id.to_string()),
            _ => None,
        })
        .collect();
    ensure!(gone == [fixture.id(2)], "a recheck of messages of which 2 is gone found {gone:?}");
    HELD
}
