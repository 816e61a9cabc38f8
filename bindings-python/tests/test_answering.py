"""Answering customers: what may be said and where, who approves it, what the network gets, and incidents."""

from __future__ import annotations

import pickle
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import granting
import mastodon
import pytest

import careline
from careline.errors import ConfigInvalid, Conflict, InputInvalid, NotFound, PermissionDenied, TooLarge, Unsupported

NO_TEXT: Any = 5
ASKS = "😡 Sorry! What is your e-mail address?"


@pytest.fixture
def server() -> mastodon.Recorded:
    """A server where somebody complained."""
    return mastodon.Recorded([mastodon.mention(109, "my order is broken, please help! 😡")])


@pytest.fixture
def answering(server: mastodon.Recorded) -> Iterator[careline.Care]:
    """A care of that brand, which has read the complaint."""
    with mastodon.opened(server, mastodon.ANSWERING) as care:
        care.tenant().poll("m")
        yield care


@pytest.fixture
def tenant(answering: careline.Care) -> careline.Tenant:
    return answering.tenant()


@pytest.fixture
def case(tenant: careline.Tenant) -> careline.Case:
    (case,) = tenant.all_cases()
    return case


def reply_of(submitted: careline.Submitted) -> careline.Reply:
    assert submitted.reply is not None, submitted.verdict.to_json()
    return submitted.reply


def test_from_the_complaint_to_the_answer(
    answering: careline.Care, tenant: careline.Tenant, case: careline.Case, server: mastodon.Recorded
) -> None:
    denied = tenant.can_send(key="a1", author="mia", to=case.lead, text=ASKS)
    assert (denied.allowed, denied.instead) == (False, ["move_to_private"])
    assert [reason.rule for reason in denied.reasons] == ["guard.asks_for_pii_in_public"]
    assert [route.verb for route in denied.open_routes] == ["direct_message"]

    submitted = tenant.reply(key="a1", author="mia", to=case.lead, text=ASKS, verb="direct_message")
    reply = reply_of(submitted)
    assert (reply.state, reply.visibility, submitted.verdict.objections) == ("awaiting_approval", "private", [])
    answering.tick()
    assert server.sent == []
    assert [waiting.id for waiting in tenant.replies(states=["awaiting_approval"])] == [reply.id]

    approved = tenant.approve(reply.id, "sam")
    assert approved.approval is not None and approved.approval.decided_by == "sam"
    assert answering.tick().sent == 1
    (sent,) = server.sent
    assert (sent["status"], sent["visibility"]) == (f"@jo@other.example {ASKS}", "direct")
    assert answering.tick().sent == 0 and len(server.sent) == 1
    delivered = tenant.reply_record(reply.id)
    assert delivered.state == "delivered"
    assert [part.native_id for part in delivered.parts] == ["901"]
    acts = [entry.act for entry in tenant.audit()]
    assert acts == ["reply.submit", "policy.change", "reply.approve", "reply.sent"]
    assert len(list(tenant.audit_chain())) == tenant.verify_log()


def test_what_is_objected_to_is_marked_in_code_points(tenant: careline.Tenant, case: careline.Case) -> None:
    verdict = tenant.can_send(key="a1", author="mia", to=case.lead, text=ASKS)
    submitted = tenant.reply(key="a1", author="mia", to=case.lead, text=ASKS)
    assert submitted.reply is None
    for judged in (verdict, submitted.verdict, pickle.loads(pickle.dumps(verdict))):
        (span,) = judged.objections[0].spans
        assert ASKS[span.start : span.end] == span.slice(ASKS) == "What is your e-mail address"
    (part,) = verdict.parts
    assert part.text == f"@jo@other.example {ASKS}"
    assert [entity.span.slice(part.text) for entity in part.entities] == ["@jo@other.example"]


def test_awaited_alike(server: mastodon.Recorded) -> None:
    import asyncio

    async def answer() -> None:
        policy = {"text": mastodon.ANSWERING}
        async with await careline.AsyncCare.open(
            "memory:", policy=policy, accounts={"m": mastodon.ACCOUNT}, transport=server
        ) as care:
            tenant = await care.tenant()
            await tenant.poll("m")
            (case,) = [case async for case in tenant.all_cases()]
            verdict = await tenant.can_send(key="a1", author="mia", to=case.lead, text=ASKS)
            assert verdict.objections[0].spans[0].start == 9
            submitted = await tenant.reply(key="a1", author="mia", to=case.lead, text="Sorry!")
            await tenant.approve(reply_of(submitted).id, "sam", text="So sorry!")
            assert (await care.tick()).sent == 1
        assert [sent["status"] for sent in server.sent] == ["@jo@other.example So sorry!"]

    asyncio.run(answer())


def test_nobody_approves_their_own(tenant: careline.Tenant, case: careline.Case) -> None:
    reply = reply_of(tenant.reply(key="a1", author="mia", to=case.lead, text="Sorry!"))
    for by in ("mia", "nobody"):
        with pytest.raises(PermissionDenied):
            tenant.approve(reply.id, by)
    assert tenant.reject(reply.id, "sam", "too short").state == "rejected"
    with pytest.raises(Conflict) as raised:
        tenant.approve(reply.id, "sam")
    assert raised.value.context["state"] == "rejected"


def test_an_approval_that_comes_too_late(server: mastodon.Recorded) -> None:
    rules = mastodon.ANSWERING.replace("by = ['sam']", "by = ['sam'], within = '1s'")
    with mastodon.opened(server, rules) as care:
        tenant = care.tenant()
        tenant.poll("m")
        (case,) = tenant.all_cases()
        reply = reply_of(tenant.reply(key="a1", author="mia", to=case.lead, text="Sorry!"))
        time.sleep(1.1)
        with pytest.raises(Conflict):
            tenant.approve(reply.id, "sam")
        care.tick()
        assert tenant.reply_record(reply.id).state == "expired"
    assert server.sent == []


def test_the_same_key_is_the_same_reply(tenant: careline.Tenant, case: careline.Case) -> None:
    draft: dict[str, Any] = {"key": "a1", "author": "mia", "to": case.lead, "text": "Sorry!"}
    reply = reply_of(tenant.reply(**draft))
    assert reply_of(tenant.reply(**draft)) == reply
    with pytest.raises(Conflict) as raised:
        tenant.reply(**{**draft, "text": "Other words"})
    assert "Other words" not in str(raised.value)
    assert len(list(tenant.replies(case=case.id))) == 1
    assert tenant.withdraw(reply.id, "mia").state == "withdrawn"


def test_one_who_read_less_is_told(tenant: careline.Tenant, case: careline.Case) -> None:
    draft: dict[str, Any] = {"author": "mia", "to": case.lead, "text": "We look into it."}
    read = tenant.reading(case.lead)
    assert tenant.can_send(**draft, key="a1", read=read).allowed
    tenant.reply(author="sam", key="a0", to=case.lead, text="Sorry to hear that!")
    moved = tenant.can_send(**draft, key="a1", read=read)
    assert "conversation_moved" in [objection.guard for objection in moved.objections]
    assert not moved.allowed and moved.instead == ["read_again"]
    assert tenant.can_send(**draft, key="a1", read=tenant.reading(case.lead)).allowed


@pytest.mark.parametrize(
    "wrong",
    [
        {"text": 5},
        {"markdown": "yes"},
        {"despite": "tone"},
        {"read": -1},
        {"not_before": datetime(2030, 1, 1)},
        {"not_before": "soon"},
        {"to": ["m"]},
        {"text": object()},
    ],
)
def test_wrong_types_are_refused(tenant: careline.Tenant, case: careline.Case, wrong: dict[str, Any]) -> None:
    draft: dict[str, Any] = {"key": "a1", "author": "mia", "to": case.lead, "text": "lost the zebra parcel", **wrong}
    for verb in (tenant.can_send, tenant.reply):
        with pytest.raises(InputInvalid) as raised:
            verb(**draft)
        assert "zebra" not in str(raised.value)
    assert list(tenant.replies()) == []


@pytest.mark.parametrize("wrong", [{"txt": "x"}, {"key": None}, {}])
def test_unknown_and_missing_fields_are_refused(tenant: careline.Tenant, wrong: dict[str, Any]) -> None:
    draft: dict[str, Any] = {"author": "mia", "to": "m", "text": "x", **wrong}
    with pytest.raises((TypeError, InputInvalid)):
        tenant.reply(**draft)


@pytest.mark.parametrize("wrong", [{"key": ""}, {"to": "m0"}, {"verb": "sing"}, {"author": "nobody"}, {"text": " "}])
def test_a_draft_that_is_wrong_is_denied(
    tenant: careline.Tenant, case: careline.Case, wrong: dict[str, Any]
) -> None:
    draft: dict[str, Any] = {"key": "a1", "author": "mia", "to": case.lead, "text": "Sorry!", **wrong}
    verdict = tenant.can_send(**draft)
    assert not verdict.allowed and verdict.reasons
    assert tenant.reply(**draft).reply is None


def test_tenants_answer_for_themselves(server: mastodon.Recorded) -> None:
    other = "brand.name = 'Other'\nagents = [{ id = 'mia' }, { id = 'sam' }]"
    with careline.Care.open(
        "memory:",
        tenants={"acme": {"text": mastodon.ANSWERING}, "other": {"text": other}},
        accounts={"m": mastodon.ACCOUNT},
        transport=server,
    ) as care:
        acme, stranger = care.tenant("acme"), care.tenant("other")
        acme.poll("m")
        (case,) = acme.all_cases()
        reply = reply_of(acme.reply(key="a1", author="mia", to=case.lead, text="Sorry!"))
        assert not stranger.can_send(key="a1", author="mia", to=case.lead, text="Sorry!").allowed
        for verb in (stranger.approve, stranger.withdraw, stranger.send_after_all):
            with pytest.raises(NotFound):
                verb(reply.id, "sam")
        for view in (stranger.reply_record, stranger.reading):
            with pytest.raises(NotFound):
                view(reply.id)
        assert list(stranger.replies()) == [] and list(stranger.audit()) == []
        assert acme.reply_record(reply.id).state == "awaiting_approval"


def test_an_incident_from_its_beginning_to_its_end(
    answering: careline.Care, tenant: careline.Tenant, case: careline.Case
) -> None:
    outage: dict[str, Any] = {
        "key": "outage",
        "name": "Outage",
        "when": {"terms": ["broken"]},
        "since": case.opened_at,
    }
    incident = tenant.open_incident("mia", **outage)
    assert tenant.open_incident("sam", **outage) == incident == tenant.incident(incident.id)
    assert [case.id for case in tenant.incident_cases(incident.id)] == [case.id]
    draft: dict[str, Any] = {"key": "a1", "author": "mia", "to": case.lead, "text": "Sorry!"}
    assert tenant.can_send(**draft).held
    held = reply_of(tenant.reply(**draft))
    assert held.state == "held"
    assert [owed.held for owed in tenant.owed_in(incident.id)] == [held.id]
    (owed,) = tenant.release_incident(incident.id, "mia")
    assert (owed.case.id, owed.held) == (case.id, held.id)
    with pytest.raises(Conflict):
        tenant.release_incident(incident.id, "mia")
    assert [incident.released_by for incident in tenant.incidents()] == ["mia"]
    assert tenant.send_after_all(held.id, "mia").state in ("queued", "awaiting_approval")
    with pytest.raises(InputInvalid):
        tenant.open_incident("mia", key="all", name="All", when={})


def test_a_case_that_goes_on_elsewhere(tenant: careline.Tenant, case: careline.Case) -> None:
    handed = tenant.hand_off(case.id, "email", "mia", note="ticket 7")
    assert [(handoff.to, handoff.state, handoff.note) for handoff in handed.handoffs] == [
        ("email", "elsewhere", "ticket 7")
    ]
    with pytest.raises(InputInvalid):
        tenant.hand_off(case.id, "private", "mia")
    assert tenant.suggestions(case.id) == []
    with pytest.raises(NotFound):
        tenant.suggestions("c0")


def test_nobody_doubts_where_it_is(tenant: careline.Tenant, case: careline.Case) -> None:
    reply = reply_of(tenant.reply(key="a1", author="mia", to=case.lead, text="Sorry!"))
    with pytest.raises(Conflict):
        tenant.was_sent(reply.id, "mia", "901")


def test_not_before_its_time(answering: careline.Care, tenant: careline.Tenant, case: careline.Case) -> None:
    later = datetime.now(UTC) + timedelta(hours=1)
    reply = reply_of(tenant.reply(key="a1", author="mia", to=case.lead, text="Sorry!", not_before=later))
    assert reply.not_before is not None and abs(reply.not_before - later) < timedelta(milliseconds=1)
    tenant.approve(reply.id, "sam")
    assert answering.tick().sent == 0


# Words alone ------------------------------------------------------------------------------------


def test_counted_as_the_network_does() -> None:
    text = "👩‍👩‍👧 hé " + "x" * 280
    measured = careline.measure(text, "x")
    assert (measured.length, measured.max, measured.unit, measured.fits) == (286, 280, "weighted", False)
    assert text[measured.within.end :] == "x" * 6 == text[len(measured.within.slice(text)) :]
    assert careline.measure(text, "x", surface="direct_message").fits
    assert careline.measure(text, "mastodon", max=10).length == 285


def test_rendered_as_the_network_takes_it() -> None:
    composed = careline.compose("😡 **Sorry**", "x", markdown=True, mentions=["jo"], signature="^MK")
    (part,) = composed.parts
    assert (part.text, composed.notes) == ("@jo 😡 Sorry ^MK", ["emphasis"])
    assert [entity.span.slice(part.text) for entity in part.entities] == ["@jo"]
    several = careline.compose("Sorry to hear that. " * 30, "x", thread=True).parts
    assert len(several) == 3 and several[0].text.endswith("(1/3)")


@pytest.mark.parametrize(
    ("error", "call"),
    [
        (TooLarge, lambda: careline.compose("x" * 281, "x")),
        (InputInvalid, lambda: careline.compose(" ", "x")),
        (InputInvalid, lambda: careline.compose("hi", "x", mentions=["no handle"])),
        (InputInvalid, lambda: careline.compose("hi", "x", mentions=NO_TEXT)),
        (InputInvalid, lambda: careline.measure(NO_TEXT, "x")),
        (InputInvalid, lambda: careline.measure("hi", "x", max=-1)),
        (Unsupported, lambda: careline.measure("hi", "acme-shop")),
        (Unsupported, lambda: careline.compose("hi", "acme-shop")),
    ],
)
def test_words_that_are_wrong(error: type[careline.CarelineError], call: Any) -> None:
    with pytest.raises(error):
        call()


def test_halves_of_characters_are_counted() -> None:
    assert careline.measure("a\ud83d", "mastodon").length == 2


def test_a_person_connects_the_account() -> None:
    with granting.opened("1") as care:
        tenant = care.tenant()
        with pytest.raises(NotFound):
            tenant.token_standing("x")
        begun = tenant.begin_authorisation("x", granting.BACK)
        assert begun.url.startswith("https://x.com/") and begun.pending not in repr(begun)
        with pytest.raises(InputInvalid):
            tenant.finish_authorisation("x", begun.pending, f"{granting.BACK}?code=abc&state=forged")
        standing = tenant.finish_authorisation("x", begun.pending, granting.came_back(begun))
        assert (standing.kind, standing.dead, standing.days_left) == ("user", None, None)
        assert standing.expires_at is not None and standing == tenant.token_standing("x")
        assert tenant.check("x").handle == "acme"
        until = datetime.now(UTC) + timedelta(days=2, hours=1)
        assert tenant.connect("x", "made-up-3", expires_at=until).days_left == 2
        with pytest.raises(NotFound):
            tenant.connect("y", "made-up-3")


def test_a_person_cannot_connect_another_account() -> None:
    with granting.opened("2") as care:
        begun = care.tenant().begin_authorisation("x", granting.BACK)
        with pytest.raises(ConfigInvalid) as raised:
            care.tenant().finish_authorisation("x", begun.pending, granting.came_back(begun))
        assert (raised.value.context["expected"], raised.value.context["found"]) == ("1", "2")


@pytest.mark.parametrize("keys", [granting.KEY, [5], ["short"], ["env:CARELINE_NOT_SET"]])
def test_keys_for_tokens_are_looked_at(keys: Any) -> None:
    with pytest.raises(ConfigInvalid) as raised:
        careline.Care.open("memory:", policy={"text": granting.POLICY}, token_keys=keys)
    assert "token_keys" in str(raised.value)
