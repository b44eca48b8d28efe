"""Files from a browser: each bad one gets a sentence, in the page and as JSON, and leaves nothing."""

import unicodedata

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from compliance.evidence.models import Evidence, EvidenceLink
from compliance.vault import layout
from compliance.vault.models import Blob
from tests.evidence.conftest import PDF, PNG
from tests.vault import samples

UPLOAD = reverse("evidence:upload", args=["manna"])


def send(client, requirement, *files, json=True, **fields):
    data = {"requirement": requirement.pk, "kind": "other", **fields}
    data["files"] = [SimpleUploadedFile(name, content) for name, content in files]
    headers = {"accept": "application/json"} if json else {}
    return client.post(UPLOAD, data, headers=headers)


def first(response):
    return response.json()["added"][0]


def test_a_dropped_pdf_waits_for_a_review(browse, bob, net03):
    answer = send(browse(bob), net03, ("정책.pdf", PDF), kind="firewall_ruleset", source="fw-01")
    assert answer.status_code == 201
    assert first(answer)["code"] == "EV-0001"
    link = EvidenceLink.objects.get()
    assert (link.requirement, link.submitted_by, link.state) == (net03, bob, "in_review")
    assert link.evidence.kind_code == "firewall_ruleset"
    assert link.version.source == "fw-01"


def test_several_files_are_several_evidence_unless_kept_together(browse, bob, net03):
    send(browse(bob), net03, ("a.pdf", PDF), ("b.png", PNG))
    assert Evidence.objects.count() == 2
    send(browse(bob), net03, ("c.pdf", samples.pdf(2)), ("b.png", PNG), together="on")
    assert Evidence.objects.count() == 3
    assert Evidence.objects.first().latest.files.count() == 2


BAD = {
    "html named pdf": ("page.pdf", b"<!doctype html><script>", "HTML"),
    "program": ("tool.exe", b"MZ", "not taken"),
    "zero bytes": ("empty.pdf", b"", "empty"),
    "empty text": ("empty.txt", b"", "empty"),
    "encrypted": ("locked.pdf", samples.pdf(password="x"), "password"),
    "cut": ("cut.pdf", PDF[:300], "broken"),
}


@pytest.mark.parametrize("case", BAD)
@pytest.mark.parametrize("json", [True, False])
def test_a_bad_file_gets_a_sentence_and_leaves_nothing(browse, bob, net03, case, json):
    name, content, word = BAD[case]
    client = browse(bob, language="en")
    answer = send(client, net03, (name, content), json=json)
    if json:
        assert answer.status_code == 422
        assert word in first(answer)["sentence"]
    else:
        page = client.get(answer.url).content.decode()
        assert word in page
    assert not Evidence.objects.exists()
    assert not Blob.objects.exists()
    assert not list(layout.unfinished())


def test_what_is_too_large(browse, bob, net03, settings):
    settings.UPLOAD_LIMIT = 1024 * 1024
    answer = send(browse(bob, language="en"), net03, ("big.txt", b"a" * (1024 * 1024 + 1)))
    assert "larger than 1.0" in first(answer)["sentence"]
    assert not Blob.objects.exists()


@pytest.mark.parametrize(
    ("given", "kept"),
    [
        ("../../passwd.pdf", "passwd.pdf"),
        ("가" * 240 + ".pdf", "가" * 196 + ".pdf"),
        (unicodedata.normalize("NFD", "방화벽.pdf"), "방화벽.pdf"),
    ],
)
def test_awkward_names(browse, bob, net03, given, kept):
    assert send(browse(bob), net03, (given, PDF)).status_code == 201
    assert Evidence.objects.get().latest.files.get().name == kept


def test_a_name_of_three_hundred_hangul_characters(browse, bob, net03):
    """Django cuts it to 255 before we see it; the extension is still there."""
    assert send(browse(bob), net03, ("가" * 300 + ".pdf", PDF)).status_code == 201
    assert Evidence.objects.get().latest.files.get().name.endswith("가.pdf")


def test_one_bad_file_does_not_keep_the_others_out(browse, bob, net03):
    answer = send(browse(bob), net03, ("a.pdf", PDF), ("b.pdf", b""))
    assert [each["ok"] for each in answer.json()["added"]] == [True, False]
    assert Evidence.objects.count() == 1


@pytest.mark.parametrize("json", [True, False])
def test_a_double_submit_says_so(browse, bob, net03, json):
    client = browse(bob, language="en")
    send(client, net03, ("a.pdf", PDF))
    answer = send(client, net03, ("a.pdf", PDF), json=json)
    text = first(answer)["sentence"] if json else client.get(answer.url).content.decode()
    assert "under review already" in text
    assert Evidence.objects.count() == 1


@pytest.mark.parametrize(
    ("fields", "word"),
    [
        ({"kind": ""}, "required"),
        ({"kind": "nonsense"}, "nonsense"),
        ({"collected_at": "2999-01-01"}, "future"),
        ({"collected_at": "yesterday"}, "date"),
    ],
)
def test_a_wrong_field_gets_a_sentence(browse, bob, net03, fields, word):
    answer = send(browse(bob, language="en"), net03, ("a.pdf", PDF), **fields)
    assert answer.status_code == 422
    assert word in first(answer)["sentence"]
    assert not Blob.objects.exists()


def test_no_file_gets_a_sentence(browse, bob, net03):
    assert "at least one file" in first(send(browse(bob, language="en"), net03))["sentence"]


@pytest.mark.parametrize("who", ["carol", "dave"])
def test_others_may_not(browse, net03, who, request):
    person = request.getfixturevalue(who)
    assert send(browse(person), net03, ("a.pdf", PDF), json=False).status_code == 403
    assert not Blob.objects.exists()


def test_a_stranger_finds_nothing(browse, net03, sam):
    assert send(browse(sam), net03, ("a.pdf", PDF)).status_code == 404


def test_nobody_is_sent_elsewhere_afterwards(browse, bob, net03):
    answer = send(browse(bob), net03, ("a.pdf", PDF), json=False, next="https://evil.example/")
    assert answer.url == reverse("evidence:list", args=["manna"])


def test_a_number_without_end_names_no_requirement(browse, bob, net03):
    answer = browse(bob).post(
        UPLOAD,
        {"requirement": "9" * 5000, "kind": "other", "files": SimpleUploadedFile("a.pdf", PDF)},
        headers={"accept": "application/json"},
    )
    assert answer.status_code == 422
    assert not Evidence.objects.exists()
