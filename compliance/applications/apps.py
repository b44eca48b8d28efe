from django.apps import AppConfig


class ApplicationsConfig(AppConfig):
    name = "compliance.applications"

    def ready(self) -> None:
        from compliance.accounts import limits as memberships
        from compliance.applications import (  # noqa: F401
            checks,
            file_checks,
            hearing,
            receivers,
            selectors,
            showing,
            states,
            windows,
        )
        from compliance.applications.actions import Action
        from compliance.applications.models import Application, State
        from compliance.audit import registry
        from compliance.requirements import limits

        limits.register(Application.objects.opened_to)
        memberships.register(selectors.names)
        hearing.register()
        receivers.register()
        showing.register()
        registry.words(Action.DECIDED, after=State)
