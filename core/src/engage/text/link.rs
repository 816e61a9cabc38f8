//! Web addresses in a text, found as X finds them (twitter-text 3.1), with or without a scheme.

use std::collections::HashSet;
use std::ops::Range;
use std::sync::LazyLock;

use regex::Regex;
use unicode_properties::{GeneralCategory, UnicodeGeneralCategory};

/// The longest address X takes (twitter-text, `MAX_URL_LENGTH`), in characters with the host in ASCII.
const LENGTH_MAX: usize = 4096;
/// The longest label of a host in ASCII (RFC 1035).
const LABEL_MAX: usize = 63;
/// The longest path of X's own short links (twitter-text, `MAX_TCO_SLUG_LENGTH`).
const SHORT_PATH_MAX: usize = 40;

/// An address in a text.
pub(super) struct Link {
    /// Where it stands, in bytes.
    pub(super) span: Range<usize>,
    /// Whether it is written with `http://` or `https://`.
    pub(super) scheme: bool,
}

/// Finds the addresses in `text`, in order.
pub(super) fn links(text: &str) -> Vec<Link> {
    let mut found = Vec::new();
    if !text.contains('.') {
        return found;
    }
    // Where the last match ends, and before which byte no domain without a scheme can begin.
    let (mut taken, mut barren) = (0, 0);
    let (mut at, mut before) = (0, None);
    while let Some(character) = text[at..].chars().next() {
        let free = before.is_none_or(|before| at > taken && may_precede(before));
        if let Some(candidate) = free.then(|| candidate(text, at, &mut barren)).flatten() {
            taken = candidate.end;
            candidate.collect(text, before, &mut found);
            at = taken;
            before = text[..at].chars().next_back();
        } else {
            at += character.len_utf8();
            before = Some(character);
        }
    }
    found
}

/// Whether an address may begin after this character.
fn may_precede(character: char) -> bool {
    !matches!(character, 'a'..='z' | 'A'..='Z' | '0'..='9' | '@' | '＠' | '$' | '#' | '＃')
        && !super::REFUSED_BY_X.contains(&character)
}

/// What looks like an address.
struct Candidate {
    start: usize,
    scheme: bool,
    host: Range<usize>,
    has_path: bool,
    end: usize,
}

fn candidate(text: &str, start: usize, barren: &mut usize) -> Option<Candidate> {
    let scheme = scheme_length(&text[start..]);
    if scheme == 0 && start < *barren {
        return None;
    }
    let host_start = start + scheme;
    let host_end = match host(text, host_start) {
        Ok(end) => end,
        Err(stop) => {
            if scheme == 0 {
                *barren = stop;
            }
            return None;
        }
    };
    let port_end = host_end + port_length(&text[host_end..]);
    let path_end = port_end + path_length(&text[port_end..]);
    let end = path_end + query_length(&text[path_end..]);
    Some(Candidate { start, scheme: scheme > 0, host: host_start..host_end, has_path: path_end > port_end, end })
}

impl Candidate {
    /// Adds what is an address of it.
    fn collect(self, text: &str, before: Option<char>, found: &mut Vec<Link>) {
        if !self.scheme {
            if !matches!(before, Some('-' | '_' | '.' | '/')) {
                self.collect_bare(text, found);
            }
            return;
        }
        let end = match short_link(&text[self.start..self.end]) {
            Some(short) if short.path > SHORT_PATH_MAX => return,
            Some(short) => self.start + short.length,
            None => self.end,
        };
        if is_address(text[self.start..self.end].chars().count(), &text[self.host]) {
            found.push(Link { span: self.start..end, scheme: true });
        }
    }

    /// Without a scheme only those parts of the host are addresses whose names are Latin; the last one has the path.
    fn collect_bare(self, text: &str, found: &mut Vec<Link>) {
        let hosts = latin_hosts(&text[self.host.clone()]);
        let length = "https://".len() + text[self.start..self.end].chars().count();
        let last = hosts.len().wrapping_sub(1);
        for (index, host) in hosts.into_iter().enumerate() {
            let host = self.host.start + host.start..self.host.start + host.end;
            if is_address(length, &text[host.clone()]) {
                let end = if self.has_path && index == last { self.end } else { host.end };
                found.push(Link { span: host.start..end, scheme: false });
            }
        }
    }
}

fn scheme_length(text: &str) -> usize {
    let starts = |scheme: &str| text.get(..scheme.len()).is_some_and(|start| start.eq_ignore_ascii_case(scheme));
    ["https://", "http://"].into_iter().find(|scheme| starts(scheme)).map_or(0, str::len)
}

/// Where the host that begins at `start` ends; otherwise the byte before which none begins.
fn host(text: &str, start: usize) -> Result<usize, usize> {
    let bytes_of_first = text[start..].chars().next().map_or(1, char::len_utf8);
    if !text[start..].starts_with(is_name) {
        return Err(start + bytes_of_first);
    }
    let (mut label_start, mut end, mut previous_is_name) = (start, None, false);
    loop {
        if previous_is_name && let Some(length) = top_length(&text[label_start..]) {
            end = Some(label_start + length);
        }
        let length = label_length(&text[label_start..]);
        let label = &text[label_start..label_start + length];
        let sound = label.starts_with(is_name) && label.ends_with(is_name);
        let label_end = label_start + length;
        if !sound || !text[label_end..].starts_with('.') {
            let stop = if label_start == start { label_end } else { label_start };
            return end.ok_or(stop);
        }
        previous_is_name = !label.contains('_');
        label_start = label_end + 1;
    }
}

/// How long the label is at the start of `text`, of characters that may stand in a host.
fn label_length(text: &str) -> usize {
    text.find(|character: char| !is_name(character) && !matches!(character, '-' | '_')).unwrap_or(text.len())
}

/// Whether a name of a host may begin and end with this character.
fn is_name(character: char) -> bool {
    !(character.is_ascii_punctuation()
        || character.is_ascii_control()
        || is_space(character)
        || is_direction(character)
        || super::REFUSED_BY_X.contains(&character))
}

/// The spaces of twitter-text.
pub(super) fn is_space(character: char) -> bool {
    character.is_whitespace() || character == '\u{180e}'
}

/// The directional characters of twitter-text.
pub(super) fn is_direction(character: char) -> bool {
    matches!(character, '\u{61c}' | '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
}

/// Latin letters with accents, as twitter-text lists them.
pub(super) fn is_accented_latin(character: char) -> bool {
    let single = "\u{253}\u{254}\u{256}\u{257}\u{259}\u{25b}\u{263}\u{268}\u{26f}\u{272}\u{289}\u{28b}\u{2bb}";
    match character {
        '\u{c0}'..='\u{24f}' => !matches!(character, '×' | '÷'),
        '\u{300}'..='\u{36f}' | '\u{1e00}'..='\u{1eff}' => true,
        _ => single.contains(character),
    }
}

/// How long the top-level domain is at the start of `text`.
fn top_length(text: &str) -> Option<usize> {
    // Nothing else stands in any of them, so that after a full stop nothing is looked up.
    let characters = text.char_indices().take(TOP_CHARACTERS_MAX).take_while(|(_, character)| is_name(*character));
    let ends = characters.map(|(at, character)| at + character.len_utf8());
    let longest = ends.filter(|end| ends_top(&text[*end..]) && is_top(&text[..*end])).last();
    longest.or_else(|| punycode_length(text))
}

fn punycode_length(text: &str) -> Option<usize> {
    let name = text.get(..4).filter(|start| start.eq_ignore_ascii_case("xn--")).map(|_| &text[4..])?;
    let length = name.find(|character: char| !character.is_ascii_alphanumeric()).unwrap_or(name.len());
    (length > 0).then_some(4 + length)
}

/// Whether a top-level domain may end before `rest`.
fn ends_top(rest: &str) -> bool {
    !rest.starts_with(|next: char| next.is_ascii_alphanumeric() || matches!(next, '@' | '+' | '-'))
}

/// The longest top-level domain in Unicode form has fewer characters.
const TOP_CHARACTERS_MAX: usize = 24;

/// Whether `name` is a top-level domain, in Unicode form.
pub(super) fn is_top(name: &str) -> bool {
    static NAMES: LazyLock<HashSet<&str>> = LazyLock::new(|| {
        let lines = include_str!("tlds.txt").lines().filter(|line| !line.starts_with('#'));
        lines.flat_map(str::split_whitespace).collect()
    });
    NAMES.contains(name.to_lowercase().as_str())
}

/// The parts of a host that are Latin names under a top-level domain.
fn latin_hosts(host: &str) -> Vec<Range<usize>> {
    let is_latin = |character: char| {
        character.is_ascii_alphanumeric() || matches!(character, '-' | '_') || is_accented_latin(character)
    };
    let mut found = Vec::new();
    let mut at = 0;
    while let Some(start) = host[at..].find(is_latin).map(|offset| at + offset) {
        let (mut label_start, mut end) = (start, None);
        loop {
            let rest = &host[label_start..];
            let label_end = label_start + rest.find(|character| !is_latin(character)).unwrap_or(rest.len());
            if label_end == label_start || !host[label_end..].starts_with('.') {
                at = end.unwrap_or(label_end);
                break;
            }
            label_start = label_end + 1;
            end = top_length(&host[label_start..]).map(|length| label_start + length).or(end);
        }
        if let Some(end) = end {
            found.push(start..end);
        }
    }
    found
}

/// Whether an address of `length` characters with this host can exist: no label and not the whole is too long in ASCII.
fn is_address(length: usize, host: &str) -> bool {
    let mut longer = 0;
    for label in host.split('.') {
        let Some(in_ascii) = ascii_length(label).filter(|length| (1..=LABEL_MAX).contains(length)) else {
            return false;
        };
        longer += in_ascii.saturating_sub(label.chars().count());
    }
    length + longer <= LENGTH_MAX
}

/// How many characters a label has in ASCII form (RFC 3492).
///
/// `None` for one that is too long, or that claims to be in that form and is not.
fn ascii_length(label: &str) -> Option<usize> {
    if label.is_ascii() {
        return Some(label.len());
    }
    if label.starts_with("xn--") || label.chars().nth(LABEL_MAX).is_some() {
        return None;
    }
    idna::punycode::encode_str(label).map(|encoded| "xn--".len() + encoded.len())
}

fn port_length(text: &str) -> usize {
    let Some(digits) = text.strip_prefix(':') else { return 0 };
    let length = digits.find(|character: char| !character.is_ascii_digit()).unwrap_or(digits.len());
    if length > 0 { 1 + length } else { 0 }
}

/// How long the path is at the start of `text`: up to the last character it may end with.
fn path_length(text: &str) -> usize {
    if !text.starts_with('/') {
        return 0;
    }
    let (mut at, mut end) = (1, 1);
    while let Some(character) = text[at..].chars().next() {
        if let Some(length) = parentheses_length(&text[at..]) {
            at += length;
            end = at;
        } else if is_path(character) {
            at += character.len_utf8();
            end = if ends_path(character) { at } else { end };
        } else {
            break;
        }
    }
    end
}

/// How long the balanced parentheses are at the start of `text`; they may hold one more pair.
fn parentheses_length(text: &str) -> Option<usize> {
    let inner = text.strip_prefix('(')?;
    let first = path_run(inner);
    if first > 0 && inner[first..].starts_with(')') {
        return Some(1 + first + 1);
    }
    let nested = inner[first..].strip_prefix('(')?;
    let second = path_run(nested);
    let after = nested[second..].strip_prefix(')').filter(|_| second > 0)?;
    let third = path_run(after);
    after[third..].starts_with(')').then_some(1 + first + 1 + second + 1 + third + 1)
}

fn path_run(text: &str) -> usize {
    text.find(|character| !is_path(character)).unwrap_or(text.len())
}

fn is_path(character: char) -> bool {
    ends_path(character)
        || matches!(character, '!' | '*' | '\'' | ';' | ':' | ',' | '.' | '$' | '%' | '[' | ']' | '~' | '&' | '|' | '@')
        || (!character.is_ascii() && character.general_category() == GeneralCategory::DashPunctuation)
}

fn ends_path(character: char) -> bool {
    character.is_ascii_alphanumeric()
        || matches!(character, '=' | '_' | '#' | '/' | '+' | '-' | '\u{400}'..='\u{52f}')
        || is_accented_latin(character)
}

/// How long the query is at the start of `text`: up to the last character it may end with.
fn query_length(text: &str) -> usize {
    let Some(query) = text.strip_prefix('?') else { return 0 };
    let is_query = |byte: u8| byte.is_ascii_alphanumeric() || b"!?*'();:&=+$/%#[]-_.,~|@".contains(&byte);
    let ends_query = |byte: u8| byte.is_ascii_alphanumeric() || b"_&=#/-".contains(&byte);
    let length = query.bytes().position(|byte| !is_query(byte)).unwrap_or(query.len());
    query.as_bytes()[..length].iter().rposition(|byte| ends_query(*byte)).map_or(0, |last| 1 + last + 1)
}

/// A short link of X, which nothing may follow but a query.
struct ShortLink {
    /// How long its path is.
    path: usize,
    /// How long the whole is.
    length: usize,
}

fn short_link(address: &str) -> Option<ShortLink> {
    let start = scheme_length(address);
    let slug = address[start..].get(..5).filter(|host| host.eq_ignore_ascii_case("t.co/")).map(|_| start + 5)?;
    let rest = &address[slug..];
    let path = rest.find(|character: char| !character.is_ascii_alphanumeric()).unwrap_or(rest.len());
    let length = slug + path + query_length(&rest[path..]);
    (path > 0).then_some(ShortLink { path, length })
}

/// Whether `text` is a web address and nothing else, by RFC 3986 with names in any script (twitter-text, `valid_url?`).
///
/// `scheme` says whether `http://` or `https://` must stand before it.
pub fn is_link(text: &str, scheme: bool) -> bool {
    let rest = match text.split_once("://") {
        Some((name, rest)) if ["http", "https"].iter().any(|known| name.eq_ignore_ascii_case(known)) => rest,
        None if !scheme => text,
        _ => return false,
    };
    let authority = rest.find(['/', '?', '#']).map_or(rest, |end| &rest[..end]);
    AUTHORITY.is_match(authority) && AFTER_AUTHORITY.is_match(&rest[authority.len()..])
}

static AUTHORITY: LazyLock<Regex> = LazyLock::new(|| {
    let unreserved = r"[a-z\x{400}-\x{52f}0-9\-\x{2010}-\x{2015}._~]";
    let octet = "(?:25[0-5]|2[0-4][0-9]|1[0-9]{2}|[1-9]?[0-9])";
    let name = r"[a-z0-9[^\x00-\x7f]]";
    let label = |inner: &str| format!("{name}(?:[a-z0-9{inner}[^\\x00-\\x7f]]*{name})?");
    let top = r"[a-z[^\x00-\x7f]](?:[a-z0-9\-[^\x00-\x7f]]*[a-z0-9[^\x00-\x7f]])?";
    let host = format!(r"(?:{}\.)*{}\.{top}", label(r"_\-"), label(r"\-"));
    let user = format!(r"(?:{unreserved}|%[0-9a-f]{{2}}|[!$&'()*+,;=:])*@");
    let number = format!(r"{octet}(?:\.{octet}){{3}}|\[[a-f0-9:.]+\]");
    constant(&format!(r"(?i)^(?:{user})?(?:{number}|{host})(?::[0-9]{{1,5}})?$"))
});

static AFTER_AUTHORITY: LazyLock<Regex> = LazyLock::new(|| {
    let character = r"(?:[a-z\x{400}-\x{52f}0-9\-\x{2010}-\x{2015}._~!$&'()*+,;=:|@]|%[0-9a-f]{2})";
    constant(&format!(r"(?i)^(?:/{character}*)*(?:\?(?:{character}|[/?])*)?(?:#(?:{character}|[/?])*)?$"))
});

fn constant(pattern: &str) -> Regex {
    #[expect(clippy::expect_used, reason = "only called with constant patterns")]
    Regex::new(pattern).expect("the pattern is sound")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(text: &str) -> Vec<&str> {
        links(text).into_iter().map(|link| &text[link.span]).collect()
    }

    #[test]
    fn an_address_ends_where_its_sentence_goes_on() {
        assert_eq!(
            found("See https://example.com/a_(b)), or example.org."),
            ["https://example.com/a_(b)", "example.org"]
        );
        assert_eq!(found("(b.com/x?y=1) c.net/?"), ["b.com/x?y=1", "c.net/"]);
    }

    #[test]
    fn two_addresses_side_by_side_are_two() {
        assert_eq!(found("a.com b.com\nhttps://c.com"), ["a.com", "b.com", "https://c.com"]);
    }

    #[test]
    fn long_runs_without_an_address_take_no_longer_than_they_are_long() {
        for run in ["漢".repeat(100_000) + ".", "a.".repeat(50_000), "a_.".repeat(40_000), "-".repeat(100_000) + "."] {
            assert_eq!(found(&run), [""; 0]);
        }
        assert_eq!(found(&"a.com-".repeat(10_000)), [""; 0]);
        assert_eq!(found(&"a.com漢".repeat(400)).len(), 400);
        assert_eq!(found(&"a.com漢".repeat(10_000)).len(), 0);
    }
}
