"""The words of prose that may be names."""

import pytest

from bot.sims.phrases import phrases_in


@pytest.mark.parametrize(
    ("line", "phrases"),
    [
        ("North Gate is", ["North Gate is", "North Gate", "North", "Gate is", "Gate"]),
        ("sim=pump-7;state", ["sim", "pump-7", "state"]),
        ("42 of 7", ["42 of 7", "42 of", "of 7"]),
        ("4711082", ["4711082"]),
        ("ana@acme.example https://x.y/pump-7", []),
        ("", []),
    ],
)
def test_phrases_in(line, phrases):
    """
    One to three words with nothing but a blank between, the longest first; addresses are none.
    """
    assert phrases == [phrase.text for phrase in phrases_in(line)]
