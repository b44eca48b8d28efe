"""News for upper rooms, sent after commit."""

from django.dispatch import Signal

# kwargs: link_id. The review of the link ended, began again, or ran out.
reviewed = Signal()
