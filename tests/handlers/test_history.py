"""A history as a reply."""

import csv
import io

import pytest

from bot.blocks import ids
from bot.demo.stories.story import all_stories
from bot.emulators.kore.faults import broken
from bot.errors import Restarting
from bot.ops.tasks import WorkerThread
from bot.sims.numbers import luhn_digit, passes_luhn
from handlers.history import history_reply, sim_and_days
from tests.builders import ICCID, IMEI, SID


@pytest.fixture
async def report(whole):
    """What is known of truck-42."""
    return await whole.view.sessions.look_up("truck-42")


async def test_it_is_drawn_for_what_the_workspace_knows(whole, report):
    """A history is drawn plainer where types of blocks are refused."""
    services = whole.bot.services
    reply = await history_reply(report, 7, services.archive, services.executor)

    plainer = reply.screen.without(frozenset({"data_table"}))

    assert "data_table" in {block["type"] for block in reply.screen.blocks}
    assert "table" in {block["type"] for block in plainer.blocks}
    assert not reply.in_channel
    assert not reply.replace


async def test_it_is_drawn_beside_the_loop(whole, report):
    """Nothing of it is drawn where the bot acknowledges: without the thread there is no drawing."""
    closed = WorkerThread()
    await closed.aclose()

    with pytest.raises(Restarting):
        await history_reply(report, 7, whole.bot.services.archive, closed, replace=True)


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
    story = next(each for each in all_stories() if each.name == name)
    return story.sim(whole.bot.services.clock.now())["sid"]


async def test_history_stands_under_the_answer(whole):
    """One click shows thirty days beside the answer, to who clicked alone."""
    await whole.type("truck-42")

    await whole.click(whole.answer(), "History")

    report, history = whole.slack.seen_by("ana")
    assert "truck-42 is" in report.text
    assert "truck-42 had 212 sessions in the last 30 days" in history.text
    assert history.ephemeral_to == report.ephemeral_to


async def test_anybody_may_see_the_history_of_a_shared_answer(whole):
    """Who clicks under a shared answer sees it; the others do not."""
    await whole.type("truck-42")
    await whole.click(whole.answer(), "Share")
    (shared,) = whole.slack.seen_by("ben")

    await whole.click(shared, "History", user="ben")

    assert "in the last 30 days" in whole.answer("ben").text
    assert len(whole.slack.seen_by("chloe")) == 1


async def test_the_csv_file_comes_directly(whole, shown):
    """It has every session with every field; only the asker sees it, and reads where it is."""
    await whole.click(shown, "CSV file")

    note, file = whole.slack.direct("ana")
    rows = list(csv.DictReader(io.StringIO(content_of(whole, file).decode("utf-8-sig"))))
    assert "truck-42 had 50 sessions" in note.text
    assert ["truck-42-7-days.csv"] == [each["name"] for each in file.files]
    assert 50 == len(rows)
    assert "T-Mobile" in rows[0]["operator_name"]
    assert "Sent to your DMs: truck-42-7-days.csv" in whole.answer().text
    assert () == whole.slack.seen_by("ben")


async def test_the_csv_file_has_what_the_table_leaves_out(whole):
    """Of hundreds of sessions none is missing."""
    await whole.type("history station-1")
    await whole.click(whole.answer(), "CSV file")

    lines = content_of(whole, whole.slack.direct("ana")[-1]).decode("utf-8-sig").splitlines()
    assert len(lines) > 700


async def test_the_picture_comes_with_words_for_who_cannot_see_it(whole, shown):
    """A PNG with alternative text, in the direct messages."""
    await whole.click(shown, "Picture")

    file = whole.slack.direct("ana")[-1]
    assert content_of(whole, file).startswith(PNG)
    assert "truck-42, last 7 days" == file.files[0]["title"]
    assert file.files[0]["alt_txt"].startswith("Timeline of truck-42, last 7 days, 50 sessions")


@pytest.mark.parametrize(("label", "name"), [("CSV file", "csv"), ("Picture", "png")])
async def test_a_file_is_shared_by_another_click(whole, shown, label, name):
    """Everybody sees it then, with who shared it; the note says so."""
    await whole.click(shown, label)
    note = whole.answer()

    await whole.click(note, "Share to channel")

    (shared,) = whole.slack.seen_by("ben")
    assert [f"truck-42-7-days.{name}"] == [each["name"] for each in shared.files]
    assert f"shared by <@{whole.slack.workspace.person('ana').id}>" in shared.text
    notes = [each.text for each in whole.slack.seen_by("ana") if each.ts == note.ts]
    assert ["is shared here" in text for text in notes] == [True]


async def test_in_a_channel_without_the_bot_a_file_still_comes_directly(whole):
    """Only sharing it there needs the bot to be invited, and that is said."""
    await whole.type("history truck-42 7", channel="#on-call-private")
    await whole.click(whole.answer("ana", "#on-call-private"), "Picture")
    note = whole.answer("ana", "#on-call-private")

    await whole.click(note, "Share to channel")

    assert whole.slack.direct("ana")[-1].files
    assert "/invite @simsessions" in whole.answer("ana", "#on-call-private").text
    assert () == whole.slack.seen_by("chloe", "#on-call-private")


async def test_in_the_direct_messages_there_is_nothing_to_share(whole):
    """Asked there, the file comes there, and no button offers to share it."""
    dm = whole.slack.workspace.dm(whole.slack.workspace.person("ana").id)
    await whole.type("history truck-42 7", channel=dm.id)
    await whole.click(whole.answer("ana", dm.id), "CSV file")

    assert "actions" not in {block["type"] for block in whole.answer("ana", dm.id).blocks}


async def test_without_the_scope_for_files_it_is_said(whole, shown):
    """The sentence names the scope; nothing is left behind."""
    whole.slack.api.scopes -= SCOPES

    await whole.click(shown, "Picture")

    assert "lacks files:write" in whole.answer().text
    assert () == whole.slack.direct("ana")


async def test_a_file_that_slack_is_slow_with_is_said_to_be_late(whole, shown):
    """Where Slack does not say when it is ready, the asker hears that it may take a while."""
    whole.slack.api.scopes -= {"files:read"}

    await whole.click(shown, "CSV file")

    assert "may take a minute" in whole.answer().text
    assert whole.slack.direct("ana")[-1].files


@pytest.mark.parametrize("label", ["CSV file", "Picture"])
async def test_when_kore_does_not_give_the_sessions_there_is_no_file(whole, shown, label):
    """Unknown is not none: a sentence comes instead of an empty file."""
    whole.kore.faults.add(broken(path="DataSessions", times=None))
    other = ids.HistoryWindow(sid=sid_of(whole, "pump-7"), days=7).to_value()

    await whole.click(shown, label, value=other)

    assert "KORE" in whole.answer().text
    assert () == whole.slack.direct("ana")


FORGED = ["", "{}", "x", '{"sid":"DE1","days":31}', '{"sid":"DE1","days":7,"kind":"exe"}']


@pytest.mark.parametrize("label", ["CSV file", "Picture", "Share to channel"])
async def test_a_forged_button_is_read_strictly(whole, shown, label):
    """What no button of ours carries is refused with a sentence."""
    if label == "Share to channel":
        await whole.click(shown, "CSV file")
        shown = whole.answer()

    for value in FORGED:
        before = whole.slack.seen_by("ana")
        await whole.click(shown, label, value=value)

        (answer,) = whole.slack.seen_by("ana")[len(before) :]
        assert "another version of me" in answer.text or "No SIM" in answer.text, value


GROUPED = "8901 2600 1234 5678 909"
FIRST = [
    # names and SIDs
    ("truck-42", "truck-42", 30),
    ("truck-42 7", "truck-42", 7),
    ("  truck-42   7  ", "truck-42", 7),
    ("truck-42\u00a07", "truck-42", 7),
    ("truck-42 30", "truck-42", 30),
    ("truck-42 07", "truck-42", 7),
    ("truck-42 7d", "truck-42", 7),
    ("truck-42 7 days", "truck-42", 7),
    ("truck-42 1 Day", "truck-42", 1),
    ("pump 7 14", "pump 7", 14),
    (SID, SID, 30),
    (f"{SID} 7", SID, 7),
    (f"`{SID}` 7", f"`{SID}`", 7),
    # an ICCID, whole and in groups
    (ICCID, ICCID, 30),
    (GROUPED, GROUPED, 30),
    (f"{ICCID} 7", ICCID, 7),
    (f"{GROUPED} 7", GROUPED, 7),
    (f"{GROUPED} 7 days", GROUPED, 7),
    ("tank-8 1 week", "tank-8", 7),
    ("tank-8 2 weeks", "tank-8", 14),
    ("tank-8 2w", "tank-8", 14),
    ("acme/pump-7 for a week", "acme/pump-7", 7),
    ("8901 2600 1234 5678 12", "8901 2600 1234 5678 12", 30),
    ("8901 2600 1234 5678 9090 12", "8901 2600 1234 5678 9090", 12),
    ("89 01 260 0123 4567 8909", "89 01 260 0123 4567 8909", 30),
    # the check digit set apart
    (f"{ICCID[:-1]} {ICCID[-1]}", f"{ICCID[:-1]} {ICCID[-1]}", 30),
    # an IMEI, its digits in groups, and one with its software version
    (IMEI, IMEI, 30),
    (f"{IMEI} 7", IMEI, 7),
    ("49 015420 323751 8", "49 015420 323751 8", 30),
    ("49 015420 323751 8 7", "49 015420 323751 8", 7),
    ("35 752007 426533 01", "35 752007 426533 01", 30),
]


@pytest.mark.parametrize(("text", "sim", "days"), FIRST)
def test_the_likelier_reading_comes_first(text, sim, days):
    """A number behind a whole identifier is of days; one that belongs to an identifier is not."""
    likelier = sim_and_days(text)[0]

    assert (sim, days, None) == (likelier.sim, likelier.days, likelier.fault)


def test_a_large_number_of_days_is_rather_part_of_a_name():
    """`gate 42` is a SIM first; if none is called so, 42 days of `gate` are meant."""
    ways = [(way.sim, way.days, way.fault) for way in sim_and_days("gate 42")]

    assert [("gate 42", 30, None), ("gate", 42, None)] == ways


@pytest.mark.parametrize("typed", ["0", "3651", "x", "-1", "7.5", "1e1", "٧", "99999", "days"])
def test_a_wrong_number_of_days_is_told(typed):
    """It may be part of a longer name; if no SIM is called that, the days are wrong."""
    whole, parted = sim_and_days(f"truck-42 {typed}")

    assert (f"truck-42 {typed}", 30, None) == (whole.sim, whole.days, whole.fault)
    assert "truck-42" == parted.sim
    assert f"`{typed}` is not a number of days" in parted.fault


@pytest.mark.parametrize("typed", ["0", "3651", "x"])
def test_wrong_days_behind_a_whole_iccid_are_told_first(typed):
    """Where by the check digit the ICCID ends before it, the last word is wrong, not the SIM."""
    assert "is not a number of days" in sim_and_days(f"{ICCID} {typed}")[0].fault


@pytest.mark.parametrize("text", ["pump 7", "pump 7 days", "pump 7d", "", "7", "truck-42", ICCID])
def test_a_name_may_end_with_a_number(text):
    """If no SIM is called by the first words, all of them may be its name, as a lone word is."""
    parted = [("pump", 7)] if "pump" in text else []

    assert [*parted, (text, 30)] == [(each.sim, each.days) for each in sim_and_days(text)]


def test_days_that_happen_to_fit_as_a_check_digit_stay_days():
    """For one number in ten the longer ICCID passes too; the shorter is then the likelier."""
    digit = luhn_digit(ICCID)
    likelier = sim_and_days(f"{ICCID} {digit}")[0]

    assert passes_luhn(ICCID + digit)
    assert (ICCID, int(digit)) == (likelier.sim, likelier.days)
