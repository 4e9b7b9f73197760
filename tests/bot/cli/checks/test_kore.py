"""KORE's key, tried against the stand-in."""

import pytest

from bot.cli.checks.check import Status
from bot.cli.checks.kore import kore_check
from bot.cli.exit_codes import ExitCode
from bot.clock import SystemClock
from bot.emulators.kore.faults import broken
from bot.settings import Need, Settings, load_settings


async def test_a_key_that_works(kore):
    """A token and the first SIM are enough."""
    check = await kore_check(load_settings(kore.settings, None, need=Need.KORE), SystemClock())

    assert Status.OK == check.status
    assert "SIMs can be read in" in check.says


@pytest.mark.parametrize(
    ("changes", "fault", "mend"),
    [
        ({"KORE_CLIENT_SECRET": "wrong"}, None, "Read on Programmable Wireless"),
        ({}, broken(403, "/v1/Sims", times=None), "Read on Programmable Wireless"),
        ({}, broken(503, "/v1/Sims", times=None), "status page"),
        ({"KORE_API_URL": "http://127.0.0.1:1"}, None, "KORE_API_URL"),
    ],
)
async def test_a_key_that_does_not(kore, changes, fault, mend):
    """A refusal and a silence have different remedies, and the number is KORE's."""
    if fault:
        kore.api.faults.add(fault)
    told = kore.settings | {"SIMSESSIONS_KORE_BUDGET": "1s"} | changes
    check = await kore_check(load_settings(told, None, need=Need.KORE), SystemClock())

    assert (Status.FAILED, ExitCode.KORE) == (check.status, check.code)
    assert mend in check.mend


async def test_a_bearer_that_does_not(kore):
    """A bearer that KORE refuses is what the advice is about: there is no id and no secret."""
    told = {k: v for k, v in kore.settings.items() if k.endswith("_URL")}
    told["KORE_ACCESS_TOKEN"] = "expired"
    check = await kore_check(load_settings(told, None, need=Need.KORE), SystemClock())

    assert "KORE_ACCESS_TOKEN" in check.mend
    assert Status.FAILED == check.status


async def test_no_key():
    """Without a key nothing is asked."""
    check = await kore_check(Settings(), SystemClock())

    assert Status.SKIPPED == check.status
