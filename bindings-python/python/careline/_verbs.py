# Written from the Rust declarations by connectors/tests/bindings; do not edit.
"""What can be done for all tenants and for one, each twice: at once, and to be awaited."""

# mypy: disable-error-code="no-any-return"
from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from careline._listing import AsyncListing, Listing
from careline._model import AccountInfo, AccountStanding, Assessment, AuditEntry, Authorisation, Case, CaseView, Counter, Coverage, Customer, CustomerView, Explanation, HandoffTo, Incident, Ingested, Leased, Line, Message, Owed, Presence, Quarantined, QueueItem, Receipt, Reply, ReplyPurpose, ReplyState, ShadowReport, Submitted, Suggestion, ThreadView, Ticked, TokenKind, TokenStanding, Upkept, Verdict


class EngineVerbs:
    """What is done for all tenants at once."""

    __slots__ = ()

    def _perform(self, verb: str, arguments: dict[str, Any]) -> Any:
        raise NotImplementedError

    def _list(self, verb: str, arguments: dict[str, Any]) -> Listing[Any]:
        raise NotImplementedError

    def tick(self) -> Ticked:
        """Does what is due now: joining, timers, routing, advice. Call it after intake, and again at `next_due` of its answer.
        Several workers may do so at once. What fails for one tenant stands in `failed` and holds up nobody else."""
        return self._perform("tick", {})

    def upkeep(self) -> Upkept:
        """Removes what the policies no longer allow to keep, and asks networks whether messages still stand that nobody would
        tell us were deleted. Call it once an hour or so."""
        return self._perform("upkeep", {})

    def notices(self) -> list[Leased]:
        """Takes notices that are due: who is to be told about which case or account. Call `told` for each that was passed on;
        one that was not comes again after a minute."""
        return self._perform("notices", {})

    def told(self, notice: Leased) -> None:
        """Says that a notice was passed on.

        Args:
            notice: The notice.
        """
        return self._perform("told", {"notice": notice})


class AsyncEngineVerbs:
    """What is done for all tenants at once."""

    __slots__ = ()

    async def _perform(self, verb: str, arguments: dict[str, Any]) -> Any:
        raise NotImplementedError

    def _list(self, verb: str, arguments: dict[str, Any]) -> AsyncListing[Any]:
        raise NotImplementedError

    async def tick(self) -> Ticked:
        """Does what is due now: joining, timers, routing, advice. Call it after intake, and again at `next_due` of its answer.
        Several workers may do so at once. What fails for one tenant stands in `failed` and holds up nobody else."""
        return await self._perform("tick", {})

    async def upkeep(self) -> Upkept:
        """Removes what the policies no longer allow to keep, and asks networks whether messages still stand that nobody would
        tell us were deleted. Call it once an hour or so."""
        return await self._perform("upkeep", {})

    async def notices(self) -> list[Leased]:
        """Takes notices that are due: who is to be told about which case or account. Call `told` for each that was passed on;
        one that was not comes again after a minute."""
        return await self._perform("notices", {})

    async def told(self, notice: Leased) -> None:
        """Says that a notice was passed on.

        Args:
            notice: The notice.
        """
        return await self._perform("told", {"notice": notice})


class TenantVerbs:
    """What is done for one tenant."""

    __slots__ = ()

    def _perform(self, verb: str, arguments: dict[str, Any]) -> Any:
        raise NotImplementedError

    def _list(self, verb: str, arguments: dict[str, Any]) -> Listing[Any]:
        raise NotImplementedError

    def queue(self,
        *,
        team: str | None = None,
        agent: str | None = None,
        network: str | None = None,
        queued: bool | None = None,
        awaiting: bool | None = None,
        due_from: datetime | None = None,
        due_before: datetime | None = None,
        limit: int | None = None,
        after: str | None = None,
    ) -> Listing[QueueItem]:
        """Open cases by what is due first.

        Args:
            team: Only this team's.
            agent: Only those this agent holds.
            network: Only those that began on this network.
            queued: Only those that wait for an agent.
            awaiting: Only those whose customer waits for us.
            due_from: Only those due at this instant or later.
            due_before: Only those due before this instant.
            limit: How many a page holds; 100 unless said.
            after: Where the page begins: the `after` of the page before.
        """
        return self._list("queue", {
            "team": team,
            "agent": agent,
            "network": network,
            "queued": queued,
            "awaiting": awaiting,
            "due_from": due_from,
            "due_before": due_before,
            "limit": limit,
            "after": after,
        })

    def unanswered(self,
        *,
        team: str | None = None,
        agent: str | None = None,
        network: str | None = None,
        limit: int | None = None,
        after: str | None = None,
    ) -> Listing[QueueItem]:
        """Open cases whose customer waits for us, longest first.

        Args:
            team: Only this team's.
            agent: Only those this agent holds.
            network: Only those that began on this network.
            limit: How many a page holds; 100 unless said.
            after: Where the page begins: the `after` of the page before.
        """
        return self._list("unanswered", {
            "team": team,
            "agent": agent,
            "network": network,
            "limit": limit,
            "after": after,
        })

    def count_open(self,
        *,
        by: str | None = None,
        team: str | None = None,
        agent: str | None = None,
        network: str | None = None,
        queued: bool | None = None,
        awaiting: bool | None = None,
    ) -> dict[str, int]:
        """How many open cases there are, by what stands in a field of theirs.

        Args:
            by: `team`, `agent`, `network`, `category` or `tier`; `tier` unless said.
            team: Only this team's.
            agent: Only those this agent holds.
            network: Only those that began on this network.
            queued: Only those that wait for an agent.
            awaiting: Only those whose customer waits for us.
        """
        return self._perform("count_open", {
            "by": by,
            "team": team,
            "agent": agent,
            "network": network,
            "queued": queued,
            "awaiting": awaiting,
        })

    def all_cases(self, *, limit: int | None = None, after: str | None = None) -> Listing[Case]:
        """All cases, newest first.

        Args:
            limit: How many a page holds; 100 unless said.
            after: Where the page begins: the `after` of the page before.
        """
        return self._list("all_cases", {"limit": limit, "after": after})

    def case(self, case: str) -> CaseView:
        """A case with its threads, its person, its timeline: who answered, when, and how it ended.
        Fails with `not_found` if there is none.

        Args:
            case: The case.
        """
        return self._perform("case", {"case": case})

    def explain(self, case: str) -> Explanation:
        """Why a case is what it is, with every rule that had a say.
        Fails with `not_found` if there is none.

        Args:
            case: The case.
        """
        return self._perform("explain", {"case": case})

    def history(self,
        case: str,
        *,
        limit: int | None = None,
        after: str | None = None,
    ) -> Listing[Line]:
        """What happened to a case and to those that became part of it, in order of time.

        Args:
            case: The case.
            limit: How many a page holds; 100 unless said.
            after: Where the page begins: the `after` of the page before.
        """
        return self._list("history", {"case": case, "limit": limit, "after": after})

    def thread(self, conversation: str) -> ThreadView | None:
        """A thread with its first 500 messages; nothing if there is none.

        Args:
            conversation: The thread.
        """
        return self._perform("thread", {"conversation": conversation})

    def messages_in(self,
        conversation: str,
        *,
        limit: int | None = None,
        after: str | None = None,
    ) -> Listing[Message]:
        """The messages of a thread, in order of time.

        Args:
            conversation: The thread.
            limit: How many a page holds; 100 unless said.
            after: Where the page begins: the `after` of the page before.
        """
        return self._list("messages_in", {"conversation": conversation, "limit": limit, "after": after})

    def customer(self, customer: str) -> CustomerView:
        """A person with all profiles, cases and latest messages. A merged customer shows the one it was merged into.
        Fails with `not_found` if there is none.

        Args:
            customer: The person.
        """
        return self._perform("customer", {"customer": customer})

    def customers(self, *, limit: int | None = None, after: str | None = None) -> Listing[Customer]:
        """The latest people, newest first.

        Args:
            limit: How many a page holds; 100 unless said.
            after: Where the page begins: the `after` of the page before.
        """
        return self._list("customers", {"limit": limit, "after": after})

    def cases_of(self,
        customer: str,
        *,
        limit: int | None = None,
        after: str | None = None,
    ) -> Listing[Case]:
        """A person's cases, newest first, with those of everybody merged into them.

        Args:
            customer: The person.
            limit: How many a page holds; 100 unless said.
            after: Where the page begins: the `after` of the page before.
        """
        return self._list("cases_of", {"customer": customer, "limit": limit, "after": after})

    def messages_by(self,
        customer: str,
        *,
        limit: int | None = None,
        after: str | None = None,
    ) -> Listing[Message]:
        """A person's messages, newest first, with those of everybody merged into them.

        Args:
            customer: The person.
            limit: How many a page holds; 100 unless said.
            after: Where the page begins: the `after` of the page before.
        """
        return self._list("messages_by", {"customer": customer, "limit": limit, "after": after})

    def search(self,
        query: str,
        *,
        limit: int | None = None,
        after: str | None = None,
    ) -> Listing[Message]:
        """Messages whose text holds all words of a query, newest first; the last word may be a beginning.

        Args:
            query: The words.
            limit: How many a page holds; 100 unless said.
            after: Where the page begins: the `after` of the page before.
        """
        return self._list("search", {"query": query, "limit": limit, "after": after})

    def quarantine(self, *, limit: int | None = None, after: str | None = None) -> Listing[Quarantined]:
        """What is set aside and not redriven, newest first.

        Args:
            limit: How many a page holds; 100 unless said.
            after: Where the page begins: the `after` of the page before.
        """
        return self._list("quarantine", {"limit": limit, "after": after})

    def set_presence(self,
        agent: str,
        online: bool,
        *,
        until: datetime | None = None,
    ) -> None:
        """Says that an agent takes work, or does no longer. Fails with `not_found` for an agent the policy does not name.

        Args:
            agent: The agent.
            online: Whether they take work.
            until: Until when that holds unless repeated.
        """
        return self._perform("set_presence", {"agent": agent, "online": online, "until": until})

    def roster(self) -> list[Presence]:
        """The presence of every agent."""
        return self._perform("roster", {})

    def assign(self, case: str, agent: str, actor: str) -> Case:
        """Gives a case to an agent, whoever has it now: a manual assignment, or a take-over if `actor` is the agent.
        Fails with `not_found` for a case or agent that does not exist, and with `conflict` if the case is closed.

        Args:
            case: The case.
            agent: Who gets it.
            actor: Who says so.
        """
        return self._perform("assign", {"case": case, "agent": agent, "actor": actor})

    def accept(self, case: str, agent: str) -> Case:
        """Accepts a case that was offered to an agent. Fails with `conflict` if it is not offered to them (any more).

        Args:
            case: The case.
            agent: Who accepts it.
        """
        return self._perform("accept", {"case": case, "agent": agent})

    def release(self,
        case: str,
        actor: str,
        reason: str,
        *,
        team: str | None = None,
    ) -> Case:
        """Puts a case back into its team's queue, or into another team's.

        Args:
            case: The case.
            actor: Who says so.
            reason: Why.
            team: The other team.
        """
        return self._perform("release", {
            "case": case,
            "actor": actor,
            "reason": reason,
            "team": team,
        })

    def note(self, case: str, author: str, text: str) -> None:
        """Writes a note for colleagues. It is never sent.

        Args:
            case: The case.
            author: Who writes it.
            text: The note.
        """
        return self._perform("note", {"case": case, "author": author, "text": text})

    def close(self, case: str, actor: str, outcome: str) -> Case:
        """Ends a case.

        Args:
            case: The case.
            actor: Who ends it.
            outcome: How it ended, in the host's words: `resolved`, `no_answer_needed` …
        """
        return self._perform("close", {"case": case, "actor": actor, "outcome": outcome})

    def reopen(self, case: str, actor: str) -> Case:
        """Takes a closed case up again. Fails with `conflict` if it became part of another one.

        Args:
            case: The case.
            actor: Who does.
        """
        return self._perform("reopen", {"case": case, "actor": actor})

    def correct(self, case: str, actor: str, assessment: Assessment) -> Case:
        """Corrects what triage concluded about the lead message of a case.

        Args:
            case: The case.
            actor: Who corrects it.
            assessment: What is right.
        """
        return self._perform("correct", {"case": case, "actor": actor, "assessment": assessment})

    def can_send(self,
        *,
        key: str,
        author: str,
        verb: str | None = None,
        purpose: ReplyPurpose | None = None,
        to: str | None = None,
        account: str | None = None,
        text: str = "",
        markdown: bool = False,
        language: str | None = None,
        signature: str | None = None,
        thread: bool = False,
        wider: bool = False,
        read: int | None = None,
        despite: Sequence[str] = (),
        not_before: datetime | None = None,
        ground: str | None = None,
        undo: bool = False,
        incident: str | None = None,
    ) -> Verdict:
        """Judges a draft: whether it may be sent, where it would go, how it would stand there; or why not, and what can be
        done instead. Writes nothing, so it can be asked at every keystroke.

        Args:
            key: Names this submission for ever: the same key again changes nothing and gives the same reply. At most 200 characters.
            author: Who writes it: an agent of the policy, or `auto:` and a name for what no person writes.
            verb: What is to be done: `reply`, `direct_message`, `publish`, `like`, `hide`, `edit` or `delete`; absent: the first open
                way to answer `to`.
            purpose: What for; absent: an answer, or an act where there are no words.
            to: The message it is about. Absent for a post of our own.
            account: The account that says it; absent: the one that answers in the message's case. A post of our own names it.
            text: The words; empty for a like, a hidden comment, a deletion.
            markdown: Whether `text` is Markdown.
            language: The language of the words as a BCP 47 tag; absent: the case's.
            signature: What stands at the end, such as the agent's initials `^MK`; absent: what the policy says.
            thread: Whether a long text may become a numbered thread.
            wider: Whether it may be read by more people than the message it answers.
            read: The version of the conversation that the author has read, see `reading`.
            despite: The guards whose warnings the author has seen and sets aside.
            not_before: Not to be sent before this.
            ground: The ground on which a customer's comment is hidden: one of the policy's.
            undo: Whether what is done is undone: a like taken back, a comment shown again.
            incident: The incident whose one statement it is; for a post of our own.
        """
        return self._perform("can_send", {
            "draft": {
                "key": key,
                "author": author,
                "verb": verb,
                "purpose": purpose,
                "to": to,
                "account": account,
                "text": text,
                "markdown": markdown,
                "language": language,
                "signature": signature,
                "thread": thread,
                "wider": wider,
                "read": read,
                "despite": despite,
                "not_before": not_before,
                "ground": ground,
                "undo": undo,
                "incident": incident,
            },
        })

    def reply(self,
        *,
        key: str,
        author: str,
        verb: str | None = None,
        purpose: ReplyPurpose | None = None,
        to: str | None = None,
        account: str | None = None,
        text: str = "",
        markdown: bool = False,
        language: str | None = None,
        signature: str | None = None,
        thread: bool = False,
        wider: bool = False,
        read: int | None = None,
        despite: Sequence[str] = (),
        not_before: datetime | None = None,
        ground: str | None = None,
        undo: bool = False,
        incident: str | None = None,
    ) -> Submitted:
        """Submits a draft. What may be sent waits for approval, or for its turn; `tick` sends it. A draft that may not be
        sent changes nothing but the case's timeline; its verdict says why. The same key again gives the same reply and
        sends nothing more. Fails with `conflict` if another text was submitted under the same key.

        Args:
            key: Names this submission for ever: the same key again changes nothing and gives the same reply. At most 200 characters.
            author: Who writes it: an agent of the policy, or `auto:` and a name for what no person writes.
            verb: What is to be done: `reply`, `direct_message`, `publish`, `like`, `hide`, `edit` or `delete`; absent: the first open
                way to answer `to`.
            purpose: What for; absent: an answer, or an act where there are no words.
            to: The message it is about. Absent for a post of our own.
            account: The account that says it; absent: the one that answers in the message's case. A post of our own names it.
            text: The words; empty for a like, a hidden comment, a deletion.
            markdown: Whether `text` is Markdown.
            language: The language of the words as a BCP 47 tag; absent: the case's.
            signature: What stands at the end, such as the agent's initials `^MK`; absent: what the policy says.
            thread: Whether a long text may become a numbered thread.
            wider: Whether it may be read by more people than the message it answers.
            read: The version of the conversation that the author has read, see `reading`.
            despite: The guards whose warnings the author has seen and sets aside.
            not_before: Not to be sent before this.
            ground: The ground on which a customer's comment is hidden: one of the policy's.
            undo: Whether what is done is undone: a like taken back, a comment shown again.
            incident: The incident whose one statement it is; for a post of our own.
        """
        return self._perform("reply", {
            "draft": {
                "key": key,
                "author": author,
                "verb": verb,
                "purpose": purpose,
                "to": to,
                "account": account,
                "text": text,
                "markdown": markdown,
                "language": language,
                "signature": signature,
                "thread": thread,
                "wider": wider,
                "read": read,
                "despite": despite,
                "not_before": not_before,
                "ground": ground,
                "undo": undo,
                "incident": incident,
            },
        })

    def reading(self, message: str) -> int:
        """The version of the conversation around a message, for a draft's `read`: another one once somebody has written
        there, a colleague included, or the message has changed. Fails with `not_found` for a message that does not
        exist.

        Args:
            message: The message.
        """
        return self._perform("reading", {"message": message})

    def approve(self,
        reply: str,
        by: str,
        *,
        text: str | None = None,
    ) -> Reply:
        """Approves a reply, with other words if `text` is given. It is judged again first. Fails with `not_found` for a
        reply that does not exist, with `conflict` if it does not wait for approval (any more), and with
        `permission_denied` for its author, for somebody the rule does not name, and for somebody who is no agent.

        Args:
            reply: The reply.
            by: Who approves it.
            text: Other words.
        """
        return self._perform("approve", {"reply": reply, "by": by, "text": text})

    def reject(self, reply: str, by: str, reason: str) -> Reply:
        """Says no to a reply that waits for approval. Fails as `approve` does.

        Args:
            reply: The reply.
            by: Who says no.
            reason: Why.
        """
        return self._perform("reject", {"reply": reply, "by": by, "reason": reason})

    def withdraw(self, reply: str, by: str) -> Reply:
        """Takes back a reply of which nothing was sent yet. Fails with `conflict` if some of it is sent or may be.

        Args:
            reply: The reply.
            by: Who takes it back.
        """
        return self._perform("withdraw", {"reply": reply, "by": by})

    def send_after_all(self, reply: str, by: str) -> Reply:
        """Sends a reply after all: one that an incident held, that was refused, or of which nobody could tell whether it
        was sent; of that, whoever calls this says that the network does not have it. What was sent of it stays sent.
        Fails with `conflict` if it is in another state, or may still not be sent: ask `can_send` why.

        Args:
            reply: The reply.
            by: Who says so.
        """
        return self._perform("send_after_all", {"reply": reply, "by": by})

    def was_sent(self, reply: str, by: str, native_id: str) -> Reply:
        """Says that the network has the part of a reply of which nobody could tell: whoever calls this has seen it there.
        Fails with `conflict` if the reply's state is not `unknown`.

        Args:
            reply: The reply.
            by: Who has seen it.
            native_id: The network's id of it.
        """
        return self._perform("was_sent", {"reply": reply, "by": by, "native_id": native_id})

    def reply_record(self, reply: str) -> Reply:
        """A reply with its wording, its parts and what became of them. Fails with `not_found` if there is none.

        Args:
            reply: The reply.
        """
        return self._perform("reply_record", {"reply": reply})

    def replies(self,
        *,
        states: Sequence[ReplyState] | None = None,
        case: str | None = None,
        account: str | None = None,
        limit: int | None = None,
        after: str | None = None,
    ) -> Listing[Reply]:
        """Replies, newest first: those that wait for approval, those in the outbox, those of a case.

        Args:
            states: Only those in one of these states.
            case: Only this case's.
            account: Only those that this account says.
            limit: How many a page holds; 100 unless said.
            after: Where the page begins: the `after` of the page before.
        """
        return self._list("replies", {
            "states": states,
            "case": case,
            "account": account,
            "limit": limit,
            "after": after,
        })

    def hand_off(self,
        case: str,
        to: HandoffTo,
        actor: str,
        *,
        note: str | None = None,
    ) -> Case:
        """Notes that a case goes on elsewhere: by e-mail, telephone, chat. What happens there stays there; the case stays
        open. Fails with `conflict` if the case is closed, and with `input_invalid` for `private`, which is what an
        invitation is for.

        Args:
            case: The case.
            to: Where it goes on.
            actor: Who says so.
            note: What colleagues need to know: a ticket number, whom to call. Never sent.
        """
        return self._perform("hand_off", {
            "case": case,
            "to": to,
            "actor": actor,
            "note": note,
        })

    def suggestions(self, case: str) -> list[Suggestion]:
        """What somebody who works on a case might do next: go on in private because personal data is needed or it goes to
        and fro in public; close in public, once, what was solved in private; ask again who did not come. Fails with
        `not_found` for a case that does not exist.

        Args:
            case: The case.
        """
        return self._perform("suggestions", {"case": case})

    def open_incident(self,
        by: str,
        *,
        key: str,
        name: str,
        when: Any,
        since: datetime | None = None,
        without_hold: bool = False,
    ) -> Incident:
        """Opens an incident: from now on answers one by one to whom it is about are held. The same key again is the same
        incident. Fails with `input_invalid` for a draft without key, name or condition, and with `conflict` with 20
        open.

        Args:
            by: Who opens it.
            key: Names this incident for ever: the same key again changes nothing. At most 200 characters.
            name: What it is called among colleagues.
            when: Whose messages are about it; must ask for something.
            since: Cases opened since then are looked at; absent: since a day before it is opened.
            without_hold: Whether answers one by one go on all the same.
        """
        return self._perform("open_incident", {
            "draft": {
                "key": key,
                "name": name,
                "when": when,
                "since": since,
                "without_hold": without_hold,
            },
            "by": by,
        })

    def release_incident(self, incident: str, by: str) -> list[Owed]:
        """Releases an incident: answers are no longer held. Tells who is owed one, the longest waiting first. Fails with
        `conflict` if it is released already.

        Args:
            incident: The incident.
            by: Who releases it.
        """
        return self._perform("release_incident", {"incident": incident, "by": by})

    def owed_in(self, incident: str) -> list[Owed]:
        """Who is owed an answer about an incident, the longest waiting first, with the reply that was held back.

        Args:
            incident: The incident.
        """
        return self._perform("owed_in", {"incident": incident})

    def incident(self, incident: str) -> Incident:
        """An incident. Fails with `not_found` if there is none.

        Args:
            incident: The incident.
        """
        return self._perform("incident", {"incident": incident})

    def incidents(self, *, limit: int | None = None, after: str | None = None) -> Listing[Incident]:
        """Incidents, newest first.

        Args:
            limit: How many a page holds; 100 unless said.
            after: Where the page begins: the `after` of the page before.
        """
        return self._list("incidents", {"limit": limit, "after": after})

    def incident_cases(self, incident: str) -> list[Case]:
        """The cases that are about an incident, newest first: those opened from its beginning to its release.

        Args:
            incident: The incident.
        """
        return self._perform("incident_cases", {"incident": incident})

    def merge_customers(self,
        into: str,
        other: str,
        actor: str,
        evidence: Sequence[str],
    ) -> None:
        """Merges a customer into another one. Can be undone. Fails with `input_invalid` without evidence, or with one weak
        sign alone.

        Args:
            into: The one that stays.
            other: The one that is merged in.
            actor: Who decides it.
            evidence: What shows that they are one person.
        """
        return self._perform("merge_customers", {
            "into": into,
            "other": other,
            "actor": actor,
            "evidence": evidence,
        })

    def unmerge_customers(self, into: str, other: str, actor: str) -> None:
        """Undoes a merge: both customers get back what was theirs.

        Args:
            into: The one that stayed.
            other: The one that was merged in.
            actor: Who decides it.
        """
        return self._perform("unmerge_customers", {"into": into, "other": other, "actor": actor})

    def set_facts(self, customer: str, facts: Mapping[str, Any]) -> None:
        """Tells something about a person: a customer number, a value tier. Null removes a fact.

        Args:
            customer: The person.
            facts: The facts.
        """
        return self._perform("set_facts", {"customer": customer, "facts": facts})

    def erase(self,
        *,
        customer: str | None = None,
        identity: str | None = None,
        message: str | None = None,
    ) -> Receipt:
        """Removes everything about a person, an identity or a message, and tells what was removed. Takes one of the three.

        Args:
            customer: A person, with all identities, messages, cases, notes and raw forms.
            identity: A profile and what it wrote.
            message: A message.
        """
        return self._perform("erase", {"customer": customer, "identity": identity, "message": message})

    def export(self, *, customer: str | None = None, raw: bool | None = None) -> Any:
        """Everything kept about a person, or about all, as JSON.

        Args:
            customer: Only what is about this person.
            raw: With raw deliveries.
        """
        return self._perform("export", {"customer": customer, "raw": raw})

    def retain(self) -> Receipt:
        """Removes what is older than the policy allows at this instant, and tells what was removed."""
        return self._perform("retain", {})

    def poll(self, account: str) -> Ingested:
        """Reads what is new on an account, from every source. Fails with `not_found` for an account without a connection.

        Args:
            account: The account, by the name the policy gives it.
        """
        return self._perform("poll", {"account": account})

    def recheck(self, account: str) -> Ingested:
        """Asks an account's network whether customers' messages still stand, for deletions that nobody pushes.

        Args:
            account: The account, by the name the policy gives it.
        """
        return self._perform("recheck", {"account": account})

    def check(self, account: str) -> AccountInfo:
        """Asks an account's network who the account is, and whether it takes our token.
        Fails with `not_found` for an account without a connection.

        Args:
            account: The account, by the name the policy gives it.
        """
        return self._perform("check", {"account": account})

    def begin_authorisation(self, account: str, redirect_uri: str) -> Authorisation:
        """Begins to let the app of an account's settings act for it: send the person to its `url`, keep its `pending` bound to
        their browser, and hand that to `finish_authorisation` when the network sends them back to `redirect_uri`.
        Fails with `config_invalid` if the settings name no app, with `unsupported` on networks without OAuth.

        Args:
            account: The account, by the name the policy gives it.
            redirect_uri: Where the network sends the person back to; it must be registered with the app.
        """
        return self._perform("begin_authorisation", {"account": account, "redirect_uri": redirect_uri})

    def finish_authorisation(self, account: str, pending: str, callback_url: str) -> TokenStanding:
        """Connects an account with what a person has just granted. Whose the token is, the network is asked first.
        Fails with `input_invalid` if they came back from another flow, with `permission_denied` if they said no, with
        `config_invalid` if they granted another account.

        Args:
            account: The account, by the name the policy gives it.
            pending: What began it.
            callback_url: The whole address the person came back to.
        """
        return self._perform("finish_authorisation", {"account": account, "pending": pending, "callback_url": callback_url})

    def connect(self,
        account: str,
        access: str,
        *,
        refresh: str | None = None,
        expires_at: datetime | None = None,
        kind: TokenKind | None = None,
    ) -> TokenStanding:
        """Keeps a token from elsewhere for an account, in place of the one before; replies that waited for one go out.

        Args:
            account: The account, by the name the policy gives it.
            access: What calls carry.
            refresh: What buys the next one.
            expires_at: When it runs out; left out if it does not.
            kind: On whose behalf it speaks; `user` unless said.
        """
        return self._perform("connect", {
            "account": account,
            "access": access,
            "refresh": refresh,
            "expires_at": expires_at,
            "kind": kind,
        })

    def shadow(self,
        *,
        policy: str | None = None,
        since: datetime | None = None,
        limit: int | None = None,
        examples: int | None = None,
    ) -> ShadowReport:
        """Judges stored messages of customers again, under another policy or the present one and by the present models, and tells
        what would differ: how often from what to what, and examples with rules and places. Changes nothing.
        Fails with `config_invalid` for a policy with mistakes, each with its place.

        Args:
            policy: The other policy, as TOML; the present one unless given.
            since: Only messages sent at this instant or later.
            limit: At most so many messages, of all times alike and the same ones each time; all unless given.
            examples: How many examples of each change are shown at most; 3 unless said.
        """
        return self._perform("shadow", {
            "policy": policy,
            "since": since,
            "limit": limit,
            "examples": examples,
        })

    def token_standing(self, account: str) -> TokenStanding:
        """How it stands with the token that is kept for an account: how long it lives, what ended it.
        Fails with `not_found` for an account that was never connected.

        Args:
            account: The account, by the name the policy gives it.
        """
        return self._perform("token_standing", {"account": account})

    def account_states(self) -> list[AccountStanding]:
        """What networks last said about accounts and what we may do with them."""
        return self._perform("account_states", {})

    def totals(self, prefix: str) -> dict[str, int]:
        """Sums of the counters whose names begin so: `tier.`, `intent.`, `category.`, `network.`, `case.`, `sla.` …

        Args:
            prefix: What the names begin with.
        """
        return self._perform("totals", {"prefix": prefix})

    def volume(self,
        prefix: str,
        *,
        since: datetime | None = None,
        until: datetime | None = None,
    ) -> list[Counter]:
        """Counters in steps of five minutes: what a chart of volume is drawn from.

        Args:
            prefix: What the names begin with.
            since: The first instant.
            until: The first instant no longer counted.
        """
        return self._perform("volume", {"prefix": prefix, "since": since, "until": until})

    def coverage(self) -> dict[str, Coverage]:
        """By account, how many messages were pushed, listed, and both."""
        return self._perform("coverage", {})

    def verify_log(self) -> int:
        """Recomputes the chain of digests over the tenant's log, and tells how many entries it has.
        Fails with `storage_damaged` at the first entry that does not fit."""
        return self._perform("verify_log", {})

    def audit(self, *, limit: int | None = None, after: str | None = None) -> Listing[AuditEntry]:
        """The audit trail, oldest first: who drafted, approved, sent, hid, merged, erased, changed the policy.
        `verify_log` shows whether anything in it was changed.

        Args:
            limit: How many a page holds; 100 unless said.
            after: Where the page begins: the `after` of the page before.
        """
        return self._list("audit", {"limit": limit, "after": after})

    def audit_chain(self, *, limit: int | None = None, after: str | None = None) -> Listing[AuditEntry]:
        """Every entry of the log with its digests, oldest first: what somebody elsewhere needs to check that the trail is
        whole. Each `chain` is SHA-256 over the one before, 32 zeros at first, and `digest`.

        Args:
            limit: How many a page holds; 100 unless said.
            after: Where the page begins: the `after` of the page before.
        """
        return self._list("audit_chain", {"limit": limit, "after": after})


class AsyncTenantVerbs:
    """What is done for one tenant."""

    __slots__ = ()

    async def _perform(self, verb: str, arguments: dict[str, Any]) -> Any:
        raise NotImplementedError

    def _list(self, verb: str, arguments: dict[str, Any]) -> AsyncListing[Any]:
        raise NotImplementedError

    def queue(self,
        *,
        team: str | None = None,
        agent: str | None = None,
        network: str | None = None,
        queued: bool | None = None,
        awaiting: bool | None = None,
        due_from: datetime | None = None,
        due_before: datetime | None = None,
        limit: int | None = None,
        after: str | None = None,
    ) -> AsyncListing[QueueItem]:
        """Open cases by what is due first.

        Args:
            team: Only this team's.
            agent: Only those this agent holds.
            network: Only those that began on this network.
            queued: Only those that wait for an agent.
            awaiting: Only those whose customer waits for us.
            due_from: Only those due at this instant or later.
            due_before: Only those due before this instant.
            limit: How many a page holds; 100 unless said.
            after: Where the page begins: the `after` of the page before.
        """
        return self._list("queue", {
            "team": team,
            "agent": agent,
            "network": network,
            "queued": queued,
            "awaiting": awaiting,
            "due_from": due_from,
            "due_before": due_before,
            "limit": limit,
            "after": after,
        })

    def unanswered(self,
        *,
        team: str | None = None,
        agent: str | None = None,
        network: str | None = None,
        limit: int | None = None,
        after: str | None = None,
    ) -> AsyncListing[QueueItem]:
        """Open cases whose customer waits for us, longest first.

        Args:
            team: Only this team's.
            agent: Only those this agent holds.
            network: Only those that began on this network.
            limit: How many a page holds; 100 unless said.
            after: Where the page begins: the `after` of the page before.
        """
        return self._list("unanswered", {
            "team": team,
            "agent": agent,
            "network": network,
            "limit": limit,
            "after": after,
        })

    async def count_open(self,
        *,
        by: str | None = None,
        team: str | None = None,
        agent: str | None = None,
        network: str | None = None,
        queued: bool | None = None,
        awaiting: bool | None = None,
    ) -> dict[str, int]:
        """How many open cases there are, by what stands in a field of theirs.

        Args:
            by: `team`, `agent`, `network`, `category` or `tier`; `tier` unless said.
            team: Only this team's.
            agent: Only those this agent holds.
            network: Only those that began on this network.
            queued: Only those that wait for an agent.
            awaiting: Only those whose customer waits for us.
        """
        return await self._perform("count_open", {
            "by": by,
            "team": team,
            "agent": agent,
            "network": network,
            "queued": queued,
            "awaiting": awaiting,
        })

    def all_cases(self, *, limit: int | None = None, after: str | None = None) -> AsyncListing[Case]:
        """All cases, newest first.

        Args:
            limit: How many a page holds; 100 unless said.
            after: Where the page begins: the `after` of the page before.
        """
        return self._list("all_cases", {"limit": limit, "after": after})

    async def case(self, case: str) -> CaseView:
        """A case with its threads, its person, its timeline: who answered, when, and how it ended.
        Fails with `not_found` if there is none.

        Args:
            case: The case.
        """
        return await self._perform("case", {"case": case})

    async def explain(self, case: str) -> Explanation:
        """Why a case is what it is, with every rule that had a say.
        Fails with `not_found` if there is none.

        Args:
            case: The case.
        """
        return await self._perform("explain", {"case": case})

    def history(self,
        case: str,
        *,
        limit: int | None = None,
        after: str | None = None,
    ) -> AsyncListing[Line]:
        """What happened to a case and to those that became part of it, in order of time.

        Args:
            case: The case.
            limit: How many a page holds; 100 unless said.
            after: Where the page begins: the `after` of the page before.
        """
        return self._list("history", {"case": case, "limit": limit, "after": after})

    async def thread(self, conversation: str) -> ThreadView | None:
        """A thread with its first 500 messages; nothing if there is none.

        Args:
            conversation: The thread.
        """
        return await self._perform("thread", {"conversation": conversation})

    def messages_in(self,
        conversation: str,
        *,
        limit: int | None = None,
        after: str | None = None,
    ) -> AsyncListing[Message]:
        """The messages of a thread, in order of time.

        Args:
            conversation: The thread.
            limit: How many a page holds; 100 unless said.
            after: Where the page begins: the `after` of the page before.
        """
        return self._list("messages_in", {"conversation": conversation, "limit": limit, "after": after})

    async def customer(self, customer: str) -> CustomerView:
        """A person with all profiles, cases and latest messages. A merged customer shows the one it was merged into.
        Fails with `not_found` if there is none.

        Args:
            customer: The person.
        """
        return await self._perform("customer", {"customer": customer})

    def customers(self, *, limit: int | None = None, after: str | None = None) -> AsyncListing[Customer]:
        """The latest people, newest first.

        Args:
            limit: How many a page holds; 100 unless said.
            after: Where the page begins: the `after` of the page before.
        """
        return self._list("customers", {"limit": limit, "after": after})

    def cases_of(self,
        customer: str,
        *,
        limit: int | None = None,
        after: str | None = None,
    ) -> AsyncListing[Case]:
        """A person's cases, newest first, with those of everybody merged into them.

        Args:
            customer: The person.
            limit: How many a page holds; 100 unless said.
            after: Where the page begins: the `after` of the page before.
        """
        return self._list("cases_of", {"customer": customer, "limit": limit, "after": after})

    def messages_by(self,
        customer: str,
        *,
        limit: int | None = None,
        after: str | None = None,
    ) -> AsyncListing[Message]:
        """A person's messages, newest first, with those of everybody merged into them.

        Args:
            customer: The person.
            limit: How many a page holds; 100 unless said.
            after: Where the page begins: the `after` of the page before.
        """
        return self._list("messages_by", {"customer": customer, "limit": limit, "after": after})

    def search(self,
        query: str,
        *,
        limit: int | None = None,
        after: str | None = None,
    ) -> AsyncListing[Message]:
        """Messages whose text holds all words of a query, newest first; the last word may be a beginning.

        Args:
            query: The words.
            limit: How many a page holds; 100 unless said.
            after: Where the page begins: the `after` of the page before.
        """
        return self._list("search", {"query": query, "limit": limit, "after": after})

    def quarantine(self, *, limit: int | None = None, after: str | None = None) -> AsyncListing[Quarantined]:
        """What is set aside and not redriven, newest first.

        Args:
            limit: How many a page holds; 100 unless said.
            after: Where the page begins: the `after` of the page before.
        """
        return self._list("quarantine", {"limit": limit, "after": after})

    async def set_presence(self,
        agent: str,
        online: bool,
        *,
        until: datetime | None = None,
    ) -> None:
        """Says that an agent takes work, or does no longer. Fails with `not_found` for an agent the policy does not name.

        Args:
            agent: The agent.
            online: Whether they take work.
            until: Until when that holds unless repeated.
        """
        return await self._perform("set_presence", {"agent": agent, "online": online, "until": until})

    async def roster(self) -> list[Presence]:
        """The presence of every agent."""
        return await self._perform("roster", {})

    async def assign(self, case: str, agent: str, actor: str) -> Case:
        """Gives a case to an agent, whoever has it now: a manual assignment, or a take-over if `actor` is the agent.
        Fails with `not_found` for a case or agent that does not exist, and with `conflict` if the case is closed.

        Args:
            case: The case.
            agent: Who gets it.
            actor: Who says so.
        """
        return await self._perform("assign", {"case": case, "agent": agent, "actor": actor})

    async def accept(self, case: str, agent: str) -> Case:
        """Accepts a case that was offered to an agent. Fails with `conflict` if it is not offered to them (any more).

        Args:
            case: The case.
            agent: Who accepts it.
        """
        return await self._perform("accept", {"case": case, "agent": agent})

    async def release(self,
        case: str,
        actor: str,
        reason: str,
        *,
        team: str | None = None,
    ) -> Case:
        """Puts a case back into its team's queue, or into another team's.

        Args:
            case: The case.
            actor: Who says so.
            reason: Why.
            team: The other team.
        """
        return await self._perform("release", {
            "case": case,
            "actor": actor,
            "reason": reason,
            "team": team,
        })

    async def note(self, case: str, author: str, text: str) -> None:
        """Writes a note for colleagues. It is never sent.

        Args:
            case: The case.
            author: Who writes it.
            text: The note.
        """
        return await self._perform("note", {"case": case, "author": author, "text": text})

    async def close(self, case: str, actor: str, outcome: str) -> Case:
        """Ends a case.

        Args:
            case: The case.
            actor: Who ends it.
            outcome: How it ended, in the host's words: `resolved`, `no_answer_needed` …
        """
        return await self._perform("close", {"case": case, "actor": actor, "outcome": outcome})

    async def reopen(self, case: str, actor: str) -> Case:
        """Takes a closed case up again. Fails with `conflict` if it became part of another one.

        Args:
            case: The case.
            actor: Who does.
        """
        return await self._perform("reopen", {"case": case, "actor": actor})

    async def correct(self, case: str, actor: str, assessment: Assessment) -> Case:
        """Corrects what triage concluded about the lead message of a case.

        Args:
            case: The case.
            actor: Who corrects it.
            assessment: What is right.
        """
        return await self._perform("correct", {"case": case, "actor": actor, "assessment": assessment})

    async def can_send(self,
        *,
        key: str,
        author: str,
        verb: str | None = None,
        purpose: ReplyPurpose | None = None,
        to: str | None = None,
        account: str | None = None,
        text: str = "",
        markdown: bool = False,
        language: str | None = None,
        signature: str | None = None,
        thread: bool = False,
        wider: bool = False,
        read: int | None = None,
        despite: Sequence[str] = (),
        not_before: datetime | None = None,
        ground: str | None = None,
        undo: bool = False,
        incident: str | None = None,
    ) -> Verdict:
        """Judges a draft: whether it may be sent, where it would go, how it would stand there; or why not, and what can be
        done instead. Writes nothing, so it can be asked at every keystroke.

        Args:
            key: Names this submission for ever: the same key again changes nothing and gives the same reply. At most 200 characters.
            author: Who writes it: an agent of the policy, or `auto:` and a name for what no person writes.
            verb: What is to be done: `reply`, `direct_message`, `publish`, `like`, `hide`, `edit` or `delete`; absent: the first open
                way to answer `to`.
            purpose: What for; absent: an answer, or an act where there are no words.
            to: The message it is about. Absent for a post of our own.
            account: The account that says it; absent: the one that answers in the message's case. A post of our own names it.
            text: The words; empty for a like, a hidden comment, a deletion.
            markdown: Whether `text` is Markdown.
            language: The language of the words as a BCP 47 tag; absent: the case's.
            signature: What stands at the end, such as the agent's initials `^MK`; absent: what the policy says.
            thread: Whether a long text may become a numbered thread.
            wider: Whether it may be read by more people than the message it answers.
            read: The version of the conversation that the author has read, see `reading`.
            despite: The guards whose warnings the author has seen and sets aside.
            not_before: Not to be sent before this.
            ground: The ground on which a customer's comment is hidden: one of the policy's.
            undo: Whether what is done is undone: a like taken back, a comment shown again.
            incident: The incident whose one statement it is; for a post of our own.
        """
        return await self._perform("can_send", {
            "draft": {
                "key": key,
                "author": author,
                "verb": verb,
                "purpose": purpose,
                "to": to,
                "account": account,
                "text": text,
                "markdown": markdown,
                "language": language,
                "signature": signature,
                "thread": thread,
                "wider": wider,
                "read": read,
                "despite": despite,
                "not_before": not_before,
                "ground": ground,
                "undo": undo,
                "incident": incident,
            },
        })

    async def reply(self,
        *,
        key: str,
        author: str,
        verb: str | None = None,
        purpose: ReplyPurpose | None = None,
        to: str | None = None,
        account: str | None = None,
        text: str = "",
        markdown: bool = False,
        language: str | None = None,
        signature: str | None = None,
        thread: bool = False,
        wider: bool = False,
        read: int | None = None,
        despite: Sequence[str] = (),
        not_before: datetime | None = None,
        ground: str | None = None,
        undo: bool = False,
        incident: str | None = None,
    ) -> Submitted:
        """Submits a draft. What may be sent waits for approval, or for its turn; `tick` sends it. A draft that may not be
        sent changes nothing but the case's timeline; its verdict says why. The same key again gives the same reply and
        sends nothing more. Fails with `conflict` if another text was submitted under the same key.

        Args:
            key: Names this submission for ever: the same key again changes nothing and gives the same reply. At most 200 characters.
            author: Who writes it: an agent of the policy, or `auto:` and a name for what no person writes.
            verb: What is to be done: `reply`, `direct_message`, `publish`, `like`, `hide`, `edit` or `delete`; absent: the first open
                way to answer `to`.
            purpose: What for; absent: an answer, or an act where there are no words.
            to: The message it is about. Absent for a post of our own.
            account: The account that says it; absent: the one that answers in the message's case. A post of our own names it.
            text: The words; empty for a like, a hidden comment, a deletion.
            markdown: Whether `text` is Markdown.
            language: The language of the words as a BCP 47 tag; absent: the case's.
            signature: What stands at the end, such as the agent's initials `^MK`; absent: what the policy says.
            thread: Whether a long text may become a numbered thread.
            wider: Whether it may be read by more people than the message it answers.
            read: The version of the conversation that the author has read, see `reading`.
            despite: The guards whose warnings the author has seen and sets aside.
            not_before: Not to be sent before this.
            ground: The ground on which a customer's comment is hidden: one of the policy's.
            undo: Whether what is done is undone: a like taken back, a comment shown again.
            incident: The incident whose one statement it is; for a post of our own.
        """
        return await self._perform("reply", {
            "draft": {
                "key": key,
                "author": author,
                "verb": verb,
                "purpose": purpose,
                "to": to,
                "account": account,
                "text": text,
                "markdown": markdown,
                "language": language,
                "signature": signature,
                "thread": thread,
                "wider": wider,
                "read": read,
                "despite": despite,
                "not_before": not_before,
                "ground": ground,
                "undo": undo,
                "incident": incident,
            },
        })

    async def reading(self, message: str) -> int:
        """The version of the conversation around a message, for a draft's `read`: another one once somebody has written
        there, a colleague included, or the message has changed. Fails with `not_found` for a message that does not
        exist.

        Args:
            message: The message.
        """
        return await self._perform("reading", {"message": message})

    async def approve(self,
        reply: str,
        by: str,
        *,
        text: str | None = None,
    ) -> Reply:
        """Approves a reply, with other words if `text` is given. It is judged again first. Fails with `not_found` for a
        reply that does not exist, with `conflict` if it does not wait for approval (any more), and with
        `permission_denied` for its author, for somebody the rule does not name, and for somebody who is no agent.

        Args:
            reply: The reply.
            by: Who approves it.
            text: Other words.
        """
        return await self._perform("approve", {"reply": reply, "by": by, "text": text})

    async def reject(self, reply: str, by: str, reason: str) -> Reply:
        """Says no to a reply that waits for approval. Fails as `approve` does.

        Args:
            reply: The reply.
            by: Who says no.
            reason: Why.
        """
        return await self._perform("reject", {"reply": reply, "by": by, "reason": reason})

    async def withdraw(self, reply: str, by: str) -> Reply:
        """Takes back a reply of which nothing was sent yet. Fails with `conflict` if some of it is sent or may be.

        Args:
            reply: The reply.
            by: Who takes it back.
        """
        return await self._perform("withdraw", {"reply": reply, "by": by})

    async def send_after_all(self, reply: str, by: str) -> Reply:
        """Sends a reply after all: one that an incident held, that was refused, or of which nobody could tell whether it
        was sent; of that, whoever calls this says that the network does not have it. What was sent of it stays sent.
        Fails with `conflict` if it is in another state, or may still not be sent: ask `can_send` why.

        Args:
            reply: The reply.
            by: Who says so.
        """
        return await self._perform("send_after_all", {"reply": reply, "by": by})

    async def was_sent(self, reply: str, by: str, native_id: str) -> Reply:
        """Says that the network has the part of a reply of which nobody could tell: whoever calls this has seen it there.
        Fails with `conflict` if the reply's state is not `unknown`.

        Args:
            reply: The reply.
            by: Who has seen it.
            native_id: The network's id of it.
        """
        return await self._perform("was_sent", {"reply": reply, "by": by, "native_id": native_id})

    async def reply_record(self, reply: str) -> Reply:
        """A reply with its wording, its parts and what became of them. Fails with `not_found` if there is none.

        Args:
            reply: The reply.
        """
        return await self._perform("reply_record", {"reply": reply})

    def replies(self,
        *,
        states: Sequence[ReplyState] | None = None,
        case: str | None = None,
        account: str | None = None,
        limit: int | None = None,
        after: str | None = None,
    ) -> AsyncListing[Reply]:
        """Replies, newest first: those that wait for approval, those in the outbox, those of a case.

        Args:
            states: Only those in one of these states.
            case: Only this case's.
            account: Only those that this account says.
            limit: How many a page holds; 100 unless said.
            after: Where the page begins: the `after` of the page before.
        """
        return self._list("replies", {
            "states": states,
            "case": case,
            "account": account,
            "limit": limit,
            "after": after,
        })

    async def hand_off(self,
        case: str,
        to: HandoffTo,
        actor: str,
        *,
        note: str | None = None,
    ) -> Case:
        """Notes that a case goes on elsewhere: by e-mail, telephone, chat. What happens there stays there; the case stays
        open. Fails with `conflict` if the case is closed, and with `input_invalid` for `private`, which is what an
        invitation is for.

        Args:
            case: The case.
            to: Where it goes on.
            actor: Who says so.
            note: What colleagues need to know: a ticket number, whom to call. Never sent.
        """
        return await self._perform("hand_off", {
            "case": case,
            "to": to,
            "actor": actor,
            "note": note,
        })

    async def suggestions(self, case: str) -> list[Suggestion]:
        """What somebody who works on a case might do next: go on in private because personal data is needed or it goes to
        and fro in public; close in public, once, what was solved in private; ask again who did not come. Fails with
        `not_found` for a case that does not exist.

        Args:
            case: The case.
        """
        return await self._perform("suggestions", {"case": case})

    async def open_incident(self,
        by: str,
        *,
        key: str,
        name: str,
        when: Any,
        since: datetime | None = None,
        without_hold: bool = False,
    ) -> Incident:
        """Opens an incident: from now on answers one by one to whom it is about are held. The same key again is the same
        incident. Fails with `input_invalid` for a draft without key, name or condition, and with `conflict` with 20
        open.

        Args:
            by: Who opens it.
            key: Names this incident for ever: the same key again changes nothing. At most 200 characters.
            name: What it is called among colleagues.
            when: Whose messages are about it; must ask for something.
            since: Cases opened since then are looked at; absent: since a day before it is opened.
            without_hold: Whether answers one by one go on all the same.
        """
        return await self._perform("open_incident", {
            "draft": {
                "key": key,
                "name": name,
                "when": when,
                "since": since,
                "without_hold": without_hold,
            },
            "by": by,
        })

    async def release_incident(self, incident: str, by: str) -> list[Owed]:
        """Releases an incident: answers are no longer held. Tells who is owed one, the longest waiting first. Fails with
        `conflict` if it is released already.

        Args:
            incident: The incident.
            by: Who releases it.
        """
        return await self._perform("release_incident", {"incident": incident, "by": by})

    async def owed_in(self, incident: str) -> list[Owed]:
        """Who is owed an answer about an incident, the longest waiting first, with the reply that was held back.

        Args:
            incident: The incident.
        """
        return await self._perform("owed_in", {"incident": incident})

    async def incident(self, incident: str) -> Incident:
        """An incident. Fails with `not_found` if there is none.

        Args:
            incident: The incident.
        """
        return await self._perform("incident", {"incident": incident})

    def incidents(self, *, limit: int | None = None, after: str | None = None) -> AsyncListing[Incident]:
        """Incidents, newest first.

        Args:
            limit: How many a page holds; 100 unless said.
            after: Where the page begins: the `after` of the page before.
        """
        return self._list("incidents", {"limit": limit, "after": after})

    async def incident_cases(self, incident: str) -> list[Case]:
        """The cases that are about an incident, newest first: those opened from its beginning to its release.

        Args:
            incident: The incident.
        """
        return await self._perform("incident_cases", {"incident": incident})

    async def merge_customers(self,
        into: str,
        other: str,
        actor: str,
        evidence: Sequence[str],
    ) -> None:
        """Merges a customer into another one. Can be undone. Fails with `input_invalid` without evidence, or with one weak
        sign alone.

        Args:
            into: The one that stays.
            other: The one that is merged in.
            actor: Who decides it.
            evidence: What shows that they are one person.
        """
        return await self._perform("merge_customers", {
            "into": into,
            "other": other,
            "actor": actor,
            "evidence": evidence,
        })

    async def unmerge_customers(self, into: str, other: str, actor: str) -> None:
        """Undoes a merge: both customers get back what was theirs.

        Args:
            into: The one that stayed.
            other: The one that was merged in.
            actor: Who decides it.
        """
        return await self._perform("unmerge_customers", {"into": into, "other": other, "actor": actor})

    async def set_facts(self, customer: str, facts: Mapping[str, Any]) -> None:
        """Tells something about a person: a customer number, a value tier. Null removes a fact.

        Args:
            customer: The person.
            facts: The facts.
        """
        return await self._perform("set_facts", {"customer": customer, "facts": facts})

    async def erase(self,
        *,
        customer: str | None = None,
        identity: str | None = None,
        message: str | None = None,
    ) -> Receipt:
        """Removes everything about a person, an identity or a message, and tells what was removed. Takes one of the three.

        Args:
            customer: A person, with all identities, messages, cases, notes and raw forms.
            identity: A profile and what it wrote.
            message: A message.
        """
        return await self._perform("erase", {"customer": customer, "identity": identity, "message": message})

    async def export(self, *, customer: str | None = None, raw: bool | None = None) -> Any:
        """Everything kept about a person, or about all, as JSON.

        Args:
            customer: Only what is about this person.
            raw: With raw deliveries.
        """
        return await self._perform("export", {"customer": customer, "raw": raw})

    async def retain(self) -> Receipt:
        """Removes what is older than the policy allows at this instant, and tells what was removed."""
        return await self._perform("retain", {})

    async def poll(self, account: str) -> Ingested:
        """Reads what is new on an account, from every source. Fails with `not_found` for an account without a connection.

        Args:
            account: The account, by the name the policy gives it.
        """
        return await self._perform("poll", {"account": account})

    async def recheck(self, account: str) -> Ingested:
        """Asks an account's network whether customers' messages still stand, for deletions that nobody pushes.

        Args:
            account: The account, by the name the policy gives it.
        """
        return await self._perform("recheck", {"account": account})

    async def check(self, account: str) -> AccountInfo:
        """Asks an account's network who the account is, and whether it takes our token.
        Fails with `not_found` for an account without a connection.

        Args:
            account: The account, by the name the policy gives it.
        """
        return await self._perform("check", {"account": account})

    async def begin_authorisation(self, account: str, redirect_uri: str) -> Authorisation:
        """Begins to let the app of an account's settings act for it: send the person to its `url`, keep its `pending` bound to
        their browser, and hand that to `finish_authorisation` when the network sends them back to `redirect_uri`.
        Fails with `config_invalid` if the settings name no app, with `unsupported` on networks without OAuth.

        Args:
            account: The account, by the name the policy gives it.
            redirect_uri: Where the network sends the person back to; it must be registered with the app.
        """
        return await self._perform("begin_authorisation", {"account": account, "redirect_uri": redirect_uri})

    async def finish_authorisation(self, account: str, pending: str, callback_url: str) -> TokenStanding:
        """Connects an account with what a person has just granted. Whose the token is, the network is asked first.
        Fails with `input_invalid` if they came back from another flow, with `permission_denied` if they said no, with
        `config_invalid` if they granted another account.

        Args:
            account: The account, by the name the policy gives it.
            pending: What began it.
            callback_url: The whole address the person came back to.
        """
        return await self._perform("finish_authorisation", {"account": account, "pending": pending, "callback_url": callback_url})

    async def connect(self,
        account: str,
        access: str,
        *,
        refresh: str | None = None,
        expires_at: datetime | None = None,
        kind: TokenKind | None = None,
    ) -> TokenStanding:
        """Keeps a token from elsewhere for an account, in place of the one before; replies that waited for one go out.

        Args:
            account: The account, by the name the policy gives it.
            access: What calls carry.
            refresh: What buys the next one.
            expires_at: When it runs out; left out if it does not.
            kind: On whose behalf it speaks; `user` unless said.
        """
        return await self._perform("connect", {
            "account": account,
            "access": access,
            "refresh": refresh,
            "expires_at": expires_at,
            "kind": kind,
        })

    async def shadow(self,
        *,
        policy: str | None = None,
        since: datetime | None = None,
        limit: int | None = None,
        examples: int | None = None,
    ) -> ShadowReport:
        """Judges stored messages of customers again, under another policy or the present one and by the present models, and tells
        what would differ: how often from what to what, and examples with rules and places. Changes nothing.
        Fails with `config_invalid` for a policy with mistakes, each with its place.

        Args:
            policy: The other policy, as TOML; the present one unless given.
            since: Only messages sent at this instant or later.
            limit: At most so many messages, of all times alike and the same ones each time; all unless given.
            examples: How many examples of each change are shown at most; 3 unless said.
        """
        return await self._perform("shadow", {
            "policy": policy,
            "since": since,
            "limit": limit,
            "examples": examples,
        })

    async def token_standing(self, account: str) -> TokenStanding:
        """How it stands with the token that is kept for an account: how long it lives, what ended it.
        Fails with `not_found` for an account that was never connected.

        Args:
            account: The account, by the name the policy gives it.
        """
        return await self._perform("token_standing", {"account": account})

    async def account_states(self) -> list[AccountStanding]:
        """What networks last said about accounts and what we may do with them."""
        return await self._perform("account_states", {})

    async def totals(self, prefix: str) -> dict[str, int]:
        """Sums of the counters whose names begin so: `tier.`, `intent.`, `category.`, `network.`, `case.`, `sla.` …

        Args:
            prefix: What the names begin with.
        """
        return await self._perform("totals", {"prefix": prefix})

    async def volume(self,
        prefix: str,
        *,
        since: datetime | None = None,
        until: datetime | None = None,
    ) -> list[Counter]:
        """Counters in steps of five minutes: what a chart of volume is drawn from.

        Args:
            prefix: What the names begin with.
            since: The first instant.
            until: The first instant no longer counted.
        """
        return await self._perform("volume", {"prefix": prefix, "since": since, "until": until})

    async def coverage(self) -> dict[str, Coverage]:
        """By account, how many messages were pushed, listed, and both."""
        return await self._perform("coverage", {})

    async def verify_log(self) -> int:
        """Recomputes the chain of digests over the tenant's log, and tells how many entries it has.
        Fails with `storage_damaged` at the first entry that does not fit."""
        return await self._perform("verify_log", {})

    def audit(self, *, limit: int | None = None, after: str | None = None) -> AsyncListing[AuditEntry]:
        """The audit trail, oldest first: who drafted, approved, sent, hid, merged, erased, changed the policy.
        `verify_log` shows whether anything in it was changed.

        Args:
            limit: How many a page holds; 100 unless said.
            after: Where the page begins: the `after` of the page before.
        """
        return self._list("audit", {"limit": limit, "after": after})

    def audit_chain(self, *, limit: int | None = None, after: str | None = None) -> AsyncListing[AuditEntry]:
        """Every entry of the log with its digests, oldest first: what somebody elsewhere needs to check that the trail is
        whole. Each `chain` is SHA-256 over the one before, 32 zeros at first, and `digest`.

        Args:
            limit: How many a page holds; 100 unless said.
            after: Where the page begins: the `after` of the page before.
        """
        return self._list("audit_chain", {"limit": limit, "after": after})
