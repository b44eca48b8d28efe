"""Generated scan results of any size, written to a file row by row."""

import json
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from xml.sax.saxutils import escape, quoteattr

GRADES = ("LOW", "MEDIUM") * 9 + ("HIGH", "CRITICAL")
# What a description in a vulnerability database weighs.
TEXT = (
    "A made-up weakness for measurements: a length that comes from the network is used before it "
    "is checked, so that a prepared request reads beyond the end of a buffer. "
) * 7


def trivy(path: Path, size: int, at: str) -> None:
    """One image; each row is a check of its own, the worst case for mappings."""
    image = f"registry.example/bench-{size}:1"
    head = {
        "SchemaVersion": 2,
        "CreatedAt": at,
        "ArtifactName": image,
        "ArtifactType": "container_image",
    }
    with path.open("w") as file:
        file.write(json.dumps(head)[:-1] + ', "Results": [{"Target": ' + json.dumps(image))
        file.write(', "Class": "os-pkgs", "Type": "debian", "Vulnerabilities": [')
        for number in range(size):
            file.write(",\n" * bool(number) + json.dumps(_vulnerability(number)))
        file.write("]}]}")


def _vulnerability(number: int) -> dict[str, object]:
    return {
        "VulnerabilityID": f"CVE-2026-{number:06d}",
        "PkgName": f"package-{number % 400}",
        "PkgIdentifier": {"PURL": f"pkg:deb/debian/package-{number % 400}@1.0?arch=amd64"},
        "InstalledVersion": "1.0",
        "FixedVersion": "1.1" if number % 3 else "",
        "Status": "fixed" if number % 3 else "affected",
        "Severity": GRADES[number % len(GRADES)],
        "SeveritySource": "debian",
        "PrimaryURL": f"https://vulnerabilities.example/CVE-2026-{number:06d}",
        "Title": f"made-up weakness {number}",
        "Description": TEXT,
        "CweIDs": [f"CWE-{20 + number % 60}"],
        "References": [f"https://advisories.example/{number}/{n}" for n in range(5)],
    }


def sarif(path: Path, size: int, at: str) -> None:
    """One repository, five hundred rules."""
    rules = [
        {
            "id": f"made.up.rule-{number}",
            "shortDescription": {"text": f"made-up rule {number}"},
            "properties": {"tags": [f"CWE-{20 + number % 60}"]},
        }
        for number in range(500)
    ]
    driver = {"name": "Bench", "version": "1.0", "rules": rules}
    with path.open("w") as file:
        file.write('{"version": "2.1.0", "runs": [{"tool": {"driver": ' + json.dumps(driver) + "},")
        file.write('"invocations": [{"executionSuccessful": true, "endTimeUtc": "' + at + '"}],')
        file.write(f'"automationDetails": {{"id": "bench-{size}/"}}, "results": [')
        for number in range(size):
            file.write(",\n" * bool(number) + json.dumps(_result(number)))
        file.write("]}]}")


def _result(number: int) -> dict[str, object]:
    place = {
        "artifactLocation": {"uri": f"src/module_{number // 20}/file_{number}.py"},
        "region": {"startLine": 1 + number % 900, "snippet": {"text": "read(length)"}},
    }
    return {
        "ruleId": f"made.up.rule-{number % 500}",
        "level": ("note", "warning")[number % 2] if number % 20 else "error",
        "message": {"text": TEXT[:700]},
        "locations": [{"physicalLocation": place}],
    }


def nessus(path: Path, size: int, at: str) -> None:
    """A host for a hundred rows, a hundred plugins."""
    hosts = max(1, size // 100)
    with path.open("w") as file:
        file.write('<?xml version="1.0"?><NessusClientData_v2><Policy><policyName>bench')
        file.write("</policyName></Policy><Report name='bench'>")
        for host in range(hosts):
            file.writelines(_host(size, host, at))
        file.write("</Report></NessusClientData_v2>")


def _host(size: int, host: int, at: str) -> Iterator[str]:
    ip = f"10.{size // 1000 % 256}.{host // 250}.{1 + host % 250}"
    yield f'<ReportHost name="{ip}"><HostProperties><tag name="host-ip">{ip}</tag>'
    moment = datetime.fromisoformat(at).strftime("%a %b %d %H:%M:%S %Y")
    yield f'<tag name="HOST_END">{moment}</tag></HostProperties>'
    for number in range(100):
        yield (
            f'<ReportItem port="{8000 + number}" svc_name="www" protocol="tcp" severity='
            f'"{(1, 2)[number % 2] if number % 20 else 3}" pluginID="{90000 + number}" '
            f'pluginName={quoteattr(f"Made-up plugin {number}")} pluginFamily="Web Servers">'
            f"<synopsis>Made up.</synopsis><description>{escape(TEXT[:700])}</description>"
            f"<cve>CVE-2026-{number:05d}</cve><cwe>{20 + number % 60}</cwe>"
            f"<solution>Update.</solution><plugin_output>{escape(TEXT[:300])}</plugin_output>"
            "</ReportItem>\n"
        )
    yield "</ReportHost>"


def generic(path: Path, size: int, at: str) -> None:
    """DefectDojo's generic findings: a host for each fifty rows, two hundred checks."""
    with path.open("w") as file:
        file.write('{"name": "bench", "findings": [')
        for number in range(size):
            file.write(",\n" * bool(number) + json.dumps(_generic(number, size, at)))
        file.write("]}")


def _generic(number: int, size: int, at: str) -> dict[str, object]:
    return {
        "title": f"made-up weakness {number % 200}",
        "description": TEXT[:700],
        "severity": GRADES[number % len(GRADES)].capitalize(),
        "date": at[:10],
        "cwe": 20 + number % 60,
        "vuln_id_from_tool": f"made-up-{number % 200}",
        "active": True,
        "endpoints": [f"https://host-{number // 50}-of-{size}.example/path-{number % 50}"],
    }


SAMPLES = {"trivy": trivy, "sarif": sarif, "nessus": nessus, "generic": generic}
