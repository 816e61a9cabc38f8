//! Evidence in short: a list for each finding, without names of fields. Written for every message, read when somebody asks.

use careline::model::{Finding, Question, Span};
use careline::{Error, ErrorKind, Result};
use compact_str::CompactString;

use crate::error::damaged;

/// About, value, weight, rule, and the span's two ends.
type Short<About, Text> = (About, Text, f32, Text, Option<u32>, Option<u32>);

/// Appends `findings` as JSON.
pub(crate) fn write(json: &mut Vec<u8>, findings: &[Finding]) -> Result<()> {
    json.push(b'[');
    for (at, finding) in findings.iter().enumerate() {
        if at > 0 {
            json.push(b',');
        }
        let Finding { about, value, weight, rule, span } = finding;
        let short: Short<&Question, &str> =
            (about, value, *weight, rule, span.map(|span| span.start), span.map(|span| span.end));
        serde_json::to_writer(&mut *json, &short)
            .map_err(|error| Error::new(ErrorKind::Unexpected, "evidence has no JSON form").caused_by(error))?;
    }
    json.push(b']');
    Ok(())
}

/// Reads what [`write`] wrote.
pub(crate) fn read(json: &str) -> Result<Vec<Finding>> {
    let all: Vec<Short<Question, CompactString>> =
        serde_json::from_str(json).map_err(|error| damaged("evidence").caused_by(error))?;
    Ok(all
        .into_iter()
        .map(|(about, value, weight, rule, start, end)| {
            let span = start.zip(end).map(|(start, end)| Span { start, end });
            Finding { about, value, weight, rule, span }
        })
        .collect())
}
