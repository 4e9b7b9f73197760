"""How many of our files run for one command, for one mention and for one page of KORE's."""

import json
import os
import sys
import threading
import time
from collections.abc import Awaitable, Callable
from contextlib import AsyncExitStack
from pathlib import Path
from types import FrameType

import uvloop
from ack import Caller, another, environment, signed
from lookup import arrive, bot_between, endpoint_of
from rounds import report
from slack import slack_stub
from stub import stub

from bot.app.accounts import kore_configs
from bot.clock import SystemClock
from bot.kore.connect import open_kore
from bot.settings import load_settings
from bot.slack.client import open_session

ROOT = Path(__file__).parent.parent
ROOMS = tuple(str(ROOT / room) + os.sep for room in ("bot", "handlers"))
ASIDE = (str(Path("diagnosis", "rules")), "emulators")  # the latter sign what is asked
ROUNDS = 3
Do = Callable[[], Awaitable[object]]


async def files(do: Do) -> set[str]:
    """Return the files that run each time, rules aside; what else runs by the clock is not in all.

    Each rule is a file of its own by design.
    """
    rounds: list[set[str]] = []
    for _ in range(ROUNDS):
        ran: set[str] = set()

        def note(frame: FrameType, _event: str, _arg: object, ran: set[str] = ran) -> None:
            ran.add(frame.f_code.co_filename)

        threading.setprofile(note)
        sys.setprofile(note)
        try:
            await do()
        finally:
            sys.setprofile(None)
            threading.setprofile(None)
        rounds.append(
            {
                name
                for name in ran
                if name.startswith(ROOMS) and not any(each in name for each in ASIDE)
            }
        )
    return set.intersection(*rounds)


def mention(us: str, number: int) -> bytes:
    """Return the bytes of a signed mention of `us` that names a SIM."""
    event = {
        "type": "app_mention",
        "user": "U5",
        "text": f"<@{us}> {another(number)}",
        "channel": "C0",
        "ts": f"{time.time():.6f}",
        "event_ts": f"{time.time():.6f}",
    }
    body = json.dumps(
        {
            "type": "event_callback",
            "team_id": "T0",
            "api_app_id": "A0",
            "event_id": f"Ev{time.monotonic_ns()}",
            "event": event,
            "authorizations": [{"team_id": "T0", "user_id": us, "is_bot": True}],
        }
    ).encode()
    return signed(body, "application/json")


def show(name: str, ran: set[str], goal: int) -> None:
    """Print how many files there are, and which."""
    for each in sorted(ran):
        print(f"    {Path(each).relative_to(ROOT)}")
    report(f"files: {name}", len(ran), goal, "files")


async def main() -> None:
    """Trace each over the real bot, between two stubs."""
    with slack_stub() as slack, stub() as kore:
        async with (
            bot_between(slack, kore) as bot,
            open_session() as session,
            AsyncExitStack() as stack,
        ):
            services = bot.services
            endpoint = await endpoint_of(services, session, slack)
            caller, number = Caller(slack, another), iter(range(1_000_000))
            settings = load_settings(environment(slack, kore), None)
            client = open_kore(kore_configs(settings)[""], SystemClock(), services.metrics)
            stack.push_async_callback(client.aclose)

            async def command() -> None:
                await arrive(endpoint, caller.request())
                await services.tasks.drain(5)

            async def mentioned() -> None:
                await arrive(endpoint, mention(services.listening.bot_user, next(number)))
                await services.tasks.drain(5)

            async def page() -> None:
                await client.data_sessions(another(next(number)))

            for name, do, goal in (
                ("/simsessions <sim>", command, 60),
                ("a mention of a SIM", mentioned, 56),
                ("one page of KORE's", page, 10),
            ):
                await do()  # imports what is imported late
                show(name, await files(do), goal)


if __name__ == "__main__":
    uvloop.run(main())
