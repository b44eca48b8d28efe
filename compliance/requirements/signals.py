"""News for the rooms above."""

from django.dispatch import Signal

# Sent with carried=carrying.Carried at the end of a carry-over, in its transaction: each room
# brings its own rows along and says through `carried.look_at` what a person must look at.
profile_carried_over = Signal()
# Sent with organisation and profile when an organisation takes a profile on, in that transaction.
profile_adopted = Signal()
# Sent with organisation, assessments=[their keys] and by=User when people signed verdicts, in that
# transaction.
verdicts_set = Signal()
