"""A program as a user's type checker sees it: everything careline hands out has its type."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from datetime import datetime
from typing import assert_type

import careline
from careline import AsyncCare, Care, CarelineError, Page, Tenant
from careline.errors import ConfigInvalid, RateLimited


class Recall:
    """An advisor of the host's own."""

    id = "acme-recall/1"

    def advise(self, message: careline.Message, assessment: careline.Assessment) -> Sequence[careline.Finding]:
        if message.content is not None and "K-200" in message.content.text and assessment.tier > 1:
            span = careline.Span.within(message.content.text, 0, 5)
            assert_type(span, careline.Span)
            return [careline.Finding(about="urgency", value="yes", weight=5.0, rule="acme.recall", span=span)]
        return []


class Client:
    """A transport of the host's own."""

    def send(self, request: careline.Request) -> careline.Response:
        assert_type(request.url, str)
        return careline.Response(status=204)


def use(care: Care, body: bytes) -> None:
    answer = care.receive("x", {"content-type": "application/json"}, body)
    assert_type(answer.status, int)
    assert_type(answer.ingested.added, int)
    tenant = care.tenant()
    assert_type(tenant, Tenant)
    for item in tenant.queue(team="billing", limit=20):
        assert_type(item, careline.QueueItem)
        assert_type(item.case.due_at, datetime | None)
    page = tenant.search("parcel").page()
    assert_type(page, Page[careline.Message])
    view = tenant.case("c1")
    for message_id, assessment in view.assessments.items():
        assert_type(message_id, str)
        assert_type(assessment.pii, list[careline.Pii])
    closed = tenant.close("c1", "mia", "resolved")
    assert_type(closed, careline.Case)
    assert_type(closed.replace(outcome="duplicate"), careline.Case)
    assert_type(careline.Case.from_json(closed.to_json()), careline.Case)
    assert_type(tenant.thread("t1"), careline.ThreadView | None)
    tenant.ingest("reviews", [{"scope": "shop"}], account=("shop", "1"))


def answer(tenant: careline.Tenant, to: str) -> None:
    verdict = tenant.can_send(key="a1", author="mia", to=to, text="Sorry!", read=tenant.reading(to), despite=["tone"])
    assert_type(verdict, careline.Verdict)
    assert_type(verdict.objections[0].spans, list[careline.Span])
    submitted = tenant.reply(key="a1", author="mia", to=to, text="Sorry!", not_before=datetime.now())
    assert_type(submitted.reply, careline.Reply | None)
    assert_type(tenant.approve("r1", "sam", text="So sorry!"), careline.Reply)
    for reply in tenant.replies(states=["awaiting_approval"]):
        assert_type(reply, careline.Reply)
    incident = tenant.open_incident("mia", key="i", name="Outage", when={"category": ["technical"]})
    assert_type(tenant.release_incident(incident.id, "mia"), list[careline.Owed])
    assert_type(tenant.audit().page(), Page[careline.AuditEntry])
    assert_type(careline.measure("hi", "x", surface="direct_message").within, careline.Span)
    assert_type(careline.compose("hi", "x", mentions=["jo"]).parts, list[careline.Part])


def read(bodies: Sequence[bytes]) -> None:
    for parsed in careline.normalise("x", bodies):
        for event in parsed.events:
            match event.body:
                case careline.Inbound(surface="mention", content=content):
                    assert_type(content, careline.Content)
                case careline.Deleted(native_id=native_id):
                    assert_type(native_id, str)
                case other:
                    print(other)


def judge(texts: Sequence[str]) -> None:
    (found,) = careline.triage(texts, policy=careline.Policy.load("policy.toml"), threads=2)
    assert_type(found.evidence[0].span, careline.Span | None)
    for pii in found.pii:
        assert_type(pii.span.slice(texts[0]), str)


async def use_awaited() -> None:
    async with await AsyncCare.open(
        "sqlite://care.db", policy="policy.toml", advisors=[Recall()], transport=Client()
    ) as care:
        tenant = await care.tenant()
        async for item in tenant.queue():
            assert_type(item, careline.QueueItem)
        assert_type(await tenant.explain("c1"), careline.Explanation)
        assert_type((await care.tick()).next_due, datetime | None)


def fail() -> None:
    try:
        Care.open("memory:", policy={"text": "brand.nam = 'Acme'"})
    except ConfigInvalid as error:
        assert_type(error.code, str)
        print(error.mistakes)
    except RateLimited as error:
        assert_type(error.retry_after, float | None)
    except CarelineError as error:
        assert_type(error.retryable, bool)


if __name__ == "__main__":
    asyncio.run(use_awaited())
