//! Is it spam, bait or abuse?

use std::sync::LazyLock;

use aho_corasick::AhoCorasick;

use crate::model::{Inbound, Question};

use super::Evidence;
use super::bounded::Bounded;
use super::intent::yes_or_no;
use super::lexicon::{Hit, Topic};
use super::reading::Reading;

/// A post that names or tags so many is thrown at people rather than said to them.
const CROWD: usize = 6;
/// Addresses that hide where they lead.
const SHORTENERS: [&str; 11] = [
    "bit.ly/",
    "tinyurl.",
    "t.me/",
    "wa.me/",
    "cutt.ly/",
    "urlz.",
    "is.gd/",
    "rb.gy/",
    "goo.gl/",
    "shorturl",
    "telegram.me/",
];

static HIDING: LazyLock<AhoCorasick> = LazyLock::new(|| {
    #[expect(clippy::expect_used, reason = "a handful of short patterns")]
    AhoCorasick::builder().ascii_case_insensitive(true).build(SHORTENERS).expect("the list fits an automaton")
});

/// Adds what speaks for spam, bait and abuse.
pub(super) fn assess(message: &Inbound, reading: &Reading, hits: &[Hit], evidence: &mut Evidence) {
    let mut words = Bounded::new(evidence, Question::Spam);
    let mut count = 0;
    for hit in hits.iter().filter(|hit| hit.topic == Topic::Spam) {
        count += 1;
        words.add("yes", hit.weight, "text.spam_phrase", hit.span());
    }
    words.finish();
    let text = message.content.text.as_str();
    if let (true, Some(link)) = (count > 0, reading.links.first()) {
        evidence.add(Question::Spam, "yes", 1.0, "text.link_with_spam", Some(*link));
    }
    if let Some(link) = reading.links.iter().take(4).find(|link| HIDING.is_match(link.of(text))) {
        evidence.add(Question::Spam, "yes", 1.5, "text.hidden_link", Some(*link));
    }
    if reading.mentions.len() >= CROWD {
        evidence.add(Question::Spam, "yes", 2.0, "text.many_mentions", reading.mentions.last().copied());
    }
    if reading.hashtags >= CROWD {
        evidence.add(Question::Spam, "yes", 1.5, "text.many_hashtags", None);
    }
    if reading.links.len() >= 3 {
        evidence.add(Question::Spam, "yes", 1.0, "text.many_links", reading.links.last().copied());
    }
    yes_or_no(hits, Topic::Abuse, Question::Abuse, "text.abusive_word", evidence);
    yes_or_no(hits, Topic::Bait, Question::Abuse, "text.bait", evidence);
}
