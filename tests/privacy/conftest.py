"""garam has worked in 만나배달, signed in, written, been named by others, looked at evidence, and left."""

import io

import pytest
from django.test import Client

from compliance.accounts import services as accounts
from compliance.accounts.models import Membership, User
from compliance.accounts.roles import Role
from compliance.audit.services import SYSTEM
from compliance.evidence import services as evidence
from compliance.remediation import services as tasks
from compliance.remediation.services import NewTask
from compliance.requirements import services as requirements
from tests.conftest import PASSWORD
from tests.vault import samples

NAME, MAIL = "한가람", "garam@example.com"
ADDRESS, AGENT = "203.0.113.77", "Garams-Own-Browser/7"
TRACES = [NAME, MAIL, ADDRESS, AGENT]


@pytest.fixture
def garam(manna) -> User:
    user = User.objects.create_user(MAIL, PASSWORD, name=NAME, title="보안 엔지니어")
    accounts.add_member(manna, user, Role.CONTRIBUTOR, by=SYSTEM)
    return user


@pytest.fixture
def at_work(garam) -> Client:
    client = Client(REMOTE_ADDR=ADDRESS, HTTP_USER_AGENT=AGENT)
    sent = {"username": MAIL, "password": PASSWORD}
    assert client.post("/accounts/sign-in/", sent).status_code == 302
    return client


@pytest.fixture
def worked(manna, garam, at_work, alice, bob, olga, adopted, assessment):
    """What garam did, and what others said of them."""
    requirement = adopted.requirements.get(code="OI-NET-03")
    added = evidence.add(
        manna,
        [evidence.Upload(io.BytesIO(samples.pdf()), "방화벽 정책.pdf")],
        by=garam,
        requirement=requirement,
        title=f"방화벽 정책 ({NAME} 작성)",
    )
    page = f"/o/manna/evidence/{added.evidence.number}/"
    assert at_work.get(page).status_code == 200
    requirements.comment(assessment, text=f"@{NAME} 확인 부탁드립니다. {MAIL}", by=alice)
    requirements.comment(assessment, text="확인했습니다.", by=garam)
    requirements.assign(assessment, owner=garam, due=None, by=alice)
    task = tasks.create(
        manna, NewTask(title=f"{NAME}님 방화벽 점검", requirement=requirement), by=alice
    )
    tasks.assign(task, assignee=garam, by=alice)
    tasks.comment(task, text=f"{NAME}에게 넘깁니다", by=bob)
    at_work.post("/accounts/language/", {"language": "ko"})
    accounts.create_token(manna, by=garam, name=f"{NAME}의 키")
    return task


@pytest.fixture
def left(worked, garam, manna, olga) -> Membership:
    membership = Membership.objects.get(user=garam, organisation=manna)
    accounts.remove_member(membership, by=olga)
    return membership
