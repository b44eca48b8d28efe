from django.apps import AppConfig
from django.db.models.signals import post_migrate
from django.utils.translation import gettext_lazy as _


class EvidenceConfig(AppConfig):
    name = "compliance.evidence"

    def ready(self) -> None:
        from compliance.evidence import (  # noqa: F401
            actions,
            carrying,
            handlers,
            hearing,
            intake,
            panels,
            personal_work,
            reasons,
            reuse,
            states,
            triggers,
        )
        from compliance.jobs import registry
        from compliance.requirements import registries
        from compliance.shared import slots

        slots.panel(
            "requirement",
            order=10,
            template="evidence/_panel.html",
            context=panels.requirement,
            limited=True,
        )
        slots.panel("requirement", order=15, template="evidence/_reuse.html", context=reuse.panel)
        registries.register(
            registries.Column("evidence", _("Evidence"), reasons.known, states=reasons.STATES)
        )
        registry.register(intake.READ, handlers.read, title=_("Read the archive"))
        registry.register(intake.APPLY, handlers.apply, title=_("Make evidence of the archive"))
        carrying.register()
        hearing.register()
        post_migrate.connect(triggers.keep, sender=self)
