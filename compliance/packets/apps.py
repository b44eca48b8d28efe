from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class PacketsConfig(AppConfig):
    name = "compliance.packets"

    def ready(self) -> None:
        from compliance.jobs import registry
        from compliance.packets import handlers, services, states, views  # noqa: F401
        from compliance.packets.actions import Action  # noqa: F401
        from compliance.shared import slots

        registry.register(services.BUILD, handlers.build, title=_("Build the packet"))
        slots.panel("application", order=10, template="packets/_panel.html", context=views.panel)
