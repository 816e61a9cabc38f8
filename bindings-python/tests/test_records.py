"""Records: immutable, comparable, picklable, readable, and the same in JSON."""

from __future__ import annotations

import copy
import inspect
import json
import multiprocessing
import pickle
import typing
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import granting
import mastodon
import pytest
import traffic

import careline
from careline import _careline, _model, _record

CLASSES: dict[str, type] = {name: kind for name in _model.__all__ if inspect.isclass(kind := getattr(_model, name))}


@pytest.fixture(scope="session")
def records(lived: careline.Care) -> dict[str, list[Any]]:
    """Records by class: what a care answers and what it can be told."""
    found: dict[str, list[Any]] = {}
    events = [careline.Event.from_dict(event) for event in traffic.every_kind_of_event()]
    failed = careline.Failed.from_dict({"tenant": "gone", "error": {"code": "not_found", "message": "no such tenant"}})
    words = [careline.measure("😡 hi", "x"), careline.compose("😡 @jo hi", "x")]
    given = [
        careline.ReplyDraft(key="a1", author="mia", text="hi", not_before=datetime(2030, 1, 1, tzinfo=UTC)),
        careline.Invitation(way="link", link="https://social.example/@acme"),
        careline.Survey(kind="csat", reply="s1", asked_at=datetime(2030, 1, 1, tzinfo=UTC), score=4),
    ]
    answered = [traffic.answers(lived), mastodon.answered(), granting.answered(), events, failed, words, given]
    for record in traffic.records_in(answered):
        found.setdefault(type(record).__name__, []).append(record)
    return found


def test_there_is_one_of_every_class(records: dict[str, list[Any]]) -> None:
    assert set(records) == set(CLASSES)


@pytest.fixture(params=sorted(CLASSES))
def each(request: pytest.FixtureRequest, records: dict[str, list[Any]]) -> list[Any]:
    """Records of a class; the largest is among them."""
    several = records[request.param]
    return [*several[:20], max(several, key=lambda record: len(record.to_json()))]


def test_cannot_be_changed(each: list[Any]) -> None:
    record = each[0]
    before = record.to_json()
    name = type(record).__match_args__[0]
    with pytest.raises((AttributeError, TypeError)):
        setattr(record, name, "changed")
    with pytest.raises((AttributeError, TypeError)):
        delattr(record, name)
    with pytest.raises((AttributeError, TypeError)):
        record.added = "more"
    assert record.to_json() == before


def test_lists_and_dicts_are_copies(records: dict[str, list[Any]]) -> None:
    case = next(case for case in records["Case"] if case.clocks)
    case.clocks.clear()
    assert case.clocks
    content = next(content for content in records["Content"] if content.extensions)
    content.extensions.clear()
    assert content.extensions


def test_equal_to_its_copies_only(each: list[Any]) -> None:
    for record in each:
        kind = type(record)
        assert record == record
        assert record == copy.copy(record) == copy.deepcopy(record)
        assert record == kind.from_json(record.to_json())
        assert record != record.to_dict()
        assert record is not None and record != 5


def test_different_from_others(records: dict[str, list[Any]]) -> None:
    everyone = [kind[0] for kind in records.values()]
    for one in everyone:
        assert [other == one for other in everyone].count(True) == 1, one
    case = records["Case"][0]
    assert case != case.replace(tier=4)


def test_comes_back_from_a_pickle(each: list[Any]) -> None:
    for record in each:
        for protocol in range(2, pickle.HIGHEST_PROTOCOL + 1):
            again = pickle.loads(pickle.dumps(record, protocol))
            assert again == record and type(again) is type(record)
            assert again.to_json() == record.to_json()


@pytest.mark.parametrize("method", ["fork", "spawn"])
def test_goes_through_a_process(records: dict[str, list[Any]], method: str) -> None:
    sent = [several[0] for several in records.values()]
    with multiprocessing.get_context(method).Pool(1) as pool:
        assert pool.map_async(_same, sent).get(timeout=60) == sent


def _same(record: Any) -> Any:
    return record


def test_json_there_and_back(each: list[Any]) -> None:
    for record in each:
        kind = type(record)
        text = record.to_json()
        assert json.loads(text) == record.to_dict()
        assert kind.from_json(text).to_json() == text
        assert kind.from_json(text.encode()) == record
        assert kind.from_dict(record.to_dict()) == record


def test_made_from_its_fields(each: list[Any]) -> None:
    record = each[-1]
    assert type(record)(**record.to_dict()) == record


def test_matches_by_class_and_fields(each: list[Any]) -> None:
    record = each[0]
    kind = type(record)
    first = kind.__match_args__[0]
    match record:
        case kind():
            pass
        case _:
            pytest.fail(f"{kind} does not match")
    assert all(isinstance(getattr(kind, name), property) for name in kind.__match_args__)
    assert hasattr(record, first)


def test_matches_by_keywords_and_places(records: dict[str, list[Any]]) -> None:
    match records["WebhookAnswer"][0]:
        case careline.WebhookAnswer(status=200, ingested=careline.Ingested(known=known)):
            assert known == 1
        case answer:
            pytest.fail(repr(answer))
    match careline.NativeAccount(network="x", native_id="1"):
        case careline.Profile():
            pytest.fail("another class matches")
        case careline.NativeAccount(network, native_id):
            assert (network, native_id) == ("x", "1")


def test_every_field_is_of_its_declared_type(each: list[Any]) -> None:
    kind = type(each[0])
    for name in kind.__match_args__:
        declared = typing.get_type_hints(_getter(kind, name), vars(_model))["return"]
        for record in each:
            value = getattr(record, name)
            assert _fits(value, declared), f"{kind.__name__}.{name} is {value!r}, not {declared}"


def test_match_args_name_every_field(each: list[Any]) -> None:
    kind = type(each[0])
    declared = {name for name, value in vars(kind).items() if isinstance(value, property)}
    assert set(kind.__match_args__) == declared


def _getter(kind: type, name: str) -> Any:
    return inspect.getattr_static(kind, name).fget


def _fits(value: Any, declared: Any) -> bool:
    if declared is Any:
        return True
    parts = typing.get_args(declared)
    origin = typing.get_origin(declared)
    if origin is list:
        return isinstance(value, list) and all(_fits(item, parts[0]) for item in value)
    if origin is dict:
        return isinstance(value, dict) and all(
            _fits(key, parts[0]) and _fits(item, parts[1]) for key, item in value.items()
        )
    if origin is typing.Literal:
        return value in parts
    if parts:
        return any(_fits(value, part) for part in parts)
    # A bool is an int to Python, and a whole number no float.
    return type(value) is declared


def test_times_are_aware_and_in_utc(records: dict[str, list[Any]]) -> None:
    times = [time for several in records.values() for record in several for time in _times(record)]
    assert len(times) > 100
    for time in times:
        assert time.utcoffset() == timedelta(0) and time.tzinfo is not None
    started = datetime(2026, 1, 5, 9, tzinfo=UTC)
    assert any(time == started for time in times)


def _times(record: Any) -> Iterator[datetime]:
    for name in type(record).__match_args__:
        value = getattr(record, name)
        if isinstance(value, datetime):
            yield value


def test_replaced_in_one_field_only(records: dict[str, list[Any]]) -> None:
    case = records["Case"][0]
    now = datetime(2026, 3, 1, 12, 30, 15, 250000, tzinfo=UTC)
    other = case.replace(tier=3, due_at=now, outcome="duplicate")
    assert (other.tier, other.due_at, other.outcome) == (3, now, "duplicate")
    rest = [name for name in careline.Case.__match_args__ if name not in ("tier", "due_at", "outcome")]
    assert all(getattr(case, name) == getattr(other, name) for name in rest)
    assert case.tier != 3


def test_replaced_by_records(records: dict[str, list[Any]]) -> None:
    assessment = next(found for found in records["Assessment"] if found.evidence)
    fewer = assessment.replace(evidence=assessment.evidence[:1])
    assert fewer.evidence == assessment.evidence[:1]
    assert assessment.replace() == assessment


def test_replacing_what_is_not_there_is_refused(records: dict[str, list[Any]]) -> None:
    with pytest.raises(careline.errors.InputInvalid):
        records["Case"][0].replace(tier="very high")
    with pytest.raises(careline.errors.InputInvalid):
        records["Case"][0].replace(number=None)


def test_a_field_with_an_unknown_name_is_refused(records: dict[str, list[Any]]) -> None:
    with pytest.raises((careline.errors.InputInvalid, TypeError)):
        records["Case"][0].replace(no_such_field=1)


def test_a_constructor_refuses_an_unknown_name() -> None:
    with pytest.raises((careline.errors.InputInvalid, TypeError)):
        careline.NativeAccount(network="x", native_id="1", handel="acme")


def test_names_that_are_words_of_python(records: dict[str, list[Any]]) -> None:
    merge = records["Merge"][0]
    assert merge.to_dict()["from"] == merge.from_


def test_a_name_that_is_a_word_of_python_can_be_given(records: dict[str, list[Any]]) -> None:
    merge = records["Merge"][0]
    assert merge.replace(from_="p1").from_ == "p1"
    fields = {name: getattr(merge, name) for name in type(merge).__match_args__}
    assert careline.Merge(**fields) == merge


def test_unknown_values_of_open_enums_are_kept() -> None:
    inbound = careline.Inbound.from_dict(traffic.review(1, surface="hologram"))
    assert inbound.surface == "hologram"
    assert inbound.to_dict()["surface"] == "hologram"


def test_repr_names_the_class_and_holds_nobodys_words(lived: careline.Care, records: dict[str, list[Any]]) -> None:
    words = ["invoice", "charged", "kettle", "Mia", "jo@acme.example", "漢字", "parcel", "shop.example", "gold"]
    for name, several in records.items():
        for record in several:
            shown = repr(record)
            assert shown.startswith(f"{name}(")
            assert not [word for word in words if word in shown], shown
    assert repr(lived.tenant().queue().page().items[0]) == "QueueItem()"


SURROGATE = "\ud83d"


@pytest.mark.parametrize("json", ["", "{", "[]", "null", "5", '{"id": 5}', "\x00", "{}" * 2, '"' * 9, SURROGATE])
def test_what_is_no_such_record_is_refused(json: str) -> None:
    with pytest.raises(careline.errors.InputInvalid):
        careline.Case.from_json(json)


@pytest.mark.parametrize("json", [None, 5, object(), ["{}"], {}])
def test_what_is_no_json_is_refused(json: Any) -> None:
    with pytest.raises(careline.errors.InputInvalid):
        careline.Case.from_json(json)


def test_a_refusal_repeats_no_words() -> None:
    fields = traffic.review(1) | {"surface": {"secret words": traffic.WORDS}}
    with pytest.raises(careline.errors.InputInvalid) as raised:
        careline.Inbound.from_dict(fields)
    assert traffic.WORDS not in str(raised.value)


def test_the_base_is_no_record() -> None:
    with pytest.raises(TypeError):
        _careline.Record()
    with pytest.raises(TypeError):
        _record.Base()


def test_a_hosts_own_subclass_is_no_record() -> None:
    class Special(careline.Case):
        pass

    with pytest.raises(TypeError):
        Special()
    # Nothing is left over that the next record would be made from.
    assert careline.NativeAccount(network="x", native_id="1").network == "x"


def test_a_record_outlives_its_care() -> None:
    with traffic.open_care() as care:
        traffic.fill(care)
        view, *_ = [care.tenant().case(case.id) for case in care.tenant().all_cases()]
    assert view.threads[0].messages[0].network in ("x", "facebook", "acme-shop")
