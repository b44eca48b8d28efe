"""News from the vault."""

from django.dispatch import Signal

# Before the commit: blobs, just taken in from outside. What a receiver refuses is not taken in.
stored = Signal()
# After the commit: blob_id. The bytes were searched, or put into quarantine.
inspected = Signal()
