"""The profile's parameters stand in the tests that a requirement asks for."""


def test_no_parameter_is_left_open(profile):
    open_ones = [
        (requirement.code, text)
        for requirement in profile.requirements.all()
        for check in requirement.checks
        for text in check.values()
        if "{" in text
    ]
    assert open_ones == []


def test_the_parameter_is_the_profiles(profile):
    requirement = profile.requirements.get(code="OI-NET-08")
    assert any("30초" in check["pass_criteria"] for check in requirement.checks)
