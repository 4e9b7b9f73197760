"""The bot as a whole: built, started, asked how it is, stopped."""

import asyncio
import re
import socket
from contextlib import suppress

import httpx
import pytest

from bot.app.bot import EVENTS_PATH
from bot.app.run import running_bot
from bot.cli.main import ExitCode, exit_code
from bot.clock import SystemClock
from bot.demo.stories.story import all_stories
from bot.emulators.kore.api import KoreApi
from bot.errors import SlackLost, StartError
from bot.kore.connect import KoreConfig
from bot.slack import socket_mode
from bot.slack.errors import SlackRefused
from tests.slack_rig import slack_side
from tests.waiting import until
from tests.whole_bot import settings_for, whole_bot


@pytest.fixture
async def http():
    """A client for the bot's own port."""
    async with httpx.AsyncClient() as client:
        yield client


async def ask(http, whole, path):
    return await http.get(f"http://127.0.0.1:{whole.bot.port}{path}")


@pytest.mark.parametrize("over_http", [False, True])
async def test_a_started_bot_is_alive_ready_and_counted(http, over_http):
    """On its port it tells that it lives, that it can be asked, and what it counted."""
    async with whole_bot(over_http=over_http) as whole:
        await whole.type("truck-42")
        answers = {path: await ask(http, whole, path) for path in ("/healthz", "/readyz")}
        for _ in range(50):  # an ack over HTTP is counted once its answer has left
            answers["/metrics"] = await ask(http, whole, "/metrics")
            if "ack_seconds_count" in answers["/metrics"].text:
                break

    assert {200} == {answer.status_code for answer in answers.values()}
    via = "http" if over_http else "socket"
    for line in (
        f'simsessions_ack_seconds_count{{via="{via}"}} 1.0',
        'simsessions_answer_seconds_count{name="sessions",outcome="ok"} 1.0',
        'simsessions_deliveries_total{outcome="ok",route="response_url"} 1.0',
        'simsessions_slack_call_seconds_count{method="auth.test",outcome="ok"} 1.0',
        'kore_call_seconds_count{account="",endpoint=',
        "simsessions_tasks_in_flight 0.0",
    ):
        assert line in answers["/metrics"].text


@pytest.mark.parametrize(("over_http", "status"), [(False, 404), (True, 401)])
async def test_signed_http_is_open_only_where_it_is_the_way_in(http, over_http, status):
    """In Socket Mode there is no /slack/events at all."""
    async with whole_bot(over_http=over_http) as whole:
        answer = await http.post(f"http://127.0.0.1:{whole.bot.port}{EVENTS_PATH}", content=b"x")

    assert status == answer.status_code


async def test_without_a_connection_to_slack_it_is_not_ready(http):
    """While the socket is down /readyz says so, and /healthz still says ok."""
    async with whole_bot() as whole:
        whole.slack.api.faults.fail("apps.connections.open", "internal_error", times=99)
        await whole.slack.api.socket.drop()
        await until(whole.bot.why_not_ready)
        told = await ask(http, whole, "/readyz")
        alive = await ask(http, whole, "/healthz")

    assert ["no connection with Slack"] == told.json()["reasons"]
    assert 200 == alive.status_code


async def test_while_it_stops_it_takes_nothing_in_and_says_so(http):
    """Not ready, closed for Slack, alive; what is under way is finished."""
    async with whole_bot(over_http=True) as whole:
        gate, done = asyncio.Event(), []

        async def work():
            await gate.wait()
            done.append(True)

        whole.bot.services.tasks.start(work(), name="work")
        stopping = asyncio.create_task(whole.bot.stop(10))
        await asyncio.sleep(0.01)
        ready = await ask(http, whole, "/readyz")
        alive = await ask(http, whole, "/healthz")
        refused = await whole.slack.workspace.command("ana", "#fleet-ops", "/simsessions", "help")
        gate.set()
        await stopping

    assert (503, ["stopping"]) == (ready.status_code, ready.json()["reasons"])
    assert 200 == alive.status_code
    assert not refused.ok
    assert [True] == done


async def test_a_kore_that_cannot_be_reached_is_no_reason_not_to_start():
    """The bot starts, is ready, and says what is the matter when it is asked."""
    nowhere = "http://127.0.0.1:9"
    async with whole_bot(kore_api_url=nowhere, kore_token_url=f"{nowhere}/token") as whole:
        ready = await whole.bot.why_not_ready()
        await whole.type("DE" + "0" * 32)
        answer = whole.answer()

    assert () == ready
    assert "KORE" in answer.text


@pytest.mark.parametrize(
    ("changes", "line"),
    [
        ({"slack_bot_token": "xoxb-wrong"}, "SLACK_BOT_TOKEN: Slack refuses it (invalid_auth)"),
        ({"slack_app_token": "xapp-wrong"}, "SLACK_APP_TOKEN: Slack refuses it (invalid_auth)"),
    ],
)
async def test_a_token_that_slack_refuses_is_one_clear_line(changes, line):
    """The start ends with the setting's name and what to do; the token itself is not shown."""
    with pytest.raises(StartError) as failed:
        async with whole_bot(**changes):
            pytest.fail("started")

    assert failed.value.sentence.startswith(line)
    assert "wrong" not in failed.value.sentence


async def test_a_port_in_use_is_one_clear_line():
    """The start ends with PORT, where it could not listen, why, and what to do."""
    with socket.create_server(("127.0.0.1", 0)) as taken, pytest.raises(StartError) as failed:
        async with whole_bot(port=taken.getsockname()[1]):
            pytest.fail("started")

    assert re.fullmatch(
        r"PORT: cannot listen on 127\.0\.0\.1:\d+ \(Address already in use\); "
        r"set another PORT or SIMSESSIONS_HOST",
        failed.value.sentence,
    )


async def test_a_slack_that_cannot_be_reached_ends_the_start(tmp_path):
    """Without Slack there is nothing to do; whoever supervises the bot starts it anew."""
    async with slack_side(SystemClock()) as slack:
        kore = KoreApi(SystemClock(), stories=all_stories())
        store = f"sqlite:///{tmp_path / 'store.db'}"
        settings = settings_for(
            slack, kore, "http://127.0.0.1:9", database_url=store, data_may_be_lost=True
        )
        away = settings.model_copy(update={"slack_api_url": "http://127.0.0.1:9/api/"})

        with pytest.raises(SlackLost, match="cannot be reached"):
            async with running_bot(away):
                pytest.fail("started")


async def test_it_runs_until_it_is_told_to_stop():
    """The event ends the waiting."""
    stopped = asyncio.Event()
    async with whole_bot() as whole:
        asyncio.get_running_loop().call_soon(stopped.set)

        async with asyncio.timeout(30):
            await whole.bot.until(stopped)

    assert ("stopping",) == await whole.bot.why_not_ready()


async def test_a_slack_that_is_lost_for_good_ends_the_waiting(monkeypatch, caplog):
    """When no connection can be had back, the bot ends by itself, with an error."""
    for name, value in (("CHECK_SECONDS", 0.01), ("DOWN_SECONDS", 0), ("MAX_REBUILDS", 1)):
        monkeypatch.setattr(socket_mode, name, value)
    async with whole_bot() as whole:
        whole.slack.api.faults.fail("apps.connections.open", "internal_error", times=999)
        await whole.slack.api.socket.drop()

        with pytest.raises(SlackLost, match="could not be made anew"):
            async with asyncio.timeout(30):
                await whole.bot.until(asyncio.Event())

    assert "socket-rebuild-failed" in caplog.text


SUSPECTED = [
    *(("chat.postMessage", code) for code in ("token_revoked", "account_inactive", "invalid_auth")),
    ("tokens_revoked", ""),
    ("app_uninstalled", ""),
]


@pytest.mark.parametrize("over_http", [False, True])
@pytest.mark.parametrize(("sign", "code"), SUSPECTED)
async def test_a_token_that_is_revoked_ends_it_at_once(over_http, sign, code):
    """A call that Slack refuses, or its event, is enough: the waiting ends with exit code 4."""
    async with whole_bot(over_http=over_http) as whole:
        whole.slack.api.faults.fail("auth.test", code or "account_inactive", times=2)
        if code:
            whole.slack.api.faults.fail(sign, code)
            with suppress(SlackRefused):
                await whole.bot.services.replying.delivery.posts.post(
                    {"channel": "C0FLEETOP", "text": "a"}
                )
        else:
            whole.slack.api.emit({"type": sign, "tokens": {"bot": ["U0SIMSESS"]}})

        with pytest.raises(StartError, match="SLACK_BOT_TOKEN: Slack refuses it") as ended:
            async with asyncio.timeout(30):
                await whole.bot.until(asyncio.Event())

    assert ExitCode.SETTINGS == exit_code(ended.value)


async def test_a_token_that_is_good_after_all_ends_nothing():
    """One method that refuses it, or an event about a person's token, is looked into, no more."""
    async with whole_bot() as whole:
        whole.slack.api.emit({"type": "tokens_revoked", "tokens": {"oauth": ["U0ANA0001"]}})
        whole.slack.api.faults.fail("/response", "token_revoked")
        whole.slack.api.faults.fail("chat.postEphemeral", "token_revoked")
        await whole.slack.api.dispatcher.settled()

        await whole.type("help")

        assert 1 == len(whole.slack.direct("ana"))
        assert () == await whole.bot.why_not_ready()
        assert not any(watch.done() for watch in whole.bot._watches)


@pytest.mark.parametrize(
    ("changes", "user", "says"),
    [
        ({"allowed_users": "U0BEN0001"}, "ana", "not on my list"),
        ({"allowed_users": "U0BEN0001"}, "ben", "truck-42 is"),
        ({"allowed_channels": "C0GENERAL"}, "ana", "may not answer here"),
        ({"allowed_teams": "T0OTHER"}, "ana", "my own workspace"),
        ({"allowed_teams": "T0OTHER,T0ACMEIOT"}, "ana", "truck-42 is"),
    ],
)
async def test_the_lists_of_the_settings_hold(changes, user, says):
    """Who may ask, where and from which workspaces is a setting."""
    async with whole_bot(**changes) as whole:
        await whole.type("truck-42", user=user)

        assert says in whole.answer(user).text


def test_the_secrets_stay_out_of_sight():
    """Nothing that is built from the settings shows a secret."""
    config = KoreConfig(client_secret="very-secret", access_token="also-secret")

    assert "secret" not in repr(config)
