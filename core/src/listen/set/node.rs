//! A query as a set keeps it: terms by number.

use super::terms::Terms;
use crate::listen::query::{Clause, Comparison, Field, FieldName, Near, NumberName, Reach, Term};

/// A part of a query.
#[derive(Debug)]
pub(super) enum Node {
    /// Any of these terms, in order of their numbers.
    AnyOf(Box<[u32]>),
    /// Terms in a row, one of which is no plain word.
    Row(Box<[Piece]>),
    /// Terms that are not far from each other.
    Near(Box<[Place]>),
    /// Any of these values of a field.
    Fact(FieldName, Box<[u32]>),
    /// A number for which one of these holds, and the term of its being there.
    Number(NumberName, u32, Box<[(Comparison, f64)]>),
    /// All of these.
    And(Box<[Node]>),
    /// Any of these.
    Or(Box<[Node]>),
    /// Not this.
    Not(Box<Node>),
}

/// A term in a row.
#[derive(Clone, Copy, Debug)]
pub(super) struct Piece {
    pub(super) term: u32,
    /// Whether it may be met as a whole made of several words.
    pub(super) whole: bool,
}

/// A place in a chain; what reaches to the first one says nothing.
#[derive(Debug)]
pub(super) struct Place {
    pub(super) reach: Reach,
    pub(super) any: Box<[Node]>,
}

impl Node {
    /// Takes a query's terms in.
    pub(super) fn of(clause: &Clause, terms: &mut Terms) -> Self {
        match clause {
            Clause::Term(term) => Self::of_term(term, terms),
            Clause::Near(near) => Self::of_near(near, terms),
            Clause::Field(Field::Is(field, values)) => {
                Self::Fact(*field, values.iter().map(|value| terms.fact(*field, value)).collect())
            }
            Clause::Field(Field::Compares(name, values)) => {
                Self::Number(*name, terms.number(*name), values.as_slice().into())
            }
            Clause::And(all) => Self::And(all.iter().map(|clause| Self::of(clause, terms)).collect()),
            Clause::Or(any) => Self::of_any(any, terms),
            Clause::Not(inner) => Self::Not(Box::new(Self::of(inner, terms))),
        }
    }

    fn of_term(term: &Term, terms: &mut Terms) -> Self {
        match term.words.as_slice() {
            [word] if word.open => Self::AnyOf([terms.beginning(&word.text)].into()),
            words if words.len() == 1 || !words.iter().any(|word| word.open || word.is_whole()) => {
                Self::AnyOf([terms.row(words)].into())
            }
            words => {
                let mut piece = |word: &crate::listen::query::Word| Piece {
                    term: if word.open { terms.beginning(&word.text) } else { terms.row(std::slice::from_ref(word)) },
                    whole: word.text.starts_with(['#', '@']),
                };
                Self::Row(words.iter().map(&mut piece).collect())
            }
        }
    }

    fn of_near(near: &Near, terms: &mut Terms) -> Self {
        let first = (Reach { words: 0, ordered: false }, &near.first);
        let places = std::iter::once(first).chain(near.steps.iter().map(|step| (step.reach, &step.terms)));
        let mut place = |(reach, any): (Reach, &Vec<Term>)| Place {
            reach,
            any: any.iter().map(|term| Self::of_term(term, terms)).collect(),
        };
        Self::Near(places.map(&mut place).collect())
    }

    /// Plain terms become one list, however many they are.
    fn of_any(any: &[Clause], terms: &mut Terms) -> Self {
        let (mut plain, mut others) = (Vec::new(), Vec::new());
        for clause in any {
            match Self::of(clause, terms) {
                Self::AnyOf(terms) => plain.extend(terms),
                other => others.push(other),
            }
        }
        plain.sort_unstable();
        if others.is_empty() {
            return Self::AnyOf(plain.into());
        }
        if !plain.is_empty() {
            others.push(Self::AnyOf(plain.into()));
        }
        Self::Or(others.into())
    }

    /// Gives the terms back.
    pub(super) fn release(&self, terms: &mut Terms) {
        match self {
            Self::AnyOf(any) => any.iter().for_each(|term| terms.release(*term)),
            Self::Row(pieces) => pieces.iter().for_each(|piece| terms.release(piece.term)),
            Self::Near(places) => {
                places.iter().flat_map(|place| &place.any).for_each(|node| node.release(terms));
            }
            Self::Fact(field, values) => values.iter().for_each(|term| terms.release_fact(*field as usize, *term)),
            Self::Number(_, term, _) => terms.release_fact(FieldName::COUNT, *term),
            Self::And(nodes) | Self::Or(nodes) => nodes.iter().for_each(|node| node.release(terms)),
            Self::Not(node) => node.release(terms),
        }
    }

    /// The terms one of which must be met for this to hold, chosen so that they are met seldom and guard few others.
    pub(super) fn guards(&self, terms: &Terms) -> Box<[u32]> {
        let mut guards = self.required(terms).map_or(Vec::new(), |(_, guards)| guards);
        guards.sort_unstable();
        guards.dedup();
        guards.into()
    }

    /// The best choice with its cost; `None` if nothing must be met.
    fn required(&self, terms: &Terms) -> Option<(u64, Vec<u32>)> {
        match self {
            Self::AnyOf(any) | Self::Fact(_, any) => Some(all_of(any.iter().copied(), terms)),
            Self::Number(_, term, _) => Some(all_of([*term], terms)),
            Self::Row(pieces) => pieces.iter().map(|piece| all_of([piece.term], terms)).min(),
            Self::Near(places) => places.iter().filter_map(|place| any_of(&place.any, terms)).min(),
            Self::And(nodes) => nodes.iter().filter_map(|node| node.required(terms)).min(),
            Self::Or(nodes) => any_of(nodes, terms),
            Self::Not(_) => None,
        }
    }
}

fn all_of(chosen: impl IntoIterator<Item = u32>, terms: &Terms) -> (u64, Vec<u32>) {
    let chosen: Vec<u32> = chosen.into_iter().collect();
    (chosen.iter().map(|term| terms.cost(*term)).sum(), chosen)
}

/// What guards each of `nodes`, together.
fn any_of(nodes: &[Node], terms: &Terms) -> Option<(u64, Vec<u32>)> {
    nodes.iter().map(|node| node.required(terms)).try_fold((0, Vec::new()), |(sum, mut guards), next| {
        let (cost, more) = next?;
        guards.extend(more);
        Some((sum + cost, guards))
    })
}
