"""What the Python package costs, as ratios: CPU time of both sides in turns, the median of several rounds.

Usage: compare.py FOLDER with x_1.jsonl (posts of X as its API answers), as `make bench` does it. With CARELINE_PEERS set to
a folder with naive_pipeline.py, and its packages installed for this interpreter's neighbour, that is compared, too.
"""

from __future__ import annotations

import asyncio
import json
import os
import statistics
import subprocess
import sys
import sysconfig
import time
import unicodedata
from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from typing import Any

import careline
from careline import _careline

ROUNDS = 25


def main(folder: Path) -> None:
    bodies = [line for line in (folder / "x_1.jsonl").read_bytes().splitlines() if line][:2000]
    texts = [json.loads(body)["data"]["text"] for body in bodies]
    many = (texts * (10_000 // len(texts) + 1))[:10_000]
    print(f"\nPython, µs a message; {len(bodies)} bodies      ours  theirs   ratio  target")

    def objects() -> None:
        for parsed in careline.normalise("x", bodies, kind="webhook"):
            parsed.events[0].body

    native = lambda: _careline.native_only("x", bodies, [])  # noqa: E731
    read = lambda: careline.normalise("x", bodies, kind="webhook")  # noqa: E731
    show("batch normalise to objects ÷ native", *compared(read, native, len(bodies)), "≤ 1.2")
    show("  each message of them taken ÷ native", *compared(objects, native, len(bodies)), "")
    judged = lambda: careline.triage(many)  # noqa: E731
    show("triage of 10,000 texts ÷ native", *compared(judged, lambda: _careline.native_only("x", [], many), 10_000), "≤ 1.15")
    by_hand = lambda: [handwritten(body) for body in bodies]  # noqa: E731
    show("dict code by hand ÷ ours", *swapped(compared(objects, by_hand, len(bodies))), "≥ 4")
    asyncio.run(awaited())
    imported(folder)
    naive(folder, bodies)


def compared(ours: Callable[[], object], theirs: Callable[[], object], count: int) -> tuple[float, float]:
    """The median CPU time of each for a message, in microseconds."""
    mine, others = [], []
    ours()
    theirs()
    for _ in range(ROUNDS):
        mine.append(timed(ours) / count)
        others.append(timed(theirs) / count)
    return statistics.median(mine), statistics.median(others)


def swapped(pair: tuple[float, float]) -> tuple[float, float]:
    return pair[1], pair[0]


def timed(work: Callable[[], object]) -> float:
    begun = time.process_time()
    work()
    return (time.process_time() - begun) * 1e6


def show(name: str, ours: float, theirs: float, target: str) -> None:
    print(f"  {name:<38} {ours:>8.2f} {theirs:>7.2f} {ours / theirs:>7.2f}  {target}", flush=True)


async def awaited() -> None:
    """An awaited call that does no I/O beside an awaited nothing on the same executor."""
    care = await careline.AsyncCare.open("memory:", policy={"text": "brand.name = 'Acme'"})
    loop = asyncio.get_running_loop()

    async def each(call: Callable[[], Any]) -> float:
        begun = time.perf_counter()
        for _ in range(500):
            await call()
        return (time.perf_counter() - begun) / 500 * 1e6

    ours, theirs = [], []
    for _ in range(ROUNDS):
        ours.append(await each(care.notices))
        theirs.append(await each(lambda: loop.run_in_executor(None, int)))
    show("awaited call ÷ awaited nothing (wall)", statistics.median(ours), statistics.median(theirs), "≤ 1.5")


EMPTY = """#include <Python.h>
static struct PyModuleDef made = {PyModuleDef_HEAD_INIT, "empty", 0, -1, 0};
PyMODINIT_FUNC PyInit_empty(void) { return PyModule_Create(&made); }
"""


def imported(folder: Path) -> None:
    """A process that imports the package beside one that imports a native module with nothing in it."""
    (folder / "empty.c").write_text(EMPTY)
    compiler = ["cc", "-shared", "-fPIC", f"-I{sysconfig.get_path('include')}", "empty.c", "-o", "empty.so"]
    if subprocess.run(compiler, cwd=folder, capture_output=True).returncode != 0:
        print("skipped: import: no C compiler, or no headers of Python")
        return

    def process(code: str) -> float:
        begun = time.perf_counter()
        subprocess.run([sys.executable, "-c", code], cwd=folder, check=True)
        return (time.perf_counter() - begun) * 1e6

    ours, theirs = [], []
    for _ in range(25):
        ours.append(process("import careline"))
        theirs.append(process("import empty"))
    show("import ÷ import of nothing (wall)", statistics.median(ours), statistics.median(theirs), "≤ 2")


def naive(folder: Path, bodies: list[bytes]) -> None:
    """The naive pipeline, with its own store, beside reading and judging here and beside receiving into SQLite."""
    home = Path(os.environ.get("CARELINE_PEERS", "../shared/peers"))
    python = Path(os.environ.get("CARELINE_PEER_TOOLS", ".cache/peers")) / "venv" / "bin" / "python"
    if not (home / "naive_pipeline.py").exists() or not python.exists():
        print("skipped: the naive Python pipeline is not installed")
        return
    texts = [json.loads(body)["data"]["text"] for body in bodies]

    def read_and_judge() -> None:
        careline.normalise("x", bodies)
        careline.triage(texts)

    ours = statistics.median(timed(read_and_judge) / len(bodies) for _ in range(3))
    command = [python, home / "naive_pipeline.py", folder, "300", "3"]
    done = subprocess.run(command, env={**os.environ, "CPU": "1"}, capture_output=True, text=True)
    if done.returncode != 0:
        print(f"skipped: the naive Python pipeline: {(done.stderr.splitlines() or ['it failed'])[-1]}")
        return
    stored = receiving(folder, bodies)
    for line in done.stdout.splitlines():
        cells = [cell.strip() for cell in line.split("|")[1:-1]]
        if cells and "pipeline" in cells[0]:
            show(f"{cells[0][:50]} ÷ normalise + triage", float(cells[2]), ours, "≥ 50")
            show("  ÷ receive into SQLite, one by one", float(cells[2]), stored, "")


def receiving(folder: Path, bodies: list[bytes]) -> float:
    """Microseconds for a message that is received, judged, made a case and stored, each in a transaction of its own."""
    import base64
    import hashlib
    import hmac

    rules = "brand.name = 'Acme'\naccounts = [{ id = 'acme-x', network = 'x', native_id = '7000012', handle = '@AcmeSupport' }]"
    store = folder / "care.db"
    for file in folder.glob("care.db*"):
        file.unlink()
    endpoints = {"x": {"network": "x", "consumer_secrets": ["s"], "keyword_account": "7000012"}}
    with careline.Care.open(f"sqlite://{store}", policy={"text": rules}, endpoints=endpoints) as care:
        signed = [
            {"X-Twitter-Webhooks-Signature": "sha256=" + base64.b64encode(hmac.new(b"s", body, hashlib.sha256).digest()).decode()}
            for body in bodies
        ]
        return timed(lambda: [care.receive("x", headers, body) for headers, body in zip(signed, bodies)]) / len(bodies)


def handwritten(body: bytes) -> dict[str, Any]:
    """The same normalisation as a careful person writes it: what a message holds, and nothing lost."""
    parsed = json.loads(body)
    post = parsed["data"]
    users = {user["id"]: user for user in parsed.get("includes", {}).get("users", [])}
    text = unicodedata.normalize("NFC", post["text"])
    entities = []
    marks = post.get("entities", {})
    for kind, name, value in (("mention", "mentions", "username"), ("link", "urls", "expanded_url"), ("hashtag", "hashtags", "tag")):
        for mark in marks.get(name, []):
            start, end = mark["start"], mark["end"]
            span = {"start": len(text[:start].encode()), "end": len(text[:end].encode())}
            entity = {"span": span, "kind": kind, "value": mark.get(value) or mark.get("url", "")}
            if mark.get("id"):
                entity["native_id"] = mark["id"]
            entities.append(entity)
    entities.sort(key=lambda entity: entity["span"]["start"])
    user = users.get(post["author_id"], {})
    profile = {
        "scope": "x",
        "native_id": post["author_id"],
        "handle": user.get("username"),
        "name": user.get("name"),
        "url": f"https://x.com/{user['username']}" if user.get("username") else None,
        "avatar_url": user.get("profile_image_url"),
        "followers": user.get("public_metrics", {}).get("followers_count"),
        "verified": user.get("verified"),
    }
    replied = next((ref for ref in post.get("referenced_tweets", []) if ref["type"] == "replied_to"), None)
    history = post.get("edit_history_tweet_ids") or [post["id"]]
    sent = datetime.fromisoformat(post["created_at"])
    known = ("possibly_sensitive", "reply_settings", "public_metrics", "context_annotations")
    return {
        "kind": "message",
        "scope": "x",
        "native_id": post["id"],
        "root_id": history[0] if history[0] != post["id"] else None,
        "revision": len(history) - 1,
        "surface": "comment" if replied else "mention" if marks.get("mentions") else "post",
        "visibility": "public",
        "author": {key: value for key, value in profile.items() if value is not None},
        "sent_at": sent.isoformat(timespec="milliseconds"),
        "thread": post.get("conversation_id"),
        "reply_to": replied and {"native_id": replied["id"], "author": post.get("in_reply_to_user_id")},
        "permalink": f"https://x.com/i/status/{post['id']}",
        "language": post.get("lang"),
        "content": {"text": text, "entities": entities, "extensions": {key: post[key] for key in known if key in post}},
    }


if __name__ == "__main__":
    main(Path(sys.argv[1]))
