"""A new version opens every review again; the old one stays as it was."""

import pytest

from compliance.evidence import services
from compliance.evidence.models import State
from compliance.shared.errors import Refused, Unauthorised
from tests.evidence.conftest import PNG, upload


def test_an_accepted_review_begins_again(accepted, bob):
    version = services.add_version(accepted.evidence, [upload("새 정책.png", PNG)], by=bob)
    accepted.refresh_from_db()
    assert (accepted.state, accepted.version) == (State.IN_REVIEW, version)
    assert accepted.reviewed_by is None
    assert version.number == 2


def test_the_first_version_keeps_its_files(accepted, bob):
    services.add_version(accepted.evidence, [upload("새.png", PNG)], by=bob)
    first = accepted.evidence.versions.get(number=1)
    assert [file.name for file in first.files.all()] == ["방화벽 정책.pdf"]


def test_reviews_of_all_requirements_begin_again(accepted, srv01, bob, carol):
    other = services.link(accepted.evidence, srv01, by=bob)
    services.return_(other, reason="흐림", by=carol)
    services.add_version(accepted.evidence, [upload("새.png", PNG)], by=bob)
    assert set(accepted.evidence.links.values_list("state", flat=True)) == {"in_review"}


def test_the_new_uploader_may_not_review_it(accepted, alice, carol):
    services.add_version(accepted.evidence, [upload("새.png", PNG)], by=alice)
    accepted.refresh_from_db()
    assert accepted.submitted_by == alice
    services.accept(accepted, by=carol)


def test_a_refused_file_changes_nothing(accepted, bob):
    with pytest.raises(Refused):
        services.add_version(accepted.evidence, [upload("새.png", b"")], by=bob)
    accepted.refresh_from_db()
    assert accepted.state == State.ACCEPTED
    assert accepted.evidence.versions.count() == 1


def test_it_refuses_who_may_not(accepted, dave):
    with pytest.raises(Unauthorised):
        services.add_version(accepted.evidence, [upload()], by=dave)
