"""alice sets scans, assets and requirements beside each other, and takes tables along."""

import csv
import io

import openpyxl
import pytest
from django.urls import reverse

from compliance.scans import comparing
from compliance.scans.models import Asset, Finding

NMAP = "nmap_ipv6_only.xml"
CLOSED = (b'portid="23"><state state="open"', b'portid="23"><state state="closed"')


def url(name: str, **more) -> str:
    return reverse(f"scans:{name}", kwargs={"organisation": "manna", **more})


def test_two_scans_are_compared_by_what_a_failure_is(browse, import_sample, alice):
    first, second = import_sample(NMAP), import_sample(NMAP, CLOSED)
    context = browse(alice).get(url("compare", pk=second.pk)).context
    assert (context["other"], context["counts"]) == (first, {"appeared": 0, "gone": 1, "both": 2})
    shown = browse(alice).get(url("compare", pk=second.pk), {"show": "gone"}).context["page"]
    assert [result.rule.code for result in shown] == ["port:23/tcp"]
    back = browse(alice).get(url("compare", pk=first.pk), {"with": second.pk}).context
    assert back["counts"] == {"appeared": 1, "gone": 0, "both": 2}


def test_a_scan_without_another_says_so(browse, import_sample, alice):
    answer = browse(alice).get(url("compare", pk=import_sample(NMAP).pk), {"with": "9" * 30})
    assert (answer.status_code, answer.context["other"]) == (200, None)


def test_a_scan_of_another_organisation_is_not_compared(
    browse, import_sample, alice, elsewhere, sam
):
    theirs = import_sample(NMAP, organisation=elsewhere, by=sam)
    mine = import_sample(NMAP)
    assert browse(alice).get(url("compare", pk=theirs.pk)).status_code == 404
    context = browse(alice).get(url("compare", pk=mine.pk), {"with": theirs.pk}).context
    assert context["other"] is None


def test_the_heat_map_shows_the_worst_of_each_asset(import_sample, manna):
    import_sample(NMAP)
    heat = comparing.heat_map(manna)
    rows = {requirement.code: cells for requirement, cells in heat.rows}
    [cell] = rows["OI-DAT-11"]
    assert (cell.worst, cell.number, cell.asset_id) == ("high", 1, Asset.objects.get().pk)


def test_the_heat_map_does_not_ask_more_for_more_assets(
    import_sample, manna, django_assert_num_queries
):
    for host in range(15):
        import_sample(NMAP, (b"2001:DB8:0:0::10", b"2001:db8::%x" % (256 + host)))
    with django_assert_num_queries(3):
        heat = comparing.heat_map(manna)
    assert (len(heat.assets), heat.others) == (12, 3)


def test_the_line_counts_what_stood_at_each_moment(import_sample, manna):
    import_sample(NMAP)
    weeks = comparing.open_by_week(manna)
    assert len(weeks) == comparing.WEEKS
    assert weeks[-1][1:] == (3, Finding.objects.filter(severity__in=["high", "critical"]).count())
    import_sample(NMAP, CLOSED)
    assert comparing.open_by_week(manna)[-1][1] == 2


def test_the_pages_show(browse, import_sample, alice):
    import_sample(NMAP)
    client = browse(alice)
    page = client.get(url("overview")).content.decode()
    assert "<polyline" in page
    assert "OI-DAT-11" in page
    asset = Asset.objects.get()
    assert "F-1" in client.get(url("asset", pk=asset.pk)).content.decode()
    assert client.get(url("asset", pk=asset.pk + 1)).status_code == 404


def test_a_formula_leaves_as_text(browse, import_sample, alice):
    import_sample(NMAP)
    Finding.objects.filter(number=1).update(title='=HYPERLINK("http://x")', location="@x\x0b")
    client = browse(alice)
    table = client.get(url("export-csv"), {"state": "open"}).content.decode("utf-8-sig")
    rows = list(csv.reader(io.StringIO(table)))
    assert len(rows) == 4
    assert rows[1][5] == '\'=HYPERLINK("http://x")'
    book = openpyxl.load_workbook(io.BytesIO(client.get(url("export-xlsx")).content))
    cells = list(book.active.iter_rows(values_only=True))
    assert (len(cells), cells[1][5]) == (4, '\'=HYPERLINK("http://x")')


@pytest.mark.parametrize("form", ["csv", "xlsx"])
def test_the_filters_of_the_page_hold_and_others_get_nothing(
    browse, import_sample, alice, sam, form
):
    import_sample(NMAP)
    assert browse(sam).get(url(f"export-{form}")).status_code == 404
    answer = browse(alice).get(url(f"export-{form}"), {"state": "fixed"})
    if form == "csv":
        assert len(answer.content.decode("utf-8-sig").splitlines()) == 1
    else:
        assert openpyxl.load_workbook(io.BytesIO(answer.content)).active.max_row == 1
