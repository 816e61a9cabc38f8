//! What the policy says about addresses and numbers: which are the brand's own, and which forms its order numbers have.

use crate::model::{Pii, PiiKind, Span};
use crate::triage::pii;

/// A published address of the brand.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum OwnAddress {
    /// An e-mail address in lower case.
    Email(String),
    /// A domain in lower case.
    Domain(String),
    /// A telephone number.
    Phone(Phone),
    /// An IBAN or another number: its letters and digits in capitals.
    Number(String),
}

/// The digits of a telephone number that tell it from others.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Phone {
    /// Whether a country's number comes first.
    international: bool,
    /// The digits without `00` and without the 0 of the trunk.
    digits: String,
}

/// Fewer digits are no telephone number.
const FEWEST_DIGITS: usize = 3;

impl OwnAddress {
    /// Reads an entry of the policy.
    pub(crate) fn read(text: &str) -> Option<Self> {
        let text = text.trim();
        if let [Pii { kind, span }] = pii::find(text).as_slice()
            && span.of(text) == text
        {
            return Some(Self::of(kind, text));
        }
        let numbers = text.bytes().filter(u8::is_ascii_digit).count();
        let phone =
            numbers >= FEWEST_DIGITS && text.bytes().all(|byte| byte.is_ascii_digit() || b"+ -./()".contains(&byte));
        if phone {
            return Some(Self::Phone(Phone::read(text)));
        }
        let label = |label: &str| !label.is_empty() && label.chars().all(|c| c.is_alphanumeric() || c == '-');
        let domain = text.contains('.') && text.len() <= 253 && text.split('.').all(label);
        domain.then(|| Self::Domain(text.to_lowercase()))
    }

    fn of(kind: &PiiKind, text: &str) -> Self {
        match kind {
            PiiKind::Email => Self::Email(text.to_lowercase()),
            PiiKind::Phone => Self::Phone(Phone::read(text)),
            _ => Self::Number(compact(text)),
        }
    }

    /// Whether `text`, which is personal data of this kind, is this address.
    fn is(&self, kind: &PiiKind, text: &str) -> bool {
        match (self, Self::of(kind, text)) {
            (Self::Domain(domain), Self::Email(email)) => {
                let host = email.rsplit('@').next().unwrap_or_default();
                host.strip_suffix(domain.as_str()).is_some_and(|rest| rest.is_empty() || rest.ends_with('.'))
            }
            (Self::Phone(own), Self::Phone(other)) => own.is(&other),
            (own, other) => *own == other,
        }
    }
}

/// Whether `text`, which is personal data of this kind, is one of the brand's own addresses.
pub(super) fn is_own(addresses: &[OwnAddress], kind: &PiiKind, text: &str) -> bool {
    addresses.iter().any(|address| address.is(kind, text))
}

fn compact(text: &str) -> String {
    text.chars().filter(char::is_ascii_alphanumeric).map(|character| character.to_ascii_uppercase()).collect()
}

impl Phone {
    fn read(text: &str) -> Self {
        // The trunk's 0 in an international number, and an extension, belong to no other number.
        let text = text.replace("(0)", "");
        let text = text.split('x').next().unwrap_or_default();
        let digits: String = text.chars().filter(char::is_ascii_digit).collect();
        let plus = text.trim_start_matches('(').starts_with('+');
        let international = plus || digits.starts_with("00");
        Self { international, digits: digits.trim_start_matches('0').to_owned() }
    }

    fn is(&self, other: &Self) -> bool {
        let (long, short) = if self.digits.len() < other.digits.len() { (other, self) } else { (self, other) };
        let country = long.digits.strip_suffix(&short.digits);
        match (long.international, short.international) {
            (true, false) => country.is_some_and(|country| country.len() <= 3 && short.digits.len() >= FEWEST_DIGITS),
            _ => long.digits == short.digits,
        }
    }
}

/// A form of order numbers: `#` stands for a digit, everything else for itself.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct OrderNumber(Vec<u8>);

/// Forms with fewer digits would find years and prices, longer ones nothing that is written.
const FEWEST_PLACES: usize = 4;
const LONGEST_FORM: usize = 40;

impl OrderNumber {
    /// Reads a form, or says what is wrong with it.
    pub(crate) fn read(form: &str) -> Result<Self, &'static str> {
        let ends = |byte: Option<&u8>| byte.is_some_and(|byte| byte.is_ascii_alphanumeric() || *byte == b'#');
        if form.bytes().filter(|byte| *byte == b'#' || byte.is_ascii_digit()).count() < FEWEST_PLACES {
            return Err("has fewer than 4 digits; write `#` for each digit, as in `AC-######`");
        }
        if form.len() > LONGEST_FORM || !form.bytes().all(|byte| byte.is_ascii_graphic() || byte == b' ') {
            return Err("is no form; write up to 40 letters, digits and signs of ASCII, as in `AC-######`");
        }
        if !ends(form.as_bytes().first()) || !ends(form.as_bytes().last()) {
            return Err("must begin and end with a letter, a digit or `#`");
        }
        Ok(Self(form.to_ascii_uppercase().into_bytes()))
    }

    /// Where this form stands in `text`, as whole words; never overlapping.
    fn find(&self, text: &str, found: &mut Vec<Span>) {
        let bytes = text.as_bytes();
        let runs_on = |byte: Option<&u8>| byte.is_some_and(|byte| byte.is_ascii_alphanumeric() || *byte >= 0x80);
        let mut at = 0;
        while at + self.0.len() <= bytes.len() {
            let end = at + self.0.len();
            let fits = || {
                self.0.iter().zip(&bytes[at..end]).all(|(form, byte)| match form {
                    b'#' => byte.is_ascii_digit(),
                    form => *form == byte.to_ascii_uppercase(),
                })
            };
            let alone = !runs_on(at.checked_sub(1).map(|before| &bytes[before])) && !runs_on(bytes.get(end));
            if alone && fits() {
                found.extend(Span::new(at, end));
                at = end;
            } else {
                at += 1;
            }
        }
    }
}

/// Where order numbers of these forms stand in `text`.
pub(super) fn order_numbers(forms: &[OrderNumber], text: &str) -> Vec<Span> {
    let mut found = Vec::new();
    forms.iter().for_each(|form| form.find(text, &mut found));
    found.sort_unstable();
    found.dedup();
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    fn own(entry: &str, text: &str) -> bool {
        let address = OwnAddress::read(entry).unwrap();
        let found = pii::find(text);
        assert_eq!(found.len(), 1, "{text}");
        is_own(&[address], &found[0].kind, found[0].span.of(text))
    }

    #[test]
    fn the_brands_own_addresses_are_known_however_they_are_written() {
        for (entry, text) in [
            ("care@acme.example", "write to Care@ACME.example."),
            ("acme.example", "write to press@acme.example"),
            ("acme.example", "write to press@mail.acme.example"),
            ("+49 30 1234567", "call 030/1234567"),
            ("030 1234567", "call +49 (0)30 1234567"),
            ("+1 800 555 0100", "call 1-800-555-0100"),
            ("+49 30 1234567", "call 0049 30 1234567"),
            ("DE89370400440532013000", "pay to DE89 3704 0044 0532 0130 00"),
        ] {
            assert!(own(entry, text), "{entry} is not {text}");
        }
        for (entry, text) in [
            ("care@acme.example", "write to jo@acme.example"),
            ("acme.example", "write to jo@notacme.example"),
            ("acme.example", "write to jo@acme.example.org"),
            ("+49 30 1234567", "call +43 30 1234567"),
            ("030 1234567", "call 030 1234568"),
            ("030 1234567", "call 0130 1234567"),
        ] {
            assert!(!own(entry, text), "{entry} is {text}");
        }
    }

    #[test]
    fn what_is_no_address_is_not_read() {
        for entry in ["", "our site", "acme", "12", "a..b", "@acme", "care@acme", "https://acme.example"] {
            assert_eq!(OwnAddress::read(entry), None, "{entry}");
        }
    }

    #[test]
    fn order_numbers_are_whole_words_of_their_form() {
        let found = |form: &str, text: &str| order_numbers(&[OrderNumber::read(form).unwrap()], text).len();
        assert_eq!(found("AC-####", "ac-1234, AC-5678; AC-12345 XAC-1234 AC-123a"), 2);
        assert_eq!(found("######", "123456 1234567 12345"), 1);
        assert_eq!(found("####", "é1234é 1234"), 1);
        for form in ["", "###", "AC-####-", "AC-####é", &"#".repeat(41)] {
            assert!(OrderNumber::read(form).is_err(), "{form}");
        }
    }
}
