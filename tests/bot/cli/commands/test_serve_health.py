"""`simsessions doctor` and `health`, beside the stand-ins."""

import pytest
from starlette.applications import Starlette
from starlette.responses import PlainTextResponse
from starlette.routing import Route

from bot.cli.checks import file_checks
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


async def test_all_is_well(kore, slack, simsessions):
    """With complete settings every line says ok, or why it was skipped, and the number is 0."""
    done = await simsessions("doctor", **kore.settings, **slack.settings)
    words = [line.split()[0] for line in done.out.splitlines()]

    assert (0, "") == (done.code, done.err)
    assert {"ok", "skipped"} >= set(words)
    assert "ok      settings: complete" in done.out
    assert "ok      KORE key: SIMs can be read" in done.out
    assert "ok      Slack app token: Socket Mode may connect" in done.out
    assert "stand-in" not in done.out


def test_a_file_of_secrets_that_others_may_read(tmp_path):
    """A `.env` that is open to others on the machine is named, with what mends it."""
    file = tmp_path / ".env"
    before = file_checks(file)
    file.touch(0o600)
    closed = file_checks(file)
    file.chmod(0o644)
    (check,) = file_checks(file)

    assert ((), ()) == (before, closed)
    assert ("failed", f"chmod 600 {file}") == (check.status, check.mend)


async def test_everything_amiss_is_told_at_once(kore, simsessions):
    """One run names each fault with what to do, and the number is the gravest's."""
    settings = {
        "KORE_API_URL": kore.url,
        "KORE_TOKEN_URL": kore.settings["KORE_TOKEN_URL"],
        "KORE_CLIENT_ID": "nobody",
        "KORE_CLIENT_SECRET": "hush-hush",
        "SLACK_API_URL": "http://127.0.0.1:1/api/",
        "SLACK_BOT_TOKEN": "xoxb-hush",
        "PORT": "none",
    }
    done = await simsessions("doctor", **settings)

    assert 5 == done.code
    assert "failed  settings: PORT" in done.out
    assert "failed  settings: SLACK_APP_TOKEN: missing" in done.out
    assert "failed  Slack bot token: Slack cannot be reached" in done.out
    assert "failed  KORE key: KORE refuses" in done.out
    assert done.out.count("fix: ") == done.out.count("failed  ")
    assert "hush" not in done.out + done.err


async def test_tokens_and_scopes(kore, slack, simsessions):
    """A token that lacks scopes and one that Slack does not know are told apart."""
    slack.api.scopes = frozenset({"commands"})
    settings = kore.settings | slack.settings | {"SLACK_APP_TOKEN": "xapp-other"}
    done = await simsessions("doctor", **settings)

    assert "failed  Slack scopes: the token lacks" in done.out
    assert "chat:write" in done.out
    assert "failed  Slack app token: SLACK_APP_TOKEN: Slack refuses it (invalid_auth)" in done.out
    assert 5 == done.code
