"""The answer to `/simsessions help`, and to `/simsessions` with nothing behind it."""

from collections.abc import Sequence
from dataclasses import dataclass

from bot.blocks.kit import Screen, context, screen, section
from bot.blocks.speech import MRKDWN

_LINES = 20  # a section holds 3,000 characters; a line at most 140

IN_THREADS = (
    "*In a thread:* mention me with what you would type behind the command, or with nothing to "
    "look up the SIMs in the messages above. Or use *Look up SIMs* in the menu of a message. "
    "Everybody there sees the answer. Several SIMs, a pasted alert too, become one table."
)


@dataclass(frozen=True, slots=True)
class HelpEntry:
    """One thing that can be typed: `usage` is what, `says` is what comes of it."""

    usage: str
    says: str
    examples: tuple[str, ...] = ()


def help_screen(entries: Sequence[HelpEntry], command: str = "/simsessions") -> Screen:
    """Draw what can be typed, made from the registry of subcommands, with examples to copy."""
    lines = [_entry(entry) for entry in entries]
    tries = [MRKDWN.code(example) for entry in entries for example in entry.examples]
    starts = range(0, len(lines), _LINES)
    says = "I tell what a cellular SIM is doing: its last data session, and what is wrong."
    return screen(
        f"{says} Type {command} and a SIM.",
        [
            section(f"*{says}*\nPaste a SID (DE…), an ICCID, an IMEI or a SIM's name."),
            *(section("\n".join(lines[at : at + _LINES])) for at in starts),
            section("*Try:* " + "  ".join(tries)) if tries else None,
            context(IN_THREADS),
            context("Only you see the answers to a command, until you press Share to channel."),
        ],
    )


def _entry(entry: HelpEntry) -> str:
    return f"{MRKDWN.code(entry.usage)}  {MRKDWN.data(entry.says, 120)}"
