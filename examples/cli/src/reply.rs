//! `careline reply`: judges an answer and submits it. `careline serve` sends it.

use std::io::{self, IsTerminal as _, Write};
use std::time::Duration;

use careline::care::{CaseView, Engine, Submitted, Tenant};
use careline::engage::guard::{Objection, Weight};
use careline::engage::verdict::Verdict;
use careline::model::{Message, MessageId, Origin, Reply, ReplyDraft, ReplyId, ReplyState, TenantId, Visibility};
use clap::Args as ClapArgs;

use crate::{Failure, Result, explain, host, outbox};

/// So long `--wait` waits.
const PATIENCE: Duration = Duration::from_secs(120);
/// Pause between two looks with `--wait`.
const LOOK: Duration = Duration::from_millis(200);

/// What to say, and to whom.
#[derive(ClapArgs)]
pub(crate) struct Args {
    /// The case, by its id or the beginning of it: its customer's latest message is answered. Or a message, by its id.
    #[arg(value_name = "CASE|MESSAGE")]
    to: String,
    /// The words.
    text: String,
    /// The agent of the policy who says it.
    #[arg(long = "as", value_name = "AGENT")]
    author: String,
    /// Answer in private: in the case's private thread if there is one.
    #[arg(long)]
    private: bool,
    /// What it is for: `answer`, `invitation` into private, `return_note` in public.
    #[arg(long, value_name = "PURPOSE")]
    purpose: Option<String>,
    /// Names the submission: the same key again is the same reply. By default the same words of the same agent to the
    /// same message are.
    #[arg(long)]
    key: Option<String>,
    /// A text that is too long may become a numbered thread.
    #[arg(long)]
    thread: bool,
    /// A guard whose warning is set aside; may be given several times.
    #[arg(long, value_name = "GUARD")]
    despite: Vec<String>,
    /// Only judge it.
    #[arg(long, conflicts_with = "wait")]
    check: bool,
    /// Send it from here, and wait until it is delivered or stopped.
    #[arg(long)]
    wait: bool,
    #[command(flatten)]
    place: host::Place,
    /// Print JSON.
    #[arg(long)]
    json: bool,
}

/// Prints the verdict and what became of it; fails if it may not be sent.
pub(crate) async fn run(args: &Args) -> Result<()> {
    let engine = host::worker(&args.place).await?;
    let tenant = engine.tenant(TenantId::single())?;
    let submitted = submit(args, &tenant).await?;
    let submitted = match (&submitted.reply, args.wait) {
        (Some(reply), true) => delivered(&engine, &tenant, &reply.id).await.map(|reply| with(submitted, reply))?,
        _ => submitted,
    };
    let mut out = io::stdout().lock();
    if args.json || !io::stdout().is_terminal() {
        serde_json::to_writer(&mut out, &submitted).map_err(io::Error::from)?;
        writeln!(out)?;
    } else {
        print(&mut out, &submitted)?;
    }
    match &submitted {
        Submitted { reply: Some(reply), .. } if args.wait && reply.state != ReplyState::Delivered => {
            Err(Failure::Told("it is not delivered"))
        }
        Submitted { reply: None, verdict, .. } if !verdict.allowed => Err(Failure::Told("it may not be sent so")),
        _ => Ok(()),
    }
}

fn with(submitted: Submitted, reply: Reply) -> Submitted {
    let mut submitted = submitted;
    submitted.reply = Some(reply);
    submitted
}

/// Judges, and submits unless it is only to be judged.
async fn submit(args: &Args, tenant: &Tenant) -> Result<Submitted> {
    let to = target(tenant, &args.to, args.private).await?;
    let key = args.key.clone().unwrap_or_else(|| own_key(&args.author, &to, &args.text));
    let draft = ReplyDraft {
        verb: args.private.then(|| "direct_message".into()),
        purpose: args.purpose.as_deref().map(Into::into),
        thread: args.thread,
        despite: args.despite.clone(),
        ..ReplyDraft::answer(key, &args.author, to, &args.text)
    };
    if args.check {
        return Ok(judged(tenant.can_send(&draft).await?)?);
    }
    Ok(tenant.reply(draft).await?)
}

/// A verdict on what is not submitted.
fn judged(verdict: Verdict) -> io::Result<Submitted> {
    // The type is open, so that only its JSON can be put together here.
    Ok(serde_json::from_value(serde_json::json!({ "verdict": verdict }))?)
}

/// The same words of the same agent to the same message are one reply, however often the command is repeated.
fn own_key(author: &str, to: &MessageId, text: &str) -> String {
    format!("cli-{}", ReplyId::derive(&[author, to.as_str(), text]))
}

/// The message to answer: the one of this id, or the customer's latest in the case.
async fn target(tenant: &Tenant, text: &str, private: bool) -> Result<MessageId> {
    let message = MessageId::from(text);
    if tenant.reading(&message).await.is_ok() {
        return Ok(message);
    }
    let view = tenant.case(&explain::find(tenant, text).await?).await?;
    Ok(latest(&view, private).map_or_else(|| view.case.lead.clone(), |message| message.id.clone()))
}

/// The customer's latest message in a case; with `private` the latest in private, if there is one.
pub(crate) fn latest(view: &CaseView, private: bool) -> Option<&Message> {
    let of_case = |message: &&Message| message.case.as_ref() == Some(&view.case.id) && message.deleted_at.is_none();
    let theirs = || {
        let messages = view.threads.iter().flat_map(|thread| &thread.messages);
        messages.filter(of_case).filter(|message| message.origin == Origin::Customer)
    };
    let in_private = theirs().filter(|message| private && message.visibility == Visibility::Private);
    in_private.max_by_key(|message| message.at()).or_else(|| theirs().max_by_key(|message| message.at()))
}

/// Sends what is due until the reply is on the network or nothing more happens to it by itself.
async fn delivered(engine: &Engine, tenant: &Tenant, reply: &ReplyId) -> Result<Reply> {
    let until = tokio::time::Instant::now() + PATIENCE;
    loop {
        engine.tick().await?;
        let reply = tenant.reply_record(reply).await?;
        let moves = matches!(reply.state, ReplyState::Queued | ReplyState::Sending);
        if !moves || tokio::time::Instant::now() >= until {
            return Ok(reply);
        }
        tokio::time::sleep(LOOK).await;
    }
}

fn print(out: &mut impl Write, submitted: &Submitted) -> io::Result<()> {
    let verdict = &submitted.verdict;
    if let Some(route) = &verdict.route {
        write!(out, "{} · {} · {}", route.verb.replace('_', " "), route.surface, route.visibility)?;
        if let Some(at) = route.closes_at {
            write!(out, " · open until {at}")?;
        }
        if let Some(cost) = route.cost_usd {
            write!(out, " · costs ${cost:.3}")?;
        }
        writeln!(out)?;
    }
    for (place, part) in verdict.parts.iter().enumerate() {
        writeln!(out, "  {} of {}: {}", place + 1, verdict.parts.len(), plain(&part.text))?;
    }
    if verdict.length_max > 0 {
        writeln!(out, "  {} of {} {}", verdict.length, verdict.length_max, unit(&verdict.unit))?;
    }
    for note in &verdict.notes {
        writeln!(out, "  changed for the network: {}", note.as_str().replace('_', " "))?;
    }
    for objection in &verdict.objections {
        print_objection(out, objection)?;
    }
    for reason in &verdict.reasons {
        writeln!(out, "{}: {}", reason.rule, reason.note)?;
    }
    if !verdict.allowed {
        for step in &verdict.instead {
            writeln!(out, "  instead: {}", outbox::instead(*step))?;
        }
        if let Some(link) = verdict.invitation.as_ref().and_then(|invitation| invitation.link.as_deref()) {
            writeln!(out, "  a link into private: {link}")?;
        }
    }
    if let Some(approval) = &verdict.approval {
        let by = if approval.by.is_empty() { "a colleague".to_owned() } else { approval.by.join(", ") };
        writeln!(out, "must be approved by {by} until {} ({})", approval.expires_at, approval.rule)?;
    }
    match &submitted.reply {
        Some(reply) => writeln!(out, "reply {}: {}", reply.id, outbox::standing(reply)),
        None if verdict.allowed => writeln!(out, "it may be sent"),
        None => writeln!(out, "it may not be sent so"),
    }
}

fn print_objection(out: &mut impl Write, objection: &Objection) -> io::Result<()> {
    let weight = if objection.weight == Weight::Block { "blocked" } else { "warned" };
    let why: Vec<_> = objection.reasons.iter().map(|reason| reason.note.as_str()).collect();
    writeln!(out, "{weight} by {}: {}", objection.guard, why.join("; "))
}

/// What a network counts, for people.
pub(crate) fn unit(name: &str) -> &str {
    match name {
        "weighted" => "weighted characters",
        "grapheme" | "code_point" => "characters",
        "utf16" => "UTF-16 units",
        "byte" => "bytes",
        other => other,
    }
}

/// Words of a draft or a customer without what a terminal would obey.
pub(crate) fn plain(text: &str) -> String {
    text.chars().map(|letter| if letter.is_control() { ' ' } else { letter }).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::demo::story::{Scene, scene};

    fn args(to: &str, text: &str, more: &[&str]) -> Args {
        crate::parsed(&[&[to, text, "--as", "mia", "--policy", "acme.toml", "--data", "."], more].concat())
    }

    fn said(submitted: &Submitted) -> String {
        let mut out = Vec::new();
        print(&mut out, submitted).unwrap();
        String::from_utf8(out).unwrap()
    }

    #[tokio::test]
    async fn what_may_not_be_sent_says_why_and_what_to_do_instead() {
        let Scene { tenant, case, .. } = scene().await;
        let asks = args(case.as_str(), "Sorry! What is your e-mail address?", &[]);
        let submitted = submit(&asks, &tenant).await.unwrap();
        assert!(!submitted.verdict.allowed && submitted.reply.is_none());
        let said = said(&submitted);
        for told in
            ["blocked by asks_for_pii_in_public", "instead: go on in private", "of 280 weighted", "https://x.com/"]
        {
            assert!(said.contains(told), "{told}: {said}");
        }
    }

    #[tokio::test]
    async fn check_writes_nothing_and_the_same_again_is_the_same_reply() {
        let Scene { engine, tenant, case, .. } = scene().await;
        let text = "We are sorry, and look into it now.";
        let begin: String = case.as_str().chars().take(10).collect();
        let checked = submit(&args(&begin, text, &["--check"]), &tenant).await.unwrap();
        assert!(checked.verdict.allowed && checked.reply.is_none());
        assert!(said(&checked).contains("it may be sent"));
        let first = submit(&args(&begin, text, &[]), &tenant).await.unwrap().reply.unwrap();
        let again = submit(&args(&begin, text, &[]), &tenant).await.unwrap();
        assert_eq!(again.reply.as_ref().unwrap().id, first.id);
        assert!(said(&again).contains("submitted before"), "{}", said(&again));
        let sent = delivered(&engine, &tenant, &first.id).await.unwrap();
        assert_eq!(sent.state, ReplyState::Delivered);
        assert!(said(&with(again, sent)).contains("https://x.com/acme/status/"));
    }

    #[tokio::test]
    async fn a_warning_is_set_aside_by_name_and_a_long_text_becomes_a_thread() {
        let Scene { tenant, case, .. } = scene().await;
        let loud = "PLEASE READ OUR TERMS AGAIN NOW!!!!";
        assert!(!submit(&args(case.as_str(), loud, &[]), &tenant).await.unwrap().verdict.allowed);
        let aside = args(case.as_str(), loud, &["--despite", "tone", "--check"]);
        assert!(submit(&aside, &tenant).await.unwrap().verdict.allowed);
        let long = "This is one sentence of a long answer that says quite a lot. ".repeat(9);
        let threaded = submit(&args(case.as_str(), &long, &["--thread", "--check"]), &tenant).await.unwrap();
        assert_eq!(threaded.verdict.parts.len(), 3);
        assert!(said(&threaded).contains("3 of 3: "));
    }

    #[tokio::test]
    async fn who_is_no_agent_and_what_is_no_case_is_told() {
        let Scene { tenant, case, .. } = scene().await;
        let mut nobody = args(case.as_str(), "Hello, we are here.", &[]);
        nobody.author = "zoe".to_owned();
        let said = said(&submit(&nobody, &tenant).await.unwrap());
        assert!(said.contains("no such agent"), "{said}");
        assert!(submit(&args("c0", "Hello", &[]), &tenant).await.unwrap_err().to_string().contains("no such case"));
    }
}
