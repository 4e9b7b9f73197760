"""What is said of the KORE accounts that somebody may see in a channel."""

from bot.blocks.format import MRKDWN
from bot.blocks.kit import Screen, context, screen, section

HOW = (
    "`/simsessions account <name>` lets a name alone mean a SIM of that account here, `account "
    "any` of any; `<account>/<name>` names one by hand. A SID or ICCID is found wherever it is."
)


def account_screen(seen: frozenset[str], chosen: str | None) -> Screen:
    """Say which account a name alone means here, and which there are to choose from."""
    if seen <= {""} or (len(seen) == 1 and chosen is None):
        words = "Here a name means a SIM of the only account that you may see."
        return screen(words, [section(words)])
    names = ", ".join(map(MRKDWN.data, sorted(seen)))
    told = f"a SIM of {MRKDWN.data(chosen)}" if chosen else "a SIM of any account"
    notice = f"Here a name means a SIM of {chosen or 'any account'}."
    said = f"Here a name alone means {told}. You may see {names}."
    return screen(notice, [section(said), context(HOW)])
