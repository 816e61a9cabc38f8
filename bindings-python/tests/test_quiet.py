"""Being embedded is quiet: no thread, no socket, no open file, no word that nobody asked for."""

from __future__ import annotations

import subprocess
import sys
import textwrap
from pathlib import Path

import pytest

if not Path("/proc/self/task").is_dir():
    pytest.skip("skipped: threads and files are counted in /proc", allow_module_level=True)

WATCH = """
import logging, os, sys, threading, time, traffic

def fds():
    # The folder that is being listed is open itself.
    names = {name: None for name in os.listdir("/proc/self/fd")}
    for name in list(names):
        try:
            names[name] = os.readlink(f"/proc/self/fd/{name}")
        except OSError:
            del names[name]
    return names

def threads():
    return set(os.listdir("/proc/self/task"))

def state():
    return threads(), fds()

def ends_as(wanted):
    # The system may show a thread for a moment after it was waited for.
    limit = time.monotonic() + 5
    while threads() != wanted and time.monotonic() < limit:
        time.sleep(0.001)
    assert threads() == wanted, (threads(), wanted)

def sockets():
    return [place for place in fds().values() if place.startswith("socket:")]
"""
BEFORE = """
import os
def threads(): return set(os.listdir("/proc/self/task"))
before = (threads(), set(os.listdir("/proc/self/fd")))
"""


def run(program: str) -> subprocess.CompletedProcess[str]:
    """Runs a program in a process of its own."""
    return subprocess.run(
        [sys.executable, "-I", "-c", f"import sys; sys.path.insert(0, {str(Path(__file__).parent)!r})\n{program}"],
        capture_output=True,
        text=True,
        timeout=60,
    )


def quiet(program: str) -> None:
    """Runs a program that must succeed and say nothing."""
    done = run(WATCH + textwrap.dedent(program))
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")


def test_importing_starts_and_opens_nothing() -> None:
    # Listed the same way twice, so that the folder's own descriptor has the same number.
    done = run(
        BEFORE + "import careline\nafter = (threads(), set(os.listdir('/proc/self/fd')))\nassert before == after"
    )
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")


def test_importing_touches_nothing_of_the_hosts() -> None:
    quiet("""
        import signal, warnings
        def globals_of_the_process():
            handlers = [signal.getsignal(number) for number in signal.valid_signals()]
            return (handlers, dict(os.environ), os.getcwd(), os.umask(os.umask(0o22)), sys.excepthook,
                    logging.root.handlers[:], logging.root.level, sys.stdout, sys.stderr, sys.getrecursionlimit(),
                    threading.excepthook, warnings.filters[:])
        for name in [name for name in sys.modules if name.split(".")[0] in ("careline", "traffic")]:
            del sys.modules[name]
        before = globals_of_the_process()
        import careline
        assert globals_of_the_process() == before
        """)


def test_importing_does_not_load_what_is_plugged_in_by_others() -> None:
    quiet("""
        loaded = {name.split(".")[0] for name in sys.modules}
        assert not loaded & {"django", "flask", "fastapi", "starlette", "celery", "pydantic", "ssl"}, loaded
        assert "careline.adapters.django" not in sys.modules
        """)


@pytest.mark.parametrize("store", ["memory:", "sqlite::memory:"])
def test_opening_starts_and_opens_nothing(store: str) -> None:
    quiet(f"""
        before = state()
        care = traffic.open_care({store!r})
        assert threads() == before[0] and sockets() == []
        if {store!r} == "memory:":
            assert state() == before
        care.close()
        assert state() == before
        """)


def test_opening_a_file_opens_that_file_only(tmp_path: Path) -> None:
    quiet(f"""
        before = state()
        care = traffic.open_care("sqlite://{tmp_path}/care.db")
        opened = {{place for name, place in fds().items() if name not in before[1]}}
        assert opened and all(place.startswith("{tmp_path}/care.db") for place in opened), opened
        assert threads() == before[0]
        care.close()
        assert state() == before, (state(), before)
        """)


def test_opening_accounts_asks_no_network() -> None:
    quiet("""
        import careline
        policy = {"text": "brand.name='Acme'\\naccounts=[{id='m',network='mastodon',host='127.0.0.1',native_id='55'}]"}
        account = {"network": "mastodon", "base_url": "http://127.0.0.1:9", "token": "made-up", "account_id": "55"}
        before = state()
        care = careline.Care.open("memory:", policy=policy, accounts={"m": account})
        care.tick(); list(care.tenant().queue())
        assert state() == before
        care.close()
        """)


def test_a_poll_leaves_no_thread() -> None:
    quiet("""
        import careline
        policy = {"text": "brand.name='Acme'\\naccounts=[{id='m',network='mastodon',host='127.0.0.1',native_id='55'}]"}
        account = {"network": "mastodon", "base_url": "http://127.0.0.1:9", "token": "made-up", "account_id": "55"}
        before = state()
        care = careline.Care.open("memory:", policy=policy, accounts={"m": account})
        try:
            care.tenant().poll("m")
        except careline.CarelineError:
            pass
        else:
            raise AssertionError("nobody listens there")
        ends_as(before[0])
        care.close()
        assert state() == before, (state(), before)
        """)


# A thread that looks how many there are while the others work.
LOOK = """
import careline
seen = set()
ended = threading.Event()
def look():
    mine = str(threading.get_native_id())
    while not ended.is_set():
        seen.update(threads() - {mine})
        time.sleep(0.0005)
looker = threading.Thread(target=look)
before = threads()
looker.start()
"""


@pytest.mark.parametrize("call", ["careline.triage(['my order is broken'] * 4000)", "careline.normalise('x', bodies)"])
def test_one_thread_starts_none(call: str) -> None:
    quiet(
        f"{LOOK}\nbodies = [traffic.mention(1)] * 4000\n{call}\nended.set(); looker.join()\nassert seen == before, seen"
    )


@pytest.mark.parametrize(
    "call", ["careline.triage(['my order'] * 20000, threads=4)", "careline.normalise('x', bodies, threads=4)"]
)
def test_of_four_threads_none_remains(call: str) -> None:
    quiet(f"""{LOOK}
bodies = [traffic.mention(1)] * 20000
{call}
ends_as(before | {{str(looker.native_id)}})
ended.set(); looker.join()
assert len(seen - before) >= 2, seen
""")


def test_calls_start_none(tmp_path: Path) -> None:
    quiet(f"""{LOOK}
with traffic.open_care("sqlite://{tmp_path}/care.db") as care:
    tenant = traffic.fill(care)
    for case in tenant.all_cases():
        tenant.case(case.id), tenant.explain(case.id), list(tenant.history(case.id)), tenant.customer(case.customer)
    tenant.erase(customer=tenant.case(case.id).customer.customer.id)
    tenant.export(), tenant.retain(), tenant.verify_log(), care.tick(), care.notices()
ended.set(); looker.join()
assert seen == before, seen
""")


def test_upkeep_starts_none(tmp_path: Path) -> None:
    quiet(f"""{LOOK}
with traffic.open_care("sqlite://{tmp_path}/care.db") as care:
    traffic.fill(care)
    care.upkeep()
    remain = threads() - {{str(looker.native_id)}}
ended.set(); looker.join()
assert seen == before == remain, (seen, remain)
""")


def test_awaiting_uses_the_executor_and_nothing_else(tmp_path: Path) -> None:
    quiet(f"""
        import asyncio, careline
        from concurrent.futures import ThreadPoolExecutor
        async def work(executor):
            care = careline.AsyncCare(traffic.open_care("sqlite://{tmp_path}/care.db"), executor)
            async with care:
                bodies = [traffic.mention(number) for number in range(20)]
                await asyncio.gather(*(care.receive("x", traffic.signed(body), body) for body in bodies))
                assert len(threads() - before) <= 2, threads()
        before = threads()
        with ThreadPoolExecutor(2) as executor:
            asyncio.run(work(executor))
        ends_as(before)
        """)


# Words ------------------------------------------------------------------------------------------


def test_nothing_is_said_unless_asked() -> None:
    quiet("""
        import careline
        class Broken:
            id = "acme-broken/1"
            def advise(self, message, assessment):
                raise ValueError("made up")
        with traffic.open_care(advisors=[Broken()]) as care:
            traffic.fill(care)
            traffic.answers(care)
            for wrong in (lambda: care.receive("x", {}, b""), lambda: care.tenant("nobody")):
                try:
                    wrong()
                except careline.CarelineError:
                    pass
        """)


def test_nothing_is_said_where_a_host_logs_warnings() -> None:
    quiet("""
        logging.basicConfig(level=logging.WARNING)
        with traffic.open_care() as care:
            traffic.fill(care)
            traffic.answers(care)
        """)


def test_said_where_asked_and_on_the_callers_thread(tmp_path: Path) -> None:
    quiet(f"""
        records = []
        class Keep(logging.Handler):
            def emit(self, record):
                records.append((record, threading.get_native_id()))
        logger = logging.getLogger("careline")
        logger.addHandler(Keep())
        logger.setLevel(logging.DEBUG)
        with traffic.open_care("sqlite://{tmp_path}/care.db") as care:
            caller = threading.Thread(target=traffic.fill, args=[care], name="acme-caller")
            caller.start()
            caller.join(60)
            assert not caller.is_alive()
        assert len(records) >= 3
        assert {{record.threadName for record, _ in records}} == {{"acme-caller"}}
        assert {{place for _, place in records}} == {{caller.native_id}}
        assert all(record.name.split(".")[0] == "careline" for record, _ in records)
        """)


def test_no_warnings_and_nothing_left_open() -> None:
    done = subprocess.run(
        [sys.executable, "-X", "dev", "-W", "error", "-c", "import traffic; traffic.fill(traffic.open_care())"],
        capture_output=True,
        text=True,
        timeout=60,
        cwd=Path(__file__).parent,
    )
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")


def test_ends_while_handles_are_open(tmp_path: Path) -> None:
    quiet(f"""
        care = traffic.open_care("sqlite://{tmp_path}/care.db")
        listing = iter(traffic.fill(care).queue())
        next(listing)
        """)


def test_ends_while_another_thread_is_inside() -> None:
    quiet("""
        import careline
        begun = threading.Event()
        def work():
            begun.set()
            while True:
                careline.triage(["my order is broken"] * 100)
        threading.Thread(target=work, daemon=True).start()
        assert begun.wait(30)
        """)
