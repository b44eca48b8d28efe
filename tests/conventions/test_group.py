"""Companies of one group: somebody who owns both sees both, and nothing crosses."""

import io

import pytest
from django.urls import reverse

from compliance.accounts import services as accounts
from compliance.accounts.models import Membership, User
from compliance.accounts.roles import Role
from compliance.applications import services as applications
from compliance.audit.services import SYSTEM
from compliance.evidence import services as evidence
from compliance.evidence.models import Evidence
from compliance.remediation import services as remediation
from compliance.remediation.models import Task
from compliance.requirements import services as requirements
from compliance.requirements.models import Assessment
from tests.conftest import PASSWORD
from tests.conventions.test_doors import house, picture  # noqa: F401 - a fixture
from tests.conventions.test_limited import BEYOND, body_of, mark_everything, walk


def joins(organisation, person, role):
    accounts.add_member(organisation, person, role, by=SYSTEM)


@pytest.fixture
def gyuri(manna, elsewhere):
    """Owns both companies."""
    person = User.objects.create_user("gyuri@example.com", PASSWORD, name="규리")
    joins(manna, person, Role.OWNER)
    joins(elsewhere, person, Role.OWNER)
    return person


@pytest.fixture
def second(house, elsewhere, sam, adopted):  # noqa: F811 - the fixture
    """A small company beside the one that has everything, each thing of which is marked."""
    mark_everything()
    requirements.adopt(elsewhere, adopted, by=SYSTEM)
    said = Assessment.objects.get(organisation=elsewhere, requirement__code="OI-NET-03")
    upload = evidence.Upload(io.BytesIO(picture() + b"\0"), "자매사.png")
    evidence.add(elsewhere, [upload], by=sam, requirement=said.requirement)
    task = remediation.NewTask(title="자매사 보완", requirement=said.requirement)
    remediation.create(elsewhere, task, by=sam)
    applications.create(elsewhere, profile=adopted, by=sam, title="자매사 신청")
    return said


def test_the_switcher_names_both(second, gyuri, browse):
    page = browse(gyuri).get("/").content.decode()
    assert "/o/manna/" in page
    assert "/o/elsewhere/" in page
    assert "만나배달" in page


def test_no_page_or_export_of_one_tells_of_the_other(second, gyuri, browse):
    seen = walk(browse(gyuri), "/o/elsewhere/", under="/o/elsewhere/")
    assert any(".csv" in path for path in seen)
    told = {path: body_of(answer).decode("utf-8", "replace") for path, answer in seen.items()}
    assert {path for path, text in told.items() if BEYOND in text} == set()
    assert any("자매사 신청" in text for text in told.values())
    assert {path for path, answer in seen.items() if answer.status_code == 404} == set()
    search = browse(gyuri).get(f"/o/manna/evidence/?q={'자매사'}").content.decode()
    assert "자매사.png" not in search


def test_a_token_of_one_opens_the_other_never(second, gyuri, manna, client):
    secret = accounts.create_token(manna, by=gyuri, name="한쪽")
    headers = {"authorization": f"Bearer {secret}"}
    for name in ["application_list", "task_list", "evidence-list", "requirement_list"]:
        own = client.get(reverse(f"api:{name}", args=["manna"]), headers=headers)
        assert own.status_code == 200
        other = client.get(reverse(f"api:{name}", args=["elsewhere"]), headers=headers)
        assert other.status_code == 404


def test_ids_of_the_other_company_are_not_there_in_forms(second, gyuri, sam, manna, browse):
    """What is only there in one company is named to the other one."""
    client = browse(gyuri)
    theirs = Membership.objects.get(user=sam)
    task = Task.objects.get(organisation=second.organisation)
    own = Task.objects.filter(organisation=manna).first()
    taken = Evidence.objects.get(organisation=second.organisation)
    number = Evidence.objects.filter(organisation=manna).latest("number").number + 5
    Evidence.objects.filter(pk=taken.pk).update(number=number)
    Task.objects.filter(pk=task.pk).update(number=own.number + 500)
    wrong = [
        ("members:role", {"pk": theirs.pk}, {"role": "viewer"}, {404}),
        ("members:terms", {"pk": theirs.pk}, {"ends_on": ""}, {404}),
        ("remediation:assign", {"number": own.number}, {"assignee": sam.pk}, {409}),
        ("remediation:block", {"number": own.number}, {"task": own.number + 500}, {409}),
        ("remediation:detail", {"number": own.number + 500}, None, {404}),
        ("evidence:detail", {"number": number}, None, {404}),
        ("evidence:reuse", {}, {"requirement": second.requirement_id, "one": number}, {404}),
    ]
    for name, parts, form, expected in wrong:
        path = reverse(name, kwargs={"organisation": "manna", **parts})
        answer = client.get(path) if form is None else client.post(path, form)
        assert answer.status_code in expected, name
    theirs.refresh_from_db()
    assert theirs.role == Role.OWNER


def test_a_role_in_one_says_nothing_in_the_other(second, gyuri, elsewhere, browse):
    Membership.objects.filter(user=gyuri, organisation=elsewhere).update(role=Role.VIEWER)
    client = browse(User.objects.get(pk=gyuri.pk))
    form = {"name": "규리의 것"}
    assert client.get("/o/manna/members/invite/").status_code == 200
    assert client.get("/o/elsewhere/members/invite/").status_code == 403
    assert client.post("/o/elsewhere/members/tokens/machines/", form).status_code == 403
    assert client.get("/o/elsewhere/audit-log/").status_code in {403, 404}


def test_a_limit_in_one_is_none_in_the_other(second, gyuri, elsewhere, manna, browse):
    """Limited here, whole there: each page asks for its own membership."""
    application = elsewhere.applications.get()
    Membership.objects.filter(user=gyuri, organisation=elsewhere).update(
        role=Role.AUDITOR, limited_to=application.pk
    )
    client = browse(User.objects.get(pk=gyuri.pk))
    assert client.get("/o/elsewhere/members/").status_code == 404
    assert client.get("/o/manna/members/").status_code == 200
    listed = client.get("/o/elsewhere/requirements/").content.decode()
    assert BEYOND not in listed
    own = Assessment.objects.visible_to(gyuri).filter(organisation=elsewhere)
    assert own.count() == second.requirement.profile.requirements.count()
    assert Assessment.objects.visible_to(gyuri).filter(organisation=manna).exists()
