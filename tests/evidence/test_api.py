"""Evidence over the API: bad input is a sentence and leaves nothing."""

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from compliance.accounts import services as accounts
from compliance.evidence.models import Evidence
from compliance.vault.models import Blob

RULES = "기본 차단\nallow tcp 10.0.0.0/8 443\n".encode()


@pytest.fixture
def send(manna, adopted, client):
    """send(person, name, content): upload one file for OI-NET-03 with that person's token."""

    def upload(person, name, content, requirement="OI-NET-03"):
        secret = accounts.create_token(person.memberships.get().organisation, by=person, name="ci")
        return client.post(
            "/api/v1/o/manna/evidence",
            {"requirement": requirement, "files": SimpleUploadedFile(name, content)},
            headers={"Authorization": f"Bearer {secret}", "Accept-Language": "en"},
        )

    return upload


def test_a_file_becomes_evidence_under_review(send, bob):
    answer = send(bob, "방화벽_룰셋.txt", RULES)
    assert answer.status_code == 201, answer.content
    shown = answer.json()
    assert shown["links"] == [{"requirement": "OI-NET-03", "state": "in_review", "reason": ""}]
    assert len(shown["sha256"][0]) == 64


def test_a_double_submit_is_one_evidence(send, bob):
    first, second = send(bob, "a.txt", RULES), send(bob, "a.txt", RULES)
    assert second.json()["number"] == first.json()["number"]
    assert second.json()["repeated"] is True
    assert Evidence.objects.count() == 1


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("empty.pdf", b""),
        ("page.pdf", b"<html><script>alert(1)</script></html>"),
        ("tool.exe", b"MZ\x90\x00" + b"\x00" * 200),
        ("broken.pdf", b"%PDF-1.7\n%%EOF\n"),
        ("picture.png", b"\x89PNG\r\n\x1a\n" + b"\x00" * 40),
    ],
)
def test_bad_input_is_a_sentence_and_leaves_nothing(send, bob, settings, name, content):
    answer = send(bob, name, content)
    assert answer.status_code == 409
    assert answer.json()["detail"].endswith(".")
    assert Evidence.objects.count() == Blob.objects.count() == 0
    assert [path for path in settings.VAULT_ROOT.rglob("*") if path.is_file()] == []


def test_a_name_with_a_path_keeps_only_its_last_part(send, bob):
    send(bob, "../../etc/규정.txt", RULES)
    [file] = Evidence.objects.get().latest.files.all()
    assert file.name == "규정.txt"


def test_300_hangul_characters_are_a_name(send, bob):
    answer = send(bob, "가" * 300 + ".txt", RULES)
    assert answer.status_code == 201
    [file] = Evidence.objects.get().latest.files.all()
    assert file.name.endswith(".txt")
    assert len(file.name) <= 200


def test_the_uploader_cannot_accept(send, bob, client, manna):
    send(bob, "a.txt", RULES)
    secret = accounts.create_token(manna, by=bob, name="again")
    answer = client.post(
        "/api/v1/o/manna/evidence/1/requirements/OI-NET-03/accept",
        headers={"Authorization": f"Bearer {secret}"},
    )
    assert answer.status_code in {403, 409}
    assert Evidence.objects.get().links.get().state == "in_review"


def test_an_auditor_accepts_over_the_api(send, bob, carol, client, manna):
    send(bob, "a.txt", RULES)
    secret = accounts.create_token(manna, by=carol, name="review")
    answer = client.post(
        "/api/v1/o/manna/evidence/1/requirements/OI-NET-03/accept",
        headers={"Authorization": f"Bearer {secret}"},
    )
    assert answer.json()["links"][0]["state"] == "accepted"


def test_a_viewer_is_told_why_not(send, dave):
    answer = send(dave, "a.txt", RULES)
    assert answer.status_code == 403
    assert answer.json()["detail"].startswith("Your role")


def test_a_strangers_token_opens_nothing(send, sam, bob):
    assert send(sam, "a.txt", RULES).status_code == 404
