"""Every URL × every role: what a stranger sees is what is not there."""

import io
import json
import uuid
from datetime import timedelta

import pytest
from django.apps import apps
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import URLPattern, URLResolver, get_resolver, reverse
from django.utils import timezone
from PIL import Image

from compliance.accounts import clocks, filters, invitations, providers
from compliance.accounts import services as accounts
from compliance.accounts.models import Membership, User
from compliance.accounts.roles import Role
from compliance.applications import services as applications
from compliance.applications.models import Application, ReceivedVerdict
from compliance.audit.services import SYSTEM, sign
from compliance.evidence import intake, keeping, requesting
from compliance.evidence import services as evidence
from compliance.evidence.models import EvidenceFile
from compliance.exchange import services as exchange
from compliance.jobs.models import Job
from compliance.notices import targets
from compliance.notices.models import Notice, Target
from compliance.oversight.models import LogTarget, Review
from compliance.packets import services as packets
from compliance.packets.models import Copy, Receipt
from compliance.remediation import arranging, deciding, talking
from compliance.remediation import keeping as duties
from compliance.remediation import services as remediation
from compliance.requirements import carrying, documents, loading, relating
from compliance.requirements import services as requirements
from compliance.requirements.models import Assessment, Profile
from compliance.review.models import Invitation
from compliance.scans import services as scans
from compliance.scans.models import Finding, MappingSet
from compliance.trackers import linking as trackers_linking
from compliance.trackers import services as trackers
from compliance.trackers.models import Outgoing
from tests.conftest import YOGIYO
from tests.conventions.doors import (
    DOORS,
    LIMITED_OBJECTS,
    LIMITED_OWN,
    LIMITED_PAGES,
    PERSONAL,
    PUBLIC,
)
from tests.requirements import next_version
from tests.security.headers import lacking
from tests.vault import samples

ASKED = "번호,요구사항,이행여부\n1,방화벽을 둔다,Y\n"
CHECKS = (
    "호스트,항목코드,중요도,점검항목,점검결과\norder-01,U-01,상,root 계정 원격 접속 제한,취약\n"
)
BODIES = {
    "api:put_statement": '{"statement": "x", "revision": 0}',
    "api:put_verdict": '{"verdict": "met", "revision": 0}',
    "api:evidence-return": '{"reason": "다시"}',
    "api:evidence-change": '{"revision": 0}',
    "api:evidence-link": '{"requirement": "OI-NET-03"}',
    "api:evidence-withdraw": '{"reason": "x"}',
    "api:evidence-hold": '{"reason": "x"}',
    "api:evidence-lift": '{"reason": "x"}',
    "api:request-ask": '{"requirement": "OI-NET-03", "owner": "x", "text": "x", "due": "2099-01-01"}',
    "api:request-answer": '{"evidence": []}',
    "api:request-end": '{"move": "x"}',
    "api:put_scope": '{"revision": 0, "items": []}',
    "api:post_verdicts": "[]",
    "api:task_create": '{"title": "보완"}',
    "api:task_comment": '{"text": "확인"}',
    "api:task_move": '{"verb": "start"}',
    "api:duty_create": '{"title": "점검", "rhythm": "monthly"}',
}

MANAGED = "managed@example.com"
# Doors that take a file, and what stands beside it in the form.
SENT = {
    "api:import_scan": {},
    "api:evidence-add": {"requirement": "OI-NET-03"},
    "api:evidence-version": {},
    "api:archive-begin": {},
}


def named_urls():
    def walk(patterns, spaces):
        for pattern in patterns:
            if isinstance(pattern, URLResolver):
                space = (pattern.namespace,) if pattern.namespace else ()
                yield from walk(pattern.url_patterns, spaces + space)
            elif isinstance(pattern, URLPattern) and pattern.name != "api-root":
                yield ":".join((*spaces, str(pattern.name)))

    return set(walk(get_resolver().url_patterns, ()))


def test_every_url_is_a_door():
    assert named_urls() == set(DOORS) | set(PUBLIC) | set(PERSONAL)


def picture():
    out = io.BytesIO()
    Image.new("RGB", (320, 200), "white").save(out, "PNG")
    return out.getvalue()


def short_list_carried_over(manna):
    """A list of its own, carried from 1 to 2; version 3 waits."""

    def short(data):
        data["profile"]["id"] = "short-list"
        del data["requirements"][2:]

    def longer(data):
        rows = data["requirements"][:4]
        short(data)
        data["requirements"] = rows

    first = next_version.changed("1", short)
    requirements.adopt(manna, first, by=SYSTEM)
    second = next_version.changed("2", longer)
    next_version.changed("3", longer)
    done = carrying.carry_over(manna, first, second, pairs={}, by=SYSTEM)
    # One is ticked off, so that its tick can be taken back.
    done.items.filter(pk=done.items.all()[1].pk).update(
        seen_at=timezone.now(), seen_by=User.objects.first()
    )
    return done


def around_evidence(requirement, organisation, bob, carol):
    """A request for evidence, and an archive of folders that was read: the latter."""
    due = timezone.localdate() + timedelta(days=3)
    requesting.ask(organisation, requesting.Wanted(requirement, bob, "룰셋", due), by=carol)
    archive = io.BytesIO(samples.archive(**{"OI-NET-03/규칙.txt": "a"}))
    folders = intake.begin(organisation, archive, name="증적.zip", by=bob)
    intake.read(folders)
    return folders


def around_a_packet(packet, alice):
    """A noted submission and a copy that is not made yet."""
    Receipt.objects.create(
        organisation=packet.organisation,
        packet=packet,
        channel="email",
        recipient="심사팀",
        submitted_by=alice,
        submitted_at=timezone.now(),
    )
    return Copy.objects.create(
        organisation=packet.organisation, packet=packet, recipient="심사팀", made_by=alice
    )


def around_a_task(task, alice, bob):
    """A step, an extension, a risk and a file beside *task*: that file, and what verbs ask for."""
    other_task = remediation.create(
        task.organisation, remediation.NewTask(title="다른 보완"), by=alice
    )
    step = arranging.add_step(task, "설정을 바꾼다", by=bob)
    later = timezone.localdate() + timedelta(days=90)
    extension = deciding.ask_extension(task, new_due=later, reason="장비가 늦게 온다", by=bob)
    risk = deciding.ask_acceptance(task, until=later, reason="교체 전까지", by=bob)
    uploads = [evidence.Upload(io.BytesIO(picture()), "a.png")]
    said = talking.say(task, text="캡처", uploads=uploads, by=bob)
    forms = {
        "remediation:drop": {"from": "registered", "to": "verifying"},
        "remediation:priority": {"priority": 1},
        "remediation:effort": {"effort": "2", "effort_unit": "hours"},
        "remediation:add-step": {"text": "점검한다"},
        "remediation:tick": {"step": step.pk, "done": "1"},
        "remediation:remove-step": {"step": step.pk},
        "remediation:part-of": {"task": other_task.code},
        "remediation:block": {"task": other_task.code},
        "remediation:unblock": {"task": other_task.code},
        "remediation:ask-extension": {"new_due": "2099-12-31", "reason": "늦는다"},
        **{
            f"remediation:{verb}": {"request": extension.pk, "answer": "안 된다"}
            for verb in ("extend", "not-extend", "withdraw-extension")
        },
        **{
            f"remediation:{verb}": {"request": risk.pk, "answer": "안 된다"}
            for verb in ("approve-risk", "refuse-risk", "withdraw-risk")
        },
    }
    return said.files.get().pk, forms


def overseen(manna, alice, evidence):
    """A target of the audit log, a signed review, and a checkpoint."""
    target = LogTarget.objects.create(organisation=manna, transport="tcp", address="x:1")
    review = Review.objects.create(
        organisation=manna,
        kind="accounts",
        first_day=timezone.localdate(),
        last_day=timezone.localdate(),
        snapshot={"kind": "accounts", "people": [], "points": []},
        signed_by=alice,
        evidence=evidence,
    )
    sign(manna.pk)
    return {"oversight:target-stop": {"pk": target.pk}, "oversight:review": {"pk": review.pk}}


def around_people(manna, olga):
    """Somebody who is there to be managed, an invitation, an SSO provider, a token."""
    person = User.objects.create_user(MANAGED, None, name="관리 대상")
    member = accounts.add_member(manna, person, Role.VIEWER, by=SYSTEM)
    invited = invitations.invite(manna, email="a@example.com", role=Role.VIEWER, by=olga)
    facts = dict.fromkeys(["issuer", "client_id", "client_secret"], "https://a.example")
    facts |= {"name": "SSO", "domains": ["a.example"], "enabled": True}
    provider = providers.add(manna, "oidc", {**facts, "brings_second_factor": False}, by=olga)
    accounts.create_token(manna, by=olga, name="ci")
    leaver = User.objects.create_user("leaver@example.com", None, name="떠난 이")
    gone = accounts.add_member(manna, leaver, Role.VIEWER, by=SYSTEM)
    accounts.remove_member(gone, by=olga)
    return {
        **{f"leavers:{name}": {"pk": gone.pk} for name in ("leaver", "take", "erase")},
        **{f"members:{name}": {"pk": member.pk} for name in ("member", "role", "remove", "unlock")},
        **{
            f"members:{name}": {"pk": member.pk}
            for name in ("member", "role", "terms", "remove", "unlock")
        },
        "members:invitation-revoke": {"pk": invited.invitation.pk},
        "members:sso": {"pk": provider.pk},
        "members:sso-remove": {"pk": provider.pk},
        "members:token-revoke": {"pk": manna.tokens.get().pk},
    }


def sent_to_a_tracker(task, by):
    """The task waits to become an issue of a tracker."""
    facts = trackers.Facts("GitHub", "https://127.0.0.1", "owner/app", "", "token-1234567890")
    tracker = trackers.connect(task.organisation, "github", facts, by=by)
    return Outgoing.objects.get(issue=trackers_linking.push(task, tracker, by=by))


def invited(round_, by):
    """A platform's reviewer who may look at the round."""
    return Invitation.objects.create(
        organisation=by.memberships.get().organisation,
        round=round_,
        name="심사자",
        company="플랫폼",
        email="reviewer@example.com",
        digest="0" * 64,
        created_by=by,
        expires_at=timezone.now() + timedelta(days=3),
    )


@pytest.fixture
def house(manna, adopted, alice, bob, carol, olga):
    """One of everything, and how each URL names it."""
    requirements.adopt(manna, loading.load(documents.read(YOGIYO.read_bytes()))[0], by=SYSTEM)
    requirement = Assessment.objects.get(requirement__code="OI-NET-03").requirement
    upload = evidence.Upload(io.BytesIO(picture()), "룰셋.png")
    added = evidence.add(manna, [upload], by=bob, requirement=requirement)
    file = EvidenceFile.objects.get()
    held = keeping.hold(added.evidence, reason="분쟁", by=alice)
    folders = around_evidence(requirement, manna, bob, carol)
    run, _fresh = scans.import_now(manna, io.BytesIO(CHECKS.encode()), name="점검.csv", by=alice)
    finding = Finding.objects.get()
    task = remediation.create(
        manna, remediation.NewTask(title="보완", requirement=requirement, assignee=bob), by=alice
    )
    file_of_comment, task_forms = around_a_task(task, alice, bob)
    application = applications.create(manna, profile=adopted, by=alice, title="배민 연동")
    frozen = applications.create(manna, profile=adopted, by=alice, title="확정된 신청")
    packets.freeze(frozen.current_round, by=alice, gaps_reason="미비점을 알고 있습니다.")
    marked = around_a_packet(
        packets.request_build(frozen.current_round.freeze, "ko", by=alice), alice
    )
    ReceivedVerdict.objects.create(
        round=application.current_round,
        requirement=requirement,
        verdict="supplement",
        words="증적을 보완하십시오.",
        entered_by=alice,
    )
    job = Job.objects.filter(state="queued").latest("pk")
    notice = Notice.objects.filter(organisation=manna).first()
    requirements.adopt(manna, adopted, by=SYSTEM)
    other = Assessment.objects.get(requirement__code="YO-INF-02")
    edge = relating.relate(
        requirement,
        other.requirement,
        organisation=manna,
        relation="intersects",
        rationale="같은 규칙을 본다.",
        by=alice,
    )
    imported = exchange.begin(manna, io.BytesIO(ASKED.encode()), name="점검표.csv", by=alice)
    kept = filters.save(
        manna, page="requirements:list", name="열린 것", query="verdict=open", shared=True, by=olga
    )
    carried = short_list_carried_over(manna)
    facts = targets.TargetFacts(name="수집기", topics=[], address="https://example.com/hook")
    target = targets.add(manna, Target.Kind.WEBHOOK, facts, by=alice)
    test = targets.test(target, by=alice)
    duty = duties.create(
        manna, duties.NewDuty("접속기록 점검", rhythm="monthly", requirement=requirement), by=alice
    )
    closing = clocks.add_closing_day(manna, timezone.localdate(), "창립기념일", by=alice)
    return {
        # Parts whose names others of the room have too.
        "own": {
            "members:closing-day-remove": {"pk": closing.pk},
            **overseen(manna, alice, added.evidence),
            **around_people(manna, olga),
            "scans:asset": {"pk": finding.asset_id},
            "trackers:again": {"pk": (sent := sent_to_a_tracker(task, alice)).pk},
            "remediation:board-column": {"state": "registered"},
            **{
                f"api:{name}": {"pk": folders.pk}
                for name in ("archive", "archive-apply", "archive-discard")
            },
            "remediation:comment-file": {"file": file_of_comment},
            **{
                name: {"number": task.number}
                for name in ("api:task", "api:task_comments", "api:task_comment", "api:task_move")
            },
            "api:duty_done": {"number": duty.number},
            "api:tracker_issues": {"pk": sent.issue.connection_id},
            **{
                name: {"number": duty.number}
                for name in DOORS
                if name == "remediation:duty" or name.startswith("remediation:duty-")
                if name != "remediation:duty-create"
            },
            "remediation:duty-complete": {
                "number": duty.number,
                "occurrence": duty.occurrences.first().pk,
            },
        },
        "organisation": manna.slug,
        "profile": adopted.identifier,
        "identifier": adopted.identifier,
        "file_format": "csv",
        "code": requirement.code,
        "link": added.link.pk,
        "file": file.pk,
        "page": 1,
        "edge": edge.pk,
        "requirements:pk": adopted.pk,
        "related": other.pk,
        "evidence:number": added.evidence.number,
        "evidence:pk": folders.pk,
        **dict.fromkeys(["api:request", "api:request-answer", "api:request-end"], 1),
        "hold": held.pk,
        "api:evidence": added.evidence.number,
        "api:pk": run.pk,
        "scans:pk": run.pk,
        "mapping_set": MappingSet.objects.first().pk,
        "exchange:pk": imported.pk,
        "scans:number": finding.number,
        "assessment": Assessment.objects.get(requirement=requirement).pk,
        "remediation:number": task.number,
        "applications:number": application.number,
        **dict.fromkeys(
            ["api:gaps", "api:scope", "api:put_scope", "api:rounds", "api:received"],
            application.number,
        ),
        "api:post_verdicts": application.number,
        "packets:number": frozen.number,
        "packets:pk": marked.pk,
        "reviewers:number": frozen.number,
        "reviewers:pk": invited(frozen.current_round, alice).pk,
        "round": 1,
        "edition": "ko",
        "kind": "pdf",
        "carry_over": carried.pk,
        "old": "short-list@2",
        "new": "short-list@3",
        "token": uuid.uuid4(),
        "jobs:pk": job.pk,
        "notices:pk": notice.pk if notice else 1,
        "notices:kind": "webhook",
        "trackers:kind": "github",
        "trackers:pk": sent.issue.connection_id,
        "trackers:number": task.number,
        "targets": {"target": target.pk, "replay": test.pk},
        # What a form needs before the policy is asked.
        "members:pk": kept.pk,
        "bodies": {
            "api:tracker_issues": json.dumps({"tasks": [task.number]}),
            "api:duty_done": json.dumps(
                {"first_day": duty.first_period.isoformat(), "evidence": []}
            ),
        },
        "forms": {
            "members:filter-save": {"page": "requirements:list", "name": "내 것"},
            "trackers:push": {"connection": sent.issue.connection_id},
            "trackers:link": {"connection": sent.issue.connection_id, "key": "1"},
            "trackers:unlink": {"issue": sent.issue_id},
            "members:filter-rename": {"name": "새 이름"},
            "scans:triage": {"state": "false_positive", "reason": "오탐"},
            "members:closing-day-add": {"day": "2026-12-31", "name": "종무일"},
            "members:day-count": {"count": "working"},
            "members:role": {"role": "contributor"},
            "members:machine-add": {"name": "ci", "role": "viewer"},
            "members:token-create": {"name": "ci", "days": 30, "scopes": ["read:scans"]},
            **task_forms,
            "remediation:assign": {"assignee": bob.pk, "due": "2099-12-31"},
            "evidence:link": {"requirement": requirement.pk},
            "evidence:ask": {"requirement": requirement.pk},
            "evidence:request-pass-on": {"owner": bob.pk},
            "requirements:adopt": {"profile": adopted.pk},
            "evidence:reuse": {"requirement": requirement.pk, "one": added.evidence.number},
            "requirements:tick": {"item": carried.items.all()[0].pk},
            "requirements:untick": {"item": carried.items.all()[1].pk},
        },
    }


def address(name, house):
    """Fill the URL's parts from the house: by name, by room and part, or by part."""
    room = name.split(":")[0]
    resolver = get_resolver()
    for part in name.split(":")[:-1]:
        resolver = resolver.namespace_dict[part][1]
    wanted = {
        part
        for pattern, *_rest in resolver.reverse_dict.getlist(name.split(":")[-1])
        for _path, parts in pattern
        for part in parts
    } | {"organisation"}
    kwargs = {
        part: house.get(f"{room}:{part}", house.get(part, house.get(name))) for part in wanted
    }
    if room == "notices" and "pk" in kwargs:
        kind = name.partition(":")[2].partition("-")[0]
        kwargs["pk"] = house["targets"].get(kind, kwargs["pk"])
    kwargs |= house["own"].get(name, {})
    if name == "packets:freeze":
        kwargs["number"] = house["applications:number"]
    if name.startswith("api:evidence") and "number" in kwargs:
        kwargs["number"] = house["api:evidence"]
    query = f"?from={house['related']}" if name == "requirements:borrow" else ""
    return reverse(name, kwargs=kwargs) + query


def sent_file():
    return SimpleUploadedFile("x.csv", CHECKS.encode())


def knock(client, name, house, more=None):
    """Ask one door as its room's own page would; *more* fields go along uninvited."""
    door, path, more = DOORS[name], address(name, house), more or {}
    if name in house["forms"]:
        return client.post(path, {**more, **house["forms"][name]})
    if name in SENT:
        files = {"file": sent_file(), "files": sent_file()}
        return client.post(path, {**more, **SENT[name], **files})
    if name.startswith("api:"):
        body = house["bodies"].get(name) or BODIES.get(name, "")
        if more and body.startswith("{"):
            body = json.dumps({**more, **json.loads(body)})
        return client.generic(door.method, path, body, content_type="application/json")
    if more and door.method == "POST":
        return client.post(path, more)
    return client.generic(door.method, path)


@pytest.fixture
def visit(house, browse):
    """visit(person, name): the status of that door for that person."""

    def status(person, name):
        answer = knock(browse(person), name, house)
        assert lacking(answer.headers) == [], name
        return answer.status_code

    return status


def test_nobody_passes_without_signing_in(visit):
    seen = {name: visit(None, name) for name in DOORS}
    expected = {name: 401 if name.startswith("api:") else 302 for name in DOORS}
    assert seen == expected


def test_a_stranger_finds_nothing_behind_any_door(visit, sam):
    assert {name: visit(sam, name) for name in DOORS} == dict.fromkeys(DOORS, 404)


def one_of(role):
    here = {"memberships__role": role, "memberships__ended_at": None}
    return User.objects.exclude(email=MANAGED).get(**here)


@pytest.mark.parametrize("role", Role)
def test_each_door_opens_to_the_roles_of_its_row(visit, role, dave):
    person = one_of(role)
    seen = {name: visit(person, name) for name in DOORS}
    shut = {name for name, code in seen.items() if code == 403}
    broken = {name for name, code in seen.items() if code in {404, 405, 500}}
    assert shut == {name for name, door in DOORS.items() if role not in door.roles}
    # A notice is its reader's alone, an unfinished upload its sender's, a token its person's; a
    # door before it took the connection away.
    own = {"notices:read", "vault:upload", "api:upload", "members:token-revoke"}
    assert broken <= own | {"api:tracker_issues"}, {name: seen[name] for name in broken}


def limit(person, application):
    """Let *person* see that application of the house and nothing else."""
    Membership.objects.filter(user=person).update(limited_to=application.pk)


def test_within_the_limit_an_auditor_passes_as_ever(house, visit, carol):
    """Packets are those of the frozen application; everything else hangs on the other one."""
    mine = Application.objects.get(number=house["applications:number"])
    frozen = Application.objects.get(number=house["packets:number"])
    open_ = sorted(LIMITED_OBJECTS | LIMITED_PAGES)
    seen = {}
    for name in open_:
        limit(carol, frozen if name.startswith("packets:") else mine)
        seen[name] = visit(carol, name)
    assert {name for name, code in seen.items() if code in {404, 405, 500}} == set()
    shut = {name for name, code in seen.items() if code == 403}
    # The form names a task that is not there for them (409), which is asked before the role.
    absent = {"remediation:block", "remediation:unblock", "remediation:part-of"}
    roles = {name for name in open_ if Role.AUDITOR not in DOORS[name].roles}
    assert shut == roles - absent
    assert {seen[name] for name in absent} == {409}


def test_beyond_the_limit_nothing_is_there(house, visit, carol, manna, alice):
    other = Profile.objects.get(identifier="short-list", version="2")
    limit(carol, applications.create(manna, profile=other, by=alice, title="다른 신청"))
    seen = {name: visit(carol, name) for name in DOORS}
    # The API names a requirement by its code, which the other profile has too.
    assert {name for name, code in seen.items() if code != 404} == LIMITED_PAGES | {
        "api:requirement"
    }


def test_the_rest_of_the_house_is_shut_within_the_limit_too(house, visit, carol):
    limit(carol, Application.objects.get(number=house["applications:number"]))
    shut = set(DOORS) - LIMITED_OBJECTS - LIMITED_PAGES - LIMITED_OWN
    assert {name for name in sorted(shut) if visit(carol, name) != 404} == set()


UNINVITED = {
    **dict.fromkeys(["id", "pk", "number", "user", "user_id", "by", "by_id"], 9999),
    **dict.fromkeys(["organisation", "organisation_id", "created_by", "created_by_id"], 9999),
    **dict.fromkeys(["is_staff", "is_superuser", "is_active"], "true"),
    "digest": "0" * 64,
    "sha256": "0" * 64,
}


def whose():
    """Return who may what, and every key and owner of a row, as sets."""
    people = set(User.objects.values_list("pk", "email", "is_active"))
    members = set(Membership.objects.values_list("organisation", "user", "role"))
    keys, owners = set(), set()
    for model in apps.get_models():
        if not model.__module__.startswith("compliance."):
            continue
        columns = {each.attname for each in model._meta.concrete_fields}
        for column in columns & {"number", "organisation_id", "created_by_id", "user_id", "by_id"}:
            owners |= set(model.objects.values_list(column, flat=True))
        keys |= set(model.objects.values_list("pk", flat=True))
    return people, members, keys | owners


def test_a_protected_field_is_not_written_by_naming_it(house, browse, olga):
    """Mass assignment: every verb is sent keys, owners, flags and digests that no form offers."""
    people, members, _keys = whose()
    for name, door in DOORS.items():
        if door.method != "GET":
            knock(browse(olga), name, house, more=UNINVITED)
    after = whose()
    # One of the verbs erases a person who has left.
    gone = {each for each in people if each[1] == "leaver@example.com"}
    assert people - gone <= after[0]
    assert {house for house, _user, _role in after[1]} == {house for house, *_ in members}
    assert 9999 not in after[2]
    assert not EvidenceFile.objects.filter(blob__sha256="0" * 64).exists()


def test_reading_changes_nothing(house, browse, alice):
    """A GET on a verb is refused: no state changes by a link that somebody clicks."""
    pages = {
        "requirements:relate",
        "applications:create",
        "applications:edit",
        "applications:scope",
        "applications:declare-change",
        "remediation:create",
        "remediation:edit",
        "remediation:drop",
    }
    for name, door in DOORS.items():
        if door.method == "POST" and name not in pages and not name.startswith("api:"):
            assert browse(alice).get(address(name, house)).status_code == 405, name
