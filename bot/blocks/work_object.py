"""A SIM as one of Slack's Work Objects: in a preview, in an answer and in its side pane. Pure.

https://docs.slack.dev/messaging/work-objects-implementation. Its fields are plain text: Slack reads
no marks in them. What must not be seen was taken out before (bot/sessions/redaction.py).
"""

from collections.abc import Iterator
from typing import Any

from bot.blocks.findings import main_lines, others_text
from bot.blocks.format import PLAIN
from bot.blocks.kit import SENTENCE, clean
from bot.blocks.report_text import day_line, fact_lines, report_headline, warnings
from bot.sessions.report import SessionReport

ENTITY = "slack#/entities/item"
STRING, TIMESTAMP = "string", "slack#/types/timestamp"
SIM = "sim"
"""What kind of thing of ours an entity is; its id is the SIM's SID."""

Entity = dict[str, Any]


def preview_entity(report: SessionReport, url: str) -> Entity:
    """Return what all in a channel see of a SIM whose link was posted."""
    return _entity(report, url, _verdict(report)) | {"app_unfurl_url": url}


def answer_entity(report: SessionReport, url: str) -> Entity:
    """Return what an answer carries, for those who read it; `url` is the SIM's in the console."""
    return _entity(report, url, _verdict(report))


def pane_entity(report: SessionReport, url: str) -> Entity:
    """Return what one person sees who has opened it."""
    return _entity(report, url, [*_verdict(report), *_facts(report)])


def sim_of(external_ref: object) -> str | None:
    """Return the SID in the reference of an entity of ours; None in any other."""
    match external_ref:
        case {"id": str(sid), "type": "sim"}:
            return sid
    return None


def _entity(report: SessionReport, url: str, fields: list[Entity] | Iterator[Entity]) -> Entity:
    shown = list(fields)
    attributes = {
        "title": {"text": clean(report.sim.name)},
        "display_type": "SIM",
        "product_name": "simsessions",
    }
    return {
        "entity_type": ENTITY,
        "url": url,
        "external_ref": {"id": report.sim.sid, "type": SIM},
        "entity_payload": {
            "attributes": attributes,
            "custom_fields": shown,
            "display_order": [field["key"] for field in shown],
        },
    }


def _verdict(report: SessionReport) -> Iterator[Entity]:
    yield _text("state", "State", report_headline(report, PLAIN))
    cause, *steps = main_lines(report, PLAIN)
    yield _text("cause", "Cause", cause)
    if steps:
        yield _text("next_step", "Next step", steps[0].removeprefix("→ "))
    as_of = {"type": TIMESTAMP, "value": int(report.as_of.timestamp())}
    yield {"key": "as_of", "label": "As of"} | as_of


def _facts(report: SessionReport) -> Iterator[Entity]:
    lines = {
        "warnings": ("Mind", " ".join(warnings(report, PLAIN))),
        "session": ("Last session", " · ".join(fact_lines(report, PLAIN))),
        "others": ("Other findings", others_text(report)),
        "day": ("Last 24 h", day_line(report) or ""),
        "sid": ("SID", report.sim.sid),
        "redacted": ("Redacted", report.redacted or ""),
    }
    yield from (_text(key, label, text) for key, (label, text) in lines.items() if text)


def _text(key: str, label: str, text: str) -> Entity:
    return {
        "key": key,
        "label": label,
        "type": STRING,
        "value": clean(text, SENTENCE),
        "long": True,
    }
