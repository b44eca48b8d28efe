"""Work on gaps as a company has it: a purchase in parts, an extension, a risk, duties with a gap."""

import io
from datetime import date, timedelta
from itertools import pairwise

from django.utils import timezone

from compliance.accounts.models import Organisation, User
from compliance.evidence.services import Upload
from compliance.remediation import arranging, deciding, keeping, linking, unmet
from compliance.remediation import services as remediation
from compliance.remediation.models import TO_DO, DutyOccurrence, DutySeries, OpeningRule, Task
from compliance.remediation.proposals import Proposal, proposals
from compliance.requirements.models import Profile, Requirement
from portal.demo import papers

# What the demo keeps of what the profile proposes: parameter, months back, months missed.
DUTIES = (("review_interval_days", 9, (4,)), ("rule_review_days", 18, ()), ("yearly_days", 14, ()))


def fill(company: Organisation, profile: Profile, staff: dict[str, User]) -> None:
    """Needs the tasks of the scans to be there."""
    _purchase(company, profile, staff)
    _extension(company, staff)
    _risk(company, profile, staff)
    unmet.set_rule(company, OpeningRule.Verdicts.NOT_MET, by=staff["daun"])
    if not DutySeries.objects.filter(organisation=company).exists():
        _duties(company, staff)


def _in(days: int) -> date:
    return timezone.localdate() + timedelta(days=days)


def _purchase(company: Organisation, profile: Profile, staff: dict[str, User]) -> None:
    """도입: 웹방화벽 이중화 with its parts, one after the other."""
    lead, junho = staff["seoyeon"], staff["junho"]
    whole = Task.objects.get(organisation=company, title="도입: 웹방화벽 이중화")
    parts = [
        remediation.create(
            company,
            remediation.NewTask(
                title=title,
                requirement=whole.requirement,
                severity="medium",
                assignee=staff[who],
                due=_in(days),
                parent=whole,
                basis="OI-NET-08",
            ),
            by=lead,
        )
        for title, who, days in (
            ("장비 선정·품의", "junho", 12),
            ("예비 장비 반입·설치", "minsu", 30),
            ("주·예비 전환 시험", "junho", 45),
        )
    ]
    for first, then in pairwise(parts):
        linking.block(then, first, by=lead)
    for text in ("세 곳에서 견적을 받는다", "사양서를 검토한다", "품의를 올린다"):
        arranging.add_step(parts[0], text, by=junho)
    arranging.tick(parts[0].checklist.all()[0], done=True, by=junho)
    remediation.start(parts[0], by=junho)
    arranging.watch(whole, by=staff["daun"])
    begin = timezone.localtime().replace(hour=16, minute=0, second=0, microsecond=0)
    begin += timedelta(days=44)
    arranging.plan_change(parts[2], begin, begin + timedelta(hours=2), by=junho)


def _extension(company: Organisation, staff: dict[str, User]) -> None:
    """One extension that was granted and one that waits."""
    open_ = Task.objects.filter(organisation=company, finding__isnull=False, state__in=TO_DO)
    granted, waiting = open_.order_by("number")[:2]
    asked = deciding.ask_extension(
        granted,
        new_due=granted.due + timedelta(days=14),
        reason="커널 갱신에 재시작이 필요해 다음 정기 점검일에 함께 작업하려 합니다.",
        by=staff["minsu"],
    )
    deciding.approve_extension(asked, by=staff["seoyeon"], answer="정기 점검일에 끝내 주세요.")
    deciding.ask_extension(
        waiting,
        new_due=waiting.due + timedelta(days=7),
        reason="제조사의 패치 배포가 다음 주로 미뤄졌습니다.",
        by=staff["junho"],
    )


def _risk(company: Organisation, profile: Profile, staff: dict[str, User]) -> None:
    """A risk that is borne for a few days more."""
    task = remediation.create(
        company,
        remediation.NewTask(
            title="구형 POS 연동 구간의 TLS 1.1 허용",
            requirement=Requirement.objects.get(profile=profile, code="OI-DAT-02"),
            severity="medium",
            assignee=staff["minsu"],
            defect="가맹점 37곳의 구형 단말이 TLS 1.2를 지원하지 않습니다.",
            basis="OI-DAT-02",
        ),
        by=staff["seoyeon"],
    )
    asked = deciding.ask_acceptance(
        task,
        reason="단말 교체가 진행 중이며, 교체 전까지 해당 구간을 전용 회선과 접속 IP로 제한합니다.",
        until=_in(9),
        by=staff["minsu"],
    )
    deciding.approve_acceptance(asked, by=staff["daun"])


def _duties(company: Organisation, staff: dict[str, User]) -> None:
    found: dict[str, Proposal] = {}
    for each in proposals(company):
        found.setdefault(each.parameter, each)
    for name, months, missed in DUTIES:
        if name in found:
            _duty(company, found[name], _in(-months * 30), missed, staff)


def _duty(
    company: Organisation,
    asked: Proposal,
    begin: date,
    missed: tuple[int, ...],
    staff: dict[str, User],
) -> None:
    new = keeping.NewDuty(
        asked.title,
        asked.rhythm,
        requirement=asked.requirement,
        kind=asked.kind,
        responsible=staff["minsu"],
        begin=begin,
        parameter=asked.parameter,
    )
    series = keeping.create(company, new, by=staff["seoyeon"])
    past = series.occurrences.filter(due__lt=timezone.localdate()).order_by("first_day")
    for number, occurrence in enumerate(past.select_related("series__organisation")):
        if number not in missed:
            _done(occurrence, staff["minsu"])


def _done(occurrence: DutyOccurrence, person: User) -> None:
    """Reported on its day, which lies in the past: the demo sets the clock of the report back."""
    day = occurrence.due - timedelta(days=2)
    lines = [f"점검 기간: {occurrence.first_day} ~ {occurrence.last_day}", "이상 접속 0건"]
    file = papers.output(f"{occurrence.series.title} {occurrence.first_day:%Y-%m}", lines, day)
    name = f"{occurrence.series.code}_{occurrence.first_day:%Y%m}.txt"
    keeping.complete(
        occurrence,
        uploads=[Upload(io.BytesIO(file), name)],
        collected_at=day,
        note="이상 없음",
        by=person,
    )
    at = timezone.localtime().replace(year=day.year, month=day.month, day=day.day, hour=10)
    DutyOccurrence.objects.filter(pk=occurrence.pk).update(done_at=at)
