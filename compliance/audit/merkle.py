"""The hash tree of RFC 6962 over the digests of entries: roots, proofs, and their checks.

Pure functions of bytes. Leaf number n (from 0) is entry n + 1; what a leaf holds is the entry's
digest, 32 bytes. A hash is SHA-256 over 0x00 and a leaf's bytes, or over 0x01 and two hashes.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from hashlib import sha256

# Hashes of so many leaves are kept in the database, so that no proof reads the whole stream.
TILE = 256
EMPTY = sha256(b"").digest()


def leaf_hash(leaf: bytes) -> bytes:
    return sha256(b"\x00" + leaf).digest()


def node_hash(left: bytes, right: bytes) -> bytes:
    return sha256(b"\x01" + left + right).digest()


class Frontier:
    """Hashes of the perfect subtrees of a growing tree, the largest first."""

    __slots__ = ("nodes", "size")

    def __init__(self) -> None:
        self.size = 0
        self.nodes: list[bytes] = []

    def add(self, node: bytes) -> None:
        """Append the hash of the next leaf, or of the next subtree where all are of one size."""
        nodes = self.nodes
        number = self.size = self.size + 1
        while not number & 1:
            node = sha256(b"\x01" + nodes.pop() + node).digest()
            number >>= 1
        nodes.append(node)


def fold(nodes: Sequence[bytes]) -> bytes:
    """Return the root of a tree made of these perfect subtrees, the largest first."""
    if not nodes:
        return EMPTY
    root = nodes[-1]
    for node in reversed(nodes[:-1]):
        root = node_hash(node, root)
    return root


class Growing:
    """A tree that is read leaf by leaf: every tile's hash when it is full, the root at any time."""

    def __init__(self) -> None:
        self.tiles = Frontier()
        self._last: list[bytes] = []

    @property
    def size(self) -> int:
        return self.tiles.size * TILE + len(self._last)

    def add(self, leaf: bytes) -> bytes | None:
        """Append a leaf; return the hash of the tile that it filled."""
        level = self._last
        level.append(sha256(b"\x00" + leaf).digest())
        if len(level) < TILE:
            return None
        self._last = []
        while len(level) > 1:
            pairs = zip(level[::2], level[1::2], strict=True)
            level = [sha256(b"\x01" + left + right).digest() for left, right in pairs]
        self.tiles.add(level[0])
        return level[0]

    def root(self) -> bytes:
        last = Frontier()
        for node in self._last:
            last.add(node)
        return fold([*self.tiles.nodes, *last.nodes])


class Tree:
    """A tree of *size* leaves of which only the tiles that are asked for are read.

    *tiles*: hashes of every full tile. *leaves*(tile number) returns the leaf hashes of that tile.
    """

    def __init__(
        self, size: int, tiles: Sequence[bytes], leaves: Callable[[int], Sequence[bytes]]
    ) -> None:
        self.size, self._tiles, self._leaves = size, tiles, leaves
        self._known: dict[tuple[int, int], bytes] = {}

    def root(self) -> bytes:
        return self.node(0, self.size)

    def node(self, low: int, high: int) -> bytes:
        """Return the root over leaves *low* to *high*, the latter not included."""
        if low == high:
            return EMPTY
        known = self._known.get((low, high))
        if known is None:
            known = self._known[low, high] = self._made(low, high)
        return known

    def _made(self, low: int, high: int) -> bytes:
        tile, start = divmod(low, TILE)
        if high - low == TILE and not start:
            return self._tiles[tile]
        if high - low == 1:
            return self._leaves(tile)[start]
        middle = low + _split(high - low)
        return node_hash(self.node(low, middle), self.node(middle, high))

    def inclusion(self, index: int) -> list[bytes]:
        """Return the audit path of leaf *index*, from the leaf up (RFC 6962, 2.1.1)."""
        path, low, high = [], 0, self.size
        while high - low > 1:
            middle = low + _split(high - low)
            if index < middle:
                path.append(self.node(middle, high))
                high = middle
            else:
                path.append(self.node(low, middle))
                low = middle
        return path[::-1]

    def consistency(self, former: int) -> list[bytes]:
        """Return the proof that this tree begins with the one of *former* leaves (2.1.2)."""
        if former in (0, self.size):
            return []
        return self._subproof(former, 0, self.size, whole=True)

    def _subproof(self, former: int, low: int, high: int, *, whole: bool) -> list[bytes]:
        if former == high:
            return [] if whole else [self.node(low, high)]
        middle = low + _split(high - low)
        if former <= middle:
            return [*self._subproof(former, low, middle, whole=whole), self.node(middle, high)]
        return [*self._subproof(former, middle, high, whole=False), self.node(low, middle)]

    def beside(self, indexes: Iterable[int]) -> dict[tuple[int, int], bytes]:
        """Return {(low, high): hash} of all that the root needs beside the leaves *indexes*.

        One proof for many leaves: what their paths share stands here once.
        """
        return self._beside(sorted(set(indexes)), 0, self.size)

    def _beside(self, wanted: list[int], low: int, high: int) -> dict[tuple[int, int], bytes]:
        if not wanted:
            return {(low, high): self.node(low, high)}
        if high - low == 1:
            return {}
        middle = low + _split(high - low)
        left = [each for each in wanted if each < middle]
        right = wanted[len(left) :]
        return self._beside(left, low, middle) | self._beside(right, middle, high)


def root_of(
    size: int, leaves: Mapping[int, bytes], beside: Mapping[tuple[int, int], bytes]
) -> bytes:
    """Return the root that *leaves* ({index: leaf}) and the hashes *beside* them add up to.

    Raises KeyError when a hash is missing.
    """
    if not size:
        return EMPTY
    wanted = sorted(leaves)
    if wanted and not 0 <= wanted[0] <= wanted[-1] < size:
        raise KeyError(wanted[-1])
    return _root_of(wanted, 0, size, leaves, beside)


def _root_of(
    wanted: list[int],
    low: int,
    high: int,
    leaves: Mapping[int, bytes],
    beside: Mapping[tuple[int, int], bytes],
) -> bytes:
    if not wanted:
        return beside[low, high]
    if high - low == 1:
        return leaf_hash(leaves[low])
    middle = low + _split(high - low)
    left = [each for each in wanted if each < middle]
    right = wanted[len(left) :]
    return node_hash(
        _root_of(left, low, middle, leaves, beside), _root_of(right, middle, high, leaves, beside)
    )


def root_by_inclusion(index: int, size: int, leaf: bytes, path: Sequence[bytes]) -> bytes | None:
    """Return the root that the audit path leads to; None when the path has not the right length."""
    if not 0 <= index < size:
        return None
    number, last, root = index, size - 1, leaf_hash(leaf)
    for node in path:
        if not last:
            return None
        if number & 1 or number == last:
            root = node_hash(node, root)
            while number and not number & 1:
                number, last = number >> 1, last >> 1
        else:
            root = node_hash(root, node)
        number, last = number >> 1, last >> 1
    return None if last else root


def is_consistent(
    former: tuple[int, bytes], latter: tuple[int, bytes], proof: Sequence[bytes]
) -> bool:
    """Say whether the tree *latter* (size, root) begins with the tree *former*."""
    (small, old), (large, new) = former, latter
    if small > large:
        return False
    if small in (0, large):
        return not proof and (old == new if small == large else old == EMPTY)
    nodes = list(proof)
    if not small & (small - 1):
        nodes.insert(0, old)
    return _joins(small - 1, large - 1, nodes, old, new)


def _joins(number: int, last: int, nodes: list[bytes], old: bytes, new: bytes) -> bool:
    while number & 1:
        number, last = number >> 1, last >> 1
    if not nodes:
        return False
    first = second = nodes[0]
    for node in nodes[1:]:
        if not last:
            return False
        if number & 1 or number == last:
            first, second = node_hash(node, first), node_hash(node, second)
            while number and not number & 1:
                number, last = number >> 1, last >> 1
        else:
            second = node_hash(second, node)
        number, last = number >> 1, last >> 1
    return not last and first == old and second == new


def _split(size: int) -> int:
    """The largest power of two below *size*."""
    return 1 << (size - 1).bit_length() - 1
