//! `/customers/{id}` and the panel beside a case: a person over all networks.

use axum::extract::Path;
use careline::care::{CustomerView, MaybeSame, PageAsk};
use careline::model::{Case, CaseId, CustomerId, Identity, Message, NetworkName};
use maud::{Markup, html};

use super::desk::{Desk, Page};
use super::frame;
use super::thread::web_address;
use super::words::{self, count, label, lang, moment, network, since, tier};

/// So many earlier cases stand beside a case.
const BESIDE: usize = 6;
/// So many cases, and so many messages, stand on one page of a person.
const PAGE: usize = 50;

pub(super) async fn show(desk: Desk, Path(id): Path<String>) -> Page {
    let view = desk.tenant.customer(&CustomerId::from(id)).await?;
    let id = &view.customer.id;
    let messages = desk.tenant.messages_by(id, desk.page(PAGE)).await?;
    let cases_page = PageAsk::first(PAGE).after(desk.asked("cases").map(str::to_owned));
    let listed = desk.tenant.cases_of(id, cases_page).await?;
    let href = |cases: &str, after: &str| desk.href(&format!("/customers/{id}"), &[("cases", cases), ("after", after)]);
    let (here, later) = (desk.asked("cases").unwrap_or_default(), desk.asked("after").unwrap_or_default());
    let name = name(&view);
    let main = html! {
        div.page-head.person {
            (words::avatar(&name))
            div {
                h1 dir="auto" { (name) }
                p.muted {
                    (count(view.identities.len() as i64, "profile")) ", " (count(view.cases.len() as i64, "case")) @if view.cases_after.is_some() { " and more" }
                    @if let Some(latest) = view.messages.first() { ", last wrote " (since(latest.at(), desk.now)) }
                }
            }
        }
        div.columns {
            div.list {
                section {
                    h2 { "Cases" }
                    (cases(&desk, &listed.items))
                    (frame::pages(&href("", later), !here.is_empty(), listed.after.map(|after| href(&after, later)), ""))
                }
                section {
                    h2 { "Latest messages" }
                    @if view.messages.is_empty() { p.muted { "No messages are kept." } }
                    ol.cases { @for one in &messages.items { li { (message(&desk, one)) } } }
                    (frame::pages(&href(here, ""), !later.is_empty(), messages.after.map(|after| href(here, &after)), ""))
                }
            }
            aside.beside aria-label="About this person" {
                section.card { h2 { "Profiles" } (profiles(&desk, &view.identities)) (facts(&view)) }
                (merges(&desk, &view))
                (maybe_same(&desk, &view.maybe_same))
            }
        }
    };
    Ok(frame::page(&desk, &name, main))
}

/// The panel beside the case `here`.
pub(super) fn panel(desk: &Desk, view: &CustomerView, here: &CaseId, on: &NetworkName) -> Markup {
    let href = desk.href(&format!("/customers/{}", view.customer.id), &[]);
    let earlier: Vec<_> = view.cases.iter().filter(|case| case.id != *here).cloned().collect();
    let first = view.identities.iter().find(|identity| identity.network == *on);
    let name = first.map_or_else(|| name(view), words::name);
    html! {
        section.card.customer aria-labelledby="customer-title" {
            div.person {
                (words::avatar(&name))
                div {
                    h2 #customer-title { a href=(href) dir="auto" { (name) } }
                    p.muted { (count(view.identities.len() as i64, "profile")) ", " (count(view.cases.len() as i64, "case")) }
                }
            }
            (profiles(desk, &view.identities))
            (facts(view))
            h3 { "Other cases" }
            @if earlier.is_empty() { p.muted { "This is the first one." } }
            @else { (cases(desk, &earlier[..earlier.len().min(BESIDE)])) }
            @if earlier.len() > BESIDE || view.cases_after.is_some() { p { a href=(href) { "All cases" } } }
        }
        (maybe_same(desk, &view.maybe_same))
    }
}

fn name(view: &CustomerView) -> String {
    view.identities.first().map_or_else(|| "Unknown customer".to_owned(), words::name)
}

fn profiles(desk: &Desk, identities: &[Identity]) -> Markup {
    html! {
        ul.profiles {
            @for identity in identities {
                @let profile = &identity.profile;
                li {
                    (network(&identity.network))
                    @let shown = profile.handle.as_ref().map_or_else(|| words::name(identity), |handle| format!("@{handle}"));
                    @match profile.url.as_deref().and_then(web_address) {
                        Some(href) => a href=(href) rel="noopener noreferrer nofollow" dir="auto" { (shown) },
                        None => span dir="auto" { (shown) },
                    }
                    span.muted.small {
                        @if let Some(followers) = profile.followers { (count(i64::try_from(followers).unwrap_or(i64::MAX), "follower")) " · " }
                        @if profile.verified == Some(true) { "verified · " }
                        @if profile.bot == Some(true) { "says it is a machine · " }
                        "first seen " (moment(identity.first_seen_at, desk.now))
                    }
                }
            }
        }
    }
}

fn facts(view: &CustomerView) -> Markup {
    html! {
        @if !view.customer.facts.is_empty() {
            dl.facts {
                @for (name, value) in &view.customer.facts {
                    dt { (label(name)) }
                    dd dir="auto" { @match value.as_str() { Some(text) => (text), None => (value) } }
                }
            }
        }
    }
}

fn cases(desk: &Desk, cases: &[Case]) -> Markup {
    html! {
        @if cases.is_empty() { p.muted { "No cases." } }
        ul.history {
            @for case in cases {
                li {
                    a.row-link href=(desk.href(&format!("/cases/{}", case.id), &[])) {
                        (label(case.intent.as_str())) ", " (label(&case.category).to_lowercase())
                    }
                    (tier(case.tier)) (network(&case.network)) (words::status(case))
                    span.muted.small { (moment(case.opened_at, desk.now)) }
                }
            }
        }
    }
}

fn message(desk: &Desk, message: &Message) -> Markup {
    let language = message.gist.as_ref().map(|gist| gist.language.as_str()).or(message.language.as_deref());
    html! {
        article.row {
            div.row-main {
                p.row-head {
                    (network(&message.network))
                    span.muted { (label(message.surface.as_str())) " · " (moment(message.at(), desk.now)) }
                    @if let Some(case) = &message.case { a href=(desk.href(&format!("/cases/{case}"), &[])) { "Case" } }
                }
                p.found dir="auto" lang=[language.and_then(lang)] {
                    @if message.text().is_empty() { em { "No text is kept." } } @else { (message.text()) }
                }
            }
        }
    }
}

fn merges(desk: &Desk, view: &CustomerView) -> Markup {
    html! {
        @if !view.customer.merges.is_empty() {
            section.card {
                h2 { "Merged" }
                ul.history {
                    @for merge in &view.customer.merges {
                        li { "By " (merge.by) ", " (moment(merge.at, desk.now)) span.muted { (merge.evidence.join("; ")) } }
                    }
                }
            }
        }
    }
}

/// Hints only: people decide.
fn maybe_same(desk: &Desk, others: &[MaybeSame]) -> Markup {
    html! {
        @if !others.is_empty() {
            section.card.maybe {
                h2 { "Maybe the same person" }
                ul.history {
                    @for other in others {
                        li {
                            a href=(desk.href(&format!("/customers/{}", other.customer), &[])) dir="auto" {
                                (other.identities.first().map_or_else(|| "Unknown customer".to_owned(), words::name))
                            }
                            @for identity in &other.identities { (network(&identity.network)) }
                            @if !other.evidence.is_empty() { span.muted.small { (other.evidence.join("; ")) } }
                        }
                    }
                }
                p.muted.small { "Weak signs. Only a person decides." }
            }
        }
    }
}
