"""alice freezes a round: what it says is kept as it was, once and for ever."""

import pytest

from compliance.accounts.roles import Role
from compliance.applications.models import State
from compliance.audit import selectors
from compliance.audit.models import Entry
from compliance.packets import manifest as manifests
from compliance.packets import services
from compliance.packets.models import Freeze
from compliance.requirements.models import Assessment
from compliance.shared.errors import Refused, Unauthorised

WHY = "방화벽은 12월에 도입합니다."


def net03(freeze):
    return next(a for a in freeze.manifest["assessments"] if a["code"] == "OI-NET-03")


def test_it_keeps_every_requirement_of_the_profile(whole_application, alice):
    frozen = services.freeze(whole_application.current_round, by=alice, gaps_reason=WHY)
    manifest = frozen.manifest
    assert len(manifest["assessments"]) == 59
    assert [area["code"] for area in manifest["areas"]] == ["NET", "SRV", "LOG", "DAT"]
    assert manifest["application"]["number"] == frozen.round.application.number
    assert manifest["organisation"] == "만나배달"
    assert manifest["service"] == "전국 배달대행 서비스입니다."
    assert manifest["gaps"] == [{"text": WHY, "by": "앨리스"}]
    assert manifest["profile"]["status"] == "reference_unofficial"
    assert frozen.digest == manifests.digest(manifest)


def test_it_keeps_accepted_evidence_with_who_reviewed_it(frozen, accepted):
    (evidence,) = net03(frozen)["evidence"]
    assert evidence["uploaded_by"] == "밥"
    assert evidence["reviewer"] == "캐롤"
    (file,) = evidence["files"]
    assert file["path"] == f"증적/OI-NET-03/{accepted.evidence.code}_방화벽 정책.pdf"
    assert file["sha256"] == accepted.version.files.get().blob.sha256


def test_evidence_that_nobody_reviewed_is_left_out(application, alice, bob, manna, adopted):
    import io

    from compliance.evidence import services as evidence
    from tests.vault import samples

    evidence.add(
        manna,
        [evidence.Upload(io.BytesIO(samples.pdf()), "정책.pdf")],
        by=bob,
        requirement=adopted.requirements.get(code="OI-NET-03"),
        title="정책",
    )
    freeze = services.freeze(application.current_round, by=alice, gaps_reason=WHY)
    assert net03(freeze)["evidence"] == []


def test_it_locks_the_application_and_says_who_prepared_it(frozen, application):
    application.refresh_from_db()
    assert application.state == State.LOCKED
    assert frozen.manifest["prepared"]["name"] == "앨리스"
    assert frozen.manifest["prepared"]["role"] == Role.SECURITY_LEAD
    assert frozen.manifest["reviewed"] == {"name": "", "role": "", "at": ""}


def test_later_changes_do_not_reach_it(frozen, accepted):
    Assessment.objects.update(verdict="met", statement="나중에 바뀐 글")
    again = Freeze.objects.get(pk=frozen.pk)
    assert net03(again)["verdict"] == "not_checked"
    assert net03(again)["implementation"] == ""


def test_it_is_never_changed_or_deleted(frozen):
    frozen.digest = "0" * 64
    with pytest.raises(TypeError):
        frozen.save()
    with pytest.raises(TypeError):
        frozen.delete()


def test_a_second_freeze_is_refused(frozen, application, alice):
    round_ = application.current_round
    with pytest.raises(Refused, match=r"확정|frozen|잠"):
        services.freeze(round_, by=alice, gaps_reason=WHY)
    assert Freeze.objects.count() == 1


def test_open_blockers_need_a_reason_and_leave_nothing_behind(application, alice):
    with pytest.raises(Refused):
        services.freeze(application.current_round, by=alice)
    application.refresh_from_db()
    assert application.state == State.DRAFT
    assert not Freeze.objects.exists()


@pytest.mark.parametrize("who", ["bob", "carol", "dave", "sam"])
def test_only_who_may_build_packets_freezes(application, who, request):
    with pytest.raises(Unauthorised):
        services.freeze(application.current_round, by=request.getfixturevalue(who), gaps_reason=WHY)


def test_it_stands_in_the_audit_stream_and_carries_its_checkpoint(frozen, manna):
    entries = list(Entry.objects.order_by("-seq")[:2])
    assert [entry.action for entry in entries] == ["packet.frozen", "application.locked"]
    checkpoint = frozen.manifest["checkpoint"]
    assert checkpoint == {"seq": entries[1].seq, "hash": entries[1].digest}
    assert selectors.end_of(manna.pk).seq == entries[0].seq


def test_scans_findings_and_tasks_are_in_it(application, alice, manna):
    import io

    from compliance.scans import services as scans
    from tests.scans.reading import SAMPLES

    stream = io.BytesIO((SAMPLES / "nmap_ipv6_only.xml").read_bytes())
    scans.import_now(manna, stream, name="nmap.xml", by=alice)
    manifest = services.freeze(application.current_round, by=alice, gaps_reason=WHY).manifest
    (scan,) = manifest["scans"]
    assert (scan["tool"], scan["version"]) == ("Nmap", "7.93")
    assert scan["counts"]["failed"] == 3
    assert scan["file"]["path"].startswith("점검결과/S-")
    assert {f["number"] for f in manifest["findings"]} >= {"F-1"}
    telnet = next(a for a in manifest["assessments"] if a["code"] == "OI-NET-05")
    assert telnet["checks"][0]["tool"] == "Nmap 7.93"
    assert telnet["checks"][0]["failing"]
