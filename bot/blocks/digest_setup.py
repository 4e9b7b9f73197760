"""How a digest is set up: the window, its row in the list, and what confirms a change."""

from collections.abc import Container, Iterator, Mapping, Sequence
from datetime import datetime

from bot.blocks import ids
from bot.blocks.format import MRKDWN, NOTICE, Formatter, count
from bot.blocks.kit import (
    MORE_SIMS,
    Block,
    Choice,
    Screen,
    View,
    context,
    external_select,
    screen,
    section,
    select,
    text_input,
)
from bot.blocks.subscriptions import PAUSED, SetupBlocks, conversation_select, time_picker
from bot.digests.form import LONGEST_NAME, FieldErrors, FormField, FormValues
from bot.digests.schedule import (
    DAYS,
    EXAMPLE,
    HOURS,
    DigestSchedule,
    Frequency,
    clock_changes,
    cron_words,
)
from bot.digests.subscription import (
    LONGEST,
    MOST_LISTED,
    Selection,
    SelectionKind,
    Subscription,
    WhenQuiet,
)
from bot.sims.identifier import unquoted

_METADATA = 3000
_KEPT = (
    FormField.LISTED,
    FormField.LISTED_2,
    FormField.LISTED_3,
    FormField.PATTERN,
    FormField.PLAN,
    FormField.STATUS,
    FormField.HOURS,
    FormField.AT,
    FormField.DAY,
    FormField.CRON,
)
STATUSES = (
    "active",
    "ready",
    "new",
    "suspended",
    "deactivated",
    "canceled",
    "scheduled",
    "updating",
)
WHICH = (
    Choice(SelectionKind.PATTERN, "By name pattern"),
    Choice(SelectionKind.LISTED, "A pasted list"),
    Choice(SelectionKind.PLAN, "By rate plan"),
    Choice(SelectionKind.STATUS, "By status"),
    Choice(SelectionKind.ALL, "All SIMs of the account"),
)
_EVERY = (
    Choice(Frequency.WEEKDAY, "On weekdays"),
    Choice(Frequency.DAY, "Daily"),
    Choice(Frequency.WEEK, "Weekly"),
    Choice(Frequency.HOURS, "Every few hours"),
    Choice(Frequency.CRON, "By a cron line"),
)
_WHEN_QUIET = (
    Choice(WhenQuiet.LINE, "Say so in one line"),
    Choice(WhenQuiet.SKIP, "Post nothing"),
)

DIGEST = SetupBlocks(
    "digest",
    ids.DIGEST_FIELD,
    ids.DIGEST_FORM,
    lambda one: about(one, MRKDWN),
    "It will post nothing more; what it posted stays in the channel.",
    (("Post now", "now"), ("Preview", "preview")),
)
_named = DIGEST.input


def form_view(
    values: FormValues,
    form: ids.SubscriptionForm,
    faults: FieldErrors | None = None,
    note: Sequence[Block] = (),
) -> View:
    """Draw the form with what is filled in, each fault beneath its field, `note` on top.

    Where the window shows the form already, Slack shows the faults itself: `DIGEST.errors_of`.
    """
    fields = dict(_fields(values, at_home=values.channel.startswith("D")))
    return DIGEST.form_view(
        with_hidden_fields(values, form, fields), fields.items(), faults or {}, note
    )


def with_hidden_fields(
    values: FormValues, form: ids.SubscriptionForm, shown: Container[FormField]
) -> ids.SubscriptionForm:
    """Put into the form what the fields hold that are not shown, as much as fits."""
    hidden = {name: getattr(values, name.value) for name in _KEPT if name not in shown}
    held: dict[str, str] = {}
    for name, text in sorted(hidden.items(), key=lambda pair: len(pair[1])):
        with_it = form.model_copy(update={"kept": held | {name.value: text}})
        if text and len(with_it.to_value()) <= _METADATA:
            held[name.value] = text
    return form.model_copy(update={"kept": held})


def _fields(values: FormValues, *, at_home: bool) -> Iterator[tuple[FormField, Block]]:
    name = text_input(values.name, most=LONGEST_NAME, example="Pumps")
    yield _named(FormField.NAME, "Name", name)
    kinds = ("public", "private", "im") if at_home else ("public", "private")
    yield _named(FormField.CHANNEL, "Post to", conversation_select(values.channel, kinds))
    which = select("static_select", WHICH, values.which)
    yield _named(FormField.WHICH, "Which SIMs", which, notifies=True)
    yield from sims_fields(values, DIGEST)
    every = select("static_select", _EVERY, values.every)
    yield _named(FormField.EVERY, "How often", every, notifies=True)
    yield from _times(values)
    zone = external_select(Choice(values.zone, values.zone), example="Europe/Berlin")
    yield _named(FormField.ZONE, "Time zone", zone, hint="Type a city or a region to search.")
    hint = "Nothing is posted in these hours; the next digest after them covers them too."
    quiet = time_picker(values.quiet_from)
    yield _named(FormField.QUIET_FROM, "Quiet hours from", quiet, optional=True)
    yield _named(
        FormField.QUIET_TO,
        "Quiet hours until",
        time_picker(values.quiet_to),
        optional=True,
        hint=hint,
    )
    radio = select("radio_buttons", _WHEN_QUIET, values.when_quiet)
    yield _named(FormField.WHEN_QUIET, "When nothing changed", radio)


def sims_fields(values: FormValues, listing: SetupBlocks) -> Iterator[tuple[FormField, Block]]:
    """Draw the fields in which the SIMs are chosen, as those of a digest or an alert."""
    named = listing.input
    if values.which is SelectionKind.PATTERN:
        element = text_input(values.pattern, most=LONGEST, example="pump-*")
        hint = "* stands for anything, ? for one character; case does not matter."
        yield named(FormField.PATTERN, "Name pattern", element, hint=hint)
    elif values.which is SelectionKind.LISTED:
        hint = f"SIDs (DE…), ICCIDs, IMEIs or names, one a line; {MOST_LISTED} at most."
        yield named(FormField.LISTED, "SIMs", text_input(values.listed, lines=True), hint=hint)
        for name, typed in (
            (FormField.LISTED_2, values.listed_2),
            (FormField.LISTED_3, values.listed_3),
        ):
            yield named(name, MORE_SIMS, text_input(typed, lines=True), optional=True)
    elif values.which is SelectionKind.PLAN:
        element = text_input(values.plan, most=LONGEST, example="WP…")
        yield named(FormField.PLAN, "Rate plan", element, hint="Its SID (WP…) or its unique name.")
    elif values.which is SelectionKind.STATUS:
        choices = [Choice(status, status) for status in STATUSES]
        element = select("static_select", choices, values.status, example="active")
        yield named(FormField.STATUS, "Status", element)


def _times(values: FormValues) -> Iterator[tuple[FormField, Block]]:
    if values.every is Frequency.CRON:
        element = text_input(values.cron, most=LONGEST, example="0 9 * * 1")
        hint = f"Minute, hour, day of the month, month, day of the week; {EXAMPLE}."
        yield _named(FormField.CRON, "Cron line", element, hint=unquoted(hint))
    elif values.every is Frequency.HOURS:
        hours = [Choice(str(n), "every hour" if n == 1 else f"every {n} hours") for n in HOURS]
        element = select("static_select", hours, values.hours)
        yield _named(FormField.HOURS, "Hours", element, hint="Counted from midnight.")
    else:
        if values.every is Frequency.WEEK:
            days = [Choice(str(number), day) for number, day in enumerate(DAYS)]
            yield _named(FormField.DAY, "Day", select("static_select", days, values.day))
        yield _named(FormField.AT, "At", time_picker(values.at))


_WORDS = 300


def about(subscription: Subscription, fmt: Formatter) -> str:
    """Say its name, its SIMs and how often it comes."""
    name = fmt.strong(fmt.data(subscription.name))
    return f"{name} — {sims_text(subscription.selection, fmt)}, {how_often(subscription, fmt)}"


def how_often(subscription: Subscription, fmt: Formatter) -> str:
    """Say its cadence, its zone and its quiet hours."""
    quiet = subscription.quiet_hours
    but = f", but not from {quiet.words}" if quiet else ""
    return f"{_cadence(subscription.schedule, fmt)} ({fmt.data(subscription.zone)}){but}"


def sims_text(selection: Selection, fmt: Formatter) -> str:
    """Say which SIMs; what was typed stands as it can be copied."""
    if selection.kind in {SelectionKind.PATTERN, SelectionKind.PLAN}:
        head = selection.words.removesuffix(selection.text)
        return f"{fmt.own(head)}{fmt.code(selection.text)}"
    return fmt.data(selection.words)


def _cadence(cadence: DigestSchedule, fmt: Formatter) -> str:
    if cadence.frequency is Frequency.CRON:
        return f"by cron {fmt.code(cadence.line)}, {fmt.data(cron_words(cadence.line), _WORDS)}"
    return fmt.own(cadence.words)


def next_run_text(
    subscription: Subscription, now: datetime, fmt: Formatter, percent: int | None = None
) -> str:
    """Say when it comes next, or that it is paused; `percent` of one that is being made."""
    under_way = "" if percent is None else f"being made now: {percent} % · "
    if subscription.paused:
        return f"{under_way}{PAUSED[subscription.paused]}"
    due = subscription.next_due(now)
    return f"{under_way}next: {fmt.when(due)}" if due else f"{under_way}never comes"


def small_print(subscription: Subscription, now: datetime) -> tuple[str, ...]:
    """Say what it does when nothing changed, and what the clocks will do to it within a year."""
    quiet = {
        WhenQuiet.LINE: "When nothing changed it says so in one line.",
        WhenQuiet.SKIP: "When nothing changed it posts nothing.",
    }
    clocks = clock_changes(subscription.schedule.cron, subscription.zone, now)
    return (quiet[subscription.when_quiet], *clocks[:2])


REMOVED = "removed"
Percents = Mapping[str, int]


def list_screen(
    every: Sequence[Subscription],
    now: datetime,
    running: Percents,
    *,
    where: str,
    places: bool = False,
) -> Screen:
    """Show digests, each with when it comes next and its buttons; `running` is by id, in %."""
    head = _head(len(every), where)
    blocks = [
        section(MRKDWN.strong(head)),
        *rows(every, now, running, places=places),
        DIGEST.add_row(),
    ]
    return screen(head, blocks)


def saved_screen(one: Subscription, now: datetime, sims: int | None, *, is_new: bool) -> Screen:
    """Say that a digest was made or changed, how many SIMs it is about, and when it comes next."""
    verb = "made" if is_new else "changed"
    counted = "" if sims is None else f" That is {count(sims, 'SIM')} now."
    words = f"{about(one, MRKDWN)}.{counted}\n{capitalized(next_run_text(one, now, MRKDWN))}"
    notice = f"Digest {NOTICE.data(one.name)} {verb}"
    return screen(notice, [section(f"✅ {words}"), context(*small_print(one, now))])


def _head(number: int, where: str) -> str:
    if not number:
        return f"No digests {where} yet. A digest posts to a channel on a schedule what changed."
    return f"{count(number, 'digest')} {where}"


def capitalized(words: str) -> str:
    """Begin a line as a sentence does."""
    return words[:1].upper() + words[1:]


def rows(
    every: Sequence[Subscription], now: datetime, running: Percents, *, places: bool = False
) -> list[Block]:
    """Draw digests one beneath the other, two blocks each; with `places` the channel is said."""

    def words(one: Subscription) -> str:
        where = f" in <#{one.channel}>" if places else ""
        next_run = capitalized(next_run_text(one, now, MRKDWN, running.get(one.id)))
        return f"{about(one, MRKDWN)}{where}\n{next_run}"

    return DIGEST.rows(every, list(map(words, every)))


def announced_screen(one: Subscription, person: str, deed: str, now: datetime) -> Screen:
    """Tell the channel who did what with a digest."""
    next_run = "" if deed == REMOVED or one.paused else f" · {next_run_text(one, now, MRKDWN)}"
    return DIGEST.announced_screen(one, person, deed, next_run)
