"""A report as people see it who may not see which SIM card, device and place it is about.

ICCID, EID, IMEI, cell and location go, wherever they stand: in their fields, in names that hold
them, in findings. The SID stays: it names a row at KORE, and buttons need it.
"""

import re
from collections.abc import Iterable, Iterator
from datetime import datetime, timedelta
from functools import cached_property

from bot.diagnosis.contrast import Trait
from bot.diagnosis.fields import cell, known_text
from bot.diagnosis.rule import Finding, Value
from bot.errors import BotError, Candidate, SimAmbiguous, SimNotFound
from bot.kore.models import DataSession, Sim
from bot.sessions.report import SessionReport
from bot.sessions.snapshot import Change, ChangeKind, FindingBrief, Snapshot
from bot.sims.numbers import device_of
from bot.struct import replace

REDACTED = "redacted"


# ICCIDs (18 to 22 digits), EIDs (32) and IMEIs (14 to 16), however they are grouped and whatever
# letters stand around them; not what looks like one in a SID of KORE's
_SID = r"(?<![0-9A-Za-z])[A-Za-z]{2}(?!89\d{30})[0-9A-Fa-f]{32}(?![0-9A-Za-z])"
_LONG_NUMBER = re.compile(rf"({_SID})|\d(?:[ ./_-]?\d){{13,}}[A-Fa-f]?")
_BETWEEN = re.compile(r"[\W_]+")
_SHORTEST = 6  # a shorter cell id may be any number of a name
_TYPED_DIGITS = re.compile(r"\d(?:[ ./-]?\d){3,}")
NO_SUCH_NUMBER = "I found no SIM with that number. Check it, or paste the SIM's name."


_LAST = 4


def shortened(text: str) -> str:
    """Return the text with the last four digits of each long number: so it may be kept."""
    return _LONG_NUMBER.sub(_shortened, text)


def _shortened(found: re.Match[str]) -> str:
    number, before = found[0], found.string[: found.start()].rpartition(" ")[2]
    head, _, rest = number.partition(" ")
    kept = f"{head} " if before and _LONG_NUMBER.fullmatch(rest) else ""  # `pump-7 8901 2600 …`
    return found[1] or f"{kept}…{_BETWEEN.sub('', number)[-_LAST:]}"


class Redactor:
    """Takes given secrets, and long numbers at large, out of text."""

    def __init__(self, secrets: Iterable[str]) -> None:
        compact = {_BETWEEN.sub("", secret) for secret in secrets}
        long = (secret for secret in compact if len(secret) >= _SHORTEST)
        self._secrets = sorted(long, key=len, reverse=True)

    def text(self, text: str) -> str:
        """Return the text without them."""
        compact = _BETWEEN.sub("", text)
        if any(secret in compact for secret in self._secrets):
            text = self._pattern.sub(REDACTED, text)
        return _LONG_NUMBER.sub(lambda found: found[1] or REDACTED, text)

    @cached_property
    def _pattern(self) -> re.Pattern[str]:
        """Find them; made only where one of them may be, since making it costs most."""
        return re.compile("|".join(map(_however_grouped, self._secrets)))

    def name(self, name: str | None) -> str | None:
        """Return a name without them; None where nothing else is left of it."""
        shown = self.text(name or "")
        return None if shown.strip() in {"", REDACTED} else shown

    def value(self, value: Value) -> Value:
        """Return a piece of evidence without them."""
        if value is None or isinstance(value, bool | datetime | timedelta):
            return value
        if isinstance(value, tuple):
            return tuple(self.text(each) for each in value)
        if isinstance(value, str):
            return self.text(value)
        return REDACTED if isinstance(value, int) and self.text(str(value)) == REDACTED else value

    def finding(self, finding: Finding) -> Finding:
        """Return a finding without them."""
        return replace(
            finding,
            title=self.text(finding.title),
            says=self.text(finding.says),
            next_step=finding.next_step and self.text(finding.next_step),
            evidence={name: self.value(value) for name, value in finding.evidence.items()},
        )

    def candidate(self, candidate: Candidate) -> Candidate:
        """Return one of several SIMs without them."""
        return replace(
            candidate,
            name=self.name(candidate.name) or candidate.sid,
            iccid=candidate.iccid and REDACTED,
        )


def redacted(report: SessionReport, why: str) -> SessionReport:
    """Return the report without them; `why` is said where it is shown."""
    hider = Redactor(_secrets(report))
    sessions, near = report.sessions, report.neighbours
    return replace(
        report,
        query=hider.text(report.query),
        sim=_sim(report.sim, hider),
        sessions=None if sessions is None else tuple(_session(each) for each in sessions),
        findings=tuple(hider.finding(finding) for finding in report.findings),
        problem=report.problem and hider.text(report.problem),
        redacted=why,
        neighbours=None if near and near.trait == Trait.CELL else near,
    )


def redacted_snapshot(snapshot: Snapshot) -> Snapshot:
    """Return a snapshot without them: what is redacted there is unknown."""
    secrets = (snapshot.iccid, snapshot.imei14, snapshot.cell_id)
    hider = Redactor(filter(None, secrets))
    return replace(
        snapshot,
        name=hider.name(snapshot.name) or snapshot.sid,
        iccid=None,
        imei14=None,
        cell_id=None,
        place=None,
        findings=tuple(_found(found, hider) for found in snapshot.findings),
    )


def redacted_change(change: Change) -> Change:
    """Return a change without them: that the device is another stays, but not which it is."""
    if change.kind is ChangeKind.NEW_IMEI:
        return replace(change, before=REDACTED, after=REDACTED)
    hider = Redactor(())
    return replace(
        change,
        before=change.before and hider.text(change.before),
        after=change.after and hider.text(change.after),
        finding=change.finding and _found(change.finding, hider),
    )


def _found(found: FindingBrief, hider: Redactor) -> FindingBrief:
    return found._replace(title=hider.text(found.title))


def redacted_error(error: BotError, typed: str) -> BotError:
    """Return what is said where a look-up fails, without them.

    Near misses of digits would tell which numbers there are, so none are offered.
    """
    if not isinstance(error, SimNotFound | SimAmbiguous):
        return error
    if isinstance(error, SimNotFound) and error.candidates and _TYPED_DIGITS.search(typed):
        return SimNotFound(NO_SUCH_NUMBER)
    hider = Redactor(())
    sentence = hider.text(error.sentence)
    candidates = tuple(hider.candidate(each) for each in error.candidates)
    if isinstance(error, SimAmbiguous):
        return SimAmbiguous(sentence, candidates, error.total)
    visible = SimNotFound(sentence, candidates)
    visible.nameless = error.nameless and hider.text(error.nameless)
    return visible


def _secrets(report: SessionReport) -> Iterator[str]:
    sim = report.sim
    yield from (text for text in (sim.iccid, sim.eid, sim.ip_address) if text)
    for session in report.sessions or ():
        yield from (text for text in (session.imei, session.cell_id) if text)
        if number := device_of(session.imei):
            yield number


def _however_grouped(secret: str) -> str:
    """Match a secret with anything or nothing between its letters and digits."""
    return r"[\W_]*".join(secret)


def _sim(sim: Sim, hider: Redactor) -> Sim:
    return sim.model_copy(
        update={
            "unique_name": hider.name(sim.unique_name),
            "friendly_name": hider.name(sim.friendly_name),
            "iccid": sim.iccid and REDACTED,
            "eid": sim.eid and REDACTED,
            "ip_address": sim.ip_address and REDACTED,
        }
    )


def _session(session: DataSession) -> DataSession:
    is_somewhere = cell(session.cell_id) or session.cell_location_estimate
    return session.model_copy(
        update={
            "imei": REDACTED if known_text(session.imei) else None,
            "cell_id": REDACTED if is_somewhere else None,
            "cell_location_estimate": None,
        }
    )
