"""The legend names what is there, and nothing else."""

import pytest

from bot.pictures.canvas import Canvas
from bot.pictures.layout import LEFT, WIDTH
from bot.pictures.legend import HATCHED, PALE, entries, paint_legend
from bot.pictures.lettering import Lettering
from bot.pictures.palette import RADIOS
from tests.bot.pictures.sheets import (
    TELCEL,
    WHITE,
    ago,
    an_open,
    colour_of,
    count,
    laid_out,
    opened,
)


@pytest.mark.parametrize(
    ("sessions", "crowded", "words"),
    [
        ((), set(), []),
        ((ago(1),), set(), ["4G"]),
        ((ago(1, radio_link="GSM"), ago(2, radio_link="NR", **TELCEL)), set(), ["5G", "2G"]),
        ((ago(1, radio_link=None), ago(3)), set(), ["4G", "unknown"]),
        ((an_open(3, 9, radio_link="HSPA"),), set(), ["3G", HATCHED]),
        ((an_open(3, 0),), set(), ["4G"]),
        ((ago(1),), {4}, ["4G", PALE]),
    ],
)
def test_entries(sessions, crowded, words):
    """
    Generations from the newest to the oldest, then what pale and hatched bars mean.
    """
    assert words == [entry.words for entry in entries(laid_out(*sessions), crowded)]


def painted(*sessions, crowded=frozenset()):
    letters = Lettering()
    plan = laid_out(*sessions)
    canvas = Canvas(WIDTH, plan.height, letters)
    paint_legend(canvas, letters, plan, set(crowded))
    return plan, opened(canvas.png())


def test_swatches_have_the_colours_and_the_heights_of_the_bars():
    """
    Each generation's swatch is as tall as its bars are in a lane, so it can be told without colour.
    """
    radios = {5: "NR", 4: "LTE", 3: "UMTS", 2: "GSM", None: "x"}
    _, image = painted(*(ago(n + 1, radio_link=name) for n, name in enumerate(radios.values())))
    heights = {generation: count(image, colour_of(generation)) / 30 for generation in radios}

    assert {
        generation: round(24 * (radio.top - radio.bottom)) for generation, radio in RADIOS.items()
    } == heights


def test_all_entries_fit_on_the_line():
    """
    Even with every generation, pale and hatched bars nothing runs over the edge.
    """
    radios = ("NR", "LTE", "UMTS", "GSM", "x")
    sessions = [an_open(n + 1, 24 * (n + 1), radio_link=name) for n, name in enumerate(radios)]
    plan, image = painted(*sessions, crowded={4})
    edge = (WIDTH - 24, plan.legend_top, WIDTH, plan.foot_top)

    assert 24 * (plan.foot_top - plan.legend_top) == count(image, WHITE, edge)
    assert count(image, WHITE, (LEFT, plan.legend_top, WIDTH, plan.foot_top)) > 0


def test_without_sessions_there_is_no_legend():
    """
    An empty picture explains no colours.
    """
    plan, image = painted()

    assert WIDTH * plan.height == count(image, WHITE)
