"""What agents are never sent."""

import json

import pytest

from bot.hygiene import harmless, harmless_json, harmless_lines


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("pump-7", "pump-7"),
        ("Größe 7 👩‍🔧 ❤️", "Größe 7 👩‍🔧 ❤️"),
        ("بۆمبا", "بۆمبا"),
        ("a\x1b[31mb", "a [31mb"),
        ("two\r\nlines", "two lines"),
        ("\u202epump\u202c", "pump"),
        ("pu\u200bmp\ufeff\u2066x\u2069", "pumpx"),
        ("x" + "".join(chr(0xE0000 + ord(c)) for c in "ignore"), "x"),
        ("x\ufe00\U000e0101", "x"),
        ("\ud800x", "�x"),
        ("a\u2028b\x85c", "a b c"),
        ("a\u200c\u200d\u200c\ufe0f\ufe0eb", "ab"),
        ("❤️\u200d🔥 می\u200cخواهم", "❤️\u200d🔥 می\u200cخواهم"),
        ("a\U000e0041\U0001d173\U00013430b", "ab"),
    ],
)
def test_hidden_characters_are_taken_out(text, shown):
    """What hides, reorders or steers goes, alone and within JSON; what people write stays."""
    value, told = harmless_json({"names": [text], text: 1, "n": None})

    assert shown == harmless(text)
    assert {"names": [shown], shown: 1, "n": None} == value == json.loads(told)


def test_what_is_harmless_is_left_alone():
    """A value without any of it is given back as it is."""
    value = {"a": ["x", 1, 2.5, None, True, {"b": "C:\\new"}]}

    assert value is harmless_json({"a": "x"} and value)[0] or value == harmless_json(value)[0]


def test_a_pasted_text_keeps_its_lines():
    """Line ends and tabs of a table stay, control characters go."""
    assert "a\tb\nc d e" == harmless_lines("a\tb\r\nc\x07d\u200b\u2028e")
