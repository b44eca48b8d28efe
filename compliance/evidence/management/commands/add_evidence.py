from argparse import ArgumentParser
from contextlib import ExitStack
from datetime import date
from pathlib import Path
from typing import Any

from django.core.management.base import CommandError
from django.utils.translation import gettext as _

from compliance.accounts.models import Membership, Organisation, User
from compliance.accounts.roles import CAPABILITIES, Capability
from compliance.evidence import selectors, services
from compliance.evidence.models import Confidentiality, Evidence, State
from compliance.requirements.models import EvidenceKind, Requirement
from compliance.shared.commands import StableCommand


class Command(StableCommand):
    help = "Add files as one evidence, or as its next version, and put it under review."

    def add_arguments(self, parser: ArgumentParser) -> None:
        super().add_arguments(parser)
        parser.add_argument("--organisation", required=True, metavar="SLUG")
        parser.add_argument("--requirement", metavar="CODE", default="")
        parser.add_argument("--by", metavar="EMAIL", help="default: the first who may add evidence")
        parser.add_argument("--kind", metavar="CODE", default="")
        parser.add_argument("--title", default="")
        parser.add_argument("--collected-at", type=date.fromisoformat, metavar="YYYY-MM-DD")
        parser.add_argument("--source", default="")
        parser.add_argument("--note", default="")
        parser.add_argument("--valid-from", type=date.fromisoformat, metavar="YYYY-MM-DD")
        parser.add_argument("--valid-until", type=date.fromisoformat, metavar="YYYY-MM-DD")
        parser.add_argument("--owner", metavar="EMAIL", help="default: who adds it")
        parser.add_argument("--tag", action="append", default=[], metavar="WORD")
        parser.add_argument(
            "--confidentiality", choices=Confidentiality.values, default=Confidentiality.INTERNAL
        )
        parser.add_argument("--draft", action="store_true", help="do not submit it for review")
        parser.add_argument(
            "--once", action="store_true", help="refuse files that are kept already"
        )
        parser.add_argument(
            "--version-of",
            type=int,
            metavar="NUMBER",
            help="the next version of this evidence instead of a new one",
        )
        parser.add_argument("files", nargs="+", type=Path, metavar="FILE")

    def handle(self, *args: Any, **options: Any) -> None:
        organisation = organisation_of(options["organisation"])
        by = person_of(organisation, options["by"])
        with ExitStack() as stack:
            files = [_opened(stack, path) for path in options["files"]]
            if options["version_of"]:
                added = _next_version(organisation, files, by, options)
            else:
                added = _add(organisation, files, by, options)
        if options["as_json"]:
            self.answer(_facts(added))
        else:
            self.stdout.write(_line(added))


def _circumstances(options: dict[str, Any]) -> dict[str, Any]:
    names = ("collected_at", "source", "note", "valid_from", "valid_until")
    return {name: options[name] for name in names}


def _add(
    organisation: Organisation, files: list[services.Upload], by: User, options: dict[str, Any]
) -> services.Added:
    requirement = None
    if options["requirement"]:
        requirement = _requirement(organisation, options["requirement"])
    return services.add(
        organisation,
        files,
        by=by,
        requirement=requirement,
        title=options["title"],
        kind=_kind(organisation, requirement, options["kind"]),
        confidentiality=options["confidentiality"],
        owner=person_of(organisation, options["owner"]) if options["owner"] else None,
        tags=options["tag"],
        submit=not options["draft"],
        once=options["once"],
        **_circumstances(options),
    )


def _next_version(
    organisation: Organisation, files: list[services.Upload], by: User, options: dict[str, Any]
) -> services.Added:
    number = options["version_of"]
    rows = Evidence.objects.select_related("kind", "organisation")
    evidence = rows.filter(organisation=organisation, number=number).first()
    if evidence is None:
        raise CommandError(_("There is no evidence EV-%(number)04d.") % {"number": number})
    services.add_version(evidence, files, by=by, **_circumstances(options))
    return services.Added(evidence, evidence.links.first())


def organisation_of(slug: str) -> Organisation:
    found = Organisation.objects.filter(slug=slug).first()
    if found is None:
        raise CommandError(_("There is no organisation %(slug)s.") % {"slug": slug})
    return found


def _requirement(organisation: Organisation, code: str) -> Requirement:
    rows = selectors.adopted_requirements(organisation).filter(code=code)
    found = rows.order_by("-profile__version").first()
    if found is None:
        raise CommandError(
            _("%(slug)s has adopted no profile with a requirement %(code)s.")
            % {"slug": organisation.slug, "code": code}
        )
    return found


def _kind(
    organisation: Organisation, requirement: Requirement | None, code: str
) -> EvidenceKind | None:
    if not code:
        return None
    rows = selectors.adopted_kinds(organisation).filter(code=code)
    if requirement is None:
        if (found := rows.first()) is None:
            raise CommandError(_("There is no kind %(kind)s.") % {"kind": code})
        return found
    found = rows.filter(profile=requirement.profile).first()
    if found is None:
        asked = ", ".join(each.code for each in requirement.evidence_kinds.all())
        raise CommandError(
            _("There is no kind %(kind)s; %(code)s asks for %(asked)s.")
            % {"kind": code, "code": requirement.code, "asked": asked}
        )
    return found


def person_of(organisation: Organisation, email: str | None) -> User:
    members = Membership.objects.active().filter(organisation=organisation)
    if email:
        members = members.filter(user__email=email.lower())
    roles = [role for role, granted in CAPABILITIES.items() if Capability.EVIDENCE_ADD in granted]
    rows = members.select_related("user").order_by("pk")
    found = (rows if email else rows.filter(role__in=roles)).first()
    if found is None:
        raise CommandError(
            _("Nobody in %(slug)s has the e-mail %(email)s.")
            % {"slug": organisation.slug, "email": email}
            if email
            else _("Nobody in %(slug)s may add evidence.") % {"slug": organisation.slug}
        )
    return found.user


def _opened(stack: ExitStack, path: Path) -> services.Upload:
    try:
        return services.Upload(stack.enter_context(path.open("rb")), path.name)
    except OSError as fault:
        raise CommandError(
            _("%(file)s cannot be read: %(why)s.") % {"file": path, "why": fault.strerror}
        ) from fault


def _facts(added: services.Added) -> dict[str, Any]:
    version = added.evidence.latest
    files = version.files.select_related("blob") if version else []
    return {
        "evidence": added.evidence.code,
        "repeated": added.repeated,
        "version": version.number if version else 0,
        "digest": version.digest if version else "",
        "state": added.link.state if added.link else None,
        "files": [
            {"name": file.name, "sha256": file.blob.sha256, "size": file.blob.size}
            for file in files
        ],
    }


def _line(added: services.Added) -> str:
    facts = {"evidence": added.evidence}
    if added.repeated:
        return _("%(evidence)s was added before. Nothing changed.") % facts
    if added.link is None:
        return _("%(evidence)s is kept. Link it to a requirement.") % facts
    if added.link.state == State.DRAFT:
        return _("%(evidence)s is kept as a draft. Submit it when it is complete.") % facts
    return _("%(evidence)s is under review.") % facts
