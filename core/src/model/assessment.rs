//! What a message is, and why we think so.

use std::collections::BTreeMap;

use compact_str::CompactString;
use schemars::JsonSchema;
use serde::de::Error as _;
use serde::{Deserialize, Deserializer, Serialize};

use super::{MessageId, Span, open_enum};

open_enum! {
    /// What the author wants.
    Intent {
        /// Something went wrong and they say so.
        Complaint = "complaint",
        /// They want to know something.
        Question = "question",
        /// They want something done.
        Request = "request",
        /// Something does not work, told without anger.
        ProblemReport = "problem_report",
        /// They are pleased.
        Praise = "praise",
        /// They have an idea what we could do better.
        Suggestion = "suggestion",
        /// They thank us and the matter is settled.
        Closing = "closing",
        /// They talk, not to us or about nothing we can act on.
        Chatter = "chatter",
    }
}

open_enum! {
    /// The tone of the author.
    Sentiment {
        /// Unhappy.
        Negative = "negative",
        /// Neither.
        Neutral = "neutral",
        /// Happy.
        Positive = "positive",
        /// In a language whose tone we cannot hear, and with no sign that speaks in all.
        Unknown = "unknown",
    }
}

open_enum! {
    /// How a message is about us.
    Relevance {
        /// It speaks to us: a direct message, an answer to us, our handle.
        Addressed = "addressed",
        /// It names us or a listening term.
        About = "about",
        /// It is neither.
        None = "none",
    }
}

open_enum! {
    /// Where the answer should go.
    SuggestedSurface {
        /// Answer where it was asked.
        Stay = "stay",
        /// Answer in private.
        Private = "private",
        /// Do not answer.
        None = "none",
    }
}

open_enum! {
    /// Why a message must not wait for its turn.
    Risk {
        /// It threatens with lawyers, courts or regulators.
        Legal = "legal",
        /// Press or a large audience is near.
        Press = "press",
        /// Somebody is or may be hurt.
        Safety = "safety",
        /// The customer is leaving.
        Churn = "churn",
        /// The author may harm themselves: a person must look at once.
        SelfHarm = "self_harm",
        /// It affects many, or smells of a public crisis.
        Crisis = "crisis",
    }
}

open_enum! {
    /// A kind of personal data.
    PiiKind {
        /// A payment card number that passes the Luhn check.
        Card = "card",
        /// An international bank account number with a right checksum.
        Iban = "iban",
        /// A telephone number.
        Phone = "phone",
        /// An e-mail address.
        Email = "email",
        /// A national identity number with a right form or checksum.
        NationalId = "national_id",
        /// An internet address of a machine.
        IpAddress = "ip_address",
    }
}

/// Personal data found in a text; the text itself is not repeated here.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[cfg_attr(feature = "reflect", derive(crate::reflect::Reflect))]
pub struct Pii {
    /// What it is.
    pub kind: PiiKind,
    /// Where it stands.
    pub span: Span,
}

/// One reason for one conclusion about a message. Names a rule and a place, never the words themselves.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[cfg_attr(feature = "reflect", derive(crate::reflect::Reflect))]
pub struct Finding {
    /// Which question it answers.
    pub about: Question,
    /// Which answer it speaks for; for yes-or-no questions `yes` or `no`.
    #[schemars(with = "String")]
    pub value: CompactString,
    /// How strongly, as a log-odds-like score; negative speaks against. Counts as 20 at most, either way.
    #[serde(deserialize_with = "finite")]
    pub weight: f32,
    /// The rule or model that says so, `<room>.<name>`, e.g. `text.refund_word` or `x.direct_message`.
    #[schemars(with = "String")]
    pub rule: CompactString,
    /// Where in the text, if it is a place.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub span: Option<Span>,
}

/// A weight; one that no 32 bits hold could not be written again.
fn finite<'de, D: Deserializer<'de>>(deserializer: D) -> Result<f32, D::Error> {
    let weight = f32::deserialize(deserializer)?;
    let wrong = || D::Error::custom(format!("`weight` is out of its range, {:e} to {:e}", f32::MIN, f32::MAX));
    if weight.is_finite() { Ok(weight) } else { Err(wrong()) }
}

open_enum! {
    /// The questions an assessment answers.
    Question {
        /// Is it about us?
        Relevance = "relevance",
        /// Does it need a response?
        NeedsResponse = "needs_response",
        /// What does the author want?
        Intent = "intent",
        /// Which subject is it?
        Category = "category",
        /// What is the tone?
        Sentiment = "sentiment",
        /// Which language is it?
        Language = "language",
        /// Is it spam or bait?
        Spam = "spam",
        /// Is it abuse?
        Abuse = "abuse",
        /// Does it affect many, or smell of a public crisis?
        Risk = "risk",
        /// How urgent is it?
        Urgency = "urgency",
        /// Which personal data does it hold?
        Pii = "pii",
        /// Where should the answer go?
        Surface = "surface",
        /// Which tier is it?
        Tier = "tier",
    }
}

/// An assessment in short: what lists and the case need of it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[cfg_attr(feature = "reflect", derive(crate::reflect::Reflect))]
pub struct Gist {
    /// Whether somebody should answer.
    pub needs_response: bool,
    /// 1 is the most pressing.
    pub tier: u8,
    /// What the author wants.
    pub intent: Intent,
    /// The subject.
    #[schemars(with = "String")]
    pub category: CompactString,
    /// The tone.
    pub sentiment: Sentiment,
    /// The language as a BCP 47 tag.
    #[schemars(with = "String")]
    pub language: CompactString,
}

/// How sure single answers are: how often, from 0 to 1, answers of that strength held on texts that nothing was learnt
/// from. 0 where it is not known, as in assessments by careline before it was measured.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[cfg_attr(feature = "reflect", derive(crate::reflect::Reflect))]
pub struct Certainty {
    /// Of the need for a response.
    pub needs_response: f32,
    /// Of the intent.
    pub intent: f32,
    /// Of the subject.
    pub category: f32,
    /// Of the tone.
    pub sentiment: f32,
    /// Of its being spam or not.
    pub spam: f32,
}

/// What careline concludes about one revision of one message, with every reason.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[cfg_attr(feature = "reflect", derive(crate::reflect::Reflect))]
#[cfg_attr(feature = "reflect", reflect(message_with = Assessment::about))]
pub struct Assessment {
    /// The message; absent when a text is assessed outside a store.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub message: Option<MessageId>,
    /// The revision that was assessed.
    #[serde(default)]
    pub revision: u64,
    /// Whether and how it is about us.
    pub relevance: Relevance,
    /// Whether somebody should answer.
    pub needs_response: bool,
    /// What the author wants.
    pub intent: Intent,
    /// The subject: `product`, `website`, `technical`, `billing`, `delivery`, `account`, `service` … or one of the policy's.
    #[schemars(with = "String")]
    pub category: CompactString,
    /// All its subjects, the strongest, which is `category`, first.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    #[schemars(with = "Vec<String>")]
    pub categories: Vec<CompactString>,
    /// The tone towards us.
    pub sentiment: Sentiment,
    /// How clear the tone is, from -1 (negative) to 1 (positive).
    pub sentiment_score: f32,
    /// How frustrated the author sounds, from 0 to 1; 0 unless the tone is negative.
    #[serde(default)]
    pub frustration: f32,
    /// The language as a BCP 47 tag; `und` if the text does not tell.
    #[schemars(with = "String")]
    pub language: CompactString,
    /// Whether it cannot wait.
    #[serde(default)]
    pub urgent: bool,
    /// Why it must not wait for its turn; empty for most.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub risks: Vec<Risk>,
    /// Whether it is spam or bait.
    pub spam: bool,
    /// Whether it insults or threatens.
    pub abuse: bool,
    /// Whether its author seems to want only to argue: do not engage.
    pub do_not_engage: bool,
    /// The personal data in it.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub pii: Vec<Pii>,
    /// 1 is the most pressing, 4 is spam, bait and abuse.
    pub tier: u8,
    /// Where the answer should go.
    pub surface: SuggestedSurface,
    /// How sure we are of the intent and of the need for a response together, 0 to 1.
    pub confidence: f32,
    /// How sure we are of each answer.
    #[serde(default)]
    pub certainty: Certainty,
    /// Every reason, in the order found.
    pub evidence: Vec<Finding>,
    /// The rules and models that took part, with versions.
    #[schemars(with = "BTreeMap<String, String>")]
    pub models: BTreeMap<CompactString, CompactString>,
}

impl Assessment {
    /// The assessment in short.
    pub fn gist(&self) -> Gist {
        Gist {
            needs_response: self.needs_response,
            tier: self.tier,
            intent: self.intent.clone(),
            category: self.category.clone(),
            sentiment: self.sentiment.clone(),
            language: self.language.clone(),
        }
    }
}

#[cfg(feature = "reflect")]
impl Assessment {
    fn about(&self) -> Option<&MessageId> {
        self.message.as_ref()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_read_as_a_weight_can_be_written_again() {
        let read = |weight: &str| {
            let json = format!(r#"{{"about":"tier","value":"1","weight":{weight},"rule":"a.b"}}"#);
            serde_json::from_str::<Finding>(&json)
        };
        for weight in ["3e38", "-3e38", "5", "0.1"] {
            let finding = read(weight).unwrap();
            assert_eq!(serde_json::from_str::<Finding>(&serde_json::to_string(&finding).unwrap()).unwrap(), finding);
        }
        for weight in ["1e300", "-1e39"] {
            let error = read(weight).unwrap_err().to_string();
            assert!(error.contains("`weight` is out of its range, -3.4028235e38 to 3.4028235e38"), "{error}");
        }
    }
}
