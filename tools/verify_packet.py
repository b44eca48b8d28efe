#!/usr/bin/env python3
"""Check a packet of Gatepass (PDF or ZIP) with nothing but this file and Python 3.8 or newer.

    python3 verify_packet.py GP-2026-0001-R1-ko.zip              says what is wrong, or that nothing is
    python3 verify_packet.py GP-2026-0001-R1-ko.zip report.html  writes it down too (or report.json)

What is checked, and how you could do it by hand:

 1. ZIP: every line of SHA256SUMS against its file (`sha256sum -c SHA256SUMS` does the same); nothing else
    is there: no file that it does not list, no second one of a name, no link, no bytes between files.
 2. manifest.json is canonical JSON (sorted keys, no spaces); its SHA-256 is the packet's identity, printed
    on the cover of the PDF. Every file it names must be there with that digest.
 3. PDF: the files inside it ("attachments" in any PDF reader) are what the manifest inside it says; that
    manifest and the tables made of it are those of the ZIP.
 4. PDF: each signature is over the bytes that it names, the last one over the whole file. Who signed, and
    whether the signature's own value (/Contents) holds, any PDF reader says: this script does not.
 5. Audit log: the entries that the manifest cites lead, with the hashes beside them, to the root in its
    checkpoint (RFC 6962). The Ed25519 signature under that needs more than Python's standard library.
 6. A copy that was marked for one recipient is judged by the packet in front of the marks.

Exit code: 0 intact, 1 something was altered, added, renamed or is missing, 2 not a packet, 3 a marked copy
whose packet is intact: what its pages show with the marks, the portal's own verification judges.
"""

import base64
import hashlib
import html
import json
import re
import struct
import sys
import unicodedata
import zipfile
import zlib
from pathlib import Path

MANIFEST, SUMS = "manifest.json", "SHA256SUMS"
MADE = ["보완조치내역서.csv", "보완조치내역서.xlsx", "이행점검표.xlsx"]
MADE += ["oscal-assessment-results.json", "점검결과/결함목록.csv", "점검결과/결함목록.xlsx"]
GOOD, ALTERED, MISSING, ADDED, RENAMED = "intact", "ALTERED", "MISSING", "ADDED", "RENAMED"
KOREAN = {GOOD: "그대로", ALTERED: "변경됨", MISSING: "없음", ADDED: "추가됨", RENAMED: "이름 바뀜"}
# No file may unpack to more than its size in the manifest, and none to more than this.
LARGEST = 1 << 31
DAMAGE = (zipfile.BadZipFile, zlib.error, struct.error, EOFError, OSError, ValueError, RuntimeError)
COPY, MARKED = b"\n%GatepassCopy ", "COPY (사본)"


class NoPacket(Exception):
    """The file is not a packet, or too damaged to be read."""


class Report(dict):
    """What was found: {name: (verdict, detail)}; only the first fault of a name is kept."""

    def say(self, name, verdict, detail=""):
        if self.get(name, (GOOD,))[0] == GOOD:
            self[name] = (verdict, detail)


def check(path):
    """Return the Report of the packet at *path* and its manifest."""
    report = Report()
    with Path(path).open("rb") as file:
        start = file.read(5)
    if start.startswith(b"PK"):
        manifest = check_zip(path, report)
    elif start == b"%PDF-":
        manifest = check_pdf(Path(path).read_bytes(), report)[0]
    else:
        raise NoPacket("neither a PDF nor a ZIP (PDF도 ZIP도 아닙니다)")
    if not manifest:
        raise NoPacket("the PDF carries no manifest: it is no packet, or a part of it is missing")
    check_audit(manifest, report)
    return report, manifest


def check_zip(path, report):
    try:
        archive = zipfile.ZipFile(path)
    except DAMAGE as error:
        raise NoPacket(f"the ZIP cannot be read ({error})") from error
    with archive:
        files = named_files(archive, report)
        check_container(path, archive, report)
        sums = whole(archive, files, SUMS, report).decode("utf-8", "replace")
        sums = {line[66:]: line[:64] for line in sums.splitlines()}
        papers = [name for name in files if name.endswith(".pdf") and "/" not in name]
        read = [whole(archive, files, name, report) for name in papers]
        found = [check_pdf(data, report) for data in read if data]
        beside = read_manifest(whole(archive, files, MANIFEST, report), report)
        manifest = next(filter(None, [beside, *(inner for inner, _files in found)]), None)
        if not manifest:
            raise NoPacket(f"neither the ZIP nor a PDF in it has a {MANIFEST} that can be read")
        sizes = {file["path"]: file["size"] for file in files_of(manifest)}
        digests = {n: digest_of(archive, files[n], sizes.get(n, LARGEST), report) for n in files}
        check_listed(digests, sums, manifest, report)
        if not papers:
            report.say("PDF", MISSING, "there is no signed document (서명된 문서가 없습니다)")
        for inner, enclosed in found:
            check_against(inner, enclosed, digests, beside or manifest, report)
    return manifest


def check_against(inner, enclosed, digests, manifest, report):
    """The PDF in the ZIP is the measure of the manifest and of the tables beside it."""
    if inner != manifest:
        report.say(MANIFEST, ALTERED, "it is not the one in the PDF")
    for made in MADE:
        if made in enclosed:
            compare(report, made, digests.get(made), hashlib.sha256(enclosed[made]).hexdigest())
        elif made in digests and enclosed:
            report.say(made, ADDED, "the signed PDF does not carry it")


def whole(archive, files, name, report):
    try:
        return b"".join(pieces(archive, files[name], LARGEST))
    except (NoPacket, KeyError) as error:
        report.say(name, ALTERED if name in files else MISSING, str(error))
        return b""


def named_files(archive, report):
    """Return {name: entry}; no packet has a name twice, a link, or a name that leads elsewhere."""
    files = {}
    for info in archive.infolist():
        name = unicodedata.normalize("NFC", info.filename)  # macOS takes Hangul apart
        if name in files:
            report.say(name, ADDED, "the name is there twice (같은 이름이 두 번 있습니다)")
        if (info.external_attr >> 16) & 0o170000 == 0o120000:
            report.say(name, ALTERED, "it is a link, not a file (파일이 아니라 링크입니다)")
        parts = name.rstrip("/").split("/")
        if "\\" in name or ":" in name or any(part in ("", ".", "..") for part in parts):
            report.say(name, ADDED, "the name leads out of the folder (폴더 밖을 가리킵니다)")
        if not info.is_dir():
            files.setdefault(name, info)
    return files


def check_listed(digests, sums, manifest, report):
    """Compare what SHA256SUMS and the manifest say with what is there."""
    wanted = dict(sums)
    for file in files_of(manifest):
        name = file["path"]
        note = re.sub(r"([^/]{1,60})[^/]*$", r"_MISSING_\1", name)
        if name not in sums and any(each.startswith(note) for each in sums):
            report.say(name, MISSING, "it was missing already when the ZIP was written")
        else:
            wanted[name] = file["sha256"]
    strangers = {}
    for name in set(digests) - set(wanted) - {SUMS}:
        report.say(name, ADDED, "nothing lists it (목록에 없습니다)")
        strangers[digests[name]] = name
    for name, digest in wanted.items():
        if name not in digests and digest in strangers:
            report.say(name, RENAMED, f"it is there as {strangers[digest]}")
        else:
            compare(report, name, digests.get(name), digest)
    right = set(sums) == set(digests) - {SUMS} and all(wanted[name] == sums[name] for name in sums)
    report.say(SUMS, GOOD if right else ALTERED)


def check_container(path, archive, report):
    """Every byte of the ZIP belongs to a file, its two headers, or the end of the directory."""
    infos = sorted(archive.infolist(), key=lambda info: info.header_offset)
    if len(infos) > 0xFFFE or Path(path).stat().st_size > 0xF0000000:
        report.say("ZIP", GOOD, "so large (ZIP64) that its headers are not compared byte by byte")
        return
    with Path(path).open("rb") as file:
        strange = dict(odd_places(file, infos))
    if len(strange) > 2:
        strange = {"ZIP": "it was packed again by another tool (다른 도구로 다시 압축했습니다)"}
    if archive.comment:
        strange["ZIP"] = f"it has a comment: {archive.comment[:60]!r}"
    for name, detail in strange.items():
        report.say(name, ALTERED, detail)


def odd_places(file, infos):
    place, directory = 0, b""
    for info in infos:
        if info.header_offset != place:
            yield "ZIP", f"bytes before {info.filename} belong to no file"
        head, line = headers(info)
        file.seek(max(0, info.header_offset))  # damage can name places before the file
        same = file.read(len(head)) == head
        if info.compress_type:  # the same bytes can be packed in several ways
            packed = zlib.crc32(file.read(info.compress_size))
            same = same and info.extra[-4:] == struct.pack("<I", packed)
        if not same:
            yield info.filename, "its header was altered (헤더가 바뀌었습니다)"
        place = info.header_offset + len(head) + info.compress_size
        directory += line
    place = file.seek(max(0, place))
    end = (0, 0, len(infos), len(infos), len(directory), place, 0)
    if file.read() != directory + struct.pack("<4s4H2IH", b"PK\5\6", *end):
        yield "ZIP", "its directory was altered, or something follows it"


def headers(info):
    """A file's header and its line in the directory, which notes the check sum of packed bytes."""
    name, at = info.filename.encode(), info.date_time
    time = (at[3] << 11 | at[4] << 5 | at[5] // 2, (at[0] - 1980) << 9 | at[1] << 5 | at[2])
    sizes = (info.CRC, info.compress_size % 2**32, info.file_size % 2**32, len(name) % 65536)
    about = (20, 0x800, info.compress_type, *time, *sizes)
    noted = struct.pack("<2H", 0x5047, 4) + info.extra[-4:] if info.compress_type else b""
    tail = (len(noted), 0, 0, 0, 0o100644 << 16, info.header_offset % 2**32)
    line = struct.pack("<4s6H3I5H2I", b"PK\1\2", 3 << 8 | 20, *about, *tail)
    return struct.pack("<4s5H3I2H", b"PK\3\4", *about, 0) + name, line + name + noted


def pieces(archive, info, most):
    """Unpack in pieces, and no more than *most* bytes, whatever the ZIP says of itself."""
    try:
        with archive.open(info) as file:
            for block in iter(lambda: file.read(1 << 20), b""):
                most -= len(block)
                if most < 0:
                    raise NoPacket(f"{info.filename} unpacks to more than it should")
                yield block
    except DAMAGE as error:
        raise NoPacket(f"{info.filename} cannot be read ({error})") from error


def digest_of(archive, info, most, report):
    """Return the SHA-256 of a file in the ZIP; "" where its bytes cannot be read."""
    digest = hashlib.sha256()
    try:
        for block in pieces(archive, info, most):
            digest.update(block)
    except NoPacket as error:
        report.say(unicodedata.normalize("NFC", info.filename), ALTERED, str(error))
        return ""
    return digest.hexdigest()


def check_pdf(data, report):
    """Judge the files in a PDF by the manifest in it, and its signatures; return both."""
    if signatures(data)[0] != GOOD:
        data = without_marks(data, report)
    report.say("PDF", *signatures(data))
    enclosed = attachments(data)
    manifest = read_manifest(enclosed.get(MANIFEST, b""), report)
    if not manifest:
        return None, {}
    carried = {file["sha256"]: file for file in reversed(files_of(manifest)) if file["embedded"]}
    for file in carried.values():
        inside = enclosed.get(file["path"])
        compare(report, file["path"], inside and hashlib.sha256(inside).hexdigest(), file["sha256"])
    known = {MANIFEST, *MADE, *(file["path"] for file in carried.values())}
    for name in set(enclosed) - known:
        report.say(name, ADDED, "the manifest does not know it")
    return manifest, enclosed


def without_marks(data, report):
    """A copy for one recipient is the packet's PDF with marks behind it."""
    begin = data.rfind(COPY)
    if begin < 0:
        return data
    try:
        mark = json.loads(base64.b64decode(data[begin + len(COPY) :].split(b"\n")[0]))
        told = f"for {mark['recipient']}, {mark['at']}; the packet is its first {begin} bytes"
    except (ValueError, KeyError, TypeError):
        return data
    report.say(MARKED, GOOD, told + ", and only they are judged")
    return data[:begin]


def signatures(data):
    """Say whether each signature is over the bytes it names, and the last one over all of them."""
    ranges = list(re.finditer(rb"/ByteRange\s*\[\s*(\d+)\s+(\d+)\s+(\d+)\s+(\d+)\s*\]", data))
    if not ranges:
        return ALTERED, "there is no signature (서명이 없습니다)"
    for found in ranges:
        start, first, second, last = (int(number) for number in found.groups())
        if start or not first < second or second + last > len(data):
            return ALTERED, "a signature does not cover what it says"
        digest = hashlib.sha256(data[:first] + data[second : second + last]).digest()
        try:
            told = bytes.fromhex(data[first + 1 : second - 1].decode("ascii"))
        except ValueError:
            return ALTERED, "a signature itself was altered"
        # The signed attribute messageDigest: an OCTET STRING (04) of 32 bytes (20).
        if b"\x04\x20" + digest not in told:
            return ALTERED, "these are not the bytes that were signed (서명한 내용과 다릅니다)"
    if second + last != len(data):
        return ALTERED, "the last signature does not cover the whole file"
    return GOOD, f"{len(ranges)} signature(s) over these bytes; a PDF reader says whether they hold"


def attachments(data):
    """Return {name: content} of the files that a packet's PDF carries, as the portal wrote them."""
    contents, names, at = {}, {}, 0
    head = re.compile(rb"(?:^|\n)(\d+) 0 obj\n<<(/Type /(EmbeddedFile|Filespec))?")
    while True:
        found = head.search(data, at)
        if not found:
            return {name: contents[number] for name, number in names.items() if number in contents}
        number, at = int(found[1]), found.end()
        line_end = data.find(b"\n", at)
        about = data[at:line_end]
        long = re.search(rb"/Length (\d+)", about)
        if long and data[line_end : line_end + 8] == b"\nstream\n":
            begin = line_end + 8
            at = begin + int(long[1])
            if found[3] == b"EmbeddedFile":
                contents[number] = data[begin:at]
        elif found[3] == b"Filespec":
            named = re.match(rb"/F (<[0-9a-f]*>|\((?:\\.|[^\\)])*\))", about)
            inside = re.search(rb"/EF <</F (\d+) 0 R", about)
            if named and inside:
                names[text_of(named[1])] = int(inside[1])


def text_of(token):
    if token.startswith(b"<"):
        return bytes.fromhex(token[1:-1].decode()).decode("utf-16", "replace")
    return re.sub(rb"\\(.)", rb"\1", token[1:-1]).decode("latin-1")


def read_manifest(data, report):
    try:
        manifest = json.loads(data)
        files_of(manifest)
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError) as error:
        report.say(MANIFEST, ALTERED, f"it cannot be read ({error})")
        return None
    told = json.dumps(manifest, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    report.say(MANIFEST, GOOD if told.encode("utf-8", "replace") == data else ALTERED)
    manifest["identity"] = hashlib.sha256(data).hexdigest()
    return manifest


def files_of(manifest):
    """Return every file that the manifest names, each path once."""
    evidence = [item for each in manifest["assessments"] for item in each["evidence"]]
    found = [file for item in evidence for file in item["files"]]
    found += [scan["file"] for scan in manifest["scans"] if scan["file"]]
    for diagram in manifest.get("submission", {}).get("diagrams", []):
        found += [file for file in diagram["files"] if "path" in file]
    found += [logo for logo in [manifest.get("look", {}).get("logo")] if logo]
    return list({file["path"]: file for file in found if file["sha256"]}.values())


def check_audit(manifest, report):
    """The cited entries and the hashes beside them must add up to the root of the checkpoint."""
    audit = manifest.get("audit")
    if not audit:
        return None
    try:
        size, root = audit["note"].split("\n")[1:3]
        size, root = int(size), base64.b64decode(root)
        leaves = {each["seq"] - 1: bytes.fromhex(each["digest"]) for each in audit["cited"]}
        nodes = {(n["low"], n["high"]): bytes.fromhex(n["hash"]) for n in audit["nodes"]}
        good = not size or root_of(sorted(leaves), 0, size, leaves, nodes) == root
    except (ValueError, KeyError, TypeError, AttributeError, IndexError, RecursionError) as error:
        return report.say("audit log", ALTERED, f"the proof cannot be read ({error!r})")
    told = (
        f"{len(leaves)} entries of {size}; the checkpoint's Ed25519 signature is not checked here"
    )
    return report.say("audit log", GOOD if good else ALTERED, told)


def root_of(wanted, low, high, leaves, nodes):
    """RFC 6962: SHA-256 over 00 and a leaf, or over 01 and two hashes; a tree splits at a power of two."""
    if not wanted:
        return nodes[low, high]
    if high - low == 1:
        return hashlib.sha256(b"\0" + leaves[low]).digest()
    middle = low + (1 << ((high - low - 1).bit_length() - 1))
    left = [each for each in wanted if each < middle]
    node = b"\1" + root_of(left, low, middle, leaves, nodes)
    node += root_of(wanted[len(left) :], middle, high, leaves, nodes)
    return hashlib.sha256(node).digest()


def compare(report, name, found, wanted):
    report.say(name, MISSING if found is None else GOOD if found == wanted else ALTERED)


def facts_of(path, report, manifest):
    checkpoint, intact = manifest.get("checkpoint", {}), all(v == GOOD for v, _d in report.values())
    ordered = sorted(report.items(), key=lambda item: (item[1][0] == GOOD, item[0]))
    return {
        "file · 파일": Path(path).name,
        "result · 결과": "intact (그대로)" if intact else "NOT intact (그대로가 아님)",
        "packet · 제출본": f"{manifest['application']['number']} R{manifest['round']}",
        "applicant · 신청인": manifest["organisation"],
        "identity · 식별값": f"SHA-256 of {MANIFEST}: {manifest['identity']}",
        "signatures · 서명": "values not checked here; a PDF reader says if they hold (PDF 뷰어로 확인하세요)",
        "audit log · 감사 로그": f"entry {checkpoint.get('seq')}, {checkpoint.get('hash')}",
        "parts": [[f"{v} ({KOREAN[v]})", name, detail] for name, (v, detail) in ordered],
    }


def as_html(facts):
    rows = [[name, value] for name, value in facts.items() if name != "parts"] + facts["parts"]
    lines = ["<tr>" + "".join(f"<td>{html.escape(cell)}" for cell in row) for row in rows]
    return "<!doctype html><html lang=ko><meta charset=utf-8><table border=1>" + "\n".join(lines)


def main(arguments):
    try:
        report, manifest = check(arguments[0])
    except (NoPacket, OSError, IndexError) as error:
        print(f"{arguments[0]}: {error}" if arguments else __doc__)
        return 2
    facts = facts_of(arguments[0], report, manifest)
    if len(arguments) > 1:
        told = json.dumps(facts, ensure_ascii=False, indent=1)
        told = told if arguments[1].endswith(".json") else as_html(facts)
        Path(arguments[1]).write_text(told, "utf-8")
    for verdict, name, detail in facts.pop("parts"):
        if detail or not verdict.startswith(GOOD):
            print(f"{verdict}  {name}  {detail}")
    for name, value in facts.items():
        print(f"{name}: {value}")
    good = 3 if MARKED in report else 0
    return good if facts["result · 결과"].startswith(GOOD) else 1


if __name__ == "__main__":
    sys.stdout.reconfigure(encoding="utf-8", errors="replace")  # a console of Windows may be CP949
    sys.exit(main(sys.argv[1:]))
