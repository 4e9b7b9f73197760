"""Takes the pictures of README.md and docs/, and writes beside them what the answers in them say.

`make pictures` runs it, with a browser. The scenes are played in a demo whose clock begins at the
same moment each time, so the words are the same; a test plays them too, and fails where the program
says something else than the pictures show.
"""

import asyncio
import io
import json
import re
import shutil
import sys
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING

from PIL import Image
from sqlalchemy import update

from bot.alerts.alert import Alert
from bot.blocks.digest_setup import DIGEST
from bot.blocks.kit import NO_BREAK
from bot.clock import SystemClock
from bot.demo.examples import post_alert
from bot.demo.run import COMMAND, Demo, running_demo
from bot.digests.form import FormField
from bot.digests.subscription import Selection, SelectionKind
from bot.emulators.slack.messages import Message
from bot.emulators.slack.people import HOME
from bot.store.schema import NOW, digest_runs, jobs
from bot.struct import replace

if TYPE_CHECKING:
    from playwright.async_api import Browser

HERE = Path(__file__).parent / "pictures"
WORDS = HERE / "words.json"
START = datetime(2030, 3, 5, 15, 7, 5, tzinfo=UTC)
"""A Tuesday to come: the store, which goes by its own clock, sweeps up what has long been over."""
WHO, WHERE, ROAMING = "ana", "#fleet-ops", "truck-42"
PATIENCE_SECONDS = 60
RECOVERING = ("pump-7", "well-1")
SILENT = ("well-1", "well-2", "well-3")
AGES = 3600.0
WELLS = " ".join(f"well-{number}" for number in range(1, 6))


class StoryClock(SystemClock):
    """Begins at the same moment each time, and goes on from there."""

    def __init__(self) -> None:
        self._began = time.monotonic()

    def now(self) -> datetime:
        """Return the time in the story."""
        return START + timedelta(seconds=time.monotonic() - self._began)


async def said(demo: Demo, *words: str, after: str = "") -> Message:
    """Wait for a message of the bot's with these words in its text, and return it.

    `after` is the timestamp of a message that it must come after.
    """
    with demo.workspace.subscribe() as changes:
        async with asyncio.timeout(PATIENCE_SECONDS):
            while not (found := [*_with(demo, words, after)]):
                await anext(changes)
    return found[-1]


def _with(demo: Demo, words: tuple[str, ...], after: str = "") -> Iterator[Message]:
    for message in demo.workspace.messages.all():
        if message.is_the_bots and message.ts > after and all(w in message.text for w in words):
            yield message


async def typed(demo: Demo, text: str, *words: str) -> Message:
    """Type a command; return the answer with these words."""
    after = max((message.ts for message in demo.workspace.messages.all()), default="")
    await demo.workspace.command(WHO, WHERE, COMMAND, text)
    return await said(demo, *words, after=after)


async def lookup(demo: Demo) -> list[Message]:
    """Ask for one SIM."""
    return [await typed(demo, "pump-7", "pump-7 is")]


async def history(demo: Demo) -> list[Message]:
    """Ask for a week of a SIM's sessions."""
    return [await typed(demo, f"history {ROAMING} 7", ROAMING, "7 days")]


async def triage(demo: Demo) -> list[Message]:
    """Ask for several SIMs."""
    return [await typed(demo, WELLS, "SIMs are down")]


async def watch(demo: Demo) -> list[Message]:
    """Watch a SIM that comes back."""
    await typed(demo, "watch pump-7", "Watching pump-7 for")
    demo.kore.events.recover("pump-7")
    notice = await said(demo, "pump-7 is back online")
    return [await said(demo, "Watched pump-7"), notice]


async def digest(demo: Demo) -> list[Message]:
    """Post two digests of a fleet, between which a SIM comes back; return the second."""
    form = {FormField.NAME: "Pumps", FormField.PATTERN: "pump-*"}
    values = {DIGEST.block_of(name): {DIGEST.block_of(name): value} for name, value in form.items()}
    with demo.workspace.subscribe() as changes:
        await demo.workspace.command(WHO, WHERE, COMMAND, "digest add")
        while (await anext(changes)).kind != "view_changed":
            pass
    await demo.workspace.submit_view(WHO, values)
    await demo.workspace.close_view(WHO)
    await typed(demo, "digest now Pumps", "Pumps, ")
    demo.kore.events.recover("pump-7")
    while len(posted := [*_with(demo, ("Pumps, ",))]) == 1:
        await demo.workspace.command(WHO, WHERE, COMMAND, "digest now Pumps")
        await asyncio.sleep(1)  # the first one is not over as soon as it is posted
    return posted[1:]


async def handover(demo: Demo) -> list[Message]:
    """Hand a thread over in which something has changed."""
    alert = await post_alert(demo.workspace, WHERE)
    await demo.workspace.say(WHO, WHERE, "@simsessions", alert.ts)
    await said(demo, "SIMs are down", after=alert.ts)
    demo.kore.events.recover("well-1")
    await demo.workspace.say(WHO, WHERE, "@simsessions handover", alert.ts)
    return [await said(demo, "Hand-over", after=alert.ts)]


async def listening(demo: Demo) -> list[Message]:
    """Let another app raise an alert in a channel that listens."""
    await typed(demo, "alert listen on", "I'm listening to alerts")
    alert = await post_alert(demo.workspace, WHERE)
    answer = await said(demo, "SIMs are down", after=alert.ts)
    await typed(demo, "alert listen off", "I no longer listen")
    return [alert, answer]


async def incident(demo: Demo) -> list[Message]:
    """Open an incident of wells that fell silent, and have somebody take it."""
    for well in SILENT:
        demo.kore.events.recover(well)
    alerts, now = demo.bot.services.alerts.alerts, demo.workspace.clock.now()
    wells = Selection(SelectionKind.PATTERN, "well-*")
    alert = Alert("a1", HOME.id, "C0FLEETOP", "Wells", "U0ANA0001", now, wells)
    await alerts.add(replace(alert, mention_first=("S0ONCALL1",)))
    async with asyncio.timeout(PATIENCE_SECONDS):
        while not (await alerts.with_state(alert.id))[1].primed:  # noqa: ASYNC110 -- a job's doing
            await asyncio.sleep(0.2)
    for well in SILENT:
        demo.kore.events.undo(well)
    await _scanned_again(demo)
    card = await said(demo, "Common outage: 3")
    row = next(block for block in card.blocks if "I'm on it" in str(block))
    take = next(each for each in row["elements"] if each["text"]["text"] == "I'm on it")
    await demo.workspace.click("chloe", card.ts, row["block_id"], take["action_id"])
    with demo.workspace.subscribe() as changes:
        while "🙋" not in str(card.blocks):
            await anext(changes)
            card = demo.workspace.messages.get(card.ts)
    return [card]


async def _scanned_again(demo: Demo) -> None:
    """Have an alert scanned for at once, as if the last scan had been a while ago."""
    ago = {"started": digest_runs.c.started - AGES, "ended": digest_runs.c.ended - AGES}
    async with demo.bot.services.store.write() as tx:
        await tx.execute(update(digest_runs).values(ago))
        await tx.execute(update(jobs).where(jobs.c.kind == "alert").values(due=NOW, memo="{}"))


SCENES: dict[str, Callable[[Demo], Awaitable[list[Message]]]] = {
    scene.__name__: scene
    for scene in (lookup, history, triage, handover, watch, digest, listening, incident)
}


@asynccontextmanager
async def opened() -> AsyncIterator[Demo]:
    """Open the demo of all scenes."""
    async with running_demo(clock=StoryClock()) as demo:
        yield demo


async def played(demo: Demo, name: str) -> list[Message]:
    """Play a scene; return the messages that are pictured. What happened in it is undone."""
    messages = await SCENES[name](demo)
    for sim in RECOVERING:
        demo.kore.events.undo(sim)
    return messages


def words(messages: list[Message]) -> list[str]:
    """Return what messages say, each once, without the numbers and times, which move."""
    said_in = (text for message in messages for text in _texts(list(message.blocks)))
    return list(dict.fromkeys(_without_numbers(text) for text in said_in))


def _texts(part: object) -> Iterator[str]:
    if isinstance(part, list):
        for each in part:
            yield from _texts(each)
    elif isinstance(part, dict):
        if isinstance(part.get("text"), str):
            yield part["text"]
        yield from _texts([each for each in part.values() if isinstance(each, dict | list)])


_MOVING = (
    (re.compile(r"<!date\^[^|>]*\|[^>]*>|\d{4}-\d\d-\d\d( \d\d:\d\d UTC)?"), "DATE"),
    (re.compile(r"just now|\d+ (?:s|min|h|d)\b(?: \d+ (?:s|min)\b)?"), "AGE"),
    (re.compile(r"[▁-█]+"), "BARS"),
    (re.compile(r"\d+"), "N"),
)


def _without_numbers(text: str) -> str:
    text = text.replace(NO_BREAK, " ")
    for pattern, name in _MOVING:
        text = pattern.sub(name, text)
    return text


async def main(chromium: str) -> None:
    """Take one after the other."""
    from playwright.async_api import async_playwright  # noqa: PLC0415 -- the test goes without

    said_in = {}
    async with opened() as demo, async_playwright() as driver:
        browser = await driver.chromium.launch(executable_path=chromium, args=["--no-sandbox"])
        for name in SCENES:
            messages = await played(demo, name)
            said_in[name] = words(messages)
            await shot(browser, demo, messages, name)
        await timeline(demo)
        await browser.close()
    WORDS.write_text(json.dumps(said_in, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")


async def shot(browser: "Browser", demo: Demo, messages: list[Message], name: str) -> None:
    """Keep the conversation as Ana sees it, as far as the pictured messages go."""
    page = await browser.new_page(
        viewport={"width": 1000, "height": 1800},
        device_scale_factor=1.25,
        color_scheme="light",
        locale="en-US",
    )
    await page.clock.set_fixed_time(demo.workspace.clock.now())
    await page.goto(f"{demo.url}/?as={WHO}&in={WHERE.removeprefix('#')}")
    nodes = [page.locator(f'[data-ts="{message.ts}"]') for message in messages]
    await nodes[-1].wait_for()
    await page.evaluate("document.fonts.ready")
    boxes = [await node.bounding_box() for node in nodes]
    top, left = boxes[0]["y"], min(box["x"] for box in boxes)
    bottom = boxes[-1]["y"] + boxes[-1]["height"]
    clip = {"x": left, "y": top, "width": boxes[0]["width"], "height": bottom - top}
    keep(await page.screenshot(full_page=True, clip=clip), name)
    await page.close()


async def timeline(demo: Demo) -> None:
    """Keep the picture of 30 days that the bot draws."""
    views = demo.bot.services.views
    report = await views.of(views.names).sessions.look_up(ROAMING)
    keep(await demo.bot.services.renderer.timeline(report), "timeline")


def keep(png: bytes, name: str) -> None:
    """Keep a picture with few colours: that is a third of its size."""
    few = (
        Image.open(io.BytesIO(png))
        .convert("RGB")
        .quantize(256, Image.Quantize.MAXCOVERAGE, dither=Image.Dither.NONE)
    )
    few.save(HERE / f"{name}.png", optimize=True)


if __name__ == "__main__":
    browsers = filter(None, map(shutil.which, ("chromium", "chromium-headless-shell")))
    asyncio.run(main(next(iter([*sys.argv[1:], *browsers]), "chromium")))
