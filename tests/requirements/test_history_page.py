"""All versions of a statement, and every verdict."""

from compliance.requirements import services


def test_any_two_versions_stand_beside_each_other(browse, alice, bob, page, assessment):
    for n, text in enumerate(["하나", "하나\n둘", "하나\n둘 반"]):
        services.write_statement(assessment, text=text, revision=n, by=bob)
    shown = browse(alice).get(f"{page}history/").context
    assert [each.text for each in shown["versions"]] == ["하나\n둘 반", "하나\n둘", "하나"]
    assert (shown["older"].number, shown["newer"].number) == (2, 3)
    chosen = browse(alice).get(f"{page}history/", {"older": "1", "newer": "3"}).context
    assert [pair.kind for pair in chosen["pairs"]] == ["same", "right"]


def test_verdicts_keep_their_reasons(browse, alice, page, assessment):
    services.set_verdict(assessment, verdict="not_met", reason="아직", revision=0, by=alice)
    services.set_verdict(assessment, verdict="met", reason="", revision=1, by=alice)
    decisions = browse(alice).get(f"{page}history/").context["decisions"]
    assert [(each.verdict, each.reason) for each in decisions] == [("met", ""), ("not_met", "아직")]
    assert decisions[0].by == "앨리스"


def test_nothing_written_is_said_so(browse, alice, page, assessment):
    assert "아직 아무도" in browse(alice).get(f"{page}history/").content.decode()
    assert browse(alice).get(f"{page}history/", {"older": "9" * 30}).status_code == 200
