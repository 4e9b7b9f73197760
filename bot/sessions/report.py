"""What is known of a SIM and its sessions. Frozen; no I/O may be reached from here."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from bot.diagnosis.evidence import State, current_of
from bot.diagnosis.fields import cell, networks_of
from bot.diagnosis.rule import Finding, cause_of
from bot.kore.models import DataSession, RatePlan, Sim


@dataclass(frozen=True, slots=True)
class Summary:
    """The window (at most 30 days) in one line. Packets are None where no session tells them."""

    sessions: int
    networks: int
    cells: int
    packets_uploaded: int | None
    packets_downloaded: int | None
    first_start: datetime | None
    sessions_without_packets: int


@dataclass(frozen=True, slots=True)
class Neighbours:
    """How others are that share the `trait` (cell or network) of a SIM that fell silent: counts.

    `online` are those that were so after it was lost; `as_of` is when the oldest of it was seen.
    """

    trait: str
    online: int
    silent: int
    silent_since: datetime | None
    as_of: datetime


@dataclass(frozen=True, slots=True)
class SessionReport:
    """A SIM, its sessions newest first, its state and what is wrong with it.

    `sessions` is None where the SIM was read and its sessions could not be, and `problem` then says
    why; `as_of` is when KORE told us the oldest part of this; `stale` says that KORE gave nothing
    newer and this is from before, `why_stale` why; `redacted` says that ICCID, IMEI, cell and
    location were taken out, and why; without `allowance_known` the rules about plan and usage could
    not speak; `neighbours` is what is known of others where it alone was asked for and is silent.
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

    @property
    def cause(self) -> Finding | None:
        """The finding that explains most and stands first; None where nothing is wrong."""
        return cause_of(self.findings)

    @property
    def last_session(self) -> DataSession | None:
        """The open session with the latest news, else the newest one; None without any."""
        return current_of(self.sessions or (), self.made_at)


def summarise(sessions: Sequence[DataSession]) -> Summary:
    """Count sessions, networks, cells and packets; `sessions` as they were cleaned, newest first.

    What a session does not tell is left out of the sums, never counted as 0.
    """
    return Summary(
        sessions=len(sessions),
        networks=len(set(networks_of(sessions)) - {None}),
        cells=len({cell(session.cell_id) for session in sessions} - {None}),
        packets_uploaded=_total(session.packets_uploaded for session in sessions),
        packets_downloaded=_total(session.packets_downloaded for session in sessions),
        first_start=sessions[-1].start if sessions else None,
        sessions_without_packets=sum(not _tells_packets(session) for session in sessions),
    )


def _total(counts: Iterable[int | None]) -> int | None:
    known = [count for count in counts if count is not None]
    return sum(known) if known else None


def _tells_packets(session: DataSession) -> bool:
    return session.packets_uploaded is not None and session.packets_downloaded is not None
