"""Signed bodies, a care to receive them, and real servers for the applications under test."""

# mypy: disable-error-code="import-untyped, import-not-found"
from __future__ import annotations

import base64
import hashlib
import hmac
import json
import logging
import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from typing import Any
from wsgiref.simple_server import WSGIRequestHandler, make_server

import pytest

import careline

SECRET = b"made-up secret"
POLICY = "brand.name='Acme'\nagents=[{id='mia'}]\naccounts=[{id='acme-x',network='x',native_id='1'}]"
SETTINGS = {"network": "x", "consumer_secrets": [SECRET.decode()]}


def opened() -> careline.Care:
    """A care in memory with two endpoints, one of which is not called in ASCII."""
    return careline.Care.open("memory:", policy={"text": POLICY}, endpoints={"x": SETTINGS, "büro": SETTINGS})


@pytest.fixture
def care() -> Iterator[careline.Care]:
    with opened() as care:
        yield care


@pytest.fixture
def async_care(care: careline.Care) -> careline.AsyncCare:
    """`care`, awaited: what it receives stands in the queue of `care`."""
    return careline.AsyncCare(care)


@pytest.fixture
def body() -> bytes:
    """A mention, as X posts it."""
    payload = {"id": "2090000000000000001", "text": "@acme my order is broken, please help!", "author_id": "222"}
    kind = {"event_uuid": "7", "event_type": "post.mention.create", "filter": {"user_id": "1"}}
    return json.dumps({"data": {**kind, "payload": payload}}).encode()


@pytest.fixture
def signed() -> Callable[[bytes], dict[str, str]]:
    """The headers X sends with a body."""

    def headers(body: bytes) -> dict[str, str]:
        signature = base64.b64encode(hmac.new(SECRET, body, hashlib.sha256).digest()).decode()
        return {"X-Twitter-Webhooks-Signature": f"sha256={signature}", "Content-Type": "application/json"}

    return headers


@pytest.fixture
def errors(caplog: pytest.LogCaptureFixture) -> Callable[[], list[str]]:
    """The lines that the logger `careline` wrote as errors so far."""
    caplog.set_level(logging.INFO, "careline")

    def lines() -> list[str]:
        found = [record for record in caplog.records if record.name == "careline"]
        return [record.getMessage() for record in found if record.levelno >= logging.ERROR]

    return lines


@pytest.fixture
def serve() -> Iterator[Callable[[str, Any], str]]:
    """Serves an application, `asgi` or `wsgi`, on a free port until the test ends. Answers where: `127.0.0.1:4711`."""
    with ExitStack() as servers:
        kinds: dict[str, Callable[[Any], Any]] = {"asgi": _asgi_server, "wsgi": _wsgi_server}
        yield lambda kind, application: servers.enter_context(kinds[kind](application))


@contextmanager
def _asgi_server(application: Any) -> Iterator[str]:
    uvicorn = pytest.importorskip("uvicorn", reason="skipped: uvicorn is not installed")
    # It listens before the server runs: whoever connects early waits in the backlog.
    listening = socket.create_server(("127.0.0.1", 0))
    config = uvicorn.Config(application, log_config=None, timeout_graceful_shutdown=1)
    server = uvicorn.Server(config)
    thread = threading.Thread(target=server.run, kwargs={"sockets": [listening]}, daemon=True)
    thread.start()
    try:
        yield f"127.0.0.1:{listening.getsockname()[1]}"
    finally:
        server.should_exit = True
        thread.join(10)
        listening.close()
    assert not thread.is_alive(), "the server did not stop"


@contextmanager
def _wsgi_server(application: Any) -> Iterator[str]:
    with make_server("127.0.0.1", 0, application, handler_class=_Quiet) as server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
        thread.start()
        try:
            yield f"127.0.0.1:{server.server_port}"
        finally:
            server.shutdown()
            thread.join(10)
        assert not thread.is_alive(), "the server did not stop"


class _Quiet(WSGIRequestHandler):
    def log_message(self, format: str, *args: Any) -> None:
        """Says nothing."""


@pytest.fixture
def django_site() -> Iterator[Callable[..., Any]]:
    """A Django site as an application: `django_site("wsgi", view, middleware=[…])`. One at a time."""
    django = pytest.importorskip("django", reason="skipped: Django is not installed")
    from django.conf import settings

    if not settings.configured:
        settings.configure(ALLOWED_HOSTS=["*"], LOGGING_CONFIG=None, SECRET_KEY="made-up", ROOT_URLCONF="none")
        django.setup()
    from django.core.handlers.asgi import ASGIHandler
    from django.core.handlers.wsgi import WSGIHandler
    from django.test import override_settings
    from django.urls import path

    with ExitStack() as sites:

        def site(kind: str, view: Any, middleware: tuple[str, ...] = ()) -> Any:
            layers = ["django.middleware.csrf.CsrfViewMiddleware", *middleware]
            urls = (path("hooks/<str:endpoint>", view),)
            sites.enter_context(override_settings(ROOT_URLCONF=urls, MIDDLEWARE=layers))
            return ASGIHandler() if kind == "asgi" else WSGIHandler()

        yield site
