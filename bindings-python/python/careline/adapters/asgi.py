"""Webhooks as an ASGI application to mount: in Starlette, `Mount("/hooks", webhook(care))`."""

from __future__ import annotations

from collections.abc import AsyncGenerator, Awaitable, Callable, MutableMapping
from typing import Any, TypeAlias

from careline._async import AsyncCare
from careline.adapters._answer import Posted, async_answer, endpoint_of
from careline.adapters._body import gathered
from careline.adapters._handle import AsyncGiven, Handle
from careline.errors import InputInvalid

__all__ = ["webhook"]

Message: TypeAlias = MutableMapping[str, Any]
Receive: TypeAlias = Callable[[], Awaitable[Message]]
Application: TypeAlias = Callable[[Message, Receive, Callable[[Message], Awaitable[None]]], Awaitable[None]]

REMEDY = (
    "a middleware called `receive`; keep it off the webhook's paths, or let it hand on a `receive` that repeats all"
)


def webhook(care: AsyncGiven, *, seconds: float = 10.0) -> Application:
    """The application. A body has `seconds` to come. Raises `ConfigInvalid` if `care` is no `AsyncCare` or callable."""
    handle = Handle(AsyncCare, care)

    async def application(scope: Message, receive: Receive, send: Callable[[Message], Awaitable[None]]) -> None:
        if scope["type"] == "websocket":
            return await send({"type": "websocket.close", "code": 1000})
        if scope["type"] != "http":
            raise NotImplementedError(f"a webhook has no {scope['type']}")
        headers = [(name.decode("latin-1"), value.decode("latin-1")) for name, value in scope["headers"]]
        query = scope.get("query_string", b"").decode("latin-1")
        posted = Posted(endpoint_of(scope["path"]), scope["method"], query, headers)
        found = await async_answer(handle, posted, lambda _: gathered(_chunks(receive), seconds, REMEDY), REMEDY)
        raw = [(name.lower().encode(), value.encode()) for name, value in found.headers.items()]
        await send({"type": "http.response.start", "status": found.status, "headers": raw})
        await send({"type": "http.response.body", "body": found.body})

    return application


async def _chunks(receive: Receive) -> AsyncGenerator[bytes, None]:
    more = True
    while more:
        message = await receive()
        if message["type"] == "http.disconnect":
            raise InputInvalid("whoever sent the body went away", operation="receive", status=400)
        yield message.get("body", b"")
        more = message.get("more_body", False)
