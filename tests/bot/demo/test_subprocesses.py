"""Bots as processes of their own: killed without a word, started again, several on one store."""

import asyncio
import sys
from pathlib import Path

import pytest

from bot.demo.run import COMMAND, running_subprocesses
from bot.demo.subprocesses import BotDidNotStart, BotSubprocesses

pytestmark = pytest.mark.slow


def is_alive(pid: int) -> bool:
    """Whether a process is there; one that only waits to be buried is not."""
    try:
        return "State:\tZ" not in Path(f"/proc/{pid}/status").read_text()
    except FileNotFoundError:
        return False


def environment_of(pid: int) -> bytes:
    """Return the environment that a process was started with."""
    return Path(f"/proc/{pid}/environ").read_bytes()


async def answer_to(demo, text):
    """Type as Ana in #fleet-ops; give the first that the bot writes."""
    with demo.workspace.subscribe() as changes:
        delivery = await demo.workspace.command("ana", "#fleet-ops", COMMAND, text)
        assert delivery.ok, delivery
        async with asyncio.timeout(30):
            async for change in changes:
                if change.kind == "message":
                    return str(change.data["message"]["text"])
    raise AssertionError


@pytest.mark.parametrize("over_http", [False, True], ids=["socket", "http"])
async def test_everything_else_lives_on_when_the_bot_is_killed(
    over_http, tmp_path, forked, monkeypatch
):
    """
    Killed, the bot is gone and nothing is answered; started again it answers, in one workspace.

    The page is sent each start and each end, the store in a folder that somebody named stays, and
    no setting of a real bot that the environment holds reaches the demo's.
    """
    for name in ("SLACK_BOT_TOKEN", "KORE_CLIENT_ID", "SIMSESSIONS_ALLOWED_USERS"):
        monkeypatch.setenv(name, "none of the demo's")
    if over_http:
        monkeypatch.setattr(sys, "executable", forked)
    async with running_subprocesses(data=tmp_path, over_http=over_http) as demo:
        before = await answer_to(demo, "help")
        first = demo.bots.state()[0]
        environ = environment_of(first["pid"])
        with demo.workspace.subscribe() as changes:
            demo.bots.kill()
            ended = await anext(changes)
            gone = await demo.workspace.command("ana", "#fleet-ops", COMMAND, "help")
            dead = demo.bots.state()[0]
        with demo.workspace.subscribe() as changes:
            await demo.bots.start()
            started = await anext(changes)
        after = await answer_to(demo, "help")
        again = demo.bots.state()[0]

    assert (True, False, True) == (first["running"], dead["running"], again["running"])
    assert (None, "dispatch_failed") == (dead["pid"], gone.error)
    assert first["pid"] != again["pid"]
    assert before == after
    assert not is_alive(again["pid"])
    assert [("bots", [dead]), ("bots", [again])] == [
        (change.kind, change.data["bots"]) for change in (ended, started)
    ]
    assert list(tmp_path.iterdir())
    assert b"SLACK_BOT_TOKEN" in environ
    assert b"none of the demo's" not in environ


async def test_two_bots_share_one_workspace(forked, monkeypatch):
    """Each has its own connection; with one of them killed the other answers."""
    monkeypatch.setattr(sys, "executable", forked)
    async with running_subprocesses(bots=2) as demo:
        connections = len(demo.slack.socket.connections)
        demo.bots.kill(2)
        await demo.bots.ended(2)
        running = [one["running"] for one in demo.bots.state()]
        said = await answer_to(demo, "help")

    assert 2 == connections
    assert [True, False] == running
    assert COMMAND in said


async def test_a_bot_that_cannot_start_is_an_error(capfd, forked, monkeypatch):
    """Its log says why; nothing of it is left."""
    monkeypatch.setattr(sys, "executable", forked)
    bots = BotSubprocesses()

    with pytest.raises(BotDidNotStart):
        async with bots.running({}, lambda _: None):
            pass

    assert not bots.state()[0]["running"]
    assert "SLACK_BOT_TOKEN" in capfd.readouterr().err


@pytest.mark.parametrize("number", [0, 2])
async def test_there_are_only_so_many(number):
    """Another number is nobody's."""
    bots = BotSubprocesses()

    with pytest.raises(KeyError):
        bots.kill(number)
    with pytest.raises(KeyError):
        await bots.start(number)
