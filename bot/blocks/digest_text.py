"""What a digest says, in Slack and in the terminal."""

from collections.abc import Iterable
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from bot.blocks.format import (
    Formatter,
    ago,
    between,
    count,
    first_of,
    flagged,
    grouped,
    long_span,
    span,
)
from bot.blocks.sim_text import state_label, state_text
from bot.diagnosis.contrast import Trait
from bot.diagnosis.evidence import State
from bot.diagnosis.rules.common_outage import NEXT_STEPS
from bot.digests.digest import (
    FAILED,
    UNRELIABLE_PERCENT,
    ChangeGroup,
    Digest,
    NetworkOutage,
    SimChange,
    SimSample,
    SimSummary,
)
from bot.sessions.redaction import REDACTED
from bot.sessions.snapshot import Change, ChangeKind

_OF_FIELDS = {
    ChangeKind.STATE_CHANGED: "State",
    ChangeKind.STATUS_CHANGED: "SIM status",
    ChangeKind.NEW_COUNTRY: "Country",
    ChangeKind.NEW_OPERATOR: "Operator",
    ChangeKind.NEW_IMEI: "Device (IMEI)",
    ChangeKind.NEW_RADIO: "Radio",
}
SAID_BY_THE_STATE = frozenset(
    {ChangeKind.WENT_SILENT, ChangeKind.CAME_BACK, ChangeKind.STATE_CHANGED}
)


def change_lines(changes: Iterable[Change], fmt: Formatter) -> list[str]:
    """Return a line for each change; that of the state is left to the headline."""
    return [change_text(c, fmt) for c in changes if c.kind not in SAID_BY_THE_STATE]


def change_text(change: Change, fmt: Formatter) -> str:
    """Return one line: `Operator: Telcel → T-Mobile USA`, `New finding: Flapping`."""
    if change.kind is ChangeKind.NEW_FINDING:
        return f"New finding: {fmt.data(change.after or 'unknown')}"
    if change.kind is ChangeKind.FINDING_GONE:
        return f"Finding gone: {fmt.data(change.before or 'unknown')}"
    label = _OF_FIELDS.get(change.kind, "State")
    if REDACTED in {change.before, change.after}:
        return f"{label}: changed, {REDACTED} here"
    was, now = (change_side_text(change.kind, side, fmt) for side in (change.before, change.after))
    return f"{label}: {was} → {now}"


def change_side_text(
    kind: ChangeKind, value: str | None, fmt: Formatter, none: str = "unknown"
) -> str:
    """Return what was, or is, as people read it."""
    if value is None:
        return none
    if value == REDACTED:
        return value
    if kind in SAID_BY_THE_STATE and value in set(State):
        return state_text(State(value))
    if kind is ChangeKind.NEW_COUNTRY:
        value = flagged(value)
    if kind is ChangeKind.NEW_IMEI:
        value = f"{value[:8]}-{value[8:]}"
    return fmt.data(value)


NAMES = 5
_REASONS = 3
_UNRELIABLE = (
    f"That is more than {UNRELIABLE_PERCENT} %, so the rest says little about the fleet. They are "
    "not counted as offline."
)
_SIGNS = {"critical": "🔴", "warning": "🟠", "info": "🔵"}
_DAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
KINDS = {
    ChangeKind.WENT_SILENT: ("🔴", "went silent"),
    ChangeKind.CAME_BACK: ("🟢", "came back"),
    ChangeKind.NEW_COUNTRY: ("🟠", "new country"),
    ChangeKind.NEW_IMEI: ("🟠", "new IMEI"),
    ChangeKind.NEW_FINDING: ("🟠", "new finding"),
    ChangeKind.FINDING_GONE: ("🟢", "finding gone"),
    ChangeKind.STATUS_CHANGED: ("🔵", "new status"),
}
"""A sign and words for each kind of change."""
_COUNTED = (ChangeKind.WENT_SILENT, ChangeKind.CAME_BACK)


def digest_headline(digest: Digest, fmt: Formatter) -> str:
    """Say in one sentence what is new; the digest's name and time stand before it."""
    who = f"{fmt.data(digest.name)}, {when_text(digest.due, digest)}"
    return fmt.strong(f"{who} — {_news(digest, fmt)}.")


def quiet_headline(digest: Digest, fmt: Formatter) -> str:
    """Say in one line that there is nothing to say."""
    who = f"{fmt.data(digest.name)}, {when_text(digest.due, digest)}"
    if not digest.worst.count:
        quiet = fmt.strong(f"{who} — all quiet.")
        return f"{quiet} Nothing changed {_since(digest)}; {_fine(digest)}."
    fine = _fine(digest)
    claim = fmt.strong(f"{who} — nothing changed {_since(digest)}.")
    return f"{claim} {fine[:1].upper()}{fine[1:]}."


def when_text(moment: datetime, digest: Digest) -> str:
    """Name a due time in the digest's own zone: `Monday 09:00`, `23 Nov 09:00` after a week."""
    zone = ZoneInfo(digest.zone)
    at, now = moment.astimezone(zone), digest.due.astimezone(zone)
    if abs((now.date() - at.date()).days) < len(_DAYS):
        return f"{_DAYS[at.weekday()]} {at:%H:%M}"
    return f"{at.day} {at:%b} {at:%H:%M}"


def _news(digest: Digest, fmt: Formatter) -> str:
    if digest.problem:
        return "KORE could not be asked, so nothing is known"
    if not digest.sims:
        return f"no SIM fits {fmt.data(digest.about)}"
    if digest.is_unreliable:
        return f"{grouped(digest.failed)} of {count(digest.sims, 'SIM')} could not be read"
    return ", ".join([*_changes_in_brief(digest), _fine(digest)])


def _changes_in_brief(digest: Digest) -> list[str]:
    """Count what went silent and came back; other changes in one number."""
    kinds = [(group.kind, group.count) for group in digest.changes]
    brief = [f"{grouped(number)} {KINDS[kind][1]}" for kind, number in kinds if kind in _COUNTED]
    others = sum(number for kind, number in kinds if kind not in _COUNTED)
    more = count(others, "other change") if brief else count(others, "change")
    outage = [f"{count(len(digest.outages), 'common outage')}"] if digest.outages else []
    return [*outage, *brief, *([more] if others else [])] or _nothing(digest)


def _nothing(digest: Digest) -> list[str]:
    return ["nothing changed"] if digest.since else []


def _fine(digest: Digest) -> str:
    """Count the SIMs whose cause is a warning or worse, of those that were read."""
    read, grave = digest.sims - digest.failed, digest.worst.count
    if read == 1:
        return f"the SIM {'needs attention' if grave else 'is fine'}"
    verb = "needs" if grave <= 1 else "need"
    return f"{grouped(grave) if grave else 'none'} of {count(read, 'SIM')} {verb} attention"


def _since(digest: Digest) -> str:
    return f"since {when_text(digest.since, digest)}" if digest.since else "that I know of"


def warnings(digest: Digest, fmt: Formatter) -> list[str]:
    """Return what must be known before the rest: what could not be read, what was missed."""
    lines = [
        _problem(digest, fmt),
        _unreachable(digest, fmt),
        _unread(digest, fmt),
        _missing(digest, fmt),
    ]
    missed = [
        f"⏭️ The digest of {when_text(each.due, digest)} was skipped: {fmt.sentence(each.why)}"
        for each in digest.missed
    ]
    return [*(line for line in lines if line), *missed[:NAMES]]


def _problem(digest: Digest, fmt: Formatter) -> str | None:
    if digest.problem is None:
        return None
    claim = f"KORE had given me no list of SIMs by {fmt.when(digest.made_at)}."
    return f"⚠️ {fmt.strong(claim)} {fmt.sentence(digest.problem)}"


def _unreachable(digest: Digest, fmt: Formatter) -> str | None:
    if not digest.unreachable:
        return None
    names = ", ".join(map(fmt.data, digest.unreachable))
    return f"⚠️ {fmt.strong('KORE gave no list of SIMs')} of {names}: this is about the others."


def _unread(digest: Digest, fmt: Formatter) -> str | None:
    if not digest.failed:
        return None
    ranked = sorted(digest.unread.reasons.items(), key=lambda pair: -pair[1])[:_REASONS]
    why = " ".join(f"{grouped(number)}: {fmt.sentence(reason)}" for reason, number in ranked)
    named = names_text(SimSample(digest.failed, digest.unread.first), fmt)
    claim = fmt.strong(f"{count(digest.failed, 'SIM')} could not be read")
    many = f" {_UNRELIABLE}" if digest.is_unreliable else ""
    return f"⚠️ {claim}: {named}. {why}{many}"


def _missing(digest: Digest, fmt: Formatter) -> str | None:
    if not digest.missing:
        return None
    names = first_of([fmt.data(typed) for typed in digest.missing], NAMES)
    return f"⚠️ {fmt.strong('KORE no longer has')} {names}."


def outage_text(lost: NetworkOutage, fmt: Formatter) -> str:
    """Say that SIMs fell silent together, what tells them from the others, and what to do."""
    value = lost.operator or lost.network
    kind = "" if lost.trait in {Trait.NETWORK, None} else f"{lost.trait} "
    where = f" on {kind}{fmt.data(value)}" if value else ""
    number = count(lost.sims, "SIM")
    many = f"{grouped(lost.sims)} of {count(lost.of, 'SIM')}" if lost.of > lost.sims else number
    others = (
        f" {grouped(lost.others_silent)} of {count(lost.others, 'SIM')} elsewhere fell silent too."
        if lost.others
        else ""
    )
    return (
        f"🔴 {fmt.strong(f'Common outage: {many}{where}.')} Last heard from between "
        f"{fmt.when(lost.first)} and {fmt.when(lost.last)}.{others} → {NEXT_STEPS[lost.trait]}"
    )


def incidents_text(digest: Digest, fmt: Formatter) -> list[str]:
    """Say in a line how many incidents the channel had, and how long they took; none: nothing."""
    found = digest.incidents
    if found is None:
        return []
    since = when_text(digest.since or digest.due - timedelta(days=1), digest)
    stand = f"{grouped(found.open)} still open" if found.open else "all over"
    took = [
        f"{what} after {long_span(timedelta(seconds=seconds))}"
        for what, seconds in (("taken", found.to_take), ("over", found.to_end))
        if seconds is not None
    ]
    usual = f" Usually {', '.join(took)}." if took else ""
    return [f"🚨 {fmt.strong(count(found.seen, 'incident'))} since {since}, {stand}.{usual}"]


def changes_text(digest: Digest, fmt: Formatter) -> list[str]:
    """Return a line for each kind of change; that there is nothing to compare with is said too."""
    if digest.since is None:
        return ["This is the first digest: from the next one on I say what changed."]
    lines = [_group_text(group, digest, fmt) for group in digest.changes]
    lines += [
        f"{sign} {fmt.strong(what)} {names_text(some, fmt)}"
        for sign, what, some in (("🆕", "new SIM", digest.new), ("👋", "gone", digest.gone))
        if some.count
    ]
    return [f"Since {when_text(digest.since, digest)}:", *lines] if lines else []


def _group_text(group: ChangeGroup, digest: Digest, fmt: Formatter) -> str:
    sign, what = KINDS[group.kind]
    shown = [_changed_text(group.kind, changed, digest, fmt) for changed in group.first[:NAMES]]
    return f"{sign} {fmt.strong(what)} {first_of(shown, NAMES, group.count)}"


def _changed_text(kind: ChangeKind, changed: SimChange, digest: Digest, fmt: Formatter) -> str:
    name = fmt.data(changed.sim.name)
    if kind is ChangeKind.WENT_SILENT:
        seen = changed.sim.seen_at
        return f"{name} ({span(between(seen, digest.made_at))})" if seen else name
    if kind in {ChangeKind.NEW_FINDING, ChangeKind.FINDING_GONE}:
        return f"{name} ({fmt.own(changed.after or changed.before or '')})"
    if kind is ChangeKind.CAME_BACK or REDACTED in {changed.before, changed.after}:
        return name
    sides = (change_side_text(kind, side, fmt, "none") for side in (changed.before, changed.after))
    return f"{name} ({' → '.join(sides)})"


def names_text(some: SimSample, fmt: Formatter) -> str:
    """Name the first SIMs of a list and count the rest."""
    return first_of([fmt.data(sim.name) for sim in some.first], NAMES, some.count)


def worst_text(sim: SimSummary, digest: Digest, fmt: Formatter) -> str:
    """Return a line about one of the worst: name, what is wrong, state, last seen."""
    sign = _SIGNS.get(sim.severity or "critical", "🔵")
    is_said = sim.state is State.STALE
    heard = f", last heard from {ago(sim.seen_at, digest.made_at)}" if sim.seen_at else ""
    what = f" {fmt.own(sim.what)}" if sim.what else ""  # else the state says it all
    state = state_text(sim.state, *state_details(sim, digest))
    return f"{sign} {fmt.strong(fmt.data(sim.name))}{what} — {state}{'' if is_said else heard}"


def state_details(sim: SimSummary, digest: Digest) -> tuple[str | None, timedelta | None]:
    """Return a SIM's status, and how long it had been silent when the digest was made."""
    return sim.status, between(sim.seen_at, digest.made_at) if sim.seen_at else None


def talkers_text(talkers: Iterable[SimSummary], fmt: Formatter) -> str:
    """Name those with the most packets of the last 24 h."""
    packets = [f"{fmt.data(sim.name)} {grouped(sim.packets or 0)}" for sim in talkers]
    return f"Top talkers (packets in 24 h): {', '.join(packets[:NAMES])}"


def count_text(state: str) -> str:
    """Return what is counted as people read it: a state, or `could not be read`."""
    return "could not be read" if state == FAILED else state_text(State(state))


def count_label(state: str) -> str:
    """Return what is counted with its sign."""
    return f"⚠️ {count_text(state)}" if state == FAILED else state_label(State(state))


def foot_text(digest: Digest, fmt: Formatter) -> str:
    """Say what it is about, and when the next one comes."""
    due = digest.next_due
    when = f"next: {fmt.when(due)} ({digest.zone})" if due else "no next run"
    redacted = [fmt.own(digest.redacted)] if digest.redacted else []
    return " · ".join([f"About {fmt.data(digest.about)}", when, *redacted])
