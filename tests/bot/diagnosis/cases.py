"""SIMs and sessions told in minutes before now, which is noon."""

from datetime import timedelta

from bot.diagnosis.evidence import Evidence
from bot.diagnosis.rule import Finding, Rule, diagnose
from bot.diagnosis.thresholds import Thresholds
from bot.kore.models import DataSession, RatePlan, UsageRecord
from tests.builders import NOON, a_session, a_sim

LIMITS = Thresholds()
H = 60
D = 24 * H
SECOND = 1 / 60
MB = 10**6
PLAN = "WP" + "0" * 32


def ago(minutes: float):
    """Return the moment so many minutes before now."""
    return NOON - timedelta(minutes=minutes)


def closed(start: float, lasting: float, /, **changes) -> DataSession:
    """Return a session that started `start` minutes ago and ended after `lasting` minutes."""
    end = ago(start - lasting)
    return a_session(**{"start": ago(start), "end": end, "last_updated": end} | changes)


def still_open(start: float, updated: float | None = 1, /, **changes) -> DataSession:
    """Return an open session that started `start` minutes ago, updated `updated` minutes ago."""
    told = None if updated is None else ago(updated)
    return a_session(**{"start": ago(start), "end": None, "last_updated": told} | changes)


def starts(*minutes: float, lasting: float = 1, **changes) -> list[DataSession]:
    """Return closed sessions that started so many minutes ago."""
    return [closed(start, lasting, **changes) for start in minutes]


def reports(every: float, until: float, days: float, lasting: float = 5, **changes):
    """Return closed sessions at even intervals in minutes, the last one `until` minutes ago."""
    number = int(days * D / every)
    return starts(*(until + every * n for n in range(number)), lasting=lasting, **changes)


def a_plan(**changes) -> RatePlan:
    """Return a plan that allows everything and has no limit."""
    plain = {"sid": PLAN, "data_enabled": True, "international_roaming": ["data"]}
    return RatePlan.model_validate(plain | changes)


def used(total, *, home=None, **record) -> UsageRecord:
    """Return a usage record in bytes."""
    data = {"total": total} | ({} if home is None else {"home": {"total": home}})
    return UsageRecord.model_validate({"data": data} | record)


def evidence(
    *sessions: DataSession, unread=False, plan=None, usage=None, skipped=0, learnt=None, **sim
) -> Evidence:
    """Return what is known of an active SIM now; `learnt` is how old the news may be."""
    told = (None if unread else sessions, NOON, plan, usage, skipped)
    return Evidence(a_sim(**sim), *told, lambda _network, _radio: learnt)


def found(rule: Rule, known: Evidence, limits: Thresholds = LIMITS) -> list[Finding]:
    """Return what one rule finds by itself."""
    return list(rule.check(known, limits))


def words(rule: Rule, known: Evidence, limits: Thresholds = LIMITS) -> list[str]:
    """Return the severities of what one rule finds, with `over` where it is."""
    told = ((each.severity.word, each.when.value) for each in found(rule, known, limits))
    return [word if when == "now" else f"{word}, {when}" for word, when in told]


def verdict(known: Evidence, limits: Thresholds = LIMITS) -> list[tuple[str, str]]:
    """Return all findings about a SIM as (rule, severity), in order."""
    return [(finding.rule, finding.severity.word) for finding in diagnose(known, limits)]
