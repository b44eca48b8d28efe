from django.apps import AppConfig


class TrackersConfig(AppConfig):
    name = "compliance.trackers"

    def ready(self) -> None:
        from compliance.audit import registry
        from compliance.remediation import registries
        from compliance.trackers import pushing, showing
        from compliance.trackers.actions import Action
        from compliance.trackers.models import Connection

        registry.words(Action.CONNECTED, kind=Connection.Kind)
        showing.register()
        registries.register("tracker", pushing.push_chosen)
