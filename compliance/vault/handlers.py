"""Job handlers: shells around services."""

from typing import Any

from django.utils.translation import gettext_lazy as _

from compliance.jobs import registry
from compliance.jobs.progress import Progress
from compliance.vault import inspecting


@registry.handler(inspecting.KIND, title=_("Inspection of files"))
def inspect(progress: Progress) -> dict[str, Any]:
    organisation = progress.job.organisation
    assert organisation is not None  # noqa: S101 - this work is always an organisation's
    return inspecting.work(organisation, progress)
