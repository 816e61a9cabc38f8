//! Texts and their facets (fact sheet §4): stretches in UTF-8 bytes, as the author's program wrote them.

use careline::model::{Entity, EntityKind, Span};
use careline::wire::Plain;

use crate::wire::{Facet, Lenient};

/// The text in NFC, and what its facets mark. A facet that cuts a character, runs backwards or overlaps an earlier one
/// marks nothing: records are written by anybody's program.
pub(crate) fn marked(text: &str, facets: &[Lenient<Facet<'_>>]) -> (String, Vec<Entity>) {
    let plain = Plain::new(text.into());
    let mut entities: Vec<Entity> = facets.iter().filter_map(|facet| entity(text, &plain, facet.0.as_ref()?)).collect();
    entities.sort_by_key(|entity| entity.span);
    let mut end = 0;
    entities.retain(|entity| {
        let apart = entity.span.start >= end;
        end = if apart { entity.span.end } else { end };
        apart
    });
    (plain.into_text(), entities)
}

fn entity(text: &str, plain: &Plain, facet: &Facet<'_>) -> Option<Entity> {
    let index = facet.index.0.as_ref()?;
    let span = Span::new(usize::try_from(index.byte_start).ok()?, usize::try_from(index.byte_end).ok()?)?;
    // `of` is empty where the bytes are none of the text or cut a character.
    (!span.of(text).is_empty()).then_some(())?;
    let span = plain.span(span);
    let marked = span.of(plain.text());
    let features = facet.features.0.as_deref()?;
    features.iter().filter_map(|feature| feature.0.as_ref()).find_map(|feature| {
        let text = |part: &Lenient<careline::wire::Text<'_>>| part.0.as_ref().map(|text| text.as_str().to_owned());
        let (kind, value, native_id) = match feature.kind.0.as_deref()? {
            "app.bsky.richtext.facet#mention" => {
                let did = feature.did.0.as_deref().filter(|did| crate::uri::is_did(did))?;
                (EntityKind::Mention, marked.trim_start_matches('@').to_owned(), Some(did.into()))
            }
            "app.bsky.richtext.facet#link" => (EntityKind::Link, text(&feature.uri)?, None),
            "app.bsky.richtext.facet#tag" => {
                (EntityKind::Hashtag, text(&feature.tag)?.trim_start_matches(['#', '＃']).to_owned(), None)
            }
            _ => return None,
        };
        let named = kind == EntityKind::Mention || !value.is_empty();
        named.then_some(Entity { span, kind, value, native_id })
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str, facets: serde_json::Value) -> Vec<(String, String)> {
        let facets = facets.to_string();
        let facets: Vec<Lenient<Facet<'_>>> = serde_json::from_str(&facets).unwrap();
        let (plain, entities) = marked(text, &facets);
        entities.iter().map(|entity| (entity.span.of(&plain).to_owned(), entity.value.clone())).collect()
    }

    fn facet(start: usize, end: usize, feature: serde_json::Value) -> serde_json::Value {
        serde_json::json!({"index": {"byteStart": start, "byteEnd": end}, "features": [feature]})
    }

    fn link(uri: &str) -> serde_json::Value {
        serde_json::json!({"$type": "app.bsky.richtext.facet#link", "uri": uri})
    }

    #[test]
    fn bytes_are_counted_after_emoji_and_move_with_composition() {
        let text = "👍 cafe\u{301} acme.example";
        let at = text.find("acme").unwrap();
        let found = read(text, serde_json::json!([facet(at, text.len(), link("https://acme.example/"))]));
        assert_eq!(found, [("acme.example".to_owned(), "https://acme.example/".to_owned())]);
    }

    #[test]
    fn facets_that_fit_nowhere_mark_nothing() {
        let wrong = [
            facet(1, 3, link("https://a.example")),
            facet(0, 999, link("https://a.example")),
            facet(4, 4, link("https://a.example")),
            facet(6, 5, link("https://a.example")),
            facet(0, 4, serde_json::json!({"$type": "app.bsky.richtext.facet#hologram"})),
            facet(0, 4, serde_json::json!({"$type": "app.bsky.richtext.facet#mention", "did": "nobody"})),
            facet(0, 4, serde_json::json!({"$type": "app.bsky.richtext.facet#tag", "tag": "#"})),
            serde_json::json!({"index": {"byteStart": -1, "byteEnd": 2}, "features": [link("https://a.example")]}),
            serde_json::json!({"index": {"byteStart": 0, "byteEnd": 4}, "features": 7}),
            serde_json::json!(null),
        ];
        for facet in wrong {
            assert_eq!(read("👍 ok", serde_json::json!([facet.clone()])), [], "{facet}");
        }
        let overlapping = [facet(0, 5, link("https://a.example")), facet(3, 7, link("https://b.example"))];
        assert_eq!(read("abcdefg", serde_json::json!(overlapping)).len(), 1);
    }

    #[test]
    fn a_facet_may_stand_over_any_words() {
        let named = serde_json::json!({"$type": "app.bsky.richtext.facet#mention", "did": "did:plc:madeupjo"});
        assert_eq!(read("thanks Jo", serde_json::json!([facet(7, 9, named)])), [("Jo".to_owned(), "Jo".to_owned())]);
    }
}
