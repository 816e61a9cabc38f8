"""What goes into the native part: arguments as JSON, bodies as bytes."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Set
from datetime import datetime, timezone
from typing import Any

from careline._careline import Record, Span
from careline.errors import InputInvalid

_HALVES = re.compile("[\ud800-\udfff]")

_NOT_RAW = (
    "the raw body is needed as bytes: signatures are over exactly those; hand over what the framework read "
    "before any parser did (Django: request.body, Flask: request.get_data(), FastAPI: await request.body())"
)


def dumps(value: Any) -> str:
    """`value` as JSON, with records, spans and times in their own forms."""
    try:
        return readable(json.dumps(value, default=_plain, ensure_ascii=False, allow_nan=False))
    except (TypeError, ValueError, RecursionError) as error:
        raise InputInvalid(f"this cannot be written as JSON: {_without_words(error)}") from None


def _without_words(error: Exception) -> str:
    return str(error) if isinstance(error, TypeError) else type(error).__name__


def _plain(value: Any) -> Any:
    if isinstance(value, Record):
        return json.loads(value.to_json())
    if isinstance(value, Span):
        return {"start": value.start_byte, "end": value.end_byte}
    if isinstance(value, datetime):
        return time(value)
    if isinstance(value, Mapping):
        return dict(value)
    if isinstance(value, (Set, tuple)):
        return sorted(value)
    raise TypeError(f"a {type(value).__name__} is none of what JSON knows")


def readable(text: str) -> str:
    """`text` with one U+FFFD for each half of a surrogate pair, which UTF-8 cannot write; so spans count alike."""
    return text if text.isascii() else _HALVES.sub("\ufffd", text)


def time(value: Any) -> str:
    """A time as careline writes it; one without a zone could be any."""
    if not isinstance(value, datetime):
        raise InputInvalid(f"a time is a datetime, not a {type(value).__name__}")
    if value.utcoffset() is None:
        raise InputInvalid("a time needs a zone: datetime.now(timezone.utc)")
    try:
        utc = value.astimezone(timezone.utc)
    except OverflowError:
        raise InputInvalid("this time is beyond the first or the last that UTC has") from None
    return utc.isoformat(timespec="milliseconds").replace("+00:00", "Z")


def raw_body(body: Any) -> bytes:
    """The bytes of a body, or an error that says what is wrong with what came instead."""
    if isinstance(body, (bytes, bytearray, memoryview)):
        return bytes(body)
    if isinstance(body, str):
        raise _not_raw("a str")
    raise _not_raw(f"a {type(body).__name__}, not raw")


def _not_raw(what: str) -> InputInvalid:
    # The host's mistake: what is sent again, once it is mended, is not lost.
    return InputInvalid(f"the body is {what}; {_NOT_RAW}", operation="receive", status=503)


def word(value: Any, what: str, operation: str) -> str:
    """A name as the native part takes it; half of a surrogate pair becomes the sign for what cannot be read."""
    if not isinstance(value, str):
        raise InputInvalid(f"{what} is named by a str, not by a {type(value).__name__}", operation=operation, status=400)
    return readable(value)


def row(text: Any) -> str:
    """A text with what is known of it, as JSON."""
    if not isinstance(text, Mapping):
        raise InputInvalid(
            f"a text is a str or a mapping with `text`, not a {type(text).__name__}", operation="triage"
        )
    return dumps(dict(text))


def headers(given: Any) -> list[tuple[str, str]]:
    """Headers as pairs, however a framework holds them; one that came twice stays twice."""
    pairs = given.items() if isinstance(given, Mapping) else given
    found: list[tuple[str, str]] = []
    try:
        for name, value in pairs:
            values = value if isinstance(value, (list, tuple)) else [value]
            found.extend((_header(name), _header(one)) for one in values)
    except (TypeError, ValueError):
        raise InputInvalid(
            "headers are a mapping or pairs of names and values, each str or bytes", operation="receive", status=400
        ) from None
    return found


def _header(word: Any) -> str:
    if isinstance(word, str):
        return readable(word)
    if isinstance(word, (bytes, bytearray)):
        return bytes(word).decode("latin-1")
    raise TypeError
