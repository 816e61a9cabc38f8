"""Forks: files are closed before, and opened again on both sides."""

from __future__ import annotations

import os
import threading

from careline._careline import after_fork_in_child, after_fork_in_parent, before_fork

# One lock for all handles: they are reopened once after a fork. Another thread of the parent may hold it at that moment.
reopening = threading.Lock()


def _after_in_child() -> None:
    global reopening
    reopening = threading.Lock()
    after_fork_in_child()


if hasattr(os, "register_at_fork"):
    os.register_at_fork(before=before_fork, after_in_parent=after_fork_in_parent, after_in_child=_after_in_child)
