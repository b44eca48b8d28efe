"""Which files a profile can leave as."""

from django.db import models
from django.utils.translation import gettext_lazy


class Format(models.TextChoices):
    """The files that a profile can leave as."""

    FORM = "form", gettext_lazy("The form it came in")
    FORM_UTF8 = "form-utf8", gettext_lazy("The form it came in, as UTF-8")
    XLSX = "xlsx", gettext_lazy("Checklist (XLSX)")
    CSV = "csv", gettext_lazy("Checklist (CSV)")
    OSCAL_CATALOG = "oscal-catalog", gettext_lazy("OSCAL catalog (JSON)")
    OSCAL_RESULTS = "oscal-results", gettext_lazy("OSCAL assessment results (JSON)")
    YAML = "yaml", gettext_lazy("Profile (YAML)")
