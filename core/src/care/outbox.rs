//! The outbox: what waits in each thread's line goes to its network, in order, once.
//!
//! An attempt is written down before it begins, so whoever comes after a crash knows that the network may have it. What may
//! have been sent is looked for before anything else; what is certainly not there is sent again under the same key.

use std::collections::BTreeMap;
use std::pin::pin;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use futures_util::StreamExt;
use futures_util::future::{Either, select};

use super::duty::Ticked;
use super::engine::Engine;
use super::lists::PageAsk;
use super::reply::waits_for_people;
use super::tenant::Tenant;
use super::token::waiting;
use crate::context::Context;
use crate::error::{Error, ErrorKind, Result, Retry};
use crate::model::{
    AccountId, Channel, ConversationId, EventBody, IdentityId, Message, MessageId, Origin, PartState, Reply,
    ReplyAction, ReplyEvent, ReplyPart, ReplyState, TenantId, Timestamp,
};
use crate::network::{Act, FindSent, Network, Outbound, Person, Receipt, Say, Target, same_words};
use crate::store::{EffectAction, Key, Leased, Record, ReplyFilter};

/// How the outbox names itself as the one who did something.
pub(super) const OUTBOX: &str = "outbox";
/// How long a network may take to answer. Much shorter than a lease, so that nobody else believes us gone while we wait.
pub(super) const SEND_WITHIN: Duration = Duration::from_secs(30);
/// How many lines are at work at a time.
const LINES: usize = 32;
/// How many steps of a line one lease takes.
const STEPS: usize = 64;
/// How many rounds of leases one call takes.
const ROUNDS: usize = 64;
/// How many messages of ours with the same words are looked past.
const MOST_ALIKE: usize = 16;
/// How many replies in doubt are read at a time.
const IN_DOUBT: usize = 100;

/// Accounts that their networks asked to be quiet, until when. Known to this process alone: the others are told themselves.
#[derive(Debug, Default)]
pub(super) struct Quiet(Mutex<BTreeMap<(TenantId, AccountId), Timestamp>>);

impl Quiet {
    fn until(&self, tenant: &TenantId, account: &AccountId, now: Timestamp) -> Option<Timestamp> {
        let quiet = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        quiet.get(&(tenant.clone(), account.clone())).copied().filter(|until| *until > now)
    }

    fn keep(&self, tenant: &TenantId, account: &AccountId, until: Timestamp) {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).insert((tenant.clone(), account.clone()), until);
    }
}

/// How far a line was worked through.
enum Left {
    /// Nothing waits for the network.
    Nothing,
    /// Go on then.
    Until(Timestamp),
}

impl Engine {
    /// Sends what is due in every line, many lines at a time, each in its own order.
    pub(super) async fn send_replies(&self, ticked: &mut Ticked) -> Result<()> {
        for _ in 0..ROUNDS {
            let (leased, until) = self.lease_until("send", ticked).await?;
            if leased.is_empty() {
                return Ok(());
            }
            let mut at_work = futures_util::stream::iter(leased)
                .map(|lease| async move { (self.send_line(&lease, until).await, lease) })
                .buffer_unordered(LINES);
            while let Some((result, lease)) = at_work.next().await {
                match result {
                    Ok((sent, Left::Nothing)) => {
                        ticked.sent += sent;
                        self.end_lease(&lease, None).await?;
                    }
                    Ok((sent, Left::Until(again_at))) => {
                        ticked.sent += sent;
                        ticked.again(again_at);
                        self.end_lease(&lease, Some(again_at)).await?;
                    }
                    // Stays due: the lease runs out.
                    Err(error) => ticked.fail(&lease.tenant, error),
                }
            }
        }
        ticked.again(self.inner().now());
        Ok(())
    }

    /// Works through a line until nothing is due or the lease nears its end; how many parts the network took.
    async fn send_line(&self, lease: &Leased, until: Timestamp) -> Result<(usize, Left)> {
        let EffectAction::Send { line } = &lease.effect.action else { return Ok((0, Left::Nothing)) };
        let tenant = self.tenant(lease.tenant.clone())?;
        let mut sent = 0;
        for _ in 0..STEPS {
            let now = self.inner().now();
            if now.plus(SEND_WITHIN) >= until {
                return Ok((sent, Left::Until(now)));
            }
            let Some(due) = tenant.next_in(line).await? else { return Ok((sent, Left::Nothing)) };
            // Not left to the timer alone: one that was read before may be fired, and spent, after it was set anew.
            if let Some(later) = due.reply.due_at().filter(|at| *at > now) {
                return Ok((sent, Left::Until(later)));
            }
            if let Some(quiet) = self.inner().quiet().until(tenant.id(), &due.reply.account, now) {
                return Ok((sent, Left::Until(quiet)));
            }
            sent += usize::from(tenant.send_due(due).await?);
        }
        Ok((sent, Left::Until(self.inner().now())))
    }
}

/// A part whose turn it is.
struct Due {
    reply: Reply,
    place: usize,
    /// What decisions about it read, so that each is loaded in one round.
    needs: Vec<Key>,
}

impl Due {
    fn part(&self) -> &ReplyPart {
        &self.reply.parts[self.place]
    }
}

impl Tenant {
    /// The part whose turn it is in a line, now or later.
    async fn next_in(&self, line: &ConversationId) -> Result<Option<Due>> {
        let Some(Record::Line(line)) = self.record(Key::Line(line.clone())).await? else { return Ok(None) };
        let Some(head) = line.head(self.inner.now()) else { return Ok(None) };
        let Some(Record::Reply(reply)) = self.record(Key::Reply(head.reply.clone())).await? else { return Ok(None) };
        let Some(place) = reply.next_part() else { return Ok(None) };
        let needs = self.needed_by(&reply).await?;
        Ok(Some(Due { reply: *reply, place, needs }))
    }

    /// Takes one step with a part; whether the network took it.
    async fn send_due(&self, due: Due) -> Result<bool> {
        let network = self.network(&due.reply.account)?;
        let lost = due.part().state == PartState::Begun;
        if lost && !self.may_repeat(&due, &*network) {
            return self.look_for(due, &*network).await;
        }
        let attempt = due.part().attempts + 1;
        let begin = ReplyAction::Begin { part: due.place as u32, attempt };
        // Somebody else may have begun the very same attempt.
        if !self.tell_reply(&due, begin).await? {
            return Ok(false);
        }
        // Another attempt may have begun, or the verdict forbade this one.
        let Some(Record::Reply(reply)) = self.record(Key::Reply(due.reply.id.clone())).await? else { return Ok(false) };
        let due = Due { reply: *reply, ..due };
        let ours = due.part().state == PartState::Begun && due.part().attempts == attempt;
        if !ours {
            return Ok(false);
        }
        let out = self.outbound(&due).await;
        // Whoever was held up so long may have been given up: it is looked for instead.
        if due.part().begun_at.is_none_or(|begun_at| self.inner.now() >= begun_at.plus(SEND_WITHIN)) {
            return Ok(false);
        }
        let answer = match out {
            Ok(out) => self.within_time(&due, &*network, &out).await,
            Err(error) if is_of_the_store(&error) => return Err(error),
            Err(error) => Err(error),
        };
        match answer {
            Ok(receipt) => self.took(&due, receipt).await.map(|()| true),
            // That this attempt is refused says nothing of the one that is lost.
            Err(error) if lost && is_final(&error) => self.look_for(due, &*network).await,
            Err(error) => self.failed(&due, attempt, error).await.map(|()| false),
        }
    }

    /// Whether what is lost is simply sent again: it does no harm there, and we have not given up yet.
    fn may_repeat(&self, due: &Due, network: &dyn Network) -> bool {
        let give_up_after = self.policy().map(|policy| policy.policy().replies.give_up_after).unwrap_or_default();
        let capability = network.capability();
        let [sends_once_for, lag] =
            [capability.sends_once_for, capability.sent_lag].map(|secs| Duration::from_secs(secs.into()));
        let within = match Act::repeats(&due.reply.verb) {
            true => give_up_after,
            // The network must still know the key when the repetition takes effect, however late that is.
            false => give_up_after.min(sends_once_for.saturating_sub(2 * SEND_WITHIN + lag)),
        };
        let begun_at = due.part().first_begun_at;
        !within.is_zero() && begun_at.is_none_or(|begun_at| self.inner.now() <= begun_at.plus(within))
    }

    /// One attempt, which ends in time whatever the network does.
    async fn within_time(&self, due: &Due, network: &dyn Network, out: &Outbound) -> Result<Receipt> {
        let cx = self.sending_context(&due.reply.account)?;
        let clock = self.inner.clock_handle();
        match select(network.send(&cx, out), clock.sleep(SEND_WITHIN)).await {
            Either::Left((answer, _)) => answer,
            Either::Right(_) => Err(out.in_doubt(Error::new(ErrorKind::Timeout, "the network did not answer in time"))),
        }
    }

    /// Looks on the network for a part that may have been sent.
    async fn look_for(&self, due: Due, network: &dyn Network) -> Result<bool> {
        let attempt = due.part().attempts;
        let clock = self.inner.clock_handle();
        let error = match select(pin!(self.found(&due, network)), clock.sleep(SEND_WITHIN)).await {
            Either::Left((Ok(Some(receipt)), _)) => return self.took(&due, receipt).await.map(|()| true),
            Either::Left((Ok(None), _)) => None,
            // That our own store fails says nothing of the reply.
            Either::Left((Err(error), _)) if is_of_the_store(&error) => return Err(error),
            Either::Left((Err(error), _)) => Some(error),
            Either::Right(_) => Some(Error::new(ErrorKind::Timeout, "the network did not answer in time")),
        };
        if let Some(error) = &error {
            self.hear(&due.reply, error);
        }
        let looked = ReplyAction::Looked { part: due.place as u32, attempt, error: error.map(Box::new) };
        self.tell_reply(&due, looked).await?;
        Ok(false)
    }

    /// What the network shows of a part, past the messages that are known to be other replies': most networks are searched
    /// by words alone.
    async fn found(&self, due: &Due, network: &dyn Network) -> Result<Option<Receipt>> {
        let cx = self.sending_context(&due.reply.account)?;
        let since = due.part().first_begun_at.unwrap_or(due.reply.created_at);
        let mut ask = FindSent::new(self.outbound(due).await?, since);
        for _ in 0..MOST_ALIKE {
            match network.find_sent(&cx, ask.clone()).await? {
                Some(receipt) if !Act::repeats(&due.reply.verb) => {
                    if !self.is_anothers(network, &receipt).await? {
                        return self.certainly(due, receipt).await.map(Some);
                    }
                    ask.except.push(receipt.native_id);
                }
                found => return Ok(found),
            }
        }
        Err(Error::new(ErrorKind::Conflict, "too many messages of ours stand there with the same words"))
    }

    /// Whether what was found is known to be what another reply sent.
    async fn is_anothers(&self, network: &dyn Network, found: &Receipt) -> Result<bool> {
        let id = MessageId::of(&self.id, &network.info().scope, &found.native_id);
        let known = self.record(Key::Message(id)).await?;
        Ok(matches!(known, Some(Record::Message(message)) if message.origin == Origin::Careline))
    }

    /// What was found, unless it may as well be what another reply sent of which nobody can tell either.
    async fn certainly(&self, due: &Due, found: Receipt) -> Result<Receipt> {
        let in_doubt = ReplyFilter::in_states([ReplyState::Sending, ReplyState::Unknown]);
        let mut page = PageAsk::first(IN_DOUBT);
        loop {
            let filter = ReplyFilter { account: Some(due.reply.account.clone()), ..in_doubt.clone() };
            let listed = self.replies(filter, page).await?;
            if let Some(other) = listed.items.iter().find(|other| is_alike(due, other)) {
                let message = "a message stands there that this reply may have sent, or another with the same words";
                let error = Error::new(ErrorKind::Conflict, message).with("found", found.native_id);
                return Err(error.with("other", &other.id));
            }
            match listed.after {
                Some(after) => page = PageAsk::first(IN_DOUBT).after(after),
                None => return Ok(found),
            }
        }
    }

    async fn took(&self, due: &Due, receipt: Receipt) -> Result<()> {
        let Receipt { native_id, permalink, at } = receipt;
        let sent = ReplyAction::Sent { part: due.place as u32, native_id, permalink, at };
        self.tell_reply(due, sent).await.map(drop)
    }

    async fn failed(&self, due: &Due, attempt: u32, error: Error) -> Result<()> {
        self.hear(&due.reply, &error);
        let error = Box::new(waiting(error));
        let failed = ReplyAction::Failed { part: due.place as u32, attempt, error };
        self.tell_reply(due, failed).await.map(drop)
    }

    /// A network that asks to wait is left alone with all lines of the account.
    fn hear(&self, reply: &Reply, error: &Error) {
        if let (ErrorKind::RateLimited, Retry::After(pause)) = (error.kind(), error.retry_advice()) {
            self.inner.quiet().keep(&self.id, &reply.account, self.inner.now().plus(pause));
        }
    }

    /// Lets something happen to a reply; whether it changed anything.
    async fn tell_reply(&self, due: &Due, action: ReplyAction) -> Result<bool> {
        let event = ReplyEvent { reply: due.reply.id.clone(), actor: OUTBOX.to_owned(), action };
        let ingested = self.happen_with(Channel::Engine, EventBody::Reply(event), due.needs.clone()).await?;
        Ok(ingested.changed > 0)
    }

    /// What a decision about a reply reads.
    pub(super) async fn needed_by(&self, reply: &Reply) -> Result<Vec<Key>> {
        let line = &reply.line;
        let mut needs = vec![Key::Reply(reply.id.clone()), Key::Line(line.clone()), Key::Conversation(line.clone())];
        needs.extend([Key::Thread(line.clone()), Key::Loose(line.clone()), Key::OpenIncidents]);
        if let Some(case) = &reply.case {
            needs.extend([Key::Case(case.clone()), Key::CaseMessages(case.clone())]);
        }
        needs.extend(reply.customer.clone().map(Key::Customer));
        if let Some(to) = &reply.to {
            needs.extend([Key::Message(to.clone()), Key::Assessment(to.clone())]);
            if let Some(Record::Message(target)) = self.record(Key::Message(to.clone())).await? {
                needs.extend(target.author.map(Key::Identity));
                needs.push(Key::Alias(target.scope, target.native_id));
            }
        }
        Ok(needs)
    }

    fn sending_context(&self, account: &AccountId) -> Result<Context> {
        Ok(self.context_of(account)?.with_deadline(self.inner.now().plus(SEND_WITHIN)))
    }

    /// A part as its network gets it.
    async fn outbound(&self, due: &Due) -> Result<Outbound> {
        let reply = &due.reply;
        let target = match &reply.to {
            Some(to) => match self.record(Key::Message(to.clone())).await? {
                Some(Record::Message(message)) => Some(*message),
                _ => return Err(Error::new(ErrorKind::NotFound, "the message it is about is gone").with("message", to)),
            },
            None => None,
        };
        let author = match target.as_ref().and_then(|target| target.author.as_ref()) {
            Some(author) => self.person(author).await?,
            None => None,
        };
        let thread = match &target {
            Some(target) => self.root_of(target).await?,
            None => None,
        };
        let act = act(due, target.as_ref(), author, thread)?;
        Ok(Outbound::new(reply.part_key(due.place), act))
    }

    async fn person(&self, identity: &IdentityId) -> Result<Option<Person>> {
        Ok(match self.record(Key::Identity(identity.clone())).await? {
            Some(Record::Identity(identity)) => {
                let mut person = Person::new(identity.profile.native_id);
                person.handle = identity.profile.handle;
                Some(person)
            }
            _ => None,
        })
    }

    async fn root_of(&self, target: &Message) -> Result<Option<compact_str::CompactString>> {
        Ok(match self.record(Key::Conversation(target.conversation.clone())).await? {
            Some(Record::Conversation(thread)) if thread.rooted => Some(thread.root),
            _ => None,
        })
    }
}

/// Whether `other` waits, too, to be told of a message like this one, in the same place.
fn is_alike(due: &Due, other: &Reply) -> bool {
    let ours = &due.reply;
    let Some(place) = other.next_part().filter(|place| other.parts[*place].state == PartState::Begun) else {
        return false;
    };
    let stands_alike = match ours.verb.as_str() {
        "direct_message" => other.line == ours.line || other.customer == ours.customer,
        // In public a later part is told by the one before it, which it answers.
        _ => other.to == ours.to && (place, due.place) == (0, 0),
    };
    let said =
        |reply: &Reply, place: usize| reply.wording.as_ref().and_then(|wording| wording.parts.get(place).cloned());
    let same_words =
        said(ours, due.place).zip(said(other, place)).is_some_and(|(one, other)| same_words(&one.text, &other.text));
    other.id != ours.id && other.verb == ours.verb && stands_alike && same_words
}

/// Whether the network says no, and not because the account needs mending.
fn is_final(error: &Error) -> bool {
    error.retry_advice() == Retry::Never && !waits_for_people(error)
}

fn is_of_the_store(error: &Error) -> bool {
    matches!(error.kind(), ErrorKind::StorageFailed | ErrorKind::StorageDamaged)
}

/// What a part does. Later parts answer the part before, but in private, where they follow each other anyway.
fn act(
    due: &Due,
    target: Option<&Message>,
    author: Option<Person>,
    thread: Option<compact_str::CompactString>,
) -> Result<Act> {
    let reply = &due.reply;
    let missing = |what: &str| Error::new(ErrorKind::InputInvalid, format!("{what} is not known (any more)"));
    let on = || -> Result<Target> {
        let target = target.ok_or_else(|| missing("the message it is about"))?;
        Ok(Target { native_id: target.native_id.clone(), author: author.clone(), thread: thread.clone() })
    };
    let before = due.place.checked_sub(1).and_then(|before| reply.parts[before].native_id.clone());
    let say = || -> Result<Say> {
        let said = reply.wording.as_ref().and_then(|wording| wording.parts.get(due.place));
        let said = said.ok_or_else(|| missing("what it says"))?;
        let language = reply.wording.as_ref().and_then(|wording| wording.language.clone());
        Ok(Say { text: said.text.clone(), entities: said.entities.clone(), language })
    };
    Ok(match (reply.verb.as_str(), before) {
        ("reply", None) => Act::Reply { to: on()?, say: say()?, visibility: reply.visibility.clone() },
        ("reply" | "publish", Some(before)) => {
            let to = Target { native_id: before, author: None, thread };
            Act::Reply { to, say: say()?, visibility: reply.visibility.clone() }
        }
        ("direct_message", before) => {
            let about = Some(on()?).filter(|_| before.is_none());
            let to = author.clone().ok_or_else(|| missing("whom it is for"))?;
            Act::DirectMessage { to, say: say()?, about, tag: reply.tag.clone() }
        }
        ("publish", None) => Act::Publish { say: say()?, visibility: reply.visibility.clone() },
        ("like", _) => Act::Like { on: on()?, liked: !reply.undo },
        ("hide", _) => Act::Hide { on: on()?, hidden: !reply.undo },
        ("edit", _) => Act::Edit { on: on()?, say: say()? },
        ("delete", _) => Act::Delete { on: on()? },
        (verb, _) => return Err(missing("the verb").with("verb", verb)),
    })
}
