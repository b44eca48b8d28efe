"""What is taken in gets looked at."""

from collections.abc import Sequence
from typing import Any

from django.dispatch import receiver

from compliance.vault import inspecting, signals
from compliance.vault.models import Blob


@receiver(signals.stored, dispatch_uid="vault.inspect")
def inspect(sender: Any, blobs: Sequence[Blob], **kwargs: Any) -> None:
    inspecting.begin(blobs)
