//! Evidence in short: a list for each finding, without names of fields. Written for every message, read when somebody asks.

use careline::Result;
use careline::model::{Finding, Question, Span};
use compact_str::CompactString;
use serde::{Deserialize, Serialize, Serializer};

use crate::error::damaged;

/// Findings that are written in short.
#[derive(Debug)]
pub(crate) struct Short<'a>(pub(crate) &'a [Finding]);

/// About, value, weight and rule; where in the text, the span's two ends.
#[derive(Serialize, Deserialize)]
#[serde(untagged)]
enum Fields<About, Text> {
    Somewhere(About, Text, f32, Text, u32, u32),
    Anywhere(About, Text, f32, Text),
}

impl Serialize for Short<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> std::result::Result<S::Ok, S::Error> {
        serializer.collect_seq(self.0.iter().map(|Finding { about, value, weight, rule, span }| {
            let fields: Fields<&Question, &str> = match span {
                Some(Span { start, end }) => Fields::Somewhere(about, value, *weight, rule, *start, *end),
                None => Fields::Anywhere(about, value, *weight, rule),
            };
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
        .map(|fields| match fields {
            Fields::Somewhere(about, value, weight, rule, start, end) => {
                Finding { about, value, weight, rule, span: Some(Span { start, end }) }
            }
            Fields::Anywhere(about, value, weight, rule) => Finding { about, value, weight, rule, span: None },
        })
        .collect())
}
