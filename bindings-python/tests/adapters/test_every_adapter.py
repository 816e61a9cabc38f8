"""What all adapters do alike, each through its real framework and a real server."""

from __future__ import annotations

import http.client
import socket
from collections.abc import Callable
from typing import Any

import pytest

import careline
from careline.adapters._body import MAX_BODY

Signed = Callable[[bytes], dict[str, str]]
Build = Callable[[Any], str]
"""Serves a site with the webhook of this handle and answers where."""


class Answer:
    """What came back."""

    def __init__(self, response: http.client.HTTPResponse) -> None:
        self.status = response.status
        self.headers = {name.lower(): value for name, value in response.getheaders()}
        self.body = response.read()


class Site:
    """A site that is served."""

    def __init__(self, place: str) -> None:
        self.place = place

    def send(self, method: str, path: str, headers: Any = (), body: bytes | None = None) -> Answer:
        """Sends a request; `headers` are a dict or pairs."""
        connection = http.client.HTTPConnection(self.place, timeout=20)
        try:
            connection.putrequest(method, path)
            for name, value in dict(headers).items() if isinstance(headers, dict) else headers:
                connection.putheader(name, value)
            if body is not None:
                connection.putheader("Content-Length", str(len(body)))
            connection.endheaders(body)
            return Answer(connection.getresponse())
        finally:
            connection.close()


FRAMEWORKS = ["asgi", "starlette", "wsgi", "django", "django_async", "django_async_on_wsgi", "flask", "fastapi"]


@pytest.fixture(params=FRAMEWORKS)
def build(request: pytest.FixtureRequest, serve: Any, django_site: Any) -> Build:
    return lambda handle: serve(*_site(request.param, handle, django_site))


def _site(framework: str, handle: Any, django_site: Any) -> tuple[str, Any]:
    """The kind of server, and an application whose webhooks are at `/hooks/…`."""
    if framework == "asgi":
        from careline.adapters import asgi

        return "asgi", asgi.webhook(handle)
    if framework == "starlette":
        routing = pytest.importorskip("starlette.routing", reason="skipped: Starlette is not installed")
        from careline.adapters import asgi

        return "asgi", routing.Router([routing.Mount("/hooks", asgi.webhook(handle))])
    if framework == "wsgi":
        from careline.adapters import wsgi

        return "wsgi", wsgi.webhook(handle)
    if framework.startswith("django"):
        from careline.adapters import django

        view: Any = django.webhook if framework == "django" else django.async_webhook
        kind = "asgi" if framework == "django_async" else "wsgi"
        return kind, django_site(kind, view(handle))
    if framework == "flask":
        found = pytest.importorskip("flask", reason="skipped: Flask is not installed")
        from careline.adapters import flask

        app = found.Flask("acme")
        app.register_blueprint(flask.webhook(handle), url_prefix="/hooks")
        return "wsgi", app
    found = pytest.importorskip("fastapi", reason="skipped: FastAPI is not installed")
    from careline.adapters import fastapi

    app = found.FastAPI()
    app.include_router(fastapi.webhook(handle), prefix="/hooks")
    return "asgi", app


@pytest.fixture
def handle(request: pytest.FixtureRequest, care: careline.Care, async_care: careline.AsyncCare) -> Any:
    """The handle of the kind that the framework takes."""
    framework = request.node.callspec.params["build"]
    return care if framework in ("wsgi", "django", "flask") else async_care


@pytest.fixture
def site(build: Build, handle: Any) -> Site:
    return Site(build(handle))


def test_a_message_is_received_exactly_once(site: Site, care: careline.Care, body: bytes, signed: Signed) -> None:
    for _ in range(2):
        answer = site.send("POST", "/hooks/x", signed(body), body)
        assert (answer.status, answer.headers["content-type"], answer.body) == (200, "text/plain; charset=utf-8", b"ok")
    assert len(list(care.tenant().queue())) == 1


def test_a_challenge_is_answered(site: Site) -> None:
    answer = site.send("GET", "/hooks/x?crc_token=challenge-123")
    assert (answer.status, answer.headers["content-type"]) == (200, "application/json")
    assert answer.body == b'{"response_token":"sha256=Z73exN5TK0L8c6Dv0+JtQNLUZWSavMJUzQeyET5+KLw="}'


def test_a_wrong_signature_is_refused(site: Site, care: careline.Care, body: bytes, signed: Signed) -> None:
    answer = site.send("POST", "/hooks/x", signed(body + b" "), body)
    assert (answer.status, answer.body) == (401, b"signature_invalid")
    assert answer.headers["content-type"] == "text/plain; charset=utf-8"
    assert list(care.tenant().queue()) == []


def test_a_doubled_signature_is_refused(site: Site, care: careline.Care, body: bytes, signed: Signed) -> None:
    headers = list(signed(body).items())
    answer = site.send("POST", "/hooks/x", [headers[0], *headers], body)
    assert (answer.status, answer.body) == (401, b"signature_invalid")
    assert list(care.tenant().queue()) == []


def test_a_request_without_a_body_is_refused(site: Site, errors: Callable[[], list[str]]) -> None:
    assert site.send("POST", "/hooks/x", body=b"").status == 401
    assert errors() == []


def test_an_unknown_endpoint_is_told(site: Site, body: bytes, signed: Signed, errors: Callable[[], list[str]]) -> None:
    answer = site.send("POST", "/hooks/y", signed(body), body)
    assert (answer.status, answer.body) == (404, b"not_found")
    assert errors() == []


def test_an_endpoint_may_have_any_letters(site: Site, body: bytes, signed: Signed) -> None:
    assert site.send("POST", "/hooks/b%C3%BCro", signed(body), body).status == 200


def test_other_methods_are_refused(site: Site, body: bytes, signed: Signed) -> None:
    answer = site.send("PUT", "/hooks/x", signed(body), body)
    assert answer.status == 405
    assert {"GET", "POST"} <= set(answer.headers["allow"].split(", "))


def test_the_largest_body_is_received(site: Site, care: careline.Care, body: bytes, signed: Signed) -> None:
    largest = body.ljust(MAX_BODY)
    assert site.send("POST", "/hooks/x", signed(largest), largest).status == 200
    assert len(list(care.tenant().queue())) == 1


def test_an_opener_is_called_at_the_first_request_and_once(
    build: Build, handle: Any, care: careline.Care, body: bytes, signed: Signed
) -> None:
    opened = []

    def opener() -> Any:
        opened.append(handle)
        return handle

    site = Site(build(opener))
    assert opened == []
    for _ in range(2):
        assert site.send("POST", "/hooks/x", signed(body), body).status == 200
    assert len(opened) == 1
    assert len(list(care.tenant().queue())) == 1


def test_what_cannot_be_opened_is_an_error_and_told_to_no_stranger(
    build: Build, body: bytes, signed: Signed, errors: Callable[[], list[str]]
) -> None:
    def opener() -> Any:
        return careline.Care.open("memory:", policy={"text": "brand.nam = 'Acme'"})

    answer = Site(build(opener)).send("POST", "/hooks/x", signed(body), body)
    assert (answer.status, answer.body) == (503, b"config_invalid")
    (line,) = errors()
    assert "brand.nam" in line


def test_a_handle_of_the_wrong_kind_is_refused_at_once(
    build: Build, handle: Any, care: careline.Care, async_care: careline.AsyncCare
) -> None:
    other = async_care if handle is care else care
    with pytest.raises(careline.errors.ConfigInvalid, match="takes (Async)?Care, or"):
        build(other)


def _ask(place: str, request: bytes) -> bytes:
    """The first line of the answer to raw bytes, after which the sender waits."""
    host, port = place.split(":")
    with socket.create_connection((host, int(port)), timeout=10) as connection:
        connection.sendall(request)
        return connection.makefile("rb").readline()


@pytest.mark.parametrize("build", ["asgi", "starlette", "wsgi", "django", "flask", "fastapi"], indirect=True)
def test_a_body_that_is_too_large_is_refused_unread(site: Site) -> None:
    # No byte of it comes: whoever waited for one would not answer. Django on ASGI reads all bodies before any view.
    head = f"POST /hooks/x HTTP/1.1\r\nHost: acme.example\r\nContent-Length: {MAX_BODY + 1}\r\n\r\n"
    assert _ask(site.place, head.encode()).split()[1] == b"413"


def test_a_body_of_a_length_that_does_not_exist_is_refused(site: Site) -> None:
    head = "POST /hooks/x HTTP/1.1\r\nHost: acme.example\r\nContent-Length: all\r\nConnection: close\r\n\r\n"
    assert _ask(site.place, head.encode()).split()[1] in (b"400", b"401")
