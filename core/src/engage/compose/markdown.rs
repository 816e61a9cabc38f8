//! Plain text from Markdown (CommonMark), for networks that show it as written.

use pulldown_cmark::{Event, LinkType, Options, Parser, Tag, TagEnd};

use super::{ComposeNote, Notes};

/// Quotes within more quotes than this are not marked again.
const QUOTES_MAX: usize = 3;

/// What `text` says without its marks; addresses follow their words in parentheses.
pub(super) fn plain(text: &str, notes: &mut Notes) -> String {
    let plain = String::with_capacity(text.len());
    let mut writing = Writing { plain, gap: 0, lists: vec![], links: vec![], quotes: vec![], notes };
    for (event, range) in Parser::new_ext(text, Options::ENABLE_STRIKETHROUGH).into_offset_iter() {
        if matches!(event, Event::Start(Tag::List(_))) && !follows_blank_line(&text[..range.start]) {
            writing.gap = writing.gap.min(1);
        }
        writing.event(event);
    }
    writing.plain
}

fn follows_blank_line(before: &str) -> bool {
    before[before.trim_end().len()..].matches('\n').count() > 1
}

struct Writing<'a> {
    plain: String,
    /// How many line breaks are due before anything else.
    gap: usize,
    /// The next number of each open list; absent for bullets.
    lists: Vec<Option<u64>>,
    /// Where the words of each open link begin, and where it leads.
    links: Vec<(usize, String)>,
    /// Where each open quote begins.
    quotes: Vec<usize>,
    notes: &'a mut Notes,
}

impl Writing<'_> {
    fn event(&mut self, event: Event<'_>) {
        match event {
            Event::Start(tag) => self.start(tag),
            Event::End(tag) => self.end(tag),
            Event::Code(code) => {
                self.notes.add(ComposeNote::Code);
                self.write(&code);
            }
            Event::SoftBreak | Event::HardBreak => self.write("\n"),
            Event::Rule => {
                self.write("———");
                self.gap = 2;
            }
            Event::Text(text) | Event::Html(text) | Event::InlineHtml(text) => self.write(&text),
            _ => {}
        }
    }

    fn start(&mut self, tag: Tag<'_>) {
        match tag {
            Tag::Heading { .. } => self.notes.add(ComposeNote::Heading),
            Tag::CodeBlock(_) => self.notes.add(ComposeNote::Code),
            Tag::Emphasis | Tag::Strong | Tag::Strikethrough => self.notes.add(ComposeNote::Emphasis),
            Tag::BlockQuote(_) => {
                self.write("");
                self.quotes.push(self.plain.len());
            }
            Tag::List(first) => {
                self.notes.add(ComposeNote::List);
                self.lists.push(first);
            }
            Tag::Item => self.item(),
            Tag::Link { dest_url, link_type, .. } => self.link(&dest_url, link_type),
            Tag::Image { dest_url, link_type, .. } => self.link(&dest_url, link_type),
            _ => {}
        }
    }

    fn end(&mut self, tag: TagEnd) {
        match tag {
            TagEnd::Paragraph | TagEnd::Heading(_) | TagEnd::HtmlBlock | TagEnd::CodeBlock => self.gap = 2,
            TagEnd::Item => self.gap = self.gap.max(1),
            TagEnd::List(_) => {
                self.lists.pop();
                self.gap = if self.lists.is_empty() { 2 } else { 1 };
            }
            TagEnd::BlockQuote(_) => self.end_quote(),
            TagEnd::Link | TagEnd::Image => self.end_link(),
            _ => {}
        }
    }

    fn item(&mut self) {
        self.gap = self.gap.max(usize::from(!self.plain.is_empty()));
        let marker = match self.lists.last_mut() {
            Some(Some(number)) => {
                *number += 1;
                format!("{}. ", *number - 1)
            }
            _ => "• ".to_owned(),
        };
        self.write(&marker);
    }

    /// Addresses in angle brackets are their own words.
    fn link(&mut self, address: &str, link_type: LinkType) {
        self.write("");
        let bare = matches!(link_type, LinkType::Autolink | LinkType::Email);
        self.links.push((self.plain.len(), if bare { String::new() } else { address.to_owned() }));
    }

    fn end_link(&mut self) {
        let Some((start, address)) = self.links.pop() else { return };
        let words = &self.plain[start..];
        if address.is_empty() {
            return;
        }
        self.notes.add(ComposeNote::Link);
        if words.is_empty() || words == address {
            self.plain.truncate(start);
            self.plain.push_str(&address);
        } else if !words.contains(&address) && address.strip_prefix("https://") != Some(words) {
            self.plain.push_str(&format!(" ({address})"));
        }
    }

    fn end_quote(&mut self) {
        let Some(start) = self.quotes.pop() else { return };
        if self.quotes.len() < QUOTES_MAX {
            let quoted: Vec<String> = self.plain[start..].trim_end().lines().map(|line| format!("> {line}")).collect();
            self.plain.truncate(start);
            self.plain.push_str(&quoted.join("\n"));
        }
        self.gap = 2;
    }

    fn write(&mut self, text: &str) {
        let gap = std::mem::take(&mut self.gap);
        if gap > 0 && !self.plain.is_empty() {
            self.plain.truncate(self.plain.trim_end_matches('\n').len());
            self.plain.push_str(&"\n".repeat(gap));
        }
        self.plain.push_str(text);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn degraded(text: &str) -> (String, Vec<ComposeNote>) {
        let mut notes = Notes::default();
        (plain(text, &mut notes), notes.0)
    }

    #[test]
    fn words_stay_and_marks_go() {
        for (text, expected, note) in [
            ("We are **very** *sorry*, ~~not~~ _really_.", "We are very sorry, not really.", ComposeNote::Emphasis),
            ("# Hello\nthere", "Hello\n\nthere", ComposeNote::Heading),
            ("Type `ls -l`.", "Type ls -l.", ComposeNote::Code),
            ("```\na\nb\n```\nc", "a\nb\n\nc", ComposeNote::Code),
            ("[our page](https://a.com/b)!", "our page (https://a.com/b)!", ComposeNote::Link),
            ("[https://a.com](https://a.com)", "https://a.com", ComposeNote::Link),
            ("![cat](https://a.com/c.png)", "cat (https://a.com/c.png)", ComposeNote::Link),
            ("To do:\n- one\n- two\n\nBye", "To do:\n• one\n• two\n\nBye", ComposeNote::List),
            ("3. one\n4. two", "3. one\n4. two", ComposeNote::List),
        ] {
            assert_eq!(degraded(text), (expected.to_owned(), vec![note]), "{text:?}");
        }
    }

    #[test]
    fn plain_text_stays_as_it_is() {
        for text in ["Hello\nthere\n\nJo", "snake_case 2 * 3 #tag @jo", "> quoted\n> lines\n\nanswer", "a < b & c"] {
            assert_eq!(degraded(text), (text.to_owned(), vec![]), "{text:?}");
        }
        assert_eq!(degraded("<https://a.com>"), ("https://a.com".to_owned(), vec![]));
    }

    #[test]
    fn quotes_are_marked_three_deep() {
        assert_eq!(degraded("> > a").0, "> > a");
        assert_eq!(degraded("> > > > > a").0, "> > > a");
    }

    #[test]
    fn deep_nesting_takes_no_longer_than_it_is_long() {
        assert!(degraded(&format!("{}a", "> ".repeat(20_000))).0.ends_with('a'));
        assert!(degraded(&format!("{}a", "- ".repeat(5_000))).0.ends_with('a'));
    }
}
