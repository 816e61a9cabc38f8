//! What must hold once everything has come to rest.

use std::collections::{BTreeMap, BTreeSet};

use careline::Result;
use careline::care::PageAsk;
use careline::model::{
    Case, Message, MessageId, Origin, PartState, Reply, ReplyId, ReplyPart, ReplyState, TenantId, Timestamp,
};
use careline::store::{ExportAsk, Exported, LeaseAsk, Record, ReplyFilter, Store};

use super::network::{Remote, SIM, US};
use super::report::Figures;
use super::world::{Submission, TENANT, World};

/// What was found wrong, and the figures of the run.
pub(super) struct Checked {
    pub(super) wrong: Vec<String>,
    pub(super) figures: Figures,
}

pub(super) async fn check(world: &World) -> Result<Checked> {
    let tenant = world.bystander()?;
    let replies = tenant.replies(ReplyFilter::default(), PageAsk::first(1_000_000)).await?.items;
    let (mut messages, mut cases, mut places) = (BTreeMap::new(), Vec::new(), BTreeMap::new());
    for item in tenant.export(&ExportAsk { customer: None, raw: false }).await? {
        match item {
            Exported::Record { record: Record::Message(message), .. } => {
                messages.insert(message.id.clone(), *message);
            }
            Exported::Record { record: Record::Case(case), .. } => cases.push(*case),
            Exported::Record { record: Record::Line(line), .. } => {
                places.extend(line.replies.into_iter().enumerate().map(|(place, lined)| (lined.reply, place)));
            }
            _ => {}
        }
    }
    let Checked { mut wrong, figures } = {
        let remote = world.network.truth();
        let mut oracle = Oracle {
            world,
            remote: &remote,
            replies: replies.iter().map(|reply| (reply.id.clone(), reply)).collect(),
            messages: &messages,
            places: &places,
            wrong: Vec::new(),
            figures: Figures::default(),
        };
        oracle.every_submission_is_known();
        oracle.nothing_is_there_twice();
        replies.iter().for_each(|reply| oracle.ended_as_it_says(reply));
        oracle.order_is_kept();
        oracle.our_messages_are_those();
        cases.iter().for_each(|case| oracle.customer_is_answered(case));
        oracle.note_what_happened();
        Checked { wrong: oracle.wrong, figures: oracle.figures }
    };
    if let Err(error) = tenant.verify_log().await {
        wrong.push(format!("the log: {error}"));
    }
    let now = Timestamp::from_secs(4_000_000_000).unwrap_or_default();
    let ask = LeaseAsk { tenant: None, kinds: vec!["send"], now, until: now, limit: 100 };
    let left = world.store.lease(&ask).await?;
    if let Some(first) = left.first() {
        wrong.push(format!("{} lines are left in the outbox, the first is {first:?}", left.len()));
    }
    Ok(Checked { wrong, figures })
}

struct Oracle<'a> {
    world: &'a World,
    remote: &'a Remote,
    replies: BTreeMap<ReplyId, &'a Reply>,
    messages: &'a BTreeMap<MessageId, Message>,
    /// The place of each reply in its line, which is the order of submission.
    places: &'a BTreeMap<ReplyId, usize>,
    wrong: Vec<String>,
    figures: Figures,
}

impl Oracle<'_> {
    fn note_what_happened(&mut self) {
        let struck = self.remote.struck.iter();
        self.figures.faults = struck.map(|(name, times)| ((*name).to_owned(), *times)).collect();
        self.figures.kills = self.world.kills();
        self.figures.conversations = self.world.plan.conversations.into();
    }

    fn every_submission_is_known(&mut self) {
        for (key, submission) in self.world.submissions() {
            match submission {
                Submission::Taken(id) if !self.replies.contains_key(&id) => {
                    self.figures.losses += 1;
                    self.wrong.push(format!("loss: {key} was taken and is not there"));
                }
                Submission::Denied if self.replies.values().any(|reply| reply.key == key) => {
                    self.wrong.push(format!("{key} was denied and is there"));
                }
                _ => {}
            }
        }
    }

    /// No act has added two messages, and none is there that nobody submitted.
    fn nothing_is_there_twice(&mut self) {
        let mut added = BTreeMap::<_, Vec<_>>::new();
        for done in self.remote.done.iter().filter(|done| done.added.is_some()) {
            added.entry(&done.key).or_default().push(done.added.clone().unwrap_or_default());
        }
        for (key, posts) in added {
            if posts.len() > 1 {
                self.figures.doubles += 1;
                let reply = Reply::of_part_key(key).and_then(|(id, _)| self.replies.get(&id).copied());
                let reply = reply.map(brief).unwrap_or_default();
                self.wrong.push(format!("double: {key} is there as {posts:?}: {reply}"));
            }
        }
        let keys: BTreeSet<_> = self.remote.done.iter().map(|done| &done.key).collect();
        for key in keys {
            if Reply::of_part_key(key).is_none_or(|(id, _)| !self.replies.contains_key(&id)) {
                self.wrong.push(format!("{key} is on the network and nobody submitted it"));
            }
        }
    }

    fn ended_as_it_says(&mut self, reply: &Reply) {
        let why = reply.reasons.last().map(|reason| reason.rule.as_str()).unwrap_or_default();
        if reply.state == ReplyState::Refused && why.starts_with("send.storage") {
            self.wrong.push(format!("refused because our own store failed: {}", brief(reply)));
        }
        let parts = reply.parts.len() as u64;
        match &reply.state {
            ReplyState::Delivered => self.figures.delivered += parts,
            ReplyState::Refused => self.figures.refused += parts,
            ReplyState::Unknown => self.figures.waiting += parts,
            ReplyState::Withdrawn | ReplyState::Expired | ReplyState::Superseded | ReplyState::Rejected => {
                self.figures.taken_back += parts;
            }
            state => self.wrong.push(format!("stuck in {state}: {}", brief(reply))),
        }
        if self.was_unknown(reply) {
            self.figures.unknown += parts;
            let inconclusive =
                (0..reply.parts.len()).any(|part| self.remote.inconclusive.contains(&reply.part_key(part)));
            if !inconclusive && !self.is_one_of_two(reply) {
                self.wrong.push(format!("unknown though every search had an answer: {}", brief(reply)));
            }
        }
        for place in 0..reply.parts.len() {
            self.part_is_where_it_says(reply, place);
        }
    }

    fn part_is_where_it_says(&mut self, reply: &Reply, place: usize) {
        let (part, key) = (&reply.parts[place], reply.part_key(place));
        let done = self.remote.done.iter().find(|done| done.key == key);
        match (part.state == PartState::Sent, done) {
            (true, None) => {
                self.figures.losses += 1;
                self.wrong.push(format!("loss: {key} is said to be sent and is not there: {}", brief(reply)));
            }
            (false, Some(_)) if reply.state != ReplyState::Unknown => {
                self.figures.losses += 1;
                self.wrong.push(format!("loss: {key} is there and nobody knows: {}", brief(reply)));
            }
            (true, Some(done)) => {
                let about = reply.to.as_ref().and_then(|to| self.messages.get(to)).map(|to| to.native_id.clone());
                if done.added.as_ref().or(about.as_ref()) != part.native_id.as_ref() {
                    self.figures.losses += 1;
                    self.wrong.push(format!("loss: {key} is {:?} there: {}", done.added, brief(reply)));
                }
            }
            (false, _) => {}
        }
        if part.state == PartState::Sent && done.is_some_and(|done| done.added.is_some()) {
            self.part_is_one_message(reply, place);
        }
    }

    /// What we said stands in its thread and case, as ours.
    fn part_is_one_message(&mut self, reply: &Reply, place: usize) {
        let native_id = reply.parts[place].native_id.clone().unwrap_or_default();
        let Some(post) = self.remote.post(&native_id) else { return };
        let id = MessageId::of(&TenantId::from(TENANT), SIM, &native_id);
        let Some(message) = self.messages.get(&id) else {
            return self.wrong.push(format!("{} is delivered and no message", reply.part_key(place)));
        };
        let target = reply.to.as_ref().and_then(|to| self.messages.get(to));
        let same_thread =
            reply.verb == "direct_message" || target.is_none_or(|to| to.conversation == message.conversation);
        if message.origin != Origin::Careline || message.case != reply.case || !same_thread {
            self.wrong.push(format!("{native_id} stands wrong: {message:?} for {}", brief(reply)));
        }
        let said = reply.wording.as_ref().and_then(|wording| wording.parts.get(place)).map(|part| &*part.text);
        if said != Some(&post.text) && post.revision == 0 {
            self.wrong.push(format!("{} says {:?} there instead of {said:?}", reply.part_key(place), post.text));
        }
    }

    /// In each line what was submitted first came first, and no part before the one before it.
    fn order_is_kept(&mut self) {
        let mut lines = BTreeMap::<_, Vec<(&Reply, usize)>>::new();
        let mut seen = BTreeSet::new();
        for done in self.remote.done.iter().filter(|done| seen.insert(&done.key)) {
            let Some((id, part)) = Reply::of_part_key(&done.key) else { continue };
            let Some(reply) = self.replies.get(&id).copied() else { continue };
            lines.entry(&reply.line).or_default().push((reply, part));
        }
        for line in lines.values() {
            for (number, (reply, part)) in line.iter().enumerate() {
                let earlier = &line[..number];
                let after_part =
                    *part == 0 || earlier.iter().any(|(other, at)| other.id == reply.id && at + 1 == *part);
                if !after_part {
                    self.wrong.push(format!("order: part {part} came before the one before it: {}", brief(reply)));
                }
                // What a person approved or looked after went on when they did, what was unknown when an echo told of it,
                // and what was to wait when it might.
                let moved =
                    |reply: &Reply| reply.approval.is_some() || self.was_unknown(reply) || reply.not_before.is_some();
                let overtaken = earlier
                    .iter()
                    .find(|(other, _)| self.places.get(&other.id) > self.places.get(&reply.id) && !moved(other));
                if let Some((other, _)) = overtaken.filter(|_| !moved(reply)) {
                    self.wrong.push(format!("order: {} came before {}", brief(other), brief(reply)));
                }
            }
        }
    }

    /// Whether nobody could tell of it, at one time or another.
    fn was_unknown(&self, reply: &Reply) -> bool {
        self.world.unknown().contains(&reply.id) || reply.reasons.iter().any(|reason| reason.rule == "send.unknown")
    }

    /// Whether nobody could tell of another reply either that says the same to the same person: what is found may be both's.
    fn is_one_of_two(&self, reply: &Reply) -> bool {
        let says_the_same = |other: &Reply| {
            let texts =
                |reply: &Reply| reply.wording.clone().unwrap_or_default().parts.into_iter().map(|part| part.text);
            texts(other).any(|text| texts(reply).any(|ours| ours == text))
        };
        self.replies.values().any(|other| {
            other.id != reply.id && other.customer == reply.customer && self.was_unknown(other) && says_the_same(other)
        })
    }

    /// Every message of ours that careline holds is on the network.
    fn our_messages_are_those(&mut self) {
        for message in self.messages.values().filter(|message| message.origin != Origin::Customer) {
            let ours = self.remote.post(&message.native_id).is_some_and(|post| post.author == US);
            if !ours {
                self.wrong.push(format!("{} is no message of ours", message.native_id));
            }
        }
    }

    /// Where the latest word is ours, the customer waits for none.
    fn customer_is_answered(&mut self, case: &Case) {
        let turns = self.messages.values().filter(|message| message.case.as_ref() == Some(&case.id));
        let latest = |ours: bool| {
            let turns = turns.clone().filter(|message| (message.origin != Origin::Customer) == ours);
            turns.filter_map(|message| self.remote.post(&message.native_id)).map(|post| post.at).max()
        };
        let asked_last =
            turns.clone().filter(|message| message.origin == Origin::Customer).max_by_key(|turn| turn.at());
        // Without a time, only an answer to the latest question is certainly after it.
        let certain = self.world.plan.habits.tells_time
            || self.replies.values().any(|reply| {
                let answers = matches!(reply.verb.as_str(), "reply" | "direct_message");
                answers && reply.state == ReplyState::Delivered && reply.to.as_ref() == asked_last.map(|turn| &turn.id)
            });
        if certain && latest(true) > latest(false) && case.awaiting_since.is_some() {
            let (said, asked) = (case.latest_brand_at, case.latest_customer_at);
            self.wrong.push(format!("{} is answered and waits: we {said:?}, they {asked:?}", case.id));
        }
    }
}

/// A reply in one line.
fn brief(reply: &Reply) -> String {
    let part = |part: &ReplyPart| {
        let (attempts, looks) = (part.attempts, part.looks);
        let native_id = part.native_id.as_deref().unwrap_or("-");
        format!("{} {native_id} after {attempts} attempts, {looks} looks", part.state)
    };
    let parts: Vec<_> = reply.parts.iter().map(part).collect();
    let reasons: Vec<_> = reply.reasons.iter().map(|reason| reason.rule.as_str()).collect();
    let (parts, reasons) = (parts.join("; "), reasons.join(", "));
    format!("{} ({}, {}) {} [{reasons}]: {parts}", reply.key, reply.id, reply.verb, reply.state)
}
