//! What is simulated: how the network is, what goes wrong and how often. All of it follows from the seed.

use std::time::Duration;

use crate::random::Random;

/// One run: a network, some conversations on it, engines that work on them, and what goes wrong meanwhile.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Plan {
    /// Decides everything that is not written down here.
    pub seed: u64,
    /// How many conversations customers begin.
    pub conversations: u32,
    /// How often the agents act in each.
    pub rounds: u32,
    /// How many engines work at the same time, each a process of its own.
    pub engines: u32,
    /// Of a million turns that tasks of a process take, how many are its last.
    pub kills_per_million: u32,
    /// Of a hundred thousand calls of the store, how many take up to minutes, and how many fail.
    pub store_stalls: u32,
    /// See `store_stalls`.
    pub store_failures: u32,
    /// How the network is.
    pub habits: Habits,
    /// What goes wrong on the way there.
    pub faults: Faults,
}

impl Plan {
    /// A run that follows from `seed`: about a hundred sends, of which about one in ten meets a fault.
    pub fn of_seed(seed: u64) -> Self {
        let mut random = Random::new(seed ^ 0x51_3d_0e_a7);
        Self {
            seed,
            conversations: 12 + random.below(20) as u32,
            rounds: 2 + random.below(3) as u32,
            engines: 1 + random.below(4) as u32,
            kills_per_million: random.below(5_000) as u32,
            store_stalls: [0, 50, 500][random.below(3) as usize],
            store_failures: random.below(60) as u32,
            habits: Habits::drawn(&mut random),
            faults: Faults::one_in_ten(),
        }
    }
}

/// How a network is.
#[derive(Clone, Copy, Debug)]
#[non_exhaustive]
pub struct Habits {
    /// For how many seconds it takes an act with the same key but once.
    pub sends_once_for: u32,
    /// How many seconds it may take to show what was sent.
    pub lag_secs: u32,
    /// Whether it tells of that, as it must; else nothing keeps us from sending twice.
    pub declares_lag: bool,
    /// How it tells us what we said.
    pub echoes: Echoes,
    /// How it is searched for what we said.
    pub finds: Finds,
    /// Whether its receipts say when.
    pub tells_time: bool,
    /// How far its clock is ahead of ours.
    pub skew_millis: i64,
}

/// What a network tells us of what we said ourselves.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Echoes {
    /// Nothing.
    None,
    /// The message alone.
    Plain,
    /// The message with our key.
    Keyed,
}

/// How a network is searched for what we said.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Finds {
    /// By our key.
    ByKey,
    /// By who said what where, as most must be.
    ByWords,
    /// Not at all.
    Never,
}

impl Habits {
    fn drawn(random: &mut Random) -> Self {
        let four_minutes = 4 * 60_000;
        Self {
            sends_once_for: match random.below(100) {
                0..65 => 0,
                65..80 => 600,
                _ => u32::MAX,
            },
            lag_secs: [0, 0, 5, 60, 300][random.below(5) as usize],
            declares_lag: true,
            echoes: [Echoes::None, Echoes::Plain, Echoes::Keyed][random.below(3) as usize],
            finds: [Finds::ByKey, Finds::ByWords, Finds::ByWords][random.below(3) as usize],
            tells_time: random.strikes(800),
            skew_millis: random.below(2 * four_minutes) as i64 - four_minutes as i64,
        }
    }
}

/// How often each fault strikes, in requests of a thousand.
#[derive(Clone, Copy, Debug, Default)]
#[non_exhaustive]
pub struct Faults {
    /// The connection is refused: certainly not sent.
    pub dropped: u32,
    /// The network answers that it is in trouble, before it did anything.
    pub trouble: u32,
    /// The request is lost, which nobody can know.
    pub request_lost: u32,
    /// It takes effect and the answer is lost.
    pub answer_lost: u32,
    /// It takes effect after the answer was given up, and is shown still later: within the declared lag.
    pub late: u32,
    /// No answer ever comes, and nothing happened.
    pub hung: u32,
    /// No answer ever comes, and it took effect.
    pub hung_after: u32,
    /// A storm begins in which everybody is told to wait.
    pub storm: u32,
    /// Our token is dead for a while.
    pub token_death: u32,
    /// The network does not want it said, however often it is sent.
    pub refused: u32,
    /// The search for what was sent fails.
    pub look_failed: u32,
    /// We are never told of what we said.
    pub echo_missing: u32,
    /// We are told so late that others overtake it.
    pub told_late: u32,
    /// We are told twice.
    pub told_twice: u32,
}

impl Faults {
    /// One request in ten meets one.
    pub fn one_in_ten() -> Self {
        Self {
            dropped: 12,
            trouble: 12,
            request_lost: 12,
            answer_lost: 20,
            late: 14,
            hung: 4,
            hung_after: 6,
            storm: 4,
            token_death: 1,
            refused: 8,
            look_failed: 100,
            echo_missing: 100,
            told_late: 60,
            told_twice: 100,
        }
    }
}

/// How long customers and agents take to begin.
pub(super) const SPAN: Duration = Duration::from_secs(20 * 60);
