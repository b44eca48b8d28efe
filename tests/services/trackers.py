"""Issue trackers on loopback that keep issues and speak the documented shapes of Jira and GitHub."""

import json
import re
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qs, urlsplit

from django.utils import timezone

TOKEN = "token-abcdef-123456"


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    block_on_close = False
    request_queue_size = 50

    def handle_error(self, request, client_address):
        pass


@dataclass
class Fake:
    """*issues* by number. *fail* holds (status, headers) to answer with, once each, or "hang"."""

    issues: dict[int, dict] = field(default_factory=dict)
    fail: list = field(default_factory=list)
    calls: list[tuple[str, str]] = field(default_factory=list)
    tokens: set[str] = field(default_factory=lambda: {TOKEN})
    gone: bool = False
    # Called after a request has taken effect and before it is answered.
    before_answer: object = None
    url: str = ""
    _clock: datetime = field(default_factory=lambda: timezone.now())
    _last: int = 0

    def now(self) -> datetime:
        """Later each time, as people change things one after another."""
        self._clock = max(self._clock + timedelta(milliseconds=1), timezone.now())
        return self._clock

    def next(self) -> int:
        self._last += 1
        return self._last

    def count(self, method: str, pattern: str) -> int:
        return sum(m == method and bool(re.search(pattern, path)) for m, path in self.calls)

    def say(self, number: int, text: str, author: str = "kim") -> dict:
        """Somebody comments over there."""
        issue = self.issues[number]
        made = {"id": 1000 + self.next(), "text": text, "author": author, "at": self.now()}
        issue["comments"].append(made)
        issue["updated"] = made["at"]
        return made

    def set(self, number: int, **facts) -> None:
        """Somebody changes the issue over there."""
        self.issues[number] |= {**facts, "updated": self.now()}

    def add(self, **facts) -> int:
        number = self.next()
        made = {
            "title": "있던 이슈",
            "body": "",
            "labels": [],
            "comments": [],
            "updated": self.now(),
        }
        self.issues[number] = {**self.fresh, **made, **facts}
        return number


class FakeGitHub(Fake):
    """owner/app; what GitHub calls state, state_reason and labels."""

    fresh = {"state": "open", "state_reason": None}

    def issue(self, number):
        it = self.issues[number]
        return {
            "id": 90000 + number,
            "number": number,
            "title": it["title"],
            "body": it["body"],
            "state": it["state"],
            "state_reason": it["state_reason"],
            "labels": [{"name": each} for each in it["labels"]],
            "html_url": f"{self.url}/owner/app/issues/{number}",
            "comments": len(it["comments"]),
            "updated_at": f"{it['updated']:%Y-%m-%dT%H:%M:%SZ}",
            **({"pull_request": {}} if it.get("pull") else {}),
        }

    def remark(self, each):
        return {
            "id": each["id"],
            "body": each["text"],
            "user": {"login": each["author"]},
            "created_at": f"{each['at']:%Y-%m-%dT%H:%M:%SZ}",
            "updated_at": f"{each['at']:%Y-%m-%dT%H:%M:%SZ}",
        }

    def answer(self, method, path, query, body, headers):  # noqa: PLR0911, C901 - a table of addresses
        if headers.get("authorization", "").removeprefix("Bearer ") not in self.tokens:
            return 401, {"message": "Bad credentials"}
        if self.gone or not path.startswith("/repos/owner/app"):
            return 404, {"message": "Not Found"}
        rest = path.removeprefix("/repos/owner/app")
        if rest == "":
            return 200, {"full_name": "owner/app", "has_issues": True}
        if rest == "/labels":
            return 200, [{"name": "bug"}, {"name": "in progress"}]
        if rest == "/issues" and method == "POST":
            number = self.add(title=body["title"], body=body["body"])
            return 201, self.issue(number)
        if rest == "/issues":
            rows = sorted(self.issues.items(), key=lambda each: each[1]["updated"])
            since = datetime.fromisoformat(query["since"])
            rows = [self.issue(n) for n, it in rows if it["updated"] >= since]
            return self.page(rows, path, query)
        found = re.fullmatch(r"/issues/(\d+)(/comments)?", rest)
        if not found or int(found[1]) not in self.issues:
            return 404, {"message": "Not Found"}
        number = int(found[1])
        if self.issues[number].get("deleted"):
            return 410, {"message": "This issue was deleted"}
        return self._one(method, number, found[2], path, query, body)

    def _one(self, method, number, comments, path, query, body):
        if comments and method == "POST":
            return 201, self.remark(self.say(number, body["body"], author="portal-bot"))
        if comments:
            since = datetime.fromisoformat(query["since"])
            rows = [self.remark(e) for e in self.issues[number]["comments"] if e["at"] >= since]
            return self.page(rows, path, query)
        if method == "PATCH":
            if body.get("state") not in {None, self.issues[number]["state"]}:
                body.setdefault("state_reason", None)
            else:
                body.pop("state_reason", None)
            self.set(number, **body)
        return 200, self.issue(number)

    def page(self, rows, path, query):
        size, number = int(query.get("per_page", 30)), int(query.get("page", 1))
        part = rows[(number - 1) * size : number * size]
        links = {}
        if number * size < len(rows):
            kept = "&".join(f"{k}={v}" for k, v in query.items() if k != "page")
            links = {"Link": f'<{self.url}{path}?{kept}&page={number + 1}>; rel="next"'}
        return 200, part, links


class FakeJira(Fake):
    """Project SEC with the steps To Do → In Progress → Done and back. *cloud* speaks version 3."""

    fresh = {"status": "To Do"}
    cloud = True
    steps = {
        "To Do": ["In Progress", "Done"],
        "In Progress": ["To Do", "Done"],
        "Done": ["To Do", "In Progress"],
    }

    def text(self, text):
        if not self.cloud:
            return text
        lines = [{"type": "text", "text": text}]
        return {"type": "doc", "version": 1, "content": [{"type": "paragraph", "content": lines}]}

    @property
    def api(self):
        return "/rest/api/3" if self.cloud else "/rest/api/2"

    def issue(self, number):
        it = self.issues[number]
        fields = {
            "summary": it["title"],
            "status": {"name": it["status"]},
            "updated": _jira_time(it["updated"]),
        }
        return {"id": str(10000 + number), "key": f"SEC-{number}", "fields": fields}

    def answer(self, method, path, query, body, headers):  # noqa: PLR0911, C901 - a table of addresses
        if not headers.get("authorization", "").startswith("Basic " if self.cloud else "Bearer "):
            return 401, {"errorMessages": ["Client must be authenticated."]}
        if not self.tokens:
            return 401, {"errorMessages": ["Client must be authenticated."]}
        rest = path.removeprefix(self.api)
        if self.gone or rest == path:
            return 404, {"errorMessages": ["No project could be found"]}
        if rest == "/project/SEC":
            return 200, {"key": "SEC", "name": "보안 보완"}
        if rest == "/project/SEC/statuses":
            return 200, [{"name": "Task", "statuses": [{"name": each} for each in self.steps]}]
        if rest == "/issue" and method == "POST":
            return self._create(body["fields"])
        if rest in {"/search/jql", "/search"}:
            return self._search(body, rest)
        found = re.fullmatch(r"/issue/([\w-]+)(/comment|/transitions)?", rest)
        number = self._number(found[1]) if found else 0
        if number not in self.issues or self.issues[number].get("deleted"):
            return 404, {"errorMessages": ["Issue does not exist or you do not have permission"]}
        return self._one(method, number, found[2], query, body)

    def _create(self, fields):
        if fields["issuetype"]["name"] != "Task":
            return 400, {"errorMessages": [], "errors": {"issuetype": "The issue type is invalid."}}
        number = self.add(
            title=fields["summary"], body=self.plain(fields["description"]), labels=fields["labels"]
        )
        return 201, {"id": str(10000 + number), "key": f"SEC-{number}"}

    def _search(self, body, rest):
        assert rest == ("/search/jql" if self.cloud else "/search")
        rows = sorted(self.issues.items(), key=lambda each: each[1]["updated"])
        if label := re.search(r'labels = "([^"]+)"', body["jql"]):
            rows = [(n, it) for n, it in rows if label[1] in it["labels"]]
        if minutes := re.search(r'updated >= "-(\d+)m"', body["jql"]):
            since = timezone.now() - timedelta(minutes=int(minutes[1]))
            rows = [(n, it) for n, it in rows if it["updated"] >= since]
        rows = [self.issue(n) for n, it in rows if not it.get("deleted")]
        start = int(body.get("nextPageToken") or body.get("startAt") or 0)
        end = start + body["maxResults"]
        page = {"issues": rows[start:end]}
        if self.cloud:
            return 200, page | ({"nextPageToken": str(end)} if end < len(rows) else {})
        return 200, page | {"startAt": start, "total": len(rows)}

    def _one(self, method, number, part, query, body):
        it = self.issues[number]
        if part == "/transitions":
            names = list(self.steps)
            if method == "POST":
                self.set(number, status=names[int(body["transition"]["id"]) - 11])
                return 204, None
            steps = self.steps[it["status"]]
            rows = [{"id": str(names.index(e) + 11), "name": "→", "to": {"name": e}} for e in steps]
            return 200, {"transitions": rows}
        if part == "/comment":
            if method == "POST":
                return 201, self.remark(self.say(number, self.plain(body["body"]), "portal-bot"))
            start, size = int(query["startAt"]), int(query["maxResults"])
            rows = [self.remark(each) for each in it["comments"]][start : start + size]
            return 200, {"comments": rows, "startAt": start, "total": len(it["comments"])}
        if method == "PUT":
            fields = body["fields"]
            self.set(number, title=fields["summary"], body=self.plain(fields["description"]))
            return 204, None
        return 200, self.issue(number)

    def remark(self, each):
        return {
            "id": str(each["id"]),
            "author": {"displayName": each["author"]},
            "body": self.text(each["text"]),
            "created": _jira_time(each["at"]),
            "updated": _jira_time(each["at"]),
        }

    def plain(self, body):
        """Version 3 takes documents, version 2 text, and neither the other."""
        assert isinstance(body, dict) == self.cloud, body
        if not self.cloud:
            return body
        assert body["type"] == "doc"
        assert body["version"] == 1
        parts = [p["content"] for p in body["content"]]
        return "\n\n".join("".join(n.get("text", "\n") for n in part) for part in parts)

    def _number(self, name):
        number = int(name.rpartition("-")[2])
        return number - 10000 if number > 10000 else number


def _jira_time(at):
    return f"{at:%Y-%m-%dT%H:%M:%S}.{at.microsecond // 1000:03d}+0000"


@contextmanager
def serving(fake: Fake) -> Iterator[Fake]:  # noqa: C901 - a server in one piece
    """Serve *fake* on a free port of loopback until the block ends."""
    lock = threading.Lock()

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"
        disable_nagle_algorithm = True

        def _take(self) -> None:
            raw = self.rfile.read(int(self.headers.get("Content-Length") or 0))
            parts = urlsplit(self.path)
            query = {name: values[0] for name, values in parse_qs(parts.query).items()}
            fake.calls.append((self.command, self.path))
            failure = fake.fail.pop(0) if fake.fail else None
            if failure == "hang":
                time.sleep(5)
                return
            if failure:
                self._say(failure[0], failure[2] if len(failure) > 2 else {}, failure[1])
                return
            heads = {name.lower(): value for name, value in self.headers.items()}
            body = json.loads(raw) if raw else None
            with lock:
                status, told, *more = fake.answer(self.command, parts.path, query, body, heads)
            if fake.before_answer:
                fake.before_answer(self.command, parts.path)
            self._say(status, told, more[0] if more else {})

        def _say(self, status, told, headers) -> None:
            body = b"" if told is None else json.dumps(told).encode()
            self.send_response(status)
            for name, value in headers.items():
                self.send_header(name, value)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *args):
            pass

    for method in ("GET", "POST", "PUT", "PATCH"):
        setattr(Handler, f"do_{method}", Handler._take)
    server = _Server(("127.0.0.1", 0), Handler)
    fake.url = f"http://127.0.0.1:{server.server_address[1]}"
    thread = threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True)
    thread.start()
    try:
        yield fake
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
