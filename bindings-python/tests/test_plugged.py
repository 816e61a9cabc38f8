"""What a host plugs in: an advisor, a transport. Ours stands whatever they do, and nobody's words get out."""

from __future__ import annotations

import contextlib
import logging
import threading
import time
from collections.abc import Callable, Iterator
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
import traffic
from mastodon import ACCOUNT, TOKEN, Recorded, mention, opened

import careline
from careline.errors import CarelineError, ConfigInvalid, InputInvalid


@pytest.fixture(autouse=True)
def log(caplog: pytest.LogCaptureFixture) -> pytest.LogCaptureFixture:
    """Everything that is logged."""
    caplog.set_level(logging.DEBUG)
    return caplog


class Advises:
    """An advisor that does what a function does."""

    id = "acme-model/3"

    def __init__(self, advise: Callable[..., Any]) -> None:
        self.advise = advise


def advised_case(advise: Callable[..., Any], policy: str = traffic.POLICY) -> careline.CaseView:
    """The case of a review that an advisor was asked about."""
    with traffic.open_care(advisors=[Advises(advise)], policy={"text": policy}) as care:
        tenant = care.tenant()
        tenant.ingest("shop", [traffic.review(1)], account=traffic.SHOP)
        assert care.tick().advised == 1
        assert care.tick().advised == 0
        (case,) = tenant.all_cases()
        return tenant.case(case.id)


def said(view: careline.CaseView) -> str:
    """What the timeline says about the advice."""
    (step,) = [step for step in view.timeline if step.kind == "advised"]
    assert step.actor == "acme-model/3" and step.message == view.case.lead
    reason, *rest = step.reasons
    assert reason.rule == "acme-model/3"
    assert all(other.note.startswith("our own assessment stands") for other in rest)
    return reason.note


def ours() -> careline.Case:
    """The case without any advice."""
    return advised_case(lambda *_: []).case


def stands(view: careline.CaseView) -> bool:
    """Whether the case is what we alone made of it."""
    alone = ours()
    return all(getattr(view.case, name) == getattr(alone, name) for name in ("tier", "intent", "category", "team"))


# An advisor -------------------------------------------------------------------------------------


def test_findings_change_the_case() -> None:
    finding = careline.Finding(about="category", value="delivery", weight=50.0, rule="acme.parcel")
    view = advised_case(lambda *_: [finding])
    assert ours().category == "billing" and view.case.category == "delivery"
    assert said(view) == "1 findings"
    (assessment,) = view.assessments.values()
    assert "acme.parcel" in [finding.rule for finding in assessment.evidence]
    assert assessment.models["acme-model"] == "3"


@pytest.mark.parametrize("kind", [list, tuple, iter])
def test_findings_come_in_many_forms(kind: Callable[[Any], Any]) -> None:
    finding = {"about": "tier", "value": "3", "weight": 9.0, "rule": "acme.calm"}
    assert advised_case(lambda *_: kind([finding])).case.tier == 3


def test_is_asked_about_the_message_and_what_we_think() -> None:
    asked: list[tuple[Any, Any, str]] = []

    def advise(message: careline.Message, assessment: careline.Assessment) -> list[careline.Finding]:
        asked.append((message, assessment, threading.current_thread().name))
        return []

    view = advised_case(advise)
    ((message, assessment, thread),) = asked
    assert isinstance(message, careline.Message) and isinstance(assessment, careline.Assessment)
    assert message.content is not None and message.content.text == traffic.COMPLAINT
    assert assessment.message == message.id == view.case.lead and assessment.intent == "complaint"
    assert thread == threading.current_thread().name


def test_is_asked_about_customers_only() -> None:
    asked: list[str] = []

    def advise(message: careline.Message, _: careline.Assessment) -> list[careline.Finding]:
        asked.append(message.native_id)
        return []

    with traffic.open_care(advisors=[Advises(advise)]) as care:
        tenant = care.tenant()
        own = {"scope": "acme-shop", "native_id": "1"}
        items = [traffic.review(1), traffic.review(2) | {"author": own, "reply_to": {"native_id": "r1"}}]
        tenant.ingest("shop", items, account=traffic.SHOP)
        care.tick()
    assert asked == ["r1"]


def test_several_are_asked() -> None:
    first, second = Advises(lambda *_: 1 / 0), Advises(lambda *_: [_calm()])
    first.id = "acme-broken/1"
    with traffic.open_care(advisors=[first, second]) as care:
        care.tenant().ingest("shop", [traffic.review(1)], account=traffic.SHOP)
        care.tick()
        (case,) = care.tenant().all_cases()
        actors = {step.actor for step in care.tenant().case(case.id).timeline if step.kind == "advised"}
    assert case.tier == 3 and actors == {"acme-broken/1", "acme-model/3"}


def _calm() -> careline.Finding:
    return careline.Finding(about="tier", value="3", weight=9.0, rule="acme.calm")


@pytest.mark.parametrize("error", [ValueError, KeyError, CarelineError, RecursionError, MemoryError, StopIteration])
def test_one_that_raises(error: type[Exception]) -> None:
    def advise(*_: Any) -> Any:
        raise error("made up")

    view = advised_case(advise)
    assert stands(view) and f"exception={error.__name__}" in said(view)


@pytest.mark.parametrize("error", [KeyboardInterrupt, SystemExit])
def test_one_in_which_the_process_is_told_to_end(error: type[BaseException]) -> None:
    def advise(*_: Any) -> Any:
        raise error

    with pytest.raises(error):
        advised_case(advise)


def test_one_that_is_too_slow() -> None:
    def advise(*_: Any) -> Any:
        time.sleep(1.1)
        return [_calm()]

    view = advised_case(advise, traffic.POLICY + "\n[advice]\nwithin = '1s'")
    assert stands(view) and "no answer in time" in said(view)


ENDLESS: list[Any] = []
ENDLESS.append(ENDLESS)
NONSENSE: dict[str, Any] = {
    "None": None,
    "a number": 5,
    "a text": "tier 1",
    "numbers": [5],
    "an empty dict": [{}],
    "half a finding": [{"about": "tier"}],
    "another record": [careline.NativeAccount(network="x", native_id="1")],
    "a weight that is none": [{"about": "tier", "value": "3", "weight": float("nan"), "rule": "acme.calm"}],
    "a weight as text": [{"about": "tier", "value": "3", "weight": "much", "rule": "acme.calm"}],
    "a value that is none": [{"about": "tier", "value": 3, "weight": 1.0, "rule": "acme.calm"}],
    "what is no JSON": [{"about": object()}],
    "an object": object(),
    "itself": [ENDLESS],
}


@pytest.mark.parametrize("answer", NONSENSE.values(), ids=NONSENSE)
def test_one_that_answers_nonsense(answer: Any) -> None:
    view = advised_case(lambda *_: answer)
    assert stands(view) and ("exception=" in said(view) or "findings are none" in said(view))


@pytest.mark.parametrize(
    "finding",
    [
        {"about": "hologram", "value": "x", "weight": 1.0},
        {"about": "tier", "value": "99", "weight": 3e38},
        {"about": "urgency", "value": "yes", "weight": 1.0, "span": {"start": 5, "end": 99999}},
        {"about": "urgency", "value": "yes", "weight": 1.0, "span": {"start": 9, "end": 2}},
    ],
)
def test_one_that_answers_what_cannot_be(finding: dict[str, Any]) -> None:
    view = advised_case(lambda *_: [finding | {"rule": "acme.odd"}])
    assert stands(view)
    (assessment,) = view.assessments.values()
    (kept,) = [finding for finding in assessment.evidence if finding.rule == "acme.odd"]
    assert kept.span is None and abs(kept.weight) <= 1000


def test_a_weight_beyond_all_is_refused() -> None:
    with pytest.raises(InputInvalid, match=r"`weight` is out of its range, -3\.4\d*e38 to 3\.4\d*e38"):
        careline.Finding(about="tier", value="3", weight=1e300, rule="acme.loud")
    view = advised_case(lambda *_: [{"about": "tier", "value": "3", "weight": 1e300, "rule": "acme.loud"}])
    assert stands(view) and "`weight` is out of its range" in said(view)


def test_spans_of_findings_count_as_python_does() -> None:
    text = "😡😡 My invoice is wrong! 👍🏽"

    def advise(message: careline.Message, _: careline.Assessment) -> list[careline.Finding]:
        assert message.content is not None
        start = message.content.text.index("invoice")
        span = careline.Span.within(message.content.text, start, start + len("invoice"))
        return [careline.Finding(about="urgency", value="yes", weight=1.0, rule="acme.marks", span=span)]

    with traffic.open_care(advisors=[Advises(advise)]) as care:
        tenant = care.tenant()
        tenant.ingest("shop", [traffic.review(1, text)], account=traffic.SHOP)
        assert care.tick().advised == 1
        (case,) = tenant.all_cases()
        (assessment,) = tenant.case(case.id).assessments.values()
    (span,) = [finding.span for finding in assessment.evidence if finding.rule == "acme.marks"]
    assert span is not None and span.slice(text) == text[span.start : span.end] == "invoice"


NO_METHOD: Any = 5


@pytest.mark.parametrize(
    "plugged", [object(), 5, "acme", Advises(NO_METHOD)], ids=["an object", "5", "a text", "no method"]
)
def test_what_is_no_advisor_is_refused(plugged: Any) -> None:
    with pytest.raises(ConfigInvalid, match="advise"):
        traffic.open_care(advisors=[plugged])


def test_is_known_as_an_advisor() -> None:
    assert isinstance(Advises(lambda *_: []), careline.Advisor)
    assert not isinstance(object(), careline.Advisor)


def test_one_that_looks_into_careline() -> None:
    seen: list[int] = []

    def advise(message: careline.Message, _: careline.Assessment) -> list[careline.Finding]:
        assert message.customer is not None
        seen.append(len(care.tenant().customer(message.customer).cases))
        return []

    with traffic.open_care(advisors=[Advises(advise)]) as care:
        care.tenant().ingest("shop", [traffic.review(1)], account=traffic.SHOP)
        care.tick()
    assert seen == [1]


def test_one_that_looks_into_another_care() -> None:
    seen: list[str] = []

    def advise(*_: Any) -> list[careline.Finding]:
        with traffic.open_care() as other:
            seen.extend(case.id for case in other.tenant().all_cases())
            seen.append("looked")
        return []

    advised_case(advise)
    assert seen == ["looked"]


def test_one_that_judges_texts_of_its_own() -> None:
    seen: list[str] = []

    def advise(message: careline.Message, _: careline.Assessment) -> list[careline.Finding]:
        seen.extend(found.intent for found in careline.triage(["thank you!", "I want my money back"], threads=2))
        return []

    advised_case(advise)
    assert seen[0] == "praise" and len(seen) == 2


# A transport ------------------------------------------------------------------------------------


def test_an_account_is_polled() -> None:
    transport = Recorded([mention(109, "my order is broken, please help!"), mention(110, "and nobody answers! 😡")])
    with opened(transport) as care:
        tenant = care.tenant()
        assert tenant.poll("m").added == 2
        texts = {message.content.text for message in tenant.search("acme") if message.content}
        assert texts == {"@acme my order is broken, please help!", "@acme and nobody answers! 😡"}
        assert {case.network for case in tenant.all_cases()} == {"mastodon"}
        assert tenant.poll("m").added == 0
        transport.notifications.append(mention(111, "thank you"))
        assert tenant.poll("m").added == 1
        assert tenant.coverage()["m"].listed == 3
    first = transport.asked[0]
    assert (first.method, first.body) == ("GET", b"") and first.url.startswith("https://social.example/api/v1/")
    assert dict(first.headers)["authorization"] == f"Bearer {TOKEN}"
    assert first.deadline is None or first.deadline.endswith("Z")


def test_nothing_is_sent_before_somebody_asks() -> None:
    transport = Recorded([])
    with opened(transport) as care:
        care.tick()
        list(care.tenant().queue())
    assert transport.asked == []


def test_a_request_does_not_show_its_token() -> None:
    transport = Recorded([])
    with opened(transport) as care:
        care.tenant().poll("m")
    assert transport.asked and all(TOKEN not in repr(request) for request in transport.asked)


def test_a_request_does_not_show_its_proof() -> None:
    transport = Recorded([])
    account = {"network": "facebook", "page_id": "55", "page_token": TOKEN, "app_secret": traffic.SECRET}
    policy = {"text": "brand.name='Acme'\naccounts=[{id='p',network='facebook',native_id='55'}]"}
    with careline.Care.open("memory:", policy=policy, accounts={"p": account}, transport=transport) as care:
        with contextlib.suppress(CarelineError):
            care.tenant().poll("p")
    (proof,) = parse_qs(urlsplit(transport.asked[0].url).query)["appsecret_proof"]
    assert proof not in repr(transport.asked[0])


@pytest.mark.parametrize("status", [301, 400, 401, 403, 404, 418, 429, 500, 503])
def test_what_the_network_refuses_is_an_error(status: int) -> None:
    class Refuses:
        def send(self, request: careline.Request) -> careline.Response:
            return careline.Response(status, {"retry-after": "7"}, b'{"error": "made up"}')

    with opened(Refuses()) as care, pytest.raises(CarelineError) as raised:
        care.tenant().poll("m")
    error = raised.value
    if status == 401:
        assert isinstance(error, careline.errors.Unauthenticated)
    if status == 429:
        assert isinstance(error, careline.errors.RateLimited) and error.retryable and error.retry_after is not None
    if status >= 500:
        assert error.retryable
    assert TOKEN not in str(error)


class Fails:
    """A transport that does what a function does."""

    def __init__(self, send: Callable[[careline.Request], Any]) -> None:
        self.send = send


@pytest.mark.parametrize("error", [OSError, TimeoutError, ValueError, KeyError, CarelineError, StopIteration])
def test_its_exceptions_become_carelines(error: type[Exception]) -> None:
    def send(request: careline.Request) -> Any:
        raise error("made up")

    with opened(Fails(send)) as care:
        with pytest.raises(CarelineError) as raised:
            care.tenant().poll("m")
        assert raised.value.context["exception"] == error.__name__
        # Reading again does no harm.
        assert raised.value.retry == "transient" and raised.value.retryable
        assert care.tenant().verify_log() == 0


ANSWERS: dict[str, Any] = {
    "None": None,
    "a number": 5,
    "a dict": {"status": 200},
    "a status that is none": careline.Response(9999),
    "a status below zero": careline.Response(-1),
    "a status as text": careline.Response("200"),  # type: ignore[arg-type]
    "a body as text": careline.Response(200, (), "[]"),  # type: ignore[arg-type]
    "a parsed body": careline.Response(200, (), []),  # type: ignore[arg-type]
    "headers that are none": careline.Response(200, 5, b"[]"),  # type: ignore[arg-type]
    "headers with line breaks": careline.Response(200, {"a\r\nb": "c\r\nd"}, b"[]"),
    "no JSON": careline.Response(200, (), b"<html>"),
    "other JSON": careline.Response(200, (), b'{"a": 1}'),
    "no UTF-8": careline.Response(200, (), b"[\xff\xfe"),
    "nothing": careline.Response(200),
}


@pytest.mark.parametrize("answer", ANSWERS.values(), ids=ANSWERS)
def test_one_that_answers_nonsense_as_a_transport(answer: Any) -> None:
    with opened(Fails(lambda _: answer)) as care:
        with pytest.raises(CarelineError):
            care.tenant().poll("m")
        assert list(care.tenant().all_cases()) == []


def test_one_bad_item_holds_up_no_other_of_its_page() -> None:
    broken: dict[str, Any] = {**mention(109, "x"), "status": {"id": 5, "content": []}}
    with opened(Recorded([broken, mention(110, "my order is broken!")])) as care:
        care.tenant().poll("m")
        assert len(list(care.tenant().all_cases())) == 1
        assert len(list(care.tenant().quarantine())) == 1


def test_what_is_no_transport_is_refused() -> None:
    with pytest.raises(ConfigInvalid, match="send"):
        opened(object())


def test_one_that_notes_in_careline_what_it_does() -> None:
    def send(request: careline.Request) -> careline.Response:
        care.tenant().totals("")
        return careline.Response(200, (), b"[]")

    with opened(Fails(send)) as care:
        care.tenant().poll("m")


# Nobody's words ---------------------------------------------------------------------------------


def everything_logged(log: pytest.LogCaptureFixture) -> str:
    """All records, with what handlers would write of exceptions."""
    formatter = logging.Formatter("%(message)s")
    return log.text + "\n".join(formatter.format(record) + repr(record.args) for record in log.records)


def test_a_day_with_words_and_secrets_logs_neither(log: pytest.LogCaptureFixture) -> None:
    transport = Recorded([mention(109, f"I {traffic.WORDS}")])
    advisor = Advises(lambda *_: [_calm()])
    settings: dict[str, Any] = {"accounts": {"m": ACCOUNT}, "endpoints": traffic.ENDPOINTS}
    policy = traffic.POLICY.replace(
        "accounts = [", "accounts = [{ id = 'm', network = 'mastodon', host = 'social.example', native_id = '55' },"
    )
    with careline.Care.open(
        "memory:", policy={"text": policy}, transport=transport, advisors=[advisor], **settings
    ) as care:
        body = traffic.mention(1, f"@acme I {traffic.WORDS}")
        care.receive("x", traffic.signed(body), body)
        care.tenant().ingest("shop", [traffic.review(1, traffic.WORDS)], account=traffic.SHOP)
        care.tenant().poll("m")
        care.tick()
        with pytest.raises(CarelineError) as raised:
            care.receive("x", traffic.signed(body, "another made-up secret"), body)
    written = everything_logged(log) + str(raised.value) + repr(raised.value)
    assert "received at 'x'" in written
    for secret in (traffic.SECRET, TOKEN, "another made-up secret", traffic.WORDS, "zebra"):
        assert secret not in written


@pytest.fixture
def raising() -> Iterator[Callable[..., Any]]:
    """Raises an exception that repeats a customer's words and a token, as careless code does."""

    def careless(*_: Any) -> Any:
        raise ValueError(f"cannot read: {traffic.WORDS} with {TOKEN}")

    yield careless


def test_an_advisors_exception_stays_out_of_what_is_stored(raising: Callable[..., Any]) -> None:
    view = advised_case(raising)
    assert "zebra" not in view.to_json() and TOKEN not in view.to_json()


def test_an_advisors_exception_is_logged_without_its_words(
    raising: Callable[..., Any], log: pytest.LogCaptureFixture
) -> None:
    advised_case(raising)
    written = everything_logged(log)
    assert "acme-model/3" in written
    assert "zebra" not in written and TOKEN not in written


def test_a_transports_exception_stays_out_of_ours(raising: Callable[..., Any]) -> None:
    with opened(Fails(raising)) as care, pytest.raises(CarelineError) as raised:
        care.tenant().poll("m")
    error: BaseException | None = raised.value
    while error is not None:
        assert "zebra" not in str(error) + repr(error) and TOKEN not in str(error) + repr(error)
        error = error.__cause__ or error.__context__


def test_a_transports_exception_is_logged_without_its_words(
    raising: Callable[..., Any], log: pytest.LogCaptureFixture
) -> None:
    with opened(Fails(raising)) as care, pytest.raises(CarelineError):
        care.tenant().poll("m")
    written = everything_logged(log)
    assert "transport" in written
    assert "zebra" not in written and TOKEN not in written


def test_what_a_network_answers_stays_out_of_errors(log: pytest.LogCaptureFixture) -> None:
    answer = careline.Response(500, (), f'{{"error": "{traffic.WORDS} {TOKEN}"}}'.encode())
    with opened(Fails(lambda _: answer)) as care, pytest.raises(CarelineError) as raised:
        care.tenant().poll("m")
    assert TOKEN not in str(raised.value) and TOKEN not in everything_logged(log)
