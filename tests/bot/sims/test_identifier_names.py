import pytest

from bot.sims.identifier import (
    common_pattern,
    is_pattern,
    matcher,
    name_key,
    natural_key,
    plain,
    quoted,
    unquoted,
)


def test_plain():
    """Full width, typographic dashes and quotes, and split accents are written the plain way."""
    for typed, written in (
        ("ｐｕｍｐ－７", "pump-7"),
        ("pump–7", "pump-7"),
        ("pump − 7", "pump - 7"),
        ("van 6′", "van 6'"),
        ("Gro\u0308ße", "Größe"),
        ("a   b", "a b"),
    ):
        assert written == plain(typed), (typed, written)


def test_the_same_name():
    """Two spellings of one name have one key."""
    for one, other in (
        ("Pump-7", "PUMP–7"),
        ("  north  gate ", "North Gate"),
        ("Straße", "STRASSE"),
        ("İzmir", "i\u0307zmir"),
        ("pump\u200b7", "pump7"),
    ):
        assert name_key(one) == name_key(other), (one, other)


@pytest.mark.parametrize(("one", "other"), [("pump-7", "pump 7"), ("pump-7", "pump-70")])
def test_another_name(one, other):
    """Another name has another key."""
    assert name_key(one) != name_key(other)


def test_natural_order():
    """Numbers in names count as numbers."""
    names = ["pump-17", "7", "pump-7", "pump", "pump-x", "pump-070"]

    assert ["7", "pump", "pump-7", "pump-17", "pump-070", "pump-x"] == sorted(
        names, key=natural_key
    )


def test_quoted():
    """What is quoted keeps within its back-ticks and its length, and is the same without them."""
    for text, said in (("pump-7", "`pump-7`"), ("a`b", "`aˋb`"), ("x" * 9, "`xxxx…`")):
        found = quoted(text, shown=7 if len(text) < 9 else 5)

        assert (said, said[1:-1]) == (found, unquoted(found)), (text, said)


def test_what_is_a_pattern():
    """An asterisk however it looks, a set, a question mark within a word, but not at its end."""
    for word, expected in (
        ("pump-*", True),
        ("pump-∗", True),
        ("*", True),
        ("p?mp", True),
        ("pump-[12]", True),
        ("pump-7?", False),
        ("https://console.example.com/sims/DE1?tab=data", False),
        ("<https://console.example.com/sims/DE1?tab=*|DE1>", False),
        ("console.korewireless.com/sims/DE1?tab=data", False),
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
        assert expected == bool(matcher(pattern)(name_key(name))), (pattern, name)


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
