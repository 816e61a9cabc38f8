//! What a message says and carries: text, mentions, attachments, extensions.

use std::borrow::Cow;
use std::collections::BTreeMap;

use careline::model::{Attachment, AttachmentKind, Content, Entity, EntityKind, Rating, Span, nfc};
use careline::wire::{CodePoints, Plain};
use serde_json::value::RawValue;
use serde_json::{Map, Value};

use crate::wire::{AttachmentPayload, GraphAttachment, MessageAttachment, Scalar, Tag};

/// The text and the profiles named in it.
pub(crate) fn content(words: Scalar<'_>, tags: Option<&RawValue>) -> Content {
    let Some(original) = words.text() else { return Content::default() };
    match tags {
        None => Content { text: nfc(original), ..Content::default() },
        Some(tags) => {
            let plain = Plain::new(Cow::Borrowed(&original));
            Content { entities: mentions(&original, &plain, tags), text: plain.into_text(), ..Content::default() }
        }
    }
}

fn mentions(original: &str, plain: &Plain, tags: &RawValue) -> Vec<Entity> {
    let mut found: Vec<Entity> = read_tags(tags).iter().filter_map(|tag| mention(original, plain, tag)).collect();
    found.sort_unstable();
    found
}

/// A list, or in older answers an object of lists by offset. What is neither marks nothing.
fn read_tags(tags: &RawValue) -> Vec<Tag<'_>> {
    serde_json::from_str(tags.get())
        .or_else(|_| {
            serde_json::from_str::<BTreeMap<&str, Vec<Tag<'_>>>>(tags.get())
                .map(|by| by.into_values().flatten().collect())
        })
        .unwrap_or_default()
}

/// Meta does not say whether offsets count code points or UTF-16 units: the one that finds the name is right.
fn mention(original: &str, plain: &Plain, tag: &Tag<'_>) -> Option<Entity> {
    let name = tag.name.get()?;
    let (start, end) = (tag.offset, tag.offset.checked_add(tag.length)?);
    let marked = CodePoints::new(original)
        .span(start, end)
        .filter(|span| span.of(original) == name)
        .or_else(|| utf16_span(original, start, end).filter(|span| span.of(original) == name))?;
    Some(Entity {
        span: plain.span(marked),
        kind: EntityKind::Mention,
        value: nfc(Cow::Borrowed(name)),
        native_id: tag.id.compact(),
    })
}

fn utf16_span(text: &str, start: usize, end: usize) -> Option<Span> {
    let mut units = 0;
    let mut byte = |offset: usize, from: usize| {
        let mut at = from;
        for character in text[from..].chars() {
            if units >= offset {
                break;
            }
            units += character.len_utf16();
            at += character.len_utf8();
        }
        (units == offset).then_some(at)
    };
    let start_byte = byte(start, 0)?;
    Span::new(start_byte, byte(end, start_byte)?)
}

/// A picture or film with an address.
pub(crate) fn attachment(kind: AttachmentKind, url: Scalar<'_>) -> Option<Attachment> {
    url.owned().map(|url| Attachment { url: Some(url), ..Attachment::new(kind) })
}

/// The attachments of a webhook message. A sticker comes both as `image` and as `sticker` until August 2026: it is one.
pub(crate) fn of_message(attachments: Vec<MessageAttachment<'_>>) -> Vec<Attachment> {
    let mut found: Vec<Attachment> = Vec::with_capacity(attachments.len());
    for attachment in attachments.into_iter().map(message_attachment) {
        let known = attachment.kind == AttachmentKind::Sticker
            && attachment.native_id.is_some()
            && found.iter().any(|other| other.kind == attachment.kind && other.native_id == attachment.native_id);
        if !known {
            found.push(attachment);
        }
    }
    found
}

fn message_attachment(attachment: MessageAttachment<'_>) -> Attachment {
    let raw = attachment.payload.map_or("null", RawValue::get);
    let payload: AttachmentPayload<'_> = serde_json::from_str(raw).unwrap_or_default();
    let sticker = payload.sticker_id.compact();
    let kind = match attachment.kind.get().unwrap_or("file") {
        "image" if sticker.is_some() => AttachmentKind::Sticker,
        "fallback" | "template" | "post" | "share" | "reel" | "ig_reel" | "ig_post" => AttachmentKind::Share,
        other => AttachmentKind::from(other),
    };
    let place = payload.coordinates.map(|point| format!("{}, {}", point.lat, point.long));
    Attachment {
        native_id: sticker,
        url: payload.url.owned().or(attachment.url.owned()),
        description: place.or(payload.title.owned()).or(attachment.title.owned()),
        ..Attachment::new(kind)
    }
}

/// The attachments of a Graph object; an album gives its pictures.
pub(crate) fn of_graph(attachments: Vec<GraphAttachment<'_>>) -> Vec<Attachment> {
    let mut found = Vec::with_capacity(attachments.len());
    for mut attachment in attachments {
        match attachment.subattachments.take().filter(|parts| !parts.data.is_empty()) {
            // One level is all there is: albums do not hold albums.
            Some(parts) => found.extend(parts.data.into_iter().map(graph_attachment)),
            None => found.push(graph_attachment(attachment)),
        }
    }
    found
}

fn graph_attachment(attachment: GraphAttachment<'_>) -> Attachment {
    let kind = graph_kind(&attachment);
    let media = attachment.media.unwrap_or_default();
    let target = attachment.target.unwrap_or_default();
    let picture = media.image.unwrap_or_default().url.owned();
    let page = attachment.unshimmed_url.owned().or(attachment.url.owned());
    let own = attachment.image_data.or(attachment.video_data).unwrap_or_default().url.owned();
    let url = match kind {
        AttachmentKind::Video => media.source.owned().or(own).or(page).or(picture),
        AttachmentKind::Share => page.or(picture),
        _ => own.or(picture).or(page),
    };
    Attachment {
        native_id: attachment.id.compact().or(target.id.compact()),
        url: url.or(attachment.file_url.owned()),
        size: attachment.size.get().and_then(|size| size.parse().ok()),
        mime: attachment.mime_type.owned(),
        description: attachment.title.owned().or(attachment.name.owned()),
        ..Attachment::new(kind)
    }
}

fn graph_kind(attachment: &GraphAttachment<'_>) -> AttachmentKind {
    if attachment.image_data.as_ref().is_some_and(|image| image.render_as_sticker.is_set()) {
        return AttachmentKind::Sticker;
    }
    match attachment.kind.get() {
        Some("photo" | "cover_photo" | "profile_media" | "animated_image_share") => AttachmentKind::Image,
        Some(kind) if kind.starts_with("video") || kind == "animated_image_video" => AttachmentKind::Video,
        Some("sticker") => AttachmentKind::Sticker,
        Some(_) => AttachmentKind::Share,
        None => match attachment.mime_type.get().and_then(|mime| mime.split('/').next()) {
            Some("image") => AttachmentKind::Image,
            Some("video") => AttachmentKind::Video,
            Some("audio") => AttachmentKind::Audio,
            _ if attachment.image_data.is_some() => AttachmentKind::Image,
            _ if attachment.video_data.is_some() => AttachmentKind::Video,
            _ => AttachmentKind::File,
        },
    }
}

/// Stars from before 2018, or a recommendation since (fact sheet facebook §5).
pub(crate) fn rating(stars: &Scalar<'_>, recommendation: &Scalar<'_>) -> Option<Rating> {
    let stars = stars.get().and_then(|stars| stars.parse::<u8>().ok()).filter(|stars| (1..=5).contains(stars));
    if let Some(stars) = stars {
        return Some(Rating { value: f32::from(stars), best: 5.0, worst: 1.0 });
    }
    let value = match recommendation.get()? {
        "POSITIVE" | "positive" => 1.0,
        "NEGATIVE" | "negative" => 0.0,
        _ => return None,
    };
    Some(Rating { value, best: 1.0, worst: 0.0 })
}

/// Keeps `raw` under `name`.
pub(crate) fn keep(extensions: &mut Map<String, Value>, name: &str, raw: Option<&RawValue>) {
    if let Some(value) = raw.and_then(|raw| serde_json::from_str(raw.get()).ok()) {
        extensions.insert(name.to_owned(), value);
    }
}

/// Keeps `value` under `name` if it is there.
pub(crate) fn keep_text(extensions: &mut Map<String, Value>, name: &str, value: Scalar<'_>) {
    if let Some(value) = value.owned() {
        extensions.insert(name.to_owned(), Value::String(value));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn tagged(text: &str, tags: &str) -> Content {
        let words = serde_json::to_string(text).unwrap();
        let tags = RawValue::from_string(tags.to_owned()).unwrap();
        content(serde_json::from_str(&words).unwrap(), Some(&tags))
    }

    #[test]
    fn names_are_found_by_code_points_and_by_utf16() {
        for offset in [2, 3] {
            let tags = format!(r#"[{{"id":1,"name":"Acme Air","type":"page","offset":{offset},"length":8}}]"#);
            let content = tagged("👍 Acme Air é", &tags);
            assert_eq!(content.entities[0].span.of(&content.text), "Acme Air");
            assert_eq!(content.entities[0].native_id.as_deref(), Some("1"));
        }
        let moved = tagged("cafe\u{301} Acme", r#"{"6":[{"id":"1","name":"Acme","offset":6,"length":4}]}"#);
        assert_eq!(moved.entities[0].span.of(&moved.text), "Acme");
    }

    #[test]
    fn tags_that_mark_something_else_are_left_out() {
        for tags in [
            r#"[{"name":"Acme","offset":1,"length":4}]"#,
            r#"[{"name":"Acme","offset":18446744073709551615,"length":4}]"#,
            "7",
        ] {
            assert!(tagged("Acme!", tags).entities.is_empty(), "{tags}");
        }
    }

    #[test]
    fn a_sticker_that_comes_twice_is_one() {
        let attachments = serde_json::from_str(
            r#"[{"type":"image","payload":{"url":"https://cdn.example/s","sticker_id":369239263222822}},
                {"type":"sticker","payload":{"url":"https://cdn.example/s","sticker_id":369239263222822}}]"#,
        )
        .unwrap();
        let found = of_message(attachments);
        assert_eq!(found.len(), 1);
        assert_eq!(found[0].kind, AttachmentKind::Sticker);
    }

    #[test]
    fn payloads_of_every_type_are_read() {
        let attachments = serde_json::from_str(
            r#"[{"type":"fallback","title":"A page","url":"https://acme.example/","payload":"text"},
                {"type":"location","title":"Here","payload":{"coordinates":{"lat":55.5,"long":-12.25}}},
                {"type":"hologram","payload":null}]"#,
        )
        .unwrap();
        let found = of_message(attachments);
        assert_eq!(found[0].url.as_deref(), Some("https://acme.example/"));
        assert_eq!(found[1].description.as_deref(), Some("55.5, -12.25"));
        assert_eq!(found[2].kind, AttachmentKind::Other("hologram".into()));
    }

    #[test]
    fn stars_and_recommendations_are_ratings() {
        let read = |stars: &str, word: &str| {
            rating(&serde_json::from_str(stars).unwrap(), &serde_json::from_str(word).unwrap())
        };
        assert_eq!(read("4", "null").unwrap(), Rating { value: 4.0, best: 5.0, worst: 1.0 });
        assert_eq!(read("null", r#""NEGATIVE""#).unwrap(), Rating { value: 0.0, best: 1.0, worst: 0.0 });
        assert_eq!(read("9", "null"), None);
    }
}
