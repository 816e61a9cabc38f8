//! Ids: strings, one type per thing they name.

use compact_str::CompactString;
use sha2::{Digest, Sha256};

macro_rules! id {
    ($($(#[$meta:meta])* $name:ident $(= $prefix:literal)?),+ $(,)?) => {$(
        $(#[$meta])*
        #[derive(Clone, Debug, Default, PartialEq, Eq, Hash, PartialOrd, Ord, serde::Serialize, serde::Deserialize, schemars::JsonSchema)]
        #[serde(transparent)]
        pub struct $name(#[schemars(with = "String")] CompactString);

        impl $name {
            /// The id as text.
            pub fn as_str(&self) -> &str {
                &self.0
            }

            $(
            /// The id of the thing these parts name: the same parts give the same id on every machine.
            ///
            /// 115 bits of SHA-256 over the length-prefixed parts, in base 32 after a letter that tells the kind.
            pub fn derive(parts: &[&str]) -> Self {
                Self(derive($prefix, parts))
            }
            )?
        }

        impl From<&str> for $name {
            fn from(text: &str) -> Self {
                Self(text.into())
            }
        }

        impl From<String> for $name {
            fn from(text: String) -> Self {
                Self(text.into())
            }
        }

        impl From<CompactString> for $name {
            fn from(text: CompactString) -> Self {
                Self(text)
            }
        }

        #[cfg(feature = "reflect")]
        impl crate::reflect::Reflected for $name {
            fn kind() -> crate::reflect::Kind {
                crate::reflect::Kind::Id
            }
            fn view(&self) -> crate::reflect::View<'_> {
                crate::reflect::View::Text(&self.0)
            }
        }

        impl AsRef<str> for $name {
            fn as_ref(&self) -> &str {
                &self.0
            }
        }

        impl std::fmt::Display for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.pad(&self.0)
            }
        }
    )+};
}

id! {
    /// One brand's data, walled off from every other's. A single-brand host uses `default`.
    TenantId,
    /// One brand presence on one network, by the name the policy gives it.
    AccountId,
    /// A human who answers, by the name the policy or the host gives.
    AgentId,
    /// A group of agents with a queue, by the name the policy gives.
    TeamId,
    /// One message: hash of tenant, id scope and the native id of its first revision, after the time in that.
    MessageId = 'm',
    /// One thread in one place: hash of tenant, scope and the native id of its root, after the time in that.
    ConversationId = 't',
    /// A person: the hash of the first identity they were met under.
    CustomerId,
    /// A profile on one network: hash of tenant, scope and native id.
    IdentityId = 'i',
    /// A unit of work: hash of conversation, customer and its number between them, beside the conversation's.
    CaseId,
    /// One raw delivery: hash of tenant, endpoint and body, beside that of the first message in it.
    DeliveryId,
    /// A deadline kept in the store: hash of its subject and purpose; a case's has the case's hash.
    TimerId = 'z',
    /// Something the engine wants done: hash of its subject and purpose.
    EffectId = 'e',
    /// A delivery or event set aside: hash of the delivery and the place in it.
    QuarantineId = 'q',
    /// A person's reaction to a message: hash of tenant, network, scope, the message's native id, the person and the word.
    ReactionId = 'r',
    /// Something we want to say: hash of tenant and the key it was submitted under.
    ReplyId = 's',
    /// An open problem of many people: hash of tenant and the key it was opened under.
    IncidentId = 'n',
}

impl TenantId {
    /// The tenant of a single-brand host.
    pub fn single() -> Self {
        Self::from("default")
    }
}

impl MessageId {
    /// The message whose first revision the network calls `native_id`, in an id scope.
    pub fn of(tenant: &TenantId, scope: &str, native_id: &str) -> Self {
        Self(told_by('m', tenant, scope, native_id))
    }
}

impl ConversationId {
    /// The thread whose root the network calls `native_id`, in an id scope: the id of its first message after another letter.
    pub fn of(tenant: &TenantId, scope: &str, native_id: &str) -> Self {
        Self(told_by('t', tenant, scope, native_id))
    }
}

impl CustomerId {
    /// The person first met under `identity`: its id with a letter of their own.
    pub fn first_met_as(identity: &IdentityId) -> Self {
        Self(lettered("p", identity.as_str()))
    }
}

impl TimerId {
    /// The next deadline of a case.
    pub fn sla_of(case: &CaseId) -> Self {
        Self(lettered("z", case.as_str()))
    }

    /// By when an agent must accept a case.
    pub fn accept_of(case: &CaseId) -> Self {
        Self(lettered("y", case.as_str()))
    }
}

impl CaseId {
    /// The `number`th case between a thread and a person.
    pub fn between(thread: &ConversationId, customer: &CustomerId, number: u32) -> Self {
        let own = derive('c', &[thread.as_str(), customer.as_str(), &number.to_string()]);
        Self(beside(thread.as_str(), &own))
    }
}

impl DeliveryId {
    /// The id of a raw body that came through `endpoint` and told `first` of all: the same body has the same id whenever it
    /// comes.
    pub fn of(tenant: &TenantId, endpoint: &str, body: &[u8], first: Option<&MessageId>) -> Self {
        let mut hash = Sha256::new();
        for part in [tenant.as_str().as_bytes(), endpoint.as_bytes(), body] {
            hash.update((part.len() as u32).to_le_bytes());
            hash.update(part);
        }
        let own = written('d', hash);
        Self(first.map_or_else(|| own.clone(), |message| beside(message.as_str(), &own)))
    }
}

/// The hash of another id after a letter of its own.
fn lettered(letter: &'static str, id: &str) -> CompactString {
    let mut own = CompactString::const_new(letter);
    own.push_str(id.get(1..).unwrap_or(id));
    own
}

/// An id of what the network gave an id. Where that rises with time, so does the beginning of ours.
fn told_by(kind: char, tenant: &TenantId, scope: &str, native_id: &str) -> CompactString {
    let own = derive(kind, &[tenant.as_str(), scope, native_id]);
    match when(native_id) {
        Some(when) => beside(&when, &own),
        None => own,
    }
}

/// A letter and the digits for the time in a native id, about a minute on X and an hour on Mastodon: both make 64-bit
/// numbers of which the upper part is a clock.
fn when(native_id: &str) -> Option<CompactString> {
    const CLOCKED: usize = 15;
    let number = native_id.parse::<u64>().ok().filter(|_| native_id.len() >= CLOCKED)?;
    Some(digits(' ', u128::from(number >> 38) << (128 - 5 * (NEAR - 1)), NEAR))
}

/// An id that begins as another's does, so that stores which keep ids in order find both in one place.
fn beside(neighbour: &str, id: &str) -> CompactString {
    match (id.get(..1), neighbour.get(1..NEAR), id.get(NEAR..)) {
        (Some(kind), Some(near), Some(own)) => compact_str::format_compact!("{kind}{near}{own}"),
        _ => id.into(),
    }
}

/// How much of it: 25 bits tell apart more places than any store has pages.
const NEAR: usize = 6;

const ALPHABET: &[u8; 32] = b"0123456789abcdefghjkmnpqrstvwxyz";
const DIGITS: usize = 23;

fn derive(prefix: char, parts: &[&str]) -> CompactString {
    let mut hash = Sha256::new();
    for part in parts {
        hash.update((part.len() as u32).to_le_bytes());
        hash.update(part.as_bytes());
    }
    written(prefix, hash)
}

fn written(prefix: char, hash: Sha256) -> CompactString {
    let digest = hash.finalize();
    digits(prefix, u128::from_be_bytes(digest[..16].try_into().unwrap_or_default()), 1 + DIGITS)
}

/// A letter and the upper bits, five a digit.
fn digits(letter: char, mut bits: u128, length: usize) -> CompactString {
    let mut text = [letter as u8; 1 + DIGITS];
    for digit in &mut text[1..length] {
        *digit = ALPHABET[(bits >> 123) as usize];
        bits <<= 5;
    }
    CompactString::from_utf8_lossy(&text[..length])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn derived_ids_fit_without_an_allocation_and_tell_their_kind() {
        let id = MessageId::derive(&["default", "x", "2090000000000000001"]);
        assert_eq!(id.as_str().len(), 24);
        assert!(id.as_str().starts_with('m'));
        assert!(!id.0.is_heap_allocated());
    }

    #[test]
    fn parts_cannot_run_into_each_other() {
        assert_ne!(MessageId::derive(&["ab", "c"]), MessageId::derive(&["a", "bc"]));
        assert_ne!(MessageId::derive(&["a"]), MessageId::derive(&["a", ""]));
    }

    #[test]
    fn what_belongs_together_has_ids_that_begin_alike() {
        let thread = ConversationId::derive(&["default", "x", "1"]);
        let message = MessageId::derive(&["default", "x", "1"]);
        let tenant = TenantId::single();
        let deliveries = [b"{}", b"[]"].map(|body| DeliveryId::of(&tenant, "x", body, Some(&message)));
        let cases = ["p1", "p2"].map(|customer| CaseId::between(&thread, &customer.into(), 1));
        for id in [&deliveries[0].0, &deliveries[1].0, &cases[0].0, &cases[1].0] {
            assert_eq!(id.len(), 24);
            assert!(!id.is_heap_allocated());
            assert_eq!(id[1..NEAR], message.as_str()[1..NEAR]);
        }
        assert_ne!(deliveries[0], deliveries[1]);
        assert_ne!(cases[0], cases[1]);
        assert_ne!(cases[0], CaseId::between(&thread, &"p1".into(), 2));
    }

    #[test]
    fn ids_rise_with_those_of_the_network_where_they_tell_the_time() {
        let of = |native_id: &str| MessageId::of(&TenantId::single(), "x", native_id);
        let minutes = |minute: u64| (2_090_000_000_000_000_000_u64 + ((minute * 60_000) << 22)).to_string();
        let ids: Vec<_> = [0, 10, 20, 60, 6_000, 600_000].map(|minute| of(&minutes(minute))).into();
        assert!(ids.is_sorted(), "{ids:?}");
        assert!(ids.iter().all(|id| id.as_str().len() == 24 && !id.0.is_heap_allocated()));
        assert_ne!(of("2090000000000000001"), of("2090000000000000002"));
        let thread = ConversationId::of(&TenantId::single(), "x", "2090000000000000001");
        assert_eq!(thread.as_str()[1..], of("2090000000000000001").as_str()[1..], "a thread and its first message");
        assert_eq!(of("17"), MessageId::derive(&["default", "x", "17"]), "no clock");
        assert_eq!(of("99999999999999999999999").as_str().len(), 24);
        assert_eq!(of("2090000000000000001").as_str(), "m7815fpbpz1tt5desnxmhh4a");
    }

    #[test]
    fn the_same_parts_give_the_same_id_for_ever() {
        assert_eq!(MessageId::derive(&["default", "x", "1"]).as_str(), "mafvezde8bcwz63ny6zbn0jg");
    }
}
