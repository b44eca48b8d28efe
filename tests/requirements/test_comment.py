"""What people say of a requirement, and whom they name."""

import pytest

from compliance.accounts.mentions import members_of, mentioned
from compliance.accounts.models import User
from compliance.notices.models import Notice
from compliance.requirements import services
from compliance.requirements.models import Comment
from compliance.shared.errors import Refused


@pytest.fixture
def say(browse, page):
    return lambda person, text: browse(person).post(f"{page}comment/", {"text": text})


@pytest.mark.django_db(transaction=True)
def test_who_is_named_hears_with_a_way_to_the_page(say, alice, bob, carol, assessment, page):
    assert say(alice, "@밥 님, 캡처에 시각이 없습니다.").url == f"{page}#comments"
    [notice] = Notice.objects.filter(entry__action="assessment.commented")
    assert (notice.user, notice.url) == (bob, page)


def test_a_stranger_who_is_named_hears_nothing(alice, sam, manna, assessment):
    services.comment(assessment, text="@샘 @sam@example.com", by=alice)
    assert Comment.objects.count() == 1
    assert mentioned("@샘 @sam@example.com", members_of(manna)) == []


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("@김철수님 보세요", ["김철수"]),
        ("@김철 보세요", ["김철"]),
        ("(@Ann) and @ann@x.example", ["Ann"]),
        ("@Anna @Annabel", []),
        ("mail me: foo@ann", []),
        ("@ann@x.example.", ["Ann"]),
        ("@ @@ 김철수", []),
        ("@쌍둥이", ["쌍둥이", "쌍둥이"]),
    ],
)
def test_names_are_read_the_way_people_write_them(text, names):
    people = [
        User(pk=n, name=name, email=email)
        for n, (name, email) in enumerate(
            [
                ("김철", "k1@x.example"),
                ("김철수", "k2@x.example"),
                ("Ann", "ann@x.example"),
                ("쌍둥이", "t1@x.example"),
                ("쌍둥이", "t2@x.example"),
            ]
        )
    ]
    assert [person.name for person in mentioned(text, people)] == names


def test_text_stays_text_and_links_are_not_followed(say, browse, alice, page, assessment):
    say(alice, "<b>굵게</b> https://example.com/x javascript:alert(1)")
    shown = browse(alice).get(page).content.decode()
    assert "&lt;b&gt;굵게" in shown
    assert '<a href="https://example.com/x" rel="nofollow">' in shown
    assert 'href="javascript' not in shown


@pytest.mark.parametrize("text", ["", " \n", "가" * 10_001])
def test_nothing_and_too_much_are_refused(alice, assessment, text):
    with pytest.raises(Refused):
        services.comment(assessment, text=text, by=alice)


def test_carol_comments_and_dave_reads(say, browse, carol, dave, page, assessment):
    assert say(carol, "심사 의견").status_code == 302
    assert say(dave, "몰래").status_code == 403
    assert "심사 의견" in browse(dave).get(page).content.decode()
