# Written from the Rust declarations by connectors/tests/bindings; do not edit.
"""What careline's answers are made of: records, and the words that stand in them."""

# mypy: disable-error-code="no-any-return"
from __future__ import annotations

from datetime import datetime
from typing import Any, Literal, TypeAlias

from careline._careline import Span
from careline._record import Base, WithText

__all__ = [
    "AccountChange",
    "AccountInfo",
    "AccountSaid",
    "AccountStanding",
    "Advice",
    "Approval",
    "Asked",
    "Assessment",
    "Assignment",
    "Attachment",
    "AttachmentKind",
    "AuditEntry",
    "Authorisation",
    "AutomaticKind",
    "Case",
    "CaseEvent",
    "CaseStatus",
    "CaseView",
    "Cause",
    "Certainty",
    "Channel",
    "ClockKind",
    "ComposeNote",
    "Composed",
    "Content",
    "Control",
    "Conversation",
    "Counter",
    "Coverage",
    "Customer",
    "CustomerView",
    "Deleted",
    "Effect",
    "Entity",
    "EntityKind",
    "Erased",
    "Event",
    "EventBody",
    "Explanation",
    "Failed",
    "Finding",
    "Gist",
    "Guard",
    "Handoff",
    "HandoffState",
    "HandoffTo",
    "Held",
    "Hidden",
    "Identity",
    "Inbound",
    "Incident",
    "IncidentDraft",
    "IncidentEvent",
    "Ingested",
    "Instead",
    "Intent",
    "Invitation",
    "InvitationWay",
    "Leased",
    "Line",
    "MaybeSame",
    "Measured",
    "Merge",
    "Message",
    "NativeAccount",
    "Note",
    "Objection",
    "Origin",
    "Owed",
    "Parsed",
    "Part",
    "PartState",
    "Pii",
    "PiiKind",
    "PolicyChange",
    "Presence",
    "PresenceEvent",
    "Profile",
    "Quarantined",
    "Question",
    "QueueItem",
    "Rating",
    "RawRef",
    "Reaction",
    "Reason",
    "Receipt",
    "Reject",
    "Relevance",
    "Reply",
    "ReplyDraft",
    "ReplyEvent",
    "ReplyPart",
    "ReplyPurpose",
    "ReplyState",
    "ReplyTarget",
    "Risk",
    "Route",
    "Seen",
    "Sentiment",
    "Signal",
    "Signalled",
    "SlaClock",
    "Statement",
    "Step",
    "StepKind",
    "Submitted",
    "SuggestedSurface",
    "Suggestion",
    "SuggestionKind",
    "Surface",
    "Survey",
    "ThreadOwner",
    "ThreadState",
    "ThreadView",
    "Ticked",
    "Timer",
    "TokenKind",
    "TokenStanding",
    "Unknown",
    "Upkept",
    "Verdict",
    "Visibility",
    "WebhookAnswer",
    "Weight",
    "Why",
    "Wording",
]

AttachmentKind: TypeAlias = Literal["image", "video", "audio", "file", "location", "sticker", "share"] | str
"""What an attachment is.

- `image`: A still picture.
- `video`: A moving picture, with or without sound.
- `audio`: Sound.
- `file`: Any other file.
- `location`: A point on the map.
- `sticker`: A sticker.
- `share`: A post, story or page that is shared.
"""

AutomaticKind: TypeAlias = Literal["acknowledgement", "follow_up", "csat", "nps"] | str
"""What is said without anybody writing it.

- `acknowledgement`: We have seen the message.
- `follow_up`: Whether all is well.
- `csat`: How satisfied the customer is, from 1 to 5.
- `nps`: How likely the customer is to recommend us, from 0 to 10.
"""

CaseStatus: TypeAlias = Literal["queued", "offered", "open", "waiting", "closed"] | str
"""Where a case stands.

- `queued`: Waits for an agent.
- `offered`: Offered to an agent who has not accepted yet.
- `open`: An agent works on it and it is our turn.
- `waiting`: We answered; it is the customer's turn.
- `closed`: Done.
"""

Cause: TypeAlias = Literal["expired", "revoked", "password_changed", "login_needed", "scope_missing", "app_disabled", "invalid_grant", "access_denied", "not_connected", "unknown"] | str
"""Why a token is not taken, or not given. Errors carry it in their context as `cause`, see `of`.

- `expired`: It ran out, and nothing renews it.
- `revoked`: The person or the network took it back, or removed the app.
- `password_changed`: It died with a changed password.
- `login_needed`: The person must first log in at the network and answer what it asks there.
- `scope_missing`: It lives, but lacks a permission for this call.
- `app_disabled`: The app is disabled, or its own id and secret are not taken.
- `invalid_grant`: What should have bought a token is spent, run out, revoked or never was one.
- `access_denied`: The person said no.
- `not_connected`: Nobody ever connected the account.
- `unknown`: The network does not say why.
"""

Channel: TypeAlias = Literal["webhook", "poll", "stream", "host", "engine"] | str
"""The way an event reached us.

- `webhook`: The network called us.
- `poll`: We asked.
- `stream`: It came down a held connection.
- `host`: The host program said so.
- `engine`: A timer, the router or another part of careline.
"""

ClockKind: TypeAlias = Literal["first_response", "next_response", "resolution"] | str
"""What an SLA clock promises.

- `first_response`: The first answer to a customer's first turn.
- `next_response`: The answer to every later turn.
- `resolution`: The end of the case.
"""

ComposeNote: TypeAlias = Literal["emphasis", "heading", "code", "list", "link", "split", "word_split", "controls", "bidi", "hidden", "marks"] | str
"""What was changed in a text so that it can be sent.

- `emphasis`: Bold, italic or struck text became plain.
- `heading`: A heading became a paragraph.
- `code`: Code became plain text.
- `list`: A list in Markdown became lines that begin with `•` or a number.
- `link`: A link or picture in Markdown became `text (address)`.
- `split`: The text was split into numbered parts.
- `word_split`: A word that is longer than a part was split, too.
- `controls`: Control characters were taken out.
- `bidi`: Characters that change the direction of others were taken out.
- `hidden`: Characters that cannot be seen were taken out.
- `marks`: Combining marks that stand alone or in heaps were taken out.
"""

EntityKind: TypeAlias = Literal["mention", "link", "hashtag", "cashtag", "emoji"] | str
"""What an entity is.

- `mention`: `@somebody`.
- `link`: A web address.
- `hashtag`: `#topic`.
- `cashtag`: `$TICKER`.
- `emoji`: A custom emoji, `:name:`.
"""

Guard: TypeAlias = Literal["pii_in_public", "asks_for_pii_in_public", "repeated", "tone", "too_long_for_comment", "do_not_engage", "incident_hold", "conversation_moved", "duplicate_submit"] | str
"""What objects to an answer.

- `pii_in_public`: It holds personal data and others can read it.
- `asks_for_pii_in_public`: It asks for personal data where others can read the answer.
- `repeated`: The same or nearly the same was sent before.
- `tone`: It blames, defends us, or shouts.
- `too_long_for_comment`: It is more than one comment should hold, or can.
- `do_not_engage`: The customer is marked as not to be engaged with.
- `incident_hold`: An open incident holds such answers.
- `conversation_moved`: The conversation has moved since it was read.
- `duplicate_submit`: It was submitted before.
"""

HandoffState: TypeAlias = Literal["invited", "arrived", "returned", "elsewhere", "expired"] | str
"""Where a handoff stands.

- `invited`: The customer was asked to go on in private.
- `arrived`: The customer is there.
- `returned`: A closing note stands in public.
- `elsewhere`: It went on elsewhere: by e-mail, telephone, chat.
- `expired`: The customer did not come in time.
"""

HandoffTo: TypeAlias = Literal["private", "email", "phone", "chat"] | str
"""Where a matter goes on.

- `private`: In private, on the same network.
- `email`: By e-mail.
- `phone`: By telephone.
- `chat`: In a chat.
"""

Instead: TypeAlias = Literal["move_to_private", "read_again", "reword", "split", "ask_a_lead", "wait_for_release", "set_aside", "answer_in_public", "wait_for_customer", "use_the_app", "nothing"] | str
"""What can be done instead.

- `move_to_private`: Go on in private.
- `read_again`: Read what came since.
- `reword`: Say it in other words.
- `split`: Say it in several parts, or in fewer words.
- `ask_a_lead`: Ask somebody who leads the team.
- `wait_for_release`: Wait until the incident's answers are released.
- `set_aside`: Set the warning aside: it may be sent all the same.
- `answer_in_public`: Answer where others can read it.
- `wait_for_customer`: Wait until the customer writes again.
- `use_the_app`: Answer in the network's own app.
- `nothing`: It is done already.
"""

Intent: TypeAlias = Literal["complaint", "question", "request", "problem_report", "praise", "suggestion", "closing", "chatter"] | str
"""What the author wants.

- `complaint`: Something went wrong and they say so.
- `question`: They want to know something.
- `request`: They want something done.
- `problem_report`: Something does not work, told without anger.
- `praise`: They are pleased.
- `suggestion`: They have an idea what we could do better.
- `closing`: They thank us and the matter is settled.
- `chatter`: They talk, not to us or about nothing we can act on.
"""

InvitationWay: TypeAlias = Literal["private_reply", "link", "write_to_us", "follow_first", "other_channel"] | str
"""What a person who is invited to go on in private does.

- `private_reply`: Reads what we write them in private at once.
- `link`: Follows a link, and writes there.
- `write_to_us`: Writes to us in private.
- `follow_first`: Follows us first, so that we may write to each other.
- `other_channel`: Comes to another channel: e-mail, telephone, chat.
"""

Origin: TypeAlias = Literal["customer", "careline", "brand", "unknown"] | str
"""On whose behalf a message was written; computed by the engine, never claimed by a connector.

- `customer`: Somebody who is not us.
- `careline`: One of our accounts, through careline.
- `brand`: One of our accounts, through the network's own app or another tool.
- `unknown`: The network does not tell who wrote it.
"""

PartState: TypeAlias = Literal["waiting", "begun", "sent"] | str
"""Where a part of a reply stands.

- `waiting`: Not sent.
- `begun`: An attempt has begun and its end is not known here.
- `sent`: The network has it.
"""

PiiKind: TypeAlias = Literal["card", "iban", "phone", "email", "national_id", "ip_address"] | str
"""A kind of personal data.

- `card`: A payment card number that passes the Luhn check.
- `iban`: An international bank account number with a right checksum.
- `phone`: A telephone number.
- `email`: An e-mail address.
- `national_id`: A national identity number with a right form or checksum.
- `ip_address`: An internet address of a machine.
"""

Question: TypeAlias = Literal["relevance", "needs_response", "intent", "category", "sentiment", "language", "spam", "abuse", "risk", "urgency", "pii", "surface", "tier"] | str
"""The questions an assessment answers.

- `relevance`: Is it about us?
- `needs_response`: Does it need a response?
- `intent`: What does the author want?
- `category`: Which subject is it?
- `sentiment`: What is the tone?
- `language`: Which language is it?
- `spam`: Is it spam or bait?
- `abuse`: Is it abuse?
- `risk`: Does it affect many, or smell of a public crisis?
- `urgency`: How urgent is it?
- `pii`: Which personal data does it hold?
- `surface`: Where should the answer go?
- `tier`: Which tier is it?
"""

Relevance: TypeAlias = Literal["addressed", "about", "none"] | str
"""How a message is about us.

- `addressed`: It speaks to us: a direct message, an answer to us, our handle.
- `about`: It names us or a listening term.
- `none`: It is neither.
"""

ReplyPurpose: TypeAlias = Literal["answer", "invitation", "return_note", "acknowledgement", "follow_up", "csat", "nps", "statement", "act"] | str
"""What a reply is for.

- `answer`: It answers.
- `invitation`: It asks the customer, in public, to go on in private.
- `return_note`: It closes in public what was solved in private.
- `acknowledgement`: It says that we have seen the message.
- `follow_up`: It asks, after the end, whether all is well.
- `csat`: It asks how satisfied the customer is.
- `nps`: It asks how likely the customer is to recommend us.
- `statement`: It is the one statement about an incident.
- `act`: It is no text but an act: a like, a hidden comment, a deletion.
"""

ReplyState: TypeAlias = Literal["awaiting_approval", "held", "queued", "sending", "delivered", "refused", "unknown", "rejected", "expired", "superseded", "withdrawn"] | str
"""Where a reply stands.

- `awaiting_approval`: Waits for somebody's approval.
- `held`: Held back while an incident is open; once that is released, somebody decides.
- `queued`: Waits for its turn on the way to the network.
- `sending`: Some of it is with the network, or may be.
- `delivered`: The network has all of it.
- `refused`: It is not sent: the verdict, the network or the time forbade it. What a part says was sent, was.
- `unknown`: Nobody can tell whether the network has it; a person must look.
- `rejected`: Whoever was asked for approval said no.
- `expired`: Nobody approved it in time.
- `superseded`: Another one took its place.
- `withdrawn`: Taken back before it was sent.
"""

Risk: TypeAlias = Literal["legal", "press", "safety", "churn", "self_harm", "crisis"] | str
"""Why a message must not wait for its turn.

- `legal`: It threatens with lawyers, courts or regulators.
- `press`: Press or a large audience is near.
- `safety`: Somebody is or may be hurt.
- `churn`: The customer is leaving.
- `self_harm`: The author may harm themselves: a person must look at once.
- `crisis`: It affects many, or smells of a public crisis.
"""

Sentiment: TypeAlias = Literal["negative", "neutral", "positive", "unknown"] | str
"""The tone of the author.

- `negative`: Unhappy.
- `neutral`: Neither.
- `positive`: Happy.
- `unknown`: In a language whose tone we cannot hear, and with no sign that speaks in all.
"""

StepKind: TypeAlias = Literal["opened", "customer_turn", "brand_turn", "edited", "deleted", "hidden", "reassessed", "queued", "offered", "accepted", "released", "assigned", "breached", "escalated", "noted", "closed", "reopened", "joined", "customer_changed", "advised", "handed_off", "arrived", "returned", "handoff_expired", "reply_submitted", "reply_stopped", "reply_approved", "reply_delivered", "reply_unknown"] | str
"""What happened to a case.

- `opened`: It was opened.
- `customer_turn`: The customer wrote.
- `brand_turn`: We wrote.
- `edited`: A message was edited.
- `deleted`: A message was taken back.
- `hidden`: A message was hidden or shown again.
- `reassessed`: Its assessment changed its tier, intent or category.
- `queued`: It was put into a team's queue.
- `offered`: It was offered to an agent.
- `accepted`: The agent accepted it.
- `released`: It was taken from an agent.
- `assigned`: An agent was chosen by hand, or took it over.
- `breached`: A promise was broken.
- `escalated`: A step of the escalation ladder was taken.
- `noted`: A colleague wrote a note.
- `closed`: It was closed.
- `reopened`: It was opened again.
- `joined`: Two cases of one person became one.
- `customer_changed`: The customer was merged with another one, or a merge was undone.
- `advised`: A host's own model or rule had its say.
- `handed_off`: The customer was asked to go on in private, or elsewhere.
- `arrived`: The customer came to where they were asked to.
- `returned`: A closing note in public was submitted.
- `handoff_expired`: The customer did not come in time.
- `reply_submitted`: Somebody submitted a reply.
- `reply_stopped`: A reply was stopped: by the verdict, by whoever had to approve it, by the network or by time.
- `reply_approved`: A reply was approved.
- `reply_delivered`: The network has a reply.
- `reply_unknown`: Nobody can tell whether the network has a reply.
"""

SuggestedSurface: TypeAlias = Literal["stay", "private", "none"] | str
"""Where the answer should go.

- `stay`: Answer where it was asked.
- `private`: Answer in private.
- `none`: Do not answer.
"""

SuggestionKind: TypeAlias = Literal["move_to_private", "return_in_public", "invite_again"] | str
"""What somebody who works on a case might do next.

- `move_to_private`: Go on in private.
- `return_in_public`: Close in public what was solved in private.
- `invite_again`: Ask once more, or in another way: the customer did not come.
"""

Surface: TypeAlias = Literal["post", "comment", "mention", "quote", "direct_message", "review", "story_reply", "story_mention"] | str
"""The kind of place a message stands in.

- `post`: A post of its own that names nobody.
- `comment`: An answer under a post or under another comment.
- `mention`: A post of its own that names somebody.
- `quote`: A post that shows another one with words of its own.
- `direct_message`: A message only sender and receiver see.
- `review`: A review or recommendation.
- `story_reply`: A private answer to a story.
- `story_mention`: A story that names us.
"""

ThreadOwner: TypeAlias = Literal["us", "another", "idle"] | str
"""Who may write in a private thread.

- `us`: Our app.
- `another`: Another app or the network's own inbox.
- `idle`: Nobody at present.
"""

TokenKind: TypeAlias = Literal["user", "page", "app", "session"] | str
"""On whose behalf a token speaks.

- `user`: A person or a brand account that authorised an app.
- `page`: A page, by a token that came out of a person's.
- `app`: The app itself.
- `session`: Somebody who logged in with a password.
"""

Visibility: TypeAlias = Literal["public", "restricted", "private"] | str
"""Who can read a message.

- `public`: Anybody.
- `restricted`: A limited audience: followers, members, logged-in people.
- `private`: Only the people addressed.
"""

Weight: TypeAlias = Literal["block", "warn"] | str
"""What an objection does.

- `block`: The answer is not sent.
- `warn`: Whoever writes it is told, and may send it all the same.
"""


class AccountChange(Base):
    """The network changed what we may do."""

    __slots__ = ()
    __match_args__ = ("change", "reason", "person", "at")

    @property
    def change(self) -> str:
        """What: `revoked`, `blocked`, `unblocked`, `warned`, `severed`, `deauthorised`, `erasure_asked` …"""
        return self._get(0)

    @property
    def reason(self) -> str | None:
        """The network's reason."""
        return self._get(1)

    @property
    def person(self) -> Profile | None:
        """The person who withdrew what they had allowed, where it was one and the network names them."""
        return self._get(2)

    @property
    def at(self) -> datetime | None:
        """When, by the network's clock."""
        return self._get(3)


class AccountInfo(Base):
    """Which account a `Network` speaks for."""

    __slots__ = ()
    __match_args__ = ("account", "scope", "handle")

    @property
    def account(self) -> NativeAccount:
        """The account, as its events name it."""
        return self._get(0)

    @property
    def scope(self) -> str:
        """The id scope of its messages and of the profile that speaks for it."""
        return self._get(1)

    @property
    def handle(self) -> str:
        """Its handle without `@`; empty while unknown."""
        return self._get(2)


class AccountSaid(Base):
    """One thing that a network said about a brand account."""

    __slots__ = ()
    __match_args__ = ("at", "change", "reason", "person", "profile")

    @property
    def at(self) -> datetime:
        """When, as far as the network told."""
        return self._get(0)

    @property
    def change(self) -> str:
        """What, in the words of `change`."""
        return self._get(1)

    @property
    def reason(self) -> str | None:
        """The network's reason."""
        return self._get(2)

    @property
    def person(self) -> str | None:
        """The person whose data must go: who withdrew what they had allowed, or asked for it."""
        return self._get(3)

    @property
    def profile(self) -> Profile | None:
        """That person as the network names them."""
        return self._get(4)


class AccountStanding(Base):
    """What the network last said about an account."""

    __slots__ = ()
    __match_args__ = ("account", "change", "since", "reason", "person", "profile", "to_do", "earlier")

    @property
    def account(self) -> str:
        """The account."""
        return self._get(0)

    @property
    def change(self) -> str:
        """What: `revoked`, `blocked`, `unblocked`, `warned` … as in
        `change`."""
        return self._get(1)

    @property
    def since(self) -> datetime:
        """Since when it says so, without anything else in between."""
        return self._get(2)

    @property
    def reason(self) -> str | None:
        """The network's reason."""
        return self._get(3)

    @property
    def person(self) -> str | None:
        """The person whose data must go: what `Identity` takes."""
        return self._get(4)

    @property
    def profile(self) -> Profile | None:
        """That person as the network names them."""
        return self._get(5)

    @property
    def to_do(self) -> str:
        """What is to be done about it."""
        return self._get(6)

    @property
    def earlier(self) -> list[AccountSaid]:
        """What it said before that, the latest first."""
        return self._get(7)


class Advice(Base):
    """What a host's own model or rule says about a message, or that it said nothing in time."""

    __slots__ = ()
    __match_args__ = ("message", "revision", "advisor", "findings", "failure")

    @property
    def message(self) -> str:
        """The message it was asked about."""
        return self._get(0)

    @property
    def revision(self) -> int:
        """The revision it was asked about; advice on an older one is noted and not used."""
        return self._get(1)

    @property
    def advisor(self) -> str:
        """The adviser, by its own name and version."""
        return self._get(2)

    @property
    def findings(self) -> list[Finding] | None:
        """Its findings, which join the evidence; absent when it failed or was too slow."""
        return self._get(3)

    @property
    def failure(self) -> str | None:
        """Why there are none."""
        return self._get(4)


class Approval(Base):
    """Who must approve a reply, and who did."""

    __slots__ = ()
    __match_args__ = ("rule", "by", "expires_at", "decided_by", "decided_at", "edited")

    @property
    def rule(self) -> str:
        """The rule of the policy that asks for it."""
        return self._get(0)

    @property
    def by(self) -> list[str]:
        """The agents and teams of whom one must; empty: anybody but the author."""
        return self._get(1)

    @property
    def expires_at(self) -> datetime:
        """By when."""
        return self._get(2)

    @property
    def decided_by(self) -> str | None:
        """Who decided."""
        return self._get(3)

    @property
    def decided_at(self) -> datetime | None:
        """When."""
        return self._get(4)

    @property
    def edited(self) -> bool:
        """Whether they changed the words first."""
        return self._get(5)


class Asked(Base):
    """Who asked for the right to write in a private thread."""

    __slots__ = ()
    __match_args__ = ("at", "app")

    @property
    def at(self) -> datetime:
        """When."""
        return self._get(0)

    @property
    def app(self) -> str | None:
        """The app, where the network names it."""
        return self._get(1)


class Assessment(Base):
    """What careline concludes about one revision of one message, with every reason."""

    __slots__ = ()
    __match_args__ = ("message", "revision", "relevance", "needs_response", "intent", "category", "categories", "sentiment", "sentiment_score", "frustration", "language", "urgent", "risks", "spam", "abuse", "do_not_engage", "pii", "tier", "surface", "confidence", "certainty", "evidence", "models")

    @property
    def message(self) -> str | None:
        """The message; absent when a text is assessed outside a store."""
        return self._get(0)

    @property
    def revision(self) -> int:
        """The revision that was assessed."""
        return self._get(1)

    @property
    def relevance(self) -> Relevance:
        """Whether and how it is about us."""
        return self._get(2)

    @property
    def needs_response(self) -> bool:
        """Whether somebody should answer."""
        return self._get(3)

    @property
    def intent(self) -> Intent:
        """What the author wants."""
        return self._get(4)

    @property
    def category(self) -> str:
        """The subject: `product`, `website`, `technical`, `billing`, `delivery`, `account`, `service` … or one of the policy's."""
        return self._get(5)

    @property
    def categories(self) -> list[str]:
        """All its subjects, the strongest, which is `category`, first."""
        return self._get(6)

    @property
    def sentiment(self) -> Sentiment:
        """The tone towards us."""
        return self._get(7)

    @property
    def sentiment_score(self) -> float:
        """How clear the tone is, from -1 (negative) to 1 (positive)."""
        return self._get(8)

    @property
    def frustration(self) -> float:
        """How frustrated the author sounds, from 0 to 1; 0 unless the tone is negative."""
        return self._get(9)

    @property
    def language(self) -> str:
        """The language as a BCP 47 tag; `und` if the text does not tell."""
        return self._get(10)

    @property
    def urgent(self) -> bool:
        """Whether it cannot wait."""
        return self._get(11)

    @property
    def risks(self) -> list[Risk]:
        """Why it must not wait for its turn; empty for most."""
        return self._get(12)

    @property
    def spam(self) -> bool:
        """Whether it is spam or bait."""
        return self._get(13)

    @property
    def abuse(self) -> bool:
        """Whether it insults or threatens."""
        return self._get(14)

    @property
    def do_not_engage(self) -> bool:
        """Whether its author seems to want only to argue: do not engage."""
        return self._get(15)

    @property
    def pii(self) -> list[Pii]:
        """The personal data in it."""
        return self._get(16)

    @property
    def tier(self) -> int:
        """1 is the most pressing, 4 is spam, bait and abuse."""
        return self._get(17)

    @property
    def surface(self) -> SuggestedSurface:
        """Where the answer should go."""
        return self._get(18)

    @property
    def confidence(self) -> float:
        """How sure we are of the intent and of the need for a response together, 0 to 1."""
        return self._get(19)

    @property
    def certainty(self) -> Certainty:
        """How sure we are of each answer."""
        return self._get(20)

    @property
    def evidence(self) -> list[Finding]:
        """Every reason, in the order found."""
        return self._get(21)

    @property
    def models(self) -> dict[str, str]:
        """The rules and models that took part, with versions."""
        return self._get(22)


class Assignment(Base):
    """A case in the hands of one agent."""

    __slots__ = ()
    __match_args__ = ("agent", "team", "at", "accept_by", "accepted_at", "by_hand", "reasons")

    @property
    def agent(self) -> str:
        """The agent."""
        return self._get(0)

    @property
    def team(self) -> str:
        """The team whose queue it came from."""
        return self._get(1)

    @property
    def at(self) -> datetime:
        """When it was offered or taken."""
        return self._get(2)

    @property
    def accept_by(self) -> datetime | None:
        """By when it must be accepted, or it goes back to the queue; absent once accepted."""
        return self._get(3)

    @property
    def accepted_at(self) -> datetime | None:
        """When the agent accepted."""
        return self._get(4)

    @property
    def by_hand(self) -> bool:
        """Whether a person gave or took it: it is not handed over when the agent's hours end."""
        return self._get(5)

    @property
    def reasons(self) -> list[Reason]:
        """Why this agent."""
        return self._get(6)


class Attachment(Base):
    """Something that hangs on a message."""

    __slots__ = ()
    __match_args__ = ("kind", "native_id", "url", "url_expires_at", "mime", "size", "description")

    @property
    def kind(self) -> AttachmentKind:
        """What it is."""
        return self._get(0)

    @property
    def native_id(self) -> str | None:
        """The network's id of it."""
        return self._get(1)

    @property
    def url(self) -> str | None:
        """Where its bytes are; absent while the network still prepares it."""
        return self._get(2)

    @property
    def url_expires_at(self) -> datetime | None:
        """When `url` stops working, where known. Many networks sign their addresses for hours only."""
        return self._get(3)

    @property
    def mime(self) -> str | None:
        """Media type such as `image/png`."""
        return self._get(4)

    @property
    def size(self) -> int | None:
        """Size in bytes."""
        return self._get(5)

    @property
    def description(self) -> str | None:
        """What the author says it shows, or its title."""
        return self._get(6)


class AuditEntry(Base):
    """One entry of the audit trail."""

    __slots__ = ()
    __match_args__ = ("number", "at", "by", "act", "about", "case", "policy", "digest", "chain")

    @property
    def number(self) -> int:
        """Its number, which rises from entry to entry; numbers between are entries of others."""
        return self._get(0)

    @property
    def at(self) -> datetime | None:
        """When it was; absent once an erasure has emptied it."""
        return self._get(1)

    @property
    def by(self) -> str | None:
        """Who: an agent, `host`, `router`, `outbox`, `auto:` and a name. Absent for what the network or time did."""
        return self._get(2)

    @property
    def act(self) -> str | None:
        """What: `reply.submit`, `reply.approve`, `case.assign`, `customer.merge`, `erase.customer`, `policy.change` …"""
        return self._get(3)

    @property
    def about(self) -> str | None:
        """The id of what it was done to."""
        return self._get(4)

    @property
    def case(self) -> str | None:
        """The case it belongs to."""
        return self._get(5)

    @property
    def policy(self) -> str | None:
        """The policy it was decided under."""
        return self._get(6)

    @property
    def digest(self) -> str:
        """SHA-256 over salt and contents, in hexadecimal digits."""
        return self._get(7)

    @property
    def chain(self) -> str:
        """SHA-256 over the chain value before and `digest`, in hexadecimal digits."""
        return self._get(8)


class Authorisation(Base):
    """Where a person is sent to let an app act for an account, and what the host keeps until they come back."""

    __slots__ = ()
    __match_args__ = ("url", "pending")

    @property
    def url(self) -> str:
        """The address the person's browser is sent to."""
        return self._get(0)

    @property
    def pending(self) -> str:
        """For `finish_authorisation`: a secret, kept where the browser cannot read it and bound to it, used once."""
        return self._get(1)


class Case(Base):
    """One customer's matter, from the first turn to the end."""

    __slots__ = ()
    __match_args__ = ("id", "customer", "network", "account", "conversations", "previous", "joined_into", "joined", "number", "status", "tier", "lead", "lead_at", "surface", "intent", "category", "sentiment", "language", "team", "assignment", "queued_at", "passed_by", "last_agent", "opened_at", "closed_at", "outcome", "reopened", "ends", "messages", "recount_at", "awaiting_since", "latest_customer_at", "latest_brand_at", "first_response_at", "clocks", "due_at", "escalation", "handoffs", "surveys", "reasons")

    @property
    def id(self) -> str:
        """Our id."""
        return self._get(0)

    @property
    def customer(self) -> str:
        """The person."""
        return self._get(1)

    @property
    def network(self) -> str:
        """The network it began on."""
        return self._get(2)

    @property
    def account(self) -> str:
        """The brand account that answers."""
        return self._get(3)

    @property
    def conversations(self) -> list[str]:
        """The threads it runs in."""
        return self._get(4)

    @property
    def previous(self) -> str | None:
        """The case before this one between the same people in the same thread."""
        return self._get(5)

    @property
    def joined_into(self) -> str | None:
        """The case that this one became a part of, because their threads turned out to be one."""
        return self._get(6)

    @property
    def joined(self) -> list[str]:
        """The cases that became part of this one: what happened to them until then stands in their own timelines."""
        return self._get(7)

    @property
    def number(self) -> int:
        """Counts the cases between the same people in the same thread, from 1."""
        return self._get(8)

    @property
    def status(self) -> CaseStatus:
        """Where it stands."""
        return self._get(9)

    @property
    def tier(self) -> int:
        """The most pressing tier of its messages; 1 is highest."""
        return self._get(10)

    @property
    def lead(self) -> str:
        """The message that sets tier, intent and category: the earliest of the most pressing."""
        return self._get(11)

    @property
    def lead_at(self) -> datetime:
        """The time of `lead`, which breaks ties."""
        return self._get(12)

    @property
    def surface(self) -> Surface:
        """The kind of place the lead message stands in."""
        return self._get(13)

    @property
    def intent(self) -> Intent:
        """What the customer wants."""
        return self._get(14)

    @property
    def category(self) -> str:
        """The subject."""
        return self._get(15)

    @property
    def sentiment(self) -> Sentiment:
        """The tone of the lead message."""
        return self._get(16)

    @property
    def language(self) -> str:
        """The customer's language here."""
        return self._get(17)

    @property
    def team(self) -> str:
        """The team whose queue it is in."""
        return self._get(18)

    @property
    def assignment(self) -> Assignment | None:
        """Who holds it."""
        return self._get(19)

    @property
    def queued_at(self) -> datetime | None:
        """When it was put into its team's queue; absent while somebody holds it."""
        return self._get(20)

    @property
    def passed_by(self) -> list[str]:
        """Agents who let an offer lapse since then: they are asked again only when nobody else can take it."""
        return self._get(21)

    @property
    def last_agent(self) -> str | None:
        """Who held it last, for stickiness after a reopening."""
        return self._get(22)

    @property
    def opened_at(self) -> datetime:
        """When the first turn that needs a response was sent."""
        return self._get(23)

    @property
    def closed_at(self) -> datetime | None:
        """When it was closed; absent while it is not."""
        return self._get(24)

    @property
    def outcome(self) -> str | None:
        """How it ended, in the host's words: `resolved`, `no_answer_needed`, `duplicate` …"""
        return self._get(25)

    @property
    def reopened(self) -> int:
        """How often it was reopened."""
        return self._get(26)

    @property
    def ends(self) -> list[datetime]:
        """When people ended it, in order: what was asked before wants no answer any more."""
        return self._get(27)

    @property
    def messages(self) -> int:
        """How many messages it holds, ours included."""
        return self._get(28)

    @property
    def recount_at(self) -> datetime | None:
        """When its turns are counted again: some came late or changed, and there are too many to do so each time. Until then
        what follows from them is told as far as it can be told without the others."""
        return self._get(29)

    @property
    def awaiting_since(self) -> datetime | None:
        """The customer's earliest unanswered turn; absent while it is the customer's turn."""
        return self._get(30)

    @property
    def latest_customer_at(self) -> datetime | None:
        """The customer's latest turn."""
        return self._get(31)

    @property
    def latest_brand_at(self) -> datetime | None:
        """Our latest turn."""
        return self._get(32)

    @property
    def first_response_at(self) -> datetime | None:
        """When the first answer was sent."""
        return self._get(33)

    @property
    def clocks(self) -> list[SlaClock]:
        """Its promises; the first response first."""
        return self._get(34)

    @property
    def due_at(self) -> datetime | None:
        """The earliest deadline of its running clocks."""
        return self._get(35)

    @property
    def escalation(self) -> int:
        """How many steps of the escalation ladder were taken."""
        return self._get(36)

    @property
    def handoffs(self) -> list[Handoff]:
        """How it went from public to private and back, or on to other channels, the latest last."""
        return self._get(37)

    @property
    def surveys(self) -> list[Survey]:
        """What the customer was asked about satisfaction, and what they answered."""
        return self._get(38)

    @property
    def reasons(self) -> list[Reason]:
        """Why it has this team and these promises."""
        return self._get(39)


class CaseEvent(Base):
    """Somebody moved a case."""

    __slots__ = ()
    __match_args__ = ("case", "actor", "action")

    @property
    def case(self) -> str:
        """The case."""
        return self._get(0)

    @property
    def actor(self) -> str:
        """Who did it: an agent, `router`, `host`."""
        return self._get(1)

    @property
    def action(self) -> Any:
        """What they did."""
        return self._get(2)


class CaseView(Base):
    """A case with everything about it."""

    __slots__ = ()
    __match_args__ = ("case", "customer", "threads", "assessments", "timeline", "notes", "history_after")

    @property
    def case(self) -> Case:
        """The case."""
        return self._get(0)

    @property
    def customer(self) -> CustomerView:
        """The person, with other profiles and earlier cases."""
        return self._get(1)

    @property
    def threads(self) -> list[ThreadView]:
        """Its threads, each with all its messages: context and other people's, too."""
        return self._get(2)

    @property
    def assessments(self) -> dict[str, Assessment]:
        """The assessments of its messages."""
        return self._get(3)

    @property
    def timeline(self) -> list[Step]:
        """What happened to it, in order."""
        return self._get(4)

    @property
    def notes(self) -> list[Note]:
        """Colleagues' notes, in order."""
        return self._get(5)

    @property
    def history_after(self) -> str | None:
        """Where `history` goes on after the first 1,000 steps and notes."""
        return self._get(6)


class Certainty(Base):
    """How sure single answers are: how often, from 0 to 1, answers of that strength held on texts that nothing was learnt
    from. 0 where it is not known, as in assessments by careline before it was measured."""

    __slots__ = ()
    __match_args__ = ("needs_response", "intent", "category", "sentiment", "spam")

    @property
    def needs_response(self) -> float:
        """Of the need for a response."""
        return self._get(0)

    @property
    def intent(self) -> float:
        """Of the intent."""
        return self._get(1)

    @property
    def category(self) -> float:
        """Of the subject."""
        return self._get(2)

    @property
    def sentiment(self) -> float:
        """Of the tone."""
        return self._get(3)

    @property
    def spam(self) -> float:
        """Of its being spam or not."""
        return self._get(4)


class Composed(Base):
    """An answer as it will stand on the network."""

    __slots__ = ()
    __match_args__ = ("parts", "notes")

    @property
    def parts(self) -> list[Part]:
        """What to send, in order; never empty."""
        return self._get(0)

    @property
    def notes(self) -> list[ComposeNote]:
        """What was changed, each once."""
        return self._get(1)


class Content(WithText):
    """The words of a message and what belongs to them. Kept apart from the message's facts so that it can be erased alone."""

    __slots__ = ()
    __match_args__ = ("text", "entities", "attachments", "extensions")

    @property
    def text(self) -> str:
        """Plain text in Unicode NFC; never HTML."""
        return self._get(0)

    @property
    def entities(self) -> list[Entity]:
        """Mentions, links, tags … as spans of `text`, in order of their start."""
        return self._get(1)

    @property
    def attachments(self) -> list[Attachment]:
        """Pictures, videos, files …"""
        return self._get(2)

    @property
    def extensions(self) -> dict[str, Any]:
        """What only this network has, by the network's own field names; values are JSON."""
        return self._get(3)


class Control(Base):
    """The right to write in a private thread moved."""

    __slots__ = ()
    __match_args__ = ("scope", "thread", "owner", "app", "at")

    @property
    def scope(self) -> str:
        """Id scope of `thread`."""
        return self._get(0)

    @property
    def thread(self) -> str:
        """The thread, by its root's native id."""
        return self._get(1)

    @property
    def owner(self) -> ThreadOwner | None:
        """Who has it now; absent when it was only asked for."""
        return self._get(2)

    @property
    def app(self) -> str | None:
        """The app that has it or asks for it."""
        return self._get(3)

    @property
    def at(self) -> datetime | None:
        """When, by the network's clock."""
        return self._get(4)


class Conversation(Base):
    """One thread in one place: a public comment thread, a private thread, a review with its answers."""

    __slots__ = ()
    __match_args__ = ("id", "network", "scope", "root", "rooted", "visibility", "started_at", "latest_at", "messages", "merged_into")

    @property
    def id(self) -> str:
        """Our id."""
        return self._get(0)

    @property
    def network(self) -> str:
        """The network."""
        return self._get(1)

    @property
    def scope(self) -> str:
        """Within what the root's id is unique."""
        return self._get(2)

    @property
    def root(self) -> str:
        """The native id of the root: the first post, or the thread's own id."""
        return self._get(3)

    @property
    def rooted(self) -> bool:
        """Whether the root is certain, or only the oldest ancestor that we know of."""
        return self._get(4)

    @property
    def visibility(self) -> Visibility:
        """The widest audience of its messages."""
        return self._get(5)

    @property
    def started_at(self) -> datetime:
        """The time of its first message."""
        return self._get(6)

    @property
    def latest_at(self) -> datetime:
        """The time of its latest message."""
        return self._get(7)

    @property
    def messages(self) -> int:
        """How many messages it holds."""
        return self._get(8)

    @property
    def merged_into(self) -> str | None:
        """The conversation its messages moved to when its true root became known."""
        return self._get(9)


class Counter(Base):
    """A number by name and time."""

    __slots__ = ()
    __match_args__ = ("name", "bucket", "value")

    @property
    def name(self) -> str:
        """The name, `<room>.<what>`: `tier.1`, `network.x`, `coverage.acme-x.pushed`."""
        return self._get(0)

    @property
    def bucket(self) -> datetime:
        """The beginning of the five minutes it counts."""
        return self._get(1)

    @property
    def value(self) -> int:
        """The number, or what to add to it."""
        return self._get(2)


class Coverage(Base):
    """How much of what an account was sent did reach us by push."""

    __slots__ = ()
    __match_args__ = ("pushed", "listed", "both")

    @property
    def pushed(self) -> int:
        """Messages that were pushed."""
        return self._get(0)

    @property
    def listed(self) -> int:
        """Messages that the network listed."""
        return self._get(1)

    @property
    def both(self) -> int:
        """Messages that were both."""
        return self._get(2)


class Customer(Base):
    """A person who talks to us, with one or more identities."""

    __slots__ = ()
    __match_args__ = ("id", "identities", "facts", "merged_into", "merges")

    @property
    def id(self) -> str:
        """Our id."""
        return self._get(0)

    @property
    def identities(self) -> list[str]:
        """The profiles known to be this person's."""
        return self._get(1)

    @property
    def facts(self) -> dict[str, Any]:
        """What the host says about them: value tier, customer number …"""
        return self._get(2)

    @property
    def merged_into(self) -> str | None:
        """The customer this one was merged into, which lists its identities. Messages and cases keep this one's id."""
        return self._get(3)

    @property
    def merges(self) -> list[Merge]:
        """The merges that made this customer, newest last; each can be undone."""
        return self._get(4)


class CustomerView(Base):
    """A person with everything about them."""

    __slots__ = ()
    __match_args__ = ("customer", "identities", "cases", "cases_after", "messages", "messages_after", "maybe_same")

    @property
    def customer(self) -> Customer:
        """The person."""
        return self._get(0)

    @property
    def identities(self) -> list[Identity]:
        """Their profiles."""
        return self._get(1)

    @property
    def cases(self) -> list[Case]:
        """Their latest 100 cases, newest first."""
        return self._get(2)

    @property
    def cases_after(self) -> str | None:
        """Where `cases_of` goes on."""
        return self._get(3)

    @property
    def messages(self) -> list[Message]:
        """Their latest 100 messages, newest first."""
        return self._get(4)

    @property
    def messages_after(self) -> str | None:
        """Where `messages_by` goes on."""
        return self._get(5)

    @property
    def maybe_same(self) -> list[MaybeSame]:
        """Others who may be the same person, and the weak signs that say so. Only people decide."""
        return self._get(6)


class Deleted(Base):
    """A message was taken back, by its author, by us or by the network."""

    __slots__ = ()
    __match_args__ = ("scope", "native_id", "at")

    @property
    def scope(self) -> str:
        """Id scope of `native_id`."""
        return self._get(0)

    @property
    def native_id(self) -> str:
        """The message."""
        return self._get(1)

    @property
    def at(self) -> datetime | None:
        """When, by the network's clock, where it tells."""
        return self._get(2)


class Effect(Base):
    """Something the engine wants done."""

    __slots__ = ()
    __match_args__ = ("id", "due_at", "action")

    @property
    def id(self) -> str:
        """Our id."""
        return self._get(0)

    @property
    def due_at(self) -> datetime:
        """When it becomes due."""
        return self._get(1)

    @property
    def action(self) -> Any:
        """What."""
        return self._get(2)


class Entity(Base):
    """A marked stretch of a text."""

    __slots__ = ()
    __match_args__ = ("span", "kind", "value", "native_id")

    @property
    def span(self) -> Span:
        """Where it stands in the text."""
        return self._get(0)

    @property
    def kind(self) -> EntityKind:
        """What it is."""
        return self._get(1)

    @property
    def value(self) -> str:
        """What it stands for: the full address of a link, the handle of a mention without `@`, the tag without `#`."""
        return self._get(2)

    @property
    def native_id(self) -> str | None:
        """For a mention, the native id of the profile, where the network tells."""
        return self._get(3)


class Erased(Base):
    """Something was erased. Names nobody: who is forgotten is not named for it."""

    __slots__ = ()
    __match_args__ = ("what", "removed")

    @property
    def what(self) -> str:
        """What was asked for: `customer`, `identity`, `message`."""
        return self._get(0)

    @property
    def removed(self) -> dict[str, int]:
        """How many of each kind were removed."""
        return self._get(1)


class Event(Base):
    """Something that happened."""

    __slots__ = ()
    __match_args__ = ("v", "account", "channel", "received_at", "raw", "body")

    @property
    def v(self) -> int:
        """Format version of this event; see `VERSION`."""
        return self._get(0)

    @property
    def account(self) -> NativeAccount | None:
        """The brand account it came through; absent for what happens inside careline."""
        return self._get(1)

    @property
    def channel(self) -> Channel:
        """The way it reached us."""
        return self._get(2)

    @property
    def received_at(self) -> datetime:
        """When it reached us."""
        return self._get(3)

    @property
    def raw(self) -> Any | None:
        """Its bytes in the raw delivery; absent where it is the whole body."""
        return self._get(4)

    @property
    def body(self) -> EventBody:
        """What happened."""
        return self._get(5)


class Explanation(Base):
    """Why a case is what it is."""

    __slots__ = ()
    __match_args__ = ("case", "text", "assessment", "reasons")

    @property
    def case(self) -> Case:
        """The case."""
        return self._get(0)

    @property
    def text(self) -> str:
        """The lead message's text; empty once erased."""
        return self._get(1)

    @property
    def assessment(self) -> Assessment | None:
        """Every reason for what the lead message is held to be."""
        return self._get(2)

    @property
    def reasons(self) -> list[Why]:
        """Why this team and these promises, this agent, these steps: in order of time."""
        return self._get(3)


class Failed(Base):
    """Something due that could not be done."""

    __slots__ = ()
    __match_args__ = ("tenant", "error")

    @property
    def tenant(self) -> str:
        """Whose it was."""
        return self._get(0)

    @property
    def error(self) -> Any:
        """Why; `not_found` if work waits for a tenant this engine does not know."""
        return self._get(1)


class Finding(Base):
    """One reason for one conclusion about a message. Names a rule and a place, never the words themselves."""

    __slots__ = ()
    __match_args__ = ("about", "value", "weight", "rule", "span")

    @property
    def about(self) -> Question:
        """Which question it answers."""
        return self._get(0)

    @property
    def value(self) -> str:
        """Which answer it speaks for; for yes-or-no questions `yes` or `no`."""
        return self._get(1)

    @property
    def weight(self) -> float:
        """How strongly, as a log-odds-like score; negative speaks against. Counts as 20 at most, either way."""
        return self._get(2)

    @property
    def rule(self) -> str:
        """The rule or model that says so, `<room>.<name>`, e.g. `text.refund_word` or `x.direct_message`."""
        return self._get(3)

    @property
    def span(self) -> Span | None:
        """Where in the text, if it is a place."""
        return self._get(4)


class Gist(Base):
    """An assessment in short: what lists and the case need of it."""

    __slots__ = ()
    __match_args__ = ("needs_response", "tier", "intent", "category", "sentiment", "language")

    @property
    def needs_response(self) -> bool:
        """Whether somebody should answer."""
        return self._get(0)

    @property
    def tier(self) -> int:
        """1 is the most pressing."""
        return self._get(1)

    @property
    def intent(self) -> Intent:
        """What the author wants."""
        return self._get(2)

    @property
    def category(self) -> str:
        """The subject."""
        return self._get(3)

    @property
    def sentiment(self) -> Sentiment:
        """The tone."""
        return self._get(4)

    @property
    def language(self) -> str:
        """The language as a BCP 47 tag."""
        return self._get(5)


class Handoff(Base):
    """A matter's way from public to private and back."""

    __slots__ = ()
    __match_args__ = ("from_", "to", "way", "state", "by", "invited_at", "invitation", "expires_at", "arrived_in", "arrived_at", "return_note", "returned_at", "note")

    @property
    def from_(self) -> str:
        """The public thread it left."""
        return self._get(0)

    @property
    def to(self) -> HandoffTo:
        """Where it goes on."""
        return self._get(1)

    @property
    def way(self) -> InvitationWay:
        """How the customer was asked."""
        return self._get(2)

    @property
    def state(self) -> HandoffState:
        """Where it stands."""
        return self._get(3)

    @property
    def by(self) -> str:
        """Who asked."""
        return self._get(4)

    @property
    def invited_at(self) -> datetime:
        """When."""
        return self._get(5)

    @property
    def invitation(self) -> str | None:
        """The reply that asked."""
        return self._get(6)

    @property
    def expires_at(self) -> datetime | None:
        """Until when the customer is expected."""
        return self._get(7)

    @property
    def arrived_in(self) -> str | None:
        """The private thread the customer came to."""
        return self._get(8)

    @property
    def arrived_at(self) -> datetime | None:
        """When."""
        return self._get(9)

    @property
    def return_note(self) -> str | None:
        """The closing note in public."""
        return self._get(10)

    @property
    def returned_at(self) -> datetime | None:
        """When it was submitted."""
        return self._get(11)

    @property
    def note(self) -> str | None:
        """What colleagues need to know: a ticket number, whom to call. Never sent."""
        return self._get(12)


class Held(Base):
    """Who may write in a private thread."""

    __slots__ = ()
    __match_args__ = ("since", "owner", "app")

    @property
    def since(self) -> datetime:
        """Since when."""
        return self._get(0)

    @property
    def owner(self) -> ThreadOwner:
        """Who."""
        return self._get(1)

    @property
    def app(self) -> str | None:
        """The app, where the network names it."""
        return self._get(2)


class Hidden(Base):
    """A message was hidden from or shown to the public again."""

    __slots__ = ()
    __match_args__ = ("scope", "native_id", "hidden", "at")

    @property
    def scope(self) -> str:
        """Id scope of `native_id`."""
        return self._get(0)

    @property
    def native_id(self) -> str:
        """The message."""
        return self._get(1)

    @property
    def hidden(self) -> bool:
        """Whether it is hidden now."""
        return self._get(2)

    @property
    def at(self) -> datetime | None:
        """When, by the network's clock, where it tells."""
        return self._get(3)


class Identity(Base):
    """A profile as careline keeps it, and the person it belongs to."""

    __slots__ = ()
    __match_args__ = ("id", "network", "customer", "profile", "profile_at", "first_seen_at")

    @property
    def id(self) -> str:
        """Our id."""
        return self._get(0)

    @property
    def network(self) -> str:
        """The network."""
        return self._get(1)

    @property
    def customer(self) -> str:
        """The person it was met as; that customer may have been merged into another one."""
        return self._get(2)

    @property
    def profile(self) -> Profile:
        """What the network showed last."""
        return self._get(3)

    @property
    def profile_at(self) -> datetime:
        """The time of the message `profile` came with: a later one replaces it, an earlier one does not."""
        return self._get(4)

    @property
    def first_seen_at(self) -> datetime:
        """The time of the first message from it."""
        return self._get(5)


class Inbound(Base):
    """One revision of one message as one network describes it: what every connector produces.

    It names things by native ids and says nothing about whose customer this is; the engine adds that."""

    __slots__ = ()
    __match_args__ = ("scope", "native_id", "root_id", "surface", "visibility", "author", "recipient", "sent_at", "revision", "thread", "reply_to", "permalink", "rating", "hidden", "language", "echo_of", "content")

    @property
    def scope(self) -> str:
        """Within what the native ids below are unique: a network, host, account or chat."""
        return self._get(0)

    @property
    def native_id(self) -> str:
        """The network's id of this revision."""
        return self._get(1)

    @property
    def root_id(self) -> str | None:
        """The id of the first revision, where an edit comes under a new id."""
        return self._get(2)

    @property
    def surface(self) -> Surface:
        """The kind of place."""
        return self._get(3)

    @property
    def visibility(self) -> Visibility:
        """Who can read it."""
        return self._get(4)

    @property
    def author(self) -> Profile | None:
        """Who wrote it; absent where the network does not tell."""
        return self._get(5)

    @property
    def recipient(self) -> Profile | None:
        """Whom a private message is to, where the network tells: the person, in our own messages."""
        return self._get(6)

    @property
    def sent_at(self) -> datetime | None:
        """When it was sent, by the network's own clock; absent where the network does not tell."""
        return self._get(7)

    @property
    def revision(self) -> int:
        """Which revision this is: 0 is the original, a higher number is a later one. Numbers may have gaps."""
        return self._get(8)

    @property
    def thread(self) -> str | None:
        """The native id of the thread's root, where the network tells; else the engine follows `reply_to`."""
        return self._get(9)

    @property
    def reply_to(self) -> ReplyTarget | None:
        """What it answers."""
        return self._get(10)

    @property
    def permalink(self) -> str | None:
        """Where a person can look at it."""
        return self._get(11)

    @property
    def rating(self) -> Rating | None:
        """The stars it carries."""
        return self._get(12)

    @property
    def hidden(self) -> bool | None:
        """Whether the network shows it to nobody but its author; absent where the network does not tell."""
        return self._get(13)

    @property
    def language(self) -> str | None:
        """The language the network or the author names, as a BCP 47 tag."""
        return self._get(14)

    @property
    def echo_of(self) -> str | None:
        """The key we sent along with our own message, given back in its echo."""
        return self._get(15)

    @property
    def content(self) -> Content:
        """What it says."""
        return self._get(16)


class Incident(Base):
    """Many people, one problem."""

    __slots__ = ()
    __match_args__ = ("id", "key", "name", "when", "since", "hold", "opened_by", "opened_at", "released_by", "released_at", "statements")

    @property
    def id(self) -> str:
        """Our id."""
        return self._get(0)

    @property
    def key(self) -> str:
        """The key it was opened under: the same key again is the same incident."""
        return self._get(1)

    @property
    def name(self) -> str:
        """What it is called among colleagues."""
        return self._get(2)

    @property
    def when(self) -> Any:
        """Whose messages are about it: facts of the case, and `terms` in the words of the message."""
        return self._get(3)

    @property
    def since(self) -> datetime:
        """Cases opened since then are looked at."""
        return self._get(4)

    @property
    def hold(self) -> bool:
        """Whether answers one by one are held while it is open."""
        return self._get(5)

    @property
    def opened_by(self) -> str:
        """Who opened it."""
        return self._get(6)

    @property
    def opened_at(self) -> datetime:
        """When."""
        return self._get(7)

    @property
    def released_by(self) -> str | None:
        """Who released what it held."""
        return self._get(8)

    @property
    def released_at(self) -> datetime | None:
        """When; absent while it is open."""
        return self._get(9)

    @property
    def statements(self) -> list[Statement]:
        """The statements that were submitted about it, one per account."""
        return self._get(10)


class IncidentDraft(Base):
    """What it takes to open an incident."""

    __slots__ = ()
    __match_args__ = ("key", "name", "when", "since", "without_hold")

    @property
    def key(self) -> str:
        """Names this incident for ever: the same key again changes nothing. At most 200 characters."""
        return self._get(0)

    @property
    def name(self) -> str:
        """What it is called among colleagues."""
        return self._get(1)

    @property
    def when(self) -> Any:
        """Whose messages are about it; must ask for something."""
        return self._get(2)

    @property
    def since(self) -> datetime | None:
        """Cases opened since then are looked at; absent: since a day before it is opened."""
        return self._get(3)

    @property
    def without_hold(self) -> bool:
        """Whether answers one by one go on all the same."""
        return self._get(4)


class IncidentEvent(Base):
    """An incident was opened or released."""

    __slots__ = ()
    __match_args__ = ("incident", "actor", "open")

    @property
    def incident(self) -> str:
        """The incident."""
        return self._get(0)

    @property
    def actor(self) -> str:
        """Who did it."""
        return self._get(1)

    @property
    def open(self) -> IncidentDraft | None:
        """What it is to be; absent where it is released."""
        return self._get(2)


class Ingested(Base):
    """What became of a delivery's events."""

    __slots__ = ()
    __match_args__ = ("added", "changed", "known", "quarantined")

    @property
    def added(self) -> int:
        """Events that brought something new."""
        return self._get(0)

    @property
    def changed(self) -> int:
        """Events that changed something known."""
        return self._get(1)

    @property
    def known(self) -> int:
        """Events that were known already or of no consequence."""
        return self._get(2)

    @property
    def quarantined(self) -> int:
        """Items set aside."""
        return self._get(3)


class Invitation(Base):
    """How a person is asked in public to go on in private."""

    __slots__ = ()
    __match_args__ = ("way", "link")

    @property
    def way(self) -> InvitationWay:
        """What they do then."""
        return self._get(0)

    @property
    def link(self) -> str | None:
        """A link that opens the private thread, to stand in the public answer."""
        return self._get(1)


class Leased(Base):
    """An effect that only we may carry out now."""

    __slots__ = ()
    __match_args__ = ("tenant", "effect", "token")

    @property
    def tenant(self) -> str:
        """Whose."""
        return self._get(0)

    @property
    def effect(self) -> Effect:
        """What."""
        return self._get(1)

    @property
    def token(self) -> int:
        """Proves the lease; a later lease of the same effect has a higher one."""
        return self._get(2)


class MaybeSame(Base):
    """Somebody who may be the same person."""

    __slots__ = ()
    __match_args__ = ("customer", "identities", "evidence")

    @property
    def customer(self) -> str:
        """The other one."""
        return self._get(0)

    @property
    def identities(self) -> list[Identity]:
        """Their profiles."""
        return self._get(1)

    @property
    def evidence(self) -> list[str]:
        """What is alike."""
        return self._get(2)


class Measured(Base):
    """How long a text is where it is to stand."""

    __slots__ = ()
    __match_args__ = ("length", "max", "unit", "bytes", "fits", "within", "links", "mentions")

    @property
    def length(self) -> int:
        """Its length in `unit`."""
        return self._get(0)

    @property
    def max(self) -> int:
        """The most that it may hold, in `unit`."""
        return self._get(1)

    @property
    def unit(self) -> str:
        """What is counted: `weighted`, `grapheme`, `code_point`, `utf16`, `byte`."""
        return self._get(2)

    @property
    def bytes(self) -> int:
        """Its length in UTF-8 bytes."""
        return self._get(3)

    @property
    def fits(self) -> bool:
        """Whether the network takes it: neither empty nor too long, and without characters it refuses."""
        return self._get(4)

    @property
    def within(self) -> Span:
        """How much of it is within the bounds; what comes after is too much."""
        return self._get(5)

    @property
    def links(self) -> int:
        """How many links stand in it."""
        return self._get(6)

    @property
    def mentions(self) -> int:
        """How many mentions stand in it."""
        return self._get(7)


class Merge(Base):
    """A merge of two customers, with what it takes to undo it."""

    __slots__ = ()
    __match_args__ = ("from_", "identities", "at", "by", "evidence")

    @property
    def from_(self) -> str:
        """The customer that was merged in."""
        return self._get(0)

    @property
    def identities(self) -> list[str]:
        """The identities that moved."""
        return self._get(1)

    @property
    def at(self) -> datetime:
        """When."""
        return self._get(2)

    @property
    def by(self) -> str:
        """Who decided it."""
        return self._get(3)

    @property
    def evidence(self) -> list[str]:
        """Why: what shows that they are one person."""
        return self._get(4)


class Message(Base):
    """A message as careline keeps it: the newest revision, who it is from, where it belongs."""

    __slots__ = ()
    __match_args__ = ("id", "network", "scope", "native_id", "conversation", "accounts", "channels", "case", "surface", "visibility", "origin", "automatic", "author", "customer", "sent_at", "received_at", "processed_at", "revision", "revisions", "reply_to", "permalink", "rating", "language", "hidden", "hidden_at", "deleted_at", "raw", "gist", "content")

    @property
    def id(self) -> str:
        """Our id: the same for every revision, delivery and account."""
        return self._get(0)

    @property
    def network(self) -> str:
        """The network it came through."""
        return self._get(1)

    @property
    def scope(self) -> str:
        """Within what the native ids are unique."""
        return self._get(2)

    @property
    def native_id(self) -> str:
        """The network's id of the newest revision."""
        return self._get(3)

    @property
    def conversation(self) -> str:
        """The thread it stands in."""
        return self._get(4)

    @property
    def accounts(self) -> list[str]:
        """The brand accounts through which we saw it."""
        return self._get(5)

    @property
    def channels(self) -> dict[str, list[Channel]]:
        """The ways it reached us through each account: pushed, listed, or both. Coverage is counted from these."""
        return self._get(6)

    @property
    def case(self) -> str | None:
        """The case it belongs to."""
        return self._get(7)

    @property
    def surface(self) -> Surface:
        """The kind of place."""
        return self._get(8)

    @property
    def visibility(self) -> Visibility:
        """Who can read it."""
        return self._get(9)

    @property
    def origin(self) -> Origin:
        """On whose behalf it was written."""
        return self._get(10)

    @property
    def automatic(self) -> bool:
        """Whether nobody wrote it: an acknowledgement, a question about satisfaction. It stops no clock."""
        return self._get(11)

    @property
    def author(self) -> str | None:
        """The profile that wrote it; absent where the network does not tell."""
        return self._get(12)

    @property
    def customer(self) -> str | None:
        """The person behind the profile; absent for our own messages."""
        return self._get(13)

    @property
    def sent_at(self) -> datetime | None:
        """When it was sent, by the network's own clock."""
        return self._get(14)

    @property
    def received_at(self) -> datetime:
        """When the delivery that first brought it reached us."""
        return self._get(15)

    @property
    def processed_at(self) -> datetime:
        """When the engine first decided about it."""
        return self._get(16)

    @property
    def revision(self) -> int:
        """Which revision this is; 0 is the original."""
        return self._get(17)

    @property
    def revisions(self) -> list[int]:
        """The revisions seen so far, this one included, in order."""
        return self._get(18)

    @property
    def reply_to(self) -> ReplyTarget | None:
        """What it answers, by native id."""
        return self._get(19)

    @property
    def permalink(self) -> str | None:
        """Where a person can look at it."""
        return self._get(20)

    @property
    def rating(self) -> Rating | None:
        """The stars it carries."""
        return self._get(21)

    @property
    def language(self) -> str | None:
        """The language the network or the author names."""
        return self._get(22)

    @property
    def hidden(self) -> bool:
        """Hidden on the network."""
        return self._get(23)

    @property
    def hidden_at(self) -> datetime | None:
        """Since when `hidden` holds as far as we were told, by the network's clock where it tells; absent if nobody told."""
        return self._get(24)

    @property
    def deleted_at(self) -> datetime | None:
        """Taken back by its author or the network: what remains is a tombstone without content."""
        return self._get(25)

    @property
    def raw(self) -> RawRef | None:
        """The delivery that brought this revision, with its raw form."""
        return self._get(26)

    @property
    def gist(self) -> Gist | None:
        """What its assessment concluded, in short; absent for our own messages."""
        return self._get(27)

    @property
    def content(self) -> Content | None:
        """What it says; absent once deleted or erased."""
        return self._get(28)


class NativeAccount(Base):
    """A brand account as its network names it. The engine maps it to a tenant and an `AccountId`."""

    __slots__ = ()
    __match_args__ = ("network", "native_id")

    @property
    def network(self) -> str:
        """The network."""
        return self._get(0)

    @property
    def native_id(self) -> str:
        """The account's id there; where ids are local to a server, `host/id`."""
        return self._get(1)


class Note(Base):
    """A colleague's note."""

    __slots__ = ()
    __match_args__ = ("case", "at", "by", "text")

    @property
    def case(self) -> str:
        """The case."""
        return self._get(0)

    @property
    def at(self) -> datetime:
        """When it was written."""
        return self._get(1)

    @property
    def by(self) -> str:
        """Who wrote it."""
        return self._get(2)

    @property
    def text(self) -> str:
        """The note."""
        return self._get(3)


class Objection(Base):
    """What a guard has against an answer."""

    __slots__ = ()
    __match_args__ = ("guard", "weight", "spans", "reasons", "instead")

    @property
    def guard(self) -> Guard:
        """The guard."""
        return self._get(0)

    @property
    def weight(self) -> Weight:
        """What it does."""
        return self._get(1)

    @property
    def spans(self) -> list[Span]:
        """Where in the draft, in order; the first `MOST_SPANS`."""
        return self._get(2)

    @property
    def reasons(self) -> list[Reason]:
        """Why, without words of the draft."""
        return self._get(3)

    @property
    def instead(self) -> Instead:
        """What can be done instead."""
        return self._get(4)


class Owed(Base):
    """Somebody who is owed an answer once an incident is released."""

    __slots__ = ()
    __match_args__ = ("case", "held")

    @property
    def case(self) -> Case:
        """The case."""
        return self._get(0)

    @property
    def held(self) -> str | None:
        """The reply that was held back, if one was written."""
        return self._get(1)


class Parsed(Base):
    """What was found in one body."""

    __slots__ = ()
    __match_args__ = ("events", "rejects", "repaired")

    @property
    def events(self) -> list[Event]:
        """What could be read."""
        return self._get(0)

    @property
    def rejects(self) -> list[Reject]:
        """What could not."""
        return self._get(1)

    @property
    def repaired(self) -> bool:
        """Whether the body had to be repaired before it could be read at all."""
        return self._get(2)


class Part(Base):
    """One post or message."""

    __slots__ = ()
    __match_args__ = ("text", "length", "entities")

    @property
    def text(self) -> str:
        """Its text in Unicode NFC."""
        return self._get(0)

    @property
    def length(self) -> int:
        """Its length in the unit of the policy."""
        return self._get(1)

    @property
    def entities(self) -> list[Entity]:
        """What the network makes of it; spans in UTF-8 bytes of `text`."""
        return self._get(2)


class Pii(Base):
    """Personal data found in a text; the text itself is not repeated here."""

    __slots__ = ()
    __match_args__ = ("kind", "span")

    @property
    def kind(self) -> PiiKind:
        """What it is."""
        return self._get(0)

    @property
    def span(self) -> Span:
        """Where it stands."""
        return self._get(1)


class PolicyChange(Base):
    """Another policy holds from now on."""

    __slots__ = ()
    __match_args__ = ("version",)

    @property
    def version(self) -> str:
        """Its version, see `version`."""
        return self._get(0)


class Presence(Base):
    """An agent at work."""

    __slots__ = ()
    __match_args__ = ("agent", "online", "until", "changed_at", "cases")

    @property
    def agent(self) -> str:
        """The agent."""
        return self._get(0)

    @property
    def online(self) -> bool:
        """Whether they take work."""
        return self._get(1)

    @property
    def until(self) -> datetime | None:
        """Until when that holds unless repeated; absent means until changed."""
        return self._get(2)

    @property
    def changed_at(self) -> datetime:
        """When they last came or went."""
        return self._get(3)

    @property
    def cases(self) -> list[str]:
        """The cases they hold that use up capacity."""
        return self._get(4)


class PresenceEvent(Base):
    """An agent came or went."""

    __slots__ = ()
    __match_args__ = ("agent", "online", "until")

    @property
    def agent(self) -> str:
        """The agent."""
        return self._get(0)

    @property
    def online(self) -> bool:
        """Whether they take work."""
        return self._get(1)

    @property
    def until(self) -> datetime | None:
        """Until when that holds unless repeated."""
        return self._get(2)


class Profile(Base):
    """A profile as a network shows it at one moment."""

    __slots__ = ()
    __match_args__ = ("scope", "native_id", "handle", "name", "url", "avatar_url", "followers", "verified", "bot")

    @property
    def scope(self) -> str:
        """Within what the native id is unique: a network, host or brand account."""
        return self._get(0)

    @property
    def native_id(self) -> str:
        """The network's id of the profile."""
        return self._get(1)

    @property
    def handle(self) -> str | None:
        """The handle without `@`."""
        return self._get(2)

    @property
    def name(self) -> str | None:
        """The name shown."""
        return self._get(3)

    @property
    def url(self) -> str | None:
        """Where a person can look at it."""
        return self._get(4)

    @property
    def avatar_url(self) -> str | None:
        """Its picture."""
        return self._get(5)

    @property
    def followers(self) -> int | None:
        """How many follow it."""
        return self._get(6)

    @property
    def verified(self) -> bool | None:
        """Whether the network vouches for it."""
        return self._get(7)

    @property
    def bot(self) -> bool | None:
        """Whether it says that it is a machine."""
        return self._get(8)


class Quarantined(Base):
    """A delivery or an item of one that could not be read, or names an account nobody owns."""

    __slots__ = ()
    __match_args__ = ("id", "delivery", "range", "endpoint", "received_at", "error", "redriven_at")

    @property
    def id(self) -> str:
        """Our id."""
        return self._get(0)

    @property
    def delivery(self) -> str:
        """The delivery it came in."""
        return self._get(1)

    @property
    def range(self) -> Any | None:
        """Its bytes there; absent for the whole body."""
        return self._get(2)

    @property
    def endpoint(self) -> str:
        """The endpoint or account it came through."""
        return self._get(3)

    @property
    def received_at(self) -> datetime:
        """When it was received."""
        return self._get(4)

    @property
    def error(self) -> Any:
        """Why, as the error's JSON."""
        return self._get(5)

    @property
    def redriven_at(self) -> datetime | None:
        """When it was successfully read after all."""
        return self._get(6)


class QueueItem(Base):
    """A case in a list, with what a person needs to choose it."""

    __slots__ = ()
    __match_args__ = ("case", "customer_name", "excerpt")

    @property
    def case(self) -> Case:
        """The case."""
        return self._get(0)

    @property
    def customer_name(self) -> str | None:
        """The customer's name or handle, if known."""
        return self._get(1)

    @property
    def excerpt(self) -> str:
        """The beginning of the lead message's text; empty once erased."""
        return self._get(2)


class Rating(Base):
    """Stars, thumbs or recommendations."""

    __slots__ = ()
    __match_args__ = ("value", "best", "worst")

    @property
    def value(self) -> float:
        """What was given."""
        return self._get(0)

    @property
    def best(self) -> float:
        """The best possible value; the worst is `worst`."""
        return self._get(1)

    @property
    def worst(self) -> float:
        """The worst possible value."""
        return self._get(2)


class RawRef(Base):
    """Where the raw form of something is kept."""

    __slots__ = ()
    __match_args__ = ("delivery", "range")

    @property
    def delivery(self) -> str:
        """The delivery."""
        return self._get(0)

    @property
    def range(self) -> Any | None:
        """The bytes of its body that are this item; absent where it is the whole body."""
        return self._get(1)


class Reaction(Base):
    """A like, a heart, a boost."""

    __slots__ = ()
    __match_args__ = ("scope", "native_id", "by", "reaction", "sole", "removed", "at")

    @property
    def scope(self) -> str:
        """Id scope of `native_id`."""
        return self._get(0)

    @property
    def native_id(self) -> str:
        """The message reacted to."""
        return self._get(1)

    @property
    def by(self) -> Profile | None:
        """Who reacted, where the network tells."""
        return self._get(2)

    @property
    def reaction(self) -> str:
        """What, in the network's word: `like`, `love`, `boost` …"""
        return self._get(3)

    @property
    def sole(self) -> bool:
        """Whether it takes the place of the person's other reactions to the message, as where there can be but one."""
        return self._get(4)

    @property
    def removed(self) -> bool:
        """Whether it was taken back."""
        return self._get(5)

    @property
    def at(self) -> datetime | None:
        """When, by the network's clock, where it tells."""
        return self._get(6)


class Reason(Base):
    """Why something was decided: a rule and what it saw."""

    __slots__ = ()
    __match_args__ = ("rule", "note")

    @property
    def rule(self) -> str:
        """The rule or model, `<room>.<name>`, e.g. `routing.sticky` or `sla.tier_1`."""
        return self._get(0)

    @property
    def note(self) -> str:
        """What it saw, as a short phrase without customer text."""
        return self._get(1)


class Receipt(Base):
    """What was removed: how many of each kind, and which people."""

    __slots__ = ()
    __match_args__ = ("removed", "customers")

    @property
    def removed(self) -> dict[str, int]:
        """How many of each kind: `messages`, `payloads`, `search_entries`, `raw_deliveries`, `identities`, `customers`,
        `cases`, `assessments`, `conversations`, `aliases`, `slots`, `reactions`, `threads`, `steps`, `notes`, `timers`,
        `effects`, `quarantined`, `log_entries`, `hints`, `replies`, `lines`. What there was none of is not listed."""
        return self._get(0)

    @property
    def customers(self) -> list[str]:
        """The people who were erased."""
        return self._get(1)


class Reject(Base):
    """An item that could not be read. It is quarantined with its raw form and can be redriven."""

    __slots__ = ()
    __match_args__ = ("account", "raw", "error")

    @property
    def account(self) -> NativeAccount | None:
        """The account it was for, as far as it could be told."""
        return self._get(0)

    @property
    def raw(self) -> Any | None:
        """Its bytes in the body; absent for the whole body."""
        return self._get(1)

    @property
    def error(self) -> Any:
        """Why."""
        return self._get(2)


class Reply(Base):
    """Something we want to say or do on a network, and what became of it."""

    __slots__ = ()
    __match_args__ = ("id", "key", "verb", "purpose", "case", "customer", "account", "network", "line", "to", "surface", "visibility", "tag", "author", "by_human", "ground", "undo", "incident", "state", "created_at", "changed_at", "not_before", "closes_at", "parts", "approval", "despite", "reasons", "wording")

    @property
    def id(self) -> str:
        """Our id."""
        return self._get(0)

    @property
    def key(self) -> str:
        """The key it was submitted under: the same key again is the same reply."""
        return self._get(1)

    @property
    def verb(self) -> str:
        """What is done: `reply`, `direct_message`, `publish`, `like`, `hide`, `edit` or `delete`."""
        return self._get(2)

    @property
    def purpose(self) -> ReplyPurpose:
        """What for."""
        return self._get(3)

    @property
    def case(self) -> str | None:
        """The case it belongs to."""
        return self._get(4)

    @property
    def customer(self) -> str | None:
        """The person it is for."""
        return self._get(5)

    @property
    def account(self) -> str:
        """The brand account that says it."""
        return self._get(6)

    @property
    def network(self) -> str:
        """The network."""
        return self._get(7)

    @property
    def line(self) -> str:
        """Where it waits its turn: the thread, or the account's own line for posts."""
        return self._get(8)

    @property
    def to(self) -> str | None:
        """The message it is about."""
        return self._get(9)

    @property
    def surface(self) -> Surface:
        """The kind of place it goes to."""
        return self._get(10)

    @property
    def visibility(self) -> Visibility:
        """Who can read it there."""
        return self._get(11)

    @property
    def tag(self) -> str | None:
        """The permission of the network it rests on, where that must be named."""
        return self._get(12)

    @property
    def author(self) -> str:
        """Who wrote it: an agent, or `auto:` and a name for what nobody writes."""
        return self._get(13)

    @property
    def by_human(self) -> bool:
        """Whether a person wrote it."""
        return self._get(14)

    @property
    def ground(self) -> str | None:
        """The ground on which a customer's comment is hidden."""
        return self._get(15)

    @property
    def undo(self) -> bool:
        """Whether what is done is undone: a like taken back, a comment shown again."""
        return self._get(16)

    @property
    def incident(self) -> str | None:
        """The incident it is the statement of, or that holds it."""
        return self._get(17)

    @property
    def state(self) -> ReplyState:
        """Where it stands."""
        return self._get(18)

    @property
    def created_at(self) -> datetime:
        """When it was submitted."""
        return self._get(19)

    @property
    def changed_at(self) -> datetime:
        """Since when it stands there."""
        return self._get(20)

    @property
    def not_before(self) -> datetime | None:
        """Not sent before this."""
        return self._get(21)

    @property
    def closes_at(self) -> datetime | None:
        """When its route closes; absent if it does not."""
        return self._get(22)

    @property
    def parts(self) -> list[ReplyPart]:
        """The pieces in which it is sent, in order; one for an act without words."""
        return self._get(23)

    @property
    def approval(self) -> Approval | None:
        """Who must approve it, and who did."""
        return self._get(24)

    @property
    def despite(self) -> list[str]:
        """The objections its author has seen and set aside, by guard."""
        return self._get(25)

    @property
    def reasons(self) -> list[Reason]:
        """Why it stands where it does."""
        return self._get(26)

    @property
    def wording(self) -> Wording | None:
        """What it says; kept apart, so it can be erased alone. Absent once erased, and for an act without words."""
        return self._get(27)


class ReplyDraft(Base):
    """What somebody wants said or done: what `can_send` judges and `reply` submits.

    `can_send`: crate::care::Tenant::can_send
    `reply`: crate::care::Tenant::reply"""

    __slots__ = ()
    __match_args__ = ("key", "author", "verb", "purpose", "to", "account", "text", "markdown", "language", "signature", "thread", "wider", "read", "despite", "not_before", "ground", "undo", "incident")

    @property
    def key(self) -> str:
        """Names this submission for ever: the same key again changes nothing and gives the same reply. At most 200 characters."""
        return self._get(0)

    @property
    def author(self) -> str:
        """Who writes it: an agent of the policy, or `auto:` and a name for what no person writes."""
        return self._get(1)

    @property
    def verb(self) -> str | None:
        """What is to be done: `reply`, `direct_message`, `publish`, `like`, `hide`, `edit` or `delete`; absent: the first open
        way to answer `to`."""
        return self._get(2)

    @property
    def purpose(self) -> ReplyPurpose | None:
        """What for; absent: an answer, or an act where there are no words."""
        return self._get(3)

    @property
    def to(self) -> str | None:
        """The message it is about. Absent for a post of our own."""
        return self._get(4)

    @property
    def account(self) -> str | None:
        """The account that says it; absent: the one that answers in the message's case. A post of our own names it."""
        return self._get(5)

    @property
    def text(self) -> str:
        """The words; empty for a like, a hidden comment, a deletion."""
        return self._get(6)

    @property
    def markdown(self) -> bool:
        """Whether `text` is Markdown."""
        return self._get(7)

    @property
    def language(self) -> str | None:
        """The language of the words as a BCP 47 tag; absent: the case's."""
        return self._get(8)

    @property
    def signature(self) -> str | None:
        """What stands at the end, such as the agent's initials `^MK`; absent: what the policy says."""
        return self._get(9)

    @property
    def thread(self) -> bool:
        """Whether a long text may become a numbered thread."""
        return self._get(10)

    @property
    def wider(self) -> bool:
        """Whether it may be read by more people than the message it answers."""
        return self._get(11)

    @property
    def read(self) -> int | None:
        """The version of the conversation that the author has read, see `reading`."""
        return self._get(12)

    @property
    def despite(self) -> list[str]:
        """The guards whose warnings the author has seen and sets aside."""
        return self._get(13)

    @property
    def not_before(self) -> datetime | None:
        """Not to be sent before this."""
        return self._get(14)

    @property
    def ground(self) -> str | None:
        """The ground on which a customer's comment is hidden: one of the policy's."""
        return self._get(15)

    @property
    def undo(self) -> bool:
        """Whether what is done is undone: a like taken back, a comment shown again."""
        return self._get(16)

    @property
    def incident(self) -> str | None:
        """The incident whose one statement it is; for a post of our own."""
        return self._get(17)


class ReplyEvent(Base):
    """Something happened to a reply."""

    __slots__ = ()
    __match_args__ = ("reply", "actor", "action")

    @property
    def reply(self) -> str:
        """The reply."""
        return self._get(0)

    @property
    def actor(self) -> str:
        """Who did it: an agent, `engine`, `auto:` and a name."""
        return self._get(1)

    @property
    def action(self) -> Any:
        """What they did."""
        return self._get(2)


class ReplyPart(Base):
    """One piece of a reply on its way to the network."""

    __slots__ = ()
    __match_args__ = ("state", "attempts", "looks", "first_begun_at", "begun_at", "again_at", "native_id", "permalink", "sent_at", "failure")

    @property
    def state(self) -> PartState:
        """Where it stands."""
        return self._get(0)

    @property
    def attempts(self) -> int:
        """How often sending it was begun."""
        return self._get(1)

    @property
    def looks(self) -> int:
        """How often it was looked for on the network without an answer."""
        return self._get(2)

    @property
    def first_begun_at(self) -> datetime | None:
        """When the first attempt began."""
        return self._get(3)

    @property
    def begun_at(self) -> datetime | None:
        """When the latest attempt began."""
        return self._get(4)

    @property
    def again_at(self) -> datetime | None:
        """Not tried or looked for again before this."""
        return self._get(5)

    @property
    def native_id(self) -> str | None:
        """The network's id of it."""
        return self._get(6)

    @property
    def permalink(self) -> str | None:
        """Where a browser finds it."""
        return self._get(7)

    @property
    def sent_at(self) -> datetime | None:
        """When the network took it."""
        return self._get(8)

    @property
    def failure(self) -> str | None:
        """What the latest attempt or look failed with, in one line."""
        return self._get(9)


class ReplyTarget(Base):
    """The message that a message answers."""

    __slots__ = ()
    __match_args__ = ("native_id", "author")

    @property
    def native_id(self) -> str:
        """Its native id, in the same scope."""
        return self._get(0)

    @property
    def author(self) -> str | None:
        """The native id of the profile that wrote it, where the network tells."""
        return self._get(1)


class Route(Base):
    """A place an answer would go."""

    __slots__ = ()
    __match_args__ = ("verb", "surface", "visibility", "closes_at", "cost_usd", "tag", "single")

    @property
    def verb(self) -> str:
        """The verb that goes there."""
        return self._get(0)

    @property
    def surface(self) -> Surface:
        """The kind of place."""
        return self._get(1)

    @property
    def visibility(self) -> Visibility:
        """Who could read it."""
        return self._get(2)

    @property
    def closes_at(self) -> datetime | None:
        """Until when it is open; absent if it does not close."""
        return self._get(3)

    @property
    def cost_usd(self) -> float | None:
        """What sending all parts costs in US dollars, where the network takes money."""
        return self._get(4)

    @property
    def tag(self) -> str | None:
        """The permission of the network that it rests on, where that must be named."""
        return self._get(5)

    @property
    def single(self) -> bool:
        """Whether the network takes one message there and no second one."""
        return self._get(6)


class Seen(Base):
    """The other side received or read our messages."""

    __slots__ = ()
    __match_args__ = ("scope", "thread", "read", "native_ids", "up_to")

    @property
    def scope(self) -> str:
        """Id scope of `thread` and `native_ids`."""
        return self._get(0)

    @property
    def thread(self) -> str:
        """The thread, by its root's native id."""
        return self._get(1)

    @property
    def read(self) -> bool:
        """Read, or only delivered."""
        return self._get(2)

    @property
    def native_ids(self) -> list[str]:
        """The messages, where the network names them."""
        return self._get(3)

    @property
    def up_to(self) -> datetime | None:
        """Everything up to this time, where the network tells so."""
        return self._get(4)


class Signal(Base):
    """Something signalled in a private thread that is not a message."""

    __slots__ = ()
    __match_args__ = ("name", "scope", "thread", "by", "at", "extensions")

    @property
    def name(self) -> str:
        """The network's word for it: `referral`, `optin` …; `typing` is over as soon as it is told, and nothing is kept of it."""
        return self._get(0)

    @property
    def scope(self) -> str:
        """Id scope of `thread`."""
        return self._get(1)

    @property
    def thread(self) -> str:
        """The thread, by its root's native id."""
        return self._get(2)

    @property
    def by(self) -> Profile | None:
        """Who, where the network tells."""
        return self._get(3)

    @property
    def at(self) -> datetime | None:
        """When, by the network's clock."""
        return self._get(4)

    @property
    def extensions(self) -> dict[str, Any]:
        """What it carries, by the network's own field names."""
        return self._get(5)


class Signalled(Base):
    """Something signalled in a private thread that is not a message."""

    __slots__ = ()
    __match_args__ = ("at", "by", "extensions")

    @property
    def at(self) -> datetime:
        """When."""
        return self._get(0)

    @property
    def by(self) -> str | None:
        """Who; absent for one of ours and where the network does not tell."""
        return self._get(1)

    @property
    def extensions(self) -> dict[str, Any]:
        """What it carries, by the network's own field names."""
        return self._get(2)


class SlaClock(Base):
    """A promise that runs in business time: from the customer's turn to our answer."""

    __slots__ = ()
    __match_args__ = ("kind", "target_secs", "calendar", "started_at", "used_secs", "running_since", "due_at", "stopped_at", "breached_at", "escalation")

    @property
    def kind(self) -> ClockKind:
        """What it promises."""
        return self._get(0)

    @property
    def target_secs(self) -> int:
        """The time promised, in business seconds."""
        return self._get(1)

    @property
    def calendar(self) -> str:
        """The calendar it runs in, by its name in the policy."""
        return self._get(2)

    @property
    def started_at(self) -> datetime:
        """The turn that started it, by the network's own time."""
        return self._get(3)

    @property
    def used_secs(self) -> int:
        """Business seconds used up before the present stretch: what a pause leaves behind."""
        return self._get(4)

    @property
    def running_since(self) -> datetime | None:
        """When the present stretch began; absent while paused or once stopped."""
        return self._get(5)

    @property
    def due_at(self) -> datetime | None:
        """When the promise is broken if nothing happens; absent while paused."""
        return self._get(6)

    @property
    def stopped_at(self) -> datetime | None:
        """When it was kept or given up."""
        return self._get(7)

    @property
    def breached_at(self) -> datetime | None:
        """When it was broken."""
        return self._get(8)

    @property
    def escalation(self) -> int:
        """How many steps of the escalation ladder were taken for it."""
        return self._get(9)


class Statement(Base):
    """A statement about an incident."""

    __slots__ = ()
    __match_args__ = ("account", "reply")

    @property
    def account(self) -> str:
        """The account that says it."""
        return self._get(0)

    @property
    def reply(self) -> str:
        """The post."""
        return self._get(1)


class Step(Base):
    """One line of a case's timeline. Holds no customer text."""

    __slots__ = ()
    __match_args__ = ("case", "at", "kind", "actor", "message", "reasons")

    @property
    def case(self) -> str:
        """The case."""
        return self._get(0)

    @property
    def at(self) -> datetime:
        """When it happened, by the network's clock where it is a message."""
        return self._get(1)

    @property
    def kind(self) -> StepKind:
        """What happened."""
        return self._get(2)

    @property
    def actor(self) -> str:
        """Who did it: an agent, `customer`, `engine`, `host`."""
        return self._get(3)

    @property
    def message(self) -> str | None:
        """The message it is about."""
        return self._get(4)

    @property
    def reasons(self) -> list[Reason]:
        """Why, and what was seen."""
        return self._get(5)


class Submitted(Base):
    """What became of a submission."""

    __slots__ = ()
    __match_args__ = ("verdict", "reply")

    @property
    def verdict(self) -> Verdict:
        """What was found about the draft."""
        return self._get(0)

    @property
    def reply(self) -> Reply | None:
        """The reply it became; absent if it may not be sent."""
        return self._get(1)


class Suggestion(Base):
    """What somebody who works on a case might do next, and why."""

    __slots__ = ()
    __match_args__ = ("kind", "to", "purpose", "text", "link", "reasons")

    @property
    def kind(self) -> SuggestionKind:
        """What."""
        return self._get(0)

    @property
    def to(self) -> str:
        """The message to answer."""
        return self._get(1)

    @property
    def purpose(self) -> ReplyPurpose:
        """What it would be for."""
        return self._get(2)

    @property
    def text(self) -> str | None:
        """The policy's text for it in the customer's language; absent where it has none."""
        return self._get(3)

    @property
    def link(self) -> str | None:
        """A link that opens the private thread."""
        return self._get(4)

    @property
    def reasons(self) -> list[Reason]:
        """Why."""
        return self._get(5)


class Survey(Base):
    """A question about satisfaction, and its answer."""

    __slots__ = ()
    __match_args__ = ("kind", "reply", "asked_at", "score", "answer", "answered_at")

    @property
    def kind(self) -> AutomaticKind:
        """What was asked: `csat` or `nps`."""
        return self._get(0)

    @property
    def reply(self) -> str:
        """The reply that asked."""
        return self._get(1)

    @property
    def asked_at(self) -> datetime:
        """When."""
        return self._get(2)

    @property
    def score(self) -> int | None:
        """The answer: 1 to 5, or 0 to 10."""
        return self._get(3)

    @property
    def answer(self) -> str | None:
        """The message that answers."""
        return self._get(4)

    @property
    def answered_at(self) -> datetime | None:
        """When."""
        return self._get(5)


class ThreadState(Base):
    """What a network tells of a private thread beside its messages."""

    __slots__ = ()
    __match_args__ = ("conversation", "delivered_up_to", "read_up_to", "held", "asked", "signals")

    @property
    def conversation(self) -> str:
        """The thread."""
        return self._get(0)

    @property
    def delivered_up_to(self) -> datetime | None:
        """Everything of ours up to this time was delivered to the other side."""
        return self._get(1)

    @property
    def read_up_to(self) -> datetime | None:
        """Everything of ours up to this time was read by the other side."""
        return self._get(2)

    @property
    def held(self) -> Held | None:
        """Who may write in it; absent until the network tells."""
        return self._get(3)

    @property
    def asked(self) -> Asked | None:
        """Who last asked for the right to write in it."""
        return self._get(4)

    @property
    def signals(self) -> dict[str, Signalled]:
        """The latest signal of each name; at most `SIGNALS`."""
        return self._get(5)


class ThreadView(Base):
    """A thread with its messages."""

    __slots__ = ()
    __match_args__ = ("conversation", "messages", "messages_after", "authors", "beside")

    @property
    def conversation(self) -> Conversation:
        """The thread."""
        return self._get(0)

    @property
    def messages(self) -> list[Message]:
        """Its first 500 messages and all of the case, in order of time."""
        return self._get(1)

    @property
    def messages_after(self) -> str | None:
        """Where `messages_in` goes on after the first 500."""
        return self._get(2)

    @property
    def authors(self) -> dict[str, Identity]:
        """Who wrote them."""
        return self._get(3)

    @property
    def beside(self) -> ThreadState | None:
        """What the network tells of it beside messages: who may write in it, up to when ours were read, signals."""
        return self._get(4)


class Ticked(Base):
    """What a call of `tick` did."""

    __slots__ = ()
    __match_args__ = ("timers", "routed", "joined", "advised", "sent", "next_due", "failed")

    @property
    def timers(self) -> int:
        """Timers that were due."""
        return self._get(0)

    @property
    def routed(self) -> int:
        """Teams whose queues were routed."""
        return self._get(1)

    @property
    def joined(self) -> int:
        """Threads in which the cases of one person were joined."""
        return self._get(2)

    @property
    def advised(self) -> int:
        """Messages that advisors were asked about."""
        return self._get(3)

    @property
    def sent(self) -> int:
        """Parts of replies that networks took."""
        return self._get(4)

    @property
    def next_due(self) -> datetime | None:
        """When the next timer is due, or what failed is to be tried again; at once if a queue is not looked through yet."""
        return self._get(5)

    @property
    def failed(self) -> list[Failed]:
        """What could not be done. It stays due; everybody else's was done."""
        return self._get(6)


class Timer(Base):
    """A deadline kept in the store."""

    __slots__ = ()
    __match_args__ = ("id", "due_at", "purpose")

    @property
    def id(self) -> str:
        """Our id."""
        return self._get(0)

    @property
    def due_at(self) -> datetime:
        """When it is due."""
        return self._get(1)

    @property
    def purpose(self) -> Any:
        """What for."""
        return self._get(2)


class TokenStanding(Base):
    """How it stands with the token of an account: numbers to watch, and nothing of the token itself."""

    __slots__ = ()
    __match_args__ = ("kind", "expires_at", "days_left", "dead", "failed_at")

    @property
    def kind(self) -> TokenKind:
        """On whose behalf it speaks."""
        return self._get(0)

    @property
    def expires_at(self) -> datetime | None:
        """When it runs out; absent if it does not."""
        return self._get(1)

    @property
    def days_left(self) -> int | None:
        """In how many whole days a person must connect the account again; 0 if the token is dead, absent while it renews
        itself or does not run out."""
        return self._get(2)

    @property
    def dead(self) -> Cause | None:
        """What ended it. Nothing is sent with it any more until the account is connected again."""
        return self._get(3)

    @property
    def failed_at(self) -> datetime | None:
        """When a renewal was last tried in vain."""
        return self._get(4)


class Unknown(Base):
    """A kind this careline does not know; its raw form stands in the delivery."""

    __slots__ = ()
    __match_args__ = ("name",)

    @property
    def name(self) -> str:
        """The network's word for it, as far as one can be found."""
        return self._get(0)


class Upkept(Base):
    """What a call of `upkeep` did."""

    __slots__ = ()
    __match_args__ = ("removed", "rechecked", "failed")

    @property
    def removed(self) -> dict[str, Receipt]:
        """What retention removed, by tenant; the operator's raw deliveries too."""
        return self._get(0)

    @property
    def rechecked(self) -> dict[str, dict[str, Ingested]]:
        """What came of looking whether messages still stand, by tenant and account; a deletion counts as `changed`."""
        return self._get(1)

    @property
    def failed(self) -> list[Failed]:
        """What could not be done; everybody else's was."""
        return self._get(2)


class Verdict(Base):
    """What is to be known about a draft before it is sent."""

    __slots__ = ()
    __match_args__ = ("allowed", "verb", "route", "parts", "length", "length_max", "unit", "notes", "objections", "reasons", "instead", "open_routes", "approval", "invitation", "held")

    @property
    def allowed(self) -> bool:
        """Whether it may be sent."""
        return self._get(0)

    @property
    def verb(self) -> str:
        """What would be done: `reply`, `direct_message`, `publish`, `like`, `hide`, `edit` or `delete`."""
        return self._get(1)

    @property
    def route(self) -> Route | None:
        """Where it would go; absent if nowhere."""
        return self._get(2)

    @property
    def parts(self) -> list[Content]:
        """What the network would get, part by part; empty for an act without words."""
        return self._get(3)

    @property
    def length(self) -> int:
        """How long the parts are together, in `unit`."""
        return self._get(4)

    @property
    def length_max(self) -> int:
        """The most that one part may hold, in `unit`; 0 where that is not known."""
        return self._get(5)

    @property
    def unit(self) -> str:
        """What is counted: `weighted`, `grapheme`, `code_point`, `utf16`, `byte`."""
        return self._get(6)

    @property
    def notes(self) -> list[ComposeNote]:
        """What was changed in the words so that the network takes them."""
        return self._get(7)

    @property
    def objections(self) -> list[Objection]:
        """What the guards have against it; spans are of the draft's text."""
        return self._get(8)

    @property
    def reasons(self) -> list[Reason]:
        """Why it may not be sent, and what else is worth knowing."""
        return self._get(9)

    @property
    def instead(self) -> list[Instead]:
        """What can be done instead."""
        return self._get(10)

    @property
    def open_routes(self) -> list[Route]:
        """Other places that are open."""
        return self._get(11)

    @property
    def approval(self) -> Approval | None:
        """Who would have to approve it."""
        return self._get(12)

    @property
    def invitation(self) -> Invitation | None:
        """How the customer can be asked in public to go on in private."""
        return self._get(13)

    @property
    def held(self) -> bool:
        """Whether an open incident alone keeps it from being sent: submitted, it is held until that is released."""
        return self._get(14)


class WebhookAnswer(Base):
    """What to answer to a webhook, and what became of what it brought."""

    __slots__ = ()
    __match_args__ = ("status", "content_type", "body", "ingested")

    @property
    def status(self) -> int:
        """The HTTP status."""
        return self._get(0)

    @property
    def content_type(self) -> str:
        """The content type of `body`."""
        return self._get(1)

    @property
    def body(self) -> str:
        """The body."""
        return self._get(2)

    @property
    def ingested(self) -> Ingested:
        """What became of the events."""
        return self._get(3)


class Why(Base):
    """Why a step was taken."""

    __slots__ = ()
    __match_args__ = ("at", "kind", "reasons")

    @property
    def at(self) -> datetime:
        """When it was."""
        return self._get(0)

    @property
    def kind(self) -> StepKind:
        """What it was."""
        return self._get(1)

    @property
    def reasons(self) -> list[Reason]:
        """Why."""
        return self._get(2)


class Wording(Base):
    """What a reply says."""

    __slots__ = ()
    __match_args__ = ("text", "language", "signature", "markdown", "parts")

    @property
    def text(self) -> str:
        """What its author wrote."""
        return self._get(0)

    @property
    def language(self) -> str | None:
        """Its language as a BCP 47 tag, where known."""
        return self._get(1)

    @property
    def signature(self) -> str | None:
        """What stands at its end."""
        return self._get(2)

    @property
    def markdown(self) -> bool:
        """Whether its author wrote Markdown."""
        return self._get(3)

    @property
    def parts(self) -> list[Content]:
        """What the network gets, part by part."""
        return self._get(4)

EventBody: TypeAlias = Inbound | Deleted | Hidden | Reaction | Seen | Control | Signal | Profile | AccountChange | Unknown | Timer | Advice | CaseEvent | PresenceEvent | Any | ReplyEvent | IncidentEvent | Erased | PolicyChange
"""What happened. Unknown kinds keep their raw form in the delivery and are visible as `unknown`."""

Line: TypeAlias = Step | Note
"""A line of what happened to a case."""
