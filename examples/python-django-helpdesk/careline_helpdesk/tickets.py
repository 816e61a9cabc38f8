"""From careline to the helpdesk: a case as a ticket, its messages as public follow-ups."""

from __future__ import annotations

import textwrap
from typing import Any

from careline import CaseView, Identity, Message
from django.contrib.auth import get_user_model
from django.utils.text import slugify
from helpdesk.models import CustomField, FollowUp, Queue, Ticket, TicketCustomFieldValue

from careline_helpdesk.models import CaseTicket, TicketLine, state_of_case, state_of_ticket

PRIORITIES = {1: 1, 2: 3, 3: 4, 4: 5}
"""The helpdesk's priority for each tier; both are most pressing at 1."""


def open_ticket(tenant: str, view: CaseView) -> CaseTicket:
    """A ticket with the first message of a case. Fails with `IntegrityError` if somebody else just opened one."""
    messages = _messages(view)
    lead = next((message for message, _ in messages if message.id == view.case.lead), None)
    ticket = Ticket.objects.create(
        title=textwrap.shorten(_words(lead), 150, placeholder=" …") or f"{view.case.surface} on {view.case.network}",
        description=_with_place(messages[0][0]) if messages else "",
        queue=_queue(tenant, view.case.team),
    )
    # The helpdesk knows submitters by e-mail address alone, and would write to it: a name has a field of its own.
    names = [_name(identity) for identity in view.customer.identities]
    TicketCustomFieldValue.objects.create(ticket=ticket, field=_customer_field(), value=", ".join(names))
    link = CaseTicket.objects.create(
        tenant=tenant,
        case=view.case.id,
        ticket=ticket,
        ticket_was=state_of_ticket(ticket),
        ticket_modified=ticket.modified,
    )
    if messages:
        TicketLine.objects.create(link=link, message=messages[0][0].id)
    return link


def show(link: CaseTicket, view: CaseView) -> None:
    """Shows on the ticket what changed in the case since it was last looked at, and its further messages."""
    was, now, ticket = link.case_was, state_of_case(view.case), link.ticket
    changed = {key for key in now if now[key] != was.get(key)}
    if "team" in changed:
        ticket.queue = _queue(link.tenant, view.case.team)
    if "tier" in changed:
        ticket.priority = PRIORITIES[view.case.tier]
    if "due" in changed:
        ticket.due_date = view.case.due_at
    if "agent" in changed:
        ticket.assigned_to = _user(now["agent"])
    if changed:
        ticket.save()
    shown = set(link.lines.values_list("message", flat=True))
    for message, name in _messages(view):
        if message.id not in shown:
            _show_message(link, message, name)
    if "closed" in changed and now["closed"] == (ticket.status in Ticket.OPEN_STATUSES):
        _show_end(link, view)


def write(link: CaseTicket, title: str, *, message: str | None = None, **fields: Any) -> None:
    """Writes a follow-up of ours: one that is not told to careline as an agent's."""
    followup = FollowUp.objects.create(ticket=link.ticket, title=title[:200], **fields)
    TicketLine.objects.create(link=link, message=message, followup=followup)


def _show_message(link: CaseTicket, message: Message, name: str) -> None:
    title = name if message.origin == "customer" else f"Our answer on {message.network}"
    write(
        link,
        title,
        message=message.id,
        comment=_with_place(message),
        date=message.sent_at or message.received_at,
        public=True,
    )


def _show_end(link: CaseTicket, view: CaseView) -> None:
    case, ticket = view.case, link.ticket
    if case.status != "closed":
        ticket.status, title = Ticket.REOPENED_STATUS, "Reopened in careline"
    elif case.joined_into:
        ticket.status, title = Ticket.DUPLICATE_STATUS, "Became part of another case in careline"
        ticket.merged_to = Ticket.objects.filter(
            social_case__tenant=link.tenant, social_case__case=case.joined_into
        ).first()
    else:
        ticket.status, title = Ticket.CLOSED_STATUS, f"Closed in careline: {case.outcome}"
    write(link, title, new_status=ticket.status)


def _messages(view: CaseView) -> list[tuple[Message, str]]:
    """The messages of a case in order of time, each with its author's name."""
    found = [
        (message, _name(thread.authors.get(message.author or "")))
        for thread in view.threads
        for message in thread.messages
        if message.case == view.case.id
    ]
    return sorted(found, key=lambda pair: pair[0].sent_at or pair[0].received_at)


def _words(message: Message | None) -> str:
    return message.content.text if message is not None and message.content else ""


def _with_place(message: Message) -> str:
    return "\n\n".join(part for part in (_words(message), message.permalink) if part)


def _name(identity: Identity | None) -> str:
    if identity is None:
        return "Somebody"
    profile = identity.profile
    return profile.name or profile.handle or profile.native_id


def _queue(tenant: str, team: str) -> Queue:
    name = team if tenant == "default" else f"{tenant} {team}"
    queue, _ = Queue.objects.get_or_create(slug=slugify(name)[:50], defaults={"title": name[:100]})
    return queue


def _customer_field() -> CustomField:
    field, _ = CustomField.objects.get_or_create(
        name="socialcustomer", defaults={"label": "Customer", "data_type": "varchar", "staff_only": True}
    )
    return field


def _user(agent: str | None) -> Any:
    """The user with the agent's name; nobody if there is none."""
    users = get_user_model()
    return users.objects.filter(**{users.USERNAME_FIELD: agent}).first() if agent else None
