"""Job handlers: shells around services."""

from typing import Any

from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from compliance.jobs import registry
from compliance.jobs.progress import Progress
from compliance.scans import services
from compliance.scans.models import ScanRun


@registry.handler(services.KIND, title=_("Import of a scan result"), tells=True)
def import_scan(progress: Progress) -> dict[str, Any]:
    runs = ScanRun.objects.select_related("organisation", "blob", "imported_by")
    run = services.import_run(runs.get(pk=progress.args["run"]), progress=progress)
    where = {"organisation": run.organisation.slug, "pk": run.pk}
    return {"run": run.pk, "url": reverse("scans:run", kwargs=where)}
