"""The words of the written confirmation (확인서) that the representative signs."""

from django.utils import translation
from django.utils.translation import gettext_lazy as _

from compliance.applications.models import Application

_WORDS = [
    _(
        "%(organisation)s confirms that what it states to %(platform)s in this application "
        "corresponds to the facts on the day of the confirmation."
    ),
    _(
        "The evidence enclosed is unaltered and was collected from the systems that are declared "
        "in scope."
    ),
    _("What is not met or still open is declared as such in the packet."),
    _(
        "Changes that touch a requirement are reported to %(platform)s without delay, and the "
        "platform may ask for the evidence again."
    ),
]


def default_text(application: Application) -> str:
    """The usual words, in Korean and then in English, to be edited before they are signed."""
    platform = application.profile.platform
    texts = []
    for language, title in (("ko", platform.title_ko), ("en", platform.title_en)):
        facts = {
            "organisation": application.organisation.name,
            "platform": title or platform.title_ko,
        }
        with translation.override(language):
            texts.append(
                "\n".join(f"{n}. {str(words) % facts}" for n, words in enumerate(_WORDS, 1))
            )
    return "\n\n".join(texts)
