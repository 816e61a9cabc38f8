//! What the findings add up to.
//!
//! Weights are summed per answer; the strongest answer wins, ties go to the more pressing one. Every step that adds
//! knowledge of its own adds a finding too (`conclude.…`, or `default.…` where nothing speaks louder), so each conclusion
//! can be read back from the evidence. Concluding again, with findings of an advisor added, starts from the others alone.

use std::collections::BTreeMap;

use compact_str::CompactString;

use crate::model::{
    Assessment, Certainty, Finding, Inbound, Intent, Message, MessageId, NetworkName, Pii, PiiKind, Question,
    Relevance, Risk, Sentiment, Span, SuggestedSurface, Surface, Visibility,
};
use crate::policy::{CompiledPolicy, Facts};

use super::Evidence;
use super::model::doubt;

/// What conclusions need to know besides the findings.
#[derive(Clone, Copy, Debug)]
pub struct Subject<'a> {
    /// The message, where it has an id.
    pub message: Option<&'a MessageId>,
    /// The revision.
    pub revision: u64,
    /// The text.
    pub text: &'a str,
    /// The kind of place.
    pub surface: &'a Surface,
    /// Who can read it.
    pub visibility: &'a Visibility,
    /// The network; absent where it is not known.
    pub network: Option<&'a NetworkName>,
    /// The brand account it came to; absent where it is not known.
    pub account: Option<&'a str>,
    /// How many follow the author, where known.
    pub followers: Option<u64>,
}

impl<'a> Subject<'a> {
    /// A message as its connector brought it.
    pub fn of_inbound(message: &'a Inbound) -> Self {
        Self {
            message: None,
            revision: message.revision,
            text: &message.content.text,
            surface: &message.surface,
            visibility: &message.visibility,
            network: None,
            account: None,
            followers: message.author.as_ref().and_then(|author| author.followers),
        }
    }

    /// A message as the store keeps it.
    pub fn of_message(message: &'a Message) -> Self {
        Self {
            message: Some(&message.id),
            revision: message.revision,
            text: message.text(),
            surface: &message.surface,
            visibility: &message.visibility,
            network: Some(&message.network),
            account: None,
            followers: None,
        }
    }
}

/// Rooms whose findings are made here; they are made anew each time.
const OWN: [&str; 3] = ["conclude.", "default.", "policy.priority"];
/// No single finding is worth more; a host's rule that shouts does not silence all others.
const MOST: f32 = 20.0;
/// What speaks this loud for being addressed is more than a hint.
const CLEARLY: f64 = 2.0;
/// So loud speaks who knows, and does not read it out of the words.
const KNOWN: f64 = 5.0;
/// Trouble that leads by less, and in no bad tone, is none yet.
const WEAK: f64 = 0.5;
/// How far what is said with strange words leads.
const LITTLE: f64 = 0.1;
const SAYS_SOMETHING: &str = "conclude.says_something";
/// A subject so far behind the strongest is one of the message's, too.
const NEAR: f64 = 1.5;
const MOST_SUBJECTS: usize = 3;
/// From so good a tone on thanks are praise.
const DELIGHTED: f32 = 0.8;
/// From so many followers on a risk is more visible.
const REACH: u64 = 10_000;

/// Concludes from `evidence`. The same findings in another order give the same conclusions.
pub fn conclude(
    evidence: Evidence,
    subject: &Subject<'_>,
    policy: &CompiledPolicy,
    models: BTreeMap<CompactString, CompactString>,
) -> Assessment {
    let mut findings = evidence.into_findings();
    findings.retain_mut(|finding| make_sound(finding, subject.text));
    let mut case = Reasoning { evidence: Evidence { findings }, subject, policy };
    let language = case.language();
    let relevance = case.relevance();
    let (sentiment, sentiment_score) = case.sentiment(&language);
    let frustration = case.frustration(&sentiment);
    let spam = case.spam(&relevance);
    let abuse = case.yes(&Question::Abuse, "default.no_abuse");
    let categories = case.categories();
    let category = categories[0].clone();
    let (intent, intent_lead) = case.intent(&relevance, sentiment_score, spam);
    let (needs_response, response_lead) = case.needs_response(&relevance, &intent, spam);
    let do_not_engage = case.do_not_engage(spam, abuse, &category);
    let needs_response = needs_response && !do_not_engage;
    let risks = case.risks(&relevance, &intent);
    let urgent = case.yes(&Question::Urgency, "default.not_urgent");
    let pii = case.pii();
    let tier = case.tier(&Known {
        language: &language,
        relevance: &relevance,
        sentiment: &sentiment,
        category: &category,
        intent: &intent,
        needs_response,
        spam,
        abuse,
        do_not_engage,
        risk: !risks.is_empty(),
        urgent,
    });
    let surface = case.surface(&category, &intent, needs_response, !pii.is_empty());
    let mut assessment = Assessment {
        message: subject.message.cloned(),
        revision: subject.revision,
        relevance,
        needs_response,
        intent,
        category,
        categories,
        sentiment,
        sentiment_score,
        frustration,
        language,
        urgent,
        risks,
        spam,
        abuse,
        do_not_engage,
        pii,
        tier,
        surface,
        confidence: confidence(intent_lead, response_lead),
        certainty: case.certainty(response_lead),
        evidence: Vec::new(),
        models,
    };
    let mut evidence = case.evidence.into_findings();
    evidence.retain(|finding| !is_overruled(finding, &assessment));
    assessment.evidence = evidence;
    assessment
}

/// Whether something spoke louder than what is taken for granted, which then explains nothing.
fn is_overruled(finding: &Finding, assessment: &Assessment) -> bool {
    if !finding.rule.starts_with("default.") {
        return false;
    }
    let concluded = match finding.about {
        Question::Relevance => assessment.relevance.as_str(),
        Question::Sentiment => assessment.sentiment.as_str(),
        Question::Intent => assessment.intent.as_str(),
        Question::Category => &assessment.category,
        Question::Language => &assessment.language,
        Question::NeedsResponse if assessment.needs_response => "yes",
        _ => return false,
    };
    finding.value != concluded
}

/// The answer with the largest sum of weights above zero; the smaller name where two are equal.
pub(super) fn leading(findings: &[Finding], about: &Question) -> Option<CompactString> {
    sums(findings, about)
        .into_iter()
        .filter(|(_, sum)| *sum > 0.0)
        .reduce(|best, next| if next.1 > best.1 || next.1 == best.1 && next.0 < best.0 { next } else { best })
        .map(|(value, _)| value.into())
}

/// Makes a finding one that can be used: finite, bounded, in the text. Whether it was not made here before.
fn make_sound(finding: &mut Finding, text: &str) -> bool {
    finding.weight = if finding.weight.is_finite() { finding.weight.clamp(-MOST, MOST) } else { 0.0 };
    finding.span = finding.span.filter(|span| text.get(span.start as usize..span.end as usize).is_some());
    !OWN.iter().any(|own| finding.rule.starts_with(own))
}

/// Sums per answer; there are a few of them. Sums of 32-bit weights in 64 bits are exact, so order does not matter.
fn sums<'a>(findings: &'a [Finding], about: &Question) -> Vec<(&'a str, f64)> {
    let mut sums: Vec<(&str, f64)> = Vec::with_capacity(8);
    for finding in findings.iter().filter(|finding| finding.about == *about) {
        let weight = f64::from(finding.weight);
        match sums.iter_mut().find(|(value, _)| *value == finding.value) {
            Some((_, sum)) => *sum += weight,
            None => sums.push((finding.value.as_str(), weight)),
        }
    }
    sums
}

struct Reasoning<'a> {
    evidence: Evidence,
    subject: &'a Subject<'a>,
    policy: &'a CompiledPolicy,
}

/// What is concluded before the tier.
struct Known<'a> {
    language: &'a str,
    relevance: &'a Relevance,
    sentiment: &'a Sentiment,
    category: &'a str,
    intent: &'a Intent,
    needs_response: bool,
    spam: bool,
    abuse: bool,
    do_not_engage: bool,
    risk: bool,
    urgent: bool,
}

impl Reasoning<'_> {
    fn add(&mut self, about: Question, value: impl Into<CompactString>, weight: f32, rule: &'static str) {
        self.evidence.add(about, value, weight, rule, None);
    }

    fn sum(&self, about: &Question, value: &str) -> f64 {
        let findings = self.evidence.findings().iter().filter(|f| f.about == *about && f.value == value);
        findings.map(|finding| f64::from(finding.weight)).sum()
    }

    /// The leading answer; `fallback`, which is added with `weight`, where nothing says more.
    fn answer(&mut self, about: Question, fallback: &'static str, weight: f32, rule: &'static str) -> CompactString {
        self.add(about.clone(), fallback, weight, rule);
        leading(self.evidence.findings(), &about).unwrap_or_else(|| fallback.into())
    }

    /// A yes-or-no question; it takes more than its doubt to be a yes.
    fn yes(&mut self, about: &Question, rule: &'static str) -> bool {
        self.add(about.clone(), "no", doubt(about), rule);
        self.sum(about, "yes") > self.sum(about, "no")
    }

    /// Whoever has a problem with us that our lists know is rather a customer with strange words than a spammer.
    fn spam(&mut self, relevance: &Relevance) -> bool {
        let trouble: f64 =
            ["complaint", "request", "problem_report"].map(|matter| self.sum(&Question::Intent, matter)).iter().sum();
        let public = *self.subject.visibility != Visibility::Private;
        if public && *relevance == Relevance::Addressed && !self.has_bait() {
            self.add(Question::Spam, "no", 3.0, "conclude.speaks_to_us");
        }
        if trouble >= 1.0 && self.sum(&Question::Spam, "yes") > 0.0 {
            self.add(Question::Spam, "no", trouble.min(4.0) as f32 * 1.2, "conclude.has_a_matter");
        }
        self.yes(&Question::Spam, "default.no_spam")
    }

    /// Whether a list, the policy, the network or the host says something on a question: not the model alone.
    fn is_known(&self, about: &Question) -> bool {
        let guessed = |rule: &str| ["model.", "conclude.", "default."].iter().any(|room| rule.starts_with(room));
        self.evidence.findings().iter().any(|finding| finding.about == *about && !guessed(&finding.rule))
    }

    /// Whether a phrase of spammers, or a link that hides where it leads, was found by itself.
    fn has_bait(&self) -> bool {
        let own = |finding: &&Finding| finding.about == Question::Spam && finding.value == "yes";
        self.evidence.findings().iter().filter(own).any(|finding| finding.rule.starts_with("text."))
    }

    fn language(&mut self) -> CompactString {
        self.answer(Question::Language, "und", 0.9, "default.language")
    }

    /// Who speaks to us may well say our name too: what is about us does not speak against being addressed.
    fn relevance(&mut self) -> Relevance {
        let answer = self.answer(Question::Relevance, "none", 0.5, "default.not_about_us");
        match self.sum(&Question::Relevance, "addressed") {
            addressed if answer == "about" && addressed >= CLEARLY => Relevance::Addressed,
            _ => Relevance::from(answer.as_str()),
        }
    }

    fn sentiment(&mut self, language: &str) -> (Sentiment, f32) {
        self.add(Question::Sentiment, "neutral", doubt(&Question::Sentiment), "default.neutral");
        let (good, bad) = (self.sum(&Question::Sentiment, "positive"), self.sum(&Question::Sentiment, "negative"));
        let net = good - bad;
        let score = (net / (net * net + 6.0).sqrt()) as f32;
        if good == 0.0 && bad == 0.0 && language != "und" && !is_heard(language) {
            self.add(Question::Sentiment, "unknown", 2.0, "conclude.tone_not_heard");
            return (Sentiment::Unknown, 0.0);
        }
        let neutral = self.sum(&Question::Sentiment, "neutral");
        match net {
            _ if good.max(bad) <= neutral => (Sentiment::Neutral, score),
            0.0 => (Sentiment::Neutral, score),
            _ if net > 0.0 => (Sentiment::Positive, score),
            _ => (Sentiment::Negative, score),
        }
    }

    /// Half at as much bad tone, complaint and strong language as two clear words have.
    fn frustration(&self, sentiment: &Sentiment) -> f32 {
        if *sentiment != Sentiment::Negative {
            return 0.0;
        }
        let sum = |about: &Question, value: &str| self.sum(about, value).max(0.0);
        let heard = sum(&Question::Sentiment, "negative")
            + 0.7 * sum(&Question::Intent, "complaint")
            + 0.5 * sum(&Question::Abuse, "yes");
        (heard / (heard + 5.0)) as f32
    }

    /// The subjects that more speaks for than for none, those near the strongest; at least one.
    fn categories(&mut self) -> Vec<CompactString> {
        let about = Question::Category;
        self.add(about.clone(), "other", doubt(&about), "default.category");
        let mut sums = sums(self.evidence.findings(), &about);
        sums.sort_by(|left, right| right.1.total_cmp(&left.1).then(left.0.cmp(right.0)));
        let strongest = sums.first().map_or(0.0, |(_, sum)| *sum);
        let near = |sum: f64| sum > f64::from(doubt(&about)) && sum >= strongest - NEAR;
        let others = sums.iter().enumerate().filter(|(at, (value, sum))| *at == 0 || near(*sum) && *value != "other");
        others.take(MOST_SUBJECTS).map(|(_, (value, _))| CompactString::from(*value)).collect()
    }

    fn intent(&mut self, relevance: &Relevance, tone: f32, spam: bool) -> (Intent, f64) {
        if tone < -0.4 && *relevance != Relevance::None {
            self.add(Question::Intent, "complaint", -2.0 * tone, "conclude.bad_tone");
        }
        if tone > 0.4 {
            self.add(Question::Intent, "praise", tone, "conclude.good_tone");
        }
        // Thanks in front of a problem are manners, not praise.
        let trouble = self.sum(&Question::Intent, "complaint")
            + self.sum(&Question::Intent, "question")
            + self.sum(&Question::Intent, "request")
            + self.sum(&Question::Intent, "problem_report");
        let praise = self.sum(&Question::Intent, "praise");
        if praise > 0.0 && trouble >= 2.0 && tone <= 0.4 {
            self.add(Question::Intent, "praise", -(praise.min(3.0) as f32), "conclude.only_manners");
        }
        // Thanks alone, and thanks full of praise, are praise; that a matter is settled must be said.
        let closing = self.sum(&Question::Intent, "closing");
        let settled = self.evidence.findings().iter().any(|finding| finding.rule == "text.settled");
        if closing > 0.0 && (!settled || tone >= DELIGHTED) {
            self.add(Question::Intent, "closing", -(closing as f32), "conclude.nothing_settled");
            self.add(Question::Intent, "praise", closing as f32, "conclude.nothing_settled");
        }
        if spam {
            self.add(Question::Intent, "chatter", 4.0, "conclude.spam");
        }
        self.add(Question::Intent, "chatter", doubt(&Question::Intent), "default.chatter");
        let sums = sums(self.evidence.findings(), &Question::Intent);
        let ranked =
            ["complaint", "problem_report", "question", "request", "suggestion", "praise", "closing", "chatter"];
        let of = |value: &str| sums.iter().find(|(known, _)| *known == value).map_or(0.0, |(_, sum)| *sum);
        let known = ranked.into_iter().fold("chatter", |best, value| {
            let better = of(value) > of(best) || of(value) == of(best) && place(&ranked, value) < place(&ranked, best);
            if better { value } else { best }
        });
        let own = sums.iter().filter(|(value, _)| !ranked.contains(value));
        let winner = own.fold(known, |best, (value, sum)| {
            // Where two answers of a host are equal, the smaller name.
            let better = *sum > of(best) || *sum == of(best) && !ranked.contains(&best) && *value < best;
            if better { value } else { best }
        });
        let second = sums.iter().filter(|(value, _)| *value != winner).map(|(_, sum)| *sum).fold(0.0, f64::max);
        let (winner, lead) = (Intent::from(winner), of(winner) - second);
        let is_trouble = matches!(winner, Intent::Complaint | Intent::ProblemReport);
        let weak = is_trouble && lead < WEAK && tone > -0.4 && !self.is_known(&Question::Intent);
        let open = winner == Intent::Chatter || weak;
        if open && *relevance == Relevance::Addressed && !spam && self.says_something() {
            let more = of(winner.as_str()) - of("request") + LITTLE;
            self.add(Question::Intent, "request", more as f32, SAYS_SOMETHING);
            return (Intent::Request, LITTLE);
        }
        (winner, lead)
    }

    /// Somebody who writes to us of trouble, or at length without praise, wants something, even if no list knows what.
    fn says_something(&self) -> bool {
        let bad = self.sum(&Question::Sentiment, "negative") > self.sum(&Question::Sentiment, "positive");
        let trouble = bad || self.sum(&Question::Risk, "yes") > 0.0;
        let words = self.subject.text.split_whitespace().filter(|word| !word.starts_with('@')).take(5).count();
        let talk = self.sum(&Question::Intent, "chatter");
        trouble && talk < KNOWN || words >= 5 && talk <= 1.0
    }

    /// Whether the intent is only what is left when somebody says something.
    fn is_vague(&self) -> bool {
        self.evidence.findings().iter().any(|finding| finding.rule == SAYS_SOMETHING)
    }

    fn needs_response(&mut self, relevance: &Relevance, intent: &Intent, spam: bool) -> (bool, f64) {
        let about = || Question::NeedsResponse;
        match intent {
            Intent::Request if self.is_vague() => self.add(about(), "yes", 1.0, SAYS_SOMETHING),
            Intent::Complaint => self.add(about(), "yes", 2.6, "conclude.complaint"),
            Intent::Question => self.add(about(), "yes", 2.2, "conclude.question"),
            Intent::Request => self.add(about(), "yes", 2.2, "conclude.request"),
            Intent::ProblemReport => self.add(about(), "yes", 2.4, "conclude.problem_report"),
            Intent::Suggestion => self.add(about(), "yes", 0.6, "conclude.suggestion"),
            Intent::Praise => self.add(about(), "no", 2.5, "conclude.praise"),
            Intent::Closing => self.add(about(), "no", 2.5, "conclude.closing"),
            Intent::Chatter => self.add(about(), "no", 0.8, "conclude.chatter"),
            Intent::Other(_) => {}
        }
        match relevance {
            Relevance::Addressed => self.add(about(), "yes", 1.2, "conclude.addressed"),
            Relevance::About => self.add(about(), "no", 1.8, "conclude.only_about_us"),
            _ => self.add(about(), "no", 4.0, "conclude.not_about_us"),
        }
        if spam {
            self.add(about(), "no", 8.0, "conclude.spam");
        }
        self.add(about(), "no", 0.6, "default.no_response");
        let lead = self.sum(&about(), "yes") - self.sum(&about(), "no");
        (lead > 0.0, lead.abs())
    }

    /// Insult or argument and nothing we could solve.
    fn do_not_engage(&mut self, spam: bool, abuse: bool, category: &str) -> bool {
        let matter = self.evidence.findings().iter().any(|finding| {
            finding.about == Question::Intent
                && matches!(finding.value.as_str(), "complaint" | "question" | "request" | "problem_report")
                && finding.weight > 1.2
                && !finding.rule.starts_with("conclude.")
                && !finding.rule.starts_with("model.")
                && finding.rule != "text.question_mark"
        });
        let subject = category != "other" && self.is_known(&Question::Category);
        let engage = spam || !abuse || matter || subject;
        if !engage {
            self.add(Question::NeedsResponse, "no", 8.0, "conclude.only_argument");
        }
        !engage
    }

    /// Why it must not wait: what is heard by name, else a crisis. Who may harm themselves is heard wherever they say it.
    fn risks(&mut self, relevance: &Relevance, intent: &Intent) -> Vec<Risk> {
        let about = Question::Risk;
        let ours = *relevance != Relevance::None;
        let heard = self.sum(&about, "yes") > 0.0 && ours;
        if heard && self.subject.followers.is_some_and(|followers| followers >= REACH) {
            self.add(about.clone(), "yes", 1.0, "conclude.reach");
        }
        if heard && *intent == Intent::Complaint {
            self.add(about.clone(), "yes", 0.6, "conclude.complaint");
        }
        let crisis = self.yes(&about, "default.no_risk") && ours;
        let doubt = f64::from(doubt(&about));
        let sums = sums(self.evidence.findings(), &about);
        let named = sums.iter().filter(|(value, sum)| !matches!(*value, "yes" | "no") && *sum > doubt);
        let mut risks: Vec<Risk> = named.map(|(value, _)| Risk::from(*value)).collect();
        risks.retain(|risk| ours || *risk == Risk::SelfHarm);
        risks.sort_by(|left, right| left.as_str().cmp(right.as_str()));
        if crisis && risks.is_empty() {
            risks.push(Risk::Crisis);
        }
        risks
    }

    /// How sure each answer is, by how far it leads.
    fn certainty(&self, response_lead: f64) -> Certainty {
        let spam = self.sum(&Question::Spam, "yes") - self.sum(&Question::Spam, "no");
        Certainty {
            needs_response: logistic(response_lead),
            intent: self.share_of_first(&Question::Intent),
            category: self.share_of_first(&Question::Category),
            sentiment: self.share_of_first(&Question::Sentiment),
            spam: logistic(spam.abs()),
        }
    }

    /// The share of the strongest answer, where each has a share that grows with `e` to the power of its sum.
    fn share_of_first(&self, about: &Question) -> f32 {
        let sums = sums(self.evidence.findings(), about);
        let first = sums.iter().map(|(_, sum)| *sum).fold(f64::MIN, f64::max);
        let total: f64 = sums.iter().map(|(_, sum)| (sum - first).exp()).sum();
        (1.0 / total.max(1.0)) as f32
    }

    /// Personal data that more speaks for than against.
    fn pii(&mut self) -> Vec<Pii> {
        let mut sums: BTreeMap<(Span, &str), f64> = BTreeMap::new();
        for finding in self.evidence.findings().iter().filter(|finding| finding.about == Question::Pii) {
            if let Some(span) = finding.span {
                *sums.entry((span, finding.value.as_str())).or_insert(0.0) += f64::from(finding.weight);
            }
        }
        let found: Vec<Pii> = sums
            .into_iter()
            .filter(|((_, kind), sum)| *sum > 0.0 && *kind != "none")
            .map(|((span, kind), _)| Pii { kind: PiiKind::from(kind), span })
            .collect();
        if found.is_empty() {
            self.add(Question::Pii, "none", 0.5, "default.no_personal_data");
        }
        found
    }

    fn tier(&mut self, known: &Known<'_>) -> u8 {
        let serious = matches!(known.category, "technical" | "account" | "billing" | "website" | "delivery");
        let addressed = *known.relevance == Relevance::Addressed;
        let (tier, rule) = match known.intent {
            _ if known.spam => ("4", "conclude.spam"),
            _ if known.do_not_engage => ("4", "conclude.only_argument"),
            _ if known.abuse && !known.needs_response => ("4", "conclude.abuse"),
            _ if known.risk => ("1", "conclude.risk"),
            Intent::Complaint | Intent::ProblemReport if known.needs_response && addressed => {
                ("1", "conclude.complaint")
            }
            _ if known.needs_response && known.urgent => ("1", "conclude.urgent"),
            Intent::Question | Intent::Request if known.needs_response && addressed && serious && !self.is_vague() => {
                ("1", "conclude.direct_question")
            }
            _ if known.needs_response => ("2", "conclude.needs_response"),
            Intent::Praise | Intent::Suggestion | Intent::Closing if *known.relevance != Relevance::None => {
                ("2", "conclude.praise")
            }
            _ if *known.relevance == Relevance::About => ("2", "conclude.about_us"),
            _ => ("3", "conclude.no_answer_needed"),
        };
        self.add(Question::Tier, tier, 1.0, rule);
        let concluded = self.host_tier().unwrap_or_else(|| tier.parse().unwrap_or(3));
        let facts = Facts {
            category: known.category,
            intent: known.intent.as_str(),
            sentiment: known.sentiment.as_str(),
            language: known.language,
            network: self.subject.network.map_or("", NetworkName::as_str),
            account: self.subject.account.unwrap_or_default(),
            surface: self.subject.surface.as_str(),
            tier: concluded,
            team: "",
            text: self.subject.text,
        };
        let Some(tier) = self.policy.tier_for(&facts) else { return concluded };
        self.add(Question::Tier, ["1", "2", "3", "4"][usize::from(tier - 1)], MOST, "policy.priority");
        tier
    }

    /// A tier that a host's triage or advisor speaks for more strongly than the rules above.
    fn host_tier(&self) -> Option<u8> {
        leading(self.evidence.findings(), &Question::Tier)?.parse().ok().filter(|tier| (1..=4).contains(tier))
    }

    fn surface(&mut self, category: &str, intent: &Intent, needs_response: bool, pii: bool) -> SuggestedSurface {
        let private =
            *self.subject.visibility == Visibility::Private || *self.subject.surface == Surface::DirectMessage;
        let details = matches!(category, "billing" | "account" | "delivery")
            && matches!(intent, Intent::Complaint | Intent::ProblemReport | Intent::Request);
        let (value, rule) = match (needs_response, private) {
            (false, _) => ("none", "conclude.no_answer_needed"),
            (true, true) => ("stay", "conclude.private_already"),
            (true, false) if pii => ("private", "conclude.personal_data"),
            (true, false) if details => ("private", "conclude.needs_details"),
            (true, false) => ("stay", "default.answer_there"),
        };
        self.add(Question::Surface, value, 1.0, rule);
        SuggestedSurface::from(leading(self.evidence.findings(), &Question::Surface).as_deref().unwrap_or(value))
    }
}

fn place(ranked: &[&str], value: &str) -> usize {
    ranked.iter().position(|known| *known == value).unwrap_or(ranked.len())
}

/// A logistic of the leads: 0.5 where nothing leads, near 1 where both lead clearly.
fn confidence(intent: f64, response: f64) -> f32 {
    logistic((intent + response).clamp(0.0, 2.0 * f64::from(MOST)) / 2.0)
}

fn logistic(lead: f64) -> f32 {
    (1.0 / (1.0 + (-lead).exp())) as f32
}

/// Whether the lists or the model hear the tone of a language.
fn is_heard(language: &str) -> bool {
    HEARD.contains(&language.split('-').next().unwrap_or_default())
}

/// Languages whose tone the lists or the model know.
const HEARD: [&str; 21] = [
    "ar", "da", "de", "en", "es", "fr", "he", "hi", "it", "ja", "ko", "nl", "pl", "pt", "ro", "ru", "sv", "th", "tr",
    "uk", "zh",
];
