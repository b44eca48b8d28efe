"""What a file does not say of itself is asked before its import, and only then."""

import io

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from compliance.audit.models import Entry
from compliance.jobs import running
from compliance.jobs.models import Job
from compliance.scans import services
from compliance.scans.models import CheckResult, Finding, ScanRun
from compliance.scans.records import Options
from compliance.shared.errors import Conflict, Refused, Unauthorised
from tests.scans.reading import SAMPLES

STRANGE = (
    "서버,점검 번호,무엇을,O/X 여부\n"
    "order-01,A-1,root 접속을 막았다,조치함\n"
    "order-01,A-2,암호 규칙이 있다,방치됨\n"
    "order-01,A-3,로그를 남긴다,방치됨\n"
).encode()
KUBE = "kubebench.json"


@pytest.fixture
def page(client, alice, manna, adopted):
    """page(name, **data): alice posts to the scans page of that name."""
    client.force_login(alice)

    def post(name, pk=None, **data):
        where = {"organisation": manna.slug} | ({"pk": pk} if pk else {})
        return client.post(reverse(f"scans:{name}", kwargs=where), data)

    return post


def upload(page, content, name="목록.csv"):
    page("import", file=SimpleUploadedFile(name, content))
    return ScanRun.objects.latest("pk")


def carry_out():
    for job in Job.objects.filter(state="queued"):
        running.carry_out(job)


def test_a_table_of_unknown_headings_asks_for_columns_then_for_words(page, client, manna):
    run = upload(page, STRANGE)
    assert run.state == "asking"
    address = reverse("scans:run", kwargs={"organisation": manna.slug, "pk": run.pk})
    form = client.get(address).context["form"]
    assert form.questions.headings == ("서버", "점검 번호", "무엇을", "O/X 여부")
    columns = {"column-status": "O/X 여부", "column-code": "점검 번호", "column-title": "무엇을"}
    assert page("answer", run.pk, **columns).status_code == 302
    run.refresh_from_db()
    assert run.state == "asking"
    assert client.get(address).context["form"].questions.words == ("조치함", "방치됨")
    page("answer", run.pk, **{"word-0": "pass", "word-1": "fail"})
    run.refresh_from_db()
    assert run.state == "queued"
    services.import_run(run)
    assert sorted(CheckResult.objects.filter(run=run).values_list("outcome", flat=True)) == [
        "fail",
        "fail",
        "pass",
    ]
    assert Entry.objects.filter(action="scan.answered").count() == 2


def test_a_form_without_a_result_column_comes_back_filled(page):
    run = upload(page, STRANGE)
    answer = page("answer", run.pk, **{"column-code": "점검 번호"})
    assert answer.status_code == 422
    assert '<option value="점검 번호" selected>' in answer.content.decode()
    assert (
        page("answer", run.pk, **{"column-code": "서버", "column-status": "서버"}).status_code
        == 422
    )
    run.refresh_from_db()
    assert run.state == "asking"


def test_a_tool_that_does_not_name_its_host_asks_for_it(page):
    run = upload(page, (SAMPLES / KUBE).read_bytes(), KUBE)
    assert run.state == "asking"
    page("answer", run.pk, asset="node-1")
    run.refresh_from_db()
    services.import_run(run)
    assert set(Finding.objects.values_list("asset__key", flat=True)) == {"node-1"}
    assert run.counts["notes"] == []


def test_a_file_that_says_everything_is_not_asked_about(page):
    assert upload(page, (SAMPLES / "nmap_ipv6_only.xml").read_bytes(), "n.xml").state == "queued"


def test_a_picture_is_refused_and_not_asked_about(page):
    answer = page("import", file=SimpleUploadedFile("a.png", b"\x89PNG\r\n\x1a\n" + b"\x00" * 99))
    assert answer.status_code == 422
    assert not ScanRun.objects.exists()


def test_who_leaves_it_unimported_can_bring_the_file_again(page):
    run = upload(page, STRANGE)
    page("withdraw", run.pk)
    run.refresh_from_db()
    assert run.state == "failed"
    assert page("withdraw", run.pk).status_code == 409
    assert upload(page, STRANGE).pk != run.pk


def test_the_same_answers_are_imported_once(page, manna, alice):
    content = (SAMPLES / KUBE).read_bytes()
    services.import_now(
        manna, io.BytesIO(content), name="k", by=alice, options=Options(asset="node-1")
    )
    run = upload(page, content, KUBE)
    with pytest.raises(Refused):
        services.answer(run, Options(asset="node-1"), by=alice)


def test_carol_only_reads(page, carol):
    run = upload(page, STRANGE)
    with pytest.raises(Unauthorised):
        services.answer(run, Options(asset="x"), by=carol)


def test_an_answer_that_comes_late_is_told(page, alice):
    run = upload(page, (SAMPLES / KUBE).read_bytes(), KUBE)
    services.answer(run, Options(asset="node-1"), by=alice)
    with pytest.raises(Conflict):
        services.answer(run, Options(asset="node-2"), by=alice)


def test_a_run_that_nobody_named_closes_nothing(import_sample):
    """Two clusters look alike then: what passes on one is still open on the other."""
    import_sample(KUBE)
    before = Finding.objects.filter(state="open").count()
    assert before
    run = import_sample(KUBE, (b'"FAIL"', b'"PASS"'))
    assert Finding.objects.filter(state="open").count() == before
    assert "closes no finding" in " ".join(run.counts["notes"])


def test_the_same_run_of_a_named_cluster_closes_them(import_sample):
    import_sample(KUBE, asset="node-1")
    import_sample(KUBE, (b'"FAIL"', b'"PASS"'), asset="node-1")
    assert not Finding.objects.filter(state="open").exists()


UNKNOWN_JSON = (
    '{"host": "order-01", "items": [{"code": "U-01", "title": "root", "status": "양호"},'
    ' {"code": "U-02", "title": "암호", "status": "조치함"}]}'
).encode()
UNKNOWN_TEXT = (
    "호스트명 : order-01\n[U-01] root\n 결과 : 양호\n[U-02] 암호\n 점검결과 : 조치함\n".encode()
)


@pytest.mark.parametrize("content", [UNKNOWN_JSON, UNKNOWN_TEXT], ids=["JSON", "text"])
def test_result_words_of_json_and_text_are_asked_for_as_well(page, client, manna, content):
    run = upload(page, content, "점검.txt")
    assert run.state == "asking"
    address = reverse("scans:run", kwargs={"organisation": manna.slug, "pk": run.pk})
    assert client.get(address).context["form"].questions.words == ("조치함",)
    page("answer", run.pk, **{"word-0": "pass", "edition": "2026"})
    run.refresh_from_db()
    services.import_run(run)
    assert run.counts["outcomes"]["pass"] == 2
    assert run.counts["problems"] == 0
