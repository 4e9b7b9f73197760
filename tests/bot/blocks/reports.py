"""Reports with defaults, any report at all, and what Slack would say of what was drawn."""

import re
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

from hypothesis import strategies as st

from bot.blocks.kit import NOTHING, Screen
from bot.diagnosis.evidence import State
from bot.diagnosis.rule import Finding, Severity
from bot.emulators.slack.blocks.whole import blocks_faults, is_too_large, view_faults
from bot.errors import BotError
from bot.kore.models import CellLocation, DataSession, Sim
from bot.sessions.report import SessionReport, Summary
from bot.sessions.triage import Triage, triage
from bot.slack.posting import ALL_BLOCKS, NEWEST_FIRST
from tests.builders import NOON, a_session, a_sim

NOW = NOON + timedelta(hours=3)
RUNGS = (
    NOTHING,
    frozenset({"data_visualization"}),
    frozenset({"data_table"}),
    frozenset({"data_table", "table"}),
    frozenset(NEWEST_FIRST),
    ALL_BLOCKS,
)
HOSTILE = (
    "<!channel>",
    "<@U1>",
    "<https://evil.example|click>",
    "*bold* _slanted_ ~struck~ `code`",
    "a & b &lt; c",
    "\u202egnp.exe\u2066",
    "one\ntwo\r\n> three",
    "\x1b[31mred\x1b[0m",
    "N" * 300,
    "   ",
    "\u200b\u202e",
    "\ud800",
)


def a_finding(**changes: Any) -> Finding:
    """Return a critical finding with a number and two moments as evidence."""
    plain = {
        "rule": "flapping",
        "severity": Severity.CRITICAL,
        "title": "Flapping",
        "says": "{starts} session starts between {first} and {last}.",
        "next_step": "Check its antenna.",
        "source": "Vendor: 4 an hour, https://vendor.example/page?a=1&b=2",
        "evidence": {"starts": 1246, "first": NOON, "last": NOW},
    }
    return Finding(**(plain | changes))


def a_report(**changes: Any) -> SessionReport:
    """Return pump-7, online on T-Mobile since three hours, read 12 s ago, with nothing found."""
    session = a_session(last_updated=NOW - timedelta(minutes=4))
    plain = {
        "query": "pump-7",
        "sim": a_sim(),
        "state": State.ONLINE,
        "since": NOON,
        "sessions": (session,),
        "summary": Summary(212, 3, 14, 1246, 2960, NOON, 0),
        "findings": (),
        "as_of": NOW - timedelta(seconds=12),
        "made_at": NOW,
    }
    return SessionReport(**(plain | changes))


def sim(number: int, **changes: Any) -> SessionReport:
    """Return the report of pump-<number>."""
    about = a_sim(sid=f"DE{number:032x}", unique_name=f"pump-{number}")
    return a_report(sim=about, query=f"pump-{number}", **changes)


def of(*answers: SessionReport | BotError | None, **more: int) -> Triage:
    """Return several SIMs, each asked for by a text of its own; None is not read yet."""
    return triage([f"text {at}" for at in range(len(answers))], answers, **more)


def faults(screen: Screen) -> list[str]:
    """Return what Slack would refuse in a message, or read as markup that is none."""
    too_long = ["msg_too_long"] if not 1 <= len(screen.text) <= 4000 else []
    wrong = [*misread(screen.text), *misread(screen.blocks)]
    return [*blocks_faults(screen.blocks, "message"), *too_long, *wrong]


_TOKEN = r"<(?:[@#][A-Z0-9]+|!date\^[^<>|]+|(?:https?|mailto):[^<>|]+)(?:\|[^<>]*)?>"
_WELL_FORMED = re.compile(rf"(?:[^<>&]|&(?:amp|lt|gt);|{_TOKEN})*")


def misread(drawn: object) -> list[str]:
    """Return the mrkdwn in what was drawn in which Slack finds a link or a mention of nobody."""
    if isinstance(drawn, str):
        return [] if _WELL_FORMED.fullmatch(drawn) else [drawn]
    if isinstance(drawn, dict) and drawn.get("type") == "mrkdwn":
        return misread(drawn["text"])
    inner = drawn.values() if isinstance(drawn, dict) else drawn if isinstance(drawn, list) else ()
    return [each for item in inner if isinstance(item, dict | list) for each in misread(item)]


def view_wrongs(view: dict[str, Any]) -> list[str]:
    """Return what Slack would refuse in a modal, or read as markup that is none."""
    return [
        *misread(view),
        *view_faults(view, ("modal",)),
        *(["too large"] if is_too_large(view) else []),
    ]


def words(thing: object) -> Iterator[str]:
    """Return every text that a reader of blocks or of a view would see."""
    if isinstance(thing, dict):
        for key, value in thing.items():
            if key in {"text", "title", "caption"} and isinstance(value, str):
                yield value
            else:
                yield from words(value)
    elif isinstance(thing, list):
        for each in thing:
            yield from words(each)


def all_words(screen: Screen) -> str:
    """Return all that a screen says."""
    return " ".join([screen.text, *words(screen.blocks)])


def kinds(screen: Screen) -> list[str]:
    """Return the types of a screen's blocks."""
    return [block["type"] for block in screen.blocks]


def table_of(screen: Screen) -> list[list[str]]:
    """Return the rows of a screen's data_table, as text."""
    found = next(block for block in screen.blocks if block["type"] == "data_table")
    return [[_cell_text(cell) for cell in row] for row in found["rows"]]


def _cell_text(cell: dict[str, Any]) -> str:
    """Return a cell's text; of a time its fallback."""
    if cell["type"] != "rich_text":
        return str(cell["text"])
    (date,) = cell["elements"][0]["elements"]
    return str(date["fallback"])


_TEXT = st.one_of(st.none(), st.sampled_from(HOSTILE), st.text(max_size=400))
_KNOWN_MOMENT = st.timedeltas(timedelta(days=-20_000), timedelta(days=20_000)).map(NOON.__add__)
_MOMENT = st.one_of(st.none(), _KNOWN_MOMENT)
_COUNT = st.one_of(st.none(), st.integers(0, 2**70))
_PLACE = st.one_of(
    st.none(), st.builds(CellLocation, lat=st.floats(-90, -1), lon=st.floats(-180, 180))
)
SESSIONS = st.builds(
    DataSession.model_construct,
    radio_link=_TEXT,
    operator_mcc=_TEXT,
    operator_mnc=_TEXT,
    operator_country=_TEXT,
    operator_name=_TEXT,
    cell_id=_TEXT,
    cell_location_estimate=_PLACE,
    packets_uploaded=_COUNT,
    packets_downloaded=_COUNT,
    last_updated=_MOMENT,
    start=_MOMENT,
    end=_MOMENT,
    imei=_TEXT,
    sid=_TEXT,
)
_FINDINGS = st.builds(
    Finding,
    rule=st.sampled_from(["healthy", "flapping"]),
    severity=st.sampled_from(Severity),
    title=st.text(max_size=300),
    says=st.text(max_size=500),
    next_step=st.text(max_size=500),
    source=st.text(max_size=300),
    evidence=st.dictionaries(st.text(max_size=5), st.one_of(_TEXT, _MOMENT, _COUNT), max_size=3),
)
REPORTS = st.builds(
    SessionReport,
    query=st.text(max_size=300),
    sim=st.builds(
        Sim.model_construct,
        sid=st.from_regex(r"DE[0-9a-f]{32}", fullmatch=True),
        unique_name=_TEXT,
        friendly_name=_TEXT,
        status=_TEXT,
        iccid=_TEXT,
    ),
    state=st.sampled_from(State),
    since=_MOMENT,
    sessions=st.one_of(st.none(), st.lists(SESSIONS, max_size=8).map(tuple)),
    summary=st.one_of(
        st.none(),
        st.builds(
            Summary,
            *(st.integers(0, 10_000) for _ in range(3)),
            _COUNT,
            _COUNT,
            _MOMENT,
            st.integers(0, 9),
        ),
    ),
    findings=st.lists(_FINDINGS, max_size=25).map(tuple),
    as_of=_KNOWN_MOMENT,
    made_at=_KNOWN_MOMENT,
    stale=st.booleans(),
    skipped_rows=st.integers(0, 5000),
    problem=_TEXT,
)
