//! Addresses of people and machines: e-mail and IP.

use std::net::{Ipv4Addr, Ipv6Addr};

use super::cue::Cue;
use super::groups::{ends_word, run};
use super::is_unspaced;

/// Longest local part and longest domain (RFC 5321, section 4.5.3.1).
pub(super) const LOCAL: usize = 64;
const DOMAIN: usize = 255;

/// The e-mail address around the `@` at `sign`; nothing before `from` belongs to it.
pub(super) fn email(text: &str, from: usize, sign: usize) -> Option<(usize, usize)> {
    let start = local_start(text, from, sign)?;
    let domain = sign + 1;
    let most = text[domain..].char_indices().take_while(|(at, character)| *at < DOMAIN && is_name(*character));
    let end = domain + most.last().map_or(0, |(at, character)| at + character.len_utf8());
    let name = text[domain..end].trim_end_matches(['.', '-']);
    let (labels, top) = name.rsplit_once('.')?;
    let fits = !labels.is_empty()
        && !labels.starts_with(['.', '-'])
        && !labels.contains("..")
        && (top.chars().all(char::is_alphabetic) && top.chars().nth(1).is_some() || top.starts_with("xn--"));
    fits.then_some((start, domain + name.len()))
}

/// Where the local part before `sign` begins: at a letter or digit, and not within a word or a handle.
fn local_start(text: &str, from: usize, sign: usize) -> Option<usize> {
    let mut first = sign;
    for (at, character) in text[from..sign].char_indices().rev() {
        if !is_name(character) && !"_%+'".contains(character) {
            return (character != '@' && first < sign).then_some(first);
        }
        let start = from + at;
        if character.is_alphanumeric() {
            first = start;
        }
        if sign - start > LOCAL {
            return None;
        }
    }
    (first < sign && !text[..from].ends_with('@')).then_some(first)
}

/// Whether a character may stand in a domain; unspaced scripts run on into the sentence and may not.
fn is_name(character: char) -> bool {
    character.is_ascii_alphanumeric()
        || matches!(character, '.' | '-')
        || !character.is_ascii() && character.is_alphabetic() && !is_unspaced(character)
}

/// Where the IP address at `at` ends, unless it is a version.
pub(super) fn ip_address(text: &str, at: usize, cue: &Cue<'_>) -> Option<usize> {
    v4(text, at, cue).or_else(|| v6(text, at))
}

fn v4(text: &str, at: usize, cue: &Cue<'_>) -> Option<usize> {
    let end = run(text.as_bytes(), at, 16, |byte| byte.is_ascii_digit() || byte == b'.');
    let written = text[at..end].trim_end_matches('.');
    let address: Ipv4Addr = written.parse().ok()?;
    let end = at + written.len();
    // Four single digits are the number of a chapter or a version much more often.
    let long = written.len() > 7 || cue.says(&["ip", "dns", "server*", "gateway*"]);
    let version =
        cue.says(&["v", "version*", "versión", "versão", "firmware*", "build*", "release*", "software*", "update*"]);
    (long && !version && !address.is_unspecified() && ends_word(text.as_bytes(), end)).then_some(end)
}

fn v6(text: &str, at: usize) -> Option<usize> {
    let end = run(text.as_bytes(), at, 46, |byte| byte.is_ascii_hexdigit() || matches!(byte, b':' | b'.'));
    let written = text[at..end].trim_end_matches('.');
    if written.bytes().filter(|byte| *byte == b':').count() < 3 {
        return None;
    }
    let written = if written.ends_with("::") { written } else { written.trim_end_matches(':') };
    let address: Ipv6Addr = written.parse().ok()?;
    let end = at + written.len();
    (!address.is_unspecified() && ends_word(text.as_bytes(), end)).then_some(end)
}
