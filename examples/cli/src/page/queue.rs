//! `/`: open cases by what is due first, with numbers, filters and the volume of the day.

use std::collections::BTreeMap;

use careline::Result;
use careline::care::{Listed, QueueAsk, QueueItem};
use careline::model::{AgentId, Timestamp};
use careline::store::{CaseField, Counter, OpenFilter};
use maud::{Markup, html};

use super::desk::{Desk, Page};
use super::frame;
use super::volume::Volume;
use super::words::{self, count, due, label, lang, network, since, tier};

const PAGE: usize = 50;
/// So many things set aside are counted.
const ASIDE: usize = 1000;
const HOUR: i64 = 3_600_000;
const DAY: i64 = 24 * HOUR;

pub(super) async fn show(desk: Desk) -> Page {
    let (tiers, categories) = (counted(&desk, "tier.").await?, counted(&desk, "category.").await?);
    let volume = Volume::new(&tiers, &categories, desk.now);
    let view = View::asked(&desk);
    let narrowed = Narrowed::asked(&desk);
    let mut ask = QueueAsk::from(view.filter(&narrowed.filter(), desk.now)).limit(PAGE);
    ask.page.after = desk.asked("after").map(str::to_owned);
    // Those who wait for us are shown longest first, not by what is due.
    let shown = match view {
        View::Unanswered => desk.tenant.unanswered(&ask).await?,
        _ => desk.tenant.queue(&ask).await?,
    };
    let all = desk.tenant.count_open(&ask.filter).await?;
    let main = html! {
        h1.hidden { "Queue" }
        (views(&desk, view, &narrowed).await?)
        (volume.chart(desk.now))
        div.columns {
            section.list aria-labelledby="list-title" {
                (filters(&desk, view, &narrowed).await?)
                (list(&desk, view, &narrowed, &shown, all))
            }
            (beside(&desk).await?)
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

    /// What of `narrowed` it shows.
    fn filter(self, narrowed: &OpenFilter, now: Timestamp) -> OpenFilter {
        let filter = narrowed.clone();
        match self {
            Self::All => filter,
            Self::Unanswered => OpenFilter { awaiting: true, ..filter },
            Self::Overdue => OpenFilter { due_before: Some(now), ..filter },
            Self::Soon => OpenFilter { due_from: Some(now), due_before: Some(now.plus_millis(HOUR)), ..filter },
            Self::Unassigned => OpenFilter { queued: true, ..filter },
        }
    }
}

/// What the lists are narrowed to; blank is everything.
struct Narrowed {
    team: String,
    agent: String,
    network: String,
}

impl Narrowed {
    fn asked(desk: &Desk) -> Self {
        let asked = |name| desk.asked(name).unwrap_or_default().to_owned();
        Self { team: asked("team"), agent: asked("agent"), network: asked("network") }
    }

    fn filter(&self) -> OpenFilter {
        let some = |name: &str| (!name.is_empty()).then(|| name.to_owned());
        OpenFilter {
            team: some(&self.team).map(Into::into),
            agent: some(&self.agent).map(Into::into),
            network: some(&self.network).as_deref().map(Into::into),
            ..OpenFilter::default()
        }
    }

    fn is_blank(&self) -> bool {
        self.team.is_empty() && self.agent.is_empty() && self.network.is_empty()
    }

    fn href(&self, desk: &Desk, view: View, after: &str) -> String {
        let (team, agent, network) = (self.team.as_str(), self.agent.as_str(), self.network.as_str());
        desk.href(
            "/",
            &[("view", view.name()), ("team", team), ("agent", agent), ("network", network), ("after", after)],
        )
    }
}

async fn views(desk: &Desk, shown: View, narrowed: &Narrowed) -> Result<Markup> {
    let mut numbers = Vec::new();
    for (view, _, title) in View::EVERY {
        numbers.push((view, title, desk.tenant.count_open(&view.filter(&narrowed.filter(), desk.now)).await?));
    }
    Ok(html! {
        nav.views aria-label="Views" {
            @for (view, title, number) in numbers {
                a.view.alarm[view == View::Overdue && number > 0] href=(narrowed.href(desk, view, ""))
                    aria-current=[(view == shown).then_some("page")] {
                    span.number { (number) }
                    span.of { (title) }
                }
            }
        }
    })
}

async fn filters(desk: &Desk, view: View, narrowed: &Narrowed) -> Result<Markup> {
    let teams = open_by(desk, CaseField::Team).await?;
    let networks = open_by(desk, CaseField::Network).await?;
    let agents: Vec<_> = open_by(desk, CaseField::Agent).await?.into_keys().map(AgentId::from).collect();
    let agents = agents.iter().filter(|id| !id.as_str().is_empty());
    Ok(html! {
        form.filters method="get" action="/" {
            h2 #list-title { "Cases" }
            @if let Some(tenant) = desk.kept_tenant() { input type="hidden" name="tenant" value=(tenant); }
            @if view != View::All { input type="hidden" name="view" value=(view.name()); }
            (choice("team", "Team", &narrowed.team, teams.keys().map(|id| (id.as_str(), label(id)))))
            (choice("agent", "Agent", &narrowed.agent, agents.map(|id| (id.as_str(), desk.agent(id).to_owned()))))
            (choice("network", "Network", &narrowed.network, networks.keys().map(|id| (id.as_str(), label(id)))))
            button type="submit" { "Apply" }
            @if !narrowed.is_blank() { a.clear href=(desk.href("/", &[("view", view.name())])) { "Clear" } }
        }
    })
}

/// How many of all open cases there are by what stands in `field`.
async fn open_by(desk: &Desk, field: CaseField) -> Result<BTreeMap<String, u64>> {
    desk.tenant.count_open_by(&OpenFilter::default(), field).await
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

fn list(desk: &Desk, view: View, narrowed: &Narrowed, shown: &Listed<QueueItem>, all: u64) -> Markup {
    let everything = view == View::All && narrowed.is_blank();
    let later = desk.asked("after").is_some();
    html! {
        @if shown.items.is_empty() {
            div.empty {
                p.empty-title {
                    @if later { "Nothing comes after" } @else if everything { "Nothing is open" } @else { "No case fits" }
                }
                p.muted {
                    @if later { "What was here may be done; go back to the first page." }
                    @else if everything { "New cases appear here as customers write." }
                    @else { "Choose another view, or clear the filters." }
                }
            }
        } @else {
            ol.cases { @for item in &shown.items { li { (row(desk, item)) } } }
        }
        (frame::pages(&narrowed.href(desk, view, ""), later, shown.after.as_deref().map(|after| narrowed.href(desk, view, after)),
            &format!("{} of {}", shown.items.len(), count(signed(all), "case"))))
    }
}

fn signed(number: u64) -> i64 {
    i64::try_from(number).unwrap_or(i64::MAX)
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
async fn beside(desk: &Desk) -> Result<Markup> {
    let tiers = open_by(desk, CaseField::Tier).await?.into_iter();
    let mut categories: Vec<_> = open_by(desk, CaseField::Category).await?.into_iter().collect();
    categories.sort_by_key(|(_, number)| std::cmp::Reverse(*number));
    let categories = categories.iter().map(|(name, number)| (label(name), signed(*number))).collect();
    let aside = desk.tenant.quarantine(ASIDE).await?;
    Ok(html! {
        aside.beside aria-label="Overview" {
            (tally("Open by tier", tiers.map(|(tier, number)| (format!("Tier {tier}"), signed(number))).collect()))
            (tally("Open by subject", categories))
            (tally("Messages by network", named(desk.tenant.totals("network.").await?, "network.")))
            (roster(desk).await?)
            (coverage(desk).await?)
            @if !aside.items.is_empty() {
                section.card {
                    h2 { "Set aside" }
                    p { a href=(desk.href("/quarantine", &[])) {
                        (count(aside.items.len() as i64, "item")) @if aside.after.is_some() { " and more" } " could not be read"
                    } }
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
