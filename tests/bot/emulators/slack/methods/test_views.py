"""views.*: triggers, stacks, hashes and Home."""

import pytest
from slack_sdk.errors import SlackApiError

from bot.emulators.slack.faults import SlackError
from tests.bot.emulators.slack.kit import ANA, BOT, FLEET, modal, refusal, section, text_input


@pytest.fixture
def trigger(workspace):
    """A fresh trigger of Ana's."""
    return lambda: workspace.triggers.issue(ANA)


async def test_a_modal_opens_for_who_acted(web, workspace, trigger):
    """The view belongs to the trigger's person and comes back with its ids."""
    answer = await web.views_open(trigger_id=trigger(), view=modal(private_metadata="x"))

    view = answer["view"]
    top = workspace.views.top(ANA)
    assert (top.id, "x", "T0ACMEIOT") == (view["id"], view["private_metadata"], view["team_id"])
    assert view["id"] == view["root_view_id"]
    assert {"values": {}} == view["state"]
    assert "block_id" in view["blocks"][0]


async def test_a_trigger_is_good_once_within_three_seconds(web, clock, trigger):
    """Later it is expired, used again exchanged; made up it is invalid, left out it is missing."""
    issued, late = trigger(), trigger()
    clock.move(3)
    await web.views_open(trigger_id=issued, view=modal())
    clock.move(0.1)
    for trigger_id, error in (
        (issued, "exchanged_trigger_id"),
        (late, "expired_trigger_id"),
        ("1.2.x", "invalid_trigger_id"),
    ):
        assert error == await refusal(web.views_open(trigger_id=trigger_id, view=modal()))
    unnamed = web.api_call("views.open", json={"view": modal()})
    assert "invalid_arguments" == await refusal(unnamed)


async def test_a_wrong_view_does_not_use_the_trigger_up(web, trigger):
    """What is wrong is named with its place, and the trigger still opens a right view."""
    issued = trigger()
    with pytest.raises(SlackApiError) as caught:
        await web.views_open(trigger_id=issued, view=modal(section("x" * 3001)))

    response = caught.value.response
    said = "must be less than 3001 characters [json-pointer:/view/blocks/0/text/text]"
    assert "invalid_arguments" == response["error"]
    assert [f"[ERROR] {said}"] == response["response_metadata"]["messages"]
    assert (await web.views_open(trigger_id=issued, view=modal()))["ok"]


async def test_a_view_has_250_kilobytes(web, trigger):
    """A larger one is too large."""
    large = modal(*[section("x" * 3000) for _ in range(90)])

    assert "view_too_large" == await refusal(web.views_open(trigger_id=trigger(), view=large))


async def test_three_modals_may_stand_on_each_other(web, workspace, trigger):
    """The fourth is refused, and nothing is pushed on nothing."""
    with pytest.raises(SlackError, match="not_found"):
        workspace.views.push(ANA, modal())
    first = (await web.views_open(trigger_id=trigger(), view=modal()))["view"]
    _, third = (workspace.views.push(ANA, modal()) for _ in range(2))

    with pytest.raises(SlackError, match="push_limit_reached"):
        workspace.views.push(ANA, modal())

    assert first["id"] == third.root
    assert 3 == workspace.snapshot("ana")["view_depth"]


async def test_a_view_is_drawn_anew(web, trigger):
    """views.update works by id and by external id, and changes the hash; an old hash is refused."""
    opened = (await web.views_open(trigger_id=trigger(), view=modal(external_id="e")))["view"]
    ids = {"view_id": opened["id"], "hash": opened["hash"]}

    by_id = await web.views_update(**ids, view=modal(section("1"), external_id="e"))
    by_external = await web.views_update(external_id="e", view=modal(section("2")))

    assert opened["id"] == by_id["view"]["id"] == by_external["view"]["id"]
    assert 3 == len({v["hash"] for v in (opened, by_id["view"], by_external["view"])})
    assert "hash_conflict" == await refusal(web.views_update(**ids, view=modal(section("2"))))


async def test_only_an_open_view_is_updated(web):
    """A view that is not there is not found; one must be named."""
    for which, error in (
        ({"view_id": "V0"}, "not_found"),
        ({"external_id": "e"}, "not_found"),
        ({}, "invalid_arguments"),
    ):
        call = web.api_call("views.update", json={"view": modal(), **which})

        assert error == await refusal(call), (which, error)


async def test_an_external_id_is_unique(web, workspace, trigger):
    """Two open views cannot have the same."""
    await web.views_open(trigger_id=trigger(), view=modal(external_id="e"))

    with pytest.raises(SlackError, match="duplicate_external_id"):
        workspace.views.push(ANA, modal(external_id="e"))


async def test_what_was_filled_in_stays(web, workspace, trigger):
    """An update keeps the values of blocks that are still there, and of no others."""
    opened = await web.views_open(
        trigger_id=trigger(), view=modal(text_input("a"), text_input("b"))
    )
    view = workspace.views.top(ANA)
    typed = {"typed": {"type": "plain_text_input", "value": "x"}}
    workspace.views.fill(view, {"a": typed, "b": typed})

    updated = await web.views_update(view_id=opened["view"]["id"], view=modal(text_input("b")))

    assert {"values": {"b": typed}} == updated["view"]["state"]


async def test_home_is_published_per_person(web, workspace):
    """Home belongs to one person, keeps its id, and refuses a stale hash."""
    home = {"type": "home", "blocks": [section()]}
    first = (await web.views_publish(user_id=ANA, view=home))["view"]
    second = (await web.views_publish(user_id=ANA, view=home, hash=first["hash"]))["view"]

    assert first["id"] == second["id"] == workspace.snapshot("ana")["home"]["id"]
    assert workspace.snapshot("ben")["home"] is None
    stale = web.views_publish(user_id=ANA, view=home, hash=first["hash"])
    assert "hash_conflict" == await refusal(stale)


@pytest.mark.parametrize(
    ("user", "view"),
    [
        ("U0NOBODY1", {"type": "home", "blocks": []}),
        (BOT, {"type": "home", "blocks": []}),
        (ANA, modal()),
        (ANA, {"type": "home"}),
    ],
)
async def test_only_people_have_a_home(web, user, view):
    """A modal is no Home, and a bot or nobody has none."""
    assert "invalid_arguments" == await refusal(web.views_publish(user_id=user, view=view))


@pytest.mark.parametrize(
    ("kind", "initial"),
    [
        ("conversations_select", {"selected_conversation": FLEET}),
        ("multi_conversations_select", {"selected_conversations": [FLEET]}),
    ],
)
async def test_a_select_may_begin_with_the_channel_one_was_in(app, web, workspace, kind, initial):
    """What nobody has touched holds the channel in which the command was typed."""
    select = {"type": kind, "action_id": "where", "default_to_current_conversation": True}
    place = text_input(block_id="place", element=select)
    await workspace.command("ana", FLEET, "/simsessions", "digest add")
    await web.views_open(trigger_id=app.last["trigger_id"], view=modal(place))
    await workspace.submit_view("ana")

    values = app.last["view"]["state"]["values"]
    assert {"type": kind} | initial == values["place"]["where"]
