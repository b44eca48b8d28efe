from django.apps import AppConfig

from compliance.shared import slots


class ReviewConfig(AppConfig):
    name = "compliance.review"

    def ready(self) -> None:
        from compliance.packets import downloads
        from compliance.review import actions, member_views, selectors  # noqa: F401 - its words

        slots.panel(
            "application", order=20, template="review/_panel.html", context=member_views.panel
        )
        downloads.register(selectors.taken)
