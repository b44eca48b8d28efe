"""sslyze 1 and 2: their JSON in the shape of version 3, which `sslyze.py` reads."""

from __future__ import annotations

from typing import Any

from compliance.scans.parsers import _json, _words

# Options of the command line, by which results are filed → names of scan commands since.
_COMMANDS = {
    "certinfo": "certificate_info",
    "certinfo_basic": "certificate_info",
    "certinfo_full": "certificate_info",
    "sslv2": "ssl_2_0_cipher_suites",
    "sslv3": "ssl_3_0_cipher_suites",
    "tlsv1": "tls_1_0_cipher_suites",
    "tlsv1_1": "tls_1_1_cipher_suites",
    "tlsv1_2": "tls_1_2_cipher_suites",
    "tlsv1_3": "tls_1_3_cipher_suites",
    "reneg": "session_renegotiation",
    "heartbleed": "heartbleed",
    "openssl_ccs": "openssl_ccs_injection",
    "robot": "robot",
    "compression": "tls_compression",
    "fallback": "tls_fallback_scsv",
    "http_headers": "http_headers",
    "hsts": "http_headers",
    "early_data": "tls_1_3_early_data",
}
_FAULTS = ("exception", "error_message", "error", "as_text_error")


def server(target: dict[str, Any]) -> dict[str, Any]:
    """One of `accepted_targets`."""
    info = _json.obj(target.get("server_info"))
    results: dict[str, Any] = {}
    errors: dict[str, Any] = {}
    for option, value in _json.obj(target.get("commands_results")).items():
        name, result = _COMMANDS.get(option, option), _json.obj(value)
        fault = next(filter(None, (_words.text(result.get(key)) for key in _FAULTS)), "")
        if fault:
            errors[name] = {"reason": fault}
        else:
            shape = _ciphers if name.endswith("_cipher_suites") else _SHAPES.get(name)
            results[name] = shape(result) if shape else result
    return {
        "server_location": {key: info.get(key) for key in ("hostname", "ip_address", "port")},
        "scan_commands_results": results,
        "scan_commands_errors": errors,
    }


def unreachable(target: dict[str, Any]) -> dict[str, Any]:
    """One of `invalid_targets`: {"host:port": why}."""
    address, why = next(iter(target.items()), ("", ""))
    host, colon, port = address.rpartition(":")
    location = {"hostname": (host if colon else address).strip("[]"), "port": port if colon else ""}
    return {"server_location": location, "error_message": why}


def _ciphers(result: dict[str, Any]) -> dict[str, Any]:
    names = []
    for each in _json.arr(result.get("accepted_cipher_list")):
        cipher = _json.obj(each)
        name = _words.short(cipher.get("openssl_name") or cipher.get("name"), 100)
        names.append(f"{name} (anon)" if cipher.get("is_anonymous") is True else name)
    return {"accepted_cipher_suites": [{"cipher_suite": {"name": name}} for name in names]}


def _robot(result: dict[str, Any]) -> dict[str, Any]:
    return {"robot_result": result.get("robot_result_enum", result.get("robot_result"))}


def _headers(result: dict[str, Any]) -> dict[str, Any]:
    key = "strict_transport_security_header"
    return {key: result.get(key, result.get("hsts_header"))}


def _certificates(result: dict[str, Any]) -> dict[str, Any]:
    chain = result.get("received_certificate_chain", result.get("certificate_chain"))
    matches = result.get(
        "leaf_certificate_subject_matches_hostname", result.get("certificate_matches_hostname")
    )
    sha1 = result.get(
        "verified_chain_has_sha1_signature", result.get("has_sha1_in_certificate_chain")
    )
    paths = [_json.obj(p) for p in _json.arr(result.get("path_validation_result_list"))]
    return {
        "certificate_deployments": [
            {
                "received_certificate_chain": [_certificate(c) for c in _json.arr(chain)[:1]],
                "path_validation_results": [_path(path) for path in paths],
                "leaf_certificate_subject_matches_hostname": matches,
                "verified_chain_has_sha1_signature": sha1,
            }
        ]
    }


def _certificate(value: Any) -> dict[str, Any]:
    found = _json.obj(value)
    key = _json.obj(found.get("publicKey"))
    size = _words.text(key.get("size"))
    return {
        "subject": {"rfc4514_string": found.get("subject")},
        "public_key": {
            "algorithm": key.get("algorithm"),
            "key_size": int(size) if size.isdecimal() and len(size) < 7 else None,
        },
    }


def _path(path: dict[str, Any]) -> dict[str, Any]:
    verdict = path.get("was_validation_successful", path.get("is_certificate_trusted"))
    word = _words.text(path.get("verify_string"))
    return {
        "was_validation_successful": verdict if isinstance(verdict, bool) else word == "ok",
        "trust_store": path.get("trust_store"),
        "openssl_error_string": word,
    }


_SHAPES = {
    "certificate_info": _certificates,
    "robot": _robot,
    "http_headers": _headers,
}
