"""How others near a SIM that fell silent are, on its cell or its network: counts. Pure."""

from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from heapq import nsmallest
from math import inf

from bot.diagnosis.contrast import Member, Trait
from bot.diagnosis.rules.common_outage import SILENT, lost_at, member_of
from bot.errors import BotError
from bot.sessions.report import Neighbours, SessionReport, case_of
from bot.struct import Struct, replace

NEAR = (Trait.CELL, Trait.NETWORK)
NOT_ALONE = (
    "It did not fall silent alone: check the site's power and antenna first; do not reset it."
)


class Peer(Struct):
    """A SIM as it was at `as_of`, to be compared with others."""

    member: Member
    is_online: bool
    as_of: datetime


Near = Mapping[tuple[Trait, str | None], Sequence[Peer]]


def near_to(members: Iterable[Member], known: Mapping[str, Peer]) -> Near:
    """Return those that share cell or network with one of the members, by that."""
    values = {(t, value) for m in members for t in NEAR if (value := m.traits.get(t))}
    found: dict[tuple[Trait, str | None], list[Peer]] = {each: [] for each in values}
    for peer in known.values() if found else ():
        for trait in NEAR:
            if (shared := (trait, peer.member.traits.get(trait))) in found:
                found[shared].append(peer)
    return found


def by_loss(mine: Member, trait: Trait, near: Near, most: int) -> list[str]:
    """Return the first that share a trait with it, before them those lost when it was."""

    def how_near(peer: Peer) -> float:
        lost_at = peer.member.lost_at
        return inf if lost_at is None else abs(lost_at - (mine.lost_at or 0.0))

    shared = near.get((trait, mine.traits.get(trait)), ())
    others = (peer for peer in shared if peer.member.sid != mine.sid)
    return [peer.member.sid for peer in nsmallest(most, others, key=how_near)]


def neighbours_of(mine: Member, near: Near, within: timedelta) -> Neighbours | None:
    """Return how the others on its cell are, or else on its network; None: nobody knows.

    Those lost `within` so much of it were lost together with it.
    """
    if mine.lost_at is None:
        return None
    for trait in NEAR:
        every = near.get((trait, mine.traits.get(trait)), ())
        others = [peer for peer in every if peer.member.sid != mine.sid]
        if found := _counted(trait, others, mine.lost_at, within.total_seconds()):
            return found
    return None


def _counted(
    trait: Trait, near: Sequence[Peer], lost_at: float, within: float
) -> Neighbours | None:
    """Count those that are silent, and those that were well after this one was lost."""
    silent = [peer for peer in near if peer.member.lost_at is not None]
    online = [p for p in near if p.is_online and (p.member.alive_at or 0.0) > lost_at]
    if not (silent or online):
        return None
    times = sorted([p.member.lost_at for p in silent if p.member.lost_at is not None])
    low, high = bisect_left(times, lost_at - within), bisect_right(times, lost_at + within)
    return Neighbours(
        trait=trait.value,
        online=len(online),
        silent=len(times),
        silent_since=datetime.fromtimestamp(times[0], UTC) if times else None,
        as_of=min([peer.as_of for peer in (*silent, *online)]),
        together=high - low,
    )


def with_neighbours(
    answers: Iterable[SessionReport | BotError],
    known: Mapping[str, Peer],
    within: timedelta,
    *,
    is_whole: bool,
) -> list[SessionReport | BotError]:
    """Say of those that fell silent how others near them are; what errors stays in its place.

    Without `is_whole` some are still being looked at, so that more may be known in a moment.
    """
    told = list(answers)
    mine = {
        place: (report, _member(report, known))
        for place, report in enumerate(told)
        if isinstance(report, SessionReport) and lost_at(report.findings) is not None
    }
    near = near_to([member for _, member in mine.values()], known) if mine else {}
    for place, (report, member) in mine.items():
        told[place] = _beside(report, neighbours_of(member, near, within), is_whole=is_whole)
    return told


def _member(report: SessionReport, known: Mapping[str, Peer]) -> Member:
    """Return a SIM that was asked for as it is compared: what a scan saw of it is of before."""
    noted = known.get(report.sim.sid)
    is_mine = noted and noted.as_of == report.as_of
    return noted.member if noted and is_mine else member_of(case_of(report))


def _beside(report: SessionReport, near: Neighbours | None, *, is_whole: bool) -> SessionReport:
    """Return it with its neighbours; one that fell silent with others of its cell is not reset."""
    findings, rule = report.findings, report.cause.rule if report.cause else None
    if near and near.fell_with_it:
        findings = tuple(
            replace(each, next_step=NOT_ALONE) if each.next_step and each.rule in SILENT else each
            for each in findings
        )
    waits = not is_whole and rule in {*SILENT, "common_outage"}
    if near is None and findings is report.findings and not waits:
        return report
    return replace(report, neighbours=near, findings=findings, peers_known=not waits)
