"""The same, awaited."""

from __future__ import annotations

import asyncio
import inspect
import json
import threading
from collections.abc import Coroutine, Iterable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
import traffic

import careline
from careline.errors import ClosedError, InputInvalid, NotFound, SignatureInvalid

BOUND = 60


def run(work: Coroutine[Any, Any, Any]) -> Any:
    """Runs to the end, or fails after a minute."""
    return asyncio.run(asyncio.wait_for(work, BOUND))


async def open_care(store: str = "memory:", **more: Any) -> careline.AsyncCare:
    settings = {"policy": {"text": traffic.POLICY}, "endpoints": traffic.ENDPOINTS, **more}
    return await careline.AsyncCare.open(store, **settings)


def receive(care: careline.AsyncCare, number: int) -> Coroutine[Any, Any, careline.WebhookAnswer]:
    body = traffic.mention(number)
    return care.receive("x", traffic.signed(body), body)


# The same names ---------------------------------------------------------------------------------


PAIRS = [
    (careline.Care, careline.AsyncCare),
    (careline.Tenant, careline.AsyncTenant),
    (careline.Listing, careline.AsyncListing),
]


def public(kind: type) -> set[str]:
    return {name for name in dir(kind) if not name.startswith("_")}


@pytest.mark.parametrize(("at_once", "awaited"), PAIRS)
def test_the_same_names(at_once: type, awaited: type) -> None:
    assert public(at_once) == public(awaited)


@pytest.mark.parametrize(("at_once", "awaited"), PAIRS)
def test_the_same_parameters_and_answers(at_once: type, awaited: type) -> None:
    for name in public(at_once):
        one, other = getattr(at_once, name), getattr(awaited, name)
        if isinstance(one, property):
            assert isinstance(other, property)
            continue
        plain, twin = inspect.signature(one), inspect.signature(other)
        extra = {"executor"} if name == "open" else set()
        assert {**plain.parameters} == {k: v for k, v in twin.parameters.items() if k not in extra}, name
        answers = str(twin.return_annotation)
        for prefix in ("AsyncListing", "AsyncTenant", "AsyncCare", "AsyncIterator"):
            answers = answers.replace(prefix, prefix.removeprefix("Async"))
        assert str(plain.return_annotation) == answers, name


def test_what_reads_is_awaited_and_what_lists_is_walked() -> None:
    for name in public(careline.AsyncTenant) - {"id"}:
        method = getattr(careline.AsyncTenant, name)
        lists = "Listing" in str(inspect.signature(method).return_annotation)
        assert inspect.iscoroutinefunction(method) is not lists, name


# Each verb answers alike ------------------------------------------------------------------------


def test_answers_as_the_one_at_once_does(lived: careline.Care) -> None:
    async def ask() -> None:
        tenant, twin = lived.tenant(), await careline.AsyncCare(lived).tenant()
        assert twin.id == tenant.id and repr(twin) == "<AsyncTenant 'default'>"
        case = next(iter(tenant.all_cases()))
        thread = case.conversations[0]
        for name, given in {
            "case": [case.id],
            "explain": [case.id],
            "customer": [case.customer],
            "thread": [thread],
            "totals": [""],
            "volume": [""],
            "coverage": [],
            "shadow": [],
            "count_open": [],
            "roster": [],
            "account_states": [],
            "verify_log": [],
            "export": [],
        }.items():
            assert await getattr(twin, name)(*given) == getattr(tenant, name)(*given), name
        for name, given in {
            "queue": [],
            "unanswered": [],
            "all_cases": [],
            "customers": [],
            "quarantine": [],
            "search": ["order"],
            "history": [case.id],
            "messages_in": [thread],
            "cases_of": [case.customer],
            "messages_by": [case.customer],
        }.items():
            for limit in (1, 2, 100):
                walked = [item async for item in getattr(twin, name)(*given, limit=limit)]
                assert walked == list(getattr(tenant, name)(*given)), name

    run(ask())


def test_a_whole_day() -> None:
    async def day() -> None:
        async with await open_care() as care:
            assert care.tenants == ["default"] and repr(care) == "<AsyncCare open>"
            tenant = await care.tenant()
            assert (await receive(care, 1)).status == 200
            ingested = await tenant.ingest("shop", [traffic.review(1), traffic.review(2)], account=traffic.SHOP)
            assert ingested.added == 2
            await tenant.set_presence("mia", True)
            assert (await care.tick()).routed >= 1
            for case in [case async for case in tenant.all_cases()]:
                await tenant.assign(case.id, "mia", "mia")
                await tenant.note(case.id, "mia", "Looked into it.")
                assert (await tenant.close(case.id, "mia", "resolved")).status == "closed"
                assert (await tenant.case(case.id)).notes[0].text == "Looked into it."
            assert await tenant.count_open() == {}
            assert (await care.upkeep()).failed == [] and await care.notices() is not None
            assert await tenant.verify_log() > 0
        with pytest.raises(ClosedError):
            await care.tick()
        assert repr(care) == "<AsyncCare closed>"

    run(day())


def test_errors_are_the_same() -> None:
    async def wrong() -> None:
        async with await open_care() as care:
            tenant = await care.tenant()
            with pytest.raises(SignatureInvalid):
                await care.receive("x", {}, traffic.mention(1))
            with pytest.raises(NotFound):
                await tenant.case("nothing")
            with pytest.raises(NotFound):
                await care.tenant("nobody")
            with pytest.raises(InputInvalid):
                await tenant.ingest("shop", [traffic.review(1)])
            with pytest.raises(InputInvalid):
                _ = [case async for case in tenant.all_cases(limit=0)]
            with pytest.raises(careline.errors.ConfigInvalid):
                await open_care(policy=None)

    run(wrong())


# Many at once -----------------------------------------------------------------------------------


@pytest.mark.parametrize("kind", ["memory", "file"])
def test_many_at_once_give_each_message_once(kind: str, store: str) -> None:
    async def burst() -> None:
        async with await open_care("memory:" if kind == "memory" else store) as care:
            answers = await asyncio.gather(*(receive(care, number % 40) for number in range(160)))
            assert sum(answer.ingested.added for answer in answers) == 40
            tenant = await care.tenant()
            assert len([message async for message in tenant.search("order", limit=7)]) == 40
            assert await tenant.verify_log() >= 40

    run(burst())


def test_the_loop_is_free_meanwhile(store: str) -> None:
    async def both() -> None:
        async with await open_care(store) as care:
            turns = 0
            work = asyncio.ensure_future(asyncio.gather(*(receive(care, number) for number in range(60))))
            while not work.done():
                turns += 1
                await asyncio.sleep(0)
            await work
            assert turns > 60

    run(both())


def test_on_an_executor_of_ones_own() -> None:
    before = set(threading.enumerate())
    names: set[str] = set()

    class Look:
        id = "acme-look/1"

        def advise(self, message: careline.Message, assessment: careline.Assessment) -> list[careline.Finding]:
            names.add(threading.current_thread().name)
            return []

    async def work(executor: ThreadPoolExecutor) -> None:
        async with await open_care(advisors=[Look()], executor=executor) as care:
            await (await care.tenant()).ingest("shop", [traffic.review(1)], account=traffic.SHOP)
            assert (await care.tick()).advised == 1

    with ThreadPoolExecutor(1, "acme") as executor:
        run(work(executor))
    assert names == {"acme_0"}
    assert set(threading.enumerate()) <= before


def test_several_loops_share_a_handle(file_care: careline.Care) -> None:
    care = careline.AsyncCare(file_care)
    added: list[int] = []

    def one() -> None:
        async def work() -> None:
            answers = await asyncio.gather(*(receive(care, number) for number in range(10)))
            added.extend(answer.ingested.added for answer in answers)

        run(work())

    threads = [threading.Thread(target=one) for _ in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(BOUND)
    assert (len(added), sum(added)) == (30, 10)


# Cancelled --------------------------------------------------------------------------------------


@pytest.mark.parametrize("turns", range(6))
def test_a_cancelled_await_leaves_nothing_half_written(store: str, turns: int) -> None:
    async def cancel() -> None:
        async with await open_care(store) as care:
            waiting = [asyncio.ensure_future(receive(care, number)) for number in range(20)]
            for _ in range(turns):
                await asyncio.sleep(0)
            for one in waiting:
                one.cancel()
            assert all(
                isinstance(done, (asyncio.CancelledError, careline.WebhookAnswer)) for done in await _all(waiting)
            )
            # The handle works, and posting again brings what is not there yet.
            again = await asyncio.gather(*(receive(care, number) for number in range(20)))
            assert all(answer.ingested.added + answer.ingested.known == 1 for answer in again)
            tenant = await care.tenant()
            found = [message async for message in tenant.search("order")]
            assert sorted(message.native_id for message in found) == [
                str(2090000000000000000 + number) for number in range(20)
            ]
            assert all(message.case and message.content for message in found)
            assert len([case async for case in tenant.all_cases()]) == 20
            await tenant.verify_log()

    run(cancel())


async def _all(waiting: Iterable[asyncio.Future[Any]]) -> list[Any]:
    return await asyncio.gather(*waiting, return_exceptions=True)


def test_what_was_begun_comes_to_its_end() -> None:
    begun, go_on, ended = threading.Event(), threading.Event(), threading.Event()

    class Slow:
        id = "acme-slow/1"

        def advise(self, message: careline.Message, assessment: careline.Assessment) -> list[careline.Finding]:
            begun.set()
            assert go_on.wait(BOUND)
            ended.set()
            return [careline.Finding(about="urgency", value="yes", weight=9.0, rule="acme.slow")]

    async def cancel() -> None:
        async with await open_care(advisors=[Slow()]) as care:
            tenant = await care.tenant()
            await tenant.ingest("shop", [traffic.review(1)], account=traffic.SHOP)
            ticking = asyncio.ensure_future(care.tick())
            assert await asyncio.to_thread(begun.wait, BOUND)
            ticking.cancel()
            with pytest.raises(asyncio.CancelledError):
                await ticking
            go_on.set()
            assert await asyncio.to_thread(ended.wait, BOUND)
            (case,) = [case async for case in tenant.all_cases()]
            # The advice is stored after the advisor has answered.
            while "advised" not in [step.kind for step in (await tenant.case(case.id)).timeline]:
                await asyncio.sleep(0.01)

    run(cancel())


def test_a_time_out_is_a_cancelled_await() -> None:
    begun = threading.Event()

    class Sleeps:
        id = "acme-sleeps/1"

        async def advise(self, message: careline.Message, assessment: careline.Assessment) -> list[careline.Finding]:
            begun.set()
            await asyncio.sleep(0.2)
            return []

    async def impatient() -> None:
        async with await open_care(advisors=[Sleeps()]) as care:
            tenant = await care.tenant()
            await tenant.ingest("shop", [traffic.review(1)], account=traffic.SHOP)
            with pytest.raises(TimeoutError):
                await asyncio.wait_for(care.tick(), 0.05)
            assert begun.is_set()
            assert (await receive(care, 1)).ingested.added == 1

    run(impatient())


# Coroutines plugged in --------------------------------------------------------------------------


def test_an_advisor_may_be_a_coroutine_function() -> None:
    loops: list[Any] = []

    class Ask:
        id = "acme-ask/1"

        async def advise(self, message: careline.Message, assessment: careline.Assessment) -> list[Any]:
            loops.append(asyncio.get_running_loop())
            await asyncio.sleep(0)
            return [{"about": "category", "value": "delivery", "weight": 50.0, "rule": "acme.ask"}]

    async def work() -> None:
        async with await open_care(advisors=[Ask()]) as care:
            tenant = await care.tenant()
            await tenant.ingest("shop", [traffic.review(1), traffic.review(2)], account=traffic.SHOP)
            assert (await care.tick()).advised == 2
            assert {case.category async for case in tenant.all_cases()} == {"delivery"}
        assert loops == [asyncio.get_running_loop()] * 2

    run(work())


def test_a_transport_may_be_a_coroutine_function() -> None:
    seen: list[str] = []

    class Recorded:
        async def send(self, request: careline.Request) -> careline.Response:
            seen.append(request.method)
            await asyncio.sleep(0)
            return careline.Response(200, {"content-type": "application/json"}, b"[]")

    policy = "brand.name='Acme'\naccounts=[{id='m',network='mastodon',host='social.example',native_id='55'}]"
    account = {"network": "mastodon", "host": "social.example", "token": "made-up", "account_id": "55"}

    async def work() -> None:
        settings: dict[str, Any] = {"policy": {"text": policy}, "accounts": {"m": account}}
        async with await careline.AsyncCare.open("memory:", transport=Recorded(), **settings) as care:
            assert (await (await care.tenant()).poll("m")).added == 0

    run(work())
    assert seen and set(seen) == {"GET"}


def test_a_coroutine_function_is_refused_where_nothing_is_awaited(caplog: pytest.LogCaptureFixture) -> None:
    class Ask:
        id = "acme-ask/1"

        async def advise(self, message: careline.Message, assessment: careline.Assessment) -> list[Any]:
            return []

        async def send(self, request: careline.Request) -> careline.Response:
            return careline.Response(status=200)

    class Hidden(Ask):
        def advise(self, message: careline.Message, assessment: careline.Assessment) -> Any:
            return super().advise(message, assessment)

    for plugs in ({"advisors": [Ask()]}, {"transport": Ask()}):
        with pytest.raises(careline.errors.ConfigInvalid, match="coroutine function: open an AsyncCare"):
            traffic.open_care(**plugs)
    with traffic.open_care(advisors=[Hidden()]) as care:
        tenant = care.tenant()
        tenant.ingest("shop", [traffic.review(1)], account=traffic.SHOP)
        care.tick()
        (case,) = tenant.all_cases()
        (advised,) = [step for step in tenant.case(case.id).timeline if step.kind == "advised"]
        assert "TypeError" in json.dumps([reason.to_dict() for reason in advised.reasons])
    assert "raised TypeError" in caplog.text


def test_context_variables_reach_the_plugged() -> None:
    import contextvars

    request_id: contextvars.ContextVar[str] = contextvars.ContextVar("request_id")
    seen: list[str] = []

    class Look:
        id = "acme-look/1"

        def advise(self, message: careline.Message, assessment: careline.Assessment) -> list[Any]:
            seen.append(request_id.get())
            return []

    async def work() -> None:
        async with await open_care(advisors=[Look()]) as care:
            await (await care.tenant()).ingest("shop", [traffic.review(1)], account=traffic.SHOP)
            request_id.set("r-7")
            await care.tick()

    run(work())
    assert seen == ["r-7"]


def test_closed_while_others_wait(store: str) -> None:
    async def close() -> None:
        care = await open_care(store)
        waiting: list[asyncio.Future[Any]] = [asyncio.ensure_future(receive(care, number)) for number in range(30)]
        await asyncio.sleep(0)
        await care.close()
        for done in await _all(waiting):
            assert isinstance(done, (careline.WebhookAnswer, ClosedError)), done
        stored = [done.ingested.added for done in await _all(waiting) if isinstance(done, careline.WebhookAnswer)]
        async with await open_care(store) as care:
            tenant = await care.tenant()
            assert len([message async for message in tenant.search("order")]) == sum(stored)

    run(close())
