"""What a host plugs in: advisors and a transport of its own."""

from __future__ import annotations

import contextvars
import inspect
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Protocol, runtime_checkable

from careline._json import dumps, headers
from careline._log import logger
from careline._model import Assessment, Finding, Message
from careline.errors import ConfigInvalid

if TYPE_CHECKING:
    import asyncio

__all__ = ["Advisor", "Request", "Response", "Transport"]

# The event loop of whoever awaits a call, for coroutines that are plugged in.
LOOP: contextvars.ContextVar[asyncio.AbstractEventLoop | None] = contextvars.ContextVar("careline", default=None)


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
    """A request to a network. Its headers and its address hold secrets: do not log them."""

    method: str
    url: str = field(repr=False)
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


def check(advisors: Sequence[Any], transport: Any) -> None:
    """Refuses coroutine functions where nobody awaits: there is no loop to run them in."""
    verbs = [(getattr(plugged, "advise", None), "advise") for plugged in advisors]
    for function, name in [*verbs, (getattr(transport, "send", None), "send")]:
        if LOOP.get() is None and inspect.iscoroutinefunction(function):
            raise ConfigInvalid(f"`{name}` is a coroutine function: open an AsyncCare with it", operation="open")


def advisor(plugged: Any) -> tuple[str, Callable[..., str]]:
    """An advisor as the native part takes it."""
    name = getattr(plugged, "id", None)
    if not isinstance(name, str) or not callable(getattr(plugged, "advise", None)):
        raise ConfigInvalid("an advisor has an `id` such as `acme-intent/3` and a method `advise`", operation="open")

    def advise(message: Message, assessment: Assessment) -> str:
        try:
            found = _done(plugged.advise(message, assessment))
            return dumps([finding if isinstance(finding, Finding) else dict(finding) for finding in found])
        except Exception as error:
            # What it says may be a customer's words: the host's own code is the place to log them.
            logger.error("the advisor %s raised %s", name, type(error).__name__)
            raise

    return name, advise


def transport(plugged: Any) -> Callable[..., Any]:
    """A transport as the native part takes it."""
    if not callable(getattr(plugged, "send", None)):
        raise ConfigInvalid("a transport has a method `send`", operation="open")

    def send(method: str, url: str, given: list[tuple[str, str]], body: bytes, deadline: str | None) -> Any:
        try:
            answer = _done(plugged.send(Request(method, url, given, body, deadline)))
            return answer.status, headers(answer.headers), answer.body
        except Exception as error:
            logger.error("the transport raised %s at a %s", type(error).__name__, method)
            raise

    return send


def _done(result: Any) -> Any:
    """What came of a call; a coroutine runs in the loop of whoever awaits careline."""
    if not inspect.isawaitable(result):
        return result
    running = LOOP.get()
    if running is None:
        if inspect.iscoroutine(result):
            result.close()
        raise TypeError("a coroutine function can be plugged into AsyncCare only")
    import asyncio

    return asyncio.run_coroutine_threadsafe(_awaited(result), running).result()


async def _awaited(result: Any) -> Any:
    return await result
