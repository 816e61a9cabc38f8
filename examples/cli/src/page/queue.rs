//! `/`: open cases by what is due first, with numbers, filters and the volume of the day.

use std::collections::{BTreeMap, BTreeSet};

use careline::Result;
use careline::care::{QueueAsk, QueueItem};
use careline::model::{CaseStatus, Timestamp};
use careline::store::Counter;
use maud::{Markup, html};

use super::desk::{Desk, Page};
use super::frame;
use super::volume::Volume;
use super::words::{self, count, due, label, lang, network, since, tier};

/// So many open cases are looked at; more are counted as "and more".
const MOST: usize = 2000;
const PAGE: usize = 50;
const DAY: i64 = 24 * 3_600_000;

pub(super) async fn show(desk: Desk) -> Page {
    let all = desk.tenant.queue(&QueueAsk::all().limit(MOST)).await?;
    let (tiers, categories) = (counted(&desk, "tier.").await?, counted(&desk, "category.").await?);
    let volume = Volume::new(&tiers, &categories, desk.now);
    let view = View::asked(&desk);
    let filter = Filter::asked(&desk);
    // Those who wait for us are shown longest first, not by what is due.
    let waiting = if view == View::Unanswered { desk.tenant.unanswered(MOST).await? } else { Vec::new() };
    let source = if view == View::Unanswered { &waiting } else { &all };
    let shown: Vec<_> = source.iter().filter(|item| view.takes(item, desk.now) && filter.takes(item)).collect();
    let main = html! {
        h1.hidden { "Queue" }
        (views(&desk, view, &filter, &all))
        (volume.chart(desk.now))
        div.columns {
            section.list aria-labelledby="list-title" {
                (filters(&desk, view, &filter, &all))
                (list(&desk, view, &filter, &shown))
            }
            (beside(&desk, &all).await?)
        }
    };
    Ok(frame::page(&desk, "Queue", main))
}

/// The counters of the last day, or all of them if it had none: then the last day with messages is shown.
async fn counted(desk: &Desk, prefix: &str) -> Result<Vec<Counter>> {
    let recent = desk.tenant.volume(prefix, Some(desk.now.plus_millis(-DAY)), None).await?;
    if recent.is_empty() { desk.tenant.volume(prefix, None, None).await } else { Ok(recent) }
}

/// Which of the open cases are shown.
#[derive(Clone, Copy, PartialEq, Eq)]
enum View {
    All,
    Unanswered,
    Overdue,
    Soon,
    Unassigned,
}

impl View {
    const EVERY: [(Self, &str, &str); 5] = [
        (Self::All, "", "Open"),
        (Self::Unanswered, "unanswered", "Waiting for us"),
        (Self::Overdue, "overdue", "Overdue"),
        (Self::Soon, "soon", "Due within the hour"),
        (Self::Unassigned, "unassigned", "Nobody has it"),
    ];

    fn asked(desk: &Desk) -> Self {
        let name = desk.asked("view").unwrap_or_default();
        Self::EVERY.iter().find(|(_, known, _)| *known == name).map_or(Self::All, |(view, ..)| *view)
    }

    fn name(self) -> &'static str {
        Self::EVERY.iter().find(|(view, ..)| *view == self).map_or("", |(_, name, _)| name)
    }

    fn takes(self, item: &QueueItem, now: Timestamp) -> bool {
        let left = item.case.due_at.map(|due_at| due_at.millis_since(now));
        match self {
            Self::All => true,
            Self::Unanswered => item.case.awaiting_since.is_some(),
            Self::Overdue => left.is_some_and(|left| left < 0),
            Self::Soon => left.is_some_and(|left| (0..3_600_000).contains(&left)),
            Self::Unassigned => item.case.status == CaseStatus::Queued,
        }
    }
}

/// What the lists are narrowed to; blank is everything.
struct Filter {
    team: String,
    agent: String,
    network: String,
}

impl Filter {
    fn asked(desk: &Desk) -> Self {
        let asked = |name| desk.asked(name).unwrap_or_default().to_owned();
        Self { team: asked("team"), agent: asked("agent"), network: asked("network") }
    }

    fn takes(&self, item: &QueueItem) -> bool {
        let fits = |wanted: &str, found: &str| wanted.is_empty() || wanted == found;
        let agent = item.case.assignment.as_ref().map_or("", |held| held.agent.as_str());
        fits(&self.team, item.case.team.as_str())
            && fits(&self.network, item.case.network.as_str())
            && fits(&self.agent, agent)
    }

    fn is_blank(&self) -> bool {
        self.team.is_empty() && self.agent.is_empty() && self.network.is_empty()
    }

    fn href(&self, desk: &Desk, view: View, page: &str) -> String {
        let (team, agent, network) = (self.team.as_str(), self.agent.as_str(), self.network.as_str());
        desk.href("/", &[("view", view.name()), ("team", team), ("agent", agent), ("network", network), ("page", page)])
    }
}

fn views(desk: &Desk, shown: View, filter: &Filter, all: &[QueueItem]) -> Markup {
    let number = |view: View| all.iter().filter(|item| view.takes(item, desk.now)).count();
    html! {
        nav.views aria-label="Views" {
            @for (view, _, title) in View::EVERY {
                @let number = number(view);
                a.view.alarm[view == View::Overdue && number > 0] href=(filter.href(desk, view, ""))
                    aria-current=[(view == shown).then_some("page")] {
                    span.number { (number) @if number >= MOST { "+" } }
                    span.of { (title) }
                }
            }
        }
    }
}

fn filters(desk: &Desk, view: View, filter: &Filter, all: &[QueueItem]) -> Markup {
    let teams: BTreeSet<_> = all.iter().map(|item| item.case.team.as_str()).collect();
    let networks: BTreeSet<_> = all.iter().map(|item| item.case.network.as_str()).collect();
    let holders: BTreeSet<_> =
        all.iter().filter_map(|item| item.case.assignment.as_ref()).map(|held| &held.agent).collect();
    let agents: Vec<_> = holders.into_iter().map(|id| (id.as_str(), desk.agent(id).to_owned())).collect();
    html! {
        form.filters method="get" action="/" {
            h2 #list-title { "Cases" }
            @if let Some(tenant) = desk.kept_tenant() { input type="hidden" name="tenant" value=(tenant); }
            @if view != View::All { input type="hidden" name="view" value=(view.name()); }
            (choice("team", "Team", &filter.team, teams.into_iter().map(|id| (id, label(id)))))
            (choice("agent", "Agent", &filter.agent, agents.into_iter()))
            (choice("network", "Network", &filter.network, networks.into_iter().map(|id| (id, label(id)))))
            button type="submit" { "Apply" }
            @if !filter.is_blank() { a.clear href=(desk.href("/", &[("view", view.name())])) { "Clear" } }
        }
    }
}

fn choice<'a>(name: &str, title: &str, chosen: &str, options: impl Iterator<Item = (&'a str, String)>) -> Markup {
    html! {
        label for={ "by-" (name) } { (title) }
        select id={ "by-" (name) } name=(name) {
            option value="" { "All" }
            @for (id, words) in options { option value=(id) selected[id == chosen] { (words) } }
        }
    }
}

fn list(desk: &Desk, view: View, filter: &Filter, shown: &[&QueueItem]) -> Markup {
    let pages = shown.len().div_ceil(PAGE).max(1);
    let page = desk.asked("page").and_then(|page| page.parse().ok()).unwrap_or(1usize).clamp(1, pages);
    let here = &shown[shown.len().min((page - 1) * PAGE)..shown.len().min(page * PAGE)];
    html! {
        @if here.is_empty() {
            div.empty {
                p.empty-title { @if view == View::All && filter.is_blank() { "Nothing is open" } @else { "No case fits" } }
                p.muted {
                    @if view == View::All && filter.is_blank() { "New cases appear here as customers write." }
                    @else { "Choose another view, or clear the filters." }
                }
            }
        } @else {
            ol.cases { @for item in here { li { (row(desk, item)) } } }
        }
        @if pages > 1 {
            nav.pages aria-label="Pages" {
                @if page > 1 { a rel="prev" href=(filter.href(desk, view, &(page - 1).to_string())) { "Previous" } }
                span.muted { "Page " (page) " of " (pages) ", " (count(shown.len() as i64, "case")) }
                @if page < pages { a rel="next" href=(filter.href(desk, view, &(page + 1).to_string())) { "Next" } }
            }
        }
    }
}

/// A case in a list.
fn row(desk: &Desk, item: &QueueItem) -> Markup {
    let case = &item.case;
    let name = item.customer_name.as_deref().unwrap_or("Unknown customer");
    html! {
        article.row.pressing[case.tier == 1] {
            (words::avatar(name))
            div.row-main {
                p.row-head {
                    a.row-link href=(desk.href(&format!("/cases/{}", case.id), &[])) dir="auto" { (name) }
                    (network(&case.network))
                    span.muted {
                        (label(case.surface.as_str()))
                        @if let Some(at) = case.awaiting_since { ", " (since(at, desk.now)) }
                    }
                }
                p.excerpt dir="auto" lang=[lang(&case.language)] {
                    @if item.excerpt.is_empty() { em { "The text is not kept any more." } } @else { (item.excerpt) }
                }
                p.row-tags {
                    (tier(case.tier))
                    (words::chip(&label(case.intent.as_str())))
                    @if case.category != "other" { (words::chip(&label(&case.category))) }
                    @if let Some(language) = lang(&case.language) { (words::chip(language)) }
                    @if case.escalation > 0 { span.chip.warn { "Escalated " (case.escalation) "×" } }
                    @if case.reopened > 0 { (words::chip("Reopened")) }
                }
            }
            div.row-side {
                @match case.due_at { Some(at) => (due(at, desk.now)), None => span.muted { "no deadline" } }
                (words::status(case))
                span.muted {
                    (label(case.team.as_str()))
                    @if let Some(held) = &case.assignment { " · " span dir="auto" { (desk.agent(&held.agent)) } }
                }
            }
        }
    }
}

/// What is open by tier and subject, who is at work, what the accounts miss.
async fn beside(desk: &Desk, all: &[QueueItem]) -> Result<Markup> {
    let (mut tiers, mut categories) = (BTreeMap::new(), BTreeMap::new());
    for item in all {
        *tiers.entry(format!("Tier {}", item.case.tier)).or_insert(0i64) += 1;
        *categories.entry(label(&item.case.category)).or_insert(0i64) += 1;
    }
    let mut by_number: Vec<_> = categories.into_iter().collect();
    by_number.sort_by_key(|(_, number)| std::cmp::Reverse(*number));
    let aside = desk.tenant.quarantine(100).await?.len();
    Ok(html! {
        aside.beside aria-label="Overview" {
            (tally("Open by tier", tiers.into_iter().collect()))
            (tally("Open by subject", by_number))
            (tally("Messages by network", named(desk.tenant.totals("network.").await?, "network.")))
            (roster(desk).await?)
            (coverage(desk).await?)
            @if aside > 0 {
                section.card {
                    h2 { "Set aside" }
                    p { a href=(desk.href("/quarantine", &[])) { (count(aside as i64, "item")) " could not be read" } }
                }
            }
        }
    })
}

fn named(totals: BTreeMap<String, i64>, prefix: &str) -> Vec<(String, i64)> {
    totals.into_iter().map(|(name, total)| (label(name.trim_start_matches(prefix)), total)).collect()
}

/// Numbers with bars.
fn tally(title: &str, rows: Vec<(String, i64)>) -> Markup {
    let most = rows.iter().map(|(_, number)| *number).max().unwrap_or(1).max(1);
    html! {
        @if !rows.is_empty() {
            section.card {
                h2 { (title) }
                dl.tally {
                    @for (name, number) in rows {
                        div {
                            dt { (name) }
                            dd { (number) }
                            svg.meter viewBox="0 0 100 4" preserveAspectRatio="none" aria-hidden="true" {
                                rect.track width="100" height="4" {}
                                rect.filled width=(number.max(0) * 100 / most) height="4" {}
                            }
                        }
                    }
                }
            }
        }
    }
}

async fn roster(desk: &Desk) -> Result<Markup> {
    let present = desk.tenant.roster().await?;
    let capacity = |id| desk.tenant.policy().and_then(|policy| policy.agent(id)).map(|agent| agent.rule.capacity);
    Ok(html! {
        @if !present.is_empty() {
            section.card {
                h2 { "Agents" }
                ul.roster {
                    @for one in &present {
                        @let here = one.available_at(desk.now);
                        li {
                            (words::avatar(desk.agent(&one.agent)))
                            a href=(desk.href("/", &[("agent", one.agent.as_str())])) dir="auto" { (desk.agent(&one.agent)) }
                            span class={ "presence " (if here { "here" } else { "away" }) } { @if here { "online" } @else { "away" } }
                            span.muted { (one.cases.len()) @if let Some(capacity) = capacity(&one.agent) { " of " (capacity) } }
                        }
                    }
                }
            }
        }
    })
}

async fn coverage(desk: &Desk) -> Result<Markup> {
    let accounts = desk.tenant.coverage().await?;
    Ok(html! {
        @if !accounts.is_empty() {
            section.card {
                h2 { "Coverage" }
                table.coverage {
                    thead { tr { th scope="col" { "Account" } th scope="col" { "Pushed" } th scope="col" { "Listed" } th scope="col" { "Both" } } }
                    tbody {
                        @for (account, seen) in &accounts {
                            tr { th scope="row" { (account) } td { (seen.pushed) } td { (seen.listed) } td { (seen.both) } }
                        }
                    }
                }
            }
        }
    })
}
