"""Evidence over the API: bad input is a sentence and leaves nothing."""

import json

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from compliance.accounts import services as accounts
from compliance.evidence.models import Evidence
from compliance.jobs import services as jobs
from compliance.jobs.models import Job
from compliance.vault.models import Blob
from tests.vault import samples

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


@pytest.fixture
def call(manna, client):
    """call(person, method, path, body): JSON to the API of 만나배달 with that person's token."""

    def ask(person, method, path, body=None):
        secret = accounts.create_token(manna, by=person, name="ci")
        answer = client.generic(
            method,
            f"/api/v1/o/manna/{path}",
            json.dumps(body) if body is not None else "",
            content_type="application/json",
            headers={"Authorization": f"Bearer {secret}", "Accept-Language": "en"},
        )
        return answer.status_code, answer.json() if answer.content else None

    return ask


def test_the_list_has_the_filters_of_the_page(call, send, bob, dave):
    send(bob, "방화벽.txt", RULES)
    status, found = call(dave, "GET", "evidence?state=in_review&q=방화벽")
    assert (status, found["count"]) == (200, 1)
    assert found["items"][0]["links"][0]["requirement"] == "OI-NET-03"
    assert call(dave, "GET", "evidence?state=accepted")[1]["count"] == 0


def test_from_draft_to_acceptance_bound_to_its_digest(call, client, manna, adopted, bob, carol):
    secret = accounts.create_token(manna, by=bob, name="ci")
    files = [SimpleUploadedFile(n, RULES + n.encode()) for n in ("a.txt", "b.txt")]
    made = client.post(
        "/api/v1/o/manna/evidence",
        {"requirement": "OI-NET-03", "draft": "true", "tags": "가,나", "files": files},
        headers={"Authorization": f"Bearer {secret}"},
    ).json()
    assert (len(made["sha256"]), made["tags"]) == (2, ["가", "나"])
    assert made["links"][0]["state"] == "draft"
    at = f"evidence/{made['number']}/requirements/OI-NET-03"
    assert call(carol, "POST", f"{at}/accept")[0] == 409
    assert call(bob, "POST", f"{at}/submit")[0] == 200
    status, said = call(carol, "POST", f"{at}/accept?seen={'0' * 64}")
    assert status == 409
    assert "Other files" in said["detail"]
    status, done = call(carol, "POST", f"{at}/accept?seen={made['digest']}")
    assert (status, done["links"][0]["state"]) == (200, "accepted")


def test_a_new_version_reopens_the_review(call, client, send, manna, bob, carol):
    send(bob, "a.txt", RULES)
    call(carol, "POST", "evidence/1/requirements/OI-NET-03/accept")
    secret = accounts.create_token(manna, by=bob, name="ci")
    answer = client.post(
        "/api/v1/o/manna/evidence/1/versions",
        {"files": SimpleUploadedFile("b.txt", b"other\n"), "valid_until": "2099-01-01"},
        headers={"Authorization": f"Bearer {secret}"},
    )
    assert answer.status_code == 201
    assert answer.json()["version"] == 2
    assert answer.json()["links"][0]["state"] == "in_review"


def test_facts_links_holds_and_withdrawal(call, send, alice, bob):
    send(bob, "a.txt", RULES)
    assert call(alice, "PATCH", "evidence/1", {"revision": 0, "owner": "x@example.com"})[0] == 409
    facts = {"revision": 0, "owner": "alice@example.com", "tags": ["분기"], "title": "룰셋"}
    status, shown = call(alice, "PATCH", "evidence/1", facts)
    assert (status, shown["owner"], shown["tags"]) == (200, "alice@example.com", ["분기"])
    assert call(alice, "PATCH", "evidence/1", facts)[0] == 409
    assert call(bob, "POST", "evidence/1/links", {"requirement": "OI-NET-99"})[0] == 409
    status, shown = call(bob, "POST", "evidence/1/links", {"requirement": "OI-NET-05"})
    assert [each["requirement"] for each in shown["links"]] == ["OI-NET-03", "OI-NET-05"]
    assert call(alice, "POST", "evidence/1/hold", {"reason": "분쟁"})[0] == 201
    status, said = call(bob, "POST", "evidence/1/withdraw", {"reason": "x"})
    assert status == 409
    assert "분쟁" in said["detail"]
    assert call(alice, "DELETE", "evidence/1/hold", {"reason": "끝"})[0] == 200
    assert call(bob, "DELETE", "evidence/1")[0] == 409
    assert call(bob, "POST", "evidence/1/withdraw", {"reason": "x"})[1]["withdrawn"] is True


def test_the_same_bytes_once(client, send, manna, bob):
    send(bob, "a.txt", RULES)
    secret = accounts.create_token(manna, by=bob, name="ci")
    answer = client.post(
        "/api/v1/o/manna/evidence",
        {"once": "true", "files": SimpleUploadedFile("b.txt", RULES)},
        headers={"Authorization": f"Bearer {secret}", "Accept-Language": "en"},
    )
    assert answer.status_code == 409
    assert "EV-0001" in answer.json()["detail"]


def test_a_request_from_asking_to_acceptance(call, send, bob, carol):
    send(bob, "a.txt", RULES)
    wanted = {
        "requirement": "OI-NET-03",
        "owner": "bob@example.com",
        "text": "룰셋",
        "due": "2099-01-01",
        "kinds": ["firewall_ruleset"],
    }
    assert call(bob, "POST", "evidence-requests", wanted)[0] == 403
    assert call(carol, "POST", "evidence-requests", {**wanted, "owner": "x@x.example"})[0] == 409
    status, made = call(carol, "POST", "evidence-requests", wanted)
    assert (status, made["kinds"]) == (201, ["firewall_ruleset"])
    at = f"evidence-requests/{made['number']}"
    assert call(bob, "POST", f"{at}/answer", {"evidence": [99]})[0] == 404
    assert call(bob, "POST", f"{at}/answer", {"evidence": [1]})[1]["state"] == "answered"
    assert call(carol, "POST", f"{at}/end", {"move": "burn"})[0] == 409
    assert call(carol, "POST", f"{at}/end", {"move": "accept"})[1]["state"] == "accepted"
    assert call(carol, "GET", "evidence-requests")[1] == []
    assert len(call(carol, "GET", "evidence-requests?state=accepted")[1]) == 1
    assert call(carol, "GET", at)[1]["answers"] == [1]


def test_an_archive_is_read_looked_at_and_applied(call, client, manna, adopted, bob):
    packed = samples.archive(**{"OI-NET-03/규칙.txt": RULES, "OI-NET-05/나쁨.html": "<b>"})
    secret = accounts.create_token(manna, by=bob, name="ci")
    answer = client.post(
        "/api/v1/o/manna/evidence-archives",
        {"file": SimpleUploadedFile("증적.zip", packed)},
        headers={"Authorization": f"Bearer {secret}"},
    )
    assert answer.status_code == 202
    at = f"evidence-archives/{answer.json()['id']}"
    assert call(bob, "POST", f"{at}/apply")[0] == 409
    for job in Job.objects.filter(state="queued"):
        jobs.run(job.pk)
    shown = call(bob, "GET", at)[1]
    assert [(row["requirement"], row["take"]) for row in shown["rows"]] == [
        ("OI-NET-03", True),
        ("OI-NET-05", False),
    ]
    assert call(bob, "POST", f"{at}/apply")[0] == 202
    for job in Job.objects.filter(state="queued"):
        jobs.run(job.pk)
    assert call(bob, "GET", at)[1]["rows"][0]["evidence"] == 1
    assert call(bob, "DELETE", at)[0] == 409
