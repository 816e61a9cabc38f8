"""The vectors that Rust, Python and Node run alike: core/testkit/vectors."""

from __future__ import annotations

import json
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest

import careline

FILES = Path(__file__).parents[2] / "core" / "testkit" / "vectors"
NAMES = ["signatures", "events", "texts", "spans", "cases", "policies", "wording", "verdicts"]
VECTORS = [(name, vector) for name in NAMES for vector in json.loads((FILES / f"{name}.json").read_text("utf-8"))]


@pytest.mark.parametrize(("file", "vector"), VECTORS, ids=[f"{file}: {vector['name']}" for file, vector in VECTORS])
def test_vector(file: str, vector: dict[str, Any]) -> None:
    perform = {
        "verify": verify,
        "receive": receive,
        "normalise": normalise,
        "triage": triage,
        "spans": spans,
        "case": case,
        "policy": policy,
        "measure": measure,
        "compose": compose,
        "verdict": verdict,
    }[vector["op"]]
    if "error" in vector:
        with pytest.raises(careline.CarelineError) as raised:
            perform(vector["input"])
        assert raised.value.code == vector["error"]
    else:
        assert perform(vector["input"]) == vector["expect"]


def verify(given: dict[str, Any]) -> bool:
    signing = dict(given["signing"])
    try:
        careline.verify_signature(given["headers"], given["body"].encode(), now=time(given["now"]), **signing)
    except TypeError:
        # What Python's own signature refuses, Rust calls a wrong setting.
        raise careline.errors.ConfigInvalid("wrong settings") from None
    return True


def receive(given: dict[str, Any]) -> Any:
    with host(given["host"]) as care:
        answer = care.receive(
            given["endpoint"],
            given["headers"],
            given["body"].encode(),
            method=given.get("method", "POST"),
            query=given.get("query", ""),
        )
        return answer.to_dict()


def normalise(given: dict[str, Any]) -> Any:
    (parsed,) = careline.normalise(
        given["network"],
        [given["body"].encode()],
        kind=given.get("kind", "webhook"),
        account=given.get("account"),
        received_at=time(given["received_at"]),
    )
    return parsed.to_dict()


def triage(given: dict[str, Any]) -> Any:
    return judged(given).to_dict()


def judged(given: dict[str, Any]) -> careline.Assessment:
    rules = careline.Policy(given["policy"]) if "policy" in given else None
    (assessment,) = careline.triage([given["text"]], policy=rules)
    return assessment


def spans(given: dict[str, Any]) -> Any:
    text = given["text"]["text"]
    return [{"kind": pii.kind, **counted(pii.span, text)} for pii in judged(given).pii]


def counted(span: careline.Span, text: str) -> dict[str, Any]:
    marked = text[span.start : span.end]
    assert span.slice(text) == marked
    before = len(text[: span.start].encode("utf-16-le")) // 2
    return {
        "bytes": [span.start_byte, span.end_byte],
        "code_points": [span.start, span.end],
        "utf16": [before, before + len(marked.encode("utf-16-le")) // 2],
        "marked": marked,
    }


def measure(given: dict[str, Any]) -> Any:
    measured = careline.measure(**given)
    return {**measured.to_dict(), "within": counted(measured.within, given["text"])}


def compose(given: dict[str, Any]) -> Any:
    return careline.compose(**given).to_dict()


def verdict(given: dict[str, Any]) -> Any:
    with host(given["host"]) as care:
        tenant = care.tenant()
        tenant.ingest("vectors", given["events"])
        (case,) = tenant.all_cases()
        text = given["draft"]["text"]
        found = tenant.can_send(**given["draft"], to=case.lead)
    objections = [
        {
            "guard": objection.guard,
            "weight": objection.weight,
            "spans": [counted(span, text) for span in objection.spans],
        }
        for objection in found.objections
    ]
    return {
        "allowed": found.allowed,
        "verb": found.verb,
        "length": found.length,
        "length_max": found.length_max,
        "unit": found.unit,
        "parts": [part.to_dict() for part in found.parts],
        "objections": objections,
        "rules": [reason.rule for reason in found.reasons],
        "instead": found.instead,
        "approval": found.approval and found.approval.rule,
    }


def case(given: dict[str, Any]) -> Any:
    with host(given["host"]) as care:
        tenant = care.tenant()
        tenant.ingest("vectors", given["events"])
        for agent in given["online"]:
            tenant.set_presence(agent, True)
        if given["online"]:
            care.tick()
        cases = [case.to_dict() for case in tenant.all_cases()]
        return [{path: at(case, path) for path in given["show"]} for case in cases]


def at(value: Any, path: str) -> Any:
    first, _, rest = path.partition(".")
    inner = value.get(first)
    if not rest or inner is None:
        return inner
    return [at(item, rest) for item in inner] if isinstance(inner, list) else at(inner, rest)


def policy(given: dict[str, Any]) -> Any:
    try:
        careline.Policy(given["policy"], "policy.toml")
    except careline.errors.ConfigInvalid as error:
        return error.mistakes
    return []


def host(settings: dict[str, Any]) -> careline.Care:
    endpoints, accounts = settings.get("endpoints"), settings.get("accounts")
    return careline.Care.open(settings["store"], tenants=settings["tenants"], endpoints=endpoints, accounts=accounts)


def time(text: str) -> datetime:
    return datetime.fromisoformat(text)
