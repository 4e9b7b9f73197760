"""Looking at pictures: sessions to draw, colours by name, and pixels read back from the PNG."""

from datetime import datetime, timedelta
from io import BytesIO

from PIL import Image

from bot.diagnosis.thresholds import Thresholds
from bot.pictures.canvas import RADIOS, colours
from bot.pictures.layout import LEFT, DayWindow, Layout, lanes_of, lay_out, spans_of
from bot.sessions.report import SessionReport
from tests.bot.blocks import reports
from tests.builders import NOON, a_session

HOUR, DAY = timedelta(hours=1), timedelta(days=1)
WINDOW = DayWindow(NOON)
LIMITS = Thresholds()
WHITE, INK = (255, 255, 255), (29, 28, 29)
TELCEL = {
    "operator_mcc": "334",
    "operator_mnc": "020",
    "operator_name": "Telcel",
    "operator_country": "MEX",
}


def a_report(sessions=(), **changes) -> SessionReport:
    """Return a report of these sessions, an hour old at noon."""
    about = {"sessions": sessions, "as_of": NOON - HOUR, "made_at": NOON}
    return reports.a_report(**about | changes)


def ago(days: float, hours: float = 4, **changes):
    """Return a closed session that started so many days before noon and lasted so many hours."""
    start = NOON - days * DAY
    return a_session(start=start, end=start + hours * HOUR, **changes)


def an_open(days: float, silent_hours: float | None, **changes):
    """Return an open session that started so many days ago and told of itself so many hours ago."""
    told = None if silent_hours is None else NOON - silent_hours * HOUR
    return a_session(start=NOON - days * DAY, end=None, last_updated=told, **changes)


def spans(*sessions, window=WINDOW):
    """Return what can be drawn of the sessions."""
    return spans_of(sessions, window, LIMITS).drawn


def laid_out(*sessions, notes: int = 0, changes=(), window=WINDOW) -> Layout:
    """Place the sessions as `draw_report` does."""
    return lay_out(window, lanes_of(spans(*sessions, window=window)), changes, notes)


def opened(png: bytes) -> Image.Image:
    """Return the picture in plain colours."""
    with Image.open(BytesIO(png)) as image:
        return image.convert("RGB")


def column(plan: Layout, moment: datetime) -> int:
    """Return the column of a moment in the picture."""
    return LEFT + int(plan.scale.x(moment))


def colour_of(generation: int | None) -> tuple[int, int, int]:
    """Return the full colour of a generation."""
    return RADIOS[generation].colour


def count(image: Image.Image, colour: tuple[int, int, int], box=None) -> int:
    """Count the pixels of a colour."""
    part = image.crop(box) if box else image
    return sum(
        number for number, found in part.getcolors(part.width * part.height) if found == colour
    )


def known_colours() -> set[tuple[int, int, int]]:
    """Return all colours that a picture may have."""
    return set(colours())
