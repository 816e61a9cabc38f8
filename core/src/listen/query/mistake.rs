//! What is wrong with a query.

use std::error::Error as StdError;
use std::fmt;

use serde::{Deserialize, Serialize};

use crate::error::{Error, ErrorKind};

/// The first mistake in a query.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct QueryMistake {
    /// Where it is, from 1, in characters.
    pub column: u32,
    /// What is wrong and what was expected.
    pub reason: String,
    /// The valid name nearest to what was written.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub nearest: Option<String>,
}

impl QueryMistake {
    /// A mistake in the `column`-th character, counted from 0.
    pub(super) fn new(column: usize, reason: impl Into<String>) -> Self {
        Self { column: u32::try_from(column + 1).unwrap_or(u32::MAX), reason: reason.into(), nearest: None }
    }

    /// Where it is and what is wrong, without the nearest name.
    pub(crate) fn told(&self) -> String {
        format!("column {}: {}", self.column, self.reason)
    }
}

impl fmt::Display for QueryMistake {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.told())?;
        match &self.nearest {
            Some(nearest) => write!(f, "; did you mean \"{nearest}\"?"),
            None => Ok(()),
        }
    }
}

impl StdError for QueryMistake {}

impl From<QueryMistake> for Error {
    fn from(mistake: QueryMistake) -> Self {
        Self::new(ErrorKind::InputInvalid, mistake.to_string()).during("query").with("column", mistake.column)
    }
}
