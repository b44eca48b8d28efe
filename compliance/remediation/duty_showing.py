"""Missed periods of duties, where lower rooms show them: reasons for a verdict, gaps of a submission."""

from collections.abc import Iterator

from django.urls import reverse
from django.utils.functional import lazy
from django.utils.translation import ngettext

from compliance.accounts.models import Organisation
from compliance.applications.models import Application
from compliance.applications.preflight import Gap, Level, Topic
from compliance.remediation import strips
from compliance.requirements.models import Requirement
from compliance.requirements.registries import Reason


def reason(organisation: Organisation, missed: int) -> Reason:
    """What speaks against a met verdict when a duty of the requirement was missed."""
    return Reason(supports=False, sentence=_lazy_sentence(missed), url=_lazy_url(organisation))


def gaps(application: Application) -> Iterator[Gap]:
    """Missed periods weaken a submission: they cannot be made up for. Two queries."""
    rows = Requirement.objects.filter(profile=application.profile_id, duties__isnull=False)
    codes = dict(rows.values_list("pk", "code"))
    missed = strips.gaps_by_requirement(application.organisation, codes) if codes else {}
    for pk, number in missed.items():
        url = _url(application.organisation)
        yield Gap(Level.WARNING, _sentence(number), url, codes[pk], Topic.TASK)


def _sentence(number: int) -> str:
    return ngettext(
        "%(n)d period of a recurring duty was missed in the last year.",
        "%(n)d periods of a recurring duty were missed in the last year.",
        number,
    ) % {"n": number}


def _url(organisation: Organisation) -> str:
    return reverse("remediation:duties", kwargs={"organisation": organisation.slug})


# Written out when a page shows them, not when a list weighs them.
_lazy_sentence = lazy(_sentence, str)
_lazy_url = lazy(_url, str)
