"""From a request to the answer: what all adapters do alike."""

from __future__ import annotations

import inspect
import logging
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field

from careline._async import AsyncCare
from careline._care import Care
from careline._model import WebhookAnswer
from careline.adapters._body import announced, whole
from careline.adapters._handle import Handle
from careline.errors import CarelineError

__all__ = ["METHODS", "Answer", "Posted", "answer", "async_answer", "endpoint_of"]

logger = logging.getLogger("careline")

METHODS = ("GET", "POST")
"""What networks send: news with POST, challenges with GET."""


@dataclass(frozen=True, slots=True)
class Posted:
    """A request, all but its body."""

    endpoint: str
    method: str
    query: str
    """The query string without `?`."""
    headers: Sequence[tuple[str, str]] = field(repr=False)
    """One pair for each header that came; a doubled one stays twice."""


@dataclass(frozen=True, slots=True)
class Answer:
    """What to answer."""

    status: int
    headers: dict[str, str]
    body: bytes


def answer(handle: Handle[Care], posted: Posted, read: Callable[[int | None], bytes], remedy: str) -> Answer:
    """Receives a request.

    Args:
        handle: What receives it.
        posted: The request.
        read: Reads the body; it gets the length that was announced, if one was, and may stop one byte above `MAX_BODY`.
        remedy: What the host does if something read the body before.
    """
    if posted.method not in METHODS:
        return _not_allowed()
    try:
        care, length, body = handle.get(), announced(posted.headers), b""
        if posted.method == "POST":
            body = whole(read(length) if length != 0 else b"", posted.headers, length, remedy)
        return _told(care.receive(posted.endpoint, posted.headers, body, method=posted.method, query=posted.query))
    except CarelineError as error:
        return _refused(posted, error)


async def async_answer(
    handle: Handle[AsyncCare], posted: Posted, read: Callable[[int | None], bytes | Awaitable[bytes]], remedy: str
) -> Answer:
    """As `answer`; what `read` returns is awaited if need be."""
    if posted.method not in METHODS:
        return _not_allowed()
    try:
        care, length, body = await handle.get_async(), announced(posted.headers), b""
        if posted.method == "POST":
            found = read(length) if length != 0 else b""
            body = whole(await found if inspect.isawaitable(found) else found, posted.headers, length, remedy)
        return _told(
            await care.receive(posted.endpoint, posted.headers, body, method=posted.method, query=posted.query)
        )
    except CarelineError as error:
        return _refused(posted, error)


def endpoint_of(path: str) -> str:
    """The endpoint a path names: its last segment."""
    return path.rstrip("/").rpartition("/")[2]


def _told(told: WebhookAnswer) -> Answer:
    return _made(told.status, told.content_type, told.body)


def _refused(posted: Posted, error: CarelineError) -> Answer:
    # Strangers can send what is wrong at will; what the host has to do something about is an error.
    level = logging.ERROR if error.status >= 500 else logging.INFO
    # Written out with %r: a path is a stranger's words and may hold line ends.
    logger.log(level, "a webhook request to %r was refused: %r", posted.endpoint[:80], str(error)[:1000])
    return _made(error.status, "text/plain; charset=utf-8", error.code)


def _not_allowed() -> Answer:
    refused = _made(405, "text/plain; charset=utf-8", "unsupported")
    return Answer(refused.status, {**refused.headers, "Allow": ", ".join(METHODS)}, refused.body)


def _made(status: int, content_type: str, body: str) -> Answer:
    raw = body.encode()
    return Answer(status, {"Content-Type": content_type, "Content-Length": str(len(raw))}, raw)
