"""Errors as a person reads them, and help made from the registry."""

import pytest

from bot.blocks import ids
from bot.blocks.replies import HelpEntry, error_screen, help_screen, short_help_screen
from bot.errors import (
    Candidate,
    NotASim,
    SettingsError,
    SimAmbiguous,
    SimNotFound,
    TookTooLong,
    UnknownSubcommand,
)
from bot.kore.errors import KoreDenied, KoreUnavailable
from tests.bot.blocks.reports import HOSTILE, faults, words
from tests.builders import SID

NEAR = (
    Candidate(SID, "pump-7", "8901260012345678909", "active"),
    Candidate("DE" + "a" * 32, "pump-17", None, None),
)


def test_did_you_mean():
    """Near misses are buttons that look up the SIM meant, namesakes told apart by their ids."""
    error = SimNotFound("I read `pmp-7` as a name and found no such SIM. Did you mean", NEAR)
    drawn = error_screen(error, asked="pmp-7")
    picks = drawn.blocks[1]["elements"]

    assert "I read pmp-7 as a name and found no such SIM. Did you mean" == drawn.text
    assert ["pump-7", "pump-17"] == [pick["text"]["text"] for pick in picks]
    assert ids.PickedSim(sid=SID, asked="pmp-7") == ids.PickedSim.from_value(picks[0]["value"])
    assert [] == faults(drawn)

    twins = (Candidate(SID, "pump"), Candidate("DE" + "a" * 32, "pump", "8901", "new"))
    drawn = error_screen(SimAmbiguous(candidates=twins))
    text = "\n".join(words(drawn.blocks))

    assert "pump · …0001" in text
    assert "pump · …aaaa" in text
    assert "ICCID 8901 · new" in text
    assert [] == faults(drawn)


@pytest.mark.parametrize(
    ("error", "has_one"),
    [
        (KoreUnavailable(), True),
        (TookTooLong(), True),
        (ZeroDivisionError(), True),
        (KoreDenied(), False),
        (SimNotFound("No."), False),
    ],
)
def test_what_may_pass_can_be_tried_again(error, has_one):
    """It has a button that brings back what was asked, where that is known."""
    asked = ids.Retry(run="history", text="pump-7 7")
    drawn = error_screen(error, "7f3a9c", retry=asked)
    buttons = [each for block in drawn.blocks for each in block.get("elements", ())]
    values = [each["value"] for each in buttons if each.get("action_id") == ids.RETRY]

    assert [asked] * has_one == [ids.Retry.from_value(value) for value in values]
    assert [] == faults(drawn)
    assert ids.RETRY not in str(error_screen(error).blocks)


@pytest.mark.parametrize("error", [SimNotFound("No.", NEAR), SimAmbiguous("Which?", NEAR)])
def test_a_pick_goes_on_with_the_history_that_was_asked_for(error):
    """The days that were typed stand in each button."""
    error.days = 7
    picks = error_screen(error, asked="pmp-7 7").blocks[1]["elements"]

    assert [7, 7] == [ids.PickedSim.from_value(pick["value"]).days for pick in picks]


@pytest.mark.parametrize(
    "error",
    [
        NotASim(),
        SimNotFound(),
        SimAmbiguous(),
        UnknownSubcommand(),
        KoreDenied(),
        KoreUnavailable(silent_for=40),
        SettingsError(("a", "b")),
    ],
)
def test_planned_errors_carry_their_sentence(error):
    """An error that was planned for shows its own sentence and fits."""
    drawn = error_screen(error, "7f3a9c")

    assert drawn.text.split()[:3] == error.sentence.split()[:3]
    assert any("ref 7f3a9c" in text for text in words(drawn.blocks))
    assert [] == faults(drawn)


@pytest.mark.parametrize(
    ("reference", "said"),
    [
        (
            "7f3a9c",
            (
                "Something broke on our side (ref 7f3a9c). Nothing was lost; try again, or give "
                "the reference to your admin."
            ),
        ),
        (None, "Something broke on our side. Nothing was lost; try again."),
    ],
)
def test_unplanned_errors_show_no_detail(reference, said):
    """What nobody planned for shows its reference and never its own words."""
    drawn = error_screen(ValueError("secret token"), reference)

    assert said == drawn.text
    assert "secret" not in str(drawn.blocks)


@pytest.mark.parametrize("typed", HOSTILE)
def test_hostile_input(typed):
    """What was typed can neither page anyone nor break the answer."""
    near = (Candidate(SID, typed or "x", typed, typed),) * 5
    drawn = error_screen(SimAmbiguous(f"I read `{typed}` as a name.", near), typed, asked=typed)
    text = "\n".join([drawn.text, drawn.blocks[0]["text"]["text"]])

    assert [] == faults(drawn)
    assert "<" not in text


ENTRIES = (
    HelpEntry("/simsessions <sim>", "its last session", ("/simsessions pump-7",)),
    HelpEntry("/simsessions help", "this", topic="all"),
    HelpEntry("/simsessions watch", "a ping", topic="watch", brief="ping you"),
)


def test_help_lists_what_can_be_typed():
    """Every entry stands with its use and examples to copy, however many there are."""
    drawn = help_screen(ENTRIES)
    text = "\n".join(words(drawn.blocks))

    assert "`/simsessions &lt;sim&gt;`  its last session" in text
    assert "*Try:* `/simsessions pump-7`" in text
    assert [] == faults(drawn)

    many = [HelpEntry(f"/simsessions sub{n} " + "x" * 200, "y" * 400) for n in range(100)]

    assert [] == faults(help_screen(many))

    assert [] == faults(help_screen([]))


def test_short_help_names_what_is_used_most_and_the_topics():
    """What is not used most stands under its topic alone."""
    drawn = short_help_screen(ENTRIES)
    text = "\n".join(words(drawn.blocks))

    assert "`/simsessions watch`  ping you" in text
    assert "its last session" not in text
    assert "`/simsessions help &lt;topic&gt;`: watch, all." in text
    assert "its last session" not in "\n".join(words(help_screen(ENTRIES, topic="watch").blocks))
    assert [] == faults(drawn) + faults(short_help_screen([]))
