"""The pages of scans and findings, as alice, dave and a stranger see them."""

import io

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from compliance.jobs import services as jobs
from compliance.scans import services
from compliance.scans.models import Finding, ScanRun
from tests.scans.reading import SAMPLES

NMAP = "nmap_ipv6_only.xml"


def url(name: str, **parts) -> str:
    return reverse(f"scans:{name}", kwargs={"organisation": "manna", **parts})


def upload(client, content: bytes, name: str = NMAP):
    return client.post(url("import"), {"file": SimpleUploadedFile(name, content)})


def test_alice_drops_a_file_and_a_worker_imports_it(browse, alice, adopted):
    client = browse(alice)
    assert client.get(url("runs")).status_code == 200
    response = upload(client, (SAMPLES / NMAP).read_bytes())
    run = ScanRun.objects.get()
    assert response.headers["Location"] == url("run", pk=run.pk)
    assert b"<progress" in client.get(url("run", pk=run.pk)).content
    jobs.run(run.job_id)
    page = client.get(url("run", pk=run.pk)).content.decode()
    assert "port:23/tcp" in page
    assert "pos.example.com" in page


@pytest.mark.parametrize("content", [b"", b"hello", b"<nmaprun><host></nmaprun>", b'{"a": '])
def test_a_bad_file_gets_its_sentence_in_the_form_and_leaves_nothing(browse, alice, content):
    response = upload(browse(alice), content)
    assert response.status_code == 422
    assert "gp-alert tone-bad" in response.content.decode()
    assert not ScanRun.objects.exists()


def test_the_same_file_again_says_that_nothing_changed(browse, alice, import_sample):
    import_sample(NMAP)
    client = browse(alice, language="en")
    response = upload(client, (SAMPLES / NMAP).read_bytes())
    page = client.get(response.headers["Location"]).content.decode()
    assert "imported before" in page
    assert ScanRun.objects.count() == 1


def test_a_cancelled_import_is_failed_and_the_file_may_come_again(browse, alice, adopted):
    client = browse(alice)
    content = (SAMPLES / NMAP).read_bytes()
    upload(client, content)
    first = ScanRun.objects.get()
    jobs.cancel(first.job, by=alice)
    page = client.get(url("run", pk=first.pk))
    assert page.context["run"].state == "failed"
    assert page.context["run"].error in page.content.decode()
    upload(client, content)
    assert ScanRun.objects.filter(state="queued").count() == 1


def test_dave_reads_but_may_not_import(browse, dave, import_sample):
    import_sample(NMAP)
    client = browse(dave)
    assert client.get(url("findings")).status_code == 200
    assert upload(client, b"x").status_code == 403


def test_a_stranger_sees_no_page(browse, sam, import_sample):
    run = import_sample(NMAP)
    client = browse(sam)
    for address in (
        url("runs"),
        url("run", pk=run.pk),
        url("findings"),
        url("finding", number=1),
        url("unmapped"),
    ):
        assert client.get(address).status_code == 404


def test_findings_are_filtered_by_severity_tool_requirement_and_words(browse, alice, import_sample):
    import_sample(NMAP)
    import_sample("kisa_results.csv")
    client = browse(alice)
    requirement = Finding.objects.get(rule__code="port:3306/tcp").rule.mappings.get().requirement_id

    def codes(**query) -> set[str]:
        page = client.get(url("findings"), query).context["page"]
        return {finding.rule.code for finding in page}

    assert codes(severity="high") == {"port:23/tcp", "port:3306/tcp", "U-01"}
    assert codes(tool="kisa") == {"U-01", "U-66"}
    assert codes(requirement=str(requirement)) == {"port:3306/tcp"}
    assert codes(q="order-db") == {"U-66"}
    assert codes(q="F-1") == {"port:22/tcp"}
    assert codes(state="fixed") == set()
    assert len(codes(severity="no such thing")) == 5


def test_a_run_shows_its_results_by_outcome_and_what_was_put_aside(browse, alice, import_sample):
    run = import_sample("kisa_results.csv")
    client = browse(alice)
    context = client.get(url("run", pk=run.pk), {"outcome": "pass"}).context
    assert {result.rule.code for result in context["page"]} == {"U-02", "U-28", "U-01"}
    assert [row.position for row in context["quarantine"]] == ["line 10", "line 11"]
    doubted = client.get(url("run", pk=run.pk), {"suspicious": "on"}).context["page"]
    assert [result.rule.code for result in doubted] == ["U-28"]
    part = client.get(url("run", pk=run.pk), headers={"HX-Request": "true", "HX-Target": "rows"})
    assert b"<html" not in part.content


def test_a_finding_explains_why_it_speaks_about_a_requirement(browse, alice, import_sample):
    import_sample(NMAP)
    number = Finding.objects.get(rule__code="port:3306/tcp").number
    page = browse(alice).get(url("finding", number=number)).content.decode()
    assert "nmap.port:3306/tcp" in page
    assert "OI-DAT-11" in page
    assert "데이터베이스 포트" in page


def test_checks_that_no_mapping_knows_are_listed(browse, alice, import_sample):
    import_sample("code.sarif")
    page = browse(alice).get(url("unmapped")).context["page"]
    assert {rule.code for rule in page} == {"py/clean"}


def test_the_requirement_page_has_findings_and_passes_with_their_paths(
    alice, adopted, import_sample, rf, manna
):
    from compliance.requirements.models import Assessment
    from compliance.scans import showing

    import_sample(NMAP)
    about = Assessment.objects.get(organisation=manna, requirement__code="OI-NET-05")
    request = rf.get("/")
    context = showing.panel(request, about)
    assert {finding.rule.code for finding, _mapping in context["findings"]} == {
        "port:22/tcp",
        "port:23/tcp",
    }
    assert {mapping.path[-1] for _finding, mapping in context["findings"]} == {"OI-NET-05"}
    reasons = showing.known(manna, [about.requirement_id])[about.requirement_id].reasons
    assert [reason.blocking for reason in reasons if not reason.supports] == [True]


def many(rows: int) -> io.BytesIO:
    lines = [f"h{n},U-{n % 60 + 1},취약" for n in range(rows)]
    return io.BytesIO("\n".join(["host,code,result", *lines]).encode())


@pytest.mark.parametrize("name", ["findings", "runs", "unmapped"])
def test_a_list_asks_twelve_queries_at_most(
    name, browse, manna, alice, adopted, django_assert_max_num_queries
):
    client = browse(alice)
    services.import_now(manna, many(100), name="a.csv", by=alice)
    client.get(url(name))
    with django_assert_max_num_queries(12):
        client.get(url(name))


@pytest.mark.parametrize("name", ["findings", "runs", "unmapped"])
def test_five_hundred_findings_cost_as_many_queries_as_ten(
    name, browse, manna, alice, adopted, django_assert_max_num_queries
):
    client = browse(alice)
    services.import_now(manna, many(10), name="a.csv", by=alice)
    client.get(url(name))
    with django_assert_max_num_queries(25) as few:
        client.get(url(name))
    services.import_now(manna, many(500), name="b.csv", by=alice)
    with django_assert_max_num_queries(len(few) + 1):
        client.get(url(name))
