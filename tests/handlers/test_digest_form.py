"""The window in which a digest is made or changed."""

from datetime import time

import pytest

from bot.blocks import ids
from bot.blocks.digest_setup import DIGEST
from bot.digests.form import FormField
from bot.digests.schedule import DigestSchedule, Frequency
from bot.digests.subscription import Selection, SelectionKind
from bot.emulators.slack.payloads import from_view
from bot.errors import OldButton
from handlers.digest_form import values_in
from tests.handlers.digest_steps import (
    AT,
    NAMED,
    PUMPS,
    added,
    choose,
    errors_in,
    fill,
    kept,
    scheduled,
    send,
    shown,
    words,
)
from tests.whole_bot import whole_bot


@pytest.fixture
async def whole(database_url):
    async with whole_bot(database_url=database_url) as running:
        yield running


async def test_a_digest_is_made(whole):
    """The window opens at once, with the asker's zone and the channel; what is sent is kept."""
    await whole.type("digest add")
    (opened,) = whole.slack.api.calls.of("views.open")
    form = whole.window()

    delivery = await send(whole, PUMPS)

    assert "Reading…" in words(opened.args["view"])
    assert "America/New_York" in words(form)
    assert "'initial_time': '09:00'" in words(form)
    (one,) = await kept(whole)
    assert delivery.ok
    assert ("Pumps", "C0FLEETOP", "U0ANA0001", "America/New_York") == (
        one.name, one.channel, one.made_by, one.zone,
    )  # fmt: skip
    assert Selection(SelectionKind.PATTERN, "truck-*") == one.selection
    assert DigestSchedule(Frequency.WEEKDAY, at=time.fromisoformat(AT)) == one.schedule
    assert "Next: <!date^" in words(whole.window())
    assert "made the digest *Pumps*" in str(whole.answer("ben").blocks)


async def test_choosing_shows_other_fields_and_loses_nothing(whole):
    """Another way to choose SIMs shows its own field; going back finds what was typed before."""
    await whole.type("digest add")
    await fill(whole, {FormField.NAME: "Pumps", FormField.PATTERN: "truck-*"})

    await choose(whole, FormField.WHICH, SelectionKind.STATUS)
    of_status = shown(whole)
    await choose(whole, FormField.EVERY, Frequency.CRON)
    by_cron = shown(whole)
    await choose(whole, FormField.WHICH, SelectionKind.PATTERN)

    assert FormField.STATUS in of_status
    assert FormField.PATTERN not in of_status
    assert FormField.CRON in by_cron
    assert "truck-*" == shown(whole)[FormField.PATTERN]["initial_value"]
    assert "Pumps" == shown(whole)[FormField.NAME]["initial_value"]


@pytest.mark.parametrize("kind", ["sqlite"])
async def test_each_way_to_choose_sims(whole):
    """What was chosen is what is kept."""
    for which, values, value in (
        (SelectionKind.ALL, {}, ""),
        (SelectionKind.STATUS, {FormField.STATUS: "active"}, "active"),
        (SelectionKind.PATTERN, {FormField.PATTERN: "TRUCK-*"}, "TRUCK-*"),
    ):
        await whole.type("digest add")
        await choose(whole, FormField.WHICH, which)
        await send(whole, {FormField.NAME: f"By {which}"} | values)

        (selection,) = (one.selection for one in await kept(whole) if one.name == f"By {which}")
        assert Selection(which, value) == selection, which


@pytest.mark.parametrize("kind", ["sqlite"])
async def test_pasted_sims_are_kept_by_sid(whole):
    """A pasted list is looked up, and what was typed is kept beside it."""
    await whole.type("digest add")
    await choose(whole, FormField.WHICH, SelectionKind.LISTED)
    await send(whole, {FormField.NAME: "Two", FormField.LISTED: "truck-42\npump-7"})

    (one,) = await kept(whole)
    assert ["truck-42", "pump-7"] == [sim.typed for sim in one.selection.sims]
    assert all(sid.startswith("DE") for sid in one.selection.sids)


@pytest.mark.parametrize("kind", ["sqlite"])
async def test_each_schedule(whole):
    """What was chosen is what is kept, and its schedule has the same line."""
    for every, values, more in (
        (Frequency.HOURS, {FormField.HOURS: "6"}, {"hours": 6}),
        (Frequency.DAY, {FormField.AT: "07:30"}, {"at": time(7, 30)}),
        (Frequency.WEEK, {FormField.DAY: "4", FormField.AT: "16:00"}, {"at": time(16), "day": 4}),
        (Frequency.CRON, {FormField.CRON: "0 9 1 * *"}, {"line": "0 9 1 * *"}),
    ):
        await whole.type("digest add")
        await choose(whole, FormField.EVERY, every)
        await send(whole, NAMED | {FormField.NAME: f"Every {every}"} | values)

        (one,) = (one for one in await kept(whole) if one.name == f"Every {every}")
        cron = DigestSchedule(every, **more).cron
        assert cron == one.schedule.cron, every
        assert ((cron,), one.zone) == await scheduled(whole, one), every


def quiet(begin, end):
    return {FormField.QUIET_FROM: begin, FormField.QUIET_TO: end}


@pytest.mark.parametrize("kind", ["sqlite"])
async def test_a_fault_stands_on_its_field(whole):
    """What cannot be taken is said on the right field, the window stays, and nothing is kept."""
    for values, field, sentence in (
        ({FormField.PATTERN: "truk-*"}, FormField.PATTERN, "is called truk-*"),
        ({FormField.NAME: "  "}, FormField.NAME, "Give it a name"),
        ({FormField.ZONE: {"text": {}, "value": "Berlin"}}, FormField.ZONE, "Europe/Berlin?"),
        (quiet("22:00", None), FormField.QUIET_TO, "Say until when"),
        (quiet("08:00", "10:00"), FormField.QUIET_TO, "it would never come"),
        ({FormField.CHANNEL: "C0GENERAL"}, FormField.CHANNEL, "Invite me there"),
        ({FormField.CHANNEL: "G0ONCALL1"}, FormField.CHANNEL, "Invite me there"),
        ({FormField.CHANNEL: "C0DEPOT24"}, FormField.CHANNEL, "is archived"),
    ):
        delivery = await added(whole, NAMED | values)

        assert [field] == list(errors_in(delivery)), values
        assert sentence in errors_in(delivery)[field], values
        assert () == await kept(whole), values
        assert FormField.NAME in shown(whole), values


@pytest.mark.parametrize("kind", ["sqlite"])
async def test_a_bad_cron_line(whole):
    """A line that is none, and one that comes too often, are said on the field."""
    await whole.type("digest add")
    await choose(whole, FormField.EVERY, Frequency.CRON)
    for cron, sentence in (
        ("61 * * * *", "the minute must be 0 to 59"),
        ("nonsense", "it has 1 field,"),
        ("*/5 * * * *", "the shortest allowed here is 15 min"),
    ):
        delivery = await send(whole, NAMED | {FormField.CRON: cron})

        assert sentence in errors_in(delivery)[FormField.CRON], cron


@pytest.mark.parametrize("kind", ["sqlite"])
async def test_zones_are_offered_while_somebody_types(whole):
    """Slack's search is answered at once, with how far each zone is from UTC."""
    await whole.type("digest add")
    block = DIGEST.block_of(FormField.ZONE)
    found = await whole.slack.workspace.suggest("ana", block, block, "berl")
    first = await whole.slack.workspace.suggest("ana", block, block, "")

    (only,) = found.answer["options"]
    assert "Europe/Berlin" == only["value"]
    assert "(UTC+0" in only["text"]["text"]
    assert "UTC" == first.answer["options"][0]["value"]


async def test_editing(whole):
    """The window shows what is there; what is changed is kept under the same id and told."""
    await added(whole)
    (before,) = await kept(whole)

    await whole.type("digest edit pumps", user="ben")
    form = shown(whole, "ben")
    await send(whole, {FormField.NAME: "Trucks", FormField.AT: "06:45"}, user="ben")

    (after,) = await kept(whole)
    assert "Pumps" == form[FormField.NAME]["initial_value"]
    assert before.id == after.id
    assert ("Trucks", "45 6 * * 1-5") == (after.name, after.schedule.cron)
    assert "U0ANA0001" == after.made_by
    assert "changed the digest *Trucks*" in str(whole.answer("chloe").blocks)


@pytest.mark.parametrize("kind", ["sqlite"])
async def test_a_person_whose_zone_is_not_known(whole):
    """Without Slack's word the zone is UTC, and the form opens all the same."""
    whole.slack.api.faults.fail("users.info", "user_not_found", times=9)
    await whole.type("digest add")

    assert "UTC" == shown(whole)[FormField.ZONE]["initial_option"]["value"]


@pytest.mark.parametrize("kind", ["sqlite"])
async def test_a_trigger_that_is_too_old_is_said(whole):
    """No window, but a sentence."""
    whole.slack.api.faults.fail("views.open", "expired_trigger_id")
    await whole.type("digest add")

    assert "within 3 seconds" in whole.answer().text
    assert whole.window() is None


@pytest.mark.parametrize("kind", ["sqlite"])
async def test_editing_one_that_is_gone(whole):
    """The window says so, and which come near."""
    await added(whole)
    await whole.type("digest edit Pmps")

    assert "I found no digest `Pmps` here" in words(whole.window())


@pytest.mark.parametrize("kind", ["sqlite"])
async def test_a_form_that_is_not_ours(dispatch, whole):
    """Whatever stands in the payload, it is answered and nothing is kept."""
    for broken_view in (
        {},
        {"private_metadata": "x"},
        {"private_metadata": "{}", "state": {"values": {}}},
        {"private_metadata": "{}", "state": {"values": {"digest_field_which": 7}}},
        {"private_metadata": '{"kept":{"which":"some","every":"day","when_quiet":"line"}}'},
    ):
        view = {"callback_id": "digest_form", "type": "modal"} | broken_view
        answer = await dispatch.interaction("view_submission", view=view)
        await whole.settle()

        assert 200 == answer.status, broken_view
        assert "another version of me" in answer.body, broken_view
        assert () == await kept(whole), broken_view


async def test_the_same_form_sent_twice_is_kept_once(dispatch, whole):
    """A submission that is delivered again is dropped."""
    await whole.type("digest add")
    await fill(whole, PUMPS)
    workspace = whole.slack.workspace
    seen = workspace._whole(workspace._open_view("ana"))
    payload = from_view("view_submission", workspace.person("ana"), seen)
    payload["trigger_id"] = workspace.ids.token()

    for _ in range(2):
        await dispatch(payload)
    await whole.settle()

    assert 1 == len(await kept(whole))


@pytest.mark.parametrize(
    ("field", "told"),
    [
        (FormField.HOURS, {"value": "-4"}),
        (FormField.HOURS, {"value": "9" * 30}),
        (FormField.DAY, {"value": "99"}),
        (FormField.AT, {"selected_time": "25:00"}),
        (FormField.QUIET_TO, {"selected_time": "24:61"}),
        (FormField.EVERY, {"value": "second"}),
    ],
)
def test_what_the_form_never_offers_is_refused(field, told):
    """Whatever comes back from Slack is read as if somebody had forged it."""
    plain = {FormField.WHICH: "all", FormField.EVERY: "day", FormField.WHEN_QUIET: "skip"}
    fields = {name: {"value": value} for name, value in plain.items()}
    fields |= {FormField.QUIET_FROM: {"selected_time": "22:00"}}
    form = {"private_metadata": ids.SubscriptionForm(at="C0FLEETOP").to_value()}

    def read(fields):
        inputs = {
            DIGEST.block_of(name): {DIGEST.block_of(name): given} for name, given in fields.items()
        }
        return values_in(form | {"state": {"values": inputs}})

    assert "22:00" == read(fields).quiet_from
    with pytest.raises(OldButton):
        read(fields | {field: told})
