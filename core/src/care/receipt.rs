//! What the network has of a reply: receipts, echoes, and our own message as it stands there from then on.

use super::case::latest_direct;
use super::decide::{Arrival, Draft, NOTHING, Outcome};
use super::snapshot::Read;
use crate::model::{
    Channel, Content, ConversationId, Deleted, Event, EventBody, Hidden, Inbound, Message, PartState, Profile, Reply,
    ReplyAction, ReplyEvent, ReplyState, ReplyTarget, StepKind, Surface, Timestamp, Visibility,
};
use crate::network::Network;
use crate::store::Key;

impl Draft<'_> {
    /// The network has a part of a reply. From now on our message stands in its thread, and the customer is answered.
    pub(super) fn part_sent(&mut self, reply: Reply, event: &ReplyEvent, arrival: &Arrival) -> Read<Outcome> {
        let ReplyAction::Sent { part, native_id, permalink, at } = &event.action else { return NOTHING };
        let (place, received_at) = (*part as usize, arrival.event.received_at);
        let taken = Taken { native_id, permalink: permalink.as_ref(), at: *at };
        self.ask_for_place(&reply, place, native_id)?;
        let Some(reply) = self.take(reply, place, &taken, &event.actor, received_at)? else { return NOTHING };
        self.stand(&reply, place, &taken, received_at)?;
        Ok(Outcome::Changed)
    }

    /// The reply that a message of ours carries the key of.
    pub(super) fn reply_echoed(&mut self, inbound: &Inbound) -> Read<Option<Reply>> {
        match inbound.echo_of.as_deref().and_then(Reply::of_part_key) {
            Some((id, _)) => self.reply(&id),
            None => Ok(None),
        }
    }

    /// Asks at once for what a receipt leads to: a decision may load a few times only.
    fn ask_for_place(&mut self, reply: &Reply, place: usize, native_id: &str) -> Read<()> {
        let Some(network) = self.rules.networks.and_then(|networks| networks.get(&reply.account)) else {
            return Ok(());
        };
        let scope = network.info().scope;
        let before = place.checked_sub(1).and_then(|before| reply.parts.get(before)?.native_id.clone());
        self.overlay.want([
            Some(Key::Line(reply.line.clone())),
            Some(Key::Conversation(reply.line.clone())),
            Some(Key::Loose(reply.line.clone())),
            reply.to.clone().map(Key::Message),
            reply.case.clone().map(Key::Case),
            reply.case.clone().map(Key::CaseMessages),
            Some(Key::Message(self.message_id(&scope, native_id))),
            Some(Key::Conversation(self.conversation_id(&scope, native_id))),
            before.clone().map(|before| Key::Message(self.message_id(&scope, &before))),
            before.map(|before| Key::Alias(scope.clone(), before)),
        ])?;
        let Some(target) = reply.to.as_ref().map(|to| self.overlay.message(to)).transpose()?.flatten() else {
            return Ok(());
        };
        let own_thread = self.conversation_id(&scope, native_id);
        let person = target.customer.filter(|_| reply.verb == "direct_message");
        self.overlay.want([
            target.author.map(Key::Identity),
            target.case.clone().map(Key::Case),
            target.case.map(Key::CaseMessages),
            Some(Key::Alias(scope, target.native_id)),
            Some(Key::Conversation(target.conversation.clone())),
            Some(Key::Loose(target.conversation)),
            person.clone().map(|person| latest_direct(&reply.network, &person)),
            person.clone().map(|person| Key::Slot(own_thread, person)),
            person.map(|person| Key::Slot(ConversationId::anywhere_on(&reply.network), person)),
        ])
    }

    /// Our own message came back with the key it was sent under: as good as a receipt.
    pub(super) fn echoed(&mut self, inbound: &Inbound, received_at: Timestamp) -> Read<()> {
        let Some((id, part)) = inbound.echo_of.as_deref().and_then(Reply::of_part_key) else { return Ok(()) };
        let Some(reply) = self.reply(&id)? else { return Ok(()) };
        let taken = Taken { native_id: &inbound.native_id, permalink: inbound.permalink.as_ref(), at: inbound.sent_at };
        self.take(reply, part, &taken, "network", received_at).map(drop)
    }

    /// Notes that the network has a part; the reply after that, if that is news.
    fn take(
        &mut self,
        mut reply: Reply,
        place: usize,
        taken: &Taken<'_>,
        actor: &str,
        received_at: Timestamp,
    ) -> Read<Option<Reply>> {
        let Some(part) = reply.parts.get_mut(place).filter(|part| part.state != PartState::Sent) else {
            return Ok(None);
        };
        part.state = PartState::Sent;
        part.native_id = Some(taken.native_id.into());
        part.permalink = taken.permalink.cloned();
        part.sent_at = taken.at.or(Some(received_at));
        (part.failure, part.again_at) = (None, None);
        let all = reply.next_part().is_none();
        reply.state = if all { ReplyState::Delivered } else { ReplyState::Sending };
        if all {
            self.count(&["reply.delivered"], received_at, 1);
            self.tell(&reply, StepKind::ReplyDelivered, actor, received_at);
        }
        self.put_reply(reply.clone(), received_at)?;
        Ok(Some(reply))
    }

    /// What the act did to what we know.
    fn stand(&mut self, reply: &Reply, place: usize, taken: &Taken<'_>, received_at: Timestamp) -> Read<()> {
        let target = match &reply.to {
            Some(to) => self.overlay.message(to)?,
            None => None,
        };
        let Some(network) = self.rules.networks.and_then(|networks| networks.get(&reply.account)).cloned() else {
            return Ok(());
        };
        let asked_at = target.as_ref().map(Message::at);
        let body = match (reply.verb.as_str(), target) {
            ("reply" | "direct_message" | "publish", target) => {
                let inbound = self.own_message(reply, place, taken, target.as_ref(), &*network)?;
                EventBody::Message(Box::new(inbound))
            }
            ("hide", Some(Message { scope, native_id, .. })) => {
                EventBody::Hidden(Hidden { scope, native_id, hidden: !reply.undo, at: taken.at })
            }
            ("delete", Some(Message { scope, native_id, .. })) => {
                EventBody::Deleted(Deleted { scope, native_id, at: taken.at })
            }
            // A like is told as a reaction, an edit as a new revision, by the network itself.
            _ => return Ok(()),
        };
        // An answer comes after what it answers, whatever clock told of that.
        let asked_at = asked_at.filter(|_| taken.at.is_none()).map(|at| at.plus_millis(1));
        let received_at = asked_at.map_or(received_at, |asked_at| received_at.max(asked_at));
        let event = Event::new(network.info().account, Channel::Engine, received_at, body);
        let arrival = Arrival::new(event, Some(reply.account.clone()), None);
        match &arrival.event.body {
            EventBody::Message(inbound) => self.inbound(&arrival, inbound).map(drop),
            EventBody::Hidden(hidden) => self.hidden(&arrival, hidden).map(drop),
            EventBody::Deleted(deleted) => self.deleted(&arrival, deleted).map(drop),
            _ => Ok(()),
        }
    }

    /// A part as the network will tell of it, so that its own telling adds nothing.
    fn own_message(
        &mut self,
        reply: &Reply,
        place: usize,
        taken: &Taken<'_>,
        target: Option<&Message>,
        network: &dyn Network,
    ) -> Read<Inbound> {
        let info = network.info();
        let us = info.account.native_id.rsplit_once('/').map_or(&*info.account.native_id, |(_, id)| id).to_owned();
        let is_private = reply.verb == "direct_message";
        let surface = match reply.verb.as_str() {
            "publish" if place == 0 => Surface::Post,
            "direct_message" => Surface::DirectMessage,
            _ => Surface::Comment,
        };
        let mut inbound = Inbound::new(info.scope.clone(), taken.native_id, surface, reply.visibility.clone());
        inbound.author = Some(Profile::new(info.scope.clone(), us.as_str()));
        inbound.sent_at = taken.at;
        inbound.permalink = taken.permalink.cloned();
        inbound.echo_of = Some(reply.part_key(place).into());
        inbound.content = self.said(reply, place);
        if let Some(before) = place.checked_sub(1).and_then(|before| reply.parts[before].native_id.clone()) {
            inbound.reply_to = Some(ReplyTarget { native_id: before, author: Some(us.into()) });
        }
        let Some(target) = target else { return Ok(inbound) };
        let author = match &target.author {
            Some(author) => self.overlay.identity(author)?,
            None => None,
        };
        // Where a private message is a post that names its reader, it answers as posts do.
        let as_posts = network.capability().private_text.is_some_and(|policy| policy.mention_each);
        if inbound.reply_to.is_none() && (!is_private || as_posts) {
            let author = author.as_ref().map(|author| author.profile.native_id.clone());
            inbound.reply_to = Some(ReplyTarget { native_id: target.native_id.clone(), author });
        }
        if is_private {
            inbound.recipient = author.map(|author| author.profile);
            if target.visibility == Visibility::Private && !as_posts {
                inbound.reply_to = None;
            }
        }
        let thread = self.overlay.conversation(&target.conversation)?.filter(|thread| thread.rooted);
        if !is_private || target.visibility == Visibility::Private {
            inbound.thread = thread.map(|thread| thread.root);
        }
        Ok(inbound)
    }

    fn said(&self, reply: &Reply, place: usize) -> Content {
        reply.wording.as_ref().and_then(|wording| wording.parts.get(place)).cloned().unwrap_or_default()
    }
}

/// What the network told of a part.
struct Taken<'a> {
    native_id: &'a str,
    permalink: Option<&'a String>,
    at: Option<Timestamp>,
}
