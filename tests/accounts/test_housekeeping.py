"""What is over is removed by the scheduler."""

from datetime import timedelta

from allauth.account.models import EmailAddress, EmailConfirmation
from django.utils import timezone

from compliance.accounts import housekeeping, invitations
from compliance.accounts.models import Invitation, Session
from compliance.accounts.roles import Role
from portal.celery import app


def test_expired_and_idle_sessions_go_and_open_ones_stay(alice, bob, browse, db):
    now = timezone.now()
    for user in (alice, bob, alice):
        browse(user)
    expired, idle, open_ = Session.objects.order_by("pk")
    Session.objects.filter(pk=expired.pk).update(expire_date=now - timedelta(minutes=1))
    Session.objects.filter(pk=idle.pk).update(last_seen_at=now - timedelta(days=2))
    housekeeping.tidy()
    assert list(Session.objects.values_list("pk", flat=True)) == [open_.pk]


def test_invitations_go_a_month_after_they_are_over(manna, olga):
    made = [
        invitations.invite(manna, email=f"{n}@example.com", role=Role.VIEWER, by=olga).invitation
        for n in range(4)
    ]
    long_ago = timezone.now() - timedelta(days=31)
    rows = Invitation.objects
    rows.filter(pk=made[0].pk).update(expires_at=long_ago)
    rows.filter(pk=made[1].pk).update(revoked_at=long_ago)
    rows.filter(pk=made[2].pk).update(revoked_at=timezone.now())
    assert housekeeping.tidy()["invitations"] == 2
    assert set(rows.values_list("pk", flat=True)) == {made[2].pk, made[3].pk}


def test_what_nobody_confirmed_goes(alice):
    address = EmailAddress.objects.create(user=alice, email="other@example.com")
    old = timezone.now() - timedelta(days=31)
    EmailConfirmation.objects.create(email_address=address, key="a", created=old, sent=old)
    EmailConfirmation.objects.create(email_address=address, key="b", sent=timezone.now())
    housekeeping.tidy()
    assert [each.key for each in EmailConfirmation.objects.all()] == ["b"]


def test_the_scheduler_knows_it():
    tasks = {each["task"] for each in app.conf.beat_schedule.values()}
    assert {"accounts.tidy", "privacy.end_kept"} <= tasks
    app.loader.import_default_modules()
    assert {"accounts.tidy", "privacy.end_kept"} <= set(app.tasks)
