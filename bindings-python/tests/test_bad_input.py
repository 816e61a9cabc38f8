"""Bad input: always an error of careline's, or a `TypeError` for parameters that are not there. Never a panic."""

from __future__ import annotations

import contextlib
import hashlib
import hmac
import inspect
import json
import math
import sys
from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime, timedelta, timezone, tzinfo
from typing import Any

import pytest
import traffic

import careline
from careline import _careline
from careline._verbs import EngineVerbs, TenantVerbs
from careline.errors import CarelineError, ClosedError, ConfigInvalid, InputInvalid, TooLarge, Unexpected

SURROGATE = "half \ud83d a pair"


class Odd:
    """Nothing that anybody expects."""


EAST = timezone(timedelta(hours=5))


class NoZone(tzinfo):
    """A zone that does not say how far it is from UTC."""

    def utcoffset(self, _: datetime | None) -> None:
        return None

    dst = tzname = utcoffset


class OddText(str):
    """A text of somebody's own kind."""


def nested(depth: int) -> list[Any]:
    inside: list[Any] = []
    for _ in range(depth):
        inside = [inside]
    return inside


def endless() -> list[Any]:
    inside: list[Any] = []
    inside.append(inside)
    return inside


ODD: dict[str, Callable[[], Any]] = {
    "None": lambda: None,
    "5": lambda: 5,
    "-1": lambda: -1,
    "a large number": lambda: 10**30,
    "a fraction": lambda: 1.5,
    "NaN": lambda: math.nan,
    "infinity": lambda: math.inf,
    "True": lambda: True,
    "an object": object,
    "an odd object": Odd,
    "a class": lambda: int,
    "a function": lambda: len,
    "an empty text": lambda: "",
    "a huge text": lambda: "zebra " * 20_000,
    "NUL": lambda: "\x00",
    "a lone surrogate": lambda: SURROGATE,
    "lone surrogates": lambda: "\udcff" * 9,
    "an odd text": lambda: OddText("odd"),
    "bytes": lambda: b"\xff\xfe",
    "a list": lambda: ["a", 5, None],
    "an empty list": list,
    "a dict": lambda: {"a": {"b": [1]}},
    "numbers as names": lambda: {1: 2, None: 3, (1, 2): 4},
    "a set": lambda: {1, "a", None},
    "a generator": lambda: (item for item in "abc"),
    "deep": lambda: nested(100_000),
    "endless": endless,
    "a naive time": lambda: datetime(2026, 1, 1),
    "the first time": lambda: datetime.min.replace(tzinfo=UTC),
    "the last time": lambda: datetime.max.replace(tzinfo=UTC),
    "a day": lambda: date(2026, 1, 1),
    "a span": lambda: careline.Span(0, 1),
    "a record": lambda: careline.NativeAccount(network="x", native_id="1"),
    "an error": lambda: ValueError("made up"),
    "a complex number": lambda: 1j,
}


def escaped(call: Callable[[Any], Any], *also: type[Exception]) -> list[str]:
    """Which odd values make a call raise what is no error of careline's, nor one of `also`."""
    found = []
    for what, make in ODD.items():
        try:
            walked(call(make()))
        except also:
            continue
        except CarelineError as error:
            if isinstance(error, Unexpected) or not error.message or "\n" in str(error):
                found.append(f"{what}: {error!r}")
        except BaseException as error:
            found.append(f"{what}: {error!r}")
    return found


def accepted(call: Callable[[Any], Any]) -> list[str]:
    """Which odd values are taken without an error."""
    found = []
    for what, make in ODD.items():
        with contextlib.suppress(CarelineError, TypeError):
            walked(call(make()))
            found.append(what)
    return found


def walked(answer: Any) -> Any:
    """An answer; a list is read to its end."""
    return list(answer) if isinstance(answer, careline.Listing) else answer


# Every verb, every parameter --------------------------------------------------------------------


def parameters(of: type) -> list[Any]:
    """Each parameter of each verb."""
    found = []
    for name, verb in vars(of).items():
        if not name.startswith("_"):
            names = list(inspect.signature(verb).parameters)[1:]
            found += [pytest.param(name, place, id=f"{name}({place})") for place in names]
    return found


def usual(of: Any, verb: str) -> dict[str, Any]:
    """Usual values for what a verb must be given."""
    asked = inspect.signature(getattr(of, verb)).parameters.values()
    return {one.name: _usual(one.name) for one in asked if one.default is one.empty}


def _usual(name: str) -> Any:
    special = {
        "online": True,
        "evidence": ["the same number"],
        "facts": {"number": 7},
        "assessment": careline.triage(["hello"])[0],
        "items": [],
    }
    return special.get(name, "made-up")


@pytest.fixture(scope="module")
def shared() -> Iterator[careline.Care]:
    """A care that bad input was thrown at before."""
    with traffic.open_care() as care:
        traffic.fill(care)
        yield care


@pytest.mark.parametrize(("verb", "place"), parameters(TenantVerbs))
def test_odd_values_for_a_tenants_verbs(shared: careline.Care, verb: str, place: str) -> None:
    tenant = shared.tenant()
    given = usual(tenant, verb)
    assert escaped(lambda odd: getattr(tenant, verb)(**{**given, place: odd})) == []


@pytest.mark.parametrize("verb", [name for name in vars(TenantVerbs) if not name.startswith("_")])
def test_odd_values_for_all_parameters_at_once(shared: careline.Care, verb: str) -> None:
    tenant = shared.tenant()
    names = list(inspect.signature(getattr(tenant, verb)).parameters)
    assert escaped(lambda odd: getattr(tenant, verb)(**dict.fromkeys(names, odd))) == []


def test_odd_notices(shared: careline.Care) -> None:
    assert escaped(shared.told) == []
    assert accepted(shared.told) == []


@pytest.mark.parametrize("verb", ["case", "customer", "poll"])
def test_an_error_is_a_line_and_not_a_book(tenant: careline.Tenant, verb: str) -> None:
    with pytest.raises(CarelineError) as raised:
        getattr(tenant, verb)("made-up " * 100_000)
    assert len(str(raised.value)) < 2000


def test_the_care_is_sound_after_all_that(shared: careline.Care) -> None:
    tenant = shared.tenant()
    assert tenant.verify_log() > 0
    assert all(tenant.case(case.id).case == case for case in tenant.all_cases())
    body = traffic.mention(77)
    assert shared.receive("x", traffic.signed(body), body).ingested.added == 1


@pytest.mark.parametrize("of", [careline.Tenant, careline.Care], ids=["Tenant", "Care"])
def test_parameters_that_are_missing_or_unknown(care: careline.Care, of: type) -> None:
    handle: Any = care if of is careline.Care else care.tenant()
    verbs = EngineVerbs if of is careline.Care else TenantVerbs
    for verb in [name for name in vars(verbs) if not name.startswith("_")]:
        with pytest.raises(TypeError):
            getattr(handle, verb)(**usual(handle, verb), no_such_parameter=1)
        for name in usual(handle, verb):
            with pytest.raises(TypeError):
                getattr(handle, verb)(**{k: v for k, v in usual(handle, verb).items() if k != name})


def test_a_verb_there_is_not(tenant: careline.Tenant) -> None:
    with pytest.raises(AttributeError):
        tenant.no_such_verb()  # type: ignore[attr-defined]
    with pytest.raises(careline.errors.Unsupported):
        tenant._perform("no_such_verb", {})


# What comes in ----------------------------------------------------------------------------------


PARSED: dict[str, Any] = {
    "a dict": json.loads(traffic.mention(1)),
    "a list": [1],
    "a text": traffic.mention(1).decode(),
    "None": None,
    "a number": 5,
    "an object": object(),
    "a generator": (part for part in [traffic.mention(1)]),
}


@pytest.mark.parametrize("body", PARSED.values(), ids=PARSED)
def test_a_body_that_is_not_raw(care: careline.Care, body: Any) -> None:
    with pytest.raises(InputInvalid) as raised:
        care.receive("x", traffic.signed(traffic.mention(1)), body)
    error = raised.value
    assert error.status == 503 and error.operation == "receive"
    for advice in ("raw", "request.body", "request.get_data()", "await request.body()"):
        assert advice in error.message
    assert "broken" not in str(error)


@pytest.mark.parametrize("body", PARSED.values(), ids=PARSED)
def test_bodies_that_are_not_raw(body: Any) -> None:
    with pytest.raises(InputInvalid, match="raw"):
        careline.normalise("x", [traffic.mention(1), body])
    with pytest.raises(InputInvalid, match="raw"):
        careline.verify_signature({}, body, secrets=["made-up"], header="x-signature")
    no_raw: Any = 0 if body is None else body
    with traffic.open_care() as care, pytest.raises(InputInvalid, match="raw"):
        care.tenant().ingest("shop", [], raw=no_raw)


def test_odd_headers(care: careline.Care) -> None:
    body = traffic.mention(1)
    for call in (
        lambda odd: care.receive("x", odd, body),
        lambda odd: care.receive("x", [odd], body),
        lambda odd: care.receive("x", {"x": odd}, body),
        lambda odd: care.receive("x", [(odd, "x")], body),
        lambda odd: care.receive("x", [("x", odd)], body),
        lambda odd: care.receive("x", [("x", "y", odd)], body),  # type: ignore[list-item]
    ):
        assert escaped(call) == []
        assert accepted(call) == []


def test_odd_endpoints_methods_queries(care: careline.Care) -> None:
    body = traffic.mention(1)
    signed = traffic.signed(body)
    assert escaped(lambda odd: care.receive(odd, signed, body)) == []
    assert accepted(lambda odd: care.receive(odd, signed, body)) == []
    assert escaped(lambda odd: care.receive("x", signed, body, method=odd)) == []
    assert escaped(lambda odd: care.receive("x", signed, body, query=odd)) == []
    assert escaped(lambda odd: care.receive("x", {}, b"", method="GET", query=odd)) == []


def test_odd_bodies_signed(care: careline.Care) -> None:
    deep = b"[" * 200_000 + b"]" * 200_000
    for body in (
        b"",
        b"\x00",
        b"null",
        b"[]",
        b"{}",
        b'"x"',
        b"\xff\xfe",
        deep,
        b'{"data":' * 1000,
        b"1e999",
        b"{" * 99,
    ):
        for endpoint, headers in (("x", traffic.signed(body)), ("page", traffic.signed_by_page(body))):
            try:
                care.receive(endpoint, headers, body)
            except CarelineError as error:
                assert error.status < 500, body[:20]
    assert care.tenant().verify_log() == 0


def test_a_body_that_is_too_large(care: careline.Care) -> None:
    body = b" " * 70_000_000
    with pytest.raises(CarelineError) as raised:
        care.receive("x", traffic.signed(body), body)
    assert raised.value.status in (400, 413)


def test_odd_items(care: careline.Care) -> None:
    tenant = care.tenant()
    assert escaped(lambda odd: tenant.ingest("shop", odd, account=traffic.SHOP)) == []
    assert escaped(lambda odd: tenant.ingest("shop", [odd], account=traffic.SHOP)) == []
    assert accepted(lambda odd: tenant.ingest("shop", [odd], account=traffic.SHOP)) == []
    assert list(tenant.all_cases()) == []


def test_odd_sources(tenant: careline.Tenant) -> None:
    assert escaped(lambda odd: tenant.ingest(odd, [traffic.review(1)], account=traffic.SHOP)) == []
    assert escaped(lambda odd: tenant.ingest("shop", [traffic.review(2)], account=("acme-shop", odd))) == []
    assert escaped(lambda odd: tenant.ingest("shop", [traffic.review(3)], account=(odd, "1"))) == []


def test_odd_accounts(tenant: careline.Tenant) -> None:
    assert escaped(lambda odd: tenant.ingest("shop", [traffic.review(2)], account=odd)) == []
    wrong: list[Any] = ["ab", b"ab", {"network": "a", "native_id": "b"}, ("a",), ("a", "b", "c"), {"a", "b"}]
    for account in wrong:
        with pytest.raises(InputInvalid, match="pair"):
            tenant.ingest("shop", [traffic.review(2)], account=account)


@pytest.mark.parametrize("field", ["scope", "native_id", "surface", "author", "content", "sent_at", "rating", "thread"])
def test_odd_fields_of_an_item(tenant: careline.Tenant, field: str) -> None:
    assert escaped(lambda odd: tenant.ingest("s", [traffic.review(1) | {field: odd}], account=traffic.SHOP)) == []
    assert tenant.verify_log() >= 0


def test_one_item_is_not_several(tenant: careline.Tenant) -> None:
    for single in (traffic.review(1), "text", b"bytes", careline.Inbound(**traffic.review(1)), None, 5):
        with pytest.raises(InputInvalid, match="list"):
            tenant.ingest("shop", single, account=traffic.SHOP)  # type: ignore[arg-type]


def test_no_items(tenant: careline.Tenant) -> None:
    ingested = tenant.ingest("shop", [], account=traffic.SHOP)
    assert ingested == careline.Ingested(added=0, changed=0, known=0, quarantined=0)


def test_items_from_a_generator(tenant: careline.Tenant) -> None:
    assert tenant.ingest("shop", (traffic.review(n) for n in range(50)), account=traffic.SHOP).added == 50

    def breaks() -> Iterator[dict[str, Any]]:
        yield traffic.review(100)
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        tenant.ingest("shop", breaks(), account=traffic.SHOP)
    assert len(list(tenant.search("invoice"))) == 50


def test_lone_surrogates_and_nul_are_taken_in(file_care: careline.Care) -> None:
    tenant = file_care.tenant()
    texts = [f"My invoice is wrong! {SURROGATE}", "My invoice \x00 is wrong!", "My invoice " + "\udcff" * 3]
    items = [traffic.review(number, text, author=f"jo-{number}") for number, text in enumerate(texts)]
    assert tenant.ingest("shop", items, account=traffic.SHOP).added == 3
    found = sorted(message.content.text for message in tenant.search("invoice") if message.content)
    assert len(found) == 3 and "My invoice \x00 is wrong!" in found
    assert {texts[0].replace("\ud83d", "\ufffd"), texts[2].replace("\udcff", "\ufffd")} < set(found)
    assert tenant.verify_log() == 3


def test_halves_of_surrogate_pairs_are_marked_one_by_one() -> None:
    for half, shown in (("\ud83d", "\ufffd"), ("\ud83d\ude00", "\ufffd\ufffd"), ("\U0001f600", "\U0001f600")):
        account = careline.NativeAccount(network="x", native_id=f"a{half}b")
        assert account.native_id == f"a{shown}b"
        with pytest.raises(careline.errors.NotFound, match=f"endpoint=a{shown}b"), traffic.open_care() as care:
            care.receive(f"a{half}b", {"x-a": half}, b"")


def test_times_without_a_zone(tenant: careline.Tenant) -> None:
    naive = datetime(2026, 1, 1)
    for call in (
        lambda: tenant.volume("", since=naive),
        lambda: list(tenant.queue(due_before=naive)),
        lambda: tenant.set_presence("mia", True, until=naive),
        lambda: tenant.ingest("shop", [traffic.review(1, sent_at=naive)], account=traffic.SHOP),
        lambda: careline.normalise("x", [], received_at=naive),
        lambda: careline.verify_signature({}, b"", secrets=["a"], header="b", now=naive),
    ):
        with pytest.raises(InputInvalid, match="zone"):
            call()


# Many texts -------------------------------------------------------------------------------------


def test_a_hundred_thousand_texts() -> None:
    assessments = careline.triage(["thank you"] * 100_000, threads=2)
    assert len(assessments) == 100_000 and {found.intent for found in assessments[::999]} == {"praise"}


def test_many_bodies() -> None:
    parsed = careline.normalise("x", [traffic.mention(1), b"{"] * 5_000, threads=2)
    assert [len(one.events) for one in parsed[:2]] == [1, 0] and len(parsed) == 10_000
    assert len(parsed[1].rejects) == 1


def test_no_texts() -> None:
    assert careline.triage([]) == [] and careline.normalise("x", []) == []
    assert len(careline.triage(["", " ", "\x00", SURROGATE, "\u200b", "\U0010ffff"])) == 6


def test_texts_from_elsewhere_than_a_list() -> None:
    texts = ["thank you", "my order is broken"]
    for several in (tuple(texts), iter(texts), (text for text in texts), dict.fromkeys(texts).keys()):
        assert len(careline.triage(several)) == 2  # type: ignore[arg-type]


@pytest.mark.parametrize(
    "text", [None, 5, 1.5, True, object(), b"bytes", [], {}, {"txt": "a"}, {"text": 5}, ["a"], Odd()]
)
def test_what_is_no_text(text: Any) -> None:
    with pytest.raises(InputInvalid):
        careline.triage(["fine", text])


@pytest.mark.parametrize("texts", ["one", b"one", {"text": "one"}, None, 5, object()])
def test_what_is_not_several_texts(texts: Any) -> None:
    with pytest.raises((InputInvalid, TypeError)):
        careline.triage(texts)


@pytest.mark.parametrize("name", ["network", "lang", "author", "surface", "visibility"])
def test_odd_values_beside_a_text(name: str) -> None:
    assert escaped(lambda odd: careline.triage([{"text": "my order is broken", name: odd}])) == []


def test_odd_brands() -> None:
    # Not the huge one: see below.
    def judged(odd: Any) -> Any:
        short = odd[:100] if isinstance(odd, str) else odd
        return careline.triage([{"text": "my order is broken", "brand": short}])

    assert escaped(judged) == []


def test_a_brand_that_is_a_book() -> None:
    with pytest.raises(TooLarge, match="`brand` has 1799 characters; a brand's name has at most 200"):
        careline.triage([{"text": "my order is broken", "brand": "zebra " * 300}])
    for rules in ("brand.name = '{}'", "brand.name = 'Acme'\nlistening.terms = ['{}']"):
        with pytest.raises(ConfigInvalid, match="201 characters; at most 200 can be looked for"):
            careline.Policy(rules.format("z" * 201))
        careline.Policy(rules.format("z" * 200))


@pytest.mark.parametrize("threads", [0, -1, 1025, 10**30, 1.5, "2", None])
def test_odd_threads(threads: Any) -> None:
    for call in (lambda: careline.triage([], threads=threads), lambda: careline.normalise("x", [], threads=threads)):
        with pytest.raises(InputInvalid):
            call()


def test_odd_networks() -> None:
    assert escaped(lambda odd: careline.normalise(odd, [traffic.mention(1)])) == []
    assert accepted(lambda odd: careline.normalise(odd, [traffic.mention(1)])) == []


@pytest.mark.parametrize("name", ["kind", "account"])
def test_odd_values_for_normalise(name: str) -> None:
    def odd_one(odd: Any) -> Any:
        return careline.normalise("x", [traffic.mention(1)], **{name: odd})

    assert escaped(odd_one, TypeError) == []


def test_odd_times() -> None:
    assert escaped(lambda odd: careline.normalise("x", [], received_at=odd), TypeError) == []
    assert escaped(lambda odd: careline.verify_signature({}, b"", secrets=["a"], header="b", now=odd), TypeError) == []
    for time in (datetime.min.replace(tzinfo=EAST), datetime.max.replace(tzinfo=timezone(-timedelta(hours=5)))):
        with pytest.raises(InputInvalid, match="beyond"):
            careline.normalise("x", [], received_at=time)
    with pytest.raises(InputInvalid, match="zone"):
        careline.normalise("x", [], received_at=datetime(2026, 1, 1, tzinfo=NoZone()))


@pytest.mark.parametrize("name", ["secrets", "header", "encoding", "prefix"])
def test_odd_values_for_verify_signature(name: str) -> None:
    usual: dict[str, Any] = {"secrets": ["made-up"], "header": "x-signature"}

    def odd_one(odd: Any) -> Any:
        return careline.verify_signature({}, b"", **{**usual, name: odd})

    assert escaped(odd_one, TypeError) == []
    assert accepted(odd_one) == []


def test_odd_timestamps_for_verify_signature() -> None:
    usual: dict[str, Any] = {"secrets": ["made-up"], "header": "x-signature"}
    assert escaped(lambda odd: careline.verify_signature({}, b"", **usual, timestamp=odd), TypeError) == []


def test_one_secret_is_not_several() -> None:
    body, secret = b"body", "made-up"
    for letter in secret:
        signature = hmac.new(letter.encode(), body, hashlib.sha256).hexdigest()
        with pytest.raises(CarelineError):
            careline.verify_signature({"s": signature}, body, secrets=secret, header="s")


def test_odd_policies() -> None:
    assert escaped(careline.Policy, TypeError) == []
    assert escaped(lambda odd: careline.Policy("brand.name = 'Acme'", odd), TypeError) == []


def test_odd_paths_of_policies() -> None:
    assert escaped(lambda odd: careline.triage(["a"], policy=odd), TypeError) == []
    assert escaped(careline.check_policy, TypeError) == []


def test_odd_policies_of_a_care() -> None:
    assert escaped(lambda odd: careline.Care.open("memory:", policy=odd)) == []
    assert escaped(lambda odd: careline.Care.open("memory:", policy={"text": odd})) == []
    assert escaped(lambda odd: careline.Care.open("memory:", policy={"text": "brand.name = 'Acme'", "file": odd})) == []


@pytest.mark.parametrize("name", ["tenants", "endpoints", "accounts"])
def test_odd_settings(name: str) -> None:
    policy = {"text": "brand.name = 'Acme'"}

    def odd_one(odd: Any) -> Any:
        return careline.Care.open("memory:", policy=policy, **{name: odd})

    assert escaped(odd_one, TypeError) == []
    wrong: list[Any] = ["", [], [("a", "b")], {1: policy}, {None: policy}]
    for odd in wrong:
        with pytest.raises(ConfigInvalid, match=f"{name} are a mapping"):
            odd_one(odd)


@pytest.mark.parametrize("name", ["tenants", "endpoints", "accounts"])
def test_odd_values_in_settings(name: str) -> None:
    def opened(settings: Any) -> careline.Care:
        given: dict[str, Any] = {name: {"a": settings}}
        return careline.Care.open("memory:", policy={"text": "brand.name = 'Acme'"}, **given)

    assert escaped(opened) == []
    assert escaped(lambda odd: opened({"network": odd})) == []
    assert escaped(lambda odd: opened({"network": "x", "consumer_secrets": odd})) == []


@pytest.mark.parametrize("name", ["advisors", "transport"])
def test_odd_plugs(name: str) -> None:
    policy = {"text": "brand.name = 'Acme'"}

    def odd_one(odd: Any) -> Any:
        return careline.Care.open("memory:", policy=policy, **{name: odd})

    assert escaped(odd_one, TypeError) == []


def test_odd_stores() -> None:
    policy = {"text": "brand.name = 'Acme'"}
    assert escaped(lambda odd: careline.Care.open(odd, policy=policy)) == []
    assert accepted(lambda odd: careline.Care.open(odd, policy=policy)) == []


def test_odd_tenants(care: careline.Care) -> None:
    assert escaped(care.tenant) == []
    assert accepted(care.tenant) == []


# Records ----------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", careline.Inbound.__match_args__)
def test_odd_fields_of_a_record(name: str) -> None:
    assert escaped(lambda odd: careline.Inbound(**{**traffic.review(1), name: odd})) == []


def test_odd_findings() -> None:
    assert escaped(lambda odd: careline.Finding(about=odd, value=odd, weight=odd, rule=odd, span=odd)) == []


def test_odd_json() -> None:
    assert escaped(careline.Inbound.from_dict) == []
    assert escaped(careline.Inbound.from_json) == []


def test_odd_texts_of_a_record() -> None:
    fields = careline.triage(["hello"])[0].to_dict()
    assert escaped(lambda odd: careline.Assessment.from_dict(fields, odd), TypeError) == []


def test_a_record_takes_no_places() -> None:
    with pytest.raises(TypeError):
        careline.NativeAccount("x", "1")  # type: ignore[call-arg]


def test_fields_beyond_the_last() -> None:
    record = careline.NativeAccount(network="x", native_id="1")
    beyond: list[Any] = [2, 99, 2**31]
    assert [record._get(place) for place in beyond] == [None] * 3
    wrong: list[Any] = [-1, 2**80, "1", None]
    for place in wrong:
        with pytest.raises((TypeError, OverflowError)):
            record._get(place)


# Handles ----------------------------------------------------------------------------------------


def test_everything_of_a_closed_handle_says_so() -> None:
    care = traffic.open_care()
    tenant = care.tenant()
    listing = tenant.queue()
    care.close()
    for handle, verbs in ((care, EngineVerbs), (tenant, TenantVerbs)):
        for verb in [name for name in vars(verbs) if not name.startswith("_")]:
            with pytest.raises(ClosedError) as raised:
                answer = getattr(handle, verb)(**usual(handle, verb))
                list(answer)
            assert raised.value.status == 503
    for call in (
        lambda: care.receive("x", {}, b""),
        lambda: tenant.ingest("shop", [traffic.review(1)], account=traffic.SHOP),
        lambda: care.tenant(),
        lambda: care.tenants,
        lambda: list(listing),
    ):
        with pytest.raises(ClosedError):
            call()


# Panics -----------------------------------------------------------------------------------------


def test_a_panic_becomes_unexpected(capfd: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(Unexpected) as raised:
        _careline.panics()
    error = raised.value
    assert isinstance(error, CarelineError) and isinstance(error, Exception)
    assert (error.code, error.status, error.retry) == ("unexpected", 503, "never")
    assert "asked for" not in str(error) and "report" in str(error)
    assert "asked for" in capfd.readouterr().err
    assert careline.triage(["thank you"])[0].intent == "praise"


def test_the_stack_is_deep_enough_for_deep_python() -> None:
    def down(depth: int) -> str:
        return careline.triage(["thank you"])[0].intent if depth == 0 else down(depth - 1)

    assert down(sys.getrecursionlimit() - 200) == "praise"
