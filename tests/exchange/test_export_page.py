"""A member sees what will be in each file, takes it, and the audit log says who took what."""

import io
import json
import urllib.parse

import pytest
import yaml
from django.core.management import call_command
from django.core.management.base import CommandError
from django.db import connection
from django.test.utils import CaptureQueriesContext

from compliance.audit.models import Entry
from compliance.audit.services import SYSTEM
from compliance.evidence import services as evidence
from compliance.exchange.answers import gather
from compliance.exchange.formats import Format
from compliance.exchange.models import ProfileForm
from compliance.remediation import services as remediation
from compliance.requirements import documents, loading, services
from compliance.requirements.models import Assessment, Requirement
from compliance.vault import layout as places
from compliance.vault import services as vault
from tests.exchange.forms import ITEMS, checklist, read, table

PAGE = "/o/manna/exports/ganada-security/"


def document(status: str = "platform") -> documents.Document:
    data = {
        "platform": {"id": "ganada", "title_ko": "가나다배달"},
        "profile": {
            "id": "ganada-security",
            "version": "2026",
            "published": "2026-10-01",
            "title_ko": "가나다배달 보안 요구사항",
            "status": status,
        },
        "areas": [{"code": "NET", "title_ko": "네트워크"}, {"code": "SRV", "title_ko": "서버"}],
        "evidence_types": {},
        "requirements": [
            {
                "id": code,
                "area": area,
                "title_ko": title,
                "statement_ko": detail,
                "severity": "high",
                "provenance": {"primary": "platform"},
            }
            for code, area, title, detail in ITEMS
        ],
    }
    return documents.read(yaml.safe_dump(data, allow_unicode=True).encode())


@pytest.fixture
def received(manna):
    """The profile of a platform's document, adopted by 만나배달."""
    profile, _created = loading.load(document(), organisation=manna)
    services.adopt(manna, profile, by=SYSTEM)
    return profile


@pytest.fixture
def keep_form(manna, received):
    """keep_form(made, name) keeps a form of `tests.exchange.forms` as the profile's own."""

    def keep(made, name, kind="xlsx"):
        content, layout = made
        blob = vault.store(manna, io.BytesIO(content), name=name)
        return ProfileForm.objects.create(
            organisation=manna,
            profile=received,
            blob=blob,
            file_name=name,
            kind=kind,
            layout=layout.as_json(),
        )

    return keep


@pytest.fixture
def workbook_form(keep_form):
    return keep_form(checklist(), "가나다 보안 점검표.xlsx")


@pytest.fixture
def csv_form(keep_form):
    return keep_form(table(), "가나다 보안 점검표.csv", "csv")


@pytest.fixture
def say(manna, received):
    """say("N-01", verdict="met", …) writes an assessment as its signed row would stand."""

    def write(code, **fields):
        rows = Assessment.objects.filter(
            organisation=manna, requirement__profile=received, requirement__code=code
        )
        assert rows.update(**fields) == 1

    return write


def body(response):
    return b"".join(response.streaming_content)


def name_of(response):
    encoded = response["Content-Disposition"].split("filename*=utf-8''")[1]
    return urllib.parse.unquote(encoded)


def test_the_page_says_how_much_of_the_form_is_answered(browse, dave, workbook_form, say):
    say("N-01", verdict="met", statement="분리함")
    say("S-03", verdict="inconclusive")
    page = browse(dave).get(PAGE).content.decode()
    assert "가나다 보안 점검표.xlsx" in page
    assert "보안 점검표!E9" in page
    assert "셀의 선택 목록에 이 판정에 맞는 말이 없습니다." in page
    assert page.index("채운 양식 내려받기") < page.index("이행점검표(XLSX)")


def test_without_a_form_the_page_offers_the_other_files(browse, dave, received):
    page = browse(dave).get(PAGE).content.decode()
    assert "채울 양식이 없습니다" in page
    assert "이행점검표(XLSX)" in page


def test_the_form_comes_back_filled_under_its_own_name(browse, dave, workbook_form, say):
    say("N-01", verdict="met", statement="분리함", owner=dave)
    answer = browse(dave).get(f"{PAGE}form/?language=ko")
    assert answer.status_code == 200
    assert name_of(answer).startswith("가나다 보안 점검표 답변 ")
    assert name_of(answer).endswith(".xlsx")
    assert answer["X-Content-Type-Options"] == "nosniff"
    assert answer["Cache-Control"] == "private, no-store"
    sheet = read(body(answer))["보안 점검표"]
    assert [sheet["E5"].value, sheet["F5"].value, sheet["H5"].value] == ["이행", "분리함", "데이브"]


def test_who_took_which_file_is_in_the_audit_log(browse, dave, olga, workbook_form):
    content = body(browse(dave).get(f"{PAGE}xlsx/"))
    entry = Entry.objects.get(action="profile.exported")
    assert (entry.actor_id, entry.data["format"]) == (dave.pk, "xlsx")
    assert len(content) > 1000
    assert len(entry.data["sha256"]) == 64
    log = browse(olga).get("/o/manna/audit/").content.decode()
    assert "이행점검표(XLSX)" in log


@pytest.mark.parametrize("file_format", Format.values)
@pytest.mark.parametrize("language", ["ko", "en"])
def test_every_file_leaves_in_both_languages(browse, dave, csv_form, say, file_format, language):
    say("N-01", verdict="met", statement="완료 😀")
    answer = browse(dave).get(f"{PAGE}{file_format}/?language={language}")
    assert answer.status_code == 200
    content = body(answer)
    assert str(len(content)) == answer["Content-Length"]
    assert answer["Content-Disposition"].startswith("attachment")


def test_a_csv_form_offers_utf8_where_its_encoding_is_too_small(browse, dave, csv_form, say):
    assert "UTF-8로 내려받기" not in browse(dave).get(PAGE).content.decode()
    say("N-01", verdict="met", statement="완료 😀")
    page = browse(dave).get(PAGE).content.decode()
    assert "UTF-8로 내려받기" in page
    assert "😀" in page
    whole = body(browse(dave).get(f"{PAGE}form-utf8/")).decode("utf-8-sig")
    assert "완료 😀" in whole
    assert "완료 [U+1F600]" in body(browse(dave).get(f"{PAGE}form/")).decode("cp949")


def test_a_form_that_was_damaged_on_disk_is_not_filled(browse, dave, workbook_form):
    path = places.path_of(workbook_form.blob)
    path.chmod(0o640)
    path.write_bytes(b"PK other bytes")
    page = browse(dave).get(PAGE)
    assert page.status_code == 200
    assert "SHA-256" in page.content.decode()
    answer = browse(dave).get(f"{PAGE}form/")
    assert answer.status_code == 409


def test_a_workbook_has_no_other_encoding(browse, dave, workbook_form):
    answer = browse(dave).get(f"{PAGE}form-utf8/")
    assert answer.status_code == 409
    assert "인코딩을 고를 수 없습니다" in answer.content.decode()


def test_strangers_and_unknown_names_find_nothing(browse, dave, sam, workbook_form):
    assert browse(sam).get(f"{PAGE}form/").status_code == 404
    assert browse(dave).get(f"{PAGE}docx/").status_code == 404
    assert browse(dave).get("/o/manna/exports/nowhere/").status_code == 404
    assert browse(dave).get(f"{PAGE}?version=1999").status_code == 404
    assert browse(dave).post(f"{PAGE}form/").status_code == 405


def test_asking_for_the_head_records_nothing(browse, dave, workbook_form):
    assert browse(dave).head(f"{PAGE}form/").status_code == 200
    assert not Entry.objects.filter(action="profile.exported").exists()


def test_the_answers_of_another_organisation_stay_there(manna, elsewhere, received, adopted):
    services.adopt(elsewhere, adopted, by=SYSTEM)
    rows = Assessment.objects.filter(organisation=elsewhere, requirement__profile=adopted)
    rows.update(statement="남의 이행내용")
    assert not any(item.statement for item in gather(manna, adopted).items)


def test_evidence_and_open_tasks_come_along(manna, received, alice, bob, carol):
    requirement = Requirement.objects.get(profile=received, code="N-01")
    upload = evidence.Upload(io.BytesIO(b"10.0.0.1 deny\n"), "룰셋.txt")
    added = evidence.add(manna, [upload], by=bob, requirement=requirement, title="방화벽 룰셋")
    new = remediation.NewTask(title="보완", requirement=requirement, assignee=bob)
    task = remediation.create(manna, new, by=alice)
    first = gather(manna, received).items[0]
    assert (first.tasks, first.standing) == ([task.code], [])
    assert first.evidence[0].files[0][0] == "룰셋.txt"
    evidence.accept(added.link, by=carol)
    assert gather(manna, received).items[0].standing[0].title == "방화벽 룰셋"


def test_a_longer_profile_needs_no_more_queries(manna, adopted, received):
    def queries(profile):
        with CaptureQueriesContext(connection) as seen:
            gather(manna, profile)
        return len(seen)

    assert queries(received) <= queries(adopted) <= 9


def test_the_same_files_leave_over_the_api(client, dave, manna, workbook_form, say):
    say("N-01", verdict="met")
    client.force_login(dave)
    path = "/api/v1/o/manna/profiles/ganada-security/export"
    answer = client.get(path, {"format": "form"})
    assert answer.status_code == 200
    assert read(body(answer))["보안 점검표"]["E5"].value == "이행"
    wrong = client.get(path, {"format": "docx"})
    assert wrong.status_code == 409
    assert "docx" in wrong.json()["detail"]
    assert client.get("/api/v1/o/manna/profiles/nowhere/export").status_code == 404


def run(*arguments, capsys):
    call_command("export_profile", *arguments, "--json")
    return json.loads(capsys.readouterr().out)


def test_the_command_writes_the_filled_form(workbook_form, say, tmp_path, capsys):
    say("N-01", verdict="met")
    say("S-03", verdict="inconclusive")
    out = tmp_path / "채움.xlsx"
    options = ["--organisation", "manna", "--profile", "ganada-security", "--format", "form"]
    told = run(*options, "--out", str(out), capsys=capsys)
    assert (told["answered"], told["cells"]) == (1, 1)
    assert told["notes"][0]["why"] == "list"
    assert read(out.read_bytes())["보안 점검표"]["E5"].value == "이행"
    assert Entry.objects.get(action="profile.exported").actor_name == "Gatepass"
    call_command("export_profile", *options, "--out", str(out))
    assert "보안 점검표!E9" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("organisation", "profile", "form"),
    [
        ("nowhere", "ganada-security", "csv"),
        ("manna", "nowhere", "csv"),
        ("manna", "ganada-security", "form"),
    ],
)
def test_the_command_says_in_one_line_what_is_wrong(
    received, tmp_path, organisation, profile, form, capsys
):
    out = tmp_path / "x"
    options = ["--organisation", organisation, "--profile", profile, "--format", form]
    with pytest.raises(CommandError):
        call_command("export_profile", *options, "--out", str(out), "--json")
    assert json.loads(capsys.readouterr().out)["error"]
    assert not out.exists()


def test_a_folder_that_is_not_there_is_one_line(received, tmp_path):
    options = ["--organisation", "manna", "--profile", "ganada-security", "--format", "csv"]
    with pytest.raises(CommandError):
        call_command("export_profile", *options, "--out", str(tmp_path / "no" / "x.csv"))
    assert not Entry.objects.filter(action="profile.exported").exists()


def test_the_yaml_loads_again_as_the_same_profile(browse, dave, elsewhere, received):
    content = body(browse(dave).get(f"{PAGE}yaml/"))
    again, created = loading.load(documents.read(content), organisation=elsewhere)
    assert created
    facts = ("code", "title_ko", "statement_ko", "severity", "mandatory", "provenance", "order")
    assert list(again.requirements.values(*facts)) == list(received.requirements.values(*facts))
