"""Jobs that read an archive of folders and apply it: shells around the verbs."""

from typing import Any

from django.urls import reverse
from django.utils.translation import gettext as _

from compliance.accounts.models import User
from compliance.evidence import intake
from compliance.evidence.models import Intake
from compliance.jobs.progress import Progress


def read(progress: Progress) -> dict[str, Any]:
    found = _intake(progress)
    intake.read(found, step=lambda n, of: progress.step(n, of, _("Reading the archive")))
    return {"url": _url(found)}


def apply(progress: Progress) -> dict[str, Any]:
    found = _intake(progress)
    by = User.objects.get(pk=progress.args["by"])
    # The transaction holds the database's only writer: the bar moves when it is over.
    progress.check()
    made = intake.apply(found, by=by)
    return {"url": _url(found), "made": made}


def _intake(progress: Progress) -> Intake:
    rows = Intake.objects.select_related("organisation", "blob")
    return rows.get(pk=progress.args["intake"])


def _url(found: Intake) -> str:
    return reverse("evidence:intake", args=[found.organisation.slug, found.pk])
