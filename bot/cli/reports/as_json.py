"""A report as one JSON object: the contract of `simsessions lookup --json`.

Unknown is null; times are ISO 8601 with their zone, lengths of time ISO 8601 durations (`PT1H`).
"""

from dataclasses import asdict
from typing import Any

from pydantic_core import to_jsonable_python

from bot.blocks.format import PLAIN
from bot.cli.reports.sentences import error_sentence, filled
from bot.diagnosis.rule import Finding
from bot.errors import BotError
from bot.sessions.report import SessionReport


def as_json(query: str, answer: SessionReport | BotError) -> dict[str, Any]:
    """Return a report, or the error that stands in its place, as what json.dumps takes."""
    if isinstance(answer, BotError):
        return {"query": query, "error": {"kind": answer.kind, "message": error_sentence(answer)}}
    last = answer.last_session
    plain: dict[str, Any] = to_jsonable_python(
        {
            "query": query,
            "sim": answer.sim.model_dump(),
            "state": answer.state,
            "last_session": last and last.model_dump(),
            "summary": answer.summary and asdict(answer.summary),
            "cause": answer.cause and answer.cause.rule,
            "findings": [_finding(finding) for finding in answer.findings],
            "skipped_rows": answer.skipped_rows,
            "as_of": answer.as_of,
            "stale": answer.stale,
            **({"neighbours": asdict(answer.neighbours)} if answer.neighbours else {}),
        }
    )
    return plain


def _finding(finding: Finding) -> dict[str, Any]:
    return {
        "rule": finding.rule,
        "severity": finding.severity.word,
        "when": finding.when,
        "explained_by": finding.explained_by,
        "title": filled(finding.title, finding, PLAIN),
        "evidence": dict(finding.evidence),
        "next_step": finding.next_step and filled(finding.next_step, finding, PLAIN),
        "source": finding.source,
    }
