"""A real clamd says what it finds; while it is away nothing is called clean and nothing is shown."""

import io

import pytest

from compliance.audit.models import Entry
from compliance.jobs.models import Job
from compliance.vault import clamav, inspecting, quarantine, services
from compliance.vault.models import Inspection, InspectionState
from tests.services import clamd
from tests.services.children import free_port
from tests.vault.hostile import EICAR
from tests.vault.samples import archive, office

pytestmark = [pytest.mark.services, pytest.mark.usefixtures("in_english")]


def keep(organisation, data, name="note.txt"):
    return services.store(organisation, io.BytesIO(data), name=name)


def state_of(blob):
    return Inspection.objects.get(blob=blob).state


@pytest.fixture
def scanner(settings, clamd_url):
    settings.CLAMD_URL = clamd_url
    return clamd_url


@pytest.fixture
def nobody_answers(settings):
    settings.CLAMD_URL = f"tcp://127.0.0.1:{free_port()}"


@pytest.mark.parametrize(
    ("name", "data"),
    [
        ("within.txt", b"some lines before it\n" * 20 + EICAR + b"\n"),
        ("packed.zip", archive(**{"a/eicar.txt": b"x" * 300 + EICAR})),
        ("letter.docx", office("word/document.xml", **{"word/media/image1.png": EICAR})),
        ("letter.eml", b"From: a@x.example\r\nSubject: x\r\n\r\n" + EICAR),
    ],
)
def test_what_clamd_finds_is_in_quarantine_and_named(manna, scanner, name, data):
    blob = keep(manna, data, name)
    assert inspecting.work(manna)["looked_at"] == 1
    row = Inspection.objects.get(blob=blob)
    assert (row.state, row.signature) == ("quarantined", "Eicar-Test-Signature.UNOFFICIAL")
    assert row.engine.startswith("ClamAV ")
    assert row.checked_at
    with pytest.raises(quarantine.Withheld, match="found Eicar-Test-Signature"):
        services.checked_path(blob, name=name)
    with pytest.raises(quarantine.Withheld):
        services.read_checked(blob)
    entry = Entry.objects.get(action="vault.quarantined")
    assert entry.data["signature"] == row.signature


def test_the_same_bytes_are_refused_when_they_come_again(manna, scanner):
    data = b"before it\n" * 40 + EICAR
    keep(manna, data)
    inspecting.work(manna)
    with pytest.raises(quarantine.Withheld, match="upload a clean file"):
        keep(manna, data, "again.log")


def test_what_is_clean_says_which_engine_looked(manna, scanner):
    blob = keep(manna, b"hello")
    assert state_of(blob) == "pending"
    with pytest.raises(quarantine.Withheld, match="not yet checked"):
        services.checked_path(blob, name="note.txt")
    inspecting.work(manna)
    assert state_of(blob) == "clean"
    assert services.read_checked(blob) == b"hello"


def test_over_tcp_it_is_the_same(manna, settings):
    if not clamd.is_installed():
        pytest.skip("clamd is not installed")
    with clamd.running(port=free_port()) as url:
        settings.CLAMD_URL = url
        blob = keep(manna, b"hello")
        inspecting.work(manna)
    assert state_of(blob) == "clean"


def test_while_the_scanner_is_away_nothing_is_clean_and_nothing_is_shown(manna, nobody_answers):
    blob = keep(manna, b"hello")
    assert inspecting.work(manna)["scanner_away"]
    assert state_of(blob) == "pending"
    with pytest.raises(quarantine.Withheld, match="not yet checked"):
        services.read_checked(blob)


def test_it_is_checked_when_the_scanner_is_back(manna, nobody_answers, settings, clamd_url):
    blob = keep(manna, b"hello")
    inspecting.work(manna)
    Job.objects.all().delete()
    assert inspecting.send_waiting() == 0, "nobody is sent while nobody answers"
    settings.CLAMD_URL = clamd_url
    assert inspecting.send_waiting() == 1
    assert Job.objects.get().kind == inspecting.KIND
    inspecting.work(manna)
    assert state_of(blob) == "clean"


def test_what_came_in_without_a_scanner_is_checked_once_there_is_one(manna, settings, clamd_url):
    settings.CLAMD_URL = ""
    blob = keep(manna, b"b\n" * 300 + EICAR)
    inspecting.work(manna)
    assert state_of(blob) == InspectionState.UNSCANNED
    assert services.read_checked(blob)
    settings.CLAMD_URL = clamd_url
    inspecting.work(manna)
    assert state_of(blob) == InspectionState.QUARANTINED


def test_a_file_longer_than_clamd_takes_is_not_called_clean(manna, scanner):
    blob = keep(manna, b"line\n" * ((clamd.STREAM_LIMIT_MB * 2**20) // 5 + 2**18))
    inspecting.work(manna)
    assert state_of(blob) == "pending"
    with pytest.raises(quarantine.Withheld, match="StreamMaxLength"):
        services.checked_path(blob, name="big.log")
    assert inspecting.send_waiting() == 0


def test_the_client_hears_a_refusal_in_the_middle_of_sending(scanner):
    with pytest.raises(clamav.TooLarge):
        clamav.scan([b"x" * 2**20] * (clamd.STREAM_LIMIT_MB + 2))


def test_a_file_damaged_on_disk_is_given_up_after_some_tries(manna, scanner):
    from compliance.vault import layout

    blob = keep(manna, b"hello")
    place = layout.path_of(blob)
    place.chmod(0o600)
    place.write_bytes(b"other")
    for _turn in range(7):
        inspecting.work(manna)
    row = Inspection.objects.get(blob=blob)
    assert row.state == "pending"
    assert inspecting.work(manna)["looked_at"] == 0


def test_evidence_in_quarantine_is_neither_shown_nor_accepted_and_its_history_says_so(
    manna, adopted, bob, carol, browse, scanner, django_capture_on_commit_callbacks
):
    from compliance.evidence import services as evidence
    from compliance.requirements.models import Requirement
    from compliance.shared.errors import Refused

    wanted = Requirement.objects.get(profile=adopted, code="OI-NET-03")
    upload = evidence.Upload(io.BytesIO(b"before it\n" * 40 + EICAR), "로그.txt")
    link = evidence.add(manna, [upload], by=bob, requirement=wanted).link
    with pytest.raises(Refused, match="not yet checked"):
        evidence.accept(link, by=carol)
    with django_capture_on_commit_callbacks(execute=True):
        inspecting.work(manna)
    with pytest.raises(Refused, match="found Eicar"):
        evidence.accept(link, by=carol)
    client = browse(carol, language="en")
    page = client.get(f"/o/manna/evidence/desk/{link.pk}/").content.decode()
    assert "In quarantine" in page
    assert "EICAR-STANDARD" not in page
    file = link.version.files.get()
    assert client.get(f"/o/manna/evidence/files/{file.pk}/").status_code == 409
    assert Entry.objects.filter(action="evidence.quarantined").count() == 1
