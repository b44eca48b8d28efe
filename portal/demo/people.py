"""The people of the made-up company. Passwords are made once an installation and kept beside it."""

import json
import secrets
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

from django.conf import settings
from django.utils import timezone

from compliance.accounts import invitations, services
from compliance.accounts.limits import Terms
from compliance.accounts.models import Membership, Organisation, User
from compliance.accounts.roles import Role
from compliance.audit.services import SYSTEM

SLUG = "bareun"
MACHINE = "빌드 서버"


@dataclass(frozen=True, slots=True)
class Person:
    key: str
    name: str
    title: str
    role: Role

    @property
    def email(self) -> str:
        return f"{self.key}@bareun.example"


PEOPLE = [
    Person("seoyeon", "윤서연", "정보보호팀장", Role.SECURITY_LEAD),
    Person("junho", "박준호", "네트워크 엔지니어", Role.CONTRIBUTOR),
    Person("minsu", "김민수", "서버·플랫폼 엔지니어", Role.CONTRIBUTOR),
    Person("haneul", "이하늘", "내부감사실 심사원", Role.AUDITOR),
    Person("daun", "정다운", "정보보호 최고책임자", Role.OWNER),
    Person("eunwoo", "최은우", "경영지원", Role.VIEWER),
]


def organisation() -> Organisation:
    """Return the made-up company, made on the first call."""
    found = Organisation.objects.filter(slug=SLUG).first()
    return found or services.create_organisation(
        name="바른걸음 주식회사",
        slug=SLUG,
        business_number="000-00-00000",
        representative="한바름",
        address="서울특별시 가온구 바른길 1",
    )


def members(company: Organisation) -> dict[str, User]:
    """Return {key: person} of the company; makes who is missing."""
    passwords = known_passwords()
    found = {}
    for person in PEOPLE:
        user = User.objects.filter(email=person.email).first()
        if user is None:
            user = User.objects.create_user(
                person.email, passwords[person.key], name=person.name, title=person.title
            )
        if not user.memberships.filter(organisation=company).exists():
            services.add_member(company, user, person.role, by=SYSTEM)
        found[person.key] = user
    return found


def machines(company: Organisation, staff: dict[str, User]) -> None:
    """A build server that may add scan results, and a person who is invited."""
    if Membership.objects.filter(organisation=company, user__is_machine=True).exists():
        return
    owner = staff["daun"]
    server = services.add_machine(company, name=MACHINE, role=Role.CONTRIBUTOR, by=owner)
    scopes = ["read:requirements", "read:scans", "write:scans"]
    services.create_token(
        company, by=owner, user=server.user, name="이미지 점검 결과 올리기", scopes=scopes
    )
    invitations.invite(company, email="jiwoo@bareun.example", role=Role.VIEWER, by=owner)


def outsider(company: Organisation, application: int, owner: User) -> None:
    """An auditor from outside is invited: for that one application, for a month."""
    until = timezone.localdate() + timedelta(days=30)
    terms = Terms(ends_on=until, limited_to=application)
    email = "simsa@hanbit.example"
    invitations.invite(company, email=email, role=Role.AUDITOR, by=owner, terms=terms)


def _kept() -> Path:
    return Path(settings.VAR_DIR) / "demo-people.json"


def known_passwords() -> dict[str, str]:
    """Return {key: password}; written once, readable by this system user alone."""
    path = _kept()
    if not path.exists():
        path.parent.mkdir(parents=True, exist_ok=True)
        path.touch(mode=0o600)
        made = {person.key: f"{secrets.token_urlsafe(9)}-demo" for person in PEOPLE}
        path.write_text(json.dumps(made))
    kept: dict[str, str] = json.loads(path.read_text())
    return kept
