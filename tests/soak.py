"""A soak: the whole bot while all kinds of things fail, ended and killed at random moments.

python -m tests.soak --minutes 30 --seed 7 [--rate 1] [--store postgresql] [--http]

People ask, digests come due and watched SIMs come back. At the end everybody is answered, each
digest and notice is there once, and the logs are clean. Who was not answered when a bot was killed
is told so by the next one. The lag is that of this process's own loop.
"""

import argparse
import asyncio
import json
import logging
import os
import random
import re
import signal
import sys
import tempfile
from collections import Counter, defaultdict
from contextlib import ExitStack, asynccontextmanager, suppress
from datetime import UTC, datetime, timedelta
from pathlib import Path
from time import monotonic, time

from sqlalchemy import select, update

from bot.alerts.incident_repository import incident_from_row
from bot.app.bot import EVENTS_PATH
from bot.app.jobs import alert_work
from bot.clock import SystemClock
from bot.demo.stories.story import all_stories
from bot.digests.subscription import ListedSim, Selection, SelectionKind
from bot.digests.subscriptions import Subscriptions
from bot.emulators.kore.api import KoreApi
from bot.emulators.serve import free_port, serving
from bot.emulators.slack.people import BOT, HOME, Channel, Person
from bot.ops.tasks import cancel_and_wait
from bot.slack.identity import bot_scopes
from bot.store.database import Database
from bot.store.errors import StoreError
from bot.store.jobs import JobQueue
from bot.store.schema import jobs, schedules, watches
from tests.alert_rig import FLEET_OPS, an_alert
from tests.bot.alerts.receiver import OK, receiving, status
from tests.bot.jobs.processes import AT_WORK, Processes, is_alive
from tests.chaos import Chaos
from tests.databases import time_passes
from tests.digest_rig import pumps
from tests.forks import Forks
from tests.measures import (
    Lags,
    Question,
    acks,
    by_milliseconds,
    cpu_waits,
    is_answer,
    is_unhandled,
    megabytes,
    note_given_up,
    own_key,
)
from tests.postgres_server import PostgresServer
from tests.slack_rig import APP_TOKEN, BOT_TOKEN, SIGNING_SECRET, slack_side

SIMS, DOWN = 30, ("pump-7", "tank-3", "camera-2")
WEBHOOK_SECRET = "s3cr3t-0f-the-webhook"
TYPED = "quokka"  # in what people type, and in nothing else
TEXTS = ("truck-42", "pump-7", "truck-42 history 7", "offline", "pump-7 tank-3 truck-42", "help")
WAYS = ("command", "command", "mention", "in thread", "directly")


class Soak:
    """A bot and a worker, started again whenever they end, and all that is asked of them."""

    def __init__(self, processes, slack, chance, port, receiver):
        self.processes, self.database, self.kore = processes, processes.database, processes.kore
        self.slack, self.chance, self.port, self.receiver = slack, chance, port, receiver
        queue = JobQueue(self.database)
        self.alerting = alert_work(self.database, queue, None)
        self.pids, self.logs, self.ended, self.memory = {}, [], Counter(), defaultdict(list)
        self.questions, self.asked_by, self.due, self.tasks, self.keepers = [], {}, [], [], []
        self.lags, self.acked = Lags(), {}

    async def run(self, seconds, chaos, *, rate, kill_every, tell=None):
        """Let all of it happen for so long, then let what is due arrive."""
        self._keep_up()
        await self._until(lambda: len(self.memory) == len(AT_WORK), 60)
        ends = monotonic() + seconds
        loops = [chaos.run(), self._kills(kill_every, ends - seconds / 3), self._asks(rate)]
        loops += [self.lags.run(), *(self._digests(f"{n:08x}") for n in range(2)), self._alerts()]
        running = [asyncio.ensure_future(each) for each in (*loops, *map(self._watches, DOWN))]
        while monotonic() < ends:
            done, _ = await asyncio.wait(running, timeout=min(60, ends - monotonic()))
            assert not [each.result() for each in done]
            if tell:
                tell(f"{datetime.now(UTC):%H:%M:%S}", await self.figures(), flush=True)
        await cancel_and_wait(*running, *self.keepers)
        chaos.clear()
        await self._settle()

    async def _settle(self):
        """Kill all at once, so that nobody has to wait until their claims end, and go on."""
        self.kill(*self.pids)
        await self._until(lambda: not any(map(is_alive, self.pids.values())), 20)
        await time_passes(self.database, 60)
        self.pids.clear()
        self._keep_up()
        await self._until(self._is_up, 60)
        slack = self.slack.api.dispatcher
        for name in DOWN:
            self.kore.events.recover(name)
        for event_id in list(slack.events)[-600:]:  # as it would in five minutes
            await slack.redeliver(event_id)
        soon = update(jobs).where(jobs.c.state == "ready").values(due=jobs.c.due - 60)
        ends = monotonic() + 240
        while await self.missing() and monotonic() < ends:
            await self._stored(soon)
            await asyncio.sleep(0.2)

    def _keep_up(self):
        self.keepers = [asyncio.ensure_future(self._keep(each)) for each in AT_WORK]

    def _is_up(self):
        """Tell whether Slack reaches both: what it sends before, it sends again in a minute."""
        link = self.slack.api.request_url or self.slack.api.socket.connections
        return link and all(self.memory.get((each, self.pids.get(each))) for each in AT_WORK)

    async def _keep(self, command):
        while True:
            port = self.port if command == "run" else 0
            self.pids[command], log = self.processes.start(command, PORT=str(port))
            self.logs.append(log)
            while is_alive(pid := self.pids[command]):
                if self.memory[command, pid] or AT_WORK[command] in log.read_text():
                    self.memory[command, pid].append(megabytes(pid))
                await asyncio.sleep(0.2)
            self.ended[command] += 1

    async def _kills(self, every, until):
        while monotonic() < until:
            await self._pause(every / 2, every * 3 / 2)
            how = self.chance.choice((signal.SIGKILL, signal.SIGTERM))
            self.kill(self.chance.choice(list(self.pids)), how=how)
        await asyncio.Event().wait()

    def kill(self, *commands, how=signal.SIGKILL):
        """End what was started, and nothing else."""
        for command in commands:
            with suppress(ProcessLookupError):
                os.kill(self.pids[command], how)

    # --- what people do, and what comes due

    async def _asks(self, rate):
        while True:
            await self._pause(0.5 / rate, 1.5 / rate)
            text = self.chance.choice((*TEXTS, f"{TYPED}-{len(self.questions)}"))
            self.tasks.append(asyncio.ensure_future(self._ask(self.chance.choice(WAYS), text)))

    async def _ask(self, way, text):
        """Ask as somebody who has not asked before, so that all they are told is the answer."""
        workspace, person = self.slack.workspace, f"U0S{len(self.questions):06}"
        direct, mention = workspace.dm(person).id, f"<@{BOT.id}>"
        self.questions.append(question := Question(person))
        self.asked_by |= {person: question, direct: question}
        if way == "command":
            told = await workspace.command(person, "#fleet-ops", "/simsessions", text)
            question.error = told.error and "told by Slack"
            return question
        root = await workspace.say(person, "#fleet-ops", text) if way == "in thread" else None
        said = {"mention": f"{mention} {text}", "in thread": mention, "directly": text}[way]
        channel = direct if way == "directly" else "#fleet-ops"
        message = await workspace.say(person, channel, said, root and root.ts)
        self.asked_by[message.thread_ts or message.ts] = question
        return question

    async def _watches(self, name):
        while True:
            await self._pause(0.2, 2)
            asking = asyncio.ensure_future(self._ask("command", f"watch {name} until online"))
            self.tasks.append(asking)
            question = await asyncio.shield(asking)  # Slack's word on it may come after our end
            await self._until(lambda question=question: question.state != "waiting", 90)
            mine = [row.id for row in await self._watched() if row.name == name and not row.ended]
            await self._pause(0, 2)
            self.kore.events.recover(name)
            await self._until(lambda mine=mine: all(map(self._is_told, mine)), 300)
            self.kore.events.undo(name)

    async def _digests(self, id_):
        about = pumps(id=id_, name=id_, channel="C0DIGESTS")
        await Subscriptions(self.database, JobQueue(self.database)).add(about)
        mine = update(schedules).where(schedules.c.name == about.schedule_name)
        while True:
            await self._pause(0.1, 3)
            due = int(time())
            await self._stored(mine.values(next_due=due))
            at = datetime.fromtimestamp(due, UTC)
            self.due.append(key := f"{about.schedule_name}@{at:%Y-%m-%dT%H:%M:%SZ}")
            over = select(jobs.c.ended).where(jobs.c.key == key, jobs.c.ended.is_not(None))
            while not (await self._stored(over)).all():  # noqa: ASYNC110 -- another process; the next one would be skipped
                await asyncio.sleep(0.5)

    async def _alerts(self):
        """Have an alert look again and again at what falls and comes back, and tell a webhook."""
        now, often, find = SystemClock().now(), timedelta(seconds=3), self.kore.account.find
        sims = tuple(ListedSim(find(name).sim(now)["sid"], name) for name in DOWN)
        about = {"selection": Selection(SelectionKind.LISTED, sims=sims), "webhook": "ops"}
        await self.alerting.alerts.add(an_alert(made_at=now, interval=often, **about))
        while True:
            await self._pause(0.1, 2)
            self.receiver.answers[:] = [self.chance.choice((OK, status(500), status(429)))]

    # --- what is there

    def _messages(self):
        every = self.slack.workspace.messages._by_ts.values()
        return (message for message in every if message.is_the_bots)

    def posts(self):
        """Count the posts of the bot's own accord by their keys."""
        return Counter(key for each in self._messages() if (key := own_key(each)))

    def _is_told(self, watch):
        return any(key.startswith(f"watch:{watch}:") and "reached" in key for key in self.posts())

    def sweep(self):
        """Give each question its answers."""
        for question in self.questions:
            question.answers.clear()
        for message in self._messages():
            marks = message.ephemeral_to, message.thread_ts, message.channel
            question = next((q for mark in marks if (q := self.asked_by.get(mark))), None)
            if question and is_answer(message):
                question.answers.append(message)
        note_given_up(self.slack.api.dispatcher.given_up, self.asked_by)

    async def missing(self):
        """Return what is due and not there."""
        self.sweep()
        posts, waiting = self.posts(), [q for q in self.questions if q.state == "waiting"]
        lost = [f"{each.person} has no answer" for each in waiting]
        lost += [f"{key} is not posted" for key in self.due if key not in posts]
        unseen = [row for row in await self._watched() if not self._is_told(row.id)]
        rows = await self.alerting.incidents.rows.open_in("T0ACMEIOT", FLEET_OPS)
        news = [(row.told, row.incident) for row in map(incident_from_row, rows)]
        lost += [f"incident {it.id} is not told" for told, it in news if told != it.seq - 1]
        lost += [f"{key} is not sent" for key in await JobQueue(self.database).live("webhook", "")]
        return [*lost, *(f"watch {row.id} of {row.name} is not told" for row in unseen)]

    async def wrongs(self):
        """Return all that should not be."""
        twice = [f"{key}: {count} times" for key, count in self.posts().items() if count > 1]
        unnoted = self._unnoted()
        for question in (each for each in self.questions if each.person not in unnoted):
            twice += [f"{question.person}: twice: {each[:90]}" for each in question.doubled]
        return [*await self.missing(), *twice, *self._out_of_order(), *self._in_logs()]

    def _out_of_order(self):
        news = [json.loads(body)["id"].split("-") for _, body in self.receiver.requests]
        by_incident = defaultdict(list)
        for incident, number in news:
            by_incident[incident].append(int(number))
        return [f"{each}: news {n}" for each, n in by_incident.items() if n != sorted(n)]

    def _in_logs(self):
        ours = BOT_TOKEN, APP_TOKEN, SIGNING_SECRET, self.kore.client_secret
        fixed = *ours, WEBHOOK_SECRET, self.receiver.base, TYPED
        secret = re.compile("|".join(map(re.escape, (*fixed, *self.kore.tokens._expiry))))
        lines = ((log, line) for log in self.logs for line in log.read_text().splitlines())
        return [f"{log}: {it[:2000]}" for log, it in lines if secret.search(it) or is_unhandled(it)]

    def _doubled(self):
        """Count doubled answers, and of those the ones that the store could not prevent."""
        of, unnoted = {q.person for q in self.questions if q.doubled}, self._unnoted()
        return f"{len(of)} (un-noted: {len(of & unnoted)})"

    def _unnoted(self):
        """Return who asked while the store could not note that their question is answered."""
        logs = "".join(log.read_text() for log in self.logs)
        return set(re.findall(r'"not-claimed".*"user": "(\w+)"', logs))

    def log_of(self, wrongs):
        """Return what the logs say of whoever, or whatever, each of these begins with."""
        about = [re.split(r"[ :]", wrong)[0] for wrong in wrongs]
        lines = (line for log in self.logs for line in log.read_text().splitlines())
        return [line[:1000] for line in lines if any(each in line for each in about)]

    async def figures(self):
        """Return how it goes, in a line."""
        self.sweep()
        told = sum("reached" in key for key in self.posts())
        self.acked[self.pids["run"]] = await asyncio.to_thread(acks, self.port)
        bots = [each for (command, _), each in self.memory.items() if command == "run" and each]
        return (
            f"asked {len(self.questions)} {dict(Counter(q.state for q in self.questions))}, "
            f"doubled {self._doubled()}, digests {len(self.due)}, watches told {told}, "
            f"news {len(self.receiver.requests)}, ended {dict(self.ended)}, "
            f"bot {bots[-1][0]:.0f} -> {bots[-1][-1]:.0f} MB, "
            f"grew by {max(max(each) - each[0] for each in bots):.0f} at most, "
            f"waits for a CPU {cpu_waits(self.pids['run']):.1f} times as long as it has one, "
            f"acks {by_milliseconds(sum(self.acked.values(), Counter()))}; lag {self.lags}"
        )

    # --- helpers

    async def _stored(self, statement):
        while True:  # the connection may be cut, or the file locked
            with suppress(StoreError):
                async with self.database.write() as tx:
                    return await tx.execute(statement)
            await asyncio.sleep(0.1)

    async def _watched(self):
        return (await self._stored(select(watches.c.id, watches.c.name, watches.c.ended))).all()

    async def _until(self, holds, seconds):
        ends = monotonic() + seconds
        while not holds() and monotonic() < ends:  # what is missing then is told at the end
            await asyncio.sleep(0.2)
            self.sweep()

    async def _pause(self, least, most):
        await asyncio.sleep(self.chance.uniform(least, most))


@asynccontextmanager
async def soak_of(forks, url, chance, *, people=500, over_http=False, **env):
    """Put a soak up on an empty store, with its chaos; whatever it starts ends with it."""
    clock, database, port = SystemClock(), await Database.open(url), free_port()
    api = KoreApi(clock, sims=SIMS, stories=all_stories(), fleet_days=2)
    crowd = [Person(f"U0S{n:06}", f"soak-{n}", f"Soak {n}", "UTC", HOME.id) for n in range(people)]
    here = frozenset({BOT.id, *(each.id for each in crowd)})
    names = {"C0FLEETOP": "fleet-ops", "C0DIGESTS": "digests"}
    channels = [Channel(id_, name, "public", here) for id_, name in names.items()]
    async with (
        serving(api.app) as kore_url,
        slack_side(clock, people=crowd, channels=channels) as slack,
        receiving() as receiver,
    ):
        slack.api.scopes |= frozenset.union(*bot_scopes())
        env |= {"SIMSESSIONS_WATCH_INTERVAL": "1", "SIMSESSIONS_SESSIONS_TTL": "2"}
        env["SIMSESSIONS_WEBHOOKS"] = f"ops={receiver.base} secret={WEBHOOK_SECRET}"
        env["SIMSESSIONS_WEBHOOKS_INTERNAL"] = "yes"
        if over_http:
            slack.api.request_url = f"http://127.0.0.1:{port}{EVENTS_PATH}"
            env |= {"SLACK_APP_TOKEN": "", "SLACK_SIGNING_SECRET": SIGNING_SECRET}
        processes = Processes(forks, database, url, api, kore_url, slack.api_url, **env)
        soak = Soak(processes, slack, chance, port, receiver)
        try:
            yield soak, Chaos(api, slack.api, url, chance)
        finally:
            await cancel_and_wait(*soak.keepers, *soak.tasks)
            soak.kill(*soak.pids)
            await database.aclose()


async def by_hand(options, forks, url):
    """Soak for so many minutes and print the verdict."""
    seconds, chance = options.minutes * 60, random.Random(options.seed)
    about = {"people": int(seconds * options.rate * 2) + 1000, "over_http": options.http}
    async with soak_of(forks, url, chance, **about) as (soak, chaos):
        await soak.run(seconds, chaos, rate=options.rate, kill_every=options.kill_every, tell=print)
        wrongs = await soak.wrongs()
        print(await soak.figures(), f"{chaos.thrown} faults", *wrongs or ["Well."], sep="\n")  # noqa: T201
        print(*soak.log_of(wrongs), sep="\n")  # noqa: T201
    return bool(wrongs)


def main():
    """Read the options and soak."""
    parser = argparse.ArgumentParser()
    for name, usual in {"minutes": 1.0, "seed": 7, "rate": 1.0, "kill-every": 60.0}.items():
        parser.add_argument(f"--{name}", type=type(usual), default=usual)
    parser.add_argument("--store", choices=("sqlite", "postgresql"), default="sqlite")
    parser.add_argument("--http", action="store_true")
    options = parser.parse_args()
    signal.signal(signal.SIGTERM, signal.default_int_handler)  # whatever ends it ends its processes
    logging.disable()  # what a stand-in's server says of connections that it was told to cut
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="soak-")))
        forks, url = Forks(folder), f"sqlite:///{folder}/soak.db"
        stack.callback(forks.close)
        if options.store == "postgresql":
            url = stack.enter_context(PostgresServer()).url()
        return asyncio.run(by_hand(options, forks, url))


if __name__ == "__main__":
    sys.exit(main())
