"""Reads a page of sessions as a scan needs it and nearly all pages are, in a third of the time."""

from datetime import UTC, datetime
from functools import lru_cache
from operator import attrgetter
from typing import Annotated, ClassVar

import msgspec
from msgspec import Meta

from bot.kore.models import LONGEST_TEXT, MOST, YEARS, DataSession
from bot.struct import Struct, asdict, force_setattr

_SID_LENGTH = 34
_Sid = Annotated[str, Meta(min_length=_SID_LENGTH, max_length=_SID_LENGTH)] | None
_Text = Annotated[str, Meta(max_length=LONGEST_TEXT)] | None
_Told = Annotated[str, Meta(max_length=LONGEST_TEXT)] | int | None
_Count = Annotated[int, Meta(ge=0, le=MOST)] | None
_Moment = Annotated[datetime, Meta(tz=True)]


class ScannedSession(Struct, gc=False):
    """A session as a scan reads it: without its ids and the tower's place, which few verdicts ask.

    To read those would cost as much again as all the rest. Who is given one may take it for a
    DataSession, but for what pydantic adds to that.
    """

    start: _Moment
    sim_sid: _Sid = None
    radio_link: _Told = None
    operator_mcc: _Told = None
    operator_mnc: _Told = None
    operator_country: _Told = None
    operator_name: _Told = None
    cell_id: _Text = None  # "" is no cell to anybody
    packets_uploaded: _Count = None
    packets_downloaded: _Count = None
    last_updated: _Moment | None = None
    end: _Moment | None = None
    imei: Annotated[str, Meta(min_length=1, max_length=LONGEST_TEXT)] | None = None
    cell_location_estimate: ClassVar[None] = None

    @property
    def end_is_given(self) -> bool:
        """Whether anything stands in the answer for `end`."""
        return self.end is not None

    def in_full(self) -> DataSession:
        """Return it as everybody has it."""
        return DataSession.model_construct(**asdict(self))


class _Meta(Struct):
    next_page_url: Annotated[str, Meta(min_length=1)] | None = None


class ScannedPage(Struct):
    """A page of sessions on which all is as usual."""

    data_sessions: tuple[ScannedSession, ...]
    meta: _Meta = _Meta()


_PAGE = msgspec.json.Decoder(ScannedPage)
_NAMES = ("radio_link", "operator_mcc", "operator_mnc", "operator_country", "operator_name")
_texts_of = attrgetter(*_NAMES)


def read_usual(body: bytes) -> ScannedPage | None:
    """Read a page of sessions; None where anything on it is unusual."""
    try:
        page = _PAGE.decode(body)
    except msgspec.MsgspecError:
        return None
    rows = page.data_sessions
    starts = [row.start for row in rows]
    if {start.tzinfo for start in starts} - {UTC}:
        return None
    if starts and not (min(starts).year in YEARS and max(starts).year in YEARS):
        return None
    for row, changes in zip(rows, map(_changes, map(_texts_of, rows)), strict=True):
        for name, text in changes:
            force_setattr(row, name, text)
    return page


@lru_cache(maxsize=4096)
def _changes(values: tuple[str | int | None, ...]) -> tuple[tuple[str, str | None], ...]:
    """Return what is meant, where KORE writes it otherwise: text as a number, unknown as ""."""
    meant = [None if each is None else str(each).strip() or None for each in values]
    every = zip(_NAMES, values, meant, strict=True)
    return tuple((name, text) for name, each, text in every if text != each)
