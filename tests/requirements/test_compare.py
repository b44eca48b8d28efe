"""Two texts beside each other."""

from compliance.requirements.texts import beside


def kinds(left, right):
    return [pair.kind for pair in beside(left, right)]


def test_it_pairs_what_changed_with_what_it_became():
    pairs = beside("하나\n둘\n셋", "하나\n둘 반\n셋")
    assert [pair.kind for pair in pairs] == ["same", "changed", "same"]
    assert [piece.text for piece in pairs[1].right if piece.changed] == [" 반"]
    assert not any(piece.changed for piece in pairs[1].left)


def test_a_line_of_one_side_alone_stands_alone():
    assert kinds("가\n나", "가") == ["same", "left"]
    assert kinds("가", "가\n나") == ["same", "right"]


def test_equal_texts_have_no_difference():
    assert set(kinds("가\n나", "가\n나")) == {"same"}


def test_both_columns_hold_their_whole_text():
    left, right = "가 나\n다\n라", "가 마\n라\n바"
    pairs = beside(left, right)
    assert "\n".join(pair.before for pair in pairs if pair.left) == left
    assert "\n".join(pair.after for pair in pairs if pair.right) == right


def test_a_very_long_text_is_compared_in_a_moment():
    left = "\n".join(f"줄 {n} " + "가" * 40 for n in range(3900))
    right = "\n".join(f"줄 {n} " + "나" * 40 for n in range(3900))
    assert set(kinds(left, right)) == {"changed"}
    assert kinds("a\n" * 5000, "b") == ["changed"]
