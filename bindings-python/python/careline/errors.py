"""Everything careline raises: one tree under `CarelineError`, one class for each cause."""

from __future__ import annotations

from functools import cached_property
from typing import Any, ClassVar

from careline._careline import error_line

__all__ = [
    "AccountUnknown",
    "Blocked",
    "CarelineError",
    "Cancelled",
    "ClosedError",
    "ConfigInvalid",
    "Conflict",
    "ForkedError",
    "InputInvalid",
    "NotFound",
    "PermissionDenied",
    "QuotaExhausted",
    "RateLimited",
    "SignatureInvalid",
    "StorageDamaged",
    "StorageFailed",
    "Timeout",
    "TooLarge",
    "Unauthenticated",
    "Unavailable",
    "Unexpected",
    "Unsupported",
    "VersionNewer",
    "WindowClosed",
]


class CarelineError(Exception):
    """What went wrong, in one line for people. Holds no secret and no customer's words.

    Attributes:
        code: The stable code of the cause, such as `signature_invalid`.
        message: The sentence without operation, code and context.
        operation: What failed: `receive`, `poll` …; empty when nobody named it.
        context: Facts added on the way: which file, field, account, case.
        retry: `never`, `after` (see `retry_after`), `transient` (with growing pauses) or `unknown`
            (the effect may have happened: look first).
        retry_after: Seconds to wait, where `retry` is `after`.
        status: The HTTP status that tells a network what to do: 4xx do not send this again, 503 do.
    """

    code: ClassVar[str] = "unexpected"

    def __init__(
        self,
        message: str,
        *,
        operation: str = "",
        context: dict[str, str] | None = None,
        retry: str = "never",
        retry_after: float | None = None,
        status: int = 503,
        line: str | None = None,
    ) -> None:
        self.context = dict(context or {})
        super().__init__(line if line is not None else error_line(self.code, message, operation, self.context))
        self.message = message
        self.operation = operation
        self.retry = retry
        self.retry_after = retry_after
        self.status = status

    @property
    def retryable(self) -> bool:
        """Whether the same call may succeed later without anything else changing."""
        return self.retry in ("after", "transient")

    def __reduce__(self) -> tuple[Any, ...]:
        return (_rebuilt, (type(self), self.args, dict(self.__dict__)))


def _rebuilt(kind: type[CarelineError], args: tuple[Any, ...], state: dict[str, Any]) -> CarelineError:
    error = kind.__new__(kind, *args)
    error.__dict__.update(state)
    return error


class SignatureInvalid(CarelineError):
    """A request carries no signature, a wrong one, or one made with another secret."""

    code = "signature_invalid"


class InputInvalid(CarelineError):
    """A body, an argument or a stored value does not have the expected form."""

    code = "input_invalid"


class ConfigInvalid(CarelineError):
    """A policy or a connector's configuration is wrong; the message names the key."""

    code = "config_invalid"

    @cached_property
    def mistakes(self) -> list[dict[str, Any]]:
        """For a policy, every mistake as a dict with `file`, `line`, `column`, `key`, `reason`, `nearest`."""
        return []


class TooLarge(CarelineError):
    """A body or a value exceeds a stated bound."""

    code = "too_large"


class Unsupported(CarelineError):
    """The connector or store cannot do this."""

    code = "unsupported"


class ForkedError(Unsupported):
    """This handle was opened before a fork and cannot be used in the child."""


class Unauthenticated(CarelineError):
    """The network does not accept our token (any more)."""

    code = "unauthenticated"


class PermissionDenied(CarelineError):
    """The token is good but lacks a permission."""

    code = "permission_denied"


class NotFound(CarelineError):
    """No such tenant, case, customer, message or remote object."""

    code = "not_found"


class Conflict(CarelineError):
    """Somebody else changed what was read; read again and decide again."""

    code = "conflict"


class RateLimited(CarelineError):
    """The remote side asks us to wait."""

    code = "rate_limited"


class QuotaExhausted(CarelineError):
    """The remote side refuses because a paid quota or spending limit is used up."""

    code = "quota_exhausted"


class WindowClosed(CarelineError):
    """The network's reply window is closed."""

    code = "window_closed"


class Blocked(CarelineError):
    """The person or the network blocked us."""

    code = "blocked"


class Unavailable(CarelineError):
    """The remote side is down or answers nonsense."""

    code = "unavailable"


class ClosedError(Unavailable):
    """The handle was closed. Whoever posted to it must post again: its status is 503."""


class Timeout(CarelineError):
    """No answer in time; what happened remotely is unknown."""

    code = "timeout"


class Cancelled(CarelineError):
    """The caller gave up."""

    code = "cancelled"


class AccountUnknown(CarelineError):
    """An event names an account that no tenant owns."""

    code = "account_unknown"


class VersionNewer(CarelineError):
    """Stored bytes were written by a newer careline."""

    code = "version_newer"


class StorageDamaged(CarelineError):
    """Stored bytes are damaged."""

    code = "storage_damaged"


class StorageFailed(CarelineError):
    """Reading or writing local storage failed."""

    code = "storage_failed"


class Unexpected(CarelineError):
    """A bug in careline or in a plugged-in part."""

    code = "unexpected"


_BY_CODE: dict[str, type[CarelineError]] = {
    kind.code: kind for kind in CarelineError.__subclasses__() if kind is not ForkedError
}


def from_native(
    code: str,
    message: str,
    operation: str,
    context: dict[str, str],
    retry: str,
    retry_after: float | None,
    status: int,
    line: str,
) -> CarelineError:
    """The exception for an error of the native part."""
    kind = ForkedError if "opened_by" in context else _BY_CODE.get(code, Unexpected)
    return kind(
        message,
        operation=operation,
        context=context,
        retry=retry,
        retry_after=retry_after,
        status=status,
        line=line,
    )


def closed() -> ClosedError:
    """The exception for a handle that was closed."""
    return ClosedError("this handle is closed; open another one", operation="use")


def forked() -> ForkedError:
    """The exception for a handle of the parent process."""
    return ForkedError("this handle was opened before a fork; open one in this process", operation="use")
