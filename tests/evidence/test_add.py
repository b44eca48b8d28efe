"""Somebody hands in files; they are one evidence, under review for one requirement."""

import hashlib
import unicodedata
from datetime import date, timedelta

import pytest
from django.utils import timezone

from compliance.audit.models import Entry
from compliance.evidence import services
from compliance.evidence.models import Evidence, EvidenceLink, State
from compliance.shared.errors import Refused, Unauthorised
from compliance.vault.models import Blob
from tests.evidence.conftest import PDF, PNG, upload


def test_it_waits_for_a_review(submitted, bob, net03):
    assert submitted.state == State.IN_REVIEW
    assert submitted.submitted_by == bob
    assert submitted.requirement == net03
    assert submitted.evidence.code == "EV-0001"
    [file] = submitted.version.files.all()
    assert file.name == "방화벽 정책.pdf"
    assert file.blob.sha256 == hashlib.sha256(PDF).hexdigest()


def test_its_validity_follows_from_the_day_of_collection(manna, net03, ruleset, bob):
    day = timezone.localdate() - timedelta(days=10)
    added = services.add(
        manna, [upload()], by=bob, requirement=net03, kind=ruleset, collected_at=day
    )
    assert added.link.valid_until == day + timedelta(days=90)


def test_the_custody_history_keeps_name_and_digest(submitted):
    entry = Entry.objects.get(action="evidence.added")
    assert entry.data["files"][0]["sha256"] == hashlib.sha256(PDF).hexdigest()
    assert entry.data["files"][0]["name"] == "방화벽 정책.pdf"


def test_several_files_are_one_version(manna, net03, bob):
    added = services.add(manna, [upload(), upload("캡처.png", PNG)], by=bob, requirement=net03)
    assert [file.name for file in added.link.version.files.all()] == ["방화벽 정책.pdf", "캡처.png"]


def test_the_file_name_is_the_title_when_none_is_given(manna, bob):
    assert services.add(manna, [upload()], by=bob).evidence.title == "방화벽 정책"


def test_numbers_go_up_in_each_organisation(manna, elsewhere, bob, sam):
    first, second = (services.add(manna, [upload()], by=bob).evidence for _ in range(2))
    theirs = services.add(elsewhere, [upload()], by=sam).evidence
    assert (first.number, second.number, theirs.number) == (1, 2, 1)


def test_a_double_submit_returns_what_is_there(manna, net03, bob, submitted):
    again = services.add(manna, [upload("other name.pdf")], by=bob, requirement=net03)
    assert again.repeated
    assert again.link == submitted
    assert Evidence.objects.count() == 1


def test_the_same_files_for_another_requirement_are_another_evidence(manna, srv01, bob, submitted):
    assert not services.add(manna, [upload()], by=bob, requirement=srv01).repeated
    assert Blob.objects.count() == 1


def test_the_same_files_after_a_return_are_no_double(manna, net03, bob, carol, submitted):
    services.return_(submitted, reason="흐림", by=carol)
    assert not services.add(manna, [upload()], by=bob, requirement=net03).repeated


@pytest.mark.usefixtures("in_english")
def test_one_refused_file_keeps_all_out(manna, net03, bob):
    with pytest.raises(Refused, match="HTML"):
        services.add(manna, [upload(), upload("page.pdf", b"<html>")], by=bob, requirement=net03)
    assert not Evidence.objects.exists()
    assert not Blob.objects.exists()


def test_it_needs_a_file(manna, bob):
    with pytest.raises(Refused):
        services.add(manna, [], by=bob)


def test_the_day_of_collection_is_not_tomorrow(manna, bob):
    tomorrow = timezone.localdate() + timedelta(days=1)
    with pytest.raises(Refused):
        services.add(manna, [upload()], by=bob, collected_at=tomorrow)
    assert not Blob.objects.exists()


@pytest.mark.parametrize("who", ["carol", "dave", "sam"])
def test_it_refuses_who_may_not(manna, who, request):
    with pytest.raises(Unauthorised):
        services.add(manna, [upload()], by=request.getfixturevalue(who))
    assert not Blob.objects.exists()


@pytest.mark.parametrize(
    ("given", "kept"),
    [
        ("../../etc/passwd.pdf", "passwd.pdf"),
        ("가" * 300 + ".pdf", "가" * 196 + ".pdf"),
        (unicodedata.normalize("NFD", "방화벽.pdf"), "방화벽.pdf"),
    ],
)
def test_awkward_names_are_kept_readable(manna, bob, given, kept):
    added = services.add(manna, [upload(given)], by=bob)
    assert added.evidence.latest.files.get().name == kept
    assert len(added.evidence.title) <= 200


def test_a_version_is_never_changed(submitted):
    submitted.version.collected_at = date(2020, 1, 1)
    with pytest.raises(TypeError):
        submitted.version.save()
    assert EvidenceLink.objects.count() == 1
