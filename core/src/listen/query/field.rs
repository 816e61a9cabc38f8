//! Fields: facts about a message beside its words.

use compact_str::CompactString;

use super::mistake::QueryMistake;
use super::scan::Value;
use super::term::SHORTEST_BEGINNING;
use crate::listen::fold::push_folded;
use crate::model::Surface;
use crate::policy::nearest;

/// A field with its alternatives.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Field {
    /// One of these values.
    Is(FieldName, Vec<CompactString>),
    /// A number for which one of these holds.
    Compares(NumberName, Vec<(Comparison, f64)>),
}

// Numbers are read from digits, so none of them is NaN.
impl Eq for Field {}

/// A field whose values are words.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum FieldName {
    Author,
    Network,
    Account,
    Lang,
    Surface,
    Has,
}

/// A field whose values are numbers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum NumberName {
    Rating,
    Followers,
}

/// How a number is compared.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Comparison {
    Less,
    AtMost,
    More,
    AtLeast,
    Equal,
}

/// All names.
const NAMES: [&str; 8] = ["author", "network", "account", "lang", "surface", "has", "rating", "followers"];
/// What `has:` can ask for.
const HAS: [&str; 3] = ["link", "media", "question"];

impl FieldName {
    pub(crate) const COUNT: usize = 6;

    pub(crate) fn as_str(self) -> &'static str {
        NAMES[self as usize]
    }
}

impl NumberName {
    pub(crate) fn as_str(self) -> &'static str {
        NAMES[FieldName::COUNT + self as usize]
    }
}

impl Comparison {
    pub(crate) fn as_str(self) -> &'static str {
        match self {
            Self::Less => "<",
            Self::AtMost => "<=",
            Self::More => ">",
            Self::AtLeast => ">=",
            Self::Equal => "",
        }
    }

    pub(crate) fn holds(self, value: f64, limit: f64) -> bool {
        match self {
            Self::Less => value < limit,
            Self::AtMost => value <= limit,
            Self::More => value > limit,
            Self::AtLeast => value >= limit,
            Self::Equal => value == limit,
        }
    }
}

impl Field {
    pub(super) fn read(column: usize, name: &str, values: &[Value]) -> Result<Self, QueryMistake> {
        let name = name.to_ascii_lowercase();
        let field = match name.as_str() {
            "author" => FieldName::Author,
            "network" => FieldName::Network,
            "account" => FieldName::Account,
            "lang" => FieldName::Lang,
            "surface" => FieldName::Surface,
            "has" => FieldName::Has,
            "rating" => return numbers(NumberName::Rating, values),
            "followers" => return numbers(NumberName::Followers, values),
            _ => {
                return Err(unknown(column, "field", &name, &NAMES, " (put a text with a colon into quotation marks)"));
            }
        };
        let values = values.iter().map(|value| word(field, value)).collect::<Result<_, _>>()?;
        Ok(Self::Is(field, values))
    }
}

fn word(field: FieldName, value: &Value) -> Result<CompactString, QueryMistake> {
    let mut folded = String::new();
    push_folded(&mut folded, value.text.trim_start_matches('@'));
    let known: &[&str] = match field {
        FieldName::Surface => Surface::KNOWN,
        FieldName::Has => &HAS,
        _ => &[],
    };
    if folded.is_empty() {
        return Err(QueryMistake::new(value.column, format!("expected a value after `{}:`", field.as_str())));
    }
    let open = folded.strip_suffix('*').filter(|begin| begin.chars().count() >= SHORTEST_BEGINNING);
    if open.unwrap_or(&folded).contains('*') || open.is_some() && !matches!(field, FieldName::Author) {
        let expected = format!("expected `*` at the end of an author's name only, after {SHORTEST_BEGINNING} letters");
        return Err(QueryMistake::new(value.column, expected));
    }
    if !known.is_empty() && !known.contains(&folded.as_str()) {
        return Err(unknown(value.column, field.as_str(), &folded, known, ""));
    }
    Ok(folded.into())
}

fn unknown(column: usize, what: &str, name: &str, known: &[&str], hint: &str) -> QueryMistake {
    let known = known.iter().copied();
    let mut mistake = QueryMistake::new(column, format!("there is no {what} `{name}`{hint}"));
    mistake.nearest = nearest(name, known.clone()).map(str::to_owned);
    if mistake.nearest.is_none() {
        mistake.reason.push_str(&format!("; there is {}", known.collect::<Vec<_>>().join(", ")));
    }
    mistake
}

fn numbers(name: NumberName, values: &[Value]) -> Result<Field, QueryMistake> {
    let values = values.iter().map(|value| number(name, value)).collect::<Result<_, _>>()?;
    Ok(Field::Compares(name, values))
}

fn number(name: NumberName, value: &Value) -> Result<(Comparison, f64), QueryMistake> {
    let signs = [
        ("<=", Comparison::AtMost),
        (">=", Comparison::AtLeast),
        ("<", Comparison::Less),
        (">", Comparison::More),
        ("=", Comparison::Equal),
    ];
    let compared = signs.into_iter().find_map(|(sign, comparison)| Some((comparison, value.text.strip_prefix(sign)?)));
    let (comparison, digits) = compared.unwrap_or((Comparison::Equal, &value.text));
    let plain = digits.starts_with(|c: char| c.is_ascii_digit())
        && digits.len() <= 18
        && digits.chars().all(|c| c.is_ascii_digit() || c == '.');
    match digits.parse() {
        Ok(number) if plain => Ok((comparison, number)),
        _ => Err(QueryMistake::new(
            value.column,
            format!("`{}` is no number; expected one as in `{name}:>=3`", value.text, name = name.as_str()),
        )),
    }
}
