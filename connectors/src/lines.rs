//! Files in, lines out: what `careline triage`, `normalise` and `policy check` print, in every language's own program.

use std::path::Path;

use careline::intake::Parsed;
use careline::model::{Assessment, Timestamp};
use careline::network::BodyKind;
use careline::policy::{CompiledPolicy, Policy};
use careline::wire::Body;
use careline::{Error, Result};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use crate::{Text, Texts, normalise};

/// A row of a file and what is thought of it.
#[derive(Debug)]
pub struct Judged {
    /// The row's `id`; its number where it has none.
    pub id: Value,
    /// Its text; empty where the row cannot be read.
    pub text: String,
    /// What it is.
    pub outcome: Result<Assessment>,
}

#[derive(Deserialize)]
struct Row {
    id: Option<Value>,
    #[serde(flatten)]
    text: Text,
}

/// Judges one row, a JSON object with a `text` and what else is known of it. `number` counts rows from 1.
///
/// ```
/// let mut texts = careline_connectors::Texts::without_policy()?;
/// let judged = careline_connectors::judge_row(&mut texts, br#"{"id": 7, "text": "where is my parcel?"}"#, 1);
/// assert!(judged.to_line().starts_with(r#"{"id":7,"assessment":{"#));
/// # Ok::<(), careline::Error>(())
/// ```
pub fn judge_row(texts: &mut Texts, raw: &[u8], number: u64) -> Judged {
    let body = Body::read(raw);
    let row = body.parse::<Row>().or_else(|error| body.repair().map_or(Err(error), |repaired| repaired.parse()));
    match row {
        Ok(row) => {
            let id = row.id.filter(|id| !id.is_null()).unwrap_or_else(|| number.into());
            let outcome = texts.prepare([&row.text]).map(|()| texts.assess(&row.text));
            Judged { id, text: row.text.text, outcome }
        }
        Err(error) => {
            let id = body.parse::<Value>().ok().and_then(|mut row| Some(row.get_mut("id")?.take()));
            let error = error.with("row", number).with("expected", "an object with a `text`, other fields as texts");
            Judged { id: id.unwrap_or_else(|| number.into()), text: String::new(), outcome: Err(error) }
        }
    }
}

impl Judged {
    /// `{"id": …, "assessment": {…}}` or `{"id": …, "error": {…}}`, without a line's end.
    pub fn to_line(&self) -> String {
        #[derive(Serialize)]
        struct Line<'a> {
            id: &'a Value,
            #[serde(skip_serializing_if = "Option::is_none")]
            assessment: Option<&'a Assessment>,
            #[serde(skip_serializing_if = "Option::is_none")]
            error: Option<&'a Error>,
        }
        let (assessment, error) = (self.outcome.as_ref().ok(), self.outcome.as_ref().err());
        serde_json::to_string(&Line { id: &self.id, assessment, error }).unwrap_or_default()
    }
}

/// Reads a file of raw bodies, one JSON document or one in each line, and gives a line for each event and for each item and
/// body that cannot be read: `{"error": {…}, "file": …}`.
pub fn normalised_lines(
    network: &str,
    kind: BodyKind,
    account: Option<&str>,
    raw: &[u8],
    file: &str,
    now: Timestamp,
) -> Vec<String> {
    bodies(raw).into_iter().flat_map(|body| lines(normalise(network, kind, body, account, now), file)).collect()
}

fn lines(parsed: Result<Parsed>, file: &str) -> Vec<String> {
    match parsed {
        Ok(parsed) => {
            let events = parsed.events.iter().map(|event| serde_json::to_string(event).unwrap_or_default());
            events.chain(parsed.rejects.iter().map(|reject| refusal(&reject.error, file))).collect()
        }
        Err(error) => vec![refusal(&error, file)],
    }
}

/// The line in place of something that could not be read.
pub fn refusal(error: &Error, file: &str) -> String {
    #[derive(Serialize)]
    struct Refusal<'a> {
        error: &'a Error,
        file: &'a str,
    }
    serde_json::to_string(&Refusal { error, file }).unwrap_or_default()
}

/// What `careline policy check` says of a policy.
#[derive(Debug)]
#[non_exhaustive]
pub struct Checked {
    /// Whether there is no mistake.
    pub is_sound: bool,
    /// What is printed: each mistake in a line, that there is none, or JSON; without the last line's end.
    pub text: String,
}

/// Checks a policy's file; as JSON `{"file": …, "version": …, "mistakes": […]}`.
pub fn check_policy(file: &Path, as_json: bool) -> Checked {
    let checked = Policy::load(file).and_then(CompiledPolicy::new);
    let shown = file.display().to_string();
    let text = match (&checked, as_json) {
        (Ok(policy), true) => json!({"file": shown, "version": policy.version(), "mistakes": []}).to_string(),
        (Ok(policy), false) => {
            let (accounts, teams, agents) = (policy.accounts().len(), policy.teams().len(), policy.agents().len());
            let version = policy.version();
            format!("{shown}: no mistakes; {accounts} accounts, {teams} teams, {agents} agents; version {version}")
        }
        (Err(mistakes), true) => json!({"file": shown, "mistakes": mistakes}).to_string(),
        (Err(mistakes), false) => mistakes.to_string(),
    };
    Checked { is_sound: checked.is_ok(), text }
}

/// The bodies in a file: the whole of it, or its lines if it is no JSON document but one of its lines is.
///
/// A damaged document written over several lines so stays one body with one error.
fn bodies(raw: &[u8]) -> Vec<&[u8]> {
    if is_document(raw) {
        return vec![raw];
    }
    let lines: Vec<&[u8]> =
        raw.split(|byte| *byte == b'\n').map(<[u8]>::trim_ascii).filter(|line| !line.is_empty()).collect();
    if lines.iter().any(|line| is_document(line)) { lines } else { vec![raw] }
}

fn is_document(raw: &[u8]) -> bool {
    matches!(raw.trim_ascii_start().first(), Some(b'{' | b'['))
        && serde_json::from_slice::<serde::de::IgnoredAny>(raw).is_ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn judged(input: &str) -> Vec<Value> {
        let mut texts = Texts::without_policy().unwrap();
        let rows = (1..).zip(input.lines());
        rows.map(|(number, row)| {
            serde_json::from_str(&judge_row(&mut texts, row.as_bytes(), number).to_line()).unwrap()
        })
        .collect()
    }

    #[test]
    fn each_row_gives_a_line_with_its_id() {
        let found = judged(concat!(
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
        let found = judged("{\"id\":\"x\",\"text\":5}\nnot json\n{\"text\":\"thanks! \\ud83d\"}");
        assert_eq!((&found[0]["id"], &found[0]["error"]["code"]), (&"x".into(), &"input_invalid".into()));
        assert_eq!((&found[1]["id"], &found[1]["error"]["code"]), (&2.into(), &"input_invalid".into()));
        assert_eq!(found[0]["error"]["context"]["row"], "1");
        assert!(found[0]["error"]["context"]["expected"].as_str().unwrap().contains("`text`"));
        assert_eq!(found[2]["assessment"]["intent"], "praise");
    }

    #[test]
    fn every_mistake_of_a_policy_has_its_line() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("policy.toml");
        let checked = |text: &str| {
            std::fs::write(&file, text).unwrap();
            (check_policy(&file, false), serde_json::from_str::<Value>(&check_policy(&file, true).text).unwrap())
        };
        let (wrong, told) = checked("brand.name = 'Acme'\nfoo = 1\nbar = 2\n");
        let lines: Vec<_> = wrong.text.lines().collect();
        assert!(!wrong.is_sound && lines.len() == 2, "{lines:?}");
        assert!(
            lines[0].contains("policy.toml:2:1: foo: ") && lines[1].contains("policy.toml:3:1: bar: "),
            "{lines:?}"
        );
        assert_eq!(told["mistakes"].as_array().unwrap().len(), 2);
        let (sound, told) = checked("brand.name = 'Acme'");
        assert!(sound.is_sound && sound.text.contains("no mistakes; 0 accounts, 1 teams, 0 agents; version "));
        assert_eq!((told["mistakes"].as_array().unwrap().len(), told["version"].as_str().unwrap().len()), (0, 12));
        let missing = check_policy(&folder.path().join("none.toml"), false);
        assert!(!missing.is_sound && missing.text.contains("cannot be read"), "{}", missing.text);
    }

    #[test]
    fn a_document_is_one_body_however_it_is_written() {
        for raw in ["{\"a\":1}", "{\n  \"a\": 1\n}\n", "[{}\n,{}]"] {
            assert_eq!(bodies(raw.as_bytes()), [raw.as_bytes()]);
        }
    }

    #[test]
    fn otherwise_each_line_is_one_and_a_broken_line_spoils_no_other() {
        let raw = b"{\"a\":1}\r\n\n{\"a\":\n{\"a\":3}\n";
        assert_eq!(bodies(raw), [&b"{\"a\":1}"[..], b"{\"a\":", b"{\"a\":3}"]);
    }

    #[test]
    fn a_damaged_document_over_several_lines_is_one_body() {
        let raw = b"{\n  \"a\": [\n    1,\n    2\n";
        assert_eq!(bodies(raw), [&raw[..]]);
        assert_eq!(bodies(b""), [b""]);
    }

    #[test]
    fn what_cannot_be_read_has_its_line_with_the_file() {
        let lines = normalised_lines("x", BodyKind::Webhook, None, b"{\"a\":1", "a.json", Timestamp::default());
        assert!(lines[0].starts_with(r#"{"error":{"code":"#) && lines[0].ends_with(r#""file":"a.json"}"#), "{lines:?}");
    }
}
