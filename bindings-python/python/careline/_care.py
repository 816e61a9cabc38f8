"""Handles: `Care` for everything a process cares for, `Tenant` for one brand."""

from __future__ import annotations

import json
import os
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime, timezone
from functools import partial
from types import TracebackType
from typing import Any, Self, TypeAlias

from careline import _fork, _plugged
from careline._careline import Host
from careline._json import dumps, headers as pairs, raw_body, time, word
from careline._listing import Listing
from careline._log import logger
from careline._model import Event, Inbound, Ingested, NativeAccount, WebhookAnswer
from careline._plugged import Advisor, Transport
from careline._verbs import EngineVerbs, TenantVerbs
from careline.errors import ConfigInvalid, ForkedError, InputInvalid, NotFound, closed

__all__ = ["Care", "Tenant"]

PolicySource: TypeAlias = str | os.PathLike[str] | Mapping[str, str]
"""A policy: the path of a TOML file, or `{"text": "…", "file": "what mistakes call it"}`."""

Settings: TypeAlias = str | Mapping[str, Any]
"""Settings of a connector: a URI, or a mapping with `network` and the same keys. Secrets stand in a mapping or, as
`env:NAME`, in the environment."""

Item: TypeAlias = Inbound | Event | Mapping[str, Any]
"""Something that happened: a message, or a whole event."""

DEFAULT = "default"


class Care(EngineVerbs):
    """Everything one process needs to care. Opening it starts no thread and opens no socket.

    Safe to share between threads. A fork closes its file first, once calls under way have come to their end; parent and
    child open it again at the next use. In a child a handle on `memory:` raises `ForkedError`, since what it holds
    belongs to the parent, and so does one whose file was open because nobody told Python of the fork.
    """

    __slots__ = ("__weakref__", "_host", "_pid", "_plugs", "_settings")

    def __init__(self, settings: str, plugs: tuple[tuple[Any, ...], Any]) -> None:
        self._settings = settings
        self._plugs = plugs
        self._pid = os.getpid()
        self._host: Host | None = self._opened()
        self._settings = self._host.settings

    @classmethod
    def open(
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
    ) -> Self:
        """Opens a store with everything around it.

        Args:
            store: The store's URI: `sqlite:///var/lib/acme/care.db`, `sqlite://care.db` for a file in the present
                folder, `memory:`.
            policy: The policy of a single-brand host; its tenant is called `default`.
            tenants: Policies of several tenants, by name.
            endpoints: What networks post to, by a name of yours:
                `{"x": {"network": "x", "consumer_secrets": [secret]}}`.
            accounts: Accounts to read and answer through, by the ids their policies give them:
                `{"acme-mastodon": "mastodon://social.example?token=env:MASTODON_TOKEN"}`.
            token_keys: What the tokens of connected accounts are sealed under in the store: keys of 32 random bytes in
                base64, the one in use first, or `env:NAME` for one in the environment. Without a key they are kept plain.
            advisors: Models or rules of your own, asked about each new message of a customer.
            transport: Your own HTTP client; careline's own unless said.

        Raises:
            ConfigInvalid: A policy or setting is wrong; says where and what to do.
        """
        policies = _by_name(tenants, "tenants")
        if policy is not None:
            if DEFAULT in policies:
                raise ConfigInvalid("`policy` is that of the tenant `default`; give one of the two", operation="open")
            policies[DEFAULT] = policy
        if not policies:
            raise ConfigInvalid("a policy is needed: policy='policy.toml', or tenants={…}", operation="open")
        if not isinstance(store, str):
            raise ConfigInvalid(f"a store is named by a URI, not by a {type(store).__name__}", operation="open")
        settings = dumps(
            {
                "store": store,
                "tenants": {name: _policy(source) for name, source in policies.items()},
                "endpoints": _by_name(endpoints, "endpoints"),
                "accounts": _by_name(accounts, "accounts"),
                "token_keys": _keys(token_keys),
            }
        )
        plugs = (tuple(advisors), transport)
        _plugged.check(*plugs)
        return cls(settings, plugs)

    def tenant(self, id: str = DEFAULT) -> Tenant:
        """The handle with all verbs and views for one tenant.

        Raises:
            NotFound: There is no such tenant.
        """
        name = word(id, "a tenant", "tenant")
        known = self._native().tenants()
        if name not in known:
            message = f"no such tenant; there is {', '.join(known)}"
            raise NotFound(message, operation="tenant", context={"tenant": name}, status=404)
        return Tenant(self, name)

    @property
    def tenants(self) -> list[str]:
        """The names of the tenants."""
        return self._native().tenants()

    def receive(
        self,
        endpoint: str,
        headers: Mapping[str, Any] | Iterable[tuple[Any, Any]],
        body: bytes,
        *,
        method: str = "POST",
        query: str = "",
    ) -> WebhookAnswer:
        """Receives one webhook request. When this returns, everything in it is stored; send the answer back.

        Args:
            endpoint: Which of the `endpoints` it was posted to.
            headers: All headers, as a mapping or as pairs.
            body: The raw body, untouched: signatures are over exactly these bytes.
            method: `GET` for the networks' challenges.
            query: The query string without `?`.

        Raises:
            SignatureInvalid: It is not from the network.
            InputInvalid: The body is no raw body, or the request is none that the network sends.
            NotFound: There is no such endpoint.
        """
        name, how = word(endpoint, "an endpoint", "receive"), word(method, "a method", "receive")
        asked = word(query, "a query", "receive")
        answer: WebhookAnswer = self._native().receive(name, pairs(headers), raw_body(body), how, asked)
        logger.debug("received at %r: %s", endpoint, answer.ingested)
        return answer

    def close(self) -> None:
        """Closes the store. Whatever is called afterwards raises `ClosedError`."""
        host, self._host = self._host, None
        if host is not None:
            host.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def __repr__(self) -> str:
        return f"<{type(self).__name__} {'closed' if getattr(self, '_host', None) is None else 'open'}>"

    def __reduce__(self) -> Any:
        raise TypeError("a handle cannot be pickled; open one in each process")

    def _opened(self) -> Host:
        advisors, transport = self._plugs
        plugged = [_plugged.advisor(advisor) for advisor in advisors]
        return Host(self._settings, plugged, None if transport is None else _plugged.transport(transport))

    def _native(self) -> Host:
        """What is open in this process."""
        host = self._host
        if host is None:
            raise closed()
        return host if self._pid == os.getpid() else self._reopened()

    def _reopened(self) -> Host:
        with _fork.reopening:
            host = self._host
            if host is None:
                raise closed()
            if self._pid == os.getpid():
                return host
            if _is_memory(self._settings):
                raise ForkedError(
                    "a store in memory belongs to the process that opened it; open a file, or open it after the fork",
                    operation="use",
                )
            # The parent's handle is let go, not closed.
            self._host = self._opened()
            self._pid = os.getpid()
            return self._host

    def _perform(self, verb: str, arguments: dict[str, Any]) -> Any:
        return self._native().perform(None, verb, dumps(arguments))


class Tenant(TenantVerbs):
    """One tenant: all its verbs and all its views. Made by `Care.tenant`."""

    __slots__ = ("_care", "_id")

    def __init__(self, care: Care, id: str) -> None:
        self._care = care
        self._id = id

    @property
    def id(self) -> str:
        """The tenant's name."""
        return self._id

    def ingest(
        self,
        source: str,
        items: Iterable[Item],
        *,
        account: NativeAccount | tuple[str, str] | None = None,
        raw: bytes | None = None,
    ) -> Ingested:
        """Takes in what you got from a network in your own way. The same again adds nothing.

        Args:
            source: Where it comes from, by a name of yours.
            items: Messages, or whole events.
            account: The brand account they came through, as `(network, native id)`; whole events name their own.
            raw: What it was read from, kept with it; the items as JSON unless given.

        Raises:
            InputInvalid: An item lacks something; says what.
        """
        events = dumps(_events(items, account))
        body = events.encode() if raw is None else raw_body(raw)
        ingested: Ingested = self._care._native().ingest(self._id, word(source, "a source", "ingest"), body, events)
        return ingested

    def __repr__(self) -> str:
        return f"<{type(self).__name__} {self._id!r}>"

    def _perform(self, verb: str, arguments: dict[str, Any]) -> Any:
        return self._care._native().perform(self._id, verb, dumps(arguments))

    def _list(self, verb: str, arguments: dict[str, Any]) -> Listing[Any]:
        return Listing(partial(self._perform, verb), arguments)


def _policy(source: PolicySource) -> Any:
    if isinstance(source, Mapping):
        return dict(source)
    try:
        return os.fspath(source)
    except TypeError:
        raise ConfigInvalid(
            f"a policy is the path of a TOML file or {{'text': '…'}}, not a {type(source).__name__}", operation="open"
        ) from None


def _by_name(given: Mapping[str, Any] | None, what: str) -> dict[str, Any]:
    if given is None:
        return {}
    if not isinstance(given, Mapping) or not all(isinstance(name, str) for name in given):
        raise ConfigInvalid(f"{what} are a mapping from names of yours: {{'name': …}}", operation="open")
    return dict(given)


def _keys(given: Sequence[str]) -> list[str]:
    if isinstance(given, str) or not isinstance(given, Sequence) or not all(isinstance(key, str) for key in given):
        raise ConfigInvalid("token_keys are several texts: put a single one into a list", operation="open")
    return list(given)


def _is_memory(settings: str) -> bool:
    store: str = json.loads(settings)["store"]
    return store == "memory:" or store == "sqlite::memory:"


def _events(items: Iterable[Item], account: NativeAccount | tuple[str, str] | None) -> list[Any]:
    if isinstance(items, (Mapping, str, bytes)) or not isinstance(items, Iterable):
        raise InputInvalid("items are several: put a single one into a list", operation="ingest")
    named = _account(account)
    return [_event(item, named) for item in items]


def _account(account: Any) -> Any:
    if account is None or isinstance(account, NativeAccount):
        return account
    if not isinstance(account, (tuple, list)) or len(account) != 2:
        raise InputInvalid("an account is a pair: `account=(network, native id)`", operation="ingest")
    network, native_id = account
    return {"network": network, "native_id": native_id}


def _event(item: Item, account: Any) -> Any:
    if isinstance(item, Event) or isinstance(item, Mapping) and "body" in item:
        return item
    if isinstance(item, Inbound):
        fields = item.to_dict()
    elif isinstance(item, Mapping):
        fields = dict(item)
    else:
        raise InputInvalid(f"an item is a message or an event, not a {type(item).__name__}", operation="ingest")
    if account is None:
        raise InputInvalid("messages need `account=(network, native id)`", operation="ingest")
    now = time(datetime.now(timezone.utc))
    body = {"kind": "message", **fields}
    return {"v": 1, "account": account, "channel": "host", "received_at": now, "body": body}
