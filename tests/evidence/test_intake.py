"""A ZIP of numbered folders: read, looked at, applied as one."""

import io
import unicodedata
import zipfile

import pytest
from django.urls import reverse

from compliance.evidence import intake, matching, services
from compliance.evidence.models import Evidence, EvidenceLink, Intake, IntakeState, State
from compliance.jobs import services as jobs
from compliance.jobs.models import Job
from compliance.shared.errors import Refused
from tests.evidence.conftest import PDF, PNG, upload
from tests.vault import samples


class Windows(zipfile.ZipInfo):
    """An entry whose name is CP949 without a flag that would say so, as Windows in Korea writes."""

    def _encodeFilenameFlags(self):  # noqa: N802 - zipfile's name
        return self.filename.encode("cp949"), self.flag_bits


def packed(members, codec="utf-8"):
    made = zipfile.ZipInfo if codec == "utf-8" else Windows
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        for name, data in members.items():
            archive.writestr(made(name), data)
    return io.BytesIO(out.getvalue())


@pytest.fixture
def taken(manna, bob, adopted):
    def take(members, codec="utf-8", **more):
        made = intake.begin(
            manna,
            packed(members, codec),
            name="증적.zip",
            by=bob,
            chosen=intake.Settings(**more),
        )
        intake.read(made)
        return made

    return take


FOLDERS = {
    "증적/OI-NET-03 방화벽/방화벽 정책.pdf": PDF,
    "증적/OI-SRV-01/서버 화면 캡처.png": PNG,
    "증적/기타/메모.txt": "메모".encode(),
}


@pytest.mark.parametrize("codec", ["utf-8", "cp949"])
def test_folders_find_their_requirements_whatever_wrote_the_names(taken, codec):
    rows = list(taken(FOLDERS, codec).rows.all())
    assert [row.path for row in rows] == list(FOLDERS)
    codes = [row.requirement.code if row.requirement else None for row in rows]
    assert codes == ["OI-NET-03", "OI-SRV-01", None]
    assert [row.take for row in rows] == [True, True, False]
    assert rows[0].kind.code == "firewall_ruleset"


def test_names_of_a_mac_are_composed(taken):
    name = unicodedata.normalize("NFD", "OI-NET-03/방화벽 정책.pdf")
    members = {name: PDF, "__MACOSX/._x": b"x", "OI-NET-03/.DS_Store": b"x"}
    [row] = taken(members).rows.all()
    assert row.path == "OI-NET-03/방화벽 정책.pdf"


@pytest.mark.parametrize(
    ("path", "code"),
    [
        ("oi_net_03/a.pdf", "OI-NET-03"),
        ("OI NET 03 방화벽/a.pdf", "OI-NET-03"),
        ("OINET03.pdf", "OI-NET-03"),
        ("폴더/OI-NET-03_정책.pdf", "OI-NET-03"),
        ("OI-NET-03/OI-NET-04 참고.pdf", "OI-NET-04"),
        ("OI-NET-03/하위/더 아래/a.pdf", "OI-NET-03"),
        ("OI-NET-031/a.pdf", None),
        ("XOI-NET-03/a.pdf", None),
        ("OI-NET-3/a.pdf", None),
        ("2026-11-26/a.pdf", None),
    ],
)
def test_codes_are_found_as_people_write_them(manna, adopted, path, code):
    found = matching.Matcher(manna).requirement(path)
    assert (found.code if found else None) == code


def test_a_code_is_no_hint_of_a_kind(manna, adopted):
    matcher = matching.Matcher(manna)
    asked = list(adopted.requirements.get(code="OI-LOG-02").evidence_kinds.all())
    said = matcher.said_of("증적/OI-LOG-02 로그/OI-LOG-02 zzz.txt")
    assert "LOG" not in said
    assert matching.kind_of(said, asked) == (asked[0] if len(asked) == 1 else None)


def test_nothing_is_evidence_before_it_is_applied(taken, manna, bob):
    made = taken(FOLDERS)
    assert not Evidence.objects.exists()
    assert intake.apply(made, by=bob) == 2
    assert made.state == IntakeState.APPLIED
    links = EvidenceLink.objects.order_by("pk")
    assert [(each.requirement.code, each.state) for each in links] == [
        ("OI-NET-03", State.IN_REVIEW),
        ("OI-SRV-01", State.IN_REVIEW),
    ]
    assert [row.evidence.number if row.evidence else None for row in made.rows.all()] == [
        1,
        2,
        None,
    ]


def test_applied_twice_makes_nothing_twice(taken, bob):
    made = taken(FOLDERS)
    stale = Intake.objects.get(pk=made.pk)
    intake.apply(made, by=bob)
    assert intake.apply(stale, by=bob) == 0
    assert Evidence.objects.count() == 2


def test_a_fault_in_the_middle_leaves_nothing(taken, bob, monkeypatch):
    made = taken(FOLDERS)
    real, seen = services.link, []

    def fails(*args, **kwargs):
        seen.append(1)
        if len(seen) == 2:
            raise OSError("disk")
        return real(*args, **kwargs)

    monkeypatch.setattr(services, "link", fails)
    with pytest.raises(OSError, match="disk"):
        intake.apply(made, by=bob)
    assert not Evidence.objects.exists()
    monkeypatch.undo()
    assert intake.apply(Intake.objects.get(), by=bob) == 2


def test_a_worker_killed_while_reading_goes_on(taken, manna, bob, adopted):
    made = intake.begin(manna, packed(FOLDERS), name="a.zip", by=bob)

    class Killed(Exception):
        pass

    def step(done, total):
        if done == 2:
            raise Killed

    with pytest.raises(Killed):
        intake.read(made, step=step)
    assert made.rows.count() == 2
    first = set(made.rows.values_list("pk", flat=True))
    intake.read(Intake.objects.get())
    assert first < set(made.rows.values_list("pk", flat=True))
    assert Intake.objects.get().state == IntakeState.PREVIEW


def test_what_is_kept_already_is_linked_not_added(taken, submitted, bob):
    made = taken({"OI-SRV-01/정책.pdf": PDF, "OI-NET-03/정책.pdf": PDF})
    assert [row.same for row in made.rows.all()] == [submitted.evidence] * 2
    assert intake.apply(made, by=bob) == 0
    assert Evidence.objects.get().links.count() == 2


def test_the_same_file_in_two_folders_is_one_evidence(taken, bob):
    made = taken({"OI-SRV-01/a.pdf": PDF, "OI-NET-03/b.pdf": PDF})
    assert intake.apply(made, by=bob) == 1
    assert Evidence.objects.get().links.count() == 2


def test_a_folder_can_be_one_evidence(taken, bob):
    made = taken(
        {"OI-NET-03 방화벽/1.pdf": PDF, "OI-NET-03 방화벽/2.png": PNG}, together=True, submit=False
    )
    intake.apply(made, by=bob)
    evidence = Evidence.objects.get()
    assert evidence.title == "OI-NET-03 방화벽"
    assert evidence.latest.files.count() == 2
    assert evidence.links.get().state == State.DRAFT


def test_what_cannot_be_taken_is_named_and_the_rest_goes_on(taken, bob):
    made = taken(
        {
            "OI-NET-03/evil.html": b"<script>1</script>",
            "OI-NET-03/프로그램.exe": b"MZ",
            "OI-NET-03/거짓.pdf": PNG,
            "OI-NET-03/스크립트.pdf": samples.pdf(javascript=True),
            "OI-NET-03/빈.txt": b"",
            "OI-NET-03/정책.pdf": PDF,
        }
    )
    rows = list(made.rows.all())
    assert [bool(row.refused) for row in rows] == [True, True, True, True, True, False]
    assert all(not row.take for row in rows if row.refused)
    assert intake.apply(made, by=bob) == 1


@pytest.mark.parametrize(
    "bytes_",
    [
        samples.archive(**{"../../etc/passwd": "x"}),
        samples.archive(**{"OI-NET-03/a.txt": b"0" * 60_000_000}),
        b"PK\x03\x04 not really",
    ],
    ids=["leads out", "bomb", "broken"],
)
def test_hostile_archives_are_refused_whole(manna, bob, adopted, bytes_):
    with pytest.raises(Refused):
        intake.begin(manna, io.BytesIO(bytes_), name="a.zip", by=bob)
    assert not Intake.objects.exists()


def test_an_archive_without_files_and_one_with_too_many(manna, bob, adopted, monkeypatch):
    empty = intake.begin(manna, packed({"OI-NET-03/": b""}), name="a.zip", by=bob)
    with pytest.raises(Refused):
        intake.read(empty)
    monkeypatch.setattr(intake, "MOST_FILES", 2)
    many = intake.begin(manna, packed(FOLDERS), name="b.zip", by=bob)
    with pytest.raises(Refused, match="2"):
        intake.read(many)


def test_a_person_edits_and_applies_on_the_page(browse, taken, bob, manna):
    made, client = taken(FOLDERS), browse(bob)
    page = client.get(reverse("evidence:intake", args=["manna", made.pk])).content.decode()
    assert "메모.txt" in page
    assert 'value="OI-NET-03"' in page
    where = reverse("evidence:intake-edit", args=["manna", made.pk])
    row = {"title-2": "회의 메모", "requirement-2": "oi-net-05 어떤 제목", "take-2": "1"}
    assert client.post(where, {**row, "kind-2": "없는 종류"}).status_code == 409
    assert client.post(where, {**row, "requirement-2": "OI-NET-99"}).status_code == 409
    assert not made.rows.get(order=2).take
    assert client.post(where, {**row, "kind-2": ""}).status_code == 302
    assert made.rows.get(order=2).requirement.code == "OI-NET-05"
    answer = client.post(where, {**row, "op": "apply"})
    job = Job.objects.get(kind=intake.APPLY)
    assert answer.url == reverse("jobs:progress", args=["manna", job.pk])
    client.post(where, {**row, "op": "apply"})
    assert Job.objects.filter(kind=intake.APPLY).count() == 1
    jobs.run(job.pk)
    job.refresh_from_db()
    assert job.state == "done", job.error
    assert Evidence.objects.filter(title="회의 메모").exists()
    assert client.post(where, row).status_code == 409


def test_the_upload_reads_in_a_job(browse, bob, adopted):
    sent = packed(FOLDERS)
    sent.name = "증적 폴더.zip"
    answer = browse(bob).post(reverse("evidence:intake-begin", args=["manna"]), {"archive": sent})
    job = Job.objects.get(kind=intake.READ)
    assert answer.url == reverse("jobs:progress", args=["manna", job.pk])
    jobs.run(job.pk)
    assert Intake.objects.get().state == IntakeState.PREVIEW
    assert browse(bob).post(reverse("evidence:intake-begin", args=["manna"]), {}).status_code == 409


def test_discarded_is_the_end(browse, taken, bob, sam):
    made = taken(FOLDERS)
    where = reverse("evidence:intake-discard", args=["manna", made.pk])
    assert browse(sam).post(where).status_code == 404
    assert browse(bob).post(where).status_code == 302
    with pytest.raises(Refused):
        intake.apply(Intake.objects.get(), by=bob)
    assert not Evidence.objects.exists()


def test_evidence_withdrawn_between_preview_and_apply_is_added_anew(taken, submitted, bob):
    made = taken({"OI-NET-03/정책.pdf": PDF})
    services.withdraw(submitted.evidence, reason="x", by=bob)
    assert intake.apply(made, by=bob) == 1
    assert services.add(submitted.organisation, [upload()], by=bob).evidence.number == 3
