"""What the state of a SIM is called, what one data session says, whose account it is; in words.

`State` is what we reckon with; people read "no update for 2 h" and "SIM suspended".
"""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime, timedelta

from bot.blocks import ids
from bot.blocks.format import (
    MRKDWN,
    Formatter,
    ago,
    between,
    coordinates,
    count,
    flagged,
    grouped,
    imei_text,
    long_span,
    span,
)
from bot.blocks.kit import Block, Screen, clean, context, plain, screen, section
from bot.diagnosis.evidence import BLOCKED, State, status_of
from bot.diagnosis.fields import cell, known_text
from bot.errors import Candidate
from bot.kore.models import DataSession, Sim
from bot.sessions.redaction import REDACTED
from bot.sessions.report import SessionReport, Uptime
from bot.sessions.snapshot import Snapshot
from bot.sessions.triage import StaleReports

STATE_ICONS = {
    State.ONLINE: "🟢",
    State.STALE: "🟠",
    State.OFFLINE: "🔴",
    State.BLOCKED: "⛔",
    State.NOT_ACTIVATED: "⚪",
    State.NEVER_SEEN: "⚫",
    State.UNKNOWN: "❔",
}
_WORDS = {
    State.STALE: "no update",
    State.BLOCKED: "SIM blocked",
    State.NOT_ACTIVATED: "not activated",
    State.NEVER_SEEN: "no connection in 30 d",
}
_BRIEFLY = {State.STALE: "no update", State.NEVER_SEEN: "no connection"}


def state_text(state: State, status: str | None = None, silent: timedelta | None = None) -> str:
    """Return a state in a few words; a blocked SIM's status and how long one is silent are said."""
    if state is State.BLOCKED and status in BLOCKED:
        return f"SIM {status}"
    if state is State.STALE and silent is not None:
        return f"no update for {span(silent)}"
    return _WORDS.get(state, state.value)


def state_label(state: State, status: str | None = None, silent: timedelta | None = None) -> str:
    """Return the same with its sign: `🟢 online`."""
    return f"{STATE_ICONS[state]} {state_text(state, status, silent)}"


def sim_words(sim: SessionReport | Snapshot) -> str:
    """Return how a SIM was when KORE was asked: `offline`, `no update for 2 h`, `online (old)`."""
    return f"{state_text(sim.state, *_details(sim))}{_old(sim)}"


def sim_label(sim: SessionReport | Snapshot) -> str:
    """Return the same with its sign."""
    return f"{sim_icon(sim)} {sim_words(sim)}"


def cell_label(sim: SessionReport | Snapshot) -> str:
    """Return it for a narrow cell of a table whose last column says since when."""
    brief = _BRIEFLY.get(sim.state)
    return f"{sim_icon(sim)} {brief}{_old(sim)}" if brief else sim_label(sim)


def _old(sim: SessionReport | Snapshot) -> str:
    return " (old)" if sim.stale else ""


def old_line(old: StaleReports | None, fmt: Formatter) -> str:
    """Say how many SIMs are shown as they were before, since when and why; "" where all is new."""
    if old is None:
        return ""
    why = fmt.strong(old.why or "KORE is not answering.")
    which = "" if old.is_all else f"For {grouped(old.sims)} of {count(old.of, 'SIM')} "
    last = f"{'this is' if which else 'This is'} the last answer I have"
    age = f"read {ago(old.as_of, old.made_at)}"
    if old.is_all and old.of > 1:
        return f"⚠️ {why} These are the last answers I have, {age}; they may have changed."
    return f"⚠️ {why} {which}{last}, {age}; it may have changed."


def sim_icon(sim: SessionReport | Snapshot) -> str:
    """Return the sign of its state; a device that sleeps as usual must not look alarming."""
    rests = sim.rests if isinstance(sim, Snapshot) else sim.rest
    return "💤" if rests else STATE_ICONS[sim.state]


def state_sentence(sim: SessionReport | Snapshot, name: str, *, again: str = "") -> str:
    """Say how a SIM is; `again` stands before the word: `still`, `back`, `now`."""
    before = f"{again} " if again else ""
    status, silent = _details(sim)
    if sim.state is State.STALE:
        return f"{name} has {before}sent {state_text(sim.state, status, silent)}"
    if sim.state is State.NEVER_SEEN:
        return f"{name} has {before}had no connection in 30 days"
    if sim.state is State.BLOCKED:
        return f"{name} is {before}{status if status in BLOCKED else 'blocked'}"
    if sim.state is State.UNKNOWN:
        return f"the state of {name} is {before}unknown"
    return f"{name} is {before}{state_text(sim.state)}"


def _details(sim: SessionReport | Snapshot) -> tuple[str | None, timedelta | None]:
    if isinstance(sim, Snapshot):
        status, seen = sim.status, sim.seen_at
    else:
        status = status_of(sim.sim)
        seen = sim.last_session.last_updated if sim.last_session else None
    return status, between(seen, sim.as_of) if seen else None


UNKNOWN_OPERATOR = "operator unknown"
UNKNOWN_RADIO = "radio link unknown"
UNKNOWN_CELL = "cell unknown"
UNKNOWN_PACKETS = "packets unknown"

_NO_CAUSE = {
    State.BLOCKED: "its status",
    State.NOT_ACTIVATED: "its status",
    State.UNKNOWN: "too little known",
}


def no_cause(state: State) -> str:
    """Say in the place of a cause that no rule found any, that none could, or that it is plain."""
    return _NO_CAUSE.get(state, "nothing found")


def known(text: str | None, otherwise: str, fmt: Formatter) -> str:
    """Show a field, or say that it is unknown where it is empty or a placeholder."""
    value = known_text(text)
    return fmt.data(value) if value else otherwise


def network_text(session: DataSession, fmt: Formatter) -> str:
    """Say on what a session ran: `Telcel (MEX), 3G`; `T-Mobile USA` names its country itself."""
    operator = known(session.operator_name, "", fmt)
    radio = known(session.radio_link, "", fmt)
    country = known(session.operator_country, "", fmt)
    if operator and country and not operator.endswith(country):
        operator += f" ({country})"
    if operator and radio:
        return f"{operator}, {radio}"
    if operator:
        return f"{operator}, {UNKNOWN_RADIO}"
    return f"an unknown operator, {radio}" if radio else "an unknown network"


def operator_text(session: DataSession, fmt: Formatter) -> str:
    """Return `T-Mobile USA · 310-260 · 🇺🇸 USA`; each part that is unknown is said so."""
    country = known_text(session.operator_country)
    return " · ".join(
        (
            known(session.operator_name, UNKNOWN_OPERATOR, fmt),
            fmt.data(network_code(session) or "MCC-MNC unknown"),
            fmt.data(flagged(country)) if country else "country unknown",
        )
    )


def network_code(session: DataSession) -> str | None:
    """Return MCC-MNC, `310-260`; None where neither is known."""
    mcc, mnc = known_text(session.operator_mcc), known_text(session.operator_mnc)
    if mcc is None and mnc is None:
        return None
    return f"{mcc or 'MCC unknown'}-{mnc or 'MNC unknown'}"


def cell_text(session: DataSession, fmt: Formatter) -> str:
    """Return the cell's id."""
    return known(cell(session.cell_id), UNKNOWN_CELL, fmt)


def place_text(session: DataSession) -> str:
    """Say where the tower stands, and that it is the tower."""
    where = session.cell_location_estimate
    if session.cell_id == REDACTED:
        return REDACTED
    return f"{coordinates(where)} (tower, not device)" if where else "no location for this cell"


_LEAST = 0.01


def up_text(uptime: Uptime) -> str:
    """Return how much of the time it was connected: `up 12 %`, `up at least 97 %`."""
    percent = 100 if uptime.share >= 1 else min(99, round(100 * uptime.share))
    if uptime.is_least:
        return f"up at least {percent} %"
    return "up less than 1 %" if 0 < uptime.share < _LEAST else f"up {percent} %"


def window_text(uptime: Uptime) -> str:
    """Return of which time that is, in whole days: `30 d`, or of a new SIM `5 h`."""
    return f"{uptime.lasts.days} d" if uptime.lasts.days else span(uptime.lasts)


def traffic_text(up: int | None, down: int | None) -> str:
    """Return `246 packets up, 296 down` for within a sentence; unknown is never 0."""
    if up is None and down is None:
        return UNKNOWN_PACKETS
    packets_up = "packets up unknown" if up is None else f"{count(up, 'packet')} up"
    return f"{packets_up}, {'down unknown' if down is None else f'{grouped(down)} down'}"


def packets_text(up: int | None, down: int | None) -> str:
    """Return `↑ 246 up · ↓ 296 down` for beside a label; unknown is never 0."""
    if up is None and down is None:
        return UNKNOWN_PACKETS
    packets_up = "up unknown" if up is None else f"{grouped(up)} up"
    packets_down = "down unknown" if down is None else f"{grouped(down)} down"
    return f"↑ {packets_up} · ↓ {packets_down}"


def duration_text(session: DataSession, now: datetime) -> str:
    """Say how long a session lasted, or has lasted so far."""
    if session.start is None:
        return "duration unknown"
    if session.end is None:
        return f"{long_span(between(session.start, now))} so far"
    return long_span(between(session.start, session.end))


def arrows(session: DataSession) -> str:
    """Return `↑ 246 ↓ 296 packets`; unknown is never 0."""
    up, down = session.packets_uploaded, session.packets_downloaded
    if up is None and down is None:
        return UNKNOWN_PACKETS
    shown = ("unknown" if packets is None else grouped(packets) for packets in (up, down))
    return "↑ {} ↓ {} packets".format(*shown)


def imei_line(imei: str | None, fmt: Formatter) -> str:
    """Return an IMEI with its name before it, or that none was reported."""
    shown = imei_text(known_text(imei))
    return fmt.data(shown if shown.startswith("IMEI") else f"IMEI {shown}")


HOW = (
    "`/simsessions account <name>` makes a name alone mean a SIM of that account here, `account "
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
        words = "You may see only one account here, so a name always means one of its SIMs."
        return screen(words, [section(words)])
    names = ", ".join(_called(name, labels.get(name), MRKDWN) for name in sorted(seen))
    meaning = f"a SIM of {MRKDWN.data(chosen)}" if chosen else "a SIM of any account"
    notice = f"Here a name means a SIM of {chosen or 'any account'}."
    said = f"Here a name alone means {meaning}. You may see {names}."
    return screen(notice, [section(said), context(HOW)])


_OPTION = 75
_OPTIONS = 100  # in a select, or in one of its groups


def details_select(sims: Iterable[tuple[str, SessionReport | Snapshot, str]]) -> Block:
    """Offer the full report of SIMs, the worst first, each by its name, how it is and its SID."""
    options = [
        {"text": plain(f"{clean(name, 50)} · {sim_label(sim)}", _OPTION), "value": sid}
        for name, sim, sid in sims
    ]
    select: Block = {
        "type": "static_select",
        "action_id": ids.TRIAGE_DETAILS,
        "placeholder": plain("Details…", _OPTION),
    }
    if len(options) <= _OPTIONS:
        return select | {"options": options}
    starts = range(0, len(options), _OPTIONS)
    return select | {"option_groups": [_group(options, at) for at in starts]}


def _group(options: Sequence[Block], at: int) -> Block:
    part = list(options[at : at + _OPTIONS])
    label = f"{at + 1} to {at + len(part)}, worst first"
    return {"label": plain(label, _OPTION), "options": part}
