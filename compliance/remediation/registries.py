"""What upper rooms do to the tasks that were ticked in the table."""

from collections.abc import Callable

from compliance.accounts.http import OrganisationRequest
from compliance.remediation.bulk import Chosen
from compliance.shared.many import Outcome

# {the bar's operation: verb(request, chosen tasks)}. Its button stands in the slot "task-bulk".
BulkVerb = Callable[[OrganisationRequest, list[Chosen]], Outcome]
bulk_verbs: dict[str, BulkVerb] = {}


def register(operation: str, verb: BulkVerb) -> None:
    bulk_verbs[operation] = verb
