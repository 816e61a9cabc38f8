//! What a network makes of a text: links, mentions, hashtags, cashtags.

use std::ops::Range;
use std::sync::LazyLock;

use regex::Regex;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use unicode_properties::{GeneralCategory, GeneralCategoryGroup, UnicodeGeneralCategory};
use unicode_segmentation::UnicodeSegmentation;

use super::handle::is_handle;
use super::link::{is_accented_latin, is_direction, is_space, is_top, links};
use crate::model::{Entity, EntityKind, Span};

/// Whose rules say what in a text is a link, a mention or a tag.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum Marking {
    /// X: links with and without scheme, `@name`, `@name/list`, `#tag`, `$TICKER` (twitter-text 3.1).
    X,
    /// Mastodon: links with scheme, `@name` and `@name@host`, `#tag` (its `Account::MENTION_RE`, `Tag::HASHTAG_RE`).
    Mastodon,
    /// Bluesky: links, `@handle`, `#tag`, as its own app makes facets of them (`detectFacets` of `@atproto/api`).
    Bluesky,
    /// Links only, found as X finds them.
    Plain,
}

/// Marks what `text` holds for a network that reads it by `marking`, in order and without overlap.
///
/// A mention's value is the handle without `@`, a link's the full address. `@name/list` of X is of the kind `list`.
pub fn marks(text: &str, marking: Marking) -> Vec<Entity> {
    let mut found = match marking {
        Marking::X => [x_links(text, false), x_hashtags(text), x_mentions(text), x_cashtags(text)].concat(),
        Marking::Mastodon => [x_links(text, true), x_hashtags(text), mastodon_mentions(text)].concat(),
        Marking::Bluesky => [bluesky_links(text), bluesky_mentions(text), bluesky_tags(text)].concat(),
        Marking::Plain => x_links(text, false),
    };
    found.sort_by_key(|mark| mark.span.start);
    let mut end = 0;
    found.retain(|mark| {
        let free = mark.span.start >= end;
        end = if free { mark.span.end } else { end };
        free
    });
    found
}

fn mark(span: Range<usize>, kind: EntityKind, value: impl Into<String>) -> Option<Entity> {
    Some(Entity { span: Span::new(span.start, span.end)?, kind, value: value.into(), native_id: None })
}

/// The address of a link as it is written.
fn address(written: &str) -> String {
    let scheme = ["http://", "https://"]
        .iter()
        .any(|scheme| written.get(..scheme.len()).is_some_and(|start| start.eq_ignore_ascii_case(scheme)));
    if scheme { written.to_owned() } else { format!("https://{written}") }
}

fn x_links(text: &str, with_scheme_only: bool) -> Vec<Entity> {
    let found = links(text).into_iter().filter(|link| link.scheme || !with_scheme_only);
    found.filter_map(|link| mark(link.span.clone(), EntityKind::Link, address(&text[link.span]))).collect()
}

/// Where each sign stands that may begin a mark, with the character before it, skipping what the last mark took.
fn scan(text: &str, signs: &[char], mut take: impl FnMut(Option<char>, usize, usize) -> Option<usize>) {
    let mut taken = 0;
    for (at, sign) in text.match_indices(signs) {
        let before = text[..at].chars().next_back();
        if at < taken || (at == taken && at > 0) {
            continue;
        }
        if let Some(end) = take(before, at, at + sign.len()) {
            taken = end;
        }
    }
}

fn x_mentions(text: &str) -> Vec<Entity> {
    let mut found = Vec::new();
    scan(text, &['@', '＠'], |before, at, name_start| {
        if !x_mention_may_follow(before, &text[..at]) {
            return None;
        }
        let name_end = x_name_end(text, name_start)?;
        let end = name_end + list_length(&text[name_end..]);
        if !x_spoils_mention(&text[end..]) {
            let kind = if end > name_end { EntityKind::Other("list".into()) } else { EntityKind::Mention };
            found.extend(mark(at..end, kind, &text[name_start..end]));
        }
        Some(end)
    });
    found
}

/// Whom a post on X answers by its beginning alone: the name in `@name …`, without `@`.
pub fn replied_to(text: &str) -> Option<&str> {
    let start = text.trim_start_matches(|character| is_space(character) || is_direction(character));
    let name = start.strip_prefix(['@', '＠'])?;
    let end = x_name_end(name, 0)?;
    (!x_spoils_mention(&name[end..])).then_some(&name[..end])
}

fn x_mention_may_follow(before: Option<char>, whole_before: &str) -> bool {
    let spoils = |character: char| {
        character.is_ascii_alphanumeric() || matches!(character, '_' | '!' | '#' | '$' | '%' | '&' | '*' | '@' | '＠')
    };
    before.is_none_or(|before| !spoils(before)) || ends_with_retweet(whole_before)
}

/// Whether `text` ends with `RT`, as of old.
fn ends_with_retweet(text: &str) -> bool {
    let Some(start) = text.len().checked_sub(2).filter(|start| text.is_char_boundary(*start)) else { return false };
    let word_before =
        |character: char| character.is_ascii_alphanumeric() || matches!(character, '_' | '+' | '~' | '.' | '-');
    text[start..].eq_ignore_ascii_case("rt") && !text[..start].ends_with(word_before)
}

/// Where the name ends that begins at `start`: at most 20 characters.
fn x_name_end(text: &str, start: usize) -> Option<usize> {
    let length =
        text[start..].bytes().take(20).take_while(|byte| byte.is_ascii_alphanumeric() || *byte == b'_').count();
    (length > 0).then_some(start + length)
}

fn list_length(text: &str) -> usize {
    let Some(slug) = text.strip_prefix('/').filter(|slug| slug.starts_with(|first: char| first.is_ascii_alphabetic()))
    else {
        return 0;
    };
    let is_slug = |byte: &u8| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-');
    1 + slug.bytes().take(25).take_while(is_slug).count()
}

/// Whether what comes next shows that it was no mention.
fn x_spoils_mention(rest: &str) -> bool {
    rest.starts_with("://") || rest.starts_with(|next| matches!(next, '@' | '＠') || is_accented_latin(next))
}

fn x_hashtags(text: &str) -> Vec<Entity> {
    let mut found = Vec::new();
    scan(text, &['#', '＃'], |before, at, tag_start| {
        let free = |before: char| matches!(before, '\u{fe0e}' | '\u{fe0f}') || !(before == '&' || is_tag(before));
        let tag = &text[tag_start..];
        if !before.is_none_or(free) || tag.starts_with(['\u{fe0f}', '\u{20e3}']) {
            return None;
        }
        let length = tag.find(|character| !is_tag(character)).unwrap_or(tag.len());
        let (tag, rest) = tag.split_at(length);
        if !tag.contains(is_tag_letter) {
            return None;
        }
        if !rest.starts_with(['#', '＃']) && !rest.starts_with("://") {
            found.extend(mark(at..tag_start + length, EntityKind::Hashtag, tag));
        }
        Some(tag_start + length)
    });
    found
}

/// Whether a tag may hold this character (twitter-text, `HASHTAG_LETTERS_NUMERALS`).
fn is_tag(character: char) -> bool {
    is_tag_letter(character)
        || character.general_category() == GeneralCategory::DecimalNumber
        || SPECIAL_IN_TAGS.contains(character)
}

/// Signs that belong to words in some scripts (twitter-text, `HASHTAG_SPECIAL_CHARS`).
const SPECIAL_IN_TAGS: &str = "_\u{200c}\u{200d}\u{a67e}\u{5be}\u{5f3}\u{5f4}\u{ff5e}\u{301c}\
    \u{309b}\u{309c}\u{30a0}\u{30fb}\u{3003}\u{f0b}\u{f0c}\u{b7}";

fn is_tag_letter(character: char) -> bool {
    use GeneralCategoryGroup::{Letter, Mark};
    character.is_ascii_alphabetic()
        || (!character.is_ascii() && matches!(character.general_category_group(), Letter | Mark))
}

fn x_cashtags(text: &str) -> Vec<Entity> {
    let mut found = Vec::new();
    scan(text, &['$'], |before, at, start| {
        if !before.is_none_or(|before| is_space(before) || is_direction(before)) {
            return None;
        }
        let end = start + cashtag_length(&text[start..])?;
        found.extend(mark(at..end, EntityKind::Cashtag, &text[start..end]));
        Some(end)
    });
    found
}

/// How long the ticker is at the start of `text`: up to six letters, then perhaps a dot or `_` and up to two more.
fn cashtag_length(text: &str) -> Option<usize> {
    let letters = |text: &str| text.bytes().take_while(u8::is_ascii_alphabetic).count();
    let ends = |rest: &str| {
        rest.is_empty() || rest.starts_with(|next: char| next.is_whitespace() || next.is_ascii_punctuation())
    };
    let name = letters(text);
    let rest = (1..=6).contains(&name).then(|| &text[name..])?;
    if let Some(suffix) = rest.strip_prefix(['.', '_']) {
        let length = letters(suffix);
        if (1..=2).contains(&length) && ends(&suffix[length..]) {
            return Some(name + 1 + length);
        }
    }
    ends(rest).then_some(name)
}

fn mastodon_mentions(text: &str) -> Vec<Entity> {
    let mut found = Vec::new();
    scan(text, &['@'], |before, at, start| {
        if before.is_some_and(|before| matches!(before, '=' | '/' | '_') || before.is_alphanumeric()) {
            return None;
        }
        let name =
            start + dotted_length(&text[start..], |character| character.is_ascii_alphanumeric() || character == '_')?;
        let host = text[name..].strip_prefix('@').and_then(|host| dotted_length(host, char::is_alphanumeric));
        let end = name + host.map_or(0, |length| 1 + length);
        found.extend(mark(at..end, EntityKind::Mention, &text[start..end]));
        Some(end)
    });
    found
}

/// How long the run is of such characters, with dots and dashes only in between.
fn dotted_length(text: &str, allowed: impl Fn(char) -> bool) -> Option<usize> {
    let end = text.find(|character| !allowed(character) && !matches!(character, '.' | '-')).unwrap_or(text.len());
    let length = text[..end].trim_end_matches(['.', '-']).len();
    (length > 0 && text.starts_with(allowed)).then_some(length)
}

/// Links on Bluesky begin after a space or a parenthesis and go up to the next space, less punctuation at their end.
fn bluesky_links(text: &str) -> Vec<Entity> {
    static LINK: LazyLock<Regex> = LazyLock::new(|| {
        constant(r"(?im)(?:^|\s|\()((?:https?://\S+)|(?:(?<host>[a-z][a-z0-9]*(?:\.[a-z0-9]+)+)\S*))")
    });
    let captures = LINK.captures_iter(text).filter_map(|captures| {
        let written = captures.get(1)?;
        let top = captures.name("host").map(|host| host.as_str().rsplit('.').next().unwrap_or_default());
        let link = written.as_str().strip_suffix(['.', ',', ';', ':', '!', '?']).unwrap_or(written.as_str());
        let link = if link.contains('(') { link } else { link.strip_suffix(')').unwrap_or(link) };
        let known = top.is_none_or(is_top);
        known.then(|| mark(written.start()..written.start() + link.len(), EntityKind::Link, address(link))).flatten()
    });
    captures.collect()
}

fn bluesky_mentions(text: &str) -> Vec<Entity> {
    let mut found = Vec::new();
    scan(text, &['@'], |before, at, start| {
        if !before.is_none_or(|before| before == '(' || before.is_whitespace()) {
            return None;
        }
        let length = dotted_length(&text[start..], |character| character.is_ascii_alphanumeric())?;
        let handle = &text[start..start + length];
        let top = handle.rsplit('.').next().unwrap_or_default();
        if is_handle(handle) && (is_top(top) || top == "test") {
            found.extend(mark(at..start + length, EntityKind::Mention, handle));
        }
        Some(start + length)
    });
    found
}

/// The longest tag Bluesky takes, in graphemes (lexicon `app.bsky.richtext.facet#tag`: 64, and 640 bytes).
const BLUESKY_TAG_MAX: usize = 64;

fn bluesky_tags(text: &str) -> Vec<Entity> {
    let hidden = |character: char| "\u{ad}\u{2060}\u{200a}\u{200b}\u{200c}\u{200d}\u{20e2}".contains(character);
    let punctuation = |character: char| character.general_category_group() == GeneralCategoryGroup::Punctuation;
    let mut found = Vec::new();
    scan(text, &['#', '＃'], |before, at, start| {
        let rest = &text[start..];
        if !before.is_none_or(char::is_whitespace) || rest.starts_with('\u{fe0f}') {
            return None;
        }
        let end = rest.find(|character: char| character.is_whitespace() || hidden(character)).unwrap_or(rest.len());
        let tag = rest[..end].trim_end_matches(punctuation);
        let digit = |character: char| character.is_ascii_digit();
        let names = tag.contains(|character| !digit(character) && !punctuation(character));
        if names && tag.len() <= 640 && tag.graphemes(true).count() <= BLUESKY_TAG_MAX {
            found.extend(mark(at..start + tag.len(), EntityKind::Hashtag, tag));
        }
        Some(start + end)
    });
    found
}

fn constant(pattern: &str) -> Regex {
    #[expect(clippy::expect_used, reason = "only called with constant patterns")]
    Regex::new(pattern).expect("the pattern is sound")
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Kind, what is marked, value.
    fn found(text: &str, marking: Marking) -> Vec<(String, &str, String)> {
        let marks = marks(text, marking);
        marks.into_iter().map(|mark| (mark.kind.to_string(), mark.span.of(text), mark.value)).collect()
    }

    fn marked(text: &str, marking: Marking) -> Vec<&str> {
        found(text, marking).into_iter().map(|(_, marked, _)| marked).collect()
    }

    #[test]
    fn x_marks_links_people_tags_and_tickers() {
        let text = "@jo see example.com/a?b=c #Straße $ACME ü@al and @acme/team";
        let expected = ["@jo", "example.com/a?b=c", "#Straße", "$ACME", "@al", "@acme/team"];
        assert_eq!(marked(text, Marking::X), expected);
        let kinds: Vec<_> = found(text, Marking::X).into_iter().map(|(kind, _, _)| kind).collect();
        assert_eq!(kinds, ["mention", "link", "hashtag", "cashtag", "mention", "list"]);
    }

    #[test]
    fn a_ticker_has_at_most_six_letters_and_a_short_suffix() {
        assert_eq!(marked("$SIXLET $ABCDEFG $A.BC $D.EFG", Marking::X), ["$SIXLET", "$A.BC", "$D"]);
    }

    #[test]
    fn a_link_without_scheme_stands_for_its_full_address() {
        assert_eq!(found("a.com", Marking::Plain)[0].2, "https://a.com");
        assert_eq!(found("HTTP://a.com/x", Marking::Plain)[0].2, "HTTP://a.com/x");
    }

    #[test]
    fn mastodon_knows_people_elsewhere_and_links_by_their_scheme_only() {
        let text = "@jo_x@a-b.example. and @al, not a=@b c/@d; example.com https://example.com/@jo";
        assert_eq!(marked(text, Marking::Mastodon), ["@jo_x@a-b.example", "@al", "https://example.com/@jo"]);
    }

    #[test]
    fn bluesky_marks_as_its_app_does() {
        let text = "(@jo.bsky.social) @al @x.test. #tag, #12 a#b (example.com) https://a.com/x_(y). e.x1 #ok";
        let expected = ["@jo.bsky.social", "@x.test", "#tag", "example.com", "https://a.com/x_(y)", "#ok"];
        assert_eq!(marked(text, Marking::Bluesky), expected);
    }

    #[test]
    fn bluesky_takes_no_tag_longer_than_64_graphemes() {
        let (fits, not) = (format!("#{}", "é".repeat(64)), format!("#{}", "é".repeat(65)));
        assert_eq!(marked(&fits, Marking::Bluesky), [fits.as_str()]);
        assert_eq!(marked(&not, Marking::Bluesky), [""; 0]);
    }

    #[test]
    fn what_is_within_a_link_is_not_marked_again() {
        assert_eq!(marked("https://example.com/@jo#tag", Marking::X), ["https://example.com/@jo#tag"]);
    }
}
