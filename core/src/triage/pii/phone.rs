//! Telephone numbers.

use super::cue::{Cue, Topic};
use super::groups::{Group, ends_word, parted_by, run, sizes_are};

/// Where a telephone number ends that begins at `at`, with its first digit in `groups`: international with `+` or `00`,
/// national with a leading 0 or in a form of its country, or named as one.
pub(super) fn phone(text: &str, at: usize, groups: &[Group], cue: &Cue<'_>) -> Option<usize> {
    let bytes = text.as_bytes();
    let lead = &bytes[at..groups[0].start];
    let found = if lead.contains(&b'+') {
        international(bytes, groups, groups[0].start)
    } else if let Some(code) = exit_code(bytes, groups) {
        international(bytes, groups, code).filter(|_| !cue.is_reference())
    } else if is_date(bytes, groups) || follows_number(bytes, at) {
        None
    } else {
        national(bytes, groups, cue)
    };
    let end = groups[found?.checked_sub(1)?].end;
    let complete = ends_word(bytes, end) || extended(bytes, end) > end;
    (complete && !is_price(text, at, end)).then(|| extended(bytes, end))
}

/// Where the country's code begins after `00` or `011`.
fn exit_code(bytes: &[u8], groups: &[Group]) -> Option<usize> {
    let first = &bytes[groups[0].start..groups[0].end];
    match first {
        b"011" if groups.len() > 2 => Some(groups[1].start),
        [b'0', b'0', b'1'..=b'9', ..] => Some(groups[0].start + 2),
        b"00" if groups.len() > 1 && bytes[groups[1].start] != b'0' => Some(groups[1].start),
        _ => None,
    }
}

/// How many of `groups` are the number whose country code begins at `code`: as many as the country's numbers have digits.
fn international(bytes: &[u8], groups: &[Group], code: usize) -> Option<usize> {
    let mut digits = [0u8; 24];
    let (mut length, mut fitting) = (0, None);
    let mut plan = None;
    for (nth, group) in groups.iter().enumerate() {
        if group.separator == b'~' && nth > 1 {
            break;
        }
        // A trunk prefix in brackets is not dialled from abroad.
        let trunk = group.separator != 0 && group.len() == 1 && bytes[group.start..].starts_with(b"0)");
        for at in (group.start.max(code)..group.end).filter(|_| !trunk) {
            *digits.get_mut(length)? = bytes[at] - b'0';
            length += 1;
        }
        plan = plan.or_else(|| if length >= 3 || nth > 0 { numbering_plan(&digits[..length]) } else { None });
        if let Some((least, most)) = plan {
            if length > most + 1 {
                break;
            }
            // Some write the trunk prefix without brackets, too.
            let prefixed = length == most + 1 && digits[..length].contains(&0);
            if length >= least && (length <= most || prefixed) {
                fitting = Some(nth + 1);
            }
        }
    }
    fitting
}

/// Fewest and most digits of the numbers of a country, its code included (ITU-T E.164 and the national plans that the
/// ITU publishes), for the code that `digits` begin with.
fn numbering_plan(digits: &[u8]) -> Option<(usize, usize)> {
    let code = |length: usize| digits.get(..length).map(|code| code.iter().fold(0u16, |n, d| n * 10 + u16::from(*d)));
    (1..=3).find_map(|length| {
        let code = code(length)?;
        let (_, least, most) = NUMBERING_PLANS.iter().find(|(known, ..)| *known == code)?;
        Some((length + usize::from(*least), length + usize::from(*most)))
    })
}

/// Country code, fewest and most digits after it.
#[rustfmt::skip]
const NUMBERING_PLANS: &[(u16, u8, u8)] = &[
    (1, 10, 10), (7, 10, 10), (20, 8, 10), (27, 9, 9), (30, 10, 10), (31, 9, 9), (32, 8, 9), (33, 9, 9), (34, 9, 9),
    (36, 8, 9), (39, 6, 11), (40, 9, 9), (41, 9, 9), (43, 6, 13), (44, 9, 10), (45, 8, 8), (46, 7, 9), (47, 8, 8),
    (48, 9, 9), (49, 6, 12), (51, 8, 9), (52, 10, 11), (53, 8, 8), (54, 10, 11), (55, 10, 11), (56, 9, 9), (57, 8, 10),
    (58, 10, 10), (60, 8, 10), (61, 9, 9), (62, 8, 12), (63, 8, 10), (64, 8, 10), (65, 8, 8), (66, 8, 9), (81, 9, 10),
    (82, 8, 10), (84, 9, 10), (86, 10, 11), (90, 10, 10), (91, 10, 10), (92, 9, 10), (93, 9, 9), (94, 9, 9),
    (95, 7, 10), (98, 10, 10),
    (211, 9, 9), (212, 9, 9), (213, 8, 9), (216, 8, 8), (218, 8, 9), (220, 7, 7), (221, 9, 9), (222, 8, 8), (223, 8, 8),
    (224, 8, 9), (225, 8, 10), (226, 8, 8), (227, 8, 8), (228, 8, 8), (229, 8, 10), (230, 7, 8), (231, 7, 9),
    (232, 8, 8), (233, 9, 9), (234, 8, 10), (235, 8, 8), (236, 8, 8), (237, 8, 9), (238, 7, 7), (239, 7, 7), (240, 9, 9),
    (241, 7, 8), (242, 9, 9), (243, 9, 9), (244, 9, 9), (245, 7, 9), (246, 7, 7), (247, 5, 6), (248, 7, 7), (249, 9, 9),
    (250, 9, 9), (251, 9, 9), (252, 7, 9), (253, 8, 8), (254, 9, 9), (255, 9, 9), (256, 9, 9), (257, 8, 8), (258, 8, 9),
    (260, 9, 9), (261, 9, 9), (262, 9, 9), (263, 8, 9), (264, 8, 9), (265, 7, 9), (266, 8, 8), (267, 7, 8), (268, 8, 8),
    (269, 7, 7), (290, 5, 5), (291, 7, 7), (297, 7, 7), (298, 6, 6), (299, 6, 6),
    (350, 8, 8), (351, 9, 9), (352, 6, 11), (353, 7, 9), (354, 7, 9), (355, 8, 9), (356, 8, 8), (357, 8, 8),
    (358, 6, 11), (359, 7, 9), (370, 8, 8), (371, 8, 8), (372, 7, 8), (373, 8, 8), (374, 8, 8), (375, 9, 9), (376, 6, 9),
    (377, 8, 9), (378, 6, 10), (380, 9, 9), (381, 8, 9), (382, 8, 8), (383, 8, 8), (385, 8, 9), (386, 8, 8), (387, 8, 9),
    (389, 8, 8), (420, 9, 9), (421, 9, 9), (423, 7, 9),
    (500, 5, 5), (501, 7, 7), (502, 8, 8), (503, 8, 8), (504, 8, 8), (505, 8, 8), (506, 8, 8), (507, 7, 8), (508, 6, 6),
    (509, 8, 8), (590, 9, 9), (591, 8, 8), (592, 7, 7), (593, 8, 9), (594, 9, 9), (595, 9, 9), (596, 9, 9), (597, 6, 7),
    (598, 8, 8), (599, 7, 8), (670, 7, 8), (672, 6, 6), (673, 7, 7), (674, 7, 7), (675, 7, 8), (676, 5, 7), (677, 5, 7),
    (678, 5, 7), (679, 7, 7), (680, 7, 7), (681, 6, 6), (682, 5, 5), (683, 4, 7), (685, 5, 10), (686, 5, 8), (687, 6, 6),
    (688, 5, 7), (689, 8, 8), (691, 7, 7), (692, 7, 7), (800, 8, 8), (850, 8, 10), (852, 8, 8), (853, 8, 8), (855, 8, 9),
    (856, 8, 10), (880, 8, 10), (886, 8, 9), (960, 7, 7), (961, 7, 8), (962, 8, 9), (963, 8, 9), (964, 8, 10),
    (965, 8, 8), (966, 8, 9), (967, 7, 9), (968, 8, 8), (970, 8, 9), (971, 8, 9), (972, 8, 9), (973, 8, 8), (974, 8, 8),
    (975, 7, 8), (976, 8, 8), (977, 8, 10), (992, 9, 9), (993, 8, 8), (994, 9, 9), (995, 9, 9), (996, 9, 9), (998, 9, 9),
];

/// How many of `groups` are a number of some country without its code.
fn national(bytes: &[u8], groups: &[Group], cue: &Cue<'_>) -> Option<usize> {
    if let Some(taken) = known_form(bytes, groups).filter(|taken| is_whole(groups, *taken)) {
        return (cue.topic() != Some(Topic::Reference)).then_some(taken);
    }
    if let Some(taken) = with_trunk_prefix(bytes, groups).filter(|taken| is_whole(groups, *taken)) {
        return (!cue.is_reference()).then_some(taken);
    }
    let years = groups.iter().take(2).all(|group| is_year(bytes, group));
    named(groups).filter(|_| !years && cue.is_phone())
}

/// Whether what follows the number is not joined to it, as in a longer code.
fn is_whole(groups: &[Group], taken: usize) -> bool {
    groups.get(taken).is_none_or(|next| matches!(next.separator, b' ' | b'~' | b'('))
}

/// A form in which one country writes its numbers: sizes of the groups, what the first begins with, and separators.
type Form = (&'static [usize], &'static [&'static str], &'static [u8]);

#[rustfmt::skip]
const FORMS: &[Form] = &[
    // North America; the second group begins like the first.
    (&[3, 3, 4], &["2", "3", "4", "5", "6", "7", "8", "9"], b"-. (/)"),
    (&[1, 3, 3, 4], &["1"], b"-. ()"),
    // Russia and Kazakhstan.
    (&[1, 3, 3, 2, 2], &["8", "7"], b"- ()"), (&[1, 3, 7], &["8"], b"- ()"),
    // Spain, Portugal, Poland and others; Spain in another rhythm.
    (&[3, 3, 3], &["6", "7", "9"], b" "), (&[3, 2, 2, 2], &["6", "7", "9"], b" "),
    // Turkey; China; India; Brazil; Italy's mobiles.
    (&[3, 3, 2, 2], &["5"], b" "), (&[3, 4, 4], &["13", "14", "15", "16", "17", "18", "19"], b" -"),
    (&[5, 5], &["6", "7", "8", "9"], b" -"), (&[2, 5, 4], &["1", "2", "3", "4", "5", "6", "7", "8", "9"], b" -()"),
    // France; Britain; Australia; Japan and Korea; all with the trunk prefix.
    (&[2, 2, 2, 2, 2], &["0"], b" .-/"), (&[3, 4, 4], &["0"], b" -()."), (&[4, 3, 4], &["0"], b" -()"),
    (&[5, 3, 3], &["0"], b" -()"), (&[5, 6], &["0"], b" -()"), (&[4, 3, 3], &["0"], b" -()"), (&[2, 4, 4], &["0"], b" -()"),
    (&[3, 3, 4], &["0"], b" -()."), (&[4, 3, 2, 2], &["0"], b" -()./"), (&[3, 3, 2, 2], &["0"], b" -()./"),
];

fn known_form(bytes: &[u8], groups: &[Group]) -> Option<usize> {
    FORMS.iter().find_map(|(sizes, begins, separators)| {
        let fits = sizes_are(groups, sizes)
            && begins.iter().any(|begin| bytes[groups[0].start..].starts_with(begin.as_bytes()))
            && parted_by(&groups[..sizes.len()], separators)
            && area_and_exchange(bytes, groups, sizes)
            && !is_round(bytes, &groups[..sizes.len()]);
        fits.then_some(sizes.len())
    })
}

/// Where the form is North American: area and exchange begin with 2 to 9.
fn area_and_exchange(bytes: &[u8], groups: &[Group], sizes: &[usize]) -> bool {
    let begin = |nth: usize| (b'2'..=b'9').contains(&bytes[groups[nth].start]);
    match sizes {
        [3, 3, 4] if bytes[groups[0].start] != b'0' => begin(1),
        [1, 3, 3, 4] => begin(1) && begin(2),
        _ => true,
    }
}

/// Whether it is a count with its thousands parted: all groups but the first are zeros.
fn is_round(bytes: &[u8], groups: &[Group]) -> bool {
    groups.iter().skip(1).all(|group| bytes[group.start..group.end].iter().all(|digit| *digit == b'0'))
}

/// With the trunk prefix 0 and an area, 9 to 12 digits in all; without gaps at least 10.
fn with_trunk_prefix(bytes: &[u8], groups: &[Group]) -> Option<usize> {
    let first = &bytes[groups[0].start..groups[0].end];
    if !matches!(first, [b'0', b'1'..=b'9', ..]) || groups.get(1).is_some_and(|next| next.len() == 1) {
        return None;
    }
    let (mut length, mut fitting) = (0, None);
    for (nth, group) in groups.iter().enumerate() {
        length += group.len();
        if length > 12 || nth > 0 && (group.len() < 2 || group.separator == b'~' && nth > 1) {
            break;
        }
        let decimals = nth == 1 && group.separator == b'.' && groups.len() == 2;
        if (if nth == 0 { 10..=12 } else { 9..=12 }).contains(&length) && !decimals {
            fitting = Some(nth + 1);
        }
    }
    fitting
}

/// 7 to 13 digits in groups of at least two; an unbroken number goes on after no space.
fn named(groups: &[Group]) -> Option<usize> {
    let (mut length, mut fitting) = (0, None);
    for (nth, group) in groups.iter().enumerate() {
        length += group.len();
        let apart = nth > 0 && (group.len() < 2 || group.separator == b'~');
        if length > 13 || apart || nth > 0 && groups[0].len() >= 7 {
            break;
        }
        if length >= 7 {
            fitting = Some(nth + 1);
        }
    }
    fitting
}

/// Whether digits and a joining sign stand right before: then this is the middle of a longer code.
fn follows_number(bytes: &[u8], at: usize) -> bool {
    at >= 2 && b"-./:,".contains(&bytes[at - 1]) && bytes[at - 2].is_ascii_alphanumeric()
}

/// `22.11.2026`, `2026-11-22` and the like.
fn is_date(bytes: &[u8], groups: &[Group]) -> bool {
    let form = groups.len() >= 3
        && groups[1].separator == groups[2].separator
        && groups[1].separator != b' '
        && (sizes_are(groups, &[4, 2, 2])
            || sizes_are(groups, &[2, 2, 4])
            || sizes_are(groups, &[2, 2, 2]) && groups.len() == 3);
    form && (sizes_are(groups, &[2, 2, 2]) || is_year(bytes, &groups[0]) || is_year(bytes, &groups[2]))
}

fn is_year(bytes: &[u8], group: &Group) -> bool {
    group.len() == 4 && matches!(&bytes[group.start..group.start + 2], b"19" | b"20")
}

fn is_price(text: &str, at: usize, end: usize) -> bool {
    let currency = |character: char| matches!(character, '$' | '€' | '£' | '¥' | '₹' | '₽' | '₺' | '₩' | '%');
    text[..at].trim_end_matches(' ').chars().next_back().is_some_and(currency)
        || text[end..].trim_start_matches(' ').chars().next().is_some_and(currency)
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
