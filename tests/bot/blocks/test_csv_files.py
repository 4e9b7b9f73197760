"""A history as a file."""

import csv
import io
from datetime import timedelta

import pytest

from bot.blocks import ids
from bot.blocks.csv_files import (
    DIGEST_COLUMNS,
    SESSION_COLUMNS,
    TRIAGE_COLUMNS,
    SlackFile,
    csv_cell,
    csv_file,
    csv_text,
    digest_file,
    file_name,
    head_line,
    page_lines,
    picture_file,
    sent_screen,
    shared_screen,
    timeline_alt,
    triage_file,
)
from bot.blocks.kit import without_hidden
from bot.diagnosis.evidence import State
from bot.digests.digest import ScannedSim
from bot.kore.errors import KoreError, KoreUnavailable
from bot.kore.models import DataSession
from bot.sessions.redaction import redacted
from bot.sessions.snapshot import FindingBrief, Snapshot
from bot.sessions.triage import triage
from bot.struct import replace
from tests.bot.blocks.digests import QUIET
from tests.bot.blocks.reports import HOSTILE, NOW, a_finding, a_report, faults, words
from tests.builders import ICCID, IMEI, NOON, SID, a_session, a_sim
from tests.measures import cpu_at_most

DAY = timedelta(days=1)
SESSIONS = tuple(a_session(start=NOW - n * DAY, end=NOW - n * DAY + DAY / 9) for n in range(1, 21))
FILE = SlackFile("pump-7-7-days.csv", b"x", "pump-7, last 7 days", "*pump-7*")
VALUE = ids.ShareFile(sid=SID, days=7, kind=ids.FileKind.CSV)


def test_the_csv_file_has_every_session_of_the_window():
    """With all columns, in the window's order, readable by a spreadsheet as UTF-8."""
    file = csv_file(a_report(sessions=SESSIONS), 7)
    rows = list(csv.reader(io.StringIO(file.content.decode("utf-8-sig"))))

    assert ("pump-7-7-days.csv", "pump-7, last 7 days", "") == (file.name, file.title, file.alt)
    assert list(SESSION_COLUMNS) == rows[0]
    assert 1 + 7 == len(rows)
    assert file.content.startswith(b"\xef\xbb\xbf")
    assert "*pump-7 had 7 sessions in the last 7 days*" in file.words


def test_unread_sessions_are_no_empty_file():
    """An empty window is a file with its columns; unknown is not none, and says why."""
    assert csv_file(a_report(sessions=()), 7).content

    with pytest.raises(KoreError, match="limiting"):
        csv_file(a_report(sessions=None, problem="KORE is limiting us."), 7)
    with pytest.raises(KoreError, match="not of its sessions"):
        csv_file(a_report(sessions=None), 7)


def test_the_picture_says_what_it_shows():
    """The SIM, the days, what there is; a file for all to see says who put it there."""
    file = picture_file(a_report(sessions=SESSIONS), 7, b"PNG")

    assert ("pump-7-7-days.png", b"PNG") == (file.name, file.content)
    assert file.alt.startswith("Timeline of pump-7, last 7 days, 7 sessions: 1 network, 1 IMEI")

    report = a_report(sessions=SESSIONS)

    assert csv_file(report, 7, shared_by="U1").words.endswith(" · shared by <@U1>")
    assert picture_file(report, 7, b"x", shared_by="U1").words.endswith(" · shared by <@U1>")
    assert "shared" not in csv_file(report, 7).words


@pytest.mark.parametrize("name", HOSTILE)
def test_a_hostile_name_stays_a_name(name):
    """Neither title, sentence, alternative text nor bytes break or speak to Slack."""
    report = a_report(
        sim=a_sim(unique_name=None, friendly_name=None).model_copy(update={"unique_name": name}),
        sessions=SESSIONS,
    )
    file = picture_file(report, 7, b"x")

    assert csv_file(report, 7).content
    assert len(file.alt) <= 1000
    assert len(file.title) <= 100
    for word in ("<!channel>", "<@U1>", "\u202e", "\x1b", "\ud800", "\n"):
        assert word not in file.words
        assert word not in file.name
    for unseen in ("\u202e", "\x1b", "\ud800", "\n"):
        assert unseen not in file.alt + file.title


@pytest.mark.parametrize(("is_ready", "late"), [(True, False), (False, True)])
def test_where_a_file_went(is_ready, late):
    """The asker reads where it is, that nobody else sees it, and whether it may take a while."""
    drawn = sent_screen(
        FILE.name, VALUE, is_ready=is_ready, link="https://x.slack.com/archives/D1/p1"
    )
    [section, row] = drawn.blocks
    [button] = row["elements"]

    assert "Sent to your DMs: pump-7-7-days.csv" in drawn.text
    assert section["text"]["text"].endswith(" <https://x.slack.com/archives/D1/p1|Open it>")
    assert late is ("may take a minute" in drawn.text)
    assert VALUE == ids.ShareFile.from_value(button["value"])
    assert [] == faults(drawn)


def test_a_file_that_is_shared_already():
    """There is no button in the direct messages, and the asker reads that everybody sees it."""
    drawn = sent_screen(FILE.name, is_ready=True)

    assert ["section"] == [block["type"] for block in drawn.blocks]

    drawn = shared_screen(FILE)

    assert any("for everybody to see" in text for text in words(drawn.blocks))
    assert [] == faults(drawn)


def rows_of(file):
    return read(file.content.decode("utf-8-sig"))


def test_every_row_is_in_the_file():
    """Worst first, with the rule behind each verdict; what could not be read has its reason."""
    lost = a_report(state=State.OFFLINE, findings=(a_finding(),))
    odd = a_sim(sid="DE" + "2" * 32, unique_name="=pump", account="globex")
    fine = a_report(sim=odd, sessions=None)

    file = triage_file(triage(["a", "b", "c"], [fine, lost, KoreUnavailable()]))

    first, second, third = rows_of(file)
    assert list(TRIAGE_COLUMNS) == list(first)
    told = {"sim": "pump-7", "state": "offline", "rule": "flapping", "severity": "critical"}
    assert (told | {"operator": "T-Mobile USA"}).items() <= first.items()
    assert ("c", "") == (second["asked"], second["state"])
    assert "KORE" in second["problem"]
    assert ("'=pump", "", "") == (third["sim"], third["operator"], third["last_seen"])
    assert ["", "", "globex"] == [row["account"] for row in (first, second, third)]


def test_the_triage_file_says_what_it_is():
    """Its name carries the day, its title the number; what is redacted has no column."""
    file = triage_file(triage(["a"], [a_report()]))

    assert ("sims-2026-01-05.csv", "1 SIM, worst first") == (file.name, file.title)
    assert "sims.csv" == triage_file(triage(["a"], [KoreUnavailable()])).name

    file = triage_file(triage(["a"], [redacted(a_report(), "left out")]))

    (row,) = rows_of(file)
    assert set(TRIAGE_COLUMNS) - {"iccid"} == set(row)
    assert "redacted" not in row.values()


def read(text):
    return list(csv.DictReader(io.StringIO(text, newline="")))


def test_nothing_is_missing():
    """Every property of KORE is a column, every session a row, unknown an empty cell, never 0."""
    assert set(DataSession().model_dump()) == {name.partition(".")[0] for name in SESSION_COLUMNS}

    [row] = read(csv_text([DataSession.model_construct()]))

    assert {""} == set(row.values())

    assert 5000 == len(read(csv_text([a_session()] * 5000)))


def test_a_row():
    """Values are written as KORE gave them, times as ISO in UTC."""
    [row] = read(csv_text([a_session(end=NOW)]))

    told = {"operator_name": "T-Mobile USA", "operator_mcc": "310", "packets_uploaded": "246"}
    told |= {"cell_location_estimate.lat": "37.8828168", "imei": IMEI}
    told |= {"cell_location_estimate.lon": "-122.3684899", "end": "2026-01-05T15:00:00Z"}
    assert told.items() <= row.items()


FORMULAS = ["=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "\r=1", "\n=1", " =1", "x;=1+1;", 'x","=1']


@pytest.mark.parametrize("typed", [*FORMULAS, "＝1+1", "pump\n=1+1", "pump\x0b=1+1", "＠x"])
def test_no_formula_reaches_a_spreadsheet(typed):
    """Text that a spreadsheet would run is written as text."""
    session = a_session().model_copy(update={"operator_name": typed})
    [row] = read(csv_text([session]))

    assert f"'{typed}" == row["operator_name"]


@pytest.mark.parametrize("piece", [" ", "\t", "\t ", ";", "; ", "\n"])
def test_a_long_name_is_read_once(piece):
    """KORE's names hold up to 4,096 characters; the square of that took a second a cell."""
    with cpu_at_most(2):
        csv_cell(f"a{piece * 40_000}")


def test_every_cell_is_quoted():
    """A semicolon in a name begins no cell where a spreadsheet parts cells by it."""
    session = a_session().model_copy(update={"operator_name": "x;y"})

    assert '"x;y"' in csv_text([session])


@pytest.mark.parametrize("typed", [*HOSTILE[:-1], 'a,"b"', "AT&T", "T-Mobile"])
def test_text_is_kept(typed):
    """Any other text comes back as it was, but for what would hide or reorder it."""
    session = a_session().model_copy(update={"operator_name": typed})
    [row] = read(csv_text([session]))

    assert without_hidden(typed) == row["operator_name"]
    assert "\u202e" not in row["operator_name"]


FULL = Snapshot(
    sid=SID,
    name="pump-7",
    as_of=NOON,
    state=State.OFFLINE,
    iccid=ICCID,
    seen_at=NOON,
    findings=(
        FindingBrief("gone_silent", "critical", "Gone silent"),
        FindingBrief("x", "info", "X"),
    ),
)


def read_digest(*seen):
    return read((head_line() + page_lines(seen)).removeprefix("\ufeff"))


def test_a_line_names_the_account():
    """Where there are several; else the cell is empty."""
    theirs, ours = read_digest(ScannedSim(replace(FULL, account="globex")), ScannedSim(FULL))

    assert ["globex", ""] == [theirs["account"], ours["account"]]


def test_a_line_a_sim():
    """Every column, unknown empty, times ISO in UTC; no state where it could not be read."""
    (line,) = read_digest(ScannedSim(FULL, packets=5))

    assert list(DIGEST_COLUMNS) == list(line)
    told = {"name": "pump-7", "iccid": ICCID, "state": "offline", "packets_last_24_h": "5"}
    told |= {"last_heard_of": "2026-01-05T12:00:00Z", "since": "", "severity": "critical"}
    told |= {"cause": "Gone silent", "findings": "gone_silent x"}
    assert told.items() <= line.items()

    (line,) = read_digest(ScannedSim(FULL, fault="No answer."))

    assert ("", "No answer.", "pump-7") == (line["state"], line["could_not_be_read"], line["name"])


def test_the_digest_file(tmp_path):
    """No formula, a head alone without SIMs, a name that is safe on any disk."""
    (line,) = read_digest(ScannedSim(replace(FULL, name="=1+1")))

    assert "'=1+1" == line["name"]

    assert [] == read_digest()

    file = digest_file(replace(QUIET, name="../../Pumps & <x>"), tmp_path)

    assert "Pumps-x-2026-01-05-1200.csv" == file.name
    assert "140 SIMs" in file.title
    assert "<x>" not in file.words


def test_timeline_alt():
    """Who cannot see the picture is told what it shows."""
    assert (
        "Timeline of pump-7, last 30 days, 1 session: 1 network, 1 IMEI, 246 packets up, 296 down"
    ) == timeline_alt(a_report(), 30)
    assert "Timeline of pump-7, last day, 0 sessions" == timeline_alt(a_report(sessions=()), 1)


@pytest.mark.parametrize(
    ("name", "shown"),
    [
        ("pump-7", "pump-7-30-days.csv"),
        ("../../etc/passwd", "etc-passwd-30-days.csv"),
        ("Kühlraum 1, Hamburg", "Kühlraum-1-Hamburg-30-days.csv"),
        ("\u202egnp\n.exe", "gnp-exe-30-days.csv"),
        ("///", f"{SID}-30-days.csv"),
    ],
)
def test_file_name(name, shown):
    """A file is named after its SIM, whatever that is called."""
    assert shown == file_name(a_report(sim=a_sim(unique_name=name)), 30, "csv")
