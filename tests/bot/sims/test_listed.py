"""Lists told from prose."""

import pytest

from bot.sims.listed import is_list, is_name_like, is_no_sim, items_of


@pytest.mark.parametrize(
    ("lines", "items"),
    [
        (["a-1, b-2 and c"], ["a-1", "b-2", "c"]),
        (["a-1", "Well 2"], ["a-1", "Well 2"]),
        (["a1 b2"], ["a1", "b2"]),
        (["a1 is b2"], None),
        (["alert: a1", "b2"], None),
        (["name,state", "a1,up", "b2,down"], ["a1", "b2"]),
        (["state,site", "up,a1"], ["state,site", "up,a1"]),
        (["sid,name", ",a1", "DE1,b2", ","], ["a1", "DE1"]),
        (["word"], None),
        ([], []),
    ],
)
def test_items_of(lines, items):
    """
    One a line, parted by commas, a column by its head; a sentence or a line with a colon is none.
    """
    assert items == items_of(lines)


@pytest.mark.parametrize(
    ("items", "known", "asked", "so"),
    [
        (["a-1", "b"], {"a-1"}, False, True),
        (["a-1", "b"], set(), True, True),
        (["a-1", "b"], set(), False, False),
        (["a 1", "b 2", "c"], {"a 1", "b 2"}, False, True),
        (["a 1", "b 2", "c"], {"a 1"}, True, False),
        (["a 1", "b"], {"a 1"}, False, True),
        (["1234 5678", "b"], {"b"}, False, True),
    ],
)
def test_is_list(items, known, asked, so):
    """
    Single words are taken at their word where they were asked for; else a SIM must be among them.
    """
    assert so == is_list(items, known.__contains__, asked=asked)


@pytest.mark.parametrize("word", ["pump-7", "a1", "n07.west"])
def test_name_like(word):
    """
    A word with letters and digits may be a name by itself.
    """
    assert is_name_like(word)


@pytest.mark.parametrize(
    "word",
    ["14:02", "2026-01-05T02:10:00Z", "5min", "+1555", "42", "99%", "1.5", "a@b1.de", "x"],
)
def test_not_name_like(word):
    """
    Times, counts, lengths of time and addresses are no names.
    """
    assert not is_name_like(word)


def test_what_is_no_sim():
    """
    A date with a time behind it, and a phone number with blanks.
    """
    assert is_no_sim("2026-01-05 02:10")
    assert is_no_sim("+1 555 010 0199")
    assert not is_no_sim("8901 2600 1234")
