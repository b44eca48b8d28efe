from django.apps import AppConfig


class RemediationConfig(AppConfig):
    name = "compliance.remediation"

    def ready(self) -> None:
        from compliance.remediation import actions, hearing, receivers, showing, states  # noqa: F401

        showing.register()
        hearing.register()
