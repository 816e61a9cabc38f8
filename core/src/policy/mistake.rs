//! What is wrong with a policy: every mistake with its place, its reason and the nearest valid name.

use std::error::Error as StdError;
use std::fmt;

use serde::Serialize;

use super::LONGEST_TERM;
use crate::error::{Error, ErrorKind};

/// One mistake in a policy.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Mistake {
    /// The file as the caller named it; empty if the policy was not read from text.
    pub file: String,
    /// Line and column, each from 1, the column in characters; absent if the policy was not read from text.
    #[serde(flatten, skip_serializing_if = "Option::is_none")]
    pub place: Option<Place>,
    /// The key, with places in lists counted from 0: `agents[2].skills.billing`; empty for the file as a whole.
    pub key: String,
    /// What is wrong and what would be right.
    pub reason: String,
    /// The valid name nearest to what was written.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub nearest: Option<String>,
}

/// A place in a text.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub struct Place {
    /// The line, from 1.
    pub line: u32,
    /// The column, from 1, in characters.
    pub column: u32,
}

impl Mistake {
    /// A mistake at `key`, its place not yet known.
    pub(super) fn new(key: impl Into<String>, reason: impl Into<String>) -> Self {
        Self { file: String::new(), place: None, key: key.into(), reason: reason.into(), nearest: None }
    }

    /// A name nobody bears; `valid` are the names that would do.
    pub(super) fn unknown<'a>(
        key: impl Into<String>,
        what: &str,
        name: &str,
        valid: impl IntoIterator<Item = &'a str>,
    ) -> Self {
        let valid: Vec<&str> = valid.into_iter().collect();
        let mut mistake = Self::new(key, format!("there is no {what} `{name}`"));
        mistake.nearest = nearest(name, valid.iter().copied()).map(str::to_owned);
        if mistake.nearest.is_none() && (1..=8).contains(&valid.len()) {
            mistake.reason.push_str(&format!("; there is {}", valid.join(", ")));
        }
        mistake
    }
}

/// The valid name that `name` was probably meant to be.
pub(crate) fn nearest<'a>(name: &str, valid: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    // A name that long is no slip of the pen, and to compare it takes long.
    if name.len() > LONGEST_TERM {
        return None;
    }
    let name = name.to_lowercase();
    let far = (name.chars().count() / 3).max(1);
    valid
        .into_iter()
        .map(|candidate| (distance(&name, &candidate.to_lowercase()), candidate))
        .filter(|(distance, _)| *distance <= far)
        .min()
        .map(|(_, candidate)| candidate)
}

/// Edits between two names; a name that only lacks its end or its words' order is near.
fn distance(name: &str, candidate: &str) -> usize {
    let edits = strsim::osa_distance(name, candidate);
    let begins = name.chars().count() >= 3 && (candidate.starts_with(name) || candidate.ends_with(name));
    if begins { edits.min(1) } else { edits }
}

impl fmt::Display for Mistake {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if !self.file.is_empty() {
            write!(f, "{}:", self.file)?;
        }
        if let Some(Place { line, column }) = self.place {
            write!(f, "{line}:{column}:")?;
        }
        if !self.file.is_empty() || self.place.is_some() {
            f.write_str(" ")?;
        }
        if !self.key.is_empty() {
            write!(f, "{}: ", self.key)?;
        }
        f.write_str(&self.reason)?;
        match &self.nearest {
            Some(nearest) => write!(f, "; did you mean \"{nearest}\"?"),
            None => Ok(()),
        }
    }
}

impl StdError for Mistake {}

impl From<Mistake> for Error {
    fn from(mistake: Mistake) -> Self {
        Self::new(ErrorKind::ConfigInvalid, mistake.to_string()).during("policy").with("key", &mistake.key)
    }
}

/// Every mistake in a policy, in the order of the file. `Display` prints one per line.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(transparent)]
pub struct PolicyErrors(Vec<Mistake>);

impl PolicyErrors {
    /// These mistakes, of which there is at least one.
    pub(super) fn new(mut mistakes: Vec<Mistake>) -> Self {
        mistakes.sort_by_key(|mistake| mistake.place);
        Self(mistakes)
    }

    /// The mistakes.
    pub fn mistakes(&self) -> &[Mistake] {
        &self.0
    }
}

impl fmt::Display for PolicyErrors {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (number, mistake) in self.0.iter().enumerate() {
            let separator = if number == 0 { "" } else { "\n" };
            write!(f, "{separator}{mistake}")?;
        }
        Ok(())
    }
}

impl StdError for PolicyErrors {}

/// The first mistake and how many there are; all of them are its source.
impl From<PolicyErrors> for Error {
    fn from(errors: PolicyErrors) -> Self {
        let first = errors.0.first().map(Mistake::to_string).unwrap_or_default();
        let error = Self::new(ErrorKind::ConfigInvalid, first).during("policy").with("mistakes", errors.0.len());
        error.caused_by(errors)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_nearest_name_is_near() {
        let valid = ["billing", "delivery", "technical"];
        assert_eq!(nearest("biling", valid), Some("billing"));
        assert_eq!(nearest("Billing", valid), Some("billing"));
        assert_eq!(nearest("tech", valid), Some("technical"));
        assert_eq!(nearest("marketing", valid), None);
        assert_eq!(nearest(&"b".repeat(201), [&*"b".repeat(202)]), None);
    }

    #[test]
    fn one_error_carries_the_first_mistake_and_the_number() {
        let errors = PolicyErrors::new(vec![Mistake::new("brand.name", "is empty"), Mistake::new("sla", "is odd")]);
        assert_eq!(errors.to_string(), "brand.name: is empty\nsla: is odd");
        let error = Error::from(errors);
        assert_eq!(error.to_string(), "policy: brand.name: is empty (config_invalid; mistakes=2)");
        assert_eq!(error.kind(), ErrorKind::ConfigInvalid);
    }
}
