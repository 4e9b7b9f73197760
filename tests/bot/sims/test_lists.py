"""Words, items, tables and small talk."""

import pytest

from bot.sims.lists import (
    is_filler_word,
    is_greeting,
    is_no_sim,
    is_parted,
    is_thanks,
    items_in,
    keys_in,
    phrases_in,
    without_addresses,
    words_besides,
)


def test_items_in():
    """One a line, parted by commas, or words with digits in a row; without what decorates them."""
    for text, items in (
        ("a-1, b-2 and c", ["a-1", "b-2", "c"]),
        ("a-1\nWell 2", ["a-1", "Well 2"]),
        ("a1 b2", ["a1", "b2"]),
        ("a1 is b2", ["a1 is b2"]),
        ("> • a-1\n1. b-2\n- [x] c", ["a-1", "b-2", "c"]),
        ("•a-1\n\n", ["a-1"]),
        ("-5 degrees", ["-5 degrees"]),
        ("gw:42\nn07.west", ["gw:42", "n07.west"]),
        ("x\n" * 2_000, []),
    ):
        assert items == [item.text for item in items_in(text, [])], text


@pytest.mark.parametrize("word", ["pump-7", "a1", "n07.west", "gw:42"])
def test_may_be_a_name(word):
    """A word with letters and digits may be a name by itself."""
    assert items_in(word, [])[0].is_like_a_name


@pytest.mark.parametrize(
    "word",
    [
        "14:02",
        "2026-01-05T02:10:00Z",
        "2026-01-05 02:10",
        "5min",
        "+1 555 010 0199",
        "42",
        "99%",
        "1.5",
        "a@b1.de",
        "10.0.0.1",
        "v1.2.3",
        "00:1a:2b:3c:4d:5e",
        "2001:db8::1",
        "550e8400-e29b-41d4-a716-446655440000",
        "9fceb02d0ae598e",
        "-67dBm",
    ],
)
def test_is_no_name(word):
    """Times, counts, versions and addresses are no names."""
    assert is_no_sim(word)
    assert not items_in(word, [])[0].is_word


def test_phrases_in():
    """One to three words with a blank between that are a name, the longest first."""
    names = {"north gate", "north", "pump-7", "gw:42", "4711082", "42", "up"}
    for text, phrases in (
        ("North Gate is up", ["North Gate"]),
        ("North  Gate", ["North"]),
        ("sim=pump-7;state", ["pump-7"]),
        ("fleet/pump-7/up: gw:42.", ["pump-7", "gw:42"]),
        ("4711082 of 42", ["4711082"]),
        ("North\nGate", ["North"]),
    ):
        assert phrases == [phrase.text for phrase in phrases_in(text, names)], text
        assert {phrase.casefold() for phrase in phrases} <= keys_in(text)


def test_what_is_parted():
    """A name is that the words of a text do not give, nor two or three of them."""
    for name in ("pump-7", "north gate", "cold room 8", "gw:42", "mill/unit 4", "büro_5", "设备7"):
        assert not is_parted(name), name
        assert name in keys_in(name)
    for name in ("tank 3, oakland", "well (4)", "(old) well", "st. mary", "a b c 4", "a - b", "x."):
        assert is_parted(name), name


def test_without_addresses():
    """Mail and web addresses are blanked, and what follows keeps its place."""
    for text, rest in (
        ("ana@acme.example x", "x"),
        ("see https://x.y/pump-7 y", "see y"),
        ("<a@b.c> z", "z"),
        ("cc:pump-7@b.c @ana w@1", "w@1"),
        ("a-1: b", "a-1: b"),
    ):
        blanked = without_addresses(text)

        assert (len(text), rest.split()) == (len(blanked), blanked.split()), text


def test_greetings_and_thanks():
    """They stand alone; with a SIM, or anything else, they are neither."""
    for text, greets, thanks in (
        ("hello", True, False),
        ("Hi there!", True, False),
        ("good morning everyone :)", True, False),
        ("thanks", False, True),
        ("Thank you so much!!", False, True),
        ("ok thanks", False, True),
        ("hello truck-42", False, False),
        ("hi-lo pump", False, False),
        ("thanks, and pump-7?", False, False),
        ("", False, False),
    ):
        assert (greets, thanks) == (is_greeting(text), is_thanks(text)), text


def test_words_beside_a_sim():
    """They are what is left of a text, however it is punctuated."""
    for text, sim, expected in (
        ("truck-42 hsitory", "truck-42", ["hsitory"]),
        ("check `truck-42`, please!", "truck-42", ["check", "please"]),
        ("truck-42", "truck-42", []),
        ("something else", "truck-42", []),
        ("see https://a.example/sims/DE1/log?tab=1 now", "DE1", ["see", "now"]),
    ):
        assert expected == words_besides(text, sim), text
    assert is_filler_word("Please")
    assert all(map(is_filler_word, ["pump-7", "is", "also", "out"][1:]))
    assert not is_filler_word("hsitory")
