//! The order of scans: where a record stands in a list, and the text that tells where the next page begins.

use super::{Record, Scan, ScanOf};
use crate::error::{Error, ErrorKind, Result};
use crate::model::{Case, CaseStatus, Timestamp};

/// Where a record stands in a scan; smaller comes first.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct Place {
    /// Sorted by this first: a time in milliseconds (negated where the newest comes first), a tier.
    pub first: i64,
    /// Then by this.
    pub second: i64,
    /// Then by the record's id.
    pub id: String,
}

impl Place {
    /// Comes after everything that has a deadline.
    pub const NO_DEADLINE: i64 = i64::MAX;

    /// Where `record` stands in `scan`; `None` if it does not belong there.
    ///
    /// Timelines, what is found, customers and shared hints depend on more than the record: a store places those itself.
    pub fn of(scan: &ScanOf, record: &Record) -> Option<Self> {
        match (scan, record) {
            (ScanOf::OpenCases(filter), Record::Case(case)) => {
                filter.takes(case).then(|| Self::new(due(case), case.tier.into(), case.id.as_str()))
            }
            (ScanOf::QueuedCases { team }, Record::Case(case)) => (case.status == CaseStatus::Queued
                && case.team == *team)
                .then(|| Self::new(case.tier.into(), due(case), case.id.as_str())),
            (ScanOf::Unanswered(filter), Record::Case(case)) => {
                let since = case.awaiting_since.filter(|_| filter.takes(case))?;
                Some(Self::new(since.as_millis(), 0, case.id.as_str()))
            }
            (ScanOf::CasesOf { customer }, Record::Case(case)) => {
                (case.customer == *customer).then(|| Self::newest_first(case.opened_at, case.id.as_str()))
            }
            (ScanOf::Cases, Record::Case(case)) => Some(Self::newest_first(case.opened_at, case.id.as_str())),
            (ScanOf::MessagesOf { conversation }, Record::Message(message)) => (message.conversation == *conversation)
                .then(|| Self::new(message.at().as_millis(), 0, message.id.as_str())),
            (ScanOf::MessagesBy { customer }, Record::Message(message)) => (message.customer.as_ref()
                == Some(customer))
            .then(|| Self::newest_first(message.at(), message.id.as_str())),
            (ScanOf::CustomerMessages { since }, Record::Message(message)) => {
                let is_meant = message.customer.is_some() && since.is_none_or(|since| message.at() >= since);
                is_meant.then(|| Self::new(0, 0, message.id.as_str()))
            }
            (ScanOf::Quarantine, Record::Quarantined(item)) => {
                item.redriven_at.is_none().then(|| Self::newest_first(item.received_at, item.id.as_str()))
            }
            (ScanOf::Roster, Record::Presence(presence)) => Some(Self::new(0, 0, presence.agent.as_str())),
            (ScanOf::Replies(filter), Record::Reply(reply)) => {
                filter.takes(reply).then(|| Self::newest_first(reply.created_at, reply.id.as_str()))
            }
            (ScanOf::Incidents, Record::Incident(incident)) => {
                Some(Self::newest_first(incident.opened_at, incident.id.as_str()))
            }
            (ScanOf::Accounts, Record::Account(state)) => Some(Self::new(0, 0, state.account.as_str())),
            _ => None,
        }
    }

    /// A place by two numbers, then id.
    pub fn new(first: i64, second: i64, id: &str) -> Self {
        Self { first, second, id: id.to_owned() }
    }

    /// A place by time, the latest first, then id.
    pub fn newest_first(at: Timestamp, id: &str) -> Self {
        Self::new(-at.as_millis(), 0, id)
    }

    /// The place as text, for [`super::Scanned::after`].
    pub fn to_cursor(&self) -> String {
        format!("{}.{}.{}", self.first, self.second, self.id)
    }

    /// Where the previous page of `scan` ended.
    ///
    /// # Errors
    /// `input_invalid` if [`Scan::after`] is not what a store gave out.
    pub fn after(scan: &Scan) -> Result<Option<Self>> {
        let Some(cursor) = &scan.after else { return Ok(None) };
        let mut parts = cursor.splitn(3, '.');
        let mut number = || parts.next().and_then(|part| part.parse().ok());
        match (number(), number(), parts.next()) {
            (Some(first), Some(second), Some(id)) => Ok(Some(Self::new(first, second, id))),
            _ => Err(Error::new(ErrorKind::InputInvalid, "this is not where a page ended; begin without `after`")
                .during("scan")
                .with("after", cursor)),
        }
    }
}

fn due(case: &Case) -> i64 {
    case.due_at.map_or(Place::NO_DEADLINE, Timestamp::as_millis)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_place_reads_back_from_its_cursor_whatever_the_id() {
        for place in [Place::new(-5, i64::MAX, "c1"), Place::new(0, 0, ""), Place::new(i64::MIN, 3, "a.b.c")] {
            let scan = Scan { of: ScanOf::Cases, after: Some(place.to_cursor()), limit: 1 };
            assert_eq!(Place::after(&scan).unwrap(), Some(place));
        }
        for cursor in ["", "1.2", "x.1.c", "1..c"] {
            let scan = Scan { of: ScanOf::Cases, after: Some(cursor.into()), limit: 1 };
            assert_eq!(Place::after(&scan).unwrap_err().kind(), ErrorKind::InputInvalid, "{cursor}");
        }
    }
}
