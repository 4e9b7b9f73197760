"""A report as one JSON object: the contract of `lookup --json`, which agents get too. Pure.

Unknown is null; times are ISO 8601 with their zone, lengths of time ISO 8601 durations (`PT1H`).
"""

import re
from typing import Any

from pydantic_core import to_jsonable_python

from bot.blocks.findings import value_text
from bot.blocks.format import PLAIN, Formatter, iccid_groups
from bot.diagnosis.rule import Finding
from bot.errors import BotError
from bot.sessions.report import SessionReport
from bot.sessions.snapshot import ABOUT_ALLOWANCE
from bot.sims.errors import SimAmbiguous
from bot.struct import asdict


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
            "unjudged": () if answer.allowance_known else ABOUT_ALLOWANCE,
            "skipped_rows": answer.skipped_rows,
            "as_of": answer.as_of,
            "stale": answer.stale,
            **({"neighbours": asdict(answer.neighbours)} if answer.neighbours else {}),
            **({"problem": answer.problem} if answer.problem else {}),
            **({"redacted": answer.redacted} if answer.redacted else {}),
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


_NAMED = re.compile(r"\{(\w+)\}")


def filled(sentence: str, finding: Finding, fmt: Formatter) -> str:
    """Put a finding's evidence in the place of its names in braces."""
    evidence = finding.evidence
    return _NAMED.sub(
        lambda name: value_text(evidence[name[1]], fmt) if name[1] in evidence else name[0],
        sentence,
    )


def error_sentence(error: BotError) -> str:
    """Return an error's sentence; where several SIMs fit, with what to type to mean one of them."""
    if not isinstance(error, SimAmbiguous):
        return error.sentence
    each = (
        f"{sim.sid} (ICCID {iccid_groups(sim.iccid) if sim.iccid else 'unknown'}"
        + (f", {sim.full_name})" if sim.account else ")")
        for sim in error.candidates
    )
    return f"{error.sentence} {PLAIN.data(', '.join(each), 1000)}"
