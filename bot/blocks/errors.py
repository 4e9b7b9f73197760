"""An error as a person reads it: what was understood, what was tried, one thing to do."""

from typing import Protocol

from bot.blocks import ids
from bot.blocks.kit import Block, Screen, actions, button, context, screen, section
from bot.blocks.text import clean, entities, escape, unmarked
from bot.errors import BotError, UserError

_SENTENCE = 1500


class Choice(Protocol):
    """A SIM that could be meant, as `bot.sims` offers it."""

    @property
    def sid(self) -> str:
        """Its SID."""

    @property
    def name(self) -> str | None:
        """What people call it."""

    @property
    def status(self) -> str | None:
        """Its status."""


def error_screen(error: BaseException, reference: str | None = None, *, asked: str = "") -> Screen:
    """Draw an error with its own sentence; one that nobody planned shows only its `reference`.

    Near misses and several hits become buttons that look the SIM up. The sentence may hold what
    was typed between back-ticks; nothing in it can speak to Slack.
    """
    if not isinstance(error, BotError):
        return _unplanned(reference)
    words = sentence(error.sentence)
    choices: tuple[Choice, ...] = getattr(error, "candidates", ())
    icon = "🔎" if isinstance(error, UserError) else "⚠️"
    return screen(
        words.replace("`", ""),
        [
            section(f"{icon} {words}"),
            actions(ids.PICK_ACTIONS, _picks(choices, asked)) if choices else None,
            context(f"ref {escape(reference)}") if reference else None,
        ],
    )


def sentence(text: str) -> str:
    """Make an error's sentence safe for mrkdwn; only pairs of back-ticks keep their meaning."""
    parts = clean(text, _SENTENCE).split("`")
    if len(parts) % 2 == 0:
        return unmarked("`".join(parts))
    return "".join(
        f"`{entities(part)}`" if at % 2 and part.strip() else unmarked(part)
        for at, part in enumerate(parts)
    )


def _unplanned(reference: str | None) -> Screen:
    known = f" (ref {escape(reference)})" if reference else ""
    ask = ", or give the reference to your admin." if reference else "."
    words = f"Something broke on our side{known}. Nothing was lost; try again{ask}"
    return screen(words, [section(f"⚠️ {words}")])


def _picks(choices: tuple[Choice, ...], asked: str) -> list[Block]:
    return [_pick(choice, number, asked) for number, choice in enumerate(choices, start=1)]


def _pick(choice: Choice, number: int, asked: str) -> Block:
    name = choice.name or choice.sid
    said = f"Look up {clean(name, 40)}, {choice.status or 'status unknown'}"
    value = ids.Pick(sid=choice.sid, asked=ids.typed(asked)).to_value()
    return button(name, ids.numbered(ids.PICK, number), said, value=value)
