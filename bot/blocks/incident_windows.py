"""The windows about an incident: whom to hand it to, which SIM to mute, all of it in detail."""

from collections.abc import Sequence
from datetime import timedelta

from bot.alerts.incident import DownSim, Incident
from bot.blocks import ids
from bot.blocks.format import MRKDWN
from bot.blocks.incident import event_text, incident_title, member_line
from bot.blocks.kit import (
    Block,
    Choice,
    View,
    context,
    divider,
    input_block,
    modal,
    plain,
    section,
    select,
    text_input,
)
from bot.sims.identifier import natural

HAND_OVER_TITLE, MUTE_TITLE, DETAILS_TITLE = "Hand over", "Mute a SIM", "Incident"
PERSON, MUTED, REASON, UNTIL = "person", "muted_sim", "mute_reason", "mute_until"
MONDAY = "monday"
ENDS = (
    Choice("1", "For an hour"),
    Choice("4", "For 4 hours"),
    Choice("24", "For a day"),
    Choice(MONDAY, "Until Monday, 08:00"),
    Choice("168", "For a week"),
    Choice("720", "For 30 days"),
)
MOST_SIMS, MOST_EVENTS = 60, 25
MOST_REASON = 200
LATER = timedelta(minutes=1)
_BUTTON, _LABEL = 24, 70
_CANCEL = plain("Cancel", _BUTTON)
MAY_NOT = "They may not use me here. Choose somebody else."
NOT_HERE = "They are not in this channel. Invite them first, or choose somebody else."


def hand_over_view(asked: ids.IncidentView) -> View:
    """Ask to whom an incident goes."""
    element: Block = {"type": "users_select"}
    blocks = [input_block(PERSON, "To whom?", element)]
    view = modal(ids.HAND_OVER_VIEW, HAND_OVER_TITLE, blocks, asked.to_value())
    return view | {"submit": plain("Hand over", _BUTTON), "close": _CANCEL}


def mute_view(asked: ids.IncidentView, incident: Incident) -> View:
    """Ask which SIM is to be quiet, why, and until when."""
    members = sorted(
        (m for m in incident.members if not m.gone), key=lambda m: (not m.is_down, natural(m.name))
    )
    sims = [Choice(member.sid, member.name[:_LABEL]) for member in members[:100]]
    if not sims:
        return modal(ids.NOTICE_VIEW, MUTE_TITLE, [section("No SIM is left to be muted.")])
    which = select("static_select", sims, sims[0].value if len(sims) == 1 else "")
    hint = "No incident opens for it until then. Everybody in the channel sees the reason."
    blocks = [
        input_block(MUTED, "Which SIM?", which),
        input_block(UNTIL, "How long?", select("static_select", ENDS, "24"), hint=hint),
        input_block(REASON, "Why?", text_input("", most=MOST_REASON, example="It is being moved")),
    ]
    view = modal(ids.MUTE_VIEW, MUTE_TITLE, blocks, asked.to_value())
    return view | {"submit": plain("Mute", _BUTTON), "close": _CANCEL}


def details_view(incident: Incident) -> View:
    """Show all SIMs of an incident, and what happened to it, the newest first."""
    members = sorted(incident.members, key=lambda m: (not m.is_down, natural(m.name)))
    lines = [f"{member_line(m, incident)}{_noticed(m)}" for m in members[:MOST_SIMS]]
    more = len(members) - MOST_SIMS
    lines += [f"and {more} more"] if more > 0 else []
    events = incident.events[: -MOST_EVENTS - 1 : -1]
    told = [f"{MRKDWN.when(e.at)} {event_text(e, incident, MRKDWN)}" for e in events]
    blocks = [
        section(incident_title(incident, MRKDWN)),
        *_sections(lines),
        divider(),
        *_sections(told),
        context(f"{MRKDWN.code(incident.rule)} · incident {MRKDWN.code(incident.id)}"),
    ]
    return modal(ids.NOTICE_VIEW, DETAILS_TITLE, blocks)


def _noticed(member: DownSim) -> str:
    """Say when it was found to be down, where that was later: a silence is told once it is due."""
    is_later = member.is_down and member.joined_at - member.since >= LATER
    return f", noticed {MRKDWN.when(member.joined_at)}" if is_later else ""


def _sections(lines: Sequence[str]) -> list[Block]:
    """Put lines into as few sections as hold them."""
    return [section("\n".join(lines[at : at + 10])) for at in range(0, len(lines), 10)]
