"""A small packet on disk, built once: its files are what the samples say they contain."""

from pathlib import Path

import pytest

from compliance.packets import building, signing
from tests.packets.samples import content_of, make_manifest


def open_sample(file):
    yield content_of(file["path"])


@pytest.fixture(scope="session")
def key(tmp_path_factory) -> signing.Key:
    return signing.own(tmp_path_factory.mktemp("keys"), slug="manna", name="만나배달")


@pytest.fixture(scope="session")
def built(tmp_path_factory, key) -> building.Built:
    folder = tmp_path_factory.mktemp("packet")
    return building.build(
        make_manifest(), "ko", folder, open_file=open_sample, key=key, step=lambda *_: None
    )


@pytest.fixture
def altered(tmp_path):
    """altered(path, old, new) is a copy with the first *old* replaced by *new*."""

    def alter(path: Path, old: bytes, new: bytes) -> Path:
        data = path.read_bytes()
        assert old in data
        copy = tmp_path / path.name
        copy.write_bytes(data.replace(old, new, 1))
        return copy

    return alter
