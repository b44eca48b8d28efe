from django.apps import AppConfig


class RequirementsConfig(AppConfig):
    name = "compliance.requirements"

    def ready(self) -> None:
        from compliance.audit import registry
        from compliance.requirements import hearing, panels, to_look_at, version_boxes
        from compliance.requirements.actions import Action
        from compliance.requirements.models import Assessment
        from compliance.shared import slots

        slots.panel(
            "requirement", order=60, template="requirements/_related.html", context=panels.related
        )
        verdict = Assessment.Verdict
        registry.words(Action.VERDICT_SET, before=verdict, after=verdict)
        registry.words(Action.TAKEN_BACK, before=verdict, after=verdict)
        hearing.register()
        registry.words(Action.VERDICT_FELL, before=verdict, after=verdict)
        to_look_at.register_own()
        version_boxes.register()
