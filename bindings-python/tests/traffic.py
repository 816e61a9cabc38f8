"""Made-up traffic: a policy, what networks post, what a host tells, and what else a care is told."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

import careline
from careline import _careline

SECRET = "made-up secret"
SIGNATURE = "X-Twitter-Webhooks-Signature"
SHOP = ("acme-shop", "1")
COMPLAINT = "My invoice is wrong, I was charged twice! 😡 Write to jo@acme.example"
WORDS = "lost the zebra parcel"

POLICY = """
brand.name = 'Acme'
accounts = [
  { id = 'acme-x', network = 'x', native_id = '1' },
  { id = 'shop', network = 'acme-shop', native_id = '1' },
  { id = 'acme-page', network = 'facebook', native_id = '55' },
]
teams = [{ id = 'billing', takes = { category = ['billing'] }, accept_within = '5m' }, { id = 'care' }]
agents = [{ id = 'mia', name = 'Mia', capacity = 5 }, { id = 'luc', capacity = 0 }]
escalation = [{ at = 0.000001, notify = ['team'] }]
retention = { messages = '30d' }
"""

ENDPOINTS: dict[str, dict[str, Any]] = {
    "x": {"network": "x", "consumer_secrets": [SECRET]},
    "page": {"network": "facebook", "app_secrets": [SECRET], "verify_token": "made-up token"},
}


def open_care(store: str = "memory:", **more: Any) -> careline.Care:
    """A care of one brand."""
    return careline.Care.open(store, **{"policy": {"text": POLICY}, "endpoints": ENDPOINTS, **more})


def mention(number: int, text: str = "@acme my order is broken, please help!", author: str = "222") -> bytes:
    """A mention, as X posts it."""
    payload = {"id": str(2090000000000000000 + number), "text": text, "author_id": author}
    kind = {"event_uuid": str(number), "event_type": "post.mention.create", "filter": {"user_id": "1"}}
    return json.dumps({"data": {**kind, "payload": payload}}).encode()


def signed(body: bytes, secret: str = SECRET) -> dict[str, str]:
    """The headers X sends with a body."""
    signature = base64.b64encode(hmac.new(secret.encode(), body, hashlib.sha256).digest()).decode()
    return {SIGNATURE: f"sha256={signature}", "Content-Type": "application/json"}


def signed_by_page(body: bytes) -> dict[str, str]:
    """The headers Facebook sends with a body."""
    return {"X-Hub-Signature-256": "sha256=" + hmac.new(SECRET.encode(), body, hashlib.sha256).hexdigest()}


def review(number: int, text: str = COMPLAINT, author: str = "jo", handle: str = "jo", **more: Any) -> dict[str, Any]:
    """A review in Acme's own shop, as a host tells it."""
    return {
        "scope": "acme-shop",
        "native_id": f"r{number}",
        "surface": "review",
        "visibility": "public",
        "author": {"scope": "acme-shop", "native_id": author, "handle": handle},
        "content": {"text": text},
        **more,
    }


def event(kind: str, account: tuple[str, str] | None = SHOP, **body: Any) -> dict[str, Any]:
    """A whole event, as a host tells it."""
    whole: dict[str, Any] = {
        "v": 1,
        "channel": "host",
        "received_at": datetime.now(UTC),
        "body": {"kind": kind, **body},
    }
    if account is not None:
        whole["account"] = {"network": account[0], "native_id": account[1]}
    return whole


def every_kind_of_event() -> list[dict[str, Any]]:
    """An event of each kind, with all parts that it may have."""
    at = datetime(2026, 1, 5, 9, tzinfo=UTC)
    jo: dict[str, Any] = {
        "scope": "acme-shop",
        "native_id": "jo",
        "handle": "jo",
        "name": "Jo",
        "url": "https://shop.example/jo",
        "avatar_url": "https://shop.example/jo.png",
        "followers": 3,
        "verified": True,
        "bot": False,
    }
    picture = {"kind": "image", "native_id": "p", "url": "https://shop.example/p.png", "mime": "image/png", "size": 9}
    words = {
        "text": "😡 @acme look",
        "entities": [{"span": {"start": 5, "end": 10}, "kind": "mention", "value": "acme", "native_id": "1"}],
        "attachments": [picture | {"url_expires_at": at, "description": "A kettle"}],
        "extensions": {"shelf": 7},
    }
    rich = review(
        900,
        author="jo",
        sent_at=at,
        recipient=jo,
        thread="t",
        reply_to={"native_id": "r1", "author": "jo"},
        permalink="https://shop.example/r900",
        rating={"value": 1.0, "best": 5.0, "worst": 1.0},
        hidden=False,
        language="en",
        content=words,
    )
    place: dict[str, Any] = {"scope": "acme-shop", "native_id": "r1"}
    thread: dict[str, Any] = {"scope": "acme-shop", "thread": "t"}
    finding = {"about": "urgency", "value": "yes", "weight": 1.0, "rule": "acme.rule", "span": {"start": 0, "end": 4}}
    return [
        event("message", **rich),
        event("deleted", **place, at=at),
        event("hidden", **place, hidden=True, at=at),
        event("reaction", **place, by=jo, reaction="like", sole=False, removed=False, at=at),
        event("seen", **thread, read=True, native_ids=["r1"], up_to=at),
        event("control", **thread, owner="another", app="inbox", at=at),
        event("signal", **thread, name="optin", by=jo, at=at, extensions={"ref": "shop"}),
        event("profile", **jo),
        event("account", change="warned", reason="too fast", person=jo, at=at),
        event("account", change="blocked", reason="far too fast", at=at),
        event("unknown", name="hologram"),
        event("advice", account=None, message="m", revision=0, advisor="acme/1", findings=[finding]),
        event("advice", account=None, message="m", revision=0, advisor="acme/1", failure="too slow"),
        event("timer", account=None, id="t", due_at=at, purpose={"purpose": "sla", "case": "c"}),
        event("presence", account=None, agent="mia", online=True, until=at),
        event("case", account=None, case="c", actor="mia", action={"action": "close", "outcome": "resolved"}),
        event("reply", account=None, reply="r", actor="mia", action={"action": "withdraw"}),
        event("incident", account=None, incident="i", actor="mia", open={"key": "i", "name": "Outage", "when": {}}),
        event("erased", account=None, what="customer", removed={"messages": 1}),
        event("policy", account=None, version="1"),
    ]


def fill(care: careline.Care) -> careline.Tenant:
    """Lets a care live through a bit of everything that tenants meet."""
    tenant = care.tenant()
    fans = [review(number, author=f"fan-{number}", handle="kettle.fan") for number in (2, 3)]
    reviews = [review(1), *fans]
    tenant.ingest("shop", reviews, account=SHOP)
    tenant.ingest("shop", [item for item in every_kind_of_event() if "account" in item])
    for number in (1, 2):
        body = mention(number)
        care.receive("x", signed(body), body)
    for body in (private_message(), b'{"object":"page","entry":[{"id":"404","time":1768000000,"messaging":[{}]}]}'):
        care.receive("page", signed_by_page(body), body)
    tenant.set_presence("mia", True)
    care.tick()
    held, *rest = [case for case in tenant.all_cases() if case.status != "closed"]
    tenant.note(held.id, "mia", "Called the shop.")
    tenant.assign(held.id, "mia", "mia")
    tenant.close(rest[-1].id, "mia", "resolved")
    into, other = (next(iter(tenant.queue(network=network))).case.customer for network in ("acme-shop", "x"))
    tenant.set_facts(into, {"tier": "gold"})
    tenant.merge_customers(into, other, "mia", ["customer number 7 in both", "same address"])
    return tenant


def private_message() -> bytes:
    """A private message on a page with what is signalled beside it, as Facebook posts it."""
    thread = {"sender": {"id": "9"}, "recipient": {"id": "55"}, "timestamp": 1768000000123}
    items: list[dict[str, Any]] = [
        {**thread, "message": {"mid": "m_1", "text": "Where is my parcel? 漢字 😀"}},
        {**thread, "read": {"watermark": 1768000000123}},
        {**thread, "optin": {"ref": "shop"}},
        {**thread, "request_thread_control": {"requested_owner_app_id": "7"}},
        {**thread, "pass_thread_control": {"new_owner_app_id": "7"}},
    ]
    return json.dumps({"object": "page", "entry": [{"id": "55", "time": 1768000000123, "messaging": items}]}).encode()


def answers(care: careline.Care) -> list[Any]:
    """What the views of a care answer, everything once."""
    tenant = care.tenant()
    cases = list(tenant.all_cases())
    found: list[Any] = [care.tick(), care.upkeep(), care.notices(), list(tenant.queue()), list(tenant.unanswered())]
    for case in cases:
        found += [case, tenant.case(case.id), tenant.explain(case.id), list(tenant.history(case.id))]
        found += [tenant.customer(case.customer), *(tenant.thread(thread) for thread in case.conversations)]
    found += [list(tenant.customers()), list(tenant.search("")), list(tenant.quarantine()), tenant.roster()]
    found += [tenant.account_states(), tenant.volume(""), tenant.coverage(), tenant.retain()]
    found.append(tenant.shadow(policy="brand.name = 'Other'\npriorities = [{ tier = 3 }]"))
    found += [care.receive("x", signed(mention(1)), mention(1)), careline.normalise("x", [mention(1), b"{"])]
    return found


def records_in(value: Any) -> Iterator[Any]:
    """Every record in an answer, itself included."""
    if isinstance(value, _careline.Record):
        yield value
        for name in type(value).__match_args__:  # type: ignore[attr-defined]
            yield from records_in(getattr(value, name))
    elif isinstance(value, list):
        for item in value:
            yield from records_in(item)
    elif isinstance(value, dict):
        for item in value.values():
            yield from records_in(item)
