//! Renders an answer into the parts in which a network takes it.

mod clean;
mod markdown;
mod split;

use serde::{Deserialize, Serialize};
use unicode_segmentation::UnicodeSegmentation;

use super::text::{Measured, TextPolicy, TextUnit, marks, measure, measure_marked};
use crate::error::{Error, ErrorKind, Result};
use crate::model::{Entity, EntityKind, open_enum};

/// More characters than this are no answer to anybody.
const CHARACTERS_MAX: usize = 100_000;
/// A thread of more parts is refused; numbers of two digits are counted in.
const PARTS_MAX: usize = 99;
/// A signature is initials or a name, in graphemes.
const SIGNATURE_MAX: usize = 40;

/// What to render, and for which surface.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Composing {
    /// The answer.
    pub text: String,
    /// How the surface counts.
    pub policy: TextPolicy,
    /// What stands at the end of the last part and counts, such as the agent's initials `^MK`.
    #[serde(default)]
    pub signature: Option<String>,
    /// Handles to stand at the beginning, with or without `@`; those that already do are not repeated.
    #[serde(default)]
    pub mentions: Vec<String>,
    /// Whether a long answer may become a numbered thread.
    #[serde(default)]
    pub thread: bool,
    /// Whether `text` is Markdown.
    #[serde(default)]
    pub markdown: bool,
}

impl Composing {
    /// Renders `text` as it stands into one part.
    pub fn new(text: impl Into<String>, policy: TextPolicy) -> Self {
        Self { text: text.into(), policy, signature: None, mentions: Vec::new(), thread: false, markdown: false }
    }
}

/// An answer as it will stand on the network.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "reflect", derive(crate::reflect::Reflect))]
#[non_exhaustive]
pub struct Composed {
    /// What to send, in order; never empty.
    pub parts: Vec<Part>,
    /// What was changed, each once.
    pub notes: Vec<ComposeNote>,
}

/// One post or message.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "reflect", derive(crate::reflect::Reflect))]
#[cfg_attr(feature = "reflect", reflect(text_with = Part::marked))]
#[non_exhaustive]
pub struct Part {
    /// Its text in Unicode NFC.
    pub text: String,
    /// Its length in the unit of the policy.
    pub length: u32,
    /// What the network makes of it; spans in UTF-8 bytes of `text`.
    pub entities: Vec<Entity>,
}

#[cfg(feature = "reflect")]
impl Part {
    fn marked(&self, _: Option<&crate::model::MessageId>) -> Option<&str> {
        Some(&self.text)
    }
}

open_enum! {
    /// What was changed in a text so that it can be sent.
    ComposeNote {
        /// Bold, italic or struck text became plain.
        Emphasis = "emphasis",
        /// A heading became a paragraph.
        Heading = "heading",
        /// Code became plain text.
        Code = "code",
        /// A list in Markdown became lines that begin with `•` or a number.
        List = "list",
        /// A link or picture in Markdown became `text (address)`.
        Link = "link",
        /// The text was split into numbered parts.
        Split = "split",
        /// A word that is longer than a part was split, too.
        WordSplit = "word_split",
        /// Control characters were taken out.
        Controls = "controls",
        /// Characters that change the direction of others were taken out.
        Bidi = "bidi",
        /// Characters that cannot be seen were taken out.
        Hidden = "hidden",
        /// Combining marks that stand alone or in heaps were taken out.
        Marks = "marks",
    }
}

/// Collects notes, each once.
#[derive(Debug, Default)]
struct Notes(Vec<ComposeNote>);

impl Notes {
    fn add(&mut self, note: ComposeNote) {
        if !self.0.contains(&note) {
            self.0.push(note);
        }
    }
}

/// Renders an answer: plain text where the network shows no Markdown, clean, signed, addressed, and split if need be.
///
/// A thread is split between paragraphs, sentences or words, and only inside a word that is longer than a part; never
/// inside a link, a mention, a tag or what people take for one character. Nothing is cut off.
///
/// # Errors
/// - `input_invalid`: nothing in it can be seen, it has more than 100,000 characters, a mention is no handle on this
///   network, or the signature is no line of at most 40 characters;
/// - `too_large`: it does not fit; says `length`, `max` and `unit`.
///
/// ```
/// use careline::engage::compose::{Composing, compose};
/// use careline::engage::text::TextPolicy;
///
/// let mut answer = Composing::new("We are **on it**.", TextPolicy::x_post());
/// answer.markdown = true;
/// answer.mentions = vec!["jo".to_owned()];
/// answer.signature = Some("^MK".to_owned());
/// let composed = compose(&answer)?;
/// assert_eq!(composed.parts[0].text, "@jo We are on it. ^MK");
/// assert_eq!(composed.parts[0].length, 21);
/// # Ok::<(), careline::Error>(())
/// ```
pub fn compose(ask: &Composing) -> Result<Composed> {
    rendered(ask).map_err(|error| error.during("compose"))
}

fn rendered(ask: &Composing) -> Result<Composed> {
    let mut notes = Notes::default();
    let text = readable(ask, &mut notes)?;
    let frame = Frame::new(ask, &text)?;
    let parts = match frame.whole(&text) {
        Ok(whole) => vec![whole],
        Err(too_large) if !ask.thread => return Err(too_large),
        Err(_) => thread(&text, &frame, &mut notes)?,
    };
    Ok(Composed { parts, notes: notes.0 })
}

/// The text in plain characters that can be seen.
fn readable(ask: &Composing, notes: &mut Notes) -> Result<String> {
    if ask.text.chars().nth(CHARACTERS_MAX).is_some() {
        let error = Error::new(ErrorKind::InputInvalid, "the text has more than 100,000 characters");
        return Err(error.with("bytes", ask.text.len()));
    }
    let degraded = (ask.markdown && !ask.policy.markdown).then(|| markdown::plain(&ask.text, notes));
    let text = clean::cleaned(degraded.as_deref().unwrap_or(&ask.text), notes);
    let text = text.trim();
    if !clean::can_be_seen(text) {
        return Err(Error::new(ErrorKind::InputInvalid, "the text is empty, or nothing in it can be seen"));
    }
    Ok(text.to_owned())
}

/// What stands around the text.
struct Frame<'a> {
    policy: &'a TextPolicy,
    /// Mentions at the beginning of the first part, with a space behind each.
    first_opening: String,
    /// The same for the other parts.
    next_opening: String,
    /// The signature, with a space before it.
    closing: String,
}

/// Which part of a thread.
#[derive(Clone, Copy)]
struct Place {
    /// From 1.
    number: usize,
    /// How many there are, or how many there may be while that is unknown.
    total: usize,
    last: bool,
}

impl<'a> Frame<'a> {
    fn new(ask: &'a Composing, text: &str) -> Result<Self> {
        let policy = &ask.policy;
        let mentions = mentions(ask)?;
        let opening = |mentions: &mut dyn Iterator<Item = &String>| -> String {
            mentions.map(|mention| format!("@{mention} ")).collect()
        };
        let already = mentioned_at_start(text);
        let is_new = |mention: &&String| !already.iter().any(|start| start.eq_ignore_ascii_case(mention));
        let first_opening = opening(&mut mentions.iter().filter(is_new));
        let next_opening = if policy.mention_each { opening(&mut mentions.iter()) } else { String::new() };
        Ok(Self { policy, first_opening, next_opening, closing: closing(ask)? })
    }

    /// The text as the only part.
    fn whole(&self, text: &str) -> Result<Part> {
        self.part(text, Place { number: 1, total: 1, last: true })
    }

    fn part(&self, text: &str, place: Place) -> Result<Part> {
        let text = self.around(text, place);
        let (measured, entities) = measure_marked(&text, self.policy);
        if !measured.fits {
            return Err(too_large("the text is longer than the network takes", measured, self.policy));
        }
        Ok(Part { text, length: measured.length, entities })
    }

    fn fits(&self, text: &str, place: Place) -> bool {
        measure(&self.around(text, place), self.policy).fits
    }

    fn around(&self, text: &str, place: Place) -> String {
        let opening = if place.number == 1 { &self.first_opening } else { &self.next_opening };
        let closing = if place.last { self.closing.as_str() } else { "" };
        if place.total == 1 {
            return format!("{opening}{text}{closing}");
        }
        format!("{opening}{text} ({}/{}){closing}", place.number, place.total)
    }
}

/// The handles without `@`, each known to be one.
fn mentions(ask: &Composing) -> Result<Vec<String>> {
    let handles = ask.mentions.iter().map(|mention| mention.strip_prefix('@').unwrap_or(mention).to_owned());
    let handles: Vec<String> = handles.collect();
    for handle in &handles {
        let written = format!("@{handle}");
        let whole = |mark: &Entity| mark.kind == EntityKind::Mention && mark.span.of(&written) == written;
        if !marks(&written, ask.policy.marking).iter().any(whole) {
            return Err(Error::new(ErrorKind::InputInvalid, "a mention is no handle this network knows"));
        }
    }
    Ok(handles)
}

fn mentioned_at_start(text: &str) -> Vec<&str> {
    text.split_whitespace().map_while(|word| word.strip_prefix('@')).collect()
}

fn closing(ask: &Composing) -> Result<String> {
    let Some(signature) = &ask.signature else { return Ok(String::new()) };
    let signature = signature.trim();
    let sound = clean::cleaned(signature, &mut Notes::default()) == signature && clean::can_be_seen(signature);
    if !sound || signature.contains('\n') || signature.graphemes(true).count() > SIGNATURE_MAX {
        let message = "a signature is one line of at most 40 characters that can be seen";
        return Err(Error::new(ErrorKind::InputInvalid, message));
    }
    Ok(format!(" {signature}"))
}

fn too_large(message: &str, measured: Measured, policy: &TextPolicy) -> Error {
    let (length, max, unit) = match policy.bytes_max {
        Some(max) if measured.length <= policy.max => (measured.bytes, max, TextUnit::Byte),
        _ => (measured.length, policy.max, policy.unit),
    };
    let error = Error::new(ErrorKind::TooLarge, message);
    error.with("length", length).with("max", max).with("unit", unit.as_str())
}

/// The text in numbered parts.
fn thread(text: &str, frame: &Frame<'_>, notes: &mut Notes) -> Result<Vec<Part>> {
    let measured = measure(text, frame.policy);
    let most = frame.policy.max.saturating_mul(PARTS_MAX as u32);
    let chunks = match split::chunks(text, frame, 9)? {
        None if measured.length <= most => split::chunks(text, frame, PARTS_MAX)?,
        chunks => chunks,
    };
    let Some(chunks) = chunks else {
        let error = too_large("the text fills more parts than a thread may have", measured, frame.policy);
        return Err(error.with("parts_max", PARTS_MAX));
    };
    notes.add(ComposeNote::Split);
    if chunks.iter().any(|chunk| chunk.in_word) {
        notes.add(ComposeNote::WordSplit);
    }
    let total = chunks.len();
    let parts = chunks
        .iter()
        .enumerate()
        .map(|(index, chunk)| frame.part(chunk.text, Place { number: index + 1, total, last: index + 1 == total }));
    parts.collect()
}
