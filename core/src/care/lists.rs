//! Lists a host shows, one page at a time: queues, cases, people, messages, history, what is set aside.
//!
//! Every list is paged alike: it is asked for by a [`PageAsk`] and gives a [`Listed`], whose cursor is where the next page
//! begins. The store filters and sorts, so that no page has gaps, and nothing stands on two of them.

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};

use super::tenant::Tenant;
use crate::error::{Error, ErrorKind, Result};
use crate::model::{AgentId, Case, CaseId, ConversationId, Customer, CustomerId, Identity, Message, Step, TeamId};
use crate::store::{CaseField, Key, Note, OpenFilter, Place, Quarantined, Record, ScanOf};

/// Which page of a list. A number asks for the first page with so many: `tenant.all_cases(50)`.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct PageAsk {
    /// How many at most; at least one.
    pub limit: usize,
    /// Where the page before ended, as [`Listed::after`] told; absent: at the beginning.
    pub after: Option<String>,
}

impl PageAsk {
    /// The first page, with at most so many.
    pub fn first(limit: usize) -> Self {
        Self { limit, after: None }
    }

    /// The page after `cursor`.
    #[must_use]
    pub fn after(mut self, cursor: impl Into<Option<String>>) -> Self {
        self.after = cursor.into();
        self
    }

    fn checked(&self) -> Result<&Self> {
        if self.limit == 0 {
            return Err(Error::new(ErrorKind::InputInvalid, "a page has room for one at least").with("limit", 0));
        }
        Ok(self)
    }
}

impl Default for PageAsk {
    /// The first hundred.
    fn default() -> Self {
        Self::first(100)
    }
}

impl From<usize> for PageAsk {
    fn from(limit: usize) -> Self {
        Self::first(limit)
    }
}

/// One page of a list.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Listed<T> {
    /// What is on it, in the list's order.
    pub items: Vec<T>,
    /// Where the next page begins, for [`PageAsk::after`]; absent: there is no more.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub after: Option<String>,
}

impl<T> Listed<T> {
    pub(super) fn filter_map<U>(self, keep: impl FnMut(T) -> Option<U>) -> Listed<U> {
        Listed { items: self.items.into_iter().filter_map(keep).collect(), after: self.after }
    }
}

#[cfg(feature = "reflect")]
impl<T: crate::reflect::Reflected + std::fmt::Debug> crate::reflect::Reflected for Listed<T> {
    fn kind() -> crate::reflect::Kind {
        crate::reflect::Kind::Page(Box::new(T::kind()))
    }
    fn view(&self) -> crate::reflect::View<'_> {
        crate::reflect::View::Page(&self.items, self.after.as_deref())
    }
}

impl<T> IntoIterator for Listed<T> {
    type Item = T;
    type IntoIter = std::vec::IntoIter<T>;

    fn into_iter(self) -> Self::IntoIter {
        self.items.into_iter()
    }
}

/// Which open cases to list.
#[derive(Clone, Debug, Default)]
#[non_exhaustive]
pub struct QueueAsk {
    /// Which.
    pub filter: OpenFilter,
    /// Which page of them.
    pub page: PageAsk,
}

impl QueueAsk {
    /// Everything open.
    pub fn all() -> Self {
        Self::default()
    }

    /// What is open in a team's queue.
    pub fn of_team(team: impl Into<TeamId>) -> Self {
        OpenFilter::of_team(team).into()
    }

    /// What an agent holds.
    pub fn of_agent(agent: impl Into<AgentId>) -> Self {
        OpenFilter::of_agent(agent).into()
    }

    /// At most so many on a page.
    #[must_use]
    pub fn limit(mut self, limit: usize) -> Self {
        self.page.limit = limit;
        self
    }

    /// The page after `cursor`, which [`Listed::after`] told.
    #[must_use]
    pub fn after(mut self, cursor: impl Into<Option<String>>) -> Self {
        self.page.after = cursor.into();
        self
    }
}

impl From<OpenFilter> for QueueAsk {
    fn from(filter: OpenFilter) -> Self {
        Self { filter, page: PageAsk::default() }
    }
}

/// A case in a list, with what a person needs to choose it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "reflect", derive(crate::reflect::Reflect))]
pub struct QueueItem {
    /// The case.
    pub case: Case,
    /// The customer's name or handle, if known.
    pub customer_name: Option<String>,
    /// The beginning of the lead message's text; empty once erased.
    pub excerpt: String,
}

/// A line of what happened to a case.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(tag = "line", rename_all = "snake_case")]
#[cfg_attr(feature = "reflect", derive(crate::reflect::Reflect))]
pub enum Line {
    /// A step.
    Step(Step),
    /// A colleague's note.
    Note(Note),
}

/// # Lists
///
/// All fail with `input_invalid` if [`PageAsk::limit`] is 0 or [`PageAsk::after`] is no cursor.
impl Tenant {
    /// Open cases by what is due first.
    pub async fn queue(&self, ask: &QueueAsk) -> Result<Listed<QueueItem>> {
        self.items(self.cases_listed(ScanOf::OpenCases(ask.filter.clone()), &ask.page).await?).await
    }

    /// Open cases whose customer waits for us, longest first.
    pub async fn unanswered(&self, ask: &QueueAsk) -> Result<Listed<QueueItem>> {
        self.items(self.cases_listed(ScanOf::Unanswered(ask.filter.clone()), &ask.page).await?).await
    }

    /// How many open cases there are.
    pub async fn count_open(&self, filter: &OpenFilter) -> Result<u64> {
        Ok(self.count_open_by(filter, CaseField::Tier).await?.values().sum())
    }

    /// How many open cases there are by what stands in `field`.
    pub async fn count_open_by(&self, filter: &OpenFilter, field: CaseField) -> Result<BTreeMap<String, u64>> {
        self.store().count_open(&self.id, filter, field).await
    }

    /// All cases, newest first.
    pub async fn all_cases(&self, page: impl Into<PageAsk>) -> Result<Listed<Case>> {
        self.cases_listed(ScanOf::Cases, &page.into()).await
    }

    /// A person's cases, newest first, with those of everybody merged into them.
    ///
    /// # Errors
    /// `not_found` for a customer that does not exist.
    pub async fn cases_of(&self, customer: &CustomerId, page: impl Into<PageAsk>) -> Result<Listed<Case>> {
        let lists = self.everybody(customer).await?.into_iter().map(|customer| ScanOf::CasesOf { customer });
        Ok(self.joined(lists.collect(), &page.into()).await?.filter_map(case))
    }

    /// A person's messages, newest first, with those of everybody merged into them.
    ///
    /// # Errors
    /// `not_found` for a customer that does not exist.
    pub async fn messages_by(&self, customer: &CustomerId, page: impl Into<PageAsk>) -> Result<Listed<Message>> {
        let lists = self.everybody(customer).await?.into_iter().map(|customer| ScanOf::MessagesBy { customer });
        Ok(self.joined(lists.collect(), &page.into()).await?.filter_map(message))
    }

    /// The messages of a thread, in order of time.
    pub async fn messages_in(
        &self,
        conversation: &ConversationId,
        page: impl Into<PageAsk>,
    ) -> Result<Listed<Message>> {
        let of = ScanOf::MessagesOf { conversation: conversation.clone() };
        Ok(self.listed(of, &page.into()).await?.filter_map(message))
    }

    /// What happened to a case and to those that became part of it, in order of time.
    ///
    /// # Errors
    /// `not_found` for a case that does not exist.
    pub async fn history(&self, case: &CaseId, page: impl Into<PageAsk>) -> Result<Listed<Line>> {
        let case = self.existing_case(case).await?;
        let cases = std::iter::once(case.id).chain(case.joined).collect();
        let listed = self.listed(ScanOf::Timeline { cases }, &page.into()).await?;
        Ok(listed.filter_map(|record| match record {
            Record::Step(step) => Some(Line::Step(step)),
            Record::Note(note) => Some(Line::Note(note)),
            _ => None,
        }))
    }

    /// The latest people, newest first.
    pub async fn customers(&self, page: impl Into<PageAsk>) -> Result<Listed<Customer>> {
        let listed = self.listed(ScanOf::Customers, &page.into()).await?;
        Ok(listed.filter_map(|record| match record {
            Record::Customer(customer) => Some(customer),
            _ => None,
        }))
    }

    /// Messages whose text holds all words of `query`, newest first; the last word may be a beginning.
    pub async fn search(&self, query: &str, page: impl Into<PageAsk>) -> Result<Listed<Message>> {
        let of = ScanOf::Search { query: query.to_owned() };
        Ok(self.listed(of, &page.into()).await?.filter_map(message))
    }

    /// What is set aside and not redriven, newest first.
    pub async fn quarantine(&self, page: impl Into<PageAsk>) -> Result<Listed<Quarantined>> {
        let listed = self.listed(ScanOf::Quarantine, &page.into()).await?;
        Ok(listed.filter_map(|record| match record {
            Record::Quarantined(item) => Some(item),
            _ => None,
        }))
    }

    /// All that a scan lists, page by page, up to `limit`.
    pub(super) async fn scan(&self, of: ScanOf, limit: usize) -> Result<Vec<Record>> {
        if limit == 0 {
            return Ok(Vec::new());
        }
        Ok(self.listed(of, &PageAsk::first(limit)).await?.items)
    }

    pub(super) async fn cases(&self, of: ScanOf, limit: usize) -> Result<Vec<Case>> {
        Ok(self.scan(of, limit).await?.into_iter().filter_map(case).collect())
    }

    async fn cases_listed(&self, of: ScanOf, page: &PageAsk) -> Result<Listed<Case>> {
        Ok(self.listed(of, page).await?.filter_map(case))
    }

    /// A page, read in pieces so that a long one holds nobody up.
    pub(super) async fn listed(&self, of: ScanOf, page: &PageAsk) -> Result<Listed<Record>> {
        const PIECE: usize = 200;
        let PageAsk { limit, after } = page.checked()?.clone();
        let mut scan = crate::store::Scan { of, after, limit };
        let mut items = Vec::new();
        loop {
            scan.limit = (limit - items.len()).min(PIECE);
            let piece = self.store().scan(&self.id, &scan).await?;
            items.extend(piece.records);
            scan.after = piece.after;
            if scan.after.is_none() || items.len() >= limit {
                return Ok(Listed { items, after: scan.after });
            }
        }
    }

    /// A page of several lists with the same order, as if they were one: what ends a page of one does so in each.
    async fn joined(&self, lists: Vec<ScanOf>, page: &PageAsk) -> Result<Listed<Record>> {
        let (mut found, mut more) = (Vec::new(), false);
        for of in lists {
            let listed = self.listed(of.clone(), page).await?;
            more |= listed.after.is_some();
            found.extend(listed.items.into_iter().filter_map(|record| Some((Place::of(&of, &record)?, record))));
        }
        found.sort_by(|(a, _), (b, _)| a.cmp(b));
        more |= found.len() > page.limit;
        found.truncate(page.limit);
        let after = found.last().filter(|_| more).map(|(place, _)| place.to_cursor());
        Ok(Listed { items: found.into_iter().map(|(_, record)| record).collect(), after })
    }

    async fn everybody(&self, customer: &CustomerId) -> Result<BTreeSet<CustomerId>> {
        self.everybody_in(&self.customer_record(customer).await?).await
    }

    async fn items(&self, cases: Listed<Case>) -> Result<Listed<QueueItem>> {
        let keys: Vec<_> = cases.items.iter().map(|case| Key::Message(case.lead.clone())).collect();
        let leads = self.messages(keys).await?;
        let keys = leads.values().filter_map(|lead| lead.author.clone()).map(Key::Identity).collect();
        let authors = self.identities(keys).await?;
        Ok(cases.filter_map(|case| {
            let lead = leads.get(&case.lead);
            let author = lead.and_then(|lead| authors.get(lead.author.as_ref()?));
            Some(QueueItem {
                customer_name: author.map(display_name),
                excerpt: lead.map(|lead| excerpt(lead.text())).unwrap_or_default(),
                case,
            })
        }))
    }
}

fn case(record: Record) -> Option<Case> {
    match record {
        Record::Case(case) => Some(*case),
        _ => None,
    }
}

fn message(record: Record) -> Option<Message> {
    match record {
        Record::Message(message) => Some(*message),
        _ => None,
    }
}

/// A profile's name for people.
fn display_name(identity: &Identity) -> String {
    let profile = &identity.profile;
    let handle = profile.handle.as_ref().map(|handle| format!("@{handle}"));
    profile.name.as_ref().map(ToString::to_string).or(handle).unwrap_or_else(|| profile.native_id.to_string())
}

/// The first words of a text, on one line.
fn excerpt(text: &str) -> String {
    const MOST: usize = 140;
    let line = text.split_whitespace().collect::<Vec<_>>().join(" ");
    match line.char_indices().nth(MOST) {
        Some((end, _)) => format!("{}…", &line[..end]),
        None => line,
    }
}
