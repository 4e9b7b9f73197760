"""A message's text as lines."""

import pytest

from bot.sims.readable import LONGEST, lines_of


@pytest.mark.parametrize(
    ("text", "lines"),
    [
        ("", []),
        (" \n\n ", []),
        ("one\r\ntwo", ["one", "two"]),
        ("> • one\n1. two\n- [x] three", ["one", "two", "three"]),
        ("```\none\n```", ["one"]),
        ("<@U1> is <tel:+1555|555>", ["is 555"]),
        ("&lt;a&gt; &amp; b", ["<a> & b"]),
        ("a\tb", ["a; b"]),
        ("a\u00a0\u200bb\x07c", ["a b c"]),
        ("“pump–7”", ['"pump-7"']),
        ("-5 degrees", ["-5 degrees"]),
    ],
)
def test_lines_of(text, lines):
    """
    Markup, bullets and what cannot be seen are off; words and their order stay.
    """
    assert lines == lines_of(text)


def test_a_book_is_not_read_to_its_end():
    """
    Beyond some 20,000 characters nothing is read.
    """
    assert sum(map(len, lines_of("word " * LONGEST))) <= LONGEST
