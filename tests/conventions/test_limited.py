"""Who sees one application alone walks every page: nothing of another one, and no dead link."""

import io
import json
import re
from collections import Counter
from datetime import timedelta
from html import unescape
from urllib.parse import urldefrag, urljoin, urlsplit

import pytest
from django.apps import apps
from django.db import DatabaseError, models, transaction
from django.db.models import F, Value
from django.db.models.functions import Concat
from django.http import HttpResponse
from django.urls import resolve, reverse
from django.utils import timezone

from compliance.accounts import filters, limits
from compliance.accounts import services as accounts
from compliance.accounts.limits import Terms
from compliance.accounts.models import Membership, User
from compliance.accounts.roles import Role
from compliance.applications import services as applications
from compliance.applications.models import Application
from compliance.evidence import requesting
from compliance.evidence import services as evidence
from compliance.packets import services as packets
from compliance.remediation import linking, talking
from compliance.remediation import services as remediation
from compliance.remediation.models import State, Task
from compliance.requirements.models import Assessment
from tests.conftest import make_person
from tests.conventions.test_doors import house, picture  # noqa: F401 - a fixture

BEYOND = "너머의비밀"
# What the house is made of stands in the log under the names that it had then.
OTHERS = [
    BEYOND,
    "OI-NET",
    "배민 연동",
    "확정된 신청",
    "룰셋.png",
    "점검.csv",
    "점검표.csv",
    "증적.zip",
]
# Tables that every organisation shares, and those that keep what was.
SHARED = {"organisation", "user", "profile", "requirement", "area", "evidencekind", "platform"}
NAMES = {
    *["title", "name", "text", "reason", "words", "statement", "note", "plan", "defect", "answer"],
    *["service_overview", "integration_overview", "contact_name", "source", "excerpt", "location"],
    *["recipient", "purpose", "instruction", "action_taken", "rationale", "gaps_reason"],
}
LINK = re.compile(r'(?:href|hx-get|src)="([^"]*)"')
# Of its own list an address without any filter is empty too.
NOWHERE = re.compile(rb'href=""(?! hx-get="")')
POST = re.compile(r'<form[^>]*method="post"[^>]*action="([^"]*)"[^>]*>(.*?)</form>', re.DOTALL)


def mark_everything():
    """Write BEYOND into every text of an organisation that the house has."""
    for model in apps.get_models():
        room = model.__module__.startswith("compliance.")
        if not room or model._meta.app_label == "audit" or model._meta.model_name in SHARED:
            continue
        for field in model._meta.concrete_fields:
            if field.name not in NAMES or not isinstance(
                field, models.CharField | models.TextField
            ):
                continue
            # What must not change any more is refused by the database and stays.
            try:
                with transaction.atomic():
                    rows = model._default_manager.exclude(**{field.name: ""})
                    rows.update(**{field.name: Concat(F(field.name), Value(f" {BEYOND}"))})
            except DatabaseError:
                continue


@pytest.fixture
def inside(house, manna, alice, bob, carol, olga):  # noqa: F811 - the fixture
    """The limited auditor's own application, to another platform, with one of everything."""
    mark_everything()
    beyond_task = Task.objects.filter(requirement__isnull=False).first()
    stranger = make_person("stranger", BEYOND, manna, Role.AUDITOR)
    theirs = Application.objects.get(number=house["applications:number"])
    limits.set_terms(Membership.objects.get(user=stranger), Terms(limited_to=theirs.pk), by=olga)
    asked = Assessment.objects.select_related("requirement__profile").get(
        requirement__code="YO-INF-02"
    )
    requirement = asked.requirement
    mine = applications.create(manna, profile=requirement.profile, by=alice, title="안쪽 연동 신청")
    upload = evidence.Upload(io.BytesIO(picture()), "안쪽-캡처.png")
    added = evidence.add(manna, [upload], by=bob, requirement=requirement, tags=["안쪽꼬리표"])
    # One evidence proves something for both platforms.
    shared = evidence.Upload(io.BytesIO(picture() + b"\0"), "둘다.png")
    both = evidence.add(manna, [shared], by=bob, requirement=requirement)
    evidence.link(both.evidence, beyond_task.requirement, by=bob)
    due = timezone.localdate() + timedelta(days=3)
    requesting.ask(manna, requesting.Wanted(requirement, bob, "안쪽 자료요청", due), by=carol)
    task = remediation.create(
        manna,
        remediation.NewTask(title="안쪽 보완", requirement=requirement, assignee=bob),
        by=alice,
    )
    linking.block(task, beyond_task, by=alice)
    linking.set_parent(task, Task.objects.filter(requirement=None).first(), by=alice)
    talking.say(task, text="안쪽 의견", uploads=[], by=bob)
    page = "requirements:list"
    query = f"q={BEYOND}"
    filters.save(manna, page=page, name=BEYOND, query=query, shared=True, by=olga)
    limits.set_terms(Membership.objects.get(user=carol), Terms(limited_to=mine.pk), by=olga)
    return {"application": mine, "evidence": added.evidence, "task": task}


@pytest.fixture
def auditor(inside, carol, browse):
    """The limited auditor's browser; who they are is read anew."""
    return browse(User.objects.get(pk=carol.pk))


def walk(client, start, under="/"):
    """Return {path: answer} of everything *under* a path that links from *start* reach."""
    seen, waiting, asked = {}, [start], Counter()
    while waiting:
        key = urldefrag(waiting.pop()).url
        bare = urlsplit(key).path
        # A list is walked once a filter, not for every order of its parts.
        if key in seen or asked[bare] > 4:
            continue
        asked[bare] += 1
        answer = client.get(key)
        seen[key] = answer
        if answer.status_code in {301, 302}:
            waiting.append(urljoin(key, answer["Location"]))
        if "text/html" not in answer.get("Content-Type", ""):
            continue
        text = answer.content.decode()
        found = {urljoin(key, unescape(each)) for each in LINK.findall(text) if each}
        waiting += sorted(
            each
            for each in found
            if each.startswith(under) and not each.startswith(("/static/", "/media/"))
        )
    return seen


def body_of(answer):
    if getattr(answer, "streaming", False):
        return b"".join(answer.streaming_content)
    if "json" in answer.get("Content-Type", ""):
        return json.dumps(answer.json(), ensure_ascii=False).encode()
    return answer.content


def body_of_page(answer):
    return answer.content if "text/html" in answer.get("Content-Type", "") else b""


def told_of_others(answers):
    """{path: what of others it says}."""
    found = {}
    for path, answer in answers.items():
        text = body_of(answer).decode("utf-8", "replace")
        said = [each for each in OTHERS if each in unescape(text)]
        if said:
            at = unescape(text).index(said[0])
            found[path] = (said, unescape(text)[max(0, at - 150) : at + 60])
    return found


def shut_forms(answers):
    """Forms that somebody can send to doors which are not open to them: (page, address)."""
    found = set()
    for path, answer in answers.items():
        if "text/html" not in answer.get("Content-Type", ""):
            continue
        for action, inner in POST.findall(answer.content.decode()):
            door = resolve(urlsplit(action).path) if action else None
            named = door is not None and "organisation" in door.kwargs
            # A button that says why not sends nothing.
            asleep = 'aria-disabled="true"' in inner or " disabled " in inner
            if named and not asleep and not getattr(door.func, "open_to_limited", False):
                found.add((path, action))
    return found


def test_the_whole_walk_of_a_limited_auditor(auditor, inside, alice):
    """One walk, for it opens every page: no other application, no dead link, no shut form."""
    seen = walk(auditor, "/")
    application = inside["application"]
    start = reverse("applications:preflight", args=["manna", application.number])
    seen |= walk(auditor, start, under="/o/manna/applications/")
    frozen = packets.freeze(application.current_round, by=alice, gaps_reason="알고 있습니다.")
    packets.request_build(frozen, "ko", by=alice)
    start = reverse("applications:detail", args=["manna", application.number])
    later = walk(auditor, start, under="/o/manna/applications/")
    assert any("/packets/1/" in path for path in later)
    seen |= {f"{path}#later": answer for path, answer in later.items()}
    assert len(seen) > 100
    # A packet lists what was frozen for this application, scans of the organisation among it.
    told = told_of_others({path: each for path, each in seen.items() if "/packets/" not in path})
    # The check is mapped to both platforms: its finding is theirs too.
    own = {path for path in told if "/findings/1/" in path or path.endswith("/YO-INF-03/")}
    assert {path: said for path, said in told.items() if path not in own} == {}
    for path in own:
        assert set(told[path][0]) == {BEYOND}
    assert {path for path, answer in seen.items() if answer.status_code >= 400} == set()
    assert shut_forms(seen) == set()
    # `nav_url` is empty where the page is not there for the reader.
    nowhere = {path for path, each in seen.items() if NOWHERE.search(body_of_page(each))}
    assert {path for path in nowhere if not path.split("?")[0].endswith("/preflight/")} == set()
    html = [each for each in seen.values() if "text/html" in each.get("Content-Type", "")]
    said = "".join(each.content.decode() for each in html)
    for each in ["안쪽 연동 신청", "안쪽-캡처.png", "안쪽 자료요청", "안쪽 보완", "안쪽 의견"]:
        assert each in said


def test_no_filter_finds_another_application(auditor):
    pages = ["requirements:list", "evidence:list", "evidence:requests", "remediation:list"]
    pages += ["applications:list", "evidence:desk", "notices:list"]
    queries = [f"q={BEYOND}", "state=unlinked", "q=OI-NET-03", "state=all", f"tag={BEYOND}"]
    answers = {}
    for page in pages:
        for query in [*queries, "profile=order-integration-reference", "owner=none"]:
            path = f"{reverse(page, args=['manna'])}?{query}"
            answer = auditor.get(path)
            assert answer.status_code == 200, path
            text = body_of(answer).decode()
            # What was asked for stands in the form and in addresses again.
            words = re.sub(r'(value|href|hx-get|data-query)="[^"]*"', "", text)
            answers[path] = HttpResponse(words)
    assert told_of_others(answers) == {}


def test_the_api_tells_of_the_one_application_alone(inside, carol, manna, client):
    person = User.objects.get(pk=carol.pk)
    secret = accounts.create_token(manna, by=person, name="읽기")
    lists = ["requirement_list", "readiness", "evidence-list", "requests", "task_list"]
    lists += ["application_list", "findings"]
    headers = {"authorization": f"Bearer {secret}"}
    answers = {
        name: client.get(reverse(f"api:{name}", args=["manna"]), headers=headers) for name in lists
    }
    assert {answer.status_code for answer in answers.values()} == {200}
    # The check is mapped to both platforms: its finding is theirs too.
    assert [each["number"] for each in answers.pop("findings").json()] == [1]
    assert told_of_others(answers) == {}
    assert "안쪽 연동 신청" in body_of(answers["application_list"]).decode()
    assert "안쪽 보완" in body_of(answers["task_list"]).decode()


def test_four_eyes_hold_within_the_limit(inside, carol, bob, olga, manna, browse):
    """An auditor whose own upload it was, before the limit, does not review it."""
    link = inside["evidence"].links.get()
    link.submitted_by = carol
    link.save(update_fields=["submitted_by"])
    auditor = browse(User.objects.get(pk=carol.pk))
    answer = auditor.post(reverse("evidence:accept", args=["manna", link.pk]))
    assert answer.status_code in {403, 409}
    link.refresh_from_db()
    assert link.state == "in_review"


def test_no_reason_of_a_button_names_parts_beyond_the_limit(inside, auditor, alice, browse):
    """To who may close a task its open parts are named; within a limit nobody may."""
    task = inside["task"]
    far = Task.objects.get(requirement__code="OI-NET-03", parent=None)
    Task.objects.filter(pk=far.pk).update(parent=task)
    Task.objects.filter(pk=task.pk).update(state=State.VERIFYING)
    page = reverse("remediation:detail", args=["manna", task.number])
    close = reverse("remediation:close", args=["manna", task.number])
    named = re.compile(rf"\b{far.code}\b")
    assert named.search(body_of(browse(alice).get(page)).decode())
    shown, refused = auditor.get(page), auditor.post(close)
    assert (shown.status_code, refused.status_code) == (200, 403)
    assert not named.search(body_of(shown).decode() + body_of(refused).decode())


def test_nobody_hears_of_what_lies_beyond(inside, carol, manna, alice):
    from compliance.notices.models import Notice

    before = Notice.objects.filter(user=carol).count()
    task = Task.objects.filter(requirement__code="OI-NET-03").first()
    talking.say(task, text="@캐롤 보세요", uploads=[], by=alice)
    assert Notice.objects.filter(user=carol).count() == before
