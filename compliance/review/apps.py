from django.apps import AppConfig

from compliance.shared import slots


class ReviewConfig(AppConfig):
    name = "compliance.review"

    def ready(self) -> None:
        from compliance.review import actions, member_views  # noqa: F401 - registers its words

        slots.panel(
            "application", order=20, template="review/_panel.html", context=member_views.panel
        )
