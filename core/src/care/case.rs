//! Cases: which messages share one, whose turn it is, and what is promised until when.

use super::decide::Draft;
use super::sla;
use super::snapshot::Read;
use crate::model::{
    AccountId, Case, CaseId, CaseStatus, ClockKind, ConversationId, CustomerId, Gist, Message, MessageId, Origin,
    Profile, Reason, SlaClock, StepKind, Timer, TimerId, TimerPurpose, Timestamp, Visibility,
};
use crate::policy::Facts;
use crate::store::{Effect, EffectAction, Key, Record};

impl Draft<'_> {
    /// Gives a new or changed message to the case it belongs to, if to any.
    pub(super) fn join_case(
        &mut self,
        recipient: Option<&Profile>,
        known: Option<&Message>,
        message: &mut Message,
    ) -> Read<()> {
        if let Some(known) = known.filter(|known| known.case.is_some()) {
            let turn_is_the_same = known.gist == message.gist
                && known.at() == message.at()
                && known.origin == message.origin
                && known.conversation == message.conversation;
            if turn_is_the_same && known.revision == message.revision && known.accounts == message.accounts {
                return Ok(());
            }
            return self.change_in_case(&known.clone(), message, StepKind::Edited, message.at());
        }
        match (&message.origin, message.customer.clone()) {
            (Origin::Customer, Some(customer)) => self.customer_joins(message, &customer),
            (Origin::Brand | Origin::Careline, _) => self.brand_joins(recipient, message),
            _ => Ok(()),
        }
    }

    fn customer_joins(&mut self, message: &mut Message, customer: &CustomerId) -> Read<()> {
        let asks = asks(message);
        let thread = message.conversation.clone();
        let mut latest = self.overlay.slot(&thread, customer)?;
        if latest.is_none() && self.rules.policy.policy().cases.join_threads {
            latest = self.overlay.slot(&self.network_thread(message), customer)?;
        }
        let case = match &latest {
            Some(id) => self.overlay.case(id)?,
            None => None,
        };
        match case {
            Some(case) if case.is_open() => self.add_turn(case, message),
            Some(case) if !asks => self.add_turn(case, message),
            Some(case) => {
                let reopens_until =
                    case.closed_at.unwrap_or(case.opened_at).plus(self.rules.policy.policy().cases.reopen_within);
                if message.at() <= reopens_until {
                    self.reopen_for(case, message)
                } else {
                    self.open_case(message, customer, Some(&case))
                }
            }
            None if asks => self.open_case(message, customer, None),
            None => Ok(()),
        }
    }

    /// One of our own messages answers the case of the message it replies to, or of the person it is addressed to.
    fn brand_joins(&mut self, recipient: Option<&Profile>, message: &mut Message) -> Read<()> {
        let answered = match &message.reply_to {
            Some(reply) => self.known_by(&message.scope, &reply.native_id)?.and_then(|(_, parent, _)| parent?.case),
            None => None,
        };
        let case = match (answered, recipient) {
            (Some(case), _) => Some(case),
            (None, Some(profile)) => {
                let identity = self.identity_id(profile);
                let customer = match self.overlay.identity(&identity)? {
                    Some(identity) => identity.customer,
                    None => self.customer_id(&identity),
                };
                self.overlay.slot(&message.conversation.clone(), &customer)?
            }
            (None, None) => None,
        };
        match case {
            Some(id) => match self.overlay.case(&id)? {
                Some(case) => self.add_turn(case, message),
                None => Ok(()),
            },
            None => Ok(()),
        }
    }

    fn add_turn(&mut self, mut case: Case, message: &mut Message) -> Read<()> {
        let before = case.clone();
        message.case = Some(case.id.clone());
        let latest = case.latest_customer_at.max(case.latest_brand_at);
        if latest.is_some_and(|latest| message.at() < latest) {
            let mut all = self.overlay.case_messages(&case.id)?;
            all.push(Message { content: None, ..message.clone() });
            self.replay(&mut case, all);
        } else {
            self.take_turn(&mut case, message);
            settle(&mut case);
        }
        let (kind, actor) = match message.origin {
            Origin::Customer => (StepKind::CustomerTurn, "customer"),
            _ => (StepKind::BrandTurn, "brand"),
        };
        self.step(&case.id, message.at(), kind, actor, Some(&message.id), Vec::new());
        self.write_case(&before, case, message);
        Ok(())
    }

    fn reopen_for(&mut self, mut case: Case, message: &mut Message) -> Read<()> {
        let before = case.clone();
        self.reopen(&mut case, message.at());
        message.case = Some(case.id.clone());
        let mut all = self.overlay.case_messages(&case.id)?;
        all.push(Message { content: None, ..message.clone() });
        self.replay(&mut case, all);
        let reason = Reason::new("cases.reopen_within", "the customer wrote again in the same thread");
        self.step(&case.id, message.at(), StepKind::Reopened, "customer", Some(&message.id), vec![reason]);
        self.write_case(&before, case, message);
        Ok(())
    }

    /// Takes a closed case up again: back to its team's queue, to its last agent first if they are there.
    pub(super) fn reopen(&mut self, case: &mut Case, at: Timestamp) {
        case.status = CaseStatus::Queued;
        case.last_agent = case.assignment.take().map(|assignment| assignment.agent).or(case.last_agent.take());
        case.queued_at = Some(at);
        case.closed_at = None;
        case.outcome = None;
        case.reopened += 1;
        for clock in case.clocks.iter_mut().filter(|clock| clock.kind == ClockKind::Resolution) {
            clock.stopped_at = None;
        }
    }

    fn open_case(&mut self, message: &mut Message, customer: &CustomerId, previous: Option<&Case>) -> Read<()> {
        let Some(gist) = message.gist.clone() else { return Ok(()) };
        let answers = self.earlier_answers(message)?;
        let number = previous.map_or(1, |previous| previous.number + 1);
        let thread = message.conversation.clone();
        let id = CaseId::derive(&[thread.as_str(), customer.as_str(), &number.to_string()]);
        message.case = Some(id.clone());

        let mut case =
            self.blank_case(id.clone(), message, customer, &gist, number, previous.map(|case| case.id.clone()));
        let mut all = vec![Message { content: None, ..message.clone() }];
        for mut answer in answers {
            answer.case = Some(id.clone());
            all.push(Message { content: None, ..answer.clone() });
            self.put(Key::Message(answer.id.clone()), Record::Message(Box::new(answer)));
        }
        self.replay(&mut case, all);
        let reasons = case.reasons.clone();
        self.step(&id, case.opened_at, StepKind::Opened, "customer", Some(&message.id), reasons);
        self.put(Key::Slot(thread, customer.clone()), Record::Slot(id.clone()));
        if self.rules.policy.policy().cases.join_threads {
            self.put(Key::Slot(self.network_thread(message), customer.clone()), Record::Slot(id));
        }
        self.count(&["case.opened"], message.at(), 1);
        self.count(&["case.team.", case.team.as_str()], message.at(), 1);
        let unopened = Case { status: CaseStatus::Closed, ..case.clone() };
        self.write_case(&unopened, case, message);
        Ok(())
    }

    /// Our own messages that answer this one but came before it.
    fn earlier_answers(&mut self, message: &Message) -> Read<Vec<Message>> {
        let mut answers = Vec::new();
        for loose in self.overlay.loose(&message.conversation.clone())? {
            let answers_this = match &loose.reply_to {
                Some(reply) => self.message_id(&loose.scope, &reply.native_id) == message.id,
                None => loose.visibility == Visibility::Private,
            };
            if answers_this && let Some(full) = self.overlay.message(&loose.id)? {
                answers.push(full);
            }
        }
        Ok(answers)
    }

    fn blank_case(
        &mut self,
        id: CaseId,
        message: &Message,
        customer: &CustomerId,
        gist: &Gist,
        number: u32,
        previous: Option<CaseId>,
    ) -> Case {
        let account = self.answering_account(message);
        let facts = Facts {
            surface: message.surface.as_str(),
            text: message.text(),
            ..facts(gist, message.network.as_str(), &account)
        };
        let (team, mut reasons) = self.rules.policy.team_for(&facts);
        let facts = Facts { team: team.as_str(), ..facts };
        reasons.extend(self.rules.policy.sla_for(&facts).map(|sla| sla.reasons).unwrap_or_default());
        Case {
            id,
            customer: customer.clone(),
            network: message.network.clone(),
            account,
            conversations: [message.conversation.clone()].into(),
            previous,
            number,
            status: CaseStatus::Queued,
            tier: gist.tier,
            lead: message.id.clone(),
            lead_at: message.at(),
            surface: message.surface.clone(),
            intent: gist.intent.clone(),
            category: gist.category.clone(),
            sentiment: gist.sentiment.clone(),
            language: gist.language.clone(),
            team,
            assignment: None,
            queued_at: Some(message.received_at),
            passed_by: Default::default(),
            last_agent: None,
            opened_at: message.at(),
            closed_at: None,
            outcome: None,
            reopened: 0,
            messages: 0,
            awaiting_since: None,
            latest_customer_at: None,
            latest_brand_at: None,
            first_response_at: None,
            clocks: Vec::new(),
            due_at: None,
            escalation: 0,
            reasons,
        }
    }

    /// Among the accounts that saw a message, the one that stands first in the policy answers.
    fn answering_account(&self, message: &Message) -> AccountId {
        let accounts = self.rules.policy.accounts();
        let first = accounts.iter().find(|account| message.accounts.contains(&account.id));
        first.map(|account| account.id.clone()).or_else(|| message.accounts.first().cloned()).unwrap_or_default()
    }

    /// A message of a case was edited, assessed anew or taken back: all turns are counted again.
    pub(super) fn change_in_case(
        &mut self,
        known: &Message,
        message: &mut Message,
        kind: StepKind,
        at: Timestamp,
    ) -> Read<()> {
        let Some(id) = known.case.clone() else { return Ok(()) };
        let Some(mut case) = self.overlay.case(&id)? else { return Ok(()) };
        let before = case.clone();
        let mut all = self.overlay.case_messages(&id)?;
        all.retain(|other| other.id != message.id);
        all.push(Message { content: None, ..message.clone() });
        self.replay(&mut case, all);
        if case.lead == message.id {
            case.account = self.answering_account(message);
        }
        self.step(&id, at, kind, "customer", Some(&message.id), Vec::new());
        if (case.tier, &case.category, &case.intent) != (before.tier, &before.category, &before.intent) {
            let note = format!("tier {}, {}, {}", case.tier, case.intent, case.category);
            let reason = Reason::new("triage.edited", note);
            self.step(&id, at, StepKind::Reassessed, "engine", Some(&message.id), vec![reason]);
        }
        self.write_case(&before, case, message);
        Ok(())
    }

    /// Counts all turns again, in order of time: the same result whatever order they came in.
    fn replay(&mut self, case: &mut Case, mut messages: Vec<Message>) {
        messages.sort_by(|a, b| (a.at(), &a.id).cmp(&(b.at(), &b.id)));
        let breaches: Vec<_> =
            case.clocks.iter().map(|clock| (clock.kind.clone(), clock.started_at, clock.breached_at)).collect();
        case.messages = 0;
        case.awaiting_since = None;
        case.latest_customer_at = None;
        case.latest_brand_at = None;
        case.first_response_at = None;
        case.clocks.clear();
        let asked: Vec<_> = messages.iter().filter(|message| asks(message)).collect();
        if let Some(first) = asked.first() {
            case.opened_at = first.at();
        }
        if let Some(lead) = asked.iter().min_by_key(|message| lead_order(message)) {
            lead_by(case, lead);
        }
        for message in &messages {
            self.take_turn(case, message);
        }
        for (kind, started_at, breached_at) in breaches {
            let same = case.clocks.iter_mut().find(|clock| clock.kind == kind && clock.started_at == started_at);
            if let Some(clock) = same {
                clock.breached_at = clock.breached_at.or(breached_at);
            }
        }
        if case.status == CaseStatus::Closed {
            let at = case.closed_at.unwrap_or(case.opened_at);
            self.stop_all(case, at);
        }
        settle(case);
    }

    /// Counts one turn that is not earlier than those before it.
    fn take_turn(&mut self, case: &mut Case, message: &Message) {
        case.messages += 1;
        case.conversations.insert(message.conversation.clone());
        let at = message.at();
        if message.deleted_at.is_some() {
            return;
        }
        match message.origin {
            Origin::Customer => {
                case.latest_customer_at = case.latest_customer_at.max(Some(at));
                if asks(message) {
                    if lead_order(message) < (case.tier, case.lead_at, case.lead.clone()) {
                        lead_by(case, message);
                        self.retarget(case);
                    }
                    if case.awaiting_since.is_none() && case.is_open() {
                        case.awaiting_since = Some(at);
                        self.start_clocks(case, at);
                    }
                }
            }
            Origin::Brand | Origin::Careline => {
                case.latest_brand_at = case.latest_brand_at.max(Some(at));
                if case.awaiting_since.take().is_some() {
                    case.first_response_at.get_or_insert(at);
                    self.stop_responses(case, at);
                }
            }
            _ => {}
        }
    }

    fn start_clocks(&mut self, case: &mut Case, at: Timestamp) {
        let facts = case.clone();
        let Some(promise) = self.rules.policy.sla_for(&case_facts(&facts)) else { return };
        let (kind, target) = match case.first_response_at {
            None => (ClockKind::FirstResponse, promise.rule.first_response),
            Some(_) => (ClockKind::NextResponse, promise.rule.next_response),
        };
        if let Some(target) = target {
            case.clocks.retain(|clock| clock.kind != kind);
            case.clocks.push(sla::start(kind, target, promise.calendar, at));
        }
        match case.clocks.iter_mut().find(|clock| clock.kind == ClockKind::Resolution) {
            Some(clock) => sla::resume(clock, promise.calendar, at),
            None => {
                if let Some(target) = promise.rule.resolution {
                    case.clocks.push(sla::start(ClockKind::Resolution, target, promise.calendar, at));
                }
            }
        }
    }

    fn stop_responses(&mut self, case: &mut Case, at: Timestamp) {
        let pauses = self
            .rules
            .policy
            .sla_for(&case_facts(case))
            .is_some_and(|promise| promise.rule.pause_in.contains(&CaseStatus::Waiting));
        for clock in &mut case.clocks {
            let Some(calendar) = self.rules.policy.calendar(&clock.calendar) else { continue };
            if clock.kind != ClockKind::Resolution {
                sla::stop(clock, calendar, at);
            } else if pauses {
                sla::pause(clock, calendar, at);
            }
        }
    }

    /// Stops every promise: the case is closed.
    pub(super) fn stop_all(&self, case: &mut Case, at: Timestamp) {
        for clock in &mut case.clocks {
            if let Some(calendar) = self.rules.policy.calendar(&clock.calendar) {
                sla::stop(clock, calendar, at);
            }
        }
        case.awaiting_since = None;
    }

    /// Gives running promises the targets of the case's present tier and team.
    pub(super) fn retarget(&self, case: &mut Case) {
        let before = case.clone();
        let Some(promise) = self.rules.policy.sla_for(&case_facts(&before)) else { return };
        for clock in case.clocks.iter_mut().filter(|clock| clock.is_running()) {
            let target = match clock.kind {
                ClockKind::FirstResponse => promise.rule.first_response,
                ClockKind::NextResponse => promise.rule.next_response,
                _ => promise.rule.resolution,
            };
            if let Some(target) = target {
                sla::retarget(clock, target, promise.calendar);
            }
        }
    }

    /// Writes a case after a turn, with its timer, and asks for routing if it waits for somebody.
    fn write_case(&mut self, before: &Case, case: Case, message: &Message) {
        let waits = matches!(case.status, CaseStatus::Queued | CaseStatus::Open) && case.awaiting_since.is_some();
        if waits && (before.awaiting_since.is_none() || before.status != case.status) {
            self.want_routing(&case, message.received_at);
        }
        self.put_case(before, case);
    }

    /// Writes a case with the timer its promises need.
    pub(super) fn put_case(&mut self, before: &Case, mut case: Case) {
        case.due_at = case.clocks.iter().filter(|clock| clock.is_running()).filter_map(|clock| clock.due_at).min();
        self.about(Some(&case.customer.clone()), Some(&case.id.clone()));
        self.arm_sla(before, &case);
        self.put(Key::Case(case.id.clone()), Record::Case(Box::new(case)));
    }

    fn arm_sla(&mut self, before: &Case, case: &Case) {
        let id = TimerId::derive(&["sla", case.id.as_str()]);
        let next = case.is_open().then(|| self.next_promise_at(case)).flatten();
        match next {
            Some(due_at) => {
                let purpose = TimerPurpose::Sla { case: case.id.clone() };
                self.arm(Timer { id, due_at, purpose });
            }
            None if before.clocks.iter().any(SlaClock::is_running) => self.disarm(id),
            None => {}
        }
    }

    /// Asks for the waiting cases of a case's team to be given to agents.
    pub(super) fn want_routing(&mut self, case: &Case, at: Timestamp) {
        self.route_team(case.team.clone(), at);
    }

    /// Asks for the waiting cases of a team to be given to agents.
    pub(super) fn route_team(&mut self, team: crate::model::TeamId, at: Timestamp) {
        let id = crate::model::EffectId::derive(&["route", team.as_str()]);
        self.want(Effect { id, due_at: at, action: EffectAction::Route { team } });
    }

    /// Stands for all threads of a network where the policy lets them share a case.
    fn network_thread(&self, message: &Message) -> ConversationId {
        ConversationId::derive(&[self.rules.tenant.as_str(), "network", message.network.as_str()])
    }
}

/// Whether a message is a customer's turn that wants an answer.
fn asks(message: &Message) -> bool {
    message.origin == Origin::Customer
        && message.deleted_at.is_none()
        && message.gist.as_ref().is_some_and(|gist| gist.needs_response)
}

fn lead_order(message: &Message) -> (u8, Timestamp, MessageId) {
    (message.gist.as_ref().map_or(u8::MAX, |gist| gist.tier), message.at(), message.id.clone())
}

fn lead_by(case: &mut Case, message: &Message) {
    let Some(gist) = &message.gist else { return };
    case.lead = message.id.clone();
    case.lead_at = message.at();
    case.surface = message.surface.clone();
    case.tier = gist.tier;
    case.intent = gist.intent.clone();
    case.category = gist.category.clone();
    case.sentiment = gist.sentiment.clone();
    case.language = gist.language.clone();
}

/// Lets the status follow whose turn it is.
fn settle(case: &mut Case) {
    case.status = match (&case.status, case.awaiting_since, &case.assignment) {
        (CaseStatus::Closed, _, _) => CaseStatus::Closed,
        (CaseStatus::Waiting, Some(_), Some(_)) => CaseStatus::Open,
        (CaseStatus::Waiting, Some(_), None) => CaseStatus::Queued,
        (CaseStatus::Queued | CaseStatus::Open | CaseStatus::Offered, None, _) => CaseStatus::Waiting,
        (status, _, _) => status.clone(),
    };
}

fn facts<'a>(gist: &'a Gist, network: &'a str, account: &'a AccountId) -> Facts<'a> {
    Facts {
        category: &gist.category,
        intent: gist.intent.as_str(),
        sentiment: gist.sentiment.as_str(),
        language: &gist.language,
        network,
        account: account.as_str(),
        tier: gist.tier,
        ..Facts::default()
    }
}

/// What policy conditions see of a case.
pub(super) fn case_facts(case: &Case) -> Facts<'_> {
    Facts {
        category: &case.category,
        intent: case.intent.as_str(),
        sentiment: case.sentiment.as_str(),
        language: &case.language,
        network: case.network.as_str(),
        account: case.account.as_str(),
        surface: case.surface.as_str(),
        tier: case.tier,
        team: case.team.as_str(),
        ..Facts::default()
    }
}
