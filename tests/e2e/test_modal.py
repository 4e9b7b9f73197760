"""Modals: opened by the app, filled in, sent off, closed."""

import pytest_asyncio
from playwright.async_api import expect

from bot.emulators.slack.delivery import Ack
from bot.emulators.slack.people import ANA
from tests.e2e import gallery


def open_modal(sandbox, body=gallery.MODAL):
    """Open a modal for Ana, as the app does."""
    view = sandbox.workspace.views.open(ANA.id, body)
    return sandbox.workspace.show("view_opened", view)


@pytest_asyncio.fixture(loop_scope="session")
async def modal(page, sandbox):
    """The modal of the gallery."""
    open_modal(sandbox)
    dialog = page.get_by_role("dialog", name="Watch a SIM")
    await expect(dialog).to_be_visible()
    return dialog


async def test_a_modal_is_drawn(modal):
    """Title, blocks, labels, hints and both buttons are there; the first field has focus."""
    await expect(modal.get_by_role("note")).to_have_text("Warning: It pings at most once.")
    await expect(modal.get_by_label("Until")).to_have_value("online")
    await expect(modal.get_by_label("Until")).to_be_focused()
    await expect(modal.get_by_label("Why")).to_have_accessible_description("The channel reads it.")
    await expect(modal.get_by_role("group", name="How")).to_contain_text("Ping me")
    await expect(modal.get_by_role("button", name="Not now")).to_be_visible()


async def test_a_modal_is_sent_off(modal, sandbox):
    """What was filled in reaches the app by block and action, and the modal closes."""
    await modal.get_by_label("Why").fill("on call")
    await modal.get_by_label("Ping me").check()
    await modal.get_by_role("button", name="Watch", exact=True).click()
    await expect(modal).to_be_hidden()
    (sent,) = await sandbox.app.wait_for(lambda app: app.of("view_submission"))
    values = sent["view"]["state"]["values"]

    assert "online" == values["until"]["state"]["selected_option"]["value"]
    assert "on call" == values["why"]["text"]["value"]
    assert ["Ping me"] == [o["value"] for o in values["how"]["ways"]["selected_options"]]


async def test_what_is_required_is_asked_for(modal, sandbox):
    """A field that must be filled in is said beside it and gets the focus; nothing is sent."""
    await modal.get_by_role("button", name="Watch", exact=True).click()

    await expect(modal.get_by_text("Please complete this required field.")).to_be_visible()
    await expect(modal.get_by_label("Why")).to_be_focused()
    assert [] == sandbox.app.of("view_submission")


async def test_the_apps_errors_stand_beside_their_fields(modal, sandbox):
    """What the app refuses is said at the field, and the modal stays with what was typed."""
    errors = {"response_action": "errors", "errors": {"why": "Say more."}}
    sandbox.app.ack = Ack(None, 0.01, errors)
    await modal.get_by_label("Why").fill("x")
    await modal.get_by_role("button", name="Watch", exact=True).click()

    await expect(modal.get_by_text("Say more.")).to_be_visible()
    await expect(modal.get_by_label("Why")).to_have_value("x")


def fields(initial):
    """A choice that the app is told at once, and an optional line and time."""
    which = {"type": "static_select", "action_id": "which", "options": gallery.options("a", "b")}
    line = {"type": "plain_text_input", "action_id": "line", "initial_value": "as it was"}
    quiet = {"type": "timepicker", "action_id": "quiet", "initial_time": "22:00"}
    elements = [which, *((line, quiet) if initial else ({**line, "initial_value": ""},))]
    return [
        {"type": "input", "block_id": one["action_id"], "element": one, "optional": True}
        | {"label": gallery.plain(one["action_id"]), "dispatch_action": one is which}
        for one in elements
    ]


async def test_a_choice_is_told_with_what_was_typed_before_it(page, sandbox):
    """A click in a modal carries all that is filled in, also what was sent before and changed."""
    open_modal(sandbox, gallery.MODAL | {"blocks": fields(initial=False)})
    dialog = page.get_by_role("dialog", name="Watch a SIM")
    errors = {"response_action": "errors", "errors": {"line": "Not that."}}
    sandbox.app.ack = Ack(None, 0.01, errors)
    await dialog.get_by_label("line").fill("once")
    await dialog.get_by_role("button", name="Watch", exact=True).click()
    await expect(dialog).to_contain_text("Not that.")
    sandbox.app.ack = Ack(None, 0.01)
    await dialog.get_by_label("line").fill("twice")
    await dialog.get_by_label("which").select_option("b")

    (told,) = await sandbox.app.wait_for(lambda app: app.of("block_actions"))
    assert "twice" == told["view"]["state"]["values"]["line"]["line"]["value"]


async def test_what_is_emptied_is_sent_empty(page, sandbox):
    """A field that came filled in and was emptied is null for the app, not as it came."""
    open_modal(sandbox, gallery.MODAL | {"blocks": fields(initial=True)})
    dialog = page.get_by_role("dialog", name="Watch a SIM")
    await dialog.get_by_label("line").fill("")
    await dialog.get_by_label("quiet").fill("")
    await dialog.get_by_role("button", name="Watch", exact=True).click()

    (sent,) = await sandbox.app.wait_for(lambda app: app.of("view_submission"))
    values = sent["view"]["state"]["values"]
    assert [None, None] == [
        values["line"]["line"]["value"],
        values["quiet"]["quiet"]["selected_time"],
    ]


async def test_a_choice_by_typing_can_be_emptied(page, sandbox):
    """Text that was not chosen goes with the focus; an emptied field is sent empty."""
    element = {"type": "external_select", "action_id": "who", "initial_option": OFFERED[0]}
    label = gallery.plain("Who")
    block = {"type": "input", "block_id": "who", "label": label, "element": element}
    open_modal(sandbox, gallery.MODAL | {"blocks": [block | {"optional": True}]})
    dialog = page.get_by_role("dialog", name="Watch a SIM")
    box = dialog.get_by_role("combobox", name="Who")
    await box.fill("nobody")
    await box.blur()
    await expect(box).to_have_value("a-1")
    await box.fill("")
    await dialog.get_by_role("button", name="Watch", exact=True).click()

    (sent,) = await sandbox.app.wait_for(lambda app: app.of("view_submission"))
    assert sent["view"]["state"]["values"]["who"]["who"]["selected_option"] is None


async def test_an_app_that_does_not_answer(modal, sandbox):
    """A modal that could not be sent off says so and can be sent off again."""
    sandbox.app.ack = Ack("operation_timeout", 3.0)
    await modal.get_by_label("Why").fill("on call")
    await modal.get_by_role("button", name="Watch", exact=True).click()
    await expect(modal).to_contain_text("We had some trouble connecting. Try again?")
    sandbox.app.ack = Ack(None, 0.01)
    await modal.get_by_role("button", name="Watch", exact=True).click()

    await expect(modal).to_be_hidden()


async def test_a_modal_is_drawn_anew(modal, sandbox):
    """The app can change a modal while it is open; what was typed stays."""
    await modal.get_by_label("Why").fill("on call")
    view = sandbox.workspace.views.top(ANA.id)
    anew = gallery.MODAL | {"blocks": [*gallery.MODAL["blocks"], gallery.section("Found it.")]}
    sandbox.workspace.show("view_changed", sandbox.workspace.views.update(view, anew))

    await expect(modal.get_by_text("Found it.")).to_be_visible()
    await expect(modal.get_by_label("Why")).to_have_value("on call")


async def test_modals_lie_on_each_other(page, modal, sandbox):
    """A pushed modal covers the first, and when it is closed the first is there again."""
    details = {"type": "modal", "title": gallery.plain("Details"), "blocks": [gallery.section("x")]}
    view = sandbox.workspace.views.push(ANA.id, details)
    sandbox.workspace.show("view_opened", view)
    above = page.get_by_role("dialog", name="Details")
    await expect(above).to_be_visible()
    await above.locator("footer").get_by_role("button", name="Close").click()

    await expect(above).to_be_hidden()
    await expect(modal).to_be_visible()


async def test_a_modal_is_closed(page, sandbox):
    """However a person closes a modal, it is gone, here and in the workspace."""
    modal = page.get_by_role("dialog", name="Watch a SIM")
    for way in ("Not now", "Close", "Escape"):
        open_modal(sandbox)
        await expect(modal).to_be_visible()
        async with page.expect_response("**/page/close"):
            if way == "Escape":
                await page.keyboard.press("Escape")
            else:
                await modal.get_by_role("button", name=way).click()

        await expect(modal).to_be_hidden()
        assert sandbox.workspace.views.top(ANA.id) is None, way


async def test_nobody_else_sees_it(window, sandbox):
    """A modal opens for the one who was asked, not for whoever else has the page open."""
    others = await window.open(sandbox.at("ben"))
    page = await window.open(sandbox.at("ana"))
    open_modal(sandbox)

    await expect(page.get_by_role("dialog")).to_be_visible()
    await expect(others.get_by_role("dialog")).to_be_hidden()


async def test_a_modal_outlives_a_reload(page, modal):
    """Who reloads the page still has the modal open."""
    await page.reload()

    await expect(modal).to_be_visible()


async def test_a_modal_drawn_anew_has_its_new_buttons(page, sandbox):
    """A window that first says to wait, and then is a form, can be sent off."""
    waiting = {key: gallery.MODAL[key] for key in ("type", "title")}
    text = {"type": "plain_text", "text": "Wait…"}
    view = open_modal(sandbox, waiting | {"blocks": [{"type": "section", "text": text}]})
    dialog = page.get_by_role("dialog", name="Watch a SIM")
    await expect(dialog.get_by_role("button", name="Watch", exact=True)).to_have_count(0)
    anew = sandbox.workspace.views.update(view, gallery.MODAL)
    sandbox.workspace.show("view_changed", anew)

    await expect(dialog.get_by_role("button", name="Watch", exact=True)).to_be_visible()


OFFERED = [{"text": {"type": "plain_text", "text": name}, "value": name} for name in ("a-1", "a-2")]


CHOSEN = [
    ("multi_users_select", "chl", "Chloé Tanaka", {"selected_users": ["U0CHLOE01"]}),
    ("multi_conversations_select", "gen", "#general", {"selected_conversations": ["C0GENERAL"]}),
    ("multi_channels_select", "part", "#partner", {"selected_channels": ["C0PARTNER"]}),
    ("multi_external_select", "a-1", "a-1", {"selected_options": OFFERED[:1]}),
]


async def test_several_are_chosen_by_typing(page, sandbox):
    """What fits is offered, Enter takes the first, it can be taken away, and it is submitted."""
    sandbox.app.ack = Ack(None, 0.01, {"options": OFFERED})
    label = {"type": "plain_text", "text": "Who"}
    blocks = [
        {"type": "input", "block_id": kind, "label": label, "element": element}
        for kind, *_ in CHOSEN
        for element in [{"type": kind, "action_id": "pick"}]
    ]
    open_modal(sandbox, gallery.MODAL | {"blocks": blocks})
    for number, (_, typed, chosen, _) in enumerate(CHOSEN):
        block = page.get_by_role("dialog").locator(".block").nth(number)
        for again in (True, False):
            await block.get_by_label("Who").press_sequentially(typed)
            await expect(page.get_by_role("option").first).to_be_visible()
            await block.get_by_label("Who").press("Enter")
            await expect(block.locator(".chip")).to_contain_text(chosen)
            if again:
                await block.get_by_role("button", name="Remove").click()
                await expect(block.locator(".chip")).to_have_count(0)
    sandbox.app.ack = Ack(None, 0.01)
    await page.get_by_role("button", name="Watch", exact=True).click()

    (sent,) = await sandbox.app.wait_for(lambda app: app.of("view_submission"))
    values = sent["view"]["state"]["values"]
    for kind, *_, expected in CHOSEN:
        assert {"type": kind} | expected == values[kind]["pick"], kind
