"""The comparison of this machine's clock with others'."""

from datetime import timedelta

import pytest
from starlette.applications import Starlette
from starlette.responses import PlainTextResponse
from starlette.routing import Route

from bot.cli.checks.check import Status
from bot.cli.checks.clock import clock_check, compared
from bot.ops.http import http_server
from tests.builders import NOON
from tests.fakes import FakeClock


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
