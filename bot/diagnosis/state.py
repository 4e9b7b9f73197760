"""The one word on top of every answer."""

from datetime import datetime
from enum import StrEnum

from bot.diagnosis.evidence import Evidence
from bot.diagnosis.thresholds import Thresholds
from bot.kore.models import DataSession, Sim

BLOCKED = frozenset({"suspended", "deactivated", "canceled", "deleted"})
NOT_ACTIVE = BLOCKED | {"new"}


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
    """Return the SIM's status in lower case; "" where it is unknown."""
    return (sim.status or "").strip().lower()


def state_of(evidence: Evidence, limits: Thresholds) -> State:
    """Return the state. An open session without `last_updated` may be alive or not: unknown."""
    status = status_of(evidence.sim)
    if status in BLOCKED:
        return State.BLOCKED
    return State.NOT_ACTIVATED if status == "new" else _by_sessions(evidence, limits)


def _by_sessions(evidence: Evidence, limits: Thresholds) -> State:
    newest = evidence.newest
    if newest is None:
        return State.UNKNOWN if evidence.sessions is None else State.NEVER_SEEN
    if newest.end:
        return State.OFFLINE
    if newest.last_updated is None:
        return State.UNKNOWN
    return State.ONLINE if is_fresh(newest, evidence.now, limits) else State.STALE


def is_fresh(session: DataSession, now: datetime, limits: Thresholds) -> bool:
    """Return whether a session is open and has been heard of not long ago."""
    if session.end or session.last_updated is None:
        return False
    return now - session.last_updated <= limits.stale_after


def since(state: State, evidence: Evidence) -> datetime | None:
    """Say since when the state holds, as far as KORE tells."""
    newest = evidence.newest
    if state in {State.BLOCKED, State.NOT_ACTIVATED}:
        return evidence.sim.date_updated
    if newest and state in {State.ONLINE, State.STALE}:
        return newest.start
    return newest.end if newest and state is State.OFFLINE else None
