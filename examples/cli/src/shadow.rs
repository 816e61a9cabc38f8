//! `careline shadow`: what another policy or model would make of the messages that are kept.

use std::collections::{BTreeMap, BTreeSet};
use std::io::{self, IsTerminal as _, Write};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use careline::care::{Engine, ShadowAsk, ShadowChange, ShadowReport, ShadowRules, Tenant, TenantSetup};
use careline::model::{Finding, TenantId, Timestamp};
use careline::policy::CompiledPolicy;
use careline::{Error, ErrorKind};
use careline_connectors::with_signals;
use careline_sqlite::SqliteStore;
use clap::Args as ClapArgs;

use crate::{Result, host, table};

/// How many characters of a text are shown.
const EXCERPT: usize = 100;

/// Under what, and which messages.
#[derive(ClapArgs)]
pub(crate) struct Args {
    /// The policy to judge under; the present one shows what a new version of careline changes.
    #[arg(long, value_name = "FILE")]
    policy: PathBuf,
    /// The data directory.
    #[arg(long, value_name = "DIR")]
    data: PathBuf,
    /// Only messages sent since then, as RFC 3339.
    #[arg(long)]
    since: Option<String>,
    /// At most so many messages, of all times alike and the same ones each time.
    #[arg(long, value_parser = clap::value_parser!(u32).range(1..))]
    limit: Option<u32>,
    /// How many examples of each change to show at most.
    #[arg(long, default_value_t = 3)]
    examples: u32,
    /// Print JSON.
    #[arg(long)]
    json: bool,
}

/// Prints what would differ.
pub(crate) async fn run(args: &Args) -> Result<()> {
    let policy = CompiledPolicy::new(host::load_policy(&args.policy)?).map_err(Error::from)?;
    let report = tenant(&args.data, policy)?.shadow(None, &ask(args)?).await?;
    let mut out = io::stdout().lock();
    if args.json || !io::stdout().is_terminal() {
        serde_json::to_writer(&mut out, &report).map_err(io::Error::from)?;
        writeln!(out)?;
    } else {
        print(&mut out, &report)?;
    }
    Ok(())
}

/// The tenant of a data directory under a policy, over a database that nothing is written to.
fn tenant(data: &Path, policy: CompiledPolicy) -> Result<Tenant> {
    let store = Arc::new(SqliteStore::open_read_only(host::database(data))?);
    let setup = with_signals(TenantSetup::new(policy));
    Ok(Engine::builder(store).tenant(TenantId::single(), setup).build()?.tenant(TenantId::single())?)
}

fn ask(args: &Args) -> Result<ShadowAsk> {
    let wrong = |text: &str| {
        Error::new(ErrorKind::InputInvalid, "this is no time; write it as 2026-11-20T15:00:00Z").with("since", text)
    };
    let mut ask = ShadowAsk::default();
    if let Some(since) = &args.since {
        ask.since = Some(Timestamp::parse(since).ok_or_else(|| wrong(since))?);
    }
    ask.limit = args.limit.map(|limit| limit as usize);
    ask.examples = args.examples as usize;
    Ok(ask)
}

fn print(out: &mut impl Write, report: &ShadowReport) -> io::Result<()> {
    let policy = |rules: &ShadowRules| rules.policy.clone().unwrap_or_else(|| "none noted".to_owned());
    writeln!(out, "policy {} → {}", policy(&report.before), policy(&report.after))?;
    writeln!(out, "models {} → {}", models(&report.before.models), models(&report.after.models))?;
    let more = if report.more { ", and there are more" } else { "" };
    writeln!(
        out,
        "{} of {} messages judged again{more}; {} differ",
        report.compared, report.messages, report.differing
    )?;
    for (number, what) in [
        (report.without_text, "messages not compared: their text or assessment is no longer kept"),
        (report.corrected, "messages not compared: a person has corrected them"),
        (report.moved, "teams not compared: their cases were moved since"),
    ] {
        if number > 0 {
            writeln!(out, "{number} {what}")?;
        }
    }
    writeln!(out, "an advisor would be asked about {}", report.asked)?;
    let changes = || report.fields.iter().flat_map(|field| field.changes.iter().map(|change| (&*field.field, change)));
    if changes().next().is_none() {
        return Ok(());
    }
    let mut table = table::with_heads(&["answer", "from", "to", "messages"]);
    for (field, change) in changes() {
        table.add_row([field, &change.from, &change.to, &change.count.to_string()]);
    }
    writeln!(out, "{table}")?;
    changes().try_for_each(|(field, change)| print_examples(out, report, field, change))
}

/// `careline-text 1, x 2`.
fn models<N: AsRef<str>, V: AsRef<str>>(models: &BTreeMap<N, BTreeSet<V>>) -> String {
    let one = |(name, versions): (&N, &BTreeSet<V>)| {
        let versions: Vec<_> = versions.iter().map(V::as_ref).collect();
        format!("{} {}", name.as_ref(), versions.join("/"))
    };
    let all: Vec<_> = models.iter().map(one).collect();
    if all.is_empty() { "none".to_owned() } else { all.join(", ") }
}

fn print_examples(out: &mut impl Write, report: &ShadowReport, field: &str, change: &ShadowChange) -> io::Result<()> {
    if !change.examples.is_empty() {
        writeln!(out, "\n{field}: {} → {}", change.from, change.to)?;
    }
    for example in &change.examples {
        let text = report.text_of(&example.message).unwrap_or_default();
        let case = example.case.as_ref().map(|case| format!(" in case {case}")).unwrap_or_default();
        writeln!(out, "  {}{case}  “{}”", example.message, excerpt(text))?;
        for (sign, findings) in [('+', &example.reasons), ('-', &example.gone)] {
            findings.iter().try_for_each(|finding| print_finding(out, sign, finding, text))?;
        }
    }
    Ok(())
}

fn print_finding(out: &mut impl Write, sign: char, finding: &Finding, text: &str) -> io::Result<()> {
    let words = finding.span.map(|span| format!("  “{}”", excerpt(span.of(text)))).unwrap_or_default();
    writeln!(out, "    {sign} {:<16} {:>6.2}  {}{words}", finding.value, finding.weight, finding.rule)
}

/// The beginning of a text, on one line.
fn excerpt(text: &str) -> String {
    let line = text.split_whitespace().collect::<Vec<_>>().join(" ");
    match line.char_indices().nth(EXCERPT) {
        Some((end, _)) => format!("{}…", &line[..end]),
        None => line,
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_report_reads_as_a_table_with_examples() {
        let finding = json!({"about": "tier", "value": "3", "weight": 20.0, "rule": "policy.priority"});
        let example = json!({"message": "m1", "case": "c1", "reasons": [finding], "gone": []});
        let report = json!({
            "before": {"policy": "aaa", "models": {"careline-text": ["1", "2"]}}, "after": {"models": {}},
            "messages": 9, "compared": 7, "without_text": 2, "corrected": 0, "differing": 5, "asked": 7, "moved": 1,
            "more": true,
            "fields": [
                {"field": "intent", "changed": 0, "changes": []},
                {"field": "tier", "changed": 5, "changes": [{"from": "1", "to": "3", "count": 5, "examples": [example]}]},
            ],
        });
        let mut out = Vec::new();
        print(&mut out, &serde_json::from_value(report).unwrap()).unwrap();
        let printed = String::from_utf8(out).unwrap();
        for line in [
            "policy aaa → none noted",
            "models careline-text 1/2 → none",
            "7 of 9 messages judged again, and there are more; 5 differ",
            "2 messages not compared: their text",
            "1 teams not compared",
            "tier: 1 → 3",
            "  m1 in case c1  “”",
            "    + 3                 20.00  policy.priority",
        ] {
            assert!(printed.contains(line), "{line}\n{printed}");
        }
        assert!(!printed.contains("corrected") && !printed.contains("intent"), "{printed}");
    }
}
