//! `careline triage`: texts in, one assessment per line out.

use std::fs::File;
use std::io::{self, BufRead, BufReader, BufWriter, IsTerminal, Write};
use std::path::{Path, PathBuf};

use careline::Error;
use careline::model::Assessment;
use careline::policy::{CompiledPolicy, Policy};
use careline::wire::Body;
use careline_connectors::{Text, Texts};
use serde::{Deserialize, Serialize};
use serde_json::Value;

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

/// One message as a row tells it. Other fields are let be.
#[derive(Deserialize)]
struct Row {
    id: Option<Value>,
    #[serde(flatten)]
    text: Text,
}

#[derive(Serialize)]
struct Line<'a> {
    id: &'a Value,
    #[serde(flatten)]
    outcome: Outcome<'a>,
}

#[derive(Serialize)]
#[serde(rename_all = "snake_case")]
enum Outcome<'a> {
    Assessment(&'a Assessment),
    Error(&'a Error),
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
                let (id, text, outcome) = self.line(raw.trim_ascii(), number);
                let outcome = outcome.as_ref().map_or_else(Outcome::Error, Outcome::Assessment);
                if table {
                    writeln!(out, "{}", cells(&id, &text, &outcome))?;
                } else {
                    serde_json::to_writer(&mut *out, &Line { id: &id, outcome })?;
                    out.write_all(b"\n")?;
                }
            }
            raw.clear();
        }
        Ok(())
    }

    /// The row's id (its line, where it has none), its text, and what is thought of it.
    fn line(&mut self, raw: &[u8], number: u64) -> (Value, String, careline::Result<Assessment>) {
        let body = Body::read(raw);
        let row = body.parse::<Row>().or_else(|error| body.repair().map_or(Err(error), |repaired| repaired.parse()));
        match row {
            Ok(row) => {
                let id = row.id.clone().filter(|id| !id.is_null()).unwrap_or_else(|| number.into());
                let assessment = self.texts.prepare([&row.text]).map(|()| self.texts.assess(&row.text));
                (id, row.text.text, assessment)
            }
            Err(error) => {
                let id = body.parse::<Value>().ok().and_then(|mut row| Some(row.get_mut("id")?.take()));
                let error =
                    error.with("row", number).with("expected", "an object with a `text`, other fields as texts");
                (id.unwrap_or_else(|| number.into()), String::new(), Err(error))
            }
        }
    }
}

const HEAD: &str = "tier  respond  intent     tone      category   lang  flags          text";

/// One line of the table.
fn cells(id: &Value, text: &str, outcome: &Outcome<'_>) -> String {
    let found = match outcome {
        Outcome::Error(error) => return format!("   !  {id}: {error}"),
        Outcome::Assessment(found) => found,
    };
    let mut flags = Vec::new();
    flags.extend(found.spam.then_some("spam"));
    flags.extend(found.abuse.then_some("abuse"));
    flags.extend((!found.pii.is_empty()).then_some("pii"));
    let respond = if found.needs_response { "yes" } else { "no" };
    let shown: String = text.chars().map(|c| if c.is_control() { ' ' } else { c }).take(60).collect();
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

    fn lines(input: &str) -> Vec<Value> {
        let mut desk = Desk::new(None).unwrap();
        let mut written = Vec::new();
        for (number, line) in (1..).zip(input.lines()) {
            let (id, _, outcome) = desk.line(line.as_bytes(), number);
            let outcome = outcome.as_ref().map_or_else(Outcome::Error, Outcome::Assessment);
            written.push(serde_json::to_value(Line { id: &id, outcome }).unwrap());
        }
        written
    }

    #[test]
    fn each_row_gives_a_line_with_its_id() {
        let found = lines(concat!(
            r#"{"id":"a","text":"@acme where is my parcel?","network":"x","lang":"en","brand":"Acme","author":"jodoe"}"#,
            "\n",
            r#"{"id":7,"text":"My refund is late, terrible service","gold":{"any":1}}"#,
            "\n",
            r#"{"text":"The sun is shining in the park","brand":"Acme"}"#,
        ));
        assert_eq!((&found[0]["id"], &found[0]["assessment"]["intent"]), (&"a".into(), &"question".into()));
        assert_eq!((&found[1]["id"], &found[1]["assessment"]["needs_response"]), (&7.into(), &true.into()));
        assert_eq!((&found[2]["id"], &found[2]["assessment"]["relevance"]), (&3.into(), &"none".into()));
    }

    #[test]
    fn a_bad_row_gives_an_error_and_the_next_one_is_read() {
        let found = lines("{\"id\":\"x\",\"text\":5}\nnot json\n{\"text\":\"thanks! \\ud83d\"}");
        assert_eq!((&found[0]["id"], &found[0]["error"]["code"]), (&"x".into(), &"input_invalid".into()));
        assert_eq!((&found[1]["id"], &found[1]["error"]["code"]), (&2.into(), &"input_invalid".into()));
        assert_eq!(found[0]["error"]["context"]["row"], "1");
        assert!(found[0]["error"]["context"]["expected"].as_str().unwrap().contains("`text`"));
        assert_eq!(found[2]["assessment"]["intent"], "praise");
    }

    #[test]
    fn a_table_has_a_line_for_each_row_and_no_control_characters() {
        let mut desk = Desk::new(None).unwrap();
        let (id, text, outcome) = desk.line(br#"{"text":"help\u001b[2J me"}"#, 1);
        let shown = cells(&id, &text, &Outcome::Assessment(&outcome.unwrap()));
        assert!(shown.contains("help") && !shown.contains('\u{1b}'));
    }
}
