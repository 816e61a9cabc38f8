"""Lists that are read page by page, as they are walked through."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

T = TypeVar("T")

__all__ = ["AsyncListing", "Listing", "Page"]


@dataclass(frozen=True, slots=True)
class Page(Generic[T]):
    """One page of a list."""

    items: list[T]
    """What is on it, in the list's order."""
    after: str | None
    """Where the next page begins; `None`: there is no more."""


class Listing(Generic[T]):
    """A list. Nothing is read until somebody looks; walking through it reads one page after the other.

    >>> for item in tenant.queue(team="billing"): ...   # doctest: +SKIP
    >>> tenant.queue(limit=20).page().items             # doctest: +SKIP
    """

    __slots__ = ("_arguments", "_read")

    def __init__(self, read: Callable[[dict[str, Any]], Any], arguments: dict[str, Any]) -> None:
        self._read = read
        self._arguments = arguments

    def page(self, after: str | None = None) -> Page[T]:
        """The first page, or the one after a cursor."""
        items, cursor = self._read({**self._arguments, "after": after or self._arguments.get("after")})
        return Page(items, cursor)

    def pages(self) -> Iterator[Page[T]]:
        """Page after page."""
        page = self.page()
        yield page
        while page.after is not None:
            page = self.page(page.after)
            yield page

    def __iter__(self) -> Iterator[T]:
        for page in self.pages():
            yield from page.items


class AsyncListing(Generic[T]):
    """A list to be walked through with `async for`, page by page."""

    __slots__ = ("_arguments", "_read")

    def __init__(self, read: Callable[[dict[str, Any]], Awaitable[Any]], arguments: dict[str, Any]) -> None:
        self._read = read
        self._arguments = arguments

    async def page(self, after: str | None = None) -> Page[T]:
        """The first page, or the one after a cursor."""
        items, cursor = await self._read({**self._arguments, "after": after or self._arguments.get("after")})
        return Page(items, cursor)

    async def pages(self) -> AsyncIterator[Page[T]]:
        """Page after page."""
        page = await self.page()
        yield page
        while page.after is not None:
            page = await self.page(page.after)
            yield page

    async def __aiter__(self) -> AsyncIterator[T]:
        async for page in self.pages():
            for item in page.items:
                yield item
