//! What was said without anybody writing it, and what came of it.

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{MessageId, ReplyId, Timestamp, open_enum};

open_enum! {
    /// What is said without anybody writing it.
    AutomaticKind {
        /// We have seen the message.
        Acknowledgement = "acknowledgement",
        /// Whether all is well.
        FollowUp = "follow_up",
        /// How satisfied the customer is, from 1 to 5.
        Csat = "csat",
        /// How likely the customer is to recommend us, from 0 to 10.
        Nps = "nps",
    }
}

/// When what was last said to a customer, or by an account, without anybody writing it.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[cfg_attr(feature = "reflect", derive(crate::reflect::Reflect))]
pub struct AutomaticSaid {
    /// By kind, when.
    pub at: BTreeMap<String, Timestamp>,
    /// The name of the latest text.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub text: Option<String>,
}

/// A question about satisfaction, and its answer.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[cfg_attr(feature = "reflect", derive(crate::reflect::Reflect))]
pub struct Survey {
    /// What was asked: `csat` or `nps`.
    pub kind: AutomaticKind,
    /// The reply that asked.
    pub reply: ReplyId,
    /// When.
    pub asked_at: Timestamp,
    /// The answer: 1 to 5, or 0 to 10.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub score: Option<u8>,
    /// The message that answers.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub answer: Option<MessageId>,
    /// When.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub answered_at: Option<Timestamp>,
}

impl AutomaticKind {
    /// The score that a text gives as an answer, if it gives one: a number of the scale, alone or out of the whole
    /// (`4`, `4/5`, `4 out of 5`), or stars.
    pub fn score(&self, text: &str) -> Option<u8> {
        let (least, most) = match self {
            Self::Csat => (1, 5),
            Self::Nps => (0, 10),
            _ => return None,
        };
        let text = text.trim();
        let stars = text.chars().filter(|c| matches!(c, '⭐' | '★' | '🌟')).count();
        let only_stars = text.chars().all(|c| matches!(c, '⭐' | '★' | '☆' | '🌟' | '\u{fe0f}' | ' '));
        if stars > 0 && only_stars {
            return u8::try_from(stars).ok().filter(|score| (least..=most).contains(score) && *self == Self::Csat);
        }
        let numbers: Vec<&str> = text.split(|c: char| !c.is_ascii_digit()).filter(|part| !part.is_empty()).collect();
        let words = text.split_whitespace().count();
        let score = match numbers[..] {
            [one] if words <= 3 => one,
            [one, whole] if words <= 4 && whole.parse() == Ok(most) => one,
            _ => return None,
        };
        let signed = text.contains(['-', '−']);
        score.parse().ok().filter(|score| (least..=most).contains(score) && !signed)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_score_is_read_where_there_is_one() {
        use AutomaticKind::{Csat, FollowUp, Nps};
        for (kind, text, score) in [
            (Csat, "5", Some(5)),
            (Csat, " 4/5 ", Some(4)),
            (Csat, "4 out of 5", Some(4)),
            (Csat, "4 von 5!", Some(4)),
            (Csat, "a 3", Some(3)),
            (Csat, "⭐⭐⭐", Some(3)),
            (Csat, "★★★★☆", Some(4)),
            (Csat, "0", None),
            (Csat, "6", None),
            (Csat, "10", None),
            (Csat, "-3", None),
            (Csat, "my order 4 is still broken", None),
            (Csat, "order 12345", None),
            (Csat, "great, thanks", None),
            (Csat, "", None),
            (Nps, "10", Some(10)),
            (Nps, "0", Some(0)),
            (Nps, "9/10", Some(9)),
            (Nps, "11", None),
            (Nps, "⭐⭐⭐", None),
            (FollowUp, "5", None),
        ] {
            assert_eq!(kind.score(text), score, "{kind} {text}");
        }
    }
}
