//! A case's way into private and back, and what might be done next.

use axum::extract::Path;
use axum::response::{IntoResponse, Redirect, Response};
use careline::Result;
use careline::care::CaseView;
use careline::model::{CaseId, Handoff, HandoffState, Suggestion, SuggestionKind};
use maud::{Markup, html};

use super::compose::agent;
use super::desk::{Desk, Form, Problem};
use super::words::{due, label, moment};

/// `POST /cases/{id}/close`: it is resolved.
pub(super) async fn close(desk: Desk, Path(id): Path<String>, form: Form) -> Result<Response, Problem> {
    let case = desk.tenant.close(&CaseId::from(id), form.get("as"), "resolved").await?;
    Ok(Redirect::to(&desk.href(&format!("/cases/{}", case.id), &[("as", form.get("as"))])).into_response())
}

/// What a case's page tells of it.
pub(super) async fn panel(desk: &Desk, view: &CaseView) -> Result<Markup> {
    let suggestions = desk.tenant.suggestions(&view.case.id).await?;
    let case = &view.case;
    let holder = case.assignment.as_ref().map_or("", |held| held.agent.as_str());
    let chosen = desk.asked("as").unwrap_or(holder);
    Ok(html! {
        section.card.handoff {
            h2 { "Next" }
            @for handoff in &case.handoffs { (one(desk, handoff)) }
            @for suggestion in &suggestions { (suggested(desk, view, suggestion)) }
            @if case.is_open() {
                form.decide method="post" action=(desk.href(&format!("/cases/{}/close", case.id), &[])) {
                    button.quiet type="submit" { "Close as resolved" } " "
                    (agent(desk, "as", "close-as", chosen, None))
                }
            } @else if suggestions.is_empty() {
                p.muted { "Nothing is left to do." }
            }
        }
    })
}

fn one(desk: &Desk, handoff: &Handoff) -> Markup {
    html! {
        p {
            strong { (state(&handoff.state)) } " "
            span.muted {
                (label(handoff.to.as_str()).to_lowercase()) ", asked " (moment(handoff.invited_at, desk.now)) " by "
                (desk.agent(&handoff.by.as_str().into()))
            }
            @match (&handoff.state, handoff.expires_at, handoff.arrived_at, handoff.returned_at) {
                (HandoffState::Invited, Some(at), ..) => { " · expected, " (due(at, desk.now)) },
                (HandoffState::Returned, _, _, Some(at)) => {
                    span.muted { " · closed in public " (moment(at, desk.now)) }
                },
                (_, _, Some(at), _) => span.muted { " · came " (moment(at, desk.now)) },
                _ => {},
            }
        }
        @if let Some(note) = &handoff.note { p.small dir="auto" { (note) } }
    }
}

fn state(state: &HandoffState) -> String {
    match state {
        HandoffState::Invited => "Invited into private".to_owned(),
        HandoffState::Arrived => "Goes on in private".to_owned(),
        HandoffState::Returned => "Closed in public".to_owned(),
        HandoffState::Elsewhere => "Goes on elsewhere".to_owned(),
        HandoffState::Expired => "Did not come".to_owned(),
        other => label(other.as_str()),
    }
}

fn suggested(desk: &Desk, view: &CaseView, suggestion: &Suggestion) -> Markup {
    let words = match &suggestion.kind {
        SuggestionKind::MoveToPrivate => "Invite into private".to_owned(),
        SuggestionKind::ReturnInPublic => "Close in public".to_owned(),
        SuggestionKind::InviteAgain => "Invite once more".to_owned(),
        other => label(other.as_str()),
    };
    let wanted = [("suggest", suggestion.kind.as_str()), ("as", desk.asked("as").unwrap_or_default())];
    let href = desk.href(&format!("/cases/{}", view.case.id), &wanted);
    let why: Vec<_> = suggestion.reasons.iter().map(|reason| reason.note.as_str()).collect();
    html! {
        p { a.button href={ (href) "#compose" } { (words) } " " span.muted.small { (why.join("; ")) } }
    }
}
