"""Named people: alice leads, bob fixes, carol audits, dave looks on, olga owns, sam is a stranger."""

from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from django.db import connection
from django.test import Client, TransactionTestCase

from compliance.accounts import services as accounts
from compliance.accounts.models import Organisation, User
from compliance.accounts.roles import Role
from compliance.audit import triggers
from compliance.audit.services import SYSTEM
from compliance.requirements import documents, loading, services
from compliance.requirements.models import (
    Area,
    Assessment,
    Crosswalk,
    CrosswalkEdge,
    EvidenceKind,
    Platform,
    Profile,
    Requirement,
)
from tests import migrated
from tests.kept_rows import KeptRows
from tests.services.fixtures import (  # noqa: F401 - fixtures are found by their names here
    browser,
    chromium_path,
    clamd_url,
    installation,
    pkcs11_token,
    postgresql_url,
    redis_url,
    s3_server,
    timestamping,
)

PASSWORD = "correct horse battery"
_DATA = Path(__file__).resolve().parent.parent / "compliance/requirements/data"
REFERENCE = _DATA / "order-integration-reference.yaml"
YOGIYO = _DATA / "yogiyo-integration-reference.yaml"

# What opens the database to a test: fixtures of pytest-django, beside its mark.
_OPENERS = {"db", "transactional_db", "live_server"}
_OPENED = pytest.StashKey[bool]()
NO_DATABASE = "sqlite:////dev/null/this test is not marked as one of the database"

_flush = TransactionTestCase._fixture_teardown


def _flush_with_audit_unlocked(self: TransactionTestCase) -> None:
    """A test with real commits ends by emptying every table, which the audit triggers forbid."""
    triggers.drop(connection)
    try:
        _flush(self)
    finally:
        triggers.create(connection)


TransactionTestCase._fixture_teardown = _flush_with_audit_unlocked  # type: ignore[method-assign]


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """`database` marks what the choice of a database can change; only that runs on a second one.

    pytest-django keeps the database shut to every other test, and a process that such a test starts
    is told of none (`_settings_of_tests`): a wrong guess here fails a test instead of hiding one.
    """
    for item in items:
        openers = _OPENERS & set(getattr(item, "fixturenames", ()))
        if openers or item.get_closest_marker("django_db"):
            item.add_marker(pytest.mark.database)
    items.sort(key=_turn)


def _turn(item: pytest.Item) -> int:
    """Journeys come first, then what else starts servers; the rest as pytest-django wants it.

    Two processes begin at the first and at the middle item, and who is done takes from the end of
    what the other still has: what lasts long, or shares a server, must not stand there.
    """
    if item.get_closest_marker("database") or not item.get_closest_marker("services"):
        return 2
    return 0 if item.get_closest_marker("browser") else 1


def pytest_fixture_setup(fixturedef: Any, request: pytest.FixtureRequest) -> None:
    if fixturedef.argname == "_django_db_helper":
        request.node.stash[_OPENED] = True


@pytest.fixture(autouse=True)
def _marked_where_it_opens_the_database(request):
    """Said behind the test: a fixture that is refused on its way in would fail all later ones too."""
    yield
    opened = request.node.stash.get(_OPENED, False)
    marked = not opened or request.node.get_closest_marker("database")
    assert marked, "It opens the database on its way: name the fixture db, or mark it database."


@pytest.fixture(scope="session")
def django_db_modify_db_settings(django_db_modify_db_settings_parallel_suffix):
    """Migrations run once, not once a run."""
    with migrated.lent(connection):
        yield


@pytest.fixture(scope="session")
def django_db_setup(django_db_setup, django_db_blocker) -> None:
    with django_db_blocker.unblock():
        migrated.keep(connection)


@pytest.fixture(scope="session")
def sections_root(tmp_path_factory) -> Path:
    """Compiled sections are kept by their content, so that tests may share them."""
    return tmp_path_factory.mktemp("sections")


@pytest.fixture(autouse=True)
def _settings_of_tests(request, monkeypatch, settings, tmp_path, sections_root):
    """Every test has its own vault; static files need no collecting; hashing is quick."""
    if not request.node.get_closest_marker("database"):
        monkeypatch.setenv("DATABASE_URL", NO_DATABASE)
    settings.PACKET_SECTIONS_ROOT = sections_root
    settings.VAR_DIR = tmp_path / "var"
    settings.VAULT_ROOT = tmp_path / "vault"
    settings.STORAGE_URL = ""
    settings.VAULT_ROOT.mkdir()
    settings.STORAGES = {
        **settings.STORAGES,
        "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"},
    }
    settings.MIDDLEWARE = [each for each in settings.MIDDLEWARE if "whitenoise" not in each]
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
    settings.EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"
    # Nobody is locked by what another test tried.
    settings.CACHES = {
        name: {
            "BACKEND": "django.core.cache.backends.locmem.LocMemCache",
            "LOCATION": f"{name} {tmp_path}",
        }
        for name in settings.CACHES
    }


@pytest.fixture
def manna(db) -> Organisation:
    return accounts.create_organisation(name="만나배달", slug="manna")


@pytest.fixture
def elsewhere(db) -> Organisation:
    """Another organisation, whose people must see nothing of ours."""
    return accounts.create_organisation(name="딴배달", slug="elsewhere")


def make_person(name: str, korean: str, organisation: Organisation, role: Role) -> User:
    user = User.objects.create_user(f"{name}@example.com", PASSWORD, name=korean)
    accounts.add_member(organisation, user, role, by=SYSTEM)
    return user


@pytest.fixture
def alice(manna) -> User:
    return make_person("alice", "앨리스", manna, Role.SECURITY_LEAD)


@pytest.fixture
def bob(manna) -> User:
    return make_person("bob", "밥", manna, Role.CONTRIBUTOR)


@pytest.fixture
def carol(manna) -> User:
    return make_person("carol", "캐롤", manna, Role.AUDITOR)


@pytest.fixture
def dave(manna) -> User:
    return make_person("dave", "데이브", manna, Role.VIEWER)


@pytest.fixture
def olga(manna) -> User:
    return make_person("olga", "올가", manna, Role.OWNER)


@pytest.fixture
def sam(elsewhere) -> User:
    return make_person("sam", "샘", elsewhere, Role.OWNER)


@cache
def reference() -> documents.Document:
    return documents.read(REFERENCE.read_bytes())


_reference_rows = KeptRows(
    [
        *[Platform, Profile, Area, EvidenceKind, Requirement, Requirement.evidence_kinds.through],
        *[Crosswalk, CrosswalkEdge],
    ],
    lambda: loading.load(reference()),
)


@pytest.fixture
def profile(db) -> Profile:
    """The shipped reference profile, 59 items."""
    _reference_rows.bring()
    about = reference().data["profile"]
    return Profile.objects.get(identifier=about["id"], version=str(about["version"]))


@pytest.fixture
def adopted(manna, profile) -> Profile:
    """The reference profile, taken on by 만나배달."""
    services.adopt(manna, profile, by=SYSTEM)
    return profile


@pytest.fixture
def assessment(manna, adopted) -> Assessment:
    """What 만나배달 says of OI-NET-03."""
    return Assessment.objects.select_related("requirement").get(
        organisation=manna, requirement__code="OI-NET-03"
    )


@pytest.fixture
def browse() -> Callable[..., Client]:
    """browse(alice) is a client signed in as alice; language="en" for English pages."""

    def signed_in(user: User | None = None, *, language: str = "ko") -> Client:
        client = Client()
        client.cookies["django_language"] = language
        if user is not None:
            client.force_login(user)
        return client

    return signed_in


@pytest.fixture
def in_english():
    from django.utils import translation

    with translation.override("en"):
        yield
