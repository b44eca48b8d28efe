from typing import TYPE_CHECKING

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _

if TYPE_CHECKING:
    from compliance.notices.rules import Rule


class PacketsConfig(AppConfig):
    name = "compliance.packets"

    def ready(self) -> None:
        from compliance.audit import registry as audit
        from compliance.jobs import registry
        from compliance.notices import rules, subjects
        from compliance.packets import (  # noqa: F401
            comparing,
            copies,
            handlers,
            out_handlers,
            services,
            signatures,
            states,
            views,
        )
        from compliance.packets.actions import SIGNING, Action
        from compliance.packets.models import Packet, Part
        from compliance.shared import slots

        registry.register(services.BUILD, handlers.build, title=_("Build the packet"))
        registry.register(copies.KIND, out_handlers.copy, title=_("Mark a copy of the packet"))
        registry.register(signatures.ZIP, handlers.write_zip, title=_("Write the ZIP"))
        built = rules.Rule(
            Action.BUILT,
            page="applications:detail",
            arguments={"number": "number"},
            asker=True,
        )
        rules.register(built, *_of_signatures())
        subjects.register(Packet, Packet.objects.visible_to)
        for action in SIGNING:
            audit.words(action, part=Part)
        slots.panel(
            "application",
            order=10,
            template="packets/_panel.html",
            context=views.panel,
            limited=True,
        )


def _of_signatures() -> "list[Rule]":
    """Who may sign next hears that it is their turn; who signed, that it does not go on."""
    from compliance.notices.rules import Rule
    from compliance.packets.actions import Action

    page, arguments = "packets:packet", {"number": "number", "round": "round"}
    stops = (Action.DECLINED, Action.WITHDRAWN, Action.DECLINE_LIFTED)
    return [
        Rule(Action.SIGNED, people=("next",), page=page, arguments=arguments),
        *(Rule(each, people=("signers",), page=page, arguments=arguments) for each in stops),
    ]
