//! Reads the signs of a query: OR binds least, then AND, which may be left out, then NOT, then NEAR and BEFORE.

use super::mistake::QueryMistake;
use super::scan::{Kind, Sign, scan};
use super::{Clause, DEEPEST, Field, LONGEST_QUERY, MOST_TERMS, Near, Reach, Step, Term};

const EXPECTED: &str = "expected a word, a \"phrase\", a field or `(`";

pub(super) fn parse(text: &str) -> Result<Clause, QueryMistake> {
    if text.len() > LONGEST_QUERY {
        let reason = format!("the query has {} bytes; at most {LONGEST_QUERY} are read", text.len());
        return Err(QueryMistake::new(0, reason));
    }
    let (signs, end) = scan(text)?;
    let mut parser = Parser { signs: signs.into_iter().peekable(), end, depth: 0, terms: 0, before: None };
    let clause = parser.any()?;
    if let Some(sign) = parser.signs.next() {
        return Err(QueryMistake::new(sign.column, "this `)` closes nothing; expected its `(` before, or the end"));
    }
    match clause.asks() {
        true => Ok(clause),
        false => Err(QueryMistake::new(
            0,
            "nothing has to be there; expected something to look for, in each alternative of OR",
        )),
    }
}

struct Parser {
    signs: std::iter::Peekable<std::vec::IntoIter<Sign>>,
    /// The column behind the query.
    end: usize,
    depth: usize,
    terms: usize,
    /// The operator or parenthesis that was read last.
    before: Option<&'static str>,
}

impl Parser {
    fn any(&mut self) -> Result<Clause, QueryMistake> {
        let mut clauses = vec![self.all()?];
        while self.accept(|kind| matches!(kind, Kind::Or), "OR") {
            clauses.push(self.all()?);
        }
        Ok(one_or(clauses, Clause::Or))
    }

    fn all(&mut self) -> Result<Clause, QueryMistake> {
        let mut clauses = vec![self.one()?];
        loop {
            let joined = self.accept(|kind| matches!(kind, Kind::And), "AND");
            let begins = self.signs.peek().is_some_and(|sign| {
                matches!(sign.kind, Kind::Open | Kind::Not | Kind::Term(_) | Kind::Field(..) | Kind::Near(_))
            });
            if !joined && !begins {
                return Ok(one_or(clauses, Clause::And));
            }
            clauses.push(self.one()?);
        }
    }

    fn one(&mut self) -> Result<Clause, QueryMistake> {
        let column = self.column();
        if !self.accept(|kind| matches!(kind, Kind::Not), "NOT") {
            return self.near();
        }
        let inner = self.deeper(column, Self::one)?;
        Ok(Clause::Not(Box::new(inner)))
    }

    fn near(&mut self) -> Result<Clause, QueryMistake> {
        let column = self.column();
        let first = self.primary()?;
        let mut steps = Vec::new();
        while let Some(reach) = self.reach() {
            let column = self.column();
            let terms = alternatives(column, self.primary()?)?;
            steps.push(Step { reach, terms });
        }
        match steps.is_empty() {
            true => Ok(first),
            false => Ok(Clause::Near(Near { first: alternatives(column, first)?, steps })),
        }
    }

    fn reach(&mut self) -> Option<Reach> {
        let sign = self.signs.next_if(|sign| matches!(sign.kind, Kind::Near(_)))?;
        let Kind::Near(reach) = sign.kind else { return None };
        self.before = Some(if reach.ordered { "BEFORE" } else { "NEAR" });
        Some(reach)
    }

    fn primary(&mut self) -> Result<Clause, QueryMistake> {
        let (before, end) = (self.before.take(), self.end);
        let Some(sign) = self.signs.next() else {
            let what = before.map_or("the query is empty".to_owned(), |before| format!("{before} stands at the end"));
            return Err(QueryMistake::new(end, format!("{what}; {EXPECTED}")));
        };
        let column = sign.column;
        let misplaced = |what: &str| {
            let after = before.map_or("at the beginning".to_owned(), |before| format!("after {before}"));
            Err(QueryMistake::new(column, format!("{what} stands {after}; {EXPECTED}")))
        };
        match sign.kind {
            Kind::Open => self.group(column),
            Kind::Term(text) => {
                self.count(column, 1)?;
                Term::read(&text).map(Clause::Term).map_err(|reason| QueryMistake::new(column, reason))
            }
            Kind::Field(name, values) => {
                self.count(column, values.len())?;
                Field::read(column, &name, &values).map(Clause::Field)
            }
            Kind::Close => misplaced("`)`"),
            Kind::And => misplaced("AND"),
            Kind::Or => misplaced("OR"),
            Kind::Not => misplaced("NOT"),
            Kind::Near(_) => misplaced("NEAR or BEFORE"),
        }
    }

    fn group(&mut self, column: usize) -> Result<Clause, QueryMistake> {
        self.before = Some("`(`");
        let inner = self.deeper(column, Self::any)?;
        match self.signs.next() {
            Some(Sign { kind: Kind::Close, .. }) => Ok(inner),
            _ => Err(QueryMistake::new(column, "this `(` is never closed; expected a `)` at the end of the group")),
        }
    }

    fn deeper(
        &mut self,
        column: usize,
        inner: fn(&mut Self) -> Result<Clause, QueryMistake>,
    ) -> Result<Clause, QueryMistake> {
        if self.depth == DEEPEST {
            return Err(QueryMistake::new(column, format!("nested deeper than {DEEPEST}; expected less")));
        }
        self.depth += 1;
        let read = inner(self);
        self.depth -= 1;
        read
    }

    fn count(&mut self, column: usize, more: usize) -> Result<(), QueryMistake> {
        self.terms += more;
        match self.terms > MOST_TERMS {
            true => Err(QueryMistake::new(column, format!("more than {MOST_TERMS} terms; expected several queries"))),
            false => Ok(()),
        }
    }

    fn accept(&mut self, wanted: fn(&Kind) -> bool, name: &'static str) -> bool {
        let found = self.signs.next_if(|sign| wanted(&sign.kind)).is_some();
        if found {
            self.before = Some(name);
        }
        found
    }

    fn column(&mut self) -> usize {
        self.signs.peek().map_or(self.end, |sign| sign.column)
    }
}

fn one_or(mut clauses: Vec<Clause>, many: fn(Vec<Clause>) -> Clause) -> Clause {
    match clauses.len() {
        1 => clauses.remove(0),
        _ => many(clauses),
    }
}

/// What may stand beside NEAR and BEFORE.
fn alternatives(column: usize, clause: Clause) -> Result<Vec<Term>, QueryMistake> {
    match clause {
        Clause::Term(term) => Ok(vec![term]),
        Clause::Or(clauses) => clauses
            .into_iter()
            .map(|clause| alternatives(column, clause))
            .collect::<Result<Vec<_>, _>>()
            .map(|terms| terms.concat()),
        _ => Err(QueryMistake::new(
            column,
            "expected a word, a phrase or alternatives like `(late OR delayed)` beside NEAR and BEFORE",
        )),
    }
}
