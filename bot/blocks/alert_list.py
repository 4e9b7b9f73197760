"""Lists of alerts with their buttons, and the screens that confirm what was done with one."""

from collections.abc import Iterator, Sequence
from datetime import timedelta

from bot.alerts.alert import Alert, AlertState, usual_interval
from bot.blocks import ids
from bot.blocks.digest_list import sims_text
from bot.blocks.format import MRKDWN, NOTICE, Formatter, count, lasting
from bot.blocks.incident import mention_text
from bot.blocks.kit import Block, Screen, context, screen, section
from bot.blocks.subscriptions import PAUSED, Listing
from bot.diagnosis.rule import Severity
from bot.digests.subscription import PauseReason
from bot.struct import replace

ALERT = Listing(
    "alert",
    "Its open incidents are resolved; what it posted stays in the channel.",
    (("Test", ids.ALERT_TEST),),
)
choice_screen, add_screen = ALERT.choice_screen, ALERT.add_screen
done_screen, add_row = ALERT.done_screen, ALERT.add_row


def about(alert: Alert, fmt: Formatter) -> str:
    """Say its name, its SIMs and what it looks for."""
    name = fmt.strong(fmt.data(alert.name))
    return f"{name} — {sims_text(alert.selection, fmt)}: {', '.join(_terms(alert, fmt))}"


def _terms(alert: Alert, fmt: Formatter) -> Iterator[str]:
    least = "critical" if alert.least is Severity.CRITICAL else "warning or worse"
    yield least
    if alert.causes:
        shown = ", ".join(fmt.code(cause) for cause in alert.causes[:5])
        more = len(alert.causes) - 5
        yield f"only {shown}{f' and {more} more' if more > 0 else ''}"
    if alert.hold:
        yield f"for {lasting(alert.hold)}"
    if alert.quiet_hours:
        yield f"no mentions from {alert.quiet_hours.words} ({fmt.data(alert.zone)})"


def mentions_line(alert: Alert) -> str:
    """Say who is mentioned when."""
    if not alert.mention_first:
        return "Nobody is mentioned."
    at = "critical" if alert.mention_from is Severity.CRITICAL else "warning or worse"
    second = ""
    if alert.mention_second:
        after = lasting(alert.escalate_after)
        second = f" If nobody takes it within {after}: {mention_text(alert.mention_second)}."
    return f"Mentions {mention_text(alert.mention_first)} on what is {at}.{second}"


def how_often(interval: timedelta | None, sims: int | None, per_second: float | None = None) -> str:
    """Say how often its SIMs are scanned."""
    if interval is None:
        interval = usual_interval(sims or 0, per_second)
    return f"scanned every {lasting(interval)}"


def stand(alert: Alert, open_incidents: int) -> str:
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
    blocks = [section(MRKDWN.strong(head)), *rows(alerts, open_by), add_row()]
    return screen(head, blocks)


def saved_screen(one: Alert, sims: int | None, per_second: float | None, *, is_new: bool) -> Screen:
    """Say that an alert was made or changed, how many SIMs it is about, how often it looks."""
    verb = "made" if is_new else "changed"
    counted = "" if sims is None else f" That is {count(sims, 'SIM')} now."
    often = how_often(one.interval, sims, per_second)
    first = " What is wrong already is not told; what comes from now on is." if is_new else ""
    words = f"✅ {about(one, MRKDWN)}, {often}.{counted}{first}"
    notice = f"Alert {NOTICE.data(one.name)} {verb}"
    return screen(notice, [section(words), context(mentions_line(one))])


def test_screen(one: Alert, person: str) -> Screen:
    """Draw what a channel sees of an incident, so that people know that it reaches them."""
    called = f" {mention_text(one.mention_first)}" if one.mention_first else ""
    words = (
        f"🧪{called} <@{person}> tests the alert {about(one, MRKDWN)}. An incident would stand "
        "here; nothing is wrong."
    )
    notice = f"Test of the alert {NOTICE.data(one.name)}{called}"
    return screen(notice, [section(words), context(mentions_line(one))])


def tested_words(state: AlertState | None) -> str:
    """Say what the last scan of an alert saw."""
    if state is None or state.scanned_at is None:
        return "is tested: look at its channel. Its first scan is still to come."
    ill = f"{len(state.ill)} of {count(state.sims, 'SIM')} have something now"
    when = MRKDWN.when(state.scanned_at)
    return f"is tested: look at its channel. As of its last scan {when}, {ill}."


def rows(alerts: Sequence[Alert], open_by: dict[str, int]) -> list[Block]:
    """Draw alerts one beneath the other, two blocks each."""
    words = [f"{about(one, MRKDWN)}\n{stand(one, open_by.get(one.id, 0))}" for one in alerts]
    return ALERT.rows(alerts, words)


def announced_screen(one: Alert, person: str, deed: str) -> Screen:
    """Tell the channel who did what with an alert."""
    return ALERT.announced_screen(one, person, deed, about(one, MRKDWN))


def sure_screen(one: Alert) -> Screen:
    """Ask before an alert is removed."""
    return ALERT.sure_screen(one, about(one, MRKDWN))


def paused_screen(one: Alert, why: PauseReason) -> Screen:
    """Tell who made an alert that it is paused, why, and what to do."""
    return ALERT.paused_screen(replace(one, paused=why), about(one, MRKDWN))
