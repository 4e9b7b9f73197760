"""The sheet that a picture is painted on."""

import pytest

from bot.pictures.canvas import Box, Canvas
from bot.pictures.lettering import TEXT, Lettering
from bot.pictures.palette import INK, WEEKEND, colours
from tests.bot.pictures.sheets import WHITE, colour_of, count, known_colours, opened

SHEET = (100, 60)
BOX = Box(10, 20, 80, 30)


@pytest.fixture
def canvas():
    return Canvas(*SHEET, Lettering())


def test_an_empty_sheet_is_white(canvas):
    """
    Nothing is there that was not painted.
    """
    image = opened(canvas.png())

    assert SHEET == image.size
    assert 100 * 60 == count(image, WHITE)


def test_fill(canvas):
    """
    The last column and row are outside, and what is empty paints nothing.
    """
    canvas.fill(10, 5, 20, 8, WEEKEND)
    canvas.fill(30, 5, 30.3, 8, INK)
    canvas.fill(40, 8, 50, 8, INK)
    image = opened(canvas.png())

    assert 10 * 3 == count(image, colours()[WEEKEND], (10, 5, 20, 8))
    assert 100 * 60 - 10 * 3 == count(image, WHITE)


def test_bars_cover_their_columns_from_top_to_bottom(canvas):
    """
    Full columns have the full colour, the edge a lighter one, and the rest stays.
    """
    crowded = canvas.bars(BOX, [(10, 20.5)], 4)
    image = opened(canvas.png())
    edge = image.getpixel((30, 25))

    assert not crowded
    assert 10 * 30 == count(image, colour_of(4), (20, 20, 30, 50))
    assert colour_of(4) != edge != WHITE
    assert 100 * 60 - 11 * 30 == count(image, WHITE)


def test_a_crowd_is_told(canvas):
    """
    Who paints learns that bars were too many to part.
    """
    assert canvas.bars(BOX, [(x, x + 0.1) for x in range(50)], 4)


def test_a_hatch_is_neither_empty_nor_full(canvas):
    """
    Lines of the colour slant over paper, and nothing is painted beside them.
    """
    canvas.hatch(BOX, [(10, 49.5)], 3)
    image = opened(canvas.png())
    lines = count(image, colour_of(3), (20, 20, 60, 50))

    assert 0.15 * 40 * 30 < lines < 0.5 * 40 * 30
    assert count(image, WHITE, (20, 20, 60, 50)) > 0.15 * 40 * 30
    assert 100 * 60 - 40 * 30 == count(image, WHITE) - count(image, WHITE, (20, 20, 60, 50))


def test_no_bars_paint_nothing(canvas):
    """
    An empty lane stays empty.
    """
    canvas.bars(BOX, [], 4)
    canvas.hatch(BOX, [], 4)

    assert 100 * 60 == count(opened(canvas.png()), WHITE)


def test_dashes_have_gaps(canvas):
    """
    Half of a dashed line is ink.
    """
    canvas.dashes(50, 10, 42, INK)
    image = opened(canvas.png())

    assert 2 * 16 == count(image, colours()[INK], (49, 10, 51, 42)) == count(image, colours()[INK])


def test_letters_are_smooth_and_of_the_palette(canvas):
    """
    A word is painted in ink with softened edges, and no colour is made up.
    """
    canvas.write(5, 30, "é ü ł", TEXT)
    found = {colour for _, colour in opened(canvas.png()).getcolors()}

    assert len(found) > 5
    assert found <= known_colours()
