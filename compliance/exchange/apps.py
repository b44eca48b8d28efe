from django.apps import AppConfig


class ExchangeConfig(AppConfig):
    name = "compliance.exchange"

    def ready(self) -> None:
        from compliance.audit import registry
        from compliance.exchange import reasons, states  # noqa: F401
        from compliance.exchange.actions import Action
        from compliance.exchange.exporting import Format
        from compliance.requirements import registries

        registry.words(Action.FORM_EXPORTED, format=Format)
        registries.register(registries.Column("forms", "", reasons.known))
