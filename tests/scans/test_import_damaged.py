"""A damaged file is imported whole or not at all; nothing is left half-written."""

import io

import pytest
from django.db import connection
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from compliance.scans import services
from compliance.scans.models import (
    CheckResult,
    Finding,
    Observation,
    QuarantinedRow,
    RunState,
    ScanRun,
)
from compliance.shared.errors import Refused
from tests.scans.mutating import mutated
from tests.scans.reading import SAMPLES, read_bytes

NAMES = sorted(path.name for path in SAMPLES.iterdir())


@settings(max_examples=60, deadline=None, suppress_health_check=list(HealthCheck))
@given(data=st.data())
def test_all_of_a_damaged_file_is_imported_or_nothing(data, manna, adopted, alice):
    content = data.draw(mutated((SAMPLES / data.draw(st.sampled_from(NAMES))).read_bytes()))
    before = _written()
    try:
        run, _fresh = services.import_now(manna, io.BytesIO(content), name="damaged", by=alice)
    except Refused:
        assert _written() == before
        return
    rows, problems, _facts = read_bytes(content)
    assert run.state == RunState.IMPORTED
    assert run.results.count() == len(rows)
    assert run.quarantine.count() == len(problems)
    assert connection.needs_rollback is False


def _written() -> list[int]:
    return [model.objects.count() for model in (CheckResult, QuarantinedRow, Finding, Observation)]


@pytest.mark.parametrize("at", range(1024, 9 * 1024, 1024))
def test_a_file_cut_at_a_kilobyte_leaves_no_rows_or_all_it_had(manna, adopted, alice, at):
    content = b"<NessusClientData_v2><Report>" + b"".join(
        b'<ReportHost name="h%d"><HostProperties/><ReportItem pluginID="%d" severity="2" port="0" '
        b'protocol="tcp" pluginName="p"/></ReportHost>' % (n, n)
        for n in range(80)
    )
    run, _fresh = services.import_now(manna, io.BytesIO(content[:at]), name="cut.nessus", by=alice)
    assert not run.complete
    assert ScanRun.objects.get().counts["fixed"] == 0
    assert run.results.count() == Finding.objects.count() == content[:at].count(b'"p"/>')
