"""What whoever takes over must know of the SIMs that were asked for: then, and now. Pure."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime

from bot.diagnosis.evidence import State
from bot.diagnosis.rule import Finding
from bot.diagnosis.rules.common_outage import SILENT
from bot.errors import BotError
from bot.sessions.redaction import redacted_change
from bot.sessions.report import SessionReport
from bot.sessions.snapshot import Change, Snapshot, changes, snapshot_of
from bot.sessions.triage import Triage, Unread, gravity, is_troubled
from bot.struct import Struct, replace

OUTAGE = "common_outage"
LOOK_FIRST = "Still part of an outage: check the site or the network first; do not reset."
SETTLED = frozenset({State.ONLINE})


class LookedUp(Struct):
    """One look-up that was made: when, by whom (a Slack id), and how the SIM stood.

    `request` is the same for all SIMs of one question; "" is a question of its own.
    """

    at: datetime
    person: str
    snapshot: Snapshot
    request: str = ""


class HandedSim(Struct):
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
        """Return whether it is not online, has a cause of trouble, or could not be read."""
        if isinstance(self.now, BotError):
            return True
        return is_troubled(self.now) or self.now.state not in SETTLED


class Handover(Struct):
    """The SIMs of a thread, worst first; `questions` counts what people asked, not SIMs.

    `omitted` counts the SIMs that are too many.
    """

    sims: tuple[HandedSim, ...]
    people: tuple[str, ...]
    first_at: datetime
    made_at: datetime
    questions: int
    omitted: int = 0

    @property
    def open(self) -> tuple[HandedSim, ...]:
        """Return those that need a look."""
        return tuple(sim for sim in self.sims if sim.needs_a_look)

    @property
    def triage(self) -> Triage:
        """Those that are still open as a table of SIMs has them."""
        return _triage_of(self.open)

    @property
    def unclear(self) -> int:
        """How many of all nothing sure can be said of: what is old, or known in part, too."""
        return _triage_of(self.sims).unclear

    @property
    def redacted(self) -> str | None:
        """Say what is left out for these readers, and why."""
        reasons = (sim.now.redacted for sim in self.sims if isinstance(sim.now, SessionReport))
        return next((why for why in reasons if why), None)


def _triage_of(sims: Iterable[HandedSim]) -> Triage:
    rows = (
        Unread(sim.then.full_name, sim.now) if isinstance(sim.now, BotError) else sim.now
        for sim in sims
    )
    return Triage(tuple(rows))


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
        sims=tuple(sorted(sims, key=_rank)),
        people=tuple(dict.fromkeys(each.person for each in looked_up)),
        first_at=looked_up[0].at,
        made_at=made_at,
        questions=len({each.request or each for each in looked_up}),
        omitted=len(by_sid) - len(sims),
    )


def _rank(sim: HandedSim) -> tuple[bool, int]:
    """Put what is open first, and of that the gravest."""
    return not sim.needs_a_look, 0 if isinstance(sim.now, BotError) else -gravity(sim.now)


def _in_its_outage(looked_up: Sequence[LookedUp], now: SessionReport) -> SessionReport:
    """Advise no reset of a SIM that fell silent in an outage, though others of it are back."""
    outage_at = [each.at for each in looked_up if each.snapshot.has(OUTAGE)]
    if not outage_at:
        return now
    findings = (
        replace(each, next_step=LOOK_FIRST)
        if each.next_step and each.rule in SILENT and _since(each, now) <= outage_at[-1]
        else each
        for each in now.findings
    )
    return replace(now, findings=tuple(findings))


def _since(finding: Finding, report: SessionReport) -> datetime:
    since = finding.evidence.get("since")
    return since if isinstance(since, datetime) else report.made_at


def _sim(looked_up: Sequence[LookedUp], now: SessionReport | BotError) -> HandedSim:
    first = looked_up[0]
    if isinstance(now, SessionReport):
        now = _in_its_outage(looked_up, now)
    changed = () if isinstance(now, BotError) else changes(first.snapshot, snapshot_of(now))
    if isinstance(now, SessionReport) and now.redacted:
        changed = tuple(map(redacted_change, changed))
    return HandedSim(first.snapshot, first.at, len(looked_up), now, changed)
