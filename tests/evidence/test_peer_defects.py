"""What other portals get wrong with evidence, each named after the defect."""

from datetime import date, timedelta

import pytest
from django.db import IntegrityError, connection, transaction
from django.urls import reverse
from django.utils import timezone

from compliance.evidence import services, triggers
from compliance.evidence.models import Evidence, EvidenceFile, EvidenceLink, State, digest_of
from compliance.requirements.models import Assessment
from compliance.shared.errors import Refused
from tests.evidence.conftest import PDF, PNG, upload


def test_an_approved_file_cannot_be_replaced_in_place(accepted):
    file = accepted.version.files.get()
    file.name = "다른 파일.pdf"
    with pytest.raises(TypeError):
        file.save()
    refuses = pytest.raises(Exception, match="never changed")
    with refuses, transaction.atomic():
        EvidenceFile.objects.filter(pk=file.pk).update(name="다른 파일.pdf")
    with pytest.raises(Exception, match="never changed"), transaction.atomic():
        type(accepted.version).objects.filter(pk=accepted.version_id).update(digest="0" * 64)


def test_an_approval_does_not_move_to_another_version(accepted, bob):
    services.add_version(accepted.evidence, [upload("새 정책.pdf", PNG_PDF)], by=bob)
    newer = accepted.evidence.versions.first()
    old = EvidenceLink.objects.get(pk=accepted.pk)
    assert (old.state, old.version) == (State.IN_REVIEW, newer)
    with pytest.raises(IntegrityError), transaction.atomic():
        EvidenceLink.objects.filter(pk=old.pk).update(
            state=State.ACCEPTED, reviewed_by=old.reviewed_version.uploaded_by
        )


PNG_PDF = PDF + b"\n"


def test_an_approval_holds_for_the_files_that_were_seen(accepted, carol):
    file = accepted.version.files.select_related("blob").get()
    assert accepted.reviewed_version == accepted.version
    assert accepted.reviewed_digest == digest_of([(file.blob.sha256, file.name)])


def test_a_file_changed_past_the_database_reopens_the_review(accepted, heard):
    assert services.reopen_changed() == 0
    triggers.drop(connection)
    try:
        accepted.version.files.update(name="몰래 바꾼 이름.pdf")
    finally:
        triggers.create(connection)
    assert services.reopen_changed() == 1
    accepted.refresh_from_db()
    assert (accepted.state, accepted.reviewed_by) == (State.IN_REVIEW, None)
    assert services.reopen_changed() == 0


def test_a_second_upload_loses_no_file(browse, submitted, bob):
    services.add_version(submitted.evidence, [upload("정책 2.pdf", PNG_PDF)], by=bob)
    files = EvidenceFile.objects.filter(version__evidence=submitted.evidence)
    assert sorted(file.name for file in files) == ["방화벽 정책.pdf", "정책 2.pdf"]
    for file in files:
        response = browse(bob).get(reverse("evidence:file", args=["manna", file.pk]))
        assert response.status_code == 200
        assert b"".join(response.streaming_content)[:4] == b"%PDF"


def test_the_effective_date_is_apart_from_the_upload_date(manna, net03, ruleset, bob, carol):
    day = timezone.localdate()
    added = services.add(
        manna,
        [upload()],
        by=bob,
        requirement=net03,
        kind=ruleset,
        collected_at=day - timedelta(days=5),
        valid_from=day + timedelta(days=3),
        valid_until=day + timedelta(days=20),
    )
    version, link = added.evidence.latest, added.link
    assert version.collected_at == day - timedelta(days=5)
    assert version.uploaded_at.date() >= version.collected_at
    # Its own day comes before the 90 days of its kind.
    assert (link.valid_from, link.valid_until) == (version.valid_from, version.valid_until)
    services.accept(link, by=carol)
    supporting = EvidenceLink.objects.supporting
    assert not supporting(day).exists()
    assert supporting(day + timedelta(days=3)).exists()
    assert not supporting(day + timedelta(days=21)).exists()


def test_the_kind_bounds_what_a_paper_says_of_itself(manna, net03, ruleset, bob):
    day = timezone.localdate()
    added = services.add(
        manna, [upload()], by=bob, requirement=net03, kind=ruleset, valid_until=date(2099, 1, 1)
    )
    assert added.link.valid_until == day + timedelta(days=90)


def test_a_window_that_runs_backwards_is_a_sentence(manna, net03, bob):
    day = timezone.localdate()
    with pytest.raises(Refused, match="유효"):
        services.add(manna, [upload()], by=bob, valid_from=day, valid_until=day - timedelta(days=1))
    assert not Evidence.objects.exists()


def test_several_files_are_one_evidence_under_one_digest(manna, net03, bob):
    added = services.add(
        manna, [upload(), upload("화면.png", PNG)], by=bob, requirement=net03, title="방화벽"
    )
    files = list(added.evidence.latest.files.select_related("blob"))
    assert [file.name for file in files] == ["방화벽 정책.pdf", "화면.png"]
    assert added.evidence.latest.digest == digest_of((f.blob.sha256, f.name) for f in files)


def test_the_same_bytes_are_offered_instead_of_kept_twice(browse, bob, submitted, srv01):
    client = browse(bob)
    send = {"requirement": srv01.pk, "kind": "other", "files": upload().stream}
    upload_url = reverse("evidence:upload", args=["manna"])
    send["files"].name = "복사본.pdf"
    json = {"HTTP_ACCEPT": "application/json"}
    answer = client.post(upload_url, send, **json).json()["added"][0]
    assert answer["kept"]["code"] == submitted.evidence.code
    assert Evidence.objects.count() == 1
    client.post(answer["kept"]["reuse"], {"requirement": srv01.pk, "one": answer["kept"]["number"]})
    assert EvidenceLink.objects.get(requirement=srv01).evidence == submitted.evidence
    send["files"].seek(0)
    assert client.post(upload_url, {**send, "requirement": "", "again": "1"}, **json).json()[
        "added"
    ][0]["ok"]
    assert Evidence.objects.count() == 2


def test_evidence_stands_next_to_the_requirement(browse, dave, submitted):
    row = Assessment.objects.select_related("requirement__profile").get(
        requirement=submitted.requirement
    )
    names = ["manna", row.requirement.profile.identifier, row.requirement.code]
    page = browse(dave).get(reverse("requirements:detail", args=names)).content.decode()
    assert submitted.evidence.title in page
    assert submitted.evidence.code in page
