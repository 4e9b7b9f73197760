"""The colours of a picture as numbers of its palette, so that it is painted on one byte a pixel.

Each colour is a ramp of 16 steps from the paper to itself: edges and letters need the steps. The
radio's colours are of Okabe and Ito's set, which the colour-blind can tell apart
(https://jfly.uni-koeln.de/color/); the height of a bar says the same once more.
"""

from typing import NamedTuple

Colour = tuple[int, int, int]
STEPS = 16
PAPER = 0
INK = 15
QUIET = 11  # lesser words: still 4.5 to 1 against the paper

_PAPER: Colour = (255, 255, 255)
_INK: Colour = (29, 28, 29)


class Radio(NamedTuple):
    """How a generation is shown: name, colour, and where its bar stands in the lane, 0 to 1."""

    name: str
    colour: Colour
    bottom: float
    top: float


RADIOS: dict[int | None, Radio] = {
    5: Radio("5G", (0, 114, 178), 0, 1),
    4: Radio("4G", (0, 158, 115), 0, 0.78),
    3: Radio("3G", (230, 159, 0), 0, 0.56),
    2: Radio("2G", (213, 94, 0), 0, 0.34),
    None: Radio("unknown", (120, 124, 130), 0.38, 0.62),
}
_ORDER = tuple(RADIOS)
WEEKEND = STEPS * (len(RADIOS) + 1)
GRID, RULE = WEEKEND + 1, WEEKEND + 2
_FLAT: tuple[Colour, ...] = ((240, 241, 244), (222, 224, 229), (160, 163, 170))


def ramp(generation: int | None) -> int:
    """Give the number of the first step, the paper, of a generation's ramp."""
    return STEPS * (_ORDER.index(generation) + 1)


def colours() -> list[Colour]:
    """Give every colour in the order of its number."""
    ramps = [_INK, *(radio.colour for radio in RADIOS.values())]
    return [*(_mixed(colour, step) for colour in ramps for step in range(STEPS)), *_FLAT]


def _mixed(colour: Colour, step: int) -> Colour:
    red, green, blue = (
        paper + round((full - paper) * step / (STEPS - 1))
        for paper, full in zip(_PAPER, colour, strict=True)
    )
    return red, green, blue
