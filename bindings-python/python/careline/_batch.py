"""Many raw bodies or texts in one call, without an engine."""

from __future__ import annotations

import os
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from pathlib import Path
from typing import Any, Literal

from careline import _careline, _fork as _fork  # what threads of the parent prepare must not be half done in a child
from careline._json import dumps, headers as pairs, raw_body, time, word
from careline._model import Assessment, Composed, Measured, Parsed, Surface
from careline.errors import ConfigInvalid, InputInvalid

__all__ = ["Policy", "check_policy", "compose", "measure", "networks", "normalise", "triage", "verify_signature"]


class Policy:
    """A policy, read and ready, for `triage`."""

    __slots__ = ("_native",)

    def __init__(self, text: str, file: str = "policy") -> None:
        """From TOML; `file` is what mistakes call it.

        Raises:
            ConfigInvalid: With every mistake, its place and the nearest valid name in `mistakes`.
        """
        self._native = _careline.Policy(word(text, "a policy", "policy"), word(file, "a file", "policy"))

    @classmethod
    def load(cls, path: str | os.PathLike[str]) -> Policy:
        """From a TOML file."""
        try:
            return cls(Path(path).read_text(encoding="utf-8"), str(path))
        except (OSError, ValueError) as error:
            raise ConfigInvalid(f"the policy cannot be read: {error}", context={"file": str(path)}) from None

    @property
    def version(self) -> str:
        """The digest of its rules, as it stands in every decision."""
        return self._native.version


def check_policy(path: str | os.PathLike[str]) -> list[dict[str, Any]]:
    """Every mistake in a policy, each with `file`, `line`, `column`, `key`, `reason` and, where there is one, `nearest`."""
    try:
        Policy.load(path)
    except ConfigInvalid as error:
        if not error.mistakes:
            raise
        return list(error.mistakes)
    return []


def networks() -> list[str]:
    """The names of the networks there are connectors for."""
    return _careline.networks()


def normalise(
    network: str,
    bodies: Sequence[bytes],
    *,
    kind: Literal["webhook", "rest", "stream"] = "webhook",
    account: str | None = None,
    received_at: datetime | None = None,
    threads: int = 1,
) -> list[Parsed]:
    """Reads raw bodies of a network: one `Parsed` for each, in order. What cannot be read is in `rejects`.

    Args:
        network: One of `networks()`.
        bodies: The raw bodies.
        kind: How they came: posted to a webhook, answered to a read, down a stream.
        account: The native id of the brand account they came through, where they do not name it.
        received_at: When they came; now unless said.
        threads: On how many threads; the interpreter is free meanwhile.

    Raises:
        Unsupported: There is no connector for the network.
    """
    if isinstance(bodies, (bytes, bytearray, memoryview, str)):
        raise InputInvalid("bodies are several: put a single one into a list", operation="normalise")
    received = None if received_at is None else time(received_at)
    network = word(network, "a network", "normalise")
    how = word(kind, "a kind", "normalise")
    account = None if account is None else word(account, "an account", "normalise")
    return _careline.normalise(network, list(bodies), how, account, received, _threads(threads))


def triage(
    texts: Sequence[str | Mapping[str, Any]],
    *,
    policy: Policy | str | os.PathLike[str] | None = None,
    threads: int = 1,
) -> list[Assessment]:
    """Judges texts: one `Assessment` for each, in order.

    Args:
        texts: Each a str, or a mapping with `text` and, where known, `network`, `lang`, `author`, `brand`, `surface`,
            `visibility`. A text that names no `brand` is taken as one to whoever asks.
        policy: The policy to look with, or the path of one.
        threads: On how many threads; the interpreter is free meanwhile.
    """
    if isinstance(texts, (str, bytes, Mapping)):
        raise InputInvalid("texts are several: put a single one into a list", operation="triage")
    if policy is not None and not isinstance(policy, Policy):
        policy = Policy.load(policy)
    return _careline.triage(list(texts), None if policy is None else policy._native, _threads(threads))


def measure(text: str, network: str, *, surface: Surface = "comment", max: int | None = None) -> Measured:
    """How long a text is on a network, counted as the network does: at every keystroke, if you like.

    `text[measured.within.end :]` is too much. `Tenant.can_send` counts for an account, whose server may take more.

    Args:
        text: The text.
        network: One of `networks()`.
        surface: Where it is to stand: `comment`, `post`, `direct_message` …
        max: The most that may stand there, in the network's unit; what is usual unless said.

    Raises:
        Unsupported: There is no connector for the network.
    """
    given = word(text, "a text to measure", "measure")
    measured: Measured = _careline.measure(given, dumps({"network": network, "surface": surface, "max": max}))
    return measured


def compose(
    text: str,
    network: str,
    *,
    surface: Surface = "comment",
    max: int | None = None,
    signature: str | None = None,
    mentions: Sequence[str] = (),
    thread: bool = False,
    markdown: bool = False,
) -> Composed:
    """A text as it will stand on a network: clean, signed, addressed, in several parts if need be. Nothing is cut off.

    Args:
        text: The text.
        network: One of `networks()`.
        surface: Where it is to stand: `comment`, `post`, `direct_message` …
        max: The most that one part may hold, in the network's unit; what is usual unless said.
        signature: What stands at the end and counts, such as the agent's initials `^MK`.
        mentions: Handles to stand at the beginning.
        thread: Whether a long text may become a numbered thread.
        markdown: Whether `text` is Markdown.

    Raises:
        TooLarge: It does not fit; says `length`, `max` and `unit`.
        InputInvalid: Nothing in it can be seen, or a mention or the signature is none.
        Unsupported: There is no connector for the network.
    """
    asked = {
        "text": text,
        "network": network,
        "surface": surface,
        "max": max,
        "signature": signature,
        "mentions": mentions,
        "thread": thread,
        "markdown": markdown,
    }
    composed: Composed = _careline.compose(dumps(asked))
    return composed


def verify_signature(
    headers: Mapping[str, Any] | Iterable[tuple[Any, Any]],
    body: bytes,
    *,
    secrets: Sequence[str],
    header: str,
    encoding: Literal["hex", "base64"] = "hex",
    prefix: str = "",
    timestamp: Mapping[str, Any] | None = None,
    now: datetime | None = None,
) -> None:
    """Checks that a request comes from whoever knows a secret (HMAC-SHA256), for senders that are none of careline's
    networks: a shop, a forum, a desk. Compares in constant time.

    Args:
        headers: All headers, as a mapping or as pairs.
        body: The raw body, untouched.
        secrets: The secret; two while it is rotated.
        header: The header with the signature.
        encoding: How it is written.
        prefix: What stands before it, such as `sha256=`.
        timestamp: The time that is signed with the body, so that an old copy is refused: `header`, `unit` (`seconds`,
            `milliseconds`, `rfc3339`), `separator` between it and the body (nothing unless said), `tolerance_secs`
            (300 unless said).
        now: The present instant, for tests.

    Raises:
        SignatureInvalid: It does not; says what is wrong, never what would be right.
        ConfigInvalid: There is no secret, or a setting is wrong.
    """
    if timestamp is not None and not isinstance(timestamp, Mapping):
        raise ConfigInvalid("`timestamp` is a mapping: {'header': …, 'unit': …}", operation="verify_signature")
    if isinstance(secrets, (str, bytes)):
        raise ConfigInvalid("secrets are several: put a single one into a list", operation="verify_signature")
    settings = {
        "secrets": list(secrets),
        "header": header,
        "encoding": encoding,
        "prefix": prefix,
        "timestamp": timestamp,
    }
    instant = None if now is None else time(now)
    _careline.verify_signature(dumps(settings), pairs(headers), raw_body(body), instant)


def _threads(threads: int) -> int:
    if not isinstance(threads, int) or not 1 <= threads <= 1024:
        raise InputInvalid("threads are 1 to 1024; os.cpu_count() keeps all cores busy", operation="threads")
    return threads
