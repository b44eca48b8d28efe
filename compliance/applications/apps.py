from django.apps import AppConfig


class ApplicationsConfig(AppConfig):
    name = "compliance.applications"

    def ready(self) -> None:
        from compliance.applications import (  # noqa: F401
            checks,
            file_checks,
            hearing,
            receivers,
            showing,
            states,
        )
        from compliance.applications.actions import Action
        from compliance.applications.models import State
        from compliance.audit import registry

        hearing.register()
        receivers.register()
        showing.register()
        registry.words(Action.DECIDED, after=State)
