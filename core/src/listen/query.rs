//! What a query says.

mod field;
mod mistake;
mod parse;
mod scan;
mod term;
mod written;

pub(crate) use field::{Comparison, Field, FieldName, NumberName};
pub use mistake::QueryMistake;
pub(crate) use term::{Term, Word};

/// A query has at most so many bytes.
pub const LONGEST_QUERY: usize = 256 << 10;
/// A query has at most so many words and values of fields.
pub const MOST_TERMS: usize = 10_000;
/// Parentheses and NOTs are nested at most so deep.
pub const DEEPEST: usize = 32;
/// NEAR and BEFORE reach over at most so many words.
pub const FARTHEST: u32 = 100;

/// A query, read and found good.
///
/// `docs/queries.md` of the repository describes the language. `Display` writes the normal form: what is looked for,
/// folded, with every operator. Two queries of one normal form find the same.
///
/// ```
/// use careline::listen::Query;
/// let query = Query::parse("acme (Späť OR deliver*) NOT lang:de")?;
/// assert_eq!(query.to_string(), "acme AND (spat OR deliver*) AND NOT lang:de");
/// let mistake = Query::parse("acme (late OR").unwrap_err();
/// assert_eq!(mistake.to_string(), "column 14: OR stands at the end; expected a word, a \"phrase\", a field or `(`");
/// # Ok::<(), careline::listen::QueryMistake>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Query {
    clause: Clause,
}

impl Query {
    /// Reads a query.
    ///
    /// # Errors
    /// The first mistake, with its column.
    pub fn parse(text: &str) -> Result<Self, QueryMistake> {
        parse::parse(text).map(|clause| Self { clause })
    }

    pub(crate) fn clause(&self) -> &Clause {
        &self.clause
    }
}

/// A part of a query.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Clause {
    /// A word or phrase.
    Term(Term),
    /// Words or phrases not far from each other.
    Near(Near),
    /// A fact about the message.
    Field(Field),
    /// All of these.
    And(Vec<Clause>),
    /// Any of these.
    Or(Vec<Clause>),
    /// Not this.
    Not(Box<Clause>),
}

impl Clause {
    /// Whether something must be there for it to hold; else it holds for nearly everything.
    pub(crate) fn asks(&self) -> bool {
        match self {
            Self::Term(_) | Self::Near(_) | Self::Field(_) => true,
            Self::And(all) => all.iter().any(Self::asks),
            Self::Or(any) => any.iter().all(Self::asks),
            Self::Not(_) => false,
        }
    }
}

/// A chain: each step not far from the one before.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Near {
    pub(crate) first: Vec<Term>,
    pub(crate) steps: Vec<Step>,
}

/// The next place in a chain.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Step {
    pub(crate) reach: Reach,
    pub(crate) terms: Vec<Term>,
}

/// How far, and on which side.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Reach {
    /// So many words on at most; 1 is the next word.
    pub(crate) words: u32,
    /// Only after what stands before.
    pub(crate) ordered: bool,
}
