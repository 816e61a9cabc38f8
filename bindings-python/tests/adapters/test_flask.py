"""Flask: what parsers leave of a body, and the site's own bounds."""

from __future__ import annotations

import io
from collections.abc import Callable
from typing import Any

import httpx
import pytest

import careline
from careline.adapters._body import MAX_BODY

flask = pytest.importorskip("flask", reason="skipped: Flask is not installed")

Signed = Callable[[bytes], dict[str, str]]
Errors = Callable[[], list[str]]


def app_of(care: careline.Care, touch: Callable[[Any], Any] = lambda request: None) -> Any:
    """A site on which `touch` sees every request before the webhook does."""
    from careline.adapters import flask as adapter

    app = flask.Flask("acme")

    @app.before_request  # type: ignore[untyped-decorator]
    def before() -> None:
        touch(flask.request)

    app.register_blueprint(adapter.webhook(care), url_prefix="/hooks")
    return app


KEEPING: dict[str, Callable[[Any], Any]] = {
    "json": lambda request: request.json,
    "form": lambda request: request.form,
    "data": lambda request: request.data,
    "get_data": lambda request: request.get_data(),
    "get_json_silent": lambda request: request.get_json(silent=True, force=True),
}


@pytest.mark.parametrize("touch", KEEPING.values(), ids=KEEPING)
def test_what_keeps_the_body_does_no_harm(
    touch: Callable[[Any], Any], serve: Any, care: careline.Care, body: bytes, signed: Signed
) -> None:
    place = serve("wsgi", app_of(care, touch))
    assert httpx.post(f"http://{place}/hooks/x", headers=signed(body), content=body).status_code == 200
    assert len(list(care.tenant().queue())) == 1


SPENDING: dict[str, tuple[str, Callable[[Any], Any]]] = {
    "form": ("application/x-www-form-urlencoded", lambda request: request.form),
    "stream": ("application/json", lambda request: request.stream.read()),
    "uncached": ("application/json", lambda request: request.get_json(cache=False)),
}


@pytest.mark.parametrize(("kind", "touch"), SPENDING.values(), ids=SPENDING)
def test_what_spends_the_body_is_told_what_to_do(
    kind: str, touch: Callable[[Any], Any], serve: Any, care: careline.Care, body: bytes, signed: Signed, errors: Errors
) -> None:
    place = serve("wsgi", app_of(care, touch))
    headers = {**signed(body), "Content-Type": kind}
    answer = httpx.post(f"http://{place}/hooks/x", headers=headers, content=body)
    assert (answer.status_code, answer.text) == (503, "input_invalid")
    (line,) = errors()
    assert "request.get_data() first" in line
    assert list(care.tenant().queue()) == []


def test_a_bound_of_the_site_for_forms_loses_nothing(care: careline.Care, body: bytes, signed: Signed) -> None:
    app = app_of(care)
    app.config["MAX_CONTENT_LENGTH"] = 10
    assert app.test_client().post("/hooks/x", headers=signed(body), data=body).status_code == 200


def test_chunks_are_read_to_the_limit_only(care: careline.Care, body: bytes, signed: Signed) -> None:
    from werkzeug.test import EnvironBuilder, run_wsgi_app

    for size, status in ((MAX_BODY + 100_000, "413"), (MAX_BODY, "200")):
        padded = body.ljust(size)
        stream = io.BytesIO(padded)
        environ = EnvironBuilder("/hooks/x", method="POST", headers=[*signed(padded).items()]).get_environ()
        environ.pop("CONTENT_LENGTH", None)
        environ.update({"wsgi.input_terminated": True, "wsgi.input": stream, "HTTP_TRANSFER_ENCODING": "chunked"})
        _, found, _ = run_wsgi_app(app_of(care), environ)
        assert (found[:3], stream.tell() <= MAX_BODY + 1) == (status, True)
    assert len(list(care.tenant().queue())) == 1
