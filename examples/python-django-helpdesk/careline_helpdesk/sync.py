"""Brings cases and tickets in step. What was missed, because something was down, is made up for by the next call."""

from __future__ import annotations

import logging
from dataclasses import dataclass

from careline import CarelineError, CaseView, Tenant
from careline.errors import NotFound
from django.db import DatabaseError, IntegrityError, transaction
from django.db.models import F, Q

from careline_helpdesk.events import tell_followups, tell_state
from careline_helpdesk.handle import care
from careline_helpdesk.models import CaseTicket, state_of_case
from careline_helpdesk.tickets import open_ticket, show, write

logger = logging.getLogger(__name__)


@dataclass
class Synced:
    """What a call of `sync` did: how many cases were brought in step, and what could not be done."""

    cases: int = 0
    failed: int = 0


def sync() -> Synced:
    """Does what is due in careline, and brings every case that changed and every ticket that did in step. Any number
    of processes may call it at once. What fails for one case is logged, holds up no other, and is tried again."""
    done = Synced()
    for failure in care().tick().failed:
        logger.warning("careline could not do what is due for %s: %s", failure.tenant, failure.error)
        done.failed += 1
    for name in care().tenants:
        tenant = care().tenant(name)
        for case in _out_of_step(tenant):
            try:
                bring_in_step(tenant, case)
                done.cases += 1
            except (CarelineError, DatabaseError) as error:
                logger.warning("case %s of %s is not in step with its ticket: %s", case, name, error)
                done.failed += 1
    return done


def bring_in_step(tenant: Tenant, case: str) -> None:
    """Tells careline what agents did on the ticket of a case, and shows there what happened in the case.
    A case without a ticket gets one."""
    links = CaseTicket.objects.select_related("ticket").filter(tenant=tenant.id, case=case)
    link = links.first()
    modified = link.ticket.modified if link else None
    if link is not None:
        tell_followups(tenant, link)
    with transaction.atomic():
        # From here on we are alone with this case and its ticket.
        link = links.select_for_update().first()
        if link is not None and link.ticket.modified != modified:
            # Somebody wrote on it just now: it is out of step still, and whoever wrote looks at it next.
            return
        link = link or _opened(tenant, case)
        if link is None:
            return
        if link.ticket_changed:
            tell_state(tenant, link)
        view = _view(tenant, case)
        if view is None:
            _show_erased(link)
        else:
            show(link, view)
            link.remember(state_of_case(view.case))


def look_at_ticket(ticket: int) -> None:
    """Brings a ticket and its case in step, if it has one and somebody wrote on it."""
    link = CaseTicket.objects.select_related("ticket").filter(ticket=ticket).first()
    if link is not None and link.ticket_changed:
        bring_in_step(care().tenant(link.tenant), link.case)


def _out_of_step(tenant: Tenant) -> list[str]:
    """The cases that changed, or whose tickets did, since they were last looked at."""
    links = CaseTicket.objects.filter(tenant=tenant.id)
    opened: set[str] = set()
    found: list[str] = []
    for page in tenant.queue().pages():
        cases = [item.case for item in page.items]
        opened.update(case.id for case in cases)
        known = dict(links.filter(case__in=[case.id for case in cases]).values_list("case", "case_was"))
        found += [case.id for case in cases if known.get(case.id) != state_of_case(case)]
    # Closed since, or the ticket was written on.
    rest = links.filter(Q(case_was__closed=False) | ~Q(ticket__modified=F("ticket_modified")))
    for case, modified, seen in rest.values_list("case", "ticket__modified", "ticket_modified"):
        if case not in opened or modified != seen:
            found.append(case)
    return list(dict.fromkeys(found))


def _view(tenant: Tenant, case: str) -> CaseView | None:
    try:
        return tenant.case(case)
    except NotFound:
        return None


def _opened(tenant: Tenant, case: str) -> CaseTicket | None:
    """The link to a new ticket; nothing if somebody else was quicker."""
    view = _view(tenant, case)
    try:
        with transaction.atomic():
            return open_ticket(tenant.id, view) if view else None
    except IntegrityError:
        if CaseTicket.objects.filter(tenant=tenant.id, case=case).exists():
            return None
        raise


def _show_erased(link: CaseTicket) -> None:
    """The ticket repeats what was erased in careline: people decide what becomes of it."""
    gone = {"closed": True}
    if link.case_was != gone:
        write(link, "No longer in careline: if the customer was erased there, delete this ticket, too")
    link.remember(gone)
