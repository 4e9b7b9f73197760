"""One SIM as an answer: state, one cause, one action, the facts, its owner; as a Work Object, JSON.

The JSON is the contract of `lookup --json`, which agents get too. Unknown is null there; times are
ISO 8601 with their zone, lengths of time ISO 8601 durations (`PT1H`).
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any

from pydantic_core import to_jsonable_python

from bot.blocks import ids
from bot.blocks.findings import (
    NAMED,
    fill_evidence,
    main_finding,
    main_lines,
    others_text,
    value_text,
)
from bot.blocks.format import (
    MRKDWN,
    NO_LINKS,
    NOTICE,
    PLAIN,
    Formatter,
    WebLinks,
    count,
    iccid_groups,
    map_link,
)
from bot.blocks.kit import (
    SENTENCE,
    Block,
    Choice,
    Screen,
    actions,
    button,
    clean,
    context,
    escape,
    option,
    overflow,
    screen,
    section,
)
from bot.blocks.report_text import (
    day_line,
    fact_lines,
    freshness_line,
    month_text,
    neighbours_line,
    report_headline,
    skipped_line,
    warnings,
)
from bot.blocks.sim_text import account_text
from bot.diagnosis.rule import Finding
from bot.errors import BotError, SimAmbiguous
from bot.sessions.report import SessionReport
from bot.sessions.triage import Owner, has_all
from bot.struct import asdict

_PERSON = re.compile(r"[UW][A-Z0-9]{1,30}")


def session_report(
    report: SessionReport,
    *,
    shared_by: str | None = None,
    for_all: bool = False,
    links: WebLinks = NO_LINKS,
) -> Screen:
    """Draw a report. `for_all` where everybody in the channel reads it.

    `shared_by` is the Slack user id of who shared it with them, where somebody did.
    """
    top = [report_headline(report, MRKDWN), *warnings(report, MRKDWN)]
    blocks = [
        section("\n".join([*top, *main_lines(report, MRKDWN)])),
        context("\n".join(fact_lines(report, MRKDWN))),
        context("\n".join(_small_print(report, shared_by))),
        actions(ids.REPORT_ACTIONS, _buttons(report, shared_by, links, for_all=for_all)),
    ]
    return screen(report_headline(report, NOTICE), blocks)


def is_person(user: str) -> bool:
    """Return whether it can be a Slack user's id."""
    return bool(_PERSON.fullmatch(user))


def person(user: str) -> str:
    """Mention a Slack user; an id that is none is shown as text."""
    return f"<@{user}>" if is_person(user) else escape(user)


def _small_print(report: SessionReport, shared_by: str | None) -> list[str]:
    shared = f"shared by {person(shared_by)}" if shared_by else ""
    near = neighbours_line(report, MRKDWN)
    month = near or ("" if report.neighbours else month_text(report))  # lest the card grow
    last = (month, others_text(report), freshness_line(report, MRKDWN), shared)
    return [*filter(None, (day_line(report), skipped_line(report), " · ".join(filter(None, last))))]


def _buttons(
    report: SessionReport, shared_by: str | None, links: WebLinks, *, for_all: bool
) -> list[Block]:
    sid, name = report.sim.sid, report.sim.name
    refresh = ids.Refresh(sid=sid, shared_by=shared_by)
    again = "Retry" if report.stale or report.sessions is None else "Refresh"
    found = [button(again, ids.REFRESH, f"{again} {name}", refresh)]
    window = ids.HistoryWindow(sid=sid)
    if report.sessions:
        found.append(button("History", ids.HISTORY, f"History of {name}", window))
    found.append(button("Watch", ids.WATCH, f"Watch {name} and mention me", window))
    if not (shared_by or for_all):
        about = f"Share {name} to the channel"
        share = ids.Share(sid=sid, as_of=report.as_of)
        found.append(button("Share", ids.SHARE, about, share))
    return [*found, *_link_buttons(report, links), overflow(ids.MORE, _more(report))]


def _link_buttons(report: SessionReport, links: WebLinks) -> list[Block]:
    """Lead to the SIM in KORE's console, and to what the team wrote of the cause."""
    main = main_finding(report)
    runbook = links.runbook(main.rule) if main and main.next_step else None
    leading = (
        (
            "Open in KORE",
            ids.CONSOLE,
            f"{report.sim.name} in KORE's console",
            links.sim(report.sim.sid),
        ),
        ("Runbook", ids.RUNBOOK, f"Runbook of {main.rule}" if main else "", runbook),
    )
    return [button(label, action, about, url=url) for label, action, about, url in leading if url]


def _more(report: SessionReport) -> list[Block]:
    """Offer what is needed less often; the map opens without us."""
    main, session = main_finding(report), report.last_session
    more = ids.More(sid=report.sim.sid, what=ids.Overflow.MAP, rule=main.rule if main else None)
    labels = {ids.Overflow.HOW: "How we know", ids.Overflow.TICKET: "Copy as ticket"}
    items = [_item(more, what, label) for what, label in labels.items()]
    if main:
        items.append(_item(_titled(more, main), ids.Overflow.RIGHT, "Was this right?"))
    if session and session.cell_location_estimate:
        link = map_link(session.cell_location_estimate)
        items.append(_item(more, ids.Overflow.MAP, "Map of the cell tower") | {"url": link})
    return items


def _titled(more: ids.More, main: Finding) -> ids.More:
    """Return it with the title of the cause, where that is short enough."""
    title = {"what": ids.Overflow.RIGHT, "title": fill_evidence(main.title, main, PLAIN)}
    titled = more.model_copy(update=title)
    return titled if len(titled.to_value().encode()) <= ids.MOST_OF_AN_ITEM else more


def _item(more: ids.More, what: ids.Overflow, label: str) -> Block:
    return option(Choice(more.model_copy(update={"what": what}).to_value(), label))


def unfurl_card(report: SessionReport) -> list[Block]:
    """Draw a report in three lines; it must have been redacted before (bot/sessions/redaction.py).

    No buttons: whoever wants more asks.
    """
    lines = [report_headline(report, MRKDWN), *main_lines(report, MRKDWN)[:1]]
    account = [account_text(report.sim, MRKDWN)] if report.sim.account else []
    return [section("\n".join(lines)), context(" · ".join([*account, _read(report)]))]


def _read(report: SessionReport) -> str:
    read, _, _ = freshness_line(report, MRKDWN).partition(" · ")
    return f"{read} · for more: `/simsessions` and the SIM"


_ACTIONS = frozenset({ids.TRIAGE_ACTIONS, ids.HANDOVER_ACTIONS})
MINE, OVER = "I'm on it", "Take over"


def owner_button(
    sids: Sequence[str], owners: Sequence[Owner] = (), viewer: str = ""
) -> list[Block]:
    """Offer to take care of SIMs, at most as many as a button carries.

    Nothing where the `viewer`, if there is but one, is on all of them.
    """
    if not 0 < len(sids) <= ids.MOST_SIMS or has_all(viewer, sids, owners):
        return []
    value = ids.PackedSims.of(sids)
    label = OVER if owners else MINE
    return [button(label, ids.ON_IT, f"{label}: {count(len(sids), 'SIM')}", value)]


def owners_line(owners: Sequence[Owner], names: Mapping[str, str]) -> str:
    """Say who is on what since when; `names` are those of the SIMs that are shown, by SID."""
    lines = []
    for owner in owners:
        mine = [name for sid, name in names.items() if sid.lower() in owner.sids]
        what = "it" if len(mine) in {0, len(names)} else ", ".join(map(MRKDWN.data, mine))
        lines.append(
            f"🙋 {person(owner.person)} has been on {what} since {MRKDWN.when(owner.since)}"
        )
    return " · ".join(lines)


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
    if ids.base_action(str(element.get("action_id"))) != ids.ON_IT:
        return element
    label = str(element.get("accessibility_label") or MINE).replace(MINE, OVER, 1)
    return {**element, "text": {**element["text"], "text": OVER}, "accessibility_label": label}


def already_screen(since: datetime | None) -> Screen:
    """Tell who clicked that they are on it already."""

    def words(fmt: Formatter) -> str:
        return f"You are already on it{f', since {fmt.when(since)}' if since else ''}."

    return screen(words(NOTICE), [context(f"{words(MRKDWN)} Nothing changed.")])


def taken_screen(owner: Owner) -> Screen:
    """Tell a channel that somebody takes care of SIMs that only they were shown."""
    words = f"🙋 {person(owner.person)} is on it: {count(len(owner.sids), 'SIM')}"
    return screen(words, [context(words)])


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
            "unjudged": answer.unjudged,
            "skipped_rows": answer.skipped_rows,
            "as_of": answer.as_of,
            "stale": answer.stale,
            **({"neighbours": asdict(answer.neighbours)} if answer.neighbours else {}),
            **({"problem": answer.problem} if answer.problem else {}),
            **({"redacted": answer.redacted} if answer.redacted else {}),
            **({"unsearched": answer.unsearched} if answer.unsearched else {}),
        }
    )
    return plain


def _finding(finding: Finding) -> dict[str, Any]:
    return {
        "rule": finding.rule,
        "severity": finding.severity.word,
        "when": finding.when,
        "explained_by": finding.explained_by,
        "title": fill_plainly(finding.title, finding),
        "evidence": dict(finding.evidence),
        "next_step": finding.next_step and fill_plainly(finding.next_step, finding),
        "source": finding.source,
    }


def fill_plainly(sentence: str, finding: Finding) -> str:
    """Put a finding's evidence in the place of its names in braces, as programs get it."""
    evidence = finding.evidence
    return NAMED.sub(
        lambda name: value_text(evidence[name[1]], PLAIN) if name[1] in evidence else name[0],
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
