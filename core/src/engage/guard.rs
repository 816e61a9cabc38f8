//! The guards: what is looked at in an answer before it is sent.
//!
//! Pure and deterministic: the same answer under the same policy meets the same objections, on every machine. Each
//! objection says which guard makes it, how much it weighs by the policy's `[guards]`, where in the draft, why, and what can
//! be done instead. Cost grows with the length of the texts and no faster.
//!
//! ```
//! use careline::engage::guard::{Guard, Guarded, Instead, Weight};
//! use careline::model::Timestamp;
//! use careline::policy::{CompiledPolicy, Policy};
//!
//! let policy = CompiledPolicy::new(Policy::from_brand("Acme"))?;
//! let draft = Guarded::new("Sorry to hear that! What is your e-mail address?", Timestamp::default()).in_public();
//! let objections = policy.guards().objections(&draft);
//! assert_eq!(objections[0].guard, Guard::AsksForPiiInPublic);
//! assert_eq!((objections[0].weight, objections[0].instead), (Weight::Block, Instead::MoveToPrivate));
//! # Ok::<(), careline::policy::PolicyErrors>(())
//! ```

mod asking;
mod own;
mod plain;
mod repeated;
mod tone;
mod words;

use std::fmt;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::model::{ConversationId, PiiKind, Reason, Span, Timestamp};
use crate::policy::{GuardRules, Policy, Strictness};
use crate::triage::pii;
use crate::triage::reading::Reading;

pub(crate) use own::{OrderNumber, OwnAddress};
pub use repeated::Fingerprint;

use plain::Plain;
use words::{Hit, PHRASES};

/// Declares an enum of which every value is known, with its names.
macro_rules! closed_enum {
    ($(#[doc = $doc:literal])* $name:ident { $($(#[doc = $arm_doc:literal])* $arm:ident = $text:literal),+ $(,)? }) => {
        $(#[doc = $doc])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize, JsonSchema)]
        pub enum $name {
            $($(#[doc = $arm_doc])* #[serde(rename = $text)] $arm,)+
        }

        impl $name {
            /// Every value, in order.
            pub const ALL: &'static [Self] = &[$(Self::$arm),+];

            /// The name.
            pub fn as_str(self) -> &'static str {
                match self {
                    $(Self::$arm => $text,)+
                }
            }
        }

        #[cfg(feature = "reflect")]
        impl crate::reflect::Reflected for $name {
            fn kind() -> crate::reflect::Kind {
                const CLOSED: &crate::reflect::OpenEnum = &crate::reflect::OpenEnum {
                    name: stringify!($name),
                    doc: concat!($($doc, "\n"),*),
                    known: &[$(($text, concat!($($arm_doc, "\n"),*))),+],
                };
                crate::reflect::Kind::Enum(CLOSED)
            }
            fn view(&self) -> crate::reflect::View<'_> {
                crate::reflect::View::Text(self.as_str())
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.pad(self.as_str())
            }
        }
    };
}

closed_enum! {
    /// What objects to an answer.
    Guard {
        /// It holds personal data and others can read it.
        PiiInPublic = "pii_in_public",
        /// It asks for personal data where others can read the answer.
        AsksForPiiInPublic = "asks_for_pii_in_public",
        /// The same or nearly the same was sent before.
        Repeated = "repeated",
        /// It blames, defends us, or shouts.
        Tone = "tone",
        /// It is more than one comment should hold, or can.
        TooLongForComment = "too_long_for_comment",
        /// The customer is marked as not to be engaged with.
        DoNotEngage = "do_not_engage",
        /// An open incident holds such answers.
        IncidentHold = "incident_hold",
        /// The conversation has moved since it was read.
        ConversationMoved = "conversation_moved",
        /// It was submitted before.
        DuplicateSubmit = "duplicate_submit",
    }
}

closed_enum! {
    /// What an objection does.
    Weight {
        /// The answer is not sent.
        Block = "block",
        /// Whoever writes it is told, and may send it all the same.
        Warn = "warn",
    }
}

closed_enum! {
    /// What can be done instead.
    Instead {
        /// Go on in private.
        MoveToPrivate = "move_to_private",
        /// Read what came since.
        ReadAgain = "read_again",
        /// Say it in other words.
        Reword = "reword",
        /// Say it in several parts, or in fewer words.
        Split = "split",
        /// Ask somebody who leads the team.
        AskALead = "ask_a_lead",
        /// Wait until the incident's answers are released.
        WaitForRelease = "wait_for_release",
        /// Set the warning aside: it may be sent all the same.
        SetAside = "set_aside",
        /// Answer where others can read it.
        AnswerInPublic = "answer_in_public",
        /// Wait until the customer writes again.
        WaitForCustomer = "wait_for_customer",
        /// Answer in the network's own app.
        UseTheApp = "use_the_app",
        /// It is done already.
        Nothing = "nothing",
    }
}

/// An answer before it is sent, and what is known around it.
#[derive(Clone, Copy, Debug)]
#[non_exhaustive]
pub struct Guarded<'a> {
    /// The draft's words.
    pub text: &'a str,
    /// The language of the draft as a BCP 47 tag, where it is known; matters for the tone alone.
    pub language: Option<&'a str>,
    /// Whether others than the customer can read it.
    pub public: bool,
    /// When it would be sent.
    pub now: Timestamp,
    /// The conversation it belongs to.
    pub conversation: Option<&'a ConversationId>,
    /// What we sent before, latest first; only [`Guarded::MOST_EARLIER`] are compared.
    pub earlier: &'a [Earlier<'a>],
    /// Names of the customer and of whoever answers: texts that differ in them only are the same.
    pub names: &'a [&'a str],
    /// Whether the customer is marked as not to be engaged with.
    pub do_not_engage: bool,
    /// Whether an open incident holds such answers.
    pub held_by_incident: bool,
    /// The version of the conversation that whoever answers has read; absent for what nobody writes.
    pub read: Option<u64>,
    /// The version of the conversation now.
    pub present: Option<u64>,
    /// Whether its idempotency key was seen before.
    pub submitted_before: bool,
    /// How long it is for its network.
    pub length: Option<TextLength>,
}

impl<'a> Guarded<'a> {
    /// So many earlier texts are compared.
    pub const MOST_EARLIER: usize = 160;

    /// A draft that only the customer can read, and of which nothing else is known.
    pub fn new(text: &'a str, now: Timestamp) -> Self {
        Self {
            text,
            language: None,
            public: false,
            now,
            conversation: None,
            earlier: &[],
            names: &[],
            do_not_engage: false,
            held_by_incident: false,
            read: None,
            present: None,
            submitted_before: false,
            length: None,
        }
    }

    /// The same draft where others can read it.
    #[must_use]
    pub fn in_public(self) -> Self {
        Self { public: true, ..self }
    }
}

/// Something we sent before.
#[derive(Clone, Copy, Debug)]
pub struct Earlier<'a> {
    /// Its words, as far as they are compared.
    pub fingerprint: &'a Fingerprint,
    /// When it was sent.
    pub at: Timestamp,
    /// The conversation it belongs to.
    pub conversation: &'a ConversationId,
    /// Whether it stands under the same post or reaches the same people as the draft would.
    pub same_audience: bool,
}

/// How long a text is in its network's own unit.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct TextLength {
    /// How long it is.
    pub used: u32,
    /// The most that one message may hold.
    pub most: u32,
}

/// What a guard has against an answer.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[cfg_attr(feature = "reflect", derive(crate::reflect::Reflect))]
pub struct Objection {
    /// The guard.
    pub guard: Guard,
    /// What it does.
    pub weight: Weight,
    /// Where in the draft, in order; the first [`Objection::MOST_SPANS`].
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub spans: Vec<Span>,
    /// Why, without words of the draft.
    pub reasons: Vec<Reason>,
    /// What can be done instead.
    pub instead: Instead,
}

impl Objection {
    /// So many places in the draft are named.
    pub const MOST_SPANS: usize = 32;
}

/// The guards of one policy, ready for use.
#[derive(Debug)]
pub struct Guards {
    rules: GuardRules,
    own: Vec<OwnAddress>,
    order_numbers: Vec<OrderNumber>,
    /// The words of the brand's name, which are no shouting, in lower case.
    brand: Vec<String>,
}

impl Guards {
    /// The guards of a policy. What its check would refuse counts as not written.
    pub fn new(policy: &Policy) -> Self {
        let rules = policy.guards.clone();
        Self {
            own: rules.own_addresses.iter().filter_map(|address| OwnAddress::read(address)).collect(),
            order_numbers: rules.order_numbers.iter().filter_map(|form| OrderNumber::read(form).ok()).collect(),
            brand: policy.brand.name.split_whitespace().map(str::to_lowercase).collect(),
            rules,
        }
    }

    /// What the guards have against `draft`, in the order of [`Guard`]; nothing if it may go out.
    pub fn objections(&self, draft: &Guarded<'_>) -> Vec<Objection> {
        let seen = Seen::new(draft.text, self);
        let mut objections = Vec::new();
        for guard in Guard::ALL {
            let Some(weight) = self.weight(*guard) else { continue };
            let found = match guard {
                Guard::PiiInPublic => self.pii_in_public(draft, &seen),
                Guard::AsksForPiiInPublic => self.asks_for_pii(draft, &seen),
                Guard::Repeated => self.repeated(draft, &seen),
                Guard::Tone => self.tone(draft, &seen),
                Guard::TooLongForComment => self.too_long(draft),
                Guard::DoNotEngage => fact(draft.do_not_engage, "the customer is marked as not to be engaged with"),
                Guard::IncidentHold => fact(draft.held_by_incident, "an open incident holds answers one by one"),
                Guard::ConversationMoved => moved(draft),
                Guard::DuplicateSubmit => fact(draft.submitted_before, "the idempotency key was seen before"),
            };
            let Some(Found { spans, notes }) = found else { continue };
            let rule = format!("guard.{guard}");
            let reasons = notes.into_iter().map(|note| Reason::new(rule.as_str(), note)).collect();
            objections.push(Objection { guard: *guard, weight, spans, reasons, instead: instead(*guard) });
        }
        objections
    }

    /// What an objection of this guard does; `None` if it is off.
    fn weight(&self, guard: Guard) -> Option<Weight> {
        let rules = &self.rules;
        let strictness = match guard {
            Guard::PiiInPublic => rules.pii_in_public,
            Guard::AsksForPiiInPublic => rules.asks_for_pii_in_public,
            Guard::Repeated => rules.repeated,
            Guard::Tone => rules.tone,
            Guard::TooLongForComment => rules.too_long_for_comment,
            Guard::DoNotEngage => rules.do_not_engage,
            Guard::IncidentHold => rules.incident_hold,
            Guard::ConversationMoved => rules.conversation_moved,
            Guard::DuplicateSubmit => rules.duplicate_submit,
        };
        match strictness {
            Strictness::Block => Some(Weight::Block),
            Strictness::Warn => Some(Weight::Warn),
            Strictness::Off => None,
        }
    }

    fn pii_in_public(&self, draft: &Guarded<'_>, seen: &Seen<'_>) -> Option<Found> {
        if !draft.public || seen.pii.is_empty() && seen.order_numbers.is_empty() {
            return None;
        }
        let mut notes = Vec::new();
        for kind in PiiKind::KNOWN {
            let count = seen.pii.iter().filter(|(found, _)| found.as_str() == *kind).count();
            if count > 0 {
                notes.push(format!("{count} of kind {kind}"));
            }
        }
        if !seen.order_numbers.is_empty() {
            notes.push(format!("{} of kind order_number", seen.order_numbers.len()));
        }
        let places = seen.pii.iter().map(|(_, place)| place).chain(&seen.order_numbers);
        Some(Found { spans: seen.spans(places), notes })
    }

    fn asks_for_pii(&self, draft: &Guarded<'_>, seen: &Seen<'_>) -> Option<Found> {
        if !draft.public {
            return None;
        }
        let requests = asking::requests(&seen.reading.folded, &seen.hits, &seen.links(), &seen.own);
        let places: Vec<(usize, usize)> = requests.iter().map(|request| (request.start, request.end)).collect();
        let mut languages: Vec<&str> = requests.iter().map(|request| request.language).collect();
        languages.sort_unstable();
        languages.dedup();
        let note =
            |language| format!("asks for personal data, in {language}, and does not lead to where nobody else reads");
        (!requests.is_empty())
            .then(|| Found { spans: seen.spans(&places), notes: languages.into_iter().map(note).collect() })
    }

    fn repeated(&self, draft: &Guarded<'_>, seen: &Seen<'_>) -> Option<Found> {
        if draft.earlier.is_empty() {
            return None;
        }
        let names = repeated::names(draft.names);
        let own = Fingerprint::of(&seen.reading.folded);
        let own = own.without(&names);
        if own.words() < self.rules.repeated_words as usize {
            return None;
        }
        let (mut most, mut count, mut here) = (0.0, 0, false);
        for earlier in draft.earlier.iter().take(Guarded::MOST_EARLIER) {
            let same_thread = draft.conversation == Some(earlier.conversation);
            let within = draft.now.millis_since(earlier.at) <= self.rules.repeated_within.as_millis() as i64;
            if !within || !(same_thread || earlier.same_audience) {
                continue;
            }
            let other = earlier.fingerprint.without(&names);
            if !own.may_have(&other, self.rules.repeated_from) {
                continue;
            }
            let in_common = own.in_common(&other);
            if in_common >= self.rules.repeated_from {
                (count, here) = (count + 1, here || same_thread);
                most = f64::max(most, in_common);
            }
        }
        let place = if here { "in this conversation" } else { "to the same audience" };
        let note = || format!("{most:.2} in common with what was sent {place}, {count} in all");
        (count > 0).then(|| Found { spans: Vec::new(), notes: vec![note()] })
    }

    fn tone(&self, draft: &Guarded<'_>, seen: &Seen<'_>) -> Option<Found> {
        let text = &seen.plain.text;
        let heard = [
            ("blames the customer", tone::blame(&seen.reading.folded, &seen.hits, draft.language)),
            ("defends us", tone::defence(&seen.hits, draft.language)),
            ("shouts in capitals", tone::Capitals::of(text, &seen.reading, &self.brand).shouts(self.rules.capitals)),
            ("shouts with exclamation marks", tone::exclamations(text, self.rules.exclamation_marks as usize)),
        ];
        let heard = heard.into_iter().filter(|(_, places)| !places.is_empty());
        let (notes, places): (Vec<_>, Vec<_>) =
            heard.map(|(what, places)| (format!("{what}, {} times", places.len()), places)).unzip();
        let mut places: Vec<(usize, usize)> = places.into_iter().flatten().collect();
        places.sort_unstable();
        (!notes.is_empty()).then(|| Found { spans: seen.spans(&places), notes })
    }

    fn too_long(&self, draft: &Guarded<'_>) -> Option<Found> {
        let mut notes = Vec::new();
        if let Some(TextLength { used, most }) = draft.length.filter(|length| length.used > length.most) {
            notes.push(format!("{used} long where the network takes {most}"));
        }
        let (characters, most) = (draft.text.chars().count(), self.rules.comment_length as usize);
        if draft.public && characters > most {
            notes.push(format!("{characters} characters where a public answer should have {most} at most"));
        }
        (!notes.is_empty()).then_some(Found { spans: Vec::new(), notes })
    }
}

/// What a guard found.
struct Found {
    spans: Vec<Span>,
    notes: Vec<String>,
}

fn fact(holds: bool, note: &str) -> Option<Found> {
    holds.then(|| Found { spans: Vec::new(), notes: vec![note.to_owned()] })
}

fn moved(draft: &Guarded<'_>) -> Option<Found> {
    let (read, present) = draft.read.zip(draft.present).filter(|(read, present)| read != present)?;
    fact(true, &format!("version {read} was read, now it is {present}"))
}

fn instead(guard: Guard) -> Instead {
    match guard {
        Guard::PiiInPublic | Guard::AsksForPiiInPublic => Instead::MoveToPrivate,
        Guard::Repeated | Guard::Tone => Instead::Reword,
        Guard::TooLongForComment => Instead::Split,
        Guard::DoNotEngage => Instead::AskALead,
        Guard::IncidentHold => Instead::WaitForRelease,
        Guard::ConversationMoved => Instead::ReadAgain,
        Guard::DuplicateSubmit => Instead::Nothing,
    }
}

/// A draft read once for all guards; places are bytes of the plain text.
struct Seen<'a> {
    plain: Plain<'a>,
    reading: Reading,
    hits: Vec<Hit>,
    /// Personal data that the policy wants kept.
    pii: Vec<(PiiKind, (usize, usize))>,
    order_numbers: Vec<(usize, usize)>,
    /// The brand's own addresses.
    own: Vec<(usize, usize)>,
}

impl<'a> Seen<'a> {
    fn new(draft: &'a str, guards: &Guards) -> Self {
        let plain = Plain::new(draft);
        let reading = Reading::of(&plain.text, &[]);
        let hits = PHRASES.scan(&reading.folded);
        let order_numbers = own::order_numbers(&guards.order_numbers, &plain.text).into_iter().map(place).collect();
        let mut seen = Self { plain, reading, hits, pii: Vec::new(), order_numbers, own: Vec::new() };
        seen.find_pii(guards);
        seen
    }

    fn find_pii(&mut self, guards: &Guards) {
        for found in pii::find(&self.plain.text) {
            let at = place(found.span);
            let ordered = self.order_numbers.iter().any(|order| order.0 < at.1 && at.0 < order.1);
            if own::is_own(&guards.own, &found.kind, found.span.of(&self.plain.text)) {
                self.own.push(at);
            } else if guards.rules.pii.contains(&found.kind) && !ordered {
                self.pii.push((found.kind, at));
            }
        }
    }

    fn links(&self) -> Vec<(usize, usize)> {
        self.reading.links.iter().copied().map(place).collect()
    }

    /// These places in the draft, in order, as many as an objection names.
    fn spans<'b>(&self, places: impl IntoIterator<Item = &'b (usize, usize)>) -> Vec<Span> {
        let spans = places.into_iter().filter_map(|(start, end)| self.plain.span(*start, *end));
        let mut spans: Vec<Span> = spans.collect();
        spans.sort_unstable();
        spans.truncate(Objection::MOST_SPANS);
        spans
    }
}

fn place(span: Span) -> (usize, usize) {
    (span.start as usize, span.end as usize)
}
