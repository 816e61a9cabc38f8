//! What looking over an answer costs before it is sent ÷ one bare parse of a webhook's body.

use std::hint::black_box;

use careline::engage::compose::{Composing, compose};
use careline::engage::guard::{Earlier, Fingerprint, Guarded};
use careline::engage::text::{TextPolicy, measure as measure_text};
use careline::model::{ConversationId, Timestamp};
use careline::policy::{CompiledPolicy, Policy};

use crate::clock::{Compared, compare, micros_each};
use crate::normalise;
use crate::traffic::Kind;

/// So many answers are looked over, and bodies parsed, in one round.
const ANSWERS: usize = 1_000;

/// A public answer of 200 characters that nothing is to be said against.
pub const ANSWER: &str = "Thanks for letting us know, Anna! We're sorry that the kettle gave up so soon. Please send us \
                          a direct message with your order number, and we'll get a new one on its way to you this \
                          week. Promised! ^MK";

/// What is done with an answer.
#[derive(Clone, Copy, Debug)]
pub enum Step {
    /// The guards look at it beside so many earlier ones.
    Guards(usize),
    /// It is measured as X counts.
    Measure,
    /// It is rendered and looked at beside so many earlier ones: what a verdict takes.
    Both(usize),
    /// It is rendered for X, signed.
    Compose,
    /// What it is compared with is made of an earlier one, as a verdict does for each that it reads.
    Fingerprint,
}

impl Step {
    /// Every step that is measured.
    pub const ALL: [Self; 9] = [
        Self::Guards(0),
        Self::Guards(16),
        Self::Guards(Guarded::MOST_EARLIER),
        Self::Measure,
        Self::Both(0),
        Self::Both(16),
        Self::Both(Guarded::MOST_EARLIER),
        Self::Compose,
        Self::Fingerprint,
    ];

    /// What it is called.
    pub fn name(self) -> String {
        match self {
            Self::Guards(earlier) => format!("guards, {earlier} earlier answers"),
            Self::Measure => "measure".to_owned(),
            Self::Both(earlier) => format!("verdict (rendered and guarded), {earlier} earlier answers"),
            Self::Compose => "compose".to_owned(),
            Self::Fingerprint => "fingerprint of an earlier answer".to_owned(),
        }
    }
}

/// An answer and what is known around it.
#[derive(Debug)]
pub struct Desk {
    policy: CompiledPolicy,
    composing: Composing,
    conversation: ConversationId,
    earlier: Vec<Fingerprint>,
    now: Timestamp,
}

impl Default for Desk {
    fn default() -> Self {
        let mut composing = Composing::new(ANSWER.trim_end_matches(" ^MK"), TextPolicy::x_post());
        composing.signature = Some("^MK".to_owned());
        Self {
            policy: CompiledPolicy::new(Policy::from_brand("Acme")).unwrap_or_else(|mistakes| panic!("{mistakes}")),
            composing,
            conversation: ConversationId::from("one"),
            earlier: (0..Guarded::MOST_EARLIER).map(|number| Fingerprint::new(&earlier(number))).collect(),
            now: Timestamp::default(),
        }
    }
}

/// An answer of about the same length that is another one.
fn earlier(number: usize) -> String {
    let subjects = ["invoice", "delivery", "kettle", "refund", "booking", "password", "shop", "courier"];
    let (one, other) = (subjects[number % subjects.len()], subjects[number / 3 % subjects.len()]);
    format!(
        "Hello Jo, thanks for asking about the {one}. Our colleagues of the {other} have looked at it for {number} \
         minutes and found what went wrong, so that it works again from tomorrow morning on. Have a nice day! ^AB"
    )
}

impl Desk {
    /// Does a step `ANSWERS` times; how much there was to object to, to measure or to send.
    pub fn take(&self, step: Step) -> usize {
        let earlier = |most: usize| -> Vec<Earlier<'_>> {
            self.earlier[..most].iter().map(|fingerprint| self.earlier(fingerprint)).collect()
        };
        match step {
            Step::Guards(most) => {
                let earlier = earlier(most);
                self.each(|| self.objections(&earlier))
            }
            Step::Measure => self.each(|| self.length()),
            Step::Both(most) => {
                let earlier = earlier(most);
                self.each(|| self.objections(&earlier) + self.parts())
            }
            Step::Compose => self.each(|| self.parts()),
            Step::Fingerprint => self.each(|| {
                black_box(Fingerprint::new(black_box(ANSWER)));
                1
            }),
        }
    }

    fn each(&self, step: impl Fn() -> usize) -> usize {
        (0..ANSWERS).map(|_| black_box(step())).sum()
    }

    fn earlier<'a>(&'a self, fingerprint: &'a Fingerprint) -> Earlier<'a> {
        Earlier { fingerprint, at: self.now, conversation: &self.conversation, same_audience: true }
    }

    fn objections(&self, earlier: &[Earlier<'_>]) -> usize {
        let mut draft = Guarded::new(black_box(ANSWER), self.now).in_public();
        draft.earlier = earlier;
        draft.conversation = Some(&self.conversation);
        self.policy.guards().objections(&draft).len()
    }

    fn length(&self) -> usize {
        measure_text(black_box(ANSWER), &self.composing.policy).length as usize
    }

    fn parts(&self) -> usize {
        compose(black_box(&self.composing)).map_or(0, |composed| composed.parts.len())
    }
}

/// Measures every step beside the bare parse of single X posts.
///
/// # Panics
/// If the guards object to the answer, or it is no one post: then another path is measured than most answers take.
pub fn measure(rounds: usize) -> Vec<(Step, Compared)> {
    let (desk, parse) = (Desk::default(), normalise::Case::new(Kind::X, ANSWERS));
    assert_eq!(desk.take(Step::Guards(Guarded::MOST_EARLIER)), 0, "nothing is to be said against the answer");
    assert_eq!(desk.take(Step::Compose), ANSWERS, "the answer is one post");
    let measured = |step| {
        let ours = || micros_each(ANSWERS, || desk.take(step));
        (step, compare(rounds, ours, || micros_each(ANSWERS, || parse.parse())))
    };
    Step::ALL.map(measured).into()
}
