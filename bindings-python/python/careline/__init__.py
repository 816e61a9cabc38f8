"""careline: social customer care to embed in any CRM or helpdesk.

What a customer says on a network goes in as a webhook body. Out comes a case that says what it is, how urgent, who
handles it, until when, and why. Importing this starts no thread and opens no socket; nothing is logged unless the
logger `careline` is asked to.

>>> import careline
>>> found, = careline.triage(["@acme my parcel is two weeks late and nobody answers!"])
>>> found.intent, found.needs_response
('complaint', True)
"""

from careline._careline import VERSION as __version__

# What type checkers read. At run time a name is imported when somebody asks for it, so that importing this costs little;
# `typing`, which has this name, costs more than everything here.
TYPE_CHECKING = False

if TYPE_CHECKING:
    from careline import _model
    from careline import errors as errors
    from careline._async import AsyncCare, AsyncTenant
    from careline._batch import (
        Policy,
        check_policy,
        compose,
        measure,
        networks,
        normalise,
        triage,
        verify_signature,
    )
    from careline._care import Care, Tenant
    from careline._careline import Span
    from careline._listing import AsyncListing, Listing, Page
    from careline._model import *  # noqa: F403
    from careline._plugged import Advisor, Request, Response, Transport
    from careline.errors import CarelineError

    __all__ = [
        "Advisor",
        "AsyncCare",
        "AsyncListing",
        "AsyncTenant",
        "Care",
        "CarelineError",
        "Listing",
        "Page",
        "Policy",
        "Request",
        "Response",
        "Span",
        "Tenant",
        "Transport",
        "__version__",
        "check_policy",
        "compose",
        "errors",
        "measure",
        "networks",
        "normalise",
        "triage",
        "verify_signature",
    ]
    __all__ += _model.__all__
else:
    _PLACES = {
        "_async": ("AsyncCare", "AsyncTenant"),
        "_batch": (
            "Policy",
            "check_policy",
            "compose",
            "measure",
            "networks",
            "normalise",
            "triage",
            "verify_signature",
        ),
        "_care": ("Care", "Tenant"),
        "_careline": ("Span",),
        "_listing": ("AsyncListing", "Listing", "Page"),
        "_plugged": ("Advisor", "Request", "Response", "Transport"),
        "errors": ("CarelineError",),
    }

    def __getattr__(name):
        from importlib import import_module

        if name == "errors":
            return import_module("careline.errors")
        if name == "__all__":
            own = [name for names in _PLACES.values() for name in names]
            found = sorted([*own, "__version__", "errors"]) + import_module("careline._model").__all__
        elif name.startswith("_"):
            raise AttributeError(f"module 'careline' has no attribute {name!r}")
        else:
            place = next((place for place, names in _PLACES.items() if name in names), "_model")
            try:
                found = getattr(import_module(f"careline.{place}"), name)
            except AttributeError:
                raise AttributeError(f"module 'careline' has no attribute {name!r}") from None
        globals()[name] = found
        return found

    def __dir__():
        return sorted({*globals(), *__getattr__("__all__")})
