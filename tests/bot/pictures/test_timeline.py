"""The whole picture: any sessions of any SIM become a PNG."""

import subprocess
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bot.demo.stories.story import all_stories
from bot.kore.errors import KoreError
from bot.kore.models import DataSession
from bot.pictures.canvas import RADIOS, Canvas, Lettering
from bot.pictures.layout import HEADER, LEFT, RIGHT, WIDTH, changes_of
from bot.pictures.timeline import HATCHED, PALE, draw_report, entries, paint_legend
from tests.bot.pictures.sheets import (
    DAY,
    INK,
    TELCEL,
    WHITE,
    WINDOW,
    a_report,
    ago,
    an_open,
    colour_of,
    column,
    count,
    known_colours,
    laid_out,
    opened,
)
from tests.builders import NOON, a_session, a_sim, session_of

ROOT = Path(__file__).parent.parent.parent.parent
PHONE = "353328110000770"
ANY = settings(
    max_examples=40, deadline=None, suppress_health_check=[HealthCheck.too_slow], database=None
)


def drawn(*sessions, name="pump-7", days=30, **changes):
    report = a_report(sessions, sim=a_sim(unique_name=name), **changes)
    return opened(draw_report(report, days=days))


def test_it_is_a_small_png():
    """1200 pixels wide, under 60 kB, and the same in whatever order sessions and copies come."""
    png = draw_report(a_report(tuple(ago(n / 20, 0.7) for n in range(600))))

    assert png.startswith(b"\x89PNG\r\n\x1a\n")
    assert (1200, 338) == opened(png).size
    assert len(png) < 60_000

    sessions = (ago(3), ago(9, **TELCEL), an_open(1, 5), ago(20, imei=PHONE))
    one, other = (
        draw_report(a_report(rows)) for rows in (sessions, (*reversed(sessions), sessions[2]))
    )

    assert one == other


def test_lanes_bars_and_marks_stand_where_the_layout_says():
    """Two networks, two radios, a new device abroad: each colour only in its lane and time."""
    there = (ago(20, 24 * 5), ago(10, 24 * 5, radio_link="UMTS", imei=PHONE, **TELCEL))
    image = drawn(*there)
    plan = laid_out(*there, changes=changes_of(there, WINDOW))
    rows = [strip.bottom - 5 for strip in plan.strips]
    early, late = (column(plan, NOON - days * DAY) for days in (18, 6))
    mark = column(plan, NOON - 10 * DAY)
    marks = [(mark - 10, r.middle - 12, mark + 10, r.middle + 12) for r in plan.mark_rows]

    assert plan.height == image.height
    assert [colour_of(4), WHITE] == [image.getpixel((early, row)) for row in rows]
    assert [WHITE, colour_of(3)] == [image.getpixel((late, row)) for row in rows]
    assert [True, True] == [count(image, INK, box) > 40 for box in marks]


def test_what_is_left_out_is_said():
    """Each reason adds a line, and so do notes and a character that the font lacks."""
    bare = drawn(ago(1)).height
    odd = (ago(1), a_session(start=None), ago(40), ago(-2), ago(3, -1))

    assert bare + 3 * 26 == drawn(*odd).height
    assert bare + 4 * 26 == drawn(*odd, skipped_rows=2).height

    both = (ago(1), a_session(start=None))

    assert drawn(*both).height + 26 == drawn(*both, name="truck 🚚").height
    assert drawn(*both).height == drawn(*both, name="Łódź").height


def test_a_report_is_drawn():
    """With its notes, or with words where there is no session; unread sessions are an error."""
    image = drawn()

    assert [] == [g for g in (5, 4, 3, 2, None) if count(image, colour_of(g))]
    assert count(image, INK, (LEFT, HEADER, RIGHT, HEADER + 128)) > 100

    sessions = (ago(1),)
    plain = opened(draw_report(a_report(sessions)))
    told = opened(draw_report(a_report(sessions, skipped_rows=2, stale=True)))

    assert plain.height + 26 == told.height
    assert count(plain, colour_of(4)) == count(told, colour_of(4)) > 0

    with pytest.raises(KoreError, match="could not be read, so there is no timeline"):
        draw_report(a_report(None))


@pytest.mark.parametrize("days", [1, 2, 7, 11, 30])
def test_any_window(days):
    """A session that is open all the time fills the plot, however many days it shows."""
    image = drawn(an_open(35, 0), days=days)
    row = laid_out(an_open(35, 0)).strips[0].bottom - 5

    assert {colour_of(4)} == {image.getpixel((x, row)) for x in range(LEFT, RIGHT)}


@pytest.mark.parametrize("story", all_stories(), ids=lambda story: story.name)
def test_each_story_can_be_drawn(story):
    """Every SIM of the sandbox has a picture with colours of the palette alone."""
    rows = []
    for row in story.sessions(NOON):
        try:
            rows.append(session_of(row))
        except ValueError:
            continue  # rows that break the schema never get this far
    image = drawn(*rows, name=story.name)

    assert 1200 == image.width
    assert {colour for _, colour in image.getcolors(256)} <= known_colours()


near = st.integers(-4000, 60_000).map(lambda minutes: NOON - timedelta(minutes=minutes))
far = st.datetimes(
    datetime(1, 1, 2),  # noqa: DTZ001 -- hypothesis wants them without
    datetime(9999, 12, 30),  # noqa: DTZ001 -- the same
    timezones=st.sampled_from([UTC, ZoneInfo("Asia/Kolkata")]),
)
moment = st.one_of(st.none(), near, near, near, far)
text = st.one_of(st.none(), st.sampled_from(["LTE", "3G", "USA", "MEX", "310", "26"]), st.text())
row = st.builds(
    DataSession.model_construct,
    sim_sid=st.sampled_from(["DE1", None]),
    radio_link=text,
    operator_mcc=text,
    operator_mnc=text,
    operator_country=text,
    operator_name=text,
    imei=st.one_of(text, st.just(PHONE), st.just("014931000129700")),
    packets_uploaded=st.none(),
    packets_downloaded=st.none(),
    last_updated=moment,
    start=moment,
    end=moment,
)


@ANY
@given(rows=st.lists(row, max_size=30), name=st.text(max_size=80), days=st.integers(1, 30))
def test_any_sessions(rows, name, days):
    """Unknown fields, times far off, ends before starts, any text: there is a picture."""
    image = drawn(*rows, name=name, days=days)

    assert 1200 == image.width
    assert {colour for _, colour in image.getcolors(256)} <= known_colours()


def test_importing_it_imports_no_pillow():
    """Pillow is loaded with the first picture, not with the program."""
    code = (
        "import sys, bot.pictures.timeline, bot.services;"
        "sys.exit(sorted(name for name in sys.modules if name.partition('.')[0] == 'PIL') != [])"
    )
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, check=False)

    assert 0 == done.returncode


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
    """Generations from the newest to the oldest, then what pale and hatched bars mean."""
    assert words == [entry.words for entry in entries(laid_out(*sessions), crowded)]


def painted(*sessions, crowded=frozenset()):
    plan = laid_out(*sessions)
    canvas = Canvas(WIDTH, plan.height, Lettering())
    paint_legend(canvas, plan, set(crowded))
    return plan, opened(canvas.png())


def test_swatches_have_the_colours_and_the_heights_of_the_bars():
    """A generation's swatch is as tall as its bars in a lane: it can be told without colour."""
    radios = {5: "NR", 4: "LTE", 3: "UMTS", 2: "GSM", None: "x"}
    _, image = painted(*(ago(n + 1, radio_link=name) for n, name in enumerate(radios.values())))
    heights = {generation: count(image, colour_of(generation)) / 30 for generation in radios}

    assert {
        generation: round(24 * (radio.top - radio.bottom)) for generation, radio in RADIOS.items()
    } == heights


def test_the_legend():
    """All entries fit on its line; an empty picture explains no colours."""
    radios = ("NR", "LTE", "UMTS", "GSM", "x")
    sessions = [an_open(n + 1, 24 * (n + 1), radio_link=name) for n, name in enumerate(radios)]
    plan, image = painted(*sessions, crowded={4})
    edge = (WIDTH - 24, plan.legend_top, WIDTH, plan.foot_top)

    assert 24 * (plan.foot_top - plan.legend_top) == count(image, WHITE, edge)
    assert count(image, WHITE, (LEFT, plan.legend_top, WIDTH, plan.foot_top)) > 0

    plan, image = painted()

    assert WIDTH * plan.height == count(image, WHITE)
