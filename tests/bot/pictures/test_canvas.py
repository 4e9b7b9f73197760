"""The sheet that a picture is painted on."""

from collections import Counter
from itertools import combinations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.pictures.canvas import (
    FONT,
    FULL,
    GRID,
    INK,
    LACKING,
    NARROWEST,
    PALE,
    PAPER,
    QUIET,
    RADIOS,
    RULE,
    SMALL,
    STEPS,
    TEXT,
    WEEKEND,
    Box,
    Canvas,
    Lettering,
    colours,
    counted,
    drawn_at,
    empty_note,
    omissions,
    ramp_start,
    report_notes,
    row_of,
    subtitle,
    timeline_title,
    touched,
    unread_note,
)
from bot.pictures.layout import BACKWARDS, IN_FUTURE, NO_START, TOO_OLD, DayWindow, spans_of
from tests.bot.pictures.sheets import (
    LIMITS,
    WHITE,
    WINDOW,
    a_report,
    ago,
    colour_of,
    count,
    known_colours,
    opened,
)
from tests.builders import NOON, SID, a_sim

SHEET = (100, 60)
BOX = Box(10, 20, 80, 30)


@pytest.fixture
def canvas():
    return Canvas(*SHEET, Lettering())


def test_fill(canvas):
    """Only what is filled is painted, up to the last column and row; no bars paint nothing."""
    canvas.bars(BOX, [], 4)
    canvas.hatch(BOX, [], 4)
    image = opened(canvas.png())

    assert SHEET == image.size
    assert 100 * 60 == count(image, WHITE)

    canvas.fill(10, 5, 20, 8, WEEKEND)
    canvas.fill(30, 5, 30.3, 8, INK)
    canvas.fill(40, 8, 50, 8, INK)
    image = opened(canvas.png())

    assert 10 * 3 == count(image, colours()[WEEKEND], (10, 5, 20, 8))
    assert 100 * 60 - 10 * 3 == count(image, WHITE)


def test_bars_cover_their_columns_from_top_to_bottom(canvas):
    """Full columns have the full colour, the edge a lighter one; a crowd is told."""
    crowded = canvas.bars(BOX, [(10, 20.5)], 4)
    image = opened(canvas.png())
    edge = image.getpixel((30, 25))

    assert not crowded
    assert 10 * 30 == count(image, colour_of(4), (20, 20, 30, 50))
    assert colour_of(4) != edge != WHITE
    assert 100 * 60 - 11 * 30 == count(image, WHITE)

    assert canvas.bars(BOX, [(x, x + 0.1) for x in range(50)], 4)


def test_a_hatch_is_neither_empty_nor_full(canvas):
    """Lines of the colour slant over paper, and nothing is painted beside them."""
    canvas.hatch(BOX, [(10, 49.5)], 3)
    image = opened(canvas.png())
    lines = count(image, colour_of(3), (20, 20, 60, 50))

    assert 0.15 * 40 * 30 < lines < 0.5 * 40 * 30
    assert count(image, WHITE, (20, 20, 60, 50)) > 0.15 * 40 * 30
    assert 100 * 60 - 40 * 30 == count(image, WHITE) - count(image, WHITE, (20, 20, 60, 50))


def test_dashes_and_letters(canvas):
    """Half of a dashed line is ink; letters have softened edges and colours of the palette."""
    canvas.dashes(50, 10, 42, INK)
    image = opened(canvas.png())

    assert 2 * 16 == count(image, colours()[INK], (49, 10, 51, 42)) == count(image, colours()[INK])

    canvas.write(5, 30, "é ü ł", TEXT)
    found = {colour for _, colour in opened(canvas.png()).getcolors()}

    assert len(found) > 5
    assert found <= known_colours()


WIDTH = 40


def test_strengths():
    """An edge between two pixels shows as much as it covers; no bar is too short to be seen."""
    for bars, strengths in (
        ([], [0] * 8),
        ([(2, 5)], [0, 0, 15, 15, 15, 0, 0, 0]),
        ([(1.5, 4.8)], [0, 8, 15, 15, 12, 0, 0, 0]),
        ([(0, 8)], [15] * 8),
        ([(0, 2.4), (2.8, 8)], [15, 15, 9, 15, 15, 15, 15, 15]),
        ([(0, 3), (2, 5)], [15, 15, 15, 15, 15, 0, 0, 0]),
        ([(4.1, 4.2)], [0, 0, 0, 15, 15, 0, 0, 0]),
        ([(0, 0)], [15, 15, 0, 0, 0, 0, 0, 0]),
        ([(8, 8)], [0, 0, 0, 0, 0, 0, 15, 15]),
        ([(5.5, 8)], [0, 0, 0, 0, 0, 8, 15, 15]),
    ):
        row = row_of(bars, 8)

        assert strengths == list(row.strengths), (bars, strengths)
        assert not row.crowded, (bars, strengths)


def test_gaps_are_empty():
    """Long bars do not grow into a gap, and short bars beside gaps keep their full strength."""
    assert 0 == row_of([(0, 10), (11, 30)], WIDTH).strengths[10]

    row = row_of([(x, x + 0.2) for x in range(4, 36, 4)], WIDTH)

    assert not row.crowded
    assert {0, FULL} == set(row.strengths)
    assert 8 * NARROWEST == row.strengths.count(FULL)


def test_a_crowd_of_short_bars_is_pale():
    """A bar every pixel is no bar without gaps; one that is there at the same time stays strong."""
    crowd = [(x + 0.1, x + 0.3) for x in range(20)]
    row = row_of([*crowd, (5, 12)], WIDTH)

    assert row.crowded
    assert {PALE} == set(row.strengths[:5]) | set(row.strengths[12:20])
    assert {FULL} == set(row.strengths[5:12])


@pytest.mark.parametrize(
    ("bars", "columns"),
    [
        ([], []),
        ([(2.2, 5.1)], [2, 3, 4, 5]),
        ([(39.5, 40)], [38, 39]),
        ([(0, 40)], list(range(40))),
        ([(7.4, 7.4)], [6, 7]),
    ],
)
def test_touched(bars, columns):
    """Whatever a bar touches counts whole, and even the shortest touches two columns."""
    assert columns == [x for x, value in enumerate(touched(bars, WIDTH)) if value]


bar = st.tuples(st.floats(0, WIDTH), st.floats(0, WIDTH)).map(sorted).map(tuple)


@settings(max_examples=100, deadline=None, database=None)
@given(st.lists(bar, max_size=30))
def test_any_bars(bars):
    """Every bar is seen, and where no bar is, within two columns, nothing is."""
    strengths = row_of(bars, WIDTH).strengths

    assert WIDTH == len(strengths)
    assert max(strengths, default=0) <= FULL
    for left, right in bars:
        seen = strengths[max(int(left) - 1, 0) : int(right) + 2]
        assert max(seen) >= PALE
    for x, strength in enumerate(strengths):
        if strength:
            assert any(left - NARROWEST <= x <= right + NARROWEST for left, right in bars)


@pytest.fixture
def letters():
    return Lettering()


def test_names_of_many_scripts_stay_as_they_are(letters):
    """The font has Latin with its accents, Greek, Cyrillic, Arabic and Hebrew."""
    for name in (
        "T-Mobile USA",
        "Kühlraum é",
        "Łódź żółć",
        "Билайн",
        "Vodafone Ελλάδα",
        "<script> & *x* `y`",
        "لوري",
        "תחנה",
        "x � y",
    ):
        assert name == letters.shown(name), name
        assert not letters.lacks(name), name


def test_what_the_font_lacks_is_seen_to_be_lacking(letters):
    """Each such character has a stand-in, and the picture can tell that there are some."""
    for name, shown in (
        ("NTT 東京", "NTT ��"),
        ("truck 🚚", "truck �"),
        ("👩\u200d🚀", "��"),
        ("❤\ufe0f", "❤"),
        ("🇺🇸", "��"),
        ("lone \ud800", "lone �"),
    ):
        assert shown == letters.shown(name), (name, shown)
        assert (LACKING in shown) == letters.lacks("pump-7", name), (name, shown)


def test_a_name_is_one_visible_line(letters):
    """What is invisible or turns a line round is taken out, accents are put together."""
    for name, shown in (
        ("a\u202eb\u2066c\u200b", "abc"),
        ("two\nlines\tand\x00more", "two lines and more"),
        ("  blanks  ", "blanks"),
        ("e\u0301", "é"),
        ("", ""),
        ("\u200e", ""),
    ):
        assert shown == letters.shown(name), (name, shown)


@pytest.mark.parametrize("name", ["short", "a very long name of an operator", "東" * 99, "W" * 999])
@pytest.mark.parametrize("width", [60, 200])
def test_a_fitted_name_fits(letters, name, width):
    """It is at most as wide as it may be, and says by … that it was longer."""
    fitted = letters.fitted(name, TEXT, width)

    assert letters.width(fitted, TEXT) <= width
    assert fitted == letters.shown(name) or fitted.endswith("…")


def test_a_name_is_cut_no_shorter_than_need_be(letters):
    """One more character would not have fitted."""
    name = "a very long name of an operator"
    kept = letters.fitted(name, SMALL, 150).removesuffix("…")

    assert letters.width(name[: len(kept) + 1] + "…", SMALL) > 150


def test_the_font_comes_with_its_licence():
    """Beside the font stands what allows us to ship it."""
    licence = (FONT.parent / "LICENSE").read_text()

    assert FONT.is_file()
    assert licence.startswith(FONT.name)
    assert "Permission is hereby granted, free of charge" in licence
    assert "Bitstream" in licence
    assert "Tavmjong Bah" in licence


def brightness(colour):
    """Return the relative luminance of WCAG 2."""
    linear = [
        c / 12.92 if c <= 0.03928 else ((c + 0.055) / 1.055) ** 2.4
        for c in (x / 255 for x in colour)
    ]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def contrast(one, other):
    lighter, darker = sorted((brightness(one), brightness(other)), reverse=True)
    return (lighter + 0.05) / (darker + 0.05)


def test_the_palette():
    """Every colour has a number of a byte, and what is not data is paler than any bar."""
    every = colours()

    assert RULE == len(every) - 1 < 256
    assert all(0 <= part <= 255 for colour in every for part in colour)

    every = colours()
    faintest_bar = min(contrast(radio.colour, WHITE) for radio in RADIOS.values())

    assert all(contrast(every[number], WHITE) < faintest_bar for number in (GRID, WEEKEND))


@pytest.mark.parametrize("generation", RADIOS)
def test_a_ramp_goes_from_the_paper_to_the_colour(generation):
    """Its first step is white, its last the colour of the generation."""
    steps = colours()[ramp_start(generation) :][:STEPS]

    assert [WHITE, RADIOS[generation].colour] == [steps[0], steps[-1]]
    assert sorted(steps, key=sum, reverse=True) == steps


@pytest.mark.parametrize(("number", "least"), [(INK, 12), (QUIET, 4.5)])
def test_words_can_be_read(number, least):
    """Letters stand out from the paper as WCAG asks of text."""
    assert contrast(colours()[number], colours()[PAPER]) >= least


@pytest.mark.parametrize(("one", "other"), list(combinations(RADIOS, 2)))
def test_no_two_generations_differ_in_colour_alone(one, other):
    """Every two also differ in where their bars begin or end, by a tenth of the lane at least."""
    a, b = RADIOS[one], RADIOS[other]

    assert a.colour != b.colour
    assert max(abs(a.top - b.top), abs(a.bottom - b.bottom)) > 0.1


def test_timeline_title():
    """The name that people use, short enough that the end of the ICCID stays in the picture."""
    for sim, title in (
        (a_sim(), "pump-7 · ICCID …8909"),
        (a_sim(iccid=None), "pump-7 · ICCID not reported"),
        (a_sim(unique_name=None, friendly_name="Kühlraum"), "Kühlraum · ICCID …8909"),
        (a_sim(unique_name=None), f"{SID} · ICCID …8909"),
        (a_sim(unique_name="x" * 64), f"{'x' * 47}… · ICCID …8909"),
    ):
        assert title == timeline_title(sim), (sim, title)


def test_subtitle():
    """The window and how much is drawn of it, when, and nothing of what lies before a short one."""
    told = spans_of((ago(1), ago(2), ago(40)), WINDOW, LIMITS)

    assert "6 Dec 2025 12:00 – 5 Jan 2026 12:00 UTC · 2 data sessions" == subtitle(told, WINDOW)

    assert "drawn 2026-01-05 12:00 UTC" == drawn_at(WINDOW)

    why = Counter({TOO_OLD: 9, NO_START: 1})

    assert ["1 session left out: no start is told"] == list(omissions(why, DayWindow(NOON, 7)))

    assert ["0 rows", "1 row", "12\u202f345 rows"] == [counted(n, "row") for n in (0, 1, 12345)]


def test_nothing():
    """An empty window is not never, and only the longest one shows all that KORE keeps."""
    for days, words in (
        (1, "No data session in the last day"),
        (7, "No data session in the last 7 days"),
        (30, "No data session in the last 30 days; KORE keeps none from before that"),
    ):
        assert words == empty_note(DayWindow(NOON, days)), (days, words)


def test_left_out():
    """Each reason has its line, and what did not happen has none."""
    for why, lines in (
        ({}, []),
        ({NO_START: 1}, ["1 session left out: no start is told"]),
        ({TOO_OLD: 1246}, ["1\u202f246 sessions left out: over before these days began"]),
        ({IN_FUTURE: 2}, ["2 sessions left out: the start is in the future"]),
        ({BACKWARDS: 1}, ["1 session drawn as a moment: the end is before the start"]),
    ):
        assert lines == list(omissions(Counter(why), WINDOW)), (why, lines)


def test_of_report():
    """What the report lacks, the picture lacks, and says so."""
    for report, lines in (
        (a_report(), []),
        (a_report(skipped_rows=2), ["2 unreadable rows left out"]),
        (a_report(stale=True), ["Not read anew; known from 2026-01-05 11:00 UTC"]),
    ):
        assert lines == list(report_notes(report)), (report, lines)


def test_unread():
    """Sessions that could not be read are told apart from none."""
    for problem, sentence in (
        (None, "The sessions of pump-7 could not be read, so there is no timeline."),
        (
            "KORE is busy.",
            "The sessions of pump-7 could not be read, so there is no timeline. KORE is busy.",
        ),
    ):
        assert sentence == unread_note(a_report(sessions=None, problem=problem)), (
            problem,
            sentence,
        )
