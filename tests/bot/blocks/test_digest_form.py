"""The window in which a digest is made or changed."""

from itertools import product

import pytest

from bot.blocks import ids
from bot.blocks.digest_form import block_of, checking_view, errors_of, form_view, title_of
from bot.digests.form import FormField, FormValues
from bot.digests.schedule import Frequency
from bot.digests.subscription import SelectionKind
from bot.emulators.slack.blocks.whole import view_faults
from bot.struct import replace

NEW = ids.DigestForm(at="C1")
DRAFT = FormValues(name="Pumps", pattern="pump-*", zone="Europe/Berlin", channel="C1")
ALWAYS = [
    FormField.NAME, FormField.CHANNEL, FormField.WHICH, FormField.EVERY, FormField.ZONE,
    FormField.QUIET_FROM, FormField.QUIET_TO, FormField.WHEN_QUIET,
]  # fmt: skip
SIMS = {
    SelectionKind.PATTERN: [FormField.PATTERN],
    SelectionKind.LISTED: [FormField.LISTED, FormField.LISTED_2, FormField.LISTED_3],
    SelectionKind.PLAN: [FormField.PLAN],
    SelectionKind.STATUS: [FormField.STATUS],
    SelectionKind.ALL: [],
}
TIMES = {
    Frequency.CRON: [FormField.CRON],
    Frequency.HOURS: [FormField.HOURS],
    Frequency.DAY: [FormField.AT],
    Frequency.WEEKDAY: [FormField.AT],
    Frequency.WEEK: [FormField.DAY, FormField.AT],
}


def shown(view):
    names = {block_of(name): name for name in FormField}
    return [names[block["block_id"]] for block in view["blocks"] if block["type"] == "input"]


@pytest.mark.parametrize(("which", "every"), [*product(SelectionKind, Frequency)])
def test_the_fields_of_what_was_chosen(which, every):
    """Slack takes the form whatever is chosen, and only the fields that count are shown."""
    view = form_view(replace(DRAFT, which=which, every=every), NEW)

    assert [] == view_faults(view, ("modal",))
    assert sorted(ALWAYS + SIMS[which] + TIMES[every]) == sorted(shown(view))


def test_what_is_not_shown_goes_along():
    """What was typed into hidden fields stands in the metadata, but for a list too long for it."""
    draft = replace(
        DRAFT, which=SelectionKind.ALL, every=Frequency.CRON, cron="0 9 * * 1", listed="pump-7"
    )

    kept = ids.DigestForm.from_value(form_view(draft, NEW)["private_metadata"]).kept

    assert {
        "pattern": "pump-*",
        "listed": "pump-7",
        "at": "09:00",
        "hours": "4",
        "day": "0",
    } == kept

    draft = replace(DRAFT, which=SelectionKind.STATUS, listed='"\n' * 1500, plan="x" * 200)

    view = form_view(draft, NEW)

    assert [] == view_faults(view, ("modal",))
    assert {"pattern", "plan", "hours", "day"} == set(
        ids.DigestForm.from_value(view["private_metadata"]).kept
    )


def test_each_fault_stands_beneath_its_field():
    """What is wrong is said there, with all that was typed; Slack is told errors by block id."""
    view = form_view(DRAFT, NEW, {FormField.PATTERN: "None of 7 SIMs is called `pump-*`."})
    blocks = view["blocks"]
    at = next(n for n, b in enumerate(blocks) if b["block_id"] == block_of(FormField.PATTERN))

    assert [] == view_faults(view, ("modal",))
    assert "⚠️ None of 7 SIMs is called `pump-*`." == blocks[at + 1]["elements"][0]["text"]
    assert "pump-*" == blocks[at]["element"]["initial_value"]

    assert {"digest_field_zone": "No zone xy."} == errors_of({FormField.ZONE: "No zone `xy`."})


@pytest.mark.parametrize(
    ("form", "title"), [(NEW, "New digest"), (NEW.model_copy(update={"id": "1"}), "Edit digest")]
)
def test_the_title(form, title):
    """A new digest is told from one that is changed, also while KORE is asked."""
    assert title == title_of(form)
    assert title == checking_view(form)["title"]["text"]
    assert [] == view_faults(checking_view(form), ("modal",))


def test_direct_messages_are_offered_where_one_is_in_one():
    """A digest may be sent to where it was asked for, also where that is a direct message."""

    def kinds(channel):
        view = form_view(replace(DRAFT, channel=channel), NEW)
        block = next(b for b in view["blocks"] if b["block_id"] == block_of(FormField.CHANNEL))
        return block["element"]["filter"]["include"]

    assert ["public", "private"] == kinds("C1")
    assert ["public", "private", "im"] == kinds("D1")
