"""How long a gap may stay open is the organisation's own word, and findings and tasks keep to it."""

from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from compliance.accounts import clocks
from compliance.audit.models import Entry
from compliance.remediation.models import Task
from compliance.scans.models import Finding
from compliance.shared.errors import Refused, Unauthorised
from compliance.shared.severity import Severity

NMAP = "nmap_ipv6_only.xml"
SHORT = dict(zip(Severity, (1, 2, 3, 4, 5), strict=True))


def posted(**changed):
    return {severity.value: n for severity, n in SHORT.items()} | changed


def test_new_tasks_count_with_the_days_of_the_organisation(manna, alice, import_sample):
    clocks.set_days(manna, SHORT, by=alice)
    import_sample(NMAP)
    task = Task.objects.filter(source="finding").first()
    assert task.due == timezone.localdate() + timedelta(days=SHORT[Severity(task.severity)])


def test_tasks_that_are_open_keep_their_day(manna, alice, import_sample):
    import_sample(NMAP)
    before = list(Task.objects.order_by("pk").values_list("due", flat=True))
    clocks.set_days(manna, SHORT, by=alice)
    assert before
    assert list(Task.objects.order_by("pk").values_list("due", flat=True)) == before


def test_the_log_says_what_changed(manna, alice):
    clocks.set_days(manna, SHORT, by=alice)
    entry = Entry.objects.get(action="clocks.set")
    assert (entry.data["before"], entry.data["after"]) == (
        "7 / 14 / 30 / 90 / 90",
        "1 / 2 / 3 / 4 / 5",
    )
    clocks.set_days(manna, SHORT, by=alice)
    assert Entry.objects.filter(action="clocks.set").count() == 1


@pytest.mark.parametrize("wrong", [{Severity.HIGH: 0}, {Severity.LOW: 4000}, {Severity.HIGH: 30}])
def test_senseless_days_are_refused(manna, alice, wrong):
    with pytest.raises(Refused):
        clocks.set_days(manna, SHORT | wrong, by=alice)
    assert clocks.days_of(manna) == clocks.DEFAULT_DAYS


def test_bob_does_not_set_them(manna, bob):
    with pytest.raises(Unauthorised):
        clocks.set_days(manna, SHORT, by=bob)


def test_the_page_comes_back_filled_when_a_number_is_wrong(client, manna, alice):
    client.force_login(alice)
    address = reverse("members:deadlines-set", kwargs={"organisation": manna.slug})
    answer = client.post(address, posted(high="abc"))
    assert answer.status_code == 422
    assert 'value="abc"' in answer.content.decode()
    answer = client.post(address, posted(critical=9))
    assert answer.status_code == 422
    assert client.post(address, posted()).status_code == 302
    assert clocks.days_of(manna) == SHORT


def test_a_finding_shows_its_day_and_the_list_finds_the_late_ones(
    client, manna, alice, import_sample
):
    import_sample(NMAP)
    client.force_login(alice)
    finding = Finding.objects.filter(severity="high").first()
    limit = timedelta(days=clocks.DEFAULT_DAYS[Severity.HIGH])
    Finding.objects.update(first_seen_at=timezone.now() - limit, last_seen_at=timezone.now())
    address = reverse("scans:findings", kwargs={"organisation": manna.slug})

    def numbers():
        page = client.get(address, {"deadline": "overdue"}).context["page"]
        return {found.number for found in page}

    assert finding.number not in numbers()
    Finding.objects.filter(pk=finding.pk).update(
        first_seen_at=timezone.now() - limit - timedelta(days=1)
    )
    assert finding.number in numbers()
    page = client.get(
        reverse("scans:finding", kwargs={"organisation": manna.slug, "number": finding.number})
    )
    assert page.context["due"] == timezone.localdate() - timedelta(days=1)
    Finding.objects.filter(pk=finding.pk).update(state="false_positive", reason="확인했습니다.")
    assert finding.number not in numbers()
