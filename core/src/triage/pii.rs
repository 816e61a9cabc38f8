//! Personal data in a text: forms and checksums, no guessing from names.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use crate::model::{Pii, PiiKind, Span};

/// Finds personal data, in order, without overlaps. Links and handles are not searched: numbers in them are addresses.
///
/// Cost is linear: from each word at most a fixed number of characters is looked at.
pub fn find(text: &str) -> Vec<Pii> {
    let mut found = Vec::new();
    let mut at = 0;
    let bytes = text.as_bytes();
    while at < bytes.len() {
        if !starts_word(bytes, at) {
            at += 1;
            continue;
        }
        let end = word_end(bytes, at);
        if is_plain_word(&bytes[at..end], bytes.get(end)) {
            at = end;
            continue;
        }
        if let Some(end) = link(text, at) {
            at = end;
            continue;
        }
        let hit = email(bytes, at)
            .map(|end| (PiiKind::Email, end))
            .or_else(|| iban(bytes, at).map(|end| (PiiKind::Iban, end)))
            .or_else(|| ip_address(text, at).map(|end| (PiiKind::IpAddress, end)))
            .or_else(|| lettered_id(bytes, at).map(|end| (PiiKind::NationalId, end)))
            .or_else(|| number(text, at));
        match hit {
            Some((kind, end)) => {
                found.extend(Span::new(at, end).map(|span| Pii { kind, span }));
                at = end;
            }
            None => at = end,
        }
    }
    found
}

/// Whether a word or number may start here.
fn starts_word(bytes: &[u8], at: usize) -> bool {
    let here = bytes[at];
    let before = at.checked_sub(1).map_or(b' ', |before| bytes[before]);
    (here.is_ascii_alphanumeric() || matches!(here, b'+' | b'('))
        && !(before.is_ascii_alphanumeric() || before >= 0x80 && !ends_unspaced(bytes, at))
        && !matches!(before, b'@' | b'_')
}

/// Whether the character before `at` is of a script without spaces or a mark, so that a number may follow at once.
fn ends_unspaced(bytes: &[u8], at: usize) -> bool {
    let start = (1..=4.min(at)).find(|back| bytes[at - back] & 0xc0 != 0x80).map_or(at, |back| at - back);
    std::str::from_utf8(&bytes[start..at]).ok().and_then(|text| text.chars().next()).is_some_and(|character| {
        !character.is_alphanumeric() || (0x0e00..0x0f00).contains(&(character as u32)) || (character as u32) >= 0x3000
    })
}

/// Where the run of letters and digits at `at` ends; at least one byte further.
fn word_end(bytes: &[u8], at: usize) -> usize {
    at + bytes[at..].iter().skip(1).take_while(|byte| byte.is_ascii_alphanumeric()).count() + 1
}

/// Whether a run of letters and digits is too plain to be or begin anything below: whatever has no digit in its first three
/// characters goes on after the run with a sign, or is as long as an Italian id.
fn is_plain_word(word: &[u8], next: Option<&u8>) -> bool {
    (3..16).contains(&word.len())
        && !next.is_some_and(|next| b"@._%+-':/".contains(next))
        && word.iter().all(u8::is_ascii_alphabetic)
}

fn link(text: &str, at: usize) -> Option<usize> {
    let rest = &text.as_bytes()[at..];
    if !matches!(rest.first(), Some(b'h' | b'H' | b'w' | b'W')) {
        return None;
    }
    let starts = [&b"http://"[..], b"https://", b"www."];
    starts
        .iter()
        .any(|start| rest.len() > start.len() && rest[..start.len()].eq_ignore_ascii_case(start))
        .then(|| at + rest.iter().position(u8::is_ascii_whitespace).unwrap_or(rest.len()))
}

// ---- E-mail ----

/// Longest local part and longest domain (RFC 5321, section 4.5.3.1).
const LOCAL: usize = 64;
const DOMAIN: usize = 255;

fn email(bytes: &[u8], at: usize) -> Option<usize> {
    let local = run(bytes, at, LOCAL + 1, |byte| byte.is_ascii_alphanumeric() || b"._%+-'".contains(&byte));
    if bytes.get(local) != Some(&b'@') || local - at > LOCAL {
        return None;
    }
    let domain = run(bytes, local + 1, DOMAIN, |byte| byte.is_ascii_alphanumeric() || matches!(byte, b'.' | b'-'));
    let written = bytes[local + 1..domain].trim_ascii_end();
    let kept = written.len() - written.iter().rev().take_while(|byte| matches!(byte, b'.' | b'-')).count();
    let name = &written[..kept];
    let top = name.iter().rposition(|byte| *byte == b'.')?;
    let letters = &name[top + 1..];
    (top > 0 && letters.len() >= 2 && letters.iter().all(u8::is_ascii_alphabetic)).then_some(local + 1 + kept)
}

fn run(bytes: &[u8], at: usize, most: usize, belongs: impl Fn(u8) -> bool) -> usize {
    at + bytes[at..].iter().take(most).take_while(|byte| belongs(**byte)).count()
}

// ---- IBAN ----

/// Lengths by country (SWIFT IBAN registry).
#[rustfmt::skip]
const IBAN_LENGTHS: &[(&[u8; 2], usize)] = &[
    (b"AD", 24), (b"AE", 23), (b"AL", 28), (b"AT", 20), (b"AZ", 28), (b"BA", 20), (b"BE", 16), (b"BG", 22),
    (b"BH", 22), (b"BR", 29), (b"BY", 28), (b"CH", 21), (b"CR", 22), (b"CY", 28), (b"CZ", 24), (b"DE", 22),
    (b"DK", 18), (b"DO", 28), (b"EE", 20), (b"EG", 29), (b"ES", 24), (b"FI", 18), (b"FO", 18), (b"FR", 27),
    (b"GB", 22), (b"GE", 22), (b"GI", 23), (b"GL", 18), (b"GR", 27), (b"GT", 28), (b"HR", 21), (b"HU", 28),
    (b"IE", 22), (b"IL", 23), (b"IQ", 23), (b"IS", 26), (b"IT", 27), (b"JO", 30), (b"KW", 30), (b"KZ", 20),
    (b"LB", 28), (b"LC", 32), (b"LI", 21), (b"LT", 20), (b"LU", 20), (b"LV", 21), (b"LY", 25), (b"MC", 27),
    (b"MD", 24), (b"ME", 22), (b"MK", 19), (b"MR", 27), (b"MT", 31), (b"MU", 30), (b"NL", 18), (b"NO", 15),
    (b"PK", 24), (b"PL", 28), (b"PS", 29), (b"PT", 25), (b"QA", 29), (b"RO", 24), (b"RS", 22), (b"SA", 24),
    (b"SC", 31), (b"SD", 18), (b"SE", 24), (b"SI", 19), (b"SK", 24), (b"SM", 27), (b"SV", 28), (b"TL", 23),
    (b"TN", 24), (b"TR", 26), (b"UA", 29), (b"VA", 22), (b"VG", 24), (b"XK", 20),
];

fn iban(bytes: &[u8], at: usize) -> Option<usize> {
    let country = [bytes.get(at)?.to_ascii_uppercase(), bytes.get(at + 1)?.to_ascii_uppercase()];
    if !bytes.get(at + 2)?.is_ascii_digit() || !bytes.get(at + 3)?.is_ascii_digit() {
        return None;
    }
    let (_, length) = IBAN_LENGTHS.iter().find(|(name, _)| **name == country)?;
    let (letters, end) = compact::<34>(bytes, at, *length, |byte| matches!(byte, b' ' | b'-'))?;
    let rest = letters[4..*length].iter().chain(&letters[..4]).try_fold(0u32, |rest, byte| {
        let value = char::from(*byte).to_digit(36)?;
        Some((rest * if value > 9 { 100 } else { 10 } + value) % 97)
    })?;
    (rest == 1 && ends_word(bytes, end)).then_some(end)
}

/// The next `length` letters and digits, upper case, over single separators, and where they end.
fn compact<const N: usize>(
    bytes: &[u8],
    at: usize,
    length: usize,
    parts: impl Fn(u8) -> bool,
) -> Option<([u8; N], usize)> {
    let mut taken = [0u8; N];
    let (mut count, mut here, mut parted) = (0, at, true);
    while count < length.min(N) {
        let byte = *bytes.get(here)?;
        if byte.is_ascii_alphanumeric() {
            taken[count] = byte.to_ascii_uppercase();
            count += 1;
            parted = false;
        } else if parts(byte) && !parted {
            parted = true;
        } else {
            return None;
        }
        here += 1;
    }
    Some((taken, here))
}

fn ends_word(bytes: &[u8], end: usize) -> bool {
    !bytes.get(end).is_some_and(u8::is_ascii_alphanumeric)
}

// ---- Internet addresses ----

fn ip_address(text: &str, at: usize) -> Option<usize> {
    let bytes = text.as_bytes();
    let end = run(bytes, at, 46, |byte| byte.is_ascii_hexdigit() || matches!(byte, b':' | b'.'));
    let end = end - bytes[at..end].iter().rev().take_while(|byte| **byte == b'.').count();
    let written = text.get(at..end)?;
    let dots = written.bytes().filter(|byte| *byte == b'.').count();
    let colons = written.bytes().filter(|byte| *byte == b':').count();
    let address = match (dots, colons) {
        (3, 0) => written.parse::<Ipv4Addr>().ok().map(IpAddr::V4),
        (_, 3..) => written.parse::<Ipv6Addr>().ok().map(IpAddr::V6),
        _ => None,
    }?;
    let version = bytes[..at].ends_with(b"v ") || text[..at].to_ascii_lowercase_tail().ends_with("version ");
    (!version && !address.is_unspecified() && ends_word(bytes, end)).then_some(end)
}

trait Tail {
    fn to_ascii_lowercase_tail(&self) -> String;
}

impl Tail for str {
    /// The last 40 bytes or less, in lower case: where a word says what the number after it is.
    fn to_ascii_lowercase_tail(&self) -> String {
        let mut start = self.len().saturating_sub(40);
        while !self.is_char_boundary(start) {
            start += 1;
        }
        self[start..].to_ascii_lowercase()
    }
}

// ---- National ids with letters ----

fn lettered_id(bytes: &[u8], at: usize) -> Option<usize> {
    // The first two have a digit early, the third has no gaps: most words are dismissed by that.
    let numbered = bytes[at..].iter().take(5).any(u8::is_ascii_digit);
    let early = if numbered { nino(bytes, at).or_else(|| spanish_id(bytes, at)) } else { None };
    early.or_else(|| codice_fiscale(bytes, at)).filter(|end| ends_word(bytes, *end))
}

/// British National Insurance number: two letters, six digits, A to D (HMRC NIM39110).
fn nino(bytes: &[u8], at: usize) -> Option<usize> {
    let (id, end) = compact::<9>(bytes, at, 9, |byte| byte == b' ')?;
    let prefix = [id[0], id[1]];
    let letters = prefix.iter().all(|l| l.is_ascii_uppercase() && !b"DFIQUV".contains(l)) && id[1] != b'O';
    let forbidden = [b"BG", b"GB", b"NK", b"KN", b"TN", b"NT", b"ZZ"].contains(&&prefix);
    (letters && !forbidden && id[2..8].iter().all(u8::is_ascii_digit) && (b'A'..=b'D').contains(&id[8])).then_some(end)
}

/// Spanish DNI (eight digits and a letter) and NIE (X, Y or Z, seven digits and a letter).
fn spanish_id(bytes: &[u8], at: usize) -> Option<usize> {
    let (id, end) = compact::<9>(bytes, at, 9, |byte| matches!(byte, b'-' | b' ' | b'.'))?;
    let first = match id[0] {
        letter @ b'X'..=b'Z' => letter - b'X' + b'0',
        digit => digit,
    };
    let digits = std::iter::once(&first).chain(&id[1..8]);
    let value =
        digits.clone().all(u8::is_ascii_digit).then(|| digits.fold(0, |n, d| n * 10 + usize::from(d - b'0')))?;
    (b"TRWAGMYFPDXBNJZSQVHLCKE"[value % 23] == id[8]).then_some(end)
}

/// Italian codice fiscale with its check letter (D.M. 23 December 1976); digits may be replaced by letters (omocodia).
fn codice_fiscale(bytes: &[u8], at: usize) -> Option<usize> {
    const FORM: &[u8; 16] = b"LLLLLLDDLDDLDDDL";
    const ODD: [u8; 26] =
        [1, 0, 5, 7, 9, 13, 15, 17, 19, 21, 2, 4, 18, 20, 11, 3, 6, 8, 12, 14, 16, 10, 22, 25, 24, 23];
    let (id, end) = compact::<16>(bytes, at, 16, |_| false)?;
    let fits = id.iter().zip(FORM).all(|(byte, form)| match form {
        b'L' => byte.is_ascii_uppercase(),
        _ => byte.is_ascii_digit() || b"LMNPQRSTUV".contains(byte),
    });
    let value =
        |byte: u8| usize::from(if byte.is_ascii_digit() { byte - b'0' } else { byte.saturating_sub(b'A') }.min(25));
    let sum: usize = (0..15).map(|i| if i % 2 == 0 { usize::from(ODD[value(id[i])]) } else { value(id[i]) }).sum();
    (fits && sum % 26 == value(id[15])).then_some(end)
}

// ---- Numbers: cards, national ids, telephones ----

/// Groups of digits with single separators between them.
#[derive(Debug, Default)]
struct Groups {
    /// Start, end and digit count of each group, and the byte before it.
    groups: [Group; MOST_GROUPS],
    count: usize,
}

#[derive(Clone, Copy, Debug, Default)]
struct Group {
    start: usize,
    end: usize,
    separator: u8,
}

/// No number of interest has more groups or digits.
const MOST_GROUPS: usize = 10;
const MOST_DIGITS: usize = 19;

impl Groups {
    fn read(bytes: &[u8], at: usize) -> Option<Self> {
        let mut groups = Self::default();
        let (mut here, mut digits, mut separator) = (at, 0, 0u8);
        loop {
            let end = run(bytes, here, MOST_DIGITS + 2, |byte| byte.is_ascii_digit());
            digits += end - here;
            if end == here || groups.count == MOST_GROUPS || digits > MOST_DIGITS + 1 {
                break;
            }
            groups.groups[groups.count] = Group { start: here, end, separator };
            groups.count += 1;
            let gap = run(bytes, end, 3, |byte| b" -./()".contains(&byte));
            if gap == end || !bytes.get(gap).is_some_and(u8::is_ascii_digit) {
                break;
            }
            separator = match &bytes[end..gap] {
                [one] => *one,
                b") " | b" (" | b")-" | b")/" => b'(',
                b" - " | b" / " | b" -" | b"- " => b'~',
                _ => break,
            };
            here = gap;
        }
        (groups.count > 0).then_some(groups)
    }

    fn as_slice(&self) -> &[Group] {
        &self.groups[..self.count]
    }
}

fn sizes_are(groups: &[Group], sizes: &[usize]) -> bool {
    groups.len() >= sizes.len() && groups.iter().zip(sizes).all(|(group, size)| group.end - group.start == *size)
}

fn parted_by(groups: &[Group], separators: &[u8]) -> bool {
    groups.iter().skip(1).all(|group| separators.contains(&group.separator))
}

/// The digits of `groups`, if there are not too many.
fn digits(bytes: &[u8], groups: &[Group]) -> Option<([u8; MOST_DIGITS], usize)> {
    let mut taken = [0u8; MOST_DIGITS];
    let mut count = 0;
    for byte in groups.iter().flat_map(|group| &bytes[group.start..group.end]) {
        *taken.get_mut(count)? = byte - b'0';
        count += 1;
    }
    Some((taken, count))
}

fn number(text: &str, at: usize) -> Option<(PiiKind, usize)> {
    let bytes = text.as_bytes();
    let first = at + bytes[at..].iter().take(4).take_while(|byte| matches!(byte, b'+' | b'(' | b' ')).count();
    if !bytes.get(first)?.is_ascii_digit() || text[at..first].matches([' ', '+']).count() > 1 {
        return None;
    }
    let all = Groups::read(bytes, first)?;
    let groups = all.as_slice();
    if first == at {
        let numbers = [(PiiKind::Card, card(bytes, groups)), (PiiKind::NationalId, national_id(text, groups))];
        if let Some((kind, end)) = numbers.into_iter().find_map(|(kind, end)| Some((kind, end?))) {
            return Some((kind, end));
        }
    }
    phone(text, at, groups).map(|end| (PiiKind::Phone, end))
}

/// 13 to 19 digits with a known prefix that pass the Luhn check.
fn card(bytes: &[u8], groups: &[Group]) -> Option<usize> {
    (1..=groups.len()).rev().find_map(|count| {
        let groups = &groups[..count];
        let even = count == 1 || groups.iter().all(|group| (2..=7).contains(&(group.end - group.start)));
        let (digits, length) = digits(bytes, groups)?;
        let digits = &digits[..length];
        let end = groups[count - 1].end;
        let fits = even && parted_by(groups, b" -") && known_issuer(digits) && luhn(digits);
        (fits && ends_word(bytes, end)).then_some(end)
    })
}

/// Prefixes and lengths of the card networks (ISO/IEC 7812 ranges as their networks publish them).
fn known_issuer(digits: &[u8]) -> bool {
    if digits.len() < 13 {
        return false;
    }
    let prefix = digits[..4].iter().fold(0u32, |number, digit| number * 10 + u32::from(*digit));
    match digits.len() {
        13 => prefix / 1000 == 4 || is_maestro(prefix),
        14 => matches!(prefix, 3000..=3059 | 3095 | 3600..=3699 | 3800..=3999) || is_maestro(prefix),
        15 => matches!(prefix / 100, 34 | 37) || matches!(prefix, 2131 | 1800) || is_maestro(prefix),
        16..=19 => {
            let visa = prefix / 1000 == 4 && matches!(digits.len(), 16 | 19);
            let mastercard = matches!(prefix, 5100..=5599 | 2221..=2720) && digits.len() == 16;
            let others = matches!(prefix, 3528..=3589 | 6011 | 6440..=6599 | 6200..=6299 | 3000..=3059 | 3600..=3699);
            visa || mastercard || others || is_maestro(prefix)
        }
        _ => false,
    }
}

fn is_maestro(prefix: u32) -> bool {
    matches!(prefix, 5000..=5099 | 5600..=5899 | 6304 | 6390 | 6700..=6799)
}

fn luhn(digits: &[u8]) -> bool {
    let sum: u32 = (digits.iter().rev().enumerate())
        .map(|(place, digit)| {
            let value = u32::from(*digit) * (1 + place as u32 % 2);
            value / 10 + value % 10
        })
        .sum();
    sum.is_multiple_of(10) && digits.iter().any(|digit| *digit != digits[0])
}

/// National ids that are digits only. Where form or checksum leave doubt, a word before must name the id.
fn national_id(text: &str, groups: &[Group]) -> Option<usize> {
    let bytes = text.as_bytes();
    let before = text[..groups[0].start].to_ascii_lowercase_tail();
    let named = |words: &[&str]| words.iter().any(|word| before.contains(word));
    let one =
        |count: usize| groups.iter().position(|_| true).filter(|_| sizes_are(groups, &[count])).map(|_| &groups[..1]);
    let end = if sizes_are(groups, &[3, 2, 4]) && matches!(groups[1].separator, b'-' | b' ') && uniform(&groups[..3]) {
        social_security(bytes, &groups[..3])
    } else if let Some(whole) = one(9) {
        let ssn = named(&["ssn", "social security"]).then(|| social_security(bytes, whole)).flatten();
        let bsn = || named(&["bsn", "burgerservice", "sofinummer"]).then(|| bsn(bytes, whole)).flatten();
        ssn.or_else(bsn)
    } else if sizes_are(groups, &[3, 3, 3, 2])
        && groups[1].separator == b'.'
        && matches!(groups[3].separator, b'-' | b'.')
    {
        cpf(bytes, &groups[..4])
    } else if sizes_are(groups, &[2, 3, 3, 3]) && uniform(&groups[..4]) && groups[1].separator == b' ' {
        steuer_id(bytes, &groups[..4])
    } else if let Some(whole) = one(11) {
        let german = named(&["steuer", "idnr", "tax id", "tin"]).then(|| steuer_id(bytes, whole)).flatten();
        let brazilian = || named(&["cpf"]).then(|| cpf(bytes, whole)).flatten();
        let polish = || named(&["pesel"]).then(|| pesel(bytes, whole)).flatten();
        let turkish = || named(&["tc", "kimlik"]).then(|| turkish_id(bytes, whole)).flatten();
        german.or_else(brazilian).or_else(polish).or_else(turkish)
    } else if sizes_are(groups, &[6, 4]) && matches!(groups[1].separator, b'-') {
        personnummer(bytes, &groups[..2])
    } else {
        french_nir(bytes, groups)
    };
    end.filter(|end| ends_word(bytes, *end))
}

fn uniform(groups: &[Group]) -> bool {
    groups.windows(2).skip(1).all(|pair| pair[0].separator == pair[1].separator)
}

/// US social security number: no area 000, 666 or 9xx, no group 00, no serial 0000 (SSA, randomised since 2011).
fn social_security(bytes: &[u8], groups: &[Group]) -> Option<usize> {
    let (digits, length) = digits(bytes, groups)?;
    let value = |part: &[u8]| part.iter().fold(0u32, |n, d| n * 10 + u32::from(*d));
    let area = value(&digits[..3]);
    let fits = length == 9 && !matches!(area, 0 | 666 | 900..) && value(&digits[3..5]) > 0 && value(&digits[5..9]) > 0;
    fits.then(|| groups[groups.len() - 1].end)
}

/// Dutch burgerservicenummer: the eleven test.
fn bsn(bytes: &[u8], groups: &[Group]) -> Option<usize> {
    let (digits, _) = digits(bytes, groups)?;
    let sum: i32 = (0..8).map(|i| (9 - i as i32) * i32::from(digits[i])).sum::<i32>() - i32::from(digits[8]);
    (sum != 0 && sum % 11 == 0).then(|| groups[0].end)
}

/// Brazilian CPF: two check digits modulo 11.
fn cpf(bytes: &[u8], groups: &[Group]) -> Option<usize> {
    let (digits, _) = digits(bytes, groups)?;
    let check = |count: usize| {
        let sum: usize = (0..count).map(|i| (count + 1 - i) * usize::from(digits[i])).sum();
        (sum * 10 % 11 % 10) as u8
    };
    let varied = digits[..11].iter().any(|digit| *digit != digits[0]);
    (varied && check(9) == digits[9] && check(10) == digits[10]).then(|| groups[groups.len() - 1].end)
}

/// German tax id: ISO 7064 MOD 11,10, and exactly one of the first ten digits comes twice or thrice.
fn steuer_id(bytes: &[u8], groups: &[Group]) -> Option<usize> {
    let (digits, _) = digits(bytes, groups)?;
    let product = digits[..10].iter().fold(10u32, |product, digit| {
        let sum = (u32::from(*digit) + product) % 10;
        (if sum == 0 { 10 } else { sum }) * 2 % 11
    });
    let mut counts = [0u8; 10];
    digits[..10].iter().for_each(|digit| counts[usize::from(*digit)] += 1);
    let repeated = counts.iter().filter(|count| **count > 1).count() == 1 && counts.iter().all(|count| *count < 4);
    (digits[0] != 0 && repeated && (11 - product) % 10 == u32::from(digits[10])).then(|| groups[groups.len() - 1].end)
}

/// Polish PESEL: weights 1, 3, 7, 9.
fn pesel(bytes: &[u8], groups: &[Group]) -> Option<usize> {
    let (digits, _) = digits(bytes, groups)?;
    let sum: u32 = digits[..10].iter().zip([1, 3, 7, 9].iter().cycle()).map(|(d, w)| u32::from(*d) * w).sum();
    ((10 - sum % 10) % 10 == u32::from(digits[10])).then(|| groups[0].end)
}

/// Turkish identity number: two check digits.
fn turkish_id(bytes: &[u8], groups: &[Group]) -> Option<usize> {
    let (digits, _) = digits(bytes, groups)?;
    let value = |i: usize| i32::from(digits[i]);
    let tenth =
        ((0..9).step_by(2).map(value).sum::<i32>() * 7 - (1..8).step_by(2).map(value).sum::<i32>()).rem_euclid(10);
    let eleventh = (0..10).map(value).sum::<i32>() % 10;
    (digits[0] != 0 && tenth == value(9) && eleventh == value(10)).then(|| groups[0].end)
}

/// Swedish personnummer `YYMMDD-NNNN`: a date and Luhn.
fn personnummer(bytes: &[u8], groups: &[Group]) -> Option<usize> {
    let (digits, _) = digits(bytes, groups)?;
    let month = digits[2] * 10 + digits[3];
    let day = digits[4] * 10 + digits[5];
    let date = (1..=12).contains(&month) && (1..=31).contains(&day);
    (date && luhn(&digits[..10])).then(|| groups[1].end)
}

/// French social security number: sex, year, month, place, serial and a key of 97 minus the rest.
fn french_nir(bytes: &[u8], groups: &[Group]) -> Option<usize> {
    let fits = sizes_are(groups, &[15]) || sizes_are(groups, &[13, 2]) || sizes_are(groups, &[1, 2, 2, 2, 3, 3, 2]);
    let count = if sizes_are(groups, &[15]) {
        1
    } else if sizes_are(groups, &[13, 2]) {
        2
    } else {
        7
    };
    if !fits || !parted_by(&groups[..count], b" -.") {
        return None;
    }
    let (digits, _) = digits(bytes, &groups[..count])?;
    let value = |part: &[u8]| part.iter().fold(0u64, |n, d| n * 10 + u64::from(*d));
    let month = value(&digits[3..5]);
    let known = matches!(digits[0], 1..=4 | 7 | 8) && matches!(month, 1..=12 | 20..=42 | 50..=99);
    (known && 97 - value(&digits[..13]) % 97 == value(&digits[13..15])).then(|| groups[count - 1].end)
}

/// A telephone number: international with `+` or `00`, North American, national with a leading 0, or named as one.
fn phone(text: &str, at: usize, groups: &[Group]) -> Option<usize> {
    let bytes = text.as_bytes();
    let before = text[..at].to_ascii_lowercase_tail();
    let plus = text[at..groups[0].start].contains('+');
    let groups = phone_groups(groups);
    let end = groups[groups.len() - 1].end;
    if is_date(bytes, groups) || is_price(text, at, end) || !ends_word_or_extension(bytes, end) {
        return None;
    }
    let count: usize = groups.iter().map(|group| group.end - group.start).sum();
    let leading = &bytes[groups[0].start..groups[0].end];
    if plus {
        return ((8..=15).contains(&count) && leading[0] != b'0').then(|| extended(bytes, end));
    }
    if leading.starts_with(b"00") && !leading.starts_with(b"000") {
        return ((10..=17).contains(&count) && !is_reference(&before)).then(|| extended(bytes, end));
    }
    let north_american = north_american(bytes, groups);
    let trunk = leading[0] == b'0'
        && leading.get(1) != Some(&b'0')
        && (9..=12).contains(&count)
        && (groups.len() > 1 || count >= 10);
    let spaced = groups.len() >= 3 && count == 9 && matches!(leading[0], b'6' | b'7' | b'9') && parted_by(groups, b" ");
    let named = (7..=13).contains(&count) && is_named_phone(&before);
    let bare = groups.len() == 1;
    let plausible = north_american || trunk || spaced || named;
    (plausible && (named || !is_reference(&before)) && !(bare && !trunk && !named)).then(|| extended(bytes, end))
}

/// As many groups as one telephone number has digits for.
fn phone_groups(groups: &[Group]) -> &[Group] {
    let mut count = 0;
    let fitting = groups.iter().take_while(|group| {
        count += group.end - group.start;
        count <= 17 && group.separator != b'~' || count == group.end - group.start
    });
    &groups[..fitting.count().max(1)]
}

fn north_american(bytes: &[u8], groups: &[Group]) -> bool {
    let groups = if sizes_are(groups, &[1]) && bytes[groups[0].start] == b'1' { &groups[1..] } else { groups };
    groups.len() == 3
        && sizes_are(groups, &[3, 3, 4])
        && (b'2'..=b'9').contains(&bytes[groups[0].start])
        && (b'2'..=b'9').contains(&bytes[groups[1].start])
}

/// `22.11.2026`, `2026-11-22` and the like.
fn is_date(bytes: &[u8], groups: &[Group]) -> bool {
    let form = groups.len() >= 3
        && groups[1].separator == groups[2].separator
        && (sizes_are(groups, &[4, 2, 2])
            || sizes_are(groups, &[2, 2, 4])
            || sizes_are(groups, &[2, 2, 2]) && groups.len() == 3);
    let year = |group: &Group| matches!(&bytes[group.start..group.start + 2], b"19" | b"20");
    form && (sizes_are(groups, &[2, 2, 2]) || year(&groups[0]) || year(&groups[2]))
}

fn is_price(text: &str, at: usize, end: usize) -> bool {
    let currency = |character: char| matches!(character, '$' | '€' | '£' | '¥' | '₹' | '%');
    text[..at].trim_end_matches(' ').chars().next_back().is_some_and(currency)
        || text[end..].trim_start_matches(' ').chars().next().is_some_and(currency)
}

/// Words that say that a number is an order, a ticket or a booking.
const REFERENCES: &[&str] = &[
    "order",
    "ticket",
    "ref",
    "booking",
    "case",
    "tracking",
    "parcel",
    "invoice",
    "confirmation",
    "flight",
    "serial",
    "imei",
    "bestell",
    "auftrag",
    "rechnung",
    "sendung",
    "kunden",
    "vorgang",
    "buchung",
    "commande",
    "colis",
    "dossier",
    "facture",
    "client",
    "pedido",
    "reserva",
    "factura",
    "fatura",
    "ordine",
    "fattura",
    "pratica",
    "prenotazione",
    "klant",
    "zamów",
    "sipariş",
    "заказ",
    "#",
    "nr.",
    "n°",
    "nº",
];

fn is_reference(before: &str) -> bool {
    let near = tail(before, 24);
    REFERENCES.iter().any(|word| near.contains(word)) && !is_named_phone(before)
}

/// Words that say that a number is a telephone number.
const PHONES: &[&str] = &[
    "phone",
    "call",
    "tel",
    "mobile",
    "cell",
    "whatsapp",
    "text me",
    "ring",
    "contact",
    "handy",
    "nummer",
    "anruf",
    "ruf",
    "portable",
    "appel",
    "móvil",
    "movil",
    "llam",
    "celular",
    "telemóvel",
    "ligue",
    "cellulare",
    "chiama",
    "bel ",
    "numer",
    "numéro",
    "número",
    "numero",
    "number",
    "fax",
    "sms",
    "телефон",
    "звон",
    "電話",
    "电话",
    "전화",
    "هاتف",
];

fn is_named_phone(before: &str) -> bool {
    let near = tail(before, 24);
    let reference = REFERENCES.iter().filter_map(|word| near.rfind(word)).max();
    let phone = PHONES.iter().filter_map(|word| near.rfind(word)).max();
    let number = near.rfind("number").or_else(|| near.rfind("nummer")).or_else(|| near.rfind("número"));
    match (phone, reference) {
        (Some(phone), Some(reference)) => phone > reference && Some(phone) != number,
        (Some(_), None) => true,
        (None, _) => false,
    }
}

fn tail(text: &str, most: usize) -> &str {
    let mut start = text.len().saturating_sub(most);
    while !text.is_char_boundary(start) {
        start += 1;
    }
    &text[start..]
}

/// The end including an extension such as `x123`.
fn extended(bytes: &[u8], end: usize) -> usize {
    match bytes.get(end) {
        Some(b'x') => {
            let digits = run(bytes, end + 1, 6, |byte| byte.is_ascii_digit());
            if digits > end + 1 && ends_word(bytes, digits) { digits } else { end }
        }
        _ => end,
    }
}

fn ends_word_or_extension(bytes: &[u8], end: usize) -> bool {
    ends_word(bytes, end) || extended(bytes, end) > end
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
        // Its digits may all be replaced by letters; of the last letters one is right.
        let in_letters = ('A'..='Z').map(|check| format!("RSSMRAURTMLARSN{check}"));
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
