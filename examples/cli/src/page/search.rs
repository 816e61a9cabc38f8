//! `/search`: messages whose text holds all words asked for.

use std::collections::BTreeMap;

use careline::model::{Identity, IdentityId, Message, Origin, Span};
use maud::{Markup, html};

use super::desk::{Desk, Page};
use super::frame;
use super::pieces::pieces;
use super::words::{self, count, label, lang, moment, network};

const PAGE: usize = 50;
/// So much of a long text is shown, in characters.
const LONGEST: usize = 600;

pub(super) async fn show(desk: Desk) -> Page {
    let query = desk.asked("q").unwrap_or_default();
    let page = desk.page(PAGE);
    let later = page.after.is_some();
    let listed = desk.tenant.search(query, page).await?;
    let found = &listed.items;
    let authors = desk.tenant.authors(found).await?;
    let href = |after: &str| desk.href("/search", &[("q", query), ("after", after)]);
    let main = html! {
        div.page-head {
            h1 { "Search" }
            @if query.is_empty() {
                p.muted { "Type words into the field above; messages that hold all of them are listed, newest first." }
            } @else {
                p.muted role="status" {
                    (count(found.len() as i64, "message")) @if listed.after.is_some() { " and more" } " with “" bdi { (query) } "”"
                }
            }
        }
        @if found.is_empty() && !query.is_empty() && !later {
            div.empty { p.empty-title { "Nothing found" } p.muted { "Try fewer words, or the beginning of one." } }
        }
        ol.cases { @for message in found { li { (hit(&desk, message, &authors, query)) } } }
        (frame::pages(&href(""), later, listed.after.as_deref().map(href), ""))
    };
    Ok(frame::page(&desk, "Search", main))
}

fn hit(desk: &Desk, message: &Message, authors: &BTreeMap<IdentityId, Identity>, query: &str) -> Markup {
    let ours = matches!(message.origin, Origin::Brand | Origin::Careline);
    let author = message.author.as_ref().and_then(|id| authors.get(id)).map(words::name);
    let name = author.unwrap_or_else(|| if ours { desk.brand().to_owned() } else { "Unknown author".to_owned() });
    let place = match (&message.case, &message.customer) {
        (Some(case), _) => Some(desk.href(&format!("/cases/{case}"), &[])),
        (None, Some(customer)) => Some(desk.href(&format!("/customers/{customer}"), &[])),
        _ => None,
    };
    let language = message.gist.as_ref().map(|gist| gist.language.as_str()).or(message.language.as_deref());
    html! {
        article.row {
            (words::avatar(&name))
            div.row-main {
                p.row-head {
                    @match place {
                        Some(href) => a.row-link href=(href) dir="auto" { (name) },
                        None => strong dir="auto" { (name) },
                    }
                    (network(&message.network))
                    span.muted { (label(message.surface.as_str())) " · " (moment(message.at(), desk.now)) }
                    @if ours { (words::chip("Ours")) }
                }
                p.found dir="auto" lang=[language.and_then(lang)] { (marked(shortened(message.text()), query)) }
            }
            div.row-side {
                @if message.case.is_some() { span.muted { "in a case" } } @else { span.muted { "no case" } }
            }
        }
    }
}

fn shortened(text: &str) -> &str {
    text.char_indices().nth(LONGEST).map_or(text, |(end, _)| &text[..end])
}

/// The text with the words asked for marked.
fn marked(text: &str, query: &str) -> Markup {
    let wanted: Vec<_> = words_of(query).map(|(_, word)| word.to_lowercase()).collect();
    let fits = |word: &str| wanted.iter().any(|wanted| word.to_lowercase().starts_with(wanted));
    let spans: Vec<_> =
        words_of(text).filter(|(_, word)| fits(word)).filter_map(|(at, word)| Span::new(at, at + word.len())).collect();
    html! {
        @for piece in pieces(text, &spans) {
            @if piece.marks.is_empty() { (piece.text) } @else { mark.hit { (piece.text) } }
        }
    }
}

/// Runs of letters and digits with their places.
fn words_of(text: &str) -> impl Iterator<Item = (usize, &str)> {
    let parts = text.split(|letter: char| !letter.is_alphanumeric()).filter(|part| !part.is_empty());
    parts.map(move |part| (part.as_ptr() as usize - text.as_ptr() as usize, part))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_are_marked_whatever_their_case_and_the_rest_is_escaped() {
        assert_eq!(
            marked("<b>Kaputt</b>, kaputte Kanne", "KAPUTT").into_string(),
            "&lt;b&gt;<mark class=\"hit\">Kaputt</mark>&lt;/b&gt;, <mark class=\"hit\">kaputte</mark> Kanne"
        );
        assert_eq!(marked("plain", "").into_string(), "plain");
    }
}
