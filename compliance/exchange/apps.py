from django.apps import AppConfig


class ExchangeConfig(AppConfig):
    name = "compliance.exchange"

    def ready(self) -> None:
        from compliance.audit import registry
        from compliance.exchange import states  # noqa: F401
        from compliance.exchange.actions import Action
        from compliance.exchange.formats import Format

        registry.words(Action.FORM_EXPORTED, format=Format)
