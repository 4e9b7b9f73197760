"""Identifiers that nothing else looks like."""

import pytest

from bot.sims.extraction import (
    LONGEST,
    Certain,
    certain_in,
    is_list,
    is_name_like,
    is_no_sim,
    items_of,
    lines_of,
    phrases_in,
)
from tests.builders import ICCID, IMEI, SID

HS = "HS" + "f" * 32


def test_certain_in():
    """Grouped, labelled and linked numbers are found where they stand; others are left alone."""
    for line, found in (
        (SID, [Certain(0, SID)]),
        (f"x {HS}.", [Certain(2, HS)]),
        (f"https://api.korewireless.com/v1/Sims/{SID}/DataSessions).", [Certain(0, SID)]),
        (
            "https://programmable-wireless.api.korewireless.com/v1/Sims/pump-7.",
            [Certain(0, "pump-7")],
        ),
        (f"({ICCID})", [Certain(1, ICCID)]),
        (f"sim:{ICCID}F", [Certain(4, ICCID)]),
        ("8901-2600-1234-5678-909 and on", [Certain(0, "8901-2600-1234-5678-909")]),
        (f"{IMEI},{ICCID}", [Certain(0, IMEI), Certain(16, ICCID)]),
        ("01493100-012970-0", [Certain(0, "01493100-012970-0")]),
        ("IMEI: 123456789012345", [Certain(6, "123456789012345")]),
        ("ICCID #8901260012345678900", [Certain(7, "8901260012345678900")]),
        ("iccid 890126001234567890", [Certain(6, "890126001234567890")]),
        ("imei 4931 2 months", []),
        ("123456789012345", []),
        ("8901260012345678900", []),
        ("#8901260012345678909", []),
        ("01 493100 012970 0", [Certain(0, "01 493100 012970 0")]),
        ("014 931000 12970 0", []),
        ("2026-01-05 02:10:00.123456789", []),
        ("010000000000000", []),
    ):
        assert found == certain_in(line)[0], (line, found)


def test_what_was_found_is_taken_out_of_the_line():
    """What is left has the same length, so that what follows keeps its place."""
    line = f"{SID} and {ICCID} of pump-7"

    rest = certain_in(line)[1]

    assert (len(line), line.index("pump-7")) == (len(rest), rest.index("pump-7"))
    assert not any(map(str.isdigit, rest.replace("pump-7", "")))


def test_items_of():
    """One a line, parted by commas, a column by its head; a sentence is none."""
    for lines, items in (
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
    ):
        assert items == items_of(lines), (lines, items)


def test_is_list():
    """Single words count where they were asked for; else a SIM must be among them."""
    for items, known, asked, so in (
        (["a-1", "b"], {"a-1"}, False, True),
        (["a-1", "b"], set(), True, True),
        (["a-1", "b"], set(), False, False),
        (["a 1", "b 2", "c"], {"a 1", "b 2"}, False, True),
        (["a 1", "b 2", "c"], {"a 1"}, True, False),
        (["a 1", "b"], {"a 1"}, False, True),
        (["1234 5678", "b"], {"b"}, False, True),
    ):
        assert so == is_list(items, known.__contains__, asked=asked), (items, known, asked, so)


@pytest.mark.parametrize("word", ["pump-7", "a1", "n07.west"])
def test_name_like(word):
    """A word with letters and digits may be a name by itself."""
    assert is_name_like(word)


@pytest.mark.parametrize(
    "word", ["14:02", "2026-01-05T02:10:00Z", "5min", "+1555", "42", "99%", "1.5", "a@b1.de", "x"]
)
def test_not_name_like(word):
    """Times, counts, lengths of time and addresses are no names."""
    assert not is_name_like(word)


def test_what_is_no_sim():
    """A date with a time behind it, and a phone number with blanks."""
    assert is_no_sim("2026-01-05 02:10")
    assert is_no_sim("+1 555 010 0199")
    assert not is_no_sim("8901 2600 1234")


def test_phrases_in():
    """One to three words with only a blank between, the longest first; addresses are none."""
    for line, phrases in (
        ("North Gate is", ["North Gate is", "North Gate", "North", "Gate is", "Gate"]),
        ("sim=pump-7;state", ["sim", "pump-7", "state"]),
        ("42 of 7", ["42 of 7", "42 of", "of 7"]),
        ("4711082", ["4711082"]),
        ("ana@acme.example https://x.y/pump-7", []),
        ("", []),
    ):
        assert phrases == [phrase.text for phrase in phrases_in(line)], (line, phrases)


def test_lines_of():
    """Markup, bullets and what cannot be seen are off; words and their order stay."""
    for text, lines in (
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
    ):
        assert lines == lines_of(text), (text, lines)


def test_a_book_is_not_read_to_its_end():
    """Beyond some 20,000 characters nothing is read."""
    assert sum(map(len, lines_of("word " * LONGEST))) <= LONGEST
