from compliance.requirements.texts import compare


def test_it_marks_whose_a_line_is():
    lines = compare("하나\n둘\n셋", "하나\n둘 반\n셋")
    assert [line.kind for line in lines] == ["same", "theirs", "mine", "same"]


def test_equal_texts_have_no_difference():
    assert {line.kind for line in compare("가\n나", "가\n나")} == {"same"}
