//! National identity numbers: forms and check digits of the countries that issue them.

use super::cue::{Cue, Topic};
use super::groups::{Group, compact, digits, ends_word, luhn, sizes_are};

// ---- Digits alone ----

/// An identity number of digits alone.
struct Scheme {
    /// How people part it, with the separators; so written it needs no word.
    written: &'static [(&'static [usize], &'static [u8])],
    /// As above, but other numbers look alike: one of `cues` must stand before.
    named: &'static [(&'static [usize], &'static [u8])],
    cues: &'static [&'static str],
    /// Whether digits and checksum are right.
    check: fn(&[u8]) -> bool,
    /// Whether `check` has no check digit to look at.
    unchecked: bool,
}

const NONE: &[(&[usize], &[u8])] = &[];

const fn scheme(
    written: &'static [(&'static [usize], &'static [u8])],
    named: &'static [(&'static [usize], &'static [u8])],
    cues: &'static [&'static str],
    check: fn(&[u8]) -> bool,
) -> Scheme {
    Scheme { written, named, cues, check, unchecked: false }
}

const fn unchecked(scheme: Scheme) -> Scheme {
    Scheme { unchecked: true, ..scheme }
}

#[rustfmt::skip]
const SCHEMES: &[Scheme] = &[
    // United States: social security number and ITIN. Canada: SIN. Brazil: CPF. Argentina: CUIL. Chile: RUT.
    unchecked(scheme(&[(&[3, 2, 4], b"-"), (&[3, 2, 4], b" ")], &[(&[9], b"")], &["ssn*", "social*", "itin", "tin"], social_security)),
    scheme(NONE, &[(&[3, 3, 3], b"- "), (&[9], b"")], &["sin", "nas", "social insurance*", "assurance sociale*"], luhn),
    scheme(&[(&[3, 3, 3, 2], b".-")], &[(&[11], b""), (&[9, 2], b"-")], &["cpf*"], cpf),
    scheme(&[(&[2, 8, 1], b"-")], &[(&[11], b"")], &["cuil", "cuit"], cuil),
    scheme(&[(&[2, 3, 3, 1], b".-"), (&[1, 3, 3, 1], b".-")], &[(&[8, 1], b"-"), (&[7, 1], b"-")], &["rut", "run"], rut_digits),
    unchecked(scheme(NONE, &[(&[8], b""), (&[2, 3, 3], b".")], &["dni", "documento*"], |digits| digits[0] != 0)),
    // Germany: tax id. Austria: social insurance. Switzerland: AHV. France: NIR. Belgium. Netherlands: BSN.
    scheme(&[(&[2, 3, 3, 3], b" ")], &[(&[11], b"")], &["steuer*", "idnr*", "tax*", "tin"], steuer_id),
    scheme(NONE, &[(&[4, 6], b" -"), (&[10], b"")], &["sv*", "sozialversicherung*", "versicherungsnummer*"], austrian),
    scheme(&[(&[3, 4, 4, 2], b"."), (&[13], b"")], NONE, &[], |digits| digits.starts_with(&[7, 5, 6]) && ean(digits)),
    scheme(&[(&[1, 2, 2, 2, 3, 3, 2], b" .-"), (&[13, 2], b" "), (&[15], b"")], NONE, &[], nir),
    scheme(&[(&[2, 2, 2, 3, 2], b".-")], &[(&[11], b"")], &["rijksregister*", "registre*", "rrn", "insz", "niss"], belgian),
    scheme(NONE, &[(&[9], b""), (&[4, 2, 3], b". "), (&[3, 3, 3], b". ")], &["bsn*", "burgerservice*", "sofi*"], bsn),
    // Britain: NHS. Portugal: NIF. Poland: PESEL. Czechia and Slovakia. Hungary: TAJ. Croatia: OIB. Greece: AMKA.
    scheme(NONE, &[(&[3, 3, 4], b" -"), (&[10], b"")], &["nhs*"], nhs),
    scheme(NONE, &[(&[9], b""), (&[3, 3, 3], b" ")], &["nif", "contribuinte*"], nif),
    scheme(NONE, &[(&[11], b"")], &["pesel*"], pesel),
    scheme(&[(&[6, 4], b"/")], &[(&[10], b"")], &["rodn*", "rč", "rc"], rodne_cislo),
    scheme(NONE, &[(&[3, 3, 3], b" -"), (&[9], b"")], &["taj*"], taj),
    scheme(NONE, &[(&[11], b"")], &["oib*"], mod_11_10),
    scheme(NONE, &[(&[11], b"")], &["amka", "αμκα"], |digits| is_date(&digits[2..], &digits[..2]) && luhn(digits)),
    // Romania: CNP. Bulgaria: EGN. Former Yugoslavia: JMBG. Lithuania and Estonia.
    scheme(NONE, &[(&[13], b"")], &["cnp*"], |digits| remainder(digits, &[2, 7, 9, 1, 4, 6, 3, 5, 8, 2, 7, 9]) % 10 == check(digits)),
    scheme(NONE, &[(&[10], b"")], &["егн", "egn"], |digits| remainder(digits, &[2, 4, 8, 5, 10, 9, 7, 3, 6]) % 10 == check(digits)),
    scheme(NONE, &[(&[13], b"")], &["jmbg", "јмбг", "emšo", "emso"], jmbg),
    scheme(NONE, &[(&[11], b"")], &["isikukood*", "asmens*"], baltic),
    // Sweden; Denmark; Norway.
    scheme(&[(&[6, 4], b"-"), (&[8, 4], b"-")], &[(&[10], b""), (&[12], b"")], &["personn*", "pnr"], personnummer),
    unchecked(scheme(NONE, &[(&[6, 4], b"- "), (&[10], b"")], &["cpr*"], |digits| is_date(&digits[2..], &digits[..2]))),
    scheme(&[(&[6, 5], b" "), (&[11], b"")], NONE, &[], fodselsnummer),
    // Turkey; Russia: SNILS and INN; Ukraine.
    scheme(NONE, &[(&[11], b"")], &["tc", "kimlik*", "tckn"], turkish),
    scheme(&[(&[3, 3, 3, 2], b"- ")], &[(&[11], b"")], &["снилс*"], snils),
    scheme(NONE, &[(&[12], b"")], &["инн"], inn),
    scheme(NONE, &[(&[10], b"")], &["рнокпп", "іпн", "ідентифікац*"], ukrainian),
    // Israel; Iran; Saudi Arabia; Emirates; Egypt.
    scheme(NONE, &[(&[9], b"")], &["ת.ז", "ת״ז", "ת\"ז", "זהות", "teudat*"], luhn),
    scheme(NONE, &[(&[10], b""), (&[3, 6, 1], b"-")], &["کد ملی*", "کدملی*", "کد ملّی*"], iranian),
    scheme(NONE, &[(&[10], b"")], &["iqama*", "إقامة", "الإقامة", "اقامة", "الاقامة", "هوية", "الهوية", "هويتي"], |digits| matches!(digits[0], 1 | 2) && luhn(digits)),
    scheme(&[(&[3, 4, 7, 1], b"-"), (&[15], b"")], NONE, &[], |digits| digits.starts_with(&[7, 8, 4]) && luhn(digits)),
    unchecked(scheme(NONE, &[(&[14], b"")], &["الرقم القومي", "رقم قومي", "رقمي القومي", "national id*"], |digits| matches!(digits[0], 2 | 3) && is_date(&digits[3..], &digits[5..]))),
    // South Africa; Thailand; Malaysia; Indonesia: NIK; Vietnam; Pakistan: CNIC; India: Aadhaar.
    scheme(NONE, &[(&[13], b""), (&[6, 4, 3], b" ")], &["id"], |digits| is_date(&digits[2..], &digits[4..]) && digits[10] < 2 && luhn(digits)),
    scheme(&[(&[1, 4, 5, 2, 1], b"- ")], &[(&[13], b"")], &["บัตรประชาชน*", "เลขประจำตัว*", "เลขบัตร*"], thai),
    unchecked(scheme(&[(&[6, 2, 4], b"-")], NONE, &[], |digits| is_date(&digits[2..], &digits[4..]))),
    unchecked(scheme(NONE, &[(&[16], b"")], &["nik", "ktp*"], |digits| is_date(&digits[8..], &[digits[6] % 4, digits[7]]))),
    unchecked(scheme(NONE, &[(&[12], b"")], &["cccd", "căn cước*", "cmnd"], |digits| digits[0] == 0)),
    unchecked(scheme(&[(&[5, 7, 1], b"-")], &[(&[13], b"")], &["cnic*"], |digits| digits[0] != 0)),
    scheme(&[(&[4, 4, 4], b" -")], &[(&[12], b"")], &["aadhaar*", "aadhar*", "adhar*", "uidai", "आधार*", "uid"], aadhaar),
    // China; Korea; Japan: My Number. Australia: tax file number.
    scheme(&[(&[18], b"")], NONE, &[], chinese),
    unchecked(scheme(&[(&[6, 7], b"-")], NONE, &[], |digits| is_date(&digits[2..], &digits[4..]) && matches!(digits[6], 1..=8))),
    scheme(NONE, &[(&[4, 4, 4], b" -"), (&[12], b"")], &["マイナンバー*", "my number*", "個人番号*"], my_number),
    scheme(NONE, &[(&[3, 3, 3], b" "), (&[9], b"")], &["tfn*", "tax file*"], |digits| weighted(digits, &[1, 4, 3, 7, 5, 8, 6, 9, 10]).is_multiple_of(11)),
];

/// Where an identity number of digits alone ends that begins with `groups`.
pub(super) fn numeric(bytes: &[u8], groups: &[Group], cue: &Cue<'_>) -> Option<usize> {
    SCHEMES.iter().find_map(|scheme| {
        let form = |forms: &[(&[usize], &[u8])]| {
            forms.iter().find(|(sizes, separators)| has_form(bytes, groups, sizes, separators)).map(|form| form.0.len())
        };
        let written = form(scheme.written);
        let taken = written.or_else(|| form(scheme.named))?;
        let (digits, length) = digits(bytes, &groups[..taken])?;
        if !(scheme.check)(&digits[..length]) {
            return None;
        }
        let told = || cue.says(scheme.cues);
        let fits = if written.is_none() { told() } else { !scheme.unchecked || !is_reference(cue) || told() };
        fits.then(|| groups[taken - 1].end)
    })
}

/// Whether `groups` begin with such sizes, parted by such separators, and no further digits are joined to them. Only the
/// last separator may differ from the others, but dots and dashes come in any order.
fn has_form(bytes: &[u8], groups: &[Group], sizes: &[usize], separators: &[u8]) -> bool {
    let Some(last) = sizes.len().checked_sub(1) else { return false };
    if !sizes_are(groups, sizes) || groups.get(last + 1).is_some_and(|next| b"-./".contains(&next.separator)) {
        return false;
    }
    let within = groups[1..=last].iter().all(|group| separators.contains(&group.separator));
    let uniform = groups[1..last.max(1)].windows(2).all(|pair| pair[0].separator == pair[1].separator);
    within && (uniform || separators.starts_with(b".-")) && ends_word(bytes, groups[last].end)
}

fn is_reference(cue: &Cue<'_>) -> bool {
    cue.topic() == Some(Topic::Reference)
}

fn value(digits: &[u8]) -> u64 {
    digits.iter().fold(0, |value, digit| value * 10 + u64::from(*digit))
}

fn weighted(digits: &[u8], weights: &[u32]) -> u32 {
    digits.iter().zip(weights).map(|(digit, weight)| u32::from(*digit) * weight).sum()
}

/// The weighted sum modulo 11.
fn remainder(digits: &[u8], weights: &[u32]) -> u32 {
    weighted(digits, weights) % 11
}

/// The last digit.
fn check(digits: &[u8]) -> u32 {
    digits.last().map_or(u32::MAX, |digit| u32::from(*digit))
}

/// Whether two digits of `month` are a month and two of `day` one of its days.
fn is_date(month: &[u8], day: &[u8]) -> bool {
    (1..=12).contains(&value(&month[..2])) && (1..=31).contains(&value(&day[..2]))
}

/// No area 000 or 666, no group 00, no serial 0000 (SSA, randomised since 2011); from area 900 on the groups of an ITIN.
fn social_security(digits: &[u8]) -> bool {
    let (area, group, serial) = (value(&digits[..3]), value(&digits[3..5]), value(&digits[5..9]));
    let itin = matches!(group, 50..=65 | 70..=88 | 90..=92 | 94..=99);
    !matches!(area, 0 | 666) && (area < 900 || itin) && group > 0 && serial > 0
}

/// Two check digits modulo 11.
fn cpf(digits: &[u8]) -> bool {
    let check = |count: usize| {
        let sum: usize = (0..count).map(|i| (count + 1 - i) * usize::from(digits[i])).sum();
        (sum * 10 % 11 % 10) as u8
    };
    digits.iter().any(|digit| *digit != digits[0]) && check(9) == digits[9] && check(10) == digits[10]
}

/// A person's type, and modulo 11.
fn cuil(digits: &[u8]) -> bool {
    let person = matches!(value(&digits[..2]), 20 | 23 | 24 | 25 | 26 | 27);
    person && remainder(digits, &[5, 4, 3, 2, 7, 6, 5, 4, 3, 2, 1]) == 0
}

fn rut_digits(digits: &[u8]) -> bool {
    digits.split_last().is_some_and(|(check, body)| rut(body) == b'0' + check)
}

/// The check character of a Chilean RUT.
fn rut(body: &[u8]) -> u8 {
    let sum: u32 = body.iter().rev().zip((2..=7).cycle()).map(|(digit, weight)| u32::from(*digit) * weight).sum();
    match 11 - sum % 11 {
        11 => b'0',
        10 => b'K',
        digit => b'0' + digit as u8,
    }
}

/// ISO 7064 MOD 11,10.
fn mod_11_10(digits: &[u8]) -> bool {
    let Some((last, body)) = digits.split_last() else { return false };
    let product = body.iter().fold(10u32, |product, digit| {
        let sum = (u32::from(*digit) + product) % 10;
        (if sum == 0 { 10 } else { sum }) * 2 % 11
    });
    (11 - product) % 10 == u32::from(*last)
}

/// ISO 7064 MOD 11,10, and exactly one of the first ten digits comes twice or thrice.
fn steuer_id(digits: &[u8]) -> bool {
    let mut counts = [0u8; 10];
    digits[..10].iter().for_each(|digit| counts[usize::from(*digit)] += 1);
    let repeated = counts.iter().filter(|count| **count > 1).count() == 1 && counts.iter().all(|count| *count < 4);
    digits[0] != 0 && repeated && mod_11_10(digits)
}

/// The fourth digit checks the others, of which six are a date.
fn austrian(digits: &[u8]) -> bool {
    is_date(&digits[6..], &digits[4..]) && remainder(digits, &[3, 7, 9, 0, 5, 8, 4, 2, 1, 6]) == u32::from(digits[3])
}

/// EAN-13.
fn ean(digits: &[u8]) -> bool {
    weighted(digits, &[1, 3, 1, 3, 1, 3, 1, 3, 1, 3, 1, 3, 1]).is_multiple_of(10)
}

/// Sex, year, month, place, serial, and a key of 97 minus the rest.
fn nir(digits: &[u8]) -> bool {
    let known = matches!(digits[0], 1..=4 | 7 | 8) && matches!(value(&digits[3..5]), 1..=12 | 20..=42 | 50..=99);
    known && 97 - value(&digits[..13]) % 97 == value(&digits[13..15])
}

/// A date, and 97 minus the rest; who was born since 2000 has a 2 before that.
fn belgian(digits: &[u8]) -> bool {
    let (body, key) = (value(&digits[..9]), value(&digits[9..11]));
    is_date(&digits[2..], &digits[4..]) && [body, 2_000_000_000 + body].iter().any(|body| 97 - body % 97 == key)
}

/// The eleven test.
fn bsn(digits: &[u8]) -> bool {
    value(digits) > 0 && (weighted(digits, &[9, 8, 7, 6, 5, 4, 3, 2]) + 10 * check(digits)).is_multiple_of(11)
}

fn nhs(digits: &[u8]) -> bool {
    remainder(digits, &[10, 9, 8, 7, 6, 5, 4, 3, 2, 1]) == 0
}

fn nif(digits: &[u8]) -> bool {
    let rest = remainder(digits, &[9, 8, 7, 6, 5, 4, 3, 2]);
    matches!(digits[0], 1..=3) && check(digits) == if rest < 2 { 0 } else { 11 - rest }
}

fn pesel(digits: &[u8]) -> bool {
    weighted(digits, &[1, 3, 7, 9, 1, 3, 7, 9, 1, 3, 1]).is_multiple_of(10)
}

/// A date, in which a woman's month has 50 added, and divisible by 11.
fn rodne_cislo(digits: &[u8]) -> bool {
    let month = value(&digits[2..4]) % 50;
    matches!(month, 1..=12 | 21..=32) && (1..=31).contains(&value(&digits[4..6])) && value(digits).is_multiple_of(11)
}

fn taj(digits: &[u8]) -> bool {
    weighted(digits, &[3, 7, 3, 7, 3, 7, 3, 7]) % 10 == check(digits)
}

fn jmbg(digits: &[u8]) -> bool {
    let rest = remainder(digits, &[7, 6, 5, 4, 3, 2, 7, 6, 5, 4, 3, 2]);
    is_date(&digits[2..], digits) && (11 - rest) % 11 == check(digits)
}

/// Modulo 11 with other weights where the first give 10.
fn baltic(digits: &[u8]) -> bool {
    let rest = match remainder(digits, &[1, 2, 3, 4, 5, 6, 7, 8, 9, 1]) {
        10 => remainder(digits, &[3, 4, 5, 6, 7, 8, 9, 1, 2, 3]) % 10,
        rest => rest,
    };
    is_date(&digits[3..], &digits[5..]) && rest == check(digits)
}

/// A date and Luhn; the century may stand before.
fn personnummer(digits: &[u8]) -> bool {
    let century = digits.len() == 12 && matches!(value(&digits[..2]), 18..=20);
    let short = if century { &digits[2..] } else { digits };
    // Numbers for those who are not registered add 60 to the day.
    let day = value(&short[4..6]);
    short.len() == 10 && (1..=12).contains(&value(&short[2..4])) && matches!(day, 1..=31 | 61..=91) && luhn(short)
}

/// A date and two check digits modulo 11.
fn fodselsnummer(digits: &[u8]) -> bool {
    is_date(&digits[2..], digits)
        && remainder(digits, &[3, 7, 6, 1, 8, 9, 4, 5, 2, 1]) == 0
        && remainder(digits, &[5, 4, 3, 2, 7, 6, 5, 4, 3, 2, 1]) == 0
}

/// Two check digits.
fn turkish(digits: &[u8]) -> bool {
    let value = |i: usize| i32::from(digits[i]);
    let (odd, even): (i32, i32) = ((0..9).step_by(2).map(value).sum(), (1..8).step_by(2).map(value).sum());
    digits[0] != 0 && (odd * 7 - even).rem_euclid(10) == value(9) && (0..10).map(value).sum::<i32>() % 10 == value(10)
}

fn snils(digits: &[u8]) -> bool {
    let sum = weighted(digits, &[9, 8, 7, 6, 5, 4, 3, 2, 1]);
    sum > 0 && u64::from(sum % 101 % 100) == value(&digits[9..11])
}

/// Two check digits.
fn inn(digits: &[u8]) -> bool {
    remainder(digits, &[7, 2, 4, 10, 3, 5, 9, 4, 6, 8]) % 10 == u32::from(digits[10])
        && remainder(digits, &[3, 7, 2, 4, 10, 3, 5, 9, 4, 6, 8]) % 10 == check(digits)
}

/// The weight of the first digit is -1.
fn ukrainian(digits: &[u8]) -> bool {
    remainder(digits, &[10, 5, 7, 9, 4, 6, 10, 5, 7]) % 10 == check(digits)
}

fn iranian(digits: &[u8]) -> bool {
    let rest = remainder(digits, &[10, 9, 8, 7, 6, 5, 4, 3, 2]);
    let varied = digits.iter().any(|digit| *digit != digits[0]);
    varied && check(digits) == if rest < 2 { rest } else { 11 - rest }
}

fn thai(digits: &[u8]) -> bool {
    let rest = remainder(digits, &[13, 12, 11, 10, 9, 8, 7, 6, 5, 4, 3, 2]);
    digits[0] != 0 && (11 - rest) % 10 == check(digits)
}

/// Verhoeff's check, over the dihedral group of ten elements.
fn aadhaar(digits: &[u8]) -> bool {
    const PERMUTED: [u8; 10] = [1, 5, 7, 6, 2, 8, 3, 0, 9, 4];
    let product = |a: u8, b: u8| match (a < 5, b < 5) {
        (true, true) => (a + b) % 5,
        (true, false) => (a + b - 5) % 5 + 5,
        (false, true) => (a - 5 + 5 - b) % 5 + 5,
        (false, false) => (a + 5 - b) % 5,
    };
    let rest = digits.iter().rev().enumerate().fold(0, |rest, (place, digit)| {
        let permuted = (0..place % 8).fold(*digit, |digit, _| PERMUTED[usize::from(digit)]);
        product(rest, permuted)
    });
    digits[0] > 1 && rest == 0
}

/// Eighteen digits: a date and ISO 7064 MOD 11-2.
fn chinese(digits: &[u8]) -> bool {
    digits.split_last().is_some_and(|(check, body)| chinese_check(body) == Some(b'0' + check))
}

/// The check character for the first seventeen digits, if there is a date in them.
fn chinese_check(body: &[u8]) -> Option<u8> {
    const CHECKS: &[u8; 11] = b"10X98765432";
    let sum = remainder(body, &[7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2]);
    let dated = matches!(value(&body[6..8]), 19 | 20) && is_date(&body[10..], &body[12..]);
    (body[0] > 0 && dated).then(|| CHECKS[sum as usize])
}

fn my_number(digits: &[u8]) -> bool {
    let rest = remainder(digits, &[6, 5, 4, 3, 2, 7, 6, 5, 4, 3, 2]);
    check(digits) == if rest < 2 { 0 } else { 11 - rest }
}

// ---- Letters and digits ----

/// Where an identity number with letters ends that begins at `at`.
pub(super) fn lettered(bytes: &[u8], at: usize, cue: &Cue<'_>) -> Option<usize> {
    let checked: [Reader; 9] =
        [spanish, codice_fiscale, curp, hetu, chinese_with_letter, singaporean, taiwanese, chilean, hongkong];
    let formed: [Reader; 2] = [nino, pan];
    let named: [(Reader, &[&str]); 2] = [(pps, &["pps*"]), (passport, PASSPORTS)];
    (checked.iter().find_map(|read| read(bytes, at)))
        .or_else(|| formed.iter().find_map(|read| read(bytes, at)).filter(|_| !is_reference(cue)))
        .or_else(|| {
            named.iter().find_map(|(read, cues)| {
                read(bytes, at).filter(|_| cue.topic() != Some(Topic::Phone) && cue.says(cues))
            })
        })
        .filter(|end| ends_word(bytes, *end))
}

type Reader = fn(&[u8], usize) -> Option<usize>;

const PASSPORTS: &[&str] = &[
    "passport*",
    "reisepass*",
    "passeport*",
    "pasaporte*",
    "passaporto*",
    "passaporte*",
    "paspoort*",
    "paszport*",
    "паспорт*",
    "pasaport*",
];

/// The values of digits.
fn values<const N: usize>(digits: &[u8]) -> Option<[u8; N]> {
    let mut values = [0; N];
    for (value, digit) in values.iter_mut().zip(digits) {
        *value = char::from(*digit).to_digit(10)? as u8;
    }
    (digits.len() == N).then_some(values)
}

/// British National Insurance number: two letters, six digits, A to D (HMRC NIM39110).
fn nino(bytes: &[u8], at: usize) -> Option<usize> {
    let (id, end) = compact::<9>(bytes, at, 9, b" ")?;
    let prefix = [id[0], id[1]];
    let letters = prefix.iter().all(|l| l.is_ascii_uppercase() && !b"DFIQUV".contains(l)) && id[1] != b'O';
    let forbidden = [b"BG", b"GB", b"NK", b"KN", b"TN", b"NT", b"ZZ"].contains(&&prefix);
    (letters && !forbidden && id[2..8].iter().all(u8::is_ascii_digit) && (b'A'..=b'D').contains(&id[8])).then_some(end)
}

/// Spanish DNI (eight digits and a letter) and NIE (X, Y or Z, seven digits and a letter).
fn spanish(bytes: &[u8], at: usize) -> Option<usize> {
    let (id, end) = compact::<9>(bytes, at, 9, b"-.")?;
    let first = match id[0] {
        letter @ b'X'..=b'Z' => letter - b'X' + b'0',
        digit => digit,
    };
    let digits = values::<7>(&id[1..8])?;
    let value = value(&values::<1>(&[first])?) * 10_000_000 + value(&digits);
    (b"TRWAGMYFPDXBNJZSQVHLCKE"[(value % 23) as usize] == id[8]).then_some(end)
}

/// Italian codice fiscale with its check letter (D.M. 23 December 1976); digits may be replaced by letters (omocodia).
fn codice_fiscale(bytes: &[u8], at: usize) -> Option<usize> {
    const FORM: &[u8; 16] = b"LLLLLLDDLDDLDDDL";
    const ODD: [u8; 26] =
        [1, 0, 5, 7, 9, 13, 15, 17, 19, 21, 2, 4, 18, 20, 11, 3, 6, 8, 12, 14, 16, 10, 22, 25, 24, 23];
    let (id, end) = compact::<16>(bytes, at, 16, b"")?;
    let fits = id.iter().zip(FORM).all(|(byte, form)| match form {
        b'L' => byte.is_ascii_uppercase(),
        _ => byte.is_ascii_digit() || b"LMNPQRSTUV".contains(byte),
    });
    let value =
        |byte: u8| usize::from(if byte.is_ascii_digit() { byte - b'0' } else { byte.saturating_sub(b'A') }.min(25));
    let sum: usize = (0..15).map(|i| if i % 2 == 0 { usize::from(ODD[value(id[i])]) } else { value(id[i]) }).sum();
    (fits && sum % 26 == value(id[15])).then_some(end)
}

/// Mexican CURP: names, date, sex, place, and a check digit modulo 10.
fn curp(bytes: &[u8], at: usize) -> Option<usize> {
    let (id, end) = compact::<18>(bytes, at, 18, b"")?;
    let letters = |part: &[u8]| part.iter().all(u8::is_ascii_uppercase);
    let date = values::<6>(&id[4..10])?;
    let fits = letters(&id[..4]) && b"HMX".contains(&id[10]) && letters(&id[11..16]) && is_date(&date[2..], &date[4..]);
    // Letters after N count one more: Ñ stands between.
    let value = |byte: u8| match byte {
        b'0'..=b'9' => u32::from(byte - b'0'),
        b'A'..=b'N' => u32::from(byte - b'A') + 10,
        _ => u32::from(byte - b'A') + 11,
    };
    let sum: u32 = id[..17].iter().zip((2..=18).rev()).map(|(byte, weight)| value(*byte) * weight).sum();
    (fits && u32::from(id[17]) == u32::from(b'0') + (10 - sum % 10) % 10).then_some(end)
}

/// Finnish henkilötunnus: a date, a sign for the century, three digits and a check character.
fn hetu(bytes: &[u8], at: usize) -> Option<usize> {
    let id = bytes.get(at..at + 11)?;
    let (date, serial) = (values::<6>(&id[..6])?, values::<3>(&id[7..10])?);
    let century = b"+-ABCDEFYXWVU".contains(&id[6].to_ascii_uppercase());
    let check = b"0123456789ABCDEFHJKLMNPRSTUVWXY"[((value(&date) * 1000 + value(&serial)) % 31) as usize];
    (century && is_date(&date[2..], &date) && check == id[10].to_ascii_uppercase()).then_some(at + 11)
}

/// Chinese resident identity number that ends with X.
fn chinese_with_letter(bytes: &[u8], at: usize) -> Option<usize> {
    let id = bytes.get(at..at + 18)?;
    let body = values::<17>(&id[..17])?;
    (id[17].eq_ignore_ascii_case(&b'X') && chinese_check(&body) == Some(b'X')).then_some(at + 18)
}

/// Singapore's NRIC and FIN: a letter, seven digits, a check letter.
fn singaporean(bytes: &[u8], at: usize) -> Option<usize> {
    let id = bytes.get(at..at + 9)?;
    let digits = values::<7>(&id[1..8])?;
    let sum = weighted(&digits, &[2, 7, 6, 5, 4, 3, 2]);
    let (letters, more): (&[u8; 11], u32) = match id[0] {
        b'S' => (b"JZIHGFEDCBA", 0),
        b'T' => (b"JZIHGFEDCBA", 4),
        b'F' => (b"XWUTRQPNMLK", 0),
        b'G' => (b"XWUTRQPNMLK", 4),
        b'M' => (b"KLJNPQRTUWX", 3),
        _ => return None,
    };
    let place = ((sum + more) % 11) as usize;
    (letters[if id[0] == b'M' { 10 - place } else { place }] == id[8]).then_some(at + 9)
}

/// Taiwan's identity card: a letter for the place, nine digits of which the last checks.
fn taiwanese(bytes: &[u8], at: usize) -> Option<usize> {
    const PLACES: [u32; 26] =
        [10, 11, 12, 13, 14, 15, 16, 17, 34, 18, 19, 20, 21, 22, 35, 23, 24, 25, 26, 27, 28, 29, 32, 30, 31, 33];
    let id = bytes.get(at..at + 10)?;
    let digits = values::<9>(&id[1..10])?;
    let place = *PLACES.get(usize::from(id[0].checked_sub(b'A')?))?;
    let sum = place / 10 + place % 10 * 9 + weighted(&digits, &[8, 7, 6, 5, 4, 3, 2, 1, 1]);
    (matches!(digits[0], 1 | 2 | 8 | 9) && sum.is_multiple_of(10)).then_some(at + 10)
}

/// Chile's RUT with a K as its check character.
fn chilean(bytes: &[u8], at: usize) -> Option<usize> {
    [8, 7].into_iter().find_map(|length| {
        let (id, end) = compact::<9>(bytes, at, length + 1, b".-")?;
        let digits = values::<8>(&id[..8]);
        let body = digits.or_else(|| {
            values::<7>(&id[..7]).map(|digits| std::array::from_fn(|i| if i > 0 { digits[i - 1] } else { 0 }))
        })?;
        (bytes[at..end].contains(&b'-') && id[length] == b'K' && rut(&body) == b'K').then_some(end)
    })
}

/// Hong Kong's identity card: one or two letters, six digits, a check character in brackets.
fn hongkong(bytes: &[u8], at: usize) -> Option<usize> {
    let letters = bytes[at..].iter().take(3).take_while(|byte| byte.is_ascii_uppercase()).count();
    let (prefix, rest) = (bytes.get(at..at + letters)?, bytes.get(at + letters..at + letters + 9)?);
    let digits = values::<6>(&rest[..6])?;
    let letter = |byte: u8| u32::from(byte - b'A') + 10;
    let before = match prefix {
        [one] => 36 * 9 + letter(*one) * 8,
        [one, two] => letter(*one) * 9 + letter(*two) * 8,
        _ => return None,
    };
    let check = match rest[7] {
        b'A' => 10,
        digit => char::from(digit).to_digit(10)?,
    };
    let bracketed = rest[6] == b'(' && rest[8] == b')';
    let sum = before + weighted(&digits, &[7, 6, 5, 4, 3, 2]) + check;
    (bracketed && sum.is_multiple_of(11)).then_some(at + letters + 9)
}

/// Indian permanent account number of a person: five letters of which the fourth is P, four digits, a letter.
fn pan(bytes: &[u8], at: usize) -> Option<usize> {
    let id = bytes.get(at..at + 10)?;
    let letters = id[..5].iter().chain(&id[9..]).all(u8::is_ascii_uppercase);
    (letters && id[3] == b'P' && id[5..9].iter().all(u8::is_ascii_digit)).then_some(at + 10)
}

/// Irish PPS number: seven digits, a check letter, and perhaps another.
fn pps(bytes: &[u8], at: usize) -> Option<usize> {
    let digits = values::<7>(bytes.get(at..at + 7)?)?;
    let check = bytes.get(at + 7)?.to_ascii_uppercase();
    let second = bytes.get(at + 8).map(u8::to_ascii_uppercase).filter(|byte| matches!(byte, b'A'..=b'I' | b'W'));
    let more = second.filter(|letter| *letter != b'W').map_or(0, |letter| u32::from(letter - b'A' + 1) * 9);
    let sum = weighted(&digits, &[8, 7, 6, 5, 4, 3, 2]) + more;
    (b"WABCDEFGHIJKLMNOPQRSTUV"[(sum % 23) as usize] == check).then_some(at + 8 + usize::from(second.is_some()))
}

/// A passport's number: up to three letters and six to nine digits, or as mixed as Germany's.
fn passport(bytes: &[u8], at: usize) -> Option<usize> {
    let length = bytes[at..].iter().take(11).take_while(|byte| byte.is_ascii_alphanumeric()).count();
    let digits = bytes[at..at + length].iter().filter(|byte| byte.is_ascii_digit()).count();
    ((7..=10).contains(&length) && digits >= 4).then_some(at + length)
}
