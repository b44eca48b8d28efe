from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class EvidenceConfig(AppConfig):
    name = "compliance.evidence"

    def ready(self) -> None:
        from compliance.accounts.roles import Capability
        from compliance.evidence import panels, reasons, selectors, states  # noqa: F401
        from compliance.evidence.actions import Action
        from compliance.notices.rules import Rule, register
        from compliance.requirements import registries
        from compliance.shared import slots

        slots.panel(
            "requirement", order=10, template="evidence/_panel.html", context=panels.requirement
        )
        registries.register_reasons(reasons.reasons)
        registries.register_count("evidence", _("Evidence"), selectors.counts)
        register(
            Rule(
                Action.SUBMITTED,
                capability=Capability.EVIDENCE_REVIEW,
                page="evidence:desk",
                arguments={"link": "link"},
            ),
            *(
                Rule(
                    action,
                    people=("uploader",),
                    page="evidence:desk",
                    arguments={"link": "link"},
                )
                for action in (Action.ACCEPTED, Action.RETURNED, Action.EXPIRED)
            ),
        )
