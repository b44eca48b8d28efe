"""What a person chooses, and what nobody switches off."""

import pytest

from compliance.audit.models import Entry
from compliance.notices import forms, rules, services, vocabulary
from compliance.notices.actions import Action
from compliance.notices.models import Delivery, Notice, Preference
from compliance.notices.topics import MANDATORY, Channel, Mode, Topic
from compliance.remediation import services as tasks
from compliance.remediation.services import NewTask

NO_QUIET = (None, None, "Asia/Seoul")


@pytest.fixture(autouse=True)
def _mail(settings):
    settings.EMAIL_HOST = "127.0.0.1"


def task_for(bob, manna, alice):
    tasks.create(manna, NewTask("방화벽 정책 정리", assignee=bob), by=alice)
    services.deliver_all()


def test_as_delivered_work_comes_at_once(manna, alice, bob):
    task_for(bob, manna, alice)
    assert Delivery.objects.get(user=bob).kind == "mail"


@pytest.mark.parametrize(("mode", "kinds"), [("never", []), ("digest", ["digest"])])
def test_mail_as_chosen(manna, alice, bob, mode, kinds):
    services.set_preferences(manna, choices={"mine": {"mail": mode}}, quiet=NO_QUIET, by=bob)
    task_for(bob, manna, alice)
    assert list(Delivery.objects.filter(user=bob).values_list("kind", flat=True)) == kinds
    assert Notice.objects.filter(user=bob).exists()


def test_the_inbox_can_be_spared(manna, alice, bob):
    services.set_preferences(manna, choices={"mine": {"inbox": "never"}}, quiet=NO_QUIET, by=bob)
    task_for(bob, manna, alice)
    assert not Notice.objects.filter(user=bob).exists()
    assert Delivery.objects.filter(user=bob).exists()


@pytest.mark.parametrize("topic", sorted(MANDATORY))
def test_what_is_mandatory_stays(topic, manna, bob):
    chosen = {topic: {"mail": "never", "inbox": "never"}}
    services.set_preferences(manna, choices=chosen, quiet=NO_QUIET, by=bob)
    kept = services.preference_of(bob, manna)
    assert kept.mode(Topic(topic), Channel.MAIL) == Mode.NOW
    assert kept.mode(Topic(topic), Channel.INBOX) == Mode.NOW


def test_a_change_is_in_the_audit_log_and_none_is_not(manna, bob):
    services.set_preferences(manna, choices={"mine": {"mail": "never"}}, quiet=NO_QUIET, by=bob)
    services.set_preferences(manna, choices={"mine": {"mail": "never"}}, quiet=NO_QUIET, by=bob)
    entry = Entry.objects.get(action=Action.PREFERENCES_SET)
    assert entry.data["before"]["choices"] == {}
    assert entry.data["after"]["choices"] == {"mine": {"mail": "never"}}


def test_the_page_keeps_what_differs(manna, bob, browse):
    client = browse(bob)
    page = client.get("/o/manna/notices/choose/").content.decode()
    assert 'name="mine-mail"' in page
    assert 'name="escalations-mail"' not in page, "what is mandatory cannot be chosen"
    data = {
        "mine-mail": "digest",
        "comments-mail": "now",
        "reviews-mail": "nonsense",
        "quiet_from": "22:00",
        "quiet_until": "07:00",
        "time_zone": "Asia/Seoul",
        "days_before": "5",
    }
    assert client.post("/o/manna/notices/choose/set/", data).status_code == 302
    kept = Preference.objects.get(user=bob)
    assert kept.choices == {"mine": {"mail": "digest"}}
    assert (kept.quiet_from.hour, kept.days_before) == (22, 5)


@pytest.mark.parametrize(
    "wrong",
    [
        {"quiet_from": "22:00", "time_zone": "Asia/Seoul"},
        {"quiet_from": "25:00", "quiet_until": "07:00", "time_zone": "Asia/Seoul"},
        {"time_zone": "../../etc/passwd"},
        {},
    ],
)
def test_a_wrong_form_keeps_nothing(manna, bob, browse, wrong):
    answer = browse(bob).post(
        "/o/manna/notices/choose/set/", {"mine-mail": "never", "days_before": "3", **wrong}
    )
    assert answer.status_code == 422
    assert not Preference.objects.exists()


def test_one_person_hears_once_of_one_entry(manna, alice, olga, monkeypatch):
    """Two rules name her; she is told by the first."""
    rule = rules.Rule("task.created", capability="task.manage", page="remediation:list")
    monkeypatch.setitem(rules._rules, "task.created", [*rules.rules_of("task.created"), rule])
    tasks.create(manna, NewTask("정리", assignee=olga), by=alice)
    services.deliver_all()
    assert Notice.objects.filter(user=olga).count() == 1
    assert Delivery.objects.filter(user=olga).count() == 1


def test_reading_is_nobodys_news():
    assert vocabulary.topic_of("evidence.viewed") is None
    assert vocabulary.topic_of("person.signed_in") is None
    assert vocabulary.topic_of("task.edited") == Topic.PROGRESS


def test_every_rule_has_a_word_for_its_subject_line(in_english):
    """Or its sentence stands there whole: then it must be short of names."""
    without = {rule.action for rule in rules.every() if not vocabulary.state_of(rule.action)}
    assert {action for action in without if not action.startswith("task.opened_from_")} == set()


def test_every_choice_of_the_table_is_one_of_its_column(manna, bob):
    rows = forms.table(Preference(user=bob), list(Channel))
    for row in rows:
        for cell in row["cells"]:
            assert cell["mode"] in [mode for mode, _label in cell["modes"]]
