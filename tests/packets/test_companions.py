"""The tables beside the document: made of the frozen manifest, embedded, the same bytes each time."""

import csv
import io
import json
import warnings
import zipfile

import openpyxl
import pikepdf
import pytest

from compliance.evidence import services as evidence
from compliance.jobs.models import Job
from compliance.packets import companions, services
from compliance.packets.models import State
from compliance.packets.packing import enclosed
from compliance.packets.verify import verify
from compliance.requirements.models import Assessment, Requirement
from compliance.vault import layout
from tests.packets.samples import make_manifest, make_task
from tests.packets.test_standalone import run
from tests.vault import samples

PAGES = {"req-OI-NET-03": 12, "ev-E-30": 40}


def made(edition="ko", pages=PAGES, **more) -> dict[str, bytes]:
    found = companions.make(make_manifest(**more), edition, pages)
    return {each.name: each.data for each in found}


def rows(data: bytes) -> list[list[str]]:
    sheet = openpyxl.load_workbook(io.BytesIO(data)).worksheets[0]
    return [[str(cell or "") for cell in row] for row in sheet.iter_rows(values_only=True)]


def finding(number: int, **more):
    base = make_manifest()["findings"][0]
    return base | {"number": f"F-{number}"} | more


def test_the_same_manifest_gives_the_same_bytes_whatever_the_clock(monkeypatch):
    first = made()
    monkeypatch.setattr("time.time", lambda: 2_000_000_000.0)
    assert made() == first


def test_no_clock_stands_in_the_properties_of_a_workbook():
    for name in (companions.STATEMENT, companions.CHECKLIST, companions.FINDINGS):
        book = openpyxl.load_workbook(io.BytesIO(made()[name]))
        assert book.properties.created.isoformat() == "2026-11-22T07:00:00", name
        assert book.properties.modified == book.properties.created
        assert book.properties.creator == "만나배달"


def test_the_checklist_has_verdict_statement_evidence_and_pages():
    found = rows(made()[companions.CHECKLIST])
    (row,) = [each for each in found if each[0] == "OI-NET-03"]
    told = "\n".join(row)
    assert "적합" in row
    assert "영역마다 방화벽을 두고" in told
    assert "E-30 2026년 11월 네트워크 구성도" in told
    assert "OI-NET-03: 12\nE-30: 40" in row
    (other,) = [each for each in found if each[0] == "OI-DAT-05"]
    assert "부분적합" in other


def test_the_statement_is_a_workbook_with_every_task():
    tasks = [make_task(number=f"T-{number}") for number in range(30)]
    found = rows(made(tasks=tasks)[companions.STATEMENT])
    assert [row[0] for row in found if row[0].startswith("T-")] == [f"T-{n}" for n in range(30)]
    assert "만나배달" in found[1]


def test_ten_thousand_findings_are_whole_in_both_tables():
    findings = [finding(number) for number in range(10_000)]
    found = made(findings=findings)
    table = list(csv.reader(io.StringIO(found[companions.FINDINGS_CSV].decode("utf-8-sig"))))
    assert len(table) == 10_001
    sheet = [row for row in rows(found[companions.FINDINGS]) if row[0].startswith("F-")]
    assert [row[0] for row in sheet] == [row[0] for row in table[1:]]


def test_nothing_in_a_table_runs():
    found = made(findings=[finding(1, title="=HYPERLINK(1)", asset="@SUM(1)")])
    assert b"'=HYPERLINK" in found[companions.FINDINGS_CSV]
    sheet = openpyxl.load_workbook(io.BytesIO(found[companions.FINDINGS])).worksheets[0]
    cells = [cell for row in sheet.iter_rows() for cell in row if cell.value]
    assert {cell.data_type for cell in cells} == {"s"}
    assert "=HYPERLINK(1)" in [cell.value for cell in cells]


@pytest.mark.parametrize("text", ["가" * 200_000, "a\x00\x0bb", "_x0041_ x", "\r\n두 줄\r"])
def test_odd_texts_come_out_as_a_workbook_that_opens(text):
    found = made(tasks=[make_task(action=text)], findings=[finding(1, title=text)])
    for name in (companions.STATEMENT, companions.FINDINGS):
        assert rows(found[name])


def test_oscal_is_read_by_trestle(tmp_path):
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # its own imports warn
        from trestle.oscal.assessment_results import AssessmentResults
    for edition in ("ko", "en"):
        path = tmp_path / f"{edition}.json"
        path.write_bytes(made(edition)[companions.OSCAL])
        found = AssessmentResults.oscal_read(path)
        assert len(found.results[0].findings) == 2
    document = json.loads(path.read_text())["assessment-results"]
    resources = {each["title"] for each in document["back-matter"]["resources"]}
    assert "네트워크 구성도.pdf" in resources
    assert document["metadata"]["last-modified"] == "2026-11-22T16:00:00+09:00"


def test_english_tables_speak_english():
    found = made("en")
    assert "Met" in [cell for row in rows(found[companions.CHECKLIST]) for cell in row]
    assert found[companions.FINDINGS_CSV].decode("utf-8-sig").startswith("Number,Finding")


def test_the_document_carries_them_as_data_and_supplement(built):
    with pikepdf.open(built.pdf) as document:
        specs = {str(spec.obj.UF): spec.obj for _n, spec in document.attachments.items()}
        assert set(companions.NAMES) <= set(specs)
        kinds = {name: str(specs[name].AFRelationship) for name in companions.NAMES}
        data = document.attachments[companions.CHECKLIST].get_file().read_bytes()
    assert kinds[companions.FINDINGS_CSV] == kinds[companions.OSCAL] == "/Data"
    assert kinds[companions.FINDINGS] == kinds[companions.CHECKLIST] == "/Supplement"
    (row,) = [each for each in rows(data) if each[0] == "OI-NET-03"]
    # The page that the document itself gives the requirement.
    assert any(cell.startswith("OI-NET-03: ") for cell in row)


def test_what_changes_after_the_freeze_does_not_reach_them(frozen, alice, sent):
    Assessment.objects.update(statement="나중에 바뀐 문장")
    Requirement.objects.update(title_ko="나중에 바뀐 제목")
    packet, _job = services.build_now(frozen, "ko", by=alice)
    found = {each.name: each.data for each in enclosed(layout.path_of(packet.pdf))}
    told = "\n".join(cell for row in rows(found[companions.CHECKLIST]) for cell in row)
    assert "나중에 바뀐" not in told


@pytest.fixture
def incomplete(frozen, accepted, alice):
    """The packet of which one file is gone from the vault."""
    layout.path_of(accepted.version.files.get().blob).unlink()
    return services.build_now(frozen, "ko", by=alice)[0]


def test_a_missing_file_leaves_a_draft_with_a_note(incomplete, accepted):
    blob = accepted.version.files.get().blob
    (told,) = incomplete.missing_files
    assert (told["sha256"], told["size"]) == (blob.sha256, blob.size)
    with zipfile.ZipFile(layout.path_of(incomplete.draft)) as found:
        (note,) = [name for name in found.namelist() if "_MISSING_" in name]
        text = found.read(note).decode("utf-8-sig")
        assert not [name for name in found.namelist() if name.endswith("ko.pdf")]
    assert note.startswith("증적/OI-NET-03/_MISSING_")
    for fact in (accepted.evidence.code, "방화벽 정책.pdf", blob.sha256, str(blob.size)):
        assert fact in text
    report = verify(layout.path_of(incomplete.draft))
    wrong = {each.name: each.verdict for each in report.wrong}
    assert wrong[told["path"]] == "missing"
    assert note not in wrong
    assert not report.intact


def test_nothing_of_it_is_signed_and_everybody_is_told(incomplete, alice, browse):
    assert incomplete.state == State.INCOMPLETE
    assert incomplete.pdf is None
    job = Job.objects.get(kind=services.BUILD)
    assert job.state == "failed"
    assert "방화벽 정책.pdf" in job.error
    address = f"/o/manna/applications/{incomplete.freeze.round.application.number}/packets/1/"
    page = browse(alice).get(address).content.decode()
    assert incomplete.missing_files[0]["path"] in page
    assert browse(alice).get(f"{address}ko/draft.zip").status_code == 200


def test_once_it_is_there_again_the_packet_is_signed(frozen, accepted, alice):
    path = layout.path_of(accepted.version.files.get().blob)
    content = path.read_bytes()
    path.unlink()
    assert services.build_now(frozen, "ko", by=alice)[0].state == State.INCOMPLETE
    path.write_bytes(content)
    packet, _job = services.build_now(frozen, "ko", by=alice)
    assert packet.state == State.BUILT
    assert verify(layout.path_of(packet.zip)).intact


def test_a_file_of_another_requirement_is_not_touched_by_a_missing_one(
    frozen, accepted, alice, bob, manna
):
    """Only what is missing is named."""
    evidence.add(manna, [evidence.Upload(io.BytesIO(samples.pdf() + b"\n"), "b.pdf")], by=bob)
    layout.path_of(accepted.version.files.get().blob).unlink()
    packet, _job = services.build_now(frozen, "ko", by=alice)
    assert len(packet.missing_files) == 1


def test_the_script_names_what_was_missing_already(incomplete):
    code, said = run(layout.path_of(incomplete.draft))
    assert code == 1
    assert "missing already" in said
    assert "no signed document" in said
