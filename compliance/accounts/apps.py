from django.apps import AppConfig


class AccountsConfig(AppConfig):
    name = "compliance.accounts"

    def ready(self) -> None:
        from compliance.accounts import receivers  # noqa: F401
        from compliance.accounts.actions import Action
        from compliance.accounts.roles import Role
        from compliance.audit import registry

        registry.words(Action.MEMBER_ADDED, role=Role)
