import pytest

from compliance.shared.numbers import whole


@pytest.mark.parametrize("word", ["", "-1", "1.5", "²", "x", "9" * 10, "9" * 5000])
def test_what_names_no_row_is_the_default(word):
    assert whole(word, default=-1) == -1


def test_a_number_is_read():
    assert whole("0042") == 42
