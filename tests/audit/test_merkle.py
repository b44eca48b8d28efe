"""The hash tree against the published values of RFC 6962's reference, and its proofs against lies."""

import hashlib
import random

import pytest

from compliance.audit import merkle

# Leaves and roots that implementations of certificate transparency test themselves with.
LEAVES = [
    bytes.fromhex(each)
    for each in (
        "",
        "00",
        "10",
        "2021",
        "3031",
        "40414243",
        "5051525354555657",
        "606162636465666768696a6b6c6d6e6f",
    )
]
ROOTS = [
    "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
    "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
    "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
    "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
    "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4",
    "76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef",
    "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c",
    "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328",
]
MANY = [hashlib.sha256(str(number).encode()).digest() for number in range(1200)]


@pytest.fixture(scope="module")
def grown():
    """Roots at every size from 0, and the hashes of full tiles."""
    growing, roots, tiles = merkle.Growing(), [merkle.EMPTY], []
    for leaf in MANY:
        full = growing.add(leaf)
        if full:
            tiles.append(full)
        roots.append(growing.root())
    return roots, tiles


def tree(size, tiles):
    hashes = [merkle.leaf_hash(leaf) for leaf in MANY[:size]]
    return merkle.Tree(
        size,
        tiles[: size // merkle.TILE],
        lambda number: hashes[number * merkle.TILE : (number + 1) * merkle.TILE],
    )


@pytest.mark.parametrize("size", range(1, 9))
def test_roots_are_those_of_the_reference(size):
    growing = merkle.Growing()
    for leaf in LEAVES[:size]:
        growing.add(leaf)
    assert growing.root().hex() == ROOTS[size - 1]
    hashes = [merkle.leaf_hash(leaf) for leaf in LEAVES[:size]]
    assert merkle.Tree(size, [], lambda _number: hashes).root().hex() == ROOTS[size - 1]


@pytest.mark.parametrize("size", [1, 2, 7, 255, 256, 257, 511, 512, 513, 1200])
def test_each_leaf_is_proven_and_no_other(grown, size):
    roots, tiles = grown
    whole = tree(size, tiles)
    assert whole.root() == roots[size]
    for index in {0, size - 1, size // 2, size // 3}:
        path = whole.inclusion(index)
        assert merkle.root_by_inclusion(index, size, MANY[index], path) == roots[size]
        assert merkle.root_by_inclusion(index, size, b"forged", path) != roots[size]
        assert merkle.root_by_inclusion(index, size, MANY[index], [*path, b"x" * 32]) is None
        if path:
            assert merkle.root_by_inclusion(index, size, MANY[index], path[:-1]) is None


def test_a_longer_log_goes_on_from_a_shorter_one(grown):
    roots, tiles = grown
    chosen = random.Random(4)  # noqa: S311
    for _attempt in range(200):
        latter = chosen.randint(1, len(MANY))
        former = chosen.randint(0, latter)
        proof = tree(latter, tiles).consistency(former)
        first, second = (former, roots[former]), (latter, roots[latter])
        assert merkle.is_consistent(first, second, proof)
        if former:
            assert not merkle.is_consistent((former, b"o" * 32), second, proof)
        assert not merkle.is_consistent(first, second, [*proof, b"x" * 32])
        if proof:
            assert not merkle.is_consistent(first, second, proof[:-1])
            assert not merkle.is_consistent(first, second, [b"x" * 32, *proof[1:]])
    assert not merkle.is_consistent((3, roots[3]), (2, roots[2]), [])


def test_many_leaves_are_proven_at_once(grown):
    roots, tiles = grown
    indexes = [0, 255, 256, 700, 701, 1199]
    beside = tree(1200, tiles).beside(indexes)
    leaves = {index: MANY[index] for index in indexes}
    assert merkle.root_of(1200, leaves, beside) == roots[1200]
    assert merkle.root_of(1200, {**leaves, 255: b"forged"}, beside) != roots[1200]
    assert len(beside) < sum(len(tree(1200, tiles).inclusion(index)) for index in indexes)
    with pytest.raises(KeyError):
        merkle.root_of(1200, {0: MANY[0]}, beside)
