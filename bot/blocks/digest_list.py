"""Lists of digests with their buttons, and the screens that confirm what was done with one."""

from collections.abc import Mapping, Sequence
from datetime import datetime

from bot.blocks import ids
from bot.blocks.format import MRKDWN, NOTICE, Formatter, count
from bot.blocks.kit import Block, Screen, actions, button, clean, context, plain, screen, section
from bot.digests.schedule import DigestSchedule, Frequency, clock_changes, explained
from bot.digests.subscription import PauseReason, Selection, SelectionKind, Subscription, WhenQuiet

_PAUSED = {
    PauseReason.ASKED: "paused",
    PauseReason.ARCHIVED: "paused, because its channel is archived",
    PauseReason.NOT_IN_CHANNEL: "paused, because I am not in its channel",
    PauseReason.NOT_ALLOWED: "paused, because I may not post in its channel",
}
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
        return f"{under_way}{_PAUSED[subscription.paused]}"
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


MOST = 20
REMOVED = "removed"
_LABEL = 40
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


def rows(
    every: Sequence[Subscription], now: datetime, running: Percents, *, places: bool = False
) -> list[Block]:
    """Draw digests one beneath the other, two blocks each; with `places` the channel is said."""
    blocks: list[Block] = []
    for number, one in enumerate(every[:MOST], start=1):
        where = f" in <#{one.channel}>" if places else ""
        next_run = begun(when_next(one, now, MRKDWN, running.get(one.id)))
        blocks += [section(f"{about(one, MRKDWN)}{where}\n{next_run}"), buttons(one, number)]
    if len(every) > MOST:
        left = len(every) - MOST
        blocks.append(
            context(f"{left} more; edit one by its name: {MRKDWN.code(f'{_COMMAND} edit <name>')}")
        )
    return blocks


def buttons(one: Subscription, number: int) -> Block:
    """Return what can be done with a digest."""
    value = ids.DigestButton(id=one.id).to_value()

    def press(label: str, action: str) -> Block:
        description = f"{label} {clean(one.name, _LABEL)}"
        return button(label, ids.numbered(action, number), description, value=value)

    other = ("Resume", ids.DIGEST_RESUME) if one.paused else ("Pause", ids.DIGEST_PAUSE)
    row = [
        press("Edit", ids.DIGEST_EDIT),
        press(*other),
        press("Post now", ids.DIGEST_NOW),
        press("Preview", ids.DIGEST_PREVIEW),
        press("Remove", ids.DIGEST_REMOVE) | {"confirm": _sure(one)},
    ]
    return actions(f"{ids.DIGEST_ACTIONS}_{number}", row)


def saved_screen(one: Subscription, now: datetime, sims: int | None, *, is_new: bool) -> Screen:
    """Say that a digest was made or changed, how many SIMs it is about, and when it comes next."""
    verb = "made" if is_new else "changed"
    counted = "" if sims is None else f" That is {count(sims, 'SIM')} now."
    words = f"{about(one, MRKDWN)}.{counted}\n{begun(when_next(one, now, MRKDWN))}"
    notice = f"Digest {NOTICE.data(one.name)} {verb}"
    return screen(notice, [section(f"✅ {words}"), context(*small_print(one, now))])


def announced_screen(one: Subscription, person: str, deed: str, now: datetime) -> Screen:
    """Tell the channel who did what with a digest."""
    next_run = "" if deed == REMOVED or one.paused else f" · {when_next(one, now, MRKDWN)}"
    words = f"<@{person}> {deed} the digest {about(one, MRKDWN)}{next_run}"
    return screen(f"The digest {NOTICE.data(one.name)} was {deed}", [context(words)])


def choice_screen(sentence: str, near: Sequence[Subscription], action: str) -> Screen:
    """Ask which digest is meant."""
    blocks: list[Block | None] = [section(f"🔎 {MRKDWN.sentence(sentence)}")]
    picks = [
        button(
            clean(one.name, _LABEL),
            ids.numbered(action, number),
            f"Choose {clean(one.name, _LABEL)}",
            value=ids.DigestButton(id=one.id).to_value(),
        )
        for number, one in enumerate(near, start=1)
    ]
    blocks.append(actions(ids.DIGEST_ACTIONS, picks) if picks else None)
    return screen(NOTICE.sentence(sentence), blocks)


def sure_screen(one: Subscription) -> Screen:
    """Ask before a digest is removed."""
    value = ids.DigestButton(id=one.id).to_value()
    remove = button("Remove", ids.DIGEST_REMOVE, "Remove it", value=value, style="danger")
    words = f"Remove the digest {about(one, MRKDWN)}? {_STAYS}"
    asked = f"Remove the digest {NOTICE.data(one.name)}?"
    return screen(asked, [section(words), actions(ids.DIGEST_ACTIONS, [remove])])


def paused_screen(one: Subscription) -> Screen:
    """Tell who made a digest that it comes no more, why, and what to do."""
    words = {
        PauseReason.ARCHIVED: "is archived. Edit it to post elsewhere, then resume it.",
        PauseReason.NOT_IN_CHANNEL: "no longer has me in it. Type `/invite @simsessions` there, "
        "then resume it.",
        PauseReason.NOT_ALLOWED: "does not let me post such answers. Ask its admins, or edit it "
        "to post elsewhere, then resume it.",
    }
    why = words.get(one.paused or PauseReason.ASKED, "does not accept it.")
    notice = f"I paused the digest {NOTICE.data(one.name)}: its channel {why}"
    text = f"⏸ I paused your digest {about(one, MRKDWN)}: <#{one.channel}> {why}"
    return screen(notice, [section(text), buttons(one, 1)])


def add_screen(sentence: str) -> Screen:
    """Say something, with a button that makes a new digest."""
    return screen(NOTICE.sentence(sentence), [section(MRKDWN.sentence(sentence)), add_row()])


def done_screen(one: Subscription, words: str) -> Screen:
    """Say to the asker what was done with a digest; `words` follow its name and are our own."""
    return screen(
        f"{NOTICE.data(one.name)} {words}",
        [section(f"{MRKDWN.strong(MRKDWN.data(one.name))} {words}")],
    )


def add_row() -> Block:
    """Return the button that makes a new digest."""
    add = button("New digest…", ids.DIGEST_ADD, "Make a new digest")
    return actions(ids.DIGEST_ACTIONS, [add])


def _head(number: int, where: str) -> str:
    if not number:
        return f"No digests {where} yet. A digest posts to a channel on a schedule what changed."
    return f"{count(number, 'digest')} {where}"


def begun(words: str) -> str:
    """Begin a line as a sentence does."""
    return words[:1].upper() + words[1:]


def _sure(one: Subscription) -> Block:
    return {
        "title": plain(f"Remove {clean(one.name, _LABEL)}?", 100),
        "text": plain(_STAYS, 300),
        "confirm": plain("Remove", 30),
        "deny": plain("Keep", 30),
        "style": "danger",
    }


_COMMAND = "/simsessions digest"
_STAYS = "It will post nothing more; what it posted stays in the channel."
