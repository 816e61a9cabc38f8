"""Webhooks in Flask 3.1 or newer: `app.register_blueprint(webhook(care), url_prefix="/hooks")`."""

from __future__ import annotations

from flask import Blueprint, Response, request

from careline._care import Care
from careline.adapters._answer import METHODS, Posted, answer
from careline.adapters._body import MAX_BODY
from careline.adapters._handle import Given, Handle

__all__ = ["webhook"]

REMEDY = "what reads `request.form` or `request.stream` before calls request.get_data() first, which keeps the body"


def webhook(care: Given) -> Blueprint:
    """The blueprint, called `careline`. Raises `ConfigInvalid` if `care` is no `Care` or callable.

    Where an extension checks CSRF tokens, exempt the blueprint there.
    """
    handle = Handle(Care, care)
    blueprint = Blueprint("careline", __name__)

    @blueprint.route("/<endpoint>", methods=METHODS)
    def receive(endpoint: str) -> Response:
        query = request.query_string.decode("latin-1")
        posted = Posted(endpoint, request.method, query, list(request.headers.items()))
        found = answer(handle, posted, lambda _: _body(), REMEDY)
        return Response(found.body, found.status, found.headers)

    return blueprint


def _body() -> bytes:
    # The site's own bound may be smaller than what networks post, and without one reading might not end. Werkzeug cuts
    # chunked bodies off at the bound and says nothing, so it is one byte more: then they are seen to be too large.
    request.max_content_length = MAX_BODY + 1
    return request.get_data()
