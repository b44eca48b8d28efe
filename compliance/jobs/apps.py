from django.apps import AppConfig


class JobsConfig(AppConfig):
    name = "compliance.jobs"

    def ready(self) -> None:
        from compliance.jobs import states, tasks  # noqa: F401
