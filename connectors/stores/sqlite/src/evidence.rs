//! Evidence in short: a list for each finding, without names of fields. Written for every message, read when somebody asks.

use careline::model::{Finding, Question, Span};
use careline::{Error, ErrorKind, Result};
use compact_str::CompactString;
use serde::{Deserialize, Serialize};

use crate::error::damaged;

/// About, value, weight and rule; where in the text, the span's two ends.
#[derive(Deserialize)]
#[serde(untagged)]
enum Fields {
    Somewhere(Question, CompactString, f32, CompactString, u32, u32),
    Anywhere(Question, CompactString, f32, CompactString),
}

/// `findings` as JSON.
pub(crate) fn write(findings: &[Finding]) -> Result<String> {
    let mut json = Vec::with_capacity(64 * findings.len() + 2);
    json.push(b'[');
    for (at, Finding { about, value, weight, rule, span }) in findings.iter().enumerate() {
        json.extend_from_slice(if at > 0 { b",[" } else { b"[" });
        write_text(&mut json, about.as_str())?;
        json.push(b',');
        write_text(&mut json, value)?;
        json.push(b',');
        write_value(&mut json, weight)?;
        json.push(b',');
        write_text(&mut json, rule)?;
        for end in span.iter().flat_map(|span| [span.start, span.end]) {
            json.push(b',');
            write_value(&mut json, &end)?;
        }
        json.push(b']');
    }
    json.push(b']');
    String::from_utf8(json).map_err(|error| damaged("evidence").caused_by(error))
}

/// Names of rules and answers hold nothing that must be escaped, as a rule.
fn write_text(json: &mut Vec<u8>, text: &str) -> Result<()> {
    // Every byte is looked at, so that the processor can look at many at once.
    if text.bytes().fold(false, |odd, byte| odd | (byte < b' ') | (byte == b'"') | (byte == b'\\')) {
        return write_value(json, &text);
    }
    json.push(b'"');
    json.extend_from_slice(text.as_bytes());
    json.push(b'"');
    Ok(())
}

fn write_value(json: &mut Vec<u8>, value: &impl Serialize) -> Result<()> {
    serde_json::to_writer(json, value)
        .map_err(|error| Error::new(ErrorKind::Unexpected, "evidence has no JSON form").caused_by(error))
}

/// Reads what [`write`] wrote.
pub(crate) fn read(json: &str) -> Result<Vec<Finding>> {
    let all: Vec<Fields> = serde_json::from_str(json).map_err(|error| damaged("evidence").caused_by(error))?;
    Ok(all
        .into_iter()
        .map(|fields| match fields {
            Fields::Somewhere(about, value, weight, rule, start, end) => {
                Finding { about, value, weight, rule, span: Some(Span { start, end }) }
            }
            Fields::Anywhere(about, value, weight, rule) => Finding { about, value, weight, rule, span: None },
        })
        .collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_written_is_read_back() {
        let finding = |value: &str, weight, span| {
            let rule = "host.\u{1}\\rule".into();
            Finding { about: Question::Other("mo\"od".into()), value: value.into(), weight, rule, span }
        };
        let all = [
            finding("gr\u{fc}n", 0.1, None),
            finding("", -1e-9, Span::new(3, 4)),
            finding("a\nb", 16_777_216.0, Span::new(0, 0)),
        ];
        for count in 0..=all.len() {
            let json = write(&all[..count]).unwrap();
            assert_eq!(read(&json).unwrap(), &all[..count]);
            let fields = all[..count].iter().map(|Finding { about, value, weight, rule, span }| match span {
                Some(Span { start, end }) => serde_json::to_string(&(about, value, weight, rule, start, end)).unwrap(),
                None => serde_json::to_string(&(about, value, weight, rule)).unwrap(),
            });
            assert_eq!(json, format!("[{}]", fields.collect::<Vec<_>>().join(",")));
        }
    }
}
