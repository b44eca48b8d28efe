"""News for the rooms above."""

from django.dispatch import Signal

# Sent with run=ScanRun at the end of an import, in its transaction.
run_imported = Signal()
