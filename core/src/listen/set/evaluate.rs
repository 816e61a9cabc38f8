//! Whether a query holds, given where its terms stand.

use super::MOST_SPANS;
use super::node::{Node, Piece, Place};
use super::terms::Hit;
use super::work;
use crate::listen::QueryInput;
use crate::listen::query::{Comparison, NumberName};
use crate::model::Span;

/// What was met in a text.
pub(super) struct Heard<'a> {
    /// In order of terms, then of places.
    pub(super) hits: &'a [Hit],
    pub(super) input: &'a QueryInput<'a>,
}

impl Heard<'_> {
    pub(super) fn holds(&self, node: &Node) -> bool {
        work::count(1);
        match node {
            Node::AnyOf(terms) | Node::Fact(_, terms) => self.has_any(terms),
            Node::Row(pieces) => !self.row(pieces).is_empty(),
            Node::Near(places) => self.chain(places).is_some(),
            Node::Number(name, _, values) => self.compares(*name, values),
            Node::And(nodes) => nodes.iter().all(|node| self.holds(node)),
            Node::Or(nodes) => nodes.iter().any(|node| self.holds(node)),
            Node::Not(node) => !self.holds(node),
        }
    }

    /// Where the terms stand that make `node` hold.
    pub(super) fn spans(&self, node: &Node) -> Vec<Span> {
        let mut hits = Vec::new();
        self.collect(node, &mut hits);
        let mut spans: Vec<Span> =
            hits.iter().filter(|hit| hit.end > 0).map(|hit| Span { start: hit.start, end: hit.end }).collect();
        spans.sort_unstable();
        spans.dedup();
        spans.truncate(MOST_SPANS);
        spans.shrink_to_fit();
        spans
    }

    fn collect(&self, node: &Node, hits: &mut Vec<Hit>) {
        match node {
            Node::AnyOf(terms) => {
                terms.iter().for_each(|term| hits.extend(self.of(*term).iter().take(MOST_SPANS)));
            }
            Node::Row(pieces) => hits.extend(self.row(pieces).into_iter().take(MOST_SPANS)),
            Node::Near(places) => {
                let chain = self.chain(places).unwrap_or_default();
                chain.into_iter().for_each(|place| hits.extend(place.into_iter().take(MOST_SPANS)));
            }
            Node::And(nodes) => nodes.iter().for_each(|node| self.collect(node, hits)),
            Node::Or(nodes) => {
                nodes.iter().filter(|node| self.holds(node)).for_each(|node| self.collect(node, hits));
            }
            Node::Fact(..) | Node::Number(..) | Node::Not(_) => {}
        }
    }

    /// The places of one term.
    fn of(&self, term: u32) -> &[Hit] {
        let from = self.hits.partition_point(|hit| hit.term < term);
        let rest = &self.hits[from..];
        match rest.first() {
            Some(hit) if hit.term == term => &rest[..rest.partition_point(|hit| hit.term == term)],
            _ => &[],
        }
    }

    /// Goes through the shorter of both lists.
    fn has_any(&self, terms: &[u32]) -> bool {
        match terms.len() <= self.hits.len() {
            true => terms.iter().any(|term| !self.of(*term).is_empty()),
            false => self.hits.iter().any(|hit| terms.binary_search(&hit.term).is_ok()),
        }
    }

    fn compares(&self, name: NumberName, values: &[(Comparison, f64)]) -> bool {
        let number = match name {
            NumberName::Rating => self.input.rating,
            NumberName::Followers => self.input.followers.map(|followers| followers as f64),
        };
        number.is_some_and(|number| values.iter().any(|(comparison, limit)| comparison.holds(number, *limit)))
    }

    /// Where pieces stand one right after the other.
    fn row(&self, pieces: &[Piece]) -> Vec<Hit> {
        let Some((first, rest)) = pieces.split_first() else { return Vec::new() };
        let fits = |piece: &Piece, hit: &Hit| piece.whole || !hit.whole;
        let mut rows: Vec<Hit> = self.of(first.term).iter().filter(|hit| fits(first, hit)).copied().collect();
        for piece in rest {
            work::count(rows.len());
            let hits = self.of(piece.term);
            let mut longer = Vec::new();
            for row in &rows {
                let next = &hits[hits.partition_point(|hit| hit.first <= row.last)..];
                let next = next.iter().take_while(|hit| hit.first == row.last + 1).filter(|hit| fits(piece, hit));
                longer.extend(next.map(|hit| Hit { last: hit.last, end: hit.end, ..*row }));
            }
            longer.dedup_by_key(|hit| (hit.first, hit.last));
            rows = longer;
        }
        rows
    }

    /// Where the places of a chain stand, each with one before and after it that is not too far; `None` if there is no
    /// such chain.
    fn chain(&self, places: &[Place]) -> Option<Vec<Vec<Hit>>> {
        let mut chain: Vec<Vec<Hit>> = Vec::with_capacity(places.len());
        for place in places {
            let mut hits = self.any(&place.any);
            if let Some(before) = chain.last() {
                keep_near(&mut hits, before, place, false);
            }
            if hits.is_empty() {
                return None;
            }
            chain.push(hits);
        }
        for at in (1..chain.len()).rev() {
            let (before, after) = chain.split_at_mut(at);
            keep_near(&mut before[at - 1], &after[0], &places[at], true);
        }
        Some(chain)
    }

    fn any(&self, nodes: &[Node]) -> Vec<Hit> {
        let mut hits = Vec::new();
        for node in nodes {
            match node {
                Node::AnyOf(terms) => terms.iter().for_each(|term| hits.extend_from_slice(self.of(*term))),
                Node::Row(pieces) => hits.extend(self.row(pieces)),
                _ => {}
            }
        }
        hits
    }
}

/// Keeps those of `hits` that have one of `others` near; `others` come after them if `before`.
fn keep_near(hits: &mut Vec<Hit>, others: &[Hit], place: &Place, before: bool) {
    work::count(hits.len() + others.len());
    let sorted = |edge: fn(&Hit) -> u32| {
        let mut edges: Vec<u32> = others.iter().map(edge).collect();
        edges.sort_unstable();
        edges
    };
    let (firsts, lasts) = (sorted(|hit| hit.first), sorted(|hit| hit.last));
    let (reach, ordered) = (place.reach.words, place.reach.ordered);
    hits.retain(|hit| {
        let after = has_between(&firsts, hit.last + 1, hit.last.saturating_add(reach));
        let ahead = has_between(&lasts, hit.first.saturating_sub(reach), hit.first.wrapping_sub(1));
        match (ordered, before) {
            (false, _) => after || ahead && hit.first > 0,
            (true, true) => after,
            (true, false) => ahead && hit.first > 0,
        }
    });
}

fn has_between(sorted: &[u32], from: u32, to: u32) -> bool {
    sorted.get(sorted.partition_point(|edge| *edge < from)).is_some_and(|edge| *edge <= to)
}
