"""News for upper rooms, sent within the transaction."""

from django.dispatch import Signal

# kwargs: membership, by. The person is no longer a member.
member_removed = Signal()

# kwargs: membership, before (the former role), by.
role_changed = Signal()
