"""WSGI: bodies with and without a length, and inputs that somebody read before."""

from __future__ import annotations

import io
import socket
from collections.abc import Callable
from typing import Any
from wsgiref.util import setup_testing_defaults
from wsgiref.validate import validator

import httpx
import pytest

import careline
from careline.adapters import wsgi
from careline.adapters._body import MAX_BODY

Signed = Callable[[bytes], dict[str, str]]
Errors = Callable[[], list[str]]


def environ(headers: dict[str, str], stream: Any, **more: Any) -> dict[str, Any]:
    """The environment of a request posted to the endpoint `x`."""
    place = {"REQUEST_METHOD": "POST", "SCRIPT_NAME": "", "PATH_INFO": "/hooks/x", "QUERY_STRING": ""}
    found: dict[str, Any] = {**place, "wsgi.input": stream, **more}
    for name, value in headers.items():
        key = name.upper().replace("-", "_")
        found[key if key.startswith("CONTENT_") else f"HTTP_{key}"] = value
    setup_testing_defaults(found)
    return found


def asked(application: Any, environ: dict[str, Any]) -> tuple[str, bytes]:
    """Status and body of the answer."""
    statuses: list[str] = []
    answer = application(environ, lambda status, headers, *_: statuses.append(status))
    return statuses[0], b"".join(answer)


def test_it_keeps_to_the_standard(care: careline.Care, body: bytes, signed: Signed) -> None:
    found = environ({**signed(body), "Content-Length": str(len(body))}, io.BytesIO(body))
    answer = validator(wsgi.webhook(care))(found, lambda status, headers, *_: lambda text: None)
    try:
        assert list(answer) == [b"ok"]
    finally:
        answer.close()  # type: ignore[attr-defined]


class Trickle(io.BytesIO):
    """An input that gives a few bytes at a time."""

    def read(self, size: int | None = -1) -> bytes:
        return super().read(min(size, 7) if size else 7)


@pytest.mark.parametrize("kind", [io.BytesIO, Trickle])
def test_all_is_read_and_nothing_behind_the_length(
    kind: type[io.BytesIO], care: careline.Care, body: bytes, signed: Signed
) -> None:
    stream = kind(body + b"GET / HTTP/1.1")
    headers = {**signed(body), "Content-Length": str(len(body))}
    assert asked(wsgi.webhook(care), environ(headers, stream))[0] == "200 OK"
    assert stream.getvalue()[stream.tell() :] == b"GET / HTTP/1.1"


def test_chunks_are_read_where_the_server_ends_them(care: careline.Care, body: bytes, signed: Signed) -> None:
    headers = {**signed(body), "Transfer-Encoding": "chunked"}
    found = environ(headers, io.BytesIO(body), **{"wsgi.input_terminated": True})
    assert asked(wsgi.webhook(care), found)[0] == "200 OK"
    assert len(list(care.tenant().queue())) == 1


def test_chunks_without_end_are_read_to_the_limit_only(care: careline.Care) -> None:
    stream = io.BytesIO(bytes(MAX_BODY + 1000))
    found = environ({"Transfer-Encoding": "chunked"}, stream, **{"wsgi.input_terminated": True})
    assert asked(wsgi.webhook(care), found) == ("413 Request Entity Too Large", b"too_large")
    assert stream.tell() == MAX_BODY + 1


@pytest.mark.parametrize("length", ["all", "-1", "٣", "1.5"])
def test_a_length_that_is_no_number_is_refused(length: str, care: careline.Care) -> None:
    found = environ({"Content-Length": length}, io.BytesIO(b"{}"))
    assert asked(wsgi.webhook(care), found) == ("400 Bad Request", b"input_invalid")


def test_a_length_of_thousands_of_digits_is_too_large(care: careline.Care) -> None:
    found = environ({"Content-Length": "9" * 5000}, io.BytesIO(b"{}"))
    assert asked(wsgi.webhook(care), found)[1] == b"too_large"


def test_a_server_that_ends_no_chunks_is_told(care: careline.Care, errors: Errors) -> None:
    assert (
        asked(wsgi.webhook(care), environ({"Transfer-Encoding": "chunked"}, io.BytesIO(b"{}")))[1] == b"input_invalid"
    )
    (line,) = errors()
    assert "no chunked bodies" in line


def test_an_input_read_before_is_told_what_to_do(
    care: careline.Care, body: bytes, signed: Signed, errors: Errors
) -> None:
    application = wsgi.webhook(care)

    def greedy(environ: dict[str, Any], start_response: Any) -> Any:
        environ["wsgi.input"].read(int(environ["CONTENT_LENGTH"]))
        return application(environ, start_response)

    headers = {**signed(body), "Content-Length": str(len(body))}
    assert asked(greedy, environ(headers, io.BytesIO(body))) == ("503 Service Unavailable", b"input_invalid")
    (line,) = errors()
    assert "environ['wsgi.input'] = io.BytesIO(body)" in line
    assert list(care.tenant().queue()) == []


def test_an_input_read_before_on_a_server(
    serve: Any, care: careline.Care, body: bytes, signed: Signed, errors: Errors
) -> None:
    application = wsgi.webhook(care)

    def greedy(environ: dict[str, Any], start_response: Any) -> Any:
        environ["wsgi.input"].read(int(environ["CONTENT_LENGTH"]))
        return application(environ, start_response)

    head = "".join(f"{name}: {value}\r\n" for name, value in signed(body).items())
    request = f"POST /hooks/x HTTP/1.1\r\n{head}Content-Length: {len(body)}\r\n\r\n".encode() + body
    host, port = serve("wsgi", greedy).split(":")
    with socket.create_connection((host, int(port)), timeout=10) as connection:
        connection.sendall(request)
        # This server does not end its input by itself, so the sender has to.
        connection.shutdown(socket.SHUT_WR)
        assert connection.makefile("rb").readline().split()[1] == b"503"
    assert len(errors()) == 1


def test_an_input_that_was_put_back_is_well(serve: Any, care: careline.Care, body: bytes, signed: Signed) -> None:
    application = wsgi.webhook(care)

    def careful(environ: dict[str, Any], start_response: Any) -> Any:
        environ["wsgi.input"] = io.BytesIO(environ["wsgi.input"].read(int(environ["CONTENT_LENGTH"])))
        return application(environ, start_response)

    answer = httpx.post(f"http://{serve('wsgi', careful)}/hooks/x", headers=signed(body), content=body)
    assert answer.status_code == 200
    assert len(list(care.tenant().queue())) == 1


def test_it_can_be_mounted(care: careline.Care, body: bytes, signed: Signed) -> None:
    werkzeug = pytest.importorskip("werkzeug.middleware.dispatcher", reason="skipped: Werkzeug is not installed")
    mounted = werkzeug.DispatcherMiddleware(None, {"/hooks": wsgi.webhook(care), "/one/x": wsgi.webhook(care)})
    headers = {**signed(body), "Content-Length": str(len(body))}
    for path in ("/hooks/x", "/hooks/x/", "/one/x"):
        assert asked(mounted, environ(headers, io.BytesIO(body), PATH_INFO=path))[0] == "200 OK"
