//! `careline outbox`: replies, where they stand, and what a person decides about them.

use std::io::{self, IsTerminal as _, Write};
use std::path::PathBuf;

use careline::care::{Listed, PageAsk, Tenant};
use careline::clock::{Clock as _, SystemClock};
use careline::engage::guard::Instead;
use careline::model::{Reply, ReplyId, ReplyState, TenantId, Timestamp};
use careline::store::ReplyFilter;
use careline::{Error, ErrorKind};
use clap::{Args as ClapArgs, Subcommand};
use comfy_table::ColumnConstraint;

use crate::queue::due;
use crate::reply::plain;
use crate::{Result, explain, host, table};

/// What `careline outbox` does; without a command it lists.
#[derive(ClapArgs)]
#[command(args_conflicts_with_subcommands = true)]
pub(crate) struct Args {
    #[command(subcommand)]
    decision: Option<Decision>,
    #[command(flatten)]
    list: Option<List>,
}

/// Which replies to list.
#[derive(ClapArgs)]
pub(crate) struct List {
    /// The data directory.
    #[arg(long, value_name = "DIR")]
    data: PathBuf,
    /// Only those in this state; may be given several times.
    #[arg(long)]
    state: Vec<String>,
    /// Only those of this case: its id, or the beginning of it.
    #[arg(long)]
    case: Option<String>,
    /// At most so many.
    #[arg(long, default_value_t = 50, value_parser = clap::value_parser!(u32).range(1..))]
    limit: u32,
    /// Go on after a page: what the line below it told.
    #[arg(long, value_name = "CURSOR", allow_hyphen_values = true)]
    after: Option<String>,
    /// Print one reply per line as JSON, and in a last line where the next page begins, if there is more.
    #[arg(long)]
    json: bool,
}

/// What a person decides about a reply.
#[derive(Subcommand)]
enum Decision {
    /// Send it after all: it was held or refused, or nobody could tell and the network does not have it.
    Retry(About),
    /// Nobody could tell, and the network has it under this id.
    Sent {
        #[command(flatten)]
        about: About,
        /// The id that the network gave it.
        #[arg(value_parser = clap::builder::NonEmptyStringValueParser::new())]
        native_id: String,
    },
    /// Take it back: nothing of it was sent yet.
    Withdraw(About),
}

#[derive(ClapArgs)]
struct About {
    /// The reply, by its id.
    id: String,
    /// Who decides.
    #[arg(long = "as", value_name = "AGENT")]
    by: String,
    #[command(flatten)]
    place: host::Place,
    /// Print JSON.
    #[arg(long)]
    json: bool,
}

/// Lists or decides.
pub(crate) async fn run(args: &Args) -> Result<()> {
    match (&args.decision, &args.list) {
        (Some(decision), _) => decide_here(decision).await,
        (None, Some(list)) => print(list).await,
        // clap asks for `--data` before.
        (None, None) => Err(crate::Failure::Told("say where the database is: --data DIR")),
    }
}

async fn decide_here(decision: &Decision) -> Result<()> {
    let (Decision::Retry(about) | Decision::Sent { about, .. } | Decision::Withdraw(about)) = decision;
    let tenant = host::worker(&about.place).await?.tenant(TenantId::single())?;
    let reply = decide(&tenant, decision).await?;
    tell(&mut io::stdout().lock(), &reply, about.json || !io::stdout().is_terminal())
}

async fn decide(tenant: &Tenant, decision: &Decision) -> Result<Reply> {
    Ok(match decision {
        Decision::Retry(About { id, by, .. }) => tenant.send_after_all(&ReplyId::from(id.as_str()), by).await?,
        Decision::Sent { about: About { id, by, .. }, native_id } => {
            tenant.was_sent(&ReplyId::from(id.as_str()), by, native_id).await?
        }
        Decision::Withdraw(About { id, by, .. }) => tenant.withdraw(&ReplyId::from(id.as_str()), by).await?,
    })
}

/// One reply: as JSON, or where it stands in a line.
pub(crate) fn tell(out: &mut impl Write, reply: &Reply, json: bool) -> Result<()> {
    if json {
        serde_json::to_writer(&mut *out, reply).map_err(io::Error::from)?;
        writeln!(out)?;
    } else {
        writeln!(out, "reply {}: {}", reply.id, standing(reply))?;
    }
    Ok(())
}

async fn print(list: &List) -> Result<()> {
    let tenant = host::reader(&list.data)?.tenant(TenantId::single())?;
    let page = replies(&tenant, list).await?;
    let mut out = io::stdout().lock();
    if list.json || !io::stdout().is_terminal() {
        for reply in &page.items {
            tell(&mut out, reply, true)?;
        }
        if let Some(after) = &page.after {
            writeln!(out, "{}", serde_json::json!({ "after": after }))?;
        }
    } else if page.items.is_empty() {
        writeln!(out, "there are no such replies")?;
    } else {
        writeln!(out, "{}", rows(&page.items, SystemClock.now()))?;
        if let Some(after) = &page.after {
            writeln!(out, "the next ones: --after {after}")?;
        }
    }
    Ok(())
}

async fn replies(tenant: &Tenant, list: &List) -> Result<Listed<Reply>> {
    if let Some(wrong) = list.state.iter().find(|state| !ReplyState::KNOWN.contains(&state.as_str())) {
        let error = Error::new(ErrorKind::InputInvalid, "there is no such state");
        return Err(error.with("state", wrong).with("known", ReplyState::KNOWN.join(", ")).into());
    }
    let mut filter = ReplyFilter::in_states(list.state.iter().map(|state| ReplyState::from(state.as_str())));
    if let Some(case) = &list.case {
        filter.case = Some(explain::find(tenant, case).await?);
    }
    Ok(tenant.replies(filter, PageAsk::first(list.limit as usize).after(list.after.clone())).await?)
}

fn rows(replies: &[Reply], now: Timestamp) -> String {
    let heads = ["reply", "state", "by", "account", "does", "next try", "last failure", "says"];
    let mut table = table::with_heads(&heads);
    // Ids are there to be copied.
    if let Some(ids) = table.column_mut(0) {
        ids.set_constraint(ColumnConstraint::ContentWidth);
    }
    for reply in replies {
        table.add_row([
            reply.id.as_str(),
            reply.state.as_str(),
            &reply.author,
            reply.account.as_str(),
            &reply.verb,
            &next_try(reply).map(|at| due(at, now)).unwrap_or_default(),
            failure(reply).unwrap_or(""),
            &plain(reply.text()),
        ]);
    }
    table.to_string()
}

/// When something is done about it next, where that is known.
pub(crate) fn next_try(reply: &Reply) -> Option<Timestamp> {
    matches!(reply.state, ReplyState::Queued | ReplyState::Sending).then(|| reply.due_at()).flatten()
}

/// What the part that is not sent yet failed with last; else why a reply ended.
pub(crate) fn failure(reply: &Reply) -> Option<&str> {
    if reply.state == ReplyState::Delivered {
        return None;
    }
    let part = reply.next_part().and_then(|part| reply.parts[part].failure.as_deref());
    let ended = matches!(reply.state, ReplyState::Refused | ReplyState::Rejected | ReplyState::Held);
    part.or_else(|| reply.reasons.last().filter(|_| ended).map(|reason| reason.note.as_str()))
}

/// Where a reply stands, in words.
pub(crate) fn standing(reply: &Reply) -> String {
    let state = reply.state.as_str().replace('_', " ");
    let link = reply.parts.iter().filter_map(|part| part.permalink.as_deref()).next_back();
    match (&reply.state, link, failure(reply)) {
        (ReplyState::Delivered, Some(link), _) => format!("{state}, {link}"),
        (_, _, Some(failure)) => format!("{state}: {failure}"),
        _ => state,
    }
}

/// What can be done instead, for people.
pub(crate) fn instead(step: Instead) -> &'static str {
    match step {
        Instead::MoveToPrivate => "go on in private",
        Instead::ReadAgain => "read what came since",
        Instead::Reword => "say it in other words",
        Instead::Split => "say it in several parts, or in fewer words",
        Instead::AskALead => "ask somebody who leads the team",
        Instead::WaitForRelease => "wait until the incident is released",
        Instead::SetAside => "set the warning aside and send it all the same",
        Instead::AnswerInPublic => "answer where others can read it",
        Instead::WaitForCustomer => "wait until the customer writes again",
        Instead::UseTheApp => "answer in the network's own app",
        Instead::Nothing => "nothing: it is done already",
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::demo::network::Fate;
    use crate::demo::story::{Scene, scene};

    fn decision(words: &[&str]) -> Decision {
        let fixed = ["--as", "sam", "--policy", "acme.toml", "--data", "."];
        crate::parsed::<Args>(&[words, &fixed].concat()).decision.unwrap()
    }

    fn list(words: &[&str]) -> List {
        crate::parsed::<Args>(&[words, &["--data", "."]].concat()).list.unwrap()
    }

    #[tokio::test]
    async fn a_list_tells_states_failures_and_the_next_try() {
        let scene = scene().await;
        let Scene { engine, tenant, case, x, .. } = &scene;
        x.next(Fate::Down);
        let reply = scene.submit("We are sorry, and look into it now.").await;
        engine.tick().await.unwrap();
        let found = replies(tenant, &list(&["--state", "queued", "--state", "sending", "--case", case.as_str()])).await;
        let found = found.unwrap().items;
        assert_eq!(found.len(), 1, "{found:?}");
        assert!(next_try(&found[0]).is_some(), "{found:?}");
        let table = rows(&found, engine.now());
        assert!(table.contains(reply.id.as_str()) && table.contains("the network is down"), "{table}");
        assert!(replies(tenant, &list(&["--state", "delivered"])).await.unwrap().items.is_empty());
        let wrong = replies(tenant, &list(&["--state", "lost"])).await.unwrap_err().to_string();
        assert!(wrong.contains("awaiting_approval"), "{wrong}");
    }

    #[tokio::test]
    async fn a_refused_reply_is_sent_after_all_and_a_queued_one_withdrawn() {
        let scene = scene().await;
        let Scene { engine, tenant, x, .. } = &scene;
        x.next(Fate::Refused);
        let refused = scene.submit("We are sorry, and look into it now.").await;
        engine.tick().await.unwrap();
        let refused = tenant.reply_record(&refused.id).await.unwrap();
        assert!(standing(&refused).starts_with("refused: "), "{}", standing(&refused));
        let again = decide(tenant, &decision(&["retry", refused.id.as_str()])).await.unwrap();
        assert_eq!(again.state, ReplyState::Queued);
        let taken_back = decide(tenant, &decision(&["withdraw", refused.id.as_str()])).await.unwrap();
        assert_eq!(taken_back.state, ReplyState::Withdrawn);
        let late = decide(tenant, &decision(&["withdraw", refused.id.as_str()])).await;
        assert!(late.is_ok(), "taking back twice is no mistake");
        engine.tick().await.unwrap();
        assert!(x.said().is_empty());
    }

    #[tokio::test]
    async fn what_nobody_can_tell_is_settled_by_who_has_looked() {
        let scene = scene().await;
        let Scene { tenant, x, .. } = &scene;
        x.next(Fate::Lost);
        let lost = scene.submit("We are sorry, and look into it now.").await;
        scene.until(&lost.id, &ReplyState::Unknown).await;
        let settled = decide(tenant, &decision(&["sent", lost.id.as_str(), "77"])).await.unwrap();
        assert_eq!(settled.state, ReplyState::Delivered);
        let again = decide(tenant, &decision(&["sent", lost.id.as_str(), "77"])).await.unwrap_err().to_string();
        assert!(again.contains("delivered"), "{again}");
        let nothing = decide(tenant, &decision(&["retry", "s0"])).await.unwrap_err().to_string();
        assert!(nothing.contains("no such reply"), "{nothing}");
    }
}
