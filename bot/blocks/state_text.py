"""What the state of a SIM is called, wherever it is read: in a cell, after a number, in a sentence.

`State` is what we reckon with; people read "no update for 2 h" and "SIM suspended".
"""

from datetime import timedelta

from bot.blocks.format import between, span
from bot.diagnosis.evidence import BLOCKED, State, status_of
from bot.sessions.report import SessionReport
from bot.sessions.snapshot import Snapshot

STATE_ICONS = {
    State.ONLINE: "🟢",
    State.STALE: "🟠",
    State.OFFLINE: "🔴",
    State.BLOCKED: "⛔",
    State.NOT_ACTIVATED: "⚪",
    State.NEVER_SEEN: "⚫",
    State.UNKNOWN: "❔",
}
_WORDS = {
    State.STALE: "no update",
    State.BLOCKED: "SIM blocked",
    State.NOT_ACTIVATED: "not activated",
    State.NEVER_SEEN: "no connection in 30 d",
}


def state_text(state: State, status: str | None = None, silent: timedelta | None = None) -> str:
    """Return a state in a few words; a blocked SIM's status and how long one is silent are said."""
    if state is State.BLOCKED and status in BLOCKED:
        return f"SIM {status}"
    if state is State.STALE and silent is not None:
        return f"no update for {span(silent)}"
    return _WORDS.get(state, state.value)


def state_label(state: State, status: str | None = None, silent: timedelta | None = None) -> str:
    """Return the same with its sign: `🟢 online`."""
    return f"{STATE_ICONS[state]} {state_text(state, status, silent)}"


def words_of(sim: SessionReport | Snapshot) -> str:
    """Return how a SIM was when KORE was asked: `offline`, `no update for 2 h`."""
    return state_text(sim.state, *_details(sim))


def label_of(sim: SessionReport | Snapshot) -> str:
    """Return the same with its sign."""
    return f"{STATE_ICONS[sim.state]} {words_of(sim)}"


def state_sentence(sim: SessionReport | Snapshot, name: str, *, again: str = "") -> str:
    """Say how a SIM is; `again` stands before the word: `still`, `back`, `now`."""
    before = f"{again} " if again else ""
    status, silent = _details(sim)
    if sim.state is State.STALE:
        return f"{name} has {before}sent {state_text(sim.state, status, silent)}"
    if sim.state is State.NEVER_SEEN:
        return f"{name} has {before}had no connection in 30 days"
    if sim.state is State.BLOCKED:
        return f"{name} is {before}{status if status in BLOCKED else 'blocked'}"
    if sim.state is State.UNKNOWN:
        return f"the state of {name} is {before}unknown"
    return f"{name} is {before}{state_text(sim.state)}"


def _details(sim: SessionReport | Snapshot) -> tuple[str | None, timedelta | None]:
    if isinstance(sim, Snapshot):
        status, seen = sim.status, sim.seen_at
    else:
        status = status_of(sim.sim)
        seen = sim.last_session.last_updated if sim.last_session else None
    return status, between(seen, sim.as_of) if seen else None
