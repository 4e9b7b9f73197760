"""How a digest is set up: its window, the list, and what confirms a change."""

from datetime import UTC, datetime, time
from itertools import product

import pytest

from bot.blocks import ids
from bot.blocks.digest_setup import (
    DIGEST,
    REMOVED,
    about,
    announced_screen,
    form_view,
    list_screen,
    next_run_text,
    saved_screen,
    small_print,
)
from bot.blocks.format import MRKDWN, PLAIN
from bot.blocks.subscriptions import MOST
from bot.digests.form import FormField, FormValues
from bot.digests.schedule import DigestSchedule, Frequency, QuietHours
from bot.digests.subscription import PauseReason, Selection, SelectionKind, WhenQuiet
from bot.emulators.slack.blocks.whole import blocks_faults, view_faults
from bot.struct import replace
from tests.bot.digests.subscriptions import PUMPS, subscription

NEW = ids.SubscriptionForm(at="C1")
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
    names = {DIGEST.block_of(name): name for name in FormField}
    return [names[block["block_id"]] for block in view["blocks"] if block["type"] == "input"]


@pytest.mark.parametrize(("which", "every"), [*product(SelectionKind, Frequency)])
def test_the_fields_of_what_was_chosen(which, every):
    """Slack takes the form whatever is chosen, and only the fields that count are shown."""
    view = form_view(replace(DRAFT, which=which, every=every), NEW)

    assert [] == view_faults(view, ("modal",))
    assert sorted(ALWAYS + SIMS[which] + TIMES[every]) == sorted(shown(view))


def kept_of(draft):
    """Return what stands in the metadata of a form, and the form."""
    view = form_view(draft, NEW)
    return ids.SubscriptionForm.from_value(view["private_metadata"]).kept, view


def test_what_is_not_shown_goes_along():
    """What was typed into hidden fields stands in the metadata, but for a list too long for it."""
    all_by_cron = {"which": SelectionKind.ALL, "every": Frequency.CRON, "cron": "0 9 * * 1"}
    kept, _ = kept_of(replace(DRAFT, **all_by_cron, listed="pump-7"))

    hidden = {"pattern": "pump-*", "listed": "pump-7", "at": "09:00", "hours": "4", "day": "0"}
    assert hidden == kept

    draft = replace(DRAFT, which=SelectionKind.STATUS, listed='"\n' * 1500, plan="x" * 200)
    kept, view = kept_of(draft)

    assert [] == view_faults(view, ("modal",))
    assert {"pattern", "plan", "hours", "day"} == set(kept)


def test_each_fault_stands_beneath_its_field():
    """What is wrong is said there, with all that was typed; Slack is told errors by block id."""
    view = form_view(DRAFT, NEW, {FormField.PATTERN: "None of 7 SIMs is called `pump-*`."})
    blocks = view["blocks"]
    at = next(
        n for n, b in enumerate(blocks) if b["block_id"] == DIGEST.block_of(FormField.PATTERN)
    )

    assert [] == view_faults(view, ("modal",))
    assert "⚠️ None of 7 SIMs is called `pump-*`." == blocks[at + 1]["elements"][0]["text"]
    assert "pump-*" == blocks[at]["element"]["initial_value"]

    assert {"digest_field_zone": "No zone xy."} == DIGEST.errors_of(
        {FormField.ZONE: "No zone `xy`."}
    )


@pytest.mark.parametrize(
    ("form", "title"), [(NEW, "New digest"), (NEW.model_copy(update={"id": "1"}), "Edit digest")]
)
def test_the_title(form, title):
    """A new digest is told from one that is changed, also while KORE is asked."""
    assert title == DIGEST.title_of(form)
    assert title == DIGEST.checking_view(form)["title"]["text"]
    assert [] == view_faults(DIGEST.checking_view(form), ("modal",))


def test_direct_messages_are_offered_where_one_is_in_one():
    """A digest may be sent to where it was asked for, also where that is a direct message."""

    def kinds(channel):
        view = form_view(replace(DRAFT, channel=channel), NEW)
        block = next(
            b for b in view["blocks"] if b["block_id"] == DIGEST.block_of(FormField.CHANNEL)
        )
        return block["element"]["filter"]["include"]

    assert ["public", "private"] == kinds("C1")
    assert ["public", "private", "im"] == kinds("D1")


NOW = datetime(2026, 1, 5, 12, 0, tzinfo=UTC)
EVIL = subscription(name="<!here> *x* " + "y" * 60, paused=PauseReason.ARCHIVED)
MANY = [subscription(id=str(n), name=f"Pumps {n}") for n in range(MOST + 5)]


def marked_up(blocks):
    """The texts in which Slack reads marks; in plain ones it does not."""
    for block in blocks:
        yield from (each["text"] for each in block.get("elements", ()) if each["type"] == "mrkdwn")
        yield block.get("text", {}).get("text", "")


def listed(every, **more):
    return list_screen(every, NOW, more.pop("running", {}), where="here", **more)


@pytest.mark.parametrize(
    "screen",
    [
        listed([]),
        listed([PUMPS, EVIL], places=True),
        listed(MANY),
        saved_screen(PUMPS, NOW, 140, is_new=True),
        saved_screen(EVIL, NOW, None, is_new=False),
        announced_screen(EVIL, "U1", "made", NOW),
        DIGEST.choice_screen("Which one?", MANY[:5], "digest_edit"),
        DIGEST.choice_screen("None.", (), "digest_edit"),
        DIGEST.sure_screen(EVIL),
        *(DIGEST.paused_screen(subscription(paused=why)) for why in PauseReason),
        DIGEST.add_screen("Press this one."),
        DIGEST.done_screen(EVIL, "is paused."),
    ],
)
def test_slack_takes_it(screen):
    """Every screen keeps Slack's limits, and nothing in it speaks to Slack."""
    assert [] == blocks_faults(screen.blocks, "message")
    assert screen.text
    assert "<!here>" not in screen.text + "".join(marked_up(screen.blocks))


def labels(screen):
    return [
        e["text"]["text"] for b in screen.blocks if b["type"] == "actions" for e in b["elements"]
    ]


def test_a_list():
    """Each has its buttons and, in a list of one's own, its channel; the rest is counted."""
    screen = listed([PUMPS, EVIL], running={PUMPS.id: 34})
    row = ["Edit", "Pause", "Post now", "Preview", "Remove"]
    paused = ["Edit", "Resume", "Post now", "Preview", "Remove"]

    assert "2 digests here" == screen.text
    assert [*row, *paused, "New digest…"] == labels(screen)
    assert "Being made now: 34\\xa0% · next: <!date^" in str(screen.blocks)

    assert "5 more; edit one by its name" in str(listed(MANY).blocks)

    assert "<#C0FLEETOP>" in str(listed([PUMPS], places=True).blocks)
    assert "<#C0FLEETOP>" not in str(listed([PUMPS]).blocks)

    screen = listed([PUMPS])
    values = {e.get("value") for b in screen.blocks for e in b.get("elements", ()) if "value" in e}

    assert {ids.SubscriptionButton(id=PUMPS.id).to_value()} == values


@pytest.mark.parametrize(("deed", "says_next"), [("made", True), (REMOVED, False)])
def test_the_channel_is_told(deed, says_next):
    """Who did what, and when it comes next where it still comes."""
    told = str(announced_screen(PUMPS, "U1", deed, NOW).blocks)

    assert f"<@U1> {deed} the digest *Pumps*" in told
    assert says_next is ("next: <!date^" in told)


@pytest.mark.parametrize(
    ("count", "words"),
    [(None, "That is"), (1, "That is 1 SIM now."), (140, "That is 140 SIMs now.")],
)
def test_what_was_saved(count, words):
    """How many SIMs it is about is said where it was counted."""
    said = str(saved_screen(PUMPS, NOW, count, is_new=True).blocks)

    assert (count is not None) is (words in said)


BUT = ", but not from 22:00 to 07:00"
CLOCKS = (
    "On 2026-03-29 the clocks skip 02:30; it comes right after.",
    "On 2026-10-25 the clocks show 02:30 twice; it comes the first time.",
)


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({}, "Pumps — SIMs called pump-*, on weekdays at 09:00 (Europe/Berlin)"),
        (
            {
                "selection": Selection(SelectionKind.ALL),
                "schedule": DigestSchedule(Frequency.HOURS, hours=4),
            },
            "Pumps — all SIMs, every 4 hours (Europe/Berlin)",
        ),
        (
            {"quiet_hours": QuietHours(time(22), time(7))},
            "Pumps — SIMs called pump-*, on weekdays at 09:00 (Europe/Berlin)" + BUT,
        ),
    ],
)
def test_what_it_is_about(changes, words):
    """Its name, its SIMs, how often, and when not."""
    assert words == about(subscription(**changes), PLAIN)


def test_what_people_typed():
    """It is shown as it is: harmless, and patterns and cron lines can be copied."""
    evil = subscription(name="<!channel>", selection=Selection(SelectionKind.PATTERN, "*<@U1>*"))

    assert "<" not in about(evil, MRKDWN)

    cron = subscription(schedule=DigestSchedule(Frequency.CRON, line="*/15 * * * *"))

    assert "SIMs called `pump-*`, by cron `*/15 * * * *`, every 15" in about(cron, MRKDWN)


@pytest.mark.parametrize(
    ("changes", "percent", "words"),
    [
        ({}, None, "next: 2026-01-06 08:00 UTC"),
        ({}, 34, "being made now: 34 % · next: 2026-01-06 08:00 UTC"),
        ({"paused": PauseReason.ASKED}, None, "paused"),
        (
            {"paused": PauseReason.ARCHIVED},
            5,
            "being made now: 5 % · paused, because its channel is archived",
        ),
        ({"quiet_hours": QuietHours(time(8), time(10))}, None, "never comes"),
    ],
)
def test_when_it_comes_next(changes, percent, words):
    """The next run, or why there is none, and how far one is that is being made."""
    assert words == next_run_text(subscription(**changes), NOW, PLAIN, percent)
    assert "<!date^" in next_run_text(PUMPS, NOW, MRKDWN)


@pytest.mark.parametrize(
    ("changes", "lines"),
    [
        ({}, ("When nothing changed it says so in one line.",)),
        ({"when_quiet": WhenQuiet.SKIP}, ("When nothing changed it posts nothing.",)),
        (
            {"schedule": DigestSchedule(Frequency.DAY, at=time(2, 30))},
            ("When nothing changed it says so in one line.", *CLOCKS),
        ),
    ],
)
def test_the_small_print(changes, lines):
    """What it does when all is quiet, and what the clocks will do to it."""
    assert lines == small_print(subscription(**changes), NOW)
