"""What is known of a SIM and its sessions, and how much of the time it was connected. Pure.

An open session counts until now where the SIM is online, else until it was last updated.
"""

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime, timedelta
from functools import cached_property
from typing import NamedTuple

from bot.diagnosis.anomalies import Rest
from bot.diagnosis.contrast import Trait
from bot.diagnosis.evidence import LONG_AGO, State, current_of
from bot.diagnosis.fields import cell, networks_of
from bot.diagnosis.rule import Case, Finding, cause_of
from bot.kore.models import DataSession, RatePlan, Sim, read_once, total
from bot.sims.numbers import device_of
from bot.struct import Struct, force_setattr

RENEWAL = timedelta(minutes=10)
"""Between two sessions of one that the network renews."""


class Summary(Struct):
    """The window (at most 30 days) in one line. Packets are None where no session tells them.

    `sessions_without_packets` are those of which packets are not known; `empty_sessions` have ended
    and are known to have sent and received none.
    """

    sessions: int
    networks: int
    cells: int
    packets_uploaded: int | None
    packets_downloaded: int | None
    first_start: datetime | None
    sessions_without_packets: int
    empty_sessions: int = 0


class Neighbours(Struct):
    """How others are that share the `trait` (cell or network) of a SIM that fell silent: counts.

    `online` are those that were so after it was lost; `together` are those of the silent that were
    lost at about the same time; `as_of` is when the oldest of it was seen.
    """

    trait: str
    online: int
    silent: int
    silent_since: datetime | None
    as_of: datetime
    together: int = 0

    @property
    def fell_with_it(self) -> bool:
        """Return whether others of its cell were lost with it, as an incident would say."""
        return self.trait == Trait.CELL and self.together > 0


class Stretch(NamedTuple):
    """A time without a break in it."""

    start: datetime
    end: datetime


ABOUT_ALLOWANCE = ("data_limit", "plan_blocks_data")


class SessionReport(Struct, dict=True):
    """A SIM, its sessions newest first, its state and what is wrong with it.

    `sessions` is None where the SIM was read and its sessions could not be, and `problem` then says
    why; `as_of` is when KORE told us the oldest part of this; `stale` says that KORE gave nothing
    newer and this is from before, `why_stale` why; `redacted` says that ICCID, IMEI, cell and
    location were taken out, and why; without `allowance_known` the rules about plan and usage could
    not speak; `neighbours` is what is known of others where it alone was asked for and is silent,
    and without `peers_known` some are still being looked at;
    `in_device_since` is when the SIM came to its device, or was away last; `rest` how it sleeps,
    where it is between two of its usual contacts and nothing is wrong; `unsearched` are the
    accounts, of several, that may have a SIM of that name, too.
    """

    query: str
    sim: Sim
    state: State
    since: datetime | None
    sessions: tuple[DataSession, ...] | None
    summary: Summary | None
    findings: tuple[Finding, ...]
    as_of: datetime
    made_at: datetime
    stale: bool = False
    why_stale: str = ""
    skipped_rows: int = 0
    rate_plan: RatePlan | None = None
    problem: str | None = None
    allowance_known: bool = True
    redacted: str | None = None
    neighbours: Neighbours | None = None
    peers_known: bool = True
    in_device_since: datetime | None = None
    rest: Rest | None = None
    unsearched: tuple[str, ...] = ()
    last_session: DataSession | None = None
    """The open session with the latest news, else the newest one: it follows from `sessions`."""

    def __post_init__(self) -> None:
        force_setattr(self, "last_session", current_of(self.sessions or (), self.made_at))

    @cached_property
    def cause(self) -> Finding | None:
        """The finding that explains most and stands first; None where nothing is wrong."""
        return cause_of(self.findings)

    @property
    def unjudged(self) -> tuple[str, ...]:
        """The names of the rules that could not speak yet."""
        return () if self.allowance_known else ABOUT_ALLOWANCE

    @cached_property
    def connected(self) -> tuple[Stretch, ...]:
        """The times in which the SIM was connected, the oldest first, none overlapping."""
        return _connected(self)


def unsearched_sentence(accounts: Iterable[str]) -> str | None:
    """Say that these accounts may have a SIM of the name that was asked for."""
    names = ", ".join(sorted(accounts))
    return f"I could not search {names}, which may have a SIM of that name, too." if names else None


def case_of(report: SessionReport) -> Case:
    """Return what the rules over several SIMs may look at."""
    sim, plan = report.sim, report.rate_plan
    plan_name = (plan.unique_name or plan.friendly_name) if plan else None
    last, since = report.last_session, report.in_device_since
    return Case(
        sim.sid, last, report.findings, sim.rate_plan_sid, sim.name, since, plan_name=plan_name
    )


def in_device_since(
    last: DataSession | None, sessions: Iterable[DataSession], back_to: datetime = LONG_AGO
) -> datetime | None:
    """Return when the SIM came to the device of its `last` session, or was away last.

    A renewal is no such time. What was longer ago than `back_to` is not looked at.
    """
    since, device = (last.start, device_of(last.imei)) if last else (None, None)
    for each in sessions:
        stop = each.end or each.last_updated
        if since is not None and since <= back_to:
            break
        if since is None or each.start is None or each.start >= since:
            continue
        if stop is None or since - stop > RENEWAL or device_of(each.imei) != device:
            break
        since = each.start
    return since


def summarise(sessions: Sequence[DataSession]) -> Summary:
    """Count sessions, networks, cells and packets; `sessions` as they were cleaned, newest first.

    What a session does not tell is left out of the sums, never counted as 0.
    """
    return read_once(sessions, _summary)


def _summary(sessions: Sequence[DataSession]) -> Summary:
    return Summary(
        sessions=len(sessions),
        networks=len(set(networks_of(sessions)) - {None}),
        cells=len({cell(session.cell_id) for session in sessions} - {None}),
        packets_uploaded=total(session.packets_uploaded for session in sessions),
        packets_downloaded=total(session.packets_downloaded for session in sessions),
        first_start=sessions[-1].start if sessions else None,
        sessions_without_packets=sum(not _tells_packets(session) for session in sessions),
        empty_sessions=sum(map(_was_empty, sessions)),
    )


def _was_empty(session: DataSession) -> bool:
    packets = session.packets_uploaded, session.packets_downloaded
    return session.end is not None and packets == (0, 0)


def _tells_packets(session: DataSession) -> bool:
    return session.packets_uploaded is not None and session.packets_downloaded is not None


HOUR = timedelta(hours=1)
HOURS = 24
WINDOW = timedelta(days=30)


class Uptime(Struct):
    """The share of the window that the SIM was connected, and its longest time away in it.

    The window is 30 days or less, or the SIM's own age; it `lasts` longer where a session does.
    Where sessions are missing, or it is unknown when they began, `is_least` says that the share may
    be larger, and the time away is None.
    """

    share: float
    longest_gap: timedelta | None
    lasts: timedelta
    is_least: bool = False


def uptime_of(report: SessionReport, window: timedelta = WINDOW) -> Uptime | None:
    """Return the uptime over the window; None where sessions do not tell, the newest included."""
    now = report.made_at
    first = now - window
    connected = [each for each in report.connected if each.end >= first or window >= WINDOW]
    if not connected or report.state is State.UNKNOWN:
        return None
    begin = max(first, report.sim.date_created or first)
    begin = min(begin, connected[0].start) if window >= WINDOW else begin
    up = sum([end - max(start, begin) for start, end in connected if end > begin], timedelta(0))
    starts = [*(start for start, _ in connected[1:]), now]
    gaps = [start - end for start, (_, end) in zip(starts, connected, strict=True)]
    lasts = max(now - begin, timedelta(seconds=1))
    is_least = bool(report.skipped_rows) or any(
        each.start is None and (each.end or now) >= begin for each in report.sessions or ()
    )
    return Uptime(up / lasts, None if is_least else max(gaps), lasts, is_least)


def hours_of(report: SessionReport) -> list[int] | None:
    """Return for each of the last 24 hours, the oldest first, how busy it was.

    0 is not connected, 1 connected, and each session beyond the first that began in it one more.
    None where that is not known.
    """
    if report.sessions is None or report.state is State.UNKNOWN:
        return None
    now = report.made_at
    first = now - HOURS * HOUR
    busy = [0] * HOURS
    for start, end in reversed(report.connected):
        if end < first:
            break
        for hour in range(max(0, (start - first) // HOUR), max(0, -((first - end) // HOUR))):
            busy[hour] = int(end > start)
    begun = Counter((start - first) // HOUR for start in _starts_since(first, report.sessions))
    return [begun[hour] or busy[hour] for hour in range(HOURS)]


def _starts_since(first: datetime, newest_first: Iterable[DataSession]) -> Iterator[datetime]:
    """Return when sessions started, but for those that did so before a moment."""
    for each in newest_first:
        if each.start and each.start < first:
            return
        if each.start:
            yield each.start


def _connected(report: SessionReport) -> tuple[Stretch, ...]:
    now = report.made_at
    alive = report.last_session if report.state is State.ONLINE else None
    spans = [
        (each.start, each.end or (now if each is alive else each.last_updated) or each.start)
        for each in reversed(report.sessions or ())
        if each.start and each.start <= now
    ]
    spans.sort()
    found, until = list[Stretch](), LONG_AGO
    for start, end in spans:
        if start > until:
            until = min(max(start, end), now)
            found.append(Stretch(start, until))
        elif end > until:
            until = min(end, now)
            found[-1] = Stretch(found[-1].start, until)
    return tuple(found)
