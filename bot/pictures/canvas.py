"""The sheet that a picture is painted on, and what is written on it.

One byte a pixel, each a number of the palette.
"""

import re
import unicodedata
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Sequence
from datetime import UTC
from functools import cache, cached_property
from io import BytesIO
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from bot.kore.models import Sim
from bot.pictures.layout import (
    BACKWARDS,
    IN_FUTURE,
    NO_START,
    TOO_OLD,
    DayWindow,
    Extent,
    Spans,
)
from bot.sessions.report import SessionReport

if TYPE_CHECKING:
    from PIL.Image import Image
    from PIL.ImageFont import FreeTypeFont

FULL = 15
NARROWEST = 2  # columns that even the shortest bar gets
CROWD = 3 * NARROWEST  # more columns than this of such bars without a gap are a crowd
PALE = 9  # how strong a crowd is at least: many short sessions must not look like one long

_AT_LEAST_PALE = bytes(max(strength, PALE) for strength in range(256))


class BarRow(NamedTuple):
    """The strength of each column, 0 to `FULL`; `crowded` where bars too short to part are pale."""

    strengths: bytes
    crowded: bool


def row_of(bars: Sequence[Extent], width: int) -> BarRow:
    """Return the strengths of `width` columns.

    A bar is (left, right) in pixels from the first column, 0 <= left <= right <= width.
    """
    strengths = _covered(bars, width)
    short = touched([(left, right) for left, right in bars if right - left < NARROWEST], width)
    crowded = False
    for run in re.finditer(b"\xff+", short):
        columns, size = slice(*run.span()), run.end() - run.start()
        is_crowd = size > CROWD
        crowded = crowded or is_crowd
        pale = strengths[columns].translate(_AT_LEAST_PALE)
        strengths[columns] = pale if is_crowd else bytes((FULL,)) * size
    return BarRow(bytes(strengths), crowded)


def _covered(bars: Iterable[Extent], width: int) -> bytearray:
    """Return how much of each column lies under bars."""
    strengths, parts = bytearray(width), defaultdict[int, float](float)
    for left, right in bars:
        first, last = int(left), int(right)
        if first == last:
            parts[first] += right - left
            continue
        parts[first] += first + 1 - left
        parts[last] += right - last
        strengths[first + 1 : last] = bytes((FULL,)) * (last - first - 1)
    for column, part in parts.items():
        if column < width:
            strengths[column] = max(strengths[column], round(FULL * min(part, 1)))
    return strengths


def touched(bars: Iterable[Extent], width: int) -> bytes:
    """Return 255 for each of `width` columns that a bar touches, else 0."""
    found = bytearray(width)
    for left, right in bars:
        if right - left < NARROWEST:
            columns = _narrow(left, right, width)
        else:
            columns = slice(int(left), min(int(right) + 1, width))
        found[columns] = b"\xff" * (columns.stop - columns.start)
    return bytes(found)


def _narrow(left: float, right: float, width: int) -> slice:
    at = round((left + right - NARROWEST) / 2)
    at = min(max(at, 0), width - NARROWEST)
    return slice(at, at + NARROWEST)


FONT = Path(__file__).parent / "fonts" / "DejaVuSansCondensed.ttf"
TITLE, SHAPE, TEXT, SMALL = 32, 24, 22, 20  # pixels; a phone shows a third of them
LACKING = "�"
LONGEST = 200
_IN_NO_FONT = "\U0010ffff"
_PROBE = 20


class Lettering:
    """Measures and fits the lines of one picture.

    Not for several threads at once: FreeType's faces are not.
    """

    def __init__(self) -> None:
        self._fonts: dict[int, FreeTypeFont] = {}

    def font(self, size: int) -> "FreeTypeFont":
        """Return the font at a size in pixels."""
        from PIL import ImageFont  # noqa: PLC0415 -- only where something is drawn

        if size not in self._fonts:
            self._fonts[size] = ImageFont.truetype(FONT, size)
        return self._fonts[size]

    def width(self, text: str, size: int) -> float:
        """Return the width of a line in pixels."""
        return self.font(size).getlength(text)

    def fitted(self, text: str, size: int, width: float) -> str:
        """Return foreign text as one visible line of at most `width` pixels."""
        shown = self.shown(text)
        if self.width(shown, size) <= width:
            return shown
        least, most = 0, len(shown)
        while least < most:
            middle = (least + most + 1) // 2
            fits = self.width(shown[:middle].rstrip() + "…", size) <= width
            least, most = (middle, most) if fits else (least, middle - 1)
        return shown[:least].rstrip() + "…"

    def shown(self, text: str) -> str:
        """Replace what the font lacks, and take out what is invisible or reorders a line."""
        line = unicodedata.normalize("NFC", text[:LONGEST])
        return " ".join("".join(map(self._visible, line)).split())

    def lacks(self, *texts: str) -> bool:
        """Return whether any text holds a character that the font lacks."""
        return any(self.shown(text).count(LACKING) > text.count(LACKING) for text in texts)

    def _visible(self, char: str) -> str:
        if char.isascii():
            return char if char.isprintable() else " "
        category = unicodedata.category(char)
        if category == "Cf" or "\ufe00" <= char <= "\ufe0f":
            return ""
        is_shown = char.isspace() or (category != "Cs" and self._shape(char) != self._no_shape)
        return char if is_shown else LACKING

    @cached_property
    def _no_shape(self) -> bytes:
        return self._shape(_IN_NO_FONT)

    def _shape(self, char: str) -> bytes:
        mask = self.font(_PROBE).getmask(char)
        return bytes((*mask.size, *mask))


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


def ramp_start(generation: int | None) -> int:
    """Return the number of the first step, the paper, of a generation's ramp."""
    return STEPS * (_ORDER.index(generation) + 1)


def colours() -> list[Colour]:
    """Return every colour in the order of its number."""
    ramps = [_INK, *(radio.colour for radio in RADIOS.values())]
    return [*(_mixed(colour, step) for colour in ramps for step in range(STEPS)), *_FLAT]


def _mixed(colour: Colour, step: int) -> Colour:
    red, green, blue = (
        paper + round((full - paper) * step / (STEPS - 1))
        for paper, full in zip(_PAPER, colour, strict=True)
    )
    return red, green, blue


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
        self.letters = letters

    def write(self, x: float, y: float, text: str, size: int, ink: int = INK) -> None:
        """Write a line whose middle is at row `y`, from column `x` on."""
        self._draw.text((x, y), text, fill=ink, font=self.letters.font(size), anchor="lm")

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
        row, first = row_of(extents, box.width), ramp_start(generation)
        shades = self._row(row.strengths.translate(_from(first)), box.height)
        mask = self._row(row.strengths.translate(_ANY), box.height)
        self._image.paste(shades, (box.left, box.top), mask)
        return row.crowded

    def hatch(self, box: Box, extents: Sequence[Extent], generation: int | None) -> None:
        """Paint slanting lines of a generation's colour, on paper."""
        first, period = ramp_start(generation), len(HATCH)
        line = bytes(first + step for step in HATCH) * (box.width // period + 2)
        rows = (line[y % period :][: box.width] for y in range(box.height))
        shades = self._of_bytes("L", (box.width, box.height), b"".join(rows))
        mask = self._row(touched(extents, box.width), box.height)
        self._image.paste(shades, (box.left, box.top), mask)

    def png(self) -> bytes:
        """Return the picture as a file's content."""
        self._image.putpalette([part for colour in colours() for part in colour])
        out = BytesIO()
        self._image.save(out, "PNG")
        return out.getvalue()

    def _row(self, row: bytes, height: int) -> "Image":
        """Return one row of pixels `height` times."""
        return self._of_bytes("L", (len(row), height), row * height)


@cache
def _from(first: int) -> bytes:
    """Return the table that moves strengths to a ramp of the palette."""
    return bytes(min(first + strength, 255) for strength in range(256))


ICCID_DIGITS = 4
NAME_LENGTH = 48
KEPT_DAYS = 30
LACKS = "� stands for a character that the font lacks"


def timeline_title(sim: Sim) -> str:
    """Name the SIM as its holder knows it, and by the end of its ICCID."""
    card = f"ICCID …{sim.iccid[-ICCID_DIGITS:]}" if sim.iccid else "ICCID not reported"
    name = sim.full_name
    if len(name) > NAME_LENGTH:
        name = f"{name[: NAME_LENGTH - 1].rstrip()}…"
    return f"{name} · {card}"


def subtitle(spans: Spans, window: DayWindow) -> str:
    """Say what the picture is about: its days and how many sessions are drawn."""
    return f"{window.words} · {counted(len(spans.drawn), 'data session')}"


def drawn_at(window: DayWindow) -> str:
    """Say when the picture was drawn."""
    return f"drawn {window.now.astimezone(UTC):%Y-%m-%d %H:%M} UTC"


def empty_note(window: DayWindow) -> str:
    """Say what an empty picture means."""
    days = "day" if window.days == 1 else f"{window.days} days"
    kept = "; KORE keeps none from before that" if window.days >= KEPT_DAYS else ""
    return f"No data session in the last {days}{kept}"


def omissions(why: Counter[str], window: DayWindow) -> Iterator[str]:
    """Say what is not drawn, or not as KORE has it.

    That a short window shows no older sessions goes without saying.
    """
    if rows := why[NO_START]:
        yield f"{counted(rows, 'session')} left out: no start is told"
    if (old := why[TOO_OLD]) and window.days >= KEPT_DAYS:
        yield f"{counted(old, 'session')} left out: over before these days began"
    if late := why[IN_FUTURE]:
        yield f"{counted(late, 'session')} left out: the start is in the future"
    if odd := why[BACKWARDS]:
        yield f"{counted(odd, 'session')} drawn as a moment: the end is before the start"


def report_notes(report: SessionReport) -> Iterator[str]:
    """Say what the report lacks."""
    if report.skipped_rows:
        yield f"{counted(report.skipped_rows, 'unreadable row')} left out"
    if report.stale:
        as_of = report.as_of.astimezone(UTC)
        yield f"Not read anew; known from {as_of:%Y-%m-%d %H:%M} UTC"


def unread_note(report: SessionReport) -> str:
    """Say why there is nothing to draw."""
    why = f" {report.problem}" if report.problem else ""
    return (
        f"The sessions of {report.sim.full_name} could not be read, so there is no timeline.{why}"
    )


def counted(number: int, noun: str) -> str:
    """Return a number with its noun: `1 row`, `1 246 rows`."""
    return f"{number:,}".replace(",", "\u202f") + f" {noun}{'' if number == 1 else 's'}"
