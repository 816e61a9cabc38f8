"""Raw bodies: bounded, whole, and with a clear word if somebody else read them before."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, Iterable
from contextlib import aclosing

from careline.errors import InputInvalid, Timeout, TooLarge

__all__ = ["MAX_BODY", "BodySpent", "announced", "bounded", "gathered", "whole"]

MAX_BODY = 4 * 1024 * 1024
"""The largest body a network may post, in bytes. The native part has the same bound."""


class BodySpent(InputInvalid):
    """Something read the body before, so its signature cannot be checked any more."""

    def __init__(self, remedy: str) -> None:
        super().__init__(
            f"the raw body was read before the webhook could, and its signature is over exactly those bytes: {remedy}",
            operation="receive",
            # The host's mistake, not the sender's: what is sent again, once it is mended, is not lost.
            status=503,
        )


def announced(headers: Iterable[tuple[str, str]]) -> int | None:
    """How many bytes the sender says the body has; None if it does not say.

    Raises:
        InputInvalid: What it says is no number.
        TooLarge: They are too many.
    """
    lengths = [value.strip() for name, value in headers if name.lower() == "content-length" and value.strip()]
    if not lengths:
        return None
    if len(set(lengths)) > 1 or not (lengths[0].isascii() and lengths[0].isdigit()):
        raise InputInvalid("the header Content-Length is no number", operation="receive", status=400)
    # More digits than any length has; int() refuses thousands of them in its own way.
    return bounded(MAX_BODY + 1 if len(lengths[0].lstrip("0")) > 20 else int(lengths[0]))


def bounded(length: int) -> int:
    """`length`, if a body may have so many bytes. Raises `TooLarge` if not."""
    if length > MAX_BODY:
        raise TooLarge(
            "the body is larger than any that a network posts",
            operation="receive",
            context={"limit": str(MAX_BODY)},
            status=413,
        )
    return length


def whole(body: bytes, headers: Iterable[tuple[str, str]], length: int | None, remedy: str) -> bytes:
    """`body`, if it is all that was posted. That it is not too large either is checked where it is received.

    Raises:
        BodySpent: It has fewer bytes than announced; `remedy` says what the host does about it.
    """
    if len(body) < (length or 0):
        raise BodySpent(remedy)
    if not body and length is None and any(name.lower() == "transfer-encoding" for name, _ in headers):
        raise BodySpent(
            f"{remedy}; or this server hands on no chunked bodies: let the proxy before it send their length"
        )
    return body


async def gathered(chunks: AsyncGenerator[bytes, None], seconds: float, remedy: str) -> bytes:
    """A body that comes in chunks; reading stops as soon as they are too many.

    Raises:
        TooLarge: They have more bytes than allowed.
        BodySpent: Nothing came in `seconds`: servers say nothing any more once something else read the body.
        Timeout: Not all of it came in `seconds`.
    """
    body = bytearray()
    try:
        async with asyncio.timeout(seconds), aclosing(chunks):
            async for chunk in chunks:
                body += chunk
                bounded(len(body))
    except TimeoutError:
        if not body:
            raise BodySpent(remedy) from None
        raise Timeout("the body did not come in time", operation="receive", retry="transient") from None
    return bytes(body)
