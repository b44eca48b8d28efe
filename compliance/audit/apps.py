from django.apps import AppConfig
from django.db.models.signals import post_migrate


class AuditConfig(AppConfig):
    name = "compliance.audit"

    def ready(self) -> None:
        from compliance.audit import triggers

        post_migrate.connect(triggers.keep, sender=self)
