//! Conditions on what is known about a message or case.

use std::fmt;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::Terms;
use super::texts::same_language;
use crate::model::{AccountId, Intent, Sentiment, Surface, TeamId};

/// Facts that must all hold; each list means any of these, an absent one means anything.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Condition {
    /// Categories.
    #[serde(default)]
    pub category: Vec<String>,
    /// Intents: `complaint`, `question`, `request`, `praise`, `chatter`.
    #[serde(default)]
    pub intent: Vec<Intent>,
    /// Sentiments: `negative`, `neutral`, `positive`.
    #[serde(default)]
    pub sentiment: Vec<Sentiment>,
    /// Languages as BCP 47 tags; `pt` fits `pt-BR` as well, `pt-BR` fits only itself.
    #[serde(default)]
    pub language: Vec<String>,
    /// Networks.
    #[serde(default)]
    pub network: Vec<String>,
    /// Our accounts.
    #[serde(default)]
    pub account: Vec<AccountId>,
    /// Surfaces: `post`, `comment`, `mention`, `direct_message`, `review` …
    #[serde(default)]
    pub surface: Vec<Surface>,
    /// Tiers; in a priority rule the tier before it.
    #[serde(default)]
    pub tier: Vec<u8>,
    /// Teams; only where a team is known: in `sla`.
    #[serde(default)]
    pub team: Vec<TeamId>,
    /// Words or phrases in the text; only where the text is looked at: not in `sla`.
    #[serde(default)]
    pub terms: Terms,
}

/// What is known about a message or case when rules are looked up. An empty text and a tier of 0 mean: not known, and a
/// condition that asks for it does not hold.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Facts<'a> {
    /// The category.
    pub category: &'a str,
    /// The intent.
    pub intent: &'a str,
    /// The sentiment.
    pub sentiment: &'a str,
    /// The language as a BCP 47 tag.
    pub language: &'a str,
    /// The network.
    pub network: &'a str,
    /// The brand account.
    pub account: &'a str,
    /// The surface.
    pub surface: &'a str,
    /// The tier, 1 to 4.
    pub tier: u8,
    /// The team.
    pub team: &'a str,
    /// The text, NFC.
    pub text: &'a str,
}

impl Condition {
    /// Whether every fact asked for holds.
    pub fn fits(&self, facts: &Facts<'_>) -> bool {
        any(&self.category, |category| category == facts.category)
            && any(&self.intent, |intent| intent.as_str() == facts.intent)
            && any(&self.sentiment, |sentiment| sentiment.as_str() == facts.sentiment)
            && any(&self.language, |tag| language_fits(tag, facts.language))
            && any(&self.network, |network| network == facts.network)
            && any(&self.account, |account| account.as_str() == facts.account)
            && any(&self.surface, |surface| surface.as_str() == facts.surface)
            && any(&self.tier, |tier| *tier == facts.tier)
            && any(&self.team, |team| team.as_str() == facts.team)
            && (self.terms.is_empty() || self.terms.find(facts.text).is_some())
    }

    /// Whether it asks for nothing and so fits everything.
    pub fn is_empty(&self) -> bool {
        *self == Self::default()
    }
}

fn any<T>(wanted: &[T], fits: impl Fn(&T) -> bool) -> bool {
    wanted.is_empty() || wanted.iter().any(fits)
}

fn language_fits(wanted: &str, language: &str) -> bool {
    match wanted.contains('-') {
        true => wanted.eq_ignore_ascii_case(language),
        false => same_language(wanted, language),
    }
}

/// For reasons: `tier 1; category billing or delivery`; words looked for are counted, not shown.
impl fmt::Display for Condition {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut parts = Vec::new();
        let mut part = |name: &str, values: Vec<String>| {
            if !values.is_empty() {
                parts.push(format!("{name} {}", values.join(" or ")));
            }
        };
        part("tier", texts(&self.tier));
        part("category", texts(&self.category));
        part("intent", texts(&self.intent));
        part("sentiment", texts(&self.sentiment));
        part("language", texts(&self.language));
        part("network", texts(&self.network));
        part("account", texts(&self.account));
        part("surface", texts(&self.surface));
        part("team", texts(&self.team));
        if !self.terms.is_empty() {
            part("one of", vec![format!("{} terms", self.terms.words().len())]);
        }
        f.write_str(if parts.is_empty() { "everything" } else { "" })?;
        f.write_str(&parts.join("; "))
    }
}

fn texts(values: &[impl ToString]) -> Vec<String> {
    values.iter().map(ToString::to_string).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn condition(toml: &str) -> Condition {
        toml::from_str(toml).unwrap()
    }

    #[test]
    fn an_empty_condition_fits_everything() {
        assert!(Condition::default().fits(&Facts::default()));
        assert_eq!(Condition::default().to_string(), "everything");
    }

    #[test]
    fn all_facts_must_hold_and_any_value_of_each_will_do() {
        let condition = condition("category = ['billing', 'delivery']\ntier = [1]\nterms = ['refund']");
        let facts = Facts { category: "billing", tier: 1, text: "A refund, please", ..Facts::default() };
        assert!(condition.fits(&facts));
        assert!(condition.fits(&Facts { category: "delivery", ..facts }));
        assert!(!condition.fits(&Facts { category: "", ..facts }));
        assert!(!condition.fits(&Facts { tier: 2, ..facts }));
        assert!(!condition.fits(&Facts { text: "no such word", ..facts }));
        assert_eq!(condition.to_string(), "tier 1; category billing or delivery; one of 1 terms");
    }

    #[test]
    fn every_field_is_asked() {
        let full = Facts {
            category: "billing",
            intent: "complaint",
            sentiment: "negative",
            language: "pt-BR",
            network: "x",
            account: "acme-x",
            surface: "mention",
            tier: 1,
            team: "care",
            text: "word",
        };
        for (toml, other) in [
            ("category = ['billing']", Facts { category: "other", ..full }),
            ("intent = ['complaint']", Facts { intent: "praise", ..full }),
            ("sentiment = ['negative']", Facts { sentiment: "neutral", ..full }),
            ("language = ['pt']", Facts { language: "es", ..full }),
            ("language = ['pt-BR']", Facts { language: "pt-PT", ..full }),
            ("network = ['x']", Facts { network: "facebook", ..full }),
            ("account = ['acme-x']", Facts { account: "help-x", ..full }),
            ("surface = ['mention']", Facts { surface: "post", ..full }),
            ("tier = [1]", Facts { tier: 2, ..full }),
            ("team = ['care']", Facts { team: "sales", ..full }),
            ("terms = ['word']", Facts { text: "sword", ..full }),
        ] {
            assert!(condition(toml).fits(&full), "{toml}");
            assert!(!condition(toml).fits(&other), "{toml}");
        }
    }
}
