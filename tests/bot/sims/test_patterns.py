"""Patterns of names."""

from bot.sims.names import key
from bot.sims.patterns import common_pattern, is_pattern, matcher


def test_what_is_a_pattern():
    """An asterisk however it looks, a set, a question mark within a word, but not at its end."""
    for word, expected in (
        ("pump-*", True),
        ("pump-∗", True),
        ("*", True),
        ("p?mp", True),
        ("pump-[12]", True),
        ("pump-7?", False),
        ("pump-7", False),
        ("[]", False),
        ("", False),
    ):
        assert expected == is_pattern(word), word


def test_which_names_fit():
    """Without regard to case, and to how the asterisk looks."""
    for pattern, name, expected in (
        ("pump-*", "PUMP-7", True),
        ("pump-＊", "pump-7", True),
        ("pump-?", "pump-17", False),
        ("*", "Ünïcode 7", True),
    ):
        assert expected == bool(matcher(pattern)(key(name))), (pattern, name)


def test_a_pattern_in_common():
    """The head that most numbered names share, two at least; none where no two do."""
    for names, expected in (
        (("truck-42", "pump-7", "pump-8"), "pump-*"),
        (("well-1", "pump-7", "pump-8", "well-2", "pump-9"), "pump-*"),
        (("truck-42", "pump-7"), None),
        (("1", "2"), None),
        ((), None),
    ):
        assert expected == common_pattern(names), names
