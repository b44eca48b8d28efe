"""The statements of `matching.py`, the same for SQLite and PostgreSQL.

`scan_word` holds what the run says of each fingerprint, and its worst failure; `scan_seen` one row
a failure: the finding, which has its key already where it is new, and what becomes of it; `scan_asset`
what the run covered; `scan_missed` findings that it covered and does not show; `scan_gone` what it
closes. They have no keys of their own: each is read whole.
"""

TABLES = {
    "scan_word": """
        CREATE TEMPORARY TABLE scan_word (
            fingerprint varchar(64) NOT NULL,
            still integer NOT NULL,
            gone integer NOT NULL,
            doubted integer NOT NULL,
            worst bigint
        )
    """,
    "scan_seen": """
        CREATE TEMPORARY TABLE scan_seen (
            result_id bigint NOT NULL,
            finding_id bigint NOT NULL,
            kind varchar(10) NOT NULL,
            severity varchar(10) NOT NULL,
            meaning bigint NOT NULL
        )
    """,
    "scan_asset": "CREATE TEMPORARY TABLE scan_asset (asset_id bigint NOT NULL)",
    "scan_missed": """
        CREATE TEMPORARY TABLE scan_missed (
            finding_id bigint NOT NULL,
            passed integer NOT NULL,
            doubted integer NOT NULL
        )
    """,
    "scan_gone": "CREATE TEMPORARY TABLE scan_gone (finding_id bigint NOT NULL)",
}

# Sorts and hashes of a large run stay in the server's memory: some kilobytes a hundred rows.
ROOM = "SET LOCAL work_mem = '32MB'"

# Keys of new findings. SQLite's transaction is the only writer, so what follows the last is free.
NEXT = {
    "postgresql": "nextval((SELECT pg_get_serial_sequence('scans_finding', 'id')::regclass))",
    "sqlite": """COALESCE((SELECT seq FROM sqlite_sequence WHERE name = 'scans_finding'), 0)
        + ROW_NUMBER() OVER (ORDER BY result_id)""",
}


def grade(column: str) -> str:
    """A severity as a number, the worse the higher; NULL for none."""
    return (
        f"CASE {column} WHEN 'critical' THEN 4 WHEN 'high' THEN 3 WHEN 'medium' THEN 2 "
        "WHEN 'low' THEN 1 WHEN 'info' THEN 0 END"
    )


# Of several failures with one fingerprint the worst counts, and of those the first: the grade
# stands before the result's number in one integer. A suspicious pass proves nothing.
_STEP = 1_000_000_000_000_000
LISTEN = f"""
INSERT INTO scan_word (fingerprint, still, gone, doubted, worst)
SELECT fingerprint,
    MAX(CASE WHEN outcome IN ('fail', 'suppressed', 'manual', 'error') THEN 1 ELSE 0 END),
    MAX(CASE WHEN outcome IN ('pass', 'not_applicable') AND NOT suspicious THEN 1 ELSE 0 END),
    MAX(CASE WHEN suspicious THEN 1 ELSE 0 END),
    {_STEP} - MAX(CASE WHEN outcome = 'fail' THEN ({grade("severity")} + 1) * {_STEP} - id END)
        %% {_STEP}
FROM scans_checkresult WHERE run_id = %(run)s GROUP BY fingerprint
"""  # noqa: S608 - our own words

# The severity that counts is a person's, else the tool's, raised as far as the mapping says.
SEE = f"""
INSERT INTO scan_seen (result_id, finding_id, kind, severity, meaning)
WITH known AS MATERIALIZED (
    SELECT c.id AS result_id, f.id AS finding_id, r.meaning,
        f.state, f.accepted_until, f.last_seen_at, f.fixed_at, f.severity AS old_severity,
        CASE WHEN f.id IS NULL THEN 1 WHEN c.title = f.title AND c.location = f.location
            AND c.severity = f.reported_severity AND c.excerpt = f.excerpt
            AND c.exploited = f.exploited AND COALESCE(c.epss, -1) = COALESCE(f.epss, -1)
            THEN 1 ELSE 0 END AS same_words,
        CASE WHEN f.own_severity <> '' THEN f.own_severity
            WHEN r.raise_to <> '' AND {grade("r.raise_to")} > {grade("c.severity")}
            THEN r.raise_to ELSE c.severity END AS severity
    FROM scan_word w
    JOIN scans_checkresult c ON c.id = w.worst
    JOIN scans_rule r ON r.id = c.rule_id
    LEFT JOIN scans_finding f
        ON f.organisation_id = %(organisation)s AND f.fingerprint = w.fingerprint
)
SELECT result_id,
    COALESCE(finding_id, {{next}}),
    CASE WHEN finding_id IS NULL THEN 'new'
        WHEN last_seen_at > %(moment)s OR fixed_at > %(moment)s THEN 'older'
        WHEN state = 'fixed' THEN 'reopened'
        WHEN state = 'risk_accepted' AND accepted_until < %(today)s THEN 'reopened'
        WHEN same_words = 1 AND severity = old_severity THEN 'seen'
        ELSE 'updated' END,
    severity, meaning
FROM known
"""  # noqa: S608 - our own words
KINDS = "SELECT kind, COUNT(*) FROM scan_seen GROUP BY kind"

TOUCH = """
UPDATE scans_finding SET last_seen_at = %(moment)s, last_run_id = %(run)s
WHERE id IN (SELECT finding_id FROM scan_seen WHERE kind = 'seen')
"""
REFRESH = """
UPDATE scans_finding SET
    last_seen_at = %(moment)s, last_run_id = %(run)s,
    title = c.title, location = c.location, place = c.place, excerpt = c.excerpt,
    reported_severity = c.severity, severity = s.severity, exploited = c.exploited, epss = c.epss
FROM scan_seen s JOIN scans_checkresult c ON c.id = s.result_id
WHERE scans_finding.id = s.finding_id AND s.kind IN ('updated', 'reopened')
"""
REOPEN = """
UPDATE scans_finding SET state = 'open', reason = '', fixed_run_id = NULL, fixed_at = NULL,
    accepted_until = NULL, reopened = reopened + 1
WHERE id IN (SELECT finding_id FROM scan_seen WHERE kind = 'reopened')
"""
OPEN = """
INSERT INTO scans_finding (
    id, organisation_id, number, fingerprint, format, rule_id, asset_id, location, place, title,
    excerpt, reported_severity, severity, meaning, state, reason, own_severity, severity_reason, exploited,
    epss, first_seen_at, last_seen_at, first_run_id, last_run_id, reopened
)
SELECT s.finding_id, %(organisation)s, %(last)s + s.place, c.fingerprint, %(format)s,
    c.rule_id, c.asset_id, c.location, c.place, c.title, c.excerpt, c.severity, s.severity,
    s.meaning, 'open', '', '', '', c.exploited, c.epss, %(moment)s, %(moment)s, %(run)s, %(run)s, 0
FROM (
    SELECT *, ROW_NUMBER() OVER (ORDER BY result_id) AS place FROM scan_seen WHERE kind = 'new'
) s JOIN scans_checkresult c ON c.id = s.result_id
"""
OBSERVE = """
INSERT INTO scans_observation (finding_id, run_id, outcome, severity, change)
SELECT finding_id, %(run)s, 'fail', severity, CASE kind WHEN 'older' THEN 'seen' ELSE kind END
FROM scan_seen
"""

# Two things that nobody named look alike: a scan of one closes nothing on the other.
COVERED = """
INSERT INTO scan_asset
SELECT id FROM scans_asset
WHERE id IN (SELECT asset_id FROM scans_checkresult WHERE run_id = %(run)s)
    AND SUBSTR(key, 1, LENGTH(%(unnamed)s)) <> %(unnamed)s
"""
COVERED_TOO = "INSERT INTO scan_asset VALUES (%s)"

# Findings that this run covered and may close, unless it still shows them; those that failed in it are
# its own by now.
MISS = """
INSERT INTO scan_missed (finding_id, passed, doubted)
SELECT f.id, COALESCE(w.gone, 0), COALESCE(w.doubted, 0)
FROM scans_finding f LEFT JOIN scan_word w ON w.fingerprint = f.fingerprint
WHERE f.organisation_id = %(organisation)s AND f.format = %(format)s
    AND f.state IN ('open', 'risk_accepted', 'disputed') AND f.last_seen_at <= %(moment)s
    AND f.last_run_id <> %(run)s AND f.asset_id IN (SELECT asset_id FROM scan_asset)
    AND COALESCE(w.still, 0) = 0
"""
PASSED = "INSERT INTO scan_gone SELECT finding_id FROM scan_missed WHERE passed = 1"
ABSENT = """
SELECT finding_id FROM scan_missed WHERE passed = 0 AND doubted = 0 ORDER BY finding_id
"""
NOT_RETESTED = """
SELECT COUNT(*) FROM scans_finding f JOIN scan_missed m ON m.finding_id = f.id
WHERE f.state = 'open'
"""
GONE_TOO = "INSERT INTO scan_gone VALUES (%s)"
HOW_MANY_MISSED = "SELECT COUNT(*) FROM scan_missed"
HOW_MANY_GONE = "SELECT COUNT(*) FROM scan_gone"
CLOSE = """
UPDATE scans_finding SET state = 'fixed', fixed_run_id = %(run)s, fixed_at = %(moment)s, reason = ''
WHERE id IN (SELECT finding_id FROM scan_gone)
"""
OBSERVE_GONE = """
INSERT INTO scans_observation (finding_id, run_id, outcome, severity, change)
SELECT f.id, %(run)s, 'pass', f.severity, 'fixed'
FROM scans_finding f JOIN scan_gone g ON g.finding_id = f.id
"""
