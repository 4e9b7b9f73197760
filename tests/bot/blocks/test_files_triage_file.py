"""The table of many SIMs as a file."""

import csv
import io

from bot.blocks.files import TRIAGE_COLUMNS, triage_file
from bot.diagnosis.state import State
from bot.kore.errors import KoreUnavailable
from bot.sessions.redaction import redacted
from bot.sessions.triage import triage
from tests.bot.blocks.reports import a_finding, a_report
from tests.builders import a_sim


def read(file):
    return list(csv.DictReader(io.StringIO(file.content.decode("utf-8-sig"))))


def test_every_row_is_in_the_file():
    """
    Worst first, with the rule behind each verdict, and what could not be read with its reason.
    """
    lost = a_report(state=State.OFFLINE, findings=(a_finding(),))
    fine = a_report(sim=a_sim(sid="DE" + "2" * 32, unique_name="=pump"), sessions=None)

    file = triage_file(triage(["a", "b", "c"], [fine, lost, KoreUnavailable()]))

    first, second, third = read(file)
    assert list(TRIAGE_COLUMNS) == list(first)
    assert ("pump-7", "offline", "flapping", "critical", "T-Mobile USA") == tuple(
        first[key] for key in ("sim", "state", "rule", "severity", "operator")
    )
    assert ("c", "") == (second["asked"], second["state"])
    assert "KORE" in second["problem"]
    assert ("'=pump", "", "") == (third["sim"], third["operator"], third["last_seen"])


def test_the_file_says_what_it_is():
    """
    Its name carries the day, its title the number of SIMs.
    """
    file = triage_file(triage(["a"], [a_report()]))

    assert ("sims-2026-01-05.csv", "1 SIM, worst first") == (file.name, file.title)
    assert "sims.csv" == triage_file(triage(["a"], [KoreUnavailable()])).name


def test_what_is_withheld_has_no_column():
    """
    Not even an empty one, which would mean that the card is unknown.
    """
    file = triage_file(triage(["a"], [redacted(a_report(), "left out")]))

    (row,) = read(file)
    assert set(TRIAGE_COLUMNS) - {"iccid"} == set(row)
    assert "withheld" not in row.values()
