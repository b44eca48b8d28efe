"""manage.py load_catalogue"""

import json

from django.core.management import call_command

from compliance.requirements.models import Crosswalk, Profile, Requirement


def run(capsys):
    call_command("load_catalogue", "--json")
    return json.loads(capsys.readouterr().out)["loaded"]


def test_it_loads_what_is_shipped_once(db, capsys, django_assert_max_num_queries):
    first = run(capsys)
    assert all(each["created"] for each in first)
    sizes = {each.identifier: each.requirements.count() for each in Profile.objects.all()}
    assert sizes == {
        "isms-p": 101,
        "kisa-technical-2026": 382,
        "pipc-safety-measures": 11,
        "order-integration-reference": 59,
        "yogiyo-integration-reference": 30,
    }
    with django_assert_max_num_queries(2):
        again = run(capsys)
    assert not any(each["created"] for each in again)


def test_importance_becomes_severity_and_doubtful_titles_are_marked(db, capsys):
    run(capsys)
    kisa = Requirement.objects.filter(profile__identifier="kisa-technical-2026")
    assert kisa.get(code="U-07").severity == "low"
    assert kisa.get(code="U-01").severity == "high"
    marked = set(kisa.exclude(note="").values_list("code", flat=True))
    assert marked == {"W-50", "W-60", "PC-08"}


def test_no_item_of_the_second_platform_looks_like_its_word(db, capsys):
    run(capsys)
    yogiyo = Profile.objects.get(identifier="yogiyo-integration-reference")
    assert yogiyo.is_reference
    assert set(yogiyo.requirements.values_list("provenance", flat=True)) == {"inferred"}
    assert "공개된 것이 없" in yogiyo.disclaimer_ko


def test_mapping_lists_become_edges_and_old_editions_keep_their_doubt(db, capsys):
    run(capsys)
    edges = Crosswalk.objects.get(identifier="order-integration-reference-mappings").edges
    assert edges.filter(from_code="OI-LOG-10", to_profile="isms-p", to_code="2.9.6").exists()
    assert not edges.exclude(relation="intersects").exists()
    assert not edges.filter(to_code="제2조").exists()  # the notice's definitions are no item
    kisa = Crosswalk.objects.get(identifier="kisa-unix-2026-to-2021").edges
    assert "verify" in kisa.get(from_code="U-05").source
    assert "verify" not in kisa.get(from_code="U-01").source
    assert kisa.filter(from_code="U-02").count() == 4
