//! Pieces of text as long as posts, and as careless.

use crate::random::Random;

use super::Sample;

/// In characters.
const SHORTEST: usize = 20;
const LONGEST: usize = 120;

/// A piece of 20 to 120 characters, or what there is, of texts in one language.
pub(super) fn piece(random: &mut Random, texts: &[&Sample]) -> String {
    let want = SHORTEST + random.below(LONGEST - SHORTEST);
    let mut text = random.one_of(texts).text.clone();
    // Short texts are joined, for some are a single word.
    for _ in 0..8 {
        let length = text.chars().count();
        if length >= want || length > SHORTEST && random.below(3) > 0 {
            break;
        }
        text.push(' ');
        text.push_str(&random.one_of(texts).text);
    }
    cut(random, &text, want)
}

/// Some words in a row that are about `want` characters long.
fn cut(random: &mut Random, text: &str, want: usize) -> String {
    if text.chars().count() <= want {
        return text.to_owned();
    }
    let words: Vec<&str> = text.split(' ').collect();
    let start = random.below(words.len());
    let mut piece = String::new();
    for word in words[start..].iter().chain(&words[..start]) {
        if !piece.is_empty() {
            piece.push(' ');
        }
        piece.push_str(word);
        if piece.chars().count() >= want {
            break;
        }
    }
    piece.chars().take(LONGEST).collect()
}

/// The same as careless people write it: without accents, with slips, with a few words of another language.
pub(super) fn careless(random: &mut Random, text: String, others: &[&Sample]) -> String {
    let text = if random.below(8) == 0 { text.chars().map(without_accent).collect() } else { text };
    let text = if random.below(2) == 0 && !others.is_empty() { with_words_of(random, &text, others) } else { text };
    if random.below(10) == 0 { with_slips(random, &text) } else { text }
}

fn without_accent(letter: char) -> char {
    match letter {
        'á' | 'à' | 'â' | 'ã' | 'ä' | 'å' | 'ă' | 'ą' => 'a',
        'ç' | 'ć' | 'č' => 'c',
        'ď' | 'đ' => 'd',
        'é' | 'è' | 'ê' | 'ë' | 'ě' | 'ę' => 'e',
        'ğ' => 'g',
        'í' | 'ì' | 'î' | 'ï' | 'ı' => 'i',
        'ł' => 'l',
        'ñ' | 'ń' | 'ň' => 'n',
        'ó' | 'ò' | 'ô' | 'õ' | 'ö' | 'ø' | 'ő' => 'o',
        'ř' => 'r',
        'š' | 'ś' | 'ş' | 'ș' => 's',
        'ť' | 'ţ' | 'ț' => 't',
        'ú' | 'ù' | 'û' | 'ü' | 'ű' | 'ů' => 'u',
        'ý' => 'y',
        'ž' | 'ź' | 'ż' => 'z',
        '¿' | '¡' => ' ',
        other => other,
    }
}

fn with_words_of(random: &mut Random, text: &str, others: &[&Sample]) -> String {
    let mut words: Vec<&str> = text.split_whitespace().collect();
    let foreign: Vec<&str> = random.one_of(others).text.split_whitespace().collect();
    if foreign.is_empty() || words.is_empty() {
        return text.to_owned();
    }
    let most = (1 + random.below(4)).min(1 + words.len() / 3);
    let start = random.below(foreign.len());
    let place = random.below(words.len() + 1);
    words.splice(place..place, foreign[start..].iter().take(most).copied());
    words.join(" ")
}

/// A letter in thirty is left out, doubled or changes places with the next.
fn with_slips(random: &mut Random, text: &str) -> String {
    let mut letters: Vec<char> = text.chars().collect();
    for _ in 0..=letters.len() / 30 {
        if letters.len() < 3 {
            break;
        }
        let at = random.below(letters.len() - 1);
        match random.below(3) {
            0 => drop(letters.remove(at)),
            1 => letters.insert(at, letters[at]),
            _ => letters.swap(at, at + 1),
        }
    }
    letters.into_iter().collect()
}
