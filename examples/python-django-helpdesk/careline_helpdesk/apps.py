"""The app, as Django sees it."""

from django.apps import AppConfig


class CarelineHelpdeskConfig(AppConfig):
    """Listens to what agents do once all apps are there. Opens nothing."""

    name = "careline_helpdesk"
    verbose_name = "Social customer care"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        """Connects the signals."""
        from careline_helpdesk import signals  # noqa: F401
