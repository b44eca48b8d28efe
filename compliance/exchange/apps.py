from django.apps import AppConfig


class ExchangeConfig(AppConfig):
    name = "compliance.exchange"

    def ready(self) -> None:
        from compliance.exchange import actions, states  # noqa: F401
