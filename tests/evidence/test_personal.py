"""Personal data in evidence: shown masked, decided about with a reason, or redacted."""

import io
import json

import pytest

from compliance.applications import preflight
from compliance.applications import services as applications
from compliance.audit.models import Entry
from compliance.evidence import personal, services
from compliance.evidence.models import (
    EvidenceFile,
    EvidenceLink,
    PersonalDecision,
    Redaction,
    State,
)
from compliance.jobs import services as jobs
from compliance.jobs.models import Job
from compliance.requirements.models import Assessment
from compliance.shared.errors import Refused, Unauthorised
from compliance.vault import inspecting
from compliance.vault import services as vault
from compliance.vault.models import Inspection, PersonalState
from tests.vault.personal.test_reading import MASKED, NUMBER, pdf_with

TEXT = f"이름 홍길동, 주민등록번호 {NUMBER}\nlogin gildong@naver.com\n".encode()


@pytest.fixture
def add(manna, adopted, bob):
    """add(data, name): an evidence for OI-DAT-01 or so, by bob, searched."""

    def added(data=TEXT, name="명단.txt", **more):
        requirement = Assessment.objects.filter(requirement__code="OI-NET-03").get().requirement
        upload = services.Upload(io.BytesIO(data), name)
        found = services.add(manna, [upload], by=bob, requirement=requirement, **more)
        inspecting.work(manna)
        return found

    return added


@pytest.fixture
def listed(add):
    """The file with a number and an address in it."""
    return EvidenceFile.objects.get(version=add().evidence.latest)


def test_what_is_found_is_open_until_somebody_decides(listed):
    exposure = personal.exposure_of(listed)
    assert exposure.open == {"resident": 1, "mail": 1}
    assert exposure.is_grave


@pytest.mark.usefixtures("in_english")
def test_a_decision_needs_a_reason_and_a_ground(listed, bob):
    with pytest.raises(Refused, match="write the reason"):
        personal.decide(listed, ["mail"], ground="consent", reason="  ", by=bob)
    with pytest.raises(Refused, match="write the reason"):
        personal.decide(listed, ["mail"], ground="because", reason="x", by=bob)
    with pytest.raises(Refused, match="nothing of this kind"):
        personal.decide(listed, ["card"], ground="consent", reason="x", by=bob)
    assert not PersonalDecision.objects.exists()


def test_a_decision_is_kept_with_who_and_why_and_in_the_log(listed, bob):
    personal.decide(listed, ["mail"], ground="company", reason="대표 메일", by=bob)
    assert personal.exposure_of(listed).open == {"resident": 1}
    entry = Entry.objects.get(action="evidence.personal_decided")
    assert entry.data["reason"] == "대표 메일"
    personal.reconsider(listed, ["mail"], by=bob)
    assert personal.exposure_of(listed).open == {"resident": 1, "mail": 1}


def test_who_only_reads_decides_nothing(listed, dave, carol):
    for person in (dave, carol):
        with pytest.raises(Unauthorised):
            personal.decide(listed, ["mail"], ground="consent", reason="x", by=person)


def test_a_decision_holds_for_the_same_bytes_in_the_next_version(listed, bob):
    personal.decide(listed, ["mail", "resident"], ground="made_up", reason="시험", by=bob)
    evidence = listed.version.evidence
    files = [
        services.Upload(io.BytesIO(TEXT), "명단.txt"),
        services.Upload(io.BytesIO(b"x"), "b.txt"),
    ]
    version = services.add_version(evidence, files, by=bob)
    assert not personal.exposures(list(version.files.all()))[0].open


def test_a_redacted_copy_is_the_next_version_and_reviewed_anew(listed, bob, carol):
    link = EvidenceLink.objects.get()
    services.accept(link, by=carol)
    version = personal.redact(listed, kinds=["resident", "mail"], by=bob)
    link.refresh_from_db()
    assert (version.number, link.state, link.version) == (2, State.IN_REVIEW, version)
    copy = version.files.get()
    assert copy.name == "명단_가림.txt"
    assert copy.redaction.redacted_from == listed
    assert NUMBER.encode() not in vault.read_checked(copy.blob)
    assert MASKED.encode() in vault.read_checked(copy.blob)
    assert vault.read_checked(listed.blob) == TEXT, "the original stays in version 1"
    entry = Entry.objects.get(action="evidence.redacted")
    assert entry.data["version"] == 2
    inspecting.work(version.evidence.organisation)
    assert not personal.exposure_of(copy).open


def test_the_packet_takes_the_redacted_copy(listed, bob, carol, manna, adopted, alice):
    from compliance.packets import gathering

    version = personal.redact(listed, kinds=["resident", "mail"], by=bob)
    services.accept(EvidenceLink.objects.get(), by=carol)
    application = applications.create(manna, profile=adopted, by=alice, title="배민 연동")
    links = gathering._links(application)
    files = [f for each in links.values() for link in each for f in link.version.files.all()]
    assert [file.blob_id for file in files] == [version.files.get().blob_id]


def test_boxes_take_the_text_out_of_a_pdf(add, bob):
    added = add(pdf_with(f"id {NUMBER} end"), "증명.pdf")
    file = added.evidence.latest.files.get()
    boxes = [box for hit in personal.exposure_of(file).inspection.hits.all() for box in hit.boxes]
    version = personal.redact(file, boxes=boxes, by=bob)
    assert NUMBER[-7:].encode() not in vault.read_checked(version.files.get().blob)


@pytest.mark.usefixtures("in_english")
def test_of_an_older_version_no_copy_is_made(listed, bob):
    services.add_version(
        listed.version.evidence, [services.Upload(io.BytesIO(b"y"), "b.txt")], by=bob
    )
    with pytest.raises(Refused, match="older version"):
        personal.redact(listed, kinds=["mail"], by=bob)


@pytest.mark.parametrize("boxes", [[], [[1, 0.5, 0.5, 0.4, 0.6]], [[0, 0, 0, 1, 1]], [[1, 2]]])
def test_wrong_boxes_leave_nothing(add, bob, boxes):
    file = add(pdf_with("hello world and more"), "a.pdf").evidence.latest.files.get()
    with pytest.raises(Refused):
        personal.redact(file, boxes=boxes, by=bob)
    assert file.version.evidence.versions.count() == 1


def test_pre_flight_blocks_on_numbers_and_warns_of_addresses(
    listed, bob, carol, manna, adopted, alice
):
    services.accept(EvidenceLink.objects.get(), by=carol)
    application = applications.create(manna, profile=adopted, by=alice, title="배민 연동")

    def gaps():
        application.__dict__.pop("_gaps", None)
        return [gap.level for gap in preflight.gaps(application) if "명단.txt" in str(gap.sentence)]

    assert gaps() == ["blocker"]
    personal.decide(listed, ["resident"], ground="made_up", reason="시험", by=bob)
    assert gaps() == ["warning"]
    personal.decide(listed, ["mail"], ground="made_up", reason="시험", by=bob)
    assert gaps() == []


def test_the_page_shows_masks_and_places_only(listed, browse, dave):
    page = browse(dave).get(f"/o/manna/evidence/files/{listed.pk}/personal/").content.decode()
    assert MASKED in page
    assert "1번째 줄" in page
    assert NUMBER not in page
    assert "gildong" not in page


def test_the_desk_and_the_evidence_say_what_is_open(listed, browse, carol):
    client = browse(carol, language="en")
    link = EvidenceLink.objects.get()
    for path in (f"evidence/desk/{link.pk}/", f"evidence/{link.evidence.number}/"):
        page = client.get(f"/o/manna/{path}").content.decode()
        assert "2 places nobody has decided about" in page


@pytest.mark.parametrize("language", ["ko", "en"])
def test_while_it_is_searched_no_page_says_that_nothing_was_found(listed, browse, bob, language):
    Inspection.objects.update(personal=PersonalState.PENDING, personal_counts={})
    client = browse(bob, language=language)
    path = f"/o/manna/evidence/files/{listed.pk}"
    found, redact = (
        client.get(f"{path}/{end}/").content.decode() for end in ("personal", "redact")
    )
    said = {"ko": "찾지 못했습니다", "en": "No personal data was found"}[language]
    assert said not in found + redact
    assert 'hx-trigger="every 3s"' in found
    Inspection.objects.update(personal=PersonalState.NONE)
    found = client.get(f"{path}/personal/").content.decode()
    assert said in found
    assert "every 3s" not in found


def test_what_nobody_decided_about_is_called_so_in_korean(listed, browse, bob):
    page = browse(bob).get(f"/o/manna/evidence/files/{listed.pk}/personal/").content.decode()
    assert "확인 필요" in page


def test_deciding_on_the_page(listed, browse, bob):
    client = browse(bob)
    path = f"/o/manna/evidence/files/{listed.pk}/personal/"
    facts = {"kind": ["mail"], "ground": "consent", "reason": "동의서 있음"}
    assert client.post(f"{path}decide/", facts).status_code == 302
    assert "동의서 있음" in client.get(path).content.decode()
    assert client.post(f"{path}decide/", {"kind": ["mail"], "again": "1"}).status_code == 302
    assert not PersonalDecision.objects.exists()


def test_redacting_on_the_page_is_a_workers_work_and_leads_to_the_evidence(add, browse, bob):
    file = add(pdf_with(f"id {NUMBER} end"), "증명.pdf").evidence.latest.files.get()
    client = browse(bob)
    path = f"/o/manna/evidence/files/{file.pk}/redact/"
    page = client.get(path)
    boxes = page.context["proposed"]
    assert len(json.loads(boxes)) == 1
    answer = client.post(f"{path}make/", {"boxes": boxes})
    job = Job.objects.get(kind="evidence.redact")
    assert answer["Location"].endswith(f"/jobs/{job.pk}/")
    jobs.run(job.pk)
    job.refresh_from_db()
    assert job.result == {"version": 2, "url": f"/o/manna/evidence/{file.version.evidence.number}/"}


def test_a_worker_that_comes_again_makes_no_second_copy(listed, bob):
    from compliance.evidence import personal_work

    job = personal_work.ask(listed, boxes=[], kinds=["mail"], by=bob)
    jobs.run(job.pk)
    Job.objects.filter(pk=job.pk).update(state="queued", finished_at=None)
    jobs.run(job.pk)
    job.refresh_from_db()
    assert (job.state, Redaction.objects.count()) == ("done", 1)


def test_a_stranger_finds_nothing(listed, browse, sam):
    assert browse(sam).get(f"/o/manna/evidence/files/{listed.pk}/personal/").status_code == 404
    assert browse(sam).post(f"/o/manna/evidence/files/{listed.pk}/redact/make/").status_code == 404


@pytest.mark.parametrize("boxes", ["[", "[[1]]", '{"a": 1}', '[["x", 0, 0, 1, 1]]', "[" * 5000])
def test_boxes_that_are_no_boxes_are_refused_in_a_sentence(add, browse, bob, boxes):
    file = add(pdf_with("hello world and more"), "a.pdf").evidence.latest.files.get()
    answer = browse(bob).post(f"/o/manna/evidence/files/{file.pk}/redact/make/", {"boxes": boxes})
    assert answer.status_code == 409
