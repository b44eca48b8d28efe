"""A profile in its own shape (YAML) needs no choices; its rows are listed for the preview."""

from compliance.exchange.items import Area, Becomes, Item, Reading, Row
from compliance.requirements import documents


def read(content: bytes) -> Reading:
    """Return what the profile says. Raises Refused with one sentence for what would not load."""
    document = documents.read(content)
    about = document.data["profile"]
    found = Reading(
        data=document.data,
        digest=document.digest,
        facts={
            "title": about["title_ko"],
            "title_en": about.get("title_en", ""),
            "version": str(about["version"]),
            "published": str(about["published"]),
            "format": "Gatepass",
        },
    )
    found.areas = [
        Area(str(each["code"]), each["title_ko"], each.get("title_en", ""))
        for each in document.data["areas"]
    ]
    for number, row in enumerate(document.data["requirements"], 1):
        item = Item(
            code=str(row["id"]),
            title=row["title_ko"],
            title_en=row.get("title_en", ""),
            statement=row.get("statement_ko", ""),
            area=str(row["area"]),
            parent=str(row.get("parent", "")),
            severity=row["severity"],
            mandatory=row.get("mandatory", True),
        )
        found.rows.append(Row("", number, Becomes.REQUIREMENT, item.title, item))
    return found
