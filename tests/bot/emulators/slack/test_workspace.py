"""What people do in the workspace, as the app gets to know of it."""

import pytest

from tests.bot.emulators.slack.kit import (
    ANA,
    BEN,
    DORA,
    FLEET,
    PRIVATE,
    actions,
    button,
    modal,
    section,
    select,
    text_input,
)

FAILED = '/simsessions failed with the error "invalid_command_response"'
FOR_ALL = {"response_type": "in_channel"}


async def test_a_command_is_told_completely(app, workspace):
    """The payload of a slash command has every field of Slack's, and no thread."""
    await workspace.command("ana", "#fleet-ops", "/simsessions", "pump-7 now")

    told = {
        "team_id": "T0ACMEIOT", "team_domain": "acme-iot", "channel_id": FLEET,
        "channel_name": "fleet-ops", "user_id": ANA, "user_name": "ana", "command": "/simsessions",
        "text": "pump-7 now", "api_app_id": "A0SIMSESS", "is_enterprise_install": "false",
    }  # fmt: skip
    assert told.items() <= app.last.items()
    assert {"token", "trigger_id", "response_url"} == set(app.last) - set(told)


@pytest.mark.parametrize(
    ("channel", "name"),
    [(FLEET, "fleet-ops"), (PRIVATE, "privategroup"), ("D0ANADM01", "directmessage")],
)
async def test_a_command_works_where_the_bot_is_not(app, workspace, channel, name):
    """A slash command needs no membership, and private names stay private."""
    delivery = await workspace.command("ana", channel, "/simsessions", "help")

    assert delivery.ok
    assert name == app.last["channel_name"]


async def test_a_command_of_nobodys_is_not_delivered(app, workspace):
    """Slackbot says that there is no such command."""
    delivery = await workspace.command("ana", FLEET, "/simsession", "help")

    assert "unknown_command" == delivery.error
    assert [] == app.seen
    assert "not a valid command" in workspace.messages.all()[-1].text


@pytest.mark.parametrize(
    ("payload", "shown"),
    [
        (None, []),
        ({}, []),
        ({"text": ""}, []),
        ({"text": "hi"}, [("hi", ANA)]),
        ({"text": "hi", "response_type": "ephemeral"}, [("hi", ANA)]),
        ({"text": "hi"} | FOR_ALL, [("/simsessions pump-7", None), ("hi", None)]),
        (FOR_ALL, [("/simsessions pump-7", None)]),
        ({"blocks": [{"type": "section"}]}, [(FAILED, ANA)]),
    ],
)
async def test_the_ack_of_a_command_may_be_the_answer(app, workspace, payload, shown):
    """Only the asker sees it, unless it says in_channel; of wrong blocks they read an error."""
    app.answers = lambda _: payload

    delivery = await workspace.command("ana", FLEET, "/simsessions", "pump-7")

    assert ("invalid_command_response" if (FAILED, ANA) in shown else None) == delivery.error
    assert shown == [(m.text, m.ephemeral_to) for m in workspace.messages.all()]


async def test_a_click_is_told_completely(app, workspace, said):
    """A click tells who, where, in which message, which button, and the state of the inputs."""
    root = said(text="root")
    drawn = actions(button(value="v", style="danger"), select("one", "two"))
    message = said(drawn, thread_ts=root.ts)
    await workspace.click("ana", message.ts, "buttons", "pick", selected="two")

    await workspace.click("ana", message.ts, "buttons", "go")

    told = app.last
    assert "block_actions" == told["type"]
    assert {"id": ANA, "username": "ana", "name": "ana", "team_id": "T0ACMEIOT"} == told["user"]
    assert {"id": FLEET, "name": "fleet-ops"} == told["channel"]
    assert {
        "type": "message",
        "message_ts": message.ts,
        "channel_id": FLEET,
        "is_ephemeral": False,
        "thread_ts": root.ts,
    } == told["container"]
    assert message.to_slack() == told["message"]
    (action,) = told["actions"]
    pressed = {"action_id": "go", "block_id": "buttons", "value": "v", "style": "danger"}
    assert pressed.items() <= action.items()
    assert "two" == told["state"]["values"]["buttons"]["pick"]["selected_option"]["value"]
    assert {"trigger_id", "response_url", "team", "api_app_id"} <= set(told)


async def test_a_click_tells_what_was_clicked_by_whom(app, workspace, said):
    """A click tells no ephemeral message, may be forged, and carries a partner's own team."""
    ephemeral = said(actions(button(value="mine")), ephemeral_to=ANA)
    shared = said(actions(button()), channel="C0PARTNER")

    await workspace.click("ana", ephemeral.ts, "buttons", "go", value="theirs")
    await workspace.click("dora", shared.ts, "buttons", "go")

    first, second = (request.payload for request in app.seen)
    assert (True, "theirs") == (first["container"]["is_ephemeral"], first["actions"][0]["value"])
    assert "message" not in first
    assert ("T0PARTNER", "T0ACMEIOT") == (second["user"]["team_id"], second["team"]["id"])


async def test_only_what_one_sees_can_be_clicked_or_written_to(app, workspace, said):
    """What somebody does not see, they can neither click nor write to."""
    message = said(actions(button()), ephemeral_to=ANA)
    clicks = [("ben", "buttons", "go"), ("ana", "no", "go"), ("ana", "buttons", "no")]
    places = [("ben", PRIVATE), ("dora", FLEET), ("ana", "D0BENDM01"), ("ana", "#none")]
    places += [("gil", "C0GENERAL"), ("emil", FLEET)]

    for user, *ids in [*clicks, ("nobody", "buttons", "go")]:
        with pytest.raises(KeyError):
            await workspace.click(user, message.ts, *ids)
    for user, channel in places:
        with pytest.raises(KeyError):
            await workspace.say(user, channel, "hello")
    assert [] == app.seen


async def test_a_snapshot_is_what_one_person_sees(workspace, said):
    """Ephemeral messages stand in the snapshot of one; private channels in their members'."""
    said(text="for all")
    said(text="for ana", ephemeral_to=ANA)
    workspace.views.open(ANA, modal())

    ana, ben, dora = (workspace.snapshot(name) for name in ("ana", BEN, DORA))

    assert ["for all", "for ana"] == [m["text"] for m in ana["messages"][FLEET]]
    assert ["for all"] == [m["text"] for m in ben["messages"][FLEET]]
    assert (True, False) == (PRIVATE in ana["messages"], PRIVATE in ben["messages"])
    assert ["C0PARTNER"] == [channel["id"] for channel in dora["channels"]]
    assert ("modal", None) == (ana["view"]["type"], ben["view"])


async def test_changes_are_told_as_they_happen(workspace, said):
    """A subscription hears of new, changed and deleted messages, and for whom they are."""
    with workspace.subscribe() as changes:
        message = said(section("one"), ephemeral_to=ANA)
        workspace.rewrite(message, "two", [section("two")])
        workspace.erase(message)
        heard = [await anext(changes) for _ in range(3)]

    assert ["message", "message_changed", "message_deleted"] == [c.kind for c in heard]
    assert {ANA} == {c.only_for for c in heard}
    assert "two" == heard[1].to_json()["message"]["text"]


async def test_a_closed_workspace_lets_listeners_go(workspace):
    """Whoever waits for changes is let go when the workspace closes."""
    with workspace.subscribe() as changes:
        workspace.close()

        assert [] == [change async for change in changes]


async def test_a_failed_delivery_is_told_to_the_page(workspace, said):
    """A click that reaches nobody is shown to who clicked."""
    message = said(actions(button()))
    with workspace.subscribe() as changes:
        await workspace.click("ana", message.ts, "buttons", "go")
        heard = await anext(changes)

    assert ("delivery_failed", ANA) == (heard.kind, heard.only_for)
    assert "dispatch_failed" == heard.to_json()["error"]


async def test_a_new_person_gets_direct_messages_at_first_use(workspace):
    """Direct messages are opened once and found again."""
    first = workspace.dm(DORA)

    assert first == workspace.dm(DORA)
    assert {DORA, "U0SIMSESS"} == first.members


async def test_a_shortcut_on_a_message_carries_it(app, workspace, said):
    """A message shortcut tells of the message; a global one of nothing but the person."""
    message = said(text="SIM pump-7 is down")
    await workspace.shortcut("ana", "look_up", message.ts)
    on_message = app.last
    await workspace.shortcut("ana", "ask")

    assert ("message_action", "look_up") == (on_message["type"], on_message["callback_id"])
    assert message.ts == on_message["message_ts"] == on_message["message"]["ts"]
    assert ("shortcut", "ask") == (app.last["type"], app.last["callback_id"])
    assert "response_url" in on_message
    assert "response_url" not in app.last


async def test_options_are_asked_of_the_app(app, workspace, said):
    """Typing into an external select asks the app, in a message and in a modal."""
    element = {"type": "external_select", "action_id": "sim"}
    offered = [{"text": {"type": "plain_text", "text": "pump-7"}, "value": "pump-7"}]
    app.answers = lambda _: {"options": offered}
    message = said(actions(element))
    workspace.views.open(ANA, modal(text_input(element=element)))

    in_message = await workspace.suggest("ana", "buttons", "sim", "pum", message.ts)
    asked = app.last
    in_modal = await workspace.suggest("ana", "name", "sim", "pum")

    assert offered == in_message.answer["options"] == in_modal.answer["options"]
    assert ("block_suggestion", "pum") == (asked["type"], asked["value"])
    assert message.ts == asked["container"]["message_ts"]
    assert "view" in app.last


async def test_wrong_options_are_not_offered(workspace, said, connect):
    """More than 100 options, or none in Slack's shape, are none; so it is without an app."""
    message = said(actions({"type": "external_select", "action_id": "sim"}))
    asked = ("ana", "buttons", "sim", "pum", message.ts)
    wrong = [
        None,
        {},
        {"options": [{"text": "pump-7", "value": "pump-7"}]},
        {"options": [select("a")["options"][0]] * 101},
        {"options": [], "option_groups": []},
    ]
    errors = [(await workspace.suggest(*asked)).error]
    app = await connect()
    for answer in wrong:
        app.answers = lambda _, answer=answer: answer
        errors.append((await workspace.suggest(*asked)).error)

    assert ["dispatch_failed", *["invalid_options"] * len(wrong)] == errors
