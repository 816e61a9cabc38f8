"""FastAPI: what dependencies leave of a body."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Annotated, Any

import httpx
import pytest

import careline
from careline.adapters._body import MAX_BODY

fastapi = pytest.importorskip("fastapi", reason="skipped: FastAPI is not installed")
Request, Body = fastapi.Request, fastapi.Body

Signed = Callable[[bytes], dict[str, str]]
Errors = Callable[[], list[str]]


async def reads_json(request: Request) -> None:  # type: ignore[valid-type]
    """A dependency that parses what comes."""
    await request.json()  # type: ignore[attr-defined]


async def reads_body(request: Request) -> None:  # type: ignore[valid-type]
    """A dependency that reads what comes."""
    await request.body()  # type: ignore[attr-defined]


def declares_body(posted: Annotated[dict[str, Any], Body()]) -> None:
    """A dependency for which FastAPI parses what comes."""


async def reads_stream(request: Request) -> None:  # type: ignore[valid-type]
    """A dependency that reads the body and keeps nothing."""
    async for _ in request.stream():  # type: ignore[attr-defined]
        pass


@pytest.fixture
def post(serve: Any, async_care: careline.AsyncCare) -> Any:
    """Posts to a site on which a dependency sees every request before the webhook does."""
    from careline.adapters import fastapi as adapter

    def send(headers: dict[str, str], content: Any, *dependencies: Any) -> httpx.Response:
        app = fastapi.FastAPI()
        before = [fastapi.Depends(dependency) for dependency in dependencies]
        app.include_router(adapter.webhook(async_care), prefix="/hooks", dependencies=before)
        return httpx.post(f"http://{serve('asgi', app)}/hooks/x", headers=headers, content=content)

    return send


@pytest.mark.parametrize("dependency", [reads_json, reads_body, declares_body])
def test_what_keeps_the_body_does_no_harm(
    dependency: Any, post: Any, care: careline.Care, body: bytes, signed: Signed
) -> None:
    assert post(signed(body), body, dependency).status_code == 200
    assert len(list(care.tenant().queue())) == 1


def test_what_spends_the_body_is_told_what_to_do(
    post: Any, care: careline.Care, body: bytes, signed: Signed, errors: Errors
) -> None:
    answer = post(signed(body), body, reads_stream)
    assert (answer.status_code, answer.text) == (503, "input_invalid")
    (line,) = errors()
    assert "awaits request.body() first" in line
    assert list(care.tenant().queue()) == []


def test_chunks_are_received(post: Any, care: careline.Care, body: bytes, signed: Signed) -> None:
    assert post(signed(body), iter([body[:9], body[9:]])).status_code == 200
    assert len(list(care.tenant().queue())) == 1


def test_chunks_without_end_are_refused(post: Any, signed: Signed) -> None:
    def endless() -> Iterator[bytes]:
        for _ in range(1 + MAX_BODY // 65536):
            yield bytes(65536)

    assert post(signed(b""), endless()).status_code == 413


def test_the_webhook_stands_in_no_schema(async_care: careline.AsyncCare) -> None:
    from careline.adapters import fastapi as adapter

    app = fastapi.FastAPI()
    app.include_router(adapter.webhook(async_care))
    assert app.openapi()["paths"] == {}
