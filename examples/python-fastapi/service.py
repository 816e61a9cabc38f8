"""Social customer care as a service of its own: what networks post goes in, a queue of cases comes out.

The environment holds `X_CONSUMER_SECRET`, with which X signs; `API_TOKEN`, which callers of the API send as a bearer
token; and `CARE_STORE`, the URI of the store, `sqlite://care.db` unless set.
"""

from __future__ import annotations

import asyncio
import logging
import os
import secrets
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from datetime import datetime, timezone
from pathlib import Path
from typing import Annotated, Any

import careline
from careline.adapters.fastapi import webhook
from fastapi import APIRouter, Depends, FastAPI, HTTPException, Request
from fastapi.responses import JSONResponse
from fastapi.security import HTTPAuthorizationCredentials, HTTPBearer
from pydantic import BaseModel, Field

logger = logging.getLogger("uvicorn.error")

LONGEST_PAUSE = 5.0
"""Seconds after which is looked for what is due, even if nothing is known to be."""


@asynccontextmanager
async def lifespan(app: FastAPI) -> AsyncIterator[None]:
    """Opens careline, and does what is due in it as long as the service runs."""
    async with await careline.AsyncCare.open(
        os.environ.get("CARE_STORE", "sqlite://care.db"),
        policy=Path(__file__).with_name("policy.toml"),
        endpoints={"x": {"network": "x", "consumer_secrets": ["env:X_CONSUMER_SECRET"]}},
    ) as care:
        app.state.care, app.state.tenant, app.state.received = care, await care.tenant(), asyncio.Event()
        ticking = asyncio.create_task(keep_ticking(care, app.state.received))
        yield
        ticking.cancel()
        with suppress(asyncio.CancelledError):
            await ticking


async def keep_ticking(care: careline.AsyncCare, received: asyncio.Event) -> None:
    """Does what is due: now, after each delivery, and whenever the next timer fires."""
    while True:
        received.clear()
        pause = LONGEST_PAUSE
        try:
            ticked = await care.tick()
            for failure in ticked.failed:
                logger.warning("not done for %s: %s", failure.tenant, failure.error)
            if ticked.next_due:
                due_in = (ticked.next_due - datetime.now(timezone.utc)).total_seconds()
                pause = min(max(due_in, 0.05), LONGEST_PAUSE)
        except careline.CarelineError as error:
            logger.warning("not done: %s", error)
        with suppress(TimeoutError):
            await asyncio.wait_for(received.wait(), pause)


async def wake(request: Request) -> AsyncIterator[None]:
    """Lets what a delivery made due be done without delay."""
    yield
    request.app.state.received.set()


async def agents_only(given: Annotated[HTTPAuthorizationCredentials, Depends(HTTPBearer())]) -> None:
    """Refuses whoever does not send the token."""
    if not secrets.compare_digest(given.credentials.encode(), os.environ["API_TOKEN"].encode()):
        raise HTTPException(401, "another token is needed")


def tenant(request: Request) -> careline.AsyncTenant:
    """The handle with all verbs and views."""
    found: careline.AsyncTenant = request.app.state.tenant
    return found


Tenant = Annotated[careline.AsyncTenant, Depends(tenant)]
Record = dict[str, Any]
"""What `to_dict()` of a record of careline gives: plain JSON."""


class QueuePage(BaseModel):
    """A page of the queue: cases, what is due first before what is due later, and where the next page begins."""

    items: list[Record]
    after: str | None


class Close(BaseModel):
    """How a case ended."""

    actor: str = Field(min_length=1)
    outcome: str = "resolved"


class Assign(BaseModel):
    """Who gets a case."""

    actor: str = Field(min_length=1)
    agent: str


class Note(BaseModel):
    """A word to colleagues."""

    author: str = Field(min_length=1)
    text: str = Field(min_length=1, max_length=10_000)


desk = APIRouter(dependencies=[Depends(agents_only)])


@desk.get("/queue")
async def queue(tenant: Tenant, team: str | None = None, limit: int = 50, after: str | None = None) -> QueuePage:
    """Open cases by what is due first."""
    page = await tenant.queue(team=team, limit=limit).page(after)
    return QueuePage(items=[item.to_dict() for item in page.items], after=page.after)


@desk.get("/cases/{case}")
async def case(tenant: Tenant, case: str) -> Record:
    """A case with its threads, its person and its timeline."""
    return (await tenant.case(case)).to_dict()


@desk.get("/cases/{case}/why")
async def why(tenant: Tenant, case: str) -> Record:
    """Why a case is what it is."""
    return (await tenant.explain(case)).to_dict()


@desk.post("/cases/{case}/assign")
async def assign(tenant: Tenant, case: str, asked: Assign) -> Record:
    """Gives a case to an agent."""
    return (await tenant.assign(case, asked.agent, asked.actor)).to_dict()


@desk.post("/cases/{case}/notes", status_code=201)
async def note(tenant: Tenant, case: str, asked: Note) -> None:
    """Keeps a note for colleagues."""
    await tenant.note(case, asked.author, asked.text)


@desk.post("/cases/{case}/close")
async def close(tenant: Tenant, case: str, asked: Close) -> Record:
    """Ends a case."""
    return (await tenant.close(case, asked.actor, asked.outcome)).to_dict()


async def refused(_: Request, error: Exception) -> JSONResponse:
    """An error of careline as an answer. Its own status tells networks whether to send again; a conflict is news for
    people only."""
    assert isinstance(error, careline.CarelineError)
    status = 409 if isinstance(error, careline.errors.Conflict) else error.status
    headers = {"retry-after": str(round(error.retry_after))} if error.retry_after else None
    return JSONResponse({"code": error.code, "message": error.message}, status, headers)


app = FastAPI(title="Social customer care", lifespan=lifespan, exception_handlers={careline.CarelineError: refused})
app.include_router(webhook(lambda: app.state.care), prefix="/hooks", dependencies=[Depends(wake)])
app.include_router(desk)
