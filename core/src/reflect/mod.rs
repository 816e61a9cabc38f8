//! The model as other languages read it: what each type is called, holds and says about itself, and any value field by
//! field. With the feature `reflect`.
//!
//! Bindings have no structs of their own: they read these, so a new field of the model needs no line in them, and their
//! type descriptions are written from the same declarations.

mod leaf;

use std::any::Any;
use std::fmt::Debug;
use std::sync::Arc;

use serde::Serialize;
use serde::de::DeserializeOwned;

pub use careline_macros::Reflect;
pub use leaf::{OpenEnum, shortest};

use crate::error::{Error, ErrorKind, Result};
use crate::model::{MessageId, Span, Timestamp};

/// A record of the model: a struct with named fields, readable one by one.
pub trait Reflect: Debug + Send + Sync + 'static {
    /// What it is.
    fn shape(&self) -> &'static Shape;

    /// The field at this place in [`Shape::fields`]; [`View::Absent`] beyond the last.
    fn field(&self, at: usize) -> View<'_>;

    /// Its JSON.
    fn to_json(&self) -> Vec<u8>;

    /// The text that spans inside mark: its own, or that of the message they are about.
    fn text_about(&self, _message: Option<&MessageId>) -> Option<&str> {
        None
    }

    /// The message that spans inside are about.
    fn about(&self) -> Option<&MessageId> {
        None
    }

    /// For [`Reflect::is_same`].
    fn as_any(&self) -> &dyn Any;

    /// Whether both are of one type and equal.
    fn is_same(&self, other: &dyn Reflect) -> bool;
}

/// A record type, which has a description.
pub trait Shaped {
    /// The description.
    const SHAPE: &'static Shape;
}

/// Anything that may stand in a field of a record.
pub trait Reflected {
    /// What it is.
    fn kind() -> Kind;

    /// It.
    fn view(&self) -> View<'_>;
}

/// What a record type is.
#[derive(Debug)]
pub struct Shape {
    /// Its name in every language.
    pub name: &'static str,
    /// What it stands for, as its declaration says.
    pub doc: &'static str,
    /// Its fields, in order.
    pub fields: &'static [Field],
    /// Reads one from its JSON.
    pub read: fn(&str) -> Result<Arc<dyn Reflect>>,
}

/// A field of a record.
#[derive(Debug)]
pub struct Field {
    /// Its name in Rust, Python and JSON.
    pub name: &'static str,
    /// What it stands for.
    pub doc: &'static str,
    /// What it holds.
    pub kind: fn() -> Kind,
    /// Whether JSON leaves it out where it says nothing.
    pub optional: bool,
}

/// An enum whose arms each hold a record, told apart in JSON by a tag.
#[derive(Debug)]
pub struct Union {
    /// Its name.
    pub name: &'static str,
    /// What it stands for.
    pub doc: &'static str,
    /// The name of the tag in JSON.
    pub tag: &'static str,
    /// The tag's values and what each holds: a record or, where other languages have no use for one, JSON.
    pub arms: &'static [Arm],
}

/// An arm of a union: its tag, and what it holds.
pub type Arm = (&'static str, fn() -> Kind);

/// What a field holds.
#[derive(Debug)]
pub enum Kind {
    /// Nothing: that it is done is all there is to say.
    Nothing,
    /// True or false.
    Bool,
    /// A whole number that JavaScript can hold exactly.
    Int,
    /// Any number.
    Float,
    /// A text.
    Text,
    /// A text that names something: no words of a customer.
    Id,
    /// An open enum, which is a text.
    Enum(&'static OpenEnum),
    /// A point in time.
    Time,
    /// A stretch of a text.
    Span,
    /// Any JSON.
    Json,
    /// Perhaps nothing.
    Option(Box<Kind>),
    /// Several, in order.
    List(Box<Kind>),
    /// By names.
    Map(Box<Kind>),
    /// One page of a list, with the cursor of the next one.
    Page(Box<Kind>),
    /// A record.
    Record(&'static Shape),
    /// One of several records.
    Union(&'static Union),
}

/// What stands in a field at present.
#[derive(Debug)]
pub enum View<'a> {
    /// Nothing.
    Absent,
    /// True or false.
    Bool(bool),
    /// A whole number.
    Int(i64),
    /// Any number, as its JSON reads.
    Float(f64),
    /// A text or a value of an open enum.
    Text(&'a str),
    /// A point in time.
    Time(Timestamp),
    /// A stretch of a text.
    Span(Span),
    /// Any JSON.
    Json(serde_json::Value),
    /// Several.
    List(&'a dyn Series),
    /// By names.
    Map(&'a dyn Mapping),
    /// One page of a list, with the cursor of the next one.
    Page(&'a dyn Series, Option<&'a str>),
    /// A record.
    Record(&'a dyn Reflect),
    /// What stands in an arm of a union, by the arm's place.
    Variant(usize, &'a dyn Viewed),
}

/// Anything that may stand in a field, whatever it is.
pub trait Viewed: Debug {
    /// It.
    fn see(&self) -> View<'_>;
}

impl<T: Reflected + Debug> Viewed for T {
    fn see(&self) -> View<'_> {
        self.view()
    }
}

/// A record by itself.
impl Viewed for Arc<dyn Reflect> {
    fn see(&self) -> View<'_> {
        View::Record(&**self)
    }
}

/// The text that spans mark inside all of these records, the innermost last: that of the nearest which has one.
pub fn marked_text<'a>(holders: &[&'a dyn Reflect]) -> Option<&'a str> {
    let mut message = None;
    holders.iter().rev().find_map(|holder| {
        message = message.or_else(|| holder.about());
        holder.text_about(message)
    })
}

/// Several values in order.
pub trait Series: Debug {
    /// How many.
    fn count(&self) -> usize;

    /// The one at a place; [`View::Absent`] beyond the last.
    fn at(&self, place: usize) -> View<'_>;
}

/// Values by names.
pub trait Mapping: Debug {
    /// How many.
    fn count(&self) -> usize;

    /// The name and value at a place, in order of the names; `None` beyond the last.
    fn at(&self, place: usize) -> Option<(&str, View<'_>)>;
}

/// What stands behind [`Shape::read`].
///
/// # Errors
/// `input_invalid`, with the place of what does not fit.
pub fn read<T: Reflect + DeserializeOwned>(json: &str) -> Result<Arc<dyn Reflect>> {
    match serde_json::from_str::<T>(json) {
        Ok(value) => Ok(Arc::new(value)),
        Err(error) => {
            Err(Error::new(ErrorKind::InputInvalid, format!("this is no such record: {}", without_words(&error))))
        }
    }
}

/// What stands behind [`Reflect::to_json`].
pub fn written<T: Serialize>(value: &T) -> Vec<u8> {
    serde_json::to_vec(value).unwrap_or_default()
}

/// Why JSON could not be read, without the words that stand there: they may be a customer's.
pub fn without_words(error: &serde_json::Error) -> String {
    let text = error.to_string();
    // serde quotes what it met as `invalid type: string "…", expected`.
    match (text.find('"'), text.rfind('"')) {
        (Some(start), Some(end)) if start < end => format!("{}…{}", &text[..=start], &text[end..]),
        _ => text,
    }
}
