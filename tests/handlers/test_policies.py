"""What guests and other companies are told, by every way in: nothing that names card or device."""

import json
import re

import pytest

from bot.blocks import ids
from bot.emulators.slack.people import BOT, HOME
from bot.slack.identity import bot_scopes
from tests.whole_bot import find_button, whole_bot

SIMS = ("truck-42", "pump-7", "kiosk-5", "van-9")
MENTION = f"<@{BOT.id}>"


@pytest.fixture
async def bot():
    """The whole bot; guests and shared channels are redacted, as by default."""
    async with whole_bot(unfurl_links=True) as running:
        running.slack.api.scopes |= frozenset.union(*bot_scopes())
        running.slack.workspace.files.processing_seconds = 0
        yield running


class Tour:
    """One person who uses every way in, in one channel."""

    def __init__(self, bot, user, channel):
        self.bot = bot
        self.user = user
        self.channel = channel

    async def walk(self):
        """Do all there is."""
        await self.commands()
        await self.history()
        await self.table()
        await self.thread()
        await self.window()
        await self.bot.slack.workspace.open_home(self.user)
        await self.bot.heard()

    def newest(self):
        """The newest answer that they see here."""
        return [m for m in self.bot.slack.seen_by(self.user, self.channel) if m.blocks][-1]

    async def type(self, text):
        await self.bot.type(text, user=self.user, channel=self.channel)

    async def say(self, text, under=None):
        return await self.bot.say(text, user=self.user, channel=self.channel, under=under)

    async def click(self, label):
        await self.bot.click(self.newest(), label, user=self.user)

    async def commands(self):
        for sim in SIMS:
            await self.type(sim)
        await self.type("8901 26")
        await self.type("truck-42")
        await self.click("Refresh")
        await self.click("Share")

    async def history(self):
        for label in ("CSV file", "Picture", "Session details…"):
            await self.type("history truck-42")
            await self.click(label)

    async def window(self):
        """Go one session further in the window that is open."""
        view = self.bot.slack.workspace.views.top(self.bot.slack.workspace.person(self.user).id)
        rows = [b for b in view.body["blocks"] if b.get("block_id") == ids.SESSION_PAGES]
        action = rows[0]["elements"][0]["action_id"]
        await self.bot.slack.workspace.click_in_view(self.user, ids.SESSION_PAGES, action)
        await self.bot.heard()

    async def table(self):
        for label in ("CSV file", "Share to channel"):
            await self.type("\n".join(SIMS))
            await self.click(label)

    async def thread(self):
        said = await self.say(f"{MENTION} truck-42")
        for text in ("watch pump-7", "handover"):
            await self.say(f"{MENTION} {text}", under=said.ts)
        await self.bot.slack.workspace.shortcut(self.user, ids.LOOK_UP_MESSAGE, said.ts)
        await self.bot.heard()


def sent(bot):
    """All that reached Slack: every call, and every file."""
    calls = [(call.method, call.args) for call in bot.slack.api.calls]
    files = [args["files"] for method, args in calls if method == "files.completeUploadExternal"]
    shared = [file["id"] for each in files for file in json.loads(each)]
    contents = [bot.slack.workspace.files.get(file).content for file in shared]
    text = b"\n".join(each for each in contents if not each.startswith(b"\x89PNG"))
    return json.dumps(calls, ensure_ascii=False) + text.decode("utf-8", "replace")


async def secrets(bot):
    """What may not be told of the SIMs, in the ways in which it may be spelt."""
    found = set()
    for sim in SIMS:
        report = await bot.view.sessions.look_up(sim)
        found.add(report.sim.iccid)
        for session in report.sessions or ():
            place = session.cell_location_estimate
            found |= {session.imei, session.cell_id, place and f"{place.lat:.3f}"}
    return {text for text in found if text and len(text) > 5}


def told(text, found):
    """Which of them stand in a text, however they are grouped."""
    compact = re.sub(r"[ \u202f-]", "", text)
    return {s for s in found if s in text or s.replace("-", "") in compact}


@pytest.mark.parametrize(("user", "channel"), [("gil", "#fleet-ops"), ("ana", "#partner-shared")])
async def test_no_way_in_tells_what_may_not_be_told(bot, user, channel):
    """A guest anywhere, our own people where others read: no ICCID, IMEI, cell or place."""
    tour = Tour(bot, user, channel)
    await tour.walk()

    everything, found = sent(bot), await secrets(bot)

    assert len(found) > 10
    assert set() == told(everything, found)
    assert "openstreetmap" not in everything
    assert "Hand-over" in everything
    assert "are redacted" in everything


async def test_members_among_themselves_are_told_all(bot):
    """The same tour of a member in our own channel shows them: the test above can fail."""
    await Tour(bot, "ana", "#fleet-ops").walk()

    assert told(sent(bot), await secrets(bot))


BOTH = {"allowed_teams": {HOME.id, "T0PARTNER"}}


@pytest.mark.parametrize(
    ("user", "channel", "settings", "says"),
    [
        ("gil", "#fleet-ops", {"guests": "refuse"}, "do not answer guests"),
        ("ana", "#partner-shared", {"shared_channels": "refuse"}, "shared with another company"),
        ("dora", "#partner-shared", {}, "only people of my own workspace"),
        ("dora", "#partner-shared", BOTH | {"shared_channels": "refuse"}, "other workspaces"),
    ],
)
async def test_who_is_refused_gets_a_sentence_and_no_look_up(user, channel, settings, says):
    """By command, by a click on somebody's shared answer, and by a mention."""
    async with whole_bot(**settings) as bot:
        tour = Tour(bot, user, channel)
        asked = len(bot.kore.requests)
        await tour.type("DE" + "0" * 32)
        by_command = bot.answer(user, channel).text
        await tour.say(f"{MENTION} {'DE' + '0' * 32}")

        refusals = [m for m in bot.slack.seen_by(user, channel) if says in m.text]
        assert says in by_command
        assert 2 == len(refusals)
        assert all(message.ephemeral_to for message in refusals)
        assert asked == len(bot.kore.requests)


async def test_a_foreign_workspace_that_is_listed_is_redacted(bot):
    """Its people are let in, and are told no more than the policy says."""
    async with whole_bot(**BOTH) as open_bot:
        await open_bot.type("truck-42", user="dora", channel="#partner-shared")

        answer = open_bot.answer("dora", "#partner-shared")
        words = json.dumps(answer.blocks, ensure_ascii=False)
        assert "truck-42 is" in answer.text
        assert "ICCID redacted" in words
        assert "people of other workspaces" in words


async def test_allowed_is_told_all():
    """The policy `allow` makes guests and shared channels like all others."""
    async with whole_bot(guests="allow", shared_channels="allow") as bot:
        await bot.type("truck-42", user="gil")
        await bot.type("truck-42", channel="#partner-shared")

        for message in (bot.answer("gil"), bot.answer("ana", "#partner-shared")):
            words = json.dumps(message.blocks, ensure_ascii=False)
            assert "ICCID 8" in words
            assert "openstreetmap" in words


async def test_sharing_where_slack_does_not_say_what_the_channel_is(bot):
    """The asker alone is told all; what all read is held back, and why is said."""
    await bot.type("truck-42", channel="#on-call-private")
    mine = bot.answer("ana", "#on-call-private")
    await bot.click(mine, "Share")

    shared = bot.answer("chloe", "#on-call-private")
    assert "ICCID 8" in json.dumps(mine.blocks)
    assert "ICCID redacted" in json.dumps(shared.blocks)
    assert "lets me see" in json.dumps(shared.blocks)


async def test_the_policy_is_checked_again_on_every_button(bot):
    """Who became a guest since the answer was drawn is told less by its buttons."""
    await bot.type("truck-42", user="ben")
    answer = bot.answer("ben")
    _, button = find_button(answer, "Refresh")
    assert "ICCID 8" in json.dumps(answer.blocks)

    # the same button in a guest's hand: what it carries is no permission
    await bot.type("truck-42", user="gil")
    await bot.click(bot.answer("gil"), "Refresh", user="gil", value=button["value"])

    assert "ICCID redacted" in json.dumps(bot.answer("gil").blocks)


async def test_a_user_group_lets_its_members_in():
    """Ana and Chloé are on call, Ben is not; without the scope nobody is."""
    async with whole_bot(allowed_groups={"S0ONCALL1"}) as closed:
        await closed.type("truck-42")
        shut_out = closed.answer()
    async with whole_bot(scopes={"usergroups:read"}, allowed_groups={"S0ONCALL1"}) as listed:
        for user in ("ana", "ben"):
            await listed.type("truck-42", user=user)
        ana, ben = listed.answer("ana"), listed.answer("ben")

    assert "You are not on my list" in shut_out.text
    assert "truck-42 is" in ana.text
    assert "You are not on my list" in ben.text
