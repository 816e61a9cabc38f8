//! What only X knows about a message, as evidence for triage.

use careline::Result;
use careline::model::{Entity, EntityKind, Inbound, Question, Relevance, SuggestedSurface, Surface};
use careline::triage::{Evidence, Triage, TriageInput};

use crate::account::Account;
use crate::message::{NETWORK, REPOST_OF};

/// A voice that many hear.
const WIDE_REACH: u64 = 100_000;

/// Outweighs any number of pressing words in what is reposted.
const REPOST: f32 = 20.0;

const ID: &str = "careline-x/1";

/// X's signals for a host that only receives webhooks: without token or connection. Whose accounts are meant stands in
/// the policy.
#[derive(Clone, Copy, Debug, Default)]
pub struct Signals;

impl Triage for Signals {
    fn id(&self) -> &str {
        ID
    }

    fn assess(&self, input: &TriageInput<'_>, evidence: &mut Evidence) -> Result<()> {
        assess(Us { accounts: Vec::new() }, input, evidence);
        Ok(())
    }
}

impl Triage for Account {
    fn id(&self) -> &str {
        ID
    }

    fn assess(&self, input: &TriageInput<'_>, evidence: &mut Evidence) -> Result<()> {
        assess(Us::new(&self.config.native_id, &self.handle()), input, evidence);
        Ok(())
    }
}

fn assess<'a>(mut us: Us<'a>, input: &TriageInput<'a>, evidence: &mut Evidence) {
    let message = input.message;
    let accounts = input.accounts.iter().filter(|account| account.native.network == NETWORK);
    us.accounts.extend(accounts.map(|account| (account.native.native_id.as_str(), account.handle.as_str())));
    if message.author.as_ref().is_some_and(|author| us.is_id(&author.native_id)) {
        return;
    }
    if message.content.extensions.contains_key(REPOST_OF) {
        repost(message, evidence);
        return;
    }
    address(message, &us, evidence);
    author(message, evidence);
    flags(message, evidence);
}

/// Its words are another's: whoever wrote them is answered there, and nobody waits for an answer here.
fn repost(message: &Inbound, evidence: &mut Evidence) {
    evidence.add(Question::Intent, "chatter", REPOST, "x.repost", None);
    evidence.add(Question::NeedsResponse, "no", REPOST, "x.repost", None);
    author(message, evidence);
}

/// Whether and how the message speaks to us.
fn address(message: &Inbound, us: &Us<'_>, evidence: &mut Evidence) {
    let mut addressed = |weight, rule, span| {
        evidence.add(Question::Relevance, Relevance::Addressed.as_str(), weight, rule, span);
    };
    if message.surface == Surface::DirectMessage {
        addressed(4.0, "x.direct_message", None);
        evidence.add(Question::NeedsResponse, "yes", 1.5, "x.direct_message", None);
        evidence.add(Question::Surface, SuggestedSurface::Stay.as_str(), 2.0, "x.direct_message", None);
        return;
    }
    let target = message.reply_to.as_ref().and_then(|target| target.author.as_deref());
    if target.is_some_and(|author| us.is_id(author)) {
        addressed(3.0, "x.reply_to_us", None);
    }
    if us.is_quoted(message) {
        addressed(2.0, "x.quote_of_us", None);
    }
    let chosen_from = if message.reply_to.is_some() { end_of_added_mentions(message) } else { 0 };
    for mention in message.content.entities.iter().filter(|entity| us.is_mentioned(entity)) {
        if mention.span.start >= chosen_from {
            addressed(2.5, "x.mention_of_us", Some(mention.span));
        } else {
            // X puts everybody of the thread in front of an answer; that alone is no word to us.
            addressed(0.5, "x.mention_added_by_x", Some(mention.span));
        }
    }
}

/// Where the run of mentions at the start of an answer ends.
fn end_of_added_mentions(message: &Inbound) -> u32 {
    let text = &message.content.text;
    let mut end = 0;
    for mention in message.content.entities.iter().filter(|entity| entity.kind == EntityKind::Mention) {
        let between = text.get(end as usize..mention.span.start as usize);
        if !between.is_some_and(|between| between.chars().all(char::is_whitespace)) {
            break;
        }
        end = mention.span.end;
    }
    end
}

/// Who speaks. It may make a risk more visible and never makes anybody less.
fn author(message: &Inbound, evidence: &mut Evidence) {
    let Some(author) = &message.author else { return };
    if author.verified == Some(true) {
        evidence.add(Question::Risk, "yes", 0.3, "x.verified", None);
    }
    if author.followers.is_some_and(|followers| followers >= WIDE_REACH) {
        evidence.add(Question::Risk, "yes", 1.0, "x.wide_reach", None);
    }
}

fn flags(message: &Inbound, evidence: &mut Evidence) {
    let extensions = &message.content.extensions;
    if extensions.get("possibly_sensitive").and_then(serde_json::Value::as_bool) == Some(true) {
        evidence.add(Question::Spam, "yes", 0.4, "x.possibly_sensitive", None);
    }
    if extensions.contains_key("quick_reply_response") {
        evidence.add(Question::NeedsResponse, "yes", 1.0, "x.quick_reply", None);
    }
}

/// Our accounts on X, by id and handle.
pub(crate) struct Us<'a> {
    accounts: Vec<(&'a str, &'a str)>,
}

impl<'a> Us<'a> {
    pub(crate) fn new(id: &'a str, handle: &'a str) -> Self {
        Self { accounts: vec![(id, handle)] }
    }

    pub(crate) fn is_id(&self, id: &str) -> bool {
        self.accounts.iter().any(|(own, _)| *own == id)
    }

    fn is_handle(&self, handle: &str) -> bool {
        self.accounts.iter().any(|(_, own)| !own.is_empty() && own.trim_start_matches('@').eq_ignore_ascii_case(handle))
    }

    /// By id where X tells it: handles can change hands.
    pub(crate) fn is_mentioned(&self, entity: &Entity) -> bool {
        entity.kind == EntityKind::Mention
            && entity.native_id.as_deref().map_or_else(|| self.is_handle(&entity.value), |id| self.is_id(id))
    }

    /// Whether the post it shows is ours: by its author, else by the address it is linked with.
    pub(crate) fn is_quoted(&self, message: &Inbound) -> bool {
        self.is_quoted_in(&message.content)
    }

    /// As [`Us::is_quoted`], from the content alone.
    pub(crate) fn is_quoted_in(&self, content: &careline::model::Content) -> bool {
        let quoted = content.extensions.get("referenced_tweets").and_then(|list| list.as_array()?.first());
        let Some(quoted) = quoted else { return false };
        let text = |key: &str| quoted.get(key).and_then(serde_json::Value::as_str);
        match (text("author_id"), text("id")) {
            (Some(author), _) => self.is_id(author),
            (None, Some(id)) => content.entities.iter().any(|entity| self.is_link_to(entity, id)),
            (None, None) => false,
        }
    }

    /// `https://x.com/acme/status/7` with one of our handles.
    fn is_link_to(&self, entity: &Entity, id: &str) -> bool {
        let rest = entity.value.strip_prefix("https://").unwrap_or_default();
        let mut parts = rest.split(['/', '?', '#']);
        matches!(parts.next(), Some("x.com" | "twitter.com" | "www.x.com" | "www.twitter.com" | "mobile.twitter.com"))
            && parts.next().is_some_and(|handle| self.is_handle(handle))
            && parts.next() == Some("status")
            && parts.next() == Some(id)
    }
}
