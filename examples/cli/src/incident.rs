//! `careline incident`: many people, one problem; while one is open, answers one by one are held.

use std::io::{self, IsTerminal as _, Write};
use std::path::PathBuf;

use careline::care::{PageAsk, Tenant};
use careline::model::{Incident, IncidentDraft, IncidentId, Owed, TenantId, Timestamp};
use careline::policy::Condition;
use careline::{Error, ErrorKind};
use clap::{Args as ClapArgs, Subcommand};
use serde::Serialize;

use crate::reply::plain;
use crate::{Result, host};

/// What `careline incident` does.
#[derive(Subcommand)]
pub(crate) enum Command {
    /// Open one: from now on answers to whom it is about are held, one statement goes out instead.
    Open(Open),
    /// List incidents, newest first.
    List(List),
    /// Show one, with who is owed an answer, the longest waiting first.
    Show(Show),
    /// Release one: answers are no longer held. Tells who is owed one.
    Release(Release),
}

/// Whom it is about; what is given several times fits any of them.
#[derive(ClapArgs)]
pub(crate) struct Open {
    /// What it is called among colleagues.
    name: String,
    /// The agent who opens it.
    #[arg(long = "as", value_name = "AGENT")]
    by: String,
    /// Names the incident for ever: the same key again is the same incident. By default its name.
    #[arg(long)]
    key: Option<String>,
    /// A word or phrase in the messages.
    #[arg(long)]
    term: Vec<String>,
    /// A category of the messages.
    #[arg(long)]
    category: Vec<String>,
    /// Their network.
    #[arg(long)]
    network: Vec<String>,
    /// Our account.
    #[arg(long)]
    account: Vec<String>,
    /// Cases opened since then, as RFC 3339; by default since a day before.
    #[arg(long, value_name = "TIME")]
    since: Option<String>,
    /// Let answers one by one go on.
    #[arg(long)]
    without_hold: bool,
    #[command(flatten)]
    place: host::Place,
    /// Print JSON.
    #[arg(long)]
    json: bool,
}

/// Which incidents to list.
#[derive(ClapArgs)]
pub(crate) struct List {
    /// The data directory.
    #[arg(long, value_name = "DIR")]
    data: PathBuf,
    /// At most so many.
    #[arg(long, default_value_t = 50, value_parser = clap::value_parser!(u32).range(1..))]
    limit: u32,
    /// Go on after a page: what the line below it told.
    #[arg(long, value_name = "CURSOR", allow_hyphen_values = true)]
    after: Option<String>,
    /// Print one incident per line as JSON, and in a last line where the next page begins, if there is more.
    #[arg(long)]
    json: bool,
}

/// Which incident to show.
#[derive(ClapArgs)]
pub(crate) struct Show {
    /// The incident, by its id.
    id: String,
    /// The data directory.
    #[arg(long, value_name = "DIR")]
    data: PathBuf,
    /// Print JSON.
    #[arg(long)]
    json: bool,
}

/// Which incident to release.
#[derive(ClapArgs)]
pub(crate) struct Release {
    /// The incident, by its id.
    id: String,
    /// The agent who releases it.
    #[arg(long = "as", value_name = "AGENT")]
    by: String,
    #[command(flatten)]
    place: host::Place,
    /// Print JSON.
    #[arg(long)]
    json: bool,
}

/// Runs one of them.
pub(crate) async fn run(command: &Command) -> Result<()> {
    let mut out = io::stdout().lock();
    let machine = !io::stdout().is_terminal();
    match command {
        Command::Open(args) => {
            let tenant = host::worker(&args.place).await?.tenant(TenantId::single())?;
            tell(&mut out, &Told::of(open(args, &tenant).await?), args.json || machine)
        }
        Command::List(args) => {
            let tenant = host::reader(&args.data)?.tenant(TenantId::single())?;
            list(args, &tenant, &mut out, args.json || machine).await
        }
        Command::Show(args) => {
            let tenant = host::reader(&args.data)?.tenant(TenantId::single())?;
            let id = IncidentId::from(args.id.as_str());
            let told = Told { incident: tenant.incident(&id).await?, owed: Some(tenant.owed_in(&id).await?) };
            tell(&mut out, &told, args.json || machine)
        }
        Command::Release(args) => {
            let tenant = host::worker(&args.place).await?.tenant(TenantId::single())?;
            let id = IncidentId::from(args.id.as_str());
            let owed = tenant.release_incident(&id, &args.by).await?;
            let told = Told { incident: tenant.incident(&id).await?, owed: Some(owed) };
            tell(&mut out, &told, args.json || machine)
        }
    }
}

async fn open(args: &Open, tenant: &Tenant) -> Result<Incident> {
    let since = match &args.since {
        Some(text) => Some(Timestamp::parse(text).ok_or_else(|| {
            Error::new(ErrorKind::InputInvalid, "this is no time; write it as 2026-11-20T15:00:00Z").with("since", text)
        })?),
        None => None,
    };
    // The condition reads its words itself.
    let terms = serde_json::from_value(serde_json::json!(args.term)).map_err(io::Error::from)?;
    let when = Condition {
        terms,
        category: args.category.clone(),
        network: args.network.clone(),
        account: args.account.iter().map(|id| id.as_str().into()).collect(),
        ..Condition::default()
    };
    let key = args.key.clone().unwrap_or_else(|| args.name.clone());
    let draft = IncidentDraft { key, name: args.name.clone(), when, since, without_hold: args.without_hold };
    Ok(tenant.open_incident(draft, &args.by).await?)
}

async fn list(args: &List, tenant: &Tenant, out: &mut impl Write, json: bool) -> Result<()> {
    let page = tenant.incidents(PageAsk::first(args.limit as usize).after(args.after.clone())).await?;
    let nothing = page.items.is_empty();
    for incident in page.items {
        tell(out, &Told::of(incident), json)?;
    }
    match page.after {
        Some(after) if json => writeln!(out, "{}", serde_json::json!({ "after": after }))?,
        Some(after) => writeln!(out, "the next ones: --after {after}")?,
        None if nothing && !json => writeln!(out, "there is no incident")?,
        None => {}
    }
    Ok(())
}

/// An incident, and who is owed an answer where that was asked.
#[derive(Serialize)]
struct Told {
    #[serde(flatten)]
    incident: Incident,
    #[serde(skip_serializing_if = "Option::is_none")]
    owed: Option<Vec<Owed>>,
}

impl Told {
    fn of(incident: Incident) -> Self {
        Self { incident, owed: None }
    }
}

fn tell(out: &mut impl Write, told: &Told, json: bool) -> Result<()> {
    if json {
        serde_json::to_writer(&mut *out, told).map_err(io::Error::from)?;
        return Ok(writeln!(out)?);
    }
    let Told { incident, owed } = told;
    write!(
        out,
        "{}  {}  opened by {} at {}",
        incident.id,
        plain(&incident.name),
        incident.opened_by,
        incident.opened_at
    )?;
    match (&incident.released_by, incident.released_at) {
        (Some(by), Some(at)) => writeln!(out, ", released by {by} at {at}")?,
        _ => writeln!(out, ", open{}", if incident.hold { ", holds answers" } else { "" })?,
    }
    for Owed { case, held, .. } in owed.iter().flatten() {
        let since = case.awaiting_since.map(|at| format!(", waits since {at}")).unwrap_or_default();
        let held = held.as_ref().map(|reply| format!(", held reply {reply}")).unwrap_or_default();
        writeln!(out, "  owed: case {}{since}{held}", case.id)?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use careline::model::ReplyState;
    use clap::Parser;

    use super::*;
    use crate::demo::story::{Scene, scene};

    #[derive(Parser)]
    struct Line {
        #[command(subcommand)]
        command: Command,
    }

    fn opening(more: &[&str]) -> Open {
        let fixed = ["incident", "open", "Kettles", "--as", "sam", "--policy", "acme.toml", "--data", "."];
        match Line::try_parse_from(fixed.iter().chain(more)).unwrap_or_else(|error| panic!("{error}")).command {
            Command::Open(open) => open,
            _ => unreachable!("it says open"),
        }
    }

    #[tokio::test]
    async fn an_incident_holds_is_listed_and_tells_who_is_owed_an_answer() {
        let scene = scene().await;
        let Scene { engine, tenant, .. } = &scene;
        assert!(open(&opening(&[]), tenant).await.is_err(), "an incident is about something");
        let wrong = open(&opening(&["--term", "kettle", "--since", "noon"]), tenant).await.unwrap_err().to_string();
        assert!(wrong.contains("noon"), "{wrong}");
        let incident = open(&opening(&["--term", "kettle", "--network", "x"]), tenant).await.unwrap();
        let held = scene.submit("A new kettle is on its way.").await;
        assert_eq!(held.state, ReplyState::Held);
        let owed = Some(tenant.owed_in(&incident.id).await.unwrap());
        let mut out = Vec::new();
        tell(&mut out, &Told { incident: incident.clone(), owed }, false).unwrap();
        let text = String::from_utf8(out).unwrap();
        assert!(text.contains("holds answers") && text.contains(&format!("held reply {}", held.id)), "{text}");

        tenant.release_incident(&incident.id, "sam").await.unwrap();
        engine.tick().await.unwrap();
        let mut out = Vec::new();
        let args = List { data: PathBuf::new(), limit: 9, after: None, json: false };
        list(&args, tenant, &mut out, false).await.unwrap();
        let text = String::from_utf8(out).unwrap();
        assert!(text.contains("Kettles") && text.contains("released by sam"), "{text}");
    }
}
