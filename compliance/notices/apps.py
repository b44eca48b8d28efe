from django.apps import AppConfig


class NoticesConfig(AppConfig):
    name = "compliance.notices"

    def ready(self) -> None:
        from compliance.notices import actions, hearing, receivers  # noqa: F401

        hearing.register()
