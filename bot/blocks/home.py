"""The Home tab: what somebody watches, their digests, their status, and what can be typed."""

from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import datetime
from typing import TypeVar

from bot.alerts.alert import Alert
from bot.alerts.incident import Incident
from bot.blocks.alert_setup import ALERT
from bot.blocks.alert_setup import rows as alert_rows
from bot.blocks.digest_setup import DIGEST
from bot.blocks.digest_setup import rows as digest_rows
from bot.blocks.format import MRKDWN, count, grouped
from bot.blocks.incident import incident_line
from bot.blocks.kit import VIEW_BLOCKS, Block, View, context, divider, section
from bot.blocks.replies import HelpEntry
from bot.blocks.sim_text import sim_label
from bot.blocks.watch import UNTIL, stop_button
from bot.digests.subscription import Subscription
from bot.ops.metrics import Dependency
from bot.slack.errors import CODES, Reason
from bot.struct import Struct
from bot.watches.watch import Watch

T = TypeVar("T")
WATCHES = 20
DIGESTS = 10
ALERTS, INCIDENTS = 5, 10
EXAMPLES = 8
NO_WATCHES = "You are not watching any SIM. `/simsessions watch <sim>` tells you when one is back."
NO_ALERTS = (
    "You have no alert, and none is in your channels. One tells a channel when SIMs go down."
)
NO_DIGESTS = "You have no digest, and none comes to your channels."
SAYS = (
    "Type `/simsessions` and a SIM (its SID, ICCID, IMEI or name) in any channel; in a thread, or "
    "here under *Messages*, mention me or just write. A list of SIMs becomes one table."
)


class Health(Struct):
    """How those stand on whom an answer depends; `store` says what is wrong with it, or None."""

    kore: Dependency
    slack: Dependency
    store: str | None


class Home(Struct):
    """All that stands on it. None for watches, digests or alerts: they could not be read.

    `incidents` are the open ones of the alerts.
    """

    watches: Sequence[Watch] | None
    digests: Sequence[Subscription] | None
    running: Mapping[str, int]
    health: Health
    entries: Sequence[HelpEntry]
    now: datetime
    redacted: str | None = None
    alerts: Sequence[Alert] | None = ()
    incidents: Sequence[Incident] = ()


def home_view(home: Home) -> View:
    """Draw it, within the hundred blocks of a view."""
    blocks = [
        section("*Your watches*"),
        *_watches(home.watches),
        divider(),
        section("*Your digests*"),
        *_digests(home),
        DIGEST.add_row(),
        divider(),
        section("*Your alerts*"),
        *_alerts(home),
        ALERT.add_row(),
        divider(),
        section("*Status*"),
        section("\n".join(health_lines(home.health))),
        divider(),
        section("*What you can ask*"),
        *_how(home.entries),
    ]
    if home.redacted:
        blocks.append(context(MRKDWN.own(home.redacted)))
    return {"type": "home", "blocks": blocks[:VIEW_BLOCKS]}


def no_access_view(sentence: str) -> View:
    """Say why there is nothing to see."""
    return {"type": "home", "blocks": [section(f"🔎 {MRKDWN.sentence(sentence)}")]}


def health_lines(health: Health) -> list[str]:
    """Return a line each for KORE, Slack and the store."""
    store = MRKDWN.sentence(health.store) if health.store else "OK"
    return [
        _line("KORE", health.kore),
        _line("Slack", health.slack),
        f"{'🔴' if health.store else '🟢'} *Store*: {store}",
    ]


def _line(name: str, stand: Dependency) -> str:
    if stand.is_well is None:
        return f"❔ *{name}*: not asked yet"
    if stand.is_well:
        return f"🟢 *{name}*: answers{_last_error(stand)}"
    since = f", last answered {MRKDWN.when(stand.answered_at)}" if stand.answered_at else ""
    return f"🔴 *{name}* is down ({_why(stand)}){since}"


def _last_error(stand: Dependency) -> str:
    """Say when it failed last, and why."""
    if stand.failed_at is None:
        return ""
    return f"; last failed at {MRKDWN.when(stand.failed_at)} ({_why(stand)})"


_PLAIN = {
    "401": "our key is refused",
    "403": "our key is refused",
    "429": "we are rate-limited",
    "ConnectError": "no connection",
    "ConnectTimeout": "no connection",
    "KoreUnavailable": "no answer",
    "PoolTimeout": "no answer in time",
    "ReadError": "its answer broke off",
    "ReadTimeout": "no answer in time",
    "RemoteProtocolError": "its answer broke off",
    "TimeoutError": "no answer in time",
    "kore_denied": "our key is refused",
    "kore_rate_limited": "we are rate-limited",
    "outcome_unknown": "no answer",
    "rate_limited": "we are rate-limited",
    "unreachable": "no connection",
    **dict.fromkeys(CODES[Reason.BAD_TOKEN], "our token is refused"),
    **dict.fromkeys(CODES[Reason.IN_DOUBT], "no answer"),
}
"""What a call came to, in the words of people where it is a name of ours."""


def _why(stand: Dependency) -> str:
    why = _PLAIN.get(stand.why or "", stand.why or "unknown")
    return f"HTTP {why}" if why.isdecimal() else MRKDWN.data(why.replace("_", " "))


def _shown(
    found: Sequence[T] | None,
    nothing: str,
    most: int,
    draw: Callable[[Sequence[T]], list[Block]],
    more: str,
) -> list[Block]:
    """Draw the first of them, and say where the others are; None: they could not be read."""
    if found is None:
        return [section("They could not be read: the store cannot be used right now.")]
    if not found:
        return [section(nothing)]
    over = len(found) - most
    left = [context(f"{grouped(over)} more not shown: {more}")] if over > 0 else []
    return [*draw(found[:most]), *left]


def _watches(watches: Sequence[Watch] | None) -> list[Block]:
    def draw(shown: Sequence[Watch]) -> list[Block]:
        return [_watch(watch, number) for number, watch in enumerate(shown, start=1)]

    return _shown(watches, NO_WATCHES, WATCHES, draw, "`/simsessions watches` lists them")


def _watch(watch: Watch, number: int) -> Block:
    state = sim_label(watch.latest)
    place = f"<#{watch.owner.channel}>" if watch.owner.channel[:1] in {"C", "G"} else "in a DM"
    name = MRKDWN.strong(MRKDWN.data(watch.full_name))
    ends = MRKDWN.when(watch.ends_at)
    words = f"{name}: {state} · watched {UNTIL[watch.condition]}, ends {ends} · {place}"
    return section(words, stop_button(watch, number))


def _digests(home: Home) -> list[Block]:
    def draw(shown: Sequence[Subscription]) -> list[Block]:
        return digest_rows(shown, home.now, home.running, places=True)

    more = "`/simsessions digest list` in their channels lists them"
    return _shown(home.digests, NO_DIGESTS, DIGESTS, draw, more)


def _alerts(home: Home) -> list[Block]:
    def draw(shown: Sequence[Alert]) -> list[Block]:
        opened = Counter(incident.alert for incident in home.incidents)
        return [*_incidents(home.incidents), *alert_rows(shown, opened)]

    more = "`/simsessions alert list` in their channels lists them"
    return _shown(home.alerts, NO_ALERTS, ALERTS, draw, more)


def _incidents(incidents: Sequence[Incident]) -> list[Block]:
    worst = sorted(incidents, key=lambda each: (-each.severity, each.opened_at))
    lines = [f"{incident_line(each)} · <#{each.channel}>" for each in worst[:INCIDENTS]]
    over = len(incidents) - INCIDENTS
    lines += [f"and {count(over, 'more open incident')}"] if over > 0 else []
    return [section("\n".join(lines))] if lines else []


def _how(entries: Sequence[HelpEntry]) -> Iterable[Block]:
    tries = [MRKDWN.code(example) for entry in entries for example in entry.examples]
    yield section(SAYS)
    yield section("*Try:* " + "  ".join(tries[:EXAMPLES]))
    yield context("`/simsessions help all` lists everything you can type.")
