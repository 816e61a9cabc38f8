//! Answers as JavaScript reads them: one text with all the texts in it, and numbers that say what stands where.
//!
//! `model.js`, written from the same declarations, turns this into plain objects. It is much faster than JSON, since no
//! name is repeated, no number is written in digits, and every object of a type is made by one literal.
//!
//! | value | numbers |
//! |---|---|
//! | nothing | NaN |
//! | boolean, number, time | 0 or 1, itself, milliseconds since 1970 |
//! | text, JSON | its length in UTF-16 units |
//! | span | start and end in UTF-16 units, or -1 where the text is not known; start and end in bytes |
//! | list, page | how many, then each; a page then the cursor |
//! | map | how many, then name and value of each |
//! | record | 1, then each field |
//! | union | the place of the arm, then what stands there |

use careline::model::Span;
use careline::reflect::{Reflect, View, Viewed, marked_text};
use napi::bindgen_prelude::Float64Array;
use napi_derive::napi;

/// One or more answers, ready to be read.
#[derive(Debug, Default)]
pub struct Encoded {
    texts: Vec<String>,
    numbers: Vec<f64>,
}

/// As JavaScript gets them.
#[napi(object, object_from_js = false)]
pub struct Answers {
    /// For each answer, the texts in it.
    pub texts: Vec<String>,
    /// For all answers, one after the other, what stands where.
    pub numbers: Float64Array,
}

impl Encoded {
    /// One answer. `text` is what spans mark which stand in nothing that has one.
    pub(crate) fn one(value: &dyn Viewed, text: Option<&str>) -> Self {
        let mut encoded = Self::default();
        encoded.add(value, text);
        encoded
    }

    /// One more answer.
    pub(crate) fn add(&mut self, value: &dyn Viewed, text: Option<&str>) {
        let mut writer =
            Writer { text: String::with_capacity(512), numbers: &mut self.numbers, outer: text, holders: Vec::new() };
        writer.write(value.see());
        self.texts.push(writer.text);
    }
}

impl From<Encoded> for Answers {
    fn from(encoded: Encoded) -> Self {
        Self { texts: encoded.texts, numbers: Float64Array::new(encoded.numbers) }
    }
}

struct Writer<'a> {
    text: String,
    numbers: &'a mut Vec<f64>,
    outer: Option<&'a str>,
    /// The records around what is written, for the text that spans mark.
    holders: Vec<&'a dyn Reflect>,
}

impl<'a> Writer<'a> {
    #[expect(clippy::cast_precision_loss, reason = "numbers that JavaScript cannot hold exactly are told as texts")]
    fn write(&mut self, view: View<'a>) {
        match view {
            View::Absent => self.numbers.push(f64::NAN),
            View::Bool(value) => self.numbers.push(f64::from(u8::from(value))),
            View::Int(value) => self.numbers.push(value as f64),
            View::Float(value) => self.numbers.push(value),
            View::Text(text) => self.write_text(text),
            View::Time(time) => self.numbers.push(time.as_millis() as f64),
            View::Span(span) => self.write_span(span),
            View::Json(value) => self.write_text(&value.to_string()),
            View::List(series) => {
                self.numbers.push(series.count() as f64);
                (0..series.count()).for_each(|place| self.write(series.at(place)));
            }
            View::Page(series, after) => {
                self.write(View::List(series));
                self.write(after.map_or(View::Absent, View::Text));
            }
            View::Map(mapping) => {
                self.numbers.push(mapping.count() as f64);
                for (name, value) in (0..mapping.count()).filter_map(|place| mapping.at(place)) {
                    self.write_text(name);
                    self.write(value);
                }
            }
            View::Record(record) => {
                self.numbers.push(1.0);
                self.holders.push(record);
                (0..record.shape().fields.len()).for_each(|at| self.write(record.field(at)));
                self.holders.pop();
            }
            View::Variant(arm, value) => {
                self.numbers.push(arm as f64);
                self.write(value.see());
            }
        }
    }

    #[expect(clippy::cast_precision_loss, reason = "no text is that long")]
    fn write_text(&mut self, text: &str) {
        self.numbers.push(units(text) as f64);
        self.text.push_str(text);
    }

    #[expect(clippy::cast_precision_loss, reason = "no text is that long")]
    fn write_span(&mut self, span: Span) {
        let text = self.marked().and_then(|text| {
            let (start, end) = (span.start as usize, span.end as usize);
            let before = units(text.get(..start)?);
            Some((before as f64, (before + units(text.get(start..end)?)) as f64))
        });
        let (start, end) = text.unwrap_or((-1.0, -1.0));
        self.numbers.extend([start, end, f64::from(span.start), f64::from(span.end)]);
    }

    /// The text that spans mark here.
    fn marked(&self) -> Option<&'a str> {
        marked_text(&self.holders).or(self.outer)
    }
}

/// How long a text is in JavaScript.
fn units(text: &str) -> usize {
    if text.is_ascii() { text.len() } else { text.encode_utf16().count() }
}
