"""The card of a watch."""

from dataclasses import replace
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.blocks import ids
from bot.blocks.screen import ALL_BLOCKS
from bot.blocks.watch import watch_card
from bot.sessions.snapshot import snapshot_of
from bot.watches.watch import Condition, Ending
from tests.bot.blocks.reports import HOSTILE, REPORTS, faults, words
from tests.bot.watches.watching import HOUR, MINUTE, NOON, a_snapshot, a_watch

NOW = NOON + MINUTE
ENDED = {"ended_at": NOW, "ended_by": "U0BEN0002"}


def said(watch, **more):
    """Return all that a reader of the card sees."""
    return "\n".join(words(watch_card(watch, NOW, **more).blocks))


@pytest.mark.parametrize(
    ("changed", "expected"),
    [
        ({}, "👁 Watching *pump-7* for <@U0ANA0001> until it is online."),
        ({"condition": Condition.OFFLINE}, "until it is not online any more"),
        ({"condition": Condition.CHANGES}, "until it changes"),
        ({}, "🔴 pump-7 is still offline — last seen on Telcel on LTE, until <!date^"),
        ({"notified_at": NOON}, "🔴 pump-7 is offline — "),
        ({"latest": a_snapshot("online")}, "🟢 pump-7 is online — Telcel on LTE since <!date^"),
        ({"latest": a_snapshot("stale")}, "is open, but was last updated <!date^"),
        ({"latest": a_snapshot("blocked", status="suspended")}, "its SIM status is suspended"),
        ({"latest": a_snapshot("unknown")}, "the state of pump-7 is unknown"),
        (
            {"latest": a_snapshot("never_seen", seen_at=None)},
            "pump-7 was never seen in the last 30 days.",
        ),
        (
            {"latest": a_snapshot("offline", operator=None, network=None, radio=None)},
            "last seen on an unknown operator, radio link unknown",
        ),
        ({}, "ends <!date^"),
        ({}, "(in 1 h)"),
        ({"ends_at": NOW + 2 * HOUR - timedelta(seconds=1)}, "(in 2 h)"),
        ({}, "read <!date^"),
        ({}, "A turn away from online is told once it has held for 2 min."),
        (
            {"unreachable_since": NOON, "unreachable_reason": "KORE has not answered for 40 s."},
            "⚠️ I could not read it since <!date^",
        ),
        (ENDED | {"ending": Ending.REACHED}, "it has come to what was waited for"),
        (ENDED | {"ending": Ending.EXPIRED}, "the time is over"),
        (ENDED | {"ending": Ending.STOPPED}, "stopped by <@U0BEN0002> at <!date^"),
        (ENDED | {"ending": Ending.REVOKED}, "may not ask here any more"),
    ],
)
def test_a_card_says_what_is_watched_and_how_it_is(changed, expected):
    """
    Whom it is for, what is waited for, the state and since when, its end and its age.
    """
    assert expected in said(replace(a_watch(), **changed))


def test_a_card_elsewhere_says_why():
    """
    As a direct message it names the channel that it could not be posted to.
    """
    assert "I cannot post in <#C0FLEETOP>, so this card is here" in said(a_watch(), away=True)
    assert "I cannot post" not in said(a_watch())


def test_an_open_watch_can_be_stopped():
    """
    The button carries the watch, and is named for who cannot see it.
    """
    (stop,) = watch_card(a_watch(), NOW).blocks[-1]["elements"]

    assert (ids.STOP_WATCH, ids.StopWatch(id="w1")) == (
        stop["action_id"],
        ids.StopWatch.from_value(stop["value"]),
    )
    assert "Stop watching pump-7" == stop["accessibility_label"]


@pytest.mark.parametrize("ending", Ending)
def test_an_ended_watch_has_no_button(ending):
    """
    There is nothing left to stop, and nothing to come.
    """
    drawn = watch_card(replace(a_watch(), ending=ending, **ENDED), NOW)

    assert "actions" not in [block["type"] for block in drawn.blocks]
    assert "ends " not in "\n".join(words(drawn.blocks))


@pytest.mark.parametrize("name", HOSTILE)
def test_a_name_cannot_speak_to_slack(name):
    """
    Whatever a SIM is called, Slack takes the card and is told nothing by the name.
    """
    drawn = watch_card(a_watch(name=name, reported=a_snapshot(name=name)), NOW)

    assert [] == faults(drawn)
    assert "<!channel>" not in drawn.text
    assert "<!channel>" not in "".join(words(drawn.blocks))


@given(REPORTS, st.sampled_from(Condition), st.sampled_from([None, *Ending]), st.booleans())
def test_any_card_is_taken(report, goal, ending, away):
    """
    Whatever KORE told, Slack takes the card, with blocks and as text alone.
    """
    seen = snapshot_of(report)
    watch = a_watch(
        name=seen.name, latest=seen, condition=goal, ending=ending, ended_at=ending and NOW
    )
    drawn = watch_card(watch, NOW, away=away)
    plain = watch_card(watch, NOW, away=away).without(ALL_BLOCKS)

    assert [] == faults(drawn)
    assert ([], []) == (faults(plain), plain.blocks)
