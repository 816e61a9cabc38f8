"""`python -m careline`: judge texts, read raw bodies, check a policy. Prints what the program `careline` prints."""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Callable
from pathlib import Path

from careline import _careline, __version__, networks
from careline._batch import Policy
from careline.errors import CarelineError


def main(arguments: list[str] | None = None) -> int:
    """Runs the program and gives its exit code."""
    asked = _parser().parse_args(arguments)
    try:
        code: int = asked.run(asked)
        sys.stdout.flush()
        return code
    except BrokenPipeError:
        # Whoever reads our output has had enough. What Python would flush at its end has nowhere to go.
        sys.stdout = open(os.devnull, "w")
        return 0
    except CarelineError as error:
        print(f"careline: {error}", file=sys.stderr)
        return 1


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="careline", description=__doc__)
    parser.add_argument("--version", action="version", version=f"careline {__version__}")
    commands = parser.add_subparsers(required=True, metavar="COMMAND")

    triage = commands.add_parser("triage", help="read texts and print what careline thinks of each, as JSON lines")
    triage.add_argument("files", nargs="+", metavar="FILE", help="JSON lines with `text`; `-` is the standard input")
    triage.add_argument("--policy", metavar="FILE", help="the policy to look with")
    triage.set_defaults(run=_triage)

    normalise = commands.add_parser("normalise", help="read raw bodies and print one event per line as JSON")
    normalise.add_argument("files", nargs="+", metavar="FILE", help="one JSON document, or one per line")
    normalise.add_argument("--network", required=True, choices=networks(), help="where the bodies come from")
    normalise.add_argument("--kind", default="webhook", choices=["webhook", "rest", "stream"], help="how they came")
    normalise.add_argument("--account", metavar="NATIVE_ID", help="the brand account they came through")
    normalise.set_defaults(run=_normalise)

    policy = commands.add_parser("policy", help="look at a policy before it is used")
    check = policy.add_subparsers(required=True, metavar="COMMAND").add_parser("check", help="report every mistake")
    check.add_argument("file", metavar="FILE")
    check.add_argument("--json", action="store_true", help="print JSON")
    check.set_defaults(run=_check)
    return parser


def _triage(asked: argparse.Namespace) -> int:
    policy = None if asked.policy is None else Policy.load(asked.policy)._native
    return _each(asked.files, lambda raw, _: _careline.triage_lines(raw, policy))


def _normalise(asked: argparse.Namespace) -> int:
    def lines(raw: bytes, file: str) -> str:
        return _careline.normalise_lines(asked.network, asked.kind, asked.account, raw, file)

    return _each(asked.files, lines)


def _each(files: list[str], lines: Callable[[bytes, str], str]) -> int:
    """Prints what comes of each file; one that cannot be read is told of, and the next one is read."""
    unread = False
    for file in files:
        raw = _read(file)
        if raw is None:
            unread = True
        else:
            sys.stdout.write(lines(raw, file))
    return int(unread)


def _read(file: str) -> bytes | None:
    try:
        return sys.stdin.buffer.read() if file == "-" else Path(file).read_bytes()
    except OSError as error:
        print(f"careline: cannot read {file}: {error.strerror}", file=sys.stderr)
        return None


def _check(asked: argparse.Namespace) -> int:
    is_sound, said = _careline.policy_check(asked.file, asked.json)
    # Mistakes for people go where errors go; what was asked for goes where it can be read on.
    print(said, file=sys.stdout if is_sound or asked.json else sys.stderr)
    if not is_sound:
        print("careline: the policy has mistakes", file=sys.stderr)
    return int(not is_sound)


if __name__ == "__main__":
    sys.exit(main())
