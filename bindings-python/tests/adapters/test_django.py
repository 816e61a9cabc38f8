"""Django: what parsers and middleware leave of a body, and Django's own bounds."""

# mypy: disable-error-code="import-untyped, import-not-found"
from __future__ import annotations

from collections.abc import Callable
from typing import Any

import httpx
import pytest

import careline
from careline.adapters._body import MAX_BODY

Signed = Callable[[bytes], dict[str, str]]
Errors = Callable[[], list[str]]

FORM = "multipart/form-data; boundary=acme"


def touches_post(get_response: Any) -> Any:
    """Middleware that looks for a form, as many do."""

    def middleware(request: Any) -> Any:
        _ = request.POST
        return get_response(request)

    return middleware


def touches_body(get_response: Any) -> Any:
    """Middleware that keeps the raw body before the view, and looks at it again after."""

    def middleware(request: Any) -> Any:
        _ = request.body
        response = get_response(request)
        _ = request.body
        return response

    return middleware


def looks_afterwards(get_response: Any) -> Any:
    """Middleware that looks at the raw body once the view is done."""

    def middleware(request: Any) -> Any:
        response = get_response(request)
        response["X-Length"] = str(len(request.body))
        return response

    return middleware


def reads_stream(get_response: Any) -> Any:
    """Middleware that reads the body and keeps nothing."""

    def middleware(request: Any) -> Any:
        request.read()
        return get_response(request)

    return middleware


@pytest.fixture(params=["wsgi", "asgi"])
def post(request: pytest.FixtureRequest, serve: Any, django_site: Any, care: careline.Care, signed: Signed) -> Any:
    """Posts a signed body to a site with one middleware more."""
    pytest.importorskip("django", reason="skipped: Django is not installed")
    from careline.adapters import django

    views: dict[str, Any] = {
        "wsgi": lambda: django.webhook(care),
        "asgi": lambda: django.async_webhook(careline.AsyncCare(care)),
    }

    def send(middleware: Any, body: bytes, content: Any = None, **headers: str) -> httpx.Response:
        layer = f"{middleware.__module__}.{middleware.__name__}"
        place = serve(request.param, django_site(request.param, views[request.param](), (layer,)))
        return httpx.post(f"http://{place}/hooks/x", headers={**signed(body), **headers}, content=content or body)

    return send


def test_the_post_of_json_leaves_the_body(post: Any, care: careline.Care, body: bytes) -> None:
    assert post(touches_post, body).status_code == 200
    assert len(list(care.tenant().queue())) == 1


def test_the_post_of_a_form_keeps_the_body(post: Any, body: bytes, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level("INFO", "careline")
    # X sends no forms, so its endpoint refuses the content type; but only once it found the signature right.
    answer = post(touches_post, body, **{"Content-Type": "application/x-www-form-urlencoded"})
    assert answer.status_code == 400
    assert "the content type is not JSON" in caplog.text


def test_a_body_read_before_is_there(post: Any, care: careline.Care, body: bytes) -> None:
    assert post(touches_body, body).status_code == 200
    assert len(list(care.tenant().queue())) == 1


def test_the_body_is_there_for_others_afterwards(post: Any, body: bytes) -> None:
    answer = post(looks_afterwards, body)
    assert (answer.status_code, answer.headers["X-Length"]) == (200, str(len(body)))


def test_a_stream_read_before_is_told_what_to_do(post: Any, care: careline.Care, body: bytes, errors: Errors) -> None:
    answer = post(reads_stream, body)
    assert (answer.status_code, answer.text) == (503, "input_invalid")
    (line,) = errors()
    assert "request.body first" in line
    assert list(care.tenant().queue()) == []


def test_a_multipart_form_parsed_before_is_told_what_to_do(post: Any, errors: Errors) -> None:
    form = b'--acme\r\nContent-Disposition: form-data; name="text"\r\n\r\nhelp\r\n--acme--\r\n'
    answer = post(touches_post, form, **{"Content-Type": FORM})
    assert (answer.status_code, answer.text) == (503, "input_invalid")
    assert len(errors()) == 1


def test_bodies_above_the_bound_for_forms_are_received(
    post: Any, care: careline.Care, body: bytes, errors: Errors
) -> None:
    from django.conf import settings

    padded = body.ljust(settings.DATA_UPLOAD_MAX_MEMORY_SIZE + 1)
    assert post(touches_post, padded).status_code == 200
    assert len(list(care.tenant().queue())) == 1


def test_a_body_without_a_length_is_bounded(serve: Any, django_site: Any, care: careline.Care, signed: Signed) -> None:
    from careline.adapters import django

    place = serve("asgi", django_site("asgi", django.async_webhook(careline.AsyncCare(care))))
    for size, status in ((MAX_BODY + 1, 413), (MAX_BODY, 200)):
        body = b"{}".ljust(size)
        answer = httpx.post(f"http://{place}/hooks/x", headers=signed(body), content=iter([body]))
        assert answer.status_code == status
