"""The written confirmation: signed by the representative, kept as it was signed."""

import pytest

from compliance.applications import pledge, preflight, services
from compliance.shared.errors import Refused, Unauthorised

SENTENCE = "The written confirmation is not signed."


def said(application):
    return {str(gap.sentence): gap.level.value for gap in preflight.gaps(application)}


def test_the_words_are_kept_with_name_and_time(in_internal_review, olga, in_english):
    assert said(in_internal_review)[SENTENCE] == "blocker"
    services.attest(in_internal_review.current_round, text=" 사실입니다.\r\n확인함 ", by=olga)
    round_ = in_internal_review.current_round
    assert round_.attestation == "사실입니다.\n확인함"
    assert round_.attested_by == olga
    assert round_.attested_at
    assert SENTENCE not in said(in_internal_review)


def test_the_usual_words_are_in_both_languages(application):
    text = pledge.default_text(application)
    assert "확인합니다" in text
    assert "confirms that" in text
    assert "만나배달" in text
    assert "%(" not in text


def test_taking_it_back_drops_it(in_internal_review, alice, olga):
    services.attest(in_internal_review.current_round, text="사실입니다.", by=olga)
    services.take_back(in_internal_review, by=alice)
    round_ = in_internal_review.current_round
    assert (round_.attestation, round_.attested_by, round_.attested_at) == ("", None, None)


@pytest.mark.parametrize("text", ["", " \r\n", "가" * 5001])
def test_it_needs_words_that_fit(in_internal_review, olga, text):
    with pytest.raises(Refused):
        services.attest(in_internal_review.current_round, text=text, by=olga)


def test_it_is_signed_once_and_not_on_a_draft(application, alice, olga):
    with pytest.raises(Refused):
        services.attest(application.current_round, text="사실입니다.", by=olga)
    services.request_review(application, by=alice)
    services.attest(application.current_round, text="사실입니다.", by=olga)
    with pytest.raises(Refused):
        services.attest(application.current_round, text="다시", by=olga)


def test_the_auditor_does_not_sign_for_the_representative(in_internal_review, carol):
    with pytest.raises(Unauthorised):
        services.attest(in_internal_review.current_round, text="사실입니다.", by=carol)


def test_by_clicking(in_internal_review, olga, browse):
    path = f"/o/manna/applications/{in_internal_review.number}/"
    assert "pledge-dialog" in browse(olga).get(path).content.decode()
    assert browse(olga).post(f"{path}attest/", {"text": "사실입니다."}).status_code == 302
    assert "사실입니다." in browse(olga).get(path).content.decode()
