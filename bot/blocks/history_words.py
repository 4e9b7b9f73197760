"""What is said of a SIM's history, in Slack and in the terminal."""

import re
from collections.abc import Sequence
from datetime import timedelta

from bot.blocks.ids import MOST_DAYS
from bot.blocks.session_words import traffic_words
from bot.blocks.speech import Speech, utc
from bot.blocks.text import clean
from bot.blocks.units import count
from bot.blocks.words import mark
from bot.diagnosis.reading import device, network_of
from bot.kore.models import DataSession
from bot.sessions.report import SessionReport
from bot.sessions.withheld import WITHHELD

LONGEST = 30


def days_fault(typed: str) -> str | None:
    """Say what is wrong with the days that were typed; None where that many may be known."""
    if typed.isascii() and typed.isdigit() and 1 <= int(typed[:5]) <= MOST_DAYS:
        return None
    return (
        f"`{typed}` is not a number of days that I can show: KORE keeps sessions for "
        f"{LONGEST} days. Give a whole number from 1 to {LONGEST}, or none for all {LONGEST}; "
        "more where a digest covers the SIM."
    )


def days_words(days: int) -> str:
    """Name the window: `last 30 days`, `last day`."""
    return "last day" if days == 1 else f"last {days} days"


def in_window(report: SessionReport, days: int) -> tuple[DataSession, ...]:
    """Give the sessions that were open at some time of the last `days`, newest first."""
    sessions = report.sessions or ()
    if days >= LONGEST:
        return sessions  # KORE cut the window; a session open for longer belongs to it
    begin = utc(report.made_at) - timedelta(days=days)
    return tuple(s for s in sessions if s.end is None or utc(s.end) >= begin)


def history_headline(
    report: SessionReport, sessions: Sequence[DataSession], days: int, speak: Speech
) -> str:
    """Say how much there is, in one sentence with the SIM's name."""
    name = speak.data(report.sim.name)
    if report.sessions is None:
        return speak.strong(f"The sessions of {name} could not be read") + mark(report)
    if not sessions:
        return speak.strong(f"{name} had no session in the {days_words(days)}") + mark(report)
    claim = speak.strong(f"{name} had {count(len(sessions), 'session')} in the {days_words(days)}")
    return f"{claim}{mark(report)} — {_in_brief(sessions)}"


def empty_words(report: SessionReport, days: int) -> str:
    """Say what an empty history means, and what it does not."""
    if report.sessions is None:
        return "KORE told us of the SIM, but not of its sessions: ask again in a minute."
    if report.sessions:
        return (
            f"Its newest session ended before that: ask for more than {days} days, up to {LONGEST}."
        )
    return (
        f"KORE keeps sessions for {LONGEST} days, so this is not the same as never. Check that the "
        "SIM is active and the device has power, the right APN and data roaming on."
    )


def _in_brief(sessions: Sequence[DataSession]) -> str:
    networks = {network for session in sessions if (network := network_of(session))}
    imeis = {imei for session in sessions if (imei := device(session.imei))}
    up = [s.packets_uploaded for s in sessions if s.packets_uploaded is not None]
    down = [s.packets_downloaded for s in sessions if s.packets_downloaded is not None]
    return ", ".join(
        (
            count(len(networks), "network") if networks else "networks unknown",
            count(len(imeis), "IMEI") if imeis else _no_imei(sessions),
            traffic_words(sum(up) if up else None, sum(down) if down else None),
        )
    )


def _no_imei(sessions: Sequence[DataSession]) -> str:
    withheld = any(session.imei == WITHHELD for session in sessions)
    return f"IMEI {WITHHELD if withheld else 'not reported'}"


def timeline_alt(report: SessionReport, days: int) -> str:
    """Describe the picture of the timeline to who cannot see it."""
    sessions = in_window(report, days)
    what = count(len(sessions), "session")
    brief = f": {_in_brief(sessions)}" if sessions else ""
    return f"Timeline of {report.sim.name}, {days_words(days)}, {what}{brief}"


def file_name(report: SessionReport, days: int, ending: str) -> str:
    """Name a file after its SIM and window: `pump-7-30-days.csv`, safe on any disk."""
    name = re.sub(r"[^\w-]+", "-", clean(report.sim.name, 60)).strip("-") or report.sim.sid
    return f"{name}-{days}-days.{ending}"
