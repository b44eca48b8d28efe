from django.apps import AppConfig


class NoticesConfig(AppConfig):
    name = "compliance.notices"

    def ready(self) -> None:
        from compliance.audit import registry
        from compliance.notices import hearing, receivers  # noqa: F401
        from compliance.notices.actions import Action
        from compliance.notices.models import Target

        registry.words(Action.TARGET_ADDED, kind=Target.Kind)
        hearing.register()
