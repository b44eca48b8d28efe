"""Why a row went to quarantine. Stored in English, translated where it is shown."""

from django.utils.translation import gettext_noop

UNKNOWN_OUTCOME = gettext_noop("The result is not one of the words this format uses.")
UNKNOWN_SEVERITY = gettext_noop("The severity is not one of the words this format uses.")
UNKNOWN_EDITION = gettext_noop(
    "The file does not say which edition of the KISA guide it follows. Import it again with the edition chosen; until then its items are not mapped."
)
NO_RULE = gettext_noop("The row does not say which check it is.")
NO_ASSET = gettext_noop("The row does not say which host or asset it is about.")
NOT_AN_OBJECT = gettext_noop("A record is expected here, but something else stands in its place.")
UNREADABLE_LETTERS = gettext_noop("The row holds letters that cannot be read in this encoding.")
BROKEN_JSON = gettext_noop("The line is no whole JSON record.")
BROKEN_LINE = gettext_noop("The line cannot be split into columns.")
BAD_PORT = gettext_noop("The port is not a number from 0 to 65535.")
NO_ADDRESS = gettext_noop("The host has no address and no name.")
CUT_OFF = gettext_noop("The file ends in the middle; what came before has been read.")
NO_TARGET = gettext_noop(
    "The file does not say what it scanned, and nobody named it when importing. Its failures count, but it closes no finding. Import it again with the name of the host or repository."
)
