"""Writes OLE compound files and HWP 5 documents, as small as they can be."""

import struct
import zlib

_SECTOR = 512
_FREE, _END, _FAT = 0xFFFFFFFF, 0xFFFFFFFE, 0xFFFFFFFD
# Streams below this size would stand in a second, smaller table; all are padded to it instead.
_CUTOFF = 4096


def ole(streams: dict[str, bytes]) -> bytes:  # noqa: PLR0915 - one format, top to bottom
    """*streams*: path with “/” between storage and stream → content. One level of storages."""
    entries: list[list] = [["Root Entry", 5, [], _END, 0]]
    body, chains = b"", []
    for path, content in streams.items():
        parent, name = 0, path
        if "/" in path:
            folder, name = path.split("/")
            known = [n for n, each in enumerate(entries) if each[0] == folder]
            if not known:
                entries.append([folder, 1, [], 0, 0])
                entries[0][2].append(len(entries) - 1)
                known = [len(entries) - 1]
            parent = known[0]
        padded = content + b"\0" * max(0, _CUTOFF - len(content))
        start = len(body) // _SECTOR
        count = -(-len(padded) // _SECTOR)
        chains.append((start, count))
        entries.append([name, 2, [], start, len(padded)])
        entries[parent][2].append(len(entries) - 1)
        body += padded.ljust(count * _SECTOR, b"\0")
    directory = b"".join(_entry(entries, number) for number in range(len(entries)))
    directory = directory.ljust(-(-len(directory) // _SECTOR) * _SECTOR, b"\0")
    chains.append((len(body) // _SECTOR, len(directory) // _SECTOR))
    first = chains[-1][0]
    sectors = (len(body) + len(directory)) // _SECTOR
    fat_sectors = 1
    while fat_sectors * 128 < sectors + fat_sectors:
        fat_sectors += 1
    table = [_FREE] * (fat_sectors * 128)
    for start, count in chains:
        for at in range(start, start + count):
            table[at] = at + 1
        table[start + count - 1] = _END
    for at in range(sectors, sectors + fat_sectors):
        table[at] = _FAT
    head = struct.pack("<8s16sHHHHHHIIIIIIIIII", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", b"", 0x3E, 3,
                       0xFFFE, 9, 6, 0, 0, 0, fat_sectors, first, 0, _CUTOFF, _END, 0, _END, 0)  # fmt: skip
    difat = [sectors + n for n in range(fat_sectors)] + [_FREE] * (109 - fat_sectors)
    head += struct.pack("<109I", *difat)
    return head + body + directory + struct.pack(f"<{len(table)}I", *table)


def _entry(entries: list[list], number: int) -> bytes:
    """Siblings hang one to the right of the other: a poor tree, and one that every reader takes."""
    name, kind, children, start, size = entries[number]
    right = _FREE
    for _name, _kind, siblings, *_rest in entries:
        if number in siblings:
            after = siblings[siblings.index(number) + 1 :]
            right = after[0] if after else _FREE
    text = name.encode("utf-16-le") + b"\0\0"
    child = children[0] if children else _FREE
    return struct.pack("<64sHBBIII16sIQQIQ", text, len(text), kind, 1, _FREE, right, child, b"", 0,
                       0, 0, start, size)  # fmt: skip


DEFAULT_SCRIPT = (
    "var Documents = XHwpDocuments;\r\nvar Document = Documents.Active_XHwpDocument;\r\n"
    "function OnDocument_New()\r\n{\r\n\t//todo : \r\n}\r\n"
)


def deflated(data: bytes) -> bytes:
    packer = zlib.compressobj(wbits=-15)
    return packer.compress(data) + packer.flush()


def hwp(*paragraphs: str, script: str = DEFAULT_SCRIPT, flags: int = 1, **more: bytes) -> bytes:
    """A HWP 5 with text; *more*: further streams, `BinData__BIN0001_eps=…`."""
    header = b"HWP Document File".ljust(32, b"\0") + struct.pack("<II", 0x05000300, flags)
    section = b""
    for text in paragraphs:
        data = (text + "\r").encode("utf-16-le")
        size = len(data)
        section += (
            struct.pack("<I", 67 | size << 20)
            if size < 0xFFF
            else struct.pack("<II", 67 | 0xFFF << 20, size)
        ) + data
    coded = script.encode("utf-16-le")
    written = struct.pack("<I", 0) + struct.pack("<I", len(script)) + coded + b"\xff\xff\xff\xff"
    streams = {
        "FileHeader": header.ljust(256, b"\0"),
        "BodyText/Section0": deflated(section),
        "Scripts/DefaultJScript": deflated(written),
    }
    named = {key.replace("__", "/").replace("_", "."): data for key, data in more.items()}
    return ole(streams | named)
