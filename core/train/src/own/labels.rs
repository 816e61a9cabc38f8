//! The labels of a statement, and what becomes of them where two statements make one message.

use crate::rows::Gold;

/// What a customer can want; where one message wants two things, the earlier counts.
pub const INTENTS: [&str; 8] =
    ["complaint", "problem_report", "request", "question", "suggestion", "praise", "closing", "chatter"];
/// What a message can be about.
pub const CATEGORIES: [&str; 10] =
    ["product", "website", "technical", "billing", "delivery", "account", "service", "store", "safety", "other"];
/// How a customer can feel about the brand; of two, the earlier counts.
pub const SENTIMENTS: [&str; 3] = ["negative", "positive", "neutral"];
/// How soon somebody must look; of two, the earlier counts.
pub const URGENCIES: [&str; 4] = ["urgent", "high", "normal", "low"];
/// What can come of it; of two, the earlier counts.
pub const RISKS: [&str; 6] = ["self_harm", "safety", "legal", "press", "churn", "none"];

/// What is known about a statement.
#[derive(Clone, Debug, Eq, PartialEq)]
pub(super) struct Labels {
    pub(super) intent: &'static str,
    pub(super) category: Vec<&'static str>,
    pub(super) sentiment: &'static str,
    pub(super) respond: bool,
    pub(super) urgency: &'static str,
    pub(super) risk: &'static str,
    pub(super) abuse: bool,
    pub(super) spam: bool,
}

impl Labels {
    /// Whether one message can say both: about the same subject, or one of them about none in particular. Two of a kind
    /// feel alike, and nobody who is angry says that there is no hurry.
    pub(super) fn goes_with(&self, other: &Self) -> bool {
        let feel_alike = self.intent != other.intent || self.sentiment == other.sentiment;
        if !feel_alike || (self.sentiment == "negative" && other.urgency == "low") {
            return false;
        }
        let (ours, theirs) = (&self.category, &other.category);
        ours.is_empty() || theirs.is_empty() || ours.iter().any(|subject| theirs.contains(subject))
    }

    /// The labels of a message that says both.
    pub(super) fn with(&self, other: &Self) -> Self {
        let mut category = self.category.clone();
        category.extend(other.category.iter().filter(|subject| !self.category.contains(subject)));
        Self {
            intent: earlier(&INTENTS, self.intent, other.intent),
            category,
            sentiment: earlier(&SENTIMENTS, self.sentiment, other.sentiment),
            respond: self.respond || other.respond,
            urgency: earlier(&URGENCIES, self.urgency, other.urgency),
            risk: earlier(&RISKS, self.risk, other.risk),
            abuse: self.abuse || other.abuse,
            spam: self.spam || other.spam,
        }
    }

    /// The labels in the form that rows carry.
    pub(super) fn gold(&self, lang: &str) -> Gold {
        Gold {
            sentiment: Some(self.sentiment.to_owned()),
            intent: Some(self.intent.to_owned()),
            category: self.category.iter().map(|&subject| subject.to_owned()).collect(),
            needs_response: Some(self.respond),
            urgency: Some(self.urgency.to_owned()),
            risk: Some(self.risk.to_owned()),
            abuse: Some(self.abuse),
            spam: Some(self.spam),
            lang: Some(lang.to_owned()),
        }
    }
}

fn earlier(order: &[&'static str], one: &'static str, other: &'static str) -> &'static str {
    order.iter().find(|&&value| value == one || value == other).copied().unwrap_or(one)
}
