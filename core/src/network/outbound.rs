//! What an account says: the acts a network may know, what becomes of one, and how a lost one is looked for.

use compact_str::CompactString;
use serde::{Deserialize, Serialize};

use crate::error::{Error, ErrorKind, Retry};
use crate::model::{Entity, Event, EventBody, Inbound, Timestamp, Visibility};

/// Something to say or do on a network, once.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Outbound {
    /// Names this act for ever: the same key again is the same act. Networks that take such a key get it, so a repetition
    /// does no harm there.
    pub key: String,
    /// What to do.
    pub act: Act,
}

impl Outbound {
    /// `act`, under a key.
    pub fn new(key: impl Into<String>, act: Act) -> Self {
        Self { key: key.into(), act }
    }

    /// An error after which nobody knows whether the network has acted: no answer came, or one that says nothing. What was
    /// never sent, because we were to wait or the request was wrong, stays as it is.
    #[must_use]
    pub fn in_doubt(&self, error: Error) -> Error {
        let was_sent = matches!(error.kind(), ErrorKind::Timeout | ErrorKind::Unavailable | ErrorKind::Unexpected);
        match (was_sent, self.act.is_repeatable()) {
            (true, true) => error.retry(Retry::Transient),
            (true, false) => error.retry(Retry::Unknown),
            (false, _) => error,
        }
    }
}

/// What can be said or done. What an account knows of it stands in [`Capability::send_verbs`], by [`Act::verb`].
///
/// [`Capability::send_verbs`]: super::Capability::send_verbs
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(tag = "verb", rename_all = "snake_case")]
#[non_exhaustive]
pub enum Act {
    /// Answer a message where it stands.
    Reply {
        /// The message.
        to: Target,
        /// The words.
        say: Say,
        /// Who may read it; never wider than the message's own audience unless somebody said so in words.
        visibility: Visibility,
    },
    /// Write to a person in private.
    DirectMessage {
        /// The person.
        to: Person,
        /// The words.
        say: Say,
        /// The message it is about, where the network keeps the two together.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        about: Option<Target>,
        /// The permission of the network that it rests on, where it must be named: see [`ReplyRoute::tag`].
        ///
        /// [`ReplyRoute::tag`]: crate::routing::ReplyRoute::tag
        #[serde(default, skip_serializing_if = "Option::is_none")]
        tag: Option<CompactString>,
    },
    /// Publish a post of our own.
    Publish {
        /// The words.
        say: Say,
        /// Who may read it.
        visibility: Visibility,
    },
    /// Like a message, or take that back.
    Like {
        /// The message.
        on: Target,
        /// Whether it is liked from now on.
        liked: bool,
    },
    /// Hide somebody's comment under a post of ours, or show it again. A customer's post is never deleted.
    Hide {
        /// The comment.
        on: Target,
        /// Whether it is hidden from now on.
        hidden: bool,
    },
    /// Put other words in place of those of a message of ours.
    Edit {
        /// Our message.
        on: Target,
        /// The new words.
        say: Say,
    },
    /// Delete a message of ours.
    Delete {
        /// Our message.
        on: Target,
    },
}

impl Act {
    /// Every verb.
    pub const VERBS: [&str; 7] = ["reply", "direct_message", "publish", "like", "hide", "edit", "delete"];

    /// What [`Capability::send_verbs`](super::Capability::send_verbs) calls it.
    pub const fn verb(&self) -> &'static str {
        match self {
            Self::Reply { .. } => "reply",
            Self::DirectMessage { .. } => "direct_message",
            Self::Publish { .. } => "publish",
            Self::Like { .. } => "like",
            Self::Hide { .. } => "hide",
            Self::Edit { .. } => "edit",
            Self::Delete { .. } => "delete",
        }
    }

    /// The words it says, if it says any.
    pub const fn say(&self) -> Option<&Say> {
        match self {
            Self::Reply { say, .. } | Self::DirectMessage { say, .. } | Self::Publish { say, .. } => Some(say),
            Self::Edit { say, .. } => Some(say),
            Self::Like { .. } | Self::Hide { .. } | Self::Delete { .. } => None,
        }
    }

    /// Whether doing it twice is the same as doing it once: a like, a hidden comment, an edit, a deletion. The others add a
    /// message each time.
    pub fn is_repeatable(&self) -> bool {
        Self::repeats(self.verb())
    }

    /// The same, of every act of this verb.
    pub fn repeats(verb: &str) -> bool {
        !matches!(verb, "reply" | "direct_message" | "publish")
    }

    /// Whether acts of this verb have words.
    pub fn says(verb: &str) -> bool {
        !Self::repeats(verb) || verb == "edit"
    }
}

/// The words of an act, as the network gets them: measured and split before.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Say {
    /// The text, with everything that counts: mentions, signature, number.
    pub text: String,
    /// Its mentions, links and tags, as spans of UTF-8 bytes.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub entities: Vec<Entity>,
    /// Its language as ISO 639-1, where known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub language: Option<CompactString>,
}

impl Say {
    /// These words.
    pub fn new(text: impl Into<String>) -> Self {
        Self { text: text.into(), ..Self::default() }
    }
}

/// The message an act is about.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Target {
    /// Its native id, that of its latest revision.
    pub native_id: CompactString,
    /// Who wrote it, where known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub author: Option<Person>,
    /// The native id of its thread, where the network has one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub thread: Option<CompactString>,
}

impl Target {
    /// The message with this native id.
    pub fn new(native_id: impl Into<CompactString>) -> Self {
        Self { native_id: native_id.into(), author: None, thread: None }
    }

    /// Says who wrote it.
    #[must_use]
    pub fn by(mut self, author: Person) -> Self {
        self.author = Some(author);
        self
    }

    /// Says in which thread it stands.
    #[must_use]
    pub fn within(mut self, thread: impl Into<CompactString>) -> Self {
        self.thread = Some(thread.into());
        self
    }
}

/// Somebody to write to.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Person {
    /// The native id of the profile.
    pub native_id: CompactString,
    /// The handle without `@`, where known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub handle: Option<CompactString>,
}

impl Person {
    /// The person with this native id.
    pub fn new(native_id: impl Into<CompactString>) -> Self {
        Self { native_id: native_id.into(), handle: None }
    }

    /// Says the handle, without `@`.
    #[must_use]
    pub fn handle(mut self, handle: impl Into<CompactString>) -> Self {
        self.handle = Some(handle.into());
        self
    }
}

/// What the network said about something we said.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Receipt {
    /// The native id of our message; of the message it was about, where the act adds none.
    pub native_id: CompactString,
    /// Where a browser finds it, where the network tells.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub permalink: Option<String>,
    /// When the network took it, by its own clock, where it tells.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub at: Option<Timestamp>,
}

impl Receipt {
    /// A receipt for the message with this native id.
    pub fn new(native_id: impl Into<CompactString>) -> Self {
        Self { native_id: native_id.into(), permalink: None, at: None }
    }
}

/// Which sent message to look for.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct FindSent {
    /// What was sent.
    pub out: Outbound,
    /// When the first attempt began, by our clock. What is older is another act's.
    pub since: Timestamp,
    /// Native ids of messages that other acts are known to have sent, perhaps with the same words.
    pub except: Vec<CompactString>,
}

impl FindSent {
    /// Looks for what was sent since then.
    pub fn new(out: Outbound, since: Timestamp) -> Self {
        Self { out, since, except: Vec::new() }
    }

    /// Whether something of this instant may be it: clocks of networks may be five minutes behind ours.
    pub fn reaches(&self, at: Timestamp) -> bool {
        at >= self.since.plus_millis(-SKEW_MILLIS)
    }

    /// The receipt of what is looked for, if it is among these events, which were read back from the network. `us` is the
    /// native id of the profile that sent it.
    pub fn among<'a>(&self, us: &str, events: impl IntoIterator<Item = &'a Event>) -> Option<Receipt> {
        let mut messages = events.into_iter().filter_map(|event| match &event.body {
            EventBody::Message(message) => Some(message),
            _ => None,
        });
        messages.find(|message| self.is(us, message)).map(|message| {
            let mut receipt = Receipt::new(message.native_id.clone());
            receipt.permalink.clone_from(&message.permalink);
            receipt.at = message.sent_at;
            receipt
        })
    }

    /// Whether it is this message: ours, not from before, where it would stand, with the same words.
    fn is(&self, us: &str, message: &Inbound) -> bool {
        let parent = message.reply_to.as_ref().map(|parent| &parent.native_id);
        let (say, stands) = match &self.out.act {
            Act::Reply { to, say, visibility } => (say, parent == Some(&to.native_id) && same(visibility, message)),
            // Not every network keeps a private message with what it is about.
            Act::DirectMessage { to, say, about, .. } => {
                let about = about.as_ref().map(|about| &about.native_id);
                let to_other = message.recipient.as_ref().is_some_and(|other| other.native_id != to.native_id);
                let stands = !to_other && (parent.is_none() || parent == about);
                (say, stands && message.visibility != Visibility::Public)
            }
            Act::Publish { say, visibility } => (say, parent.is_none() && same(visibility, message)),
            _ => return false,
        };
        stands
            && !self.except.contains(&message.native_id)
            && message.author.as_ref().is_some_and(|author| author.native_id == us)
            && message.sent_at.is_none_or(|at| self.reaches(at))
            && same_words(&message.content.text, &say.text)
    }
}

const SKEW_MILLIS: i64 = 5 * 60_000;

/// Whether both may be read by anybody, or neither: not every network tells the narrower audiences apart.
fn same(visibility: &Visibility, message: &Inbound) -> bool {
    (*visibility == Visibility::Public) == (message.visibility == Visibility::Public)
}

/// Whether two texts are the same to somebody who looks for one of them on a network.
pub(crate) fn same_words(one: &str, other: &str) -> bool {
    words(one) == words(other)
}

/// The words of a text, however a network shows them: without whom it is addressed to, which some write themselves, handles
/// without their host, links as links, which some shorten.
fn words(text: &str) -> String {
    let shown = |word: &str| match word.strip_prefix('@').and_then(|handle| handle.split_once('@')) {
        Some((name, rest)) => {
            let is_host = |c: char| c.is_alphanumeric() || matches!(c, '.' | '-' | '_' | ':');
            format!("@{name}{}", rest.trim_start_matches(is_host))
        }
        None if word.starts_with("http://") || word.starts_with("https://") => "https:".to_owned(),
        None => word.to_owned(),
    };
    let words = text.split_whitespace().skip_while(|word| word.starts_with('@'));
    words.map(shown).collect::<Vec<_>>().join(" ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_may_have_been_done_is_not_simply_done_again() {
        let advice = |act: Act, kind| Outbound::new("k", act).in_doubt(Error::new(kind, "made up")).retry_advice();
        let (reply, like) = (
            || Act::Publish { say: Say::new("a"), visibility: Visibility::Public },
            || Act::Like { on: Target::new("7"), liked: true },
        );
        for kind in [ErrorKind::Timeout, ErrorKind::Unavailable, ErrorKind::Unexpected] {
            assert_eq!((advice(reply(), kind), advice(like(), kind)), (Retry::Unknown, Retry::Transient));
        }
        assert_eq!(advice(reply(), ErrorKind::InputInvalid), Retry::Never);
        let told = Error::new(ErrorKind::RateLimited, "made up").retry(Retry::After(std::time::Duration::from_secs(9)));
        let kept = Outbound::new("k", reply()).in_doubt(told.clone());
        assert_eq!(kept.retry_advice(), told.retry_advice());
    }

    fn read_back(text: &str, changes: impl FnOnce(&mut Inbound)) -> Event {
        let author = serde_json::json!({"scope": "s", "native_id": "55"});
        let message = serde_json::json!({"scope": "s", "native_id": "200", "surface": "comment", "visibility": "public",
            "author": author, "content": {"text": text}, "sent_at": "2026-05-01T09:00:00.000Z"});
        let mut message: Inbound = serde_json::from_value(message).unwrap();
        changes(&mut message);
        let account = crate::model::NativeAccount::new("made-up".into(), "55");
        Event::new(account, crate::model::Channel::Poll, Timestamp::default(), EventBody::Message(Box::new(message)))
    }

    #[test]
    fn what_was_sent_is_known_again_however_it_is_shown() {
        let since = Timestamp::parse("2026-05-01T09:00:30Z").unwrap();
        let ask = |say: &str, act: fn(Say) -> Act| FindSent::new(Outbound::new("k", act(Say::new(say))), since);
        let publish = |say| Act::Publish { say, visibility: Visibility::Public };
        let reply = |say| Act::Reply { to: Target::new("108"), say, visibility: Visibility::Public };
        let direct = |say| Act::DirectMessage { to: Person::new("7"), say, about: Some(Target::new("108")), tag: None };
        let found = |ask: &FindSent, event: Event| ask.among("55", [&event]).is_some();
        for (said, shown) in [
            ("Hello there.", "Hello  there."),
            ("@jo@other.example, hello", "@jo, hello"),
            ("Hello @jo@other.example:8080!", "Hello @jo!"),
            ("See https://acme.example/a", "See https://short.example/x1"),
            ("@jo@other.example Hello", "Hello"),
            ("Hello", "@jo @joe Hello"),
        ] {
            assert!(found(&ask(said, publish), read_back(shown, |_| {})), "{said} {shown}");
        }
        for (said, shown) in [("Hello there.", "Hello."), ("See https://a.example", "See"), ("hello @jo", "hello @joe")]
        {
            assert!(!found(&ask(said, publish), read_back(shown, |_| {})), "{said} {shown}");
        }
        let parent = |message: &mut Inbound| {
            message.reply_to = Some(crate::model::ReplyTarget { native_id: "108".into(), author: None })
        };
        assert!(found(&ask("Hello", reply), read_back("Hello", parent)));
        assert!(!found(&ask("Hello", reply), read_back("Hello", |_| {})));
        assert!(!found(&ask("Hello", publish), read_back("Hello", parent)));
        let private = |message: &mut Inbound| message.visibility = Visibility::Restricted;
        assert!(found(&ask("Hello", direct), read_back("Hello", private)));
        assert!(!found(&ask("Hello", direct), read_back("Hello", |_| {})), "it is not private");
        let early = |message: &mut Inbound| message.sent_at = Timestamp::parse("2026-05-01T08:55:29Z");
        assert!(!found(&ask("Hello", publish), read_back("Hello", early)));
        assert!(found(&ask("Hello", publish), read_back("Hello", |message| message.sent_at = None)));
        let others = read_back("Hello", |message| message.author.as_mut().unwrap().native_id = "7".into());
        assert!(!found(&ask("Hello", publish), others));
        let anothers = FindSent { except: vec!["200".into()], ..ask("Hello", publish) };
        assert!(!found(&anothers, read_back("Hello", |_| {})));
        let like = FindSent::new(Outbound::new("k", Act::Like { on: Target::new("200"), liked: true }), since);
        assert!(!found(&like, read_back("Hello", |_| {})));
    }

    #[test]
    fn each_act_is_called_by_its_verb_in_json() {
        let on = || Target::new("7").by(Person::new("9").handle("jo")).within("1");
        let say = || Say::new("Sorry to hear that.");
        let acts = [
            Act::Reply { to: on(), say: say(), visibility: Visibility::Public },
            Act::DirectMessage { to: Person::new("9"), say: say(), about: None, tag: None },
            Act::Publish { say: say(), visibility: Visibility::Public },
            Act::Like { on: on(), liked: true },
            Act::Hide { on: on(), hidden: true },
            Act::Edit { on: on(), say: say() },
            Act::Delete { on: on() },
        ];
        for (act, verb) in acts.into_iter().zip(Act::VERBS) {
            let out = Outbound::new("k", act);
            let json = serde_json::to_value(&out).unwrap();
            assert_eq!((out.act.verb(), json["act"]["verb"].as_str()), (verb, Some(verb)));
            assert_eq!(serde_json::from_value::<Outbound>(json).unwrap(), out);
            assert_eq!(out.act.is_repeatable(), !["reply", "direct_message", "publish"].contains(&verb));
            assert_eq!(out.act.say().is_some(), Act::says(verb));
            assert_eq!(out.act.say().is_some(), ["reply", "direct_message", "publish", "edit"].contains(&verb));
        }
    }
}
