"""The whole house in a browser: a person types, the real bot asks KORE's stand-in and answers."""

import pytest
from playwright.async_api import expect

from bot.demo.examples import post_alert
from bot.demo.run import running_demo
from bot.demo.stories.story import all_stories
from bot.emulators.slack.people import ANA, BOT
from bot.struct import replace
from tests.alert_rig import FLEET_OPS
from tests.e2e.steps import answered, ask, button, change, with_ticket

STORIES = {story.name: story for story in all_stories()}


def spaced(iccid):
    """Digits in fours, as printed on a card."""
    return " ".join(iccid[at : at + 4] for at in range(0, len(iccid), 4))


async def test_a_sim_is_asked_for(ana):
    """The answer is for the asker alone and leads with the state; all facts are drawn."""
    answer = await ask(ana, "/simsessions truck-42")

    await expect(answer).to_contain_text("Only visible to you")
    await expect(answer.locator(".section-block").first).to_contain_text("truck-42 is online")
    for fact in ("Tower 310-260", "packets", "IMEI", "ICCID", "last 24 h"):
        await expect(answer.locator(".context", has_text=fact).first).to_be_visible()
    await expect(answer.locator(".unknown")).to_have_count(0)


@pytest.mark.parametrize("asked", ["well-1 well-2 well-3 well-4 well-5", "top", "handover"])
async def test_the_cause_is_seen_on_a_phone(windows, demo, asked):
    """At 390 px a table shows SIM, state or packets, and the cause, none of it beyond the edge."""
    page = await windows.open(size="phone")
    if asked == "handover":
        alert = await post_alert(demo.workspace, "#fleet-ops")
        await demo.workspace.say(ANA.id, "#fleet-ops", "@simsessions", alert.ts)
        table = page.locator(".thread .replies article").filter(has=page.get_by_role("table"))
        await expect(table).to_have_count(1)
        await demo.workspace.say(ANA.id, "#fleet-ops", "@simsessions handover", alert.ts)
        answer = table.filter(has_text="SIMs of this thread")
    else:
        answer = await ask(page, f"/simsessions {asked}")
    cause = answer.get_by_role("columnheader", name="Cause")
    await expect(cause).to_be_visible()
    table, cell = await answer.locator(".scroller").bounding_box(), await cause.bounding_box()

    assert cell["x"] + cell["width"] <= table["x"] + table["width"]


async def test_refresh_asks_kore_again(ana, demo):
    """Refresh reads KORE anew and redraws the same message, whose buttons keep working."""
    answer = await ask(ana, "/simsessions truck-42")
    for _ in range(2):
        asked = len(demo.kore.requests)
        async with change(demo, "message_changed"):
            await button(answer, "Refresh").click()

        assert len(demo.kore.requests) > asked
        await expect(answer).to_contain_text("truck-42 is online")


async def test_share_shows_it_to_all(ana, demo, windows):
    """Share posts the answer into the channel, where others see it and who shared it."""
    ben = await windows.open("/?as=ben&in=fleet-ops")
    answer = await ask(ana, "/simsessions gateway-3")
    async with answered(ana, "click") as ticket:
        await button(answer, "Share").click()
    shared = await with_ticket(ben, await ticket())

    await expect(shared).to_contain_text("gateway-3 is online")
    await expect(shared.locator(".mention")).to_have_text("@ana")
    await expect(shared.locator(".only-you")).to_have_count(0)


async def test_the_map_is_a_link(ana):
    """Map leads to the tower's place on a map, in a window of its own; all of the menu is seen."""
    answer = await ask(ana, "/simsessions truck-42")
    await answer.get_by_role("button", name="More actions").click()
    link = ana.get_by_role("menuitem", name="Map of the cell tower").locator("visible=true")

    await expect(link).to_have_attribute("target", "_blank")
    assert "37.88" in str(await link.get_attribute("href"))
    for item in await ana.get_by_role("menuitem").locator("visible=true").all():
        await expect(item).to_be_in_viewport(ratio=1)


async def test_a_name_misspelt(ana):
    """A near miss offers the right name, and a click on it gives the answer."""
    answer = await ask(ana, "/simsessions pmp-7")
    await expect(answer).to_contain_text("Did you mean")
    await button(answer, "pump-7").click()

    await expect(answer).to_contain_text("pump-7 is offline")


async def test_whatever_is_typed_is_answered(ana, demo):
    """A SID, an ICCID with spaces, a Super SIM, rubbish, help: each gets its right answer."""
    sim = STORIES["truck-42"].sim(demo.workspace.clock.now())
    for typed, said in (
        (sim["sid"], "truck-42 is online"),
        (spaced(sim["iccid"]), "truck-42 is online"),
        ("HS0123456789abcdef0123456789abcdef", "is a Super SIM"),
        ("8901 2600 1234", "12 digits"),
        ("???", "Paste a SIM"),
        ("help", "/simsessions help <topic>"),
        ("help all", "/simsessions <sim>"),
        ("", "/simsessions help <topic>"),
    ):
        await expect(await ask(ana, f"/simsessions {typed}"), typed).to_contain_text(said)


# Clicks on the examples of these titles, and returns the tickets of their commands.
CLICK = """async (list, titles) => {
  const { fetch } = window, sent = [], buttons = [...list.querySelectorAll(".example")];
  window.fetch = async (...what) => {
    const answer = fetch(...what);
    sent.push(answer.then((each) => each.clone().json()));
    return answer;
  };
  for (const title of titles) buttons.find((each) => each.lastChild.textContent === title).click();
  window.fetch = fetch;
  return (await Promise.all(sent)).map(({ ticket }) => ticket);
}"""
HIGHEST, LINES, TIMES, AT_ONCE = 420, 12, 20, 12
HELP_LINES = 20
TOO_LATE = "was not read in time"
# The words of each answer, how many lines they make, its height, and what of it is not drawn.
# Words on buttons make no lines.
ANSWERS = """(nodes, tickets) => {
  const linesOf = (node) => {
    const walker = document.createTreeWalker(node, NodeFilter.SHOW_TEXT), lines = [];
    while (walker.nextNode()) {
      if (walker.currentNode.parentElement.closest(".button")) continue;
      const range = document.createRange();
      range.selectNodeContents(walker.currentNode);
      for (const { top, bottom, width } of range.getClientRects()) {
        const middle = (top + bottom) / 2;
        if (width && !lines.some((line) => line.top < middle && middle < line.bottom))
          lines.push({ top, bottom });
      }
    }
    return lines.length;
  };
  const isAsked = (node) => tickets.includes(node.dataset.ticket);
  return Object.fromEntries(nodes.filter(isAsked).map((node) => {
    const blocks = node.querySelector(".blocks"), { height } = blocks.getBoundingClientRect();
    const [text, lines] = [node.textContent, linesOf(blocks)];
    const unknown = node.querySelectorAll(".unknown").length;
    return [node.dataset.ticket, { text, lines, height, unknown }];
  }));
}"""


async def clicked(page, names):
    """Click on the examples of some stories; return the tickets."""
    return await page.locator(".examples").evaluate(CLICK, [STORIES[name].title for name in names])


async def typed(page, names):
    """Type the names of some SIMs; return the tickets."""
    answers = [await ask(page, f"/simsessions {name}") for name in names]
    return [await answer.get_attribute("data-ticket") for answer in answers]


async def answers_to(page, demo, asked, names):
    """Return all answers as they are drawn in the end; what came too late is asked for again."""
    answers, left = {}, list(names)
    for _ in range(TIMES):
        if not left:
            return answers
        now, left = left[:AT_ONCE], left[AT_ONCE:]
        tickets = await asked(page, now)
        await demo.bot.services.tasks.drain(30)
        last = demo.workspace.write(FLEET_OPS, BOT.id, "that is all")
        await expect(page.locator(f'[data-ts="{last.ts}"]')).to_be_attached()
        found = await page.locator("article[data-ticket]").evaluate_all(ANSWERS, tickets)
        told = {n: found[t] for n, t in zip(now, tickets, strict=True) if t in found}
        whole = {n: each for n, each in told.items() if TOO_LATE not in each["text"]}
        answers |= whole
        left += [name for name in now if name not in whole]
    pytest.fail(f"no whole answer about {left}")


def where_it_is_ten(now):
    """Return a zone where it is ten in the evening: times since noon take the most room."""
    behind = (now.hour - 22 + 12) % 24 - 12
    return f"Etc/GMT{behind:+d}"


async def test_every_story_is_told(shown):
    """
    A click on each story brings an answer about its SIM, and nothing in it cannot be drawn. At
    390 px no answer about one SIM has more than 12 lines, or is higher than half a screen.
    """
    several = [name for name, story in STORIES.items() if story.asked_with]
    single = [name for name in STORIES if name not in several]
    often = {"SIMSESSIONS_LOOKUPS_PER_MINUTE": "10000"}
    async with running_demo(settings=often) as demo, shown(demo) as windows:
        zone = where_it_is_ten(demo.workspace.clock.now())
        demo.workspace.people[ANA.id] = replace(ANA, tz=zone)
        page = await windows.open(size="phone")
        told = await answers_to(page, demo, clicked, single)
        alone = await answers_to(page, demo, typed, several)
        again = await answers_to(page, demo, typed, ["well-1"])  # which has silent neighbours
        assert await page.evaluate("document.documentElement.scrollWidth <= innerWidth")
        of_several = await answers_to(page, demo, clicked, several)

    every = (*told.items(), *alone.items(), *again.items())
    assert {} == {name: answer for name, answer in every if answer["lines"] > LINES}
    assert HIGHEST >= max(answer["height"] for _, answer in every)
    for name, answer in (*every, *of_several.items()):
        assert (True, 0) == (name in answer["text"], answer["unknown"]), (name, answer)


async def test_help_is_one_screen_of_a_phone(shown, demo):
    """Whoever wakes up at night reads it without scrolling."""
    async with shown(demo) as windows:
        page = await windows.open(size="phone")
        told = await answers_to(page, demo, typed, ["help"])

    assert told["help"]["lines"] <= HELP_LINES
    assert told["help"]["unknown"] == 0


async def test_kore_goes_down(shown):
    """With KORE down a refresh shows what was known before, and marks it as old."""
    async with running_demo() as demo, shown(demo) as windows:
        ana = await windows.open()
        answer = await ask(ana, "/simsessions truck-42")
        await expect(answer).to_contain_text("truck-42 is online")
        async with ana.expect_response("**/page/kore"):
            await ana.get_by_role("radio", name="Down: 503").check()
        await button(answer, "Refresh").click()

        await expect(answer).to_contain_text("truck-42 was online")
        await expect(answer).to_contain_text("This is the last answer I have")
