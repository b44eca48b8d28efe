from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class EvidenceConfig(AppConfig):
    name = "compliance.evidence"

    def ready(self) -> None:
        from compliance.evidence import actions, carrying, panels, reasons, selectors, states  # noqa: F401
        from compliance.requirements import registries
        from compliance.shared import slots

        slots.panel(
            "requirement", order=10, template="evidence/_panel.html", context=panels.requirement
        )
        carrying.register()
        registries.register_reasons(reasons.reasons)
        registries.register_count("evidence", _("Evidence"), selectors.counts)
