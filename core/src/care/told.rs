//! What networks tell beside messages: reactions, receipts, who holds a thread, signals, what became of an account. What is
//! told again changes nothing, in whatever body; of two tellings the later one counts, whichever comes first.

use std::cmp::Reverse;

use super::decide::{Arrival, Draft, NOTHING, Outcome, network_of};
use super::snapshot::Read;
use crate::model::{
    AccountChange, AccountId, AccountSaid, AccountState, Asked, Control, ConversationId, EffectId, Held, IdentityId,
    Profile, Reaction, ReactionId, ReactionState, Seen, Signal, Signalled, ThreadState, Timestamp,
};
use crate::store::{Effect, EffectAction, Key, Record};

/// So many messages that a receipt names are looked up; the network tells the latest.
const MAX_NAMED: usize = 20;
/// Signals that are over as soon as they are told.
const PASSING: &[&str] = &["typing"];

impl Draft<'_> {
    /// Somebody reacted to a message, or took it back. Reactions that stand are counted, each where it was given.
    pub(super) fn reaction(&mut self, arrival: &Arrival, reaction: &Reaction) -> Read<Outcome> {
        let key = Key::Reaction(self.reaction_id(arrival, reaction));
        self.overlay.want([Some(key.clone())])?;
        let known = match self.overlay.record(&key)? {
            Some(Record::Reaction(known)) => Some(known.clone()),
            _ => None,
        };
        let at = When::of(reaction.at, arrival);
        let by = self.person(arrival, reaction.by.as_ref());
        let told = ReactionState { by, reaction: reaction.reaction.clone(), removed: reaction.removed, at: at.time };
        let same = |known: &ReactionState| (known.removed, &known.reaction) == (told.removed, &told.reaction);
        let later = |known: &ReactionState| {
            (known.at, known.removed, &known.reaction) < (told.at, told.removed, &told.reaction)
        };
        if known.as_ref().is_some_and(|known| !at.is_news(same(known), later(known))) {
            return NOTHING;
        }
        for (state, by) in [(known.as_ref(), -1), (Some(&told), 1)] {
            if let Some(state) = state.filter(|state| !state.removed) {
                self.count(&["event.reaction"], state.at, by);
            }
        }
        self.put(key, Record::Reaction(told));
        Ok(Outcome::Changed)
    }

    /// Names a reaction so that each telling of it has the same name. Of one by nobody known the time is all that tells it
    /// apart from others'.
    fn reaction_id(&self, arrival: &Arrival, reaction: &Reaction) -> ReactionId {
        let network = network_of(arrival);
        let Reaction { scope, native_id, by, at, .. } = reaction;
        let word = if reaction.sole { "" } else { &reaction.reaction };
        let time = at.filter(|_| by.is_none()).map(|at| at.to_string()).unwrap_or_default();
        let (by_scope, by) = by.as_ref().map_or(("", ""), |by| (&by.scope, &by.native_id));
        ReactionId::derive(&[self.rules.tenant.as_str(), network.as_str(), scope, native_id, by_scope, by, word, &time])
    }

    /// Ours were delivered or read: by whichever telling, up to the latest time.
    pub(super) fn seen(&mut self, arrival: &Arrival, seen: &Seen) -> Read<Outcome> {
        let (id, mut state) = self.thread_state(&seen.scope, &seen.thread)?;
        let up_to =
            match seen.up_to.filter(|up_to| Timestamp::believed(Some(*up_to), arrival.event.received_at) == *up_to) {
                Some(up_to) => Some(up_to),
                None => self.latest_of(seen)?,
            };
        let mark = if seen.read { &mut state.read_up_to } else { &mut state.delivered_up_to };
        if up_to <= *mark {
            return NOTHING;
        }
        *mark = up_to;
        Ok(self.put_thread("event.seen", arrival, id, state))
    }

    /// When the latest of the messages was sent that a receipt names.
    fn latest_of(&mut self, seen: &Seen) -> Read<Option<Timestamp>> {
        let latest = seen.native_ids.iter().rev().take(MAX_NAMED);
        let ids: Vec<_> = latest.map(|native_id| self.message_id(&seen.scope, native_id)).collect();
        let mut up_to = None;
        for id in ids {
            up_to = up_to.max(self.overlay.message(&id)?.map(|message| message.at()));
        }
        Ok(up_to)
    }

    /// The right to write in a private thread moved, or was asked for.
    pub(super) fn control(&mut self, arrival: &Arrival, control: &Control) -> Read<Outcome> {
        let (id, mut state) = self.thread_state(&control.scope, &control.thread)?;
        let (at, app) = (When::of(control.at, arrival), control.app.clone());
        let is_news = match control.owner.clone() {
            Some(owner) => {
                let told = Some(Held { since: at.time, owner, app });
                let what = |held: &Option<Held>| held.as_ref().map(|held| (held.owner.clone(), held.app.clone()));
                let is_news = at.is_news(what(&state.held) == what(&told), state.held < told);
                state.held = told;
                is_news
            }
            None => {
                let told = Some(Asked { at: at.time, app });
                let app = |asked: &Option<Asked>| asked.as_ref().map(|asked| asked.app.clone());
                let is_news = at.is_news(app(&state.asked) == app(&told), state.asked < told);
                state.asked = told;
                is_news
            }
        };
        if !is_news {
            return NOTHING;
        }
        Ok(self.put_thread("event.control", arrival, id, state))
    }

    /// Something was signalled in a private thread: the latest of each name is kept.
    pub(super) fn signal(&mut self, arrival: &Arrival, signal: &Signal) -> Read<Outcome> {
        if PASSING.contains(&&*signal.name) {
            return NOTHING;
        }
        let (id, mut state) = self.thread_state(&signal.scope, &signal.thread)?;
        let at = When::of(signal.at, arrival);
        let by = self.person(arrival, signal.by.as_ref());
        let told = Signalled { at: at.time, by, extensions: signal.extensions.clone() };
        if let Some(known) = state.signals.get(signal.name.as_str()) {
            let same = (&known.by, &known.extensions) == (&told.by, &told.extensions);
            let order =
                |of: &Signalled| (of.at, of.by.clone(), serde_json::to_string(&of.extensions).unwrap_or_default());
            if !at.is_news(same, order(known) < order(&told)) {
                return NOTHING;
            }
        }
        state.signals.insert(signal.name.to_string(), told);
        if state.signals.len() > ThreadState::SIGNALS {
            let oldest =
                state.signals.iter().min_by_key(|(name, signal)| (signal.at, *name)).map(|(name, _)| name.clone());
            let oldest = oldest.unwrap_or_default();
            state.signals.remove(&oldest);
            if oldest == signal.name {
                return NOTHING;
            }
        }
        Ok(self.put_thread("event.signal", arrival, id, state))
    }

    fn thread_state(&mut self, scope: &str, thread: &str) -> Read<(ConversationId, ThreadState)> {
        let id = self.conversation_id(scope, thread);
        let key = Key::Thread(id.clone());
        self.overlay.want([Some(key.clone())])?;
        let state = match self.overlay.record(&key)? {
            Some(Record::Thread(state)) => state.clone(),
            _ => ThreadState::new(id.clone()),
        };
        Ok((id, state))
    }

    fn put_thread(&mut self, name: &str, arrival: &Arrival, id: ConversationId, state: ThreadState) -> Outcome {
        self.count(&[name], arrival.event.received_at, 1);
        self.put(Key::Thread(id), Record::Thread(state));
        Outcome::Changed
    }

    /// The network changed what we may do with an account: kept, and told to the team that answers for it.
    pub(super) fn account_change(&mut self, arrival: &Arrival, change: &AccountChange) -> Read<Outcome> {
        let Some(account) = &arrival.account else { return NOTHING };
        let key = Key::Account(account.clone());
        self.overlay.want([Some(key.clone())])?;
        let mut state = match self.overlay.record(&key)? {
            Some(Record::Account(state)) => state.clone(),
            _ => AccountState { account: account.clone(), said: Vec::new() },
        };
        let at = When::of(change.at, arrival);
        let person = self.person(arrival, change.person.as_ref());
        let profile = change.person.as_ref().filter(|_| person.is_some()).map(|profile| Profile {
            handle: profile.handle.clone(),
            ..Profile::new(profile.scope.clone(), profile.native_id.clone())
        });
        let told =
            AccountSaid { at: at.time, change: change.change.clone(), reason: change.reason.clone(), person, profile };
        let what = |said: &AccountSaid| (said.change.clone(), said.reason.clone(), said.person.clone());
        let same = state.said.first().is_some_and(|last| what(last) == what(&told));
        if !at.is_news(same, !state.said.contains(&told)) {
            return NOTHING;
        }
        let place = state.said.partition_point(|said| Reverse(said) < Reverse(&told));
        if place >= AccountState::KEPT {
            return NOTHING;
        }
        state.said.insert(place, told.clone());
        state.said.truncate(AccountState::KEPT);
        self.count(&["event.account"], arrival.event.received_at, 1);
        self.tell_team(account, &told, arrival.event.received_at);
        self.put(key, Record::Account(state));
        Ok(Outcome::Changed)
    }

    fn tell_team(&mut self, account: &AccountId, said: &AccountSaid, at: Timestamp) {
        let team = self.rules.policy.team_of_account(account);
        let parts = [account.as_str(), &said.at.to_string(), &said.change, said.reason.as_deref().unwrap_or_default()];
        let person = said.person.as_ref().map_or("", IdentityId::as_str);
        let id = EffectId::derive(&[&["account"], &parts[..], &[person]].concat());
        let action = EffectAction::NotifyAccount {
            account: account.clone(),
            who: team.iter().map(ToString::to_string).collect(),
            about: said.in_words(),
            person: said.person.clone(),
        };
        self.want(Effect { id, due_at: at, action });
    }

    /// The identity of somebody who is none of ours.
    fn person(&self, arrival: &Arrival, profile: Option<&Profile>) -> Option<IdentityId> {
        profile.filter(|profile| !self.is_ours(arrival, profile)).map(|profile| self.identity_id(profile))
    }
}

/// When something told came to be so.
struct When {
    time: Timestamp,
    /// Whether the network told; else it is when we heard of it, which another body would tell otherwise.
    told: bool,
}

impl When {
    fn of(told: Option<Timestamp>, arrival: &Arrival) -> Self {
        let time = Timestamp::believed(told, arrival.event.received_at);
        Self { time, told: told == Some(time) }
    }

    /// Whether something is news that says the `same` as what is known, and is `later`. What has no time of the network's
    /// own is none if it only says the same again.
    fn is_news(&self, same: bool, later: bool) -> bool {
        later && (self.told || !same)
    }
}
