//! The verdict on a draft: everything that is known around it, the routes of its network, the composer and the guards.

use std::sync::Arc;

use compact_str::CompactString;

use super::case::case_facts;
use super::decide::Draft;
use super::incident::is_first_since;
use super::snapshot::Read;
use crate::engage::compose::{ComposeNote, Composing, compose};
use crate::engage::guard::{Earlier, Fingerprint, Guard, Guarded, Instead, Objection, TextLength, Weight};
use crate::engage::text::TextPolicy;
use crate::engage::verdict::{Route, Verdict};
use crate::error::{Error, ErrorKind};
use crate::model::{
    AccountId, AgentId, Approval, Case, Content, Conversation, ConversationId, Customer, HandoffState, Identity,
    Incident, IncidentId, Message, MessageId, Origin, Reason, ReplyDraft, ReplyId, ReplyLine, ReplyPurpose, ReplyState,
    SaidBefore, Surface, ThreadState, Timestamp, Visibility,
};
use crate::network::{Act, Network};
use crate::policy::{ApprovalRule, Facts};
use crate::routing::{ReplyRoute, RouteAsk};
use crate::store::{Key, Record};

/// Facts a host tells of a customer, under these names, that stop what is said to them.
const DO_NOT_ENGAGE: &str = "do_not_engage";
const DO_NOT_CONTACT: &str = "do_not_contact";

/// A verdict, and what it rests on as far as that was found.
#[derive(Debug, Default)]
pub(super) struct Judged {
    pub(super) verdict: Verdict,
    pub(super) around: Option<Around>,
    /// The open incident that alone keeps it from being sent.
    pub(super) held_by: Option<IncidentId>,
}

/// What is known around a draft.
#[derive(Debug)]
pub(super) struct Around {
    pub(super) account: AccountId,
    pub(super) network: Arc<dyn Network>,
    pub(super) target: Option<Message>,
    pub(super) conversation: Option<Conversation>,
    pub(super) author: Option<Identity>,
    pub(super) case: Option<Case>,
    pub(super) customer: Option<Customer>,
    pub(super) line: ConversationId,
    pub(super) lined: ReplyLine,
    /// The open incident it is about.
    pub(super) incident: Option<Incident>,
    /// The incident whose statement it is to be.
    stated: Option<Incident>,
    do_not_engage: bool,
    latest_customer_at: Option<Timestamp>,
}

impl Draft<'_> {
    /// Judges `draft`; `own` is the reply it became already, which is then no earlier one.
    pub(super) fn judge(
        &mut self,
        draft: &ReplyDraft,
        earlier: &[SaidBefore],
        own: Option<&ReplyId>,
        at: Timestamp,
    ) -> Read<Judged> {
        let mut judged = Judged::default();
        judged.verdict.allowed = true;
        judged.verdict.verb = draft.verb.clone().unwrap_or_default();
        if let Err(error) = self.sound(draft) {
            judged.verdict.deny(refusal(&error), None);
            return Ok(judged);
        }
        let around = match self.around(draft)? {
            Ok(around) => around,
            Err(error) => {
                judged.verdict.deny(refusal(&error), None);
                return Ok(judged);
            }
        };
        judged.held_by = self.judge_within(draft, earlier, own, at, &around, &mut judged.verdict);
        judged.verdict.held = judged.held_by.is_some();
        judged.around = Some(around);
        Ok(judged)
    }

    /// Whether a draft is one at all, before anything is looked up.
    fn sound(&self, draft: &ReplyDraft) -> Result<(), Error> {
        let wrong = |message: &str| Error::new(ErrorKind::InputInvalid, message);
        if draft.key.trim().is_empty() || draft.key.chars().count() > KEY_MAX {
            return Err(wrong("`key` names the submission: 1 to 200 characters, the same for a repetition"));
        }
        let verb = draft.verb.as_deref();
        if let Some(verb) = verb.filter(|verb| !Act::VERBS.contains(verb)) {
            return Err(wrong("there is no such verb").with("verb", verb).with("known", Act::VERBS.join(", ")));
        }
        let says = verb.is_none_or(Act::says);
        if says && draft.text.trim().is_empty() {
            return Err(wrong("`text` is empty"));
        }
        if !says && !draft.text.is_empty() {
            return Err(wrong("this verb says nothing; leave `text` out").with("verb", verb.unwrap_or_default()));
        }
        match (verb, &draft.to) {
            (Some("publish"), Some(_)) => return Err(wrong("a post of our own answers nothing; leave `to` out")),
            (Some("publish"), None) | (_, Some(_)) => {}
            (_, None) => return Err(wrong("`to` is missing: the message it is about")),
        }
        if draft.by_human() {
            let agent = AgentId::from(draft.author.as_str());
            if draft.author.trim().is_empty() || self.rules.policy.agent(&agent).is_none() {
                let message = "the policy names no such agent, or does no longer";
                return Err(Error::new(ErrorKind::PermissionDenied, message).with("agent", agent));
            }
        }
        Ok(())
    }

    /// Looks up what stands around a draft.
    fn around(&mut self, draft: &ReplyDraft) -> Read<Result<Around, Error>> {
        let missing = |what: &str, id: &str| Error::new(ErrorKind::NotFound, format!("no such {what}")).with("id", id);
        let target = match &draft.to {
            Some(id) => match self.overlay.message(id)? {
                Some(message) => Some(message),
                None => return Ok(Err(missing("message", id.as_str()))),
            },
            None => None,
        };
        if let Some(target) = &target {
            self.overlay.want([
                Some(Key::Conversation(target.conversation.clone())),
                Some(Key::Thread(target.conversation.clone())),
                Some(Key::Line(target.conversation.clone())),
                Some(Key::Assessment(target.id.clone())),
                target.case.clone().map(Key::Case),
                target.case.clone().map(Key::CaseMessages),
                target.author.clone().map(Key::Identity),
                target.customer.clone().map(Key::Customer),
                Some(Key::OpenIncidents),
            ])?;
        }
        let case = match target.as_ref().and_then(|target| target.case.clone()) {
            Some(case) => self.overlay.case(&case)?,
            None => None,
        };
        let account = draft.account.clone().or_else(|| case.as_ref().map(|case| case.account.clone()));
        let account = account.or_else(|| target.as_ref().map(|target| self.answering_account(target)));
        let Some(account) = account.filter(|account| !account.as_str().is_empty()) else {
            let message = "`account` is missing: the account that says it";
            return Ok(Err(Error::new(ErrorKind::InputInvalid, message)));
        };
        if self.rules.policy.account(account.as_str()).is_none() {
            return Ok(Err(missing("account", account.as_str())));
        }
        let Some(network) = self.rules.networks.and_then(|networks| networks.get(&account)).cloned() else {
            let message = "this account has no connection to its network; nothing can be said with it";
            return Ok(Err(Error::new(ErrorKind::Unsupported, message).with("account", account)));
        };
        let seen_by = |target: &Message| target.network == network.info().account.network;
        if let Some(target) = target.as_ref().filter(|target| !seen_by(target)) {
            let message = "this account is on another network than the message";
            let error = Error::new(ErrorKind::InputInvalid, message).with("account", &account);
            return Ok(Err(error.with("message", &target.id)));
        }
        let line = match &target {
            Some(target) => target.conversation.clone(),
            None => ConversationId::derive(&["posts of", self.rules.tenant.as_str(), account.as_str()]),
        };
        let lined = self.line(&line)?;
        let conversation = match &target {
            Some(target) => self.overlay.conversation(&target.conversation)?,
            None => None,
        };
        let author = match target.as_ref().and_then(|target| target.author.clone()) {
            Some(author) => self.overlay.identity(&author)?,
            None => None,
        };
        let customer = match target.as_ref().and_then(|target| target.customer.clone()) {
            Some(customer) => self.overlay.customer(&customer)?,
            None => None,
        };
        let latest_customer_at = match &target {
            Some(target) => self.latest_opener(target, case.as_ref())?,
            None => None,
        };
        let do_not_engage = match &target {
            Some(target) => self.overlay.assessment(&target.id)?.is_some_and(|assessment| assessment.do_not_engage),
            None => false,
        };
        let incident = match &target {
            Some(target) => self.incident_about(case.as_ref(), target)?,
            None => None,
        };
        let stated = match &draft.incident {
            Some(id) => match self.incident(id)? {
                Some(incident) => Some(incident),
                None => return Ok(Err(missing("incident", id.as_str()))),
            },
            None => None,
        };
        Ok(Ok(Around {
            account,
            network,
            target,
            conversation,
            author,
            incident,
            stated,
            case,
            customer,
            line,
            lined,
            do_not_engage,
            latest_customer_at,
        }))
    }

    /// The replies of a thread.
    pub(super) fn line(&mut self, line: &ConversationId) -> Read<ReplyLine> {
        match self.overlay.record(&Key::Line(line.clone()))? {
            Some(Record::Line(line)) => Ok(line.clone()),
            _ => Ok(ReplyLine::default()),
        }
    }

    /// When the customer last did in the thread of `target` what opens a network's window: wrote, or signalled something.
    fn latest_opener(&mut self, target: &Message, case: Option<&Case>) -> Read<Option<Timestamp>> {
        let mut latest = target.customer.as_ref().map(|_| target.at());
        if let Some(case) = case {
            let theirs = self.overlay.case_messages(&case.id)?;
            let theirs = theirs.iter().filter(|turn| turn.conversation == target.conversation);
            let wrote = theirs.filter(|turn| turn.origin == Origin::Customer && turn.deleted_at.is_none());
            latest = wrote.map(Message::at).max().max(latest);
        }
        if let Some(Record::Thread(ThreadState { signals, .. })) =
            self.overlay.record(&Key::Thread(target.conversation.clone()))?
        {
            latest = signals.values().filter(|signal| signal.by.is_some()).map(|signal| signal.at).max().max(latest);
        }
        Ok(latest)
    }

    fn judge_within(
        &self,
        draft: &ReplyDraft,
        earlier: &[SaidBefore],
        own: Option<&ReplyId>,
        at: Timestamp,
        around: &Around,
        verdict: &mut Verdict,
    ) -> Option<IncidentId> {
        self.judge_person(draft, around, verdict);
        judge_return(draft, own, around, verdict);
        judge_statement(draft, own, around, verdict);
        let verb = draft.verb.as_deref();
        if verb.is_none_or(|verb| matches!(verb, "reply" | "direct_message")) {
            self.choose_route(draft, own, at, around, verdict);
        } else {
            self.judge_act(draft, around, verdict);
        }
        let capability = around.network.capability();
        if verdict.allowed && !capability.send_verbs.iter().any(|known| *known == verdict.verb) {
            let note = format!("this account cannot {} on its network", verdict.verb.replace('_', " "));
            verdict.deny(Reason::new("send.verb", note), Some(Instead::UseTheApp));
        }
        if Act::says(&verdict.verb) {
            self.compose(draft, around, verdict);
            let fine_so_far = verdict.allowed;
            self.guard(draft, earlier, own, at, around, verdict);
            if fine_so_far && !verdict.allowed {
                return held_by(verdict, draft, around);
            }
        }
        if verdict.allowed {
            let closes_at = verdict.route.as_ref().and_then(|route| route.closes_at);
            verdict.approval = self.needed_approval(draft, around, closes_at, at);
        }
        None
    }

    /// Whether the person may be written to at all.
    fn judge_person(&self, draft: &ReplyDraft, around: &Around, verdict: &mut Verdict) {
        let told = |name: &str| around.customer.as_ref().is_some_and(|customer| says_yes(customer.facts.get(name)));
        if draft.verb.as_deref().is_none_or(Act::says) && told(DO_NOT_CONTACT) {
            let note = "the customer does not want to be contacted";
            verdict.deny(Reason::new("customer.do_not_contact", note), Some(Instead::AskALead));
        }
    }

    /// Picks the place for an answer: the one that is asked for, else the first that is open.
    fn choose_route(
        &self,
        draft: &ReplyDraft,
        own: Option<&ReplyId>,
        at: Timestamp,
        around: &Around,
        verdict: &mut Verdict,
    ) {
        let (Some(target), Some(conversation)) = (&around.target, &around.conversation) else { return };
        let ask = RouteAsk {
            author: around.author.as_ref(),
            latest_customer_at: around.latest_customer_at,
            by_human: draft.by_human(),
            private_reply_sent: around.answered_in_private(&target.id, own),
            ..RouteAsk::new(conversation, target, at)
        };
        let routes = around.network.reply_routes(&ask);
        let wanted = |route: &&ReplyRoute| draft.verb.as_deref().is_none_or(|verb| verb == verb_of(route));
        let chosen = routes.iter().filter(wanted).find(|route| route.open);
        let closed = routes.iter().filter(wanted).find(|route| !route.open);
        verdict.open_routes = routes.iter().filter(|route| route.open).map(route_of).collect();
        verdict.invitation = around.network.invitation(&ask);
        match (chosen, closed) {
            (Some(route), _) => {
                verdict.verb = verb_of(route).into();
                verdict.route = Some(route_of(route));
                verdict.open_routes.retain(|open| open.verb != verdict.verb);
                verdict.reasons.extend(route.reasons.iter().cloned());
                if breadth(&route.visibility) > breadth(&target.visibility) && !draft.wider {
                    let note =
                        format!("the message is {}, the answer would be {}", target.visibility, route.visibility);
                    verdict.deny(Reason::new("route.wider", note), Some(Instead::MoveToPrivate));
                }
            }
            (None, closed) => {
                verdict.verb = closed.map(verb_of).or(draft.verb.as_deref()).unwrap_or("reply").into();
                let none = || vec![Reason::new("route.none", "nothing can be said here on this network")];
                verdict.allowed = false;
                verdict.reasons.extend(closed.map_or_else(none, |route| route.reasons.clone()));
                let others = verdict.open_routes.iter().map(|route| match route.verb.as_str() {
                    "direct_message" => Instead::MoveToPrivate,
                    _ => Instead::AnswerInPublic,
                });
                let others: Vec<_> = others.collect();
                let wait = others.is_empty().then_some(Instead::WaitForCustomer);
                verdict.suggest(others.into_iter().chain(wait));
            }
        }
        if let Some(invitation) = verdict.invitation.take()
            && target.visibility != Visibility::Private
        {
            verdict.invitation = Some(invitation);
        }
    }

    /// What is no answer: posts, likes, hidden comments, edits and deletions of our own.
    fn judge_act(&self, draft: &ReplyDraft, around: &Around, verdict: &mut Verdict) {
        let target = around.target.as_ref();
        let is_ours = target.is_some_and(|target| matches!(target.origin, Origin::Brand | Origin::Careline));
        let (surface, visibility) = target
            .map_or((Surface::Post, Visibility::Public), |target| (target.surface.clone(), target.visibility.clone()));
        let verb = verdict.verb.clone();
        verdict.route = Some(Route {
            verb: verb.clone(),
            surface,
            visibility,
            closes_at: None,
            cost_usd: None,
            tag: None,
            single: false,
        });
        if let Some(target) = target.filter(|target| target.deleted_at.is_some()) {
            verdict.deny(Reason::new("target.deleted", format!("{} was deleted", target.id)), None);
        }
        match verb.as_str() {
            "edit" | "delete" if !is_ours => {
                let note = "only what we wrote can be edited or deleted; a customer's post never is";
                verdict.deny(Reason::new("act.not_ours", note), None);
            }
            "hide" if is_ours => {
                verdict.deny(Reason::new("act.ours", "our own messages are not hidden; delete them"), None);
            }
            "hide" if !draft.undo => self.judge_ground(draft, verdict),
            _ => {}
        }
    }

    fn judge_ground(&self, draft: &ReplyDraft, verdict: &mut Verdict) {
        let grounds = &self.rules.policy.policy().replies.hide_grounds;
        if !draft.ground.as_ref().is_some_and(|ground| grounds.iter().any(|known| known == ground)) {
            let note = format!("hiding needs a ground of the policy: {}", grounds.join(", "));
            verdict.deny(Reason::new("hide.ground", note), Some(Instead::AskALead));
        }
    }

    /// Renders the words for where they go.
    fn compose(&self, draft: &ReplyDraft, around: &Around, verdict: &mut Verdict) {
        let Some(policy) = text_policy(&*around.network, &verdict.verb) else {
            verdict.deny(Reason::new("text.unknown", "how long a text may be here is not known"), None);
            return;
        };
        (verdict.length_max, verdict.unit) = (policy.max, policy.unit.as_str().to_owned());
        let mut ask = Composing::new(draft.text.as_str(), policy);
        ask.markdown = draft.markdown;
        ask.thread = draft.thread && !verdict.route.as_ref().is_some_and(|route| route.single);
        ask.signature = self.signature(draft);
        ask.mentions = around.mentions(&verdict.verb);
        match compose(&ask) {
            Ok(composed) => {
                verdict.length = composed.parts.iter().map(|part| part.length).sum();
                verdict.notes = composed.notes;
                refuse_what_deceives(verdict);
                let parts = composed.parts.into_iter();
                verdict.parts = parts
                    .map(|part| Content { text: part.text, entities: part.entities, ..Content::default() })
                    .collect();
                if let Some(cost) = verdict.route.as_mut().and_then(|route| route.cost_usd.as_mut()) {
                    *cost *= verdict.parts.len() as f32;
                }
            }
            Err(error) => {
                let length =
                    error.context().find(|(name, _)| *name == "length").and_then(|(_, value)| value.parse().ok());
                verdict.length = length.unwrap_or_default();
                let too_large = error.kind() == ErrorKind::TooLarge;
                verdict.deny(refusal(&error), Some(if too_large { Instead::Split } else { Instead::Reword }));
            }
        }
    }

    /// What stands at the end: what the draft says, else what the policy says for whoever wrote it.
    fn signature(&self, draft: &ReplyDraft) -> Option<String> {
        if let Some(signature) = &draft.signature {
            return Some(signature.clone()).filter(|signature| !signature.is_empty());
        }
        let agent = self.rules.policy.agent(&AgentId::from(draft.author.as_str())).filter(|_| draft.by_human())?;
        let signature = self.rules.policy.policy().replies.signature.as_ref()?;
        let needs = signature.contains("{initials}");
        (!needs || !agent.rule.initials.is_empty()).then(|| signature.replace("{initials}", &agent.rule.initials))
    }

    fn guard(
        &self,
        draft: &ReplyDraft,
        earlier: &[SaidBefore],
        own: Option<&ReplyId>,
        at: Timestamp,
        around: &Around,
        verdict: &mut Verdict,
    ) {
        let audience = verdict.route.as_ref().map(|route| &route.visibility);
        let audience = audience.or(around.target.as_ref().map(|target| &target.visibility));
        let public = verdict.verb != "direct_message" && audience != Some(&Visibility::Private);
        // The policy's own words are there to be used again, but not under one post.
        let own_words =
            self.rules.policy.policy().texts.values().any(|texts| texts.0.values().any(|own| *own == draft.text));
        let earlier: Vec<_> = earlier.iter().filter(|said| !own_words || said.conversation == around.line).collect();
        let prints: Vec<_> = earlier.iter().map(|said| Fingerprint::new(&said.text)).collect();
        let said = earlier.iter().zip(&prints).map(|(said, fingerprint)| Earlier {
            fingerprint,
            at: said.at,
            conversation: &said.conversation,
            same_audience: public && said.public,
        });
        let earlier: Vec<_> = said.collect();
        let names = around.names(self.rules.policy.agent(&AgentId::from(draft.author.as_str())).map(|a| &*a.rule.name));
        let names: Vec<&str> = names.iter().map(String::as_str).collect();
        let guarded = Guarded {
            language: draft.language.as_deref().or(around.case.as_ref().map(|case| &*case.language)),
            public,
            conversation: Some(&around.line),
            earlier: &earlier,
            names: &names,
            do_not_engage: around.is_not_to_be_engaged(),
            held_by_incident: around.incident.as_ref().is_some_and(|incident| incident.hold),
            read: draft.read,
            present: draft.read.and(around.reading()),
            length: (!draft.thread).then_some(TextLength { used: verdict.length, most: verdict.length_max }),
            ..Guarded::new(&draft.text, at)
        };
        // What is submitted already has moved the conversation itself.
        let guarded = if own.is_some() { Guarded { read: None, ..guarded } } else { guarded };
        verdict.object(self.rules.policy.guards().objections(&guarded), &draft.despite);
    }

    /// Who must approve it, by the first rule that fits.
    fn needed_approval(
        &self,
        draft: &ReplyDraft,
        around: &Around,
        closes_at: Option<Timestamp>,
        at: Timestamp,
    ) -> Option<Approval> {
        let policy = self.rules.policy;
        let facts = around.case.as_ref().map(case_facts).unwrap_or_default();
        let facts = Facts { text: &draft.text, account: around.account.as_str(), ..facts };
        let author = AgentId::from(draft.author.as_str());
        let wrote = |name: &String| match draft.by_human() {
            true => *name == draft.author || policy.teams_of(&author).iter().any(|team| team.as_str() == name),
            false => name == ApprovalRule::AUTOMATIC,
        };
        let fits = |rule: &ApprovalRule| {
            rule.when.fits(&facts)
                && (rule.authors.is_empty() || rule.authors.iter().any(wrote))
                && (!rule.first_in_incident || around.is_first_in_incident())
        };
        let (number, rule) = policy.policy().approvals.iter().enumerate().find(|(_, rule)| fits(rule))?;
        let expires_at = at.plus(rule.within);
        Some(Approval {
            rule: format!("approvals_{}", number + 1),
            by: rule.by.clone(),
            expires_at: closes_at.map_or(expires_at, |closes_at| closes_at.min(expires_at)),
            decided_by: None,
            decided_at: None,
            edited: false,
        })
    }
}

/// A submission's key has so many characters at most.
const KEY_MAX: usize = 200;

impl Around {
    /// A number that changes whenever somebody says something in the thread, or the message changes.
    pub(super) fn reading(&self) -> Option<u64> {
        let (target, conversation) = (self.target.as_ref()?, self.conversation.as_ref()?);
        Some(reading(target, conversation, &self.lined))
    }

    /// Whether this very message was answered in private before, by another reply than `own`.
    fn answered_in_private(&self, target: &MessageId, own: Option<&ReplyId>) -> bool {
        let gone = [ReplyState::Refused, ReplyState::Rejected, ReplyState::Expired, ReplyState::Superseded];
        self.lined.replies.iter().any(|lined| {
            lined.to.as_ref() == Some(target)
                && lined.verb == "direct_message"
                && Some(&lined.reply) != own
                && !gone.contains(&lined.state)
                && lined.state != ReplyState::Withdrawn
        })
    }

    /// Whether an incident is open that it is about, and the customer was told nothing since.
    fn is_first_in_incident(&self) -> bool {
        self.incident.as_ref().is_some_and(|incident| is_first_since(self.case.as_ref(), incident.opened_at))
    }

    fn is_not_to_be_engaged(&self) -> bool {
        let told = self.customer.as_ref().is_some_and(|customer| says_yes(customer.facts.get(DO_NOT_ENGAGE)));
        told || self.do_not_engage
    }

    /// Whom the words name at their beginning, where the network tells nobody who is not named; on our own server by the
    /// name alone.
    fn mentions(&self, verb: &str) -> Vec<String> {
        let names_readers = text_policy(&*self.network, verb).is_some_and(|policy| policy.mention_each);
        let handle = self.author.as_ref().and_then(|author| author.profile.handle.as_deref());
        let Some(handle) = handle.filter(|_| names_readers && matches!(verb, "reply" | "direct_message")) else {
            return Vec::new();
        };
        let here = handle.rsplit_once('@').filter(|(_, host)| *host == self.network.info().scope);
        vec![here.map_or(handle, |(name, _)| name).to_owned()]
    }

    fn names(&self, agent: Option<&str>) -> Vec<String> {
        let profile = self.author.as_ref().map(|author| &author.profile);
        let of_customer = profile.into_iter().flat_map(|profile| [&profile.name, &profile.handle]).flatten();
        let names = of_customer.map(|name| name.as_str()).chain(agent).filter(|name| !name.is_empty());
        names.map(str::to_owned).collect()
    }
}

/// A closing note in public is given once, and after something was solved elsewhere.
fn judge_return(draft: &ReplyDraft, own: Option<&ReplyId>, around: &Around, verdict: &mut Verdict) {
    if draft.purpose != Some(ReplyPurpose::ReturnNote) {
        return;
    }
    let handoff = around.case.as_ref().and_then(|case| case.handoffs.last());
    let given = handoff.and_then(|handoff| handoff.return_note.as_ref()).filter(|note| Some(*note) != own);
    if given.is_some() {
        verdict.deny(Reason::new("handoff.returned", "the closing note was given already"), None);
    } else if !handoff.is_some_and(|handoff| {
        matches!(handoff.state, HandoffState::Arrived | HandoffState::Elsewhere | HandoffState::Returned)
    }) {
        verdict.deny(Reason::new("handoff.not_begun", "nothing was handed off that could come back"), None);
    }
}

/// An incident has one statement per account, as a post of its own, while it is open.
fn judge_statement(draft: &ReplyDraft, own: Option<&ReplyId>, around: &Around, verdict: &mut Verdict) {
    let Some(incident) = &around.stated else { return };
    if draft.verb.as_deref() != Some("publish") {
        verdict.deny(Reason::new("incident.statement", "a statement is a post of its own: `publish`"), None);
    }
    let given = incident.statements.iter().find(|statement| statement.account == around.account);
    let stands = given.filter(|given| Some(&given.reply) != own).is_some_and(|given| {
        let lined = around.lined.replies.iter().find(|lined| lined.reply == given.reply);
        lined.is_none_or(|lined| lined.state.is_open() || lined.state == ReplyState::Delivered)
    });
    if stands {
        verdict.deny(Reason::new("incident.stated", "this account has said it already"), None);
    }
}

/// The open incident, if nothing else keeps a draft from being sent.
fn held_by(verdict: &Verdict, draft: &ReplyDraft, around: &Around) -> Option<IncidentId> {
    let set_aside = |objection: &&Objection| {
        objection.weight == Weight::Warn && draft.despite.iter().any(|name| name == objection.guard.as_str())
    };
    let mut standing = verdict.objections.iter().filter(|objection| !set_aside(objection)).peekable();
    standing.peek()?;
    let only_held = standing.all(|objection| objection.guard == Guard::IncidentHold);
    around.incident.as_ref().filter(|_| only_held).map(|incident| incident.id.clone())
}

/// A number that changes whenever somebody says something in the thread of a message, or the message itself changes. It
/// fits what JavaScript counts exactly.
pub(super) fn reading(target: &Message, conversation: &Conversation, line: &ReplyLine) -> u64 {
    let deleted = u64::from(target.deleted_at.is_some());
    let parts = [conversation.messages, line.submitted, target.revision, deleted];
    // FNV-1a: no secret is kept, only a change noticed.
    let bytes = parts.iter().flat_map(|part| part.to_le_bytes());
    let hash =
        bytes.fold(0xcbf2_9ce4_8422_2325_u64, |hash, byte| (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3));
    hash >> 11
}

/// Characters that cannot be seen or deceive the eye are no slip of the pen: whoever wrote them is told, not corrected.
fn refuse_what_deceives(verdict: &mut Verdict) {
    let found: Vec<_> = verdict
        .notes
        .iter()
        .filter_map(|note| match note {
            ComposeNote::Controls => Some("control characters stand in it"),
            ComposeNote::Bidi => Some("characters stand in it that change the direction of others"),
            ComposeNote::Hidden => Some("characters stand in it that cannot be seen"),
            ComposeNote::Marks => Some("combining marks stand in it alone or in heaps"),
            _ => None,
        })
        .collect();
    for why in found {
        verdict.deny(Reason::new("text.deceives", why), Some(Instead::Reword));
    }
}

/// How the network counts the words of an act of this verb.
fn text_policy(network: &dyn Network, verb: &str) -> Option<TextPolicy> {
    let capability = network.capability();
    match verb {
        "direct_message" => capability.private_text,
        "publish" => capability.post_text,
        _ => capability.reply_text,
    }
}

fn verb_of(route: &ReplyRoute) -> &'static str {
    if route.surface == Surface::DirectMessage { "direct_message" } else { "reply" }
}

fn route_of(route: &ReplyRoute) -> Route {
    Route {
        verb: CompactString::const_new(verb_of(route)),
        surface: route.surface.clone(),
        visibility: route.visibility.clone(),
        closes_at: route.closes_at,
        cost_usd: route.cost_usd.map(|cost| cost as f32),
        tag: route.tag.clone(),
        single: route.single,
    }
}

fn breadth(visibility: &Visibility) -> u8 {
    match visibility {
        Visibility::Private => 0,
        Visibility::Restricted => 1,
        _ => 2,
    }
}

fn says_yes(fact: Option<&serde_json::Value>) -> bool {
    fact.is_some_and(|fact| *fact == serde_json::Value::Bool(true))
}

/// An error as a reason.
pub(super) fn refusal(error: &Error) -> Reason {
    let facts: Vec<_> = error.context().map(|(name, value)| format!("{name} {value}")).collect();
    let facts = if facts.is_empty() { String::new() } else { format!(" ({})", facts.join(", ")) };
    Reason::new(format!("draft.{}", error.kind()), format!("{}{facts}", error.message()))
}

/// What a draft is for, where it does not say so.
pub(super) fn purpose_of(draft: &ReplyDraft, verb: &str) -> ReplyPurpose {
    let usual = if Act::says(verb) { ReplyPurpose::Answer } else { ReplyPurpose::Act };
    draft.purpose.clone().unwrap_or(usual)
}
