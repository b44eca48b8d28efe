from django.apps import AppConfig
from django.db.models.signals import post_migrate


class AuditConfig(AppConfig):
    name = "compliance.audit"

    def ready(self) -> None:
        from compliance.audit import actions, triggers  # noqa: F401 - the actions register themselves

        post_migrate.connect(triggers.keep, sender=self)
