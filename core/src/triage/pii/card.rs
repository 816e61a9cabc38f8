//! Payment cards.

use super::cue::{Cue, Topic};
use super::groups::{Group, count, digits, ends_word, luhn, parted_by};

/// 12 to 19 digits that pass the Luhn check, with the prefix of a network or a word before that says they are a card's.
pub(super) fn card(bytes: &[u8], groups: &[Group], cue: &Cue<'_>) -> Option<usize> {
    (1..=groups.len()).rev().find_map(|taken| {
        let groups = &groups[..taken];
        let even = taken == 1 || groups.iter().all(|group| (2..=7).contains(&group.len()));
        if !even || !(12..=19).contains(&count(groups)) || !parted_by(groups, b" -") {
            return None;
        }
        let (digits, length) = digits(bytes, groups)?;
        let digits = &digits[..length];
        let end = groups[taken - 1].end;
        (luhn(digits) && ends_word(bytes, end) && is_card(digits, cue)).then_some(end)
    })
}

fn is_card(digits: &[u8], cue: &Cue<'_>) -> bool {
    match issuer(digits) {
        Issuer::Card => true,
        // As many orders and parcels have such numbers.
        Issuer::Perhaps => cue.topic() != Some(Topic::Reference),
        Issuer::None => cue.topic() == Some(Topic::Card),
    }
}

enum Issuer {
    /// A range and a length that a network uses all over.
    Card,
    /// A wide range of a network, or one with many lengths.
    Perhaps,
    None,
}

/// Who issued a number, by the prefixes and lengths (ISO/IEC 7812) that the networks publish.
fn issuer(digits: &[u8]) -> Issuer {
    let prefix = digits[..4].iter().fold(0u32, |number, digit| number * 10 + u32::from(*digit));
    match (digits.len(), prefix) {
        // Visa; Mastercard; American Express; Diners Club; JCB, which has the whole of 35; Discover.
        (13 | 16 | 19, 4000..=4999)
        | (16, 5100..=5599 | 2221..=2720 | 3500..=3599)
        | (15, 3400..=3499 | 3700..=3799 | 2131 | 1800)
        | (14, 3000..=3059 | 3095 | 3600..=3699 | 3800..=3999)
        | (16..=19, 6011 | 6440..=6599) => Issuer::Card,
        // Mastercard's Maestro has any length from 12 on.
        (12..=19, 5000..=5099 | 5600..=5899 | 6304 | 6390 | 6700..=6799)
        // UnionPay, RuPay and others in 60 to 69; Diners Club and JCB with long numbers; Mir.
        | (16..=19, 6000..=6999 | 3000..=3059 | 3600..=3699 | 3800..=3999 | 3528..=3589 | 2200..=2205)
        // RuPay and UnionPay; Uzcard; Troy; Humo.
        | (16, 8100..=8299 | 8600 | 9792 | 9860) => Issuer::Perhaps,
        _ => Issuer::None,
    }
}
