"""Lists of digests with their buttons, and the screens that confirm what was done with one."""

from collections.abc import Mapping, Sequence
from datetime import datetime

from bot.blocks import ids
from bot.blocks.format import MRKDWN, NOTICE, Formatter, count
from bot.blocks.kit import Block, Screen, context, screen, section
from bot.blocks.subscriptions import PAUSED, Listing
from bot.digests.schedule import DigestSchedule, Frequency, clock_changes, explained
from bot.digests.subscription import Selection, SelectionKind, Subscription, WhenQuiet

DIGEST = Listing(
    "digest",
    "It will post nothing more; what it posted stays in the channel.",
    (("Post now", ids.DIGEST_NOW), ("Preview", ids.DIGEST_PREVIEW)),
)
choice_screen, add_screen = DIGEST.choice_screen, DIGEST.add_screen
done_screen, add_row = DIGEST.done_screen, DIGEST.add_row
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
        return f"by cron {fmt.code(cadence.line)}, {fmt.data(explained(cadence.line), _WORDS)}"
    return fmt.own(cadence.words)


def when_next(
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
    blocks = [section(MRKDWN.strong(head)), *rows(every, now, running, places=places), add_row()]
    return screen(head, blocks)


def saved_screen(one: Subscription, now: datetime, sims: int | None, *, is_new: bool) -> Screen:
    """Say that a digest was made or changed, how many SIMs it is about, and when it comes next."""
    verb = "made" if is_new else "changed"
    counted = "" if sims is None else f" That is {count(sims, 'SIM')} now."
    words = f"{about(one, MRKDWN)}.{counted}\n{begun(when_next(one, now, MRKDWN))}"
    notice = f"Digest {NOTICE.data(one.name)} {verb}"
    return screen(notice, [section(f"✅ {words}"), context(*small_print(one, now))])


def _head(number: int, where: str) -> str:
    if not number:
        return f"No digests {where} yet. A digest posts to a channel on a schedule what changed."
    return f"{count(number, 'digest')} {where}"


def begun(words: str) -> str:
    """Begin a line as a sentence does."""
    return words[:1].upper() + words[1:]


def rows(
    every: Sequence[Subscription], now: datetime, running: Percents, *, places: bool = False
) -> list[Block]:
    """Draw digests one beneath the other, two blocks each; with `places` the channel is said."""

    def words(one: Subscription) -> str:
        where = f" in <#{one.channel}>" if places else ""
        next_run = begun(when_next(one, now, MRKDWN, running.get(one.id)))
        return f"{about(one, MRKDWN)}{where}\n{next_run}"

    return DIGEST.rows(every, list(map(words, every)))


def announced_screen(one: Subscription, person: str, deed: str, now: datetime) -> Screen:
    """Tell the channel who did what with a digest."""
    next_run = "" if deed == REMOVED or one.paused else f" · {when_next(one, now, MRKDWN)}"
    return DIGEST.announced_screen(one, person, deed, f"{about(one, MRKDWN)}{next_run}")


def sure_screen(one: Subscription) -> Screen:
    """Ask before a digest is removed."""
    return DIGEST.sure_screen(one, about(one, MRKDWN))


def paused_screen(one: Subscription) -> Screen:
    """Tell who made a digest that it comes no more, why, and what to do."""
    return DIGEST.paused_screen(one, about(one, MRKDWN))
