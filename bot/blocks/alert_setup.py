"""How an alert is set up: the window, its row in the list, what confirms a change; listening."""

from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta

from bot.alerts.alert import (
    AUTOMATIC,
    CRITICAL,
    WARNING,
    Alert,
    AlertField,
    AlertState,
    AlertValues,
    Faults,
    Field,
    usual_interval,
)
from bot.alerts.incident import OUTAGE
from bot.blocks import ids
from bot.blocks.digest_setup import WHICH, sims_fields, sims_text, with_hidden_fields
from bot.blocks.format import MRKDWN, NOTICE, count, first_of, grouped, long_span
from bot.blocks.incident import mention_text
from bot.blocks.kit import (
    Block,
    Choice,
    Screen,
    View,
    context,
    external_select,
    option,
    plain,
    screen,
    section,
    select,
    text_input,
)
from bot.blocks.replies import note_screen
from bot.blocks.subscriptions import PAUSED, SetupBlocks, conversation_select, time_picker
from bot.diagnosis.rule import Severity, all_rules
from bot.digests.form import LONGEST_NAME, FormField

_TITLE = 24
_LEAST = (Choice(WARNING, "Warning or worse"), Choice(CRITICAL, "Critical only"))
_HOLD = (
    Choice("0", "As long as the rule says"),
    Choice("10", "10 minutes longer"),
    Choice("30", "30 minutes longer"),
    Choice("60", "1 hour longer"),
    Choice("240", "4 hours longer"),
)
_INTERVALS = (
    Choice(AUTOMATIC, "Automatic, by the number of SIMs"),
    Choice("5", "Every 5 minutes"),
    Choice("10", "Every 10 minutes"),
    Choice("15", "Every 15 minutes"),
    Choice("30", "Every 30 minutes"),
    Choice("60", "Every hour"),
)
_AFTER = (
    Choice("5", "5 minutes"),
    Choice("15", "15 minutes"),
    Choice("30", "30 minutes"),
    Choice("60", "1 hour"),
)
_HOW_OFTEN = "Automatic: every 5 min up to 300 SIMs, 10 min up to 1,000, 15 min up to 10,000."
_MENTION = "A user group; or paste the id of a person or a group (U…, S…)."


def about(alert: Alert) -> str:
    """Say its name, its SIMs and what it looks for."""
    name = MRKDWN.strong(MRKDWN.data(alert.name))
    return f"{name} — {sims_text(alert.selection, MRKDWN)}: {', '.join(_terms(alert))}"


def _terms(alert: Alert) -> Iterator[str]:
    yield "critical" if alert.least is Severity.CRITICAL else "warning or worse"
    if alert.causes:
        yield f"only {first_of([MRKDWN.code(cause) for cause in alert.causes], 5)}"
    if alert.hold:
        yield f"{long_span(alert.hold)} longer than the rule says"
    if alert.quiet_hours:
        yield f"no mentions from {alert.quiet_hours.words} ({MRKDWN.data(alert.zone)})"
    for window in alert.maintenance:
        yield f"maintenance from {MRKDWN.when(window.start)} to {MRKDWN.when(window.end)}"


ALERT = SetupBlocks(
    "alert",
    ids.ALERT_FIELD,
    ids.ALERT_FORM,
    about,
    "Its open incidents are resolved; what it posted stays in the channel.",
    (("Test", "test"),),
)
_named = ALERT.input


def form_view(
    values: AlertValues,
    form: ids.SubscriptionForm,
    faults: Faults | None = None,
    note: Sequence[Block] = (),
    *,
    webhooks: Sequence[str] = (),
) -> View:
    """Draw the form with what is filled in, each fault beneath its field, `note` on top."""
    shown = dict(_fields(values, webhooks))
    held = with_hidden_fields(
        values.base, form, {name for name in shown if isinstance(name, FormField)}
    )
    return ALERT.form_view(held, shown.items(), faults or {}, note)


def causes_to_choose() -> list[Choice]:
    """Return the rules that can say more than a remark of a SIM that is scanned, by name.

    SIMs that fell silent together are told as one in any case.
    """
    rules = (rule for rule in all_rules() if rule.name != OUTAGE)
    grave = (rule for rule in rules if max(rule.about.severities) > Severity.INFO)
    return [Choice(rule.name, rule.about.title) for rule in grave]


def _fields(values: AlertValues, webhooks: Sequence[str]) -> Iterator[tuple[Field, Block]]:
    base = values.base
    yield _named(FormField.NAME, "Name", text_input(base.name, most=LONGEST_NAME, example="Wells"))
    where = conversation_select(base.channel, ("public", "private"))
    yield _named(FormField.CHANNEL, "Tell", where)
    which = select("static_select", WHICH, base.which)
    yield _named(FormField.WHICH, "Which SIMs", which, notifies=True)
    yield from sims_fields(base, ALERT)
    yield from _what(values)
    yield from _whom(values)
    yield from _when(values)
    if webhooks:
        hooks = [Choice(name, name) for name in webhooks]
        element = select("static_select", hooks, values.webhook, example="None")
        yield _named(AlertField.WEBHOOK, "Also to the webhook", element, optional=True)


def _what(values: AlertValues) -> Iterator[tuple[Field, Block]]:
    yield _named(AlertField.LEAST, "Severity", select("static_select", _LEAST, values.least))
    causes = _multi_select(causes_to_choose(), values.causes, "All causes")
    hint = "Leave it empty for all."
    yield _named(AlertField.CAUSES, "Only these causes", causes, optional=True, hint=hint)
    hold = select("static_select", _HOLD, values.hold)
    yield _named(AlertField.HOLD, "How long it must last", hold)
    often = select("static_select", _INTERVALS, values.interval)
    yield _named(AlertField.INTERVAL, "Scan", often, hint=_HOW_OFTEN)


def _whom(values: AlertValues) -> Iterator[tuple[Field, Block]]:
    first, second = _group(values, values.first), _group(values, values.second)
    yield _named(AlertField.FIRST, "Mention", first, optional=True, hint=_MENTION)
    yield _named(
        AlertField.FROM, "Mention them for", select("static_select", _LEAST, values.mention_from)
    )
    yield _named(AlertField.SECOND, "If nobody takes it, mention", second, optional=True)
    yield _named(
        AlertField.AFTER,
        "Escalate after",
        select("static_select", _AFTER, values.after),
    )


def _group(values: AlertValues, one: str) -> Block:
    chosen = Choice(one, dict(values.names).get(one, one)) if one else None
    return external_select(chosen, example="@on-call")


def _when(values: AlertValues) -> Iterator[tuple[Field, Block]]:
    base = values.base
    zone = external_select(Choice(base.zone, base.zone), example="Europe/Berlin")
    yield _named(FormField.ZONE, "Time zone", zone, hint="Type a city or a region to search.")
    for name, label, at in (
        (FormField.QUIET_FROM, "Mention nobody from", base.quiet_from),
        (FormField.QUIET_TO, "Mention nobody until", base.quiet_to),
    ):
        yield _named(name, label, time_picker(at), optional=True)
    for window, label, seconds in (
        (AlertField.BEGIN, "Maintenance from", values.begin),
        (AlertField.END, "Maintenance until", values.end),
    ):
        hint = "No incident opens during that time." if window is AlertField.END else ""
        yield _named(window, label, _datetime_picker(seconds), optional=True, hint=hint)


def _datetime_picker(seconds: str) -> Block:
    known = {"initial_date_time": int(seconds)} if seconds else {}
    return {"type": "datetimepicker"} | known


def _multi_select(choices: Sequence[Choice], values: Sequence[str], example: str) -> Block:
    options = [option(choice) for choice in choices]
    chosen = [one for one in options if one["value"] in values]
    element: Block = {"type": "multi_static_select", "options": options}
    element |= {"placeholder": plain(example, _TITLE)}
    return element | ({"initial_options": chosen} if chosen else {})


def mentions_line(alert: Alert) -> str:
    """Say who is mentioned when."""
    if not alert.mention_first:
        return "Nobody is mentioned."
    at = "it is critical" if alert.mention_from is Severity.CRITICAL else "an incident opens"
    second = ""
    if alert.mention_second:
        after = long_span(alert.escalate_after)
        second = f" If nobody takes it within {after}, {mention_text(alert.mention_second)}."
    return f"Mentions {mention_text(alert.mention_first)} when {at}.{second}"


def how_often(interval: timedelta | None, sims: int | None, per_second: float | None = None) -> str:
    """Say how often its SIMs are scanned."""
    if interval is None:
        interval = usual_interval(sims or 0, per_second)
    return f"scanned every {long_span(interval)}"


def status_text(alert: Alert, open_incidents: int) -> str:
    """Say whether it is paused, and how many incidents are open."""
    if alert.paused:
        return PAUSED[alert.paused].capitalize()
    if not open_incidents:
        return "No incident is open"
    return f"{count(open_incidents, 'incident')} open"


def list_screen(alerts: Sequence[Alert], open_by: dict[str, int], *, where: str) -> Screen:
    """Show alerts, each with how it stands and its buttons; `open_by` counts incidents by alert."""
    head = f"{count(len(alerts), 'alert')} {where}"
    if not alerts:
        head = f"No alerts {where} yet. An alert tells a channel when SIMs go down, unasked."
    blocks = [section(MRKDWN.strong(head)), *rows(alerts, open_by), ALERT.add_row()]
    return screen(head, blocks)


_FROM_NOW = " What is already wrong is not reported; what goes wrong from now on is."


def saved_screen(one: Alert, sims: int | None, per_second: float | None, *, is_new: bool) -> Screen:
    """Say that an alert was made or changed, how many SIMs it is about, how often it looks."""
    verb = "made" if is_new else "changed"
    counted = "" if sims is None else f" {count(sims, 'SIM')} now."
    often = how_often(one.interval, sims, per_second)
    words = f"✅ {about(one)}, {often}.{counted}{_FROM_NOW if is_new else ''}"
    notice = f"Alert {NOTICE.data(one.name)} {verb}"
    return screen(notice, [section(words), context(mentions_line(one))])


def test_screen(one: Alert, person: str) -> Screen:
    """Draw what a channel sees of an incident, so that people know that it reaches them."""
    called = f" {mention_text(one.mention_first)}" if one.mention_first else ""
    words = (
        f"🧪{called} <@{person}> is testing the alert {about(one)}. An incident would "
        "appear here. This is only a test."
    )
    notice = f"Test of the alert {NOTICE.data(one.name)}{called}"
    return screen(notice, [section(words), context(mentions_line(one))])


def tested_words(state: AlertState | None) -> str:
    """Say what the last scan of an alert saw."""
    if state is None or state.scanned_at is None:
        return "sent a test to its channel. It has not scanned yet."
    ill = f"{len(state.ill)} of {count(state.sims, 'SIM')} had a problem"
    when = MRKDWN.when(state.scanned_at)
    return f"sent a test to its channel. At its last scan, {when}, {ill}."


def rows(alerts: Sequence[Alert], open_by: dict[str, int]) -> list[Block]:
    """Draw alerts one beneath the other, two blocks each."""
    words = [f"{about(one)}\n{status_text(one, open_by.get(one.id, 0))}" for one in alerts]
    return ALERT.rows(alerts, words)


LISTEN_ON = "`/simsessions alert listen on`"
LISTEN_OFF = "`/simsessions alert listen off`"
_LISTENS = (
    "When another app posts an alert here that names SIMs, I look them up and answer in its "
    "thread, once."
)


def listening_screen(person: str, since: datetime) -> Screen:
    """Say that a channel listens, and who asked for it."""
    notice = "I'm listening to alerts in this channel."
    words = f"👂 {notice} <@{person}> turned it on at {MRKDWN.when(since)}."
    return screen(notice, [section(words), context(f"{_LISTENS} {LISTEN_OFF} turns it off.")])


def not_listening_screen(said: str = "I'm not listening to alerts in this channel.") -> Screen:
    """Say that a channel does not listen, and how it would."""
    return screen(
        said, [section(said), context(f"{LISTEN_ON}: {_LISTENS[:1].lower()}{_LISTENS[1:]}")]
    )


def listening_set_screen(person: str, *, is_on: bool) -> Screen:
    """Tell the channel who switched it on or off."""
    if not is_on:
        notice = "I no longer listen to alerts in this channel"
        return screen(notice, [context(f"<@{person}> told me to stop listening to alerts here.")])
    notice = "I'm listening to alerts in this channel now"
    words = f"<@{person}> told me to listen to alerts here. {_LISTENS} {LISTEN_OFF} turns it off."
    return screen(notice, [context(words)])


def alert_answer_screen(shown: Screen, times: int, at: datetime) -> Screen:
    """Say under an answer that nobody asked for why it is there, and that it is up to date."""
    why = f"This channel listens to alerts: {LISTEN_OFF} turns it off."
    if times == 1:
        return note_screen(shown, why)
    again = f"The alert came {grouped(times)} times, last {MRKDWN.when(at)}: this is as of then."
    return screen(shown.text, [*shown.parts, context(f"{again} {MRKDWN.sentence(why)}")])


def too_many_screen() -> Screen:
    """Say that more alerts came than are looked into."""
    words = (
        "More alerts come in here than I can look into, so some get no answer for now. To have one "
        "looked at, mention me in its thread."
    )
    return screen(NOTICE.own(words), [section(words)])


def listening_ended_screen(person: str, why: str) -> Screen:
    """Say that a channel listens no more, as who asked for it may not ask there any more."""
    said = "I no longer listen to alerts in this channel"
    words = f"{said}: <@{person}>, who asked for it, may no longer ask here. {MRKDWN.sentence(why)}"
    return screen(
        said, [section(words), context(f"Anybody who may ask here can type {LISTEN_ON}.")]
    )
