//! Where a text is split so that each part fits.

use std::collections::HashSet;

use unicode_properties::{GeneralCategoryGroup, UnicodeGeneralCategory};
use unicode_segmentation::UnicodeSegmentation;

use super::{Frame, Place, too_large};
use crate::engage::text::{Marking, marks, measure};
use crate::error::Result;
use crate::model::Entity;

/// What goes into one part.
pub(super) struct Chunk<'a> {
    pub(super) text: &'a str,
    /// Whether it ends inside a word.
    pub(super) in_word: bool,
}

/// `text` in chunks that fit with everything around them; `None` if there are more than `total`.
///
/// # Errors
/// `too_large` if something that must not be split, or what stands around the text, fills more than a part.
pub(super) fn chunks<'a>(text: &'a str, frame: &Frame<'_>, total: usize) -> Result<Option<Vec<Chunk<'a>>>> {
    let mut chunks = Vec::new();
    let mut rest = text;
    while !rest.is_empty() {
        if chunks.len() == total {
            return Ok(None);
        }
        let place = Place { number: chunks.len() + 1, total, last: false };
        let chunk = if frame.fits(rest, Place { last: true, ..place }) {
            Chunk { text: rest, in_word: false }
        } else {
            largest(rest, frame, place)?
        };
        rest = rest[chunk.text.len()..].trim_start();
        chunks.push(chunk);
    }
    Ok(Some(chunks))
}

/// As much of `rest` as fits, but not all of it, up to the best place to end.
fn largest<'a>(rest: &'a str, frame: &Frame<'_>, place: Place) -> Result<Chunk<'a>> {
    let within = room(rest, frame, place);
    let breaks = breaks(rest, within, &marks(rest, frame.policy.marking));
    let accepts = |found: &&Break| {
        let at_space = found.level >= Level::Word && rest[found.end..].starts_with(char::is_whitespace);
        frame.fits(&rest[..found.end], place) && (at_space || keeps_marks(rest, found.end, frame.policy.marking))
    };
    let best = PREFERENCES.iter().find_map(|(level, share)| {
        let late_enough = |found: &&Break| found.level >= *level && found.end.saturating_mul(*share) >= within;
        breaks.iter().rev().filter(late_enough).find(accepts)
    });
    let Some(best) = best else {
        let message = "what stands around the text, or a link, mention or tag that must not be split, fills a part";
        return Err(too_large(message, measure(&frame.around(rest, place), frame.policy), frame.policy));
    };
    Ok(Chunk { text: &rest[..best.end], in_word: best.level == Level::Grapheme })
}

/// How many bytes of `rest` fit with what stands around them.
fn room(rest: &str, frame: &Frame<'_>, place: Place) -> usize {
    let around = measure(&frame.around("", place), frame.policy);
    let mut spare = frame.policy.clone();
    spare.max = spare.max.saturating_sub(around.length);
    spare.bytes_max = spare.bytes_max.map(|max| max.saturating_sub(around.bytes));
    measure(rest, &spare).within as usize
}

/// A place where a part may end.
struct Break {
    end: usize,
    level: Level,
}

/// How good a place is, the best last.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Level {
    /// Inside a word.
    Grapheme,
    /// Between words that no space parts.
    Joined,
    /// At a space.
    Word,
    /// At the end of a sentence or a line.
    Sentence,
    /// At a blank line.
    Paragraph,
}

/// The best places first, each only after one `share`th of what fits, so that no part is nearly empty for its sake.
const PREFERENCES: [(Level, usize); 7] = [
    (Level::Paragraph, 2),
    (Level::Sentence, 3),
    (Level::Word, 3),
    (Level::Joined, 3),
    (Level::Word, usize::MAX),
    (Level::Joined, usize::MAX),
    (Level::Grapheme, usize::MAX),
];

/// The places in `rest` up to byte `within` where a part may end, in order; none inside a mark or at the very end.
fn breaks(rest: &str, within: usize, marks: &[Entity]) -> Vec<Break> {
    // One more word shows whether the place at `within` is a good one.
    let shown = (within + 64..rest.len()).find(|end| rest.is_char_boundary(*end)).unwrap_or(rest.len());
    let shown = &rest[..shown];
    let sentences: HashSet<usize> = shown.split_sentence_bound_indices().map(|(start, _)| start).collect();
    let words: HashSet<usize> = shown.split_word_bound_indices().map(|(start, _)| start).collect();
    let mut marks = marks.iter().peekable();
    let mut found = Vec::new();
    for (end, cluster) in shown.grapheme_indices(true).skip(1).take_while(|(end, _)| *end <= within) {
        while marks.next_if(|mark| (mark.span.end as usize) <= end).is_some() {}
        let in_mark = marks.peek().is_some_and(|mark| (mark.span.start as usize) < end);
        if !in_mark && !shown[..end].ends_with(char::is_whitespace) {
            found.push(Break { end, level: level(shown, end, cluster, &sentences, &words) });
        }
    }
    found
}

fn level(text: &str, end: usize, next: &str, sentences: &HashSet<usize>, words: &HashSet<usize>) -> Level {
    let rest = text[end..].trim_start();
    let space = &text[end..text.len() - rest.len()];
    if space.is_empty() {
        let punctuation = next.chars().all(|next| next.general_category_group() == GeneralCategoryGroup::Punctuation);
        return match () {
            () if punctuation => Level::Grapheme,
            () if sentences.contains(&end) => Level::Sentence,
            () if words.contains(&end) => Level::Joined,
            () => Level::Grapheme,
        };
    }
    match space.matches('\n').count() {
        0 if !sentences.contains(&(end + space.len())) => Level::Word,
        0 | 1 => Level::Sentence,
        _ => Level::Paragraph,
    }
}

/// Whether a split at `end`, between characters without a space, makes no new link, mention or tag and spoils none.
fn keeps_marks(rest: &str, end: usize, marking: Marking) -> bool {
    // No mark goes beyond a space.
    let start = rest[..end].rfind(char::is_whitespace).unwrap_or(0).max(floor(rest, end.saturating_sub(NEIGHBOURHOOD)));
    let stop = rest[end..].find(char::is_whitespace).map_or(rest.len(), |space| end + space);
    let stop = stop.min(floor(rest, end + NEIGHBOURHOOD));
    let values = |text: &str| {
        let marks = marks(text, marking).into_iter();
        marks.map(|mark| (mark.kind, mark.value)).collect::<Vec<_>>()
    };
    let mut split = values(&rest[start..end]);
    split.extend(values(&rest[end..stop]));
    split == values(&rest[start..stop])
}

/// No mark is longer, in bytes.
const NEIGHBOURHOOD: usize = 4096;

/// The last boundary of characters not after `at`.
fn floor(text: &str, at: usize) -> usize {
    (0..=at.min(text.len())).rev().find(|at| text.is_char_boundary(*at)).unwrap_or(0)
}
