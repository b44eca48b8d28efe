"""A packet carries a signed checkpoint of the audit log, and the proof of what it stands on."""

import copy
import json

import pytest
from django.core.management import CommandError, call_command

from compliance.applications import services as applications
from compliance.applications import verdicts
from compliance.applications.verdicts import Word
from compliance.audit import keys, proofs
from compliance.audit.models import Checkpoint, Entry
from compliance.packets import gathering, services
from compliance.requirements import services as requirements
from compliance.vault import services as vault

WHY = "방화벽은 12월에 도입합니다."


@pytest.fixture
def judged(application, accepted, assessment, alice):
    """OI-NET-03 has a verdict and accepted evidence."""
    requirements.set_verdict(assessment, verdict="met", reason="", revision=0, by=alice)
    return application


@pytest.fixture
def first(judged, alice):
    return services.freeze(judged.current_round, by=alice, gaps_reason=WHY)


def test_it_proves_verdicts_reviews_and_signatures(first, manna):
    section = first.manifest["audit"]
    assert proofs.problems_of(section, keys.verifiers()) == []
    cited = {each["action"]: each for each in section["cited"]}
    assert set(cited) == {
        "assessment.verdict_set",
        "evidence.accepted",
        "application.locked",
    }
    assert cited["evidence.accepted"]["by"] == "캐롤"
    assert cited["assessment.verdict_set"]["about"] == "OI-NET-03"
    for each in section["cited"]:
        entry = Entry.objects.get(organisation_id=manna.pk, seq=each["seq"])
        assert (entry.digest, entry.action) == (each["digest"], each["action"])


def test_of_two_verdicts_the_last_one_counts(judged, assessment, alice):
    assessment.refresh_from_db()
    requirements.set_verdict(
        assessment, verdict="partial", reason="", revision=assessment.revision, by=alice
    )
    frozen = services.freeze(judged.current_round, by=alice, gaps_reason=WHY)
    [cited] = [
        each
        for each in frozen.manifest["audit"]["cited"]
        if each["action"] == "assessment.verdict_set"
    ]
    assert Entry.objects.get(digest=cited["digest"]).data["after"] == "partial"


@pytest.mark.parametrize("change", ["digest", "seq", "node", "note", "left out"])
def test_a_changed_proof_does_not_hold(first, change):
    section = copy.deepcopy(first.manifest["audit"])
    if change == "digest":
        section["cited"][0]["digest"] = "0" * 64
    elif change == "seq":
        section["cited"][0]["seq"] += 1
    elif change == "node":
        section["nodes"][0]["hash"] = "0" * 64
    elif change == "note":
        section["note"] = section["note"].replace("head ", "head 0", 1)
    else:
        del section["cited"][0]
    assert proofs.problems_of(section)


def test_the_next_round_goes_on_from_the_former(first, alice):
    application = first.round.application
    application.refresh_from_db()
    applications.submit(application, by=alice)
    applications.receive(application, receipt_number="WB-77", by=alice)
    applications.start_review(application, by=alice)
    requirement = first.round.application.profile.requirements.get(code="OI-NET-03")
    word = Word(requirement, "supplement", "보완하십시오.")
    verdicts.receive(application.current_round, [word], by=alice)
    applications.request_changes(application, by=alice)
    opened = applications.open_next_round(application, by=alice)
    second = services.freeze(opened, by=alice, gaps_reason=WHY)
    section = second.manifest["audit"]
    assert section["former"]["note"] == first.manifest["audit"]["note"]
    assert proofs.problems_of(section, keys.verifiers()) == []
    forged = copy.deepcopy(section)
    forged["former"]["consistency"][0] = "0" * 64
    assert proofs.problems_of(forged) == [
        "the log does not go on from the one of the former packet"
    ]


def test_compiling_ahead_signs_nothing(application, alice):
    gathering.gather(application.current_round)
    assert not Checkpoint.objects.exists()


def test_a_packet_is_a_checkpoint_from_elsewhere(first, alice, tmp_path, capsys):
    packet, _job = services.build_now(first, "ko", by=alice)
    path = tmp_path / "packet.zip"
    path.write_bytes(vault.read_checked(packet.zip))
    call_command("verify_audit", "--checkpoint", str(path), "--json")
    assert json.loads(capsys.readouterr().out)["intact"]
    manifest = json.loads(first.manifest_text)
    manifest["audit"]["cited"][0]["digest"] = "0" * 64
    forged = tmp_path / "manifest.json"
    forged.write_text(json.dumps(manifest))
    with pytest.raises(CommandError, match="not those of the checkpoint"):
        call_command("verify_audit", "--checkpoint", str(forged))
    (tmp_path / "none.json").write_text("{}")
    with pytest.raises(CommandError, match="holds no checkpoint"):
        call_command("verify_audit", "--checkpoint", str(tmp_path / "none.json"))


def test_nothing_is_frozen_over_a_broken_log(judged, alice, manna):
    from django.db import connection

    from compliance.audit import triggers
    from compliance.shared.errors import Refused

    triggers.drop(connection)
    Entry.objects.filter(organisation_id=manna.pk, seq=2).update(actor_name="nobody")
    triggers.create(connection)
    with pytest.raises(Refused, match="entry 2"):
        services.freeze(judged.current_round, by=alice, gaps_reason=WHY)
    judged.refresh_from_db()
    assert judged.state == "draft"
