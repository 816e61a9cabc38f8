"""The helpdesk as a test sees it: a real server in a folder of its own, talked to over HTTP alone."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import os
import re
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Callable
from pathlib import Path
from typing import Any, NamedTuple, Self

import careline

EXAMPLE = Path(__file__).resolve().parent.parent
SECRET = "made-up secret"
PASSWORD = "made-up password"
USERS = ("mia", "noah", "boss")
"""Users of the helpdesk; `boss` is no agent of any policy."""

BRANDS = {"acme": ("1001", "@acme"), "globex": ("2002", "@globex")}
"""By tenant, the native id and the handle of its account."""


class Answer(NamedTuple):
    """What came back."""

    status: int
    body: Any


class Desk:
    """A migrated helpdesk that listens on a free port of the loopback until the `with` ends."""

    def __init__(self, state: Path) -> None:
        self.environment = os.environ | {
            "DJANGO_SECRET_KEY": "made-up",
            "DJANGO_SETTINGS_MODULE": "tests.two_brands",
            "DJANGO_SUPERUSER_PASSWORD": PASSWORD,
            "HELPDESK_STATE": str(state),
            "PYTHONDONTWRITEBYTECODE": "1",
            "PYTHONUNBUFFERED": "1",
            "X_CONSUMER_SECRET": SECRET,
        }
        self.log = state / "log"
        self.latest = int(time.time() * 1000)

    def __enter__(self) -> Self:
        self.manage("migrate", "--verbosity", "0")
        for name in USERS:
            self.manage("createsuperuser", "--noinput", "--username", name, "--email", f"{name}@acme.example")
        command = [sys.executable, "manage.py", "runserver", "--noreload", "127.0.0.1:0"]
        with self.log.open("wb") as log:
            self.server = subprocess.Popen(command, cwd=EXAMPLE, env=self.environment, stdout=log, stderr=log)
        try:
            self.address = self._address()
            self.care = self._care()
        except BaseException:
            self._stop()
            raise
        return self

    def __exit__(self, *_: object) -> None:
        self.care.close()
        self._stop()

    def manage(self, *arguments: str) -> str:
        """Runs a command of `manage.py`, and tells what it printed."""
        command = [sys.executable, "manage.py", *arguments]
        done = subprocess.run(command, cwd=EXAMPLE, env=self.environment, capture_output=True, text=True, timeout=120)
        assert done.returncode == 0, done.stderr
        return done.stdout

    def post(self, text: str, *, author: str, brand: str = "acme", answers: str | None = None) -> str:
        """Somebody writes to a brand on X; tells the id of the post."""
        body, post = self.body(text, author=author, brand=brand, answers=answers)
        answer = self.hook(body)
        assert answer.status == 200, answer
        return post

    def body(
        self, text: str, *, author: str, brand: str = "acme", answers: str | None = None, post: str | None = None
    ) -> tuple[bytes, str]:
        """What X posts about a new post, and the id of that. `author` is a native id, the brand's own for answers."""
        post = post or self.post_id()
        payload: dict[str, Any] = {"id": post, "text": text, "author_id": author}
        if answers:
            payload["referenced_tweets"] = [{"type": "replied_to", "id": answers}]
        activity = {
            "event_uuid": f"event-{post}",
            "event_type": "post.mention.create",
            "filter": {"user_id": BRANDS[brand][0]},
            "payload": payload,
            "includes": {"users": [{"id": author, "username": f"user{author}", "name": f"User {author}"}]},
        }
        return json.dumps({"data": activity}).encode(), post

    def post_id(self) -> str:
        """An id such as X gives to a post: its time is in it. Each is a millisecond after the one before."""
        self.latest += 1
        return str((self.latest - 1_288_834_974_657) << 22)

    def hook(self, body: bytes, secret: str = SECRET, endpoint: str = "x") -> Answer:
        """Posts a signed body to an endpoint."""
        return self._http("POST", f"careline/hooks/{endpoint}", body, signed(body, secret))

    def get(self, path: str) -> Answer:
        """Reads a page that needs no login."""
        return self._http("GET", path, None, {})

    def api(self, method: str, path: str, fields: dict[str, Any] | None = None, user: str = "mia") -> Any:
        """A call of the helpdesk's own REST API, as a user."""
        login = base64.b64encode(f"{user}:{PASSWORD}".encode()).decode()
        headers = {"authorization": f"Basic {login}", "content-type": "application/json"}
        body = None if fields is None else json.dumps(fields).encode()
        answer = self._http(method, f"api/{path}", body, headers)
        assert answer.status in (200, 201), answer
        return answer.body

    def tickets(self, customer: str) -> list[dict[str, Any]]:
        """All tickets of a customer, oldest first."""
        found = self.api("GET", "tickets/?page_size=1000")["results"]
        return sorted((one for one in found if one["custom_socialcustomer"] == customer), key=lambda one: one["id"])

    def ticket(self, customer: str) -> dict[str, Any]:
        """The only ticket of a customer."""
        ticket, *more = self.tickets(customer)
        assert not more, more
        return ticket

    def follow_up(self, ticket: int, comment: str, *, user: str = "mia", **fields: Any) -> None:
        """An agent writes a follow-up."""
        asked = {"ticket": ticket, "user": None, "title": "", "comment": comment, "public": True, **fields}
        self.api("POST", "followups/", asked, user)

    def case(self, customer: str, brand: str = "acme") -> careline.CaseView:
        """The latest case of the person with this name, as it stands in careline."""
        tenant = self.care.tenant(brand)
        for case in tenant.all_cases():
            view = tenant.case(case.id)
            if any(identity.profile.name == customer for identity in view.customer.identities):
                return view
        raise AssertionError(f"no case of {customer}")

    def _care(self) -> careline.Care:
        """A handle of this process on the store that the helpdesk uses."""
        printed = self.manage("shell", "--verbosity", "0", "--command", SETTINGS)
        settings = json.loads(printed)
        del settings["endpoints"]
        return careline.Care.open(**settings)

    def _address(self) -> str:
        found = until(lambda: re.search(r"http://127\.0\.0\.1:([1-9]\d*)/", self.log.read_text()), self._printed)
        return f"http://127.0.0.1:{found[1]}"

    def _printed(self) -> str:
        return f"exit code {self.server.poll()}: {self.log.read_text()}"

    def _stop(self) -> None:
        self.server.terminate()
        try:
            self.server.wait(10)
        except subprocess.TimeoutExpired:
            self.server.kill()
            self.server.wait(10)

    def _http(self, method: str, path: str, body: bytes | None, headers: dict[str, str]) -> Answer:
        request = urllib.request.Request(f"{self.address}/{path}", data=body, headers=headers, method=method)
        try:
            with urllib.request.urlopen(request, timeout=60) as response:
                return Answer(response.status, _read(response.read()))
        except urllib.error.HTTPError as refused:
            with refused:
                return Answer(refused.code, _read(refused.read()))


SETTINGS = "import json; from django.conf import settings; print(json.dumps(settings.CARELINE))"


def signed(body: bytes, secret: str) -> dict[str, str]:
    """The headers of a body that X signed."""
    digest = base64.b64encode(hmac.new(secret.encode(), body, hashlib.sha256).digest()).decode()
    return {"content-type": "application/json", "x-twitter-webhooks-signature": f"sha256={digest}"}


def until(look: Callable[[], Any], explain: Callable[[], str], seconds: float = 60) -> Any:
    """What `look` finds, once it finds something."""
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        if found := look():
            return found
        time.sleep(0.05)
    raise AssertionError(f"not within {seconds} s; {explain()}")


def _read(body: bytes) -> Any:
    try:
        return json.loads(body)
    except ValueError:
        return body.decode(errors="replace")
