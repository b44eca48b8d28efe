"""GitHub's REST API, github.com and Enterprise Server. A label of an open issue can be a status."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any
from urllib.parse import quote, urlencode
from uuid import UUID

from django.utils.translation import gettext_lazy as _

from compliance.shared.outbound import Session, check
from compliance.trackers.adapters.asking import Asker
from compliance.trackers.adapters.base import (
    MARK,
    About,
    Access,
    Issue,
    Remark,
    Tracker,
    mark_in,
    moment,
)
from compliance.trackers.adapters.errors import Broken, Missing
from compliance.trackers.remote import one_line

OPEN, CLOSED, NOT_PLANNED = "open", "closed", "not planned"
VERSION = "2022-11-28"
PER_PAGE = 100
LONGEST_TITLE, LONGEST_TEXT = 256, 60_000
_NEXT = re.compile(r'<([^<>]+)>\s*;[^,]*\brel="?next"?')


class GitHub(Tracker):
    def __init__(self, access: Access, session: Session) -> None:
        super().__init__(access, session)
        self._repo = f"{access.base_url.rstrip('/')}/repos/{quote(access.project)}"
        headers = {
            "authorization": f"Bearer {access.token}",
            "accept": "application/vnd.github+json",
            "x-github-api-version": VERSION,
        }
        self._asker = Asker(session, headers)

    def about(self) -> About:
        found = self._asker.get(self._repo)
        if not found.get("has_issues", True):
            raise Missing(_("Issues are switched off in this repository."))
        labels = self._asker.get(f"{self._repo}/labels?per_page={PER_PAGE}")
        names = [one_line(each["name"], 50) for each in labels]
        return About(one_line(found["full_name"], 200), [OPEN, CLOSED, NOT_PLANNED, *names])

    def issue(self, key: str) -> Issue:
        number = key.rpartition("#")[2].strip()
        if not (number.isascii() and number.isdigit()):
            raise Missing(_("An issue of GitHub is named by its number, like 12."))
        found = self._asker.get(f"{self._repo}/issues/{number}")
        if "pull_request" in found:
            raise Missing(_("This is a pull request. Name an issue."))
        return self._issue(found)

    def create(self, title: str, text: str, mark: UUID) -> Issue:
        body = {"title": title[:LONGEST_TITLE], "body": _marked(text, mark)}
        return self._issue(self._asker.ask("POST", f"{self._repo}/issues", body).json())

    def find(self, mark: UUID, since: datetime) -> Issue | None:
        for page in self._pages("issues", since, sort="created"):
            for each in page:
                if mark_in(str(each.get("body") or "")) == mark:
                    return self._issue(each)
        return None

    def update(self, number: str, title: str, text: str, mark: UUID) -> None:
        body = {"title": title[:LONGEST_TITLE], "body": _marked(text, mark)}
        self._asker.ask("PATCH", f"{self._repo}/issues/{number}", body)

    def transition(self, number: str, status: str) -> None:
        """Open or close it, and of the labels that are statuses leave only the one meant."""
        found = self._asker.get(f"{self._repo}/issues/{number}")
        if self._status(found) == status:
            return
        wanted = CLOSED if status in {CLOSED, NOT_PLANNED} else OPEN
        body: dict[str, Any] = {"state": wanted}
        if wanted == CLOSED:
            body["state_reason"] = "not_planned" if status == NOT_PLANNED else "completed"
        labels = [each for each in _labels(found) if each not in self._label_statuses()]
        if status not in {OPEN, CLOSED, NOT_PLANNED}:
            labels.append(status)
        if sorted(labels) != sorted(_labels(found)):
            body["labels"] = labels
        if wanted == CLOSED and found.get("state") == CLOSED:
            # The reason is read only when the state changes with it.
            self._asker.ask("PATCH", f"{self._repo}/issues/{number}", {"state": OPEN})
        self._asker.ask("PATCH", f"{self._repo}/issues/{number}", body)

    def comment(self, number: str, text: str, mark: UUID) -> str:
        body = {"body": _marked(text, mark)}
        made = self._asker.ask("POST", f"{self._repo}/issues/{number}/comments", body).json()
        return str(made["id"])

    def changes(self, since: datetime) -> Iterator[list[Issue]]:
        for page in self._pages("issues", since, sort="updated"):
            yield [self._issue(each) for each in page if "pull_request" not in each]

    def comments(self, number: str, since: datetime) -> Iterator[Remark]:
        for page in self._pages(f"issues/{number}/comments", since):
            for each in page:
                raw = str(each.get("body") or "")
                author = one_line((each.get("user") or {}).get("login"), 100)
                at = moment(each["created_at"])
                yield Remark(str(each["id"]), author, raw, at, mark_in(raw))

    def _pages(self, path: str, since: datetime, sort: str = "") -> Iterator[list[Any]]:
        """Follow the Link header as it says, but never to another host: the token goes along."""
        query = {"since": f"{since.astimezone(UTC):%Y-%m-%dT%H:%M:%SZ}", "per_page": PER_PAGE}
        if sort:
            query |= {"state": "all", "sort": sort, "direction": "asc"}
        url = f"{self._repo}/{path}?{urlencode(query)}"
        origin = check(url).origin
        while url:
            answer = self._asker.ask("GET", url)
            page = answer.json()
            if not isinstance(page, list):
                raise Broken(_("The answer is not the list that was asked for."))
            yield page
            following = _NEXT.search(answer.headers.get("link", ""))
            url = following[1] if following else ""
            if url and check(url).origin != origin:
                raise Broken(_("The next page leads to another host; it was not followed."))

    def _issue(self, found: Any) -> Issue:
        number = str(int(found["number"]))
        return Issue(
            number=number,
            key=f"#{number}",
            title=one_line(found.get("title"), 300),
            status=self._status(found),
            url=_address(found.get("html_url")),
            updated=moment(found["updated_at"]),
            comments=int(found.get("comments", -1)),
        )

    def _status(self, found: Any) -> str:
        if found.get("state") == CLOSED:
            return NOT_PLANNED if found.get("state_reason") == "not_planned" else CLOSED
        labels = set(_labels(found))
        return next((each for each in self._label_statuses() if each in labels), OPEN)

    def _label_statuses(self) -> list[str]:
        return [each for each in self.access.statuses if each not in {OPEN, CLOSED, NOT_PLANNED}]


def _address(given: object) -> str:
    """A link on our pages leads to a website or nowhere."""
    url = one_line(given, 500)
    return url if url.startswith(("https://", "http://")) else ""


def _labels(found: Any) -> list[str]:
    """A label is an object, in old issues now and then its bare name."""
    rows = found.get("labels") or []
    return [str(each["name"] if isinstance(each, dict) else each) for each in rows]


def _marked(text: str, mark: UUID) -> str:
    return f"{text[:LONGEST_TEXT]}\n\n<!-- {MARK}{mark.hex} -->"
