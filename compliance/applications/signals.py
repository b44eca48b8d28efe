"""News for upper rooms, sent within the transaction."""

from django.dispatch import Signal

# kwargs: round_, verdicts (those that ask for something), by. The platform waits for an answer.
changes_requested = Signal()
