"""The window in which an alert is made or changed, and the buttons of a list of alerts."""

from datetime import UTC, datetime, time, timedelta

import pytest

from bot.alerts.alert import AlertField
from bot.blocks import ids
from bot.blocks.alert_setup import ALERT, causes_to_choose
from bot.blocks.kit import Choice, option
from bot.diagnosis.rule import Severity
from bot.digests.form import FormField
from bot.digests.schedule import QuietHours
from bot.digests.subscription import PauseReason, Selection, SelectionKind
from bot.errors import OldButton
from handlers.alert_form import values_in
from tests.handlers.alert_steps import TRUCKS, added, errors_in, forged, kept, opened, send, shown
from tests.handlers.digest_steps import WITHOUT_BEN

ON_CALL = "S0ONCALL1"


async def test_an_alert_is_made(whole):
    """The window opens at once; what is sent is kept, and the channel hears of it."""
    delivery = await added(whole)
    (one,) = await kept(whole)

    assert delivery.ok
    assert ("Trucks", "C0FLEETOP", "U0ANA0001") == (one.name, one.channel, one.made_by)
    assert Selection(SelectionKind.PATTERN, "truck-*") == one.selection
    assert (Severity.WARNING, (), None) == (one.least, one.causes, one.interval)
    assert "scanned every" in str(whole.window()["blocks"])
    assert "made the alert *Trucks*" in str(whole.answer("ben").blocks)


async def test_all_that_is_filled_in_is_kept_and_shown_again(whole):
    """Every field has its place in the alert, and stands in the form when that is edited."""
    begin = int(datetime(2030, 1, 1, tzinfo=UTC).timestamp())
    await whole.type("alert add")
    await added(
        whole,
        {
            AlertField.LEAST: "critical",
            AlertField.CAUSES: ["gone_silent", "ghost_session"],
            AlertField.HOLD: "30",
            AlertField.INTERVAL: "15",
            AlertField.FROM: "warning",
            AlertField.AFTER: "5",
            FormField.QUIET_FROM: "22:00",
            FormField.QUIET_TO: "06:00",
            AlertField.BEGIN: begin,
            AlertField.END: begin + 3600,
        },
    )
    (one,) = await kept(whole)
    await whole.type("alert edit Trucks")
    form = str(whole.window()["blocks"])

    assert (Severity.CRITICAL, ("gone_silent", "ghost_session")) == (one.least, one.causes)
    assert (timedelta(minutes=30), timedelta(minutes=15)) == (one.hold, one.interval)
    assert (Severity.WARNING, timedelta(minutes=5)) == (one.mention_from, one.escalate_after)
    assert QuietHours(time(22), time(6)) == one.quiet_hours
    (window,) = one.maintenance
    assert (begin, begin + 3600) == (window.start.timestamp(), window.end.timestamp())
    shown_again = ("'initial_time': '22:00'", "'initial_value': 'truck-*'", "30 minutes longer")
    for known in (*shown_again, str(begin)):
        assert known in form


async def test_choosing_shows_other_fields(whole):
    """Another way to choose SIMs shows its own field; going back finds what was typed before."""
    await whole.type("alert add")
    block = ALERT.block_of(FormField.WHICH)
    await whole.slack.workspace.click_in_view("ana", block, block, selected=SelectionKind.STATUS)
    await whole.settle()

    assert ALERT.block_of(FormField.STATUS) in shown(whole)
    assert ALERT.block_of(FormField.PATTERN) not in shown(whole)


def window(begin, end):
    return {AlertField.BEGIN: begin * 10**6, AlertField.END: end * 10**6}


@pytest.mark.parametrize(
    ("values", "field", "words"),
    [
        ({FormField.PATTERN: "nothing-*"}, FormField.PATTERN, "is called"),
        ({FormField.CHANNEL: "C0DEPOT24"}, FormField.CHANNEL, "is archived"),
        ({FormField.QUIET_FROM: "22:00"}, FormField.QUIET_TO, "Say until when"),
        ({AlertField.BEGIN: 1_900_000_000}, AlertField.END, "Say until when"),
        (window(1_900, 1_800), AlertField.END, "must end after it begins"),
        (window(1_600, 1_601), AlertField.END, "already in the past"),
    ],
)
async def test_faults_stand_under_their_fields(whole, values, field, words):
    """What is wrong is said at its field, and nothing is kept."""
    delivery = await added(whole, values)

    assert words in errors_in(delivery)[ALERT.block_of(field)]
    assert () == await kept(whole)


async def test_a_name_is_taken_once(whole):
    """A second alert of that name in the channel is refused at its field."""
    await added(whole)
    delivery = await added(whole)

    assert "has an alert of that name" in errors_in(delivery)[ALERT.block_of(FormField.NAME)]


async def test_user_groups_are_offered(whole):
    """Whom to mention is found by its handle, or taken as an id."""
    whole.slack.api.scopes |= {"usergroups:read"}
    await whole.type("alert add")
    block = ALERT.block_of(AlertField.FIRST)
    for typed, values in (("on-c", [ON_CALL]), ("U0BEN0001", ["U0BEN0001"]), ("x", [])):
        found = await whole.slack.workspace.suggest("ana", block, block, typed)

        assert values == [each["value"] for each in found.answer["options"]], typed


async def test_whom_to_mention_is_shown_by_name(whole):
    """A form that is edited, drawn anew or has a fault shows a group's handle, not its id."""
    whole.slack.api.scopes |= {"usergroups:read"}
    first, second = (option(Choice(id_, id_)) for id_ in (ON_CALL, "U0BEN0001"))
    await added(whole, {AlertField.FIRST: first, AlertField.SECOND: second})
    await whole.type("alert edit Trucks")
    edited = str(whole.window()["blocks"])
    which = ALERT.block_of(FormField.WHICH)
    await whole.slack.workspace.click_in_view("ana", which, which, selected=SelectionKind.ALL)
    await whole.settle()
    redrawn = str(whole.window()["blocks"])

    for form in (edited, redrawn):
        assert "'text': '@on-call'" in form
        assert "'text': '@ben'" in form


async def test_a_maintenance_window_is_said(whole):
    """Whoever lists or saves an alert sees when it opens nothing."""
    begin = 1_900_000_000
    await added(whole, {AlertField.BEGIN: begin, AlertField.END: begin + 3600})
    await whole.type("alert list")

    for said in (str(whole.window()["blocks"]), str(whole.answer("ana").blocks)):
        assert "maintenance from" in said
        assert str(begin + 3600) in said


def test_only_what_a_scan_can_find_is_a_cause():
    """Rules that only remark, or that outages are told by, are not offered."""
    names = {choice.value for choice in causes_to_choose()}

    assert {"gone_silent", "flapping", "data_limit", "twin_imei", "impossible_travel"} <= names
    assert names.isdisjoint({"healthy", "cell_hopping", "common_outage"})


async def test_somebody_elsewhere_may_not_change_it(whole):
    """An id that comes back from another channel, by somebody who is not there, is refused."""
    await opened(whole, channel="G0ONCALL1")
    await whole.type("alert pause Wells", user="ben")
    unknown = whole.answer("ben").text
    await forged(whole, "alert_pause", ids.SubscriptionButton(id="a1"), user="ben")
    refused = whole.answer("ben").text
    await forged(whole, "alert_edit", ids.SubscriptionButton(id="a1"), user="ben")
    (one,) = await kept(whole)

    assert "I found no alert" in unknown
    for said in (refused, str(whole.window("ben")["blocks"])):
        assert "people in its channel may change an alert" in said
    assert "Wells" not in str(whole.window("ben")["blocks"])
    assert one.paused is not PauseReason.ASKED  # the card may be refused there by then


@pytest.mark.parametrize("id_", ["a1", None], ids=["changed", "new"])
async def test_a_window_with_another_channel_in_it(whole, id_):
    """What it carries is no proof that the person is in that channel: nothing is kept."""
    whole.slack.workspace.put_channel(WITHOUT_BEN)
    await opened(whole, channel=WITHOUT_BEN.id)
    await whole.type("alert add", user="ben")
    top = whole.slack.workspace.views.top(whole.slack.workspace.person("ben").id)
    form = ids.SubscriptionForm.from_value(top.body["private_metadata"])
    theirs = form.model_copy(update={"id": id_, "at": WITHOUT_BEN.id})
    top.body["private_metadata"] = theirs.to_value()
    await send(whole, TRUCKS, user="ben")

    assert ["Wells"] == [each.name for each in await kept(whole)]
    assert "people in its channel may change an alert" in str(whole.window("ben")["blocks"])


async def test_a_private_channel_without_the_bot_is_named_as_what_is_wrong(whole):
    """Slack hides from the bot who is in it; its people are told to invite the bot."""
    await whole.type("alert add", channel="#on-call-private")
    delivery = await send(whole, TRUCKS)
    await send(whole, {FormField.CHANNEL: "C0FLEETOP"})

    told = errors_in(delivery)[ALERT.block_of(FormField.CHANNEL)]
    assert "I am not in that channel. Invite me there" in told
    assert ["C0FLEETOP"] == [each.channel for each in await kept(whole)]


async def test_edit_changes_what_is_kept(whole):
    """What is changed in the form is changed in the alert; the channel hears of it."""
    await added(whole)
    await whole.type("alert edit")
    await send(whole, {FormField.NAME: "All trucks", AlertField.HOLD: "60"})
    (one,) = await kept(whole)

    assert ("All trucks", timedelta(hours=1)) == (one.name, one.hold)
    assert "changed the alert *All trucks*" in str(whole.answer("ben").blocks)


@pytest.mark.parametrize(
    ("field", "told"),
    [
        (AlertField.HOLD, {"value": "9" * 30}),
        (AlertField.HOLD, {"value": "-5"}),
        (AlertField.HOLD, {"value": "auto"}),
        (AlertField.AFTER, {"value": "1e9"}),
        (AlertField.INTERVAL, {"value": "1000000000"}),
        (AlertField.BEGIN, {"selected_date_time": 10**20}),
        (AlertField.END, {"selected_date_time": -(10**12)}),
        (AlertField.FIRST, {"value": "S0ONCALL1> <!channel"}),
        (AlertField.SECOND, {"value": "!channel"}),
        (FormField.QUIET_TO, {"selected_time": "24:61"}),
        (AlertField.CAUSES, {"selected_options": [{"value": "x" * 20_000}]}),
    ],
)
def test_what_the_form_never_offers_is_refused(field, told):
    """Whatever comes back from Slack is read as if somebody had forged it."""
    told = {ALERT.block_of(field): told}
    fields = {
        ALERT.block_of(name): {ALERT.block_of(name): {"value": value}}
        for name, value in {FormField.WHICH: "all", FormField.QUIET_FROM: "22:00"}.items()
    }
    state = {"values": fields | {ALERT.block_of(field): told}}
    with pytest.raises(OldButton):
        values_in(
            {"private_metadata": ids.SubscriptionForm(at="C0FLEETOP").to_value(), "state": state}
        )


def test_a_window_says_edit_before_it_knows_what():
    """What is edited is not found yet, or never: it is no new one all the same."""
    assert ["Edit alert", "New alert"] == [
        ALERT.title_of(ids.SubscriptionForm(id=each)) for each in ("", None)
    ]
