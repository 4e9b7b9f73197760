"""What judging a SIM with 500 sessions costs: milliseconds, and over one plain walk of its rows."""

from datetime import UTC, datetime, timedelta

from rounds import report, timed

from bot.diagnosis.evidence import Evidence
from bot.diagnosis.rule import ClosingRule, Rule, diagnose, rules_of
from bot.diagnosis.thresholds import Thresholds
from bot.kore.models import DataSession, RatePlan, Sim, UsageRecord

SESSIONS = 500
TIMES = 20
NOW = datetime(2026, 1, 31, 12, tzinfo=UTC)
SID = "DE" + "0" * 32


def session(number: int) -> DataSession:
    """Return one of a SIM that moves: two networks, some cells, all counters told."""
    start = NOW - timedelta(minutes=80 * number + 40)
    end = None if number == 0 else start + timedelta(minutes=71)
    return DataSession(
        sim_sid=SID,
        radio_link="LTE" if number % 9 else "3G",
        operator_mcc="310",
        operator_mnc="260" if number % 11 else "410",
        operator_country="USA",
        operator_name="T-Mobile USA",
        cell_id=f"310-260-40482-{number // 30}",
        packets_uploaded=200 + number % 17,
        packets_downloaded=240 + number % 23,
        last_updated=end or NOW - timedelta(minutes=4),
        start=start,
        end=end,
        imei="014931000129700",
    )


def walk(rows: tuple[DataSession, ...]) -> int:
    """Read each row's times and counters once, which any judgement must."""
    packets = 0
    for row in rows:
        if row.start and (row.end or row.last_updated):
            packets += (row.packets_uploaded or 0) + (row.packets_downloaded or 0)
    return packets


def main() -> None:
    """Print the cost of all rules, of the dearest, and the ratio."""
    rows = tuple(session(number) for number in range(SESSIONS))
    sim = Sim(sid=SID, status="active", date_created=NOW - timedelta(days=400))
    plan = RatePlan(sid="WP", data_enabled=True, data_limit=100, international_roaming=("data",))
    usage = (UsageRecord(data={"total": 10**7}),)
    limits = Thresholds()
    judged = len(rules_of(Rule)) + len(rules_of(ClosingRule))

    figures = timed(
        {
            "walk": lambda: walk(rows),
            "rules": lambda: diagnose(Evidence(sim, rows, NOW, plan, usage), limits),
        },
        11,
        TIMES,
    )
    known = Evidence(sim, rows, NOW, plan, usage)
    alone = {
        rule.name: lambda rule=rule: list(rule.check(known, limits)) for rule in rules_of(Rule)
    }
    costs = {name: figure.cpu * 1e3 for name, figure in timed(alone, 3, TIMES).items()}
    for name in sorted(costs, key=costs.__getitem__, reverse=True)[:5]:
        print(f"  {name:<24} {costs[name]:6.3f} ms CPU")
    report(f"rules: {judged} over {SESSIONS} sessions", figures["rules"].cpu * 1e3, 3, "ms")
    report("rules: over one plain walk", figures["rules"].cpu / figures["walk"].cpu, 40)


if __name__ == "__main__":
    main()
