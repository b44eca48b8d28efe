"""A stored file that is not what it was: marked once, told to the lead and the owner, and mended."""

from django.db import transaction
from django.utils import timezone

from compliance.audit.services import SYSTEM, record
from compliance.vault.actions import Action
from compliance.vault.models import Blob


@transaction.atomic
def found(blob: Blob, name: str = "") -> bool:
    """Mark the file as damaged and raise the alarm; return False when it was known already."""
    now = timezone.now()
    if not Blob.objects.filter(pk=blob.pk, damaged_at=None).update(damaged_at=now):
        return False
    blob.damaged_at = now
    record(SYSTEM, Action.DAMAGE_FOUND, blob, name=name or blob.short, sha256=blob.sha256)
    return True


@transaction.atomic
def mended(blob: Blob, name: str = "") -> bool:
    """Take the mark away: the right bytes are there again."""
    if not Blob.objects.filter(pk=blob.pk, damaged_at__isnull=False).update(damaged_at=None):
        return False
    blob.damaged_at = None
    record(SYSTEM, Action.DAMAGE_MENDED, blob, name=name or blob.short, sha256=blob.sha256)
    return True
