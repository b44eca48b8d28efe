from django.apps import AppConfig


class VaultConfig(AppConfig):
    name = "compliance.vault"

    def ready(self) -> None:
        from compliance.vault import actions, handlers, receivers  # noqa: F401
