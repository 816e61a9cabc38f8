"""Webhooks in FastAPI: `app.include_router(webhook(care), prefix="/hooks")`."""

from __future__ import annotations

from collections.abc import AsyncGenerator

from fastapi import APIRouter, Request, Response
from starlette.requests import ClientDisconnect

from careline._async import AsyncCare
from careline.adapters._answer import METHODS, Posted, async_answer
from careline.adapters._body import BodySpent, gathered
from careline.adapters._handle import AsyncGiven, Handle
from careline.errors import InputInvalid

__all__ = ["webhook"]

REMEDY = "what reads `request.stream()` or `request.form()` before awaits request.body() first, which keeps the body"


def webhook(care: AsyncGiven, *, seconds: float = 10.0) -> APIRouter:
    """The router. A body has `seconds` to come. Raises `ConfigInvalid` if `care` is no `AsyncCare` or callable."""
    handle = Handle(AsyncCare, care)
    router = APIRouter()

    @router.api_route("/{endpoint}", methods=list(METHODS), include_in_schema=False)
    async def receive(endpoint: str, request: Request) -> Response:
        headers = [(name.decode("latin-1"), value.decode("latin-1")) for name, value in request.headers.raw]
        query = request.scope.get("query_string", b"").decode("latin-1")
        posted = Posted(endpoint, request.method, query, headers)
        found = await async_answer(handle, posted, lambda _: gathered(_chunks(request), seconds, REMEDY), REMEDY)
        return Response(found.body, found.status, found.headers)

    return router


async def _chunks(request: Request) -> AsyncGenerator[bytes, None]:
    try:
        async for chunk in request.stream():
            yield chunk
    except ClientDisconnect:
        raise InputInvalid("whoever sent the body went away", operation="receive", status=400) from None
    except RuntimeError:
        # Starlette says so if the stream was read to its end and nothing was kept.
        raise BodySpent(REMEDY) from None
