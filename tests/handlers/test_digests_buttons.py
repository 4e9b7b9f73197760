"""The buttons Details and CSV file of a digest, between both stand-ins."""

import csv

import pytest

from bot.demo.stories.story import all_stories
from bot.digests.archive import DigestGone
from bot.sessions.redaction import REDACTED
from bot.store.digest_runs import DigestRuns
from tests.digest_rig import pumps
from tests.waiting import until
from tests.whole_bot import whole_bot


@pytest.fixture
async def whole():
    """The whole bot, with a digest of all stories for #fleet-ops."""
    async with whole_bot() as whole:
        whole.slack.api.scopes |= {"files:write", "files:read"}
        await whole.bot.services.digests.subscriptions.add(pumps())
        yield whole


@pytest.fixture
def runs(whole):
    return DigestRuns(whole.bot.services.store)


@pytest.fixture
async def run(whole, runs):
    """A digest that is out, with its details."""
    await whole.bot.services.digests.post_now(pumps())
    return (await until(lambda: runs.trend(pumps().id, 1e12, 1, "")))[0]


@pytest.fixture
def parent(whole, run):
    """The message that stands in the channel."""
    return next(message for message in whole.slack.seen_by("ana") if message.ts == run.ts)


def lines_of(whole, user):
    """Return the lines of the file that somebody was sent, as a spreadsheet reads them."""
    (sent,) = [file for message in whole.slack.direct(user) for file in message.files]
    content = whole.slack.workspace.files.get(sent["id"]).content
    return list(csv.DictReader(content.decode("utf-8-sig").splitlines()))


async def test_details_are_for_who_clicks(whole, parent):
    """The table of SIMs, the worst first, comes to who clicked and to nobody else."""
    await whole.click(parent, "Details")
    answer = whole.answer()

    assert whole.slack.workspace.person("ana").id == answer.ephemeral_to
    assert "data_table" in {block["type"] for block in answer.blocks}
    assert "the worst first" in answer.text


async def test_the_file_has_every_sim(whole, parent):
    """One line for each SIM goes to who clicked directly, numbers included."""
    await whole.click(parent, "Details")
    await whole.click(whole.answer(), "CSV file")
    lines = lines_of(whole, "ana")
    now = whole.bot.services.clock.now()
    told = [story.sim(now) for story in all_stories()]

    assert {sim["sid"] for sim in told} <= {line["sid"] for line in lines}
    assert {sim["iccid"] for sim in told if sim.get("iccid")} <= {line["iccid"] for line in lines}
    assert "Sent to your DMs" in whole.answer().text


async def test_a_guest_is_given_no_numbers(whole, parent):
    """Who may not see which card a SIM is, is not told by the file either."""
    await whole.click(parent, "Details", user="gil")
    await whole.click(whole.answer("gil"), "CSV file", user="gil")
    lines = lines_of(whole, "gil")

    assert lines
    assert {"", REDACTED} >= {line[name] for line in lines for name in ("iccid", "imei", "cell_id")}


async def test_an_old_digest_has_no_details(whole, runs, run, parent):
    """When its rows are gone, a digest says where they still are."""
    await runs.change(run.id, run.stage, has_rows=False)
    await whole.click(parent, "Details")

    assert DigestGone.sentence.split(",")[0] in whole.answer().text
