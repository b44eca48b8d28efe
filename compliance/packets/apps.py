from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class PacketsConfig(AppConfig):
    name = "compliance.packets"

    def ready(self) -> None:
        from compliance.jobs import registry
        from compliance.notices import rules
        from compliance.packets import (  # noqa: F401
            comparing,
            copies,
            handlers,
            out_handlers,
            services,
            states,
            views,
        )
        from compliance.packets.actions import Action
        from compliance.shared import slots

        registry.register(services.BUILD, handlers.build, title=_("Build the packet"))
        registry.register(copies.KIND, out_handlers.copy, title=_("Mark a copy of the packet"))
        built = rules.Rule(
            Action.BUILT,
            page="applications:detail",
            arguments={"number": "number"},
            asker=True,
        )
        rules.register(built)
        slots.panel("application", order=10, template="packets/_panel.html", context=views.panel)
