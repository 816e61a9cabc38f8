//! The HTML of a status as plain text with marked spans.
//!
//! Line breaks of the author's stay, as Mastodon's own pages show them; paragraphs are parted by an empty line. Link texts that
//! Mastodon shortened are written out. One pass over the tokens, no tree: hostile markup costs no more than its length.

use std::collections::HashMap;
use std::convert::Infallible;

use careline::model::{Entity, EntityKind, Span};
use careline::wire::Plain;
use compact_str::CompactString;
use html5gum::Tokenizer;
use html5gum::emitters::callback::{CallbackEmitter, CallbackEvent};

use crate::wire::{Emoji, Mention};

/// What a status says: its `content` in NFC, with mentions, links, tags and emoji. A content warning is no part of it; it
/// stands in the extensions as `spoiler_text`.
pub(crate) fn plain(status: &Markup<'_>) -> (String, Vec<Entity>) {
    let mut page = Page::new(status);
    match unmarked(status.content) {
        Some(text) => page.write(text),
        None => page.read(status.content),
    }
    page.finish(status.emojis)
}

/// The parts of a status that its text is made of.
#[derive(Clone, Copy)]
pub(crate) struct Markup<'a> {
    pub(crate) content: &'a str,
    pub(crate) mentions: &'a [Mention<'a>],
    pub(crate) emojis: &'a [Emoji<'a>],
    /// The host that local handles belong to.
    pub(crate) host: &'a str,
}

/// `acct` with the host that it lacks on its own server.
pub(crate) fn full_handle(acct: &str, host: &str) -> CompactString {
    if acct.contains('@') { acct.into() } else { compact_str::format_compact!("{acct}@{host}") }
}

/// The text of the commonest content, one paragraph without anything in it.
fn unmarked(content: &str) -> Option<&str> {
    let text = content.strip_prefix("<p>")?.strip_suffix("</p>")?;
    (!text.bytes().any(|byte| matches!(byte, b'<' | b'&' | b'\r'))).then_some(text)
}

struct Page<'a> {
    people: HashMap<&'a str, &'a Mention<'a>>,
    host: &'a str,
    text: String,
    entities: Vec<Entity>,
    /// Line breaks to write before the next text.
    breaks: usize,
    /// How many `span`s deep we are in one that is not shown.
    invisible: usize,
    muted: bool,
    anchor: Option<Anchor>,
    tag: Tag,
}

/// The link we are in.
struct Anchor {
    /// Where its text begins; absent while it has none.
    start: Option<usize>,
    href: String,
    class: String,
    shortened: bool,
}

/// The start tag that is being read.
#[derive(Default)]
struct Tag {
    name: String,
    attribute: Option<Attribute>,
    class: String,
    href: String,
    alt: String,
}

enum Attribute {
    Class,
    Href,
    Alt,
}

impl<'a> Page<'a> {
    fn new(status: &Markup<'a>) -> Self {
        let mut people = HashMap::new();
        for person in status.mentions {
            for name in [&person.username, &person.acct, &person.url].into_iter().flatten() {
                people.insert(name.as_str(), person);
            }
        }
        Self {
            people,
            host: status.host,
            text: String::with_capacity(status.content.len()),
            entities: Vec::new(),
            breaks: 0,
            invisible: 0,
            muted: false,
            anchor: None,
            tag: Tag::default(),
        }
    }

    fn read(&mut self, html: &str) {
        let mut emitter = CallbackEmitter::new(|event: CallbackEvent<'_>, _: html5gum::Span<()>| {
            self.event(&event);
            None::<Infallible>
        });
        emitter.naively_switch_states(true);
        let Ok(()) = Tokenizer::new_with_emitter(html, emitter).finish();
    }

    fn event(&mut self, event: &CallbackEvent<'_>) {
        match event {
            CallbackEvent::OpenStartTag { name } => self.tag.open(name),
            CallbackEvent::AttributeName { name } => self.tag.name_attribute(name),
            CallbackEvent::AttributeValue { value } => self.tag.set_attribute(value),
            CallbackEvent::CloseStartTag { .. } => self.start(),
            CallbackEvent::EndTag { name } => self.end(name),
            CallbackEvent::String { value } => self.write(&String::from_utf8_lossy(value)),
            _ => {}
        }
    }

    fn start(&mut self) {
        match self.tag.name.as_str() {
            "br" => self.breaks += 1,
            "a" => {
                self.close_anchor();
                let tag = &mut self.tag;
                let (href, class) = (std::mem::take(&mut tag.href), std::mem::take(&mut tag.class));
                self.anchor = Some(Anchor { start: None, href, class, shortened: false });
            }
            "span" => self.start_span(),
            "img" => {
                let alt = std::mem::take(&mut self.tag.alt);
                self.write(&alt);
            }
            "script" | "style" => self.muted = true,
            name => {
                let breaks = breaks_around(name.as_bytes());
                self.break_lines(breaks);
            }
        }
    }

    /// Mastodon hides the scheme and the tail of long addresses in spans of these classes.
    fn start_span(&mut self) {
        let (invisible, ellipsis) = (has(&self.tag.class, "invisible"), has(&self.tag.class, "ellipsis"));
        if self.invisible > 0 || invisible {
            self.invisible += 1;
        }
        if let Some(anchor) = &mut self.anchor {
            anchor.shortened |= invisible || ellipsis;
        }
    }

    fn end(&mut self, name: &[u8]) {
        match name {
            b"a" => self.close_anchor(),
            b"span" => self.invisible = self.invisible.saturating_sub(1),
            b"script" | b"style" => self.muted = false,
            _ => self.break_lines(breaks_around(name)),
        }
    }

    /// Begins a new line, after an empty one if `breaks` is 2; 0 is no block and does nothing.
    fn break_lines(&mut self, breaks: usize) {
        if breaks > 0 {
            self.close_anchor();
            self.invisible = 0;
            self.breaks = self.breaks.max(breaks);
        }
    }

    fn write(&mut self, text: &str) {
        let at_line_start = self.text.is_empty() || self.breaks > 0;
        if self.muted || self.invisible > 0 || (at_line_start && text.trim().is_empty()) {
            return;
        }
        if self.text.is_empty() {
            self.text.push_str(text.trim_start());
            self.breaks = 0;
            if let Some(anchor) = &mut self.anchor {
                anchor.start.get_or_insert(0);
            }
            return;
        }
        self.text.extend(std::iter::repeat_n('\n', std::mem::take(&mut self.breaks)));
        if let Some(anchor) = &mut self.anchor {
            anchor.start.get_or_insert(self.text.len());
        }
        self.text.push_str(text);
    }

    fn close_anchor(&mut self) {
        let Some(anchor) = self.anchor.take() else { return };
        let Some(start) = anchor.start else { return };
        let shown = self.text[start..].trim_end();
        let by_name = || has(&anchor.class, "mention").then(|| self.person(shown.trim_start_matches('@'))).flatten();
        let person = self.people.get(anchor.href.as_str()).copied().or_else(by_name);
        let end = start + shown.len();
        if let Some(person) = person {
            // Some servers write the sign before the link.
            let sign = usize::from(!shown.starts_with('@') && self.text[..start].ends_with('@'));
            self.mark_person(start - sign, end, person);
        } else if has(&anchor.class, "hashtag") {
            let tag = shown.trim_start_matches('#').to_owned();
            self.mark(start, end, EntityKind::Hashtag, tag, None);
        } else if has(&anchor.class, "mention") {
            let handle = shown.trim_start_matches('@').to_owned();
            self.mark(start, end, EntityKind::Mention, handle, None);
        } else if is_web(&anchor.href) {
            let mut end = end;
            if anchor.shortened || abbreviates(shown, &anchor.href) {
                self.text.truncate(start);
                self.text.push_str(&anchor.href);
                end = self.text.len();
            }
            self.mark(start, end, EntityKind::Link, anchor.href, None);
        }
    }

    fn mark(&mut self, start: usize, end: usize, kind: EntityKind, value: String, native_id: Option<CompactString>) {
        if let Some(span) = Span::new(start, end).filter(|_| start < end) {
            self.entities.push(Entity { span, kind, value, native_id });
        }
    }

    fn finish(mut self, emojis: &[Emoji<'_>]) -> (String, Vec<Entity>) {
        self.close_anchor();
        self.text.truncate(self.text.trim_end().len());
        if !self.people.is_empty() {
            self.mark_names();
        }
        if !emojis.is_empty() {
            self.mark_emojis(emojis);
            self.entities.sort_by_key(|entity| entity.span);
        }
        let plain = Plain::new(self.text.into());
        for entity in &mut self.entities {
            entity.span = plain.span(entity.span);
        }
        (plain.into_text(), self.entities)
    }

    /// Marks the `@name`s of people the status lists, where the server made no link of them.
    fn mark_names(&mut self) {
        let is_name = |character: char| character.is_alphanumeric() || matches!(character, '_' | '.' | '-' | '@');
        let mut found = Vec::new();
        let mut marked = self.entities.iter().peekable();
        let mut from = 0;
        while let Some(at) = self.text[from..].find('@').map(|at| from + at) {
            let name = &self.text[at + 1..];
            let name = &name[..name.find(|character| !is_name(character)).unwrap_or(name.len())];
            from = at + 1 + name.len();
            let name = name.trim_end_matches(['.', '-', '@']);
            while marked.next_if(|entity| entity.span.end as usize <= at).is_some() {}
            let inside = marked.peek().is_some_and(|entity| entity.span.start as usize <= at);
            let apart = !self.text[..at].ends_with(|before: char| is_name(before) || before == '/');
            if let (false, true, Some(person)) = (inside, apart, self.person(name)) {
                found.push((at, at + 1 + name.len(), person));
            }
        }
        for (start, end, person) in found {
            self.mark_person(start, end, person);
        }
        self.entities.sort_by_key(|entity| entity.span);
    }

    /// The listed person of this handle, with or without the host.
    fn person(&self, handle: &str) -> Option<&'a Mention<'a>> {
        let local = || handle.strip_suffix(self.host)?.strip_suffix('@');
        self.people.get(handle).or_else(|| self.people.get(local()?)).copied()
    }

    fn mark_person(&mut self, start: usize, end: usize, person: &Mention<'_>) {
        let shown = || self.text[start..end].trim_start_matches('@').to_owned();
        let handle = person.acct.as_ref().map_or_else(shown, |acct| full_handle(acct, self.host).into());
        // snac2 gives everybody the id 0.
        let native_id = person.id.as_ref().filter(|id| id.as_str() != "0").map(careline::wire::Id::compact);
        self.mark(start, end, EntityKind::Mention, handle, native_id);
    }

    /// Marks `:name:` wherever the status says that it is an emoji.
    fn mark_emojis(&mut self, emojis: &[Emoji<'_>]) {
        let names: std::collections::HashSet<&str> =
            emojis.iter().filter_map(|emoji| emoji.shortcode.as_deref()).collect();
        let mut opened = None;
        for (at, byte) in self.text.bytes().enumerate() {
            match (byte, opened) {
                (b':', Some(open)) if names.contains(&self.text[open + 1..at]) => {
                    let value = self.text[open + 1..at].to_owned();
                    if let Some(span) = Span::new(open, at + 1) {
                        self.entities.push(Entity { span, kind: EntityKind::Emoji, value, native_id: None });
                    }
                    opened = None;
                }
                (b':', _) => opened = Some(at),
                (b'_' | b'-', _) => {}
                _ if byte.is_ascii_alphanumeric() => {}
                _ => opened = None,
            }
        }
    }
}

impl Tag {
    fn open(&mut self, name: &[u8]) {
        for text in [&mut self.name, &mut self.class, &mut self.href, &mut self.alt] {
            text.clear();
        }
        self.name.push_str(&String::from_utf8_lossy(name));
    }

    fn name_attribute(&mut self, name: &[u8]) {
        self.attribute = match name {
            b"class" => Some(Attribute::Class),
            b"href" => Some(Attribute::Href),
            b"alt" => Some(Attribute::Alt),
            _ => None,
        };
    }

    fn set_attribute(&mut self, value: &[u8]) {
        let text = match self.attribute.take() {
            Some(Attribute::Class) => &mut self.class,
            Some(Attribute::Href) => &mut self.href,
            Some(Attribute::Alt) => &mut self.alt,
            None => return,
        };
        // Of two attributes with one name the first is the one that counts.
        if text.is_empty() {
            text.push_str(String::from_utf8_lossy(value).trim());
        }
    }
}

/// How many line breaks part a block of this name from its neighbours; 0 if it is no block.
fn breaks_around(name: &[u8]) -> usize {
    match name {
        b"p" | b"blockquote" | b"pre" | b"ul" | b"ol" | b"table" | b"hr" | b"h1" | b"h2" | b"h3" | b"h4" | b"h5"
        | b"h6" => 2,
        b"li" | b"div" | b"tr" | b"dt" | b"dd" | b"figure" | b"figcaption" => 1,
        _ => 0,
    }
}

fn has(class: &str, word: &str) -> bool {
    class.split_ascii_whitespace().any(|name| name == word)
}

fn is_web(href: &str) -> bool {
    ["http://", "https://"].iter().any(|scheme| {
        href.get(..scheme.len()).is_some_and(|start| start.eq_ignore_ascii_case(scheme)) && href.len() > scheme.len()
    })
}

/// Whether `shown` is `href` cut short: without its scheme, or with an ellipsis at the end.
fn abbreviates(shown: &str, href: &str) -> bool {
    let address = href.split_once("://").map_or(href, |(_, address)| address);
    let address = address.strip_prefix("www.").unwrap_or(address);
    let shown = shown.split_once("://").map_or(shown, |(_, shown)| shown);
    let shown = shown.strip_prefix("www.").unwrap_or(shown);
    match shown.strip_suffix('…').or_else(|| shown.strip_suffix("...")) {
        Some(start) => !start.is_empty() && address.starts_with(start),
        None => shown.trim_end_matches('/') == address.trim_end_matches('/'),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use careline::wire::{Id, Text};
    use proptest::prelude::*;

    fn text(content: &str) -> String {
        read(content, &[]).0
    }

    fn read(content: &str, mentions: &[Mention<'_>]) -> (String, Vec<Entity>) {
        plain(&Markup { content, mentions, emojis: &[], host: "inst.example" })
    }

    fn brand() -> Mention<'static> {
        Mention {
            id: Some(Id("55".into())),
            username: Some(Text("brand".into())),
            acct: Some(Text("brand".into())),
            url: Some(Text("https://inst.example/@brand".into())),
        }
    }

    /// Each entity as kind, marked text, value.
    fn marked(text: &str, entities: &[Entity]) -> Vec<(String, String, String)> {
        entities
            .iter()
            .map(|entity| (entity.kind.to_string(), entity.span.of(text).to_owned(), entity.value.clone()))
            .collect()
    }

    #[test]
    fn paragraphs_and_breaks_become_lines() {
        assert_eq!(text("<p>one</p>"), "one");
        assert_eq!(
            text("<p>one<br>two<br/>three</p><p>four</p>\n<p>five &lt;3</p>"),
            "one\ntwo\nthree\n\nfour\n\nfive <3"
        );
        assert_eq!(text("<ul><li>a</li><li>b</li></ul>after"), "a\nb\n\nafter");
        assert_eq!(text("<blockquote><p>said</p></blockquote><p>so</p>"), "said\n\nso");
        assert_eq!(text("no markup"), "no markup");
        assert_eq!(text("<p></p>"), "");
        assert_eq!(text(" <br> "), "");
        assert_eq!(text("<p>kept  as\nwritten</p>"), "kept  as\nwritten");
    }

    #[test]
    fn a_shortened_link_is_written_out() {
        let html = "<p>see <a href=\"https://www.acme.example/a/very/long/way?x=1&amp;y=2\"><span class=\"invisible\">\
                    https://www.</span><span class=\"ellipsis\">acme.example/a/very</span><span class=\"invisible\">\
                    /long/way?x=1&amp;y=2</span></a> please</p>";
        let (text, entities) = read(html, &[]);
        let address = "https://www.acme.example/a/very/long/way?x=1&y=2";
        assert_eq!(text, format!("see {address} please"));
        assert_eq!(marked(&text, &entities), [("link".into(), address.into(), address.into())]);
    }

    #[test]
    fn a_link_with_words_of_its_own_keeps_them() {
        let (text, entities) = read(
            "<a href=\"https://evil.example/\">https://bank.example</a> and \
            <a href=\"javascript:alert(1)\">this</a>, <a href=\"https://acme.example/shop\">acme.example/sh…</a>",
            &[],
        );
        assert_eq!(text, "https://bank.example and this, https://acme.example/shop");
        let values: Vec<_> = entities.iter().map(|entity| entity.value.as_str()).collect();
        assert_eq!(values, ["https://evil.example/", "https://acme.example/shop"]);
    }

    #[test]
    fn mentions_carry_the_native_id() {
        let html = "<p><span class=\"h-card\"><a href=\"https://inst.example/@brand\" class=\"u-url mention\">@<span>brand\
                    </span></a></span> hi <a class=\"mention hashtag\" rel=\"tag\" href=\"https://inst.example/tags/help\">\
                    #<span>help</span></a></p>";
        let (text, entities) = read(html, &[brand()]);
        assert_eq!(text, "@brand hi #help");
        assert_eq!(
            marked(&text, &entities),
            [
                ("mention".into(), "@brand".into(), "brand@inst.example".into()),
                ("hashtag".into(), "#help".into(), "help".into())
            ]
        );
        assert_eq!(entities[0].native_id.as_deref(), Some("55"));
    }

    #[test]
    fn a_sign_before_the_link_belongs_to_the_mention() {
        let (text, entities) = read("<p>@<a href=\"https://inst.example/@brand\">brand</a> hi</p>", &[brand()]);
        assert_eq!(marked(&text, &entities)[0].1, "@brand");
        let (text, entities) = read("<a class=\"mention\" href=\"https://else.example/x\">@brand</a>", &[brand()]);
        assert_eq!(entities[0].native_id.as_deref(), Some("55"), "{text}: found by name");
    }

    #[test]
    fn people_without_a_link_are_found_by_name() {
        let (text, entities) =
            read("<p>@brand. cc @brand@inst.example x@brand /@brand @branded @nobody</p>", &[brand()]);
        let spans: Vec<_> = entities.iter().map(|entity| (entity.span.start, entity.span.of(&text))).collect();
        assert_eq!(spans, [(0, "@brand"), (11, "@brand@inst.example")]);
        assert_eq!(entities[0].native_id.as_deref(), Some("55"));
    }

    #[test]
    fn custom_emoji_are_marked_where_the_status_lists_them() {
        let emojis = [Emoji { shortcode: Some(Text("blobcat".into())) }];
        let content = "<p>12:30:blobcat: :nope: <img class=\"emoji\" alt=\":blobcat:\" src=\"x\"></p>";
        let (text, entities) = plain(&Markup { content, mentions: &[], emojis: &emojis, host: "inst.example" });
        assert_eq!(text, "12:30:blobcat: :nope: :blobcat:");
        let spans: Vec<_> = entities.iter().map(|entity| (entity.span.start, entity.span.of(&text))).collect();
        assert_eq!(spans, [(5, ":blobcat:"), (22, ":blobcat:")]);
    }

    #[test]
    fn text_is_composed_and_spans_move_along() {
        let (text, entities) =
            read("<p>cafe\u{301} cre\u{300}me <a href=\"https://a.example/\">link</a>\u{301}</p>", &[]);
        assert_eq!(text, "café crème lin\u{1e31}");
        assert_eq!(entities[0].span.of(&text).chars().next(), Some('l'));
    }

    #[test]
    fn scripts_are_not_text_and_open_tags_hide_nothing_beyond_their_block() {
        assert_eq!(text("<p>a<script>alert('x')</script>b<style>p{}</style></p>"), "ab");
        assert_eq!(text("<p>a<span class=\"invisible\">b</p><p>c</p>"), "a\n\nc");
        assert_eq!(text("<p>a <a href=\"https://x.example/\">b</p><p>c</a></p>"), "a b\n\nc");
    }

    #[test]
    fn hostile_markup_costs_no_more_than_its_length() {
        let people: Vec<_> = (0..2000).map(|_| brand()).collect();
        for piece in [
            "<a href=https://x.example/>y",
            "<span class=invisible>",
            "<",
            "&",
            ":",
            "<p>",
            "e\u{301}",
            "<a class=mention>@q",
        ] {
            let begun = std::time::Instant::now();
            read(&piece.repeat(1_000_000 / piece.len()), &people);
            assert!(begun.elapsed().as_secs() < 10, "{piece}");
        }
    }

    proptest! {
        #[test]
        fn any_markup_gives_spans_that_fit(html in "(<a href=https://x.example/é>|</a>|<p>|</p>|<br>|<span class=invisible>|</span>|e\u{301}|@|:x:| |\n|&amp;|👍|<a class=mention>|[a-z<>&\"]){0,40}") {
            let emojis = [Emoji { shortcode: Some(Text("x".into())) }];
            let (text, entities) =
                plain(&Markup { content: &html, mentions: &[brand()], emojis: &emojis, host: "h" });
            prop_assert_eq!(&careline::model::nfc(text.as_str().into()), &text);
            for entity in &entities {
                prop_assert!(!entity.span.of(&text).is_empty(), "{:?} in {:?}", entity, text);
            }
            prop_assert!(entities.is_sorted_by_key(|entity| entity.span.start));
        }
    }
}
