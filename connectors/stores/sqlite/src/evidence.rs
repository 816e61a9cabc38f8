//! Evidence in short: a list for each finding, without names of fields. Written for every message, read when somebody asks.

use careline::Result;
use careline::model::{Finding, Question, Span};
use compact_str::CompactString;
use serde::{Serialize, Serializer};

use crate::error::damaged;

/// About, value, weight, rule, and the span's two ends.
type Fields<About, Text> = (About, Text, f32, Text, Option<u32>, Option<u32>);

/// Findings that are written in short.
#[derive(Debug)]
pub(crate) struct Short<'a>(pub(crate) &'a [Finding]);

impl Serialize for Short<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> std::result::Result<S::Ok, S::Error> {
        serializer.collect_seq(self.0.iter().map(|Finding { about, value, weight, rule, span }| {
            let fields: Fields<&Question, &str> =
                (about, value, *weight, rule, span.map(|span| span.start), span.map(|span| span.end));
            fields
        }))
    }
}

/// Reads what was written as [`Short`].
pub(crate) fn read(json: &str) -> Result<Vec<Finding>> {
    let all: Vec<Fields<Question, CompactString>> =
        serde_json::from_str(json).map_err(|error| damaged("evidence").caused_by(error))?;
    Ok(all
        .into_iter()
        .map(|(about, value, weight, rule, start, end)| {
            let span = start.zip(end).map(|(start, end)| Span { start, end });
            Finding { about, value, weight, rule, span }
        })
        .collect())
}
