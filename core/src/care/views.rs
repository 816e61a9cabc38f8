//! What a host shows of one thing: a case or a person with everything about them, why, and numbers.

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};

use super::lists::Line;
use super::message::hints;
use super::tenant::Tenant;
use crate::error::Result;
use crate::model::{
    Assessment, Case, CaseId, Conversation, ConversationId, Customer, CustomerId, Identity, IdentityId, Message,
    MessageId, Reason, Step, StepKind, ThreadState, Timestamp,
};
use crate::store::{Counter, CounterAsk, Key, Note, Record, ScanOf};

/// How many messages of one thread a case shows.
const MAX_MESSAGES: usize = 500;
/// How many lines of a timeline a case shows.
const MAX_STEPS: usize = 1000;
/// How many earlier cases and messages a person shows.
const MAX_HISTORY: usize = 100;

/// A case with everything about it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "reflect", derive(crate::reflect::Reflect))]
#[cfg_attr(feature = "reflect", reflect(text_with = CaseView::marked))]
pub struct CaseView {
    /// The case.
    pub case: Case,
    /// The person, with other profiles and earlier cases.
    pub customer: CustomerView,
    /// Its threads, each with all its messages: context and other people's, too.
    pub threads: Vec<ThreadView>,
    /// The assessments of its messages.
    pub assessments: BTreeMap<MessageId, Assessment>,
    /// What happened to it, in order.
    pub timeline: Vec<Step>,
    /// Colleagues' notes, in order.
    pub notes: Vec<Note>,
    /// Where [`Tenant::history`] goes on after the first 1,000 steps and notes.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub history_after: Option<String>,
}

/// A thread with its messages.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "reflect", derive(crate::reflect::Reflect))]
pub struct ThreadView {
    /// The thread.
    pub conversation: Conversation,
    /// Its first 500 messages and all of the case, in order of time.
    pub messages: Vec<Message>,
    /// Where [`Tenant::messages_in`] goes on after the first 500.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub messages_after: Option<String>,
    /// Who wrote them.
    pub authors: BTreeMap<IdentityId, Identity>,
    /// What the network tells of it beside messages: who may write in it, up to when ours were read, signals.
    pub beside: Option<ThreadState>,
}

/// A person with everything about them.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "reflect", derive(crate::reflect::Reflect))]
pub struct CustomerView {
    /// The person.
    pub customer: Customer,
    /// Their profiles.
    pub identities: Vec<Identity>,
    /// Their latest 100 cases, newest first.
    pub cases: Vec<Case>,
    /// Where [`Tenant::cases_of`] goes on.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub cases_after: Option<String>,
    /// Their latest 100 messages, newest first.
    pub messages: Vec<Message>,
    /// Where [`Tenant::messages_by`] goes on.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub messages_after: Option<String>,
    /// Others who may be the same person, and the weak signs that say so. Only people decide.
    pub maybe_same: Vec<MaybeSame>,
}

/// Somebody who may be the same person.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "reflect", derive(crate::reflect::Reflect))]
pub struct MaybeSame {
    /// The other one.
    pub customer: CustomerId,
    /// Their profiles.
    pub identities: Vec<Identity>,
    /// What is alike.
    pub evidence: Vec<String>,
}

/// Why a case is what it is.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "reflect", derive(crate::reflect::Reflect))]
#[cfg_attr(feature = "reflect", reflect(text_with = Explanation::marked))]
pub struct Explanation {
    /// The case.
    pub case: Case,
    /// The lead message's text; empty once erased.
    pub text: String,
    /// Every reason for what the lead message is held to be.
    pub assessment: Option<Assessment>,
    /// Why this team and these promises, this agent, these steps: in order of time.
    pub reasons: Vec<Why>,
}

/// Why a step was taken.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "reflect", derive(crate::reflect::Reflect))]
pub struct Why {
    /// When it was.
    pub at: Timestamp,
    /// What it was.
    pub kind: StepKind,
    /// Why.
    pub reasons: Vec<Reason>,
}

#[cfg(feature = "reflect")]
impl CaseView {
    fn marked(&self, message: Option<&MessageId>) -> Option<&str> {
        let mut messages = self.threads.iter().flat_map(|thread| &thread.messages);
        Some(messages.find(|known| Some(&known.id) == message)?.text())
    }
}

#[cfg(feature = "reflect")]
impl Explanation {
    fn marked(&self, _: Option<&MessageId>) -> Option<&str> {
        Some(&self.text)
    }
}

/// How much of what an account was sent did reach us by push.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "reflect", derive(crate::reflect::Reflect))]
pub struct Coverage {
    /// Messages that were pushed.
    pub pushed: i64,
    /// Messages that the network listed.
    pub listed: i64,
    /// Messages that were both.
    pub both: i64,
}

impl Tenant {
    /// A case with its threads, its person, its timeline: who answered, when, and how it ended.
    ///
    /// # Errors
    /// `not_found` for a case that does not exist.
    pub async fn case(&self, id: &CaseId) -> Result<CaseView> {
        let case = self.existing_case(id).await?;
        let own = self.own_messages(&case).await?;
        let keys = own.iter().map(|message| Key::Assessment(message.id.clone())).collect();
        let mut threads = Vec::new();
        for conversation in &case.conversations {
            let of_case = own.iter().filter(|message| message.conversation == *conversation).cloned().collect();
            threads.extend(self.thread_with(conversation, of_case).await?);
        }
        let (timeline, notes, history_after) = self.timeline(&case.id).await?;
        Ok(CaseView {
            customer: self.customer(&case.customer).await?,
            assessments: self.assessments(keys).await?,
            threads,
            timeline,
            notes,
            history_after,
            case,
        })
    }

    /// A thread with its first 500 messages; `None` if there is none.
    pub async fn thread(&self, id: &ConversationId) -> Result<Option<ThreadView>> {
        self.thread_with(id, Vec::new()).await
    }

    /// A thread, in which `wanted` are shown however long it is.
    async fn thread_with(&self, id: &ConversationId, wanted: Vec<Message>) -> Result<Option<ThreadView>> {
        let Some(Record::Conversation(conversation)) = self.record(Key::Conversation(id.clone())).await? else {
            return Ok(None);
        };
        let listed = self.messages_in(id, MAX_MESSAGES).await?;
        let (mut messages, messages_after) = (listed.items, listed.after);
        messages.extend(wanted);
        messages.sort_by(|a, b| (a.at(), &a.id).cmp(&(b.at(), &b.id)));
        messages.dedup_by(|a, b| a.id == b.id);
        let authors = self.authors(&messages).await?;
        let beside = match self.record(Key::Thread(id.clone())).await? {
            Some(Record::Thread(state)) => Some(state),
            _ => None,
        };
        Ok(Some(ThreadView { conversation, messages, messages_after, authors, beside }))
    }

    /// All messages of a case, with content.
    async fn own_messages(&self, case: &Case) -> Result<Vec<Message>> {
        let listed = match self.record(Key::CaseMessages(case.id.clone())).await? {
            Some(Record::Messages(messages)) => messages,
            _ => Vec::new(),
        };
        let keys = listed.into_iter().map(|message| Key::Message(message.id)).collect();
        Ok(self.messages(keys).await?.into_values().collect())
    }

    async fn timeline(&self, case: &CaseId) -> Result<(Vec<Step>, Vec<Note>, Option<String>)> {
        let history = self.history(case, MAX_STEPS).await?;
        let (mut steps, mut notes) = (Vec::new(), Vec::new());
        for line in history.items {
            match line {
                Line::Step(step) => steps.push(step),
                Line::Note(note) => notes.push(note),
            }
        }
        Ok((steps, notes, history.after))
    }

    /// A person with all profiles, cases and latest messages. A merged customer shows the one it was merged into.
    ///
    /// # Errors
    /// `not_found` for a customer that does not exist.
    pub async fn customer(&self, id: &CustomerId) -> Result<CustomerView> {
        let mut customer = self.customer_record(id).await?;
        // Merges do not chain deeper than people merge by hand; the bound keeps a damaged chain from holding us.
        for _ in 0..32 {
            let Some(into) = customer.merged_into.clone() else { break };
            customer = self.customer_record(&into).await?;
        }
        let cases = self.cases_of(&customer.id, MAX_HISTORY).await?;
        let messages = self.messages_by(&customer.id, MAX_HISTORY).await?;
        let identities = self.profiles(&customer).await?;
        let maybe_same = self.maybe_same(&customer, &identities).await?;
        Ok(CustomerView {
            customer,
            identities,
            cases: cases.items,
            cases_after: cases.after,
            messages: messages.items,
            messages_after: messages.after,
            maybe_same,
        })
    }

    /// A customer and all that were merged into it, directly or by way of others.
    pub(super) async fn everybody_in(&self, customer: &Customer) -> Result<BTreeSet<CustomerId>> {
        let mut people = BTreeSet::from([customer.id.clone()]);
        let mut merges = customer.merges.clone();
        while let Some(merge) = merges.pop() {
            if people.insert(merge.from.clone()) {
                merges.extend(self.customer_record(&merge.from).await?.merges);
            }
        }
        Ok(people)
    }

    /// The weak signs that two customers are one person.
    pub(super) async fn weak_signs(&self, one: &CustomerId, other: &CustomerId) -> Result<Vec<String>> {
        let ours = self.profiles(&self.customer_record(one).await?).await?;
        let theirs = self.profiles(&self.customer_record(other).await?).await?;
        Ok(alike(&ours, &theirs))
    }

    async fn profiles(&self, customer: &Customer) -> Result<Vec<Identity>> {
        let keys = customer.identities.iter().cloned().map(Key::Identity).collect();
        Ok(self.identities(keys).await?.into_values().collect())
    }

    async fn maybe_same(&self, customer: &Customer, identities: &[Identity]) -> Result<Vec<MaybeSame>> {
        let mut others = Vec::new();
        for record in self.scan(ScanOf::SharedHints { customer: customer.id.clone() }, MAX_HISTORY).await? {
            let Record::Customer(other) = record else { continue };
            if other.merged_into.is_some() || other.id == customer.id {
                continue;
            }
            let theirs = self.profiles(&other).await?;
            let evidence = alike(identities, &theirs);
            others.push(MaybeSame { customer: other.id, identities: theirs, evidence });
        }
        Ok(others)
    }

    /// Who wrote these messages; those of unknown authors are left out.
    pub async fn authors<'a>(
        &self,
        messages: impl IntoIterator<Item = &'a Message>,
    ) -> Result<BTreeMap<IdentityId, Identity>> {
        let keys: BTreeSet<_> = messages.into_iter().filter_map(|message| message.author.clone()).collect();
        self.identities(keys.into_iter().map(Key::Identity).collect()).await
    }

    /// Why a case is what it is, with every rule that had a say.
    ///
    /// # Errors
    /// `not_found` for a case that does not exist.
    pub async fn explain(&self, id: &CaseId) -> Result<Explanation> {
        let case = self.existing_case(id).await?;
        let assessment = match self.record(Key::Assessment(case.lead.clone())).await? {
            Some(Record::Assessment(assessment)) => Some(*assessment),
            _ => None,
        };
        let text = match self.record(Key::Message(case.lead.clone())).await? {
            Some(Record::Message(message)) => message.text().to_owned(),
            _ => String::new(),
        };
        let (timeline, ..) = self.timeline(id).await?;
        let reasons = timeline
            .into_iter()
            .filter(|step| !step.reasons.is_empty())
            .map(|step| Why { at: step.at, kind: step.kind, reasons: step.reasons })
            .collect();
        Ok(Explanation { case, text, assessment, reasons })
    }

    /// Sums of the counters whose name begins with `prefix`: `tier.`, `intent.`, `category.`, `network.`, `origin.`,
    /// `language.`, `case.`, `sla.`, `event.` …
    pub async fn totals(&self, prefix: &str) -> Result<BTreeMap<String, i64>> {
        let ask = CounterAsk { prefix: prefix.to_owned(), ..CounterAsk::default() };
        let mut totals = BTreeMap::new();
        for counter in self.store().counters(&self.id, &ask).await? {
            *totals.entry(counter.name.to_string()).or_default() += counter.value;
        }
        totals.retain(|_, total| *total != 0);
        Ok(totals)
    }

    /// Counters by name in steps of five minutes: what a chart of volume is drawn from.
    pub async fn volume(&self, prefix: &str, from: Option<Timestamp>, to: Option<Timestamp>) -> Result<Vec<Counter>> {
        self.store().counters(&self.id, &CounterAsk { prefix: prefix.to_owned(), from, to }).await
    }

    /// By account, how many messages were pushed, listed, and both.
    pub async fn coverage(&self) -> Result<BTreeMap<String, Coverage>> {
        let mut accounts: BTreeMap<String, Coverage> = BTreeMap::new();
        for (name, total) in self.totals("coverage.").await? {
            let Some((account, what)) = name.trim_start_matches("coverage.").rsplit_once('.') else { continue };
            let coverage = accounts.entry(account.to_owned()).or_default();
            match what {
                "pushed" => coverage.pushed = total,
                "listed" => coverage.listed = total,
                _ => coverage.both = total,
            }
        }
        Ok(accounts)
    }

    /// Recomputes the chain of digests over the tenant's log, and tells how many entries it has.
    ///
    /// # Errors
    /// `storage_damaged`, with the first entry that does not fit.
    pub async fn verify_log(&self) -> Result<u64> {
        self.store().verify_log(&self.id).await
    }

    async fn load(&self, keys: Vec<Key>) -> Result<impl Iterator<Item = Record>> {
        let loaded = self.store().load(&self.id, &keys).await?;
        Ok(loaded.entries.into_iter().filter_map(|entry| entry.record))
    }

    pub(super) async fn messages(&self, keys: Vec<Key>) -> Result<BTreeMap<MessageId, Message>> {
        Ok(messages(self.load(keys).await?).into_iter().map(|message| (message.id.clone(), message)).collect())
    }

    pub(super) async fn identities(&self, keys: Vec<Key>) -> Result<BTreeMap<IdentityId, Identity>> {
        let identities = self.load(keys).await?.filter_map(|record| match record {
            Record::Identity(identity) => Some((identity.id.clone(), *identity)),
            _ => None,
        });
        Ok(identities.collect())
    }

    async fn assessments(&self, keys: Vec<Key>) -> Result<BTreeMap<MessageId, Assessment>> {
        let assessments = self.load(keys).await?.filter_map(|record| match record {
            Record::Assessment(assessment) => Some((assessment.message.clone()?, *assessment)),
            _ => None,
        });
        Ok(assessments.collect())
    }
}

fn messages(records: impl IntoIterator<Item = Record>) -> Vec<Message> {
    let messages = records.into_iter().filter_map(|record| match record {
        Record::Message(message) => Some(*message),
        _ => None,
    });
    messages.collect()
}

/// What two people's profiles have in common.
fn alike(ours: &[Identity], theirs: &[Identity]) -> Vec<String> {
    let mut evidence = Vec::new();
    for (one, other) in ours.iter().flat_map(|one| theirs.iter().map(move |other| (one, other))) {
        let known: BTreeSet<_> = hints(&one.profile).collect();
        for hint in hints(&other.profile).filter(|hint| known.contains(hint)) {
            let kind = hint.split(':').next().unwrap_or_default();
            evidence.push(format!("the same {kind} on {} and {}", one.network, other.network));
        }
    }
    evidence
}
