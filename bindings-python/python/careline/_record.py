"""What all records have in common."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, Self

from careline._careline import Record, Span
from careline._json import dumps

__all__ = ["Base", "WithText"]


class Base(Record):
    """An immutable record. Made by careline, from its JSON, or from its fields: `Inbound(scope="shop", …)`."""

    __slots__ = ()

    if TYPE_CHECKING:

        def __new__(cls, **fields: Any) -> Self: ...

    @classmethod
    def from_json(cls, json: str | bytes, text: str | None = None) -> Self:
        """Reads one from its JSON. `text` is what its spans mark, where that is not part of it.

        Raises:
            InputInvalid: It is no such record; says where.
        """
        record: Self = cls._read(json, text)
        return record

    def to_dict(self) -> dict[str, Any]:
        """Its JSON as a dict: times as text, spans in UTF-8 bytes, what says nothing left out."""
        fields: dict[str, Any] = json.loads(self.to_json())
        return fields

    @classmethod
    def from_dict(cls, fields: dict[str, Any], text: str | None = None) -> Self:
        """Reads one from its JSON as a dict. `text` is what its spans mark, where that is not part of it."""
        return cls.from_json(dumps(fields), text)

    def replace(self, **changes: Any) -> Self:
        """A copy in which these fields are different."""
        kind, (_, text) = self.__reduce__()
        unchanged = {name: value for name, value in self.to_dict().items() if not {name, f"{name}_"} & changes.keys()}
        changed = type(self)(**unchanged, **changes)
        return changed if text is None else type(self).from_json(changed.to_json(), text)

    __replace__ = replace


class WithText(Base):
    """A record with a text and marks in it."""

    __slots__ = ()

    def slice(self, span: Span) -> str:
        """The part of its text that `span` marks."""
        text: str = self.text  # type: ignore[attr-defined]
        return span.slice(text)
