"""Greetings, thanks, and the words around a SIM."""

from bot.sims.small_talk import is_around, is_greeting, is_thanks, words_besides


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
    ):
        assert expected == words_besides(text, sim), text
    assert is_around("Please")
    assert not is_around("hsitory")
