"""What is asked of the outside, and what is not while an address is wrong."""

from datetime import timedelta

import pytest
from starlette.applications import Starlette
from starlette.responses import PlainTextResponse
from starlette.routing import Route

from bot.cli.checks.check import Status
from bot.cli.checks.outside import (
    clock_check,
    compared,
    kore_checks,
    outside_checks,
    webhook_checks,
)
from bot.cli.exit_codes import ExitCode
from bot.clock import SystemClock
from bot.emulators.kore.faults import broken
from bot.ops.http import http_server
from bot.settings import Need, Settings, load_settings
from tests.builders import NO_SUCH_HOST, NOON
from tests.fakes import FakeClock


@pytest.mark.parametrize(
    ("faulty", "untried"),
    [
        ({"SLACK_API_URL"}, {"Slack bot token", "Slack app token", "clock against Slack"}),
        ({"KORE_API_URL"}, {"KORE key", "clock against KORE"}),
        ({"KORE_TOKEN_URL"}, {"KORE key"}),
        ({"PORT", "SIMSESSIONS_DRAIN"}, set()),
    ],
)
async def test_nothing_goes_to_an_address_that_was_not_meant(kore, slack, faulty, untried):
    """While an address is wrong, no key goes to the usual one instead, and the line says why."""
    settings = load_settings(kore.settings | slack.settings, None)
    checks = await outside_checks(settings, SystemClock(), frozenset(faulty))
    skipped = {check.name: check.says for check in checks if check.status is Status.SKIPPED}
    why = {name for name, says in skipped.items() if says.split()[0] in faulty}

    assert untried == why


@pytest.mark.parametrize(
    ("targets", "internal", "says"),
    [
        ("", "no", []),
        ("ops=https://203.0.113.9/x secret=s", "no", ["203.0.113.9 is an internal address"]),
        ("ops=https://8.8.8.8/x secret=s", "no", ["8.8.8.8, signed"]),
        ("ops=http://8.8.8.8/x secret=s", "no", ["its address is not https"]),
        ("ops=http://10.0.0.7/x secret=s", "yes", ["10.0.0.7, signed"]),
        (
            f"a=https://{NO_SUCH_HOST} secret=s; b=https://[::1]/x routing_key=k",
            "no",
            [f"{NO_SUCH_HOST} has no address", "::1 is an internal address"],
        ),
    ],
)
async def test_where_webhooks_lead(targets, internal, says):
    """Only https, and nowhere inside unless set so; nothing is sent, and no secret is said."""
    keys = {"SIMSESSIONS_WEBHOOKS": targets, "SIMSESSIONS_WEBHOOKS_INTERNAL": internal}
    checks = await webhook_checks(load_settings(keys, None, need=Need.NOTHING))

    assert says == [check.says for check in checks]
    assert all(check.mend for check in checks if check.status is Status.FAILED)


async def test_a_key_that_works(kore):
    """A token and the first SIM are enough."""
    (check,) = await kore_checks(load_settings(kore.settings, None, need=Need.KORE), SystemClock())

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
    (check,) = await kore_checks(load_settings(told, None, need=Need.KORE), SystemClock())

    assert (Status.FAILED, ExitCode.KORE) == (check.status, check.code)
    assert mend in check.mend


async def test_a_bearer_that_does_not(kore):
    """A bearer that KORE refuses is what the advice is about: there is no id and no secret."""
    told = {k: v for k, v in kore.settings.items() if k.endswith("_URL")}
    told["KORE_ACCESS_TOKEN"] = "expired"
    (check,) = await kore_checks(load_settings(told, None, need=Need.KORE), SystemClock())

    assert "KORE_ACCESS_TOKEN" in check.mend
    assert Status.FAILED == check.status


async def test_a_key_of_one_account_that_does_not(kore):
    """The advice names what that account's own settings are called."""
    told = {k: v for k, v in kore.settings.items() if k.endswith("_URL")}
    told |= {"KORE_ACCOUNTS": "acme,globex", "KORE_ACME_ACCESS_TOKEN": kore.api.tokens.issue()}
    told |= {"KORE_GLOBEX_CLIENT_ID": "x", "KORE_GLOBEX_CLIENT_SECRET": "wrong"}
    ours, theirs = await kore_checks(load_settings(told, None, need=Need.KORE), SystemClock())

    assert (Status.OK, Status.FAILED) == (ours.status, theirs.status)
    assert "or copy client_id and client_secret again" in theirs.mend


async def test_no_key():
    """Without a key nothing is asked."""
    (check,) = await kore_checks(Settings(), SystemClock())

    assert Status.SKIPPED == check.status


@pytest.mark.parametrize(
    ("seconds", "standing", "says"),
    [
        (0, Status.OK, "0 s apart"),
        (60, Status.OK, "60 s apart"),
        (-60, Status.OK, "60 s apart"),
        (61, Status.FAILED, "61 s ahead"),
        (-400, Status.FAILED, "400 s behind"),
    ],
)
def test_a_minute_is_tolerated(seconds, standing, says):
    """Up to a minute is well; more is told with its direction."""
    check = compared("clock", NOON + timedelta(seconds=seconds), NOON)

    assert (standing, says) == (check.status, check.says)


@pytest.mark.parametrize(
    ("date", "standing"),
    [
        ("Mon, 05 Jan 2026 12:00:20 GMT", Status.OK),
        ("Mon, 05 Jan 2026 12:20:00 GMT", Status.FAILED),
        ("yesterday", Status.SKIPPED),
        (None, Status.SKIPPED),
    ],
)
async def test_the_date_of_an_answer_is_read(date, standing):
    """Any answer's Date will do, also a refusal's; without one nothing is claimed."""

    async def refusal(_request):
        return PlainTextResponse("no", 401, headers={"Date": date} if date else None)

    app = Starlette(routes=[Route("/", refusal)])
    async with http_server(app, "127.0.0.1", 0) as port:
        check = await clock_check("KORE", f"http://127.0.0.1:{port}", FakeClock())

    assert standing == check.status


async def test_nobody_there():
    """Without an answer the clock is not blamed."""
    check = await clock_check("KORE", "http://127.0.0.1:1", FakeClock())

    assert Status.SKIPPED == check.status
