"""A thousand single bits turned in rows, checkpoints, stored files and packets: each found, each named.

BENCH_FLIPS chooses another number, BENCH_FLIP_SEED other bits.
"""

import os
import random
import tempfile
import time
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path

from compliance.accounts.models import Organisation
from compliance.applications.models import Application
from compliance.audit.services import sign_all
from compliance.packets import services as packets
from compliance.packets.report import Unreadable
from compliance.packets.verify import verify
from compliance.vault import checking, layout
from compliance.vault import services as vault
from compliance.vault.models import Blob
from portal.demo.world import GAPS
from tests import flips

COUNT = int(os.environ.get("BENCH_FLIPS", "1000"))
# Of a thousand: most where most is.
SHARES = {
    "entries": 400,
    "checkpoints": 100,
    "tiles": 50,
    "outside": 100,
    "blobs": 150,
    "pdf": 50,
    "zip": 50,
    # The same by the script that reviewers run without this portal.
    "pdf, script": 50,
    "zip, script": 50,
}
Turn = Callable[[random.Random], flips.Found | None]
Check = Callable[[Path], flips.Found]


def measure() -> Iterator[str]:
    seed = os.environ.get("BENCH_FLIP_SEED", "1")
    chosen = random.Random(seed)  # noqa: S311 - repeatable, not secret
    total = caught = 0
    missed: list[str] = []
    with tempfile.TemporaryDirectory() as folder:
        for place, turn in _places(Path(folder)).items():
            began, count = time.perf_counter(), max(1, SHARES[place] * COUNT // 1000)
            found = [_turned(turn, chosen) for _number in range(count)]
            good = [each for each in found if each[0] and each[1]]
            missed += [said for seen, said in found if not (seen and said)]
            total, caught = total + count, caught + len(good)
            seconds = time.perf_counter() - began
            yield f"{place:12} {len(good):4} of {count:4} found, {seconds:.0f} s; {good[-1][1][:110]}"
    yield f"{caught} of {total} turned bits found and named (seed {seed})"
    yield from (f"MISSED: {each}" for each in missed)


def _turned(turn: Turn, chosen: random.Random) -> flips.Found:
    while True:
        found = turn(chosen)
        if found is not None:  # the database took what was written
            return found


def _places(folder: Path) -> dict[str, Turn]:
    """Everything there is to turn bits in, with how it is looked at."""
    organisation = Organisation.objects.get(slug="bareun").pk
    _fill(organisation)
    sign_all()
    files = _packet(folder)
    blobs = [layout.path_of(blob) for blob in Blob.objects.filter(size__gt=0).order_by("pk")[:40]]
    places: dict[str, Turn] = {
        name: partial(flips.in_table, name, organisation) for name in flips.TABLES
    }
    places["outside"] = partial(flips.in_outside, organisation)
    places["blobs"] = lambda chosen: flips.in_file(chosen.choice(blobs), chosen, _vault)
    for kind, path in files.items():
        copy = path.with_name(f"turned.{kind}")
        places[kind] = partial(_in_packet, path, copy, _judged)
        places[f"{kind}, script"] = partial(_in_packet, path, copy, flips.standalone)
    return places


def _fill(organisation_id: int) -> None:
    """Enough entries that full tiles of the hash tree are stored."""
    from django.db import transaction

    from compliance.audit.services import SYSTEM, record_all

    organisation = Organisation.objects.get(pk=organisation_id)
    with transaction.atomic():
        record_all(SYSTEM, "organisation.created", [(organisation, {})] * 300)


def _packet(folder: Path) -> dict[str, Path]:
    application = Application.objects.get(number__endswith="-0001")
    by = application.created_by
    frozen = packets.freeze(application.current_round, by=by, gaps_reason=GAPS)
    packet, _job = packets.build_now(frozen, "ko", by=by)
    packet.refresh_from_db()
    files = {}
    for kind, blob in (("pdf", packet.pdf), ("zip", packet.zip)):
        assert blob is not None  # noqa: S101
        files[kind] = folder / f"packet.{kind}"
        files[kind].write_bytes(vault.read_checked(blob))
    return files


def _in_packet(path: Path, copy: Path, check: Check, chosen: random.Random) -> flips.Found:
    return flips.in_file(path, chosen, check, copy)


def _judged(path: Path) -> flips.Found:
    try:
        report = verify(path)
    except Unreadable as why:
        return True, f"packet: {why}"
    wrong = [f"{each.name}: {each.verdict} {each.detail}" for each in report.wrong]
    signature = report.signature
    if signature and not signature.intact:
        wrong.append(f"signature: {signature.problem}")
    return bool(wrong), f"packet: {'; '.join(wrong)}"


def _vault(path: Path) -> flips.Found:
    report = checking.verify()
    named = [each["sha256"] for each in report.changed]
    return path.name in named, f"blob: {', '.join(named)}"
