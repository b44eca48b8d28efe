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
from compliance.requirements.models import EvidenceKind, Requirement
from compliance.shared.commands import StableCommand


class Command(StableCommand):
    help = "Add files as one evidence and put it under review for a requirement."

    def add_arguments(self, parser: ArgumentParser) -> None:
        super().add_arguments(parser)
        parser.add_argument("--organisation", required=True, metavar="SLUG")
        parser.add_argument("--requirement", required=True, metavar="CODE")
        parser.add_argument("--by", metavar="EMAIL", help="default: the first who may add evidence")
        parser.add_argument("--kind", metavar="CODE", default="")
        parser.add_argument("--title", default="")
        parser.add_argument("--collected-at", type=date.fromisoformat, metavar="YYYY-MM-DD")
        parser.add_argument("--source", default="")
        parser.add_argument("files", nargs="+", type=Path, metavar="FILE")

    def handle(self, *args: Any, **options: Any) -> None:
        organisation = _organisation(options["organisation"])
        requirement = _requirement(organisation, options["requirement"])
        with ExitStack() as stack:
            files = [_opened(stack, path) for path in options["files"]]
            added = services.add(
                organisation,
                files,
                by=_person(organisation, options["by"]),
                requirement=requirement,
                title=options["title"],
                kind=_kind(requirement, options["kind"]),
                collected_at=options["collected_at"],
                source=options["source"],
            )
        if options["as_json"]:
            self.answer(_facts(added))
        else:
            self.stdout.write(_line(added))


def _organisation(slug: str) -> Organisation:
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


def _kind(requirement: Requirement, code: str) -> EvidenceKind | None:
    if not code:
        return None
    found = EvidenceKind.objects.filter(profile=requirement.profile, code=code).first()
    if found is None:
        asked = ", ".join(each.code for each in requirement.evidence_kinds.all())
        raise CommandError(
            _("There is no kind %(kind)s; %(code)s asks for %(asked)s.")
            % {"kind": code, "code": requirement.code, "asked": asked}
        )
    return found


def _person(organisation: Organisation, email: str | None) -> User:
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
    return _("%(evidence)s is under review.") % facts
