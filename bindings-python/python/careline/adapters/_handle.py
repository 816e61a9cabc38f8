"""The handle an adapter works with: as it was given, or opened at the first request of each process."""

from __future__ import annotations

import asyncio
import inspect
import os
import threading
from collections.abc import Awaitable, Callable
from typing import Any, Generic, TypeAlias, TypeVar

from careline._async import AsyncCare
from careline._care import Care
from careline.errors import ConfigInvalid

__all__ = ["AsyncGiven", "Given", "Handle"]

Given: TypeAlias = Care | Callable[[], Care]
"""A handle, or what returns one; it is called once in each process, and again when that was closed."""

AsyncGiven: TypeAlias = AsyncCare | Callable[[], AsyncCare | Awaitable[AsyncCare]]
"""A handle to be awaited, or what returns one, perhaps a coroutine function; it is called as often as in `Given`."""

T = TypeVar("T", bound=Care | AsyncCare)


class Handle(Generic[T]):
    """A handle of the one kind that an adapter takes."""

    def __init__(self, kind: type[T], given: T | Callable[[], Any]) -> None:
        """Raises `ConfigInvalid` if `given` is neither of that kind nor callable."""
        self._kind = kind
        # By process, so that a fork inherits neither a handle nor a lock that somebody holds.
        self._locks: dict[int, threading.Lock] = {}
        self._opened: dict[int, T] = {}
        self._given: T | None = None if callable(given) else self._checked(given)
        self._open: Callable[[], Any] | None = given if callable(given) else None

    def get(self) -> T:
        """The handle. Raises what opening it raises; the next request tries again."""
        if self._open is None:
            return self._checked(self._given)
        with self._lock():
            return self._kept() or self._keep(self._open())

    async def get_async(self) -> T:
        """As `get`; what opens it is awaited if need be."""
        if self._open is None:
            return self._checked(self._given)
        lock = self._lock()
        # Requests may come in loops of several threads, so what is waited for is no lock of one loop.
        while not lock.acquire(blocking=False):
            await asyncio.sleep(0.01)
        try:
            kept = self._kept()
            if kept is not None:
                return kept
            found = self._open()
            return self._keep(await found if inspect.isawaitable(found) else found)
        finally:
            lock.release()

    def _kept(self) -> T | None:
        """What was opened in this process and is open still; a host that starts again closes one and opens another."""
        kept = self._opened.get(os.getpid())
        care = kept._care if isinstance(kept, AsyncCare) else kept
        return kept if care is not None and care._host is not None else None

    def _keep(self, found: object) -> T:
        self._opened[os.getpid()] = handle = self._checked(found)
        return handle

    def _lock(self) -> threading.Lock:
        return self._locks.setdefault(os.getpid(), threading.Lock())

    def _checked(self, found: object) -> T:
        if isinstance(found, self._kind):
            return found
        kind = self._kind.__name__
        raise ConfigInvalid(
            f"this webhook takes {kind}, or a callable that returns it, not {type(found).__name__}",
            operation="open",
        )
