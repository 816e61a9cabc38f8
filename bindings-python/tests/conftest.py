"""Handles that the tests share: on memory, on a file, and one that has lived through a bit of everything."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
import traffic

import careline


@pytest.fixture
def care() -> Iterator[careline.Care]:
    """A care in memory."""
    with traffic.open_care() as care:
        yield care


@pytest.fixture
def tenant(care: careline.Care) -> careline.Tenant:
    """The only tenant of `care`."""
    return care.tenant()


@pytest.fixture
def store(tmp_path: Path) -> str:
    """The URI of a file that is not there yet."""
    return f"sqlite://{tmp_path / 'care.db'}"


@pytest.fixture
def file_care(store: str) -> Iterator[careline.Care]:
    """A care on a file."""
    with traffic.open_care(store) as care:
        yield care


@pytest.fixture
def post(care: careline.Care) -> Callable[..., careline.WebhookAnswer]:
    """Posts a mention to `care`, signed: `post(1)`, `post(2, "the text")`."""

    def send(number: int, *words: str) -> careline.WebhookAnswer:
        body = traffic.mention(number, *words)
        return care.receive("x", traffic.signed(body), body)

    return send


@pytest.fixture(scope="session")
def lived() -> Iterator[careline.Care]:
    """A care in memory that has seen a bit of everything. Look at it, change nothing."""
    with traffic.open_care() as care:
        traffic.fill(care)
        yield care
