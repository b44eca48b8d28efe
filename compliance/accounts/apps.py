from django.apps import AppConfig


class AccountsConfig(AppConfig):
    name = "compliance.accounts"

    def ready(self) -> None:
        from compliance.accounts import receivers  # noqa: F401
        from compliance.accounts.actions import Action
        from compliance.accounts.models import DayCount
        from compliance.accounts.roles import Role
        from compliance.audit import registry
        from compliance.shared.severity import Severity

        registry.words(Action.MEMBER_ADDED, role=Role)
        registry.words(Action.DAY_COUNT_SET, after=DayCount)
        registry.words(Action.THRESHOLD_SET, before=Severity, after=Severity)
