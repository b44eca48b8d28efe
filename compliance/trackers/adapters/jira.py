"""Jira's REST API: version 3 with texts as documents in the Cloud, version 2 in Data Center."""

from __future__ import annotations

import base64
import re
from collections.abc import Iterator
from datetime import datetime
from math import ceil
from typing import Any
from urllib.parse import quote, urlencode
from uuid import UUID

from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from compliance.shared.errors import filled
from compliance.shared.outbound import Session
from compliance.trackers.adapters import adf
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
from compliance.trackers.adapters.errors import Broken, Missing, Rejected
from compliance.trackers.remote import one_line

PER_PAGE = 100
LONGEST_TITLE, LONGEST_TEXT = 255, 30_000
FIELDS = ["summary", "status", "updated"]
_KEY = re.compile(r"[A-Z][A-Z0-9_]*-[0-9]+|[0-9]+")


class Jira(Tracker):
    """A connection with an e-mail address is one to the Cloud, without one to Data Center."""

    def __init__(self, access: Access, session: Session) -> None:
        super().__init__(access, session)
        self._cloud = bool(access.account)
        self._base = access.base_url.rstrip("/")
        self._api = f"{self._base}/rest/api/{3 if self._cloud else 2}"
        pair = f"{access.account}:{access.token}".encode()
        entry = (
            f"Basic {base64.b64encode(pair).decode()}" if self._cloud else f"Bearer {access.token}"
        )
        headers = {
            "authorization": entry,
            "accept": "application/json",
            # Otherwise a request that looks like a browser's is turned down.
            "x-atlassian-token": "no-check",
        }
        self._asker = Asker(session, headers)

    def about(self) -> About:
        project = quote(self.access.project, safe="")
        found = self._asker.get(f"{self._api}/project/{project}")
        kinds = self._asker.get(f"{self._api}/project/{project}/statuses")
        names = [one_line(each["name"], 100) for kind in kinds for each in kind["statuses"]]
        return About(one_line(found["name"], 200), list(dict.fromkeys(names)))

    def issue(self, key: str) -> Issue:
        key = key.strip().upper()
        if not _KEY.fullmatch(key):
            raise Missing(_("An issue of Jira is named by its key, like SEC-12."))
        return self._issue(self._asker.get(f"{self._api}/issue/{key}?fields={','.join(FIELDS)}"))

    def create(self, title: str, text: str, mark: UUID) -> Issue:
        fields = {
            "project": {"key": self.access.project},
            "issuetype": {"name": self.access.issue_type or "Task"},
            "summary": title[:LONGEST_TITLE],
            "description": self._text(text),
            "labels": [_label(mark)],
        }
        made = self._asker.ask("POST", f"{self._api}/issue", {"fields": fields}).json()
        return self.issue(str(made["id"]))

    def find(self, mark: UUID, since: datetime) -> Issue | None:
        for page in self._search(
            f'project = "{self.access.project}" AND labels = "{_label(mark)}"'
        ):
            for each in page:
                return self._issue(each)
        return None

    def update(self, number: str, title: str, text: str, mark: UUID) -> None:
        fields = {"summary": title[:LONGEST_TITLE], "description": self._text(text)}
        self._asker.ask("PUT", f"{self._api}/issue/{number}", {"fields": fields})

    def transition(self, number: str, status: str) -> None:
        """Take the one step that the issue's workflow has to *status*."""
        if self.issue(number).status == status:
            return
        found = self._asker.get(f"{self._api}/issue/{number}/transitions")
        for each in found["transitions"]:
            if one_line(each["to"]["name"], 100) == status:
                step = {"transition": {"id": str(each["id"])}}
                self._asker.ask("POST", f"{self._api}/issue/{number}/transitions", step)
                return
        sentence = _(
            "The workflow of Jira has no step from here to “%(status)s”. Move the issue there, or "
            "change the table of states."
        )
        raise Rejected(filled(sentence, status=status))

    def comment(self, number: str, text: str, mark: UUID) -> str:
        body = {"body": self._text(f"{text[:LONGEST_TEXT]}\n\n{MARK}{mark.hex}")}
        made = self._asker.ask("POST", f"{self._api}/issue/{number}/comment", body).json()
        return str(made["id"])

    def changes(self, since: datetime) -> Iterator[list[Issue]]:
        """By minutes ago: a date in a query is read in the time zone of the token's owner."""
        minutes = max(1, ceil((timezone.now() - since).total_seconds() / 60))
        asked = (
            f'project = "{self.access.project}" AND updated >= "-{minutes}m" ORDER BY updated ASC'
        )
        for page in self._search(asked):
            yield [self._issue(each) for each in page]

    def comments(self, number: str, since: datetime) -> Iterator[Remark]:
        """All of them: Jira cannot be asked for the later ones alone."""
        start = 0
        while True:
            query = urlencode({"startAt": start, "maxResults": PER_PAGE, "orderBy": "created"})
            page = self._asker.get(f"{self._api}/issue/{number}/comment?{query}")
            rows = page.get("comments") or []
            for each in rows:
                if (
                    max(moment(each["created"]), moment(each.get("updated") or each["created"]))
                    >= since
                ):
                    yield self._remark(each)
            start += len(rows)
            if not rows or start >= int(page.get("total") or 0):
                return

    def _remark(self, found: Any) -> Remark:
        body = found.get("body")
        raw = adf.plain(body) if isinstance(body, dict) else str(body or "")
        author = one_line((found.get("author") or {}).get("displayName"), 100)
        return Remark(str(found["id"]), author, raw, moment(found["created"]), mark_in(raw))

    def _search(self, jql: str) -> Iterator[list[Any]]:
        return self._search_cloud(jql) if self._cloud else self._search_server(jql)

    def _search_cloud(self, jql: str) -> Iterator[list[Any]]:
        token = ""
        while True:
            body: dict[str, Any] = {"jql": jql, "fields": FIELDS, "maxResults": PER_PAGE}
            if token:
                body["nextPageToken"] = token
            page = self._asker.ask("POST", f"{self._api}/search/jql", body).json()
            yield _rows(page)
            token = str(page.get("nextPageToken") or "")
            if not token:
                return

    def _search_server(self, jql: str) -> Iterator[list[Any]]:
        start = 0
        while True:
            body = {"jql": jql, "fields": FIELDS, "startAt": start, "maxResults": PER_PAGE}
            page = self._asker.ask("POST", f"{self._api}/search", body).json()
            rows = _rows(page)
            yield rows
            start += len(rows)
            if not rows or start >= int(page.get("total") or 0):
                return

    def _issue(self, found: Any) -> Issue:
        fields, key = found["fields"], one_line(found["key"], 60)
        return Issue(
            number=str(found["id"]),
            key=key,
            title=one_line(fields.get("summary"), 300),
            status=one_line(fields["status"]["name"], 100),
            url=f"{self._base}/browse/{quote(key)}",
            updated=moment(fields["updated"]),
        )

    def _text(self, text: str) -> Any:
        return adf.document(text) if self._cloud else text[: LONGEST_TEXT + 100]


def _rows(page: Any) -> list[Any]:
    rows = page.get("issues") if isinstance(page, dict) else None
    if not isinstance(rows, list):
        raise Broken(_("The answer is not the list that was asked for."))
    return rows


def _label(mark: UUID) -> str:
    return f"gatepass-{mark.hex}"
