"""Who is on it: the line under a table or a hand-over, and the button that says "I am"."""

from collections.abc import Mapping, Sequence

from bot.blocks import ids
from bot.blocks.format import MRKDWN, Formatter, count
from bot.blocks.kit import Block, Screen, button, context, screen
from bot.blocks.report import person
from bot.sessions.triage import Owner

_ACTIONS = frozenset({ids.TRIAGE_ACTIONS, ids.HANDOVER_ACTIONS})
MINE, OVER = "I'm on it", "I'll take over"


def owner_button(sids: Sequence[str], owners: Sequence[Owner] = ()) -> list[Block]:
    """Offer to take care of SIMs, at most as many as a button carries."""
    if not 0 < len(sids) <= ids.MOST_SIMS:
        return []
    value = ids.Sims.of(sids).to_value()
    label = OVER if owners else MINE
    return [button(label, ids.ON_IT, f"{label}: {count(len(sids), 'SIM')}", value=value)]


def owners_line(owners: Sequence[Owner], names: Mapping[str, str], fmt: Formatter = MRKDWN) -> str:
    """Say who is on what since when; `names` are those of the SIMs that are shown, by SID."""
    told = []
    for owner in owners:
        mine = [name for sid, name in names.items() if sid.lower() in owner.sids]
        what = "it" if len(mine) in {0, len(names)} else ", ".join(map(fmt.data, mine))
        told.append(f"🙋 {person(owner.person)} is on {what} since {fmt.when(owner.since)}")
    return " · ".join(told)


def owners_block(owners: Sequence[Owner], names: Mapping[str, str]) -> list[Block]:
    """Draw that line, found again by its id; nothing where nobody is on it."""
    if not owners:
        return []
    return [context(owners_line(owners, names)) | {"block_id": ids.OWNERS}]


def with_owner(text: str, blocks: Sequence[Block], owner: Owner) -> Screen:
    """Put who is on it now on a message that stands in Slack already, above its buttons."""
    line = owners_block([owner], {})
    shown: list[Block] = []
    for block in blocks:
        block_id = block.get("block_id")
        if block_id == ids.OWNERS:
            continue
        if block_id in _ACTIONS:
            shown += line
            line = []
            elements = [_relabelled(each) for each in block.get("elements", [])]
            shown.append({**block, "elements": elements})
        else:
            shown.append(dict(block))
    return screen(text, [*shown, *line])


def _relabelled(element: Block) -> Block:
    if ids.action_of(str(element.get("action_id"))) != ids.ON_IT:
        return element
    return {**element, "text": {**element["text"], "text": OVER}}


def taken_screen(owner: Owner) -> Screen:
    """Tell a channel that somebody takes care of SIMs that only they were shown."""
    words = f"🙋 {person(owner.person)} is on it: {count(len(owner.sids), 'SIM')}"
    return screen(words, [context(words)])
