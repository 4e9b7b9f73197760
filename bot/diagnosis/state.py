"""The one word on top of every answer."""

from datetime import datetime
from enum import StrEnum

from bot.diagnosis.evidence import Evidence
from bot.diagnosis.thresholds import Thresholds
from bot.kore.models import DataSession, Sim

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
    """Return the SIM's status in lower case; "" where it is unknown."""
    return (sim.status or "").strip().lower()


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
    """Say since when the state holds, as far as KORE tells."""
    current = evidence.current
    if state in {State.BLOCKED, State.NOT_ACTIVATED}:
        return evidence.sim.date_updated
    if current and state in {State.ONLINE, State.STALE}:
        return current.start
    if state is not State.OFFLINE:
        return None
    return max((end for each in evidence.sessions or () if (end := each.end)), default=None)
