"""A made-up server of Mastodon: what it lists of a brand's account, and what it answers to what is sent."""

from __future__ import annotations

import json
from typing import Any
from urllib.parse import parse_qs, urlsplit

import careline

POLICY = """
brand.name = 'Acme'
accounts = [{ id = 'm', network = 'mastodon', host = 'social.example', native_id = '55', handle = '@acme' }]
"""
ANSWERING = (
    POLICY
    + """
agents = [{ id = 'mia' }, { id = 'sam' }]
approvals = [{ by = ['sam'] }]
"""
)
TOKEN = "made-up-token-4711"
ACCOUNT = {"network": "mastodon", "host": "social.example", "token": TOKEN, "account_id": "55", "handle": "acme"}


def person(id: str, acct: str) -> dict[str, Any]:
    """An account, as a Mastodon server writes it."""
    return {
        "id": id,
        "username": acct.split("@")[0],
        "acct": acct,
        "display_name": acct.split("@")[0],
        "locked": False,
        "bot": False,
        "created_at": "2020-01-01T00:00:00.000Z",
        "note": "",
        "url": f"https://social.example/@{acct}",
        "uri": f"https://social.example/users/{acct}",
        "avatar": "https://social.example/a.png",
        "followers_count": 12,
        "following_count": 3,
        "statuses_count": 7,
        "emojis": [],
        "fields": [],
    }


def mention(number: int, words: str) -> dict[str, Any]:
    """A notification of a mention, as a Mastodon server writes it."""
    jo = person("7001", "jo@other.example")
    url = "https://social.example/@acme"
    named = f'<span class="h-card"><a href="{url}" class="u-url mention">@<span>acme</span></a></span>'
    acme = {"id": "55", "username": "acme", "url": url, "acct": "acme"}
    status = {
        "id": str(number),
        "created_at": "2026-05-01T08:59:58.000Z",
        "in_reply_to_id": None,
        "in_reply_to_account_id": None,
        "sensitive": False,
        "spoiler_text": "",
        "visibility": "public",
        "language": "en",
        "uri": f"https://other.example/users/jo/statuses/{number}",
        "url": f"https://other.example/@jo/{number}",
        "edited_at": None,
        "content": f"<p>{named} {words}</p>",
        "reblog": None,
        "account": jo,
        "media_attachments": [],
        "mentions": [acme],
        "tags": [],
        "emojis": [],
        "card": None,
        "poll": None,
    }
    at = "2026-05-01T09:00:00.064Z"
    return {"id": str(number - 100), "type": "mention", "created_at": at, "account": jo, "status": status}


class Recorded:
    """A transport that answers what was recorded, takes what is sent, and remembers what it was asked."""

    def __init__(self, notifications: list[dict[str, Any]]) -> None:
        self.notifications = notifications
        self.asked: list[careline.Request] = []

    def send(self, request: careline.Request) -> careline.Response:
        self.asked.append(request)
        url = urlsplit(request.url)
        if request.method == "POST" and url.path == "/api/v1/statuses":
            return self._take(json.loads(request.body))
        if url.path != "/api/v1/notifications":
            return careline.Response(200, body=b"[]")
        (after,) = parse_qs(url.query).get("min_id", ["0"])
        new = [item for item in self.notifications if int(item["id"]) > int(after)]
        return careline.Response(200, {"Content-Type": "application/json"}, json.dumps(new[::-1]).encode())

    @property
    def sent(self) -> list[dict[str, Any]]:
        """What was posted."""
        return [json.loads(request.body) for request in self.asked if request.method == "POST"]

    def _take(self, said: dict[str, Any]) -> careline.Response:
        number = 900 + len(self.sent)
        own = {"id": str(number), "account": person("55", "acme"), "url": f"https://social.example/@acme/{number}"}
        status = {**mention(number, "")["status"], **own, "mentions": [], "visibility": said["visibility"]}
        return careline.Response(200, {"Content-Type": "application/json"}, json.dumps(status).encode())


def opened(transport: Any, policy: str = POLICY) -> careline.Care:
    """A care of one brand that has an account on the server."""
    return careline.Care.open("memory:", policy={"text": policy}, accounts={"m": ACCOUNT}, transport=transport)


def answered() -> list[Any]:
    """What is answered to those who answer customers, everything once."""
    complaint = mention(109, "my order 4711 is broken! Write to jo@other.example 😡")
    with opened(Recorded([complaint]), ANSWERING) as care:
        tenant = care.tenant()
        tenant.poll("m")
        (case,) = tenant.all_cases()
        draft: dict[str, Any] = {"author": "mia", "to": case.lead}
        found: list[Any] = [
            tenant.suggestions(case.id),
            tenant.can_send(**draft, key="a1", text="😡 What is your e-mail address?"),
            tenant.reply(**draft, key="a1", text="Please write to us in private", purpose="invitation"),
        ]
        incident = tenant.open_incident(
            "mia", key="outage", name="Outage", when={"terms": ["broken"]}, since=case.opened_at
        )
        statement = tenant.reply(
            key="s1", author="mia", verb="publish", account="m", text="We know.", incident=incident.id
        )
        found += [statement, list(tenant.incidents()), tenant.release_incident(incident.id, "mia")]
        return [*found, tenant.case(case.id), list(tenant.replies()), list(tenant.audit())]
