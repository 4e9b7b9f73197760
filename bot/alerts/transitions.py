"""How incidents go on after each scan: opened, joined, left, worse, merged, resolved. Pure.

What could not be read opens nothing and closes nothing.
"""

from collections.abc import Sequence
from datetime import datetime

from bot.alerts.alert import Alert, AlertState, Ill
from bot.alerts.grouping import Grouping, NewId
from bot.alerts.incident import Incident
from bot.alerts.reading import DATA_LIMIT, SILENT, Reading, SickSim
from bot.diagnosis.contrast import Lines
from bot.struct import Struct, replace


class Step(Struct):
    """What a scan has changed. `incidents` are those that changed, and the new ones.

    `blind_began`: from now on KORE does not answer, of some accounts or of all; `blind_ended` is
    since when it did not.
    """

    state: AlertState
    incidents: tuple[Incident, ...] = ()
    blind_began: bool = False
    blind_ended: datetime | None = None


def observe(  # noqa: PLR0913 -- all that it goes by
    alert: Alert,
    state: AlertState,
    incidents: Sequence[Incident],
    reading: Reading,
    *,
    lines: Lines,
    new_id: NewId,
) -> Step:
    """Return what a scan changes.

    `incidents` are the open ones of the alert, and those resolved in the last 24 hours.
    """
    if reading.unreachable:
        began = state.blind_since is None
        since = state.blind_since or reading.at
        return Step(replace(state, blind_since=since, blind=()), blind_began=began)
    scan = Grouping(alert, incidents, reading, lines, new_id)
    scan.ill = ill = _ill(state, scan)
    scan.gap = max(0.0, (reading.at - (state.scanned_at or reading.at)).total_seconds())
    scan.update_members()
    scan.place()
    if reading.is_partial:
        return Step(replace(state, ill=ill), scan.changed())
    known = reading.accounts.union(state.accounts if state.primed else ())
    after = AlertState(
        ill=ill,
        primed=True,
        scanned_at=reading.at,
        sims=len(reading.read) + len(reading.failed),
        accounts=tuple(sorted(known)),
        called=state.called,
        begun_at=state.begun_at or reading.at,
    )
    if reading.missing:
        since, began = state.blind_since or reading.at, state.blind_since is None
        blind = replace(after, blind_since=since, blind=reading.missing)
        return Step(blind, scan.changed(), blind_began=began)
    return Step(after, scan.changed(), blind_ended=state.blind_since)


def _is_of_before(state: AlertState, sim: SickSim) -> bool:
    """Return whether a SIM's cause may be older than the alert.

    So it is where its usage was told since the last scan, and never since the alert began: a scan
    asks for that of some SIMs only.
    """
    told, begun, scanned = sim.told_once, state.begun_at, state.scanned_at
    if not (told and begun and scanned):
        return False
    return told.since <= begun.timestamp() and scanned.timestamp() < told.read_at


def _ill(state: AlertState, scan: Grouping) -> dict[str, Ill]:
    """Return who is ill since when; of whom nothing could be read, what was known."""
    reading = scan.reading
    unread = state.ill.keys() - reading.read if reading.is_partial else reading.failed
    found = {sid: state.ill[sid] for sid in unread if sid in state.ill}
    unsure = {sid: state.ill[sid] for sid in reading.unjudged if sid in state.ill}
    found |= {sid: ill for sid, ill in unsure.items() if ill.family == DATA_LIMIT}
    for sid, sim in reading.sick.items():
        cause, was = sim.causes[0], state.ill.get(sid)
        is_old = _is_of_before(state, sim)
        if was and was.family == cause.family:
            is_graver = 0 < was.severity < cause.severity
            is_worse = cause.family != SILENT and is_graver and not is_old
            known = (was.known and not is_worse) or scan.is_given_up(sid, cause.family)
            severity = max(was.severity, int(cause.severity))
            found[sid] = was._replace(known=known, severity=severity)
            continue
        seen = reading.at.timestamp()
        lost_at = sim.lost_at if cause.family == SILENT else None
        known = (is_old or not state.knows(sim.account)) and not scan.is_down(sid)
        found[sid] = Ill(cause.family, lost_at or seen, seen, known, int(cause.severity))
    return found
