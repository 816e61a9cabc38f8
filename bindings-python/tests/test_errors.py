"""One tree of errors, one class for each cause."""

from __future__ import annotations

import copy
import inspect
import multiprocessing
import pickle
import re
from pathlib import Path
from typing import Any

import pytest
import traffic

import careline
from careline import errors
from careline.errors import CarelineError, ConfigInvalid

CLASSES = [getattr(errors, name) for name in errors.__all__]
KINDS = Path(__file__).parents[2] / "core" / "src" / "error.rs"


def native(code: str, **more: Any) -> CarelineError:
    """An error as the native part hands it over."""
    given: dict[str, Any] = {
        "operation": "poll",
        "context": {"account": "a"},
        "retry": "never",
        "retry_after": None,
        "status": 400,
    }
    given |= more
    return errors.from_native(code, "made up", line=f"poll: made up ({code})", **given)


def test_one_tree() -> None:
    assert all(issubclass(kind, CarelineError) for kind in CLASSES)
    assert issubclass(CarelineError, Exception) and careline.CarelineError is CarelineError
    defined = {kind for _, kind in inspect.getmembers(errors, inspect.isclass) if kind.__module__ == errors.__name__}
    assert defined == set(CLASSES)


def test_every_class_is_documented() -> None:
    assert all(inspect.getdoc(kind) for kind in CLASSES)


def test_each_code_has_a_class_of_its_own() -> None:
    codes = re.findall(r'=>\s*"([a-z_]+)",', KINDS.read_text("utf-8"))
    assert len(codes) >= 19
    classes = {code: type(native(code)) for code in codes}
    assert len(set(classes.values())) == len(classes)
    assert all(kind.code == code for code, kind in classes.items())
    assert set(classes.values()) == {kind for kind in CarelineError.__subclasses__()}


def test_a_code_of_a_newer_core_is_an_error_all_the_same() -> None:
    assert type(native("hologram_lost")) is errors.Unexpected


def test_special_cases_are_found_under_their_cause() -> None:
    assert issubclass(errors.ForkedError, errors.Unsupported)
    assert isinstance(errors.closed(), CarelineError) and isinstance(errors.forked(), errors.ForkedError)


def test_attributes() -> None:
    error = native("rate_limited", retry="after", retry_after=7.5, status=503)
    assert isinstance(error, errors.RateLimited)
    assert (error.code, error.message, error.operation, error.context) == (
        "rate_limited",
        "made up",
        "poll",
        {"account": "a"},
    )
    assert (error.retry, error.retry_after, error.status, error.retryable) == ("after", 7.5, 503, True)
    assert str(error) == "poll: made up (rate_limited)" == error.args[0]


@pytest.mark.parametrize(
    ("retry", "retryable"), [("never", False), ("after", True), ("transient", True), ("unknown", False)]
)
def test_when_to_try_again(retry: str, retryable: bool) -> None:
    assert native("unavailable", retry=retry).retryable is retryable


def test_made_by_a_host() -> None:
    error = errors.Unavailable("the shop is down", operation="poll", context={"shop": "1"}, retry="transient")
    assert (str(error), error.message, error.operation, error.retryable) == (
        "poll: the shop is down (unavailable; shop=1)",
        "the shop is down",
        "poll",
        True,
    )
    assert errors.NotFound("made up").context == {} and errors.NotFound("made up").status == 503
    context = {"a": "b"}
    other = errors.NotFound("made up", context=context)
    context["a"] = "c"
    assert other.context == {"a": "b"}


def test_one_line_however_it_is_made(care: careline.Care) -> None:
    with pytest.raises(errors.NotFound) as raised:
        care.tenant("nobody")
    assert str(raised.value) == "tenant: no such tenant; there is default (not_found; tenant=nobody)"
    with pytest.raises(errors.NotFound) as raised:
        care.tenant().case("nothing")
    again = errors.NotFound(raised.value.message, operation=raised.value.operation, context=raised.value.context)
    assert str(again) == str(raised.value)
    odd = errors.InputInvalid("half \ud83d", operation="a\nb", context={"c": "\x1b[2J" + "d" * 5000})
    assert str(odd).startswith("a\\nb: half \ufffd (input_invalid; c=\\u{1b}[2Jddd") and len(str(odd)) < 2000


@pytest.mark.parametrize("kind", CLASSES)
def test_comes_back_from_a_pickle(kind: type[CarelineError]) -> None:
    error = kind(
        "made up", operation="poll", context={"a": "b"}, retry="after", retry_after=3.0, status=429, line="a line"
    )
    for protocol in range(pickle.HIGHEST_PROTOCOL + 1):
        again = pickle.loads(pickle.dumps(error, protocol))
        assert type(again) is kind and str(again) == "a line" and vars(again) == vars(error)
    assert vars(copy.deepcopy(error)) == vars(error)


def test_what_was_noted_comes_back_too() -> None:
    error = errors.NotFound("made up")
    error.add_note("while looking for acme")
    assert pickle.loads(pickle.dumps(error)).__notes__ == ["while looking for acme"]


def raises() -> None:
    with traffic.open_care() as care:
        care.receive("x", {}, b"")


@pytest.mark.parametrize("method", ["fork", "spawn"])
def test_goes_through_a_process(method: str) -> None:
    with multiprocessing.get_context(method).Pool(1) as pool:
        with pytest.raises(errors.SignatureInvalid) as raised:
            pool.apply_async(raises).get(timeout=60)
    assert raised.value.status == 401 and raised.value.operation == "receive"


def test_from_the_native_part() -> None:
    with pytest.raises(errors.SignatureInvalid) as raised:
        raises()
    error = raised.value
    assert (error.code, error.operation, error.status, error.retry) == ("signature_invalid", "receive", 401, "never")
    assert error.retry_after is None and str(error).startswith("receive: ") and "signature_invalid" in str(error)
    assert error.message in str(error)


def test_an_operation_is_said_once() -> None:
    with pytest.raises(errors.SignatureInvalid) as raised:
        raises()
    assert str(raised.value).count("receive") == 1


@pytest.mark.parametrize(
    ("ask", "kind", "status"),
    [
        (lambda care: care.receive("x", {}, b""), errors.SignatureInvalid, 401),
        (lambda care: care.receive("y", {}, b""), errors.NotFound, 404),
        (lambda care: care.receive("x", {}, "text"), errors.InputInvalid, 503),
        (lambda care: care.tenant("nobody"), errors.NotFound, 404),
        (lambda care: care.tenant().case("nothing"), errors.NotFound, 404),
        (lambda care: care.tenant().erase(), errors.InputInvalid, 400),
        (lambda care: care.tenant().poll("acme-x"), errors.NotFound, 404),
        (lambda care: careline.normalise("y", [b""]), errors.Unsupported, None),
        (lambda care: careline.verify_signature({}, b"", secrets=["a"], header="s"), errors.SignatureInvalid, 401),
        (lambda care: careline.verify_signature({}, b"", secrets=[], header="s"), errors.ConfigInvalid, None),
        (lambda care: traffic.open_care("ftp:"), errors.ConfigInvalid, None),
        (lambda care: traffic.open_care("sqlite:///no/such/folder/care.db"), errors.StorageFailed, None),
        (lambda care: care.close() or care.tick(), errors.ClosedError, 503),
    ],
)
def test_each_with_its_class_and_status(care: careline.Care, ask: Any, kind: type, status: int | None) -> None:
    with pytest.raises(CarelineError) as raised:
        ask(care)
    assert type(raised.value) is kind
    assert status is None or raised.value.status == status
    assert raised.value.operation and raised.value.message and "\n" not in str(raised.value)


def test_a_network_that_is_not_there_is_noticed_without_bodies() -> None:
    with pytest.raises(errors.Unsupported):
        careline.normalise("y", [])


def test_damaged_files_are_said_so(tmp_path: Path) -> None:
    file = tmp_path / "care.db"
    file.write_bytes(b"this is no database" * 500)
    before = file.read_bytes()
    with pytest.raises((errors.StorageDamaged, errors.StorageFailed)):
        traffic.open_care(f"sqlite://{file}")
    assert file.read_bytes() == before


def test_a_folder_is_no_file(tmp_path: Path) -> None:
    with pytest.raises(errors.StorageFailed):
        traffic.open_care(f"sqlite://{tmp_path}")


def test_a_changed_log_is_noticed(tmp_path: Path) -> None:
    import sqlite3

    file = tmp_path / "care.db"
    with traffic.open_care(f"sqlite://{file}") as care:
        traffic.fill(care)
        entries = care.tenant().verify_log()
    with sqlite3.connect(file) as database:
        tables = [name for (name,) in database.execute("select name from sqlite_master where name like '%log%'")]
        changed = 0
        for table in tables:
            columns = [row[1] for row in database.execute(f"pragma table_info({table})")]
            if "digest" in columns:
                changed += database.execute(f"update {table} set digest = zeroblob(32) where rowid = 3").rowcount
    database.close()
    assert changed == 1 and entries > 3, tables
    with traffic.open_care(f"sqlite://{file}") as care, pytest.raises(errors.StorageDamaged):
        care.tenant().verify_log()


# Policies ---------------------------------------------------------------------------------------


MISTAKES = """brand.name = 'Acme'
accounts = [{ id = 'acme-x', network = 'x', native_id = '1', teem = 'care' }]

[[teams]]
id = 'care'
calendar = 'berln'

[[calendars]]
id = 'berlin'
zone = 'Europe/Berlin'
hours = { mon-fri = ['09:00-17:00'] }

[[agents]]
id = 'mia'
teams = ['caer']
capacity = 'many'
"""


def test_every_mistake_of_a_policy_with_its_place(tmp_path: Path) -> None:
    file = tmp_path / "acme.toml"
    file.write_text(MISTAKES, "utf-8")
    listed = careline.check_policy(file)
    with pytest.raises(ConfigInvalid) as raised:
        careline.Policy.load(file)
    assert raised.value.mistakes == listed and len(listed) >= 2
    for mistake in listed:
        assert mistake["file"] == str(file) and mistake["key"] and mistake["reason"]
        line = MISTAKES.splitlines()[mistake["line"] - 1]
        assert 1 <= mistake["column"] <= len(line)
    first = listed[0]
    assert raised.value.message.startswith(f"{file}:{first['line']}:{first['column']}: {first['key']}: ")
    assert raised.value.context["mistakes"] == str(len(listed))
    by_key = {mistake["key"]: mistake for mistake in listed}
    assert by_key["accounts[0].teem"]["line"] == 2 and by_key["accounts[0].teem"]["nearest"] == "team"
    assert by_key["agents[0].capacity"]["line"] == 16


def test_names_that_lead_nowhere(tmp_path: Path) -> None:
    text = MISTAKES.replace(", teem = 'care'", "").replace("'many'", "5")
    with pytest.raises(ConfigInvalid) as raised:
        careline.Policy(text, "acme.toml")
    assert {(mistake["key"], mistake["line"], mistake["nearest"]) for mistake in raised.value.mistakes} == {
        ("teams[0].calendar", 6, "berlin"),
        ("agents[0].teams[0]", 15, "care"),
    }


@pytest.mark.parametrize("text", ["", "brand", "brand.name = 'Acme", "[[", "brand.name = 5", "\x00", "a = 1\n" * 500])
def test_every_unsound_policy_has_mistakes(text: str) -> None:
    with pytest.raises(ConfigInvalid) as raised:
        careline.Policy(text)
    assert raised.value.mistakes
    assert all(
        mistake["line"] >= 1 and mistake["column"] >= 1 for mistake in raised.value.mistakes if "line" in mistake
    )
    assert pickle.loads(pickle.dumps(raised.value)).mistakes == raised.value.mistakes


def test_mistakes_belong_to_their_error() -> None:
    first, second = ConfigInvalid("made up"), ConfigInvalid("made up")
    assert first.mistakes == [] and isinstance(first.mistakes, list)
    with pytest.raises(ConfigInvalid) as raised:
        careline.Policy("brand.nmae = 'Acme'")
    assert raised.value.mistakes and second.mistakes == []


def test_the_list_of_an_error_without_mistakes_is_its_own() -> None:
    first, second = ConfigInvalid("made up"), ConfigInvalid("made up")
    first.mistakes.append({"key": "made-up"})
    assert second.mistakes == [] and first.mistakes == [{"key": "made-up"}]


def test_mistakes_are_listed_when_a_care_is_opened() -> None:
    with pytest.raises(ConfigInvalid) as raised:
        careline.Care.open("memory:", policy={"text": "brand.nmae = 'Acme'", "file": "acme.toml"})
    assert [mistake["nearest"] for mistake in raised.value.mistakes if "nearest" in mistake] == ["name"]


def test_a_sound_policy_has_none(tmp_path: Path) -> None:
    file = tmp_path / "acme.toml"
    file.write_text(traffic.POLICY, "utf-8")
    assert careline.check_policy(file) == []
    assert careline.Policy.load(file).version == careline.Policy(traffic.POLICY).version


def test_a_policy_that_cannot_be_read(tmp_path: Path) -> None:
    (tmp_path / "latin.toml").write_bytes("brand.name = 'Äcme'".encode("latin-1"))
    for path in (tmp_path / "none.toml", tmp_path, tmp_path / "latin.toml"):
        with pytest.raises(ConfigInvalid) as raised:
            careline.check_policy(path)
        assert raised.value.context["file"] == str(path) and raised.value.mistakes == []
