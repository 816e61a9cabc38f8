//! Counting the turns of a case again when one came late or changed: at once while they are few, else once a minute.

use std::time::Duration;

use super::case::{asks, carry_over, lead_by, lead_order, settle};
use super::decide::{Draft, NOTHING, Outcome};
use super::snapshot::Read;
use crate::model::{Case, CaseId, Message, Origin, Timer, TimerId, TimerPurpose, Timestamp};

/// The longest case whose turns are all counted again each time: what one turn costs must not grow with the case.
const MAX_AT_ONCE: u32 = 64;
/// How long the turns of a longer case wait to be counted again.
const WAIT: Duration = Duration::from_secs(60);

impl Draft<'_> {
    /// Counts new turns that may be earlier than others of their case.
    pub(super) fn count_late(&mut self, case: &mut Case, turns: &[&Message]) -> Read<()> {
        if case.messages >= MAX_AT_ONCE {
            for turn in turns {
                case.messages += 1;
                case.conversations.insert(turn.conversation.clone());
                self.count_for_now(case, turn);
            }
            return Ok(());
        }
        let all = self.overlay.case_messages(&case.id)?;
        self.replay(case, all.iter().chain(turns.iter().copied()).collect());
        Ok(())
    }

    /// Counts a case again of which one message was changed; whether it is known that nothing in it asks any more.
    pub(super) fn count_changed(&mut self, case: &mut Case, message: &Message) -> Read<bool> {
        if case.messages >= MAX_AT_ONCE {
            self.count_for_now(case, message);
            return Ok(false);
        }
        let all = self.overlay.case_messages(&case.id)?;
        let others = all.iter().filter(|other| other.id != message.id);
        let all: Vec<_> = others.chain([message]).collect();
        let nothing_asks = !all.iter().any(|message| asks(message));
        self.replay(case, all);
        Ok(nothing_asks)
    }

    /// Takes from a turn what can be told without the others: never less than is owed. All are counted again soon.
    fn count_for_now(&mut self, case: &mut Case, message: &Message) {
        let at = message.at();
        if message.deleted_at.is_none() && message.origin == Origin::Customer {
            case.latest_customer_at = case.latest_customer_at.max(Some(at));
        }
        if asks(message) {
            case.opened_at = case.opened_at.min(at);
            if lead_order(message) < (case.tier, case.lead_at, case.lead.clone()) {
                lead_by(case, message);
                self.retarget(case);
            }
            let settled = case.latest_brand_at.max(case.ends.last().copied()).is_some_and(|settled| at <= settled);
            if case.is_open() && !settled && case.awaiting_since.is_none_or(|since| at < since) {
                let before = case.clocks.clone();
                case.awaiting_since = Some(at);
                self.start_clocks(case, at);
                carry_over(&before, case);
            }
        }
        settle(case);
        if case.recount_at.is_none() {
            let due_at = message.received_at.max(self.now).plus(WAIT);
            case.recount_at = Some(due_at);
            let (id, purpose) = (recount_timer(&case.id), TimerPurpose::Recount { case: case.id.clone() });
            self.arm(Timer { id, due_at, purpose });
        }
    }

    /// All turns of a long case are counted again.
    pub(super) fn recount_due(&mut self, timer: &Timer, id: &CaseId, at: Timestamp) -> Read<Outcome> {
        let known = self.overlay.case(id)?;
        let all = self.overlay.case_messages(id)?;
        self.disarm(timer.id.clone());
        let Some(mut case) = known else { return NOTHING };
        let before = case.clone();
        let nothing_asks = !all.iter().any(asks);
        case.recount_at = None;
        self.replay(&mut case, all.iter().collect());
        let lead = case.lead.clone();
        if let Some(message) = all.iter().find(|message| message.id == lead) {
            case.account = self.answering_account(message);
        }
        self.follow_assessment((&before, &mut case), ("", ""), &lead, at)?;
        if nothing_asks {
            self.withdraw(&mut case, at)?;
        }
        self.write_case(&before, case, at);
        Ok(Outcome::Changed)
    }
}

/// The timer by which a case is counted again.
fn recount_timer(case: &CaseId) -> TimerId {
    TimerId::derive(&["recount", case.as_str()])
}
