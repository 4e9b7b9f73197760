"""The colours of a picture."""

from itertools import combinations

import pytest

from bot.pictures.canvas import GRID, INK, PAPER, QUIET, RADIOS, RULE, STEPS, WEEKEND, colours, ramp

WHITE = (255, 255, 255)


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


def test_the_palette_fits_a_byte():
    """
    Every colour has a number, the last are flat.
    """
    every = colours()

    assert RULE == len(every) - 1 < 256
    assert all(0 <= part <= 255 for colour in every for part in colour)


@pytest.mark.parametrize("generation", RADIOS)
def test_a_ramp_goes_from_the_paper_to_the_colour(generation):
    """
    Its first step is white, its last the colour of the generation.
    """
    steps = colours()[ramp(generation) :][:STEPS]

    assert [WHITE, RADIOS[generation].colour] == [steps[0], steps[-1]]
    assert sorted(steps, key=sum, reverse=True) == steps


@pytest.mark.parametrize(("number", "least"), [(INK, 12), (QUIET, 4.5)])
def test_words_can_be_read(number, least):
    """
    Letters stand out from the paper as WCAG asks of text.
    """
    assert contrast(colours()[number], colours()[PAPER]) >= least


def test_lines_and_weekends_stay_behind():
    """
    What is not data is paler than any bar.
    """
    every = colours()
    faintest_bar = min(contrast(radio.colour, WHITE) for radio in RADIOS.values())

    assert all(contrast(every[number], WHITE) < faintest_bar for number in (GRID, WEEKEND))


@pytest.mark.parametrize(("one", "other"), list(combinations(RADIOS, 2)))
def test_no_two_generations_differ_in_colour_alone(one, other):
    """
    Every two also differ in where their bars begin or end, by a tenth of the lane at least.
    """
    a, b = RADIOS[one], RADIOS[other]

    assert a.colour != b.colour
    assert max(abs(a.top - b.top), abs(a.bottom - b.bottom)) > 0.1
