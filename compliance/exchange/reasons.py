"""What a half-filled form said of a requirement, as a reason beside the verdict that a person signs."""

from django.utils.translation import gettext_lazy as _

from compliance.accounts.models import Organisation
from compliance.exchange.models import ProfileForm
from compliance.requirements.models import Assessment, Requirement
from compliance.requirements.registries import Ids, Known, Reason

_V = Assessment.Verdict
_SPEAKS_FOR = {_V.MET: True, _V.PARTIAL: False, _V.NOT_MET: False}


def known(organisation: Organisation, requirement_ids: Ids) -> dict[int, Known]:
    """Answers taken over at the import; what does not apply or is on hold says nothing."""
    forms = ProfileForm.objects.filter(
        organisation=organisation, layout__has_key="answers"
    ).values_list("profile_id", "layout__answers")
    answers = dict(forms)
    if not answers:
        return {}
    rows = Requirement.objects.filter(pk__in=requirement_ids, profile__in=answers)
    return {
        pk: Known(reasons=[_reason(verdict)])
        for pk, profile_id, code in rows.values_list("pk", "profile_id", "code")
        if (verdict := (answers[profile_id] or {}).get(code)) in _SPEAKS_FOR
    }


def _reason(verdict: str) -> Reason:
    return Reason(
        supports=_SPEAKS_FOR[_V(verdict)],
        sentence=_("The imported form answers “%s”.") % _V(verdict).label,
        blocking=verdict == _V.NOT_MET,
    )
