"""What a soak measures and reads: memory, acks, what the machine keeps waiting, answers, logs."""

import asyncio
import json
import os
import re
import signal
from bisect import bisect_left
from collections import Counter
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from math import inf
from pathlib import Path
from time import monotonic
from urllib.request import urlopen

from bot.sessions.questions import KIND
from bot.slack.posting import ANSWER, ASKING, MAYBE_TWICE

HANDLED = ("not-delivered", "store-lost", "Failed to ")  # the last: the SDK, which reconnects
PROGRESS = ("Looking up", "⏳")
LEAST_MS = (1, 2.5, 5, 10, 20, 50, 100, 500, 1000, 3000, inf)


@contextmanager
def cpu_at_most(seconds):
    """Fail a block that takes more of a CPU than that, however busy the machine is."""

    def fail(*_):
        raise AssertionError(f"took over {seconds} s of a CPU")

    before = signal.signal(signal.SIGVTALRM, fail)
    signal.setitimer(signal.ITIMER_VIRTUAL, seconds)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_VIRTUAL, 0)
        signal.signal(signal.SIGVTALRM, before)


class Lags:
    """How much later than asked for a loop that does next to nothing goes on."""

    def __init__(self):
        self._most = Counter()

    async def run(self):
        """Measure until cancelled."""
        while True:
            began = monotonic()
            await asyncio.sleep(0.05)
            late = (monotonic() - began - 0.05) * 1000
            self._most[LEAST_MS[bisect_left(LEAST_MS, late)]] += 1

    def __str__(self):
        at_most, total = Counter(), 0
        for most in LEAST_MS:
            total += self._most[most]
            at_most[most] = total
        return by_milliseconds(at_most)


def by_milliseconds(at_most):
    """Say which part took at most so many milliseconds, up to where it is all of them."""
    every = at_most[inf] or 1
    known = [most for most in LEAST_MS if at_most[most]]
    return " ".join(f"{most:g}: {at_most[most] / every:.1%}" for most in known)


def acks(port):
    """Count the acks of the bot on this port by the milliseconds that they took at most."""
    found = Counter()
    with suppress(OSError), urlopen(f"http://127.0.0.1:{port}/metrics", timeout=5) as answer:
        pattern = r'simsessions_ack_seconds_bucket\{le="([^"]+)",via="\w+"\} ([\d.]+)'
        for most, count in re.findall(pattern, answer.read().decode()):
            found[round(float(most) * 1000, 3) if most != "+Inf" else inf] += float(count)
    return found


def megabytes(pid):
    """Return what a process holds in memory; 0 where it is gone."""
    with suppress(OSError):
        pages = int(Path(f"/proc/{pid}/statm").read_text().split()[1])
        return pages * os.sysconf("SC_PAGE_SIZE") / 2**20
    return 0.0


def cpu_waits(pid):
    """Return how long a process waited for a CPU, by the time that it had one; 0 if it is gone."""
    with suppress(OSError):
        used, waited, _ = map(int, Path(f"/proc/{pid}/schedstat").read_text().split())
        return waited / used
    return 0.0


@dataclass(eq=False)
class Question:
    """What one person asked; `error` says why it did not reach the bot."""

    person: str
    error: str | None = None
    answers: list = field(default_factory=list)

    @property
    def state(self):
        return "answered" if self.answers else self.error or "waiting"

    @property
    def doubled(self):
        """What stands there twice, and does not say that it may."""
        sure = Counter(words_of(each) for each in self.answers if MAYBE_TWICE not in str(each))
        return [words for words, count in sure.items() if count > 1]


def note_given_up(events, asked_by):
    """Note whose question Slack could not bring to the bot, whatever it tried."""
    for event in events:
        to_us = event["type"] == "app_mention" or event.get("channel") in asked_by
        if to_us and (question := asked_by.get(event.get("user"))):
            question.error = "given up by Slack"


def is_unhandled(line):
    """Return whether a line of a log tells of an error that nobody planned for."""
    with suppress(ValueError):
        told = json.loads(line)
        return told["level"] in {"ERROR", "CRITICAL"} and not told["message"].startswith(HANDLED)
    return not line.startswith("simsessions: ")  # why it did not start, in words


def own_key(message):
    """Return the key of a post of the bot's own accord; "" for an answer."""
    key = message.metadata["event_payload"]["key"] if message.metadata else ""
    return "" if key.startswith((ANSWER, ASKING)) else key


def is_answer(message):
    """Return whether this tells the asker how it went, even that it was interrupted."""
    key = own_key(message)
    return not ((key and not key.startswith(KIND)) or message.text.startswith(PROGRESS))


def words_of(message):
    """Return what a message says, whenever it says so."""
    drawn = re.findall(r"'text': ('[^']*'|\"[^\"]*\")", str(message.blocks))
    return re.sub(r"\d+", "", f"{message.text} {drawn}")
