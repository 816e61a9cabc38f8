//! Personal data in a text: forms and checksums, no guessing from names.

mod address;
mod card;
mod cue;
mod fold;
mod groups;
mod iban;
mod identity;
mod phone;

use crate::model::{Pii, PiiKind, Span};

use cue::Cue;
use fold::Folded;
use groups::{Groups, run};

/// Finds personal data, in order, without overlaps. Links and handles are not searched: numbers in them are addresses.
///
/// Digits of other scripts, wide forms, and spaces, dashes and marks that do not show are read as what they stand for.
/// Cost is linear: from each digit or `@` at most a fixed number of characters is looked at.
///
/// ```
/// let text = "Call me on \u{202a}+49\u{a0}30\u{a0}1234567\u{202c}, order 1234567";
/// let found = careline::triage::pii::find(text);
/// assert_eq!(found.len(), 1);
/// assert_eq!(found[0].span.of(text), "+49\u{a0}30\u{a0}1234567");
/// ```
pub fn find(text: &str) -> Vec<Pii> {
    if !may_hold_any(text.as_bytes()) {
        return Vec::new();
    }
    match if text.is_ascii() { None } else { Folded::of(text) } {
        None => scan(text, |start, end| (start, end)),
        Some(folded) => scan(&folded.text, |start, end| folded.place(text, start, end)),
    }
}

/// Whether there is a digit or an `@` at all: without them nothing is found.
fn may_hold_any(bytes: &[u8]) -> bool {
    // No early end, so that the compiler can look at many bytes at once.
    let sign = bytes.iter().fold(false, |found, byte| found | is_sign(*byte));
    sign || !bytes.is_ascii() && fold::may_hold_foreign(bytes)
}

/// Whether a byte is part of all personal data that is looked for.
fn is_sign(byte: u8) -> bool {
    byte.is_ascii_digit() | (byte == b'@')
}

fn scan(text: &str, place: impl Fn(usize, usize) -> (usize, usize)) -> Vec<Pii> {
    let bytes = text.as_bytes();
    let mut found = Vec::new();
    let mut at = 0;
    while let Some(sign) = bytes[at..].iter().position(|byte| is_sign(*byte)) {
        let seen = look(text, at, at + sign);
        at = seen.end;
        if let Some((kind, start)) = seen.what {
            let (start, end) = place(start, seen.end);
            found.extend(Span::new(start, end).map(|span| Pii { kind, span }));
        }
    }
    found
}

/// What stands around a sign, and up to where the text is settled by that.
struct Seen {
    what: Option<(PiiKind, usize)>,
    end: usize,
}

impl Seen {
    fn nothing(end: usize) -> Self {
        Self { what: None, end }
    }
}

/// Looks around the byte `sign`, a digit or an `@`; what stands before `from` is settled.
fn look(text: &str, from: usize, sign: usize) -> Seen {
    let bytes = text.as_bytes();
    if is_in_link(bytes, from, sign) {
        return Seen::nothing(run(bytes, sign, usize::MAX, |byte| !byte.is_ascii_whitespace()));
    }
    let local = run(bytes, sign, address::LOCAL, |byte| {
        byte.is_ascii_alphanumeric() || b"._%+-'".contains(&byte) || !byte.is_ascii()
    });
    if bytes.get(local) == Some(&b'@')
        && let Some((start, end)) = address::email(text, from, local)
    {
        return Seen { what: Some((PiiKind::Email, start)), end };
    }
    if bytes[sign] == b'@' {
        return Seen::nothing(sign + 1);
    }
    let start = sign - bytes[from..sign].iter().rev().take_while(|byte| byte.is_ascii_alphanumeric()).count();
    let end = run(bytes, sign, usize::MAX, |byte| byte.is_ascii_alphanumeric());
    if end - start > LONGEST || !opens(text, start) {
        return Seen::nothing(end);
    }
    word_or_number(text, from, start, sign).unwrap_or_else(|| Seen::nothing(end.max(past_blocks(bytes, sign))))
}

/// No word with a digit that is longer is of interest.
const LONGEST: usize = 40;

/// The word with the digit `sign` that begins at `start`, or the number that does.
fn word_or_number(text: &str, from: usize, start: usize, sign: usize) -> Option<Seen> {
    let bytes = text.as_bytes();
    let cue = Cue::new(text, start);
    let seen = |kind, start, end: Option<usize>| end.map(|end| Seen { what: Some((kind, start)), end });
    let first = hexadecimal_start(bytes, from, start);
    seen(PiiKind::Iban, start, iban::iban(bytes, start))
        .or_else(|| seen(PiiKind::IpAddress, first, address::ip_address(text, first, &cue)))
        .or_else(|| {
            let starts = [Some(start), parted_prefix(bytes, from, start)];
            starts
                .into_iter()
                .flatten()
                .find_map(|at| seen(PiiKind::NationalId, at, identity::lettered(bytes, at, &cue)))
        })
        .or_else(|| if start == sign { number(text, from, start) } else { None })
}

/// A card, an identity number or a telephone number that begins with the digit at `start`.
fn number(text: &str, from: usize, start: usize) -> Option<Seen> {
    let bytes = text.as_bytes();
    let groups = Groups::read(bytes, start);
    let groups = groups.as_slice();
    if groups::count(groups) < FEWEST_DIGITS {
        return None;
    }
    let lead = lead_start(bytes, from, start);
    let cue = Cue::new(text, lead);
    let seen = |kind, at, end| Seen { what: Some((kind, at)), end };
    if !bytes[lead..start].contains(&b'+') {
        let card = card::card(bytes, groups, &cue).map(|end| seen(PiiKind::Card, start, end));
        let found =
            card.or_else(|| identity::numeric(bytes, groups, &cue).map(|end| seen(PiiKind::NationalId, start, end)));
        if found.is_some() {
            return found;
        }
    }
    let end = phone::phone(text, lead, groups, &cue)?;
    // A bracket belongs to the number if it is closed within.
    let closed = bytes[start..end].contains(&b')');
    let at = (lead..=start).find(|at| match bytes[*at] {
        b'(' => closed,
        b' ' => false,
        _ => true,
    });
    Some(seen(PiiKind::Phone, at.unwrap_or(start), end))
}

/// No number with fewer is personal data.
const FEWEST_DIGITS: usize = 7;

/// Where `+` and `(` before the digit at `start` begin.
fn lead_start(bytes: &[u8], from: usize, start: usize) -> usize {
    let lead = bytes[from..start].iter().rev().take(3).take_while(|byte| b"+( ".contains(byte)).count();
    (start - lead..start).find(|at| bytes[*at] != b' ').unwrap_or(start)
}

/// Where the letters are that stand apart before the digit at `start`, as in `AB 12 34 56 C` and `X-1234567-L`.
fn parted_prefix(bytes: &[u8], from: usize, start: usize) -> Option<usize> {
    let gap = match bytes[from..start].last()? {
        b' ' => 2,
        b'-' => 1,
        _ => return None,
    };
    let at = start.checked_sub(gap + 1).filter(|at| *at >= from)?;
    let alone = !at.checked_sub(1).is_some_and(|before| bytes[before].is_ascii_alphanumeric());
    (alone && bytes[at..at + gap].iter().all(u8::is_ascii_alphabetic)).then_some(at)
}

/// Where the hexadecimal groups with colons begin in which the word at `start` stands.
fn hexadecimal_start(bytes: &[u8], from: usize, start: usize) -> usize {
    if !bytes[from..start].ends_with(b":") {
        return start;
    }
    let before = bytes[from..start].iter().rev().take(40);
    start - before.take_while(|byte| byte.is_ascii_hexdigit() || **byte == b':').count()
}

/// Past four blocks of four digits and more from `sign`, as no part of such a number is one.
fn past_blocks(bytes: &[u8], sign: usize) -> usize {
    let groups = Groups::read(bytes, sign);
    let groups = groups.as_slice();
    let blocks = groups.len() >= 4 && groups.iter().take(4).all(|group| group.len() == 4);
    groups.last().filter(|_| blocks).map_or(sign, |last| last.end)
}

/// Whether a word or number may begin at `start`, after what stands before it.
fn opens(text: &str, start: usize) -> bool {
    !text[..start]
        .chars()
        .next_back()
        .is_some_and(|before| matches!(before, '@' | '_') || before.is_alphanumeric() && !is_unspaced(before))
}

/// Whether a link begins between `from` and `sign` and no space ends it: with a scheme, with `www.`, or a name with a
/// path.
fn is_in_link(bytes: &[u8], from: usize, sign: usize) -> bool {
    let before = &bytes[from..sign];
    let word = before.iter().rposition(u8::is_ascii_whitespace).map_or(before, |space| &before[space + 1..]);
    let at = |start: usize, begin: &[u8]| {
        word.get(start..start + begin.len()).is_some_and(|w| w.eq_ignore_ascii_case(begin))
    };
    let begun = (0..word.len()).any(|start| match word[start] {
        b':' => start > 0 && word[start - 1].is_ascii_alphabetic() && at(start, b"://"),
        b'w' | b'W' => at(start, b"www."),
        _ => false,
    });
    begun || word.iter().position(|byte| *byte == b'/').is_some_and(|slash| is_host(&word[..slash]))
}

/// Whether a word ends like the name of a host.
fn is_host(word: &[u8]) -> bool {
    let top = word.iter().rev().take_while(|byte| byte.is_ascii_alphabetic()).count();
    top >= 2 && word[..word.len() - top].ends_with(b".")
}

/// Whether a character is of a script that writes words without spaces between them, or with endings joined to numbers.
fn is_unspaced(character: char) -> bool {
    matches!(character, '\u{e00}'..='\u{eff}' | '\u{1000}'..='\u{109f}' | '\u{1100}'..='\u{11ff}'
        | '\u{1780}'..='\u{17ff}' | '\u{2e80}'..='\u{d7ff}' | '\u{f900}'..='\u{faff}' | '\u{20000}'..='\u{3ffff}')
}

/// Whether a character does not show: it joins, parts or turns others.
fn is_hidden(character: char) -> bool {
    matches!(character, '\u{ad}' | '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2060}'..='\u{2064}'
        | '\u{2066}'..='\u{2069}' | '\u{feff}')
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn found(text: &str) -> Vec<(String, &str)> {
        find(text).into_iter().map(|pii| (pii.kind.to_string(), pii.span.of(text))).collect()
    }

    fn one(text: &str, kind: &str, words: &str) {
        assert_eq!(found(text), [(kind.to_owned(), words)], "{text}");
    }

    #[test]
    fn cards_need_a_known_prefix_and_luhn() {
        one("my card 4111 1111 1111 1111, exp 12/27", "card", "4111 1111 1111 1111");
        one("card:5555555555554444!", "card", "5555555555554444");
        one("378282246310005", "card", "378282246310005");
        one("3782-822463-10005 is amex", "card", "3782-822463-10005");
        one("カード4111111111111111です", "card", "4111111111111111");
        assert!(found("4111 1111 1111 1112").is_empty());
        assert!(found("order 1234567812345670").is_empty());
        assert!(found("0000000000000000").is_empty());
    }

    #[test]
    fn ibans_need_length_and_checksum() {
        one("IBAN DE89 3704 0044 0532 0130 00.", "iban", "DE89 3704 0044 0532 0130 00");
        one("gb29nwbk60161331926819", "iban", "gb29nwbk60161331926819");
        assert!(found("DE88370400440532013000").is_empty());
    }

    #[test]
    fn addresses_of_people_and_machines() {
        one("write to jo.doe+x@mail.acme.example.", "email", "jo.doe+x@mail.acme.example");
        assert!(found("@acme jo@acme hello@").is_empty());
        one("from 192.168.10.7 since noon", "ip_address", "192.168.10.7");
        one("2001:db8::8a2e:370:7334 is down", "ip_address", "2001:db8::8a2e:370:7334");
        assert!(found("at 12:30:45 in version 1.2.3.4 or v1.2.3.4, 300.1.1.1").is_empty());
    }

    #[test]
    fn telephones_in_the_forms_of_many_countries() {
        for phone in [
            "+49 151 23456789",
            "+41 (0)62 585 51 90",
            "(212) 555-0147",
            "212-555-0147",
            "1-212-555-0147",
            "020 7946 0958",
            "07700 900123",
            "06 12 34 56 78",
            "030/1234567",
            "+1-212-555-0147x123",
            "0049 30 1234567",
            "+34612345678",
            "612 345 678",
        ] {
            one(&format!("reach me at {phone} please"), "phone", phone);
        }
        one("my phone is 5550147", "phone", "5550147");
        one("电话13800138000", "phone", "13800138000");
    }

    #[test]
    fn order_numbers_dates_prices_and_handles_are_no_telephones() {
        for text in [
            "order 0123456789",
            "ticket #0301234567",
            "on 22.11.2026 and 2026-11-22",
            "22/11/26",
            "$1,200.50 or 1.000.000 €",
            "order 2125550147",
            "from 10:00-12:00",
            "@115712 hi",
            "https://acme.example/4111111111111111",
            "order number 5550147000",
            "flight LH 1234 seat 12A",
            "Bestellnummer 0151234567",
            "2024 2025 2026",
        ] {
            assert!(found(text).is_empty(), "{text}: {:?}", found(text));
        }
    }

    #[test]
    fn national_ids_pass_their_checks() {
        for id in [
            "536-90-4399",
            "AB 12 34 56 C",
            "QQ123456C",
            "12345678Z",
            "X1234567L",
            "RSSMRA85T10A562S",
            "111.444.777-35",
            "86 095 742 719",
            "1 85 05 78 006 084 91",
            "811228-9874",
        ] {
            let text = format!("id: {id} ok");
            let ours = found(&text);
            let valid = !id.starts_with("QQ");
            assert_eq!(ours == [("national_id".to_owned(), id)], valid, "{id}: {ours:?}");
        }
        // All its digits but one may be replaced by letters; of the last letters one is right.
        let in_letters = ('A'..='Z').map(|check| format!("RSSMRA8RTMLARSN{check}"));
        assert_eq!(in_letters.filter(|id| found(id).len() == 1).count(), 1);
        one("BSN 111222333", "national_id", "111222333");
        one("Steuer-ID 86095742719", "national_id", "86095742719");
        one("pesel 44051401359", "national_id", "44051401359");
        assert!(found("111222333 and 000-12-3456 and 12345678A").is_empty());
    }

    #[test]
    fn kinds_do_not_overlap_and_order_is_kept() {
        let text = "jo@acme.example, 4111111111111111, +49 30 1234567";
        let kinds: Vec<String> = found(text).into_iter().map(|(kind, _)| kind).collect();
        assert_eq!(kinds, ["email", "card", "phone"]);
    }

    proptest! {
        #[test]
        fn any_text_is_searched_without_harm(text in r"[0-9 +().@a-zA-Z:/\-äß漢ع👍]{0,200}") {
            let mut last = 0;
            for pii in find(&text) {
                prop_assert!(!pii.span.of(&text).is_empty());
                prop_assert!(pii.span.start >= last);
                last = pii.span.end;
            }
        }
    }
}
