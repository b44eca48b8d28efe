from django.apps import AppConfig


class VaultConfig(AppConfig):
    name = "compliance.vault"

    def ready(self) -> None:
        from compliance.accounts.roles import Capability
        from compliance.notices.rules import Rule, register
        from compliance.vault import handlers, receivers  # noqa: F401
        from compliance.vault.actions import Action

        # The security lead and the owner: they have the backup made, or the file handed in again.
        register(
            Rule(Action.DAMAGE_FOUND, capability=Capability.PACKET_BUILD, page="oversight:log"),
            Rule(Action.DAMAGE_MENDED, capability=Capability.PACKET_BUILD, page="oversight:log"),
        )
