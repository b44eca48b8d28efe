"""Every URL, and who may pass. The test replays each as each person.

Reading is everybody's who is a member; a verb lists the roles whose policy lets them in. A person
who is let in may still be told that the state is wrong (409) or the form is incomplete: that is
another question, asked in the rooms' own tests.
"""

from typing import NamedTuple

from compliance.accounts.roles import CAPABILITIES, Capability, Role


class Door(NamedTuple):
    method: str
    roles: frozenset[Role]


EVERYBODY = frozenset(Role)
READ = Door("GET", EVERYBODY)


def holders(*capabilities: Capability) -> frozenset[Role]:
    """Roles that include one of *capabilities*."""
    return frozenset(role for role in Role if CAPABILITIES[role] & set(capabilities))


def verb(*capabilities: Capability, method: str = "POST") -> Door:
    return Door(method, holders(*capabilities))


C = Capability
# Reachable without signing in.
PUBLIC = {
    "accounts:sign-in": "where people sign in",
    "accounts:sign-out": "ends a session, does nothing without one",
    "accounts:language": "sets a cookie",
    "healthz": "says that the process is up",
    "readyz": "names a failing part, no data",
    "api:openapi-json": "describes the API, no data",
}
# Signed in, but of no organisation.
PERSONAL = {"home": "sends the person to their organisation", "review:verify": "stores nothing"}

DOORS: dict[str, Door] = {
    "members:list": READ,
    "members:deadlines": READ,
    "members:deadlines-set": verb(C.RISK_ACCEPT),
    "notices:list": READ,
    "notices:read": Door("POST", EVERYBODY),
    "notices:read-all": Door("POST", EVERYBODY),
    "jobs:progress": READ,
    "jobs:cancel": verb(C.TASK_MANAGE, C.PACKET_BUILD),
    # An unfinished upload is its sender's alone: for everybody else it is not there.
    "vault:uploads": verb(C.EVIDENCE_ADD),
    "vault:upload": Door("HEAD", EVERYBODY),
    "dashboard:home": READ,
    "dashboard:audit": verb(C.AUDIT_READ, method="GET"),
    "requirements:library": READ,
    "requirements:profile": READ,
    "requirements:borrow": verb(C.ASSESSMENT_EDIT, method="GET"),
    "requirements:relate": verb(C.APPLICATION_EDIT),
    "requirements:unrelate": verb(C.APPLICATION_EDIT),
    "members:filter-save": Door("POST", EVERYBODY),
    "members:filter-default": Door("POST", EVERYBODY),
    # The filter of the test is the owner's own, shared with everybody.
    "members:filter-rename": verb(C.PEOPLE_MANAGE),
    "members:filter-delete": verb(C.PEOPLE_MANAGE),
    "requirements:list": READ,
    "requirements:readiness": READ,
    "requirements:history": READ,
    "requirements:writing": READ,
    "requirements:bulk": verb(C.VERDICT_SET),
    "requirements:bulk-undo": verb(C.VERDICT_SET),
    "requirements:draft": verb(C.ASSESSMENT_EDIT),
    "requirements:comment": verb(C.ASSESSMENT_EDIT, C.VERDICT_SET, C.EVIDENCE_REVIEW),
    "requirements:detail": READ,
    "requirements:adopt": verb(C.APPLICATION_EDIT),
    "requirements:statement": verb(C.ASSESSMENT_EDIT),
    "requirements:verdict": verb(C.VERDICT_SET),
    "requirements:assign": verb(C.VERDICT_SET),
    "requirements:versions": READ,
    "requirements:difference": READ,
    "requirements:plan": READ,
    "requirements:carry-over": verb(C.APPLICATION_EDIT),
    "requirements:to-look-at": READ,
    "requirements:tick": verb(C.ASSESSMENT_EDIT),
    "requirements:untick": verb(C.ASSESSMENT_EDIT),
    "evidence:list": READ,
    "evidence:detail": READ,
    "evidence:desk": READ,
    "evidence:file": READ,
    "evidence:preview": READ,
    "evidence:personal": READ,
    "evidence:personal-decide": verb(C.EVIDENCE_ADD),
    "evidence:redact": verb(C.EVIDENCE_ADD, method="GET"),
    "evidence:redact-make": verb(C.EVIDENCE_ADD),
    "evidence:thumbnail": READ,
    "evidence:requirements": READ,
    "evidence:bulk": verb(C.EVIDENCE_ADD),
    "evidence:bulk-undo": verb(C.EVIDENCE_ADD),
    "evidence:upload": verb(C.EVIDENCE_ADD),
    "evidence:version": verb(C.EVIDENCE_ADD),
    "evidence:link": verb(C.EVIDENCE_ADD),
    "evidence:reuse": verb(C.EVIDENCE_ADD),
    "evidence:withdraw": verb(C.EVIDENCE_ADD),
    "evidence:accept": verb(C.EVIDENCE_REVIEW),
    "evidence:return": verb(C.EVIDENCE_REVIEW),
    "scans:runs": READ,
    "scans:run": READ,
    "scans:findings": READ,
    "scans:finding": READ,
    "scans:unmapped": READ,
    "scans:collector": READ,
    "scans:overview": READ,
    "scans:compare": READ,
    "scans:asset": READ,
    "scans:export-csv": READ,
    "scans:export-xlsx": READ,
    "scans:import": verb(C.SCANS_IMPORT),
    "scans:mapping-sets": READ,
    "scans:mapping-set": READ,
    "scans:mapping-approve": verb(C.VERDICT_SET),
    "scans:mapping-retire": verb(C.VERDICT_SET),
    "scans:answer": verb(C.SCANS_IMPORT),
    "scans:withdraw": verb(C.SCANS_IMPORT),
    "scans:triage": verb(C.FINDING_TRIAGE),
    # Documents out.
    "exchange:export": READ,
    "exchange:export-file": READ,
    "api:export": READ,
    "exchange:imports": READ,
    "exchange:upload": verb(C.APPLICATION_EDIT),
    "exchange:import": READ,
    "exchange:import-sheets": verb(C.APPLICATION_EDIT, method="GET"),
    "exchange:import-columns": verb(C.APPLICATION_EDIT, method="GET"),
    "exchange:import-words": verb(C.APPLICATION_EDIT, method="GET"),
    "exchange:import-about": verb(C.APPLICATION_EDIT, method="GET"),
    "exchange:import-preview": verb(C.APPLICATION_EDIT, method="GET"),
    "exchange:import-skip": verb(C.APPLICATION_EDIT),
    "exchange:import-mapping": verb(C.APPLICATION_EDIT),
    "exchange:import-save-mapping": verb(C.APPLICATION_EDIT),
    "exchange:import-publish": verb(C.APPLICATION_EDIT),
    "exchange:import-discard": verb(C.APPLICATION_EDIT),
    "scans:triage-many": verb(C.FINDING_TRIAGE),
    "scans:grade": verb(C.FINDING_TRIAGE),
    "applications:list": READ,
    "applications:detail": READ,
    "applications:preflight": READ,
    "applications:create": verb(C.APPLICATION_EDIT),
    "applications:edit": verb(C.APPLICATION_EDIT),
    "applications:scope": verb(C.APPLICATION_EDIT),
    "applications:round": READ,
    "applications:verdicts": READ,
    "applications:import-verdicts": verb(C.APPLICATION_EDIT),
    "applications:answer": verb(C.ASSESSMENT_EDIT),
    "applications:attest": verb(C.APPLICATION_APPROVE),
    "applications:renew": verb(C.APPLICATION_EDIT),
    "applications:declare-change": verb(C.APPLICATION_EDIT),
    "applications:request-review": verb(C.APPLICATION_EDIT),
    "applications:take-back": verb(C.APPLICATION_EDIT),
    "applications:review": verb(C.EVIDENCE_REVIEW),
    "applications:approve": verb(C.APPLICATION_APPROVE),
    "applications:submit": verb(C.APPLICATION_APPROVE),
    "applications:receive": verb(C.APPLICATION_EDIT),
    "applications:start-review": verb(C.APPLICATION_EDIT),
    "applications:request-changes": verb(C.APPLICATION_EDIT),
    "applications:next-round": verb(C.APPLICATION_EDIT),
    "applications:decide": verb(C.APPLICATION_EDIT),
    "applications:cancel": verb(C.APPLICATION_APPROVE),
    "packets:packet": READ,
    "packets:download": READ,
    "packets:freeze": verb(C.PACKET_BUILD),
    "packets:build": verb(C.PACKET_BUILD),
    "remediation:list": READ,
    "remediation:board": READ,
    "remediation:detail": READ,
    "remediation:create": verb(C.TASK_MANAGE),
    "remediation:open-for": verb(C.TASK_MANAGE),
    "remediation:edit": verb(C.TASK_WORK, C.TASK_MANAGE),
    "remediation:plan": verb(C.TASK_WORK),
    "remediation:start": verb(C.TASK_WORK),
    "remediation:fix": verb(C.TASK_WORK),
    "remediation:verify": verb(C.TASK_MANAGE, C.EVIDENCE_REVIEW),
    "remediation:verify-and-close": verb(C.TASK_MANAGE),
    "remediation:close": verb(C.TASK_MANAGE),
    "remediation:reopen": verb(C.TASK_MANAGE, C.EVIDENCE_REVIEW),
    "remediation:false-positive": verb(C.FINDING_TRIAGE),
    "remediation:dispute": verb(C.FINDING_TRIAGE),
    "remediation:accept-risk": verb(C.RISK_ACCEPT),
    "remediation:assign": verb(C.TASK_MANAGE),
    "remediation:comment": verb(C.TASK_WORK, C.TASK_MANAGE, C.EVIDENCE_REVIEW),
    "api:requirement_list": READ,
    "api:readiness": READ,
    "api:requirement": READ,
    "api:put_statement": verb(C.ASSESSMENT_EDIT, method="PUT"),
    "api:put_verdict": verb(C.VERDICT_SET, method="PUT"),
    "api:evidence-add": verb(C.EVIDENCE_ADD),
    "api:evidence": READ,
    "api:evidence-accept": verb(C.EVIDENCE_REVIEW),
    "api:evidence-return": verb(C.EVIDENCE_REVIEW),
    "api:import_scan": verb(C.SCANS_IMPORT),
    "api:runs": READ,
    "api:one_run": READ,
    "api:findings": READ,
    "api:application_list": READ,
    "api:gaps": READ,
    "api:scope": READ,
    "api:put_scope": verb(C.APPLICATION_EDIT, method="PUT"),
    "api:rounds": READ,
    "api:received": READ,
    "api:post_verdicts": verb(C.APPLICATION_EDIT),
}
