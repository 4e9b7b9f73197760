"""The demo as a whole: typed as a person, answered by the real bot."""

import asyncio

import aiohttp

from bot.demo.controls import KoreMode
from bot.demo.run import COMMAND, Demo, Gate, running_demo
from bot.slack.identity import bot_scopes


async def answer_to(demo: Demo, text: str) -> str:
    """Type as Ana in #fleet-ops and give the text of what the bot answers."""
    with demo.workspace.subscribe() as changes:
        delivery = await demo.workspace.command("ana", "#fleet-ops", COMMAND, text)
        assert delivery.ok
        async for change in changes:
            if change.kind == "message":
                return str(change.data["message"]["text"])
    raise AssertionError


async def test_a_person_types_and_is_answered():
    """Each of the three things to type that the demo prints gets its answer."""
    async with running_demo() as demo:
        typed = [text.removeprefix(COMMAND).strip() for text, _ in demo.examples()]
        told = [await answer_to(demo, text) for text in typed]

    assert ["truck-42", "pump-7", "pmp-7"] == typed
    assert "truck-42 is online" in told[0]
    assert "pump-7 is offline" in told[1]
    assert "Did you mean" in told[2]


async def test_nobody_types_before_the_bot_hears():
    """A request of the page waits until it is opened."""
    opened, asked = asyncio.Event(), []

    async def page(scope, *_):
        asked.append(opened.is_set())

    asking = asyncio.create_task(Gate(page, opened)({"type": "http"}, None, None))
    await asyncio.sleep(0)
    before = [*asked]
    opened.set()
    await asking

    assert ([], [True]) == (before, asked)


async def test_kore_falls_silent_in_the_middle():
    """With KORE's stand-in gone, the known is given marked so, and the unknown gets an error."""
    settings = {"SIMSESSIONS_SESSIONS_TTL": "0s", "SIMSESSIONS_SIMS_TTL": "0s"}
    async with running_demo(settings=settings) as demo:
        before = await answer_to(demo, "truck-42")
        demo.kore_control.set(KoreMode.DOWN)
        after = await answer_to(demo, "truck-42")
        unknown = await answer_to(demo, "DE" + "0" * 31 + "9")

    assert "truck-42 is online" in before
    assert "truck-42 was online" in after
    assert "KORE is down" in unknown


async def test_the_page_is_served():
    """The page, what it lists and the bot's own health are all there."""
    async with running_demo() as demo, aiohttp.ClientSession() as browser:
        async with browser.get(demo.url) as page:
            text = await page.text()
        async with browser.get(f"http://127.0.0.1:{demo.bot.port}/readyz") as ready:
            status = ready.status

    assert "<!doctype html>" in text
    assert 200 == status


async def test_the_demo_grants_no_more_than_the_manifest():
    """A scope that manifest.yml lacks is missed in the demo too."""
    async with running_demo() as demo:
        granted = demo.slack.scopes

    assert frozenset.union(*bot_scopes()) == granted
