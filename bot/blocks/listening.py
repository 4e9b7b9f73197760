"""What is said in a channel that listens to alerts of other apps."""

from datetime import datetime

from bot.blocks.errors import note_screen
from bot.blocks.format import MRKDWN, NOTICE, grouped
from bot.blocks.kit import Screen, context, screen, section

ON = "`/simsessions alert listen on`"
OFF = "`/simsessions alert listen off`"
WHAT = (
    "When another app posts an alert here that names SIMs, I look them up and answer in its "
    "thread, once."
)


def listening_screen(person: str, since: datetime) -> Screen:
    """Say that a channel listens, and who asked for it."""
    notice = "I'm listening to alerts in this channel."
    words = f"👂 {notice} <@{person}> turned it on at {MRKDWN.when(since)}."
    return screen(notice, [section(words), context(f"{WHAT} {OFF} turns it off.")])


def silent_screen(said: str = "I'm not listening to alerts in this channel.") -> Screen:
    """Say that a channel does not listen, and how it would."""
    return screen(said, [section(said), context(f"{ON}: {WHAT[:1].lower()}{WHAT[1:]}")])


def announced_screen(person: str, *, is_on: bool) -> Screen:
    """Tell the channel who switched it on or off."""
    if not is_on:
        notice = "I no longer listen to alerts in this channel"
        return screen(notice, [context(f"<@{person}> told me to stop listening to alerts here.")])
    notice = "I'm listening to alerts in this channel now"
    words = f"<@{person}> told me to listen to alerts here. {WHAT} {OFF} turns it off."
    return screen(notice, [context(words)])


def triaged_screen(shown: Screen, times: int, at: datetime) -> Screen:
    """Say under an answer that nobody asked for why it is there, and that it is up to date."""
    why = f"This channel listens to alerts: {OFF} turns it off."
    if times == 1:
        return note_screen(shown, why)
    again = f"The alert came {grouped(times)} times, last {MRKDWN.when(at)}: this is as of then."
    return screen(shown.text, [*shown.parts, context(f"{again} {MRKDWN.sentence(why)}")])


def busy_screen() -> Screen:
    """Say that more alerts came than are looked into."""
    words = (
        "More alerts come in here than I can look into, so some get no answer for now. To have one "
        "looked at, mention me in its thread."
    )
    return screen(NOTICE.own(words), [section(words)])


def revoked_screen(person: str, why: str) -> Screen:
    """Say that a channel listens no more, as who asked for it may not ask there any more."""
    said = "I no longer listen to alerts in this channel"
    words = f"{said}: <@{person}>, who asked for it, may no longer ask here. {MRKDWN.sentence(why)}"
    return screen(said, [section(words), context(f"Anybody who may ask here can type {ON}.")])
