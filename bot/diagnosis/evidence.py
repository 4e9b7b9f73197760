"""All that a rule may look at: the SIM, its cleaned sessions, its state, and shared readings."""

from bisect import bisect_left
from collections.abc import Callable, Hashable, Iterable, Sequence
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from functools import cached_property, lru_cache, wraps
from math import inf
from operator import attrgetter
from typing import Any, TypeVar

from bot.diagnosis.fields import Network, cell, networks_of
from bot.diagnosis.rhythm import DAY, KNOWN_GAPS, Contact, Rhythm, contacts_of, start_of
from bot.diagnosis.thresholds import Thresholds
from bot.kore.models import DataSession, RatePlan, SessionRows, Sim, UnclearEnd, UsageRecord
from bot.kore.scanned import ScannedSession
from bot.struct import Struct, force_setattr

T = TypeVar("T")
LONG_AGO = datetime.min.replace(tzinfo=UTC)
NEVER = datetime.max.replace(tzinfo=UTC)
HOUR = timedelta(hours=1)
WEEK = timedelta(days=7)
_AHEAD = timedelta(days=1)
_SLACK = timedelta(minutes=2)

Freshness = Callable[[Network | None, str | None], timedelta | None]
"""How old the news of a session that is alive may be, by network and radio link; None: unknown."""

WINDOW = timedelta(days=30)
"""KORE keeps sessions for that long."""
_TIMELESS = ("rows", "in_order", "networks", "contacts", "open", "current")


def unknown_news_age(_network: Network | None, _radio_link: str | None) -> timedelta | None:
    """Return None: nothing is known of how often news comes."""
    return None


class Evidence(Struct, dict=True):
    """One SIM as it stands at `now`. Without slots, so that readings can be kept.

    `sessions` may come in any order and doubled; they are kept cleaned and newest first. None
    means that they could not be read, which is not the same as none, and `skipped_rows` that some
    could not. `usage` is that of the metering month; None, as with `rate_plan`, means that it is
    not known. `earlier` are contacts from before the window, told by the day; None: not known.
    """

    sim: Sim
    sessions: tuple[DataSession, ...] | None
    now: datetime
    rate_plan: RatePlan | None = None
    usage: tuple[UsageRecord, ...] | None = None
    skipped_rows: int = 0
    freshness: Freshness = unknown_news_age
    earlier: tuple[Contact, ...] | None = None

    def __post_init__(self) -> None:
        if self.sessions is None or self._is_read_already():
            return
        rows = _rows(self.sessions, self.now)
        if rows is None:
            kept = cleaned(self.sessions, self.sim.sid, self.now)
            force_setattr(self, "sessions", kept)
        else:
            self.__dict__["rows"] = rows
            self._keep(self.sessions)

    def _keep(self, sessions: tuple[DataSession, ...]) -> None:
        """Keep what will be read of KORE's rows with them, unless it depends on the time."""
        if not isinstance(sessions, SessionRows):
            return
        if not any(each.end is None and each.end_is_given for each in sessions):
            sessions.readings[Evidence] = self.now, self.__dict__

    def _is_read_already(self) -> bool:
        """Take over what was read of the same rows, at that time or before."""
        kept = self.sessions.readings if isinstance(self.sessions, SessionRows) else {}
        made_at, known = kept.get(Evidence, (NEVER, {}))
        if made_at > self.now:
            return False
        self.__dict__.update({name: known[name] for name in _TIMELESS if name in known})
        rhythm: Rhythm | None = known.get("rhythm")
        if rhythm and not self.earlier and rhythm.contacts is known["contacts"]:
            self.__dict__["rhythm"] = rhythm.at(self.now.timestamp())
        return True

    @cached_property
    def in_order(self) -> tuple[DataSession, ...]:
        """The sessions oldest first; none where they could not be read."""
        return (self.sessions or ())[::-1]

    @cached_property
    def rows(self) -> list[Contact]:
        """Each of `in_order` in seconds since 1970."""
        return _rows(self.sessions or (), self.now, is_clean=True) or []

    @property
    def newest(self) -> DataSession | None:
        """The session that started last."""
        return self.sessions[0] if self.sessions else None

    @cached_property
    def open(self) -> tuple[DataSession, ...]:
        """All sessions that are open, newest first: several may be, and an old one beside a new."""
        return _open(self.sessions or (), self.now)

    @cached_property
    def current(self) -> DataSession | None:
        """The open session with the latest news, else the newest one."""
        return _current(self.sessions or (), self.open)

    @property
    def before_current(self) -> tuple[DataSession, ...]:
        """All sessions but the current one, oldest first."""
        return tuple(each for each in self.in_order if each is not self.current)

    @cached_property
    def networks(self) -> list[Network | None]:
        """The network of each of `in_order`; one that is written in several ways is one."""
        return networks_of(self.in_order)

    @cached_property
    def contacts(self) -> tuple[Contact, ...]:
        """The attaches, oldest first: sessions that run side by side are one."""
        return contacts_of(self.rows)

    @cached_property
    def readings(self) -> dict[Hashable, Any]:
        """What `read_once_by` keeps for other rules, by what read it."""
        return {}

    @cached_property
    def rhythm(self) -> Rhythm:
        """What the SIM usually does, and not what it gave up two weeks ago.

        Days before the window help where that tells too little.
        """
        contacts, now = self.contacts, self.now.timestamp()
        if self.earlier and len(contacts) <= KNOWN_GAPS:
            first = (
                contacts[0].start // DAY * DAY if contacts else now
            )  # what they tell is spread over a day
            contacts = (*(each for each in self.earlier if each.sign < first), *contacts)
        return Rhythm(contacts, now).settled()

    def streak_of(self, is_so: Callable[[DataSession], bool | None]) -> tuple[DataSession, ...]:
        """Return the unbroken run of sessions that are so, newest first, from the current one on.

        One of which it is not known (None) neither counts nor breaks it.
        """
        run = [self.current] if self.current else []
        for session in reversed(self.before_current):
            known = is_so(session)
            if known is False:
                break
            run += [session] if known else []
        return tuple(run)

    def first_within(self, span: timedelta) -> int:
        """Return the place in `in_order` of the first session that started in the last `span`."""
        return bisect_left(self.rows, (self.now - span).timestamp(), key=start_of)

    def started_within(self, span: timedelta) -> tuple[DataSession, ...]:
        """Return the sessions that started in the last `span`, oldest first."""
        return self.in_order[self.first_within(span) :]

    def may_be_silent_for(self, session: DataSession) -> timedelta | None:
        """Return how old the news of a session like this may be, where that was learnt."""
        return self.freshness(networks_of((session,))[0], session.radio_link)


def read_once_by(
    read: Callable[[Evidence, Thresholds], T],
) -> Callable[[Evidence, Thresholds], T]:
    """Have a reading kept with the evidence: several rules ask for it."""

    @wraps(read)
    def kept(evidence: Evidence, limits: Thresholds) -> T:
        found: tuple[Thresholds, T] | None = evidence.readings.get(read)
        if found is None or found[0] is not limits:
            found = evidence.readings[read] = limits, read(evidence, limits)
        return found[1]

    return kept


def is_open(session: DataSession, now: datetime) -> bool:
    """Return whether a session is open; one whose end cannot be read is, while there is news."""
    if session.end is not None:
        return False
    if not session.end_is_given:
        return True
    return session.last_updated is not None and now - session.last_updated <= HOUR


def _open(sessions: Sequence[DataSession], now: datetime) -> tuple[DataSession, ...]:
    return tuple([each for each in sessions if each.end is None and is_open(each, now)])


def current_of(sessions: Sequence[DataSession], now: datetime) -> DataSession | None:
    """Return the open session with the latest news, else the newest; `sessions` newest first.

    One that nobody closed, and that went silent before a newer one did, is of the past.
    """
    return _current(sessions, _open(sessions, now))


def _current(
    sessions: Sequence[DataSession], still_open: Sequence[DataSession]
) -> DataSession | None:
    newest = sessions[0] if sessions else None
    if newest is None:
        return None
    if not still_open or (len(still_open) == 1 and still_open[0] is newest):
        return newest
    latest = max(still_open, key=_heard)
    return latest if _heard(latest) >= _heard(newest) else newest


def _heard(session: DataSession) -> datetime:
    return session.end or session.last_updated or LONG_AGO


def _rows(
    newest_first: Sequence[DataSession], now: datetime, *, is_clean: bool = False
) -> list[Contact] | None:
    """Return each in seconds, oldest first; None where one did not start before that in front.

    Nor where a time cannot be. All in one go, for a look-up or scan does little else as often.
    """
    found: list[Contact] = []
    ahead = now + _AHEAD
    last, latest = inf, ahead.timestamp()
    told_of_each = map(_told, newest_first)
    for session, (start, end, news, up, down) in zip(newest_first, told_of_each, strict=True):
        if start is None:
            return None
        seen_until = end or news
        since = start.timestamp()
        sign = seen_until.timestamp() if seen_until else since
        lives = end is None and is_open(session, now)
        if not is_clean and (
            not last > since <= sign <= latest
            or (news is not None and news != seen_until and not start <= news <= ahead)
        ):
            return None
        if is_clean:  # an end may lie a little before its start
            sign = max(since, sign)
        last = since
        found.append(Contact(since, sign, lives, up, down))
    found.reverse()
    return found


_told: Callable[[DataSession], tuple[Any, ...]] = attrgetter(
    "start", "end", "last_updated", "packets_uploaded", "packets_downloaded"
)


def cleaned(
    rows: Iterable[DataSession | ScannedSession], sim_sid: str, now: datetime | None = None
) -> tuple[DataSession, ...]:
    """Return the rows newest first, each session once, those without a start left out.

    Of rows with the same (`sim_sid`, `start`) the one updated last stays. A row that does not
    name its SIM is of the SIM that was asked for. At `now`, times that cannot be are unknown.
    """
    ahead = now + _AHEAD if now else NEVER
    kept: dict[tuple[float, str], DataSession] = {}
    for told in rows:
        row = told.in_full() if isinstance(told, ScannedSession) else told
        if row.start is None or row.start > ahead:
            continue
        key = row.start.timestamp(), row.sim_sid or sim_sid
        known = _without_odd_times(row, ahead) if now else row
        kept[key] = max(kept[key], known, key=_lateness) if key in kept else known
    return tuple(kept[key] for key in sorted(kept, reverse=True))


def _without_odd_times(row: DataSession, ahead: datetime) -> DataSession:
    """Return the row without times that lie ahead or well before its own start."""
    earliest = row.start - _SLACK if row.start else LONG_AGO
    times = {"end": row.end, "last_updated": row.last_updated}
    odd = [name for name, at in times.items() if at is not None and not earliest <= at <= ahead]
    if "end" in odd:
        return UnclearEnd.model_construct(**(dict(row) | dict.fromkeys(odd)))
    return row.model_copy(update=dict.fromkeys(odd)) if odd else row


def _lateness(row: DataSession) -> tuple[Any, ...]:
    """Order copies of one session: what was updated last, then what tells more, is later."""
    counters = (row.packets_uploaded, row.packets_downloaded)
    known = [-1 if count is None else count for count in counters]
    return (
        row.last_updated or LONG_AGO,
        row.end or LONG_AGO,
        *known,
        row.model_dump_json(),
    )


_CELLS_A_DAY = 3
_KNOWN = 10
_OF_SESSIONS = 3  # a device that moves has a new cell in one of so many sessions


def is_mobile(evidence: Evidence) -> bool:
    """Return whether its cells before the last day are many for its sessions, and each day anew."""
    now, pairs = evidence.rhythm.now, zip(evidence.in_order, evidence.rows, strict=True)
    told = [
        ((now - row.start) // DAY, name)
        for session, row in pairs
        if (name := cell(session.cell_id))
    ]
    before = [(day, name) for day, name in told if day >= 1]
    cells, days = {name for _, name in before}, {day for day, _ in before}
    if len(before) < _KNOWN or len(cells) * _OF_SESSIONS < len(before):
        return False
    return len(cells) >= _CELLS_A_DAY * min(len(days), _CELLS_A_DAY)


BLOCKED = frozenset({"suspended", "deactivated", "canceled", "deleted"})
NOT_ACTIVE = BLOCKED | {"new"}
MAY_CONNECT = frozenset({"active", "ready"})


class State(StrEnum):
    """From the SIM down to its newest session: the first that holds."""

    BLOCKED = "blocked"
    NOT_ACTIVATED = "not_activated"
    ONLINE = "online"
    STALE = "stale"
    OFFLINE = "offline"
    NEVER_SEEN = "never_seen"
    UNKNOWN = "unknown"


def status_of(sim: Sim) -> str:
    """Return the SIM's status in lower case, as KORE spells it; "" where it is unknown."""
    return _spelled(sim.status or "")


@lru_cache(maxsize=256)
def _spelled(status: str) -> str:
    return status.strip().lower().replace("cancelled", "canceled")


@read_once_by
def state_of(evidence: Evidence, limits: Thresholds) -> State:
    """Return the state. An open session without `last_updated` may be alive or not: unknown."""
    status = status_of(evidence.sim)
    if status in BLOCKED:
        return State.BLOCKED
    return State.NOT_ACTIVATED if status == "new" else _by_sessions(evidence, limits)


def _by_sessions(evidence: Evidence, limits: Thresholds) -> State:
    if evidence.newest is None:
        return State.UNKNOWN if evidence.sessions is None else State.NEVER_SEEN
    if not evidence.open:
        return State.OFFLINE
    if any(is_alive(each, evidence, limits) for each in evidence.open):
        return State.ONLINE
    unknown = any(each.last_updated is None for each in evidence.open)
    return State.UNKNOWN if unknown else State.STALE


def is_alive(session: DataSession, evidence: Evidence, limits: Thresholds) -> bool:
    """Return whether the news of an open session is no older than that of others that live."""
    if is_fresh(session, evidence.now, limits):
        return True
    learnt = evidence.may_be_silent_for(session)
    if learnt is None or session.last_updated is None:
        return False
    return evidence.now - session.last_updated <= learnt


def is_fresh(session: DataSession, now: datetime, limits: Thresholds) -> bool:
    """Return whether a session is open and has been heard of not long ago."""
    if session.end or session.last_updated is None:
        return False
    return now - session.last_updated <= limits.stale_after


def since(state: State, evidence: Evidence) -> datetime | None:
    """Say since when the state holds, as far as KORE tells; without updates: since the last one."""
    current = evidence.current
    if state in {State.BLOCKED, State.NOT_ACTIVATED}:
        return evidence.sim.date_updated
    if current and state is State.ONLINE:
        return current.start
    if current and state is State.STALE:
        return current.last_updated
    if state is not State.OFFLINE:
        return None
    return max((end for each in evidence.sessions or () if (end := each.end)), default=None)
