//! Sequences that begin alike, kept as a tree that grows and shrinks.

use std::hash::Hash;

use rustc_hash::FxHashMap;

use super::work;

/// The place everything begins at.
pub(super) const ROOT: u32 = 0;
const NONE: u32 = u32::MAX;

/// Sequences of symbols, each with a term at its end.
#[derive(Debug)]
pub(super) struct Trie<S> {
    edges: FxHashMap<(u32, S), u32>,
    nodes: Vec<Node<S>>,
    free: Vec<u32>,
}

#[derive(Debug)]
struct Node<S> {
    parent: u32,
    symbol: S,
    /// How many sequences go through here.
    uses: u32,
    term: u32,
}

impl<S: Copy + Default + Eq + Hash> Default for Trie<S> {
    fn default() -> Self {
        let root = Node { parent: NONE, symbol: S::default(), uses: 0, term: NONE };
        Self { edges: FxHashMap::default(), nodes: vec![root], free: Vec::new() }
    }
}

impl<S: Copy + Default + Eq + Hash> Trie<S> {
    pub(super) fn is_empty(&self) -> bool {
        self.edges.is_empty()
    }

    /// The place that `symbol` leads to from `node`.
    #[inline]
    pub(super) fn step(&self, node: u32, symbol: S) -> Option<u32> {
        work::count(1);
        self.edges.get(&(node, symbol)).copied()
    }

    /// The term that ends at `node`.
    #[inline]
    pub(super) fn term(&self, node: u32) -> Option<u32> {
        Some(self.nodes[node as usize].term).filter(|term| *term != NONE)
    }

    /// The place where this sequence ends, if it is there with a term.
    pub(super) fn find(&self, symbols: impl IntoIterator<Item = S>) -> Option<u32> {
        let end = symbols.into_iter().try_fold(ROOT, |node, symbol| self.step(node, symbol))?;
        self.term(end)
    }

    /// Adds a sequence with its term; the place where it ends.
    pub(super) fn insert(&mut self, symbols: impl IntoIterator<Item = S>, term: u32) -> u32 {
        let mut at = ROOT;
        for symbol in symbols {
            at = match self.step(at, symbol) {
                Some(next) => next,
                None => self.grow(at, symbol),
            };
            self.nodes[at as usize].uses += 1;
        }
        self.nodes[at as usize].term = term;
        at
    }

    fn grow(&mut self, parent: u32, symbol: S) -> u32 {
        let node = Node { parent, symbol, uses: 0, term: NONE };
        let place = match self.free.pop() {
            Some(place) => {
                self.nodes[place as usize] = node;
                place
            }
            None => {
                self.nodes.push(node);
                self.nodes.len() as u32 - 1
            }
        };
        self.edges.insert((parent, symbol), place);
        place
    }

    /// Removes the sequence that ends at `end`; its symbols, last first.
    pub(super) fn remove(&mut self, end: u32) -> Vec<S> {
        let mut symbols = Vec::new();
        self.nodes[end as usize].term = NONE;
        let mut at = end;
        while at != ROOT {
            let node = &mut self.nodes[at as usize];
            let (parent, symbol) = (node.parent, node.symbol);
            symbols.push(symbol);
            node.uses -= 1;
            if node.uses == 0 {
                self.edges.remove(&(parent, symbol));
                self.free.push(at);
            }
            at = parent;
        }
        symbols
    }
}
