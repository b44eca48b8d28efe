"""Whatever way a file takes in, it passes the same gate and the same sentence comes back.

The first three tests are named after what a widely used portal was seen to accept over its API.
"""

import io

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.core.management import CommandError, call_command

from compliance.accounts import services as accounts
from compliance.applications import verdict_files
from compliance.evidence import intake, services
from compliance.evidence.models import Evidence
from compliance.exchange import services as exchange
from compliance.shared.errors import Refused
from compliance.vault.models import Blob
from tests.evidence.test_pieces import evidence
from tests.vault.bare_tus import Tus
from tests.vault.hostile import EICAR, HOSTILE
from tests.vault.samples import archive

pytestmark = pytest.mark.usefixtures("in_english")
# Name, bytes, a word of the sentence.
BAD = {
    "html": ("report.pdf", b"<!doctype html><script>alert(1)</script>", "HTML"),
    "program": ("tool.txt", b"MZ" + b"\0" * 200, "a program"),
    "eicar": ("eicar.txt", EICAR, "EICAR"),
    "script": HOSTILE["pdf_named_script"],
    "macros": HOSTILE["docm_renamed"],
    "bomb": HOSTILE["zip_nested_bomb"],
}


@pytest.fixture
def api(manna, net03, bob, client):
    """api(name, data): what the API answers bob's token."""
    secret = accounts.create_token(manna, by=bob, name="ci")

    def send(name, data):
        return client.post(
            "/api/v1/o/manna/evidence",
            {"requirement": "OI-NET-03", "files": SimpleUploadedFile(name, data)},
            headers={"Authorization": f"Bearer {secret}", "Accept-Language": "en"},
        )

    return send


def test_evil_html_is_refused_over_the_api(api):
    answer = api("evil.html", b"<html><script>alert(document.cookie)</script></html>")
    assert answer.status_code == 409
    assert "“evil.html” are not taken. Allowed are PDF, PNG" in answer.json()["detail"]
    assert not Blob.objects.exists()


def test_an_exe_is_refused_over_the_api_under_any_name(api):
    for name in ("setup.exe", "setup.pdf", "setup.txt", "setup.png"):
        answer = api(name, b"MZ\x90\0" + b"\0" * 500)
        assert answer.status_code == 409
        assert name in answer.content.decode()
    assert not Blob.objects.exists()


def test_the_eicar_file_is_refused_over_the_api(api):
    assert "EICAR test file" in api("invoice.txt", EICAR).content.decode()
    assert api("eicar.com", EICAR).status_code == 409
    assert not Blob.objects.exists()


def test_a_korean_name_stays_what_it_is(api, browse, bob):
    name = "방화벽 정책 점검결과 (2026년 11월).txt"
    shown = api(name, "내용\n".encode()).json()
    file = Evidence.objects.get(number=shown["number"]).latest.files.get()
    assert file.name == name
    answer = browse(bob).get(f"/o/manna/evidence/files/{file.pk}/")
    assert "filename*=utf-8''%EB%B0%A9%ED%99%94%EB%B2%BD" in answer["Content-Disposition"]


@pytest.mark.parametrize("case", BAD)
def test_over_the_api(api, case):
    name, data, word = BAD[case]
    answer = api(name, data)
    assert answer.status_code == 409
    assert word in answer.content.decode()
    assert not Blob.objects.exists()


@pytest.mark.parametrize("case", BAD)
def test_on_the_page(net03, browse, bob, case):
    name, data, word = BAD[case]
    facts = {"requirement": net03.pk, "kind": "other", "files": SimpleUploadedFile(name, data)}
    answer = browse(bob, language="en").post(
        "/o/manna/evidence/upload/", facts, headers={"Accept": "application/json"}
    )
    assert word in answer.json()["added"][0]["sentence"]
    assert not Blob.objects.exists()


@pytest.mark.parametrize("case", BAD)
def test_by_the_command(net03, bob, tmp_path, case):
    name, data, word = BAD[case]
    path = tmp_path / name
    path.write_bytes(data)
    with pytest.raises(CommandError, match=word):
        call_command(
            "add_evidence", str(path), "--organisation", "manna", "--requirement", "OI-NET-03"
        )
    assert not Blob.objects.exists()


@pytest.mark.parametrize("case", BAD)
def test_as_a_new_version(submitted, bob, case):
    name, data, word = BAD[case]
    with pytest.raises(Refused, match=word):
        services.add_version(submitted.evidence, [services.Upload(io.BytesIO(data), name)], by=bob)
    assert submitted.evidence.versions.count() == 1


@pytest.mark.parametrize("case", BAD)
def test_in_pieces(net03, browse, bob, case):
    name, data, word = BAD[case]
    tus = Tus(browse(bob, language="en"))
    url = tus.begin(name, len(data))["Location"]
    said = tus.patch(url, 0, data)
    if said.status_code == 204:
        said = evidence(tus, net03, url)
    assert word in said.content.decode()
    assert not Blob.objects.exists()


def test_of_an_archive_of_folders_every_member_passes_it_too(manna, bob, adopted):
    members = {"OI-NET-03/정책.pdf": HOSTILE["pdf_xfa"][1], "OI-NET-03/b.txt": b"MZ"}
    packed = io.BytesIO(archive(**members))
    begun = intake.begin(manna, packed, name="증적.zip", by=bob, chosen=intake.Settings())
    intake.read(begun)
    assert [bool(row.refused) for row in begun.rows.all()] == [True, True]
    assert Blob.objects.count() == 1, "the archive itself"


@pytest.mark.parametrize("case", ["macros", "dde"])
def test_as_a_form_of_requirements(manna, alice, case):
    data = {"macros": HOSTILE["xlm_macro"], "dde": HOSTILE["dde_link"]}[case][1]
    with pytest.raises(Refused, match="macros|DDE"):
        exchange.begin(manna, io.BytesIO(data), name="서식.xlsx", by=alice)
    assert not Blob.objects.exists()


def test_as_a_file_of_verdicts():
    with pytest.raises(Refused, match="DDE"):
        verdict_files.read_table(HOSTILE["dde_link"][1], "판정.xlsx")
    with pytest.raises(Refused, match="HTML"):
        verdict_files.read_table(b"<html><table>", "판정.csv")
