from django.apps import AppConfig


class PrivacyConfig(AppConfig):
    name = "compliance.privacy"

    def ready(self) -> None:
        from compliance.audit import registry
        from compliance.privacy.actions import Action

        registry.reads(Action.EXPORTED)
