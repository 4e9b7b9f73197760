"""The sheet that a picture is painted on: one byte a pixel, each a number of the palette."""

from collections.abc import Sequence
from functools import cache
from io import BytesIO
from typing import TYPE_CHECKING, NamedTuple

from bot.pictures.columns import FULL, Extent, row_of, touched
from bot.pictures.lettering import Lettering
from bot.pictures.palette import INK, PAPER, colours, ramp

if TYPE_CHECKING:
    from PIL.Image import Image

HATCH = bytes((FULL, FULL, 11, 3, 0, 0, 0, 3, 11))  # one slanting line, its edges softened
DASH, DASH_GAP = 4, 4
_ANY = bytes(255 * (strength > 0) for strength in range(256))


class Box(NamedTuple):
    """A part of the sheet, in pixels."""

    left: int
    top: int
    width: int
    height: int


class Canvas:
    """Rectangles, bars and letters. Edges are sharp to a fraction of a pixel."""

    def __init__(self, width: int, height: int, letters: Lettering) -> None:
        from PIL import Image, ImageDraw  # noqa: PLC0415 -- only where something is drawn

        self._of_bytes = Image.frombytes
        self._image = Image.new("L", (width, height), PAPER)
        self._draw = ImageDraw.Draw(self._image)
        self._letters = letters

    def write(self, x: float, y: float, text: str, size: int, ink: int = INK) -> None:
        """Write a line whose middle is at row `y`, from column `x` on."""
        self._draw.text((x, y), text, fill=ink, font=self._letters.font(size), anchor="lm")

    def fill(self, left: float, top: int, right: float, bottom: int, colour: int) -> None:
        """Fill the columns and rows from the first to before the last."""
        if round(right) > round(left) and bottom > top:
            self._draw.rectangle((round(left), top, round(right) - 1, bottom - 1), fill=colour)

    def dashes(self, x: float, top: int, bottom: int, colour: int) -> None:
        """Draw a dashed line downwards, two pixels wide."""
        for y in range(top, bottom, DASH + DASH_GAP):
            self.fill(x - 1, y, x + 1, min(y + DASH, bottom), colour)

    def bars(self, box: Box, extents: Sequence[Extent], generation: int | None) -> bool:
        """Paint solid bars over what is there; tell whether some are a pale crowd."""
        row, first = row_of(extents, box.width), ramp(generation)
        shades = self._row(row.strengths.translate(_from(first)), box.height)
        mask = self._row(row.strengths.translate(_ANY), box.height)
        self._image.paste(shades, (box.left, box.top), mask)
        return row.crowded

    def hatch(self, box: Box, extents: Sequence[Extent], generation: int | None) -> None:
        """Paint slanting lines of a generation's colour, on paper."""
        first, period = ramp(generation), len(HATCH)
        line = bytes(first + step for step in HATCH) * (box.width // period + 2)
        rows = (line[y % period :][: box.width] for y in range(box.height))
        shades = self._of_bytes("L", (box.width, box.height), b"".join(rows))
        mask = self._row(touched(extents, box.width), box.height)
        self._image.paste(shades, (box.left, box.top), mask)

    def png(self) -> bytes:
        """Give the picture as a file's content."""
        self._image.putpalette([part for colour in colours() for part in colour])
        out = BytesIO()
        self._image.save(out, "PNG")
        return out.getvalue()

    def _row(self, row: bytes, height: int) -> "Image":
        """Give one row of pixels `height` times."""
        return self._of_bytes("L", (len(row), height), row * height)


@cache
def _from(first: int) -> bytes:
    """Give the table that moves strengths to a ramp of the palette."""
    return bytes(min(first + strength, 255) for strength in range(256))
