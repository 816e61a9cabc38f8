"""The service as its users see it: uvicorn on a free port, talked to over HTTP alone."""

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
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple

import pytest

pytest.importorskip("fastapi", reason="skipped: fastapi is not installed")
pytest.importorskip("uvicorn", reason="skipped: uvicorn is not installed")

EXAMPLE = Path(__file__).resolve().parent.parent
SECRET, TOKEN = "made-up secret", "made-up token"


class Answer(NamedTuple):
    """What came back."""

    status: int
    body: Any


class Service:
    """The service on a free port of the loopback."""

    def __init__(self, folder: Path) -> None:
        self.environment = os.environ | {
            "API_TOKEN": TOKEN,
            "CARE_STORE": f"sqlite://{folder / 'care.db'}",
            "PYTHONDONTWRITEBYTECODE": "1",
            "X_CONSUMER_SECRET": SECRET,
        }
        self.log = folder / "log"
        self.latest = int(time.time() * 1000)
        self.start()

    def start(self) -> None:
        """Starts it, and waits until it listens."""
        command = [sys.executable, "-m", "uvicorn", "service:app", "--host", "127.0.0.1", "--port", "0"]
        with self.log.open("wb") as log:
            self.process = subprocess.Popen(command, cwd=EXAMPLE, env=self.environment, stdout=log, stderr=log)
        deadline = time.monotonic() + 60
        while not (found := re.search(r"running on (http://127\.0\.0\.1:\d+)", self.log.read_text())):
            if self.process.poll() is not None or time.monotonic() > deadline:
                self.stop()
                raise AssertionError(self.log.read_text())
            time.sleep(0.05)
        self.address = found[1]

    def stop(self) -> int:
        """Asks it to stop, and tells how it ended."""
        self.process.terminate()
        try:
            return self.process.wait(15)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait(15)
            raise

    def call(self, method: str, path: str, fields: Any = None, token: str = TOKEN) -> Answer:
        """A call of the API."""
        body = None if fields is None else json.dumps(fields).encode()
        return self._http(method, path, body, {"authorization": f"Bearer {token}", "content-type": "application/json"})

    def hook(self, body: bytes, secret: str = SECRET, endpoint: str = "x") -> Answer:
        """Posts a body, signed."""
        digest = base64.b64encode(hmac.new(secret.encode(), body, hashlib.sha256).digest()).decode()
        headers = {"content-type": "application/json", "x-twitter-webhooks-signature": f"sha256={digest}"}
        return self._http("POST", f"/hooks/{endpoint}", body, headers)

    def challenge(self) -> Answer:
        """Asks as X does whether the secret is known here."""
        return self._http("GET", "/hooks/x?crc_token=abc", None, {})

    def body(self, text: str, author: str) -> bytes:
        """What X posts about a new post."""
        self.latest += 1
        payload = {"id": str((self.latest - 1_288_834_974_657) << 22), "text": text, "author_id": author}
        kind = {"event_uuid": payload["id"], "event_type": "post.mention.create", "filter": {"user_id": "1001"}}
        return json.dumps({"data": {**kind, "payload": payload}}).encode()

    def case_of(self, author: str) -> dict[str, Any]:
        """The open case of a customer."""
        (case,) = [one["case"] for one in self.queue() if one["customer_name"] == author]
        found: dict[str, Any] = case
        return found

    def queue(self, limit: int = 50) -> list[dict[str, Any]]:
        """All pages of the queue."""
        items: list[dict[str, Any]] = []
        after = ""
        for _ in range(100):
            page = self.call("GET", f"/queue?limit={limit}{after}").body
            items += page["items"]
            if page["after"] is None:
                return items
            after = f"&after={page['after']}"
        raise AssertionError("the queue does not end")

    def _http(self, method: str, path: str, body: bytes | None, headers: dict[str, str]) -> Answer:
        request = urllib.request.Request(self.address + path, data=body, headers=headers, method=method)
        try:
            with urllib.request.urlopen(request, timeout=30) as response:
                return Answer(response.status, _read(response.read()))
        except urllib.error.HTTPError as refused:
            with refused:
                return Answer(refused.code, _read(refused.read()))


@pytest.fixture(scope="module")
def service(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Service]:
    service = Service(tmp_path_factory.mktemp("service"))
    yield service
    service.stop()


def test_a_complaint_is_in_the_queue_once(service: Service) -> None:
    body = service.body("@acme my order is broken, please help!", "11")
    assert [service.hook(body).status for _ in range(3)] == [200, 200, 200]
    case = service.case_of("11")
    assert (case["tier"], case["team"], case["messages"]) == (1, "care", 1)
    view = service.call("GET", f"/cases/{case['id']}").body
    assert view["threads"][0]["messages"][0]["content"]["text"] == "@acme my order is broken, please help!"
    assert service.call("GET", f"/cases/{case['id']}/why").body["assessment"]["evidence"]


def test_the_tick_runs_beside(service: Service) -> None:
    """A promise that is broken already is seen without anybody asking for it."""
    service.latest -= 86_400_000
    service.hook(service.body("@acme my parcel never came, where is it?", "12"))
    service.latest += 86_400_000
    case, deadline = service.case_of("12"), time.monotonic() + 30
    while not any("breached_at" in clock for clock in case["clocks"]):
        assert time.monotonic() < deadline, case["clocks"]
        time.sleep(0.05)
        case = service.case_of("12")


def test_a_case_is_worked_on_and_closed(service: Service) -> None:
    service.hook(service.body("@acme my kettle leaks, help!", "13"))
    case = f"/cases/{service.case_of('13')['id']}"
    assert service.call("POST", f"{case}/assign", {"actor": "mia", "agent": "mia"}).body["assignment"]["agent"] == "mia"
    assert service.call("POST", f"{case}/notes", {"author": "mia", "text": "a new one is sent"}) == (201, None)
    closed = service.call("POST", f"{case}/close", {"actor": "mia", "outcome": "replaced"})
    assert (closed.status, closed.body["status"], closed.body["outcome"]) == (200, "closed", "replaced")
    assert [note["text"] for note in service.call("GET", case).body["notes"]] == ["a new one is sent"]
    assert all(one["customer_name"] != "13" for one in service.queue())
    late = service.call("POST", f"{case}/assign", {"actor": "mia", "agent": "noah"})
    assert (late.status, late.body["code"]) == (409, "conflict")


def test_the_queue_is_read_page_by_page(service: Service) -> None:
    for author in range(30, 37):
        service.hook(service.body("@acme where is my order?", str(author)))
    names = [one["customer_name"] for one in service.queue(limit=2)]
    assert len(names) == len(set(names))
    assert {str(author) for author in range(30, 37)} <= set(names)


def test_refusals_say_what_is_wrong(service: Service) -> None:
    body = service.body("@acme my order is broken, please help!", "14")
    assert service.hook(body, secret="another secret") == (401, "signature_invalid")
    assert service.hook(body, endpoint="y") == (404, "not_found")
    assert coded(service.call("GET", "/cases/none")) == (404, "not_found")
    assert coded(service.call("GET", "/queue?limit=0")) == (400, "input_invalid")
    assert coded(service.call("GET", "/queue?after=nowhere")) == (400, "input_invalid")
    assert service.call("POST", "/cases/none/close", {"outcome": "resolved"}).status == 422
    assert service.call("GET", "/queue", token="another token").status == 401
    assert all(one["customer_name"] != "14" for one in service.queue())


def test_the_challenge_of_the_network_is_answered(service: Service) -> None:
    answer = service.challenge()
    assert answer.status == 200
    assert answer.body["response_token"].startswith("sha256=")


def test_it_stops_when_asked_and_keeps_everything(tmp_path: Path) -> None:
    service = Service(tmp_path)
    try:
        service.hook(service.body("@acme my order is broken, please help!", "15"))
    finally:
        # As a program ends that a SIGTERM ended once it had closed.
        assert service.stop() in (0, -15)
    assert "Application shutdown complete" in service.log.read_text()
    service.start()
    try:
        assert service.case_of("15")["messages"] == 1
    finally:
        service.stop()


def coded(answer: Answer) -> tuple[int, str]:
    """Its status and careline's code."""
    return answer.status, answer.body["code"]


def _read(body: bytes) -> Any:
    try:
        return json.loads(body)
    except ValueError:
        return body.decode()
