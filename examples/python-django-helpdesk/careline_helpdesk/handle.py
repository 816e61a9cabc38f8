"""The handle on careline that this process uses."""

from functools import cache
from typing import Any

from careline import Care
from django.conf import settings


@cache
def care() -> Care:
    """Opened when it is first needed, with `settings.CARELINE`. A child of a fork opens its own store at first use.

    Raises:
        ConfigInvalid: The settings or a policy are wrong; says where.
    """
    arguments: Any = settings.CARELINE
    return Care.open(**arguments)
