"""manage.py import_profile FILE"""

import json

import pytest
from django.core.management import CommandError, call_command
from django.db import IntegrityError, transaction

from compliance.requirements.models import Profile, Requirement
from tests.conftest import REFERENCE


def run(path, *options):
    call_command("import_profile", str(path), *options)


def test_it_loads_the_reference_profile(db, capsys):
    run(REFERENCE, "--json")
    answer = json.loads(capsys.readouterr().out)
    assert answer["requirements"] == 59
    assert answer["created"] is True
    requirement = Requirement.objects.get(code="OI-NET-03")
    assert requirement.evidence_kinds.count() == 3
    assert requirement.area.code == "NET"


def test_a_reference_item_never_looks_like_the_platforms_word(profile):
    assert profile.is_reference
    provenance = set(profile.requirements.values_list("provenance", flat=True))
    assert provenance == {"example", "inferred"}
    assert profile.requirements.filter(provenance="example").count() == 4


def test_the_same_file_twice_changes_nothing(profile, capsys):
    run(REFERENCE)
    assert "nothing changed" in capsys.readouterr().out
    assert Profile.objects.count() == 1


def test_a_published_version_never_changes(profile, tmp_path):
    altered = tmp_path / "altered.yaml"
    altered.write_bytes(REFERENCE.read_bytes() + b"\n# more\n")
    with pytest.raises(CommandError, match=r"0\.2\.0"):
        run(altered)


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("empty", b""),
        ("spaces", b"  \n"),
        ("broken", b"profile: [1, 2"),
        ("list", b"- a\n- b\n"),
        ("not utf-8", "profile: 한글".encode("cp949")),
        ("alias bomb", b"a: &a [1,1]\nb: &b [*a,*a]\nc: [*b,*b]\n"),
        ("python tag", b"profile: !!python/object/apply:os.system ['true']\n"),
        ("doubled key", b"profile: 1\nprofile: 2\n"),
        ("deep", b"[" * 5000),
        ("no requirements", b"platform: {}\nprofile: {}\nareas: []\nevidence_types: {}\n"),
    ],
)
def test_bad_input_is_one_sentence_and_leaves_nothing(db, tmp_path, name, content):
    path = tmp_path / f"{name}.yaml"
    path.write_bytes(content)
    with pytest.raises(CommandError) as refusal:
        run(path)
    assert "\n" not in str(refusal.value)
    assert Profile.objects.count() == 0


def test_an_unknown_area_names_the_requirement(db, tmp_path):
    path = tmp_path / "area.yaml"
    path.write_text(REFERENCE.read_text("utf-8").replace("area: NET", "area: XXX", 1), "utf-8")
    with pytest.raises(CommandError, match="OI-NET-01"):
        run(path)
    assert Profile.objects.count() == 0


def test_two_requirements_with_one_code_are_refused(db, tmp_path):
    path = tmp_path / "twice.yaml"
    text = REFERENCE.read_text("utf-8").replace("id: OI-NET-02", "id: OI-NET-01", 1)
    path.write_text(text, "utf-8")
    with pytest.raises(CommandError, match="OI-NET-01"):
        run(path)


def test_the_database_keeps_one_shipped_profile_a_version(profile):
    profile.pk = None
    with pytest.raises(IntegrityError), transaction.atomic():
        profile.save(force_insert=True)
