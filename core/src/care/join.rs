//! Cases that become one: two threads turned out to be one, and one person had an open case in each.

use std::collections::{BTreeMap, BTreeSet};

use super::decide::{Draft, NOTHING, Outcome};
use super::snapshot::Read;
use super::tenant::Tenant;
use crate::error::Result;
use crate::model::{
    Case, CaseAction, CaseEvent, CaseId, CaseStatus, Channel, Conversation, ConversationId, CustomerId, EffectId,
    EventBody, Message, Reason, StepKind, Timestamp,
};
use crate::store::{Effect, EffectAction, Key, Record, Scan, ScanOf};

/// The actor of what the engine does by itself.
const ENGINE: &str = "engine";
/// How a case ends that became part of another one.
const JOINED: &str = "joined";

impl Draft<'_> {
    /// Has the cases of a thread looked at, once this is committed: another thread turned out to be part of it.
    pub(super) fn want_joining(&mut self, thread: &ConversationId, at: Timestamp) {
        let id = EffectId::derive(&["join", thread.as_str()]);
        self.want(Effect { id, due_at: at, action: EffectAction::Join { conversation: thread.clone() } });
    }

    /// Lets an open case end as a part of another one, which gets its messages, threads and notes of what was owed.
    pub(super) fn join(&mut self, mut ends: Case, into: &CaseId, actor: &str, at: Timestamp) -> Read<Outcome> {
        let Some(mut case) = self.overlay.case(into)? else { return NOTHING };
        if ends.id == case.id || ends.customer != case.customer || !ends.is_open() || !case.is_open() {
            return NOTHING;
        }
        let (before, ends_before) = (case.clone(), ends.clone());
        let mut all = self.overlay.case_messages(&case.id)?;
        all.extend(self.give_messages(&ends, &case)?);
        self.give_slots(&ends, &case)?;
        self.give_holder(&mut ends, &mut case, at)?;
        self.give_promises(&mut ends, &mut case, at);
        case.conversations.extend(ends.conversations.iter().cloned());
        case.joined.extend(ends.joined.iter().cloned().chain([ends.id.clone()]));
        // So that the next case between them finds a number that neither had.
        case.number = case.number.max(ends.number);
        self.replay(&mut case, all.iter().collect());
        let lead = case.lead.clone();
        self.follow_assessment((&before, &mut case), ("", ""), &lead, at)?;
        if case.status == CaseStatus::Queued {
            case.queued_at = [case.queued_at, ends.queued_at].into_iter().flatten().min().or(Some(at));
            self.want_routing(&case, at);
        }
        let holder = case.assignment.as_ref().map(|held| Reason::new("cases.holder", held.agent.as_str()));
        let why = [Reason::new("cases.joined", ends.id.as_str())].into_iter().chain(holder).collect();
        self.step(&case.id, at, StepKind::Joined, actor, None, why);
        let why = vec![Reason::new("cases.joined_into", case.id.as_str())];
        self.step(&ends.id, at, StepKind::Joined, actor, None, why);
        self.count(&["case.joined"], at, 1);

        ends.status = CaseStatus::Closed;
        ends.closed_at = Some(at);
        ends.outcome = Some(JOINED.into());
        ends.joined_into = Some(case.id.clone());
        (ends.queued_at, ends.awaiting_since, ends.messages) = (None, None, 0);
        self.put_case(&before, case);
        self.put_case(&ends_before, ends);
        Ok(Outcome::Changed)
    }

    /// Gives all messages of one case to another one; what was given, without content.
    fn give_messages(&mut self, from: &Case, to: &Case) -> Read<Vec<Message>> {
        let mut given = Vec::new();
        for listed in self.overlay.case_messages(&from.id)? {
            let Some(mut message) = self.overlay.message(&listed.id)? else { continue };
            message.case = Some(to.id.clone());
            given.push(Message { case: message.case.clone(), ..listed });
            self.put(Key::Message(message.id.clone()), Record::Message(Box::new(message)));
        }
        Ok(given)
    }

    /// Lets whatever leads to one case lead to another one.
    fn give_slots(&mut self, from: &Case, to: &Case) -> Read<()> {
        let everywhere = from.conversations.iter().cloned().chain([ConversationId::anywhere_on(&from.network)]);
        for thread in everywhere {
            if self.overlay.slot(&thread, &from.customer)?.as_ref() == Some(&from.id) {
                self.put(Key::Slot(thread, from.customer.clone()), Record::Slot(to.id.clone()));
            }
        }
        Ok(())
    }

    /// Whoever works on the case that goes on keeps it; if nobody does, whoever worked on the other one does.
    fn give_holder(&mut self, from: &mut Case, to: &mut Case, at: Timestamp) -> Read<()> {
        self.end_offer(from);
        let Some(held) = from.assignment.take() else { return Ok(()) };
        self.unload(&held.agent, from, at)?;
        let works_on = |case: &Case| case.assignment.as_ref().is_some_and(|held| held.accept_by.is_none());
        if held.accept_by.is_some() || works_on(to) {
            from.last_agent = Some(held.agent);
            return Ok(());
        }
        self.end_offer(to);
        if let Some(offered) = to.assignment.take() {
            self.unload(&offered.agent, to, at)?;
        }
        self.load(&held.agent, to)?;
        to.team.clone_from(&from.team);
        to.queued_at = None;
        to.passed_by.clear();
        to.assignment = Some(held);
        Ok(())
    }

    /// What was told about promises stays told: breaches and steps of the ladder are taken along.
    fn give_promises(&mut self, from: &mut Case, to: &mut Case, at: Timestamp) {
        for clock in from.clocks.iter().filter(|clock| clock.breached_at.is_some()) {
            // It counts with the case that goes on.
            self.count(&["sla.breached.", clock.kind.as_str()], clock.breached_at.unwrap_or(at), -1);
        }
        to.clocks.append(&mut from.clocks);
        to.escalation = to.escalation.max(from.escalation);
    }
}

impl Tenant {
    /// Joins the open cases that one person has in a thread into the one that was opened first.
    pub(super) async fn join_cases(&self, thread: &ConversationId) -> Result<()> {
        let mut by_person = BTreeMap::<CustomerId, Vec<Case>>::new();
        for id in self.cases_in(thread).await? {
            if let Some(Record::Case(case)) = self.record(Key::Case(id)).await?
                && case.is_open()
            {
                by_person.entry(case.customer.clone()).or_default().push(*case);
            }
        }
        let mut joins = Vec::new();
        for mut cases in by_person.into_values() {
            cases.sort_by(|a, b| (a.opened_at, &a.id).cmp(&(b.opened_at, &b.id)));
            let Some((first, later)) = cases.split_first() else { continue };
            joins.extend(later.iter().map(|case| {
                let action = CaseAction::Join { into: first.id.clone() };
                EventBody::Case(CaseEvent { case: case.id.clone(), actor: ENGINE.to_owned(), action })
            }));
        }
        if !joins.is_empty() {
            self.happen(Channel::Engine, joins).await?;
        }
        Ok(())
    }

    /// The cases of all messages in a thread.
    async fn cases_in(&self, thread: &ConversationId) -> Result<BTreeSet<CaseId>> {
        const PAGE: usize = 200;
        let mut thread = thread.clone();
        // It may have become part of another one since.
        while let Some(Record::Conversation(Conversation { merged_into: Some(into), .. })) =
            self.record(Key::Conversation(thread.clone())).await?
        {
            thread = into;
        }
        let mut cases = BTreeSet::new();
        let mut scan = Scan::first(ScanOf::MessagesOf { conversation: thread }, PAGE);
        loop {
            let page = self.store().scan(self.id(), &scan).await?;
            cases.extend(page.records.into_iter().filter_map(|record| match record {
                Record::Message(message) => message.case,
                _ => None,
            }));
            match page.after {
                Some(after) => scan.after = Some(after),
                None => return Ok(cases),
            }
        }
    }
}
