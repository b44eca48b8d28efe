"""import_sample(name) brings a sample into 만나배달 as alice, through the same door as the page."""

import io

import pytest

from compliance.scans import services
from compliance.scans.records import Options
from tests.scans.reading import SAMPLES


@pytest.fixture
def import_sample(manna, alice, adopted):
    def do(name, *changes, organisation=manna, by=alice, **options):
        content = (SAMPLES / name).read_bytes()
        for old, new in changes:
            assert old in content
            content = content.replace(old, new)
        stream = io.BytesIO(content)
        return services.import_now(
            organisation, stream, name=name, by=by, options=Options(**options)
        )[0]

    return do
