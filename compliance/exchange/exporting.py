"""Which files a profile can leave as, and the making of one."""

import hashlib
from dataclasses import dataclass, field

from django.db.models import F
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import override

from compliance.accounts.models import Organisation, User
from compliance.audit.services import Named, record_read
from compliance.exchange import checklists, filling, oscal_out
from compliance.exchange.actions import Action
from compliance.exchange.answers import Answers, gather
from compliance.exchange.filling import Filled
from compliance.exchange.formats import Format
from compliance.exchange.layouts import Layout
from compliance.exchange.models import Kind, ProfileForm
from compliance.requirements import writing
from compliance.requirements.models import Adoption, Profile
from compliance.shared.errors import Refused
from compliance.vault import services as vault
from compliance.vault.names import clean_name, extension

LANGUAGES = ("ko", "en")


_SHEET = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
_JSON = "application/json"
# Format → (media type, what follows the profile's name in the file name).
_FILES = {
    Format.XLSX: (_SHEET, "{checklist}.xlsx"),
    Format.CSV: ("text/csv; charset=utf-8", "{checklist}.csv"),
    Format.OSCAL_CATALOG: (_JSON, "oscal-catalog.json"),
    Format.OSCAL_RESULTS: (_JSON, "oscal-assessment-results.json"),
    Format.YAML: ("application/yaml", "profile.yaml"),
}


@dataclass(frozen=True, slots=True)
class Export:
    """One file ready to leave, and for a form what a person should know of it."""

    name: str
    media_type: str
    content: bytes
    filled: Filled = field(default_factory=Filled)


def find(organisation: Organisation, identifier: str, version: str = "") -> Adoption | None:
    """Return the adopted profile; the version worked with now before those that it replaced."""
    rows = Adoption.objects.filter(organisation=organisation, profile__identifier=identifier)
    if version:
        rows = rows.filter(profile__version=version)
    now_first = F("ended_at").asc(nulls_first=True)
    return rows.select_related("profile__platform").order_by(now_first, "-adopted_at").first()


def form_of(organisation: Organisation, profile: Profile) -> ProfileForm | None:
    """Return the document the profile came in, where it is one that can be filled."""
    rows = ProfileForm.objects.filter(organisation=organisation, profile=profile)
    found = rows.select_related("blob").first()
    return found if found and found.kind in {Kind.XLSX, Kind.CSV} else None


def filled_form(
    organisation: Organisation,
    profile: Profile,
    answers: Answers,
    *,
    language: str = "ko",
    as_utf8: bool = False,
) -> tuple[ProfileForm, Filled]:
    """Fill the profile's own form; raises Refused where there is none, or it was damaged."""
    form = form_of(organisation, profile)
    if form is None:
        raise Refused(_("This profile did not come as a form. Download the checklist instead."))
    content = vault.read_checked(form.blob, name=form.file_name)
    filled = filling.fill(
        content,
        form.kind,
        Layout.of(form.layout),
        answers,
        language=language,
        as_utf8=as_utf8,
    )
    return form, filled


def make(
    organisation: Organisation, profile: Profile, file_format: str, *, language: str = "ko"
) -> Export:
    """Return the profile as a file of *file_format*; raises Refused with a sentence."""
    chosen = _known(file_format)
    language = language if language in LANGUAGES else "ko"
    if chosen in {Format.FORM, Format.FORM_UTF8}:
        return _form(organisation, profile, language, as_utf8=chosen == Format.FORM_UTF8)
    media_type, ending = _FILES[chosen]
    with override(language):
        ending = ending.format(checklist=_("Checklist"))
    stem = f"{profile.title_ko if language == 'ko' else profile.title_en or profile.title_ko}"
    name = clean_name(f"{stem} {profile.version} {timezone.localdate().isoformat()} {ending}")
    return Export(name, media_type, _content(organisation, profile, chosen, language))


def _known(file_format: str) -> Format:
    if file_format not in Format.values:
        raise Refused(
            _("There is no export “%(given)s”. Choose one of: %(known)s.")
            % {"given": file_format[:40], "known": ", ".join(Format.values)}
        )
    return Format(file_format)


def _content(organisation: Organisation, profile: Profile, chosen: Format, language: str) -> bytes:
    if chosen == Format.YAML:
        return writing.to_yaml(profile).encode()
    answers = gather(organisation, profile)
    if chosen == Format.XLSX:
        return checklists.xlsx(answers, language=language)
    makers = {
        Format.CSV: checklists.csv,
        Format.OSCAL_CATALOG: oscal_out.catalog,
        Format.OSCAL_RESULTS: oscal_out.results,
    }
    return makers[chosen](answers, language=language)


def _form(organisation: Organisation, profile: Profile, language: str, *, as_utf8: bool) -> Export:
    answers = gather(organisation, profile)
    form, filled = filled_form(organisation, profile, answers, language=language, as_utf8=as_utf8)
    if as_utf8 and form.kind != Kind.CSV:
        raise Refused(
            _("This form is a workbook, which has no encoding. Download the form itself.")
        )
    media_type = _SHEET if form.kind == Kind.XLSX else "text/csv"
    return Export(_answered_name(form.file_name, language), media_type, filled.content, filled)


def _answered_name(name: str, language: str) -> str:
    """The form's own name with the day, so that it does not replace the empty one."""
    with override(language):
        answered = _("answered")
    ending = extension(name)
    stem = name[: -len(ending) - 1] if ending else name
    dated = f"{stem} {answered} {timezone.localdate().isoformat()}"
    return clean_name(f"{dated}.{ending}" if ending else dated)


def hand_out(adoption: Adoption, file_format: str, *, by: User, language: str = "ko") -> Export:
    """Make the file and record who took it."""
    made = make(adoption.organisation, adoption.profile, file_format, language=language)
    record_taken(adoption, file_format, by=by, name=made.name, content=made.content)
    return made


def record_taken(
    adoption: Adoption, file_format: str, *, by: Named, name: str, content: bytes
) -> None:
    """Say in the audit log who took which bytes: a file that turns up later can be named."""
    record_read(
        by,
        Action.FORM_EXPORTED,
        adoption,
        format=file_format,
        name=name,
        sha256=hashlib.sha256(content).hexdigest(),
    )
