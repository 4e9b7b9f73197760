"""What is said of the KORE accounts that somebody may see in a channel."""

from collections.abc import Mapping

from bot.blocks.format import MRKDWN, Formatter
from bot.blocks.kit import Screen, context, screen, section
from bot.kore.models import Sim
from bot.sims.errors import Candidate

HOW = (
    "`/simsessions account <name>` lets a name alone mean a SIM of that account here, `account "
    "any` of any; `<account>/<name>` names one by hand. A SID or ICCID is found wherever it is."
)


def account_text(of: Sim | Candidate, fmt: Formatter) -> str:
    """Name the account of a SIM as people call it, and as it is typed."""
    return f"account {_called(of.account or '', of.account_label, fmt)}"


def _called(name: str, label: str | None, fmt: Formatter) -> str:
    return f"{fmt.data(label)} ({fmt.data(name)})" if label else fmt.data(name)


def account_screen(seen: frozenset[str], chosen: str | None, labels: Mapping[str, str]) -> Screen:
    """Say which account a name alone means here, and which there are to choose from."""
    if seen <= {""} or (len(seen) == 1 and chosen is None):
        words = "Here a name means a SIM of the only account that you may see."
        return screen(words, [section(words)])
    names = ", ".join(_called(name, labels.get(name), MRKDWN) for name in sorted(seen))
    told = f"a SIM of {MRKDWN.data(chosen)}" if chosen else "a SIM of any account"
    notice = f"Here a name means a SIM of {chosen or 'any account'}."
    said = f"Here a name alone means {told}. You may see {names}."
    return screen(notice, [section(said), context(HOW)])
