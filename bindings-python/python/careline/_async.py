"""`AsyncCare` and `AsyncTenant`: the same as `Care` and `Tenant`, awaited."""

from __future__ import annotations

import asyncio
import contextvars
from collections.abc import Callable, Iterable, Mapping, Sequence
from concurrent.futures import Executor
from functools import partial
from types import TracebackType
from typing import Any, ParamSpec, Self, TypeVar

from careline._care import DEFAULT, Care, Item, PolicySource, Settings, Tenant
from careline._listing import AsyncListing
from careline._model import Ingested, NativeAccount, WebhookAnswer
from careline._plugged import LOOP, Advisor, Transport
from careline._verbs import AsyncEngineVerbs, AsyncTenantVerbs

__all__ = ["AsyncCare", "AsyncTenant"]

T = TypeVar("T")
P = ParamSpec("P")


class AsyncCare(AsyncEngineVerbs):
    """`Care`, awaited. Work runs on threads of the executor, which is the event loop's own unless said: careline starts
    none. An `await` that is cancelled stops waiting; what was begun comes to its end, and nothing is half-written."""

    __slots__ = ("_care", "_executor")

    def __init__(self, care: Care, executor: Executor | None = None) -> None:
        self._care = care
        self._executor = executor

    @classmethod
    async def open(
        cls,
        store: str,
        *,
        policy: PolicySource | None = None,
        tenants: Mapping[str, PolicySource] | None = None,
        endpoints: Mapping[str, Settings] | None = None,
        accounts: Mapping[str, Settings] | None = None,
        token_keys: Sequence[str] = (),
        advisors: Sequence[Advisor] = (),
        transport: Transport | None = None,
        executor: Executor | None = None,
    ) -> Self:
        """As `Care.open`. Advisors and transports may be coroutine functions here.

        Args:
            store: The store's URI.
            policy: The policy of a single-brand host.
            tenants: Policies of several tenants, by name.
            endpoints: What networks post to, by a name of yours.
            accounts: Accounts to read and answer through, by the ids their policies give them.
            token_keys: What the tokens of connected accounts are sealed under in the store.
            advisors: Models or rules of your own.
            transport: Your own HTTP client.
            executor: The threads to work on.
        """
        care = await _on(
            executor,
            Care.open,
            store,
            policy=policy,
            tenants=tenants,
            endpoints=endpoints,
            accounts=accounts,
            token_keys=token_keys,
            advisors=advisors,
            transport=transport,
        )
        return cls(care, executor)

    async def tenant(self, id: str = DEFAULT) -> AsyncTenant:
        """The handle with all verbs and views for one tenant."""
        return AsyncTenant(await _on(self._executor, self._care.tenant, id), self._executor)

    @property
    def tenants(self) -> list[str]:
        """The names of the tenants."""
        return self._care.tenants

    async def receive(
        self,
        endpoint: str,
        headers: Mapping[str, Any] | Iterable[tuple[Any, Any]],
        body: bytes,
        *,
        method: str = "POST",
        query: str = "",
    ) -> WebhookAnswer:
        """Receives one webhook request. When this returns, everything in it is stored; send the answer back."""
        return await _on(self._executor, self._care.receive, endpoint, headers, body, method=method, query=query)

    async def close(self) -> None:
        """Closes the store. Whatever is called afterwards raises `ClosedError`."""
        await _on(self._executor, self._care.close)

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.close()

    def __repr__(self) -> str:
        return f"<Async{repr(self._care)[1:]}"

    async def _perform(self, verb: str, arguments: dict[str, Any]) -> Any:
        return await _on(self._executor, self._care._perform, verb, arguments)


class AsyncTenant(AsyncTenantVerbs):
    """`Tenant`, awaited. Made by `AsyncCare.tenant`."""

    __slots__ = ("_executor", "_tenant")

    def __init__(self, tenant: Tenant, executor: Executor | None = None) -> None:
        self._tenant = tenant
        self._executor = executor

    @property
    def id(self) -> str:
        """The tenant's name."""
        return self._tenant.id

    async def ingest(
        self,
        source: str,
        items: Iterable[Item],
        *,
        account: NativeAccount | tuple[str, str] | None = None,
        raw: bytes | None = None,
    ) -> Ingested:
        """Takes in what you got from a network in your own way. The same again adds nothing."""
        return await _on(self._executor, self._tenant.ingest, source, items, account=account, raw=raw)

    def __repr__(self) -> str:
        return f"<Async{repr(self._tenant)[1:]}"

    async def _perform(self, verb: str, arguments: dict[str, Any]) -> Any:
        return await _on(self._executor, self._tenant._perform, verb, arguments)

    def _list(self, verb: str, arguments: dict[str, Any]) -> AsyncListing[Any]:
        return AsyncListing(partial(self._perform, verb), arguments)


async def _on(executor: Executor | None, work: Callable[P, T], /, *args: P.args, **kwargs: P.kwargs) -> T:
    """Does `work` on a thread of the executor; coroutines it is handed run in this loop."""
    loop = asyncio.get_running_loop()
    context = contextvars.copy_context()
    context.run(LOOP.set, loop)
    return await loop.run_in_executor(executor, partial(context.run, work, *args, **kwargs))
