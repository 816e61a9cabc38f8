//! Which language is it? The network's tag, the script, small words, letters few languages have, and letter statistics.

use compact_str::CompactString;
use whichlang::Lang;

use crate::model::{Question, Span};

use super::Evidence;
use super::conclude::leading;
use super::lexicon::{Hit, Topic};
use super::reading::{Letters, Reading, SCRIPTS, TELLING};

/// Adds what speaks for which language; gives the one it comes to, or `und`.
pub(super) fn assess(tag: Option<&str>, reading: &Reading, hits: &[Hit], evidence: &mut Evidence) -> CompactString {
    if let Some(tag) = tag.and_then(known_tag) {
        evidence.add(Question::Language, tag, 4.0, "message.language", None);
    }
    let letters = &reading.letters;
    let other: usize = letters.other.iter().sum();
    if other * 5 >= letters.total() * 2 && other > 0 {
        by_script(letters, hits, evidence);
    } else if letters.latin > 0 {
        by_words(reading, hits, evidence);
    }
    leading(evidence.findings(), &Question::Language).unwrap_or_else(|| CompactString::const_new("und"))
}

/// A network's tag as BCP 47; `None` for the codes that mean "no language" (X: `und`, `qme`, `zxx` …).
fn known_tag(tag: &str) -> Option<CompactString> {
    let primary = tag.split(['-', '_']).next()?.to_ascii_lowercase();
    match primary.as_str() {
        "" | "und" | "zxx" | "mul" | "mis" => None,
        "in" => Some("id".into()),
        "iw" => Some("he".into()),
        private if private.len() == 3 && private.starts_with('q') => None,
        _ => Some(tag.replace('_', "-").into()),
    }
}

fn by_script(letters: &Letters, hits: &[Hit], evidence: &mut Evidence) {
    let of = |language: &str| -> usize {
        SCRIPTS.iter().zip(letters.other).filter(|((_, _, name), _)| *name == language).map(|(_, count)| count).sum()
    };
    let telling = |language: &str| telling(letters, language);
    let written = SCRIPTS.iter().zip(letters.other).filter(|(_, count)| *count > 0);
    let Some((_, most)) = written.map(|((_, _, name), _)| (of(name), *name)).max() else { return };
    let language = match most {
        // Japanese is written with Han characters too; kana are only Japanese.
        "zh" if of("ja") > 0 => "ja",
        "ru" => match (telling("uk"), telling("sr"), telling("ru")) {
            (uk, _, ru) if uk > ru => "uk",
            (_, sr, _) if sr > 0 => "sr",
            (_, _, ru) if ru > 0 => "ru",
            _ if votes(hits, "uk") > votes(hits, "ru") => "uk",
            _ => "ru",
        },
        "ar" if telling("ur") > 0 => "ur",
        "ar" if telling("fa") * 20 > of("ar") => "fa",
        language => language,
    };
    evidence.add(Question::Language, language, 5.0, "text.script", None);
}

fn telling(letters: &Letters, language: &str) -> usize {
    TELLING.iter().position(|(name, _)| *name == language).map_or(0, |place| letters.telling[place])
}

fn votes(hits: &[Hit], language: &str) -> usize {
    hits.iter().filter(|hit| hit.topic == Topic::Language && hit.language() == language).count()
}

/// Beyond this more small words do not make it surer.
const SURE: f32 = 6.0;

fn by_words(reading: &Reading, hits: &[Hit], evidence: &mut Evidence) {
    let mut scores: Vec<(&'static str, f32, Option<Span>)> = Vec::new();
    let mut vote = |language: &'static str, weight: f32, span: Option<Span>| match scores
        .iter_mut()
        .find(|(known, ..)| *known == language)
    {
        Some((_, sum, _)) => *sum += weight,
        None => scores.push((language, weight, span)),
    };
    for hit in hits.iter().filter(|hit| hit.topic == Topic::Language) {
        vote(hit.language(), hit.weight, Some(hit.span()));
    }
    for ((language, _), count) in TELLING.iter().zip(reading.letters.telling) {
        if count > 0 {
            vote(language, 1.5, None);
        }
    }
    scores.sort_by(|left, right| right.1.total_cmp(&left.1).then(left.0.cmp(right.0)));
    let best = scores.first().map_or(0.0, |(_, score, _)| *score);
    let second = scores.get(1).map_or(0.0, |(_, score, _)| *score);
    let scale = (SURE / best).min(1.0);
    for (language, score, span) in scores.iter().take(3) {
        evidence.add(Question::Language, *language, score * scale, "text.small_words", *span);
    }
    let clear = best >= 3.0 && best >= 2.0 * second;
    if !clear && reading.letters.latin >= 8 {
        let weight = match reading.letters.latin {
            ..16 => 0.8,
            16..32 => 1.6,
            32..64 => 2.4,
            _ => 3.2,
        };
        // It takes a language it does not know for the nearest one it knows.
        let unknown =
            scores.first().is_some_and(|(language, ..)| matches!(*language, "da" | "pl" | "ro" | "hu" | "cs"));
        let weight = if unknown { weight * 0.4 } else { weight };
        if let Some(language) = by_statistics(&reading.folded) {
            evidence.add(Question::Language, language, weight, "text.letter_statistics", None);
        }
    }
}

/// Latin letters only: scripts are settled before.
fn by_statistics(folded: &str) -> Option<&'static str> {
    // The first few hundred bytes tell as much as all of them.
    let mut end = folded.len().min(512);
    while !folded.is_char_boundary(end) {
        end -= 1;
    }
    match whichlang::detect_language(folded[..end].trim()) {
        Lang::Deu => Some("de"),
        Lang::Eng => Some("en"),
        Lang::Fra => Some("fr"),
        Lang::Ita => Some("it"),
        Lang::Nld => Some("nl"),
        Lang::Por => Some("pt"),
        Lang::Spa => Some("es"),
        Lang::Swe => Some("sv"),
        Lang::Tur => Some("tr"),
        Lang::Vie => Some("vi"),
        Lang::Ara | Lang::Cmn | Lang::Hin | Lang::Jpn | Lang::Kor | Lang::Rus => None,
    }
}
