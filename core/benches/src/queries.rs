//! What ten thousand listening queries cost over a text ÷ one bare parse of a webhook's body.

use careline::listen::{Query, QueryInput, QuerySet};
use careline::model::{EventBody, Inbound, NativeAccount, NetworkName, Timestamp};
use careline::network::BodyKind;
use rand::rngs::ChaCha8Rng;
use rand::{RngExt, SeedableRng};

use crate::clock::{Compared, compare, cpu, micros_each};
use crate::normalise;
use crate::traffic::{HANDLES, Kind, Traffic};
use crate::words::LANGUAGES;

/// How many queries there are.
pub const QUERIES: usize = 10_000;
/// How many texts are looked at, and bodies parsed, in one round.
const TEXTS: usize = 10_000;

/// What was measured.
#[derive(Clone, Copy, Debug)]
pub struct Measured {
    /// A text ÷ a bare parse.
    pub compared: Compared,
    /// How many queries match a text, on average.
    pub matches: f64,
    /// Microseconds to read all queries and to add them to a set.
    pub build: f64,
    /// What the process grew by meanwhile, in bytes; 0 where the system does not tell.
    pub grown: u64,
    /// Microseconds to add one query to all, and to remove it again.
    pub change: f64,
}

/// Queries as teams write them, of made-up brands and the words of the made-up traffic.
#[must_use]
pub fn queries(seed: u64, count: usize) -> Vec<String> {
    let mut chance = ChaCha8Rng::seed_from_u64(seed);
    (0..count).map(|number| query(&mut chance, number)).collect()
}

fn query(chance: &mut ChaCha8Rng, number: usize) -> String {
    let language = LANGUAGES[chance.random_range(0..LANGUAGES.len())];
    let plain = |word: &&str| word.chars().all(char::is_alphabetic) && !matches!(*word, "and" | "or" | "not");
    let words: Vec<&str> = language.2.split_whitespace().filter(plain).collect();
    let mut word = || words[chance.random_range(0..words.len())];
    let (a, b, c, d) = (word(), word(), word(), word());
    let brand = name(chance, number);
    match chance.random_range(0..10) {
        0..3 => format!("{brand} ({a} OR {b} OR {c})"),
        3..5 => format!("({brand} OR #{brand} OR @{brand}) AND \"{a} {b}\" NOT ({c} OR {d})"),
        5 => format!("{brand} NEAR/5 ({a} OR {b} OR \"{c} {d}\")"),
        6 => format!("{brand}* BEFORE/8 {a} lang:{}", language.0),
        7 => format!("\"{brand} {a}\" OR \"{brand} {b}\" OR {brand}{a}*"),
        8 => format!("({brand} OR acme) \"{a} {b} {c}\" has:question"),
        _ => format!("{brand} ({a} OR {b}) NOT (has:link OR author:{brand}*) followers:>100"),
    }
}

/// A name of two to four syllables; some names are asked about often.
fn name(chance: &mut ChaCha8Rng, number: usize) -> String {
    const SYLLABLES: [&str; 24] = [
        "ka", "lo", "mi", "ra", "tec", "vo", "zen", "bra", "du", "fin", "gal", "hu", "jo", "kes", "lum", "nor", "pe",
        "qui", "sol", "tra", "ul", "wex", "yon", "zi",
    ];
    let brand = if chance.random_range(0..3) == 0 { number % 40 } else { number };
    let mut of_brand = ChaCha8Rng::seed_from_u64(brand as u64);
    let syllables = of_brand.random_range(2..5);
    (0..syllables).map(|_| SYLLABLES[of_brand.random_range(0..SYLLABLES.len())]).collect()
}

/// All of `queries` in one set.
///
/// # Panics
/// If one of them is none: the generator is broken then.
#[must_use]
pub fn set(queries: &[String]) -> QuerySet {
    let mut set = QuerySet::new();
    for (number, query) in queries.iter().enumerate() {
        let query = Query::parse(query).unwrap_or_else(|mistake| panic!("{query}: {mistake}"));
        set.insert(number.to_string(), &query);
    }
    set
}

/// Messages of the made-up traffic.
fn messages() -> Vec<Inbound> {
    let account = NativeAccount::new(NetworkName::from("x"), HANDLES[0].0);
    let bodies = Traffic::new(7).bodies(Kind::X, TEXTS);
    let read = bodies
        .iter()
        .filter_map(|body| careline_x::normalise(BodyKind::Webhook, body, &account, Timestamp::default()).ok());
    read.flat_map(|read| read.events)
        .filter_map(|event| match event.body {
            EventBody::Message(message) => Some(*message),
            _ => None,
        })
        .collect()
}

/// Measures one core's time.
///
/// # Panics
/// If the traffic holds other messages than it should.
#[must_use]
pub fn measure(rounds: usize) -> Measured {
    let texts = queries(11, QUERIES);
    let (before, resident_before) = (cpu(), resident());
    let mut all = set(&texts);
    let build = (cpu() - before).as_secs_f64() * 1e6;
    let grown = resident().saturating_sub(resident_before);
    let change = micros_each(1_000, || {
        let query = Query::parse("fresh AND (\"new words\" OR wor*)");
        for _ in 0..1_000 {
            query.as_ref().map(|query| all.insert("fresh", query)).ok();
            all.remove("fresh");
        }
    });
    let messages = messages();
    assert_eq!(messages.len(), TEXTS, "every body is a message");
    let find = || messages.iter().map(|message| all.find(&input(message)).len()).sum::<usize>();
    let matches = find() as f64 / TEXTS as f64;
    let parses = normalise::Case::new(Kind::X, TEXTS);
    let compared = compare(rounds, || micros_each(TEXTS, find), || micros_each(TEXTS, || parses.parse()));
    Measured { compared, matches, build, grown, change }
}

/// The memory this process holds, in bytes.
fn resident() -> u64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:"));
    let kilobytes = line.and_then(|line| line.trim().trim_end_matches(" kB").parse::<u64>().ok());
    kilobytes.unwrap_or_default() * 1024
}

fn input(message: &Inbound) -> QueryInput<'_> {
    let mut input = QueryInput::of(message);
    input.network = Some("x");
    input
}
