"""ASGI, on its own and in Starlette: bodies that come in pieces, do not end, or were read before."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable, MutableMapping
from typing import Any

import httpx
import pytest

import careline
from careline.adapters import asgi
from careline.adapters._body import MAX_BODY

Signed = Callable[[bytes], dict[str, str]]
Errors = Callable[[], list[str]]
Message = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]


async def asked(application: Any, headers: dict[str, str], receive: Receive, kind: str = "http") -> list[Message]:
    """What the application sends when it gets this."""
    sent: list[Message] = []

    async def send(message: Message) -> None:
        sent.append(message)

    raw = [(name.lower().encode(), value.encode()) for name, value in headers.items()]
    scope = {"type": kind, "method": "POST", "path": "/hooks/x", "query_string": b"", "headers": raw}
    await asyncio.wait_for(application(scope, receive, send), 10)
    return sent


async def never() -> Message:
    """What a server does when there is nothing more to read: it waits until the sender goes away."""
    await asyncio.Event().wait()
    raise AssertionError("nobody ends this")


def pieces(*bodies: bytes) -> Receive:
    """A server that hands on a body in these pieces and then waits."""
    left = list(bodies)

    async def receive() -> Message:
        if not left:
            return await never()
        return {"type": "http.request", "body": left.pop(0), "more_body": bool(left)}

    return receive


def test_pieces_are_put_together(
    care: careline.Care, async_care: careline.AsyncCare, body: bytes, signed: Signed
) -> None:
    receive = pieces(body[:10], b"", body[10:])
    start, end = asyncio.run(asked(asgi.webhook(async_care), signed(body), receive))
    assert (start["status"], end["body"]) == (200, b"ok")
    assert len(list(care.tenant().queue())) == 1


def test_an_endless_body_is_read_to_the_limit_only(async_care: careline.AsyncCare) -> None:
    piece, read = b" " * 65536, 0

    async def receive() -> Message:
        nonlocal read
        read += len(piece)
        assert read <= 2 * MAX_BODY, "it reads on"
        return {"type": "http.request", "body": piece, "more_body": True}

    start, end = asyncio.run(asked(asgi.webhook(async_care), {"Transfer-Encoding": "chunked"}, receive))
    assert (start["status"], end["body"]) == (413, b"too_large")
    assert read == MAX_BODY + len(piece)


def test_a_sender_that_goes_away_is_no_error(async_care: careline.AsyncCare, errors: Errors) -> None:
    async def receive() -> Message:
        return {"type": "http.disconnect"}

    start, _ = asyncio.run(asked(asgi.webhook(async_care), {"Content-Length": "9"}, receive))
    assert start["status"] == 400
    assert errors() == []


def test_a_body_that_stays_away_in_the_middle_may_be_sent_again(async_care: careline.AsyncCare, body: bytes) -> None:
    first = pieces(body)

    async def receive() -> Message:
        return {**await first(), "more_body": True}

    application = asgi.webhook(async_care, seconds=0.05)
    start, end = asyncio.run(asked(application, {"Content-Length": "999"}, receive))
    assert (start["status"], end["body"]) == (503, b"timeout")


def test_websockets_are_closed_and_a_lifespan_is_not_supported(async_care: careline.AsyncCare) -> None:
    application = asgi.webhook(async_care)
    (sent,) = asyncio.run(asked(application, {}, never, "websocket"))
    assert sent["type"] == "websocket.close"
    with pytest.raises(NotImplementedError):
        asyncio.run(asked(application, {}, never, "lifespan"))


def test_a_middleware_that_read_the_body_is_told_what_to_do(
    serve: Any, care: careline.Care, async_care: careline.AsyncCare, body: bytes, signed: Signed, errors: Errors
) -> None:
    application = asgi.webhook(async_care, seconds=0.2)

    async def greedy(scope: Any, receive: Receive, send: Any) -> None:
        if scope["type"] == "http":
            while (await receive()).get("more_body"):
                pass
        await application(scope, receive, send)

    answer = httpx.post(f"http://{serve('asgi', greedy)}/hooks/x", headers=signed(body), content=body)
    assert (answer.status_code, answer.text) == (503, "input_invalid")
    (line,) = errors()
    assert "a middleware called `receive`" in line
    assert list(care.tenant().queue()) == []


def test_a_middleware_that_repeats_the_body_is_well(
    care: careline.Care, async_care: careline.AsyncCare, body: bytes, signed: Signed
) -> None:
    application = asgi.webhook(async_care)

    async def careful(scope: Any, receive: Receive, send: Any) -> None:
        message = await receive()
        await application(scope, pieces(message["body"]), send)

    start, _ = asyncio.run(asked(careful, signed(body), pieces(body)))
    assert start["status"] == 200
    assert len(list(care.tenant().queue())) == 1


@pytest.mark.parametrize("reads", ["body", "json", "stream"])
def test_middleware_of_starlette(
    reads: str,
    serve: Any,
    care: careline.Care,
    async_care: careline.AsyncCare,
    body: bytes,
    signed: Signed,
    errors: Errors,
) -> None:
    pytest.importorskip("starlette", reason="skipped: Starlette is not installed")
    from starlette.applications import Starlette
    from starlette.middleware import Middleware
    from starlette.middleware.base import BaseHTTPMiddleware
    from starlette.requests import Request
    from starlette.responses import Response
    from starlette.routing import Mount

    async def reading(request: Request, call_next: Callable[[Request], Awaitable[Response]]) -> Response:
        if reads == "stream":
            async for _ in request.stream():
                pass
        else:
            await getattr(request, reads)()
        return await call_next(request)

    layers = [Middleware(BaseHTTPMiddleware, dispatch=reading)]
    app = Starlette(routes=[Mount("/hooks", asgi.webhook(async_care))], middleware=layers)
    answer = httpx.post(f"http://{serve('asgi', app)}/hooks/x", headers=signed(body), content=body)
    if reads == "stream":
        assert (answer.status_code, answer.text, len(errors())) == (503, "input_invalid", 1)
        assert list(care.tenant().queue()) == []
    else:
        assert (answer.status_code, errors()) == (200, [])
        assert len(list(care.tenant().queue())) == 1


def test_what_a_stranger_names_stays_in_one_line(
    async_care: careline.AsyncCare, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO, "careline")

    async def ask() -> None:
        transport = httpx.ASGITransport(asgi.webhook(async_care))
        async with httpx.AsyncClient(transport=transport, base_url="http://acme.example") as client:
            assert (await client.post("/hooks/a%0Ab", content=b"{}")).status_code == 404

    asyncio.run(ask())
    (line,) = [record.getMessage() for record in caplog.records if record.name == "careline"]
    assert "\n" not in line
