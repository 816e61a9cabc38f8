//! Messages: where one belongs, who wrote it, which revision it is, and what becomes of it.

use std::collections::{BTreeMap, BTreeSet};

use super::case::{Cause, author_of, latest_direct};
use super::decide::{Arrival, Draft, NOTHING, Names, Outcome, network_of};
use super::snapshot::Read;
use crate::model::{
    AccountId, Assessment, Channel, Content, Conversation, ConversationId, Customer, Deleted, EffectId, Gist, Hidden,
    Identity, Inbound, Message, MessageId, Origin, Profile, RawRef, Reply, StepKind, Timestamp, Unknown, Visibility,
};
use crate::store::{Effect, EffectAction, Fate, Key, Record};
use crate::triage::{Subject, TriageInput};

/// The thread a message stands in.
struct Place {
    id: ConversationId,
    root: compact_str::CompactString,
    /// Whether the root is certain.
    rooted: bool,
    known: Option<Conversation>,
    /// Threads that turn out to be part of this one.
    absorbs: Vec<Conversation>,
}

impl Draft<'_> {
    /// A message was written or edited.
    pub(super) fn inbound(&mut self, arrival: &Arrival, inbound: &Inbound) -> Read<Outcome> {
        let names = self.names(arrival, inbound);
        let thread = names.thread.clone();
        let slot = thread.clone().zip(names.customer.clone()).map(|(thread, customer)| Key::Slot(thread, customer));
        let elsewhere = names.customer.clone().filter(|_| inbound.visibility == Visibility::Private);
        let expected = elsewhere.clone();
        let expected = expected.map(|customer| Key::Slot(ConversationId::expected_on(&network_of(arrival)), customer));
        let elsewhere =
            elsewhere.map(|customer| Key::Slot(ConversationId::anywhere_on(&network_of(arrival)), customer));
        let loose = thread.clone().filter(|_| names.customer.is_some());
        let direct = names.customer.as_ref().map(|customer| latest_direct(&network_of(arrival), customer));
        let asks_parent = inbound.thread.is_none() || names.customer.is_none();
        // One of ours is about the case of what it answers, by whichever of its ids.
        let answered = inbound.reply_to.as_ref().filter(|_| names.customer.is_none());
        let answered = answered.map(|reply| Key::Alias(inbound.scope.clone(), reply.native_id.clone()));
        self.overlay.want([
            Some(Key::Message(names.message.clone())),
            Some(Key::Conversation(names.own_thread.clone())),
            thread.map(Key::Conversation),
            names.parent.clone().filter(|_| asks_parent).map(Key::Message),
            names.identity.clone().map(Key::Identity),
            slot,
            elsewhere,
            loose.map(Key::Loose),
            direct,
            answered,
            expected,
            inbound.echo_of.as_deref().and_then(Reply::of_part_key).map(|(reply, _)| Key::Reply(reply)),
        ])?;

        let known = self.overlay.message(&names.message)?;
        let fate = self.overlay.fate(&names.message)?;
        let place = self.place(arrival, inbound, names, known.as_ref())?;
        let author = self.author(arrival, inbound)?;
        let Some(mut message) = self.merged(arrival, inbound, known.as_ref(), &fate, &place, author.as_ref()) else {
            if let Some(known) = &known {
                self.keep_raws(arrival, Some(known), known);
            }
            return NOTHING;
        };
        let reply = self.reply_echoed(inbound)?;
        if let Some(reply) = &reply {
            message.automatic = !reply.by_human;
        }
        let assessment = self.assessment(arrival, inbound, known.as_ref(), &mut message)?;
        let received_at = arrival.event.received_at;
        // Before its case is looked for: a thread that becomes part of this one may hold it.
        self.write_place(place, known.as_ref(), &message, received_at);
        // A message follows its case into another one, a reply does not.
        let about = match reply.and_then(|reply| reply.to) {
            Some(to) => self.overlay.message(&to)?.and_then(|answered| answered.case),
            None => None,
        };
        self.join_case((recipient_of(inbound), about), known.as_ref(), &mut message, received_at)?;

        if arrival.event.channel != Channel::Engine {
            self.echoed(inbound, received_at)?;
        }
        // Everything is read by now; from here on it is only written.
        self.about(message.customer.as_ref(), message.case.as_ref());
        self.write_identity(arrival, author)?;
        if inbound.root_id() != inbound.native_id {
            self.put_alias(&inbound.scope, &inbound.native_id, &message.id);
        }
        if let (Some(known), Some(case)) = (&known, &message.case)
            && known.hidden != message.hidden
        {
            self.step(case, received_at, StepKind::Hidden, "network", Some(&message.id), Vec::new());
        }
        let assessment_is_new = assessment.is_some();
        if let Some(assessment) = assessment {
            self.put(Key::Assessment(message.id.clone()), Record::Assessment(Box::new(assessment)));
        }
        if assessment_is_new && self.rules.advised {
            self.ask_advice(&message);
        }
        self.count_message(arrival, known.as_ref(), &message);
        self.keep_raws(arrival, known.as_ref(), &message);
        let outcome = match known.map(|known| Message { raw: message.raw.clone(), ..known }) {
            None => Outcome::Added,
            // Which of several bodies a message names is no news.
            Some(known) if known == message => Outcome::Known,
            Some(_) => Outcome::Changed,
        };
        self.put(Key::Message(message.id.clone()), Record::Message(Box::new(message)));
        Ok(outcome)
    }

    /// Lets every body that told of the message be found when it is forgotten; at once if it was taken back.
    fn keep_raws(&mut self, arrival: &Arrival, known: Option<&Message>, message: &Message) {
        let new = raw_of(arrival);
        let earlier = known.and_then(|known| known.raw.clone());
        for raw in [new.clone(), earlier].into_iter().flatten() {
            if message.raw.as_ref() != Some(&raw) {
                self.also_raw(&message.id, raw);
            }
        }
        if message.deleted_at.is_some() && (new.is_some() || known != Some(message)) {
            self.forget(message);
        }
    }

    /// Has the host's advisors asked, once this is committed.
    fn ask_advice(&mut self, message: &Message) {
        let (message, revision) = (message.id.clone(), message.revision);
        let id = EffectId::derive(&["advise", message.as_str(), &revision.to_string()]);
        self.want(Effect { id, due_at: self.now, action: EffectAction::Advise { message, revision } });
    }

    fn put_alias(&mut self, scope: &str, native_id: &str, message: &MessageId) {
        let key = Key::Alias(scope.into(), native_id.into());
        self.put(key, Record::Alias(message.clone()));
    }

    /// Finds the thread by the network's own root, else by what is answered.
    fn place(&mut self, arrival: &Arrival, inbound: &Inbound, names: &Names, known: Option<&Message>) -> Read<Place> {
        let (id, root, rooted) = if let (Some(root), Some(thread)) = (&inbound.thread, &names.thread) {
            (thread.clone(), root.clone(), true)
        } else if let (Some(reply), Some(parent)) = (&inbound.reply_to, &names.parent) {
            match self.overlay.message(parent)? {
                Some(parent) => {
                    let thread = self.overlay.conversation(&parent.conversation)?;
                    let (root, rooted) =
                        thread.map_or((reply.native_id.clone(), false), |thread| (thread.root, thread.rooted));
                    (parent.conversation, root, rooted)
                }
                // The parent is unknown: its thread begins, for now, with it.
                None => (self.conversation_id(&inbound.scope, &reply.native_id), reply.native_id.clone(), false),
            }
        } else {
            // Of a private message that we send first, its network tells the thread later.
            (names.own_thread.clone(), inbound.root_id().into(), arrival.event.channel != Channel::Engine)
        };
        let mut place = Place { known: self.overlay.conversation(&id)?, id, root, rooted, absorbs: Vec::new() };
        if let Some(target) = place.known.as_ref().and_then(|thread| thread.merged_into.clone()) {
            let Some(thread) = self.overlay.conversation(&target)? else { return Ok(place) };
            place =
                Place { id: target, root: thread.root.clone(), rooted: thread.rooted, known: Some(thread), ..place };
        }
        place.rooted |= place.known.as_ref().is_some_and(|thread| thread.rooted);

        // Answers that came before this message began a thread with it; so did this message if it was known by less.
        let own = names.own_thread.clone();
        let before = known.map(|message| message.conversation.clone());
        for id in BTreeSet::from_iter([Some(own), before].into_iter().flatten()) {
            if id == place.id {
                continue;
            }
            if let Some(thread) = self.overlay.conversation(&id)?
                && !thread.rooted
                && thread.merged_into.is_none()
            {
                place.absorbs.push(thread);
            }
        }
        if let Some(message) = known
            && message.conversation != place.id
            && !place.absorbs.iter().any(|thread| thread.id == message.conversation)
        {
            let thread = self.overlay.conversation(&message.conversation)?;
            place = Place {
                id: message.conversation.clone(),
                root: thread.as_ref().map_or(place.root, |thread| thread.root.clone()),
                rooted: true,
                known: thread,
                absorbs: Vec::new(),
            };
        }
        Ok(place)
    }

    /// The identity of the author and the person behind it; `None` for ours and for unknown authors.
    fn author(&mut self, arrival: &Arrival, inbound: &Inbound) -> Read<Option<(Identity, bool)>> {
        let names = self.names(arrival, inbound);
        let (Some(profile), Some(id), Some(customer)) = (&inbound.author, &names.identity, &names.customer) else {
            return Ok(None);
        };
        let at = Timestamp::believed(inbound.sent_at, arrival.event.received_at);
        Ok(Some(match self.overlay.identity(id)? {
            None => {
                let identity = Identity {
                    id: id.clone(),
                    network: network_of(arrival),
                    customer: customer.clone(),
                    profile: profile.clone(),
                    profile_at: if is_bare(profile) { Timestamp::default() } else { at },
                    first_seen_at: at,
                };
                (identity, true)
            }
            Some(mut identity) => {
                let before = identity.clone();
                identity.first_seen_at = identity.first_seen_at.min(at);
                if !is_bare(profile) && (at, profile) > (identity.profile_at, &identity.profile) {
                    identity.profile = profile.clone();
                    identity.profile_at = at;
                }
                let changed = identity != before;
                (identity, changed)
            }
        }))
    }

    /// The message after this delivery; `None` if it is the same as before.
    fn merged(
        &self,
        arrival: &Arrival,
        inbound: &Inbound,
        known: Option<&Message>,
        fate: &Fate,
        place: &Place,
        author: Option<&(Identity, bool)>,
    ) -> Option<Message> {
        let event = &arrival.event;
        let raw = raw_of(arrival);
        let mut message = match known {
            Some(known) => known.clone(),
            None => self.first_seen(arrival, inbound, fate, place, raw.clone()),
        };
        message.conversation = place.id.clone();
        if let Some(account) = &arrival.account {
            message.accounts.insert(account.clone());
            message.channels.entry(account.clone()).or_default().insert(event.channel.clone());
        }
        message.revisions.insert(inbound.revision);
        if let Some((identity, _)) = author {
            message.author = Some(identity.id.clone());
            message.customer = Some(identity.customer.clone());
            message.origin = Origin::Customer;
        } else if inbound.author.is_some() {
            message.origin = if inbound.echo_of.is_some() { Origin::Careline } else { message.origin };
        }
        message.sent_at = least(message.sent_at, inbound.sent_at);
        keep_least(&mut message.permalink, inbound.permalink.as_ref());
        keep_least(&mut message.reply_to, inbound.reply_to.as_ref());
        keep_least(&mut message.language, inbound.language.as_ref());
        message.rating = message.rating.or(inbound.rating);
        // The same again is no news: a network that lists what it hides would else be written down at each reading.
        if let Some(hidden) = inbound.hidden.filter(|hidden| *hidden != message.hidden || message.hidden_at.is_none()) {
            told_hidden(&mut message, hidden, event.received_at);
        }

        let first_of_revision = known.is_none() || inbound.revision > message.revision;
        if first_of_revision {
            message.revision = inbound.revision;
            message.native_id = inbound.native_id.clone();
            message.raw = raw;
            message.received_at = known.map_or(event.received_at, |known| known.received_at.min(event.received_at));
            message.content = Some(inbound.content.clone());
        } else {
            if event.received_at < message.received_at {
                message.received_at = event.received_at;
            }
            if inbound.revision == message.revision {
                if inbound.native_id < message.native_id {
                    message.native_id = inbound.native_id.clone();
                }
                message.raw = least(message.raw.take(), raw);
                if message.content.as_ref().is_some_and(|content| richer(&inbound.content, content)) {
                    message.content = Some(inbound.content.clone());
                }
            }
        }
        if message.deleted_at.is_some() {
            message.content = None;
        }
        (known != Some(&message)).then_some(message)
    }

    fn first_seen(
        &self,
        arrival: &Arrival,
        inbound: &Inbound,
        fate: &Fate,
        place: &Place,
        raw: Option<RawRef>,
    ) -> Message {
        let ours = inbound.author.as_ref().is_some_and(|author| self.is_ours(arrival, author));
        Message {
            id: self.names(arrival, inbound).message.clone(),
            network: network_of(arrival),
            scope: inbound.scope.clone(),
            native_id: inbound.native_id.clone(),
            conversation: place.id.clone(),
            accounts: BTreeSet::new(),
            channels: BTreeMap::new(),
            case: None,
            surface: inbound.surface.clone(),
            visibility: inbound.visibility.clone(),
            origin: if ours { Origin::Brand } else { Origin::Unknown },
            automatic: false,
            author: None,
            customer: None,
            sent_at: inbound.sent_at,
            received_at: arrival.event.received_at,
            processed_at: self.now,
            revision: inbound.revision,
            revisions: BTreeSet::new(),
            reply_to: inbound.reply_to.clone(),
            permalink: inbound.permalink.clone(),
            rating: inbound.rating,
            language: inbound.language.clone(),
            hidden: fate.hidden.is_some_and(|(hidden, _)| hidden),
            hidden_at: fate.hidden.map(|(_, since)| since),
            deleted_at: fate.deleted_at,
            raw,
            gist: None,
            content: None,
        }
    }

    /// Assesses a new or changed text of a customer.
    fn assessment(
        &mut self,
        arrival: &Arrival,
        inbound: &Inbound,
        known: Option<&Message>,
        message: &mut Message,
    ) -> Read<Option<Assessment>> {
        let Some(content) = message.content.as_ref().filter(|_| message.origin == Origin::Customer) else {
            return Ok(None);
        };
        let same = known.is_some_and(|known| {
            known.revision == message.revision && known.content.as_ref() == Some(content) && known.gist.is_some()
        });
        if same {
            return Ok(None);
        }
        if known.is_some() {
            self.overlay.assessment(&message.id)?;
        }
        let assessment = arrival.assessment.get_or_init(|| {
            let account = arrival.account.as_ref().map(AccountId::as_str);
            let subject = Subject {
                message: Some(&message.id),
                network: Some(&message.network),
                account,
                ..Subject::of_inbound(inbound)
            };
            let input = TriageInput::new(inbound, self.rules.policy).through(Some(&message.network), account);
            self.rules.judges(&message.network).assess(&input, &subject)
        });
        message.gist = Some(assessment.gist());
        Ok(Some(assessment.clone()))
    }

    fn write_identity(&mut self, arrival: &Arrival, author: Option<(Identity, bool)>) -> Read<()> {
        let Some((identity, _)) = author.filter(|(_, changed)| *changed) else { return Ok(()) };
        let is_new = self.overlay.identity(&identity.id)?.is_none();
        if is_new {
            let customer = Customer {
                id: identity.customer.clone(),
                identities: BTreeSet::from([identity.id.clone()]),
                facts: serde_json::Map::new(),
                merged_into: None,
                merges: Vec::new(),
            };
            self.put(Key::Customer(customer.id.clone()), Record::Customer(customer));
            self.count(&["customer.new"], arrival.event.received_at, 1);
            for hint in hints(&identity.profile) {
                self.hint(hint, identity.customer.clone());
            }
        }
        self.put(Key::Identity(identity.id.clone()), Record::Identity(Box::new(identity)));
        Ok(())
    }

    fn write_place(&mut self, place: Place, known: Option<&Message>, message: &Message, at: Timestamp) {
        let mut thread = place.known.unwrap_or_else(|| Conversation {
            id: place.id.clone(),
            network: message.network.clone(),
            scope: message.scope.clone(),
            root: place.root.clone(),
            rooted: place.rooted,
            visibility: message.visibility.clone(),
            started_at: message.at(),
            latest_at: message.at(),
            messages: 0,
            merged_into: None,
        });
        let before = thread.clone();
        for absorbed in place.absorbs {
            if thread.messages > 0 && absorbed.messages > 0 {
                self.want_joining(&thread.id, at);
            }
            thread.messages += absorbed.messages;
            widen(&mut thread, &absorbed.visibility, absorbed.started_at, absorbed.latest_at);
            let (from, to) = (absorbed.id.clone(), thread.id.clone());
            let ended = Conversation { merged_into: Some(to.clone()), messages: 0, ..absorbed };
            self.put(Key::Conversation(from.clone()), Record::Conversation(ended));
            self.move_thread(from, to);
        }
        thread.rooted |= place.rooted;
        thread.messages += u64::from(known.is_none());
        widen(&mut thread, &message.visibility, message.at(), message.at());
        if thread != before || known.is_none() {
            self.put(Key::Conversation(thread.id.clone()), Record::Conversation(thread));
        }
    }

    /// Counts each message once, and what it is; a changed conclusion moves from one counter to the other.
    fn count_message(&mut self, arrival: &Arrival, known: Option<&Message>, message: &Message) {
        let at = message.at();
        if known.is_none() {
            self.count(&["network.", message.network.as_str()], at, 1);
        }
        self.count_gist(known.and_then(|known| known.gist.as_ref()), message.gist.as_ref(), at);
        let before = known.map_or(Origin::Other("".into()), |known| known.origin.clone());
        if before != message.origin {
            if known.is_some() {
                self.count(&["origin.", before.as_str()], at, -1);
            }
            self.count(&["origin.", message.origin.as_str()], at, 1);
        }
        self.count_coverage(arrival, known, message);
    }

    pub(super) fn count_gist(&mut self, before: Option<&Gist>, after: Option<&Gist>, at: Timestamp) {
        if before == after {
            return;
        }
        for (gist, by) in [(before, -1), (after, 1)] {
            let Some(gist) = gist else { continue };
            self.count(&["tier.", &gist.tier.to_string()], at, by);
            self.count(&["intent.", gist.intent.as_str()], at, by);
            self.count(&["category.", &gist.category], at, by);
            self.count(&["language.", &gist.language], at, by);
        }
    }

    /// Counts what was pushed, what was listed and what was both, so that an account can tell how much it misses.
    fn count_coverage(&mut self, arrival: &Arrival, known: Option<&Message>, message: &Message) {
        let Some(account) = &arrival.account else { return };
        let seen = |message: Option<&Message>| {
            let channels = message.and_then(|message| message.channels.get(account));
            let by = |names: &[&str]| {
                channels.is_some_and(|channels| channels.iter().any(|channel| names.contains(&channel.as_str())))
            };
            (by(&["webhook", "stream"]), by(&["poll"]))
        };
        let ((pushed, listed), (was_pushed, was_listed)) = (seen(Some(message)), seen(known));
        let at = message.at();
        for (name, now, before) in [
            (".pushed", pushed, was_pushed),
            (".listed", listed, was_listed),
            (".both", pushed && listed, was_pushed && was_listed),
        ] {
            if now && !before {
                self.count(&["coverage.", account.as_str(), name], at, 1);
            }
        }
    }

    /// A message was taken back: what remains is a tombstone.
    pub(super) fn deleted(&mut self, arrival: &Arrival, deleted: &Deleted) -> Read<Outcome> {
        let Some((id, message, mut fate)) = self.known_by(&deleted.scope, &deleted.native_id)? else { return NOTHING };
        let at = Timestamp::believed(deleted.at, arrival.event.received_at);
        let Some(known) = message else {
            let earliest = least(fate.deleted_at, Some(at));
            if fate.deleted_at == earliest {
                return NOTHING;
            }
            fate.deleted_at = earliest;
            self.put(Key::Message(id), Record::Fate(fate));
            return Ok(Outcome::Changed);
        };
        let assessed = self.overlay.assessment(&id)?.is_some();
        let mut message = known.clone();
        message.deleted_at = least(message.deleted_at, Some(at));
        if message == known {
            return NOTHING;
        }
        message.gist = None;
        let actor = author_of(&message);
        let cause = Cause { kind: Some(StepKind::Deleted), actor, at, reasons: Vec::new() };
        self.change_in_case(&known, &mut message, cause)?;
        self.about(message.customer.as_ref(), message.case.as_ref());
        message.content = None;
        self.forget(&known);
        if assessed {
            self.remove(Key::Assessment(id.clone()));
        }
        self.count_gist(known.gist.as_ref(), None, known.at());
        if known.deleted_at.is_none() {
            self.count(&["event.deleted"], at, 1);
        }
        self.put(Key::Message(id), Record::Message(Box::new(message)));
        Ok(Outcome::Changed)
    }

    /// A message was hidden or shown again.
    pub(super) fn hidden(&mut self, arrival: &Arrival, hidden: &Hidden) -> Read<Outcome> {
        let Some((id, message, mut fate)) = self.known_by(&hidden.scope, &hidden.native_id)? else { return NOTHING };
        let at = Timestamp::believed(hidden.at, arrival.event.received_at);
        match message {
            Some(mut message) => {
                let before = message.hidden;
                if !told_hidden(&mut message, hidden.hidden, at) {
                    return NOTHING;
                }
                self.about(message.customer.as_ref(), message.case.as_ref());
                if let Some(case) = message.case.clone().filter(|_| message.hidden != before) {
                    self.step(&case, at, StepKind::Hidden, "network", Some(&id), Vec::new());
                }
                self.put(Key::Message(id), Record::Message(Box::new(message)));
                Ok(Outcome::Changed)
            }
            None if fate.hidden.is_none_or(|(before, since)| (since, before) < (at, hidden.hidden)) => {
                fate.hidden = Some((hidden.hidden, at));
                self.put(Key::Message(id), Record::Fate(fate));
                Ok(Outcome::Changed)
            }
            _ => NOTHING,
        }
    }

    /// A profile changed.
    pub(super) fn profile(&mut self, arrival: &Arrival, profile: &Profile) -> Read<Outcome> {
        let id = self.identity_id(profile);
        let Some(mut identity) = self.overlay.identity(&id)? else { return NOTHING };
        let at = arrival.event.received_at;
        if is_bare(profile) || (at, profile) <= (identity.profile_at, &identity.profile) {
            return NOTHING;
        }
        identity.profile = profile.clone();
        identity.profile_at = at;
        self.about(Some(&identity.customer.clone()), None);
        self.put(Key::Identity(id), Record::Identity(Box::new(identity)));
        Ok(Outcome::Changed)
    }

    /// A kind we do not know: set aside, visible, with its raw form.
    pub(super) fn unknown(&mut self, arrival: &Arrival, unknown: &Unknown) -> Read<Outcome> {
        let error = crate::Error::new(crate::ErrorKind::Unsupported, "this kind of event is not known yet")
            .with("kind", &unknown.name);
        let Some(set_aside) = arrival.set_aside(&error) else { return NOTHING };
        let key = Key::Quarantine(set_aside.id.clone());
        if self.overlay.record(&key)?.is_some() {
            return NOTHING;
        }
        self.put(key, Record::Quarantined(set_aside));
        Ok(Outcome::Added)
    }

    /// The message that a native id of any revision stands for, or what is known about it beforehand.
    pub(super) fn known_by(
        &mut self,
        scope: &str,
        native_id: &str,
    ) -> Read<Option<(MessageId, Option<Message>, Fate)>> {
        let direct = self.message_id(scope, native_id);
        let alias = Key::Alias(scope.into(), native_id.into());
        self.overlay.want([Some(Key::Message(direct.clone())), Some(alias.clone())])?;
        let id = match self.overlay.record(&alias)? {
            Some(Record::Alias(id)) => id.clone(),
            _ => direct,
        };
        let message = self.overlay.message(&id)?;
        let fate = self.overlay.fate(&id)?;
        Ok(Some((id, message, fate)))
    }
}

/// Where the raw form of an arrival stands.
fn raw_of(arrival: &Arrival) -> Option<RawRef> {
    arrival.delivery.clone().map(|delivery| RawRef { delivery, range: arrival.event.raw })
}

/// The smaller of two that are there: the same whatever comes first.
fn least<T: PartialOrd>(a: Option<T>, b: Option<T>) -> Option<T> {
    match (a, b) {
        (Some(a), Some(b)) => Some(if b < a { b } else { a }),
        (a, b) => a.or(b),
    }
}

fn keep_least<T: PartialOrd + Clone>(kept: &mut Option<T>, told: Option<&T>) {
    if let Some(told) = told.filter(|told| kept.as_ref().is_none_or(|kept| *told < kept)) {
        *kept = Some(told.clone());
    }
}

/// Takes down that a message was hidden or shown at `at`, unless something later is known; whether that is news. Of two
/// reports about one instant the one that hides it counts, whichever comes first.
fn told_hidden(message: &mut Message, hidden: bool, at: Timestamp) -> bool {
    let is_news = message.hidden_at.is_none_or(|since| (since, message.hidden) < (at, hidden));
    if is_news {
        (message.hidden, message.hidden_at) = (hidden, Some(at));
    }
    is_news
}

/// Whether `new` tells more than `old`; a total order, so the same content wins whatever comes first.
fn richer(new: &Content, old: &Content) -> bool {
    if new == old {
        return false;
    }
    let size = |content: &Content| {
        (content.text.len(), content.entities.len(), content.attachments.len(), content.extensions.len())
    };
    let json = |content: &Content| serde_json::to_string(content).unwrap_or_default();
    (size(new), &new.text).cmp(&(size(old), &old.text)).then_with(|| json(new).cmp(&json(old))).is_gt()
}

/// Whether a profile tells nothing but its id: such a one never replaces a fuller one.
fn is_bare(profile: &Profile) -> bool {
    *profile == Profile::new(profile.scope.clone(), profile.native_id.clone())
}

/// Weak signs that two profiles may be one person: the same handle or name, folded. They only suggest.
pub(super) fn hints(profile: &Profile) -> impl Iterator<Item = compact_str::CompactString> {
    let handle = profile.handle.as_deref().map(|handle| handle.split('@').next().unwrap_or(handle));
    [("handle:", handle), ("name:", profile.name.as_deref())].into_iter().filter_map(|(kind, value)| {
        let mut hint = compact_str::CompactString::const_new(kind);
        for c in value?.chars().filter(|c| c.is_alphanumeric()) {
            match c.is_ascii() {
                true => hint.push(c.to_ascii_lowercase()),
                false => hint.extend(c.to_lowercase()),
            }
        }
        (hint.len() >= kind.len() + 4).then_some(hint)
    })
}

/// Widens a thread's audience and time to hold one more message.
fn widen(thread: &mut Conversation, visibility: &Visibility, from: Timestamp, to: Timestamp) {
    let breadth = |visibility: &Visibility| match visibility {
        Visibility::Public => 3,
        Visibility::Restricted => 2,
        Visibility::Private => 1,
        Visibility::Other(_) => 0,
    };
    if breadth(visibility) > breadth(&thread.visibility) {
        thread.visibility = visibility.clone();
    }
    thread.started_at = thread.started_at.min(from);
    thread.latest_at = thread.latest_at.max(to);
}

/// The customer behind a private message of ours, where the network names the person.
fn recipient_of(inbound: &Inbound) -> Option<&Profile> {
    inbound.recipient.as_ref().filter(|_| inbound.visibility == Visibility::Private)
}
