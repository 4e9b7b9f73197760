"""`simsessions health`: what Docker's HEALTHCHECK asks."""

import pytest
from starlette.applications import Starlette
from starlette.responses import PlainTextResponse
from starlette.routing import Route

from bot.emulators.serve import serving


def bot_that_says(ready: int) -> Starlette:
    async def alive(_request):
        return PlainTextResponse("ok")

    async def readiness(_request):
        return PlainTextResponse("Slack is not connected" if ready >= 400 else "ok", ready)

    return Starlette(routes=[Route("/healthz", alive), Route("/readyz", readiness)])


@pytest.mark.parametrize(
    ("ready", "code", "line"),
    [(200, 0, "/readyz: ok"), (503, 1, "/readyz: 503 Slack is not connected")],
)
async def test_it_tells_what_the_bot_says(simsessions, ready, code, line):
    """Both must say yes; what the bot says of its reasons is passed on."""
    async with serving(bot_that_says(ready)) as url:
        done = await simsessions("health", PORT=url.rpartition(":")[2])

    assert ["/healthz: ok", line] == done.out.splitlines()
    assert code == done.code


async def test_a_bot_that_does_not_run(simsessions):
    """It is said once that nobody answers, and what to look at."""
    done = await simsessions("health", PORT="1", SIMSESSIONS_HOST="0.0.0.0")

    (said,) = done.out.splitlines()
    assert 1 == done.code
    assert said.startswith("The bot cannot be reached at 127.0.0.1:1 (")
    assert said.endswith("). Is the bot running?")
