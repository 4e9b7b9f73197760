"""Letters of a picture: the font that is shipped beside this file, and names made to fit.

Pillow's own font lacks é and ü. DejaVu Sans has Latin, Greek, Cyrillic, Arabic, Hebrew and more;
what it lacks (emoji, Chinese) is shown as �, never left out.
"""

import unicodedata
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from PIL.ImageFont import FreeTypeFont

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
        """Give the font at a size in pixels."""
        from PIL import ImageFont  # noqa: PLC0415 -- only where something is drawn

        if size not in self._fonts:
            self._fonts[size] = ImageFont.truetype(FONT, size)
        return self._fonts[size]

    def width(self, text: str, size: int) -> float:
        """Give the width of a line in pixels."""
        return self.font(size).getlength(text)

    def fitted(self, text: str, size: int, width: float) -> str:
        """Give foreign text as one visible line of at most `width` pixels."""
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
        """Tell whether any text holds a character that the font lacks."""
        return any(self.shown(text).count(LACKING) > text.count(LACKING) for text in texts)

    def _visible(self, char: str) -> str:
        if char.isascii():
            return char if char.isprintable() else " "
        if unicodedata.category(char) == "Cf" or "\ufe00" <= char <= "\ufe0f":
            return ""
        return char if char.isspace() or self._has(char) else LACKING

    def _has(self, char: str) -> bool:
        return unicodedata.category(char) != "Cs" and self._shape(char) != self._no_shape

    @cached_property
    def _no_shape(self) -> bytes:
        return self._shape(_IN_NO_FONT)

    def _shape(self, char: str) -> bytes:
        mask = self.font(_PROBE).getmask(char)
        return bytes((*mask.size, *mask))
