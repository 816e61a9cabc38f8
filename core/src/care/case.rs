//! Cases: which messages share one, whose turn it is, and what is promised until when.

use super::decide::Draft;
use super::sla;
use super::snapshot::Read;
use crate::model::{
    AccountId, Case, CaseId, CaseStatus, ClockKind, ConversationId, CustomerId, Gist, Message, MessageId, NetworkName,
    Origin, Profile, Reason, SlaClock, StepKind, TeamId, Timer, TimerId, TimerPurpose, Timestamp, Visibility,
};
use crate::policy::Facts;
use crate::store::{Effect, EffectAction, Key, Record};

impl Draft<'_> {
    /// Gives a new or changed message, which came at `at`, to the case it belongs to, if to any. One of ours is for a
    /// recipient, and about the case of what its reply answers.
    pub(super) fn join_case(
        &mut self,
        (recipient, about): (Option<&Profile>, Option<CaseId>),
        known: Option<&Message>,
        message: &mut Message,
        at: Timestamp,
    ) -> Read<()> {
        if let Some(known) = known.filter(|known| known.case.is_some()) {
            let turn_is_the_same = known.gist == message.gist
                && known.at() == message.at()
                && known.origin == message.origin
                && known.conversation == message.conversation;
            let edited = known.revision != message.revision;
            if turn_is_the_same && !edited && known.accounts == message.accounts {
                return Ok(());
            }
            let kind = edited.then_some(StepKind::Edited);
            return self.change_in_case(known, message, Cause { kind, actor: author_of(message), at, reasons: vec![] });
        }
        match (&message.origin, message.customer.clone()) {
            (Origin::Customer, Some(customer)) => self.customer_joins(message, &customer),
            (Origin::Brand | Origin::Careline, _) => self.brand_joins(recipient, about, message),
            _ => Ok(()),
        }
    }

    fn customer_joins(&mut self, message: &mut Message, customer: &CustomerId) -> Read<()> {
        let asks = asks(message);
        let ours = self.said_to(message)?;
        let mut with_directs = ours.clone();
        if asks {
            with_directs.extend(self.said_elsewhere(message, customer)?);
        }
        let here = self.case_at(&message.conversation.clone(), customer)?;
        let number = here.as_ref().map_or(1, |case| case.number + 1);
        let expected = self.expected_case(message, customer)?;
        let latest = match here {
            _ if expected.is_some() => expected,
            Some(open) if open.is_open() => Some(open),
            here => self.case_elsewhere(message, customer)?.or(here),
        };
        let Some(case) = latest else {
            return if asks { self.open_case(message, with_directs, customer, number, None) } else { Ok(()) };
        };
        if case.is_open() {
            return self.add_turn(case, message, with_directs);
        }
        let ended_at = case.closed_at.unwrap_or(case.opened_at);
        // A score asks nothing of us, whatever its words may look like.
        if case.surveys.iter().any(|survey| survey.score.is_none() && survey.kind.score(message.text()).is_some()) {
            return self.add_turn(case, message, ours);
        }
        let too_late = message.at() > ended_at.plus(self.rules.policy.policy().cases.reopen_within);
        match (asks, too_late) {
            (true, true) => self.open_case(message, with_directs, customer, number, Some(&case)),
            (true, false) if !answered_after(&case, message) => self.reopen_for(case, message, with_directs),
            (_, false) => self.add_turn(case, message, ours),
            (false, true) => Ok(()),
        }
    }

    /// The latest case between a thread and a person.
    fn case_at(&mut self, thread: &ConversationId, customer: &CustomerId) -> Read<Option<Case>> {
        match self.overlay.slot(thread, customer)? {
            Some(id) => self.overlay.case(&id),
            None => Ok(None),
        }
    }

    /// The person's latest case on this network, if it runs in this thread, too, or if the policy lets threads share one.
    fn case_elsewhere(&mut self, message: &Message, customer: &CustomerId) -> Read<Option<Case>> {
        let any_thread = self.rules.policy.policy().cases.join_threads;
        if !any_thread && message.visibility != Visibility::Private {
            return Ok(None);
        }
        let case = self.case_at(&ConversationId::anywhere_on(&message.network), customer)?;
        Ok(case.filter(|case| case.conversations.contains(&message.conversation) || any_thread && case.is_open()))
    }

    /// One of our own messages answers the case that its reply is about, else that of the message it replies to, else of
    /// the person it is addressed to.
    fn brand_joins(&mut self, recipient: Option<&Profile>, about: Option<CaseId>, message: &mut Message) -> Read<()> {
        let answered = match (&message.reply_to, about) {
            (_, Some(about)) => Some(about),
            (Some(reply), None) => {
                self.known_by(&message.scope, &reply.native_id)?.and_then(|(_, parent, _)| parent?.case)
            }
            (None, None) => None,
        };
        let ours = if answered.is_some() { self.said_to(message)? } else { Vec::new() };
        let case = match (answered, recipient) {
            (Some(case), _) => self.overlay.case(&case)?,
            (None, Some(profile)) => self.case_with(profile, message)?,
            (None, None) => None,
        };
        match (case, recipient) {
            (Some(case), _) => self.add_turn(case, message, ours),
            (None, Some(profile)) => self.remember_direct(profile, message),
            (None, None) => Ok(()),
        }
    }

    /// Lets the case that a person opens later find our latest private message to them.
    fn remember_direct(&mut self, profile: &Profile, message: &Message) -> Read<()> {
        let person = self.person_behind(profile)?;
        let key = latest_direct(&message.network, &person);
        let latest = match self.overlay.record(&key)? {
            Some(Record::Alias(id)) => Some(id.clone()),
            _ => None,
        };
        let latest = match latest {
            Some(id) => self.overlay.message(&id)?,
            None => None,
        };
        if latest.is_none_or(|latest| (latest.at(), &latest.id) < (message.at(), &message.id)) {
            self.put(key, Record::Alias(message.id.clone()));
        }
        Ok(())
    }

    fn person_behind(&mut self, profile: &Profile) -> Read<CustomerId> {
        let identity = self.identity_id(profile);
        Ok(match self.overlay.identity(&identity)? {
            Some(identity) => identity.customer,
            None => self.customer_id(&identity),
        })
    }

    /// The case that a private message of ours to `profile` is about: the thread's own, else the open one that it moves
    /// into private.
    fn case_with(&mut self, profile: &Profile, message: &Message) -> Read<Option<Case>> {
        let customer = self.person_behind(profile)?;
        let here = self.case_at(&message.conversation, &customer)?;
        if here.as_ref().is_some_and(Case::is_open) {
            return Ok(here);
        }
        let elsewhere = self.case_at(&ConversationId::anywhere_on(&message.network), &customer)?;
        Ok(elsewhere.filter(Case::is_open).or(here))
    }

    fn add_turn(&mut self, mut case: Case, message: &mut Message, ours: Vec<Message>) -> Read<()> {
        let before = case.clone();
        self.arrive(&mut case, message)?;
        self.answer_survey(&mut case, message);
        let ours = together(&case.id, message, ours);
        let turns = in_order(message, &ours);
        let latest = case.latest_customer_at.max(case.latest_brand_at);
        // A turn of the same instant is counted in the one order that every reordering gives.
        if turns.iter().any(|turn| latest.is_some_and(|latest| turn.at() <= latest)) {
            self.count_late(&mut case, &turns)?;
        } else {
            for turn in &turns {
                self.take_turn(&mut case, turn);
            }
            settle(&mut case);
        }
        self.tell_turns(&turns, None);
        self.give(&turns, message)?;
        self.write_case(&before, case, message.received_at);
        Ok(())
    }

    fn reopen_for(&mut self, mut case: Case, message: &mut Message, ours: Vec<Message>) -> Read<()> {
        let before = case.clone();
        self.arrive(&mut case, message)?;
        self.reopen(&mut case, message);
        let ours = together(&case.id, message, ours);
        let turns = in_order(message, &ours);
        self.count_late(&mut case, &turns)?;
        let reason = Reason::new("cases.reopen_within", "the customer wrote again in the same thread");
        self.step(&case.id, message.at(), StepKind::Reopened, "customer", Some(&message.id), vec![reason]);
        self.tell_turns(&turns, Some(message));
        self.give(&turns, message)?;
        self.write_case(&before, case, message.received_at);
        Ok(())
    }

    /// Lines of the timeline for turns; for all but one, if that has a line of its own.
    fn tell_turns(&mut self, turns: &[&Message], told: Option<&Message>) {
        for turn in turns.iter().filter(|turn| told.is_none_or(|told| told.id != turn.id)) {
            let Some(case) = &turn.case else { continue };
            let kind = if turn.origin == Origin::Customer { StepKind::CustomerTurn } else { StepKind::BrandTurn };
            self.step(case, turn.at(), kind, author_of(turn), Some(&turn.id), Vec::new());
        }
    }

    /// Writes that these turns belong to their case, but for `message`, which its reader writes.
    fn give(&mut self, turns: &[&Message], message: &Message) -> Read<()> {
        for turn in turns.iter().filter(|turn| turn.id != message.id) {
            if let Some(mut given) = self.overlay.message(&turn.id)? {
                given.case.clone_from(&turn.case);
                self.put(Key::Message(given.id.clone()), Record::Message(Box::new(given)));
            }
        }
        Ok(())
    }

    /// Takes a closed case up again because of `message`: back to its team's queue, to its last agent first if they are
    /// there. What was asked before the end wants no answer any more.
    fn reopen(&mut self, case: &mut Case, message: &Message) {
        if let Some(end) = case.ends.last_mut() {
            *end = (*end).min(message.at().plus_millis(-1));
        }
        self.requeue(case, message.received_at);
    }

    /// Puts a closed case back into its team's queue.
    pub(super) fn requeue(&mut self, case: &mut Case, at: Timestamp) {
        case.status = CaseStatus::Queued;
        case.queued_at = Some(at);
        case.passed_by.clear();
        case.closed_at = None;
        case.outcome = None;
        case.reopened += 1;
        self.count(&["case.reopened"], at, 1);
    }

    fn open_case(
        &mut self,
        message: &mut Message,
        ours: Vec<Message>,
        customer: &CustomerId,
        number: u32,
        previous: Option<&Case>,
    ) -> Read<()> {
        let Some(gist) = message.gist.clone() else { return Ok(()) };
        let thread = message.conversation.clone();
        let id = CaseId::between(&thread, customer, number);
        let mut case =
            self.blank_case(id.clone(), message, customer, &gist, number, previous.map(|case| case.id.clone()));
        let ours = together(&id, message, ours);
        let turns = in_order(message, &ours);
        self.replay(&mut case, turns.clone());
        let reasons = case.reasons.clone();
        self.step(&id, case.opened_at, StepKind::Opened, "customer", Some(&message.id), reasons);
        self.tell_turns(&turns, Some(message));
        self.give(&turns, message)?;
        self.put(Key::Slot(thread, customer.clone()), Record::Slot(id.clone()));
        self.put(Key::Slot(ConversationId::anywhere_on(&message.network), customer.clone()), Record::Slot(id));
        self.plan_acknowledgement(&case, message.received_at);
        self.count(&["case.opened"], message.at(), 1);
        self.count(&["case.team.", case.team.as_str()], message.at(), 1);
        self.write_case(None, case, message.received_at);
        Ok(())
    }

    /// What we said in the thread of `message` that came before it, and goes where it goes: answers to it, answers to
    /// those, and where it is private what we wrote there recently. Without content, in order of time.
    fn said_to(&mut self, message: &Message) -> Read<Vec<Message>> {
        let all = self.overlay.loose(&message.conversation)?;
        if all.is_empty() {
            return Ok(all);
        }
        let mut ids = vec![message.id.clone(), self.message_id(&message.scope, &message.native_id)];
        let mut ours = Vec::new();
        for loose in all {
            let parent = loose.reply_to.as_ref().map(|reply| self.message_id(&loose.scope, &reply.native_id));
            let answers = parent.is_some_and(|parent| ids.contains(&parent));
            if loose.id != message.id && is_ours(&loose) && (answers || self.is_recent_direct(&loose, message)) {
                ids.push(loose.id.clone());
                ours.push(loose);
            }
        }
        Ok(ours)
    }

    /// What we wrote recently, while the person had no case, in the private thread where we wrote to them last: part of
    /// the same matter, and an answer if it was sent after theirs. What they answer there belongs here, too.
    fn said_elsewhere(&mut self, message: &Message, customer: &CustomerId) -> Read<Vec<Message>> {
        let key = latest_direct(&message.network, customer);
        let Some(Record::Alias(id)) = self.overlay.record(&key)?.cloned() else { return Ok(Vec::new()) };
        let latest = self.overlay.message(&id)?;
        let elsewhere = |direct: &Message| direct.case.is_none() && direct.conversation != message.conversation;
        let Some(latest) = latest.filter(elsewhere) else { return Ok(Vec::new()) };
        let mut ours = self.overlay.loose(&latest.conversation)?;
        ours.retain(|direct| is_ours(direct) && self.is_recent_direct(direct, message));
        Ok(ours)
    }

    /// Whether a private message was sent after `message`, or not so long before that a closed case would stay closed.
    fn is_recent_direct(&self, direct: &Message, message: &Message) -> bool {
        let recent = self.rules.policy.policy().cases.reopen_within;
        direct.visibility == Visibility::Private
            && direct.deleted_at.is_none()
            && direct.at().plus(recent) >= message.at()
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
        if message.accounts.len() > 1 {
            let seen = message.accounts.iter().map(AccountId::as_str).collect::<Vec<_>>().join(", ");
            reasons.push(Reason::new("policy.first_account", format!("{account} answers; seen by {seen}")));
        }
        let facts = Facts { team: team.as_str(), text: "", ..facts };
        reasons.extend(self.rules.policy.sla_for(&facts).map(|sla| sla.reason()));
        Case {
            id,
            customer: customer.clone(),
            network: message.network.clone(),
            account,
            conversations: [message.conversation.clone()].into(),
            previous,
            joined_into: None,
            joined: Default::default(),
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
            ends: Vec::new(),
            messages: 0,
            recount_at: None,
            awaiting_since: None,
            latest_customer_at: None,
            latest_brand_at: None,
            first_response_at: None,
            clocks: Vec::new(),
            due_at: None,
            escalation: 0,
            handoffs: Vec::new(),
            surveys: Vec::new(),
            reasons,
        }
    }

    /// Among the accounts that saw a message, the one that stands first in the policy answers.
    pub(super) fn answering_account(&self, message: &Message) -> AccountId {
        let accounts = self.rules.policy.accounts();
        let first = accounts.iter().find(|account| message.accounts.contains(&account.id));
        first.map(|account| account.id.clone()).or_else(|| message.accounts.first().cloned()).unwrap_or_default()
    }

    /// A message of a case was edited, assessed anew or taken back: all turns are counted again.
    pub(super) fn change_in_case(&mut self, known: &Message, message: &mut Message, cause: Cause<'_>) -> Read<()> {
        let Some(id) = known.case.clone() else { return Ok(()) };
        let Some(mut case) = self.overlay.case(&id)? else { return Ok(()) };
        let before = case.clone();
        if let Some(kind) = cause.kind {
            self.step(&id, cause.at, kind, cause.actor, Some(&message.id), cause.reasons);
        }
        let begins_to_ask = asks(message) && !asks(known);
        if !case.is_open() && begins_to_ask && !answered_after(&case, message) {
            self.reopen(&mut case, message);
            let reason = Reason::new("cases.asks_again", "a message of the case was changed and wants an answer now");
            self.step(&id, cause.at, StepKind::Reopened, cause.actor, Some(&message.id), vec![reason]);
        }
        let stops_asking = self.count_changed(&mut case, message)? && asks(known);
        if case.lead == message.id {
            case.account = self.answering_account(message);
        }
        // The team may have been chosen for words in the text that leads the case.
        let leads = before.lead == message.id && case.lead == message.id;
        let texts = if leads { (known.text(), message.text()) } else { ("", "") };
        self.follow_assessment((&before, &mut case), texts, &message.id, cause.at)?;
        if stops_asking {
            self.withdraw(&mut case, cause.at)?;
        }
        self.write_case(&before, case, message.received_at);
        Ok(())
    }

    /// Ends an open case in which nobody asks anything any more, unless we said something since.
    pub(super) fn withdraw(&mut self, case: &mut Case, at: Timestamp) -> Read<()> {
        let answered = case.latest_brand_at.is_some_and(|answered| answered >= case.opened_at);
        if !case.is_open() || answered {
            return Ok(());
        }
        let reason = Reason::new("cases.withdrawn", "no turn is left that wants an answer");
        self.end_case(case, "engine", WITHDRAWN, vec![reason], at)
    }

    /// Notes what became of the conclusions, and moves a case that nobody took yet to the team they ask for now. The texts
    /// are those before and after in which the words of teams are looked for.
    pub(super) fn follow_assessment(
        &mut self,
        (before, case): (&Case, &mut Case),
        (text_before, text): (&str, &str),
        message: &MessageId,
        at: Timestamp,
    ) -> Read<()> {
        let same = (case.tier, &case.category, &case.intent) == (before.tier, &before.category, &before.intent);
        let mut reasons = Vec::new();
        if !same {
            let note = format!("tier {}, {}, {}", case.tier, case.intent, case.category);
            reasons.push(Reason::new("triage.changed", note));
        }
        let offered = case.assignment.clone().filter(|held| held.accept_by.is_some());
        if let Some(offer) = &offered {
            // Asked for at once, so that it is loaded in the same round as the turns.
            self.overlay.presence(&offer.agent)?;
        }
        let chosen_by_policy =
            self.rules.policy.team_for(&Facts { text: text_before, ..case_facts(before) }).0 == before.team;
        let (team, why) = self.rules.policy.team_for(&Facts { text, ..case_facts(case) });
        if case.is_open() && chosen_by_policy && team != case.team {
            match &case.assignment {
                Some(held) if offered.is_none() => {
                    let note = format!("{} works on it, else {team} would take it", held.agent);
                    reasons.push(Reason::new("routing.kept", note));
                }
                _ => {
                    reasons.extend(why);
                    self.withdraw_offer(case, at)?;
                    self.move_to_team(case, team, at);
                }
            }
        }
        if !reasons.is_empty() {
            self.step(&case.id, at, StepKind::Reassessed, "engine", Some(message), reasons);
        }
        Ok(())
    }

    /// Puts a case nobody holds into another team's queue, under that team's promises.
    pub(super) fn move_to_team(&mut self, case: &mut Case, team: TeamId, at: Timestamp) {
        case.team = team;
        case.queued_at = Some(at);
        self.retarget(case);
        self.want_routing(case, at);
    }

    /// Counts all turns again, in order of time: the same result whatever order they came in.
    pub(super) fn replay(&mut self, case: &mut Case, mut messages: Vec<&Message>) {
        messages.sort_by(|a, b| turn_order(a).cmp(&turn_order(b)));
        let clocks_before = std::mem::take(&mut case.clocks);
        case.messages = 0;
        case.awaiting_since = None;
        case.latest_customer_at = None;
        case.latest_brand_at = None;
        case.first_response_at = None;
        let mut asked = messages.iter().filter(|message| asks(message));
        if let Some(lead) = asked.clone().min_by_key(|message| lead_order(message)) {
            lead_by(case, lead);
        }
        if let Some(first) = asked.next() {
            case.opened_at = first.at();
        }
        let ends = case.ends.clone();
        let mut ends = ends.into_iter().peekable();
        let status = case.status.clone();
        let closed_at = case.closed_at.filter(|_| status == CaseStatus::Closed);
        for message in &messages {
            // What is closed now was open then.
            let open = closed_at.is_none_or(|closed_at| message.at() <= closed_at);
            case.status = if open { CaseStatus::Queued } else { CaseStatus::Closed };
            while let Some(end) = ends.next_if(|end| *end < message.at()) {
                self.rest(case, end);
            }
            self.take_turn(case, message);
        }
        for end in ends {
            self.rest(case, end);
        }
        case.status = status;
        carry_over(&clocks_before, case);
        if case.status == CaseStatus::Closed {
            case.awaiting_since = None;
            let at = case.closed_at.unwrap_or(case.opened_at);
            self.stop_all(case, at);
        }
        settle(case);
    }

    /// The case ended here once and was taken up again: until then nothing was owed.
    fn rest(&mut self, case: &mut Case, at: Timestamp) {
        case.awaiting_since = None;
        self.stop_responses(case, at, true);
    }

    /// Counts one turn that is not earlier than those before it.
    fn take_turn(&mut self, case: &mut Case, message: &Message) {
        case.messages += 1;
        case.conversations.insert(message.conversation.clone());
        let at = message.at();
        // What nobody wrote answers nothing.
        if message.deleted_at.is_some() || message.automatic {
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
                    let pauses = self.pauses_while_waiting(case);
                    self.stop_responses(case, at, pauses);
                }
            }
            _ => {}
        }
    }

    pub(super) fn start_clocks(&mut self, case: &mut Case, at: Timestamp) {
        let Some(promise) = self.rules.policy.sla_for(&case_facts(case)) else { return };
        let (kind, target) = match case.first_response_at {
            None => (ClockKind::FirstResponse, promise.rule.first_response),
            Some(_) => (ClockKind::NextResponse, promise.rule.next_response),
        };
        if let Some(target) = target {
            case.clocks.retain(|clock| clock.kind != kind);
            let place = case.clocks.iter().position(|clock| clock.kind == ClockKind::Resolution);
            let place = place.unwrap_or(case.clocks.len());
            case.clocks.insert(place, sla::start(kind, target, promise.calendar, at));
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

    fn pauses_while_waiting(&self, case: &Case) -> bool {
        let promise = self.rules.policy.sla_for(&case_facts(case));
        promise.is_some_and(|promise| promise.rule.pause_in.contains(&CaseStatus::Waiting))
    }

    fn stop_responses(&mut self, case: &mut Case, at: Timestamp, pauses_resolution: bool) {
        for clock in &mut case.clocks {
            let Some(calendar) = self.rules.policy.calendar(&clock.calendar) else { continue };
            if clock.kind != ClockKind::Resolution {
                sla::stop(clock, calendar, at);
            } else if pauses_resolution {
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

    /// Gives running promises the targets of the case's present tier and team: some are made, others need not be kept.
    pub(super) fn retarget(&mut self, case: &mut Case) {
        let policy = self.rules.policy;
        let Some(promise) = policy.sla_for(&case_facts(case)) else {
            case.clocks.retain(|clock| clock.stopped_at.is_some());
            return;
        };
        case.clocks.retain_mut(|clock| {
            let target = match clock.kind {
                ClockKind::FirstResponse => promise.rule.first_response,
                ClockKind::NextResponse => promise.rule.next_response,
                _ => promise.rule.resolution,
            };
            if let Some(target) = target {
                sla::retarget(clock, target, promise.calendar);
            }
            target.is_some() || clock.stopped_at.is_some()
        });
        let owed = |clock: &SlaClock| clock.kind != ClockKind::Resolution && clock.is_running();
        if let Some(since) = case.awaiting_since.filter(|_| !case.clocks.iter().any(owed)) {
            self.start_clocks(case, since);
        }
    }

    /// Writes a case after a turn, with its timer, and asks for routing if it waits for somebody. A new one was not `before`.
    pub(super) fn write_case<'c>(&mut self, before: impl Into<Option<&'c Case>>, mut case: Case, at: Timestamp) {
        let before = before.into();
        let waits = matches!(case.status, CaseStatus::Queued | CaseStatus::Open) && case.awaiting_since.is_some();
        let newly = before.is_none_or(|before| before.awaiting_since.is_none() || before.status != case.status);
        if waits && newly {
            if case.status == CaseStatus::Queued {
                case.queued_at = Some(at.max(case.queued_at.unwrap_or_default()));
            }
            self.want_routing(&case, at);
        }
        self.put_case(before, case);
    }

    /// Writes a case with the timer its promises need.
    pub(super) fn put_case<'c>(&mut self, before: impl Into<Option<&'c Case>>, mut case: Case) {
        let before = before.into();
        case.due_at = case.clocks.iter().filter(|clock| clock.is_running()).filter_map(|clock| clock.due_at).min();
        self.about(Some(&case.customer.clone()), Some(&case.id.clone()));
        self.tell_breaches(before, &case);
        if before.and_then(|before| self.next_promise_at(before)) != self.next_promise_at(&case) {
            self.arm_sla(&case);
        }
        self.put(Key::Case(case.id.clone()), Record::Case(Box::new(case)));
    }

    /// Counts promises that turn out to be broken, or to have been kept after all.
    fn tell_breaches(&mut self, before: Option<&Case>, case: &Case) {
        for clock in &case.clocks {
            let known = before.and_then(|before| before.clocks.iter().find(|known| same_promise(known, clock)));
            let was = known.and_then(|known| known.breached_at);
            let reason = |note: String| vec![Reason::new(format!("sla.{}", clock.kind), note)];
            match (was, clock.breached_at) {
                (None, Some(at)) => {
                    self.step(&case.id, at, StepKind::Breached, "engine", None, reason(format!("due {at}")));
                    self.count(&["sla.breached.", clock.kind.as_str()], at, 1);
                }
                (Some(was), None) => {
                    let at = clock.stopped_at.unwrap_or(was);
                    let note = "not broken after all".to_owned();
                    self.step(&case.id, at, StepKind::Reassessed, "engine", None, reason(note));
                    self.count(&["sla.breached.", clock.kind.as_str()], was, -1);
                }
                _ => {}
            }
        }
    }

    /// Sets the timer for what happens next about a case's promises, or takes it away.
    pub(super) fn arm_sla(&mut self, case: &Case) {
        let id = TimerId::sla_of(&case.id);
        match self.next_promise_at(case) {
            Some(due_at) => {
                let purpose = TimerPurpose::Sla { case: case.id.clone() };
                self.arm(Timer { id, due_at, purpose });
            }
            None => self.disarm(id),
        }
    }

    /// Asks for the waiting cases of a case's team to be given to agents.
    pub(super) fn want_routing(&mut self, case: &Case, at: Timestamp) {
        self.route_team(case.team.clone(), at);
    }

    /// Asks for the waiting cases of a team to be given to agents.
    pub(super) fn route_team(&mut self, team: TeamId, at: Timestamp) {
        let id = crate::model::EffectId::derive(&["route", team.as_str()]);
        self.want(Effect { id, due_at: at, action: EffectAction::Route { team } });
    }
}

/// Where our latest private message to a person who had no case is found: no network's ids have such a scope.
pub(super) fn latest_direct(network: &NetworkName, person: &CustomerId) -> Key {
    Key::Alias(format!("direct:{network}").into(), person.as_str().into())
}

/// How a case ends in which nobody wants an answer any more.
const WITHDRAWN: &str = "withdrawn";

/// Why the turns of a case are counted again.
pub(super) struct Cause<'c> {
    /// The line for the timeline; absent where nothing happened that a person would care about.
    pub(super) kind: Option<StepKind>,
    pub(super) actor: &'c str,
    pub(super) at: Timestamp,
    pub(super) reasons: Vec<Reason>,
}

/// Who wrote a message, for the timeline.
pub(super) fn author_of(message: &Message) -> &'static str {
    match message.origin {
        Origin::Brand | Origin::Careline => "brand",
        _ => "customer",
    }
}

/// Whether we said something after a turn that we learn of only now.
fn answered_after(case: &Case, message: &Message) -> bool {
    case.latest_brand_at.is_some_and(|answered| message.at() < answered)
}

/// Whether two states of a clock are about one promise: the later one did not begin after the earlier was settled.
fn same_promise(before: &SlaClock, after: &SlaClock) -> bool {
    before.kind == after.kind && before.stopped_at.is_none_or(|stopped| after.started_at < stopped)
}

/// What was told about promises stays told where their clocks were worked out anew.
pub(super) fn carry_over(clocks_before: &[SlaClock], case: &mut Case) {
    for clock in &mut case.clocks {
        for before in clocks_before {
            if same_promise(before, clock) {
                sla::carry(before, clock);
            }
        }
    }
}

/// Gives a message and what of ours goes with it to a case.
fn together(case: &CaseId, message: &mut Message, mut ours: Vec<Message>) -> Vec<Message> {
    for given in ours.iter_mut().chain([message]) {
        given.case = Some(case.clone());
    }
    ours
}

/// A message and what of ours goes with it, as turns of a case, in order of time.
fn in_order<'m>(message: &'m Message, ours: &'m [Message]) -> Vec<&'m Message> {
    let mut turns: Vec<_> = ours.iter().chain([message]).collect();
    turns.sort_by(|a, b| turn_order(a).cmp(&turn_order(b)));
    turns
}

/// Whether we wrote it: not a customer, and not somebody the network does not tell.
fn is_ours(message: &Message) -> bool {
    matches!(message.origin, Origin::Brand | Origin::Careline)
}

/// Whether a message is a customer's turn that wants an answer.
pub(super) fn asks(message: &Message) -> bool {
    message.origin == Origin::Customer
        && message.deleted_at.is_none()
        && message.gist.as_ref().is_some_and(|gist| gist.needs_response)
}

/// By time; within one instant, as the networks' clocks tick in seconds, by native id: most networks count upwards.
fn turn_order(message: &Message) -> (Timestamp, usize, &str, &MessageId) {
    (message.at(), message.native_id.len(), &message.native_id, &message.id)
}

pub(super) fn lead_order(message: &Message) -> (u8, Timestamp, MessageId) {
    (message.gist.as_ref().map_or(u8::MAX, |gist| gist.tier), message.at(), message.id.clone())
}

pub(super) fn lead_by(case: &mut Case, message: &Message) {
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

/// Lets the status of an open case follow whose turn it is and who holds it.
pub(super) fn settle(case: &mut Case) {
    if case.status == CaseStatus::Closed {
        return;
    }
    case.status = match (case.awaiting_since, &case.assignment) {
        (None, _) => CaseStatus::Waiting,
        (Some(_), None) => CaseStatus::Queued,
        (Some(_), Some(held)) if held.accept_by.is_some() => CaseStatus::Offered,
        (Some(_), Some(_)) => CaseStatus::Open,
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
