"""Applications over the API."""

from compliance.applications import scoping
from compliance.applications.models import ReceivedVerdict


def call(client, application, path, method="GET", body=None):
    address = f"/api/v1/o/manna/applications/{application.number}/{path}"
    return client.generic(method, address, body or "", content_type="application/json")


def test_the_scope_is_read_and_replaced(application, alice, browse):
    client = browse(alice)
    body = (
        '{"revision": 0, "items": [{"kind": "system", "name": " POS ", "included": false,'
        ' "legal_entity": "만나포스", "reason": "다른 법인"}]}'
    )
    answer = call(client, application, "scope", "PUT", body)
    assert answer.status_code == 200
    assert answer.json()["revision"] == 1
    assert [each.name for each in scoping.items(application)] == ["POS"]
    other = body.replace(" POS ", "주문 앱")
    assert call(client, application, "scope", "PUT", other).status_code == 409, "it moved on"
    assert [each.name for each in scoping.items(application)] == ["POS"]


def test_verdicts_go_in_and_come_out(in_review, alice, dave, browse):
    body = '[{"requirement": "OI-NET-03", "verdict": "supplement", "words": "보완"}]'
    answer = call(browse(alice), in_review, "rounds/1/verdicts", "POST", body)
    assert answer.json() == {"changed": 1}
    (told,) = call(browse(dave), in_review, "rounds/1/verdicts").json()
    assert (told["requirement"], told["asks"], told["revision"]) == ("OI-NET-03", True, 0)
    assert call(browse(dave), in_review, "rounds").json()[0]["asking"] == 1
    assert call(browse(dave), in_review, "rounds/1/verdicts", "POST", body).status_code == 403


def test_one_wrong_entry_keeps_all_out(in_review, alice, browse):
    body = (
        '[{"requirement": "OI-NET-03", "verdict": "met"},'
        ' {"requirement": "OI-XXX-99", "verdict": "met"}]'
    )
    answer = call(browse(alice), in_review, "rounds/1/verdicts", "POST", body)
    assert answer.status_code == 409
    assert "OI-XXX-99" in answer.content.decode()
    assert not ReceivedVerdict.objects.exists()
