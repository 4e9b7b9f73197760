import pytest

from bot.sims.names import key, natural, plain, quoted, unquoted


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
        assert key(one) == key(other), (one, other)


@pytest.mark.parametrize(("one", "other"), [("pump-7", "pump 7"), ("pump-7", "pump-70")])
def test_another_name(one, other):
    """Another name has another key."""
    assert key(one) != key(other)


def test_natural_order():
    """Numbers in names count as numbers."""
    names = ["pump-17", "7", "pump-7", "pump", "pump-x", "pump-070"]

    assert ["7", "pump", "pump-7", "pump-17", "pump-070", "pump-x"] == sorted(names, key=natural)


def test_quoted():
    """What is quoted keeps within its back-ticks and its length, and is the same without them."""
    for text, said in (("pump-7", "`pump-7`"), ("a`b", "`aˋb`"), ("x" * 9, "`xxxx…`")):
        found = quoted(text, shown=7 if len(text) < 9 else 5)

        assert (said, said[1:-1]) == (found, unquoted(found)), (text, said)
