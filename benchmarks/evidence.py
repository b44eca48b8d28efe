"""The list of 10,000 evidence with filters: queries and CPU of one request, the median of seven; and
reading an archive of folders."""

import io
import statistics
import time
import zipfile
from collections.abc import Iterator
from datetime import timedelta

from django.conf import settings
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from benchmarks._thousand import company
from compliance.accounts.models import Organisation, User
from compliance.evidence import intake
from compliance.evidence.models import (
    Evidence,
    EvidenceFile,
    EvidenceLink,
    EvidenceVersion,
    Tag,
    digest_of,
)
from compliance.requirements.models import Profile, Requirement
from compliance.vault.models import Blob

ROWS = 10_000
ROUNDS = 7
FILES = 200
BATCH = 1000
_LIST = "/o/thousand/evidence/"
PAGES = {
    "10,000: list": _LIST,
    "10,000: gallery": f"{_LIST}?view=gallery",
    "10,000: page 150": f"{_LIST}?page=150",
    "10,000: state and kind": f"{_LIST}?state=accepted&kind=kind-3",
    "10,000: search": f"{_LIST}?q=점검+보고서",
    "10,000: search a file": f"{_LIST}?q=capture-77",
    "10,000: expiring in 30 days": f"{_LIST}?expiring=30",
    "10,000: tag, owner, area": f"{_LIST}?tag=분기&area=A03&confidentiality=confidential",
    "10,000: not linked": f"{_LIST}?state=unlinked",
    "10,000: review desk, 4,000 wait": "/o/thousand/evidence/desk/",
    "10,000: requests": "/o/thousand/evidence/requests/",
}


def measure() -> Iterator[str]:
    settings.STORAGES["staticfiles"] = {
        "BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"
    }
    if "testserver" not in settings.ALLOWED_HOSTS:
        settings.ALLOWED_HOSTS.append("testserver")
    settings.MIDDLEWARE = [each for each in settings.MIDDLEWARE if "whitenoise" not in each]
    organisation, profile, lead = company()
    _fill(organisation, profile, lead)
    client = Client()
    client.force_login(lead)
    for name, path in PAGES.items():
        yield _line(client, name, path)
    yield _archive(organisation, lead)


def _line(client: Client, name: str, path: str) -> str:
    client.get(path)
    with CaptureQueriesContext(connection) as queries:
        answer = client.get(path)
    number, size = len(queries), len(answer.content) / 1024
    assert answer.status_code == 200, (path, answer.status_code)  # noqa: S101
    times = []
    for _ in range(ROUNDS):
        began = time.process_time()
        client.get(path)
        times.append(time.process_time() - began)
    median = statistics.median(times) * 1000
    return f"{name:<34} {number:>3} queries {median:>6.0f} ms CPU {size:>6.0f} KB"


def _fill(organisation: Organisation, profile: Profile, lead: User) -> None:
    """Two links each, a file each, two tags on every third; a fifth waits for a review."""
    now, today = timezone.now(), timezone.localdate()
    requirements = list(Requirement.objects.filter(profile=profile).order_by("order"))
    kinds = list(profile.evidence_kinds.order_by("pk"))
    other = User.objects.filter(memberships__organisation=organisation).exclude(pk=lead.pk).first()
    first = Evidence.objects.filter(organisation=organisation).count() + 1
    evidence = Evidence.objects.bulk_create(
        [
            Evidence(
                organisation=organisation,
                number=first + n,
                title=f"접근 통제 점검 보고서 {n}",
                kind=kinds[n % len(kinds)],
                kind_code=kinds[n % len(kinds)].code,
                confidentiality=["internal", "confidential", "secret"][n % 3],
                owner=[lead, other][n % 2],
                created_by=other or lead,
            )
            for n in range(ROWS)
        ],
        batch_size=BATCH,
    )
    blobs = Blob.objects.bulk_create(
        [
            Blob(
                organisation=organisation, sha256=f"{n:064x}", size=1, media_type="application/pdf"
            )
            for n in range(ROWS)
        ],
        batch_size=BATCH,
    )
    versions = EvidenceVersion.objects.bulk_create(
        [
            EvidenceVersion(
                evidence=each,
                number=1,
                collected_at=today - timedelta(days=n % 90),
                digest=digest_of([(blobs[n].sha256, f"capture-{n}.pdf")]),
                uploaded_by=other or lead,
            )
            for n, each in enumerate(evidence)
        ],
        batch_size=BATCH,
    )
    EvidenceFile.objects.bulk_create(
        [
            EvidenceFile(version=each, blob=blobs[n], name=f"capture-{n}.pdf")
            for n, each in enumerate(versions)
        ],
        batch_size=BATCH,
    )
    states = ["accepted", "accepted", "accepted", "in_review", "returned"]
    links = []
    for n, (paper, version) in enumerate(zip(evidence, versions, strict=True)):
        state = states[n % len(states)]
        if n % 50 == 0:
            continue
        reviewed = state != "in_review"
        links += [
            EvidenceLink(
                organisation=organisation,
                evidence=paper,
                requirement=requirements[(n * 7 + shift) % len(requirements)],
                version=version,
                state=state,
                submitted_by=other or lead,
                submitted_at=now,
                reason="날짜가 보이지 않는다." if state == "returned" else "",
                valid_until=today + timedelta(days=n % 365),
                reviewed_by=lead if reviewed else None,
                reviewed_at=now if reviewed else None,
                reviewed_version=version if reviewed else None,
                reviewed_digest=version.digest if reviewed else "",
            )
            for shift in range(2)
        ]
    EvidenceLink.objects.bulk_create(links, batch_size=BATCH)
    tags = [Tag.objects.create(organisation=organisation, name=name) for name in ("분기", "연간")]
    through = Evidence.tags.through
    through.objects.bulk_create(
        [
            through(evidence_id=each.pk, tag_id=tag.pk)
            for n, each in enumerate(evidence)
            for tag in tags
            if n % 3 == 0
        ],
        batch_size=BATCH,
    )


def _archive(organisation: Organisation, lead: User) -> str:
    codes = Requirement.objects.filter(profile__adoptions__organisation=organisation)
    names = list(codes.values_list("code", flat=True)[:FILES])
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        for n, code in enumerate(names):
            archive.writestr(f"{code}/점검 {n}.txt", f"점검 결과 {n}\n" * 500)
    packed.seek(0)
    began = time.perf_counter()
    made = intake.begin(organisation, packed, name="archive.zip", by=lead)
    intake.read(made)
    read = time.perf_counter() - began
    intake.apply(made, by=lead)
    applied = time.perf_counter() - began - read
    return f"archive of {len(names)} folders: read {read:.1f} s, applied {applied:.1f} s"
