from django.db import models
from django.utils.translation import gettext_lazy as _

from compliance.audit import registry


@registry.register
class Action(models.TextChoices):
    IMPORT_BEGUN = "profile_import.begun", _("{actor} uploaded the document {target}")
    IMPORT_PUBLISHED = (
        "profile_import.published",
        _("{actor} made the profile {profile} from the document {target}"),
    )
    IMPORT_DISCARDED = "profile_import.discarded", _("{actor} discarded the document {target}")
    MAPPING_SAVED = "saved_mapping.saved", _("{actor} saved the column mapping {target}")
    FORM_EXPORTED = "profile.exported", _("{actor} exported {target} as {format}")
