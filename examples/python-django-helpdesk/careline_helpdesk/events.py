"""From the helpdesk to careline: what agents do on tickets comes back into the case."""

from __future__ import annotations

import logging
from collections.abc import Callable
from typing import Any

from careline import Tenant
from careline.errors import Conflict, InputInvalid, NotFound, TooLarge
from django.db import transaction
from helpdesk.models import FollowUp, Ticket

from careline_helpdesk.models import CaseTicket, TicketLine, state_of_ticket

logger = logging.getLogger(__name__)

HOST = "helpdesk"
"""Who did something when the helpdesk does not tell which agent it was."""


def tell_followups(tenant: Tenant, link: CaseTicket) -> None:
    """Keeps what agents wrote on a ticket as notes in the case, each once."""
    for followup in link.ticket.followup_set.filter(social_line=None).select_related("user").order_by("id"):
        # Each in a transaction of its own: what was told stays told, whatever becomes of the next. First the line:
        # whoever else is at it waits for us, and then finds it there.
        with transaction.atomic():
            _, ours = TicketLine.objects.get_or_create(followup=followup, defaults={"link": link})
            if ours and followup.comment:
                _ask(tenant.note, link.case, _author(followup), followup.comment)


def tell_state(tenant: Tenant, link: CaseTicket) -> None:
    """Tells careline who has a ticket, and whether it is closed, where that is not as it was."""
    was, now, actor = link.ticket_was, state_of_ticket(link.ticket), _actor(link)
    if was["closed"] and not now["closed"]:
        _ask(tenant.reopen, link.case, actor)
    if now["agent"] != was["agent"]:
        if now["agent"]:
            _ask(tenant.assign, link.case, now["agent"], actor)
        else:
            _ask(tenant.release, link.case, actor, "unassigned in the helpdesk")
    if now["closed"] and not was["closed"]:
        _ask(tenant.close, link.case, actor, _outcome(link.ticket))


def _ask(verb: Callable[..., Any], case: str, *arguments: str) -> None:
    """careline may know better: a user who is no agent of the policy, a case that became part of another one."""
    try:
        verb(case, *arguments)
    except (Conflict, InputInvalid, NotFound, TooLarge) as refusal:
        logger.warning("what was done on a ticket does not reach its case: %s", refusal)


def _actor(link: CaseTicket) -> str:
    """Who wrote last since the ticket was last looked at."""
    since = link.ticket.followup_set.filter(date__gt=link.ticket_modified, user__isnull=False)
    followup = since.select_related("user").order_by("id").last()
    return _author(followup) if followup else HOST


def _author(followup: FollowUp) -> str:
    return followup.user.get_username() if followup.user else HOST


def _outcome(ticket: Ticket) -> str:
    return "duplicate" if ticket.status == Ticket.DUPLICATE_STATUS else "resolved"
