//! `careline queue`: open cases by what is due first.

use std::collections::BTreeMap;
use std::io::{self, IsTerminal as _, Write as _};
use std::path::PathBuf;

use careline::care::{QueueAsk, QueueItem};
use careline::model::{TenantId, Timestamp};
use careline::store::{CaseField, OpenFilter};
use clap::Args as ClapArgs;
use comfy_table::ColumnConstraint;

use crate::{Result, host, table};

/// Which cases to list.
#[derive(ClapArgs)]
pub(crate) struct Args {
    /// The data directory.
    #[arg(long, value_name = "DIR")]
    data: PathBuf,
    /// Only this team's cases.
    #[arg(long)]
    team: Option<String>,
    /// Only the cases this agent holds.
    #[arg(long)]
    agent: Option<String>,
    /// At most so many cases.
    #[arg(long, default_value_t = 50, value_parser = clap::value_parser!(u32).range(1..))]
    limit: u32,
    /// Go on after a page: what the line below it told.
    #[arg(long, value_name = "CURSOR", allow_hyphen_values = true)]
    after: Option<String>,
    /// Print one case per line as JSON, and in a last line where the next page begins, if there is more.
    #[arg(long)]
    json: bool,
}

/// Prints the queue.
pub(crate) async fn run(args: &Args) -> Result<()> {
    let tenant = host::reader(&args.data)?.tenant(TenantId::single())?;
    let filter = OpenFilter {
        team: args.team.as_deref().map(Into::into),
        agent: args.agent.as_deref().map(Into::into),
        ..OpenFilter::default()
    };
    let ask = QueueAsk::from(filter.clone()).limit(args.limit as usize).after(args.after.clone());
    let page = tenant.queue(&ask).await?;
    for (what, name, field) in [("team", &args.team, CaseField::Team), ("agent", &args.agent, CaseField::Agent)] {
        if let Some(name) = name {
            let known = tenant.count_open_by(&OpenFilter::default(), field).await?;
            tell_unknown(what, name, &known);
        }
    }
    let mut out = io::stdout().lock();
    if args.json || !io::stdout().is_terminal() {
        for item in &page.items {
            serde_json::to_writer(&mut out, item).map_err(io::Error::from)?;
            writeln!(out)?;
        }
        if let Some(after) = &page.after {
            writeln!(out, "{}", serde_json::json!({ "after": after }))?;
        }
    } else if page.items.is_empty() {
        writeln!(out, "nothing is open")?;
    } else {
        let all = tenant.count_open(&filter).await?;
        writeln!(out, "{}", rows(&page.items))?;
        writeln!(out, "{} of {all} open cases", page.items.len())?;
        if let Some(after) = &page.after {
            writeln!(out, "the next ones: --after {after}")?;
        }
    }
    Ok(())
}

/// Says so if no open case names what was asked for; it may be mistyped.
fn tell_unknown(what: &str, name: &str, known: &BTreeMap<String, u64>) {
    if !known.contains_key(name) {
        let names: Vec<_> = known.keys().map(String::as_str).filter(|name| !name.is_empty()).collect();
        let known =
            if names.is_empty() { "none is named".to_owned() } else { format!("named are {}", names.join(", ")) };
        eprintln!("careline: no open case names the {what} `{name}`; {known}");
    }
}

fn rows(items: &[QueueItem]) -> String {
    use careline::clock::Clock as _;
    let now = careline::clock::SystemClock.now();
    let mut table = table::with_heads(&["case", "tier", "due", "status", "team", "agent", "customer", "says"]);
    // Ids are there to be copied.
    if let Some(ids) = table.column_mut(0) {
        ids.set_constraint(ColumnConstraint::ContentWidth);
    }
    for item in items {
        let case = &item.case;
        let agent = case.assignment.as_ref().map_or("", |held| held.agent.as_str());
        table.add_row([
            case.id.as_str(),
            &case.tier.to_string(),
            &case.due_at.map(|due_at| due(due_at, now)).unwrap_or_default(),
            case.status.as_str(),
            case.team.as_str(),
            agent,
            item.customer_name.as_deref().unwrap_or(""),
            &item.excerpt,
        ]);
    }
    table.to_string()
}

/// How long until, or since, a deadline.
pub(crate) fn due(due_at: Timestamp, now: Timestamp) -> String {
    let minutes = due_at.millis_since(now) / 60_000;
    let (hours, rest) = (minutes.abs() / 60, minutes.abs() % 60);
    let span = if hours == 0 { format!("{rest} min") } else { format!("{hours} h {rest} min") };
    if minutes < 0 { format!("{span} over") } else { span }
}
