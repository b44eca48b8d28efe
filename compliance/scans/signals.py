"""News for the rooms above."""

from django.dispatch import Signal

# Sent with run=ScanRun at the end of an import, in its transaction.
run_imported = Signal()
# Sent with finding=Finding, by=User when a person decided what it is, in that transaction.
triaged = Signal()
