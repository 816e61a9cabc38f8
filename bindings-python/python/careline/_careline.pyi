"""
The native part of `careline`. Nothing here is meant to be used by hand.
"""

from _typeshed import SupportsGetItem
from os import PathLike
from typing import Any, Final, SupportsIndex, final
from typing_extensions import disjoint_base

__all__ = ["VERSION", "Host", "Policy", "Record", "Span", "after_fork_in_child", "after_fork_in_parent", "before_fork", "compose", "error_line", "measure", "native_only", "networks", "normalise", "normalise_lines", "panics", "policy_check", "triage", "triage_lines", "verify_signature"]

VERSION: Final[str]

@final
class Host:
    """
    An engine with everything it was opened with. Belongs to the process that opened it.
    """
    def __new__(cls, /, settings: str, advisors: SupportsGetItem[int, tuple[str, Any]], transport: Any | None) -> Host:
        """
        Opens what `settings`, JSON of a `HostConfig`, says.
        """
    def close(self, /) -> None:
        """
        Closes everything. What is under way comes to its end.
        """
    def ingest(self, /, tenant: str, source: str, body: bytes | bytearray, events: str) -> Any:
        """
        Takes in what the host got in its own way: `events` is a JSON list of events.
        """
    def perform(self, /, tenant: str | None, verb: str, arguments: str) -> Any:
        """
        Does a verb: a tenant's, or without one the engine's.
        """
    def receive(self, /, endpoint: str, headers: SupportsGetItem[int, tuple[str, str]], body: bytes | bytearray, method: str, query: str) -> Any:
        """
        Receives one webhook request.
        """
    @property
    def settings(self, /) -> str:
        """
        What the same is opened from again, wherever the present folder is then and whatever became of the policies' files.
        """
    def tenants(self, /) -> list[str]:
        """
        The names of the tenants.
        """

@final
class Policy:
    """
    A policy, read and ready.
    """
    def __new__(cls, /, text: str, file: str) -> Policy:
        """
        From TOML. `file` is what mistakes call it.
        """
    @property
    def version(self, /) -> str:
        """
        The digest of its rules.
        """

@disjoint_base
class Record:
    """
    A record of careline's model: immutable, comparable, picklable. Use its subclasses.
    """
    def __eq__(self, other: object, /) -> Any: ...
    def __new__(cls, /, **fields: "object") -> Record: ...
    def __reduce__(self, /) -> Any: ...
    def __repr__(self, /) -> str:
        """
        The class's name and what tells records apart; no words of a customer.
        """
    def _get(self, /, place: SupportsIndex) -> Any:
        """
        The field at a place in its class's order.
        """
    @classmethod
    def _read(cls, /, json: Any, text: str | None) -> Any:
        """
        What stands behind `from_json`.
        """
    def to_json(self, /) -> str:
        """
        Its JSON: names as in Rust, times as RFC 3339, spans in UTF-8 bytes.
        """

@final
class Span:
    """
    A stretch of a text, in code points as Python's strings count: `text[span.start:span.end]`.

    Where a span was read from JSON without its text, only `start_byte` and `end_byte` are known; `slice` works all the same.
    """
    __match_args__: Final[tuple[str, str]]
    def __eq__(self, value: object, /) -> bool: ...
    def __hash__(self, /) -> int: ...
    def __ne__(self, value: object, /) -> bool: ...
    def __new__(cls, /, start_byte: SupportsIndex, end_byte: SupportsIndex, start: SupportsIndex | None = None, end: SupportsIndex | None = None) -> Span: ...
    def __reduce__(self, /) -> Any: ...
    def __repr__(self, /) -> str: ...
    @property
    def end(self, /) -> int:
        """
        One past the last code point.
        """
    @property
    def end_byte(self, /) -> int:
        """
        One past the last byte, in UTF-8.
        """
    def slice(self, /, text: "str") -> str:
        """
        The part of `text` that it marks; empty if it does not fit.
        """
    @property
    def start(self, /) -> int:
        """
        The first code point.
        """
    @property
    def start_byte(self, /) -> int:
        """
        The first byte, in UTF-8.
        """
    @staticmethod
    def within(text: "str", start: "int", end: "int") -> Span:
        """
        The span from one code point of `text` to before another one: `Span.within(text, start, end).slice(text)` is
        `text[start:end]`. Advisors mark with it what they found.
        """

def after_fork_in_child() -> None:
    """
    After a fork, in the child: who was inside is not in this process, and what the parent had open is not its own.
    """

def after_fork_in_parent() -> None:
    """
    After a fork, in the parent: calls go on.
    """

def before_fork() -> None:
    """
    Before a fork: waits for calls and closes files; nobody gets in until after it.
    """

def compose(asked: str) -> Any:
    """
    A text in the parts in which a network takes it; `asked` is JSON.
    """

def error_line(code: str, message: Any, operation: Any, context: "dict[str, str]") -> str:
    """
    The line of an error.
    """

def measure(text: str, place: str) -> Any:
    """
    How long a text is where it is to stand; `place` is JSON.
    """

def native_only(network: str, bodies: SupportsGetItem[int, bytes | bytearray], texts: SupportsGetItem[int, str]) -> int:
    """
    Reads bodies and judges texts and makes no objects of it, for benches: what the native calls cost by themselves.
    """

def networks() -> list[str]:
    """
    The names of the networks there are connectors for.
    """

def normalise(network: str, bodies: "list[bytes]", kind: str, account: str | None, received_at: str | None, threads: SupportsIndex) -> list[Any]:
    """
    Reads raw bodies of a network: one `Parsed` for each, in order.
    """

def normalise_lines(network: str, kind: str, account: str | None, raw: bytes | bytearray, file: str) -> str:
    """
    Reads bodies, one or one in each line: what `python -m careline normalise` prints.
    """

def panics() -> None:
    """
    Panics, for tests of what becomes of panics.
    """

def policy_check(file: str | PathLike[str], as_json: bool) -> tuple[bool, str]:
    """
    Whether a policy's file has no mistake, and what `python -m careline policy check` prints of it.
    """

def triage(texts: "list[object]", policy: Policy | None, threads: SupportsIndex) -> list[Any]:
    """
    Judges texts: one `Assessment` for each, in order.
    """

def triage_lines(raw: bytes | bytearray, policy: Policy | None) -> str:
    """
    Judges rows, one in each line: what `python -m careline triage` prints.
    """

def verify_signature(settings: str, headers: SupportsGetItem[int, tuple[str, str]], body: bytes | bytearray, now: str | None) -> None:
    """
    Checks the signature of a request; `settings` is the JSON of a `Signing`.
    """
