import pytest

from compliance.applications import policies, services
from compliance.applications.models import Application
from compliance.audit.selectors import history
from compliance.shared.errors import Conflict, Refused, Unauthorised


def test_it_keeps_both_texts_in_the_history(application, alice):
    services.edit(application, revision=0, by=alice, traffic="하루 3만 건")
    application.refresh_from_db()
    assert application.traffic == "하루 3만 건"
    assert history(application)[0].data["before"] == {"traffic": ""}
    assert history(application)[0].data["after"] == {"traffic": "하루 3만 건"}


def test_it_counts_the_revision_up(application, alice):
    services.edit(application, revision=0, by=alice, traffic="하루 3만 건")
    assert Application.objects.get().revision == 1


def test_saving_nothing_new_says_nothing(application, alice):
    services.edit(application, revision=0, by=alice, title=application.title)
    assert history(application).count() == 1


def test_an_engineer_may_not(application, bob):
    with pytest.raises(Unauthorised):
        services.edit(application, revision=0, by=bob, traffic="하루 3만 건")


def test_a_frozen_round_stays_as_it_is(locked, alice):
    with pytest.raises(Refused) as refusal:
        services.edit(locked, revision=locked.revision, by=alice, traffic="하루 3만 건")
    assert str(refusal.value) == str(policies.ONLY_DRAFT)
    assert Application.objects.get().traffic == ""


def test_two_people_lose_nothing(application, alice, olga):
    seen_by_both = application.revision
    second = Application.objects.get()
    services.edit(application, revision=seen_by_both, by=alice, traffic="앨리스의 글")
    with pytest.raises(Conflict):
        services.edit(second, revision=seen_by_both, by=olga, traffic="올가의 글")
    assert Application.objects.get().traffic == "앨리스의 글"


def _form(application, **typed):
    texts = {name: getattr(application, name) for name in services.EDITABLE}
    return texts | {"revision": application.revision} | typed


def test_the_page_shows_both_texts_and_the_second_try_saves(application, alice, olga, browse):
    address = f"/o/manna/applications/{application.number}/edit/"
    stale = _form(application, traffic="올가의 글")
    browse(alice).post(address, _form(application, traffic="앨리스의 글"))

    answer = browse(olga).post(address, stale)
    page = answer.content.decode()
    assert answer.status_code == 409
    assert "앨리스의 글" in page
    assert "올가의 글" in page
    assert 'name="revision" value="1"' in page

    browse(olga).post(address, stale | {"revision": 1})
    assert Application.objects.get().traffic == "올가의 글"


def test_a_wrong_e_mail_is_said_and_nothing_is_saved(application, alice, browse):
    address = f"/o/manna/applications/{application.number}/edit/"
    answer = browse(alice).post(
        address, _form(application, contact_email="골뱅이없음", traffic="x")
    )
    assert answer.status_code == 200
    assert "골뱅이없음" in answer.content.decode()
    assert Application.objects.get().traffic == ""


def test_a_diagram_is_uploaded_right_there_and_kept_as_evidence(application, alice, browse):
    from django.core.files.uploadedfile import SimpleUploadedFile

    from tests.vault import samples

    address = f"/o/manna/applications/{application.number}/edit/"
    file = SimpleUploadedFile("구성도.png", samples.image())
    sent = _form(application, traffic="하루 3만 건", network_diagram_file=file)
    assert browse(alice).post(address, sent).status_code == 302
    stored = Application.objects.get()
    assert stored.traffic == "하루 3만 건"
    assert stored.network_diagram.title == "구성도"
    again = _form(stored, network_diagram=stored.network_diagram.number)
    browse(alice).post(address, again)
    assert Application.objects.get().network_diagram == stored.network_diagram


def test_a_file_that_is_refused_loses_no_text(application, alice, browse):
    from django.core.files.uploadedfile import SimpleUploadedFile

    address = f"/o/manna/applications/{application.number}/edit/"
    file = SimpleUploadedFile("구성도.exe", b"MZ\x90\x00" + b"\x00" * 200)
    page = browse(alice).post(
        address, _form(application, traffic="하루 3만 건", network_diagram_file=file)
    )
    assert page.status_code == 200
    assert "하루 3만 건" in page.content.decode()
    assert Application.objects.get().network_diagram is None


def test_another_organisations_evidence_is_no_diagram(application, alice, sam, elsewhere):
    import io

    from compliance.evidence import services as evidence
    from tests.vault import samples

    theirs = evidence.add(
        elsewhere, [evidence.Upload(io.BytesIO(samples.image()), "x.png")], by=sam
    )
    with pytest.raises(Refused):
        services.edit(application, revision=0, by=alice, network_diagram=theirs.evidence)
