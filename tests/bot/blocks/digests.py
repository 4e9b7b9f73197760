"""Digests with everything in them, and with nothing new."""

from datetime import timedelta

from bot.diagnosis.evidence import State
from bot.digests.digest import (
    ChangeGroup,
    Digest,
    MissedRun,
    NetworkOutage,
    SimChange,
    SimSample,
    SimSummary,
    TrendPoint,
    UnreadableSims,
)
from bot.sessions.snapshot import ChangeKind
from bot.struct import replace
from tests.builders import NOON

DAY = timedelta(days=1)
QUIET = Digest(
    subscription="0a1b2c3d",
    name="Pumps",
    zone="Europe/Berlin",
    about="SIMs called pump-*",
    due=NOON,
    made_at=NOON + timedelta(minutes=2),
    counts={"online": 137, "offline": 3},
    since=NOON - 3 * DAY,
    next_due=NOON + DAY,
    trend=tuple(
        TrendPoint(NOON - n * DAY, {"online": 130 + n, "offline": 3, "failed": n % 2})
        for n in reversed(range(14))
    ),
)


def a_sim(number, **changes):
    """Return a SIM that went silent."""
    plain = {
        "state": State.OFFLINE,
        "seen_at": NOON - timedelta(hours=15),
        "operator": "Telcel",
        "what": "Gone silent",
        "severity": "critical",
        "packets": 1246,
    }
    return SimSummary(f"DE{number:032x}", f"pump-{number}", **plain | changes)


def a_digest(**changes):
    """Return a digest with something of everything."""
    sims = tuple(a_sim(number) for number in range(7))
    groups = tuple(
        ChangeGroup(kind, 7, tuple(SimChange(sim, "USA", "MEX") for sim in sims))
        for kind in (
            ChangeKind.WENT_SILENT,
            ChangeKind.CAME_BACK,
            ChangeKind.NEW_COUNTRY,
            ChangeKind.NEW_IMEI,
            ChangeKind.NEW_FINDING,
            ChangeKind.FINDING_GONE,
            ChangeKind.STATUS_CHANGED,
        )
    )
    full = {
        "counts": {"online": 120, "offline": 7, "blocked": 2, "never_seen": 1, "failed": 10},
        "changes": groups,
        "new": SimSample(2, sims[:2]),
        "gone": SimSample(9, sims[:5]),
        "worst": SimSample(12, sims),
        "talkers": sims,
        "outages": (NetworkOutage("334-20", "Telcel", 14, NOON - DAY, NOON - DAY),),
        "unread": UnreadableSims({"KORE is not answering. Try again in a minute.": 10}, sims),
        "missing": ("pump-77",),
        "missed": (MissedRun(NOON - DAY, "I was not running at that time."),),
    }
    return replace(QUIET, **full | changes)
