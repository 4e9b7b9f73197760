"""What goes wrong at random: at KORE, at Slack, on the way from there and in the store."""

import asyncio
import sqlite3
from contextlib import closing, suppress

from bot.emulators.kore import faults as kore
from bot.emulators.slack.dispatcher import DeliveryFaults
from bot.emulators.slack.faults import Fault, too_many
from tests.databases import asked, file_of

PATHS = ("", "", "DataSessions", "/Sims", "RatePlans", "token")
KORE = (
    lambda path, few: kore.too_many(path, times=few),
    lambda path, few: kore.broken(500 + few, path, times=few),
    lambda path, _: kore.not_json(path),
    lambda path, _: kore.truncated(path),
    lambda path, few: kore.slow_body(path, pause=few / 10),
    lambda path, _: kore.late(0.7, path),
    lambda path, _: kore.hang(path),
    lambda path, _: kore.foreign_next_page("http://127.0.0.1:9", path),
)
METHODS = (
    *("/response", "chat.postMessage", "chat.update") * 3,
    *("chat.postEphemeral", "users.info", "conversations.info", "conversations.history"),
    *("conversations.replies", "auth.test", "apps.connections.open"),
)
DONE = {"after_work": True}  # in doubt for the bot
SLACK = (
    too_many(1),
    Fault(302, headers={"Location": "http://127.0.0.1:9/"}),
    Fault(403, "<html>a portal</html>"),
    Fault(500, **DONE),
    Fault(504, "<html>a gateway</html>", **DONE),
    Fault(200, "<html>half a pa", **DONE),
    Fault(body={"ok": False, "error": "internal_error"}, **DONE),
    Fault(hang_up=True, **DONE),
)
CUT_OFF = (
    "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
    " WHERE pid <> pg_backend_pid() AND datname = current_database()"
)


class Chaos:
    """Lets both stand-ins, what lies between and the store on `url` fail until it is cleared."""

    def __init__(self, kore_api, slack_api, url, chance):
        self._kore, self._slack, self._url, self._chance = kore_api, slack_api, url, chance
        self.thrown = 0

    async def run(self):
        """Let one thing after another fail."""
        often = [self._at_kore] * 9 + [self._at_slack] * 7 + [self._events] * 2
        while True:
            await self._pause(0.05, 0.6)
            await self._chance.choice([*often, self._kore_down, self._link, self._store])()
            self.thrown += 1

    def clear(self):
        """Let everything work again."""
        self._kore.faults.clear()
        self._slack.faults.clear()
        self._slack.dispatcher.delivery_faults = DeliveryFaults()

    async def _at_kore(self):
        if len(self._kore.faults.waiting) < 5:
            path, few = self._chance.choice(PATHS), self._chance.randint(1, 3)
            self._kore.faults.add(self._chance.choice(KORE)(path, few))
        else:
            self._kore.tokens.expire_all()

    async def _kore_down(self):
        self._kore.faults.add(kore.broken(times=None))
        await self._pause(0.5, 3)
        self._kore.faults.clear()

    async def _at_slack(self):
        method, faults = self._chance.choice(METHODS), self._slack.faults
        faults.latency = {method: self._chance.uniform(0, 0.3)}
        if not faults._queued[method]:  # three in a row are as many as a call outlasts
            faults.add(method, self._chance.choice(SLACK), times=self._chance.randint(1, 3))

    async def _link(self):
        how = self._chance.choice(("drop", "refresh_requested", "warning", "link_disabled"))
        await (self._slack.socket.drop() if how == "drop" else self._slack.socket.disconnect(how))

    async def _events(self):
        dispatcher, events = self._slack.dispatcher, list(self._slack.dispatcher.events)[-20:]
        twice, backwards = self._chance.choices((True, False), k=2)
        dispatcher.delivery_faults = DeliveryFaults(twice, backwards)
        if events:
            await dispatcher.redeliver(self._chance.choice(events))

    async def _store(self):
        if not self._url.startswith("sqlite:"):
            await asked(self._url, CUT_OFF)
            return
        with closing(sqlite3.connect(file_of(self._url), timeout=0)) as other:
            with suppress(sqlite3.OperationalError):
                other.execute("BEGIN IMMEDIATE")
            await self._pause(0.1, 1)

    async def _pause(self, least, most):
        await asyncio.sleep(self._chance.uniform(least, most))
