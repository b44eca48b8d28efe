"""A profile back to YAML, and in again."""

import pytest
import yaml

from compliance.requirements import catalogue, documents, loading, writing
from tests.requirements.test_profile_documents import SMALL, read

_SKIPPED = {"id", "profile_id", "loaded_at", "digest", "organisation_id", "area_id", "parent_id"}


def facts(profile):
    """Everything a profile says, without numbers of rows."""

    def row(each):
        return {
            key: value for key, value in vars(each).items() if key not in _SKIPPED and key[0] != "_"
        }

    rows = profile.requirements.select_related("area", "parent").prefetch_related("evidence_kinds")
    return {
        "profile": row(profile),
        "areas": [row(each) for each in profile.areas.all()],
        "kinds": {each.code: row(each) for each in profile.evidence_kinds.all()},
        "requirements": {
            each.code: (
                row(each),
                each.area.code,
                each.parent and each.parent.code,
                sorted(kind.code for kind in each.evidence_kinds.all()),
            )
            for each in rows
        },
    }


def again(profile, organisation):
    profile.refresh_from_db()
    written = writing.to_yaml(profile)
    return loading.load(documents.read(written.encode()), organisation=organisation)[0]


@pytest.mark.parametrize("path", catalogue.profile_files(), ids=lambda path: path.stem)
def test_every_shipped_profile_comes_back_equal(path, manna):
    profile = loading.load(documents.read(path.read_bytes()))[0]
    copied = again(profile, manna)
    copied.refresh_from_db()
    assert facts(copied) == facts(profile)


def test_parents_dates_and_own_numbers_come_back(manna):
    rows = [dict(row) for row in SMALL["requirements"]]
    rows[1] |= {"parent": "A-1", "parameters": {"n": 0}, "mandatory": False}
    values = [{"value": 1}, {"from": "2027-01-01", "value": [1, 2]}]
    data = {**SMALL, "requirements": rows, "parameters": {"x": {"values": values}, "flag": False}}
    profile = loading.load(read(data))[0]
    copied = again(profile, manna)
    copied.refresh_from_db()
    assert facts(copied) == facts(profile)
    assert copied.parameter("flag") is False


def test_it_holds_no_alias_that_our_own_reader_would_refuse(profile):
    assert "&id" not in writing.to_yaml(profile)
    assert yaml.safe_load(writing.to_yaml(profile))["profile"]["version"] == "0.2.0"
