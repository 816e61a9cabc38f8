"""`python manage.py careline_sync`: run it every minute."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError

from careline_helpdesk.sync import sync


class Command(BaseCommand):
    """Does what is due in careline, and brings cases and tickets in step."""

    help = "Does what is due in careline, and brings cases and tickets in step. Run it every minute."

    def handle(self, *_: Any, **__: Any) -> None:
        """Fails if something could not be done; the log says what. Everything else was done."""
        done = sync()
        if done.failed:
            raise CommandError(f"in step: {done.cases}, failed: {done.failed}")
        self.stdout.write(f"in step: {done.cases}")
