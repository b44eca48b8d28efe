from django.apps import AppConfig


class OversightConfig(AppConfig):
    name = "compliance.oversight"

    def ready(self) -> None:
        from compliance.audit import registry
        from compliance.evidence.actions import Action as Evidence
        from compliance.exchange.actions import Action as Exchange
        from compliance.oversight.actions import Action
        from compliance.packets.actions import Action as Packet
        from compliance.remediation.actions import Action as Remediation
        from compliance.scans.actions import Action as Scan

        registry.reads(
            Evidence.VIEWED,
            Evidence.DOWNLOADED,
            Exchange.FORM_EXPORTED,
            Packet.DOWNLOADED,
            Remediation.EXPORTED,
            Scan.EXPORTED,
            Action.EXPORTED,
        )
