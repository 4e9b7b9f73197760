"""The sessions of a window in one line."""

from collections.abc import Iterable, Sequence

from bot.diagnosis.reading import cell, network_of
from bot.kore.models import DataSession
from bot.sessions.report import Summary


def summarise(sessions: Sequence[DataSession]) -> Summary:
    """Count sessions, networks, cells and packets; `sessions` as they were cleaned, newest first.

    What a session does not tell is left out of the sums, never counted as 0.
    """
    return Summary(
        sessions=len(sessions),
        networks=len({network_of(session) for session in sessions} - {None}),
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
