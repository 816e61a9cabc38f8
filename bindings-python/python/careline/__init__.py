"""careline: social customer care to embed in any CRM or helpdesk.

What a customer says on a network goes in as a webhook body. Out comes a case that says what it is, how urgent, who
handles it, until when, and why. Importing this starts no thread and opens no socket; nothing is logged unless the
logger `careline` is asked to.

>>> import careline
>>> found, = careline.triage(["@acme my parcel is two weeks late and nobody answers!"])
>>> found.intent, found.needs_response
('complaint', True)
"""

import logging as _logging

from careline import _model
from careline import errors as errors
from careline._batch import Policy, check_policy, networks, normalise, triage, verify_signature
from careline._careline import VERSION as __version__
from careline._careline import Span
from careline._care import AsyncCare, AsyncTenant, Care, Tenant
from careline._listing import AsyncListing, Listing, Page
from careline._model import *  # noqa: F403
from careline._plugged import Advisor, Request, Response, Transport
from careline.errors import CarelineError

_logging.getLogger("careline").addHandler(_logging.NullHandler())

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
    "errors",
    "networks",
    "normalise",
    "triage",
    "verify_signature",
]
__all__ += _model.__all__
