"""A host that forks. `python forking.py WAY MOMENT STORE` forks or starts a child and prints what became of both.

The child uses the handle it was born with, or opens one where it has none.
"""

from __future__ import annotations

import json
import multiprocessing
import os
import select
import sys
import time
import traceback
from collections.abc import Callable
from typing import Any

import traffic

import careline

BOUND = 50
handle: careline.Care | None = None


def receive(care: careline.Care, number: int) -> int:
    """Posts a mention, signed, and tells how many messages that added."""
    body = traffic.mention(number)
    return care.receive("x", traffic.signed(body), body).ingested.added


def stored(care: careline.Care) -> list[int]:
    """The numbers of the mentions that are stored."""
    return sorted(int(message.native_id) - 2090000000000000000 for message in care.tenant().search("order"))


def outcome(work: Callable[[], Any]) -> dict[str, Any]:
    """What came of some work, and how long it took."""
    begun = time.monotonic()
    try:
        came: dict[str, Any] = {"answer": work()}
    except careline.CarelineError as error:
        came = {"error": type(error).__name__, "message": str(error)}
    except BaseException:
        came = {"error": "other", "message": traceback.format_exc()}
    return {**came, "seconds": time.monotonic() - begun}


def in_child(store: str) -> dict[str, Any]:
    """What a child does: it receives what the parent has, and something new, and looks."""
    care = handle if handle is not None else traffic.open_care(store)
    first = outcome(lambda: [receive(care, 1), receive(care, 2), stored(care), care.tick().failed])
    # Whatever is refused is refused everywhere.
    others: list[Callable[[], Any]] = [
        lambda: care.tenants,
        lambda: care.tenant().id,
        lambda: care.notices() and None,
        lambda: receive(care, 2),
    ]
    rest = [outcome(work) for work in others]
    closed = outcome(care.close)
    return {"pid": os.getpid(), "inherited": handle is not None, "first": first, "rest": rest, "closed": closed}


def in_parent(care: careline.Care) -> dict[str, Any]:
    """What the parent does afterwards."""
    return outcome(lambda: [receive(care, 1), receive(care, 3), stored(care), care.tenant().verify_log()])


def by_os_fork(store: str) -> dict[str, Any]:
    """Forks directly; the child ends as programs end."""
    read, write = os.pipe()
    pid = os.fork()
    if pid == 0:
        os.close(read)
        os.write(write, json.dumps(in_child(store)).encode())
        os.close(write)
        sys.exit(0)
    os.close(write)
    told = b""
    limit = time.monotonic() + BOUND
    while select.select([read], [], [], max(0.0, limit - time.monotonic()))[0]:
        part = os.read(read, 65536)
        if not part:
            break
        told += part
    else:
        os.kill(pid, 9)
    ended = os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])
    return {**json.loads(told or b"{}"), "ended": ended}


def by_multiprocessing(store: str, method: str) -> dict[str, Any]:
    """Starts a child in one of the ways of `multiprocessing`."""
    context: Any = multiprocessing.get_context(method)
    told, telling = context.Pipe(duplex=False)
    child = context.Process(target=tell, args=(telling, store))
    child.start()
    telling.close()
    answer = told.recv() if told.poll(BOUND) else {}
    child.join(BOUND)
    if child.exitcode is None:
        child.kill()
        child.join()
    return {**answer, "ended": child.exitcode}


def tell(telling: Any, store: str) -> None:
    """What a child of `multiprocessing` runs."""
    telling.send(in_child(store))
    telling.close()


def main(way: str, moment: str, store: str) -> None:
    global handle
    if moment != "import":
        handle = traffic.open_care(store)
    if moment == "call":
        receive(handle, 1)  # type: ignore[arg-type]
    child = by_os_fork(store) if way == "os.fork" else by_multiprocessing(store, way)
    parent = in_parent(handle if handle is not None else traffic.open_care(store))
    print(json.dumps({"child": child, "parent": parent}))


if __name__ == "__main__":
    main(*sys.argv[1:])
