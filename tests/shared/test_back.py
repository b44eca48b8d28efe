"""Back to the page that a form stood on, and nowhere else."""

import pytest

DOORS = {
    "language": ("/accounts/language/", "/"),
    "upload": ("/o/manna/evidence/upload/", "/o/manna/evidence/"),
    "notices": ("/o/manna/notices/read/", "/o/manna/notices/"),
}
STRANGE = ["", "on", "?", "accounts:home", "2026-13-45", "//evil.example", "https://evil.example/"]
STRANGE += ["/\\evil.example", "javascript:alert(1)", "\x00/", " //evil.example"]


@pytest.mark.parametrize("door", DOORS)
@pytest.mark.parametrize("page", STRANGE)
def test_what_is_no_page_of_the_portal_leads_to_the_usual_one(door, page, browse, bob, manna):
    address, usual = DOORS[door]
    answer = browse(bob).post(address, {"next": page, "language": "ko"})
    assert (answer.status_code, answer["Location"]) == (302, usual)


@pytest.mark.parametrize("door", DOORS)
def test_a_page_of_the_portal_is_returned_to(door, browse, bob, manna):
    page = "/o/manna/tasks/?state=all"
    answer = browse(bob).post(DOORS[door][0], {"next": page, "language": "ko"})
    assert (answer.status_code, answer["Location"]) == (302, page)
