from django.apps import AppConfig


class ApplicationsConfig(AppConfig):
    name = "compliance.applications"

    def ready(self) -> None:
        from compliance.applications import states  # noqa: F401
