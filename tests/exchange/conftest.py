"""bring(document, name) uploads it as alice; settle(import) says what the document does not."""

import io

import pytest

from compliance.exchange import services

ABOUT = {
    "platform": "baemin",
    "platform_title_ko": "배달의민족",
    "platform_title_en": "Baemin",
    "title_ko": "배달의민족 보안 점검표",
    "title_en": "",
    "identifier": "baemin-own",
    "version": "2027",
    "status": "platform",
    "published": "2026-12-01",
    "valid_from": "2027-01-01",
    "valid_to": None,
    "severity": "medium",
    "mandatory": True,
    "adopt": True,
}


@pytest.fixture
def bring(manna, alice):
    def brought(content, name="점검표.xlsx", by=None):
        return services.begin(manna, io.BytesIO(content), name=name, by=by or alice)

    return brought


@pytest.fixture
def settle(alice):
    def settled(imported, **about):
        services.choose(imported, revision=imported.revision, by=alice, about={**ABOUT, **about})
        return imported

    return settled


@pytest.fixture
def publish(alice, settle):
    def published(imported, **about):
        settle(imported, **about)
        return services.publish(imported, revision=imported.revision, by=alice)

    return published
