//! Words and small marks that all pages share: names, badges, times.

use careline::model::{Case, CaseStatus, Identity, NetworkName, Timestamp};
use chrono::{DateTime, Datelike as _, Utc};
use maud::{Markup, html};

const MINUTE: i64 = 60_000;
const HOUR: i64 = 60 * MINUTE;
const DAY: i64 = 24 * HOUR;
/// A deadline nearer than this is marked.
const SOON: i64 = 30 * MINUTE;

/// `next_response` as people write it: `Next response`.
pub(super) fn label(name: &str) -> String {
    let spaced = name.replace('_', " ");
    let mut letters = spaced.chars();
    letters.next().map_or_else(String::new, |first| first.to_uppercase().chain(letters).collect())
}

/// A language tag for `lang`; nothing where the language is not known.
pub(super) fn lang(tag: &str) -> Option<&str> {
    let fits = tag.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-');
    (fits && !tag.is_empty() && tag != "und").then_some(tag)
}

/// A profile's name for people.
pub(super) fn name(identity: &Identity) -> String {
    let profile = &identity.profile;
    let handle = profile.handle.as_ref().map(|handle| format!("@{handle}"));
    profile.name.as_ref().map(ToString::to_string).or(handle).unwrap_or_else(|| profile.native_id.to_string())
}

/// Up to two letters that stand in for a picture.
pub(super) fn avatar(name: &str) -> Markup {
    let words = name.split(|letter: char| !letter.is_alphanumeric()).filter(|word| !word.is_empty());
    let initials: String = words.take(2).filter_map(|word| word.chars().next()).flat_map(char::to_uppercase).collect();
    // The same name has the same colour everywhere.
    let tint = name.bytes().fold(0u8, |sum, byte| sum.wrapping_mul(31).wrapping_add(byte)) % 6;
    html! { span class={ "avatar tint-" (tint) } aria-hidden="true" { @if initials.is_empty() { "?" } @else { (initials) } } }
}

/// The network, in words and with a colour of its own.
pub(super) fn network(name: &NetworkName) -> Markup {
    html! { span class={ "network network-" (class(name.as_str())) } { (label(name.as_str())) } }
}

/// The tier, in words.
pub(super) fn tier(tier: u8) -> Markup {
    html! { span class={ "tier tier-" (tier) } { "Tier " (tier) } }
}

/// A small mark with a word.
pub(super) fn chip(text: &str) -> Markup {
    html! { span.chip { (text) } }
}

/// A name that is safe as part of a class.
pub(super) fn class(name: &str) -> String {
    name.chars().map(|letter| if letter.is_ascii_alphanumeric() { letter } else { '-' }).collect()
}

/// What a case's customer waits for, or how it ended.
pub(super) fn status(case: &Case) -> Markup {
    let words = match &case.status {
        CaseStatus::Queued => "Waits for an agent".to_owned(),
        CaseStatus::Offered => "Offered".to_owned(),
        CaseStatus::Open => "Our turn".to_owned(),
        CaseStatus::Waiting => "Customer's turn".to_owned(),
        CaseStatus::Closed => {
            case.outcome.as_ref().map_or("Closed".to_owned(), |outcome| format!("Closed: {}", label(outcome)))
        }
        other => label(other.as_str()),
    };
    html! { span class={ "status status-" (class(case.status.as_str())) } { (words) } }
}

/// A moment: short for the eye, exact for machines and on hovering.
pub(super) fn moment(at: Timestamp, now: Timestamp) -> Markup {
    html! { time datetime=(at) title=(exact(at)) { (short(at, now)) } }
}

/// How long ago something was.
pub(super) fn since(at: Timestamp, now: Timestamp) -> Markup {
    html! { time datetime=(at) title=(exact(at)) data-since=(at.as_millis()) { (ago(now.millis_since(at))) } }
}

/// How long there still is, or how late we are.
pub(super) fn due(at: Timestamp, now: Timestamp) -> Markup {
    let left = at.millis_since(now);
    let urgency = if left < 0 {
        "late"
    } else if left < SOON {
        "soon"
    } else {
        "calm"
    };
    html! {
        time class={ "due due-" (urgency) } datetime=(at) title=(exact(at)) data-due=(at.as_millis()) { (due_in(left)) }
    }
}

/// `due in 12 min`, `overdue by 1 h 5 min`.
pub(super) fn due_in(left: i64) -> String {
    if left < 0 { format!("overdue by {}", span(-left)) } else { format!("due in {}", span(left)) }
}

/// `12 min`, `1 h 5 min`, `3 d 4 h`.
pub(super) fn span(millis: i64) -> String {
    let (small, large) = match millis {
        ..MINUTE => return "under 1 min".to_owned(),
        MINUTE..HOUR => return format!("{} min", millis / MINUTE),
        HOUR..DAY => (format!("{} min", millis % HOUR / MINUTE), format!("{} h", millis / HOUR)),
        _ => (format!("{} h", millis % DAY / HOUR), format!("{} d", millis / DAY)),
    };
    if small.starts_with("0 ") { large } else { format!("{large} {small}") }
}

fn ago(passed: i64) -> String {
    match passed {
        ..MINUTE => "just now".to_owned(),
        MINUTE..HOUR => format!("{} min ago", passed / MINUTE),
        HOUR..DAY => format!("{} h ago", passed / HOUR),
        _ => format!("{} d ago", passed / DAY),
    }
}

/// `14:05` today, `21 Nov, 14:05` this year, `21 Nov 2025, 14:05` before.
fn short(at: Timestamp, now: Timestamp) -> String {
    let (at, now) = (DateTime::<Utc>::from(at), DateTime::<Utc>::from(now));
    let form = match (at.date_naive() == now.date_naive(), at.year() == now.year()) {
        (true, _) => "%H:%M",
        (_, true) => "%-d %b, %H:%M",
        _ => "%-d %b %Y, %H:%M",
    };
    at.format(form).to_string()
}

fn exact(at: Timestamp) -> String {
    DateTime::<Utc>::from(at).format("%A, %-d %B %Y, %H:%M:%S UTC").to_string()
}

/// `14:05`.
pub(super) fn hour(at: Timestamp) -> String {
    DateTime::<Utc>::from(at).format("%H:%M").to_string()
}

/// `1 message`, `2 messages`.
pub(super) fn count(number: i64, one: &str) -> String {
    if number == 1 { format!("1 {one}") } else { format!("{number} {one}s") }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn deadlines_read_like_people_say_them() {
        let said = [(12 * MINUTE + 30_000, "due in 12 min"), (30_000, "due in under 1 min"), (-HOUR, "overdue by 1 h")];
        for (left, text) in said {
            assert_eq!(due_in(left), text);
        }
        assert_eq!(span(HOUR + 5 * MINUTE), "1 h 5 min");
        assert_eq!(span(3 * DAY + 4 * HOUR), "3 d 4 h");
        assert_eq!(span(2 * DAY + 59 * MINUTE), "2 d");
    }

    #[test]
    fn names_become_words_and_tags_only_what_they_may_be() {
        assert_eq!(label("next_response"), "Next response");
        assert_eq!(label(""), "");
        assert_eq!(lang("pt-BR"), Some("pt-BR"));
        assert_eq!((lang("und"), lang(""), lang("x\" onload=")), (None, None, None));
        assert_eq!(class("a\"b c"), "a-b-c");
    }
}
