"""The job that makes a marked copy: a shell around the service."""

from typing import Any

from django.urls import reverse
from django.utils.translation import gettext_noop

from compliance.jobs.phrases import Phrase
from compliance.jobs.progress import Progress
from compliance.packets import copies
from compliance.packets import manifest as manifests
from compliance.packets.models import Copy


def copy(progress: Progress) -> dict[str, Any]:
    found = Copy.objects.select_related(
        "organisation", "made_by", "packet__organisation", "packet__pdf", "packet__freeze__round"
    ).get(pk=progress.args["copy"])
    total = len(manifests.files(found.packet.freeze.manifest))
    progress.step(0, total, Phrase(gettext_noop("Marking the pages")))
    copies.make(
        found,
        lambda done, _name: progress.step(
            done, total, Phrase(gettext_noop("Writing the ZIP: %(n)d files"), {"n": done})
        ),
    )
    round_ = found.packet.freeze.round
    kwargs = {
        "organisation": found.organisation.slug,
        "number": round_.application.number,
        "round": round_.number,
    }
    return {"url": reverse("packets:packet", kwargs=kwargs)}
