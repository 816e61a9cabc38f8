"""Which case is which ticket, and which message is which follow-up. The database sees to it that nothing is doubled."""

from __future__ import annotations

from typing import Any

from careline import Case
from django.db import models
from helpdesk.models import FollowUp, Ticket


class CaseTicket(models.Model):
    """A case and its ticket, and what both looked like when they were last brought in step."""

    tenant = models.CharField(max_length=200)
    case = models.CharField(max_length=64)
    ticket = models.OneToOneField(Ticket, on_delete=models.CASCADE, related_name="social_case")
    case_was = models.JSONField(default=dict)
    ticket_was = models.JSONField()
    # The ticket's `modified` at that time: if it is another one now, somebody changed the ticket.
    ticket_modified = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["tenant", "case"], name="one_ticket_for_a_case")]

    def __str__(self) -> str:
        return f"{self.tenant} {self.case}: ticket {self.ticket_id}"

    @property
    def ticket_changed(self) -> bool:
        """Whether somebody else wrote on the ticket since."""
        return bool(self.ticket.modified != self.ticket_modified)

    def remember(self, case: dict[str, Any]) -> None:
        """Takes down what case and ticket look like now."""
        self.case_was, self.ticket_was = case, state_of_ticket(self.ticket)
        self.ticket_modified = self.ticket.modified
        self.save()


class TicketLine(models.Model):
    """What stands on a ticket and in its case: a message of the network, an agent's follow-up, or a word of ours."""

    link = models.ForeignKey(CaseTicket, on_delete=models.CASCADE, related_name="lines")
    message = models.CharField(max_length=64, null=True)
    # An agent may delete a follow-up, or edit it, which makes another one: the message was shown all the same.
    followup = models.OneToOneField(FollowUp, on_delete=models.SET_NULL, null=True, related_name="social_line")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["link", "message"], name="each_message_once")]


def state_of_case(case: Case) -> dict[str, Any]:
    """Of a case, what its ticket shows."""
    return {
        "closed": case.status == "closed",
        "agent": case.assignment.agent if case.assignment else None,
        "team": case.team,
        "tier": case.tier,
        "due": case.due_at.isoformat() if case.due_at else None,
        "messages": case.messages,
    }


def state_of_ticket(ticket: Ticket) -> dict[str, Any]:
    """Of a ticket, what its case is told."""
    return {
        "closed": ticket.status not in Ticket.OPEN_STATUSES,
        "agent": ticket.assigned_to.get_username() if ticket.assigned_to else None,
    }
