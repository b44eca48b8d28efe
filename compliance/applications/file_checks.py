"""Pre-flight of the files themselves: personal data nobody decided about, and quarantine."""

from collections.abc import Iterator

from django.db.models import QuerySet
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from compliance.applications import preflight
from compliance.applications.models import Application
from compliance.applications.preflight import Gap, Level, Topic
from compliance.evidence import personal
from compliance.evidence.models import EvidenceFile, EvidenceLink, State
from compliance.evidence.personal import Exposure
from compliance.vault.models import Inspection, InspectionState, PersonalState

OPEN = _("%(evidence)s: “%(name)s” shows personal data that nobody has decided about (%(kinds)s).")
HELD = _("%(evidence)s: %(sentence)s")


@preflight.register
def files(application: Application) -> Iterator[Gap]:
    """Ask only about files of which the inspection has something to say: four queries at most."""
    links = _links(application)
    versions = {version for version, _code in links}
    rows = EvidenceFile.objects.filter(
        version__in=versions, blob__inspection__in=_worth_asking(application)
    )
    worth = list(rows.select_related("blob", "version__evidence"))
    found = {each.file.pk: each for each in personal.exposures(worth)} if worth else {}
    by_version: dict[int, list[Exposure]] = {}
    for file in worth:
        by_version.setdefault(file.version_id, []).append(found[file.pk])
    for version, code in links:
        for exposure in by_version.get(version, ()):
            yield from _gaps(application, exposure, code)


def _links(application: Application) -> list[tuple[int, str]]:
    """(version, code of the requirement) of everything that the packet would carry."""
    rows = EvidenceLink.objects.current().filter(
        organisation=application.organisation,
        requirement__profile=application.profile,
        state=State.ACCEPTED,
    )
    return list(rows.order_by("pk").values_list("version_id", "requirement__code"))


def _worth_asking(application: Application) -> QuerySet[Inspection]:
    rows = Inspection.objects.filter(organisation=application.organisation)
    return rows.filter(personal=PersonalState.FOUND) | rows.exclude(
        state__in=[InspectionState.CLEAN, InspectionState.UNSCANNED]
    )


def _gaps(application: Application, exposure: Exposure, code: str) -> Iterator[Gap]:
    file = exposure.file
    evidence = file.version.evidence
    slug = application.organisation.slug
    if exposure.withheld:
        yield Gap(
            Level.BLOCKER,
            HELD % {"evidence": evidence.code, "sentence": exposure.withheld},
            reverse("evidence:detail", args=[slug, evidence.number]),
            code,
            Topic.EVIDENCE,
        )
    if exposure.open:
        facts = {"evidence": evidence.code, "name": file.name, "kinds": exposure.kinds_open}
        yield Gap(
            Level.BLOCKER if exposure.is_grave else Level.WARNING,
            OPEN % facts,
            reverse("evidence:personal", args=[slug, file.pk]),
            code,
            Topic.EVIDENCE,
        )
