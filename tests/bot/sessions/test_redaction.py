"""What people are shown who may not see which card, device and place a report is about."""

import csv
import json
import re
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.blocks.csv_files import csv_file, picture_file
from bot.blocks.history import history_screen
from bot.blocks.ids import Details
from bot.blocks.modals import session_view
from bot.blocks.report import session_report
from bot.errors import BotError, Candidate, NotASim, SimAmbiguous, SimNotFound
from bot.kore.errors import KoreUnavailable
from bot.kore.models import CellLocation
from bot.sessions.redaction import (
    NO_SUCH_NUMBER,
    redacted,
    redacted_change,
    redacted_error,
    redacted_snapshot,
)
from bot.sessions.snapshot import Change, ChangeKind, changes, snapshot_of
from bot.struct import replace
from tests.bot.blocks.reports import REPORTS, a_finding, a_report, faults
from tests.builders import NOON, a_session, a_sim

WHY = "ICCID, IMEI, cell and location are left out for guests."
CANDIDATE = Candidate("DE" + "a" * 32, "pump-7", "8901260012345678909", "active")

DIGITS = st.sampled_from("123456789")
ICCIDS = st.text(DIGITS, min_size=15, max_size=18).map("8901".__add__)
IMEIS = st.text(DIGITS, min_size=15, max_size=16)
CELLS = st.builds("310-260-{}-{}".format, *(st.integers(10**5, 10**6 - 1) for _ in range(2)))
PLACES = st.builds(CellLocation, lat=st.floats(10.001, 89), lon=st.floats(-179, -100.001))


def spelt(number: str) -> list[str]:
    """Return the ways in which a number may stand in a name."""
    fours = [number[at : at + 4] for at in range(0, len(number), 4)]
    return [number, " ".join(fours), "_".join(fours)]


def everything_shown(report) -> str:
    """Return all that leaves us of a report: screens, windows, files, fallbacks."""
    screens = [session_report(report), history_screen(report)]
    screens += [screen.without(frozenset({"container", "data_table"})) for screen in screens]
    files = [csv_file(report, 30), picture_file(report, 30, b"", shared_by="U1")]
    told = [
        *((screen.text, screen.blocks) for screen in screens),
        session_view(report, Details(sid=report.sim.sid)),
        *((f.name, f.content.decode(), f.title, f.words, f.alt) for f in files),
    ]
    return json.dumps(told, ensure_ascii=False)


@given(iccid=ICCIDS, imei=IMEIS, cell=CELLS, place=PLACES, way=st.integers(0, 2))
def test_no_digits_of_a_secret_are_shown_anywhere(iccid, imei, cell, place, way):
    """Neither fields nor names, findings and files hold them, however they are grouped."""
    finding = a_finding(
        title=f"Moved to {cell}",
        says="IMEI {imei} since {since}, {before} before.",
        next_step=f"Look for {spelt(imei)[way]}.",
        evidence={"imei": imei, "since": NOON, "before": (iccid, imei[:14]), "number": int(iccid)},
    )
    session = a_session(imei=imei, cell_id=cell, cell_location_estimate=place)
    older = replace_times(session)
    names = {"unique_name": f"pump {spelt(iccid)[way]}", "friendly_name": f"{imei} / {cell}"}
    report = a_report(
        query=spelt(iccid)[way],
        sim=a_sim(iccid=iccid, eid=iccid + "12345678", **names),
        sessions=(session, older),
        findings=(finding,),
    )

    shown = everything_shown(redacted(report, WHY))

    compact = re.sub(r"[ \u202f./-]", "", shown)
    secrets = [iccid, imei, imei[:14], *(f"{abs(at):.3f}"[:7] for at in (place.lat, place.lon))]
    assert [] == [s for s in secrets if s in shown or s in compact]
    assert cell not in shown
    assert compact.count(cell.replace("-", "")) == 0


def replace_times(session):
    """Return the same session a day before."""
    day = timedelta(days=1)
    return session.model_copy(
        update={"start": session.start - day, "end": session.start, "sid": "WN" + "f" * 32}
    )


@given(REPORTS)
def test_any_redacted_report_can_be_shown(report):
    """Whatever KORE says, what is left still keeps Slack's limits."""
    hidden = redacted(report, WHY)

    assert [] == faults(session_report(hidden))
    assert [] == faults(history_screen(hidden))


def test_what_is_withheld_is_said_and_not_called_unknown():
    """Known but not told is another thing than unknown; why is said below."""
    shown = everything_shown(redacted(a_report(), WHY))

    assert "ICCID redacted" in shown
    assert "IMEI redacted" in shown
    assert WHY in shown
    assert "not reported" not in shown
    assert "no location" not in shown


def test_what_nobody_knew_stays_unknown():
    """A session without cell, place and device does not seem to have some."""
    bare = a_session(imei=None, cell_id=None, cell_location_estimate=None)

    (session,) = redacted(a_report(sessions=(bare,)), WHY).sessions

    assert bare == session


def test_there_is_no_way_to_the_map():
    """The link holds the coordinates, so there is no button for it."""
    assert "openstreetmap" in everything_shown(a_report())
    assert "openstreetmap" not in everything_shown(redacted(a_report(), WHY))


def test_the_csv_file_has_no_columns_of_them():
    """Not even empty ones: an empty cell means unknown."""
    content = csv_file(redacted(a_report(), WHY), 30).content.decode("utf-8-sig")

    header = next(csv.reader(content.splitlines()))
    assert {"cell_id", "imei"}.isdisjoint(header)
    assert not any("location" in column for column in header)
    assert "operator_name" in header


@pytest.mark.parametrize(
    ("name", "shown"),
    [
        ("pump-7", "pump-7"),
        ("8901260012345678909", "DE" + "0" * 31 + "1"),
        ("8901 2600 1234 5678 909", "DE" + "0" * 31 + "1"),
        ("pump 8901260012345678909", "pump redacted"),
        ("8901_2600_1234_5678_909 / 2", "redacted / 2"),
        ("8901 · 2600 · 1234 · 5678 · 909", "DE" + "0" * 31 + "1"),
        ("imei:014931-00-129700-0", "imei:redacted"),
        ("cell 31026040482 1243", "cell redacted"),
        ("sim8988239000012345678", "simredacted"),
        ("8988260012345678909F-north", "redacted-north"),
        ("x014931001297000y", "xredactedy"),
        ("DE89049032000000000000000000000123", "DEredacted"),
        ("spare of DE00000000000000000000000000000007", "spare of DE" + "0" * 31 + "7"),
        ("de00000000000000000000000000000007x", "deredactedx"),
        ("WN1234567890123456789012345678901f", "WN1234567890123456789012345678901f"),
        ("site 12, 2026-01-05, 10.0.0.12", "site 12, 2026-01-05, 10.0.0.12"),
    ],
)
def test_names_keep_what_is_no_secret(name, shown):
    """A name that is nothing but the number gives way to the SID."""
    assert shown == redacted(a_report(sim=a_sim(unique_name=name)), WHY).sim.name


def test_a_cell_without_letters_and_digits_hides_nothing_else():
    """An odd id, or a short one, would be found everywhere."""
    for odd in ("------", "7", "      "):
        hidden = redacted(a_report(sessions=(a_session(cell_id=odd),)), WHY)

        assert "pump-7" == hidden.sim.name


def test_evidence_that_is_no_secret_stays():
    """Numbers, times and shares are what a finding is about."""
    evidence = {"starts": 12, "share": 0.3333333333333333, "since": NOON, "way": True, "no": None}
    finding = a_finding(evidence=evidence)

    (told,) = redacted(a_report(findings=(finding,)), WHY).findings

    assert finding == told


def test_a_snapshot_knows_nothing_of_them():
    """What is compared and drawn later cannot tell either."""
    report = a_report(sim=a_sim(unique_name="pump 8901260012345678909"))

    hidden = redacted_snapshot(snapshot_of(report))

    assert (None, None, None) == (hidden.iccid, hidden.imei14, hidden.cell_id)
    assert "pump redacted" == hidden.name
    assert replace(snapshot_of(report), name="", iccid=None, imei14=None, cell_id=None) == replace(
        hidden, name=""
    )


def test_a_change_of_device_is_told_without_the_devices():
    """That it is another device matters, which one does not."""
    before = snapshot_of(a_report())
    after = replace(before, imei14="35" + "1" * 12)

    (change,) = map(redacted_change, changes(before, after))

    assert Change(ChangeKind.NEW_IMEI, "redacted", "redacted") == change


def test_other_changes_are_told_as_they_are():
    """Operators and countries are no secret."""
    change = Change(ChangeKind.NEW_OPERATOR, "Telcel", "AT&T")

    assert change == redacted_change(change)


def test_candidates_are_offered_without_their_cards():
    """Several SIMs of one name are told apart by SID and status."""
    error = redacted_error(SimAmbiguous("Which?", (CANDIDATE,), 9), "pump")

    assert (replace(CANDIDATE, iccid="redacted"),) == error.candidates
    assert ("Which?", 9) == (error.sentence, error.total)


def test_digits_find_no_near_misses():
    """They would tell bit by bit which numbers there are."""
    error = SimNotFound("Did you mean `pump-7`?", (CANDIDATE,))

    told = redacted_error(error, "8901 26")

    assert (NO_SUCH_NUMBER, ()) == (told.sentence, told.candidates)


@pytest.mark.parametrize(
    "error",
    [BotError(), NotASim(), KoreUnavailable(), SimNotFound("I read `pmp-7` as a name.")],
    ids=lambda error: error.kind,
)
def test_other_errors_are_said_as_they_are(error):
    """They hold nothing of a SIM."""
    told = redacted_error(error, "pmp-7")

    assert (type(error), error.sentence) == (type(told), told.sentence)
