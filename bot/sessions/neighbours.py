"""How others near a SIM that fell silent are, on its cell or its network: counts. Pure."""

from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from math import inf

from bot.diagnosis.contrast import Member, OutageLimits, Trait
from bot.diagnosis.rules.common_outage import SILENT, lost_at, member_of
from bot.errors import BotError
from bot.sessions.report import Neighbours, SessionReport, case_of
from bot.struct import replace

NEAR = (Trait.CELL, Trait.NETWORK)
NOT_ALONE = "It did not fall silent alone: check the site's power and antenna before you reset it."


class Peer(Member, kw_only=True):
    """A SIM to be compared with others, as it was at `as_of`.

    Unless `is_judged`, its plan or usage is unknown, and may explain its silence.
    """

    is_online: bool
    as_of: datetime
    is_judged: bool = True


def peer_of(member: Member, as_of: datetime, *, is_online: bool, is_judged: bool = True) -> Peer:
    """Return a member as it was at `as_of`."""
    return Peer(
        member.sid,
        member.lost_at,
        member.alive_at,
        member.traits,
        is_online=is_online,
        as_of=as_of,
        is_judged=is_judged,
    )


class NearPeers:
    """Those of the `known` that share cell or network with one of the members.

    That takes a walk through all: one for each trait that is asked for, whatever member asks.
    """

    def __init__(self, members: Iterable[Member], known: Mapping[str, Peer]) -> None:
        self._members = list(members)
        self._known = known
        self._sharing: dict[Trait, dict[str, list[Peer]]] = {}

    def others(self, mine: Member, trait: Trait) -> list[Peer]:
        """Return those that share a trait with one of the members, but for itself."""
        if trait not in self._sharing:
            self._sharing[trait] = self._by_value(trait)
        shared = self._sharing[trait].get(mine.traits.get(trait, ""), ())
        return [peer for peer in shared if peer.sid != mine.sid]

    def _by_value(self, trait: Trait) -> dict[str, list[Peer]]:
        wanted = {value for member in self._members if (value := member.traits.get(trait))}
        near = [p for p in self._known.values() if p.traits.get(trait) in wanted]
        if len(wanted) == 1:
            return dict.fromkeys(wanted, near)
        found: dict[str, list[Peer]] = {value: [] for value in wanted}
        for peer in near:
            found[peer.traits[trait]].append(peer)
        return found


def nearest_losses(mine: Member, others: Iterable[Peer], most: int) -> list[str]:
    """Return the first of others, before them those lost when it was."""
    peers, lost_at = list(others), mine.lost_at or 0.0
    apart = [inf if (at := each.lost_at) is None else abs(at - lost_at) for each in peers]
    nearest = sorted(range(len(peers)), key=apart.__getitem__)
    return [peers[place].sid for place in nearest[:most]]


def lost_with(lost: Iterable[Member], known: Mapping[str, Peer], within: float) -> dict[str, Peer]:
    """Return those `known` that fell silent within so many seconds of one that was lost."""
    spans = _spans((member.lost_at for member in lost), within)
    if not spans:
        return {}
    low, high = spans[0][0], spans[-1][1]
    near = {
        sid: peer
        for sid, peer in known.items()
        if (at := peer.lost_at) is not None and low <= at <= high
    }
    for (_, end), (begin, _) in pairwise(spans):
        near = {sid: p for sid, p in near.items() if not end < (p.lost_at or 0.0) < begin}
    return near


def _spans(lost_at: Iterable[float | None], within: float) -> list[tuple[float, float]]:
    """Return the time within so many seconds of a moment, as spans that do not touch."""
    spans: list[tuple[float, float]] = []
    for moment in sorted([each for each in lost_at if each is not None]):
        begin = moment - within
        if spans and begin <= spans[-1][1]:
            begin, _ = spans.pop()
        spans.append((begin, moment + within))
    return spans


def neighbours_of(mine: Member, near: NearPeers, within: timedelta) -> Neighbours | None:
    """Return how the others on its cell are, or else on its network; None: nobody knows.

    Those lost `within` so much of it were lost together with it.
    """
    if mine.lost_at is None:
        return None
    for trait in NEAR:
        others = near.others(mine, trait)
        if found := _counted(trait, others, mine.lost_at, within.total_seconds()):
            return found
    return None


def _counted(
    trait: Trait, near: Sequence[Peer], lost_at: float, within: float
) -> Neighbours | None:
    """Count those that are silent, and those that were well after this one was lost."""
    silent = [peer for peer in near if peer.lost_at is not None]
    online = [p for p in near if p.is_online and (p.alive_at or 0.0) > lost_at]
    if not (silent or online):
        return None
    times = sorted([p.lost_at for p in silent if p.lost_at is not None])
    low, high = bisect_left(times, lost_at - within), bisect_right(times, lost_at + within)
    return Neighbours(
        trait=trait.value,
        online=len(online),
        silent=len(times),
        silent_since=datetime.fromtimestamp(times[0], UTC) if times else None,
        as_of=min([peer.as_of for peer in (*silent, *online)]),
        together=high - low,
    )


def compared_with(
    reports: Iterable[SessionReport], known: Mapping[str, Peer], lines: OutageLimits
) -> list[Member]:
    """Return those `known` that are compared with SIMs asked for, if one of these was lost.

    That are those lost near it and those that were well; none where too few were lost for an
    outage. Those lost long after were well then; to compare all as lost, thousands take a while.
    """
    asked = {report.sim.sid: member_of(case_of(report)) for report in reports}
    lost = [at for member in asked.values() if (at := member.lost_at) is not None]
    others = {**known}
    for sid in asked:
        others.pop(sid, None)
    near = lost_with(asked.values(), others, lines.within)
    if not lost or len(lost) + len(near) < lines.at_least:
        return []
    since = min(lost) - lines.within
    left = [peer for sid, peer in others.items() if sid not in near]
    well = [_well_then(peer) for peer in left if peer.lost_at is None or peer.lost_at > since]
    return [*near.values(), *well]


def _well_then(peer: Member) -> Member:
    """Return a peer that was well when others were lost as it was then."""
    return peer if peer.lost_at is None else replace(peer, lost_at=None, alive_at=peer.lost_at)


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
    answered = list(answers)
    mine = {
        place: (report, _member(report, known))
        for place, report in enumerate(answered)
        if isinstance(report, SessionReport) and lost_at(report.findings) is not None
    }
    near = NearPeers([member for _, member in mine.values()], known)
    for place, (report, member) in mine.items():
        answered[place] = _beside(report, neighbours_of(member, near, within), is_whole=is_whole)
    return answered


def _member(report: SessionReport, known: Mapping[str, Peer]) -> Member:
    """Return a SIM that was asked for as it is compared: what a scan saw of it is of before."""
    noted = known.get(report.sim.sid)
    is_mine = noted and noted.as_of == report.as_of
    return noted if noted and is_mine else member_of(case_of(report))


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
