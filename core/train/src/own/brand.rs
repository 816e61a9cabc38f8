//! Made-up names of brands and people.

use rand::seq::IndexedRandom as _;
use rand::{Rng, RngExt as _};

const STARTS: [&str; 24] = [
    "Vel", "Tor", "Nim", "Quor", "Bral", "Zan", "Mel", "Drix", "Fen", "Gral", "Hux", "Jol", "Kor", "Lum", "Ors",
    "Pell", "Rud", "Sarn", "Tig", "Ulm", "Wex", "Yar", "Zeb", "Brov",
];
const ENDS: [&str; 16] = [
    "mora", "vik", "donn", "tessa", "rano", "bright", "wock", "lio", "queva", "stead", "nubo", "zette", "elle", "undo",
    "ibra", "ona",
];
const TAILS: [&str; 12] = ["", "", "", "", "help", "care", "support", "_help", "official", "HQ", "cares", "_service"];
const PEOPLE: [&str; 16] = [
    "moss", "pixel", "teapot", "kiwi", "north", "rainy", "dusty", "lemon", "orbit", "mellow", "fig", "nomad", "panda",
    "sunny", "byte", "crow",
];

/// A brand that does not exist.
pub(super) struct Brand {
    name: String,
    handle: String,
}

impl Brand {
    pub(super) fn draw(chance: &mut impl Rng) -> Self {
        let name = [&STARTS[..], &ENDS[..]].map(|parts| parts.choose(chance).copied().unwrap_or_default()).concat();
        let tail = TAILS.choose(chance).copied().unwrap_or_default();
        let handle = format!("@{}{tail}", if chance.random_bool(0.5) { name.clone() } else { name.to_lowercase() });
        Self { name, handle }
    }

    /// Its name on the network, with the `@`.
    pub(super) fn handle(&self) -> &str {
        &self.handle
    }

    /// Its name as people write it.
    pub(super) fn mention(&self, chance: &mut impl Rng) -> String {
        match chance.random_range(0..10) {
            0..3 => self.handle.clone(),
            3..8 => self.name.clone(),
            8 => self.name.to_lowercase(),
            _ => self.hashtag(),
        }
    }

    /// Its name as a hashtag.
    pub(super) fn hashtag(&self) -> String {
        format!("#{}", self.name.to_lowercase())
    }
}

/// The handle of somebody who does not exist, with the `@`.
pub(super) fn person(chance: &mut impl Rng) -> String {
    let [one, two] = [(); 2].map(|()| PEOPLE.choose(chance).copied().unwrap_or_default());
    match chance.random_range(0..3) {
        0 => format!("@{one}_{two}"),
        1 => format!("@{one}{}", chance.random_range(1..2000)),
        _ => format!("@{one}{two}{}", chance.random_range(1..100)),
    }
}
