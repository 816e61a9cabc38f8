//! `careline triage`: texts in, one assessment per line out.

use std::fs::File;
use std::io::{self, BufRead, BufReader, BufWriter, IsTerminal, Write};
use std::path::{Path, PathBuf};

use careline::policy::{CompiledPolicy, Policy};
use careline_connectors::{Judged, Texts, judge_row};

use crate::{Failure, Result};

/// What `careline triage` takes.
#[derive(clap::Args)]
pub(crate) struct Args {
    /// JSON lines with `text`, and where known `id`, `network`, `lang`, `author`, `brand`, `surface`, `visibility`; `-` is
    /// the standard input.
    #[arg(required = true, value_name = "FILE")]
    files: Vec<PathBuf>,
    /// The policy to look with; a row's `brand` takes the place of the policy's.
    #[arg(long, value_name = "FILE")]
    policy: Option<PathBuf>,
    /// Print JSON lines also on a terminal.
    #[arg(long)]
    json: bool,
}

/// Writes one line per row; a row that cannot be read gives a line with an `error`. Fails only if a file cannot be read.
pub(crate) fn run(args: &Args) -> Result<()> {
    let mut desk = Desk::new(args.policy.as_deref())?;
    let table = !args.json && io::stdout().is_terminal();
    let mut out = BufWriter::new(io::stdout().lock());
    if table {
        writeln!(out, "{}", HEAD)?;
    }
    let mut unread = false;
    for file in &args.files {
        if let Err(error) = desk.read(file, &mut out, table) {
            if error.kind() == io::ErrorKind::BrokenPipe {
                return Err(error.into());
            }
            unread = true;
            eprintln!("careline: cannot read {}: {error}", file.display());
        }
    }
    out.flush()?;
    if unread { Err(Failure::Told("at least one file could not be read")) } else { Ok(()) }
}

/// What rows are assessed with.
struct Desk {
    texts: Texts,
}

impl Desk {
    fn new(file: Option<&Path>) -> Result<Self> {
        let Some(file) = file else { return Ok(Self { texts: Texts::without_policy()? }) };
        let policy = Policy::load(file).and_then(CompiledPolicy::new).map_err(|mistakes| {
            eprintln!("{mistakes}");
            Failure::Told("the policy has mistakes")
        })?;
        Ok(Self { texts: Texts::new(policy) })
    }

    fn read(&mut self, file: &Path, out: &mut impl Write, table: bool) -> io::Result<()> {
        let mut lines: Box<dyn BufRead> = match file == Path::new("-") {
            true => Box::new(io::stdin().lock()),
            false => Box::new(BufReader::new(File::open(file)?)),
        };
        let mut raw = Vec::new();
        let mut number = 0u64;
        while lines.read_until(b'\n', &mut raw)? > 0 {
            number += 1;
            if !raw.trim_ascii().is_empty() {
                let judged = judge_row(&mut self.texts, raw.trim_ascii(), number);
                writeln!(out, "{}", if table { cells(&judged) } else { judged.to_line() })?;
            }
            raw.clear();
        }
        Ok(())
    }
}

const HEAD: &str = "tier  respond  intent     tone      category   lang  flags          text";

/// One line of the table.
fn cells(judged: &Judged) -> String {
    let found = match &judged.outcome {
        Err(error) => return format!("   !  {}: {error}", judged.id),
        Ok(found) => found,
    };
    let mut flags = Vec::new();
    flags.extend(found.spam.then_some("spam"));
    flags.extend(found.abuse.then_some("abuse"));
    flags.extend((!found.pii.is_empty()).then_some("pii"));
    let respond = if found.needs_response { "yes" } else { "no" };
    let shown: String = judged.text.chars().map(|c| if c.is_control() { ' ' } else { c }).take(60).collect();
    format!(
        "{:>4}  {respond:7}  {:9}  {:8}  {:9}  {:4}  {:13}  {shown}",
        found.tier,
        found.intent,
        found.sentiment,
        found.category,
        found.language,
        flags.join(" ")
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_table_has_a_line_for_each_row_and_no_control_characters() {
        let mut desk = Desk::new(None).unwrap();
        let shown = cells(&judge_row(&mut desk.texts, br#"{"text":"help\u001b[2J me"}"#, 1));
        assert!(shown.contains("help") && !shown.contains('\u{1b}'));
        assert!(cells(&judge_row(&mut desk.texts, b"5", 2)).contains("!  2:"));
    }
}
