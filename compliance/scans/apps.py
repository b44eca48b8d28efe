from django.apps import AppConfig


class ScansConfig(AppConfig):
    name = "compliance.scans"

    def ready(self) -> None:
        from compliance.audit import registry
        from compliance.scans import carrying, handlers, states  # noqa: F401
        from compliance.scans.actions import Action
        from compliance.scans.models import FindingState
        from compliance.scans.showing import register
        from compliance.shared.severity import Severity

        registry.words(Action.TRIAGED, before=FindingState, after=FindingState)
        registry.words(Action.ACCEPTANCE_ENDED, before=FindingState, after=FindingState)
        registry.words(Action.GRADED, before=Severity, after=Severity)
        register()
        carrying.register()
