from django.apps import AppConfig


class EvidenceConfig(AppConfig):
    name = "compliance.evidence"

    def ready(self) -> None:
        from compliance.evidence import actions, states  # noqa: F401
