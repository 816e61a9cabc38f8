//! Shadow: what another policy or model would make of what is stored. It shows, and rewrites nothing.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;

use compact_str::CompactString;
use serde::{Deserialize, Serialize};

use super::advice::{CORRECTED, advisors_said};
use super::decide::Rules;
use super::group::Tenants as _;
use super::tenant::Tenant;
use crate::error::{Error, ErrorKind, Result};
use crate::model::{
    AccountId, Assessment, Case, CaseId, Conversation, ConversationId, Finding, Identity, IdentityId, Inbound, Message,
    MessageId, Question, Reason, Risk, Timestamp,
};
use crate::policy::{CompiledPolicy, Facts};
use crate::store::{Key, Record, Scan, ScanOf};
use crate::triage::{Evidence, Subject, TriageInput, conclude};

/// How many messages are read at a time.
const PAGE: usize = 100;
/// How many changes of one answer are told apart; more are counted together.
const MAX_CHANGES: usize = 200;
/// How many examples of one change there are at most, whoever asks for more.
const MAX_EXAMPLES: usize = 100;
/// How many reasons of each kind an example shows.
const MAX_REASONS: usize = 5;
/// How many lines of a case's timeline are looked through for who chose its team.
const MAX_STEPS: usize = 1000;

/// Which messages are judged again.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct ShadowAsk {
    /// Only those sent at this instant or later.
    pub since: Option<Timestamp>,
    /// At most so many, of all times alike, and the same ones each time; absent: all.
    pub limit: Option<usize>,
    /// How many examples of each change are shown at most; never more than 100.
    pub examples: usize,
}

impl Default for ShadowAsk {
    /// All, with three examples of each change.
    fn default() -> Self {
        Self { since: None, limit: None, examples: 3 }
    }
}

/// What another policy or model would make of stored messages.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
#[cfg_attr(feature = "reflect", derive(crate::reflect::Reflect))]
#[cfg_attr(feature = "reflect", reflect(text_with = ShadowReport::marked))]
pub struct ShadowReport {
    /// What was decided under.
    pub before: ShadowRules,
    /// What was judged under now.
    pub after: ShadowRules,
    /// Messages of customers that were looked at: the three numbers that follow, together.
    pub messages: u64,
    /// Those that were judged again.
    pub compared: u64,
    /// Those whose text or assessment is no longer kept.
    pub without_text: u64,
    /// Those that a person has corrected: no rule decides about them any more.
    pub corrected: u64,
    /// Of those compared, how many differ in any answer.
    pub differing: u64,
    /// Of those compared, how many an advisor would be asked about.
    pub asked: u64,
    /// Cases whose team was not compared, because people or the escalation ladder have moved them.
    pub moved: u64,
    /// Whether the limit left some out.
    pub more: bool,
    /// By answer, what changes, in a fixed order: those in which nothing does, too.
    pub fields: Vec<ShadowField>,
    #[serde(skip)]
    texts: Texts,
}

/// A policy and models.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "reflect", derive(crate::reflect::Reflect))]
pub struct ShadowRules {
    /// The policy's version; absent where nothing was decided under one yet.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub policy: Option<String>,
    /// By name, the versions of the models and rules that took part.
    pub models: BTreeMap<CompactString, BTreeSet<CompactString>>,
}

/// How one answer changes.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "reflect", derive(crate::reflect::Reflect))]
pub struct ShadowField {
    /// Which: `relevance`, `needs_response`, `intent`, `category`, `sentiment`, `language`, `urgent`, `risks`, `spam`,
    /// `abuse`, `tier`, `surface`; `team` is that of the cases which a message leads.
    pub field: String,
    /// For how many messages it changes.
    pub changed: u64,
    /// From what to what, most often first; the first 200 that were met.
    pub changes: Vec<ShadowChange>,
}

/// A change of an answer.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "reflect", derive(crate::reflect::Reflect))]
pub struct ShadowChange {
    /// What stands in the store.
    pub from: String,
    /// What it would be.
    pub to: String,
    /// For how many messages.
    pub count: u64,
    /// A few of them.
    pub examples: Vec<ShadowExample>,
}

/// A message whose answer changes, and why. Names rules and places, never the words themselves.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "reflect", derive(crate::reflect::Reflect))]
#[cfg_attr(feature = "reflect", reflect(message_with = ShadowExample::about))]
pub struct ShadowExample {
    /// The message.
    pub message: MessageId,
    /// The case it belongs to.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub case: Option<CaseId>,
    /// The strongest reasons that are new, or weigh something else now.
    pub reasons: Vec<Finding>,
    /// The strongest reasons that are gone, or weighed something else.
    pub gone: Vec<Finding>,
}

impl ShadowReport {
    /// The text of a message that is an example here; in no JSON and no `Debug`.
    pub fn text_of(&self, message: &MessageId) -> Option<&str> {
        self.texts.0.get(message).map(String::as_str)
    }

    #[cfg(feature = "reflect")]
    fn marked(&self, message: Option<&MessageId>) -> Option<&str> {
        self.text_of(message?)
    }
}

#[cfg(feature = "reflect")]
impl ShadowExample {
    fn about(&self) -> Option<&MessageId> {
        Some(&self.message)
    }
}

/// The texts of examples, which spans mark. Not part of what a report says.
#[derive(Clone, Default)]
struct Texts(BTreeMap<MessageId, String>);

impl fmt::Debug for Texts {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} texts", self.0.len())
    }
}

impl PartialEq for Texts {
    fn eq(&self, _: &Self) -> bool {
        true
    }
}

impl Tenant {
    /// Judges stored messages of customers again, under `policy` or else the present one and by the present models, and
    /// tells what would differ. Changes nothing.
    ///
    /// A message is judged as it is kept, with its author's profile and its thread as they are known now. An advisor is not
    /// asked again: what it said stays said where the policy has it asked. Of routing the choice of the team is compared.
    ///
    /// # Errors
    /// `unsupported` for what belongs to no tenant; what the store says.
    pub async fn shadow(&self, policy: Option<&CompiledPolicy>, ask: &ShadowAsk) -> Result<ShadowReport> {
        let rules = self.inner.rules(&self.id).ok_or_else(|| {
            Error::new(ErrorKind::Unsupported, "what belongs to no tenant was judged by nobody").during("shadow")
        })?;
        let policy = policy.unwrap_or(&rules.policy);
        let rules = Rules { policy, ..rules.of(&self.id, &[]) };
        let mut report = self.begun(policy).await?;
        let of = ScanOf::CustomerMessages { since: ask.since };
        let mut scan = Scan::first(of, PAGE);
        let mut left = ask.limit.unwrap_or(usize::MAX);
        while left > 0 {
            scan.limit = left.min(PAGE);
            let page = self.store().scan(&self.id, &scan).await?;
            left -= page.records.len().min(left);
            self.compare(&rules, page.records, ask.examples.min(MAX_EXAMPLES), &mut report).await?;
            report.more = page.after.is_some();
            scan.after = page.after;
            if scan.after.is_none() {
                break;
            }
        }
        for field in &mut report.fields {
            field.changes.sort_by(|a, b| b.count.cmp(&a.count).then_with(|| (&a.from, &a.to).cmp(&(&b.from, &b.to))));
        }
        Ok(report)
    }

    /// A report of nothing yet, which knows the policies.
    async fn begun(&self, policy: &CompiledPolicy) -> Result<ShadowReport> {
        let noted = match self.record(Key::Cursor(AccountId::from("_"), "policy".into())).await? {
            Some(Record::Cursor(version)) => Some(version.into()),
            _ => None,
        };
        let rules = |policy| ShadowRules { policy, models: BTreeMap::new() };
        let field = |field: &str| ShadowField { field: field.to_owned(), changed: 0, changes: Vec::new() };
        Ok(ShadowReport {
            before: rules(noted),
            after: rules(Some(policy.version().to_owned())),
            messages: 0,
            compared: 0,
            without_text: 0,
            corrected: 0,
            differing: 0,
            asked: 0,
            moved: 0,
            more: false,
            fields: FIELDS.into_iter().map(|(name, _)| field(name)).chain([field(TEAM)]).collect(),
            texts: Texts::default(),
        })
    }

    async fn compare(
        &self,
        rules: &Rules<'_>,
        records: Vec<Record>,
        examples: usize,
        report: &mut ShadowReport,
    ) -> Result<()> {
        let messages = records.into_iter().filter_map(|record| match record {
            Record::Message(message) => Some(*message),
            _ => None,
        });
        let messages: Vec<_> = messages.collect();
        let mut around = self.around(&messages).await?;
        for message in messages {
            report.messages += 1;
            let Some(before) = around.assessments.remove(&message.id).filter(|_| message.content.is_some()) else {
                report.without_text += 1;
                continue;
            };
            if before.models.contains_key(CORRECTED) {
                report.corrected += 1;
                continue;
            }
            report.compared += 1;
            let again = Again::new(rules, message, before, &around);
            let team = match around.led_by(&again.message) {
                Some(case) => self.team_chosen(case).await?.or_else(|| {
                    report.moved += 1;
                    None
                }),
                None => None,
            };
            report.take(&again, team.as_deref(), examples);
        }
        Ok(())
    }

    /// What is kept about messages and what stands around them.
    async fn around(&self, messages: &[Message]) -> Result<Around> {
        let of_one = |message: &Message| {
            let author = message.author.clone().map(Key::Identity);
            let case = message.case.clone().map(Key::Case);
            let own = [Key::Assessment(message.id.clone()), Key::Conversation(message.conversation.clone())];
            own.into_iter().chain(author).chain(case)
        };
        let keys: BTreeSet<_> = messages.iter().flat_map(of_one).collect();
        let keys: Vec<_> = keys.into_iter().collect();
        let loaded = self.store().load(&self.id, &keys).await?;
        let mut around = Around::default();
        for (key, entry) in keys.into_iter().zip(loaded.entries) {
            match (key, entry.record) {
                (Key::Assessment(id), Some(Record::Assessment(assessment))) => {
                    around.assessments.insert(id, *assessment);
                }
                (_, Some(Record::Identity(identity))) => around.identities.extend([(identity.id.clone(), *identity)]),
                (_, Some(Record::Case(case))) => around.cases.extend([(case.id.clone(), *case)]),
                (_, Some(Record::Conversation(thread))) => around.threads.extend([(thread.id.clone(), thread)]),
                _ => {}
            }
        }
        Ok(around)
    }

    /// The team of a case, if it stands where the policy put it last.
    async fn team_chosen(&self, case: &Case) -> Result<Option<String>> {
        let here =
            |reasons: &[Reason]| reasons.iter().rev().find(|reason| chooses_team(reason)).map(|it| chose(it, case));
        if here(&case.reasons) != Some(true) {
            let steps = self.scan(ScanOf::Timeline { cases: vec![case.id.clone()] }, MAX_STEPS).await?;
            let mut steps = steps.iter().rev().filter_map(|record| match record {
                Record::Step(step) => here(&step.reasons),
                _ => None,
            });
            if steps.next() != Some(true) {
                return Ok(None);
            }
        }
        Ok(Some(case.team.to_string()))
    }
}

/// Whether a reason says which team takes a case.
fn chooses_team(reason: &Reason) -> bool {
    reason.rule.starts_with("policy.team_") || reason.rule == "policy.first_team"
}

/// Whether it says so of the team that has it.
fn chose(reason: &Reason, case: &Case) -> bool {
    reason.note.strip_prefix(case.team.as_str()).is_some_and(|rest| rest.starts_with(' '))
}

/// What is known about messages and what stands around them.
#[derive(Default)]
struct Around {
    assessments: BTreeMap<MessageId, Assessment>,
    identities: BTreeMap<IdentityId, Identity>,
    threads: BTreeMap<ConversationId, Conversation>,
    cases: BTreeMap<CaseId, Case>,
}

impl Around {
    fn led_by(&self, message: &Message) -> Option<&Case> {
        self.cases.get(message.case.as_ref()?).filter(|case| case.lead == message.id)
    }
}

/// A message that was judged again.
struct Again<'a> {
    policy: &'a CompiledPolicy,
    message: Message,
    text: String,
    account: AccountId,
    before: Assessment,
    after: Assessment,
    asked: bool,
}

impl<'a> Again<'a> {
    fn new(rules: &Rules<'a>, mut message: Message, before: Assessment, around: &Around) -> Self {
        let policy = rules.policy;
        let author = message.author.as_ref().and_then(|author| around.identities.get(author));
        let thread = around.threads.get(&message.conversation);
        let inbound = as_told(&mut message, author, thread);
        let account = policy.answering_account(&message.accounts);
        let subject = Subject {
            message: Some(&message.id),
            network: Some(&message.network),
            account: Some(account.as_str()),
            ..Subject::of_inbound(&inbound)
        };
        let mut after = rules.judges(&message.network).assess(&TriageInput::new(&inbound, policy), &subject);
        let advice = &policy.policy().advice;
        let asked = advice.asks_always() || advice.doubts(&after.certainty).next().is_some();
        let said = if asked { advisors_said(&before.evidence) } else { Vec::new() };
        if !said.is_empty() {
            let mut evidence = Evidence::default();
            evidence.extend(after.evidence.into_iter().chain(said));
            after = conclude(evidence, &subject, policy, after.models);
        }
        Self { policy, message, text: inbound.content.text, account, before, after, asked }
    }

    /// The team that the policy chooses for a case led by this message, and why.
    fn team(&self) -> (String, Vec<Finding>) {
        let Assessment { category, intent, sentiment, language, tier, .. } = &self.after;
        let (team, reasons) = self.policy.team_for(&Facts {
            category,
            intent: intent.as_str(),
            sentiment: sentiment.as_str(),
            language,
            network: self.message.network.as_str(),
            account: self.account.as_str(),
            surface: self.message.surface.as_str(),
            tier: *tier,
            team: "",
            text: &self.text,
        });
        let about = || Question::Other(TEAM.into());
        let finding = |reason: Reason| Finding {
            about: about(),
            value: team.as_str().into(),
            weight: 1.0,
            rule: reason.rule.into(),
            span: None,
        };
        (team.to_string(), reasons.into_iter().map(finding).collect())
    }

    fn example(&self, reasons: Vec<Finding>, gone: Vec<Finding>) -> ShadowExample {
        ShadowExample { message: self.message.id.clone(), case: self.message.case.clone(), reasons, gone }
    }
}

/// A message as its network told it, as far as that is kept. Takes the content out of it.
fn as_told(message: &mut Message, author: Option<&Identity>, thread: Option<&Conversation>) -> Inbound {
    let (scope, native_id) = (message.scope.clone(), message.native_id.clone());
    Inbound {
        author: author.map(|author| author.profile.clone()),
        sent_at: message.sent_at,
        revision: message.revision,
        thread: thread.filter(|thread| thread.rooted).map(|thread| thread.root.clone()),
        reply_to: message.reply_to.clone(),
        permalink: message.permalink.clone(),
        rating: message.rating,
        hidden: message.hidden_at.map(|_| message.hidden),
        language: message.language.clone(),
        content: message.content.take().unwrap_or_default(),
        ..Inbound::new(scope, native_id, message.surface.clone(), message.visibility.clone())
    }
}

/// How an answer reads.
type Read = fn(&Assessment) -> String;

/// The answers that are compared, beside the team.
const FIELDS: [(&str, Read); 12] = [
    ("relevance", |it| it.relevance.to_string()),
    ("needs_response", |it| yes_or_no(it.needs_response)),
    ("intent", |it| it.intent.to_string()),
    ("category", |it| it.category.to_string()),
    ("sentiment", |it| it.sentiment.to_string()),
    ("language", |it| it.language.to_string()),
    ("urgent", |it| yes_or_no(it.urgent)),
    ("risks", |it| named(&it.risks)),
    ("spam", |it| yes_or_no(it.spam)),
    ("abuse", |it| yes_or_no(it.abuse)),
    ("tier", |it| it.tier.to_string()),
    ("surface", |it| it.surface.to_string()),
];
/// What a change of the team is called.
const TEAM: &str = "team";

fn yes_or_no(answer: bool) -> String {
    if answer { "yes" } else { "no" }.to_owned()
}

fn named(risks: &[Risk]) -> String {
    let names: Vec<_> = risks.iter().map(Risk::as_str).collect();
    if names.is_empty() { "none".to_owned() } else { names.join(", ") }
}

/// The question behind an answer.
fn question(field: &str) -> Question {
    match field {
        "urgent" => Question::Urgency,
        "risks" => Question::Risk,
        field => Question::from(field),
    }
}

/// The findings about a question that are not among `others` in this form, the strongest first.
fn only_in(findings: &[Finding], others: &[Finding], about: &Question) -> Vec<Finding> {
    let mut only: Vec<_> =
        findings.iter().filter(|finding| finding.about == *about && !others.contains(finding)).cloned().collect();
    only.sort_by(|a, b| b.weight.abs().total_cmp(&a.weight.abs()));
    only.truncate(MAX_REASONS);
    only
}

impl ShadowRules {
    fn add(&mut self, assessment: &Assessment) {
        for (name, version) in &assessment.models {
            let versions = match self.models.get_mut(name) {
                Some(versions) => versions,
                None => self.models.entry(name.clone()).or_default(),
            };
            if !versions.contains(version) {
                versions.insert(version.clone());
            }
        }
    }
}

impl ShadowReport {
    fn take(&mut self, again: &Again<'_>, team_before: Option<&str>, examples: usize) {
        self.before.add(&again.before);
        self.after.add(&again.after);
        self.asked += u64::from(again.asked);
        let mut differs = false;
        for (place, (name, read)) in FIELDS.into_iter().enumerate() {
            let (from, to) = (read(&again.before), read(&again.after));
            if from != to {
                differs = true;
                let example = || {
                    let (before, after) = (&again.before.evidence, &again.after.evidence);
                    let about = question(name);
                    again.example(only_in(after, before, &about), only_in(before, after, &about))
                };
                self.count(place, (from, to), again, examples, example);
            }
        }
        if let Some(from) = team_before {
            let (to, reasons) = again.team();
            if from != to {
                differs = true;
                self.count(FIELDS.len(), (from.to_owned(), to), again, examples, || again.example(reasons, Vec::new()));
            }
        }
        self.differing += u64::from(differs);
    }

    fn count(
        &mut self,
        place: usize,
        (from, to): (String, String),
        again: &Again<'_>,
        examples: usize,
        example: impl FnOnce() -> ShadowExample,
    ) {
        let Some(field) = self.fields.get_mut(place) else { return };
        field.changed += 1;
        let known = field.changes.iter().position(|change| change.from == from && change.to == to);
        let change = match known {
            Some(known) => &mut field.changes[known],
            None if field.changes.len() < MAX_CHANGES => {
                field.changes.push(ShadowChange { from, to, count: 0, examples: Vec::new() });
                let last = field.changes.len() - 1;
                &mut field.changes[last]
            }
            None => return,
        };
        change.count += 1;
        if change.examples.len() < examples {
            change.examples.push(example());
            self.texts.0.entry(again.message.id.clone()).or_insert_with(|| again.text.clone());
        }
    }
}
