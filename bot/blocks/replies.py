"""Short replies: an error with one thing to do, that an answer is on its way, help, a greeting."""

from collections import Counter
from collections.abc import Sequence

from bot.blocks import ids
from bot.blocks.format import MRKDWN, NOTICE, iccid_groups
from bot.blocks.kit import Block, Screen, actions, button, clean, context, escape, screen, section
from bot.blocks.sim_text import account_text
from bot.errors import (
    BotError,
    Candidate,
    Restarting,
    SimAmbiguous,
    SimNotFound,
    TookTooLong,
    UserError,
)
from bot.kore.errors import KoreBadAnswer, KoreRateLimited, KoreUnavailable
from bot.struct import Struct

_NAME = 55
_END = 4  # digits of a SID that tell SIMs of the same name apart
MAY_PASS = (KoreUnavailable, KoreRateLimited, KoreBadAnswer, TookTooLong, Restarting)


def error_screen(
    error: BaseException,
    reference: str | None = None,
    *,
    asked: str = "",
    retry: ids.Retry | None = None,
) -> Screen:
    """Draw an error with its own sentence; one that nobody planned shows only its `reference`.

    Near misses and several hits become buttons that look the SIM up, and what may pass gets one
    that tries again. The sentence may hold what
    was typed between back-ticks; nothing in it can speak to Slack.
    """
    if not isinstance(error, BotError):
        return _unplanned(reference, _again(retry))
    words = MRKDWN.sentence(error.sentence)
    choices = _choices(error, asked)
    icon = "🔎" if isinstance(error, UserError) else "⚠️"
    return screen(
        NOTICE.sentence(error.sentence),
        [
            section(f"{icon} {words}"),
            actions(ids.PICK_ACTIONS, choices) if choices else None,
            _told_apart(error),
            _again(retry) if isinstance(error, MAY_PASS) else None,
            context(f"ref {escape(reference)}") if reference else None,
        ],
    )


def note_screen(shown: Screen, sentence: str) -> Screen:
    """Put a sentence under a screen."""
    return screen(shown.text, [*shown.parts, context(MRKDWN.sentence(sentence))])


def looking_up_screen(text: str, *, stays: bool = False) -> Screen:
    """Say that the answer is on its way; where this `stays` above it, the words stay true."""
    after = ": KORE is slow, the answer follows." if stays else " …"
    words = f"Looking up {MRKDWN.data(text)}{after}"
    return screen(f"Looking up {NOTICE.data(text)}{after}", [section(words)])


def _again(retry: ids.Retry | None) -> Block | None:
    """Offer to try again; nothing where it is not known what was asked."""
    if retry is None:
        return None
    return actions(ids.RETRY_ACTIONS, [button("Retry", ids.RETRY, "Try again", retry)])


def _unplanned(reference: str | None, again: Block | None) -> Screen:
    known = f" (ref {escape(reference)})" if reference else ""
    ask = ", or give the reference to your admin." if reference else "."
    words = f"Something broke on our side{known}. Nothing was lost; try again{ask}"
    return screen(words, [section(f"⚠️ {words}"), again])


def _choices(error: BotError, asked: str) -> list[Block]:
    if not isinstance(error, SimNotFound | SimAmbiguous):
        return []
    names = Counter(choice.full_name for choice in error.candidates)
    return [
        _pick(choice, number, ids.cut_input(asked), error.days, alone=names[choice.full_name] == 1)
        for number, choice in enumerate(error.candidates, start=1)
    ]


def _told_apart(error: BotError) -> Block | None:
    if not isinstance(error, SimAmbiguous) or not error.candidates:
        return None
    return context(*map(_details, error.candidates))


def _pick(choice: Candidate, number: int, asked: str, days: int | None, *, alone: bool) -> Block:
    name = clean(choice.full_name, _NAME)
    label = name if alone else f"{name} · …{choice.sid[-_END:]}"
    description = f"Look up {label}"
    value = ids.PickedSim(sid=choice.sid, asked=asked, days=days)
    return button(label, ids.numbered(ids.PICK, number), description, value)


def _details(choice: Candidate) -> str:
    parts = (
        MRKDWN.data(choice.name),
        MRKDWN.code(choice.sid),
        f"ICCID {MRKDWN.data(iccid_groups(choice.iccid))}" if choice.iccid else "ICCID unknown",
        MRKDWN.data(choice.status) if choice.status else "status unknown",
        *((account_text(choice, MRKDWN),) if choice.account else ()),
    )
    return " · ".join(parts)


_LINES = 20  # a section holds 3,000 characters; a line at most 140

IN_THREADS = (
    "*In a thread:* mention me with what you would type after the command, or with nothing to "
    "look up the SIMs in the messages above. Or use *Look up SIMs* in the menu of a message. "
    "Everybody there sees the answer. Several SIMs, a pasted alert too, become one table."
)


class HelpEntry(Struct):
    """One thing that can be typed: `usage` is what, `says` is what comes of it.

    `brief` says that in a few words, where it is one of those used most.
    """

    usage: str
    says: str
    examples: tuple[str, ...] = ()
    topic: str = ""
    brief: str = ""


ALL, THREAD = "all", "thread"
_FIRST = ("sim", "fleet", "watch")
_SAYS = "I tell you what a cellular SIM is doing: its last data session, and what is wrong."
_PASTE = "Paste a SID (DE…), an ICCID, an IMEI, a SIM's name, or a whole alert."
_PRIVATE = "Only you see the answer to a command, until you press Share."


def short_help_screen(entries: Sequence[HelpEntry], command: str = "/simsessions") -> Screen:
    """Draw what is typed most, so short that it is read, and which topics there are."""
    ordered = sorted(entries, key=lambda each: (*_FIRST, each.topic).index(each.topic))
    rows = [
        f"{MRKDWN.code(each.examples[0] if each.examples else each.usage)}  {each.brief}"
        for each in ordered
        if each.brief
    ]
    topics = dict.fromkeys(each.topic for each in ordered if each.topic not in {"", ALL})
    more = f"*More:* {MRKDWN.code(f'{command} help <topic>')}: {', '.join([*topics, ALL])}."
    return screen(
        f"{_SAYS} Type {command} and a SIM.",
        [
            section(f"*I tell you what a SIM is doing, and what is wrong.*\n{_PASTE}"),
            section("\n".join(rows)) if rows else None,
            context(f"{more} In a thread, mention me instead. {_PRIVATE}"),
        ],
    )


def help_screen(
    entries: Sequence[HelpEntry], command: str = "/simsessions", topic: str = ALL
) -> Screen:
    """Draw what can be typed of a topic, made from the registry of subcommands, with examples."""
    meant = [each for each in entries if topic in {ALL, each.topic}]
    lines = [_entry(entry) for entry in meant]
    tries = [MRKDWN.code(example) for entry in meant for example in entry.examples]
    starts = range(0, len(lines), _LINES)
    return screen(
        f"{_SAYS} Type {command} and a SIM.",
        [
            section(f"*{_SAYS}*\n{_PASTE}") if topic == ALL else None,
            *(section("\n".join(lines[at : at + _LINES])) for at in starts),
            section("*Try:* " + "  ".join(tries)) if tries else None,
            context(IN_THREADS) if topic in {ALL, THREAD} else None,
            context(_PRIVATE),
        ],
    )


def hello_screen(words: str, examples: Sequence[str]) -> Screen:
    """Answer a greeting, or thanks, in a friendly line; `words` come first."""
    hello = words or "Hi! I tell you what a cellular SIM is doing."
    tries = "  ".join(map(MRKDWN.code, examples))
    return screen(hello, [section(f"👋 {hello}"), context(f"Try {tries}") if tries else None])


def _entry(entry: HelpEntry) -> str:
    return f"{MRKDWN.code(entry.usage)}  {MRKDWN.data(entry.says, 120)}"
