"""sslyze JSON, of the versions 1 to 6. What a server does not offer is a pass: it was checked."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, BinaryIO

from compliance.scans import reasons
from compliance.scans.parsers import _json, _sslyze_old, _words
from compliance.scans.records import Options, Outcome, Problem, Record, Row, Run, Seen
from compliance.shared.severity import Severity

FORMAT = "sslyze"
LABEL = "sslyze JSON"
TOOL = "sslyze"

_FACTS = (
    r"sslyze_version|date_scans_\w+|total_scan_time|server_connectivity_errors"
    r"|server_scan_results\.item|(?:accepted|invalid)_targets\.item"
)
_SHORT_KEY = {"RSA": 2048, "_RSAPublicKey": 2048, "RSAPublicKey": 2048, "DSA": 2048}


@dataclass(frozen=True, slots=True)
class _Verdict:
    """What one scan command found out; `bad` is None where it gives no verdict."""

    rule: str
    title: str
    bad: bool | None
    severity: Severity = Severity.MEDIUM
    refs: tuple[str, ...] = ()
    detail: str = ""


def sniff(head: bytes) -> int:
    if not _json.looks_like_json(head):
        return 0
    keys = _json.keys(head)
    if "accepted_targets" in keys and keys & {"commands_results", "sslyze_version"}:
        return 95
    if "server_scan_results" in keys or {"sslyze_version", "date_scans_started"} <= keys:
        return 95
    return 80 if {"connectivity_status", "server_location"} <= keys else 0


def parse(stream: BinaryIO, options: Options | None = None) -> Iterator[Record]:
    targets: dict[Seen, None] = {}
    facts: dict[str, Any] = {}
    skipped: Counter[str] = Counter()
    for leaf in _json.leaves(stream, _FACTS):
        if leaf.prefix in ("server_scan_results.item", "accepted_targets.item"):
            for record in _server(leaf, skipped):
                if isinstance(record, Row) and record.outcome is not Outcome.ERROR:
                    targets[record.asset] = None
                yield record
        elif leaf.prefix == "invalid_targets.item":
            found = _sslyze_old.unreachable(_json.obj(leaf.value))
            yield _unreachable(found, f"record {leaf.index}")
        elif leaf.prefix == "server_connectivity_errors":
            for value in _json.arr(leaf.value):
                yield _unreachable(_json.obj(value), f"record {leaf.index}")
        else:
            facts[leaf.prefix] = leaf.value
    yield Run(
        format=FORMAT,
        tool="sslyze",
        tool_version=_words.short(facts.get("sslyze_version"), 60),
        started_at=_utc(facts.get("date_scans_started")),
        finished_at=_utc(facts.get("date_scans_completed")),
        complete=bool(facts.keys() & {"date_scans_completed", "total_scan_time"}),
        targets=tuple(targets),
        skipped=dict(skipped),
    )


def _utc(value: Any) -> Any:
    """sslyze writes UTC, in older versions without saying so."""
    word = _words.text(value)
    offset = word[19:].lstrip(".0123456789")
    return _words.moment(word if offset or len(word) < 19 else f"{word}+00:00")


def _server(leaf: _json.Leaf, skipped: Counter[str]) -> Iterator[Record]:
    """Every command's verdicts; results without one (curves, resumption) are counted as skipped."""
    position = f"record {leaf.index}"
    if not isinstance(leaf.value, dict):
        yield Problem(position, reasons.NOT_AN_OBJECT, _words.short(leaf.value))
        return
    found = leaf.value
    if leaf.prefix == "accepted_targets.item":
        found = _sslyze_old.server(found)
    location = _json.obj(
        found.get("server_location") or _json.obj(found.get("server_info")).get("server_location")
    )
    if not (location.get("hostname") or location.get("ip_address")):
        yield Problem(position, reasons.NO_ASSET)
        return
    commands = found.get("scan_result", found.get("scan_commands_results"))
    if not isinstance(commands, dict):
        yield _unreachable(found, position)
        return
    failed = _json.obj(found.get("scan_commands_errors"))
    for name in sorted({*commands, *failed}):
        rows = list(_command(name, commands.get(name), failed.get(name), (location, position)))
        if not rows and _was_run(commands.get(name)):
            skipped[_words.short(name, 60)] += 1
        yield from rows


def _was_run(value: Any) -> bool:
    return isinstance(value, dict) and value.get("status") != "NOT_SCHEDULED"


def _unreachable(found: dict[str, Any], position: str) -> Record:
    info = _json.obj(found.get("server_info"))
    location = _json.obj(found.get("server_location") or info.get("server_location"))
    named = location.get("hostname") or location.get("ip_address")
    if not named:
        return Problem(position, reasons.NO_ASSET, _words.short(found.get("server_string")))
    verdict = _Verdict("connectivity", "The server could not be reached", None)
    trace = found.get("connectivity_error_trace") or found.get("error_message")
    return _row(verdict, Outcome.ERROR, (location, position), trace)


def _command(
    name: str, value: Any, failure: Any, where: tuple[dict[str, Any], str]
) -> Iterator[Row]:
    command = _json.obj(value)
    # Versions 3 and 4 put the result itself here, newer ones its status around it.
    status = _words.text(command.get("status"))
    result = command.get("result") if status or "error_reason" in command else value
    if failure or status == "ERROR" or command.get("error_reason"):
        title = f"{name} could not be checked"
        words = command.get("error_reason") or _json.obj(failure).get("reason") or failure
        yield _row(_Verdict(name, title, None), Outcome.ERROR, where, words)
        return
    if not isinstance(result, dict):  # the command was not asked for
        return
    for verdict in _verdicts(name, result):
        yield _row(verdict, _outcome(verdict), where, verdict.detail)


def _outcome(verdict: _Verdict) -> Outcome:
    if verdict.bad is None:
        return Outcome.MANUAL
    return Outcome.FAIL if verdict.bad else Outcome.PASS


def _row(verdict: _Verdict, outcome: Outcome, where: tuple[dict[str, Any], str], words: Any) -> Row:
    location, position = where
    port = _words.text(location.get("port")) or "443"
    host = _words.short(location.get("hostname"))
    return Row(
        tool=TOOL,
        outcome=outcome,
        rule=verdict.rule,
        title=verdict.title,
        asset=_words.host(_words.short(location.get("ip_address")) or host or "?", host),
        location=f"{port}/tcp",
        place=(f"tcp/{port}", host),
        refs=_words.refs([f"sslyze:{verdict.rule}"], list(verdict.refs)),
        severity=verdict.severity if outcome is Outcome.FAIL else Severity.INFO,
        excerpt=_words.excerpt(words),
        position=position,
    )


# What each command's result means


def _verdicts(name: str, result: dict[str, Any]) -> list[_Verdict]:
    if name.endswith("_cipher_suites"):
        return _ciphers(name, result)
    if name == "certificate_info":
        return _certificates(result)
    if name == "session_renegotiation":
        return _renegotiation(result)
    found = _FLAGS.get(name)
    return [found(result)] if found else []


def _flag(value: Any) -> bool | None:
    return value if isinstance(value, bool) else None


def _turned(value: Any) -> bool | None:
    return not value if isinstance(value, bool) else None


def _robot(result: dict[str, Any]) -> _Verdict:
    word = _words.text(result.get("robot_result")).upper()
    known = word.startswith(("VULNERABLE", "NOT_VULNERABLE"))
    bad = word.startswith("VULNERABLE") if known else None
    refs = ("cve:CVE-2017-13099",)
    return _Verdict("robot", "ROBOT", bad, Severity.HIGH, refs, word)


def _headers(result: dict[str, Any]) -> _Verdict:
    header = result.get("strict_transport_security_header")
    missing = not isinstance(header, dict)
    if missing and result.get("http_error_trace"):
        return _Verdict("hsts", "HTTP Strict Transport Security", None)
    return _Verdict("hsts", "HTTP Strict Transport Security", missing, Severity.LOW, ("cwe:319",))


_FLAGS = {
    "heartbleed": lambda r: _Verdict(
        "heartbleed",
        "Heartbleed",
        _flag(r.get("is_vulnerable_to_heartbleed")),
        Severity.CRITICAL,
        ("cve:CVE-2014-0160",),
    ),
    "openssl_ccs_injection": lambda r: _Verdict(
        "openssl_ccs_injection",
        "OpenSSL CCS injection",
        _flag(r.get("is_vulnerable_to_ccs_injection")),
        Severity.HIGH,
        ("cve:CVE-2014-0224",),
    ),
    "robot": _robot,
    "tls_compression": lambda r: _Verdict(
        "tls_compression",
        "TLS compression (CRIME)",
        _flag(r.get("supports_compression", r.get("compression_name") is not None)),
        Severity.MEDIUM,
        ("cve:CVE-2012-4929",),
    ),
    "tls_fallback_scsv": lambda r: _Verdict(
        "tls_fallback_scsv",
        "Protection against downgrades (TLS_FALLBACK_SCSV)",
        _turned(r.get("supports_fallback_scsv")),
        Severity.LOW,
        ("cve:CVE-2014-3566",),
    ),
    "tls_1_3_early_data": lambda r: _Verdict(
        "tls_1_3_early_data",
        "TLS 1.3 early data",
        _flag(r.get("supports_early_data")),
        Severity.LOW,
    ),
    "tls_extended_master_secret": lambda r: _Verdict(
        "tls_extended_master_secret",
        "TLS extended master secret",
        _turned(r.get("supports_ems_extension")),
        Severity.LOW,
    ),
    "http_headers": _headers,
}

_OLD = {
    "ssl_2_0": ("SSL 2.0", Severity.HIGH),
    "ssl_3_0": ("SSL 3.0", Severity.HIGH),
    "tls_1_0": ("TLS 1.0", Severity.MEDIUM),
    "tls_1_1": ("TLS 1.1", Severity.MEDIUM),
}
# As IANA and, with hyphens, as OpenSSL writes them.
_WEAK = ("NULL", "anon", "EXPORT", "RC4", "_DES_", "RC2", "3DES", "MD5", "DES-CBC", "EXP-", "ADH-")


def _ciphers(name: str, result: dict[str, Any]) -> list[_Verdict]:
    """The protocol by itself, and the weak ones among its accepted cipher suites."""
    version = name.removesuffix("_cipher_suites")
    suites = _json.arr(result.get("accepted_cipher_suites"))
    names = [_words.short(_json.obj(_json.obj(s).get("cipher_suite")).get("name")) for s in suites]
    if version in _OLD:
        label, grade = _OLD[version]
        offered = f"{label} is offered" if suites else f"{label} is not offered"
        found = [_Verdict(version, label, bool(suites), grade, ("cwe:327",), offered)]
    else:
        label = version.upper().replace("_", " ", 1).replace("_", ".")
        found = []
    weak = [each for each in names if any(word in each for word in _WEAK)]
    if suites or version not in _OLD:
        rule, title = f"weak_ciphers_{version}", f"Weak cipher suites of {label}"
        verdict = _Verdict(
            rule, title, bool(weak), Severity.MEDIUM, ("cwe:327",), ", ".join(weak or names)
        )
        found.append(verdict)
    return found


def _renegotiation(result: dict[str, Any]) -> list[_Verdict]:
    secure = result.get("supports_secure_renegotiation")
    dos = result.get(
        "is_vulnerable_to_client_renegotiation_dos", result.get("accepts_client_renegotiation")
    )
    return [
        _Verdict(
            "insecure_renegotiation",
            "Insecure renegotiation",
            _turned(secure),
            Severity.MEDIUM,
            ("cve:CVE-2009-3555",),
        ),
        _Verdict(
            "client_renegotiation_dos",
            "Renegotiation at the client's wish",
            _flag(dos),
            Severity.MEDIUM,
            ("cve:CVE-2011-1473",),
        ),
    ]


def _certificates(result: dict[str, Any]) -> list[_Verdict]:
    found: list[_Verdict] = []
    for index, value in enumerate(_json.arr(result.get("certificate_deployments"))):
        suffix = f"_{index + 1}" if index else ""
        found += _certificate(_json.obj(value), suffix)
    return found


def _certificate(deployment: dict[str, Any], suffix: str) -> list[_Verdict]:
    chain = _json.arr(deployment.get("received_certificate_chain"))
    leaf = _json.obj(next(iter(chain), None))
    subject = _words.short(_json.obj(leaf.get("subject")).get("rfc4514_string"))
    validations = [_json.obj(v) for v in _json.arr(deployment.get("path_validation_results"))]
    matches = deployment.get("leaf_certificate_subject_matches_hostname")
    found = [
        _Verdict(
            f"certificate_trust{suffix}",
            "Certificate is trusted",
            _untrusted(validations),
            Severity.MEDIUM,
            ("cwe:295",),
            "\n".join(filter(None, [subject, *_faults(validations)])),
        ),
        _Verdict(
            f"certificate_key{suffix}",
            "Length of the certificate's key",
            _short_key(_json.obj(leaf.get("public_key"))),
            Severity.MEDIUM,
            ("cwe:326",),
            subject,
        ),
        _Verdict(
            f"certificate_sha1{suffix}",
            "SHA-1 in the certificate chain",
            _flag(deployment.get("verified_chain_has_sha1_signature")),
            Severity.MEDIUM,
            ("cwe:328",),
            subject,
        ),
    ]
    if isinstance(matches, bool):  # gone since version 6, where validation includes the name
        title = "Certificate is of this host"
        found.append(
            _Verdict(
                f"certificate_name{suffix}",
                title,
                not matches,
                Severity.MEDIUM,
                ("cwe:297",),
                subject,
            )
        )
    return found


def _untrusted(validations: list[dict[str, Any]]) -> bool | None:
    if not validations:
        return None
    return not all(_validated(each) for each in validations)


def _validated(validation: dict[str, Any]) -> bool:
    flag = validation.get("was_validation_successful")
    return flag if isinstance(flag, bool) else bool(validation.get("verified_certificate_chain"))


def _faults(validations: list[dict[str, Any]]) -> list[str]:
    found = []
    for each in validations:
        if not _validated(each):
            store = _words.short(_json.obj(each.get("trust_store")).get("name"), 60)
            fault = each.get("validation_error") or each.get("openssl_error_string")
            found.append(f"{store}: {_words.short(fault, 200)}")
    return found


def _short_key(key: dict[str, Any]) -> bool | None:
    size = key.get("key_size", key.get("size"))
    if not isinstance(size, int):
        return None
    name = _words.text(key.get("algorithm") or key.get("type"))
    return size < _SHORT_KEY.get(name, 224)
