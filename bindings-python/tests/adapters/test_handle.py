"""Handles that are opened at the first request of each process, and what importing brings along."""

from __future__ import annotations

import asyncio
import os
import subprocess
import sys
import threading
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

import careline
from careline.adapters._handle import Handle


def test_threads_that_come_first_together_open_one(care: careline.Care) -> None:
    calls, together, again = [], threading.Barrier(8), threading.Event()

    def opener() -> careline.Care:
        calls.append(1)
        if len(calls) > 1:
            again.set()
        # Time enough for another to come in, if it could.
        again.wait(0.1)
        return care

    handle: Handle[careline.Care] = Handle(careline.Care, opener)

    def use(_: int) -> careline.Care:
        together.wait(10)
        return handle.get()

    with ThreadPoolExecutor(8) as threads:
        assert set(threads.map(use, range(8))) == {care}
    assert len(calls) == 1


@pytest.mark.parametrize("loops", [1, 4])
def test_tasks_that_come_first_together_open_one(loops: int, async_care: careline.AsyncCare) -> None:
    calls, together = [], threading.Barrier(loops)

    async def opener() -> careline.AsyncCare:
        calls.append(1)
        await asyncio.sleep(0.02)
        return async_care

    handle: Handle[careline.AsyncCare] = Handle(careline.AsyncCare, opener)

    async def use() -> list[careline.AsyncCare]:
        return await asyncio.gather(*(handle.get_async() for _ in range(5)))

    def loop(_: int) -> list[careline.AsyncCare]:
        together.wait(10)
        return asyncio.run(asyncio.wait_for(use(), 10))

    with ThreadPoolExecutor(loops) as threads:
        assert list(threads.map(loop, range(loops))) == [[async_care] * 5] * loops
    assert len(calls) == 1


def test_what_failed_to_open_is_tried_again(care: careline.Care) -> None:
    outcomes: list[Any] = [careline.errors.StorageFailed("the disk is full"), care]

    def opener() -> careline.Care:
        found = outcomes.pop(0)
        if isinstance(found, Exception):
            raise found
        assert isinstance(found, careline.Care)
        return found

    handle: Handle[careline.Care] = Handle(careline.Care, opener)
    with pytest.raises(careline.errors.StorageFailed):
        handle.get()
    assert handle.get() is care


def test_a_handle_that_was_closed_is_opened_again(care: careline.Care) -> None:
    first, calls = careline.Care.open("memory:", policy={"text": "brand.name = 'Acme'"}), []

    def opener() -> careline.Care:
        calls.append(1)
        return first if len(calls) == 1 else care

    handle: Handle[careline.Care] = Handle(careline.Care, opener)
    twin: Handle[careline.AsyncCare] = Handle(careline.AsyncCare, lambda: careline.AsyncCare(opener()))
    assert handle.get() is first
    first.close()
    assert handle.get() is handle.get() is care

    calls.clear()
    assert asyncio.run(twin.get_async())._care is first
    assert asyncio.run(twin.get_async())._care is care


def test_who_stops_waiting_leaves_the_handle_to_others(async_care: careline.AsyncCare) -> None:
    async def run() -> None:
        begun, calls = asyncio.Event(), []

        async def opener() -> careline.AsyncCare:
            calls.append(1)
            begun.set()
            if len(calls) == 1:
                await asyncio.Event().wait()
            return async_care

        handle: Handle[careline.AsyncCare] = Handle(careline.AsyncCare, opener)
        first = asyncio.create_task(handle.get_async())
        await begun.wait()
        first.cancel()
        assert await handle.get_async() is async_care

    asyncio.run(asyncio.wait_for(run(), 10))


def test_an_opener_of_the_wrong_kind_is_told(async_care: careline.AsyncCare) -> None:
    handle: Handle[careline.Care] = Handle(careline.Care, lambda: async_care)
    with pytest.raises(careline.errors.ConfigInvalid, match="takes Care, .* not AsyncCare"):
        handle.get()


FORKS = """
import os, careline
from careline.adapters._handle import Handle

pids = []

def opener():
    pids.append(os.getpid())
    return careline.Care.open("memory:", policy={"text": "brand.name = 'Acme'"})

handle = Handle(careline.Care, opener)
handle.get()
handle._lock().acquire()  # as if another thread were opening
child = os.fork()
if child == 0:
    handle.get().tenant().queue()
    handle.get()
    os._exit(0 if pids[1:] == [os.getpid()] else 1)
assert os.waitpid(child, 0)[1] == 0
"""


@pytest.mark.skipif(not hasattr(os, "fork"), reason="skipped: this system does not fork")
def test_a_forked_process_opens_its_own() -> None:
    subprocess.run([sys.executable, "-c", FORKS], check=True, timeout=20)


@pytest.mark.parametrize("module", ["", ".adapters", ".adapters.asgi", ".adapters.wsgi", ".adapters.django"])
def test_importing_brings_no_framework(module: str) -> None:
    if module.endswith("django"):
        pytest.importorskip("django", reason="skipped: Django is not installed")
    frameworks = {"django", "fastapi", "flask", "httpx", "starlette", "uvicorn", "werkzeug"}
    frameworks.discard(module.rpartition(".")[2])
    code = f"import sys, careline{module}; print(*({frameworks!r} & sys.modules.keys()))"
    ran = subprocess.run([sys.executable, "-c", code], check=True, timeout=20, capture_output=True, text=True)
    assert ran.stdout.strip() == ""
