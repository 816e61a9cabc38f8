//! `careline triage`: texts in, one assessment per line out.

use std::collections::BTreeMap;
use std::fs::File;
use std::io::{self, BufRead, BufReader, BufWriter, IsTerminal, Write};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use careline::model::{Assessment, Inbound, Profile, Question, Surface, Visibility};
use careline::policy::{CompiledPolicy, Policy};
use careline::triage::{Evidence, Subject, Triage, TriageInput, Triages};
use careline::wire::Body;
use careline::{Error, ErrorKind};
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
    text: String,
    network: Option<String>,
    lang: Option<String>,
    author: Option<String>,
    brand: Option<String>,
    surface: Option<Surface>,
    visibility: Option<Visibility>,
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
    policy: Policy,
    by_brand: BTreeMap<String, CompiledPolicy>,
}

impl Desk {
    fn new(file: Option<&Path>) -> Result<Self> {
        let policy = match file {
            Some(file) => Policy::load(file),
            None => Policy::parse("[brand]\nname = \"careline\"\n", "built in"),
        };
        let policy = policy.map_err(|mistakes| {
            eprintln!("{mistakes}");
            Failure::Told("the policy has mistakes")
        })?;
        Ok(Self { policy, by_brand: BTreeMap::new() })
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
                let assessment = self.assess(&row);
                (id, row.text, assessment)
            }
            Err(error) => {
                let id = body.parse::<Value>().ok().and_then(|mut row| Some(row.get_mut("id")?.take()));
                let error =
                    error.with("row", number).with("expected", "an object with a `text`, other fields as texts");
                (id.unwrap_or_else(|| number.into()), String::new(), Err(error))
            }
        }
    }

    fn assess(&mut self, row: &Row) -> careline::Result<Assessment> {
        let brand = row.brand.as_deref().map(str::trim).filter(|brand| !brand.is_empty());
        let policy = self.policy_for(brand)?;
        let message = message(row);
        let row_says = RowTriage { handed_in: brand.is_none() };
        let triages = Triages::default().with(Arc::new(row_says));
        Ok(triages.assess(&TriageInput::new(&message, policy), &Subject::of_inbound(&message)))
    }

    fn policy_for(&mut self, brand: Option<&str>) -> careline::Result<&CompiledPolicy> {
        let name = brand.unwrap_or(&self.policy.brand.name).to_owned();
        if !self.by_brand.contains_key(&name) {
            let mut policy = self.policy.clone();
            policy.brand.name.clone_from(&name);
            let policy = CompiledPolicy::new(policy).map_err(|mistakes| {
                Error::new(ErrorKind::ConfigInvalid, format!("no policy for this brand: {mistakes}"))
            })?;
            self.by_brand.insert(name.clone(), policy);
        }
        self.by_brand.get(&name).ok_or_else(|| Error::new(ErrorKind::Unexpected, "the policy is not kept"))
    }
}

/// Networks on which people write to one brand alone.
const PRIVATE: [&str; 9] =
    ["chat", "sms", "email", "messenger", "whatsapp", "telegram", "line", "signal", "direct_message"];

fn message(row: &Row) -> Inbound {
    let network = row.network.as_deref().unwrap_or("unknown");
    let private = PRIVATE.contains(&network);
    let usual = if private { Surface::DirectMessage } else { Surface::Mention };
    let surface = row.surface.clone().unwrap_or(usual);
    let usual = if surface == Surface::DirectMessage { Visibility::Private } else { Visibility::Public };
    let mut message = Inbound::new(network, "row", surface, row.visibility.clone().unwrap_or(usual));
    message.language = row.lang.as_deref().map(Into::into);
    message.author = row.author.as_deref().map(|author| Profile::new(network, author));
    message.content.text.clone_from(&row.text);
    message
}

/// What it says about a message that somebody put it into this file.
#[derive(Debug)]
struct RowTriage {
    /// Whether no brand is named: then the message is taken as one to whoever asks.
    handed_in: bool,
}

impl Triage for RowTriage {
    fn id(&self) -> &'static str {
        "careline-row/1"
    }

    fn assess(&self, input: &TriageInput<'_>, evidence: &mut Evidence) -> careline::Result<()> {
        if self.handed_in {
            evidence.add(Question::Relevance, "addressed", 2.0, "row.handed_in", None);
        } else if input.text().trim_start().starts_with('@') {
            evidence.add(Question::Relevance, "addressed", 1.5, "row.answers_somebody", None);
        }
        Ok(())
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
