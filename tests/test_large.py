"""Two bots and two workers on one PostgreSQL: one Slack app, one KORE account, one of each answer.

docs/scaling.md says how it is run; this runs it, and ends a bot and a worker without a word.
"""

import os
import signal
from contextlib import AsyncExitStack
from dataclasses import dataclass

import asyncpg
import pytest

from bot.blocks.digest_setup import DIGEST
from bot.clock import SystemClock
from bot.demo.stories.story import all_stories
from bot.digests.form import FormField
from bot.emulators.kore.api import KoreApi
from bot.emulators.serve import serving
from bot.emulators.slack import faults
from bot.slack.identity import bot_scopes
from bot.slack.posting import ANSWER
from tests.bot.jobs.processes import Processes
from tests.handlers.digest_steps import AT
from tests.slack_rig import SlackSide, slack_side
from tests.waiting import until
from tests.whole_bot import find_button

SIMS = 600
PATIENCE = 300  # seconds; beside other work four processes take long to start
pytestmark = [pytest.mark.slow, pytest.mark.parametrize("kind", ["postgresql"])]


@dataclass
class Large:
    """All that runs; `bots` and `workers` are pids of processes of their own."""

    slack: SlackSide
    kore: KoreApi
    database_url: str
    bots: list[int]
    workers: list[int]

    def posts(self):
        """The digests in the channel, oldest first; answers to people bear a mark, too."""
        every = self.slack.seen_by("ana")
        tops = [m for m in every if m.metadata and m.thread_ts in {None, m.ts}]
        return [m for m in tops if not m.metadata["event_payload"]["key"].startswith(ANSWER)]

    async def type(self, text, answer):
        """Type a command; return its answer, which has these words."""
        before = len(self.slack.seen_by("ana"))
        delivery = await self.slack.workspace.command("ana", "#fleet-ops", "/simsessions", text)
        assert delivery.ok
        return await until(lambda: self._said(answer, before))

    def _said(self, words, since):
        fresh = self.slack.seen_by("ana")[since:]
        return next((message for message in fresh if words in message.text), None)

    async def sql(self, statement, *values):
        connection = await asyncpg.connect(self.database_url)
        try:
            return await connection.fetchval(statement, *values)
        finally:
            await connection.close()


@pytest.fixture
async def large(forks, database, database_url, monkeypatch):
    """Two bots and two workers, ready; Slack waits for them, however busy the machine is."""
    monkeypatch.setattr(faults, "TRIGGER_SECONDS", PATIENCE)
    kore = KoreApi(SystemClock(), sims=SIMS, stories=all_stories(), fleet_days=1)
    async with (
        serving(kore.app) as kore_url,
        slack_side(SystemClock()) as slack,
        AsyncExitStack() as stack,
    ):
        slack.api.socket.ack_seconds = PATIENCE
        slack.api.scopes |= frozenset.union(*bot_scopes())
        to = forks, database, database_url, kore, kore_url, slack.api_url
        bots, workers = [
            await stack.enter_async_context(Processes(*to).killed(command, 2))
            for command in ("run", "worker")
        ]
        await until(lambda: len(slack.api.socket.connections) == 2)
        yield Large(slack, kore, database_url, bots, workers)


async def digest_of_all(large):
    """Make a digest about every SIM, as a person does, whichever bot gets it."""
    workspace = large.slack.workspace
    await workspace.command("ana", "#fleet-ops", "/simsessions", "digest add")
    await until(lambda: "digest_field_name" in str(window(large)))
    which = DIGEST.block_of(FormField.WHICH)
    await workspace.click_in_view("ana", which, which, selected="all")
    await until(lambda: "Name pattern" not in str(window(large)))
    filled = ((DIGEST.block_of(FormField.NAME), "All"), (DIGEST.block_of(FormField.AT), AT))
    sent = await workspace.submit_view("ana", {block: {block: text} for block, text in filled})
    assert sent.ok
    await until(lambda: large.sql("SELECT count(*) FROM subscriptions"))


def window(large):
    return large.slack.workspace.snapshot("ana")["view"]


async def due_now(large):
    """Let the digest be due at this very moment."""
    await large.sql("UPDATE schedules SET next_due = extract(epoch FROM clock_timestamp())")
    job = "SELECT key FROM jobs WHERE kind = 'digest' AND ended IS NULL"
    return await until(lambda: large.sql(job))


async def test_two_of_each_are_one_bot(large):
    """Both bots answer, each knows the other's buttons, and a digest outlives bot and worker."""
    await both_answer(large)
    await digest_of_all(large)
    await buttons_are_known_to_both(large)
    await a_digest_is_posted_once_whoever_is_killed(large)


async def both_answer(large):
    """Slack gives each command to one bot; both take their share, and each is answered once."""
    before = sum(len(connection.received) for connection in large.slack.api.socket.connections)
    answers = [await large.type("truck-42", "truck-42 is") for _ in range(8)]

    shares = [len(connection.received) for connection in large.slack.api.socket.connections]
    every = [message for message in large.slack.seen_by("ana") if "truck-42 is" in message.text]
    assert 8 == len({message.ts for message in answers}) == len(every)
    assert 8 == sum(shares) - before
    assert all(shares)


async def buttons_are_known_to_both(large):
    """What is in the list that one bot drew can be pressed at whichever gets the click."""
    for label, paused in (("Pause", "asked"), ("Resume", None)) * 2:
        shown = await large.type("digest", "1 digest in this channel")
        await press(large, shown, label)
        await until_paused(large, paused)


async def a_digest_is_posted_once_whoever_is_killed(large):
    """A bot and a worker are killed while the SIMs are asked; whoever is left goes on."""
    large.kore.faults.latency = 0.3
    key = await due_now(large)
    scanned = "SELECT count(*) FROM scan_rows"
    await until(lambda: large.sql(scanned))

    for pid in (large.bots[0], large.workers[0]):
        os.kill(pid, signal.SIGKILL)
    before = await large.sql(scanned)
    large.kore.faults.latency = 0.0
    (post,) = await until(large.posts)
    over = "SELECT state FROM jobs WHERE key = $1 AND ended IS NOT NULL"
    state = await until(lambda: large.sql(over, key))

    assert before < SIMS
    assert key == post.metadata["event_payload"]["key"]
    assert "done" == state
    await large.type("truck-42", "truck-42 is")
    await press(large, post, "Pause")
    await until_paused(large, "asked")
    assert 1 == len(large.posts())


async def press(large, message, label):
    """Press a button of a message."""
    block, button = find_button(message, label)
    action = button["action_id"]
    await large.slack.workspace.click("ana", message.ts, block["block_id"], action)


async def until_paused(large, wanted):
    """Wait until the digest is paused, or not, as wanted."""

    async def is_so():
        return wanted == await large.sql("SELECT paused FROM subscriptions")

    await until(is_so)
