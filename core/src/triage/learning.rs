//! What the program that learns the weights needs of triage: the same features, the same sums of the word lists.

use crate::model::{Content, Inbound, Surface, Visibility};

use super::Evidence;
use super::category::OwnCategories;
use super::model::{TOLD, WIDTH, each, told};
use super::reading::Reading;
use super::text::by_lists;

pub use super::model::{GROUPS, Shape, Weights, doubt, last_resort, share};

/// How many answers a row of weights has room for.
pub const COLUMNS: usize = WIDTH;
/// How many numbers the model is told besides the words.
pub const NUMBERS: usize = TOLD;

/// One text as the model sees it.
#[derive(Clone, Debug)]
pub struct Example {
    /// The hashes of its features, in order.
    pub features: Vec<u64>,
    /// What the word lists and its form come to.
    pub told: [f32; NUMBERS],
}

/// Reads `text`, said in `language`.
pub fn example(text: &str, language: Option<&str>) -> Example {
    let mut message = Inbound::new("x", "1", Surface::Post, Visibility::Public);
    message.content = Content { text: text.to_owned(), ..Content::default() };
    message.language = language.map(Into::into);
    let reading = Reading::new(&message.content);
    let mut evidence = Evidence::default();
    by_lists(&message, &reading, &OwnCategories::new(&[]), &mut evidence);
    let mut features = Vec::new();
    each(&reading.folded, |hash, _, _| features.push(hash));
    Example { features, told: told(&reading, evidence.findings()) }
}
