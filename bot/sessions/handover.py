"""What whoever takes over must know of the SIMs that were asked for: then, and now. Pure."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from bot.diagnosis.state import State
from bot.errors import BotError
from bot.sessions.redaction import redacted_change
from bot.sessions.report import SessionReport
from bot.sessions.snapshot import Change, Snapshot, changes, snapshot_of

SETTLED = frozenset({State.ONLINE})
GRAVE = frozenset({"critical", "warning"})


@dataclass(frozen=True, slots=True)
class LookedUp:
    """One look-up that was made: when, by whom (a Slack id), and how the SIM stood."""

    at: datetime
    person: str
    snapshot: Snapshot


@dataclass(frozen=True, slots=True)
class HandedSim:
    """One SIM: how it stood when it was first asked for, and how it stands now.

    `now` is the report of right now, or the error that came instead; `times` counts the look-ups.
    """

    then: Snapshot
    first_at: datetime
    times: int
    now: SessionReport | BotError
    changes: tuple[Change, ...] = ()

    @property
    def needs_a_look(self) -> bool:
        """Return whether it is not online, has a grave finding, or could not be read."""
        if isinstance(self.now, BotError):
            return True
        grave = any(finding.severity.word in GRAVE for finding in self.now.findings)
        return grave or self.now.state not in SETTLED


@dataclass(frozen=True, slots=True)
class Handover:
    """The SIMs of a thread, those that need a look first; `omitted` counts the others."""

    sims: tuple[HandedSim, ...]
    people: tuple[str, ...]
    first_at: datetime
    made_at: datetime
    look_ups: int
    omitted: int = 0

    @property
    def open(self) -> tuple[HandedSim, ...]:
        """Return those that need a look."""
        return tuple(sim for sim in self.sims if sim.needs_a_look)

    @property
    def redacted(self) -> str | None:
        """Say what is left out for these readers, and why."""
        told = (sim.now.redacted for sim in self.sims if isinstance(sim.now, SessionReport))
        return next((why for why in told if why), None)


def sids_of(looked_up: Iterable[LookedUp]) -> tuple[str, ...]:
    """Return each SIM once, in the order of its first look-up."""
    return tuple(dict.fromkeys(each.snapshot.sid for each in looked_up))


def hand_over(
    looked_up: Sequence[LookedUp],
    answers: Mapping[str, SessionReport | BotError],
    made_at: datetime,
) -> Handover:
    """Compare then and now; `looked_up` is one or more, oldest first, `answers` are by SID."""
    by_sid: dict[str, list[LookedUp]] = {}
    for each in looked_up:
        by_sid.setdefault(each.snapshot.sid, []).append(each)
    sims = [_sim(by_sid[sid], answer) for sid, answer in answers.items()]
    return Handover(
        sims=tuple(sorted(sims, key=lambda sim: not sim.needs_a_look)),
        people=tuple(dict.fromkeys(each.person for each in looked_up)),
        first_at=looked_up[0].at,
        made_at=made_at,
        look_ups=len(looked_up),
        omitted=len(by_sid) - len(sims),
    )


def _sim(looked_up: Sequence[LookedUp], now: SessionReport | BotError) -> HandedSim:
    first = looked_up[0]
    changed = () if isinstance(now, BotError) else changes(first.snapshot, snapshot_of(now))
    if isinstance(now, SessionReport) and now.redacted:
        changed = tuple(map(redacted_change, changed))
    return HandedSim(first.snapshot, first.at, len(looked_up), now, changed)
