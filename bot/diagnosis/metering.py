"""The month over which KORE meters data; an estimate, for the API tells no activation day."""

import calendar
from datetime import UTC, datetime, timedelta
from enum import StrEnum

from bot.kore.models import Sim, UsageRecord

WITHOUT_A_DAY = timedelta(days=30)


class Usage(StrEnum):
    """What a plan limits apart; the values are said to people."""

    HOME = "at home"
    NATIONAL = "in national roaming"
    INTERNATIONAL = "in international roaming"
    ALL = "in all"


def month_start(sim: Sim, now: datetime) -> datetime:
    """Return the start of the running month, UTC: 00:00 of the day of the month of `date_created`.

    A month too short for that day begins on its last one. Where the day is unknown: 30 days ago,
    to the minute, so that what was fetched for it can be asked for again.
    """
    if sim.date_created is None:
        return (now - WITHOUT_A_DAY).replace(second=0, microsecond=0)
    day = sim.date_created.astimezone(UTC).day
    today = now.astimezone(UTC)
    this = _begin(today.year, today.month, day)
    return this if this <= today else _begin(*_month_before(today), day)


def used_bytes(
    usage: tuple[UsageRecord, ...], start: datetime, kind: Usage = Usage.HOME
) -> int | None:
    """Sum up what was used since `start`; None where no record tells.

    Records that ended before are left out, should KORE give more than was asked for.
    """
    since = [record for record in usage if not _ended_by(record, start)]
    told = [used for record in since if (used := _bytes(record, kind)) is not None]
    return sum(told) if told else None


def _bytes(record: UsageRecord, kind: Usage) -> int | None:
    match kind:
        case Usage.HOME:
            return record.home_bytes
        case Usage.NATIONAL:
            return record.national_bytes
        case Usage.INTERNATIONAL:
            return record.international_bytes
    return record.total_bytes


def _ended_by(record: UsageRecord, moment: datetime) -> bool:
    return bool(record.period and record.period.end and record.period.end <= moment)


def _begin(year: int, month: int, day: int) -> datetime:
    last = calendar.monthrange(year, month)[1]
    return datetime(year, month, min(day, last), tzinfo=UTC)


def _month_before(moment: datetime) -> tuple[int, int]:
    return (moment.year, moment.month - 1) if moment.month > 1 else (moment.year - 1, 12)
