"""What a host plugs in: advisors and a transport of its own."""

from __future__ import annotations

import asyncio
import inspect
import logging
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Protocol, runtime_checkable

from careline._json import dumps, headers
from careline._model import Assessment, Finding, Message
from careline.errors import ConfigInvalid

__all__ = ["Advisor", "Request", "Response", "Transport"]

logger = logging.getLogger("careline")


@runtime_checkable
class Advisor(Protocol):
    """A host's own model or rule. It is asked after a message is stored, within the policy's `advice.within`; its
    answer, its exception or its silence comes back as an event. `advise` may be a coroutine function where careline
    is awaited."""

    @property
    def id(self) -> str:
        """Name and version, kept with every finding: `acme-intent/3`."""
        ...

    def advise(self, message: Message, assessment: Assessment) -> Any:
        """What it finds: a sequence of `Finding`s, or of dicts with the same fields."""
        ...


@dataclass(frozen=True, slots=True)
class Request:
    """A request to a network. Its headers hold tokens: do not log them."""

    method: str
    url: str
    headers: Sequence[tuple[str, str]] = field(repr=False)
    body: bytes = field(repr=False)
    deadline: str | None = None
    """When the caller stops waiting, as RFC 3339."""


@dataclass(frozen=True, slots=True)
class Response:
    """What came back; a status of 400 and above is an answer, not an error."""

    status: int
    headers: Mapping[str, str] | Sequence[tuple[str, str]] = ()
    body: bytes = b""


class Transport(Protocol):
    """The way to the networks: a host's own HTTP client. `send` may be a coroutine function where careline is awaited."""

    def send(self, request: Request) -> Any:
        """Sends a request and returns a `Response`. Raises if it cannot tell whether the request arrived."""
        ...


def advisor(plugged: Any, loop: Callable[[], asyncio.AbstractEventLoop | None]) -> tuple[str, Callable[..., str]]:
    """An advisor as the native part takes it."""
    name = getattr(plugged, "id", None)
    if not isinstance(name, str) or not callable(getattr(plugged, "advise", None)):
        raise ConfigInvalid("an advisor has an `id` such as `acme-intent/3` and a method `advise`", operation="open")

    def advise(message: Message, assessment: Assessment) -> str:
        try:
            found = _done(plugged.advise(message, assessment), loop)
            return dumps([finding if isinstance(finding, Finding) else dict(finding) for finding in found])
        except Exception:
            logger.exception("the advisor %s raised an exception", name)
            raise

    return name, advise


def transport(plugged: Any, loop: Callable[[], asyncio.AbstractEventLoop | None]) -> Callable[..., Any]:
    """A transport as the native part takes it."""
    if not callable(getattr(plugged, "send", None)):
        raise ConfigInvalid("a transport has a method `send`", operation="open")

    def send(method: str, url: str, given: list[tuple[str, str]], body: bytes, deadline: str | None) -> Any:
        try:
            answer = _done(plugged.send(Request(method, url, given, body, deadline)), loop)
            return answer.status, headers(answer.headers), answer.body
        except Exception:
            logger.exception("the transport raised an exception at %s", method)
            raise

    return send


def _done(result: Any, loop: Callable[[], asyncio.AbstractEventLoop | None]) -> Any:
    """What came of a call; a coroutine runs in the loop of whoever awaits careline."""
    if not inspect.isawaitable(result):
        return result
    running = loop()
    if running is None:
        if inspect.iscoroutine(result):
            result.close()
        raise TypeError("a coroutine function can be plugged into AsyncCare only")
    return asyncio.run_coroutine_threadsafe(_awaited(result), running).result()


async def _awaited(result: Any) -> Any:
    return await result
