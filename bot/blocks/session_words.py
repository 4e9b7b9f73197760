"""What is known of one data session, piece by piece; what is unknown is said in words."""

from datetime import datetime

from bot.blocks.countries import flagged
from bot.blocks.speech import Speech
from bot.blocks.units import between, count, grouped, lasting, place
from bot.diagnosis.reading import cell, known_text
from bot.kore.models import DataSession
from bot.sessions.withheld import WITHHELD

UNKNOWN_OPERATOR = "operator unknown"
UNKNOWN_RADIO = "radio link unknown"
UNKNOWN_CELL = "cell unknown"
UNKNOWN_PACKETS = "packets unknown"


def known(text: str | None, otherwise: str, speak: Speech) -> str:
    """Show a field, or say that it is unknown where it is empty or a placeholder."""
    told = known_text(text)
    return speak.data(told) if told else otherwise


def network_words(session: DataSession, speak: Speech) -> str:
    """Say on what a session ran: `Telcel on 3G`."""
    operator = known(session.operator_name, "", speak)
    radio = known(session.radio_link, "", speak)
    if operator and radio:
        return f"{operator} on {radio}"
    if operator:
        return f"{operator}, {UNKNOWN_RADIO}"
    return f"an unknown operator on {radio}" if radio else "an unknown network"


def operator_words(session: DataSession, speak: Speech) -> str:
    """Give `T-Mobile USA · 310-260 · 🇺🇸 USA`; each part that is unknown is said so."""
    country = known_text(session.operator_country)
    return " · ".join(
        (
            known(session.operator_name, UNKNOWN_OPERATOR, speak),
            speak.data(network_code(session) or "MCC-MNC unknown"),
            speak.data(flagged(country)) if country else "country unknown",
        )
    )


def network_code(session: DataSession) -> str | None:
    """Give MCC-MNC, `310-260`; None where neither is known."""
    mcc, mnc = known_text(session.operator_mcc), known_text(session.operator_mnc)
    if mcc is None and mnc is None:
        return None
    return f"{mcc or 'MCC unknown'}-{mnc or 'MNC unknown'}"


def cell_words(session: DataSession, speak: Speech) -> str:
    """Give the cell's id."""
    return known(cell(session.cell_id), UNKNOWN_CELL, speak)


def place_words(session: DataSession) -> str:
    """Say where the tower stands, and that it is the tower."""
    where = session.cell_location_estimate
    if session.cell_id == WITHHELD:
        return WITHHELD
    return f"{place(where)} (tower, not device)" if where else "no location for this cell"


def traffic_words(up: int | None, down: int | None) -> str:
    """Give `246 packets up, 296 down` for within a sentence; unknown is never 0."""
    if up is None and down is None:
        return UNKNOWN_PACKETS
    told_up = "packets up unknown" if up is None else f"{count(up, 'packet')} up"
    return f"{told_up}, {'down unknown' if down is None else f'{grouped(down)} down'}"


def packets_words(up: int | None, down: int | None) -> str:
    """Give `↑ 246 up · ↓ 296 down` for beside a label; unknown is never 0."""
    if up is None and down is None:
        return UNKNOWN_PACKETS
    told_up = "up unknown" if up is None else f"{grouped(up)} up"
    told_down = "down unknown" if down is None else f"{grouped(down)} down"
    return f"↑ {told_up} · ↓ {told_down}"


def duration_words(session: DataSession, now: datetime) -> str:
    """Say how long a session lasted, or has lasted so far."""
    if session.start is None:
        return "duration unknown"
    if session.end is None:
        return f"{lasting(between(session.start, now))} so far"
    return lasting(between(session.start, session.end))
