"""A care at work: what comes in, what stands in the views, what people do, what is kept."""

from __future__ import annotations

import json
import threading
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
import traffic

import careline
from careline.errors import ClosedError, ConfigInvalid, Conflict, InputInvalid, NotFound, SignatureInvalid

Post = Callable[..., careline.WebhookAnswer]


# What comes in ----------------------------------------------------------------------------------


def test_a_signed_body_is_stored_when_receive_returns(care: careline.Care, post: Post) -> None:
    answer = post(1)
    assert (answer.status, answer.ingested.added) == (200, 1)
    (item,) = care.tenant().queue()
    assert item.excerpt == "@acme my order is broken, please help!"
    assert (item.case.tier, item.case.intent, item.case.network) == (1, "complaint", "x")


@pytest.mark.parametrize(
    "spelled",
    [
        lambda headers: headers,
        lambda headers: {name.lower(): value for name, value in headers.items()},
        lambda headers: {name.upper(): value for name, value in headers.items()},
        lambda headers: list(headers.items()),
        lambda headers: iter(headers.items()),
        lambda headers: {name.encode(): value.encode() for name, value in headers.items()},
        lambda headers: {name: [value] for name, value in headers.items()},
    ],
    ids=["as sent", "lower case", "upper case", "pairs", "an iterator", "bytes", "lists of values"],
)
def test_headers_come_in_many_forms(care: careline.Care, spelled: Callable[[Any], Any]) -> None:
    body = traffic.mention(1)
    assert care.receive("x", spelled(traffic.signed(body)), body).ingested.added == 1


@pytest.mark.parametrize("kind", [bytes, bytearray, memoryview])
def test_bodies_come_in_many_forms(care: careline.Care, kind: Callable[[bytes], Any]) -> None:
    body = traffic.mention(1)
    assert care.receive("x", traffic.signed(body), kind(body)).ingested.added == 1


GOOD = traffic.signed(traffic.mention(1))
WRONG_HEADERS: dict[str, Any] = {
    "none": {},
    "wrong": {traffic.SIGNATURE: "sha256=" + "A" * 43 + "="},
    "empty": {traffic.SIGNATURE: ""},
    "no base64": {traffic.SIGNATURE: "sha256=§"},
    "another prefix": {traffic.SIGNATURE: GOOD[traffic.SIGNATURE].replace("sha256", "sha1")},
    "doubled": [*GOOD.items(), *GOOD.items()],
    "doubled, a good one first": [*GOOD.items(), (traffic.SIGNATURE, "sha256=AAAA")],
    "two values": {traffic.SIGNATURE: [GOOD[traffic.SIGNATURE]] * 2},
    "another secret": traffic.signed(traffic.mention(1), "another made-up secret"),
    "another body": traffic.signed(traffic.mention(2)),
}


@pytest.mark.parametrize("headers", WRONG_HEADERS.values(), ids=WRONG_HEADERS)
def test_a_wrong_signature_leaves_nothing(care: careline.Care, headers: Any) -> None:
    with pytest.raises(SignatureInvalid) as raised:
        care.receive("x", headers, traffic.mention(1))
    assert raised.value.status == 401 and raised.value.retry == "never"
    assert traffic.SECRET not in str(raised.value)
    assert GOOD[traffic.SIGNATURE].removeprefix("sha256=") not in str(raised.value)
    assert list(care.tenant().all_cases()) == []
    assert care.tenant().export(raw=True) == []


def test_challenges_are_answered(care: careline.Care) -> None:
    answer = care.receive("x", {}, b"", method="GET", query="crc_token=abc")
    assert answer.status == 200 and json.loads(answer.body)["response_token"].startswith("sha256=")
    query = "hub.mode=subscribe&hub.challenge=4711&hub.verify_token=made-up%20token"
    assert care.receive("page", {}, b"", method="GET", query=query).body == "4711"


def test_an_endpoint_nobody_opened(care: careline.Care) -> None:
    with pytest.raises(NotFound) as raised:
        care.receive("y", GOOD, traffic.mention(1))
    assert raised.value.status == 404


def test_each_message_once(care: careline.Care, post: Post) -> None:
    assert [post(1).ingested.added for _ in range(3)] == [1, 0, 0]
    other = json.dumps(json.loads(traffic.mention(1).replace(b'"event_uuid": "1"', b'"event_uuid": "2"'))).encode()
    assert care.receive("x", traffic.signed(other), other).ingested.added == 0
    assert len(list(care.tenant().search("order"))) == 1
    assert len(list(care.tenant().all_cases())) == 1


def test_each_message_once_from_many_threads(file_care: careline.Care) -> None:
    added: list[int] = []
    barrier = threading.Barrier(8)

    def work() -> None:
        barrier.wait(timeout=30)
        for number in range(10):
            body = traffic.mention(number)
            added.append(file_care.receive("x", traffic.signed(body), body).ingested.added)

    threads = [threading.Thread(target=work) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    assert (len(added), sum(added)) == (80, 10)
    assert len(list(file_care.tenant().search("order"))) == 10
    assert file_care.tenant().verify_log() >= 10


def test_ingested_once(tenant: careline.Tenant) -> None:
    items = [traffic.review(1), traffic.review(2), traffic.review(1)]
    assert tenant.ingest("shop", items, account=traffic.SHOP).added == 2
    again = tenant.ingest("shop", items, account=careline.NativeAccount(network="acme-shop", native_id="1"))
    assert (again.added, again.known) == (0, 3)
    inbound = careline.Inbound(**traffic.review(3))
    assert tenant.ingest("shop", iter([inbound]), account=traffic.SHOP).added == 1
    assert tenant.ingest("shop", [careline.Event(**traffic.event("message", **traffic.review(4)))]).added == 1
    assert len(list(tenant.all_cases())) == 4


def test_what_it_was_read_from_is_kept(tenant: careline.Tenant) -> None:
    tenant.ingest("shop", [traffic.review(1)], account=traffic.SHOP, raw=b"<review id='r1'/>")
    assert "<review id='r1'/>" in [part["raw"]["body"] for part in tenant.export(raw=True) if "raw" in part]


def test_an_edit_is_a_revision(tenant: careline.Tenant) -> None:
    tenant.ingest("shop", [traffic.review(1, "first words")], account=traffic.SHOP)
    edited = tenant.ingest("shop", [traffic.review(1, "other words", revision=1)], account=traffic.SHOP)
    assert (edited.added, edited.changed) == (0, 1)
    (message,) = tenant.search("words")
    assert message.content is not None and message.content.text == "other words"
    assert message.revisions == [0, 1]


def test_one_unreadable_item_holds_up_no_other(care: careline.Care) -> None:
    value = {"item": "status", "verb": "add", "from": {"id": "9"}, "post_id": "55_77", "created_time": 1768000000}
    good = {"field": "feed", "value": {**value, "message": "When will the kettle be back?"}}
    broken = {"field": "feed", "value": {**value, "from": 7}}
    entry = {"id": "55", "time": 1768000000, "changes": [broken, good]}
    body = json.dumps({"object": "page", "entry": [entry]}).encode()
    answer = care.receive("page", traffic.signed_by_page(body), body)
    assert (answer.status, answer.ingested.added, answer.ingested.quarantined) == (200, 1, 1)
    (quarantined,) = care.tenant().quarantine()
    assert quarantined.error["code"] == "input_invalid"
    assert quarantined.range is not None
    begin, end = quarantined.range["start"], quarantined.range["end"]
    assert json.loads(body[begin:end]) == broken


def test_an_unknown_kind_is_kept_and_visible(tenant: careline.Tenant) -> None:
    tenant.ingest("shop", [traffic.event("unknown", name="hologram")])
    (quarantined,) = tenant.quarantine()
    assert quarantined.error["code"] == "unsupported" and quarantined.error["context"] == {"kind": "hologram"}


def test_an_account_that_nobody_owns_is_set_aside(care: careline.Care) -> None:
    body = traffic.mention(1).replace(b'"user_id": "1"', b'"user_id": "404"')
    answer = care.receive("x", traffic.signed(body), body)
    assert (answer.status, answer.ingested.quarantined) == (200, 1)
    assert list(care.tenant().all_cases()) == []


# What stands in the views -----------------------------------------------------------------------


def test_a_case_with_everything_about_it(lived: careline.Care) -> None:
    tenant = lived.tenant()
    case = next(case for case in tenant.all_cases() if case.network == "facebook")
    view = tenant.case(case.id)
    (thread,) = view.threads
    assert thread.conversation.id == case.conversations[0] and thread.conversation.visibility == "private"
    assert [message.content and message.content.text for message in thread.messages] == ["Where is my parcel? 漢字 😀"]
    assert view.customer.customer.id == case.customer
    assert view.timeline[0].kind == "opened" and view.timeline[0].actor
    assert tenant.thread(thread.conversation.id) == thread
    assert list(tenant.messages_in(thread.conversation.id)) == thread.messages
    assert list(tenant.messages_by(case.customer)) == thread.messages
    assert case in list(tenant.cases_of(case.customer))
    assert view.customer == tenant.customer(case.customer)
    assert [line for line in tenant.history(case.id) if isinstance(line, careline.Step)] == view.timeline


def test_a_case_explains_itself(care: careline.Care, tenant: careline.Tenant) -> None:
    tenant.ingest("shop", [traffic.review(1)], account=traffic.SHOP)
    (case,) = tenant.all_cases()
    explanation = tenant.explain(case.id)
    assert explanation.text == traffic.COMPLAINT
    assert explanation.assessment is not None
    marked = {finding.span.slice(explanation.text) for finding in explanation.assessment.evidence if finding.span}
    assert "invoice" in marked
    assert all(finding.rule for finding in explanation.assessment.evidence)
    assert any(reason.rule for why in explanation.reasons for reason in why.reasons)


def test_waiting_customers(care: careline.Care, tenant: careline.Tenant) -> None:
    early = datetime.now(UTC) - timedelta(hours=1)
    items = [traffic.review(1, author="late"), traffic.review(2, author="early", sent_at=early)]
    tenant.ingest("shop", items, account=traffic.SHOP)
    waiting = list(tenant.unanswered())
    assert [item.customer_name for item in waiting] == ["@jo", "@jo"]
    since = [item.case.awaiting_since for item in waiting]
    assert since[0] is not None and since[1] is not None and since[0] < since[1]
    assert abs(since[0] - early) < timedelta(milliseconds=1)


def test_the_queue_can_be_narrowed(lived: careline.Care) -> None:
    tenant = lived.tenant()
    everything = list(tenant.queue())
    assert {item.case.network for item in tenant.queue(network="x")} == {"x"}
    assert all(item.case.team == "billing" for item in tenant.queue(team="billing"))
    assert all(item.case.status == "queued" for item in tenant.queue(queued=True))
    assert {item.case.assignment and item.case.assignment.agent for item in tenant.queue(agent="mia")} == {"mia"}
    now = datetime.now(UTC)
    due = list(tenant.queue(due_before=now))
    later = list(tenant.queue(due_from=now))
    assert due and later and len(due) + len(later) == len(everything)
    assert sum(tenant.count_open().values()) == len(everything)
    assert tenant.count_open(by="network", network="x") == {"x": 2}
    assert list(tenant.queue(network="nowhere")) == []


def test_found_by_words(lived: careline.Care) -> None:
    tenant = lived.tenant()
    assert len(list(tenant.search("order broken"))) == 2
    assert len(list(tenant.search("ord"))) == 2
    assert list(tenant.search("zebra")) == []


def test_what_is_not_there_is_said_so(tenant: careline.Tenant) -> None:
    for ask in (tenant.case, tenant.explain, tenant.customer):
        with pytest.raises(NotFound) as raised:
            ask("nothing")
        assert raised.value.status == 404
    assert tenant.thread("nothing") is None
    for listing in (tenant.history("nothing"), tenant.messages_in("nothing"), tenant.cases_of("nothing")):
        try:
            assert list(listing) == []
        except NotFound:
            pass
    with pytest.raises(NotFound):
        tenant.poll("acme-x")


# Lists ------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def seven() -> Any:
    """A tenant with seven of everything."""
    with traffic.open_care() as care:
        tenant = care.tenant()
        items = [traffic.review(number, author=f"author-{number}") for number in range(6)]
        items.append(traffic.review(6, author="author-0", thread="r0", reply_to={"native_id": "r0"}))
        tenant.ingest("shop", items, account=traffic.SHOP)
        items = [traffic.review(n, author="author-0", thread="r0") for n in range(10, 15)]
        tenant.ingest("shop", items, account=traffic.SHOP)
        items = [traffic.review(n, author=f"author-{n}") for n in (20,)]
        tenant.ingest("shop", items, account=traffic.SHOP)
        for number in range(7):
            tenant.ingest("shop", [traffic.event("unknown", name=f"hologram-{number}")])
        yield tenant


LISTS: dict[str, Callable[..., Any]] = {
    "queue": lambda tenant, **page: tenant.queue(**page),
    "unanswered": lambda tenant, **page: tenant.unanswered(**page),
    "all_cases": lambda tenant, **page: tenant.all_cases(**page),
    "customers": lambda tenant, **page: tenant.customers(**page),
    "quarantine": lambda tenant, **page: tenant.quarantine(**page),
    "search": lambda tenant, **page: tenant.search("invoice", **page),
    "history": lambda tenant, **page: tenant.history(_longest(tenant).id, **page),
    "messages_in": lambda tenant, **page: tenant.messages_in(_longest(tenant).conversations[0], **page),
    "messages_by": lambda tenant, **page: tenant.messages_by(_longest(tenant).customer, **page),
}


def _longest(tenant: careline.Tenant) -> careline.Case:
    return max(tenant.all_cases(), key=lambda case: case.messages)


@pytest.mark.parametrize("name", LISTS)
@pytest.mark.parametrize("limit", [1, 2, 3, 7, 1000])
def test_pages_have_no_gaps(seven: careline.Tenant, name: str, limit: int) -> None:
    everything = list(LISTS[name](seven))
    assert len(everything) >= 7
    paged = LISTS[name](seven, limit=limit)
    assert list(paged) == everything
    pages = list(paged.pages())
    assert all(len(page.items) <= limit for page in pages)
    assert pages[-1].after is None and all(page.after for page in pages[:-1])
    assert len(pages) in (-(-len(everything) // limit), len(everything) // limit + 1)
    assert [item for page in pages for item in page.items] == everything
    second = LISTS[name](seven, limit=limit, after=pages[0].after) if pages[0].after else None
    assert second is None or list(second) == everything[limit:]
    assert pages[0].after is None or paged.page(pages[0].after) == pages[1]


def test_cases_of_one_person_page_without_gaps(tenant: careline.Tenant) -> None:
    tenant.ingest("shop", [traffic.review(number) for number in range(5)], account=traffic.SHOP)
    (customer,) = tenant.customers()
    everything = list(tenant.cases_of(customer.id))
    assert len(everything) == 5 and list(tenant.cases_of(customer.id, limit=2)) == everything


def test_nothing_is_read_until_somebody_looks(tenant: careline.Tenant) -> None:
    listing = tenant.all_cases()
    cases = iter(tenant.all_cases(limit=1))
    tenant.ingest("shop", [traffic.review(1)], account=traffic.SHOP)
    assert len(list(listing)) == 1 == len(list(listing))
    assert next(cases).network == "acme-shop"


def test_a_list_can_be_left_half_way(seven: careline.Tenant) -> None:
    for case in seven.all_cases(limit=2):
        assert case.id
        break
    assert seven.all_cases(limit=2).page().after is not None


@pytest.mark.parametrize("page", [{"limit": 0}, {"limit": -1}, {"limit": 1.5}, {"limit": "2"}, {"after": "made up"}])
def test_a_page_that_cannot_be(seven: careline.Tenant, page: dict[str, Any]) -> None:
    with pytest.raises(InputInvalid):
        list(seven.all_cases(**page))


def test_a_case_that_comes_while_pages_are_read_moves_no_other(tenant: careline.Tenant) -> None:
    tenant.ingest("shop", [traffic.review(number, author=str(number)) for number in range(4)], account=traffic.SHOP)
    before = [case.id for case in tenant.all_cases()]
    walk = iter(tenant.all_cases(limit=2))
    seen = [next(walk).id]
    tenant.ingest("shop", [traffic.review(9, author="9")], account=traffic.SHOP)
    seen += [case.id for case in walk]
    assert [id for id in seen if id in before] == before


# What people do ---------------------------------------------------------------------------------


@pytest.fixture
def case(tenant: careline.Tenant) -> careline.Case:
    """A case about an invoice."""
    tenant.ingest("shop", [traffic.review(1)], account=traffic.SHOP)
    (case,) = tenant.all_cases()
    return case


def kinds(tenant: careline.Tenant, case: careline.Case) -> list[str]:
    return [step.kind for step in tenant.case(case.id).timeline]


def test_offered_accepted_released(care: careline.Care, tenant: careline.Tenant, case: careline.Case) -> None:
    tenant.set_presence("mia", True, until=datetime.now(UTC) + timedelta(hours=1))
    ticked = care.tick()
    assert ticked.routed >= 1 and ticked.failed == []
    (offered,) = tenant.queue(agent="mia")
    assert offered.case.status == "offered" and offered.case.assignment is not None
    assert offered.case.assignment.accept_by is not None
    with pytest.raises(Conflict):
        tenant.accept(case.id, "luc")
    assert tenant.accept(case.id, "mia").status == "open"
    (presence,) = [presence for presence in tenant.roster() if presence.online]
    assert (presence.agent, presence.cases) == ("mia", [case.id])
    released = tenant.release(case.id, "mia", "too much to do", team="care")
    assert (released.status, released.team, released.assignment) == ("queued", "care", None)
    assert [kind for kind in kinds(tenant, case) if kind in ("offered", "accepted", "queued")] == [
        "offered",
        "accepted",
        "queued",
    ]
    with pytest.raises(NotFound):
        tenant.release(case.id, "mia", "why not", team="nobody")


def test_given_by_hand(tenant: careline.Tenant, case: careline.Case) -> None:
    given = tenant.assign(case.id, "luc", "mia")
    assert given.assignment is not None and given.assignment.agent == "luc" and given.assignment.by_hand
    taken = tenant.assign(case.id, "mia", "mia")
    assert taken.assignment is not None and taken.assignment.agent == "mia"
    assert taken.assignment.reasons[0].rule == "host.take_over"
    with pytest.raises(NotFound):
        tenant.assign(case.id, "nobody", "mia")
    with pytest.raises(NotFound):
        tenant.set_presence("nobody", True)


def test_notes_are_kept_and_never_counted_as_answers(tenant: careline.Tenant, case: careline.Case) -> None:
    tenant.note(case.id, "mia", "Called the bank 🏦")
    (note,) = tenant.case(case.id).notes
    assert (note.by, note.text, note.case) == ("mia", "Called the bank 🏦", case.id)
    assert note in list(tenant.history(case.id))
    assert tenant.case(case.id).case.first_response_at is None


def test_closed_and_reopened(tenant: careline.Tenant, case: careline.Case) -> None:
    closed = tenant.close(case.id, "mia", "resolved")
    assert (closed.status, closed.outcome) == ("closed", "resolved") and closed.closed_at is not None
    assert list(tenant.queue()) == [] and list(tenant.all_cases()) == [closed]
    with pytest.raises(Conflict):
        tenant.assign(case.id, "mia", "mia")
    reopened = tenant.reopen(case.id, "mia")
    assert (reopened.status, reopened.closed_at, reopened.reopened) == ("queued", None, 1)
    assert [kind for kind in kinds(tenant, case) if kind in ("closed", "reopened")] == ["closed", "reopened"]


def test_corrected(tenant: careline.Tenant, case: careline.Case) -> None:
    assessment = tenant.explain(case.id).assessment
    assert assessment is not None
    corrected = tenant.correct(case.id, "mia", assessment.replace(tier=3, intent="praise", needs_response=True))
    assert (corrected.tier, corrected.intent) == (3, "praise")
    assert "reassessed" in kinds(tenant, case)


def test_merged_and_unmerged(tenant: careline.Tenant) -> None:
    items = [traffic.review(1, author="one"), traffic.review(2, author="two")]
    tenant.ingest("shop", items, account=traffic.SHOP)
    one, other = (customer.id for customer in tenant.customers())
    with pytest.raises(InputInvalid):
        tenant.merge_customers(one, other, "mia", [])
    tenant.merge_customers(one, other, "mia", ["the same customer number"])
    merged = tenant.customer(one)
    assert len(merged.identities) == 2 and len(merged.cases) == 2 and len(merged.messages) == 2
    assert merged.customer.merges[0].from_ == other and merged.customer.merges[0].by == "mia"
    assert tenant.customer(other).customer.id == one
    with pytest.raises(Conflict):
        tenant.merge_customers(one, other, "mia", ["again"])
    tenant.unmerge_customers(one, other, "mia")
    assert [len(tenant.customer(id).identities) for id in (one, other)] == [1, 1]
    with pytest.raises(NotFound):
        tenant.unmerge_customers(one, other, "mia")


def test_facts_come_and_go(tenant: careline.Tenant, case: careline.Case) -> None:
    tenant.set_facts(case.customer, {"number": "K-7", "value": {"tier": "gold", "since": 2019}, "news": True})
    tenant.set_facts(case.customer, {"news": None, "number": "K-8"})
    facts = tenant.customer(case.customer).customer.facts
    assert facts == {"number": "K-8", "value": {"tier": "gold", "since": 2019}}


def test_notices_come_until_told(care: careline.Care, tenant: careline.Tenant) -> None:
    long_ago = datetime.now(UTC) - timedelta(days=30)
    tenant.ingest("shop", [traffic.review(1, sent_at=long_ago)], account=traffic.SHOP)
    care.tick()
    notices = care.notices()
    assert {notice.effect.action["action"] for notice in notices} == {"notify"}
    assert notices[0].effect.action["who"] == ["billing"] and notices[0].tenant == "default"
    # Somebody else asks: ours are leased for a minute.
    assert care.notices() == []
    for notice in notices:
        assert care.told(notice) is None  # type: ignore[func-returns-value]


def test_told_twice_is_told_once(care: careline.Care, tenant: careline.Tenant) -> None:
    long_ago = datetime.now(UTC) - timedelta(days=30)
    tenant.ingest("shop", [traffic.review(1, sent_at=long_ago)], account=traffic.SHOP)
    care.tick()
    notice = care.notices()[0]
    care.told(notice)
    care.told(notice)
    assert notice.effect not in [other.effect for other in care.notices()]


# What is kept -----------------------------------------------------------------------------------


def test_erased_everywhere(file_care: careline.Care, tmp_path: Path) -> None:
    tenant = file_care.tenant()
    tenant.ingest("shop", [traffic.review(1, f"I {traffic.WORDS}", "jo-erased")], account=traffic.SHOP)
    tenant.ingest("shop", [traffic.review(2, "I lost something else", "mia")], account=traffic.SHOP)
    (message,) = tenant.search("zebra")
    assert message.customer is not None
    receipt = tenant.erase(customer=message.customer)
    assert receipt.customers == [message.customer] and receipt.removed["messages"] == 1
    assert list(tenant.search("zebra")) == []
    with pytest.raises(NotFound):
        tenant.customer(message.customer)
    assert "zebra" not in json.dumps(tenant.export(raw=True)) and "jo-erased" not in json.dumps(tenant.export())
    assert len(list(tenant.customers())) == 1 and tenant.verify_log() > 0
    file_care.close()
    left = b"".join(path.read_bytes() for path in tmp_path.iterdir())
    assert traffic.WORDS.encode() not in left and b"I lost something else" in left


def test_one_of_three_is_erased(tenant: careline.Tenant, case: careline.Case) -> None:
    with pytest.raises(InputInvalid):
        tenant.erase()
    with pytest.raises(InputInvalid):
        tenant.erase(customer=case.customer, message="m")
    identity = tenant.customer(case.customer).identities[0].id
    assert tenant.erase(message=case.lead).removed["messages"] == 1
    assert tenant.erase(identity=identity).removed["identities"] == 1


def test_exported(tenant: careline.Tenant, case: careline.Case) -> None:
    everything = json.dumps(tenant.export(), ensure_ascii=False)
    assert traffic.COMPLAINT in everything
    assert traffic.COMPLAINT in json.dumps(tenant.export(customer=case.customer), ensure_ascii=False)
    assert len(tenant.export(raw=True)) > len(tenant.export())


def test_kept_as_long_as_the_policy_says(care: careline.Care, tenant: careline.Tenant) -> None:
    long_ago = datetime.now(UTC) - timedelta(days=31)
    tenant.ingest("shop", [traffic.review(1, "thank you so much", sent_at=long_ago)], account=traffic.SHOP)
    tenant.ingest("shop", [traffic.review(2, "thank you so much")], account=traffic.SHOP)
    removed = tenant.retain().removed
    assert removed.get("payloads") == 1
    assert tenant.retain().removed == {}
    assert len(list(tenant.search("thank"))) == 1
    upkept = care.upkeep()
    assert upkept.failed == [] and upkept.removed["default"].removed == {}


def test_numbers(lived: careline.Care) -> None:
    tenant = lived.tenant()
    totals = tenant.totals("network.")
    assert totals == {"network.acme-shop": 4, "network.facebook": 1, "network.x": 2}
    counted = tenant.volume("network.")
    assert {name: sum(c.value for c in counted if c.name == name) for name in totals} == totals
    assert all(counter.bucket.minute % 5 == 0 and counter.bucket.second == 0 for counter in counted)
    from_now = datetime.now(UTC) + timedelta(minutes=5)
    assert tenant.volume("network.", since=from_now) == []
    assert len(tenant.volume("network.", until=from_now)) == len(counted)
    assert tenant.coverage()["acme-x"] == careline.Coverage(pushed=2, listed=0, both=0)
    assert tenant.totals("nothing.") == {}


def test_another_policy_shows_what_would_differ_and_changes_nothing(care: careline.Care, post: Post) -> None:
    tenant = care.tenant()
    post(1, "@acme 😡 die Rücksendung is broken, please help!")
    care.tick()
    before = tenant.export(raw=True)
    assert tenant.shadow().differing == 0
    returns = "[[categories]]\nid = 'returns'\nterms = { any = ['Rücksendung'] }"
    report = tenant.shadow(policy=traffic.POLICY + returns, limit=5)
    assert (report.messages, report.compared, report.differing, report.more) == (1, 1, 1, False)
    changes = {field.field: field.changes for field in report.fields if field.changed}
    (change,) = changes["category"]
    assert (change.to, change.count) == ("returns", 1)
    (example,) = change.examples
    (place,) = {reason.span for reason in example.reasons if reason.value == "returns"}
    assert place is not None and place.slice("@acme 😡 die Rücksendung is broken, please help!") == "Rücksendung"
    assert (place.start, place.end) == (12, 23)
    assert "Rücksendung" not in report.to_json()
    assert report.before.policy != report.after.policy
    assert tenant.shadow(since=datetime.now(UTC) + timedelta(days=1)).messages == 0
    assert tenant.export(raw=True) == before
    with pytest.raises(ConfigInvalid, match=r"policy:3:1: brand.langauge"):
        tenant.shadow(policy="[brand]\nname = 'Acme'\nlangauge = 'de'")


def test_what_a_network_said_about_an_account(lived: careline.Care) -> None:
    (state,) = lived.tenant().account_states()
    assert (state.account, state.change in ("warned", "blocked")) == ("shop", True)
    assert state.to_do and len(state.earlier) == 1


# Tenants and handles ----------------------------------------------------------------------------


def test_tenants_see_their_own_only() -> None:
    policies = {
        name: {"text": f"brand.name = 'Acme'\naccounts = [{{ id = 'a', network = 'x', native_id = '{id}' }}]"}
        for name, id in (("acme", 1), ("other", 2))
    }
    with careline.Care.open("memory:", tenants=policies, endpoints=traffic.ENDPOINTS) as care:
        assert care.tenants == ["acme", "other"]
        for number, account in ((1, b"1"), (2, b"2"), (3, b"2")):
            body = traffic.mention(number).replace(b'"user_id": "1"', b'"user_id": "%s"' % account)
            care.receive("x", traffic.signed(body), body)
        acme, other = care.tenant("acme"), care.tenant("other")
        assert (acme.id, other.id) == ("acme", "other")
        assert [len(list(tenant.all_cases())) for tenant in (acme, other)] == [1, 2]
        (case,) = acme.all_cases()
        with pytest.raises(NotFound):
            other.case(case.id)
        other.erase(customer=next(iter(other.customers())).id)
        assert acme.case(case.id).case == case
        with pytest.raises(NotFound) as raised:
            care.tenant()
        assert "acme, other" in str(raised.value)


SHOP_ONLY = "brand.name = 'Acme'\naccounts = [{{ id = 'shop', network = 'acme-shop', native_id = '{}' }}]"


def test_a_tenant_that_is_gone_holds_up_nobody(store: str) -> None:
    policies = {name: {"text": SHOP_ONLY.format(name)} for name in ("acme", "gone")}
    with careline.Care.open(store, tenants=policies) as care:
        for name in policies:
            care.tenant(name).ingest("shop", [traffic.review(1)], account=("acme-shop", name))
    with careline.Care.open(store, tenants={"acme": policies["acme"]}) as care:
        assert care.tenants == ["acme"]
        ticked = care.tick()
        assert [failed.tenant for failed in ticked.failed] == ["gone"]
        assert ticked.failed[0].error["code"] == "not_found"
        assert len(list(care.tenant("acme").queue())) == 1


def test_policies_come_as_files_too(tmp_path: Path) -> None:
    file = tmp_path / "policy.toml"
    file.write_text(traffic.POLICY, "utf-8")
    for source in (file, str(file)):
        with careline.Care.open("memory:", policy=source) as care:
            assert care.tenants == ["default"]


@pytest.mark.parametrize(
    "settings",
    [
        {},
        {"policy": {"text": traffic.POLICY}, "tenants": {"default": {"text": traffic.POLICY}}},
        {"policy": "no/such/policy.toml"},
        {"policy": {"text": "brand.nmae = 'Acme'"}},
        {"policy": {"text": traffic.POLICY}, "endpoints": {"x": {"network": "x"}}},
        {"policy": {"text": traffic.POLICY}, "endpoints": {"x": "x:?consumer_secrets=in-a-uri"}},
        {"policy": {"text": traffic.POLICY}, "accounts": {"nobody": "mastodon://social.example?token=env:HOME"}},
        {"policy": {"text": traffic.POLICY}, "transport": object()},
        {"policy": {"text": traffic.POLICY}, "advisors": [object()]},
        {"policy": 5},
        {"policy": {"toml": "…"}},
    ],
)
def test_wrong_settings_are_said_so(settings: dict[str, Any]) -> None:
    with pytest.raises(ConfigInvalid) as raised:
        careline.Care.open("memory:", **settings)
    assert "in-a-uri" not in str(raised.value)


@pytest.mark.parametrize("store", ["", "care.db", "postgres://jo:hush@db/care", "sqlite://", "memory:x", None, 5])
def test_wrong_stores_are_said_so(store: Any) -> None:
    with pytest.raises(ConfigInvalid) as raised:
        traffic.open_care(store)
    assert "hush" not in str(raised.value)


def test_closed_at_the_end_of_a_with() -> None:
    with traffic.open_care() as care:
        tenant = care.tenant()
        assert repr(care) == "<Care open>"
    assert repr(care) == "<Care closed>" and repr(tenant) == "<Tenant 'default'>"
    assert repr(careline.Care.__new__(careline.Care)) == "<Care closed>", "where opening failed"
    care.close()
    with pytest.raises(ClosedError):
        tenant.roster()


def test_closed_when_the_block_raises() -> None:
    with pytest.raises(ZeroDivisionError), traffic.open_care() as care:
        raise ZeroDivisionError
    with pytest.raises(ClosedError):
        care.tick()


def test_there_again_after_reopening(store: str) -> None:
    with traffic.open_care(store) as care:
        traffic.fill(care)
        before = care.tenant()
        cases, entries = list(before.all_cases()), before.verify_log()
        views = [before.case(case.id) for case in cases]
    with traffic.open_care(store) as care:
        after = care.tenant()
        assert list(after.all_cases()) == cases
        assert [after.case(case.id) for case in cases] == views
        assert after.verify_log() == entries
        body = traffic.mention(1)
        assert care.receive("x", traffic.signed(body), body).ingested.added == 0


def test_two_handles_on_one_file(store: str) -> None:
    with traffic.open_care(store) as one, traffic.open_care(store) as other:
        body = traffic.mention(1)
        assert one.receive("x", traffic.signed(body), body).ingested.added == 1
        assert other.receive("x", traffic.signed(body), body).ingested.added == 0
        assert list(one.tenant().all_cases()) == list(other.tenant().all_cases())


def test_a_handle_is_not_pickled(care: careline.Care) -> None:
    import pickle

    with pytest.raises(TypeError, match="in each process"):
        pickle.dumps(care)
    with pytest.raises(TypeError, match="in each process"):
        pickle.dumps(care.tenant())
