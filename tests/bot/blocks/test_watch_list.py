"""What is said to who begins watches, stops some, or asks which there are."""

from dataclasses import replace

import pytest

from bot.blocks.watch import MOST, begun_screen, list_screen, stopped_screen
from bot.watches.watch import WatchOwner
from tests.bot.blocks.reports import HOSTILE, faults, words
from tests.bot.watches.watching import ANA, NOON, a_watch


def many(number):
    return [replace(a_watch(name=f"pump-{n}"), id=f"w{n}") for n in range(number)]


def said(screen):
    return "\n".join(words(screen.blocks))


@pytest.mark.parametrize(
    ("screen", "expected"),
    [
        (
            begun_screen([a_watch()], 0, NOON),
            "👁 I watch *pump-7* until it is online, at most until",
        ),
        (begun_screen([a_watch()], 0, NOON), "(in 2 h); now 🔴 offline."),
        (begun_screen([a_watch()], 0, NOON), "or as a direct message where I may not post"),
        (begun_screen([a_watch()], 1, NOON), "You watched it here already"),
        (begun_screen(many(3), 0, NOON), "👁 I watch 3 SIMs for you."),
        (begun_screen(many(3), 2, NOON), "2 of them you watched here already"),
        (begun_screen(many(1), 0, NOON, ["KORE is away."]), "⚠️ KORE is away."),
        (begun_screen(many(1), 0, NOON, ["One.", "Two."]), "Two. The same goes for 1 other."),
        (list_screen([], [], NOON), "You watch no SIM."),
        (list_screen([], many(2), NOON), "Others watch 2 SIMs in this channel."),
        (list_screen(many(2), many(3), NOON), "You watch 2 SIMs."),
        (list_screen(many(2), many(3), NOON), "Others watch 1 SIM in this channel."),
        (list_screen(many(2), [], NOON), "🔴 offline · *pump-0* until it is online, ends <!date^"),
        (list_screen(many(2), [], NOON), "<#C0FLEETOP>"),
        (
            list_screen([a_watch(owner=WatchOwner(ANA, "D0ANA0001"))], [], NOON),
            "in a DM",
        ),
        (list_screen(many(MOST + 2), [], NOON), "2 more are not shown."),
        (stopped_screen(many(2)), "Stopped watching pump-0, pump-1."),
        (stopped_screen(many(MOST + 1)), "and 1 more."),
    ],
)
def test_the_answers_say_what_is_watched(screen, expected):
    """
    What, until when, how it is now, where it is told, and what was left out.
    """
    assert expected in said(screen)
    assert [] == faults(screen)


def test_each_watch_of_the_list_can_be_stopped():
    """
    Beside each row stands its own Stop button, with an id of its own.
    """
    rows = [block for block in list_screen(many(3), [], NOON).blocks if "accessory" in block]

    assert ["w0", "w1", "w2"] == [
        each["accessory"]["value"].partition(":")[2].strip('"}') for each in rows
    ]
    assert 3 == len({each["accessory"]["action_id"] for each in rows})


@pytest.mark.parametrize("name", HOSTILE)
def test_names_are_data(name):
    """
    Whatever SIMs are called, Slack takes each answer, and is told nothing by a name.
    """
    watches = [a_watch(name=name)] * 2
    for screen in (
        begun_screen(watches, 0, NOON),
        list_screen(watches, [], NOON),
        stopped_screen(watches),
    ):
        assert [] == [fault for fault in faults(screen) if "action_id" not in fault]
        assert "<!channel>" not in screen.text + said(screen)
