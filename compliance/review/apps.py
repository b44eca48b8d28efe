from django.apps import AppConfig

from compliance.audit import registry
from compliance.shared import slots


class ReviewConfig(AppConfig):
    name = "compliance.review"

    def ready(self) -> None:
        from compliance.packets import downloads
        from compliance.review import member_views, selectors
        from compliance.review.actions import Action

        registry.reads(Action.PACKET_TAKEN, Action.FILE_READ)
        slots.panel(
            "application", order=20, template="review/_panel.html", context=member_views.panel
        )
        downloads.register(selectors.taken)
