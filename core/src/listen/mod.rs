//! Is it about us? Queries, direct address, brand terms, and noise that only looks like it.
//!
//! [`Query`] is one Boolean query in the language that `docs/queries.md` of the repository describes, [`QuerySet`] many
//! of them, asked at once about a [`QueryInput`].

mod brand;
mod broadcast;
mod fold;
mod input;
mod query;
mod rules;
mod set;

pub(crate) use brand::BrandTerms;
pub use input::QueryInput;
pub use query::{DEEPEST, FARTHEST, LONGEST_QUERY, MOST_TERMS, Query, QueryMistake};
pub(crate) use rules::ListeningQueries;
pub use set::{MOST_SPANS, QueryMatch, QuerySet};

use crate::model::{Account, Entity, EntityKind, Inbound, Question, Span, Surface, Visibility};
use crate::triage::reading::Reading;
use crate::triage::{Evidence, TriageInput};

/// What says that a message is about us.
const ABOUT: f32 = 3.0;
/// A name that is a common word says less than the doubt whether it is about us.
const AMBIGUOUS: f32 = 0.4;

/// Adds what speaks for and against the message being about us, and against anybody waiting for an answer.
pub(crate) fn assess(input: &TriageInput<'_>, language: &str, reading: &Reading, evidence: &mut Evidence) {
    let (message, accounts) = (input.message, input.accounts);
    let words = input.policy.words();
    let brand = words.brand();
    let mut add = |value: &'static str, weight: f32, rule: &'static str, span: Option<Span>| {
        evidence.add(Question::Relevance, value, weight, rule, span);
    };
    if matches!(message.surface, Surface::DirectMessage | Surface::StoryReply)
        || message.visibility == Visibility::Private
    {
        add("addressed", 5.0, "listen.private", None);
    }
    if matches!(message.surface, Surface::Review | Surface::StoryMention) {
        add("addressed", 3.0, "listen.surface", None);
    }
    if message
        .reply_to
        .as_ref()
        .and_then(|parent| parent.author.as_deref())
        .is_some_and(|author| accounts.iter().any(|account| is_profile_of(author, account, message)))
    {
        add("addressed", 4.0, "listen.reply_to_us", None);
    }
    if let Some(span) = mention_of_us(message, accounts, brand, reading) {
        add("addressed", 4.0, "listen.mention_of_us", Some(span));
    }
    let text = message.content.text.as_str();
    if let Some(span) = reading.mentions.iter().find(|span| brand.is_like_name(span.of(text))) {
        let value = if span.start == 0 { "addressed" } else { "about" };
        add(value, 2.0, "listen.handle_like_brand", Some(*span));
    }
    let found = brand.find(&reading.folded);
    let clear = !brand.needs_context() || found.context.is_some();
    match found.term {
        Some(span) if clear => add("about", ABOUT, "listen.brand_term", Some(span)),
        Some(span) => add("about", AMBIGUOUS, "listen.brand_term_without_context", Some(span)),
        None => {}
    }
    if let (Some(span), true) = (found.noise, found.term.is_some()) {
        add("none", 4.0, "listen.noise", Some(span));
    }
    let own = message
        .author
        .as_ref()
        .is_some_and(|author| accounts.iter().any(|account| is_profile_of(&author.native_id, account, message)));
    if own {
        evidence.add(Question::NeedsResponse, "no", broadcast::CERTAIN, "listen.own_post", None);
    }
    broadcast::assess_repost(text, reading, evidence);
    let asked = QueryInput {
        network: input.network.map(|network| network.as_str()),
        account: input.account,
        language: message.language.as_deref().filter(|tag| tag.starts_with(language)).or(Some(language)),
        ..QueryInput::of(message)
    };
    rules::assess(words.queries(), &asked, found.term.is_some() && clear, message, evidence);
}

/// Whether this native id is that of the account's own profile.
fn is_profile_of(id: &str, account: &Account, message: &Inbound) -> bool {
    !id.is_empty() && account.scope == message.scope && native_tail(account) == id
}

/// The first mention that names one of our accounts, or a handle that is the brand's name.
fn mention_of_us(message: &Inbound, accounts: &[Account], brand: &BrandTerms, reading: &Reading) -> Option<Span> {
    let text = message.content.text.as_str();
    let marked = message.content.entities.iter().filter(|entity| entity.kind == EntityKind::Mention);
    let by_entity = marked.clone().find(|entity| {
        accounts.iter().any(|account| is_profile(entity, account, message) || is_handle(&entity.value, account))
    });
    by_entity.map(|entity| entity.span).or_else(|| {
        reading.mentions.iter().copied().find(|span| {
            let handle = span.of(text).trim_start_matches('@');
            brand.is_name(handle) || accounts.iter().any(|account| is_handle(handle, account))
        })
    })
}

fn is_profile(entity: &Entity, account: &Account, message: &Inbound) -> bool {
    entity.native_id.as_deref().is_some_and(|id| is_profile_of(id, account, message))
}

/// The id itself, where the account's is `host/id`.
fn native_tail(account: &Account) -> &str {
    let id = account.native.native_id.as_str();
    id.rsplit_once('/').map_or(id, |(_, id)| id)
}

/// Whether `handle` is the account's; a handle with a host must name the account's server.
fn is_handle(handle: &str, account: &Account) -> bool {
    let ours = account.handle.split('@').next().unwrap_or_default();
    let (name, host) = handle.trim_start_matches('@').split_once('@').unwrap_or((handle, ""));
    !ours.is_empty()
        && name.trim_start_matches('@').eq_ignore_ascii_case(ours)
        && (host.is_empty() || account.scope.eq_ignore_ascii_case(host) || account.handle.ends_with(host))
}
