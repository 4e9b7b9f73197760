"""The buttons of a history."""

import csv
import io

import pytest

from bot.blocks import ids
from bot.sandbox.kore_api.faults import broken
from tests.running_bots import find_button

SCOPES = {"files:write", "files:read"}
PNG = b"\x89PNG\r\n\x1a\n"


@pytest.fixture
def whole(whole):
    """The bot with its optional scopes, in a workspace that has files ready at once."""
    whole.slack.api.scopes |= SCOPES
    whole.slack.workspace.files.processing_seconds = 0
    return whole


@pytest.fixture
async def shown(whole):
    """The history of truck-42 that Ana sees."""
    await whole.type("history truck-42 7")
    return whole.answer()


def content_of(whole, message):
    return whole.slack.workspace.files.get(message.files[0]["id"]).content


def sid_of(whole, name):
    story = next(each for each in whole.kore.stories if each.name == name)
    return story.sim(whole.bot.services.clock.now())["sid"]


async def test_history_stands_under_the_answer(whole):
    """
    One click shows thirty days beside the answer, to who clicked alone.
    """
    await whole.type("truck-42")

    await whole.click(whole.answer(), "History")

    report, history = whole.slack.seen_by("ana")
    assert "truck-42 is" in report.text
    assert "truck-42 had 212 sessions in the last 30 days" in history.text
    assert history.ephemeral_to == report.ephemeral_to


async def test_anybody_may_see_the_history_of_a_shared_answer(whole):
    """
    Who clicks under a shared answer sees it; the others do not.
    """
    await whole.type("truck-42")
    await whole.click(whole.answer(), "Share to channel")
    (shared,) = whole.slack.seen_by("ben")

    await whole.click(shared, "History", user="ben")

    assert "in the last 30 days" in whole.answer("ben").text
    assert len(whole.slack.seen_by("chloe")) == 1


async def test_the_csv_file_comes_directly(whole, shown):
    """
    It has every session with every field; only the asker sees it, and reads where it is.
    """
    await whole.click(shown, "CSV file")

    note, file = whole.slack.direct("ana")
    rows = list(csv.DictReader(io.StringIO(content_of(whole, file).decode("utf-8-sig"))))
    assert "truck-42 had 50 sessions" in note.text
    assert ["truck-42-7-days.csv"] == [each["name"] for each in file.files]
    assert 50 == len(rows)
    assert "T-Mobile" in rows[0]["operator_name"]
    assert "truck-42-7-days.csv is in our direct messages" in whole.answer().text
    assert () == whole.slack.seen_by("ben")


async def test_the_csv_file_has_what_the_table_leaves_out(whole):
    """
    Of hundreds of sessions none is missing.
    """
    await whole.type("history station-1")
    await whole.click(whole.answer(), "CSV file")

    lines = content_of(whole, whole.slack.direct("ana")[-1]).decode("utf-8-sig").splitlines()
    assert len(lines) > 700


async def test_the_picture_comes_with_words_for_who_cannot_see_it(whole, shown):
    """
    A PNG with alternative text, in the direct messages.
    """
    await whole.click(shown, "Picture")

    file = whole.slack.direct("ana")[-1]
    assert content_of(whole, file).startswith(PNG)
    assert "truck-42, last 7 days" == file.files[0]["title"]
    assert file.files[0]["alt_txt"].startswith("Timeline of truck-42, last 7 days, 50 sessions")


@pytest.mark.parametrize(("label", "name"), [("CSV file", "csv"), ("Picture", "png")])
async def test_a_file_is_shared_by_another_click(whole, shown, label, name):
    """
    Everybody sees it then, with who shared it; the note says so.
    """
    await whole.click(shown, label)
    note = whole.answer()

    await whole.click(note, "Share to channel")

    (shared,) = whole.slack.seen_by("ben")
    assert [f"truck-42-7-days.{name}"] == [each["name"] for each in shared.files]
    assert f"shared by <@{whole.slack.workspace.person('ana').id}>" in shared.text
    notes = [each.text for each in whole.slack.seen_by("ana") if each.ts == note.ts]
    assert ["is shared here" in text for text in notes] == [True]


async def test_in_a_channel_without_the_bot_a_file_still_comes_directly(whole):
    """
    Only sharing it there needs the bot to be invited, and that is said.
    """
    await whole.type("history truck-42 7", channel="#on-call-private")
    await whole.click(whole.answer("ana", "#on-call-private"), "Picture")
    note = whole.answer("ana", "#on-call-private")

    await whole.click(note, "Share to channel")

    assert whole.slack.direct("ana")[-1].files
    assert "Invite me to it" in whole.answer("ana", "#on-call-private").text
    assert () == whole.slack.seen_by("chloe", "#on-call-private")


async def test_in_the_direct_messages_there_is_nothing_to_share(whole):
    """
    Asked there, the file comes there, and no button offers to share it.
    """
    dm = whole.slack.workspace.dm(whole.slack.workspace.person("ana").id)
    await whole.type("history truck-42 7", channel=dm.id)
    await whole.click(whole.answer("ana", dm.id), "CSV file")

    assert "actions" not in {block["type"] for block in whole.answer("ana", dm.id).blocks}


async def test_without_the_scope_for_files_it_is_said(whole, shown):
    """
    The sentence names the scope; nothing is left behind.
    """
    whole.slack.api.scopes -= SCOPES

    await whole.click(shown, "Picture")

    assert "lacks files:write" in whole.answer().text
    assert () == whole.slack.direct("ana")


async def test_a_file_that_slack_is_slow_with_is_said_to_be_late(whole, shown):
    """
    Where Slack does not say when it is ready, the asker hears that it may take a while.
    """
    whole.slack.api.scopes -= {"files:read"}

    await whole.click(shown, "CSV file")

    assert "may take a minute" in whole.answer().text
    assert whole.slack.direct("ana")[-1].files


@pytest.mark.parametrize("label", ["CSV file", "Picture"])
async def test_when_kore_does_not_give_the_sessions_there_is_no_file(whole, shown, label):
    """
    Unknown is not none: a sentence comes instead of an empty file.
    """
    whole.kore.faults.add(broken(path="DataSessions", times=None))
    other = ids.Window(sid=sid_of(whole, "pump-7"), days=7).to_value()
    block, element = find_button(shown, label)

    workspace = whole.slack.workspace
    await workspace.click("ana", shown.ts, block["block_id"], element["action_id"], value=other)
    await whole.settle()

    assert "KORE" in whole.answer().text
    assert () == whole.slack.direct("ana")


FORGED = ["", "{}", "x", '{"sid":"DE1","days":31}', '{"sid":"DE1","days":7,"kind":"exe"}']


@pytest.mark.parametrize("label", ["CSV file", "Picture", "Share to channel"])
@pytest.mark.parametrize("value", FORGED)
async def test_a_forged_button_is_read_strictly(whole, shown, label, value):
    """
    What no button of ours carries is refused with a sentence.
    """
    if label == "Share to channel":
        await whole.click(shown, "CSV file")
        shown = whole.answer()
    block, element = find_button(shown, label)
    workspace = whole.slack.workspace

    await workspace.click("ana", shown.ts, block["block_id"], element["action_id"], value=value)
    await whole.settle()

    assert "another version of me" in whole.answer().text or "no such SIM" in whole.answer().text
