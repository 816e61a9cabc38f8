//! Words for full-text search: one way to cut texts and queries for every store.
//!
//! Letters are compared without case, accents and compatibility forms. Scripts written without spaces, and Hangul with its
//! endings, are cut into single characters, which a query must find side by side.

use std::sync::LazyLock;

use unicode_normalization::char::{canonical_combining_class, is_combining_mark};
use unicode_normalization::{IsNormalized, UnicodeNormalization, is_nfkc_quick};

/// Words that must stand side by side, in this order.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Phrase {
    /// The folded words; never empty, and only letters, digits and the marks upon them.
    pub words: Vec<String>,
    /// Whether the last word may be the beginning of a longer one.
    pub prefix: bool,
}

impl Phrase {
    /// Whether `text`, as given by [`index_words`], holds the phrase.
    pub fn is_in(&self, text: &str) -> bool {
        let words: Vec<_> = text.split(' ').collect();
        let Some((last, before)) = self.words.split_last() else { return false };
        words.windows(self.words.len()).any(|window| {
            let (here, rest) = window.split_last().map_or(("", window), |(here, rest)| (*here, rest));
            let ends = if self.prefix { here.starts_with(last.as_str()) } else { here == last };
            ends && rest.iter().zip(before).all(|(a, b)| a == b)
        })
    }
}

/// The words of a text, folded, separated by single blanks: what a search index holds.
pub fn index_words(text: &str) -> String {
    // Three bytes of a script without blanks get a blank each.
    let mut words = String::with_capacity(text.len() + text.len() / 3);
    push_words(text, &mut words);
    words
}

/// What a query asks for: each stretch between blanks is a phrase, everything in it is taken literally, and the last word
/// may be a beginning. Empty if the query holds no word.
pub fn query_phrases(query: &str) -> Vec<Phrase> {
    let mut phrases: Vec<_> = query
        .split_whitespace()
        .map(index_words)
        .filter(|words| !words.is_empty())
        .map(|words| Phrase { words: words.split(' ').map(str::to_owned).collect(), prefix: false })
        .collect();
    if let Some(last) = phrases.last_mut() {
        last.prefix = true;
    }
    phrases
}

/// Stretches between blanks do not touch each other, so each takes the shortest way.
fn push_words(text: &str, words: &mut String) {
    for stretch in text.split(' ') {
        if stretch.is_ascii() {
            push_ascii(stretch, words);
        } else if stretch.chars().all(|c| folded_alone(c).is_some()) {
            push_folded(stretch.chars().filter_map(folded_alone), words);
        } else {
            push_folded(stretch.nfkd().filter(|c| !is_accent(*c)).nfc(), words);
        }
    }
}

fn push_ascii(stretch: &str, words: &mut String) {
    for word in stretch.split(|c: char| !c.is_ascii_alphanumeric()).filter(|word| !word.is_empty()) {
        if !words.is_empty() {
            words.push(' ');
        }
        let start = words.len();
        words.push_str(word);
        words[start..].make_ascii_lowercase();
    }
}

/// What a character becomes, but for its case, whatever stands beside it; `None` where that takes a closer look.
fn folded_alone(c: char) -> Option<char> {
    /// The alphabets of Europe and the Near East; a null stands for `None`.
    static ALPHABETS: LazyLock<Vec<char>> =
        LazyLock::new(|| ('\0'..'\u{700}').map(|c| fold_one(c).unwrap_or_default()).collect());
    match c {
        ..'\u{700}' => ALPHABETS.get(c as usize).copied().filter(|folded| *folded != '\0'),
        '–'
        | '—'
        | '‘'..='”'
        | '\u{3041}'..='\u{3096}'
        | '\u{30a1}'..='\u{30fe}'
        | '\u{4e00}'..='\u{9fff}'
        | '\u{ac00}'..='\u{d7a3}'
        | '\u{1f300}'..='\u{1faff}' => Some(c),
        _ => None,
    }
}

/// What a character becomes if it never joins what stands before it.
fn fold_one(c: char) -> Option<char> {
    let stands = canonical_combining_class(c) == 0 && is_nfkc_quick(std::iter::once(c)) == IsNormalized::Yes;
    let mut folded = std::iter::once(c).nfkd().filter(|c| !is_accent(*c)).nfc();
    folded.next().filter(|_| stands && folded.next().is_none())
}

fn push_folded(folded: impl Iterator<Item = char>, words: &mut String) {
    let mut in_word = false;
    for c in folded {
        if is_joiner(c) {
            continue;
        }
        let belongs = c.is_alphanumeric() || (in_word && is_combining_mark(c));
        let alone = belongs && stands_alone(c);
        if belongs && (!in_word || alone) && !words.is_empty() {
            words.push(' ');
        }
        if belongs {
            push_lowercase(c, words);
        }
        in_word = belongs && !alone;
    }
}

fn push_lowercase(c: char, words: &mut String) {
    match c {
        'A'..='Z' => words.push(c.to_ascii_lowercase()),
        _ if c.is_ascii() => words.push(c),
        'ß' | 'ẞ' => words.push_str("ss"),
        'æ' | 'Æ' => words.push_str("ae"),
        'œ' | 'Œ' => words.push_str("oe"),
        'ø' | 'Ø' => words.push('o'),
        'ł' | 'Ł' => words.push('l'),
        'đ' | 'Đ' => words.push('d'),
        'ı' => words.push('i'),
        'ς' => words.push('σ'),
        _ => words.extend(c.to_lowercase()),
    }
}

/// Marks that a hurried writer leaves out: Latin, Greek and Cyrillic accents, Arabic and Hebrew vowel points.
fn is_accent(c: char) -> bool {
    matches!(c, '\u{300}'..='\u{36f}' | '\u{591}'..='\u{5c7}' | '\u{64b}'..='\u{65f}' | '\u{670}')
}

/// Invisible joiners, soft hyphens and the like, which are inside words.
fn is_joiner(c: char) -> bool {
    matches!(c, '\u{ad}' | '\u{200b}'..='\u{200d}' | '\u{2060}' | '\u{feff}' | '\u{fe00}'..='\u{fe0f}')
}

/// Characters of scripts whose words are not told apart by blanks: Thai, Lao, Burmese, Khmer, kana, Han, Hangul.
fn stands_alone(c: char) -> bool {
    c >= '\u{e00}'
        && matches!(c,
        '\u{e00}'..='\u{eff}' | '\u{1000}'..='\u{109f}' | '\u{1780}'..='\u{17ff}' | '\u{3040}'..='\u{30ff}'
        | '\u{31f0}'..='\u{31ff}' | '\u{3400}'..='\u{4dbf}' | '\u{4e00}'..='\u{9fff}' | '\u{ac00}'..='\u{d7af}'
        | '\u{f900}'..='\u{faff}' | '\u{20000}'..='\u{323af}')
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn the_short_ways_lead_where_the_long_one_does(
            text in "([ a-zA-Z0-9_.'é\u{301}\u{327}\u{3099}かガﾞ日ё\u{306}иآ\u{653}اﬁ´ŀ한\u{1112}\u{1161}\u{11ab}ßİΆς👍\u{200d}]|\\PC){0,24}",
        ) {
            let mut long = String::new();
            push_folded(text.nfkd().filter(|c| !is_accent(*c)).nfc(), &mut long);
            prop_assert_eq!(index_words(&text), long);
        }
    }

    #[test]
    fn characters_that_fold_alone_are_told_right() {
        for c in ('\u{700}'..=char::MAX).filter(|c| folded_alone(*c).is_some()) {
            assert_eq!(folded_alone(c), fold_one(c), "{c:?}");
        }
        assert_eq!(['É', 'ё', 'ŀ', 'ﾞ'].map(folded_alone), [Some('E'), Some('е'), None, None]);
    }

    #[test]
    fn folds_case_accents_and_compatibility_forms() {
        for (text, words) in [
            ("Where IS my order?", "where is my order"),
            ("Größe, naïve CAFÉ", "grosse naive cafe"),
            ("don't e-mail jo@acme.example", "don t e mail jo acme example"),
            ("ﬁne №5 Ｆｕｌｌ", "fine no5 full"),
            ("Ελλάς ΕΛΛΆΣ", "ελλασ ελλασ"),
            ("مُحَمَّد", "محمد"),
            ("हिन्दी में", "हिन्दी में"),
            ("", ""),
            ("!? … 😀", ""),
        ] {
            assert_eq!(index_words(text), words, "{text}");
        }
    }

    #[test]
    fn cuts_scripts_without_blanks_into_characters() {
        assert_eq!(index_words("退款iPhone吗"), "退 款 iphone 吗");
        assert_eq!(index_words("환불해"), "환 불 해");
        assert_eq!(index_words("が か"), "が か");
        let phrases = query_phrases("退款");
        assert_eq!(phrases, [Phrase { words: vec!["退".into(), "款".into()], prefix: true }]);
        assert!(phrases[0].is_in("我 要 退 款"));
        assert!(!phrases[0].is_in("款 退"));
    }

    #[test]
    fn a_word_in_the_middle_is_whole_and_the_last_one_may_be_a_beginning() {
        let find = |query: &str, text: &str| {
            let phrases = query_phrases(query);
            !phrases.is_empty() && phrases.iter().all(|phrase| phrase.is_in(&index_words(text)))
        };
        assert!(find("broken rout", "My router is broken"));
        assert!(!find("rout broken", "My router is broken"));
        assert!(find("NEAR(router* OR -\"broken\"", "near router or broken"));
        assert!(!find("router OR toaster", "my router is broken"));
        assert!(!find("\"*-", "anything"));
    }
}
