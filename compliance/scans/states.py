"""Where a finding and a run can go."""

from compliance.scans.models import FindingState, RunState
from compliance.shared import states

F = FindingState
MOVES = {
    F.OPEN: {F.FIXED, F.FALSE_POSITIVE, F.RISK_ACCEPTED, F.DISPUTED},
    F.FIXED: {F.OPEN},
    F.FALSE_POSITIVE: {F.OPEN},
    F.RISK_ACCEPTED: {F.OPEN, F.FIXED},
    F.DISPUTED: {F.OPEN, F.FALSE_POSITIVE, F.FIXED},
}
RUN_MOVES = {
    RunState.ASKING: {RunState.QUEUED, RunState.FAILED},
    RunState.QUEUED: {RunState.IMPORTING, RunState.FAILED},
    RunState.IMPORTING: {RunState.IMPORTED, RunState.FAILED},
    RunState.IMPORTED: set(),
    RunState.FAILED: {RunState.IMPORTING},
}
# A complete scan that covered them and did not see them closes these.
CLOSED_BY_SCAN = (F.OPEN, F.RISK_ACCEPTED, F.DISPUTED)

states.register("finding", FindingState, MOVES)
states.register("scan_run", RunState, RUN_MOVES)
