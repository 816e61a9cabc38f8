//! `/cases/{id}`: one case with its threads, the person, the promises, the history, and why.

use axum::extract::Path;
use careline::care::CaseView;
use careline::model::{AgentId, Assessment, CaseId, ClockKind, MessageId, Reason, SlaClock, Step, StepKind, Timestamp};
use maud::{Markup, html};

use super::compose::{self, Sheet};
use super::desk::{Desk, Page};
use super::thread::{Around, thread};
use super::words::{self, count, due, label, lang, moment, network, span, tier};
use super::{customer, evidence, frame, handoff, replies};

pub(super) async fn show(desk: Desk, Path(id): Path<String>) -> Page {
    page(&desk, &CaseId::from(id), None).await
}

/// The page, with the answer that somebody writes.
pub(super) async fn page(desk: &Desk, id: &CaseId, sheet: Option<Sheet>) -> Page {
    let view = desk.tenant.case(id).await?;
    let sheet = match sheet {
        Some(sheet) => sheet,
        None => Sheet::new(desk, &view).await?,
    };
    let path = format!("/cases/{}", view.case.id);
    let around = Around { desk, path: &path, case: &view.case, assessments: &view.assessments };
    let main = html! {
        (head(desk, &view))
        div.case-columns {
            div.conversation {
                @for one in &view.threads { (thread(&around, one)) }
                @if view.threads.is_empty() { div.empty { p.empty-title { "No messages are kept" } } }
                (compose::form(desk, &view, &sheet).await?)
                (replies::of_case(desk, &view.case.id).await?)
                (notes(desk, &view))
            }
            div.reasons {
                (why(desk, &view))
                (timeline(desk, &view))
            }
            aside.beside aria-label="Case and customer" {
                (handoff::panel(desk, &view).await?)
                (promises(desk, &view.case.clocks))
                (holder(desk, &view))
                (customer::panel(desk, &view.customer, &view.case.id, &view.case.network))
            }
        }
    };
    Ok(frame::page(desk, &title(&view), main))
}

fn title(view: &CaseView) -> String {
    let person = view.customer.identities.iter().find(|identity| identity.network == view.case.network);
    let name = person.or(view.customer.identities.first()).map_or_else(|| "Unknown customer".to_owned(), words::name);
    format!("{name}: {}", label(view.case.intent.as_str()).to_lowercase())
}

fn head(desk: &Desk, view: &CaseView) -> Markup {
    let case = &view.case;
    html! {
        div.page-head.case-head {
            p.crumbs { a href=(desk.href("/", &[])) { "Queue" } " / " code { (case.id) } }
            h1 dir="auto" { (title(view)) }
            p.row-tags {
                (tier(case.tier)) (words::status(case))
                @if let Some(at) = case.due_at { (due(at, desk.now)) }
                (network(&case.network))
                (words::chip(&label(case.surface.as_str())))
                (words::chip(&label(&case.category)))
                (words::chip(&format!("{} tone", label(case.sentiment.as_str()))))
                @if let Some(language) = lang(&case.language) { (words::chip(language)) }
                @if case.reopened > 0 { (words::chip(&format!("Reopened {}×", case.reopened))) }
            }
            (facts(desk, view))
        }
    }
}

/// In one line: since when, who answered when, how it ended.
fn facts(desk: &Desk, view: &CaseView) -> Markup {
    let (case, now) = (&view.case, desk.now);
    html! {
        p.muted {
            "Opened " (moment(case.opened_at, now)) " through " (case.account.as_str())
            " · " (count(i64::from(case.messages), "message"))
            @match case.first_response_at {
                Some(at) => { " · first answered " (moment(at, now)) " after " (span(at.millis_since(case.opened_at))) },
                None => " · not answered yet",
            }
            @if let Some(at) = case.closed_at {
                " · closed " (moment(at, now)) @if let Some(outcome) = &case.outcome { ": " (label(outcome)) }
            }
            @if let Some(previous) = &case.previous {
                " · " a href=(desk.href(&format!("/cases/{previous}"), &[])) { "the case before" }
            }
        }
    }
}

/// Why the message asked for, else the lead message, is held to be what it is.
fn why(desk: &Desk, view: &CaseView) -> Markup {
    let chosen = desk.asked("message").map(MessageId::from).filter(|id| view.assessments.contains_key(id));
    let id = chosen.unwrap_or_else(|| view.case.lead.clone());
    let messages = || view.threads.iter().flat_map(|thread| &thread.messages);
    let text = messages().find(|message| message.id == id).map_or("", |message| message.text());
    let assessment: Option<&Assessment> = view.assessments.get(&id);
    html! {
        @match assessment {
            Some(assessment) => (evidence::panel(text, assessment)),
            None => section.card.why #why { h2 { "Why" } p.muted { "No assessment is kept for this message." } },
        }
    }
}

fn promises(desk: &Desk, clocks: &[SlaClock]) -> Markup {
    html! {
        section.card {
            h2 { "Promises" }
            @if clocks.is_empty() { p.muted { "The policy promises nothing here." } }
            ul.clocks {
                @for clock in clocks {
                    li {
                        p { strong { (promise(&clock.kind)) } " " (state(clock, desk.now)) }
                        p.muted.small {
                            "within " (span(i64::from(clock.target_secs) * 1000)) " of " (clock.calendar) " time, since "
                            (moment(clock.started_at, desk.now))
                        }
                    }
                }
            }
        }
    }
}

fn promise(kind: &ClockKind) -> String {
    label(kind.as_str())
}

fn state(clock: &SlaClock, now: Timestamp) -> Markup {
    html! {
        @match (clock.stopped_at, clock.breached_at, clock.due_at) {
            (Some(at), None, _) => span.kept { "kept, " (moment(at, now)) },
            (Some(at), Some(_), _) => span.broken { "broken, stopped " (moment(at, now)) },
            (None, _, Some(at)) if clock.is_running() => (due(at, now)),
            _ => span.paused { "paused" },
        }
    }
}

fn holder(desk: &Desk, view: &CaseView) -> Markup {
    let case = &view.case;
    html! {
        section.card {
            h2 { "Assignment" }
            dl.facts {
                dt { "Team" } dd { (label(case.team.as_str())) }
                dt { "Agent" }
                dd {
                    @match &case.assignment {
                        Some(held) => {
                            a href=(desk.href("/", &[("agent", held.agent.as_str())])) dir="auto" { (desk.agent(&held.agent)) }
                            @match (held.accepted_at, held.accept_by) {
                                (Some(at), _) => span.muted { ", accepted " (moment(at, desk.now)) },
                                (None, Some(at)) => span.muted { ", must accept by " (moment(at, desk.now)) },
                                _ => span.muted { ", offered " (moment(held.at, desk.now)) },
                            }
                        },
                        None => "nobody",
                    }
                }
                @if let Some(at) = case.queued_at { dt { "In the queue" } dd { "since " (moment(at, desk.now)) } }
                @if let Some(last) = case.last_agent.as_ref().filter(|_| case.assignment.is_none()) {
                    dt { "Last held by" } dd dir="auto" { (desk.agent(last)) }
                }
            }
            @if let Some(held) = &case.assignment { h3 { "Why this agent" } (reasons(&held.reasons)) }
            @if !case.reasons.is_empty() { h3 { "Why this team and these promises" } (reasons(&case.reasons)) }
        }
    }
}

fn reasons(reasons: &[Reason]) -> Markup {
    html! {
        ul.reasons-list { @for reason in reasons { li { (reason.note) " " code { (reason.rule) } } } }
    }
}

fn notes(desk: &Desk, view: &CaseView) -> Markup {
    html! {
        @if !view.notes.is_empty() {
            section.card {
                h2 { "Notes" }
                ol.notes {
                    @for note in &view.notes {
                        li {
                            p.message-head { strong dir="auto" { (actor(desk, &note.by)) } span.muted { (moment(note.at, desk.now)) } }
                            p.text dir="auto" { (note.text) }
                        }
                    }
                }
                p.muted.small { "Notes are for colleagues; they are never sent." }
            }
        }
    }
}

fn timeline(desk: &Desk, view: &CaseView) -> Markup {
    html! {
        section.card {
            h2 { "Timeline" }
            @if view.timeline.is_empty() { p.muted { "Nothing has happened yet." } }
            ol.timeline { @for step in &view.timeline { li class={ "step step-" (words::class(step.kind.as_str())) } { (line(desk, step)) } } }
            @if view.history_after.is_some() { p.muted { "More happened: the beginning is shown." } }
        }
    }
}

fn line(desk: &Desk, step: &Step) -> Markup {
    html! {
        p {
            strong { (happened(step)) }
            span.muted { " " (actor(desk, &step.actor)) " · " (moment(step.at, desk.now)) }
            @if let Some(message) = &step.message { " " a.small href={ "#" (message) } { "message" } }
        }
        @if !step.reasons.is_empty() { (reasons(&step.reasons)) }
    }
}

fn happened(step: &Step) -> String {
    match &step.kind {
        StepKind::CustomerTurn => "Customer wrote".to_owned(),
        StepKind::BrandTurn => "We answered".to_owned(),
        StepKind::Edited => "Message edited".to_owned(),
        StepKind::Deleted => "Message taken back".to_owned(),
        StepKind::Hidden => "Message hidden or shown".to_owned(),
        StepKind::Queued => "Put into the queue".to_owned(),
        StepKind::Released => "Taken from its agent".to_owned(),
        StepKind::Breached => "Promise broken".to_owned(),
        StepKind::HandedOff => "Asked to go on elsewhere".to_owned(),
        StepKind::Noted => "Note written".to_owned(),
        other => label(other.as_str()),
    }
}

/// Who did something, for people.
fn actor(desk: &Desk, actor: &str) -> String {
    match actor {
        "customer" => "the customer".to_owned(),
        "engine" | "router" => "careline".to_owned(),
        "host" => "the host".to_owned(),
        "brand" => desk.brand().to_owned(),
        agent => desk.agent(&AgentId::from(agent)).to_owned(),
    }
}
