"""Several watches on one card, and the one notice of their end."""

import pytest

from bot.blocks import ids
from bot.blocks.watch_set import LINES, set_card, set_notice
from bot.slack.posting import ALL_BLOCKS
from bot.struct import replace
from bot.watches.watch import Condition, Ending
from tests.bot.blocks.reports import HOSTILE, faults, words
from tests.bot.watches.watch_builders import MINUTE, NOON, a_snapshot, a_watch

NOW = NOON + MINUTE
BACK = {"ending": Ending.REACHED, "ended_at": NOW, "latest": a_snapshot("online")}
LATE = {"ending": Ending.EXPIRED, "ended_at": NOW}
STOPPED = {"ending": Ending.STOPPED, "ended_at": NOW, "ended_by": "U0BEN0002"}
OPEN: dict[str, object] = {}


def a_set(*changes, **more):
    """Return watches of one set, each changed so."""
    return [
        a_watch(id=f"w{at}", name=f"well-{at}", set_id="s1", **(more | changed))
        for at, changed in enumerate(changes)
    ]


@pytest.mark.parametrize(
    ("watches", "expected"),
    [
        (a_set(OPEN, OPEN), "👁 Watching *2 SIMs* for <@U0ANA0001> until they are online, at most"),
        (a_set(OPEN, BACK, OPEN), " · 1 of 3 online"),
        (a_set(OPEN, BACK), "🔴 *well-0* is offline: last seen <!date^"),
        (a_set(OPEN, BACK), "last seen <!date^1767603600^{time} {date_short_pretty}|2026"),
        (a_set(BACK, OPEN), "\n🟢 *well-0* is online: Telcel, LTE, since <!date^"),
        (a_set(OPEN, OPEN, condition=Condition.CHANGES), "until they change"),
        (a_set(OPEN, {"unreachable_since": NOON}), "⚠️ *well-1*: not read since <!date^"),
        (a_set(OPEN, OPEN), "I'll ping you once: when all are back, or time is up"),
        (a_set(*[OPEN] * (LINES + 2)), "\nand 2 more"),
        (a_set(BACK, BACK), "👁 Watched *2 SIMs* for <@U0ANA0001>: *Both SIMs are online.* Watch"),
        (a_set(BACK, LATE), "*1 of 2 SIMs online*: well-0. Not online: well-1. Time is up."),
        (a_set(BACK, STOPPED), "Not online: well-1. <@U0BEN0002> stopped the watch."),
    ],
)
def test_one_card_shows_them_all(watches, expected):
    """How many are back, each SIM, those that are not back first, and how it ended."""
    drawn = set_card(watches, NOW)

    assert expected in "\n".join(words(drawn.blocks))
    assert [] == faults(drawn)
    assert ([], []) == (faults(drawn.without(ALL_BLOCKS)), drawn.without(ALL_BLOCKS).blocks)


def test_it_is_stopped_as_a_whole():
    """The button carries the set, and is gone when all has ended."""
    stop = set_card(a_set(OPEN, BACK), NOW).blocks[0]["accessory"]

    assert ids.StopWatch(id="s1") == ids.StopWatch.from_value(stop["value"])
    assert "Stop watching 2 SIMs" == stop["accessibility_label"]
    assert not any("accessory" in block for block in set_card(a_set(BACK, LATE), NOW).blocks)
    assert "I cannot post in <#C0FLEETOP>" in str(set_card(a_set(OPEN), NOW, away=True).blocks)


@pytest.mark.parametrize(
    ("watches", "expected"),
    [
        (a_set(BACK, BACK), "✅ <@U0ANA0001> Both SIMs are online. Watch ended."),
        (a_set(LATE, BACK), "1 of 2 SIMs online: well-1. Not online: well-0. Time is up."),
        (a_set(LATE), "⏱ <@U0ANA0001> 0 of 1 SIM online. Not online: well-0. Time is up."),
        (
            a_set(BACK, {"ending": Ending.REVOKED, "ended_at": NOW}),
            "Not online: well-1. Watch ended: you may no longer ask here.",
        ),
        (a_set(*[LATE] * 12), "well-0, well-1, well-2, well-3, well-4, well-5, well-6, well-7"),
    ],
)
def test_one_reply_ends_it(watches, expected):
    """It mentions the owner, and says who is back and who is not."""
    assert expected in set_notice(watches).text


@pytest.mark.parametrize("name", HOSTILE)
def test_names_are_data(name):
    """Whatever SIMs are called, Slack takes the card and the reply, and is told nothing by them."""
    watches = [replace(watch, name=name) for watch in a_set(LATE, BACK)]
    for drawn in (set_card(watches, NOW), set_notice(watches)):
        assert [] == faults(drawn)
        assert "<!channel>" not in drawn.text + "".join(words(drawn.blocks))
