"""The whole way: signed bodies become tickets of the real helpdesk, and what agents do there reaches careline."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import careline
import pytest

pytest.importorskip("helpdesk", reason="skipped: django-helpdesk is not installed")

from desk import Desk

OPEN, REOPENED, RESOLVED, CLOSED, DUPLICATE = 1, 2, 3, 4, 5


@pytest.fixture(scope="module")
def desk(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Desk]:
    with Desk(tmp_path_factory.mktemp("desk")) as desk:
        yield desk


def test_a_complaint_becomes_a_ticket(desk: Desk) -> None:
    post = desk.post("@acme my order is broken, please help!", author="101")
    ticket = desk.ticket("User 101")
    assert ticket["title"] == "@acme my order is broken, please help!"
    assert ticket["description"].startswith("@acme my order is broken, please help!")
    assert ticket["description"].endswith(f"/status/{post}")
    assert (ticket["status"], ticket["priority"], ticket["assigned_to"]) == (OPEN, 1, None)
    assert ticket["due_date"]
    assert ticket["submitter_email"] is None
    assert ticket["followup_set"] == []


def test_a_team_is_a_queue(desk: Desk) -> None:
    desk.post("@acme you charged my card twice, I want a refund of this invoice!", author="102")
    desk.post("@acme my kettle does not work any more, help!", author="103")
    assert desk.case("User 102").case.team == "billing"
    assert desk.ticket("User 102")["queue"] != desk.ticket("User 103")["queue"]
    assert desk.ticket("User 103")["queue"] == desk.ticket("User 101")["queue"]


def test_what_needs_no_answer_becomes_no_ticket(desk: Desk) -> None:
    desk.post("@acme I love your kettle, thank you so much!", author="104")
    assert desk.tickets("User 104") == []


def test_redelivery_adds_nothing(desk: Desk) -> None:
    first, post = desk.body("@acme where is my parcel? It is two weeks late!", author="105")
    further, _ = desk.body("@acme hello?! Nobody answers!", author="105", answers=post)
    with ThreadPoolExecutor(8) as threads:
        answers = list(threads.map(desk.hook, [first] * 6))
        answers += threads.map(desk.hook, [first, further] * 4)
    assert {answer.status for answer in answers} == {200}
    desk.manage("careline_sync")
    assert comments(desk.ticket("User 105")) == ["@acme hello?! Nobody answers!"]


def test_several_syncs_at_once_double_nothing(desk: Desk) -> None:
    for person in range(120, 128):
        body, post = desk.body("@acme my order never came, where is it?", author=str(person))
        directly(desk, body)
        directly(desk, desk.body("@acme I want my money back!", author=str(person), answers=post)[0])
    with ThreadPoolExecutor(4) as threads:
        list(threads.map(lambda _: desk.manage("careline_sync"), range(4)))
    for person in range(120, 128):
        assert comments(desk.ticket(f"User {person}")) == ["@acme I want my money back!"]


def test_a_wrong_signature_is_refused(desk: Desk) -> None:
    body, _ = desk.body("@acme my order is broken, please help!", author="106")
    assert desk.hook(body, secret="another secret").status == 401
    assert desk.hook(body, endpoint="y").status == 404
    assert desk.tickets("User 106") == []


def test_the_challenge_of_the_network_is_answered(desk: Desk) -> None:
    answer = desk.get("careline/hooks/x?crc_token=abc")
    assert answer.status == 200
    assert answer.body["response_token"].startswith("sha256=")


def test_further_messages_are_public_follow_ups(desk: Desk) -> None:
    post = desk.post("@acme my parcel is lost, what now?", author="107")
    # What an agent answers in the network's own app, and what a customer writes to whoever renders templates.
    answer = desk.post("@user107 we look into it", author="1001", answers=post)
    desk.post("@acme {{ ticket.secret_key }} {% now %} is what I see!", author="107", answers=answer)
    ticket = desk.ticket("User 107")
    assert [(one["title"], one["public"], one["user"]) for one in ticket["followup_set"]] == [
        ("Our answer on x", True, None),
        ("User 107", True, None),
    ]
    assert comments(ticket) == ["@user107 we look into it", "@acme {{ ticket.secret_key }} {% now %} is what I see!"]
    assert notes(desk, "User 107") == []


def test_what_an_agent_writes_is_kept_in_the_case_once(desk: Desk) -> None:
    post = desk.post("@acme my parcel is open and half empty!", author="108")
    ticket = desk.ticket("User 108")["id"]
    desk.follow_up(ticket, "We send another one.", user="mia")
    desk.follow_up(ticket, "The carrier knows.", user="noah", public=False)
    assert notes(desk, "User 108") == [("mia", "We send another one."), ("noah", "The carrier knows.")]
    desk.manage("careline_sync")
    desk.post("@acme still nothing, I am angry!", author="108", answers=post)
    assert len(notes(desk, "User 108")) == 2
    assert len(comments(desk.ticket("User 108"))) == 3


def test_who_has_the_ticket_has_the_case(desk: Desk) -> None:
    desk.post("@acme the app does not let me log in, help!", author="109")
    ticket = desk.ticket("User 109")["id"]
    desk.api("PATCH", f"tickets/{ticket}/", {"assigned_to": user_id(desk, "mia")})
    assert holder(desk, "User 109") == "mia"
    case = desk.case("User 109").case
    desk.care.tenant("acme").assign(case.id, "noah", "noah")
    desk.manage("careline_sync")
    assert desk.ticket("User 109")["assigned_to"] == user_id(desk, "noah")
    desk.api("PATCH", f"tickets/{ticket}/", {"assigned_to": None})
    assert holder(desk, "User 109") is None
    # A user who is no agent may have a ticket; careline keeps what it knows.
    desk.api("PATCH", f"tickets/{ticket}/", {"assigned_to": user_id(desk, "boss")})
    desk.manage("careline_sync")
    assert desk.ticket("User 109")["assigned_to"] == user_id(desk, "boss")
    assert holder(desk, "User 109") is None


def test_an_agent_closes_and_opens_again(desk: Desk) -> None:
    desk.post("@acme the wrong size came, what now?", author="110")
    ticket = desk.ticket("User 110")["id"]
    desk.follow_up(ticket, "A label is on its way.", user="noah", new_status=RESOLVED)
    view = desk.case("User 110")
    assert (view.case.status, view.case.outcome) == ("closed", "resolved")
    assert [step.actor for step in view.timeline if step.kind == "closed"] == ["noah"]
    assert notes(desk, "User 110") == [("noah", "A label is on its way.")]
    assert desk.ticket("User 110")["status"] == RESOLVED
    desk.api("PATCH", f"tickets/{ticket}/", {"status": REOPENED})
    assert desk.case("User 110").case.status != "closed"
    desk.api("PATCH", f"tickets/{ticket}/", {"status": CLOSED})
    assert desk.case("User 110").case.status == "closed"
    assert desk.ticket("User 110")["status"] == CLOSED


def test_what_closes_in_careline_closes_the_ticket(desk: Desk) -> None:
    post = desk.post("@acme I cannot reach your hotline!", author="111")
    acme, case = desk.care.tenant("acme"), desk.case("User 111").case.id
    acme.close(case, "mia", "no_answer_needed")
    desk.manage("careline_sync")
    ticket = desk.ticket("User 111")
    assert ticket["status"] == CLOSED
    assert ticket["followup_set"][-1]["title"] == "Closed in careline: no_answer_needed"
    # The customer writes again.
    desk.post("@acme still nobody picks up, this is ridiculous!", author="111", answers=post)
    assert desk.ticket("User 111")["status"] == REOPENED
    assert desk.case("User 111").case.reopened == 1
    assert notes(desk, "User 111") == []


def test_cases_that_turn_out_to_be_one(desk: Desk) -> None:
    first = desk.post("@acme my order is late, where is it?", author="112")
    between, third = desk.post_id(), desk.post_id()
    late, _ = desk.body("@acme nobody answers me here!", author="112", answers=first, post=between)
    assert (
        desk.hook(desk.body("@acme and now it is broken!", author="112", answers=between, post=third)[0]).status == 200
    )
    assert len(desk.tickets("User 112")) == 2
    assert desk.hook(late).status == 200
    kept, ended = desk.tickets("User 112")
    assert (kept["status"], ended["status"], ended["merged_to"]) == (OPEN, DUPLICATE, kept["id"])
    assert comments(kept) == ["@acme nobody answers me here!", "@acme and now it is broken!"]


def test_two_brands_are_kept_apart(desk: Desk) -> None:
    desk.post("@acme my order is broken, please help!", author="113", brand="acme")
    desk.post("@globex my order is broken, too, please help!", author="114", brand="globex")
    assert desk.ticket("User 113")["queue"] != desk.ticket("User 114")["queue"]
    ticket = desk.ticket("User 114")["id"]
    desk.follow_up(ticket, "On its way.", user="noah", new_status=CLOSED)
    assert desk.case("User 114", "globex").case.status == "closed"
    assert desk.case("User 113", "acme").case.status != "closed"
    with pytest.raises(AssertionError):
        desk.case("User 114", "acme")


def test_what_was_missed_is_made_up_for(desk: Desk) -> None:
    directly(desk, desk.body("@acme my order is broken, please help!", author="115")[0])
    assert desk.tickets("User 115") == []
    assert desk.manage("careline_sync") == "in step: 1\n"
    ticket = desk.ticket("User 115")["id"]
    # Written while nobody listened: once on an open case, once on a closed one.
    for status, told in ((CLOSED, 1), (REOPENED, 2)):
        desk.manage("shell", "--verbosity", "0", "--command", UNHEARD.format(ticket=ticket, status=status))
        assert len(notes(desk, "User 115")) == told - 1
        assert desk.manage("careline_sync") == "in step: 1\n"
        assert notes(desk, "User 115") == [("mia", "unheard")] * told
        assert (desk.case("User 115").case.status == "closed") == (status == CLOSED)
        assert desk.manage("careline_sync") == "in step: 0\n"


def test_an_erased_customer_is_pointed_out(desk: Desk) -> None:
    desk.post("@acme my order is broken, please help!", author="116")
    view = desk.case("User 116")
    desk.care.tenant("acme").erase(customer=view.customer.customer.id)
    for _ in range(2):
        desk.manage("careline_sync")
    (word,) = desk.ticket("User 116")["followup_set"]
    assert "delete this ticket" in word["title"]
    assert not word["public"]


UNHEARD = """
from careline_helpdesk import signals
from django.contrib.auth import get_user_model
from django.db.models.signals import post_save
from helpdesk.models import FollowUp, Ticket
from helpdesk.update_ticket import update_ticket
assert post_save.disconnect(signals.followup_saved, sender=FollowUp)
assert post_save.disconnect(signals.ticket_saved, sender=Ticket)
mia = get_user_model().objects.get(username="mia")
update_ticket(mia, Ticket.objects.get(pk={ticket}), comment="unheard", public=True, new_status={status})
"""


def directly(desk: Desk, body: bytes) -> None:
    """A delivery that reaches careline while the helpdesk does not look."""
    (parsed,) = careline.normalise("x", [body])
    desk.care.tenant("acme").ingest("test", parsed.events)


def comments(ticket: dict[str, Any]) -> list[str]:
    """What its follow-ups say, without the address of the post."""
    return [one["comment"].split("\n\n")[0] for one in ticket["followup_set"] if one["comment"]]


def notes(desk: Desk, customer: str) -> list[tuple[str, str]]:
    """The notes in a customer's case, with their authors."""
    return [(note.by, note.text) for note in desk.case(customer).notes]


def holder(desk: Desk, customer: str) -> str | None:
    """Who has a customer's case."""
    assignment = desk.case(customer).case.assignment
    return assignment.agent if assignment else None


def user_id(desk: Desk, name: str) -> int:
    """The id of a user of the helpdesk."""
    return ("mia", "noah", "boss").index(name) + 1
