"""The card of an incident, the lines of its thread, and the card that several share."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from math import ceil

from bot.alerts.alert import Alert
from bot.alerts.incident import OUTAGE, SILENT, DownSim, Event, EventKind, Incident
from bot.blocks import ids
from bot.blocks.findings import SEVERITY_ICONS
from bot.blocks.format import (
    MRKDWN,
    NOTICE,
    Formatter,
    WebLinks,
    between,
    count,
    long_span,
    ordinal,
    span,
)
from bot.blocks.kit import Block, Screen, actions, button, confirmed, context, screen, section
from bot.blocks.report import person
from bot.diagnosis.contrast import Trait
from bot.diagnosis.rule import Severity, title_of
from bot.sims.identifier import natural_key

LINES = 10
MONDAY = "Snooze until Monday"
MOST_NAMED = 5
MOST_SHARED = 20
_OFFLINE = {OUTAGE, "gone_silent", "barred_after_flapping", "sim_not_active"}
_ON = {
    Trait.CELL: "on cell",
    Trait.NETWORK: "on",
    Trait.PLAN: "with rate plan",
    Trait.MODEL: "of device model",
    Trait.COUNTRY: "in",
    Trait.RADIO: "on",
}


def mention_text(mentions: Iterable[str]) -> str:
    """Mention user groups and people by their ids."""
    return " ".join(f"<!subteam^{one}>" if one.startswith("S") else person(one) for one in mentions)


def incident_title(incident: Incident, fmt: Formatter) -> str:
    """Say what is wrong with which SIMs: `Common outage: 3 SIMs on Telcel`."""
    members = [member for member in incident.members if member.gone != "merged"]
    what = fmt.data(members[0].name) if len(members) == 1 else count(len(members), "SIM")
    on = ""
    if incident.trait and incident.value:
        on = f" {_ON[incident.trait]} {fmt.data(incident.value)}"
    return f"{fmt.strong(f'{fmt.data(incident.title)}: {what}')}{on}"


def incident_card(incident: Incident, alert: Alert, links: WebLinks) -> Screen:
    """Draw the card: who is down, since when, what to do, who is on it, and what can be done."""
    icon = _icon(incident)
    opened = next((e for e in incident.events if e.kind is EventKind.OPENED and e.mentions), None)
    called = f" {mention_text(opened.mentions)}" if opened else ""
    stands = f"{_how_it_stands(incident, MRKDWN)}{_others(opened)}"
    head = f"{icon} {incident_title(incident, MRKDWN)}{called}\n{stands}"
    step = f"→ {MRKDWN.data(incident.next_step, 300)}" if incident.next_step else ""
    who = _who(incident)
    blocks = [
        section(head),
        section("\n".join(_lines(incident))),
        section(step) if step and incident.is_open and incident.down else None,
        context(who) if who else None,
        _buttons(incident, links) if incident.is_open else None,
        context(f"Alert {MRKDWN.strong(MRKDWN.data(alert.name))} · {_about(incident)}"),
    ]
    notice = f"{icon} {incident_title(incident, NOTICE)}. {_how_it_stands(incident, NOTICE)}"
    return screen(f"{notice}{called}", blocks)


def _about(incident: Incident) -> str:
    account = f" · account {MRKDWN.data(incident.account)}" if incident.account else ""
    return f"{Severity(incident.severity).word}{account}"


def _icon(incident: Incident) -> str:
    if not incident.is_open:
        return "✅"
    return SEVERITY_ICONS[incident.severity]


def _how_it_stands(incident: Incident, fmt: Formatter) -> str:
    """Say since when, how many are down, or how long it took."""
    if incident.merged_into:
        return "It is part of a larger incident, which goes on in its own card."
    since = fmt.when(incident.first_at)
    if not incident.is_open:
        by = f"{person(incident.resolved_by)} resolved it" if incident.resolved_by else "Over"
        begun = "found" if _is_unsure(incident) else "from"
        return f"{by} after {lasted_text(incident)}, {begun} {since}"
    down = len(incident.down)
    if not down:
        ends = "No SIM is left" if incident.is_empty else _are_back(incident)
        return f"{ends}. This resolves itself if that lasts. First {_down(incident)} {since}"
    some = f"{down} of {len(incident.members)} " if down < len(incident.members) else ""
    stand = f"{some}{_down(incident)} since {since}"
    return stand[:1].upper() + stand[1:]


def _down(incident: Incident) -> str:
    """Say "down" of SIMs that are not online, and "affected" of those that still may be."""
    return "down" if incident.rule in _OFFLINE else "affected"


def _is_absence(incident: Incident) -> bool:
    """Return whether its SIMs are away, so that they come back; else what they have is over."""
    return incident.rule in _OFFLINE or incident.family == SILENT


def _are_back(incident: Incident) -> str:
    if not _is_absence(incident):
        return "It is over" if len(incident.members) == 1 else "It is over for all"
    return {1: "It is back", 2: "Both are back"}.get(len(incident.members), "All are back")


def lasted_text(incident: Incident) -> str:
    """Say how long the trouble lasted; where that is not known, what it lasted at most."""
    took = incident.time_to_end
    if took is None:
        return "-"
    if not _is_unsure(incident):
        return span(took)
    return f"less than {ceil((took.total_seconds() + incident.unsure) / 60)} min"


def _is_unsure(incident: Incident) -> bool:
    """Return whether it was found so late that nobody knows how long it lasted."""
    took = incident.time_to_end
    return took is not None and took.total_seconds() < incident.unsure


def _lines(incident: Incident) -> list[str]:
    """Name the SIMs, those that are down first."""
    shown = [member for member in incident.members if member.gone != "merged"] or list(
        incident.members
    )
    shown.sort(key=lambda member: (not member.is_down, natural_key(member.name)))
    lines = [member_line(member, incident) for member in shown[:LINES]]
    more = len(shown) - LINES
    return [*lines, f"and {count(more, 'more SIM')}"] if more > 0 else lines


def member_line(member: DownSim, incident: Incident) -> str:
    """Say how one SIM of an incident is; how long it took only where that is known."""
    name = MRKDWN.strong(MRKDWN.data(member.name))
    again = f", for the {ordinal(member.times)} time" if member.times > 1 else ""
    if member.is_down:
        twin = f", with the IMEI of {MRKDWN.data(member.twin)}" if member.twin else ""
        since = MRKDWN.when(member.since)
        return f"{SEVERITY_ICONS[member.severity]} {name} since {since}{again}{twin}"
    if member.gone == "muted":
        muted = (e for e in incident.events[::-1] if e.kind is EventKind.MUTED)
        found = next((e for e in muted if member.sid in e.sims), None)
        if not (found and found.by and found.until):
            return f"🔕 {name} muted"
        why = f": {MRKDWN.data(found.reason, 80)}" if found.reason else ""
        return f"🔕 {name} muted by {person(found.by)} until {MRKDWN.when(found.until)}{why}"
    if member.gone == "left":
        return f"▫️ {name} is no longer among these SIMs"
    back = member.back_at or member.since
    took = between(member.since, back)
    after = f", after {span(took)}" if took.total_seconds() >= incident.unsure else ""
    ended = "back" if _is_absence(incident) else "over"
    return f"✅ {name} {ended} {MRKDWN.when(back)}{after}"


def _who(incident: Incident) -> str:
    lines = []
    if incident.taken_by and incident.taken_at:
        since = MRKDWN.when(incident.taken_at)
        has_it = "has been on it since" if incident.is_open else "took it"
        lines.append(f"🙋 {person(incident.taken_by)} {has_it} {since}{_from(incident)}")
    if incident.snoozed_until and incident.snoozed_by:
        until = MRKDWN.when(incident.snoozed_until)
        lines.append(f"💤 snoozed by {person(incident.snoozed_by)} until {until}")
    if not lines and incident.is_open:
        lines.append("Nobody is on it yet")
    return " · ".join(lines)


def _from(incident: Incident) -> str:
    """Say who handed it over to who has it."""
    taken = next((e for e in incident.events[::-1] if e.kind is EventKind.TAKEN), None)
    by = taken.by if taken and taken.other == incident.taken_by else None
    return f"; {person(by)} handed it over" if by else ""


def _buttons(incident: Incident, links: WebLinks) -> Block:
    this = ids.IncidentButton(id=incident.id)
    monday = ids.IncidentSnooze(id=incident.id, monday=True)
    taken = incident.taken_by is not None
    row = [
        _take_button(incident) | ({} if taken else {"style": "primary"}),
        button("Hand over…", ids.INCIDENT_HAND_OVER, "Hand this incident over to somebody", this),
        button(
            "Snooze 1 h", ids.numbered(ids.INCIDENT_SNOOZE, 1), "Mention nobody for an hour", this
        ),
        button(MONDAY, ids.numbered(ids.INCIDENT_SNOOZE, 2), "Mention nobody until Monday", monday),
        button("Mute a SIM…", ids.INCIDENT_MUTE, "Keep one SIM quiet", this),
        _sure(button("Resolve", ids.INCIDENT_RESOLVE, "Resolve this incident", this), incident),
        *_watch_button(incident),
        button("Details", ids.INCIDENT_DETAILS, "Show all SIMs and what happened", this),
    ]
    if runbook := links.runbook(incident.rule):
        row.append(
            button("Runbook", ids.RUNBOOK, f"Runbook: {title_of(incident.rule)}", url=runbook)
        )
    return actions(ids.INCIDENT_ACTIONS, row)


def _sure(resolve: Block, incident: Incident) -> Block:
    """Return the button so that it asks before an incident is resolved whose SIMs are down."""
    if not (down := len(incident.down)):
        return resolve
    are, it = ("is", "It is") if down == 1 else ("are", "They are")
    still = f"{count(down, 'SIM')} {are} still {_down(incident)}"
    words = f"{still}. {it} reported again only after a recovery."
    return confirmed(resolve, "Resolve it anyway?", words, ("Resolve", "Cancel"))


def _take_button(incident: Incident, number: int = 0) -> Block:
    """Return the button of who takes it; `number` tells it from others in one message."""
    label = "Take over" if incident.taken_by else "I'm on it"
    value = ids.IncidentTake(id=incident.id, seen=incident.taken_by or "")
    action = ids.numbered(ids.INCIDENT_TAKE, number) if number else ids.INCIDENT_TAKE
    what = f"Take {incident_title(incident, NOTICE)}" if number else "Take it"
    return button(label, action, what, value)


def _watch_button(incident: Incident) -> list[Block]:
    sids = [m.sid for m in incident.down if ids.PackedSims.takes(m.sid)][: ids.MOST_SIMS]
    if not sids:
        return []
    value = ids.WatchSims.of(sids).model_copy(update={"until": "online"})
    return [button("Watch", ids.WATCH_ALL, f"Watch {count(len(sids), 'SIM')}", value)]


def _others(event: Event | None) -> str:
    """Say for how many more incidents people are mentioned here, which do not do so themselves."""
    if event is None or not event.others:
        return ""
    by_time = event.kind in {EventKind.REMINDED, EventKind.ESCALATED}
    did = _BY_TIME[event.others > 1] if by_time else "opened or got worse at the same time"
    return f". {count(event.others, 'more incident')} {did}"


_BY_TIME = "is open", "are open"


def event_screen(event: Event, incident: Incident) -> Screen:
    """Draw what happened as one line for the thread."""
    words = event_text(event, incident, MRKDWN)
    return screen(event_text(event, incident, NOTICE), [section(words)])


def event_text(event: Event, incident: Incident, fmt: Formatter) -> str:
    """Say what happened, and mention whom it is for."""
    called = f"{mention_text(event.mentions)} " if event.mentions else ""
    others = _others(event)
    by = person(event.by) if event.by else ""
    sims = names_text(event.sims, incident, fmt)
    are = "is" if len(event.sims) == 1 else "are"
    until = fmt.when(event.until) if event.until else ""
    new = f" New: {sims}." if sims else ""
    down = _down(incident)
    back = f"{sims} {are} back"
    if not _is_absence(incident):
        back = f"{sims}: “{fmt.data(incident.title)}” is over"
    if event.kind is EventKind.TAKEN:
        to = event.other
        return f"🙋 {by} handed this over to {person(to)}." if to else f"🙋 {by} is on it."
    if event.kind is EventKind.RESOLVED:
        after = f" after {lasted_text(incident)}"
        over = "No SIM is left" if incident.is_empty else _are_back(incident)
        return f"✅ {by} resolved this{after}." if by else f"✅ {over}: resolved{after}."
    words = {
        EventKind.OPENED: f"{_icon(incident)} {called}{incident_title(incident, fmt)}{others}",
        EventKind.GREW: f"➕ {sims} {are} {down} too.",
        EventKind.WORSE: f"🔺 {called}This got worse: {_worse(incident)}{others}.{new}",
        EventKind.BACK: f"✅ {back}.",
        EventKind.FELL: f"↩️ {sims} {are} {down} again.",
        EventKind.SNOOZED: f"💤 {by} snoozed this until {until}; nobody is mentioned until then.",
        EventKind.MUTED: f"🔕 {by} muted {sims} until {until}: {fmt.data(event.reason or '', 200)}",
        EventKind.REMINDED: f"⏰ {called}Still open: {_worse(incident)}{others}.",
        EventKind.ESCALATED: f"📣 {called}Nobody is on this yet: {_worse(incident)}{others}.",
        EventKind.MERGED: "🔗 This turned out to be part of a larger incident.",
        EventKind.REOPENED: f"↩️ {sims or 'A SIM'} {are} {down} again, so this is open again.",
    }
    return words[event.kind]


def _worse(incident: Incident) -> str:
    sims = count(len(incident.down), "SIM")
    return f"{Severity(incident.severity).word}, {sims} {_down(incident)}"


def names_text(sids: Sequence[str], incident: Incident, fmt: Formatter) -> str:
    """Name SIMs of an incident, a few of many."""
    names = {member.sid: member.name for member in incident.members}
    shown = sorted((names[sid] for sid in sids if sid in names), key=natural_key)
    named = [fmt.strong(fmt.data(name)) for name in shown[:MOST_NAMED]]
    more = len(shown) - MOST_NAMED
    named += [f"{more} more"] if more > 0 else []
    return " and ".join([", ".join(named[:-1]), named[-1]]) if len(named) > 1 else "".join(named)


def summary_card(incidents: Sequence[Incident]) -> Screen:
    """Draw the one card of incidents for which there is no room for cards of their own."""
    still = [each for each in incidents if each.is_open]
    head = f"{count(len(incidents), 'incident')}, all over"
    if still:
        head = f"{count(len(still), 'more incident')} in this channel"
    ordered = sorted(incidents, key=lambda i: (not i.is_open, -i.severity, i.opened_at))
    lines = [_shared_line(each, number) for number, each in enumerate(ordered[:MOST_SHARED], 1)]
    more = len(ordered) - len(lines)
    icon = "🗂" if still else "✅"
    small = context("So many are open that these share one card. Its thread says what happens.")
    top = section(f"{icon} {MRKDWN.strong(head)}")
    rest = context(f"and {more} more") if more > 0 else None
    return screen(f"{icon} {head}", [top, *lines, rest, small])


def _shared_line(incident: Incident, number: int) -> Block:
    """Draw one of them, with a button for whoever takes it."""
    who = _who(incident) if incident.taken_by or incident.snoozed_until else ""
    words = f"{incident_line(incident)}\n{who}".rstrip()
    return section(words, _take_button(incident, number) if incident.is_open else None)


def incident_line(incident: Incident) -> str:
    """Say in a line what is wrong, since when, and how many are down."""
    return (
        f"{_icon(incident)} {incident_title(incident, MRKDWN)} · {_how_it_stands(incident, MRKDWN)}"
    )


def acted_screen(incident: Incident, *, changed: bool) -> Screen:
    """Tell who clicked what came of it: the card says it to all."""
    stands = "the card already says so" if incident.is_open else "this incident is already over"
    words = "Done. The card is up to date." if changed else f"Nothing changed: {stands}."
    return screen(words, [context(words)])


def not_taken_screen(incident: Incident) -> Screen:
    """Tell who clicked that somebody else was faster."""
    has_it = person(incident.taken_by or "")
    words = f"{has_it} is already on it. To take over, click *Take over* on the card."
    return screen(words, [context(words)])


def unreachable_screen(
    since: datetime, over: datetime | None, accounts: Sequence[str] = ()
) -> Screen:
    """Say that KORE does not answer, so that no alert is kept up; or that it does again.

    `accounts` are those of which it does not, none of them: all.
    """

    def words(fmt: Formatter) -> str:
        at = fmt.when(since)
        of = f" for account {', '.join(map(fmt.data, accounts))}" if accounts else ""
        if over is None:
            return (
                f"⚠️ KORE has not answered{of} since {at}. Until it does, no incident"
                f"{' of its SIMs' if of else ''} is opened or resolved here."
            )
        took = long_span(between(since, over))
        return f"☑️ KORE answers{of} again. It did not for {took} from {at}; alerts go on."

    return screen(words(NOTICE), [context(words(MRKDWN))])
