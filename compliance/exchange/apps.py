from django.apps import AppConfig


class ExchangeConfig(AppConfig):
    name = "compliance.exchange"

    def ready(self) -> None:
        from compliance.exchange import actions, reasons, states  # noqa: F401
        from compliance.requirements.registries import register_reasons

        register_reasons(reasons.of_imported_forms)
