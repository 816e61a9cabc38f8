"""The package as people meet it: its names, their documentation, its examples."""

from __future__ import annotations

import doctest
import inspect
import io
import json
import pydoc
import subprocess
import sys
from contextlib import redirect_stdout
from importlib import metadata
from pathlib import Path
from typing import Any

import pytest

import careline
from careline import _careline, _listing, _model, _verbs, errors

NAMES = careline.__all__
RECORDS = [kind for name in _model.__all__ if inspect.isclass(kind := getattr(_model, name))]
HANDLES = [careline.Care, careline.Tenant, careline.AsyncCare, careline.AsyncTenant]


@pytest.mark.parametrize("module", [careline, _listing, errors])
def test_examples_in_the_documentation(module: Any) -> None:
    done = doctest.testmod(module)
    assert done.failed == 0
    assert module is not careline or done.attempted >= 3


def test_every_name_exists_once() -> None:
    assert len(NAMES) == len(set(NAMES))
    for name in NAMES:
        assert hasattr(careline, name), name


def test_everything_with_a_star() -> None:
    found: dict[str, Any] = {}
    exec("from careline import *", found)
    assert set(NAMES) <= set(found)


def test_nothing_else_is_public() -> None:
    # What type checkers look for has this name.
    others = {"adapters", "errors", "TYPE_CHECKING"}
    public = {name for name in vars(careline) if not name.startswith("_")}
    assert public - others <= set(NAMES)


@pytest.mark.parametrize("name", [name for name in NAMES if inspect.isclass(getattr(careline, name))])
def test_every_class_and_its_members_are_documented(name: str) -> None:
    kind = getattr(careline, name)
    assert inspect.getdoc(kind)
    for member, value in vars(kind).items():
        if not member.startswith("_") and (callable(value) or isinstance(value, (property, classmethod))):
            assert inspect.getdoc(getattr(kind, member, value)), f"{name}.{member}"


@pytest.mark.parametrize("name", [name for name in NAMES if inspect.isfunction(getattr(careline, name))])
def test_every_function_is_documented_with_its_arguments(name: str) -> None:
    function = getattr(careline, name)
    documented = inspect.getdoc(function) or ""
    assert documented
    parameters = list(inspect.signature(function).parameters)
    if len(parameters) > 1:
        assert all(f"{parameter}:" in documented for parameter in parameters), name


@pytest.mark.parametrize("kind", HANDLES)
def test_every_verb_says_what_it_takes(kind: type) -> None:
    for name, verb in inspect.getmembers(kind, inspect.isfunction):
        if name.startswith("_"):
            continue
        documented = inspect.getdoc(verb) or ""
        assert documented, name
        own = verb.__qualname__.split(".")[0] in vars(_verbs)
        for parameter in list(inspect.signature(verb).parameters)[1:] if own else []:
            assert f"{parameter}: " in documented, f"{name}({parameter})"


def test_every_record_is_documented_field_by_field() -> None:
    for kind in RECORDS:
        assert inspect.getdoc(kind)
        for name in kind.__match_args__:  # type: ignore[attr-defined]
            assert inspect.getdoc(inspect.getattr_static(kind, name)), f"{kind.__name__}.{name}"


@pytest.mark.parametrize(
    "name", ["Care", "Tenant", "AsyncTenant", "Case", "Span", "triage", "Listing", "Advisor", "errors"]
)
def test_help(name: str) -> None:
    shown = io.StringIO()
    with redirect_stdout(shown):
        pydoc.Helper(output=shown).help(getattr(careline, name))
    assert name in shown.getvalue() and len(shown.getvalue()) > 200


def test_help_of_the_whole() -> None:
    assert "embed in any CRM or helpdesk" in pydoc.render_doc(careline)


def test_names_point_to_the_package() -> None:
    for name in ("Care", "Tenant", "Case", "Span", "triage"):
        assert getattr(careline, name).__module__.split(".")[0] == "careline"


def test_handles_have_no_room_for_slips_of_the_pen() -> None:
    with careline.Care.open("memory:", policy={"text": "brand.name = 'Acme'"}) as care:
        with pytest.raises(AttributeError):
            care.polcy = 5  # type: ignore[attr-defined]
        with pytest.raises(AttributeError):
            care.tenant().qeue = 5  # type: ignore[attr-defined]


def test_versions_agree() -> None:
    assert careline.__version__ == _careline.VERSION == metadata.version("careline")


def test_typed_and_without_dependencies() -> None:
    folder = Path(careline.__file__).parent
    assert (folder / "py.typed").exists() and (folder / "_careline.pyi").exists()
    assert metadata.requires("careline") is None


def test_networks() -> None:
    assert careline.networks() == sorted(careline.networks()) and "x" in careline.networks()


@pytest.mark.parametrize("asked", [["--version"], ["--help"], ["triage", "--help"]])
def test_runs_as_a_module(asked: list[str]) -> None:
    done = subprocess.run([sys.executable, "-m", "careline", *asked], capture_output=True, text=True, timeout=60)
    assert done.returncode == 0 and "careline" in done.stdout and done.stderr == ""


def test_texts_are_judged_on_the_command_line(tmp_path: Path) -> None:
    texts = tmp_path / "texts.jsonl"
    texts.write_text('{"text": "my parcel is two weeks late!"}\n\n{"text": 5}\n', "utf-8")
    asked = [sys.executable, "-m", "careline", "triage", str(texts), str(tmp_path / "none")]
    done = subprocess.run(asked, capture_output=True, text=True, timeout=60)
    assert done.returncode == 1 and len(done.stdout.splitlines()) == 2 and "complaint" in done.stdout
    assert "cannot read" in done.stderr and "Traceback" not in done.stderr


def test_a_policy_is_checked_on_the_command_line(tmp_path: Path) -> None:
    policy = tmp_path / "policy.toml"
    policy.write_text("brand.nmae = 'Acme'", "utf-8")
    asked = [sys.executable, "-m", "careline", "policy", "check", str(policy)]
    done = subprocess.run(asked, capture_output=True, text=True, timeout=60)
    assert done.returncode == 1 and "name" in done.stderr and "Traceback" not in done.stderr
    policy.write_text("brand.name = 'Acme'", "utf-8")
    done = subprocess.run(asked, capture_output=True, text=True, timeout=60)
    assert done.returncode == 0 and "no mistakes" in done.stdout


def test_every_mistake_is_printed(tmp_path: Path) -> None:
    policy = tmp_path / "policy.toml"
    policy.write_text("brand.name = 'Acme'\nfoo = 1\nbar = 2\n", "utf-8")
    asked = [sys.executable, "-m", "careline", "policy", "check", str(policy)]
    done = subprocess.run(asked, capture_output=True, text=True, timeout=60)
    first, second, last = done.stderr.splitlines()
    assert first.startswith(f"{policy}:2:1: foo: ") and second.startswith(f"{policy}:3:1: bar: ")
    assert last == "careline: the policy has mistakes" and done.returncode == 1 and done.stdout == ""
    done = subprocess.run([*asked, "--json"], capture_output=True, text=True, timeout=60)
    assert [mistake["key"] for mistake in json.loads(done.stdout)["mistakes"]] == ["foo", "bar"]
    assert done.returncode == 1
