#!/usr/bin/env python3
"""Check a packet of Gatepass (PDF or ZIP) with nothing but this file and Python 3.8 or newer.

    python3 verify_packet.py GP-2026-0001-R1-ko.zip

What is checked, and how you could do it by hand:

 1. ZIP: every line of SHA256SUMS against its file (`sha256sum -c SHA256SUMS` does the same), and that no
    file is there which it does not list.
 2. manifest.json: it is canonical JSON (sorted keys, no spaces), and its SHA-256 is the packet's identity,
    the one printed on the cover of the PDF. Every file it names must be there with that digest and size.
 3. PDF: the files inside it (any PDF reader lists them under "attachments") against the manifest inside
    it, which must be the manifest of the ZIP.
 4. PDF: the signature covers the whole file, and the digest that was signed is that of these bytes. Who
    signed, whether the signature was made with their key, and whether you trust that certificate, any
    PDF reader says: this script does not.

Exit code: 0 intact, 1 something was altered, added or is missing, 2 not a packet.
"""

import hashlib
import json
import re
import sys
import zipfile
from pathlib import Path

MANIFEST, SUMS, STATEMENT = "manifest.json", "SHA256SUMS", "보완조치내역서.csv"
GOOD, ALTERED, MISSING, ADDED = "intact", "ALTERED", "MISSING", "ADDED"
IN_WORDS = {GOOD: "그대로", ALTERED: "변경됨", MISSING: "없음", ADDED: "추가됨"}
BLOCK = 1 << 20


class NoPacket(Exception):
    """The file is not a packet, or too damaged to be read."""


class Report:
    """What was found, name by name; only the worst about a name is kept."""

    def __init__(self):
        self.found = {}

    def say(self, name, verdict, detail=""):
        if self.found.get(name, (GOOD,))[0] == GOOD:
            self.found[name] = (verdict, detail)

    @property
    def intact(self):
        return all(verdict == GOOD for verdict, _detail in self.found.values())


def check(path):
    """Return the Report of the packet at *path* and its manifest."""
    with Path(path).open("rb") as file:
        start = file.read(5)
    report = Report()
    if start.startswith(b"PK"):
        return report, check_zip(path, report)
    if start == b"%PDF-":
        return report, check_pdf(Path(path).read_bytes(), report)
    raise NoPacket("neither a PDF nor a ZIP (PDF도 ZIP도 아닙니다)")


def check_zip(path, report):
    try:
        archive = zipfile.ZipFile(path)
    except zipfile.BadZipFile as error:
        raise NoPacket(f"the ZIP cannot be read ({error})") from error
    with archive:
        names = [info.filename for info in archive.infolist() if not info.is_dir()]
        for name in {name for name in names if names.count(name) > 1}:
            report.say(name, ADDED, "the name is there twice")
        digests = {name: digest_in(archive, name, report) for name in dict.fromkeys(names)}
        if MANIFEST not in digests:
            raise NoPacket(f"the ZIP has no {MANIFEST}")
        manifest = read_manifest(read(archive, MANIFEST), report)
        check_sums(read(archive, SUMS) if SUMS in digests else b"", digests, report)
        for file in files_of(manifest):
            compare(report, file["path"], digests.get(file["path"]), file["sha256"])
        for name in (name for name in names if name.endswith(".pdf") and "/" not in name):
            inner = check_pdf(read(archive, name), report)
            if inner != manifest:
                report.say(MANIFEST, ALTERED, f"{name} was signed with another manifest")
    return manifest


def check_sums(data, digests, report):
    """Compare what SHA256SUMS says with what is there."""
    sums = read_sums(data)
    for name, digest in sums.items():
        compare(report, name, digests.get(name), digest)
    for name in digests:
        report.say(name, GOOD if name in sums or name == SUMS else ADDED, f"not in {SUMS}")


def check_pdf(data, report):
    """Judge the files in a PDF by the manifest in it, and its signature."""
    enclosed = attachments(data)
    if MANIFEST not in enclosed:
        raise NoPacket("the PDF carries no manifest: it is no packet, or a part of it is missing")
    manifest = read_manifest(enclosed[MANIFEST], report)
    carried = {file["sha256"]: file for file in reversed(files_of(manifest)) if file["embedded"]}
    for file in carried.values():
        content = enclosed.get(file["path"])
        found = None if content is None else hashlib.sha256(content).hexdigest()
        compare(report, file["path"], found, file["sha256"])
    known = {MANIFEST, STATEMENT, *(file["path"] for file in carried.values())}
    for name in set(enclosed) - known:
        report.say(name, ADDED, "the manifest does not know it")
    report.say("PDF", *signature(data))
    return manifest


def signature(data):
    """Say whether the last signature covers all of *data* and was made over it."""
    ranges = list(re.finditer(rb"/ByteRange\s*\[\s*(\d+)\s+(\d+)\s+(\d+)\s+(\d+)\s*\]", data))
    if not ranges:
        return ALTERED, "there is no signature"
    start, first, second, last = (int(number) for number in ranges[-1].groups())
    if start or not first < second or second + last != len(data):
        return ALTERED, "the signature does not cover the whole file"
    signed = hashlib.sha256(data[:first] + data[second:]).digest()
    try:
        told = bytes.fromhex(data[first + 1 : second - 1].decode("ascii"))
    except ValueError:
        return ALTERED, "the signature itself was altered"
    # The signed attribute messageDigest: an OCTET STRING (04) of 32 bytes (20).
    if b"\x04\x20" + signed not in told:
        return ALTERED, "these are not the bytes that were signed"
    return GOOD, "signed over these bytes; your PDF reader says by whom"


def attachments(data):
    """Return {name: content} of the files that a packet's PDF carries, as the portal wrote them."""
    contents, names, at = {}, {}, 0
    head = re.compile(rb"(?:^|\n)(\d+) 0 obj\n<<(/Type /(EmbeddedFile|Filespec))?")
    while found := head.search(data, at):
        number, at = int(found[1]), found.end()
        line_end = data.find(b"\n", at)
        about = data[at:line_end]
        if data[line_end : line_end + 8] == b"\nstream\n" and (
            long := re.search(rb"/Length (\d+)", about)
        ):
            begin = line_end + 8
            at = begin + int(long[1])
            if found[3] == b"EmbeddedFile":
                contents[number] = data[begin:at]
        elif found[3] == b"Filespec":
            named = re.match(rb"/F (<[0-9a-f]*>|\((?:\\.|[^\\)])*\))", about)
            inside = re.search(rb"/EF <</F (\d+) 0 R", about)
            if named and inside:
                names[text_of(named[1])] = int(inside[1])
    return {name: contents[number] for name, number in names.items() if number in contents}


def text_of(token):
    """Return the text of a PDF string."""
    if token.startswith(b"<"):
        return bytes.fromhex(token[1:-1].decode()).decode("utf-16")
    return re.sub(rb"\\(.)", rb"\1", token[1:-1]).decode("latin-1")


def read_manifest(data, report):
    try:
        manifest = json.loads(data)
        files_of(manifest)
    except (ValueError, KeyError, TypeError) as error:
        raise NoPacket(f"{MANIFEST} cannot be read ({error})") from error
    plain = json.dumps(manifest, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    report.say(MANIFEST, GOOD if plain.encode() == data else ALTERED, "")
    return manifest


def files_of(manifest):
    """Return every file that the manifest names, each path once."""
    found = [
        file
        for assessment in manifest["assessments"]
        for evidence in assessment["evidence"]
        for file in evidence["files"]
    ]
    found += [scan["file"] for scan in manifest["scans"] if scan["file"]]
    for diagram in manifest.get("submission", {}).get("diagrams", []):
        found += [file for file in diagram["files"] if "path" in file]
    if logo := manifest.get("look", {}).get("logo"):
        found.append(logo)
    return list({file["path"]: file for file in found if file["sha256"]}.values())


def read_sums(data):
    lines = (line.partition("  ") for line in data.decode("utf-8", "replace").splitlines())
    return {name: digest for digest, _space, name in lines}


def digest_in(archive, name, report):
    """Return the SHA-256 of a file in the ZIP; None where its bytes cannot be read."""
    digest = hashlib.sha256()
    try:
        with archive.open(name) as file:
            while block := file.read(BLOCK):
                digest.update(block)
    except (zipfile.BadZipFile, OSError, ValueError, NotImplementedError) as error:
        report.say(name, ALTERED, str(error))
        return None
    return digest.hexdigest()


def read(archive, name):
    try:
        return archive.read(name)
    except (zipfile.BadZipFile, OSError, ValueError, NotImplementedError) as error:
        raise NoPacket(f"{name} cannot be read ({error})") from error


def compare(report, name, found, wanted):
    if found is None:
        report.say(name, MISSING)
    else:
        report.say(name, GOOD if found == wanted else ALTERED, "" if found == wanted else found)


def main(arguments):
    if len(arguments) != 1:
        print(__doc__)
        return 2
    try:
        report, manifest = check(arguments[0])
    except (NoPacket, OSError) as error:
        print(f"{arguments[0]}: {error}")
        return 2
    for name, (verdict, detail) in sorted(report.found.items()):
        if verdict != GOOD:
            print(f"{verdict} ({IN_WORDS[verdict]})  {name}  {detail}")
    about = json.dumps(manifest, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    print(f"{manifest['application']['number']} R{manifest['round']}, {manifest['organisation']}")
    print(f"identity (SHA-256 of {MANIFEST}): {hashlib.sha256(about.encode()).hexdigest()}")
    checkpoint = manifest["checkpoint"]
    print(f"audit checkpoint: entry {checkpoint['seq']}, {checkpoint['hash']}")
    print(
        f"{len(report.found)} parts: "
        + ("intact (그대로)" if report.intact else "NOT intact (그대로가 아님)")
    )
    return 0 if report.intact else 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
