# Written from the Rust declarations by connectors/tests/bindings; do not edit.
"""What can be done for all tenants and for one, each twice: at once, and to be awaited."""

# mypy: disable-error-code="no-any-return"
from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from careline._listing import AsyncListing, Listing
from careline._model import AccountStanding, Assessment, Case, CaseView, Counter, Coverage, Customer, CustomerView, Explanation, Ingested, Leased, Line, Message, Presence, Quarantined, QueueItem, Receipt, ThreadView, Ticked, Upkept


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
