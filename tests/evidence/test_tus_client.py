"""The reference client of the protocol (tuspy) against the portal as it is served.

A server killed in mid-upload and a file of several hundred megabytes: whole, and without memory.
"""

import hashlib
import time
from pathlib import Path

import pytest
import requests
from tusclient.client import TusClient

from tests.services.installation import Installation, until

pytestmark = [pytest.mark.services, pytest.mark.timeout(600)]
MEGABYTE = 1024 * 1024
_PEOPLE = """
from compliance.accounts import services as accounts
from compliance.accounts.models import User
from compliance.accounts.roles import Role
from compliance.audit.services import SYSTEM
manna = accounts.create_organisation(name="만나배달", slug="manna")
bob = User.objects.create_user("bob@example.com", "correct horse battery", name="밥")
accounts.add_member(manna, bob, Role.CONTRIBUTOR, by=SYSTEM)
"""

_TOKEN = """
from compliance.accounts import services as accounts
from compliance.accounts.models import User
bob = User.objects.get()
print(accounts.create_token(bob.memberships.get().organisation, by=bob, name="ci"))
"""


@pytest.fixture
def served(tmp_path):
    there = Installation(tmp_path)
    there.prepare()
    there.script(_PEOPLE)
    with there.up():
        assert there.url, there.output
        yield there


@pytest.fixture
def browser_of_bob(served):
    session = requests.Session()
    page = f"{served.url}/accounts/sign-in/"
    session.get(page)
    form = {
        "username": "bob@example.com",
        "password": "correct horse battery",
        "csrfmiddlewaretoken": session.cookies["csrftoken"],
    }
    assert session.post(page, form).ok
    return session


@pytest.fixture
def headers(browser_of_bob):
    cookies = "; ".join(f"{each.name}={each.value}" for each in browser_of_bob.cookies)
    return {"Cookie": cookies, "X-CSRFToken": browser_of_bob.cookies["csrftoken"]}


@pytest.fixture
def large(tmp_path):
    path = tmp_path / "large.log"
    line = b"2026-11-20 10:00:00 fw-01 permit tcp 10.0.0.1 443\n" * 20_000
    with path.open("wb") as file:
        while file.tell() < 200 * MEGABYTE - len(line):
            file.write(line)
    return path


def peak(pids):
    """Return the sum of the processes' highest resident sizes, in MB."""
    kilobytes = 0
    for pid in pids:
        status = Path(f"/proc/{pid}/status").read_text()
        kilobytes += int(status.split("VmHWM:")[1].split()[0])
    return kilobytes / 1024


def test_the_reference_client_goes_on_after_kill_9(served, browser_of_bob, headers, large):
    url = f"{served.url}/o/manna/uploads/"
    begun = TusClient(url, headers=headers).uploader(
        str(large), chunk_size=8 * MEGABYTE, metadata={"filename": "접속로그.log"}
    )
    begun.upload(stop_at=50 * MEGABYTE)
    served.kill_web()
    until(lambda: answers(served.url), 150, "the supervisor started it again")

    before = peak(served.web_processes())
    again = TusClient(url, headers=headers).uploader(
        str(large), url=begun.url, chunk_size=8 * MEGABYTE, upload_checksum=True
    )
    assert again.offset >= 50 * MEGABYTE - 8 * MEGABYTE
    again.upload()
    answer = finish(served, browser_of_bob, begun.url)
    assert answer.status_code == 201, answer.text
    grown = peak(served.web_processes()) - before
    assert grown < 64, f"{grown:.0f} MB for {large.stat().st_size / MEGABYTE:.0f} MB"
    with large.open("rb") as file:
        digest = hashlib.file_digest(file, "sha256").hexdigest()
    [kept] = (served.folder / "var/vault").glob(f"*/*/*/{digest}")
    assert kept.stat().st_size == large.stat().st_size
    assert not list((served.folder / "var/vault/tmp").iterdir())

    file = browser_of_bob.get(
        f"{served.url}/o/manna/evidence/files/1/", headers={"Range": "bytes=1000-1999"}
    )
    assert (file.status_code, file.content) == (206, large.read_bytes()[1000:2000])
    with kept.open("r+b") as spoilt:
        spoilt.seek(100 * MEGABYTE)
        spoilt.write(b"other")
    with pytest.raises(requests.exceptions.ChunkedEncodingError):
        _ = browser_of_bob.get(f"{served.url}/o/manna/evidence/files/1/").content
    said = browser_of_bob.get(f"{served.url}/o/manna/evidence/files/1/")
    assert said.status_code == 409


def test_a_program_with_a_token_uploads_in_pieces_and_goes_on(served, tmp_path):
    """Nothing of a browser: no cookie, no page, no CSRF token."""
    path = tmp_path / "접속로그.log"
    path.write_bytes(b"2026-11-20 10:00:00 fw-01 permit tcp 10.0.0.1 443\n" * 400_000)
    api = f"{served.url}/api/v1/o/manna"
    bearer = {"Authorization": f"Bearer {served.script(_TOKEN).strip()}"}
    assert (
        requests.options(f"{api}/uploads", headers=bearer, timeout=60).headers["Tus-Version"]
        == "1.0.0"
    )
    begun = TusClient(f"{api}/uploads", headers=bearer).uploader(
        str(path), chunk_size=4 * MEGABYTE, metadata={"filename": path.name}
    )
    begun.upload(stop_at=8 * MEGABYTE)
    token = begun.url.rpartition("/")[2]
    early = requests.post(f"{api}/evidence", {"uploads": token}, headers=bearer, timeout=60)
    assert (early.status_code, early.json()["detail"].endswith(".")) == (409, True)

    again = TusClient(f"{api}/uploads", headers=bearer).uploader(
        str(path), url=begun.url, chunk_size=4 * MEGABYTE, upload_checksum=True
    )
    assert again.offset == 8 * MEGABYTE
    again.upload()
    added = requests.post(
        f"{api}/evidence", {"uploads": token, "title": "접속 로그"}, headers=bearer, timeout=60
    )
    assert added.status_code == 201, added.text
    assert added.json()["sha256"] == [hashlib.sha256(path.read_bytes()).hexdigest()]
    gone = requests.head(begun.url, headers={**bearer, "Tus-Resumable": "1.0.0"}, timeout=60)
    assert gone.status_code == 404


def finish(served, session, upload):
    form = {
        "uploads": upload.rstrip("/").rpartition("/")[2],
        "kind": "other",
        "csrfmiddlewaretoken": session.cookies["csrftoken"],
    }
    return session.post(
        f"{served.url}/o/manna/evidence/upload/", form, headers={"Accept": "application/json"}
    )


def answers(url):
    """Warm as well: what the first requests import is not what an upload takes."""
    try:
        return all(requests.get(f"{url}/accounts/sign-in/", timeout=60).ok for _time in range(3))
    except requests.ConnectionError:
        time.sleep(0.2)
        return False
