"""Forks: a child works on a file and is refused on memory, the parent works on, nothing is lost or doubled."""

from __future__ import annotations

import http.client
import importlib.util
import json
import os
import re
import signal
import subprocess
import sys
import textwrap
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
import traffic
from forking import stored

if not hasattr(os, "fork"):
    pytest.skip("skipped: nothing forks here", allow_module_level=True)

HERE = Path(__file__).parent
BOUND = 60
# Refused is refused at once; a machine under load may take its time to say so.
AT_ONCE = 5


def environment() -> dict[str, str]:
    """What a program needs to find these tests' own modules."""
    return {**os.environ, "PYTHONPATH": str(HERE), "PYTHONFAULTHANDLER": "1"}


def run(program: str, *arguments: str) -> Any:
    """Runs a program in a process of its own and reads the JSON it prints."""
    command = [sys.executable, *(["-c", textwrap.dedent(program)] if "\n" in program else [program]), *arguments]
    done = subprocess.run(command, capture_output=True, text=True, timeout=BOUND, env=environment(), cwd=HERE)
    assert (done.returncode, done.stderr) == (0, ""), done.stderr
    return json.loads(done.stdout)


def sound(store: str, numbers: list[int]) -> None:
    """The file is sound and holds each message once."""
    with traffic.open_care(store) as care:
        assert stored(care) == numbers
        assert care.tenant().verify_log() >= len(numbers)
        assert len(list(care.tenant().all_cases())) == len(numbers)


# One child --------------------------------------------------------------------------------------


@pytest.mark.parametrize("moment", ["import", "open", "call"])
@pytest.mark.parametrize("way", ["os.fork", "fork", "spawn", "forkserver"])
def test_on_a_file(way: str, moment: str, store: str) -> None:
    came = run("forking.py", way, moment, store)
    child, parent = came["child"], came["parent"]
    assert child["ended"] == 0 and child["inherited"] is (moment != "import" and way in ("os.fork", "fork"))
    before = 1 if moment == "call" else 0
    assert child["first"]["answer"] == [1 - before, 1, [1, 2], []], child
    assert [rest["answer"] for rest in child["rest"]] == [["default"], "default", None, 0]
    assert "answer" in child["closed"]
    assert parent["answer"][:3] == [0, 1, [1, 2, 3]] and parent["answer"][3] >= 3, parent
    sound(store, [1, 2, 3])


@pytest.mark.parametrize("moment", ["import", "open", "call"])
@pytest.mark.parametrize("way", ["os.fork", "fork", "spawn", "forkserver"])
def test_in_memory(way: str, moment: str) -> None:
    came = run("forking.py", way, moment, "memory:")
    child, parent = came["child"], came["parent"]
    assert child["ended"] == 0
    if child["inherited"]:
        for refused in [child["first"], *child["rest"]]:
            assert refused["error"] == "ForkedError" and refused["seconds"] < AT_ONCE, refused
            assert "open" in refused["message"]
    else:
        assert child["first"]["answer"] == [1, 1, [1, 2], []], child
    assert "answer" in child["closed"]
    # What a child does in a store of its own, the parent does not see.
    before = 1 if moment == "call" else 0
    assert parent["answer"][:3] == [1 - before, 1, [1, 3]], parent


# Many children ----------------------------------------------------------------------------------


def test_many_children_give_each_message_once(store: str) -> None:
    came = run(
        """
        import json, multiprocessing, sys, traffic
        from forking import receive, stored

        def work(number):
            return [receive(care, place) for place in range(20)]

        care = traffic.open_care(sys.argv[1])
        receive(care, 0)
        with multiprocessing.get_context("fork").Pool(6) as pool:
            added = pool.map_async(work, range(12), chunksize=1).get(timeout=50)
        print(json.dumps([sum(map(sum, added)), stored(care)]))
        """,
        store,
    )
    assert came == [19, list(range(20))]
    sound(store, list(range(20)))


def test_children_of_children(store: str) -> None:
    came = run(
        """
        import json, os, sys, traffic
        from forking import receive, stored

        care = traffic.open_care(sys.argv[1])
        receive(care, 0)
        depth = 0
        while depth < 3:
            pid = os.fork()
            if pid:
                assert os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]) == 0
                break
            depth += 1
            assert receive(care, depth) == 1
        assert receive(care, 10 + depth) == 1
        if depth == 0:
            print(json.dumps(stored(care)))
        """,
        store,
    )
    assert came == [0, 1, 2, 3, 10, 11, 12, 13]
    sound(store, came)


def test_a_list_is_walked_on_in_the_child(store: str) -> None:
    came = run(
        """
        import json, os, sys, traffic
        from forking import receive

        care = traffic.open_care(sys.argv[1])
        for number in range(6):
            receive(care, number)
        tenant = care.tenant()
        walk = iter(tenant.all_cases(limit=2))
        seen = [next(walk).id for _ in range(3)]
        read, write = os.pipe()
        if os.fork() == 0:
            os.write(write, json.dumps([case.id for case in walk]).encode())
            os._exit(0)
        os.wait()
        theirs = json.loads(os.read(read, 65536))
        print(json.dumps([theirs == [case.id for case in walk], len(seen) + len(theirs)]))
        """,
        store,
    )
    assert came == [True, 6]


def test_a_child_that_is_killed_leaves_the_file_sound(store: str) -> None:
    came = run(
        """
        import json, os, signal, sys, traffic
        from forking import receive, stored

        care = traffic.open_care(sys.argv[1])
        for round in range(3):
            read, write = os.pipe()
            pid = os.fork()
            if pid == 0:
                number = round * 1000 + 1
                while True:
                    receive(care, number)
                    os.write(write, number.to_bytes(4, "big"))
                    number += 1
            os.close(write)
            acknowledged = os.read(read, 4)
            os.kill(pid, signal.SIGKILL)
            os.waitpid(pid, 0)
            while part := os.read(read, 4):
                acknowledged = part
            last = int.from_bytes(acknowledged, "big")
            found = [number for number in stored(care) if number >= round * 1000]
            # One more may be stored than was told of.
            assert found in (list(range(round * 1000 + 1, last + 1)), list(range(round * 1000 + 1, last + 2))), found
        print(json.dumps(care.tenant().verify_log() > 0))
        """,
        store,
    )
    assert came is True


@pytest.mark.parametrize("ending", ["closes", "ends", "is killed"])
def test_a_child_works_on_when_the_parent_is_gone(ending: str, store: str) -> None:
    come = {"closes": "care.close()", "ends": "os._exit(0)", "is killed": "os.kill(os.getpid(), 9)"}[ending]
    program = f"""
        import json, os, subprocess, sys, traffic
        from forking import receive, stored

        care = traffic.open_care(sys.argv[1])
        receive(care, 1)
        gone, go = os.pipe()
        ready, is_ready = os.pipe()
        told, tell = os.pipe()
        if os.fork() == 0:
            os.close(go)
            receive(care, 2)
            os.write(is_ready, b"x")
            os.read(gone, 1)
            # Somebody else looks, and is the last to close as far as locks tell.
            if sys.argv[2] != "closes":
                look = "import sys, traffic; traffic.open_care(sys.argv[1]).close()"
                subprocess.run([sys.executable, "-c", look, sys.argv[1]], timeout=50)
            print(json.dumps([receive(care, 3), receive(care, 4)]))
            sys.exit(0)
        os.read(ready, 1)
        {come}
        os.close(go)
        os.wait()
        """
    done = subprocess.run(
        [sys.executable, "-c", textwrap.dedent(program), store, ending],
        capture_output=True,
        text=True,
        timeout=BOUND,
        env=environment(),
    )
    assert done.stdout and json.loads(done.stdout) == [1, 1], done.stderr
    sound(store, [1, 2, 3, 4])


def test_a_child_born_while_another_thread_works(store: str) -> None:
    came = run(
        """
        import json, os, signal, sys, threading, traffic
        from forking import outcome, receive

        def work():
            number = 1000
            while not ended.is_set():
                receive(care, number)
                number += 1

        care = traffic.open_care(sys.argv[1])
        ended = threading.Event()
        worker = threading.Thread(target=work)
        worker.start()
        came = []
        for number in range(30):
            read, write = os.pipe()
            pid = os.fork()
            if pid == 0:
                signal.alarm(10)
                os.write(write, json.dumps(outcome(lambda: receive(care, number))).encode())
                os._exit(0)
            os.close(write)
            came.append(json.loads(os.read(read, 65536) or b'{"error": "hung"}'))
            os.close(read)
            os.waitpid(pid, 0)
            if came[-1].get("answer") != 1:
                break
        ended.set()
        worker.join()
        print(json.dumps([one.get("answer", one) for one in came]))
        """,
        store,
    )
    assert came == [1] * 30


def test_a_fork_that_python_was_not_told_of_is_refused(store: str, tmp_path: Path) -> None:
    came = run(
        """
        import ctypes, json, os, sys, traffic
        from forking import outcome, receive, stored

        care = traffic.open_care(sys.argv[1])
        receive(care, 1)
        care.tenant().search("order")
        read, write = os.pipe()
        if ctypes.PyDLL(None).fork() == 0:
            asked = [lambda: receive(care, 2), lambda: traffic.open_care(sys.argv[1])]
            came = [outcome(ask) for ask in asked]
            with traffic.open_care(sys.argv[2]) as other:
                came.append(outcome(lambda: receive(other, 2)))
            os.write(write, json.dumps(came).encode())
            os._exit(0)
        os.wait()
        print(json.dumps([json.loads(os.read(read, 65536)), receive(care, 2), stored(care)]))
        """,
        store,
        f"sqlite://{tmp_path}/other.db",
    )
    for refused in came[0][:2]:
        assert refused["error"] == "ForkedError" and refused["seconds"] < AT_ONCE, refused
        assert "fork" in refused["message"], refused
    assert came[0][2]["answer"] == 1, "a file that was not open can be used"
    assert came[1:] == [1, [1, 2]]
    sound(store, [1, 2])


def test_an_advisor_may_fork(store: str) -> None:
    came = run(
        """
        import json, os, sys, traffic
        from forking import outcome, receive, stored

        class Forking:
            id = "acme-forking/1"

            def advise(self, message, assessment):
                read, write = os.pipe()
                if os.fork() == 0:
                    os.write(write, json.dumps(outcome(lambda: [receive(care, 2), stored(care)])).encode())
                    os._exit(0)
                os.wait()
                told.append(json.loads(os.read(read, 65536)).get("answer"))
                return []

        told = []
        care = traffic.open_care(sys.argv[1], advisors=[Forking()])
        receive(care, 1)
        advised = care.tick().advised
        print(json.dumps([advised, told, stored(care)]))
        """,
        store,
    )
    assert came == [1, [[1, [1, 2]]], [1, 2]]
    sound(store, [1, 2])


def test_a_child_elsewhere_uses_the_same_file_and_policy(tmp_path: Path) -> None:
    (tmp_path / "elsewhere").mkdir()
    came = run(
        """
        import json, os, sys, traffic
        from forking import outcome, receive, stored

        os.chdir(sys.argv[1])
        with open("policy.toml", "w") as policy:
            policy.write(traffic.POLICY)
        care = traffic.open_care("sqlite://care.db", policy="policy.toml")
        receive(care, 1)
        os.remove("policy.toml")
        os.chdir("elsewhere")
        read, write = os.pipe()
        if os.fork() == 0:
            os.write(write, json.dumps(outcome(lambda: [receive(care, 2), stored(care)])).encode())
            os._exit(0)
        os.wait()
        print(json.dumps([json.loads(os.read(read, 65536)).get("answer"), receive(care, 3), stored(care)]))
        """,
        str(tmp_path),
    )
    assert came == [[1, [1, 2]], 1, [1, 2, 3]]
    assert list((tmp_path / "elsewhere").iterdir()) == []
    sound(f"sqlite://{tmp_path}/care.db", [1, 2, 3])


def test_a_fork_does_not_wait_for_ever(store: str, tmp_path: Path) -> None:
    came = run(
        """
        import json, os, sys, threading, time, traffic
        from forking import outcome, receive, stored

        care = traffic.open_care(sys.argv[1])
        receive(care, 1)
        # A call that does not end: its policy is in a pipe that nobody writes to.
        os.mkfifo(sys.argv[2])
        worker = threading.Thread(target=lambda: traffic.open_care(policy=sys.argv[2], endpoints={}).close())
        worker.start()
        time.sleep(0.5)
        begun = time.monotonic()
        read, write = os.pipe()
        if os.fork() == 0:
            os.write(write, json.dumps(outcome(lambda: receive(care, 2))).encode())
            os._exit(0)
        waited = time.monotonic() - begun
        os.wait()
        with open(sys.argv[2], "w") as policy:
            policy.write(traffic.POLICY)
        worker.join()
        print(json.dumps([waited, json.loads(os.read(read, 65536)), receive(care, 2), stored(care)]))
        """,
        store,
        str(tmp_path / "policy.toml"),
    )
    waited, child, *parent = came
    assert 5 < waited < 30
    assert child["error"] == "ForkedError" and child["seconds"] < AT_ONCE and "fork" in child["message"], child
    assert parent == [1, [1, 2]]
    sound(store, [1, 2])


def test_a_child_may_outlive_a_handle_it_does_not_use(store: str) -> None:
    came = run(
        """
        import gc, json, os, sys, traffic
        from forking import receive, stored

        care = traffic.open_care(sys.argv[1])
        receive(care, 1)
        pid = os.fork()
        if pid == 0:
            del care
            gc.collect()
            sys.exit(0)
        os.waitpid(pid, 0)
        print(json.dumps([receive(care, 2), stored(care), care.tenant().verify_log()]))
        """,
        store,
    )
    assert came == [1, [1, 2], 2]


def test_texts_are_judged_on_threads_in_the_child() -> None:
    came = run("""
        import careline, json, os

        careline.triage(["thank you"] * 100, threads=4)
        read, write = os.pipe()
        pid = os.fork()
        found = [one.intent for one in careline.triage(["thank you"] * 100, threads=4)]
        if pid == 0:
            os.write(write, json.dumps(found).encode())
            os._exit(0)
        os.waitpid(pid, 0)
        print(json.dumps(found == json.loads(os.read(read, 65536)) == ["praise"] * 100))
        """)
    assert came is True


# Real servers -----------------------------------------------------------------------------------


@contextmanager
def served(command: list[str], folder: Path, ready: str) -> Iterator[re.Match[str]]:
    """A server until the block ends; `ready` is what it writes when it can be used."""
    log = folder / "server.log"
    with log.open("wb") as writing:
        server = subprocess.Popen(
            [sys.executable, "-m", *command],
            stdout=writing,
            stderr=writing,
            stdin=subprocess.DEVNULL,
            cwd=folder,
            env={**environment(), "PYTHONPATH": f"{HERE}{os.pathsep}{folder}"},
        )
    try:
        yield _written(server, log, ready)
    finally:
        server.send_signal(signal.SIGTERM)
        try:
            server.wait(BOUND)
        except subprocess.TimeoutExpired:
            server.kill()
            server.wait()
            pytest.fail(f"the server did not stop: {log.read_text('utf-8')}")


def _written(server: subprocess.Popen[bytes], log: Path, ready: str) -> re.Match[str]:
    limit = time.monotonic() + BOUND
    while time.monotonic() < limit and server.poll() is None:
        if found := re.search(ready, log.read_text("utf-8", "replace")):
            return found
        time.sleep(0.02)
    pytest.fail(f"the server did not start: {log.read_text('utf-8', 'replace')}")


def until_both(ask: Callable[[int], tuple[int, str]]) -> dict[int, set[str]]:
    """Asks until two processes have answered, and tells what each of them said."""
    said: dict[int, set[str]] = {}
    number = 0
    limit = time.monotonic() + BOUND
    while (len(said) < 2 or number < 20) and time.monotonic() < limit:
        pid, answer = ask(number)
        said.setdefault(pid, set()).add(answer)
        number += 1
    assert len(said) == 2, said
    return said


SITE = """
import os, traffic
from forking import outcome, receive

care = traffic.open_care({store!r})
if {called}:
    receive(care, 0)

def application(environ, start_response):
    number = int(environ["PATH_INFO"].strip("/"))
    came = outcome(lambda: receive(care, number))
    start_response("200 OK", [("Content-Type", "text/plain")])
    return [f"{{os.getpid()}} {{came.get('answer', came.get('error'))}}".encode()]
"""


@contextmanager
def gunicorn(folder: Path, store: str, called: bool) -> Iterator[Callable[[int], tuple[int, str]]]:
    """Asks a site behind gunicorn whose handle was opened, and perhaps used, before it forked."""
    if importlib.util.find_spec("gunicorn") is None:
        pytest.skip("skipped: gunicorn is not installed")
    (folder / "acme_site.py").write_text(SITE.format(store=store, called=called), "utf-8")
    command = ["gunicorn", "--preload", "--workers", "2", "--bind", "127.0.0.1:0", "--no-control-socket"]
    with served([*command, "acme_site:application"], folder, r"Listening at: http://127\.0\.0\.1:(\d+)") as found:
        port = int(found[1])

        def ask(number: int) -> tuple[int, str]:
            connection = http.client.HTTPConnection("127.0.0.1", port, timeout=BOUND)
            connection.request("GET", f"/{number}")
            pid, answer = connection.getresponse().read().decode().split()
            connection.close()
            return int(pid), answer

        yield ask


@pytest.mark.parametrize("called", [False, True], ids=["after open", "after a call"])
def test_gunicorn_with_preload_on_a_file(tmp_path: Path, store: str, called: bool) -> None:
    asked: list[int] = []

    def ask_next(number: int) -> tuple[int, str]:
        asked.append(number)
        return ask(number)

    with gunicorn(tmp_path, store, called) as ask:
        said = until_both(ask_next)
        assert {ask(number)[1] for number in asked} == {"0"}
    assert set.union(*said.values()) == ({"0", "1"} if called else {"1"})
    sound(store, sorted(asked))


def test_gunicorn_with_preload_in_memory(tmp_path: Path) -> None:
    with gunicorn(tmp_path, "memory:", True) as ask:
        said = until_both(ask)
    assert set.union(*said.values()) == {"ForkedError"}


TASKS = """
import os, traffic
from celery import Celery
from forking import outcome, receive

app = Celery("acme_tasks")
app.conf.update({settings!r})
handles = {{"file": traffic.open_care({store!r}), "memory": traffic.open_care()}}
for care in handles.values():
    receive(care, 0)

@app.task(name="acme.receive")
def receive_one(which, number):
    came = outcome(lambda: receive(handles[which], number))
    return [os.getpid(), str(came.get("answer", came.get("error")))]
"""


@contextmanager
def celery(folder: Path, store: str) -> Iterator[Callable[[str, int], tuple[int, str]]]:
    """Asks a Celery worker that forked its children after handles on a file and on memory were used."""
    if importlib.util.find_spec("celery") is None:
        pytest.skip("skipped: celery is not installed")
    from celery import Celery  # type: ignore[import-untyped]

    for name in ("queue", "control", "results"):
        (folder / name).mkdir()
    transport = {
        "data_folder_in": str(folder / "queue"),
        "data_folder_out": str(folder / "queue"),
        "control_folder": str(folder / "control"),
        "polling_interval": 0.02,
    }
    settings = {
        "broker_url": "filesystem://",
        "broker_transport_options": transport,
        "result_backend": f"file://{folder / 'results'}",
        "worker_prefetch_multiplier": 1,
        "worker_hijack_root_logger": False,
    }
    (folder / "acme_tasks.py").write_text(TASKS.format(settings=settings, store=store), "utf-8")
    client = Celery("acme_client")
    client.conf.update(settings)
    command = ["celery", "-A", "acme_tasks", "worker", "--pool", "prefork", "--concurrency", "2", "--loglevel", "INFO"]
    quiet = ["--without-gossip", "--without-mingle", "--without-heartbeat"]
    with served([*command, *quiet], folder, r"celery@\S+ ready"):

        def ask(which: str, number: int) -> tuple[int, str]:
            pid, answer = client.send_task("acme.receive", [which, number]).get(timeout=BOUND, interval=0.01)
            return int(pid), str(answer)

        yield ask


def test_celery_prefork(tmp_path: Path, store: str) -> None:
    asked: list[int] = []

    def ask_file(number: int) -> tuple[int, str]:
        asked.append(number)
        return ask("file", number)

    with celery(tmp_path, store) as ask:
        said = until_both(ask_file)
        assert set.union(*said.values()) == {"0", "1"}
        assert {ask("file", number)[1] for number in asked[:4]} == {"0"}
        said = until_both(lambda number: ask("memory", number))
        assert set.union(*said.values()) == {"ForkedError"}
    sound(store, sorted(asked))
