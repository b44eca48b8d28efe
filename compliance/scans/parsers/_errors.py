"""The sentences that refuse a whole file."""

from django.utils.translation import gettext_lazy as _

from compliance.shared.errors import Refused


def empty() -> Refused:
    return Refused(_("The file is empty. Export the scan result again and import that file."))


def packed() -> Refused:
    return Refused(_("The file is compressed. Unpack it and import the scan result inside."))


def broken_gzip() -> Refused:
    return Refused(_("The compressed file is damaged or cut off. Compress it again."))


def too_large_inside() -> Refused:
    return Refused(
        _(
            "The file unpacks to far more than a scan result holds. Unpack it, look inside, and import the part that is wanted."
        )
    )


def unknown() -> Refused:
    return Refused(
        _("This is not a scan result Gatepass can read. See the list of formats on this page.")
    )


def broken_xml() -> Refused:
    return Refused(_("The XML is damaged or cut off. Export the scan result again."))


def entities() -> Refused:
    return Refused(
        _("The XML declares entities of its own, which no scanner does. It was not read.")
    )


def too_deep() -> Refused:
    return Refused(_("The file is nested too deeply to be a scan result. It was not read."))


def broken_json() -> Refused:
    return Refused(_("The JSON is damaged or cut off. Export the scan result again."))


def no_header() -> Refused:
    return Refused(
        _(
            "No header row with a check code and a result column was found. Add one and import again."
        )
    )


def nothing_inside() -> Refused:
    return Refused(_("The file has the right form but holds no result. Check the scan itself."))


def altered() -> Refused:
    return Refused(
        _(
            "This collector result was altered or cut off after it was written: its digest does not match. Run the collector again and import the file as it leaves it."
        )
    )
