"""A document becomes a profile in one transaction, or nothing happens."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from compliance.audit.models import Entry
from compliance.exchange import selectors, services
from compliance.exchange.models import ProfileForm, State
from compliance.requirements.models import Adoption, Assessment, Profile, Requirement
from compliance.shared.errors import Conflict, Refused
from tests.exchange import workbooks


def test_alice_publishes_the_platforms_form(bring, publish, manna):
    imported = bring(workbooks.two_row_header())
    profile = publish(imported)
    assert profile.organisation == manna
    assert profile.status == "platform"
    rows = Requirement.objects.filter(profile=profile)
    assert set(rows.values_list("provenance", flat=True)) == {"platform"}
    assert list(rows.values_list("severity", flat=True)) == ["high", "medium", "high"]
    assert imported.state == State.PUBLISHED
    form = ProfileForm.objects.get()
    assert form.blob == imported.blob
    assert form.layout["sheets"][0]["rows"]["1.10"] == [5, 6]
    assert Adoption.objects.get().profile == profile
    assert Entry.objects.filter(action="profile_import.published").count() == 1


def test_another_organisation_does_not_see_it(bring, publish, sam):
    publish(bring(workbooks.two_row_header()))
    assert not Profile.objects.visible_to(sam).filter(identifier="baemin-own").exists()


def test_a_list_of_our_own_is_never_the_platforms_word(bring, publish):
    profile = publish(bring(workbooks.two_row_header()), status="reference_unofficial")
    assert set(profile.requirements.values_list("provenance", flat=True)) == {"inferred"}


def test_answers_come_along_only_when_asked_for(bring, publish, manna):
    publish(bring(workbooks.two_row_header()))
    assert not Assessment.objects.exclude(statement="").exists()
    assert not Assessment.objects.exclude(claimed="").exists()


def test_statements_are_taken_and_verdicts_only_proposed(bring, publish):
    publish(bring(workbooks.two_row_header()), take_answers=True)
    taken = Assessment.objects.get(requirement__code="1.1")
    assert taken.statement == "방화벽 2대 이중 구성"
    assert set(Assessment.objects.values_list("verdict", flat=True)) == {"not_checked"}
    claimed = Assessment.objects.exclude(claimed="")
    assert dict(claimed.values_list("requirement__code", "claimed")) == {
        "1.1": "met",
        "2.1": "not_met",
    }


def test_the_same_version_with_other_content_is_refused(bring, publish):
    publish(bring(workbooks.two_row_header()))
    with pytest.raises(Refused, match="2027"):
        publish(bring(workbooks.sheets_per_area()))
    assert Profile.objects.count() == 1
    assert Requirement.objects.count() == 3


def test_a_shipped_profile_keeps_its_identifier(bring, publish, profile):
    with pytest.raises(Refused):
        publish(bring(workbooks.two_row_header()), identifier=profile.identifier)


def test_the_second_click_finds_it_over(bring, publish, alice):
    imported = bring(workbooks.two_row_header())
    publish(imported)
    with pytest.raises(Refused):
        services.publish(imported, revision=imported.revision, by=alice)
    assert Profile.objects.count() == 1


def test_two_people_at_one_draft(bring, settle, alice, olga):
    imported = settle(bring(workbooks.two_row_header()))
    with pytest.raises(Conflict):
        services.choose(imported, revision=0, by=olga, about={})
    imported.refresh_from_db()
    assert imported.about["identifier"] == "baemin-own"


def test_bob_may_not_import(bring, bob):
    with pytest.raises(Refused):
        bring(workbooks.two_row_header(), by=bob)


def test_a_discarded_draft_is_over(bring, publish, alice):
    imported = bring(workbooks.two_row_header())
    services.discard(imported, by=alice)
    with pytest.raises(Refused):
        publish(imported)
    assert Profile.objects.count() == 0


def test_next_year_the_saved_mapping_fits_although_columns_moved(bring, alice, manna):
    first = bring(workbooks.two_row_header())
    services.save_mapping(first, name="배민 양식", by=alice)
    moved = [[*row[-1:], "추가", *row[:-1]] for row in workbooks.TWO_ROW_HEADER]
    text = "\n".join(",".join(f'"{cell}"' for cell in row) for row in moved)
    second = bring(text.encode("cp949"), "내년.csv")
    assert second.layout["mapping"] == "배민 양식"
    assert second.layout["sheets"][0]["columns"]["code"] == 4
    assert [item.code for item in selectors.reading(second).taken] == ["1.1", "1.10", "2.1"]


def test_next_years_edition_is_not_begun_empty_beside_the_one_in_use(bring, publish, manna):
    former = publish(bring(workbooks.two_row_header()))
    publish(bring(workbooks.two_row_header(), "내년.xlsx"), version="2028")
    assert Adoption.objects.get(organisation=manna).profile == former


def test_another_profile_in_use_keeps_none_from_beginning(bring, publish, manna, adopted):
    profile = publish(bring(workbooks.two_row_header()))
    assert set(Adoption.objects.values_list("profile", flat=True)) == {adopted.pk, profile.pk}


def filled_rows(number):
    rows = [f"{n},요구사항 {n},Y,이행내용 {n}" for n in range(1, number + 1)]
    return "\n".join(["번호,요구사항,이행여부,이행내용", *rows]).encode("utf-8-sig")


def test_a_thousand_statements_ask_as_much_as_ten(bring, settle, alice):
    def asked(number, identifier):
        imported = settle(
            bring(filled_rows(number), f"{number}.csv"), identifier=identifier, take_answers=True
        )
        with CaptureQueriesContext(connection) as queries:
            profile = services.publish(imported, revision=imported.revision, by=alice)
        written = Assessment.objects.filter(requirement__profile=profile).exclude(statement="")
        assert written.count() == number
        return len(queries)

    few, many = asked(10, "few"), asked(1_000, "many")
    # SQLite takes some rows at a time; nothing is asked for each of them.
    assert many - few < 100


def test_each_statement_taken_has_its_entry(bring, publish, manna):
    publish(bring(filled_rows(3), "셋.csv"), take_answers=True)
    entries = Entry.objects.filter(
        organisation_id=manna.pk, action="assessment.statement_written"
    ).order_by("seq")
    assert [each.data["after"] for each in entries] == ["이행내용 1", "이행내용 2", "이행내용 3"]
    assert set(Assessment.objects.values_list("revision", flat=True)) == {1}
