//! `careline queue`: open cases by what is due first.

use std::io::{self, IsTerminal as _, Write as _};
use std::path::PathBuf;

use careline::care::{QueueAsk, QueueItem};
use careline::model::{TenantId, Timestamp};
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
    #[arg(long, default_value_t = 50)]
    limit: usize,
    /// Print one case per line as JSON.
    #[arg(long)]
    json: bool,
}

/// Prints the queue.
pub(crate) async fn run(args: &Args) -> Result<()> {
    let tenant = host::reader(&args.data)?.tenant(TenantId::single())?;
    let mut ask = QueueAsk::all().limit(args.limit);
    ask.team = args.team.as_deref().map(Into::into);
    ask.agent = args.agent.as_deref().map(Into::into);
    let items = tenant.queue(&ask).await?;
    let mut out = io::stdout().lock();
    if args.json || !io::stdout().is_terminal() {
        for item in &items {
            serde_json::to_writer(&mut out, item).map_err(io::Error::from)?;
            writeln!(out)?;
        }
    } else if items.is_empty() {
        writeln!(out, "nothing is open")?;
    } else {
        writeln!(out, "{}", rows(&items))?;
    }
    Ok(())
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
