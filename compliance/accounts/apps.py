from django.apps import AppConfig


class AccountsConfig(AppConfig):
    name = "compliance.accounts"

    def ready(self) -> None:
        from compliance.accounts import factors, receivers  # noqa: F401
        from compliance.accounts.actions import Action
        from compliance.accounts.models import DayCount, Factor
        from compliance.accounts.roles import Role
        from compliance.audit import registry
        from compliance.shared import sealed
        from compliance.shared.severity import Severity

        sealed.keeps(factors.rotate)

        for action in (
            Action.MEMBER_ADDED,
            Action.INVITED,
            Action.INVITATION_ACCEPTED,
            Action.MACHINE_ADDED,
        ):
            registry.words(action, role=Role)
        registry.words(Action.ROLE_CHANGED, before=Role, after=Role)
        for action in (Action.FACTOR_ADDED, Action.FACTOR_REMOVED):
            registry.words(action, factor=Factor)
        registry.words(Action.DAY_COUNT_SET, after=DayCount)
        registry.words(Action.THRESHOLD_SET, before=Severity, after=Severity)
