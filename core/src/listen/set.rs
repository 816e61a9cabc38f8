//! Many queries, asked about one text at once.

mod evaluate;
mod node;
mod terms;
mod trie;
mod work;

use std::cell::RefCell;

use compact_str::CompactString;
use rustc_hash::FxHashMap;
use serde::{Deserialize, Serialize};

use self::evaluate::Heard;
use self::node::Node;
use self::terms::{Hit, Terms};
use super::fold::Folded;
use super::{Query, QueryInput};
use crate::model::Span;

/// A match names the first so many places.
pub const MOST_SPANS: usize = 32;

/// A query that a message matches.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct QueryMatch {
    /// The query's id.
    pub query: CompactString,
    /// Where the terms stand that made it match, in order; at most 32 ([`MOST_SPANS`]). Empty if it asks for facts only.
    pub spans: Vec<Span>,
}

/// Queries by id, ready to be asked all at once.
///
/// Each term stands once in one index, however many queries ask for it. A text is folded and looked up word by word;
/// only queries whose rarest terms were met are looked at. To add or remove a query takes time that grows with the query,
/// not with the set.
///
/// ```
/// use careline::listen::{Query, QueryInput, QuerySet};
/// let mut set = QuerySet::new();
/// set.insert("late", &Query::parse("deliver* NEAR/3 (late OR delayed)")?);
/// let found = set.find(&QueryInput::new("My delivery is LATE again"));
/// assert_eq!(found[0].query, "late");
/// assert_eq!((found[0].spans[0].start, found[0].spans[0].end), (3, 11));
/// # Ok::<(), careline::listen::QueryMistake>(())
/// ```
#[derive(Debug, Default)]
pub struct QuerySet {
    terms: Terms,
    held: Vec<Option<Held>>,
    free: Vec<u32>,
    places: FxHashMap<CompactString, u32>,
}

/// A query in a set.
#[derive(Debug)]
struct Held {
    id: CompactString,
    node: Node,
    /// One of these terms must be there for it to match.
    guards: Box<[u32]>,
}

/// Room that is used again for every text.
#[derive(Debug, Default)]
struct Scratch {
    folded: Folded,
    words: Vec<u32>,
    fact: String,
    hits: Vec<Hit>,
    candidates: Vec<u32>,
}

thread_local! {
    static SCRATCH: RefCell<Scratch> = RefCell::default();
}

impl QuerySet {
    /// A set without queries.
    pub fn new() -> Self {
        Self::default()
    }

    /// How many queries there are.
    pub fn len(&self) -> usize {
        self.places.len()
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.places.is_empty()
    }

    /// Adds a query, in place of the one of this id if there is one; whether there was none.
    pub fn insert(&mut self, id: impl Into<CompactString>, query: &Query) -> bool {
        let id = id.into();
        let is_new = !self.remove(&id);
        let node = Node::of(query.clause(), &mut self.terms);
        let guards = node.guards(&self.terms);
        let place = self.free.pop().unwrap_or_else(|| {
            self.held.push(None);
            self.held.len() as u32 - 1
        });
        self.terms.guard(&guards, place);
        self.places.insert(id.clone(), place);
        self.held[place as usize] = Some(Held { id, node, guards });
        is_new
    }

    /// Removes the query of this id; whether there was one.
    pub fn remove(&mut self, id: &str) -> bool {
        let Some(place) = self.places.remove(id) else { return false };
        if let Some(held) = self.held[place as usize].take() {
            self.terms.unguard(&held.guards, place);
            held.node.release(&mut self.terms);
        }
        self.free.push(place);
        true
    }

    /// The queries that `input` matches, in the order they were added while none was removed.
    ///
    /// Takes time that grows with the text, and with the queries whose terms are in it. Of the places where terms stand
    /// the first million is looked at.
    pub fn find(&self, input: &QueryInput<'_>) -> Vec<QueryMatch> {
        let [found] = find_in_each([self], input);
        found
    }

    fn find_in(&self, scratch: &mut Scratch, input: &QueryInput<'_>) -> Vec<QueryMatch> {
        let Scratch { folded, words, fact, hits, candidates } = scratch;
        hits.clear();
        self.terms.look_up(folded, words, hits);
        self.terms.look_up_facts(input, folded, fact, hits);
        if hits.is_empty() {
            return Vec::new();
        }
        hits.sort_unstable();
        candidates.clear();
        let mut last = None;
        for hit in hits.iter().filter(|hit| last.replace(hit.term) != Some(hit.term)) {
            candidates.extend_from_slice(self.terms.guarded_by(hit.term));
        }
        candidates.sort_unstable();
        candidates.dedup();
        let heard = Heard { hits, input };
        let held = candidates.iter().filter_map(|place| self.held[*place as usize].as_ref());
        held.filter(|held| heard.holds(&held.node))
            .map(|held| QueryMatch { query: held.id.clone(), spans: heard.spans(&held.node) })
            .collect()
    }
}

/// The queries of each set that `input` matches; the text is folded once.
pub(crate) fn find_in_each<const N: usize>(sets: [&QuerySet; N], input: &QueryInput<'_>) -> [Vec<QueryMatch>; N] {
    SCRATCH.with_borrow_mut(|scratch| {
        scratch.folded.read(input.text, input.entities);
        sets.map(|set| set.find_in(scratch, input))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Queries that meet each other's terms wherever they can.
    fn tangled() -> QuerySet {
        let mut set = QuerySet::new();
        let words = ["acme", "late", "late again", "la*", "lat*", "壊", "壊れ", "#acme*", "👍"];
        for (number, first) in words.iter().enumerate() {
            for (other, second) in words.iter().enumerate() {
                let query = format!(
                    "\"{first}\" NEAR/40 \"{second}\" OR \"{first} {second}\" OR \"{second}\" BEFORE/2 \"{first}\""
                );
                set.insert(format!("{number}.{other}"), &Query::parse(&query).unwrap());
            }
        }
        set
    }

    #[test]
    fn work_grows_with_the_text_and_no_faster() {
        let set = tangled();
        for piece in ["acme late again ", "late", "壊れた", "#acmeLate ", "👍", "acme 壊れ @acme late? "] {
            let work = |length: usize| {
                let text = piece.repeat(length / piece.len());
                work::counted(|| drop(set.find(&QueryInput::new(&text))))
            };
            let (short, long) = (work(1_000), work(20_000));
            assert!(long < short * 21 + 1_000, "{piece}: {short} steps, twenty times the text {long}");
        }
    }

    #[test]
    fn a_query_is_looked_at_only_where_its_rarest_terms_are_met() {
        let mut set = QuerySet::new();
        for number in 0..1_000 {
            let query = format!("acme (word{number} OR other{number})");
            set.insert(number.to_string(), &Query::parse(&query).unwrap());
        }
        let work = work::counted(|| drop(set.find(&QueryInput::new("acme is word7"))));
        assert!(work < 50, "{work} steps");
    }

    #[test]
    fn nothing_stays_of_what_is_removed() {
        let mut set = tangled();
        let ids: Vec<_> = set.places.keys().cloned().collect();
        ids.iter().for_each(|id| assert!(set.remove(id)));
        assert!(set.is_empty() && set.terms.is_empty(), "{set:?}");
    }
}
