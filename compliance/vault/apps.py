from django.apps import AppConfig


class VaultConfig(AppConfig):
    name = "compliance.vault"

    def ready(self) -> None:
        from compliance.vault import actions  # noqa: F401
