"""Webhooks in Django: `path("hooks/<str:endpoint>", webhook(care))` in the URLs."""

# mypy: disable-error-code="import-untyped, import-not-found, no-any-return"
from __future__ import annotations

from collections.abc import Awaitable, Callable

from django.http import HttpRequest, HttpResponse, RawPostDataException

from careline._async import AsyncCare
from careline._care import Care
from careline.adapters._answer import Posted, answer, async_answer
from careline.adapters._body import MAX_BODY, BodySpent
from careline.adapters._handle import AsyncGiven, Given, Handle

__all__ = ["async_webhook", "webhook"]

REMEDY = (
    "what reads request.read() or the POST of a multipart form before reads request.body first, which keeps the body"
)


def webhook(care: Given) -> Callable[[HttpRequest, str], HttpResponse]:
    """The view, exempt from CSRF checks. Raises `ConfigInvalid` if `care` is no `Care` or callable."""
    handle = Handle(Care, care)

    def view(request: HttpRequest, endpoint: str) -> HttpResponse:
        found = answer(handle, _posted(request, endpoint), lambda _: _body(request), REMEDY)
        return HttpResponse(found.body, status=found.status, headers=found.headers)

    view.csrf_exempt = True  # type: ignore[attr-defined]
    return view


def async_webhook(care: AsyncGiven) -> Callable[[HttpRequest, str], Awaitable[HttpResponse]]:
    """The view to be awaited. Raises `ConfigInvalid` if `care` is no `AsyncCare` or callable."""
    handle = Handle(AsyncCare, care)

    async def view(request: HttpRequest, endpoint: str) -> HttpResponse:
        found = await async_answer(handle, _posted(request, endpoint), lambda _: _body(request), REMEDY)
        return HttpResponse(found.body, status=found.status, headers=found.headers)

    view.csrf_exempt = True  # type: ignore[attr-defined]
    return view


def _posted(request: HttpRequest, endpoint: str) -> Posted:
    return Posted(endpoint, request.method, request.META.get("QUERY_STRING", ""), list(request.headers.items()))


def _body(request: HttpRequest) -> bytes:
    if not getattr(request, "_read_started", True):
        # Not through `request.body`: DATA_UPLOAD_MAX_MEMORY_SIZE is for forms, and smaller than what networks post.
        request._body = request.read(MAX_BODY + 1)
    try:
        return request.body
    except RawPostDataException:
        raise BodySpent(REMEDY) from None
