"""The table of sessions: a row each, the columns in the order in which they may be missed last."""

from collections.abc import Sequence
from datetime import datetime

from bot.blocks.imei import imei_words
from bot.blocks.session_words import cell_words, duration_words, known, network_code
from bot.blocks.speech import PLAIN, utc
from bot.blocks.tables import DATA_TABLE_ROWS, Cell, Number, Row, Table
from bot.blocks.units import between, grouped, place
from bot.diagnosis.reading import known_text
from bot.kore.models import DataSession
from bot.sessions.withheld import WITHHELD

_HEADER = (
    "Started (UTC)",
    "Ended (UTC)",
    "Lasted",
    "Operator",
    "Radio",
    "Packets up",
    "Packets down",
    "Cell",
    "IMEI",
    "MCC-MNC",
    "Country",
    "Tower at",
)
_TELLING = 7


def history_table(sessions: Sequence[DataSession], now: datetime) -> Table:
    """Give the sessions as rows, in the order they come in (newest first)."""
    rows = tuple(_row(session, now) for session in sessions[: DATA_TABLE_ROWS - 1])
    caption = f"Sessions, newest first: {grouped(len(sessions))}"
    return Table(caption, _HEADER, rows, telling=_TELLING)


def _row(session: DataSession, now: datetime) -> Row:
    where = session.cell_location_estimate
    return (
        _minute(session.start, "unknown"),
        _minute(session.end, "still open"),
        _lasted(session, now),
        known(session.operator_name, "unknown", PLAIN),
        known(session.radio_link, "unknown", PLAIN),
        _packets(session.packets_uploaded),
        _packets(session.packets_downloaded),
        cell_words(session, PLAIN),
        imei_words(known_text(session.imei)).removesuffix(" ✓"),
        network_code(session) or "unknown",
        known(session.operator_country, "unknown", PLAIN),
        place(where) if where else WITHHELD if session.cell_id == WITHHELD else "unknown",
    )


def _minute(moment: datetime | None, otherwise: str) -> str:
    """Give a moment so that it sorts as text."""
    return f"{utc(moment):%Y-%m-%d %H:%M}" if moment else otherwise


def _lasted(session: DataSession, now: datetime) -> Cell:
    if session.start is None:
        return "unknown"
    length = between(session.start, session.end or now)
    return Number(max(0, int(length.total_seconds())), duration_words(session, now))


def _packets(packets: int | None) -> Cell:
    return "unknown" if packets is None else Number(packets, grouped(packets))
