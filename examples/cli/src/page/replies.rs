//! Replies and where they stand: on a case's page, and all that wait for a person on `/replies`.

use axum::extract::Path;
use axum::response::{Html, IntoResponse, Redirect, Response};
use careline::model::{CaseId, Reply, ReplyId, ReplyPurpose, ReplyState};
use careline::store::ReplyFilter;
use careline::{Error, ErrorKind, Result};
use maud::{Markup, html};

use super::compose::agent;
use super::desk::{Desk, Form, Page, Problem};
use super::frame;
use super::thread::web_address;
use super::words::{class, label, lang, moment, network};
use crate::outbox::{failure, next_try};

/// So many of a case's replies are shown, and of a list a page.
const PAGE: usize = 50;

/// What stands on `/replies`, in order.
const LISTS: [(&str, &[ReplyState]); 5] = [
    ("Wait for approval", &[ReplyState::AwaitingApproval]),
    ("Nobody can tell", &[ReplyState::Unknown]),
    ("Held by an incident", &[ReplyState::Held]),
    ("On the way", &[ReplyState::Queued, ReplyState::Sending]),
    ("Refused", &[ReplyState::Refused]),
];

/// `/replies`: what waits for a person, then what is on its way.
pub(super) async fn show(desk: Desk) -> Page {
    let mut lists = Vec::new();
    for (title, states) in LISTS {
        let found = desk.tenant.replies(ReplyFilter::in_states(states.iter().cloned()), PAGE).await?;
        lists.push((title, found));
    }
    let nothing = lists.iter().all(|(_, found)| found.items.is_empty());
    let main = html! {
        div.page-head { h1 { "Replies" } p.muted { "What waits for somebody's decision, and what is on its way." } }
        @if nothing { div.empty { p.empty-title { "Nothing waits" } } }
        div.list {
            @for (title, found) in &lists {
                @if !found.items.is_empty() {
                    section.card {
                        h2 { (title) }
                        ol.replies { @for reply in &found.items { li { (one(&desk, reply, "replies")) } } }
                        @if found.after.is_some() { p.muted { "There are more: the newest " (PAGE) " are shown." } }
                    }
                }
            }
        }
    };
    Ok(frame::page(&desk, "Replies", main))
}

/// The replies of a case, for its page.
pub(super) async fn of_case(desk: &Desk, case: &CaseId) -> Result<Markup> {
    let found = desk.tenant.replies(ReplyFilter::of_case(case.clone()), PAGE).await?;
    let moves = found.items.iter().any(|reply| matches!(reply.state, ReplyState::Queued | ReplyState::Sending));
    let again = moves.then(|| desk.href(&format!("/cases/{case}/replies"), &[]));
    Ok(html! {
        div #replies data-again=[again] {
            @if !found.items.is_empty() {
                section.card {
                    h2 { "Our replies" }
                    ol.replies { @for reply in &found.items { li { (one(desk, reply, "case")) } } }
                }
            }
        }
    })
}

/// `/cases/{id}/replies`: the same alone, for a page that follows one on its way.
pub(super) async fn follow(desk: Desk, Path(id): Path<String>) -> Page {
    Ok(Html(of_case(&desk, &CaseId::from(id)).await?.into_string()))
}

/// `POST /replies/{id}`: what somebody decides.
pub(super) async fn decide(desk: Desk, Path(id): Path<String>, form: Form) -> Result<Response, Problem> {
    let (tenant, id, by) = (&desk.tenant, ReplyId::from(id), form.get("as"));
    let reply = match form.get("do") {
        "approve" => {
            let known = tenant.reply_record(&id).await?;
            let text = form.get("text").replace("\r\n", "\n");
            let other = (!text.is_empty() && text != known.text()).then_some(text);
            tenant.approve(&id, by, other).await?
        }
        "reject" => tenant.reject(&id, by, form.get("reason")).await?,
        "withdraw" => tenant.withdraw(&id, by).await?,
        "retry" => tenant.send_after_all(&id, by).await?,
        "sent" if form.get("native_id").trim().is_empty() => {
            let message = "say under which id the network has it";
            return Err(Error::new(ErrorKind::InputInvalid, message).into());
        }
        "sent" => tenant.was_sent(&id, by, form.get("native_id").trim()).await?,
        _ => return Err(Problem::nothing_here()),
    };
    let path = match &reply.case {
        Some(case) if form.get("from") == "case" => format!("/cases/{case}"),
        _ => "/replies".to_owned(),
    };
    Ok(Redirect::to(&format!("{}#{}", desk.href(&path, &[("as", by)]), reply.id)).into_response())
}

fn one(desk: &Desk, reply: &Reply, from: &str) -> Markup {
    html! {
        article.reply id=(reply.id) {
            p.row-head {
                span class={ "status reply-" (class(reply.state.as_str())) } { (state(&reply.state)) }
                (network(&reply.network))
                span.muted {
                    (label(&reply.verb)) ", " (label(reply.visibility.as_str()).to_lowercase())
                    @if reply.purpose != ReplyPurpose::Answer { ", " (label(reply.purpose.as_str()).to_lowercase()) }
                    " · " (desk.agent(&reply.author.as_str().into())) " · " (moment(reply.changed_at, desk.now))
                }
                @if let Some(case) = reply.case.as_ref().filter(|_| from != "case") {
                    a href=(desk.href(&format!("/cases/{case}"), &[])) { "case" }
                }
            }
            @if reply.state != ReplyState::AwaitingApproval {
                @let language = reply.wording.as_ref().and_then(|wording| wording.language.as_deref());
                p.text dir="auto" lang=[language.and_then(lang)] { (reply.text()) }
            }
            (fate(desk, reply))
            (decisions(desk, reply, from))
        }
    }
}

/// Links to what the network has, what failed, when it is tried again.
fn fate(desk: &Desk, reply: &Reply) -> Markup {
    let links = reply.parts.iter().filter_map(|part| part.permalink.as_deref().and_then(web_address));
    html! {
        p.small {
            @for href in links {
                a href=(href) rel="noopener noreferrer nofollow" { "See it on " (label(reply.network.as_str())) } " "
            }
            @if let Some(failure) = failure(reply) { span.broken dir="auto" { (failure) } " " }
            @if let Some(at) = next_try(reply) { span.muted { "Next try " (moment(at, desk.now)) } }
        }
    }
}

fn state(state: &ReplyState) -> String {
    match state {
        ReplyState::AwaitingApproval => "Waits for approval".to_owned(),
        ReplyState::Unknown => "Nobody can tell".to_owned(),
        other => label(other.as_str()),
    }
}

/// What somebody can decide about it now.
fn decisions(desk: &Desk, reply: &Reply, from: &str) -> Markup {
    let id = |name: &str| format!("{name}-{}", reply.id);
    let button = |does: &str, words: &str| {
        html! { button.quiet type="submit" name="do" value=(does) formnovalidate { (words) } " " }
    };
    let waits = reply.state == ReplyState::AwaitingApproval;
    let inner = match &reply.state {
        ReplyState::AwaitingApproval => html! {
            label.hidden for=(id("text")) { "Its words" }
            textarea id=(id("text")) name="text" rows="3" dir="auto" { (reply.text()) }
            @if let Some(approval) = &reply.approval {
                p.small.muted { "By rule " code { (approval.rule) } " until " (moment(approval.expires_at, desk.now)) }
            }
            // What Enter presses after a reason is the first button.
            label for=(id("reason")) { "Reason" } " "
            input id=(id("reason")) name="reason" type="text" dir="auto" maxlength="500"; " "
            (button("reject", "Reject"))
            button type="submit" name="do" value="approve" { "Approve" } " "
        },
        ReplyState::Unknown => html! {
            p { "Look on the network. Is it there?" }
            label for=(id("native")) { "Its id there" } " "
            input id=(id("native")) name="native_id" type="text" maxlength="200"; " "
            (button("sent", "It is there"))
            (button("retry", "It is not: send it"))
        },
        ReplyState::Held | ReplyState::Refused => button("retry", "Send it after all"),
        ReplyState::Queued => button("withdraw", "Take it back"),
        _ => return html! {},
    };
    html! {
        form.decide method="post" action=(desk.href(&format!("/replies/{}", reply.id), &[])) {
            input type="hidden" name="from" value=(from);
            (inner)
            (agent(desk, "as", &id("as"), desk.asked("as").unwrap_or_default(), waits.then_some(reply.author.as_str())))
        }
    }
}
