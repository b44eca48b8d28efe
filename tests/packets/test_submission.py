"""What the application declares stands in the packet: scope, diagrams, confirmation, targets."""

import pytest

from compliance.applications import renewal, scoping
from compliance.applications import services as applications
from compliance.packets import services
from tests.packets.samples import make_manifest, make_submission
from tests.packets.test_render import render, text_of


@pytest.fixture
def declared(application, accepted, alice, olga):
    items = [
        scoping.Item("service", "주문 수신 API"),
        scoping.Item("system", "POS 프로그램", False, "만나포스", "자매회사가 운영합니다."),
    ]
    scoping.set_scope(application, items, revision=0, by=alice)
    applications.edit(
        application,
        revision=1,
        by=alice,
        personal_data="24시간 뒤 가림처리합니다.",
        network_diagram=accepted.evidence,
    )
    applications.request_review(application, by=alice)
    applications.attest(application.current_round, text="사실과 다름이 없습니다.", by=olga)
    return application


def test_the_manifest_keeps_what_is_declared(declared, alice):
    frozen = services.freeze(declared.current_round, by=alice, gaps_reason="계획 있음")
    told = frozen.manifest["submission"]
    assert (told["kind"], told["review"], told["targets"]) == ("initial", "full", [])
    assert told["scope_items"][1] == {
        "kind": "system",
        "name": "POS 프로그램",
        "legal_entity": "만나포스",
        "included": False,
        "reason": "자매회사가 운영합니다.",
    }
    (diagram,) = told["diagrams"]
    assert (diagram["kind"], diagram["version"], diagram["enclosed"]) == (
        "network_diagram",
        1,
        True,
    )
    assert len(diagram["files"][0]["sha256"]) == 64
    assert told["attestation"]["text"] == "사실과 다름이 없습니다."
    assert told["attestation"]["name"] == "올가"


def test_a_targeted_packet_holds_the_targets_alone(application, accepted, alice, adopted):
    services.freeze(application.current_round, by=alice, gaps_reason="계획 있음")
    application.refresh_from_db()
    applications.submit(application, by=alice)
    applications.receive(application, receipt_number="WB-77", by=alice)
    applications.start_review(application, by=alice)
    applications.decide(application, approved=True, note="", by=alice)
    target = adopted.requirements.get(code="OI-NET-05")
    made = renewal.declare_change(
        application, note="서버를 옮겼습니다.", review="targeted", by=alice, targets=[target]
    )
    manifest = services.freeze(made.current_round, by=alice, gaps_reason="계획 있음").manifest
    assert [row["code"] for row in manifest["assessments"]] == ["OI-NET-05"]
    told = manifest["submission"]
    assert (told["targets"], told["follows"]) == (["OI-NET-05"], application.number)
    assert "서버를 옮겼습니다." in text_of(render(manifest, "ko"))


def test_the_document_prints_it_and_an_old_one_does_without():
    answer = {
        "requirement": "OI-NET-03",
        "title": {"ko": "방화벽", "en": "Firewall"},
        "verdict": "supplement",
        "words": "증적이 오래되었습니다.",
        "due": "2026-12-20",
        "answer": "새로 수집했습니다.",
        "answered_by": "안소영",
        "answered_at": "2026-12-01T09:00:00+09:00",
    }
    submission = make_submission(answered_round=1, answers=[answer])
    text = text_of(render(make_manifest(round=2, submission=submission), "ko"))
    for told in (
        "만나포스",
        "보완요청 답변",
        "증적이 오래되었습니다.",
        "새로 수집했습니다.",
        "2026-12-20",
    ):
        assert told in text
    assert "기재한 내용은 사실과 다름이 없습니다." in text
    old = dict(make_manifest(format="gatepass.manifest/1"))
    del old["submission"]
    assert "보완요청 답변" not in text_of(render(old, "ko"))
