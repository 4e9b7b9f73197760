"""Digests of a channel or a person as a list with buttons, and what is asked or said of one."""

from collections.abc import Mapping, Sequence
from datetime import datetime

from bot.blocks import ids
from bot.blocks.kit import Block, Screen, actions, button, context, plain, screen, section
from bot.blocks.speech import MRKDWN, NOTICE
from bot.blocks.subscription_words import about, small_print, when_next
from bot.blocks.text import clean
from bot.blocks.units import count
from bot.digests.subscription import Subscription, Why

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
        next_run = _begun(when_next(one, now, MRKDWN, running.get(one.id)))
        blocks += [section(f"{about(one, MRKDWN)}{where}\n{next_run}"), buttons(one, number)]
    if len(every) > MOST:
        left = len(every) - MOST
        blocks.append(context(f"{left} more; name one: {MRKDWN.code(f'{_COMMAND} edit <name>')}"))
    return blocks


def buttons(one: Subscription, number: int) -> Block:
    """Give what can be done with a digest."""
    value = ids.DigestButton(id=one.id).to_value()

    def press(label: str, action: str) -> Block:
        said = f"{label} {clean(one.name, _LABEL)}"
        return button(label, ids.numbered(action, number), said, value=value)

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
    words = f"{about(one, MRKDWN)}.{counted}\n{_begun(when_next(one, now, MRKDWN))}"
    said = f"Digest {NOTICE.data(one.name)} {verb}"
    return screen(said, [section(f"✅ {words}"), context(*small_print(one, now))])


def told_screen(one: Subscription, person: str, deed: str, now: datetime) -> Screen:
    """Tell the channel who did what with a digest."""
    next_run = "" if deed == REMOVED else f" · {when_next(one, now, MRKDWN)}"
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
        Why.ARCHIVED: "is archived. Edit it to post elsewhere, then resume it.",
        Why.NOT_IN_CHANNEL: "no longer has me in it. Invite me again, then resume it.",
        Why.NOT_ALLOWED: "does not let me post such answers. Ask its admins, or edit it to post "
        "elsewhere, then resume it.",
    }
    why = words.get(one.paused or Why.ASKED, "does not take it.")
    said = f"I paused the digest {NOTICE.data(one.name)}: its channel {why}"
    told = f"⏸ I paused your digest {about(one, MRKDWN)}: <#{one.channel}> {why}"
    return screen(said, [section(told), buttons(one, 1)])


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
    """Give the button that makes a new digest."""
    add = button("New digest…", ids.DIGEST_ADD, "Make a new digest")
    return actions(ids.DIGEST_ACTIONS, [add])


def _head(number: int, where: str) -> str:
    if not number:
        return f"No digests {where} yet. One tells a channel on a schedule what changed."
    return f"{count(number, 'digest')} {where}"


def _begun(words: str) -> str:
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
_STAYS = "Nothing more will come of it; what it posted stays in the channel."
