"""The made-up platform 가온배달: its check list goes in, is answered and comes back filled."""

from dataclasses import dataclass
from pathlib import Path

from playwright.sync_api import expect

from tests.journeys import forms, samples, steps, wizard
from tests.journeys.visitor import Visitor
from tests.journeys.windows import Windows

PROFILE = "gaon-own"
MAPPING = "가온배달 점검표"
COLUMNS = {
    "분야": "area",
    "번호": "code",
    "요구사항 / 항목": "title",
    "요구사항 / 세부내용": "detail",
    "중요도": "severity",
    "업체 작성란 / 이행여부": "answer",
    "업체 작성란 / 이행내용": "implementation",
    "업체 작성란 / 증적": "evidence_given",
    "업체 작성란 / 비고": "remark",
}
FIREWALL = "경계 방화벽 2대로 나눕니다.\n마지막 규칙은 any-any 차단입니다."
PATCHES = "=보안 패치는 매월 둘째 주에 적용합니다."
MALWARE = "서버 12대에 백신을 설치하고 매일 갱신합니다."
ERASED = "배달이 끝나고 20일 뒤 파기합니다."
VPN_LEFT = "협력사 계정 3개는 12월에 전환합니다."
NO_WIRELESS = "무선망이 없습니다."


@dataclass(frozen=True)
class Form:
    """The document as it came and as it went back; *evidence* is the title of the accepted one."""

    original: Path
    filled: Path
    evidence: str


def go_round(windows: Windows, folder: Path) -> Form:
    """In, published and adopted, answered, reviewed, out."""
    seoyeon, haneul = windows.of("seoyeon"), windows.of("haneul")
    original = forms.check_list(folder)
    publish(seoyeon, original)
    evidence = answer(seoyeon, folder)
    steps.accept(haneul, evidence)
    (folder / "filled").mkdir()
    return Form(original, wizard.filled_form(seoyeon, PROFILE, folder / "filled"), evidence)


def publish(seoyeon: Visitor, path: Path) -> None:
    """Every step of the wizard; the example row of the form is left out; the mapping is saved."""
    page, steps_in = seoyeon.page, wizard.Wizard(seoyeon)
    steps_in.bring(path)
    choose_header(page)
    steps_in.go_on("columns")
    steps_in.is_mapped(COLUMNS)
    steps_in.go_on("words")
    expect(page.locator("[name=word-partial]")).to_have_value("부분이행")
    steps_in.go_on("about")
    steps_in.describe(
        platform=("gaon", "가온배달"),
        title_ko="가온배달 보안점검표",
        identifier=PROFILE,
        version="2027",
    )
    steps_in.go_on("preview")
    leave_out_the_example(steps_in)
    page.locator("[name=name]").fill(MAPPING)
    page.get_by_role("button", name="저장", exact=True).click()
    expect(page.locator(".gp-alert.tone-good")).to_contain_text(MAPPING)
    steps_in.publish()
    page.wait_for_url(f"**/requirements/?profile={PROFILE}")
    expect(page.locator("[data-row]")).to_have_count(7)


def choose_header(page) -> None:
    """The sheet of instructions stays out; the first of the two header rows is clicked."""
    expect(page.get_by_label("점검표", exact=True)).to_be_checked()
    expect(page.get_by_label("작성요령", exact=True)).not_to_be_checked()
    row = page.locator("[data-header-grid] tbody tr").filter(has_text="업체 작성란")
    row.get_by_text("업체 작성란").click()
    expect(row.get_by_role("radio")).to_be_checked()


def leave_out_the_example(steps_in: wizard.Wizard) -> None:
    page, example = steps_in.page, steps_in.row("(작성 예시)")
    blocked = page.locator("[aria-describedby=why-publish-button]")
    expect(blocked).to_have_attribute("aria-disabled", "true")
    expect(example.locator(".gp-due.tone-bad")).to_contain_text("3.1")
    steps_in.visitor.shot("import.ko")
    example.get_by_role("checkbox").check()
    page.get_by_role("button", name="표시한 행 제외").click()
    expect(page.locator(".ex-rows .wrong")).to_have_count(0)


def answer(seoyeon: Visitor, folder: Path) -> str:
    """Return the title of the evidence that was handed in for 1.1."""
    for code, verdict, statement, reason in (
        ("1.2", "partial", "VPN과 2단계 인증을 씁니다.", VPN_LEFT),
        ("1.3", "not_applicable", "", NO_WIRELESS),
        ("2.2", "met", PATCHES, ""),
        ("2.3", "met", MALWARE, ""),
        ("3.1", "met", ERASED, ""),
        ("1.1", "met", FIREWALL, ""),
    ):
        steps.answer(seoyeon, PROFILE, code, statement=statement, verdict=verdict, reason=reason)
    path = samples.screen_png(folder, "가온_방화벽_정책.png")
    steps.upload(seoyeon, path)
    expect(seoyeon.page.locator("#evidence-panel .said.good")).to_have_count(1, timeout=20_000)
    return path.stem
