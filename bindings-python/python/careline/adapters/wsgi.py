"""Webhooks as a WSGI application to mount: with Werkzeug, `DispatcherMiddleware(site, {"/hooks": webhook(care)})`."""

from __future__ import annotations

from collections.abc import Iterable
from http import HTTPStatus
from wsgiref.types import StartResponse, WSGIApplication, WSGIEnvironment

from careline._care import Care
from careline.adapters._answer import Posted, answer, endpoint_of
from careline.adapters._body import MAX_BODY
from careline.adapters._handle import Given, Handle

__all__ = ["webhook"]

REMEDY = "a middleware read `wsgi.input`; let it put back what it read: environ['wsgi.input'] = io.BytesIO(body)"


def webhook(care: Given) -> WSGIApplication:
    """The application. Raises `ConfigInvalid` if `care` is no `Care` or callable."""
    handle = Handle(Care, care)

    def application(environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        path = environ.get("SCRIPT_NAME", "") + environ.get("PATH_INFO", "")
        endpoint = endpoint_of(path.encode("latin-1").decode(errors="replace"))
        posted = Posted(endpoint, environ["REQUEST_METHOD"], environ.get("QUERY_STRING", ""), _headers(environ))
        found = answer(handle, posted, lambda length: _body(environ, length), REMEDY)
        start_response(f"{found.status} {HTTPStatus(found.status).phrase}", list(found.headers.items()))
        return [found.body]

    return application


def _headers(environ: WSGIEnvironment) -> list[tuple[str, str]]:
    named = {key.removeprefix("HTTP_"): value for key, value in environ.items() if key.startswith("HTTP_")}
    named.update({key: environ[key] for key in ("CONTENT_TYPE", "CONTENT_LENGTH") if environ.get(key)})
    return [(name.replace("_", "-"), value) for name, value in named.items()]


def _body(environ: WSGIEnvironment, length: int | None) -> bytes:
    # Without a length only some servers say where the body ends; reading on would wait for the sender.
    if length is None:
        length = MAX_BODY + 1 if environ.get("wsgi.input_terminated") else 0
    body = bytearray()
    while len(body) < length and (chunk := environ["wsgi.input"].read(length - len(body))):
        body += chunk
    return bytes(body)
