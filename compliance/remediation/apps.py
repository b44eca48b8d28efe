from django.apps import AppConfig


class RemediationConfig(AppConfig):
    name = "compliance.remediation"

    def ready(self) -> None:
        from compliance.remediation import (  # noqa: F401
            actions,
            carrying,
            hearing,
            receivers,
            showing,
            states,
        )

        showing.register()
        hearing.register()
        carrying.register()
