//! The normal form of a query.

use std::fmt::{Display, Formatter, Result, Write};

use super::{Clause, Field, Near, Query, Term, Word};

impl Display for Query {
    fn fmt(&self, f: &mut Formatter<'_>) -> Result {
        self.clause.fmt(f)
    }
}

impl Display for Clause {
    fn fmt(&self, f: &mut Formatter<'_>) -> Result {
        match self {
            Self::Term(term) => term.fmt(f),
            Self::Near(near) => near.fmt(f),
            Self::Field(field) => field.fmt(f),
            Self::And(all) => joined(f, all, " AND ", |clause| matches!(clause, Self::Or(_) | Self::And(_))),
            Self::Or(any) => joined(f, any, " OR ", |clause| matches!(clause, Self::Or(_))),
            Self::Not(inner) => {
                f.write_str("NOT ")?;
                enclosed(f, inner, matches!(**inner, Self::And(_) | Self::Or(_)))
            }
        }
    }
}

fn joined(f: &mut Formatter<'_>, clauses: &[Clause], between: &str, encloses: fn(&Clause) -> bool) -> Result {
    for (number, clause) in clauses.iter().enumerate() {
        f.write_str(if number == 0 { "" } else { between })?;
        enclosed(f, clause, encloses(clause))?;
    }
    Ok(())
}

fn enclosed(f: &mut Formatter<'_>, inner: &impl Display, encloses: bool) -> Result {
    match encloses {
        true => write!(f, "({inner})"),
        false => inner.fmt(f),
    }
}

impl Display for Near {
    fn fmt(&self, f: &mut Formatter<'_>) -> Result {
        alternatives(f, &self.first)?;
        for step in &self.steps {
            write!(f, " {}/{} ", if step.reach.ordered { "BEFORE" } else { "NEAR" }, step.reach.words)?;
            alternatives(f, &step.terms)?;
        }
        Ok(())
    }
}

fn alternatives(f: &mut Formatter<'_>, terms: &[Term]) -> Result {
    if let [term] = terms {
        return term.fmt(f);
    }
    for (number, term) in terms.iter().enumerate() {
        write!(f, "{}{term}", if number == 0 { "(" } else { " OR " })?;
    }
    f.write_char(')')
}

impl Display for Term {
    fn fmt(&self, f: &mut Formatter<'_>) -> Result {
        if let [word] = self.words.as_slice() {
            let operator = matches!(word.text.as_str(), "and" | "or" | "not");
            return if operator { write!(f, "\"{word}\"") } else { word.fmt(f) };
        }
        if self.words.iter().all(Word::touches) {
            return self.words.iter().try_for_each(|word| word.fmt(f));
        }
        for (number, word) in self.words.iter().enumerate() {
            write!(f, "{}{word}", if number == 0 { "\"" } else { " " })?;
        }
        f.write_char('"')
    }
}

impl Display for Word {
    fn fmt(&self, f: &mut Formatter<'_>) -> Result {
        f.write_str(&self.text)?;
        f.write_str(if self.open { "*" } else { "" })
    }
}

impl Display for Field {
    fn fmt(&self, f: &mut Formatter<'_>) -> Result {
        match self {
            Self::Is(name, values) => {
                write!(f, "{}:", name.as_str())?;
                for (number, value) in values.iter().enumerate() {
                    let plain = value.chars().all(|c| c.is_alphanumeric() || matches!(c, '_' | '-' | '.' | '@' | '*'));
                    let (between, mark) = (if number == 0 { "" } else { "|" }, if plain { "" } else { "\"" });
                    write!(f, "{between}{mark}{value}{mark}")?;
                }
            }
            Self::Compares(name, values) => {
                write!(f, "{}:", name.as_str())?;
                for (number, (comparison, value)) in values.iter().enumerate() {
                    write!(f, "{}{}{value}", if number == 0 { "" } else { "|" }, comparison.as_str())?;
                }
            }
        }
        Ok(())
    }
}
