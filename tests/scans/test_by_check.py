"""Grouping by check is a view: findings stay one a place, and the groups only count them."""

import re

from compliance.scans import selectors
from compliance.scans.models import Finding, Rule

NMAP = "nmap_ipv6_only.xml"


def two_hosts(import_sample):
    import_sample(NMAP)
    import_sample(NMAP, (b"2001:DB8:0:0::10", b"2001:db8::11"))


def test_one_check_on_two_assets_is_two_findings_in_one_row(import_sample):
    two_hosts(import_sample)
    rows = {row["rule__code"]: row for row in selectors.by_check(Finding.objects.all())}
    assert Finding.objects.filter(rule__code="port:23/tcp").count() == 2
    telnet = rows["port:23/tcp"]
    assert (telnet["number"], telnet["open"], telnet["assets"]) == (2, 2, 2)
    assert len(rows) == Rule.objects.filter(findings__isnull=False).distinct().count()


def test_the_page_groups_what_the_filter_leaves_and_leads_to_the_findings(
    import_sample, browse, alice
):
    two_hosts(import_sample)
    Finding.objects.filter(asset__key="2001:db8::11").update(state="disputed", reason="x")
    client = browse(alice)
    page = client.get("/o/manna/findings/?by=check&state=open").content.decode()
    [link] = re.findall(r'href="(\?[^"]+)">Port 23/tcp', page)
    assert "number" not in re.findall(r"<input[^>]+>", page.partition("<tbody")[2])
    assert "state=open" in link
    listed = client.get(f"/o/manna/findings/{link.replace('&amp;', '&')}").content.decode()
    numbers = set(re.findall(r"/findings/(\d+)/", listed.partition("<tbody")[2]))
    telnet = Finding.objects.get(rule__code="port:23/tcp", state="open")
    assert numbers == {str(telnet.number)}


def test_the_page_has_as_many_queries_for_many_checks(
    import_sample, browse, alice, django_assert_max_num_queries
):
    two_hosts(import_sample)
    client = browse(alice)
    client.get("/o/manna/findings/?by=check")
    with django_assert_max_num_queries(14):
        client.get("/o/manna/findings/?by=check")
    import_sample("trivy_config.json")
    with django_assert_max_num_queries(14):
        client.get("/o/manna/findings/?by=check")


def test_htmx_gets_the_rows_alone(import_sample, browse, alice):
    two_hosts(import_sample)
    client = browse(alice)
    answer = client.get(
        "/o/manna/findings/?by=check", headers={"HX-Request": "true", "HX-Target": "rows"}
    )
    assert answer.content.decode().lstrip().startswith('<div id="rows">')
