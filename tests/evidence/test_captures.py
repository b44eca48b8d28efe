"""Screenshots held to the reviewer's rules, with sentences and without blocking anybody."""

import io
from datetime import date

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from PIL import Image, PngImagePlugin

from compliance.accounts import services as accounts
from compliance.evidence import captures, personal, services
from compliance.requirements.models import Assessment, EvidenceKind

pytestmark = pytest.mark.usefixtures("in_english")


def picture(width=1280, height=800, taken=""):
    out = io.BytesIO()
    info = PngImagePlugin.PngInfo()
    if taken:
        info.add_text("Creation Time", taken)
    Image.new("RGB", (width, height), "white").save(out, "PNG", pnginfo=info)
    return out.getvalue()


@pytest.fixture
def warned(manna, adopted, bob):
    """warned(data, …): the sentences about a capture that bob hands in."""

    def sentences(data, *, name="capture.png", **more):
        requirement = Assessment.objects.get(requirement__code="OI-NET-03").requirement
        upload = services.Upload(io.BytesIO(data), name)
        added = services.add(manna, [upload], by=bob, requirement=requirement, **more)
        version = added.evidence.latest
        return captures.warnings(version, personal.exposures(list(version.files.all())))

    return sentences


def test_a_whole_capture_with_its_source_is_fine(warned):
    assert warned(picture(), source="fw01.manna.example") == []


def test_without_source_it_says_so(warned):
    (sentence,) = warned(picture())
    assert "names no host or system" in sentence


def test_a_cut_out_says_its_size(warned):
    (sentence,) = warned(picture(320, 200), source="fw01")
    assert "320 × 200" in sentence


def test_a_day_that_contradicts_the_declared_one_says_both(warned):
    (sentence,) = warned(
        picture(taken="2026-10-01 10:00:00"), source="fw01", collected_at=date(2026, 11, 20)
    )
    assert "2026-10-01" in sentence
    assert "2026-11-20" in sentence


def test_older_than_the_kind_allows_says_how_old_it_may_be(warned, adopted):
    kind = EvidenceKind.objects.filter(profile=adopted, max_age_days__isnull=False).first()
    (sentence,) = warned(picture(taken="2020-01-01"), source="fw01", kind=kind)
    assert f"{kind.max_age_days} days" in sentence


def test_papers_are_no_captures(warned):
    assert warned(b"hello", name="a.txt") == []


def test_the_page_of_the_evidence_says_it(warned, browse, bob):
    warned(picture(320, 200))
    page = browse(bob, language="en").get("/o/manna/evidence/1/").content.decode()
    assert "Rules for captures" in page


def test_the_answer_to_an_upload_says_it_at_once(adopted, browse, bob):
    client = browse(bob, language="en")
    file = SimpleUploadedFile("capture.png", picture(320, 200))
    form = {"files": file, "kind": "other"}
    said = client.post("/o/manna/evidence/upload/", form, headers={"Accept": "application/json"})
    [added] = said.json()["added"]
    assert added["ok"] is True
    assert [("names no host" in w, "320 × 200" in w) for w in added["warnings"]] == [
        (True, False),
        (False, True),
    ]


def test_a_form_without_scripts_says_it_on_the_next_page(adopted, browse, bob):
    client = browse(bob, language="en")
    file = SimpleUploadedFile("capture.png", picture(320, 200))
    form = {"files": file, "kind": "other"}
    page = client.post("/o/manna/evidence/upload/", form, follow=True).content.decode()
    assert "320 × 200 pixels: it looks cut out" in page


def test_the_api_says_it_too(adopted, client, bob):
    secret = accounts.create_token(bob.memberships.get().organisation, by=bob, name="ci")
    bearer = {"Authorization": f"Bearer {secret}", "Accept-Language": "en"}
    send = {"requirement": "OI-NET-03"}
    for data, number in ((picture(320, 200), 2), (b"text", 0)):
        name = "a.png" if number else "a.txt"
        form = {**send, "files": SimpleUploadedFile(name, data)}
        said = client.post("/api/v1/o/manna/evidence", form, headers=bearer).json()
        assert len(said["warnings"]) == number
