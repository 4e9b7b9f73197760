"""What a kind is, and how kinds are found."""

import asyncio
import subprocess
import sys

import pytest

from bot.jobs.job import NewJob, Outcome, all_kinds, fan_out, finished, kind, run_again


def test_a_kind_is_named_after_its_function():
    """With its lane, its tries and its patience."""

    @kind(lane="scan", attempts=3, longest=60.0)
    async def scan_things(job, services):
        return job, services

    made = (scan_things.name, scan_things.lane, scan_things.attempts, scan_things.longest)

    assert ("scan_things", "scan", 3, 60.0) == made
    assert (1, 2) == asyncio.run(scan_things.run(1, 2))


@pytest.mark.parametrize(
    ("outcome", "means"),
    [
        (finished({"n": 1}), Outcome("done", result={"n": 1})),
        (run_again(5.0), Outcome("ready", after=5.0)),
        (run_again(5.0, {}), Outcome("ready", after=5.0, memo={})),
        (fan_out([NewJob("a", "b")]), Outcome("waiting", children=(NewJob("a", "b"),))),
        (fan_out([], {"x": 1}), Outcome("waiting", memo={"x": 1})),
    ],
    ids=["done", "again", "again_forgetting", "fan_out", "fan_out_with_memo"],
)
def test_outcomes(outcome, means):
    """Each says what becomes of the row."""
    assert means == outcome


STORED = """
    alert alert_blind digest digest_preview foreign_alert incident incident_summary incident_sweep
    interrupted scan_chunk tidy_history watch watch_card watch_notice watch_set watch_sweep webhook
"""


def test_the_kinds_keep_their_names():
    """Whatever file they are in: jobs that an earlier release left in the store name them."""
    assert STORED.split() == sorted(each.name for each in all_kinds())


def test_every_lane_is_served():
    """No kind names a lane that neither bot nor worker has."""
    from bot.app.jobs import SLOTS  # noqa: PLC0415 -- heavy

    assert {each.lane for each in all_kinds()} <= {*SLOTS, "scan"}


def test_the_core_is_light():
    """Whoever only carries out jobs imports neither the services nor what they are made of."""
    heavy = "[m for m in ('httpx', 'slack_sdk') if m in sys.modules]"
    code = f"import sys, bot.jobs.engine; print({heavy})"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)

    assert "[]" == done.stdout.strip()
