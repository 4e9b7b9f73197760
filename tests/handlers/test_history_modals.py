"""The window with one session's details."""

import pytest

from bot.blocks import ids
from bot.emulators.kore.faults import broken
from bot.slack.access import Access

DETAILS = "Session details…"


@pytest.fixture
async def shown(whole):
    """The history of truck-42 that Ana sees."""
    await whole.type("history truck-42 7")
    return whole.answer()


def words(view):
    return str(view["blocks"])


def element_of(view, action):
    rows = [block for block in view["blocks"] if block["type"] == "actions"]
    pairs = [(row["block_id"], each) for row in rows for each in row["elements"]]
    return next(pair for pair in pairs if ids.base_action(pair[1]["action_id"]) == action)


def turn_of(view, label):
    rows = [block for block in view["blocks"] if block.get("block_id") == ids.SESSION_PAGES]
    return next(each for row in rows for each in row["elements"] if each["text"]["text"] == label)


async def press(whole, label):
    """Press a button of the window and wait until it is drawn anew."""
    action = turn_of(whole.window(), label)["action_id"]
    await whole.slack.workspace.click_in_view("ana", ids.SESSION_PAGES, action)
    await whole.settle()


async def choose(whole, value):
    """Choose a session in the window and wait until it is drawn anew."""
    block, select = element_of(whole.window(), ids.CHOOSE_SESSION)
    chosen = {"selected": value}
    await whole.slack.workspace.click_in_view("ana", block, select["action_id"], **chosen)
    await whole.settle()


async def test_one_click_shows_all_of_the_newest_session(both_ways):
    """A window opens at once, and every field of the session is in it a moment later."""
    await both_ways.type("history truck-42 7")

    delivery = await both_ways.click(both_ways.answer(), DETAILS)

    view = both_ways.window()
    assert delivery.ok
    assert "*Session 1 of 50*, newest first" in words(view)
    assert "Cell location estimate" in words(view)
    assert ["views.open", "users.info", "views.update"] == both_ways.slack.methods()[-3:]
    assert both_ways.window("ben") is None


async def test_the_window_is_there_before_kore_is_asked(whole, shown):
    """It is opened with a word that work goes on, whatever KORE does then."""
    await whole.click(shown, DETAILS)

    (opened,) = whole.slack.api.calls.of("views.open")
    assert "Reading…" in str(opened.args["view"]["blocks"])


async def test_paging_from_one_session_to_the_next(whole, shown):
    """Older and newer lead through the sessions, and the choice shows where one is."""
    await whole.click(shown, DETAILS)

    await press(whole, "Older ›")
    await press(whole, "Older ›")
    third = whole.window()
    await press(whole, "‹ Newer")

    assert "*Session 3 of 50*" in words(third)
    assert "*Session 2 of 50*" in words(whole.window())
    _, select = element_of(whole.window(), ids.CHOOSE_SESSION)
    assert select["options"][1] == select["initial_option"]


async def test_a_session_may_be_chosen(whole, shown):
    """The one that is chosen is shown; after paging on, the choice has gone along."""
    await whole.click(shown, DETAILS)
    _, select = element_of(whole.window(), ids.CHOOSE_SESSION)

    await choose(whole, select["options"][9]["value"])
    tenth = whole.window()
    await press(whole, "Older ›")

    assert "*Session 10 of 50*" in words(tenth)
    assert "*Session 11 of 50*" in words(whole.window())
    block, select = element_of(whole.window(), ids.CHOOSE_SESSION)
    assert select["options"][10] == select["initial_option"]
    assert block not in whole.window()["state"]["values"]


async def test_an_old_trigger_gets_a_sentence(whole, shown):
    """When the three seconds are over, the asker reads why no window came."""
    whole.slack.api.faults.fail("views.open", "expired_trigger_id")

    await whole.click(shown, DETAILS)

    assert "within 3 seconds of a click" in whole.answer().text
    assert whole.window() is None


async def test_what_goes_wrong_later_is_said_in_the_window(whole, shown):
    """The window does not stay at "Reading…" when the SIM cannot be read."""
    whole.kore.faults.add(broken(times=None))

    await whole.click(shown, DETAILS, value=ids.Details(sid="DE" + "b" * 32).to_value())

    assert "KORE" in words(whole.window())
    assert "Reading…" not in words(whole.window())
    assert 1 == len(whole.slack.seen_by("ana"))


async def test_a_window_that_is_closed_meanwhile_is_left_alone(whole, shown):
    """Closing it while the session is read ends the matter without a word."""
    whole.slack.api.faults.fail("views.update", "not_found")

    await whole.click(shown, DETAILS)

    assert 1 == len(whole.slack.seen_by("ana"))
    assert 'name="details",outcome="ok"' in whole.bot.services.metrics.text().decode()


async def test_a_window_that_cannot_be_drawn_is_counted(whole, shown):
    """When Slack takes neither the session nor the sentence, it stands in log and metrics."""
    whole.slack.api.faults.fail("views.update", "invalid_arguments", times=2)

    await whole.click(shown, DETAILS)

    assert 'name="details",outcome="slack_refused"' in whole.bot.services.metrics.text().decode()


@pytest.mark.parametrize(
    "value", ["", "x", "{}", '{"sid":"DE1","days":99}', '{"sid":"DE1","start":"x"}']
)
async def test_a_forged_button_opens_nothing(whole, shown, value):
    """What no button of ours carries is refused before a window is opened."""
    await whole.click(shown, DETAILS, value=value)

    assert "another version of me" in whole.answer().text
    assert whole.window() is None


@pytest.mark.parametrize("view", [None, {}, {"private_metadata": "x"}, {"private_metadata": 7}])
async def test_a_forged_choice_is_answered(dispatch, whole, view):
    """Whatever the payload holds, nobody waits for ever and nothing breaks."""
    action = {"action_id": ids.CHOOSE_SESSION, "selected_option": {"value": "yesterday"}}
    pressed = [{"type": "static_select", "block_id": "b"} | action]

    answer = await dispatch.interaction(
        "block_actions", view=view, actions=pressed, response_url=None
    )
    await whole.settle()

    assert 200 == answer.status
    assert "another version of me" in whole.slack.direct("ana")[-1].text


async def test_who_may_not_ask_may_not_page_either(dispatch_with, whole, shown):
    """A click in a window goes through the same gate as any other."""
    await whole.click(shown, DETAILS)
    asked = len(whole.slack.methods())
    access = Access(home="T0ACMEIOT", users=frozenset({"U0BEN0001"}))
    refusing = dispatch_with(access=access)
    turn = turn_of(whole.window(), "Older ›")

    answer = await refusing.interaction("block_actions", **in_window(whole, turn))
    await whole.settle()

    assert 200 == answer.status
    assert asked == len(whole.slack.methods())


async def test_the_same_click_delivered_twice_is_done_once(dispatch, whole, shown):
    """A click in a window that comes again is dropped."""
    await whole.click(shown, DETAILS)
    turn = in_window(whole, turn_of(whole.window(), "Older ›"))
    before = len(whole.slack.api.calls.of("views.update"))

    for _ in range(2):
        await dispatch.interaction("block_actions", trigger_id="1.2.3", **turn)
    await whole.settle()

    assert before + 1 == len(whole.slack.api.calls.of("views.update"))
    assert "*Session 2 of 50*" in words(whole.window())


def in_window(whole, element):
    """A click of Ana's in her window."""
    view = whole.window()
    pressed = [element | {"block_id": ids.SESSION_PAGES}]
    place = {"type": "view", "view_id": view["id"]}
    return {"container": place, "view": view, "actions": pressed, "response_url": None}
