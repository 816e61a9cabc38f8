"""What agents do in the helpdesk, as soon as it is committed."""

from __future__ import annotations

from functools import partial
from typing import Any

from django.db import transaction
from django.db.models.signals import post_save
from django.dispatch import receiver
from helpdesk.models import FollowUp, Ticket

from careline_helpdesk.sync import look_at_ticket


@receiver(post_save, sender=FollowUp)
def followup_saved(instance: FollowUp, raw: bool, **_: Any) -> None:
    """Somebody commented, and perhaps closed or reopened."""
    if not raw:
        _look_after_commit(instance.ticket_id)


@receiver(post_save, sender=Ticket)
def ticket_saved(instance: Ticket, raw: bool, **_: Any) -> None:
    """Somebody changed the ticket itself: some pages and the API do so without a follow-up."""
    if not raw:
        _look_after_commit(instance.pk)


def _look_after_commit(ticket: int) -> None:
    # An agent's work must not fail because careline does: `careline_sync` makes up for it.
    transaction.on_commit(partial(look_at_ticket, ticket), robust=True)
