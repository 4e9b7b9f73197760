"""Modals and Home: what a person does there, and what the app answers."""

import pytest

from bot.emulators.slack.actions import answer_of, find_element, initial_values
from bot.emulators.slack.blocks.whole import named
from bot.emulators.slack.people import Ids
from tests.bot.emulators.slack.blocks.samples import ELEMENTS, option, rich
from tests.bot.emulators.slack.kit import (
    ANA,
    SILENT,
    actions,
    button,
    modal,
    section,
    select,
    text_input,
)

HOME = {"type": "home", "blocks": []}


@pytest.fixture
def shown(workspace):
    """Have a modal open before Ana."""

    def opened(*blocks, **more):
        return workspace.views.open(ANA, modal(*blocks, **more))

    return opened


async def test_a_modal_sent_off_is_told_completely(app, workspace, shown):
    """view_submission carries the view with what was filled in and no response_url."""
    view = shown(text_input(), section(accessory=select("one"), block_id="b"), callback_id="ask")

    delivery = await workspace.submit_view("ana", {"name": {"typed": "pump-7"}})

    told = app.last
    assert delivery.ok
    assert "view_submission" == told["type"]
    assert {"id": view.id, "callback_id": "ask"}.items() <= told["view"].items()
    assert {
        "name": {"typed": {"type": "plain_text_input", "value": "pump-7"}},
        "b": {"pick": {"type": "static_select", "selected_option": None}},
    } == told["view"]["state"]["values"]
    assert [] == told["response_urls"]
    assert "trigger_id" in told


@pytest.mark.parametrize(("answer", "left"), [(None, 1), ({"response_action": "clear"}, 0)])
async def test_a_bare_ack_closes_one_modal_and_clear_all(app, workspace, shown, answer, left):
    """Without an answer only the uppermost closes."""
    first = shown()
    workspace.views.push(ANA, modal())
    app.answers = lambda _: answer

    await workspace.submit_view("ana")

    assert (first,)[:left] == workspace.views.stack(ANA)


async def test_update_draws_the_modal_anew(app, workspace, shown):
    """`update` keeps the view's id and what was filled in."""
    view = shown(text_input())
    anew = modal(text_input(), section("wrong"))
    app.answers = lambda _: {"response_action": "update", "view": anew}

    await workspace.submit_view("ana", {"name": {"typed": "x"}})

    top = workspace.views.top(ANA)
    assert (view.id, 2) == (top.id, len(top.body["blocks"]))
    assert view.hash != top.hash
    assert "x" == top.values["name"]["typed"]["value"]


async def test_push_puts_a_modal_on_top(app, workspace, shown):
    """`push` stacks; the new view knows its root and the one below."""
    view = shown()
    app.answers = lambda _: {"response_action": "push", "view": modal(section("more"))}

    await workspace.submit_view("ana")

    top = workspace.views.top(ANA)
    assert (view.id, view.id) == (top.root, top.previous)


async def test_errors_stay_in_the_modal(app, workspace, shown):
    """`errors` leaves the modal open and tells the page which block is wrong."""
    view = shown(text_input())
    app.answers = lambda _: {"response_action": "errors", "errors": {"name": "No such SIM."}}
    with workspace.subscribe() as changes:
        await workspace.submit_view("ana", {"name": {"typed": "x"}})
        heard = await anext(changes)

    assert view.id == workspace.views.top(ANA).id
    assert ("view_errors", {"name": "No such SIM."}) == (heard.kind, heard.data["errors"])


@pytest.mark.parametrize(
    ("answer", "error"),
    [
        ({"response_action": "errors", "errors": {"other": "?"}}, "invalid_view_errors"),
        ({"response_action": "errors", "errors": {}}, "invalid_view_errors"),
        ({"response_action": "errors"}, "invalid_view_errors"),
        ({"response_action": "update"}, "invalid_arguments"),
        ({"response_action": "update", "view": HOME}, "invalid_arguments"),
        ({"response_action": "push", "view": {"type": "modal"}}, "invalid_arguments"),
    ],
)
async def test_a_wrong_answer_leaves_the_modal_open(app, workspace, shown, answer, error):
    """An answer that Slack cannot use is an error, and the modal stays as it was."""
    view = shown(text_input())
    app.answers = lambda _: answer

    delivery = await workspace.submit_view("ana", {"name": {"typed": "x"}})

    assert (False, error) == (delivery.ok, delivery.error)
    assert view.hash == workspace.views.top(ANA).hash


@pytest.mark.parametrize("ack_seconds", [0.1])
async def test_without_an_ack_the_modal_stays(app, workspace, shown):
    """A modal that nobody acknowledges stays open."""
    view = shown()
    app.answers = lambda _: SILENT

    delivery = await workspace.submit_view("ana")

    assert "operation_timeout" == delivery.error
    assert view.id == workspace.views.top(ANA).id


async def test_empty_required_inputs_are_not_sent(app, workspace, shown):
    """Slack's client asks for required inputs first; optional ones may be empty."""
    shown(text_input(), text_input("nick", optional=True))

    delivery = await workspace.submit_view("ana")

    assert (False, "required_input_missing") == (delivery.ok, delivery.error)
    assert [] == app.seen


async def test_a_click_in_a_modal_is_told_with_the_view(app, workspace, shown):
    """block_actions of a modal carry the view and its state, and no response_url."""
    view = shown(actions(button(value="v"), select("one", "two")))
    await workspace.click_in_view("ana", "buttons", "pick", selected="two")

    await workspace.click_in_view("ana", "buttons", "go")

    told = app.last
    assert {"type": "view", "view_id": view.id} == told["container"]
    picked = told["view"]["state"]["values"]["buttons"]["pick"]
    assert "two" == picked["selected_option"]["value"]
    assert {"response_url", "channel", "message"}.isdisjoint(told)


@pytest.mark.parametrize(("asked", "told"), [(True, ["view_closed"]), (False, [])])
async def test_closing_is_told_where_asked_for(app, workspace, shown, asked, told):
    """The app hears of a closed modal only with notify_on_close."""
    shown(notify_on_close=asked)

    await workspace.close_view("ana")

    assert told == [request.payload["type"] for request in app.seen]
    assert workspace.views.top(ANA) is None


async def test_a_chosen_channel_gets_a_response_url(app, workspace, shown, base):
    """With response_url_enabled the app may answer into the channel that was chosen."""
    element = {"type": "conversations_select", "action_id": "where", "response_url_enabled": True}
    shown(text_input(element=element))

    await workspace.submit_view("ana", {"name": {"where": "C0FLEETOP"}})

    (told,) = app.last["response_urls"]
    assert ("C0FLEETOP", "where") == (told["channel_id"], told["action_id"])
    assert told["response_url"].startswith(base)


async def test_home_is_opened_and_clicked(app, api, workspace):
    """app_home_opened names the tab; buttons of a published Home are told like a modal's."""
    await workspace.open_home("ana")
    await api.dispatcher.settled()
    workspace.views.publish(ANA, {"type": "home", "blocks": [actions(button())]})

    await workspace.click_home("ana", "buttons", "go")

    opened = app.seen[0].payload["event"]
    assert ("app_home_opened", "home", ANA) == (opened["type"], opened["tab"], opened["user"])
    assert "home" == app.last["view"]["type"]


async def test_without_a_modal_there_is_nothing_to_do(workspace):
    """Who has no modal open cannot send, close or click one."""
    for act in (workspace.submit_view, workspace.close_view):
        with pytest.raises(KeyError):
            await act("ana")
    with pytest.raises(KeyError):
        await workspace.click_home("ana", "buttons", "go")


def test_each_element_reports_in_its_own_way():
    """Options come whole, ids and texts as they are."""
    for name, selected, key, reported in (
        ("static_select", "two", "selected_option", option("two")),
        ("external_select", option("x"), "selected_option", option("x")),
        ("overflow", "one", "selected_option", option("one")),
        ("multi_static_select", ["one"], "selected_options", [option("one")]),
        ("checkboxes", "one", "selected_options", [option("one")]),
        ("checkboxes", [], "selected_options", []),
        ("users_select", "U0ANA0001", "selected_user", "U0ANA0001"),
        ("conversations_select", "C0FLEETOP", "selected_conversation", "C0FLEETOP"),
        ("datepicker", "2026-01-05", "selected_date", "2026-01-05"),
        ("datetimepicker", 1_767_614_400, "selected_date_time", 1_767_614_400),
        ("plain_text_input", "x", "value", "x"),
        ("rich_text_input", rich(), "rich_text_value", rich()),
        ("feedback_buttons", "good", "value", "good"),
    ):
        assert reported == answer_of(ELEMENTS[name], selected)[key], (name, selected, key, reported)


@pytest.mark.parametrize("name", ["static_select", "checkboxes", "feedback_buttons", "overflow"])
def test_only_what_is_offered_can_be_chosen(name):
    """An option that is not there cannot be chosen."""
    with pytest.raises(KeyError):
        answer_of(ELEMENTS[name], "nothing like it")


def test_untouched_inputs_report_their_first_value():
    """What nobody touched is empty, or what the app chose; buttons report nothing."""
    names = ("static_select", "checkboxes", "datepicker", "users_select", "multi_users_select")
    picked = [ELEMENTS[name] | {"action_id": name} for name in (*names, "button")]

    (values,) = initial_values(named([{"type": "actions", "elements": picked}], Ids())).values()

    assert {
        "static_select": {"type": "static_select", "selected_option": option("two")},
        "checkboxes": {"type": "checkboxes", "selected_options": [option()]},
        "datepicker": {"type": "datepicker", "selected_date": "2026-01-05"},
        "users_select": {"type": "users_select", "selected_user": "U0ANA0001"},
        "multi_users_select": {"type": "multi_users_select", "selected_users": ["U0ANA0001"]},
    } == values


def test_an_element_is_found_in_a_container():
    """At any depth, by both ids."""
    inner = {"type": "section", "block_id": "b", "accessory": ELEMENTS["button"]}

    found = find_element([{"type": "container", "child_blocks": [inner]}], "b", "go")

    assert ELEMENTS["button"] == found
