//! How does a draft sound: does it blame, does it defend us, does it shout?

use super::words::{Hit, Part, between};
use crate::policy::base_language;
use crate::triage::reading::Reading;

/// The languages of which phrases count: the draft's own and English, which is mixed into all; all where its own is not
/// known.
pub(super) fn counts(hit: &Hit, language: Option<&str>) -> bool {
    const KNOWN: [&str; 8] = ["en", "es", "fr", "de", "pt", "it", "nl", "pl"];
    let own =
        language.map(base_language).and_then(|tag| KNOWN.into_iter().find(|known| known.eq_ignore_ascii_case(tag)));
    own.is_none_or(|own| hit.language() == own || hit.language() == "en")
}

/// Where the customer is blamed.
pub(super) fn blame(folded: &str, hits: &[Hit], language: Option<&str>) -> Vec<(usize, usize)> {
    let said = hits.iter().enumerate().filter(|(_, hit)| counts(hit, language));
    joined(said.filter_map(|(place, hit)| match hit.part {
        Part::Blame => Some((hit.start, hit.end)),
        Part::Should => done(folded, hits, place, DONE_AT_ONCE),
        Part::ShouldFrame => done(folded, hits, place, DONE_AT_END),
        _ => None,
    }))
}

/// Where we are defended.
pub(super) fn defence(hits: &[Hit], language: Option<&str>) -> Vec<(usize, usize)> {
    let said = hits.iter().filter(|hit| hit.part == Part::Defend && counts(hit, language));
    joined(said.map(|hit| (hit.start, hit.end)))
}

/// So many words may stand between "you should have" and what should have been done, and so many where the verb ends
/// the clause.
const DONE_AT_ONCE: usize = 1;
const DONE_AT_END: usize = 8;
/// So many hits after one are looked at.
const MOST_HITS: usize = 48;

/// From the hit at `place` to what should have been done.
fn done(folded: &str, hits: &[Hit], place: usize, most: usize) -> Option<(usize, usize)> {
    let should = &hits[place];
    let mut after = hits[place + 1..].iter().take(MOST_HITS);
    let done = after.find(|hit| hit.part == Part::Done && hit.speaks_as(should) && hit.start >= should.end)?;
    between(folded, should.end, done.start).within(most).then_some((should.start, done.end))
}

/// Places in order, those that overlap as one.
fn joined(places: impl Iterator<Item = (usize, usize)>) -> Vec<(usize, usize)> {
    let mut spans: Vec<(usize, usize)> = Vec::new();
    for (start, end) in places {
        match spans.last_mut() {
            Some(last) if start < last.1 => last.1 = last.1.max(end),
            _ => spans.push((start, end)),
        }
    }
    spans
}

/// So many words in capitals, one after the other and together of so many letters, are shouted in any text.
const SHOUTED_RUN: usize = 3;
const SHOUTED_LETTERS: usize = 12;

/// The words of a text, by whether they are in capitals.
#[derive(Debug, Default)]
pub(super) struct Capitals {
    /// All words of two letters or more.
    words: usize,
    /// Those in capitals.
    shouted: Vec<(usize, usize)>,
    /// Whether enough in capitals follow each other.
    run: bool,
}

impl Capitals {
    /// Reads `text`, of which `reading` was made; `own` are words that are written in capitals, in lower case.
    pub(super) fn of(text: &str, reading: &Reading, own: &[String]) -> Self {
        let mut capitals = Self::default();
        // Words and letters of the row.
        let mut run = (0, 0);
        let mut at = 0;
        for word in text.split(' ') {
            let start = at;
            at += word.len() + 1;
            // Links and mentions are blank in the folded text.
            if reading.folded.get(start..start + word.len()).is_none_or(|folded| folded.trim().is_empty()) {
                continue;
            }
            let shouted = capitals.take(word, start, own);
            run = if shouted { (run.0 + 1, run.1 + word.chars().count()) } else { (0, 0) };
            capitals.run |= run.0 >= SHOUTED_RUN && run.1 >= SHOUTED_LETTERS;
            // A list of names is no shout.
            run = if word.ends_with([',', ';', '/', '+', '&']) { (0, 0) } else { run };
        }
        capitals
    }

    fn take(&mut self, word: &str, start: usize, own: &[String]) -> bool {
        let letters = || word.chars().filter(|character| character.is_alphabetic());
        let count = letters().count();
        self.words += usize::from(count >= 2);
        let capitals = count >= 3 && letters().all(char::is_uppercase) && !word.contains(|c: char| c.is_ascii_digit());
        let shouted = capitals && !own.contains(&word.trim_matches(|c: char| !c.is_alphanumeric()).to_lowercase());
        if shouted {
            self.shouted.push((start, start + word.len()));
        }
        shouted
    }

    /// Where the text shouts, if a part of its words from `share` on is in capitals.
    pub(super) fn shouts(self, share: f64) -> Vec<(usize, usize)> {
        let part = self.shouted.len() as f64 >= share * self.words as f64;
        let many = self.shouted.len() >= SHOUTED_RUN;
        if many && (part || self.run) { self.shouted } else { Vec::new() }
    }
}

/// Where `most` exclamation marks or more stand in a row.
pub(super) fn exclamations(text: &str, most: usize) -> Vec<(usize, usize)> {
    let mut found = Vec::new();
    let (mut start, mut end, mut count) = (0, 0, 0);
    for (at, mark) in text.char_indices().filter(|(_, mark)| matches!(mark, '!' | '！')).chain([(usize::MAX, ' ')]) {
        if at == end && count > 0 {
            (end, count) = (at + mark.len_utf8(), count + 1);
            continue;
        }
        if count >= most.max(1) {
            found.push((start, end));
        }
        (start, end, count) = (at, at.saturating_add(mark.len_utf8()), 1);
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shouts(text: &str) -> usize {
        Capitals::of(text, &Reading::of(text, &[]), &["acme".to_owned()]).shouts(0.5).len()
    }

    #[test]
    fn capitals_shout_and_names_do_not() {
        assert_eq!(shouts("PLEASE READ THE answer we gave you before you write once more"), 3);
        assert_eq!(shouts("WHO TOLD you NOTHING"), 3);
        assert_eq!(shouts("We accept SEPA, IBAN, BIC and VISA in our web shop these days"), 0);
        assert_eq!(shouts("ACME ACME ACME"), 0);
        assert_eq!(shouts("Your flight goes by LAX JFK FRA and gets there in the morning"), 0);
        assert_eq!(shouts("Order AC12 AC13 AC14"), 0);
        assert_eq!(shouts("OK THANKS"), 0);
        assert_eq!(shouts("https://A.EXAMPLE/B @ACME @HELP NOW"), 0);
    }

    #[test]
    fn exclamation_marks_are_counted_in_rows() {
        assert_eq!(exclamations("no!!! yes! ok!!!!", 3), [(2, 5), (13, 17)]);
        assert_eq!(exclamations("a! b! c!", 3), []);
        assert_eq!(exclamations("！！！", 3), [(0, 9)]);
        assert_eq!(exclamations("", 0), []);
    }
}
