//! The verbs of replying: judge a draft, submit it, approve it, take it back, see what became of it.

use super::decide::{Draft, Rules};
use super::group::{MAX_ROUNDS, Tenants};
use super::lists::{Listed, PageAsk};
use super::reply::may_approve;
use super::snapshot::Snapshot;
use super::tenant::Tenant;
use super::verdict::reading;
use crate::engage::guard::Guarded;
use crate::engage::verdict::Verdict;
use crate::error::{Error, ErrorKind, Result};
use crate::model::{
    AccountId, Channel, EventBody, MessageId, Reply, ReplyAction, ReplyDraft, ReplyEvent, ReplyId, ReplyLine,
    ReplyState, SaidBefore, Visibility,
};
use crate::store::{Key, Record, ReplyFilter, Scan, ScanOf};

/// What became of a submission.
#[derive(Clone, Debug, PartialEq, serde::Serialize, serde::Deserialize)]
#[cfg_attr(feature = "reflect", derive(crate::reflect::Reflect))]
#[non_exhaustive]
pub struct Submitted {
    /// What was found about the draft.
    pub verdict: Verdict,
    /// The reply it became; absent if it may not be sent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reply: Option<Reply>,
}

impl Tenant {
    /// Judges a draft: whether it may be sent, where it would go, how it would stand there; or why not, and what can be done
    /// instead. Writes nothing, so it can be asked at every keystroke.
    ///
    /// # Errors
    /// What the store says. A draft that is wrong is denied, with the reason.
    pub async fn can_send(&self, draft: &ReplyDraft) -> Result<Verdict> {
        let earlier = self.said_before(draft).await?;
        self.judged(draft, &earlier).await.map_err(|error| error.during("can_send"))
    }

    /// Submits a draft. What may be sent waits for approval, or for its turn; [`Engine::tick`](super::Engine::tick) sends it. A
    /// draft that may not be sent changes nothing but the case's timeline; its verdict says why.
    ///
    /// The same key again gives the same reply and sends nothing more.
    ///
    /// # Errors
    /// `conflict` if another text was submitted under the same key, and what the store says.
    pub async fn reply(&self, draft: ReplyDraft) -> Result<Submitted> {
        self.submitted(draft).await.map_err(|error| error.during("reply"))
    }

    async fn submitted(&self, draft: ReplyDraft) -> Result<Submitted> {
        let id = self.reply_id(&draft.key);
        if let Some(known) = self.known_reply(&id).await? {
            return same_submission(&draft, known);
        }
        let earlier = self.said_before(&draft).await?;
        let verdict = self.judged(&draft, &earlier).await?;
        let action = ReplyAction::Submit { draft: Box::new(draft.clone()), earlier: earlier.clone() };
        self.tell_about(&id, &draft.author, action).await?;
        match self.known_reply(&id).await? {
            Some(reply) => Ok(Submitted { verdict, reply: Some(reply) }),
            // Denied, perhaps by what happened since.
            None if verdict.allowed => Ok(Submitted { verdict: self.judged(&draft, &earlier).await?, reply: None }),
            None => Ok(Submitted { verdict, reply: None }),
        }
    }

    /// The version of the conversation around a message, for [`ReplyDraft::read`]: another one once somebody has written there,
    /// a colleague included, or the message has changed.
    ///
    /// # Errors
    /// `not_found` for a message that does not exist.
    pub async fn reading(&self, message: &MessageId) -> Result<u64> {
        let gone = || Error::new(ErrorKind::NotFound, "no such message").with("message", message);
        let Some(Record::Message(message)) = self.record(Key::Message(message.clone())).await? else {
            return Err(gone());
        };
        let thread = self.record(Key::Conversation(message.conversation.clone())).await?;
        let Some(Record::Conversation(thread)) = thread else { return Err(gone()) };
        let line = match self.record(Key::Line(message.conversation.clone())).await? {
            Some(Record::Line(line)) => line,
            _ => ReplyLine::default(),
        };
        Ok(reading(&message, &thread, &line))
    }

    /// Approves a reply, with other words if `text` is given. It is judged again first.
    ///
    /// # Errors
    /// `not_found` for a reply that does not exist; `conflict` if it does not wait for approval (any more), with its state;
    /// `permission_denied` for its author, for somebody the rule does not name, and for somebody who is no agent.
    pub async fn approve(&self, reply: &ReplyId, by: &str, text: Option<String>) -> Result<Reply> {
        let known = self.approvable(reply, by).await?;
        let draft = super::reply::again(&known, text.as_deref());
        let earlier = self.said_before(&draft).await?;
        self.tell_known(&known, by, ReplyAction::Approve { text, earlier }).await?;
        self.reply_record(reply).await
    }

    /// Says no to a reply that waits for approval.
    ///
    /// # Errors
    /// As [`Tenant::approve`].
    pub async fn reject(&self, reply: &ReplyId, by: &str, reason: &str) -> Result<Reply> {
        self.approvable(reply, by).await?;
        self.tell_about(reply, by, ReplyAction::Reject { reason: reason.to_owned() }).await?;
        self.reply_record(reply).await
    }

    /// Takes back a reply of which nothing was sent yet.
    ///
    /// # Errors
    /// `not_found` for a reply that does not exist; `conflict` if some of it is sent or may be, with its state.
    pub async fn withdraw(&self, reply: &ReplyId, by: &str) -> Result<Reply> {
        self.reply_record(reply).await?;
        self.tell_about(reply, by, ReplyAction::Withdraw).await?;
        let now = self.reply_record(reply).await?;
        expect(now, &[ReplyState::Withdrawn], "some of it is sent or may be")
    }

    /// Sends a reply after all: one that an incident held, that was refused, or of which nobody could tell whether it was
    /// sent; of that, whoever calls this says that the network does not have it. What was sent of it stays sent.
    ///
    /// # Errors
    /// `not_found` for a reply that does not exist; `conflict` if it is in another state, or may still not be sent: ask
    /// [`Tenant::can_send`] why.
    pub async fn send_after_all(&self, reply: &ReplyId, by: &str) -> Result<Reply> {
        let before = self.reply_record(reply).await?;
        let states = [ReplyState::Held, ReplyState::Refused, ReplyState::Unknown];
        let before = expect(before, &states, "it is neither held, refused nor unknown")?;
        self.tell_known(&before, by, ReplyAction::Send).await?;
        let now = self.reply_record(reply).await?;
        expect(now, &[ReplyState::Queued, ReplyState::Sending, ReplyState::Delivered], "it may still not be sent")
    }

    /// Says that the network has the part of a reply of which nobody could tell: whoever calls this has seen it there, under
    /// this native id.
    ///
    /// # Errors
    /// `not_found` for a reply that does not exist; `conflict` if its state is not `unknown`.
    pub async fn was_sent(&self, reply: &ReplyId, by: &str, native_id: &str) -> Result<Reply> {
        let before = self.reply_record(reply).await?;
        let before = expect(before, &[ReplyState::Unknown], "nobody doubts where it is")?;
        let part = before.next_part().unwrap_or_default() as u32;
        let action = ReplyAction::Sent { part, native_id: native_id.into(), permalink: None, at: None };
        self.tell_known(&before, by, action).await?;
        self.reply_record(reply).await
    }

    /// A reply with its wording, its parts and what became of them.
    ///
    /// # Errors
    /// `not_found` for a reply that does not exist.
    pub async fn reply_record(&self, id: &ReplyId) -> Result<Reply> {
        let found = self.known_reply(id).await?;
        found.ok_or_else(|| Error::new(ErrorKind::NotFound, "no such reply").with("reply", id))
    }

    /// Replies, newest first: those that wait for approval, those in the outbox, those of a case.
    pub async fn replies(&self, filter: ReplyFilter, page: impl Into<PageAsk>) -> Result<Listed<Reply>> {
        let listed = self.listed(ScanOf::Replies(filter), &page.into()).await?;
        Ok(listed.filter_map(|record| match record {
            Record::Reply(reply) => Some(*reply),
            _ => None,
        }))
    }

    /// The id of the reply that was or will be submitted under a key.
    pub fn reply_id(&self, key: &str) -> ReplyId {
        ReplyId::derive(&[self.id.as_str(), key])
    }

    async fn approvable(&self, reply: &ReplyId, by: &str) -> Result<Reply> {
        let known = self.reply_record(reply).await?;
        let known = expect(known, &[ReplyState::AwaitingApproval], "it does not wait for approval")?;
        let (Some(approval), Some(policy)) = (&known.approval, self.policy()) else {
            return Err(Error::new(ErrorKind::Conflict, "it needs no approval").with("reply", reply));
        };
        if self.inner.now() >= approval.expires_at {
            let error = Error::new(ErrorKind::Conflict, "the time for its approval has passed");
            return Err(error.with("expired_at", approval.expires_at));
        }
        if !may_approve(policy, &known, approval, by) {
            let message = "nobody approves their own, and only agents whom the rule names";
            return Err(Error::new(ErrorKind::PermissionDenied, message).with("by", by).with("rule", &approval.rule));
        }
        Ok(known)
    }

    async fn known_reply(&self, id: &ReplyId) -> Result<Option<Reply>> {
        Ok(match self.record(Key::Reply(id.clone())).await? {
            Some(Record::Reply(reply)) => Some(*reply),
            _ => None,
        })
    }

    async fn tell_about(&self, reply: &ReplyId, actor: &str, action: ReplyAction) -> Result<()> {
        let event = ReplyEvent { reply: reply.clone(), actor: actor.to_owned(), action };
        self.happen(Channel::Host, vec![EventBody::Reply(event)]).await.map(drop)
    }

    async fn tell_known(&self, reply: &Reply, actor: &str, action: ReplyAction) -> Result<()> {
        let event = ReplyEvent { reply: reply.id.clone(), actor: actor.to_owned(), action };
        self.happen_with(Channel::Host, EventBody::Reply(event), self.needed_by(reply).await?).await.map(drop)
    }

    /// Judges on what is stored now, without writing.
    async fn judged(&self, draft: &ReplyDraft, earlier: &[SaidBefore]) -> Result<Verdict> {
        let Some(rules) = self.inner.rules(&self.id) else {
            return Err(Error::new(ErrorKind::NotFound, "no such tenant").with("tenant", &self.id));
        };
        let connected = rules.connected();
        let rules: Rules<'_> = rules.of(&self.id, &connected);
        let mut snapshot = Snapshot::default();
        let now = self.inner.now();
        for _ in 0..=MAX_ROUNDS {
            let mut looking = Draft::new(rules, &snapshot, now);
            let judged = looking.judge(draft, earlier, None, now);
            let needs = looking.overlay.needs();
            match judged {
                Ok(judged) if needs.is_empty() => return Ok(judged.verdict),
                _ => {
                    let loaded = self.store().load(&self.id, &needs).await?;
                    snapshot.absorb(needs, loaded);
                }
            }
        }
        Err(Error::new(ErrorKind::Unexpected, "a verdict asked for more than it may; please report this"))
    }

    /// What the account said lately, to compare the draft with; in private only what was said in the same thread.
    async fn said_before(&self, draft: &ReplyDraft) -> Result<Vec<SaidBefore>> {
        if draft.text.trim().is_empty() {
            return Ok(Vec::new());
        }
        let Some(account) = self.account_for(draft).await? else { return Ok(Vec::new()) };
        let scan = Scan::first(ScanOf::Replies(ReplyFilter::of_account(account)), Guarded::MOST_EARLIER);
        let page = self.store().scan(&self.id, &scan).await?;
        let said = page.records.into_iter().filter_map(|record| match record {
            Record::Reply(reply) if was_said(&reply) && reply.key != draft.key => Some(SaidBefore {
                conversation: reply.line.clone(),
                at: reply.changed_at,
                public: reply.visibility != Visibility::Private,
                text: reply.text().to_owned(),
            }),
            _ => None,
        });
        Ok(said.collect())
    }

    async fn account_for(&self, draft: &ReplyDraft) -> Result<Option<AccountId>> {
        if draft.account.is_some() {
            return Ok(draft.account.clone());
        }
        let Some(to) = &draft.to else { return Ok(None) };
        let Some(Record::Message(message)) = self.record(Key::Message(to.clone())).await? else { return Ok(None) };
        let case = match &message.case {
            Some(case) => self.record(Key::Case(case.clone())).await?,
            None => None,
        };
        Ok(match case {
            Some(Record::Case(case)) => Some(case.account.clone()),
            _ => message.accounts.first().cloned(),
        })
    }
}

/// Whether it was said, or will be.
fn was_said(reply: &Reply) -> bool {
    let states = [ReplyState::Queued, ReplyState::Sending, ReplyState::Delivered, ReplyState::Unknown];
    states.contains(&reply.state) && !reply.text().is_empty()
}

/// The reply if it is in one of these states; else an error that says in which it is.
fn expect(reply: Reply, states: &[ReplyState], why: &str) -> Result<Reply> {
    if states.contains(&reply.state) {
        return Ok(reply);
    }
    Err(Error::new(ErrorKind::Conflict, why).with("reply", &reply.id).with("state", &reply.state))
}

/// A submission that was made before; another text under the same key is a mistake of the caller's.
fn same_submission(draft: &ReplyDraft, known: Reply) -> Result<Submitted> {
    let approved_otherwise = known.approval.as_ref().is_some_and(|approval| approval.edited);
    let same_words = known.wording.is_none() || known.text() == draft.text || approved_otherwise;
    if !same_words || known.to != draft.to || known.author != draft.author {
        let message = "another reply was submitted under this key; use a new key for a new reply";
        return Err(Error::new(ErrorKind::Conflict, message).with("key", &draft.key).with("reply", &known.id));
    }
    let mut verdict = Verdict { allowed: true, verb: known.verb.clone(), ..Verdict::default() };
    verdict
        .reasons
        .push(crate::model::Reason::new("guard.duplicate_submit", "it was submitted before; nothing new is sent"));
    Ok(Submitted { verdict, reply: Some(known) })
}
