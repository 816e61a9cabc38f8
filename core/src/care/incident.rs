//! Incidents: opened on a condition, one statement, answers held, and who is owed an answer in the end.

use std::time::Duration;

use super::case::case_facts;
use super::decide::{Arrival, Draft, NOTHING, Outcome};
use super::lists::{Listed, PageAsk};
use super::snapshot::Read;
use super::tenant::Tenant;
use crate::error::{Error, ErrorKind, Result};
use crate::model::{
    Case, Channel, EventBody, Incident, IncidentDraft, IncidentEvent, IncidentId, Message, Owed, Reply, ReplyState,
    Statement, Timestamp,
};
use crate::policy::Facts;
use crate::store::{Key, Record, ReplyFilter, Scan, ScanOf};

/// So many incidents may be open at a time.
const MOST_OPEN: usize = 20;
/// An incident's cases are looked for from a day before it is opened.
const LOOK_BACK: Duration = Duration::from_secs(86_400);
/// A key or name has so many characters at most.
const NAME_MAX: usize = 200;
/// How many cases are looked through at a time.
const PIECE: usize = 200;

impl Draft<'_> {
    /// An incident was opened or released.
    pub(super) fn incident_event(&mut self, arrival: &Arrival, event: &IncidentEvent) -> Read<Outcome> {
        let at = arrival.event.received_at;
        let key = Key::Incident(event.incident.clone());
        self.overlay.want([Some(key.clone()), Some(Key::OpenIncidents)])?;
        let known = self.incident(&event.incident)?;
        let mut open = self.open_incidents()?;
        match (&event.open, known) {
            (Some(draft), None) => {
                if open.len() >= MOST_OPEN {
                    return NOTHING;
                }
                open.push(event.incident.clone());
                let incident = Incident {
                    id: event.incident.clone(),
                    key: draft.key.clone(),
                    name: draft.name.clone(),
                    when: draft.when.clone(),
                    since: draft.since.unwrap_or_else(|| at.minus(LOOK_BACK)),
                    hold: !draft.without_hold,
                    opened_by: event.actor.clone(),
                    opened_at: at,
                    released_by: None,
                    released_at: None,
                    statements: Vec::new(),
                };
                self.count(&["incident.opened"], at, 1);
                self.put(key, Record::Incident(Box::new(incident)));
            }
            (None, Some(mut incident)) if incident.is_open() => {
                open.retain(|id| *id != event.incident);
                incident.released_by = Some(event.actor.clone());
                incident.released_at = Some(at);
                self.count(&["incident.released"], at, 1);
                self.put(key, Record::Incident(Box::new(incident)));
            }
            _ => return NOTHING,
        }
        self.put(Key::OpenIncidents, Record::OpenIncidents(open));
        Ok(Outcome::Changed)
    }

    pub(super) fn incident(&mut self, id: &IncidentId) -> Read<Option<Incident>> {
        match self.overlay.record(&Key::Incident(id.clone()))? {
            Some(Record::Incident(incident)) => Ok(Some((**incident).clone())),
            _ => Ok(None),
        }
    }

    fn open_incidents(&mut self) -> Read<Vec<IncidentId>> {
        match self.overlay.record(&Key::OpenIncidents)? {
            Some(Record::OpenIncidents(open)) => Ok(open.clone()),
            _ => Ok(Vec::new()),
        }
    }

    /// The open incident that a message is about, if it is about one.
    pub(super) fn incident_about(&mut self, case: Option<&Case>, message: &Message) -> Read<Option<Incident>> {
        let mut found = None;
        // All are loaded in one round, whichever fits.
        for id in self.open_incidents()? {
            let incident = self.incident(&id)?;
            found = found.or(incident.filter(|incident| is_about(incident, case, message)));
        }
        Ok(found)
    }

    /// Notes the statement about an incident.
    pub(super) fn state(&mut self, reply: &Reply) -> Read<()> {
        let Some(id) = reply.incident.as_ref().filter(|_| reply.verb == "publish") else { return Ok(()) };
        if let Some(mut incident) = self.incident(id)? {
            incident.statements.retain(|statement| statement.account != reply.account);
            incident.statements.push(Statement { account: reply.account.clone(), reply: reply.id.clone() });
            self.put(Key::Incident(id.clone()), Record::Incident(Box::new(incident)));
        }
        Ok(())
    }
}

/// Whether a message in a case is about an incident.
fn is_about(incident: &Incident, case: Option<&Case>, message: &Message) -> bool {
    let facts = match case {
        Some(case) => case_facts(case),
        None => message
            .gist
            .as_ref()
            .map(|gist| Facts { tier: gist.tier, category: &gist.category, ..Facts::default() })
            .unwrap_or_default(),
    };
    incident.when.fits(&Facts {
        text: message.text(),
        surface: message.surface.as_str(),
        network: message.network.as_str(),
        ..facts
    })
}

impl Tenant {
    /// Opens an incident: from now on answers one by one to whom it is about are held. The same key again is the same
    /// incident.
    ///
    /// # Errors
    /// `input_invalid` for a draft without key, name or condition; `conflict` with 20 incidents open.
    pub async fn open_incident(&self, draft: IncidentDraft, by: &str) -> Result<Incident> {
        let wrong = |message: &str| Error::new(ErrorKind::InputInvalid, message).during("open_incident");
        let is_name = |text: &str| !text.trim().is_empty() && text.chars().count() <= NAME_MAX;
        if !is_name(&draft.key) || !is_name(&draft.name) {
            return Err(wrong("an incident has a `key` and a `name` of 1 to 200 characters"));
        }
        if draft.when.is_empty() {
            return Err(wrong("`when` asks for nothing, so that every answer would be held; name a category or terms"));
        }
        let id = IncidentId::derive(&[self.id.as_str(), &draft.key]);
        self.tell_incident(&id, by, Some(draft)).await?;
        self.incident(&id).await.map_err(|error| match error.kind() {
            ErrorKind::NotFound => Error::new(ErrorKind::Conflict, "too many incidents are open; release one first")
                .with("most", MOST_OPEN),
            _ => error,
        })
    }

    /// Releases an incident: answers are no longer held. Tells who is owed one, the longest waiting first.
    ///
    /// # Errors
    /// `not_found` for an incident that does not exist; `conflict` if it is released already.
    pub async fn release_incident(&self, id: &IncidentId, by: &str) -> Result<Vec<Owed>> {
        if !self.incident(id).await?.is_open() {
            let error = Error::new(ErrorKind::Conflict, "this incident is released already").during("release_incident");
            return Err(error.with("incident", id));
        }
        self.tell_incident(id, by, None).await?;
        self.owed_in(id).await
    }

    /// Who is owed an answer about an incident, the longest waiting first, with the reply that was held back.
    ///
    /// # Errors
    /// `not_found` for an incident that does not exist.
    pub async fn owed_in(&self, id: &IncidentId) -> Result<Vec<Owed>> {
        let incident = self.incident(id).await?;
        let mut owed = Vec::new();
        for case in self.cases_about(&incident).await? {
            let filter = ReplyFilter { states: vec![ReplyState::Held], ..ReplyFilter::of_case(case.id.clone()) };
            let held = self.replies(filter, 1).await?.items.pop().map(|reply| reply.id);
            if case.awaiting_since.is_some() || held.is_some() {
                owed.push(Owed { case, held });
            }
        }
        owed.sort_by(|a, b| (a.case.awaiting_since, &a.case.id).cmp(&(b.case.awaiting_since, &b.case.id)));
        Ok(owed)
    }

    /// An incident.
    ///
    /// # Errors
    /// `not_found` if there is none.
    pub async fn incident(&self, id: &IncidentId) -> Result<Incident> {
        match self.record(Key::Incident(id.clone())).await? {
            Some(Record::Incident(incident)) => Ok(*incident),
            _ => Err(Error::new(ErrorKind::NotFound, "no such incident").with("incident", id)),
        }
    }

    /// Incidents, newest first.
    pub async fn incidents(&self, page: impl Into<PageAsk>) -> Result<Listed<Incident>> {
        let listed = self.listed(ScanOf::Incidents, &page.into()).await?;
        Ok(listed.filter_map(|record| match record {
            Record::Incident(incident) => Some(*incident),
            _ => None,
        }))
    }

    /// The cases that are about an incident, newest first: those opened from its beginning to its release.
    ///
    /// # Errors
    /// `not_found` for an incident that does not exist.
    pub async fn incident_cases(&self, id: &IncidentId) -> Result<Vec<Case>> {
        let incident = self.incident(id).await?;
        self.cases_about(&incident).await
    }

    async fn cases_about(&self, incident: &Incident) -> Result<Vec<Case>> {
        let mut scan = Scan::first(ScanOf::Cases, PIECE);
        let mut about = Vec::new();
        loop {
            let piece = self.store().scan(&self.id, &scan).await?;
            for record in piece.records {
                let Record::Case(case) = record else { continue };
                if case.opened_at < incident.since {
                    return Ok(about);
                }
                let in_time = incident.released_at.is_none_or(|released_at| case.opened_at <= released_at);
                let lead = self.record(Key::Message(case.lead.clone())).await?;
                if let Some(Record::Message(lead)) = lead.filter(|_| in_time)
                    && is_about(incident, Some(&case), &lead)
                {
                    about.push(*case);
                }
            }
            scan.after = piece.after;
            if scan.after.is_none() {
                return Ok(about);
            }
        }
    }

    async fn tell_incident(&self, id: &IncidentId, by: &str, open: Option<IncidentDraft>) -> Result<()> {
        let event = IncidentEvent { incident: id.clone(), actor: by.to_owned(), open };
        self.happen(Channel::Host, vec![EventBody::Incident(event)]).await.map(drop)
    }
}

/// Whether what is said to somebody now comes before anything was said to them since the incident.
pub(super) fn is_first_since(case: Option<&Case>, since: Timestamp) -> bool {
    case.is_none_or(|case| case.latest_brand_at.is_none_or(|answered| answered < since))
}
