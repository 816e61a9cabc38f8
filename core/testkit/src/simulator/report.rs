//! What came of a run.

use std::collections::BTreeMap;
use std::fmt;

/// How much was simulated and how it ended. Sends are counted by part: a reply of three parts is three.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Figures {
    /// Conversations that customers began.
    pub conversations: u64,
    /// Parts the network has for certain.
    pub delivered: u64,
    /// Parts of replies that the network, a guard or time refused.
    pub refused: u64,
    /// Parts of replies of which nobody could tell, at one time or another.
    pub unknown: u64,
    /// Those of them that still wait for a person.
    pub waiting: u64,
    /// Parts of replies that were taken back, rejected or given up before they were sent.
    pub taken_back: u64,
    /// Acts that took effect twice.
    pub doubles: u64,
    /// Sends that ended otherwise than is said of them.
    pub losses: u64,
    /// Processes that were killed.
    pub kills: u64,
    /// How often each fault struck.
    pub faults: BTreeMap<String, u64>,
}

impl Figures {
    /// How many parts were to be sent.
    pub fn sends(&self) -> u64 {
        self.delivered + self.refused + self.waiting
    }
}

impl std::ops::AddAssign for Figures {
    fn add_assign(&mut self, other: Self) {
        self.conversations += other.conversations;
        self.delivered += other.delivered;
        self.refused += other.refused;
        self.unknown += other.unknown;
        self.waiting += other.waiting;
        self.taken_back += other.taken_back;
        self.doubles += other.doubles;
        self.losses += other.losses;
        self.kills += other.kills;
        for (name, times) in other.faults {
            *self.faults.entry(name).or_default() += times;
        }
    }
}

impl fmt::Display for Figures {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let of_a_million = self.unknown * 1_000_000 / self.sends().max(1);
        writeln!(f, "{} sends in {} conversations; {} processes killed", self.sends(), self.conversations, self.kills)?;
        writeln!(f, "delivered {}, refused {}, taken back {}", self.delivered, self.refused, self.taken_back)?;
        writeln!(f, "unknown {} ({of_a_million} in a million), {} wait for a person", self.unknown, self.waiting)?;
        writeln!(f, "doubles {}, losses {}", self.doubles, self.losses)?;
        let faults: Vec<_> = self.faults.iter().map(|(name, times)| format!("{name} {times}")).collect();
        write!(f, "faults: {}", faults.join(", "))
    }
}

/// A run that broke a promise.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Broken {
    /// The seed that shows it again.
    pub seed: u64,
    /// What was found, in words.
    pub wrong: Vec<String>,
    /// How far the run came.
    pub figures: Figures,
}

impl fmt::Display for Broken {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(
            f,
            "seed {} breaks {} promises; CARELINE_SEED={} replays it:",
            self.seed,
            self.wrong.len(),
            self.seed
        )?;
        self.wrong.iter().take(5).try_for_each(|wrong| writeln!(f, "- {wrong}"))
    }
}

impl std::error::Error for Broken {}
