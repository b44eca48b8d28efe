"""The applicant's logo and colour, as a manifest keeps them."""

from compliance.accounts.models import Organisation
from compliance.packets.entries import Budget
from compliance.packets.manifest_rows import Look
from compliance.packets.models import Branding

FOLDER = "표지"


def gather(organisation: Organisation, budget: Budget) -> Look:
    found = Branding.objects.filter(organisation=organisation).select_related("logo").first()
    if found is None:
        return {"colour": "", "logo": None}
    logo = budget.file(FOLDER, organisation.slug, "logo.png", found.logo) if found.logo else None
    return {"colour": found.colour, "logo": logo}
