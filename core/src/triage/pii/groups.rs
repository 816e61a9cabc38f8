//! Groups of digits with separators between them: what cards, telephone numbers and ids are written in.

/// One group of digits.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Group {
    pub(super) start: usize,
    pub(super) end: usize,
    /// The byte before it within the number: 0 for the first, `(` for a bracket, `~` for a dash with spaces.
    pub(super) separator: u8,
}

impl Group {
    pub(super) fn len(&self) -> usize {
        self.end - self.start
    }
}

/// Groups of digits with single separators between them.
#[derive(Debug, Default)]
pub(super) struct Groups {
    groups: [Group; MOST_GROUPS],
    count: usize,
}

/// No number of interest has more groups or digits.
const MOST_GROUPS: usize = 10;
pub(super) const MOST_DIGITS: usize = 19;

impl Groups {
    /// The groups from the digit at `at` on.
    pub(super) fn read(bytes: &[u8], at: usize) -> Self {
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
        groups
    }

    pub(super) fn as_slice(&self) -> &[Group] {
        &self.groups[..self.count]
    }
}

/// Whether `groups` begin with groups of these sizes.
pub(super) fn sizes_are(groups: &[Group], sizes: &[usize]) -> bool {
    groups.len() >= sizes.len() && groups.iter().zip(sizes).all(|(group, size)| group.len() == *size)
}

/// Whether nothing but `separators` stands between the groups.
pub(super) fn parted_by(groups: &[Group], separators: &[u8]) -> bool {
    groups.iter().skip(1).all(|group| separators.contains(&group.separator))
}

/// How many digits they have.
pub(super) fn count(groups: &[Group]) -> usize {
    groups.iter().map(Group::len).sum()
}

/// The values of the digits of `groups`, if there are not too many.
pub(super) fn digits(bytes: &[u8], groups: &[Group]) -> Option<([u8; MOST_DIGITS], usize)> {
    let mut taken = [0u8; MOST_DIGITS];
    let mut count = 0;
    for byte in groups.iter().flat_map(|group| &bytes[group.start..group.end]) {
        *taken.get_mut(count)? = byte - b'0';
        count += 1;
    }
    Some((taken, count))
}

/// The Luhn check (ISO/IEC 7812-1, annex B) of digits that are not all the same.
pub(super) fn luhn(digits: &[u8]) -> bool {
    let sum: u32 = (digits.iter().rev().enumerate())
        .map(|(place, digit)| {
            let value = u32::from(*digit) * (1 + place as u32 % 2);
            value / 10 + value % 10
        })
        .sum();
    sum.is_multiple_of(10) && digits.iter().any(|digit| *digit != digits[0])
}

/// Where the run of at most `most` bytes that `belong` ends.
pub(super) fn run(bytes: &[u8], at: usize, most: usize, belongs: impl Fn(u8) -> bool) -> usize {
    at + bytes[at..].iter().take(most).take_while(|byte| belongs(**byte)).count()
}

/// The next `length` letters and digits, upper case, over single separators, and where they end.
pub(super) fn compact<const N: usize>(
    bytes: &[u8],
    at: usize,
    length: usize,
    parts: &[u8],
) -> Option<([u8; N], usize)> {
    let mut taken = [0u8; N];
    let (mut count, mut here, mut parted) = (0, at, true);
    while count < length.min(N) {
        let byte = *bytes.get(here)?;
        if byte.is_ascii_alphanumeric() {
            taken[count] = byte.to_ascii_uppercase();
            count += 1;
            parted = false;
        } else if parts.contains(&byte) && !parted {
            parted = true;
        } else {
            return None;
        }
        here += 1;
    }
    Some((taken, here))
}

/// Whether no letter or digit follows.
pub(super) fn ends_word(bytes: &[u8], end: usize) -> bool {
    !bytes.get(end).is_some_and(u8::is_ascii_alphanumeric)
}
